//! Copies: conditions on the source, its versions, directives, and copies onto themselves.

use testkit::{Answered, Kit};

use crate::calls::{allow, by, code};
use crate::{create, create_in, enable_versioning, get, kit, put, send};

fn copy(kit: &Kit, source: &str, target: &str, headers: &[(&str, &str)]) -> Answered {
    let headers: Vec<_> = headers.iter().copied().chain([("x-amz-copy-source", source)]).collect();
    send(kit, "PUT", target, &headers, "")
}

const BEFORE: &str = "Sat, 28 Feb 2026 23:59:59 GMT";
/// The kit's clock, which is when the source was written.
const SAME: &str = "Sun, 01 Mar 2026 00:00:00 GMT";

/// Source: S3 API Reference, "CopyObject": the four conditions, and which outweighs which.
#[test]
fn conditions_on_the_source_decide() {
    let kit = kit();
    let etag = put(&kit, "/bkt/k", "hello").header("etag");
    let names = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"];
    let names = names.map(|name| format!("x-amz-copy-source-{name}"));
    let [fit, none, since, until] = names.each_ref().map(String::as_str);
    let id = send(&kit, "POST", "/bkt/m?uploads", &[], "").ok().element("UploadId");
    let part = format!("/bkt/m?partNumber=1&uploadId={id}");
    for (headers, failed) in [
        (vec![(fit, etag.as_str())], ""),
        (vec![(fit, "*")], ""),
        (vec![(fit, "\"other\"")], "If-Match"),
        (vec![(none, "\"other\"")], ""),
        (vec![(none, etag.as_str())], "If-None-Match"),
        (vec![(none, "*")], "If-None-Match"),
        (vec![(since, BEFORE)], ""),
        (vec![(since, SAME)], "If-Modified-Since"),
        (vec![(until, SAME)], ""),
        (vec![(until, BEFORE)], "If-Unmodified-Since"),
        (vec![(fit, etag.as_str()), (until, BEFORE)], ""),
        (vec![(none, etag.as_str()), (since, BEFORE)], "If-None-Match"),
        (vec![(fit, "\"other\""), (until, SAME)], "If-Match"),
    ] {
        for target in ["/bkt/copy", part.as_str()] {
            let answer = copy(&kit, "bkt/k", target, &headers);
            if failed.is_empty() {
                assert_eq!(answer.status, 200, "{target} {headers:?}");
                continue;
            }
            assert_eq!(code(&answer), (412, "PreconditionFailed".to_owned()), "{headers:?}");
            let condition = format!("x-amz-copy-source-{failed}");
            assert_eq!(answer.element("Condition"), condition, "{target} {headers:?}");
        }
    }
}

/// Conditions on the object that is replaced are separate from those on the source.
#[test]
fn conditions_on_the_target_decide_too() {
    let kit = kit();
    let source = put(&kit, "/bkt/k", "hello").header("etag");
    let absent = [("if-none-match", "*")];
    copy(&kit, "bkt/k", "/bkt/to", &absent).ok();
    let refused = copy(&kit, "bkt/k", "/bkt/to", &absent);
    assert_eq!((refused.status, refused.element("Condition").as_str()), (412, "If-None-Match"));
    copy(&kit, "bkt/k", "/bkt/to", &[("if-match", &source)]).ok();
    let other = put(&kit, "/bkt/to", "other").header("etag");
    let refused = copy(&kit, "bkt/k", "/bkt/to", &[("if-match", &source)]);
    assert_eq!((refused.status, refused.element("Condition").as_str()), (412, "If-Match"));
    assert_eq!(get(&kit, "/bkt/to").text(), "other");
    let both = [("if-match", other.as_str()), ("x-amz-copy-source-if-match", source.as_str())];
    copy(&kit, "bkt/k", "/bkt/to", &both).ok();
    assert_eq!(get(&kit, "/bkt/to").text(), "hello");
    let missing = copy(&kit, "bkt/k", "/bkt/none", &[("if-match", &source)]);
    assert_eq!(code(&missing), (404, "NoSuchKey".to_owned()));
}

/// A version by its id, the newest without one; the answer names which was copied.
#[test]
fn a_version_can_be_the_source() {
    let kit = kit();
    put(&kit, "/bkt/k", "null");
    enable_versioning(&kit, "Enabled");
    let one = put(&kit, "/bkt/k", "1").header("x-amz-version-id");
    let two = put(&kit, "/bkt/k", "2").header("x-amz-version-id");
    for (source, want, id) in [
        ("bkt/k".to_owned(), "2", two.as_str()),
        (format!("bkt/k?versionId={one}"), "1", &one),
        ("bkt/k?versionId=null".to_owned(), "null", ""),
    ] {
        let done = copy(&kit, &source, "/bkt/copy", &[]).ok();
        assert_eq!(done.header("x-amz-copy-source-version-id"), id, "{source}");
        assert_eq!(get(&kit, "/bkt/copy").text(), want, "{source}");
    }
    // To restore a version, it is copied onto its own key.
    copy(&kit, &format!("bkt/k?versionId={one}"), "/bkt/k", &[]).ok();
    assert_eq!(get(&kit, "/bkt/k").text(), "1");
    let made_up = copy(&kit, "bkt/k?versionId=HPniJFCxqTsMuIH9KX8K8wEjNUgmABCD", "/bkt/c", &[]);
    assert_eq!(made_up.error().2, "Invalid version id specified");
    send(&kit, "DELETE", &format!("/bkt/k?versionId={two}"), &[], "").ok();
    let gone = copy(&kit, &format!("bkt/k?versionId={two}"), "/bkt/c", &[]);
    assert_eq!(code(&gone), (404, "NoSuchVersion".to_owned()));
    let marker = send(&kit, "DELETE", "/bkt/k", &[], "").header("x-amz-version-id");
    assert_eq!(code(&copy(&kit, "bkt/k", "/bkt/c", &[])), (404, "NoSuchKey".to_owned()));
    let refused = copy(&kit, &format!("bkt/k?versionId={marker}"), "/bkt/c", &[]).error();
    assert!(refused.2.ends_with("to a delete marker by version id."), "{}", refused.2);
}

/// What a copy takes from its source, and what it takes from the request under any directives.
#[test]
fn directives_choose_between_source_and_request() {
    let kit = kit();
    let source = [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("x-amz-meta-a", "1"),
        ("x-amz-tagging", "t=1"),
        ("x-amz-storage-class", "STANDARD_IA"),
        ("x-amz-website-redirect-location", "/old"),
    ];
    send(&kit, "PUT", "/bkt/k", &source, "hello").ok();
    let request = [
        ("content-type", "text/html"),
        ("x-amz-meta-b", "2"),
        ("x-amz-tagging", "u=2&v=3"),
        ("x-amz-storage-class", "ONEZONE_IA"),
        ("x-amz-website-redirect-location", "/new"),
    ];
    let names =
        ["content-type", "cache-control", "x-amz-meta-a", "x-amz-meta-b", "x-amz-tagging-count"];
    for (metadata, tags, want) in [
        ("COPY", "COPY", ["text/plain", "no-store", "1", "", "1"]),
        ("REPLACE", "COPY", ["text/html", "", "", "2", "1"]),
        ("COPY", "REPLACE", ["text/plain", "no-store", "1", "", "2"]),
        ("REPLACE", "REPLACE", ["text/html", "", "", "2", "2"]),
    ] {
        let directives =
            [("x-amz-metadata-directive", metadata), ("x-amz-tagging-directive", tags)];
        let headers: Vec<_> = request.iter().chain(&directives).copied().collect();
        copy(&kit, "bkt/k", "/bkt/copy", &headers).ok();
        let read = get(&kit, "/bkt/copy").ok();
        assert_eq!(names.map(|name| read.header(name)), want, "{metadata} {tags}");
        assert_eq!(read.header("x-amz-storage-class"), "ONEZONE_IA", "{metadata} {tags}");
        assert_eq!(read.header("x-amz-website-redirect-location"), "/new", "{metadata} {tags}");
    }
    copy(&kit, "bkt/k", "/bkt/copy", &[]).ok();
    let read = get(&kit, "/bkt/copy").ok();
    for name in ["x-amz-storage-class", "x-amz-website-redirect-location"] {
        assert_eq!(read.header(name), "", "{name} is never inherited");
    }
    for (name, value) in
        [("x-amz-metadata-directive", "replace"), ("x-amz-tagging-directive", "KEEP")]
    {
        let refused = copy(&kit, "bkt/k", "/bkt/copy", &[(name, value)]);
        assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{name}");
        let elements = [refused.element("ArgumentName"), refused.element("ArgumentValue")];
        assert_eq!(elements, [name, value]);
    }
}

/// Observed: a copy onto itself must change something; each of these is a change.
#[test]
fn a_copy_onto_itself_changes_something() {
    let kit = kit();
    send(&kit, "PUT", "/bkt/k", &[("x-amz-meta-a", "1")], "hello").ok();
    for headers in [&[][..], &[("x-amz-metadata-directive", "COPY")], &[("x-amz-tagging", "a=1")]] {
        let (status, code, message) = copy(&kit, "/bkt/k", "/bkt/k", headers).error();
        assert_eq!((status, code.as_str()), (400, "InvalidRequest"), "{headers:?}");
        assert!(message.ends_with("website redirect location or encryption attributes."));
    }
    for header in [
        ("x-amz-metadata-directive", "REPLACE"),
        ("x-amz-storage-class", "STANDARD"),
        ("x-amz-website-redirect-location", "/r"),
        ("x-amz-server-side-encryption", "AES256"),
        ("x-amz-checksum-algorithm", "SHA1"),
    ] {
        copy(&kit, "/bkt/k", "/bkt/k", &[header]).ok();
        assert_eq!(get(&kit, "/bkt/k").ok().text(), "hello", "{header:?}");
    }
    let read = send(&kit, "GET", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "").ok();
    assert_eq!(read.header("x-amz-checksum-sha1"), "qvTGHdzF6KLavt4PO0gs2a6pQ00=");
    assert_eq!(read.header("x-amz-meta-a"), "", "replaced by none");
    create(&kit, "other");
    copy(&kit, "/bkt/k", "/other/k", &[]).ok();
}

/// The checksum of a copy: the source's algorithm, or the one that is named.
#[test]
fn a_copy_has_a_checksum_of_its_own() {
    let kit = kit();
    let sha1 = [("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=")];
    send(&kit, "PUT", "/bkt/k", &sha1, "hello").ok();
    let inherited = copy(&kit, "bkt/k", "/bkt/copy", &[]).ok();
    assert_eq!(inherited.element("ChecksumSHA1"), sha1[0].1);
    assert_eq!(inherited.element("ChecksumType"), "FULL_OBJECT");
    assert_eq!(inherited.element("LastModified"), "2026-03-01T00:00:00.000Z");
    assert_eq!(inherited.header("etag"), "", "only in the document");
    let named = copy(&kit, "bkt/k", "/bkt/copy", &[("x-amz-checksum-algorithm", "CRC32")]).ok();
    assert_eq!(
        (named.element("ChecksumCRC32"), named.element("ChecksumSHA1")),
        ("NhCmhg==".into(), String::new())
    );
    let refused = copy(&kit, "bkt/k", "/bkt/copy", &[("x-amz-checksum-algorithm", "MD5")]).error();
    assert!(refused.2.starts_with("Checksum algorithm provided is unsupported"), "{}", refused.2);
}

/// Sources that are missing, elsewhere, or another's.
#[test]
fn a_source_is_found_or_refused() {
    let kit = kit();
    create_in(&kit, "eu-west-1", "far");
    let root = kit.root.clone();
    kit.send_in("eu-west-1", &root, "s3", "PUT", "/far/k", &[], b"from afar").ok();
    copy(&kit, "far/k", "/bkt/copy", &[]).ok();
    assert_eq!(get(&kit, "/bkt/copy").ok().text(), "from afar");
    let missing = copy(&kit, "none/k", "/bkt/copy", &[]);
    assert_eq!(code(&missing), (404, "NoSuchBucket".to_owned()));
    assert_eq!(missing.element("BucketName"), "none");
    let missing = copy(&kit, "bkt/none", "/bkt/copy", &[]);
    assert_eq!((code(&missing).0, missing.element("Key").as_str()), (404, "none"));
    let owner = "x-amz-source-expected-bucket-owner";
    copy(&kit, "far/k", "/bkt/copy", &[(owner, testkit::ACCOUNT)]).ok();
    let refused = copy(&kit, "far/k", "/bkt/copy", &[(owner, testkit::OTHER_ACCOUNT)]);
    assert_eq!(code(&refused), (403, "AccessDenied".to_owned()));
    let user = kit.user("copier", &allow(&["s3:PutObject", "s3:GetObjectVersion"]));
    let header = [("x-amz-copy-source", "far/k")];
    let (status, _, message) = by(&kit, &user, "PUT", "/bkt/copy", &header).error();
    assert_eq!(status, 403);
    assert!(message.contains("s3:GetObject on resource: \"arn:aws:s3:::far/k\""), "{message}");
    let versioned = [("x-amz-copy-source", "far/k?versionId=null")];
    by(&kit, &user, "PUT", "/bkt/copy", &versioned).ok();
    let event = kit.event("CopyObject");
    assert_eq!(event["requestParameters"]["x-amz-copy-source"], "far/k?versionId=null");
    assert_eq!(event["resources"][0]["ARN"], "arn:aws:s3:::bkt/copy");
}
