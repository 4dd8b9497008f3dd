//! How the transparency log goes.

use tlog::{SignedCheckpoint, VerifierKey};
use types::{MINUTE_MS, Timestamp};

use super::vault::VaultStatus;

/// A signed checkpoint that is not published for longer lacks witnesses, in milliseconds.
const UNWITNESSED_MS: u64 = 15 * MINUTE_MS;

/// What the workers report to each other and to the pages.
#[derive(Debug, Default)]
pub(super) struct State {
    /// What verifies the log's checkpoints; `None` until the log is open.
    pub(super) verifier: Option<VerifierKey>,
    /// The number of the first event that is not in the tree; `None` while the log is not open.
    pub(super) next_seq: Option<u64>,
    /// The newest checkpoint that the log signed.
    pub(super) signed: Option<SignedCheckpoint>,
    /// The size of the newest checkpoint that is published.
    pub(super) published_size: u64,
    /// Since when a newer one has been waiting for cosignatures.
    pub(super) unpublished_since: Option<Timestamp>,
    /// Why the log does not go on, or cannot at the moment.
    pub(super) trouble: Option<Trouble>,
    /// What shows that the log was forked or rolled back, beside a witness.
    pub(super) fork: Option<String>,
    /// The witnesses that refuse the log.
    pub(super) refusing: Vec<String>,
}

/// Why the log does not grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) what: String,
    /// Whether a person must act; otherwise it is retried.
    pub(super) is_final: bool,
}

impl Trouble {
    pub(super) fn retried(what: impl std::fmt::Display) -> Self {
        Self { what: what.to_string(), is_final: false }
    }

    pub(super) fn is_final(what: impl std::fmt::Display) -> Self {
        Self { what: what.to_string(), is_final: true }
    }
}

/// What health and metrics show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// The size of the newest signed tree.
    pub(crate) size: u64,
    /// The size of the newest published tree.
    pub(crate) published_size: u64,
    /// The number of witnesses that refuse the log.
    pub(crate) refusing: u64,
    /// Why the server is degraded; none if the log is healthy.
    pub(crate) reasons: Vec<&'static str>,
    /// How the bucket of checkpoints goes, if there is one.
    pub(crate) vault: Option<VaultStatus>,
}

impl Status {
    pub(super) fn of(state: &State, now: Timestamp) -> Self {
        let is_late = |since: Timestamp| now.since_ms(since) > UNWITNESSED_MS;
        let unwitnessed = state.unpublished_since.is_some_and(is_late);
        let all = [
            (state.is_stopped(), "tlog-stopped"),
            (!state.refusing.is_empty(), "tlog-refused"),
            (unwitnessed, "tlog-unwitnessed"),
        ];
        Self {
            size: state.signed.as_ref().map_or(0, |signed| signed.checkpoint.head.size),
            published_size: state.published_size,
            refusing: u64::try_from(state.refusing.len()).unwrap_or(u64::MAX),
            reasons: all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, name)| name).collect(),
            vault: None,
        }
    }

    /// Adds how the bucket of checkpoints goes.
    pub(super) fn with_vault(mut self, vault: Option<VaultStatus>) -> Self {
        if vault.as_ref().is_some_and(VaultStatus::is_late) {
            self.reasons.push("checkpoints-unsent");
        }
        Self { vault, ..self }
    }
}

impl State {
    /// Whether the log does not grow until an operator decides.
    pub(super) fn is_stopped(&self) -> bool {
        self.fork.is_some() || self.trouble.as_ref().is_some_and(|trouble| trouble.is_final)
    }

    /// Notes and logs a fork.
    pub(super) fn report_fork(&mut self, what: String) {
        tracing::error!(what, "the transparency log has stopped");
        self.fork = Some(what);
    }

    /// Notes and logs a trouble, once.
    pub(super) fn report(&mut self, trouble: Trouble) {
        if self.trouble.as_ref() != Some(&trouble) {
            let what = &trouble.what;
            if trouble.is_final {
                tracing::error!(what, "the transparency log has stopped");
            } else {
                tracing::warn!(what, "the transparency log cannot be extended; retrying");
            }
        }
        self.trouble = Some(trouble);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each trouble of the log has a name; what is retried is none.
    #[test]
    fn troubles_have_names() {
        let now = Timestamp::from_secs(1_000_000);
        let late = Some(now.minus_ms(UNWITNESSED_MS + 1));
        for (trouble, refusing, unpublished_since, want) in [
            (None, vec![], None, vec![]),
            (Some(Trouble::retried("disk")), vec![], Some(now), vec![]),
            (Some(Trouble::is_final("tiles")), vec![], None, vec!["tlog-stopped"]),
            (None, vec!["w".to_owned()], late, vec!["tlog-refused", "tlog-unwitnessed"]),
        ] {
            let state = State { unpublished_since, trouble, refusing, ..State::default() };
            assert_eq!(Status::of(&state, now).reasons, want, "{state:?}");
        }
    }
}
