"""The article's four steps by AWS CLI, as a reader types them, and everything they promise."""

import gzip
import json
import re
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import pytest

from eventually import eventually
from rehearsal import ACCOUNT, AWS_V2, REGION
from walk import Walk, bucket_policy, encryption, history, key_policy, request_id, trail_arn

ALIAS = "alias/mori/kms"
BUCKET = "mori-s3-cloudtrail-management-event"
TRAIL = "mori-cloudtrail-management-event"
LOG_FILE = re.compile(
    rf"AWSLogs/{ACCOUNT}/CloudTrail/(?P<region>[a-z0-9-]+)/\d{{4}}/\d\d/\d\d/"
    rf"{ACCOUNT}_CloudTrail_(?P=region)_\d{{8}}T\d{{4}}Z_[A-Za-z0-9]{{16}}\.json\.gz"
)
DIGEST = re.compile(
    rf"AWSLogs/{ACCOUNT}/CloudTrail-Digest/(?P<region>[a-z0-9-]+)/\d{{4}}/\d\d/\d\d/"
    rf"{ACCOUNT}_CloudTrail-Digest_(?P=region)_{TRAIL}_{REGION}_\d{{8}}T\d{{6}}Z\.json\.gz"
)


def answer(run):
    """What the CLI printed."""
    return json.loads(run.stdout)


def four_steps(server):
    """Steps 1 to 3; gives the walk that step 4 reads."""
    walk = Walk(server, TRAIL)
    walk.bucket = BUCKET

    key = answer(server.cli("kms", "create-key"))["KeyMetadata"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")
    assert (key["Origin"], key["MultiRegion"]) == ("AWS_KMS", False)
    walk.key_arn = key["Arn"]
    server.cli("kms", "create-alias", "--alias-name", ALIAS, "--target-key-id", key["KeyId"])
    server.cli(
        "kms", "put-key-policy", "--key-id", key["KeyId"], "--policy-name", "default",
        "--policy", json.dumps(key_policy(TRAIL)),
    )

    server.cli("s3", "mb", f"s3://{BUCKET}")
    server.cli(
        "s3api", "put-bucket-encryption", "--bucket", BUCKET,
        "--server-side-encryption-configuration", json.dumps(encryption(walk.key_arn)),
    )
    refused = server.cli("s3api", "get-bucket-policy", "--bucket", BUCKET, check=False)
    assert "(NoSuchBucketPolicy)" in refused.stderr, "the article: no bucket policy yet"

    server.cli(
        "s3api", "put-bucket-policy", "--bucket", BUCKET,
        "--policy", json.dumps(bucket_policy(BUCKET, TRAIL)),
    )
    trail = answer(server.cli(
        "cloudtrail", "create-trail", "--name", TRAIL, "--s3-bucket-name", BUCKET,
        "--kms-key-id", ALIAS, "--enable-log-file-validation", "--is-multi-region-trail",
    ))
    assert trail == {
        "Name": TRAIL, "S3BucketName": BUCKET, "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True, "TrailARN": trail_arn(TRAIL),
        "LogFileValidationEnabled": True, "KmsKeyId": walk.key_arn, "IsOrganizationTrail": False,
    } | ({"RecursiveLogging": trail["RecursiveLogging"]} if "RecursiveLogging" in trail else {})
    status = answer(server.cli("cloudtrail", "get-trail-status", "--name", TRAIL))
    assert status["IsLogging"] is False, "a trail does not log before StartLogging"
    server.cli("cloudtrail", "start-logging", "--name", TRAIL)
    walk.let_the_second_pass()
    return walk


@pytest.mark.flags("--rehearse")
def test_the_four_steps_end_with_validated_encrypted_log_files(server):
    walk = four_steps(server)
    kms = server.client("kms")
    mine = [request_id(kms.encrypt(KeyId=ALIAS, Plaintext=b"secret words"))]
    mine.append(request_id(server.client("iam").create_user(UserName="alice")))
    mine.append(request_id(server.client("sts", "us-east-1").get_caller_identity()))

    def all_regions():
        return history(server) + history(server, "us-east-1")

    recorded = {record["requestID"]: record for record in all_regions() if "requestID" in record}
    assert set(mine) <= set(recorded), "an answered call is in event history at once"
    assert recorded[mine[0]]["eventName"] == "Encrypt"

    selected = walk.selected(REGION, "us-east-1")
    assert set(mine) <= {record.get("requestID") for record in selected}
    walk.await_records({record["eventID"] for record in selected})
    server.cli("s3", "ls", "--recursive", f"s3://{BUCKET}/AWSLogs/{ACCOUNT}/CloudTrail/")
    files_are_as_the_article_shows(walk)
    records_are_delivered_once(walk, all_regions())
    history_finds_the_calls(server)

    walk.await_digested(within=50)
    verdict = walk.validate()
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr
    assert re.search(r"^[1-9]\d*/[1-9]\d* digest files valid$", verdict.stdout, re.M), verdict
    assert re.search(r"^[1-9]\d*/[1-9]\d* log files valid$", verdict.stdout, re.M), verdict
    assert "INVALID" not in verdict.stdout + verdict.stderr
    digest_objects_are_signed(walk)
    server.stop()
    no_plaintext_is_on_disk(server)


def files_are_as_the_article_shows(walk):
    """Step 4: gzip, one line of JSON, SSE-KMS under the trail's key."""
    s3 = walk.server.client("s3")
    keys = walk.objects("CloudTrail")
    assert keys
    for key in keys:
        named = LOG_FILE.fullmatch(key)
        assert named, key
        head = s3.head_object(Bucket=BUCKET, Key=key)
        assert head["ServerSideEncryption"] == "aws:kms"
        assert head["SSEKMSKeyId"] == walk.key_arn
        assert head["BucketKeyEnabled"] is True
        assert (head["ContentType"], head["ContentEncoding"]) == ("application/json", "gzip")
        assert head["Metadata"] == {}
        body = walk.body(key)
        assert body[:3] == b"\x1f\x8b\x08"
        text = gzip.decompress(body).decode()
        assert text.startswith('{"Records":[{"eventVersion":"1.') and "\n" not in text
        for record in json.loads(text)["Records"]:
            assert record["awsRegion"] == named["region"]
            assert record["recipientAccountId"] == ACCOUNT


def records_are_delivered_once(walk, known):
    """Each event is in one file, and is the record that event history has."""
    delivered = walk.records()
    repeated = {i: n for i, n in Counter(r["eventID"] for r in delivered).items() if n > 1}
    assert not repeated
    by_id = {record["eventID"]: record for record in delivered}
    both = [record for record in known if record["eventID"] in by_id]
    assert both
    for record in both:
        assert by_id[record["eventID"]] == record
    assert "secret words" not in json.dumps(delivered)


def history_finds_the_calls(server):
    """LookupEvents by CLI, each attribute once."""
    def found(key, value, region=REGION):
        run = server.cli(
            "cloudtrail", "lookup-events", "--lookup-attributes",
            f"AttributeKey={key},AttributeValue={value}", region=region,
        )
        return answer(run)["Events"]

    created = found("EventName", "CreateTrail")
    assert len(created) == 1
    assert created[0]["EventSource"] == "cloudtrail.amazonaws.com"
    assert created[0]["ReadOnly"] == "false"
    assert created[0]["Username"] == "root"
    resources = {(r["ResourceType"], r["ResourceName"]) for r in created[0]["Resources"]}
    assert ("AWS::S3::Bucket", BUCKET) in resources
    assert ("AWS::CloudTrail::Trail", TRAIL) in resources
    assert found("EventId", created[0]["EventId"]) == created
    assert created[0] in found("ResourceName", BUCKET)
    assert {event["EventName"] for event in found("EventSource", "kms.amazonaws.com")} >= {
        "CreateKey", "CreateAlias", "PutKeyPolicy", "Encrypt", "GenerateDataKey",
    }
    user = found("ResourceName", "alice", region="us-east-1")
    assert [event["EventName"] for event in user] == ["CreateUser"]
    assert found("EventName", "createtrail") == [], "values are case-sensitive"


def digest_objects_are_signed(walk):
    """Digests: named by trail, chained, signed in metadata, under the trail's key."""
    s3 = walk.server.client("s3")
    previous = None
    for key, digest in walk.digests().items():
        assert DIGEST.fullmatch(key), key
        head = s3.head_object(Bucket=BUCKET, Key=key)
        assert head["ServerSideEncryption"] == "aws:kms"
        assert head["Metadata"]["signature-algorithm"] == "SHA256withRSA"
        assert re.fullmatch("[0-9a-f]{512}", head["Metadata"]["signature"])
        assert list(digest) == [
            "awsAccountId", "digestStartTime", "digestEndTime", "digestS3Bucket",
            "digestS3Object", "digestPublicKeyFingerprint", "digestSignatureAlgorithm",
            "newestEventTime", "oldestEventTime", "previousDigestS3Bucket",
            "previousDigestS3Object", "previousDigestHashValue", "previousDigestHashAlgorithm",
            "previousDigestSignature", "logFiles",
        ]
        assert digest["digestS3Object"] == key
        assert digest["previousDigestS3Object"] == (previous and previous["digestS3Object"])
        if previous:
            assert digest["digestStartTime"] == previous["digestEndTime"]
        previous = digest
    now = datetime.now(timezone.utc)
    keys = walk.server.client("cloudtrail").list_public_keys(StartTime=walk.began, EndTime=now)
    fingerprints = {key["Fingerprint"] for key in keys["PublicKeyList"]}
    assert previous["digestPublicKeyFingerprint"] in fingerprints


def no_plaintext_is_on_disk(server):
    """Neither what was encrypted nor what was delivered can be read in the data directory."""
    for path in server.data_dir.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"secret words" not in content, path
            assert b'{"Records":[' not in content, path


@pytest.mark.flags("--rehearse", "--delivery-interval", "1s", "--digest-interval", "3s")
def test_a_stopped_trail_gets_its_last_events_and_its_last_digest(server, name):
    walk = Walk(server, name).prepare().start()
    trails = server.client("cloudtrail")
    stopped = request_id(trails.stop_logging(Name=name))
    after = request_id(server.client("kms").list_keys())

    def last_event():
        return any(record.get("requestID") == stopped for record in walk.records())

    eventually(last_event, what="StopLogging itself is delivered")
    walk.await_digested()
    assert after not in {record.get("requestID") for record in walk.records()}
    status = walk.status()
    assert status["IsLogging"] is False and status["StopLoggingTime"] > status["StartLoggingTime"]
    trails.start_logging(Name=name)
    again = request_id(server.client("kms").list_keys())
    eventually(lambda: again in {record.get("requestID") for record in walk.records()})
    walk.await_digested()
    starting = [d for d in walk.digests().values() if d["previousDigestSignature"] is None]
    assert len(starting) == 2, "logging that starts again starts a chain"
    verdict = walk.validate()
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


@pytest.mark.skipif(not Path(AWS_V2).exists(), reason="there is no second version of the CLI here")
def test_the_second_version_of_the_cli_walks_too(server, name):
    # The version that Debian ships takes no endpoint from the environment.
    def aws(*words, check=True):
        return server.cli(*words, "--endpoint-url", server.url, aws=(AWS_V2,), check=check)

    key = answer(aws("kms", "create-key"))["KeyMetadata"]
    policy = json.dumps(key_policy(name))
    aws("kms", "put-key-policy", "--key-id", key["KeyId"], "--policy-name", "default",
        "--policy", policy)
    aws("s3", "mb", f"s3://{name}-logs")
    aws("s3api", "put-bucket-policy", "--bucket", f"{name}-logs",
        "--policy", json.dumps(bucket_policy(f"{name}-logs", name)))
    aws("cloudtrail", "create-trail", "--name", name, "--s3-bucket-name", f"{name}-logs",
        "--kms-key-id", key["Arn"], "--enable-log-file-validation", "--is-multi-region-trail")
    aws("cloudtrail", "start-logging", "--name", name)
    walk = Walk(server, name)
    eventually(lambda: walk.log_files(), what="a log file")
    listed = aws("s3", "ls", "--recursive", f"s3://{name}-logs/AWSLogs/").stdout
    assert ".json.gz" in listed
    refused = aws("s3api", "get-bucket-policy", "--bucket", f"{name}-none", check=False)
    assert "(NoSuchBucket)" in refused.stderr
