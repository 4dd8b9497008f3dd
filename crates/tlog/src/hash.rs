use keys::{Sha256, sha256};

/// A hash of the tree: SHA-256.
pub type Hash = [u8; 32];

/// Separates leaves from inner nodes. Source: RFC 6962, section 2.1.
const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// The hash of a leaf with these contents.
pub fn leaf_hash(contents: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(&LEAF);
    hasher.update(contents);
    hasher.finish()
}

/// The hash of an inner node.
pub(crate) fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(&NODE);
    hasher.update(left);
    hasher.update(right);
    hasher.finish()
}

/// The hash of a tree without leaves.
pub(crate) fn empty_hash() -> Hash {
    sha256(b"")
}

/// The root of a perfect subtree with these hashes in its bottom row: a power of two of them.
///
/// `None` if there are none.
pub(crate) fn fold(hashes: &[Hash]) -> Option<Hash> {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => node_hash(left, right),
                // Not reached: a power of two is even until one is left.
                rest => rest.first().copied().unwrap_or_else(empty_hash),
            })
            .collect();
    }
    row.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known answers: the empty tree, and the leaf and node of empty contents of the tests of
    /// Certificate Transparency.
    #[test]
    fn known_answers() {
        assert_eq!(
            types::hex(&empty_hash()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            types::hex(&leaf_hash(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let node = node_hash(&leaf_hash(b""), &leaf_hash(b"\0"));
        assert_eq!(
            types::hex(&node),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
        assert_eq!(fold(&[leaf_hash(b""), leaf_hash(b"\0")]), Some(node));
        assert_eq!(fold(&[]), None);
    }
}
