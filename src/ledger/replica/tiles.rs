//! Tiles that are known to be the log's before anything is held against them.
//!
//! The tiles at the right edge hash to the signed root. Every full tile hashes to an element of the tile above it, and so
//! on up to the edge. So each tile is checked when it comes, and one that is wrong is named.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::error::FollowError;
use super::source::Counting;
use crate::hash::Digest;
use crate::ledger::log::{LogError, full, tile_path};
use crate::store::Store;
use crate::tlog::edge::Edge;
use crate::tlog::tile::{Run, Tile, TileError, TileHashReader, TileSource, perfect_root};
use crate::tlog::tree;

const HASH: usize = 32;

/// The tiles of a log whose root is signed.
pub(super) struct Tiles<'a> {
    source: &'a Counting<'a>,
    /// Tiles that stand here already are not fetched, only hashed.
    local: &'a dyn Store,
    size: u64,
    /// The edge, the first tile, and every tile above level 0 that was asked for.
    known: Mutex<HashMap<Tile, Arc<Vec<u8>>>>,
}

/// The partial tiles, before the root is known to be right.
struct Edges<'a>(&'a Tiles<'a>);

impl TileSource for Edges<'_> {
    type Error = FollowError;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, FollowError> {
        let bytes = self.0.fetch(tile)?;
        self.0.keep(tile, &bytes);
        Ok(bytes)
    }
}

impl<'a> Tiles<'a> {
    /// Fetches the right edge of the log and holds it against the signed root.
    pub fn open(source: &'a Counting<'a>, local: &'a dyn Store, size: u64, root: Digest) -> Result<Self, FollowError> {
        let tiles = Self { source, local, size, known: Mutex::default() };
        let found = Edge::load(&Edges(&tiles), size).map_err(failed)?.root();
        if found == root { Ok(tiles) } else { Err(FollowError::Root { expected: root, found }) }
    }

    fn keep(&self, tile: Tile, bytes: &[u8]) -> Arc<Vec<u8>> {
        let bytes = Arc::new(bytes.to_vec());
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(tile, Arc::clone(&bytes));
        bytes
    }

    /// What the source has there; of a partial tile that has gone, what the full one begins with.
    fn fetch(&self, tile: Tile) -> Result<Vec<u8>, FollowError> {
        let path = tile_path(tile);
        let right = |bytes: &Vec<u8>, tile: Tile| bytes.len() == tile.byte_len();
        let wrong = |tile: Tile| FollowError::Tile { path: tile_path(tile).to_string() };
        if let Some(bytes) = self.source.fetch(path.as_str(), tile.byte_len())? {
            return if right(&bytes, tile) { Ok(bytes) } else { Err(wrong(tile)) };
        }
        let whole = full(tile.run()).filter(|run| *run != tile.run()).and_then(|run| Tile::new(tile.level(), run));
        let missing = || FollowError::Missing { path: path.to_string() };
        let whole = whole.ok_or_else(missing)?;
        let mut bytes = self.source.fetch(tile_path(whole).as_str(), whole.byte_len())?.ok_or_else(missing)?;
        if !right(&bytes, whole) {
            return Err(wrong(whole));
        }
        bytes.truncate(tile.byte_len());
        Ok(bytes)
    }

    /// The tile, which is the log's.
    pub fn get(&self, tile: Tile) -> Result<Arc<Vec<u8>>, FollowError> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&tile).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let wrong = || FollowError::Tile { path: tile_path(tile).to_string() };
        let expected = self.element_above(tile)?.ok_or_else(wrong)?;
        let holds = |bytes: &Vec<u8>| bytes.len() == tile.byte_len() && perfect_root(bytes) == expected;
        let here = self.local.get(&tile_path(tile), tile.byte_len()).ok().flatten().filter(holds);
        let bytes = match here {
            Some(bytes) => bytes,
            None => Some(self.fetch(tile)?).filter(holds).ok_or_else(wrong)?,
        };
        // The first is asked for twice: for the ledger's id, and with its entries.
        Ok(if tile.level() > 0 || tile.run().n() == 0 { self.keep(tile, &bytes) } else { Arc::new(bytes) })
    }

    /// What the tile above says that a full tile hashes to; `None` where there is none above.
    fn element_above(&self, tile: Tile) -> Result<Option<Digest>, FollowError> {
        let n = tile.run().n();
        let Some(level) = Some(tile.level() + 1).filter(|_| tile.run().is_full()) else { return Ok(None) };
        let above = Run::holding(n, self.size.checked_shr(8 * u32::from(level)).unwrap_or(0));
        let Some(above) = above.and_then(|run| Tile::new(level, run)) else { return Ok(None) };
        let bytes = self.get(above)?;
        let at = (n - above.run().elements().start) as usize * HASH;
        Ok(bytes.get(at..at + HASH).and_then(|hash| hash.try_into().ok()).map(Digest))
    }

    /// Root over the first `size` entries of this log.
    pub fn root_at(&self, size: u64) -> Result<Digest, FollowError> {
        tree::root(&TileHashReader::new(self, self.size), size).map_err(|error| match error {
            tree::ReadError::Reader(error) => failed(error),
            tree::ReadError::Count { asked, got } => LogError::Beyond { end: asked as u64, size: got as u64 }.into(),
        })
    }
}

impl TileSource for Tiles<'_> {
    type Error = FollowError;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, FollowError> {
        Ok(self.get(tile)?.to_vec())
    }
}

fn failed(error: TileError<FollowError>) -> FollowError {
    match error {
        TileError::Source { error, .. } => error,
        TileError::Length { tile, .. } => FollowError::Tile { path: tile_path(tile).to_string() },
        TileError::Outside(outside) => LogError::Outside(outside).into(),
    }
}
