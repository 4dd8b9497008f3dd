//! Threads that may block, for bodies on their way.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use tokio::sync::oneshot;

/// How many there are: enough for a disk to have several requests at once.
const COUNT: usize = 16;

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads. All work of one body is done by the same thread, in order: its
/// buffers stay where they were allocated, and no client can occupy a thread by waiting.
pub(crate) struct Lanes {
    jobs: Vec<mpsc::Sender<Job>>,
    next: AtomicUsize,
}

/// The thread of one body.
#[derive(Debug, Clone)]
pub(crate) struct Lane(mpsc::Sender<Job>);

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes").field("count", &self.jobs.len()).finish_non_exhaustive()
    }
}

impl Lanes {
    /// Starts the threads; they end when there is no more work for them.
    pub(crate) fn start() -> io::Result<Self> {
        let jobs = (0..COUNT).map(|number| {
            let (sender, jobs) = mpsc::channel::<Job>();
            let work = move || {
                for job in jobs {
                    // A waiting sender gets an error.
                    let _ = catch_unwind(AssertUnwindSafe(job));
                }
            };
            thread::Builder::new().name(format!("bodies-{number}")).spawn(work).map(|_| sender)
        });
        Ok(Self { jobs: jobs.collect::<io::Result<_>>()?, next: AtomicUsize::new(0) })
    }

    /// A thread for a body, in turn.
    pub(crate) fn pick(&self) -> Option<Lane> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let at = turn.checked_rem(self.jobs.len())?;
        self.jobs.get(at).cloned().map(Lane)
    }
}

impl Lane {
    /// Runs work on the thread; the receiver is notified of its end, or that it panicked.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<T> {
        let (done, receiver) = oneshot::channel();
        // A thread that has ended drops the job, and with it the sender.
        let _ = self.0.send(Box::new(move || drop(done.send(work()))));
        receiver
    }
}
