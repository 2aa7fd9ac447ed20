//! What an entry can be found by.
//!
//! The catalog keeps an 8-byte hash of each term, not the term: candidates may therefore include an entry which only
//! shares the hash, and a caller verifies each against the log. A hash also gives nothing away of an erased payload to
//! who does not guess its words.

use sha2::{Digest as _, Sha256};

use crate::entry::Kind;
use crate::hash::{Digest, Index};
use crate::text;

/// Something that entries are found by. Names are compared in their folded form ([`text::fold`]), so `É. Dupont` and
/// `e. dupont` are one; addresses, keys and handles are compared as they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term<'a> {
    /// Every entry about a subject but the one that created it.
    About(Index),
    /// Entries of a kind; all kinds but `claim-recorded`, which the rows list.
    Kind(Kind),
    /// Entries that relate a claim to this one.
    Related(Index),
    /// Claims, appearances and evidence that use a document.
    Document(Index),
    /// The entry that brought these bytes: a snapshot, or an extracted text.
    Bytes(Digest),
    /// A document or a piece of evidence at an address.
    Url(&'a str),
    /// A claim by its local key within its document, a piece of evidence by its local key within its claim.
    Key(Index, &'a str),
    /// A name in an attribution, the outlet's included.
    Speaker(&'a str),
    /// Whom a claim is about.
    Actor(&'a str),
    /// Where a claim is about.
    Place(&'a str),
    /// A tag of a claim.
    Tag(&'a str),
    /// A hedge's words.
    Cue(&'a str),
    /// Who published a document or a piece of evidence.
    Publisher(&'a str),
    /// The cluster of a piece of evidence.
    Cluster(&'a str),
    /// The handle of a new agent.
    Handle(&'a str),
    /// The handle of who a claim was given to.
    Assignee(&'a str),
}

impl Term<'_> {
    /// The 8 bytes kept of it: a prefix of SHA-256 over the field's letter and the value.
    pub fn hash(&self) -> u64 {
        match *self {
            Self::About(index) => number(b'a', index),
            Self::Kind(kind) => plain(b'k', kind.as_str().as_bytes()),
            Self::Related(index) => number(b'r', index),
            Self::Document(index) => number(b'd', index),
            Self::Bytes(digest) => plain(b'b', &digest.0),
            Self::Url(url) => plain(b'u', url.as_bytes()),
            Self::Key(scope, key) => {
                let mut hasher = Sha256::new_with_prefix(b"K");
                hasher.update(scope.0.to_le_bytes());
                hasher.update(key);
                prefix(&hasher.finalize().into())
            }
            Self::Speaker(name) => folded(b's', name),
            Self::Actor(name) => folded(b'A', name),
            Self::Place(name) => folded(b'p', name),
            Self::Tag(name) => folded(b't', name),
            Self::Cue(words) => folded(b'c', words),
            Self::Publisher(name) => folded(b'P', name),
            Self::Cluster(name) => folded(b'C', name),
            Self::Handle(handle) => plain(b'h', handle.as_bytes()),
            Self::Assignee(handle) => plain(b'H', handle.as_bytes()),
        }
    }
}

/// What recognises that the same thing was added before; made of a digest, so it too only gives candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentKey(pub(super) u64);

impl ContentKey {
    /// The key of an event's content ([`crate::entry::Event::content_digest`]) said about a subject; `None` where the
    /// entry creates one. The same note on two claims is not the same thing twice, so the subject counts.
    pub fn content(about: Option<Index>, content: &Digest) -> Self {
        let mut input = [0; 41];
        input[0] = u8::from(about.is_some());
        input[1..9].copy_from_slice(&about.unwrap_or_default().0.to_le_bytes());
        input[9..].copy_from_slice(&content.0);
        Self(prefix(&Digest::of(&input).0))
    }

    /// The key of a payload's digest, which may occur once in a log.
    pub fn payload(digest: &Digest) -> Self {
        Self(prefix(&digest.0))
    }
}

fn prefix(digest: &[u8; 32]) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_be_bytes(first)
}

fn plain(field: u8, value: &[u8]) -> u64 {
    let mut hasher = Sha256::new_with_prefix([field]);
    hasher.update(value);
    prefix(&hasher.finalize().into())
}

fn number(field: u8, index: Index) -> u64 {
    plain(field, &index.0.to_le_bytes())
}

fn folded(field: u8, text: &str) -> u64 {
    // Most names are ASCII, whose folded form is its lower case; folding takes ten times as long as hashing.
    if text.is_ascii() {
        plain(field, text.to_ascii_lowercase().as_bytes())
    } else {
        plain(field, text::fold(text).as_bytes())
    }
}
