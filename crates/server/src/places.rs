//! Which connections have a place, and a connection's place from being let in to its end.

mod table;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::network::Block;
pub(crate) use table::Limits;
use table::{Connections, Id, Wait};

/// The places of one kind. Clones are the same.
#[derive(Clone)]
pub(crate) struct Places(Arc<Mutex<Connections<oneshot::Sender<()>>>>);

impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Places").field("count", &self.table().count()).finish()
    }
}

impl Places {
    pub(crate) fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Connections::new(limits))))
    }

    /// A place, and a receiver that is notified when the place is lost; `None` if there is no place.
    pub(crate) fn admit(&self, block: Option<Block>) -> Option<(Ticket, oneshot::Receiver<()>)> {
        let (end, lost) = oneshot::channel();
        let place = self.table().admit(block, end)?;
        // A connection that has ended needs no notice.
        let _ = place.ended.map(|end| end.send(()));
        let answered = AtomicBool::new(false);
        Some((Ticket { places: self.clone(), id: place.id, answered }, lost))
    }

    /// Ends the longest idle connection; `false` if there is none.
    pub(crate) fn end_one(&self) -> bool {
        let ended = self.table().end_one();
        ended.is_some_and(|end| end.send(()).is_ok())
    }

    fn table(&self) -> MutexGuard<'_, Connections<oneshot::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of one connection, which is free again when this is dropped.
///
/// A connection is idle from when the operating system has accepted a response's last byte until
/// the end of the next head.
#[derive(Debug)]
pub(crate) struct Ticket {
    places: Places,
    id: Id,
    /// The response of the current call has been read completely, or abandoned.
    answered: AtomicBool,
}

impl Ticket {
    /// Starts a call, which ends with the body of its response. `None` if the place is lost.
    pub(crate) fn begin(self: &Arc<Self>) -> Option<Call> {
        self.answered.store(false, Ordering::Relaxed);
        self.places.table().begin(self.id).then(|| Call(Arc::clone(self)))
    }

    /// A body is waited for whose sender has proven nothing yet.
    pub(crate) fn wait_for_body(&self) {
        self.places.table().wait(self.id, Wait::Body);
    }

    /// The body has arrived. `false` if the place is lost: then it must not be processed.
    #[must_use]
    pub(crate) fn body_came(&self) -> bool {
        self.places.table().begin(self.id)
    }

    /// All bytes that there were to send are sent.
    pub(crate) fn all_sent(&self) {
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
pub(crate) struct Call(Arc<Ticket>);

impl Drop for Call {
    fn drop(&mut self) {
        // Its last bytes are sent next.
        self.0.answered.store(true, Ordering::Relaxed);
    }
}
