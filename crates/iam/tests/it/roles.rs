//! Roles: shapes, trust policies, updates, deletion.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const ROLE: (&str, &str) = ("RoleName", "r");
const TRUST: (&str, &str) = ("AssumeRolePolicyDocument", OF_EC2);
/// The trust policy of the recorded roles.
const OF_EC2: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
const READ_ONLY: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const DATE: &str = "<CreateDate>2026-03-01T00:00:00Z</CreateDate>";

/// Observed: `test_role_with_tags`, `test_create_describe_role`. The response to the creation has
/// neither duration nor last use, a list has neither tags nor last use.
#[test]
fn a_role_has_a_shape_of_its_own_when_created_read_and_listed() {
    let world = World::new();
    let tag = [("Tags.member.1.Key", "test"), ("Tags.member.1.Value", "value")];
    let more = [("Path", "/a/"), ("Description", "runs"), ("MaxSessionDuration", "7200")];
    let boundary = ("PermissionsBoundary", READ_ONLY);
    let sent = [&[ROLE, TRUST, boundary], &more[..], &tag[..]].concat();
    let created = world.result("CreateRole", &sent);
    let id = text(&created, "RoleId");
    assert!(id.starts_with("AROA") && id.len() == 21, "{id}");
    let document = wire::uri::encode(OF_EC2);
    let first = format!(
        "<Path>/a/</Path><RoleName>r</RoleName><RoleId>{id}</RoleId>\
         <Arn>arn:aws:iam::111122223333:role/a/r</Arn>{DATE}\
         <AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument>\
         <Description>runs</Description>"
    );
    let last = format!(
        "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType>\
         <PermissionsBoundaryArn>{READ_ONLY}</PermissionsBoundaryArn></PermissionsBoundary>\
         <Tags><member><Key>test</Key><Value>value</Value></member></Tags>"
    );
    let duration = "<MaxSessionDuration>7200</MaxSessionDuration>";
    assert_eq!(created, format!("<Role>{first}{last}</Role>"));
    let got = world.result("GetRole", &[ROLE]);
    assert_eq!(got, format!("<Role>{first}{duration}{last}<RoleLastUsed/></Role>"));
    let listed = world.result("ListRoles", &[]);
    assert_eq!(
        listed,
        format!(
            "<Roles><member>{first}{duration}</member></Roles><IsTruncated>false</IsTruncated>"
        )
    );
}

/// The event of a creation has the parameters as they were sent and the role as it was answered.
#[test]
fn the_event_of_a_creation_has_the_whole_role() {
    let world = World::new();
    let sent = [ROLE, TRUST, ("MaxSessionDuration", "3600"), ("Description", "runs")];
    let id = text(&world.result("CreateRole", &sent), "RoleId");
    let (sent, answered) = world.recorded("CreateRole");
    assert_eq!(
        sent,
        json!({"roleName": "r", "assumeRolePolicyDocument": OF_EC2, "description": "runs",
            "maxSessionDuration": 3600})
    );
    assert_eq!(
        answered,
        json!({"role": {"path": "/", "roleName": "r", "roleId": id,
            "arn": "arn:aws:iam::111122223333:role/r", "createDate": "Mar 1, 2026 12:00:00 AM",
            "assumeRolePolicyDocument": wire::uri::encode(OF_EC2), "description": "runs"}})
    );
}

/// Documents that are not trust policies, with AWS's texts.
#[test]
fn a_trust_policy_must_be_one() {
    let world = World::new();
    world.role("r", OF_EC2);
    let before = world.result("GetRole", &[ROLE]);
    let action = OF_EC2.replace("sts:AssumeRole", "s3:GetObject");
    let resource = OF_EC2.replace(r#""Action""#, r#""Resource":"*","Action""#);
    let unknown_user = trusting("arn:aws:iam::111122223333:user/ghost");
    let unknown_id = trusting("AIDAAAAAAAAAAAAAAAAAA");
    let long = OF_EC2.replace("ec2", &"e".repeat(2_048));
    for (document, code, status, message) in [
        ("x", "MalformedPolicyDocument", 400, "This policy contains invalid Json"),
        (
            &action,
            "MalformedPolicyDocument",
            400,
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (&resource, "MalformedPolicyDocument", 400, "Has prohibited field Resource"),
        (
            &unknown_user,
            "MalformedPolicyDocument",
            400,
            r#"Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:user/ghost""#,
        ),
        (
            &unknown_id,
            "MalformedPolicyDocument",
            400,
            r#"Invalid principal in policy: "AWS":"AIDAAAAAAAAAAAAAAAAAA""#,
        ),
        (&long, "LimitExceeded", 409, "Cannot exceed quota for ACLSizePerRole: 2048"),
    ] {
        let new = [("RoleName", "new"), ("AssumeRolePolicyDocument", document)];
        world.fails("CreateRole", &new, (status, code, message));
        let update = [ROLE, ("PolicyDocument", document)];
        world.fails("UpdateAssumeRolePolicy", &update, (status, code, message));
    }
    assert_eq!(world.result("GetRole", &[ROLE]), before);
}

/// White space in a document does not count against its quota, nor does it return.
#[test]
fn white_space_in_a_trust_policy_is_free() {
    let world = World::new();
    let wide = OF_EC2.replace("\":", &format!("\":{}", " ".repeat(500)));
    world.role("r", &wide);
    let got = world.result("GetRole", &[ROLE]);
    assert_eq!(text(&got, "AssumeRolePolicyDocument"), wire::uri::encode(OF_EC2));
}

/// A trust policy follows its principals: it shows the present ARN, and the ID of a deleted one.
#[test]
fn trust_follows_the_principal() {
    let world = World::new();
    let user = [("UserName", "alice")];
    let id = text(&world.result("CreateUser", &user), "UserId");
    let other = world.role("other", OF_EC2);
    let both = trusting("x").replace(
        r#""x""#,
        r#"["arn:aws:iam::111122223333:user/alice","arn:aws:iam::111122223333:role/other"]"#,
    );
    world.role("r", &both);
    let shown =
        || wire_decoded(&text(&world.result("GetRole", &[ROLE]), "AssumeRolePolicyDocument"));
    assert_eq!(shown(), both);
    world.ok(&world.root, "UpdateUser", &[user[0], ("NewUserName", "eve"), ("NewPath", "/x/")]);
    assert_eq!(shown(), both.replace("user/alice", "user/x/eve"));
    world.ok(&world.root, "DeleteRole", &[("RoleName", "other")]);
    let other_gone = both.replace("arn:aws:iam::111122223333:role/other", &other);
    assert_eq!(shown(), other_gone.replace("user/alice", "user/x/eve"));
    world.ok(&world.root, "DeleteUser", &[("UserName", "eve")]);
    world.ok(&world.root, "CreateUser", &user);
    assert_eq!(shown(), other_gone.replace("arn:aws:iam::111122223333:user/alice", &id));
}

fn wire_decoded(encoded: &str) -> String {
    String::from_utf8(wire::uri::decode(encoded).unwrap().into()).unwrap()
}

/// Principals of accounts that are not hosted here, of services and of identity providers stay as
/// they were sent; an account becomes the ARN of its root user.
#[test]
fn principals_that_cannot_be_checked_stay() {
    let world = World::new();
    for (sent, shown) in [
        ("arn:aws:iam::999999999999:user/any", "arn:aws:iam::999999999999:user/any"),
        ("arn:aws:iam::999999999999:role/a/b", "arn:aws:iam::999999999999:role/a/b"),
        ("999999999999", "arn:aws:iam::999999999999:root"),
        (OTHER_ACCOUNT, "arn:aws:iam::444455556666:root"),
        ("*", "*"),
    ] {
        let document = trusting(sent);
        world.ok(&world.root, "CreateRole", &[ROLE, ("AssumeRolePolicyDocument", &document)]);
        let got = text(&world.result("GetRole", &[ROLE]), "AssumeRolePolicyDocument");
        assert_eq!(got, wire::uri::encode(&trusting(shown)), "{sent}");
        world.ok(&world.root, "DeleteRole", &[ROLE]);
    }
}

/// `UpdateAssumeRolePolicy` replaces the document, and the next call is decided by it.
#[test]
fn a_new_trust_policy_counts_at_once() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.role("r", OPEN_TRUST);
    let role = arn("role/r");
    let assume = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    world.ok(&alice, "AssumeRole", &assume);
    world.ok(&world.root, "UpdateAssumeRolePolicy", &[ROLE, ("PolicyDocument", OF_EC2)]);
    let (sent, answered) = world.recorded("UpdateAssumeRolePolicy");
    assert_eq!(sent, json!({"roleName": "r", "policyDocument": OF_EC2}));
    assert_eq!(answered, Value::Null);
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                   sts:AssumeRole on resource: arn:aws:iam::111122223333:role/r because no role \
                   trust policy allows the sts:AssumeRole action";
    world.refused(&alice, "AssumeRole", &assume, (403, "AccessDenied", message));
}

/// `UpdateRole` answers nothing, `UpdateRoleDescription` the role; both leave the rest.
#[test]
fn description_and_duration_can_be_updated() {
    let world = World::new();
    world.role("r", OF_EC2);
    let update = [ROLE, ("Description", "one"), ("MaxSessionDuration", "43200")];
    assert_eq!(world.result("UpdateRole", &update), "");
    let (sent, answered) = world.recorded("UpdateRole");
    assert_eq!(sent, json!({"roleName": "r", "description": "one", "maxSessionDuration": 43_200}));
    assert_eq!(answered, Value::Null);
    let answer = world.result("UpdateRoleDescription", &[ROLE, ("Description", "two")]);
    assert_eq!(answer, world.result("GetRole", &[ROLE]));
    assert_eq!(text(&answer, "Description"), "two");
    assert_eq!(text(&answer, "MaxSessionDuration"), "43200");
    let empty = world.result("UpdateRoleDescription", &[ROLE, ("Description", "")]);
    assert_eq!(text(&empty, "Description"), "");
    assert_eq!(text(&empty, "AssumeRolePolicyDocument"), wire::uri::encode(OF_EC2));
    for (action, more) in [
        ("UpdateRole", ("Description", "x")),
        ("UpdateRoleDescription", ("Description", "x")),
        ("UpdateAssumeRolePolicy", ("PolicyDocument", OF_EC2)),
    ] {
        let message = "The role with name none cannot be found.";
        world.fails(action, &[("RoleName", "none"), more], (404, "NoSuchEntity", message));
    }
}

/// Descriptions may contain Latin-1, but none of the characters between `~` and `¡`.
#[test]
fn descriptions_are_latin_text() {
    let world = World::new();
    world.role("r", OF_EC2);
    for good in ["", "tab\tand\nlines", "¡naïve ÿ", &"x".repeat(1_000)] {
        world.ok(&world.root, "UpdateRole", &[ROLE, ("Description", good)]);
    }
    let message = "1 validation error detected: Value at 'description' failed to satisfy \
                   constraint: Member must satisfy regular expression pattern: \
                   [\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*";
    for bad in ["\u{7f}", "a\u{a0}b", "日本"] {
        let sent = [ROLE, ("Description", bad)];
        world.fails("UpdateRole", &sent, (400, "ValidationError", message));
    }
}

/// What a role has keeps it, in AWS's order; a boundary does not.
#[test]
fn a_role_is_deleted_when_it_has_no_policies() {
    let world = World::new();
    let (root, policy) = (&world.root, allowing("iam:ListUsers"));
    world.role("r", OF_EC2);
    let inline = [ROLE, ("PolicyName", "p"), ("PolicyDocument", policy.as_str())];
    world.ok(root, "PutRolePolicy", &inline);
    world.ok(root, "AttachRolePolicy", &[ROLE, ("PolicyArn", READ_ONLY)]);
    world.ok(root, "PutRolePermissionsBoundary", &[ROLE, ("PermissionsBoundary", READ_ONLY)]);
    let conflict = |what: &str| {
        let message = format!("Cannot delete entity, must {what} first.");
        world.fails("DeleteRole", &[ROLE], (409, "DeleteConflict", &message));
    };
    conflict("delete policies");
    world.ok(root, "DeleteRolePolicy", &inline[..2]);
    conflict("detach all policies");
    world.ok(root, "DetachRolePolicy", &[ROLE, ("PolicyArn", READ_ONLY)]);
    world.ok(root, "DeleteRole", &[ROLE]);
    assert_eq!(world.recorded("DeleteRole"), (json!({"roleName": "r"}), Value::Null));
    let missing = (404, "NoSuchEntity", "The role with name r cannot be found.");
    world.fails("DeleteRole", &[ROLE], missing);
    world.fails("GetRole", &[ROLE], missing);
    let bounded = [("PolicyArn", READ_ONLY), ("PolicyUsageFilter", "PermissionsBoundary")];
    assert!(world.result("ListEntitiesForPolicy", &bounded).contains("<PolicyRoles/>"));
}

/// Roles of one account are counted; a deleted one makes room.
#[test]
fn an_account_has_a_thousand_roles_at_most() {
    let world = World::new();
    for number in 0..1_000 {
        let name = format!("r{number}");
        let sent = [("Action", "CreateRole"), ("RoleName", &name), TRUST];
        assert_eq!(world.call(&world.root, "iam", &sent).0, 200);
    }
    let quota = (409, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000");
    world.fails("CreateRole", &[ROLE, TRUST], quota);
    let taken = (409, "EntityAlreadyExists", "Role with name R7 already exists.");
    world.fails("CreateRole", &[("RoleName", "R7"), TRUST], taken);
    world.ok(&world.other_root, "CreateRole", &[ROLE, TRUST]);
    world.ok(&world.root, "DeleteRole", &[("RoleName", "r7")]);
    world.ok(&world.root, "CreateRole", &[ROLE, TRUST]);
}

/// Every operation on a role is decided for its ARN, its path included.
#[test]
fn denials_name_the_roles_arn() {
    let world = World::new();
    let outsider = world.user("outsider", "");
    world.ok(&world.root, "CreateRole", &[ROLE, TRUST, ("Path", "/team/")]);
    let policy = [("PolicyName", "p"), ("PolicyDocument", "{}")];
    let (read_only, boundary) = (("PolicyArn", READ_ONLY), ("PermissionsBoundary", READ_ONLY));
    let calls: &[(&str, &[(&str, &str)])] = &[
        ("AttachRolePolicy", &[read_only]),
        ("DeleteRole", &[]),
        ("DeleteRolePermissionsBoundary", &[]),
        ("DeleteRolePolicy", &[policy[0]]),
        ("DetachRolePolicy", &[read_only]),
        ("GetRole", &[]),
        ("GetRolePolicy", &[policy[0]]),
        ("ListAttachedRolePolicies", &[]),
        ("ListInstanceProfilesForRole", &[]),
        ("ListRolePolicies", &[]),
        ("ListRoleTags", &[]),
        ("PutRolePermissionsBoundary", &[boundary]),
        ("PutRolePolicy", &policy),
        ("TagRole", &[("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")]),
        ("UntagRole", &[("TagKeys.member.1", "k")]),
        ("UpdateAssumeRolePolicy", &[("PolicyDocument", OF_EC2)]),
        ("UpdateRole", &[]),
        ("UpdateRoleDescription", &[("Description", "x")]),
    ];
    for (action, rest) in calls {
        let needed = format!("iam:{action}");
        for (name, resource) in [("r", "role/team/r"), ("ghost", "role/ghost")] {
            let sent = [&[("RoleName", name)], *rest].concat();
            world.denied(&outsider, "outsider", (action, &sent), (&needed, &arn(resource)));
        }
    }
    let all = arn("role/");
    world.denied(&outsider, "outsider", ("ListRoles", &[]), ("iam:ListRoles", &all));
    let path = [("RoleName", "new"), TRUST, ("Path", "/x/")];
    let new = arn("role/x/new");
    world.denied(&outsider, "outsider", ("CreateRole", &path), ("iam:CreateRole", &new));
}
