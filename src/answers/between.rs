//! Two points of a ledger compared, claim by claim.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::change;
use super::story::Change;
use crate::entry::kind::About;
use crate::entry::{ClaimState, Kind, SubjectKind};
use crate::hash::Index;
use crate::ledger::{Ledger, ReadError};
use crate::query::Query;
use crate::time::Timestamp;
use crate::view::finding_word;

/// Entries read at once.
const CHUNK: u64 = 1_024;

/// An entry about a claim, between the two points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number.
    pub number: u64,
    /// What was done.
    pub kind: Kind,
    /// Who.
    pub agent: String,
    /// When, by the agent's own word.
    pub time: Timestamp,
}

/// The finding at both points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// At the first; `null` where the claim was not yet on record.
    pub before: Option<&'static str>,
    /// At the second.
    pub after: &'static str,
}

/// What became of one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// The claim's number.
    pub number: u64,
    /// Its key.
    pub key: Option<String>,
    /// Its wording at the second point; `null` where withheld or erased.
    pub statement: Option<String>,
    /// What was done to it, in words: `recorded`, `amended`, `re-verified`.
    pub what: Vec<&'static str>,
    /// The finding at both points.
    pub finding: Findings,
    /// What reads otherwise at the second point than at the first; nothing of a claim that was not yet on record.
    pub changes: Vec<Change>,
    /// Every entry about it in between.
    pub entries: Vec<Step>,
    /// Entries about it up to the second point whose payload is not here: what they changed cannot be told.
    pub not_here: Vec<u64>,
}

/// What happened beside what each claim tells.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// Claims touched.
    pub claims: u64,
    /// Claims by what was done to them.
    pub what: BTreeMap<&'static str, u64>,
    /// Entries that are about no claim, by kind; signatures of batches are left out.
    pub elsewhere: BTreeMap<String, u64>,
}

/// Hands on what became of each claim that was touched by the entries from `from` on in this view, by number. A query
/// picks claims as they stand at the end of it.
///
/// # Errors
/// When the log or the catalog cannot be read, or `take` fails.
pub fn each<E: From<ReadError>>(
    ledger: &Ledger,
    from: u64,
    query: &Query,
    take: &mut dyn FnMut(Touched) -> Result<(), E>,
) -> Result<Summary, E> {
    let mut summary = Summary::default();
    for claim in touched(ledger, from, &mut summary)? {
        let Some((before, after, steps)) = states(ledger, claim, from)? else { continue };
        if !query.matches(&after, ledger) {
            continue;
        }
        let what = what(&steps, before.as_ref());
        summary.claims += 1;
        for word in &what {
            *summary.what.entry(word).or_default() += 1;
        }
        let changes = before.as_ref().map_or_else(Vec::new, |before| change::between(before, &after));
        take(Touched {
            number: claim.0,
            key: after.claim.as_ref().and_then(|c| c.key.clone()),
            statement: after.claim.as_ref().map(|c| c.statement.clone()),
            what,
            finding: Findings { before: before.as_ref().map(finding_word), after: finding_word(&after) },
            changes: changes.into_iter().map(Change::from).collect(),
            entries: steps,
            not_here: after.not_here.iter().map(|i| i.0).collect(),
        })?;
    }
    Ok(summary)
}

/// The claims that entries from `from` on are about; counts the other entries.
fn touched(ledger: &Ledger, from: u64, summary: &mut Summary) -> Result<BTreeSet<Index>, ReadError> {
    let mut claims = BTreeSet::new();
    let mut next = from;
    while next < ledger.size() {
        let end = ledger.size().min(next + CHUNK);
        for entry in ledger.entries(next..end)? {
            let subject = entry.subject();
            let of_claim = match entry.header.kind.row().about {
                About::Creates(kind) | About::Of(kind) => kind == SubjectKind::Claim,
                About::Any => claims.contains(&subject) || ledger.row(subject)?.is_some(),
            };
            if of_claim {
                claims.insert(subject);
            } else if entry.header.kind != Kind::BatchSigned {
                *summary.elsewhere.entry(entry.header.kind.to_string()).or_default() += 1;
            }
        }
        next = end;
    }
    Ok(claims)
}

/// A claim at both points, and what came in between; at the first it may not have been there.
type States = (Option<ClaimState>, ClaimState, Vec<Step>);

fn states(ledger: &Ledger, claim: Index, from: u64) -> Result<Option<States>, ReadError> {
    let mut history = ledger.history(claim)?.into_iter();
    let Some(own) = history.next().filter(|own| own.header.kind == Kind::ClaimRecorded) else { return Ok(None) };
    let step = |entry: &crate::ledger::Entry| Step {
        number: entry.index.0,
        kind: entry.header.kind,
        agent: ledger.state().handle(entry.header.agent),
        time: entry.header.time,
    };
    let mut steps = Vec::new();
    let mut before = None;
    if own.index.0 >= from {
        steps.push(step(&own));
    }
    let mut state = ClaimState::recorded(claim, own.leaf, &own.header, own.event()?);
    for entry in history {
        if entry.index.0 >= from {
            if steps.is_empty() {
                before = Some(state.clone());
            }
            steps.push(step(&entry));
        }
        state.apply(entry.index, &entry.header, entry.event()?);
    }
    Ok(Some((before, state, steps)))
}

/// What was done, each word once, in the order in which it was first done.
fn what(steps: &[Step], before: Option<&ClaimState>) -> Vec<&'static str> {
    let mut words = Vec::new();
    let mut judged = before.is_some_and(|c| c.verdict().is_some());
    for step in steps {
        let word = match step.kind {
            Kind::ClaimRecorded => "recorded",
            Kind::ClaimAmended => "amended",
            Kind::ClaimMoved => "moved",
            Kind::AppearanceRecorded => "appearance recorded",
            Kind::AnchorMoved => "anchor moved",
            Kind::ClaimsRelated => "related",
            Kind::RelationWithdrawn => "relation withdrawn",
            Kind::EvidenceLinked => "evidence linked",
            Kind::EvidenceWithdrawn => "evidence withdrawn",
            Kind::SearchRecorded => "search recorded",
            Kind::ContactRecorded => "contact recorded",
            Kind::VerdictIssued if judged => "re-verified",
            Kind::VerdictIssued => {
                judged = true;
                "verified"
            }
            Kind::ReviewRecorded => "reviewed",
            Kind::ClaimPublished => "published",
            Kind::RequestReceived => "change requested",
            Kind::CorrectionIssued => "corrected",
            Kind::ClaimRetracted => "retracted",
            Kind::NoteAdded => "note added",
            Kind::PayloadWithheld => "withheld",
            Kind::PayloadReleased => "released",
            Kind::PayloadErased => "erased",
            _ => continue,
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
