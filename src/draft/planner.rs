//! The walk that [`super::plan`] makes: document, claims, searches, evidence, contacts, relations, verdicts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::folder::{Folder, VerdictDraft};
use super::known::{Known, KnownClaim, KnownDocument};
use super::mistake::{Mistake, Wrong};
use super::place::{Place, Places};
use super::plan::{Change, Changed, Left, Plan};
use super::read::{near, shown};
use crate::canon::CanonError;
use crate::claim::desk::{ClaimsRelated, Reason};
use crate::claim::diff::{self, Difference};
use crate::claim::vocab::{RelationKind, Selector};
use crate::claim::{Contact, Snapshot, TextExtract, Verdict};
use crate::entry::event::PayloadError;
use crate::entry::{Event, Proposal, Salt, batch};
use crate::hash::{Digest, Index};

/// A claim that the folder names.
struct Standing {
    number: Index,
    /// What is on record of it; boxed, as most claims of a new folder have nothing there.
    known: Option<Box<KnownClaim>>,
}

/// A plan in the making.
pub(super) struct Planner<'a, K> {
    folder: &'a Folder,
    known: &'a K,
    plan: Plan,
    /// The document, where it is on record.
    document: Option<Index>,
    claims: BTreeMap<&'a str, Standing>,
    /// The entry of each piece of evidence, by claim and key.
    evidence: BTreeMap<(&'a str, &'a str), Index>,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'a, K: Known> Planner<'a, K> {
    pub(super) fn new(folder: &'a Folder, known: &'a K) -> Self {
        let plan = Plan {
            proposals: Vec::new(),
            unchanged: 0,
            changes: Vec::new(),
            left: Vec::new(),
            document: Index::default(),
            claims: Vec::new(),
        };
        let (claims, evidence) = (BTreeMap::new(), BTreeMap::new());
        Self { folder, known, plan, document: None, claims, evidence, mistakes: Vec::new() }
    }

    /// The plan as if every change were allowed; `None` where the mistakes found leave none.
    pub(super) fn run(&mut self) -> Result<Option<Plan>, K::Error> {
        if !self.document()? {
            return Ok(None);
        }
        self.record_claims()?;
        self.resolve_claims()?;
        self.searches();
        self.link_evidence();
        self.contacts();
        self.relations();
        self.verdicts();
        self.left();
        Ok(Some(self.plan.clone()))
    }

    fn report(&mut self, place: &Place, wrong: Wrong) {
        self.mistakes.push(Mistake { place: Some(place.clone()), wrong });
    }

    fn propose(&mut self, proposal: Proposal, places: &Places) -> Index {
        // Measured with numbers of full length, so that what fits here fits at every size of the log.
        let sized = batch::at_base(&proposal.event, 1 << 52).encode(Salt([0; 16]));
        if let Err(PayloadError::Bytes { source: CanonError::TooLong { len, limit }, .. }) = sized {
            self.report(places.item(), Wrong::EntryTooLong { bytes: len, limit });
        }
        let index = Index::pending(self.plan.proposals.len());
        self.plan.proposals.push(proposal);
        index
    }

    fn change(&mut self, places: &Places, key: &str, what: Changed, differences: Vec<Difference>) {
        let Some(standing) = self.claims.get(key) else { return };
        let (number, published) = (standing.number, standing.known.as_ref().is_some_and(|k| k.published));
        let (place, claim) = (places.item().clone(), Some(key.to_owned()));
        self.plan.changes.push(Change { place, claim, number, what, published, differences });
    }

    /// Whether there is a document to go on with.
    fn document(&mut self) -> Result<bool, K::Error> {
        let folder = self.folder;
        let draft = &folder.document;
        self.document = self.known.document(draft.sha256.as_ref(), draft.body.url.as_deref())?;
        let Some(number) = self.document else {
            if folder.checks_only() {
                self.report(draft.places.item(), Wrong::DocumentNotOnRecord);
                return Ok(false);
            }
            let event = Event::DocumentRegistered(draft.body.clone());
            self.plan.document = self.propose(Proposal::new(event), &draft.places);
            self.capture(&KnownDocument::default());
            return Ok(true);
        };
        self.plan.document = number;
        let known = self.known.document_body(number)?;
        match &known.document {
            Some(before) if !draft.names_only && *before != draft.body => {
                let differences = diff::fields(before, &draft.body);
                let (place, what) = (draft.places.item().clone(), Changed::Document);
                let change = Change { place, claim: None, number, what, published: false, differences };
                self.plan.changes.push(change);
                self.propose(Proposal::about(number, Event::DocumentAmended(draft.body.clone())), &draft.places);
            }
            _ => self.plan.unchanged += 1,
        }
        if !folder.checks_only() {
            self.capture(&known);
        }
        Ok(true)
    }

    /// The capture of the bytes and the text that anchors count in, where either is not on record.
    fn capture(&mut self, known: &KnownDocument) {
        let folder = self.folder;
        let draft = &folder.document;
        let Some(sha256) = draft.sha256 else { return };
        let about = self.plan.document;
        let snapshot = known.snapshots.iter().find(|(_, s)| s.sha256 == sha256).map(|(number, _)| *number);
        let new = snapshot.is_none();
        let snapshot = snapshot.unwrap_or_else(|| {
            let (how, media_type) = (draft.how.clone(), draft.media_type.clone());
            let body = Snapshot { archives: Vec::new(), bytes: draft.bytes, captured: None, how, media_type, sha256 };
            self.propose(Proposal::about(about, Event::SnapshotCaptured(body)), &draft.places)
        });
        let counted = (new && draft.media_type.starts_with("text/")) || counts_in(folder, &sha256);
        if counted && !known.texts.iter().any(|(_, t)| t.sha256 == sha256) {
            let body = TextExtract { algorithm: "utf-8".into(), code_points: None, sha256 };
            self.propose(Proposal::about(about, Event::TextExtracted(body)).acting_on(snapshot), &draft.places);
        }
    }

    fn record_claims(&mut self) -> Result<(), K::Error> {
        let folder = self.folder;
        for draft in &folder.claims {
            let Some(key) = draft.claims.first() else { continue };
            let mut body = draft.body.clone();
            body.appearance.document = self.plan.document;
            let known = match self.document {
                Some(document) => self.known.claim(document, key)?.map(Box::new),
                None => None,
            };
            let number = match &known {
                None => self.propose(Proposal::new(Event::ClaimRecorded(body)), &draft.places),
                Some(known) => {
                    let (number, before) = (known.number, known.claim.clone());
                    self.claims.insert(key, Standing { number, known: Some(known.clone()) });
                    if before == body {
                        self.plan.unchanged += 1;
                    } else {
                        self.change(&draft.places, key, Changed::Claim, diff::fields(&before, &body));
                        self.propose(Proposal::about(number, Event::ClaimAmended(body)), &draft.places);
                    }
                    number
                }
            };
            self.claims.insert(key, Standing { number, known });
            self.plan.claims.push((key.clone(), number));
        }
        Ok(())
    }

    /// Looks up the claims that are named without being in the folder.
    fn resolve_claims(&mut self) -> Result<(), K::Error> {
        let folder = self.folder;
        let mut named: Vec<(&'a str, &'a Place)> = Vec::new();
        let lists = (folder.searches.iter().map(|d| (&d.claims, &d.places)))
            .chain(folder.evidence.iter().map(|d| (&d.claims, &d.places)))
            .chain(folder.contacts.iter().map(|d| (&d.claims, &d.places)));
        for (claims, places) in lists {
            named.extend(claims.iter().map(|c| (c.as_str(), places.of("claim"))));
        }
        for relation in &folder.relations {
            named.push((&relation.from, relation.places.of("from")));
            named.push((&relation.to, relation.places.of("to")));
        }
        named.extend(folder.verdicts.iter().map(|v| (v.claim.as_str(), v.places.of("claim"))));
        let Some(document) = self.document else { return Ok(()) };
        let mut keys = None;
        for (key, place) in named {
            if self.claims.contains_key(key) {
                continue;
            }
            if let Some(known) = self.known.claim(document, key)? {
                self.plan.claims.push((key.to_owned(), known.number));
                self.claims.insert(key, Standing { number: known.number, known: Some(Box::new(known)) });
                continue;
            }
            let keys = match &mut keys {
                Some(keys) => keys,
                none => none.insert(self.known.claim_keys(document)?),
            };
            let nearest = near(key, keys.iter().map(String::as_str));
            self.report(place, Wrong::UnknownClaim { key: shown(key), on_record: true, nearest });
        }
        Ok(())
    }

    fn searches(&mut self) {
        let folder = self.folder;
        for draft in &folder.searches {
            for claim in &draft.claims {
                let Some(standing) = self.claims.get(claim.as_str()) else { continue };
                let known = standing.known.as_ref();
                if known.is_some_and(|k| k.searches.iter().any(|(_, s)| *s == draft.body)) {
                    self.plan.unchanged += 1;
                } else {
                    let event = Event::SearchRecorded(draft.body.clone());
                    self.propose(Proposal::about(standing.number, event), &draft.places);
                }
            }
        }
    }

    fn link_evidence(&mut self) {
        let folder = self.folder;
        for draft in &folder.evidence {
            let key = draft.body.key.as_deref().unwrap_or_default();
            for claim in &draft.claims {
                let Some(standing) = self.claims.get(claim.as_str()) else { continue };
                let number = standing.number;
                let before = standing.known.as_ref().and_then(|k| k.evidence_named(key)).cloned();
                if let Some((entry, before, withdrawn)) = before {
                    if before == draft.body && !withdrawn {
                        self.plan.unchanged += 1;
                        self.evidence.insert((claim, key), entry);
                        continue;
                    }
                    let mut differences = diff::fields(&before, &draft.body);
                    if withdrawn {
                        differences.push(anew(entry));
                    } else {
                        let reason = Event::EvidenceWithdrawn(reason(&differences));
                        self.propose(Proposal::about(number, reason).acting_on(entry), &draft.places);
                    }
                    self.change(&draft.places, claim, Changed::Evidence(key.to_owned()), differences);
                }
                let event = Event::EvidenceLinked(draft.body.clone());
                let linked = self.propose(Proposal::about(number, event), &draft.places);
                self.evidence.insert((claim, key), linked);
            }
        }
    }

    fn contacts(&mut self) {
        let folder = self.folder;
        for draft in &folder.contacts {
            let same = |c: &Contact| c.who == draft.body.who && c.asked == draft.body.asked;
            for claim in &draft.claims {
                let Some(standing) = self.claims.get(claim.as_str()) else { continue };
                let known = standing.known.as_ref();
                let before = known.and_then(|k| k.contacts.iter().rev().find(|(_, c)| same(c))).cloned();
                let mut proposal = Proposal::about(standing.number, Event::ContactRecorded(draft.body.clone()));
                if let Some((entry, before)) = before {
                    if before == draft.body {
                        self.plan.unchanged += 1;
                        continue;
                    }
                    proposal = proposal.acting_on(entry);
                    // An outcome where there was none yet is news, not a change.
                    if before.outcome.is_some() {
                        let who = Changed::Contact(shown(&before.who));
                        self.change(&draft.places, claim, who, diff::fields(&before, &draft.body));
                    }
                }
                self.propose(proposal, &draft.places);
            }
        }
    }

    fn relations(&mut self) {
        let folder = self.folder;
        for draft in &folder.relations {
            let numbers = (self.claims.get(draft.from.as_str()), self.claims.get(draft.to.as_str()));
            let (Some(from), Some(to)) = numbers else { continue };
            let (about, kind, to) = (from.number, draft.kind, Some(to.number));
            let body = ClaimsRelated { foreign: None, kind, note: draft.note.clone(), to };
            let before = from.known.as_ref().and_then(|k| relation(k, kind, to)).cloned();
            if let Some((entry, before, withdrawn)) = before {
                if before == body && !withdrawn {
                    self.plan.unchanged += 1;
                    continue;
                }
                let mut differences = diff::fields(&before, &body);
                if withdrawn {
                    differences.push(anew(entry));
                } else {
                    let reason = Event::RelationWithdrawn(reason(&differences));
                    self.propose(Proposal::about(about, reason).acting_on(entry), &draft.places);
                }
                self.change(&draft.places, &draft.from, Changed::Relation(draft.to.clone()), differences);
            }
            self.propose(Proposal::about(about, Event::ClaimsRelated(body)), &draft.places);
        }
    }

    fn verdicts(&mut self) {
        let folder = self.folder;
        for draft in &folder.verdicts {
            let mut body = draft.body.clone();
            body.on = self.evidence_of(draft, "on", &draft.on);
            body.considered = self.evidence_of(draft, "considered", &draft.considered);
            let Some(standing) = self.claims.get(draft.claim.as_str()) else { continue };
            let number = standing.number;
            let known = standing.known.clone();
            if let Some(known) = &known
                && let Some((_, before)) = known.verdicts.last()
            {
                if in_order(before) == in_order(&body) {
                    self.plan.unchanged += 1;
                    continue;
                }
                let differences = self.verdict_differences(draft, known, before, &body);
                self.change(&draft.places, &draft.claim, Changed::Verdict, differences);
            }
            self.propose(Proposal::about(number, Event::VerdictIssued(body)), &draft.places);
        }
    }

    /// The entries of the evidence that a verdict names.
    fn evidence_of(&mut self, draft: &'a VerdictDraft, list: &str, names: &'a [String]) -> Vec<Index> {
        let mut entries = Vec::with_capacity(names.len());
        for (i, name) in names.iter().enumerate() {
            if let Some(entry) = self.evidence.get(&(draft.claim.as_str(), name.as_str())) {
                entries.push(*entry);
                continue;
            }
            let Some(standing) = self.claims.get(draft.claim.as_str()) else { continue };
            let known = standing.known.as_ref();
            let key = shown(name);
            let wrong = match known.and_then(|k| k.evidence_named(name)) {
                Some((entry, _, false)) => {
                    entries.push(*entry);
                    continue;
                }
                Some((number, _, true)) => Wrong::WithdrawnEvidence { key, number: *number },
                None => {
                    let keys = known.iter().flat_map(|k| &k.evidence).filter_map(|(_, e, _)| e.key.as_deref());
                    let nearest = near(name, keys.chain(self.evidence.keys().map(|(_, key)| *key)));
                    Wrong::UnknownEvidence { key, on_record: true, nearest }
                }
            };
            self.report(draft.places.of(&format!("{list}[{i}]")), wrong);
        }
        entries
    }

    /// Differences between verdicts, with evidence by its key; by its number too where it is no longer that which
    /// the key means.
    fn verdict_differences(
        &self,
        draft: &VerdictDraft,
        known: &KnownClaim,
        before: &Verdict,
        after: &Verdict,
    ) -> Vec<Difference> {
        let claim = draft.claim.as_str();
        let name = |entry: &Index| {
            let key = known.evidence.iter().find(|(n, ..)| n == entry).and_then(|(_, e, _)| e.key.as_deref());
            let now = key.and_then(|key| self.evidence.get(&(claim, key)));
            match key {
                Some(key) if now.is_none_or(|now| now == entry) => key.to_owned(),
                Some(key) => format!("{key} ({entry})"),
                None => entry.to_string(),
            }
        };
        let before_names = [before.on.iter().map(name).collect(), before.considered.iter().map(name).collect()];
        diff::values(
            &with_names(before, &before_names),
            &with_names(after, &[draft.on.clone(), draft.considered.clone()]),
        )
    }

    /// What stands on record of the folder's claims, though a folder with evidence (or relations) does not have it.
    fn left(&mut self) {
        let folder = self.folder;
        if folder.checks_only() {
            return;
        }
        for (claim, standing) in &self.claims {
            let Some(known) = &standing.known else { continue };
            for (number, evidence, withdrawn) in &known.evidence {
                let key = evidence.key.as_deref().unwrap_or_default();
                if !withdrawn && !folder.evidence.is_empty() && !self.evidence.contains_key(&(*claim, key)) {
                    let what = Changed::Evidence(key.to_owned());
                    self.plan.left.push(Left { claim: (*claim).to_owned(), number: *number, what });
                }
            }
            for (number, relation, withdrawn) in &known.relations {
                let other = self.claims.iter().find(|(_, s)| Some(s.number) == relation.to).map(|(key, _)| *key);
                let stands = folder
                    .relations
                    .iter()
                    .any(|r| r.from == *claim && r.kind == relation.kind && Some(r.to.as_str()) == other);
                if !withdrawn && !folder.relations.is_empty() && !stands {
                    let to = other.map_or_else(|| relation.to.map_or(String::new(), |i| i.to_string()), str::to_owned);
                    let what = Changed::Relation(to);
                    self.plan.left.push(Left { claim: (*claim).to_owned(), number: *number, what });
                }
            }
        }
    }
}

/// Whether an anchor of the folder counts code points in the text with this digest.
fn counts_in(folder: &Folder, sha256: &Digest) -> bool {
    let mut anchors = folder.claims.iter().flat_map(|c| &c.body.appearance.anchors);
    anchors.any(|a| a.selector == Selector::TextRange && a.target.as_ref() == Some(sha256))
}

/// The relation of this kind to that claim: what stands, or else what was withdrawn last.
fn relation(known: &KnownClaim, kind: RelationKind, to: Option<Index>) -> Option<&(Index, ClaimsRelated, bool)> {
    let such = || known.relations.iter().rev().filter(|(_, r, _)| r.kind == kind && r.to == to);
    such().find(|(_, _, withdrawn)| !withdrawn).or_else(|| such().next())
}

/// Why something is taken back to be set anew.
fn reason(differences: &[Difference]) -> Reason {
    let paths: Vec<&str> = differences.iter().map(|d| d.path.as_str()).collect();
    Reason { reason: format!("set anew in this batch; changed: {}", paths.join(", ")) }
}

/// What was withdrawn stands again.
fn anew(entry: Index) -> Difference {
    let before = Some(Value::from(format!("yes ({entry})")));
    Difference { path: "withdrawn".into(), before, after: None }
}

/// A verdict with its evidence in one order: the order in a list says nothing.
fn in_order(verdict: &Verdict) -> Verdict {
    let mut verdict = verdict.clone();
    verdict.on.sort_unstable();
    verdict.considered.sort_unstable();
    verdict
}

/// A verdict as JSON, with names for the entries of its evidence.
fn with_names(verdict: &Verdict, names: &[Vec<String>; 2]) -> Value {
    let bare = Verdict { on: Vec::new(), considered: Vec::new(), ..verdict.clone() };
    let mut json = serde_json::to_value(&bare).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        for (key, names) in ["on", "considered"].into_iter().zip(names) {
            let mut names = names.clone();
            names.sort_unstable();
            if !names.is_empty() {
                fields.insert(key.into(), Value::from(names));
            }
        }
    }
    json
}
