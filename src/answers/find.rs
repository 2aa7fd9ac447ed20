//! The claims that a query lets through: rows first, claims only where a row cannot tell.

use std::collections::BTreeSet;

use super::reading::Reading;
use crate::entry::kind::About;
use crate::entry::{ClaimState, SubjectKind};
use crate::hash::Index;
use crate::ledger::catalog::{Named, Row, Term};
use crate::ledger::{Ledger, ReadError};
use crate::query::{Field, Narrow, Query};
use crate::search::Search;

/// Rows that are first looked at together, and at most; more of them are no faster and take more memory.
const FIRST_STEP: usize = 256;
const MAX_STEP: usize = 1_024;

/// Claims that are read before something is made of them: few enough for a processor's cache to hold, and many enough for
/// a bundle to be read once.
const AT_ONCE: usize = 256;

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

    /// The ledger.
    pub fn ledger(&self) -> &'s Ledger {
        self.ledger
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
    made(sources, query, limit, &|claim, _| claim, take)
}

/// Hands on what `make` makes of each claim that the query lets through, at most `limit`, by number. Where many are asked
/// for, they are read, and `make` is called, on all cores; in memory are a few thousand claims at a time.
///
/// # Errors
/// When the ledger cannot be read, or `take` fails.
pub fn made<'s, T: Send, E: From<ReadError>>(
    sources: impl Into<Sources<'s>>,
    query: &Query,
    limit: usize,
    make: &(dyn Fn(ClaimState, &Reading<'_>) -> T + Sync),
    take: &mut dyn FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let sources = sources.into();
    let reading = Reading::new(sources.ledger);
    let mut rows = Rows::of(sources, query, limit)?;
    let read = |rows: &[Row]| made_of(&reading, query, rows, make);
    if limit <= FIRST_STEP {
        let mut left = limit;
        while left > 0 {
            let chunk = rows.next()?;
            if chunk.is_empty() {
                break;
            }
            for item in read(&chunk)?.into_iter().take(left) {
                left -= 1;
                take(item)?;
            }
        }
        return Ok(());
    }
    super::crew::in_order(&mut || Ok::<_, E>(rows.next()?), &|rows: Vec<Row>| read(&rows), limit, take)
}

/// What is made of those claims of some rows that the query lets through.
fn made_of<T>(
    reading: &Reading<'_>,
    query: &Query,
    rows: &[Row],
    make: &(dyn Fn(ClaimState, &Reading<'_>) -> T + Sync),
) -> Result<Vec<T>, ReadError> {
    let ledger = reading.ledger();
    let fits = |(row, claim): (&Row, Option<ClaimState>)| {
        claim.filter(|claim| says(ledger, query, row) == Some(true) || query.matches(claim, reading))
    };
    let mut found = Vec::with_capacity(rows.len());
    for rows in rows.chunks(AT_ONCE) {
        let claims = ledger.claims_of(rows)?;
        found.extend(rows.iter().zip(claims).filter_map(fits).map(|claim| make(claim, reading)));
    }
    Ok(found)
}

/// The rows of claims that may pass, in order, some at a time.
enum Rows<'s> {
    /// Of these claims, about so many at a time.
    Of(Sources<'s>, &'s Query, std::collections::btree_set::IntoIter<Index>, usize),
    /// Of all, from a number on, so many at a time.
    All(Sources<'s>, &'s Query, Index, usize),
}

impl<'s> Rows<'s> {
    fn of(sources: Sources<'s>, query: &'s Query, limit: usize) -> Result<Self, ReadError> {
        let some = query.narrow().map(|narrow| candidates(sources, &narrow)).transpose()?.flatten();
        Ok(match some {
            // Claims that lie apart cost most: no more of them are read at first than are asked for.
            Some(claims) => Self::Of(sources, query, claims.into_iter(), limit.clamp(1, FIRST_STEP)),
            None => Self::All(sources, query, Index(0), limit.clamp(1, FIRST_STEP)),
        })
    }

    /// The next of them; none at the end.
    fn next(&mut self) -> Result<Vec<Row>, ReadError> {
        match self {
            Self::Of(sources, query, claims, step) => {
                let mut rows = Vec::new();
                while rows.len() < *step {
                    let next: Vec<Index> = claims.by_ref().take(*step).collect();
                    if next.is_empty() {
                        break;
                    }
                    let next = sources.ledger.rows_of(&next)?.into_iter().flatten();
                    rows.extend(next.filter(|row| says(sources.ledger, query, row) != Some(false)));
                }
                *step = (*step * 2).min(FIRST_STEP);
                Ok(rows)
            }
            Self::All(sources, query, from, step) => {
                let ledger = sources.ledger;
                let rows = ledger.rows_where(*from, *step, |row, _| says(ledger, query, row) != Some(false))?;
                if let Some(last) = rows.last() {
                    *from = Index(last.number().0 + 1);
                }
                *step = (*step * 2).min(MAX_STEP);
                Ok(rows)
            }
        }
    }
}

/// What a row says of the query, if it tells how the claim stands in this view.
fn says(ledger: &Ledger, query: &Query, row: &Row) -> Option<bool> {
    if ledger.shows(row) { query.by_row(row, &|agent| ledger.state().handle(agent)) } else { None }
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
    let mut entries = entries.to_vec();
    entries.sort_unstable();
    entries.dedup();
    let rows = ledger.rows_of(&entries)?;
    let mut documents = BTreeSet::new();
    for (index, row) in entries.into_iter().zip(rows) {
        // Most entries with a name record the claim themselves: then the row says so, and the entry need not be read.
        if row.is_some() {
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
