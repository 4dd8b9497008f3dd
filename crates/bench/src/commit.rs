//! Measures what one commit of an event costs: in the log of frames, and in the store.
//!
//! The two alternate in one run, on one disk. Callers wait for their commit, and a writer takes what
//! waits: the store's own, or for the log one as simple as can be.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use keys::{Keyring, RootKey};
use store::{FileLog, Log, NewEvent, Opening, Sealer, Store};
use types::{Entropy, Timestamp};

use crate::failure::Failure;
use crate::latency::{Latencies, whole_us};
use crate::own;

/// About the size of an event of KMS.
const EVENT_BYTES: usize = 1_500;
/// Events in one frame at most.
const BATCH_LEN_MAX: usize = 1_024;
/// Frames after which the log is trimmed, so that files are used again as in service.
const TRIM_EVERY: u64 = 4_096;

/// Where events are committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The log of frames.
    Log,
    /// The store as it is.
    Store,
}

/// The result of one turn.
#[derive(Debug)]
pub(crate) struct Commits {
    pub(crate) place: Place,
    pub(crate) callers: usize,
    pub(crate) seconds: f64,
    pub(crate) latencies: Latencies,
    /// CPU time of the whole process.
    pub(crate) cpu: Duration,
}

/// One turn in `folder`, which must be empty.
pub(crate) fn measure(
    folder: &Path,
    place: Place,
    callers: usize,
    seconds: u32,
) -> Result<Commits, Failure> {
    let length = Duration::from_secs(seconds.into());
    let (latencies, elapsed, cpu_us) = match place {
        Place::Log => on_log(folder, callers, length)?,
        Place::Store => on_store(folder, callers, length)?,
    };
    Ok(Commits {
        place,
        callers,
        seconds: elapsed.as_secs_f64(),
        latencies,
        cpu: Duration::from_micros(cpu_us),
    })
}

type Turn = (Latencies, Duration, u64);

fn on_log(folder: &Path, callers: usize, length: Duration) -> Result<Turn, Failure> {
    let Opening { keyring, entropy, log: settings, .. } = opening()?;
    let log = FileLog::open(folder, settings, &keyring)?;
    log.prepare()?;
    let sealer = Sealer::start(&keyring, &entropy)?;
    let (queue, jobs) = sync_channel(callers);
    let (used, prepare) = sync_channel(1);
    let (own, preparing) = (&log, &log);
    thread::scope(|scope| {
        let writer = scope.spawn(move || write(own, sealer, &jobs, &used));
        // A file is ready before it is needed.
        let preparer = scope.spawn(move || {
            prepare.iter().try_for_each(|()| Ok::<_, Failure>(preparing.prepare()?))
        });
        let turn = call(callers, length, move || caller(queue.clone()));
        joined(writer)?;
        joined(preparer)?;
        turn
    })
}

/// New keys, and log files as in service.
pub(crate) fn opening() -> Result<Opening, Failure> {
    let entropy = Entropy::system();
    let root = RootKey::generate(&entropy)?;
    Ok(Opening::new(Arc::new(Keyring::create(&root, &entropy)?.0), entropy))
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, Result<T, Failure>>) -> Result<T, Failure> {
    thread.join().map_err(|_| "a thread of the measurement panicked")?
}

type Job = (Vec<u8>, SyncSender<()>);

/// Commits what waits, frame after frame, until all callers are gone.
fn write(
    log: &FileLog,
    mut sealer: Sealer,
    jobs: &Receiver<Job>,
    used: &SyncSender<()>,
) -> Result<(), Failure> {
    let (mut payload, mut answers) = (Vec::new(), Vec::new());
    while let Ok(first) = jobs.recv() {
        for (event, answer) in std::iter::once(first).chain(jobs.try_iter()).take(BATCH_LEN_MAX) {
            payload.extend_from_slice(&event);
            answers.push(answer);
        }
        let mut turn = log.turn()?;
        let frame = sealer.seal(&turn.head(), &payload)?;
        let head = turn.append(&frame)?;
        drop(turn);
        for answer in answers.drain(..) {
            answer.send(())?;
        }
        payload.clear();
        // One that is being prepared is enough.
        let _ = used.try_send(());
        if head.position.is_multiple_of(TRIM_EVERY) {
            log.trim(head.position)?;
        }
    }
    Ok(())
}

fn caller(queue: SyncSender<Job>) -> impl FnMut() -> Result<(), Failure> {
    let (answer, answered) = sync_channel(1);
    move || {
        queue.send((vec![b'e'; EVENT_BYTES], answer.clone()))?;
        Ok(answered.recv()?)
    }
}

fn on_store(folder: &Path, callers: usize, length: Duration) -> Result<Turn, Failure> {
    let store = Store::open(folder, &opening()?)?;
    let turn = call(callers, length, || {
        || {
            let event = NewEvent {
                time: Timestamp::from_secs(1),
                terms: Vec::new(),
                body: vec![b'e'; EVENT_BYTES],
            };
            Ok(store.submit(|_| ((), vec![event])).wait()?)
        }
    });
    store.shut_down();
    turn
}

/// Lets `callers` threads call, one call after the other, for this long.
fn call<C: FnMut() -> Result<(), Failure> + Send>(
    callers: usize,
    length: Duration,
    caller: impl Fn() -> C,
) -> Result<Turn, Failure> {
    let (start, cpu_before) = (own::now(), own::cpu_us()?);
    let run = |mut call: C| -> Result<Vec<u32>, Failure> {
        let mut latencies = Vec::new();
        while start.elapsed() < length {
            let began = own::now();
            call()?;
            latencies.push(whole_us(began.elapsed()));
        }
        Ok(latencies)
    };
    let all = thread::scope(|scope| {
        let own: Vec<_> = (0..callers).map(|_| caller()).collect();
        let threads: Vec<_> = own.into_iter().map(|own| scope.spawn(move || run(own))).collect();
        threads.into_iter().map(joined).collect::<Result<Vec<_>, Failure>>()
    })?;
    let latencies = Latencies::new(all.concat());
    Ok((latencies, start.elapsed(), own::cpu_us()?.saturating_sub(cpu_before)))
}
