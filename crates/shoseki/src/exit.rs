use std::fmt;
use std::process::ExitCode;

use backup::BackupError;
use server::{ConfigError, OpenError};

use crate::client::CallError;

/// The exit codes of the command. The numbers are fixed because scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Success.
    Done = 0,
    /// A finding, such as an invalid file.
    Findings = 1,
    /// The command line is invalid.
    Usage = 2,
    /// Denied: no permission, or no key.
    Denied = 3,
    /// A server, an address or a data directory is unavailable.
    Unreachable = 4,
    /// Interrupted before completion.
    Partial = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// The exit code.
    pub(crate) exit: Exit,
    /// A human-readable message.
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
            OpenError::Backup(error) => return Self::new(of_backup(error), error),
        };
        if matches!(&error, OpenError::Store(cause) if cause.is_in_use()) {
            return Self::new(
                exit,
                "the data directory is open in a running server: stop the server first",
            );
        }
        Self::new(exit, format_args!("cannot open the data directory: {error}"))
    }
}

fn of_backup(error: &BackupError) -> Exit {
    match error {
        BackupError::None { .. } | BackupError::Place { .. } | BackupError::Store(_) => {
            Exit::Unreachable
        }
        BackupError::Foreign { .. }
        | BackupError::InUse { .. }
        | BackupError::Damaged { .. }
        | BackupError::NoSuchPoint { .. } => Exit::Findings,
        BackupError::NotEmpty { .. } | BackupError::BadPlace { .. } => Exit::Usage,
    }
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        let exit = match &error {
            CallError::Unreachable(_) | CallError::Refused { status: 500.., .. } => {
                Exit::Unreachable
            }
            CallError::Refused { .. } if error.is_denied() => Exit::Denied,
            // The destination of a trail no longer exists.
            CallError::Refused { .. } if error.code() == "NoSuchBucket" => Exit::Findings,
            CallError::Refused { .. } => Exit::Usage,
        };
        Self::new(exit, error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error response is not an outage, and a missing permission is neither.
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
