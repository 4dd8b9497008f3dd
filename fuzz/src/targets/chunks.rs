//! `aws-chunked` bodies of all kinds, however they are cut.

use types::Timestamp;
use wire::WireError;
use wire::sign::{Credentials, chunked_body, seed, sign_header};
use wire::sigv4::{ChunkDecoder, Payload, Trailers, Verified};

use super::texts;
use crate::{Target, Way};

const NOW: Timestamp = Timestamp::from_secs(1_772_323_200);
const TRAILER: &str = "x-amz-checksum-crc32c";
const PAYLOADS: [Payload; 3] = [
    Payload::Streaming { signed: false, trailer: true },
    Payload::Streaming { signed: true, trailer: false },
    Payload::Streaming { signed: true, trailer: true },
];

/// The input: a line `KIND LENGTH CUT CHANGE`, then the body. With kind 3 to 5 the body is encoded
/// and signed first, then its byte number CHANGE is damaged.
pub(super) const TARGET: Target = Target {
    words: &[
        ";chunk-signature=",
        "\r\n",
        "0\r\n",
        "\r\n\r\n",
        "x-amz-checksum-crc32c:sOO8/Q==",
        "x-amz-trailer-signature:",
        "ffffffffffffffff",
        "2000\r\n",
        "1000001",
    ],
    bytes_max: 40_000,
    cost: 8,
    run,
    ..Target::new("chunks", seeds)
};

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = texts(&[
        "0 5 3 0\n5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n",
        "0 5 3 0\n5\r\nhello\r\n0\r\n",
        "3 5 1 9\nhello",
        "4 5 7 9\nhello",
        "5 5 2 100000\nhello",
        "5 0 1 10\n",
    ]);
    let long = vec![b'a'; 8_192 + 9];
    for (kind, payload) in PAYLOADS.iter().enumerate() {
        let mut body = format!("{kind} {} 1000 0\n", long.len()).into_bytes();
        let trailers = [(TRAILER, "sOO8/Q==")];
        body.extend(chunked_body(payload, verified().as_ref(), &long, 8_192, &trailers));
        seeds.push(body);
        seeds.push([format!("{} {} 999 8300\n", kind + 3, long.len()).as_bytes(), &long].concat());
    }
    seeds
}

fn verified() -> Option<Verified> {
    let credentials = Credentials {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: None,
    };
    let hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    let added =
        sign_header("PUT", "localhost", "/b/k", &[], hash, &credentials, "us-east-1", "s3", NOW);
    seed(&added, &credentials, "us-east-1", "s3", NOW)
}

type Decoded = (Vec<u8>, Result<Trailers, WireError>);

fn run(input: &[u8]) -> Way {
    let Some((line, body)) = split(input) else { return Way(0) };
    let [kind, length, cut, change] = line;
    let kind = usize::try_from(kind).unwrap_or(0) % 6;
    let payload = &PAYLOADS[kind % 3];
    if kind < 3 {
        return decode_both(payload, body, length, cut).1;
    }
    let made = chunked_body(payload, verified().as_ref(), body, 8_192, &[(TRAILER, "sOO8/Q==")]);
    let whole = u64::try_from(body.len()).unwrap_or(0);
    let ((out, result), _) = decode_both(payload, &made, whole, cut);
    assert!(result.is_ok() && out == body, "what we encode is decoded: {result:?}");
    let mut damaged = made;
    let at = usize::try_from(change).unwrap_or(usize::MAX);
    let Some(byte) = damaged.get_mut(at) else { return Way(1) };
    *byte ^= 1;
    let ((out, _), way) = decode_both(payload, &damaged, whole, cut);
    // Without signatures, damage to the content itself cannot be seen.
    assert!(kind == 3 || body.starts_with(&out), "damaged content was given out");
    way.then(kind)
}

fn split(input: &[u8]) -> Option<([u64; 4], &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let mut numbers = str::from_utf8(&input[..end]).ok()?.split(' ').map(str::parse);
    let mut next = || numbers.next()?.ok();
    Some(([next()?, next()?, next()?, next()?], &input[end + 1..]))
}

/// A body is decoded identically whether it arrives whole or in pieces.
fn decode_both(payload: &Payload, body: &[u8], length: u64, cut: u64) -> (Decoded, Way) {
    let cut = usize::try_from(cut).unwrap_or(usize::MAX).max(1);
    // Thousands of one-byte pieces of a long body would only take time.
    let cut = cut.max(body.len() / 4_000);
    let whole = decode(payload, body, length, usize::MAX);
    let pieces = decode(payload, body, length, cut);
    assert_eq!(whole, pieces, "cut into pieces of {cut}");
    let (out, result) = &whole;
    assert!(out.len() <= body.len(), "more comes out than went in");
    let way = match result {
        Ok(trailers) => {
            assert_eq!(u64::try_from(out.len()), Ok(length), "the declared length");
            Way(2).size(trailers.len())
        }
        Err(error) => {
            super::signature::assert_readable(error);
            Way(3).then(&error.code)
        }
    };
    (whole.clone(), way.size(out.len()))
}

fn decode(payload: &Payload, body: &[u8], length: u64, cut: usize) -> Decoded {
    let verified = verified();
    let with_trailer = matches!(payload, Payload::Streaming { trailer: true, .. });
    let names = with_trailer.then_some(TRAILER);
    let made = ChunkDecoder::sized(payload, verified.as_ref(), Some(length), names);
    let mut out = Vec::new();
    let mut decoder = match made {
        Ok(decoder) => decoder,
        Err(error) => return (out, Err(error.wire())),
    };
    for piece in body.chunks(cut) {
        let pushed = decoder.push(piece, &mut |bytes| {
            out.extend_from_slice(bytes);
            Ok(())
        });
        if let Err(error) = pushed {
            assert_eq!(decoder.finish(), Err(error.clone()), "an error stays");
            return (out, Err(error));
        }
    }
    (out, decoder.finish())
}
