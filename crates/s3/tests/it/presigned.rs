//! Presigned URLs of Version 4: what they serve, until when, and their events.

use serde_json::json;
use testkit::{Answered, Kit, REGION};
use wire::sign::{self, Credentials};

use crate::calls::{allow, code, unblock};
use crate::{HELLO_CRC32, get, kit, put, send};

const HOST: &str = "127.0.0.1:4566";
const WEEK_SECS: u64 = 604_800;

/// The target that `who` signs for `seconds`, with these headers.
fn url(
    kit: &Kit,
    who: &Credentials,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    seconds: u64,
) -> String {
    let now = kit.clock.now();
    sign::presign(method, HOST, target, headers, who, REGION, "s3", seconds, now)
}

fn follow(kit: &Kit, method: &str, url: &str, body: &str) -> Answered {
    kit.send_raw(method, url, &[], body.as_bytes())
}

/// Each kind of call, in the name of its signer.
#[test]
fn a_url_serves_the_call_that_was_signed() {
    let kit = kit();
    let user = kit.user("mori", &allow(&["s3:*"]));
    let sign = |method: &str, target: &str| url(&kit, &user, method, target, &[], 900);
    follow(&kit, "PUT", &sign("PUT", "/bkt/k"), "hello").ok();
    assert_eq!(follow(&kit, "GET", &sign("GET", "/bkt/k"), "").ok().text(), "hello");
    assert_eq!(
        follow(&kit, "HEAD", &sign("HEAD", "/bkt/k"), "").ok().header("content-length"),
        "5"
    );
    let list = follow(&kit, "GET", &sign("GET", "/bkt?list-type=2&prefix=k"), "").ok();
    assert_eq!(list.element("Key"), "k");
    let begun = follow(&kit, "POST", &sign("POST", "/bkt/m?uploads"), "").ok();
    let id = begun.element("UploadId");
    let part = format!("/bkt/m?partNumber=1&uploadId={id}");
    follow(&kit, "PUT", &sign("PUT", &part), "part").ok();
    assert_eq!(follow(&kit, "DELETE", &sign("DELETE", "/bkt/k"), "").status, 204);
    for name in ["PutObject", "GetObject", "HeadObject", "UploadPart", "DeleteObject"] {
        let event = kit.event(name);
        assert_eq!(event["userIdentity"]["userName"], "mori", "{name}");
        let additional = &event["additionalEventData"];
        assert_eq!(additional["AuthenticationMethod"], "QueryString", "{name}");
        assert_eq!(additional["SignatureVersion"], "SigV4", "{name}");
        let parameters = &event["requestParameters"];
        assert_eq!(parameters["X-Amz-Algorithm"], "AWS4-HMAC-SHA256", "{name}");
        assert_eq!(parameters["X-Amz-Expires"], "900", "{name}");
        for secret in ["X-Amz-Credential", "X-Amz-Signature"] {
            assert_eq!(parameters.get(secret), None, "{name} {secret}");
        }
    }
}

/// Source: S3 User Guide, "Download and upload objects with presigned URLs": until it expires, the
/// boundary included in neither direction.
#[test]
fn a_url_expires() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let signed = url(&kit, &kit.root, "GET", "/bkt/k", &[], 60);
    follow(&kit, "GET", &signed, "").ok();
    kit.clock.advance_ms(59_000);
    follow(&kit, "GET", &signed, "").ok();
    kit.clock.advance_ms(2_000);
    let events = kit.events().len();
    let late = follow(&kit, "GET", &signed, "");
    assert_eq!(late.error(), (403, "AccessDenied".into(), "Request has expired".into()));
    for (name, want) in [
        ("X-Amz-Expires", "60"),
        ("Expires", "2026-03-01T00:01:00Z"),
        ("ServerTime", "2026-03-01T00:01:01Z"),
    ] {
        assert_eq!(late.element(name), want, "{name}");
    }
    assert_eq!(kit.events().len(), events, "an unauthenticated call leaves no event");
    let week = url(&kit, &kit.root, "GET", "/bkt/k", &[], WEEK_SECS);
    follow(&kit, "GET", &week, "").ok();
}

/// A time of life that is none, and a date to come.
#[test]
fn a_url_has_a_lifetime_of_at_most_a_week() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let signed = url(&kit, &kit.root, "GET", "/bkt/k", &[], 60);
    for (seconds, text) in [
        (
            "604801",
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        ),
        ("-1", "X-Amz-Expires must be non-negative"),
        ("soon", "X-Amz-Expires should be a number"),
    ] {
        let changed = signed.replace("X-Amz-Expires=60", &format!("X-Amz-Expires={seconds}"));
        let refused = follow(&kit, "GET", &changed, "").error();
        let want = (400, "AuthorizationQueryParametersError".to_owned(), text.to_owned());
        assert_eq!(refused, want);
    }
    let later = kit.clock.now().plus_ms(16 * 60_000);
    let early = sign::presign("GET", HOST, "/bkt/k", &[], &kit.root, REGION, "s3", 60, later);
    let refused = follow(&kit, "GET", &early, "");
    assert_eq!(refused.error().2, "Request is not yet valid");
    assert_eq!(refused.element("X-Amz-Date"), "2026-03-01T00:16:00Z");
}

/// Nothing of what was signed can be changed, and no part of the signature be missing.
#[test]
fn a_url_serves_no_other_call() {
    let kit = kit();
    for key in ["k", "other"] {
        put(&kit, &format!("/bkt/{key}"), key);
    }
    let signed = url(&kit, &kit.root, "GET", "/bkt/k?versionId=null", &[], 60);
    follow(&kit, "GET", &signed, "").ok();
    for (method, changed) in [
        ("DELETE", signed.clone()),
        ("PUT", signed.clone()),
        ("GET", signed.replace("/bkt/k", "/bkt/other")),
        ("GET", signed.replace("versionId=null&", "")),
        ("GET", format!("{signed}&response-content-type=text%2Fhtml")),
        ("GET", signed.replace("X-Amz-Expires=60", "X-Amz-Expires=61")),
    ] {
        let refused = follow(&kit, method, &changed, "");
        assert_eq!(code(&refused), (403, "SignatureDoesNotMatch".to_owned()), "{method} {changed}");
        for element in
            ["StringToSign", "CanonicalRequest", "SignatureProvided", "StringToSignBytes"]
        {
            assert_ne!(refused.element(element), "", "{element}");
        }
        assert_eq!(refused.element("AWSAccessKeyId"), kit.root.access_key_id);
    }
    for name in ["X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders"] {
        let (start, rest) = signed.split_once(&format!("&{name}=")).unwrap();
        let rest = rest.split_once('&').map_or("", |(_, rest)| rest);
        let refused = follow(&kit, "GET", &format!("{start}&{rest}"), "");
        assert_eq!(code(&refused), (400, "AuthorizationQueryParametersError".to_owned()), "{name}");
    }
    let unknown = signed.replace(&kit.root.access_key_id, "AKIANONENONENONENONE");
    let refused = follow(&kit, "GET", &unknown, "");
    assert_eq!(code(&refused), (403, "InvalidAccessKeyId".to_owned()));
    assert_eq!(refused.element("AWSAccessKeyId"), "AKIANONENONENONENONE");
}

/// A signed header must be sent as it was signed; an `x-amz-` header must be signed.
#[test]
fn signed_headers_are_binding() {
    let kit = kit();
    let kind = ("content-type", "text/plain");
    let signed = url(&kit, &kit.root, "PUT", "/bkt/k", &[kind], 60);
    let write = |headers: &[(&str, &str)]| kit.send_raw("PUT", &signed, headers, b"hello");
    write(&[kind]).ok();
    for headers in [&[][..], &[("content-type", "text/html")]] {
        assert_eq!(code(&write(headers)), (403, "SignatureDoesNotMatch".to_owned()), "{headers:?}");
    }
    for added in [("x-amz-acl", "public-read"), ("x-amz-meta-a", "1"), ("x-amz-tagging", "a=1")] {
        let refused = write(&[kind, added]);
        let text = "There were headers present in the request which were not signed";
        assert_eq!(refused.error(), (403, "AccessDenied".into(), text.into()));
        assert_eq!(refused.element("HeadersNotSigned"), added.0);
    }
    assert_eq!(get(&kit, "/bkt/k").header("content-type"), "text/plain");
}

/// Headers that SDKs move into the query: metadata, encryption, tags, ACLs.
#[test]
fn a_query_replaces_headers() {
    let kit = kit();
    let query = "x-amz-meta-color=red&x-amz-server-side-encryption=AES256&x-amz-tagging=a%3D1\
                 &x-amz-storage-class=STANDARD_IA";
    let signed = url(&kit, &kit.root, "PUT", &format!("/bkt/k?{query}"), &[], 60);
    follow(&kit, "PUT", &signed, "hello").ok();
    let read = get(&kit, "/bkt/k").ok();
    for (name, want) in [
        ("x-amz-meta-color", "red"),
        ("x-amz-tagging-count", "1"),
        ("x-amz-storage-class", "STANDARD_IA"),
    ] {
        assert_eq!(read.header(name), want, "{name}");
    }
    let event = kit.event("PutObject");
    assert_eq!(event["additionalEventData"]["SSEApplied"], "SSE_S3", "it was requested");
    let target = "/bkt/k?x-amz-server-side-encryption=rot13";
    let signed = url(&kit, &kit.root, "PUT", target, &[], 60);
    assert_eq!(follow(&kit, "PUT", &signed, "x").error().1, "InvalidEncryptionAlgorithmError");
    let headers = [HELLO_CRC32];
    let signed = url(&kit, &kit.root, "PUT", "/bkt/c", &headers, 60);
    kit.send_raw("PUT", &signed, &headers, b"hello").ok();
    let refused = kit.send_raw("PUT", &signed, &headers, b"hullo");
    assert_eq!(code(&refused), (400, "BadDigest".to_owned()), "a header is compared");
}

/// Headers of the response, for signed calls only.
#[test]
fn responses_are_overridden_by_signed_calls_only() {
    let kit = kit();
    unblock(&kit);
    put(&kit, "/bkt/k", "x");
    let overrides = [
        ("cache-control", "no-store"),
        ("content-disposition", "attachment; filename=\"a b.txt\""),
        ("content-encoding", "gzip"),
        ("content-language", "ja"),
        ("content-type", "text/csv"),
        ("expires", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ];
    let query: Vec<_> = overrides
        .iter()
        .map(|(name, value)| format!("response-{name}={}", wire::uri::encode(value)))
        .collect();
    for method in ["GET", "HEAD"] {
        let target = format!("/bkt/k?{}", query.join("&"));
        let read = follow(&kit, method, &url(&kit, &kit.root, method, &target, &[], 60), "").ok();
        for (name, value) in overrides {
            assert_eq!(read.header(name), value, "{method} {name}");
        }
        assert_eq!(send(&kit, method, "/bkt/k", &[], "").header("cache-control"), "");
    }
    let public = crate::calls::statement("Allow", &json!("*"), "s3:GetObject", &json!({}));
    put(&kit, "/bkt?policy", public.replace("\"arn:aws:s3:::bkt\",", ""));
    follow(&kit, "GET", "/bkt/k", "").ok();
    for query in query {
        let refused = follow(&kit, "GET", &format!("/bkt/k?{query}"), "").error();
        let text = "Request specific response headers cannot be used for anonymous GET requests.";
        assert_eq!(refused, (400, "InvalidRequest".into(), text.into()));
    }
}

/// A bucket may refuse URLs that are older than it likes, and any of them.
#[test]
fn a_policy_limits_the_age_of_a_url() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let deny = |condition: &serde_json::Value| {
        let policy = crate::calls::statement("Deny", &json!("*"), "s3:GetObject", condition);
        put(&kit, "/bkt?policy", policy.replace("\"arn:aws:s3:::bkt\",", ""));
    };
    let signed = url(&kit, &kit.root, "GET", "/bkt/k", &[], 3_600);
    deny(&json!({"NumericGreaterThan": {"s3:signatureAge": "600000"}}));
    kit.clock.advance_ms(600_000);
    follow(&kit, "GET", &signed, "").ok();
    kit.clock.advance_ms(1_000);
    assert_eq!(code(&follow(&kit, "GET", &signed, "")), (403, "AccessDenied".to_owned()));
    get(&kit, "/bkt/k").ok();
    deny(&json!({"StringNotEquals": {"s3:authType": "REST-HEADER"}}));
    let fresh = url(&kit, &kit.root, "GET", "/bkt/k", &[], 60);
    assert_eq!(follow(&kit, "GET", &fresh, "").status, 403);
    get(&kit, "/bkt/k").ok();
}
