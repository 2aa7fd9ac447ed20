//! What each kind of entry about a claim is in PROV.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Prov, Section, agent_name, kept_back, led};
use crate::claim::desk::ClaimsRelated;
use crate::claim::vocab::{EvidenceClass, RelationKind};
use crate::claim::{Appearance, Claim, Document, Evidence, Search, Snapshot, TextExtract, Verdict};
use crate::entry::{Event, Kind};
use crate::exchange::format::FormatError;
use crate::exchange::names;
use crate::hash::Index;
use crate::ledger::Entry;
use crate::view::ClaimView;

/// Kinds that stay with the desk.
const PRIVATE: [Kind; 4] = [Kind::ClaimMoved, Kind::ContactRecorded, Kind::NoteAdded, Kind::RequestReceived];

/// A claim on its way through its history.
struct Story {
    /// The claim's name.
    name: String,
    /// The version in force, where it is not the claim itself.
    version: Option<String>,
    /// The verdict in force.
    verdict: Option<String>,
    /// What each entry made.
    made: BTreeMap<Index, String>,
}

/// Every entry about a claim.
pub(super) fn claim(prov: &mut Prov<'_>, claim: &ClaimView, history: &[Entry]) -> Result<(), FormatError> {
    let mut hidden = kept_back(history);
    hidden.extend(claim.withheld.iter().map(|n| Index(*n)));
    let name = names::local("claim", claim.number);
    prov.declared.insert(claim.number);
    let mut story = Story { name, version: None, verdict: None, made: BTreeMap::new() };
    for entry in history {
        if prov.public && PRIVATE.contains(&entry.header.kind) {
            continue;
        }
        prov.activity(entry)?;
        let event = if hidden.contains(&entry.index) { None } else { entry.event()? };
        // Contacts and notes say who was asked and what the desk thinks: the act is on record, the words stay.
        story.entry(prov, claim, entry, event)?;
    }
    Ok(())
}

impl Story {
    fn entry(
        &mut self,
        prov: &mut Prov<'_>,
        claim: &ClaimView,
        entry: &Entry,
        event: Option<Event>,
    ) -> Result<(), FormatError> {
        let on = entry.header.re.and_then(|re| self.made.get(&re).cloned());
        match (entry.header.kind, event) {
            (Kind::ClaimRecorded, event) => self.recorded(prov, claim, entry, event.as_ref()),
            (Kind::ClaimAmended, event) => {
                let fields = match &event {
                    Some(Event::ClaimAmended(claim)) => wording(claim),
                    _ => hidden(),
                };
                self.version(prov, entry, fields)
            }
            (Kind::AppearanceRecorded, Some(Event::AppearanceRecorded(appearance))) => {
                self.appearance(prov, entry, &appearance).map(drop)
            }
            (Kind::EvidenceLinked, event) => self.evidence(prov, entry, event),
            (Kind::SearchRecorded, event) => {
                let fields = match &event {
                    Some(Event::SearchRecorded(search)) => sought(search),
                    _ => hidden(),
                };
                self.thing(prov, entry, "search", "Search", fields)
            }
            (Kind::ClaimsRelated, Some(Event::ClaimsRelated(relation))) => self.related(prov, entry, &relation),
            (Kind::VerdictIssued, event) => match event {
                Some(Event::VerdictIssued(verdict)) => self.verdict(prov, entry, Some(&verdict)),
                _ => self.verdict(prov, entry, None),
            },
            (Kind::ReviewRecorded, event) => {
                let mut fields = hidden();
                if let Some(Event::ReviewRecorded(review)) = &event {
                    fields = Map::new();
                    set(&mut fields, "decision", Some(review.decision.as_str()));
                    set(&mut fields, "note", review.note.as_deref());
                }
                self.thing(prov, entry, "review", "Review", fields)?;
                on.map_or(Ok(()), |verdict| prov.used(entry, &verdict))
            }
            (Kind::ClaimPublished, _) => prov.used(entry, &self.current()),
            (Kind::CorrectionIssued, event) => self.correction(prov, entry, event),
            (Kind::ClaimRetracted, _) => {
                if let Some(version) = self.version.take() {
                    prov.invalidated(&version, entry)?;
                }
                prov.invalidated(&self.name.clone(), entry)
            }
            (Kind::EvidenceWithdrawn | Kind::RelationWithdrawn | Kind::PayloadErased, _) => {
                on.map_or(Ok(()), |gone| prov.invalidated(&gone, entry))
            }
            _ => Ok(()),
        }
    }

    /// The name of the claim as it stands.
    fn current(&self) -> String {
        self.version.clone().unwrap_or_else(|| self.name.clone())
    }

    fn thing(
        &mut self,
        prov: &mut Prov<'_>,
        entry: &Entry,
        what: &str,
        of: &str,
        fields: Map<String, Value>,
    ) -> Result<(), FormatError> {
        let name = names::local(what, entry.index.0);
        prov.entity(&name, of, fields)?;
        prov.generated(&name, entry)?;
        self.made.insert(entry.index, name);
        Ok(())
    }

    fn recorded(
        &mut self,
        prov: &mut Prov<'_>,
        claim: &ClaimView,
        entry: &Entry,
        event: Option<&Event>,
    ) -> Result<(), FormatError> {
        let name = self.name.clone();
        let (mut fields, appearance) = match event {
            Some(Event::ClaimRecorded(claim)) => (wording(claim), Some(&claim.appearance)),
            _ => (hidden(), None),
        };
        // What holds now, so that no reader takes an old wording for the present one.
        set(&mut fields, "state", claim.state.map(crate::claim::vocab::Workflow::as_str));
        set(&mut fields, "finding", Some(claim.finding));
        fields.insert("or:published".into(), boolean(claim.published));
        fields.insert("or:second-read".into(), boolean(claim.second_read));
        set(&mut fields, "flags", Some(claim.flags.join(" ").as_str()).filter(|flags| !flags.is_empty()));
        prov.entity(&name, "Claim", fields)?;
        prov.generated(&name, entry)?;
        self.made.insert(entry.index, name.clone());
        if let Some(appearance) = appearance {
            let anchor = self.appearance(prov, entry, appearance)?;
            prov.derived(&anchor, &name, None)?;
        }
        Ok(())
    }

    /// A passage that makes the claim, quoted by position.
    fn appearance(&mut self, prov: &mut Prov<'_>, entry: &Entry, said: &Appearance) -> Result<String, FormatError> {
        prov.document(said.document)?;
        let name = names::local("appearance", entry.index.0);
        let mut fields = Map::new();
        let speakers: Vec<&str> = said.attribution.iter().filter_map(|step| step.name.as_deref()).collect();
        set(&mut fields, "speakers", Some(speakers.join(" > ").as_str()).filter(|s| !s.is_empty()));
        let cues: Vec<&str> = said.hedges.iter().map(|hedge| hedge.cue.as_str()).collect();
        set(&mut fields, "hedges", Some(cues.join(", ").as_str()).filter(|s| !s.is_empty()));
        prov.entity(&name, "Appearance", fields)?;
        prov.generated(&name, entry)?;
        let document = names::local("document", said.document.0);
        prov.used(entry, &document)?;
        prov.derived(&document, &name, Some("Quotation"))?;
        self.made.entry(entry.index).or_insert_with(|| name.clone());
        Ok(name)
    }

    fn evidence(&mut self, prov: &mut Prov<'_>, entry: &Entry, event: Option<Event>) -> Result<(), FormatError> {
        let Some(Event::EvidenceLinked(evidence)) = event else {
            return self.thing(prov, entry, "evidence", "Evidence", hidden());
        };
        self.thing(prov, entry, "evidence", "Evidence", page(&evidence))?;
        if let Some(document) = evidence.document {
            prov.document(document)?;
            let primary = (evidence.class == EvidenceClass::Document).then_some("PrimarySource");
            let name = names::local("evidence", entry.index.0);
            prov.derived(&names::local("document", document.0), &name, primary)?;
        }
        Ok(())
    }

    /// The claim with a new wording or finding.
    fn version(&mut self, prov: &mut Prov<'_>, entry: &Entry, fields: Map<String, Value>) -> Result<(), FormatError> {
        let version = format!("{}-at-{}", self.name, entry.index.0);
        prov.entity(&version, "ClaimVersion", fields)?;
        prov.generated(&version, entry)?;
        prov.specialises(&version, &self.name)?;
        if let Some(before) = self.version.take() {
            prov.derived(&before, &version, Some("Revision"))?;
            prov.invalidated(&before, entry)?;
        }
        self.made.entry(entry.index).or_insert_with(|| version.clone());
        self.version = Some(version);
        Ok(())
    }

    fn verdict(&mut self, prov: &mut Prov<'_>, entry: &Entry, said: Option<&Verdict>) -> Result<(), FormatError> {
        let name = names::local("verdict", entry.index.0);
        let mut fields = hidden();
        let mut finding = Map::new();
        if let Some(verdict) = said {
            fields = decision(verdict);
            set(&mut finding, "finding", Some(verdict.finding.as_str()));
        }
        prov.entity(&name, "Verdict", fields)?;
        prov.generated(&name, entry)?;
        prov.sections.relation(
            Section::WasAttributedTo,
            &json!({ "prov:entity": led(&name), "prov:agent": agent_name(entry.header.agent) }),
        )?;
        prov.used(entry, &self.current())?;
        let (on, considered) = said.map(|v| (v.on.as_slice(), v.considered.as_slice())).unwrap_or_default();
        for (index, relied) in on.iter().map(|i| (i, true)).chain(considered.iter().map(|i| (i, false))) {
            if let Some(evidence) = self.made.get(index).cloned() {
                prov.used(entry, &evidence)?;
                if relied {
                    prov.derived(&evidence, &name, None)?;
                }
            }
        }
        if let Some(before) = self.verdict.replace(name.clone()) {
            prov.derived(&before, &name, Some("Revision"))?;
            prov.invalidated(&before, entry)?;
        }
        self.version(prov, entry, finding)?;
        self.made.insert(entry.index, name);
        Ok(())
    }

    fn correction(&mut self, prov: &mut Prov<'_>, entry: &Entry, event: Option<Event>) -> Result<(), FormatError> {
        let Some(Event::CorrectionIssued(correction)) = event else {
            return self.thing(prov, entry, "correction", "Correction", hidden());
        };
        let mut fields = Map::new();
        set(&mut fields, "kind", Some(correction.kind.as_str()));
        set(&mut fields, "text", Some(&correction.text));
        self.thing(prov, entry, "correction", "Correction", fields)?;
        prov.used(entry, &self.current())?;
        for index in &correction.withdraws {
            if let Some(gone) = self.made.get(index).cloned() {
                prov.invalidated(&gone, entry)?;
            }
        }
        match (&correction.verdict, &correction.claim) {
            (Some(verdict), _) => self.verdict(prov, entry, Some(verdict)),
            (None, Some(claim)) => self.version(prov, entry, wording(claim)),
            (None, None) => Ok(()),
        }
    }

    fn related(&mut self, prov: &mut Prov<'_>, entry: &Entry, said: &ClaimsRelated) -> Result<(), FormatError> {
        let mut fields = Map::new();
        set(&mut fields, "kind", Some(said.kind.as_str()));
        set(&mut fields, "foreign", said.foreign.as_deref());
        self.thing(prov, entry, "relation", "Relation", fields)?;
        let Some(other) = said.to else { return Ok(()) };
        prov.wanted.insert(other.0);
        let other = led(&names::local("claim", other.0));
        let this = led(&self.name);
        if said.kind == RelationKind::Duplicates {
            let relation = json!({ "prov:alternate1": this, "prov:alternate2": other });
            return prov.sections.relation(Section::AlternateOf, &relation);
        }
        prov.sections.relation(
            Section::WasInfluencedBy,
            &json!({
                "prov:influencee": this, "prov:influencer": other,
                "prov:type": super::qname(&format!("or:{}", said.kind.as_str())),
            }),
        )
    }
}

fn set(fields: &mut Map<String, Value>, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        fields.insert(format!("or:{name}"), text.into());
    }
}

fn boolean(value: bool) -> Value {
    json!({ "$": value.to_string(), "type": "xsd:boolean" })
}

/// Of a thing whose payload is not here, or is kept out of copies.
pub(super) fn hidden() -> Map<String, Value> {
    let mut fields = Map::new();
    fields.insert("or:withheld".into(), boolean(true));
    fields
}

fn wording(claim: &Claim) -> Map<String, Value> {
    let mut fields = Map::new();
    let lang = claim.lang.as_deref().unwrap_or("en");
    fields.insert("or:statement".into(), json!({ "$": claim.statement, "lang": lang }));
    set(&mut fields, "kind", Some(claim.kind.as_str()));
    set(&mut fields, "key", claim.key.as_deref());
    fields
}

fn page(evidence: &Evidence) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "stance", Some(evidence.stance.as_str()));
    set(&mut fields, "says", Some(&evidence.says));
    set(&mut fields, "url", evidence.url.as_deref());
    set(&mut fields, "archive", evidence.archive.as_deref());
    set(&mut fields, "publisher", evidence.publisher.as_deref());
    set(&mut fields, "title", evidence.title.as_deref());
    set(&mut fields, "dated", evidence.dated.as_deref());
    set(&mut fields, "class", Some(evidence.class.as_str()));
    set(&mut fields, "cluster", Some(&evidence.cluster));
    set(&mut fields, "read", Some(evidence.read.as_str()));
    set(&mut fields, "reliability", Some(evidence.reliability.as_str()));
    set(&mut fields, "credibility", Some(evidence.credibility.as_str()));
    set(&mut fields, "label", evidence.label.as_deref());
    set(&mut fields, "scale", evidence.scale.as_deref());
    fields
}

fn sought(search: &Search) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "where", Some(&search.place));
    set(&mut fields, "for", Some(&search.sought));
    set(&mut fields, "found", Some(&search.found.to_string()));
    set(&mut fields, "on", Some(&search.on.to_string()));
    fields
}

fn decision(verdict: &Verdict) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "finding", Some(verdict.finding.as_str()));
    set(&mut fields, "confidence", Some(verdict.confidence.as_str()));
    set(&mut fields, "likelihood", verdict.likelihood.map(crate::claim::vocab::Band::as_str));
    set(&mut fields, "rationale", Some(&verdict.rationale));
    set(&mut fields, "method", verdict.method.as_deref());
    set(&mut fields, "judged-on", Some(&verdict.judged_on.to_string()));
    fields
}

pub(super) fn document(document: &Document) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "title", document.title.as_deref());
    set(&mut fields, "author", document.author.as_deref());
    set(&mut fields, "publisher", document.publisher.as_deref());
    set(&mut fields, "url", document.url.as_deref());
    set(&mut fields, "dated", document.dated.as_deref());
    set(&mut fields, "licence", document.licence.as_deref());
    fields
}

pub(super) fn snapshot(snapshot: &Snapshot) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "sha256", Some(&snapshot.sha256.hex()));
    set(&mut fields, "media-type", Some(&snapshot.media_type));
    set(&mut fields, "how", Some(&snapshot.how));
    fields
}

pub(super) fn text(text: &TextExtract) -> Map<String, Value> {
    let mut fields = Map::new();
    set(&mut fields, "sha256", Some(&text.sha256.hex()));
    set(&mut fields, "algorithm", Some(&text.algorithm));
    fields
}
