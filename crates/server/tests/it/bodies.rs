//! Bodies: in chunks, cut off, too large, and absent where there must be none.

use wire::sign::{chunked_body, seed, sign_header};
use wire::sigv4::Payload;

use crate::live::{HOST, Live, REGION, head};

/// A PUT with a chunked body; `spoil` may change it.
fn put_chunked(live: &mut Live, key: &str, body: &[u8], spoil: impl FnOnce(&mut Vec<u8>)) -> u16 {
    live.clock.advance_ms(1_000);
    let (now, length) = (live.clock.now(), body.len().to_string());
    let headers =
        [("content-encoding", "aws-chunked"), ("x-amz-decoded-content-length", length.as_str())];
    let (target, word) = (format!("/bucket/{key}"), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    let added = sign_header("PUT", HOST, &target, &headers, word, &live.root, REGION, "s3", now);
    let seed = seed(&added, &live.root, REGION, "s3", now).unwrap();
    let payload = Payload::Streaming { signed: true, trailer: false };
    let mut chunks = chunked_body(&payload, Some(&seed), body, 64 << 10, &[]);
    spoil(&mut chunks);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = headers.into_iter().chain(added).collect();
    live.request("PUT", &target, &all, &chunks).status
}

/// Signed chunks are concatenated; a changed one invalidates all of them.
#[test]
fn bodies_in_chunks_are_verified() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let body: Vec<u8> = (0..200_000_u32).map(|n| (n % 251) as u8).collect();
    assert_eq!(put_chunked(&mut live, "whole", &body, |_| {}), 200);
    assert_eq!(live.s3("GET", "/bucket/whole", b"").body, body);
    live.heading("A byte is changed");
    let spoilt = put_chunked(&mut live, "changed", &body, |chunks| chunks[100_000] ^= 1);
    assert_eq!(spoilt, 403);
    live.heading("The last chunk is missing");
    let cut = put_chunked(&mut live, "cut", &body, |chunks| chunks.truncate(chunks.len() - 90));
    assert_eq!(cut, 400);
    live.heading("Without a signature, with a checksum at the end");
    let payload = Payload::Streaming { signed: false, trailer: true };
    let trailers = [("x-amz-checksum-crc32", "NhCmhg==")];
    for (key, body) in [("trailer", b"hello"), ("wrong-trailer", b"hullo")] {
        let headers = [
            ("x-amz-trailer", "x-amz-checksum-crc32"),
            ("content-encoding", "aws-chunked"),
            ("x-amz-decoded-content-length", "5"),
        ];
        let (target, word) = (format!("/bucket/{key}"), "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        let now = live.clock.now();
        let added =
            sign_header("PUT", HOST, &target, &headers, word, &live.root, REGION, "s3", now);
        let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all: Vec<_> = headers.into_iter().chain(added).collect();
        let chunks = chunked_body(&payload, None, body, 64 << 10, &trailers);
        live.request("PUT", &target, &all, &chunks);
    }
    let listed = live.s3("GET", "/bucket", b"").text();
    let keys: Vec<_> = listed
        .split("<Key>")
        .skip(1)
        .map(|key| key.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(keys, ["trailer", "whole"], "what failed is not there");
    live.end("chunks.txt");
}

/// A body that ends early, or is too large, is no object.
#[test]
fn bodies_that_end_early_or_are_too_large_are_refused() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    for (heading, length) in [("Cut off", 1_000), ("Cut off, streaming", 1 << 20)] {
        live.heading(heading);
        let now = live.clock.now();
        let word = "UNSIGNED-PAYLOAD";
        let added =
            sign_header("PUT", HOST, "/bucket/key", &[], word, &live.root, REGION, "s3", now);
        let added: Vec<_> =
            added.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let request = head("PUT", "/bucket/key", &added, length) + "only this";
        live.bytes_and_end(request.as_bytes());
    }
    live.heading("Six gigabytes");
    let added = sign_header(
        "PUT",
        HOST,
        "/bucket/key",
        &[],
        "UNSIGNED-PAYLOAD",
        &live.root,
        REGION,
        "s3",
        live.clock.now(),
    );
    let added: Vec<_> = added.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let declared = head("PUT", "/bucket/key", &added, 6 << 30);
    assert_eq!(live.bytes(declared.as_bytes()).status, 400);
    live.heading("A JSON call of ten megabytes");
    let headers = [("x-amz-target", "TrentService.ListKeys")];
    let declared = head("POST", "/", &headers, 10 << 20);
    assert_eq!(live.bytes(declared.as_bytes()).status / 100, 4);
    assert_eq!(live.s3("GET", "/bucket/key", b"").status, 404);
    live.end("bodies.txt");
}

/// A client that waits for `100 Continue` although no body follows gets only the response, and no
/// other on that connection.
#[test]
fn an_empty_body_that_is_announced_ends_its_connection() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let headers = [("expect", "100-continue"), ("content-length", "0")];
    let hash = wire::sign::payload_hash(b"");
    let now = live.clock.now();
    let added = sign_header("PUT", HOST, "/bucket/key", &[], &hash, &live.root, REGION, "s3", now);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = headers.into_iter().chain(added).collect();
    let request = head("PUT", "/bucket/key", &all, 0).replace("connection: close\r\n", "");
    let answer = live.bytes(request.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.head);
    assert!(answer.head.contains("\r\nconnection: close"), "{}", answer.head);
    assert_eq!(live.s3("GET", "/bucket/key", b"").status, 200);
}

/// A response to HEAD never has a body.
#[test]
fn head_is_answered_without_a_body() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    assert_eq!(live.s3("PUT", "/bucket/key", b"hello").text(), "");
    for (target, status) in
        [("/bucket/key", 200), ("/bucket/none", 404), ("/none", 404), ("/bucket", 200)]
    {
        let answer = live.s3("HEAD", target, b"");
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{target}");
    }
    live.root.secret.push('x');
    let answer = live.s3("HEAD", "/bucket/key", b"");
    assert_eq!((answer.status, answer.body.len()), (403, 0));
    live.end("head.txt");
}
