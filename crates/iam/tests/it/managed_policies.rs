//! Customer managed policies and AWS's own: shapes, listing, deletion.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const DATES: &str = "<CreateDate>2026-03-01T00:00:00Z</CreateDate>\
                     <UpdateDate>2026-03-01T00:00:00Z</UpdateDate>";
const NAME: (&str, &str) = ("PolicyName", "p");
const OWN: (&str, &str) = ("PolicyArn", "arn:aws:iam::111122223333:policy/p");
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";

/// Observed: `test_role_attach_policy`. The description is in no response but a read's, tags are in
/// no list.
#[test]
fn a_policy_has_a_shape_of_its_own_when_created_read_and_listed() {
    let world = World::new();
    let document = allowing("s3:*");
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let more = [("PolicyDocument", document.as_str()), ("Path", "/a/"), ("Description", "of s3")];
    let created = world.result("CreatePolicy", &[&[NAME], &more[..], &tag[..]].concat());
    let id = text(&created, "PolicyId");
    assert!(id.starts_with("ANPA") && id.len() == 21, "{id}");
    let first = format!(
        "<PolicyName>p</PolicyName><PolicyId>{id}</PolicyId>\
         <Arn>arn:aws:iam::111122223333:policy/a/p</Arn><Path>/a/</Path>\
         <DefaultVersionId>v1</DefaultVersionId><AttachmentCount>0</AttachmentCount>\
         <PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount>\
         <IsAttachable>true</IsAttachable>"
    );
    let tags = "<Tags><member><Key>k</Key><Value>v</Value></member></Tags>";
    assert_eq!(created, format!("<Policy>{first}{DATES}{tags}</Policy>"));
    let (sent, answered) = world.recorded("CreatePolicy");
    assert_eq!(
        sent,
        json!({"policyName": "p", "path": "/a/", "description": "of s3",
            "policyDocument": document, "tags": [{"key": "k", "value": "v"}]})
    );
    assert_eq!(
        answered,
        json!({"policy": {"policyName": "p", "policyId": id,
            "arn": "arn:aws:iam::111122223333:policy/a/p", "path": "/a/",
            "defaultVersionId": "v1", "attachmentCount": 0, "permissionsBoundaryUsageCount": 0,
            "isAttachable": true, "createDate": "Mar 1, 2026 12:00:00 AM",
            "updateDate": "Mar 1, 2026 12:00:00 AM", "tags": [{"key": "k", "value": "v"}]}})
    );
    let own = ("PolicyArn", "arn:aws:iam::111122223333:policy/a/p");
    let described = "<Description>of s3</Description>";
    let got = world.result("GetPolicy", &[own]);
    assert_eq!(got, format!("<Policy>{first}{described}{DATES}{tags}</Policy>"));
    let listed = world.result("ListPolicies", &[("Scope", "Local")]);
    let no_more = "<IsTruncated>false</IsTruncated>";
    assert_eq!(listed, format!("<Policies><member>{first}{DATES}</member></Policies>{no_more}"));
}

/// Names are unique in the account, across paths and cases.
#[test]
fn a_policys_name_is_taken_once() {
    let world = World::new();
    let document = allowing("s3:*");
    let with = ("PolicyDocument", document.as_str());
    world.ok(&world.root, "CreatePolicy", &[NAME, with]);
    for (name, path) in [("p", "/"), ("P", "/"), ("p", "/a/"), ("P", "/a/b/")] {
        let message =
            format!("A policy called {name} already exists. Duplicate names are not allowed.");
        let sent = [("PolicyName", name), with, ("Path", path)];
        world.fails("CreatePolicy", &sent, (409, "EntityAlreadyExists", &message));
        assert_eq!(world.last_event()["errorCode"], "EntityAlreadyExistsException");
    }
    world.ok(&world.other_root, "CreatePolicy", &[NAME, with]);
    world.ok(&world.root, "DeletePolicy", &[OWN]);
    world.ok(&world.root, "CreatePolicy", &[("PolicyName", "P"), with]);
}

/// A document has 6,144 characters at most, without its white space.
#[test]
fn a_document_has_a_maximum_size() {
    let world = World::new();
    let empty = allowing("s3:");
    let full = empty.replace("s3:", &format!("s3:{}", "x".repeat(6_144 - empty.len())));
    let over = full.replace("s3:", "s3:x");
    let quota = (409, "LimitExceeded", "Cannot exceed quota for PolicySize: 6144");
    world.fails("CreatePolicy", &[NAME, ("PolicyDocument", &over)], quota);
    let spaced = full.replace(',', ",\n  ");
    world.ok(&world.root, "CreatePolicy", &[NAME, ("PolicyDocument", &spaced)]);
    world.fails("CreatePolicyVersion", &[OWN, ("PolicyDocument", &over)], quota);
    let got = world.result("GetPolicyVersion", &[OWN, ("VersionId", "v1")]);
    assert_eq!(text(&got, "Document"), wire::uri::encode(&spaced), "white space is kept");
}

/// Scope, use and path select, alone and together.
#[test]
fn filters_select_policies() {
    let world = World::new();
    let (root, document) = (&world.root, allowing("s3:*"));
    world.ok(root, "CreateUser", &[("UserName", "u")]);
    world.ok(root, "CreateUser", &[("UserName", "v")]);
    for (name, path) in [("attached", "/"), ("bounding", "/x/"), ("both", "/x/"), ("idle", "/x/y/")]
    {
        let sent = [("PolicyName", name), ("Path", path), ("PolicyDocument", &document)];
        world.ok(root, "CreatePolicy", &sent);
    }
    let attach = |user, policy: &str| {
        world.ok(root, "AttachUserPolicy", &[("UserName", user), ("PolicyArn", &arn(policy))]);
    };
    let bound = |user, policy: &str| {
        let boundary = ("PermissionsBoundary", &*arn(policy));
        world.ok(root, "PutUserPermissionsBoundary", &[("UserName", user), boundary]);
    };
    attach("u", "policy/attached");
    attach("u", "policy/x/both");
    bound("u", "policy/x/both");
    bound("v", "policy/x/bounding");
    let local = ("Scope", "Local");
    let (permissions, boundary) =
        (("PolicyUsageFilter", "PermissionsPolicy"), ("PolicyUsageFilter", "PermissionsBoundary"));
    let tests: &[(&[(&str, &str)], &str)] = &[
        (&[], "attached both bounding idle"),
        (&[("OnlyAttached", "false")], "attached both bounding idle"),
        (&[("OnlyAttached", "true")], "attached both bounding"),
        (&[permissions], "attached both"),
        (&[boundary], "both bounding"),
        (&[("PathPrefix", "/x/")], "both bounding idle"),
        (&[("PathPrefix", "/x/y/")], "idle"),
        (&[("PathPrefix", "/x/"), permissions], "both"),
        (&[("PathPrefix", "/x/y/"), ("OnlyAttached", "true")], ""),
    ];
    for (filters, want) in tests {
        let listed = world.result("ListPolicies", &[&[local], *filters].concat());
        assert_eq!(texts(&listed, "PolicyName").join(" "), *want, "{filters:?}");
    }
    let got = world.result("GetPolicy", &[("PolicyArn", &arn("policy/x/both"))]);
    assert_eq!(text(&got, "AttachmentCount"), "1");
    assert_eq!(text(&got, "PermissionsBoundaryUsageCount"), "1");
    let aws = [("Scope", "AWS"), ("OnlyAttached", "true")];
    assert!(world.result("ListPolicies", &aws).starts_with("<Policies/>"));
}

/// Without a scope AWS's policies are listed together with the account's, each by its ARN.
#[test]
fn policies_of_every_scope_are_listed_together() {
    let world = World::new();
    world.policy("p", &allowing("s3:*"));
    let all = ("MaxItems", "1000");
    let count = |scope: &str| {
        let listed = world.result("ListPolicies", &[all, ("Scope", scope)]);
        texts(&listed, "Arn").len()
    };
    assert_eq!(count("Local"), 1);
    assert_eq!(count("All"), count("AWS") + 1);
    let arns = texts(&world.result("ListPolicies", &[all]), "Arn");
    assert!(arns.is_sorted());
    assert_eq!(arns[0], OWN.1);
    assert!(arns.iter().any(|arn| arn == READ_ONLY));
}

/// One of AWS's policies is shown with its version, as in every account.
#[test]
fn aws_managed_policies_have_a_version_and_no_owner() {
    let world = World::new();
    let policy = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    let got = world.result("GetPolicy", &[policy]);
    let id = text(&got, "PolicyId");
    assert!(id.starts_with("ANPA") && id.len() == 21, "{id}");
    assert_eq!(text(&got, "DefaultVersionId"), "v1");
    assert_eq!(text(&got, "IsAttachable"), "true");
    assert_eq!(text(&got, "CreateDate"), "2015-02-06T18:39:46Z");
    let other = world.result_as(&world.other_root, "GetPolicy", &[policy]);
    assert_eq!(other, got);
    let version = world.result("GetPolicyVersion", &[policy, ("VersionId", "v1")]);
    let document = text(&version, "Document");
    assert!(document.starts_with("%7B%22Version%22%3A%222012-10-17%22"), "{document}");
    assert_eq!(texts(&world.result("ListPolicyVersions", &[policy]), "VersionId"), ["v1"]);
    assert_eq!(
        world.result("ListPolicyTags", &[policy]),
        "<Tags/><IsTruncated>false</IsTruncated>"
    );
}

/// A path is part of the ARN, and so is its case.
#[test]
fn a_policy_is_found_by_its_whole_arn() {
    let world = World::new();
    let document = allowing("s3:*");
    world.ok(&world.root, "CreatePolicy", &[NAME, ("Path", "/a/"), ("PolicyDocument", &document)]);
    world.ok(&world.root, "GetPolicy", &[("PolicyArn", &arn("policy/a/p"))]);
    for missing in [
        arn("policy/p"),
        arn("policy/b/p"),
        arn("policy/a/P"),
        "arn:aws:iam::444455556666:policy/a/p".to_owned(),
        "arn:aws:iam::aws:policy/ViewOnlyAccess".to_owned(),
        "arn:aws:iam::aws:policy/none".to_owned(),
    ] {
        let message = format!("Policy {missing} was not found.");
        let want = (404, "NoSuchEntity", message.as_str());
        world.fails("GetPolicy", &[("PolicyArn", &missing)], want);
        world.fails("ListPolicyVersions", &[("PolicyArn", &missing)], want);
    }
    let invalid = (400, "ValidationError", "Invalid ARN:  Could not be parsed!");
    for action in ["GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListEntitiesForPolicy"] {
        world.fails(action, &[("PolicyArn", "not-an-arn-but-long-enough")], invalid);
    }
}

/// Nothing of AWS's policies can be changed, by the root user neither.
#[test]
fn operations_on_aws_managed_policies_are_denied() {
    let world = World::new();
    let document = allowing("s3:*");
    let policy = ("PolicyArn", READ_ONLY);
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let message = format!("Policy {READ_ONLY} is outside your own account.");
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("DeletePolicy", &[]),
        ("CreatePolicyVersion", &[("PolicyDocument", &document)]),
        ("SetDefaultPolicyVersion", &[("VersionId", "v1")]),
        ("DeletePolicyVersion", &[("VersionId", "v1")]),
        ("TagPolicy", &tag),
        ("UntagPolicy", &[("TagKeys.member.1", "k")]),
    ];
    for (action, rest) in calls {
        let sent = [&[policy], *rest].concat();
        world.fails(action, &sent, (403, "AccessDenied", &message));
    }
}

/// Uses of any kind and further versions keep a policy.
#[test]
fn a_policy_is_deleted_when_nothing_uses_it() {
    let world = World::new();
    let (root, document) = (&world.root, allowing("s3:*"));
    world.policy("p", &document);
    world.ok(root, "CreateUser", &[("UserName", "u")]);
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    world.role("r", OPEN_TRUST);
    let in_use = (409, "DeleteConflict", "Cannot delete a policy attached to entities.");
    let (user, group, role) = (("UserName", "u"), ("GroupName", "g"), ("RoleName", "r"));
    let boundary = ("PermissionsBoundary", OWN.1);
    for (put, of, delete) in [
        ("AttachUserPolicy", [user, OWN], "DetachUserPolicy"),
        ("AttachGroupPolicy", [group, OWN], "DetachGroupPolicy"),
        ("AttachRolePolicy", [role, OWN], "DetachRolePolicy"),
        ("PutUserPermissionsBoundary", [user, boundary], "DeleteUserPermissionsBoundary"),
        ("PutRolePermissionsBoundary", [role, boundary], "DeleteRolePermissionsBoundary"),
    ] {
        world.ok(root, put, &of);
        world.fails("DeletePolicy", &[OWN], in_use);
        world.ok(root, delete, &of);
    }
    world.ok(root, "CreatePolicyVersion", &[OWN, ("PolicyDocument", &document)]);
    let versions = "This policy has more than one version. Before you delete a policy, you must \
                    delete the policy's versions. The default version is deleted with the policy.";
    world.fails("DeletePolicy", &[OWN], (409, "DeleteConflict", versions));
    world.ok(root, "DeletePolicyVersion", &[OWN, ("VersionId", "v2")]);
    world.ok(root, "DeletePolicy", &[OWN]);
    assert_eq!(world.recorded("DeletePolicy"), (json!({"policyArn": OWN.1}), Value::Null));
    let gone = format!("Policy {} was not found.", OWN.1);
    world.fails("DeletePolicy", &[OWN], (404, "NoSuchEntity", &gone));
}

/// An account has 1,500 policies at most; AWS's do not count.
#[test]
fn policies_of_an_account_are_counted() {
    let world = World::new();
    let document = allowing("s3:*");
    let with = ("PolicyDocument", document.as_str());
    for number in 0..1_500 {
        let name = format!("p{number}");
        let sent = [("Action", "CreatePolicy"), ("PolicyName", &name), with];
        assert_eq!(world.call(&world.root, "iam", &sent).0, 200);
    }
    let quota = (409, "LimitExceeded", "Cannot exceed quota for PoliciesPerAccount: 1500");
    world.fails("CreatePolicy", &[NAME, with], quota);
    world.ok(&world.root, "DeletePolicy", &[("PolicyArn", &arn("policy/p7"))]);
    world.ok(&world.root, "CreatePolicy", &[NAME, with]);
}

/// Every operation on a policy is decided for the ARN in the call.
#[test]
fn denials_name_the_policys_arn() {
    let world = World::new();
    let outsider = world.user("outsider", "");
    let document = allowing("s3:*");
    let with = ("PolicyDocument", document.as_str());
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("CreatePolicyVersion", &[with]),
        ("DeletePolicy", &[]),
        ("DeletePolicyVersion", &[("VersionId", "v1")]),
        ("GetPolicy", &[]),
        ("GetPolicyVersion", &[("VersionId", "v1")]),
        ("ListEntitiesForPolicy", &[]),
        ("ListPolicyTags", &[]),
        ("ListPolicyVersions", &[]),
        ("SetDefaultPolicyVersion", &[("VersionId", "v1")]),
        ("TagPolicy", &[("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]),
        ("UntagPolicy", &[("TagKeys.member.1", "k")]),
    ];
    for (action, rest) in calls {
        let needed = format!("iam:{action}");
        for resource in [OWN.1, READ_ONLY] {
            let sent = [&[("PolicyArn", resource)], *rest].concat();
            world.denied(&outsider, "outsider", (action, &sent), (&needed, resource));
        }
    }
    let (all, new) = (arn("policy/"), arn("policy/x/p"));
    world.denied(&outsider, "outsider", ("ListPolicies", &[]), ("iam:ListPolicies", &all));
    let create = [NAME, with, ("Path", "/x/")];
    world.denied(&outsider, "outsider", ("CreatePolicy", &create), ("iam:CreatePolicy", &new));
    world.permit("outsider", &allowing("iam:CreatePolicy"));
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let tagged = [&create[..], &tag].concat();
    world.denied(&outsider, "outsider", ("CreatePolicy", &tagged), ("iam:TagPolicy", &new));
}
