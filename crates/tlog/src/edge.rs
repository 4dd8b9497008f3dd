use crate::hash::{empty_hash, fold, node_hash};
use crate::tile::LEVELS;
use crate::{Hash, Head, TILE_WIDTH, Tile, TlogError};

/// The right edge of a growing tree: the tiles that are not full yet. Leaves are appended to it,
/// and it has the root.
///
/// At most 2,040 hashes, for a tree of any size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edge {
    size: u64,
    /// The hashes of each level's last tile, from level 0 on; fewer than [`TILE_WIDTH`] each.
    levels: [Vec<Hash>; LEVELS as usize],
}

impl Edge {
    /// The edge of a tree of `size` leaves, from its last tiles.
    pub fn load<E: From<TlogError>>(
        size: u64,
        read: &mut dyn FnMut(Tile) -> Result<Vec<Hash>, E>,
    ) -> Result<Self, E> {
        let mut edge = Self { size, ..Self::default() };
        for (level, hashes) in (0_u8..).zip(&mut edge.levels) {
            let there = size >> u32::from(level).saturating_mul(8);
            let width = u64::from(TILE_WIDTH);
            if let Ok(part) = u16::try_from(there % width)
                && let Some(tile) = Tile::new(level, there / width, part)
            {
                *hashes = read(tile)?;
                if hashes.len() != usize::from(part) {
                    return Err(TlogError::Tile(tile).into());
                }
            }
        }
        Ok(edge)
    }

    /// Appends a leaf; returns the tiles that it completes, the lowest level first.
    pub fn append(&mut self, leaf: Hash) -> Vec<(Tile, Vec<Hash>)> {
        let (mut completed, mut next) = (Vec::new(), Some(leaf));
        self.size = self.size.saturating_add(1);
        for (level, hashes) in (0_u8..).zip(&mut self.levels) {
            let Some(hash) = next.take() else { break };
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let full = std::mem::take(hashes);
            next = fold(&full);
            let tiles = self.size >> u32::from(level).saturating_add(1).saturating_mul(8).min(63);
            let tile = Tile::new(level, tiles.saturating_sub(1), TILE_WIDTH);
            completed.extend(tile.map(|tile| (tile, full)));
        }
        completed
    }

    /// The tiles that are not full, the lowest level first.
    pub fn partials(&self) -> Vec<(Tile, Vec<Hash>)> {
        let levels = (0_u8..).zip(&self.levels);
        let partial = |(level, hashes): (u8, &Vec<Hash>)| {
            let tiles = self.size >> u32::from(level).saturating_mul(8);
            let width = u16::try_from(hashes.len()).unwrap_or(TILE_WIDTH);
            let tile = Tile::new(level, tiles / u64::from(TILE_WIDTH), width)?;
            Some((tile, hashes.clone()))
        };
        levels.filter_map(partial).collect()
    }

    /// Size and root of the tree.
    pub fn head(&self) -> Head {
        let mut root = None;
        for hashes in &self.levels {
            let mut rest = hashes.as_slice();
            while let Some(low) = lowest_power(rest.len()) {
                let (before, last) = rest.split_at(rest.len().saturating_sub(low));
                let subtree = fold(last);
                root = match (subtree, root) {
                    (Some(subtree), Some(right)) => Some(node_hash(&subtree, &right)),
                    (subtree, right) => subtree.or(right),
                };
                rest = before;
            }
        }
        Head { size: self.size, root: root.unwrap_or_else(empty_hash) }
    }
}

/// The lowest power of two in a number; `None` for 0.
fn lowest_power(number: usize) -> Option<usize> {
    (number > 0).then(|| 1_usize << number.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::leaf_hash;

    /// RFC 6962, section 2.1, word by word.
    fn root_by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_hash(),
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                let (left, right) = many.split_at(split);
                node_hash(&root_by_definition(left), &root_by_definition(right))
            }
        }
    }

    /// The roots of the tests of Certificate Transparency, and those of the definition.
    #[test]
    fn roots_are_those_of_the_definition() {
        let leaves: Vec<Hash> = (0..70_000_u32).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let mut edge = Edge::default();
        assert_eq!(edge.head().root, root_by_definition(&[]));
        for (before, leaf) in leaves.iter().enumerate() {
            edge.append(*leaf);
            let size = before + 1;
            if size < 600 || size % 4_999 == 0 || size.is_multiple_of(65_536) || size == 70_000 {
                assert_eq!(edge.head().root, root_by_definition(&leaves[..size]), "{size}");
            }
        }
        let ct: [&[u8]; 8] = [
            b"",
            b"\x00",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let mut edge = Edge::default();
        for leaf in ct {
            edge.append(leaf_hash(leaf));
        }
        assert_eq!(
            types::hex(&edge.head().root),
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
        );
    }

    /// A tree that was stored is continued as if it had never been closed.
    #[test]
    fn an_edge_is_loaded_from_its_tiles() {
        let (mut edge, mut stored) = (Edge::default(), BTreeMap::new());
        for n in 0..66_000_u32 {
            stored.extend(edge.append(leaf_hash(&n.to_be_bytes())));
            if n % 1_013 == 0 || n == 65_535 {
                stored.extend(edge.partials());
                let mut read = |tile| stored.get(&tile).cloned().ok_or(TlogError::Tile(tile));
                assert_eq!(Edge::load(edge.head().size, &mut read), Ok(edge.clone()), "{n}");
            }
        }
        assert_eq!(stored.keys().filter(|tile| tile.is_full()).count(), 257 + 1);
        let mut short =
            |tile: Tile| Ok::<_, TlogError>(vec![[0; 32]; usize::from(tile.width()) - 1]);
        assert!(Edge::load(5, &mut short).is_err());
    }
}
