//! Bodies on their way out, read batch by batch.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame};
use tokio::sync::oneshot;

use super::lanes::Lane;
use super::{BATCH_BYTES, OutBody};

type Source = Box<dyn Iterator<Item = io::Result<Bytes>> + Send>;

/// What was read, and where to go on.
struct Batch {
    pieces: VecDeque<io::Result<Bytes>>,
    rest: Option<Source>,
}

/// A body that is read on a thread that may block. A receiver who keeps us waiting does not hold it;
/// while one batch is sent, the next is read.
struct Pieces {
    ready: VecDeque<io::Result<Bytes>>,
    reading: Option<oneshot::Receiver<Batch>>,
    lane: Lane,
}

pub(super) fn in_pieces(source: Source, lane: &Lane) -> OutBody {
    let reading = Some(read(source, lane));
    BodyExt::boxed(Pieces { ready: VecDeque::new(), reading, lane: lane.clone() })
}

fn read(mut source: Source, lane: &Lane) -> oneshot::Receiver<Batch> {
    lane.run(move || {
        let (mut pieces, mut bytes) = (VecDeque::new(), 0_usize);
        while bytes < BATCH_BYTES {
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
                return Poll::Ready(Some(piece.map(Frame::data)));
            }
            let Some(reading) = self.reading.as_mut() else { return Poll::Ready(None) };
            let done = ready!(Pin::new(reading).poll(context));
            self.reading = None;
            match done {
                Ok(Batch { pieces, rest }) => {
                    self.ready = pieces;
                    self.reading = rest.map(|source| read(source, &self.lane));
                }
                Err(panic) => return Poll::Ready(Some(Err(io::Error::other(panic)))),
            }
        }
    }
}
