//! Users, groups, keys, roles.

use serde_json::{Value, json};

use crate::world::*;

/// Observed: the members and their order, in the response and in the event.
#[test]
fn a_user_is_created_and_recorded() {
    let world = World::new();
    let body = world.ok(
        &world.root,
        "CreateUser",
        &[
            ("UserName", "alice"),
            ("Path", "/team/"),
            ("Tags.member.1.Key", "a"),
            ("Tags.member.1.Value", "b"),
        ],
    );
    let id = text(&body, "UserId");
    assert!(id.starts_with("AIDA") && id.len() == 21, "{id}");
    let arn = "arn:aws:iam::111122223333:user/team/alice";
    assert!(body.contains(&format!(
        "<CreateUserResult><User><Path>/team/</Path><UserName>alice</UserName><UserId>{id}</UserId>\
         <Arn>{arn}</Arn><CreateDate>2026-03-01T00:00:00Z</CreateDate><Tags><member><Key>a</Key>\
         <Value>b</Value></member></Tags></User></CreateUserResult>"
    )), "{body}");
    let event = world.last_event();
    assert_eq!(event["eventName"], "CreateUser");
    assert_eq!(event["eventSource"], "iam.amazonaws.com");
    assert_eq!(event["awsRegion"], "us-east-1");
    assert_eq!(event["readOnly"], false);
    assert_eq!(event.get("resources"), None);
    assert_eq!(
        event["requestParameters"],
        json!({"userName": "alice", "path": "/team/", "tags": [{"key": "a", "value": "b"}]})
    );
    assert_eq!(
        event["responseElements"],
        json!({"user": {"path": "/team/", "userName": "alice", "userId": id, "arn": arn,
            "createDate": "Mar 1, 2026 12:00:00 AM", "tags": [{"key": "a", "value": "b"}]}})
    );
    let taken = (409, "EntityAlreadyExists", "User with name ALICE already exists.");
    world.refused(&world.root, "CreateUser", &[("UserName", "ALICE")], taken);
}

/// The secret works, and is in the response, but in no event.
#[test]
fn an_access_key_works_and_its_secret_is_not_recorded() {
    let world = World::new();
    let alice = world.user("alice", "");
    assert_eq!(alice.secret.len(), 40);
    let event = world.last_event();
    assert_eq!(
        event["responseElements"],
        json!({"accessKey": {"userName": "alice", "accessKeyId": alice.access_key_id,
            "status": "Active", "createDate": "Mar 1, 2026 12:00:00 AM"}})
    );
    assert!(!event.to_string().contains(&alice.secret));
    let who = world.ok(&alice, "GetCallerIdentity", &[]);
    assert_eq!(text(&who, "Arn"), "arn:aws:iam::111122223333:user/alice");
    world.ok(&world.root, "CreateAccessKey", &[("UserName", "alice")]);
    let quota = (409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
    world.refused(&world.root, "CreateAccessKey", &[("UserName", "alice")], quota);
    let key = [("UserName", "alice"), ("AccessKeyId", &alice.access_key_id)];
    world.ok(&world.root, "UpdateAccessKey", &[&key[..], &[("Status", "Inactive")]].concat());
    let unknown = "The security token included in the request is invalid.";
    world.refused(&alice, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", unknown));
    let listed = world.ok(&world.root, "ListAccessKeys", &[("UserName", "alice")]);
    assert_eq!(listed.matches("<member>").count(), 2);
    assert!(listed.contains("Inactive") && !listed.contains("Secret"));
    world.ok(&world.root, "DeleteAccessKey", &key);
    let gone = format!("The Access Key with id {} cannot be found.", alice.access_key_id);
    world.refused(&world.root, "DeleteAccessKey", &key, (404, "NoSuchEntity", &gone));
}

/// A denial names user, action and resource, and is recorded.
#[test]
fn a_user_without_rights_is_refused() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.ok(&world.root, "CreateUser", &[("UserName", "bob"), ("Path", "/team/")]);
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                iam:DeleteUser on resource: arn:aws:iam::111122223333:user/team/bob because no \
                identity-based policy allows the iam:DeleteUser action";
    world.refused(&alice, "DeleteUser", &[("UserName", "bob")], (403, "AccessDenied", message));
    let event = world.last_event();
    assert_eq!(event["errorCode"], "AccessDenied");
    assert_eq!(event["errorMessage"], message);
    assert_eq!(event["requestParameters"], json!({"userName": "bob"}));
    assert_eq!(event["responseElements"], Value::Null);
    let invisible = "iam:GetUser on resource: arn:aws:iam::111122223333:user/ghost";
    let (status, body) = world.call(&alice, "iam", &[("Action", "GetUser"), ("UserName", "ghost")]);
    assert!(status == 403 && body.contains(invisible), "authorized before looked up: {body}");
}

/// `GetUser` without a name shows the caller, root included; a read records no response.
#[test]
fn the_caller_is_shown_without_a_name() {
    let world = World::new();
    let alice = world.user("alice", &allowing("iam:GetUser"));
    assert_eq!(text(&world.ok(&alice, "GetUser", &[]), "UserName"), "alice");
    let event = world.last_event();
    assert_eq!(
        (&event["requestParameters"], &event["responseElements"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(event["readOnly"], true);
    let root = world.ok(&world.root, "GetUser", &[]);
    assert_eq!(text(&root, "Arn"), "arn:aws:iam::111122223333:root");
}

/// A user with dependants cannot be deleted; each kind has its own message.
#[test]
fn a_user_is_deleted_last() {
    let world = World::new();
    let root = &world.root;
    let alice = world.user("alice", &allowing("s3:*"));
    let name = ("UserName", "alice");
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    world.ok(root, "AddUserToGroup", &[("GroupName", "g"), name]);
    let admin = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");
    world.ok(root, "AttachUserPolicy", &[name, admin]);
    let conflict = |what: &str| {
        let message = format!("Cannot delete entity, must {what} first.");
        world.refused(root, "DeleteUser", &[name], (409, "DeleteConflict", &message));
    };
    conflict("delete access keys");
    world.ok(root, "DeleteAccessKey", &[name, ("AccessKeyId", &alice.access_key_id)]);
    conflict("remove user from all groups");
    let full = "Cannot delete entity, must remove users from group first.";
    world.refused(root, "DeleteGroup", &[("GroupName", "g")], (409, "DeleteConflict", full));
    world.ok(root, "RemoveUserFromGroup", &[("GroupName", "g"), name]);
    conflict("delete policies");
    world.ok(root, "DeleteUserPolicy", &[name, ("PolicyName", "own")]);
    conflict("detach all policies");
    world.ok(root, "DetachUserPolicy", &[name, admin]);
    world.ok(root, "DeleteUser", &[name]);
    assert_eq!(world.last_event()["responseElements"], Value::Null);
    let gone = "The user with name alice cannot be found.";
    world.refused(root, "GetUser", &[name], (404, "NoSuchEntity", gone));
    world.ok(root, "DeleteGroup", &[("GroupName", "g")]);
}

/// Permissions are inherited from groups, follow a renamed user, and are limited by the boundary.
#[test]
fn groups_give_and_boundaries_limit() {
    let world = World::new();
    let root = &world.root;
    let alice = world.user("alice", "");
    world.ok(root, "CreateGroup", &[("GroupName", "g")]);
    let document = allowing("iam:List*");
    let policy = [("PolicyName", "p"), ("PolicyDocument", document.as_str())];
    world.ok(root, "PutGroupPolicy", &[&[("GroupName", "g")][..], &policy].concat());
    world.ok(root, "AddUserToGroup", &[("GroupName", "g"), ("UserName", "alice")]);
    assert_eq!(world.ok(&alice, "ListUsers", &[]).matches("<UserName>").count(), 1);
    world.ok(root, "UpdateUser", &[("UserName", "alice"), ("NewUserName", "eve")]);
    let members = world.ok(root, "GetGroup", &[("GroupName", "g")]);
    assert_eq!(text(&members, "UserName"), "eve");
    let groups = world.ok(&alice, "ListGroupsForUser", &[("UserName", "eve")]);
    assert_eq!(text(&groups, "GroupName"), "g");
    let boundary = ("PermissionsBoundary", "arn:aws:iam::aws:policy/AmazonS3FullAccess");
    world.ok(root, "PutUserPermissionsBoundary", &[("UserName", "eve"), boundary]);
    let message = "User: arn:aws:iam::111122223333:user/eve is not authorized to perform: \
                iam:ListUsers on resource: arn:aws:iam::111122223333:user/ because no permissions \
                boundary allows the iam:ListUsers action";
    world.refused(&alice, "ListUsers", &[], (403, "AccessDenied", message));
    let shown = world.ok(root, "GetUser", &[("UserName", "eve")]);
    assert_eq!(text(&shown, "PermissionsBoundaryArn"), boundary.1);
    assert_eq!(text(&shown, "PermissionsBoundaryType"), "Policy");
    world.ok(root, "DeleteUserPermissionsBoundary", &[("UserName", "eve")]);
    world.ok(&alice, "ListUsers", &[]);
}

/// Observed: the responses to creation, reading and listing differ.
#[test]
fn a_role_is_shown_as_aws_shows_it() {
    let world = World::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}"#;
    let sent = [("RoleName", "r"), ("AssumeRolePolicyDocument", trust)];
    let created = world.ok(&world.root, "CreateRole", &sent);
    assert_eq!(text(&created, "AssumeRolePolicyDocument"), wire::uri::encode(trust));
    assert!(!created.contains("MaxSessionDuration") && !created.contains("RoleLastUsed"));
    let event = world.last_event();
    assert_eq!(event["requestParameters"]["assumeRolePolicyDocument"], trust);
    let got = world.ok(&world.root, "GetRole", &[("RoleName", "r")]);
    let shown = trust.replace(r#""111122223333""#, r#""arn:aws:iam::111122223333:root""#);
    assert_eq!(text(&got, "AssumeRolePolicyDocument"), wire::uri::encode(&shown));
    assert_eq!(text(&got, "MaxSessionDuration"), "3600");
    assert!(got.contains("<RoleLastUsed/>") || got.contains("<RoleLastUsed></RoleLastUsed>"));
    let listed = world.ok(&world.root, "ListRoles", &[]);
    assert!(listed.contains("MaxSessionDuration") && !listed.contains("RoleLastUsed"));
    let json = (400, "MalformedPolicyDocument", "This policy contains invalid Json");
    let bad = [("RoleName", "q"), ("AssumeRolePolicyDocument", "{")];
    world.refused(&world.root, "CreateRole", &bad, json);
    let ghost = trust.replace("111122223333", "arn:aws:iam::111122223333:user/ghost");
    let message = r#"Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/ghost""#;
    let named = [("RoleName", "q"), ("AssumeRolePolicyDocument", ghost.as_str())];
    world.refused(&world.root, "CreateRole", &named, (400, "MalformedPolicyDocument", message));
}

/// What an update does not name stays as it was.
#[test]
fn an_update_changes_what_it_names() {
    let world = World::new();
    let root = &world.root;
    let sent = [
        ("RoleName", "r"),
        ("AssumeRolePolicyDocument", OPEN_TRUST),
        ("MaxSessionDuration", "7200"),
        ("Description", "first"),
    ];
    world.ok(root, "CreateRole", &sent);
    let facts = |sent: &[(&str, &str)]| {
        let answer = world.ok(root, "UpdateRole", &[&[("RoleName", "r")], sent].concat());
        assert!(answer.contains("<UpdateRoleResult/>"), "{answer}");
        let role = world.ok(root, "GetRole", &[("RoleName", "r")]);
        (text(&role, "Description"), text(&role, "MaxSessionDuration"))
    };
    let pair = |description: &str, duration: &str| (description.to_owned(), duration.to_owned());
    assert_eq!(facts(&[("Description", "second")]), pair("second", "7200"));
    assert_eq!(facts(&[("MaxSessionDuration", "3600")]), pair("second", "3600"));
    assert_eq!(facts(&[]), pair("second", "3600"));
    world.ok(root, "CreateUser", &[("UserName", "u"), ("Path", "/team/")]);
    world.ok(root, "UpdateUser", &[("UserName", "u"), ("NewUserName", "v")]);
    let moved = world.ok(root, "GetUser", &[("UserName", "v")]);
    assert_eq!(text(&moved, "Path"), "/team/");
    world.ok(root, "CreateGroup", &[("GroupName", "g"), ("Path", "/team/")]);
    world.ok(root, "UpdateGroup", &[("GroupName", "g"), ("NewGroupName", "h")]);
    let moved = world.ok(root, "GetGroup", &[("GroupName", "h")]);
    assert_eq!(text(&moved, "Path"), "/team/");
}

/// Pages of one, in the order of names; a path narrows.
#[test]
fn lists_are_paged() {
    let world = World::new();
    for (name, path) in [("c", "/"), ("A", "/x/"), ("b", "/x/")] {
        world.ok(&world.root, "CreateUser", &[("UserName", name), ("Path", path)]);
    }
    let (mut names, mut marker) = (Vec::new(), String::new());
    loop {
        let mut page = vec![("MaxItems", "1")];
        if !marker.is_empty() {
            page.push(("Marker", &marker));
        }
        let body = world.ok(&world.root, "ListUsers", &page);
        names.push(text(&body, "UserName"));
        assert_eq!(body.matches("<member>").count(), 1);
        if text(&body, "IsTruncated") == "false" {
            break;
        }
        marker = text(&body, "Marker");
    }
    assert_eq!(names, ["A", "b", "c"]);
    let narrowed = world.ok(&world.root, "ListUsers", &[("PathPrefix", "/x/")]);
    assert_eq!(narrowed.matches("<member>").count(), 2);
    let message = "1 validation error detected: Value at 'maxItems' failed to satisfy constraint: \
                Member must have value less than or equal to 1000";
    world.refused(
        &world.root,
        "ListUsers",
        &[("MaxItems", "1001")],
        (400, "ValidationError", message),
    );
}

/// Tags are set, replaced, listed and removed; policies see them.
#[test]
fn tags_are_kept_and_seen_by_policies() {
    let world = World::new();
    let by_tag = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/Team":"${aws:PrincipalTag/Team}"}}}]}"#;
    let alice = world.user("alice", by_tag);
    world.ok(&world.root, "CreateUser", &[("UserName", "bob")]);
    for name in ["alice", "bob"] {
        let tag =
            [("UserName", name), ("Tags.member.1.Key", "Team"), ("Tags.member.1.Value", "red")];
        world.ok(&world.root, "TagUser", &tag);
    }
    world.ok(&alice, "GetUser", &[("UserName", "bob")]);
    let listed = world.ok(&world.root, "ListUserTags", &[("UserName", "bob")]);
    assert!(listed.contains("<member><Key>Team</Key><Value>red</Value></member>"), "{listed}");
    let untag = [("UserName", "bob"), ("TagKeys.member.1", "team")];
    world.ok(&world.root, "UntagUser", &untag);
    let all = [("Action", "GetUser"), ("UserName", "bob")];
    assert_eq!(world.call(&alice, "iam", &all).0, 403);
    let twice = [
        ("UserName", "bob"),
        ("Tags.member.1.Key", "a"),
        ("Tags.member.1.Value", ""),
        ("Tags.member.2.Key", "A"),
        ("Tags.member.2.Value", ""),
    ];
    let message = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    world.refused(&world.root, "TagUser", &twice, (400, "InvalidInput", message));
}

/// Unsupported resources are listed as in an account that never had any.
#[test]
fn absent_things_are_empty() {
    let world = World::new();
    world.user("alice", "");
    let trust = ("AssumeRolePolicyDocument", OPEN_TRUST);
    world.ok(&world.root, "CreateRole", &[("RoleName", "r"), trust]);
    for (action, of) in [
        ("ListMFADevices", ("UserName", "alice")),
        ("ListSSHPublicKeys", ("UserName", "alice")),
        ("ListSigningCertificates", ("UserName", "alice")),
        ("ListServiceSpecificCredentials", ("UserName", "alice")),
        ("ListInstanceProfilesForRole", ("RoleName", "r")),
        ("ListVirtualMFADevices", ("AssignmentStatus", "Any")),
    ] {
        let body = world.ok(&world.root, action, &[of]);
        assert!(body.contains("<IsTruncated>false</IsTruncated>") && !body.contains("<member>"));
    }
    let message = "Login Profile for User alice cannot be found.";
    let none = (404, "NoSuchEntity", message);
    world.refused(&world.root, "GetLoginProfile", &[("UserName", "alice")], none);
    world.refused(&world.root, "DeleteLoginProfile", &[("UserName", "alice")], none);
    let message = "The Password Policy with domain name 111122223333 cannot be found.";
    world.refused(&world.root, "GetAccountPasswordPolicy", &[], (404, "NoSuchEntity", message));
    let list = "<SAMLProviderList/>";
    assert!(world.ok(&world.root, "ListSAMLProviders", &[]).contains(list));
    let used = world.ok(&world.root, "ListAccessKeys", &[("UserName", "alice")]);
    let key = text(&used, "AccessKeyId");
    let use_of_key = world.ok(&world.root, "GetAccessKeyLastUsed", &[("AccessKeyId", &key)]);
    assert_eq!(text(&use_of_key, "ServiceName"), "N/A");
}

/// The alias is unique among accounts and names the root user in events.
#[test]
fn an_account_has_an_alias() {
    let world = World::new();
    let alias = [("AccountAlias", "main-one")];
    world.ok(&world.root, "CreateAccountAlias", &alias);
    let listed = world.ok(&world.root, "ListAccountAliases", &[]);
    assert!(listed.contains("<member>main-one</member>"), "{listed}");
    assert_eq!(world.last_event()["userIdentity"]["userName"], "main-one");
    let taken = (409, "EntityAlreadyExists", "The account alias main-one already exists.");
    world.refused(&world.other_root, "CreateAccountAlias", &alias, taken);
    world.ok(&world.root, "DeleteAccountAlias", &alias);
    world.ok(&world.other_root, "CreateAccountAlias", &alias);
    let summary = world.ok(&world.root, "GetAccountSummary", &[]);
    assert!(summary.contains("<key>AccountAccessKeysPresent</key><value>1</value>"), "{summary}");
}
