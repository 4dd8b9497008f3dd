//! Groups: shapes, members, renaming, deletion.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const GROUP: (&str, &str) = ("GroupName", "devs");
const ALICE: (&str, &str) = ("UserName", "alice");
const DATE: &str = "<CreateDate>2026-03-01T00:00:00Z</CreateDate>";

fn world() -> World {
    let world = World::new();
    world.ok(&world.root, "CreateGroup", &[GROUP]);
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world
}

/// The same shape in the response to creation, in reads and in lists.
#[test]
fn a_group_is_shown_with_five_members() {
    let world = World::new();
    let created = world.result("CreateGroup", &[GROUP, ("Path", "/a/")]);
    let id = text(&created, "GroupId");
    assert!(id.starts_with("AGPA") && id.len() == 21, "{id}");
    let shape = format!(
        "<Path>/a/</Path><GroupName>devs</GroupName><GroupId>{id}</GroupId>\
         <Arn>arn:aws:iam::111122223333:group/a/devs</Arn>{DATE}"
    );
    assert_eq!(created, format!("<Group>{shape}</Group>"));
    let (sent, answered) = world.recorded("CreateGroup");
    assert_eq!(sent, json!({"groupName": "devs", "path": "/a/"}));
    assert_eq!(
        answered,
        json!({"group": {"path": "/a/", "groupName": "devs", "groupId": id,
            "arn": "arn:aws:iam::111122223333:group/a/devs",
            "createDate": "Mar 1, 2026 12:00:00 AM"}})
    );
    let no_more = "<IsTruncated>false</IsTruncated>";
    let got = world.result("GetGroup", &[GROUP]);
    assert_eq!(got, format!("<Group>{shape}</Group><Users/>{no_more}"));
    assert_eq!(world.recorded("GetGroup"), (json!({"groupName": "devs"}), Value::Null));
    let listed = world.result("ListGroups", &[]);
    assert_eq!(listed, format!("<Groups><member>{shape}</member></Groups>{no_more}"));
    world.ok(&world.root, "CreateUser", &[ALICE]);
    world.ok(&world.root, "AddUserToGroup", &[GROUP, ALICE]);
    assert_eq!(world.result("ListGroupsForUser", &[ALICE]), listed);
}

/// Members are users as lists show them, in the order of their names.
#[test]
fn a_group_shows_its_members() {
    let world = world();
    let tag = [("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    world.ok(&world.root, "TagUser", &[ALICE, tag[0], tag[1]]);
    for name in ["Zoe", "bob"] {
        world.ok(&world.root, "CreateUser", &[("UserName", name)]);
        world.ok(&world.root, "AddUserToGroup", &[GROUP, ("UserName", name)]);
    }
    world.ok(&world.root, "AddUserToGroup", &[GROUP, ALICE]);
    let got = world.result("GetGroup", &[GROUP]);
    assert_eq!(texts(&got, "UserName"), ["alice", "bob", "Zoe"]);
    assert!(!got.contains("<Tags>"), "{got}");
    let listed = world.result("ListUsers", &[]);
    let users = |xml: &str| xml.split("<Users>").nth(1).map(str::to_owned);
    assert_eq!(users(&got), users(&listed));
}

/// Adding twice and removing twice is as good as once.
#[test]
fn membership_is_idempotent() {
    let world = world();
    let pair = [GROUP, ALICE];
    for _ in 0..2 {
        world.ok(&world.root, "AddUserToGroup", &pair);
        let (sent, answered) = world.recorded("AddUserToGroup");
        assert_eq!(sent, json!({"groupName": "devs", "userName": "alice"}));
        assert_eq!(answered, Value::Null);
        assert_eq!(texts(&world.result("GetGroup", &[GROUP]), "UserName"), ["alice"]);
    }
    for _ in 0..2 {
        world.ok(&world.root, "RemoveUserFromGroup", &pair);
        let (sent, _) = world.recorded("RemoveUserFromGroup");
        assert_eq!(sent, json!({"groupName": "devs", "userName": "alice"}));
        assert!(world.result("GetGroup", &[GROUP]).contains("<Users/>"));
        assert!(world.result("ListGroupsForUser", &[ALICE]).starts_with("<Groups/>"));
    }
}

/// The group is the first that must exist, then the user.
#[test]
fn both_members_of_a_membership_must_exist() {
    let world = world();
    let (no_group, no_user) = (("GroupName", "none"), ("UserName", "none"));
    for action in ["AddUserToGroup", "RemoveUserFromGroup"] {
        let group = "The group with name none cannot be found.";
        world.fails(action, &[no_group, ALICE], (404, "NoSuchEntity", group));
        world.fails(action, &[no_group, no_user], (404, "NoSuchEntity", group));
        let user = "The user with name none cannot be found.";
        world.fails(action, &[GROUP, no_user], (404, "NoSuchEntity", user));
    }
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("GetGroup", &[no_group]),
        ("DeleteGroup", &[no_group]),
        ("UpdateGroup", &[no_group, ("NewGroupName", "x")]),
        ("ListGroupPolicies", &[no_group]),
        ("ListAttachedGroupPolicies", &[no_group]),
    ];
    for (action, sent) in calls {
        let message = "The group with name none cannot be found.";
        world.fails(action, sent, (404, "NoSuchEntity", message));
    }
    let message = "The user with name none cannot be found.";
    world.fails("ListGroupsForUser", &[no_user], (404, "NoSuchEntity", message));
}

/// A user is in ten groups at most; being added to one of them again is no eleventh.
#[test]
fn a_user_is_in_ten_groups_at_most() {
    let world = world();
    let names: Vec<String> = (0..10).map(|at| format!("g{at}")).collect();
    for name in &names {
        world.ok(&world.root, "CreateGroup", &[("GroupName", name)]);
        world.ok(&world.root, "AddUserToGroup", &[("GroupName", name), ALICE]);
    }
    let quota = (409, "LimitExceeded", "Cannot exceed quota for GroupsPerUser: 10");
    world.fails("AddUserToGroup", &[GROUP, ALICE], quota);
    assert_eq!(world.last_event()["errorCode"], "LimitExceededException");
    world.ok(&world.root, "AddUserToGroup", &[("GroupName", "g3"), ALICE]);
    assert_eq!(texts(&world.result("ListGroupsForUser", &[ALICE]), "GroupName"), names);
    world.ok(&world.root, "RemoveUserFromGroup", &[("GroupName", "g3"), ALICE]);
    world.ok(&world.root, "AddUserToGroup", &[GROUP, ALICE]);
}

/// A renamed group keeps its ID, members and policies.
#[test]
fn a_renamed_group_keeps_its_members_and_policies() {
    let world = world();
    let (root, policy) = (&world.root, allowing("iam:ListUsers"));
    let inline = [GROUP, ("PolicyName", "p"), ("PolicyDocument", policy.as_str())];
    world.ok(root, "PutGroupPolicy", &inline);
    let security = ("PolicyArn", "arn:aws:iam::aws:policy/SecurityAudit");
    world.ok(root, "AttachGroupPolicy", &[GROUP, security]);
    world.ok(root, "AddUserToGroup", &[GROUP, ALICE]);
    let before = world.result("GetGroup", &[GROUP]);
    world.ok(root, "UpdateGroup", &[GROUP, ("NewGroupName", "Ops"), ("NewPath", "/x/")]);
    let (sent, answered) = world.recorded("UpdateGroup");
    assert_eq!(sent, json!({"groupName": "devs", "newGroupName": "Ops", "newPath": "/x/"}));
    assert_eq!(answered, Value::Null);
    let ops = ("GroupName", "Ops");
    let after = before
        .replacen("<Path>/<", "<Path>/x/<", 1)
        .replace("<GroupName>devs<", "<GroupName>Ops<")
        .replace("group/devs", "group/x/Ops");
    assert_eq!(world.result("GetGroup", &[ops]), after);
    assert_eq!(texts(&world.result("ListGroupPolicies", &[ops]), "member"), ["p"]);
    let attached = world.result("ListAttachedGroupPolicies", &[ops]);
    assert_eq!(texts(&attached, "PolicyName"), ["SecurityAudit"]);
    let groups = world.result("ListGroupsForUser", &[ALICE]);
    assert_eq!(texts(&groups, "Arn"), [arn("group/x/Ops")]);
    let missing = (404, "NoSuchEntity", "The group with name devs cannot be found.");
    world.fails("GetGroup", &[GROUP], missing);
    let users = world.result("ListEntitiesForPolicy", &[security]);
    assert_eq!(texts(&users, "GroupName"), ["Ops"]);
}

/// A new name must be free, but may be the old one in another case.
#[test]
fn a_new_name_of_a_group_must_be_free() {
    let world = world();
    world.ok(&world.root, "CreateGroup", &[("GroupName", "ops")]);
    let taken = (409, "EntityAlreadyExists", "Group with name OPS already exists.");
    world.fails("UpdateGroup", &[GROUP, ("NewGroupName", "OPS")], taken);
    world.fails("CreateGroup", &[("GroupName", "OPS")], taken);
    world.ok(&world.root, "UpdateGroup", &[GROUP, ("NewGroupName", "DEVS")]);
    assert_eq!(texts(&world.result("ListGroups", &[]), "GroupName"), ["DEVS", "ops"]);
    world.ok(&world.other_root, "CreateGroup", &[("GroupName", "ops")]);
}

/// Each kind of thing that a group has keeps it, in AWS's order.
#[test]
fn a_group_is_deleted_when_it_is_empty() {
    let world = world();
    let (root, policy) = (&world.root, allowing("iam:ListUsers"));
    let inline = [GROUP, ("PolicyName", "p"), ("PolicyDocument", policy.as_str())];
    let security = ("PolicyArn", "arn:aws:iam::aws:policy/SecurityAudit");
    world.ok(root, "PutGroupPolicy", &inline);
    world.ok(root, "AttachGroupPolicy", &[GROUP, security]);
    world.ok(root, "AddUserToGroup", &[GROUP, ALICE]);
    let conflict = |what: &str| {
        let message = format!("Cannot delete entity, must {what} first.");
        world.fails("DeleteGroup", &[GROUP], (409, "DeleteConflict", &message));
        assert_eq!(world.last_event()["errorCode"], "DeleteConflictException");
    };
    conflict("remove users from group");
    world.ok(root, "RemoveUserFromGroup", &[GROUP, ALICE]);
    conflict("delete policies");
    world.ok(root, "DeleteGroupPolicy", &inline[..2]);
    conflict("detach all policies");
    world.ok(root, "DetachGroupPolicy", &[GROUP, security]);
    world.ok(root, "DeleteGroup", &[GROUP]);
    assert_eq!(world.recorded("DeleteGroup"), (json!({"groupName": "devs"}), Value::Null));
    let missing = (404, "NoSuchEntity", "The group with name devs cannot be found.");
    world.fails("DeleteGroup", &[GROUP], missing);
}

/// A membership counts from the next call on, and until the next call after its end.
#[test]
fn members_have_the_groups_permissions_at_once() {
    let world = World::new();
    let (root, policy) = (&world.root, allowing("iam:ListUsers"));
    let alice = world.user("alice", "");
    world.ok(root, "CreateGroup", &[GROUP]);
    let inline = [GROUP, ("PolicyName", "p"), ("PolicyDocument", policy.as_str())];
    world.ok(root, "PutGroupPolicy", &inline);
    let users = arn("user/");
    let list: (&str, &[(&str, &str)]) = ("ListUsers", &[]);
    world.denied(&alice, "alice", list, ("iam:ListUsers", &users));
    world.ok(root, "AddUserToGroup", &[GROUP, ALICE]);
    world.ok(&alice, "ListUsers", &[]);
    world.ok(root, "DeleteGroupPolicy", &inline[..2]);
    world.denied(&alice, "alice", list, ("iam:ListUsers", &users));
    let read_only = ("PolicyArn", "arn:aws:iam::aws:policy/IAMReadOnlyAccess");
    world.ok(root, "AttachGroupPolicy", &[GROUP, read_only]);
    world.ok(&alice, "ListUsers", &[]);
    world.ok(root, "RemoveUserFromGroup", &[GROUP, ALICE]);
    world.denied(&alice, "alice", list, ("iam:ListUsers", &users));
}

/// A denial in a group counts for its members even if another policy allows.
#[test]
fn a_denial_of_a_group_overrides_a_users_own_policy() {
    let world = World::new();
    let (root, deny) = (&world.root, allowing("iam:ListUsers").replace("Allow", "Deny"));
    let alice = world.user("alice", &allowing("iam:*"));
    world.ok(root, "CreateGroup", &[GROUP]);
    world.ok(root, "AddUserToGroup", &[GROUP, ALICE]);
    world.ok(&alice, "ListUsers", &[]);
    let deny = world.policy("deny", &deny);
    world.ok(root, "AttachGroupPolicy", &[GROUP, ("PolicyArn", &deny)]);
    let message = format!(
        "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: iam:ListUsers \
         on resource: arn:aws:iam::111122223333:user/ with an explicit deny in an identity-based \
         policy: {deny}"
    );
    world.refused(&alice, "ListUsers", &[], (403, "AccessDenied", &message));
    world.ok(&alice, "ListGroups", &[]);
}

/// Operations on groups are decided for the group's ARN, also those that name a user.
#[test]
fn denials_name_the_groups_arn() {
    let world = World::new();
    let outsider = world.user("outsider", "");
    world.ok(&world.root, "CreateGroup", &[GROUP, ("Path", "/team/")]);
    let policy = [("PolicyName", "p"), ("PolicyDocument", "{}")];
    let read_only = ("PolicyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess");
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("AddUserToGroup", &[("UserName", "outsider")]),
        ("AttachGroupPolicy", &[read_only]),
        ("DeleteGroup", &[]),
        ("DeleteGroupPolicy", &[policy[0]]),
        ("DetachGroupPolicy", &[read_only]),
        ("GetGroup", &[]),
        ("GetGroupPolicy", &[policy[0]]),
        ("ListAttachedGroupPolicies", &[]),
        ("ListGroupPolicies", &[]),
        ("PutGroupPolicy", &policy),
        ("RemoveUserFromGroup", &[("UserName", "outsider")]),
        ("UpdateGroup", &[]),
    ];
    for (action, rest) in calls {
        let needed = format!("iam:{action}");
        for (name, resource) in [("devs", "group/team/devs"), ("ghost", "group/ghost")] {
            let sent = [&[("GroupName", name)], *rest].concat();
            world.denied(&outsider, "outsider", (action, &sent), (&needed, &arn(resource)));
        }
    }
    let created = arn("group/x/new");
    let new = [("GroupName", "new"), ("Path", "/x/")];
    world.denied(&outsider, "outsider", ("CreateGroup", &new), ("iam:CreateGroup", &created));
    let all = arn("group/");
    world.denied(&outsider, "outsider", ("ListGroups", &[]), ("iam:ListGroups", &all));
}
