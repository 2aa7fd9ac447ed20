//! From the log to the index: which claims an entry touches, and what the index holds of a claim.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use tantivy::indexer::IndexWriterOptions;
use tantivy::{Index, IndexWriter, TantivyDocument, Term as Key};

use super::error::SearchError;
use super::features::{Date, Features, Number};
use super::index::{Fields, Stamp};
use super::texts::{Place, Titles, is_hidden, texts};
use super::tokenizer::otherwise_plain;
use crate::entry::{ClaimState, Kind};
use crate::hash::Index as EntryIndex;
use crate::ledger::catalog::Term;
use crate::ledger::{Entry, Ledger};

/// Entries read at once.
const CHUNK: u64 = 2_048;
/// From this many entries on the index is built with more threads and memory.
const MANY: u64 = 20_000;
/// Entries between two commits of a long build, after which it could go on.
const COMMIT: u64 = 400_000;
/// Threads that read the log and take claims apart, where there is more than a chunk.
const READERS: usize = 2;

/// Takes in what has come since; the stamp that is then committed.
pub(super) fn catch_up(index: &Index, fields: Fields, mut stamp: Stamp, ledger: &Ledger) -> Result<Stamp, SearchError> {
    let (from, to) = (stamp.size, ledger.size());
    let many = to - from >= MANY;
    let options = IndexWriterOptions::builder()
        .num_worker_threads(if many { 2 } else { 1 })
        .memory_budget_per_thread(if many { 48 << 20 } else { 16 << 20 })
        .num_merge_threads(1)
        .build();
    let mut writer: IndexWriter = index.writer_with_options(options)?;
    let builder = Builder { ledger, fields, reflected: from };
    let mut at = from;
    while at < to {
        let end = to.min(at + COMMIT);
        builder.take_in(&writer, at..end)?;
        stamp = Stamp { ledger: stamp.ledger, size: end, root: ledger.root_at(end)? };
        let mut commit = writer.prepare_commit()?;
        commit.set_payload(&stamp.to_text());
        commit.commit()?;
        at = end;
    }
    writer.wait_merging_threads()?;
    Ok(stamp)
}

struct Builder<'l> {
    ledger: &'l Ledger,
    fields: Fields,
    /// Entries that the index reflected when this began.
    reflected: u64,
}

impl Builder<'_> {
    /// Claims recorded in `range` are taken in chunk by chunk, in no order; then, once all of them are in, those that an
    /// entry of another chunk touches are replaced by what they have become.
    fn take_in(&self, writer: &IndexWriter, range: Range<u64>) -> Result<(), SearchError> {
        let next = AtomicU64::new(range.start);
        let work = || {
            let (mut touched, mut titles) = (BTreeSet::new(), Titles::default());
            loop {
                let start = next.fetch_add(CHUNK, Ordering::Relaxed);
                if start >= range.end {
                    return Ok(touched);
                }
                let chunk = start..range.end.min(start + CHUNK);
                if let Err(error) = self.chunk(writer, chunk, &mut titles, &mut touched) {
                    // The others need not go on.
                    next.store(range.end, Ordering::Relaxed);
                    return Err(error);
                }
            }
        };
        let readers = if range.end - range.start > CHUNK { READERS } else { 1 };
        let touched = std::thread::scope(|scope| -> Result<BTreeSet<EntryIndex>, SearchError> {
            let others: Vec<_> = (1..readers).map(|_| scope.spawn(work)).collect();
            let mut touched = work()?;
            for other in others {
                // A panic over there is a broken invariant of ours; it goes on here.
                touched.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
            }
            Ok(touched)
        })?;
        let mut titles = Titles::default();
        // What is recorded later is taken in as it then stands.
        for number in touched.range(..EntryIndex(range.end)) {
            if let Some(claim) = self.ledger.claim(*number)? {
                writer.delete_term(Key::from_field_u64(self.fields.number, number.0));
                self.put(writer, &claim, &mut titles)?;
            }
        }
        Ok(())
    }

    fn chunk(
        &self,
        writer: &IndexWriter,
        range: Range<u64>,
        titles: &mut Titles,
        touched: &mut BTreeSet<EntryIndex>,
    ) -> Result<(), SearchError> {
        let mut fresh: BTreeMap<EntryIndex, ClaimState> = BTreeMap::new();
        for entry in self.ledger.entries(range)? {
            self.sort(&entry, &mut fresh, touched)?;
        }
        fresh.values().try_for_each(|claim| self.put(writer, claim, titles))
    }

    /// Claims of this chunk are folded as its entries come by; what touches others is looked up.
    fn sort(
        &self,
        entry: &Entry,
        fresh: &mut BTreeMap<EntryIndex, ClaimState>,
        touched: &mut BTreeSet<EntryIndex>,
    ) -> Result<(), SearchError> {
        if entry.header.kind == Kind::ClaimRecorded {
            let claim = ClaimState::recorded(entry.index, entry.leaf, &entry.header, entry.event()?);
            fresh.insert(entry.index, claim);
            return Ok(());
        }
        let Some(about) = entry.header.about else { return Ok(()) };
        if let Some(claim) = fresh.get_mut(&about) {
            claim.apply(entry.index, &entry.header, entry.event()?);
            return Ok(());
        }
        match self.ledger.entry(about)?.header.kind {
            Kind::ClaimRecorded => {
                touched.insert(about);
            }
            // What is said of a document stands with every claim in it.
            Kind::DocumentRegistered if about.0 < self.reflected && changes_document(entry.header.kind) => {
                for index in self.ledger.find(Term::Document(about))? {
                    touched.insert(self.ledger.entry(index)?.subject());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&self, writer: &IndexWriter, claim: &ClaimState, titles: &mut Titles) -> Result<(), SearchError> {
        titles.bound();
        titles.read(self.ledger, claim)?;
        writer.add_document(to_index(self.fields, claim, titles))?;
        Ok(())
    }
}

/// What the index holds of a claim.
fn to_index(fields: Fields, claim: &ClaimState, titles: &Titles) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.number, claim.number.0);
    for (place, text) in texts(claim, titles) {
        if place == Place::Statement {
            document.add_text(fields.statement, text);
            let other = otherwise_plain(text);
            if !other.is_empty() {
                document.add_text(fields.plain, other.join(" "));
            }
        } else {
            document.add_text(fields.rest, text);
        }
    }
    if let Some(wording) = claim.claim.as_ref().filter(|_| !is_hidden(claim, claim.wording)) {
        document.add_text(fields.likeness, likeness(&Features::of_claim(wording)));
    }
    document
}

fn changes_document(kind: Kind) -> bool {
    matches!(kind, Kind::DocumentAmended | Kind::PayloadWithheld | Kind::PayloadReleased | Kind::PayloadErased)
}

/// What a claim is compared by, as terms of the index with a space after each: words, numbers with what lies near them, dates.
fn likeness(features: &Features) -> String {
    let mut terms = String::with_capacity(256);
    let mut add = |term: &str| {
        terms.push_str(term);
        terms.push(' ');
    };
    features.words.iter().chain(&features.beside).for_each(|word| add(&word.key));
    features.numbers.iter().flat_map(|n| [n.key(), near_term(n, 0)]).for_each(|term| add(&term));
    features.dates.iter().flat_map(date_terms).for_each(|term| add(&term));
    terms
}

/// The step of a geometric scale that a number stands on, or one beside it.
pub(super) fn near_term(number: &Number, beside: i64) -> String {
    let step = if number.value > 0.0 { (number.value.ln() / 1.25_f64.ln()).floor() as i64 } else { 0 };
    format!("~{}", step + beside)
}

/// A date as a day of any year, a month, a year.
pub(super) fn date_terms(date: &Date) -> Vec<String> {
    let mut terms = Vec::new();
    if let (Some(month), Some(day)) = (date.month, date.day) {
        terms.push(format!("@{month}-{day}"));
    }
    if let (Some(year), Some(month)) = (date.year, date.month) {
        terms.push(format!("@{year}/{month}"));
    }
    terms.extend(date.year.map(|year| format!("@{year}")));
    terms
}
