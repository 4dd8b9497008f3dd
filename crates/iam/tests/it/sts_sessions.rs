//! Sessions of roles: responses, events, durations, names, external IDs, chains and policies.

use serde_json::{Value, json};

use crate::expect::*;
use crate::world::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/r";
const ADMIN: (&str, &str) = ("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess");

fn asking<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("RoleArn", ROLE), ("RoleSessionName", "s1")], more].concat()
}

/// A role that everyone may assume and that may do everything, and a user without policies.
fn world() -> (World, Credentials) {
    let world = World::new();
    world.role("r", OPEN_TRUST);
    world.ok(&world.root, "AttachRolePolicy", &[("RoleName", "r"), ADMIN]);
    let alice = world.user("alice", "");
    (world, alice)
}

/// The whole response and the whole event, with everything optional.
#[test]
fn a_session_is_answered_and_recorded_as_a_whole() {
    let (world, alice) = world();
    let policy = allowing("s3:*");
    let sent = asking(&[
        ("DurationSeconds", "1800"),
        ("ExternalId", "x-1"),
        ("SourceIdentity", "alice"),
        ("Policy", &policy),
        ("Tags.member.1.Key", "Team"),
        ("Tags.member.1.Value", "red"),
        ("TransitiveTagKeys.member.1", "Team"),
        ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ]);
    let id = text(&world.result("GetRole", &[("RoleName", "r")]), "RoleId");
    let answer = world.result_as(&alice, "AssumeRole", &sent);
    let of = |name| text(&answer, name);
    let (token, key) = (of("SessionToken"), of("AccessKeyId"));
    let size = of("PackedPolicySize");
    assert_eq!(
        answer,
        format!(
            "<Credentials><AccessKeyId>{key}</AccessKeyId>\
             <SecretAccessKey>{}</SecretAccessKey><SessionToken>{token}</SessionToken>\
             <Expiration>2026-03-01T00:30:00Z</Expiration></Credentials>\
             <AssumedRoleUser><AssumedRoleId>{id}:s1</AssumedRoleId>\
             <Arn>arn:aws:sts::111122223333:assumed-role/r/s1</Arn></AssumedRoleUser>\
             <PackedPolicySize>{size}</PackedPolicySize><SourceIdentity>alice</SourceIdentity>",
            of("SecretAccessKey")
        )
    );
    let (sent, answered) = world.recorded("AssumeRole");
    assert_eq!(
        sent,
        json!({"roleArn": ROLE, "roleSessionName": "s1", "durationSeconds": 1_800,
            "externalId": "x-1", "sourceIdentity": "alice", "policy": policy,
            "tags": [{"key": "Team", "value": "red"}], "transitiveTagKeys": ["Team"],
            "policyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]})
    );
    assert_eq!(
        answered,
        json!({"credentials": {"accessKeyId": key, "sessionToken": token,
            "expiration": "Mar 1, 2026, 12:30:00 AM"},
            "assumedRoleUser": {"assumedRoleId": format!("{id}:s1"),
                "arn": "arn:aws:sts::111122223333:assumed-role/r/s1"},
            "packedPolicySize": size.parse::<u32>().unwrap(), "sourceIdentity": "alice"})
    );
}

/// The identity of a session in its own events.
#[test]
fn events_of_a_session_have_its_issuer() {
    let (world, alice) = world();
    world.ok(
        &world.root,
        "CreateRole",
        &[("RoleName", "deep"), ("Path", "/a/b/"), ("AssumeRolePolicyDocument", OPEN_TRUST)],
    );
    let deep = [("RoleArn", "arn:aws:iam::111122223333:role/a/b/deep"), ("RoleSessionName", "s1")];
    world.kit.clock.advance_ms(5_000);
    let answer = world.result_as(&alice, "AssumeRole", &deep);
    let arn = "arn:aws:sts::111122223333:assumed-role/deep/s1";
    assert_eq!(text(&answer, "Arn"), arn, "without the path");
    let session = credentials(&answer);
    world.kit.clock.advance_ms(5_000);
    let who = world.result_as(&session, "GetCallerIdentity", &[]);
    let id = text(&answer, "AssumedRoleId");
    assert_eq!(who, format!("<UserId>{id}</UserId><Account>{ACCOUNT}</Account><Arn>{arn}</Arn>"));
    let role_id = id.trim_end_matches(":s1");
    assert_eq!(
        world.last_event()["userIdentity"],
        json!({"type": "AssumedRole", "principalId": id, "arn": arn, "accountId": ACCOUNT,
            "accessKeyId": session.access_key_id,
            "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": role_id,
                    "arn": "arn:aws:iam::111122223333:role/a/b/deep", "accountId": ACCOUNT,
                    "userName": "deep"},
                "webIdFederationData": {},
                "attributes": {"creationDate": "2026-03-01T00:00:05Z",
                    "mfaAuthenticated": "false"}}})
    );
    let without_path = [("RoleArn", "arn:aws:iam::111122223333:role/deep"), deep[1]];
    let (status, body) =
        world.call(&alice, "sts", &[&[("Action", "AssumeRole")], &without_path[..]].concat());
    assert_eq!((status, text(&body, "Code")), (403, "AccessDenied".to_owned()), "{body}");
}

/// A session lasts as long as it asked for, an hour if it did not, and as the role allows at most.
#[test]
fn a_session_lasts_as_long_as_the_role_allows() {
    let (world, alice) = world();
    let longest = [("RoleName", "r"), ("MaxSessionDuration", "43200")];
    let over = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    let end = |duration: &str| {
        let sent = match duration {
            "" => asking(&[]),
            _ => asking(&[("DurationSeconds", duration)]),
        };
        text(&world.result_as(&alice, "AssumeRole", &sent), "Expiration")
    };
    for (duration, want) in [
        ("", "2026-03-01T01:00:00Z"),
        ("900", "2026-03-01T00:15:00Z"),
        ("3600", "2026-03-01T01:00:00Z"),
    ] {
        assert_eq!(end(duration), want, "{duration}");
    }
    for duration in ["3601", "43200"] {
        let sent = asking(&[("DurationSeconds", duration)]);
        world.refused(&alice, "AssumeRole", &sent, (400, "ValidationError", over));
        let event = world.last_event();
        assert_eq!(event["errorCode"], "ValidationError");
        assert_eq!(event["requestParameters"], Value::Null);
    }
    world.ok(&world.root, "UpdateRole", &longest);
    assert_eq!(end("43200"), "2026-03-01T12:00:00Z");
    assert_eq!(end(""), "2026-03-01T01:00:00Z", "the default is not the maximum");
    let session =
        credentials(&world.ok(&alice, "AssumeRole", &asking(&[("DurationSeconds", "900")])));
    world.kit.clock.advance_ms(899_999);
    world.ok(&session, "GetCallerIdentity", &[]);
    world.kit.clock.advance_ms(1);
    let expired = "The security token included in the request is expired";
    let before = world.kit.events().len();
    world.refused(&session, "GetCallerIdentity", &[], (403, "ExpiredToken", expired));
    assert_eq!(world.kit.events().len(), before, "it has no caller");
}

/// Chained sessions last an hour at most, even if the role allows more.
#[test]
fn a_chained_session_lasts_an_hour() {
    let (world, alice) = world();
    let longest = [("RoleName", "r"), ("MaxSessionDuration", "43200")];
    world.ok(&world.root, "UpdateRole", &longest);
    let session = credentials(&world.ok(&alice, "AssumeRole", &asking(&[])));
    let message = "The requested DurationSeconds exceeds the 1 hour session limit for roles \
                   assumed by role chaining.";
    let long = asking(&[("DurationSeconds", "3601")]);
    world.refused(&session, "AssumeRole", &long, (400, "ValidationError", message));
    let hour = asking(&[("DurationSeconds", "3600")]);
    let second = credentials(&world.ok(&session, "AssumeRole", &hour));
    world.refused(&second, "AssumeRole", &long, (400, "ValidationError", message));
    world.kit.clock.advance_ms(1_800_000);
    let third = world.result_as(&second, "AssumeRole", &hour);
    assert_eq!(text(&third, "Expiration"), "2026-03-01T01:30:00Z", "it may outlive its parent");
}

/// Texts that are no ARNs of roles.
#[test]
fn a_role_is_named_by_its_arn() {
    let (world, alice) = world();
    for bad in [
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:role",
        "arn:aws:sts::111122223333:role/r",
        "arn:aws:iam::1111:role/r-and-more-text",
        "this is no ARN of anything",
    ] {
        let sent = [("RoleArn", bad), ("RoleSessionName", "s1")];
        let message = format!("{bad} is invalid");
        world.refused(&alice, "AssumeRole", &sent, (400, "ValidationError", &message));
    }
    for other in [
        "arn:aws:iam::111122223333:role/R",
        "arn:aws:iam::111122223333:role/x/r",
        "arn:aws:iam::444455556666:role/r",
        "arn:aws:iam::999999999999:role/r",
    ] {
        let sent = [("Action", "AssumeRole"), ("RoleArn", other), ("RoleSessionName", "s1")];
        let (status, body) = world.call(&alice, "sts", &sent);
        let begin = format!(
            "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
             sts:AssumeRole on resource: {other}"
        );
        assert_eq!((status, text(&body, "Code").as_str()), (403, "AccessDenied"), "{other}");
        assert!(text(&body, "Message").starts_with(&begin), "{body}");
        assert_eq!(world.last_event()["resources"], Value::Null);
    }
}

/// Names of sessions are 2 to 64 characters, and part of the ID and the ARN.
#[test]
fn a_session_has_a_name() {
    let (world, alice) = world();
    let long = "n".repeat(64);
    for name in ["s1", "a+b=c,d.e@f-g_h", &long] {
        let sent = [("RoleArn", ROLE), ("RoleSessionName", name)];
        let answer = world.result_as(&alice, "AssumeRole", &sent);
        assert_eq!(text(&answer, "Arn"), format!("arn:aws:sts::{ACCOUNT}:assumed-role/r/{name}"));
        assert!(text(&answer, "AssumedRoleId").ends_with(&format!(":{name}")), "{answer}");
    }
    let by_name = r#""StringEquals":{"sts:RoleSessionName":"${aws:username}"}"#;
    let trust = OPEN_TRUST.replace("}]}", &format!(r#","Condition":{{{by_name}}}}}]}}"#));
    let update = [("RoleName", "r"), ("PolicyDocument", trust.as_str())];
    world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
    let named = |name| [("RoleArn", ROLE), ("RoleSessionName", name)];
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                   sts:AssumeRole on resource: arn:aws:iam::111122223333:role/r because no role \
                   trust policy allows the sts:AssumeRole action";
    world.refused(&alice, "AssumeRole", &named("bob"), (403, "AccessDenied", message));
    world.ok(&alice, "AssumeRole", &named("alice"));
}

/// A role that demands an external ID is assumed with exactly that one.
#[test]
fn an_external_id_must_match() {
    let (world, alice) = world();
    let condition = r#","Condition":{"StringEquals":{"sts:ExternalId":"Id:1/2"}}}]}"#;
    let trust = OPEN_TRUST.replace("}]}", condition);
    let update = [("RoleName", "r"), ("PolicyDocument", trust.as_str())];
    world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
    for (id, want) in [("", 403), ("id:1/2", 403), ("Id:1/2 ", 400), ("Id:1/2", 200)] {
        let mut sent = vec![("Action", "AssumeRole")];
        sent.extend(asking(&[]));
        if !id.is_empty() {
            sent.push(("ExternalId", id));
        }
        assert_eq!(world.call(&alice, "sts", &sent).0, want, "{id}");
    }
}

/// A trust policy can name a user, a role, a session or an account; in the account the principal
/// needs no policy of its own unless the account is named.
#[test]
fn a_trust_policy_names_its_principals() {
    let (world, alice) = world();
    world.role("other", OPEN_TRUST);
    let other = [("RoleArn", "arn:aws:iam::111122223333:role/other"), ("RoleSessionName", "o1")];
    let in_role = credentials(&world.ok(&alice, "AssumeRole", &other));
    for (principal, of_user, of_session) in [
        ("arn:aws:iam::111122223333:user/alice", 200, 403),
        ("arn:aws:iam::111122223333:role/other", 403, 200),
        ("arn:aws:sts::111122223333:assumed-role/other/o1", 403, 200),
        ("arn:aws:sts::111122223333:assumed-role/other/o2", 403, 403),
        ("arn:aws:iam::111122223333:role/r", 403, 403),
        ("arn:aws:iam::111122223333:root", 403, 403),
        ("111122223333", 403, 403),
        ("444455556666", 403, 403),
        ("*", 200, 200),
    ] {
        let trust = trusting(principal);
        let update = [("RoleName", "r"), ("PolicyDocument", trust.as_str())];
        world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
        let sent = [&[("Action", "AssumeRole")], &asking(&[])[..]].concat();
        let got = (world.call(&alice, "sts", &sent).0, world.call(&in_role, "sts", &sent).0);
        assert_eq!(got, (of_user, of_session), "{principal}");
    }
    let trust = trusting(ACCOUNT);
    let update = [("RoleName", "r"), ("PolicyDocument", trust.as_str())];
    world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
    let message = "User: arn:aws:iam::111122223333:user/alice is not authorized to perform: \
                   sts:AssumeRole on resource: arn:aws:iam::111122223333:role/r because no \
                   identity-based policy allows the sts:AssumeRole action";
    world.refused(&alice, "AssumeRole", &asking(&[]), (403, "AccessDenied", message));
    world.permit("alice", &allowing("sts:AssumeRole"));
    world.ok(&alice, "AssumeRole", &asking(&[]));
}

/// A session policy limits, and a denial in it counts; both are named as the reason.
#[test]
fn session_policies_limit_and_deny() {
    let (world, alice) = world();
    let deny = allowing("iam:*").replace("Allow", "Deny");
    let of_users = allowing("iam:*Users");
    let mixed =
        of_users.replace("}]}", r#"},{"Effect":"Deny","Action":"iam:ListUsers","Resource":"*"}]}"#);
    let because = "because no session policy allows the iam:ListUsers action";
    let explicit = "with an explicit deny in a session policy";
    for (policy, reason) in
        [(&of_users, ""), (&deny, explicit), (&mixed, explicit), (&allowing("s3:*"), because)]
    {
        let sent = asking(&[("Policy", policy)]);
        let session = credentials(&world.ok(&alice, "AssumeRole", &sent));
        if reason.is_empty() {
            world.ok(&session, "ListUsers", &[]);
            continue;
        }
        let message = format!(
            "User: arn:aws:sts::111122223333:assumed-role/r/s1 is not authorized to perform: \
             iam:ListUsers on resource: arn:aws:iam::111122223333:user/ {reason}"
        );
        world.refused(&session, "ListUsers", &[], (403, "AccessDenied", &message));
        world.ok(&session, "GetCallerIdentity", &[]);
    }
}

/// Policies given by ARN are read again at every call: a new version counts, and a deleted policy
/// denies.
#[test]
fn session_policies_by_arn_follow_the_policy() {
    let (world, alice) = world();
    let own = world.policy("own", &allowing("iam:ListUsers"));
    let sent = asking(&[("PolicyArns.member.1.arn", &own)]);
    let session = credentials(&world.ok(&alice, "AssumeRole", &sent));
    world.ok(&session, "ListUsers", &[]);
    let groups = allowing("iam:ListGroups");
    let version =
        [("PolicyArn", own.as_str()), ("PolicyDocument", &groups), ("SetAsDefault", "true")];
    world.ok(&world.root, "CreatePolicyVersion", &version);
    world.ok(&session, "ListGroups", &[]);
    let status = |action| world.call(&session, "iam", &[("Action", action)]).0;
    assert_eq!(status("ListUsers"), 403);
    world.ok(&world.root, "DeletePolicyVersion", &[version[0], ("VersionId", "v1")]);
    world.ok(&world.root, "DeletePolicy", &version[..1]);
    assert_eq!(status("ListGroups"), 403, "no policy is no permission");
}

/// Session policies must be policies, of the account or AWS's, and ten at most.
#[test]
fn session_policies_must_exist() {
    let (world, alice) = world();
    let names: Vec<_> = (1..=11).map(|at| format!("PolicyArns.member.{at}.arn")).collect();
    let read_only = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let eleven: Vec<_> = names.iter().map(|name| (name.as_str(), read_only)).collect();
    let many = (400, "InvalidParameterValue", "The number of policy ARNs exceeds 10.");
    world.refused(&alice, "AssumeRole", &asking(&eleven), many);
    world.ok(&alice, "AssumeRole", &asking(&eleven[..10]));
    let document = allowing("s3:*");
    let theirs = [("PolicyName", "theirs"), ("PolicyDocument", document.as_str())];
    world.ok(&world.other_root, "CreatePolicy", &theirs);
    for missing in [
        "arn:aws:iam::111122223333:policy/none",
        "arn:aws:iam::aws:policy/none-of-these",
        "arn:aws:iam::444455556666:policy/theirs",
    ] {
        let message = format!("Policy {missing} does not exist or is not attachable.");
        let sent = asking(&[("PolicyArns.member.1.arn", missing)]);
        world.refused(&alice, "AssumeRole", &sent, (404, "NoSuchEntity", &message));
    }
    let principal = trusting(ACCOUNT);
    for (bad, message) in [
        ("x", "Syntax errors in policy."),
        ("{}", "Syntax errors in policy."),
        (&principal, "Policy document should not specify a principal."),
    ] {
        let sent = asking(&[("Policy", bad)]);
        world.refused(&alice, "AssumeRole", &sent, (400, "MalformedPolicyDocument", message));
        assert_eq!(world.last_event()["errorCode"], "MalformedPolicyDocumentException");
    }
}

/// The event of a session of another account's role names that account.
#[test]
fn a_session_across_accounts_is_recorded_with_both() {
    let (world, _) = world();
    let own = allowing("sts:*");
    world.ok(&world.other_root, "CreateUser", &[("UserName", "carol")]);
    let put = [("UserName", "carol"), ("PolicyName", "p"), ("PolicyDocument", own.as_str())];
    world.ok(&world.other_root, "PutUserPolicy", &put);
    let key = world.ok(&world.other_root, "CreateAccessKey", &[("UserName", "carol")]);
    let carol = credentials(&key);
    let session = credentials(&world.ok(&carol, "AssumeRole", &asking(&[])));
    let events = world.kit.events();
    let event = events.iter().rev().find(|event| {
        event["eventName"] == "AssumeRole" && event["userIdentity"]["accountId"] == OTHER_ACCOUNT
    });
    let event = event.unwrap();
    assert_eq!(
        event["resources"],
        json!([{"accountId": ACCOUNT, "type": "AWS::IAM::Role", "ARN": ROLE}])
    );
    let who = world.result_as(&session, "GetCallerIdentity", &[]);
    assert_eq!(text(&who, "Account"), ACCOUNT);
    world.ok(&session, "ListUsers", &[]);
    let bare = "User: arn:aws:iam::444455556666:user/carol is not authorized to perform: \
                sts:AssumeRole on resource: arn:aws:iam::111122223333:role/r";
    let closed = trusting("111122223333");
    let update = [("RoleName", "r"), ("PolicyDocument", closed.as_str())];
    world.ok(&world.root, "UpdateAssumeRolePolicy", &update);
    world.refused(&carol, "AssumeRole", &asking(&[]), (403, "AccessDenied", bare));
}
