//! Where a replica comes from: paths to bytes, nothing else. HTTP is one of them, and lies beyond this module.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::{FollowError, SourceError};
use crate::ledger::log::{bundle_limit, bundle_path, full};
use crate::store::{Cell, StoreError, StorePath, StoreRead};
use crate::tlog::bundle::{BadBundle, Bundle, starts};

/// A published copy of a log, at any distance.
pub trait Source: Sync {
    /// The bytes at `path`, such as `log/checkpoint` or `payload/000.p/7`; `None` where there is nothing.
    ///
    /// # Errors
    /// When there is no answer, or one longer than `limit` bytes, which must not be taken into memory first.
    fn fetch(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError>;

    /// How many fetches at once pay.
    fn at_once(&self) -> usize {
        8
    }
}

/// A copy that lies in a store: a folder, or memory.
#[derive(Debug)]
pub struct Stored<S>(pub S);

impl<S: StoreRead> Source for Stored<S> {
    fn fetch(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
        let found = if path == Cell::Checkpoint.name() {
            self.0.read(Cell::Checkpoint)
        } else {
            match StorePath::new(path) {
                Ok(object) => self.0.get(&object, limit),
                Err(_) => Ok(None),
            }
        };
        found.map_err(|error| match error {
            StoreError::TooLarge { .. } => SourceError::TooLong { path: path.to_owned(), limit },
            error => SourceError::NoAnswer { path: path.to_owned(), reason: error.to_string() },
        })
    }

    fn at_once(&self) -> usize {
        2
    }
}

/// A source that counts what it gives.
pub(super) struct Counting<'a> {
    source: &'a dyn Source,
    files: AtomicU64,
    bytes: AtomicU64,
    /// Bundles that were needed before they could be checked, until they are asked for again.
    ahead: Mutex<BTreeMap<Bundle, Vec<u8>>>,
}

impl<'a> Counting<'a> {
    pub fn new(source: &'a dyn Source) -> Self {
        Self { source, files: AtomicU64::new(0), bytes: AtomicU64::new(0), ahead: Mutex::default() }
    }

    pub fn at_once(&self) -> usize {
        self.source.at_once().max(1)
    }

    /// Files and bytes fetched so far.
    pub fn fetched(&self) -> (u64, u64) {
        (self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    pub fn fetch(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, FollowError> {
        let found = self.source.fetch(path, limit)?;
        if let Some(bytes) = &found {
            // A source that breaks its contract must not get further than this.
            if bytes.len() > limit {
                return Err(SourceError::TooLong { path: path.to_owned(), limit }.into());
            }
            self.files.fetch_add(1, Ordering::Relaxed);
            self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        }
        Ok(found)
    }

    /// The bundle, which is asked for again later and then not fetched again.
    pub fn bundle_ahead(&self, bundle: Bundle) -> Result<Vec<u8>, FollowError> {
        let bytes = self.bundle(bundle)?;
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).insert(bundle, bytes.clone());
        Ok(bytes)
    }

    /// The bundle, or where it has gone because the log grew, what the full one begins with.
    pub fn bundle(&self, bundle: Bundle) -> Result<Vec<u8>, FollowError> {
        if let Some(bytes) = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).remove(&bundle) {
            return Ok(bytes);
        }
        let path = bundle_path(bundle);
        let malformed = |path: String| move |source: BadBundle| FollowError::Bundle { path, source };
        if let Some(bytes) = self.fetch(path.as_str(), bundle_limit(bundle))? {
            bundle.decode(&bytes).map_err(malformed(path.to_string()))?;
            return Ok(bytes);
        }
        let whole = full(bundle.run).filter(|run| *run != bundle.run).map(|run| Bundle { run, ..bundle });
        let missing = || FollowError::Missing { path: path.to_string() };
        let whole = whole.ok_or_else(missing)?;
        let at = bundle_path(whole);
        let mut bytes = self.fetch(at.as_str(), bundle_limit(whole))?.ok_or_else(missing)?;
        let starts = starts(&bytes, whole.run.width(), whole.series.max_item()).map_err(malformed(at.to_string()))?;
        bytes.truncate(starts.get(usize::from(bundle.run.width())).map_or(0, |end| *end as usize));
        Ok(bytes)
    }
}
