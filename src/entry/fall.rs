//! What no longer stands, and what rests on it.
//!
//! A claim *falls* by an entry: a verdict that refutes it, a retraction, a correction, the withdrawal of evidence that its
//! verdict relies on, new bytes of a document that it was judged by. Every claim that rests on it shows a flag, through any
//! number of steps, until somebody judges it anew. The finding itself never changes on its own.
//!
//! When exactly a claim shows the flag: along some path of standing `rests-on` relations down to a fallen claim, each claim
//! on the way, itself included, has no verdict in force newer than everything below it, that is than the fall and than the
//! relations in between. So a claim in between that was judged anew, and stands, cuts the path.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use super::claim_state::{ClaimState, Item, VerdictState};
use super::document_state::DocumentState;
use crate::claim::vocab::{CorrectionKind, Finding, RelationKind, Workflow};
use crate::claim::{Anchor, Verdict};
use crate::hash::{Digest, Index};
use crate::vocabulary;

vocabulary! {
    /// Why a claim no longer stands as it did.
    Cause, "cause of a fall" {
        /// The verdict in force refutes it.
        Refuted = "refuted",
        /// The verdict in force no longer says `supported`, which an earlier one said.
        NoLongerSupported = "no-longer-supported",
        /// It was taken back after publication.
        Retracted = "retracted",
        /// It was taken back before publication.
        Withdrawn = "withdrawn",
        /// It was corrected.
        Corrected = "corrected",
        /// Evidence that its verdict relies on was taken back since.
        EvidenceWithdrawn = "evidence-withdrawn",
        /// A document that it stands in, or was judged by, has other bytes since.
        DocumentChanged = "document-changed",
    }
}

impl Cause {
    /// Whether the fall is over once it was taken in: who rests on the claim from then on rests on it as it is now.
    fn passes(self) -> bool {
        matches!(self, Self::Corrected | Self::NoLongerSupported)
    }
}

/// Ways down that are tried for the explanation of a flag.
const MAX_WAYS: usize = 10_000;

/// Something that befell a claim itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blow {
    /// The entry.
    pub by: Index,
    /// What it means for the claim.
    pub cause: Cause,
}

/// A claim that something rests on has fallen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fall {
    /// The claims from the one asked about down to the fallen one, which is the last; the one asked about is not among them.
    pub path: Vec<Index>,
    /// What befell it.
    pub blow: Blow,
}

impl Fall {
    /// The claim that has fallen.
    pub fn claim(&self) -> Index {
        self.path.last().copied().unwrap_or_default()
    }
}

impl fmt::Display for Fall {
    /// `#12 (refuted by verdict #88), through #30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (by, claim) = (self.blow.by, self.claim());
        match self.blow.cause {
            Cause::Refuted => write!(f, "{claim} (refuted by verdict {by})")?,
            Cause::NoLongerSupported => write!(f, "{claim} (no longer supported since verdict {by})")?,
            Cause::Retracted => write!(f, "{claim} (retracted by {by})")?,
            Cause::Withdrawn => write!(f, "{claim} (withdrawn by {by})")?,
            Cause::Corrected => write!(f, "{claim} (corrected by {by})")?,
            Cause::EvidenceWithdrawn => write!(f, "{claim} (evidence behind its verdict was withdrawn by {by})")?,
            Cause::DocumentChanged => write!(f, "{claim} (the bytes of its document changed with {by})")?,
        }
        let between: Vec<String> = self.path.iter().rev().skip(1).map(ToString::to_string).collect();
        if between.is_empty() { Ok(()) } else { write!(f, ", through {}", between.join(", ")) }
    }
}

/// Gives a document as it stands.
pub type Documents<'d> = dyn Fn(Index) -> Option<Cow<'d, DocumentState>> + 'd;

/// What befell the claim itself and is not mended, in the order of the causes.
pub fn blows(claim: &ClaimState, document: &Documents<'_>) -> Vec<Blow> {
    let mut found = Vec::new();
    let mut add = |cause: Cause, by: Option<Index>| found.extend(by.map(|by| Blow { by, cause }));
    let verdict = claim.verdict();
    let finding = claim.finding();
    let ruled = verdict.map(|v| v.item.number);
    add(Cause::Refuted, ruled.filter(|_| finding == Some(Finding::Refuted)));
    add(Cause::NoLongerSupported, no_longer_supported(claim));
    let taken_back = claim.workflow == Some(Workflow::Retracted);
    add(Cause::Retracted, claim.retraction.as_ref().map(|r| r.number).filter(|_| taken_back));
    add(Cause::Withdrawn, claim.moved.filter(|_| claim.workflow == Some(Workflow::Withdrawn)));
    add(Cause::Corrected, corrected(claim));
    add(Cause::EvidenceWithdrawn, evidence_withdrawn(claim));
    add(Cause::DocumentChanged, document_changed(claim, document));
    found
}

fn no_longer_supported(claim: &ClaimState) -> Option<Index> {
    let findings: Vec<Finding> =
        claim.verdicts.iter().map(|v| v.item.body.as_ref().map(|b| b.finding)).collect::<Option<_>>()?;
    let last = findings.iter().rposition(|f| *f == Finding::Supported)?;
    let now = findings.last()?;
    (*now != Finding::Refuted).then(|| claim.verdicts.get(last + 1).map(|v| v.item.number))?
}

/// The latest correction that touches what others may rest on. One that only says the same more clearly does not.
fn corrected(claim: &ClaimState) -> Option<Index> {
    let touches = |correction: &&Item<crate::claim::desk::Correction>| {
        correction.body.as_ref().is_none_or(|body| {
            body.kind == CorrectionKind::Correction
                || body.claim.is_some()
                || body.verdict.is_some()
                || !body.withdraws.is_empty()
        })
    };
    claim.corrections.iter().rev().find(touches).map(|c| c.number)
}

fn ruling(claim: &ClaimState) -> Option<(&VerdictState, &Verdict)> {
    let state = claim.verdict()?;
    Some((state, state.item.body.as_ref()?))
}

fn evidence_withdrawn(claim: &ClaimState) -> Option<Index> {
    let (state, verdict) = ruling(claim)?;
    let withdrawn = verdict.on.iter().filter_map(|number| claim.evidence(*number)?.withdrawn);
    withdrawn.filter(|by| *by > state.item.number).max()
}

/// The snapshot that gave a document of the claim other bytes than those it was judged by, or, while nobody has judged it,
/// those it was read in.
pub fn document_changed(claim: &ClaimState, document: &Documents<'_>) -> Option<Index> {
    let verdict = ruling(claim);
    let judged = verdict.map(|(state, _)| state.item.number);
    let mut seen: BTreeMap<Index, (Index, Vec<&Anchor>)> = BTreeMap::new();
    for (number, appearance) in claim.standing_appearances() {
        let from = judged.map_or(number, |judged| judged.max(number));
        let known = seen.entry(appearance.document).or_insert((from, Vec::new()));
        known.0 = known.0.max(from);
        known.1.extend(&appearance.anchors);
    }
    if let Some((state, verdict)) = verdict {
        for number in verdict.on.iter().filter_map(|number| claim.evidence(*number)?.standing()?.document) {
            seen.entry(number).or_insert((state.item.number, Vec::new()));
        }
    }
    let changed = seen
        .into_iter()
        .filter_map(|(number, (from, anchors))| changed_since(document(number)?.as_ref(), from, &anchors));
    changed.max()
}

fn changed_since(document: &DocumentState, from: Index, anchors: &[&Anchor]) -> Option<Index> {
    if document.snapshots.len() < 2 {
        return None;
    }
    let then = document.snapshots.iter().rfind(|(number, _)| *number < from)?.1.as_ref()?.sha256;
    let now = document.snapshots.last()?.1.as_ref()?.sha256;
    let (by, _) =
        document.snapshots.iter().find(|(number, s)| *number > from && s.as_ref().is_some_and(|s| s.sha256 != then))?;
    // A passage that was found again in the new bytes, or in a text of them, was looked at since.
    let newer = |target: &Digest| {
        let text = |(number, t): &(Index, Option<_>)| {
            *number > *by && t.as_ref().is_some_and(|t: &crate::claim::TextExtract| t.sha256 == *target)
        };
        *target == now || document.texts.iter().any(text)
    };
    let found_again = anchors.iter().any(|anchor| anchor.target.as_ref().is_some_and(newer));
    (now != then && !found_again).then_some(*by)
}

/// What the web of `rests-on` knows of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// The verdict in force.
    pub judged: Option<Index>,
    /// Whether nobody asserts it any more: then it is no longer warned about, only of.
    pub gone: bool,
    /// What befell it.
    pub blows: Vec<Blow>,
    /// Standing `rests-on` relations from it: the entry that says so, and the claim below.
    pub rests_on: Vec<(Index, Index)>,
}

impl Node {
    /// Of a claim.
    pub fn of(claim: &ClaimState, document: &Documents<'_>) -> Self {
        Self {
            judged: claim.verdict().map(|v| v.item.number),
            gone: matches!(claim.workflow, Some(Workflow::Withdrawn | Workflow::Retracted)),
            blows: blows(claim, document),
            rests_on: rests_on(claim).collect(),
        }
    }

    /// The latest moment of the blows that one who rests on it since `since` has to take in.
    fn struck(&self, since: Index) -> impl Iterator<Item = (Index, Blow)> {
        let counts = move |blow: &Blow| !blow.cause.passes() || blow.by > since;
        self.blows.iter().copied().filter(counts).map(move |blow| (blow.by.max(since), blow))
    }

    fn open_to(&self, time: Index) -> bool {
        !self.gone && self.judged.is_none_or(|judged| judged < time)
    }
}

/// The standing `rests-on` relations from a claim: the entry that says so, and the claim below.
pub fn rests_on(claim: &ClaimState) -> impl Iterator<Item = (Index, Index)> {
    claim.relations.iter().filter_map(|item| {
        let relation = item.standing().filter(|r| r.kind == RelationKind::RestsOn)?;
        Some((item.number, relation.to?))
    })
}

/// Claims and how they rest on each other.
#[derive(Debug, Clone, Default)]
pub struct Web(pub BTreeMap<Index, Node>);

impl Web {
    /// Every claim that rests on a fallen one and was not judged since, with the moment that it would have to be judged
    /// after.
    pub fn flagged(&self) -> BTreeMap<Index, Index> {
        let mut above: BTreeMap<Index, Vec<(Index, Index)>> = BTreeMap::new();
        for (number, node) in &self.0 {
            for (relation, below) in &node.rests_on {
                above.entry(*below).or_default().push((*number, *relation));
            }
        }
        let mut flagged: BTreeMap<Index, Index> = BTreeMap::new();
        let mut next: VecDeque<Index> = above.keys().copied().collect();
        while let Some(below) = next.pop_front() {
            let inherited = flagged.get(&below).copied();
            for (number, relation) in above.get(&below).into_iter().flatten() {
                let own = self.0.get(&below).and_then(|node| node.struck(*relation).map(|(time, _)| time).max());
                let Some(time) = own.max(inherited.map(|time| time.max(*relation))) else { continue };
                let open = self.0.get(number).is_some_and(|node| node.open_to(time));
                // A later moment may still reach further up; there are only so many moments.
                if open && flagged.get(number).is_none_or(|known| *known < time) {
                    flagged.insert(*number, time);
                    next.push_back(*number);
                }
            }
        }
        flagged
    }

    /// The fallen claims that a flagged one ([`Web::flagged`]) rests on: for each relation that leads to one, the nearest.
    pub fn falls(&self, number: Index, flagged: &BTreeMap<Index, Index>) -> Vec<Fall> {
        let Some(node) = self.0.get(&number).filter(|_| flagged.contains_key(&number)) else { return Vec::new() };
        let mut found: Vec<Fall> = Vec::new();
        // On circles a claim may be flagged by way of itself; then any way down to a fallen one says enough.
        for strict in [true, false] {
            for (relation, below) in &node.rests_on {
                found.extend(self.nearest(number, *relation, *below, strict));
            }
            if !found.is_empty() {
                break;
            }
        }
        let mut seen = BTreeSet::new();
        found.retain(|fall| seen.insert(fall.path.clone()));
        found
    }

    fn nearest(&self, number: Index, relation: Index, below: Index, strict: bool) -> Option<Fall> {
        // Each step: the relation and the claim below it.
        let mut next: VecDeque<Vec<(Index, Index)>> = VecDeque::from([vec![(relation, below)]]);
        for _ in 0..MAX_WAYS {
            let steps = next.pop_front()?;
            let (relation, at) = *steps.last()?;
            let Some(node) = self.0.get(&at) else { continue };
            let reaches = |(time, _): &(Index, Blow)| !strict || self.reaches(number, &steps, *time);
            if let Some((_, blow)) = node.struck(relation).filter(reaches).max() {
                return Some(Fall { path: steps.into_iter().map(|(_, claim)| claim).collect(), blow });
            }
            let fresh = |step: &&(Index, Index)| step.1 != number && steps.iter().all(|(_, claim)| *claim != step.1);
            if !node.gone {
                let further = node.rests_on.iter().filter(fresh);
                next.extend(further.map(|step| steps.iter().copied().chain([*step]).collect()));
            }
        }
        None
    }

    /// Whether everybody on the way up from the end of `steps`, `number` included, was last judged before `time`, or before
    /// a relation further down.
    fn reaches(&self, number: Index, steps: &[(Index, Index)], mut time: Index) -> bool {
        let mut at = steps.len();
        while at > 0 {
            at -= 1;
            let (relation, _) = steps[at];
            time = time.max(relation);
            let above = if at == 0 { number } else { steps[at - 1].1 };
            if !self.0.get(&above).is_some_and(|node| node.open_to(time)) {
                return false;
            }
        }
        true
    }
}
