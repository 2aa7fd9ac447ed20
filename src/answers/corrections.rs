//! Corrections of a period: what was asked, what was changed, how long it took, what is open.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use super::story::{Change, Line, Teller};
use crate::entry::{Event, Kind};
use crate::hash::Index;
use crate::ledger::catalog::Term;
use crate::ledger::{Entry, Ledger, ReadError};
use crate::query::Query;
use crate::time::Timestamp;

/// The report of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Requests.
    pub requests: Requests,
    /// What was changed in public.
    pub corrections: Corrections,
}

/// Requests for a change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Requests {
    /// Received in the period.
    pub received: u64,
    /// Answered in the period, whenever they were received.
    pub answered: u64,
    /// Open at its end, whenever they were received.
    pub open: u64,
    /// From request to answer, of those answered in the period.
    pub took: Took,
    /// All of these, by number.
    pub list: Vec<Asked>,
}

/// How long answers took, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Took {
    /// Half took no longer; `null` where none was answered.
    pub median_seconds: Option<u64>,
    /// The longest.
    pub longest_seconds: Option<u64>,
}

/// A request for a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// Its entry.
    pub number: u64,
    /// The claim.
    pub claim: u64,
    /// The claim's wording now; `null` where withheld or erased.
    pub statement: Option<String>,
    /// Who asks; `null` where withheld or erased.
    pub from: Option<String>,
    /// What they ask.
    pub text: Option<String>,
    /// When.
    pub time: Timestamp,
    /// How it was answered; `null`: it is open.
    pub answer: Option<Answer>,
    /// How long it was open at the end of the period, or until it was answered, in seconds.
    pub open_seconds: u64,
}

/// The first entry that acts on a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Its entry.
    pub number: u64,
    /// `correction-issued`, `claim-retracted`, or `note-added`: a note says why nothing was changed.
    pub kind: Kind,
    /// When.
    pub time: Timestamp,
}

/// Changes to what was public.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Corrections {
    /// Made in the period.
    pub made: u64,
    /// By kind: correction, update, clarification, retraction; `withheld` where a payload is not here.
    pub by_kind: BTreeMap<String, u64>,
    /// Those that answer no request.
    pub without_request: u64,
    /// All of them, by number.
    pub list: Vec<Made>,
}

/// A change to what was public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Made {
    /// Its entry.
    pub number: u64,
    /// The claim.
    pub claim: u64,
    /// The claim's wording now; `null` where withheld or erased.
    pub statement: Option<String>,
    /// `correction`, `update`, `clarification`, `retraction` or `withheld`.
    pub kind: String,
    /// What was wrong and what is right; `null` where withheld or erased.
    pub text: Option<String>,
    /// When.
    pub time: Timestamp,
    /// Who.
    pub agent: String,
    /// The request that it answers.
    pub request: Option<u64>,
    /// From that request, in seconds.
    pub took_seconds: Option<u64>,
    /// From the claim's publication, in seconds.
    pub public_seconds: Option<u64>,
    /// From what to what.
    pub changes: Vec<Change>,
}

/// The report over the entries of a period of this view, about claims that the query lets through.
///
/// # Errors
/// When the log or the catalog cannot be read.
pub fn report(ledger: &Ledger, period: Range<u64>, query: &Query) -> Result<Report, ReadError> {
    let end = match period.end.checked_sub(1) {
        Some(last) => Some(ledger.entry(Index(last))?.header.time),
        None => None,
    };
    let mut claims = Claims { ledger, query, known: BTreeMap::new() };
    let requests = requests(ledger, &period, end, &mut claims)?;
    let corrections = corrections(ledger, &period, &mut claims)?;
    Ok(Report { requests, corrections })
}

/// What is told of each claim, looked up once.
struct Claims<'l> {
    ledger: &'l Ledger,
    query: &'l Query,
    known: BTreeMap<Index, Option<About>>,
}

#[derive(Clone)]
struct About {
    statement: Option<String>,
    published: Option<Timestamp>,
}

impl Claims<'_> {
    /// `None`: the query does not let it through.
    fn about(&mut self, claim: Index) -> Result<Option<About>, ReadError> {
        if let Some(known) = self.known.get(&claim) {
            return Ok(known.clone());
        }
        let state = self.ledger.claim(claim)?.filter(|state| self.query.matches(state, self.ledger));
        let about = state.map(|state| About {
            statement: state.claim.map(|c| c.statement),
            published: state.published.map(|(_, time)| time),
        });
        self.known.insert(claim, about.clone());
        Ok(about)
    }
}

/// Seconds from one moment to another; clocks may step back by minutes, and nothing takes less than no time.
fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from((to.millis() - from.millis()) / 1_000).unwrap_or(0)
}

fn requests(
    ledger: &Ledger,
    period: &Range<u64>,
    end: Option<Timestamp>,
    claims: &mut Claims<'_>,
) -> Result<Requests, ReadError> {
    let mut found = Requests::default();
    let mut took = Vec::new();
    for index in of_kind(ledger, Kind::RequestReceived, 0..period.end)? {
        let entry = ledger.entry(index)?;
        let claim = entry.subject();
        let Some(about) = claims.about(claim)? else { continue };
        let answer = answer(ledger, claim, index, period.end)?;
        let received = period.contains(&index.0);
        let answered = answer.as_ref().is_some_and(|a| period.contains(&a.number));
        if !(received || answered || answer.is_none()) {
            continue;
        }
        let time = entry.header.time;
        let open_seconds = seconds(time, answer.as_ref().map(|a| a.time).or(end).unwrap_or(time));
        found.received += u64::from(received);
        found.answered += u64::from(answered);
        found.open += u64::from(answer.is_none());
        if answered {
            took.push(open_seconds);
        }
        let body = match entry.event()? {
            Some(Event::RequestReceived(request)) => Some(request),
            _ => None,
        };
        let (from, text) = body.map(|b| (b.from, b.text)).unzip();
        let statement = about.statement;
        found.list.push(Asked { number: index.0, claim: claim.0, statement, from, text, time, answer, open_seconds });
    }
    took.sort_unstable();
    let median = took.len().checked_sub(1).and_then(|last| took.get(last / 2).copied());
    found.took = Took { median_seconds: median, longest_seconds: took.last().copied() };
    Ok(found)
}

/// The first entry before `end` that acts on a request.
fn answer(ledger: &Ledger, claim: Index, request: Index, end: u64) -> Result<Option<Answer>, ReadError> {
    for index in ledger.find(Term::About(claim))? {
        if index <= request || index.0 >= end {
            continue;
        }
        let header = ledger.entry(index)?.header;
        let acts = matches!(header.kind, Kind::CorrectionIssued | Kind::ClaimRetracted | Kind::NoteAdded);
        if acts && header.re == Some(request) {
            return Ok(Some(Answer { number: index.0, kind: header.kind, time: header.time }));
        }
    }
    Ok(None)
}

fn corrections(ledger: &Ledger, period: &Range<u64>, claims: &mut Claims<'_>) -> Result<Corrections, ReadError> {
    let mut indexes = of_kind(ledger, Kind::CorrectionIssued, period.clone())?;
    indexes.extend(of_kind(ledger, Kind::ClaimRetracted, period.clone())?);
    indexes.sort_unstable();
    let mut found = Corrections::default();
    let mut teller = Teller::new(ledger);
    for index in indexes {
        let entry = ledger.entry(index)?;
        let Some(about) = claims.about(entry.subject())? else { continue };
        let made = made(ledger, &entry, about, teller.tell(&entry)?)?;
        found.made += 1;
        found.without_request += u64::from(made.request.is_none());
        *found.by_kind.entry(made.kind.clone()).or_default() += 1;
        found.list.push(made);
    }
    Ok(found)
}

fn made(ledger: &Ledger, entry: &Entry, about: About, line: Line) -> Result<Made, ReadError> {
    let (kind, text) = match entry.event()? {
        Some(Event::CorrectionIssued(correction)) => (correction.kind.to_string(), Some(correction.text)),
        Some(Event::ClaimRetracted(reason)) => ("retraction".to_owned(), Some(reason.reason)),
        _ if entry.header.kind == Kind::ClaimRetracted => ("retraction".to_owned(), None),
        _ => ("withheld".to_owned(), None),
    };
    let time = entry.header.time;
    let took_seconds = match entry.header.re {
        Some(request) => Some(seconds(ledger.entry(request)?.header.time, time)),
        None => None,
    };
    Ok(Made {
        number: entry.index.0,
        claim: entry.subject().0,
        statement: about.statement,
        kind,
        text,
        time,
        agent: line.agent,
        request: entry.header.re.map(|i| i.0),
        took_seconds,
        public_seconds: about.published.map(|published| seconds(published, time)),
        changes: line.changes,
    })
}

/// Entries of a kind in a range, verified: the catalog only tells where to look.
fn of_kind(ledger: &Ledger, kind: Kind, range: Range<u64>) -> Result<Vec<Index>, ReadError> {
    let mut found = Vec::new();
    for index in ledger.find(Term::Kind(kind))?.into_iter().filter(|i| range.contains(&i.0)) {
        if ledger.entry(index)?.header.kind == kind {
            found.push(index);
        }
    }
    Ok(found)
}
