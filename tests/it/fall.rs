//! What rests on fallen claims: against an enumeration of paths, and in every view of a ledger.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use onrecord::claim::desk::{ClaimMoved, ClaimsRelated};
use onrecord::claim::vocab::{Confidence, Finding, RelationKind, Stance, Workflow};
use onrecord::cli::verbs::list::matching;
use onrecord::entry::fall::{Blow, Cause, Node, Web};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::query::Query;
use onrecord::view::ClaimView;
use proptest::prelude::*;

use crate::ledger::{append, claim, document, evidence, ledger, verdict};

/// Every simple path from `number` down to a fallen claim on which each claim was last judged before all that lies below
/// it: the definition, at any cost.
fn by_paths(web: &Web, number: Index) -> bool {
    fn open(node: &Node, time: Index) -> bool {
        !node.gone && node.judged.is_none_or(|judged| judged < time)
    }
    /// The moments at which news from below arrives at `at`, along paths that avoid `seen`.
    fn arriving(web: &Web, at: Index, seen: &[Index]) -> Vec<Index> {
        let Some(node) = web.0.get(&at) else { return Vec::new() };
        let mut found = Vec::new();
        for (relation, below) in &node.rests_on {
            if seen.contains(below) {
                continue;
            }
            let Some(under) = web.0.get(below) else { continue };
            let own = under.blows.iter().filter(|b| b.cause != Cause::Corrected || b.by > *relation).map(|b| b.by);
            let seen: Vec<Index> = seen.iter().copied().chain([*below]).collect();
            let passed = arriving(web, *below, &seen).into_iter().filter(|time| open(under, *time));
            found.extend(own.chain(passed).map(|time| time.max(*relation)));
        }
        found
    }
    let node = &web.0[&number];
    arriving(web, number, &[number]).into_iter().any(|time| open(node, time))
}

fn webs() -> impl Strategy<Value = Web> {
    let time = || 10..60_u64;
    let blow = (time(), any::<bool>())
        .prop_map(|(by, passes)| Blow { by: Index(by), cause: if passes { Cause::Corrected } else { Cause::Refuted } });
    // No circles here: a relation leads to a lower number. Circles have a test of their own.
    let node = move |number: u64| {
        let relations = proptest::collection::vec((time(), 0..number.max(1)), 0..3);
        let blows = proptest::collection::vec(blow.clone(), 0..2);
        (proptest::option::of(time()), proptest::bool::weighted(0.1), blows, relations).prop_map(
            move |(judged, gone, blows, relations)| Node {
                judged: judged.map(Index),
                gone,
                blows,
                rests_on: relations
                    .into_iter()
                    .filter(|(_, below)| *below < number)
                    .map(|(relation, below)| (Index(relation), Index(below)))
                    .collect(),
            },
        )
    };
    (0..7).map(node).collect::<Vec<_>>().prop_map(|nodes| {
        Web(nodes.into_iter().enumerate().map(|(number, node)| (Index(number as u64), node)).collect())
    })
}

proptest! {
    #[test]
    fn who_is_flagged_is_who_has_such_a_path(web in webs()) {
        let flagged = web.flagged();
        for number in web.0.keys() {
            prop_assert_eq!(flagged.contains_key(number), by_paths(&web, *number), "{}", number);
            let falls = web.falls(*number, &flagged);
            prop_assert_eq!(!falls.is_empty(), flagged.contains_key(number), "{} {:?}", number, falls);
            for fall in falls {
                // Each step is a relation, and the end has fallen.
                let mut at = *number;
                for next in &fall.path {
                    prop_assert!(web.0[&at].rests_on.iter().any(|(_, below)| below == next));
                    at = *next;
                }
                prop_assert!(web.0[&at].blows.contains(&fall.blow));
            }
        }
    }
}

#[test]
fn circles_end_and_flag_everybody_on_them() {
    let refuted = Node { blows: vec![Blow { by: Index(50), cause: Cause::Refuted }], ..Node::default() };
    let on = |relations: &[(u64, u64)], judged: Option<u64>| Node {
        judged: judged.map(Index),
        rests_on: relations.iter().map(|(r, below)| (Index(*r), Index(*below))).collect(),
        ..Node::default()
    };
    // 2 and 3 rest on each other, 4 on itself, 5 was judged after the fall.
    let nodes = [
        (1, refuted),
        (2, on(&[(20, 1), (21, 3)], None)),
        (3, on(&[(22, 2)], Some(30))),
        (4, on(&[(23, 4)], None)),
        (5, on(&[(24, 3)], Some(60))),
        (6, on(&[(25, 5)], None)),
        (7, on(&[(70, 3)], Some(60))),
    ];
    let web = Web(nodes.into_iter().map(|(n, node)| (Index(n), node)).collect::<BTreeMap<_, _>>());
    let flagged = web.flagged();
    assert_eq!(
        flagged.keys().map(|i| i.0).collect::<Vec<_>>(),
        [2, 3, 7],
        "7 was judged after the fall, but related only after that"
    );
    let words: Vec<String> = web.falls(Index(7), &flagged).iter().map(ToString::to_string).collect();
    assert_eq!(words, ["#1 (refuted by verdict #50), through #2, #3"]);
    assert!(web.falls(Index(4), &flagged).is_empty());
}

fn relate(ledger: &mut Ledger, from: Index, to: Index) {
    let relation = ClaimsRelated { foreign: None, kind: RelationKind::RestsOn, note: None, to: Some(to) };
    append(ledger, &[Proposal::about(from, Event::ClaimsRelated(relation))]).unwrap();
}

fn judge(ledger: &mut Ledger, claim: Index, finding: Finding) -> u64 {
    let stance = if finding == Finding::Refuted { Stance::Refutes } else { Stance::Supports };
    let proposals = [
        Proposal::about(claim, Event::EvidenceLinked(evidence(stance, "city"))),
        Proposal::about(claim, Event::VerdictIssued(verdict(finding, Confidence::Low, vec![Index::pending(0)]))),
    ];
    append(ledger, &proposals).unwrap().base + 1
}

#[test]
fn every_view_shows_it_as_of_any_size_and_the_finding_stays() {
    let (store, mut ledger) = ledger();
    append(&mut ledger, &[document()]).unwrap();
    let claims: Vec<Proposal> = ["The gate was shut.", "The raid failed.", "The war went on.", "It rained."]
        .iter()
        .map(|statement| Proposal::new(Event::ClaimRecorded(claim(Index(1), statement))))
        .collect();
    let base = append(&mut ledger, &claims).unwrap().base;
    let [gate, raid, war, rain] = [0, 1, 2, 3].map(|n| Index(base + n));
    relate(&mut ledger, raid, gate);
    relate(&mut ledger, war, raid);
    judge(&mut ledger, war, Finding::Supported);
    let before = ledger.size();
    let flags = |ledger: &Ledger, number: Index| {
        let view = ClaimView::new(&ledger.claim(number).unwrap().unwrap(), ledger);
        let listed = matching(ledger, None, &Query::parse("flag:rests-on-fallen").unwrap(), None).unwrap();
        let flagged = view.flags.iter().any(|f| f == "rests-on-fallen");
        assert_eq!(flagged, listed.iter().any(|c| c.number == number.0), "list and show agree on {number}");
        assert_eq!(flagged, ledger.resting_on_fallen().unwrap().contains(&number), "{number}");
        let csv = String::from_utf8(onrecord::exchange::csv::row(&view)).unwrap();
        let line = String::from_utf8(onrecord::exchange::jsonl::line(&view)).unwrap();
        assert_eq!((flagged, flagged), (csv.contains("rests-on-fallen"), line.contains("rests-on-fallen")));
        (flagged, view.finding)
    };
    for number in [gate, raid, war, rain] {
        assert!(!flags(&ledger, number).0, "nothing has fallen yet");
    }
    let fell = judge(&mut ledger, gate, Finding::Refuted);
    assert_eq!(flags(&ledger, gate), (false, "refuted"));
    assert_eq!(flags(&ledger, raid), (true, "unverified"));
    assert_eq!(flags(&ledger, war), (true, "supported"), "the finding itself never changes on its own");
    assert_eq!(flags(&ledger, rain), (false, "unverified"));
    let view = ClaimView::new(&ledger.claim(war).unwrap().unwrap(), &ledger);
    let fallen = &view.fallen[0];
    assert_eq!(
        (fallen.number, fallen.cause, fallen.by, &fallen.through),
        (gate.0, Cause::Refuted, fell, &vec![raid.0])
    );
    assert_eq!(fallen.words, format!("{gate} (refuted by verdict #{fell}), through {raid}"));

    // The claim in between is judged anew: it stands, and the one above is free without having been touched.
    let flagged = ledger.size();
    judge(&mut ledger, raid, Finding::Supported);
    assert!(!flags(&ledger, raid).0 && !flags(&ledger, war).0);
    // It is withdrawn, and the one above falls with it.
    let moved = ClaimMoved { assignee: None, due: None, note: None, to: Workflow::Withdrawn };
    append(&mut ledger, &[Proposal::about(raid, Event::ClaimMoved(moved))]).unwrap();
    assert!(!flags(&ledger, raid).0, "of what is withdrawn nobody needs a warning");
    assert_eq!(flags(&ledger, war), (true, "supported"));

    let at = |size| {
        let ledger = Ledger::open(std::sync::Arc::clone(&store), None, std::sync::Arc::new(|_: &str| {})).unwrap();
        ledger.as_of(size).unwrap()
    };
    assert!(!flags(&at(before), war).0, "as of before the fall");
    assert!(flags(&at(flagged), war).0 && flags(&at(flagged), raid).0, "as of the fall");
    assert!(!flags(&at(flagged + 2), war).0, "as of the new verdict in between");
}
