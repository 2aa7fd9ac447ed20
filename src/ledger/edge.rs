//! What a writer keeps in memory: the tree's right edge, and the bundles that are not full yet.

use std::borrow::Cow;

use super::commit::CommitError;
use super::log::{LogError, Tiles, bundle_path, read_bundle, tile_path};
use super::staging::Staged;
use crate::hash::{Digest, leaf_hash};
use crate::store::{StorePath, StoreRead};
use crate::tlog::bundle::{Bundle, Series, append};
use crate::tlog::edge::Edge;
use crate::tlog::tile::{TileHashReader, WIDTH};
use crate::tlog::tree::{HashReader as _, Place};

/// The right edge of a log: all that a commit needs to know of what came before.
#[derive(Debug, Clone, Default)]
pub(super) struct RightEdge {
    tree: Edge,
    /// Bytes of the entry bundle in the making.
    entries: Vec<u8>,
    /// Bytes of the payload bundle in the making.
    payloads: Vec<u8>,
}

/// A file to be published.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    pub(super) path: StorePath,
    pub(super) bytes: Cow<'a, [u8]>,
    /// Set for bundles of payloads, which may have been redacted meanwhile.
    pub(super) payloads: Option<Bundle>,
}

/// How many elements of the last run of a row of `size` elements exist, 0 to 255.
pub(super) fn open_width(size: u64) -> usize {
    (size % u64::from(WIDTH)) as usize
}

/// The bundle in the making at `size`; `None` where the last is full.
pub(super) fn open_bundle(series: Series, size: u64) -> Option<Bundle> {
    let bundle = Bundle::holding(series, size.checked_sub(1)?, size)?;
    (open_width(size) != 0).then_some(bundle)
}

impl RightEdge {
    /// Reads the edge at `size` and holds it against `root`: the tiles must hash to it, and the open entry bundle to
    /// the tiles.
    pub(super) fn load<S: StoreRead>(store: &S, size: u64, root: Digest) -> Result<Self, CommitError> {
        let tree = Edge::load(&Tiles(store), size).map_err(LogError::from)?;
        if tree.root() != root {
            return Err(CommitError::RootMismatch { size, recorded: root, computed: tree.root() });
        }
        let open = |series| match open_bundle(series, size) {
            None => Ok(Vec::new()),
            Some(bundle) => read_bundle(store, bundle)?.ok_or(LogError::Missing { path: bundle_path(bundle) }),
        };
        let (entries, payloads) = (open(Series::Entries)?, open(Series::Payloads)?);
        let edge = Self { tree, entries, payloads };
        edge.check_entries(store)?;
        Ok(edge)
    }

    fn check_entries<S: StoreRead>(&self, store: &S) -> Result<(), CommitError> {
        let Some(bundle) = open_bundle(Series::Entries, self.size()) else { return Ok(()) };
        let places: Vec<_> = bundle.run.elements().map(|n| Place { level: 0, n }).collect();
        let hashes = TileHashReader::new(Tiles(store), self.size()).read(&places).map_err(LogError::from)?;
        let items = bundle.decode(&self.entries).map_err(|error| LogError::Bundle { bundle, error })?;
        for ((entry, hash), place) in items.zip(hashes).zip(places) {
            if leaf_hash(entry) != hash {
                return Err(CommitError::EntryMismatch { index: place.n });
            }
        }
        Ok(())
    }

    /// Number of entries.
    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    /// Root of the tree.
    pub(super) fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The tree after a batch.
    pub(super) fn grown(&self, leaves: &[Digest]) -> Edge {
        let mut tree = self.tree.clone();
        for leaf in leaves {
            tree.push(*leaf);
        }
        tree
    }

    /// Every file which is new or longer once `staged` has brought the tree to `tree`. The same for every writer.
    pub(super) fn objects<'a>(&self, staged: &'a Staged, tree: &mut Edge) -> Vec<Object<'a>> {
        let (base, size) = (self.size(), tree.size());
        let mut objects: Vec<Object<'a>> = tree
            .take_tiles()
            .into_iter()
            .map(|(tile, bytes)| Object { path: tile_path(tile), bytes: Cow::Owned(bytes), payloads: None })
            .collect();
        for (series, open) in [(Series::Entries, &self.entries), (Series::Payloads, &self.payloads)] {
            objects.extend(Bundle::changed(series, base, size).map(|bundle| {
                let items = bundle.run.elements();
                let fresh = staged.framed(series, (items.start.max(base) - base) as usize..(items.end - base) as usize);
                // Only the first of them goes on from what stood before.
                let bytes = if items.start < base {
                    Cow::Owned([open.as_slice(), fresh].concat())
                } else {
                    Cow::Borrowed(fresh)
                };
                let payloads = (series == Series::Payloads).then_some(bundle);
                Object { path: bundle_path(bundle), bytes, payloads }
            }));
        }
        objects
    }

    /// The edge after `objects` are published, in the form that they then have.
    pub(super) fn after(mut tree: Edge, objects: &[Object<'_>]) -> Self {
        let size = tree.size();
        tree.take_tiles();
        let open = |series| {
            let path = bundle_path(open_bundle(series, size)?);
            objects.iter().find(|object| object.path == path).map(|object| object.bytes.to_vec())
        };
        let (entries, payloads) = (open(Series::Entries), open(Series::Payloads));
        Self { tree, entries: entries.unwrap_or_default(), payloads: payloads.unwrap_or_default() }
    }

    /// Takes over what has been redacted, by anyone, in the open payload bundle since it was read; says whether anything
    /// was. One that is gone has been superseded, and then nothing is written from this edge that lasts.
    pub(super) fn refresh_payloads<S: StoreRead>(&mut self, store: &S) -> Result<bool, CommitError> {
        let Some(bundle) = open_bundle(Series::Payloads, self.size()) else { return Ok(false) };
        match read_bundle(store, bundle)? {
            Some(found) if found != self.payloads => {
                self.payloads = merge(bundle, &found, &self.payloads)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}

/// Joins two forms of one payload bundle: a slot that is empty in either stays empty.
pub(super) fn merge(bundle: Bundle, one: &[u8], other: &[u8]) -> Result<Vec<u8>, CommitError> {
    let bad = |error| CommitError::Log(LogError::Bundle { bundle, error });
    let (ones, others) = (bundle.decode(one).map_err(bad)?, bundle.decode(other).map_err(bad)?);
    let mut merged = Vec::with_capacity(one.len());
    for (index, (a, b)) in bundle.run.elements().zip(ones.zip(others)) {
        let slot = match (a.is_empty() || b.is_empty(), a == b) {
            (true, _) => &[][..],
            (false, true) => a,
            (false, false) => return Err(CommitError::PayloadMismatch { index }),
        };
        append(&mut merged, slot, bundle.series.max_item()).map_err(bad)?;
    }
    Ok(merged)
}
