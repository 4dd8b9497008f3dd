//! A server's transparency log, over HTTP.

use std::collections::BTreeMap;

use tlog::{Hash, SignedCheckpoint, TILE_WIDTH, Tile, TlogError, VerifierKey};
use tokio::runtime::Handle;

use crate::client::{CallError, Endpoint, Pages};
use crate::exit::Trouble;

/// Below which the log is.
const PREFIX: &str = "/_shoseki/log";

/// The pages of a log.
pub(super) struct Log<'l> {
    pages: Pages<'l>,
}

impl std::fmt::Debug for Log<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Log")
    }
}

impl<'l> Log<'l> {
    pub(super) fn new(runtime: &'l Handle, endpoint: &'l Endpoint) -> Self {
        Self { pages: Pages::new(runtime, endpoint) }
    }

    /// The verifier key that the server states.
    pub(super) fn key(&mut self) -> Result<VerifierKey, Trouble> {
        let text = self.text("key")?;
        Ok(VerifierKey::parse(text.trim_end())?)
    }

    /// The published checkpoint, which is not verified yet.
    pub(super) fn checkpoint(&mut self) -> Result<SignedCheckpoint, Trouble> {
        Ok(SignedCheckpoint::parse(&self.text("checkpoint")?)?)
    }

    fn text(&mut self, name: &str) -> Result<String, Trouble> {
        let bytes = self.page(name)?;
        let text = bytes.ok_or_else(|| {
            Trouble::unreachable("the server has no transparency log, or no checkpoint yet")
        })?;
        String::from_utf8(text)
            .map_err(|_| Trouble::unreachable(format_args!("the page `{name}` is not text")))
    }

    /// `None` if there is none.
    fn page(&mut self, name: &str) -> Result<Option<Vec<u8>>, CallError> {
        let (status, body) = self.pages.get(&format!("{PREFIX}/{name}"))?;
        match status {
            200 => Ok(Some(body.to_vec())),
            404 => Ok(None),
            status => Err(CallError::Unreachable(format!("{status} at {PREFIX}/{name}"))),
        }
    }

    /// The hashes of a tile, partial or full.
    pub(super) fn tile(&mut self, tile: Tile) -> Result<Vec<Hash>, Trouble> {
        let missing = || Trouble::from(TlogError::Tile(tile));
        let bytes = self.page(&format!("tile/{tile}"))?.ok_or_else(missing)?;
        tile.decode(&bytes).ok_or_else(missing)
    }

    /// Finds one of these leaves in a tree, the newest first: its index in the tree, and its place
    /// among `leaves`.
    pub(super) fn find(
        &mut self,
        size: u64,
        leaves: &[Hash],
    ) -> Result<Option<(u64, usize)>, Trouble> {
        let wanted: BTreeMap<&Hash, usize> = leaves.iter().zip(0..).collect();
        let width = u64::from(TILE_WIDTH);
        for number in (0..size.div_ceil(width)).rev() {
            let first = number.saturating_mul(width);
            let part = u16::try_from(size.saturating_sub(first).min(width)).unwrap_or(TILE_WIDTH);
            let Some(tile) = Tile::new(0, number, part) else { continue };
            let hashes = self.tile(tile)?;
            let found = hashes.iter().zip(first..).filter_map(|(hash, at)| {
                let which = wanted.get(hash)?;
                Some((at, *which))
            });
            if let Some(newest) = found.last() {
                return Ok(Some(newest));
            }
        }
        Ok(None)
    }
}

impl From<TlogError> for Trouble {
    fn from(error: TlogError) -> Self {
        Self::unreachable(format_args!("the server's transparency log is not usable: {error}"))
    }
}
