//! The audit's own tree: roots by the definition of RFC 6962, section 2.1, not by the writer's frontier and tiles.
//!
//! Level `l` holds the roots of whole groups of 256^l leaves, which is what C2SP tlog-tiles stores at tile level `l`. A root
//! over any number of leaves is the recursion of the standard, which finds those groups on its way down: its halves
//! are cut at powers of two, so a half of 256^l leaves is always a whole group.

use crate::hash::{Digest, empty_root, node_hash};

/// Hashes in a full tile.
pub(super) const WIDTH: u64 = 256;

/// MTH of RFC 6962, section 2.1, over leaf hashes.
pub(super) fn root_of(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => empty_root(),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(largest_power_below(leaves.len() as u64) as usize);
            node_hash(&root_of(left), &root_of(right))
        }
    }
}

/// The largest power of two strictly below `n`, for `n` above 1.
fn largest_power_below(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}

/// The leaf hashes of a log and what they come to.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    /// `levels[0]` the leaves, `levels[l]` one hash for each whole group of 256^l leaves.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Appends up to 256 leaves; `group` is their root where there are 256 of them. All pieces but the last are whole.
    pub fn push(&mut self, leaves: &[Digest], group: Option<Digest>) {
        self.put(0, leaves);
        if let Some(group) = group {
            self.raise(1, group);
        }
    }

    fn put(&mut self, level: usize, hashes: &[Digest]) {
        if self.levels.len() <= level {
            self.levels.resize_with(level + 1, Vec::new);
        }
        self.levels[level].extend_from_slice(hashes);
    }

    fn raise(&mut self, level: usize, hash: Digest) {
        self.put(level, &[hash]);
        let row = &self.levels[level];
        if row.len().is_multiple_of(WIDTH as usize) {
            let group = root_of(&row[row.len() - WIDTH as usize..]);
            self.raise(level + 1, group);
        }
    }

    /// The same tree with some leaves replaced.
    pub fn with(&self, replaced: impl IntoIterator<Item = (u64, Digest)>) -> Self {
        let mut leaves = self.leaves().to_vec();
        for (index, leaf) in replaced {
            if let Some(slot) = leaves.get_mut(index as usize) {
                *slot = leaf;
            }
        }
        let mut tree = Self::default();
        for piece in leaves.chunks(WIDTH as usize) {
            tree.push(piece, (piece.len() as u64 == WIDTH).then(|| root_of(piece)));
        }
        tree
    }

    /// The leaf hashes.
    pub fn leaves(&self) -> &[Digest] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.leaves().len() as u64
    }

    /// Hashes of a tile level; empty for a level that the tree does not reach.
    pub fn level(&self, level: u8) -> &[Digest] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// Root over the first `size` leaves; `None` when there are not so many.
    pub fn root(&self, size: u64) -> Option<Digest> {
        (size <= self.size()).then(|| if size == 0 { empty_root() } else { self.range(0, size) })
    }

    /// Root over `[start, end)`, not empty, cut as the recursion cuts from the whole.
    fn range(&self, start: u64, end: u64) -> Digest {
        let len = end - start;
        if len == 1 {
            return self.levels[0][start as usize];
        }
        if len.is_power_of_two() && len.trailing_zeros().is_multiple_of(8) {
            let level = len.trailing_zeros() / 8;
            let known = self.levels.get(level as usize).and_then(|row| row.get((start >> (8 * level)) as usize));
            if let Some(known) = known {
                return *known;
            }
        }
        let middle = start + largest_power_below(len);
        node_hash(&self.range(start, middle), &self.range(middle, end))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn levels_and_recursion_agree_for_every_size() {
        let leaves: Vec<Digest> = (0..1_100u32).map(|i| Digest::of(&i.to_be_bytes())).collect();
        let mut tree = Tree::default();
        for piece in leaves.chunks(256) {
            tree.push(piece, (piece.len() == 256).then(|| root_of(piece)));
        }
        for size in 0..=1_100 {
            assert_eq!(tree.root(size).unwrap(), root_of(&leaves[..size as usize]), "size {size}");
        }
        assert_eq!(tree.root(1_101), None);
        assert_eq!((tree.level(1).len(), tree.level(2).len()), (4, 0));
    }

    #[test]
    fn a_level_above_is_the_root_of_256_hashes() {
        let leaves: Vec<Digest> = (0..65_536u32).map(|i| Digest::of(&i.to_be_bytes())).collect();
        let mut tree = Tree::default();
        for piece in leaves.chunks(256) {
            tree.push(piece, Some(root_of(piece)));
        }
        assert_eq!(tree.level(2), [root_of(&leaves)]);
        assert_eq!(tree.root(65_536).unwrap(), root_of(&leaves));
        let other = tree.with([(70, Digest::default())]);
        assert_ne!(other.level(2), tree.level(2));
    }

    #[test]
    fn the_reference_tree_of_certificate_transparency() {
        let inputs =
            ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        let leaves: Vec<Digest> =
            inputs.iter().map(|hex| crate::hash::leaf_hash(&crate::hash::from_hex(hex).unwrap())).collect();
        let root = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
        assert_eq!(root_of(&leaves).hex(), root);
    }
}
