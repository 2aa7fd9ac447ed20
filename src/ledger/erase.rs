//! Emptying payload slots: in the bundles, in superseded partials, and in what writers hold.
//!
//! Another writer may hold the open bundle with the words still in it. It reads that bundle again after each swap of the
//! head, and keeps empty what is empty in either; so the only one who could bring words back has swapped before the
//! emptying, and then the head has moved, and the emptying is done again.
//!
//! BUG: a writer that stalls between its swap and its bundles for so long that others finish its batch, fill the bundle, erase
//! from it and tidy, and that then dies right after writing, leaves a superseded partial with the words. No
//! checkpoint implies it; [`Committer::erase`] with the same indices, at each opening, removes it.

use std::collections::BTreeMap;

use super::commit::{CommitError, Committer};
use super::log::{LogError, bundle_path, read_bundle};
use super::publish::superseded;
use crate::store::{Cell, Store, StorePath};
use crate::tlog::bundle::{Bundle, Series, append};
use crate::tlog::tile::{Run, WIDTH};

/// Times that the log may grow while one erases.
const ATTEMPTS: u32 = 64;

impl<S: Store> Committer<S> {
    /// Empties the payload slots of `indices`, wherever they stand; whether any of them held something. The entries that
    /// allow it are committed before. Safe to repeat, and to be repeated at each opening.
    ///
    /// # Errors
    /// When an index is not below the size of the log, or the store fails; then some may be emptied.
    pub fn erase(&mut self, indices: &[u64]) -> Result<bool, CommitError> {
        let mut runs: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        for index in indices {
            runs.entry(index / u64::from(WIDTH)).or_default().push(*index);
        }
        let mut held = false;
        for attempt in 0..ATTEMPTS {
            self.catch_up()?;
            let size = self.size();
            if let Some(beyond) = indices.iter().find(|index| **index >= size) {
                return Err(LogError::Beyond { end: beyond + 1, size }.into());
            }
            let outcome = self.erase_at(&runs, size, &mut held);
            // An open bundle goes when the log grows, and then that is all that went wrong.
            if self.store.read(Cell::Head)? == self.head {
                return outcome.map(|()| held);
            }
            self.back_off(attempt);
        }
        Err(CommitError::Contended { attempts: ATTEMPTS })
    }

    fn erase_at(&mut self, runs: &BTreeMap<u64, Vec<u64>>, size: u64, held: &mut bool) -> Result<(), CommitError> {
        // Batches below the size are published, and hold the words too.
        self.try_tidy(&[], size)?;
        for (n, indices) in runs {
            *held |= self.erase_in_bundle(*n, indices, size)?;
        }
        self.edge.refresh_payloads(&self.store)?;
        Ok(())
    }

    fn erase_in_bundle(&self, n: u64, indices: &[u64], size: u64) -> Result<bool, CommitError> {
        let Some(bundle) = Bundle::holding(Series::Payloads, n * u64::from(WIDTH), size) else { return Ok(false) };
        // Narrower forms that nobody reads any more, also those that a slow writer has written late.
        if let Some(partial) = Run::new(n, 1).filter(|run| !run.is_full()) {
            let partial = bundle_path(Bundle { run: partial, ..bundle });
            self.remove_partials(&partial, superseded(bundle.run, size))?;
        }
        let path = bundle_path(bundle);
        let Some(bytes) = read_bundle(&self.store, bundle)? else { return Err(LogError::Missing { path }.into()) };
        let emptied = empty_slots(bundle, &bytes, indices)?;
        if emptied == bytes {
            return Ok(false);
        }
        self.store.redact(&path, &emptied)?;
        Ok(true)
    }

    /// Removes every payload partial that the present size has superseded, anywhere: for an opening after a long time,
    /// and before an audit of what is withheld.
    pub fn sweep_partials(&mut self) -> Result<(), CommitError> {
        self.catch_up()?;
        let size = self.size();
        for path in self.store.list(&StorePath::built("payload".to_owned()))? {
            let Ok(bundle) = path.as_str().parse::<Bundle>() else { continue };
            let last = Bundle::holding(Series::Payloads, bundle.run.elements().start, size);
            if path.is_partial() && last.is_some_and(|last| last.run.width() > bundle.run.width()) {
                self.store.remove(&path)?;
            }
        }
        Ok(())
    }
}

fn empty_slots(bundle: Bundle, bytes: &[u8], indices: &[u64]) -> Result<Vec<u8>, CommitError> {
    let bad = |error| LogError::Bundle { bundle, error };
    let mut emptied = Vec::with_capacity(bytes.len());
    for (index, slot) in bundle.run.elements().zip(bundle.decode(bytes).map_err(bad)?) {
        let slot = if indices.contains(&index) { &[][..] } else { slot };
        append(&mut emptied, slot, bundle.series.max_item()).map_err(bad)?;
    }
    Ok(emptied)
}
