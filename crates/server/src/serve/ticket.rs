//! A connection's place, from being let in to its end.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::sync::oneshot;

use super::table::{Connections, Id, Limits, Wait};
use crate::connection::OutBody;
use crate::network::Block;

/// The places of one kind. Clones are the same.
#[derive(Clone)]
pub(super) struct Places(Arc<Mutex<Connections<oneshot::Sender<()>>>>);

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("count", &self.table().count()).finish()
    }
}

impl Places {
    pub(super) fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Connections::new(limits))))
    }

    /// A place, and what is heard when it is lost; `None` if there is none to be given.
    pub(super) fn admit(&self, block: Option<Block>) -> Option<(Ticket, oneshot::Receiver<()>)> {
        let (end, lost) = oneshot::channel();
        let place = self.table().admit(block, end)?;
        // Whoever is gone by now needs not hear of it.
        let _ = place.ended.map(|end| end.send(()));
        let answered = AtomicBool::new(false);
        Some((Ticket { places: self.clone(), id: place.id, answered }, lost))
    }

    /// Ends the longest idle connection; `false` if there is none.
    pub(super) fn end_one(&self) -> bool {
        let ended = self.table().end_one();
        ended.is_some_and(|end| end.send(()).is_ok())
    }

    fn table(&self) -> MutexGuard<'_, Connections<oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection, which is free again when this is dropped.
///
/// A connection is idle between an answer whose last byte the operating system has taken and the
/// end of the next head.
#[derive(Debug)]
pub(crate) struct Ticket {
    places: Places,
    id: Id,
    /// The answer of the call under way has been read to its end, or given up.
    answered: AtomicBool,
}

impl Ticket {
    /// A call begins, and ends with the body of its answer. `None` if the place is lost.
    pub(super) fn begin(self: &Arc<Self>) -> Option<Call> {
        self.answered.store(false, Ordering::Relaxed);
        self.places.table().begin(self.id).then(|| Call(Arc::clone(self)))
    }

    /// A body is waited for whose sender has proven nothing yet.
    pub(crate) fn wait_for_body(&self) {
        self.places.table().wait(self.id, Wait::Body);
    }

    /// The body has come. `false` if the place is lost: then nothing may be done with it.
    #[must_use]
    pub(crate) fn body_came(&self) -> bool {
        self.places.table().begin(self.id)
    }

    /// All bytes that there were to send are sent.
    pub(super) fn all_sent(&self) {
        if self.answered.swap(false, Ordering::Relaxed) {
            self.places.table().wait(self.id, Wait::Head);
        }
    }
}

#[cfg(test)]
impl Ticket {
    /// The place of the only connection that there is.
    pub(crate) fn alone() -> Self {
        Places::new(Limits { all: 1, of_block: 1 }).admit(None).unwrap().0
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.places.table().leave(self.id);
    }
}

/// A call under way.
#[derive(Debug)]
pub(super) struct Call(Arc<Ticket>);

impl Drop for Call {
    fn drop(&mut self) {
        // Its last bytes are sent next.
        self.0.answered.store(true, Ordering::Relaxed);
    }
}

/// The body of an answer, with what ends when it does.
pub(super) struct Answering<G> {
    body: OutBody,
    _until: G,
}

impl<G> Answering<G> {
    pub(super) fn new(body: OutBody, until: G) -> Self {
        Self { body, _until: until }
    }
}

impl<G: Unpin> Body for Answering<G> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
