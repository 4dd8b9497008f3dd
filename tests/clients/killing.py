"""kill -9 under load: clients that remember what was answered, and what must be there afterwards.

Several clients work without pause; the process is killed, started again, and everything that was
answered is searched for. The instants come from a seed that is printed; every third kill waits for
a log file to land, every third for a digest, so that delivery is hit in the middle.
"""

import os
import random
import threading

from botocore.exceptions import (
    ClientError, ConnectionClosedError, EndpointConnectionError, HTTPClientError,
)

from eventually import eventually
from rehearsal import REGION
from walk import Walk, history, request_id

WORKERS = 4
GONE = (ConnectionClosedError, EndpointConnectionError, HTTPClientError)


class Workload:
    """Clients that change state and remember what was answered."""

    def __init__(self, server, key_arn, bucket, seed):
        self.server, self.key_arn, self.bucket, self.seed = server, key_arn, bucket, seed
        self.requests = {"ap-northeast-1": set(), "us-east-1": set()}
        self.users, self.aliases, self.objects, self.ciphertexts = set(), set(), {}, []
        self.tags = {}
        self.strange = []
        # A pool of connections for each worker.
        self.clients = [
            {service: server.client(service, max_pool_connections=1 + worker)
             for service in ("kms", "s3", "iam")}
            for worker in range(WORKERS)
        ]

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
        clients = self.clients[number]
        count = 0
        while True:
            count += 1
            mark = f"r{round_number}-c{number}-{count}"
            try:
                dice.choice(
                    [self._user, self._alias, self._object, self._encrypt, self._tag]
                )(clients, mark, f"c{number}")
            except GONE:
                return
            except ClientError as error:
                self.strange.append(f"{mark}: {error}")
                return

    def _user(self, clients, mark, _):
        answer = clients["iam"].create_user(UserName=mark)
        self.users.add(mark)
        self.requests["us-east-1"].add(request_id(answer))

    def _alias(self, clients, mark, _):
        alias = f"alias/{mark}"
        answer = clients["kms"].create_alias(AliasName=alias, TargetKeyId=self.key_arn)
        self.aliases.add(alias)
        self.requests[REGION].add(request_id(answer))
        if len(self.aliases) % 2:
            self.aliases.discard(alias)  # From here on it may be gone, answered or not.
            answer = clients["kms"].delete_alias(AliasName=alias)
            self.requests[REGION].add(request_id(answer))

    def _object(self, clients, mark, _):
        body = mark.encode() * (1 if len(mark) % 2 else 3_000)
        clients["s3"].put_object(Bucket=self.bucket, Key=mark, Body=body)
        self.objects[mark] = body

    def _encrypt(self, clients, mark, _):
        answer = clients["kms"].encrypt(KeyId=self.key_arn, Plaintext=mark.encode())
        self.ciphertexts.append((answer["CiphertextBlob"], mark.encode()))
        self.requests[REGION].add(request_id(answer))

    def _tag(self, clients, mark, client):
        tag = {"TagKey": client, "TagValue": mark}
        answer = clients["kms"].tag_resource(KeyId=self.key_arn, Tags=[tag])
        self.tags[client] = mark
        self.requests[REGION].add(request_id(answer))


def moment(walk, dice, number):
    """Waits until the process shall die."""
    member = {1: "LatestDeliveryTime", 2: "LatestDigestDeliveryTime"}.get(number % 3)
    if member is None:
        threading.Event().wait(dice.uniform(0.1, 1.5))
        return
    before = walk.status().get(member)
    eventually(lambda: walk.status().get(member) != before, what=f"{member} moves")
    threading.Event().wait(dice.uniform(0, 0.02))


def kill_and_prove(server, name, rounds):
    """Kills `rounds` times and proves that nothing was lost; gives what was answered."""
    seed = int(os.environ.get("SHOSEKI_SEED", random.randrange(1 << 32)))
    print(f"SHOSEKI_SEED={seed}")
    dice = random.Random(seed)
    walk = Walk(server, name).prepare().start()
    work_key = server.client("kms").create_key()["KeyMetadata"]["Arn"]
    where = {"LocationConstraint": REGION}
    work_bucket = f"{name}-work"
    server.client("s3").create_bucket(Bucket=work_bucket, CreateBucketConfiguration=where)
    work = Workload(server, work_key, work_bucket, seed)

    for number in range(rounds):
        threads = work.run(number)
        moment(walk, dice, number)
        server.kill9()
        for thread in threads:
            thread.join(timeout=30)
            assert not thread.is_alive()
        assert work.strange == [], "a dying server answers nothing wrong"
        server.start()
        answered_is_recorded(server, work)
        answered_is_done(server, work)
        if number in (4, rounds - 1):
            done_is_recorded(server)

    events = walk.selected(*work.requests)
    walk.await_records({record["eventID"] for record in events}, within=60)
    by_id = {}
    for record in walk.records():
        assert by_id.setdefault(record["eventID"], record) == record
    for region in work.requests:
        walk.await_digested(region=region)
        verdict = walk.validate(region=region)
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        assert "INVALID" not in verdict.stderr and "No log files were" not in verdict.stderr
    return work


def answered_is_recorded(server, work):
    """Every answered call is in event history."""
    for region, requests in work.requests.items():
        seen = {record.get("requestID") for record in history(server, region)}
        assert requests <= seen, f"{len(requests - seen)} of {len(requests)} lost in {region}"


def answered_is_done(server, work):
    """Every answered change is there."""
    kms, s3, iam = (server.client(service) for service in ("kms", "s3", "iam"))
    users = set(iam.get_paginator("list_users").paginate().search("Users[].UserName"))
    assert work.users <= users
    aliases = set(kms.get_paginator("list_aliases").paginate().search("Aliases[].AliasName"))
    assert work.aliases <= aliases
    names = set(
        s3.get_paginator("list_objects_v2").paginate(Bucket=work.bucket).search("Contents[].Key"))
    assert set(work.objects) <= names
    for key, body in list(work.objects.items())[-40:]:
        assert s3.get_object(Bucket=work.bucket, Key=key)["Body"].read() == body
    for ciphertext, plaintext in work.ciphertexts[-20:]:
        assert kms.decrypt(CiphertextBlob=ciphertext)["Plaintext"] == plaintext
    tags = {tag["TagKey"]: tag["TagValue"]
            for tag in kms.list_resource_tags(KeyId=work.key_arn)["Tags"]}
    for client, mark in work.tags.items():
        newest, seen = mark.split("-"), tags[client].split("-")
        assert [int(part[1:]) if i < 2 else int(part) for i, part in enumerate(seen)] >= [
            int(part[1:]) if i < 2 else int(part) for i, part in enumerate(newest)
        ], "an answered tag is not undone"


def done_is_recorded(server):
    """No change without its event, whether it was answered or not."""
    iam, kms = server.client("iam"), server.client("kms")
    users = set(iam.get_paginator("list_users").paginate().search("Users[].UserName"))
    made = {
        record["requestParameters"]["userName"]
        for record in history(server, "us-east-1", ("EventName", "CreateUser"))
    }
    assert users - {"admin", "administrator"} <= made
    aliases = {
        alias for alias in
        kms.get_paginator("list_aliases").paginate().search("Aliases[].AliasName")
        if not alias.startswith("alias/aws/")
    }
    made = {
        record["requestParameters"]["aliasName"]
        for record in history(server, attribute=("EventName", "CreateAlias"))
    }
    assert aliases <= made
