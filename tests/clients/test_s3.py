"""S3 as boto3 and the CLI use it, with their defaults."""

import hashlib
import io
import json
import random
import urllib.error
import urllib.request

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from urllib3.filepost import encode_multipart_formdata

from rehearsal import ACCOUNT, REGION
from walk import encryption

MIB = 1024 * 1024
HERE = {"LocationConstraint": REGION}


@pytest.fixture
def s3(shared):
    return shared.client("s3")


@pytest.fixture
def bucket(s3, name):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return name


def refused(code, call, status=None, **words):
    with pytest.raises(ClientError) as caught:
        call(**words)
    answer = caught.value.response
    assert answer["Error"]["Code"] == code, answer["Error"]
    if status:
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    return answer["Error"]


def noise(length, seed=1):
    """Bytes that no compression makes shorter, the same each time."""
    return random.Random(seed).randbytes(length)


def body(s3, bucket, key, **words):
    return s3.get_object(Bucket=bucket, Key=key, **words)["Body"].read()


def test_buckets_are_made_described_and_deleted(s3, bucket):
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == REGION
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == REGION
    assert bucket in {entry["Name"] for entry in s3.list_buckets()["Buckets"]}
    rule = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert rule["BucketKeyEnabled"] is False
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    ownership = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert ownership == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert [grant["Permission"] for grant in grants] == ["FULL_CONTROL"]
    error = refused("BucketAlreadyOwnedByYou", s3.create_bucket, 409, Bucket=bucket,
                    CreateBucketConfiguration=HERE)
    assert error["BucketName"] == bucket
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    error = refused("BucketNotEmpty", s3.delete_bucket, 409, Bucket=bucket)
    assert error["Message"] == "The bucket you tried to delete is not empty"
    s3.delete_object(Bucket=bucket, Key="k")
    s3.delete_bucket(Bucket=bucket)
    error = refused("NoSuchBucket", s3.list_objects_v2, 404, Bucket=bucket)
    assert error["Message"] == "The specified bucket does not exist"
    refused("404", s3.head_bucket, 404, Bucket=bucket)


def test_bad_bucket_names_and_places_are_refused(s3, shared):
    for bad in ("ab", "Under_score", "192.168.5.4", "xn--bucket", "a..b", "bucket-s3alias"):
        # botocore checks names itself; the server refuses the others.
        try:
            s3.create_bucket(Bucket=bad, CreateBucketConfiguration=HERE)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "InvalidBucketName", bad
        except Exception as error:  # noqa: BLE001
            assert "bucket name" in str(error).lower(), bad
        else:
            pytest.fail(f"{bad} was accepted")
    error = refused("IllegalLocationConstraintException", s3.create_bucket, 400, Bucket="some-bucket",
                    CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert "eu-west-1 location constraint is incompatible" in error["Message"]
    virginia = shared.client("s3", "us-east-1")
    virginia.create_bucket(Bucket="mori-virginia")
    assert virginia.get_bucket_location(Bucket="mori-virginia")["LocationConstraint"] is None


def test_what_has_not_been_set_is_refused_in_awss_words(s3, bucket):
    for call, code in (
        (s3.get_bucket_policy, "NoSuchBucketPolicy"),
        (s3.get_bucket_policy_status, "NoSuchBucketPolicy"),
        (s3.get_bucket_tagging, "NoSuchTagSet"),
        (s3.get_bucket_cors, "NoSuchCORSConfiguration"),
        (s3.get_bucket_lifecycle_configuration, "NoSuchLifecycleConfiguration"),
        (s3.get_bucket_website, "NoSuchWebsiteConfiguration"),
        (s3.get_bucket_replication, "ReplicationConfigurationNotFoundError"),
        (s3.get_object_lock_configuration, "ObjectLockConfigurationNotFoundError"),
    ):
        refused(code, call, 404, Bucket=bucket)
    assert s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    for call in (s3.get_bucket_logging, s3.get_bucket_accelerate_configuration,
                 s3.get_bucket_notification_configuration):
        answer = call(Bucket=bucket)
        del answer["ResponseMetadata"]
        assert answer == {}


def test_objects_carry_metadata_and_checksums(s3, bucket):
    content = noise(100_000)
    put = s3.put_object(Bucket=bucket, Key="道/a b+c%2F.txt", Body=content, ContentType="text/plain",
                        Metadata={"Owner": "mori"}, CacheControl="no-cache")
    assert put["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    assert put["ServerSideEncryption"] == "AES256"
    assert "ChecksumCRC32" in put and put["ChecksumType"] == "FULL_OBJECT"
    got = s3.get_object(Bucket=bucket, Key="道/a b+c%2F.txt")
    assert got["Body"].read() == content
    assert (got["ContentType"], got["CacheControl"]) == ("text/plain", "no-cache")
    assert got["Metadata"] == {"owner": "mori"}
    assert got["ChecksumCRC32"] == put["ChecksumCRC32"], "boto3 asks for it and has checked it"
    assert body(s3, bucket, "道/a b+c%2F.txt", Range="bytes=10-19") == content[10:20]
    assert body(s3, bucket, "道/a b+c%2F.txt", Range="bytes=-5") == content[-5:]
    error = refused("InvalidRange", s3.get_object, 416, Bucket=bucket, Key="道/a b+c%2F.txt",
                    Range="bytes=100000-")
    assert error["ActualObjectSize"] == "100000"
    error = refused("NoSuchKey", s3.get_object, 404, Bucket=bucket, Key="missing")
    assert (error["Message"], error["Key"]) == ("The specified key does not exist.", "missing")
    refused("404", s3.head_object, 404, Bucket=bucket, Key="missing")


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_every_checksum_is_verified(s3, bucket, algorithm):
    member = f"Checksum{algorithm}"
    if algorithm in {"CRC32C", "CRC64NVME"}:
        right = {"CRC32C": "yZRlqg==", "CRC64NVME": "jSnVw/bqjr4="}[algorithm]
        put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello world", **{member: right})
    else:
        put = s3.put_object(Bucket=bucket, Key="k", Body=b"hello world", ChecksumAlgorithm=algorithm)
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head[member] == put[member]
    error = refused("BadDigest", s3.put_object, 400, Bucket=bucket, Key="k", Body=b"hello worlds",
                    **{member: put[member]})
    assert error["Message"] == (
        f"The {algorithm} you specified did not match the calculated checksum."
    )
    assert body(s3, bucket, "k") == b"hello world"


def test_twenty_mebibytes_go_up_and_down_in_parts(s3, bucket, shared):
    content = noise(20 * MIB)
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB, max_concurrency=4)
    key_arn = shared.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3.put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration=encryption(key_arn))
    s3.upload_fileobj(io.BytesIO(content), bucket, "large", Config=config)
    head = s3.head_object(Bucket=bucket, Key="large")
    assert (head["ContentLength"], head["SSEKMSKeyId"]) == (len(content), key_arn)
    assert head["ETag"].endswith('-4"')
    sink = io.BytesIO()
    s3.download_fileobj(bucket, "large", sink, Config=config)
    assert sink.getvalue() == content
    assert body(s3, bucket, "large", Range=f"bytes={5 * MIB - 3}-{5 * MIB + 2}") == (
        content[5 * MIB - 3:5 * MIB + 3]
    )
    part = s3.get_object(Bucket=bucket, Key="large", PartNumber=2)
    assert part["PartsCount"] == 4
    assert part["Body"].read() == content[5 * MIB:10 * MIB]
    s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/large")
    assert hashlib.sha256(body(s3, bucket, "copy")).digest() == hashlib.sha256(content).digest()


def test_multipart_uploads_are_checked_when_they_are_completed(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    words = {"Bucket": bucket, "Key": "k", "UploadId": upload}
    first = s3.upload_part(PartNumber=1, Body=b"small", **words)["ETag"]
    second = s3.upload_part(PartNumber=2, Body=b"end", **words)["ETag"]
    listed = s3.list_parts(**words)["Parts"]
    assert [(part["PartNumber"], part["Size"], part["ETag"]) for part in listed] == [
        (1, 5, first), (2, 3, second)]
    uploads = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [entry["UploadId"] for entry in uploads] == [upload]
    parts = [{"PartNumber": 1, "ETag": first}, {"PartNumber": 2, "ETag": second}]

    def complete(parts):
        return {**words, "MultipartUpload": {"Parts": parts}}

    error = refused("EntityTooSmall", s3.complete_multipart_upload, 400, **complete(parts))
    assert (error["MinSizeAllowed"], error["ProposedSize"]) == ("5242880", "5")
    refused("InvalidPartOrder", s3.complete_multipart_upload, 400, **complete(parts[::-1]))
    refused("InvalidPart", s3.complete_multipart_upload, 400,
            **complete([{"PartNumber": 7, "ETag": first}]))
    s3.complete_multipart_upload(**complete(parts[:1]))
    assert body(s3, bucket, "k") == b"small"
    error = refused("NoSuchUpload", s3.upload_part, 404, PartNumber=1, Body=b"x",
                    **{**words, "UploadId": "nonsense"})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)
    refused("NoSuchUpload", s3.list_parts, 404, Bucket=bucket, Key="k", UploadId=upload)


def test_presigned_urls_need_no_credentials(shared, bucket):
    s3 = shared.client("s3", signature_version="s3v4")
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"})
    request = urllib.request.Request(url, data=b"by URL", method="PUT")
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"by URL"
    for spoilt in (url.replace("a%20b", "other"), url[:-1] + ("0" if url[-1] != "0" else "1")):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(spoilt)
        assert caught.value.code == 403
        assert b"<Code>SignatureDoesNotMatch</Code>" in caught.value.read()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url.split("?")[0])
    assert caught.value.code == 403
    assert b"<Code>AccessDenied</Code>" in caught.value.read()


def submit(post, content, name="photo.jpg"):
    """Sends a form as a browser does; gives status, headers and body, for any status."""
    fields = {**post["fields"], "file": (name, content, "application/octet-stream")}
    form, kind = encode_multipart_formdata(fields)
    request = urllib.request.Request(post["url"], data=form, headers={"Content-Type": kind})
    try:
        with urllib.request.build_opener(Unmoved).open(request) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


class Unmoved(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *_):
        return None


def test_presigned_forms_upload_what_their_policy_allows(shared, s3, bucket):
    signer = shared.client("s3", signature_version="s3v4")
    fields = {"acl": "bucket-owner-full-control", "x-amz-meta-color": "red",
              "success_action_status": "201", "x-amz-server-side-encryption": "AES256"}
    conditions = [{name: value} for name, value in fields.items()]
    post = signer.generate_presigned_post(
        bucket, "user/${filename}", fields, [*conditions, ["content-length-range", 1, 8 * MIB]])
    picture = noise(7 * MIB)
    status, headers, document = submit(post, picture)
    assert status == 201, document
    assert "<Key>user/photo.jpg</Key><ETag>" in document
    assert headers["Location"].endswith(f"/{bucket}/user/photo.jpg")
    stored = s3.get_object(Bucket=bucket, Key="user/photo.jpg")
    assert stored["Body"].read() == picture
    assert stored["Metadata"] == {"color": "red"}
    assert stored["ETag"] == headers["ETag"] == f'"{hashlib.md5(picture).hexdigest()}"'
    status, _, document = submit(post, noise(9 * MIB))
    assert status == 400 and "<Code>EntityTooLarge</Code>" in document, document
    assert f"<ProposedSize>{9 * MIB}</ProposedSize>" in document
    assert submit(post, b"")[0] == 400
    post["fields"]["acl"] = "public-read"
    status, _, document = submit(post, b"x")
    assert status == 403 and "Invalid according to Policy: Policy Condition failed" in document
    moved = signer.generate_presigned_post(
        bucket, "k", {"success_action_redirect": "http://127.0.0.1/done"},
        [["starts-with", "$success_action_redirect", "http://127.0.0.1/"]])
    status, headers, _ = submit(moved, b"x")
    assert status == 303
    assert headers["Location"].startswith(f"http://127.0.0.1/done?bucket={bucket}&key=k&etag=%22")


def test_conditional_writes_and_reads(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"1", IfNoneMatch="*")["ETag"]
    error = refused("PreconditionFailed", s3.put_object, 412, Bucket=bucket, Key="k", Body=b"2",
                    IfNoneMatch="*")
    assert error["Condition"] == "If-None-Match"
    refused("PreconditionFailed", s3.put_object, 412, Bucket=bucket, Key="k", Body=b"2",
            IfMatch='"0123456789abcdef0123456789abcdef"')
    refused("NoSuchKey", s3.put_object, 404, Bucket=bucket, Key="none", Body=b"2", IfMatch=etag)
    s3.put_object(Bucket=bucket, Key="k", Body=b"2", IfMatch=etag)
    assert body(s3, bucket, "k") == b"2"
    now = s3.head_object(Bucket=bucket, Key="k")["ETag"]
    refused("304", s3.get_object, 304, Bucket=bucket, Key="k", IfNoneMatch=now)
    refused("PreconditionFailed", s3.get_object, 412, Bucket=bucket, Key="k", IfMatch=etag)


def test_versions_are_kept_and_found_again(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"before")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket=bucket, Key="k", Body=text)["VersionId"] for text in (b"1", b"2")]
    marker = s3.delete_object(Bucket=bucket, Key="k")
    assert marker["DeleteMarker"] is True
    refused("NoSuchKey", s3.get_object, 404, Bucket=bucket, Key="k")
    refused("MethodNotAllowed", s3.get_object, 405, Bucket=bucket, Key="k",
            VersionId=marker["VersionId"])
    assert body(s3, bucket, "k", VersionId=ids[0]) == b"1"
    assert body(s3, bucket, "k", VersionId="null") == b"before"
    listed = s3.list_object_versions(Bucket=bucket)
    assert [entry["VersionId"] for entry in listed["Versions"]] == [ids[1], ids[0], "null"]
    assert [entry["VersionId"] for entry in listed["DeleteMarkers"]] == [marker["VersionId"]]
    s3.delete_object(Bucket=bucket, Key="k", VersionId=marker["VersionId"])
    assert body(s3, bucket, "k") == b"2"
    refused("NoSuchVersion", s3.get_object, 404, Bucket=bucket, Key="k",
            VersionId=marker["VersionId"])
    refused("InvalidArgument", s3.get_object, 400, Bucket=bucket, Key="k", VersionId="nonsense")
    error = refused("BucketNotEmpty", s3.delete_bucket, 409, Bucket=bucket)
    assert error["Message"].endswith("You must delete all versions in the bucket.")


def test_lists_are_paged_and_folded(s3, bucket):
    keys = [f"{folder}/{number}" for folder in "abc" for number in range(5)] + ["z"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for call in ("list_objects_v2", "list_objects"):
        paginate = s3.get_paginator(call).paginate
        pages = list(paginate(Bucket=bucket, PaginationConfig={"PageSize": 4}))
        assert [len(page["Contents"]) for page in pages] == [4, 4, 4, 4]
        assert [entry["Key"] for page in pages for entry in page["Contents"]] == keys
        pages = list(paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}))
        folded = [[entry["Prefix"] for entry in page.get("CommonPrefixes", [])] for page in pages]
        assert folded == [["a/", "b/"], ["c/"]]
        assert [entry["Key"] for entry in pages[1]["Contents"]] == ["z"]
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="c/3", FetchOwner=True)
    assert [entry["Key"] for entry in after["Contents"]] == ["c/4", "z"]
    assert after["KeyCount"] == 2
    error = refused("InvalidArgument", s3.list_objects_v2, 400, Bucket=bucket,
                    ContinuationToken="nonsense")
    assert error["Message"] == "The continuation token provided is incorrect"
    deleted = s3.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys + ["none"]]})
    assert len(deleted["Deleted"]) == len(keys) + 1
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_the_cli_copies_syncs_lists_and_removes(shared, s3, name):
    folder = shared.folder / name
    (folder / "sub").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    (folder / "sub" / "two.txt").write_text("two")
    (folder / "large").write_bytes(noise(9 * MIB))
    at = f"s3://{name}"
    assert "make_bucket" in shared.cli("s3", "mb", at).stdout
    shared.cli("s3", "cp", folder / "one.txt", f"{at}/first.txt")
    shared.cli("s3", "sync", folder, f"{at}/tree/")
    listed = shared.cli("s3", "ls", "--recursive", at).stdout.split("\n")
    assert [line.split()[-1] for line in listed if line] == [
        "first.txt", "tree/large", "tree/one.txt", "tree/sub/two.txt"]
    assert "PRE tree/" in shared.cli("s3", "ls", f"{at}/").stdout
    assert shared.cli("s3", "sync", folder, f"{at}/tree/").stdout == "", "nothing to do"
    shared.cli("s3", "cp", "--recursive", f"{at}/tree/", f"{at}/again/")
    back = shared.folder / f"{name}-back"
    shared.cli("s3", "sync", f"{at}/again/", back)
    for path in ("one.txt", "sub/two.txt", "large"):
        assert (back / path).read_bytes() == (folder / path).read_bytes()
    assert shared.cli("s3", "cp", f"{at}/first.txt", "-").stdout == "one"
    shared.cli("s3", "mv", f"{at}/first.txt", f"{at}/moved.txt")
    shared.cli("s3", "rm", "--recursive", at)
    shared.cli("s3", "rb", at)
    run = shared.cli("s3", "ls", at, check=False)
    assert run.returncode != 0 and "(NoSuchBucket)" in run.stderr


def test_policies_settings_and_tags_come_back_as_they_went(s3, bucket):
    policy = {"Version": "2012-10-17", "Statement": [{
        "Sid": "deny plain", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/secret/*"}]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False
    s3.put_object(Bucket=bucket, Key="secret/k", Body=b"x")
    error = refused("AccessDenied", s3.get_object, 403, Bucket=bucket, Key="secret/k")
    assert error["Message"] == (
        f"User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: s3:GetObject on "
        f'resource: "arn:aws:s3:::{bucket}/secret/k" with an explicit deny in a resource-based '
        "policy"
    )
    refused("MalformedPolicy", s3.put_bucket_policy, 400, Bucket=bucket, Policy="{}")
    elsewhere = json.dumps(policy).replace(bucket, "another-bucket")
    error = refused("MalformedPolicy", s3.put_bucket_policy, 400, Bucket=bucket, Policy=elsewhere)
    assert error["Message"] == "Policy has invalid resource"
    public = json.loads(json.dumps(policy).replace("Deny", "Allow"))
    refused("AccessDenied", s3.put_bucket_policy, 403, Bucket=bucket, Policy=json.dumps(public))
    s3.delete_bucket_policy(Bucket=bucket)

    tags = {"TagSet": [{"Key": "team", "Value": "red"}]}
    s3.put_bucket_tagging(Bucket=bucket, Tagging=tags)
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags["TagSet"]
    rules = [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "AWSLogs/"},
              "Expiration": {"Days": 400}}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == rules
    cors = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": cors})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == cors
    s3.put_object_tagging(Bucket=bucket, Key="secret/k", Tagging=tags)
    assert s3.get_object_tagging(Bucket=bucket, Key="secret/k")["TagSet"] == tags["TagSet"]
    assert s3.get_object(Bucket=bucket, Key="secret/k")["TagCount"] == 1


def test_kms_encrypted_objects_need_their_key(shared, s3, bucket):
    kms = shared.client("kms")
    key_arn = kms.create_key()["KeyMetadata"]["Arn"]
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"words", ServerSideEncryption="aws:kms",
                        SSEKMSKeyId=key_arn)
    assert (put["ServerSideEncryption"], put["SSEKMSKeyId"]) == ("aws:kms", key_arn)
    assert put["ETag"] != f'"{hashlib.md5(b"words").hexdigest()}"'
    assert body(s3, bucket, "k") == b"words"
    kms.disable_key(KeyId=key_arn)
    error = refused("KMS.DisabledException", s3.get_object, 400, Bucket=bucket, Key="k")
    assert error["Message"] == f"{key_arn} is disabled."
    assert s3.head_object(Bucket=bucket, Key="k")["SSEKMSKeyId"] == key_arn
    refused("KMS.DisabledException", s3.put_object, 400, Bucket=bucket, Key="k2", Body=b"words",
            ServerSideEncryption="aws:kms", SSEKMSKeyId=key_arn)
    refused("KMS.NotFoundException", s3.put_object, 400, Bucket=bucket, Key="k2", Body=b"words",
            ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/missing")


def test_locked_versions_cannot_be_deleted_even_by_root(s3, name):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 1}}
    s3.put_object_lock_configuration(
        Bucket=name, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": rule})
    version = s3.put_object(Bucket=name, Key="k", Body=b"x")["VersionId"]
    retention = s3.get_object_retention(Bucket=name, Key="k")["Retention"]
    assert retention["Mode"] == "COMPLIANCE"
    error = refused("AccessDenied", s3.delete_object, 403, Bucket=name, Key="k", VersionId=version)
    assert error["Message"] == "Access Denied because object protected by object lock."
    refused("AccessDenied", s3.delete_object, 403, Bucket=name, Key="k", VersionId=version,
            BypassGovernanceRetention=True)
    s3.delete_object(Bucket=name, Key="k")
    assert body(s3, name, "k", VersionId=version) == b"x"


def test_virtual_hosts_are_understood(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"by host")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={
        "BlockPublicPolicy": False, "RestrictPublicBuckets": False})
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*"}]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    for host in (f"{bucket}.localhost:{shared.port}", f"{bucket}.s3.localhost:{shared.port}",
                 f"{bucket}.s3.{REGION}.localhost:{shared.port}"):
        request = urllib.request.Request(f"{shared.url}/k", headers={"Host": host})
        with urllib.request.urlopen(request) as answer:
            assert answer.read() == b"by host", host


def test_a_bucket_elsewhere_is_found_by_clients_that_follow_regions(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"found")
    there = shared.client("s3", region="eu-west-1")
    assert body(there, bucket, "k") == b"found"
    assert there.head_object(Bucket=bucket, Key="k")["ContentLength"] == 5
    assert there.head_bucket(Bucket=bucket)["BucketRegion"] == REGION
    assert shared.cli("s3", "cp", f"s3://{bucket}/k", "-", region="us-east-1").stdout == "found"


def test_every_key_of_a_long_delete_has_its_result(shared, s3, bucket):
    for key in ("mine/1", "mine/2", "other"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    iam = shared.client("iam")
    iam.create_user(UserName=bucket)
    policy = {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{bucket}/mine/*"}]}
    iam.put_user_policy(UserName=bucket, PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=bucket)["AccessKey"]
    cleaner = shared.client("s3", credentials=(key["AccessKeyId"], key["SecretAccessKey"]))
    answer = cleaner.delete_objects(Bucket=bucket, Delete={
        "Objects": [{"Key": "mine/1"}, {"Key": "other"}, {"Key": "mine/2"}]})
    assert [entry["Key"] for entry in answer["Deleted"]] == ["mine/1", "mine/2"]
    assert answer["Errors"] == [{
        "Key": "other", "Code": "AccessDenied", "Message":
            f"User: arn:aws:iam::{ACCOUNT}:user/{bucket} is not authorized to perform: "
            f's3:DeleteObject on resource: "arn:aws:s3:::{bucket}/other" because no '
            "identity-based policy allows the s3:DeleteObject action"}]
    assert body(s3, bucket, "other") == b"x"
