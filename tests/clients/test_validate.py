"""`ValidateTrail` and `shoseki verify` come to the same verdict on the same bucket."""

import json
import urllib.error
import urllib.request

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from rehearsal import REGION, ROOT
from test_verify import delivered, removed, user_who_may, verify  # noqa: F401: a fixture


def ask(walk, operation, credentials=ROOT, **parameters):
    """One call of the server's own service."""
    headers = {"content-type": "application/x-amz-json-1.1",
               "x-amz-target": f"Shoseki_20261101.{operation}"}
    body = json.dumps(parameters).encode()
    request = AWSRequest("POST", f"{walk.server.url}/", headers=headers, data=body)
    SigV4Auth(Credentials(*credentials), "shoseki", REGION).add_auth(request)
    wire = urllib.request.Request(request.url, body, dict(request.headers), method="POST")
    with urllib.request.urlopen(wire, timeout=60) as answer:
        return json.load(answer)


def validate(walk, credentials=ROOT):
    """The last answer, with the findings of all calls."""
    start = int(walk.began.timestamp())
    answer = ask(walk, "ValidateTrail", credentials, Name=walk.arn, StartTime=start)
    findings = answer["Findings"]
    while "NextToken" in answer:
        token = answer["NextToken"]
        answer = ask(walk, "ValidateTrail", credentials, Name=walk.arn, NextToken=token)
        findings += answer["Findings"]
    return answer | {"Findings": findings}


def counts(counted):
    return {name.lower(): number for name, number in counted.items()}


def check_same(walk, credentials=ROOT):
    """Verdicts, counts and findings are the same; gives the operation's answer."""
    report = json.loads(verify(walk, "--json", credentials=credentials).stdout)
    answer = validate(walk, credentials)
    assert answer["Verdict"] == report["verdict"], (answer, report)
    ours = {section["Region"]: section for section in answer["Regions"]}
    assert list(ours) == [region["region"] for region in report["regions"]]
    for region in report["regions"]:
        own = ours[region["region"]]
        assert own["Verdict"] == region["verdict"]
        assert counts(own["Digests"]) == region["digests"]
        assert counts(own["LogFiles"]) == region["logFiles"]
        assert own["ExtraFiles"] == region["extraFiles"]
        assert own["PendingLogFiles"] == region["pendingLogFiles"]
    lines = [line for region in report["regions"] for line in region["lines"] if "s3://" in line]
    wrong = sorted(line.split("\t")[1] for line in lines)
    found = sorted(f"s3://{one['Bucket']}/{one['Key']}" for one in answer["Findings"])
    assert found == wrong
    return answer


def test_an_untouched_trail_is_valid_to_both(delivered):  # noqa: F811
    answer = check_same(delivered)
    assert (answer["Verdict"], answer["Findings"]) == ("VALID", [])


def test_what_is_gone_is_missing_to_both(delivered):  # noqa: F811
    log = delivered.objects("CloudTrail", REGION)[0]
    with removed(delivered, log):
        answer = check_same(delivered)
        assert [(one["Code"], one["Key"]) for one in answer["Findings"]] == [("MISSING", log)]
    digests = list(delivered.digests())
    with removed(delivered, digests[len(digests) // 2]):
        assert check_same(delivered)["Verdict"] == "INVALID"
    with removed(delivered, digests[-1]):
        codes = {(one["Kind"], one["Code"]) for one in check_same(delivered)["Findings"]}
        assert ("Digest", "MISSING") in codes


def test_a_changed_and_an_added_file_are_found_by_both(delivered):  # noqa: F811
    s3 = delivered.server.client("s3")
    log = delivered.objects("CloudTrail", REGION)[0]
    body = s3.get_object(Bucket=delivered.bucket, Key=log)["Body"].read()
    added = log.replace(".json.gz", ".copy.json.gz")
    s3.put_object(Bucket=delivered.bucket, Key=log, Body=body + b"?")
    s3.put_object(Bucket=delivered.bucket, Key=added, Body=body)
    try:
        found = check_same(delivered)["Findings"]
        assert {(one["Code"], one["Key"]) for one in found} == {("MODIFIED", log), ("EXTRA", added)}
    finally:
        s3.put_object(Bucket=delivered.bucket, Key=log, Body=body)
        s3.delete_object(Bucket=delivered.bucket, Key=added)


def test_what_may_not_be_read_is_unreadable_to_both(delivered):  # noqa: F811
    reader = user_who_may(delivered, "without-key", "cloudtrail:*", "shoseki:*", "s3:List*",
                          "s3:GetBucketLocation")
    assert check_same(delivered, reader)["Verdict"] == "UNREADABLE"
    limited = user_who_may(delivered, "without-list", "shoseki:*", "cloudtrail:*", "s3:GetObject")
    try:
        validate(delivered, limited)
        raise AssertionError("the bucket may not be listed")
    except urllib.error.HTTPError as refused:
        assert json.load(refused)["__type"].endswith("AccessDenied")
