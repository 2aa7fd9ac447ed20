//! Claims of another ledger as our own JSON Lines hold them: the claim object, read back strictly.
//!
//! An object has the current state, not how it came about: what an import cannot carry is named claim by claim.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::claim::vocab::{
    Band, ClaimKind, Confidence, CorrectionKind, Credibility, EvidenceClass, Finding, Read, RelationKind, Reliability,
    Selector, Stance, WhyNot, Workflow,
};
use crate::claim::{
    Anchor, Appearance, Claim, Contact, Document, Evidence, Handle, Hedge, Imported, Inferred, Problems, Quantity,
    Rating, Search, Step, Time, Verdict,
};
use crate::hash::{Digest, Index};
use crate::time::Day;

/// A claim of another ledger. Numbers in it are that ledger's.
#[derive(Debug, Clone)]
pub struct OwnClaim {
    /// Where it stands in the file.
    pub locator: String,
    /// Its number there.
    pub number: u64,
    /// Its leaf hash there.
    pub leaf: String,
    /// Documents that it and its evidence name.
    pub documents: Vec<OwnDocument>,
    /// The wording with the first appearance.
    pub claim: Claim,
    /// Further appearances.
    pub appearances: Vec<Appearance>,
    /// Evidence with its number there, and whether it was withdrawn.
    pub evidence: Vec<(u64, Evidence, bool)>,
    /// Searches.
    pub searches: Vec<Search>,
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// The verdict in force, and who issued it.
    pub verdict: Option<(Verdict, String)>,
    /// Relations from it.
    pub relations: Vec<OwnRelation>,
    /// Where it stands in the work.
    pub state: Workflow,
    /// Who has it.
    pub assigned: Option<Handle>,
    /// Until when.
    pub due: Option<Day>,
    /// Whether it is public there.
    pub published: bool,
    /// Corrections since.
    pub corrections: Vec<(CorrectionKind, String)>,
    /// Why it was retracted there.
    pub retraction: Option<String>,
    /// What the object cannot carry, each a phrase.
    pub left: Vec<String>,
}

/// A document of another ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnDocument {
    /// Its number there.
    pub number: u64,
    /// What is known of it.
    pub body: Document,
    /// Addresses of copies of its latest snapshot in archives.
    pub archives: Vec<String>,
    /// SHA-256 of its latest snapshot.
    pub snapshot: Option<Digest>,
    /// Digests of the texts that anchors count in.
    pub texts: Vec<Digest>,
}

/// A relation to another claim.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OwnRelation {
    /// How.
    pub kind: RelationKind,
    /// The other claim, of the same ledger.
    pub number: Option<u64>,
    /// The other claim, of a third ledger.
    pub foreign: Option<String>,
}

#[derive(Deserialize)]
struct Object {
    number: u64,
    leaf: String,
    key: Option<String>,
    state: Option<Workflow>,
    published: bool,
    statement: Option<String>,
    kind: Option<ClaimKind>,
    checkable: Option<bool>,
    why_not: Option<WhyNot>,
    lang: String,
    tags: Vec<String>,
    quantities: Vec<Quantity>,
    times: Vec<Time>,
    places: Vec<String>,
    actors: Vec<String>,
    appearances: Vec<Sighting>,
    evidence: Vec<Page>,
    searches: Vec<Map<String, Value>>,
    contacts: Vec<Map<String, Value>>,
    verdict: Option<Decided>,
    relations: Vec<OwnRelation>,
    #[serde(default)]
    corrections: Vec<Corrected>,
    flags: Vec<String>,
    withheld: Vec<u64>,
    #[serde(default)]
    retraction: Option<Retracted>,
    #[serde(default)]
    amended: bool,
    #[serde(default)]
    assigned: Option<Handle>,
    #[serde(default)]
    due: Option<Day>,
    #[serde(default)]
    translated_by: Option<String>,
}

#[derive(Deserialize)]
struct Sighting {
    document: Described,
    anchors: Vec<Passage>,
    attribution: Vec<Step>,
    hedges: Vec<Hedge>,
}

#[derive(Deserialize)]
struct Described {
    number: u64,
    title: Option<String>,
    author: Option<String>,
    publisher: Option<String>,
    url: Option<String>,
    dated: Option<String>,
    inferred: Vec<Inferred>,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    licence: Option<String>,
    #[serde(default)]
    archives: Vec<String>,
    snapshot: Option<Digest>,
}

#[derive(Deserialize)]
struct Passage {
    selector: Selector,
    text: Option<Digest>,
    start: Option<u64>,
    end: Option<u64>,
    sha256: Option<Digest>,
    quote: Option<String>,
    #[serde(default)]
    prefix: Option<String>,
    #[serde(default)]
    suffix: Option<String>,
    #[serde(default)]
    fragment: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    number: u64,
    stance: Option<Stance>,
    url: Option<String>,
    publisher: Option<String>,
    title: Option<String>,
    dated: Option<String>,
    says: Option<String>,
    read: Option<Read>,
    reliability: Option<Reliability>,
    credibility: Option<Credibility>,
    cluster: Option<String>,
    class: Option<EvidenceClass>,
    obtained: Option<Day>,
    key: Option<String>,
    #[serde(default)]
    label: Option<String>,
    #[serde(default)]
    scale: Option<String>,
    #[serde(default)]
    rating: Option<Rating>,
    #[serde(default)]
    normalised: Option<Finding>,
    #[serde(default)]
    imported: Option<Imported>,
    #[serde(default)]
    archive: Option<String>,
    #[serde(default)]
    document: Option<u64>,
    #[serde(default)]
    lang: Option<String>,
    #[serde(default)]
    note: Option<String>,
    #[serde(default)]
    translated_by: Option<String>,
    withdrawn: bool,
}

#[derive(Deserialize)]
struct Decided {
    agent: String,
    finding: Option<Finding>,
    confidence: Option<Confidence>,
    #[serde(default)]
    likelihood: Option<Band>,
    rationale: Option<String>,
    method: Option<String>,
    judged_on: Option<Day>,
    on: Vec<u64>,
    considered: Vec<u64>,
    reviews: Vec<Value>,
}

#[derive(Deserialize)]
struct Retracted {
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Corrected {
    kind: CorrectionKind,
    text: String,
}

fn counted(n: usize, one: &str) -> String {
    match (n, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) => format!("{n} {stem}ies"),
        _ => format!("{n} {one}s"),
    }
}

/// Whether an object is one of ours rather than anybody's JSON.
pub fn is_ours(text: &str) -> bool {
    serde_json::from_str::<Map<String, Value>>(text).is_ok_and(|o| {
        ["number", "leaf", "statement", "appearances", "evidence", "verdict"].iter().all(|key| o.contains_key(*key))
    })
}

/// Reads the object of a claim.
///
/// # Errors
/// Why it is none, or holds nothing that may be recorded.
pub fn read(text: &str, locator: &str, imported: &Imported) -> Result<OwnClaim, String> {
    let object: Object = serde_json::from_str(text).map_err(|e| format!("not a claim object of ours: {e}"))?;
    let mut left = Vec::new();
    let withheld = || "its wording is withheld there".to_owned();
    let statement = object.statement.ok_or_else(withheld)?;
    let (kind, checkable) = object.kind.zip(object.checkable).ok_or_else(withheld)?;
    let state = object.state.ok_or_else(withheld)?;
    if !object.withheld.is_empty() {
        left.push(format!("{} withheld there", counted(object.withheld.len(), "entry")));
    }
    for flag in ["judged-an-earlier-wording", "document-changed", "rests-on-fallen"] {
        if object.flags.iter().any(|f| f == flag) {
            left.push(format!("its flag `{flag}`, which follows from entries that the object does not have"));
        }
    }
    if object.amended {
        left.push("that it was worded otherwise before".into());
    }
    let mut documents = Vec::new();
    let mut sightings =
        object.appearances.into_iter().map(|s| s.appearance(&mut documents)).collect::<Vec<_>>().into_iter();
    let appearance = sightings.next().ok_or("no appearance")?;
    let claim = Claim {
        actors: object.actors,
        appearance,
        checkable,
        imported: Some(imported.clone()),
        key: object.key,
        kind,
        // An object says `en` where the record says nothing.
        lang: Some(object.lang).filter(|lang| lang != "en"),
        places: object.places,
        quantities: object.quantities,
        statement,
        tags: object.tags,
        times: object.times,
        translated_by: object.translated_by,
        why_not: object.why_not,
    };
    let mut evidence = Vec::new();
    for page in object.evidence {
        let (number, withdrawn) = (page.number, page.withdrawn);
        match page.evidence() {
            Some(body) => evidence.push((number, body, withdrawn)),
            None => left.push(format!("evidence #{number}, withheld there")),
        }
    }
    let verdict = match object.verdict {
        None => None,
        Some(decided) => {
            if !decided.reviews.is_empty() {
                let n = counted(decided.reviews.len(), "review");
                left.push(format!("{n} by other agents, which are theirs to give"));
            }
            let verdict = decided.verdict();
            if verdict.is_none() {
                left.push("its verdict, withheld there".into());
            }
            verdict
        }
    };
    let own = OwnClaim {
        locator: locator.to_owned(),
        number: object.number,
        leaf: object.leaf,
        documents,
        claim,
        appearances: sightings.collect(),
        evidence,
        searches: bodies(object.searches)?,
        contacts: bodies(object.contacts)?,
        verdict,
        relations: object.relations,
        state,
        assigned: object.assigned,
        due: object.due,
        published: object.published,
        corrections: object.corrections.into_iter().map(|c| (c.kind, c.text)).collect(),
        retraction: object.retraction.and_then(|r| r.reason),
        left,
    };
    own.check()?;
    Ok(own)
}

/// Searches and contacts stand in the object with their number beside their fields; what is withheld has nothing else.
fn bodies<T: DeserializeOwned>(items: Vec<Map<String, Value>>) -> Result<Vec<T>, String> {
    let body = |mut item: Map<String, Value>| {
        item.remove("number");
        (!item.is_empty()).then(|| serde_json::from_value(Value::Object(item)).map_err(|e| e.to_string()))
    };
    items.into_iter().filter_map(body).collect()
}

impl OwnClaim {
    fn check(&self) -> Result<(), String> {
        let mut problems = Problems::of(&self.claim);
        self.documents.iter().for_each(|d| problems.extend(Problems::of(&d.body)));
        self.appearances.iter().for_each(|a| problems.extend(Problems::of(a)));
        self.evidence.iter().for_each(|(_, e, _)| problems.extend(Problems::of(e)));
        self.searches.iter().for_each(|s| problems.extend(Problems::of(s)));
        self.contacts.iter().for_each(|c| problems.extend(Problems::of(c)));
        self.verdict.iter().for_each(|(v, _)| problems.extend(Problems::of(v)));
        if problems.is_empty() {
            return Ok(());
        }
        Err(problems.iter().map(|p| crate::text::printable_line(&p.to_string())).collect::<Vec<_>>().join("; "))
    }
}

impl Sighting {
    fn appearance(self, documents: &mut Vec<OwnDocument>) -> Appearance {
        let (number, described) = (self.document.number, self.document);
        let anchors: Vec<Anchor> = self.anchors.into_iter().map(Passage::anchor).collect();
        let counted = anchors.iter().filter(|a| a.selector == Selector::TextRange).filter_map(|a| a.target);
        let snapshot = described.snapshot;
        let body = Document {
            author: described.author,
            dated: described.dated,
            inferred: described.inferred,
            lang: described.lang,
            licence: described.licence,
            publisher: described.publisher,
            title: described.title,
            url: described.url,
        };
        let archives = described.archives;
        if !documents.iter().any(|d| d.number == number) {
            documents.push(OwnDocument { number, body, archives, snapshot, texts: Vec::new() });
        }
        for text in counted {
            if let Some(document) = documents.iter_mut().find(|d| d.number == number)
                && !document.texts.contains(&text)
            {
                document.texts.push(text);
            }
        }
        Appearance { anchors, attribution: self.attribution, document: Index(number), hedges: self.hedges }
    }
}

impl Passage {
    fn anchor(self) -> Anchor {
        let Self { selector, text: target, start, end, sha256, quote, prefix, suffix, fragment } = self;
        Anchor { end, fragment, prefix, quote, selector, sha256, start, suffix, target }
    }
}

impl Page {
    fn evidence(self) -> Option<Evidence> {
        Some(Evidence {
            archive: self.archive,
            class: self.class?,
            cluster: self.cluster?,
            credibility: self.credibility?,
            dated: self.dated,
            document: self.document.map(Index),
            imported: self.imported,
            key: self.key,
            label: self.label,
            lang: self.lang,
            normalised: self.normalised,
            note: self.note,
            obtained: self.obtained?,
            publisher: self.publisher,
            rating: self.rating,
            read: self.read?,
            reliability: self.reliability?,
            says: self.says?,
            scale: self.scale,
            stance: self.stance?,
            title: self.title,
            translated_by: self.translated_by,
            url: self.url,
        })
    }
}

impl Decided {
    fn verdict(self) -> Option<(Verdict, String)> {
        let numbers = |list: Vec<u64>| list.into_iter().map(Index).collect();
        let verdict = Verdict {
            confidence: self.confidence?,
            considered: numbers(self.considered),
            finding: self.finding?,
            judged_on: self.judged_on?,
            likelihood: self.likelihood,
            method: self.method,
            on: numbers(self.on),
            rationale: self.rationale?,
        };
        Some((verdict, self.agent))
    }
}
