//! A request's head: its signature, its scope, and whether it verifies.

use serde_json::Value;
use types::Timestamp;
use wire::sign::{Credentials, payload_hash, presign, sign_header};
use wire::sigv4::{ChunkDecoder, SignatureError, SigningKey, presented, verify_body, verify_head};
use wire::{Family, Head, Protocol, WireError, render_error, sigv2, virtual_host};

use super::{assert_xml, raw_request};
use crate::{Target, Way};

const NOW: Timestamp = Timestamp::from_secs(1_772_323_200);
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const HOST: &str = "logs.s3.localhost:4566";

pub(super) const TARGET: Target = Target {
    words: &[
        "AWS4-HMAC-SHA256",
        "aws4_request",
        "Credential=",
        "SignedHeaders=",
        "Signature=",
        "host;x-amz-date",
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
        "x-amz-content-sha256",
        "x-amz-date",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "UNSIGNED-PAYLOAD",
        "AWSAccessKeyId=",
        "Signature=",
        "Expires=",
        "authorization: AWS ",
        "date: Sun, 01 Mar 2026 00:00:00 GMT",
        "authorization: ",
        "20260301T000000Z",
        "20260301",
        "[::1]:80",
        "?",
        "&",
    ],
    cost: 8,
    run,
    ..Target::new("signature", seeds)
};

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: SECRET.to_owned(),
        session_token: Some("token".to_owned()),
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let requests = [
        ("GET", "/a%20b//../c?x=2&x=1&acl", "s3", "UNSIGNED-PAYLOAD"),
        ("PUT", "/k", "s3", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ("POST", "/", "kms", &payload_hash(b"")),
        ("POST", "/a//b/../c?Action=ListUsers", "iam", &payload_hash(b"")),
    ];
    for (method, target, service, payload) in requests {
        let own = [("x-amz-meta-a", "  two  words "), ("x-amz-decoded-content-length", "5")];
        let added = sign_header(
            method,
            HOST,
            target,
            &own,
            payload,
            &credentials(),
            "us-east-1",
            service,
            NOW,
        );
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = [("host", HOST)].into_iter().chain(own).chain(added).collect();
        seeds.push(raw_request::text(method, target, &all, ""));
        let query =
            presign(method, HOST, target, &[], &credentials(), "us-east-1", service, 600, NOW);
        seeds.push(raw_request::text(method, &query, &[("host", HOST)], ""));
    }
    seeds.extend(seeds_of_version_2());
    seeds.push(raw_request::text("GET", "/b/k?versionId=1", &[("host", "[::1]:80")], ""));
    seeds
}

fn seeds_of_version_2() -> Vec<Vec<u8>> {
    let target = "/b/k?acl&x-amz-meta-b=2&response-expires=a%20b&prefix=c";
    let own = [("host", "localhost"), ("content-type", "text/x"), ("x-amz-meta-a", " 1 ")];
    let parse = |text: &[u8]| raw_request::parse(text).map(|(head, _)| head);
    let sign = |head: &Head, line: &str| {
        sigv2::signature(SECRET.as_bytes(), &sigv2::string_to_sign(head, line, head.path()))
    };
    let mut seeds = Vec::new();
    if let Some(head) = parse(&raw_request::text("GET", target, &own, "")) {
        let date = NOW.http_date();
        let authorization = format!("AWS AKIAIOSFODNN7EXAMPLE:{}", sign(&head, &date));
        let signed = [("date", date.as_str()), ("authorization", authorization.as_str())];
        seeds.push(raw_request::text("GET", target, &[&own[..], &signed[..]].concat(), ""));
        let expires = NOW.as_secs().to_string();
        let signature = wire::uri::encode(&sign(&head, &expires));
        let query = format!("&AWSAccessKeyId=A&Expires={expires}&Signature={signature}");
        seeds.push(raw_request::text("GET", &format!("{target}{query}"), &own, ""));
    }
    seeds
}

/// A Version 2 signature that is valid for a head is valid for no head with further parameters.
fn version_2(head: &Head) -> Way {
    let bucket = virtual_host(head, &["localhost".to_owned()]).map(|(bucket, _)| bucket);
    let proved = |head: &Head| match sigv2::presented(head) {
        Ok(Some(signed)) => {
            let proved = signed.check_time(NOW);
            proved
                .and_then(|()| signed.verify(head, bucket.as_deref(), SECRET.as_bytes()))
                .map(Some)
        }
        Ok(None) => Ok(None),
        Err(refusal) => Err(refusal),
    };
    match proved(head) {
        Ok(None) => Way(2),
        Err(refusal) => {
            assert_readable(&refusal.wire());
            Way(3).kind(&refusal)
        }
        Ok(Some(())) => {
            let sign = if head.target.contains('?') { '&' } else { '?' };
            for more in ["uploads", "%61cl=x", "x-amz-acl=public-read", "X-AMZ-A=b"] {
                let mut other = head.clone();
                other.target = format!("{}{sign}{more}", head.target);
                let other = proved(&other);
                assert!(!matches!(other, Ok(Some(()))), "`{more}` is not signed");
            }
            Way(4)
        }
    }
}

fn run(input: &[u8]) -> Way {
    let Some((head, body)) = raw_request::parse(input) else { return Way(0) };
    let way = query(&head).then(version_2(&head).0);
    match presented(&head) {
        Ok(None) => way.then("anonymous"),
        Err(error) => refused(way, &error),
        Ok(Some(signed)) => {
            let hash = keys::sha256(&body);
            let mut way = way.kind(&signed.form).kind(&signed.payload);
            for (family, service) in
                [(Family::S3, "s3"), (Family::Json, "kms"), (Family::Query, "iam")]
            {
                if let Err(error) = signed.check_scope(service) {
                    way = refused(way, &error);
                }
                let key = SigningKey::for_signed(SECRET, &signed);
                let verified = verify_head(&head, &signed, &key, NOW, family)
                    .and_then(|()| verify_body(&head, &signed, key, Some(&hash), family));
                match verified {
                    Err(error) => way = refused(way, &error),
                    Ok(verified) => {
                        let decoder = ChunkDecoder::new(&head, &signed.payload, Some(&verified));
                        way = way.then("true").then(decoder.is_ok());
                    }
                }
            }
            way
        }
    }
}

/// The properties of a head, signed or not.
fn query(head: &Head) -> Way {
    let pairs = head.query_pairs();
    for (name, _) in &pairs {
        let first = pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        assert_eq!(head.query_value(name), first, "the first value of `{name}`");
    }
    let bucket = virtual_host(head, &["localhost".to_owned(), "example.com".to_owned()]);
    Way(1).size(pairs.len()).then(bucket.map(|(_, region)| region.is_some()))
}

/// Every error can be formatted in every protocol, and parsed again.
fn refused(way: Way, error: &SignatureError) -> Way {
    for family in [Family::S3, Family::Json, Family::Query] {
        assert_readable(&error.wire(family));
    }
    way.kind(error)
}

/// Asserts that an error response is well-formed.
pub(super) fn assert_readable(error: &WireError) {
    assert!((400..600).contains(&error.status), "status {}", error.status);
    for protocol in [Protocol::Json11, Protocol::RestXml, Protocol::Query { namespace: "urn:n" }] {
        let (_, body) = render_error(protocol, error, "id", "host id");
        if protocol == Protocol::Json11 {
            let read = serde_json::from_slice::<Value>(&body);
            assert!(read.is_ok(), "{read:?}: {}", String::from_utf8_lossy(&body));
        } else {
            assert_xml(&body);
        }
    }
}
