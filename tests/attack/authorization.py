"""Calls that are signed rightly by those who may not make them.

python tests/attack/authorization.py --bin PATH [--full]

`mallory` may do everything in her own account and nothing in the other; `user(...)` makes people
who may do little. Each group has its controls: what they may do is done.
"""

import hashlib
import itertools
import json
import time
from pathlib import Path
from urllib.parse import unquote

from botocore.exceptions import ClientError

from attack import Checks, arguments, serving
from rehearsal import ACCOUNT, REGION, SWIFT
from signing import Request, encoded, post_form, send_form

OTHER = "111122223333"
OTHER_ROOT = ("AKIAOTHERACCOUNTROOT", "another/account+root/secret/0123456789abc")
OTHER_TEXT = f"""
[[accounts]]
id = "{OTHER}"
name = "other"
root_access_key_id = "{OTHER_ROOT[0]}"
root_secret_access_key = "{OTHER_ROOT[1]}"
"""
DATA, VAULT, TEXT = "mori-data", "mori-vault", b"a secret text"
_numbers = itertools.count(1)


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def objects(prefix="*", bucket=DATA):
    return f"arn:aws:s3:::{bucket}/{prefix}"


class World:
    """The server, its two accounts, and the people in them."""

    def __init__(self, server, checks):
        self.server, self.checks = server, checks
        self.host = f"127.0.0.1:{server.port}"

    def root(self, service, region=REGION):
        return self.server.client(service, region)

    def other(self, service, region=REGION):
        return self.server.client(service, region, OTHER_ROOT)

    def user(self, *statements, name=None, **words):
        """A new user with this policy; gives `client(service)`."""
        name = name or f"user-{next(_numbers)}"
        iam = self.root("iam")
        iam.create_user(UserName=name, **words)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Person(self.server, name, (key["AccessKeyId"], key["SecretAccessKey"]))

    def denied(self, what, call, *args, **words):
        """The service refuses it, with any code."""
        with self.checks.guarded(what):
            try:
                answer = call(*args, **words)
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                code = error.response["Error"]["Code"]
                self.checks.check(f"{what} ({code})", 400 <= status < 500, error)
                return
            answer.pop("ResponseMetadata", None)
            self.checks.check(what, False, answer)

    def allowed(self, what, call, *args, **words):
        """A control."""
        with self.checks.guarded(f"control: {what}"):
            answer = call(*args, **words)
            self.checks.check(f"control: {what}", True)
            return answer

    def unread(self, what, answer):
        self.checks.check(f"{what} ({answer.status})", answer.denied, answer)


class Person:
    def __init__(self, server, name, credentials):
        self.server, self.name, self.credentials = server, name, credentials
        self.arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"

    def __call__(self, service, region=REGION):
        return self.server.client(service, region, self.credentials)

    def raw(self, method, path, body=b"", headers=(), query=()):
        """A request to S3 whose path is sent unchanged."""
        return Request(method, path, "s3", body, headers, query, credentials=self.credentials)


def make_world(world):
    """A bucket and a key in each account."""
    where = {"LocationConstraint": REGION}
    for client, bucket in ((world.root, DATA), (world.other, VAULT)):
        s3 = client("s3")
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=where)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        for key in ("private/secret", "public/note", "mine/x"):
            s3.put_object(Bucket=bucket, Key=key, Body=TEXT)
    world.key = world.root("kms").create_key()["KeyMetadata"]["Arn"]
    world.other_key = world.other("kms").create_key()["KeyMetadata"]["Arn"]
    world.other("kms").create_alias(AliasName="alias/theirs", TargetKeyId=world.other_key)
    world.root("kms").create_alias(AliasName="alias/ours", TargetKeyId=world.key)
    world.mallory = world.user(allow("*"), name="mallory")


def across_accounts(world):
    s3 = world.mallory("s3")
    secret = {"Bucket": VAULT, "Key": "private/secret"}
    version = world.other("s3").list_object_versions(Bucket=VAULT)["Versions"][0]["VersionId"]
    world.allowed("mallory reads her own", s3.get_object, Bucket=DATA, Key="private/secret")
    for call, words in (
        ("get_object", secret), ("head_object", secret), ("get_object_acl", secret),
        ("get_object_tagging", secret), ("delete_object", secret),
        ("get_object", {**secret, "VersionId": version}),
        ("delete_object", {**secret, "VersionId": version}),
        ("put_object", {"Bucket": VAULT, "Key": "mallory", "Body": b"x"}),
        ("put_object_acl", {**secret, "ACL": "public-read"}),
        ("put_object_tagging", {**secret, "Tagging": {"TagSet": []}}),
        ("get_object_attributes", {**secret, "ObjectAttributes": ["ETag"]}),
        ("create_multipart_upload", {"Bucket": VAULT, "Key": "mallory"}),
        ("list_objects_v2", {"Bucket": VAULT}), ("list_object_versions", {"Bucket": VAULT}),
        ("list_multipart_uploads", {"Bucket": VAULT}), ("head_bucket", {"Bucket": VAULT}),
        ("get_bucket_policy", {"Bucket": VAULT}), ("get_bucket_acl", {"Bucket": VAULT}),
        ("put_bucket_policy", {"Bucket": VAULT, "Policy": policy(
            {**allow("s3:*", objects(bucket=VAULT)), "Principal": {"AWS": ACCOUNT}})}),
        ("delete_bucket_policy", {"Bucket": VAULT}), ("delete_bucket", {"Bucket": VAULT}),
        ("put_bucket_versioning", {"Bucket": VAULT, "VersioningConfiguration": {
            "Status": "Suspended"}}),
        ("delete_public_access_block", {"Bucket": VAULT}),
        ("delete_bucket_encryption", {"Bucket": VAULT}),
        ("copy_object", {"Bucket": DATA, "Key": "stolen", "CopySource": secret}),
        ("copy_object", {"Bucket": VAULT, "Key": "planted", "CopySource": {
            "Bucket": DATA, "Key": "public/note"}}),
    ):
        world.denied(f"accounts: S3 {call}", getattr(s3, call), **words)
    upload = s3.create_multipart_upload(Bucket=DATA, Key="stolen")["UploadId"]
    world.denied("accounts: S3 upload_part_copy", s3.upload_part_copy, Bucket=DATA, Key="stolen",
                 UploadId=upload, PartNumber=1, CopySource=secret)
    both = world.mallory("s3").delete_objects(Bucket=DATA, Delete={
        "Objects": [{"Key": f"../{VAULT}/private/secret"}]})
    world.checks.check("accounts: S3 delete_objects does not climb", world.other("s3").get_object(
        **secret)["Body"].read() == TEXT, both)
    key, kms = world.other_key, world.mallory("kms")
    sealed = world.other("kms").encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    grant = {"GranteePrincipal": world.mallory.arn, "Operations": ["Decrypt"]}
    for call, words in (
        ("describe_key", {}), ("encrypt", {"Plaintext": b"x"}), ("get_key_policy", {}),
        ("generate_data_key", {"KeySpec": "AES_256"}), ("create_grant", grant),
        ("put_key_policy", {"PolicyName": "default", "Policy": policy(
            {**allow("kms:*"), "Principal": {"AWS": "*"}})}),
        ("schedule_key_deletion", {}), ("disable_key", {}), ("list_grants", {}),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("decrypt", {"CiphertextBlob": sealed}), ("enable_key_rotation", {}),
    ):
        world.denied(f"accounts: KMS {call}", getattr(kms, call), KeyId=key, **words)
    world.denied("accounts: KMS decrypt without naming the key", kms.decrypt, CiphertextBlob=sealed)
    world.denied("accounts: KMS re_encrypt", kms.re_encrypt, CiphertextBlob=sealed,
                 DestinationKeyId=world.key)
    world.denied("accounts: KMS by the other's alias", kms.encrypt, Plaintext=b"x",
                 KeyId=f"arn:aws:kms:{REGION}:{OTHER}:alias/theirs")
    world.denied("accounts: KMS an alias of the other's key", kms.create_alias,
                 AliasName="alias/taken", TargetKeyId=key)
    world.denied("accounts: KMS an own alias to the other's key", kms.update_alias,
                 AliasName="alias/ours", TargetKeyId=key)
    world.denied("accounts: S3 an object under the other's key", s3.put_object, Bucket=DATA,
                 Key="under", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    across_identities(world)


def across_identities(world):
    iam, theirs = world.mallory("iam"), world.other("iam")
    trust = policy({"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "sts:AssumeRole"})
    theirs.create_role(RoleName="theirs", AssumeRolePolicyDocument=trust)
    theirs.create_user(UserName="bob")
    managed = theirs.create_policy(PolicyName="all", PolicyDocument=policy(allow("*")))
    managed = managed["Policy"]["Arn"]
    world.denied("accounts: STS the other's role", world.mallory("sts").assume_role,
                 RoleArn=f"arn:aws:iam::{OTHER}:role/theirs", RoleSessionName="one")
    for call, words in (
        ("create_access_key", {"UserName": "bob"}), ("get_role", {"RoleName": "theirs"}),
        ("update_assume_role_policy", {"RoleName": "theirs", "PolicyDocument": trust}),
        ("get_policy", {"PolicyArn": managed}), ("delete_policy", {"PolicyArn": managed}),
        ("create_policy_version", {"PolicyArn": managed, "PolicyDocument": policy(allow("s3:*")),
                                   "SetAsDefault": True}),
        ("attach_user_policy", {"UserName": "mallory", "PolicyArn": managed}),
        ("put_user_permissions_boundary", {"UserName": "mallory", "PermissionsBoundary": managed}),
    ):
        world.denied(f"accounts: IAM {call}", getattr(iam, call), **words)


def trails(world):
    """Trails of others, and trails into what is another's."""
    cloudtrail, theirs = world.mallory("cloudtrail"), world.other("cloudtrail")
    arn = f"arn:aws:cloudtrail:{REGION}:{OTHER}:trail/theirs"
    service = {"Service": "cloudtrail.amazonaws.com"}
    mine_only = {"StringEquals": {"aws:SourceArn": arn}}
    world.other("s3").put_bucket_policy(Bucket=VAULT, Policy=policy(
        {**allow("s3:GetBucketAcl", f"arn:aws:s3:::{VAULT}"), "Principal": service,
         "Condition": mine_only},
        {**allow("s3:PutObject", objects("*", VAULT)), "Principal": service,
         "Condition": mine_only}))
    theirs.create_trail(Name="theirs", S3BucketName=VAULT)
    theirs.start_logging(Name="theirs")
    selectors = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": False}]
    for call, words in (
        ("stop_logging", {"Name": arn}), ("delete_trail", {"Name": arn}),
        ("update_trail", {"Name": arn, "S3BucketName": DATA}),
        ("get_trail_status", {"Name": arn}), ("get_trail", {"Name": arn}),
        ("get_event_selectors", {"TrailName": arn}),
        ("put_event_selectors", {"TrailName": arn, "EventSelectors": selectors}),
        ("add_tags", {"ResourceId": arn, "TagsList": [{"Key": "a", "Value": "b"}]}),
    ):
        world.denied(f"trails: another's, {call}", getattr(cloudtrail, call), **words)
    world.denied("trails: into another's bucket (confused deputy)", cloudtrail.create_trail,
                 Name="into-theirs", S3BucketName=VAULT)
    world.denied("trails: of the other's name into the other's bucket", cloudtrail.create_trail,
                 Name="theirs", S3BucketName=VAULT)
    world.other("s3").put_bucket_policy(Bucket=VAULT, Policy=policy(
        {**allow("s3:GetBucketAcl", f"arn:aws:s3:::{VAULT}"), "Principal": service},
        {**allow("s3:PutObject", objects(f"AWSLogs/{OTHER}/*", VAULT)), "Principal": service}))
    world.denied("trails: into another's bucket that trusts the service for its own account's "
                 "prefix", cloudtrail.create_trail, Name="into-theirs", S3BucketName=VAULT)
    world.root("s3").put_bucket_policy(Bucket=DATA, Policy=policy(
        {**allow("s3:GetBucketAcl", f"arn:aws:s3:::{DATA}"), "Principal": service},
        {**allow("s3:PutObject", objects(f"AWSLogs/{ACCOUNT}/*")), "Principal": service}))
    world.denied("trails: under another's key", cloudtrail.create_trail, Name="under-theirs",
                 S3BucketName=DATA, KmsKeyId=world.other_key)
    for prefix in ("../x", f"AWSLogs/{OTHER}", f"../{VAULT}"):
        world.denied(f"trails: a prefix {prefix} that its bucket does not admit",
                     cloudtrail.create_trail, Name="prefixed", S3BucketName=DATA,
                     S3KeyPrefix=prefix)
    events = world.mallory("cloudtrail", "us-east-1").lookup_events(LookupAttributes=[
        {"AttributeKey": "EventName", "AttributeValue": "CreateUser"}])["Events"]
    seen = [event for event in events if OTHER in event["CloudTrailEvent"]]
    world.checks.check("trails: event history shows no other account", events and not seen, seen)
    ours = world.root("cloudtrail")
    ours.create_trail(Name="ours", S3BucketName=DATA)
    ours.start_logging(Name="ours")
    own = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/ours"
    reader = world.user(allow(["cloudtrail:Describe*", "cloudtrail:Get*"]))
    guarded = world.user(allow("*"), deny([
        "cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "cloudtrail:UpdateTrail",
        "cloudtrail:PutEventSelectors"], own))
    world.allowed("a reader reads the trail", reader("cloudtrail").get_trail, Name="ours")
    for person, name in ((reader, "a reader"), (guarded, "a user with an explicit deny")):
        for call, words in (
            ("stop_logging", {"Name": "ours"}), ("stop_logging", {"Name": own}),
            ("delete_trail", {"Name": own}), ("update_trail", {"Name": "ours",
                                                               "S3KeyPrefix": "x"}),
            ("put_event_selectors", {"TrailName": "ours", "EventSelectors": selectors}),
        ):
            world.denied(f"trails: {name}, {call}", getattr(person("cloudtrail"), call), **words)
        world.denied(f"trails: {name}, stop_logging from another region",
                     person("cloudtrail", "eu-west-1").stop_logging, Name=own)
    status = ours.get_trail_status(Name="ours")
    world.checks.check("trails: it still logs", status["IsLogging"], status)


def keys_of_objects(world):
    """Ways around a policy that names keys."""
    person = world.user(allow("s3:GetObject", objects("public/*")),
                        allow("s3:PutObject", objects("mine/*")))
    raw, host = person.raw, world.host
    good = raw("GET", f"/{DATA}/public/note").seal(host).send(world.server)
    world.checks.check("control: a key under the prefix", good.body == TEXT, good)
    for path in (
        f"/{DATA}/private/secret", f"/{DATA}/public/../private/secret",
        f"/{DATA}/public/..%2Fprivate%2Fsecret", f"/{DATA}/public%2F..%2Fprivate%2Fsecret",
        f"/{DATA}/public/%2E%2E/private/secret", f"/{DATA}//private/secret",
        f"/{DATA}/Public/note", f"/{DATA}/PUBLIC/../private/secret",
        f"/{DATA}/./private/secret", f"/{DATA}%2Fpublic/../private/secret",
        f"/{DATA}/public/%00/../../private/secret", f"/{DATA}/public%5C..%5Cprivate%5Csecret",
        f"/{DATA.upper()}/public/note", f"/x/../{DATA}/private/secret",
        f"/{DATA}/%70rivate/secret", f"/{DATA}/private%2Fsecret",
        f"/{VAULT}/public/note", f"/{DATA}/public/..;/private/secret",
    ):
        request = raw("GET", path)
        request.path = "/".join(encoded(unquote(part)) for part in path.split("/"))
        answer = request.seal(host).send(world.server, path)
        world.unread(f"keys: GET {path}", answer)
    for path in (f"/{DATA}/mine/../private/secret", f"/{DATA}/private/secret",
                 f"/{DATA}/mine%2F..%2Fprivate%2Fsecret", f"/{DATA}/Mine/x"):
        request = raw("PUT", path, b"planted")
        request.path = "/".join(encoded(unquote(part)) for part in path.split("/"))
        request.seal(host).send(world.server, path)
    whole = world.root("s3").get_object(Bucket=DATA, Key="private/secret")["Body"].read()
    world.checks.check("keys: no way to write over another's", whole == TEXT, whole)
    for source in (f"{DATA}/private/secret", f"/{DATA}/private/secret",
                   f"{DATA}%2Fprivate%2Fsecret", f"{DATA}/public/../private/secret",
                   f"{DATA}/private%2Fsecret", f"/{DATA}/public/..%2Fprivate/secret",
                   f"arn:aws:s3:::{DATA}/private/secret"):
        answer = raw("PUT", f"/{DATA}/mine/copy", headers=[("x-amz-copy-source", source)]).seal(
            host).send(world.server)
        world.unread(f"keys: copy from {source}", answer)
    fields, file = post_form(world.server, DATA, {"key": "private/form"},
                             credentials=person.credentials,
                             conditions=[{"bucket": DATA}, ["starts-with", "$key", ""]])
    world.unread("keys: a form with another key", send_form(world.server, DATA, fields, file))
    fields, file = post_form(world.server, DATA, {"key": "mine/form", "acl": "public-read"},
                             credentials=person.credentials,
                             conditions=[{"bucket": DATA}, ["starts-with", "$key", ""],
                                         {"acl": "public-read"}])
    world.unread("keys: a form with a public ACL", send_form(world.server, DATA, fields, file))
    answer = raw("GET", f"/{DATA}/private/secret").presign(host).send(world.server)
    world.unread("keys: a presigned URL of what its maker may not", answer)
    named = world.user(allow("s3:GetObject", objects("home/${aws:username}/*")), name="ann")
    for key in ("home/ann/x", "home/anna/x", "home/Ann/x", "home/${aws:username}/x", "home/*/x"):
        world.root("s3").put_object(Bucket=DATA, Key=key, Body=TEXT)
    world.allowed("ann reads her home", named("s3").get_object, Bucket=DATA, Key="home/ann/x")
    for key in ("home/anna/x", "home/Ann/x", "home/${aws:username}/x", "home/*/x"):
        world.denied(f"keys: ann reads {key}", named("s3").get_object, Bucket=DATA, Key=key)


def denials(world):
    """An explicit denial holds on every way to the same thing."""
    secret = {"Bucket": DATA, "Key": "private/secret"}
    person = world.user(allow("*"), deny("s3:GetObject*", objects("private/*")))
    s3 = person("s3")
    version = next(v["VersionId"] for v in world.root("s3").list_object_versions(
        Bucket=DATA, Prefix="private/secret")["Versions"])
    world.allowed("the rest is read", s3.get_object, Bucket=DATA, Key="public/note")
    source = {**secret, "VersionId": version}
    upload = s3.create_multipart_upload(Bucket=DATA, Key="mine/parts")["UploadId"]
    for what, call, words in (
        ("get_object", s3.get_object, secret), ("a version", s3.get_object, source),
        ("a range", s3.get_object, {**secret, "Range": "bytes=0-0"}),
        ("a part", s3.get_object, {**secret, "PartNumber": 1}),
        ("head_object", s3.head_object, secret),
        ("attributes", s3.get_object_attributes, {**secret, "ObjectAttributes": ["ETag"]}),
        ("a copy", s3.copy_object, {"Bucket": DATA, "Key": "mine/y", "CopySource": secret}),
        ("a copy of a version", s3.copy_object, {"Bucket": DATA, "Key": "mine/y",
                                                 "CopySource": source}),
        ("a copied part", s3.upload_part_copy, {
            "Bucket": DATA, "Key": "mine/parts", "UploadId": upload, "PartNumber": 1,
            "CopySource": secret}),
        ("the ACL", s3.get_object_acl, secret), ("the tags", s3.get_object_tagging, secret),
    ):
        world.denied(f"denial: {what}", call, **words)
    for action in ("s3:getobject", "S3:GETOBJECT", "s3:Get*", "s3:*etObject", "*", "s3:G?tObject"):
        shouting = world.user(allow("*"), deny(action, objects("private/*")))
        world.denied(f"denial: of {action}", shouting("s3").get_object, **secret)
    for what, statement in (
        ("NotAction", {"Effect": "Deny", "NotAction": "s3:List*", "Resource": "*"}),
        ("NotResource", {"Effect": "Deny", "Action": "s3:*", "NotResource": objects("public/*")}),
        ("a null key", deny("s3:*", Condition={"Null": {"aws:MultiFactorAuthPresent": "true"}})),
        ("BoolIfExists", deny("s3:*", Condition={
            "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
        ("no TLS", deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}})),
        ("another network", deny("s3:*", Condition={
            "NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
        ("another region", deny("s3:*", Condition={
            "StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})),
        ("a name in another case", deny("s3:*", Condition={
            "StringEqualsIgnoreCase": {"AWS:UserName": "SHOUTED"}})),
    ):
        name = "shouted" if "case" in what else None
        guarded = world.user(allow("*"), statement, name=name)
        world.denied(f"denial: by {what}", guarded("s3").get_object, **secret)
        if what in ("no TLS", "another network"):
            request = guarded.raw("GET", f"/{DATA}/private/secret", headers=[
                ("x-forwarded-for", "10.1.1.1"), ("x-forwarded-proto", "https"),
                ("forwarded", "for=10.1.1.1;proto=https"), ("x-real-ip", "10.1.1.1")])
            world.unread(f"denial: by {what}, with the headers of a proxy",
                         request.seal(world.host).send(world.server))
    root_only = policy({"Effect": "Deny", "NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                        "Action": "s3:GetObject", "Resource": objects("private/*")})
    saved = world.root("s3").get_bucket_policy(Bucket=DATA)["Policy"]
    world.root("s3").put_bucket_policy(Bucket=DATA, Policy=root_only)
    world.denied("denial: by NotPrincipal in the bucket's policy",
                 world.mallory("s3").get_object, **secret)
    world.allowed("root is not meant", world.root("s3").get_object, **secret)
    world.root("s3").put_bucket_policy(Bucket=DATA, Policy=saved)


def limits(world):
    """Boundaries, session policies and trust."""
    iam = world.root("iam")
    boundary = iam.create_policy(PolicyName="bound", PolicyDocument=policy(
        allow(["s3:GetObject", "iam:*", "sts:*"]),
        deny(["iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"])))
    bound = world.user(allow("*"), PermissionsBoundary=boundary["Policy"]["Arn"])
    world.allowed("within the boundary", bound("s3").get_object, Bucket=DATA, Key="mine/x")
    for what, call, words in (
        ("write", bound("s3").put_object, {"Bucket": DATA, "Key": "mine/z", "Body": b""}),
        ("list keys", bound("kms").list_keys, {}),
        ("lift it", bound("iam").delete_user_permissions_boundary, {"UserName": bound.name}),
        ("change it", bound("iam").put_user_permissions_boundary, {
            "UserName": bound.name,
            "PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ):
        world.denied(f"boundary: {what}", call, **words)
    trust = policy({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="own",
                        PolicyDocument=policy(allow("s3:*", [objects(), f"arn:aws:s3:::{DATA}"])))

    def assume(person, arn=role, **words):
        made = person("sts").assume_role(RoleArn=arn, RoleSessionName="one", **words)["Credentials"]
        made = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
        return lambda service: world.server.client(service, REGION, made)

    narrow = assume(world.mallory, Policy=policy(allow("s3:GetObject", objects("public/*"))))
    wide = assume(world.mallory, Policy=policy(allow("*")))
    world.allowed("within the session policy", narrow("s3").get_object, Bucket=DATA,
                  Key="public/note")
    world.denied("session policy: another key", narrow("s3").get_object, Bucket=DATA,
                 Key="private/secret")
    world.denied("session policy: another action", narrow("s3").put_object, Bucket=DATA,
                 Key="public/note", Body=b"")
    world.denied("session policy: none widens a role", wide("kms").list_keys)
    denied = assume(world.mallory, Policy=policy(allow("*"), deny("s3:*")))
    world.denied("session policy: its denial", denied("s3").get_object, Bucket=DATA,
                 Key="public/note")
    iam.create_role(RoleName="external", AssumeRolePolicyDocument=policy({
        "Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "Right-Id"}}}))
    external = f"arn:aws:iam::{ACCOUNT}:role/external"
    world.allowed("the right external id", assume, world.mallory, external, ExternalId="Right-Id")
    for name, words in (("none", {}), ("another", {"ExternalId": "Wrong-Id"}),
                        ("another case", {"ExternalId": "right-id"}),
                        ("a pattern", {"ExternalId": "Right-I+"})):
        world.denied(f"trust: {name} external id", world.mallory("sts").assume_role,
                     RoleArn=external, RoleSessionName="one", **words)
    carol = world.user(allow("sts:*"), name="carol")
    iam.create_role(RoleName="carols", AssumeRolePolicyDocument=policy({
        "Effect": "Allow", "Principal": {"AWS": carol.arn}, "Action": "sts:AssumeRole"}))
    carols = f"arn:aws:iam::{ACCOUNT}:role/carols"
    world.allowed("carol takes her role", assume, carol, carols)
    unprivileged = world.user(name="unprivileged")
    world.denied("trust: another user takes it", unprivileged("sts").assume_role, RoleArn=carols,
                 RoleSessionName="one")
    for arn in (carols.replace("carols", "Carols"), carols.replace(":role/", ":role//"),
                carols + "/", carols.replace(ACCOUNT, OTHER), carols + "*"):
        world.denied(f"trust: {arn.split(':', 4)[4]}", carol("sts").assume_role, RoleArn=arn,
                     RoleSessionName="one")
    iam.delete_access_key(UserName="carol", AccessKeyId=carol.credentials[0])
    iam.delete_user_policy(UserName="carol", PolicyName="own")
    iam.delete_user(UserName="carol")
    again = world.user(allow("sts:*"), name="carol")
    world.denied("trust: a new user of an old name", again("sts").assume_role, RoleArn=carols,
                 RoleSessionName="one")


def names(world):
    """Names in another case or with a path are not other ways to the same user."""
    iam = world.root("iam")
    iam.create_user(UserName="Chief", Path="/board/")
    chief = f"arn:aws:iam::{ACCOUNT}:user/board/Chief"
    guarded = world.user(allow("iam:*"), deny("iam:*", chief))
    for name in ("Chief", "chief", "CHIEF", "board/Chief", "/board/Chief", chief, "Chief "):
        for call in ("create_access_key", "list_access_keys", "delete_user"):
            client = guarded("iam")
            world.denied(f"names: {call} of {name!r}", getattr(client, call), UserName=name)
    keys = iam.list_access_keys(UserName="Chief")["AccessKeyMetadata"]
    world.checks.check("names: the chief has no new key", not keys, keys)
    clerk = world.user(allow(["iam:CreateAccessKey", "iam:GetUser"],
                             f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"))
    world.allowed("a clerk makes a key", clerk("iam").create_access_key, UserName=clerk.name)
    managed = iam.create_policy(PolicyName="clerks", PolicyDocument=policy(allow("s3:ListBucket")))
    managed, own = managed["Policy"]["Arn"], {"UserName": clerk.name}
    iam.create_group(GroupName="admins")
    for call, words in (
        ("create_access_key", {"UserName": "mallory"}), ("create_access_key", {"UserName": "Chief"}),
        ("put_user_policy", {**own, "PolicyName": "x", "PolicyDocument": policy(allow("*"))}),
        ("attach_user_policy", {
            **own, "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
        ("add_user_to_group", {**own, "GroupName": "admins"}),
        ("create_policy_version", {"PolicyArn": managed, "SetAsDefault": True,
                                   "PolicyDocument": policy(allow("*"))}),
        ("set_default_policy_version", {"PolicyArn": managed, "VersionId": "v1"}),
        ("update_assume_role_policy", {"RoleName": "reader", "PolicyDocument": policy(
            {"Effect": "Allow", "Principal": {"AWS": clerk.arn}, "Action": "sts:AssumeRole"})}),
        ("create_login_profile", {"UserName": "mallory", "Password": "Correct-horse-9-battery"}),
        ("update_user", {**own, "NewPath": "/board/"}),
        ("update_user", {**own, "NewUserName": "Chief2"}),
        ("create_user", {"UserName": "another"}), ("deactivate_mfa_device", {
            "UserName": "mallory", "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/x"}),
        ("delete_user_permissions_boundary", own),
    ):
        world.denied(f"escalation: {call}", getattr(clerk("iam"), call), **words)


def keys_of_kms(world):
    """Aliases, contexts, grants and services that come between a caller and a key."""
    kms, key = world.root("kms"), world.key
    key_id, alias_arn = key.split("/")[1], f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/ours"
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"a": "1"})["CiphertextBlob"]
    person = world.user(allow("*"), deny("kms:*", key))
    for name in (key, key_id, "alias/ours", alias_arn):
        world.denied(f"KMS: a denied key, called {name[:30]}", person("kms").encrypt, KeyId=name,
                     Plaintext=b"x")
    world.denied("KMS: a denied key, called by a ciphertext", person("kms").decrypt,
                 CiphertextBlob=sealed, EncryptionContext={"a": "1"})
    for context in ({}, {"a": "2"}, {"A": "1"}, {"a": "1", "b": "2"}, {"a": "1 "}):
        world.denied(f"KMS: decrypt with the context {context}", world.mallory("kms").decrypt,
                     CiphertextBlob=sealed, EncryptionContext=context)
    for at in (0, 8, 20, len(sealed) // 2, len(sealed) - 1):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:]
        world.denied(f"KMS: a ciphertext with byte {at} changed", world.mallory("kms").decrypt,
                     CiphertextBlob=changed, EncryptionContext={"a": "1"})
    second = kms.create_key()["KeyMetadata"]["Arn"]
    world.denied("KMS: a ciphertext with another key named", world.mallory("kms").decrypt,
                 CiphertextBlob=sealed, EncryptionContext={"a": "1"}, KeyId=second)
    clerk = world.user(allow("kms:Decrypt", key, Condition={
        "StringEquals": {"kms:EncryptionContext:dept": "hr"}}))
    ours = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"dept": "hr"})
    world.allowed("the context that the policy wants", clerk("kms").decrypt,
                  CiphertextBlob=ours["CiphertextBlob"], EncryptionContext={"dept": "hr"})
    # `Dept` would do: names of condition keys have no case, on AWS either.
    for context in ({"dept": "it"}, {}, {"dept": "HR"}, {"dept ": "hr"}):
        theirs = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext=context)
        world.denied(f"KMS: a policy's context, {context}", clerk("kms").decrypt,
                     CiphertextBlob=theirs["CiphertextBlob"], EncryptionContext=context)
    repointer = world.user(allow(["kms:UpdateAlias", "kms:CreateAlias"], [alias_arn, key]))
    world.denied("KMS: an alias to a key without a right to it", repointer("kms").update_alias,
                 AliasName="alias/ours", TargetKeyId=second)
    half = world.user(allow("kms:ReEncryptFrom", key), allow("kms:Encrypt", second))
    world.denied("KMS: re-encryption with half the rights", half("kms").re_encrypt,
                 CiphertextBlob=sealed, SourceEncryptionContext={"a": "1"},
                 DestinationKeyId=second)
    closed = kms.create_key(Policy=policy(
        {**allow("kms:*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
         "Condition": {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}},
        {**allow(["kms:PutKeyPolicy", "kms:DescribeKey", "kms:ScheduleKeyDeletion",
                  "kms:GetKeyPolicy"]), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}),
        BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["Arn"]
    put = {"Bucket": DATA, "Key": "via", "Body": TEXT, "ServerSideEncryption": "aws:kms"}
    world.allowed("by way of S3", world.mallory("s3").put_object, **put, SSEKMSKeyId=closed)
    world.denied("KMS: not by way of S3", world.mallory("kms").generate_data_key, KeyId=closed,
                 KeySpec="AES_256")
    grants(world)


def grants(world):
    kms, key = world.root("kms"), world.key
    holder, other = world.user(name="holder"), world.user(name="other")
    made = kms.create_grant(KeyId=key, GranteePrincipal=holder.arn, Operations=[
        "Encrypt", "CreateGrant"], Constraints={"EncryptionContextSubset": {"a": "1"}})
    granted = {"KeyId": key, "Plaintext": b"x"}
    sealed = world.allowed("a grant", holder("kms").encrypt, **granted,
                           EncryptionContext={"a": "1", "b": "2"})["CiphertextBlob"]
    context = {"a": "1", "b": "2"}
    world.denied("grant: another operation", holder("kms").decrypt, CiphertextBlob=sealed,
                 EncryptionContext=context)
    world.denied("grant: another context", holder("kms").encrypt, **granted,
                 EncryptionContext={"a": "2"})
    world.denied("grant: no context", holder("kms").encrypt, **granted)
    world.denied("grant: another key", holder("kms").encrypt, Plaintext=b"x",
                 KeyId=kms.create_key()["KeyMetadata"]["Arn"], EncryptionContext=context)
    world.denied("grant: another's, with its token", other("kms").encrypt, **granted,
                 EncryptionContext=context, GrantTokens=[made["GrantToken"]])
    world.denied("grant: more than one has", holder("kms").create_grant, KeyId=key,
                 GranteePrincipal=holder.arn, Operations=["Encrypt", "Decrypt"],
                 Constraints={"EncryptionContextSubset": {"a": "1"}})
    world.denied("grant: fewer constraints than one has", holder("kms").create_grant, KeyId=key,
                 GranteePrincipal=other.arn, Operations=["Encrypt"])
    world.denied("grant: retired by another user", other("kms").retire_grant, KeyId=key,
                 GrantId=made["GrantId"])
    world.denied("grant: revoked by another user", other("kms").revoke_grant, KeyId=key,
                 GrantId=made["GrantId"])
    world.denied("grant: listed by another user", other("kms").list_grants, KeyId=key)
    kms.revoke_grant(KeyId=key, GrantId=made["GrantId"])
    world.denied("grant: after it was revoked", holder("kms").encrypt, **granted,
                 EncryptionContext=context)
    world.denied("grant: its token after it was revoked", holder("kms").encrypt, **granted,
                 EncryptionContext=context, GrantTokens=[made["GrantToken"]])


def parts_and_versions(world):
    """Uploads and versions of others."""
    root = world.root("s3")
    person = world.user(
        allow(["s3:PutObject", "s3:DeleteObject", "s3:GetObject"], objects("mine/*")),
        allow(["s3:ListBucketMultipartUploads", "s3:ListBucket"], f"arn:aws:s3:::{DATA}"))
    s3 = person("s3")
    upload = root.create_multipart_upload(Bucket=DATA, Key="private/parts")["UploadId"]
    root.upload_part(Bucket=DATA, Key="private/parts", UploadId=upload, PartNumber=1, Body=TEXT)
    mine = {"Bucket": DATA, "Key": "mine/parts", "UploadId": upload}
    theirs = {**mine, "Key": "private/parts"}
    tag = {"MultipartUpload": {"Parts": [{
        "PartNumber": 1, "ETag": hashlib.md5(TEXT).hexdigest()}]}}
    for what, words in (("under its key", theirs), ("under an own key", mine)):
        world.denied(f"parts: add {what}", s3.upload_part, **words, PartNumber=2, Body=b"x")
        world.denied(f"parts: list {what}", s3.list_parts, **words)
        world.denied(f"parts: complete {what}", s3.complete_multipart_upload, **words, **tag)
        world.denied(f"parts: abort {what}", s3.abort_multipart_upload, **words)
    root.put_object(Bucket=DATA, Key="mine/v", Body=b"old")
    version = root.list_object_versions(Bucket=DATA, Prefix="mine/v")["Versions"][0]["VersionId"]
    old = {"Bucket": DATA, "Key": "mine/v", "VersionId": version}
    world.allowed("the newest version", s3.get_object, Bucket=DATA, Key="mine/v")
    world.denied("versions: read one", s3.get_object, **old)
    world.denied("versions: delete one", s3.delete_object, **old)
    world.denied("versions: list them", s3.list_object_versions, Bucket=DATA)
    for what, words in (
        ("with tags", {"Tagging": "a=b"}), ("with an ACL", {"ACL": "public-read"}),
        ("with a grant", {"GrantRead": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'}),
        ("under a lock", {"ObjectLockMode": "GOVERNANCE",
                          "ObjectLockRetainUntilDate": time.time() + 9999}),
        ("under a legal hold", {"ObjectLockLegalHoldStatus": "ON"}),
        ("under a key", {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": world.key}),
    ):
        world.denied(f"put: {what}", s3.put_object, Bucket=DATA, Key="mine/put", Body=b"x", **words)
    batch = s3.delete_objects(Bucket=DATA, Delete={"Objects": [
        {"Key": "private/secret"}, {"Key": "mine/v", "VersionId": version}, {"Key": "../x"}]})
    world.checks.check("versions: a batch deletes nothing of others",
                       len(batch.get("Errors", [])) == 3 and not batch.get("Deleted"), batch)
    kept = root.get_object(**old)["Body"].read()
    world.checks.check("versions: it is there", kept == b"old", kept)


def resources(world):
    """Policies of buckets: who else they let in, and who they do not."""
    root = world.root("s3")
    secret = {"Bucket": DATA, "Key": "private/secret"}
    saved = root.get_bucket_policy(Bucket=DATA)["Policy"]

    def under(*statements):
        root.put_bucket_policy(Bucket=DATA, Policy=policy(*statements))

    read = allow("s3:GetObject", objects())
    iam = world.other("iam")
    iam.create_user(UserName="dave")
    made = iam.create_access_key(UserName="dave")["AccessKey"]
    dave = world.server.client("s3", REGION, (made["AccessKeyId"], made["SecretAccessKey"]))
    under({**read, "Principal": {"AWS": OTHER}})
    world.allowed("the other account's root", world.other("s3").get_object, **secret)
    world.denied("bucket policy: a user whose own account gives him nothing", dave.get_object,
                 **secret)
    under({**read, "Principal": {"AWS": f"arn:aws:iam::{OTHER}:user/dave"}})
    world.denied("bucket policy: names him, and his own account gives him nothing",
                 dave.get_object, **secret)
    service = {"Service": "cloudtrail.amazonaws.com"}
    under({**read, "Principal": service})
    forged = [("x-amz-source-arn", "arn:aws:cloudtrail:::trail/x"),
              ("x-amz-source-account", ACCOUNT), ("user-agent", "cloudtrail.amazonaws.com")]
    user = world.user(name="no-service")
    answer = user.raw("GET", f"/{DATA}/private/secret", headers=forged).seal(world.host).send(
        world.server)
    world.unread("bucket policy: a user with a service's headers", answer)
    plain = Request("GET", f"/{DATA}/private/secret", "s3").header("host", world.host)
    world.unread("bucket policy: no credentials at all", plain.send(world.server))
    for what, principal, condition in (
        ("every caller", "*", None), ("every AWS principal", {"AWS": "*"}, None),
        ("every anonymous caller", "*", {"StringEquals": {"aws:userid": "anonymous"}}),
        ("every caller in a network of all", "*", {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
        ("every caller with a referer", "*", {"StringLike": {"aws:Referer": "*"}}),
        ("every caller with a name", "*", {"StringLike": {"aws:PrincipalArn": "*"}}),
    ):
        statement = {**read, "Principal": principal}
        if condition:
            statement["Condition"] = condition
        world.denied(f"public access: a policy for {what}", root.put_bucket_policy, Bucket=DATA,
                     Policy=policy(statement))
    for acl in ("public-read", "public-read-write", "authenticated-read"):
        world.denied(f"public access: an ACL {acl}", root.put_bucket_acl, Bucket=DATA, ACL=acl)
    world.unread("public access: no one reads", plain.send(world.server))
    root.put_bucket_policy(Bucket=DATA, Policy=saved)


FAMILY = [across_accounts, trails, keys_of_objects, denials, limits, names, keys_of_kms,
          parts_and_versions, resources]


def main():
    arguments(__doc__)
    checks = Checks()
    with serving(prepare=two_accounts) as server:
        world = World(server, checks)
        make_world(world)
        for attack in FAMILY:
            with checks.guarded(attack.__name__):
                attack(world)
        for client, bucket in ((world.root, DATA), (world.other, VAULT)):
            seen = client("s3").get_object(Bucket=bucket, Key="private/secret")["Body"].read()
            checks.check(f"the secret of {bucket} is what it was", seen == TEXT, seen)
    checks.end()


def two_accounts(folder):
    """The flags of a server with a second account."""
    path = Path(folder) / "shoseki.toml"
    path.touch(mode=0o600)
    path.write_text(OTHER_TEXT)
    return (*SWIFT, "--config", str(path))


if __name__ == "__main__":
    main()
