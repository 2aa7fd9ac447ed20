//! Many leaves under one root: the inclusion proofs of RFC 6962, section 2.1.1, for a whole set at once, with no hash
//! twice and none that the leaves themselves give.
//!
//! The *cover* of a set of leaves is the hashes of the largest subtrees that hold none of them. Written from left to right,
//! those between two leaves stand where one has come from the first and not yet to the second, and their places follow
//! from the numbers alone. So a set is proved, and checked, in one pass that remembers one hash a level.
//!
//! Tested by `tests/it/cover.rs` for every set of leaves of every tree up to size 10, against the RFC's recursion.

use std::ops::Range;

use super::tree::{HashReader, MAX_SIZE, ReadError, join, subtree_hashes};
use crate::hash::{Digest, node_hash};

/// Why hashes do not make a tree with the leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCover {
    /// A leaf does not come after the one before it.
    #[error("leaf {index} does not come after the one before it")]
    Order {
        /// The leaf.
        index: u64,
    },
    /// A leaf is not below the size.
    #[error("a tree of {size} leaves has no leaf {index}")]
    Outside {
        /// The leaf.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// Too few or too many hashes before a leaf, or after the last.
    #[error("before leaf {index} there must be {expected} hashes, and {found} are there")]
    Length {
        /// The leaf; the size after the last one.
        index: u64,
        /// Hashes that there must be.
        expected: usize,
        /// Hashes that are there.
        found: usize,
    },
}

/// The largest subtrees between the leaf before `from` and the leaf `to`, left to right; `to` is `size` after the last.
fn subtrees(from: u64, to: u64, size: u64) -> Vec<Range<u64>> {
    let to = to.min(size);
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        // A subtree of the tree begins at a multiple of its width. Only the last may be cut off by the tree's end.
        let width = at.checked_ilog2().map_or(u64::MAX, |_| 1 << at.trailing_zeros());
        let end = match at.checked_add(width) {
            Some(end) if end <= to => end,
            _ if to == size => to,
            _ => at + (1 << (to - at).ilog2()),
        };
        found.push(at..end);
        at = end;
    }
    found
}

/// Hashes that go before leaf `to`, where `from` is the first leaf after the chosen one before it; `to` is `size` for
/// those after the last.
///
/// # Errors
/// When the reader fails.
pub fn hashes_before<R: HashReader>(
    reader: &R,
    from: u64,
    to: u64,
    size: u64,
) -> Result<Vec<Digest>, ReadError<R::Error>> {
    subtree_hashes(reader, &subtrees(from, to, size))
}

/// Takes leaves and the hashes between them, in order, and has the root in the end.
#[derive(Debug, Clone)]
pub struct Cover {
    size: u64,
    next: u64,
    /// Perfect subtrees, largest first: level and hash.
    stack: Vec<(u32, Digest)>,
}

impl Cover {
    /// Of a tree with `size` leaves, at most [`MAX_SIZE`].
    pub fn new(size: u64) -> Self {
        Self { size: size.min(MAX_SIZE), next: 0, stack: Vec::with_capacity(64) }
    }

    /// Takes the leaf hash of leaf `index`, and the hashes before it.
    ///
    /// # Errors
    /// When it is not a later leaf of the tree, or the hashes are too few or too many.
    pub fn leaf(&mut self, index: u64, before: &[Digest], leaf: Digest) -> Result<(), BadCover> {
        if index < self.next {
            return Err(BadCover::Order { index });
        }
        if index >= self.size {
            return Err(BadCover::Outside { index, size: self.size });
        }
        for (subtree, hash) in self.between(index, before)? {
            self.push((subtree.end - subtree.start).ilog2(), hash);
        }
        self.push(0, leaf);
        self.next = index + 1;
        Ok(())
    }

    /// The root, given the hashes after the last leaf.
    ///
    /// # Errors
    /// When they are too few or too many.
    pub fn root(mut self, after: &[Digest]) -> Result<Digest, BadCover> {
        let last = self.between(self.size, after)?;
        let mut roots: Vec<Digest> = Vec::with_capacity(64);
        for (subtree, hash) in last {
            let width = subtree.end - subtree.start;
            if width.is_power_of_two() && subtree.start.is_multiple_of(width) {
                self.push(width.ilog2(), hash);
            } else {
                // Cut off by the tree's end: nothing comes after it.
                roots.push(hash);
            }
        }
        let perfect: Vec<Digest> = self.stack.iter().map(|(_, hash)| *hash).chain(roots).collect();
        Ok(join(&perfect))
    }

    /// Number of hashes that go before leaf `index`, for a reader that has them all in one list.
    pub fn wanted(&self, index: u64) -> usize {
        subtrees(self.next, index, self.size).len()
    }

    fn between(&mut self, to: u64, hashes: &[Digest]) -> Result<Vec<(Range<u64>, Digest)>, BadCover> {
        let subtrees = subtrees(self.next, to, self.size);
        if subtrees.len() != hashes.len() {
            return Err(BadCover::Length { index: to, expected: subtrees.len(), found: hashes.len() });
        }
        Ok(subtrees.into_iter().zip(hashes.iter().copied()).collect())
    }

    fn push(&mut self, mut level: u32, mut hash: Digest) {
        while let Some((below, left)) = self.stack.last().copied() {
            if below != level {
                break;
            }
            self.stack.pop();
            hash = node_hash(&left, &hash);
            level += 1;
        }
        self.stack.push((level, hash));
    }
}
