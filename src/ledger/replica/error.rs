//! Why a replica did not go on.

use crate::canon::CanonError;
use crate::entry::event::PayloadError;
use crate::hash::{Digest, Index};
use crate::ledger::error::ReadError;
use crate::ledger::log::LogError;
use crate::store::{StoreError, StorePath};
use crate::tlog::bundle::BadBundle;
use crate::tlog::checkpoint::BadCheckpoint;
use crate::tlog::note::BadNote;
use crate::tlog::policy::Refused;

/// Why a file was not to be had from a source.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// There was no answer, or it broke off.
    #[error("{path}: {reason}")]
    NoAnswer {
        /// The file.
        path: String,
        /// Why, for a person.
        reason: String,
    },
    /// The answer was neither the file nor that it is not there.
    #[error("{path}: the server answers with status {status}")]
    Status {
        /// The file.
        path: String,
        /// The HTTP status.
        status: u16,
    },
    /// The file is longer than it can be.
    #[error("{path} is longer than the {limit} bytes that it can have")]
    TooLong {
        /// The file.
        path: String,
        /// Most bytes.
        limit: usize,
    },
}

/// A state of the log that was seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// The signed note, where it was kept and not only its size and root.
    pub note: Option<Vec<u8>>,
}

/// Two states of one log of which neither extends the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// What was seen before.
    pub seen: Seen,
    /// What the source offers.
    pub offered: Seen,
    /// Root over the first entries of the larger one, as many as the smaller has.
    pub root: Digest,
    /// Where in the replica the offered note is kept.
    pub kept: Option<StorePath>,
}

impl Fork {
    /// Both, as a sentence.
    fn told(&self) -> String {
        let size = self.seen.size.min(self.offered.size);
        let (seen, offered) = if self.seen.size <= self.offered.size {
            (self.seen.root, self.root)
        } else {
            (self.root, self.offered.root)
        };
        format!(
            "the source offers another history: of the first {size} entries its root is {offered}, and {seen} was seen"
        )
    }
}

/// Why a replica stays as it is. Nothing of what was refused is part of it.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// A file was not to be had.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no checkpoint at the source.
    #[error("there is no log/checkpoint")]
    NoLog,
    /// A file that the checkpoint implies is not there.
    #[error("{path} is missing, and the checkpoint implies it")]
    Missing {
        /// The file.
        path: String,
    },
    /// The checkpoint is no signed note.
    #[error("log/checkpoint is no signed note")]
    Note(#[from] BadNote),
    /// The text of the note is no checkpoint.
    #[error("log/checkpoint is no checkpoint")]
    Text(#[from] BadCheckpoint),
    /// The checkpoint is not signed by whom the reader trusts.
    #[error("the checkpoint is not accepted")]
    Refused(#[from] Refused),
    /// The log is empty, or longer than a ledger can be.
    #[error("the checkpoint is of {size} entries, and a ledger has 1 to 2^53 - 1")]
    Size {
        /// Entries.
        size: u64,
    },
    /// Entry 0 does not open a ledger, or what it says is not shown.
    #[error("entry 0 does not open a ledger")]
    NotOpened,
    /// The ledger's own first entry names another key than the trusted one.
    #[error("the checkpoint is not signed by {named}, the key that the ledger's first entry names")]
    Key {
        /// The key.
        named: String,
    },
    /// The source offers less than was seen before. That is an old copy, or somebody takes entries back.
    #[error("the source offers {offered} entries, and {} were seen before", .seen.size)]
    Older {
        /// Entries offered.
        offered: u64,
        /// What was seen.
        seen: Seen,
    },
    /// The source offers another history.
    #[error("{}", .0.told())]
    Fork(Box<Fork>),
    /// The tiles at the right edge do not hash to the root that was signed.
    #[error("the tiles at the end of the log hash to root {found}, and the checkpoint says {expected}")]
    Root {
        /// What was signed.
        expected: Digest,
        /// What the tiles give.
        found: Digest,
    },
    /// A tile does not hash to what the tile above it says.
    #[error("{path} does not hash to what the tile above it says")]
    Tile {
        /// The tile.
        path: String,
    },
    /// A bundle is not framed as its name says.
    #[error("{path} is malformed")]
    Bundle {
        /// The bundle.
        path: String,
        /// What is wrong.
        #[source]
        source: BadBundle,
    },
    /// An entry is not the one that the tree has there.
    #[error("entry {index} in {path} is not the one that the tree has there")]
    Leaf {
        /// The bundle.
        path: String,
        /// The entry.
        index: Index,
    },
    /// An entry's bytes are no entry.
    #[error("entry {index} is malformed")]
    Entry {
        /// The entry.
        index: Index,
        /// What is wrong.
        source: CanonError,
    },
    /// A payload is not the one that its entry commits to.
    #[error("the payload of entry {index} in {path} is not the one that the entry commits to")]
    Payload {
        /// The bundle.
        path: String,
        /// The entry.
        index: Index,
    },
    /// A payload is the one committed to, and not what a writer lets through.
    #[error("the payload of entry {index} is malformed")]
    Body {
        /// The entry.
        index: Index,
        /// What is wrong.
        source: PayloadError,
    },
    /// A payload without which nobody can check anything is not shown.
    #[error("the payload of entry {index}, {kind}, is not shown, and that kind is never kept back")]
    KeptBack {
        /// The entry.
        index: Index,
        /// Its kind.
        kind: &'static str,
    },
    /// Nobody vouches for an entry.
    #[error("entry {index} is signed neither by itself nor by a batch")]
    Unsigned {
        /// The entry.
        index: Index,
    },
    /// A signature does not hold.
    #[error("the signature of entry {index} is not that of agent {agent}")]
    Signature {
        /// The entry.
        index: Index,
        /// The agent.
        agent: Index,
    },
    /// A batch signature does not cover what it says.
    #[error("the batch signature {index} {why}")]
    Batch {
        /// The entry.
        index: Index,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The replica's folder cannot be used.
    #[error("the replica cannot be used")]
    Store(#[from] StoreError),
    /// The replica cannot be read.
    #[error("the replica cannot be read")]
    Read(#[from] ReadError),
    /// Words are to be removed, and another process has the catalog or the search index open.
    #[error("words are to be removed, and another process has the replica's catalog or search index open")]
    DerivedInUse,
    /// Somebody else brought the replica up to date meanwhile.
    #[error("another process wrote the replica meanwhile")]
    Contended,
}

impl From<LogError> for FollowError {
    fn from(error: LogError) -> Self {
        Self::Read(error.into())
    }
}

/// What an error means for whoever follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What the source offers does not hold.
    DoesNotHold,
    /// It cannot be told.
    CannotBeDetermined,
    /// It could not be tried: no answer, no disk.
    CannotRun,
}

impl FollowError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Source(SourceError::NoAnswer { .. }) => "no-answer",
            Self::Source(SourceError::Status { .. }) => "status",
            Self::Source(SourceError::TooLong { .. }) => "too-long",
            Self::NoLog => "no-log",
            Self::Missing { .. } => "missing",
            Self::Note(_) | Self::Text(_) | Self::Size { .. } => "checkpoint",
            Self::Refused(_) => "not-trusted",
            Self::NotOpened => "not-opened",
            Self::Key { .. } => "key",
            Self::Older { .. } => "older",
            Self::Fork(_) => "fork",
            Self::Root { .. } => "root",
            Self::Tile { .. } => "tile",
            Self::Bundle { .. } => "bundle",
            Self::Leaf { .. } => "leaf",
            Self::Entry { .. } => "entry",
            Self::Payload { .. } | Self::Body { .. } => "payload",
            Self::KeptBack { .. } => "kept-back",
            Self::Unsigned { .. } => "unsigned",
            Self::Signature { .. } => "signature",
            Self::Batch { .. } => "batch",
            Self::Store(_) => "store",
            Self::Read(_) => "read",
            Self::DerivedInUse => "in-use",
            Self::Contended => "contended",
        }
    }

    /// What it means.
    pub fn meaning(&self) -> Meaning {
        match self {
            Self::Source(SourceError::NoAnswer { .. } | SourceError::Status { .. })
            | Self::NoLog
            | Self::Store(_)
            | Self::Read(_)
            | Self::DerivedInUse
            | Self::Contended => Meaning::CannotRun,
            Self::Older { .. } => Meaning::CannotBeDetermined,
            _ => Meaning::DoesNotHold,
        }
    }
}
