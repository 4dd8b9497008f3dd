"""`shoseki verify` as an auditor runs it: what it finds, prints and returns."""

import contextlib
import json
import re
import subprocess
import unicodedata
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

import tampering
from eventually import eventually
from rehearsal import REGION, ROOT, SWIFT, Server, binary, certificate
from tampering import log_key
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


@pytest.mark.flags("--rehearse", "--digest-interval", "1h")
def test_before_the_first_digest_nothing_is_found_and_nothing_is_wrong(server, name):
    """The keys that will sign exist from the start of logging on, so that the CLI has some to ask."""
    walk = Walk(server, name).prepare().start()
    for region in (REGION, "us-east-1"):
        verdict = walk.validate(region=region)
        assert verdict.returncode == 0, verdict.stderr
        assert "No digests found" in verdict.stdout, verdict


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


def verify_as(walk, credentials, *words):
    """The same as another user, with `words` that name the trail."""
    env = {"AWS_ENDPOINT_URL": walk.server.url, "AWS_ACCESS_KEY_ID": credentials[0],
           "AWS_SECRET_ACCESS_KEY": credentials[1]}
    start = walk.began.strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [binary(), "verify", "--start-time", start, *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


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


def test_the_anchor_has_each_region_and_refuses_another_trail(delivered, tmp_path):
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
        line = f"{newest}\tINVALID: not found, though the trail delivered it last"
        assert done.returncode == 1 and line in done.stderr, done
        verdict = done.stdout.splitlines()[-1]
        valid, total = map(int, re.match(r"INVALID: (\d+)/(\d+) digest files", verdict).groups())
        assert total == valid + 1, verdict
        answer = json.loads(verify(delivered, "--json").stdout)
        assert [one["missingDigests"] for one in answer["regions"]] == [1, 0], answer
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
    assert done.returncode == 1 and done.stdout.splitlines()[-1].startswith("NOTHING: "), done
    assert "the file was not written" in done.stderr and not file.exists()


def test_pending_files_are_counted_and_not_blamed(delivered):
    newest = max(delivered.digests())
    later = log_key(datetime.now(timezone.utc) + timedelta(minutes=5))
    s3 = delivered.server.client("s3")
    s3.put_object(Bucket=delivered.bucket, Key=later, Body=b"not yet proved")
    try:
        end = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        done = verify(delivered, "--end-time", end)
        assert (done.returncode, done.stderr) == (0, ""), (newest, done)
        assert done.stdout.splitlines()[-1].endswith("; 1 log files pending"), done
        answer = json.loads(verify(delivered, "--end-time", end, "--json").stdout)
        counts = [(one["extraFiles"], one["pendingLogFiles"]) for one in answer["regions"]]
        assert counts == [(0, 1), (0, 0)]
    finally:
        s3.delete_object(Bucket=delivered.bucket, Key=later)


HOSTILE = "k\x1b]0;title\x07\x1b[2J\u202e\u2066\x7f\u009b31m\r\nLog file\tvalid"


def is_tame(text):
    """Whether a terminal that shows it does nothing but show it."""
    own = text.replace("\n", "").replace("\t", "")
    return not any(unicodedata.category(c) == "Cc" or c in "\u202e\u2066" for c in own)


def test_no_key_of_a_third_party_reaches_the_terminal_as_it_is(delivered, tmp_path):
    access = user_who_may(delivered, "third-party", "s3:ListAllMyBuckets")
    s3 = delivered.server.client("s3", credentials=access)
    with pytest.raises(ClientError) as refused:
        s3.get_object(Bucket=delivered.bucket, Key=HOSTILE)
    denied = request_id(refused.value.response)
    env = {"AWS_ENDPOINT_URL": delivered.server.url, "AWS_ACCESS_KEY_ID": ROOT[0],
           "AWS_SECRET_ACCESS_KEY": ROOT[1]}
    for words in ([], ["--json"]):
        done = subprocess.run([binary(), "explain", denied, *words], env=env, capture_output=True,
                              text=True, timeout=60)
        assert done.returncode == 1 and "title" in done.stdout, done
        assert is_tame(done.stdout + done.stderr), done
        lines = done.stdout.splitlines()
        assert not any(line.startswith("Log file") for line in lines), done
    assert HOSTILE in json.loads(done.stdout)["Denials"][0]["Resource"]
    # What lies in the bucket under such a name is found, and reported as harmlessly.
    key = log_key(delivered.began).rsplit("/", 1)[0] + "/" + HOSTILE
    root = delivered.server.client("s3")
    root.put_object(Bucket=delivered.bucket, Key=key, Body=b"x")
    try:
        for words in ([], ["--json"]):
            done = verify(delivered, *words)
            assert done.returncode == 1 and "title" in done.stdout + done.stderr, done
            assert is_tame(done.stdout + done.stderr), done
            lines = (done.stdout + done.stderr).splitlines()
            assert not any(line.startswith("Log file\tvalid") for line in lines), done
    finally:
        root.delete_object(Bucket=delivered.bucket, Key=key)
    done = subprocess.run([binary(), "fsck", "--data-dir", tmp_path / "no\x1b[2J"], env=env,
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 4 and is_tame(done.stderr), done


def test_a_deleted_trail_is_verified_by_its_anchor(tmp_path):
    walk = tampering.deliver(tmp_path, "mori-deleted")
    try:
        anchor = tmp_path / "anchor.json"
        assert verify(walk, "--anchor", anchor).returncode == 0
        kept = json.loads(anchor.read_text())
        assert kept["publicKeys"]
        walk.server.client("cloudtrail").delete_trail(Name=walk.name)
        lost = verify(walk)
        assert lost.returncode == 2 and "--s3-bucket" in lost.stderr, lost
        # The anchor alone names trail, bucket and keys; flags state the same.
        for words in (["--anchor", anchor], ["--anchor", anchor, "--bucket", walk.bucket],
                      ["--trail-arn", walk.arn, "--bucket", walk.bucket]):
            done = tampering.verify(walk, *words)
            assert (done.returncode, done.stderr) == (0, ""), (words, done)
            assert done.stdout.splitlines()[-1].startswith("VALID: "), done
        # Without the permission for public keys, or where the server lost them, the anchor's serve.
        reader = user_who_may(walk, "reader", "s3:List*", "s3:GetObject", "s3:GetBucketLocation",
                              "kms:Decrypt")
        words = ["--trail-arn", walk.arn, "--bucket", walk.bucket]
        assert verify_as(walk, reader, *words).returncode == 3
        done = verify_as(walk, reader, *words, "--anchor", anchor)
        assert done.returncode == 0 and "the anchor's keys are used" in done.stderr, done
        thief = tampering.Thief(walk)
        thief.delete(max(walk.digests()))
        done = tampering.verify(walk, "--anchor", anchor)
        assert done.returncode == 1 and "Anchor\t" in done.stderr, done
        thief.repair()
        tampering.put_a_forged_log_file_beside_the_others(walk, thief)
        done = tampering.verify(walk, "--anchor", anchor)
        assert done.returncode == 1 and "EXTRA" in done.stderr, done
    finally:
        walk.server.stop()


def test_the_usual_self_signed_certificate_is_trusted(tmp_path):
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
