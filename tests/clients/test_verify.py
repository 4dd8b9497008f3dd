"""`shoseki verify` as an auditor runs it: what it finds, what it says, how it ends."""

import json
import subprocess

import pytest

from eventually import eventually
from rehearsal import REGION, ROOT, SWIFT, Server, binary
from walk import Walk, request_id


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A stopped trail with digests in two regions. Each test repairs what it did."""
    server = Server(tmp_path_factory.mktemp("verify"), SWIFT).start()
    walk = Walk(server, "mori-verify").prepare().start()
    server.client("iam").list_users()  # Its event lies in us-east-1.
    wanted = request_id(server.client("kms").list_keys())
    eventually(lambda: wanted in {record.get("requestID") for record in walk.records()})
    for region in (REGION, "us-east-1"):
        eventually(lambda: walk.log_files(region), what=f"log files of {region}")
        walk.await_digested(region=region)
    server.client("cloudtrail").stop_logging(Name=walk.name)
    stopped = walk.status()["TimeLoggingStopped"]
    for region in (REGION, "us-east-1"):
        eventually(lambda: any(d["digestEndTime"] >= stopped
                               for d in walk.digests(region).values()))
    yield walk
    server.stop()


def verify(walk, *words, credentials=ROOT):
    """Runs `shoseki verify` from the beginning of the walk."""
    env = {"AWS_ENDPOINT_URL": walk.server.url, "AWS_ACCESS_KEY_ID": credentials[0],
           "AWS_SECRET_ACCESS_KEY": credentials[1]}
    start = walk.began.strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [binary(), "verify", "--trail-arn", walk.arn, "--start-time", start]
    return subprocess.run([*command, *map(str, words)], env=env, capture_output=True, text=True,
                          timeout=60)


def user_who_may(walk, name, *actions):
    """A user's access key."""
    iam = walk.server.client("iam")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=policy)
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def test_what_may_not_be_read_is_unreadable_and_not_invalid(delivered):
    half_blind = user_who_may(delivered, "half-blind", "cloudtrail:*", "s3:List*",
                              "s3:GetBucketLocation")
    done = verify(delivered, "--region", REGION, credentials=half_blind)
    assert done.returncode == 3, done
    assert "INVALID" not in done.stdout + done.stderr
    count = len(delivered.digests())
    assert f"\n{count}/{count} digest files UNREADABLE\n" in done.stdout
    assert "\tUNREADABLE: 403 AccessDenied" in done.stderr
