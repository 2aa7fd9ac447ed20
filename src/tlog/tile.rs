//! Hashes in files of 256: C2SP tlog-tiles, hash tiles.
//!
//! Tile `n` of level `l` holds up to 256 neighbouring hashes of tree level 8·`l`. The levels between are not stored
//! but hashed from inside a tile, at most 255 hashes of work. A hash goes up to the next tile level only when its
//! tile is full, so a full tile never changes, and at each level at most the last tile is *partial*.
//!
//! ```text
//! tile/0/x001/067.p/8     level 0, tile 1067, of which 8 hashes exist
//! ```
//!
//! Tested by `tests/it/tlog_tile.rs` against a tree in memory and `tlog_tiles`.

use std::collections::btree_map::{BTreeMap, Entry};
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use super::forms::decimal;
use super::tree::{HashReader, MAX_SIZE, OutsideTree, Place, ReadError, read};
use crate::hash::{Digest, node_hash};

/// Hashes in a full tile, and entries in a full bundle.
pub const WIDTH: u16 = 256;

/// Tree levels from one tile level to the next.
const HEIGHT: u8 = 8;

/// Tile levels that a tree of at most [`MAX_SIZE`] leaves can have.
pub const LEVELS: u8 = 8;

/// Bytes of a hash.
const HASH: usize = 32;

/// A text that is not the path of a tile or bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the path of a tile or bundle")]
pub struct BadPath;

/// Which 256 elements of a row, and how many of them exist: `x001/067.p/8` is the first 8 of elements 273,152 to
/// 273,407.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Run {
    n: u64,
    width: u16,
}

impl Run {
    /// The first `width` of the elements from 256·`n` on; `None` unless `width` is 1 to 256 and the last element is at
    /// most [`MAX_SIZE`].
    pub fn new(n: u64, width: u16) -> Option<Self> {
        let end = n.checked_mul(WIDTH.into())?.checked_add(width.into())?;
        ((1..=WIDTH).contains(&width) && end <= MAX_SIZE).then_some(Self { n, width })
    }

    /// Number of the run in its row.
    pub fn n(self) -> u64 {
        self.n
    }

    /// Elements that exist, 1 to 256.
    pub fn width(self) -> u16 {
        self.width
    }

    /// Whether all 256 elements exist, so that nothing in it will change.
    pub fn is_full(self) -> bool {
        self.width == WIDTH
    }

    /// Numbers of its elements within the row.
    pub fn elements(self) -> Range<u64> {
        let start = self.n * u64::from(WIDTH);
        start..start + u64::from(self.width)
    }

    /// The run that holds `element`, as it stands in a row of `count` elements; `None` when the row ends before it.
    pub fn holding(element: u64, count: u64) -> Option<Self> {
        let n = element / u64::from(WIDTH);
        let left = count.checked_sub(n * u64::from(WIDTH))?;
        (element < count).then(|| Self::new(n, left.min(WIDTH.into()) as u16)).flatten()
    }

    /// Runs which are new or longer when a row grows from `old` to `new` elements.
    pub fn changed(old: u64, new: u64) -> impl Iterator<Item = Self> {
        let first = old / u64::from(WIDTH);
        let after = if old < new { new.div_ceil(WIDTH.into()) } else { first };
        (first..after).filter_map(move |n| Self::holding(n * u64::from(WIDTH), new))
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Groups of three digits, the most significant first, all but the last marked with an x.
        let mut power = 1;
        while self.n / power >= 1000 {
            power *= 1000;
        }
        while power > 1 {
            write!(f, "x{:03}/", self.n / power % 1000)?;
            power /= 1000;
        }
        write!(f, "{:03}", self.n % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

impl FromStr for Run {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        let (number, width) = match text.split_once(".p/") {
            Some((number, width)) => (number, decimal(width).and_then(|w| w.try_into().ok()).ok_or(BadPath)?),
            None => (text, WIDTH),
        };
        // 2^63 has seven groups of three digits: longer text is refused before it is worked on.
        if number.len() > 7 * 5 {
            return Err(BadPath);
        }
        let digits: String = number.chars().filter(|c| !matches!(c, 'x' | '/')).collect();
        let run = Self::new(digits.parse().map_err(|_| BadPath)?, width).ok_or(BadPath)?;
        if run.to_string() == text { Ok(run) } else { Err(BadPath) }
    }
}

/// A hash tile: its tile level, 0 to 7, and which hashes of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Tile {
    level: u8,
    run: Run,
}

impl Tile {
    /// The tile; `None` when no tree of at most [`MAX_SIZE`] leaves has it.
    pub fn new(level: u8, run: Run) -> Option<Self> {
        let exists = level < LEVELS && run.elements().end <= MAX_SIZE >> (level * HEIGHT);
        exists.then_some(Self { level, run })
    }

    /// Tile level.
    pub fn level(self) -> u8 {
        self.level
    }

    /// Which hashes of the level.
    pub fn run(self) -> Run {
        self.run
    }

    /// Exact length of the tile in bytes: 32 a hash.
    pub fn byte_len(self) -> usize {
        usize::from(self.run.width) * HASH
    }

    /// Its hashes' places in the tree, from left to right.
    pub fn places(self) -> impl Iterator<Item = Place> {
        self.run.elements().map(move |n| Place { level: self.level * HEIGHT, n })
    }

    /// Bytes of the tile, from the hashes at its places.
    ///
    /// # Errors
    /// When the reader fails.
    pub fn read<R: HashReader>(self, reader: &R) -> Result<Vec<u8>, ReadError<R::Error>> {
        let hashes = read(reader, &self.places().collect::<Vec<_>>())?;
        Ok(hashes.iter().flat_map(|hash| hash.0).collect())
    }

    /// Tiles which are new or longer when a tree grows from `old` to `new` leaves, lowest level first. From 0: every
    /// tile that a tree of `new` leaves has.
    pub fn changed(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..LEVELS).flat_map(move |level| {
            let shift = level * HEIGHT;
            Run::changed(old >> shift, new >> shift).map(move |run| Self { level, run })
        })
    }

    /// The partial tiles of a tree of `size` leaves, lowest level first: at most one a level.
    pub fn partial(size: u64) -> impl Iterator<Item = Self> {
        (0..LEVELS).filter_map(move |level| {
            let count = size >> (level * HEIGHT);
            let run = Run::holding(count.checked_sub(1)?, count)?;
            (!run.is_full()).then_some(Self { level, run })
        })
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/{}", self.level, self.run)
    }
}

impl FromStr for Tile {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        let (level, run) = text.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or(BadPath)?;
        let level = decimal(level).and_then(|level| level.try_into().ok()).ok_or(BadPath)?;
        Self::new(level, run.parse()?).ok_or(BadPath)
    }
}

/// Something that has the tiles of a log.
pub trait TileSource {
    /// Why a tile could not be read.
    type Error: std::error::Error + 'static;

    /// Bytes of `tile`, exactly [`Tile::byte_len`] of them. A source that lets partial tiles go once the full one
    /// exists answers with the first hashes of the full one.
    ///
    /// # Errors
    /// When it is not to be had.
    fn tile(&self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

impl<S: TileSource + ?Sized> TileSource for &S {
    type Error = S::Error;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, S::Error> {
        (**self).tile(tile)
    }
}

/// Hashes that could not be had from tiles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E: std::error::Error + 'static> {
    /// The source failed.
    #[error("{tile} could not be read")]
    Source {
        /// What was asked for.
        tile: Tile,
        /// Why.
        #[source]
        error: E,
    },
    /// The source gave a tile of another length: the log is damaged, or the source breaks its contract.
    #[error("{tile} has {found} bytes instead of {}", .tile.byte_len())]
    Length {
        /// What was asked for.
        tile: Tile,
        /// Bytes that came.
        found: usize,
    },
    /// The tree has no such hash.
    #[error(transparent)]
    Outside(OutsideTree),
}

/// Reads `tile` and holds the source to its contract.
pub(super) fn fetch<S: TileSource>(source: &S, tile: Tile) -> Result<Vec<u8>, TileError<S::Error>> {
    let bytes = source.tile(tile).map_err(|error| TileError::Source { tile, error })?;
    if bytes.len() != tile.byte_len() {
        return Err(TileError::Length { tile, found: bytes.len() });
    }
    Ok(bytes)
}

/// Root over the hashes of part of a tile; their number is a power of two, so this is the hash of a perfect subtree.
pub fn perfect_root(hashes: &[u8]) -> Digest {
    let mut row: Vec<Digest> = hashes.as_chunks::<HASH>().0.iter().copied().map(Digest).collect();
    while row.len() > 1 {
        row = row.as_chunks::<2>().0.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied().unwrap_or_default()
}

/// Reads the hashes of a tree from its tiles.
///
/// The hashes are as true as the tiles: what is built from them, a root or a proof, is to be checked against a
/// trusted root.
#[derive(Clone, Copy, Debug)]
pub struct TileHashReader<S> {
    source: S,
    size: u64,
}

impl<S: TileSource> TileHashReader<S> {
    /// A reader of the tree over the first `size` leaves, whose tiles are in `source`.
    pub fn new(source: S, size: u64) -> Self {
        Self { source, size }
    }

    /// Where a hash comes from: the tile, and which of its hashes it is the root of.
    fn locate(&self, place: Place) -> Option<(Tile, Range<usize>)> {
        place.end().filter(|end| *end <= self.size)?;
        let (level, below) = (place.level / HEIGHT, place.level % HEIGHT);
        let first = place.n << below;
        let run = Run::holding(first, self.size >> (level * HEIGHT))?;
        let start = (first - run.elements().start) as usize;
        Some((Tile::new(level, run)?, start..start + (1 << below)))
    }
}

impl<S: TileSource> HashReader for TileHashReader<S> {
    type Error = TileError<S::Error>;

    /// Fetches each tile once, however many of its hashes are asked for.
    fn read(&self, places: &[Place]) -> Result<Vec<Digest>, Self::Error> {
        let mut fetched: BTreeMap<Tile, Vec<u8>> = BTreeMap::new();
        let mut hashes = Vec::with_capacity(places.len());
        for place in places {
            let outside = || TileError::Outside(OutsideTree { place: *place, size: self.size });
            let (tile, part) = self.locate(*place).ok_or_else(outside)?;
            let bytes = match fetched.entry(tile) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(fetch(&self.source, tile)?),
            };
            hashes.push(perfect_root(&bytes[part.start * HASH..part.end * HASH]));
        }
        Ok(hashes)
    }
}
