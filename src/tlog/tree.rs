//! Tree arithmetic of RFC 6962, section 2.1: where hashes lie, what a root is, and the one way to read them.
//!
//! A tree of any size falls, from left to right, into *perfect* subtrees, one for each binary one of its size. The hash
//! of a perfect subtree never changes once its last leaf is in, so these are the hashes worth storing; every other hash
//! is a fold over them. A [`Place`] names one of them, and all reading goes through [`HashReader`]: give me the
//! hashes at these places. So the same code runs over memory, disk and network.
//!
//! Tested by `tests/it/tlog_tree.rs` against the literal recursion of the RFC, for every size up to 130.

use std::iter;
use std::ops::Range;

use crate::hash::{Digest, empty_root, node_hash};

/// Largest size of a log in leaves: 2^63 - 1, so that a size fits every signed integer.
pub const MAX_SIZE: u64 = (1 << 63) - 1;

/// The place of a stored hash: the `n`-th perfect subtree of 2^`level` leaves, which covers the leaves from
/// `n`·2^`level` on. A leaf hash lies at level 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place {
    /// Height above the leaves.
    pub level: u8,
    /// Number within the level, from the left, from 0.
    pub n: u64,
}

impl Place {
    /// The first leaf after the subtree, which is the smallest size of a tree that has this hash; `None` beyond
    /// [`MAX_SIZE`].
    pub fn end(self) -> Option<u64> {
        let leaves = 1u64.checked_shl(self.level.into())?;
        self.n.checked_add(1)?.checked_mul(leaves).filter(|end| *end <= MAX_SIZE)
    }
}

/// Something that knows the stored hashes of a tree.
pub trait HashReader {
    /// Why hashes could not be read.
    type Error: std::error::Error + 'static;

    /// Hashes at `places`: as many, in the same order.
    ///
    /// # Errors
    /// When one of them is not to be had.
    fn read(&self, places: &[Place]) -> Result<Vec<Digest>, Self::Error>;
}

impl<R: HashReader + ?Sized> HashReader for &R {
    type Error = R::Error;

    fn read(&self, places: &[Place]) -> Result<Vec<Digest>, R::Error> {
        (**self).read(places)
    }
}

/// Hashes that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E: std::error::Error + 'static> {
    /// The reader failed.
    #[error("hashes of the log could not be read")]
    Reader(#[source] E),
    /// The reader broke its contract and gave another number of hashes than it was asked for.
    #[error("the reader of hashes was asked for {asked} and gave {got}")]
    Count {
        /// How many places were asked for.
        asked: usize,
        /// How many hashes came.
        got: usize,
    },
}

/// Reads `places` and holds the reader to its contract.
pub fn read<R: HashReader>(reader: &R, places: &[Place]) -> Result<Vec<Digest>, ReadError<R::Error>> {
    let hashes = reader.read(places).map_err(ReadError::Reader)?;
    if hashes.len() != places.len() {
        return Err(ReadError::Count { asked: places.len(), got: hashes.len() });
    }
    Ok(hashes)
}

/// Leaves in the left part where the RFC splits a tree of `size` leaves: the largest power of two strictly below it.
///
/// `size` is at least 2.
pub(super) fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// Places of the perfect subtrees that make up the tree over `leaves`, largest first.
///
/// `leaves` must be a whole tree or one that the RFC's splits lead to: its start is then a multiple of the largest
/// power of two in its length, and the greedy walk stays on places.
pub fn places(leaves: Range<u64>) -> impl Iterator<Item = Place> {
    let mut start = leaves.start;
    iter::from_fn(move || {
        let level = leaves.end.checked_sub(start)?.checked_ilog2()?;
        let place = Place { level: level as u8, n: start >> level };
        start += 1 << level;
        Some(place)
    })
}

/// Root over perfect subtrees, largest first: the smaller ones to the right are joined first.
pub(super) fn join(roots: &[Digest]) -> Digest {
    roots.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
}

/// Hash of the tree over each of `ranges`, by a single read. Each range is as [`places`] wants it.
pub(super) fn subtree_hashes<R: HashReader>(
    reader: &R,
    ranges: &[Range<u64>],
) -> Result<Vec<Digest>, ReadError<R::Error>> {
    let wanted: Vec<Place> = ranges.iter().cloned().flat_map(places).collect();
    let mut hashes = read(reader, &wanted)?.into_iter();
    let mut parts = Vec::with_capacity(64);
    Ok(ranges
        .iter()
        .map(|range| {
            parts.clear();
            // A perfect subtree for each binary one of the length.
            parts.extend(hashes.by_ref().take((range.end - range.start).count_ones() as usize));
            join(&parts)
        })
        .collect())
}

/// Root of the tree over the first `size` leaves.
///
/// # Errors
/// When the reader fails, for instance because it knows fewer leaves.
pub fn root<R: HashReader>(reader: &R, size: u64) -> Result<Digest, ReadError<R::Error>> {
    Ok(join(&read(reader, &places(0..size).collect::<Vec<_>>())?))
}

/// What must be remembered of a tree to go on appending and to know its root: the roots of its perfect subtrees,
/// largest first. At most 63 hashes, whatever the size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frontier {
    size: u64,
    roots: Vec<Digest>,
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Frontier {
    /// The frontier of the empty tree.
    pub fn new() -> Self {
        // Room for every level at once: pushing a leaf never allocates.
        Self { size: 0, roots: Vec::with_capacity(64) }
    }

    /// From the stored hashes at [`places`]`(0..size)`; `None` when their number does not fit the size.
    pub fn from_hashes(size: u64, hashes: &[Digest]) -> Option<Self> {
        if size > MAX_SIZE || hashes.len() != size.count_ones() as usize {
            return None;
        }
        let mut frontier = Self::new();
        frontier.size = size;
        frontier.roots.extend_from_slice(hashes);
        Some(frontier)
    }

    /// Reads the frontier of the tree over the first `size` leaves.
    pub fn read<R: HashReader>(reader: &R, size: u64) -> Result<Self, ReadError<R::Error>> {
        let mut frontier = Self::new();
        frontier.roots.extend(read(reader, &places(0..size).collect::<Vec<_>>())?);
        frontier.size = size;
        Ok(frontier)
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the perfect subtrees, largest first.
    pub fn hashes(&self) -> &[Digest] {
        &self.roots
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        join(&self.roots)
    }

    /// Appends a leaf, given by its hash.
    pub fn push(&mut self, leaf: Digest) {
        self.push_with(leaf, |_, _| {});
    }

    /// Appends a leaf and hands `stored` every hash that thereby becomes final, from the leaf's own upwards.
    pub fn push_with(&mut self, leaf: Digest, mut stored: impl FnMut(Place, Digest)) {
        let index = self.size;
        let mut node = leaf;
        stored(Place { level: 0, n: index }, node);
        // As in binary counting: each trailing one is a subtree that has waited for a right neighbour of its height.
        for level in 1..=index.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                node = node_hash(&left, &node);
                stored(Place { level: level as u8, n: index >> level }, node);
            }
        }
        self.roots.push(node);
        self.size += 1;
    }
}

/// A place that a tree of this size does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves has no hash at level {}, number {}", .place.level, .place.n)]
pub struct OutsideTree {
    /// What was asked for.
    pub place: Place,
    /// Leaves in the tree.
    pub size: u64,
}

/// Every stored hash of a tree, in memory: two hashes a leaf.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MemoryTree {
    levels: Vec<Vec<Digest>>,
    frontier: Frontier,
}

impl MemoryTree {
    /// Appends a leaf, given by its hash.
    pub fn push(&mut self, leaf: Digest) {
        let Self { levels, frontier } = self;
        frontier.push_with(leaf, |place, hash| match levels.get_mut(usize::from(place.level)) {
            Some(level) => level.push(hash),
            None => levels.push(vec![hash]),
        });
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        self.frontier.root()
    }
}

impl Extend<Digest> for MemoryTree {
    fn extend<I: IntoIterator<Item = Digest>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl FromIterator<Digest> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = Digest>>(leaves: I) -> Self {
        let mut tree = Self::default();
        tree.extend(leaves);
        tree
    }
}

impl HashReader for MemoryTree {
    type Error = OutsideTree;

    fn read(&self, places: &[Place]) -> Result<Vec<Digest>, OutsideTree> {
        let find = |place: &Place| {
            let hash = self.levels.get(usize::from(place.level)).and_then(|level| level.get(place.n as usize));
            hash.copied().ok_or(OutsideTree { place: *place, size: self.size() })
        };
        places.iter().map(find).collect()
    }
}
