//! Who called, as events record it: every kind of caller.

use serde_json::{Value, json};
use testkit::{ACCOUNT, Kit};
use types::{AccountId, Region};
use wire::sign::Credentials;

use crate::clerk::{PRINCIPAL, Serve, ask, ask_as, events, kit, last, order};

fn everything() -> Value {
    json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "*", "Resource": "*"}})
}

/// Temporary credentials that an action of STS returns.
fn session(kit: &Kit, by: &Credentials, parameters: &[(&str, &str)]) -> Credentials {
    let answer = kit.query_as(by, "sts", parameters).ok();
    Credentials {
        access_key_id: answer.element("AccessKeyId"),
        secret: answer.element("SecretAccessKey"),
        session_token: Some(answer.element("SessionToken")),
    }
}

/// The identity in the event of a call by these credentials.
fn identity(kit: &Kit, by: &Credentials) -> Value {
    ask_as(kit, by, "Serve", &json!({})).ok();
    last(kit)["userIdentity"].clone()
}

fn names(identity: &Value) -> String {
    identity.as_object().unwrap().keys().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// The root user, without and with an alias of its account.
#[test]
fn the_root_user_is_recorded_with_the_alias() {
    let kit = kit();
    let want = json!({"type": "Root", "principalId": ACCOUNT,
        "arn": format!("arn:aws:iam::{ACCOUNT}:root"), "accountId": ACCOUNT,
        "accessKeyId": kit.root.access_key_id});
    assert_eq!(identity(&kit, &kit.root), want);
    kit.query("iam", &[("Action", "CreateAccountAlias"), ("AccountAlias", "mori")]).ok();
    assert_eq!(identity(&kit, &kit.root)["userName"], "mori");
}

/// A user with a path: the name is the last part of the ARN.
#[test]
fn a_user_is_recorded_by_its_name() {
    let kit = kit();
    let made = [("Action", "CreateUser"), ("UserName", "alice"), ("Path", "/team/a/")];
    let id = kit.query("iam", &made).ok().element("UserId");
    let key = kit.query("iam", &[("Action", "CreateAccessKey"), ("UserName", "alice")]).ok();
    let alice = Credentials {
        access_key_id: key.element("AccessKeyId"),
        secret: key.element("SecretAccessKey"),
        session_token: None,
    };
    let want = json!({"type": "IAMUser", "principalId": id,
        "arn": format!("arn:aws:iam::{ACCOUNT}:user/team/a/alice"), "accountId": ACCOUNT,
        "accessKeyId": alice.access_key_id, "userName": "alice"});
    assert_eq!(identity(&kit, &alice), want);
}

/// A session of a user has the time of its creation, and the second factor that it lacks.
#[test]
fn a_session_of_a_user_is_recorded_with_its_context() {
    let kit = kit();
    let alice = kit.user("alice", &everything());
    kit.clock.advance_ms(60_000);
    let started = kit.clock.now().iso();
    let temporary = session(&kit, &alice, &[("Action", "GetSessionToken")]);
    kit.clock.advance_ms(60_000);
    let found = identity(&kit, &temporary);
    assert_eq!((&found["type"], &found["userName"]), (&json!("IAMUser"), &json!("alice")));
    assert_eq!(found["accessKeyId"], temporary.access_key_id.as_str());
    let attributes = &found["sessionContext"]["attributes"];
    assert_eq!(*attributes, json!({"creationDate": started, "mfaAuthenticated": "false"}));
}

/// A session of a role names the role as its issuer, and the source identity.
#[test]
fn a_session_of_a_role_is_recorded_with_its_issuer() {
    let kit = kit();
    let alice = kit.user("alice", &everything());
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}});
    let trust = trust.to_string();
    let role = [
        ("Action", "CreateRole"),
        ("RoleName", "app"),
        ("Path", "/p/"),
        ("AssumeRolePolicyDocument", &trust),
    ];
    let role_id = kit.query("iam", &role).ok().element("RoleId");
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/p/app");
    let assume = [
        ("Action", "AssumeRole"),
        ("RoleArn", arn.as_str()),
        ("RoleSessionName", "s1"),
        ("SourceIdentity", "alice"),
    ];
    let temporary = session(&kit, &alice, &assume);
    let found = identity(&kit, &temporary);
    assert_eq!(names(&found), "type principalId arn accountId accessKeyId sessionContext");
    assert_eq!(found["type"], "AssumedRole");
    assert_eq!(found["principalId"], format!("{role_id}:s1"));
    assert_eq!(found["arn"], format!("arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"));
    let issuer = json!({"type": "Role", "principalId": role_id, "arn": arn,
        "accountId": ACCOUNT, "userName": "app"});
    assert_eq!(found["sessionContext"]["sessionIssuer"], issuer);
    assert_eq!(found["sessionContext"]["sourceIdentity"], "alice");
}

const BOB: &str = "arn:aws:sts::111122223333:federated-user/bob";

fn bob(session: Option<gateway::Session>) -> gateway::Caller {
    let account = AccountId::parse(ACCOUNT).unwrap();
    gateway::Caller {
        principal: policy::Principal::Federated {
            account: account.clone(),
            arn: BOB.to_owned(),
            issuer_arn: format!("arn:aws:iam::{ACCOUNT}:root"),
            issuer_id: None,
            name: "bob".to_owned(),
        },
        access_key_id: Some("ASIABOB".to_owned()),
        session: session.map(Into::into),
        ..gateway::Caller::anonymous(&account)
    }
}

/// A caller of a session without it is a fault: an event must not contain an invented session.
#[test]
fn a_session_is_not_invented() {
    let kit = kit();
    let before = events(&kit).len();
    let region = Region::parse("eu-west-1").unwrap();
    let refused = kit.gateway.invoke::<Serve>(bob(None), region, order(&json!({}))).unwrap_err();
    let refused = format!("{refused:?}");
    assert!(refused.contains("a session's caller without it"), "{refused}");
    assert_eq!(events(&kit).len(), before);
}

/// A federated user is recorded under the name of its session, with the session's beginning.
#[test]
fn a_federated_user_is_recorded_by_its_session() {
    let kit = kit();
    let session = gateway::Session {
        issued: kit.clock.now(),
        expires: kit.clock.now().plus_ms(3_600_000),
        mfa: true,
        policies: Vec::new(),
        tags: Vec::new(),
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        console: false,
    };
    let region = Region::parse("eu-west-1").unwrap();
    kit.clock.advance_ms(5_000);
    kit.gateway.invoke::<Serve>(bob(Some(session)), region, order(&json!({}))).unwrap();
    let found = last(&kit)["userIdentity"].clone();
    assert_eq!(names(&found), "type principalId arn accountId accessKeyId sessionContext");
    assert_eq!((&found["type"], &found["arn"]), (&json!("FederatedUser"), &json!(BOB)));
    assert_eq!(found["principalId"], format!("{ACCOUNT}:bob"));
    let want = json!({"creationDate": testkit::START.iso(), "mfaAuthenticated": "true"});
    assert_eq!(found["sessionContext"]["attributes"], want);
}

/// A service that acts for itself: its name in three places, no address, and the shared id that
/// AWS gives such calls.
#[test]
fn a_service_acts_under_its_own_name() {
    let kit = kit();
    let call = json!({"Calls": [{"By": "service", "Order": {"Name": "f"}}]});
    ask(&kit, "Serve", &call).ok();
    let (inner, outer) = (&events(&kit)[0], &events(&kit)[1]);
    let want = json!({"type": "AWSService", "invokedBy": PRINCIPAL});
    assert_eq!(inner["userIdentity"], want);
    assert_eq!(
        (&inner["sourceIPAddress"], &inner["userAgent"]),
        (&json!(PRINCIPAL), &json!(PRINCIPAL))
    );
    let shared = inner["sharedEventID"].as_str().unwrap();
    assert_eq!(shared.len(), 36);
    assert_ne!(shared, inner["eventID"]);
    assert_eq!(inner["recipientAccountId"], ACCOUNT);
    assert_eq!(outer.get("sharedEventID"), None);
    assert_ne!(inner["requestID"], outer["requestID"], "each call has its own id");
}

/// A service that uses the caller's credentials: the caller, `invokedBy`, and no address.
#[test]
fn forwarded_credentials_are_recorded_as_such() {
    let kit = kit();
    let alice = kit.user("alice", &everything());
    let call = json!({"Calls": [{"By": "forwarded", "Order": {"Name": "f"}}]});
    ask_as(&kit, &alice, "Serve", &call).ok();
    let (inner, outer) = (&events(&kit)[0], &events(&kit)[1]);
    assert_eq!(inner["userIdentity"]["userName"], "alice");
    assert_eq!(inner["userIdentity"]["invokedBy"], "AWS Internal");
    assert_eq!(
        (&inner["sourceIPAddress"], &inner["userAgent"]),
        (&json!("AWS Internal"), &json!("AWS Internal"))
    );
    assert_eq!(outer["userIdentity"].get("invokedBy"), None);
    assert_eq!(outer["sourceIPAddress"], "192.0.2.1");
    assert_eq!(inner.get("sharedEventID"), None);
}

/// A call that the operation makes for its caller has no address of its own either: the client
/// sent no such request.
#[test]
fn a_nested_call_of_the_caller_has_no_address() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Calls": [{"Order": {"Name": "f"}}]})).ok();
    let inner = &events(&kit)[0];
    assert_eq!(inner["userIdentity"]["type"], "Root");
    assert_eq!(inner["sourceIPAddress"], "AWS Internal");
}

/// A nested call may be made elsewhere: its event is of that region.
#[test]
fn a_nested_call_is_recorded_where_it_is_made() {
    let kit = kit();
    ask(&kit, "Serve", &json!({"Calls": [{"Region": "eu-west-1", "Order": {}}, {"Order": {}}]}))
        .ok();
    let regions: Vec<_> = events(&kit).iter().map(|event| event["awsRegion"].clone()).collect();
    assert_eq!(regions, ["eu-west-1", "ap-northeast-1", "ap-northeast-1"]);
}

/// A worker calls as a service, without any request, and its call has its event and its id.
#[test]
fn a_worker_calls_as_a_service() {
    let kit = kit();
    let account = AccountId::parse(ACCOUNT).unwrap();
    let worker = gateway::Caller::service(PRINCIPAL, &account, "arn:aws:clerk:::own");
    let region = Region::parse("eu-west-1").unwrap();
    let work = order(&json!({"Name": "f"}));
    kit.gateway.invoke::<Serve>(worker.clone(), region.clone(), work).unwrap();
    let event = last(&kit);
    assert_eq!(event["userIdentity"]["type"], "AWSService");
    assert_eq!(event["awsRegion"], "eu-west-1");
    assert!(crate::clerk::has_file(&kit, "f"));

    // Its denial can be explained by the id that is returned.
    let needy = order(&json!({"Name": "g", "Needs": [{"Resource": "arn:aws:clerk:::g"}]}));
    let (id, refused) = kit.gateway.invoke_with_id::<Serve>(worker, region, needy);
    assert_eq!(refused.unwrap_err().code(), Some("AccessDeniedException"));
    assert_eq!(last(&kit)["requestID"], id);
    assert!(!crate::clerk::has_file(&kit, "g"));
    let shown = ask(&kit, "Serve", &json!({"Explains": id})).ok().json();
    assert_eq!(shown["Denials"][0]["Principal"], PRINCIPAL);
}

/// Anonymous callers stay out of services without them, and leave no event there.
#[test]
fn an_unsigned_call_leaves_no_event() {
    let kit = kit();
    let before = kit.gateway.unproven();
    let refused = kit.send_raw("POST", "/", &[("x-amz-target", "Clerk.Serve")], b"{}");
    assert_eq!(refused.error().1, "MissingAuthenticationTokenException");
    assert_eq!((events(&kit).len(), kit.gateway.unproven()), (0, before + 1));
}
