//! Many entries under one checkpoint, in a file that is checked with no ledger and no network: a claim's whole history, or
//! a claim set.
//!
//! A bundle is JSON Lines, each line the canonical JSON of a [`Line`], so that a million claims are written and checked in
//! one pass (`docs/format.md`, Proof bundles):
//!
//! | lines | what |
//! |---|---|
//! | [`Head`], one | the checkpoint; what the bundle is of |
//! | [`Stated`], one a claim | how the claim stands, as the file states it; numbers ascend |
//! | [`EntryLine`], one an entry | entry, payload unless withheld, and the hashes between this entry and the one before; indexes ascend, from 0 |
//! | [`End`], one | the hashes after the last entry; counts |
//!
//! No hash of the log's tree stands in it twice, and none that the entries themselves give ([`crate::tlog::cover`]). Agents are
//! enrolled, and batches signed, by entries among the others.
//!
//! | file | idea |
//! |---|---|
//! | here | the lines |
//! | [`check`] | deciding, line by line, in memory that does not grow with the payloads |
//! | `authors` | who signed what |
//! | [`standing`] | how a claim stands, in a few bytes |

mod authors;
pub mod check;
pub mod standing;

use serde::{Deserialize, Serialize};

use crate::canon::{self, CanonError};
use crate::claim::vocab::{Confidence, Finding, Workflow};
use crate::hash::{Digest, Index};
use crate::tlog::cover::BadCover;
use crate::tlog::note::BadNote;

/// Name and version of the format.
pub const FORMAT: &str = "onrecord-bundle/0";

/// Longest line with its line feed, in bytes: a largest entry and payload, escaped, in a batch of 10,240 of which every
/// other entry is there.
pub const MAX_LINE: usize = 1 << 20;

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Line {
    /// The first.
    Head(Head),
    /// How a claim stands.
    Claim(Stated),
    /// An entry.
    Entry(EntryLine),
    /// The last.
    End(End),
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Entries from this number on are not looked at; absent where the bundle is as of the checkpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<u64>,
    /// The checkpoint, verbatim, with all its signature lines.
    pub checkpoint: String,
    /// [`FORMAT`].
    pub format: String,
    /// The claim whose history it is; absent for a claim set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Index>,
    /// What was asked for, as it was typed; nothing vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// How a claim stands, as the file states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stated {
    /// The claim.
    pub claim: Index,
    /// Confidence of the verdict in force; absent exactly where `finding` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// Finding in force; absent where nobody has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Whether another agent approved the verdict in force.
    pub second_read: bool,
    /// Where it stands in the work.
    pub state: Workflow,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryLine {
    /// Of a `batch-signed` entry: the cover of those entries in its range that are in the bundle, left to right.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub batch: Vec<Digest>,
    /// Hashes between the entry before and this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Digest>,
    /// The entry's bytes, which are JSON text.
    pub entry: String,
    /// Its number.
    pub index: Index,
    /// The payload's bytes; absent when withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Hashes after the last entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Digest>,
    /// Number of claim lines.
    pub claims: u64,
    /// Number of entry lines.
    pub entries: u64,
}

/// Bytes that are not a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    /// Line `line` is over [`MAX_LINE`] bytes.
    #[error("line {line}: a line has at most {MAX_LINE} bytes")]
    TooLong {
        /// The line, from 1.
        line: u64,
    },
    /// A line without a line feed at its end.
    #[error("line {line}: the file ends within it")]
    Cut {
        /// The line.
        line: u64,
    },
    /// A line that is not the canonical JSON of a [`Line`].
    #[error("line {line}: {source}")]
    Line {
        /// The line.
        line: u64,
        /// What is wrong.
        #[source]
        source: CanonError,
    },
    /// The head names another format or version.
    #[error("line 1: the format is not {FORMAT}")]
    Format,
    /// The checkpoint in the head is no signed note, or the note no checkpoint.
    #[error("line 1: the checkpoint: {0}")]
    Checkpoint(#[source] BadNote),
    /// The text of the note is no checkpoint, so that nobody can say how many entries there are.
    #[error("line 1: the note is no checkpoint")]
    NoCheckpoint,
    /// Head, claims, entries, end: a line is out of this order, or its number not above the one before.
    #[error("line {line}: out of order: one head, claims by number, entries by index from 0, one end")]
    Order {
        /// The line.
        line: u64,
    },
    /// Confidence without a finding, or a finding without.
    #[error("line {line}: a finding has a confidence, and a confidence a finding")]
    Stated {
        /// The line.
        line: u64,
    },
    /// The hashes before an entry, or after the last, are too few or too many.
    #[error("line {line}: {source}")]
    Cover {
        /// The line.
        line: u64,
        /// What is wrong.
        #[source]
        source: BadCover,
    },
    /// `batch` on an entry that signs none.
    #[error("line {line}: only a batch-signed entry has `batch`")]
    Batch {
        /// The line.
        line: u64,
    },
    /// The counts of the last line are not those of the lines.
    #[error("line {line}: the counts are not those of the lines before")]
    Counts {
        /// The line.
        line: u64,
    },
    /// No last line, or no first.
    #[error("the file ends after {lines} lines, before its last line")]
    Short {
        /// Lines there are.
        lines: u64,
    },
}

impl BadBundle {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "form-too-long",
            Self::Cut { .. } => "form-cut",
            Self::Line { .. } => "form-line",
            Self::Format => "form-format",
            Self::Checkpoint(_) => "form-checkpoint",
            Self::NoCheckpoint => "form-checkpoint-text",
            Self::Order { .. } => "form-order",
            Self::Stated { .. } => "form-stated",
            Self::Cover { .. } => "form-cover",
            Self::Batch { .. } => "form-batch",
            Self::Counts { .. } => "form-counts",
            Self::Short { .. } => "form-short",
        }
    }
}

impl Line {
    /// The line, with its line feed.
    ///
    /// # Errors
    /// When it would be over [`MAX_LINE`] bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        let mut bytes = canon::to_bytes(self)?;
        bytes.push(b'\n');
        if bytes.len() > MAX_LINE {
            return Err(CanonError::TooLong { len: bytes.len(), limit: MAX_LINE });
        }
        Ok(bytes)
    }

    /// Reads line `line` (from 1), given with its line feed.
    ///
    /// # Errors
    /// Unless it is exactly what [`Line::to_bytes`] writes.
    pub fn parse(bytes: &[u8], line: u64) -> Result<Self, BadBundle> {
        if bytes.len() > MAX_LINE {
            return Err(BadBundle::TooLong { line });
        }
        let text = bytes.strip_suffix(b"\n").ok_or(BadBundle::Cut { line })?;
        canon::from_bytes(text, MAX_LINE).map_err(|source| BadBundle::Line { line, source })
    }
}
