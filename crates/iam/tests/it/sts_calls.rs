//! Sessions.

use serde_json::{Value, json};

use crate::world::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/r";

fn create_role(world: &World, name: &str, trust: &str) {
    let sent = [("RoleName", name), ("AssumeRolePolicyDocument", trust)];
    world.ok(&world.root, "CreateRole", &sent);
}

fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

fn asking<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("RoleArn", ROLE), ("RoleSessionName", "s1")], more].concat()
}

/// Nothing can deny it, and it identifies every kind of caller.
#[test]
fn every_caller_gets_its_own_identity() {
    let world = World::new();
    let deny = allowing("*").replace("Allow", "Deny");
    let alice = world.user("alice", &deny);
    let who = world.ok(&alice, "GetCallerIdentity", &[]);
    assert!(text(&who, "UserId").starts_with("AIDA"));
    assert_eq!(text(&who, "Account"), ACCOUNT);
    let event = world.last_event();
    assert_eq!(event["readOnly"], true);
    assert_eq!(
        (&event["requestParameters"], &event["responseElements"]),
        (&Value::Null, &Value::Null)
    );
    let who = world.ok(&world.root, "GetCallerIdentity", &[]);
    assert_eq!(text(&who, "UserId"), ACCOUNT);
    assert_eq!(text(&who, "Arn"), "arn:aws:iam::111122223333:root");
}

/// The session acts as its role, its response is recorded without the secret, and it ends with its
/// expiry or its role.
#[test]
fn a_role_is_assumed_used_and_outlived() {
    let world = World::new();
    let alice = world.user("alice", "");
    create_role(&world, "r", &trusting("arn:aws:iam::111122223333:user/alice"));
    let inline = allowing("iam:ListRoles");
    let policy = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", inline.as_str())];
    world.ok(&world.root, "PutRolePolicy", &policy);
    let body = world.ok(&alice, "AssumeRole", &asking(&[("DurationSeconds", "900")]));
    let session = credentials(&body);
    assert!(session.access_key_id.starts_with("ASIA") && session.secret.len() == 40);
    assert_eq!(text(&body, "Expiration"), "2026-03-01T00:15:00Z");
    let arn = "arn:aws:sts::111122223333:assumed-role/r/s1";
    assert_eq!(text(&body, "Arn"), arn);
    assert!(!body.contains("PackedPolicySize"));
    let id = text(&body, "AssumedRoleId");
    let event = world.last_event();
    assert_eq!(event["readOnly"], true);
    assert_eq!(
        event["requestParameters"],
        json!({"roleArn": ROLE, "roleSessionName": "s1", "durationSeconds": 900})
    );
    assert_eq!(
        event["responseElements"],
        json!({"credentials": {"accessKeyId": session.access_key_id,
            "sessionToken": session.session_token, "expiration": "Mar 1, 2026, 12:15:00 AM"},
            "assumedRoleUser": {"assumedRoleId": id, "arn": arn}})
    );
    assert_eq!(
        event["resources"],
        json!([{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": ROLE}])
    );
    assert!(!event.to_string().contains(&session.secret));
    world.ok(&session, "ListRoles", &[]);
    assert_eq!(text(&world.ok(&session, "GetCallerIdentity", &[]), "UserId"), id);
    world.kit.clock.advance_ms(900_000);
    let over = "The security token included in the request is expired";
    world.refused(&session, "GetCallerIdentity", &[], (403, "ExpiredToken", over));
    let body = world.ok(&alice, "AssumeRole", &asking(&[]));
    world.ok(&world.root, "DeleteRolePolicy", &policy[..2]);
    world.ok(&world.root, "DeleteRole", &[("RoleName", "r")]);
    let dead = "The security token included in the request is invalid.";
    let want = (403, "InvalidClientTokenId", dead);
    world.refused(&credentials(&body), "GetCallerIdentity", &[], want);
}

/// A denial and a missing role are indistinguishable; parameters are not recorded.
#[test]
fn who_is_not_trusted_is_refused() {
    let world = World::new();
    let alice = world.user("alice", &allowing("sts:AssumeRole"));
    world.user("bob", "");
    create_role(&world, "r", &trusting("arn:aws:iam::111122223333:user/bob"));
    let message = |role: &str| {
        format!(
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
             sts:AssumeRole on resource: arn:aws:iam::111122223333:role/{role}"
        )
    };
    for role in ["r", "missing"] {
        let arn = format!("arn:aws:iam::111122223333:role/{role}");
        let asked = [("Action", "AssumeRole"), ("RoleArn", &arn), ("RoleSessionName", "s1")];
        let (status, body) = world.call(&alice, "sts", &asked);
        assert_eq!((status, text(&body, "Code").as_str()), (403, "AccessDenied"), "{body}");
        assert!(text(&body, "Message").starts_with(&message(role)), "{body}");
        let event = world.last_event();
        assert_eq!(event["requestParameters"], Value::Null);
        assert_eq!(event["errorCode"], "AccessDenied");
    }
}

/// A trust policy refers to the user, not to its name.
#[test]
fn a_recreated_user_is_not_trusted() {
    let world = World::new();
    world.ok(&world.root, "CreateUser", &[("UserName", "alice")]);
    create_role(&world, "r", &trusting("arn:aws:iam::111122223333:user/alice"));
    world.ok(&world.root, "DeleteUser", &[("UserName", "alice")]);
    let alice = world.user("alice", "");
    let asked = [&[("Action", "AssumeRole")], &asking(&[])[..]].concat();
    assert_eq!(world.call(&alice, "sts", &asked).0, 403);
    let shown = world.ok(&world.root, "GetRole", &[("RoleName", "r")]);
    assert!(text(&shown, "AssumeRolePolicyDocument").contains("%22AIDA"), "{shown}");
}

/// Another account's users need their own right and the role's trust.
#[test]
fn accounts_can_trust_each_other() {
    let world = World::new();
    create_role(&world, "r", &trusting(OTHER_ACCOUNT));
    world.ok(&world.other_root, "CreateUser", &[("UserName", "carol")]);
    let carol =
        credentials(&world.ok(&world.other_root, "CreateAccessKey", &[("UserName", "carol")]));
    let asked = [&[("Action", "AssumeRole")], &asking(&[])[..]].concat();
    assert_eq!(world.call(&carol, "sts", &asked).0, 403);
    let own = allowing("sts:AssumeRole");
    let policy = [("UserName", "carol"), ("PolicyName", "p"), ("PolicyDocument", own.as_str())];
    world.ok(&world.other_root, "PutUserPolicy", &policy);
    let session = credentials(&world.ok(&carol, "AssumeRole", &asking(&[])));
    assert_eq!(text(&world.ok(&session, "GetCallerIdentity", &[]), "Account"), ACCOUNT);
}

/// The messages for malformed and out-of-range members.
#[test]
fn parameters_are_checked() {
    let world = World::new();
    let alice = world.user("alice", "");
    create_role(&world, "r", OPEN_TRUST);
    let message = "1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to \
                satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*";
    let name = [("RoleArn", ROLE), ("RoleSessionName", "Session1:2")];
    world.refused(&alice, "AssumeRole", &name, (400, "ValidationError", message));
    let arn = [("RoleArn", "arn:aws:iam::role/not-a-role"), ("RoleSessionName", "s1")];
    let message = "arn:aws:iam::role/not-a-role is invalid";
    world.refused(&alice, "AssumeRole", &arn, (400, "ValidationError", message));
    let long = asking(&[("DurationSeconds", "3601")]);
    let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    world.refused(&alice, "AssumeRole", &long, (400, "ValidationError", message));
    let session = credentials(&world.ok(&alice, "AssumeRole", &asking(&[])));
    let grant = allowing("sts:AssumeRole");
    let own = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", grant.as_str())];
    world.ok(&world.root, "PutRolePolicy", &own);
    let message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed \
                by role chaining.";
    let of_user = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    for chained in [&session, &of_user] {
        world.refused(chained, "AssumeRole", &long, (400, "ValidationError", message));
    }
    world.ok(&session, "AssumeRole", &asking(&[]));
    let message = "Roles may not be assumed by root accounts.";
    world.refused(&world.root, "AssumeRole", &asking(&[]), (403, "AccessDenied", message));
}

/// Session policies, given as text or by ARN, only restrict.
#[test]
fn session_policies_limit() {
    let world = World::new();
    let alice = world.user("alice", "");
    create_role(&world, "r", OPEN_TRUST);
    let admin = [("RoleName", "r"), ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess")];
    world.ok(&world.root, "AttachRolePolicy", &admin);
    let users = allowing("iam:ListUsers");
    let by_text = world.ok(&alice, "AssumeRole", &asking(&[("Policy", &users)]));
    assert!(by_text.contains("PackedPolicySize"));
    let arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    let by_arn = world.ok(&alice, "AssumeRole", &asking(&[("PolicyArns.member.1.arn", arn)]));
    let message = "User: arn:aws:sts::111122223333:assumed-role/r/s1 is not authorized to perform: \
                iam:CreateUser on resource: arn:aws:iam::111122223333:user/x because no session \
                policy allows the iam:CreateUser action";
    for body in [by_text, by_arn] {
        let session = credentials(&body);
        world.ok(&session, "ListUsers", &[]);
        let want = (403, "AccessDenied", message);
        world.refused(&session, "CreateUser", &[("UserName", "x")], want);
    }
    let unlimited = credentials(&world.ok(&alice, "AssumeRole", &asking(&[])));
    world.ok(&unlimited, "CreateUser", &[("UserName", "x")]);
    let syntax = (400, "MalformedPolicyDocument", "Syntax errors in policy.");
    world.refused(&alice, "AssumeRole", &asking(&[("Policy", "{")]), syntax);
}

/// Policies and tags of a session share one space, whose use is returned.
#[test]
fn sessions_have_limited_room() {
    let world = World::new();
    let alice = world.user("alice", "");
    create_role(&world, "r", OPEN_TRUST);
    let value = "a".repeat(250);
    let names: Vec<_> = (1..=9)
        .map(|at| {
            (format!("Tags.member.{at}.Key"), format!("Tags.member.{at}.Value"), format!("T{at}"))
        })
        .collect();
    let tags: Vec<_> = names
        .iter()
        .flat_map(|(key, of, name)| [(key.as_str(), name.as_str()), (of.as_str(), value.as_str())])
        .collect();
    let message = "Packed size of session tags consumes 498% of allotted space.";
    let want = (400, "PackedPolicyTooLarge", message);
    world.refused(&alice, "AssumeRole", &asking(&tags), want);
    let event = world.last_event();
    assert_eq!(event["errorCode"], "PackedPolicyTooLargeException");
    assert_eq!(event["errorMessage"], message);
    let one = world.ok(&alice, "AssumeRole", &asking(tags.get(..2).unwrap()));
    assert_eq!(text(&one, "PackedPolicySize"), "56");
    let users = allowing("iam:ListUsers");
    let long = users.replace("ListUsers", &"x".repeat(2_048));
    let message = "Packed policy consumes 105% of allotted space, please use smaller policy.";
    let want = (400, "PackedPolicyTooLarge", message);
    world.refused(&alice, "AssumeRole", &asking(&[("Policy", &long)]), want);
    let both = asking(&[tags.get(..2).unwrap(), &[("Policy", &users)]].concat());
    assert_eq!(text(&world.ok(&alice, "AssumeRole", &both), "PackedPolicySize"), "61");
}

/// External ids, tags and source identities reach the trust policy; transitive tags are inherited.
#[test]
fn trust_policies_see_what_the_session_is_given() {
    let world = World::new();
    let alice = world.user("alice", "");
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/alice"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"],"Condition":{"StringEquals":{"sts:ExternalId":"x-1","aws:RequestTag/Team":"red","sts:SourceIdentity":"alice"}}}]}"#;
    create_role(&world, "r", trust);
    let tags = [
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "red"),
        ("TransitiveTagKeys.member.1", "Team"),
        ("SourceIdentity", "alice"),
    ];
    let asked = [&[("Action", "AssumeRole")], &asking(&tags)[..]].concat();
    assert_eq!(world.call(&alice, "sts", &asked).0, 403, "without the external id");
    let with_id = [&tags[..], &[("ExternalId", "x-1")]].concat();
    let body = world.ok(&alice, "AssumeRole", &asking(&with_id));
    assert_eq!(text(&body, "SourceIdentity"), "alice");
    let session = credentials(&body);
    create_role(&world, "second", OPEN_TRUST);
    let second = [("RoleArn", "arn:aws:iam::111122223333:role/second"), ("RoleSessionName", "s2")];
    let message = "One of the specified transitive tag keys can't be set because it conflicts with a \
                transitive tag key from the calling session.";
    let grant = allowing("sts:*");
    let own = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", grant.as_str())];
    world.ok(&world.root, "PutRolePolicy", &own);
    let override_tag =
        [&second[..], &[("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "b")]];
    let want = (400, "InvalidParameterValue", message);
    world.refused(&session, "AssumeRole", &override_tag.concat(), want);
    let chained = credentials(&world.ok(&session, "AssumeRole", &second));
    world.ok(&chained, "GetCallerIdentity", &[]);
    let context = &world.last_event()["userIdentity"]["sessionContext"];
    assert_eq!(context["sourceIdentity"], "alice");
}

/// Credentials of `GetSessionToken` are the user, but not for IAM and hardly for STS.
#[test]
fn session_tokens_are_the_user_elsewhere() {
    let world = World::new();
    let alice = world.user("alice", &allowing("*"));
    let body = world.ok(&alice, "GetSessionToken", &[]);
    assert_eq!(text(&body, "Expiration"), "2026-03-01T12:00:00Z");
    let event = world.last_event();
    assert_eq!(event["readOnly"], false);
    let session = credentials(&body);
    assert_eq!(
        event["responseElements"],
        json!({"credentials": {"accessKeyId": session.access_key_id,
            "sessionToken": session.session_token, "expiration": "Mar 1, 2026, 12:00:00 PM"}})
    );
    let who = world.ok(&session, "GetCallerIdentity", &[]);
    assert_eq!(text(&who, "Arn"), "arn:aws:iam::111122223333:user/alice");
    let identity = &world.last_event()["userIdentity"];
    assert_eq!(identity["type"], "IAMUser");
    assert_eq!(identity["sessionContext"]["attributes"]["mfaAuthenticated"], "false");
    let invalid = "The security token included in the request is invalid";
    world.refused(&session, "ListUsers", &[], (403, "InvalidClientTokenId", invalid));
    let message = "Cannot call GetSessionToken with session credentials";
    world.refused(&session, "GetSessionToken", &[], (403, "AccessDenied", message));
    create_role(&world, "r", OPEN_TRUST);
    world.ok(&session, "AssumeRole", &asking(&[]));
    let info = [("AccessKeyId", session.access_key_id.as_str())];
    assert_eq!(text(&world.ok(&alice, "GetAccessKeyInfo", &info), "Account"), ACCOUNT);
    let root = world.ok(&world.root, "GetSessionToken", &[]);
    assert_eq!(text(&root, "Expiration"), "2026-03-01T01:00:00Z");
}

/// A token belongs to its key and cannot be invented.
#[test]
fn strange_tokens_are_refused() {
    let world = World::new();
    let alice = world.user("alice", "");
    let one = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let two = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let message = "The security token included in the request is invalid.";
    for token in [two.session_token.clone(), None, Some("AAAA".to_owned())] {
        let mixed = Credentials {
            access_key_id: one.access_key_id.clone(),
            secret: one.secret.clone(),
            session_token: token,
        };
        world.refused(&mixed, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", message));
    }
    let mut with_token = alice;
    with_token.session_token.clone_from(&one.session_token);
    world.refused(&with_token, "GetCallerIdentity", &[], (403, "InvalidClientTokenId", message));
}
