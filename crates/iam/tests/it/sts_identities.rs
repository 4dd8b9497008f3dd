//! `GetCallerIdentity`, `GetSessionToken`, `GetAccessKeyInfo`, and what temporary credentials are
//! worth.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::Authenticator;

use crate::expect::*;
use crate::world::*;

const INVALID: (u16, &str, &str) =
    (403, "InvalidClientTokenId", "The security token included in the request is invalid.");

/// ID, account and ARN of each kind of caller.
#[test]
fn every_kind_of_caller_has_an_identity() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.role("r", OPEN_TRUST);
    let identity = |who: &Credentials| {
        let got = world.result_as(who, "GetCallerIdentity", &[]);
        assert_eq!(world.recorded("GetCallerIdentity"), (Value::Null, Value::Null));
        got
    };
    let want = |id: &str, account: &str, arn: &str| {
        format!("<UserId>{id}</UserId><Account>{account}</Account><Arn>{arn}</Arn>")
    };
    let user_id = text(&world.result("GetUser", &[("UserName", "alice")]), "UserId");
    assert_eq!(identity(&alice), want(&user_id, ACCOUNT, &arn("user/alice")));
    assert_eq!(identity(&world.root), want(ACCOUNT, ACCOUNT, &arn("root")));
    let other_root = format!("arn:aws:iam::{OTHER_ACCOUNT}:root");
    let other = identity(&world.other_root);
    assert_eq!(other, want(OTHER_ACCOUNT, OTHER_ACCOUNT, &other_root));
    let of_user = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    assert_eq!(identity(&of_user), want(&user_id, ACCOUNT, &arn("user/alice")));
    let of_root = credentials(&world.ok(&world.root, "GetSessionToken", &[]));
    assert_eq!(identity(&of_root), want(ACCOUNT, ACCOUNT, &arn("root")));
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let role_id = text(&world.result("GetRole", &[("RoleName", "r")]), "RoleId");
    let session_arn = "arn:aws:sts::111122223333:assumed-role/r/s1";
    let session_id = format!("{role_id}:s1");
    assert_eq!(identity(&session), want(&session_id, ACCOUNT, session_arn));
    let update = [("UserName", "alice"), ("NewUserName", "eve"), ("NewPath", "/x/")];
    world.ok(&world.root, "UpdateUser", &update);
    for who in [&alice, &of_user] {
        assert_eq!(identity(who), want(&user_id, ACCOUNT, &arn("user/x/eve")));
    }
}

/// How long credentials last that a caller gets for itself.
#[test]
fn session_tokens_last_as_long_as_their_caller_may_ask() {
    let world = World::new();
    let alice = world.user("alice", &allowing("*").replace("Allow", "Deny"));
    for (who, duration, want) in [
        (&alice, "", "2026-03-01T12:00:00Z"),
        (&alice, "900", "2026-03-01T00:15:00Z"),
        (&alice, "129600", "2026-03-02T12:00:00Z"),
        (&world.root, "", "2026-03-01T01:00:00Z"),
        (&world.root, "900", "2026-03-01T00:15:00Z"),
        (&world.root, "129600", "2026-03-01T01:00:00Z"),
    ] {
        let sent = [("DurationSeconds", duration)];
        let sent = if duration.is_empty() { &[][..] } else { &sent };
        let answer = world.result_as(who, "GetSessionToken", sent);
        let of = |name| text(&answer, name);
        let (key, token) = (of("AccessKeyId"), of("SessionToken"));
        assert_eq!(
            answer,
            format!(
                "<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{}\
                 </SecretAccessKey><SessionToken>{token}</SessionToken>\
                 <Expiration>{want}</Expiration></Credentials>",
                of("SecretAccessKey")
            )
        );
        let (sent, answered) = world.recorded("GetSessionToken");
        let parameters = match duration.parse::<u32>() {
            Ok(duration) => json!({"durationSeconds": duration}),
            Err(_) => Value::Null,
        };
        assert_eq!(sent, parameters);
        assert_eq!(answered["credentials"]["accessKeyId"], key);
        assert_eq!(answered["credentials"].get("secretAccessKey"), None);
    }
    for (duration, limit) in
        [("899", "greater than or equal to 900"), ("129601", "less than or equal to 129600")]
    {
        let message = format!(
            "1 validation error detected: Value '{duration}' at 'durationSeconds' failed to \
             satisfy constraint: Member must have value {limit}"
        );
        let want = (400, "ValidationError", message.as_str());
        world.refused(&alice, "GetSessionToken", &[("DurationSeconds", duration)], want);
    }
}

/// No session gets another session for itself.
#[test]
fn sessions_get_no_session_tokens() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.role("r", OPEN_TRUST);
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let token = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let of_root = credentials(&world.ok(&world.root, "GetSessionToken", &[]));
    let message = "Cannot call GetSessionToken with session credentials";
    for who in [&session, &token, &of_root] {
        world.refused(who, "GetSessionToken", &[], (403, "AccessDenied", message));
        assert_eq!(world.last_event()["errorCode"], "AccessDenied");
    }
}

/// Credentials of `GetSessionToken` are refused by IAM unless a second factor was shown.
#[test]
fn a_second_factor_opens_iam() {
    let world = World::new();
    let alice =
        world.user("alice", &allowing_if("*", r#""Bool":{"aws:MultiFactorAuthPresent":"true"}"#));
    let made = world.result("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
    let app = Authenticator::of(&text(&made, "Base32StringSeed"));
    let serial = text(&made, "SerialNumber");
    let code = || app.code(world.kit.clock.now().as_secs() / 30);
    let one = code();
    world.kit.clock.advance_ms(30_000);
    let two = code();
    let enable = [
        ("UserName", "alice"),
        ("SerialNumber", serial.as_str()),
        ("AuthenticationCode1", &one),
        ("AuthenticationCode2", &two),
    ];
    world.ok(&world.root, "EnableMFADevice", &enable);
    let users = arn("user/");
    world.denied(&alice, "alice", ("ListUsers", &[]), ("iam:ListUsers", &users));
    let weak = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let invalid = "The security token included in the request is invalid";
    for action in ["ListUsers", "GetUser", "CreateAccessKey", "GetAccountSummary"] {
        world.refused(&weak, action, &[], (403, "InvalidClientTokenId", invalid));
    }
    world.kit.clock.advance_ms(30_000);
    let now = code();
    let sent = [enable[1], ("TokenCode", now.as_str())];
    let strong = credentials(&world.ok(&alice, "GetSessionToken", &sent));
    assert_eq!(world.recorded("GetSessionToken").0, json!({"serialNumber": serial}));
    world.ok(&strong, "ListUsers", &[]);
    let attributes = &world.last_event()["userIdentity"]["sessionContext"]["attributes"];
    assert_eq!(attributes["mfaAuthenticated"], "true");
    let events = Value::from(world.kit.events()).to_string();
    assert!(![one, two, now].iter().any(|code| events.contains(&format!("\"{code}\""))));
}

/// Half of a second factor, and one of another user.
#[test]
fn a_second_factor_is_whole_and_the_callers() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.user("bob", "");
    world.role("r", OPEN_TRUST);
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let made = world.result("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]);
    let app = Authenticator::of(&text(&made, "Base32StringSeed"));
    let serial = text(&made, "SerialNumber");
    let step = world.kit.clock.now().as_secs() / 30;
    let (one, two) = (app.code(step - 1), app.code(step));
    let number = ("SerialNumber", serial.as_str());
    let codes = [("AuthenticationCode1", one.as_str()), ("AuthenticationCode2", two.as_str())];
    world.ok(&world.root, "EnableMFADevice", &[("UserName", "bob"), number, codes[0], codes[1]]);
    world.kit.clock.advance_ms(30_000);
    let code = app.code(step + 1);
    let code = ("TokenCode", code.as_str());
    let half = "MultiFactorAuthentication failed, must provide both MFA serial number and one time \
                pass code. ";
    let foreign = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify \
                   your MFA serial number is valid and associated with this user.";
    let wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code. ";
    for (shown, message) in [(&[number][..], half), (&[code], half), (&[number, code], foreign)] {
        let want = (403, "AccessDenied", message);
        world.refused(&alice, "GetSessionToken", shown, want);
        world.refused(&alice, "AssumeRole", &[&asked[..], shown].concat(), want);
    }
    let session = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let all = allowing("sts:*");
    let own = [("RoleName", "r"), ("PolicyName", "p"), ("PolicyDocument", all.as_str())];
    world.ok(&world.root, "PutRolePolicy", &own);
    let want = (403, "AccessDenied", wrong);
    world.refused(&session, "AssumeRole", &[&asked[..], &[number, code]].concat(), want);
}

/// The account of any key, from the table or from the ID itself.
#[test]
fn the_account_of_a_key_is_in_its_id() {
    let world = World::new();
    let alice = world.user("alice", &allowing("sts:GetAccessKeyInfo"));
    let token = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let theirs = world.result_as(&world.other_root, "CreateAccessKey", &[]);
    for (id, account) in [
        (alice.access_key_id.as_str(), ACCOUNT),
        (&token.access_key_id, ACCOUNT),
        (&world.root.access_key_id, ACCOUNT),
        (&world.other_root.access_key_id, OTHER_ACCOUNT),
        (&text(&theirs, "AccessKeyId"), OTHER_ACCOUNT),
        ("ASIAY34FZKBOKMUTVV7A", "609629065308"),
    ] {
        let sent = [("AccessKeyId", id)];
        let got = world.result_as(&alice, "GetAccessKeyInfo", &sent);
        assert_eq!(got, format!("<Account>{account}</Account>"), "{id}");
        assert_eq!(world.recorded("GetAccessKeyInfo"), (json!({"accessKeyId": id}), Value::Null));
    }
    for id in ["AKIA000000000000000000", "AKIA1111111111111111", "akiay34fzkbokmutvv7a"] {
        let message = format!("Invalid AccessKeyId: {id}");
        let want = (400, "ValidationError", message.as_str());
        world.refused(&alice, "GetAccessKeyInfo", &[("AccessKeyId", id)], want);
    }
    world.permit("alice", &allowing("s3:*"));
    let sent = [("AccessKeyId", "ASIAY34FZKBOKMUTVV7A")];
    let call: (&str, &[(&str, &str)]) = ("GetAccessKeyInfo", &sent);
    world.denied(&alice, "alice", call, ("sts:GetAccessKeyInfo", "*"));
}

/// A token is sealed: no byte of it can be changed, and it is worth nothing to another key.
#[test]
fn a_token_cannot_be_changed() {
    let world = World::new();
    let alice = world.user("alice", "");
    let own = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let with = |token: Option<String>| Credentials {
        access_key_id: own.access_key_id.clone(),
        secret: own.secret.clone(),
        session_token: token,
    };
    world.ok(&with(own.session_token.clone()), "GetCallerIdentity", &[]);
    let token = own.session_token.clone().unwrap();
    let bytes = STANDARD.decode(&token).unwrap();
    for at in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        let mut other = bytes.clone();
        other[at] ^= 1;
        let changed = with(Some(STANDARD.encode(other)));
        world.refused(&changed, "GetCallerIdentity", &[], INVALID);
    }
    let shorter = STANDARD.encode(&bytes[..bytes.len() - 1]);
    for other in [shorter, format!("{token}AAAA"), token.to_lowercase(), "?".to_owned()] {
        world.refused(&with(Some(other)), "GetCallerIdentity", &[], INVALID);
    }
    world.refused(&with(None), "GetCallerIdentity", &[], INVALID);
    let other_secret = Credentials {
        access_key_id: own.access_key_id.clone(),
        secret: alice.secret.clone(),
        session_token: own.session_token.clone(),
    };
    let (status, body) = world.call(&other_secret, "sts", &[("Action", "GetCallerIdentity")]);
    assert_eq!((status, text(&body, "Code").as_str()), (403, "SignatureDoesNotMatch"));
}

/// Temporary credentials end with their user, not with the key that asked for them.
#[test]
fn credentials_end_with_their_user() {
    let world = World::new();
    let alice = world.user("alice", "");
    let token = credentials(&world.ok(&alice, "GetSessionToken", &[]));
    let user = ("UserName", "alice");
    world.ok(&world.root, "DeleteAccessKey", &[user, ("AccessKeyId", &alice.access_key_id)]);
    world.refused(&alice, "GetCallerIdentity", &[], INVALID);
    world.ok(&token, "GetCallerIdentity", &[]);
    world.ok(&world.root, "DeleteUser", &[user]);
    world.refused(&token, "GetCallerIdentity", &[], INVALID);
    world.ok(&world.root, "CreateUser", &[user]);
    world.refused(&token, "GetCallerIdentity", &[], INVALID);
}

/// AWS's way to revoke sessions: a denial of those that are older.
#[test]
fn older_sessions_are_revoked_by_a_policy() {
    let world = World::new();
    let alice = world.user("alice", "");
    world.role("r", OPEN_TRUST);
    let put = |name: &str, document: &str| {
        let sent = [("RoleName", "r"), ("PolicyName", name), ("PolicyDocument", document)];
        world.ok(&world.root, "PutRolePolicy", &sent);
    };
    put("all", &allowing("iam:*"));
    let role = arn("role/r");
    let asked = [("RoleArn", role.as_str()), ("RoleSessionName", "s1")];
    let old = credentials(&world.ok(&alice, "AssumeRole", &asked));
    world.kit.clock.advance_ms(60_000);
    let older = r#""DateLessThan":{"aws:TokenIssueTime":"2026-03-01T00:00:30Z"}"#;
    put("AWSRevokeOlderSessions", &allowing_if("*", older).replace("Allow", "Deny"));
    let new = credentials(&world.ok(&alice, "AssumeRole", &asked));
    let message = "User: arn:aws:sts::111122223333:assumed-role/r/s1 is not authorized to \
                   perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/ with an \
                   explicit deny in an identity-based policy";
    world.refused(&old, "ListUsers", &[], (403, "AccessDenied", message));
    world.ok(&new, "ListUsers", &[]);
}
