//! Rejects requests whose end is ambiguous.
//!
//! Two servers in a row that disagree about the end of a request can be made to disagree about the
//! sender of the next one (request smuggling). `hyper` rejects most ambiguous heads and hides three
//! kinds from us: a `Content-Length` beside a `Transfer-Encoding`, a repeated length, and lines
//! that end without a carriage return. RFC 9112 allows a server to accept those; we reject them
//! before `hyper` has read them.
//!
//! Bytes pass through unchanged. Only the last byte of a rejected head is corrupted, so that
//! `hyper` returns 400 and closes the connection.
//!
//! Source: RFC 9112, sections 2.2, 6.1, 6.3 and 11.2.

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of a line that are read: the lines that matter are shorter, and one that matters and
/// is longer is refused.
const LINE_BYTES_MAX: usize = 256;
/// Replaces the line feed that ends a rejected head; it is invalid in a head.
const SPOILT: u8 = 0;

/// A connection on which the end of every request is unambiguous.
#[derive(Debug)]
pub(crate) struct Strict<S> {
    inner: S,
    requests: Requests,
}

impl<S> Strict<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner, requests: Requests::default() }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Strict<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let own = self.get_mut();
        let before = buf.filled().len();
        let read = Pin::new(&mut own.inner).poll_read(cx, buf);
        if let Some(bytes) = buf.filled_mut().get_mut(before..) {
            own.requests.pass(bytes);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Strict<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

/// The part of a request to which the next bytes of a connection belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Head,
    /// A body, or a chunk and its end, of this many bytes.
    Bytes {
        left: u64,
        then: Then,
    },
    ChunkSize,
    Trailers,
    /// Something that is refused: nothing after it is read.
    Refused,
}

/// What follows a run of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    Head,
    ChunkSize,
}

/// The requests of a connection, parsed only far enough to find where each ends.
#[derive(Debug)]
struct Requests {
    place: Place,
    /// The beginning of the line that is being read.
    line: Vec<u8>,
    /// The last byte of it, cut off or not.
    last: u8,
    head: Head,
}

/// The facts of the current head so far.
#[derive(Debug, Default)]
struct Head {
    /// Whether its first line was read: empty lines before it are no end.
    begun: bool,
    length: Option<u64>,
    chunked: bool,
}

/// It can be read in two ways.
#[derive(Debug)]
struct Ambiguous;

impl Default for Requests {
    fn default() -> Self {
        Self { place: Place::Head, line: Vec::new(), last: 0, head: Head::default() }
    }
}

impl Requests {
    /// Follows the bytes of a connection, and spoils the end of a head that is refused.
    fn pass(&mut self, mut bytes: &mut [u8]) {
        while !bytes.is_empty() {
            let used = match self.place {
                Place::Refused => return,
                Place::Bytes { left, then } => self.skip(left, then, bytes.len()),
                Place::Head | Place::ChunkSize | Place::Trailers => self.take_line(bytes),
            };
            let rest = mem::take(&mut bytes).split_at_mut_checked(used);
            bytes = rest.map(|(_, rest)| rest).unwrap_or_default();
        }
    }

    fn skip(&mut self, left: u64, then: Then, there: usize) -> usize {
        let used = usize::try_from(left).unwrap_or(usize::MAX).min(there);
        self.place = match (left.saturating_sub(used as u64), then) {
            (0, Then::Head) => Place::Head,
            (0, Then::ChunkSize) => Place::ChunkSize,
            (left, then) => Place::Bytes { left, then },
        };
        used
    }

    /// Reads up to the end of the line, or all there is.
    fn take_line(&mut self, bytes: &mut [u8]) -> usize {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let is_begun = !self.line.is_empty();
        self.last = part.last().copied().unwrap_or(self.last);
        if is_begun || end.is_none() {
            let room = LINE_BYTES_MAX.saturating_sub(self.line.len());
            self.line.extend_from_slice(part.get(..room).unwrap_or(part));
        }
        let Some(end) = end else { return bytes.len() };
        let is_head = self.place == Place::Head;
        let returned = mem::take(&mut self.last) == b'\r';
        // Most lines arrive in one piece and need no copy.
        let begun = mem::take(&mut self.line);
        let line = if is_begun { &begun } else { part.get(..LINE_BYTES_MAX).unwrap_or(part) };
        // A line that is cut off has lost its end.
        let whole = line.len() < LINE_BYTES_MAX;
        let text = if whole { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
        self.place = match self.place {
            Place::Head => self.head.take(text, returned).unwrap_or(Place::Refused),
            Place::ChunkSize => after_size(text),
            Place::Trailers if !returned => {
                // For `hyper` such a line continues.
                self.line = [text, b"\n"].concat();
                Place::Trailers
            }
            Place::Trailers if text.is_empty() => Place::Head,
            place @ (Place::Trailers | Place::Bytes { .. } | Place::Refused) => place,
        };
        if is_head
            && self.place == Place::Refused
            && let Some(byte) = bytes.get_mut(end)
        {
            *byte = SPOILT;
        }
        end.saturating_add(1)
    }
}

impl Head {
    /// Takes a line without its end; `returned` is whether that had a carriage return.
    fn take(&mut self, line: &[u8], returned: bool) -> Result<Place, Ambiguous> {
        if !returned {
            return Err(Ambiguous);
        }
        if line.is_empty() {
            return if self.begun { self.end() } else { Ok(Place::Head) };
        }
        if !mem::replace(&mut self.begun, true) {
            return Ok(Place::Head);
        }
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let text = std::str::from_utf8(value).ok().and_then(|value| value.strip_prefix(':'));
            let length = text.map(|text| text.trim_matches([' ', '\t'])).and_then(parse_length);
            if self.length.replace(length.ok_or(Ambiguous)?).is_some() {
                return Err(Ambiguous);
            }
        }
        Ok(Place::Head)
    }

    fn end(&mut self) -> Result<Place, Ambiguous> {
        match mem::take(self) {
            Self { chunked: true, length: Some(_), .. } => Err(Ambiguous),
            Self { chunked: true, length: None, .. } => Ok(Place::ChunkSize),
            Self { chunked: false, length: Some(0) | None, .. } => Ok(Place::Head),
            Self { chunked: false, length: Some(left), .. } => {
                Ok(Place::Bytes { left, then: Then::Head })
            }
        }
    }
}

fn parse_length(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// The length in a chunk's first line. `hyper` rejects malformed ones.
fn after_size(line: &[u8]) -> Place {
    let end = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
    let digits = line.get(..end).and_then(|digits| std::str::from_utf8(digits).ok());
    match digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
        None => Place::Refused,
        Some(0) => Place::Trailers,
        Some(size) => {
            let left = size.saturating_add(b"\r\n".len() as u64);
            Place::Bytes { left, then: Then::ChunkSize }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output, however the bytes are split.
    fn passed(request: &str) -> String {
        let mut whole = request.as_bytes().to_vec();
        Requests::default().pass(&mut whole);
        for size in [1, 2, 3, 7] {
            let mut pieces = request.as_bytes().to_vec();
            let mut requests = Requests::default();
            pieces.chunks_mut(size).for_each(|piece| requests.pass(piece));
            assert!(pieces == whole, "{size}: {request:?}");
        }
        String::from_utf8(whole).unwrap()
    }

    fn check(request: &str, refused: bool) {
        let next = "GET / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n";
        let both = passed(&format!("{request}{next}"));
        assert_eq!(both.starts_with(request), !refused, "{request:?}");
        // Finding the next head proves that the end of the body was found.
        assert_eq!(both.ends_with("\r\n\r\0"), !refused, "{request:?}");
    }

    #[test]
    fn ends_are_found() {
        let long = "x".repeat(1_000);
        for head in [
            String::new(),
            "GET / HTTP/1.1\r\nhost: h\r\n\r\n".to_owned(),
            format!("\r\n\r\nGET /{long} HTTP/1.1\r\nx: {long}\r\n{long}: x\r\n\r\n"),
            "POST / HTTP/1.1\r\nContent-Length: 3 \t\r\n\r\n\n\n\n".to_owned(),
            "POST / HTTP/1.1\r\nCONTENT-LENGTH:0\r\n\r\n".to_owned(),
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\
             A;x=y\r\n\r\n\r\n\r\n\r\n\r\n\r\n0\r\nt: 1\r\n\r\n"
                .to_owned(),
            format!(
                "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3e8;{long}\r\n{long}\r\n\
                 0\r\nx: {long}\r\n\r\n"
            ),
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\nx\r\n\r\n".to_owned(),
            "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\n\r\n\r\n".to_owned(),
            format!(
                "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx\n{long}\n\r\n\r\n"
            ),
        ] {
            check(&head, false);
        }
    }

    #[test]
    fn heads_that_can_be_read_in_two_ways_are_spoilt() {
        let padded = format!("content-length: {}1\r\n", " ".repeat(LINE_BYTES_MAX));
        for lines in [
            "content-length: 1\r\ntransfer-encoding: x\r\n",
            "transfer-encoding: x\r\ncontent-length: 1\r\n",
            "content-length: 1\r\ncontent-length: 1\r\n",
            "content-length: 1, 1\r\n",
            "content-length: +1\r\n",
            "content-length:\r\n",
            "content-length\r\n",
            "x: y\n",
            padded.as_str(),
        ] {
            check(&format!("POST / HTTP/1.1\r\n{lines}\r\n"), true);
        }
        let long = format!("x: {}", "y".repeat(LINE_BYTES_MAX));
        for head in
            ["GET / HTTP/1.1\n\r\n", "GET / HTTP/1.1\r\n\n", "\nGET / HTTP/1.1\r\n\r\n", &long]
        {
            check(&format!("{head}\n"), true);
        }
    }
}
