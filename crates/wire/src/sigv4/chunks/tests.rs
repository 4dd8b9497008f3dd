//! AWS's documented bodies, damaged ones, and bodies cut anywhere.

use super::*;
use crate::sign::{Credentials, chunked_body, seed, sign_header};
use proptest::collection::vec;
use proptest::prelude::*;
use types::Timestamp;

/// S3 API Reference, "Example calculations: transferring a payload in multiple chunks": the
/// signatures of chunks of 65 536, 1024 and 0 bytes, all `a`.
const DOCUMENTED_SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const DOCUMENTED_CHUNKS: [&str; 3] = [
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
];
/// S3 API Reference, "Example calculations: trailing headers": the same body.
const DOCUMENTED_TRAILER_SEED: &str =
    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
const DOCUMENTED_TRAILER_CHUNKS: [&str; 3] = [
    "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
    "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
    "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
];
const DOCUMENTED_TRAILER: &str = "x-amz-checksum-crc32c:sOO8/Q==\n\r\n\
    x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\
    \r\n";
const CHECKSUM: (&str, &str) = ("x-amz-checksum-crc32c", "sOO8/Q==");

const SIGNED: Payload = Payload::Streaming { signed: true, trailer: false };
const SIGNED_TRAILER: Payload = Payload::Streaming { signed: true, trailer: true };
const UNSIGNED_TRAILER: Payload = Payload::Streaming { signed: false, trailer: true };

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    }
}

fn now() -> Timestamp {
    Timestamp::parse_basic("20130524T000000Z").unwrap()
}

/// The documented request, signed by us.
fn request_seed(payload: &Payload) -> Verified {
    let trailer = ("x-amz-trailer", "x-amz-checksum-crc32c");
    let length = ("content-length", "66824");
    let headers = [
        ("content-encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        if *payload == SIGNED { length } else { trailer },
    ];
    let (host, target) = ("s3.amazonaws.com", "/examplebucket/chunkObject.txt");
    let (credentials, now) = (credentials(), now());
    let added = sign_header(
        "PUT",
        host,
        target,
        &headers,
        payload.as_str(),
        &credentials,
        "us-east-1",
        "s3",
        now,
    );
    seed(&added, &credentials, "us-east-1", "s3", now).unwrap()
}

fn documented_body(chunks: [&str; 3], end: &str) -> Vec<u8> {
    let [first, second, last] = chunks;
    let (long, short) = ("a".repeat(65_536), "a".repeat(1024));
    format!(
        "10000;chunk-signature={first}\r\n{long}\r\n400;chunk-signature={second}\r\n{short}\
         \r\n0;chunk-signature={last}\r\n{end}"
    )
    .into_bytes()
}

/// The output for a body that arrives in pieces of these sizes, repeated.
fn decode(
    decoder: Result<ChunkDecoder, ChunkError>,
    body: &[u8],
    pieces: &[usize],
) -> (Vec<u8>, Result<Trailers, ChunkError>) {
    let mut decoder = decoder.unwrap();
    let (mut out, mut rest) = (Vec::new(), body);
    for size in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*size).clamp(1, rest.len()));
        rest = after;
        let pushed = decoder.take(piece, &mut |bytes| {
            out.extend_from_slice(bytes);
            Ok(())
        });
        if let Err(error) = pushed {
            assert_eq!(decoder.end(), Err(error.clone()), "an error stays");
            return (out, Err(error));
        }
    }
    (out, decoder.end())
}

fn unsigned(body: &str, length: u64) -> (Vec<u8>, Result<Trailers, ChunkError>) {
    let decoder = ChunkDecoder::sized(&UNSIGNED_TRAILER, None, Some(length), [CHECKSUM.0]);
    decode(decoder, body.as_bytes(), &[7])
}

/// Our seeds and bodies equal those of the documentation, byte for byte.
#[test]
fn documented_examples_are_made_and_read() {
    let data = "a".repeat(66_560).into_bytes();
    let seed = request_seed(&SIGNED);
    assert_eq!(seed.seed, DOCUMENTED_SEED);
    let body = documented_body(DOCUMENTED_CHUNKS, "\r\n");
    assert_eq!(body.len(), 66_824);
    assert_eq!(chunked_body(&SIGNED, Some(&seed), &data, 65_536, &[]), body);
    for pieces in [1, 100, 65_537, 1 << 20] {
        let decoder = ChunkDecoder::sized(&SIGNED, Some(&seed), Some(66_560), []);
        assert_eq!(decode(decoder, &body, &[pieces]), (data.clone(), Ok(Vec::new())));
    }
    let seed = request_seed(&SIGNED_TRAILER);
    assert_eq!(seed.seed, DOCUMENTED_TRAILER_SEED);
    let made = chunked_body(&SIGNED_TRAILER, Some(&seed), &data, 65_536, &[CHECKSUM]);
    let documented = documented_body(DOCUMENTED_TRAILER_CHUNKS, DOCUMENTED_TRAILER);
    for body in [made, documented] {
        let decoder = ChunkDecoder::sized(&SIGNED_TRAILER, Some(&seed), Some(66_560), [CHECKSUM.0]);
        let trailers = vec![(CHECKSUM.0.to_owned(), CHECKSUM.1.to_owned())];
        assert_eq!(decode(decoder, &body, &[4096]), (data.clone(), Ok(trailers)));
    }
}

/// A changed byte is detected before any byte of its chunk is passed on.
#[test]
fn no_bytes_of_an_invalid_chunk_are_returned() {
    let seed = request_seed(&SIGNED);
    let body = documented_body(DOCUMENTED_CHUNKS, "\r\n");
    for (at, given) in [(100, 0), (65_600, 0), (66_000, 65_536), (66_810, 66_560)] {
        let mut body = body.clone();
        body[at] ^= 1;
        let decoder = ChunkDecoder::sized(&SIGNED, Some(&seed), Some(66_560), []);
        let (out, result) = decode(decoder, &body, &[1000]);
        assert_eq!(out.len(), given, "{at}");
        let error = result.unwrap_err().wire();
        assert_eq!((error.status, error.code.as_str()), (403, "SignatureDoesNotMatch"), "{at}");
        let names: Vec<&str> = error.extra.iter().map(|(name, _)| name.as_str()).collect();
        let want = ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"];
        assert_eq!(names, want);
    }
}

/// Trailers must be those announced, once each, signed when they have to be.
#[test]
fn trailers_are_checked() {
    let good = Ok(vec![(CHECKSUM.0.to_owned(), CHECKSUM.1.to_owned())]);
    let line = "x-amz-checksum-crc32c:sOO8/Q==\r\n";
    assert_eq!(unsigned(&format!("1\r\na\r\n0\r\n{line}\r\n"), 1), (b"a".to_vec(), good.clone()));
    assert_eq!(unsigned(&format!("0\r\n{line}"), 0).1, good, "no empty line at the end");
    for bad in [
        "0\r\n\r\n".to_owned(),
        "0\r\n".to_owned(),
        format!("0\r\n{line}{line}\r\n"),
        format!("0\r\n{line}x-amz-meta-a:b\r\n\r\n"),
        format!("0\r\n{line}x-amz-trailer-signature:ff\r\n\r\n"),
        "0\r\nnonsense\r\n\r\n".to_owned(),
        format!("0\r\nx-amz-checksum-crc32c:{}\r\n\r\n", "a".repeat(TRAILER_BYTES_MAX)),
    ] {
        let error = unsigned(&bad, 0).1.unwrap_err();
        assert_eq!(error, ChunkError::Trailer, "{bad}");
        assert_eq!(error.wire().code, "MalformedTrailerError");
    }
    let seed = request_seed(&SIGNED_TRAILER);
    let decoder = ChunkDecoder::sized(&SIGNED_TRAILER, Some(&seed), Some(66_560), [CHECKSUM.0]);
    let body = documented_body(DOCUMENTED_TRAILER_CHUNKS, line);
    assert_eq!(decode(decoder, &body, &[4096]).1, Err(ChunkError::Trailer), "unsigned");
    let decoder = ChunkDecoder::sized(&SIGNED_TRAILER, Some(&seed), Some(66_560), [CHECKSUM.0]);
    let changed = DOCUMENTED_TRAILER.replace("sOO8", "sOO9");
    let body = documented_body(DOCUMENTED_TRAILER_CHUNKS, &changed);
    assert!(matches!(decode(decoder, &body, &[4096]).1, Err(ChunkError::Signature(_))));
}

/// Too short, too long, cut off, or followed by something.
#[test]
fn lengths_are_checked() {
    let line = "x-amz-checksum-crc32c:sOO8/Q==\r\n";
    let whole = format!("3\r\nabc\r\n0\r\n{line}\r\n");
    for length in [2, 4] {
        assert_eq!(unsigned(&whole, length).1, Err(ChunkError::Incomplete));
    }
    for end in [0, 1, 3, 4, 6, 8, 9, 30] {
        assert_eq!(unsigned(whole.get(..end).unwrap(), 3).1, Err(ChunkError::Incomplete), "{end}");
    }
    assert_eq!(ChunkError::Incomplete.wire().code, "IncompleteBody");
    for bad in [
        format!("{whole}x"),
        "3\r\nabcx\r\n".to_owned(),
        "3\nabc\r\n0\r\n".to_owned(),
        "\r\n".to_owned(),
        "0".repeat(300),
        "3;chunk-signature=ff\r\nabc".to_owned(),
    ] {
        let error = unsigned(&bad, 3).1.unwrap_err();
        assert_eq!(error, ChunkError::Malformed, "{bad}");
        assert_eq!(
            (error.clone().wire().status, error.wire().code.as_str()),
            (400, "InvalidRequest")
        );
    }
}

/// Only the last chunk may be small, and no signed chunk may exceed the buffer.
#[test]
fn chunk_sizes_are_bounded() {
    let (out, result) = unsigned("3\r\nabc\r\n3\r\nabc\r\n0\r\n\r\n", 6);
    assert_eq!(
        (out, result),
        (b"abc".to_vec(), Err(ChunkError::ChunkTooSmall { chunk: 1, size: 3 }))
    );
    // Observed: of 1,000 and 1,000 bytes the second chunk is named.
    let small = ChunkError::ChunkTooSmall { chunk: 1, size: 1000 }.wire();
    let element = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(small.extra, [element("Chunk", "2"), element("BadChunkSize", "1000")]);
    let seed = request_seed(&SIGNED);
    let huge = SIGNED_CHUNK_BYTES_MAX + 1;
    let decoder = ChunkDecoder::sized(&SIGNED, Some(&seed), Some(huge), []);
    let line = format!("{huge:x};chunk-signature=ff\r\n");
    let error = decode(decoder, line.as_bytes(), &[9]).1.unwrap_err();
    assert_eq!(error, ChunkError::ChunkTooLarge { chunk: 1, size: huge });
    assert_eq!(
        (error.clone().wire().status, error.wire().code.as_str()),
        (403, "InvalidChunkSizeError")
    );
}

/// Signed chunks without a signature to continue are refused before a byte is read.
#[test]
fn a_decoder_requires_its_key() {
    let refused = |payload: &Payload, length| {
        ChunkDecoder::sized(payload, None, length, []).map(|_| ()).unwrap_err()
    };
    assert_eq!(refused(&SIGNED, Some(1)), ChunkError::NotChunked);
    assert_eq!(refused(&Payload::Unsigned, Some(1)), ChunkError::NotChunked);
    let error = refused(&UNSIGNED_TRAILER, None).wire();
    assert_eq!((error.status, error.code.as_str()), (411, "MissingContentLength"));
}

/// Length and names are those of the head, including lists and repetitions.
#[test]
fn a_head_announces_length_and_trailers() {
    let mut headers = http::HeaderMap::new();
    headers.append("x-amz-decoded-content-length", "3".parse().unwrap());
    headers.append("x-amz-trailer", "X-Amz-Checksum-CRC32C, a".parse().unwrap());
    headers.append("x-amz-trailer", "b".parse().unwrap());
    let head = |headers: &http::HeaderMap| {
        let (target, peer) = ("/b/k".to_owned(), [127, 0, 0, 1].into());
        Head::new(http::Method::PUT, target, headers.clone(), false, peer)
    };
    let body = b"3\r\nabc\r\n0\r\na:1\r\nb:2\r\nx-amz-checksum-crc32c:c\r\n\r\n";
    let decoder = ChunkDecoder::new(&head(&headers), &UNSIGNED_TRAILER, None);
    let (out, trailers) = decode(decoder, body, &[5]);
    assert_eq!((out, trailers.map(|trailers| trailers.len())), (b"abc".to_vec(), Ok(3)));
    for bad in ["", "-1", "3x", "99999999999999999999"] {
        headers.insert("x-amz-decoded-content-length", bad.parse().unwrap());
        let decoder = ChunkDecoder::new(&head(&headers), &UNSIGNED_TRAILER, None);
        let refused = decoder.map(|_| ()).unwrap_err();
        assert_eq!(refused, ChunkError::MissingDecodedLength, "{bad}");
    }
}

/// The consumer of the bytes can abort.
#[test]
fn a_refusal_of_the_sink_ends_it() {
    let mut decoder = ChunkDecoder::sized(&UNSIGNED_TRAILER, None, Some(3), []).unwrap();
    let full = WireError::new(503, "SlowDown", "x");
    let pushed = decoder.take(b"3\r\nabc\r\n", &mut |_| Err(full.clone()));
    assert_eq!(pushed, Err(ChunkError::Sink(full.clone())));
    assert_eq!(decoder.take(b"", &mut |_| Ok(())), Err(ChunkError::Sink(full)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a good body is cut, it decodes to the same.
    #[test]
    fn cuts_do_not_matter(
        data in vec(any::<u8>(), 0..40_000),
        chunk in 8_192..20_000_usize,
        pieces in vec(1..9_000_usize, 1..9),
        kind in 0..3_usize,
    ) {
        let payload = [SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER][kind].clone();
        let seed = request_seed(&payload);
        let body = chunked_body(&payload, Some(&seed), &data, chunk, &[CHECKSUM]);
        let announced = if payload == SIGNED { None } else { Some(CHECKSUM.0) };
        let trailers = announced.map(|n| (n.to_owned(), CHECKSUM.1.to_owned()));
        let trailers = trailers.into_iter().collect();
        let length = u64::try_from(data.len()).unwrap();
        let decoder = ChunkDecoder::sized(&payload, Some(&seed), Some(length), announced);
        prop_assert_eq!(decode(decoder, &body, &pieces), (data, Ok(trailers)));
    }

    /// A damaged body gives the same bytes and the same error, however it is split.
    #[test]
    fn cuts_do_not_matter_to_damaged_bodies(
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        pieces in vec(1..300_usize, 1..9),
        signed: bool,
    ) {
        let payload = if signed { SIGNED_TRAILER } else { UNSIGNED_TRAILER };
        let seed = request_seed(&payload);
        let mut body = chunked_body(&payload, Some(&seed), &[b'x'; 9_000], 8_192, &[CHECKSUM]);
        // Most bytes are content, so half of the damage is applied to lines.
        let lines: Vec<usize> = (0..body.len()).filter(|at| body[*at] != b'x').collect();
        for (at, byte) in damage {
            let at = if byte % 2 == 0 { at.index(body.len()) } else { lines[at.index(lines.len())] };
            body[at] = byte;
        }
        let decoder = || ChunkDecoder::sized(&payload, Some(&seed), Some(9_000), [CHECKSUM.0]);
        prop_assert_eq!(decode(decoder(), &body, &pieces), decode(decoder(), &body, &[1 << 20]));
    }

    /// Any bytes at all end in a value or an error, the same however they are cut.
    #[test]
    fn decoding_never_panics(
        body in prop_oneof![
            vec(any::<u8>(), 0..200),
            "[0-2a;:\r\n]{0,60}".prop_map(String::into_bytes),
        ],
        pieces in vec(1..20_usize, 1..5),
    ) {
        let decoder = || ChunkDecoder::sized(&UNSIGNED_TRAILER, None, Some(3), [CHECKSUM.0]);
        prop_assert_eq!(decode(decoder(), &body, &pieces), decode(decoder(), &body, &[1000]));
    }
}
