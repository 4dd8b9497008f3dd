//! Users: shapes, names, renaming, and who may do what with them.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const ALICE: (&str, &str) = ("UserName", "alice");
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const DATE: &str = "<CreateDate>2026-03-01T00:00:00Z</CreateDate>";

fn tag(key: &'static str, value: &'static str) -> [(&'static str, &'static str); 2] {
    [("Tags.member.1.Key", key), ("Tags.member.1.Value", value)]
}

/// The response to the creation and to a read have boundary and tags, lists have neither.
#[test]
fn a_single_user_is_shown_with_boundary_and_tags() {
    let world = World::new();
    let tag = tag("Team", "red");
    let sent = [ALICE, ("Path", "/a/b/"), ("PermissionsBoundary", READ_ONLY), tag[0], tag[1]];
    let created = world.result("CreateUser", &sent);
    let id = text(&created, "UserId");
    let listed = format!(
        "<Path>/a/b/</Path><UserName>alice</UserName><UserId>{id}</UserId>\
         <Arn>arn:aws:iam::111122223333:user/a/b/alice</Arn>{DATE}"
    );
    let whole = format!(
        "<User>{listed}<PermissionsBoundary><PermissionsBoundaryType>Policy\
         </PermissionsBoundaryType><PermissionsBoundaryArn>{READ_ONLY}</PermissionsBoundaryArn>\
         </PermissionsBoundary><Tags><member><Key>Team</Key><Value>red</Value></member></Tags></User>"
    );
    assert_eq!(created, whole);
    let (sent, answered) = world.recorded("CreateUser");
    assert_eq!(
        sent,
        json!({"userName": "alice", "path": "/a/b/", "permissionsBoundary": READ_ONLY,
            "tags": [{"key": "Team", "value": "red"}]})
    );
    assert_eq!(
        answered["user"]["permissionsBoundary"],
        json!({"permissionsBoundaryType": "Policy", "permissionsBoundaryArn": READ_ONLY})
    );
    assert_eq!(world.result("GetUser", &[ALICE]), whole);
    assert_eq!(world.recorded("GetUser"), (json!({"userName": "alice"}), Value::Null));
    let list = world.result("ListUsers", &[]);
    let want = format!("<Users><member>{listed}</member></Users><IsTruncated>false</IsTruncated>");
    assert_eq!(list, want);
}

/// A user without anything optional is in the path `/`, and the members are absent.
#[test]
fn a_plain_user_has_only_the_required_members() {
    let world = World::new();
    let created = world.result("CreateUser", &[ALICE]);
    let id = text(&created, "UserId");
    assert_eq!(
        created,
        format!(
            "<User><Path>/</Path><UserName>alice</UserName><UserId>{id}</UserId>\
             <Arn>arn:aws:iam::111122223333:user/alice</Arn>{DATE}</User>"
        )
    );
    let (sent, answered) = world.recorded("CreateUser");
    assert_eq!(sent, json!({"userName": "alice"}));
    assert_eq!(answered["user"].as_object().map(serde_json::Map::len), Some(5));
    assert!(id.starts_with("AIDA") && id.len() == 21, "{id}");
}

/// Names and paths of the maximum length, with each of the special characters.
#[test]
fn names_and_paths_may_be_as_long_as_the_model_allows() {
    let world = World::new();
    let long_path = format!("/{}/", "p".repeat(510));
    let long_name = "n".repeat(64);
    for (name, path) in [
        ("_+=,.@-", "/"),
        ("x", "/!~%[]/"),
        ("7", "/a//b/"),
        (&long_name, "/a/"),
        ("alice@example.com", &long_path),
    ] {
        let created = world.result("CreateUser", &[("UserName", name), ("Path", path)]);
        assert_eq!(text(&created, "UserName"), name);
        assert_eq!(text(&created, "Path"), path);
        assert_eq!(text(&created, "Arn"), arn(&format!("user{path}{name}")));
        let read = world.result("GetUser", &[("UserName", name)]);
        assert_eq!(read, created);
    }
}

/// Two accounts have users of the same name with nothing in common.
#[test]
fn each_account_has_its_own_users() {
    let world = World::new();
    let one = text(&world.result("CreateUser", &[ALICE]), "UserId");
    let two = world.result_as(&world.other_root, "CreateUser", &[ALICE]);
    assert_eq!(text(&two, "Arn"), "arn:aws:iam::444455556666:user/alice");
    assert_ne!(text(&two, "UserId"), one);
    world.ok(&world.root, "DeleteUser", &[ALICE]);
    world.ok(&world.other_root, "GetUser", &[ALICE]);
    assert!(world.result("ListUsers", &[]).starts_with("<Users/>"));
}

/// The path prefix of a list is compared as a text, and need not end with a slash.
#[test]
fn a_path_prefix_selects_users() {
    let world = World::new();
    for (name, path) in [("a", "/"), ("b", "/x/"), ("c", "/x/y/"), ("d", "/xy/"), ("e", "/z/")] {
        world.ok(&world.root, "CreateUser", &[("UserName", name), ("Path", path)]);
    }
    for (prefix, want) in [
        ("/", "a b c d e"),
        ("/x", "b c d"),
        ("/x/", "b c"),
        ("/x/y/", "c"),
        ("/X/", ""),
        ("/none/", ""),
    ] {
        let listed = world.result("ListUsers", &[("PathPrefix", prefix)]);
        assert_eq!(texts(&listed, "UserName").join(" "), want, "{prefix}");
    }
}

/// A renamed user keeps its ID, keys, policies, groups, tags and boundary.
#[test]
fn a_renamed_user_keeps_everything_but_its_name() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:GetUser"));
    let (root, tag) = (&world.root, tag("k", "v"));
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    world.ok(root, "AddUserToGroup", &[("GroupName", "g"), ALICE]);
    world.ok(root, "AttachUserPolicy", &[ALICE, ("PolicyArn", READ_ONLY)]);
    world.ok(root, "TagUser", &[ALICE, tag[0], tag[1]]);
    let before = world.result("GetUser", &[ALICE]);
    world.ok(root, "UpdateUser", &[ALICE, ("NewUserName", "Eve"), ("NewPath", "/new/")]);
    let (sent, answered) = world.recorded("UpdateUser");
    assert_eq!(sent, json!({"userName": "alice", "newUserName": "Eve", "newPath": "/new/"}));
    assert_eq!(answered, Value::Null);
    let eve = ("UserName", "Eve");
    let after = before
        .replace("<Path>/</Path>", "<Path>/new/</Path>")
        .replace("user/alice", "user/new/Eve")
        .replace("<UserName>alice<", "<UserName>Eve<");
    assert_eq!(world.result("GetUser", &[eve]), after);
    assert_eq!(world.result_as(&alice, "GetUser", &[]), after, "its access key is still its own");
    assert_eq!(texts(&world.result("ListGroupsForUser", &[eve]), "GroupName"), ["g"]);
    assert_eq!(texts(&world.result("ListUserPolicies", &[eve]), "member"), ["own"]);
    assert_eq!(texts(&world.result("ListAttachedUserPolicies", &[eve]), "PolicyArn"), [READ_ONLY]);
    let keys = world.result("ListAccessKeys", &[eve]);
    assert_eq!(texts(&keys, "UserName"), ["Eve"]);
    let missing = (404, "NoSuchEntity", "The user with name alice cannot be found.");
    world.fails("GetUser", &[ALICE], missing);
    world.fails("UpdateUser", &[ALICE, ("NewUserName", "x")], missing);
    let again = text(&world.result("CreateUser", &[ALICE]), "UserId");
    assert_ne!(again, text(&after, "UserId"), "the name is free");
}

/// A user may be renamed to its own name in another case, but not to that of another user.
#[test]
fn a_new_name_must_be_free() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world.ok(&world.root, "CreateUser", &[("UserName", "bob")]);
    let taken = (409, "EntityAlreadyExists", "User with name BOB already exists.");
    world.fails("UpdateUser", &[ALICE, ("NewUserName", "BOB")], taken);
    assert_eq!(text(&world.result("GetUser", &[ALICE]), "UserName"), "alice");
    world.ok(&world.root, "UpdateUser", &[ALICE, ("NewUserName", "Alice")]);
    let listed = world.result("ListUsers", &[]);
    assert_eq!(texts(&listed, "UserName"), ["Alice", "bob"]);
    world.ok(&world.root, "UpdateUser", &[("UserName", "Alice")]);
    assert_eq!(world.result("ListUsers", &[]), listed, "an update without changes");
}

/// Renaming needs the permission on the old ARN and on the new one.
#[test]
fn a_user_is_renamed_by_callers_with_rights_on_both_names() {
    let world = World::new();
    let admin = world.user("admin", "");
    world.ok(&world.root, "CreateUser", &[ALICE, ("Path", "/old/")]);
    let update = [ALICE, ("NewUserName", "eve"), ("NewPath", "/new/")];
    let (old, new) = (arn("user/old/alice"), arn("user/new/eve"));
    let on = |resource: &str| {
        let one = format!(r#""Resource":"{resource}""#);
        world.permit("admin", &allowing("iam:UpdateUser").replace(r#""Resource":"*""#, &one));
    };
    world.denied(&admin, "admin", ("UpdateUser", &update), ("iam:UpdateUser", &old));
    on(&old);
    world.denied(&admin, "admin", ("UpdateUser", &update), ("iam:UpdateUser", &new));
    on(&new);
    world.denied(&admin, "admin", ("UpdateUser", &update), ("iam:UpdateUser", &old));
    on("arn:aws:iam::*:user/*");
    world.ok(&admin, "UpdateUser", &update);
    assert_eq!(text(&world.result("GetUser", &[("UserName", "eve")]), "Arn"), new);
}

/// A user with tags is created by callers who may also tag, and the tags are in the context of both
/// decisions.
#[test]
fn creation_with_tags_needs_the_permission_to_tag() {
    let world = World::new();
    let admin = world.user("admin", &allowing("iam:CreateUser"));
    let tag = tag("Team", "red");
    let tagged = [ALICE, tag[0], tag[1]];
    let alice = arn("user/alice");
    world.denied(&admin, "admin", ("CreateUser", &tagged), ("iam:TagUser", &alice));
    let both = r#"["iam:CreateUser","iam:TagUser"]"#;
    let only_red =
        allowing_if("x", r#""StringEquals":{"aws:RequestTag/Team":"red"}"#).replace(r#""x""#, both);
    world.permit("admin", &only_red);
    world.denied(&admin, "admin", ("CreateUser", &[ALICE]), ("iam:CreateUser", &alice));
    let blue = [ALICE, tag[0], ("Tags.member.1.Value", "blue")];
    world.denied(&admin, "admin", ("CreateUser", &blue), ("iam:CreateUser", &alice));
    world.ok(&admin, "CreateUser", &tagged);
    let only_keys = allowing_if("x", r#""ForAllValues:StringEquals":{"aws:TagKeys":["Cost"]}"#)
        .replace(r#""x""#, both);
    world.permit("admin", &only_keys);
    let bob = ("UserName", "bob");
    let (cost, value) = (("Tags.member.1.Key", "Cost"), ("Tags.member.1.Value", "1"));
    world.denied(
        &admin,
        "admin",
        ("CreateUser", &[bob, tag[0], tag[1]]),
        ("iam:CreateUser", &arn("user/bob")),
    );
    world.ok(&admin, "CreateUser", &[bob, cost, value]);
}

/// Policies can demand a boundary of the users that their principal creates and deletes.
#[test]
fn policies_can_demand_a_boundary() {
    let world = World::new();
    let condition = format!(r#""StringEquals":{{"iam:PermissionsBoundary":"{READ_ONLY}"}}"#);
    let admin = world.user("admin", &allowing_if("iam:*User", &condition));
    let alice = arn("user/alice");
    world.denied(&admin, "admin", ("CreateUser", &[ALICE]), ("iam:CreateUser", &alice));
    let other = ("PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess");
    world.denied(&admin, "admin", ("CreateUser", &[ALICE, other]), ("iam:CreateUser", &alice));
    world.ok(&admin, "CreateUser", &[ALICE, ("PermissionsBoundary", READ_ONLY)]);
    world.ok(&admin, "GetUser", &[ALICE]);
    world.ok(&world.root, "DeleteUserPermissionsBoundary", &[ALICE]);
    world.denied(&admin, "admin", ("DeleteUser", &[ALICE]), ("iam:DeleteUser", &alice));
    world.ok(
        &world.root,
        "PutUserPermissionsBoundary",
        &[ALICE, ("PermissionsBoundary", READ_ONLY)],
    );
    world.ok(&admin, "DeleteUser", &[ALICE]);
}

/// Every operation on a named user is decided for that user's ARN, its path included, and for an
/// ARN without a path if the user does not exist.
#[test]
fn denials_name_the_users_arn() {
    let world = World::new();
    let outsider = world.user("outsider", "");
    world.ok(&world.root, "CreateUser", &[ALICE, ("Path", "/team/")]);
    let policy = [("PolicyName", "p"), ("PolicyDocument", "{}")];
    let (read_only, boundary) = (("PolicyArn", READ_ONLY), ("PermissionsBoundary", READ_ONLY));
    let (tag, key) = (tag("k", "v"), ("AccessKeyId", "AKIAAAAAAAAAAAAAAAAA"));
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("AttachUserPolicy", &[read_only]),
        ("CreateAccessKey", &[]),
        ("CreateLoginProfile", &[("Password", "x")]),
        ("DeleteAccessKey", &[key]),
        ("DeleteLoginProfile", &[]),
        ("DeleteUser", &[]),
        ("DeleteUserPermissionsBoundary", &[]),
        ("DeleteUserPolicy", &[policy[0]]),
        ("DetachUserPolicy", &[read_only]),
        ("GetLoginProfile", &[]),
        ("GetUser", &[]),
        ("GetUserPolicy", &[policy[0]]),
        ("ListAccessKeys", &[]),
        ("ListAttachedUserPolicies", &[]),
        ("ListGroupsForUser", &[]),
        ("ListMFADevices", &[]),
        ("ListSSHPublicKeys", &[]),
        ("ListSigningCertificates", &[]),
        ("ListUserPolicies", &[]),
        ("ListUserTags", &[]),
        ("PutUserPermissionsBoundary", &[boundary]),
        ("PutUserPolicy", &policy),
        ("TagUser", &tag),
        ("UntagUser", &[("TagKeys.member.1", "k")]),
        ("UpdateAccessKey", &[key, ("Status", "Active")]),
        ("UpdateLoginProfile", &[]),
        ("UpdateUser", &[]),
    ];
    for (action, rest) in calls {
        let needed = format!("iam:{action}");
        for (name, resource) in [("alice", "user/team/alice"), ("ghost", "user/ghost")] {
            let sent = [&[("UserName", name)], *rest].concat();
            world.denied(&outsider, "outsider", (action, &sent), (&needed, &arn(resource)));
        }
    }
}

/// A deleted user leaves nothing that a user of the same name has.
#[test]
fn a_recreated_user_has_nothing_of_its_predecessor() {
    let world = World::new();
    let root = &world.root;
    let alice = world.user("alice", &allowing("iam:*"));
    let tag = tag("k", "v");
    world.ok(root, "TagUser", &[ALICE, tag[0], tag[1]]);
    world.ok(root, "PutUserPermissionsBoundary", &[ALICE, ("PermissionsBoundary", READ_ONLY)]);
    world.ok(root, "DeleteUserPolicy", &[ALICE, ("PolicyName", "own")]);
    world.ok(root, "DeleteAccessKey", &[ALICE, ("AccessKeyId", &alice.access_key_id)]);
    let first = text(&world.result("GetUser", &[ALICE]), "UserId");
    world.ok(root, "DeleteUser", &[ALICE]);
    assert_eq!(world.recorded("DeleteUser"), (json!({"userName": "alice"}), Value::Null));
    let second = world.result("CreateUser", &[ALICE]);
    assert_ne!(text(&second, "UserId"), first);
    assert!(!second.contains("Tags") && !second.contains("Boundary"), "{second}");
    assert_eq!(world.result("ListUserTags", &[ALICE]), "<Tags/><IsTruncated>false</IsTruncated>");
    let users = world.result("ListEntitiesForPolicy", &[("PolicyArn", READ_ONLY)]);
    assert!(users.contains("<PolicyUsers/>"), "{users}");
    let unknown = "The security token included in the request is invalid.";
    world.refused(&alice, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", unknown));
}

/// Sessions of roles have no user name to fall back on.
#[test]
fn callers_that_are_no_users_must_name_one() {
    let world = World::new();
    world.role("r", OPEN_TRUST);
    let alice = world.user("alice", "");
    let own = allowing("*");
    world.ok(
        &world.root,
        "PutRolePolicy",
        &[("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", &own)],
    );
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let message = "Must specify userName when calling with non-User credentials";
    let want = (400, "ValidationError", message);
    let password = ("Password", "Correct-horse-1");
    let key = ("AccessKeyId", "AKIAAAAAAAAAAAAAAAAA");
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("GetUser", &[]),
        ("CreateAccessKey", &[]),
        ("ListAccessKeys", &[]),
        ("DeleteAccessKey", &[key]),
        ("UpdateAccessKey", &[key, ("Status", "Active")]),
        ("CreateLoginProfile", &[password]),
        ("GetLoginProfile", &[]),
        ("DeleteLoginProfile", &[]),
        ("ListMFADevices", &[]),
        ("ListSSHPublicKeys", &[]),
        ("ListSigningCertificates", &[]),
        ("ListServiceSpecificCredentials", &[]),
    ];
    for (action, sent) in calls {
        world.refused(&session, action, sent, want);
        assert_eq!(world.last_event()["userIdentity"]["type"], "AssumedRole", "{action}");
    }
    world.ok(&session, "GetUser", &[ALICE]);
}
