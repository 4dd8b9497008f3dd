use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use keys::KeyError;
use store::{StoreError, StoreErrorKind};
use trail::digest::DigestError;
use types::{EntropyError, error_chain};

use crate::Wait;

/// An internal error: not one that an API documents, and not caused by the client.
///
/// The client gets a 500, or a 503 while the disk is full, and a request ID; diagnostics get the
/// [chain](Fault::chain) of causes. Cheap to clone, because one failed commit is the result of
/// every call that waited for it.
#[derive(Debug, Clone)]
pub struct Fault(Cause);

/// The kind of a [`Fault`], which determines who must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The store failed, or returned other data than was written: the operator's disk.
    Store,
    /// A key of ours is missing or does not open what it sealed, or there is no randomness.
    Key,
    /// The program violated one of its own rules.
    Bug,
}

/// How many faults there were, by kind.
#[derive(Debug, Default)]
pub(crate) struct FaultCounts {
    store: AtomicU64,
    key: AtomicU64,
    bug: AtomicU64,
}

impl FaultCounts {
    pub(crate) fn of(&self, kind: FaultKind) -> &AtomicU64 {
        match kind {
            FaultKind::Store => &self.store,
            FaultKind::Key => &self.key,
            FaultKind::Bug => &self.bug,
        }
    }
}

type Source = Arc<dyn Error + Send + Sync>;

#[derive(Debug, Clone)]
enum Cause {
    /// A step read a body that has not arrived.
    AwaitsBody,
    /// A call found nothing and waits.
    Waits(Arc<Wait>),
    Store(StoreError),
    Key(KeyError),
    Entropy(EntropyError),
    Found {
        kind: FaultKind,
        what: Arc<str>,
        source: Option<Source>,
    },
}

impl Fault {
    /// A rule of the program is broken.
    pub fn bug(what: impl fmt::Display) -> Self {
        Self::found(FaultKind::Bug, what)
    }

    /// What was read is not what was written.
    pub fn damaged(what: impl fmt::Display) -> Self {
        Self::found(FaultKind::Store, what)
    }

    /// A key of ours cannot be used.
    pub fn key(what: impl fmt::Display) -> Self {
        Self::found(FaultKind::Key, what)
    }

    /// A step needs the body of its request, which has not arrived: no refusal, and no answer. The
    /// call is begun again once the body is here.
    pub fn awaits_body() -> Self {
        Self(Cause::AwaitsBody)
    }

    /// A call has nothing to return yet and waits: no refusal, and no response. Nothing of it is
    /// kept, and it runs again once the wait is over.
    pub fn waits(wait: Arc<Wait>) -> Self {
        Self(Cause::Waits(wait))
    }

    fn found(kind: FaultKind, what: impl fmt::Display) -> Self {
        Self(Cause::Found { kind, what: what.to_string().into(), source: None })
    }

    /// The same, with the error that caused it.
    #[must_use]
    pub fn because(self, cause: impl Error + Send + Sync + 'static) -> Self {
        match self.0 {
            Cause::Found { kind, what, .. } => {
                Self(Cause::Found { kind, what, source: Some(Arc::new(cause)) })
            }
            Cause::AwaitsBody
            | Cause::Waits(_)
            | Cause::Store(_)
            | Cause::Key(_)
            | Cause::Entropy(_) => self,
        }
    }

    /// What kind of trouble it is.
    pub fn kind(&self) -> FaultKind {
        match &self.0 {
            Cause::AwaitsBody | Cause::Waits(_) => FaultKind::Bug,
            Cause::Store(_) => FaultKind::Store,
            Cause::Key(_) | Cause::Entropy(_) => FaultKind::Key,
            Cause::Found { kind, .. } => *kind,
        }
    }

    /// The store's error, if it is one.
    pub fn store(&self) -> Option<&StoreError> {
        match &self.0 {
            Cause::Store(error) => Some(error),
            Cause::AwaitsBody
            | Cause::Waits(_)
            | Cause::Key(_)
            | Cause::Entropy(_)
            | Cause::Found { .. } => None,
        }
    }

    /// Whether the disk is full, or nearly so.
    pub fn is_full(&self) -> bool {
        self.store().is_some_and(|error| error.kind() == StoreErrorKind::Full)
    }

    /// Whether a write was tried on a snapshot: the same work succeeds on the writer.
    pub(crate) fn needs_writer(&self) -> bool {
        self.store().is_some_and(|error| error.kind() == StoreErrorKind::ReadOnly)
    }

    /// Whether a step needed a body that has not arrived.
    pub(crate) fn needs_body(&self) -> bool {
        matches!(self.0, Cause::AwaitsBody)
    }

    /// What a call waits for that returns this.
    pub(crate) fn wait(&self) -> Option<&Arc<Wait>> {
        match &self.0 {
            Cause::Waits(wait) => Some(wait),
            Cause::AwaitsBody
            | Cause::Store(_)
            | Cause::Key(_)
            | Cause::Entropy(_)
            | Cause::Found { .. } => None,
        }
    }

    /// It and all its causes in one line, for diagnostics.
    pub fn chain(&self) -> String {
        error_chain(self)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::AwaitsBody => f.write_str("a bug: the body of a request has not arrived"),
            Cause::Waits(_) => f.write_str("a bug: a call waits that cannot"),
            Cause::Store(error) => error.fmt(f),
            Cause::Key(error) => error.fmt(f),
            Cause::Entropy(error) => error.fmt(f),
            Cause::Found { kind, what, .. } => write!(f, "{kind}: {what}"),
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Store => "stored data is damaged",
            Self::Key => "a key cannot be used",
            Self::Bug => "a bug",
        })
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Cause::AwaitsBody | Cause::Waits(_) => None,
            Cause::Store(error) => error.source(),
            Cause::Key(error) => error.source(),
            Cause::Entropy(error) => error.source(),
            Cause::Found { source, .. } => match source {
                Some(source) => Some(source.as_ref()),
                None => None,
            },
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(Cause::Store(error))
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        Self(Cause::Key(error))
    }
}

impl From<EntropyError> for Fault {
    fn from(error: EntropyError) -> Self {
        Self(Cause::Entropy(error))
    }
}

/// Its parts are ours, so it can be written.
impl From<DigestError> for Fault {
    fn from(error: DigestError) -> Self {
        Self::bug("a digest cannot be written").because(error)
    }
}

#[cfg(test)]
mod tests {
    use types::{Entropy, Supply};

    use super::*;

    /// Every fault keeps its cause, and diagnostics show each cause once.
    #[test]
    fn a_fault_keeps_its_cause() {
        let check = |fault: Fault, kind, chain: &str| {
            assert_eq!((fault.kind(), fault.chain().as_str()), (kind, chain));
        };
        let broken = || "x".parse::<u8>().unwrap_err();
        check(
            Fault::damaged("event 7").because(broken()),
            FaultKind::Store,
            "stored data is damaged: event 7: invalid digit found in string",
        );
        check(Fault::bug("no input"), FaultKind::Bug, "a bug: no input");
        check(
            Fault::key("the key `k`").because(KeyError::NotAuthentic),
            FaultKind::Key,
            "a key cannot be used: the key `k`: the ciphertext does not match its key and context",
        );
        check(KeyError::UnknownEpoch(3).into(), FaultKind::Key, "the keyring has no epoch `3`");
        let supply = Supply::default();
        supply.allow(0);
        let none = Entropy::supplied(1, supply).bytes::<8>().unwrap_err();
        check(none.into(), FaultKind::Key, "no random bytes: the supply is used up");
        let corrupt = StoreError::corrupt("page 3");
        check(corrupt.into(), FaultKind::Store, "stored data is damaged: page 3");
        let disk = StoreError::from(std::io::Error::other("sector 7"));
        check(disk.into(), FaultKind::Store, "storage engine failed: sector 7");
        let fault = Fault::damaged("event 7").because(broken());
        assert!(fault.source().unwrap().is::<std::num::ParseIntError>());
    }
}
