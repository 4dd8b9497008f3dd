//! Invalid request heads.

use crate::live::{HOST, Live, head};

/// Requests that are malformed, and requests for what does not exist.
#[test]
fn malformed_heads_and_unknown_targets_are_refused() {
    let mut live = Live::start();
    live.heading("No HTTP");
    assert_eq!(live.bytes(b"hello\r\n\r\n").status, 400);
    assert_eq!(live.bytes(b"GET / HTTP/1.1\r\nno colon\r\n\r\n").status, 400);
    let twice = "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab";
    assert_eq!(live.bytes(twice.as_bytes()).status, 400);
    live.heading("Unknown operations");
    live.json("TrentService.NoSuchOperation", &serde_json::json!({}));
    live.json("NoSuchService.ListKeys", &serde_json::json!({}));
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    live.signed("iam", "POST", "/", &form, b"Action=NoSuchAction&Version=2010-05-08");
    live.s3("PATCH", "/bucket/key", b"");
    live.heading("No JSON");
    let headers =
        [("x-amz-target", "TrentService.ListKeys"), ("content-type", "application/x-amz-json-1.1")];
    live.signed("kms", "POST", "/", &headers, b"{\"Limit\":");
    live.end("heads.txt");
}

/// Excessive headers end the connection, not the server.
#[test]
fn endless_heads_are_cut_off() {
    let mut live = Live::start();
    let long = format!("GET / HTTP/1.1\r\nhost: {HOST}\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    // The response may be lost if a connection is closed while the client still writes.
    assert!(matches!(live.bytes(long.as_bytes()).status, 431 | 0));
    let many: Vec<String> = (0..200).map(|n| format!("x-{n}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(live.bytes(head("GET", "/", &many, 0).as_bytes()).status, 431);
    assert_eq!(live.request("GET", "/_shoseki/health", &[], b"").status, 200);
    live.stop();
}
