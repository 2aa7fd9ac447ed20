//! Putting a self-contained proof together from the log.

use super::error::ReadError;
use super::item::Entry;
use super::log::LogError;
use super::record::Ledger;
use crate::entry::proof::{BatchItem, Extra, Item};
use crate::entry::{Event, Kind};
use crate::hash::{Digest, Index};
use crate::tlog::checkpoint::{Checkpoint, CheckpointError};
use crate::tlog::note::Note;
use crate::tlog::proof::{ProveError, prove_inclusion};
use crate::tlog::prooffile::{BadProofFile, ProofFile};
use crate::tlog::tree::MemoryTree;

/// Entries looked through for the signature of a batch: a commit is never larger.
const LOOK_AHEAD: u64 = super::staging::MAX_COMMIT_ENTRIES as u64;

/// Why a proof could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What the proof would carry is too long.
    #[error("the proof would be too long: {0}")]
    Extra(#[from] crate::canon::CanonError),
    /// The proof file would be one that nobody accepts.
    #[error("the proof file: {0}")]
    File(#[from] BadProofFile),
    /// The entry is not signed by itself, and no batch covers it.
    #[error("nobody signed entry {index}")]
    Unsigned {
        /// The entry.
        index: Index,
    },
}

impl Ledger {
    /// A proof that the entry is in the log at its latest checkpoint, with what is needed to see who made it. Without the
    /// payload where `withhold` is set, or where it is not here.
    ///
    /// # Errors
    /// When there is no such entry, or the log cannot be read.
    pub fn prove(&self, index: Index, withhold: bool) -> Result<ProofFile, ProofError> {
        let note = self.reader().note().ok_or(ReadError::NoLedger)?;
        let note = Note::parse(note).map_err(BadProofFile::Checkpoint)?;
        self.prove_under(index, withhold, note)
    }

    /// The same at another checkpoint of this ledger, such as one that was cosigned, which must hold the entry and whatever shows
    /// who made it.
    ///
    /// # Errors
    /// As [`Ledger::prove`].
    pub fn prove_under(&self, index: Index, withhold: bool, note: Note) -> Result<ProofFile, ProofError> {
        let checkpoint: Checkpoint =
            note.text().parse().map_err(|e| ReadError::Log(LogError::Checkpoint(CheckpointError::Text(e))))?;
        let size = checkpoint.size();
        let entry = self.entry(index)?;
        let opening = self.item(&self.entry(Index(0))?, size)?;
        let mut author = Vec::new();
        if entry.header.agent.0 != 0 {
            author.push(self.item(&self.entry(entry.header.agent)?, size)?);
        }
        for change in self.history(entry.header.agent)? {
            if change.header.kind == Kind::AgentKeyChanged && change.index < index {
                author.push(self.item(&change, size)?);
            }
        }
        let batch = if entry.header.sig.is_some() { None } else { Some(self.batch_of(&entry, size)?) };
        let payload = if withhold { None } else { text(entry.payload.as_deref()) };
        let extra = Extra { author, batch, entry: text(Some(&entry.bytes)).unwrap_or_default(), opening, payload };
        Ok(ProofFile::new(index.0, self.path(index, size)?, note, extra.to_bytes()?)?)
    }

    fn path(&self, index: Index, size: u64) -> Result<Vec<Digest>, ReadError> {
        prove_inclusion(&self.reader().hashes(), index.0, size).map_err(|e| match e {
            ProveError::Read(e) => ReadError::Log(LogError::from(e)),
            other => ReadError::Catalog { reason: other.to_string() },
        })
    }

    fn item(&self, entry: &Entry, size: u64) -> Result<Item, ReadError> {
        Ok(Item {
            entry: text(Some(&entry.bytes)).unwrap_or_default(),
            index: entry.index,
            path: self.path(entry.index, size)?,
            payload: text(entry.payload.as_deref()),
        })
    }

    /// The `batch-signed` entry that covers an unsigned one: the next of its agent whose range reaches back to it.
    fn batch_of(&self, entry: &Entry, size: u64) -> Result<BatchItem, ProofError> {
        let unsigned = || ProofError::Unsigned { index: entry.index };
        let end = size.min(entry.index.0 + 1 + LOOK_AHEAD);
        for candidate in self.entries(entry.index.0 + 1..end)? {
            if candidate.header.kind != Kind::BatchSigned {
                continue;
            }
            let Some(Event::BatchSigned(body)) = candidate.event()? else { return Err(unsigned()) };
            let start = candidate.index.0.checked_sub(body.count).ok_or_else(unsigned)?;
            if start > entry.index.0 {
                return Err(unsigned());
            }
            let mut tree = MemoryTree::default();
            for covered in self.entries(start..candidate.index.0)? {
                tree.push(covered.leaf);
            }
            let path = prove_inclusion(&tree, entry.index.0 - start, body.count).map_err(|_| unsigned())?;
            return Ok(BatchItem { item: self.item(&candidate, size)?, path });
        }
        Err(unsigned())
    }
}

fn text(bytes: Option<&[u8]>) -> Option<String> {
    bytes.map(|b| String::from_utf8_lossy(b).into_owned())
}
