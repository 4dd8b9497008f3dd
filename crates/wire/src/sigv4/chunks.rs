//! Reading an `aws-chunked` body.

use std::{fmt, mem};

use keys::{Sha256, equal_in_constant_time};

use super::chunk_line::{
    ChunkLine, TRAILER_SIGNATURE, chunk_string_to_sign, trailer, trailer_string_to_sign,
};
use super::error::{Mismatch, SignatureError};
use super::{Family, Payload, Verified};
use crate::{Head, WireError};

/// The size limit of a signed chunk, which is held back until it is verified.
///
/// Assumed: SDKs use 64 KiB to 1 MiB.
pub const SIGNED_CHUNK_BYTES_MAX: u64 = 1 << 20;
/// The minimum size of all chunks except the last.
///
/// Source: S3 API Reference, "Transferring Payload in Multiple Chunks".
pub const CHUNK_BYTES_MIN: u64 = 8 << 10;
/// All trailers together, in bytes.
///
/// Source: S3 limits a request's headers to 8 KiB.
pub const TRAILER_BYTES_MAX: usize = 8 << 10;
/// A chunk's line; the longest that can be meant has 98 bytes.
const LINE_BYTES_MAX: usize = 256;

/// Names, in lower case, and values of the headers after the last chunk, in order.
pub type Trailers = Vec<(String, String)>;

/// Why a chunked body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkError {
    /// The payload is not a streaming one, or is signed without a signature to continue.
    NotChunked,
    /// The request lacks `x-amz-decoded-content-length`.
    MissingDecodedLength,
    /// The framing is malformed.
    Malformed,
    /// The body ends early, or has not the length its head declares.
    Incomplete,
    /// A chunk other than the last is below [`CHUNK_BYTES_MIN`].
    ChunkTooSmall {
        /// Which chunk, from 1.
        chunk: u64,
        /// Its bytes.
        size: u64,
    },
    /// A signed chunk is above [`SIGNED_CHUNK_BYTES_MAX`].
    ChunkTooLarge {
        /// Which chunk, from 1.
        chunk: u64,
        /// Its bytes.
        size: u64,
    },
    /// A chunk's or the trailers' signature is wrong.
    Signature(SignatureError),
    /// A trailer is missing, unannounced, repeated or unreadable.
    Trailer,
    /// The consumer of the bytes rejected them.
    Sink(WireError),
}

impl ChunkError {
    /// The error that S3 returns.
    ///
    /// Source: S3 API Reference, "Error Responses", except for the text of `InvalidRequest`.
    /// Assumed: which code malformed framing has.
    pub fn wire(self) -> WireError {
        match self {
            Self::NotChunked | Self::Malformed => WireError::new(
                400,
                "InvalidRequest",
                "The body is not a well-formed aws-chunked body.",
            ),
            Self::MissingDecodedLength => WireError::new(
                411,
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
            ),
            Self::Incomplete => WireError::new(
                400,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP \
                 header",
            ),
            Self::ChunkTooSmall { chunk, size } => chunk_size_error(
                "Only the last chunk is allowed to have a size less than 8192 bytes",
                // Observed: the number of the chunk behind the small one, which shows that it was
                // not the last.
                chunk.saturating_add(1),
                size,
            ),
            Self::ChunkTooLarge { chunk, size } => chunk_size_error(
                "A signed chunk is allowed to have a size of at most 16777216 bytes",
                chunk,
                size,
            ),
            Self::Signature(error) => error.wire(Family::S3),
            Self::Trailer => WireError::new(
                400,
                "MalformedTrailerError",
                "The request contained trailing data that was not well-formed or did not conform \
                 to our published schema.",
            ),
            Self::Sink(error) => error,
        }
    }
}

fn chunk_size_error(message: &str, chunk: u64, size: u64) -> WireError {
    WireError::new(403, "InvalidChunkSizeError", message)
        .with("Chunk", chunk.to_string())
        .with("BadChunkSize", size.to_string())
}

impl From<ChunkError> for WireError {
    fn from(error: ChunkError) -> Self {
        error.wire()
    }
}

/// Decodes an `aws-chunked` body as it arrives, however it is cut.
///
/// Bytes of a signed chunk are returned only after its signature is verified. They are not the
/// complete object yet: only [`ChunkDecoder::finish`] confirms that nothing is missing, and the
/// caller must compare the checksum in the trailers. Its `Debug` output omits signatures and
/// content.
pub struct ChunkDecoder {
    signing: Option<Signing>,
    with_trailers: bool,
    announced: Vec<String>,
    /// The number of decoded bytes still expected.
    left: u64,
    state: State,
    line: Vec<u8>,
    chunk: u64,
    chunk_bytes: u64,
    trailer_bytes: usize,
    trailers: Trailers,
    trailers_signed: bool,
    failed: Option<ChunkError>,
}

/// What proves signed chunks.
struct Signing {
    verified: Verified,
    previous: String,
    /// The signature of the chunk that is arriving.
    presented: String,
    hasher: Sha256,
    /// What has arrived of the chunk, if it arrives in pieces.
    held: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// In a chunk's line.
    Line,
    /// In a chunk, with this many bytes remaining.
    Bytes(u64),
    /// In the line end behind a chunk.
    AfterBytes,
    /// Behind the last chunk's line.
    Trailers,
    /// Behind everything.
    End,
}

impl fmt::Debug for ChunkDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkDecoder")
            .field("signed", &self.signing.is_some())
            .field("state", &self.state)
            .field("chunk", &self.chunk)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl ChunkDecoder {
    /// For the body that `head` announces as `payload`.
    ///
    /// `verified` is the request's own signature, which signed chunks continue; an anonymous
    /// request has none.
    ///
    /// Source: S3 API Reference: `x-amz-decoded-content-length` is required, `x-amz-trailer` lists
    /// what follows.
    pub fn new(
        head: &Head,
        payload: &Payload,
        verified: Option<&Verified>,
    ) -> Result<Self, ChunkError> {
        let length = head.header("x-amz-decoded-content-length");
        let length = length.and_then(|length| length.parse().ok());
        let names = head.header("x-amz-trailer").into_iter().flat_map(|names| names.split(','));
        Self::sized(payload, verified, length, names)
    }

    /// For a body that is declared as `payload`, has this decoded length and these trailers.
    pub fn sized<'n>(
        payload: &Payload,
        verified: Option<&Verified>,
        decoded_length: Option<u64>,
        trailer_names: impl IntoIterator<Item = &'n str>,
    ) -> Result<Self, ChunkError> {
        let Payload::Streaming { signed, trailer } = *payload else {
            return Err(ChunkError::NotChunked);
        };
        let signing = match verified {
            Some(verified) if signed => Some(Signing {
                previous: verified.seed.clone(),
                verified: verified.clone(),
                presented: String::new(),
                hasher: Sha256::new(),
                held: Vec::new(),
            }),
            None if signed => return Err(ChunkError::NotChunked),
            Some(_) | None => None,
        };
        let names = trailer_names.into_iter().map(|name| name.trim().to_ascii_lowercase());
        Ok(Self {
            signing,
            with_trailers: trailer,
            announced: names.filter(|name| !name.is_empty()).collect(),
            left: decoded_length.ok_or(ChunkError::MissingDecodedLength)?,
            state: State::Line,
            line: Vec::new(),
            chunk: 0,
            chunk_bytes: CHUNK_BYTES_MIN,
            trailer_bytes: 0,
            trailers: Vec::new(),
            trailers_signed: false,
            failed: None,
        })
    }

    /// Accepts the next piece of the body and passes its decoded bytes to `out`.
    ///
    /// After an error every further call returns the same error.
    pub fn push(
        &mut self,
        input: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        self.take(input, out).map_err(ChunkError::wire)
    }

    /// The body has ended: whether it is complete, and its trailers.
    ///
    /// The empty line at the very end may be missing, as it is in AWS's own examples.
    pub fn finish(self) -> Result<Trailers, WireError> {
        self.end().map_err(ChunkError::wire)
    }

    fn take(
        &mut self,
        input: &[u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), WireError>,
    ) -> Result<(), ChunkError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let mut input = input;
        while !input.is_empty() {
            let step = match self.state {
                State::Bytes(left) => self.bytes(left, input, out),
                State::Line | State::AfterBytes | State::Trailers => self.lines(input),
                State::End => Err(ChunkError::Malformed),
            };
            input = step.inspect_err(|error| self.failed = Some(error.clone()))?;
        }
        Ok(())
    }

    fn end(self) -> Result<Trailers, ChunkError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let ended = matches!(self.state, State::Trailers | State::End) && self.line.is_empty();
        if !ended || self.left > 0 {
            return Err(ChunkError::Incomplete);
        }
        let arrived = |name: &String| self.trailers.iter().any(|(trailer, _)| trailer == name);
        let unsigned = self.with_trailers && self.signing.is_some() && !self.trailers_signed;
        if unsigned || !self.announced.iter().all(arrived) {
            return Err(ChunkError::Trailer);
        }
        Ok(self.trailers)
    }

    /// Consumes the bytes of the current chunk; returns the remaining input.
    fn bytes<'i>(
        &mut self,
        left: u64,
        input: &'i [u8],
        out: &mut dyn FnMut(&[u8]) -> Result<(), WireError>,
    ) -> Result<&'i [u8], ChunkError> {
        let take = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let (now, rest) = input.split_at_checked(take).unwrap_or((input, &[]));
        let left = left.saturating_sub(u64::try_from(now.len()).unwrap_or(u64::MAX));
        self.state = if left == 0 { State::AfterBytes } else { State::Bytes(left) };
        match &mut self.signing {
            None => out(now).map_err(ChunkError::Sink)?,
            Some(signing) => signing.take(now, left == 0, out)?,
        }
        Ok(rest)
    }

    /// Consumes input up to the end of a line; returns the rest.
    fn lines<'i>(&mut self, input: &'i [u8]) -> Result<&'i [u8], ChunkError> {
        let end = input.iter().position(|byte| *byte == b'\n');
        let take = end.map_or(input.len(), |at| at.saturating_add(1));
        let (now, rest) = input.split_at_checked(take).unwrap_or((input, &[]));
        let in_trailers = matches!(self.state, State::Trailers);
        let max = if in_trailers {
            TRAILER_BYTES_MAX.saturating_sub(self.trailer_bytes)
        } else {
            LINE_BYTES_MAX
        };
        if self.line.len().saturating_add(now.len()) > max {
            return Err(if in_trailers { ChunkError::Trailer } else { ChunkError::Malformed });
        }
        self.line.extend_from_slice(now);
        if self.line.ends_with(b"\r\n") {
            let line = mem::take(&mut self.line);
            self.whole_line(line.strip_suffix(b"\r\n").unwrap_or(&line))?;
        }
        Ok(rest)
    }

    fn whole_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        match self.state {
            State::Line => self.chunk_line(line),
            State::AfterBytes if line.is_empty() => {
                self.state = State::Line;
                Ok(())
            }
            State::Trailers if line.is_empty() => {
                self.state = State::End;
                Ok(())
            }
            State::Trailers if self.with_trailers => self.trailer_lines(line),
            State::Trailers | State::AfterBytes | State::Bytes(_) | State::End => {
                Err(ChunkError::Malformed)
            }
        }
    }

    fn chunk_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let ChunkLine { size, signature } = ChunkLine::parse(line, self.signing.is_some())?;
        if size > 0 && self.chunk_bytes < CHUNK_BYTES_MIN {
            return Err(ChunkError::ChunkTooSmall { chunk: self.chunk, size: self.chunk_bytes });
        }
        self.left = self.left.checked_sub(size).ok_or(ChunkError::Incomplete)?;
        self.chunk = self.chunk.saturating_add(1);
        self.chunk_bytes = size;
        self.state = if size == 0 { State::Trailers } else { State::Bytes(size) };
        if let Some(signing) = &mut self.signing {
            if size > SIGNED_CHUNK_BYTES_MAX {
                return Err(ChunkError::ChunkTooLarge { chunk: self.chunk, size });
            }
            signature.clone_into(&mut signing.presented);
            if size == 0 {
                signing.prove_chunk()?;
            }
        }
        Ok(())
    }

    /// Observed: AWS's examples and some clients end trailers with a single line feed and insert an
    /// empty line before the signature.
    fn trailer_lines(&mut self, lines: &[u8]) -> Result<(), ChunkError> {
        self.trailer_bytes = self.trailer_bytes.saturating_add(lines.len()).saturating_add(2);
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            self.trailer_line(line)?;
        }
        Ok(())
    }

    fn trailer_line(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        let (name, value) = trailer(line)?;
        if self.trailers_signed {
            return Err(ChunkError::Trailer);
        }
        if let Some(signing) = &mut self.signing
            && name == TRAILER_SIGNATURE
        {
            signing.presented = value;
            signing.prove_trailers(&self.trailers)?;
            self.trailers_signed = true;
            return Ok(());
        }
        let repeated = self.trailers.iter().any(|(trailer, _)| *trailer == name);
        if repeated || !self.announced.contains(&name) {
            return Err(ChunkError::Trailer);
        }
        self.trailers.push((name, value));
        Ok(())
    }
}

impl Signing {
    /// Consumes bytes of a chunk, and passes it on if it is complete and verified.
    fn take(
        &mut self,
        now: &[u8],
        last: bool,
        out: &mut dyn FnMut(&[u8]) -> Result<(), WireError>,
    ) -> Result<(), ChunkError> {
        self.hasher.update(now);
        if last && self.held.is_empty() {
            self.prove_chunk()?;
            return out(now).map_err(ChunkError::Sink);
        }
        self.held.extend_from_slice(now);
        if last {
            self.prove_chunk()?;
            out(&self.held).map_err(ChunkError::Sink)?;
            self.held.clear();
        }
        Ok(())
    }

    fn prove_chunk(&mut self) -> Result<(), ChunkError> {
        let hash = mem::take(&mut self.hasher).finish();
        let to_sign = chunk_string_to_sign(&self.verified, &self.previous, &hash);
        self.prove(to_sign)
    }

    fn prove_trailers(&mut self, trailers: &Trailers) -> Result<(), ChunkError> {
        let to_sign = trailer_string_to_sign(&self.verified, &self.previous, trailers);
        self.prove(to_sign)
    }

    /// Each signature is an input of the next one.
    fn prove(&mut self, string_to_sign: String) -> Result<(), ChunkError> {
        let signature = self.verified.key.sign(string_to_sign.as_bytes());
        if equal_in_constant_time(signature.as_bytes(), self.presented.as_bytes()) {
            self.previous = signature;
            return Ok(());
        }
        Err(ChunkError::Signature(SignatureError::Mismatch(Box::new(Mismatch {
            access_key_id: self.verified.access_key_id.clone(),
            string_to_sign,
            signature_provided: mem::take(&mut self.presented),
            canonical_request: None,
        }))))
    }
}

#[cfg(test)]
mod tests;
