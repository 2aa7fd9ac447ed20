//! Appending: from leaf hashes to the tiles that change.
//!
//! The right edge of a log is the partial tile of each level, at most eight, and everything a writer must read
//! before it can append: the frontier is within them. Leaves pass through one at a time, each at the cost of about one
//! hash and no allocation; a tile is handed out when it is full, the partial ones when the writer asks.
//!
//! Tested by `tests/it/tlog_tile.rs`: whatever way a log grows, its tiles are those read from the whole tree.

use super::tile::{LEVELS, Run, Tile, TileError, TileSource, WIDTH, fetch, perfect_root};
use super::tree::{Frontier, MAX_SIZE, OutsideTree, Place};
use crate::hash::Digest;

const HASH: usize = 32;
const FULL: usize = WIDTH as usize * HASH;

/// The right edge of a growing log.
#[derive(Clone, Debug)]
pub struct Edge {
    frontier: Frontier,
    /// Bytes of the tile in the making, of each level; never a full one.
    open: [Vec<u8>; LEVELS as usize],
    /// Tiles filled since the last [`Edge::take_tiles`].
    full: Vec<(Tile, Vec<u8>)>,
    /// Size at the last [`Edge::take_tiles`].
    taken: u64,
}

impl Default for Edge {
    fn default() -> Self {
        Self::new()
    }
}

impl Edge {
    /// The edge of the empty log.
    pub fn new() -> Self {
        Self { frontier: Frontier::new(), open: Default::default(), full: Vec::new(), taken: 0 }
    }

    /// Reads the edge of a log of `size` leaves from its partial tiles. Compare [`Edge::root`] with the root that
    /// the size is known to have: the tiles prove nothing by themselves.
    ///
    /// # Errors
    /// When a tile cannot be read or has the wrong length.
    pub fn load<S: TileSource>(source: &S, size: u64) -> Result<Self, TileError<S::Error>> {
        let mut edge = Self::new();
        for tile in Tile::partial(size) {
            edge.open[usize::from(tile.level())] = fetch(source, tile)?;
        }
        let mut roots = Vec::with_capacity(64);
        for bytes in edge.open.iter().rev() {
            // The perfect subtrees of a tile: one for each binary one of its width, largest first.
            let mut rest = bytes.as_slice();
            while let Some(height) = (rest.len() / HASH).checked_ilog2() {
                let (subtree, after) = rest.split_at(HASH << height);
                roots.push(perfect_root(subtree));
                rest = after;
            }
        }
        edge.taken = size;
        // The widths of the partial tiles are the bytes of the size, so their binary ones are the size's.
        let beyond = OutsideTree { place: Place { level: 0, n: size }, size: MAX_SIZE };
        edge.frontier = Frontier::from_hashes(size, &roots).ok_or(TileError::Outside(beyond))?;
        Ok(edge)
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// The frontier of the tree.
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Appends a leaf, given by its hash.
    pub fn push(&mut self, leaf: Digest) {
        let Self { frontier, open, full, .. } = self;
        frontier.push_with(leaf, |Place { level, n }, hash| {
            if level % 8 != 0 {
                return;
            }
            let bytes = &mut open[usize::from(level / 8)];
            bytes.extend_from_slice(&hash.0);
            if bytes.len() == FULL {
                let bytes = std::mem::replace(bytes, Vec::with_capacity(FULL));
                let run = Run::new(n / u64::from(WIDTH), WIDTH);
                full.extend(run.and_then(|run| Tile::new(level / 8, run)).map(|tile| (tile, bytes)));
            }
        });
    }

    /// Tiles which are new or longer since the last call (or since the edge was loaded), with their bytes: the full
    /// ones in the order in which they filled, then the partial ones. Afterwards all is as if loaded at this size.
    pub fn take_tiles(&mut self) -> Vec<(Tile, Vec<u8>)> {
        let mut tiles = std::mem::take(&mut self.full);
        let size = self.size();
        for tile in Tile::partial(size) {
            let shift = tile.level() * 8;
            if self.taken >> shift != size >> shift {
                tiles.push((tile, self.open[usize::from(tile.level())].clone()));
            }
        }
        self.taken = size;
        tiles
    }
}
