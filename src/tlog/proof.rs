//! Inclusion and consistency proofs of RFC 6962, sections 2.1.1 and 2.1.2.
//!
//! Prover and checker are mirror images over one walk from the root downwards: at every split one side is entered, the
//! other is the *sibling*. The prover reads the siblings' hashes and lists them from the bottom up; the checker
//! knows from the numbers alone how many there must be and on which side each lies. So a hash too few or too many is
//! an error before anything is hashed.
//!
//! Tested by `tests/it/tlog_proof.rs` for every pair up to size 130, against the RFC's recursion and the iterative
//! checker of RFC 9162.

use std::ops::Range;

use super::tree::{HashReader, ReadError, split, subtree_hashes};
use crate::hash::{Digest, node_hash};

/// A proof that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E: std::error::Error + 'static> {
    /// There is no such leaf.
    #[error("a tree of {size} leaves has no leaf {index}")]
    Outside {
        /// Leaf asked for, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The old tree is empty, of which nothing can be proved, or it is the larger one.
    #[error("there is no consistency proof from size {old} to size {new}")]
    Sizes {
        /// Leaves in the older tree.
        old: u64,
        /// Leaves in the newer tree.
        new: u64,
    },
    /// The hashes could not be read.
    #[error(transparent)]
    Read(ReadError<E>),
}

/// Why a proof does not hold. An answer, not a failure to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// The index is not below the size.
    #[error("a tree of {size} leaves has no leaf {index}")]
    Outside {
        /// Leaf claimed, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The old tree is empty or the larger one.
    #[error("there is no consistency proof from size {old} to size {new}")]
    Sizes {
        /// Leaves in the older tree.
        old: u64,
        /// Leaves in the newer tree.
        new: u64,
    },
    /// The proof has too few or too many hashes.
    #[error("the proof must have {expected} hashes and has {found}")]
    Length {
        /// Hashes that a proof for these numbers has.
        expected: usize,
        /// Hashes that this one has.
        found: usize,
    },
    /// The hashes lead to another root than that of the (newer) tree.
    #[error("the hashes lead to another root")]
    Root,
    /// The hashes lead to another root than that of the older tree.
    #[error("the hashes lead to another root of the older tree")]
    OldRoot,
}

/// A split on the way down: the leaves of the side not entered.
struct Sibling {
    leaves: Range<u64>,
    on_left: bool,
}

/// Enters, from a tree of `size` leaves downwards, the side that `go_left(k)` says, where `k` is the first leaf on
/// the right, until `arrived`. Returns where it arrived, and the siblings from the bottom up.
fn descend(
    size: u64,
    arrived: impl Fn(&Range<u64>) -> bool,
    go_left: impl Fn(u64) -> bool,
) -> (Range<u64>, Vec<Sibling>) {
    let mut at = 0..size;
    let mut siblings = Vec::new();
    while !arrived(&at) {
        let middle = at.start + split(at.end - at.start);
        if go_left(middle) {
            siblings.push(Sibling { leaves: middle..at.end, on_left: false });
            at.end = middle;
        } else {
            siblings.push(Sibling { leaves: at.start..middle, on_left: true });
            at.start = middle;
        }
    }
    siblings.reverse();
    (at, siblings)
}

/// The walk to leaf `index` < `size`: PATH(index, D\[size\]) of the RFC.
fn to_leaf(index: u64, size: u64) -> Vec<Sibling> {
    descend(size, |at| at.end - at.start == 1, |middle| index < middle).1
}

/// The walk to the last subtree that the trees of 0 < `old` <= `new` leaves share: PROOF(old, D\[new\]).
fn to_shared(old: u64, new: u64) -> (Range<u64>, Vec<Sibling>) {
    descend(new, |at| at.end == old, |middle| old <= middle)
}

/// Proves that leaf `index` is in the tree over the first `size` leaves: the siblings' hashes, the leaf's own first.
///
/// # Errors
/// When there is no such leaf, or a hash cannot be read.
pub fn prove_inclusion<R: HashReader>(reader: &R, index: u64, size: u64) -> Result<Vec<Digest>, ProveError<R::Error>> {
    if index >= size {
        return Err(ProveError::Outside { index, size });
    }
    let ranges: Vec<_> = to_leaf(index, size).into_iter().map(|sibling| sibling.leaves).collect();
    subtree_hashes(reader, &ranges).map_err(ProveError::Read)
}

/// Checks that `leaf`, a leaf hash, is leaf `index` of the tree with `size` leaves and `root`.
///
/// # Errors
/// Says why the proof does not hold.
pub fn check_inclusion(proof: &[Digest], index: u64, size: u64, leaf: &Digest, root: &Digest) -> Result<(), BadProof> {
    if index >= size {
        return Err(BadProof::Outside { index, size });
    }
    let siblings = to_leaf(index, size);
    same_length(siblings.len(), proof.len())?;
    let found = siblings.iter().zip(proof).fold(*leaf, |node, (sibling, hash)| {
        if sibling.on_left { node_hash(hash, &node) } else { node_hash(&node, hash) }
    });
    if found == *root { Ok(()) } else { Err(BadProof::Root) }
}

/// Proves that the tree over the first `old` leaves is the beginning of that over the first `new`.
///
/// Empty for equal sizes. From the empty tree there is no proof: everything extends it, so nothing would be shown.
///
/// # Errors
/// When `old` is 0 or above `new`, or a hash cannot be read.
pub fn prove_consistency<R: HashReader>(reader: &R, old: u64, new: u64) -> Result<Vec<Digest>, ProveError<R::Error>> {
    if old == 0 || old > new {
        return Err(ProveError::Sizes { old, new });
    }
    let (shared, siblings) = to_shared(old, new);
    // Where the shared subtree is the whole old tree, the checker has its hash: it is the old root.
    let first = (shared.start > 0).then_some(shared);
    let ranges: Vec<_> = first.into_iter().chain(siblings.into_iter().map(|sibling| sibling.leaves)).collect();
    subtree_hashes(reader, &ranges).map_err(ProveError::Read)
}

/// Checks that the tree with `old` leaves and `old_root` is the beginning of that with `new` leaves and `new_root`.
///
/// # Errors
/// Says why the proof does not hold.
pub fn check_consistency(
    proof: &[Digest],
    old: u64,
    new: u64,
    old_root: &Digest,
    new_root: &Digest,
) -> Result<(), BadProof> {
    if old == 0 || old > new {
        return Err(BadProof::Sizes { old, new });
    }
    let (shared, siblings) = to_shared(old, new);
    let own_first = usize::from(shared.start > 0);
    same_length(siblings.len() + own_first, proof.len())?;
    let (first, rest) = proof.split_at(own_first);
    let first = first.first().unwrap_or(old_root);
    let (mut in_old, mut in_new) = (*first, *first);
    for (sibling, hash) in siblings.iter().zip(rest) {
        if sibling.on_left {
            in_old = node_hash(hash, &in_old);
            in_new = node_hash(hash, &in_new);
        } else {
            in_new = node_hash(&in_new, hash);
        }
    }
    if in_old != *old_root {
        return Err(BadProof::OldRoot);
    }
    if in_new == *new_root { Ok(()) } else { Err(BadProof::Root) }
}

fn same_length(expected: usize, found: usize) -> Result<(), BadProof> {
    if expected == found { Ok(()) } else { Err(BadProof::Length { expected, found }) }
}
