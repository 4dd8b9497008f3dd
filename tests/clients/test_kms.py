"""KMS as boto3 and the CLI use it."""

import base64
import hashlib
import json
from datetime import datetime, timedelta, timezone

import pytest
from botocore.exceptions import ClientError

from rehearsal import ACCOUNT, REGION
from walk import history, request_id


@pytest.fixture
def kms(shared):
    return shared.client("kms")


@pytest.fixture
def key(kms):
    """A fresh symmetric key's metadata."""
    return kms.create_key()["KeyMetadata"]


def refused(code, call, **words):
    with pytest.raises(ClientError) as caught:
        call(**words)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return error.get("Message", "")


def test_a_key_has_the_metadata_that_aws_gives(kms):
    tags = [{"TagKey": "team", "TagValue": "red"}]
    key = kms.create_key(Description="for logs", Tags=tags)["KeyMetadata"]
    material = key.pop("CurrentKeyMaterialId", None)
    assert material and len(material) == 64
    created = key.pop("CreationDate")
    assert abs(datetime.now(timezone.utc) - created) < timedelta(minutes=1)
    identifier = key["KeyId"]
    assert key == {
        "AWSAccountId": ACCOUNT, "KeyId": identifier,
        "Arn": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{identifier}", "Enabled": True,
        "Description": "for logs", "KeyUsage": "ENCRYPT_DECRYPT", "KeyState": "Enabled",
        "Origin": "AWS_KMS", "KeyManager": "CUSTOMER", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    assert kms.list_resource_tags(KeyId=identifier)["Tags"] == tags
    listed = kms.get_paginator("list_keys").paginate(PaginationConfig={"PageSize": 3})
    assert key["Arn"] in set(listed.search("Keys[].KeyArn"))


def test_what_is_encrypted_is_decrypted_under_its_context_only(kms, key):
    context = {"purpose": "test", "部署": "監査"}
    sealed = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"words", EncryptionContext=context)
    assert sealed["KeyId"] == key["Arn"]
    blob = sealed["CiphertextBlob"]
    opened = kms.decrypt(CiphertextBlob=blob, EncryptionContext=context)
    assert (opened["Plaintext"], opened["KeyId"]) == (b"words", key["Arn"])
    assert opened["EncryptionAlgorithm"] == "SYMMETRIC_DEFAULT"
    assert refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=blob) == ""
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=blob,
            EncryptionContext={**context, "purpose": "Test"})
    changed = blob[:-1] + bytes([blob[-1] ^ 1])
    refused("InvalidCiphertextException", kms.decrypt, CiphertextBlob=changed,
            EncryptionContext=context)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    refused("IncorrectKeyException", kms.decrypt, CiphertextBlob=blob, KeyId=other,
            EncryptionContext=context)
    moved = kms.re_encrypt(CiphertextBlob=blob, SourceEncryptionContext=context,
                           DestinationKeyId=other)
    assert kms.decrypt(CiphertextBlob=moved["CiphertextBlob"], KeyId=other)["Plaintext"] == b"words"
    message = refused("ValidationException", kms.encrypt, KeyId=key["KeyId"], Plaintext=b"x" * 4097)
    assert message == (
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
        "Member must have length less than or equal to 4096"
    )


def test_data_keys_have_the_length_that_was_asked_for(kms, key):
    for words, length in (({"KeySpec": "AES_256"}, 32), ({"KeySpec": "AES_128"}, 16),
                          ({"NumberOfBytes": 64}, 64)):
        made = kms.generate_data_key(KeyId=key["Arn"], **words)
        assert len(made["Plaintext"]) == length
        opened = kms.decrypt(CiphertextBlob=made["CiphertextBlob"])
        assert opened["Plaintext"] == made["Plaintext"]
    bare = kms.generate_data_key_without_plaintext(KeyId=key["Arn"], KeySpec="AES_256")
    assert "Plaintext" not in bare
    assert len(kms.generate_random(NumberOfBytes=17)["Plaintext"]) == 17
    message = refused("ValidationException", kms.generate_data_key, KeyId=key["Arn"],
                      NumberOfBytes=1025)
    assert "Member must have value less than or equal to 1024" in message


def test_aliases_are_made_moved_and_listed(kms, key, name):
    alias = f"alias/{name}/kms"
    kms.create_alias(AliasName=alias, TargetKeyId=key["KeyId"])
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:{alias}"
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["Arn"] == key["Arn"]
    assert kms.encrypt(KeyId=arn, Plaintext=b"x")["KeyId"] == key["Arn"]
    listed = kms.list_aliases(KeyId=key["KeyId"])["Aliases"]
    assert [(entry["AliasName"], entry["AliasArn"], entry["TargetKeyId"]) for entry in listed] == [
        (alias, arn, key["KeyId"])
    ]
    assert refused("AlreadyExistsException", kms.create_alias, AliasName=alias,
                   TargetKeyId=key["KeyId"]) == f"An alias with the name {arn} already exists"
    other = kms.create_key()["KeyMetadata"]
    kms.update_alias(AliasName=alias, TargetKeyId=other["KeyId"])
    assert kms.describe_key(KeyId=alias)["KeyMetadata"]["KeyId"] == other["KeyId"]
    kms.delete_alias(AliasName=alias)
    gone = f"Alias {arn} is not found."
    assert refused("NotFoundException", kms.describe_key, KeyId=alias) == gone
    assert refused("NotFoundException", kms.delete_alias, AliasName=alias) == gone
    assert refused("ValidationException", kms.create_alias, AliasName="noprefix",
                   TargetKeyId=key["KeyId"]).startswith('Alias must start with the prefix "alias/".')
    refused("NotAuthorizedException", kms.create_alias, AliasName="alias/aws/mine",
            TargetKeyId=key["KeyId"])


def test_unknown_keys_are_refused_in_awss_words(kms):
    unknown = "11111111-2222-3333-4444-555555555555"
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{unknown}"
    for given in (unknown, arn):
        assert refused("NotFoundException", kms.describe_key, KeyId=given) == (
            f"Key '{arn}' does not exist"
        )
    assert refused("NotFoundException", kms.describe_key, KeyId="fake-key-id") == (
        "Invalid keyId 'fake-key-id'"
    )
    abroad = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{unknown}"
    assert refused("NotFoundException", kms.describe_key, KeyId=abroad) == "Invalid arn eu-west-1"


def test_disabled_and_deleted_keys_do_nothing(kms, key):
    arn = key["Arn"]
    blob = kms.encrypt(KeyId=arn, Plaintext=b"x")["CiphertextBlob"]
    kms.disable_key(KeyId=arn)
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
    assert refused("DisabledException", kms.encrypt, KeyId=arn, Plaintext=b"x") == (
        f"{arn} is disabled."
    )
    refused("DisabledException", kms.decrypt, CiphertextBlob=blob)
    answer = kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    assert (answer["KeyId"], answer["KeyState"]) == (arn, "PendingDeletion")
    assert answer["PendingWindowInDays"] == 7
    days = answer["DeletionDate"] - datetime.now(timezone.utc)
    assert timedelta(days=6, hours=23) < days <= timedelta(days=7)
    assert refused("KMSInvalidStateException", kms.encrypt, KeyId=arn, Plaintext=b"x") == (
        f"{arn} is pending deletion."
    )
    refused("KMSInvalidStateException", kms.enable_key, KeyId=arn)
    assert kms.cancel_key_deletion(KeyId=arn)["KeyId"] == arn
    assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyState"] == "Disabled"
    kms.enable_key(KeyId=arn)
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"x"
    message = refused("ValidationException", kms.schedule_key_deletion, KeyId=arn,
                      PendingWindowInDays=6)
    assert "pendingWindowInDays" in message.replace("PendingWindowInDays", "pendingWindowInDays")


def test_rotation_keeps_old_ciphertexts_readable(kms, key):
    arn = key["Arn"]
    blob = kms.encrypt(KeyId=arn, Plaintext=b"old")["CiphertextBlob"]
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=arn, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(KeyId=arn)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 90)
    ahead = status["NextRotationDate"] - datetime.now(timezone.utc)
    assert timedelta(days=89) < ahead <= timedelta(days=90)
    assert kms.rotate_key_on_demand(KeyId=arn)["KeyId"] == arn
    rotations = kms.list_key_rotations(KeyId=arn)["Rotations"]
    assert [rotation["RotationType"] for rotation in rotations] == ["ON_DEMAND"]
    assert kms.decrypt(CiphertextBlob=blob)["Plaintext"] == b"old"
    now = kms.describe_key(KeyId=arn)["KeyMetadata"]["CurrentKeyMaterialId"]
    assert now != key["CurrentKeyMaterialId"]
    kms.disable_key_rotation(KeyId=arn)
    assert kms.get_key_rotation_status(KeyId=arn)["KeyRotationEnabled"] is False


def test_key_policies_are_kept_and_checked(kms, key):
    arn = key["Arn"]
    policy = json.loads(kms.get_key_policy(KeyId=arn)["Policy"])
    assert policy == {
        "Version": "2012-10-17", "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*",
            "Resource": "*",
        }],
    }
    assert kms.list_key_policies(KeyId=arn)["PolicyNames"] == ["default"]
    policy["Statement"][0]["Sid"] = "Another name"
    kms.put_key_policy(KeyId=arn, Policy=json.dumps(policy))
    assert json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]) == policy
    refused("MalformedPolicyDocumentException", kms.put_key_policy, KeyId=arn, Policy="{}")
    service = {"Service": "cloudtrail.amazonaws.com"}
    locked = {**policy, "Statement": [{**policy["Statement"][0], "Principal": service}]}
    assert refused("MalformedPolicyDocumentException", kms.put_key_policy, KeyId=arn,
                   Policy=json.dumps(locked)) == (
        "The new key policy will not allow you to update the key policy in the future."
    )
    missing = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/missing"}
    of_missing = {**policy, "Statement": policy["Statement"] + [
        {**policy["Statement"][0], "Principal": missing}]}
    assert refused("MalformedPolicyDocumentException", kms.put_key_policy, KeyId=arn,
                   Policy=json.dumps(of_missing)) == (
        "Policy contains a statement with one or more invalid principals."
    )


def test_grants_give_what_policies_do_not(shared, kms, key, name):
    iam = shared.client("iam")
    user = iam.create_user(UserName=name)["User"]["Arn"]
    made = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = shared.client("kms", credentials=(made["AccessKeyId"], made["SecretAccessKey"]))
    arn = key["Arn"]
    message = refused("AccessDeniedException", theirs.encrypt, KeyId=arn, Plaintext=b"x")
    assert message == (
        f"User: {user} is not authorized to perform: kms:Encrypt on resource: {arn} because no "
        "identity-based policy allows the kms:Encrypt action"
    )
    grant = kms.create_grant(
        KeyId=arn, GranteePrincipal=user, Operations=["Encrypt"],
        Constraints={"EncryptionContextSubset": {"team": "red"}},
    )
    assert len(grant["GrantId"]) == 64
    theirs.encrypt(KeyId=arn, Plaintext=b"x", EncryptionContext={"team": "red", "a": "b"})
    refused("AccessDeniedException", theirs.encrypt, KeyId=arn, Plaintext=b"x")
    refused("AccessDeniedException", theirs.generate_data_key, KeyId=arn, KeySpec="AES_256",
            EncryptionContext={"team": "red"})
    listed = kms.list_grants(KeyId=arn)["Grants"]
    assert [(entry["GrantId"], entry["GranteePrincipal"]) for entry in listed] == [
        (grant["GrantId"], user)
    ]
    kms.revoke_grant(KeyId=arn, GrantId=grant["GrantId"])
    refused("AccessDeniedException", theirs.encrypt, KeyId=arn, Plaintext=b"x",
            EncryptionContext={"team": "red"})
    assert kms.list_grants(KeyId=arn)["Grants"] == []


def test_the_managed_key_of_s3_is_there_when_it_is_used(shared, kms, name):
    s3 = shared.client("s3")
    where = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    put = s3.put_object(Bucket=name, Key="k", Body=b"x", ServerSideEncryption="aws:kms")
    managed = kms.describe_key(KeyId="alias/aws/s3")["KeyMetadata"]
    assert managed["KeyManager"] == "AWS"
    assert put["SSEKMSKeyId"] == managed["Arn"]


def test_the_cli_does_it_too_and_secrets_are_in_no_event(shared, kms, name):
    made = json.loads(shared.cli("kms", "create-key", "--description", name).stdout)
    identifier = made["KeyMetadata"]["KeyId"]
    plain = shared.folder / "plain"
    plain.write_bytes(b"a secret for no log")
    sealed = json.loads(shared.cli(
        "kms", "encrypt", "--key-id", identifier, "--plaintext", f"fileb://{plain}",
        "--encryption-context", "purpose=test",
    ).stdout)["CiphertextBlob"]
    blob = shared.folder / "blob"
    blob.write_bytes(base64.b64decode(sealed))
    opened = json.loads(shared.cli(
        "kms", "decrypt", "--ciphertext-blob", f"fileb://{blob}",
        "--encryption-context", "purpose=test",
    ).stdout)
    assert base64.b64decode(opened["Plaintext"]) == b"a secret for no log"
    data_key = kms.generate_data_key(KeyId=identifier, KeySpec="AES_256")
    events = history(shared, attribute=("EventSource", "kms.amazonaws.com"))
    mine = next(event for event in events if event["requestID"] == request_id(data_key))
    assert mine["requestParameters"] == {"keyId": identifier, "keySpec": "AES_256"}
    assert mine["responseElements"] is None and mine["readOnly"] is True
    assert mine["resources"][0]["ARN"] == made["KeyMetadata"]["Arn"]
    text = json.dumps(events)
    secrets = [b"a secret for no log", data_key["Plaintext"], data_key["CiphertextBlob"]]
    for secret in secrets:
        assert base64.b64encode(secret).decode() not in text
    assert hashlib.sha256(data_key["Plaintext"]).hexdigest() not in text
    assert sealed not in text
