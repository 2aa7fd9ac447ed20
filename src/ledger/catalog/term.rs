//! What an entry can be found by.
//!
//! The catalog keeps an 8-byte hash of each term, not the term: candidates may therefore include an entry which only
//! shares the hash, and a caller verifies each against the log. Terms are therefore hashed fast and not securely: who
//! makes two terms collide gains candidates that are looked at in vain, which recording the term itself gives as well.

use super::page::mix;
use crate::claim::vocab::RelationKind;
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
    /// Entries that relate claims in this way.
    Relation(RelationKind),
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
    /// The 8 bytes kept of it: a hash of the field's letter and the value.
    pub fn hash(&self) -> u64 {
        match *self {
            Self::About(index) => number(b'a', index),
            Self::Kind(kind) => plain(b'k', kind.as_str().as_bytes()),
            Self::Related(index) => number(b'r', index),
            Self::Relation(kind) => plain(b'R', kind.as_str().as_bytes()),
            Self::Document(index) => number(b'd', index),
            Self::Bytes(digest) => plain(b'b', &digest.0),
            Self::Url(url) => plain(b'u', url.as_bytes()),
            Self::Key(scope, key) => finish(absorb(mix(start(b'K'), scope.0), key.as_bytes())),
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
pub struct ContentKey(pub(in crate::ledger) u64);

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

fn start(field: u8) -> u64 {
    mix(0, u64::from(field))
}

fn absorb(sum: u64, value: &[u8]) -> u64 {
    let (words, rest) = value.as_chunks::<8>();
    let sum = words.iter().fold(mix(sum, value.len() as u64), |sum, word| mix(sum, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(sum, u64::from_le_bytes(last))
}

/// Spreads what the last step left in the upper bits.
fn finish(sum: u64) -> u64 {
    mix(sum, sum >> 32)
}

fn plain(field: u8, value: &[u8]) -> u64 {
    finish(absorb(start(field), value))
}

fn number(field: u8, index: Index) -> u64 {
    finish(mix(start(field), index.0))
}

fn folded(field: u8, text: &str) -> u64 {
    // Most names are ASCII, whose folded form is its lower case; folding in full costs ten times as much.
    if text.is_ascii() {
        let mut lower = [0; 64];
        match lower.get_mut(..text.len()) {
            Some(lower) => {
                lower.copy_from_slice(text.as_bytes());
                lower.make_ascii_lowercase();
                plain(field, lower)
            }
            None => plain(field, text.to_ascii_lowercase().as_bytes()),
        }
    } else {
        plain(field, text::fold(text).as_bytes())
    }
}
