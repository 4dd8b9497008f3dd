//! Signatures that do not prove anything.

use serde_json::json;

use crate::live::{Live, REGION};

fn call_all(live: &mut Live) {
    assert_eq!(live.json("TrentService.ListKeys", &json!({})).status, 400);
    let form = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let query = b"Action=ListUsers&Version=2010-05-08";
    assert_eq!(live.signed("iam", "POST", "/", &form, query).status, 403);
    assert_eq!(live.s3("GET", "/", b"").status, 403);
}

/// Each protocol rejects with its own message, and no event is recorded.
#[test]
fn bad_signatures_are_refused_by_each_protocol() {
    let mut live = Live::start();
    let (root, before) = (live.root.clone(), live.store.tail_len().unwrap());
    live.heading("Another secret");
    live.root.secret.push('x');
    call_all(&mut live);
    live.root = root.clone();
    live.heading("An unknown key");
    live.root.access_key_id = "AKIANOBODYNOBODYNOBO".to_owned();
    call_all(&mut live);
    live.root = root.clone();
    live.heading("An hour ago");
    let now = live.clock.now();
    let headers = [("x-amz-target", "TrentService.ListKeys")];
    let hash = wire::sign::payload_hash(b"{}");
    let signed = wire::sign::sign_header(
        "POST",
        crate::live::HOST,
        "/",
        &headers,
        &hash,
        &root,
        REGION,
        "kms",
        now.minus_ms(3_600_000),
    );
    let signed = signed.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = headers.into_iter().chain(signed).collect();
    assert_eq!(live.request("POST", "/", &all, b"{}").status, 400);
    assert_eq!(live.store.tail_len().unwrap(), before, "an unknown caller leaves no event");
    live.heading("None at all");
    live.request("POST", "/", &headers, b"{}");
    live.request("GET", "/", &[], b"");
    live.end("signatures.txt");
}
