//! What is known of the witnesses, and what their answers mean.

use tlog::witness::parse_size;
use tlog::{Head, SignatureLine, SignedCheckpoint, VerifierKey};
use types::{MINUTE_MS, SECOND_MS, Timestamp};

use super::ask::Answer;
use crate::config::{TlogConfig, Witness};

/// The pause after a first failure, in milliseconds; it doubles.
const RETRY_MS_MIN: u64 = 5 * SECOND_MS;
const RETRY_MS_MAX: u64 = 5 * MINUTE_MS;

/// What is known of the witnesses.
#[derive(Debug)]
pub(super) struct Witnessed {
    pub(super) each: Vec<Known>,
    /// The checkpoint that they are asked about.
    pub(super) about: Option<SignedCheckpoint>,
}

/// One witness.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) witness: Witness,
    /// The size of its last checkpoint; 0 if that is not known.
    pub(super) size: u64,
    /// Its cosignature of the present checkpoint.
    pub(super) cosignature: Option<SignatureLine>,
    failures: u32,
    due: Timestamp,
    pub(super) trouble: Option<Trouble>,
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// What the log has now does not extend what the witness saw: the log was forked or rolled back.
    Refused(String),
    /// It cannot be reached, does not serve this log, or its answers are not usable.
    Unusable(String),
}

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Cosigned(SignatureLine),
    /// It saw another checkpoint last, which ours may extend.
    Behind(u64),
    Failed(Trouble),
}

/// Whether to ask a witness now; otherwise, when.
pub(super) fn next_step(known: &Known, now: Timestamp) -> Step {
    match (&known.cosignature, known.due > now) {
        (Some(_), _) => Step::Nothing,
        (None, true) => Step::WaitUntil(known.due),
        (None, false) => Step::Ask,
    }
}

/// What to do about a witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Ask,
    WaitUntil(Timestamp),
    Nothing,
}

impl Witnessed {
    pub(super) fn new(config: &TlogConfig) -> Self {
        let known = |witness: &Witness| Known {
            witness: witness.clone(),
            size: 0,
            cosignature: None,
            failures: 0,
            due: Timestamp::from_ms(0),
            trouble: None,
        };
        Self { each: config.witnesses.iter().map(known).collect(), about: None }
    }

    /// Turns to the newest checkpoint.
    pub(super) fn turn_to(&mut self, signed: SignedCheckpoint) {
        if self.about.as_ref().map(|about| &about.note.text) != Some(&signed.note.text) {
            self.each.iter_mut().for_each(|known| known.cosignature = None);
            self.about = Some(signed);
        }
    }
}

impl Known {
    /// Notes what became of a question.
    pub(super) fn take(&mut self, outcome: Outcome, asked: Head, now: Timestamp) {
        let trouble = match outcome {
            Outcome::Cosigned(line) => {
                self.size = asked.size;
                self.cosignature = Some(line);
                self.failures = 0;
                None
            }
            Outcome::Behind(size) => {
                self.size = size;
                return;
            }
            Outcome::Failed(trouble) => {
                self.failures = self.failures.saturating_add(1);
                self.due = now.plus_ms(backoff_ms(self.failures));
                Some(trouble)
            }
        };
        if trouble != self.trouble {
            let witness = self.witness.key.name();
            match &trouble {
                Some(Trouble::Refused(what)) => tracing::error!(
                    witness,
                    what,
                    "a witness refuses the transparency log: what it saw earlier is not part of it"
                ),
                Some(Trouble::Unusable(what)) => {
                    tracing::warn!(witness, what, "a witness does not cosign");
                }
                None => tracing::info!(witness, "a witness cosigns again"),
            }
        }
        self.trouble = trouble;
    }
}

fn backoff_ms(failures: u32) -> u64 {
    let doubled = RETRY_MS_MIN.checked_shl(failures.saturating_sub(1).min(16));
    doubled.unwrap_or(RETRY_MS_MAX).min(RETRY_MS_MAX)
}

/// What an answer of a witness means that was asked about `signed`, with this old size.
pub(super) fn judge(
    key: &VerifierKey,
    signed: &SignedCheckpoint,
    old_size: u64,
    answer: &Answer,
) -> Outcome {
    let unusable = |what: String| Outcome::Failed(Trouble::Unusable(what));
    let refused = |what: String| Outcome::Failed(Trouble::Refused(what));
    let size = signed.checkpoint.head.size;
    match answer.status {
        200 => {
            let lines = SignatureLine::parse_all(&answer.body);
            let valid = |line: &SignatureLine| key.verifies(&signed.note.text, line);
            match lines.into_iter().flatten().find(valid) {
                Some(line) => Outcome::Cosigned(line),
                None => unusable("its answer has no valid cosignature of its key".to_owned()),
            }
        }
        409 => match parse_size(&answer.body) {
            Err(_) => unusable("its answer 409 has no size".to_owned()),
            Ok(saw) if saw > size => {
                refused(format!("it saw a checkpoint of size {saw}, and the log has size {size}"))
            }
            Ok(saw) if saw == old_size => {
                refused(format!("it saw another checkpoint of size {saw}"))
            }
            Ok(saw) => Outcome::Behind(saw),
        },
        422 => refused(format!(
            "the checkpoint of size {size} does not extend the one of size {old_size} that it saw"
        )),
        403 | 404 => unusable(format!("it answers {}: it has no key of this log", answer.status)),
        status => unusable(format!("it answers {status}")),
    }
}

#[cfg(test)]
mod tests;
