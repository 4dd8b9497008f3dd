"""A trail delivers what its selectors select, and nothing else."""

import pytest
from botocore.exceptions import ClientError

from eventually import eventually
from rehearsal import ACCOUNT, REGION
from walk import Walk, history, request_id


def load(server, name):
    """One call of each kind; gives their request ids."""
    kms, s3, iam = (server.client(service) for service in ("kms", "s3", "iam"))
    where = {"LocationConstraint": REGION}
    key = kms.create_key()
    return {
        "kms write": request_id(key),
        "kms read": request_id(kms.encrypt(KeyId=key["KeyMetadata"]["KeyId"], Plaintext=b"x")),
        "s3 write": request_id(
            s3.create_bucket(Bucket=f"{name}-other", CreateBucketConfiguration=where)),
        "s3 read": request_id(s3.list_buckets()),
        "s3 data": request_id(s3.put_object(Bucket=f"{name}-other", Key="a/b", Body=b"x")),
        "iam write": request_id(iam.create_user(UserName=name)),
        "iam read": request_id(iam.list_users()),
    }


EXCLUDES_KMS = [{
    "ReadWriteType": "All", "IncludeManagementEvents": True,
    "ExcludeManagementEventSources": ["kms.amazonaws.com"],
}]
READS = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True}]
WRITES = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
OBJECTS = [{
    "ReadWriteType": "WriteOnly", "IncludeManagementEvents": False,
    "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::BUCKET-other/a"]}],
}]
ADVANCED = [
    {"Name": "writes but KMS", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "readOnly", "Equals": ["false"]},
        {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
    ]},
    {"Name": "objects", "FieldSelectors": [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::BUCKET-other/"]},
    ]},
]
CASES = {
    "default": (None, {"kms write", "kms read", "s3 write", "s3 read", "iam write", "iam read"}),
    "KMS excluded": ({"EventSelectors": EXCLUDES_KMS}, {"s3 write", "s3 read", "iam write", "iam read"}),
    "read-only": ({"EventSelectors": READS}, {"kms read", "s3 read", "iam read"}),
    "write-only": ({"EventSelectors": WRITES}, {"kms write", "s3 write", "iam write"}),
    "objects": ({"EventSelectors": OBJECTS}, {"s3 data"}),
    "advanced": ({"AdvancedEventSelectors": ADVANCED}, {"s3 write", "iam write", "s3 data"}),
}


def named(value, name):
    """The selectors with this test's bucket in place of BUCKET."""
    if isinstance(value, str):
        return value.replace("BUCKET", name)
    if isinstance(value, list):
        return [named(item, name) for item in value]
    if isinstance(value, dict):
        return {key: named(item, name) for key, item in value.items()}
    return value


@pytest.mark.parametrize("case", CASES)
def test_a_trail_delivers_what_its_selectors_select_and_nothing_else(server, name, case):
    selectors, wanted = CASES[case]
    walk = Walk(server, name).prepare()
    walk.create()
    trails = server.client("cloudtrail")
    if selectors:
        selectors = named(selectors, name)
        answer = trails.put_event_selectors(TrailName=name, **selectors)
        (kind,) = selectors
        for stored, sent in zip(answer[kind], selectors[kind], strict=True):
            assert stored.items() >= sent.items()
        assert trails.get_event_selectors(TrailName=name)[kind] == answer[kind]
    described = trails.describe_trails(trailNameList=[name])["trailList"][0]
    assert described["HasCustomEventSelectors"] is bool(selectors)
    trails.start_logging(Name=name)
    calls = load(server, name)

    def arrived():
        return {record.get("requestID") for record in walk.records()}

    must = {calls[kind] for kind in wanted}
    eventually(lambda: must <= arrived(), what=f"{wanted} arrive")
    # The last digest of a stopped trail comes after its last log file.
    trails.stop_logging(Name=name)
    stopped = walk.status()["TimeLoggingStopped"]
    eventually(
        lambda: any(d["digestEndTime"] >= stopped for d in walk.digests().values()),
        what="the last digest",
    )
    assert {kind for kind, request in calls.items() if request in arrived()} == wanted


def test_event_history_heeds_no_selector(server, name):
    walk = Walk(server, name).prepare()
    walk.create()
    trails = server.client("cloudtrail")
    trails.put_event_selectors(TrailName=name, EventSelectors=EXCLUDES_KMS)
    calls = load(server, name)
    seen = {record.get("requestID") for record in history(server)}
    abroad = {record.get("requestID") for record in history(server, "us-east-1")}
    assert {calls[kind] for kind in ("kms write", "kms read", "s3 write", "s3 read")} <= seen
    assert {calls["iam write"], calls["iam read"]} <= abroad
    assert calls["s3 data"] not in seen, "history has no data events"


def test_the_default_selector_is_what_terraform_expects(shared, name):
    walk = Walk(shared, name).prepare()
    walk.create()
    trails = shared.client("cloudtrail")
    answer = trails.get_event_selectors(TrailName=name)
    default = [{
        "ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [],
        "ExcludeManagementEventSources": [],
    }]
    assert answer["EventSelectors"] == default and answer["TrailARN"] == walk.arn
    for bad in (
        {"EventSelectors": [{"ReadWriteType": "Sometimes"}]},
        {"EventSelectors": [{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}]},
        {"EventSelectors": [{"DataResources": [
            {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::*"]}]}]},
        {"EventSelectors": default * 6},
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "readOnly", "Equals": ["true"]}]}]},
    ):
        with pytest.raises(ClientError) as caught:
            trails.put_event_selectors(TrailName=name, **bad)
        assert caught.value.response["Error"]["Code"] == "InvalidEventSelectorsException", bad
    trails.put_event_selectors(TrailName=name, EventSelectors=WRITES)
    trails.put_event_selectors(TrailName=name, EventSelectors=default)
    described = trails.describe_trails(trailNameList=[name])["trailList"][0]
    assert described["HasCustomEventSelectors"] is False
    trails.delete_trail(Name=name)


def test_a_plain_trail_delivers_its_own_region_only(server, name):
    walk = Walk(server, name).prepare().start(IsMultiRegionTrail=False)
    user = request_id(server.client("iam").create_user(UserName=name))
    abroad = request_id(server.client("kms", "eu-west-1").list_keys())
    here = request_id(server.client("kms").list_keys())
    eventually(lambda: here in {record.get("requestID") for record in walk.records()})
    came = {record.get("requestID") for record in walk.records()}
    assert not {user, abroad} & came
    folders = {key.split("/")[3] for key in walk.objects("CloudTrail")}
    assert folders == {REGION}
    assert walk.objects("CloudTrail")[0].startswith(f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/")
