//! One bundle of entries with its tile and its payloads: fetched, held against the tree, ready to be written.

use std::collections::BTreeSet;

use super::authors::Item;
use super::error::FollowError;
use super::source::Counting;
use super::tiles::Tiles;
use crate::entry::header::Read;
use crate::entry::{Event, Header};
use crate::hash::{Digest, Index, leaf_hash};
use crate::ledger::log::{bundle_limit, bundle_path, tile_path};
use crate::store::{Store, StorePath};
use crate::tlog::bundle::{Bundle, Items, Series, append};
use crate::tlog::tile::{Run, Tile};

/// A file of the replica: what is to stand there.
pub(super) struct File {
    pub path: StorePath,
    pub bytes: Vec<u8>,
}

/// A bundle that holds.
pub(super) struct Verified {
    /// What is not here yet, or stands here in another form.
    pub files: Vec<File>,
    /// The new entries in it.
    pub items: Vec<Item>,
    /// Payloads that stand here and that the source shows no longer.
    pub gone: Vec<u64>,
    /// Payloads that are here.
    pub shown: u64,
    /// Payloads of entries that were here before, which were not and are now.
    pub filled: u64,
}

/// What every bundle is held against.
pub(super) struct Checker<'a> {
    pub source: &'a Counting<'a>,
    pub tiles: &'a Tiles<'a>,
    pub local: &'a dyn Store,
    /// Entries that the replica has and has verified.
    pub before: u64,
    /// The ledger's id, which every signature names.
    pub id: Digest,
    /// Payloads of older entries that are not to be shown: they are not taken even where the source shows them.
    pub back: BTreeSet<u64>,
}

impl Checker<'_> {
    /// Brings the bundle here and checks all of it: entries against the tree, payloads against the entries.
    pub fn check(&self, run: Run) -> Result<Verified, FollowError> {
        let (entries, mut files) = self.entries(run)?;
        let payloads = Bundle { series: Series::Payloads, run };
        let path = bundle_path(payloads);
        let offered = self.source.bundle(payloads)?;
        let stands = self.local.get(&path, bundle_limit(payloads))?;
        let mut found = Verified { files: Vec::new(), items: Vec::new(), gone: Vec::new(), shown: 0, filled: 0 };
        let before = if stands.is_some() { stands.clone() } else { self.narrower(run)? };
        let here = before.as_deref().map(|bytes| self.slots(bytes, run)).unwrap_or_default();
        let mut merged = Vec::with_capacity(offered.len());
        let malformed = |path: &StorePath| {
            let path = path.to_string();
            move |source| FollowError::Bundle { path, source }
        };
        let offered = payloads.decode(&offered).map_err(malformed(&path))?;
        for (k, ((index, entry), theirs)) in run.elements().zip(entries.iter()).zip(offered).enumerate() {
            let mut ours = here.get(k).copied().unwrap_or_default();
            let slot = if index >= self.before {
                let (item, slot, kept) = self.new_entry(index, entry, theirs, ours, &path)?;
                found.items.push(item);
                ours = kept;
                slot
            } else if self.back.contains(&index) {
                &[]
            } else if theirs == ours || theirs.is_empty() {
                theirs
            } else {
                shown_since(index, entry, theirs, &path)?
            };
            if slot.is_empty() && !ours.is_empty() {
                found.gone.push(index);
            }
            found.filled += u64::from(index < self.before && !slot.is_empty() && ours.is_empty());
            let slot = if slot.is_empty() { ours } else { slot };
            found.shown += u64::from(!slot.is_empty());
            append(&mut merged, slot, Series::Payloads.max_item()).map_err(malformed(&path))?;
        }
        if stands.as_deref() != Some(merged.as_slice()) {
            files.push(File { path, bytes: merged });
        }
        found.files = files;
        Ok(found)
    }

    /// Reads an entry that is new here. Returns the payload to take from the source, and what of an interrupted run may
    /// stay.
    fn new_entry<'b>(
        &self,
        number: u64,
        entry: &[u8],
        theirs: &'b [u8],
        ours: &'b [u8],
        path: &StorePath,
    ) -> Result<(Item, &'b [u8], &'b [u8]), FollowError> {
        let (index, leaf) = (Index(number), leaf_hash(entry));
        let header = match Header::decode(entry).map_err(|source| FollowError::Entry { index, source })? {
            Read::Known(header) => header,
            // What it commits to cannot be told, so that no payload of it is taken.
            Read::Foreign { .. } => {
                return Ok((Item { index: number, leaf, header: None, message: None, event: None }, &[], &[]));
            }
        };
        let event = held_against(&header, index, theirs, path)?;
        let kept = if held_against(&header, index, ours, path).is_ok() { ours } else { &[] };
        let core = !header.kind.row().erasable;
        if core && event.is_none() {
            return Err(FollowError::KeptBack { index, kind: header.kind.as_str() });
        }
        // Entry 0 signs before the ledger has an id.
        let id = if number == 0 { Digest::default() } else { self.id };
        let message = header.sig.is_some().then(|| header.message(&id)).transpose();
        let message = message.map_err(|source| FollowError::Entry { index, source })?;
        let event = event.filter(|_| core);
        Ok((Item { index: number, leaf, header: Some(header), message, event }, theirs, kept))
    }

    /// The entries as slices of a bundle that matches its tile, and the files of both where they are not here.
    fn entries(&self, run: Run) -> Result<(Framed, Vec<File>), FollowError> {
        let bundle = Bundle { series: Series::Entries, run };
        let path = bundle_path(bundle);
        let tile = tile_of(run)?;
        let hashes = self.tiles.get(tile)?;
        let mut files = Vec::new();
        let here = self.local.get(&path, bundle_limit(bundle))?.map(|bytes| Framed { bundle, bytes });
        let here = here.filter(|here| here.differs_from(&hashes).is_none());
        let framed = if let Some(here) = here {
            here
        } else {
            let framed = Framed { bundle, bytes: self.source.bundle(bundle)? };
            if let Some(index) = framed.differs_from(&hashes) {
                return Err(FollowError::Leaf { path: path.to_string(), index });
            }
            files.push(File { path, bytes: framed.bytes.clone() });
            framed
        };
        let path = tile_path(tile);
        if self.local.get(&path, tile.byte_len())?.as_deref() != Some(hashes.as_slice()) {
            files.push(File { path, bytes: hashes.to_vec() });
        }
        Ok((framed, files))
    }

    /// The payloads here of a bundle that has become longer.
    fn narrower(&self, run: Run) -> Result<Option<Vec<u8>>, FollowError> {
        let elements = run.elements();
        if self.before <= elements.start {
            return Ok(None);
        }
        let Some(was) = Run::holding(elements.start, self.before).filter(|was| *was != run) else { return Ok(None) };
        let was = Bundle { series: Series::Payloads, run: was };
        Ok(self.local.get(&bundle_path(was), bundle_limit(was))?)
    }

    /// The slots in bytes that stand here, of this run or of a shorter form of it.
    fn slots<'b>(&self, bytes: &'b [u8], run: Run) -> Vec<&'b [u8]> {
        let max = Series::Payloads.max_item();
        let whole = Items::decode(bytes, run.width(), max);
        let short = || {
            let was = Run::holding(run.elements().start, self.before)?;
            Items::decode(bytes, was.width(), max).ok()
        };
        whole.ok().or_else(short).map(Iterator::collect).unwrap_or_default()
    }
}

fn tile_of(run: Run) -> Result<Tile, FollowError> {
    Tile::new(0, run).ok_or(FollowError::Size { size: run.elements().end })
}

/// A bundle of entries, whose framing was checked.
struct Framed {
    bundle: Bundle,
    bytes: Vec<u8>,
}

impl Framed {
    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.bundle.decode(&self.bytes).into_iter().flatten()
    }

    /// The first entry that is not the one that the tile says; of a bundle that is malformed, its first.
    fn differs_from(&self, hashes: &[u8]) -> Option<Index> {
        let first = self.bundle.run.elements().start;
        let Ok(items) = self.bundle.decode(&self.bytes) else { return Some(Index(first)) };
        let (hashes, _) = hashes.as_chunks::<32>();
        let wrong = items.zip(hashes).position(|(item, hash)| leaf_hash(item).0 != *hash);
        wrong.map(|k| Index(first + k as u64))
    }
}

/// A payload of an entry that was here before, which the source shows and the replica has not.
fn shown_since<'b>(number: u64, entry: &[u8], payload: &'b [u8], path: &StorePath) -> Result<&'b [u8], FollowError> {
    let index = Index(number);
    match Header::decode(entry).map_err(|source| FollowError::Entry { index, source })? {
        Read::Known(header) => held_against(&header, index, payload, path).map(|_| payload),
        Read::Foreign { .. } => Ok(&[]),
    }
}

/// The payload as the event that it is; `None` for an empty slot.
fn held_against(header: &Header, index: Index, payload: &[u8], path: &StorePath) -> Result<Option<Event>, FollowError> {
    if payload.is_empty() {
        return Ok(None);
    }
    if Digest::of(payload) != header.digest {
        return Err(FollowError::Payload { path: path.to_string(), index });
    }
    let (event, _) = Event::decode(header.kind, payload).map_err(|source| FollowError::Body { index, source })?;
    Ok(Some(event))
}
