//! sled, held at arm's length: every call is caught if it panics, and its panics are kept off the terminal.
//!
//! No flusher thread (`flush_every_ms(None)`): it would sync the file twice a second during an import, and should it
//! die of a damaged page, dropping the database would wait for it for ever. What a killed process had not yet written
//! out is caught up from the log.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

use sled::IVec;

use super::error::Damage;

/// Bytes of pages that sled may keep in memory.
const CACHE_BYTES: u64 = 24 << 20;

/// How long opening waits for a lock.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);

/// A key space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// One key: the catalog's stamp.
    Meta,
    /// Pages of the sorted runs.
    Pages,
    /// Blocks of rows.
    Rows,
    /// Names, in buckets.
    Names,
}

struct Trees {
    meta: sled::Tree,
    pages: sled::Tree,
    rows: sled::Tree,
    names: sled::Tree,
    // The trees go first: dropping the database writes out what is buffered.
    db: sled::Db,
}

/// An open sled database.
pub(super) struct Shelf {
    trees: Option<Trees>,
    path: PathBuf,
    /// Bytes of values inserted since opening.
    pub written: u64,
    /// Writes until one fails, for tests.
    pub fuse: Option<u64>,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").field("path", &self.path).field("written", &self.written).finish_non_exhaustive()
    }
}

impl Shelf {
    /// Opens the database at `path`, or creates it.
    ///
    /// After a database is dropped, a thread of sled's that has just written for it may hold its file, and with it the
    /// lock, a little longer: that is waited out.
    pub(super) fn open(path: &Path) -> Result<Self, Damage> {
        let begun = Instant::now();
        loop {
            match Self::open_now(path) {
                Err(Damage::Engine(said)) if said.contains("could not acquire lock") => {
                    if begun.elapsed() > PATIENCE {
                        return Err(Damage::Locked);
                    }
                    thread::sleep(Duration::from_millis(5));
                }
                outcome => return outcome,
            }
        }
    }

    fn open_now(path: &Path) -> Result<Self, Damage> {
        let trees = caught(|| {
            let db = sled::Config::default().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(None).open()?;
            let (meta, pages) = (db.open_tree("meta")?, db.open_tree("pages")?);
            let (rows, names) = (db.open_tree("rows")?, db.open_tree("names")?);
            Ok(Trees { meta, pages, rows, names, db })
        })?;
        Ok(Self { trees: Some(trees), path: path.to_owned(), written: 0, fuse: None })
    }

    fn tree(&self, space: Space) -> Result<&sled::Tree, Damage> {
        let trees = self.trees.as_ref().ok_or(Damage::GivenUp)?;
        Ok(match space {
            Space::Meta => &trees.meta,
            Space::Pages => &trees.pages,
            Space::Rows => &trees.rows,
            Space::Names => &trees.names,
        })
    }

    pub(super) fn get(&self, space: Space, key: &[u8]) -> Result<Option<IVec>, Damage> {
        let tree = self.tree(space)?;
        caught(|| tree.get(key))
    }

    /// Burns the fuse; every write comes by here.
    fn burn(&mut self) -> Result<(), Damage> {
        match &mut self.fuse {
            None => Ok(()),
            Some(0) => Err(Damage::GivenUp),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    pub(super) fn insert(&mut self, space: Space, key: &[u8], value: Vec<u8>) -> Result<(), Damage> {
        self.burn()?;
        let tree = self.tree(space)?;
        let len = value.len() as u64;
        caught(|| tree.insert(key, value).map(|_| ()))?;
        self.written += len;
        Ok(())
    }

    pub(super) fn remove(&mut self, space: Space, key: &[u8]) -> Result<(), Damage> {
        self.burn()?;
        let tree = self.tree(space)?;
        caught(|| tree.remove(key).map(|_| ()))
    }

    /// The first key at or after `from`, with its value.
    pub(super) fn at_or_after(&self, space: Space, from: &[u8]) -> Result<Option<(IVec, IVec)>, Damage> {
        let tree = self.tree(space)?;
        caught(|| tree.range(from..).next().transpose())
    }

    /// Every key from `from` on, in order.
    pub(super) fn walk(&self, space: Space, from: &[u8]) -> Result<Walk, Damage> {
        let tree = self.tree(space)?;
        caught(|| Ok(Walk(tree.range(from.to_vec()..))))
    }

    /// Writes out what is buffered; no promise that it survives a power cut.
    pub(super) fn flush(&self) -> Result<(), Damage> {
        let trees = self.trees.as_ref().ok_or(Damage::GivenUp)?;
        caught(|| trees.db.flush().map(|_| ()))
    }

    /// Closes the database, which writes out what is buffered.
    pub(super) fn close(&mut self) {
        if let Some(trees) = self.trees.take() {
            // What cannot be written out is caught up from the log.
            let _ = caught(|| {
                drop(trees);
                Ok(())
            });
        }
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.close();
    }
}

/// Keys and values in order.
pub(super) struct Walk(sled::Iter);

impl Walk {
    pub(super) fn next(&mut self) -> Result<Option<(IVec, IVec)>, Damage> {
        caught(|| self.0.next().transpose())
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work`, turning sled's errors and panics into values.
fn caught<T>(work: impl FnOnce() -> sled::Result<T>) -> Result<T, Damage> {
    hush();
    let before = QUIET.replace(true);
    let outcome = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Damage::Engine(error.to_string())),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
            Err(Damage::Panic(crate::text::printable_line(said)))
        }
    }
}

/// Keeps the panics caught here, and those of sled's own threads, off standard error; all others are reported as before.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let sleds = std::thread::current().name().is_some_and(|name| name.starts_with("sled-io-"));
            if !sleds && !QUIET.try_with(Cell::get).unwrap_or(false) {
                report(info);
            }
        }));
    });
}
