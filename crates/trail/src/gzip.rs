//! One gzip member, written the same for the same bytes, and read with a limit.

use std::fmt;
use std::io::{self, Read, Write};

use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use types::hex;

/// Level 6: a sixth slower than 3 per byte stored, a tenth smaller.
const LEVEL: u32 = 6;
/// How much is inflated at a time.
pub(crate) const CHUNK_BYTES: usize = 64 * 1_024;

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
    let sink = |chunk: &[u8]| plain.extend_from_slice(chunk);
    match Inflating::new(gz, bytes_max, sink).drain().0 {
        Some(error) => Err(error),
        None => Ok(plain),
    }
}

/// The hash and size of a decompressed member, without buffering it.
pub(crate) struct Hashed {
    /// SHA-256 of the plain bytes up to the first trouble, in hexadecimal.
    pub(crate) hash: String,
    /// How many these are.
    pub(crate) bytes: u64,
    /// The fault of the member, if any.
    pub(crate) trouble: Option<GzipError>,
}

/// Hashes what `gz` inflates to, up to the first trouble, if any, without keeping it.
pub(crate) fn hash(gz: &[u8], bytes_max: u64) -> Hashed {
    let mut hash = keys::Sha256::new();
    let (trouble, bytes) = Inflating::new(gz, bytes_max, |chunk| hash.update(chunk)).drain();
    Hashed { hash: hex(&hash.finish()), bytes, trouble }
}

/// The decompressed bytes of one member, as far as they are read; `sink` receives them, too.
pub(crate) struct Inflating<'a, F> {
    decoder: GzDecoder<&'a [u8]>,
    bytes_max: u64,
    bytes: u64,
    trouble: Option<GzipError>,
    sink: F,
}

impl<'a, F: FnMut(&[u8])> Inflating<'a, F> {
    pub(crate) fn new(gz: &'a [u8], bytes_max: u64, sink: F) -> Self {
        Self { decoder: GzDecoder::new(gz), bytes_max, bytes: 0, trouble: None, sink }
    }

    /// The fault of what was read so far, or of what follows it if all was read; and the number of
    /// decompressed bytes.
    pub(crate) fn finish(self) -> (Option<GzipError>, u64) {
        let is_longer = !self.decoder.into_inner().is_empty();
        (self.trouble.or(is_longer.then_some(GzipError::TrailingBytes)), self.bytes)
    }

    fn drain(mut self) -> (Option<GzipError>, u64) {
        let mut chunk = vec![0; CHUNK_BYTES];
        while self.read(&mut chunk).is_ok_and(|count| count > 0) {}
        self.finish()
    }

    fn fail(&mut self, trouble: GzipError) -> io::Error {
        self.trouble = Some(trouble);
        io::Error::other(trouble)
    }
}

impl<F: FnMut(&[u8])> Read for Inflating<'_, F> {
    fn read(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        let count = match self.decoder.read(chunk) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.fail(GzipError::Truncated));
            }
            Err(_) => return Err(self.fail(GzipError::Damaged)),
        };
        let bytes = self.bytes.saturating_add(count as u64);
        if bytes > self.bytes_max {
            return Err(self.fail(GzipError::TooLarge));
        }
        self.bytes = bytes;
        (self.sink)(chunk.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal bytes give equal files, which contain no time.
    #[test]
    fn compression_is_deterministic() {
        let gz = compress(b"hello").unwrap();
        assert_eq!(gz, compress(b"hello").unwrap());
        assert_eq!(gz[4..8], [0; 4]);
        assert_eq!(decompress(&gz, 5).unwrap(), b"hello");
    }

    /// Every kind of damage to a member is identified, at every byte.
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
