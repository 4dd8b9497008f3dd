//! The check of the files of a transparency log whose server is stopped: the tiles are the tree of
//! the newest checkpoint, and the tree is one over the events.

use std::path::Path;

use keys::Keyring;
use store::{Snapshot, Store, StoreError};
use tlog::{Edge, Hash, Purpose, SignedCheckpoint, Signer, TILE_WIDTH, Tile, leaf_hash};
use types::error_chain;

use super::FOLDER;
use super::begin::{Beginning, beginning};
use super::files::Files;

/// What is wrong with the transparency log of an open data directory, in sentences.
pub(crate) fn check(
    folder: &Path,
    store: &Store,
    keyring: &Keyring,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<String>, StoreError> {
    let view = store.snapshot()?;
    let Some(begun) = beginning(&view)? else { return Ok(Vec::new()) };
    let files = Files::new(folder.join(FOLDER));
    let signed = match files.signed() {
        Ok(Some(signed)) => signed,
        Ok(None) => return unsigned(store, &view, begun),
        Err(error) => return Ok(vec![format!("transparency log: {error}")]),
    };
    let mut check = Check { files, begun, view, signed, findings: Vec::new() };
    check.signature(keyring);
    check.tree(store, progress)?;
    Ok(check.findings)
}

/// A log without a checkpoint has not been signed yet, or is lost: as long as all of its events exist,
/// the same tree is made of them at the next start.
fn unsigned(store: &Store, view: &Snapshot, begun: Beginning) -> Result<Vec<String>, StoreError> {
    let oldest = match store.events_from(view, begun.first_seq, 1) {
        // Reported where all events are read.
        Err(error) if error.is_corrupt() || error.is_missing() => return Ok(Vec::new()),
        oldest => oldest?,
    };
    let is_lost = oldest.first().is_some_and(|oldest| oldest.seq != begun.first_seq);
    let what =
        "transparency log: its newest checkpoint is missing, and its first events have expired";
    Ok(is_lost.then(|| what.to_owned()).into_iter().collect())
}

struct Check {
    files: Files,
    begun: Beginning,
    view: Snapshot,
    signed: SignedCheckpoint,
    findings: Vec<String>,
}

impl Check {
    fn signature(&mut self, keyring: &Keyring) {
        let origin = &self.signed.checkpoint.origin;
        let signer = keyring
            .checkpoint_key(self.begun.generation)
            .map_err(|error| error_chain(&error))
            .and_then(|key| {
                Signer::new(origin, Purpose::Log, key).map_err(|error| error.to_string())
            });
        match signer {
            Ok(signer) if self.signed.is_of(signer.verifier()) => {}
            Ok(_) => self.found("its newest checkpoint is not signed by this store"),
            Err(error) => self.found(&error),
        }
    }

    fn found(&mut self, what: &str) {
        self.findings.push(format!("transparency log: {what}"));
    }

    /// Builds the tree from its leaves, and compares it with all tiles, the checkpoint, and the
    /// events that still exist.
    fn tree(&mut self, store: &Store, progress: &mut dyn FnMut(&str)) -> Result<(), StoreError> {
        let (size, width) = (self.signed.checkpoint.head.size, u64::from(TILE_WIDTH));
        let last = self.view.last_seq()?;
        let newest = self.begun.first_seq.saturating_add(size).saturating_sub(1);
        if size > 0 && newest > last {
            let what = format!(
                "its newest checkpoint has event {newest}, but the history ends with event {last}"
            );
            self.found(&what);
        }
        let mut edge = Edge::default();
        for index in 0..size.div_ceil(width) {
            if index.is_multiple_of(width) {
                progress(&format!("tiles of the transparency log: {index}"));
            }
            let first = index.saturating_mul(width);
            let part = u16::try_from(size.saturating_sub(first)).unwrap_or(TILE_WIDTH);
            let Some(leaves) = self.leaves(index, part.min(TILE_WIDTH)) else { return Ok(()) };
            if !self.compare_events(store, first, &leaves)? {
                return Ok(());
            }
            for leaf in leaves {
                for (tile, hashes) in edge.append(leaf) {
                    self.compare_tile(tile, &hashes);
                }
            }
        }
        for (tile, hashes) in edge.partials() {
            self.compare_tile(tile, &hashes);
        }
        if edge.head() != self.signed.checkpoint.head {
            self.found("its tiles do not match its newest checkpoint");
        }
        Ok(())
    }

    fn leaves(&mut self, index: u64, width: u16) -> Option<Vec<Hash>> {
        let tile = Tile::new(0, index, width)?;
        match self.files.read_tile(tile) {
            Ok(Some(leaves)) if leaves.len() == usize::from(width) => Some(leaves),
            Ok(_) => {
                self.found(&format!("the tile `{tile}` is missing or damaged"));
                None
            }
            Err(error) => {
                self.found(&format!("the tile `{tile}`: {error}"));
                None
            }
        }
    }

    /// Whether the leaves from number `first` on are those of the events that still exist.
    fn compare_events(
        &mut self,
        store: &Store,
        first: u64,
        leaves: &[Hash],
    ) -> Result<bool, StoreError> {
        let from = self.begun.first_seq.saturating_add(first);
        let events = match store.events_from(&self.view, from, leaves.len()) {
            // Reported where all events are read; the leaves can be checked all the same.
            Err(error) if error.is_corrupt() || error.is_missing() => return Ok(true),
            events => events?,
        };
        for event in events {
            let leaf = (from..).zip(leaves).find(|(seq, _)| *seq == event.seq);
            if leaf.is_some_and(|(_, leaf)| *leaf != leaf_hash(&event.body)) {
                self.found(&format!("event {} is not the one that it has", event.seq));
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a tile above the leaves is there as it must be.
    fn compare_tile(&mut self, tile: Tile, hashes: &[Hash]) {
        match self.files.read_tile(tile) {
            Ok(Some(there)) if there == hashes => {}
            Ok(_) => self.found(&format!("the tile `{tile}` is missing or damaged")),
            Err(error) => self.found(&format!("the tile `{tile}`: {error}")),
        }
    }
}
