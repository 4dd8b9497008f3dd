//! Condition keys of S3 in bucket policies: each with a request that has its value and one that
//! has another or none.

use serde_json::{Value, json};
use testkit::{Answered, Kit};

use crate::calls::{by, code, statement, unblock, unsigned};
use crate::{create, get, kit, put, send};

/// A call: method, target, headers.
type Call<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// What the root user's call returns while the policy denies it under `condition`.
fn denied(kit: &Kit, action: &str, condition: &Value, call: Call<'_>) -> bool {
    let policy = statement("Deny", &json!("*"), action, condition);
    let on_objects = !action.contains("List");
    let other = if on_objects { "\"arn:aws:s3:::bkt\"," } else { ",\"arn:aws:s3:::bkt/*\"" };
    put(kit, "/bkt?policy", policy.replace(other, ""));
    let (method, target, headers) = call;
    let answer = send(kit, method, target, headers, "");
    if answer.status == 403 && method != "HEAD" {
        let text = "with an explicit deny in a resource-based policy";
        assert!(answer.error().2.ends_with(text), "{}", answer.text());
    }
    answer.status == 403
}

/// Headers of a write, each with the value of the policy and with another.
#[test]
fn headers_of_a_write_are_conditions() {
    let kit = kit();
    create(&kit, "src");
    crate::calls::enable_acls(&kit);
    put(&kit, "/src/k", "x");
    let id = format!("id={}", crate::calls::other_id(&kit));
    let source = ("x-amz-copy-source", "src/k");
    for (key, value, other) in [
        ("x-amz-acl", "bucket-owner-read", "private"),
        ("x-amz-grant-read", id.as_str(), "id=\"x\""),
        ("x-amz-grant-full-control", &id, ""),
        ("x-amz-server-side-encryption", "AES256", "aws:kms"),
        ("x-amz-storage-class", "STANDARD_IA", "ONEZONE_IA"),
        ("x-amz-website-redirect-location", "/a", "/b"),
        ("x-amz-copy-source", "src/k", ""),
        ("x-amz-metadata-directive", "REPLACE", "COPY"),
        ("if-none-match", "*", ""),
    ] {
        let condition = json!({"StringEquals": {format!("s3:{key}"): value}});
        let copies = key == "x-amz-metadata-directive";
        let with: Vec<_> = [(key, value)].into_iter().chain(copies.then_some(source)).collect();
        assert!(denied(&kit, "s3:PutObject", &condition, ("PUT", "/bkt/k", &with)), "{key}");
        assert!(!denied(&kit, "s3:PutObject", &condition, ("PUT", "/bkt/k", &[])), "{key} absent");
        if !other.is_empty() && !other.starts_with("id=") {
            let with: Vec<_> = [(key, other)].into_iter().chain(copies.then_some(source)).collect();
            assert!(!denied(&kit, "s3:PutObject", &condition, ("PUT", "/bkt/k", &with)), "{key}");
        }
    }
}

/// Source: S3 User Guide, "Bucket policy examples using condition keys": the parameters of lists.
#[test]
fn parameters_of_a_list_are_conditions() {
    let kit = kit();
    for (operator, key, value, fits, other) in [
        ("StringEquals", "s3:prefix", "secret/", "prefix=secret/", "prefix=open/"),
        ("StringLike", "s3:prefix", "secret/*", "prefix=secret/a", "prefix=secret"),
        ("StringNotEquals", "s3:prefix", "home/", "prefix=other/", "prefix=home/"),
        ("StringEquals", "s3:delimiter", "/", "delimiter=/", "delimiter=,"),
        ("NumericGreaterThan", "s3:max-keys", "10", "max-keys=11", "max-keys=10"),
        ("Null", "s3:prefix", "true", "max-keys=1", "prefix=a"),
        ("Null", "s3:delimiter", "false", "delimiter=/", "prefix=a"),
    ] {
        let condition = json!({operator: {key: value}});
        for list in ["", "list-type=2&"] {
            let target = |query: &str| format!("/bkt?{list}{query}");
            let (with, without) = (target(fits), target(other));
            let call = ("GET", with.as_str(), &[][..]);
            assert!(denied(&kit, "s3:ListBucket", &condition, call), "{key} {fits}");
            let call = ("GET", without.as_str(), &[][..]);
            assert!(!denied(&kit, "s3:ListBucket", &condition, call), "{key} {other}");
        }
        let versions = format!("/bkt?versions&{fits}");
        let call = ("GET", versions.as_str(), &[][..]);
        assert!(denied(&kit, "s3:ListBucketVersions", &condition, call), "{key} of versions");
    }
}

/// Tags of the object that is there, and of the one that is written.
#[test]
fn tags_are_conditions() {
    let kit = kit();
    send(&kit, "PUT", "/bkt/secret", &[("x-amz-tagging", "class=secret&team=a")], "x").ok();
    send(&kit, "PUT", "/bkt/open", &[("x-amz-tagging", "class=open")], "x").ok();
    put(&kit, "/bkt/bare", "x");
    let secret = json!({"StringEquals": {"s3:ExistingObjectTag/class": "secret"}});
    for method in ["GET", "HEAD"] {
        for (target, want) in [
            ("/bkt/secret", true),
            ("/bkt/open", false),
            ("/bkt/bare", false),
            ("/bkt/none", false),
        ] {
            let call = (method, target, &[][..]);
            assert_eq!(denied(&kit, "s3:GetObject", &secret, call), want, "{method} {target}");
        }
    }
    assert!(denied(&kit, "s3:GetObjectTagging", &secret, ("GET", "/bkt/secret?tagging", &[])));
    assert!(!denied(&kit, "s3:GetObjectTagging", &secret, ("GET", "/bkt/open?tagging", &[])));
    assert!(denied(&kit, "s3:DeleteObject", &json!({}), ("DELETE", "/bkt/open", &[])));
    let tag = [("x-amz-tagging", "class=secret")];
    let other = [("x-amz-tagging", "class=open")];
    let requested = json!({"StringEquals": {"s3:RequestObjectTag/class": "secret"}});
    assert!(denied(&kit, "s3:PutObject", &requested, ("PUT", "/bkt/new", &tag)));
    assert!(!denied(&kit, "s3:PutObject", &requested, ("PUT", "/bkt/new", &other)));
    let keys = json!({"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": ["class"]}});
    assert!(denied(&kit, "s3:PutObject", &keys, ("PUT", "/bkt/new", &other)));
    assert!(!denied(&kit, "s3:PutObject", &keys, ("PUT", "/bkt/new", &[("x-amz-tagging", "a=b")])));
}

/// Versions, algorithms and signatures.
#[test]
fn versions_and_signatures_are_conditions() {
    let kit = kit();
    crate::enable_versioning(&kit, "Enabled");
    let one = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    let two = put(&kit, "/bkt/k", "2").header("x-amz-version-id");
    let condition = json!({"StringEquals": {"s3:VersionId": one}});
    for (id, want) in [(&one, true), (&two, false)] {
        let target = format!("/bkt/k?versionId={id}");
        let call = ("GET", target.as_str(), &[][..]);
        assert_eq!(denied(&kit, "s3:GetObjectVersion", &condition, call), want);
    }
    for (key, value, other) in [
        ("s3:signatureversion", "AWS4-HMAC-SHA256", "AWS"),
        ("s3:authType", "REST-HEADER", "REST-QUERY-STRING"),
        ("s3:ResourceAccount", testkit::ACCOUNT, testkit::OTHER_ACCOUNT),
        ("aws:PrincipalAccount", testkit::ACCOUNT, testkit::OTHER_ACCOUNT),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/a"),
        ("aws:PrincipalType", "Account", "User"),
        ("aws:SourceIp", "192.0.2.1", "192.0.2.2"),
    ] {
        for (value, want) in [(value, true), (other, false)] {
            let operator = if key == "aws:SourceIp" { "IpAddress" } else { "StringEquals" };
            let condition = json!({operator: {key: value}});
            let call = ("GET", "/bkt/k", &[][..]);
            assert_eq!(denied(&kit, "s3:GetObject", &condition, call), want, "{key} {value}");
        }
    }
    let payload = json!({"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}});
    assert!(!denied(&kit, "s3:PutObject", &payload, ("PUT", "/bkt/k", &[])));
}

/// Source: S3 User Guide, "Bucket policy examples": a bucket that denies what is not sent by TLS.
#[test]
fn plain_http_can_be_denied() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let condition = json!({"Bool": {"aws:SecureTransport": "false"}});
    assert!(denied(&kit, "s3:GetObject", &condition, ("GET", "/bkt/k", &[])));
    assert_eq!(secure(&kit, "GET", "/bkt/k").ok().text(), "x");
    let condition = json!({"NumericLessThan": {"s3:TlsVersion": "1.3"}});
    let policy = statement("Deny", &json!("*"), "s3:GetObject", &condition);
    put(&kit, "/bkt?policy", policy.replace("\"arn:aws:s3:::bkt\",", ""));
    assert_eq!(secure(&kit, "GET", "/bkt/k").ok().text(), "x", "1.3 is not less than 1.3");
    put(&kit, "/bkt?policy", policy.replace("\"arn:aws:s3:::bkt\",", "").replace("1.3", "1.4"));
    assert_eq!(code(&secure(&kit, "GET", "/bkt/k")), (403, "AccessDenied".to_owned()));
}

/// The version of TLS is a condition of unsigned calls, too.
#[test]
fn old_versions_of_tls_can_be_denied_to_everyone() {
    let kit = kit();
    unblock(&kit);
    put(&kit, "/bkt/k", "x");
    let read = |least: &str| {
        let allow = json!({
            "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::bkt/*",
        });
        let deny = json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::bkt/*",
            "Condition": {"NumericLessThan": {"s3:TlsVersion": least}},
        });
        let policy = json!({"Version": "2012-10-17", "Statement": [allow, deny]});
        put(&kit, "/bkt?policy", policy.to_string());
        over_tls(&kit, secure_head(HOST, ("GET", "/bkt/k"), &[]), b"").status
    };
    assert_eq!(read("1.3"), 200);
    assert_eq!(read("1.4"), 403);
}

/// A call by the root user over TLS 1.3.
pub(crate) fn secure(kit: &Kit, method: &str, target: &str) -> Answered {
    secure_at(kit, HOST, (method, target), b"")
}

/// A call by the root user over TLS 1.3, to this host.
pub(crate) fn secure_at(
    kit: &Kit,
    host: &str,
    (method, target): (&str, &str),
    body: &'static [u8],
) -> Answered {
    let head = signed_head(kit, host, (method, target), body);
    over_tls(kit, head, body)
}

/// The head of a call by the root user over an encrypted connection.
pub(crate) fn signed_head(
    kit: &Kit,
    host: &str,
    (method, target): (&str, &str),
    body: &[u8],
) -> wire::Head {
    let (hash, now) = (wire::sign::payload_hash(body), kit.clock.now());
    let region = testkit::REGION;
    let signed =
        wire::sign::sign_header(method, host, target, &[], &hash, &kit.root, region, "s3", now);
    secure_head(host, (method, target), &signed)
}

const HOST: &str = "127.0.0.1:4566";

fn secure_head(
    host: &str,
    (method, target): (&str, &str),
    signed: &[(String, String)],
) -> wire::Head {
    let mut headers = http::HeaderMap::new();
    for (name, value) in signed.iter().chain([&("host".to_owned(), host.to_owned())]) {
        let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.insert(name, value.parse().unwrap());
    }
    let (method, peer) = (method.parse().unwrap(), [192, 0, 2, 1].into());
    wire::Head::new(method, target.to_owned(), headers, true, peer)
}

/// A call over TLS 1.3.
fn over_tls(kit: &Kit, head: wire::Head, body: &'static [u8]) -> Answered {
    let identified = kit.gateway.identify(&head).unwrap();
    let tls = Some(("TLSv1.3".to_owned(), "TLS_AES_128_GCM_SHA256".to_owned()));
    let received =
        gateway::Received { head, body: bytes::Bytes::from_static(body), form: None, tls };
    let (begun, _) = kit.gateway.begin(identified, received);
    let answering = match begun {
        gateway::Begun::Answering(answering) => Some(answering),
        gateway::Begun::Body(_) => None,
    };
    let mut answering = std::pin::pin!(answering.unwrap());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(answer) = answering.as_mut().poll(&mut context) {
            return Answered::from(answer);
        }
        std::thread::yield_now();
    }
}

/// Source: S3 User Guide, "Bucket policy examples": anonymous reads from one site or network.
#[test]
fn anonymous_reads_can_be_limited() {
    let kit = kit();
    unblock(&kit);
    put(&kit, "/bkt/k", "x");
    let read = |condition: &Value| {
        let policy = statement("Allow", &json!("*"), "s3:GetObject", condition);
        put(&kit, "/bkt?policy", policy.replace("\"arn:aws:s3:::bkt\",", ""));
        unsigned(&kit, "GET", "/bkt/k").status
    };
    assert_eq!(read(&json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})), 200);
    assert_eq!(read(&json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}})), 403);
    assert_eq!(read(&json!({"NotIpAddress": {"aws:SourceIp": "192.0.2.1"}})), 403);
    let site = json!({"StringLike": {"aws:Referer": "https://site.test/*"}});
    assert_eq!(read(&site), 403, "no referer");
    let referred = |from: &str| kit.send_raw("GET", "/bkt/k", &[("referer", from)], b"").status;
    assert_eq!((referred("https://site.test/page"), referred("https://other.test/")), (200, 403));
    assert_eq!(read(&json!({"DateLessThan": {"aws:CurrentTime": "2026-03-01T00:00:01Z"}})), 200);
    assert_eq!(read(&json!({"DateLessThan": {"aws:CurrentTime": "2026-03-01T00:00:00Z"}})), 403);
    assert_eq!(read(&json!({"Null": {"s3:authType": "true"}})), 200, "no signature, no kind of it");
    assert_eq!(get(&kit, "/bkt/k").status, 200);
    assert_eq!(by(&kit, &kit.other_root, "GET", "/bkt/k", &[]).status, 403, "it has a signature");
}
