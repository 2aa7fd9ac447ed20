//! What an entry changes in the catalog. Pure: the audit derives the same from the same entries.

use super::names::{Met, Named};
use super::row::Row;
use super::term::{ContentKey, Term};
use crate::claim::vocab::{ClaimKind, Confidence, Decision, Finding, Workflow};
use crate::claim::{Appearance, Claim, Evidence, Verdict};
use crate::entry::kind::About;
use crate::entry::state::moves_to;
use crate::entry::{Event, Header, Kind, SubjectKind};
use crate::hash::{Digest, Index};
use crate::time::Timestamp;

/// Everything that one entry changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The entry.
    pub index: Index,
    /// Hashes of the terms that it is found by.
    pub terms: Vec<u64>,
    /// What recognises it when it is added again.
    pub content: Vec<ContentKey>,
    /// What it changes in a claim's row.
    pub row: Option<RowChange>,
    /// Names in it, folded, each with what it is the name of.
    pub names: Vec<(Named, String)>,
    /// When, by the agent's own word.
    pub time: Timestamp,
    /// Whether it is part of the ledger's own state.
    pub core: bool,
}

/// What an entry changes in a claim's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowChange {
    /// The claim, if that is what the entry is about.
    pub claim: Index,
    /// The entry.
    pub index: Index,
    /// Who acted.
    pub agent: Index,
    /// When, by the agent's own word.
    pub time: Timestamp,
    /// Whether the payload is not here.
    pub not_here: bool,
    /// What happened.
    pub step: Step,
}

/// What happened to a claim, as far as its row shows it. An inner `None`: the payload is not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It was recorded.
    Recorded(Option<Wording>),
    /// It was worded anew before publication.
    Worded(Option<Wording>),
    /// It was recorded that another document makes it.
    Appeared,
    /// It moved in the desk's work.
    Moved(Option<Workflow>),
    /// It got a verdict.
    Ruled(Option<(Finding, Confidence)>),
    /// A verdict was reviewed.
    Reviewed {
        /// The entry that gave the verdict.
        verdict: Index,
        /// What the reviewer decided.
        decision: Option<Decision>,
    },
    /// It became public.
    Published,
    /// A change was asked for.
    Requested,
    /// It was corrected; here `None` is also what the correction leaves as it is.
    Corrected {
        /// The new wording.
        wording: Option<Wording>,
        /// The new verdict.
        ruling: Option<(Finding, Confidence)>,
    },
    /// It was taken back after publication.
    Retracted,
    /// A payload was marked withheld.
    Withheld(Index),
    /// It may be shown again.
    Released(Index),
    /// A payload was erased.
    Erased,
    /// Something that rows do not show.
    Touched,
}

/// What a row shows of a wording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wording {
    /// What the claim asserts.
    pub kind: ClaimKind,
    /// Whether it is checkable.
    pub checkable: bool,
    /// Classes of hedge in its own appearance, a bit each in the order of the vocabulary.
    pub hedges: u8,
    /// How the speakers of its own appearance hold it, a bit each in the order of the vocabulary.
    pub factuality: u8,
}

impl Wording {
    /// Of a claim.
    pub fn of(claim: &Claim) -> Self {
        let appearance = &claim.appearance;
        Self {
            kind: claim.kind,
            checkable: claim.checkable,
            hedges: appearance.hedges.iter().fold(0, |bits, h| bits | 1 << h.class as u8),
            factuality: appearance.attribution.iter().fold(0, |bits, s| bits | 1 << s.factuality as u8),
        }
    }
}

/// What entry `index` changes; `event` is absent where its payload is not here.
///
/// The content digest costs more than all the rest: who has it already uses [`changes_with`].
pub fn changes(index: Index, header: &Header, event: Option<&Event>) -> Change {
    // An event that was read, or encoded, has no index pending; one that has is not on record and has no content.
    let content = event.and_then(|event| event.content_digest().ok());
    changes_with(index, header, event, content, &mut Met::default())
}

/// Like [`changes`], with the event's content digest ([`Event::content_digest`]) at hand, and without the names that have
/// come by in entries before it.
pub fn changes_with(
    index: Index,
    header: &Header,
    event: Option<&Event>,
    content: Option<Digest>,
    met: &mut Met,
) -> Change {
    let mut terms = Vec::with_capacity(12);
    let mut names = Vec::new();
    let mut add = |term: Term<'_>| {
        names.extend(met.new_name(&term));
        terms.push(term.hash());
    };
    if let Some(about) = header.about {
        add(Term::About(about));
    }
    if header.kind != Kind::ClaimRecorded {
        add(Term::Kind(header.kind));
    }
    if let Some(event) = event {
        event_terms(header.about, event, &mut add);
    }
    terms.sort_unstable();
    terms.dedup();
    let mut keys = vec![ContentKey::payload(&header.digest)];
    keys.extend(content.map(|digest| ContentKey::content(header.about, &digest)));
    let row = RowChange::of(index, header, event);
    Change { index, terms, content: keys, row, names, time: header.time, core: is_core(header.kind) }
}

/// The row after entry `index`, from the row before it; `None` where the entry is about no claim on record.
pub fn row_after(row: Option<Row>, index: Index, header: &Header, event: Option<&Event>) -> Option<Row> {
    match RowChange::of(index, header, event) {
        Some(change) => Row::after(row, &change),
        None => row,
    }
}

/// Whether entries of a kind make up [`crate::entry::LedgerState`]. Batch signatures are subject 0's too, but are
/// looked up where one is needed.
fn is_core(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LedgerOpened
            | Kind::AgentEnrolled
            | Kind::AgentDescribed
            | Kind::AgentKeyChanged
            | Kind::AgentRolesChanged
            | Kind::AgentRevoked
            | Kind::LogKeyChanged
            | Kind::PolicySet
    )
}

fn event_terms(about: Option<Index>, event: &Event, add: &mut impl FnMut(Term<'_>)) {
    match event {
        Event::LedgerOpened(opened) => add(Term::Handle(&opened.owner.handle.0)),
        Event::AgentEnrolled(agent) => add(Term::Handle(&agent.handle.0)),
        Event::DocumentRegistered(document) | Event::DocumentAmended(document) => {
            document.url.iter().for_each(|url| add(Term::Url(url)));
            document.publisher.iter().for_each(|name| add(Term::Publisher(name)));
        }
        Event::SnapshotCaptured(snapshot) => add(Term::Bytes(snapshot.sha256)),
        Event::TextExtracted(text) => add(Term::Bytes(text.sha256)),
        Event::ClaimRecorded(claim) | Event::ClaimAmended(claim) => claim_terms(claim, add),
        Event::ClaimMoved(moved) => moved.assignee.iter().for_each(|handle| add(Term::Assignee(&handle.0))),
        Event::AppearanceRecorded(appearance) => appearance_terms(appearance, add),
        Event::ClaimsRelated(relation) => {
            add(Term::Relation(relation.kind));
            relation.to.iter().for_each(|to| add(Term::Related(*to)));
        }
        Event::EvidenceLinked(evidence) => evidence_terms(about, evidence, add),
        Event::CorrectionIssued(correction) => correction.claim.iter().for_each(|claim| claim_terms(claim, add)),
        _ => {}
    }
}

fn claim_terms(claim: &Claim, add: &mut impl FnMut(Term<'_>)) {
    claim.key.iter().for_each(|key| add(Term::Key(claim.appearance.document, key)));
    claim.actors.iter().for_each(|name| add(Term::Actor(name)));
    claim.places.iter().for_each(|name| add(Term::Place(name)));
    claim.tags.iter().for_each(|tag| add(Term::Tag(tag)));
    appearance_terms(&claim.appearance, add);
}

fn appearance_terms(appearance: &Appearance, add: &mut impl FnMut(Term<'_>)) {
    add(Term::Document(appearance.document));
    appearance.attribution.iter().filter_map(|step| step.name.as_ref()).for_each(|name| add(Term::Speaker(name)));
    appearance.hedges.iter().for_each(|hedge| add(Term::Cue(&hedge.cue)));
}

fn evidence_terms(about: Option<Index>, evidence: &Evidence, add: &mut impl FnMut(Term<'_>)) {
    add(Term::Cluster(&evidence.cluster));
    evidence.document.iter().for_each(|document| add(Term::Document(*document)));
    evidence.publisher.iter().for_each(|name| add(Term::Publisher(name)));
    evidence.url.iter().for_each(|url| add(Term::Url(url)));
    if let (Some(claim), Some(key)) = (about, &evidence.key) {
        add(Term::Key(claim, key));
    }
}

fn ruling(verdict: &Verdict) -> (Finding, Confidence) {
    (verdict.finding, verdict.confidence)
}

impl RowChange {
    /// What entry `index` changes in a row; `None` for kinds that are never about a claim.
    pub fn of(index: Index, header: &Header, event: Option<&Event>) -> Option<Self> {
        let claim = match (header.kind.row().about, header.about) {
            (About::Creates(SubjectKind::Claim), None) => index,
            (About::Of(SubjectKind::Claim) | About::Any, Some(about)) => about,
            _ => return None,
        };
        let step = Self::step(claim, header, event);
        let not_here = event.is_none();
        Some(Self { claim, index, agent: header.agent, time: header.time, not_here, step })
    }

    fn step(claim: Index, header: &Header, event: Option<&Event>) -> Step {
        let target = header.re.unwrap_or(claim);
        match (header.kind, event) {
            (Kind::ClaimRecorded, Some(Event::ClaimRecorded(claim))) => Step::Recorded(Some(Wording::of(claim))),
            (Kind::ClaimRecorded, _) => Step::Recorded(None),
            (Kind::ClaimAmended, Some(Event::ClaimAmended(claim))) => Step::Worded(Some(Wording::of(claim))),
            (Kind::ClaimAmended, _) => Step::Worded(None),
            (Kind::AppearanceRecorded, _) => Step::Appeared,
            (Kind::ClaimMoved, event) => Step::Moved(moves_to(Kind::ClaimMoved, event).flatten()),
            (Kind::VerdictIssued, Some(Event::VerdictIssued(verdict))) => Step::Ruled(Some(ruling(verdict))),
            (Kind::VerdictIssued, _) => Step::Ruled(None),
            (Kind::ReviewRecorded, event) => {
                let decision =
                    event.and_then(|e| if let Event::ReviewRecorded(r) = e { Some(r.decision) } else { None });
                Step::Reviewed { verdict: target, decision }
            }
            (Kind::ClaimPublished, _) => Step::Published,
            (Kind::RequestReceived, _) => Step::Requested,
            (Kind::CorrectionIssued, Some(Event::CorrectionIssued(correction))) => Step::Corrected {
                wording: correction.claim.as_deref().map(Wording::of),
                ruling: correction.verdict.as_ref().map(ruling),
            },
            (Kind::CorrectionIssued, _) => Step::Corrected { wording: None, ruling: None },
            (Kind::ClaimRetracted, _) => Step::Retracted,
            (Kind::PayloadWithheld, Some(_)) => Step::Withheld(target),
            (Kind::PayloadReleased, _) => Step::Released(target),
            (Kind::PayloadErased, _) => Step::Erased,
            _ => Step::Touched,
        }
    }
}
