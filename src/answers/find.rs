//! The claims that a query lets through: rows first, claims only where a row cannot tell.

use std::collections::BTreeSet;

use crate::entry::kind::About;
use crate::entry::{ClaimState, SubjectKind};
use crate::hash::Index;
use crate::ledger::catalog::{Named, Row, Term};
use crate::ledger::{Entry, Ledger, ReadError};
use crate::query::{Field, Narrow, Query};
use crate::search::Search;

/// Rows first looked at where only some claims are asked for.
const FIRST_STEP: usize = 256;

/// Names beyond which, and entries beyond which, asking every claim is no slower.
const MANY_NAMES: usize = 2_000;
const MANY_ENTRIES: usize = 50_000;

/// Where to look: the ledger, and the full text of it where that is at hand.
#[derive(Clone, Copy)]
pub struct Sources<'s> {
    ledger: &'s Ledger,
    search: Option<&'s Search>,
}

impl<'s> Sources<'s> {
    /// Both. An index that does not reflect all of the ledger is left alone.
    pub fn new(ledger: &'s Ledger, search: Option<&'s Search>) -> Self {
        Self { ledger, search }
    }
}

impl<'s> From<&'s Ledger> for Sources<'s> {
    fn from(ledger: &'s Ledger) -> Self {
        Self { ledger, search: None }
    }
}

/// Hands on at most `limit` claims that the query lets through, by number.
///
/// # Errors
/// When the ledger cannot be read, or `take` fails.
pub fn each<'s, E: From<ReadError>>(
    sources: impl Into<Sources<'s>>,
    query: &Query,
    limit: usize,
    take: &mut dyn FnMut(ClaimState) -> Result<(), E>,
) -> Result<(), E> {
    let sources = sources.into();
    let ledger = sources.ledger;
    let mut left = limit;
    let mut offer = |claim: Option<ClaimState>, sure: bool| -> Result<bool, E> {
        if left > 0
            && let Some(claim) = claim
            && (sure || query.matches(&claim, ledger))
        {
            left -= 1;
            take(claim)?;
        }
        Ok(left > 0)
    };
    if limit == 0 {
        return Ok(());
    }
    match query.narrow().map(|narrow| candidates(sources, &narrow)).transpose()?.flatten() {
        Some(claims) => {
            for number in claims {
                let Some(row) = ledger.row(number)? else { continue };
                let sure = says(ledger, query, &row);
                if sure != Some(false) && !offer(ledger.claim_of(&row)?, sure == Some(true))? {
                    break;
                }
            }
            Ok(())
        }
        None => scan(ledger, query, limit, &mut offer),
    }
}

/// What a row says of the query, if it tells how the claim stands in this view.
fn says(ledger: &Ledger, query: &Query, row: &Row) -> Option<bool> {
    if ledger.shows(row) { query.by_row(row, &|agent| ledger.state().handle(agent)) } else { None }
}

/// Goes through the rows of all claims. Where few are asked for, rows are taken as they are needed.
fn scan<E: From<ReadError>>(
    ledger: &Ledger,
    query: &Query,
    limit: usize,
    offer: &mut dyn FnMut(Option<ClaimState>, bool) -> Result<bool, E>,
) -> Result<(), E> {
    let mut near = Near::default();
    let mut from = Index(0);
    let mut step = if limit == usize::MAX { limit } else { limit.max(FIRST_STEP) };
    loop {
        let rows = ledger.rows_where(from, step, |row, _| says(ledger, query, row) != Some(false))?;
        for (k, row) in rows.iter().enumerate() {
            from = Index(row.number().0 + 1);
            let claim = near.claim(ledger, row, &rows[k..])?;
            if !offer(claim, says(ledger, query, row) == Some(true))? {
                return Ok(());
            }
        }
        if rows.len() < step {
            return Ok(());
        }
        step = step.saturating_mul(2);
    }
}

/// Entries to a bundle, which is read as a whole whatever is wanted of it.
const BUNDLE: u64 = 256;

/// Claims wanted of one bundle from which on all of it is decoded at once.
const DENSE: usize = 16;

/// Entries that lie together, of which many are wanted.
#[derive(Default)]
struct Near {
    entries: Vec<Entry>,
}

impl Near {
    /// The claim of a row; `rows` are those wanted from this one on.
    fn claim(&mut self, ledger: &Ledger, row: &Row, rows: &[Row]) -> Result<Option<ClaimState>, ReadError> {
        let number = row.number();
        if row.last() != number {
            return ledger.claim_of(row);
        }
        if self.entries.last().is_none_or(|last| last.index < number) {
            let end = ((number.0 / BUNDLE + 1) * BUNDLE).min(ledger.size());
            if rows.get(DENSE - 1).is_none_or(|row| row.number().0 >= end) {
                return ledger.claim_of(row);
            }
            // Damage to a neighbour is no reason to hide this one.
            self.entries = ledger.entries(number.0..end).unwrap_or_default();
        }
        let at = self.entries.binary_search_by_key(&number, |entry| entry.index);
        let Some(own) = at.ok().and_then(|at| self.entries.get(at)) else { return ledger.claim_of(row) };
        Ok(Some(ClaimState::recorded(number, own.leaf, &own.header, own.event()?)))
    }
}

/// The claims that the query lets through, by number, at most `limit`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn claims<'s>(sources: impl Into<Sources<'s>>, query: &Query, limit: usize) -> Result<Vec<ClaimState>, ReadError> {
    let mut found = Vec::new();
    each(sources, query, limit, &mut |claim| {
        found.push(claim);
        Ok::<_, ReadError>(())
    })?;
    Ok(found)
}

/// The numbers of the claims that the query lets through; where rows tell, no claim is read.
///
/// # Errors
/// When the ledger cannot be read.
pub fn numbers<'s>(sources: impl Into<Sources<'s>>, query: &Query) -> Result<BTreeSet<Index>, ReadError> {
    let sources = sources.into();
    let ledger = sources.ledger;
    let mut found = BTreeSet::new();
    if query.narrow().is_some() {
        each(sources, query, usize::MAX, &mut |claim| {
            found.insert(claim.number);
            Ok::<_, ReadError>(())
        })?;
        return Ok(found);
    }
    for row in ledger.rows_where(Index(0), usize::MAX, |row, _| says(ledger, query, row) != Some(false))? {
        let sure = says(ledger, query, &row) == Some(true);
        if sure || ledger.claim_of(&row)?.is_some_and(|claim| query.matches(&claim, ledger)) {
            found.insert(row.number());
        }
    }
    Ok(found)
}

/// Claims among which all are that pass; `None` where they are too many to be worth it.
fn candidates(sources: Sources<'_>, narrow: &Narrow) -> Result<Option<BTreeSet<Index>>, ReadError> {
    let mut claims = BTreeSet::new();
    Ok(gather(sources, narrow, &mut claims)?.then_some(claims))
}

fn gather(sources: Sources<'_>, narrow: &Narrow, claims: &mut BTreeSet<Index>) -> Result<bool, ReadError> {
    let ledger = sources.ledger;
    match narrow {
        Narrow::Number(span) => {
            let low = span.low().copied().unwrap_or(0);
            let high = span.high().copied().unwrap_or(u64::MAX).min(ledger.size().saturating_sub(1));
            if high.saturating_sub(low) > MANY_ENTRIES as u64 {
                return Ok(false);
            }
            claims.extend((low..=high).map(Index));
            Ok(true)
        }
        Narrow::Document(number) => of_document(ledger, Index(*number), claims),
        Narrow::Whole(field, text) => {
            // Handles are in lower case, and are looked up as they stand.
            let handle = text.to_lowercase();
            let term = if *field == Field::Tag { Term::Tag(text) } else { Term::Assignee(&handle) };
            of_entries(ledger, &ledger.find(term)?, claims)
        }
        Narrow::Words(text) => {
            let found = sources.search.map(|search| search.with_words(ledger, text, MANY_ENTRIES));
            // An index that fails is no reason not to answer: every claim is asked instead.
            match found.and_then(Result::ok).flatten() {
                Some(found) => claims.extend(found),
                None => return Ok(false),
            }
            Ok(true)
        }
        Narrow::RestsOnFallen => {
            claims.extend(ledger.resting_on_fallen()?);
            Ok(true)
        }
        Narrow::Part(field, text) => of_names(ledger, *field, text, claims),
        Narrow::Any(parts) => {
            for part in parts {
                if !gather(sources, part, claims)? {
                    return Ok(false);
                }
            }
            Ok(claims.len() <= MANY_ENTRIES)
        }
    }
}

fn of_document(ledger: &Ledger, document: Index, claims: &mut BTreeSet<Index>) -> Result<bool, ReadError> {
    of_entries(ledger, &ledger.find(Term::Document(document))?, claims)
}

fn of_names(ledger: &Ledger, field: Field, part: &str, claims: &mut BTreeSet<Index>) -> Result<bool, ReadError> {
    let named = match field {
        Field::Speaker => Named::Speaker,
        Field::Actor => Named::Actor,
        Field::Place => Named::Place,
        Field::Publisher => Named::Publisher,
        Field::Cue => Named::Cue,
        _ => return Ok(false),
    };
    let Some(names) = ledger.names(named, &crate::text::fold(part), MANY_NAMES)? else { return Ok(false) };
    let mut entries = Vec::new();
    for name in &names {
        entries.extend(ledger.find(named.term(name))?);
        if entries.len() > MANY_ENTRIES {
            return Ok(false);
        }
    }
    of_entries(ledger, &entries, claims)
}

/// The claims that entries are about, or that make use of the documents they are about.
fn of_entries(ledger: &Ledger, entries: &[Index], claims: &mut BTreeSet<Index>) -> Result<bool, ReadError> {
    if entries.len() > MANY_ENTRIES {
        return Ok(false);
    }
    let entries: BTreeSet<Index> = entries.iter().copied().collect();
    let mut documents = BTreeSet::new();
    for index in entries {
        // Most entries with a name record the claim themselves: then the row says so, and the entry need not be read.
        if ledger.row(index)?.is_some() {
            claims.insert(index);
            continue;
        }
        let header = ledger.entry(index)?.header;
        let subject = header.about.unwrap_or(index);
        let of_document =
            matches!(header.kind.row().about, About::Creates(SubjectKind::Document) | About::Of(SubjectKind::Document));
        if of_document {
            documents.insert(subject)
        } else {
            claims.insert(subject)
        };
    }
    for document in documents {
        if !of_document(ledger, document, claims)? {
            return Ok(false);
        }
    }
    Ok(true)
}
