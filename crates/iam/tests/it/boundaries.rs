//! Permissions boundaries of users and roles.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const KINDS: [(&str, &str); 2] = [("User", "UserName"), ("Role", "RoleName")];
const READ_ONLY: &str = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "x")]);
    world.role("x", OPEN_TRUST);
    world
}

fn boundary(arn: &str) -> (&str, &str) {
    ("PermissionsBoundary", arn)
}

/// A boundary is set, replaced and removed; each counts as a use of its policy, and removing none
/// is no error.
#[test]
fn a_boundary_is_set_replaced_and_removed() {
    let world = world();
    let own = world.policy("own", &allowing("s3:*"));
    let uses = |arn: &str| {
        let got = world.result("GetPolicy", &[("PolicyArn", arn)]);
        text(&got, "PermissionsBoundaryUsageCount")
    };
    for (kind, member) in KINDS {
        let (put, delete) =
            (format!("Put{kind}PermissionsBoundary"), format!("Delete{kind}PermissionsBoundary"));
        let (of, lower) = ((member, "x"), lower(member));
        let shown = || {
            let got = world.result(&format!("Get{kind}"), &[of]);
            (text(&got, "PermissionsBoundaryType"), text(&got, "PermissionsBoundaryArn"))
        };
        for arn in [READ_ONLY, own.as_str(), own.as_str()] {
            world.ok(&world.root, &put, &[of, boundary(arn)]);
            let (sent, answered) = world.recorded(&put);
            assert_eq!(sent, json!({&lower: "x", "permissionsBoundary": arn}));
            assert_eq!(answered, Value::Null);
            assert_eq!(shown(), ("Policy".to_owned(), arn.to_owned()));
        }
        assert_eq!((uses(&own), uses(READ_ONLY)), ("1".into(), "0".into()), "{kind}");
        for _ in 0..2 {
            world.ok(&world.root, &delete, &[of]);
            assert_eq!(world.recorded(&delete), (json!({&lower: "x"}), Value::Null));
            assert_eq!(shown(), (String::new(), String::new()));
            assert_eq!(uses(&own), "0");
        }
    }
}

/// Holder and policy must exist, and the policy be one that can be attached.
#[test]
fn a_boundary_must_be_a_policy() {
    let world = world();
    let missing = arn("policy/none");
    let foreign = "arn:aws:iam::444455556666:policy/none";
    let user = arn("user/some-user-name");
    for (kind, member) in KINDS {
        let put = format!("Put{kind}PermissionsBoundary");
        let (of, noun) = ((member, "x"), kind.to_lowercase());
        let no_holder = format!("The {noun} with name none cannot be found.");
        let none = (404, "NoSuchEntity", no_holder.as_str());
        world.fails(&put, &[(member, "none"), boundary(READ_ONLY)], none);
        world.fails(&format!("Delete{kind}PermissionsBoundary"), &[(member, "none")], none);
        for arn in [missing.as_str(), foreign] {
            let message = format!("Policy {arn} does not exist or is not attachable.");
            world.fails(&put, &[of, boundary(arn)], (404, "NoSuchEntity", &message));
        }
        let invalid = (400, "ValidationError", "Invalid ARN:  Could not be parsed!");
        world.fails(&put, &[of, boundary("not an ARN but long enough")], invalid);
        let message = format!("ARN {user} is not valid.");
        world.fails(&put, &[of, boundary(&user)], (400, "ValidationError", &message));
        let create = format!("Create{kind}");
        let trust = ("AssumeRolePolicyDocument", OPEN_TRUST);
        let message = format!("Policy {missing} does not exist or is not attachable.");
        let new = [(member, "new"), trust, boundary(&missing)];
        world.fails(&create, &new, (404, "NoSuchEntity", &message));
        let gone = format!("The {noun} with name new cannot be found.");
        world.fails(&format!("Get{kind}"), &[(member, "new")], (404, "NoSuchEntity", &gone));
    }
}

/// A boundary limits a user's own policies, those of its groups, and is named when it denies.
#[test]
fn a_boundary_limits_users() {
    let world = World::new();
    let root = &world.root;
    let alice = world.user("alice", &allowing("iam:*"));
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    let admin = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    world.ok(root, "AttachGroupPolicy", &[("GroupName", "g"), admin]);
    world.ok(root, "AddUserToGroup", &[("GroupName", "g"), ("UserName", "alice")]);
    let of = ("UserName", "alice");
    world.ok(root, "PutUserPermissionsBoundary", &[of, boundary(READ_ONLY)]);
    world.ok(&alice, "ListUsers", &[]);
    let silent = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                  iam:CreateUser on resource: arn:aws:iam::111122223333:user/x because no \
                  permissions boundary allows the iam:CreateUser action";
    let create = [("UserName", "x")];
    world.refused(&alice, "CreateUser", &create, (403, "AccessDenied", silent));
    let deny = allowing("iam:List*").replace("Allow", "Deny");
    let deny = world.policy("deny", &deny);
    world.ok(root, "PutUserPermissionsBoundary", &[of, boundary(&deny)]);
    let explicit = format!(
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:ListUsers \
         on resource: arn:aws:iam::111122223333:user/ with an explicit deny in a permissions \
         boundary: {deny}"
    );
    world.refused(&alice, "ListUsers", &[], (403, "AccessDenied", &explicit));
    world.ok(root, "DeleteUserPermissionsBoundary", &[of]);
    world.ok(&alice, "ListUsers", &[]);
    world.ok(&alice, "CreateUser", &create);
}

/// A boundary alone permits nothing.
#[test]
fn a_boundary_permits_nothing_by_itself() {
    let world = World::new();
    let alice = world.user("alice", "");
    let admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    let of = [("UserName", "alice"), boundary(admin)];
    world.ok(&world.root, "PutUserPermissionsBoundary", &of);
    let users = arn("user/");
    world.denied(&alice, "alice", ("ListUsers", &[]), ("iam:ListUsers", &users));
}

/// A boundary limits the sessions of a role, also those that already are.
#[test]
fn a_boundary_limits_sessions() {
    let world = World::new();
    let (root, alice) = (&world.root, world.user("alice", ""));
    world.role("r", OPEN_TRUST);
    let all = allowing("iam:*");
    let of = ("RoleName", "r");
    world.ok(root, "PutRolePolicy", &[of, ("PolicyName", "p"), ("PolicyDocument", &all)]);
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    world.ok(&session, "CreateUser", &[("UserName", "x")]);
    world.ok(root, "PutRolePermissionsBoundary", &[of, boundary(READ_ONLY)]);
    world.ok(&session, "ListUsers", &[]);
    let message = "User: arn:aws:sts::111122223333:assumed-role/r/s1 is not authorized to \
                   perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/y because \
                   no permissions boundary allows the iam:CreateUser action";
    let want = (403, "AccessDenied", message);
    world.refused(&session, "CreateUser", &[("UserName", "y")], want);
}

/// The condition key sees the new boundary when one is set, and the present one when it is removed.
#[test]
fn the_boundary_is_a_condition_key() {
    let world = world();
    let condition = format!(r#""ArnEquals":{{"iam:PermissionsBoundary":"{READ_ONLY}"}}"#);
    let admin = world.user("admin", &allowing_if("iam:*", &condition));
    let other = world.policy("other", &allowing("s3:*"));
    for (kind, member) in KINDS {
        let (put, delete) =
            (format!("Put{kind}PermissionsBoundary"), format!("Delete{kind}PermissionsBoundary"));
        let of = (member, "x");
        let resource = arn(&format!("{}/x", kind.to_lowercase()));
        let needed = |action: &str| format!("iam:{action}");
        let sent = [of, boundary(&other)];
        world.denied(&admin, "admin", (&put, &sent), (&needed(&put), &resource));
        world.denied(&admin, "admin", (&delete, &[of]), (&needed(&delete), &resource));
        world.ok(&admin, &put, &[of, boundary(READ_ONLY)]);
        world.ok(&admin, &delete, &[of]);
    }
}
