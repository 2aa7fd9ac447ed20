//! From the log to the index: which claims an entry touches, and what the index holds of a claim.

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use tantivy::indexer::IndexWriterOptions;
use tantivy::{Index, IndexWriter, TantivyDocument, Term as Key};

use super::error::SearchError;
use super::features::{Date, Features, Number};
use super::index::{Fields, Stamp};
use crate::claim::Appearance;
use crate::entry::{ClaimState, Kind};
use crate::hash::Index as EntryIndex;
use crate::ledger::catalog::Term;
use crate::ledger::{Entry, Ledger, Marked, ReadError};

/// Entries read at once.
const CHUNK: u64 = 4_096;
/// From this many entries on the index is built with more threads and memory.
const MANY: u64 = 20_000;
/// Entries between two commits of a long build, after which it could go on.
const COMMIT: u64 = 400_000;
/// From this many claims on a second thread is worth its start.
const PARALLEL: usize = 64;
/// Titles of documents remembered.
const TITLES: usize = 20_000;

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
    let mut builder = Builder { ledger, fields, titles: HashMap::new(), reflected: from };
    let mut committed = from;
    let mut at = from;
    while at < to {
        let end = to.min(at + CHUNK);
        builder.take_in(&writer, at..end)?;
        at = end;
        if at - committed >= COMMIT || at == to {
            stamp = Stamp { ledger: stamp.ledger, size: at, root: ledger.root_at(at)? };
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&stamp.to_text());
            commit.commit()?;
            committed = at;
        }
    }
    writer.wait_merging_threads()?;
    Ok(stamp)
}

struct Builder<'l> {
    ledger: &'l Ledger,
    fields: Fields,
    titles: HashMap<EntryIndex, Vec<String>>,
    /// Entries that the index reflected when this began.
    reflected: u64,
}

impl Builder<'_> {
    fn take_in(&mut self, writer: &IndexWriter, range: Range<u64>) -> Result<(), SearchError> {
        let mut fresh: BTreeMap<EntryIndex, ClaimState> = BTreeMap::new();
        let mut touched = BTreeSet::new();
        for entry in self.ledger.entries(range.clone())? {
            self.sort(&entry, &mut fresh, &mut touched)?;
        }
        self.put(writer, &fresh.values().collect::<Vec<_>>())?;
        for number in touched {
            if let Some(claim) = self.ledger.claim(number)? {
                writer.delete_term(Key::from_field_u64(self.fields.number, number.0));
                self.put(writer, &[&claim])?;
            }
        }
        Ok(())
    }

    /// Claims of this chunk are folded as its entries come by; what touches others is looked up.
    fn sort(
        &mut self,
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
                self.titles.remove(&about);
                for index in self.ledger.find(Term::Document(about))? {
                    let claim = self.ledger.entry(index)?.subject();
                    touched.insert(claim);
                }
                touched.retain(|claim| !fresh.contains_key(claim));
            }
            _ => {}
        }
        Ok(())
    }

    /// Titles are looked up here; all else of a claim needs no ledger, and of many claims is done on two threads.
    fn put(&mut self, writer: &IndexWriter, claims: &[&ClaimState]) -> Result<(), SearchError> {
        let mut titles: HashMap<EntryIndex, Vec<String>> = HashMap::new();
        for document in claims.iter().flat_map(|claim| documents(claim)) {
            if let Slot::Vacant(vacant) = titles.entry(document) {
                vacant.insert(self.titles(document)?);
            }
        }
        let fields = self.fields;
        let some = |claims: &[&ClaimState]| -> Result<(), SearchError> {
            for claim in claims {
                writer.add_document(to_index(fields, claim, &titles))?;
            }
            Ok(())
        };
        if claims.len() < PARALLEL {
            return some(claims);
        }
        let (first, second) = claims.split_at(claims.len() / 2);
        std::thread::scope(|scope| {
            let second = scope.spawn(|| some(second));
            let first = some(first);
            // A panic over there is a broken invariant of ours; it goes on here.
            first.and(second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    }

    fn titles(&mut self, number: EntryIndex) -> Result<Vec<String>, ReadError> {
        if let Some(titles) = self.titles.get(&number) {
            return Ok(titles.clone());
        }
        if self.titles.len() >= TITLES {
            self.titles.clear();
        }
        let titles = titles_of(self.ledger, number)?;
        self.titles.insert(number, titles.clone());
        Ok(titles)
    }
}

/// The documents that make a claim.
fn documents(claim: &ClaimState) -> impl Iterator<Item = EntryIndex> {
    let own = claim.claim.iter().map(|wording| wording.appearance.document);
    own.chain(claim.appearances.iter().filter_map(|item| item.standing()).map(|body| body.document))
}

/// What the index holds of a claim.
fn to_index(fields: Fields, claim: &ClaimState, titles: &HashMap<EntryIndex, Vec<String>>) -> TantivyDocument {
    let mut document = TantivyDocument::default();
    document.add_u64(fields.number, claim.number.0);
    for (place, text) in texts(claim, &mut |number| titles.get(&number).cloned().unwrap_or_default()) {
        let field = if place == Place::Statement { fields.statement } else { fields.rest };
        if place == Place::Statement {
            document.add_text(fields.plain, &text);
        }
        document.add_text(field, text);
    }
    if let Some(wording) = claim.claim.as_ref().filter(|_| !is_hidden(claim, claim.wording)) {
        document.add_text(fields.likeness, terms(&Features::of_claim(wording)).join(" "));
    }
    document
}

fn changes_document(kind: Kind) -> bool {
    matches!(kind, Kind::DocumentAmended | Kind::PayloadWithheld | Kind::PayloadReleased | Kind::PayloadErased)
}

/// Title, author and publisher of a document; nothing where they are withheld.
pub(super) fn titles_of(ledger: &Ledger, number: EntryIndex) -> Result<Vec<String>, ReadError> {
    let Some(document) = ledger.document_state(number)?.and_then(|state| state.document) else { return Ok(Vec::new()) };
    let words = |kind| matches!(kind, Kind::DocumentRegistered | Kind::DocumentAmended);
    let worded = ledger.history(number)?.iter().rev().find(|entry| words(entry.header.kind)).map(|entry| entry.index);
    if matches!(ledger.marked(worded.unwrap_or(number))?, Marked::Withheld { .. } | Marked::Erased(_)) {
        return Ok(Vec::new());
    }
    Ok([document.title, document.author, document.publisher].into_iter().flatten().collect())
}

/// Where in a claim a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Its wording.
    Statement,
    /// Who says it.
    Speaker,
    /// Whom it is about.
    Actor,
    /// Where it is about.
    Place,
    /// A keyword.
    Tag,
    /// The claim file's name for it.
    Key,
    /// Evidence: what it says, title, publisher.
    Evidence,
    /// The rationale of the verdict in force.
    Rationale,
    /// Title, author or publisher of a document that makes it.
    Document,
}

impl Place {
    /// As a word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Speaker => "speaker",
            Self::Actor => "actor",
            Self::Place => "place",
            Self::Tag => "tag",
            Self::Key => "key",
            Self::Evidence => "evidence",
            Self::Rationale => "rationale",
            Self::Document => "document",
        }
    }
}

/// Whether the payload of an entry about a claim is withheld or erased: then its words are not found.
pub(super) fn is_hidden(claim: &ClaimState, number: EntryIndex) -> bool {
    claim.erased.contains(&number) || claim.withheld.iter().any(|(withheld, _)| *withheld == number)
}

/// What is searched of a claim as it stands, statement first.
pub(super) fn texts(claim: &ClaimState, titles: &mut dyn FnMut(EntryIndex) -> Vec<String>) -> Vec<(Place, String)> {
    let mut found = Vec::new();
    if let Some(wording) = claim.claim.as_ref().filter(|_| !is_hidden(claim, claim.wording)) {
        found.push((Place::Statement, wording.statement.clone()));
        found.extend(wording.actors.iter().map(|name| (Place::Actor, name.clone())));
        found.extend(wording.places.iter().map(|name| (Place::Place, name.clone())));
        found.extend(wording.tags.iter().map(|tag| (Place::Tag, tag.clone())));
        found.extend(wording.key.iter().map(|key| (Place::Key, key.clone())));
        appearance(&wording.appearance, titles, &mut found);
    }
    for item in claim.appearances.iter().filter(|item| !is_hidden(claim, item.number)) {
        item.standing().into_iter().for_each(|body| appearance(body, titles, &mut found));
    }
    for item in claim.evidence.iter().filter(|item| !is_hidden(claim, item.number)) {
        let Some(evidence) = item.standing() else { continue };
        let named =
            [Some(&evidence.says), evidence.title.as_ref(), evidence.publisher.as_ref(), evidence.note.as_ref()];
        found.extend(named.into_iter().flatten().map(|text| (Place::Evidence, text.clone())));
    }
    if let Some(verdict) = claim.verdict().map(|v| &v.item).filter(|item| !is_hidden(claim, item.number)) {
        found.extend(verdict.body.iter().map(|body| (Place::Rationale, body.rationale.clone())));
    }
    found
}

fn appearance(
    appearance: &Appearance,
    titles: &mut dyn FnMut(EntryIndex) -> Vec<String>,
    found: &mut Vec<(Place, String)>,
) {
    let speakers = appearance.attribution.iter().filter_map(|step| step.name.as_ref().or(step.description.as_ref()));
    for name in speakers {
        if !found.iter().any(|(place, text)| *place == Place::Speaker && text == name) {
            found.push((Place::Speaker, name.clone()));
        }
    }
    for title in titles(appearance.document) {
        if !found.iter().any(|(place, text)| *place == Place::Document && *text == title) {
            found.push((Place::Document, title));
        }
    }
}

/// What a claim is compared by, as terms of the index: words, numbers with what lies near them, dates.
pub(super) fn terms(features: &Features) -> Vec<String> {
    let mut terms: Vec<String> = features.words.iter().chain(&features.beside).map(|w| w.key.clone()).collect();
    terms.extend(features.numbers.iter().flat_map(|n| [n.key(), near_term(n, 0)]));
    terms.extend(features.dates.iter().flat_map(date_terms));
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
