//! Hashing of passwords, one at a time: each takes memory and time intentionally, and a flood of
//! attempts must not multiply them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use gateway::{Fault, WireError};
use keys::password;
use types::Entropy;

use crate::error::Fail;

/// Threads that may wait for their turn to hash.
const WAITING_MAX: usize = 32;

/// Whose turn it is to hash.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    taken: Mutex<()>,
    waiting: AtomicUsize,
}

/// Why a password was not hashed.
#[derive(Debug)]
pub(crate) enum NotHashed {
    /// Too many wait already.
    Crowded,
    /// Our own trouble.
    Failed(Fault),
}

impl<F: Into<Fault>> From<F> for NotHashed {
    fn from(cause: F) -> Self {
        Self::Failed(cause.into())
    }
}

/// Source: IAM API Reference, "Common Errors".
impl From<NotHashed> for Fail {
    fn from(cause: NotHashed) -> Self {
        match cause {
            NotHashed::Crowded => WireError::new(400, "Throttling", "Rate exceeded").into(),
            NotHashed::Failed(cause) => cause.into(),
        }
    }
}

/// The stored form of a password.
pub(crate) fn hash(turn: &Turn, entropy: &Entropy, password: &str) -> Result<String, NotHashed> {
    in_turn(turn, || password::hash(password, entropy))
}

/// Whether the password matches `kept`; `None` matches nothing, and takes as long.
pub(crate) fn verify(turn: &Turn, password: &str, kept: Option<&str>) -> Result<bool, NotHashed> {
    let right = in_turn(turn, || password::verify(password, kept.unwrap_or(password::NOBODYS)))?;
    Ok(right && kept.is_some())
}

fn in_turn<T>(
    turn: &Turn,
    work: impl FnOnce() -> Result<T, keys::KeyError>,
) -> Result<T, NotHashed> {
    if turn.waiting.fetch_add(1, Ordering::SeqCst) >= WAITING_MAX {
        turn.waiting.fetch_sub(1, Ordering::SeqCst);
        return Err(NotHashed::Crowded);
    }
    let done = {
        let _mine = turn.taken.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    };
    turn.waiting.fetch_sub(1, Ordering::SeqCst);
    Ok(done?)
}
