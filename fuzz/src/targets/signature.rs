//! A request's head: what it presents, for where, and whether it is true.

use serde_json::Value;
use types::Timestamp;
use wire::sign::{Credentials, payload_hash, presign, sign_header};
use wire::sigv4::{ChunkDecoder, SignatureError, presented, verify};
use wire::{Family, Head, Protocol, WireError, render_error, virtual_host};

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
        "AWSAccessKeyId",
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
    seeds.push(raw_request::text("GET", "/b/k?versionId=1", &[("host", "[::1]:80")], ""));
    seeds
}

fn run(input: &[u8]) -> Way {
    let Some((head, body)) = raw_request::parse(input) else { return Way(0) };
    let way = look(&head);
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
                match verify(&head, &signed, SECRET, Some(&hash), NOW, family) {
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

/// What is asked of a head, signed or not.
fn look(head: &Head) -> Way {
    let pairs = head.query_pairs();
    for (name, _) in &pairs {
        let first = pairs.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        assert_eq!(head.query_value(name), first, "the first value of `{name}`");
    }
    let bucket = virtual_host(head, &["localhost".to_owned(), "example.com".to_owned()]);
    Way(1).size(pairs.len()).then(bucket.map(|(_, region)| region.is_some()))
}

/// Every refusal can be told, in any protocol, in a form that can be read.
fn refused(way: Way, error: &SignatureError) -> Way {
    for family in [Family::S3, Family::Json, Family::Query] {
        assert_readable(&error.wire(family));
    }
    way.kind(error)
}

/// That the answer of an error is well-formed.
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
