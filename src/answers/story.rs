//! Entries as a reader of the past wants them: who, when, on what ground, from what to what.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::json;

use super::change;
use crate::claim::diff::{self, Difference};
use crate::entry::kind::About;
use crate::entry::{ClaimState, DocumentState, Event, Kind, SubjectKind};
use crate::exchange::gist::gist;
use crate::hash::{Digest, Index};
use crate::ledger::catalog::Term;
use crate::ledger::{Entry, Ledger, ReadError};
use crate::time::Timestamp;

/// States kept at hand while entries are told in order.
const KEPT: usize = 512;

/// An entry as a history shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number.
    pub number: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// When, by the agent's own word.
    pub time: Timestamp,
    /// Who.
    pub agent: String,
    /// What was done.
    pub kind: Kind,
    /// On which subject.
    pub about: u64,
    /// On which entry, where that is not the subject.
    pub re: Option<u64>,
    /// What it says; `null` where the payload is withheld or erased.
    pub gist: Option<String>,
    /// Why; `null` where it does not say, or is not here.
    pub ground: Option<String>,
    /// From what to what.
    pub changes: Vec<Change>,
}

/// A field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The field.
    pub path: String,
    /// What stood there; `null`: nothing.
    pub before: Option<serde_json::Value>,
    /// What stands there now; `null`: nothing.
    pub after: Option<serde_json::Value>,
}

impl From<Difference> for Change {
    fn from(Difference { path, before, after }: Difference) -> Self {
        Self { path, before, after }
    }
}

impl Change {
    /// The same as a difference, which has a text form.
    pub fn difference(&self) -> Difference {
        Difference { path: self.path.clone(), before: self.before.clone(), after: self.after.clone() }
    }
}

/// Tells entries; fastest in order.
pub struct Teller<'l> {
    ledger: &'l Ledger,
    claims: HashMap<Index, ClaimState>,
    documents: HashMap<Index, DocumentState>,
}

impl<'l> Teller<'l> {
    /// For entries of a ledger.
    pub fn new(ledger: &'l Ledger) -> Self {
        Self { ledger, claims: HashMap::new(), documents: HashMap::new() }
    }

    /// Tells an entry.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn tell(&mut self, entry: &Entry) -> Result<Line, ReadError> {
        let event = entry.event()?;
        let changes = self.changes(entry, event.as_ref())?;
        Ok(Line {
            number: entry.index.0,
            leaf: entry.leaf,
            time: entry.header.time,
            agent: self.ledger.state().handle(entry.header.agent),
            kind: entry.header.kind,
            about: entry.subject().0,
            re: entry.header.re.map(|i| i.0),
            gist: event.as_ref().map(gist),
            ground: event.as_ref().and_then(ground),
            changes: changes.into_iter().map(Change::from).collect(),
        })
    }

    fn changes(&mut self, entry: &Entry, event: Option<&Event>) -> Result<Vec<Difference>, ReadError> {
        // What creates a subject changes nothing that was.
        let Some(about) = entry.header.about else { return Ok(Vec::new()) };
        let kind = match entry.header.kind.row().about {
            About::Of(kind) | About::Creates(kind) => kind,
            About::Any => match self.ledger.entry(about)?.header.kind.row().about {
                About::Creates(kind) => kind,
                _ => return Ok(Vec::new()),
            },
        };
        match kind {
            SubjectKind::Claim => self.of_claim(entry, about, event),
            SubjectKind::Document => self.of_document(entry, about, event),
            SubjectKind::Agent => self.of_agent(entry, about, event),
            SubjectKind::Ledger => Ok(self.of_ledger(entry, event)),
        }
    }

    fn of_claim(&mut self, entry: &Entry, claim: Index, event: Option<&Event>) -> Result<Vec<Difference>, ReadError> {
        let Some(before) = self.claim_before(claim, entry.index)? else { return Ok(Vec::new()) };
        let mut after = before.clone();
        after.apply(entry.index, &entry.header, event.cloned());
        let mut found = change::between(&before, &after);
        // What the entry itself puts on record is what it says already.
        let own = format!("[{}]", entry.index);
        found.retain(|d| !d.path.ends_with(&own));
        if let (Some(re), Kind::ContactRecorded | Kind::AppearanceRecorded) = (entry.header.re, entry.header.kind) {
            let gone = format!("[{re}]");
            found.retain(|d| !d.path.ends_with(&gone));
            found.extend(self.replaced(re, event)?);
        }
        if self.claims.len() >= KEPT {
            self.claims.clear();
        }
        self.claims.insert(claim, after);
        Ok(found)
    }

    /// A claim as it stood before an entry.
    fn claim_before(&mut self, claim: Index, before: Index) -> Result<Option<ClaimState>, ReadError> {
        let kept = self.claims.remove(&claim).filter(|state| state.last() < before);
        let mut state = if let Some(state) = kept {
            state
        } else {
            let own = self.ledger.entry(claim)?;
            if own.header.kind != Kind::ClaimRecorded {
                return Ok(None);
            }
            ClaimState::recorded(claim, own.leaf, &own.header, own.event()?)
        };
        let last = state.last();
        for index in self.ledger.find(Term::About(claim))? {
            if index > last && index < before {
                let entry = self.ledger.entry(index)?;
                if entry.header.about == Some(claim) {
                    state.apply(index, &entry.header, entry.event()?);
                }
            }
        }
        Ok(Some(state))
    }

    /// What takes the place of an earlier entry, against that.
    fn replaced(&self, re: Index, event: Option<&Event>) -> Result<Vec<Difference>, ReadError> {
        Ok(match (self.ledger.entry(re)?.event()?, event) {
            (Some(Event::ContactRecorded(a)), Some(Event::ContactRecorded(b))) => diff::fields(&a, b),
            (Some(Event::AppearanceRecorded(a)), Some(Event::AppearanceRecorded(b))) => diff::fields(&a, b),
            _ => Vec::new(),
        })
    }

    fn of_document(
        &mut self,
        entry: &Entry,
        document: Index,
        event: Option<&Event>,
    ) -> Result<Vec<Difference>, ReadError> {
        let Some(Event::DocumentAmended(new)) = event else { return Ok(Vec::new()) };
        let kept = self.documents.remove(&document).filter(|state| state.last() < entry.index);
        let mut state = if let Some(state) = kept {
            state
        } else {
            let own = self.ledger.entry(document)?;
            DocumentState::registered(document, own.leaf, &own.header, own.event()?)
        };
        let last = state.last();
        for index in self.ledger.find(Term::About(document))? {
            if index > last && index < entry.index {
                let other = self.ledger.entry(index)?;
                if other.header.about == Some(document) {
                    state.apply(index, &other.header, other.event()?);
                }
            }
        }
        let found = state.document.as_ref().map_or_else(Vec::new, |old| diff::fields(old, new));
        state.apply(entry.index, &entry.header, event.cloned());
        if self.documents.len() >= KEPT {
            self.documents.clear();
        }
        self.documents.insert(document, state);
        Ok(found)
    }

    /// An agent's entries are found by their kind: the owner's number is also the ledger's, about which there are many.
    fn of_agent(&self, entry: &Entry, agent: Index, event: Option<&Event>) -> Result<Vec<Difference>, ReadError> {
        let mut before = None;
        for index in self.ledger.find(Term::Kind(entry.header.kind))?.into_iter().rev() {
            if index < entry.index {
                let other = self.ledger.entry(index)?;
                if other.header.about == Some(agent) {
                    before = other.event()?;
                    break;
                }
            }
        }
        if before.is_none() {
            before = self.ledger.entry(agent)?.event()?;
        }
        let Some(event) = event else { return Ok(Vec::new()) };
        let (before, after) =
            (before.as_ref().and_then(|e| trait_of(entry.header.kind, e)), trait_of(entry.header.kind, event));
        Ok(match (before, after) {
            (Some(a), Some(b)) => diff::values(&a, &b),
            (None, Some(b)) => diff::values(&json!({}), &b),
            _ => Vec::new(),
        })
    }

    fn of_ledger(&self, entry: &Entry, event: Option<&Event>) -> Vec<Difference> {
        let state = self.ledger.state();
        match event {
            Some(Event::PolicySet(new)) => {
                let old = state.policies.iter().rev().find(|(index, _)| *index < entry.index);
                old.map_or_else(Vec::new, |(_, old)| diff::fields(old, new))
            }
            Some(Event::LogKeyChanged(new)) => {
                let old = state.log_keys.iter().rev().find(|(index, _)| *index < entry.index);
                let before = old.map(|(_, key)| json!(key));
                vec![Difference { path: "log_key".into(), before, after: Some(json!(new.log_key)) }]
            }
            _ => Vec::new(),
        }
    }
}

/// What an entry of this kind sets of an agent, as the event says it.
fn trait_of(kind: Kind, event: &Event) -> Option<serde_json::Value> {
    Some(match (kind, event) {
        (Kind::AgentRolesChanged, Event::AgentRolesChanged(r)) => json!({ "roles": r.roles }),
        (Kind::AgentRolesChanged, Event::AgentEnrolled(a)) => json!({ "roles": a.roles }),
        (Kind::AgentRolesChanged, Event::LedgerOpened(_)) => json!({ "roles": crate::claim::vocab::AgentRole::ALL }),
        (Kind::AgentKeyChanged, Event::AgentKeyChanged(k)) => json!({ "key": k.key }),
        (Kind::AgentKeyChanged, Event::AgentEnrolled(a)) => json!({ "key": a.key }),
        (Kind::AgentKeyChanged, Event::LedgerOpened(o)) => json!({ "key": o.owner.key }),
        (Kind::AgentDescribed, Event::AgentDescribed(d)) => serde_json::to_value(d).ok()?,
        (Kind::AgentRevoked, Event::AgentRevoked(_)) => json!({ "revoked": true }),
        _ => return None,
    })
}

/// Why, as the event itself says.
pub fn ground(event: &Event) -> Option<String> {
    match event {
        Event::VerdictIssued(v) => Some(v.rationale.clone()),
        Event::ReviewRecorded(r) => r.note.clone(),
        Event::CorrectionIssued(c) => Some(c.text.clone()),
        Event::EvidenceWithdrawn(r) | Event::RelationWithdrawn(r) | Event::ClaimRetracted(r) => Some(r.reason.clone()),
        Event::ClaimMoved(m) => m.note.clone(),
        Event::ClaimPublished(p) => p.note.clone(),
        Event::ClaimsRelated(r) => r.note.clone(),
        Event::AnchorMoved(a) => Some(a.reason.clone()),
        Event::AgentKeyChanged(k) => Some(k.reason.clone()),
        Event::AgentRevoked(r) => Some(r.reason.clone()),
        Event::PayloadWithheld(w) => Some(w.ground.clone()),
        Event::PayloadReleased(r) => r.note.clone(),
        Event::PayloadErased(e) => Some(format!("{}, by authority of {}", e.ground, e.authority)),
        _ => None,
    }
}
