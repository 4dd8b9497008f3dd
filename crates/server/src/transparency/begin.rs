//! How the log is opened at a start: what it must agree with.

use gateway::Gateway;
use serde::{Deserialize, Serialize};
use store::{Snapshot, Store, StoreError, Table};
use tlog::{Edge, Hash, Purpose, SignedCheckpoint, Signer, TILE_WIDTH, Tile, TlogError, leaf_hash};
use types::hex;

use super::Transparency;
use super::growth::Growth;
use super::status::Trouble;

/// Where the log begins; one row.
const BEGINNING: Table<Beginning> = Table::new("server.transparency_log");

/// The first event of the log, and how many logs there were before it.
///
/// Stored before the first tile: a log whose files are lost must not be mistaken for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Beginning {
    /// Of the logs of this data directory.
    pub(super) generation: u32,
    /// The number of the event that is leaf 0: not 1, if events had expired before the log began.
    pub(super) first_seq: u64,
}

/// Where the log of a store begins; `None` if it has none.
pub(super) fn beginning(view: &Snapshot) -> Result<Option<Beginning>, StoreError> {
    BEGINNING.get(&view.tx(), "")
}

/// A tile that cannot be had, and why.
enum Unread {
    Tlog(TlogError),
    Disk(std::io::Error),
}

impl From<TlogError> for Unread {
    fn from(error: TlogError) -> Self {
        Self::Tlog(error)
    }
}

impl From<Unread> for Trouble {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Tlog(error) => Self::is_final(error),
            Unread::Disk(error) => Self::retried(error),
        }
    }
}

impl Transparency {
    /// Opens the log, or begins one: in any case if it `is_forked`.
    pub(super) fn open(
        &self,
        gateway: &Gateway,
        store: &Store,
        is_forked: bool,
    ) -> Result<Growth, Trouble> {
        let known = beginning(&store.snapshot().map_err(Trouble::retried)?);
        let begun = match known.map_err(Trouble::retried)? {
            Some(begun) => begun,
            None => begin(gateway, store, 0)?,
        };
        if is_forked {
            return self.begin_again(gateway, store, begun, "it was rolled back");
        }
        match self.resume(gateway, store, begun) {
            Err(trouble) if trouble.is_final && self.accept_older => {
                self.begin_again(gateway, store, begun, &trouble.what)
            }
            resumed => resumed,
        }
    }

    /// Begins another log, with another key, and keeps the files of this one.
    fn begin_again(
        &self,
        gateway: &Gateway,
        store: &Store,
        begun: Beginning,
        why: &str,
    ) -> Result<Growth, Trouble> {
        tracing::warn!(why, "the transparency log is abandoned; a new one begins");
        self.files.abandon(begun.generation).map_err(Trouble::retried)?;
        self.vault().clear();
        let begun = begin(gateway, store, begun.generation.saturating_add(1))?;
        self.resume(gateway, store, begun)
    }

    fn signer(&self, gateway: &Gateway, begun: Beginning) -> Result<Signer, Trouble> {
        let key = gateway.keyring().checkpoint_key(begun.generation).map_err(Trouble::is_final)?;
        let origin = match (&self.config.origin, begun.generation) {
            (Some(origin), 0) => origin.clone(),
            (Some(origin), generation) => format!("{origin}/{generation}"),
            (None, _) => {
                let name = keys::sha256(&key.public());
                format!("shoseki/{}", hex(&name).chars().take(16).collect::<String>())
            }
        };
        Signer::new(&origin, Purpose::Log, key).map_err(Trouble::is_final)
    }

    /// Continues from the newest checkpoint, if tiles and events agree with it.
    fn resume(
        &self,
        gateway: &Gateway,
        store: &Store,
        begun: Beginning,
    ) -> Result<Growth, Trouble> {
        let key = self.signer(gateway, begun)?;
        let signed = self.files.signed().map_err(Trouble::is_final)?;
        let edge = match &signed {
            Some(signed) => self.edge(signed, &key)?,
            None => Edge::default(),
        };
        let view = store.snapshot().map_err(Trouble::retried)?;
        let size = edge.head().size;
        let next_seq = begun.first_seq.saturating_add(size);
        let last = view.last_seq().map_err(Trouble::retried)?;
        if next_seq > last.saturating_add(1) {
            let wanted = next_seq.saturating_sub(1);
            return Err(Trouble::is_final(format_args!(
                "its newest checkpoint has event {wanted}, but the state ends with event {last}"
            )));
        }
        self.compare(store, &view, begun, size)?;
        // Under another name it is another log to its witnesses, with the same tree.
        let signed = signed.filter(|signed| signed.is_of(key.verifier()));
        Ok(Growth::new(key, begun.first_seq, edge, signed))
    }

    /// The right edge of the tree that the checkpoint is the head of.
    fn edge(&self, signed: &SignedCheckpoint, key: &Signer) -> Result<Edge, Trouble> {
        let head = signed.checkpoint.head;
        let mut read = |tile| self.tile(tile);
        let edge = Edge::load(head.size, &mut read)?;
        let is_own = signed.checkpoint.origin == key.verifier().name();
        if edge.head() != head || (is_own && !signed.is_of(key.verifier())) {
            return Err(Trouble::is_final("its tiles do not match its newest checkpoint"));
        }
        Ok(edge)
    }

    fn tile(&self, tile: Tile) -> Result<Vec<Hash>, Unread> {
        let hashes = self.files.read_tile(tile).map_err(Unread::Disk)?;
        hashes.ok_or(Unread::Tlog(TlogError::Tile(tile)))
    }

    /// Compares the last leaves with the events that they are of, as far as these still exist.
    fn compare(
        &self,
        store: &Store,
        view: &Snapshot,
        begun: Beginning,
        size: u64,
    ) -> Result<(), Trouble> {
        let width = u64::from(TILE_WIDTH);
        let Some(last) = size.checked_sub(1) else { return Ok(()) };
        let index = last / width;
        let first = index.saturating_mul(width);
        let part = u16::try_from(size.saturating_sub(first)).unwrap_or(TILE_WIDTH);
        let Some(tile) = Tile::new(0, index, part) else { return Ok(()) };
        let leaves = self.tile(tile)?;
        let from = begun.first_seq.saturating_add(first);
        let events = store.events_from(view, from, leaves.len()).map_err(Trouble::retried)?;
        for event in events {
            let leaf = (from..).zip(&leaves).find(|(seq, _)| *seq == event.seq);
            if leaf.is_some_and(|(_, leaf)| *leaf != leaf_hash(&event.body)) {
                return Err(Trouble::is_final(format_args!(
                    "event {} is not the one that it signed",
                    event.seq
                )));
            }
        }
        Ok(())
    }
}

/// Begins a log with the oldest event that exists.
///
/// Without an event: it changes nothing that a caller could see.
fn begin(gateway: &Gateway, store: &Store, generation: u32) -> Result<Beginning, Trouble> {
    let view = store.snapshot().map_err(Trouble::retried)?;
    let oldest = store.events_from(&view, 1, 1).map_err(Trouble::retried)?;
    let first_seq = oldest.first().map_or(1, |event| event.seq);
    let begun = Beginning { generation, first_seq };
    let put = gateway.maintain(move |tx| Ok(BEGINNING.put(tx, "", &begun)?));
    put.map_err(Trouble::retried)?;
    Ok(begun)
}
