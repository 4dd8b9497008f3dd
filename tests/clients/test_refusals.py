"""Each way in which the four steps fail on AWS fails here, with AWS's code and words."""

import json
import time

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from rehearsal import ACCOUNT, REGION
from walk import Walk, bucket_policy, history, key_policy, request_id, trail_arn


def refusal(call, **words):
    """The error that a call is answered with."""
    with pytest.raises(ClientError) as caught:
        call(**words)
    return caught.value.response


def code_and_message(call, **words):
    error = refusal(call, **words)["Error"]
    return error["Code"], error.get("Message", "")


@pytest.fixture
def walk(shared, name):
    """Steps 1 and 2 done; a trail that comes of it is deleted."""
    walk = Walk(shared, name).prepare()
    yield walk
    try:
        shared.client("cloudtrail").delete_trail(Name=name)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "TrailNotFoundException"


def incorrect_policy(walk):
    message = f"Incorrect S3 bucket policy is detected for bucket: {walk.bucket}"
    return "InsufficientS3BucketPolicyException", message


def insufficient(walk):
    message = f"Insufficient permissions to access S3 bucket {walk.bucket} or KMS key {walk.key_arn}."
    return "InsufficientEncryptionPolicyException", message


def without_statement(bucket, trail, index):
    policy = bucket_policy(bucket, trail)
    del policy["Statement"][index]
    return policy


def with_source(bucket, trail, source):
    text = json.dumps(bucket_policy(bucket, trail))
    return json.loads(text.replace(trail_arn(trail), source))


BAD_BUCKET_POLICIES = {
    "none": lambda bucket, trail: None,
    "no ACL statement": lambda bucket, trail: without_statement(bucket, trail, 0),
    "no write statement": lambda bucket, trail: without_statement(bucket, trail, 1),
    "wrong SourceArn": lambda bucket, trail: with_source(bucket, trail, trail_arn("another")),
    "SourceArn of another region":
        lambda bucket, trail: with_source(bucket, trail, trail_arn(trail, "eu-west-1")),
    "another prefix": lambda bucket, trail: json.loads(
        json.dumps(bucket_policy(bucket, trail)).replace("/AWSLogs/", "/prefix/AWSLogs/")),
    "explicit deny": lambda bucket, trail: {
        "Version": "2012-10-17",
        "Statement": bucket_policy(bucket, trail)["Statement"] + [{
            "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }],
    },
}


@pytest.mark.parametrize("fault", BAD_BUCKET_POLICIES)
def test_a_bucket_that_cloudtrail_may_not_write_to_is_refused(shared, walk, fault):
    s3 = shared.client("s3")
    s3.delete_bucket_policy(Bucket=walk.bucket)
    policy = BAD_BUCKET_POLICIES[fault](walk.bucket, walk.name)
    if policy:
        s3.put_bucket_policy(Bucket=walk.bucket, Policy=json.dumps(policy))
    assert code_and_message(walk.create) == insufficient(walk), "with a key"
    assert code_and_message(walk.create, KmsKeyId=None) == incorrect_policy(walk), "without"
    answer = refusal(walk.create)
    record = next(
        record for record in history(shared, attribute=("EventName", "CreateTrail"))
        if record["requestID"] == request_id(answer)
    )
    assert record["errorCode"] == "InsufficientEncryptionPolicyException"
    assert record["errorMessage"] == insufficient(walk)[1]
    assert record["responseElements"] is None
    assert shared.client("cloudtrail").describe_trails(trailNameList=[walk.name])["trailList"] == []


BAD_KEY_POLICIES = {
    "no statement for CloudTrail": lambda policy, trail: policy["Statement"].pop(),
    "wrong SourceArn": lambda policy, trail: policy["Statement"][1]["Condition"].update(
        {"StringEquals": {"aws:SourceArn": trail_arn("another")}}),
    "another account's context": lambda policy, trail: policy["Statement"][1]["Condition"].update(
        {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn":
                        "arn:aws:cloudtrail:*:999999999999:trail/*"}}),
    "wrong action": lambda policy, trail: policy["Statement"][1].update({"Action": "kms:Encrypt"}),
}


@pytest.mark.parametrize("fault", BAD_KEY_POLICIES)
def test_a_key_that_cloudtrail_may_not_use_is_refused(shared, walk, fault):
    policy = key_policy(walk.name)
    BAD_KEY_POLICIES[fault](policy, walk.name)
    shared.client("kms").put_key_policy(KeyId=walk.key_arn, Policy=json.dumps(policy))
    assert code_and_message(walk.create) == insufficient(walk)


def test_keys_that_cannot_encrypt_are_refused(shared, walk):
    kms = shared.client("kms")
    kms.disable_key(KeyId=walk.key_arn)
    code, message = code_and_message(walk.create)
    assert code in {"KmsException", "KmsKeyDisabledException"} and "disabled" in message
    kms.enable_key(KeyId=walk.key_arn)
    kms.schedule_key_deletion(KeyId=walk.key_arn, PendingWindowInDays=7)
    code, message = code_and_message(walk.create)
    assert code == "KmsException" and "pending deletion" in message
    unknown = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    assert code_and_message(walk.create, KmsKeyId=unknown)[0] == "KmsKeyNotFoundException"
    assert code_and_message(walk.create, KmsKeyId="alias/missing")[0] == "KmsKeyNotFoundException"
    assert code_and_message(walk.create, KmsKeyId="what is this?")[0] in {
        "InvalidKmsKeyIdException", "KmsKeyNotFoundException",
    }


def test_unknown_and_impossible_buckets_are_refused(walk):
    assert code_and_message(walk.create, S3BucketName=f"{walk.bucket}-not-there") == (
        "S3BucketDoesNotExistException", f"S3 bucket {walk.bucket}-not-there does not exist!",
    )
    assert code_and_message(walk.create, S3BucketName="No_Bucket")[0] in {
        "InvalidS3BucketNameException", "S3BucketDoesNotExistException",
    }
    assert code_and_message(walk.create, S3KeyPrefix="p" * 201)[0] == "InvalidS3PrefixException"
    # The policy has no statement for this prefix.
    assert code_and_message(walk.create, S3KeyPrefix="prefix", KmsKeyId=None) == (
        incorrect_policy(walk)
    )


SYMBOLS = (
    "Trail name or ARN can only contain uppercase letters, lowercase letters, numbers, "
    "periods (.), hyphens (-), and underscores (_)."
)
ADJACENT = (
    "Trail name or ARN cannot have adjacent periods (.), hyphens (-), or underscores (_)."
)
BAD_NAMES = {
    "ab": "Trail name too short. Minimum allowed length: 3 characters. "
          "Specified name length: 2 characters.",
    "n" * 129: "Trail name too long. Maximum allowed length: 128 characters. "
               "Specified name length: 129 characters.",
    "-trail": "Trail name must starts with a letter or number.",
    "trail!": "Trail name must ends with a letter or number.",
    "my trail": SYMBOLS,
    "証跡trail証跡": None,
    "my-_trail": ADJACENT,
    "my..trail": ADJACENT,
    "192.168.5.4": None,
}


@pytest.mark.parametrize("bad", BAD_NAMES)
def test_bad_trail_names_are_refused(walk, bad):
    code, message = code_and_message(walk.create, Name=bad)
    assert code == "InvalidTrailNameException"
    if BAD_NAMES[bad]:
        assert message == BAD_NAMES[bad]


def test_unknown_trails_are_refused_in_awss_words(shared):
    trails = shared.client("cloudtrail")
    bare = f"Unknown trail: not-there for the user: {ACCOUNT}"
    full = f"Unknown trail: {trail_arn('not-there')} for the user: {ACCOUNT}"
    assert code_and_message(trails.get_trail, Name="not-there") == ("TrailNotFoundException", bare)
    for call in (
        trails.get_trail_status, trails.start_logging, trails.stop_logging, trails.delete_trail,
    ):
        assert code_and_message(call, Name="not-there") == ("TrailNotFoundException", full)
    assert trails.describe_trails(trailNameList=["not-there"])["trailList"] == []
    code, _ = code_and_message(trails.get_trail, Name="arn:aws:cloudtrail:nonsense")
    assert code == "CloudTrailARNInvalidException"


def test_a_second_trail_of_a_name_and_a_sixth_trail_are_refused(server, name):
    walk = Walk(server, name).prepare()
    for other in range(5):
        trail = f"{name}-{other}"
        policy = json.dumps(bucket_policy(walk.bucket, trail))
        server.client("s3").put_bucket_policy(Bucket=walk.bucket, Policy=policy)
        walk.create(Name=trail, KmsKeyId=None)
    assert code_and_message(walk.create, Name=f"{name}-0", KmsKeyId=None) == (
        "TrailAlreadyExistsException", f"Trail {name}-0 already exists for customer: {ACCOUNT}",
    )
    assert code_and_message(walk.create, KmsKeyId=None) == (
        "MaximumNumberOfTrailsExceededException", f"User: {ACCOUNT} already has 5 trails in {REGION}.",
    )


def test_contradictions_and_foreign_regions_are_refused(shared, walk):
    assert code_and_message(walk.create, IncludeGlobalServiceEvents=False) == (
        "InvalidParameterCombinationException",
        "Multi-Region trail must include global service events.",
    )
    walk.create()
    abroad = shared.client("cloudtrail", "eu-west-1")
    shadow = abroad.get_trail(Name=walk.arn)["Trail"]
    assert (shadow["HomeRegion"], shadow["TrailARN"]) == (REGION, walk.arn)
    for call in (abroad.start_logging, abroad.stop_logging, abroad.delete_trail):
        assert code_and_message(call, Name=walk.arn)[0] == "InvalidHomeRegionException"


def test_an_update_is_proved_like_a_creation(shared, walk):
    trails = shared.client("cloudtrail")
    walk.create(KmsKeyId=None)
    shared.client("s3").delete_bucket_policy(Bucket=walk.bucket)
    assert code_and_message(trails.update_trail, Name=walk.name, KmsKeyId=walk.key_arn) == (
        insufficient(walk)
    )
    walk.permit()
    updated = trails.update_trail(Name=walk.name, KmsKeyId=walk.key_arn)
    assert updated["KmsKeyId"] == walk.key_arn
    cleared = trails.update_trail(Name=walk.name, KmsKeyId="")
    assert "KmsKeyId" not in cleared
    assert cleared["LogFileValidationEnabled"] is True, "what is absent stays"


def test_a_wrong_secret_is_refused_and_is_no_event(server):
    liar = server.client("iam", credentials=("AKIASHOSEKITESTROOT0", "wrong"))
    error = refusal(liar.list_users)
    assert error["Error"]["Code"] == "SignatureDoesNotMatch"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 403
    unknown = server.client("iam", credentials=("AKIA0000000000000000", "wrong"))
    assert refusal(unknown.list_users)["Error"]["Code"] == "InvalidClientTokenId"
    kms = server.client("kms", credentials=("AKIA0000000000000000", "wrong"))
    assert refusal(kms.list_keys)["Error"]["Code"] == "UnrecognizedClientException"
    s3 = server.client("s3", credentials=("AKIA0000000000000000", "wrong"))
    assert refusal(s3.list_buckets)["Error"]["Code"] == "InvalidAccessKeyId"
    for region in (REGION, "us-east-1"):
        callers = {event["userIdentity"].get("accessKeyId") for event in history(server, region)}
        assert "AKIA0000000000000000" not in callers
        names = {event["eventName"] for event in history(server, region)}
        assert "ListUsers" not in names


def test_calls_that_do_not_exist_are_refused_and_the_server_lives_on(shared):
    # A service that is not served answers something that a client can read.
    code, _ = code_and_message(shared.client("dynamodb").list_tables)
    assert code
    began = time.monotonic()
    shared.client("kms").list_keys()
    assert time.monotonic() - began < 10


def test_requests_that_are_too_large_are_refused_in_each_service_s_words(shared, name):
    long = "x" * (3 << 20)
    for service, call, words, code, status in [
        ("kms", "create_key", {"Policy": long}, "RequestEntityTooLargeException", 413),
        ("iam", "create_policy", {"PolicyName": name, "PolicyDocument": long},
         "RequestEntityTooLarge", 413),
        ("s3", "put_bucket_policy", {"Bucket": name, "Policy": long},
         "MaxMessageLengthExceeded", 400),
    ]:
        client = shared.client(service, parameter_validation=False)
        response = refusal(getattr(client, call), **words)
        assert response["Error"]["Code"] == code, service
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status, service


@pytest.mark.parametrize(("service", "call", "protocol"), [
    ("ec2", "describe_instances", "ec2"),
    ("cloudformation", "list_stacks", "query"),
    ("dynamodb", "list_tables", "json"),
    ("lambda", "list_functions", "rest-json"),
    ("eks", "list_clusters", "rest-json"),
])
def test_a_service_that_is_not_served_is_named(shared, service, call, protocol):
    """In the form that its client reads: else SDKs report only `Unknown`."""
    client = shared.client(service)
    with pytest.raises(ClientError) as refused:
        getattr(client, call)()
    error = refused.value.response["Error"]
    code = "UnknownOperationException" if protocol == "json" else "NotImplemented"
    assert error["Code"] == code, protocol
    assert "is not served here" in error["Message"], protocol


def test_a_call_without_a_signature_is_refused_in_its_own_form(shared):
    unknown = boto3.client("sts", endpoint_url=shared.url, region_name=REGION,
                          config=Config(signature_version=UNSIGNED))
    with pytest.raises(ClientError) as refused:
        unknown.get_caller_identity()
    answer = refused.value.response
    assert answer["Error"]["Code"] == "MissingAuthenticationToken"
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 403
