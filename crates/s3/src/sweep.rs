use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use store::{BodyId, Store, StoreError, Tx};
use types::Timestamp;

use crate::body::Piece;
use crate::object::{VERSIONS, key_of_row};
use crate::ops::multipart::{PARTS, completed_before, forget_completed};

/// Answers that one commit forgets at most.
const ANSWERS_MAX: usize = 256;

/// Removes the bodies that no object and no part names and that were written before `older_than`,
/// and the answers of uploads that were completed before it; gives the number of bodies.
///
/// `older_than` must lie further back than the longest upload takes: a body is written before the
/// metadata that names it.
pub fn sweep(store: &Store, older_than: Timestamp) -> Result<u64, StoreError> {
    let view = store.snapshot()?;
    let tx = view.tx();
    let mut live = BTreeSet::<BodyId>::new();
    VERSIONS.visit(&tx, [], [], &mut |_, version| {
        let pieces = version.stored.iter().flat_map(|stored| &stored.pieces);
        live.extend(pieces.filter_map(Piece::file));
        ControlFlow::Continue(())
    })?;
    PARTS.visit(&tx, [], [], &mut |_, part| {
        live.extend(part.piece.file());
        ControlFlow::Continue(())
    })?;
    // Calls wait for whoever writes, so the search is not in the commits. An answer never changes.
    for rows in completed_before(&tx, older_than)?.chunks(ANSWERS_MAX) {
        let rows = rows.to_vec();
        let forget = move |tx: &mut Tx<'_>| (forget_completed(tx, &rows), Vec::new());
        store.submit_when_full(forget).wait()??;
    }
    Ok(store.bodies().sweep(&mut |id| live.contains(id), older_than)?.bodies)
}

/// The objects and parts whose bytes are not all there, each in a sentence.
pub fn missing_bodies(store: &Store) -> Result<Vec<String>, StoreError> {
    let (view, mut lengths) = (store.snapshot()?, BTreeMap::<BodyId, u64>::new());
    store.bodies().each(&mut |id, length, _| {
        lengths.insert(*id, length);
        Ok(())
    })?;
    let (tx, mut missing) = (view.tx(), Vec::new());
    let is_whole = |piece: &Piece| {
        piece.file().is_none_or(|id| lengths.get(&id).is_some_and(|length| piece.fits(*length)))
    };
    VERSIONS.visit(&tx, [], [], &mut |row, version| {
        let mut pieces = version.stored.iter().flat_map(|stored| &stored.pieces);
        if !pieces.all(is_whole) {
            let (key, bucket) = (key_of_row(row), bucket_of_row(row));
            missing.push(format!("object `{key}` in bucket `{bucket}` lacks its bytes"));
        }
        ControlFlow::Continue(())
    })?;
    PARTS.visit(&tx, [], [], &mut |row, part| {
        if !is_whole(&part.piece) {
            let (number, bucket) = (part.piece.number, bucket_of_row(row));
            missing
                .push(format!("part {number} of an upload in bucket `{bucket}` lacks its bytes"));
        }
        ControlFlow::Continue(())
    })?;
    Ok(missing)
}

fn bucket_of_row(row: &[u8]) -> String {
    let first = store::key_parts(row).into_iter().next().unwrap_or_default();
    String::from_utf8_lossy(&first).into_owned()
}
