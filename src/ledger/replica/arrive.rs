//! From what was fetched to a replica that counts: what is erased is emptied, then the checkpoint, then what is
//! superseded goes.
//!
//! Catalog and search index hold words too. So whoever calls [`Arrived::finish`] first removes those where
//! [`Arrived::forgets`] says so, and again afterwards, since somebody may have read the old words meanwhile, and then calls
//! [`forgotten`]. A mark in the replica stands from before until then, so that a run that dies in between is made up for.

use std::collections::BTreeMap;

use super::error::FollowError;
use super::marks::Marks;
use super::{Followed, payloads_of, seen};
use crate::entry::Header;
use crate::entry::header::Read;
use crate::ledger::copy::sweep;
use crate::ledger::log::{LogError, bundle_limit, bundle_path};
use crate::ledger::reader::Reader;
use crate::ledger::record::Ledger;
use crate::store::{Cell, Store, StoreError, StorePath, SwapError};
use crate::time::Day;
use crate::tlog::bundle::{Bundle, Series, append};
use crate::tlog::key::Verifier;

/// Stands while words are being removed.
const MARK: &str = "following/forget";

fn mark() -> StorePath {
    StorePath::built(MARK.to_owned())
}

/// Payload slots that an entry empties and that hold something here.
#[derive(Default)]
pub(super) struct Emptying {
    bundles: BTreeMap<StorePath, (Bundle, Vec<u64>)>,
}

impl Emptying {
    /// Looks at every slot that is to be empty on `today`.
    pub fn find(target: &dyn Store, size: u64, marks: &Marks, today: Day) -> Result<Self, FollowError> {
        let mut wanted: BTreeMap<StorePath, (Bundle, Vec<u64>)> = BTreeMap::new();
        for index in marks.kept_back(today) {
            if let Some((bundle, path)) = payloads_of(index, size) {
                wanted.entry(path).or_insert((bundle, Vec::new())).1.push(index.0);
            }
        }
        let mut found = Self::default();
        for (path, (bundle, indices)) in wanted {
            let missing = || LogError::Missing { path: path.clone() };
            let bytes = target.get(&path, bundle_limit(bundle))?.ok_or_else(missing)?;
            let slots: Vec<&[u8]> = items(bundle, &bytes)?.collect();
            let first = bundle.run.elements().start;
            let entries = Bundle { series: Series::Entries, ..bundle };
            let headers = target.get(&bundle_path(entries), bundle_limit(entries))?;
            let headers = headers.ok_or_else(missing)?;
            let headers: Vec<&[u8]> = items(entries, &headers)?.collect();
            // An entry against one of the kinds that are never kept back is a fault of its own, and changes nothing.
            let erasable = |index: &u64| {
                let header = headers.get((index - first) as usize).map(|bytes| Header::decode(bytes));
                matches!(header, Some(Ok(Read::Known(header))) if header.kind.row().erasable)
            };
            let full = |index: &u64| {
                slots.get((index - first) as usize).is_some_and(|slot| !slot.is_empty()) && erasable(index)
            };
            let full: Vec<u64> = indices.into_iter().filter(full).collect();
            if !full.is_empty() {
                found.bundles.insert(path, (bundle, full));
            }
        }
        Ok(found)
    }

    /// Whether the slot is among them.
    pub fn covers(&self, index: u64) -> bool {
        self.bundles.values().any(|(_, indices)| indices.contains(&index))
    }

    /// Number of slots.
    pub fn payloads(&self) -> u64 {
        self.bundles.values().map(|(_, indices)| indices.len() as u64).sum()
    }

    fn run(&self, target: &dyn Store) -> Result<(), FollowError> {
        for (path, (bundle, indices)) in &self.bundles {
            let missing = || LogError::Missing { path: path.clone() };
            let bytes = target.get(path, bundle_limit(*bundle))?.ok_or_else(missing)?;
            let mut emptied = Vec::with_capacity(bytes.len());
            for (index, slot) in bundle.run.elements().zip(items(*bundle, &bytes)?) {
                let slot = if indices.contains(&index) { &[][..] } else { slot };
                append(&mut emptied, slot, Series::Payloads.max_item())
                    .map_err(|error| LogError::Bundle { bundle: *bundle, error })?;
            }
            target.redact(path, &emptied)?;
        }
        Ok(())
    }
}

fn items(bundle: Bundle, bytes: &[u8]) -> Result<impl Iterator<Item = &[u8]>, LogError> {
    bundle.decode(bytes).map_err(|error| LogError::Bundle { bundle, error })
}

/// What was fetched and holds, and does not count yet.
pub struct Arrived<'a> {
    target: &'a dyn Store,
    before: Option<Vec<u8>>,
    note: Vec<u8>,
    key: Verifier,
    emptying: Emptying,
    forgets: bool,
    /// What came.
    pub report: Followed,
}

impl<'a> Arrived<'a> {
    pub(super) fn new(
        target: &'a dyn Store,
        before: Option<Vec<u8>>,
        note: Vec<u8>,
        key: Verifier,
        emptying: Emptying,
        report: Followed,
    ) -> Result<Self, FollowError> {
        let begun = target.get(&mark(), 64)?.is_some();
        if emptying.payloads() > 0 && !begun {
            target.put(&mark(), b"words are being removed\n")?;
        }
        let forgets = begun || emptying.payloads() > 0;
        Ok(Self { target, before, note, key, emptying, forgets, report })
    }

    /// Whether catalog and search index may hold words that are to go.
    pub fn forgets(&self) -> bool {
        self.forgets
    }

    /// Makes it count. `ledger` is the replica as it stood, and is the new one afterwards.
    ///
    /// # Errors
    /// When the folder cannot be written; then the old state counts, or the new one.
    pub fn finish(self, ledger: Option<&mut Ledger>) -> Result<Followed, FollowError> {
        let Self { target, before, note, key, emptying, forgets, report } = self;
        if let (Some(ledger), true) = (&ledger, forgets) {
            ledger.lock().reset().map_err(crate::ledger::error::ReadError::from)?;
        }
        emptying.run(target)?;
        if before.as_deref() != Some(note.as_slice()) {
            target.swap(Cell::Checkpoint, before.as_deref(), &note).map_err(|error| match error {
                SwapError::Conflict { .. } => FollowError::Contended,
                SwapError::Unclear(error) | SwapError::Failed(error) => error.into(),
            })?;
        }
        sweep(target, report.size)?;
        seen::tidy(target, report.size)?;
        let reader = Reader::open(target, vec![key])?;
        let found = crate::tlog::tree::root(&reader.hashes(), reader.size()).map_err(LogError::from)?;
        if found != report.root {
            return Err(FollowError::Root { expected: report.root, found });
        }
        if let Some(ledger) = ledger {
            ledger.reader.forget();
            ledger.refresh()?;
            ledger.catch_up()?;
        }
        Ok(report)
    }
}

/// To be called once no derived file holds what was emptied.
///
/// # Errors
/// When the folder cannot be written.
pub fn forgotten(target: &dyn Store) -> Result<(), StoreError> {
    target.remove(&mark())
}
