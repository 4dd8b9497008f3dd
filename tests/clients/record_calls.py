"""How each operation is called so that its record can be laid beside AWS's own.

The members that are sent are those of the real callers: what is not sent cannot be recorded.
`CALLS` has the operations in an order that works; the names are those of `shapes.operation`.
"""

import json

from botocore.exceptions import ClientError

from rehearsal import ACCOUNT

TAGS = [{"Key": "StratusRedTeam", "Value": "true"}]
TRUST = {"Version": "2012-10-17", "Statement": [
    {"Action": "sts:AssumeRole", "Effect": "Allow",
     "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}]}
DENY_ALL = {"Version": "2012-10-17", "Statement": [
    {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]}
RIGHTS = {"Version": "2012-10-17", "Statement": [
    {"Action": ["ec2:DescribeInstances"], "Effect": "Allow", "Resource": "*"}]}
BUCKET, TRAIL, ROLE, USER = "shapes-bucket", "shapes-trail", "shapes-role", "shapes-user"
POLICY_ARN = f"arn:aws:iam::{ACCOUNT}:policy/shapes-policy"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
TRAIL_ARN = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/{TRAIL}"

CALLS = {}


class Stage:
    """The clients of one caller, and what earlier calls left for later ones."""

    def __init__(self, server, credentials):
        self.iam, self.sts, self.s3, self.kms, self.trails = (
            server.client(service, "us-east-1", credentials)
            for service in ("iam", "sts", "s3", "kms", "cloudtrail")
        )
        self.kept = {}


def call(name, client, method, **words):
    """An operation whose parameters are known beforehand, or are functions of the stage."""
    def perform(stage):
        given = {key: value(stage) if callable(value) else value for key, value in words.items()}
        try:
            answer = getattr(getattr(stage, client), method)(**given)
        except ClientError as error:
            assert " -> " in name, f"{name}: {error}"
            return error.response
        assert " -> " not in name, f"{name} succeeded"
        stage.kept[name] = answer
        return answer

    CALLS[name] = perform


def bucket_policy():
    """A bucket policy for the trail, as the real caller wrote it."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Sid": "AWSCloudTrailAclCheck", "Effect": "Allow", "Principal": service,
         "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"},
        {"Sid": "AWSCloudTrailWrite", "Effect": "Allow", "Principal": service,
         "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/*",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]})


def key_id(stage):
    return stage.kept["kms:CreateKey"]["KeyMetadata"]["KeyId"]


def key_arn(stage):
    return stage.kept["kms:CreateKey"]["KeyMetadata"]["Arn"]


def access_key(stage):
    return stage.kept["iam:CreateAccessKey"]["AccessKey"]["AccessKeyId"]


# IAM
call("iam:CreateUser", "iam", "create_user", UserName=USER, Path="/", Tags=TAGS)
call("iam:GetUser", "iam", "get_user", UserName=USER)
call("iam:ListUsers", "iam", "list_users")
call("iam:CreateAccessKey", "iam", "create_access_key", UserName=USER)
call("iam:ListAccessKeys", "iam", "list_access_keys", UserName=USER)
call("iam:DeleteAccessKey", "iam", "delete_access_key", UserName=USER, AccessKeyId=access_key)
call("iam:AttachUserPolicy", "iam", "attach_user_policy", UserName=USER, PolicyArn=ADMINISTRATOR)
call("iam:DetachUserPolicy", "iam", "detach_user_policy", UserName=USER, PolicyArn=ADMINISTRATOR)
call("iam:ListGroupsForUser", "iam", "list_groups_for_user", UserName=USER)
call("iam:ListMFADevices", "iam", "list_mfa_devices", UserName=USER)
call("iam:ListSSHPublicKeys", "iam", "list_ssh_public_keys", UserName=USER)
call("iam:ListSigningCertificates", "iam", "list_signing_certificates", UserName=USER)
call("iam:ListVirtualMFADevices", "iam", "list_virtual_mfa_devices", AssignmentStatus="Assigned")
call("iam:DeleteUser", "iam", "delete_user", UserName=USER)
call("iam:CreateRole", "iam", "create_role", RoleName=ROLE, Path="/", MaxSessionDuration=3600,
     AssumeRolePolicyDocument=json.dumps(TRUST, indent=1), Tags=TAGS)
call("iam:GetRole", "iam", "get_role", RoleName=ROLE)
call("iam:GetRole -> NoSuchEntityException", "iam", "get_role", RoleName="shapes-missing")
call("iam:PutRolePolicy", "iam", "put_role_policy", RoleName=ROLE, PolicyName="p",
     PolicyDocument=json.dumps(RIGHTS))
call("iam:GetRolePolicy", "iam", "get_role_policy", RoleName=ROLE, PolicyName="p")
call("iam:ListRolePolicies", "iam", "list_role_policies", RoleName=ROLE)
call("iam:DeleteRolePolicy", "iam", "delete_role_policy", RoleName=ROLE, PolicyName="p")
call("iam:CreatePolicy", "iam", "create_policy", PolicyName="shapes-policy", Path="/",
     Description="", PolicyDocument=json.dumps(RIGHTS), Tags=TAGS)
call("iam:GetPolicy", "iam", "get_policy", PolicyArn=POLICY_ARN)
call("iam:GetPolicyVersion", "iam", "get_policy_version", PolicyArn=POLICY_ARN, VersionId="v1")
call("iam:ListPolicyVersions", "iam", "list_policy_versions", PolicyArn=POLICY_ARN)
call("iam:AttachRolePolicy", "iam", "attach_role_policy", RoleName=ROLE, PolicyArn=POLICY_ARN)
call("iam:ListAttachedRolePolicies", "iam", "list_attached_role_policies", RoleName=ROLE)
call("iam:ListEntitiesForPolicy", "iam", "list_entities_for_policy", PolicyArn=POLICY_ARN)
call("iam:DetachRolePolicy", "iam", "detach_role_policy", RoleName=ROLE, PolicyArn=POLICY_ARN)
call("iam:DeletePolicy", "iam", "delete_policy", PolicyArn=POLICY_ARN)
call("iam:ListInstanceProfilesForRole", "iam", "list_instance_profiles_for_role", RoleName=ROLE)
call("iam:GetAccountSummary", "iam", "get_account_summary")
call("iam:GetAccountAuthorizationDetails", "iam", "get_account_authorization_details")

# STS
call("sts:GetCallerIdentity", "sts", "get_caller_identity")
call("sts:AssumeRole", "sts", "assume_role", RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
     RoleSessionName="aws-go-sdk-1688990797103471741", DurationSeconds=900)
call("iam:UpdateAssumeRolePolicy", "iam", "update_assume_role_policy", RoleName=ROLE,
     PolicyDocument=json.dumps(DENY_ALL))
call("sts:AssumeRole -> AccessDenied", "sts", "assume_role", RoleSessionName="session",
     RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}", DurationSeconds=900)
call("iam:DeleteRole", "iam", "delete_role", RoleName=ROLE)

# S3
call("s3:CreateBucket", "s3", "create_bucket", Bucket=BUCKET, ACL="private")
call("s3:ListBuckets", "s3", "list_buckets")
call("s3:GetBucketLocation", "s3", "get_bucket_location", Bucket=BUCKET)
call("s3:GetBucketAcl", "s3", "get_bucket_acl", Bucket=BUCKET)
call("s3:GetBucketPolicy -> NoSuchBucketPolicy", "s3", "get_bucket_policy", Bucket=BUCKET)
call("s3:GetBucketPolicyStatus -> NoSuchBucketPolicy", "s3", "get_bucket_policy_status",
     Bucket=BUCKET)
call("s3:PutBucketPolicy", "s3", "put_bucket_policy", Bucket=BUCKET, Policy=bucket_policy())
call("s3:GetBucketPolicy", "s3", "get_bucket_policy", Bucket=BUCKET)
call("s3:GetBucketPolicyStatus", "s3", "get_bucket_policy_status", Bucket=BUCKET)
call("s3:GetBucketTagging -> NoSuchTagSet", "s3", "get_bucket_tagging", Bucket=BUCKET)
call("s3:PutBucketTagging", "s3", "put_bucket_tagging", Bucket=BUCKET, Tagging={"TagSet": TAGS})
call("s3:GetBucketTagging", "s3", "get_bucket_tagging", Bucket=BUCKET)
call("s3:GetBucketCors -> NoSuchCORSConfiguration", "s3", "get_bucket_cors", Bucket=BUCKET)
call("s3:GetBucketEncryption", "s3", "get_bucket_encryption", Bucket=BUCKET)
call("s3:GetBucketLifecycle -> NoSuchLifecycleConfiguration", "s3",
     "get_bucket_lifecycle_configuration", Bucket=BUCKET)
call("s3:PutBucketLifecycle", "s3", "put_bucket_lifecycle_configuration", Bucket=BUCKET,
     LifecycleConfiguration={"Rules": [{
         "ID": "nuke-cloudtrail-logs-after-1-day", "Status": "Enabled",
         "Filter": {"Prefix": "*"}, "Expiration": {"Days": 1}}]})
call("s3:DeleteBucketLifecycle", "s3", "delete_bucket_lifecycle", Bucket=BUCKET)
call("s3:GetBucketLogging", "s3", "get_bucket_logging", Bucket=BUCKET)
call("s3:GetBucketObjectLockConfiguration -> ObjectLockConfigurationNotFoundError", "s3",
     "get_object_lock_configuration", Bucket=BUCKET)
call("s3:GetBucketPublicAccessBlock", "s3", "get_public_access_block", Bucket=BUCKET)
call("s3:GetBucketReplication -> ReplicationConfigurationNotFoundError", "s3",
     "get_bucket_replication", Bucket=BUCKET)
call("s3:GetBucketRequestPayment", "s3", "get_bucket_request_payment", Bucket=BUCKET)
call("s3:GetBucketVersioning", "s3", "get_bucket_versioning", Bucket=BUCKET)
call("s3:GetBucketWebsite -> NoSuchWebsiteConfiguration", "s3", "get_bucket_website",
     Bucket=BUCKET)
call("s3:GetAccelerateConfiguration", "s3", "get_bucket_accelerate_configuration", Bucket=BUCKET)

# KMS
call("kms:CreateKey", "kms", "create_key")
call("kms:CreateAlias", "kms", "create_alias", AliasName="alias/shapes", TargetKeyId=key_id)
call("kms:GenerateDataKey", "kms", "generate_data_key", KeyId=key_id, KeySpec="AES_256",
     EncryptionContext={"a": "b"})
call("kms:Encrypt", "kms", "encrypt", KeyId=key_arn, Plaintext=b"x",
     EncryptionContext={"a": "b"})

# CloudTrail
call("cloudtrail:CreateTrail", "trails", "create_trail", Name=TRAIL, S3BucketName=BUCKET,
     IncludeGlobalServiceEvents=True, TagsList=TAGS)
call("cloudtrail:DescribeTrails", "trails", "describe_trails", trailNameList=[TRAIL])
call("cloudtrail:GetTrailStatus", "trails", "get_trail_status", Name=TRAIL)
call("cloudtrail:ListTags", "trails", "list_tags", ResourceIdList=[TRAIL_ARN])
call("cloudtrail:GetEventSelectors", "trails", "get_event_selectors", TrailName=TRAIL)
call("cloudtrail:PutEventSelectors", "trails", "put_event_selectors", TrailName=TRAIL,
     EventSelectors=[{
         "ReadWriteType": "ReadOnly", "IncludeManagementEvents": False,
         "DataResources": [{"Type": "AWS::S3::Object", "Values": []},
                           {"Type": "AWS::Lambda::Function", "Values": []}],
         "ExcludeManagementEventSources": []}])
call("cloudtrail:LookupEvents", "trails", "lookup_events", MaxResults=5, LookupAttributes=[
    {"AttributeKey": "ReadOnly", "AttributeValue": "false"}])
call("cloudtrail:StartLogging", "trails", "start_logging", Name=TRAIL)
for _method in ("start_logging", "stop_logging", "delete_trail"):
    _event = "".join(word.title() for word in _method.split("_"))
    call(f"cloudtrail:{_event} -> TrailNotFoundException", "trails", _method, Name="shapes-missing")
call("cloudtrail:DeleteTrail", "trails", "delete_trail", Name=TRAIL)
# The probe has left an object in the bucket.
call("s3:DeleteBucket -> BucketNotEmpty", "s3", "delete_bucket", Bucket=BUCKET)

# Made by the server itself, or by a call above; nothing to call.
CALLS["s3:GetBucketAcl by a service"] = None
CALLS["kms:GenerateDataKey by a service"] = None
CALLS["s3:DeleteBucket"] = None
