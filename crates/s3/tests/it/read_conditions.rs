//! Conditional requests: every condition and each pair that outweighs another, on all operations
//! that have them.

use testkit::Kit;

use crate::calls::{begin, code, complete, etag_of, part};
use crate::{enable_versioning, get, kit, put, send};

const BEFORE: &str = "Sat, 28 Feb 2026 23:59:59 GMT";
/// The kit's clock, which is when objects are written.
const SAME: &str = "Sun, 01 Mar 2026 00:00:00 GMT";
/// After the object, before the clock of the request.
const AFTER: &str = "Sun, 01 Mar 2026 00:00:30 GMT";
const FUTURE: &str = "Mon, 01 Mar 2027 00:00:00 GMT";

/// A kit with `/bkt/k`, a minute old, and its ETag.
fn stored() -> (Kit, String) {
    let kit = kit();
    let etag = put(&kit, "/bkt/k", "hello").header("etag");
    kit.clock.advance_ms(60_000);
    (kit, etag)
}

/// Source: S3 API Reference, "GetObject" and "HeadObject".
#[test]
fn reads_obey_their_conditions() {
    let (kit, etag) = stored();
    let (bare, list) = (etag.trim_matches('"').to_owned(), format!("\"a\", {etag}"));
    for (headers, status, condition) in [
        (vec![("if-match", etag.as_str())], 200, ""),
        (vec![("if-match", &bare)], 200, ""),
        (vec![("if-match", &list)], 200, ""),
        (vec![("if-match", "*")], 200, ""),
        (vec![("if-match", "\"other\"")], 412, "If-Match"),
        (vec![("if-none-match", "\"other\"")], 200, ""),
        (vec![("if-none-match", &etag)], 304, ""),
        (vec![("if-none-match", &list)], 304, ""),
        (vec![("if-none-match", "*")], 304, ""),
        (vec![("if-modified-since", BEFORE)], 200, ""),
        (vec![("if-modified-since", SAME)], 304, ""),
        (vec![("if-modified-since", AFTER)], 304, ""),
        (vec![("if-modified-since", FUTURE)], 200, ""),
        (vec![("if-modified-since", "yesterday")], 200, ""),
        (vec![("if-unmodified-since", BEFORE)], 412, "If-Unmodified-Since"),
        (vec![("if-unmodified-since", SAME)], 200, ""),
        (vec![("if-unmodified-since", FUTURE)], 200, ""),
        (vec![("if-match", &etag), ("if-unmodified-since", BEFORE)], 200, ""),
        (vec![("if-match", "\"other\""), ("if-unmodified-since", SAME)], 412, "If-Match"),
        (vec![("if-none-match", &etag), ("if-modified-since", BEFORE)], 304, ""),
        (vec![("if-none-match", "\"other\""), ("if-modified-since", SAME)], 200, ""),
        (vec![("if-match", &etag), ("if-none-match", &etag)], 304, ""),
        (vec![("if-match", "\"other\""), ("if-none-match", &etag)], 412, "If-Match"),
    ] {
        for (method, target) in
            [("GET", "/bkt/k"), ("HEAD", "/bkt/k"), ("GET", "/bkt/k?attributes")]
        {
            let attributes = ("x-amz-object-attributes", "ETag");
            let all: Vec<_> = headers.iter().copied().chain([attributes]).collect();
            let answer = send(&kit, method, target, &all, "");
            assert_eq!(answer.status, status, "{method} {target} {headers:?}");
            if status == 412 && method == "GET" {
                assert_eq!(answer.element("Condition"), condition, "{headers:?}");
            }
            if status == 304 {
                assert_eq!(answer.header("etag"), etag, "{method} {headers:?}");
                assert_eq!(answer.header("last-modified"), SAME, "{method} {headers:?}");
            }
        }
    }
}

/// Conditions come before ranges, and a missing key before conditions.
#[test]
fn conditions_are_checked_between_the_key_and_the_range() {
    let (kit, etag) = stored();
    let beyond = ("range", "bytes=100-");
    let failed = send(&kit, "GET", "/bkt/k", &[("if-match", "\"x\""), beyond], "");
    assert_eq!(code(&failed), (412, "PreconditionFailed".to_owned()));
    let same = send(&kit, "GET", "/bkt/k", &[("if-none-match", &etag), beyond], "");
    assert_eq!(same.status, 304);
    let met = send(&kit, "GET", "/bkt/k", &[("if-match", &etag), beyond], "");
    assert_eq!(code(&met), (416, "InvalidRange".to_owned()));
    let missing = send(&kit, "GET", "/bkt/none", &[("if-match", &etag)], "");
    assert_eq!(code(&missing), (404, "NoSuchKey".to_owned()));
    let part = send(&kit, "GET", "/bkt/k", &[("if-match", &etag), ("range", "bytes=1-2")], "");
    assert_eq!((part.status, part.text().as_str()), (206, "el"));
}

/// The ETag and the time are those of the version that is named.
#[test]
fn conditions_are_about_the_version_that_is_named() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let old = put(&kit, "/bkt/k", "old");
    kit.clock.advance_ms(60_000);
    let new = put(&kit, "/bkt/k", "new");
    let target = format!("/bkt/k?versionId={}", old.header("x-amz-version-id"));
    for (target, etag, other) in [
        ("/bkt/k", new.header("etag"), old.header("etag")),
        (target.as_str(), old.header("etag"), new.header("etag")),
    ] {
        assert_eq!(send(&kit, "GET", target, &[("if-match", &etag)], "").status, 200, "{target}");
        assert_eq!(send(&kit, "GET", target, &[("if-match", &other)], "").status, 412, "{target}");
    }
    let since = [("if-modified-since", SAME)];
    assert_eq!(send(&kit, "GET", "/bkt/k", &since, "").text(), "new");
    assert_eq!(send(&kit, "GET", &target, &since, "").status, 304);
}

/// Source: S3 User Guide, "Add preconditions to S3 operations with conditional requests": writes,
/// copies, completions and deletions.
#[test]
fn writes_obey_one_condition() {
    let kit = kit();
    let absent = ("if-none-match", "*");
    let source = ("x-amz-copy-source", "bkt/source");
    put(&kit, "/bkt/source", "source");
    for headers in [vec![absent], vec![absent, source]] {
        send(&kit, "PUT", "/bkt/k", &headers, "").ok();
        let refused = send(&kit, "PUT", "/bkt/k", &headers, "");
        assert_eq!((refused.status, refused.element("Condition").as_str()), (412, "If-None-Match"));
        send(&kit, "DELETE", "/bkt/k", &[], "").ok();
    }
    let id = begin(&kit, &[]);
    let list = etag_of(&part(&kit, &id, 1, &[], "x").ok());
    complete(&kit, &id, &[(1, &list)], &[absent]).ok();
    let etag = get(&kit, "/bkt/k").header("etag");
    for (headers, status, header) in [
        (vec![("if-match", "*")], 501, "If-Match"),
        (vec![("if-none-match", etag.as_str())], 501, "If-None-Match"),
        (vec![("if-match", etag.as_str()), absent], 501, "If-Match,If-None-Match"),
        (vec![("if-match", "\"other\"")], 412, ""),
        (vec![absent], 412, ""),
    ] {
        let id = begin(&kit, &[]);
        let list = etag_of(&part(&kit, &id, 1, &[], "y").ok());
        let copy: Vec<_> = headers.iter().copied().chain([source]).collect();
        for answer in [
            send(&kit, "PUT", "/bkt/k", &headers, "y"),
            send(&kit, "PUT", "/bkt/k", &copy, ""),
            complete(&kit, &id, &[(1, &list)], &headers),
        ] {
            assert_eq!(answer.status, status, "{headers:?}: {}", answer.text());
            assert_eq!(answer.element("Header"), header, "{headers:?}");
        }
    }
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "x", "nothing was written");
    send(&kit, "PUT", "/bkt/k", &[("if-match", &etag)], "y").ok();
}

/// A deletion in a bucket with versions is conditional on the newest one.
#[test]
fn deletions_obey_their_condition() {
    let kit = kit();
    enable_versioning(&kit, "Enabled");
    let old = put(&kit, "/bkt/k", "old").header("etag");
    let new = put(&kit, "/bkt/k", "new").header("etag");
    let delete = |wanted: &str| send(&kit, "DELETE", "/bkt/k", &[("if-match", wanted)], "");
    assert_eq!(code(&delete(&old)), (412, "PreconditionFailed".to_owned()));
    assert_eq!(get(&kit, "/bkt/k").text(), "new");
    assert_eq!(delete(&new).header("x-amz-delete-marker"), "true");
    assert_eq!(code(&delete(&new)), (404, "NoSuchKey".to_owned()));
    for name in ["x-amz-if-match-size", "x-amz-if-match-last-modified-time"] {
        let refused = send(&kit, "DELETE", "/bkt/k", &[(name, "1")], "");
        assert_eq!((refused.status, refused.element("Header").as_str()), (501, name));
    }
}
