use crate::{HELLO_CRC32, create, delete_many, get, kit, put, send};

/// Observed: ETag, checksum and SSE headers of a plain object.
#[test]
fn an_object_is_read_as_it_was_written() {
    let kit = kit();
    let headers =
        [("content-type", "text/plain"), ("x-amz-meta-a", "1"), ("cache-control", "no-cache")];
    let stored = send(&kit, "PUT", "/bkt/dir/%E3%81%82", &headers, "hello").ok();
    assert_eq!(stored.header("etag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(stored.header("x-amz-server-side-encryption"), "AES256");
    assert_eq!(stored.header("x-amz-checksum-type"), "FULL_OBJECT");
    assert_eq!(stored.header("x-amz-version-id"), "");
    let read = get(&kit, "/bkt/dir/%E3%81%82").ok();
    assert_eq!(read.text(), "hello");
    assert_eq!(read.header("content-type"), "text/plain");
    assert_eq!(read.header("x-amz-meta-a"), "1");
    assert_eq!(read.header("cache-control"), "no-cache");
    assert_eq!(read.header("last-modified"), "Sun, 01 Mar 2026 00:00:00 GMT");
    let head =
        send(&kit, "HEAD", "/bkt/dir/%E3%81%82", &[("x-amz-checksum-mode", "ENABLED")], "").ok();
    assert_eq!((head.header("content-length"), head.body.len()), ("5".to_owned(), 0));
    assert_eq!(head.header("x-amz-checksum-crc64nvme"), stored.header("x-amz-checksum-crc64nvme"));
}

/// Sizes around the inline limit, a frame and a step.
#[test]
fn bodies_of_all_sizes_survive_and_can_be_read_in_ranges() {
    let kit = kit();
    for size in [0_usize, 1, 16_368, 16_384, 65_535, 65_536, 65_537, 262_144, 700_001] {
        let body: Vec<u8> = (0..size).map(|i| u8::try_from(i % 251).unwrap()).collect();
        put(&kit, "/bkt/k", &body);
        assert!(get(&kit, "/bkt/k").ok().body == body, "{size}");
        for (first, last) in [(0, 0), (size / 2, size / 2 + 70_000), (size.saturating_sub(1), size)]
        {
            if first >= size {
                continue;
            }
            let range = format!("bytes={first}-{last}");
            let part = send(&kit, "GET", "/bkt/k", &[("range", &range)], "");
            assert_eq!(part.status, 206);
            assert!(part.body == body[first..(last + 1).min(size)], "{size} {range}");
        }
    }
}

#[test]
fn an_error_names_what_is_missing() {
    let kit = kit();
    let error = get(&kit, "/bkt/none");
    assert_eq!(error.error().1, "NoSuchKey");
    assert_eq!(error.element("Key"), "none");
    let error = get(&kit, "/nowhere/none");
    assert_eq!((error.status, error.element("BucketName")), (404, "nowhere".to_owned()));
    let range = send(&kit, "GET", "/bkt/none", &[("range", "bytes=0-1")], "");
    assert_eq!(range.error().1, "NoSuchKey");
    put(&kit, "/bkt/k", "0123456789");
    let range = send(&kit, "GET", "/bkt/k", &[("range", "bytes=-0")], "");
    assert_eq!((range.status, range.element("ActualObjectSize")), (416, "10".to_owned()));
}

#[test]
fn a_body_that_does_not_fit_its_digests_is_refused() {
    let kit = kit();
    for (header, value, want) in [
        ("x-amz-checksum-crc32", "AAAAAA==", "BadDigest"),
        ("x-amz-checksum-crc32", "x", "InvalidRequest"),
        ("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==", "BadDigest"),
        ("content-md5", "x", "InvalidDigest"),
    ] {
        let error = send(&kit, "PUT", "/bkt/k", &[(header, value)], "hello");
        assert_eq!((error.status, error.error().1.as_str()), (400, want), "{header} {value}");
    }
    assert_eq!(get(&kit, "/bkt/k").status, 404);
    send(&kit, "PUT", "/bkt/k", &[("x-amz-checksum-crc32", "NhCmhg==")], "hello").ok();
}

#[test]
fn writes_obey_their_conditions() {
    let kit = kit();
    let absent = [("if-none-match", "*")];
    send(&kit, "PUT", "/bkt/k", &absent, "1").ok();
    let error = send(&kit, "PUT", "/bkt/k", &absent, "2");
    assert_eq!((error.status, error.element("Condition")), (412, "If-None-Match".to_owned()));
    let etag = get(&kit, "/bkt/k").header("etag");
    send(&kit, "PUT", "/bkt/k", &[("if-match", &etag)], "3").ok();
    assert_eq!(send(&kit, "PUT", "/bkt/k", &[("if-match", &etag)], "4").status, 412);
    assert_eq!(send(&kit, "PUT", "/bkt/none", &[("if-match", &etag)], "4").error().1, "NoSuchKey");
    assert_eq!(send(&kit, "PUT", "/bkt/k", &[("if-match", "*")], "4").status, 501);
    assert_eq!(get(&kit, "/bkt/k").text(), "3");
}

#[test]
fn a_copy_follows_its_directives() {
    let kit = kit();
    create(&kit, "target");
    let headers = [("content-type", "text/plain"), ("x-amz-meta-a", "1"), ("x-amz-tagging", "t=1")];
    send(&kit, "PUT", "/bkt/k", &headers, "hello").ok();
    let copy = |headers: &[(&str, &str)], target: &str| {
        let all: Vec<_> =
            headers.iter().copied().chain([("x-amz-copy-source", "/bkt/k")]).collect();
        send(&kit, "PUT", target, &all, "")
    };
    let done = copy(&[], "/target/copied").ok();
    assert_eq!(done.element("ETag"), "&quot;5d41402abc4b2a76b9719d911017c592&quot;");
    let read = get(&kit, "/target/copied").ok();
    assert_eq!((read.text().as_str(), read.header("x-amz-meta-a").as_str()), ("hello", "1"));
    assert_eq!(read.header("x-amz-tagging-count"), "1");
    let replace = [("x-amz-metadata-directive", "REPLACE"), ("x-amz-meta-b", "2")];
    copy(&replace, "/target/replaced").ok();
    let read = get(&kit, "/target/replaced").ok();
    assert_eq!(
        (read.header("x-amz-meta-a"), read.header("x-amz-meta-b")),
        (String::new(), "2".into())
    );
    assert_eq!(read.header("content-type"), "binary/octet-stream");
    let error = copy(&[], "/bkt/k");
    assert!(error.error().2.starts_with("This copy request is illegal"));
    assert_eq!(copy(&[("x-amz-copy-source-if-match", "x")], "/bkt/x").status, 412);
}

/// Observed: a plus in the source is a space; one that is meant is escaped.
#[test]
fn a_plus_in_a_source_is_a_space() {
    let kit = kit();
    put(&kit, "/bkt/a%20b", "space");
    put(&kit, "/bkt/a%2Bb", "plus");
    for (source, want) in
        [("bkt/a+b", "space"), ("bkt/a%20b", "space"), ("bkt/a%2Bb", "plus"), ("bkt/a b", "space")]
    {
        send(&kit, "PUT", "/bkt/copy", &[("x-amz-copy-source", source)], "").ok();
        assert_eq!(get(&kit, "/bkt/copy").text(), want, "{source}");
        let id = send(&kit, "POST", "/bkt/parts?uploads", &[], "").ok().element("UploadId");
        let target = format!("/bkt/parts?partNumber=1&uploadId={id}");
        let part = send(&kit, "PUT", &target, &[("x-amz-copy-source", source)], "").ok();
        let md5 = types::hex(&keys::md5(want.as_bytes()));
        assert!(part.element("ETag").contains(&md5), "{source}");
    }
}

#[test]
fn deleting_is_silent_about_what_is_not_there() {
    let kit = kit();
    put(&kit, "/bkt/k", "1");
    assert_eq!(send(&kit, "DELETE", "/bkt/k", &[], "").status, 204);
    assert_eq!(send(&kit, "DELETE", "/bkt/k", &[], "").status, 204);
    assert_eq!(get(&kit, "/bkt/k").status, 404);
    put(&kit, "/bkt/1", "1");
    put(&kit, "/bkt/2", "1");
    let body = "<Delete><Object><Key>1</Key></Object><Object><Key>none</Key></Object></Delete>";
    let refused = send(&kit, "POST", "/bkt?delete", &[], body);
    assert_eq!(refused.error().1, "InvalidRequest");
    let md5 = [("content-md5", "tdLNdrDTwf5hnzTuVMnLdQ==")];
    let wrong = send(&kit, "POST", "/bkt?delete", &md5, body);
    assert_eq!(wrong.error().1, "BadDigest");
    let named = [("x-amz-sdk-checksum-algorithm", "CRC32")];
    let text = "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or \
                x-amz-trailer headers were found.";
    assert_eq!(send(&kit, "POST", "/bkt?delete", &named, body).error().2, text);
    let done = delete_many(&kit, "/bkt?delete", body).ok();
    assert!(
        done.text().contains("<Deleted><Key>1</Key></Deleted><Deleted><Key>none</Key></Deleted>")
    );
    assert_eq!(get(&kit, "/bkt/1").status, 404);
    assert_eq!(get(&kit, "/bkt/2").status, 200);
    assert_eq!(send(&kit, "DELETE", "/bkt", &[], "").error().1, "BucketNotEmpty");
}

#[test]
fn tags_and_acl_of_an_object_are_answered() {
    let kit = kit();
    put(&kit, "/bkt/k", "1");
    let tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
    put(&kit, "/bkt/k?tagging", tags);
    assert!(get(&kit, "/bkt/k?tagging").ok().text().contains("<Key>a</Key><Value>1</Value>"));
    assert_eq!(send(&kit, "DELETE", "/bkt/k?tagging", &[], "").status, 204);
    assert!(get(&kit, "/bkt/k?tagging").ok().text().contains("<TagSet/>"));
    assert_eq!(get(&kit, "/bkt/k?acl").ok().element("Permission"), "FULL_CONTROL");
    let full = [("x-amz-acl", "bucket-owner-full-control")];
    send(&kit, "PUT", "/bkt/k?acl", &full, "").ok();
    let error = send(&kit, "PUT", "/bkt/k?acl", &[("x-amz-acl", "public-read")], "");
    assert_eq!(error.error().1, "AccessControlListNotSupported");
    send(&kit, "PUT", "/bkt/k", &full, "2").ok();
    let error = send(&kit, "PUT", "/bkt/k", &[("x-amz-acl", "private")], "2");
    assert_eq!(error.error().1, "AccessControlListNotSupported");
    let attributes = [("x-amz-object-attributes", "ETag,ObjectSize,Checksum")];
    let shown = send(&kit, "GET", "/bkt/k?attributes", &attributes, "").ok();
    assert_eq!(
        (shown.element("ObjectSize"), shown.element("ChecksumType")),
        ("1".into(), "FULL_OBJECT".into())
    );
}

/// Observed: a named algorithm must be accompanied by a checksum of that algorithm.
#[test]
fn an_algorithm_that_is_named_has_its_checksum() {
    let kit = kit();
    let named = ("x-amz-sdk-checksum-algorithm", "CRC32");
    let refused = send(&kit, "PUT", "/bkt/k", &[named], "hello").error();
    assert_eq!((refused.0, refused.1.as_str()), (400, "InvalidRequest"));
    assert!(refused.2.starts_with("x-amz-sdk-checksum-algorithm specified, but no"));
    let other = [named, ("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00=")];
    let refused = send(&kit, "PUT", "/bkt/k", &other, "hello").error();
    assert_eq!(refused.2, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
    send(&kit, "PUT", "/bkt/k", &[named, HELLO_CRC32], "hello").ok();
}

/// Observed: parameters of a presigned URL are not headers. The JavaScript SDK includes the
/// checksum of the empty text there, which it has when it signs.
#[test]
fn a_checksum_in_the_query_is_not_compared() {
    let kit = kit();
    let target = "/bkt/k?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32";
    send(&kit, "PUT", target, &[], "hello").ok();
    assert_eq!(get(&kit, "/bkt/k").text(), "hello");
    let begun = send(&kit, "POST", "/bkt/parts?uploads", &[], "").ok().element("UploadId");
    let target = format!("{target}&partNumber=1&uploadId={begun}").replace("/k?", "/parts?");
    send(&kit, "PUT", &target, &[], "hello").ok();
}

/// Observed: the header is named.
#[test]
fn a_body_of_unknown_length_is_refused() {
    let kit = kit();
    let ask = |method: &str, target: &str, added: &[(&str, &str)]| {
        let headers: Vec<_> =
            [("transfer-encoding", "chunked")].into_iter().chain(added.iter().copied()).collect();
        kit.without_length(method, target, &headers, b"hello")
    };
    for target in ["/bkt/k", "/bkt/k?tagging", "/bkt?policy"] {
        let refused = ask("PUT", target, &[]);
        assert_eq!(
            (refused.status, refused.element("Header").as_str()),
            (501, "Transfer-Encoding")
        );
        assert_eq!(refused.error().1, "NotImplemented", "{target}");
    }
    assert_eq!(get(&kit, "/bkt/k").status, 404);
    ask("PUT", "/bkt/k", &[("x-amz-decoded-content-length", "5")]).ok();
}

/// A streamed body must have a length; a request without a body need not.
#[test]
fn a_body_without_a_length_is_refused() {
    let kit = kit();
    let refused = kit.without_length("PUT", "/bkt/k", &[], b"").error();
    assert_eq!((refused.0, refused.1.as_str()), (411, "MissingContentLength"));
    let begun = send(&kit, "POST", "/bkt/k?uploads", &[], "").ok().element("UploadId");
    let target = format!("/bkt/k?partNumber=1&uploadId={begun}");
    assert_eq!(kit.without_length("PUT", &target, &[], b"").status, 411);
    assert_eq!(kit.without_length("GET", "/bkt?uploads", &[], b"").status, 200);
    assert_eq!(kit.without_length("DELETE", "/bkt/k", &[], b"").status, 204);
    assert_eq!(get(&kit, "/bkt/k").status, 404);
}

/// A stated MD5 is compared with what arrived, also where the ETag is no MD5.
#[test]
fn a_stated_md5_is_proven() {
    let kit = kit();
    // Computed by OpenSSL: `printf hello | openssl md5 -binary | base64`.
    let headers = [("content-md5", "XUFAKrxLKna5cZ2REBfFkg==")];
    send(&kit, "PUT", "/bkt/k", &headers, "hello").ok();
    assert_eq!(get(&kit, "/bkt/k").ok().text(), "hello");
    let (status, code, _) = send(&kit, "PUT", "/bkt/other", &headers, "hullo").error();
    assert_eq!((status, code.as_str()), (400, "BadDigest"));
    assert_eq!(get(&kit, "/bkt/other").status, 404);
}
