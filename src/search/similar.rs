//! Claims on record that are like a text: candidates by their rarest words, then each compared in full.

use std::collections::HashMap;

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;

use super::build::{date_terms, near_term};
use super::features::Features;
use super::score::{Likeness, compare};
use super::texts::is_hidden;
use super::{Search, SearchError};
use crate::claim::Claim;
use crate::entry::ClaimState;
use crate::ledger::Ledger;

/// Claims compared in full.
const CANDIDATES: usize = 48;
/// Words asked for, the rarest first.
const ASKED: usize = 32;
/// Claims that one imagines beside those on record, so that in a small ledger not every word counts as common.
const IMAGINED: f64 = 20.0;

/// A claim that is like a text.
#[derive(Debug, Clone)]
pub struct Similar {
    /// The claim as it stands.
    pub claim: ClaimState,
    /// How alike.
    pub likeness: Likeness,
}

impl Search {
    /// At most `limit` claims that are like a text, most alike first.
    ///
    /// # Errors
    /// When index or log cannot be read.
    pub fn similar(&self, ledger: &Ledger, text: &str, limit: usize) -> Result<Vec<Similar>, SearchError> {
        self.like(ledger, &Features::of(text), limit)
    }

    /// The same for a claim, of which more is known than its text.
    ///
    /// # Errors
    /// As [`Search::similar`].
    pub fn similar_to(&self, ledger: &Ledger, claim: &Claim, limit: usize) -> Result<Vec<Similar>, SearchError> {
        self.like(ledger, &Features::of_claim(claim), limit)
    }

    fn like(&self, ledger: &Ledger, asked: &Features, limit: usize) -> Result<Vec<Similar>, SearchError> {
        let searcher = self.opened.reader.searcher();
        let claims = count(searcher.num_docs());
        let field = self.opened.fields.likeness;
        let mut known: HashMap<String, f64> = HashMap::new();
        let mut rarity = |key: &str| -> f64 {
            if let Some(rarity) = known.get(key) {
                return *rarity;
            }
            // A word that cannot be looked up counts as one that nobody has.
            let having = count(searcher.doc_freq(&Term::from_field_text(field, key)).unwrap_or(0));
            let rarity = (1.0 + (claims + IMAGINED - having + 0.5) / (having + 0.5)).ln();
            known.insert(key.to_owned(), rarity);
            rarity
        };
        let mut wanted: Vec<(f64, f32, String)> = Vec::new();
        for word in &asked.words {
            let boost = if word.name { 1.5 } else { 1.0 };
            wanted.push((rarity(&word.key) * f64::from(boost), boost, word.key.clone()));
        }
        for number in &asked.numbers {
            wanted.push((9.0, 1.5, number.key()));
            wanted.extend((-1..=1).map(|beside| (8.0, 0.7, near_term(number, beside))));
        }
        for date in &asked.dates {
            wanted.extend(date_terms(date).into_iter().map(|term| (7.0, 0.8, term)));
        }
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        wanted.sort_by(|a, b| b.0.total_cmp(&a.0));
        wanted.truncate(ASKED);
        let clause = |(_, boost, term): (f64, f32, String)| -> (Occur, Box<dyn Query>) {
            let term = TermQuery::new(Term::from_field_text(field, &term), IndexRecordOption::WithFreqs);
            (Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost)))
        };
        let query = BooleanQuery::new(wanted.into_iter().map(clause).collect());
        let mut found = Vec::new();
        for (_, number) in self.best(&query, CANDIDATES.max(limit))? {
            // The index may be ahead of this view.
            let Some(claim) = ledger.claim_of_view(number)? else { continue };
            let Some(wording) = claim.claim.as_ref().filter(|_| !is_hidden(&claim, claim.wording)) else { continue };
            let likeness = compare(asked, &Features::of_claim(wording), &mut rarity);
            if likeness.score > 0.0 {
                found.push(Similar { claim, likeness });
            }
        }
        found.sort_by(|a, b| b.likeness.score.total_cmp(&a.likeness.score).then(a.claim.number.cmp(&b.claim.number)));
        found.truncate(limit);
        Ok(found)
    }
}

#[expect(clippy::cast_precision_loss, reason = "claims are far fewer than 2^52")]
fn count(claims: u64) -> f64 {
    claims as f64
}
