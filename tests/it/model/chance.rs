//! From random bytes to what somebody does next: mostly what a desk would, sometimes a slip.

use super::ask::{Ask, TIMES};
use super::world::*;

/// Bytes that choices are made from; what is left over is 0, so that a shorter case is a simpler one.
#[derive(Debug, Clone)]
pub struct Dice<'b>(pub std::slice::Iter<'b, u8>);

impl<'b> Dice<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self(bytes.iter())
    }

    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % n.max(1)
    }

    /// In one of `n` cases.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    fn some<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let chosen = self.below(8);
        all.iter().enumerate().filter(|(k, _)| chosen >> k & 1 == 1).map(|(_, x)| *x).collect()
    }

    fn maybe<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        if self.below(2) == 1 { Some(self.of(all)) } else { None }
    }
}

pub const HANDLES: [&str; 4] = ["ada", "ben", "cyd", "dot"];
const SPEAKERS: [&str; 4] = ["The Example", "Mayor Ünal", "Zoé Ash", "the mayor"];
const HELD: [&str; 4] = ["CT+", "PR+", "PS-", "Uu"];
const HEDGES: [(&str, &str); 3] = [("evidential", "reportedly"), ("modal", "may"), ("approximator", "some é")];
const PUBLISHERS: [&str; 3] = ["City Gazette", "Río Post", "gazette of Zoé"];
const PLACES: [&str; 3] = ["Old Bridge", "Río", "Eilat"];
const ACTORS: [&str; 2] = ["Works Department", "Mayor Ünal"];
const TAGS: [&str; 3] = ["drones", "Café", "water"];
const DUE: [&str; 4] = ["2026-11-30", "2026-12-01", "2026-12-05", "2027-01-10"];
const STATES: [&str; 5] = ["triaged", "in-review", "parked", "withdrawn", "recorded"];
const FINDINGS: [&str; 9] = [
    "supported",
    "supported",
    "refuted",
    "supported",
    "partly-supported",
    "conflicting",
    "misleading-context",
    "not-enough-evidence",
    "not-checkable",
];
const FLAGS: [&str; 9] = [
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

/// What is done, on the world as it stands, by whoever it is; `None`: there is nothing yet to do it to.
pub fn line(dice: &mut Dice<'_>, world: &World, agent: u64, time: i64) -> Option<Line> {
    let index = world.size;
    let done =
        |about: Option<u64>, re: Option<u64>, op: Op| Some(Line { index, agent, time, about, re, seen: None, op });
    let pages: Vec<u64> = world.pages.keys().copied().collect();
    if pages.is_empty() {
        return done(None, None, Op::Document { publisher: dice.maybe(&PUBLISHERS) });
    }
    let claims: Vec<u64> = world.claims.keys().copied().collect();
    let what = if claims.is_empty() { 0 } else { dice.below(88) };
    match what {
        0..4 => return done(None, None, Op::Recorded(wording(dice, &pages))),
        4 => return done(None, None, Op::Document { publisher: dice.maybe(&PUBLISHERS) }),
        5 => {
            let publisher = dice.maybe(&PUBLISHERS);
            return done(Some(dice.of(&pages)), None, Op::DocumentAmended { publisher });
        }
        6..8 => return done(Some(dice.of(&pages)), None, Op::Snapshot(dice.of(&[1, 2, 3]))),
        8 => {
            let page = dice.of(&pages);
            let snapshot = world.pages[&page].snapshots.last()?.0;
            return done(Some(page), Some(snapshot), Op::Text(dice.of(&[11, 12])));
        }
        9 | 86.. => return office(dice, world, &done),
        _ => {}
    }
    let claim = &world.claims[&dice.of(&claims)];
    let (re, op) = on_claim(what, dice, world, claim, &pages, &claims)?;
    let decides = super::rules::kind(&op).2;
    let mut line = done(Some(claim.number), re, op)?;
    // Sometimes somebody looked at the claim before the last entry came.
    if dice.once_in(if decides { 12 } else { 6 }) {
        line.seen = Some(dice.of(&claim.lines));
    }
    Some(line)
}

fn office(
    dice: &mut Dice<'_>,
    world: &World,
    done: &dyn Fn(Option<u64>, Option<u64>, Op) -> Option<Line>,
) -> Option<Line> {
    let others: Vec<u64> = world.agents.keys().copied().filter(|a| *a > 0).collect();
    match dice.below(4) {
        0 | 1 => done(Some(0), None, Op::PolicySet { desk: dice.below(2) == 1 }),
        2 => {
            let (first, last) = (dice.below(3), dice.below(5));
            done(Some(dice.of(&others)), None, Op::Roles(ROLES[first.min(last)..=first.max(last)].to_vec()))
        }
        _ if dice.once_in(2) => done(Some(dice.of(&others)), None, Op::Revoked),
        _ => done(Some(dice.of(&others)), None, Op::Noted),
    }
}

fn on_claim(
    what: usize,
    dice: &mut Dice<'_>,
    world: &World,
    claim: &Claim,
    pages: &[u64],
    claims: &[u64],
) -> Option<(Option<u64>, Op)> {
    let numbers = |things: &[u64]| things.to_vec();
    let sightings = numbers(&claim.sightings.iter().map(|s| s.number).collect::<Vec<_>>());
    let evidence: Vec<u64> = claim.evidence.iter().map(|e| e.number).collect();
    let plain = |op| Some((None, op));
    match what {
        10..12 => plain(Op::Amended(wording(dice, pages))),
        12..18 => plain(Op::Moved { to: dice.of(&STATES), assignee: dice.maybe(&HANDLES), due: dice.maybe(&DUE) }),
        18 => Some((dice.maybe(&[()]).and_then(|()| sightings.last().copied()), Op::Appeared(sighting(dice, pages)))),
        19..21 => {
            let re = dice.maybe(&[()]).and_then(|()| sightings.last().copied());
            Some((re, Op::AnchorMoved { anchor: dice.below(8) as u64 / 7, target: dice.of(&[1, 2, 3, 11, 12]) }))
        }
        21..26 => plain(Op::Related { kind: dice.of(&["rests-on", "rests-on", "supports"]), to: dice.of(claims) }),
        26 => Some((Some(claim.relations.get(dice.below(claim.relations.len()))?.number), Op::Unrelated)),
        27..35 => {
            let document = if dice.once_in(3) { Some(dice.of(pages)) } else { None };
            plain(Op::Evidence(Evidence {
                stance: dice.of(&["supports", "refutes", "supports", "qualifies", "context"]),
                cluster: dice.of(&["city", "river", "wire"]),
                publisher: dice.of(&PUBLISHERS),
                judged: !dice.once_in(5),
                full: dice.below(2) == 0,
                document,
            }))
        }
        35..37 => Some((Some(*evidence.get(dice.below(evidence.len()))?), Op::EvidenceWithdrawn)),
        37 => plain(Op::Searched),
        38 => {
            let re = if dice.below(2) == 1 { claim.contacts.last().map(|c| c.number) } else { None };
            Some((re, Op::Contacted { sought: !dice.once_in(3) }))
        }
        39..46 => plain(Op::Judged(ruling(dice, claim))),
        46..49 => Some((Some(claim.judgement()?.number), Op::Reviewed { approve: !dice.once_in(4) })),
        49..54 => plain(Op::Published),
        54 => plain(Op::Requested),
        55..58 => {
            let wording = dice.maybe(&[()]).map(|()| wording(dice, pages));
            let ruling = dice.maybe(&[()]).map(|()| ruling(dice, claim));
            let withdraws: Vec<u64> = dice.maybe(&[()]).and_then(|()| evidence.first().copied()).into_iter().collect();
            let kind = dice.of(&["correction", "update", "clarification"]);
            plain(Op::Corrected(Correction { kind, wording, ruling, withdraws }))
        }
        58 => plain(Op::Retracted),
        // Now and then of another claim, or of the claim's own entry.
        // What is erased is hidden at once and everywhere: sequences end with it.
        59 | 61 => Some((target(dice, world, claim), Op::Withheld)),
        60 => Some((target(dice, world, claim), Op::Released)),
        62 => plain(Op::Noted),
        _ => onward(dice, claim, pages),
    }
}

/// The next step on the way of a claim to publication, and what comes after.
fn onward(dice: &mut Dice<'_>, claim: &Claim, pages: &[u64]) -> Option<(Option<u64>, Op)> {
    let document = pages.iter().copied().find(|p| claim.wording.as_ref().is_none_or(|w| w.sighting.document != *p));
    let evidence = || Evidence {
        stance: "supports",
        cluster: "city",
        publisher: PUBLISHERS[0],
        judged: true,
        full: true,
        document,
    };
    let supports = |e: &&Thing<Evidence>| e.standing().is_some_and(|e| e.stance == "supports" && e.judged);
    let judgement = claim.judgement().filter(|j| j.wording == claim.worded_by);
    match (claim.evidence.iter().find(supports), judgement) {
        _ if claim.public => match dice.below(8) {
            0 => Some((None, Op::Requested)),
            1..4 => Some((None, Op::Retracted)),
            _ => on_claim(55, dice, &World::default(), claim, pages, &[]),
        },
        (None, _) => Some((None, Op::Evidence(evidence()))),
        (Some(evidence), None) => {
            Some((None, Op::Judged(Ruling { finding: "supported", confidence: "low", on: vec![evidence.number] })))
        }
        (_, Some(judgement)) if judgement.reviews.is_empty() && dice.below(3) > 0 => {
            Some((Some(judgement.number), Op::Reviewed { approve: true }))
        }
        _ => Some((None, Op::Published)),
    }
}

fn target(dice: &mut Dice<'_>, world: &World, claim: &Claim) -> Option<u64> {
    if dice.once_in(12) {
        return Some(dice.below(world.size as usize) as u64);
    }
    let chosen = dice.of(&claim.lines);
    (chosen != claim.number).then_some(chosen)
}

fn ruling(dice: &mut Dice<'_>, claim: &Claim) -> Ruling {
    // Mostly on what stands.
    let slip = dice.once_in(8);
    let on = claim.evidence.iter().filter(|e| slip || e.gone.is_none()).map(|e| e.number).take(6).collect();
    let finding = if claim.wording.as_ref().is_none_or(|w| w.checkable) { dice.of(&FINDINGS) } else { "not-checkable" };
    Ruling { finding, confidence: dice.of(&["low", "low", "low", "moderate", "high"]), on }
}

fn sighting(dice: &mut Dice<'_>, pages: &[u64]) -> Sighting {
    let further = dice.maybe(&SPEAKERS);
    let speakers = std::iter::once(dice.of(&SPEAKERS)).chain(further);
    Sighting {
        document: dice.of(pages),
        speakers: speakers.map(|name| (name, dice.of(&HELD))).collect(),
        hedges: dice.some(&HEDGES),
        target: dice.maybe(&[1, 2, 3, 11, 12]),
    }
}

fn wording(dice: &mut Dice<'_>, pages: &[u64]) -> Wording {
    let (what, how) = (dice.of(&["bridge", "tunnel", "Café road"]), dice.of(&["closed", "shut", "flooded"]));
    Wording {
        statement: format!("The {what} was {how} {} times.", dice.below(4)),
        kind: dice.of(&["event", "property", "quantity"]),
        checkable: !dice.once_in(10),
        key: dice.maybe(&["bridge-closed", "tunnel"]),
        lang: dice.maybe(&["en-GB", "ar", "en"]),
        tags: dice.some(&TAGS),
        places: dice.some(&PLACES),
        actors: dice.some(&ACTORS),
        quantity: dice.maybe(&[(200, 200), (100, 150), (3, 3)]),
        time: dice.maybe(&[TIMES[0].0, TIMES[1].0, TIMES[2].0, TIMES[3].0]),
        sighting: sighting(dice, pages),
    }
}

/// A query of some depth.
pub fn ask(dice: &mut Dice<'_>, depth: usize) -> Ask {
    match dice.below(if depth == 0 { 4 } else { 8 }) {
        4 | 5 => Ask::All((0..2 + dice.below(2)).map(|_| ask(dice, depth - 1)).collect()),
        6 => Ask::Any((0..2).map(|_| ask(dice, depth - 1)).collect()),
        7 => Ask::Not(Box::new(ask(dice, depth - 1))),
        _ => test(dice),
    }
}

fn test(dice: &mut Dice<'_>) -> Ask {
    let is = |field, value: &str| Ask::Is(field, value.to_owned());
    match dice.below(30) {
        0 | 1 => {
            is("finding", dice.of(&["unverified", "supported", "refuted", "conflicting", "withheld", "not-checkable"]))
        }
        2 => {
            is("state", dice.of(&["recorded", "triaged", "in-review", "published", "parked", "withdrawn", "retracted"]))
        }
        3 => is("confidence", dice.of(&["low", "moderate", "high"])),
        4 => is("kind", dice.of(&["event", "property", "quantity"])),
        5 => is("hedge", dice.of(&["evidential", "modal", "approximator", "belief"])),
        6 => is("cue", dice.of(&["REPORT", "may", "some e"])),
        7 => is("factuality", dice.of(&HELD)),
        8..11 => is("flag", dice.of(&FLAGS)),
        11 => is("speaker", dice.of(&["mayor", "unal", "zoe", "example", "the", "nobody"])),
        12 => is("publisher", dice.of(&["gazette", "rio", "ZOE", "none such"])),
        13 => is("place", dice.of(&["bridge", "río", "eilat"])),
        14 => is("actor", dice.of(&["works", "Unal"])),
        15 => is("tag", dice.of(&["Drones", "cafe", "wat"])),
        16 => is("key", dice.of(&["bridge-closed", "Tunnel", "bridge"])),
        17 => is("lang", dice.of(&["en", "en-GB", "ar"])),
        18 => is("agent", dice.of(&HANDLES)),
        19 => is("assigned", dice.of(&["ada", "BEN", "cyd", "be"])),
        20 => is("checkable", dice.of(&["true", "false"])),
        21 => is("reviewed", dice.of(&["true", "false"])),
        22 => {
            is("", dice.of(&["bridge", "CLOSED", "cafe road", "was shut", "3 times", "bridge was flooded 2", "clos"]))
        }
        23 => is(dice.of(&["document", "number"]), &(1 + dice.below(24)).to_string()),
        24 => range(dice, "due", &DUE),
        25 => range(dice, "quantity", &["3", "100", "120", "199"]),
        26 => range(dice, "clusters", &["0", "1", "2"]),
        27 => range(dice, "time", &["2024-09-01", "2024-10-01", "2024-10-20", "2025-03-02"]),
        28 => {
            let field = dice.of(&["verified", "recorded"]);
            range(dice, field, &["2026-11-22", "2026-11-23", "2026-11-24"])
        }
        _ => range(dice, "number", &["4", "8", "12", "20"]),
    }
}

fn range(dice: &mut Dice<'_>, field: &'static str, ends: &[&'static str]) -> Ask {
    let (a, b) = (dice.below(ends.len()), dice.below(ends.len()));
    let (low, high) = (ends[a.min(b)].to_owned(), ends[a.max(b)].to_owned());
    match dice.below(3) {
        0 => Ask::Between(field, low, high),
        1 => Ask::Between(field, String::new(), high),
        _ => Ask::Between(field, low, String::new()),
    }
}

/// Asked at every size.
pub fn always() -> Vec<Ask> {
    let is = |field, value: &str| Ask::Is(field, value.to_owned());
    let mut all: Vec<Ask> = FLAGS.iter().map(|flag| is("flag", flag)).collect();
    all.extend([
        is("finding", "supported"),
        is("assigned", "ben"),
        is("speaker", "unal"),
        is("publisher", "gazette"),
        Ask::Between("recorded", String::new(), "2026-11-22".into()),
        Ask::All(vec![is("state", "triaged"), Ask::Between("due", String::new(), "2026-12-01".into())]),
        Ask::Not(Box::new(is("hedge", "evidential"))),
    ]);
    all
}
