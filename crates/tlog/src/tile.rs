use std::fmt;

use crate::Hash;

/// The hashes of a full tile: eight levels of the tree.
pub const TILE_WIDTH: u16 = 256;
/// Bytes of a hash.
const HASH_BYTES: usize = 32;
/// Levels of tiles in a tree of fewer than 2^64 leaves.
pub(crate) const LEVELS: u8 = 8;
/// What separates a partial tile's name from its width.
const PARTIAL: &str = ".p/";

/// Names consecutive hashes of one level of the tree, which are stored together.
///
/// Its text is its path below `tile/`: `0/x001/x234/067` if it is full, `0/x001/x234/067.p/8` with
/// the first eight hashes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

impl Tile {
    /// The tile of these; `None` unless it has 1 to 256 hashes and its level can exist.
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        let is_one = level < LEVELS && (1..=TILE_WIDTH).contains(&width);
        is_one.then_some(Self { level, index, width })
    }

    /// The tile that the path names below `tile/`, in its only spelling.
    pub fn parse(path: &str) -> Option<Self> {
        let (level, rest) = path.split_once('/')?;
        let (index, width) = match rest.split_once(PARTIAL) {
            Some((index, width)) => (index, width.parse()),
            None => (rest, Ok(TILE_WIDTH)),
        };
        let (Ok(level), Ok(width)) = (level.parse(), width) else { return None };
        let mut number = 0_u64;
        for group in index.split('/') {
            let digits = group.strip_prefix('x').unwrap_or(group).parse::<u64>();
            let Ok(digits) = digits else { return None };
            number = number.checked_mul(1_000)?.checked_add(digits)?;
        }
        let tile = Self::new(level, number, width)?;
        (tile.to_string() == path).then_some(tile)
    }

    /// Its level among the tiles: on level 0, hashes are those of leaves.
    pub fn level(self) -> u8 {
        self.level
    }

    /// Its place on its level.
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether the tree can no longer extend it.
    pub fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The same place in a tree that has grown past it.
    #[must_use]
    pub fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The tile that has hash number `at` of a level, in a tree of `size` leaves; `None` if the tree
    /// does not have the hash.
    pub(crate) fn with(level: u8, at: u64, size: u64) -> Option<Self> {
        let there = size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0);
        if at >= there {
            return None;
        }
        let index = at / u64::from(TILE_WIDTH);
        let before = index.saturating_mul(u64::from(TILE_WIDTH));
        let width = there.saturating_sub(before).min(u64::from(TILE_WIDTH));
        Self::new(level, index, u16::try_from(width).unwrap_or(TILE_WIDTH))
    }

    /// The bytes of a tile's hashes.
    pub fn encode(hashes: &[Hash]) -> Vec<u8> {
        hashes.concat()
    }

    /// The hashes that the tile's bytes contain; `None` if there are fewer or more.
    pub fn decode(self, bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
        let is_whole = rest.is_empty() && hashes.len() == usize::from(self.width);
        is_whole.then(|| hashes.to_vec())
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.level)?;
        let digits = self.index.to_string();
        let digits = format!("{digits:0>len$}", len = digits.len().div_ceil(3).saturating_mul(3));
        for (at, digit) in digits.char_indices() {
            let is_in_last = at.saturating_add(3) >= digits.len();
            match at % 3 {
                0 if at > 0 && is_in_last => f.write_str("/")?,
                0 if at > 0 => f.write_str("/x")?,
                0 if !is_in_last => f.write_str("x")?,
                _ => {}
            }
            write!(f, "{digit}")?;
        }
        if self.is_full() { Ok(()) } else { write!(f, "{PARTIAL}{}", self.width) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Paths are those of the specification, in one spelling only.
    #[test]
    fn tiles_have_paths() {
        for (level, index, width, want) in [
            (0, 0, 256, "0/000"),
            (0, 5, 1, "0/005.p/1"),
            (1, 999, 255, "1/999.p/255"),
            (0, 1_000, 256, "0/x001/000"),
            (2, 1_234_067, 256, "2/x001/x234/067"),
            (0, 1_234_067, 8, "0/x001/x234/067.p/8"),
            (7, u64::MAX, 256, "7/x018/x446/x744/x073/x709/x551/615"),
        ] {
            let tile = Tile::new(level, index, width).unwrap();
            assert_eq!(tile.to_string(), want);
            assert_eq!(Tile::parse(want), Some(tile));
        }
        for bad in [
            "",
            "0",
            "0/",
            "/000",
            "0/0",
            "0/00",
            "0/0000",
            "00/000",
            "8/000",
            "0/x000/005",
            "0/x005",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/+1",
            "0/000.p/",
            "0/000/",
            "0//000",
            "0/001/000",
            "0/+01",
            "-1/000",
            "0/../000",
            "0/x018/x446/x744/x073/x709/x551/616",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
            "entries/000",
        ] {
            assert_eq!(Tile::parse(bad), None, "{bad}");
        }
    }

    /// The example of the specification: a tree of 70,000 leaves.
    #[test]
    fn a_tree_of_70_000_leaves_has_these_tiles() {
        let tile = |level, at| Tile::with(level, at, 70_000).map(|tile| (tile.index, tile.width));
        assert_eq!(tile(0, 272 * 256 + 255), Some((272, 256)));
        assert_eq!((tile(0, 273 * 256), tile(0, 69_999)), (Some((273, 112)), Some((273, 112))));
        assert_eq!((tile(0, 70_000), tile(1, 273)), (None, None));
        assert_eq!((tile(1, 0), tile(1, 256)), (Some((0, 256)), Some((1, 17))));
        assert_eq!((tile(2, 0), tile(2, 1), tile(3, 0)), (Some((0, 1)), None, None));
    }

    #[test]
    fn a_tile_has_as_many_hashes_as_its_name_states() {
        let hashes = [[1; 32], [2; 32]];
        let (bytes, two) = (Tile::encode(&hashes), Tile::new(0, 0, 2).unwrap());
        assert_eq!(two.decode(&bytes), Some(hashes.to_vec()));
        assert_eq!(two.decode(&bytes[..63]), None);
        assert_eq!(two.decode(&bytes[..32]), None);
        assert_eq!(Tile::new(0, 0, 1).unwrap().decode(&bytes), None);
        assert_eq!(
            (Tile::new(0, 0, 0), Tile::new(0, 0, 257), Tile::new(8, 0, 1)),
            (None, None, None)
        );
    }
}
