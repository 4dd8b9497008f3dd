//! A transparency log: a server's, over HTTP, or that of a data directory whose server is stopped.

use std::collections::BTreeMap;

use server::StoppedLog;
use tlog::{Hash, SignedCheckpoint, TILE_WIDTH, Tile, TlogError, VerifierKey};
use tokio::runtime::Handle;

use crate::client::{CallError, Endpoint, Pages};
use crate::exit::Trouble;

/// Below which the log is.
const PREFIX: &str = "/_shoseki/log";

/// A log.
#[derive(Debug)]
pub(super) enum Log<'l> {
    /// The pages of a server.
    Served(Served<'l>),
    /// The files of a stopped one.
    Stopped(Box<StoppedLog>),
}

/// The pages of a log.
pub(super) struct Served<'l> {
    pages: Pages<'l>,
}

impl std::fmt::Debug for Served<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Served")
    }
}

impl<'l> Log<'l> {
    pub(super) fn served(runtime: &'l Handle, endpoint: &'l Endpoint) -> Self {
        Self::Served(Served { pages: Pages::new(runtime, endpoint) })
    }

    /// The verifier key that the server states, or that the root key amounts to.
    pub(super) fn key(&mut self) -> Result<VerifierKey, Trouble> {
        match self {
            Self::Served(served) => Ok(VerifierKey::parse(served.text("key")?.trim_end())?),
            Self::Stopped(log) => Ok(log.key().clone()),
        }
    }

    /// The published checkpoint, which is not verified yet.
    pub(super) fn checkpoint(&mut self) -> Result<SignedCheckpoint, Trouble> {
        match self {
            Self::Served(served) => Ok(SignedCheckpoint::parse(&served.text("checkpoint")?)?),
            Self::Stopped(log) => Ok(log.checkpoint().clone()),
        }
    }

    /// The hashes of a tile, partial or full.
    pub(super) fn tile(&mut self, tile: Tile) -> Result<Vec<Hash>, Trouble> {
        let missing = || Trouble::from(TlogError::Tile(tile));
        match self {
            Self::Served(served) => {
                let bytes = served.page(&format!("tile/{tile}"))?.ok_or_else(missing)?;
                tile.decode(&bytes).ok_or_else(missing)
            }
            Self::Stopped(log) => {
                let hashes = log.tile(tile).map_err(|error| {
                    Trouble::unreachable(format_args!("the tile `{tile}`: {error}"))
                })?;
                hashes.ok_or_else(missing)
            }
        }
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

impl Served<'_> {
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
}

impl From<TlogError> for Trouble {
    fn from(error: TlogError) -> Self {
        Self::unreachable(format_args!("the server's transparency log is not usable: {error}"))
    }
}
