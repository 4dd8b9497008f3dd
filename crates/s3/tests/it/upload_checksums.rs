//! Checksums of uploads in parts: each algorithm in each mode.

use testkit::{Answered, Kit};

use crate::calls::{all, begin, code, complete, etag_of, part};
use crate::{get, kit, put, send};

const BIG: usize = 5 << 20;
/// Algorithm, its mode if none is named, and the checksum of `hello`, computed by Python's zlib,
/// hashlib, and the reference implementations of CRC32C and CRC64NVME.
const HELLO: [(&str, &str, &str); 5] = [
    ("CRC32", "COMPOSITE", "NhCmhg=="),
    ("CRC32C", "COMPOSITE", "mnG7TA=="),
    ("CRC64NVME", "FULL_OBJECT", "M3eFcAZSQlc="),
    ("SHA1", "COMPOSITE", "qvTGHdzF6KLavt4PO0gs2a6pQ00="),
    ("SHA256", "COMPOSITE", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="),
];

fn attributes(kit: &Kit, names: &str, more: &[(&str, &str)]) -> Answered {
    let headers: Vec<_> =
        more.iter().copied().chain([("x-amz-object-attributes", names)]).collect();
    send(kit, "GET", "/bkt/k?attributes", &headers, "").ok()
}

/// A small upload of one part in every mode that an algorithm has.
#[test]
fn every_algorithm_completes_in_its_modes() {
    for (algorithm, usual, sum) in HELLO {
        let kit = kit();
        let header = format!("x-amz-checksum-{}", algorithm.to_lowercase());
        for mode in ["FULL_OBJECT", "COMPOSITE"] {
            let headers = [("x-amz-checksum-algorithm", algorithm), ("x-amz-checksum-type", mode)];
            let begun = send(&kit, "POST", "/bkt/k?uploads", &headers, "");
            let is_hash = algorithm.starts_with("SHA");
            let fits = if mode == "COMPOSITE" { algorithm != "CRC64NVME" } else { !is_hash };
            if !fits {
                let text = format!(
                    "The {mode} checksum type cannot be used with the {} checksum algorithm.",
                    algorithm.to_lowercase()
                );
                assert_eq!(begun.error(), (400, "InvalidRequest".into(), text));
                continue;
            }
            assert_eq!(begun.header("x-amz-checksum-algorithm"), algorithm);
            assert_eq!(begun.header("x-amz-checksum-type"), mode);
            let id = begun.ok().element("UploadId");
            let sent = part(&kit, &id, 1, &[(&header, sum)], "hello").ok();
            assert_eq!(sent.header(&header), sum, "{algorithm}");
            let element = format!("Checksum{algorithm}");
            let listed = get(&kit, &format!("/bkt/k?uploadId={id}")).ok();
            assert_eq!(listed.element(&element), sum);
            assert_eq!(listed.element("ChecksumAlgorithm"), algorithm);
            assert_eq!(listed.element("ChecksumType"), mode);
            let list = format!("{}<{element}>{sum}</{element}>", etag_of(&sent));
            let done = complete(&kit, &id, &[(1, &list)], &[]).ok();
            assert_eq!(done.element("ChecksumType"), mode, "{algorithm}");
            let whole = done.element(&element);
            if mode == "FULL_OBJECT" {
                assert_eq!(whole, sum, "{algorithm}");
            } else {
                assert!(whole.ends_with("-1") && !whole.starts_with(sum), "{algorithm}: {whole}");
            }
            let read = send(&kit, "HEAD", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "").ok();
            assert_eq!(
                (read.header(&header), read.header("x-amz-checksum-type")),
                (whole, mode.into())
            );
        }
        let begun =
            send(&kit, "POST", "/bkt/k?uploads", &[("x-amz-checksum-algorithm", algorithm)], "");
        assert_eq!(begun.header("x-amz-checksum-type"), usual, "{algorithm}");
    }
}

/// A wrong or malformed checksum of a part, and one of another algorithm, store nothing.
#[test]
fn a_part_proves_its_checksum() {
    for (algorithm, _, sum) in HELLO {
        let kit = kit();
        let id = begin(&kit, &[("x-amz-checksum-algorithm", algorithm)]);
        let header = format!("x-amz-checksum-{}", algorithm.to_lowercase());
        let wrong = part(&kit, &id, 1, &[(&header, sum)], "hullo").error();
        let text = format!("The {algorithm} you specified did not match the calculated checksum.");
        assert_eq!(wrong, (400, "BadDigest".into(), text));
        let bad = part(&kit, &id, 1, &[(&header, "AAA=")], "hello").error();
        assert_eq!(
            bad,
            (400, "InvalidRequest".into(), format!("Value for {header} header is invalid."))
        );
        let (other, _, value) = HELLO.into_iter().find(|(own, _, _)| *own != algorithm).unwrap();
        let other_header = format!("x-amz-checksum-{}", other.to_lowercase());
        let mixed = part(&kit, &id, 1, &[(&other_header, value)], "hello").error();
        let text = format!(
            "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
            algorithm.to_lowercase(),
            other.to_lowercase()
        );
        assert_eq!(mixed, (400, "InvalidRequest".into(), text));
        let listed = get(&kit, &format!("/bkt/k?uploadId={id}")).ok();
        assert_eq!(all(&listed, "PartNumber").len(), 0, "{algorithm}");
        let computed = part(&kit, &id, 1, &[], "hello").ok();
        assert_eq!(computed.header(&header), sum, "computed without the client's");
    }
}

/// The checksum of a whole upload is that of the same bytes in one request.
#[test]
fn a_whole_checksum_does_not_depend_on_the_parts() {
    for algorithm in ["CRC32", "CRC32C", "CRC64NVME"] {
        let kit = kit();
        let header = format!("x-amz-checksum-{}", algorithm.to_lowercase());
        let first: Vec<u8> = (0..BIG).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let named = [("x-amz-checksum-algorithm", algorithm)];
        put(&kit, "/bkt/whole", [first.as_slice(), b"tail"].concat());
        let copied = [("x-amz-copy-source", "bkt/whole"), named[0]];
        let single = send(&kit, "PUT", "/bkt/copied", &copied, "").ok();
        let single = single.element(&format!("Checksum{algorithm}"));
        let id = begin(&kit, &[named[0], ("x-amz-checksum-type", "FULL_OBJECT")]);
        let one = etag_of(&part(&kit, &id, 1, &[], &first).ok());
        let two = etag_of(&part(&kit, &id, 2, &[], "tail").ok());
        let wrong = complete(&kit, &id, &[(1, &one), (2, &two)], &[(&header, "AAAAAA==")]).error();
        assert_eq!((wrong.0, wrong.1.as_str()), (400, "BadDigest"), "{algorithm}");
        let given = [(header.as_str(), single.as_str())];
        let done = complete(&kit, &id, &[(1, &one), (2, &two)], &given).ok();
        assert_eq!(done.element(&format!("Checksum{algorithm}")), single);
        let read = send(&kit, "GET", "/bkt/k", &[("x-amz-checksum-mode", "ENABLED")], "").ok();
        assert_eq!(read.header(&header), single);
    }
}

/// A composite checksum may be given with its number of parts or without; the mode must be the
/// upload's.
#[test]
fn a_composite_checksum_is_compared_in_both_forms() {
    for suffix in ["", "-1"] {
        let kit = kit();
        let id = begin(&kit, &[("x-amz-checksum-algorithm", "SHA256")]);
        let sent = part(&kit, &id, 1, &[], "hello").ok();
        let sum = sent.header("x-amz-checksum-sha256");
        let list = format!("{}<ChecksumSHA256>{sum}</ChecksumSHA256>", etag_of(&sent));
        let header = "x-amz-checksum-sha256";
        let wrong = complete(&kit, &id, &[(1, &list)], &[(header, &sum)]).error();
        assert_eq!((wrong.0, wrong.1.as_str()), (400, "BadDigest"));
        // Computed by Python: base64(sha256(sha256(b"hello"))).
        let whole = format!("lZXJ35AHUUjrBoYDZd8zWEt1v/eCpRDGzUiDpBmDPVA={suffix}");
        let mode = [(header, whole.as_str()), ("x-amz-checksum-type", "FULL_OBJECT")];
        let refused = complete(&kit, &id, &[(1, &list)], &mode).error();
        assert!(refused.2.starts_with("The upload was created using the COMPOSITE checksum mode"));
        let unknown = [("x-amz-checksum-type", "PARTIAL")];
        let refused = complete(&kit, &id, &[(1, &list)], &unknown).error();
        assert_eq!(refused.2, "Value for x-amz-checksum-type header is invalid: PARTIAL.");
        complete(&kit, &id, &[(1, &list)], &[(header, &whole)]).ok();
    }
}

/// The parts of a composite checksum are listed by pages; of any other object only their number.
#[test]
fn attributes_list_the_parts_of_composite_checksums() {
    let kit = kit();
    let id = begin(&kit, &[("x-amz-checksum-algorithm", "CRC32")]);
    let mut lists = Vec::new();
    for (number, size) in [(2, BIG), (4, BIG), (9, 3)] {
        let sent = part(&kit, &id, number, &[], vec![b'a'; size]).ok();
        let sum = sent.header("x-amz-checksum-crc32");
        lists.push((number, format!("{}<ChecksumCRC32>{sum}</ChecksumCRC32>", etag_of(&sent))));
    }
    let lists: Vec<_> = lists.iter().map(|(number, list)| (*number, list.as_str())).collect();
    let done = complete(&kit, &id, &lists, &[]).ok().element("ChecksumCRC32");
    let answer = attributes(&kit, "ETag,Checksum,ObjectParts,StorageClass,ObjectSize", &[]);
    assert_eq!(answer.element("PartsCount"), "3");
    assert_eq!(all(&answer, "PartNumber"), ["2", "4", "9"]);
    assert_eq!(all(&answer, "Size"), [BIG.to_string(), BIG.to_string(), "3".into()]);
    assert_eq!(all(&answer, "ChecksumCRC32")[0], done.trim_end_matches("-3"));
    assert_eq!(answer.element("ObjectSize"), (2 * BIG + 3).to_string());
    assert_eq!(answer.element("StorageClass"), "STANDARD");
    assert!(answer.element("ETag").ends_with("-3"));
    let page = attributes(&kit, "ObjectParts", &[("x-amz-max-parts", "1")]);
    assert_eq!(
        (page.element("IsTruncated"), page.element("NextPartNumberMarker")),
        ("true".into(), "2".into())
    );
    let page = attributes(&kit, "ObjectParts", &[("x-amz-part-number-marker", "4")]);
    assert_eq!(
        (all(&page, "PartNumber"), page.element("IsTruncated")),
        (vec!["9".to_owned()], "false".into())
    );
    let headers = [("x-amz-object-attributes", "ObjectParts"), ("x-amz-max-parts", "x")];
    assert_eq!(code(&send(&kit, "GET", "/bkt/k?attributes", &headers, "")).0, 400);
    let id = begin(&kit, &[]);
    let plain = etag_of(&part(&kit, &id, 1, &[], "x").ok());
    complete(&kit, &id, &[(1, &plain)], &[]).ok();
    let answer = attributes(&kit, "ObjectParts", &[]);
    assert_eq!((answer.element("PartsCount"), all(&answer, "PartNumber").len()), ("1".into(), 0));
    put(&kit, "/bkt/k", "x");
    assert_eq!(attributes(&kit, "ObjectParts", &[]).element("PartsCount"), "");
}
