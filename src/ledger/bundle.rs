//! Putting a bundle together: which entries it needs, and the lines of it in one pass over the log.
//!
//! Chosen entries are a bit each, so that memory grows with the ledger by an eighth of a byte an entry. The agents and the
//! signatures of batches that an entry needs are chosen with it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::catalog::Term;
use super::copy::Public;
use super::error::ReadError;
use super::item::Entry;
use super::log::LogError;
use super::record::Ledger;
use crate::canon::CanonError;
use crate::entry::bundle::{End, EntryLine, FORMAT, Head, Line, Stated};
use crate::entry::{ClaimState, Event, Kind};
use crate::hash::{Digest, Index};
use crate::time::Day;
use crate::tlog::cover::hashes_before;
use crate::tlog::tree::{HashReader as _, MemoryTree, Place};

/// Entries of a bundle file of the log.
const RUN: u64 = 256;
/// Entries of a claim, about: where the chosen claims are fewer than the log's entries by this much more, they are looked up
/// one by one; else the log is read once from beginning to end.
const SPARSE: u64 = 64;
/// Entries read at once on that way.
const CHUNK: u64 = 10_240;
/// Chosen entries among these from which on they are read together.
const DENSE: usize = 16;

/// Which payloads go into a bundle. What is withheld or erased never does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payloads {
    /// All that are here.
    All,
    /// Those that may be shown to anybody.
    Public,
    /// Those alone without which nobody could check anything.
    Needed,
}

/// Why a bundle could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A line would be one that nobody accepts.
    #[error("a line of the bundle: {0}")]
    Line(#[from] CanonError),
    /// It could not be written.
    #[error("cannot write")]
    Write(#[from] std::io::Error),
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Entries.
    pub entries: u64,
    /// Of them, without payload.
    pub withheld: u64,
    /// Of them, with a payload that is the desk's own: not public by now.
    pub desk_only: u64,
}

/// A set of numbers, a bit each.
#[derive(Debug, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn insert(&mut self, n: u64) {
        let at = (n / 64) as usize;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (n % 64);
    }

    fn contains(&self, n: u64) -> bool {
        self.0.get((n / 64) as usize).is_some_and(|word| word >> (n % 64) & 1 == 1)
    }

    /// Those in `range`, in order.
    fn among(&self, range: Range<u64>) -> impl Iterator<Item = u64> + '_ {
        range.filter(|n| self.contains(*n))
    }

    fn end(&self) -> u64 {
        self.0.len() as u64 * 64
    }
}

/// A bundle in the making.
pub struct BundleMaker<'l> {
    ledger: &'l Ledger,
    payloads: Payloads,
    today: Day,
    public: Public,
    chosen: Bits,
    /// Claims and documents all of whose entries are chosen.
    subjects: Bits,
    documents: Bits,
    agents: BTreeSet<Index>,
    /// All `batch-signed` entries.
    batches: Vec<Index>,
    claims: u64,
    stated: u64,
}

impl Ledger {
    /// Begins a bundle of this view of the ledger, under its latest checkpoint.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn bundle(&self, payloads: Payloads, today: Day) -> Result<BundleMaker<'_>, ReadError> {
        let mut maker = BundleMaker {
            ledger: self,
            payloads,
            today,
            public: self.public(today)?,
            chosen: Bits::default(),
            subjects: Bits::default(),
            documents: Bits::default(),
            agents: BTreeSet::from([Index(0)]),
            batches: self.find(Term::Kind(Kind::BatchSigned))?,
            claims: 0,
            stated: 0,
        };
        maker.chosen.insert(0);
        Ok(maker)
    }
}

impl BundleMaker<'_> {
    /// The first line.
    ///
    /// # Errors
    /// When there is no checkpoint, or it is no text.
    pub fn head(&self, history: Option<Index>, query: Option<String>) -> Result<Line, BundleError> {
        let note = self.ledger.reader().note().ok_or(ReadError::NoLedger)?;
        let whole = self.ledger.reader().size();
        let as_of = Some(self.ledger.size()).filter(|size| *size < whole);
        let checkpoint = String::from_utf8_lossy(note).into_owned();
        Ok(Line::Head(Head { as_of, checkpoint, format: FORMAT.into(), history, query }))
    }

    /// Chooses a claim with all entries about it, its documents with theirs, and who made them; gives the line that
    /// states how it stands, or none where a withheld payload hides it or it is no claim. Claims come by number.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn claim(&mut self, number: Index) -> Result<Option<Line>, BundleError> {
        let Some(claim) = self.ledger.claim(number)? else { return Ok(None) };
        let stated = stated(&claim.without_withheld(self.today));
        if stated.is_none() {
            self.choose_claim(number);
        }
        Ok(stated.map(|stated| self.stated(stated)))
    }

    /// The same for a claim of which the caller knows how it stands.
    pub fn stated(&mut self, stated: Stated) -> Line {
        self.choose_claim(stated.claim);
        self.stated += 1;
        Line::Claim(stated)
    }

    fn choose_claim(&mut self, number: Index) {
        self.claims += 1;
        self.subjects.insert(number.0);
    }

    /// Chooses the entries about the claims, and those about the documents that they name.
    fn choose_all(&mut self) -> Result<(), ReadError> {
        let size = self.ledger.size();
        if self.claims.saturating_mul(SPARSE) < size {
            for claim in self.subjects.among(0..self.subjects.end()).collect::<Vec<_>>() {
                for entry in self.ledger.history(Index(claim))? {
                    self.choose_with_documents(&entry)?;
                }
            }
        } else {
            let mut start = 0;
            while start < size {
                let end = size.min(start + CHUNK);
                for entry in self.ledger.entries(start..end)? {
                    if self.subjects.contains(entry.subject().0) {
                        self.choose_with_documents(&entry)?;
                    }
                }
                start = end;
            }
        }
        for document in self.documents.among(0..self.documents.end()).collect::<Vec<_>>() {
            for entry in self.ledger.history(Index(document))? {
                self.choose(&entry);
            }
        }
        Ok(())
    }

    fn choose_with_documents(&mut self, entry: &Entry) -> Result<(), ReadError> {
        self.choose(entry);
        let document = match entry.event()? {
            Some(Event::ClaimRecorded(claim) | Event::ClaimAmended(claim)) => Some(claim.appearance.document),
            Some(Event::AppearanceRecorded(appearance)) => Some(appearance.document),
            Some(Event::EvidenceLinked(evidence)) => evidence.document,
            Some(Event::CorrectionIssued(correction)) => correction.claim.map(|claim| claim.appearance.document),
            _ => None,
        };
        if let Some(document) = document {
            self.documents.insert(document.0);
        }
        Ok(())
    }

    /// Chooses an entry, its author, and the batch that covers it: the next one, since batches do not overlap and no
    /// unsigned entry lies outside all of them.
    fn choose(&mut self, entry: &Entry) {
        self.chosen.insert(entry.index.0);
        self.agents.insert(entry.header.agent);
        if entry.header.sig.is_none() {
            let next = self.batches.partition_point(|batch| *batch <= entry.index);
            if let Some(batch) = self.batches.get(next) {
                self.chosen.insert(batch.0);
            }
        }
    }

    /// Chooses enrolment, keys, roles and revocation of every agent that acts, and of those who enrolled them.
    fn choose_agents(&mut self) -> Result<(), ReadError> {
        let core = self.ledger.lock().core();
        let core = core.into_iter().take_while(|index| index.0 < self.ledger.size());
        let core: Vec<Entry> = core.map(|index| self.ledger.entry(index)).collect::<Result<_, _>>()?;
        loop {
            let before = self.agents.len();
            for entry in &core {
                let about_agent = matches!(
                    entry.header.kind,
                    Kind::AgentEnrolled | Kind::AgentKeyChanged | Kind::AgentRolesChanged | Kind::AgentRevoked
                );
                if about_agent && self.agents.contains(&entry.subject()) {
                    self.choose(entry);
                }
            }
            if self.agents.len() == before {
                return Ok(());
            }
        }
    }

    /// Writes the entries and the last line.
    ///
    /// # Errors
    /// When the ledger cannot be read, or a line not be written.
    pub fn entries(mut self, out: &mut dyn FnMut(&[u8]) -> Result<(), std::io::Error>) -> Result<Written, BundleError> {
        self.choose_all()?;
        self.choose_agents()?;
        let (hashes, size) = (self.ledger.reader().hashes(), self.ledger.reader().size());
        let mut written = Written::default();
        let mut next = 0;
        let mut start = 0;
        while start < self.chosen.end().min(self.ledger.size()) {
            let end = self.ledger.size().min(start + RUN);
            for entry in self.read(start..end)? {
                let index = entry.index;
                let before = hashes_before(&hashes, next, index.0, size).map_err(LogError::from);
                next = index.0 + 1;
                let batch = self.batch(&entry)?;
                let payload = entry.payload.as_deref().filter(|_| self.shows(&entry)).map(text);
                written.entries += 1;
                written.withheld += u64::from(payload.is_none());
                written.desk_only += u64::from(payload.is_some() && !self.public.may_show(&entry));
                let before = before.map_err(ReadError::from)?;
                let line = EntryLine { batch, before, entry: text(&entry.bytes), index, payload };
                out(&Line::Entry(line).to_bytes()?)?;
            }
            start = end;
        }
        let after = hashes_before(&hashes, next, size, size).map_err(|e| ReadError::Log(e.into()))?;
        out(&Line::End(End { after, claims: self.stated, entries: written.entries }).to_bytes()?)?;
        Ok(written)
    }

    /// The chosen entries of a part of the log.
    fn read(&self, range: Range<u64>) -> Result<Vec<Entry>, ReadError> {
        let chosen: Vec<u64> = self.chosen.among(range).collect();
        let (Some(first), Some(last)) = (chosen.first(), chosen.last()) else { return Ok(Vec::new()) };
        if chosen.len() >= DENSE {
            let mut entries = self.ledger.entries(*first..last + 1)?;
            entries.retain(|entry| self.chosen.contains(entry.index.0));
            return Ok(entries);
        }
        chosen.into_iter().map(|index| self.ledger.entry(Index(index))).collect()
    }

    fn shows(&self, entry: &Entry) -> bool {
        match self.payloads {
            Payloads::All => !self.public.keeps_back(entry),
            Payloads::Public => self.public.may_show(entry),
            Payloads::Needed => !entry.header.kind.row().erasable,
        }
    }

    /// For a `batch-signed` entry, hashes for those entries of its range that are not chosen.
    fn batch(&self, entry: &Entry) -> Result<Vec<Digest>, ReadError> {
        if entry.header.kind != Kind::BatchSigned {
            return Ok(Vec::new());
        }
        let Some(Event::BatchSigned(body)) = entry.event()? else { return Ok(Vec::new()) };
        let Some(start) = entry.index.0.checked_sub(body.count) else { return Ok(Vec::new()) };
        let chosen: Vec<u64> = self.chosen.among(start..entry.index.0).map(|index| index - start).collect();
        if chosen.len() as u64 == body.count {
            return Ok(Vec::new());
        }
        let places: Vec<Place> = (start..entry.index.0).map(|n| Place { level: 0, n }).collect();
        let leaves = self.ledger.reader().hashes().read(&places).map_err(LogError::from)?;
        let tree: MemoryTree = leaves.into_iter().collect();
        let mut found = Vec::new();
        let mut next = 0;
        for index in chosen.into_iter().chain([body.count]) {
            let gap = hashes_before(&tree, next, index, body.count);
            found.extend(gap.map_err(|e| ReadError::Catalog { reason: e.to_string() })?);
            next = index + 1;
        }
        Ok(found)
    }
}

/// How a claim stands; `None` where a withheld payload hides it.
fn stated(claim: &ClaimState) -> Option<Stated> {
    let verdict = match claim.verdict() {
        Some(verdict) => Some(verdict.item.body.as_ref()?),
        None => None,
    };
    Some(Stated {
        claim: claim.number,
        confidence: verdict.map(|v| v.confidence),
        finding: verdict.map(|v| v.finding),
        second_read: claim.second_read(),
        state: claim.workflow?,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
