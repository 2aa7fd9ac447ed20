//! Erasure as the ledger's users meet it: what is erased is not read, also where its bytes came back, and is emptied
//! again by whoever may write.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use super::append::boxed;
use super::catalog::Term;
use super::error::{AppendError, ReadError};
use super::item::Entry;
use super::record::Ledger;
use crate::entry::{Event, Kind};
use crate::hash::{Digest, Index};
use crate::store::{Store as _, StoreError, StoreRead as _};
use crate::time::Day;

/// Whether the payload of an entry may be shown, as far as entries say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marked {
    /// No entry says anything of it.
    Not,
    /// It is withheld, until a day where one is named.
    Withheld {
        /// The entry that says so.
        by: Index,
        /// Why.
        ground: String,
        /// The day on which it ends.
        until: Option<Day>,
    },
    /// It was released.
    Released(Index),
    /// It was erased.
    Erased(Index),
}

impl Marked {
    /// What the entries about a subject ([`Ledger::history`]) say of the payload of one of them.
    ///
    /// # Errors
    /// When a payload cannot be read.
    pub fn among(history: &[Entry], index: Index) -> Result<Self, ReadError> {
        let mut marked = Self::Not;
        for entry in history {
            let target = entry.header.re.or(entry.header.about);
            if target != Some(index) || matches!(marked, Self::Erased(_)) {
                continue;
            }
            marked = match (entry.header.kind, entry.event()?) {
                (Kind::PayloadWithheld, Some(Event::PayloadWithheld(body))) => {
                    Self::Withheld { by: entry.index, ground: body.ground, until: body.until }
                }
                (Kind::PayloadReleased, _) => Self::Released(entry.index),
                (Kind::PayloadErased, _) => Self::Erased(entry.index),
                _ => marked,
            };
        }
        Ok(marked)
    }

    /// Whether it is kept back on `today`: erased, or withheld and the day has not come.
    pub fn is_kept_back(&self, today: Day) -> bool {
        match self {
            Self::Erased(_) => true,
            Self::Withheld { until, .. } => until.is_none_or(|until| today < until),
            Self::Not | Self::Released(_) => false,
        }
    }
}

/// What was emptied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Emptied {
    /// Whether any payload held something.
    pub payloads: bool,
    /// Documents that were removed.
    pub documents: Vec<Digest>,
}

/// Digest of the bytes that an event says were captured or extracted.
fn captured(event: &Event) -> Option<Digest> {
    match event {
        Event::SnapshotCaptured(capture) => Some(capture.sha256),
        Event::TextExtracted(text) => Some(text.sha256),
        _ => None,
    }
}

impl Ledger {
    /// What entries say of the payload of another: the last word counts, and an erasure is always the last.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn marked(&self, index: Index) -> Result<Marked, ReadError> {
        let subject = self.entry(index)?.subject();
        Marked::among(&self.history(subject)?, index)
    }

    /// Entries whose payload was erased by an entry that says so.
    pub fn erased(&self) -> &BTreeSet<u64> {
        &self.erased
    }

    /// Learns what is erased; whether the payload of something newly learnt is in the store all the same.
    pub(super) fn learn_erasures(&mut self) -> Result<bool, ReadError> {
        let mut back = false;
        for index in self.find(Term::Kind(Kind::PayloadErased))? {
            let header = self.entry(index)?.header;
            let target = header.re.or(header.about).filter(|_| header.kind == Kind::PayloadErased);
            if let Some(target) = target.filter(|target| target.0 < self.size)
                && self.erased.insert(target.0)
            {
                let payload = self.reader.payloads(target.0..target.0 + 1)?.pop().flatten();
                back |= payload.is_some();
            }
        }
        Ok(back)
    }

    /// Whether the payload of anything erased still stands: a restored copy brings it back, and a process that dies between
    /// recording an erasure and emptying leaves it.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn erased_still_here(&mut self) -> Result<bool, ReadError> {
        self.learn_erasures()?;
        for index in &self.erased {
            if self.erased_event(Index(*index))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What an entry whose payload was erased says, where the words still stand.
    fn erased_event(&self, index: Index) -> Result<Option<Event>, ReadError> {
        let payload = self.reader.payloads(index.0..index.0 + 1)?.pop().flatten();
        let Some(payload) = payload else { return Ok(None) };
        Entry::read(index, self.entry(index)?.bytes, Some(payload))?.event()
    }

    /// Empties every payload that was erased, wherever it stands, removes the documents kept for them alone, and makes the
    /// catalog anew. To be done after an erasure is on record, and at each opening for writing. The payloads go last: as
    /// long as one stands, a death in between leaves something to be noticed.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn empty_erased(&mut self) -> Result<Emptied, AppendError> {
        self.learn_erasures()?;
        if self.erased.is_empty() {
            return Ok(Emptied::default());
        }
        let indices: Vec<u64> = self.erased.iter().copied().collect();
        let mut here = Vec::new();
        for index in &indices {
            here.extend(self.erased_event(Index(*index))?);
        }
        let mut documents = Vec::new();
        if !here.is_empty() {
            self.lock().reset().map_err(ReadError::from)?;
            self.catch_up()?;
            documents = self.drop_documents(&here)?;
            self.store.remove_leftovers().map_err(ReadError::from)?;
        }
        let committer = self.committer.get_mut().unwrap_or_else(PoisonError::into_inner);
        let committer = committer.as_mut().ok_or(AppendError::ReadOnly)?;
        let payloads = committer.erase(&indices).map_err(boxed)?;
        self.reader.forget();
        Ok(Emptied { payloads, documents })
    }

    /// Removes held documents whose capture was erased, unless another capture that stands is of the same bytes.
    fn drop_documents(&self, erased: &[Event]) -> Result<Vec<Digest>, ReadError> {
        let held = self.blobs()?;
        let mut removed = Vec::new();
        for digest in erased.iter().filter_map(captured).filter(|digest| held.contains(digest)) {
            let mut needed = false;
            for index in self.find(Term::Bytes(digest))? {
                needed |= self.entry(index)?.event()?.as_ref().and_then(captured) == Some(digest);
            }
            if !needed && !removed.contains(&digest) {
                self.store.remove(&super::record::blob_path(&digest))?;
                removed.push(digest);
            }
        }
        Ok(removed)
    }

    /// Digests of the documents whose bytes are kept with the ledger.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn blobs(&self) -> Result<Vec<Digest>, StoreError> {
        let folder = crate::store::StorePath::built("blobs".to_owned());
        let paths = self.store.list(&folder)?;
        Ok(paths.iter().filter_map(|path| path.as_str().rsplit('/').next()?.parse().ok()).collect())
    }
}
