"""Outage and repair: each failure has its reason, and after the repair nothing is missing."""

import json
import os
import subprocess
import urllib.request

import pytest

from eventually import eventually
from rehearsal import ROOT, binary
from walk import Walk, bucket_policy, history, key_policy, request_id


def break_bucket_policy(walk):
    walk.server.client("s3").delete_bucket_policy(Bucket=walk.bucket)


def break_key_policy(walk):
    policy = key_policy(walk.name)
    del policy["Statement"][1]
    walk.server.client("kms").put_key_policy(KeyId=walk.key_arn, Policy=json.dumps(policy))


def repair_key_policy(walk):
    policy = json.dumps(key_policy(walk.name))
    walk.server.client("kms").put_key_policy(KeyId=walk.key_arn, Policy=policy)


def disable_key(walk):
    walk.server.client("kms").disable_key(KeyId=walk.key_arn)


def enable_key(walk):
    walk.server.client("kms").enable_key(KeyId=walk.key_arn)


def delete_bucket(walk):
    s3 = walk.server.client("s3")
    s3.delete_bucket_policy(Bucket=walk.bucket)

    def is_deleted():
        # A file whose delivery was permitted before may still arrive.
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=walk.bucket)
        names = [{"Key": key} for key in pages.search("Contents[].Key") if key]
        if names:
            s3.delete_objects(Bucket=walk.bucket, Delete={"Objects": names})
        try:
            s3.delete_bucket(Bucket=walk.bucket)
        except s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "BucketNotEmpty":
                return False
            raise
        return True

    eventually(is_deleted, what="the bucket is deleted")


OUTAGES = {
    "bucket policy": (break_bucket_policy, Walk.permit, {"AccessDenied"}),
    "key policy": (break_key_policy, repair_key_policy, {"AccessDenied"}),
    "disabled key": (disable_key, enable_key, {"KMS.DisabledException"}),
    "no bucket": (delete_bucket, Walk.make_bucket, {"NoSuchBucket"}),
}


def health(server):
    with urllib.request.urlopen(f"{server.url}/_shoseki/health") as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize("outage", OUTAGES)
def test_what_happened_during_an_outage_is_delivered_after_the_repair(server, name, outage):
    harm, repair, codes = OUTAGES[outage]
    walk = Walk(server, name).prepare().start()
    first = request_id(server.client("kms").list_keys())
    eventually(
        lambda: first in {record.get("requestID") for record in walk.records()},
        what="the trail works",
    )
    harm(walk)
    lost = [request_id(server.client("kms").list_aliases()) for _ in range(3)]

    def complains():
        status = walk.status()
        return status.get("LatestDeliveryError") and status

    status = eventually(complains, what="GetTrailStatus has the reason")
    assert status["LatestDeliveryError"] in codes
    assert status["LatestDeliveryAttemptSucceeded"] < status["LatestDeliveryAttemptTime"]
    eventually(lambda: health(server)["delivery"] == "failing", what="health reports it, too")
    if outage == "bucket policy":
        server.kill9()
        server.start()
        assert walk.status()["LatestDeliveryError"] in codes, "an outage outlasts a restart"

    repair(walk)
    seen = {record["requestID"]: record["eventID"] for record in history(server)
            if "requestID" in record}
    assert set(lost) <= set(seen)
    walk.await_records({seen[request] for request in lost}, within=60)
    eventually(lambda: not walk.status().get("LatestDeliveryError"), what="the error is cleared")

    if outage != "no bucket":  # With it went what had arrived before.
        walk.await_records({record["eventID"] for record in walk.selected()})
        walk.await_digested(within=60)
        verdict = walk.validate()
        assert verdict.returncode == 0, verdict.stdout + verdict.stderr
        assert "INVALID" not in verdict.stderr


def misname_trail(walk):
    policy = key_policy(walk.name + "-other")
    walk.server.client("kms").put_key_policy(KeyId=walk.key_arn, Policy=json.dumps(policy))


def explain(server):
    """`shoseki explain --deliveries`: exit code and output."""
    key_id, secret = ROOT
    env = {**os.environ, "AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": key_id,
           "AWS_SECRET_ACCESS_KEY": secret}
    done = subprocess.run([binary(), "explain", "--deliveries"], env=env, capture_output=True,
                          text=True, timeout=60)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_explain_names_the_statement_that_keeps_files_waiting(server, name):
    walk = Walk(server, name).prepare().start()
    misname_trail(walk)
    server.client("kms").list_keys()

    def explained():
        code, text = explain(server)
        return code == 1 and walk.arn + "-other" in text and text

    text = eventually(explained, what="a refusal is explained")
    assert "statement `Allow CloudTrail to encrypt logs` of resource policy would allow it" in text
    compared = f"the policy has {walk.arn}-other, the request has {walk.arn}"
    assert f"StringEquals aws:sourcearn: {compared}" in text
    repair_key_policy(walk)
    eventually(lambda: name not in explain(server)[1], what="nothing of it waits any more")


@pytest.mark.parametrize(("outage", "words"), [
    ("bucket policy", "no statement allows s3:"),
    ("disabled key", "no policy denied it: check the key and the bucket"),
    ("no bucket", "no policy denied it: check the key and the bucket"),
])
def test_explain_reports_every_outage(server, name, outage, words):
    harm, repair, codes = OUTAGES[outage]
    walk = Walk(server, name).prepare().start()
    harm(walk)
    server.client("kms").list_keys()

    def explained():
        code, text = explain(server)
        at = text.find(f"for {walk.bucket}/")
        return code == 1 and words in text[at:] and text[at:]

    text = eventually(explained, what="the outage is explained")
    assert any(code in text for code in codes), text
    repair(walk)
    eventually(lambda: name not in explain(server)[1], within=60, what="nothing waits any more")


def test_explain_warns_of_a_service_that_is_let_in_on_anybodys_behalf(server, name):
    walk = Walk(server, name).prepare().start()
    warned = "allows cloudtrail.amazonaws.com on anyone's behalf"
    bucket, key = f"of bucket {walk.bucket} {warned}", f"of key {walk.key_arn} {warned}"
    text = explain(server)[1]
    assert bucket not in text and key not in text
    policy = bucket_policy(walk.bucket, name)
    del policy["Statement"][0]["Condition"]
    server.client("s3").put_bucket_policy(Bucket=walk.bucket, Policy=json.dumps(policy))
    open_key = key_policy(name)
    del open_key["Statement"][1]["Condition"]["StringEquals"]
    server.client("kms").put_key_policy(KeyId=walk.key_arn, Policy=json.dumps(open_key))
    text = explain(server)[1]
    sid = policy["Statement"][0]["Sid"]
    assert text.count(bucket) == 1 and f"statement `{sid}` of the policy {bucket}" in text
    assert text.count(key) == 1
