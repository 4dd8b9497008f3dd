//! Attached policies of users, groups and roles, and the entities of a policy.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const KINDS: [(&str, &str); 3] =
    [("User", "UserName"), ("Group", "GroupName"), ("Role", "RoleName")];
const SECURITY_AUDIT: &str = "arn:aws:iam::aws:policy/SecurityAudit";
const VIEW_ONLY: &str = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "x")]);
    world.ok(&world.root, "CreateGroup", &[("GroupName", "x")]);
    world.role("x", OPEN_TRUST);
    world
}

fn policy(arn: &str) -> (&str, &str) {
    ("PolicyArn", arn)
}

/// Attaching twice is as good as once, and lists show name and ARN.
#[test]
fn an_attached_policy_is_listed_once() {
    let world = world();
    for (kind, member) in KINDS {
        let (attach, list) = (format!("Attach{kind}Policy"), format!("ListAttached{kind}Policies"));
        let of = (member, "x");
        for arn in [VIEW_ONLY, SECURITY_AUDIT, VIEW_ONLY] {
            world.ok(&world.root, &attach, &[of, policy(arn)]);
            let (sent, answered) = world.recorded(&attach);
            let lower = lower(member);
            assert_eq!(sent, json!({lower: "x", "policyArn": arn}));
            assert_eq!(answered, Value::Null);
        }
        assert_eq!(
            world.result(&list, &[of]),
            format!(
                "<AttachedPolicies><member><PolicyName>SecurityAudit</PolicyName>\
                 <PolicyArn>{SECURITY_AUDIT}</PolicyArn></member><member>\
                 <PolicyName>ViewOnlyAccess</PolicyName><PolicyArn>{VIEW_ONLY}</PolicyArn></member>\
                 </AttachedPolicies><IsTruncated>false</IsTruncated>"
            )
        );
        for (prefix, want) in
            [("/", 2), ("/job-function/", 1), ("/service-role/", 0), ("/job-function/x/", 0)]
        {
            let listed = world.result(&list, &[of, ("PathPrefix", prefix)]);
            assert_eq!(texts(&listed, "PolicyArn").len(), want, "{list} {prefix}");
        }
    }
    let got = world.result("GetPolicy", &[policy(VIEW_ONLY)]);
    assert_eq!(text(&got, "AttachmentCount"), "3", "in this account");
    let other = world.result_as(&world.other_root, "GetPolicy", &[policy(VIEW_ONLY)]);
    assert_eq!(text(&other, "AttachmentCount"), "0");
}

/// Observed: `test_role_attach_policy`. The holder is the first that must exist.
#[test]
fn attachments_need_a_holder_and_a_policy() {
    let world = world();
    let own = world.policy("own", &allowing("s3:*"));
    let foreign = "arn:aws:iam::444455556666:policy/own";
    world.ok(
        &world.other_root,
        "CreatePolicy",
        &[("PolicyName", "own"), ("PolicyDocument", &allowing("s3:*"))],
    );
    let service = "arn:aws:iam::aws:policy/aws-service-role/Ec2InstanceConnectEndpoint";
    let missing = format!("{own}123");
    let not_attachable = |arn: &str| format!("Policy {arn} does not exist or is not attachable.");
    let user = arn("user/some-user-name");
    let not_a_policy = format!("ARN {user} is not valid.");
    for (kind, member) in KINDS {
        let attach = format!("Attach{kind}Policy");
        let noun = kind.to_lowercase();
        let no_holder = format!("The {noun} with name none cannot be found.");
        let none = [(member, "none"), policy(&missing)];
        world.fails(&attach, &none, (404, "NoSuchEntity", &no_holder));
        for (arn, status, code, message) in [
            (
                "longpolicynamebutnoarn",
                400,
                "ValidationError",
                "Invalid ARN:  Could not be parsed!",
            ),
            (&missing, 404, "NoSuchEntity", &not_attachable(&missing)),
            (foreign, 404, "NoSuchEntity", &not_attachable(foreign)),
            (&user, 400, "ValidationError", &not_a_policy),
            (
                service,
                400,
                "PolicyNotAttachable",
                "Cannot attach a Service Role Policy to a Customer Role.",
            ),
        ] {
            world.fails(&attach, &[(member, "x"), policy(arn)], (status, code, message));
        }
        let listed = world.result(&format!("ListAttached{kind}Policies"), &[(member, "x")]);
        assert!(listed.starts_with("<AttachedPolicies/>"), "{listed}");
    }
}

/// Detaching what is not attached is an error, whether the policy exists or not.
#[test]
fn a_policy_is_detached_once() {
    let world = world();
    for (kind, member) in KINDS {
        let (attach, detach) = (format!("Attach{kind}Policy"), format!("Detach{kind}Policy"));
        let (of, noun) = ((member, "x"), kind.to_lowercase());
        let gone = format!("Policy {SECURITY_AUDIT} was not found.");
        world.fails(&detach, &[of, policy(SECURITY_AUDIT)], (404, "NoSuchEntity", &gone));
        world.ok(&world.root, &attach, &[of, policy(SECURITY_AUDIT)]);
        let no_holder = format!("The {noun} with name none cannot be found.");
        let none = [(member, "none"), policy(SECURITY_AUDIT)];
        world.fails(&detach, &none, (404, "NoSuchEntity", &no_holder));
        world.ok(&world.root, &detach, &[of, policy(SECURITY_AUDIT)]);
        let lower = lower(member);
        let want = json!({lower: "x", "policyArn": SECURITY_AUDIT});
        assert_eq!(world.recorded(&detach), (want, Value::Null));
        world.fails(&detach, &[of, policy(SECURITY_AUDIT)], (404, "NoSuchEntity", &gone));
    }
    assert_eq!(text(&world.result("GetPolicy", &[policy(SECURITY_AUDIT)]), "AttachmentCount"), "0");
}

/// Ten policies at most; one of them once more is no eleventh.
#[test]
fn ten_policies_are_attached_at_most() {
    let world = world();
    let policies: Vec<String> =
        (0..11).map(|at| world.policy(&format!("p{at}"), &allowing("s3:*"))).collect();
    for (kind, member) in KINDS {
        let attach = format!("Attach{kind}Policy");
        let of = (member, "x");
        for own in &policies[..10] {
            world.ok(&world.root, &attach, &[of, policy(own)]);
        }
        world.ok(&world.root, &attach, &[of, policy(&policies[0])]);
        let message = format!("Cannot exceed quota for PoliciesPer{kind}: 10");
        let eleventh = [of, policy(&policies[10])];
        world.fails(&attach, &eleventh, (409, "LimitExceeded", &message));
        world.ok(&world.root, &format!("Detach{kind}Policy"), &[of, policy(&policies[3])]);
        world.ok(&world.root, &attach, &eleventh);
    }
    let full = world.result("GetPolicy", &[policy(&policies[10])]);
    assert_eq!(text(&full, "AttachmentCount"), "3");
}

/// Policies can limit which policies their principal attaches and detaches.
#[test]
fn the_attached_policy_is_a_condition_key() {
    let world = world();
    let condition = format!(r#""ArnEquals":{{"iam:PolicyARN":"{SECURITY_AUDIT}"}}"#);
    let admin = world.user("admin", &allowing_if("iam:*", &condition));
    for (kind, member) in KINDS {
        let resource = arn(&format!("{}/x", kind.to_lowercase()));
        for verb in ["Attach", "Detach"] {
            let action = format!("{verb}{kind}Policy");
            let other = [(member, "x"), policy(VIEW_ONLY)];
            let needed = format!("iam:{action}");
            world.denied(&admin, "admin", (&action, &other), (&needed, &resource));
            world.ok(&admin, &action, &[(member, "x"), policy(SECURITY_AUDIT)]);
        }
    }
}

/// Every kind of entity, by what it uses the policy for.
#[test]
fn the_entities_of_a_policy_are_listed() {
    let world = world();
    let root = &world.root;
    let own = world.policy("own", &allowing("s3:*"));
    let id = |action: &str, sent: (&str, &str), id: &str| text(&world.result(action, &[sent]), id);
    for (kind, member) in KINDS {
        world.ok(root, &format!("Attach{kind}Policy"), &[(member, "x"), policy(&own)]);
    }
    world.ok(root, "CreateUser", &[("UserName", "y"), ("Path", "/team/")]);
    let boundary = ("PermissionsBoundary", own.as_str());
    for name in ["x", "y"] {
        world.ok(root, "PutUserPermissionsBoundary", &[("UserName", name), boundary]);
    }
    let user = id("GetUser", ("UserName", "x"), "UserId");
    let second = id("GetUser", ("UserName", "y"), "UserId");
    let role = id("GetRole", ("RoleName", "x"), "RoleId");
    let group = id("GetGroup", ("GroupName", "x"), "GroupId");
    let of = policy(&own);
    assert_eq!(
        world.result("ListEntitiesForPolicy", &[of]),
        format!(
            "<PolicyGroups><member><GroupName>x</GroupName><GroupId>{group}</GroupId></member>\
             </PolicyGroups><PolicyUsers><member><UserName>x</UserName><UserId>{user}</UserId>\
             </member><member><UserName>y</UserName><UserId>{second}</UserId></member>\
             </PolicyUsers><PolicyRoles><member><RoleName>x</RoleName><RoleId>{role}</RoleId>\
             </member></PolicyRoles><IsTruncated>false</IsTruncated>"
        )
    );
    let (permissions, bounds) =
        (("PolicyUsageFilter", "PermissionsPolicy"), ("PolicyUsageFilter", "PermissionsBoundary"));
    let tests: &[(Sent<'_>, &[&str])] = &[
        (&[("EntityFilter", "User")], &[&user, &second]),
        (&[("EntityFilter", "Role")], &[&role]),
        (&[("EntityFilter", "Group")], &[&group]),
        (&[("EntityFilter", "AWSManagedPolicy")], &[]),
        (&[("EntityFilter", "LocalManagedPolicy")], &[]),
        (&[permissions], &[&group, &user, &role]),
        (&[bounds], &[&user, &second]),
        (&[bounds, ("EntityFilter", "Role")], &[]),
        (&[("PathPrefix", "/team/")], &[&second]),
        (&[("PathPrefix", "/")], &[&group, &user, &second, &role]),
        (&[("PathPrefix", "/team/"), permissions], &[]),
    ];
    for (filters, want) in tests {
        let listed = world.result("ListEntitiesForPolicy", &[&[of], *filters].concat());
        let ids = [texts(&listed, "GroupId"), texts(&listed, "UserId"), texts(&listed, "RoleId")];
        assert_eq!(ids.concat(), *want, "{filters:?}");
    }
    let none = format!("{own}-none");
    let message = format!("Policy {none} was not found.");
    world.fails("ListEntitiesForPolicy", &[policy(&none)], (404, "NoSuchEntity", &message));
}

/// Users of other accounts are not among the entities of one of AWS's policies.
#[test]
fn entities_are_those_of_the_account() {
    let world = world();
    let sent = [("UserName", "theirs"), ("PermissionsBoundary", SECURITY_AUDIT)];
    world.ok(&world.other_root, "CreateUser", &sent);
    let attach = [("UserName", "theirs"), policy(SECURITY_AUDIT)];
    world.ok(&world.other_root, "AttachUserPolicy", &attach);
    let ours = world.result("ListEntitiesForPolicy", &[policy(SECURITY_AUDIT)]);
    assert_eq!(texts(&ours, "UserName").len(), 0);
    let theirs =
        world.result_as(&world.other_root, "ListEntitiesForPolicy", &[policy(SECURITY_AUDIT)]);
    assert_eq!(texts(&theirs, "UserName"), ["theirs"]);
}
