use std::cell::Cell;
use std::collections::BTreeSet;

use gateway::{Fault, Gateway};
use store::BodyId;
use types::{Pulse, Timestamp};

use crate::model::Piece;
use crate::object::VERSIONS;
use crate::ops::multipart::{PARTS, completed_before, forget_completed};

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
    let tx = view.tx();
    let mut live = BTreeSet::<BodyId>::new();
    let stopped = Cell::new(false);
    let pulse = || {
        let pulsed = pulse();
        stopped.set(stopped.get() || pulsed.is_break());
        pulsed
    };
    VERSIONS.visit(&tx, [], [], &mut |_, version| {
        let pieces = version.stored.iter().flat_map(|stored| &stored.pieces);
        live.extend(pieces.filter_map(Piece::file));
        pulse()
    })?;
    PARTS.visit(&tx, [], [], &mut |_, part| {
        live.extend(part.piece.file());
        pulse()
    })?;
    if stopped.get() {
        // The set of live bodies is incomplete.
        return Ok(0);
    }
    // Calls wait for the writer, so the search is not in the commits. A response never changes.
    for rows in completed_before(&tx, older_than)?.chunks(ANSWERS_MAX) {
        if pulse().is_break() {
            return Ok(0);
        }
        let rows = rows.to_vec();
        gateway.maintain(move |tx| forget_completed(tx, &rows))?;
    }
    let mut is_live = |id: &BodyId| stopped.get() || pulse().is_break() || live.contains(id);
    Ok(gateway.bodies().sweep(&mut is_live, older_than)?.bodies)
}
