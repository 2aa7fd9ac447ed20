//! A claim as rows of the tables: each with the name of its table, cells in the order of the columns.

use std::fmt::Display;

use crate::claim::Step;
use crate::ledger::Entry;
use crate::view::{AppearanceView, ClaimView, DocumentView, EvidenceView, VerdictView};

/// Takes rows.
pub(super) type Put<'p> = &'p mut dyn FnMut(&'static str, Vec<String>) -> std::io::Result<()>;

fn text(value: &impl Display) -> String {
    value.to_string()
}

fn may<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A claim in all tables but those of documents and entries.
pub(super) fn of(claim: &ClaimView, put: Put<'_>) -> std::io::Result<()> {
    let number = text(&claim.number);
    put("claims", row(claim))?;
    let withheld: Vec<String> = claim.withheld.iter().map(u64::to_string).collect();
    let lists = [
        ("tag", &claim.tags),
        ("place", &claim.places),
        ("actor", &claim.actors),
        ("flag", &claim.flags),
        ("withheld-entry", &withheld),
    ];
    for (sort, list) in lists {
        for (k, one) in list.iter().enumerate() {
            put("terms", vec![number.clone(), sort.into(), text(&k), one.clone()])?;
        }
    }
    for (k, q) in claim.quantities.iter().enumerate() {
        let (value, high, unit) = (may(q.value.as_ref()), may(q.high.as_ref()), may(q.unit.as_ref()));
        put("quantities", vec![number.clone(), text(&k), q.text.clone(), text(&q.comparator), value, high, unit])?;
    }
    for (k, t) in claim.times.iter().enumerate() {
        put("times", vec![number.clone(), text(&k), t.text.clone(), t.edtf.clone(), text(&t.basis)])?;
    }
    claim.appearances.iter().try_for_each(|a| appearance(&number, a, put))?;
    claim.evidence.iter().try_for_each(|e| put("evidence", evidence(&number, e)))?;
    for one in &claim.searches {
        let s = one.search.as_ref();
        put(
            "searches",
            vec![
                text(&one.number),
                number.clone(),
                may(s.map(|s| &s.place)),
                may(s.map(|s| &s.sought)),
                may(s.map(|s| s.languages.join(" "))),
                may(s.map(|s| s.on)),
                may(s.map(|s| s.found)),
                may(s.and_then(|s| s.note.as_ref())),
            ],
        )?;
    }
    for one in &claim.contacts {
        let c = one.contact.as_ref();
        put(
            "contacts",
            vec![
                text(&one.number),
                number.clone(),
                may(c.map(|c| &c.who)),
                may(c.and_then(|c| c.asked)),
                may(c.and_then(|c| c.until)),
                may(c.and_then(|c| c.outcome)),
                may(c.and_then(|c| c.answer.as_ref())),
            ],
        )?;
    }
    claim.verdict.iter().try_for_each(|v| verdict(&number, v, put))?;
    for r in &claim.relations {
        put("relations", vec![text(&r.entry), number.clone(), text(&r.kind), may(r.number), may(r.foreign.as_ref())])?;
    }
    for c in &claim.corrections {
        put("corrections", vec![text(&c.number), number.clone(), c.kind.into(), c.text.clone(), text(&c.time)])?;
    }
    Ok(())
}

fn row(claim: &ClaimView) -> Vec<String> {
    vec![
        text(&claim.number),
        claim.leaf.clone(),
        may(claim.key.as_ref()),
        may(claim.state),
        text(&claim.published),
        may(claim.published_at),
        text(&claim.second_read),
        text(&claim.amended),
        text(&!claim.superseded_by.is_empty()),
        may(claim.retraction.as_ref().map(|r| r.time)),
        may(claim.retraction.as_ref().and_then(|r| r.reason.as_ref())),
        claim.finding.into(),
        may(claim.confidence),
        may(claim.statement.as_ref()),
        may(claim.kind),
        may(claim.checkable),
        may(claim.why_not),
        claim.lang.clone(),
        text(&claim.recorded),
        claim.agent.clone(),
    ]
}

fn appearance(claim: &str, a: &AppearanceView, put: Put<'_>) -> std::io::Result<()> {
    let number = text(&a.number);
    put("appearances", vec![number.clone(), claim.to_owned(), text(&a.document.number)])?;
    for (k, anchor) in a.anchors.iter().enumerate() {
        put(
            "anchors",
            vec![
                number.clone(),
                text(&k),
                anchor.selector.into(),
                may(anchor.text.as_ref()),
                may(anchor.start),
                may(anchor.end),
                may(anchor.sha256.as_ref()),
                may(anchor.quote.as_ref()),
                may(anchor.prefix.as_ref()),
                may(anchor.suffix.as_ref()),
                may(anchor.fragment.as_ref()),
            ],
        )?;
    }
    for (level, step) in a.attribution.iter().enumerate() {
        put("attributions", attribution(&number, level, step))?;
    }
    for (k, h) in a.hedges.iter().enumerate() {
        put(
            "hedges",
            vec![
                number.clone(),
                text(&k),
                h.cue.clone(),
                text(&h.class),
                text(&h.level),
                text(&h.strength),
                may(h.band),
                may(h.start),
                may(h.end),
                may(h.scope.map(|[start, _]| start)),
                may(h.scope.map(|[_, end]| end)),
            ],
        )?;
    }
    Ok(())
}

fn attribution(appearance: &str, level: usize, step: &Step) -> Vec<String> {
    vec![
        appearance.to_owned(),
        text(&level),
        may(step.name.as_ref()),
        may(step.description.as_ref()),
        text(&step.role),
        may(step.cue.as_ref()),
        may(step.mode),
        text(&step.factuality),
        text(&step.damaged),
        may(step.start),
        may(step.end),
    ]
}

fn evidence(claim: &str, e: &EvidenceView) -> Vec<String> {
    vec![
        text(&e.number),
        claim.to_owned(),
        may(e.stance),
        may(e.url.as_ref()),
        may(e.publisher.as_ref()),
        may(e.title.as_ref()),
        may(e.dated.as_ref()),
        may(e.says.as_ref()),
        may(e.read),
        may(e.reliability),
        may(e.credibility),
        may(e.cluster.as_ref()),
        may(e.class),
        may(e.obtained.as_ref()),
        may(e.key.as_ref()),
        text(&e.relied_on),
        text(&e.withdrawn),
    ]
}

fn verdict(claim: &str, v: &VerdictView, put: Put<'_>) -> std::io::Result<()> {
    let number = text(&v.number);
    put(
        "verdicts",
        vec![
            number.clone(),
            claim.to_owned(),
            v.agent.clone(),
            text(&v.time),
            may(v.finding),
            may(v.confidence),
            may(v.rationale.as_ref()),
            may(v.method.as_ref()),
            may(v.judged_on.as_ref()),
        ],
    )?;
    for (list, relied) in [(&v.on, true), (&v.considered, false)] {
        for evidence in list {
            put("weighed", vec![number.clone(), text(evidence), text(&relied)])?;
        }
    }
    for r in &v.reviews {
        put("reviews", vec![text(&r.number), number.clone(), r.agent.clone(), may(r.decision), may(r.note.as_ref())])?;
    }
    Ok(())
}

/// The row of a document.
pub(super) fn document(d: &DocumentView) -> Vec<String> {
    let fields = [&d.title, &d.author, &d.publisher, &d.url, &d.dated, &d.lang, &d.licence, &d.snapshot];
    [text(&d.number)].into_iter().chain(fields.map(|field| may(field.as_ref()))).collect()
}

/// The row of an entry.
pub(super) fn entry(e: &Entry) -> Vec<String> {
    let header = &e.header;
    let about = may(header.about.map(|about| about.0));
    vec![text(&e.index.0), e.leaf.hex(), text(&header.kind), about, text(&header.agent.0), text(&header.time)]
}
