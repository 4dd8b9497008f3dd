//! A name has one value: signature, policy, event and operation read the same one.

use serde_json::json;
use testkit::{Answered, Kit, REGION, S3Request};
use wire::sign::{self, Credentials};
use wire::sigv2;

use crate::{get, kit, put, send};

const HOST: &str = "127.0.0.1:4566";
const READERS: &str = "x-amz-grant-read";

fn grantee(digit: char) -> String {
    format!("id={}", digit.to_string().repeat(64))
}

fn with_acls(kit: &Kit) {
    let body = "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>\
                </OwnershipControls>";
    send(kit, "PUT", "/bkt?ownershipControls", &[], body).ok();
}

/// Sends a URL that was signed over `signed` with other header lines.
fn send_presigned(kit: &Kit, signed: &[(&str, &str)], sent: &[(&str, &str)]) -> Answered {
    let (root, now) = (&kit.root, kit.clock.now());
    let url = sign::presign("PUT", HOST, "/bkt/k", signed, root, REGION, "s3", 60, now);
    kit.send_raw("PUT", &url, sent, b"x")
}

/// A list that a URL pins can be sent in several lines, which give what the one line gives.
#[test]
fn lines_of_one_name_are_one_list() {
    let kit = kit();
    with_acls(&kit);
    let (one, other) = (grantee('1'), grantee('2'));
    let both = format!("{one},{other}");
    send_presigned(&kit, &[(READERS, &both)], &[(READERS, &one), (READERS, &other)]).ok();
    let acl = get(&kit, "/bkt/k?acl").ok().text();
    for id in [one, other] {
        assert!(acl.contains(id.trim_start_matches("id=")), "{acl}");
    }
    assert_eq!(kit.event("PutObject")["requestParameters"][READERS], both);
}

/// A policy's condition sees the value that is obeyed, in whichever line it stands.
#[test]
fn a_condition_sees_every_line() {
    let kit = kit();
    with_acls(&kit);
    let (one, other) = (grantee('1'), grantee('2'));
    let may = |pattern: &str| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectAcl"], "Resource": "*",
            "Condition": {"StringLike": {"s3:x-amz-grant-read": pattern}},
        }]})
    };
    let ask = |by: &Credentials| {
        let headers = [(READERS, one.as_str()), (READERS, other.as_str())];
        let request = S3Request { method: "PUT", target: "/bkt/k", headers: &headers, body: b"x" };
        kit.s3_as(by, request).status
    };
    assert_eq!(ask(&kit.user("first", &may(&one))), 403);
    assert_eq!(ask(&kit.user("both", &may(&format!("{one},{other}")))), 200);
}

/// A header that has one value is refused with two, signed as they may be.
#[test]
fn two_values_of_a_single_one_are_refused() {
    let kit = kit();
    with_acls(&kit);
    let lines = [("x-amz-acl", "private"), ("x-amz-acl", "public-read")];
    let refused = send_presigned(&kit, &[("x-amz-acl", "private,public-read")], &lines).error();
    assert_eq!((refused.0, refused.1.as_str()), (400, "InvalidArgument"));
    let hash = sign::payload_hash(b"x");
    let (root, now) = (&kit.root, kit.clock.now());
    let mut added = sign::sign_header("PUT", HOST, "/bkt/k", &[], &hash, root, REGION, "s3", now);
    let old = now.plus_ms(1_000).basic();
    added.push(("x-amz-date".to_owned(), old));
    let lines: Vec<_> = added.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(kit.send_raw("PUT", "/bkt/k", &lines, b"x").status, 403, "two dates");
    assert_eq!(get(&kit, "/bkt/k").status, 404);
}

/// Version 2 signs types and digests by their first line, so no second line may be obeyed.
#[test]
fn version_2_signs_what_is_obeyed() {
    let kit = kit();
    let expires = kit.clock.now().as_secs().saturating_add(60).to_string();
    let text = format!("PUT\n\ntext/plain\n{expires}\n/bkt/k");
    let made = sigv2::signature(kit.root.secret.as_bytes(), text.as_bytes());
    let url = format!(
        "/bkt/k?AWSAccessKeyId={}&Expires={expires}&Signature={}",
        kit.root.access_key_id,
        wire::uri::encode(&made)
    );
    let plain = ("content-type", "text/plain");
    kit.send_raw("PUT", &url, &[plain], b"x").ok();
    let lines = [plain, ("content-type", "text/html")];
    let refused = kit.send_raw("PUT", &url, &lines, b"y").error();
    assert_eq!((refused.0, refused.1.as_str()), (403, "SignatureDoesNotMatch"));
    assert_eq!(get(&kit, "/bkt/k").text(), "x");
}

/// Signatures of Version 4 cover parameters sorted: which of two came first is not signed, so a
/// holder of the URL could choose.
#[test]
fn a_parameter_has_one_value() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    for (method, target) in [
        ("GET", "/bkt/k?response-content-type=a%2Fa&response-content-type=b%2Fb"),
        ("GET", "/bkt?list-type=2&prefix=a&prefix=b"),
        ("GET", "/bkt?prefix=a&%70refix=a"),
        ("PUT", "/bkt/k?x-amz-acl=private&X-Amz-Acl=public-read"),
    ] {
        let refused = send(&kit, method, target, &[], "").error();
        assert_eq!((refused.0, refused.1.as_str()), (400, "InvalidArgument"), "{target}");
    }
}
