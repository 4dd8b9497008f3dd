//! Ranges and parts of objects: which bytes, which headers, which refusals.

use testkit::{Answered, Kit};

use crate::calls::{begin, code, complete, etag_of, part};
use crate::customer_keys::{Customer, accept_customer_keys};
use crate::{get, kit, put, send};

const TEN: &str = "0123456789";

fn read(kit: &Kit, method: &str, range: &str) -> Answered {
    send(kit, method, "/bkt/k", &[("range", range)], "")
}

/// Source: RFC 9110, section 14.1.2. Observed: what S3 makes of what is none.
#[test]
fn a_range_selects_bytes() {
    let kit = kit();
    put(&kit, "/bkt/k", TEN);
    for (range, body, shown) in [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=9-9", "9", "bytes 9-9/10"),
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=0-", TEN, "bytes 0-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-10", TEN, "bytes 0-9/10"),
        ("bytes=-11", TEN, "bytes 0-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
        ("bytes=0-99999999999999999999", TEN, "bytes 0-9/10"),
        // Not a range for S3: the whole object.
        ("bytes=4-2", "", ""),
        ("bytes=0-1,4-5", "", ""),
        ("bytes=a-b", "", ""),
        ("bytes=-", "", ""),
        ("bytes 0-1", "", ""),
        ("lines=0-1", "", ""),
        ("", "", ""),
    ] {
        let partial = !shown.is_empty();
        for method in ["GET", "HEAD"] {
            let answer = read(&kit, method, range);
            assert_eq!(answer.status, if partial { 206 } else { 200 }, "{method} {range}");
            assert_eq!(answer.header("content-range"), shown, "{method} {range}");
            assert_eq!(answer.header("accept-ranges"), "bytes", "{method} {range}");
        }
        let want = if partial { body } else { TEN };
        assert_eq!(read(&kit, "GET", range).text(), want, "{range}");
        assert_eq!(read(&kit, "HEAD", range).header("content-length"), want.len().to_string());
        let event = kit.event("GetObject");
        assert_eq!(event["additionalEventData"]["bytesTransferredOut"], want.len(), "{range}");
    }
}

/// Observed: the elements and the header of the refusal.
#[test]
fn a_range_beyond_the_object_is_refused() {
    let kit = kit();
    put(&kit, "/bkt/k", TEN);
    put(&kit, "/bkt/empty", "");
    for range in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999-"] {
        let refused = read(&kit, "GET", range);
        assert_eq!(code(&refused), (416, "InvalidRange".to_owned()), "{range}");
        let elements = [refused.element("RangeRequested"), refused.element("ActualObjectSize")];
        assert_eq!(elements, [range, "10"]);
        assert_eq!(refused.header("content-range"), "bytes */10", "{range}");
        assert_eq!(read(&kit, "HEAD", range).status, 416, "{range}");
    }
    for range in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
        let refused = send(&kit, "GET", "/bkt/empty", &[("range", range)], "");
        assert_eq!((refused.status, refused.element("ActualObjectSize").as_str()), (416, "0"));
    }
    assert_eq!(get(&kit, "/bkt/empty").ok().header("content-range"), "");
    let event = kit.events().into_iter().rfind(|event| event["errorCode"] == "InvalidRange");
    assert_eq!(event.unwrap()["errorMessage"], "The requested range is not satisfiable");
}

/// The number of a part, of an upload in parts and of an object that was written at once.
#[test]
fn a_part_is_read_by_its_number() {
    let kit = kit();
    put(&kit, "/bkt/single", TEN);
    let single = get(&kit, "/bkt/single?partNumber=1");
    assert_eq!((single.status, single.text().as_str()), (206, TEN));
    assert_eq!(single.header("content-range"), "bytes 0-9/10");
    assert_eq!(single.header("x-amz-mp-parts-count"), "");
    let empty = put(&kit, "/bkt/empty", "");
    assert_eq!(empty.status, 200);
    assert_eq!(get(&kit, "/bkt/empty?partNumber=1").text(), "");
    let beyond = get(&kit, "/bkt/single?partNumber=2");
    assert_eq!(code(&beyond), (416, "InvalidPartNumber".to_owned()));
    let elements = [beyond.element("PartNumberRequested"), beyond.element("ActualPartCount")];
    assert_eq!(elements, ["2", "1"]);
    for number in ["0", "10001", "-1", "x"] {
        let refused = get(&kit, &format!("/bkt/single?partNumber={number}"));
        assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{number}");
        assert_eq!(refused.element("ArgumentValue"), number);
    }
    let both = send(&kit, "GET", "/bkt/single?partNumber=1", &[("range", "bytes=0-1")], "").error();
    let text = "Cannot specify both Range header and partNumber query parameter";
    assert_eq!(both, (400, "InvalidRequest".into(), text.into()));
}

/// A range over the boundary of parts, in each encryption, and the checksum of what is whole only.
#[test]
fn ranges_cross_the_boundaries_of_parts() {
    const BIG: usize = 5 << 20;
    let kit = kit();
    accept_customer_keys(&kit);
    let own = Customer::new(1);
    let kms = [("x-amz-server-side-encryption", "aws:kms")];
    for headers in [&[][..], &kms, &own.headers()] {
        let opens = if headers.len() == 3 { headers } else { &[] };
        let id = begin(&kit, headers);
        let first: Vec<u8> = (0..BIG).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let one = etag_of(&part(&kit, &id, 1, opens, &first).ok());
        let two = etag_of(&part(&kit, &id, 2, opens, TEN).ok());
        complete(&kit, &id, &[(1, &one), (2, &two)], &[]).ok();
        let whole = [first.as_slice(), TEN.as_bytes()].concat();
        for (from, to) in
            [(BIG - 3, BIG + 3), (BIG - 70_000, BIG), (BIG, BIG + 9), (65_535, 131_073)]
        {
            let range = format!("bytes={from}-{to}");
            let all = [opens, &[("range", range.as_str())]].concat();
            let answer = send(&kit, "GET", "/bkt/k", &all, "");
            assert_eq!(answer.status, 206, "{range}");
            assert!(answer.body == whole[from..=to], "{range}");
        }
        let tail = send(&kit, "GET", "/bkt/k?partNumber=2", opens, "");
        assert_eq!(tail.text(), TEN);
        assert_eq!(tail.header("content-range"), format!("bytes {BIG}-{}/{}", BIG + 9, BIG + 10));
    }
}

/// Observed: a checksum belongs to the whole, so a range has none unless it covers all.
#[test]
fn a_range_has_a_checksum_only_if_it_is_the_whole() {
    let kit = kit();
    let stored = put(&kit, "/bkt/k", TEN).header("x-amz-checksum-crc64nvme");
    assert_ne!(stored, "");
    for (range, want) in [("bytes=0-9", stored.as_str()), ("bytes=0-8", ""), ("bytes=-10", &stored)]
    {
        for method in ["GET", "HEAD"] {
            let headers = [("range", range), ("x-amz-checksum-mode", "ENABLED")];
            let answer = send(&kit, method, "/bkt/k", &headers, "");
            assert_eq!(answer.header("x-amz-checksum-crc64nvme"), want, "{method} {range}");
        }
    }
    let plain = get(&kit, "/bkt/k").ok();
    assert_eq!(plain.header("x-amz-checksum-crc64nvme"), "", "only on request");
}

/// The range of a copied part has one form, within the source.
#[test]
fn a_range_of_a_copied_part_is_exact() {
    let kit = kit();
    put(&kit, "/bkt/source", TEN);
    let id = begin(&kit, &[]);
    let target = format!("/bkt/k?partNumber=1&uploadId={id}");
    let copy = |range: &str| {
        let headers = [("x-amz-copy-source", "bkt/source"), ("x-amz-copy-source-range", range)];
        send(&kit, "PUT", &target, &headers, "")
    };
    for (range, text) in [("bytes=0-9", TEN), ("bytes=4-4", "4"), ("bytes=8-9", "89")] {
        let md5 = types::hex(&keys::md5(text.as_bytes()));
        assert_eq!(copy(range).ok().element("ETag"), format!("&quot;{md5}&quot;"), "{range}");
    }
    for range in ["bytes=0-", "bytes=-5", "0-5", "bytes=5-4", "bytes=0-1,3-4", "bytes=a-b", ""] {
        let refused = copy(range);
        assert_eq!(code(&refused), (400, "InvalidArgument".to_owned()), "{range}");
        assert_eq!(refused.element("ArgumentName"), "x-amz-copy-source-range", "{range}");
    }
    let text = "Range specified is not valid for source object of size: 10";
    assert_eq!(copy("bytes=0-10").error().2, text);
    let text = "The specified copy range is invalid for the source object size";
    assert_eq!(copy("bytes=10-12").error(), (400, "InvalidRequest".into(), text.into()));
}
