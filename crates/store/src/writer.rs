use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{JoinHandle, Thread};

use redb::WriteTransaction;
use tokio::sync::oneshot;
use types::Timestamp;

use crate::engine::{EVENTS, Engine, STATE};
use crate::events::{NEXT_SEQ, encode};
use crate::memo::Memo;
use crate::reserve::Reserve;
use crate::stopwatch::{DiskStep, Stopwatch};
use crate::tail::TailIndex;
use crate::{LayeredTx, StoreError, Tx};

/// Jobs that may wait for the writer; submitters block beyond it.
const QUEUE_LEN_MAX: usize = 4_096;
/// The maximum number of jobs per commit, which limits the wait of the first.
const BATCH_LEN_MAX: usize = 1_024;

/// An event to be committed with the writes of its job.
#[derive(Debug, Clone)]
pub struct NewEvent {
    /// When it happened.
    pub time: Timestamp,
    /// Hashes by which event history finds it; empty for events outside the history.
    pub terms: Vec<u64>,
    /// The record.
    pub body: Vec<u8>,
}

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

/// The state that the writer shares with the readers.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) tail: RwLock<TailIndex>,
    pub(crate) reserve: Reserve,
    pub(crate) stopwatch: Stopwatch,
}

/// The one thread that changes the store.
pub(crate) struct Writer {
    queue: Mutex<Option<SyncSender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) fn start(shared: Arc<Shared>, next_seq: u64) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(QUEUE_LEN_MAX);
        let mut worker = Worker { shared, next_seq, broken: false };
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
                    tracing::error!(error = chain, "a job did not run");
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
    next_seq: u64,
    /// The last commit failed and the tree has not been opened again.
    broken: bool,
}

/// A batch of jobs: the results to send once the transaction is durable.
#[derive(Default)]
struct Batch {
    answers: Vec<Answer>,
    noted: Vec<(u64, Vec<u64>)>,
    tail_end: Option<u64>,
    changes_watched: bool,
}

impl Worker {
    fn run(&mut self, jobs: &Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let transaction = match self.begin() {
                Ok(transaction) => transaction,
                Err(error) => {
                    first(Err(error));
                    continue;
                }
            };
            let mut batch = Batch::default();
            let waiting = std::iter::once(first).chain(jobs.try_iter()).take(BATCH_LEN_MAX);
            let memo = &self.shared.engine.memo;
            let filled = fill(&transaction, waiting, self.next_seq, memo, &mut batch);
            let committed = filled.and_then(|after| {
                let durable = || transaction.commit();
                self.shared.stopwatch.time(DiskStep::Commit, durable)?;
                Ok(after)
            });
            match committed {
                Ok(after) => {
                    self.next_seq = after;
                    if batch.changes_watched {
                        self.shared.engine.raise_revision();
                    }
                    self.note(batch.noted, batch.tail_end);
                    batch.answers.into_iter().for_each(|answer| answer(Ok(())));
                }
                Err(error) => {
                    let calls = batch.answers.len();
                    let chain = types::error_chain(&error);
                    tracing::error!(
                        error = chain,
                        calls,
                        "a commit failed; nothing of it happened"
                    );
                    self.broken = true;
                    // It may be found done after all.
                    self.shared.engine.raise_revision();
                    if error.is_full() {
                        // Failure to free space shows when the next commit fails.
                        let _ = self.shared.reserve.release();
                    }
                    batch.answers.into_iter().for_each(|answer| answer(Err(error.clone())));
                }
            }
        }
    }

    fn begin(&mut self) -> Result<WriteTransaction, StoreError> {
        if self.broken {
            let next_seq = self.shared.engine.reopen(self.next_seq)?;
            let mut tail = self.shared.tail.write().unwrap_or_else(PoisonError::into_inner);
            *tail = TailIndex::empty(next_seq);
            (self.next_seq, self.broken) = (next_seq, false);
            tracing::warn!(next_seq, "the state file was opened again after a failure");
        }
        self.shared.engine.begin_write().inspect_err(|_| self.broken = true)
    }

    fn note(&self, noted: Vec<(u64, Vec<u64>)>, tail_end: Option<u64>) {
        let mut tail = self.shared.tail.write().unwrap_or_else(PoisonError::into_inner);
        for (seq, terms) in noted {
            tail.add(seq, terms.into_iter());
        }
        if let Some(end) = tail_end {
            tail.drop_through(end);
        }
    }
}

// INVARIANT: a job's writes and its events are in the same transaction, and its result is sent
// after that transaction is durable.
fn fill(
    transaction: &WriteTransaction,
    jobs: impl Iterator<Item = Job>,
    mut next_seq: u64,
    memo: &Memo,
    batch: &mut Batch,
) -> Result<u64, StoreError> {
    let mut state = transaction.open_table(STATE)?;
    let mut events = transaction.open_table(EVENTS)?;
    for job in jobs {
        let mut tx = LayeredTx::over(Tx::new(&state, true, next_seq).with_memo(memo));
        let Some(done) = job(Ok(&mut tx)) else { continue };
        batch.answers.push(done.answer);
        batch.changes_watched |= tx.changes_watched;
        let tail_end = tx.drop_tail_through;
        if tail_end.is_some() {
            NEXT_SEQ.put(&mut tx, "", &next_seq)?;
        }
        for (key, value) in tx.into_writes() {
            match value {
                Some(value) => drop(state.insert(key.as_slice(), value.as_slice())?),
                None => drop(state.remove(key.as_slice())?),
            }
        }
        for event in done.events {
            events.insert(next_seq, encode(&event).as_slice())?;
            batch.noted.push((next_seq, event.terms));
            next_seq = next_seq.saturating_add(1);
        }
        if let Some(end) = tail_end {
            events.retain_in(..=end, |_, _| false)?;
            batch.tail_end = batch.tail_end.max(Some(end));
        }
    }
    Ok(next_seq)
}
