"""Whatever is done to delivered files, `aws cloudtrail validate-logs` finds it and names the file."""

import base64
import gzip
import hashlib
import json
import subprocess
from datetime import datetime, timezone

import pytest
import rsa

from eventually import eventually
from rehearsal import REGION, ROOT, SWIFT, Server, binary
from walk import Walk, request_id


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    """A stopped trail with several log files and digests. Each test repairs what it did."""
    server = Server(tmp_path_factory.mktemp("tampering"), SWIFT).start()
    walk = Walk(server, "mori-tampering").prepare().start()
    server.client("iam").list_users()  # Its event lies in us-east-1.
    for _ in range(3):
        wanted = request_id(server.client("kms").list_keys())
        eventually(lambda: wanted in {record.get("requestID") for record in walk.records()})
        walk.await_digested()
    server.client("cloudtrail").stop_logging(Name=walk.name)
    stopped = walk.status()["TimeLoggingStopped"]
    eventually(lambda: any(d["digestEndTime"] >= stopped for d in walk.digests().values()))
    yield walk
    server.stop()


def test_our_own_verifier_judges_the_files_of_each_region(delivered):
    key_id, secret = ROOT
    env = {"AWS_ENDPOINT_URL": delivered.server.url, "AWS_ACCESS_KEY_ID": key_id,
           "AWS_SECRET_ACCESS_KEY": secret}
    start = delivered.began.strftime("%Y-%m-%dT%H:%M:%SZ")
    for region in (REGION, "us-east-1"):
        words = ["verify", "--trail-arn", delivered.arn, "--start-time", start, "--region", region]

        def digests_valid():
            done = subprocess.run([binary(), *words], env=env, capture_output=True, text=True,
                                  timeout=60)
            assert (done.returncode, done.stderr) == (0, ""), (region, done)
            return " digest files valid" in done.stdout

        eventually(digests_valid, what=f"the digests of {region} are judged")


class Thief:
    """Someone with full access to the bucket."""

    def __init__(self, walk):
        self.walk, self.s3, self.taken = walk, walk.server.client("s3"), {}

    def take(self, key):
        """Remembers an object as it is, for the repair."""
        if key not in self.taken:
            answer = self.s3.get_object(Bucket=self.walk.bucket, Key=key)
            self.taken[key] = (answer["Body"].read(), answer["Metadata"])
        return self.taken[key]

    def delete(self, key):
        self.take(key)
        self.s3.delete_object(Bucket=self.walk.bucket, Key=key)

    def put(self, key, body, metadata):
        self.take(key)
        self.s3.put_object(Bucket=self.walk.bucket, Key=key, Body=body, Metadata=metadata)

    def repair(self):
        for key, (body, metadata) in self.taken.items():
            self.s3.put_object(Bucket=self.walk.bucket, Key=key, Body=body, Metadata=metadata)


@pytest.fixture
def thief(delivered):
    thief = Thief(delivered)
    yield thief
    thief.repair()


def logs(walk):
    """Log files that a digest names, in order."""
    named = {log["s3Object"] for digest in walk.digests().values() for log in digest["logFiles"]}
    files = sorted(named)
    assert len(files) >= 2
    return files


def digests(walk):
    """Names of digests, oldest first."""
    names = list(walk.digests())
    assert len(names) >= 3
    return names


def log_line(walk, key, verdict):
    return f"Log file\ts3://{walk.bucket}/{key}\tINVALID: {verdict}\n"


def digest_line(walk, key, verdict):
    return f"Digest file\ts3://{walk.bucket}/{key}\tINVALID: {verdict}\n"


def delete_a_log_file(walk, thief):
    thief.delete(logs(walk)[0])
    return [log_line(walk, logs(walk)[0], "not found")]


def change_a_record(walk, thief):
    key = logs(walk)[0]
    body, metadata = thief.take(key)
    changed = gzip.decompress(body).replace(b'"readOnly":true', b'"readOnly":false', 1)
    assert changed != gzip.decompress(body)
    thief.put(key, gzip.compress(changed), metadata)
    return [log_line(walk, key, "hash value doesn't match")]


def drop_a_record(walk, thief):
    key = logs(walk)[-1]
    body, metadata = thief.take(key)
    document = json.loads(gzip.decompress(body))
    document["Records"].pop()
    text = json.dumps(document, separators=(",", ":")).encode()
    thief.put(key, gzip.compress(text), metadata)
    return [log_line(walk, key, "hash value doesn't match")]


def append_after_the_gzip_stream(walk, thief):
    key = logs(walk)[0]
    body, metadata = thief.take(key)
    thief.put(key, body + b"more", metadata)
    return [log_line(walk, key, "unexpected data after end of compressed stream")]


def put_something_that_is_no_gzip(walk, thief):
    key = logs(walk)[0]
    thief.put(key, b"no gzip at all", {})
    return [log_line(walk, key, "invalid format")]


def swap_two_log_files(walk, thief):
    one, two = logs(walk)[:2]
    (body_one, _), (body_two, _) = thief.take(one), thief.take(two)
    thief.put(one, body_two, {})
    thief.put(two, body_one, {})
    return [log_line(walk, key, "hash value doesn't match") for key in (one, two)]


def delete_a_digest(walk, thief):
    key = digests(walk)[1]
    thief.delete(key)
    return [digest_line(walk, key, "not found")]


def change_a_digest(walk, thief):
    key = digests(walk)[1]
    body, metadata = thief.take(key)
    digest = json.loads(gzip.decompress(body))
    digest["logFiles"] = []
    digest["newestEventTime"] = "2020-01-01T00:00:00Z"
    thief.put(key, gzip.compress(json.dumps(digest).encode()), metadata)
    return [digest_line(walk, key, "signature verification failed")]


def forge_a_digest_with_an_own_key(walk, thief):
    key = digests(walk)[1]
    body, metadata = thief.take(key)
    digest = json.loads(gzip.decompress(body))
    digest["logFiles"] = []
    content = json.dumps(digest).encode()
    _, private = rsa.newkeys(1024)
    signed = "\n".join([
        digest["digestEndTime"], f"{digest['digestS3Bucket']}/{digest['digestS3Object']}",
        hashlib.sha256(content).hexdigest(), digest["previousDigestSignature"] or "null",
    ])
    signature = rsa.sign(signed.encode(), private, "SHA-256").hex()
    thief.put(key, gzip.compress(content), metadata | {"signature": signature})
    return [digest_line(walk, key, "signature verification failed")]


def forge_a_digest_with_an_own_fingerprint(walk, thief):
    key = digests(walk)[1]
    body, metadata = thief.take(key)
    digest = json.loads(gzip.decompress(body))
    public, private = rsa.newkeys(1024)
    fingerprint = hashlib.md5(public.save_pkcs1("DER")).hexdigest()
    digest["digestPublicKeyFingerprint"] = fingerprint
    content = json.dumps(digest).encode()
    signature = rsa.sign(content, private, "SHA-256").hex()
    thief.put(key, gzip.compress(content), metadata | {"signature": signature})
    region = walk.arn.split(":")[3]
    verdict = f"public key not found in region {region} for fingerprint {fingerprint}"
    return [digest_line(walk, key, verdict)]


def drop_a_digests_metadata(walk, thief):
    key = digests(walk)[1]
    body, _ = thief.take(key)
    thief.put(key, body, {})
    return [digest_line(walk, key, "signature verification failed")]


def move_a_digest_over_another(walk, thief):
    older, newer = digests(walk)[:2]
    body, metadata = thief.take(newer)
    thief.take(older)
    thief.put(older, body, metadata)
    return [digest_line(walk, older, "has been moved from its original location")]


FORMS = [
    delete_a_log_file, change_a_record, drop_a_record, append_after_the_gzip_stream,
    put_something_that_is_no_gzip, swap_two_log_files, delete_a_digest, change_a_digest,
    forge_a_digest_with_an_own_key, forge_a_digest_with_an_own_fingerprint,
    drop_a_digests_metadata, move_a_digest_over_another,
]


@pytest.mark.parametrize("tamper", FORMS, ids=lambda form: form.__name__)
def test_validation_finds_every_form_of_tampering(delivered, thief, tamper):
    lines = tamper(delivered, thief)
    verdict = delivered.validate()
    assert verdict.returncode == 1, verdict.stdout + verdict.stderr
    for line in lines:
        assert line in verdict.stderr
    assert verdict.stderr.count("INVALID") == len(lines), verdict.stderr


def test_untouched_and_repaired_files_are_valid(delivered):
    thief = Thief(delivered)
    swap_two_log_files(delivered, thief)
    delete_a_digest(delivered, thief)
    thief.repair()
    verdict = delivered.validate()
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    count = len(digests(delivered))
    assert f"{count}/{count} digest files valid" in verdict.stdout


def test_public_keys_are_pkcs1_with_their_md5_as_name(delivered):
    keys = delivered.server.client("cloudtrail").list_public_keys(
        StartTime=delivered.began, EndTime=datetime.now(timezone.utc),
    )["PublicKeyList"]
    assert keys
    for key in keys:
        der = key["Value"]
        assert base64.b64encode(der).startswith(b"MIIBCgKCAQEA")
        assert key["Fingerprint"] == hashlib.md5(der).hexdigest()
        assert rsa.PublicKey.load_pkcs1(der, "DER").e == 65537
        assert (key["ValidityEndTime"] - key["ValidityStartTime"]).days == 30
