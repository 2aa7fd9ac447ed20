//! A claim as others see it: the one object of `list --json`, `show --json`, the JSON Lines export and the API.
//!
//! Absent values are `null` here, unlike in hashed records: a reader of an export should see that a field exists.

mod correction;
mod evidence;
mod verdict;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::claim::vocab::{RelationKind, Workflow};
use crate::claim::{Anchor, Hedge, Imported, Quantity, Step, Time};
use crate::entry::claim_state::{Item, VerdictState};
use crate::entry::fall::{Cause, Documents, document_changed};
use crate::entry::{ClaimState, DocumentState, Fall, LedgerState};
use crate::hash::Index;
use crate::time::Timestamp;

pub use correction::{ChangeView, CorrectionView, RetractionView};
pub use evidence::EvidenceView;
pub use verdict::{ReviewView, VerdictView};

/// What the view needs from outside the claim.
pub trait Context {
    /// The document's state, if it can be read.
    fn document(&self, number: Index) -> Option<DocumentState>;
    /// Whether the bytes of a snapshot are held with the ledger.
    fn held(&self, sha256: &crate::hash::Digest) -> bool;
    /// The agents.
    fn ledger(&self) -> &LedgerState;
    /// The fallen claims that this one rests on, while nobody has judged it since.
    fn fallen_under(&self, claim: &ClaimState) -> Vec<Fall>;
    /// The claims that take this one's place.
    fn superseded_by(&self, claim: Index) -> Vec<Index>;
}

/// A claim.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimView {
    /// The claim's number.
    pub number: u64,
    /// Leaf hash of the entry that recorded it.
    pub leaf: String,
    /// The claim file's name for it.
    pub key: Option<String>,
    /// Where it stands in the work; `null` where a withheld payload hides it.
    pub state: Option<Workflow>,
    /// Whether it is public.
    pub published: bool,
    /// Since when.
    pub published_at: Option<Timestamp>,
    /// Whether it was worded anew since it was recorded.
    pub amended: bool,
    /// The claims that take its place.
    pub superseded_by: Vec<u64>,
    /// Whether another agent approved the verdict in force.
    pub second_read: bool,
    /// The finding in force, or `unverified`.
    pub finding: &'static str,
    /// How good the evidence is.
    pub confidence: Option<&'static str>,
    /// The wording; `null` where withheld.
    pub statement: Option<String>,
    /// What it asserts.
    pub kind: Option<&'static str>,
    /// Whether evidence could settle it.
    pub checkable: Option<bool>,
    /// Why not.
    pub why_not: Option<&'static str>,
    /// Language.
    pub lang: String,
    /// Keywords.
    pub tags: Vec<String>,
    /// Numbers.
    pub quantities: Vec<Quantity>,
    /// Times.
    pub times: Vec<Time>,
    /// Places.
    pub places: Vec<String>,
    /// Actors.
    pub actors: Vec<String>,
    /// Where it appears.
    pub appearances: Vec<AppearanceView>,
    /// Evidence.
    pub evidence: Vec<EvidenceView>,
    /// Searches.
    pub searches: Vec<SearchView>,
    /// Contacts.
    pub contacts: Vec<ContactView>,
    /// The verdict in force.
    pub verdict: Option<VerdictView>,
    /// Relations from it.
    pub relations: Vec<RelationView>,
    /// Corrections since publication.
    pub corrections: Vec<CorrectionView>,
    /// Why and when it was taken back after publication.
    pub retraction: Option<RetractionView>,
    /// What a reader should be warned of.
    pub flags: Vec<String>,
    /// Fallen claims that it rests on, behind the flag `rests-on-fallen`.
    pub fallen: Vec<FallView>,
    /// Entries whose payload is not here, or kept out of copies.
    pub withheld: Vec<u64>,
    /// Handle of who has it to work on; the desk's own.
    pub assigned: Option<String>,
    /// Until when; the desk's own.
    pub due: Option<crate::time::Day>,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// By whom.
    pub agent: String,
    /// From where it was taken over.
    pub imported: Option<Imported>,
    /// Who translated the statement.
    pub translated_by: Option<String>,
}

/// An appearance.
#[derive(Debug, Clone, Serialize)]
pub struct AppearanceView {
    /// The entry that holds it.
    pub number: u64,
    /// Where.
    pub document: DocumentView,
    /// The passages.
    pub anchors: Vec<AnchorView>,
    /// Who says it.
    pub attribution: Vec<Step>,
    /// What takes something back.
    pub hedges: Vec<Hedge>,
}

/// A document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentView {
    /// Its number.
    pub number: u64,
    /// Title, as its bytes give it.
    pub title: Option<String>,
    /// Author.
    pub author: Option<String>,
    /// Publisher, as its bytes give it.
    pub publisher: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Date, EDTF.
    pub dated: Option<String>,
    /// Language.
    pub lang: Option<String>,
    /// Licence, in words or as an address.
    pub licence: Option<String>,
    /// Fields known only from elsewhere.
    pub inferred: Vec<crate::claim::Inferred>,
    /// Addresses of copies in archives.
    pub archives: Vec<String>,
    /// SHA-256 of the latest snapshot.
    pub snapshot: Option<String>,
    /// Whether its bytes are held.
    pub held: bool,
}

/// An anchor.
#[derive(Debug, Clone, Serialize)]
pub struct AnchorView {
    /// How it selects.
    pub selector: &'static str,
    /// SHA-256 of the text it counts in.
    pub text: Option<String>,
    /// First code point.
    pub start: Option<u64>,
    /// Code point after the last.
    pub end: Option<u64>,
    /// SHA-256 of the passage.
    pub sha256: Option<String>,
    /// The passage, where the licence allows.
    pub quote: Option<String>,
    /// Words before it, where the licence allows.
    pub prefix: Option<String>,
    /// Words after it, where the licence allows.
    pub suffix: Option<String>,
    /// What of a medium it is, such as `t=10,20`.
    pub fragment: Option<String>,
    /// `anchored`, `orphaned`, or `unchecked` where the document is not held.
    pub state: &'static str,
}

/// A search.
#[derive(Debug, Clone, Serialize)]
pub struct SearchView {
    /// Its entry.
    pub number: u64,
    /// The search; `null` where withheld.
    #[serde(flatten)]
    pub search: Option<crate::claim::Search>,
}

/// A contact.
#[derive(Debug, Clone, Serialize)]
pub struct ContactView {
    /// Its entry.
    pub number: u64,
    /// The contact; `null` where withheld.
    #[serde(flatten)]
    pub contact: Option<crate::claim::Contact>,
}

/// A relation.
#[derive(Debug, Clone, Serialize)]
pub struct RelationView {
    /// How.
    pub kind: RelationKind,
    /// The other claim, of this ledger.
    pub number: Option<u64>,
    /// The other claim, of another ledger.
    pub foreign: Option<String>,
    /// The entry that says so.
    pub entry: u64,
}

/// A fallen claim under another.
#[derive(Debug, Clone, Serialize)]
pub struct FallView {
    /// The fallen claim.
    pub number: u64,
    /// What befell it.
    pub cause: Cause,
    /// The entry by which it fell.
    pub by: u64,
    /// The claims in between, from the one asked about down.
    pub through: Vec<u64>,
    /// The same in words.
    #[serde(skip)]
    pub words: String,
}

impl FallView {
    fn new(fall: &Fall) -> Self {
        let mut through: Vec<u64> = fall.path.iter().map(|i| i.0).collect();
        through.pop();
        let (number, cause, by) = (fall.claim().0, fall.blow.cause, fall.blow.by.0);
        Self { number, cause, by, through, words: fall.to_string() }
    }
}

/// The finding in force as one word.
pub fn finding_word(claim: &ClaimState) -> &'static str {
    match claim.verdict() {
        None => "unverified",
        Some(v) => v.item.body.as_ref().map_or("withheld", |v| v.finding.as_str()),
    }
}

/// Every word that may stand among a claim's flags; the query language takes these and no others.
pub const FLAGS: &[&str] = &[
    "judged-an-earlier-wording",
    "not-second-read",
    "evidence-withdrawn",
    "document-changed",
    "rests-on-fallen",
    "retracted",
    "withdrawn",
    "corrected",
    "withheld",
];

/// Number of clusters of the evidence that stands.
pub fn clusters(claim: &ClaimState) -> usize {
    let mut clusters: Vec<&str> =
        claim.evidence.iter().filter_map(Item::standing).map(|e| e.cluster.as_str()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    clusters.len()
}

/// Flags that a reader of the claim should see, in a fixed order; every one of them is in [`FLAGS`].
pub fn flags<C: Context + ?Sized>(claim: &ClaimState, context: &C) -> Vec<String> {
    let document = |number| context.document(number).map(Cow::Owned);
    flags_with(claim, &document, !context.fallen_under(claim).is_empty())
}

fn flags_with(claim: &ClaimState, document: &Documents<'_>, rests_on_fallen: bool) -> Vec<String> {
    let mut flags = Vec::new();
    let mut flag = |on: bool, name: &str| {
        if on {
            flags.push(name.to_owned());
        }
    };
    flag(claim.judged_earlier_wording(), "judged-an-earlier-wording");
    flag(claim.verdict().is_some() && !claim.second_read(), "not-second-read");
    let withdrawn = |v: &VerdictState| {
        let on = v.item.body.as_ref().map(|b| b.on.as_slice()).unwrap_or_default();
        on.iter().filter_map(|i| claim.evidence(*i)).any(|e| e.withdrawn.is_some())
    };
    flag(claim.verdict().is_some_and(withdrawn), "evidence-withdrawn");
    flag(document_changed(claim, document).is_some(), "document-changed");
    flag(rests_on_fallen, "rests-on-fallen");
    flag(claim.workflow == Some(Workflow::Retracted), "retracted");
    flag(claim.workflow == Some(Workflow::Withdrawn), "withdrawn");
    flag(!claim.corrections.is_empty(), "corrected");
    flag(!claim.not_here.is_empty() || !claim.withheld.is_empty(), "withheld");
    flags
}

/// Entries about a claim whose payload is not here, or is marked withheld.
fn kept_back(claim: &ClaimState) -> Vec<u64> {
    let mut numbers: Vec<u64> =
        claim.not_here.iter().chain(claim.withheld.iter().map(|(i, _)| i)).map(|i| i.0).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

impl ClaimView {
    /// The view of a claim.
    pub fn new<C: Context + ?Sized>(claim: &ClaimState, context: &C) -> Self {
        let wording = claim.claim.as_ref();
        let verdict = claim.verdict();
        let fallen = context.fallen_under(claim);
        // Each document is read once, for what is shown of it and for whether it has changed.
        let documents: BTreeMap<Index, Option<DocumentState>> =
            claim.standing_appearances().map(|(_, a)| (a.document, context.document(a.document))).collect();
        let document = |number: Index| match documents.get(&number) {
            Some(known) => known.as_ref().map(Cow::Borrowed),
            None => context.document(number).map(Cow::Owned),
        };
        let relied: Vec<Index> = verdict.and_then(|v| v.item.body.as_ref()).map(|v| v.on.clone()).unwrap_or_default();
        Self {
            number: claim.number.0,
            leaf: claim.leaf.hex(),
            key: wording.and_then(|w| w.key.clone()),
            state: claim.workflow,
            published: claim.published.is_some(),
            published_at: claim.published.map(|(_, time)| time),
            amended: claim.wording != claim.number,
            superseded_by: context.superseded_by(claim.number).iter().map(|i| i.0).collect(),
            second_read: claim.second_read(),
            finding: finding_word(claim),
            confidence: verdict.and_then(|v| v.item.body.as_ref()).map(|v| v.confidence.as_str()),
            statement: wording.map(|w| w.statement.clone()),
            kind: wording.map(|w| w.kind.as_str()),
            checkable: wording.map(|w| w.checkable),
            why_not: wording.and_then(|w| w.why_not).map(crate::claim::vocab::WhyNot::as_str),
            lang: wording.and_then(|w| w.lang.clone()).unwrap_or_else(|| "en".into()),
            tags: wording.map(|w| w.tags.clone()).unwrap_or_default(),
            quantities: wording.map(|w| w.quantities.clone()).unwrap_or_default(),
            times: wording.map(|w| w.times.clone()).unwrap_or_default(),
            places: wording.map(|w| w.places.clone()).unwrap_or_default(),
            actors: wording.map(|w| w.actors.clone()).unwrap_or_default(),
            appearances: claim
                .standing_appearances()
                .map(|(number, a)| AppearanceView {
                    number: number.0,
                    document: DocumentView::of(a.document, document(a.document).as_deref(), context),
                    anchors: a.anchors.iter().map(AnchorView::new).collect(),
                    attribution: a.attribution.clone(),
                    hedges: a.hedges.clone(),
                })
                .collect(),
            evidence: claim.evidence.iter().map(|e| EvidenceView::new(e, &relied)).collect(),
            searches: standing(&claim.searches)
                .map(|s| SearchView { number: s.number.0, search: s.body.clone() })
                .collect(),
            contacts: standing(&claim.contacts)
                .map(|c| ContactView { number: c.number.0, contact: c.body.clone() })
                .collect(),
            verdict: verdict.map(|v| VerdictView::new(v, context.ledger())),
            relations: standing(&claim.relations)
                .filter_map(|r| {
                    r.body.as_ref().map(|body| RelationView {
                        kind: body.kind,
                        number: body.to.map(|i| i.0),
                        foreign: body.foreign.clone(),
                        entry: r.number.0,
                    })
                })
                .collect(),
            corrections: claim
                .corrections
                .iter()
                .filter_map(|c| Some(CorrectionView::new(c.body.as_ref()?, c, claim, context.ledger())))
                .collect(),
            retraction: claim.retraction.as_ref().map(|r| RetractionView {
                number: r.number.0,
                reason: r.body.clone(),
                time: r.time,
                agent: context.ledger().handle(r.agent),
            }),
            flags: flags_with(claim, &document, !fallen.is_empty()),
            fallen: fallen.iter().map(FallView::new).collect(),
            withheld: kept_back(claim),
            assigned: claim.assignee.as_ref().map(|a| a.0.clone()),
            due: claim.due,
            recorded: claim.recorded,
            agent: context.ledger().handle(claim.agent),
            imported: wording.and_then(|w| w.imported.clone()),
            translated_by: wording.and_then(|w| w.translated_by.clone()),
        }
    }
}

fn standing<T>(items: &[Item<T>]) -> impl Iterator<Item = &Item<T>> {
    items.iter().filter(|i| i.withdrawn.is_none())
}

impl DocumentView {
    /// The view of a document.
    pub fn new<C: Context + ?Sized>(number: Index, context: &C) -> Self {
        Self::of(number, context.document(number).as_ref(), context)
    }

    fn of<C: Context + ?Sized>(number: Index, state: Option<&DocumentState>, context: &C) -> Self {
        let fields = state.and_then(|s| s.document.clone()).unwrap_or_default();
        let snapshot = state.and_then(DocumentState::snapshot).map(|s| s.sha256);
        Self {
            number: number.0,
            title: fields.title,
            author: fields.author,
            publisher: fields.publisher,
            url: fields.url,
            dated: fields.dated,
            lang: fields.lang,
            licence: fields.licence,
            inferred: fields.inferred,
            archives: state.and_then(DocumentState::snapshot).map(|s| s.archives.clone()).unwrap_or_default(),
            snapshot: snapshot.map(|s| s.hex()),
            held: snapshot.is_some_and(|s| context.held(&s)),
        }
    }
}

impl AnchorView {
    fn new(anchor: &Anchor) -> Self {
        Self {
            selector: anchor.selector.as_str(),
            text: anchor.target.map(|d| d.hex()),
            start: anchor.start,
            end: anchor.end,
            sha256: anchor.sha256.map(|d| d.hex()),
            quote: anchor.quote.clone(),
            prefix: anchor.prefix.clone(),
            suffix: anchor.suffix.clone(),
            fragment: anchor.fragment.clone(),
            state: "unchecked",
        }
    }
}
