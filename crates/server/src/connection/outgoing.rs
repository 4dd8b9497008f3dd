//! Bodies on their way out, read batch by batch.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gateway::Fault;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::sync::oneshot;

use super::BATCH_BYTES;
use super::admission::{Pace, Shown};
use super::lanes::Lane;
use crate::memory::Share;
use crate::out_body::OutBody;

type Source = Box<dyn Iterator<Item = Result<Bytes, Fault>> + Send>;

/// Bytes that hold their share until the last of them is sent.
struct Kept {
    bytes: Bytes,
    _share: Share,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The bytes of a complete response.
pub(super) fn kept(bytes: Bytes, shown: Shown) -> Bytes {
    match shown {
        Shown::Whole(share) => Bytes::from_owner(Kept { bytes, _share: share }),
        Shown::Freely | Shown::Pieces(_) => bytes,
    }
}

/// What was read, and where to go on.
struct Batch {
    pieces: VecDeque<Result<Bytes, Fault>>,
    rest: Option<Source>,
}

/// A body that is read on a thread that may block. A slow receiver does not occupy the thread;
/// while one batch is sent, the next is read, if there is memory for both.
struct Pieces {
    ready: VecDeque<Result<Bytes, Fault>>,
    reading: Option<oneshot::Receiver<Batch>>,
    /// The reader, which runs on demand. Never contended: a body must be `Sync`.
    rest: Mutex<Option<Source>>,
    lane: Lane,
    pace: Option<Pace>,
}

pub(super) fn in_pieces(source: Source, lane: &Lane, shown: Shown) -> OutBody {
    let pace = match shown {
        Shown::Pieces(pace) => Some(pace),
        Shown::Freely | Shown::Whole(_) => None,
    };
    let (ready, lane) = (VecDeque::new(), lane.clone());
    let mut pieces = Pieces { ready, reading: None, rest: Mutex::default(), lane, pace };
    pieces.read(source);
    BodyExt::boxed(pieces)
}

impl Pieces {
    fn is_ahead(&self) -> bool {
        self.pace.as_ref().is_some_and(|pace| pace.is_ahead)
    }

    fn rest(&mut self) -> &mut Option<Source> {
        self.rest.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&mut self, source: Source) {
        let wanted = if self.is_ahead() { 2 * BATCH_BYTES } else { 1 };
        self.reading = Some(read(source, wanted, &self.lane));
    }
}

/// Reads until it has at least the requested number of bytes.
fn read(mut source: Source, wanted: usize, lane: &Lane) -> oneshot::Receiver<Batch> {
    lane.run(move || {
        let (mut pieces, mut bytes) = (VecDeque::new(), 0_usize);
        while bytes < wanted {
            let Some(piece) = source.next() else { return Batch { pieces, rest: None } };
            let read = piece.as_ref().map_or(0, Bytes::len);
            bytes = bytes.saturating_add(read);
            let broken = piece.is_err();
            pieces.push_back(piece);
            if broken {
                return Batch { pieces, rest: None };
            }
        }
        Batch { pieces, rest: Some(source) }
    })
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Poll::Ready(Some(piece.map(Frame::data).map_err(io::Error::other)));
            }
            let Some(reading) = self.reading.as_mut() else {
                match self.rest().take() {
                    Some(source) => self.read(source),
                    None => return Poll::Ready(None),
                }
                continue;
            };
            let done = ready!(Pin::new(reading).poll(context));
            self.reading = None;
            match done {
                Ok(Batch { pieces, rest }) => {
                    self.ready = pieces;
                    match rest {
                        Some(source) if self.is_ahead() => self.read(source),
                        rest => *self.rest() = rest,
                    }
                }
                Err(panic) => return Poll::Ready(Some(Err(io::Error::other(panic)))),
            }
        }
    }
}
