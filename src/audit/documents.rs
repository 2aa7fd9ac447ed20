//! Documents whose bytes are held: their digests, and the anchors into them, byte for byte.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::explain::Code;
use super::report::{Counts, Problems};
use crate::claim::vocab::Selector;
use crate::claim::{Anchor, Appearance};
use crate::entry::{Event, Header};
use crate::hash::{Digest, Index};
use crate::store::{StoreError, StorePath, StoreRead};
use crate::text::CodePoints;

/// Longest document that is read, in bytes.
pub const MAX_DOCUMENT: usize = 256 << 20;

/// A passage to be found again.
#[derive(Debug, Clone)]
struct Passage {
    target: Digest,
    start: usize,
    end: usize,
    sha256: Digest,
}

impl Passage {
    fn of(anchor: &Anchor) -> Option<Self> {
        let target = anchor.target.filter(|_| anchor.selector == Selector::TextRange)?;
        let (start, end) = (usize::try_from(anchor.start?).ok()?, usize::try_from(anchor.end?).ok()?);
        Some(Self { target, start, end, sha256: anchor.sha256? })
    }
}

/// What is held, what is named on record, and the passages in what is held.
#[derive(Debug, Default)]
pub(super) struct Documents {
    held: BTreeMap<Digest, StorePath>,
    strays: Vec<StorePath>,
    named: HashSet<Digest>,
    /// By the entry of the appearance (that of the claim for its own first one) and the number of the anchor.
    passages: BTreeMap<u64, BTreeMap<u64, Passage>>,
}

impl Documents {
    /// Lists what is held.
    pub fn list(store: &dyn StoreRead) -> Result<Self, super::AuditError> {
        let mut documents = Self::default();
        for path in store.list(&StorePath::new("blobs")?)? {
            let digest: Option<Digest> = path.as_str().rsplit('/').next().and_then(|name| name.parse().ok());
            let right = |d: &Digest| path.as_str() == format!("blobs/sha256/{}/{d}", &d.hex()[..2]);
            match digest.filter(right) {
                Some(digest) => {
                    documents.held.insert(digest, path);
                }
                None => documents.strays.push(path),
            }
        }
        Ok(documents)
    }

    /// Takes in what an entry says of documents and passages.
    pub fn apply(&mut self, index: u64, header: &Header, event: Option<&Event>) {
        let subject = header.about.map_or(index, |about| about.0);
        match event {
            Some(Event::SnapshotCaptured(snapshot)) => {
                self.named.insert(snapshot.sha256);
            }
            Some(Event::TextExtracted(text)) => {
                self.named.insert(text.sha256);
            }
            Some(Event::ClaimRecorded(claim) | Event::ClaimAmended(claim)) => self.appears(subject, &claim.appearance),
            Some(Event::CorrectionIssued(correction)) => {
                if let Some(claim) = &correction.claim {
                    self.appears(subject, &claim.appearance);
                }
            }
            Some(Event::AppearanceRecorded(appearance)) => {
                if let Some(Index(replaced)) = header.re {
                    self.passages.remove(&replaced);
                }
                self.appears(index, appearance);
            }
            Some(Event::AnchorMoved(moved)) => {
                let appearance = header.re.map_or(subject, |re| re.0);
                let anchors = self.passages.entry(appearance).or_default();
                anchors.remove(&moved.anchor);
                if let Some(passage) = Passage::of(&moved.to) {
                    anchors.insert(moved.anchor, passage);
                }
            }
            _ => {}
        }
    }

    fn appears(&mut self, appearance: u64, body: &Appearance) {
        let anchors = (0..).zip(&body.anchors).filter_map(|(i, anchor)| Some((i, Passage::of(anchor)?)));
        let held = anchors.filter(|(_, passage)| self.held.contains_key(&passage.target));
        let anchors: BTreeMap<u64, Passage> = held.collect();
        if anchors.is_empty() {
            self.passages.remove(&appearance);
        } else {
            self.passages.insert(appearance, anchors);
        }
    }

    /// Reads every held document once, and finds its passages.
    pub fn judge(&self, store: &dyn StoreRead, counts: &mut Counts, problems: &mut Problems) {
        for path in &self.strays {
            problems.file(Code::P07, path.as_str(), "not the name of a document");
        }
        let mut wanted: BTreeMap<Digest, Vec<(u64, u64, &Passage)>> = BTreeMap::new();
        for (appearance, anchors) in &self.passages {
            for (number, passage) in anchors {
                wanted.entry(passage.target).or_default().push((*appearance, *number, passage));
            }
        }
        let mut unreadable: BTreeSet<Digest> = BTreeSet::new();
        for (digest, path) in &self.held {
            let bytes = match store.get(path, MAX_DOCUMENT) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => {
                    unreadable.insert(*digest);
                    continue;
                }
                Err(error @ StoreError::TooLarge { .. }) => {
                    problems.file(Code::L16, path.as_str(), error.to_string());
                    unreadable.insert(*digest);
                    continue;
                }
                Err(error) => {
                    problems.file(Code::L16, path.as_str(), error.to_string());
                    continue;
                }
            };
            if Digest::of(&bytes) != *digest {
                problems.file(Code::P06, path.as_str(), format!("its digest is {}", Digest::of(&bytes)));
                continue;
            }
            let passages = wanted.remove(digest).unwrap_or_default();
            counts.anchors += passages.len() as u64;
            resolve(&bytes, &passages, problems);
        }
        let held = |digest: &&Digest| self.held.contains_key(digest) && !unreadable.contains(digest);
        counts.held = self.named.iter().filter(held).count() as u64;
        counts.not_held = self.named.len() as u64 - counts.held;
    }
}

fn resolve(bytes: &[u8], passages: &[(u64, u64, &Passage)], problems: &mut Problems) {
    let text = str::from_utf8(bytes).ok().map(CodePoints::new);
    for (appearance, number, passage) in passages {
        let found = text.as_ref().and_then(|text| text.slice(passage.start, passage.end));
        if found.is_none_or(|found| Digest::of(found.as_bytes()) != passage.sha256) {
            let (start, end) = (passage.start, passage.end);
            let detail = match (&text, found) {
                (None, _) => "the document is no text in UTF-8".to_owned(),
                (_, None) => format!("anchor {number}: the text ends before {end}"),
                _ => format!("anchor {number}: {start} to {end} holds another passage"),
            };
            problems.entry(Code::W08, *appearance, detail);
        }
    }
}
