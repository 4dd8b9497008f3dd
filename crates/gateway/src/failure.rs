//! How a call fails.
//!
//! A call is *refused* if it gets any error response. It is *denied* if the reason is a missing
//! permission, by the policies or by a service's own rule; its event then has one code for all
//! services. A [`Denial`](crate::Denial) is the engine's reasons for one that policies made. A
//! [`Fault`] is our own trouble: the client gets the service's 500, or its 503 on a full disk.

use std::fmt;
use std::sync::Arc;

use keys::KeyError;
use store::StoreError;
use types::EntropyError;
use wire::{MadeAt, WireError};

use crate::{Fault, Wait};

/// An error that an API documents, with its code, status and message.
pub trait ApiError: fmt::Debug + Send + 'static {
    /// How the client sees it. Its line is that of the call.
    #[track_caller]
    fn wire(&self) -> WireError;
    /// Whether it is a denial, by a rule of the service beside the policies.
    fn is_denial(&self) -> bool {
        false
    }
}

/// For operations that have no errors of their own.
impl ApiError for std::convert::Infallible {
    fn wire(&self) -> WireError {
        match *self {}
    }
}

/// Why an operation gave no output.
#[derive(Debug)]
pub enum Failure<E> {
    /// An error that the API documents, and where it was made.
    Api(E, MadeAt),
    /// An error already in its wire format: another service's error that is passed on.
    Wire(WireError),
    /// A denial, already in its wire form.
    Denied(WireError),
    /// Our own trouble; the client sees a 500, or a 503 on a full disk, and a request id.
    Internal(Fault),
}

impl<E> Failure<E> {
    /// A bug, described for diagnostics.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(Fault::bug(what))
    }
}

impl<E: ApiError> From<E> for Failure<E> {
    #[track_caller]
    fn from(error: E) -> Self {
        Self::Api(error, MadeAt::here())
    }
}

impl<E> From<Fault> for Failure<E> {
    fn from(error: Fault) -> Self {
        Self::Internal(error)
    }
}

impl<E> From<StoreError> for Failure<E> {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl<E> From<KeyError> for Failure<E> {
    fn from(error: KeyError) -> Self {
        Self::Internal(error.into())
    }
}

impl<E> From<WireError> for Failure<E> {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}

impl<E> From<EntropyError> for Failure<E> {
    fn from(error: EntropyError) -> Self {
        Self::Internal(error.into())
    }
}

/// A [`Failure`] whose error type no longer matters: another operation's error.
#[derive(Debug, Clone)]
pub enum Refused {
    /// The error that a client receives for any other reason than a permission that policies deny,
    /// or that [`ApiError::is_denial`] names; S3 and IAM refuse a few calls by rules of their own here.
    Wire(WireError),
    /// The error that a client receives because a permission is missing.
    Denied(WireError),
    /// Our own trouble.
    Internal(Fault),
}

impl Refused {
    /// The error code, unless it is an internal error.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Wire(error) | Self::Denied(error) => Some(&error.code),
            Self::Internal(_) => None,
        }
    }

    /// Whether the work needed to write on a snapshot and can succeed on the writer.
    pub(crate) fn needs_writer(&self) -> bool {
        matches!(self, Self::Internal(error) if error.needs_writer())
    }

    /// What the call waits for before it runs again, if it is not refused after all.
    pub(crate) fn wait(&self) -> Option<Arc<Wait>> {
        match self {
            Self::Internal(fault) => fault.wait().map(Arc::clone),
            Self::Wire(_) | Self::Denied(_) => None,
        }
    }

    /// Whether nothing of the call is recorded now, because it will run again.
    pub(crate) fn runs_again(&self) -> bool {
        self.needs_writer() || self.wait().is_some()
    }

    /// Whether the head of a request decides this: neither the body nor the writer is needed to
    /// arrive at it.
    pub(crate) fn is_decided_by_head(&self) -> bool {
        !matches!(self, Self::Internal(error) if error.needs_writer() || error.needs_body())
    }
}

impl<E: ApiError> From<Failure<E>> for Refused {
    fn from(failure: Failure<E>) -> Self {
        match failure {
            Failure::Api(error, at) if error.is_denial() => Self::Denied(error.wire().made_at(at)),
            Failure::Api(error, at) => Self::Wire(error.wire().made_at(at)),
            Failure::Wire(error) => Self::Wire(error),
            Failure::Denied(error) => Self::Denied(error),
            Failure::Internal(error) => Self::Internal(error),
        }
    }
}

impl<E> From<Refused> for Failure<E> {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Wire(error) => Self::Wire(error),
            Refused::Denied(error) => Self::Denied(error),
            Refused::Internal(error) => Self::Internal(error),
        }
    }
}

impl From<Fault> for Refused {
    fn from(error: Fault) -> Self {
        Self::Internal(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Self::Wire(error)
    }
}
