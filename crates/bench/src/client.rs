use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::failure::Failure;
use crate::own;
use crate::request::Request;

/// A body up to this size is sent together with its head.
const JOINED_BYTES_MAX: usize = 64 << 10;
/// The buffer size of one read.
const READ_BYTES: usize = 256 << 10;
/// The largest response head accepted.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// An older idle connection is not reused: the server closes connections after 30 idle seconds, and
/// more time passes between two workloads.
const IDLE_MAX: Duration = Duration::from_secs(10);

/// A keep-alive connection with just enough HTTP/1.1 to find the end of a response.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    /// When its last response was read.
    used: Instant,
    idle_max: Duration,
    stream: TcpStream,
    received: BytesMut,
    sending: Vec<u8>,
}

/// A response.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The whole body, if it was requested or the status is an error; otherwise what was read with
    /// the head.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Returns the body of a success; otherwise an error with status and body.
    pub(crate) fn ok(self) -> Result<Vec<u8>, Failure> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        Err(format!("status {}: {}", self.status, String::from_utf8_lossy(&self.body)).into())
    }
}

/// Whether the caller needs the body of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Body,
    Nothing,
}

/// The parts of a response head that matter here.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    length: Length,
}

#[derive(Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            address,
            used: own::now(),
            idle_max: IDLE_MAX,
            stream,
            received: BytesMut::new(),
            sending: Vec::new(),
        })
    }

    /// Sends a request and waits for the whole response.
    pub(crate) async fn call(&mut self, request: &Request, keep: Keep) -> Result<Answer, Failure> {
        if self.used.elapsed() > self.idle_max {
            *self = Self { idle_max: self.idle_max, ..Self::open(self.address).await? };
        }
        if request.body.len() <= JOINED_BYTES_MAX {
            self.sending.clear();
            self.sending.extend_from_slice(&request.head);
            self.sending.extend_from_slice(&request.body);
            self.stream.write_all(&self.sending).await?;
        } else {
            self.stream.write_all(&request.head).await?;
            self.stream.write_all(&request.body).await?;
        }
        let head = self.head().await?;
        let keep = if (200..300).contains(&head.status) { keep } else { Keep::Body };
        let mut body = Vec::new();
        match head.length {
            _ if request.is_head || matches!(head.status, 204 | 304) => {}
            Length::Known(length) => self.pass(length, keep, &mut body).await?,
            Length::Chunked => self.chunks(keep, &mut body).await?,
        }
        self.used = own::now();
        Ok(Answer { status: head.status, body })
    }

    async fn head(&mut self) -> Result<Head, Failure> {
        loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                let head = self.received.split_to(end + 4);
                return parse_head(&head).ok_or_else(|| {
                    format!("no HTTP/1.1 answer: {}", String::from_utf8_lossy(&head)).into()
                });
            }
            if self.received.len() > HEAD_BYTES_MAX {
                return Err("the head of a response does not end".into());
            }
            self.fill().await?;
        }
    }

    /// Reads past `length` bytes of body.
    async fn pass(&mut self, length: usize, keep: Keep, body: &mut Vec<u8>) -> Result<(), Failure> {
        let mut left = length;
        loop {
            let here = left.min(self.received.len());
            if keep == Keep::Body {
                body.extend(self.received.iter().take(here));
            }
            self.received.advance(here);
            left -= here;
            if left == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn chunks(&mut self, keep: Keep, body: &mut Vec<u8>) -> Result<(), Failure> {
        loop {
            let line = loop {
                if let Some(end) = find(&self.received, b"\r\n") {
                    break self.received.split_to(end + 2);
                }
                self.fill().await?;
            };
            let digits = std::str::from_utf8(&line)?.trim_end().split(';').next();
            let length = usize::from_str_radix(digits.unwrap_or_default(), 16)?;
            self.pass(length, keep, body).await?;
            // Reads the line end after a chunk, and after the last one in place of trailers.
            self.pass(2, Keep::Nothing, body).await?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    async fn fill(&mut self) -> Result<(), Failure> {
        self.received.reserve(READ_BYTES);
        if self.stream.read_buf(&mut self.received).await? == 0 {
            return Err("the server closed the connection".into());
        }
        Ok(())
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn parse_head(head: &[u8]) -> Option<Head> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let mut length = Length::Known(0);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        if name.eq_ignore_ascii_case("content-length") {
            length = Length::Known(value.trim().parse().ok()?);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            length = Length::Chunked;
        }
    }
    Some(Head { status, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The server may have closed a connection that was idle between two workloads.
    #[tokio::test]
    async fn an_idle_connection_is_not_used_again() {
        use tokio::net::TcpListener;

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut head = [0; 256];
                assert!(stream.read(&mut head).await.unwrap() > 0);
                stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
                // The connection ends with its first response.
            }
        });
        let head = "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n".into();
        let request = Request { head, body: bytes::Bytes::new(), is_head: false };
        let mut connection = Connection::open(address).await.unwrap();
        let first = connection.stream.local_addr().unwrap();
        assert_eq!(connection.call(&request, Keep::Nothing).await.unwrap().status, 204);
        connection.idle_max = Duration::ZERO;
        assert_eq!(connection.call(&request, Keep::Nothing).await.unwrap().status, 204);
        assert_ne!(connection.stream.local_addr().unwrap(), first);
        serving.await.unwrap();
    }

    /// Status and length are found in any case of header names; nothing else is required.
    #[test]
    fn heads_are_understood() {
        for (text, want) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", Some((200, Length::Known(12)))),
            ("HTTP/1.1 204 No Content\r\n\r\n", Some((204, Length::Known(0)))),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", Some((200, Length::Chunked))),
            ("HTTP/1.0 200 OK\r\n\r\n", None),
            ("HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n", None),
            ("", None),
        ] {
            let want = want.map(|(status, length)| Head { status, length });
            assert_eq!(parse_head(text.as_bytes()), want, "{text}");
        }
    }

    /// Two responses on one connection, one with a length and one in chunks, are separated.
    #[test]
    fn answers_are_read_to_their_end() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let serving = tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let both = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcHTTP/1.1 400 Bad\r\n\
                            transfer-encoding: chunked\r\n\r\n2\r\nde\r\n1;x\r\nf\r\n0\r\n\r\n";
                stream.write_all(both.as_bytes()).await.unwrap();
                stream
            });
            let mut connection = Connection::open(address).await.unwrap();
            let (head, body) = ("GET / HTTP/1.1\r\n\r\n".into(), "".into());
            let request = Request { head, body, is_head: false };
            let first = connection.call(&request, Keep::Body).await.unwrap();
            assert_eq!((first.status, first.body), (200, b"abc".to_vec()));
            let second = connection.call(&request, Keep::Nothing).await.unwrap();
            assert_eq!((second.status, second.body), (400, b"def".to_vec()));
            drop(serving.await.unwrap());
            assert!(connection.call(&request, Keep::Body).await.is_err());
        });
    }
}
