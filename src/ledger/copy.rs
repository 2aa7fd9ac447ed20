//! A public copy of a ledger: `log/` whole, and the payloads that may be shown, all others as empty slots.
//!
//! Nothing else is copied: no held documents, no head, no staging. Each file is written whole or not at all, the
//! checkpoint last; begun again, it goes on where it stopped. What may no longer be shown is emptied in the copy too.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::Term;
use super::error::ReadError;
use super::item::Entry;
use super::log::{LogError, bundle_limit, bundle_path, tile_path};
use super::reader::Reader;
use super::record::Ledger;
use crate::entry::{Event, Kind};
use crate::hash::{Digest, Index};
use crate::store::{Cell, Store, StoreError, StorePath, SwapError};
use crate::time::Day;
use crate::tlog::bundle::{Bundle, Series, append};
use crate::tlog::note::Note;
use crate::tlog::tile::Tile;

/// What was copied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copied {
    /// Number of entries.
    pub size: u64,
    /// Files written now.
    pub written: u64,
    /// Files that stood there already.
    pub unchanged: u64,
    /// Payloads that are shown.
    pub shown: u64,
    /// Payloads that are kept back: the desk's own, withheld, or erased.
    pub kept_back: u64,
    /// Of these, shown by the copy before this run.
    pub emptied: u64,
}

/// Why there is no public copy.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The folder of the copy cannot be used.
    #[error("the copy cannot be written")]
    Store(#[from] StoreError),
    /// The folder holds the copy of another log.
    #[error("there is the copy of another log: {found}")]
    Other {
        /// Its origin.
        found: String,
    },
    /// The copy is not an earlier state of this log.
    #[error("the copy has {copied} entries, and they are not the first of this log, which has {size}")]
    Fork {
        /// Entries in the copy.
        copied: u64,
        /// Entries here.
        size: u64,
    },
    /// A file of the copy holds other bytes than the log's.
    #[error("{path} in the copy holds other bytes than the log has there")]
    Differs {
        /// The file.
        path: StorePath,
    },
    /// Somebody else is writing the copy.
    #[error("somebody else wrote the copy meanwhile")]
    Contended,
    /// What was written does not read back as the log.
    #[error("the copy reads back with root {found} instead of {expected}")]
    Root {
        /// What it should be.
        expected: Digest,
        /// What it is.
        found: Digest,
    },
}

impl From<LogError> for CopyError {
    fn from(error: LogError) -> Self {
        Self::Read(error.into())
    }
}

impl Ledger {
    /// Writes or brings up to date a public copy in `target`, as of `today`.
    ///
    /// # Errors
    /// When the ledger cannot be read, or the folder not be written or holds something else.
    pub fn copy_public(&self, target: &dyn Store, today: Day) -> Result<Copied, CopyError> {
        let size = self.reader.size();
        let note = self.reader.note().ok_or(ReadError::NoLedger)?.to_vec();
        let before = target.read(Cell::Checkpoint)?;
        if let Some(before) = &before {
            self.is_earlier(before, &note, size)?;
        }
        let mut copied = Copied { size, ..Copied::default() };
        for tile in Tile::changed(0, size) {
            let bytes = tile.read(&self.reader.hashes()).map_err(LogError::from)?;
            place(target, &tile_path(tile), &bytes, tile.byte_len(), &mut copied)?;
        }
        let public = self.public(today)?;
        for bundle in Bundle::changed(Series::Entries, 0, size) {
            let mut bytes = Vec::new();
            for entry in self.reader.entries(bundle.run.elements())? {
                append(&mut bytes, &entry, bundle.series.max_item())
                    .map_err(|error| LogError::Bundle { bundle, error })?;
            }
            place(target, &bundle_path(bundle), &bytes, bundle_limit(bundle), &mut copied)?;
        }
        let earlier = match &before {
            Some(_) => Some(Reader::open(target, self.reader.keys().to_vec())?),
            None => None,
        };
        for bundle in Bundle::changed(Series::Payloads, 0, size) {
            self.copy_payloads(target, bundle, &public, earlier.as_ref(), &mut copied)?;
        }
        if before.as_deref() != Some(note.as_slice()) {
            target.swap(Cell::Checkpoint, before.as_deref(), &note).map_err(|error| match error {
                SwapError::Conflict { .. } => CopyError::Contended,
                SwapError::Unclear(error) | SwapError::Failed(error) => error.into(),
            })?;
            copied.written += 1;
        }
        sweep(target, size)?;
        self.read_back(target)?;
        Ok(copied)
    }

    /// Whether the checkpoint of a copy is one of this log, at this size or before.
    fn is_earlier(&self, before: &[u8], now: &[u8], size: u64) -> Result<(), CopyError> {
        let lines = |bytes: &[u8]| -> Option<(String, u64, Digest)> {
            let note = Note::parse(bytes).ok()?;
            let mut lines = note.text().lines();
            let (origin, size) = (lines.next()?.to_owned(), lines.next()?.parse().ok()?);
            let root = <base64ct::Base64 as base64ct::Encoding>::decode_vec(lines.next()?).ok()?;
            Some((origin, size, Digest(root.try_into().ok()?)))
        };
        let unreadable = || CopyError::Other { found: "its checkpoint cannot be read".to_owned() };
        let (origin, copied, root) = lines(before).ok_or_else(unreadable)?;
        if lines(now).is_some_and(|(ours, ..)| ours != origin) {
            return Err(CopyError::Other { found: crate::text::printable_line(&origin) });
        }
        if copied > size || self.root_at(copied)? != root {
            return Err(CopyError::Fork { copied, size });
        }
        Ok(())
    }

    fn copy_payloads(
        &self,
        target: &dyn Store,
        bundle: Bundle,
        public: &Public,
        before: Option<&Reader<&dyn Store>>,
        copied: &mut Copied,
    ) -> Result<(), CopyError> {
        let mut bytes = Vec::new();
        let mut kept_back = Vec::new();
        for entry in self.entries(bundle.run.elements())? {
            let shown = entry.payload.as_deref().filter(|_| public.may_show(&entry));
            copied.shown += u64::from(shown.is_some());
            if shown.is_none() {
                kept_back.push(entry.index);
            }
            let slot = shown.unwrap_or_default();
            append(&mut bytes, slot, bundle.series.max_item()).map_err(|error| LogError::Bundle { bundle, error })?;
        }
        copied.kept_back += kept_back.len() as u64;
        if let Some(before) = before {
            for index in kept_back.iter().filter(|index| index.0 < before.size()) {
                let there = before.payloads(index.0..index.0 + 1)?.pop().flatten();
                copied.emptied += u64::from(there.is_some());
            }
        }
        let path = bundle_path(bundle);
        if let Some(there) = target.get(&path, bundle_limit(bundle))?
            && there != bytes
        {
            target.redact(&path, &bytes)?;
            copied.written += 1;
            return Ok(());
        }
        place(target, &path, &bytes, bundle_limit(bundle), copied)
    }

    fn read_back(&self, target: &dyn Store) -> Result<(), CopyError> {
        let keys = self.reader.keys().to_vec();
        let reader = Reader::open(target, keys)?;
        let found = crate::tlog::tree::root(&reader.hashes(), reader.size()).map_err(LogError::from)?;
        let expected = self.reader.checkpoint().ok_or(ReadError::NoLedger)?.root();
        if found == expected { Ok(()) } else { Err(CopyError::Root { expected, found }) }
    }

    /// What may be shown on `today`.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn public(&self, today: Day) -> Result<Public, ReadError> {
        let mut public = Public { erased: self.erased.clone(), ..Public::default() };
        let mut marks: BTreeMap<u64, (Index, Option<Day>, bool)> = BTreeMap::new();
        for kind in [Kind::PayloadWithheld, Kind::PayloadReleased] {
            for index in self.find(Term::Kind(kind))? {
                let entry = self.entry(index)?;
                let Some(target) = entry.header.re.or(entry.header.about) else { continue };
                let mark = match (entry.header.kind, entry.event()?) {
                    (Kind::PayloadWithheld, Some(Event::PayloadWithheld(body))) => (index, body.until, true),
                    (Kind::PayloadReleased, _) => (index, None, false),
                    _ => continue,
                };
                let last = marks.entry(target.0).or_insert(mark);
                if last.0 < index {
                    *last = mark;
                }
            }
        }
        for (target, (_, until, withheld)) in marks {
            match (withheld, until) {
                (false, _) => {
                    public.released.insert(target);
                }
                (true, Some(until)) if today >= until => {}
                (true, _) => {
                    public.withheld.insert(target);
                }
            }
        }
        for index in self.find(Term::Kind(Kind::ClaimPublished))? {
            let header = self.entry(index)?.header;
            let Some(number) = header.about.filter(|_| header.kind == Kind::ClaimPublished) else { continue };
            public.claims.insert(number.0);
            let Some(claim) = self.claim(number)? else { continue };
            public.documents.extend(claim.standing_appearances().map(|(_, a)| a.document.0));
            let evidence = claim.evidence.iter().filter_map(|e| e.standing().and_then(|body| body.document));
            public.documents.extend(evidence.map(|document| document.0));
        }
        Ok(public)
    }
}

/// Which payloads may be shown.
#[derive(Debug, Clone, Default)]
pub struct Public {
    erased: BTreeSet<u64>,
    withheld: BTreeSet<u64>,
    released: BTreeSet<u64>,
    /// Claims that were published.
    claims: BTreeSet<u64>,
    /// Documents that published claims use.
    documents: BTreeSet<u64>,
}

impl Public {
    /// Whether a claim was published.
    pub fn is_published(&self, claim: Index) -> bool {
        self.claims.contains(&claim.0)
    }

    /// Whether the payload of an entry may be shown. What opens the ledger, enrols, sets rules and signs is never kept
    /// back; without it nobody could check anything.
    pub fn may_show(&self, entry: &Entry) -> bool {
        let index = entry.index.0;
        if !entry.header.kind.row().erasable {
            return true;
        }
        if self.erased.contains(&index) || self.withheld.contains(&index) {
            return false;
        }
        if self.released.contains(&index) {
            return true;
        }
        let subject = entry.subject().0;
        match entry.header.kind {
            Kind::DocumentRegistered | Kind::DocumentAmended | Kind::SnapshotCaptured | Kind::TextExtracted => {
                self.documents.contains(&subject)
            }
            // Who is called what, who asked and was asked, who works on what, and notes stay with the desk.
            Kind::AgentDescribed
            | Kind::ContactRecorded
            | Kind::RequestReceived
            | Kind::ClaimMoved
            | Kind::NoteAdded => false,
            _ => self.claims.contains(&subject),
        }
    }
}

/// Puts a file where it is to stand, unless it stands there.
fn place(
    target: &dyn Store,
    path: &StorePath,
    bytes: &[u8],
    limit: usize,
    copied: &mut Copied,
) -> Result<(), CopyError> {
    match target.get(path, limit)? {
        Some(there) if there == bytes => copied.unchanged += 1,
        Some(_) => return Err(CopyError::Differs { path: path.clone() }),
        None => {
            target.put(path, bytes)?;
            copied.written += 1;
        }
    }
    Ok(())
}

/// Removes partials that a wider form has superseded. Those of payloads may hold what is kept back since.
pub(super) fn sweep(target: &dyn Store, size: u64) -> Result<(), StoreError> {
    for folder in ["log/tile", "payload"] {
        for path in target.list(&StorePath::built(folder.to_owned()))?.into_iter().filter(StorePath::is_partial) {
            let text = path.as_str().strip_prefix("log/").unwrap_or(path.as_str());
            let last = match (text.parse::<Bundle>(), text.parse::<Tile>()) {
                (Ok(bundle), _) => {
                    Bundle::holding(bundle.series, bundle.run.elements().start, size).map(|last| last == bundle)
                }
                (_, Ok(tile)) => Some(Tile::changed(0, size).any(|last| last == tile)),
                _ => None,
            };
            if last == Some(false) {
                target.remove(&path)?;
            }
        }
    }
    Ok(())
}
