//! Who writes to a place: one run at a time.
//!
//! ```text
//! lease/00000000000000000007   the seventh run: its store, its name, when it was alive
//! ```
//!
//! A run begins by creating the lease after the newest one, if that has ended: of two only one can.
//! It renews its own from time to time, and writes no manifest once there is a newer one.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use store::RunLock;
use types::{Clock, MINUTE_MS, Timestamp, hex};

use crate::place::Renewal;
use crate::source::Source;
use crate::{BackupError, Place};

const FOLDER: &str = "lease";
/// The longest lease that is read.
const BYTES_MAX: u64 = 64 << 10;
/// A run without a sign of life for longer is taken for dead, in milliseconds.
const DEAD_MS: u64 = 10 * MINUTE_MS;
/// The time between two signs of life.
const RENEW: Duration = Duration::from_mins(1);
/// How often a lease is tried for that others take at the same time.
const ATTEMPTS: usize = 4;

/// What is written to the place. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Lease {
    /// Names the store.
    store: String,
    /// Names the run: random, in hexadecimal digits.
    run: String,
    since: Timestamp,
    alive: Timestamp,
    ended: bool,
}

impl Lease {
    fn bytes(&self) -> Vec<u8> {
        let Self { store, run, since, alive, ended } = self;
        let lease = json!({
            "store": store, "run": run, "since": since, "alive": alive, "ended": ended,
        });
        lease.to_string().into_bytes()
    }
}

fn name(number: u64) -> String {
    format!("{FOLDER}/{number:020}")
}

/// The lease of this run.
#[derive(Debug)]
pub(crate) struct Held {
    place: Arc<Place>,
    number: u64,
    lease: Lease,
    clock: Clock,
    renewal: Renewal,
    /// Another run on this machine sees by it whether this one lives.
    lock: RunLock,
}

impl Held {
    /// Takes the place for a run; from a run that has ended or died, or from any if it `takes_over`.
    pub(crate) fn take(
        place: &Arc<Place>,
        source: &Source,
        takes_over: bool,
    ) -> Result<Self, BackupError> {
        let random = source.entropy.bytes::<16>().map_err(std::io::Error::other)?;
        let (run, now) = (hex(&random), source.clock.now());
        let lock = RunLock::hold(&source.data, &run)?;
        let store = source.store.clone();
        let lease = Lease { store, run, since: now, alive: now, ended: false };
        for _ in 0..ATTEMPTS {
            let all = numbers(place)?;
            let newest = all.last().copied();
            if let Some(number) = newest.filter(|_| !takes_over) {
                refuse_living(place, source, number)?;
            }
            let number = newest.unwrap_or(0).saturating_add(1);
            // A repeated request may find what the first one wrote.
            let is_own = || Ok::<_, BackupError>(read(place, number)?.as_ref() == Some(&lease));
            if place.put_new(&name(number), lease.bytes())? || is_own()? {
                for older in all {
                    place.delete(&name(older))?;
                }
                let (own, clock) = (lease.clone(), source.clock.clone());
                let renewal = place.renew(&name(number), RENEW, move || {
                    Lease { alive: clock.now(), ..own.clone() }.bytes()
                });
                let (place, clock) = (Arc::clone(place), source.clock.clone());
                return Ok(Self { place, number, lease, clock, renewal, lock });
            }
        }
        Err(in_use(place, "several runs begin at the same time"))
    }

    /// Errors if another run has taken over.
    pub(crate) fn confirm(&self) -> Result<(), BackupError> {
        match self.place.get(&name(self.number.saturating_add(1)), BYTES_MAX)? {
            None => Ok(()),
            Some(_) => Err(in_use(&self.place, "another run has taken it over from this one")),
        }
    }

    /// Lets the next run begin at once.
    pub(crate) fn end(mut self) -> Result<(), BackupError> {
        self.place.stop(&mut self.renewal);
        self.confirm()?;
        let lease = Lease { alive: self.clock.now(), ended: true, ..self.lease.clone() };
        self.place.put(&name(self.number), lease.bytes())?;
        Ok(self.lock.end()?)
    }
}

/// The numbers of the leases in a place, ascending.
fn numbers(place: &Place) -> Result<Vec<u64>, BackupError> {
    let names = place.list(FOLDER)?;
    let mut found: Vec<u64> = names.iter().flat_map(|name| name.parse()).collect();
    found.sort_unstable();
    Ok(found)
}

fn read(place: &Place, number: u64) -> Result<Option<Lease>, BackupError> {
    let Some(bytes) = place.get(&name(number), BYTES_MAX)? else { return Ok(None) };
    let damaged = |_| BackupError::damaged(format_args!("`{}` is no lease", name(number)));
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// Errors if the run of this lease may be alive.
fn refuse_living(place: &Place, source: &Source, number: u64) -> Result<(), BackupError> {
    let Some(lease) = read(place, number)? else { return Ok(()) };
    let silent_ms = source.clock.now().since_ms(lease.alive);
    if lease.ended || silent_ms > DEAD_MS || RunLock::has_ended(&source.data, &lease.run)? {
        return Ok(());
    }
    let (since, alive) = (lease.since.iso(), lease.alive.iso());
    let whose = if lease.store == source.store { "this" } else { "another" };
    Err(in_use(
        place,
        format_args!(
            "a run of the backup of {whose} data directory writes to it since {since}, alive at \
             {alive}; stop it, or use another place. If it is dead, wait {} minutes, or take over \
             with `--take-over`",
            DEAD_MS / MINUTE_MS
        ),
    ))
}

fn in_use(place: &Place, why: impl std::fmt::Display) -> BackupError {
    BackupError::InUse { what: format!("`{place}` is in use: {why}") }
}
