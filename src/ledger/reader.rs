//! Reading below a checkpoint: entries and payloads by bundle, hashes by tile.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::log::{LogError, Tiles, bundle_path, full, open_checkpoint, read_bundle};
use crate::hash::Digest;
use crate::store::{Cell, StoreRead};
use crate::tlog::bundle::{Bundle, Series, starts};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::key::Verifier;
use crate::tlog::tile::TileHashReader;

/// Times that the open payload bundle may have been superseded between finding and reading it.
const ATTEMPTS: usize = 16;

/// Bundles of each series that are kept at hand; a full one has up to some 300 KiB.
const KEPT: usize = 24;

/// A log at one checkpoint, and what lies below it.
///
/// What is read is as true as the store; hold entries against [`hashes`](Reader::hashes), and those against the root.
#[derive(Debug)]
pub struct Reader<S> {
    store: S,
    keys: Vec<Verifier>,
    latest: Option<(Checkpoint, Vec<u8>)>,
    /// The last bundles of each series, the latest last: neighbours are asked for one after the other, and a claim is
    /// read together with its document and its evidence.
    cache: [Mutex<Vec<Cached>>; 2],
    /// Where the items of full bundles lie, as far as these were read. Only redaction changes them, and with it their length.
    maps: Mutex<Maps>,
}

/// Series and number of a bundle, and where its items begin.
type Maps = HashMap<(Series, u64), Arc<[u32]>>;

/// Maps kept, of a kilobyte each: those of two million entries.
const MAX_MAPS: usize = 16_384;

/// Where item `position` lies, with its two bytes of length.
fn item_at(starts: &[u32], position: usize) -> Option<Range<usize>> {
    Some(*starts.get(position)? as usize..*starts.get(position + 1)? as usize)
}

#[derive(Debug, Clone)]
struct Cached {
    bundle: Bundle,
    bytes: Arc<Vec<u8>>,
}

impl<S: StoreRead> Reader<S> {
    /// Reads the latest checkpoint, which one of `keys` must have signed. A log without one is empty.
    pub fn open(store: S, keys: Vec<Verifier>) -> Result<Self, LogError> {
        let mut reader = Self { store, keys, latest: None, cache: Default::default(), maps: Mutex::default() };
        reader.refresh()?;
        Ok(reader)
    }

    /// Reads the latest checkpoint again and forgets all bundles; whether the log has grown. One that is smaller than that
    /// seen before is not taken, and neither is it an error here: a cache on the way may be old.
    pub fn refresh(&mut self) -> Result<bool, LogError> {
        self.forget();
        let old = self.size();
        let latest = self.read_latest()?;
        let grown = latest.as_ref().is_some_and(|(checkpoint, _)| checkpoint.size() > old);
        // One of the same size may have more cosignatures.
        if latest.as_ref().is_some_and(|(checkpoint, _)| checkpoint.size() >= old) {
            self.latest = latest;
        }
        Ok(grown)
    }

    fn read_latest(&self) -> Result<Option<(Checkpoint, Vec<u8>)>, LogError> {
        let Some(bytes) = self.store.read(Cell::Checkpoint)? else { return Ok(None) };
        Ok(Some((open_checkpoint(&bytes, &self.keys)?, bytes)))
    }

    /// The checkpoint; `None` for a log without one.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.latest.as_ref().map(|(checkpoint, _)| checkpoint)
    }

    /// The checkpoint as the signed note it is.
    pub fn note(&self) -> Option<&[u8]> {
        self.latest.as_ref().map(|(_, bytes)| bytes.as_slice())
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.checkpoint().map_or(0, Checkpoint::size)
    }

    /// Root of the tree over the first `size` entries.
    ///
    /// # Errors
    /// When the tiles cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Digest, LogError> {
        crate::tlog::tree::root(&self.hashes(), size).map_err(LogError::from)
    }

    /// The keys of which one has signed the checkpoint.
    pub fn keys(&self) -> &[Verifier] {
        &self.keys
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The hashes of the tree.
    pub fn hashes(&self) -> TileHashReader<Tiles<&S>> {
        TileHashReader::new(Tiles(&self.store), self.size())
    }

    /// Forgets the bundles it holds, such as after a redaction.
    pub fn forget(&self) {
        for cached in &self.cache {
            cached.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// The entries of `range`, in order.
    pub fn entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>, LogError> {
        self.items(Series::Entries, range, <[u8]>::to_vec)
    }

    /// The payloads of `range`, in order; `None` for one that is withheld.
    pub fn payloads(&self, range: Range<u64>) -> Result<Vec<Option<Vec<u8>>>, LogError> {
        self.items(Series::Payloads, range, |payload| (!payload.is_empty()).then(|| payload.to_vec()))
    }

    /// One entry.
    ///
    /// # Errors
    /// As [`Reader::entries`].
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LogError> {
        self.item(Series::Entries, index)
    }

    /// One payload; `None` for one that is withheld.
    ///
    /// # Errors
    /// As [`Reader::payloads`].
    pub fn payload(&self, index: u64) -> Result<Option<Vec<u8>>, LogError> {
        Ok(Some(self.item(Series::Payloads, index)?).filter(|payload| !payload.is_empty()))
    }

    /// One item: of a full bundle that was read before, only its own bytes are read again.
    fn item(&self, series: Series, index: u64) -> Result<Vec<u8>, LogError> {
        let size = self.size();
        let beyond = LogError::Beyond { end: index + 1, size };
        let Some(bundle) = Bundle::holding(series, index, size) else { return Err(beyond) };
        let position = (index - bundle.run.elements().start) as usize;
        let maps = || self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = self.cached(bundle);
        let map = maps().get(&(series, bundle.run.n())).cloned();
        let item = match (&cached, &map) {
            (Some(Cached { bytes, .. }), Some(map)) if map.last() == Some(&(bytes.len() as u32)) => {
                item_at(map, position).and_then(|range| bytes.get(range.start + 2..range.end)).map(<[u8]>::to_vec)
            }
            (None, Some(map)) => self.part(bundle, map, position)?,
            _ => None,
        };
        if let Some(item) = item {
            return Ok(item);
        }
        let Cached { bundle, bytes } = cached.map_or_else(|| self.bundle(bundle), Ok)?;
        let bad = |error| LogError::Bundle { bundle, error };
        let starts = starts(&bytes, bundle.run.width(), series.max_item()).map_err(bad)?;
        let item =
            item_at(&starts, position).and_then(|range| bytes.get(range.start + 2..range.end)).map(<[u8]>::to_vec);
        if bundle.run.is_full() {
            let mut maps = maps();
            if maps.len() >= MAX_MAPS {
                maps.clear();
            }
            maps.insert((series, bundle.run.n()), starts.into());
        }
        item.ok_or(beyond)
    }

    /// Reads the item's own bytes; `None` where the bundle is no longer as long as it was, or the item not where it was.
    fn part(&self, bundle: Bundle, starts: &[u32], position: usize) -> Result<Option<Vec<u8>>, LogError> {
        let (Some(range), Some(whole)) = (item_at(starts, position), starts.last()) else { return Ok(None) };
        let length = range.len() - 2;
        let found = self.store.get_part(&bundle_path(bundle), *whole as usize, range)?;
        Ok(found.filter(|bytes| bytes.first_chunk() == Some(&(length as u16).to_be_bytes())).map(|mut bytes| {
            bytes.drain(..2);
            bytes
        }))
    }

    fn items<T>(&self, series: Series, range: Range<u64>, item: impl Fn(&[u8]) -> T) -> Result<Vec<T>, LogError> {
        let size = self.size();
        if range.end > size {
            return Err(LogError::Beyond { end: range.end, size });
        }
        let mut found = Vec::with_capacity(range.end.saturating_sub(range.start) as usize);
        let mut next = range.start;
        while next < range.end {
            let Some(bundle) = Bundle::holding(series, next, size) else {
                return Err(LogError::Beyond { end: next, size });
            };
            let Cached { bundle, bytes } = self.bundle(bundle)?;
            let items = bundle.decode(&bytes).map_err(|error| LogError::Bundle { bundle, error })?;
            let elements = bundle.run.elements();
            let end = elements.end.min(range.end);
            found.extend(items.skip((next - elements.start) as usize).take((end - next) as usize).map(&item));
            next = end;
        }
        Ok(found)
    }

    /// The bundle, or a wider one that has superseded it, if it was among the last read.
    fn cached(&self, wanted: Bundle) -> Option<Cached> {
        let fits = |cached: &Cached| {
            let (have, want) = (cached.bundle.run, wanted.run);
            have.n() == want.n() && have.width() >= want.width()
        };
        let mut kept = self.cache[wanted.series as usize].lock().unwrap_or_else(PoisonError::into_inner);
        let at = kept.iter().position(fits)?;
        let cached = kept.remove(at);
        kept.push(cached.clone());
        Some(cached)
    }

    /// The bundle, or a wider one that has superseded it.
    fn bundle(&self, wanted: Bundle) -> Result<Cached, LogError> {
        if let Some(cached) = self.cached(wanted) {
            return Ok(cached);
        }
        // The cache is never locked while the store works: others read meanwhile.
        let cached = self.find(wanted)?;
        let mut kept = self.cache[wanted.series as usize].lock().unwrap_or_else(PoisonError::into_inner);
        // A narrower one of the same place is superseded.
        kept.retain(|other| other.bundle.run.n() != cached.bundle.run.n());
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(cached.clone());
        Ok(cached)
    }

    fn find(&self, wanted: Bundle) -> Result<Cached, LogError> {
        let mut at = wanted;
        for _ in 0..ATTEMPTS {
            let whole = full(wanted.run).map(|run| Bundle { run, ..wanted });
            for bundle in [Some(at), whole.filter(|whole| *whole != at)].into_iter().flatten() {
                if let Some(bytes) = read_bundle(&self.store, bundle)? {
                    return Ok(Cached { bundle, bytes: Arc::new(bytes) });
                }
            }
            // Payload partials go at once when the log grows: then a later checkpoint stands already.
            let latest = self.read_latest()?.map_or(0, |(checkpoint, _)| checkpoint.size());
            match Bundle::holding(wanted.series, wanted.run.elements().start, latest) {
                Some(later) if later.run.width() > at.run.width() => at = later,
                _ => break,
            }
        }
        Err(LogError::Missing { path: bundle_path(wanted) })
    }
}
