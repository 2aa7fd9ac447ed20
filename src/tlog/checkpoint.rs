//! Checkpoints: C2SP tlog-checkpoint. The size and root of a log at one moment, as the text of a signed note.
//!
//! ```text
//! example.org/desk                                  origin: the log's name, and its key's
//! 3                                                 entries
//! NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=      root, base64
//! ```
//!
//! We write no extension lines, since no audit could check them. Those of others are kept, and mean nothing here.
//!
//! Tested by `tests/it/tlog_checkpoint.rs` against `tlog_tiles` and a mutation for each rule.

use std::fmt;
use std::str::FromStr;

use super::forms::{base64, decimal, hash_from_base64};
use super::key::{Role, Signer, Verifier, is_key_name};
use super::note::{self, BadNote, Distrust, Note, SignError};
use super::tree::MAX_SIZE;
use crate::hash::{Digest, empty_root};

/// A text that is not a checkpoint's, or values that cannot be one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadCheckpoint {
    /// Fewer than three lines, or the last is not ended.
    #[error("a checkpoint has a line each for origin, size and root")]
    Form,
    /// The origin could not be the name of a key.
    #[error("the origin of a checkpoint is not empty and has no white space, control characters or plus sign")]
    Origin,
    /// The size is not a decimal of at most 2^63 - 1 without leading zeros.
    #[error("the size of a checkpoint is a decimal number without leading zeros, at most 2^63 - 1")]
    Size,
    /// The root is not 32 bytes in base64, or not the empty root at size 0.
    #[error("the root of a checkpoint is 32 bytes in base64, and at size 0 that of the empty tree")]
    Root,
    /// An extension line is empty.
    #[error("a checkpoint has no empty extension lines")]
    Extension,
}

/// Origin, size and root of a log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Digest,
    /// Extension lines as they stand, each with its line feed.
    extensions: String,
}

impl Checkpoint {
    /// A checkpoint without extension lines.
    ///
    /// # Errors
    /// When the values cannot be a checkpoint's.
    pub fn new(origin: &str, size: u64, root: Digest) -> Result<Self, BadCheckpoint> {
        let checkpoint = Self::with_any_root(origin, size, root)?;
        if size == 0 && root != empty_root() { Err(BadCheckpoint::Root) } else { Ok(checkpoint) }
    }

    fn with_any_root(origin: &str, size: u64, root: Digest) -> Result<Self, BadCheckpoint> {
        if !is_key_name(origin) {
            return Err(BadCheckpoint::Origin);
        }
        if size > MAX_SIZE {
            return Err(BadCheckpoint::Size);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: String::new() })
    }

    /// Reads the text of a note; only the root at size 0 may be any. A witness refuses such a one later than one that is
    /// malformed, and with another status.
    pub(super) fn parse_any(text: &str) -> Result<Self, BadCheckpoint> {
        let [origin, size, root, extensions] = *text.splitn(4, '\n').collect::<Vec<_>>() else {
            return Err(BadCheckpoint::Form);
        };
        let size = decimal(size).ok_or(BadCheckpoint::Size)?;
        let root = hash_from_base64(root).ok_or(BadCheckpoint::Root)?;
        let mut checkpoint = Self::with_any_root(origin, size, root)?;
        if !extensions.is_empty() && !extensions.ends_with('\n') {
            return Err(BadCheckpoint::Form);
        }
        if extensions.split_terminator('\n').any(str::is_empty) {
            return Err(BadCheckpoint::Extension);
        }
        extensions.clone_into(&mut checkpoint.extensions);
        Ok(checkpoint)
    }

    /// Name of the log.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree.
    pub fn root(&self) -> Digest {
        self.root
    }

    /// Extension lines, each with its line feed; empty for checkpoints of ours.
    pub fn extensions(&self) -> &str {
        &self.extensions
    }

    /// Signs the checkpoint with the log's key. That it extends every one signed before is for the caller to know.
    ///
    /// # Errors
    /// When the key is not named after the origin or not a log's.
    pub fn sign(&self, log: &Signer) -> Result<Note, CheckpointError> {
        if log.verifier().name() != self.origin {
            return Err(CheckpointError::Origin { origin: self.origin.clone() });
        }
        let mut note = Note::new(&self.to_string())?;
        note::sign(&mut note, log)?;
        Ok(note)
    }

    /// Reads a checkpoint and checks the log's signature on it. Lines by other keys are ignored.
    ///
    /// # Errors
    /// When it is malformed, of another origin than the key's name, or not signed by the key.
    pub fn open(bytes: &[u8], log: &Verifier) -> Result<(Self, Note), CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = Self::verify(&note, log)?;
        Ok((checkpoint, note))
    }

    /// Checks the log's signature on a note that was read before, and reads the checkpoint in it.
    ///
    /// # Errors
    /// As [`Checkpoint::open`].
    pub fn verify(note: &Note, log: &Verifier) -> Result<Self, CheckpointError> {
        if log.role() != Role::Log {
            return Err(CheckpointError::Sign(SignError::Role));
        }
        note.verify(std::slice::from_ref(log))?;
        let checkpoint: Self = note.text().parse()?;
        if checkpoint.origin != log.name() {
            return Err(CheckpointError::Origin { origin: checkpoint.origin });
        }
        Ok(checkpoint)
    }
}

impl fmt::Display for Checkpoint {
    /// The text of the note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n{}", self.origin, self.size, base64(&self.root.0), self.extensions)
    }
}

impl FromStr for Checkpoint {
    type Err = BadCheckpoint;

    fn from_str(text: &str) -> Result<Self, BadCheckpoint> {
        let checkpoint = Self::parse_any(text)?;
        let possible = checkpoint.size > 0 || checkpoint.root == empty_root();
        if possible { Ok(checkpoint) } else { Err(BadCheckpoint::Root) }
    }
}

/// A checkpoint that could not be opened or signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note is malformed.
    #[error(transparent)]
    Note(#[from] BadNote),
    /// The note is not believed.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The text of the note is no checkpoint.
    #[error(transparent)]
    Text(#[from] BadCheckpoint),
    /// The checkpoint is of another log than the key.
    #[error("the checkpoint is of {origin}, which is not the name of the key")]
    Origin {
        /// Origin in the checkpoint.
        origin: String,
    },
    /// The key cannot sign or check it.
    #[error(transparent)]
    Sign(#[from] SignError),
}
