//! Opening a catalog, and beginning it anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::block::{self, Total};
use super::error::{CatalogError, Damage, Why};
use super::filter::Filter;
use super::names::{self, Met, Totals};
use super::page::{open, seal};
use super::runs::{self, Run};
use super::shelf::{PATIENCE, Shelf, Space};
use crate::hash::{Digest, empty_root};
use crate::lock::{self, Lock, Share};

/// Of what is stored; another one is not read but rebuilt.
const VERSION: u32 = 3;
/// After so many bytes [`Catalog::settle`] opens the database again.
const MUCH: u64 = 4 << 20;
const VERSION_KEY: &[u8] = b"version";
const STAMP: &[u8] = b"stamp";

/// What the catalog reflects, and what it is made of. Written last for every batch.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Stamp {
    pub ledger: [u8; 32],
    pub size: u64,
    pub root: [u8; 32],
    pub next_run: u64,
    pub terms: Vec<Run>,
    pub content: Vec<Run>,
    /// Runs that this stamp no longer names, whose pages may still be there.
    pub replaced: Vec<u64>,
    /// `None` while a batch is being taken in.
    pub rows: Option<Total>,
    /// `None` while a batch is being taken in.
    pub names: Option<Totals>,
    /// The latest time so far after each run of entries, in milliseconds since 1970.
    pub highest: Vec<i64>,
    pub core: Vec<u64>,
}

/// How opening went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// There was none; it is empty.
    Fresh,
    /// It is ready.
    Ready,
    /// What there was is set aside; it is empty.
    Rebuilt {
        /// Why.
        why: Why,
    },
}

/// Lookups derived from a log, in a folder of their own; see the module.
#[derive(Debug)]
pub struct Catalog {
    pub(super) shelf: Shelf,
    pub(super) stamp: Stamp,
    pub(super) filter: Mutex<Option<Filter>>,
    /// Names taken in since it was opened.
    pub(super) met: Met,
    folder: PathBuf,
    /// Held as long as the catalog is; goes last.
    lock: Lock,
}

impl Catalog {
    /// Opens the catalog of a ledger in `folder`, which is made if need be. Whatever cannot be used is set aside and
    /// begun anew: the caller then catches up from entry 0 and tells the user.
    ///
    /// # Errors
    /// When another process has it and keeps it for two seconds, or the folder cannot be used; [`CatalogError::Damaged`]
    /// here, or from [`Catalog::reset`], means that the engine cannot even begin (a full disk): trying again is no use.
    pub fn open(folder: &Path, ledger: &Digest) -> Result<(Self, Opened), CatalogError> {
        fs::create_dir_all(folder).map_err(CatalogError::Folder)?;
        let lock = lock(&folder.join("lock"))?;
        let db = folder.join("db");
        let found = if db.exists() { load(&db, ledger).map(Some) } else { Ok(None) };
        let (shelf, stamp, opened) = match found {
            Ok(Some((shelf, stamp))) => (shelf, stamp, Opened::Ready),
            Ok(None) => {
                let (shelf, stamp) = begin(&db, ledger)?;
                (shelf, stamp, Opened::Fresh)
            }
            Err(Why::Damaged(Damage::Locked)) => return Err(CatalogError::Taken),
            Err(why) => {
                let aside = folder.join("aside");
                remove_folder(&aside)?;
                fs::rename(&db, &aside).map_err(CatalogError::Folder)?;
                let (shelf, stamp) = begin(&db, ledger)?;
                (shelf, stamp, Opened::Rebuilt { why })
            }
        };
        let catalog =
            Self { shelf, stamp, filter: Mutex::default(), met: Met::default(), folder: folder.to_owned(), lock };
        Ok((catalog, opened))
    }

    /// Throws everything away, also what was set aside, and begins anew with nothing: after damage, after an erasure,
    /// or when the log is not the one that it was made from.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn reset(&mut self) -> Result<(), CatalogError> {
        self.shelf.close();
        *self.filter.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
        self.met = Met::default();
        remove_folder(&self.folder.join("aside"))?;
        let db = self.folder.join("db");
        remove_folder(&db)?;
        (self.shelf, self.stamp) = begin(&db, &Digest(self.stamp.ledger))?;
        // The lock's file is empty, and no older than what follows: after an erasure nothing here is.
        self.lock.set_modified(std::time::SystemTime::now()).map_err(CatalogError::Folder)
    }

    /// To be called once the catalog has caught up: removes what was set aside, and after much work opens the
    /// database again, so that the next process opens it fast. (sled reads on opening all that was written since it was
    /// opened last, and gives memory back only when closed.)
    ///
    /// # Errors
    /// When the folder cannot be used, or the catalog turns out to be damaged: it must then be reset.
    pub fn settle(&mut self) -> Result<(), CatalogError> {
        remove_folder(&self.folder.join("aside"))?;
        if self.shelf.written > MUCH {
            self.shelf.close();
            self.shelf = Shelf::open(&self.folder.join("db"))?;
        }
        Ok(())
    }

    /// Lets `writes` more writes to the engine through and fails the next, as if the process ended there. For tests.
    #[doc(hidden)]
    pub fn fail_after(&mut self, writes: u64) {
        self.shelf.fuse = Some(writes);
    }

    pub(super) fn put_stamp(&mut self, stamp: &Stamp) -> Result<(), Damage> {
        put_stamp(&mut self.shelf, stamp)
    }
}

fn put_stamp(shelf: &mut Shelf, stamp: &Stamp) -> Result<(), Damage> {
    let value = seal(STAMP, stamp)?;
    shelf.insert(Space::Meta, STAMP, value)
}

/// Waits for the lock for as long as [`PATIENCE`].
fn lock(path: &Path) -> Result<Lock, CatalogError> {
    let file = lock::open(path).map_err(CatalogError::Folder)?;
    let taken = Lock::take(file, Share::Alone, PATIENCE, Duration::from_millis(20)).map_err(CatalogError::Folder)?;
    taken.map_err(|_| CatalogError::Taken)
}

/// Opens what is there.
fn load(db: &Path, ledger: &Digest) -> Result<(Shelf, Stamp), Why> {
    let mut shelf = Shelf::open(db).map_err(Why::Damaged)?;
    let get = |key| shelf.get(Space::Meta, key).and_then(|value| value.ok_or(Damage::Missing));
    let (version, value) = (get(VERSION_KEY).map_err(Why::Damaged)?, get(STAMP).map_err(Why::Damaged)?);
    match bincode::serde::decode_from_slice::<u32, _>(&version, bincode::config::standard()) {
        Ok((VERSION, _)) => {}
        Ok((found, _)) => return Err(Why::Version { found }),
        Err(_) => return Err(Why::Damaged(Damage::Shape)),
    }
    let mut stamp: Stamp = open(STAMP, &value).map_err(Why::Damaged)?;
    if stamp.ledger != ledger.0 {
        return Err(Why::Ledger { found: Digest(stamp.ledger) });
    }
    tidy(&mut shelf, &mut stamp).map_err(Why::Damaged)?;
    Ok((shelf, stamp))
}

/// Removes what a crash left behind.
fn tidy(shelf: &mut Shelf, stamp: &mut Stamp) -> Result<(), Damage> {
    for run in std::mem::take(&mut stamp.replaced) {
        runs::remove(shelf, run)?;
    }
    while let Some((key, _)) = shelf.at_or_after(Space::Pages, &stamp.next_run.to_be_bytes())? {
        shelf.remove(Space::Pages, &key)?;
    }
    if stamp.rows.is_none() {
        stamp.rows = Some(block::total(shelf)?);
    }
    if stamp.names.is_none() {
        stamp.names = Some(names::totals(shelf)?);
    }
    Ok(())
}

/// Begins with nothing.
fn begin(db: &Path, ledger: &Digest) -> Result<(Shelf, Stamp), CatalogError> {
    let mut shelf = Shelf::open(db)?;
    let stamp = Stamp {
        ledger: ledger.0,
        size: 0,
        root: empty_root().0,
        next_run: 0,
        terms: Vec::new(),
        content: Vec::new(),
        replaced: Vec::new(),
        rows: Some(Total::default()),
        names: Some(Totals::default()),
        highest: Vec::new(),
        core: Vec::new(),
    };
    // Without a checksum: any version can read it.
    let version = bincode::serde::encode_to_vec(VERSION, bincode::config::standard()).map_err(|_| Damage::Shape)?;
    shelf.insert(Space::Meta, VERSION_KEY, version)?;
    put_stamp(&mut shelf, &stamp)?;
    shelf.flush()?;
    Ok((shelf, stamp))
}

fn remove_folder(path: &Path) -> Result<(), CatalogError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(CatalogError::Folder(error)),
        _ => Ok(()),
    }
}
