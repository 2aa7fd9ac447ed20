//! Where a ledger's bytes lie: immutable objects and two cells that change by compare-and-swap.
//!
//! Split by guarantee; each method's comment says what is durable on return and what a retry may do. The commit protocol
//! (`ledger::commit`) needs nothing else of a disk, a bucket or a test double. One conformance suite,
//! `tests/it/store.rs`, runs over every implementation.

pub mod faulty;
pub(crate) mod files;
pub mod local;
pub mod lock;
pub mod memory;
pub mod path;
mod pool;

use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

pub use files::Ahead;
pub use local::LocalStore;
pub use lock::Holder;
pub use memory::MemoryStore;
pub use path::{BadPath, StorePath};

/// Largest content of a cell, in bytes: a head is some hundred, a checkpoint with many cosignatures some thousand.
pub const MAX_CELL_BYTES: usize = 65_536;

/// A small mutable place, changed by compare-and-swap only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cell {
    /// The commit point: unsigned, names the last batch. File `head`.
    Head,
    /// The signed checkpoint that readers see. File `log/checkpoint`.
    Checkpoint,
}

impl Cell {
    /// Where the cell lies, relative to the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Checkpoint => "log/checkpoint",
        }
    }
}

/// What a store was doing when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Opening the store.
    Open,
    /// Taking the writers' lock.
    Lock,
    /// Reading an object or a cell.
    Read,
    /// Listing a folder.
    List,
    /// Writing an object or a cell.
    Write,
    /// Making a write durable.
    Sync,
    /// Removing an object.
    Remove,
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Lock => "lock",
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "write",
            Self::Sync => "sync",
            Self::Remove => "remove",
        })
    }
}

/// Why a store could not do as told.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused, or the medium failed.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: Action,
        /// The file or object.
        path: String,
        /// The system's answer; its `kind()` tells full disks from missing folders.
        source: io::Error,
    },
    /// A write to a store that may only be read: no permission, or a read-only file system.
    #[error("cannot write {path}: the ledger's folder is read-only here")]
    ReadOnly {
        /// The file that could not be written.
        path: String,
        /// The system's answer.
        source: io::Error,
    },
    /// Other processes keep the writers' lock longer than anybody should.
    #[error("{path} has been locked by {} for {} s", list_holders(.holders), .waited.as_secs())]
    Locked {
        /// The lock's file.
        path: String,
        /// How long this writer waited.
        waited: Duration,
        /// Who holds it, as far as the system tells.
        holders: Vec<Holder>,
    },
    /// A put where other bytes already stand: objects never change.
    #[error("{path} already holds other bytes")]
    Differs {
        /// The object.
        path: StorePath,
    },
    /// An object or cell larger than its reader allows.
    #[error("{path} is larger than {limit} bytes")]
    TooLarge {
        /// The object or cell.
        path: String,
        /// The reader's limit, in bytes.
        limit: usize,
    },
    /// A redaction of something that is no payload bundle.
    #[error("{path} is not a payload bundle and cannot be redacted")]
    NotRedactable {
        /// The object.
        path: StorePath,
    },
    /// A redaction of something that is not there.
    #[error("{path} is not there")]
    Absent {
        /// The object.
        path: StorePath,
    },
    /// A removal of something that must stay: a full tile or bundle.
    #[error("{path} must never be removed")]
    NotRemovable {
        /// The object.
        path: StorePath,
    },
    /// A failure made on purpose by [`faulty::FaultyStore`].
    #[error("made to fail at step {step}")]
    Injected {
        /// Which step, from 0.
        step: u64,
    },
}

fn list_holders(holders: &[Holder]) -> String {
    match holders {
        [] => "another process".to_owned(),
        all => all.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and "),
    }
}

impl StoreError {
    /// Wraps what the system said; a refused write to something read-only gets its own variant.
    fn io(action: Action, path: impl Into<String>, source: io::Error) -> Self {
        use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        let path = path.into();
        let writing = matches!(action, Action::Write | Action::Remove | Action::Lock);
        if writing && matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem) {
            return Self::ReadOnly { path, source };
        }
        Self::Io { action, path, source }
    }
}

/// How a swap ended when it did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum SwapError {
    /// The cell held something else than expected, and was left alone.
    #[error("the cell holds something else than expected")]
    Conflict {
        /// What it held; `None` when it was empty.
        found: Option<Vec<u8>>,
    },
    /// The cell may or may not hold the new value, now or, on a remote store, later. Read again before any retry.
    #[error("it is not known whether the cell was written")]
    Unclear(#[source] StoreError),
    /// The cell was certainly not written.
    #[error("the cell was not written")]
    Failed(#[source] StoreError),
}

/// The read half: all that an audit gets.
pub trait StoreRead: Send + Sync {
    /// The object's bytes, `None` where there is none. One larger than `limit` bytes is refused before it is read into
    /// memory. What was returned once stays, except for what `redact` and `remove` may touch.
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError>;

    /// Bytes `part` of the object, if it is there and has exactly `whole` bytes; else `None`. Who has read the whole before
    /// can so read a piece of it again without the rest.
    fn get_part(&self, path: &StorePath, whole: usize, part: Range<usize>) -> Result<Option<Vec<u8>>, StoreError> {
        let found = match self.get(path, whole) {
            Err(StoreError::TooLarge { .. }) => None,
            other => other?,
        };
        Ok(found.filter(|bytes| bytes.len() == whole).and_then(|bytes| bytes.get(part).map(<[u8]>::to_vec)))
    }

    /// Paths of all objects in `folder`, at any depth, sorted. Neither cells nor leftovers of a crash are among them. An
    /// absent folder is an empty one. No snapshot: objects that come or go meanwhile may be in it or not.
    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError>;

    /// The cell's content, `None` before the first swap. Never half of one value and half of another.
    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError>;
}

/// Both halves. Any number of writers, in any number of processes, may use one store at once.
pub trait Store: StoreRead {
    /// Writes an object: durable on return, visible whole or not at all. The same bytes again are fine, and then durable
    /// too; other bytes are [`StoreError::Differs`], and the object stays as it was. After an error it may stand or not;
    /// a retry is safe.
    fn put(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        self.put_many(&[(path.clone(), bytes)])
    }

    /// Writes several objects, each as [`put`](Self::put) does, sharing the cost of durability. No order among them. After an
    /// error any of them may stand; a retry of all is safe.
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError>;

    /// Puts a staged batch at `path`, as [`put`](Self::put) does, and writes other bytes ahead of need meanwhile, so that
    /// [`put_ahead`](Self::put_ahead) and [`swap_ahead`](Self::swap_ahead) of the very same bytes have less to wait for. Of those
    /// nothing becomes visible, and nothing stays that is not used. A store that cannot, or fails to, gives nothing ahead:
    /// what comes later then does all the work and says what failed.
    fn stage<'b>(
        &self,
        path: &StorePath,
        bytes: &[u8],
        _objects: &[(StorePath, &'b [u8])],
        _cells: &[(Cell, &'b [u8])],
    ) -> Result<Ahead<'b>, StoreError> {
        self.put(path, bytes)?;
        Ok(Ahead::default())
    }

    /// [`put_many`](Self::put_many) with what was written ahead; adds to it the next content of `cells`.
    fn put_ahead<'b>(
        &self,
        objects: &[(StorePath, &[u8])],
        _cells: &[(Cell, &'b [u8])],
        _ahead: &mut Ahead<'b>,
    ) -> Result<(), StoreError> {
        self.put_many(objects)
    }

    /// [`swap`](Self::swap), with what was written ahead.
    fn swap_ahead(
        &self,
        cell: Cell,
        expected: Option<&[u8]>,
        new: &[u8],
        _ahead: &mut Ahead<'_>,
    ) -> Result<(), SwapError> {
        self.swap(cell, expected, new)
    }

    /// Replaces a payload bundle by one with emptied slots; the caller has built and checked it. Durable on return; the
    /// old bytes are no longer readable through the store, but a file system may keep their blocks until reused. After an
    /// error either stands; a retry is safe.
    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError>;

    /// Removes staging, a superseded partial or a blob. Absent is fine. Gone for every reader on return, but a power cut may
    /// bring it back: who must be sure removes again when opening.
    fn remove(&self, path: &StorePath) -> Result<(), StoreError>;

    /// Removes what dead writers left half written, which may hold the words of something that is erased; fails where that
    /// cannot be done. A store that leaves nothing has nothing to do.
    fn remove_leftovers(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Sets the cell to `new` if it holds `expected` (`None`: is empty). Atomic among all writers, durable on return.
    /// Swapping a value for itself makes it durable. After [`SwapError::Failed`] a retry is safe; after
    /// [`SwapError::Unclear`] the same swap may be retried, and a conflict that finds `new` is then a success.
    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError>;
}

impl<S: StoreRead + ?Sized> StoreRead for Arc<S> {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(path, limit)
    }

    fn get_part(&self, path: &StorePath, whole: usize, part: Range<usize>) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get_part(path, whole, part)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        (**self).list(folder)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).read(cell)
    }
}

impl<S: StoreRead + ?Sized> StoreRead for &S {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get(path, limit)
    }

    fn get_part(&self, path: &StorePath, whole: usize, part: Range<usize>) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).get_part(path, whole, part)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        (**self).list(folder)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        (**self).read(cell)
    }
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        (**self).put_many(objects)
    }

    fn stage<'b>(
        &self,
        path: &StorePath,
        bytes: &[u8],
        objects: &[(StorePath, &'b [u8])],
        cells: &[(Cell, &'b [u8])],
    ) -> Result<Ahead<'b>, StoreError> {
        (**self).stage(path, bytes, objects, cells)
    }

    fn put_ahead<'b>(
        &self,
        objects: &[(StorePath, &[u8])],
        cells: &[(Cell, &'b [u8])],
        ahead: &mut Ahead<'b>,
    ) -> Result<(), StoreError> {
        (**self).put_ahead(objects, cells, ahead)
    }

    fn swap_ahead(
        &self,
        cell: Cell,
        expected: Option<&[u8]>,
        new: &[u8],
        ahead: &mut Ahead<'_>,
    ) -> Result<(), SwapError> {
        (**self).swap_ahead(cell, expected, new, ahead)
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        (**self).redact(path, bytes)
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        (**self).remove(path)
    }

    fn remove_leftovers(&self) -> Result<(), StoreError> {
        (**self).remove_leftovers()
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        (**self).swap(cell, expected, new)
    }
}

/// What every store refuses in the same way, before it touches anything.
fn check_redact(path: &StorePath) -> Result<(), StoreError> {
    path.may_redact().then_some(()).ok_or_else(|| StoreError::NotRedactable { path: path.clone() })
}

fn check_remove(path: &StorePath) -> Result<(), StoreError> {
    path.may_remove().then_some(()).ok_or_else(|| StoreError::NotRemovable { path: path.clone() })
}

fn check_cell(cell: Cell, new: &[u8]) -> Result<(), SwapError> {
    if new.len() > MAX_CELL_BYTES {
        let error = StoreError::TooLarge { path: cell.name().to_owned(), limit: MAX_CELL_BYTES };
        return Err(SwapError::Failed(error));
    }
    Ok(())
}
