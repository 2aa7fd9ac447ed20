//! How a commit can end.

use super::head::{BadHead, StagingId};
use super::log::LogError;
use super::memory::{MemoryError, Remembered};
use super::staging::{BadBatch, BadStaging};
use crate::hash::Digest;
use crate::store::StoreError;
use crate::tlog::checkpoint::CheckpointError;

/// Why a ledger cannot be opened for writing, or a batch not be committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The store failed; nothing was committed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something that was published is missing or malformed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The head is malformed.
    #[error("the ledger's head cannot be read")]
    Head(#[from] BadHead),
    /// There is a checkpoint and no head, or a head behind the checkpoint: part of the folder was restored.
    #[error("the checkpoint is of {checkpoint} entries, the head of {head}")]
    HeadBehind {
        /// Size in the head; 0 where there is none.
        head: u64,
        /// Size in the checkpoint.
        checkpoint: u64,
    },
    /// The head names a batch that is not there, and the checkpoint is not yet that far.
    #[error("the staged batch {id} is missing, and not all of it has been published")]
    StagingMissing {
        /// Name of the batch.
        id: StagingId,
    },
    /// The batch that the head names is malformed.
    #[error("the staged batch {id} cannot be read")]
    Staging {
        /// Name of the batch.
        id: StagingId,
        /// What is wrong with it.
        #[source]
        error: BadStaging,
    },
    /// The batch that the head names does not begin where the checkpoint ends, or does not lead to the head's root.
    #[error("the staged batch {id} does not lead from the checkpoint to the head")]
    StagingWrong {
        /// Name of the batch.
        id: StagingId,
    },
    /// Two trees of one size.
    #[error("at {size} entries the head says root {head}, the checkpoint {checkpoint}")]
    Fork {
        /// Size of both.
        size: u64,
        /// Root in the head.
        head: Digest,
        /// Root in the checkpoint.
        checkpoint: Digest,
    },
    /// The tiles do not hash to the root that is on record.
    #[error("the tiles of {size} entries hash to {computed}, on record is {recorded}")]
    RootMismatch {
        /// Number of entries.
        size: u64,
        /// Root in head or checkpoint.
        recorded: Digest,
        /// Root of the tiles.
        computed: Digest,
    },
    /// An entry does not hash to its leaf.
    #[error("entry {index} does not hash to its leaf")]
    EntryMismatch {
        /// Its index.
        index: u64,
    },
    /// Two different payloads for one entry.
    #[error("two different payloads are on record for entry {index}")]
    PayloadMismatch {
        /// Its index.
        index: u64,
    },
    /// The ledger is not what was signed last: behind it, or another one.
    #[error("remembered is {} entries with root {}; the ledger has {} with {}",
        .remembered.size, .remembered.root, .present.size, .present.root)]
    Rollback {
        /// What is remembered outside the ledger's folder.
        remembered: Remembered,
        /// What the ledger's folder says.
        present: Remembered,
    },
    /// The memory of the last checkpoint could not be read.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// No key to sign with was given, or one is not the log's.
    #[error("no checkpoint can be signed with the keys at hand")]
    Signer(#[source] Option<CheckpointError>),
    /// The batch cannot be committed, by anyone.
    #[error(transparent)]
    Batch(#[from] BadBatch),
    /// Others were faster each time.
    #[error("other writers were faster {attempts} times in a row; nothing was recorded")]
    Contended {
        /// How often it was tried.
        attempts: u32,
    },
}

/// How an append ended when it did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum AppendError<E: std::error::Error + 'static> {
    /// Whoever builds the batch refused; nothing was recorded.
    #[error(transparent)]
    Build(E),
    /// Nothing was recorded.
    #[error(transparent)]
    Refused(#[from] CommitError),
    /// The batch is recorded for good, but not all of it is published. The next opening or append does that; never append
    /// it again.
    #[error("entries {base} to {} are recorded but not yet published", .size - 1)]
    Unpublished {
        /// Index of the first entry.
        base: u64,
        /// Size of the log after the batch.
        size: u64,
        /// Root of the tree after the batch.
        root: Digest,
        /// What came between.
        #[source]
        cause: Box<CommitError>,
    },
    /// Whether the batch is recorded cannot be determined now. Look for `leaf` at index `base` before appending it again.
    #[error("it is not known whether the batch at index {base} was recorded")]
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

/// What was recorded.
#[derive(Debug)]
pub struct Committed {
    /// Index of the first entry.
    pub base: u64,
    /// Size of the log after the batch.
    pub size: u64,
    /// Root of the tree after the batch.
    pub root: Digest,
    /// The signed checkpoint at that size. Where others have gone on already, a later one stands published.
    pub checkpoint: Vec<u8>,
    /// What went wrong after the publication; later commits and openings try again.
    pub aftermath: Vec<Aftermath>,
}

/// Something that did not work out after all was recorded and published.
#[derive(Debug, thiserror::Error)]
pub enum Aftermath {
    /// The checkpoint could not be remembered: a rollback to before it would not show.
    #[error("the checkpoint could not be remembered")]
    Memory(#[from] MemoryError),
    /// Staging or superseded partials could not be removed.
    #[error("what the commit has superseded could not be removed")]
    Tidy(#[from] StoreError),
}

/// What is known about a rollback of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Continuity {
    /// The ledger extends what was remembered.
    Holds,
    /// Nothing was remembered: a rollback cannot be determined.
    Unknown,
    /// The ledger does not extend what was remembered, and was told to go on nevertheless.
    RollbackAccepted {
        /// What was remembered.
        remembered: Remembered,
    },
}
