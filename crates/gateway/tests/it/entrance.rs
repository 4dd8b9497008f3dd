//! What becomes a call, and what is refused at the entrance without an event.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::json;
use testkit::{Answered, Kit, REGION};
use wire::Head;
use wire::sign::{Credentials, payload_hash, sign_header};

use crate::toy::{HOST, call, events, kit, note};

const PUT: (&str, &str) = ("x-amz-target", "Toy.PutNote");
const INPUT: &str = r#"{"Name":"a","Text":"one"}"#;

/// The headers of a signed `PutNote`.
fn signed(kit: &Kit, by: &Credentials, service: &str) -> Vec<(String, String)> {
    let (hash, now) = (payload_hash(INPUT.as_bytes()), kit.clock.now());
    let mut headers = sign_header("POST", HOST, "/", &[PUT], &hash, by, REGION, service, now);
    headers.push((PUT.0.to_owned(), PUT.1.to_owned()));
    headers
}

fn sent(kit: &Kit, headers: &[(String, String)], body: &str) -> Answered {
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    kit.send_raw("POST", "/", &headers, body.as_bytes())
}

/// The request is refused with this code, there is no event, and nothing is done.
#[track_caller]
fn is_no_call(kit: &Kit, refused: &Answered, code: &str) {
    assert_eq!((refused.status, refused.error().1.as_str()), (400, code), "{}", refused.text());
    assert!(!refused.header("x-amzn-requestid").is_empty());
    assert_eq!((events(kit).len(), note(kit, "a")), (0, None));
}

/// The signature as it is made here is taken: what follows is refused for what it changes.
#[test]
fn a_signed_request_is_a_call() {
    let kit = kit();
    sent(&kit, &signed(&kit, &kit.root, "toy"), INPUT).ok();
    assert_eq!(events(&kit), [("PutNote".to_owned(), String::new())]);
    assert_eq!(note(&kit, "a").as_deref(), Some("ONE"));
}

/// Without a signature the caller is unidentified.
#[test]
fn a_request_without_a_signature_is_no_call() {
    let kit = kit();
    let refused = sent(&kit, &[(PUT.0.to_owned(), PUT.1.to_owned())], INPUT);
    is_no_call(&kit, &refused, "MissingAuthenticationTokenException");
}

/// Keys that are not there, and secrets that are not theirs.
#[test]
fn keys_must_be_known_and_secrets_right() {
    let kit = kit();
    let mut unknown = kit.root.clone();
    unknown.access_key_id = "AKIANOSUCHKEYNOSUCH0".to_owned();
    let refused = sent(&kit, &signed(&kit, &unknown, "toy"), INPUT);
    is_no_call(&kit, &refused, "UnrecognizedClientException");
    let mut wrong = kit.root.clone();
    wrong.secret = "not-the-secret".to_owned();
    let refused = sent(&kit, &signed(&kit, &wrong, "toy"), INPUT);
    is_no_call(&kit, &refused, "InvalidSignatureException");
    let mut forged = kit.root.clone();
    forged.session_token = Some("no-token-of-ours".to_owned());
    let refused = sent(&kit, &signed(&kit, &forged, "toy"), INPUT);
    is_no_call(&kit, &refused, "UnrecognizedClientException");
}

/// The signature holds for its body, its headers, its method and its path, and for no others.
#[test]
fn what_was_signed_is_what_counts() {
    let kit = kit();
    let headers = signed(&kit, &kit.root, "toy");
    let refused = sent(&kit, &headers, r#"{"Name":"a","Text":"two"}"#);
    is_no_call(&kit, &refused, "InvalidSignatureException");
    let mut other = headers.clone();
    for (name, value) in &mut other {
        if name == PUT.0 {
            "Toy.Nest".clone_into(value);
        }
    }
    is_no_call(&kit, &sent(&kit, &other, INPUT), "InvalidSignatureException");
    let lines: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let query = kit.send_raw("POST", "/?x=y", &lines, INPUT.as_bytes());
    is_no_call(&kit, &query, "InvalidSignatureException");
    let method = kit.send_raw("PUT", "/", &lines, INPUT.as_bytes());
    is_no_call(&kit, &method, "InvalidSignatureException");
    sent(&kit, &headers, INPUT).ok();
}

/// A signature is good for fifteen minutes around its time.
#[test]
fn a_signature_has_its_time() {
    let kit = kit();
    let headers = signed(&kit, &kit.root, "toy");
    kit.clock.advance_ms(16 * 60_000);
    is_no_call(&kit, &sent(&kit, &headers, INPUT), "InvalidSignatureException");
    let headers = signed(&kit, &kit.root, "toy");
    kit.clock.advance_ms(14 * 60_000);
    sent(&kit, &headers, INPUT).ok();
}

/// The scope of a signature names the service that is called.
#[test]
fn a_signature_for_another_service_is_no_signature() {
    let kit = kit();
    let refused = sent(&kit, &signed(&kit, &kit.root, "iam"), INPUT);
    is_no_call(&kit, &refused, "InvalidSignatureException");
}

/// A signature that is only half there.
#[test]
fn half_a_signature_is_incomplete() {
    let kit = kit();
    let mut headers = signed(&kit, &kit.root, "toy");
    for (name, value) in &mut headers {
        if name == "authorization" {
            *value = value.split(", Signature=").next().unwrap().to_owned();
        }
    }
    is_no_call(&kit, &sent(&kit, &headers, INPUT), "IncompleteSignatureException");
}

/// Targets that name no service or no operation, before authentication.
#[test]
fn targets_must_be_known() {
    let kit = kit();
    for (target, text) in [
        ("Toy.NoSuchOperation", None),
        ("Toy.", None),
        ("Joy.GetNote", Some("The service `Joy` is not served here.")),
        ("GetNote", Some("The service `GetNote` is not served here.")),
        ("", Some("The service `` is not served here.")),
    ] {
        let target = [("x-amz-target", target)];
        let refused = kit.send(&kit.root, "toy", "POST", "/", &target, b"{}");
        let (status, code, message) = refused.error();
        assert_eq!((status, code.as_str()), (400, "UnknownOperationException"), "{target:?}");
        assert_eq!(message, text.unwrap_or_default(), "{target:?}");
    }
    let target = [("x-amz-target", "GraniteServiceVersion20100801.ListMetrics")];
    let other = kit.send(&kit.root, "monitoring", "POST", "/", &target, b"{}");
    assert_eq!(other.error().2, "The service `monitoring` is not served here.");
    let without = kit.send(&kit.root, "toy", "POST", "/", &[], b"{}");
    assert_eq!(without.error().1, "UnknownOperationException");
    assert!(events(&kit).is_empty());
    let long = [("x-amz-target", "com.example.v1.Toy.PutNote")];
    kit.send(&kit.root, "toy", "POST", "/", &long, INPUT.as_bytes()).ok();
}

/// Services that are not here are refused in the form that their clients read.
#[test]
fn other_services_are_refused_by_name() {
    let kit = kit();
    let other = kit.send(&kit.root, "lambda", "POST", "/", &[], b"{}");
    let (status, code, message) = other.error();
    assert_eq!((status, code.as_str()), (501, "NotImplemented"));
    assert_eq!(message, "The service `lambda` is not served here.");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let query = kit.send(&kit.root, "rds", "POST", "/", &form, b"Action=DescribeDBInstances");
    assert_eq!(query.status, 501);
    assert!(query.text().contains("<Message>The service `rds` is not served here.</Message>"));
    let outsider = kit.send_raw("POST", "/", &form, b"Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(
        (outsider.status, outsider.element("Code")),
        (403, "MissingAuthenticationToken".into())
    );
}

/// A Query call names its action in the form or in the query, and nowhere else.
#[test]
fn query_calls_name_their_action() {
    let kit = kit();
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let ask = |target: &str, body: &str| {
        kit.send(&kit.root, "sts", "POST", target, &form, body.as_bytes())
    };
    ask("/", "Action=GetCallerIdentity&Version=2011-06-15").ok();
    ask("/?Action=GetCallerIdentity&Version=2011-06-15", "").ok();
    for (body, code, message) in [
        ("Version=2011-06-15", "MissingAction", "The request must contain the parameter Action."),
        (
            "Action=GetNothing&Version=2011-06-15",
            "InvalidAction",
            "Could not find operation GetNothing for version 2011-06-15",
        ),
        ("Action=GetNothing", "InvalidAction", "Could not find operation GetNothing for version "),
    ] {
        let refused = ask("/", body);
        let want = (400, code.to_owned(), message.to_owned());
        assert_eq!(refused.error(), want, "{body}");
    }
}

/// Input that is no JSON, and JSON that is no input, are calls that fail.
#[test]
fn input_must_be_what_the_operation_takes() {
    let kit = kit();
    for body in ["no json", "{\"Name\": 7}", "{\"Name\": \"a\"", "{\"Depth\": 256}"] {
        let answer = kit.send(&kit.root, "toy", "POST", "/", &[PUT], body.as_bytes());
        assert_eq!(
            (answer.status, answer.error().1),
            (400, "SerializationException".into()),
            "{body}"
        );
        assert_eq!(kit.last_event()["errorCode"], "SerializationException", "{body}");
        assert_eq!(kit.last_event()["requestParameters"], json!(null), "{body}");
    }
    assert_eq!(note(&kit, "a"), None);
}

/// A body beyond the limit is refused in the words of its service, before it is read.
#[test]
fn bodies_have_an_end() {
    let kit = kit();
    let head = |name: &str, target: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static(HOST));
        headers.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), target.parse().unwrap());
        let peer = [127, 0, 0, 1].into();
        Head::new(Method::POST, "/".to_owned(), headers, false, peer)
    };
    let identified = kit.gateway.identify(&head("x-amz-target", "Toy.PutNote")).unwrap();
    assert_eq!(identified.operation(), Some("PutNote"));
    assert_eq!(identified.service().name, "toy");
    let gateway::BodyLimit::Buffered(limit) = identified.body else { panic!("it is buffered") };
    assert_eq!(limit, 1 << 20);
    let error = identified.too_large(u64::try_from(limit).unwrap());
    assert_eq!((error.status, error.code.as_str()), (413, "RequestEntityTooLargeException"));
    let answer = Answered::from(kit.gateway.refused(&identified, &error));
    assert_eq!(answer.json(), json!({"__type": "RequestEntityTooLargeException"}));
    let streamed = kit.gateway.identify(&head("x-amz-target", "Toy.UploadNote")).unwrap();
    assert!(streamed.body.is_streamed());
    let busy = Answered::from(kit.gateway.busy(identified.service()));
    assert_eq!(busy.error(), (400, "ThrottlingException".into(), "Rate exceeded".into()));
}

/// The answer and the event of a call have one id, and no two calls have the same.
#[test]
fn every_call_has_its_own_id() {
    let kit = kit();
    let mut ids = std::collections::BTreeSet::new();
    for number in 0..20 {
        let name = format!("n{number}");
        let answer = call(&kit, "PutNote", &json!({"Name": name, "Text": "t"})).ok();
        let event = kit.last_event();
        assert_eq!(event["requestID"], answer.header("x-amzn-requestid"));
        ids.insert(event["requestID"].as_str().unwrap().to_owned());
        ids.insert(event["eventID"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids.len(), 40);
}

/// A deleted key is unknown from then on, and an inactive one as well.
#[test]
fn a_key_that_was_taken_away_opens_nothing() {
    let kit = kit();
    let all = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "toy:*", "Resource": "*"}});
    let user = kit.user("u", &all);
    sent(&kit, &signed(&kit, &user, "toy"), INPUT).ok();
    let update = |status: &str| {
        let change = [
            ("Action", "UpdateAccessKey"),
            ("UserName", "u"),
            ("AccessKeyId", user.access_key_id.as_str()),
            ("Status", status),
        ];
        kit.query("iam", &change).ok();
    };
    update("Inactive");
    let refused = sent(&kit, &signed(&kit, &user, "toy"), INPUT);
    assert_eq!(refused.error().1, "UnrecognizedClientException");
    update("Active");
    sent(&kit, &signed(&kit, &user, "toy"), INPUT).ok();
    let delete = [
        ("Action", "DeleteAccessKey"),
        ("UserName", "u"),
        ("AccessKeyId", user.access_key_id.as_str()),
    ];
    kit.query("iam", &delete).ok();
    let refused = sent(&kit, &signed(&kit, &user, "toy"), INPUT);
    assert_eq!(refused.error().1, "UnrecognizedClientException");
    assert_eq!(events(&kit).len(), 2);
}
