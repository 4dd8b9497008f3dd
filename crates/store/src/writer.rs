use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::checkpoints::Checkpoints;
use crate::log::{Frame, Head, LogPoint, Payload, Sealer};
use crate::memo::Memo;
use crate::shared::Shared;
use crate::stopwatch::DiskStep;
use crate::view::{Draft, View};
use crate::{LayeredTx, NewEvent, StoreError, Tx};

/// Jobs that may wait for the writer; submitters block beyond it.
const QUEUE_LEN_MAX: usize = 4_096;
/// The maximum number of jobs per commit, which limits the wait of the first.
const BATCH_LEN_MAX: usize = 1_024;
/// Bytes of a frame from which on no further job joins it.
const FRAME_BYTES: usize = 4 << 20;
/// How long a batch waits for one more job, if jobs come from several callers.
const JOB_WAIT: Duration = Duration::from_micros(100);
/// The maximum number of such waits per batch: together they are as long as a fast fsync or two.
const JOB_WAITS_MAX: u32 = 8;

/// The promise of a result that arrives once it is durable.
#[derive(Debug)]
pub struct Committed<R>(oneshot::Receiver<Result<R, StoreError>>);

impl<R> Committed<R> {
    /// Waits without blocking the thread.
    pub async fn done(self) -> Result<R, StoreError> {
        self.0.await.unwrap_or_else(|_| Err(StoreError::stopped()))
    }

    /// Waits on the calling thread. On a thread that drives an async runtime it blocks other tasks:
    /// only for rare uses.
    pub fn wait(self) -> Result<R, StoreError> {
        block_on(self.0).unwrap_or_else(|_| Err(StoreError::stopped()))
    }

    pub(crate) fn refused(error: StoreError) -> Self {
        let (sender, receiver) = oneshot::channel();
        // The receiver is right here.
        let _ = sender.send(Err(error));
        Self(receiver)
    }
}

/// Drives `future` on this thread, even inside a runtime.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    // A runtime would pause a task that polls often, but this one cannot be paused.
    let mut future = pin!(tokio::task::unconstrained(future));
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::park();
    }
}

type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
/// Runs on its transaction and returns its events together with what sends the result to the
/// caller, or has sent it already because the job could not run.
type Job = Box<dyn FnOnce(Result<&mut LayeredTx<'_>, StoreError>) -> Option<Done> + Send>;

struct Done {
    events: Vec<NewEvent>,
    answer: Answer,
}

/// The one thread that changes the store.
pub(crate) struct Writer {
    queue: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread, which appends frames of this sealer.
    pub(crate) fn start(
        shared: Arc<Shared>,
        sealer: Sealer,
        checkpoints: Arc<Checkpoints>,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(QUEUE_LEN_MAX);
        let mut worker = Worker { shared, sealer, checkpoints, doubtful: None, last_len: 0 };
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || worker.run(&jobs))?;
        Ok(Self { queue: Mutex::new(Some(queue)), thread: Mutex::new(Some(thread)) })
    }

    pub(crate) fn submit<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut LayeredTx<'_>) -> (R, Vec<NewEvent>) + Send + 'static,
    ) -> Committed<R> {
        let (sender, receiver) = oneshot::channel();
        // The receiver may be gone; what is committed stays committed.
        let job: Job = Box::new(move |turn| {
            let done = turn.and_then(|tx| {
                catch_unwind(AssertUnwindSafe(|| job(tx)))
                    .map_err(|_| StoreError::engine("a job panicked; nothing of it was kept"))
            });
            match done {
                Ok((answer, events)) => Some(Done {
                    events,
                    answer: Box::new(move |committed| {
                        let _ = sender.send(committed.map(|()| answer));
                    }),
                }),
                Err(error) => {
                    let chain = types::error_chain(&error);
                    tracing::error!(
                        error = chain,
                        "a job left nothing: it did not run, or it panicked"
                    );
                    let _ = sender.send(Err(error));
                    None
                }
            }
        });
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(queue) = queue
            && let Err(TrySendError::Full(job)) = queue.try_send(job)
        {
            // A dropped job closes its channel, which is its result.
            let _ = queue.send(job);
        }
        Committed(receiver)
    }

    pub(crate) fn stop(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // A panic of the writer has already closed the channels.
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Worker {
    shared: Arc<Shared>,
    sealer: Sealer,
    checkpoints: Arc<Checkpoints>,
    /// The last append failed, and it is unknown whether its frame is there.
    doubtful: Option<Outcome>,
    /// The number of jobs of the last batch.
    last_len: usize,
}

/// Whether a batch waits once more before it is committed, after `waits` waits, if it or the last
/// one has `len` jobs.
///
/// Each commit costs an fsync and wakes threads, so under load fewer of them are faster for all. A
/// single caller sends nothing while it waits, and is never waited for.
fn waits_for_more(len: usize, waits: u32) -> bool {
    len > 1 && waits < JOB_WAITS_MAX
}

/// What a batch of jobs amounts to: the next view, if its frame is in the log.
struct Outcome {
    view: View,
    /// Events with their terms, ascending.
    noted: Vec<(u64, Vec<u64>)>,
}

/// A batch of jobs while it is filled.
struct Batch<'v> {
    before: &'v View,
    draft: Draft<'v>,
    payload: Payload,
    answers: Vec<Answer>,
    noted: Vec<(u64, Vec<u64>)>,
    changes_watched: bool,
}

impl Worker {
    fn run(&mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            if let Err(error) = self.make_way() {
                self.release_if_full(&error);
                first(Err(error));
                continue;
            }
            let shared = Arc::clone(&self.shared);
            let mut answers = Vec::new();
            let last_len = self.last_len;
            let committed = shared.replace_view(|before| {
                let mut batch = Batch::after(before);
                let filled = batch.fill(first, jobs, &shared.memo, last_len);
                answers = std::mem::take(&mut batch.answers);
                filled.and_then(|()| self.commit(batch))
            });
            self.last_len = answers.len();
            self.checkpoints.note_commit(&self.shared.view());
            if let Err(error) = &committed {
                let (chain, calls) = (types::error_chain(error), answers.len());
                tracing::error!(error = chain, calls, "a commit failed");
                self.release_if_full(error);
            }
            for answer in answers {
                answer(committed.clone());
            }
        }
    }

    fn release_if_full(&self, error: &StoreError) {
        if error.is_full() {
            // Failure to free space shows when the next commit fails.
            let _ = self.shared.reserve.release();
        }
    }

    /// Settles what is in doubt, and waits for the copy if it is too far behind.
    fn make_way(&mut self) -> Result<(), StoreError> {
        if let Some(outcome) = self.doubtful.take() {
            match self.settled(&outcome) {
                Ok(true) => self.publish(outcome),
                Ok(false) => {}
                Err(error) => {
                    self.doubtful = Some(outcome);
                    return Err(error);
                }
            }
            tracing::warn!("the log goes on after a failure");
        }
        if self.shared.view().is_large() {
            self.checkpoints.wait_for_one()?;
        }
        Ok(())
    }

    /// Whether the frame of an append that failed is there after all.
    fn settled(&self, outcome: &Outcome) -> Result<bool, StoreError> {
        Ok(self.shared.log.settle()? == outcome.view.point.head)
    }

    fn publish(&self, outcome: Outcome) {
        let published = self.shared.replace_view(|now| {
            self.index(&outcome);
            // Checkpoints may have gone on meanwhile.
            let (copy, ageing) = (Arc::clone(&now.copy), now.ageing.clone());
            Ok::<_, std::convert::Infallible>(Some(View { copy, ageing, ..outcome.view }))
        });
        let Ok(()) = published;
    }

    // INVARIANT: a job's writes and its events are in the same frame, and its result is sent after
    // that frame is durable.
    fn commit(&mut self, batch: Batch<'_>) -> Result<Option<View>, StoreError> {
        if batch.payload.is_empty() {
            return Ok(None);
        }
        let frame = self.sealer.seal(&batch.before.point.head, batch.payload.as_bytes());
        let frame =
            frame.map_err(|cause| StoreError::engine("cannot seal a frame").because(cause))?;
        let outcome = batch.outcome(frame.head());
        let append = || self.append(&frame);
        if let Err(error) = self.shared.stopwatch.time(DiskStep::Commit, append) {
            match self.settled(&outcome) {
                Ok(true) => {}
                Ok(false) => return Err(error),
                Err(doubt) => {
                    let chain = types::error_chain(&doubt);
                    tracing::error!(error = chain, "it is unknown what became of a commit");
                    self.doubtful = Some(outcome);
                    return Err(error);
                }
            }
        }
        self.index(&outcome);
        Ok(Some(outcome.view))
    }

    fn append(&self, frame: &Frame) -> Result<Head, StoreError> {
        let len = u64::try_from(frame.as_bytes().len()).unwrap_or(u64::MAX);
        let since = &self.shared.bytes_since_base;
        // It cannot fail: the update is unconditional.
        let _ = since.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |bytes| {
            Some(bytes.saturating_add(len))
        });
        self.shared.log.turn()?.append(frame)
    }

    /// Before the view is published: a reader that sees an event finds it.
    fn index(&self, outcome: &Outcome) {
        let position = outcome.view.point.head.position;
        let mut tail = self.shared.tail.write().unwrap_or_else(PoisonError::into_inner);
        for (seq, terms) in &outcome.noted {
            tail.note(position, *seq, terms.iter().copied());
        }
    }
}

impl<'v> Batch<'v> {
    fn after(before: &'v View) -> Self {
        Self {
            before,
            draft: before.draft(),
            payload: Payload::new(before.point.next_seq),
            answers: Vec::new(),
            noted: Vec::new(),
            changes_watched: false,
        }
    }

    /// Runs the first job, those that wait behind it, and those that arrive while it waits for
    /// more.
    fn fill(
        &mut self,
        first: Job,
        jobs: &Receiver<Job>,
        memo: &Memo,
        last_len: usize,
    ) -> Result<(), StoreError> {
        self.run(first, memo)?;
        let mut waits = 0;
        while self.answers.len() < BATCH_LEN_MAX && self.payload.as_bytes().len() < FRAME_BYTES {
            let next = match jobs.try_recv() {
                Ok(next) => next,
                Err(_) if !waits_for_more(last_len.max(self.answers.len()), waits) => break,
                Err(_) => {
                    waits = waits.saturating_add(1);
                    let Ok(next) = jobs.recv_timeout(JOB_WAIT) else { break };
                    next
                }
            };
            self.run(next, memo)?;
        }
        Ok(())
    }

    fn run(&mut self, job: Job, memo: &Memo) -> Result<(), StoreError> {
        let next_seq = self.payload.next_seq();
        let mut tx = LayeredTx::over(Tx::new(&self.draft, true, next_seq).with_memo(memo));
        let Some(done) = job(Ok(&mut tx)) else { return Ok(()) };
        self.answers.push(done.answer);
        self.changes_watched |= tx.changes_watched;
        if tx.changes_watched {
            self.payload.watch();
        }
        let writes = tx.into_writes();
        self.draft.keep(writes, &mut self.payload)?;
        for event in done.events {
            let seq = self.payload.event(&event)?;
            self.noted.push((seq, event.terms));
        }
        Ok(())
    }

    fn outcome(self, head: Head) -> Outcome {
        let (recent, recent_bytes) = (self.draft.recent, self.draft.recent_bytes);
        let point = LogPoint { head, next_seq: self.payload.next_seq() };
        let revision = self.before.revision.saturating_add(self.changes_watched.into());
        let view = View { recent, recent_bytes, point, revision, ..self.before.clone() };
        Outcome { view, noted: self.noted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_several_callers_are_waited_for_and_not_for_long() {
        assert!(!waits_for_more(0, 0));
        assert!(!waits_for_more(1, 0), "a single caller would wait for itself");
        let waits = (0..100).take_while(|&waits| waits_for_more(2, waits)).count();
        let longest = JOB_WAIT * u32::try_from(waits).unwrap();
        assert!(!longest.is_zero() && longest < Duration::from_millis(1), "{longest:?}");
    }
}
