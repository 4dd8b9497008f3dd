use std::fmt;
use std::process::ExitCode;

use server::{ConfigError, OpenError};

use crate::client::CallError;

/// How the command ends. The numbers are fixed: scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well.
    Done = 0,
    /// Something was found that should not be.
    Findings = 1,
    /// The command cannot be understood.
    Usage = 2,
    /// Somebody may not do that: no permission, or no key.
    Denied = 3,
    /// Something that is needed cannot be reached: a server, an address, a data directory.
    Unreachable = 4,
    /// It stopped half-way.
    Partial = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a verb cannot do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// For people.
    pub(crate) text: String,
}

impl Trouble {
    pub(crate) fn new(exit: Exit, text: impl fmt::Display) -> Self {
        Self { exit, text: text.to_string() }
    }

    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, text)
    }

    pub(crate) fn unreachable(text: impl fmt::Display) -> Self {
        Self::new(Exit::Unreachable, text)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<ConfigError> for Trouble {
    fn from(error: ConfigError) -> Self {
        Self::usage(error)
    }
}

impl From<OpenError> for Trouble {
    fn from(error: OpenError) -> Self {
        let exit = match &error {
            OpenError::Io(_)
            | OpenError::File { .. }
            | OpenError::Store(_)
            | OpenError::Fault(_)
            | OpenError::Lost { .. }
            | OpenError::NoStore { .. } => Exit::Unreachable,
            OpenError::AccountExists { .. }
            | OpenError::NoAccount { .. }
            | OpenError::OtherAccount { .. } => Exit::Usage,
            OpenError::Key(_)
            | OpenError::NoRootKey { .. }
            | OpenError::BadRootKey { .. }
            | OpenError::BadIdentity { .. }
            | OpenError::BadRootCredentials { .. }
            | OpenError::StaleRootCredentials { .. }
            | OpenError::TooOpen { .. }
            | OpenError::Writable { .. }
            | OpenError::NotSealed { .. }
            | OpenError::PassphraseNeeded => Exit::Denied,
        };
        if matches!(&error, OpenError::Store(cause) if cause.is_in_use()) {
            return Self::new(exit, "a server has the data directory open: stop the server first");
        }
        Self::new(exit, format_args!("the data directory cannot be opened: {error}"))
    }
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        let exit = match &error {
            CallError::Unreachable(_) | CallError::Refused { status: 500.., .. } => {
                Exit::Unreachable
            }
            CallError::Refused { .. } if error.is_denied() => Exit::Denied,
            // What a trail delivers to is gone.
            CallError::Refused { .. } if error.code() == "NoSuchBucket" => Exit::Findings,
            CallError::Refused { .. } => Exit::Usage,
        };
        Self::new(exit, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A refusal is not an outage, and a missing permission is neither.
    #[test]
    fn troubles_end_with_their_code() {
        let refused = |status, code: &str| CallError::Refused {
            status,
            code: code.to_owned(),
            message: String::new(),
        };
        for (error, want) in [
            (CallError::Unreachable(String::new()), Exit::Unreachable),
            (refused(403, "AccessDenied"), Exit::Denied),
            (refused(400, "AccessDenied"), Exit::Denied),
            (refused(400, "UnrecognizedClientException"), Exit::Denied),
            (refused(400, "TrailNotFoundException"), Exit::Usage),
            (refused(404, "NoSuchBucket"), Exit::Findings),
            (refused(503, "SlowDown"), Exit::Unreachable),
        ] {
            assert_eq!(Trouble::from(error).exit, want);
        }
    }
}
