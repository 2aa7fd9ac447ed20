//! Proof files: C2SP tlog-proof. All that is needed to check offline that an entry is in a log, but for the entry
//! itself and the keys one trusts.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra <base64>                          optional; nothing vouches for it
//! index 1
//! <base64 hash>                           the inclusion proof, the leaf's sibling first
//!
//! <checkpoint, verbatim, with all its signature lines>
//! ```
//!
//! Tested by `tests/it/tlog_prooffile.rs` with the fixed vector and a mutation for each rule.

use std::fmt;

use super::forms::{base64, decimal, from_base64, hash_from_base64};
use super::note::{BadNote, Note};
use super::policy::{Accepted, Policy, Refused};
use super::proof::{BadProof, check_inclusion};
use crate::hash::Digest;

/// Longest proof file, in bytes.
pub const MAX_FILE: usize = 256 * 1024;

/// Most hashes of an inclusion proof: one for each level of the largest tree.
pub const MAX_PATH: usize = 63;

const HEAD: &str = "c2sp.org/tlog-proof@v1";

/// Bytes that are not a proof file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadProofFile {
    /// Over [`MAX_FILE`] bytes.
    #[error("a proof file has at most {MAX_FILE} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("a proof file is UTF-8")]
    Utf8,
    /// Does not begin with the line that names format and version.
    #[error("a proof file begins with the line {HEAD}")]
    Head,
    /// The extra data is empty or not base64.
    #[error("the extra data of the proof file is not base64, or empty")]
    Extra,
    /// No index where one must be, or not a decimal of at most 2^63 - 1 without leading zeros.
    #[error("the index of the proof file is missing or not a decimal number without leading zeros")]
    Index,
    /// Hash `0` of the proof (from 1) is not 32 bytes in base64.
    #[error("hash {0} of the proof file is not 32 bytes in base64")]
    Hash(usize),
    /// More than [`MAX_PATH`] hashes.
    #[error("a proof file has at most {MAX_PATH} hashes")]
    TooManyHashes,
    /// No empty line and checkpoint after the hashes.
    #[error("the proof file ends before its checkpoint")]
    Short,
    /// What should be the checkpoint is no signed note.
    #[error("the checkpoint of the proof file: {0}")]
    Checkpoint(#[source] BadNote),
}

/// At which step a proof does not hold, in the order in which they are taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The policy does not accept the checkpoint: signature of the log, or quorum of the witnesses.
    #[error(transparent)]
    Checkpoint(#[from] Refused),
    /// The entry is not at that index of the checkpoint's tree.
    #[error(transparent)]
    Inclusion(#[from] BadProof),
}

/// An inclusion proof with the checkpoint it leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProofFile {
    extra: Vec<u8>,
    index: u64,
    path: Vec<Digest>,
    checkpoint: Note,
}

impl ProofFile {
    /// Puts a proof together. `extra` may be empty.
    ///
    /// # Errors
    /// When it could not be read again: an index or path beyond the largest tree, a checkpoint without signatures, a
    /// file over the limit.
    pub fn new(index: u64, path: Vec<Digest>, checkpoint: Note, extra: Vec<u8>) -> Result<Self, BadProofFile> {
        let file = Self { extra, index, path, checkpoint };
        Self::parse(file.to_string().as_bytes())?;
        Ok(file)
    }

    /// Reads a proof file. Nothing is checked but the form.
    ///
    /// # Errors
    /// Unless it is exactly what `Display` writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadProofFile> {
        if bytes.len() > MAX_FILE {
            return Err(BadProofFile::TooLong);
        }
        let mut rest = str::from_utf8(bytes).map_err(|_| BadProofFile::Utf8)?;
        if next_line(&mut rest) != Some(HEAD) {
            return Err(BadProofFile::Head);
        }
        let mut line = next_line(&mut rest).ok_or(BadProofFile::Index)?;
        let mut extra = Vec::new();
        if let Some(data) = line.strip_prefix("extra ") {
            extra = from_base64(data).filter(|data| !data.is_empty()).ok_or(BadProofFile::Extra)?;
            line = next_line(&mut rest).ok_or(BadProofFile::Index)?;
        }
        let index = line.strip_prefix("index ").and_then(decimal).ok_or(BadProofFile::Index)?;
        let mut path = Vec::new();
        loop {
            match next_line(&mut rest).ok_or(BadProofFile::Short)? {
                "" => break,
                _ if path.len() == MAX_PATH => return Err(BadProofFile::TooManyHashes),
                hash => path.push(hash_from_base64(hash).ok_or(BadProofFile::Hash(path.len() + 1))?),
            }
        }
        let checkpoint = Note::parse(rest.as_bytes()).map_err(BadProofFile::Checkpoint)?;
        Ok(Self { extra, index, path, checkpoint })
    }

    /// Index of the entry that it is about.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Hashes of the inclusion proof, the leaf's sibling first.
    pub fn path(&self) -> &[Digest] {
        &self.path
    }

    /// The checkpoint, not checked.
    pub fn checkpoint(&self) -> &Note {
        &self.checkpoint
    }

    /// Data that came along. Nothing vouches for it: not the log, not the witnesses, not a proof that holds.
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }

    /// Checks that the entry with this leaf hash is where the file says: first the checkpoint under `policy`, then
    /// the index, then the path.
    ///
    /// # Errors
    /// Names the first step that does not hold.
    pub fn check(&self, leaf: &Digest, policy: &Policy) -> Result<Accepted, Unproven> {
        let accepted = policy.check(&self.checkpoint)?;
        let tree = &accepted.checkpoint;
        check_inclusion(&self.path, self.index, tree.size(), leaf, &tree.root())?;
        Ok(accepted)
    }
}

impl fmt::Display for ProofFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", base64(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", base64(&hash.0)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// Takes the next line, which must be ended, off `rest`.
fn next_line<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (line, after) = rest.split_once('\n')?;
    *rest = after;
    Some(line)
}
