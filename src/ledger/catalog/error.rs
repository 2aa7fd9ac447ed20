//! What can go wrong with a catalog. Nothing of it touches the log.

use crate::hash::Digest;

/// Why a catalog cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// Another process has it, and had it for as long as opening waits. The log answers too, more slowly.
    #[error("another process uses the catalog")]
    Taken,
    /// Something in it is not what was written; [`super::Catalog::reset`] and catching up from the log mend it.
    #[error("the catalog is damaged: {0}")]
    Damaged(#[from] Damage),
    /// The next entries to take in begin at `size`, not at `base`.
    #[error("the catalog reflects {size} entries, and the changes begin at {base}")]
    Gap {
        /// Entries that it reflects.
        size: u64,
        /// Where the changes begin.
        base: u64,
    },
    /// Its folder cannot be made, locked, moved or removed.
    #[error("the catalog's folder: {0}")]
    Folder(#[source] std::io::Error),
}

/// What is damaged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A value does not have its checksum.
    #[error("a value fails its checksum")]
    Checksum,
    /// A value is not what its kind of value looks like.
    #[error("a value cannot be read")]
    Shape,
    /// A key is not one of this catalog's.
    #[error("a key cannot be read")]
    Key,
    /// A page or block that should be there is not.
    #[error("a part is missing")]
    Missing,
    /// A row reflects entries beyond the size that the stamp names, and they did not come in again.
    #[error("a row is ahead of the record")]
    Ahead,
    /// An earlier call failed, and the catalog was not reset since.
    #[error("it was given up after an earlier failure")]
    GivenUp,
    /// The engine's file stays locked.
    #[error("its file is locked")]
    Locked,
    /// The engine reports an error.
    #[error("the engine says: {0}")]
    Engine(String),
    /// The engine panicked.
    #[error("the engine broke off: {0}")]
    Panic(String),
}

/// Why a catalog was begun anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It was written by another version of this program.
    #[error("it is of version {found}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// It is another ledger's.
    #[error("it is that of ledger {found}")]
    Ledger {
        /// The ledger found.
        found: Digest,
    },
    /// It is damaged.
    #[error("it is damaged: {0}")]
    Damaged(Damage),
}
