//! The body of `add-checkpoint`: C2SP tlog-witness.
//!
//! ```text
//! old 20852163
//! <base64 hash>          the consistency proof from the old size to the checkpoint's, 0 to 63 lines
//!
//! <checkpoint, a signed note>
//! ```

use std::fmt;

use crate::hash::Digest;
use crate::tlog::checkpoint::{BadCheckpoint, Checkpoint};
use crate::tlog::forms::{base64, decimal, hash_from_base64};
use crate::tlog::note::{BadNote, MAX_NOTE, Note};

/// Most hashes of a consistency proof: one for each level of the largest tree.
pub const MAX_PROOF: usize = 63;

/// Longest body, in bytes: the line of the old size, the proof, an empty line and the longest note.
pub const MAX_REQUEST: usize = 4 + 19 + 1 + MAX_PROOF * 45 + 1 + MAX_NOTE;

/// Bytes that are not a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadRequest {
    /// Over [`MAX_REQUEST`] bytes.
    #[error("a request has at most {MAX_REQUEST} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("a request is UTF-8")]
    Utf8,
    /// The first line is not `old` and a decimal number.
    #[error("a request begins with the line `old <size>`, a decimal number without leading zeros, at most 2^63 - 1")]
    Old,
    /// Line `0` of the proof (from 1) is not 32 bytes in base64.
    #[error("hash {0} of the proof is not 32 bytes in base64")]
    Hash(usize),
    /// More than [`MAX_PROOF`] lines of proof.
    #[error("a consistency proof has at most {MAX_PROOF} hashes")]
    TooManyHashes,
    /// No empty line and checkpoint after the proof.
    #[error("the request ends before its checkpoint")]
    Short,
    /// What should be the checkpoint is no signed note.
    #[error("the checkpoint: {0}")]
    Note(#[from] BadNote),
    /// The text of the note is no checkpoint.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] BadCheckpoint),
}

/// A checkpoint to be cosigned, with the proof that it extends an older one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    old: u64,
    proof: Vec<Digest>,
    note: Note,
    checkpoint: Checkpoint,
}

impl Request {
    /// Puts a request together.
    ///
    /// # Errors
    /// When it could not be read again.
    pub fn new(old: u64, proof: Vec<Digest>, note: Note) -> Result<Self, BadRequest> {
        let checkpoint = Checkpoint::parse_any(note.text())?;
        let request = Self { old, proof, note, checkpoint };
        Self::parse(request.to_string().as_bytes())
    }

    /// Reads a request. No signature and no proof is checked, and the root of an empty tree may be any: those are for the
    /// witness to judge, each with its own status.
    ///
    /// # Errors
    /// Unless it is exactly what `Display` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadRequest> {
        if bytes.len() > MAX_REQUEST {
            return Err(BadRequest::TooLong);
        }
        let text = str::from_utf8(bytes).map_err(|_| BadRequest::Utf8)?;
        let (first, mut rest) = text.split_once('\n').ok_or(BadRequest::Old)?;
        let old = first.strip_prefix("old ").and_then(decimal).ok_or(BadRequest::Old)?;
        let mut proof = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(BadRequest::Short)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if proof.len() == MAX_PROOF {
                return Err(BadRequest::TooManyHashes);
            }
            proof.push(hash_from_base64(line).ok_or(BadRequest::Hash(proof.len() + 1))?);
        }
        let note = Note::parse(rest.as_bytes())?;
        let checkpoint = Checkpoint::parse_any(note.text())?;
        Ok(Self { old, proof, note, checkpoint })
    }

    /// Size that the proof begins from.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The consistency proof.
    pub fn proof(&self) -> &[Digest] {
        &self.proof
    }

    /// The checkpoint as the signed note it is, not checked.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint. At size 0 its root may be any.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", base64(&hash.0)))?;
        write!(f, "\n{}", self.note)
    }
}
