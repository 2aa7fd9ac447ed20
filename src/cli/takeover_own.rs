//! Putting claims of another ledger on record. Their numbers are that ledger's and are set anew; each claim says where it
//! comes from. A verdict comes in as that desk's rating, or as one's own where both ledgers are one desk's.

use std::collections::{HashMap, HashSet};

use super::context::{Context, Writer};
use super::error::CliError;
use super::takeover::Came;
use crate::claim::desk::{ClaimMoved, ClaimsRelated, Correction, Publication, Reason};
use crate::claim::vocab::{Credibility, EvidenceClass, Finding, Read, Reliability, Stance, Workflow};
use crate::claim::{Claim, Evidence, Snapshot, TextExtract, Verdict};
use crate::draft::Known as _;
use crate::entry::{ClaimState, Event, Proposal};
use crate::exchange::import::Rejected;
use crate::exchange::import::foreign::same_evidence;
use crate::exchange::import::own::{OwnClaim, OwnDocument};
use crate::hash::Index;
use crate::ledger::catalog::Term;
use crate::ledger::{AppendError, Ledger, Prepared, ReadError};
use crate::time::Day;

/// Entries of one commit, about.
const COMMIT: usize = 4_000;

/// Of which ledger, and as whose.
#[derive(Debug)]
pub struct Other {
    /// The other ledger's name, where it is known.
    pub origin: Option<String>,
    /// Whether verdicts, publications and corrections are taken over as one's own.
    pub as_ours: bool,
    /// The day of the import.
    pub today: Day,
    /// Record nothing.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Taken {
    /// What each claim came to, by its place in the list.
    pub came: Vec<(usize, Came)>,
    /// Claims that the ledger refused.
    pub refused: Vec<Rejected>,
    /// What was not carried over of a claim, by its place in the list.
    pub left: Vec<(usize, String)>,
    /// Entries recorded.
    pub entries: u64,
}

/// Numbers there to numbers here.
#[derive(Debug, Default, Clone)]
struct Ids {
    documents: HashMap<u64, Index>,
    claims: HashMap<u64, Index>,
    /// Documents without address and bytes are one where all that is known of them is one.
    alike: HashMap<String, Index>,
    /// Claims on record that a claim of the file was found to be.
    met: HashSet<Index>,
}

impl Ids {
    fn settle(&mut self, base: u64) {
        for index in self.documents.values_mut().chain(self.claims.values_mut()).chain(self.alike.values_mut()) {
            *index = index.at_base(base);
        }
    }
}

/// Records the claims, then how they stand to each other.
///
/// # Errors
/// When the ledger cannot be read or written; what went in before stays.
pub fn claims(list: &[OwnClaim], other: &Other, writer: &mut Writer, cx: &Context<'_>) -> Result<Taken, CliError> {
    let (mut taken, mut ids) = (Taken::default(), Ids::default());
    let mut next = 0;
    while next < list.len() {
        next = commit(list, next, other, &mut ids, &mut taken, writer, cx)?;
    }
    relate(list, other, &ids, &mut taken, writer, cx)?;
    Ok(taken)
}

/// One commit from the claim at `from` on; gives the claim behind it. What is refused is tried without its decisions, and
/// then left out.
fn commit(
    list: &[OwnClaim],
    from: usize,
    other: &Other,
    ids: &mut Ids,
    taken: &mut Taken,
    writer: &mut Writer,
    cx: &Context<'_>,
) -> Result<usize, CliError> {
    let (mut bare, mut out) = (HashSet::new(), HashSet::new());
    loop {
        let mut trial = ids.clone();
        let mut batch = Batch::new(other, &mut trial, &writer.ledger);
        let mut end = from;
        while end < list.len() && batch.proposals.len() < COMMIT {
            if !out.contains(&end) {
                batch.add(end, &list[end], bare.contains(&end))?;
            }
            end += 1;
        }
        let Batch { proposals, of, came, left, .. } = batch;
        let mut base = 0;
        if !other.dry_run && !proposals.is_empty() {
            super::verbs::erase::ask_first(cx, &writer.ledger, &proposals)?;
            match writer.try_append(cx, &proposals) {
                Ok(receipt) => {
                    base = receipt.base;
                    taken.entries += receipt.entries.len() as u64;
                    trial.settle(base);
                }
                Err(AppendError::Refused { refused }) => {
                    for one in &refused {
                        let (at, why) =
                            (of[one.position], format!("refused [{}]: {}", one.objection.code(), one.objection));
                        if bare.contains(&at) {
                            if out.insert(at) {
                                taken.refused.push(Rejected { locator: list[at].locator.clone(), reason: why });
                            }
                        } else if !refused.iter().any(|r| r.position < one.position && of[r.position] == at) {
                            taken.left.push((at, format!("its verdict and what rests on it: {why}")));
                        }
                    }
                    bare.extend(refused.iter().map(|r| of[r.position]));
                    continue;
                }
                Err(error) => {
                    return Err(super::failure::of_batch(error, &proposals)
                        .hint("what was recorded before stays; the same command goes on where this one stopped"));
                }
            }
        }
        *ids = trial;
        taken.came.extend(came.into_iter().map(|(at, c)| (at, c.at_base(base))));
        taken.left.extend(left);
        return Ok(end);
    }
}

struct Batch<'a> {
    other: &'a Other,
    ids: &'a mut Ids,
    ledger: &'a Ledger,
    proposals: Vec<Proposal>,
    of: Vec<usize>,
    came: Vec<(usize, Came)>,
    left: Vec<(usize, String)>,
}

impl<'a> Batch<'a> {
    fn new(other: &'a Other, ids: &'a mut Ids, ledger: &'a Ledger) -> Self {
        let (proposals, of, came, left) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { other, ids, ledger, proposals, of, came, left }
    }

    fn push(&mut self, at: usize, proposal: Proposal) -> Index {
        self.of.push(at);
        self.proposals.push(proposal);
        Index::pending(self.proposals.len() - 1)
    }

    fn add(&mut self, at: usize, own: &OwnClaim, bare: bool) -> Result<(), ReadError> {
        for document in &own.documents {
            self.document(at, document)?;
        }
        self.left.extend(own.left.iter().map(|text| (at, text.clone())));
        let mut claim = own.claim.clone();
        claim.appearance.document = self.number_of(claim.appearance.document);
        let origin = self.other.origin.as_ref().map(|origin| format!("{origin}#{}@{}", own.number, own.leaf));
        if let Some(imported) = &mut claim.imported {
            imported.origin.clone_from(&origin);
        }
        let mut evidence = self.evidence(at, own);
        let carried = own.verdict.as_ref().filter(|_| self.other.as_ours && !bare);
        if let (Some((verdict, agent)), false) = (&own.verdict, self.other.as_ours) {
            evidence.push((None, rating(verdict, agent, &claim, origin.as_deref(), self.other), false));
        }
        if let Some(there) = self.on_record(&claim)? {
            let on_it =
                |e: &Evidence| there.evidence.iter().any(|i| i.body.as_ref().is_some_and(|b| same_evidence(b, e)));
            let missing: Vec<Evidence> = evidence.into_iter().map(|(_, e, _)| e).filter(|e| !on_it(e)).collect();
            self.ids.claims.insert(own.number, there.number);
            self.ids.met.insert(there.number);
            let came =
                if missing.is_empty() { Came::There(there.number) } else { Came::Rated(there.number, missing.len()) };
            self.came.push((at, came));
            for item in missing {
                self.push(at, Proposal::about(there.number, Event::EvidenceLinked(item)));
            }
            return Ok(());
        }
        let number = self.push(at, Proposal::new(Event::ClaimRecorded(claim)));
        self.ids.claims.insert(own.number, number);
        self.came.push((at, Came::New(number)));
        let mut linked = HashMap::new();
        for appearance in &own.appearances {
            let mut appearance = appearance.clone();
            appearance.document = self.number_of(appearance.document);
            self.push(at, Proposal::about(number, Event::AppearanceRecorded(appearance)));
        }
        let mut withdrawn = Vec::new();
        for (there, item, gone) in evidence {
            let entry = self.push(at, Proposal::about(number, Event::EvidenceLinked(item)));
            linked.extend(there.map(|there| (there, entry)));
            withdrawn.extend(gone.then_some(entry));
        }
        for search in &own.searches {
            self.push(at, Proposal::about(number, Event::SearchRecorded(search.clone())));
        }
        for contact in &own.contacts {
            self.push(at, Proposal::about(number, Event::ContactRecorded(contact.clone())));
        }
        if let Some((verdict, _)) = carried {
            self.verdict(at, number, verdict, &linked);
        }
        for entry in withdrawn {
            let reason = Reason { reason: "withdrawn in the ledger that it comes from".into() };
            self.push(at, Proposal::about(number, Event::EvidenceWithdrawn(reason)).acting_on(entry));
        }
        self.standing(at, number, own, carried.is_some());
        Ok(())
    }

    /// The document here that one there is; recorded where there is none.
    fn document(&mut self, at: usize, document: &OwnDocument) -> Result<(), ReadError> {
        if self.ids.documents.contains_key(&document.number) {
            return Ok(());
        }
        let known = self.ledger.document(document.snapshot.as_ref(), document.body.url.as_deref())?;
        let event = Event::DocumentRegistered(document.body.clone());
        let same = format!("{:?} {:?}", document.body, document.snapshot);
        let known = match known.or_else(|| self.ids.alike.get(&same).copied()) {
            Some(known) => Some(known),
            None if document.snapshot.is_none() => {
                let proposals = [Proposal::new(event.clone())];
                let prepared = Prepared::new(&proposals).ok();
                prepared
                    .map(|p| self.ledger.on_record(&p))
                    .transpose()?
                    .and_then(|found| found.first().copied().flatten())
            }
            None => None,
        };
        let number = match known {
            Some(known) => known,
            None => self.register(at, document, event),
        };
        self.ids.documents.insert(document.number, number);
        self.ids.alike.insert(same, number);
        Ok(())
    }

    fn register(&mut self, at: usize, document: &OwnDocument, event: Event) -> Index {
        let number = self.push(at, Proposal::new(event));
        let Some(sha256) = document.snapshot else { return number };
        let (how, media_type) = ("as the ledger says that it comes from; not held here", "application/octet-stream");
        let snapshot = Snapshot {
            archives: document.archives.clone(),
            bytes: None,
            captured: None,
            how: how.into(),
            media_type: media_type.into(),
            sha256,
        };
        let captured = self.push(at, Proposal::about(number, Event::SnapshotCaptured(snapshot)));
        for text in &document.texts {
            let algorithm = if *text == sha256 { "utf-8" } else { "as in the ledger that it comes from" };
            let extract = TextExtract { algorithm: algorithm.into(), code_points: None, sha256: *text };
            self.push(at, Proposal::about(number, Event::TextExtracted(extract)).acting_on(captured));
        }
        number
    }

    fn number_of(&self, there: Index) -> Index {
        self.ids.documents.get(&there.0).copied().unwrap_or(there)
    }

    /// The evidence with documents as they are numbered here.
    fn evidence(&mut self, at: usize, own: &OwnClaim) -> Vec<(Option<u64>, Evidence, bool)> {
        let mut all = Vec::new();
        for (number, item, withdrawn) in &own.evidence {
            let mut item = item.clone();
            if let Some(there) = item.document {
                item.document = self.ids.documents.get(&there.0).copied();
                if item.document.is_none() {
                    self.left.push((
                        at,
                        format!("that evidence #{number} stands in document #{there}, of which the file says nothing"),
                    ));
                    if item.url.is_none() && item.publisher.is_none() && item.title.is_none() {
                        item.publisher = Some("unknown".into());
                    }
                }
            }
            all.push((Some(*number), item, *withdrawn));
        }
        all
    }

    fn verdict(&mut self, at: usize, number: Index, verdict: &Verdict, linked: &HashMap<u64, Index>) {
        let here = |list: &[Index]| list.iter().filter_map(|i| linked.get(&i.0).copied()).collect::<Vec<_>>();
        let verdict = Verdict { on: here(&verdict.on), considered: here(&verdict.considered), ..verdict.clone() };
        self.push(at, Proposal::about(number, Event::VerdictIssued(verdict)));
    }

    /// Where the claim stands: nothing that fell there stands here as if it had not.
    fn standing(&mut self, at: usize, number: Index, own: &OwnClaim, decided: bool) {
        let note = |what: &str| Some(format!("{what} in the ledger that it comes from"));
        let moved = |to, note| Event::ClaimMoved(ClaimMoved { assignee: own.assigned.clone(), due: own.due, note, to });
        let public = decided && own.published;
        if public {
            self.push(at, Proposal::about(number, Event::ClaimPublished(Publication { note: None })));
            for (kind, text) in &own.corrections {
                let (kind, text) = (*kind, text.clone());
                let correction = Correction { claim: None, kind, text, verdict: None, withdraws: Vec::new() };
                self.push(at, Proposal::about(number, Event::CorrectionIssued(correction)));
            }
        } else if own.published {
            self.left.push((at, "that it is public there; it is not public here".into()));
        }
        match own.state {
            Workflow::Retracted if public => {
                let told = own.retraction.clone().or_else(|| note("retracted"));
                let reason = told.unwrap_or_default();
                self.push(at, Proposal::about(number, Event::ClaimRetracted(Reason { reason })));
            }
            Workflow::Retracted => {
                self.push(at, Proposal::about(number, moved(Workflow::Withdrawn, note("retracted"))));
            }
            Workflow::Withdrawn => {
                self.push(at, Proposal::about(number, moved(Workflow::Withdrawn, note("withdrawn"))));
            }
            Workflow::Triaged | Workflow::InReview | Workflow::Parked if self.other.as_ours => {
                self.push(at, Proposal::about(number, moved(own.state, None)));
            }
            _ if own.assigned.is_some() || own.due.is_some() => {
                self.left.push((at, "who has it to work on there, and until when".into()));
            }
            _ => {}
        }
    }

    /// The claim on record that this one is: the same claim of the same ledger; where that is not known, one of the same
    /// document with the same key and words that nothing else of the file was found to be.
    fn on_record(&self, claim: &Claim) -> Result<Option<ClaimState>, ReadError> {
        let document = claim.appearance.document;
        if document.pending_position().is_some() {
            return Ok(None);
        }
        let term = claim.key.as_deref().map_or(Term::Document(document), |key| Term::Key(document, key));
        let origin = |c: &Claim| c.imported.as_ref().and_then(|i| i.origin.clone());
        for index in self.ledger.find(term)? {
            let subject = self.ledger.entry(index)?.subject();
            if self.ids.met.contains(&subject) {
                continue;
            }
            let Some(state) = self.ledger.claim(subject)? else { continue };
            let fits = state.claim.as_ref().is_some_and(|c| {
                c.appearance.document == document
                    && match (origin(c), origin(claim)) {
                        (Some(there), Some(here)) => there == here,
                        (None, None) => c.key == claim.key && c.statement == claim.statement,
                        _ => false,
                    }
            });
            if fits {
                return Ok(Some(state));
            }
        }
        Ok(None)
    }
}

/// A verdict of another desk, as its rating.
fn rating(verdict: &Verdict, agent: &str, claim: &Claim, origin: Option<&str>, other: &Other) -> Evidence {
    let desk = other.origin.clone().unwrap_or_else(|| "another ledger".into());
    let stance = match verdict.finding {
        Finding::Supported => Stance::Supports,
        Finding::Refuted => Stance::Refutes,
        Finding::PartlySupported | Finding::MisleadingContext => Stance::Qualifies,
        _ => Stance::Context,
    };
    let from = origin.map_or_else(String::new, |origin| format!(" {origin}"));
    Evidence {
        archive: None,
        class: EvidenceClass::FactCheck,
        cluster: desk.clone(),
        credibility: Credibility::NotJudged,
        dated: Some(verdict.judged_on.to_string()),
        document: None,
        imported: claim.imported.clone(),
        key: None,
        label: Some(verdict.finding.to_string()),
        lang: None,
        normalised: Some(verdict.finding),
        note: Some(format!("Verdict of `{agent}` on claim{from}; confidence {}.", verdict.confidence)),
        obtained: other.today,
        publisher: Some(desk),
        rating: None,
        read: Read::Excerpt,
        reliability: Reliability::F,
        says: verdict.rationale.clone(),
        scale: Some("findings of onrecord".into()),
        stance,
        title: None,
        translated_by: None,
        url: None,
    }
}

/// How the claims stand to each other, once all of them have numbers here.
fn relate(
    list: &[OwnClaim],
    other: &Other,
    ids: &Ids,
    taken: &mut Taken,
    writer: &mut Writer,
    cx: &Context<'_>,
) -> Result<(), CliError> {
    let mut proposals = Vec::new();
    for (at, own) in list.iter().enumerate().filter(|(_, own)| !own.relations.is_empty()) {
        let Some(number) = ids.claims.get(&own.number).copied().filter(|n| n.pending_position().is_none()) else {
            continue;
        };
        let there = writer.ledger.claim(number)?;
        let stands = |body: &ClaimsRelated| {
            there
                .iter()
                .flat_map(|c| &c.relations)
                .filter_map(|r| r.standing())
                .any(|r| r.kind == body.kind && r.to == body.to && r.foreign == body.foreign)
        };
        for relation in &own.relations {
            let to = relation.number.and_then(|n| ids.claims.get(&n).copied());
            let foreign = relation.foreign.clone().filter(|_| relation.number.is_none());
            if to.is_none() && foreign.is_none() {
                let n = relation.number.unwrap_or_default();
                taken.left.push((at, format!("`{} #{n}`: that claim is not in the file", relation.kind)));
                continue;
            }
            let body = ClaimsRelated { foreign, kind: relation.kind, note: None, to };
            if !stands(&body) {
                proposals.push(Proposal::about(number, Event::ClaimsRelated(body)));
            }
        }
    }
    if other.dry_run {
        return Ok(());
    }
    for part in proposals.chunks(COMMIT) {
        taken.entries += writer.append(cx, part)?.entries.len() as u64;
    }
    Ok(())
}
