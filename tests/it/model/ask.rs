//! Queries, evaluated by the model: a tree whose text goes to the program, and what it means by `docs/query.md`.

use std::collections::{BTreeMap, BTreeSet};

use onrecord::time::Timestamp;

use super::world::*;

#[derive(Debug, Clone)]
pub enum Ask {
    All(Vec<Ask>),
    Any(Vec<Ask>),
    Not(Box<Ask>),
    /// A field and a value.
    Is(&'static str, String),
    /// A field and two ends, open where empty.
    Between(&'static str, String, String),
}

/// Accents and case aside, as far as the words of this test have any.
fn fold(text: &str) -> String {
    text.to_lowercase().replace('é', "e").replace('í', "i").replace('ü', "u")
}

fn words(text: &str) -> Vec<String> {
    fold(text).split([' ', '.', ',', '-']).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// First and last day of the times that this test's claims are about.
pub const TIMES: [(&str, &str, &str); 4] = [
    ("2024-10-01", "2024-10-01", "2024-10-01"),
    ("2024-10", "2024-10-01", "2024-10-31"),
    ("2024", "2024-01-01", "2024-12-31"),
    ("2025-03-02", "2025-03-02", "2025-03-02"),
];

impl Ask {
    /// The query as a person writes it.
    pub fn text(&self) -> String {
        let group = |parts: &[Self], between: &str| {
            parts.iter().map(|p| format!("({})", p.text())).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::All(parts) => group(parts, " "),
            Self::Any(parts) => group(parts, " OR "),
            Self::Not(part) => format!("-({})", part.text()),
            Self::Is("", value) if !value.contains(' ') => value.clone(),
            Self::Is("", value) => format!("\"{value}\""),
            Self::Is(field, value) if value.contains(' ') => format!("{field}:\"{value}\""),
            Self::Is(field, value) => format!("{field}:{value}"),
            Self::Between(field, low, high) => format!("{field}:{low}..{high}"),
        }
    }

    pub fn holds(&self, claim: &Claim, world: &World) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|p| p.holds(claim, world)),
            Self::Any(parts) => parts.iter().any(|p| p.holds(claim, world)),
            Self::Not(part) => !part.holds(claim, world),
            Self::Is(field, value) => is(field, value, claim, world),
            Self::Between(field, low, high) => between(field, low, high, claim),
        }
    }
}

fn is(field: &str, value: &str, claim: &Claim, world: &World) -> bool {
    let wording = claim.wording.as_ref();
    let ruling = claim.judgement().and_then(|j| j.ruling.as_ref());
    let sought = fold(value);
    let part = |text: &str| fold(text).contains(&sought);
    let standing = claim.standing();
    match field {
        "" => wording.is_some_and(|w| {
            let (there, sought) = (words(&w.statement), words(value));
            (0..there.len()).any(|k| there[k..].starts_with(&sought))
        }),
        "finding" | "status" => finding(claim) == value,
        "state" => claim.state == Some(value),
        "confidence" => ruling.is_some_and(|r| r.confidence == value),
        "kind" => wording.is_some_and(|w| w.kind == value),
        "checkable" => wording.is_some_and(|w| w.checkable.to_string() == value),
        "reviewed" => second_read(claim).to_string() == value,
        "hedge" => standing.iter().any(|(_, s)| s.hedges.iter().any(|(class, _)| *class == value)),
        "cue" => standing.iter().any(|(_, s)| s.hedges.iter().any(|(_, cue)| part(cue))),
        "factuality" => standing.iter().any(|(_, s)| s.speakers.iter().any(|(_, held)| *held == value)),
        "speaker" => standing.iter().any(|(_, s)| s.speakers.iter().any(|(name, _)| part(name))),
        "document" => standing.iter().any(|(_, s)| s.document.to_string() == value),
        "number" => claim.number.to_string() == value,
        "publisher" => {
            let pages = standing.iter().filter_map(|(_, s)| world.pages[&s.document].publisher);
            pages.chain(claim.evidence.iter().filter_map(|e| Some(e.standing()?.publisher))).any(part)
        }
        "place" => wording.is_some_and(|w| w.places.iter().any(|p| part(p))),
        "actor" => wording.is_some_and(|w| w.actors.iter().any(|a| part(a))),
        "tag" => wording.is_some_and(|w| w.tags.iter().any(|t| fold(t) == sought)),
        "key" => wording.is_some_and(|w| w.key.is_some_and(|k| fold(k) == sought)),
        "lang" => wording.is_some_and(|w| {
            let lang = w.lang.unwrap_or("en").to_lowercase();
            lang == sought || lang.starts_with(&format!("{sought}-"))
        }),
        "agent" => fold(world.agents[&claim.agent].handle) == sought,
        "assigned" => claim.assignee.is_some_and(|a| fold(a) == sought),
        "flag" => flags(claim, world).contains(value),
        _ => panic!("{field}"),
    }
}

/// Ends are text that sorts as it should: days among each other, or a number.
fn between(field: &str, low: &str, high: &str, claim: &Claim) -> bool {
    let days = |first: &str, last: &str| (low.is_empty() || low <= last) && (high.is_empty() || first <= high);
    let number = |first: i64, last: i64| {
        (low.is_empty() || low.parse::<i64>().unwrap() <= last) && (high.is_empty() || first <= high.parse().unwrap())
    };
    let day = |millis: i64| Timestamp::from_millis(millis).unwrap().to_string()[..10].to_owned();
    match field {
        "number" => number(claim.number as i64, claim.number as i64),
        "clusters" => {
            let clusters: BTreeSet<&str> = claim.evidence.iter().filter_map(|e| Some(e.standing()?.cluster)).collect();
            number(clusters.len() as i64, clusters.len() as i64)
        }
        "document" => claim.standing().iter().any(|(_, s)| number(s.document as i64, s.document as i64)),
        "quantity" => claim.wording.as_ref().and_then(|w| w.quantity).is_some_and(|(a, b)| number(a, b)),
        "due" => claim.due.is_some_and(|d| days(d, d)),
        "recorded" => days(&day(claim.time), &day(claim.time)),
        "verified" => claim.judgement().is_some_and(|j| days(&day(j.time), &day(j.time))),
        "time" => {
            let edtf = claim.wording.as_ref().and_then(|w| w.time);
            TIMES.iter().any(|(text, first, last)| Some(*text) == edtf && days(first, last))
        }
        _ => panic!("{field}"),
    }
}

pub fn finding(claim: &Claim) -> &'static str {
    claim.judgement().map_or("unverified", |j| j.ruling.as_ref().map_or("withheld", |r| r.finding))
}

pub fn second_read(claim: &Claim) -> bool {
    claim.judgement().is_some_and(|j| !j.approving().is_empty())
}

pub fn flags(claim: &Claim, world: &World) -> BTreeSet<&'static str> {
    let judgement = claim.judgement();
    let relied = judgement.and_then(|j| j.ruling.as_ref()).map_or(&[][..], |r| &r.on);
    let withdrawn = claim.evidence.iter().any(|e| relied.contains(&e.number) && e.gone.is_some());
    [
        ("judged-an-earlier-wording", judgement.is_some_and(|j| j.wording != claim.worded_by)),
        ("not-second-read", judgement.is_some() && !second_read(claim)),
        ("evidence-withdrawn", withdrawn),
        ("document-changed", changed(claim, world).is_some()),
        ("rests-on-fallen", resting(world).contains(&claim.number)),
        ("retracted", claim.state == Some("retracted")),
        ("withdrawn", claim.state == Some("withdrawn")),
        ("corrected", !claim.corrections.is_empty()),
        ("withheld", !claim.not_here.is_empty() || !claim.withheld.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, on)| on.then_some(name))
    .collect()
}

/// The snapshot by which a document of the claim came to have other bytes than it was judged by, or first read in.
fn changed(claim: &Claim, world: &World) -> Option<u64> {
    let judgement = claim.judgement().filter(|j| j.ruling.is_some());
    let mut from: BTreeMap<u64, u64> = BTreeMap::new();
    let mut targets: BTreeMap<u64, Vec<u8>> = BTreeMap::new();
    for (number, sighting) in claim.standing() {
        let since = number.max(judgement.map_or(0, |j| j.number));
        let known = from.entry(sighting.document).or_insert(since);
        *known = since.max(*known);
        targets.entry(sighting.document).or_default().extend(sighting.target);
    }
    if let Some(judgement) = judgement {
        let on = &judgement.ruling.as_ref().unwrap().on;
        for evidence in claim.evidence.iter().filter(|e| on.contains(&e.number)) {
            if let Some(document) = evidence.standing().and_then(|e| e.document) {
                from.entry(document).or_insert(judgement.number);
            }
        }
    }
    let of_page = |(number, from): (&u64, &u64)| -> Option<u64> {
        let page = &world.pages[number];
        let then = page.snapshots.iter().rev().find(|(at, _)| at < from)?.1?;
        let now = page.snapshots.last()?.1?;
        let (by, _) = page.snapshots.iter().find(|(at, bytes)| at > from && bytes.is_some_and(|b| b != then))?;
        let texts = page.texts.iter().filter(|(at, _)| at > by).filter_map(|(_, bytes)| *bytes);
        let fresh: Vec<u8> = texts.chain([now]).collect();
        let found_again = targets.get(number).is_some_and(|t| t.iter().any(|t| fresh.contains(t)));
        (now != then && !found_again).then_some(*by)
    };
    from.iter().filter_map(of_page).max()
}

/// What befell a claim: the entry, and whether it counts only for those who rested on the claim before it.
fn blows(claim: &Claim, world: &World) -> Vec<(u64, bool)> {
    let mut blows = Vec::new();
    let rulings: Vec<Option<&Ruling>> = claim.judgements.iter().map(|j| j.ruling.as_ref()).collect();
    if let Some(judgement) = claim.judgement() {
        let ruling = judgement.ruling.as_ref();
        if ruling.is_some_and(|r| r.finding == "refuted") {
            blows.push((judgement.number, false));
        }
        // Since when it is otherwise than it last was, if it was ever supported.
        if rulings.iter().all(Option::is_some) && !ruling.is_some_and(|r| ["refuted", "supported"].contains(&r.finding))
        {
            let supported = |r: &&Ruling| r.finding == "supported";
            let last = rulings.iter().flatten().enumerate().filter(|(_, r)| supported(r)).map(|(k, _)| k).last();
            blows.extend(last.map(|k| (claim.judgements[k + 1].number, true)));
        }
        for evidence in &claim.evidence {
            let relied = ruling.is_some_and(|r| r.on.contains(&evidence.number));
            blows.extend(evidence.gone.filter(|by| relied && *by > judgement.number).map(|by| (by, false)));
        }
    }
    blows.extend(claim.retracted.filter(|_| claim.state == Some("retracted")).map(|by| (by, false)));
    blows.extend(claim.moved.filter(|_| claim.state == Some("withdrawn")).map(|by| (by, false)));
    blows.extend(claim.corrections.iter().filter(|(_, touches)| *touches).map(|(by, _)| (*by, true)));
    blows.extend(changed(claim, world).map(|by| (by, false)));
    blows
}

/// Claims that show `rests-on-fallen`: news of a fall goes up each relation, never older than the relation, through every
/// claim that was not judged since and that somebody still asserts.
pub fn resting(world: &World) -> BTreeSet<u64> {
    let open = |claim: &Claim, news: u64| {
        !matches!(claim.state, Some("withdrawn" | "retracted")) && claim.judgement().is_none_or(|j| j.number < news)
    };
    let mut news: BTreeSet<(u64, u64)> = BTreeSet::new();
    loop {
        let mut more = BTreeSet::new();
        for claim in world.claims.values() {
            for relation in &claim.relations {
                let Some((_, below)) = relation.standing().filter(|(kind, _)| *kind == "rests-on") else { continue };
                let Some(under) = world.claims.get(below) else { continue };
                let own = blows(under, world).into_iter().filter(|(by, passes)| !passes || *by > relation.number);
                let passed = news.iter().filter(|(at, news)| at == below && open(under, *news)).map(|(_, news)| *news);
                more.extend(own.map(|(by, _)| by).chain(passed).map(|by| (claim.number, by.max(relation.number))));
            }
        }
        if more.is_subset(&news) {
            break;
        }
        news.extend(more);
    }
    news.into_iter().filter(|(at, news)| open(&world.claims[at], *news)).map(|(at, _)| at).collect()
}
