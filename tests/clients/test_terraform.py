"""The calls of Terraform's AWS provider (6.23 and later), in its order, made by boto3: create, read,
read again without a difference, destroy, and find that all is gone.

The provider itself is in no registry of packages: the last test uses it where `TERRAFORM_MIRROR`
names a directory that mirrors it.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rehearsal import ACCOUNT, REGION, ROOT

TAGS = {"team": "audit", "managed-by": "terraform"}
HERE = {"LocationConstraint": REGION}
ASSUME = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
     "Action": "sts:AssumeRole"}]}
ALLOW = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}


def pairs(tags, key="Key", value="Value"):
    return [{key: name, value: text} for name, text in tags.items()]


def answer(call, **words):
    """What a call answers, without what differs each time; the code of a refusal."""
    try:
        found = call(**words)
    except ClientError as error:
        return error.response["Error"]["Code"]
    found.pop("ResponseMetadata")
    return found


@pytest.fixture
def control(shared):
    """As the provider is configured by `s3control = "http://localhost:4566"`. SDKs put the account
    before that name; where the machine does not resolve it, a proxy setting leads to the server."""
    return shared.client("s3control", url=f"http://localhost:{shared.port}",
                         proxies={"http": shared.url})


class Stack:
    """A key with an alias, a bucket with its sub-resources, a trail, a role, a policy, a user."""

    def __init__(self, server, control, name):
        self.sts, self.kms, self.s3, self.cloudtrail, self.iam = (
            server.client(service) for service in ("sts", "kms", "s3", "cloudtrail", "iam"))
        self.control, self.name = control, name
        self.arn = f"arn:aws:s3:::{name}"
        self.alias = f"alias/{name}"
        self.trail = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{name}"
        self.policy = f"arn:aws:iam::{ACCOUNT}:policy/{name}"
        self.key = None

    def policy_of_key(self):
        return {"Version": "2012-10-17", "Statement": [
            {"Sid": "root", "Effect": "Allow", "Action": "kms:*", "Resource": "*",
             "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
            {"Sid": "trail", "Effect": "Allow", "Action": "kms:GenerateDataKey*", "Resource": "*",
             "Principal": {"Service": "cloudtrail.amazonaws.com"},
             "Condition": {"StringEquals": {"aws:SourceArn": self.trail}}}]}

    def policy_of_bucket(self):
        service = {"Service": "cloudtrail.amazonaws.com"}
        return {"Version": "2012-10-17", "Statement": [
            {"Sid": "acl", "Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl",
             "Resource": self.arn},
            {"Sid": "write", "Effect": "Allow", "Principal": service, "Action": "s3:PutObject",
             "Resource": f"{self.arn}/AWSLogs/{ACCOUNT}/*",
             "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]}

    def create(self):
        self.sts.get_caller_identity()
        self.create_key()
        self.create_bucket()
        self.create_trail()
        self.create_identities()

    def create_key(self):
        made = self.kms.create_key(
            Policy=json.dumps(self.policy_of_key()), Description=self.name,
            BypassPolicyLockoutSafetyCheck=False, KeySpec="SYMMETRIC_DEFAULT",
            KeyUsage="ENCRYPT_DECRYPT", MultiRegion=False, Tags=pairs(TAGS, "TagKey", "TagValue"))
        self.key = made["KeyMetadata"]["Arn"]
        self.kms.enable_key_rotation(KeyId=self.key, RotationPeriodInDays=365)
        self.kms.create_alias(AliasName=self.alias, TargetKeyId=self.key)

    def create_bucket(self):
        bucket = {"Bucket": self.name}
        assert answer(self.s3.head_bucket, **bucket) == "404"
        self.s3.create_bucket(
            **bucket, CreateBucketConfiguration={**HERE, "Tags": pairs({"team": "audit"})})
        self.s3.head_bucket(**bucket)
        self.control.tag_resource(AccountId=ACCOUNT, ResourceArn=self.arn, Tags=pairs(TAGS))
        self.s3.put_public_access_block(**bucket, PublicAccessBlockConfiguration={
            "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True})
        self.s3.put_bucket_ownership_controls(**bucket, OwnershipControls={
            "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
        self.s3.put_bucket_versioning(
            **bucket, VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_bucket_encryption(**bucket, ServerSideEncryptionConfiguration={"Rules": [
            {"BucketKeyEnabled": True, "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.key}}]})
        self.s3.put_bucket_lifecycle_configuration(
            **bucket, TransitionDefaultMinimumObjectSize="varies_by_storage_class",
            LifecycleConfiguration={"Rules": [
                {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""},
                 "Expiration": {"Days": 365}}]})
        self.s3.put_bucket_cors(**bucket, CORSConfiguration={"CORSRules": [
            {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://audit.example.com"],
             "MaxAgeSeconds": 60}]})
        self.s3.put_bucket_policy(**bucket, Policy=json.dumps(self.policy_of_bucket()))
        self.s3.put_bucket_logging(**bucket, BucketLoggingStatus={})

    def create_trail(self):
        self.cloudtrail.create_trail(
            Name=self.name, S3BucketName=self.name, KmsKeyId=self.key, IsMultiRegionTrail=True,
            EnableLogFileValidation=True, IncludeGlobalServiceEvents=True, TagsList=pairs(TAGS))
        self.cloudtrail.start_logging(Name=self.trail)

    def create_identities(self):
        self.iam.create_role(
            RoleName=self.name, Path="/", AssumeRolePolicyDocument=json.dumps(ASSUME),
            MaxSessionDuration=3600, Tags=pairs(TAGS))
        self.iam.create_policy(PolicyName=self.name, Path="/", PolicyDocument=json.dumps(ALLOW),
                               Tags=pairs(TAGS))
        self.iam.attach_role_policy(RoleName=self.name, PolicyArn=self.policy)
        self.iam.create_user(UserName=self.name, Path="/", Tags=pairs(TAGS))
        self.iam.put_user_policy(UserName=self.name, PolicyName="own",
                                 PolicyDocument=json.dumps(ALLOW))

    def read(self):
        """All that a plan reads."""
        return {**self.read_key(), **self.read_bucket(), **self.read_trail(),
                **self.read_identities()}

    def read_key(self):
        key = {"KeyId": self.key}
        aliases = answer(self.kms.list_aliases)["Aliases"]
        return {
            "key": answer(self.kms.describe_key, **key),
            "key policy": answer(self.kms.get_key_policy, **key, PolicyName="default"),
            "key rotation": answer(self.kms.get_key_rotation_status, **key),
            "key tags": answer(self.kms.list_resource_tags, **key),
            "alias": [alias for alias in aliases if alias["AliasName"] == self.alias],
        }

    def read_bucket(self):
        bucket = {"Bucket": self.name}
        reads = (
            "head_bucket", "get_bucket_policy", "get_bucket_acl", "get_bucket_cors",
            "get_bucket_website", "get_bucket_versioning", "get_bucket_accelerate_configuration",
            "get_bucket_request_payment", "get_bucket_logging", "get_bucket_replication",
            "get_bucket_lifecycle_configuration", "get_bucket_encryption",
            "get_object_lock_configuration", "get_bucket_location", "get_public_access_block",
            "get_bucket_ownership_controls")
        found = {name: answer(getattr(self.s3, name), **bucket) for name in reads}
        found["bucket tags"] = answer(
            self.control.list_tags_for_resource, AccountId=ACCOUNT, ResourceArn=self.arn)
        return found

    def read_trail(self):
        status = answer(self.cloudtrail.get_trail_status, Name=self.trail)
        return {
            "trail": answer(self.cloudtrail.describe_trails, trailNameList=[self.trail]),
            "trail logs": status if isinstance(status, str) else status["IsLogging"],
            "trail tags": answer(self.cloudtrail.list_tags, ResourceIdList=[self.trail]),
            "trail selectors": answer(self.cloudtrail.get_event_selectors, TrailName=self.trail),
        }

    def read_identities(self):
        role, user = {"RoleName": self.name}, {"UserName": self.name}
        return {
            "role": answer(self.iam.get_role, **role),
            "role policies": answer(self.iam.list_role_policies, **role),
            "role attachments": answer(self.iam.list_attached_role_policies, **role),
            "policy": answer(self.iam.get_policy, PolicyArn=self.policy),
            "policy document": answer(self.iam.get_policy_version, PolicyArn=self.policy,
                                      VersionId="v1"),
            "user": answer(self.iam.get_user, **user),
            "user policy": answer(self.iam.get_user_policy, **user, PolicyName="own"),
        }

    def destroy(self):
        """Each resource as its own destruction begins: the provider asks what hinders it first."""
        user, role, bucket = {"UserName": self.name}, {"RoleName": self.name}, {"Bucket": self.name}
        self.iam.delete_user_policy(**user, PolicyName="own")
        for name in ("list_groups_for_user", "list_access_keys", "list_mfa_devices",
                     "list_ssh_public_keys", "list_signing_certificates",
                     "list_service_specific_credentials", "list_attached_user_policies"):
            getattr(self.iam, name)(**user)
        self.iam.delete_user(**user)
        self.iam.detach_role_policy(**role, PolicyArn=self.policy)
        self.iam.list_instance_profiles_for_role(**role)
        self.iam.delete_role(**role)
        self.iam.list_policy_versions(PolicyArn=self.policy)
        self.iam.delete_policy(PolicyArn=self.policy)
        self.cloudtrail.delete_trail(Name=self.trail)
        self.control.untag_resource(AccountId=ACCOUNT, ResourceArn=self.arn, TagKeys=list(TAGS))
        self.s3.delete_bucket_policy(**bucket)
        self.s3.delete_bucket_cors(**bucket)
        self.s3.delete_bucket_lifecycle(**bucket)
        self.s3.delete_bucket_encryption(**bucket)
        self.s3.delete_bucket_ownership_controls(**bucket)
        self.s3.delete_public_access_block(**bucket)
        self.empty()
        self.s3.delete_bucket(**bucket)
        self.kms.delete_alias(AliasName=self.alias)
        self.kms.schedule_key_deletion(KeyId=self.key, PendingWindowInDays=7)

    def empty(self):
        """`force_destroy`."""
        for page in self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name):
            found = page.get("Versions", []) + page.get("DeleteMarkers", [])
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            if objects:
                deleted = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": objects})
                assert not deleted.get("Errors")


def test_a_stack_is_made_planned_twice_and_destroyed(shared, control, name):
    stack = Stack(shared, control, name)
    stack.create()
    found = stack.read()
    refused = {"get_bucket_website": "NoSuchWebsiteConfiguration",
               "get_bucket_replication": "ReplicationConfigurationNotFoundError",
               "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError"}
    assert {what: code for what, code in found.items() if isinstance(code, str)} == refused
    assert found == stack.read(), "the second plan shows a difference"

    tags = {tag["Key"]: tag["Value"] for tag in found["bucket tags"]["Tags"]}
    assert tags == TAGS
    lifecycle = found["get_bucket_lifecycle_configuration"]
    assert lifecycle["TransitionDefaultMinimumObjectSize"] == "varies_by_storage_class"
    assert json.loads(found["get_bucket_policy"]["Policy"]) == stack.policy_of_bucket()
    assert json.loads(found["key policy"]["Policy"]) == stack.policy_of_key()
    assert found["key rotation"]["RotationPeriodInDays"] == 365
    assert found["role"]["Role"]["AssumeRolePolicyDocument"] == ASSUME
    assert found["policy document"]["PolicyVersion"]["Document"] == ALLOW
    (trail,) = found["trail"]["trailList"]
    assert (trail["KmsKeyId"], trail["IsMultiRegionTrail"]) == (stack.key, True)
    assert found["trail logs"] is True

    stack.destroy()
    gone = stack.read()
    assert gone["key"]["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert gone["alias"] == [] and gone["trail"]["trailList"] == []
    assert gone["head_bucket"] == "404" and gone["bucket tags"] == "NoSuchResource"
    for what in ("role", "policy", "user"):
        assert gone[what] == "NoSuchEntity", what


def test_an_account_blocks_public_access(shared, control):
    """`aws_s3_account_public_access_block`, also as an SDK addresses a named endpoint."""
    words = {"AccountId": ACCOUNT}
    assert answer(control.get_public_access_block, **words) == "NoSuchPublicAccessBlockConfiguration"
    switches = {"BlockPublicAcls": False, "IgnorePublicAcls": False, "BlockPublicPolicy": True,
                "RestrictPublicBuckets": False}
    control.put_public_access_block(**words, PublicAccessBlockConfiguration=switches)
    found = control.get_public_access_block(**words)["PublicAccessBlockConfiguration"]
    assert found == switches
    control.delete_public_access_block(**words)
    assert answer(control.get_public_access_block, **words) == "NoSuchPublicAccessBlockConfiguration"
    with pytest.raises(ClientError) as caught:
        control.get_public_access_block(AccountId="999999999999")
    assert caught.value.response["Error"]["Code"] == "AccessDenied"


MIRROR = os.environ.get("TERRAFORM_MIRROR")


@pytest.mark.skipif(not (MIRROR and shutil.which("terraform")),
                    reason="needs Terraform, and TERRAFORM_MIRROR with the AWS provider")
def test_the_provider_itself_finds_no_difference(shared, tmp_path):
    """Applies `provider.tf`, plans once more, and destroys. Half of the time goes to the provider,
    which waits a minute for a lifecycle to settle, as it does on AWS."""
    shutil.copy(Path(__file__).with_name("provider.tf"), tmp_path / "main.tf")
    mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n'
    (tmp_path / "terraformrc").write_text(mirror)

    def terraform(*words):
        done = subprocess.run(
            ["terraform", *words, "-input=false", "-no-color"], cwd=tmp_path, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
            env={
                "PATH": os.environ["PATH"], "HOME": str(tmp_path),
                "TF_CLI_CONFIG_FILE": str(tmp_path / "terraformrc"), "CHECKPOINT_DISABLE": "1",
                "TF_VAR_endpoint": shared.url,
                "TF_VAR_control_endpoint": f"http://localhost:{shared.port}",
                "AWS_ACCESS_KEY_ID": ROOT[0], "AWS_SECRET_ACCESS_KEY": ROOT[1],
            },
        )
        return done.returncode, done.stdout

    for words in ("init",), ("apply", "-auto-approve"):
        status, output = terraform(*words)
        assert status == 0, output
    status, output = terraform("plan", "-detailed-exitcode")
    assert status == 0, f"a second plan differs:\n{output}"
    status, output = terraform("destroy", "-auto-approve")
    assert status == 0, output
