"""kill -9 under load: clients that remember what was answered, and what must be there afterwards.

Several clients change objects, users, aliases, keys and trails without pause; the process is
killed, started again, and everything that was answered is searched for. The instants come from a
seed that is printed. Of ten kills one waits for a log file to land and one for a digest, so that
delivery is hit in the middle. Only the public surface is used: no engine is assumed.
"""

import hashlib
import json
import random
import subprocess
import threading
from datetime import datetime, timedelta, timezone

from botocore.exceptions import (
    ClientError, ConnectionClosedError, EndpointConnectionError, HTTPClientError,
)

from eventually import eventually
from ledger import ABSENT, Ledger, repeated, summary
from rehearsal import REGION, ROOT, binary
from walk import Walk, history, request_id, trail_arn

WORKERS = 4
GONE = (ConnectionClosedError, EndpointConnectionError, HTTPClientError)
# Where the events of calls are: in the history of a region, or, those of objects, in files only.
GLOBAL, FILES = "us-east-1", "files"
# Within the state, in a file of its own, in several frames.
SIZES = (20, 40_000, 300_000)
# Registers of earlier rounds that are read after each kill; all of them are at the end.
EARLIER = 10
# The directory is checked after every so many kills.
FSCK_EVERY = 10
# Names that a client may still change. Older ones stay as they are, to be read at the end.
NAMES_MAX = 20


class Workload:
    """Clients that change state and remember what was answered."""

    def __init__(self, server, keys, bucket, trail, seed):
        self.server, self.keys, self.bucket, self.trail = server, keys, bucket, trail
        self.seed, self.ledger, self.ciphertexts, self.strange = seed, Ledger(), [], []
        self.calls = 0
        # A pool of connections for each worker.
        self.clients = [
            {service: server.client(service, max_pool_connections=1 + worker)
             for service in ("kms", "s3", "iam", "cloudtrail")}
            for worker in range(WORKERS)
        ]
        self.names = [{"object": [], "user": [], "alias": []} for _ in range(WORKERS)]

    def run(self, round_number):
        """Starts the clients; they end when the server is gone."""
        threads = [
            threading.Thread(target=self._client, args=(round_number, number))
            for number in range(WORKERS)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _client(self, round_number, number):
        dice = random.Random(f"{self.seed}/{round_number}/{number}")
        worker = Worker(self, number, dice)
        count = 0
        while True:
            count += 1
            try:
                dice.choice(worker.works)(f"r{round_number}-c{number}-{count}")
            except GONE:
                return
            except ClientError as error:
                self.strange.append(f"round {round_number}, client {number}: {error}")
                return


class Worker:
    """One client: its names are its own."""

    def __init__(self, work, number, dice):
        self.work, self.ledger, self.dice = work, work.ledger, dice
        self.clients, self.names, self.number = work.clients[number], work.names[number], number
        self.works = [
            self.put, self.put, self.put_again, self.delete_object, self.make_user,
            self.delete_user, self.make_alias, self.move_alias, self.delete_alias, self.tag_key,
            self.tag_trail, self.untag_trail, self.encrypt, self.make_key,
        ]

    def write(self, register, value, place, call, **words):
        """Sends one write."""
        self.ledger.begin(register, value)
        answer = call(**words)
        self.ledger.answered(register, value)
        self.note(answer, call, place)
        return answer

    def note(self, answer, call, place):
        """Remembers an answered call."""
        name = "".join(part.title() for part in call.__name__.split("_"))
        self.ledger.call(request_id(answer), name, place)
        self.work.calls += 1

    def own(self, kind, mark):
        """A new name of this client."""
        self.names[kind].append(mark)
        del self.names[kind][:-NAMES_MAX]
        return mark

    def some(self, kind):
        """A name of this client, if it has any."""
        return self.dice.choice(self.names[kind]) if self.names[kind] else None

    def taken(self, kind):
        """The same, which is its no longer."""
        name = self.some(kind)
        if name:
            self.names[kind].remove(name)
        return name

    def put(self, mark):
        self._put(self.own("object", mark), mark)

    def put_again(self, mark):
        if key := self.some("object"):
            self._put(key, mark)

    def _put(self, key, mark):
        body = (mark.encode() * 20_000)[:self.dice.choice(SIZES)]
        self.write(f"object {key}", hashlib.sha256(body).hexdigest(), FILES,
                   self.clients["s3"].put_object, Bucket=self.work.bucket, Key=key, Body=body)

    def delete_object(self, _):
        if key := self.taken("object"):
            self.write(f"object {key}", ABSENT, FILES, self.clients["s3"].delete_object,
                       Bucket=self.work.bucket, Key=key)

    def make_user(self, mark):
        self.write(f"user {mark}", "there", GLOBAL, self.clients["iam"].create_user, UserName=mark)
        self.own("user", mark)

    def delete_user(self, _):
        if name := self.taken("user"):
            self.write(f"user {name}", ABSENT, GLOBAL, self.clients["iam"].delete_user,
                       UserName=name)

    def make_alias(self, mark):
        self._alias(mark, self.clients["kms"].create_alias)
        self.own("alias", mark)

    def move_alias(self, _):
        if name := self.some("alias"):
            self._alias(name, self.clients["kms"].update_alias)

    def _alias(self, name, call):
        key = self.dice.choice(self.work.keys)
        self.write(f"alias {name}", key, REGION, call, AliasName=f"alias/{name}", TargetKeyId=key)

    def delete_alias(self, _):
        if name := self.taken("alias"):
            self.write(f"alias {name}", ABSENT, REGION, self.clients["kms"].delete_alias,
                       AliasName=f"alias/{name}")

    def tag_key(self, mark):
        tag = {"TagKey": f"c{self.number}", "TagValue": mark}
        self.write(f"key-tag c{self.number}", mark, REGION, self.clients["kms"].tag_resource,
                   KeyId=self.work.keys[0], Tags=[tag])

    def tag_trail(self, mark):
        tag = {"Key": f"c{self.number}", "Value": mark}
        self.write(f"trail-tag c{self.number}", mark, REGION, self.clients["cloudtrail"].add_tags,
                   ResourceId=self.work.trail, TagsList=[tag])

    def untag_trail(self, _):
        tag = {"Key": f"c{self.number}"}
        self.write(f"trail-tag c{self.number}", ABSENT, REGION,
                   self.clients["cloudtrail"].remove_tags,
                   ResourceId=self.work.trail, TagsList=[tag])

    def encrypt(self, mark):
        call = self.clients["kms"].encrypt
        answer = call(KeyId=self.dice.choice(self.work.keys), Plaintext=mark.encode())
        self.work.ciphertexts.append((answer["CiphertextBlob"], mark.encode()))
        self.note(answer, call, REGION)

    def make_key(self, mark):
        call = self.clients["kms"].create_key
        answer = call(Description=mark)
        self.ledger.begin(f"key {answer['KeyMetadata']['KeyId']}", mark)
        self.ledger.answered(f"key {answer['KeyMetadata']['KeyId']}", mark)
        self.note(answer, call, REGION)


class Reader:
    """Reads registers back."""

    def __init__(self, server, work):
        self.work = work
        self.kms, self.s3, self.iam, self.trails = (
            server.client(service) for service in ("kms", "s3", "iam", "cloudtrail"))
        self._lists = {}

    def read(self, registers):
        """The values of these registers."""
        self._lists = {}
        return {register: self._one(*register.split(" ", 1)) for register in registers}

    def _one(self, kind, name):
        match kind:
            case "object":
                return self._object(name)
            case "user":
                return "there" if name in self._list("users", self.users) else ABSENT
            case "alias":
                return self._list("aliases", self.aliases).get(f"alias/{name}", ABSENT)
            case "key":
                return self.kms.describe_key(KeyId=name)["KeyMetadata"]["Description"]
            case "key-tag":
                return self._list("key-tags", self._key_tags).get(name, ABSENT)
            case "trail-tag":
                return self._list("trail-tags", self._trail_tags).get(name, ABSENT)
        raise ValueError(kind)

    def _list(self, name, load):
        if name not in self._lists:
            self._lists[name] = load()
        return self._lists[name]

    def _object(self, key):
        try:
            body = self.s3.get_object(Bucket=self.work.bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return ABSENT
        return hashlib.sha256(body).hexdigest()

    def users(self):
        """The names of all users."""
        return set(self.iam.get_paginator("list_users").paginate().search("Users[].UserName"))

    def aliases(self):
        """The keys of all aliases."""
        pages = self.kms.get_paginator("list_aliases").paginate()
        found = pages.search("Aliases[?TargetKeyId].[AliasName, TargetKeyId]")
        return {name: key for name, key in found}

    def _key_tags(self):
        tags = self.kms.list_resource_tags(KeyId=self.work.keys[0])["Tags"]
        return {tag["TagKey"]: tag["TagValue"] for tag in tags}

    def _trail_tags(self):
        tags = self.trails.list_tags(ResourceIdList=[self.work.trail])
        return {tag["Key"]: tag["Value"] for tag in tags["ResourceTagList"][0]["TagsList"]}


def seed_of(given):
    """The seed of a run: the given one, or a new one. It is printed."""
    seed = random.randrange(1 << 32) if given is None else given
    print(f"seed {seed}", flush=True)
    return seed


def moment(walk, dice, number):
    """Waits until the process shall die."""
    member = {4: "LatestDeliveryTime", 8: "LatestDigestDeliveryTime"}.get(number % 10)
    if member is not None:
        before = walk.status().get(member)
        eventually(lambda: walk.status().get(member) != before, what=f"{member} moves")
    threading.Event().wait(dice.uniform(0.02, 0.6) if member is None else dice.uniform(0, 0.02))


def kill_and_prove(server, name, rounds, seed):
    """Kills `rounds` times and proves that nothing was lost; gives what was answered."""
    dice = random.Random(seed)
    walk = Walk(server, name).prepare().start()
    work = prepare(server, walk, name, seed)
    reader = Reader(server, work)
    for number in range(rounds):
        since = datetime.now(timezone.utc) - timedelta(seconds=2)
        threads = work.run(number)
        moment(walk, dice, number)
        server.kill9()
        for thread in threads:
            thread.join(timeout=30)
            assert not thread.is_alive()
        summary("a dying server answers nothing wrong", work.strange)
        server.start()
        events_are_recorded(server, work, since)
        values_are_there(work, reader, dice)
        if number % FSCK_EVERY == FSCK_EVERY - 1:
            server.stop()
            directory_is_whole(server)
            server.start()
            print(f"{number + 1} kills, {work.calls} answered calls", flush=True)
    everything_is_there(server, walk, work, reader)
    server.stop()
    directory_is_whole(server)
    return work


def prepare(server, walk, name, seed):
    """The keys and the bucket that the clients work on; the trail records its objects, too."""
    kms, s3 = server.client("kms"), server.client("s3")
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2)]
    bucket = f"{name}-work"
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
    objects = {"Type": "AWS::S3::Object", "Values": [f"arn:aws:s3:::{bucket}/"]}
    server.client("cloudtrail").put_event_selectors(TrailName=walk.name, EventSelectors=[{
        "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [objects]}])
    return Workload(server, keys, bucket, trail_arn(name), seed)


def events_are_recorded(server, work, since):
    """Every call that was answered since the last kill has exactly one event in event history."""
    fresh = work.ledger.fresh_calls()
    for region in (REGION, GLOBAL):
        records = history(server, region, since=since)
        summary(f"event history of {region}", repeated(records))
        summary(f"events in {region}", work.ledger.lost_events(records, region, among=fresh))


def values_are_there(work, reader, dice):
    """Every write since the last kill is there, and some earlier ones."""
    ledger, everything = work.ledger, work.ledger.registers()
    chosen = set(ledger.touched()) | set(dice.sample(everything, min(EARLIER, len(everything))))
    seen = reader.read(sorted(chosen))
    summary("state", ledger.lost_registers(seen))
    ledger.settle(seen)
    for ciphertext, plaintext in dice.sample(work.ciphertexts, min(5, len(work.ciphertexts))):
        assert reader.kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == plaintext


def everything_is_there(server, walk, work, reader):
    """State, ciphertexts, log files and digests, from the first round on."""
    ledger = work.ledger
    summary("state", ledger.lost_registers(reader.read(ledger.registers())))
    for ciphertext, plaintext in work.ciphertexts:
        assert reader.kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == plaintext
    changes_are_recorded(server, reader)

    def delivered():
        lost = ledger.lost_events(walk.records(), REGION, GLOBAL, FILES)
        summary(f"log files, {walk.status()}", lost)
        return True

    eventually(delivered, 60, "the log files hold every event")
    for region in (REGION, GLOBAL):
        walk.await_digested(region=region, within=60)
        verdict = walk.validate(region=region)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        assert "INVALID" not in verdict.stderr and "No log files were" not in verdict.stderr


def changes_are_recorded(server, reader):
    """No change without its event, whether it was answered or not."""
    for region, event, member, there in (
        (GLOBAL, "CreateUser", "userName", reader.users()),
        (REGION, "CreateAlias", "aliasName", set(reader.aliases())),
    ):
        records = history(server, region, ("EventName", event))
        made = {record["requestParameters"][member] for record in records}
        assert {name for name in there if name.split("/")[-1].startswith("r")} <= made, event


def directory_is_whole(server):
    """`fsck` of the stopped directory: numbers without gaps, and the bytes of every object."""
    run = subprocess.run(
        [binary(), "fsck", "--json", "--data-dir", server.data_dir],
        env=server.credentials, capture_output=True, text=True, timeout=600,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    json.loads(run.stdout)
