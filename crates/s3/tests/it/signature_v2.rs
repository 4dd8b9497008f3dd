//! Requests that are signed by Signature Version 2, in all three forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::{Answered, Kit};
use wire::sign::Credentials;
use wire::{Head, sigv2};

use crate::forms::post;
use crate::{create_in, get, kit, put};

const KMS_TEXT: &str = "Requests specifying Server Side Encryption with AWS KMS managed keys \
                        require AWS Signature Version 4.";

fn head(method: &str, target: &str, headers: &[(&str, &str)]) -> Head {
    let mut map = http::HeaderMap::new();
    for (name, value) in headers {
        map.append(http::HeaderName::from_bytes(name.as_bytes()).unwrap(), value.parse().unwrap());
    }
    let (method, target) = (method.parse().unwrap(), target.to_owned());
    Head::new(method, target, map, false, [127, 0, 0, 1].into())
}

fn signature(owner: &Credentials, head: &Head, line: &str) -> String {
    let text = sigv2::string_to_sign(head, line, head.path());
    sigv2::signature(owner.secret.as_bytes(), &text)
}

/// A request signed in its header.
fn send(
    kit: &Kit,
    owner: &Credentials,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answered {
    let date = kit.clock.now().http_date();
    let made = signature(owner, &head(method, target, headers), &date);
    let authorization = format!("AWS {}:{made}", owner.access_key_id);
    let own = [("date", date.as_str()), ("authorization", authorization.as_str())];
    kit.send_raw(method, target, &[headers, &own].concat(), body.as_bytes())
}

/// The target of a presigned URL that lives for `seconds`.
fn presign(kit: &Kit, owner: &Credentials, method: &str, target: &str, seconds: u64) -> String {
    let expires = kit.clock.now().as_secs().saturating_add(seconds).to_string();
    let made = signature(owner, &head(method, target, &[]), &expires);
    let sign = if target.contains('?') { '&' } else { '?' };
    format!(
        "{target}{sign}AWSAccessKeyId={}&Expires={expires}&Signature={}",
        owner.access_key_id,
        wire::uri::encode(&made)
    )
}

/// A form that `owner` signs, for any key of `bkt`.
fn form(kit: &Kit, owner: &Credentials, fields: &[(&str, &str)], file: &str) -> Answered {
    let mut conditions = vec![json!({"bucket": "bkt"}), json!(["starts-with", "$key", ""])];
    conditions.extend(fields.iter().map(|(name, value)| json!({*name: value})));
    let policy = json!({"expiration": "2026-12-01T00:00:00Z", "conditions": conditions});
    let policy = STANDARD.encode(policy.to_string());
    let made = sigv2::signature(owner.secret.as_bytes(), policy.as_bytes());
    let all = [
        &[("key", "k"), ("AWSAccessKeyId", &owner.access_key_id), ("policy", &policy)],
        fields,
        &[("signature", made.as_str())],
    ];
    let all: Vec<_> =
        all.concat().iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    post(kit, "/bkt", &all, None, file.as_bytes())
}

/// All three store and read; the event says which version and where, and holds no proof.
#[test]
fn all_three_forms_are_served_and_recorded() {
    let kit = kit();
    let root = kit.root.clone();
    send(&kit, &root, "PUT", "/bkt/k", &[("x-amz-meta-a", "1")], "one").ok();
    let read = send(&kit, &root, "GET", "/bkt/k", &[], "").ok();
    assert_eq!((read.text().as_str(), read.header("x-amz-meta-a").as_str()), ("one", "1"));
    let extra = kit.event("GetObject")["additionalEventData"].clone();
    assert_eq!(extra["SignatureVersion"], "SigV2");
    assert_eq!(extra["AuthenticationMethod"], "AuthHeader");

    let target = presign(&kit, &root, "PUT", "/bkt/k?x-amz-meta-b=2", 9);
    kit.send_raw("PUT", &target, &[], b"two").ok();
    let event = kit.event("PutObject");
    assert_eq!(event["additionalEventData"]["SignatureVersion"], "SigV2");
    assert_eq!(event["additionalEventData"]["AuthenticationMethod"], "QueryString");
    let asked = event["requestParameters"].as_object().unwrap();
    assert!(asked.contains_key("Expires") && !asked.contains_key("Signature"), "{asked:?}");
    assert!(!asked.contains_key("AWSAccessKeyId"), "{asked:?}");
    let target = presign(&kit, &root, "GET", "/bkt/k?response-content-type=text%2Fx", 9);
    let read = kit.send_raw("GET", &target, &[], b"").ok();
    assert_eq!((read.text().as_str(), read.header("content-type").as_str()), ("two", "text/x"));
    assert_eq!(read.header("x-amz-meta-b"), "2");

    form(&kit, &root, &[], "three").ok();
    assert_eq!(get(&kit, "/bkt/k").text(), "three");
    assert_eq!(kit.event("PostObject")["additionalEventData"]["SignatureVersion"], "SigV2");
}

/// A URL that was signed for one request serves for no other that has the same string to sign.
#[test]
fn a_presigned_url_serves_for_no_other_request() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let root = kit.root.clone();
    for (method, signed, sent) in [
        ("PUT", "/bkt/k?x-amz-meta-a=v&x-amz-meta-b=w", "/bkt/k?x-amz-meta-a=v%0Ax-amz-meta-b:w"),
        ("PUT", "/bkt/k?partNumber=1&uploadId=X", "/bkt/k?partNumber=1%26uploadId%3DX"),
        (
            "GET",
            "/bkt/k?response-content-type=t&versionId=V",
            "/bkt/k?response-content-type=t%26versionId%3DV",
        ),
    ] {
        let url = presign(&kit, &root, method, signed, 9);
        let changed = [sent, url.strip_prefix(signed).unwrap()].concat();
        let refused = kit.send_raw(method, &changed, &[], b"").error();
        assert_eq!((refused.0, refused.1.as_str()), (403, "SignatureDoesNotMatch"), "{sent}");
    }
    assert_eq!(get(&kit, "/bkt/k").text(), "x");
}

/// A refused signature reaches no operation and leaves no event.
#[test]
fn what_is_not_proved_is_refused() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let (root, events) = (kit.root.clone(), kit.events().len());
    let (mut wrong, mut unknown) = (root.clone(), root.clone());
    wrong.secret = "x".repeat(40);
    unknown.access_key_id = "AKIANOBODYNOBODY0000".to_owned();
    let url = |owner: &Credentials, seconds| {
        let target = presign(&kit, owner, "GET", "/bkt/k", seconds);
        kit.send_raw("GET", &target, &[], b"").error()
    };
    assert_eq!(url(&wrong, 9).1, "SignatureDoesNotMatch");
    assert_eq!(url(&unknown, 9).1, "InvalidAccessKeyId");
    assert_eq!(send(&kit, &wrong, "GET", "/bkt/k", &[], "").error().1, "SignatureDoesNotMatch");
    assert_eq!(form(&kit, &wrong, &[], "x").error().1, "SignatureDoesNotMatch");
    assert_eq!(form(&kit, &unknown, &[], "x").error().1, "InvalidAccessKeyId");
    let token = [("x-amz-security-token", "t")];
    assert_eq!(send(&kit, &root, "GET", "/bkt/k", &token, "").error().1, "InvalidToken");
    assert_eq!(kit.events().len(), events);
}

/// Source: S3 User Guide, "Bucket policy examples using condition keys": a policy denies Version 2
/// by this key, and with it nothing else.
#[test]
fn a_policy_may_deny_it() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let allow = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let user = kit.user("u", &allow);
    let deny = |condition: Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*Object",
             "Resource": "arn:aws:s3:::bkt/*", "Condition": condition}]});
        put(&kit, "/bkt?policy", policy.to_string());
    };
    let by_url = || {
        let target = presign(&kit, &user, "GET", "/bkt/k", 9);
        kit.send_raw("GET", &target, &[], b"").status
    };
    let by_header = || send(&kit, &user, "GET", "/bkt/k", &[], "").status;
    let by_form = || form(&kit, &user, &[], "x").status;
    deny(json!({"StringEquals": {"s3:signatureversion": "AWS"}}));
    assert_eq!((by_url(), by_header(), by_form()), (403, 403, 403));
    let version_4 = kit.send(&user, "s3", "GET", "/bkt/k", &[], b"");
    assert_eq!(version_4.status, 200);
    deny(json!({"StringEquals": {"s3:authType": "REST-QUERY-STRING"}}));
    assert_eq!((by_url(), by_header(), by_form()), (403, 200, 204));
    deny(json!({"StringEquals": {"s3:authType": "POST"}}));
    assert_eq!((by_url(), by_header(), by_form()), (200, 200, 403));
}

/// Observed: what KMS would have to do is refused, also where the bucket's default asks for it.
#[test]
fn kms_demands_version_4() {
    let kit = kit();
    let root = kit.root.clone();
    let check = |answer: &Answered| {
        let (status, code, text) = answer.error();
        assert_eq!((status, code.as_str(), text.as_str()), (400, "InvalidArgument", KMS_TEXT));
        let name_and_value = (answer.element("ArgumentName"), answer.element("ArgumentValue"));
        assert_eq!(name_and_value, ("Authorization".to_owned(), "null".to_owned()));
    };
    let kms = [("x-amz-server-side-encryption", "aws:kms")];
    check(&send(&kit, &root, "PUT", "/bkt/k", &kms, "x"));
    check(&form(&kit, &root, &kms, "x"));
    send(&kit, &root, "PUT", "/bkt/plain", &[], "x").ok();
    let rules = "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>\
                 <SSEAlgorithm>aws:kms</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>\
                 </ServerSideEncryptionConfiguration>";
    put(&kit, "/bkt?encryption", rules);
    check(&send(&kit, &root, "PUT", "/bkt/k", &[], "x"));
    check(&form(&kit, &root, &[], "x"));
    check(&send(&kit, &root, "POST", "/bkt/k?uploads", &[], ""));
    let copy = [("x-amz-copy-source", "/bkt/plain")];
    check(&send(&kit, &root, "PUT", "/bkt/k", &copy, ""));
    put(&kit, "/bkt/k", "x");
    let target = presign(&kit, &root, "GET", "/bkt/k", 9);
    check(&kit.send_raw("GET", &target, &[], b""));
    assert_eq!(send(&kit, &root, "HEAD", "/bkt/k", &[], "").status, 400);
    assert_eq!(send(&kit, &root, "GET", "/bkt/plain", &[], "").ok().text(), "x");
}

/// Neither chunks that are signed, which go on from a signature of Version 4, nor others.
#[test]
fn chunks_are_for_version_4() {
    let kit = kit();
    let root = kit.root.clone();
    for payload in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"] {
        let headers = [("x-amz-content-sha256", payload), ("x-amz-decoded-content-length", "1")];
        let refused = send(&kit, &root, "PUT", "/bkt/k", &headers, "1\r\nx\r\n0\r\n\r\n");
        assert_eq!(refused.error().1, "InvalidRequest", "{payload}");
    }
    let hash = wire::sign::payload_hash(b"other");
    let refused = send(&kit, &root, "PUT", "/bkt/k", &[("x-amz-content-sha256", &hash)], "x");
    assert_eq!(refused.error().1, "XAmzContentSHA256Mismatch", "it was signed");
}

/// A signature that names no region is served where the bucket is, and recorded there.
#[test]
fn a_bucket_is_found_in_its_region() {
    let kit = kit();
    create_in(&kit, "eu-west-1", "elsewhere");
    let root = kit.root.clone();
    send(&kit, &root, "PUT", "/elsewhere/k", &[], "x").ok();
    assert_eq!(kit.event("PutObject")["awsRegion"], "eu-west-1");
    let target = presign(&kit, &root, "GET", "/elsewhere/k", 9);
    assert_eq!(kit.send_raw("GET", &target, &[], b"").ok().text(), "x");
}
