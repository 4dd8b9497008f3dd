//! What browsers ask before they send a request of another origin's page.

use testkit::{Answered, Kit};

use crate::{create_in, kit, put};

const NOT_ALLOWED: &str = "CORSResponse: This CORS request is not allowed. This is usually because \
                           the evalution of Origin, request method / \
                           Access-Control-Request-Method or Access-Control-Request-Headers are \
                           not whitelisted by the resource's CORS spec.";
const OFF: &str = "CORSResponse: CORS is not enabled for this bucket.";
const PAGE: (&str, &str) = ("origin", "https://app.test");
const FOR_PUT: (&str, &str) = ("access-control-request-method", "PUT");

fn ask(kit: &Kit, target: &str, headers: &[(&str, &str)]) -> Answered {
    kit.send_raw("OPTIONS", target, headers, b"")
}

fn allow(kit: &Kit, bucket: &str) {
    let rule = "<CORSConfiguration><CORSRule><AllowedOrigin>https://app.test</AllowedOrigin>\
                <AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>\
                <MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>";
    put(kit, &format!("/{bucket}?cors"), rule);
}

fn check(answer: &Answered, status: u16, code: &str, message: &str, elements: [&str; 2]) {
    let want = (status, code.to_owned(), message.to_owned());
    assert_eq!(answer.error(), want);
    let found = [answer.element("Method"), answer.element("ResourceType")];
    assert_eq!(found, elements, "{message}");
    assert_eq!(answer.header("access-control-allow-origin"), "", "{message}");
}

/// Observed: texts, elements and the order of the checks.
#[test]
fn what_is_not_allowed_is_refused_in_order() {
    let kit = kit();
    let no_origin = "Insufficient information. Origin request header needed.";
    check(&ask(&kit, "/bkt/k", &[FOR_PUT]), 400, "BadRequest", no_origin, ["", ""]);
    check(&ask(&kit, "/none", &[FOR_PUT]), 400, "BadRequest", no_origin, ["", ""]);
    let none = "CORSResponse: Bucket not found";
    check(&ask(&kit, "/none", &[PAGE]), 403, "AccessForbidden", none, ["OPTIONS", "BUCKET"]);
    check(&ask(&kit, "/bkt", &[PAGE]), 403, "AccessForbidden", OFF, ["OPTIONS", "BUCKET"]);
    check(&ask(&kit, "/bkt/k", &[PAGE, FOR_PUT]), 403, "AccessForbidden", OFF, ["PUT", "OBJECT"]);
    allow(&kit, "bkt");
    let no_method = "Invalid Access-Control-Request-Method: null";
    check(&ask(&kit, "/bkt/k", &[PAGE]), 400, "BadRequest", no_method, ["", ""]);
    let other = [("origin", "https://other.test"), FOR_PUT];
    check(&ask(&kit, "/bkt/k", &other), 403, "AccessForbidden", NOT_ALLOWED, ["PUT", "OBJECT"]);
    let get = [PAGE, ("access-control-request-method", "GET")];
    check(&ask(&kit, "/bkt", &get), 403, "AccessForbidden", NOT_ALLOWED, ["GET", "BUCKET"]);
}

/// A browser asks under the address of the request that it wants to send: a presigned one, a part
/// of an upload, a bucket of another region, a name that is not configured.
#[test]
fn what_is_allowed_is_allowed_under_any_address() {
    let kit = kit();
    create_in(&kit, "eu-west-1", "elsewhere");
    allow(&kit, "bkt");
    let rule = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin>\
                <AllowedMethod>PUT</AllowedMethod></CORSRule></CORSConfiguration>";
    let root = kit.root.clone();
    let put = kit.send_in("eu-west-1", &root, "s3", "PUT", "/elsewhere?cors", &[], rule.as_bytes());
    put.ok();
    let headers = [PAGE, FOR_PUT, ("access-control-request-headers", "Content-Type,x-amz-acl")];
    for target in [
        "/bkt",
        "/bkt/k",
        "/bkt/k?partNumber=1&uploadId=x",
        "/bkt/k?acl",
        "/bkt/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a&X-Amz-Signature=b",
        "/bkt/k?AWSAccessKeyId=a&Signature=b&Expires=1",
    ] {
        let answer = ask(&kit, target, &headers);
        assert_eq!((answer.status, answer.text().as_str()), (200, ""), "{target}");
        assert_eq!(answer.header("access-control-allow-origin"), "https://app.test");
        assert_eq!(answer.header("access-control-allow-headers"), "content-type, x-amz-acl");
        assert_eq!(answer.header("access-control-max-age"), "60");
        assert_eq!(answer.header("access-control-allow-credentials"), "true");
    }
    let elsewhere = ask(&kit, "/elsewhere/k", &[PAGE, FOR_PUT]).ok();
    assert!(elsewhere.header("vary").starts_with("Origin, Access-Control-Request-Headers"));
    let event = kit.event("PreflightRequest");
    assert_eq!((&event["awsRegion"], &event["readOnly"]), (&"eu-west-1".into(), &true.into()));
    assert_eq!(event["userIdentity"]["accountId"], "anonymous");
    assert_eq!(event["managementEvent"], true);
    let mut headers = http::HeaderMap::new();
    for (name, value) in [("host", "storage.test.example"), PAGE, FOR_PUT] {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    let (target, peer) = ("/bkt/k".to_owned(), [192, 0, 2, 1].into());
    let head = wire::Head::new(http::Method::OPTIONS, target, headers, false, peer);
    assert_eq!(kit.answer(head, &bytes::Bytes::new()).status, 200);
}

/// A rule that could not be meant is not stored.
#[test]
fn rules_that_mean_nothing_are_refused() {
    let kit = kit();
    let store = |inner: &str| {
        let rule = format!(
            "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>{inner}</CORSRule>\
             </CORSConfiguration>"
        );
        crate::send(&kit, "PUT", "/bkt?cors", &[], rule)
    };
    let origin = "<AllowedOrigin>https://*.test</AllowedOrigin>";
    assert_eq!(store(&format!("{origin}<MaxAgeSeconds>1</MaxAgeSeconds>")).status, 200);
    for (inner, code) in [
        ("<AllowedOrigin>https://*.*</AllowedOrigin>", "InvalidRequest"),
        (&format!("{origin}<AllowedHeader>*-*</AllowedHeader>"), "InvalidRequest"),
        (&format!("{origin}<ExposeHeader>x-*</ExposeHeader>"), "InvalidRequest"),
        (&format!("{origin}<MaxAgeSeconds>soon</MaxAgeSeconds>"), "MalformedXML"),
    ] {
        assert_eq!(store(inner).error().1, code, "{inner}");
    }
}

/// A document ends at 64 KB; what is refused for its length is in the event.
#[test]
fn a_document_of_rules_has_a_greatest_length() {
    const BYTES_MAX: usize = 64 << 10;
    let kit = kit();
    let start = "<CORSConfiguration><CORSRule><AllowedMethod>PUT</AllowedMethod>\
                 <AllowedOrigin>https://app.test</AllowedOrigin></CORSRule>";
    let end = "</CORSConfiguration>";
    let store = |length: usize| {
        let space = " ".repeat(length - start.len() - end.len());
        crate::send(&kit, "PUT", "/bkt?cors", &[], format!("{start}{space}{end}"))
    };
    let (status, code, _) = store(BYTES_MAX + 1).error();
    assert_eq!((status, code.as_str()), (400, "MaxMessageLengthExceeded"));
    assert_eq!(kit.event("PutBucketCors")["errorCode"], "MaxMessageLengthExceeded");
    check(&ask(&kit, "/bkt", &[PAGE, FOR_PUT]), 403, "AccessForbidden", OFF, ["PUT", "BUCKET"]);
    store(BYTES_MAX).ok();
    ask(&kit, "/bkt", &[PAGE, FOR_PUT]).ok();
}

/// A list of names that no request has is not held against the rules.
#[test]
fn a_request_with_too_many_headers_is_not_allowed() {
    const NAMES_MAX: usize = 100;
    let kit = kit();
    allow(&kit, "bkt");
    let ask_for = |count: usize| {
        let names: Vec<_> = (0..count).map(|number| format!("x-amz-meta-{number}")).collect();
        let names = names.join(",");
        ask(&kit, "/bkt/k", &[PAGE, FOR_PUT, ("access-control-request-headers", &names)])
    };
    ask_for(NAMES_MAX).ok();
    let elements = ["PUT", "OBJECT"];
    check(&ask_for(NAMES_MAX + 1), 403, "AccessForbidden", NOT_ALLOWED, elements);
}
