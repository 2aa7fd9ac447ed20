//! Where tiles and bundles lie in a store, and reading them: C2SP tlog-tiles under `log/`, payloads beside it.

use crate::store::{StoreError, StorePath, StoreRead};
use crate::tlog::bundle::{BadBundle, Bundle, Series};
use crate::tlog::checkpoint::{Checkpoint, CheckpointError};
use crate::tlog::key::Verifier;
use crate::tlog::tile::{Run, Tile, TileError, TileSource, WIDTH};
use crate::tlog::tree::{OutsideTree, ReadError};

/// What stands under `log/` or `payload/` and cannot be read, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A published object is gone.
    #[error("{path} is missing from the ledger")]
    Missing {
        /// The object.
        path: StorePath,
    },
    /// A tile has a wrong length.
    #[error("{tile} has {found} bytes instead of {}", .tile.byte_len())]
    Tile {
        /// The tile.
        tile: Tile,
        /// Its length.
        found: usize,
    },
    /// A bundle is malformed.
    #[error("{bundle} is malformed")]
    Bundle {
        /// The bundle.
        bundle: Bundle,
        /// What is wrong with it.
        #[source]
        error: BadBundle,
    },
    /// A hash was asked for that the tree does not have.
    #[error(transparent)]
    Outside(#[from] OutsideTree),
    /// Entries were asked for that the log does not have.
    #[error("the log has {size} entries, {end} were asked for")]
    Beyond {
        /// How many there would have to be.
        end: u64,
        /// How many there are.
        size: u64,
    },
    /// The checkpoint is malformed or not signed by the log.
    #[error("the ledger's checkpoint cannot be trusted")]
    Checkpoint(#[from] CheckpointError),
}

impl From<TileError<Self>> for LogError {
    fn from(error: TileError<Self>) -> Self {
        match error {
            TileError::Source { error, .. } => error,
            TileError::Length { tile, found } => Self::Tile { tile, found },
            TileError::Outside(outside) => Self::Outside(outside),
        }
    }
}

impl From<ReadError<TileError<Self>>> for LogError {
    fn from(error: ReadError<TileError<Self>>) -> Self {
        match error {
            ReadError::Reader(error) => error.into(),
            // The reader of tiles answers each place or fails.
            ReadError::Count { asked, got } => Self::Beyond { end: asked as u64, size: got as u64 },
        }
    }
}

/// Where a tile lies.
pub fn tile_path(tile: Tile) -> StorePath {
    StorePath::built(format!("log/{tile}"))
}

/// Where a bundle lies.
pub fn bundle_path(bundle: Bundle) -> StorePath {
    match bundle.series {
        Series::Entries => StorePath::built(format!("log/{bundle}")),
        Series::Payloads => StorePath::built(bundle.to_string()),
    }
}

/// Longest bundle of these coordinates, in bytes.
pub fn bundle_limit(bundle: Bundle) -> usize {
    usize::from(bundle.run.width()) * (2 + bundle.series.max_item())
}

/// The full run in the same place as `run`.
pub(super) fn full(run: Run) -> Option<Run> {
    Run::new(run.n(), WIDTH)
}

/// The tiles in a store. Partial ones that have gone are cut from the full one.
#[derive(Debug, Clone, Copy)]
pub struct Tiles<S>(pub S);

impl<S: StoreRead> TileSource for Tiles<S> {
    type Error = LogError;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, LogError> {
        let path = tile_path(tile);
        if let Some(bytes) = self.0.get(&path, tile.byte_len())? {
            return Ok(bytes);
        }
        let whole = full(tile.run()).filter(|run| *run != tile.run()).and_then(|run| Tile::new(tile.level(), run));
        let Some(whole) = whole else { return Err(LogError::Missing { path }) };
        match self.0.get(&tile_path(whole), whole.byte_len())? {
            Some(bytes) if bytes.len() != whole.byte_len() => Err(LogError::Tile { tile: whole, found: bytes.len() }),
            Some(mut bytes) => {
                bytes.truncate(tile.byte_len());
                Ok(bytes)
            }
            None => Err(LogError::Missing { path }),
        }
    }
}

/// Bytes of exactly this bundle, checked; `None` where it is not there.
pub fn read_bundle<S: StoreRead + ?Sized>(store: &S, bundle: Bundle) -> Result<Option<Vec<u8>>, LogError> {
    let Some(bytes) = store.get(&bundle_path(bundle), bundle_limit(bundle))? else { return Ok(None) };
    match bundle.decode(&bytes) {
        Ok(_) => Ok(Some(bytes)),
        Err(error) => Err(LogError::Bundle { bundle, error }),
    }
}

/// Reads a checkpoint that one of the `keys` has signed.
pub fn open_checkpoint(bytes: &[u8], keys: &[Verifier]) -> Result<Checkpoint, LogError> {
    let mut failure = None;
    for key in keys {
        match Checkpoint::open(bytes, key) {
            Ok((checkpoint, _)) => return Ok(checkpoint),
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    let unknown = CheckpointError::Distrust(crate::tlog::note::Distrust::NoKnownKey);
    Err(failure.unwrap_or(unknown).into())
}
