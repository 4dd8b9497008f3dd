//! CORS headers: on every response to pages of other origins, success or error, and never on the
//! console.

use wire::sign::presign;

use crate::live::{Answer, HOST, Live, REGION};

const PAGE: (&str, &str) = ("origin", "https://app.test");
const OTHER: (&str, &str) = ("origin", "https://other.test");

fn live() -> Live {
    let mut live = Live::start();
    live.create_bucket("bucket");
    let rule = b"<CORSConfiguration><CORSRule><AllowedOrigin>https://app.test</AllowedOrigin>\
                 <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod>\
                 <AllowedMethod>POST</AllowedMethod><AllowedHeader>*</AllowedHeader>\
                 <ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>";
    assert_eq!(live.s3("PUT", "/bucket?cors", rule).status, 200);
    live
}

#[track_caller]
fn check(answer: &Answer, status: u16, allowed: bool) {
    assert_eq!(answer.status, status, "{}\n{}", answer.head, answer.text());
    let origin = answer.headers("access-control-allow-origin");
    let vary = answer.headers("vary");
    if allowed {
        assert_eq!(origin, ["https://app.test"], "{}", answer.head);
        assert_eq!(answer.headers("access-control-expose-headers"), ["ETag"]);
        assert_eq!(vary.len(), 1, "{}", answer.head);
    } else {
        assert!(origin.is_empty() && vary.is_empty(), "{}", answer.head);
    }
}

/// Presigned, by form, and rejected at every stage: before and after a signature is read, by a
/// policy, without a key.
#[test]
fn pages_read_every_answer_that_a_rule_allows() {
    let mut live = live();
    let url = |live: &Live, method: &str, target: &str| {
        let now = live.clock.now();
        presign(method, HOST, target, &[], &live.root, REGION, "s3", 60, now)
    };
    for (page, allowed) in [(PAGE, true), (OTHER, false)] {
        let put = url(&live, "PUT", "/bucket/key");
        check(&live.request("PUT", &put, &[page], b"x"), 200, allowed);
        let get = url(&live, "GET", "/bucket/key");
        check(&live.request("GET", &get, &[page], b""), 200, allowed);
        check(&live.request("GET", &get.replace("key", "none"), &[page], b""), 403, allowed);
        let none = url(&live, "GET", "/bucket/none");
        check(&live.request("GET", &none, &[page], b""), 404, allowed);
        check(&live.request("GET", "/bucket/key", &[page], b""), 403, allowed);
        let half = "/bucket/key?X-Amz-Algorithm=AWS4-HMAC-SHA256";
        check(&live.request("GET", half, &[page], b""), 400, allowed);
        let form = [page, ("content-type", "multipart/form-data; boundary=b")];
        check(&live.request("POST", "/bucket", &form, b"--b--\r\n"), 400, allowed);
        check(&live.request("DELETE", "/bucket/key", &[page], b""), 403, false);
    }
    check(&live.request("GET", &url(&live, "GET", "/bucket/key"), &[], b""), 200, false);
    check(&live.request("GET", "/none/key", &[PAGE], b""), 404, false);
}

/// A preflight has no credentials, even for a presigned URL; the console and our own pages allow no
/// other origin.
#[test]
fn buckets_answer_for_leave_and_the_console_does_not() {
    let mut live = live();
    let ask = [PAGE, ("access-control-request-method", "PUT")];
    let put =
        presign("PUT", HOST, "/bucket/key", &[], &live.root, REGION, "s3", 60, live.clock.now());
    for target in ["/bucket", "/bucket/key", put.as_str()] {
        check(&live.request("OPTIONS", target, &ask, b""), 200, true);
    }
    let other = [OTHER, ("access-control-request-method", "PUT")];
    check(&live.request("OPTIONS", "/bucket/key", &other, b""), 403, false);
    for target in
        ["/", "/_console/", "/_console/api/session", "/_shoseki/health", "/_shoseki/metrics"]
    {
        let answer = live.request("OPTIONS", target, &ask, b"");
        assert!(answer.headers("access-control-allow-origin").is_empty(), "{target}");
        let answer = live.request("GET", target, &[PAGE], b"");
        assert!(answer.headers("access-control-allow-origin").is_empty(), "{target}");
    }
}
