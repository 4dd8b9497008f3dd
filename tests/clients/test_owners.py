"""Objects of one account in a bucket of another, where ACLs are enabled, by boto3."""

import json
import re
import subprocess

import pytest
from botocore.exceptions import ClientError

from rehearsal import REGION, ROOT, SWIFT, Server, binary

HERE = {"LocationConstraint": REGION}
FULL = "bucket-owner-full-control"
CREDENTIALS = re.compile(r"aws_(access_key_id|secret_access_key)\W+(\S+)")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    """A server with two accounts; yields an S3 client of each root user and the second account."""
    server = Server(tmp_path_factory.mktemp("owners"), SWIFT)
    server.start()
    server.stop()
    done = subprocess.run(
        [binary(), "account", "create", "writers", "--data-dir", server.data_dir],
        capture_output=True, text=True, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found = dict(CREDENTIALS.findall(done.stdout))
    writer = (found["access_key_id"], found["secret_access_key"])
    server.start()
    try:
        account = server.client("sts", credentials=writer).get_caller_identity()["Account"]
        yield server.client("s3", credentials=ROOT), server.client("s3", credentials=writer), account
    finally:
        server.stop()


@pytest.fixture
def shared_bucket(accounts, name):
    """Makes a bucket with this ownership, into which the second account may write."""
    owner, _, account = accounts

    def make(ownership):
        bucket = f"{name}-{ownership.lower()}"
        owner.create_bucket(
            Bucket=bucket, CreateBucketConfiguration=HERE, ObjectOwnership=ownership)
        owner.delete_public_access_block(Bucket=bucket)
        statement = {
            "Effect": "Allow", "Principal": {"AWS": account},
            "Action": ["s3:PutObject", "s3:PutObjectAcl"], "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        owner.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
        return bucket

    return make


def code(call, **words):
    """The code of a refusal, or `None`."""
    try:
        call(**words)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def content(s3, bucket, key):
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


@pytest.mark.parametrize("ownership", ["ObjectWriter", "BucketOwnerPreferred"])
def test_the_writer_owns_an_object_until_it_grants_the_bucket_owner(
    accounts, shared_bucket, ownership
):
    owner, writer, _ = accounts
    bucket = shared_bucket(ownership)
    writer.put_object(Bucket=bucket, Key="k", Body=b"words")
    assert content(writer, bucket, "k") == b"words"
    acl = writer.get_object_acl(Bucket=bucket, Key="k")
    assert acl["Owner"]["ID"] != owner.list_buckets()["Owner"]["ID"]
    for call in owner.get_object, owner.get_object_acl:
        assert code(call, Bucket=bucket, Key="k") == "AccessDenied"
    assert code(owner.head_object, Bucket=bucket, Key="k") == "403"
    writer.put_object_acl(Bucket=bucket, Key="k", ACL=FULL)
    assert content(owner, bucket, "k") == b"words"
    # The owner of a bucket may delete every object in it.
    owner.delete_object(Bucket=bucket, Key="k")
    assert code(writer.get_object, Bucket=bucket, Key="k") in ("NoSuchKey", "AccessDenied")


@pytest.mark.parametrize(("ownership", "handed_over"),
                         [("ObjectWriter", False), ("BucketOwnerPreferred", True)])
def test_the_canned_acl_hands_an_object_over_where_that_is_preferred(
    accounts, shared_bucket, ownership, handed_over
):
    owner, writer, _ = accounts
    bucket = shared_bucket(ownership)
    writer.put_object(Bucket=bucket, Key="k", Body=b"words", ACL=FULL)
    assert content(owner, bucket, "k") == b"words"
    acl = owner.get_object_acl(Bucket=bucket, Key="k")
    assert (acl["Owner"]["ID"] == owner.list_buckets()["Owner"]["ID"]) is handed_over
    refused = code(writer.get_object, Bucket=bucket, Key="k")
    assert refused == ("AccessDenied" if handed_over else None)


def test_acl_write_lets_a_grantee_put_with_an_acl(accounts, name):
    owner, writer, _ = accounts
    owner.create_bucket(
        Bucket=name, CreateBucketConfiguration=HERE, ObjectOwnership="ObjectWriter")
    owner.delete_public_access_block(Bucket=name)
    assert code(writer.put_object, Bucket=name, Key="k", Body=b"") == "AccessDenied"
    grantee = writer.list_buckets()["Owner"]["ID"]
    owner.put_bucket_acl(Bucket=name, GrantWrite=f"id={grantee}")
    writer.put_object(Bucket=name, Key="k", Body=b"words", ACL=FULL)
    assert content(owner, name, "k") == b"words"
    assert code(writer.list_objects_v2, Bucket=name) == "AccessDenied", "WRITE is not READ"
    # The grantee may write and delete, and not more.
    writer.delete_object(Bucket=name, Key="k")
    assert code(owner.get_object, Bucket=name, Key="k") == "NoSuchKey"


def test_the_account_that_initiated_an_upload_may_abort_it(accounts, shared_bucket):
    owner, writer, _ = accounts
    bucket = shared_bucket("ObjectWriter")
    place = {"Bucket": bucket, "Key": "parts"}
    first = writer.create_multipart_upload(**place)["UploadId"]
    writer.upload_part(**place, UploadId=first, PartNumber=1, Body=b"part")
    writer.abort_multipart_upload(**place, UploadId=first)
    assert code(writer.upload_part, **place, UploadId=first, PartNumber=1, Body=b"part") == "NoSuchUpload"
    second = writer.create_multipart_upload(**place)["UploadId"]
    part = writer.upload_part(**place, UploadId=second, PartNumber=1, Body=b"part")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    writer.complete_multipart_upload(**place, UploadId=second, MultipartUpload=parts)
    assert content(writer, bucket, "parts") == b"part"
    assert code(owner.get_object, **place) == "AccessDenied"
    third = writer.create_multipart_upload(**place)["UploadId"]
    owner.abort_multipart_upload(**place, UploadId=third)


def test_acls_are_on_once_ownership_controls_are_deleted(accounts, shared_bucket):
    owner, writer, _ = accounts
    bucket = shared_bucket("BucketOwnerEnforced")
    writer.put_object(Bucket=bucket, Key="k", Body=b"words")
    assert content(owner, bucket, "k") == b"words", "the bucket's owner owns everything"
    assert code(writer.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    owner.delete_bucket_ownership_controls(Bucket=bucket)
    writer.put_object(Bucket=bucket, Key="k", Body=b"mine", ACL="private")
    assert content(writer, bucket, "k") == b"mine"
    assert code(owner.get_object, Bucket=bucket, Key="k") == "AccessDenied"
