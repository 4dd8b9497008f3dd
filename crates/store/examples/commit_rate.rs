//! How many durable events the store takes in a second: many threads submit and wait, each again
//! and again. `cargo run --release -p store --example commit_rate -- [THREADS] [SECONDS] [FOLDER]`

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::{NewEvent, Store};
use types::Timestamp;

/// Bytes of a typical record.
const EVENT_LEN: usize = 1_500;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let threads: usize = words.next().map_or(Ok(64), |word| word.parse())?;
    let seconds: u64 = words.next().map_or(Ok(5), |word| word.parse())?;
    let scratch = tempfile::tempdir()?;
    let folder = words.next().map_or_else(|| scratch.path().to_owned(), PathBuf::from);
    let store = Store::open(&folder, None)?;
    let (count, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let (mut waits, mut failure) = (Vec::new(), None);
    let start = now();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let (store, count, over) = (&store, &count, &over);
                scope.spawn(move || submit_until_over(store, thread, count, over))
            })
            .collect();
        let mut sealed = 0;
        while start.elapsed() < Duration::from_secs(seconds) {
            match store.seal(16_384) {
                Ok(moved) => sealed += moved,
                Err(error) => failure = Some(error),
            }
            std::thread::park_timeout(Duration::from_millis(50));
        }
        over.store(true, Ordering::Relaxed);
        for worker in workers {
            match worker.join() {
                Ok(Ok(own)) => waits.extend(own),
                Ok(Err(error)) => failure = Some(error),
                Err(_) => {}
            }
        }
        sealed
    });
    let rate = count.load(Ordering::Relaxed) / start.elapsed().as_secs().max(1);
    waits.sort_unstable();
    let at = |part: usize| waits.get(waits.len() * part / 1_000).copied().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{threads} threads: {rate} events/s, p50 {:?}, p99 {:?}, max {:?}",
        at(500),
        at(990),
        at(999)
    )?;
    failure.map_or(Ok(()), |error| Err(error.into()))
}

fn submit_until_over(
    store: &Store,
    thread: usize,
    count: &AtomicU64,
    over: &AtomicBool,
) -> Result<Vec<Duration>, store::StoreError> {
    let mut waits = Vec::new();
    while !over.load(Ordering::Relaxed) {
        let number = count.fetch_add(1, Ordering::Relaxed);
        let terms = (0..8).map(|term| term * 1_000_003 + number % (1 << (term * 2))).collect();
        let body =
            format!("{{\"thread\":{thread},\"number\":{number},\"of\":").repeat(EVENT_LEN / 40);
        let event = NewEvent { time: Timestamp::from_ms(number), terms, body: body.into_bytes() };
        let start = now();
        store.submit(move |_| ((), vec![event])).wait()?;
        waits.push(start.elapsed());
    }
    Ok(waits)
}

#[expect(clippy::disallowed_methods, reason = "this program measures")]
fn now() -> Instant {
    Instant::now()
}
