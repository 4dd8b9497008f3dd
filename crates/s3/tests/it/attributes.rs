//! What an object has besides its bytes: metadata, headers, storage classes, tags.

use testkit::{Answered, Kit};

use crate::calls::{all, allow, by, code};
use crate::{get, kit, put, send};

fn write(kit: &Kit, headers: &[(&str, &str)]) -> Answered {
    send(kit, "PUT", "/bkt/k", headers, "hello")
}

/// Source: S3 User Guide, "User-defined object metadata": 2 KB, names and values together.
#[test]
fn metadata_are_limited_to_two_kilobytes() {
    const BYTES_MAX: usize = 2_048;
    let kit = kit();
    let fits = "v".repeat(BYTES_MAX - "color".len());
    write(&kit, &[("x-amz-meta-color", &fits)]).ok();
    assert_eq!(get(&kit, "/bkt/k").header("x-amz-meta-color"), fits);
    let long = format!("{fits}v");
    for (method, target) in [("PUT", "/bkt/k"), ("POST", "/bkt/k?uploads")] {
        let refused = send(&kit, method, target, &[("x-amz-meta-color", &long)], "");
        assert_eq!(code(&refused), (400, "MetadataTooLarge".to_owned()), "{method}");
        assert_eq!(refused.element("Size"), (BYTES_MAX + 1).to_string());
        assert_eq!(refused.element("MaxSizeAllowed"), BYTES_MAX.to_string());
    }
    let half = "v".repeat(BYTES_MAX / 2 - 1);
    write(&kit, &[("x-amz-meta-a", &half), ("x-amz-meta-b", &half)]).ok();
    let refused = write(&kit, &[("x-amz-meta-a", &half), ("x-amz-meta-bc", &half)]);
    assert_eq!(code(&refused).1, "MetadataTooLarge", "the names count");
}

/// Names are in lower case, values unchanged; letters beyond ASCII in encoded words.
#[test]
fn metadata_are_returned_as_they_were_sent() {
    let kit = kit();
    write(
        &kit,
        &[
            ("X-Amz-Meta-Color", "Deep Red"),
            ("x-amz-meta-empty", ""),
            ("x-amz-meta-with_underscore", "1"),
            ("x-amz-meta-q", "=?UTF-8?Q?=C3=A4rger?="),
            ("x-amz-meta-b", "=?UTF-8?B?5pel5pys?="),
            ("x-amz-metadata", "is no metadata"),
        ],
    )
    .ok();
    for method in ["GET", "HEAD"] {
        let read = send(&kit, method, "/bkt/k", &[], "").ok();
        for (name, want) in [
            ("x-amz-meta-color", "Deep Red"),
            ("x-amz-meta-empty", ""),
            ("x-amz-meta-with_underscore", "1"),
            ("x-amz-meta-q", "=?UTF-8?Q?=C3=A4rger?="),
            ("x-amz-meta-b", "=?UTF-8?B?5pel5pys?="),
        ] {
            assert!(read.headers.contains_key(name), "{name}");
            assert_eq!(read.header(name), want, "{method} {name}");
        }
        assert!(!read.headers.contains_key("x-amz-metadata"), "{method}");
    }
}

/// The headers that are stored, the one that has a default, and the coding of the transfer.
#[test]
fn headers_are_stored_with_the_object() {
    let kit = kit();
    let headers = [
        ("cache-control", "max-age=60"),
        ("content-disposition", "attachment"),
        ("content-encoding", "gzip"),
        ("content-language", "ja, en"),
        ("content-type", "text/html; charset=utf-8"),
        ("expires", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("x-amz-website-redirect-location", "https://a.test/"),
    ];
    write(&kit, &headers).ok();
    for method in ["GET", "HEAD"] {
        let read = send(&kit, method, "/bkt/k", &[], "").ok();
        for (name, value) in headers {
            assert_eq!(read.header(name), value, "{method} {name}");
        }
    }
    write(&kit, &[("x-custom", "1"), ("content-type", "")]).ok();
    let read = get(&kit, "/bkt/k").ok();
    assert_eq!(read.header("content-type"), "binary/octet-stream");
    for (name, _) in headers.into_iter().filter(|(name, _)| *name != "content-type") {
        assert!(!read.headers.contains_key(name), "{name}");
    }
    assert!(!read.headers.contains_key("x-custom"));
    for (sent, kept) in [
        ("aws-chunked", ""),
        ("aws-chunked,gzip", "gzip"),
        ("gzip, aws-chunked", "gzip"),
        ("br", "br"),
    ] {
        write(&kit, &[("content-encoding", sent)]).ok();
        assert_eq!(get(&kit, "/bkt/k").header("content-encoding"), kept, "{sent}");
    }
}

/// Source: S3 API Reference, "PutObject": the classes; the standard one is not named on reading.
#[test]
fn storage_classes_are_kept() {
    let kit = kit();
    for (class, shown, readable) in [
        ("STANDARD", "", true),
        ("REDUCED_REDUNDANCY", "REDUCED_REDUNDANCY", true),
        ("STANDARD_IA", "STANDARD_IA", true),
        ("ONEZONE_IA", "ONEZONE_IA", true),
        ("INTELLIGENT_TIERING", "INTELLIGENT_TIERING", true),
        ("GLACIER_IR", "GLACIER_IR", true),
        ("GLACIER", "GLACIER", false),
        ("DEEP_ARCHIVE", "DEEP_ARCHIVE", false),
    ] {
        write(&kit, &[("x-amz-storage-class", class)]).ok();
        let head = send(&kit, "HEAD", "/bkt/k", &[], "").ok();
        assert_eq!(head.header("x-amz-storage-class"), shown, "{class}");
        assert_eq!(get(&kit, "/bkt").ok().element("StorageClass"), class);
        assert_eq!(get(&kit, "/bkt?versions").ok().element("StorageClass"), class);
        let read = get(&kit, "/bkt/k");
        assert_eq!(read.status == 200, readable, "{class}");
        if !readable {
            assert_eq!(code(&read), (403, "InvalidObjectState".to_owned()), "{class}");
            assert_eq!(read.element("StorageClass"), class);
        }
    }
    for class in ["standard", "OUTPOSTS", "EXPRESS_ONEZONE", ""] {
        let refused = write(&kit, &[("x-amz-storage-class", class)]);
        assert_eq!(code(&refused), (400, "InvalidStorageClass".to_owned()), "{class}");
        assert_eq!(refused.element("StorageClassRequested"), class);
    }
}

fn tagging(pairs: &[(String, String)]) -> String {
    let tag = |(key, value): &(String, String)| {
        format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>")
    };
    let tags: String = pairs.iter().map(tag).collect();
    format!("<Tagging><TagSet>{tags}</TagSet></Tagging>")
}

/// Source: S3 User Guide, "Categorizing your objects using tags": 10 of an object, 50 of a bucket,
/// 128 and 256 letters, of any number of bytes.
#[test]
fn tags_have_limits() {
    let kit = kit();
    put(&kit, "/bkt/k", "x");
    let many =
        |count: usize| -> Vec<_> { (0..count).map(|n| (n.to_string(), String::new())).collect() };
    for (target, max, text) in [
        ("/bkt/k?tagging", 10, "Object tags cannot be greater than 10"),
        ("/bkt?tagging", 50, "Bucket tag count cannot be greater than 50"),
    ] {
        put(&kit, target, tagging(&many(max)));
        let refused = send(&kit, "PUT", target, &[], tagging(&many(max + 1))).error();
        assert_eq!(refused, (400, "BadRequest".into(), text.into()));
        let pair = |key: usize, value: usize| {
            tagging(&[("\u{3042}".repeat(key), "\u{3042}".repeat(value))])
        };
        put(&kit, target, pair(128, 256));
        let refused = send(&kit, "PUT", target, &[], pair(129, 0)).error();
        assert_eq!(refused.2, "The TagKey you have provided is invalid", "{target}");
        let refused = send(&kit, "PUT", target, &[], pair(1, 257)).error();
        assert_eq!(refused.2, "The TagValue you have provided is invalid", "{target}");
        let refused = send(&kit, "PUT", target, &[], pair(0, 1)).error();
        assert_eq!(refused.2, "The TagKey you have provided is invalid", "{target}");
        assert_eq!(all(&get(&kit, target).ok(), "Key"), ["\u{3042}".repeat(128)], "{target}");
    }
    let header = |count: usize| (0..count).map(|n| format!("k{n}=v")).collect::<Vec<_>>().join("&");
    write(&kit, &[("x-amz-tagging", &header(10))]).ok();
    assert_eq!(get(&kit, "/bkt/k").header("x-amz-tagging-count"), "10");
    assert_eq!(
        code(&write(&kit, &[("x-amz-tagging", &header(11))])),
        (400, "BadRequest".to_owned())
    );
}

/// The number of tags is for callers that may read them.
#[test]
fn the_number_of_tags_needs_the_right_to_read_them() {
    let kit = kit();
    write(&kit, &[("x-amz-tagging", "a=1&b=2")]).ok();
    let blind = kit.user("blind", &allow(&["s3:GetObject"]));
    let seeing = kit.user("seeing", &allow(&["s3:GetObject", "s3:GetObjectTagging"]));
    for (user, count) in [(&blind, ""), (&seeing, "2")] {
        for method in ["GET", "HEAD"] {
            let read = by(&kit, user, method, "/bkt/k", &[]).ok();
            assert_eq!(read.header("x-amz-tagging-count"), count, "{method}");
        }
    }
    put(&kit, "/bkt/k?tagging", tagging(&[]));
    assert_eq!(by(&kit, &seeing, "GET", "/bkt/k", &[]).header("x-amz-tagging-count"), "");
}

/// Attributes that can be requested: each alone, and none other.
#[test]
fn only_the_requested_attributes_are_returned() {
    let kit = kit();
    write(&kit, &[]).ok();
    let elements = ["ETag", "Checksum", "StorageClass", "ObjectSize"];
    let ask = |names: &str| {
        send(&kit, "GET", "/bkt/k?attributes", &[("x-amz-object-attributes", names)], "")
    };
    for name in elements {
        let text = ask(name).ok().text();
        for own in elements {
            assert_eq!(text.contains(&format!("<{own}>")), own == name, "{name}: {text}");
        }
    }
    let both = ask(" ETag , ObjectSize").ok();
    assert_eq!(both.element("ETag"), "5d41402abc4b2a76b9719d911017c592", "without quotes");
    assert_eq!(
        (both.element("ObjectSize"), both.header("last-modified").is_empty()),
        ("5".into(), false)
    );
    for names in ["", "etag", "ETag,Owner", ","] {
        let refused = ask(names);
        assert_eq!(refused.error().2, "Invalid attribute name specified.", "{names}");
        assert_eq!(refused.element("ArgumentName"), "x-amz-object-attributes", "{names}");
    }
}
