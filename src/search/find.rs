//! Claims that have the words, best first, and where in them.

use std::collections::BTreeSet;

use tantivy::collector::{Count, DocSetCollector, TopDocs};
use tantivy::query::{BooleanQuery, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

use super::index::NUMBER;
use super::texts::{Place, Titles, texts};
use super::tokenizer::plain;
use super::{Search, SearchError, ask};
use crate::entry::{ClaimState, Kind};
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::ledger::catalog::Term;

/// Claims looked through where each is also held against a filter.
const FILTERED: usize = 1_000;

/// A claim that was found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The claim as it stands.
    pub claim: ClaimState,
    /// How well it fits; only to compare within one answer.
    pub score: f32,
    /// Where the words stand, each place once, the statement first.
    pub places: Vec<Place>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Found {
    /// Claims, best first.
    pub hits: Vec<Hit>,
    /// Number of claims that have the words, before any filter.
    pub total: usize,
    /// Whether each claim has all the words; else there was none, and these have some.
    pub all: bool,
}

impl Search {
    /// At most `limit` claims that have the words, best first, and that `keep` lets through.
    ///
    /// # Errors
    /// When the text cannot be understood, or index or log not be read.
    pub fn find(
        &self,
        ledger: &Ledger,
        text: &str,
        limit: usize,
        keep: Option<&dyn Fn(&ClaimState) -> bool>,
    ) -> Result<Found, SearchError> {
        let atoms = ask::parse(text)?;
        let wanted = atoms.iter().filter(|atom| !atom.without).count();
        let mut found = self.ask(ledger, &atoms, true, limit, keep)?;
        if found.total == 0 && wanted > 1 {
            found = self.ask(ledger, &atoms, false, limit, keep)?;
        }
        Ok(found)
    }

    /// Claims in whose statement all of these words may stand, in no order: whoever asks looks at each. `None` where the index
    /// does not reflect all of the ledger, where no word helps, or where there are more than `most`.
    ///
    /// # Errors
    /// When index or ledger cannot be read.
    pub fn with_words(&self, ledger: &Ledger, text: &str, most: usize) -> Result<Option<BTreeSet<Index>>, SearchError> {
        let words = plain(text);
        if words.is_empty() || self.size() != ledger.size() {
            return Ok(None);
        }
        let term = |word: &String| -> Box<dyn Query> {
            let in_field = |field| -> Box<dyn Query> {
                Box::new(TermQuery::new(tantivy::Term::from_field_text(field, word), IndexRecordOption::Basic))
            };
            let fields = self.opened.fields;
            Box::new(BooleanQuery::union(vec![in_field(fields.statement), in_field(fields.plain)]))
        };
        let query = BooleanQuery::intersection(words.iter().map(term).collect());
        let searcher = self.opened.reader.searcher();
        if searcher.search(&query, &Count)? > most {
            return Ok(None);
        }
        let mut claims = BTreeSet::new();
        for at in searcher.search(&query, &DocSetCollector)? {
            let column = searcher.segment_reader(at.segment_ord).fast_fields().u64(NUMBER)?;
            claims.extend(column.first(at.doc_id).map(Index));
        }
        // What is kept out of copies is not in the index, and here for the desk all the same.
        for index in ledger.find(Term::Kind(Kind::PayloadWithheld))? {
            claims.insert(ledger.entry(index)?.subject());
        }
        Ok(Some(claims))
    }

    fn ask(
        &self,
        ledger: &Ledger,
        atoms: &[ask::Atom],
        all: bool,
        limit: usize,
        keep: Option<&dyn Fn(&ClaimState) -> bool>,
    ) -> Result<Found, SearchError> {
        let query = ask::query(atoms, self.opened.fields, all);
        let looked = if keep.is_some() { FILTERED.max(limit) } else { limit };
        let (ranked, total) = self.ranked(query.as_ref(), looked)?;
        let mut hits = Vec::new();
        for (score, number) in ranked {
            if hits.len() >= limit {
                break;
            }
            // The index may be ahead of this view.
            let Some(claim) = ledger.claim_of_view(number)? else { continue };
            if keep.is_some_and(|keep| !keep(&claim)) {
                continue;
            }
            let mut titles = Titles::default();
            titles.read(ledger, &claim)?;
            let there = texts(&claim, &titles);
            let has = |text: &str| atoms.iter().any(|atom| !atom.without && atom.what.is_in(text));
            let mut places: Vec<Place> = there.iter().filter(|(_, text)| has(text)).map(|(place, _)| *place).collect();
            places.sort_unstable();
            places.dedup();
            hits.push(Hit { claim, score, places });
        }
        Ok(Found { hits, total, all })
    }

    /// Numbers of the best claims for a query, with score, and how many there are.
    fn ranked(&self, query: &dyn Query, limit: usize) -> Result<(Vec<(f32, Index)>, usize), SearchError> {
        let searcher = self.opened.reader.searcher();
        let best = TopDocs::with_limit(limit.max(1)).order_by_score();
        let (found, total) = searcher.search(query, &(best, Count))?;
        Ok((numbers(&searcher, found)?, total))
    }

    /// Numbers of the best claims for a query, with score, best first.
    pub(super) fn best(&self, query: &dyn Query, limit: usize) -> Result<Vec<(f32, Index)>, SearchError> {
        let searcher = self.opened.reader.searcher();
        let found = searcher.search(query, &TopDocs::with_limit(limit.max(1)).order_by_score())?;
        numbers(&searcher, found)
    }
}

/// Numbers of the claims at these places, best first.
fn numbers(
    searcher: &tantivy::Searcher,
    found: Vec<(f32, tantivy::DocAddress)>,
) -> Result<Vec<(f32, Index)>, SearchError> {
    let mut numbers = Vec::with_capacity(found.len());
    for (score, at) in found {
        let column = searcher.segment_reader(at.segment_ord).fast_fields().u64(NUMBER)?;
        numbers.extend(column.first(at.doc_id).map(|number| (score, Index(number))));
    }
    // The order of segments on disk says nothing: what fits as well comes by number.
    numbers.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Ok(numbers)
}
