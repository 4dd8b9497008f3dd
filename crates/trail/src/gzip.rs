//! One gzip member, written the same for the same bytes, and read with a limit.

use std::fmt;
use std::io::{self, Read, Write};

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use types::hex;

/// Level 6: a sixth slower than 3 per byte put, a tenth smaller.
const LEVEL: u32 = 6;
/// How much is inflated at a time.
const CHUNK_BYTES: usize = 64 * 1_024;

/// A member in the making, with the hash of what went in.
pub(crate) struct Writer {
    gz: GzEncoder<Vec<u8>>,
    hash: keys::Sha256,
}

impl Writer {
    pub(crate) fn new() -> Self {
        let gz = GzBuilder::new().mtime(0).write(Vec::new(), Compression::new(LEVEL));
        Self { gz, hash: keys::Sha256::new() }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.gz.write_all(bytes)
    }

    /// How much has come out so far; the compressor holds back a little.
    pub(crate) fn compressed_bytes(&self) -> usize {
        self.gz.get_ref().len()
    }

    /// The member, and the SHA-256 of the plain bytes in hexadecimal.
    pub(crate) fn finish(self) -> io::Result<(Vec<u8>, String)> {
        Ok((self.gz.finish()?, hex(&self.hash.finish())))
    }
}

/// Compresses; the time in the header is zero, so equal bytes give equal files.
pub fn compress(plain: &[u8]) -> io::Result<Vec<u8>> {
    let mut writer = Writer::new();
    writer.put(plain)?;
    Ok(writer.finish()?.0)
}

/// Why bytes are not one whole gzip member of an acceptable size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GzipError {
    /// Not gzip, or damaged.
    Damaged,
    /// The stream ends too early.
    Truncated,
    /// Bytes follow the end of the stream.
    TrailingBytes,
    /// It inflates beyond the limit.
    TooLarge,
}

impl fmt::Display for GzipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Damaged => "not a sound gzip stream",
            Self::Truncated => "the gzip stream ends too early",
            Self::TrailingBytes => "unexpected data after end of compressed stream",
            Self::TooLarge => "the gzip stream inflates beyond the limit",
        })
    }
}

impl std::error::Error for GzipError {}

/// Inflates exactly one member of at most `bytes_max` plain bytes.
pub fn decompress(gz: &[u8], bytes_max: u64) -> Result<Vec<u8>, GzipError> {
    let mut plain = Vec::new();
    match inflate(gz, bytes_max, &mut |chunk| plain.extend_from_slice(chunk)) {
        Some(error) => Err(error),
        None => Ok(plain),
    }
}

/// Hashes what `gz` inflates to, up to the first trouble, if any, without keeping it.
pub(crate) fn hash(gz: &[u8], bytes_max: u64) -> (String, Option<GzipError>) {
    let mut hash = keys::Sha256::new();
    let trouble = inflate(gz, bytes_max, &mut |chunk| hash.update(chunk));
    (hex(&hash.finish()), trouble)
}

fn inflate(mut gz: &[u8], bytes_max: u64, sink: &mut dyn FnMut(&[u8])) -> Option<GzipError> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut left = bytes_max;
    {
        let mut decoder = GzDecoder::new(&mut gz);
        loop {
            let bytes = match decoder.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => chunk.get(..count).unwrap_or_default(),
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Some(GzipError::Truncated);
                }
                Err(_) => return Some(GzipError::Damaged),
            };
            match left.checked_sub(bytes.len() as u64) {
                Some(rest) => left = rest,
                None => return Some(GzipError::TooLarge),
            }
            sink(bytes);
        }
    }
    (!gz.is_empty()).then_some(GzipError::TrailingBytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal bytes give equal files, and nothing of the clock is in them.
    #[test]
    fn compression_is_deterministic() {
        let gz = compress(b"hello").unwrap();
        assert_eq!(gz, compress(b"hello").unwrap());
        assert_eq!(gz[4..8], [0; 4]);
        assert_eq!(decompress(&gz, 5).unwrap(), b"hello");
    }

    /// Every way to spoil a member has its name, whichever byte it is.
    #[test]
    fn spoiled_members_are_refused() {
        let gz = compress(b"hello hello hello").unwrap();
        for length in 0..gz.len() {
            assert_eq!(decompress(&gz[..length], 99), Err(GzipError::Truncated), "{length}");
        }
        let mut longer = gz.clone();
        longer.extend_from_slice(&gz);
        assert_eq!(decompress(&longer, 99), Err(GzipError::TrailingBytes));
        assert_eq!(decompress(&gz, 16), Err(GzipError::TooLarge));
        assert_eq!(decompress(b"PK\x03\x04 this is not gzip", 99), Err(GzipError::Damaged));
        let mut flipped = gz;
        let crc = flipped.len() - 6;
        flipped[crc] ^= 1;
        assert_eq!(decompress(&flipped, 99), Err(GzipError::Damaged));
    }

    /// A bomb stops at the limit, long before it is inflated.
    #[test]
    fn bombs_stop_at_the_limit() {
        let bomb = compress(&vec![0; 10_000_000]).unwrap();
        assert!(bomb.len() < 20_000);
        assert_eq!(decompress(&bomb, 1_000), Err(GzipError::TooLarge));
    }
}
