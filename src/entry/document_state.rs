//! A document as it stands: the fold of every entry about it.

use super::event::Event;
use super::header::Header;
use super::kind::Kind;
use crate::claim::{Document, Snapshot, TextExtract};
use crate::hash::{Digest, Index};
use crate::time::Timestamp;

/// A document as it stands after the last entry folded in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentState {
    /// The entry that registered it.
    pub number: Index,
    /// That entry's leaf hash.
    pub leaf: Digest,
    /// Who registered it.
    pub agent: Index,
    /// When.
    pub recorded: Timestamp,
    /// Its fields now; `None`: withheld or erased.
    pub document: Option<Document>,
    /// Its snapshots, oldest first.
    pub snapshots: Vec<(Index, Option<Snapshot>)>,
    /// Its extracted texts, oldest first.
    pub texts: Vec<(Index, Option<TextExtract>)>,
    /// Every entry about it, its own first.
    pub entries: Vec<Index>,
}

impl DocumentState {
    /// The state right after the document was registered.
    pub fn registered(number: Index, leaf: Digest, header: &Header, event: Option<Event>) -> Self {
        let document = match event {
            Some(Event::DocumentRegistered(document)) => Some(document),
            _ => None,
        };
        let (snapshots, texts) = (Vec::new(), Vec::new());
        let entries = vec![number];
        Self { number, leaf, agent: header.agent, recorded: header.time, document, snapshots, texts, entries }
    }

    /// Takes in an entry about this document.
    pub fn apply(&mut self, number: Index, header: &Header, event: Option<Event>) {
        self.entries.push(number);
        match (header.kind, event) {
            (Kind::DocumentAmended, event) => {
                self.document = match event {
                    Some(Event::DocumentAmended(document)) => Some(document),
                    _ => None,
                }
            }
            (Kind::SnapshotCaptured, Some(Event::SnapshotCaptured(s))) => self.snapshots.push((number, Some(s))),
            (Kind::SnapshotCaptured, _) => self.snapshots.push((number, None)),
            (Kind::TextExtracted, Some(Event::TextExtracted(t))) => self.texts.push((number, Some(t))),
            (Kind::TextExtracted, _) => self.texts.push((number, None)),
            _ => {}
        }
    }

    /// The latest snapshot whose payload is here.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshots.iter().rev().find_map(|(_, s)| s.as_ref())
    }

    /// The last entry about it.
    pub fn last(&self) -> Index {
        self.entries.last().copied().unwrap_or(self.number)
    }
}
