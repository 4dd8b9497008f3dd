//! The parts of an upload: their numbers, their replacement, their listing.

use testkit::{Answered, Kit};

use crate::calls::{all, allow, begin, by, code, complete, etag_of, part};
use crate::{get, kit, put, send};

const BIG: usize = 5 << 20;

fn list(kit: &Kit, id: &str, query: &str) -> Answered {
    get(kit, &format!("/bkt/k?uploadId={id}{query}"))
}

/// Numbers need not be consecutive; a part that is sent again replaces the former.
#[test]
fn parts_are_ordered_by_number_and_replaced_by_number() {
    let kit = kit();
    let id = begin(&kit, &[]);
    part(&kit, &id, 10_000, &[], "tail").ok();
    part(&kit, &id, 7, &[], "first").ok();
    let second = part(&kit, &id, 7, &[], vec![b'a'; BIG]).ok();
    let last = part(&kit, &id, 10_000, &[], "end").ok();
    let page = list(&kit, &id, "").ok();
    assert_eq!(all(&page, "PartNumber"), ["7", "10000"]);
    assert_eq!(all(&page, "Size"), [BIG.to_string(), "3".to_owned()]);
    let old = format!("<ETag>{}</ETag>", types::hex(&keys::md5(b"first")));
    let refused = complete(&kit, &id, &[(7, &old)], &[]);
    assert_eq!(code(&refused), (400, "InvalidPart".to_owned()));
    assert_eq!(
        (refused.element("PartNumber"), refused.element("UploadId")),
        ("7".into(), id.clone())
    );
    complete(&kit, &id, &[(7, &etag_of(&second)), (10_000, &etag_of(&last))], &[]).ok();
    let whole = get(&kit, "/bkt/k").ok();
    assert_eq!(whole.body.len(), BIG + 3);
    assert!(whole.body.ends_with(b"aend"));
    let piece = get(&kit, "/bkt/k?partNumber=2");
    assert_eq!((piece.status, piece.text().as_str()), (206, "end"), "by its place in the object");
    assert_eq!(piece.header("x-amz-mp-parts-count"), "2");
}

/// Source: S3 API Reference, "UploadPart": from 1 to 10,000.
#[test]
fn part_numbers_have_limits() {
    let kit = kit();
    let id = begin(&kit, &[]);
    for number in ["0", "10001", "-1", "x", ""] {
        let target = format!("/bkt/k?partNumber={number}&uploadId={id}");
        let refused = send(&kit, "PUT", &target, &[], "x");
        assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{number}");
        assert_eq!(refused.element("ArgumentName"), "partNumber", "{number}");
        assert_eq!(refused.element("ArgumentValue"), number);
        let copied = send(&kit, "PUT", &target, &[("x-amz-copy-source", "bkt/none")], "");
        assert_ne!(copied.status, 200, "{number}");
    }
    for number in [1, 10_000] {
        part(&kit, &id, number, &[], "x").ok();
    }
}

/// Parts that the list leaves out are dropped with the upload.
#[test]
fn parts_that_are_not_listed_are_left_out() {
    let kit = kit();
    let id = begin(&kit, &[]);
    part(&kit, &id, 1, &[], "one").ok();
    let two = part(&kit, &id, 2, &[], "two").ok();
    complete(&kit, &id, &[(2, &etag_of(&two))], &[]).ok();
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "two");
    assert_eq!(code(&list(&kit, &id, "")), (404, "NoSuchUpload".to_owned()));
    let late = part(&kit, &id, 3, &[], "three");
    assert_eq!(code(&late), (404, "NoSuchUpload".to_owned()));
}

/// The list of parts: pages by count and marker, with the arguments repeated.
#[test]
fn parts_are_listed_by_pages() {
    let kit = kit();
    let id = begin(&kit, &[("x-amz-storage-class", "STANDARD_IA")]);
    for number in [1, 2, 5, 9, 30] {
        part(&kit, &id, number, &[], number.to_string()).ok();
    }
    let whole = list(&kit, &id, "").ok();
    for (name, want) in [
        ("Bucket", "bkt"),
        ("Key", "k"),
        ("UploadId", id.as_str()),
        ("StorageClass", "STANDARD_IA"),
        ("MaxParts", "1000"),
        ("PartNumberMarker", "0"),
        ("NextPartNumberMarker", "30"),
        ("IsTruncated", "false"),
    ] {
        assert_eq!(whole.element(name), want, "{name}");
    }
    for size in 1..=6 {
        let (mut seen, mut marker) = (Vec::new(), "0".to_owned());
        loop {
            let query = format!("&max-parts={size}&part-number-marker={marker}");
            let page = list(&kit, &id, &query).ok();
            assert_eq!(page.element("PartNumberMarker"), marker);
            assert!(all(&page, "PartNumber").len() <= size);
            seen.extend(all(&page, "PartNumber"));
            marker = page.element("NextPartNumberMarker");
            if page.element("IsTruncated") == "false" {
                break;
            }
        }
        assert_eq!(seen, ["1", "2", "5", "9", "30"], "pages of {size}");
    }
    let behind = list(&kit, &id, "&part-number-marker=30").ok();
    assert_eq!(
        (all(&behind, "PartNumber").len(), behind.element("NextPartNumberMarker").as_str()),
        (0, "0")
    );
    for query in ["&max-parts=-1", "&max-parts=x", "&part-number-marker=x"] {
        assert_eq!(code(&list(&kit, &id, query)), (400, "InvalidArgument".to_owned()), "{query}");
    }
    let event = kit.event("ListParts");
    assert_eq!(event["requestParameters"]["uploadId"], id);
    assert_eq!(event["resources"][0]["ARN"], "arn:aws:s3:::bkt/k");
}

/// An upload belongs to its key: the id alone opens nothing.
#[test]
fn an_id_belongs_to_its_key() {
    let kit = kit();
    let id = begin(&kit, &[]);
    part(&kit, &id, 1, &[], "x").ok();
    for (method, query, body) in [
        ("GET", "", ""),
        ("DELETE", "", ""),
        ("PUT", "&partNumber=1", "x"),
        (
            "POST",
            "",
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part>\
             </CompleteMultipartUpload>",
        ),
    ] {
        let refused = send(&kit, method, &format!("/bkt/other?uploadId={id}{query}"), &[], body);
        assert_eq!(code(&refused), (404, "NoSuchUpload".to_owned()), "{method}");
        assert_eq!(refused.element("UploadId"), id, "{method}");
    }
    list(&kit, &id, "").ok();
}

/// A list that cannot be read as one is malformed; a part without ETag, too.
#[test]
fn the_list_of_parts_must_be_one() {
    let kit = kit();
    let id = begin(&kit, &[]);
    let etag = etag_of(&part(&kit, &id, 1, &[], "x").ok());
    let target = format!("/bkt/k?uploadId={id}");
    for body in [
        "",
        "x",
        "<CompleteMultipartUpload>",
        "<Other/>",
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>",
        "<CompleteMultipartUpload><Part><PartNumber>one</PartNumber><ETag>x</ETag></Part>\
         </CompleteMultipartUpload>",
    ] {
        let refused = send(&kit, "POST", &target, &[], body);
        assert_eq!(code(&refused), (400, "MalformedXML".to_owned()), "{body}");
        assert_eq!(kit.event("CompleteMultipartUpload")["errorCode"], "MalformedXML");
    }
    let twice = complete(&kit, &id, &[(1, &etag), (1, &etag)], &[]);
    assert_eq!(code(&twice), (400, "InvalidPartOrder".to_owned()));
    let many: Vec<_> = (1..=10_001).map(|number| (number, "<ETag>x</ETag>")).collect();
    assert_eq!(code(&complete(&kit, &id, &many, &[])), (400, "MalformedXML".to_owned()));
    complete(&kit, &id, &[(1, &etag)], &[]).ok();
}

/// The smallest size is that of all parts but the last.
#[test]
fn only_the_last_part_may_be_small() {
    let kit = kit();
    let id = begin(&kit, &[]);
    let small = part(&kit, &id, 1, &[], vec![b'a'; BIG - 1]).ok();
    let tail = etag_of(&part(&kit, &id, 2, &[], "").ok());
    let refused = complete(&kit, &id, &[(1, &etag_of(&small)), (2, &tail)], &[]);
    assert_eq!(code(&refused), (400, "EntityTooSmall".to_owned()));
    assert_eq!(refused.element("ProposedSize"), (BIG - 1).to_string());
    assert_eq!(refused.element("MinSizeAllowed"), BIG.to_string());
    assert_eq!(refused.element("PartNumber"), "1");
    assert_eq!(format!("\"{}\"", refused.element("ETag")), small.header("etag"));
    let enough = etag_of(&part(&kit, &id, 1, &[], vec![b'a'; BIG]).ok());
    complete(&kit, &id, &[(1, &enough), (2, &tail)], &[]).ok();
    assert_eq!(send(&kit, "HEAD", "/bkt/k", &[], "").header("content-length"), BIG.to_string());
}

/// What the upload was begun with becomes the object's.
#[test]
fn attributes_come_from_the_beginning() {
    let kit = kit();
    let headers = [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("x-amz-meta-color", "red"),
        ("x-amz-tagging", "a=1&b=2"),
        ("x-amz-storage-class", "ONEZONE_IA"),
    ];
    let id = begin(&kit, &headers);
    let ignored = [("content-type", "text/html"), ("x-amz-meta-color", "blue")];
    let etag = etag_of(&part(&kit, &id, 1, &ignored, "x").ok());
    complete(&kit, &id, &[(1, &etag)], &[("x-amz-meta-color", "green")]).ok();
    let read = get(&kit, "/bkt/k").ok();
    for (name, want) in [
        ("content-type", "text/plain"),
        ("cache-control", "no-store"),
        ("x-amz-meta-color", "red"),
        ("x-amz-tagging-count", "2"),
        ("x-amz-storage-class", "ONEZONE_IA"),
    ] {
        assert_eq!(read.header(name), want, "{name}");
    }
}

/// Each operation on an upload names its own permission.
#[test]
fn each_step_needs_its_permission() {
    let kit = kit();
    put(&kit, "/bkt/source", "x");
    let id = begin(&kit, &[]);
    let outsider = kit.user("outsider", &allow(&["s3:ListBucket"]));
    let upload = format!("/bkt/k?uploadId={id}");
    let one = format!("{upload}&partNumber=1");
    for (method, target, action) in [
        ("POST", "/bkt/k?uploads", "s3:PutObject"),
        ("PUT", one.as_str(), "s3:PutObject"),
        ("POST", upload.as_str(), "s3:PutObject"),
        ("GET", upload.as_str(), "s3:ListMultipartUploadParts"),
        ("DELETE", upload.as_str(), "s3:AbortMultipartUpload"),
        ("GET", "/bkt?uploads", "s3:ListBucketMultipartUploads"),
    ] {
        let (status, _, message) = by(&kit, &outsider, method, target, &[]).error();
        assert_eq!(status, 403, "{method} {target}");
        assert!(message.contains(&format!("to perform: {action} on")), "{message}");
    }
    let writer = kit.user("writer", &allow(&["s3:PutObject"]));
    let copy = [("x-amz-copy-source", "bkt/source")];
    let refused = by(&kit, &writer, "PUT", &one, &copy).error();
    assert!(refused.2.contains("s3:GetObject on resource: \"arn:aws:s3:::bkt/source\""));
    by(&kit, &writer, "PUT", &one, &[]).ok();
}
