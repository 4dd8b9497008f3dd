//! The lines and the strings to sign of an `aws-chunked` body.
//!
//! Source: S3 API Reference, "Signature Calculations for the Authorization Header: Transferring
//! Payload in Multiple Chunks", and the page on trailing headers.

use std::str;

use super::chunks::ChunkError;
use super::{ALGORITHM, EMPTY_SHA256, Verified};

/// The name of the header that signs trailers.
pub(crate) const TRAILER_SIGNATURE: &str = "x-amz-trailer-signature";

/// The header of a chunk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ChunkLine<'a> {
    pub(super) size: u64,
    /// Empty when chunks are not signed.
    pub(super) signature: &'a str,
}

impl<'a> ChunkLine<'a> {
    /// Reads `1f00` or `1f00;chunk-signature=…`, without the line's end.
    pub(super) fn parse(line: &'a [u8], signed: bool) -> Result<Self, ChunkError> {
        let text = str::from_utf8(line).map_err(|_| ChunkError::Malformed)?;
        let (size, signature) = if signed {
            text.split_once(";chunk-signature=").ok_or(ChunkError::Malformed)?
        } else {
            (text, "")
        };
        let digits = (1..=16).contains(&size.len()) && size.bytes().all(|b| b.is_ascii_hexdigit());
        if !digits {
            return Err(ChunkError::Malformed);
        }
        let size = u64::from_str_radix(size, 16).map_err(|_| ChunkError::Malformed)?;
        Ok(Self { size, signature })
    }
}

/// Parses `name:value`; returns the name in lower case.
pub(super) fn trailer(line: &[u8]) -> Result<(String, String), ChunkError> {
    let text = str::from_utf8(line).map_err(|_| ChunkError::Trailer)?;
    let (name, value) = text.split_once(':').ok_or(ChunkError::Trailer)?;
    let (name, value) = (name.trim_ascii(), value.trim_ascii());
    let visible = |text: &str| text.bytes().all(|b| b == b' ' || b.is_ascii_graphic());
    if name.is_empty() || name.contains(' ') || !visible(name) || !visible(value) {
        return Err(ChunkError::Trailer);
    }
    Ok((name.to_ascii_lowercase(), value.to_owned()))
}

/// The text that a chunk's signature covers; `previous` is the signature before it.
pub(crate) fn chunk_string_to_sign(
    verified: &Verified,
    previous: &str,
    chunk_sha256: &[u8; 32],
) -> String {
    let hash = types::hex(chunk_sha256);
    let Verified { date, scope, .. } = verified;
    format!("{ALGORITHM}-PAYLOAD\n{date}\n{scope}\n{previous}\n{EMPTY_SHA256}\n{hash}")
}

/// The text that the trailers' signature covers.
pub(crate) fn trailer_string_to_sign(
    verified: &Verified,
    previous: &str,
    trailers: &[(String, String)],
) -> String {
    let mut lines = String::new();
    for (name, value) in trailers {
        for part in [name, ":", value, "\n"] {
            lines.push_str(part);
        }
    }
    let hash = types::hex(&keys::sha256(lines.as_bytes()));
    let Verified { date, scope, .. } = verified;
    format!("AWS4-HMAC-SHA256-TRAILER\n{date}\n{scope}\n{previous}\n{hash}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only the two documented forms are read.
    #[test]
    fn chunk_lines_are_read_strictly() {
        let line = ChunkLine::parse(b"10000;chunk-signature=ff", true);
        assert_eq!(line, Ok(ChunkLine { size: 65_536, signature: "ff" }));
        let line = ChunkLine::parse(b"fFfFfFfFfFfFfFfF", false);
        assert_eq!(line, Ok(ChunkLine { size: u64::MAX, signature: "" }));
        for bad in ["", " 1", "0x1", "-1", "+1", "1 ", "10000000000000000", "1;x=y", "g"] {
            assert!(ChunkLine::parse(bad.as_bytes(), false).is_err(), "{bad}");
        }
        for bad in ["1", ";chunk-signature=ff", "1;chunk-signature", "1; chunk-signature=ff"] {
            assert!(ChunkLine::parse(bad.as_bytes(), true).is_err(), "{bad}");
        }
    }

    /// Names are lowered, values trimmed, anything that is no header refused.
    #[test]
    fn trailers_are_read_like_headers() {
        let pair = |name: &str, value: &str| Ok((name.to_owned(), value.to_owned()));
        assert_eq!(
            trailer(b"X-Amz-Checksum-CRC32: AAAAAA==\n"),
            pair("x-amz-checksum-crc32", "AAAAAA==")
        );
        assert_eq!(trailer(b"a:b:c"), pair("a", "b:c"));
        for bad in [&b"ab"[..], b":b", b"a b:c", b"a:b\xff", b"a:b\rc", b"a:b\0"] {
            assert_eq!(trailer(bad), Err(ChunkError::Trailer));
        }
    }
}
