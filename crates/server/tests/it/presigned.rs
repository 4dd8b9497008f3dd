//! URLs that carry their signature.

use wire::sign::presign;

use crate::live::{HOST, Live, REGION};

/// A parameter that occurs twice is rejected: a signature does not cover the order of the two.
#[test]
fn a_signed_url_has_one_value_for_each_name() {
    let mut live = Live::start();
    let now = live.clock.now();
    for (target, want) in [
        ("/?Action=GetUser&Version=2010-05-08", 200),
        ("/?Action=GetUser&Version=2010-05-08&UserName=a&UserName=b", 404),
        ("/?Action=GetUser&Action=ListUsers&Version=2010-05-08", 404),
    ] {
        let url = presign("GET", HOST, target, &[], &live.root, "us-east-1", "iam", 60, now);
        assert_eq!(live.request("GET", &url, &[], b"").status, want, "{target}");
    }
    live.stop();
}

fn url(live: &Live, method: &str, target: &str, expires_secs: u64) -> String {
    let now = live.clock.now();
    presign(method, HOST, target, &[], &live.root, REGION, "s3", expires_secs, now)
}

/// A presigned URL reads and writes until it expires, and allows only what it names.
#[test]
fn presigned_urls_work_until_they_expire() {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let put = url(&live, "PUT", "/bucket/key", 60);
    assert_eq!(live.request("PUT", &put, &[], b"presigned").status, 200);
    let get = url(&live, "GET", "/bucket/key", 60);
    assert_eq!(live.request("GET", &get, &[], b"").text(), "presigned");
    live.heading("Another key");
    let other = get.replacen("/key?", "/other?", 1);
    assert_eq!(live.request("GET", &other, &[], b"").status, 403);
    live.heading("Too late");
    live.clock.advance_ms(61_000);
    assert_eq!(live.request("GET", &get, &[], b"").status, 403);
    live.heading("Longer than a week");
    let week = url(&live, "GET", "/bucket/key", 604_801);
    assert_eq!(live.request("GET", &week, &[], b"").status, 400);
    live.end("presigned.txt");
}
