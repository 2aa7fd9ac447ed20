//! The catalog: lookups derived from the log, in sled; disposable.
//!
//! Everything in it follows from the entries, and it may be deleted at any time. It reflects the first
//! [`Catalog::size`] entries; the caller compares that and [`Catalog::root`] with the log, feeds it what is missing
//! ([`changes`], [`Catalog::apply`]) or begins anew ([`Catalog::reset`]).
//!
//! - [`Catalog::find`]: entries by a [`Term`]; [`Catalog::content`]: what was added before. Both give *candidates*,
//!   found by 8-byte hashes: a caller verifies each against the log. What is not among them is not on record.
//! - [`Catalog::names`]: every name that has a part; exact. [`Catalog::before_later`]: where to look for a point in time.
//! - [`Catalog::row`], [`Catalog::rows`]: a [`Row`] for each claim, exact.
//! - [`Catalog::core`]: the entries that make up the ledger's own state.
//!
//! Blocks, not keys: sled is slow and hungry with millions of keys, so that sorted runs are kept in pages (`runs`,
//! `page`) and rows in blocks (`block`). A batch is taken in when its *stamp* is written, after everything else.
//! All values are bincode under a checksum; a value that fails it is [`CatalogError::Damaged`], never a wrong answer.

mod block;
mod change;
mod error;
mod filter;
mod names;
mod open;
mod page;
mod row;
mod runs;
mod shelf;
mod term;
mod times;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::PoisonError;

pub use block::Rows;
pub use change::{Change, RowChange, Step, Wording, changes, changes_with, row_after};
pub use error::{CatalogError, Damage, Why};
pub use names::{Met, Named};
pub use open::{Catalog, Opened};
pub use row::{Row, Seen};
pub use term::{ContentKey, Term};

use crate::hash::{Digest, Index};
use crate::time::Timestamp;
use filter::Filter;
use page::Record;
use runs::{Cursor, Stream};

/// From this many keys on it pays to load the filter.
const MANY: usize = 256;

impl Catalog {
    /// Number of entries that it reflects.
    pub fn size(&self) -> u64 {
        self.stamp.size
    }

    /// Root of the log over these entries, as the caller gave it.
    pub fn root(&self) -> Digest {
        Digest(self.stamp.root)
    }

    /// Entries that make up [`crate::entry::LedgerState`], ascending.
    pub fn core(&self) -> impl ExactSizeIterator<Item = Index> {
        self.stamp.core.iter().map(|index| Index(*index))
    }

    /// Number of claims.
    pub fn claims(&self) -> u64 {
        self.stamp.rows.unwrap_or_default().rows
    }

    /// Takes in the changes that the entries from `base` on make, one for each that this code can read, so that the
    /// catalog reflects `size` entries with root `root`. Memory is in proportion to the batch; 10,000 entries are one
    /// of good size.
    ///
    /// # Errors
    /// When the changes do not begin where the catalog ends; when the catalog is damaged: it must then be reset.
    pub fn apply(&mut self, base: u64, changes: Changes, size: u64, root: &Digest) -> Result<(), CatalogError> {
        if base != self.stamp.size || size < base {
            return Err(CatalogError::Gap { size: self.stamp.size, base });
        }
        let taken = self.take_in(changes, size, root);
        if taken.is_err() {
            // Half a batch may be written: nothing is read from it any more.
            self.shelf.close();
        }
        Ok(taken?)
    }

    fn take_in(&mut self, batch: Changes, size: u64, root: &Digest) -> Result<(), Damage> {
        let mut stamp = self.stamp.clone();
        stamp.replaced.clear();
        if !batch.rows.is_empty() || !batch.names.is_empty() {
            // Blocks and names are written in place. Until the next stamp nobody knows what they add up to.
            let mut total = stamp.rows.take().unwrap_or_default();
            let mut totals = stamp.names.take().unwrap_or_default();
            self.put_stamp(&stamp)?;
            block::update(&mut self.shelf, &mut total, &batch.rows)?;
            names::update(&mut self.shelf, &mut totals, &mut self.met, &batch.names)?;
            stamp.rows = Some(total);
            stamp.names = Some(totals);
        }
        batch.times.iter().for_each(|(index, millis)| times::put(&mut stamp.highest, *index, *millis));
        let mut filter = self.filter.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = filter.as_mut() {
            batch.content.iter().for_each(|record| loaded.put(record.hash));
            if loaded.full() {
                *filter = None;
            }
        }
        drop(filter);
        for (runs, records) in [(&mut stamp.terms, batch.terms), (&mut stamp.content, batch.content)] {
            stamp.replaced.extend(runs::add(&mut self.shelf, runs, &mut stamp.next_run, records)?);
        }
        stamp.core.extend(batch.core);
        (stamp.size, stamp.root) = (size, root.0);
        self.put_stamp(&stamp)?;
        stamp.replaced.iter().try_for_each(|run| runs::remove(&mut self.shelf, *run))?;
        self.stamp = stamp;
        Ok(())
    }

    /// Entries that have a term, ascending: candidates, see [`Term`].
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn find(&self, term: &Term<'_>) -> Result<Vec<Index>, CatalogError> {
        let hash = term.hash();
        let mut found = Vec::new();
        for run in &self.stamp.terms {
            let mut cursor = Cursor::new(&self.shelf, run);
            let mut record = cursor.seek(Record { hash, index: 0 })?;
            while let Some(hit) = record.filter(|record| record.hash == hash) {
                found.push(Index(hit.index));
                record = cursor.next()?;
            }
        }
        Ok(found)
    }

    /// The first entry from `from` on that has a term: a candidate, see [`Term`].
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn next(&self, term: &Term<'_>, from: Index) -> Result<Option<Index>, CatalogError> {
        let hash = term.hash();
        for run in &self.stamp.terms {
            let hit = Cursor::new(&self.shelf, run).seek(Record { hash, index: from.0 })?;
            if let Some(hit) = hit.filter(|record| record.hash == hash) {
                return Ok(Some(Index(hit.index)));
            }
        }
        Ok(None)
    }

    /// The last entry before `before` that has a term: a candidate, see [`Term`]. Cheap also where a great many have it.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn last(&self, term: &Term<'_>, before: Index) -> Result<Option<Index>, CatalogError> {
        let hash = term.hash();
        for run in self.stamp.terms.iter().rev() {
            let hit = runs::last_before(&self.shelf, run, Record { hash, index: before.0 })?;
            if let Some(hit) = hit.filter(|record| record.hash == hash) {
                return Ok(Some(Index(hit.index)));
            }
        }
        Ok(None)
    }

    /// For each key the first entry that has it: a candidate, see [`Term`].
    ///
    /// Many keys at once load a filter into memory, two bytes for each on record, which then answers for most that are new.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn content(&self, keys: &[ContentKey]) -> Result<Vec<Option<Index>>, CatalogError> {
        let mut found = vec![None; keys.len()];
        let mut open: Vec<(u64, usize)> = keys.iter().enumerate().map(|(at, key)| (key.0, at)).collect();
        if keys.len() >= MANY {
            let mut filter = self.filter.lock().unwrap_or_else(PoisonError::into_inner);
            let loaded = match filter.take() {
                Some(loaded) => loaded,
                None => self.load_filter()?,
            };
            open.retain(|(hash, _)| loaded.may_have(*hash));
            *filter = Some(loaded);
        }
        open.sort_unstable();
        for run in &self.stamp.content {
            let mut cursor = Cursor::new(&self.shelf, run);
            let mut left = Vec::new();
            for (hash, at) in open {
                match cursor.seek(Record { hash, index: 0 })? {
                    Some(record) if record.hash == hash => found[at] = Some(Index(record.index)),
                    _ => left.push((hash, at)),
                }
            }
            open = left;
        }
        Ok(found)
    }

    fn load_filter(&self) -> Result<Filter, Damage> {
        let mut filter = Filter::with_room(self.stamp.content.iter().map(|run| run.records).sum());
        for run in &self.stamp.content {
            let mut stream = Stream::new(&self.shelf, run)?;
            while let Some(record) = stream.next()? {
                filter.put(record.hash);
            }
        }
        Ok(filter)
    }

    /// The names of a sort that have `part` in them, both folded ([`crate::text::fold`]); `None` where they are more than
    /// `limit`.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn names(&self, named: Named, part: &str, limit: usize) -> Result<Option<Vec<String>>, CatalogError> {
        Ok(names::having(&self.shelf, &self.stamp.names.unwrap_or_default(), named, part, limit)?)
    }

    /// An entry from which on to look for the first that is later than `time`; `None` where none is.
    pub fn before_later(&self, time: Timestamp) -> Option<Index> {
        times::first_later(&self.stamp.highest, time.millis()).map(|run| Index(run * times::STRIDE))
    }

    /// The row of a claim; `None` where no claim has this number.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn row(&self, claim: Index) -> Result<Option<Row>, CatalogError> {
        Ok(self.rows_of(&[claim])?.pop().flatten())
    }

    /// The rows of claims, given by ascending number, in that order; `None` where no claim has the number.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn rows_of(&self, claims: &[Index]) -> Result<Vec<Option<Row>>, CatalogError> {
        let rows = block::find(&self.shelf, claims)?;
        let ahead = rows.iter().flatten().any(|row| row.last >= self.stamp.size);
        if ahead { Err(Damage::Ahead.into()) } else { Ok(rows) }
    }

    /// The rows of all claims, by number. Whether one is missing is known at the end only: then the last item is an error.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn rows(&self) -> Result<Rows<'_>, CatalogError> {
        self.rows_from(Index(0))
    }

    /// The rows of claims from `from` on, by number. Whether a block is missing shows only where they begin with the first.
    ///
    /// # Errors
    /// When the catalog is damaged.
    pub fn rows_from(&self, from: Index) -> Result<Rows<'_>, CatalogError> {
        Ok(Rows::new(&self.shelf, from.0, self.stamp.rows.unwrap_or_default(), self.stamp.size)?)
    }
}

/// What entries in a row change, by where it goes.
#[derive(Debug, Default)]
pub struct Changes {
    range: Option<Range<u64>>,
    pub(in crate::ledger) terms: Vec<Record>,
    pub(in crate::ledger) content: Vec<Record>,
    pub(in crate::ledger) rows: Vec<RowChange>,
    pub(in crate::ledger) core: Vec<u64>,
    pub(in crate::ledger) names: BTreeSet<(Named, String)>,
    /// Each entry with its time, in milliseconds since 1970.
    pub(in crate::ledger) times: Vec<(u64, i64)>,
}

impl Changes {
    /// From the first entry to the one after the last; `None` without any, or where one is missing between them.
    pub fn range(&self) -> Option<Range<u64>> {
        self.range.clone()
    }

    /// Whether any of them is part of the ledger's own state.
    pub fn core(&self) -> bool {
        !self.core.is_empty()
    }

    fn take(&mut self, change: Change) {
        let index = change.index.0;
        self.terms.extend(change.terms.iter().map(|hash| Record { hash: *hash, index }));
        self.content.extend(change.content.iter().map(|key| Record { hash: key.0, index }));
        self.rows.extend(change.row);
        self.names.extend(change.names);
        self.times.push((index, change.time.millis()));
        if change.core {
            self.core.push(index);
        }
    }
}

impl FromIterator<Change> for Changes {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        let mut all = Self::default();
        let mut gap = false;
        for change in changes {
            let index = change.index.0;
            let range = all.range.get_or_insert(index..index);
            gap |= range.end != index;
            range.end = index + 1;
            all.take(change);
        }
        if gap {
            all.range = None;
        }
        // Sorting here is work that need not wait for the disk.
        all.terms.sort_unstable();
        all.content.sort_unstable();
        all
    }
}
