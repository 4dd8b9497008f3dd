//! The global condition keys, as policies see them.

use serde_json::{Value, json};
use testkit::{ACCOUNT, Kit, OTHER_ACCOUNT, REGION};
use wire::sign::Credentials;

use crate::clerk::{ask, ask_as, ask_over_tls, ask_with, kit};

const FILE: &str = "arn:aws:clerk:::f";

fn only_if(condition: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["clerk:*", "sts:*"], "Resource": "*",
         "Condition": condition},
        {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]})
}

fn put_policy(kit: &Kit, user: &str, policy: &Value) {
    let document = policy.to_string();
    let put = [
        ("Action", "PutUserPolicy"),
        ("UserName", user),
        ("PolicyName", "inline"),
        ("PolicyDocument", &document),
    ];
    kit.query("iam", &put).ok();
}

fn needing() -> Value {
    json!({"Needs": [{"Resource": FILE}]})
}

/// Whether alice may, when her policy demands that the key has the value.
#[track_caller]
fn check(kit: &Kit, demand: (&str, &str, &str), want: bool, call: &dyn Fn() -> u16) {
    let (operator, key, value) = demand;
    put_policy(kit, "alice", &only_if(&json!({operator: {key: value}})));
    let status = call();
    assert_eq!(status == 200, want, "{operator} {key} {value}: {status}");
}

/// The keys of every call of a user with a long-term key.
#[test]
fn a_users_call_has_these_keys() {
    let kit = kit();
    let alice = kit.user(
        "alice",
        &json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "x:x", "Resource": "*"}}),
    );
    let got = kit.query("iam", &[("Action", "GetUser"), ("UserName", "alice")]).ok();
    let (id, arn) = (got.element("UserId"), got.element("Arn"));
    let (agent, referer) = (("user-agent", "curl/8"), ("referer", "http://a.example/x"));
    let call = || ask_with(&kit, &alice, "Serve", &needing(), &[agent, referer]).status;
    for (operator, key, value, other) in [
        ("DateGreaterThan", "aws:CurrentTime", "2026-02-28T23:59:59Z", "2026-03-01T00:00:01Z"),
        ("NumericEquals", "aws:EpochTime", "1772323200", "1772323201"),
        ("StringEquals", "aws:RequestedRegion", REGION, "eu-west-1"),
        ("Bool", "aws:ViaAWSService", "false", "true"),
        ("Bool", "aws:SecureTransport", "false", "true"),
        ("IpAddress", "aws:SourceIp", "192.0.2.0/24", "198.51.100.0/24"),
        ("StringEquals", "aws:UserAgent", "curl/8", "curl/9"),
        ("StringLike", "aws:Referer", "http://a.example/*", "http://b.example/*"),
        ("StringEquals", "aws:username", "alice", "bob"),
        ("StringEquals", "aws:userid", &id, "AIDAOTHER"),
        ("StringEquals", "aws:PrincipalType", "User", "Account"),
        ("StringEquals", "aws:PrincipalAccount", ACCOUNT, OTHER_ACCOUNT),
        ("ArnEquals", "aws:PrincipalArn", &arn, "arn:aws:iam::111122223333:user/bob"),
        ("Bool", "aws:PrincipalIsAWSService", "false", "true"),
        // Long-term keys have none of these, and there is nothing of an outer call.
        ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
        ("Null", "aws:TokenIssueTime", "true", "false"),
        ("Null", "aws:SourceIdentity", "true", "false"),
        ("Null", "aws:CalledVia", "true", "false"),
        ("Null", "aws:ResourceAccount", "true", "false"),
        ("Null", "aws:SourceArn", "true", "false"),
    ] {
        check(&kit, (operator, key, value), true, &call);
        check(&kit, (operator, key, other), false, &call);
    }
}

/// Absent headers have no keys.
#[test]
fn absent_headers_have_no_keys() {
    let kit = kit();
    let alice = kit.user("alice", &only_if(&json!({})));
    let call = || ask_as(&kit, &alice, "Serve", &needing()).status;
    for key in ["aws:UserAgent", "aws:Referer"] {
        check(&kit, ("Null", key, "true"), true, &call);
        check(&kit, ("Null", key, "false"), false, &call);
    }
}

/// Over TLS the transport is secure.
#[test]
fn an_encrypted_connection_is_secure() {
    let kit = kit();
    let alice = kit.user("alice", &only_if(&json!({})));
    let call = || ask_over_tls(&kit, &alice, &needing()).status;
    check(&kit, ("Bool", "aws:SecureTransport", "true"), true, &call);
    check(&kit, ("IpAddress", "aws:SourceIp", "192.0.2.9/32"), true, &call);
}

/// The tags of the caller, and the account of the resource if it has one.
#[test]
fn tags_and_the_owner_are_keys() {
    let kit = kit();
    let alice = kit.user("alice", &only_if(&json!({})));
    let tag = [
        ("Action", "TagUser"),
        ("UserName", "alice"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "a"),
    ];
    kit.query("iam", &tag).ok();
    let owned = json!({"Needs": [{"Resource": FILE, "Owner": ACCOUNT}]});
    let call = || ask_as(&kit, &alice, "Serve", &owned).status;
    check(&kit, ("StringEquals", "aws:PrincipalTag/team", "a"), true, &call);
    check(&kit, ("StringEquals", "aws:PrincipalTag/team", "b"), false, &call);
    check(&kit, ("StringEquals", "aws:ResourceAccount", ACCOUNT), true, &call);
    check(&kit, ("StringEquals", "aws:ResourceAccount", OTHER_ACCOUNT), false, &call);
}

/// The operation's own keys are seen beside the global ones.
#[test]
fn the_operations_keys_are_seen() {
    let kit = kit();
    let alice = kit.user("alice", &only_if(&json!({})));
    let order = json!({"Needs": [{"Resource": FILE, "Context": {"clerk:Color": "red"}}]});
    let call = || ask_as(&kit, &alice, "Serve", &order).status;
    check(&kit, ("StringEquals", "clerk:Color", "red"), true, &call);
    check(&kit, ("StringEquals", "clerk:Color", "blue"), false, &call);
}

/// A session adds the time of its issue and whether there was a second factor.
#[test]
fn a_session_has_keys_of_its_own() {
    let kit = kit();
    let alice = kit.user("alice", &only_if(&json!({})));
    let answer = kit.query_as(&alice, "sts", &[("Action", "GetSessionToken")]).ok();
    let temporary = Credentials {
        access_key_id: answer.element("AccessKeyId"),
        secret: answer.element("SecretAccessKey"),
        session_token: Some(answer.element("SessionToken")),
    };
    let call = || ask_as(&kit, &temporary, "Serve", &needing()).status;
    check(&kit, ("Bool", "aws:MultiFactorAuthPresent", "false"), true, &call);
    check(&kit, ("Null", "aws:MultiFactorAuthAge", "true"), true, &call);
    check(&kit, ("DateEquals", "aws:TokenIssueTime", "2026-03-01T00:00:00Z"), true, &call);
    check(&kit, ("DateLessThan", "aws:TokenIssueTime", "2026-03-01T00:00:00Z"), false, &call);
}

/// The keys of a session with a second factor, a source identity and tags that hide the user's.
#[test]
fn a_session_may_have_a_second_factor_and_tags() {
    let kit = kit();
    let account = types::AccountId::parse(ACCOUNT).unwrap();
    let issued = kit.clock.now();
    kit.clock.advance_ms(90_000);
    let session = gateway::Session {
        issued,
        expires: issued.plus_ms(3_600_000),
        mfa: true,
        policies: Vec::new(),
        tags: vec![("team".to_owned(), "session".to_owned())],
        transitive_tag_keys: Vec::new(),
        source_identity: Some("alice".to_owned()),
        console: false,
    };
    let root = gateway::Caller {
        principal: policy::Principal::Root { account: account.clone() },
        session: Some(session.into()),
        ..gateway::Caller::anonymous(&account)
    };
    let demand = |condition: Value| {
        // A Deny of the resource's policy shows the context, even of a root user.
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny",
            "Principal": "*", "Action": "clerk:*", "Resource": "*", "Condition": condition}});
        let order = json!({"Needs": [{"Resource": FILE, "Owner": ACCOUNT, "Policy": policy}]});
        let region = types::Region::parse(REGION).unwrap();
        let order = crate::clerk::order(&order);
        kit.gateway.invoke::<crate::clerk::Serve>(root.clone(), region, order).is_err()
    };
    assert!(demand(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})));
    assert!(demand(json!({"NumericEquals": {"aws:MultiFactorAuthAge": "90"}})));
    assert!(!demand(json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "90"}})));
    assert!(demand(json!({"StringEquals": {"aws:SourceIdentity": "alice"}})));
    assert!(demand(json!({"StringEquals": {"aws:PrincipalTag/team": "session"}})));
    assert!(demand(json!({"StringEquals": {"aws:PrincipalType": "Account"}})));
    assert!(demand(json!({"Null": {"aws:username": "true"}})));
}

/// A service that uses the caller's credentials hides where the client is, and names itself.
#[test]
fn a_forwarded_call_has_no_address() {
    let kit = kit();
    let alice = kit.user("alice", &only_if(&json!({})));
    let forwarded = json!({"Calls": [{"By": "forwarded", "Order": needing()}]});
    let call = || ask_as(&kit, &alice, "Serve", &forwarded).status;
    for (operator, key, value) in [
        ("Bool", "aws:ViaAWSService", "true"),
        ("StringEquals", "aws:CalledViaFirst", "clerk.local"),
        ("StringEquals", "aws:CalledViaLast", "clerk.local"),
        ("ForAnyValue:StringEquals", "aws:CalledVia", "clerk.local"),
        ("Null", "aws:SourceIp", "true"),
        ("Null", "aws:SecureTransport", "true"),
        ("StringEquals", "aws:username", "alice"),
    ] {
        check(&kit, (operator, key, value), true, &call);
    }
    check(&kit, ("Bool", "aws:ViaAWSService", "false"), false, &call);
}

/// A service that acts for itself is seen with the resource on whose behalf, and with nothing of
/// the client.
#[test]
fn a_service_has_the_keys_of_its_resource() {
    let kit = kit();
    let allowed = |condition: Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
            "Principal": {"Service": "clerk.amazonaws.com"}, "Action": "clerk:Serve", "Resource": "*",
            "Condition": condition}});
        let need = json!({"Resource": FILE, "Owner": ACCOUNT, "Policy": policy});
        let calls = json!({"Calls": [{"By": "service", "Order": {"Needs": [need]}}]});
        ask(&kit, "Serve", &calls).status == 200
    };
    for (operator, key, value) in [
        ("Bool", "aws:PrincipalIsAWSService", "true"),
        ("StringEquals", "aws:PrincipalServiceName", "clerk.amazonaws.com"),
        ("ForAnyValue:StringEquals", "aws:PrincipalServiceNamesList", "clerk.amazonaws.com"),
        ("ArnEquals", "aws:SourceArn", "arn:aws:clerk:::own"),
        ("StringEquals", "aws:SourceAccount", ACCOUNT),
        ("Null", "aws:SourceIp", "true"),
        ("Null", "aws:PrincipalType", "true"),
        ("Null", "aws:userid", "true"),
    ] {
        assert!(allowed(json!({operator: {key: value}})), "{key}");
    }
    assert!(!allowed(json!({"ArnEquals": {"aws:SourceArn": "arn:aws:clerk:::other"}})));
    assert!(!allowed(json!({"StringEquals": {"aws:SourceAccount": OTHER_ACCOUNT}})));
}
