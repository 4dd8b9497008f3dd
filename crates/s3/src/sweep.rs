use std::cell::Cell;
use std::collections::BTreeSet;

use gateway::{Fault, Gateway};
use store::{BodyId, Snapshot, StoreError};
use types::{Pulse, Timestamp};

use crate::model::Piece;
use crate::object::VERSIONS;
use crate::ops::multipart::{PARTS, completed_before, delete_completed};

/// The maximum number of responses that one commit deletes.
const ANSWERS_MAX: usize = 256;

/// Removes bodies that no object and no part references and that were written before `older_than`,
/// and the responses of uploads that were completed before it; returns the number of bodies.
///
/// `older_than` must be longer ago than the longest upload takes: a body is written before the
/// metadata that references it. `pulse` is called for each version, part and body; where it breaks,
/// nothing more is removed.
///
/// No event: everything removed was deleted or returned before, by calls that had theirs.
pub fn sweep(gateway: &Gateway, older_than: Timestamp, pulse: Pulse<'_>) -> Result<u64, Fault> {
    let view = gateway.snapshot()?;
    let stopped = Cell::new(false);
    let pulse = || {
        let pulsed = pulse();
        stopped.set(stopped.get() || pulsed.is_break());
        pulsed
    };
    let mut done = Done::default();
    loop {
        match next_step(&done, pulse().is_break() || stopped.get()) {
            Step::FindLive => done.live = Some(live(&view, &pulse)?),
            // Calls wait for the writer, so the search is not in the commits. A response never
            // changes.
            Step::FindAnswers => done.answers = Some(completed_before(&view.tx(), older_than)?),
            Step::DeleteAnswers { count } => {
                let old = done.answers.iter_mut().flat_map(|rows| rows.drain(..count));
                let old: Vec<_> = old.collect();
                gateway.maintain(move |tx| delete_completed(tx, &old))?;
            }
            Step::RemoveBodies => {
                let live = done.live.take().unwrap_or_default();
                let mut is_live =
                    |id: &BodyId| stopped.get() || pulse().is_break() || live.contains(id);
                return Ok(gateway.bodies().sweep(&mut is_live, older_than)?.bodies);
            }
            Step::Stop => return Ok(0),
        }
    }
}

/// What a sweep has found so far.
#[derive(Debug, Default)]
struct Done {
    /// The bodies that something references.
    live: Option<BTreeSet<BodyId>>,
    /// The rows of old responses, until they are deleted.
    answers: Option<Vec<Vec<u8>>>,
}

/// What a sweep does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    FindLive,
    FindAnswers,
    /// Deletes this many of the old responses, in one commit.
    DeleteAnswers {
        count: usize,
    },
    RemoveBodies,
    Stop,
}

/// Decides; does nothing itself.
// INVARIANT: no body is removed on the strength of a search that was broken off.
fn next_step(done: &Done, stopped: bool) -> Step {
    match (&done.live, &done.answers) {
        _ if stopped => Step::Stop,
        (None, _) => Step::FindLive,
        (Some(_), None) => Step::FindAnswers,
        (Some(_), Some(left)) if left.is_empty() => Step::RemoveBodies,
        (Some(_), Some(left)) => Step::DeleteAnswers { count: left.len().min(ANSWERS_MAX) },
    }
}

/// The bodies that objects and parts reference; incomplete if `pulse` breaks.
fn live(view: &Snapshot, pulse: Pulse<'_>) -> Result<BTreeSet<BodyId>, Fault> {
    let (tx, mut live) = (view.tx(), BTreeSet::new());
    VERSIONS.visit(&tx, [], [], &mut |_, version| {
        let pieces = version.stored.iter().flat_map(|stored| &stored.pieces);
        live.extend(pieces.filter_map(Piece::file));
        pulse()
    })?;
    PARTS.visit(&tx, [], [], &mut |_, part| {
        live.extend(part.piece.file());
        pulse()
    })?;
    Ok(live)
}

/// The bodies that a row references: none if it is no row of an object or of a part.
pub fn bodies_of_row(key: &[u8], value: &[u8]) -> Result<Vec<BodyId>, StoreError> {
    if let Some(version) = VERSIONS.row(key, value)? {
        let pieces = version.stored.iter().flat_map(|stored| &stored.pieces);
        return Ok(pieces.filter_map(Piece::file).collect());
    }
    Ok(PARTS.row(key, value)?.and_then(|part| part.piece.file()).into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(live: bool, answers: Option<usize>) -> Done {
        Done {
            live: live.then(BTreeSet::new),
            answers: answers.map(|count| vec![Vec::new(); count]),
        }
    }

    /// Bodies are removed after everything was found and the old responses are gone.
    #[test]
    fn a_sweep_finds_before_it_removes() {
        for (found, want) in [
            (done(false, None), Step::FindLive),
            (done(false, Some(1)), Step::FindLive),
            (done(true, None), Step::FindAnswers),
            (done(true, Some(ANSWERS_MAX + 1)), Step::DeleteAnswers { count: ANSWERS_MAX }),
            (done(true, Some(1)), Step::DeleteAnswers { count: 1 }),
            (done(true, Some(0)), Step::RemoveBodies),
        ] {
            assert_eq!(next_step(&found, false), want);
            assert_eq!(next_step(&found, true), Step::Stop);
        }
    }
}
