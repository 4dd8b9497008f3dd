//! Requests that a reverse proxy passes on.

use std::io::{Read, Write};
use std::net::TcpStream;

use server::Network;
use wire::sign::{payload_hash, sign_header};

use crate::live::{HOST, Live, REGION, head};

/// A signed call of S3 with headers that a proxy has added since.
fn passed_on(live: &mut Live, target: &str, headers: &[(&str, &str)]) -> u16 {
    live.clock.advance_ms(1_000);
    let (hash, now) = (payload_hash(b""), live.clock.now());
    let added = sign_header("GET", HOST, target, &[], &hash, &live.root, REGION, "s3", now);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = added.chain(headers.iter().copied()).collect();
    live.request("GET", target, &all, b"").status
}

/// The source address in the newest event.
fn source(live: &Live) -> String {
    let view = live.store.snapshot().unwrap();
    let events = live.store.events_from(&view, 0, 1_000).unwrap();
    let newest: serde_json::Value = serde_json::from_slice(&events.last().unwrap().body).unwrap();
    newest["sourceIPAddress"].as_str().unwrap_or_default().to_owned()
}

fn trusting() -> Live {
    Live::start_with(|config| {
        config.trusted_proxies = vec![Network::parse("127.0.0.1").unwrap()];
        config.connections_max_per_address = Some(1);
    })
}

/// The trail records the client, and no sender can make it record another.
#[test]
fn events_name_the_client_behind_a_trusted_proxy() {
    let forwarded =
        [("x-forwarded-for", "198.51.100.1, 203.0.113.9"), ("forwarded", "for=10.0.0.1")];
    let mut live = trusting();
    assert_eq!(passed_on(&mut live, "/", &forwarded), 200);
    assert_eq!(source(&live), "203.0.113.9");
    assert_eq!(passed_on(&mut live, "/", &[]), 200);
    assert_eq!(source(&live), "127.0.0.1");
    live.stop();
    let mut live = Live::start();
    assert_eq!(passed_on(&mut live, "/", &forwarded), 200);
    assert_eq!(source(&live), "127.0.0.1", "not configured");
    live.stop();
}

/// Policies see the client's address and whether its connection is encrypted.
#[test]
fn policies_see_the_client_behind_a_trusted_proxy() {
    let mut live = trusting();
    live.create_bucket("bucket");
    let policy = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket",
         "Resource": "arn:aws:s3:::bucket", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:ListBucket",
         "Resource": "arn:aws:s3:::bucket",
         "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"#;
    assert_eq!(live.s3("PUT", "/bucket?policy", policy.as_bytes()).status, 204);
    for (address, proto, want) in [
        ("203.0.113.9", Some("https"), 200),
        ("203.0.113.9", Some("http"), 403),
        ("203.0.113.9", None, 403),
        ("192.0.2.9", Some("https"), 403),
    ] {
        let mut headers = vec![("x-forwarded-for", address)];
        headers.extend(proto.map(|proto| ("x-forwarded-proto", proto)));
        assert_eq!(passed_on(&mut live, "/bucket", &headers), want, "{address} {proto:?}");
    }
    live.stop();
}

/// The proxy's connections are many clients'; each of them has its share of calls.
#[test]
fn clients_behind_a_trusted_proxy_share_by_calls() {
    let mut live = trusting();
    live.create_bucket("bucket");
    let client = [("x-forwarded-for", "203.0.113.9")];
    let (word, now) = ("UNSIGNED-PAYLOAD", live.clock.now());
    let added = sign_header("PUT", HOST, "/bucket/key", &[], word, &live.root, REGION, "s3", now);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = added.chain(client).chain([("expect", "100-continue")]).collect();
    let mut call = TcpStream::connect(live.address).unwrap();
    call.write_all(head("PUT", "/bucket/key", &all, 1 << 20).as_bytes()).unwrap();
    call.read_exact(&mut [0; 25]).unwrap();
    assert_eq!(passed_on(&mut live, "/", &client), 503, "its share is under way");
    assert_eq!(passed_on(&mut live, "/", &[("x-forwarded-for", "203.0.113.8")]), 200);
    let health = live.request("GET", "/_shoseki/health", &client, b"");
    assert_eq!(health.status, 200);
    drop(call);
    live.stop();
}
