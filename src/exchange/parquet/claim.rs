//! The columns of a claim: those of `docs/format.md`, A claim as JSON, typed.

use super::column::{Flag, Many, Moment, One, Text, Texts, Whole, Wholes, record};
use crate::claim::vocab::{Finding, RelationKind, Stance, Workflow};
use crate::claim::{Hedge, Quantity, Step, Time};
use crate::view::{
    AnchorView, AppearanceView, ClaimView, CorrectionView, DocumentView, EvidenceView, RelationView, ReviewView,
};

record!(
    /// Numbers in a claim; decimals stay text.
    Quantities(Quantity) {
        text: Text = |q| Some(q.text.as_str()),
        comparator: Text = |q| Some(q.comparator.as_str()),
        value: Text = |q| q.value.as_deref(),
        high: Text = |q| q.high.as_deref(),
        unit: Text = |q| q.unit.as_deref(),
    }
);
record!(
    /// Times in a claim, EDTF.
    Times(Time) {
        text: Text = |t| Some(t.text.as_str()),
        edtf: Text = |t| Some(t.edtf.as_str()),
        basis: Text = |t| Some(t.basis.as_str()),
    }
);
record!(
    /// A document.
    Document(DocumentView) {
        number: Whole = |d| Some(d.number),
        title: Text = |d| d.title.as_deref(),
        author: Text = |d| d.author.as_deref(),
        publisher: Text = |d| d.publisher.as_deref(),
        url: Text = |d| d.url.as_deref(),
        dated: Text = |d| d.dated.as_deref(),
        snapshot: Text = |d| d.snapshot.as_deref(),
    }
);
record!(
    /// Passages, by position in code points.
    Anchors(AnchorView) {
        selector: Text = |a| Some(a.selector),
        text: Text = |a| a.text.as_deref(),
        start: Whole = |a| a.start,
        end: Whole = |a| a.end,
        sha256: Text = |a| a.sha256.as_deref(),
        quote: Text = |a| a.quote.as_deref(),
    }
);
record!(
    /// Who says it, from the outlet to the innermost speaker.
    Attribution(Step) {
        name: Text = |s| s.name.as_deref(),
        description: Text = |s| s.description.as_deref(),
        role: Text = |s| Some(s.role.as_str()),
        cue: Text = |s| s.cue.as_deref(),
        mode: Text = |s| s.mode.map(crate::claim::vocab::Mode::as_str),
        factuality: Text = |s| Some(s.factuality.as_str()),
    }
);
record!(
    /// What takes something back.
    Hedges(Hedge) {
        cue: Text = |h| Some(h.cue.as_str()),
        class: Text = |h| Some(h.class.as_str()),
        level: Whole = |h| Some(u64::from(h.level)),
        start: Whole = |h| h.start,
        end: Whole = |h| h.end,
        strength: Text = |h| Some(h.strength.as_str()),
        band: Text = |h| h.band.map(crate::claim::vocab::Band::as_str),
    }
);
record!(
    /// Where a claim appears.
    Appearances(AppearanceView) {
        number: Whole = |a| Some(a.number),
        document: One<Document> = |a| &a.document,
        anchors: Many<Anchors> = |a| &a.anchors,
        attribution: Many<Attribution> = |a| &a.attribution,
        hedges: Many<Hedges> = |a| &a.hedges,
    }
);
record!(
    /// Evidence.
    Evidence(EvidenceView) {
        number: Whole = |e| Some(e.number),
        stance: Text = |e| e.stance.map(Stance::as_str),
        url: Text = |e| e.url.as_deref(),
        publisher: Text = |e| e.publisher.as_deref(),
        title: Text = |e| e.title.as_deref(),
        dated: Text = |e| e.dated.as_deref(),
        says: Text = |e| e.says.as_deref(),
        read: Text = |e| e.read,
        reliability: Text = |e| e.reliability,
        credibility: Text = |e| e.credibility,
        cluster: Text = |e| e.cluster.as_deref(),
        class: Text = |e| e.class,
        obtained: Text = |e| e.obtained.as_deref(),
        relied_on: Flag = |e| Some(e.relied_on),
        withdrawn: Flag = |e| Some(e.withdrawn),
    }
);
record!(
    /// Reviews of the verdict in force.
    Reviews(ReviewView) {
        number: Whole = |r| Some(r.number),
        agent: Text = |r| Some(r.agent.as_str()),
        decision: Text = |r| r.decision,
        note: Text = |r| r.note.as_deref(),
    }
);
record!(
    /// How it stands to others.
    Relations(RelationView) {
        kind: Text = |r| Some(RelationKind::as_str(r.kind)),
        number: Whole = |r| r.number,
        foreign: Text = |r| r.foreign.as_deref(),
        entry: Whole = |r| Some(r.entry),
    }
);
record!(
    /// Corrections since publication.
    Corrections(CorrectionView) {
        number: Whole = |c| Some(c.number),
        kind: Text = |c| Some(c.kind),
        text: Text = |c| Some(c.text.as_str()),
        time: Moment = |c| Some(c.time),
    }
);
record!(
    /// A claim.
    Claims(ClaimView) {
        number: Whole = |c| Some(c.number),
        leaf: Text = |c| Some(c.leaf.as_str()),
        key: Text = |c| c.key.as_deref(),
        state: Text = |c| c.state.map(Workflow::as_str),
        published: Flag = |c| Some(c.published),
        second_read: Flag = |c| Some(c.second_read),
        finding: Text = |c| Some(c.finding),
        confidence: Text = |c| c.confidence,
        statement: Text = |c| c.statement.as_deref(),
        kind: Text = |c| c.kind,
        checkable: Flag = |c| c.checkable,
        why_not: Text = |c| c.why_not,
        lang: Text = |c| Some(c.lang.as_str()),
        tags: Texts = |c| &c.tags,
        quantities: Many<Quantities> = |c| &c.quantities,
        times: Many<Times> = |c| &c.times,
        places: Texts = |c| &c.places,
        actors: Texts = |c| &c.actors,
        appearances: Many<Appearances> = |c| &c.appearances,
        evidence: Many<Evidence> = |c| &c.evidence,
        verdict: Whole = |c| c.verdict.as_ref().map(|v| v.number),
        verdict_agent: Text = |c| c.verdict.as_ref().map(|v| v.agent.as_str()),
        verdict_time: Moment = |c| c.verdict.as_ref().map(|v| v.time),
        verdict_finding: Text = |c| c.verdict.as_ref().and_then(|v| v.finding).map(Finding::as_str),
        rationale: Text = |c| c.verdict.as_ref().and_then(|v| v.rationale.as_deref()),
        method: Text = |c| c.verdict.as_ref().and_then(|v| v.method.as_deref()),
        judged_on: Text = |c| c.verdict.as_ref().and_then(|v| v.judged_on.as_deref()),
        relied_on: Wholes = |c| c.verdict.as_ref().map(|v| v.on.as_slice()).unwrap_or_default(),
        considered: Wholes = |c| c.verdict.as_ref().map(|v| v.considered.as_slice()).unwrap_or_default(),
        reviews: Many<Reviews> = |c| c.verdict.as_ref().map(|v| v.reviews.as_slice()).unwrap_or_default(),
        relations: Many<Relations> = |c| &c.relations,
        corrections: Many<Corrections> = |c| &c.corrections,
        flags: Texts = |c| &c.flags,
        withheld: Wholes = |c| &c.withheld,
        recorded: Moment = |c| Some(c.recorded),
        agent: Text = |c| Some(c.agent.as_str()),
    }
);
