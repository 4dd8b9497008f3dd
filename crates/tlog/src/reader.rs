use std::collections::BTreeMap;

use crate::hash::{empty_hash, fold, node_hash};
use crate::{Hash, Head, TILE_WIDTH, Tile, TlogError};

/// Levels of the tree in a tile.
const TILE_HEIGHT: u32 = 8;
/// Tiles that a reader keeps: more than any one proof needs.
const TILES_MAX: usize = 256;

/// Computes roots and proofs of a tree of a given size from its tiles.
pub struct Reader<'r, E> {
    size: u64,
    read: &'r mut dyn FnMut(Tile) -> Result<Vec<Hash>, E>,
    known: BTreeMap<Tile, Vec<Hash>>,
}

impl<E> std::fmt::Debug for Reader<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("size", &self.size).finish_non_exhaustive()
    }
}

impl<'r, E: From<TlogError>> Reader<'r, E> {
    /// A reader of the tree of `size` leaves. `read` returns as many hashes as the tile's name
    /// states.
    pub fn new(size: u64, read: &'r mut dyn FnMut(Tile) -> Result<Vec<Hash>, E>) -> Self {
        Self { size, read, known: BTreeMap::new() }
    }

    /// Size and root of the tree.
    pub fn head(&mut self) -> Result<Head, E> {
        let root = if self.size == 0 { empty_hash() } else { self.range(0, self.size)? };
        Ok(Head { size: self.size, root })
    }

    /// The hashes by which leaf number `index` leads to the root, from the bottom up.
    ///
    /// Source: RFC 6962, section 2.1.1.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, E> {
        if index >= self.size {
            return Err(TlogError::Beyond { wanted: index, size: self.size }.into());
        }
        let (mut low, mut high, mut siblings) = (0, self.size, Vec::new());
        while let Some(middle) = split(low, high) {
            if index < middle {
                siblings.push((middle, high));
                high = middle;
            } else {
                siblings.push((low, middle));
                low = middle;
            }
        }
        siblings.into_iter().rev().map(|(low, high)| self.range(low, high)).collect()
    }

    /// The hashes that show that the tree extends the one of `old` leaves, from the bottom up.
    ///
    /// Source: RFC 6962, section 2.1.2.
    pub fn consistency(&mut self, old: u64) -> Result<Vec<Hash>, E> {
        if old > self.size {
            return Err(TlogError::Beyond { wanted: old, size: self.size }.into());
        }
        if old == 0 {
            return Ok(Vec::new());
        }
        let (mut low, mut high, mut parts) = (0, self.size, Vec::new());
        while old < high {
            let Some(middle) = split(low, high) else { break };
            if old <= middle {
                parts.push((middle, high));
                high = middle;
            } else {
                parts.push((low, middle));
                low = middle;
            }
        }
        // A left part that is the old tree itself is what the verifier has.
        if low > 0 {
            parts.push((low, high));
        }
        parts.into_iter().rev().map(|(low, high)| self.range(low, high)).collect()
    }

    /// The root of the subtree over the leaves from `low` to before `high`, as they occur in proofs.
    fn range(&mut self, low: u64, high: u64) -> Result<Hash, E> {
        let len = high.saturating_sub(low);
        if len.is_power_of_two() && low.is_multiple_of(len) {
            return self.perfect(len.trailing_zeros(), low / len);
        }
        match split(low, high) {
            Some(middle) => {
                let (left, right) = (self.range(low, middle)?, self.range(middle, high)?);
                Ok(node_hash(&left, &right))
            }
            None => Err(TlogError::Beyond { wanted: high, size: self.size }.into()),
        }
    }

    /// The root of subtree number `index` among those of `2^height` leaves.
    fn perfect(&mut self, height: u32, index: u64) -> Result<Hash, E> {
        let beyond = TlogError::Beyond { wanted: index, size: self.size };
        let (level, within) = (height / TILE_HEIGHT, height % TILE_HEIGHT);
        let (level, first) = (u8::try_from(level).unwrap_or(u8::MAX), index << within);
        let tile = Tile::with(level, first, self.size).ok_or_else(|| E::from(beyond.clone()))?;
        if !self.known.contains_key(&tile) {
            let hashes = (self.read)(tile)?;
            if hashes.len() != usize::from(tile.width()) {
                return Err(TlogError::Tile(tile).into());
            }
            if self.known.len() >= TILES_MAX {
                self.known.pop_first();
            }
            self.known.insert(tile, hashes);
        }
        let from = usize::try_from(first % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
        let to = from.saturating_add(1 << within);
        let hashes = self.known.get(&tile).and_then(|hashes| hashes.get(from..to));
        hashes.and_then(fold).ok_or_else(|| beyond.into())
    }
}

/// Where a subtree of more than one leaf is split: after the largest power of two of leaves that is
/// smaller than all.
fn split(low: u64, high: u64) -> Option<u64> {
    let len = high.saturating_sub(low);
    let left = len.checked_sub(1).filter(|rest| *rest > 0)?.ilog2();
    low.checked_add(1 << left)
}

#[cfg(test)]
mod tests;
