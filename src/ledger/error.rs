//! What can go wrong with a ledger as a whole.

use super::commit::CommitError;
use super::log::LogError;
use super::memory::MemoryError;
use super::overlay::Objection;
use crate::canon::CanonError;
use crate::entry::event::PayloadError;
use crate::entry::sshsig::SignError;
use crate::hash::{Digest, Index};
use crate::store::StoreError;

/// A ledger that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no ledger in the store.
    #[error("there is no ledger here")]
    NoLedger,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What stands under `log/` or `payload/` cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry is not what its leaf in the tree says.
    #[error("entry {index} does not match its leaf in the tree")]
    Leaf {
        /// The entry.
        index: Index,
    },
    /// A payload is not what its entry says.
    #[error("the payload of entry {index} does not match the digest in the entry")]
    Payload {
        /// The entry.
        index: Index,
    },
    /// An entry's bytes are not an entry.
    #[error("entry {index} is malformed")]
    Entry {
        /// The entry.
        index: Index,
        /// What is wrong.
        source: CanonError,
    },
    /// A payload's bytes are not what a writer lets through.
    #[error("the payload of entry {index} is malformed")]
    Body {
        /// The entry.
        index: Index,
        /// What is wrong.
        source: PayloadError,
    },
    /// The ledger holds an entry of a kind or version from the future.
    #[error("entry {index} is of kind `{kind}`, version {v}, which this program does not know")]
    Foreign {
        /// The entry.
        index: Index,
        /// Its kind.
        kind: String,
        /// Its version.
        v: u64,
    },
    /// The first entry does not open a ledger, or its payload is not here.
    #[error("entry 0 does not open a ledger")]
    NotOpened,
    /// The catalog failed in a way that a rebuild did not mend.
    #[error("the catalog cannot be used: {reason}")]
    Catalog {
        /// Why.
        reason: String,
    },
    /// The memory kept outside the ledger cannot be read.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// There is no such entry.
    #[error("there is no entry {index}; the ledger holds {size} entries, #0 to #{}", .size.saturating_sub(1))]
    NoEntry {
        /// The entry asked for.
        index: Index,
        /// How many there are.
        size: u64,
    },
}

/// What is wrong with one proposal of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its position in the batch, from 0.
    pub position: usize,
    /// Why.
    pub objection: Objection,
}

/// A batch that was not taken in. Nothing of it is on record, where the variant does not say otherwise.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The ledger is open for reading only.
    #[error("the ledger is open for reading only: the log's private key is not here")]
    ReadOnly,
    /// Values that no entry may hold.
    #[error("entry {position} of the batch: {problem}")]
    Value {
        /// Position in the batch.
        position: usize,
        /// What is wrong.
        problem: crate::claim::Problem,
    },
    /// Some proposals may not stand.
    #[error("refused: {}", .refused.iter().map(|r| r.objection.to_string()).collect::<Vec<_>>().join("; "))]
    Refused {
        /// All of them.
        refused: Vec<Refused>,
    },
    /// Too many for one commit.
    #[error("{len} entries in one batch, and at most {limit} are allowed")]
    TooMany {
        /// How many.
        len: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A lookup failed.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A payload cannot be written.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// A header cannot be written.
    #[error(transparent)]
    Header(#[from] CanonError),
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The system gives no randomness.
    #[error("the system gives no randomness: {reason}")]
    Randomness {
        /// Why.
        reason: String,
    },
    /// The store holds a ledger already.
    #[error("there is a ledger here already")]
    Exists,
    /// The commit failed; nothing was recorded.
    #[error(transparent)]
    Commit(Box<CommitError>),
    /// The batch is recorded for good, but not all of it is published; the next opening or append does that.
    #[error("entries {base} to {} are recorded for good, but not yet published", .size - 1)]
    Unpublished {
        /// Index of the first entry.
        base: u64,
        /// Size of the log after the batch.
        size: u64,
        /// What came between.
        #[source]
        cause: Box<CommitError>,
    },
    /// The batch is recorded for good and published; what failed is reading on from there.
    #[error("entries {base} to {} are recorded and published, but the ledger cannot be read on from there", .size - 1)]
    Unread {
        /// Index of the first entry.
        base: u64,
        /// Size of the log after the batch.
        size: u64,
        /// What went wrong.
        #[source]
        cause: Box<ReadError>,
    },
    /// Whether the batch is recorded cannot be determined now.
    #[error("it is not known whether the batch was recorded as entries from {base} on; its first leaf would be {leaf}")]
    Unclear {
        /// Index of the first entry, if it was.
        base: u64,
        /// Leaf hash of the first entry.
        leaf: Digest,
        /// What came between.
        #[source]
        cause: Box<CommitError>,
    },
}
