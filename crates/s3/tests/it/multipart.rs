use std::cell::Cell;
use std::ops::ControlFlow;

use serde_json::json;
use testkit::{Answered, Kit, S3Request};
use types::Timestamp;

use crate::policy_conditions::{secure_at, signed_head};
use crate::{get, kit, put, send};

fn begin(kit: &Kit, headers: &[(&str, &str)]) -> String {
    send(kit, "POST", "/bkt/k?uploads", headers, "").ok().element("UploadId")
}

fn part(kit: &Kit, id: &str, number: u32, body: &[u8]) -> Answered {
    send(kit, "PUT", &format!("/bkt/k?partNumber={number}&uploadId={id}"), &[], body).ok()
}

fn complete(kit: &Kit, id: &str, parts: &[(u32, String)], headers: &[(&str, &str)]) -> Answered {
    let list = |(number, etag): &(u32, String)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
    };
    let parts: String = parts.iter().map(list).collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    send(kit, "POST", &format!("/bkt/k?uploadId={id}"), headers, body)
}

const BIG: usize = 5 << 20;

#[test]
fn parts_become_one_object() {
    let kit = kit();
    let id = begin(&kit, &[("content-type", "text/plain")]);
    let (first, second) = (vec![b'a'; BIG], b"tail".to_vec());
    let etags: Vec<_> = [(1, &first), (2, &second)]
        .map(|(number, body)| (number, part(&kit, &id, number, body).header("etag")))
        .to_vec();
    let listed = get(&kit, &format!("/bkt/k?uploadId={id}")).ok();
    assert_eq!(listed.text().matches("<Part>").count(), 2);
    assert_eq!(get(&kit, "/bkt?uploads").ok().element("UploadId"), id);
    let done = complete(&kit, &id, &etags, &[]).ok();
    assert!(done.element("ETag").ends_with("-2&quot;"));
    assert_eq!(done.element("ChecksumType"), "FULL_OBJECT");
    let again = complete(&kit, &id, &etags, &[]).ok();
    assert_eq!(again.element("ETag"), done.element("ETag"));
    let whole = get(&kit, "/bkt/k").ok();
    assert_eq!(
        (whole.body.len(), whole.header("content-type")),
        (BIG + 4, "text/plain".to_owned())
    );
    assert!(whole.body.ends_with(b"atail"));
    let across = send(&kit, "GET", "/bkt/k", &[("range", "bytes=5242879-5242881")], "");
    assert_eq!(across.text(), "ata");
    let tail = get(&kit, "/bkt/k?partNumber=2");
    assert_eq!(
        (tail.status, tail.text(), tail.header("x-amz-mp-parts-count")),
        (206, "tail".into(), "2".into())
    );
    assert_eq!(get(&kit, "/bkt/k?partNumber=3").error().1, "InvalidPartNumber");
    // The checksum that the server combined from the parts' is that of the whole.
    let single = put(&kit, "/bkt/single", [first, second].concat());
    assert_eq!(single.header("x-amz-checksum-crc64nvme"), done.element("ChecksumCRC64NVME"));
}

#[test]
fn completing_checks_every_part() {
    let kit = kit();
    let id = begin(&kit, &[]);
    let etag = |number| part(&kit, &id, number, b"small").header("etag");
    let (one, two) = (etag(1), etag(2));
    let code = |parts: &[(u32, String)]| complete(&kit, &id, parts, &[]).error().1;
    assert_eq!(code(&[]), "InvalidRequest");
    assert_eq!(code(&[(2, two.clone()), (1, one.clone())]), "InvalidPartOrder");
    assert_eq!(code(&[(1, "x".into())]), "InvalidPart");
    assert_eq!(code(&[(3, one.clone())]), "InvalidPart");
    assert_eq!(code(&[(1, one.clone()), (2, two)]), "EntityTooSmall");
    let size = [("x-amz-mp-object-size", "4")];
    let wrong = complete(&kit, &id, &[(1, one.clone())], &size);
    assert!(wrong.error().2.ends_with("value 4 does not match what was computed: 5"));
    complete(&kit, &id, &[(1, one)], &[]).ok();
    assert_eq!(get(&kit, "/bkt/k").text(), "small");
}

#[test]
fn an_aborted_upload_is_gone() {
    let kit = kit();
    let id = begin(&kit, &[]);
    part(&kit, &id, 1, b"x");
    let target = format!("/bkt/k?uploadId={id}");
    assert_eq!(send(&kit, "DELETE", &target, &[], "").status, 204);
    for method in ["GET", "DELETE"] {
        assert_eq!(send(&kit, method, &target, &[], "").error().1, "NoSuchUpload");
    }
    let late = send(&kit, "PUT", &format!("/bkt/k?partNumber=1&uploadId={id}"), &[], "x");
    assert_eq!((late.error().1.as_str(), late.element("UploadId")), ("NoSuchUpload", id));
}

#[test]
fn a_part_is_copied_from_an_object() {
    let kit = kit();
    put(&kit, "/bkt/source", "0123456789");
    let id = begin(&kit, &[("x-amz-checksum-algorithm", "CRC32C")]);
    let headers = [("x-amz-copy-source", "bkt/source"), ("x-amz-copy-source-range", "bytes=2-4")];
    let target = format!("/bkt/k?partNumber=1&uploadId={id}");
    let copied = send(&kit, "PUT", &target, &headers, "").ok();
    let (etag, crc) = (copied.element("ETag"), copied.element("ChecksumCRC32C"));
    let bare = complete(&kit, &id, &[(1, etag.clone())], &[]);
    assert!(bare.error().2.contains("It was missing for part 1"));
    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag>\
         <ChecksumCRC32C>{crc}</ChecksumCRC32C></Part></CompleteMultipartUpload>"
    );
    let done = send(&kit, "POST", &format!("/bkt/k?uploadId={id}"), &[], body).ok();
    assert!(done.element("ChecksumCRC32C").ends_with("-1"));
    assert_eq!(get(&kit, "/bkt/k").text(), "234");
}

/// Observed: the location has the protocol, also behind a proxy that encrypts, and the style of the call, and `%2F` for `/`
/// (aws/aws-sdk-js, issues 811 and 1158).
#[test]
fn the_location_is_the_url_that_the_client_uses() {
    let kit = kit();
    let [key, target] = ["a/b\u{2014}c", "a/b%E2%80%94c"];
    let complete = |call: &dyn Fn(&str, &'static [u8]) -> Answered| {
        let begun = send(&kit, "POST", &format!("/bkt/{target}?uploads"), &[], "").ok();
        let id = begun.element("UploadId");
        let part = format!("/bkt/{target}?partNumber=1&uploadId={id}");
        let etag = send(&kit, "PUT", &part, &[], "x").ok().header("etag");
        assert_eq!(etag, "\"9dd4e461268c8034f5c8564e155c67a6\"");
        let body = b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>\
            <ETag>9dd4e461268c8034f5c8564e155c67a6</ETag></Part></CompleteMultipartUpload>";
        let done = call(&format!("{target}?uploadId={id}"), body).ok();
        assert_eq!(done.element("Key"), key);
        done.element("Location")
    };
    let plain = complete(&|rest, body| send(&kit, "POST", &format!("/bkt/{rest}"), &[], body));
    assert_eq!(plain, "http://127.0.0.1:4566/bkt/a%2Fb%E2%80%94c");
    let path = |rest: &str, body| {
        secure_at(&kit, "s3.localhost:4566", ("POST", &format!("/bkt/{rest}")), body)
    };
    assert_eq!(complete(&path), "https://s3.localhost:4566/bkt/a%2Fb%E2%80%94c");
    let virtual_hosted = |rest: &str, body: &'static [u8]| {
        let call = ("POST", &*format!("/{rest}"));
        let head = signed_head(&kit, "bkt.s3.localhost", call, body);
        kit.answer(head, &bytes::Bytes::from_static(body))
    };
    assert_eq!(complete(&virtual_hosted), "https://bkt.s3.localhost/a%2Fb%E2%80%94c");
}

/// Observed: a key that changed since the upload began is a conflict.
#[test]
fn a_racing_change_is_a_conflict() {
    let kit = kit();
    let id = begin(&kit, &[]);
    let etag = part(&kit, &id, 1, b"x").header("etag");
    put(&kit, "/bkt/k", "other");
    let absent = [("if-none-match", "*")];
    assert_eq!(complete(&kit, &id, &[(1, etag.clone())], &absent).status, 412);
    send(&kit, "DELETE", "/bkt/k", &[], "").ok();
    let conflict = complete(&kit, &id, &[(1, etag.clone())], &absent);
    assert_eq!((conflict.status, conflict.error().1.as_str()), (409, "ConditionalRequestConflict"));
    let later = begin(&kit, &[]);
    let begun_after = part(&kit, &later, 1, b"x").header("etag");
    complete(&kit, &later, &[(1, begun_after)], &absent).ok();
    complete(&kit, &id, &[(1, etag)], &[]).ok();
}

/// A sweep sends heartbeats while it reads, and removes nothing once it must stop: the set of live
/// bodies is incomplete then.
#[test]
fn a_sweep_that_is_stopped_removes_nothing() {
    let kit = kit();
    let id = begin(&kit, &[]);
    let etags = [(1, part(&kit, &id, 1, b"x").header("etag"))];
    let large = vec![7; 1 << 20];
    put(&kit, "/bkt/first", large.clone());
    put(&kit, "/bkt/live", large.clone());
    let (gateway, later) = (&kit.gateway, Timestamp::from_secs(4_000_000_000));
    let all = Cell::new(0);
    let counting = || {
        all.set(all.get() + 1);
        ControlFlow::Continue(())
    };
    for most in 0.. {
        let pulses = Cell::new(0);
        let breaking = || {
            pulses.set(pulses.get() + 1);
            if pulses.get() > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        s3::sweep(gateway, later, &breaking).unwrap();
        assert_eq!(get(&kit, "/bkt/live").body, large, "stopped after {most}");
        if pulses.get() <= most {
            break;
        }
    }
    s3::sweep(gateway, later, &counting).unwrap();
    assert!(all.get() >= 5, "each version, part and body: {}", all.get());
    complete(&kit, &id, &etags, &[]).ok();
}

/// A completed upload is known for a while, not for ever.
#[test]
fn responses_of_completed_uploads_expire() {
    let kit = kit();
    let id = begin(&kit, &[]);
    let etags = [(1, part(&kit, &id, 1, b"x").header("etag"))];
    complete(&kit, &id, &etags, &[]).ok();
    let (gateway, now) = (&kit.gateway, kit.gateway.clock().now());
    s3::sweep(gateway, now, &types::steady).unwrap();
    complete(&kit, &id, &etags, &[]).ok();
    s3::sweep(gateway, now.plus_ms(1), &types::steady).unwrap();
    assert_eq!(complete(&kit, &id, &etags, &[]).error().1, "NoSuchUpload");
    assert_eq!(get(&kit, "/bkt/k").text(), "x");
}

/// A user is named by its ARN and name, an account by its canonical id.
#[test]
fn who_began_an_upload_is_named() {
    let kit = kit();
    let all = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let user = kit.user("alice", &json!({"Version": "2012-10-17", "Statement": all}));
    let begins = S3Request { method: "POST", target: "/bkt/k?uploads", headers: &[], body: b"" };
    let id = kit.s3_as(&user, begins).ok().element("UploadId");
    let arn = "arn:aws:iam::111122223333:user/alice";
    let named = format!("<Initiator><ID>{arn}</ID><DisplayName>alice</DisplayName></Initiator>");
    for target in ["/bkt?uploads".to_owned(), format!("/bkt/k?uploadId={id}")] {
        let text = get(&kit, &target).ok().text();
        assert!(text.contains(&named), "{text}");
    }
    let own = begin(&kit, &[]);
    let text = get(&kit, &format!("/bkt/k?uploadId={own}")).ok().text();
    let owner = text.split("<Owner>").nth(1).unwrap().split("</Owner>").next().unwrap();
    assert!(text.contains(&format!("<Initiator>{owner}<DisplayName>")), "{text}");
}
