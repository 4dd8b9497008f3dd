"""Damage to a data directory, of every kind: each is found by `fsck`, or provably harmless.

    python tests/attack/damage.py --bin target/debug/shoseki [--full] [--seed N]

A store is made with objects, keys, users, and a segment of old events; copies of it are damaged
and examined. What `fsck` does not find must change nothing that a client can see: all events, all
objects and all settings of such a copy are read through a server and compared. One line per kind;
exit code 1 when something went unnoticed.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

REGION = "ap-northeast-1"
KEY = ("AKIADAMAGEDAMAGEDAMA", "damage" * 7)
# The server seals from 16,384 events on.
EVENTS = 16_500
# Recent events that are compared: more than the state holds after sealing.
RECENT = 400
FINDINGS = 1


class Server:
    """The real binary over a data directory."""

    def __init__(self, binary, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = tempfile.TemporaryFile()
        environment = dict(
            os.environ, SHOSEKI_ROOT_ACCESS_KEY_ID=KEY[0], SHOSEKI_ROOT_SECRET_ACCESS_KEY=KEY[1])
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", folder, "--listen", f"127.0.0.1:{self.port}"],
            stdout=self.log, stderr=self.log, env=environment)
        while self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)

    @property
    def refused(self):
        """Whether it did not come up."""
        return self.process.poll() is not None

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=KEY[0],
            aws_secret_access_key=KEY[1],
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}))

    def end(self, how=signal.SIGTERM):
        if not self.refused:
            self.process.send_signal(how)
        self.process.wait(60)
        self.log.close()


def fill(server):
    """Objects under two kinds of keys, in the state and in files; keys, users, many events."""
    s3, kms, iam = server.client("s3"), server.client("kms"), server.client("iam")
    s3.create_bucket(
        Bucket="damage", CreateBucketConfiguration={"LocationConstraint": REGION})
    for number in range(4):
        s3.put_object(Bucket="damage", Key=f"small-{number}", Body=b"small" * 50)
        s3.put_object(Bucket="damage", Key=f"large-{number}", Body=os.urandom(200_000))
    s3.put_object(
        Bucket="damage", Key="kms", Body=os.urandom(200_000), ServerSideEncryption="aws:kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/damage", TargetKeyId=key)
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    for number in range(20):
        iam.create_user(UserName=f"user-{number}")
        iam.put_user_policy(
            UserName=f"user-{number}", PolicyName="p", PolicyDocument=json.dumps(policy))


def many_events(server, count):
    """The same signed call again and again, on one connection."""
    request = AWSRequest("POST", f"{server.url}/", data=b"{}", headers={
        "x-amz-target": "TrentService.ListAliases", "content-type": "application/x-amz-json-1.1",
        "host": f"127.0.0.1:{server.port}", "content-length": "2"})
    SigV4Auth(Credentials(*KEY), "kms", REGION).add_auth(request)
    head = "POST / HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in request.headers.items())
    one = head.encode() + b"\r\n{}"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        answers = connection.makefile("rb")
        for _ in range(count):
            connection.sendall(one)
            status = answers.readline()
            assert status.startswith(b"HTTP/1.1 200"), status
            length = 0
            while (line := answers.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answers.read(length)


def seen(server, until):
    """All that clients can see, but for events after `until`."""
    s3, kms, iam = server.client("s3"), server.client("kms"), server.client("iam")
    found = {}
    for where in (REGION, "us-east-1"):
        trail = boto3.client(
            "cloudtrail", endpoint_url=server.url, region_name=where, aws_access_key_id=KEY[0],
            aws_secret_access_key=KEY[1])
        # Older ones are in the segment, of which every byte's damage is found.
        pages = trail.get_paginator("lookup_events").paginate(
            EndTime=until, PaginationConfig={"MaxItems": RECENT})
        for page in pages:
            for event in page["Events"]:
                found[event["EventId"]] = event["CloudTrailEvent"]
    for item in s3.list_objects_v2(Bucket="damage")["Contents"]:
        body = s3.get_object(Bucket="damage", Key=item["Key"])["Body"].read()
        found[item["Key"]] = hashlib.sha256(body).hexdigest()
    for user in iam.list_users()["Users"]:
        policy = iam.get_user_policy(UserName=user["UserName"], PolicyName="p")
        found[user["UserName"]] = json.dumps(policy["PolicyDocument"], sort_keys=True)
    for alias in kms.list_aliases()["Aliases"]:
        found[alias["AliasName"]] = alias.get("TargetKeyId")
        if "TargetKeyId" in alias:
            found[f"policy {alias['AliasName']}"] = kms.get_key_policy(
                KeyId=alias["TargetKeyId"])["Policy"]
    return found


class Campaign:
    """A store, and what befell copies of it."""

    def __init__(self, binary, work, dice):
        self.binary, self.work, self.dice = binary, work, dice
        self.stopped, self.killed = work / "stopped", work / "killed"
        self.older, self.other = work / "older", work / "other"
        self.make()
        self.wanted = {}
        self.unnoticed = 0

    def make(self):
        server = Server(self.binary, self.stopped)
        fill(server)
        many_events(server, EVENTS)
        end = time.monotonic() + 60
        while not list((self.stopped / "segments").glob("*.events")):
            assert time.monotonic() < end, "nothing was sealed"
            time.sleep(0.2)
        server.end()
        shutil.copytree(self.stopped, self.older)
        server = Server(self.binary, self.stopped)
        many_events(server, 200)
        shutil.copytree(self.stopped, self.killed)
        server.end()
        server = Server(self.binary, self.other)
        fill(server)
        server.end()

    def copy(self, of):
        folder = self.work / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(of, folder)
        return folder

    def fsck(self, folder):
        done = subprocess.run(
            [self.binary, "fsck", "--json", "--data-dir", folder], capture_output=True,
            text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def view(self, of):
        """What clients see of a copy, or why they see nothing."""
        server = Server(self.binary, of)
        try:
            return {"refused": True} if server.refused else seen(server, self.until)
        except Exception as error:  # Any error of a client is not what it met before.
            return {"error": str(error)}
        finally:
            server.end()

    until = datetime.now(timezone.utc)

    def kind(self, name, of, count, harm):
        """Damages `count` copies and reports what became of them."""
        found = harmless = 0
        missed = []
        for _ in range(count):
            folder = self.copy(of)
            what = harm(folder)
            code, output = self.fsck(folder)
            if code == FINDINGS:
                found += 1
                continue
            differs = self.difference(folder, of) if code == 0 else ["-"]
            if differs:
                missed.append(f"{what}: fsck {code}: {differs[:3]}: {output.strip()[:200]}")
            else:
                harmless += 1
        verdict = "UNNOTICED" if missed else "ok"
        print(f"{verdict:9} {name}: {found} found, {harmless} harmless of {count}", flush=True)
        for line in missed:
            print(f"          {line}", flush=True)
        self.unnoticed += len(missed)

    def difference(self, folder, of):
        """What clients do not see as they saw it before."""
        if of not in self.wanted:
            sound = self.work / f"view-{of.name}"
            shutil.copytree(of, sound)
            self.wanted[of] = self.view(sound)
            assert len(self.wanted[of]) > 100, self.wanted[of]
        wanted, got = self.wanted[of], self.view(folder)
        return [f"{name}: {got.get(name)}" for name in {**got, **wanted}
                if got.get(name) != wanted.get(name)]

    def sound(self, name, of):
        """A copy without damage has no findings and stays as it is, byte for byte."""
        folder = self.copy(of)
        before = listing(folder)
        code, output = self.fsck(folder)
        good = code == 0 and '"by' not in output and listing(folder) == before
        print(f"{'ok' if good else 'WRONG':9} {name}: fsck {code}, nothing changed", flush=True)
        self.unnoticed += not good

    def start(self, name, of, harm):
        """A server over what is lost, older or foreign does not come up, and makes nothing."""

        def there():
            return {str(path): path.is_dir() or path.name == "state.redb" or path.read_bytes()
                    for path in folder.rglob("*")}

        folder = self.copy(of)
        harm(folder)
        before = there()
        server = Server(self.binary, folder)
        refused = server.refused
        server.end()
        good = refused and there() == before
        print(f"{'ok' if good else 'UNNOTICED':9} start with {name}", flush=True)
        self.unnoticed += not good


def listing(folder):
    return sorted(
        (str(path), path.stat().st_mtime_ns, path.is_dir() or path.read_bytes())
        for path in [folder, *folder.rglob("*")])


def places(content, word):
    """The place of a word."""
    found, at = [], content.find(word)
    while at >= 0:
        found.append(at)
        at = content.find(word, at + 1)
    return found


def harms(dice):
    """Ways to damage a file."""

    def pick(folder, pattern):
        files = [path for path in folder.glob(pattern) if path.is_file() and path.stat().st_size]
        return dice.choice(sorted(files))

    def on(pattern, change):
        def harm(folder):
            path = pick(folder, pattern)
            content = bytearray(path.read_bytes())
            what = change(content)
            path.write_bytes(content)
            return f"{path.relative_to(folder)} {what}"
        return harm

    def aim(content):
        """Any place, or one that is in use: most of a state file, and of a log's, is free."""
        end = len(content.rstrip(b"\0"))
        return dice.randrange(end if end and dice.random() < 0.7 else len(content))

    def flip(content):
        at = aim(content)
        content[at] ^= 1 << dice.randrange(8)
        return f"flip at {at}"

    def zero(content):
        at = aim(content)
        kept = bytes(content)
        content[at:at + 64] = bytes(len(content[at:at + 64]))
        if bytes(content) == kept:  # There were zeros already.
            content[at] ^= 0xFF
        return f"zeros at {at}"

    def cut(content):
        at = dice.randrange(len(content))
        del content[at:]
        return f"cut at {at}"

    def policy(content):
        """A denial turned into nothing, in one place."""
        found = places(content, b"Deny")
        if not found:  # The newest rows may be in the log alone.
            return "no policy"
        at = dice.choice(found)
        content[at:at + 4] = b"Deni"
        return f"policy at {at}"

    return on, flip, zero, cut, policy


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--bin", required=True, type=Path)
    words.add_argument("--full", action="store_true", help="ten times as many damages")
    words.add_argument("--seed", type=int, default=None)
    words = words.parse_args()
    seed = words.seed if words.seed is not None else random.randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    dice, count = random.Random(seed), 20 if words.full else 2
    with tempfile.TemporaryDirectory(prefix="shoseki-damage-") as work:
        campaign = Campaign(words.bin.resolve(), Path(work), dice)
        on, flip, zero, cut, policy = harms(dice)
        time.sleep(1.1)
        Campaign.until = datetime.now(timezone.utc)
        campaign.sound("a store that was stopped", campaign.stopped)
        campaign.sound("a store that was killed", campaign.killed)
        for of in (campaign.stopped, campaign.killed):
            for change in (flip, zero, cut, policy):
                campaign.kind(f"state, {of.name}: {change.__name__}", of,
                              count * (3 if change in (flip, zero) else 1),
                              on("state.redb", change))
        # Of a store that was killed, the newest frame cannot be distinguished from one that was
        # not finished.
        for pattern in ("log/*.log", "segments/*", "bodies/*/*/*", "identity", "keyring"):
            for change in (flip, zero, cut):
                campaign.kind(f"{pattern}: {change.__name__}", campaign.stopped, count,
                              on(pattern, change))

        def remove(pattern):
            def harm(folder):
                path = dice.choice(sorted(folder.glob(pattern)))
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                return str(path.relative_to(folder))
            return harm

        def take(name, source):
            def harm(folder):
                shutil.copy(source / name, folder / name)
                return f"{name} of {source.name}"
            return harm

        def take_state(source):
            def harm(folder):
                shutil.copy(source / "state.redb", folder / "state.redb")
                shutil.rmtree(folder / "log")
                shutil.copytree(source / "log", folder / "log")
                return f"state and log of {source.name}"
            return harm

        def swap(folder):
            one, two = dice.sample(sorted(folder.glob("bodies/*/*/*")), 2)
            first = one.read_bytes()
            one.write_bytes(two.read_bytes())
            two.write_bytes(first)
            return "two bodies swapped"

        def empty(folder):
            (folder / "state.redb").write_bytes(b"")
            return "state.redb emptied"

        def stray(folder):
            (folder / "segments" / "00000000000000099999.events").write_bytes(b"x")
            return "a stray segment"

        for pattern in (
                "segments", "segments/*", "bodies", "bodies/*/*/*", "state.redb", "log", "keyring"):
            campaign.kind(f"{pattern} removed", campaign.stopped, 1, remove(pattern))
        for name, source in (("state.redb", campaign.older), ("state.redb", campaign.other),
                             ("identity", campaign.other), ("root-key", campaign.other)):
            campaign.kind(f"{name} of {source.name}", campaign.stopped, 1, take(name, source))
        campaign.kind("identity removed", campaign.stopped, 1, remove("identity"))
        for harm in (swap, empty, stray):
            campaign.kind(harm.__name__, campaign.stopped, 1, harm)
        for name, harm in (
            ("no state", remove("state.redb")), ("an empty state", empty),
            ("an older state", take_state(campaign.older)),
            ("another's state", take("state.redb", campaign.other)),
            ("another's identity", take("identity", campaign.other)),
            ("no identity", remove("identity")), ("no root key", remove("root-key")),
            ("no segments", remove("segments")), ("no bodies", remove("bodies")),
            ("no log", remove("log")), ("no keyring", remove("keyring")),
        ):
            campaign.start(name, campaign.stopped, harm)
    print(f"{campaign.unnoticed} unnoticed", flush=True)
    return 1 if campaign.unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
