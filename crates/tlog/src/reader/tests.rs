use super::*;
use crate::{Edge, leaf_hash};

type Tiles = BTreeMap<Tile, Vec<Hash>>;

/// The tiles of a tree of `size` leaves, and its leaves.
fn grown(size: u32) -> (Tiles, Vec<Hash>, Head) {
    let (mut edge, mut tiles) = (Edge::default(), Tiles::new());
    let leaves: Vec<Hash> = (0..size).map(|n| leaf_hash(&n.to_be_bytes())).collect();
    for leaf in &leaves {
        tiles.extend(edge.append(*leaf));
    }
    tiles.extend(edge.partials());
    (tiles, leaves, edge.head())
}

/// What a tree of any smaller size has, too: the first hashes of the tiles of the larger one.
fn cut(tiles: &Tiles, wanted: Tile) -> Result<Vec<Hash>, TlogError> {
    let same = |tile: &Tile| (tile.level(), tile.index()) == (wanted.level(), wanted.index());
    let (_, hashes) = tiles.iter().find(|(tile, _)| same(tile)).ok_or(TlogError::Tile(wanted))?;
    hashes.get(..usize::from(wanted.width())).map(<[_]>::to_vec).ok_or(TlogError::Tile(wanted))
}

/// Every leaf of small trees is proved, and no proof fits another leaf, index, size or root.
#[test]
fn every_leaf_is_included() {
    for size in (1..40).chain([255, 256, 257, 300, 513]) {
        let (tiles, leaves, head) = grown(size);
        let mut read = |tile| cut(&tiles, tile);
        let mut reader = Reader::new(u64::from(size), &mut read);
        assert_eq!(reader.head(), Ok(head));
        for (index, leaf) in (0_u64..).zip(&leaves) {
            let proof = reader.inclusion(index).unwrap();
            assert!(head.includes(leaf, index, &proof), "{index} of {size}");
            let wrong_leaf = leaf_hash(b"another");
            assert!(!head.includes(&wrong_leaf, index, &proof));
            assert!(!head.includes(leaf, index + 1, &proof));
            assert!(!head.includes(leaf, index + u64::from(size), &proof));
            assert!(!Head { root: wrong_leaf, ..head }.includes(leaf, index, &proof));
            let longer = [proof.as_slice(), &[wrong_leaf]].concat();
            assert!(!head.includes(leaf, index, &longer));
            if let Some((_, shorter)) = proof.split_last() {
                assert!(!head.includes(leaf, index, shorter));
            }
        }
        assert!(reader.inclusion(u64::from(size)).is_err());
    }
}

/// Every tree extends every smaller one, and no proof fits another pair of trees.
#[test]
fn every_tree_extends_the_smaller_ones() {
    let all: Vec<Head> = (0..=70).map(|size| grown(size).2).collect();
    for size in 1..=70_u32 {
        let (tiles, _, head) = grown(size);
        let mut read = |tile| cut(&tiles, tile);
        let mut reader = Reader::new(u64::from(size), &mut read);
        for old in all.iter().filter(|old| old.size <= head.size) {
            let proof = reader.consistency(old.size).unwrap();
            assert!(head.extends(old, &proof), "{} of {size}", old.size);
            if old.size == 0 {
                assert!(proof.is_empty());
                continue;
            }
            let forked = Head { root: leaf_hash(b"forked"), ..*old };
            assert!(!head.extends(&forked, &proof), "{} of {size}", old.size);
            assert!(!Head { root: forked.root, ..head }.extends(old, &proof));
            let longer = [proof.as_slice(), &[forked.root]].concat();
            assert!(!head.extends(old, &longer));
            let other = all.iter().find(|other| other.size == old.size - 1 && other.size > 0);
            if let Some(other) = other {
                assert!(!head.extends(other, &proof), "{} of {size}", other.size);
            }
        }
        assert!(reader.consistency(u64::from(size) + 1).is_err());
    }
}

/// Larger trees, at sizes around those of tiles.
#[test]
fn proofs_span_levels_of_tiles() {
    let (tiles, leaves, head) = grown(66_049);
    let mut read = |tile| cut(&tiles, tile);
    let mut reader = Reader::new(head.size, &mut read);
    for index in [0, 255, 256, 65_535, 65_536, 66_047, 66_048] {
        let proof = reader.inclusion(index).unwrap();
        assert!(head.includes(&leaves[usize::try_from(index).unwrap()], index, &proof), "{index}");
    }
    for old in [1, 255, 256, 257, 65_535, 65_536, 65_537, 66_048, 66_049] {
        let mut read = |tile| cut(&tiles, tile);
        let before = Reader::new(old, &mut read).head().unwrap();
        let proof = reader.consistency(old).unwrap();
        assert!(head.extends(&before, &proof), "{old}");
    }
}

/// A tile that is missing, or too short, is named.
#[test]
fn missing_tiles_are_named() {
    let (mut tiles, _, head) = grown(300);
    let full = Tile::new(0, 0, 256).unwrap();
    tiles.remove(&full);
    let mut read = |tile| cut(&tiles, tile);
    assert_eq!(Reader::new(head.size, &mut read).inclusion(3), Err(TlogError::Tile(full)));
    let mut short = |_| Ok::<_, TlogError>(vec![[0; 32]]);
    assert!(Reader::new(head.size, &mut short).inclusion(3).is_err());
}

proptest::proptest! {
    /// No bytes make a verification panic.
    #[test]
    fn hostile_proofs_are_rejected(
        size: u64, old: u64, index: u64, root: [u8; 32], proof in proptest::collection::vec(proptest::array::uniform32(0_u8..), 0..70),
    ) {
        let head = Head { size, root };
        proptest::prop_assert!(!head.includes(&[0; 32], index, &proof));
        let _ = head.extends(&Head { size: old, root: [1; 32] }, &proof);
    }
}
