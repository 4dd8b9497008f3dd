"""What a thief with full access to a bucket does to delivered files, and which tool finds it.

Each form is a function `(walk, thief)`: it does its damage, and gives `Findings`, what has to be
reported of it by `aws cloudtrail validate-logs` and by `shoseki verify`. `Thief.repair` undoes it.
"""

import dataclasses
import gzip
import hashlib
import json
import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import rsa
from botocore.exceptions import ClientError

from eventually import eventually
from rehearsal import ACCOUNT, REGION, ROOT, SWIFT, Server, binary
from walk import Walk, request_id

# A region in which nothing is ever called.
QUIET_REGION = "eu-north-1"
# More than two intervals of SWIFT's digests: then a digest that is not there is overdue.
AT_REST = timedelta(seconds=8)


@dataclasses.dataclass
class Findings:
    """Lines of `validate-logs`, and parts of what `verify` reports beyond them."""

    aws: list
    ours: list = dataclasses.field(default_factory=list)


def deliver(folder, name="mori-tampering"):
    """A server, and on it a stopped trail with several log files and digests in two regions."""
    server = Server(folder, SWIFT).start()
    walk = Walk(server, name).prepare().start()
    server.client("iam").list_users()  # Its event lies in us-east-1.
    for _ in range(3):
        wanted = request_id(server.client("kms").list_keys())
        eventually(lambda: wanted in {record.get("requestID") for record in walk.records()})
        walk.await_digested()
    eventually(lambda: walk.log_files("us-east-1"), what="log files of us-east-1")
    walk.await_digested(region="us-east-1")
    server.client("cloudtrail").stop_logging(Name=walk.name)
    stopped = walk.status()["TimeLoggingStopped"]
    eventually(lambda: any(d["digestEndTime"] >= stopped for d in walk.digests().values()))

    def is_at_rest():
        last = walk.status()["LatestDigestDeliveryTime"]
        return datetime.now(timezone.utc) - last > AT_REST

    eventually(is_at_rest, what="the last digests are there")
    return walk


def verify(walk, *words):
    """Runs `shoseki verify` from two minutes before the walk, as `walk.validate` does."""
    env = {"AWS_ENDPOINT_URL": walk.server.url, "AWS_ACCESS_KEY_ID": ROOT[0],
           "AWS_SECRET_ACCESS_KEY": ROOT[1]}
    since = (walk.began - timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = [binary(), "verify", "--start-time", since, *map(str, words)]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


class Auditor:
    """Keeps an anchor from before the theft, and never a newer one."""

    def __init__(self, walk, folder):
        self.walk, self.anchor, self.copy = walk, folder / "anchor.json", folder / "copy.json"
        done = verify(walk, "--trail-arn", walk.arn, "--anchor", self.anchor)
        assert done.returncode == 0, done

    def verify(self):
        """What `verify` reports with the anchor."""
        shutil.copy(self.anchor, self.copy)
        return verify(self.walk, "--trail-arn", self.walk.arn, "--anchor", self.copy)


class Thief:
    """Has full access to the bucket, and undoes what it did."""

    def __init__(self, walk):
        self.walk, self.s3, self.taken = walk, walk.server.client("s3"), {}

    def take(self, key):
        """Remembers an object as it is, or that there is none, for the repair."""
        if key not in self.taken:
            try:
                answer = self.s3.get_object(Bucket=self.walk.bucket, Key=key)
                self.taken[key] = (answer["Body"].read(), answer["Metadata"])
            except ClientError as error:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404, error
                self.taken[key] = None
        return self.taken[key]

    def delete(self, key):
        self.take(key)
        self.s3.delete_object(Bucket=self.walk.bucket, Key=key)

    def put(self, key, body, metadata=None):
        self.take(key)
        self.s3.put_object(Bucket=self.walk.bucket, Key=key, Body=body, Metadata=metadata or {})

    def repair(self):
        for key, before in self.taken.items():
            if before is None:
                self.s3.delete_object(Bucket=self.walk.bucket, Key=key)
                continue
            body, metadata = before
            self.s3.put_object(Bucket=self.walk.bucket, Key=key, Body=body, Metadata=metadata)
        self.taken = {}


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


def extra_line(walk, key, what="Log file"):
    why = {"Log file": "no valid digest names it", "Digest file": "it is in no chain of digests",
           "File": "CloudTrail gives no file such a name"}[what]
    return f"{what}\ts3://{walk.bucket}/{key}\tEXTRA: {why}\n"


def anchor_line(walk, key, verdict="not found"):
    return f"Anchor\ts3://{walk.bucket}/{key}\tINVALID: {verdict}\n"


def log_key(at, region=REGION, unique="forged0123456789"):
    """The name of a log file of this minute."""
    name = f"{ACCOUNT}_CloudTrail_{region}_{at:%Y%m%dT%H%MZ}_{unique}.json.gz"
    return f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/{at:%Y/%m/%d}/{name}"


def forged_log():
    """A log file of an event that never was."""
    record = {"eventVersion": "1.11", "eventName": "DeleteTrail", "eventID": "forged"}
    return gzip.compress(json.dumps({"Records": [record]}).encode())


def delete_a_log_file(walk, thief):
    thief.delete(logs(walk)[0])
    return Findings([log_line(walk, logs(walk)[0], "not found")])


def rename_a_log_file(walk, thief):
    key, other = logs(walk)[0], log_key(walk.began)
    body, metadata = thief.take(key)
    thief.put(other, body, metadata)
    thief.delete(key)
    return Findings([log_line(walk, key, "not found")], [extra_line(walk, other)])


def rewrite(walk, thief, change):
    """A log file has other contents."""
    key = logs(walk)[-1]
    body, metadata = thief.take(key)
    document = json.loads(gzip.decompress(body))
    change(document["Records"])
    text = json.dumps(document, separators=(",", ":")).encode()
    thief.put(key, gzip.compress(text), metadata)
    return Findings([log_line(walk, key, "hash value doesn't match")])


def change_a_record(walk, thief):
    key = logs(walk)[0]
    body, metadata = thief.take(key)
    changed = gzip.decompress(body).replace(b'"readOnly":true', b'"readOnly":false', 1)
    assert changed != gzip.decompress(body)
    thief.put(key, gzip.compress(changed), metadata)
    return Findings([log_line(walk, key, "hash value doesn't match")])


def drop_a_record(walk, thief):
    return rewrite(walk, thief, lambda records: records.pop())


def add_a_record(walk, thief):
    return rewrite(walk, thief, lambda records: records.append(dict(records[0], eventID="forged")))


def append_after_the_gzip_stream(walk, thief):
    key = logs(walk)[0]
    body, metadata = thief.take(key)
    thief.put(key, body + b"more", metadata)
    return Findings([log_line(walk, key, "unexpected data after end of compressed stream")])


def append_a_second_gzip_stream(walk, thief):
    key = logs(walk)[0]
    body, metadata = thief.take(key)
    thief.put(key, body + forged_log(), metadata)
    return Findings([log_line(walk, key, "unexpected data after end of compressed stream")])


def put_something_that_is_no_gzip(walk, thief):
    key = logs(walk)[0]
    thief.put(key, b"no gzip at all")
    return Findings([log_line(walk, key, "invalid format")])


def empty_a_log_file(walk, thief):
    key = logs(walk)[0]
    thief.put(key, b"", thief.take(key)[1])
    return Findings([log_line(walk, key, "hash value doesn't match")])


def cut_the_check_from_the_gzip_stream(walk, thief):
    key = logs(walk)[0]
    body, metadata = thief.take(key)
    thief.put(key, body[:-8], metadata)
    return Findings([], [log_line(walk, key, "invalid format")])


def swap_two_log_files(walk, thief):
    one, two = logs(walk)[:2]
    (body_one, _), (body_two, _) = thief.take(one), thief.take(two)
    thief.put(one, body_two)
    thief.put(two, body_one)
    return Findings([log_line(walk, key, "hash value doesn't match") for key in (one, two)])


def put_a_forged_log_file_beside_the_others(walk, thief):
    key = log_key(walk.began)
    thief.put(key, forged_log())
    return Findings([], [extra_line(walk, key)])


def put_a_true_log_file_there_a_second_time(walk, thief):
    key = log_key(walk.began - timedelta(minutes=1))
    thief.put(key, *thief.take(logs(walk)[0]))
    return Findings([], [extra_line(walk, key)])


def put_a_file_of_another_name_beside_the_others(walk, thief):
    key = log_key(walk.began).rsplit("/", 1)[0] + "/\u202eevil\x1b[2J.json.gz"
    thief.put(key, forged_log())
    shown = key.replace("\u202e", "\\u{202e}").replace("\x1b", "\\u{1b}")
    return Findings([], [extra_line(walk, shown, "File")])


def put_a_file_where_no_region_is(walk, thief):
    key = f"AWSLogs/{ACCOUNT}/CloudTrail/global/forged.json.gz"
    thief.put(key, forged_log())
    folder = key.rsplit("/", 1)[0] + "/"
    return Findings([], [extra_line(walk, folder, "File")])


def put_log_files_into_a_region_without_any(walk, thief):
    key = log_key(walk.began, QUIET_REGION)
    thief.put(key, forged_log())
    # Until then its digest may be still to come.
    overdue = datetime.now(timezone.utc) + AT_REST
    eventually(lambda: datetime.now(timezone.utc) > overdue, what="a digest is overdue")
    return Findings([], [f"Region {QUIET_REGION}\n", extra_line(walk, key)])


def delete_a_digest(walk, thief):
    key = digests(walk)[1]
    thief.delete(key)
    return Findings([digest_line(walk, key, "not found")])


def delete_the_newest_digest(walk, thief):
    key = digests(walk)[-1]
    thief.delete(key)
    return Findings([], [
        digest_line(walk, key, "not found, though the trail delivered it last"),
        anchor_line(walk, key),
    ])


def delete_all_digests(walk, thief):
    names = digests(walk)
    for key in names:
        thief.delete(key)
    return Findings([], [anchor_line(walk, names[-1])])


def cut_the_end_of_the_history(walk, thief):
    names = digests(walk)
    newest = names[len(names) // 2:]
    for key in newest:
        for log in walk.digests()[key]["logFiles"]:
            thief.delete(log["s3Object"])
    for key in newest:
        thief.delete(key)
    return Findings([], [anchor_line(walk, newest[-1])])


def change_a_digest(walk, thief):
    key = digests(walk)[1]
    body, metadata = thief.take(key)
    digest = json.loads(gzip.decompress(body))
    digest["logFiles"] = []
    digest["newestEventTime"] = "2020-01-01T00:00:00Z"
    thief.put(key, gzip.compress(json.dumps(digest).encode()), metadata)
    return Findings([digest_line(walk, key, "signature verification failed")])


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
    return Findings([digest_line(walk, key, "signature verification failed")])


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
    return Findings([digest_line(walk, key, verdict)])


def drop_a_digests_metadata(walk, thief):
    key = digests(walk)[1]
    body, _ = thief.take(key)
    thief.put(key, body)
    return Findings([digest_line(walk, key, "signature verification failed")])


def change_a_digests_signature(walk, thief):
    older, key = digests(walk)[:2]
    body, metadata = thief.take(key)
    thief.put(key, body, metadata | {"signature": thief.take(older)[1]["signature"]})
    return Findings([digest_line(walk, key, "signature verification failed")])


def move_a_digest_over_another(walk, thief):
    older, newer = digests(walk)[:2]
    body, metadata = thief.take(newer)
    thief.take(older)
    thief.put(older, body, metadata)
    return Findings([digest_line(walk, older, "has been moved from its original location")])


def digest_key(walk, key, at):
    """The name of a digest of the same trail that ends at another time."""
    end = walk.digests()[key]["digestEndTime"].replace("-", "").replace(":", "")
    stem = key.rsplit("/", 4)[0]
    name = key.rsplit("/", 1)[1].replace(end, f"{at:%Y%m%dT%H%M%SZ}")
    return f"{stem}/{at:%Y/%m/%d}/{name}"


def put_a_digest_between_two_others(walk, thief):
    oldest = digests(walk)[0]
    end = datetime.fromisoformat(walk.digests()[oldest]["digestEndTime"])
    taken = set(digests(walk))
    keys = (digest_key(walk, oldest, end + timedelta(seconds=s)) for s in range(1, 9))
    key = next(key for key in keys if key not in taken)
    thief.put(key, *thief.take(oldest))
    return Findings([], [extra_line(walk, key, "Digest file")])


def put_a_digest_behind_the_newest(walk, thief):
    newest = digests(walk)[-1]
    end = datetime.fromisoformat(walk.digests()[newest]["digestEndTime"])
    key = digest_key(walk, newest, end + timedelta(seconds=2))
    thief.put(key, *thief.take(newest))
    return Findings([digest_line(walk, key, "has been moved from its original location")])


FORMS = [
    delete_a_log_file, rename_a_log_file, change_a_record, drop_a_record, add_a_record,
    append_after_the_gzip_stream, append_a_second_gzip_stream, put_something_that_is_no_gzip,
    empty_a_log_file, cut_the_check_from_the_gzip_stream, swap_two_log_files,
    put_a_forged_log_file_beside_the_others, put_a_true_log_file_there_a_second_time,
    put_a_file_of_another_name_beside_the_others, put_log_files_into_a_region_without_any,
    put_a_file_where_no_region_is,
    delete_a_digest, delete_the_newest_digest, delete_all_digests,
    cut_the_end_of_the_history, change_a_digest, forge_a_digest_with_an_own_key,
    forge_a_digest_with_an_own_fingerprint, drop_a_digests_metadata, change_a_digests_signature,
    move_a_digest_over_another, put_a_digest_between_two_others, put_a_digest_behind_the_newest,
]
