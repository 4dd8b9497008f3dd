//! Checksums behind a body, in its trailer.

use testkit::{Answered, Kit, REGION};
use wire::sign::{chunked_body, sign_header};
use wire::sigv4::Payload;

use crate::calls::code;
use crate::{get, kit};

const HOST: &str = "127.0.0.1:4566";
/// The CRC32 of `hello`, computed by Python's zlib.
const HELLO: &str = "NhCmhg==";

/// A PUT of `hello` whose trailer is announced to be a CRC32, and is this.
fn put(kit: &Kit, trailer: &[(&str, &str)]) -> Answered {
    let headers = [
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "5"),
    ];
    let (target, payload) = ("/bkt/hello", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    let now = kit.clock.now();
    let added = sign_header("PUT", HOST, target, &headers, payload, &kit.root, REGION, "s3", now);
    let added = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all: Vec<_> = headers.into_iter().chain(added).collect();
    let payload = Payload::Streaming { signed: false, trailer: true };
    let body = chunked_body(&payload, None, b"hello", 64 << 10, trailer);
    kit.send_raw("PUT", target, &all, &body)
}

#[test]
fn a_trailer_is_the_checksum_that_was_announced() {
    for (trailer, refusal) in [
        (("x-amz-checksum-crc32", HELLO), None),
        (("x-amz-checksum-crc32", "AAAAAA=="), Some("BadDigest")),
        (("x-amz-checksum-crc32", "short"), Some("InvalidRequest")),
        (("x-amz-checksum-sha1", "qvTGHdzF6KLavt4PO0gs2a6pQ00="), Some("MalformedTrailerError")),
    ] {
        let kit = kit();
        let answer = put(&kit, &[trailer]);
        let object = get(&kit, "/bkt/hello");
        if let Some(refusal) = refusal {
            assert_eq!(code(&answer), (400, refusal.to_owned()), "{trailer:?}");
            assert_eq!(object.status, 404, "{trailer:?}");
        } else {
            assert_eq!(answer.ok().headers["x-amz-checksum-crc32"], HELLO);
            assert_eq!(object.ok().body, b"hello");
        }
    }
}
