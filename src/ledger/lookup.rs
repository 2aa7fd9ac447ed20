//! Where to look: the catalog on disk, or the same lookups derived in memory for this process alone.
//!
//! A catalog that fails a checksum is never believed and never an error for the user: it is begun anew from the log,
//! and the user is told.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use super::catalog::{Catalog, CatalogError, Changes, ContentKey, Named, Opened, Row, Term};
use super::error::ReadError;
use crate::hash::{Digest, Index};
use crate::time::Timestamp;

/// Lookups that reflect the log up to a size.
pub(super) enum Lookup {
    /// On disk.
    Catalog(Box<Catalog>),
    /// In memory.
    Memory(Box<Memory>),
}

/// Lookups in memory.
#[derive(Default)]
pub(super) struct Memory {
    size: u64,
    root: Digest,
    core: Vec<Index>,
    rows: BTreeMap<u64, Row>,
    terms: HashMap<u64, Vec<Index>>,
    content: HashMap<ContentKey, Index>,
    names: BTreeSet<(Named, String)>,
    /// The latest time so far, after each entry, in milliseconds since 1970.
    highest: Vec<i64>,
}

/// A lookup that failed.
pub(super) enum Failed {
    /// The catalog is damaged: to be begun anew.
    Damaged(String),
    /// Its folder cannot be used.
    Unusable(String),
}

impl From<CatalogError> for Failed {
    fn from(error: CatalogError) -> Self {
        match error {
            CatalogError::Damaged(_) | CatalogError::Gap { .. } => Self::Damaged(error.to_string()),
            CatalogError::Taken | CatalogError::Folder(_) => Self::Unusable(error.to_string()),
        }
    }
}

impl From<Failed> for ReadError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Damaged(reason) | Failed::Unusable(reason) => Self::Catalog { reason },
        }
    }
}

impl Lookup {
    /// Opens the catalog in `folder`; where that cannot be, lookups in memory take its place. Says what a person should
    /// hear of it.
    pub(super) fn open(folder: Option<&Path>, ledger: &Digest, size: u64) -> (Self, Option<String>) {
        let Some(folder) = folder else { return (Self::Memory(Box::default()), None) };
        match Catalog::open(folder, ledger) {
            Ok((catalog, Opened::Rebuilt { why })) => {
                (Self::Catalog(Box::new(catalog)), Some(format!("the catalog is rebuilt from the log: {why}")))
            }
            // A ledger's first opening finds none either, and that is nothing to tell of.
            Ok((catalog, Opened::Fresh)) if size > 1 => {
                let notice = "the catalog is built from the log: there was none".to_owned();
                (Self::Catalog(Box::new(catalog)), Some(notice))
            }
            Ok((catalog, _)) => (Self::Catalog(Box::new(catalog)), None),
            Err(error) => {
                let notice = format!("{error}; answering from the log itself, which takes longer");
                (Self::Memory(Box::default()), Some(notice))
            }
        }
    }

    pub(super) fn size(&self) -> u64 {
        match self {
            Self::Catalog(catalog) => catalog.size(),
            Self::Memory(memory) => memory.size,
        }
    }

    pub(super) fn root(&self) -> Digest {
        match self {
            Self::Catalog(catalog) => catalog.root(),
            Self::Memory(memory) => memory.root,
        }
    }

    /// Begins anew with nothing.
    pub(super) fn reset(&mut self) -> Result<(), Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.reset()?),
            Self::Memory(memory) => {
                **memory = Memory::default();
                Ok(())
            }
        }
    }

    /// To be called once it has caught up.
    pub(super) fn settle(&mut self) {
        if let Self::Catalog(catalog) = self {
            // What was set aside may stay until the next time.
            let _ = catalog.settle();
        }
    }

    pub(super) fn apply(&mut self, base: u64, changes: Changes, size: u64, root: &Digest) -> Result<(), Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.apply(base, changes, size, root)?),
            Self::Memory(memory) => {
                memory.take(changes);
                memory.size = size;
                memory.root = *root;
                Ok(())
            }
        }
    }

    pub(super) fn core(&self) -> Vec<Index> {
        match self {
            Self::Catalog(catalog) => catalog.core().collect(),
            Self::Memory(memory) => memory.core.clone(),
        }
    }

    pub(super) fn rows(&self) -> Result<Vec<Row>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.rows()?.collect::<Result<_, _>>()?),
            Self::Memory(memory) => Ok(memory.rows.values().cloned().collect()),
        }
    }

    /// At most `limit` rows of claims from `from` on, before `end`, that `keep` lets through.
    pub(super) fn rows_where(
        &self,
        (from, end): (Index, Index),
        limit: usize,
        keep: &dyn Fn(&Row) -> bool,
    ) -> Result<Vec<Row>, Failed> {
        let mut found = Vec::new();
        match self {
            Self::Catalog(catalog) => {
                for row in catalog.rows_from(from)? {
                    let row = row?;
                    if found.len() >= limit || row.number() >= end {
                        break;
                    }
                    if keep(&row) {
                        found.push(row);
                    }
                }
            }
            Self::Memory(memory) => {
                let rows = memory.rows.range(from.0..end.0.max(from.0)).map(|(_, row)| row);
                found.extend(rows.filter(|row| keep(row)).take(limit).cloned());
            }
        }
        Ok(found)
    }

    pub(super) fn names(&self, named: Named, part: &str, limit: usize) -> Result<Option<Vec<String>>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.names(named, part, limit)?),
            Self::Memory(memory) => {
                let of_sort = memory.names.iter().filter(|(sort, name)| *sort == named && name.contains(part));
                let found: Vec<String> = of_sort.map(|(_, name)| name.clone()).take(limit.saturating_add(1)).collect();
                Ok((found.len() <= limit).then_some(found))
            }
        }
    }

    pub(super) fn before_later(&self, time: Timestamp) -> Option<Index> {
        match self {
            Self::Catalog(catalog) => catalog.before_later(time),
            Self::Memory(memory) => {
                let at = memory.highest.partition_point(|highest| *highest <= time.millis());
                (at < memory.highest.len()).then_some(Index(at as u64))
            }
        }
    }

    pub(super) fn row(&self, claim: Index) -> Result<Option<Row>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.row(claim)?),
            Self::Memory(memory) => Ok(memory.rows.get(&claim.0).cloned()),
        }
    }

    /// The rows of claims, given by ascending number, in that order.
    pub(super) fn rows_of(&self, claims: &[Index]) -> Result<Vec<Option<Row>>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.rows_of(claims)?),
            Self::Memory(memory) => Ok(claims.iter().map(|claim| memory.rows.get(&claim.0).cloned()).collect()),
        }
    }

    pub(super) fn find(&self, term: &Term<'_>) -> Result<Vec<Index>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.find(term)?),
            Self::Memory(memory) => Ok(memory.terms.get(&term.hash()).cloned().unwrap_or_default()),
        }
    }

    pub(super) fn last(&self, term: &Term<'_>, before: Index) -> Result<Option<Index>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.last(term, before)?),
            Self::Memory(memory) => {
                let found = memory.terms.get(&term.hash());
                Ok(found.and_then(|list| list.iter().rev().find(|i| **i < before).copied()))
            }
        }
    }

    pub(super) fn content(&self, keys: &[ContentKey]) -> Result<Vec<Option<Index>>, Failed> {
        match self {
            Self::Catalog(catalog) => Ok(catalog.content(keys)?),
            Self::Memory(memory) => Ok(keys.iter().map(|k| memory.content.get(k).copied()).collect()),
        }
    }
}

impl Memory {
    fn take(&mut self, changes: Changes) {
        let Changes { terms, content, rows, core, names, times, .. } = changes;
        self.names.extend(names);
        for (index, millis) in times {
            let highest = self.highest.last().map_or(millis, |last| millis.max(*last));
            self.highest.resize(index as usize + 1, highest);
        }
        for term in terms {
            self.terms.entry(term.hash).or_default().push(Index(term.index));
        }
        for key in content {
            self.content.entry(ContentKey(key.hash)).or_insert(Index(key.index));
        }
        for row in rows {
            let before = self.rows.get(&row.claim.0).cloned();
            if let Some(after) = Row::after(before, &row) {
                self.rows.insert(row.claim.0, after);
            }
        }
        self.core.extend(core.into_iter().map(Index));
    }
}
