"""Our records have the fields, and the values the forms, of AWS's own records.

`record_shapes.json` holds the shapes and, under `exceptions`, the known differences.
An exception that nothing needs any more fails the test: the list can only shrink.
"""

import fnmatch
import json
from pathlib import Path

import pytest

from record_calls import ADMINISTRATOR, CALLS, Stage
from rehearsal import Server
from shapes import differences, identity_kind, operation
from walk import Walk, history, request_id

FIXTURE = json.loads(Path(__file__).with_name("record_shapes.json").read_text())


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A record of every operation of the fixture, called by an IAM user over TLS as on AWS."""
    server = Server(tmp_path_factory.mktemp("records"), tls=True).start()
    yield records_of_all_calls(server)
    server.stop()


def records_of_all_calls(server):
    """Makes the calls and finds their records by name."""
    iam = server.client("iam")
    iam.create_user(UserName="shapes-caller")
    iam.attach_user_policy(UserName="shapes-caller", PolicyArn=ADMINISTRATOR)
    made = iam.create_access_key(UserName="shapes-caller")["AccessKey"]
    stage = Stage(server, (made["AccessKeyId"], made["SecretAccessKey"]))
    requests = {name: request_id(perform(stage)) for name, perform in CALLS.items() if perform}

    stage.s3.create_bucket(Bucket="shapes-empty")
    requests["s3:DeleteBucket"] = request_id(stage.s3.delete_bucket(Bucket="shapes-empty"))
    walk = Walk(server, "shapes-walk").prepare()
    walk.create()
    server.client("cloudtrail").delete_trail(Name=walk.name)

    records = history(server, "us-east-1")
    by_request = {record.get("requestID"): record for record in records}
    found = {name: by_request[request] for name, request in requests.items()}
    for record in history(server):
        name = operation(record)
        if name.endswith(" by a service"):
            found.setdefault(name, record)
    return found


def all_differences(recorded):
    """(operation, path, what) of every difference from AWS's records."""
    for name, shape in FIXTURE["operations"].items():
        record = recorded[name]
        assert operation(record) == name
        rest = {key: value for key, value in record.items() if key != "userIdentity"}
        for path, what in differences(FIXTURE["common"] | shape, rest):
            yield name, path, what
        kind = FIXTURE["identities"][identity_kind(record)]
        for path, what in differences(kind, record["userIdentity"]):
            yield name, f"userIdentity.{path}", what


def excused(exception, difference):
    """Whether an exception covers a difference; each of its members is a pattern."""
    patterns = (exception["operation"], exception["path"], exception["what"])
    return all(fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))
               for text, pattern in zip(difference, patterns, strict=True))


def test_records_have_the_shape_of_awss_own(recorded):
    exceptions = FIXTURE["exceptions"]
    unexcused = [
        difference for difference in all_differences(recorded)
        if not any(excused(exception, difference) for exception in exceptions)
    ]
    assert not unexcused, "\n".join(" | ".join(difference) for difference in unexcused)


def test_no_exception_outlives_its_reason(recorded):
    found = list(all_differences(recorded))
    for exception in FIXTURE["exceptions"]:
        assert exception["why"]
        assert any(excused(exception, difference) for difference in found), exception


def test_records_have_awss_order_of_members(recorded):
    order = [
        "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion",
        "sourceIPAddress", "userAgent", "errorCode", "errorMessage", "requestParameters",
        "responseElements", "additionalEventData", "requestID", "eventID", "readOnly",
        "resources", "eventType", "apiVersion", "managementEvent", "recipientAccountId",
        "sharedEventID", "vpcEndpointId", "vpcEndpointAccountId", "serviceEventDetails",
        "addendum", "eventCategory", "tlsDetails", "sessionCredentialFromConsole",
    ]
    for name, record in recorded.items():
        assert list(record) == sorted(record, key=order.index), name
        identity = ["type", "principalId", "arn", "accountId", "accessKeyId", "userName",
                    "sessionContext", "invokedBy"]
        members = list(record["userIdentity"])
        assert members == sorted(members, key=identity.index), name


def test_refused_and_reading_calls_have_no_response(recorded):
    for name, record in recorded.items():
        if record["readOnly"] and record["eventName"] != "AssumeRole" or "errorCode" in record:
            assert record["responseElements"] is None, name
