//! The head: what the commit cell holds.
//!
//! ```text
//! onrecord-head/0
//! 300                                                                size after the batch
//! 9b0a…                                                              root at that size, hexadecimal
//! 298-00112233445566778899aabbccddeeff                               the batch: base, and 16 random bytes
//! ```
//!
//! Nothing has happened before its head stands here, and everything has once it does: whatever is missing under `log/`
//! and `payload/` then follows from the staged batch.

use std::fmt;
use std::str::FromStr;

use crate::hash::{Digest, MAX_INTEGER, from_hex, to_hex};
use crate::store::StorePath;

const TITLE: &str = "onrecord-head/0";

/// Name of a staged batch. It begins with the batch's base, so that whoever tidies can tell, without reading it, a batch
/// that has been overtaken from one that may still be swapped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StagingId {
    /// Index of the batch's first entry.
    pub base: u64,
    /// Random, so that no two writers stage under one name.
    pub nonce: [u8; 16],
}

impl StagingId {
    /// The object that holds the batch.
    pub fn path(self) -> StorePath {
        StorePath::built(format!("staging/{self}"))
    }

    /// Reads the path of a staged batch; `None` for any other.
    pub fn from_path(path: &StorePath) -> Option<Self> {
        path.as_str().strip_prefix("staging/")?.parse().ok()
    }
}

impl fmt::Display for StagingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.base, to_hex(&self.nonce))
    }
}

impl FromStr for StagingId {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let (base, nonce) = text.split_once('-').ok_or(BadHead::Staging)?;
        let nonce = from_hex(nonce).and_then(|nonce| nonce.try_into().ok()).ok_or(BadHead::Staging)?;
        Ok(Self { base: number(base).ok_or(BadHead::Staging)?, nonce })
    }
}

/// What the last commit made of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over them.
    pub root: Digest,
    /// The batch that led here.
    pub staging: StagingId,
}

/// Bytes that are not a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadHead {
    /// Not four lines, the first of them `onrecord-head/0`.
    #[error("a head is four lines, the first of them {TITLE:?}")]
    Form,
    /// The size is not a decimal without leading zeros, or not after the batch's base.
    #[error("the size in a head is a decimal number after the batch's base")]
    Size,
    /// The root is not a digest.
    #[error("the root in a head is 64 lower-case hexadecimal digits")]
    Root,
    /// Not base, hyphen and 32 hexadecimal digits.
    #[error("a staged batch is named by its base, a hyphen and 32 hexadecimal digits")]
    Staging,
}

impl Head {
    /// The bytes of the cell.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_string().into_bytes()
    }

    /// Reads the cell.
    ///
    /// # Errors
    /// Unless `bytes` are exactly what [`Head::to_bytes`] gives.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadHead> {
        str::from_utf8(bytes).map_err(|_| BadHead::Form)?.parse()
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TITLE}\n{}\n{}\n{}\n", self.size, self.root, self.staging)
    }
}

impl FromStr for Head {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let [TITLE, size, root, staging, ""] = *text.split('\n').collect::<Vec<_>>() else {
            return Err(BadHead::Form);
        };
        let size = number(size).ok_or(BadHead::Size)?;
        let root = root.parse().map_err(|_| BadHead::Root)?;
        let staging: StagingId = staging.parse()?;
        if size <= staging.base {
            return Err(BadHead::Size);
        }
        Ok(Self { size, root, staging })
    }
}

/// Reads a decimal that is written as we write it, at most 2^53 - 1: an index must fit canonical JSON.
pub(super) fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= MAX_INTEGER && number.to_string() == text).then_some(number)
}
