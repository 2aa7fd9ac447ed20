//! Full text, and "has this been checked before": derived from the log with tantivy, disposable.
//!
//! | file | idea |
//! |---|---|
//! | `fold` | words in the form in which they are compared |
//! | `ask` | what a person types to search |
//! | `find` | claims that have the words, and where in them |
//! | `lexicon` | words that mean the same |
//! | `features` | a claim taken apart: words, names, numbers, dates |
//! | `score` | how alike two claims are |
//! | `similar` | claims on record that are like a text |
//! | `index` | the index on disk and what it reflects |
//! | `build` | from the log to the index |
//! | `texts` | what is searched of a claim |
//!
//! The index only tells where to look: every claim that is shown is read from the log. It is brought up to the log when it is
//! opened; what is damaged, of another ledger, another version or another history, or made before an erasure, is set
//! aside and made anew, and the user is told.

mod ask;
mod build;
pub mod error;
pub mod features;
mod find;
pub mod fold;
mod index;
mod lexicon;
pub mod score;
mod similar;
mod texts;
mod tokenizer;

use std::path::{Path, PathBuf};

pub use ask::{Atom, What, parse};
pub use error::{BadText, SearchError};
pub use find::{Found, Hit};
pub use similar::Similar;
pub use texts::Place;

use crate::entry::Kind;
use crate::ledger::catalog::Term;
use crate::ledger::record::Notify;
use crate::ledger::{Ledger, ReadError};
use error::Why;
use index::{Opened, Stamp};

/// From this many entries on, catching up is worth a word to the user.
const SLOW: u64 = 50_000;

/// The index of a ledger, open for asking.
pub struct Search {
    opened: Opened,
    /// Its folder; none where it is in memory alone.
    folder: Option<PathBuf>,
    notify: Notify,
}

impl Search {
    /// Opens the index of a ledger in the first of `folders` that can be used, or else makes one in memory, and brings it
    /// up to the log. Where another process is doing that and takes its time, it is asked as it is: see [`Search::size`].
    ///
    /// # Errors
    /// When the log cannot be read, or no index can be made.
    pub fn open(ledger: &Ledger, folders: &[PathBuf], notify: Notify) -> Result<Self, SearchError> {
        for folder in folders {
            match Self::open_in(ledger, folder, &notify) {
                // A folder that one may not write is no place for an index; the next one is.
                Err(SearchError::Folder { .. }) => {}
                other => return other,
            }
        }
        let opened = Opened::in_memory(ledger.id())?;
        let mut search = Self { opened, folder: None, notify };
        search.take_in(ledger)?;
        Ok(search)
    }

    fn open_in(ledger: &Ledger, folder: &Path, notify: &Notify) -> Result<Self, SearchError> {
        let Some(_lock) = index::lock(folder)? else {
            let taken = || SearchError::Taken { folder: folder.to_owned() };
            let opened = Opened::load(folder, ledger.id()).ok().flatten().ok_or_else(taken)?;
            if !reflects(&opened.stamp, ledger)? && !is_later(&opened.stamp, ledger)? {
                return Err(taken());
            }
            return Ok(Self { opened, folder: Some(folder.to_owned()), notify: notify.clone() });
        };
        let opened = match Opened::load(folder, ledger.id()) {
            Ok(Some(opened)) => opened,
            Ok(None) => Opened::begin(folder, ledger.id())?,
            Err(why) => begin_again(folder, ledger, &why, notify)?,
        };
        let mut search = Self { opened, folder: Some(folder.to_owned()), notify: notify.clone() };
        search.follow(ledger)?;
        Ok(search)
    }

    /// Opens the index in the first of `folders` that has one of this ledger as it is now; `None` where none has. Nothing is
    /// built, and nothing is waited for.
    pub fn open_current(ledger: &Ledger, folders: &[PathBuf], notify: Notify) -> Option<Self> {
        let current = |folder: &PathBuf| {
            let opened = Opened::load(folder, ledger.id()).ok().flatten()?;
            let current = (opened.stamp.size, opened.stamp.root) == (ledger.size(), ledger.root());
            current.then(|| (folder.clone(), opened))
        };
        let (folder, opened) = folders.iter().find_map(current)?;
        Some(Self { opened, folder: Some(folder), notify })
    }

    /// Number of entries that it reflects: an answer is complete up to the entry before.
    pub fn size(&self) -> u64 {
        self.opened.stamp.size
    }

    /// Brings it up to the log, unless another process is at it.
    ///
    /// # Errors
    /// As [`Search::open`].
    pub fn catch_up(&mut self, ledger: &Ledger) -> Result<(), SearchError> {
        if self.opened.stamp.size == ledger.size() && self.opened.stamp.root == ledger.root() {
            return Ok(());
        }
        let Some(folder) = self.folder.clone() else { return self.follow(ledger) };
        let Some(_lock) = index::lock(&folder)? else { return Ok(()) };
        // Another process may have been here meanwhile.
        self.opened = match Opened::load(&folder, ledger.id()) {
            Ok(Some(opened)) => opened,
            Ok(None) => Opened::begin(&folder, ledger.id())?,
            Err(why) => begin_again(&folder, ledger, &why, &self.notify)?,
        };
        self.follow(ledger)
    }

    /// Catches up, beginning anew where what there is cannot be built on. The caller holds the lock.
    fn follow(&mut self, ledger: &Ledger) -> Result<(), SearchError> {
        if self.opened.stamp.size > ledger.size() && is_later(&self.opened.stamp, ledger)? {
            return Ok(());
        }
        if !reflects(&self.opened.stamp, ledger)? {
            self.begin_again(ledger, &Why::History)?;
        } else if self.opened.stamp.size > 0 && erased_since(&self.opened.stamp, ledger)? {
            self.begin_again(ledger, &Why::Erased)?;
        }
        match self.take_in(ledger) {
            Err(SearchError::Engine(error)) if self.folder.is_some() && self.opened.stamp.size > 0 => {
                self.begin_again(ledger, &Why::Damaged(error))?;
                self.take_in(ledger)?;
            }
            other => other?,
        }
        if let Some(folder) = &self.folder {
            index::settle(folder);
        }
        Ok(())
    }

    fn take_in(&mut self, ledger: &Ledger) -> Result<(), SearchError> {
        let Opened { index, fields, stamp, reader } = &mut self.opened;
        let missing = ledger.size().saturating_sub(stamp.size);
        if missing == 0 {
            return Ok(());
        }
        if missing >= SLOW {
            (self.notify)(&format!("the search index takes in {missing} entries; this takes a moment"));
        }
        *stamp = build::catch_up(index, *fields, *stamp, ledger)?;
        reader.reload()?;
        Ok(())
    }

    fn begin_again(&mut self, ledger: &Ledger, why: &Why) -> Result<(), SearchError> {
        self.opened = match &self.folder {
            Some(folder) => begin_again(folder, ledger, why, &self.notify)?,
            None => Opened::in_memory(ledger.id())?,
        };
        Ok(())
    }
}

/// Removes an index with everything in it, also what was set aside: after an erasure. Where there is none, nothing
/// happens.
///
/// # Errors
/// When another process keeps it, or its files cannot be removed.
pub fn remove(folder: &Path) -> Result<(), SearchError> {
    if !folder.exists() {
        return Ok(());
    }
    let taken = || SearchError::Taken { folder: folder.to_owned() };
    let lock = index::lock(folder)?.ok_or_else(taken)?;
    let failed = |source| SearchError::Folder { folder: folder.to_owned(), source };
    index::remove(&folder.join("aside")).and_then(|()| index::remove(&folder.join("index"))).map_err(failed)?;
    // The lock file is empty, and stays for whoever waits for it; it is no older than what comes next.
    lock.set_modified(std::time::SystemTime::now()).map_err(failed)
}

fn begin_again(folder: &Path, ledger: &Ledger, why: &Why, notify: &Notify) -> Result<Opened, SearchError> {
    notify(&format!("the search index is made anew from the log: {why}"));
    let failed = |source| SearchError::Folder { folder: folder.to_owned(), source };
    if matches!(why, Why::Erased) {
        index::remove(&folder.join("index")).map_err(failed)?;
    } else {
        index::set_aside(folder).map_err(failed)?;
    }
    Opened::begin(folder, ledger.id())
}

/// Whether what an index reflects is a part of the log.
fn reflects(stamp: &Stamp, ledger: &Ledger) -> Result<bool, SearchError> {
    Ok(stamp.size == 0 || stamp.size <= ledger.size() && ledger.root_at(stamp.size)? == stamp.root)
}

/// Whether an index that is ahead of this view is of the same log, which has grown: another process has brought the index up
/// to it meanwhile. What this view does not have is left out of answers.
fn is_later(stamp: &Stamp, ledger: &Ledger) -> Result<bool, SearchError> {
    let Some(now) = ledger.grown()? else { return Ok(false) };
    Ok(stamp.size <= now.size() && now.root_at(stamp.size).map_err(ReadError::from)? == stamp.root)
}

/// Whether something was erased since: then no word of the index may stay, not even in files that it no longer uses.
fn erased_since(stamp: &Stamp, ledger: &Ledger) -> Result<bool, SearchError> {
    let erasures = ledger.find(Term::Kind(Kind::PayloadErased))?;
    Ok(erasures.iter().any(|index| index.0 >= stamp.size))
}
