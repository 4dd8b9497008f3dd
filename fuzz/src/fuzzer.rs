//! The loop: mutate, run, observe, minimize.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::mutator::Mutator;
use crate::random::Random;
use crate::{Target, Way};

/// An input that takes longer is a failure, if it does so every time.
const SLOW: Duration = Duration::from_secs(2);
/// The hard time limit for an input.
const HUNG: Duration = Duration::from_mins(1);
/// Inputs kept because they took a new path.
const KEPT_MAX: usize = 2_000;
/// Attempts to minimize a failing input.
const ATTEMPTS_MAX: usize = 2_000;
/// Time for it.
const SHRINKING: Duration = Duration::from_secs(20);
/// The threads whose panics are findings.
const THREAD: &str = "fuzz";

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub enum Budget {
    /// The number of inputs for a cheap parser; expensive targets get fewer.
    Iterations(u64),
    /// After this time.
    Time(Duration),
}

/// An input that makes a target fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The target.
    pub target: &'static str,
    /// What happened: the message and the place of the panic, or the time it took.
    pub what: String,
    /// The input.
    pub input: Vec<u8>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, what, input } = self;
        write!(f, "target `{target}`: {what}\ninput: b\"{}\"", input.escape_ascii())
    }
}

/// Runs a target on mutated seeds until the budget is spent; returns the number of inputs.
///
/// Errors with the first input that panics, is slow, or does not end.
pub fn fuzz(target: &Target, budget: Budget, seed: u64) -> Result<u64, Failure> {
    watched(target, move |target, now| explore(target, budget, seed, now))
}

/// Runs a target on one input.
pub fn run_once(target: &Target, input: &[u8]) -> Result<(), Failure> {
    let input = input.to_vec();
    watched(target, move |target, now| attempt(target, &input, now).map(|_| ()))
}

/// What is running, and since when.
type Now = Arc<Mutex<Option<(Instant, Vec<u8>)>>>;

/// Runs the work on a separate thread, which is abandoned if it hangs.
fn watched<R: Send + 'static>(
    target: &Target,
    work: impl FnOnce(&Target, &Now) -> Result<R, Failure> + Send + 'static,
) -> Result<R, Failure> {
    record_panics();
    let now = Now::default();
    let (sender, receiver) = mpsc::channel();
    let (own, working) = (*target, Arc::clone(&now));
    let spawned = thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
        // The receiver is gone if it took too long.
        let _ = sender.send(work(&own, &working));
    });
    spawned.expect("a thread");
    loop {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(result) => return result,
            Err(RecvTimeoutError::Disconnected) => panic!("the fuzzer itself failed"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        let running = now.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, input)) = running.as_ref()
            && since.elapsed() > HUNG
        {
            let what = format!("does not end within {} s", HUNG.as_secs());
            return Err(Failure { target: target.name, what, input: input.clone() });
        }
    }
}

fn explore(target: &Target, budget: Budget, seed: u64, now: &Now) -> Result<u64, Failure> {
    let start = started();
    let left = |done: u64| match budget {
        Budget::Iterations(wanted) => done < wanted.div_ceil(target.cost.max(1)),
        Budget::Time(wanted) => start.elapsed() < wanted,
    };
    let mutator = Mutator { words: target.words, bytes_max: target.bytes_max };
    let mut random = Random::new(seed);
    let mut inputs = (target.seeds)();
    let mut ways: BTreeSet<Way> = BTreeSet::new();
    for input in &inputs {
        ways.insert(checked(target, input, now)?);
    }
    inputs.push(Vec::new());
    let seeds = inputs.len();
    let mut done = 0_u64;
    while left(done) {
        // However many inputs are kept, the seeds are still used.
        let known = if random.one_in(3) { &inputs[..seeds] } else { &inputs[..] };
        let input = mutator.next(known, &mut random);
        done = done.saturating_add(1);
        let is_new = ways.insert(checked(target, &input, now)?);
        if is_new && inputs.len() < seeds.saturating_add(KEPT_MAX) {
            inputs.push(input);
        }
    }
    Ok(done)
}

/// The path of an input, or the failure after minimizing it.
fn checked(target: &Target, input: &[u8], now: &Now) -> Result<Way, Failure> {
    attempt(target, input, now).map_err(|failure| shrink(target, failure, now))
}

fn attempt(target: &Target, input: &[u8], now: &Now) -> Result<Way, Failure> {
    let failure = |what| Failure { target: target.name, what, input: input.to_vec() };
    let mut fastest = Duration::MAX;
    // On a busy machine anything may be slow once.
    for _ in 0..3 {
        let start = started();
        *now.lock().unwrap_or_else(PoisonError::into_inner) = Some((start, input.to_vec()));
        let ran = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
        *now.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let way = ran.map_err(|payload| failure(panic_message(payload.as_ref())))?;
        fastest = fastest.min(start.elapsed());
        if fastest < SLOW {
            return Ok(way);
        }
    }
    Err(failure(format!("takes {} ms", fastest.as_millis())))
}

/// Removes irrelevant bytes, then simplifies the rest.
fn shrink(target: &Target, failure: Failure, now: &Now) -> Failure {
    let (mut best, start, mut attempts) = (failure, started(), 0_usize);
    let mut block = best.input.len();
    while block > 0 {
        let mut at = 0;
        while at < best.input.len() {
            attempts = attempts.saturating_add(1);
            if attempts > ATTEMPTS_MAX || start.elapsed() > SHRINKING {
                return best;
            }
            let mut smaller = best.input.clone();
            smaller.drain(at..at.saturating_add(block).min(best.input.len()));
            match attempt(target, &smaller, now) {
                Err(failure) if place(&failure.what) == place(&best.what) => best = failure,
                Ok(_) | Err(_) => at = at.saturating_add(block),
            }
        }
        block /= 2;
    }
    best
}

/// The location of the failure, so that minimizing does not switch to another bug.
fn place(what: &str) -> &str {
    what.rsplit_once(" at ").map_or("", |(_, place)| place)
}

/// Inputs do not depend on the time; only their duration is measured.
#[expect(clippy::disallowed_methods, reason = "a stopwatch is no clock")]
fn started() -> Instant {
    Instant::now()
}

thread_local! {
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics of fuzzing threads are stored instead of printed.
fn record_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().name() != Some(THREAD) {
                return usual(info);
            }
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            let text = message(info.payload());
            LAST_PANIC.with(|recorded| {
                *recorded.borrow_mut() = Some(format!("panics: {text} at {place}"));
            });
        }));
    });
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let recorded = LAST_PANIC.with(|recorded| recorded.borrow_mut().take());
    recorded.unwrap_or_else(|| format!("panics: {}", message(payload)))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(run: fn(&[u8]) -> Way) -> Target {
        Target { run, ..Target::new("test", || vec![b"seed 17 of many words".to_vec()]) }
    }

    /// A panic is found and reported with its location, and its input is minimal.
    #[test]
    fn a_panic_is_found_and_made_smaller() {
        let target = target(|input| {
            assert!(!input.contains(&b'%'), "a percent sign");
            Way(0)
        });
        let failure = fuzz(&target, Budget::Iterations(5_000), 1).unwrap_err();
        assert_eq!(failure.input, b"%");
        assert!(failure.what.contains("a percent sign at fuzz/src/fuzzer.rs"), "{failure}");
        assert!(failure.to_string().ends_with("input: b\"%\""), "{failure}");
        assert!(run_once(&target, b"10%").is_err());
        assert_eq!(run_once(&target, b"10"), Ok(()));
    }

    /// New ways are followed: four letters in a row are found one after the other.
    #[test]
    fn inputs_that_go_a_new_way_become_seeds() {
        let target = target(|input| {
            let right = input.iter().zip(b"FUZZ").take_while(|(a, b)| a == b).count();
            assert!(right < 4, "all of it");
            Way(0).then(right)
        });
        assert!(fuzz(&target, Budget::Iterations(400_000), 1).is_err());
    }

    /// The budget is respected, and expensive targets get a smaller share.
    #[test]
    fn the_budget_is_kept() {
        let target = Target { cost: 10, ..target(|_| Way(0)) };
        assert_eq!(fuzz(&target, Budget::Iterations(1_000), 1), Ok(100));
    }
}
