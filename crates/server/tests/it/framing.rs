//! Heads that two servers in a row may read differently, byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::live::Live;

const HEALTH: &str = "GET /_shoseki/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n";
const LAST: &str = "GET /_shoseki/health HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";

/// The statuses of all responses to these bytes, until the server closes the connection.
fn statuses(live: &Live, pieces: &[&[u8]]) -> Vec<u16> {
    let mut stream = TcpStream::connect(live.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in pieces {
        // A server that rejects early may not read everything.
        let _ = stream.write_all(piece);
    }
    let mut raw = Vec::new();
    // A connection that is reset may still have received its response.
    let _ = stream.read_to_end(&mut raw);
    let text = String::from_utf8_lossy(&raw);
    let heads = text.split("HTTP/1.").skip(1);
    heads.map(|head| head.split(' ').nth(1).unwrap().parse().unwrap()).collect()
}

fn check(live: &Live, request: &[u8], want: &[u16]) {
    let shown = String::from_utf8_lossy(request).into_owned();
    assert_eq!(statuses(live, &[request]), want, "{shown:?}");
    // Nor does it matter where the network cuts.
    let bytes: Vec<&[u8]> = request.chunks(1).collect();
    assert_eq!(statuses(live, &bytes), want, "byte by byte: {shown:?}");
}

/// A request whose body is read: it is not a valid sign-in, and gets an error.
fn read_post(lines: &str, body: &str) -> String {
    format!(
        "POST /_console/session HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
         {lines}\r\n{body}{LAST}"
    )
}

fn post(lines: &str, body: &str) -> String {
    format!("POST /_shoseki/health HTTP/1.1\r\nhost: 127.0.0.1\r\n{lines}\r\n{body}{LAST}")
}

/// Either the end of the body is unambiguous, or there is only the error response: what follows on
/// the connection is not a request.
#[test]
fn a_body_with_two_ends_is_refused() {
    let mut live = Live::start();
    let chunked = "0\r\n\r\n";
    for lines in [
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "Transfer-Encoding: CHUNKED\r\nx: y\r\nContent-Length: 0\r\n",
        "content-length: 0\r\ntransfer-encoding: chunked\r\n",
        "content-length: 5\r\ncontent-length: 5\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 5\r\n",
        "content-length: +5\r\n",
        "content-length: -5\r\n",
        "content-length: 0x5\r\n",
        "content-length: 5 5\r\n",
        "content-length:\r\n",
        "content-length : 5\r\n",
        "content-length: 99999999999999999999\r\n",
        "transfer-encoding: identity\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding:\x0bchunked\r\n",
        "transfer-encoding : chunked\r\n",
        " transfer-encoding: chunked\r\n",
        "x: y\r\n transfer-encoding: chunked\r\n",
        "x: y\r\n\tfolded\r\n",
        "x: a\rb\r\n",
        "x: y\ntransfer-encoding: chunked\r\n",
        "x: y\n",
        "x: a\0b\r\n",
        ": empty\r\n",
    ] {
        check(&live, post(lines, chunked).as_bytes(), &[400]);
    }
    for start in [
        "GET /_shoseki/health HTTP/1.1\nhost: 127.0.0.1\r\n\r\n",
        "GET /_shoseki/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\n",
        "GET /_shoseki/health HTTP/1.1\r\nhost: 127.0.0.1\n\n",
        "GET /_shoseki/health HTTP/1.1\rhost: 127.0.0.1\r\r",
        "GET  /_shoseki/health HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n",
        "GET /_shoseki/health HTTP/1.1 \r\nhost: 127.0.0.1\r\n\r\n",
        "GET /_shoseki/health HTTP/2.0\r\nhost: 127.0.0.1\r\n\r\n",
        "GET /_shoseki/health\r\nhost: 127.0.0.1\r\n\r\n",
        "POST /_shoseki/health HTTP/1.0\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        check(&live, format!("{start}{LAST}").as_bytes(), &[400]);
    }
    // HTTP/2 without TLS: a response of HTTP/1 would not be understood. HTTP/2 is not supported:
    // the connection is closed, with or without an error.
    let preface = format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{LAST}");
    for size in [preface.len(), 1] {
        let pieces: Vec<&[u8]> = preface.as_bytes().chunks(size).collect();
        let statuses_received = statuses(&live, &pieces);
        assert!(
            statuses_received.is_empty() || statuses_received == [400],
            "{statuses_received:?}"
        );
    }
    live.stop();
}

/// The last request before a rejected one still gets its response.
#[test]
fn earlier_requests_get_a_response() {
    let mut live = Live::start();
    let both = post("content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n");
    check(&live, format!("{HEALTH}{HEALTH}{both}").as_bytes(), &[200, 200, 400]);
    live.stop();
}

/// Many requests on one connection, with bodies that have the form of heads.
#[test]
fn bodies_are_not_read_as_heads() {
    let mut live = Live::start();
    let lookalike = "content-length: 5\r\ntransfer-encoding: chunked\n\nGET / HTTP/1.1\r\n\r\n";
    let by_length = read_post(&format!("content-length: {}\r\n", lookalike.len()), lookalike);
    check(&live, by_length.as_bytes(), &[400, 200]);
    let chunks =
        format!("{:x};name=\"v\"\r\n{lookalike}\r\n1\r\nx\r\n000\r\n\r\n", lookalike.len());
    let chunked = read_post("transfer-encoding: chunked\r\n", &chunks);
    check(&live, chunked.as_bytes(), &[400, 200]);
    let trailers = format!("{:X}\r\n{lookalike}\r\n0\r\nx-trailer: y\r\n\r\n", lookalike.len());
    let chunked = read_post("transfer-encoding: gzip, chunked\r\n", &trailers);
    check(&live, chunked.as_bytes(), &[400, 200]);
    check(&live, format!("\r\n{HEALTH}\r\n{LAST}").as_bytes(), &[200, 200]);
    live.stop();
}

/// One host, and a target that names no other.
#[test]
fn a_request_has_one_address() {
    let mut live = Live::start();
    let to = |target: &str, lines: &str| {
        format!("GET {target} HTTP/1.1\r\n{lines}connection: close\r\n\r\n{LAST}")
    };
    let host = "host: 127.0.0.1:4566\r\n";
    for (target, lines, want) in [
        ("/_shoseki/health", host, 200),
        ("/_shoseki/health", "", 400),
        ("/_shoseki/health", "host: 127.0.0.1\r\nhost: 127.0.0.1\r\n", 400),
        ("/_shoseki/health", "host: 127.0.0.1\r\nHost: evil.example\r\n", 400),
        ("http://127.0.0.1:4566/_shoseki/health", host, 200),
        ("HTTP://127.0.0.1:4566/_shoseki/health", host, 200),
        ("http://evil.example/_shoseki/health", host, 400),
        ("http://127.0.0.1/_shoseki/health", host, 400),
        ("http://user@127.0.0.1:4566/_shoseki/health", host, 400),
        ("ftp://127.0.0.1:4566/_shoseki/health", host, 400),
        ("http://127.0.0.1:4566/_shoseki/health", "", 400),
    ] {
        check(&live, to(target, lines).as_bytes(), &[want]);
    }
    for method in ["CONNECT", "GET", "POST"] {
        let request = format!("{method} 127.0.0.1:4566 HTTP/1.1\r\n{host}\r\n{LAST}");
        check(&live, request.as_bytes(), &[400]);
    }
    // As load balancers send it.
    check(&live, b"GET /_shoseki/health HTTP/1.0\r\n\r\n", &[200]);
    check(&live, b"GET /_shoseki/health HTTP/1.0\r\nhost: 127.0.0.1\r\n\r\n", &[200]);
    live.stop();
}
