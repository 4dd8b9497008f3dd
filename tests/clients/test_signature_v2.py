"""Signature Version 2, with which boto3 and the CLI sign presigned URLs and forms by default."""

import json
import time
from email.utils import formatdate
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
import urllib3
from botocore.exceptions import ClientError

from rehearsal import REGION, SWIFT
from test_s3 import submit

HERE = {"LocationConstraint": REGION}
KMS_TEXT = ("Requests specifying Server Side Encryption with AWS KMS managed keys require AWS "
            "Signature Version 4.")


@pytest.fixture
def s3(shared):
    return shared.client("s3")


@pytest.fixture
def bucket(s3, name):
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=HERE)
    return name


def ask(url, data=None, method="GET", headers=None):
    """Status, headers and body of the answer; nothing else is sent."""
    answer = urllib3.request(method, url, body=data, headers=headers or {}, retries=False)
    return answer.status, answer.headers, answer.data


def error(answer):
    """Status and elements of a refusal."""
    return answer[0], {child.tag: child.text for child in ElementTree.fromstring(answer[2])}


def test_urls_that_boto3_presigns_by_default(s3, bucket):
    words = {"Bucket": bucket, "Key": "a b/é+~"}
    url = s3.generate_presigned_url(
        "put_object", Params={**words, "Metadata": {"color": "red"}, "ContentType": "text/x"})
    assert "AWSAccessKeyId=" in url and "X-Amz-Algorithm" not in url
    assert ask(url, b"by URL", "PUT", {"Content-Type": "text/x"})[0] == 200
    status, elements = error(ask(url, b"x", "PUT", {"Content-Type": "text/y"}))
    assert (status, elements["Code"]) == (403, "SignatureDoesNotMatch")
    assert {"AWSAccessKeyId", "StringToSign", "SignatureProvided",
            "StringToSignBytes"} <= elements.keys() and "CanonicalRequest" not in elements
    metadata = {"Content-Type": "text/x", "x-amz-meta-color": "blue"}
    assert error(ask(url, b"x", "PUT", metadata))[1]["Code"] == "SignatureDoesNotMatch"
    # What Version 2 does not sign may differ.
    other = {"Content-Type": "text/x", "Content-Encoding": "x-own"}
    assert ask(url, b"by URL", "PUT", other)[0] == 200
    url = s3.generate_presigned_url("get_object", Params={
        **words, "ResponseContentType": "text/y; a=b", "ResponseContentDisposition": 'x; y="z é"'})
    status, headers, content = ask(url)
    assert (status, content, headers["Content-Type"]) == (200, b"by URL", "text/y; a=b")
    assert headers["x-amz-meta-color"] == "red"
    assert error(ask(url + "&acl"))[1]["Code"] == "SignatureDoesNotMatch"
    assert error(ask(url, method="DELETE"))[1]["Code"] == "SignatureDoesNotMatch"
    for operation in ("list_objects_v2", "list_objects", "get_bucket_acl", "head_bucket"):
        url = s3.generate_presigned_url(operation, Params={"Bucket": bucket})
        method = "HEAD" if operation == "head_bucket" else "GET"
        assert ask(url, method=method)[0] == 200, operation


def test_an_expired_url_reports_when_it_expired(s3, bucket):
    url = s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=-9)
    status, elements = error(ask(url))
    assert (status, elements["Code"], elements["Message"]) == (
        403, "AccessDenied", "Request has expired")
    assert {"Expires", "ServerTime"} <= elements.keys() and "X-Amz-Expires" not in elements
    status, elements = error(ask(url.replace("Expires=", "Expires=x")))
    assert elements["Message"].startswith("Invalid date (should be seconds since epoch): x")
    status, elements = error(ask(url.split("&Signature")[0]))
    assert (status, elements["Code"]) == (403, "AccessDenied")
    assert elements["Message"].startswith("Query-string authentication requires the Signature")


def test_forms_that_boto3_presigns_by_default(s3, bucket):
    post = s3.generate_presigned_post(bucket, "${filename}", {"acl": "bucket-owner-full-control"},
                                      [{"acl": "bucket-owner-full-control"}, ["content-length-range", 1, 9]])
    assert {"AWSAccessKeyId", "policy", "signature"} <= post["fields"].keys()
    assert submit(post, b"by form")[0] == 204
    assert s3.get_object(Bucket=bucket, Key="photo.jpg")["Body"].read() == b"by form"
    status, _, document = submit(post, b"x" * 10)
    assert status == 400 and "<Code>EntityTooLarge</Code>" in document
    post["fields"]["policy"] = post["fields"]["policy"][:-4] + "AAAA"
    status, _, document = submit(post, b"x")
    assert status == 403 and "<Code>SignatureDoesNotMatch</Code>" in document
    assert "<StringToSignBytes>" in document


def test_the_bucket_of_the_host_is_signed(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    virtual = shared.client("s3", url=f"http://localhost:{shared.port}",
                            s3={"addressing_style": "virtual"})
    host = f"{bucket}.localhost:{shared.port}"
    for operation, words in (("get_object", {"Key": "a b"}), ("list_objects_v2", {})):
        url = virtual.generate_presigned_url(operation, Params={"Bucket": bucket, **words})
        assert url.startswith(f"http://{host}/") and "AWSAccessKeyId=" in url
        here = url.replace(host, f"127.0.0.1:{shared.port}", 1)
        assert ask(here, headers={"Host": host})[0] == 200, operation
        other = {"Host": f"other.localhost:{shared.port}"}
        assert error(ask(here, headers=other))[1]["Code"] == "SignatureDoesNotMatch"


def test_a_client_may_sign_all_it_does_by_version_2(shared, s3, bucket):
    """Every sub-resource that the client signs is signed as the server expects it."""
    old = shared.client("s3", signature_version="s3")
    old.put_object(Bucket=bucket, Key="a/b c", Body=b"x" * 9, Metadata={"A": "1  2"})
    assert old.get_object(Bucket=bucket, Key="a/b c")["Body"].read() == b"x" * 9
    assert old.list_objects_v2(Bucket=bucket, Prefix="a/")["KeyCount"] == 1
    old.put_object_tagging(Bucket=bucket, Key="a/b c", Tagging={"TagSet": []})
    old.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = old.put_object(Bucket=bucket, Key="v", Body=b"")["VersionId"]
    old.get_object(Bucket=bucket, Key="v", VersionId=version)
    upload = old.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
    etag = old.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"p")["ETag"]
    assert len(old.list_parts(Bucket=bucket, Key="m", UploadId=upload)["Parts"]) == 1
    old.complete_multipart_upload(Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={
        "Parts": [{"PartNumber": 1, "ETag": etag}]})
    old.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "a/b c"})
    old.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "c"}]})
    rules = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]}
    old.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)
    for read in ("get_bucket_acl", "get_bucket_cors", "get_bucket_location", "get_bucket_versioning",
                 "get_bucket_logging", "list_object_versions", "list_multipart_uploads",
                 "get_bucket_request_payment", "get_bucket_accelerate_configuration"):
        getattr(old, read)(Bucket=bucket)
    assert bucket in {entry["Name"] for entry in old.list_buckets()["Buckets"]}


def test_a_session_shows_its_token(shared, s3, bucket):
    made = shared.client("sts").get_session_token()["Credentials"]
    made = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    session = shared.client("s3", credentials=made)
    url = session.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert ask(url, b"x", "PUT")[0] == 200
    assert submit(session.generate_presigned_post(bucket, "k"), b"y")[0] == 204
    without = shared.client("s3", credentials=made[:2])
    url = without.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert error(ask(url))[1]["Code"] in ("InvalidToken", "InvalidAccessKeyId")


def test_the_cli_presigns(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"shared")
    url = shared.cli("s3", "presign", f"s3://{bucket}/k").stdout.strip()
    assert "AWSAccessKeyId=" in url
    assert ask(url)[2] == b"shared"


def test_kms_demands_version_4(shared, s3, bucket):
    kms = {"ServerSideEncryption": "aws:kms"}
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k", **kms})
    status, elements = error(ask(url, b"x", "PUT"))
    assert (status, elements["Code"], elements["Message"]) == (400, "InvalidArgument", KMS_TEXT)
    assert (elements["ArgumentName"], elements["ArgumentValue"]) == ("Authorization", "null")
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]})
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    assert error(ask(url, b"x", "PUT"))[1]["Message"] == KMS_TEXT
    assert KMS_TEXT in submit(s3.generate_presigned_post(bucket, "k"), b"x")[2]
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert error(ask(url))[1]["Message"] == KMS_TEXT
    new = shared.client("s3", signature_version="s3v4")
    url = new.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    assert ask(url)[2] == b"x"


def test_a_policy_denies_version_2(shared, s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({
        "Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*Object",
             "Resource": f"arn:aws:s3:::{bucket}/*",
             "Condition": {"StringEquals": {"s3:signatureversion": "AWS"}}}]}))
    words = {"Params": {"Bucket": bucket, "Key": "k"}}
    assert error(ask(s3.generate_presigned_url("get_object", **words)))[1]["Code"] == "AccessDenied"
    assert submit(s3.generate_presigned_post(bucket, "k"), b"x")[0] == 403
    new = shared.client("s3", signature_version="s3v4")
    assert ask(new.generate_presigned_url("get_object", **words))[0] == 200



def test_raw_headers_are_refused_in_s3s_words(shared, s3, bucket):
    url = f"{shared.url}/{bucket}/k"
    now = formatdate(usegmt=True)

    def refusal(header, date=now, target=url):
        return error(ask(target, headers={"Authorization": header, "Date": date}))

    status, elements = refusal("AWS garbage")
    assert (status, elements["Code"], elements["ArgumentValue"]) == (
        400, "InvalidArgument", "AWS garbage")
    assert elements["Message"].startswith("AWS authorization header is invalid.")
    assert refusal("AWS a:b")[1]["Code"] == "InvalidAccessKeyId"
    assert refusal("AWS a:b", "soon")[1]["Message"].startswith("AWS authentication requires")
    status, elements = refusal("AWS a:b", formatdate(time.time() - 1000, usegmt=True))
    assert (status, elements["Code"]) == (403, "RequestTimeTooSkewed")
    signed = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"})
    status, elements = refusal("AWS a:b", target=signed)
    assert (status, elements["Code"], elements["ArgumentName"]) == (
        400, "InvalidArgument", "Authorization")
    assert elements["Message"].startswith("Only one auth mechanism allowed")
    assert error(ask(signed + "&X-Amz-Algorithm=" + quote("AWS4-HMAC-SHA256")))[0] == 400


@pytest.mark.flags(*SWIFT, "--refuse-signature-v2")
def test_an_operator_may_refuse_it(server):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="mori-v4", CreateBucketConfiguration=HERE)
    words = {"Params": {"Bucket": "mori-v4", "Key": "k"}}
    status, elements = error(ask(s3.generate_presigned_url("get_object", **words)))
    assert (status, elements["Code"]) == (400, "InvalidRequest")
    assert elements["Message"].endswith("Please use AWS4-HMAC-SHA256.")
    assert submit(s3.generate_presigned_post("mori-v4", "k"), b"x")[0] == 400
    old = server.client("s3", signature_version="s3")
    with pytest.raises(ClientError) as caught:
        old.list_buckets()
    assert caught.value.response["Error"]["Code"] == "InvalidRequest"
    new = server.client("s3", signature_version="s3v4")
    assert ask(new.generate_presigned_url("put_object", **words), b"x", "PUT")[0] == 200
