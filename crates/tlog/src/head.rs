use crate::Hash;
use crate::hash::node_hash;

/// Size and root of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The number of leaves.
    pub size: u64,
    /// The hash of the whole tree.
    pub root: Hash,
}

impl Head {
    /// Whether the proof leads from this leaf, at this index, to the root.
    ///
    /// Source: RFC 9162, section 2.1.3.2.
    pub fn includes(&self, leaf: &Hash, index: u64, proof: &[Hash]) -> bool {
        if index >= self.size {
            return false;
        }
        let (mut at, mut last, mut root) = (index, self.size.saturating_sub(1), *leaf);
        for sibling in proof {
            if last == 0 {
                return false;
            }
            if at & 1 == 1 || at == last {
                root = node_hash(sibling, &root);
                (at, last) = climbed(at, last);
            } else {
                root = node_hash(&root, sibling);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        last == 0 && root == self.root
    }

    /// Whether the proof shows that this tree begins with all the leaves of `old`. Every tree extends
    /// the one without leaves.
    ///
    /// Source: RFC 9162, section 2.1.4.2.
    pub fn extends(&self, old: &Self, proof: &[Hash]) -> bool {
        if old.size == self.size {
            return proof.is_empty() && old.root == self.root;
        }
        if old.size == 0 || old.size > self.size {
            return old.size == 0 && proof.is_empty();
        }
        let (first, rest) = match proof.split_first() {
            None => return false,
            // The verifier has the root of a perfect tree.
            Some(_) if old.size.is_power_of_two() => (&old.root, proof),
            Some((first, rest)) => (first, rest),
        };
        let (mut at, mut last) = (old.size.saturating_sub(1), self.size.saturating_sub(1));
        while at & 1 == 1 {
            (at, last) = (at >> 1, last >> 1);
        }
        let (mut old_root, mut new_root) = (*first, *first);
        for part in rest {
            if last == 0 {
                return false;
            }
            if at & 1 == 1 || at == last {
                old_root = node_hash(part, &old_root);
                new_root = node_hash(part, &new_root);
                (at, last) = climbed(at, last);
            } else {
                new_root = node_hash(&new_root, part);
            }
            (at, last) = (at >> 1, last >> 1);
        }
        last == 0 && old_root == old.root && new_root == self.root
    }
}

/// Skips the levels on which a node at the right edge has no sibling.
fn climbed(mut at: u64, mut last: u64) -> (u64, u64) {
    while at & 1 == 0 && at != 0 {
        (at, last) = (at >> 1, last >> 1);
    }
    (at, last)
}
