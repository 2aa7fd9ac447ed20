//! A claim as others see it: the one object of `list --json`, `show --json`, the JSON Lines export and the API.
//!
//! Absent values are `null` here, unlike in hashed records: a reader of an export should see that a field exists. Fields are
//! declared in the order of their keys, so that a view is written as canonical JSON without being put in order.

mod correction;
mod evidence;
mod verdict;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::claim::vocab::{RelationKind, Workflow};
use crate::claim::{Anchor, Appearance, Hedge, Imported, Quantity, Step, Time};
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
    fn document(&self, number: Index) -> Option<Arc<DocumentState>>;
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
    /// Actors.
    pub actors: Vec<String>,
    /// By whom.
    pub agent: String,
    /// Whether it was worded anew since it was recorded.
    pub amended: bool,
    /// Where it appears.
    pub appearances: Vec<AppearanceView>,
    /// Handle of who has it to work on; the desk's own.
    pub assigned: Option<String>,
    /// Whether evidence could settle it.
    pub checkable: Option<bool>,
    /// How good the evidence is.
    pub confidence: Option<&'static str>,
    /// Contacts.
    pub contacts: Vec<ContactView>,
    /// Corrections since publication.
    pub corrections: Vec<CorrectionView>,
    /// Until when; the desk's own.
    pub due: Option<crate::time::Day>,
    /// Evidence.
    pub evidence: Vec<EvidenceView>,
    /// Fallen claims that it rests on, behind the flag `rests-on-fallen`.
    pub fallen: Vec<FallView>,
    /// The finding in force, or `unverified`.
    pub finding: &'static str,
    /// What a reader should be warned of.
    pub flags: Vec<String>,
    /// From where it was taken over.
    pub imported: Option<Imported>,
    /// The claim file's name for it.
    pub key: Option<String>,
    /// What it asserts.
    pub kind: Option<&'static str>,
    /// Language.
    pub lang: String,
    /// Leaf hash of the entry that recorded it.
    pub leaf: String,
    /// The claim's number.
    pub number: u64,
    /// Places.
    pub places: Vec<String>,
    /// Whether it is public.
    pub published: bool,
    /// Since when.
    pub published_at: Option<Timestamp>,
    /// Numbers.
    pub quantities: Vec<Quantity>,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// Relations from it.
    pub relations: Vec<RelationView>,
    /// Why and when it was taken back after publication.
    pub retraction: Option<RetractionView>,
    /// Searches.
    pub searches: Vec<SearchView>,
    /// Whether another agent approved the verdict in force.
    pub second_read: bool,
    /// Where it stands in the work; `null` where a withheld payload hides it.
    pub state: Option<Workflow>,
    /// The wording; `null` where withheld.
    pub statement: Option<String>,
    /// The claims that take its place.
    pub superseded_by: Vec<u64>,
    /// Keywords.
    pub tags: Vec<String>,
    /// Times.
    pub times: Vec<Time>,
    /// Who translated the statement.
    pub translated_by: Option<String>,
    /// The verdict in force.
    pub verdict: Option<VerdictView>,
    /// Why not.
    pub why_not: Option<&'static str>,
    /// Entries whose payload is not here, or kept out of copies.
    pub withheld: Vec<u64>,
}

/// An appearance.
#[derive(Debug, Clone, Serialize)]
pub struct AppearanceView {
    /// The passages.
    pub anchors: Vec<AnchorView>,
    /// Who says it.
    pub attribution: Vec<Step>,
    /// Where.
    pub document: DocumentView,
    /// What takes something back.
    pub hedges: Vec<Hedge>,
    /// The entry that holds it.
    pub number: u64,
}

/// A document.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentView {
    /// Addresses of copies in archives.
    pub archives: Vec<String>,
    /// Author.
    pub author: Option<String>,
    /// Date, EDTF.
    pub dated: Option<String>,
    /// Whether its bytes are held.
    pub held: bool,
    /// Fields known only from elsewhere.
    pub inferred: Vec<crate::claim::Inferred>,
    /// Language.
    pub lang: Option<String>,
    /// Licence, in words or as an address.
    pub licence: Option<String>,
    /// Its number.
    pub number: u64,
    /// Publisher, as its bytes give it.
    pub publisher: Option<String>,
    /// SHA-256 of the latest snapshot.
    pub snapshot: Option<String>,
    /// Title, as its bytes give it.
    pub title: Option<String>,
    /// Address.
    pub url: Option<String>,
}

/// An anchor.
#[derive(Debug, Clone, Serialize)]
pub struct AnchorView {
    /// Code point after the last.
    pub end: Option<u64>,
    /// What of a medium it is, such as `t=10,20`.
    pub fragment: Option<String>,
    /// Words before it, where the licence allows.
    pub prefix: Option<String>,
    /// The passage, where the licence allows.
    pub quote: Option<String>,
    /// How it selects.
    pub selector: &'static str,
    /// SHA-256 of the passage.
    pub sha256: Option<String>,
    /// First code point.
    pub start: Option<u64>,
    /// `anchored`, `orphaned`, or `unchecked` where the document is not held.
    pub state: &'static str,
    /// Words after it, where the licence allows.
    pub suffix: Option<String>,
    /// SHA-256 of the text it counts in.
    pub text: Option<String>,
}

/// A search; its members stand beside the number.
#[derive(Debug, Clone)]
pub struct SearchView {
    /// Its entry.
    pub number: u64,
    /// The search; none where withheld.
    pub search: Option<crate::claim::Search>,
}

impl Serialize for SearchView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        numbered(self.number, self.search.as_ref(), serializer)
    }
}

/// A contact; its members stand beside the number.
#[derive(Debug, Clone)]
pub struct ContactView {
    /// Its entry.
    pub number: u64,
    /// The contact; none where withheld.
    pub contact: Option<crate::claim::Contact>,
}

impl Serialize for ContactView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        numbered(self.number, self.contact.as_ref(), serializer)
    }
}

/// The members of `body`, and the number where it belongs among them.
fn numbered<S: Serializer>(number: u64, body: Option<&impl Serialize>, serializer: S) -> Result<S::Ok, S::Error> {
    let body = body.map(serde_json::to_value).transpose().map_err(serde::ser::Error::custom)?;
    let mut members: BTreeMap<String, Value> = match body {
        Some(Value::Object(members)) => members.into_iter().collect(),
        _ => BTreeMap::new(),
    };
    members.insert("number".to_owned(), number.into());
    members.serialize(serializer)
}

/// A relation.
#[derive(Debug, Clone, Serialize)]
pub struct RelationView {
    /// The entry that says so.
    pub entry: u64,
    /// The other claim, of another ledger.
    pub foreign: Option<String>,
    /// How.
    pub kind: RelationKind,
    /// The other claim, of this ledger.
    pub number: Option<u64>,
}

/// A fallen claim under another.
#[derive(Debug, Clone, Serialize)]
pub struct FallView {
    /// The entry by which it fell.
    pub by: u64,
    /// What befell it.
    pub cause: Cause,
    /// The fallen claim.
    pub number: u64,
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
    let document = |number| context.document(number).map(|document| Cow::Owned((*document).clone()));
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
        Self::of(claim.clone(), context)
    }

    /// The view of a claim that nobody needs any more: most of what it holds need not be copied.
    pub fn of<C: Context + ?Sized>(claim: ClaimState, context: &C) -> Self {
        // Each document is read once, for what is shown of it and for whether it has changed.
        let mut documents: Known = Vec::with_capacity(1);
        for (_, appearance) in claim.standing_appearances() {
            if known(&documents, appearance.document).is_none() {
                documents.push((appearance.document, context.document(appearance.document)));
            }
        }
        let mut view = Self::without_wording(&claim, &documents, context);
        let further = claim.appearances.into_iter().filter(|a| a.withdrawn.is_none());
        let mut appearances: Vec<(Index, Appearance)> = further.filter_map(|a| Some((a.number, a.body?))).collect();
        if let Some(wording) = claim.claim {
            appearances.insert(0, (claim.wording, wording.appearance));
            view.statement = Some(wording.statement);
            view.kind = Some(wording.kind.as_str());
            view.checkable = Some(wording.checkable);
            view.why_not = wording.why_not.map(crate::claim::vocab::WhyNot::as_str);
            view.key = wording.key;
            if let Some(lang) = wording.lang {
                view.lang = lang;
            }
            view.tags = wording.tags;
            view.quantities = wording.quantities;
            view.times = wording.times;
            view.places = wording.places;
            view.actors = wording.actors;
            view.imported = wording.imported;
            view.translated_by = wording.translated_by;
        }
        let shown = |(number, appearance): (Index, Appearance)| {
            let document = known(&documents, appearance.document).and_then(Option::as_deref);
            AppearanceView {
                number: number.0,
                document: DocumentView::of(appearance.document, document, context),
                anchors: appearance.anchors.into_iter().map(AnchorView::of).collect(),
                attribution: appearance.attribution,
                hedges: appearance.hedges,
            }
        };
        view.appearances = appearances.into_iter().map(shown).collect();
        view.searches = standing(claim.searches).map(|s| SearchView { number: s.number.0, search: s.body }).collect();
        view.contacts = standing(claim.contacts).map(|c| ContactView { number: c.number.0, contact: c.body }).collect();
        view.relations = standing(claim.relations)
            .filter_map(|r| {
                let body = r.body?;
                let number = body.to.map(|i| i.0);
                Some(RelationView { kind: body.kind, number, foreign: body.foreign, entry: r.number.0 })
            })
            .collect();
        view
    }

    /// All of it that does not come from the wording, nor is handed over as it is.
    fn without_wording<C: Context + ?Sized>(claim: &ClaimState, documents: &Known, context: &C) -> Self {
        let fallen = context.fallen_under(claim);
        let document = |number: Index| match known(documents, number) {
            Some(known) => known.as_deref().map(Cow::Borrowed),
            None => context.document(number).map(|document| Cow::Owned((*document).clone())),
        };
        let verdict = claim.verdict();
        let ruling = verdict.and_then(|v| v.item.body.as_ref());
        let relied = ruling.map(|v| v.on.as_slice()).unwrap_or_default();
        Self {
            number: claim.number.0,
            leaf: claim.leaf.hex(),
            key: None,
            state: claim.workflow,
            published: claim.published.is_some(),
            published_at: claim.published.map(|(_, time)| time),
            amended: claim.wording != claim.number,
            superseded_by: context.superseded_by(claim.number).iter().map(|i| i.0).collect(),
            second_read: claim.second_read(),
            finding: finding_word(claim),
            confidence: ruling.map(|v| v.confidence.as_str()),
            statement: None,
            kind: None,
            checkable: None,
            why_not: None,
            lang: "en".into(),
            tags: Vec::new(),
            quantities: Vec::new(),
            times: Vec::new(),
            places: Vec::new(),
            actors: Vec::new(),
            appearances: Vec::new(),
            evidence: claim.evidence.iter().map(|e| EvidenceView::new(e, relied)).collect(),
            searches: Vec::new(),
            contacts: Vec::new(),
            verdict: verdict.map(|v| VerdictView::new(v, context.ledger())),
            relations: Vec::new(),
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
            imported: None,
            translated_by: None,
        }
    }
}

/// The documents of a claim's appearances, mostly one; none where it cannot be read.
type Known = Vec<(Index, Option<Arc<DocumentState>>)>;

fn known(documents: &Known, number: Index) -> Option<&Option<Arc<DocumentState>>> {
    documents.iter().find(|(known, _)| *known == number).map(|(_, document)| document)
}

fn standing<T>(items: Vec<Item<T>>) -> impl Iterator<Item = Item<T>> {
    items.into_iter().filter(|i| i.withdrawn.is_none())
}

impl DocumentView {
    /// The view of a document.
    pub fn new<C: Context + ?Sized>(number: Index, context: &C) -> Self {
        Self::of(number, context.document(number).as_deref(), context)
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
    fn of(anchor: Anchor) -> Self {
        Self {
            selector: anchor.selector.as_str(),
            text: anchor.target.map(|d| d.hex()),
            start: anchor.start,
            end: anchor.end,
            sha256: anchor.sha256.map(|d| d.hex()),
            quote: anchor.quote,
            prefix: anchor.prefix,
            suffix: anchor.suffix,
            fragment: anchor.fragment,
            state: "unchecked",
        }
    }
}
