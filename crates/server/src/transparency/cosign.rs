//! The worker that asks the witnesses, and publishes what enough of them cosigned.

use std::ops::ControlFlow;
use std::sync::PoisonError;
use std::time::Duration;

use tlog::witness::Request;
use tlog::{Note, Reader, SignatureLine, SignedCheckpoint, TlogError};
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use types::{Clock, Timestamp};

use super::Transparency;
use super::ask::ask;
use super::witnessed::{Known, Outcome, Step, Trouble, Witnessed, judge, next_step};

/// Rounds of questions about one checkpoint: a witness may first state what it saw last.
const ROUNDS: usize = 2;
/// How often it is checked whether the server stops.
const PULSE: Duration = Duration::from_millis(100);

impl Transparency {
    /// Asks the witnesses that are due; returns the time of the next call.
    pub(crate) fn cosign(&self, clock: &Clock, pulse: &dyn Fn() -> ControlFlow<()>) -> Timestamp {
        let again = clock.now().plus_ms(self.config.interval_ms);
        let mut witnessed = self.witnessed.lock().unwrap_or_else(PoisonError::into_inner);
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
            for (name, outcome) in self.round(due, &signed, pulse) {
                let known = witnessed.each.iter_mut().find(|one| one.witness.key.name() == name);
                if let Some(known) = known {
                    known.take(outcome, signed.checkpoint.head, clock.now());
                }
            }
        }
        self.conclude(&witnessed, signed, clock.now());
        let now = clock.now();
        let waits = witnessed.each.iter().filter_map(|known| match next_step(known, now) {
            Step::WaitUntil(due) => Some(due),
            Step::Ask | Step::Nothing => None,
        });
        waits.min().unwrap_or(again).min(again)
    }

    /// Asks witnesses at the same time; returns each one's name and the outcome.
    fn round(
        &self,
        due: Vec<Known>,
        signed: &SignedCheckpoint,
        pulse: &dyn Fn() -> ControlFlow<()>,
    ) -> Vec<(String, Outcome)> {
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
        runtime.block_on(async {
            while !asking.is_empty() {
                match tokio::time::timeout(PULSE, asking.join_next()).await {
                    Ok(Some(Ok(outcome))) => outcomes.push(outcome),
                    Err(_) if pulse().is_break() => asking.shutdown().await,
                    Ok(Some(Err(_)) | None) | Err(_) => {}
                }
            }
        });
        outcomes
    }

    fn request(&self, signed: &SignedCheckpoint, old_size: u64) -> Result<Request, TlogError> {
        let mut read = |tile| match self.files.read_tile(tile) {
            Ok(Some(hashes)) => Ok(hashes),
            Ok(None) | Err(_) => Err(TlogError::Tile(tile)),
        };
        let proof = Reader::new(signed.checkpoint.head.size, &mut read).consistency(old_size)?;
        Ok(Request { old_size, proof, signed: signed.clone() })
    }

    /// Publishes the checkpoint if enough witnesses cosigned it, and reports who refuses.
    fn conclude(&self, witnessed: &Witnessed, signed: SignedCheckpoint, now: Timestamp) {
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
        if let Err(error) = self.publish(&SignedCheckpoint { note, ..signed }, now) {
            tracing::warn!(%error, "cannot publish a checkpoint of the transparency log");
        }
    }
}
