"""IAM and STS as boto3 uses them, and denials in AWS's words."""

import json

import pytest
from botocore.exceptions import ClientError

from rehearsal import ACCOUNT, REGION, ROOT
from walk import history, request_id

ALLOW_LIST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}],
}


@pytest.fixture
def iam(shared):
    return shared.client("iam")


def refused(code, call, status=None, **words):
    with pytest.raises(ClientError) as caught:
        call(**words)
    error = caught.value.response["Error"]
    assert error["Code"] == code, error
    if status:
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    return error.get("Message", "")


def credentials_of(iam, user):
    made = iam.create_access_key(UserName=user)["AccessKey"]
    assert made["AccessKeyId"].startswith("AKIA") and len(made["SecretAccessKey"]) == 40
    return made["AccessKeyId"], made["SecretAccessKey"]


def trust(principal):
    return json.dumps({
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}],
    })


def test_users_are_made_tagged_renamed_and_deleted(iam, name):
    user = iam.create_user(UserName=name, Path="/staff/", Tags=[{"Key": "a", "Value": "b"}])["User"]
    assert user["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/staff/{name}"
    assert user["UserId"].startswith("AIDA") and len(user["UserId"]) == 21
    assert refused("EntityAlreadyExists", iam.create_user, 409, UserName=name) == (
        f"User with name {name} already exists."
    )
    iam.tag_user(UserName=name, Tags=[{"Key": "c", "Value": "d"}])
    assert iam.list_user_tags(UserName=name)["Tags"] == [
        {"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]
    keys = [credentials_of(iam, name) for _ in range(2)]
    assert refused("LimitExceeded", iam.create_access_key, 409, UserName=name) == (
        "Cannot exceed quota for AccessKeysPerUser: 2"
    )
    assert "Cannot delete entity, must" in refused("DeleteConflict", iam.delete_user, 409,
                                                   UserName=name)
    for key, _ in keys:
        iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
        iam.delete_access_key(UserName=name, AccessKeyId=key)
    iam.update_user(UserName=name, NewUserName=f"{name}-new")
    assert refused("NoSuchEntity", iam.get_user, 404, UserName=name) == (
        f"The user with name {name} cannot be found."
    )
    iam.delete_user(UserName=f"{name}-new")
    refused("NoSuchEntity", iam.delete_user, 404, UserName=f"{name}-new")


def test_lists_are_paged(iam, name):
    wanted = {f"{name}-{number}" for number in range(7)}
    for user in wanted:
        iam.create_user(UserName=user, Path=f"/{name}/")
    pages = list(iam.get_paginator("list_users").paginate(
        PathPrefix=f"/{name}/", PaginationConfig={"PageSize": 3}))
    assert [len(page["Users"]) for page in pages] == [3, 3, 1]
    assert {user["UserName"] for page in pages for user in page["Users"]} == wanted


def test_managed_policies_have_versions(iam, name):
    arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(ALLOW_LIST))["Policy"]["Arn"]
    assert arn == f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    changed = json.dumps({**ALLOW_LIST, "Id": "second"})
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=changed, SetAsDefault=True)
    assert version["PolicyVersion"]["VersionId"] == "v2"
    document = iam.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"]
    assert document == ALLOW_LIST, "boto3 decodes the document"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(ACCOUNT))
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached == [{"PolicyName": name, "PolicyArn": arn}]
    refused("DeleteConflict", iam.delete_policy, 409, PolicyArn=arn)
    iam.detach_role_policy(RoleName=name, PolicyArn=arn)
    iam.delete_policy_version(PolicyArn=arn, VersionId="v1")
    iam.delete_policy(PolicyArn=arn)
    assert refused("NoSuchEntity", iam.get_policy, 404, PolicyArn=arn) == f"Policy {arn} was not found."
    assert refused("NoSuchEntity", iam.attach_role_policy, 404, RoleName=name, PolicyArn=arn) == (
        f"Policy {arn} does not exist or is not attachable."
    )
    refused("MalformedPolicyDocument", iam.create_policy, 400, PolicyName=name, PolicyDocument="{")
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(ALLOW_LIST))
    assert iam.get_role_policy(RoleName=name, PolicyName="inline")["PolicyDocument"] == ALLOW_LIST
    refused("DeleteConflict", iam.delete_role, 409, RoleName=name)
    iam.delete_role_policy(RoleName=name, PolicyName="inline")
    iam.delete_role(RoleName=name)
    assert refused("NoSuchEntity", iam.get_role, 404, RoleName=name) == (
        f"The role with name {name} cannot be found."
    )


def test_groups_give_their_members_their_rights(shared, iam, name):
    iam.create_user(UserName=name)
    s3 = shared.client("s3", credentials=credentials_of(iam, name))
    refused("AccessDenied", s3.list_buckets, 403)
    iam.create_group(GroupName=name)
    iam.put_group_policy(GroupName=name, PolicyName="list", PolicyDocument=json.dumps(ALLOW_LIST))
    iam.add_user_to_group(GroupName=name, UserName=name)
    s3.list_buckets()
    assert [group["GroupName"] for group in iam.list_groups_for_user(UserName=name)["Groups"]] == [name]
    assert [user["UserName"] for user in iam.get_group(GroupName=name)["Users"]] == [name]
    iam.remove_user_from_group(GroupName=name, UserName=name)
    refused("AccessDenied", s3.list_buckets, 403)


def test_denials_give_the_reason_in_awss_words(shared, iam, name):
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    credentials = credentials_of(iam, name)
    theirs = shared.client("iam", credentials=credentials)
    none = f"User: {arn} is not authorized to perform: iam:ListUsers on resource: " \
           f"arn:aws:iam::{ACCOUNT}:user/ because no identity-based policy allows the " \
           "iam:ListUsers action"
    assert refused("AccessDenied", theirs.list_users, 403) == none
    trails = shared.client("cloudtrail", credentials=credentials)
    assert refused("AccessDeniedException", trails.describe_trails, 400).startswith(
        f"User: {arn} is not authorized to perform: cloudtrail:DescribeTrails on resource: "
    )
    deny = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}]}
    iam.put_user_policy(UserName=name, PolicyName="deny", PolicyDocument=json.dumps(deny))
    theirs.list_users()
    message = refused("AccessDeniedException", shared.client("kms", credentials=credentials).list_keys)
    assert message == (
        f"User: {arn} is not authorized to perform: kms:ListKeys on resource: * with an explicit "
        "deny in an identity-based policy"
    )
    denied = history(shared, attribute=("EventName", "ListKeys"))[0]
    assert (denied["errorCode"], denied["errorMessage"]) == ("AccessDenied", message)
    assert denied["userIdentity"] == {
        "type": "IAMUser", "principalId": iam.get_user(UserName=name)["User"]["UserId"],
        "arn": arn, "accountId": ACCOUNT, "accessKeyId": credentials[0], "userName": name,
    }
    boundary = f"arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
    message = refused("AccessDenied", theirs.list_users, 403)
    assert "because no permissions boundary allows the iam:ListUsers action" in message


def test_roles_are_assumed_and_their_sessions_are_recorded(shared, iam, name):
    arn = iam.create_user(UserName=name)["User"]["Arn"]
    credentials = credentials_of(iam, name)
    sts = shared.client("sts", credentials=credentials)
    role = iam.create_role(RoleName=name, Path="/ops/", AssumeRolePolicyDocument=trust(arn))["Role"]
    assert role["RoleId"].startswith("AROA")
    assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"AWS": arn}
    iam.put_role_policy(RoleName=name, PolicyName="list", PolicyDocument=json.dumps(ALLOW_LIST))
    assumed = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="night-watch", DurationSeconds=900)
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/night-watch"
    assert assumed["AssumedRoleUser"] == {
        "AssumedRoleId": f"{role['RoleId']}:night-watch", "Arn": session}
    given = assumed["Credentials"]
    assert given["AccessKeyId"].startswith("ASIA")
    temporary = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    who = shared.client("sts", credentials=temporary).get_caller_identity()
    assert (who["Arn"], who["Account"]) == (session, ACCOUNT)
    listed = shared.client("s3", credentials=temporary).list_buckets()
    message = refused("AccessDeniedException", shared.client("kms", credentials=temporary).list_keys)
    assert message.startswith(f"User: {session} is not authorized to perform: kms:ListKeys")
    record = next(event for event in history(shared, attribute=("EventName", "ListBuckets"))
                  if event["requestID"] == request_id(listed))
    identity = record["userIdentity"]
    issuer = identity["sessionContext"]["sessionIssuer"]
    assert issuer == {"type": "Role", "principalId": role["RoleId"], "arn": role["Arn"],
                      "accountId": ACCOUNT, "userName": name}
    assert (identity["type"], identity["principalId"]) == ("AssumedRole", f"{role['RoleId']}:night-watch")
    event = history(shared, attribute=("EventName", "AssumeRole"))[0]
    assert event["readOnly"] is True
    assert event["responseElements"]["credentials"]["accessKeyId"] == given["AccessKeyId"]
    assert given["SecretAccessKey"] not in json.dumps(event)

    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(ROOT_ARN))
    message = refused("AccessDenied", sts.assume_role, 403, RoleArn=role["Arn"], RoleSessionName="x2")
    assert message.startswith(
        f"User: {arn} is not authorized to perform: sts:AssumeRole on resource: {role['Arn']}")
    forged = (temporary[0], temporary[1], temporary[2][:-4] + "AAAA")
    refused("InvalidClientTokenId", shared.client("sts", credentials=forged).get_caller_identity, 403)


ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"


def test_callers_can_identify_themselves(shared):
    who = shared.client("sts").get_caller_identity()
    assert (who["UserId"], who["Account"], who["Arn"]) == (ACCOUNT, ACCOUNT, ROOT_ARN)
    run = shared.cli("sts", "get-caller-identity", "--query", "Arn", "--output", "text")
    assert run.stdout.strip() == ROOT_ARN
    given = shared.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    temporary = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    assert shared.client("sts", credentials=temporary).get_caller_identity()["Arn"] == ROOT_ARN
    expected = "The security token included in the request is invalid."
    message = refused("InvalidClientTokenId", shared.client(
        "sts", credentials=("ASIAAAAAAAAAAAAAAAAA", "x", "nonsense")).get_caller_identity, 403)
    assert message == expected


def test_events_of_iam_are_in_us_east_1(shared, iam, name):
    made = request_id(iam.create_user(UserName=name))
    assert made in {event["requestID"] for event in history(shared, "us-east-1")}
    assert made not in {event.get("requestID") for event in history(shared, REGION)}


def test_a_deleted_user_takes_its_keys_along(shared, iam, name):
    iam.create_user(UserName=name)
    credentials = credentials_of(iam, name)
    sts = shared.client("sts", credentials=credentials)
    sts.get_caller_identity()
    iam.delete_access_key(UserName=name, AccessKeyId=credentials[0])
    refused("InvalidClientTokenId", sts.get_caller_identity, 403)


def test_the_root_key_is_that_of_the_environment(shared):
    event = history(shared, attribute=("AccessKeyId", ROOT[0]))[0]
    assert event["userIdentity"] == {
        "type": "Root", "principalId": ACCOUNT, "arn": ROOT_ARN, "accountId": ACCOUNT,
        "accessKeyId": ROOT[0],
    }


def test_tutorials_attach_aws_policies(iam, name):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(ACCOUNT))
    for policy in ("service-role/AWSLambdaBasicExecutionRole", "AmazonSSMManagedInstanceCore",
                   "service-role/AWS_ConfigRole", "CloudWatchAgentServerPolicy"):
        arn = f"arn:aws:iam::aws:policy/{policy}"
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        shown = iam.get_policy(PolicyArn=arn)["Policy"]
        assert shown["Tags"] == [] and shown["AttachmentCount"] == 1
        version = iam.get_policy_version(PolicyArn=arn, VersionId=shown["DefaultVersionId"])
        assert version["PolicyVersion"]["Document"]["Statement"]
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS")
    assert sum(len(page["Policies"]) for page in pages) >= 150


def test_a_session_reports_its_packed_size(shared, iam, name):
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(ACCOUNT))["Role"]["Arn"]
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="sts", PolicyDocument=json.dumps(
        {"Version": "2012-10-17",
         "Statement": [{"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}))
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=trust(ACCOUNT).replace(
        '"sts:AssumeRole"', '["sts:AssumeRole", "sts:TagSession"]'))
    sts = shared.client("sts", credentials=credentials_of(iam, name))
    tags = [{"Key": f"T{at}", "Value": "a" * 250} for at in range(1, 10)]
    with pytest.raises(sts.exceptions.PackedPolicyTooLargeException) as caught:
        sts.assume_role(RoleArn=arn, RoleSessionName="s1", Tags=tags)
    assert caught.value.response["Error"]["Message"] == (
        "Packed size of session tags consumes 498% of allotted space.")
    made = sts.assume_role(RoleArn=arn, RoleSessionName="s1", Tags=tags[:1])
    assert made["PackedPolicySize"] == 56
