"""`shoseki verify` as an auditor runs it: what it finds, what it says, how it ends."""

import contextlib
import json
import subprocess
from datetime import datetime, timedelta, timezone

import pytest

from eventually import eventually
from rehearsal import REGION, ROOT, SWIFT, Server, binary, certificate
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
    eventually(lambda: is_at_rest(walk), what="the last digests are there")
    yield walk
    server.stop()


def is_at_rest(walk):
    """Whether no digest has come for more than two of their intervals."""
    last = walk.status()["LatestDigestDeliveryTime"]
    return datetime.now(timezone.utc) - last > timedelta(seconds=8)


def verify(walk, *words, credentials=ROOT):
    """Runs `shoseki verify` from the beginning of the walk."""
    env = {"AWS_ENDPOINT_URL": walk.server.url, "AWS_ACCESS_KEY_ID": credentials[0],
           "AWS_SECRET_ACCESS_KEY": credentials[1]}
    start = walk.began.strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [binary(), "verify", "--trail-arn", walk.arn]
    if "--start-time" not in words:
        command += ["--start-time", start]
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


@contextlib.contextmanager
def removed(walk, *keys):
    """Objects are gone for a while."""
    s3 = walk.server.client("s3")
    taken = [(key, s3.get_object(Bucket=walk.bucket, Key=key)) for key in keys]
    taken = [(key, answer["Body"].read(), answer["Metadata"]) for key, answer in taken]
    for key in keys:
        s3.delete_object(Bucket=walk.bucket, Key=key)
    try:
        yield
    finally:
        for key, body, metadata in taken:
            s3.put_object(Bucket=walk.bucket, Key=key, Body=body, Metadata=metadata)


def test_what_may_not_be_read_is_unreadable_and_not_invalid(delivered):
    half_blind = user_who_may(delivered, "half-blind", "cloudtrail:*", "s3:List*",
                              "s3:GetBucketLocation")
    done = verify(delivered, "--region", REGION, credentials=half_blind)
    assert done.returncode == 3, done
    assert "INVALID" not in done.stdout + done.stderr
    count = len(delivered.digests())
    assert f"\n{count}/{count} digest files UNREADABLE\n" in done.stdout
    assert "\tUNREADABLE: 403 AccessDenied" in done.stderr


def test_all_regions_of_the_trail_are_judged_and_come_to_one_verdict(delivered):
    key = delivered.objects("CloudTrail", "us-east-1")[0]
    done = verify(delivered)
    assert (done.returncode, done.stderr) == (0, ""), done
    regions = [line for line in done.stdout.splitlines() if line.startswith("Region ")]
    assert regions == [f"Region {REGION}", "Region us-east-1"]
    assert done.stdout.splitlines()[-1].startswith("VALID: ")
    with removed(delivered, key):
        done = verify(delivered)
        assert done.returncode == 1
        assert f"Log file\ts3://{delivered.bucket}/{key}\tINVALID: not found" in done.stderr
        assert done.stdout.splitlines()[-1].startswith("INVALID: ")
        assert json.loads(verify(delivered, "--json").stdout)["verdict"] == "INVALID"
        home = verify(delivered, "--region", REGION)
        assert home.returncode == 0 and "Region" not in home.stdout, "only what was asked for"


def test_the_anchor_knows_each_region_and_refuses_another_trail(delivered, tmp_path):
    file = tmp_path / "anchor.json"
    assert verify(delivered, "--anchor", file).returncode == 0
    kept = json.loads(file.read_text())
    assert kept["trailArn"] == delivered.arn
    assert sorted(kept["regions"]) == [REGION, "us-east-1"]
    with removed(delivered, *delivered.digests("us-east-1")):
        done = verify(delivered)
        assert done.returncode == 1 and "though the trail delivered it last" in done.stderr, done
        done = verify(delivered, "--anchor", file)
        assert (done.returncode, done.stderr.count("Anchor\t")) == (1, 1), done
    later = ["--start-time", "2100-01-01", "--end-time", "2100-01-02"]
    done = verify(delivered, *later, "--anchor", file)
    assert "Region us-east-1\n" in done.stdout, "a region that had digests is not passed over"
    before = file.read_text()
    other = Walk(delivered.server, "mori-verify-other")
    refused = verify(other, "--s3-bucket", delivered.bucket, "--anchor", file)
    assert refused.returncode == 2 and str(file) in refused.stderr, refused
    assert file.read_text() == before


def test_a_newest_digest_that_is_gone_is_found_without_an_anchor(delivered):
    newest = max(delivered.digests())
    with removed(delivered, newest):
        done = verify(delivered)
        told = f"{newest}\tINVALID: not found, though the trail delivered it last"
        assert done.returncode == 1 and told in done.stderr, done
    assert verify(delivered).returncode == 0


def test_digests_that_the_trail_delivered_and_are_gone_are_found(delivered, tmp_path):
    file = tmp_path / "anchor.json"
    everything = delivered.objects("CloudTrail-Digest")
    with removed(delivered, *everything):
        done = verify(delivered, "--anchor", file)
        assert done.returncode == 1, done
        assert "INVALID: none found, but the trail delivered its newest at" in done.stderr
        later = verify(delivered, "--start-time", "2100-01-01", "--end-time", "2100-01-02")
        assert later.returncode == 1, "nor is there an older one"
    later = ["--start-time", "2100-01-01", "--end-time", "2100-01-02"]
    done = verify(delivered, *later, "--anchor", file)
    assert done.returncode == 0 and done.stdout.splitlines()[-1].startswith("NOTHING: "), done
    assert "no file was written" in done.stderr and not file.exists()


def test_the_usual_self_signed_certificate_is_believed(tmp_path):
    server = Server(tmp_path, SWIFT, tls=True).start()
    (tmp_path / "other").mkdir()
    try:
        env = {"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": ROOT[0],
               "AWS_SECRET_ACCESS_KEY": ROOT[1]}
        words = [binary(), "explain", "--deliveries"]
        for bundle, code in ((server.certificate, 0), (certificate(tmp_path / "other"), 4)):
            done = subprocess.run(words, env={**env, "AWS_CA_BUNDLE": bundle}, timeout=60,
                                  capture_output=True, text=True)
            assert done.returncode == code, done
        assert "basicConstraints" in done.stderr
    finally:
        server.stop()
