//! What was signed last, remembered outside the ledger's folder.
//!
//! Somebody who restores an old copy of the folder, or a disk that does, cannot restore this with it; so a rollback shows
//! before anything is signed on top of it. Where there is no memory, a rollback cannot be determined.
//!
//! ```text
//! onrecord-memory/0
//! 300                                      size
//! 9b0a…                                    root, hexadecimal
//! ```

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::head::number;
use crate::hash::Digest;
use crate::store::StoreError;
use crate::store::files::{read_file, replace_file};

const TITLE: &str = "onrecord-memory/0";

/// Largest memory file, in bytes.
const MAX_BYTES: usize = 256;

/// A tree that was published, or seen to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
}

/// A memory that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file could not be read or written.
    #[error(transparent)]
    File(#[from] StoreError),
    /// The file holds something else.
    #[error("{path} is not the memory of a ledger")]
    Malformed {
        /// The file.
        path: PathBuf,
    },
}

/// Remembers the last checkpoint of one ledger.
pub trait Memory: Send + Sync {
    /// What is remembered; `None` where nothing is yet.
    fn load(&self) -> Result<Option<Remembered>, MemoryError>;

    /// Remembers `last` in place of what was. A power cut may take it back to what was remembered before, which is only
    /// a weaker memory, not a wrong one.
    fn store(&self, last: Remembered) -> Result<(), MemoryError>;
}

/// A memory in a file. Which file belongs to which ledger is decided at the edge.
#[derive(Debug)]
pub struct FileMemory {
    path: PathBuf,
}

impl FileMemory {
    /// The memory in `path`, which need not exist, nor its folder.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn parse(bytes: &[u8]) -> Option<Remembered> {
    let [TITLE, size, root, ""] = *str::from_utf8(bytes).ok()?.split('\n').collect::<Vec<_>>() else { return None };
    Some(Remembered { size: number(size)?, root: root.parse().ok()? })
}

impl Memory for FileMemory {
    fn load(&self) -> Result<Option<Remembered>, MemoryError> {
        let malformed = || MemoryError::Malformed { path: self.path.clone() };
        match read_file(&self.path, MAX_BYTES) {
            Ok(None) => Ok(None),
            Ok(Some(bytes)) => parse(&bytes).map(Some).ok_or_else(malformed),
            Err(StoreError::TooLarge { .. }) => Err(malformed()),
            Err(error) => Err(error.into()),
        }
    }

    fn store(&self, last: Remembered) -> Result<(), MemoryError> {
        let text = format!("{TITLE}\n{}\n{}\n", last.size, last.root);
        Ok(replace_file(&self.path, text.as_bytes())?)
    }
}

/// A memory that lasts as long as the value.
#[derive(Debug, Default)]
pub struct Volatile(Mutex<Option<Remembered>>);

impl Memory for Volatile {
    fn load(&self) -> Result<Option<Remembered>, MemoryError> {
        Ok(*self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn store(&self, last: Remembered) -> Result<(), MemoryError> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(last);
        Ok(())
    }
}
