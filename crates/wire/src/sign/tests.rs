//! Known-answer tests of both sides, and that each accepts the other's output.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use proptest::collection::vec;
use proptest::prelude::*;
use types::Timestamp;

use super::{Credentials, payload_hash, presign, sign_header};
use crate::Head;
use crate::sigv4::{
    Family, Form, Payload, SKEW_MS, SignatureError, Signed, SigningKey, presented, verify_body,
    verify_head,
};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// IAM User Guide, "Create a signed AWS API request": `ListUsers`.
const LIST_USERS: &str = "AWS4-HMAC-SHA256 \
     Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date, \
     Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
/// S3 API Reference, "Authenticating Requests: Using the Authorization Header": `GET Object`.
const GET_OBJECT: &str = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
/// The same page: `GET Bucket` with two parameters.
const LIST_OBJECTS: &str = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
/// S3 API Reference, "Authenticating Requests: Using Query Parameters".
const PRESIGNED: &str = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&\
     X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&\
     X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&\
     X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

fn credentials(access_key_id: &str, secret: &str) -> Credentials {
    Credentials {
        access_key_id: access_key_id.to_owned(),
        secret: secret.to_owned(),
        session_token: None,
    }
}

fn example() -> Credentials {
    credentials("AKIAIOSFODNN7EXAMPLE", SECRET)
}

fn time(basic: &str) -> Timestamp {
    Timestamp::parse_basic(basic).unwrap()
}

fn head(method: &str, host: &str, target: &str, headers: &[(&str, &str)]) -> Head {
    let mut map = HeaderMap::new();
    map.insert("host", HeaderValue::from_str(host).unwrap());
    for (name, value) in headers {
        map.append(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let (method, peer) = (Method::from_bytes(method.as_bytes()).unwrap(), [127, 0, 0, 1].into());
    Head::new(method, target.to_owned(), map, true, peer)
}

/// The head with what signing added.
fn with(head: Head, added: &[(String, String)]) -> Head {
    let mut headers = head.headers().clone();
    for (name, value) in added {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    head.with_headers(headers)
}

/// The verifier's result for a signature, with the secret and the hash of the body.
fn verify(
    head: &Head,
    signed: &Signed,
    body_sha256: Option<&[u8; 32]>,
    now: Timestamp,
    family: Family,
) -> Result<(), SignatureError> {
    let key = SigningKey::for_signed(SECRET, signed);
    verify_head(head, signed, &key, now, family)?;
    verify_body(head, signed, key, body_sha256, family).map(|_| ())
}

/// The verifier's result for a request signed with these headers.
fn judge(
    head: Head,
    added: &[(String, String)],
    body: &[u8],
    now: Timestamp,
    family: Family,
) -> Result<(), SignatureError> {
    let head = with(head, added);
    let signed = presented(&head)?.expect("signed");
    verify(&head, &signed, Some(&keys::sha256(body)), now, family)
}

fn signature(added: &[(String, String)]) -> &str {
    added.last().and_then(|(_, value)| value.rsplit_once("Signature=")).unwrap().1
}

/// The published examples, from our signer and through our verifier.
#[test]
fn published_headers_are_made_and_verified() {
    let now = time("20150830T123600Z");
    let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let (host, target) = ("iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08");
    let hash = payload_hash(b"");
    // The IAM example's secret has a plus where the S3 examples' has a slash.
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let credentials = credentials("AKIDEXAMPLE", secret);
    let added =
        sign_header("GET", host, target, &headers, &hash, &credentials, "us-east-1", "iam", now);
    let want = [("x-amz-date", "20150830T123600Z"), ("authorization", LIST_USERS)];
    assert_eq!(added, want.map(|(n, v)| (n.to_owned(), v.to_owned())));

    let now = time("20130524T000000Z");
    let host = "examplebucket.s3.amazonaws.com";
    let range = [("range", "bytes=0-9")];
    for (target, headers, want) in
        [("/test.txt", &range[..], GET_OBJECT), ("/?max-keys=2&prefix=J", &[], LIST_OBJECTS)]
    {
        let added =
            sign_header("GET", host, target, headers, &hash, &example(), "us-east-1", "s3", now);
        assert_eq!(signature(&added), want, "{target}");
        let head = head("GET", host, target, headers);
        assert_eq!(judge(head, &added, b"", now, Family::S3), Ok(()), "{target}");
    }
}

/// The published URL, to the end of its life and no longer.
#[test]
fn the_published_url_is_made_and_verified() {
    let made = time("20130524T000000Z");
    let host = "examplebucket.s3.amazonaws.com";
    let target =
        presign("GET", host, "/test.txt", &[], &example(), "us-east-1", "s3", 86_400, made);
    assert_eq!(target, PRESIGNED);
    let judge = |now| judge(head("GET", host, &target, &[]), &[], b"", now, Family::S3);
    let end = made.plus_ms(86_400_000);
    assert_eq!(judge(made.minus_ms(SKEW_MS)), Ok(()));
    assert_eq!(judge(end), Ok(()));
    assert!(matches!(judge(end.plus_ms(1)), Err(SignatureError::PresignedExpired { .. })));
    assert!(matches!(
        judge(made.minus_ms(SKEW_MS + 1)),
        Err(SignatureError::NotYet { presigned: true, .. })
    ));
}

/// A header that was not signed with the URL does not describe the body.
#[test]
fn an_unsigned_payload_hash_beside_a_presigned_url_is_ignored() {
    let now = time("20260101T000000Z");
    let host = "b.s3.amazonaws.com";
    let url = presign("PUT", host, "/k", &[], &example(), "us-east-1", "s3", 60, now);
    for sent in [payload_hash(b"another body"), "nonsense".to_owned()] {
        let headers = [("x-amz-content-sha256", sent.as_str())];
        let judged = judge(head("PUT", host, &url, &headers), &[], b"body", now, Family::S3);
        assert_eq!(judged, Ok(()), "{sent}");
    }
    let headers = [("x-amz-acl", "public-read")];
    let judged = judge(head("PUT", host, &url, &headers), &[], b"body", now, Family::S3);
    assert!(matches!(judged, Err(SignatureError::HeadersNotSigned(_))));
}

/// A header signature lives a quarter of an hour, in both directions.
#[test]
fn headers_live_a_quarter_of_an_hour() {
    let made = time("20260101T000000Z");
    let hash = payload_hash(b"{}");
    let added = sign_header("POST", "kms", "/", &[], &hash, &example(), "us-east-1", "kms", made);
    let judge = |now| judge(head("POST", "kms", "/", &[]), &added, b"{}", now, Family::Json);
    assert_eq!(judge(made.plus_ms(SKEW_MS)), Ok(()));
    assert_eq!(judge(made.minus_ms(SKEW_MS)), Ok(()));
    assert!(matches!(judge(made.plus_ms(SKEW_MS + 1)), Err(SignatureError::TooOld { .. })));
    assert!(matches!(judge(made.minus_ms(SKEW_MS + 1)), Err(SignatureError::NotYet { .. })));
}

/// Every change after signing is detected.
#[test]
fn every_part_is_under_the_signature() {
    let now = time("20260101T000000Z");
    let (host, target) = ("b.s3.localhost:4566", "/a%2Fb?acl&x=1");
    let headers = [("x-amz-acl", "private"), ("content-type", "text/plain")];
    let hash = payload_hash(b"body");
    let added =
        sign_header("PUT", host, target, &headers, &hash, &example(), "us-east-1", "s3", now);
    let judge = |head, body: &[u8]| judge(head, &added, body, now, Family::S3);
    assert_eq!(judge(head("PUT", host, target, &headers), b"body"), Ok(()));
    let other_acl = [("x-amz-acl", "public-read"), headers[1]];
    for changed in [
        head("POST", host, target, &headers),
        head("PUT", "c.s3.localhost:4566", target, &headers),
        head("PUT", "b.s3.localhost", target, &headers),
        head("PUT", host, "/a/b?acl&x=1", &headers),
        head("PUT", host, "/a%2Fb?acl&x=2", &headers),
        head("PUT", host, "/a%2Fb?acl&x=1&y", &headers),
        head("PUT", host, target, &other_acl),
        head("PUT", host, target, &headers[..1]),
    ] {
        let result = judge(changed, b"body");
        assert!(matches!(result, Err(SignatureError::Mismatch(_))), "{result:?}");
    }
    let more = [headers[0], headers[1], ("x-amz-tagging", "a=b")];
    assert_eq!(
        judge(head("PUT", host, target, &more), b"body"),
        Err(SignatureError::HeadersNotSigned(vec!["x-amz-tagging".to_owned()]))
    );
    let result = judge(head("PUT", host, target, &headers), b"bodx");
    let error = result.unwrap_err().wire(Family::S3);
    assert_eq!((error.status, error.code.as_str()), (400, "XAmzContentSHA256Mismatch"));
}

/// Outside S3 the body's own hash counts, not the header's value.
#[test]
fn other_services_hash_the_body_themselves() {
    let now = time("20260101T000000Z");
    let claimed = [("x-amz-content-sha256", "UNSIGNED-PAYLOAD")];
    let added = sign_header(
        "POST",
        "kms",
        "/",
        &claimed,
        "UNSIGNED-PAYLOAD",
        &example(),
        "us-east-1",
        "kms",
        now,
    );
    let result = judge(head("POST", "kms", "/", &claimed), &added, b"{}", now, Family::Json);
    assert!(matches!(result, Err(SignatureError::Mismatch(_))), "{result:?}");
}

/// A session's token travels with the signature in both forms.
#[test]
fn session_tokens_are_sent() {
    let now = time("20260101T000000Z");
    let mut session = example();
    session.session_token = Some("t/o+k=".to_owned());
    let hash = payload_hash(b"");
    let added = sign_header("GET", "sts", "/", &[], &hash, &session, "us-east-1", "sts", now);
    let signed_head = with(head("GET", "sts", "/", &[]), &added);
    let signed = presented(&signed_head).unwrap().unwrap();
    assert_eq!(signed.session_token.as_deref(), Some("t/o+k="));
    assert!(signed.signed_headers.iter().any(|name| name == "x-amz-security-token"));

    let target = presign("GET", "sts", "/?Action=A", &[], &session, "us-east-1", "sts", 60, now);
    let signed = presented(&head("GET", "sts", &target, &[])).unwrap().unwrap();
    assert_eq!(signed.session_token.as_deref(), Some("t/o+k="));
    assert_eq!(signed.form, Form::Query { expires_secs: Some(60) });
    assert_eq!(signed.check_scope("sts"), Ok(()));
    assert!(matches!(signed.check_scope("kms"), Err(SignatureError::WrongService { .. })));
    let (token, rest) = ("&X-Amz-Security-Token=t%2Fo%2Bk%3D", "&X-Amz-SignedHeaders");
    assert!(target.contains(&[token, rest].concat()));
    let result = judge(head("GET", "sts", &target, &[]), &[], b"", now, Family::Query);
    assert_eq!(result, Ok(()));
}

/// Services other than S3 ignore the lifetime that a presigned URL names.
#[test]
fn outside_s3_a_presigned_url_lives_for_fifteen_minutes() {
    let made = time("20260101T000000Z");
    let end = made.plus_ms(15 * types::MINUTE_MS);
    for secs in [60, 86_400] {
        let url = presign("GET", "h", "/?A=b", &[], &example(), "us-east-1", "sts", secs, made);
        let judge_at = |now| judge(head("GET", "h", &url, &[]), &[], b"", now, Family::Query);
        assert_eq!(judge_at(end), Ok(()), "{secs}");
        let late = judge_at(end.plus_ms(1));
        assert!(matches!(late, Err(SignatureError::TooOld { .. })), "{secs}: {late:?}");
    }
}

/// Some clients append the token to a presigned URL afterwards: other services accept that, S3 does
/// not.
#[test]
fn a_token_added_later_is_accepted_outside_s3() {
    let now = time("20260101T000000Z");
    for (service, family) in [("sts", Family::Query), ("s3", Family::S3)] {
        let url = presign("GET", "h", "/?A=b", &[], &example(), "us-east-1", service, 60, now);
        let url = url + "&X-Amz-Security-Token=t";
        let result = judge(head("GET", "h", &url, &[]), &[], b"", now, family);
        if family == Family::S3 {
            assert!(matches!(result, Err(SignatureError::Mismatch(_))), "{result:?}");
        } else {
            assert_eq!(result, Ok(()));
        }
    }
}

/// S3 requires a description of the body, in one of the defined values.
#[test]
fn s3_requires_a_content_hash() {
    let now = time("20260101T000000Z");
    for (word, want) in [
        ("UNSIGNED-PAYLOAD", None),
        ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", None),
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", Some("InvalidArgument")),
        ("nonsense", Some("InvalidArgument")),
    ] {
        let added = sign_header("PUT", "h", "/b", &[], word, &example(), "us-east-1", "s3", now);
        let result = judge(head("PUT", "h", "/b", &[]), &added, b"x", now, Family::S3);
        let code = result.err().map(|error| error.wire(Family::S3).code);
        assert_eq!(code.as_deref(), want, "{word}");
    }
    let mut added = sign_header("PUT", "h", "/b", &[], "x", &example(), "us-east-1", "s3", now);
    added.retain(|(name, _)| name != "x-amz-content-sha256");
    let result = judge(head("PUT", "h", "/b", &[]), &added, b"x", now, Family::S3);
    assert_eq!(result, Err(SignatureError::MissingContentSha256));
}

fn header_value() -> impl Strategy<Value = String> {
    // Anything a header can carry, UTF-8 beyond ASCII included.
    "[ \\t!-~\u{a1}-\u{2fff}]{0,20}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Every signature that we create verifies, for any path, query, headers and body.
    #[test]
    fn signed_requests_verify(
        path in "(/[!-\"$-+--.0->@-~]{0,8}){1,4}",
        query in "[!-\"$-~]{0,24}",
        values in vec(header_value(), 0..4),
        body in vec(any::<u8>(), 0..64),
        service in prop_oneof![Just("s3"), Just("kms"), Just("iam")],
    ) {
        let now = time("20260101T000000Z");
        let family = if service == "s3" { Family::S3 } else { Family::Json };
        let target = if query.is_empty() { path } else { [path, "?".to_owned(), query].concat() };
        // Repeated names are joined in order.
        let headers: Vec<(&str, &str)> = values
            .iter()
            .zip(["x-amz-meta-a", "x-amz-meta-a", "x-amz-meta-b", "content-type"])
            .map(|(value, name)| (name, value.as_str()))
            .collect();
        let hash = payload_hash(&body);
        let added = sign_header(
            "PUT", "h:1", &target, &headers, &hash, &example(), "us-east-1", service, now,
        );
        let head = head("PUT", "h:1", &target, &headers);
        // A query that already contains a signature is rejected for that reason alone.
        prop_assert_eq!(judge(head, &added, &body, now, family), Ok(()));
    }

    /// What we presign we accept.
    #[test]
    fn presigned_urls_verify(
        path in "(/[!-\"$-+--.0->@-~]{0,8}){1,4}",
        query in "([a-z%+=&.~*']{1,8}){0,3}",
        secs in 1..604_800_u64,
        service in prop_oneof![Just("s3"), Just("sts")],
    ) {
        let now = time("20260101T000000Z");
        let family = if service == "s3" { Family::S3 } else { Family::Query };
        let target = if query.is_empty() { path } else { [path, "?".to_owned(), query].concat() };
        let url = presign("GET", "h", &target, &[], &example(), "us-east-1", service, secs, now);
        let head = head("GET", "h", &url, &[]);
        prop_assert_eq!(judge(head, &[], b"", now, family), Ok(()));
    }

    /// Untrusted input is parsed or rejected.
    #[test]
    fn presenting_never_panics(
        authorization in prop_oneof![
            "[ -~]{0,80}",
            "AWS4-HMAC-SHA256 (Credential=|SignedHeaders=|Signature=|[a-z0-9/;,= ]){0,9}",
        ],
        date in "[0-9TZ]{0,17}",
        query in "(X-Amz-(Date|Expires|Credential|Signature|Algorithm)=[a-zA-Z0-9%/-]{0,20}&){0,6}",
    ) {
        let headers = [("authorization", authorization.as_str()), ("x-amz-date", date.as_str())];
        let now = time("20260101T000000Z");
        for family in [Family::S3, Family::Json, Family::Query] {
            for (headers, query) in [(&headers[..], ""), (&[], query.as_str())] {
                let head = head("GET", "h", &["/?", query].concat(), headers);
                match presented(&head) {
                    Ok(None) => {}
                    Ok(Some(signed)) => {
                        prop_assert!(verify(&head, &signed, None, now, family).is_err());
                    }
                    Err(error) => {
                        let wire = error.wire(family);
                        prop_assert!((400..=403).contains(&wire.status));
                    }
                }
            }
        }
    }

    /// Any value of the content hash header keeps its text.
    #[test]
    fn payload_values_round_trip(text in prop_oneof!["[ -~]{1,70}", "[0-9a-f]{64}"]) {
        let payload = Payload::parse(&text);
        prop_assert_eq!(payload.as_str(), text);
    }
}
