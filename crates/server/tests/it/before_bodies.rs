//! Requests that are rejected before their body is read, and what their sender receives.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use types::{MINUTE_MS, Timestamp};
use wire::sign::{Credentials, payload_hash, sign_header};

use crate::live::{HOST, Live, REGION, head, read_answer};

/// More than unauthenticated clients may send, and than sockets buffer while they are not read.
const LARGE: usize = 8 << 20;
/// As much as a JSON call may have.
const MIB: usize = 1 << 20;

/// A head, and the headers that are sent unsigned.
struct Call<'a> {
    method: &'a str,
    target: &'a str,
    service: &'a str,
    headers: &'a [(&'a str, &'a str)],
}

const JSON: Call<'_> = Call {
    method: "POST",
    target: "/",
    service: "kms",
    headers: &[("x-amz-target", "TrentService.ListKeys")],
};
const PUT: Call<'_> = Call { method: "PUT", target: "/bucket/key", service: "s3", headers: &[] };

impl Call<'_> {
    /// Signed like this, with a body of this many bytes to follow, with or without an invitation.
    fn head(&self, who: &Credentials, at: Timestamp, bytes: usize, expect: bool) -> String {
        let hash = if self.service == "s3" {
            "UNSIGNED-PAYLOAD".to_owned()
        } else {
            payload_hash(&vec![b' '; bytes])
        };
        let (service, headers) = (self.service, self.headers);
        let added =
            sign_header(self.method, HOST, self.target, headers, &hash, who, REGION, service, at);
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let expected = expect.then_some(("expect", "100-continue"));
        let all: Vec<_> = headers.iter().copied().chain(added).chain(expected).collect();
        head(self.method, self.target, &all, bytes as u64)
    }
}

/// The same as [`PUT`], signed with Version 2, by a client that waits for an invitation.
fn version_2(who: &Credentials, at: Timestamp) -> String {
    let date = at.http_date();
    let text = format!("PUT\n\n\n{date}\n{}", PUT.target);
    let signature = wire::sigv2::signature(who.secret.as_bytes(), text.as_bytes());
    let authorization = format!("AWS {}:{signature}", who.access_key_id);
    let headers =
        [("date", date.as_str()), ("authorization", &authorization), ("expect", "100-continue")];
    head(PUT.method, PUT.target, &headers, MIB as u64)
}

fn connect(live: &Live) -> TcpStream {
    let stream = TcpStream::connect(live.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Root's credentials, and their fault.
fn spoilt(live: &Live, spoil: impl FnOnce(&mut Credentials)) -> Credentials {
    let mut credentials = live.root.clone();
    spoil(&mut credentials);
    credentials
}

fn unknown_caller(live: &Live) -> Credentials {
    spoilt(live, |own| "AKIANOBODYNOBODYNOBO".clone_into(&mut own.access_key_id))
}

fn forger(live: &Live) -> Credentials {
    spoilt(live, |own| own.secret = "x".repeat(40))
}

/// The code of the response to a head whose sender waits for `100 Continue`; `invited` if it comes.
pub(crate) fn answer_to(live: &Live, head: &str) -> String {
    let mut stream = connect(live);
    stream.write_all(head.as_bytes()).unwrap();
    // It sends no body, so that what would wait for one ends.
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = read_answer(&mut stream);
    let text = answer.text();
    if answer.status == 100 {
        return "invited".to_owned();
    }
    for (before, after) in [("<Code>", '<'), ("\"__type\":\"", '"')] {
        if let Some((_, rest)) = text.split_once(before) {
            return rest.split(after).next().unwrap().to_owned();
        }
    }
    panic!("no code: {} {text}", answer.head)
}

#[test]
fn invalid_heads_are_rejected_before_the_body_is_invited() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let now = live.clock.now();
    let (unknown, forger, old) =
        (unknown_caller(&live), forger(&live), now.minus_ms(20 * MINUTE_MS));
    let ended = spoilt(&live, |own| own.session_token = Some("ended".to_owned()));
    let root = live.root.clone();
    let elsewhere = Call { service: "s3", ..JSON };
    for (call, who, at, code) in [
        (&JSON, &unknown, now, "UnrecognizedClientException"),
        (&JSON, &root, old, "InvalidSignatureException"),
        (&JSON, &ended, now, "UnrecognizedClientException"),
        (&elsewhere, &root, now, "InvalidSignatureException"),
        (&PUT, &unknown, now, "InvalidAccessKeyId"),
        (&PUT, &root, old, "RequestTimeTooSkewed"),
        (&PUT, &forger, now, "SignatureDoesNotMatch"),
    ] {
        assert_eq!(answer_to(&live, &call.head(who, at, MIB, true)), code, "{}", call.service);
    }
    for (who, at, code) in [
        (&unknown, now, "InvalidAccessKeyId"),
        (&root, old, "RequestTimeTooSkewed"),
        (&forger, now, "SignatureDoesNotMatch"),
    ] {
        assert_eq!(answer_to(&live, &version_2(who, at)), code, "version 2");
    }
    let unsigned = [("x-amz-target", "TrentService.ListKeys"), ("expect", "100-continue")];
    let unsigned = head("POST", "/", &unsigned, MIB as u64);
    assert_eq!(answer_to(&live, &unsigned), "MissingAuthenticationTokenException");
    live.stop();
}

#[test]
fn valid_heads_are_invited() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    for call in [&JSON, &PUT] {
        for bytes in [64, MIB] {
            let mut stream = connect(&live);
            let head = call.head(&live.root, live.clock.now(), bytes, true);
            stream.write_all(head.as_bytes()).unwrap();
            let invited = b"HTTP/1.1 100 Continue\r\n\r\n";
            let mut first = vec![0; invited.len()];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(first, invited);
            stream.write_all(&vec![b' '; bytes]).unwrap();
            assert_eq!(read_answer(&mut stream).status, 200);
        }
    }
    live.stop();
}

/// Clients send all of a body before they read: the response is still available then.
#[test]
fn eager_senders_receive_the_error() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let now = live.clock.now();
    for (call, who, bytes, status) in [
        (&JSON, unknown_caller(&live), MIB, 400),
        (&PUT, unknown_caller(&live), LARGE, 403),
        (&PUT, forger(&live), LARGE, 403),
        // Known, but there is no such bucket.
        (&Call { target: "/nowhere/key", ..PUT }, live.root.clone(), LARGE, 404),
    ] {
        let mut stream = connect(&live);
        stream.write_all(call.head(&who, now, bytes, false).as_bytes()).unwrap();
        stream.write_all(&vec![b' '; bytes]).unwrap();
        let answer = read_answer(&mut stream);
        assert_eq!(answer.status, status, "{}", call.target);
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
    }
    live.stop();
}

/// Little is buffered for unauthenticated clients.
#[test]
fn unauthenticated_clients_have_little_time() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let policy = vec![b' '; 65 << 10];
    let refused = live.request("PUT", "/bucket?policy", &[], &policy);
    assert!(refused.text().contains("<Code>MaxMessageLengthExceeded</Code>"), "{}", refused.text());
    let denied = live.request("PUT", "/bucket?policy", &[], &policy[..60 << 10]);
    assert!(denied.text().contains("<Code>AccessDenied</Code>"), "{}", denied.text());
    assert_eq!(live.s3("PUT", "/bucket?policy", &policy).status, 400, "received, but not a policy");
    live.stop();
}

/// A body of allowed length that would take hundreds of times as much memory is not decoded.
#[test]
fn a_body_of_very_many_values_is_refused() {
    let mut live = Live::start();
    let tags = vec![serde_json::json!({}); 20_000];
    let refused = live.json("TrentService.CreateKey", &serde_json::json!({ "Tags": tags }));
    assert_eq!(refused.status, 413, "{}", refused.text());
    live.stop();
}

/// A key that is deleted while a body is being sent proves nothing any more.
#[test]
fn proof_by_a_head_does_not_last() {
    let live = Live::start();
    let mut stream = connect(&live);
    let head = JSON.head(&live.root, live.clock.now(), MIB, true);
    stream.write_all(head.as_bytes()).unwrap();
    stream.read_exact(&mut [0; 25]).unwrap();
    live.clock.advance_ms(16 * MINUTE_MS);
    stream.write_all(&vec![b' '; MIB]).unwrap();
    let text = read_answer(&mut stream).text();
    assert!(text.contains("InvalidSignatureException"), "{text}");
    let mut live = live;
    live.stop();
}

/// A body in chunks that was read to its end leaves its connection to the next request.
#[test]
fn a_chunked_body_that_was_read_keeps_its_connection() {
    let mut live = Live::start();
    let mut stream = connect(&live);
    for connection in ["keep-alive", "close"] {
        let head = JSON.head(&live.root, live.clock.now(), 2, false);
        let head = head
            .replace("content-length: 2", "transfer-encoding: chunked")
            .replace("connection: close", &format!("connection: {connection}"));
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"2\r\n  \r\n0\r\n\r\n").unwrap();
    }
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200").count(), 2, "{text}");
    live.stop();
}
