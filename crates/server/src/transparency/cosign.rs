//! The worker that asks the witnesses, and publishes what enough of them cosigned.

use std::ops::ControlFlow;

use tlog::witness::{Request, parse_size};
use tlog::{Head, Note, Reader, SignatureLine, SignedCheckpoint, TlogError, VerifierKey};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use types::{Clock, MINUTE_MS, SECOND_MS, Timestamp};

use super::Transparency;
use super::ask::{Answer, ask};
use crate::config::{TlogConfig, Witness};

/// The pause after a first failure, in milliseconds; it doubles.
const RETRY_MS_MIN: u64 = 5 * SECOND_MS;
const RETRY_MS_MAX: u64 = 5 * MINUTE_MS;
/// Rounds of questions about one checkpoint: a witness may first state what it saw last.
const ROUNDS: usize = 2;

/// What is known of the witnesses.
#[derive(Debug)]
pub(super) struct Witnessed {
    each: Vec<Known>,
    /// The checkpoint that they are asked about.
    about: Option<SignedCheckpoint>,
}

/// One witness.
#[derive(Debug, Clone)]
pub(super) struct Known {
    witness: Witness,
    /// The size of its last checkpoint; 0 if that is not known.
    size: u64,
    /// Its cosignature of the present checkpoint.
    cosignature: Option<SignatureLine>,
    failures: u32,
    due: Timestamp,
    trouble: Option<Trouble>,
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
    fn turn_to(&mut self, signed: SignedCheckpoint) {
        if self.about.as_ref().map(|about| &about.note.text) != Some(&signed.note.text) {
            self.each.iter_mut().for_each(|known| known.cosignature = None);
            self.about = Some(signed);
        }
    }
}

impl Known {
    /// Notes what became of a question.
    fn take(&mut self, outcome: Outcome, asked: Head, now: Timestamp) {
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
            let lines = SignatureLine::parse_all(&answer.body).unwrap_or_default();
            let valid = |line: &SignatureLine| key.verifies(&signed.note.text, line);
            match lines.into_iter().find(valid) {
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

impl Transparency {
    /// Asks the witnesses that are due; returns the time of the next call.
    pub(crate) fn cosign(&self, clock: &Clock, pulse: &dyn Fn() -> ControlFlow<()>) -> Timestamp {
        let again = clock.now().plus_ms(self.config.interval_ms);
        let mut witnessed =
            self.witnessed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(signed) = self.state().signed.clone() else { return again };
        if witnessed.each.is_empty() {
            return again;
        }
        witnessed.turn_to(signed.clone());
        for _ in 0..ROUNDS {
            let now = clock.now();
            let due: Vec<Known> = witnessed
                .each
                .iter()
                .filter(|known| next_step(known, now) == Step::Ask)
                .cloned()
                .collect();
            if due.is_empty() || pulse().is_break() {
                break;
            }
            for (name, outcome) in self.round(due, &signed) {
                let known = witnessed.each.iter_mut().find(|one| one.witness.key.name() == name);
                if let Some(known) = known {
                    known.take(outcome, signed.checkpoint.head, clock.now());
                }
            }
        }
        self.conclude(&witnessed, signed);
        let now = clock.now();
        let waits = witnessed.each.iter().filter_map(|known| match next_step(known, now) {
            Step::WaitUntil(due) => Some(due),
            Step::Ask | Step::Nothing => None,
        });
        waits.min().unwrap_or(again).min(again)
    }

    /// Asks witnesses at the same time; returns each one's name and the outcome.
    fn round(&self, due: Vec<Known>, signed: &SignedCheckpoint) -> Vec<(String, Outcome)> {
        let (mut outcomes, mut asking) = (Vec::new(), JoinSet::new());
        let runtime = Handle::current();
        for Known { witness, size: old_size, .. } in due {
            let name = witness.key.name().to_owned();
            let request = match self.request(signed, old_size) {
                Ok(request) => request,
                Err(error) => {
                    let what = format!("no consistency proof from size {old_size}: {error}");
                    outcomes.push((name, Outcome::Failed(Trouble::Unusable(what))));
                    continue;
                }
            };
            let (bundle, signed) = (self.config.ca_bundle.clone(), signed.clone());
            let question = async move {
                let answer = ask(&witness.url, bundle.as_deref(), request.body()).await;
                let outcome = match answer {
                    Ok(answer) => judge(&witness.key, &signed, old_size, &answer),
                    Err(what) => Outcome::Failed(Trouble::Unusable(what)),
                };
                (name, outcome)
            };
            asking.spawn_on(question, &runtime);
        }
        outcomes.extend(runtime.block_on(asking.join_all()));
        outcomes
    }

    fn request(&self, signed: &SignedCheckpoint, old_size: u64) -> Result<Request, TlogError> {
        let mut read = |tile| {
            let hashes = self.files.read_tile(tile).ok().flatten();
            hashes.ok_or(TlogError::Tile(tile))
        };
        let proof = Reader::new(signed.checkpoint.head.size, &mut read).consistency(old_size)?;
        Ok(Request { old_size, proof, signed: signed.clone() })
    }

    /// Publishes the checkpoint if enough witnesses cosigned it, and reports who refuses.
    fn conclude(&self, witnessed: &Witnessed, signed: SignedCheckpoint) {
        let refused = |known: &&Known| matches!(known.trouble, Some(Trouble::Refused(_)));
        let refusing = witnessed.each.iter().filter(refused);
        let names = refusing.map(|known| known.witness.key.name().to_owned()).collect();
        self.state().refusing = names;
        let lines = witnessed.each.iter().filter_map(|known| known.cosignature.clone());
        let lines: Vec<SignatureLine> = lines.collect();
        if lines.is_empty() || lines.len() < self.config.cosignatures_min() {
            return;
        }
        let signatures = [signed.note.signatures, lines].concat();
        let note = Note { signatures, ..signed.note };
        if let Err(error) = self.publish(&SignedCheckpoint { note, ..signed }) {
            tracing::warn!(%error, "cannot publish a checkpoint of the transparency log");
        }
    }
}

#[cfg(test)]
mod tests;
