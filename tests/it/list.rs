//! Lists look at the catalog's rows first: that must never cost a claim.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use onrecord::answers::find::{self, Sources};
use onrecord::claim::desk::{ClaimMoved, Withholding};
use onrecord::claim::vocab::*;
use onrecord::cli::asked;
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::search::Search;

use crate::ledger::{append, claim, document, evidence, ledger, verdict};

/// Claims of several kinds and states, some judged, some moved, amended or withdrawn.
fn mixed() -> Ledger {
    let (_, mut ledger) = ledger();
    append(&mut ledger, &[document()]).unwrap();
    let kinds = [ClaimKind::Event, ClaimKind::Property, ClaimKind::Quantity, ClaimKind::Opinion];
    let claims: Vec<Proposal> = (0..40)
        .map(|n| {
            let mut claim = claim(Index(1), &format!("The bridge number {n} was closed."));
            claim.kind = kinds[n % 4];
            if claim.kind == ClaimKind::Opinion {
                claim.checkable = false;
                claim.why_not = Some(WhyNot::Opinion);
            }
            Proposal::new(Event::ClaimRecorded(claim))
        })
        .collect();
    let base = append(&mut ledger, &claims).unwrap().base;
    let on = |n: u64| Index(base + n);
    let p = Index::pending;
    for n in (0..40).step_by(3).filter(|n| n % 4 != 3) {
        let judged = [
            Proposal::about(on(n), Event::EvidenceLinked(evidence(Stance::Supports, "city"))),
            Proposal::about(on(n), Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![p(0)]))),
        ];
        append(&mut ledger, &judged).unwrap();
    }
    let mut anew = claim(Index(1), "The bridge was open, after all.");
    anew.kind = ClaimKind::Causal;
    append(&mut ledger, &[Proposal::about(on(6), Event::ClaimAmended(anew))]).unwrap();
    let foreign = claim(
        Index(1),
        "Israel\u{2019}s caf\u{e9} on the bridge wasn't hit by \u{662}\u{660}\u{660} \u{635}\u{648}\u{627}\u{631}\u{64a}\u{62e}.",
    );
    append(&mut ledger, &[Proposal::about(on(10), Event::ClaimAmended(foreign))]).unwrap();
    let moved = |to| Event::ClaimMoved(ClaimMoved { assignee: None, due: None, note: None, to });
    append(&mut ledger, &[Proposal::about(on(7), moved(Workflow::Parked))]).unwrap();
    append(&mut ledger, &[Proposal::about(on(9), moved(Workflow::Withdrawn))]).unwrap();
    ledger
}

/// The full text cuts words in its own way, and a query in another: the one must not lose what the other finds.
const WORDS: [&str; 12] = [
    "bridge",
    "-bridge",
    "\"number 7\"",
    "israel",
    "\"s cafe\"",
    "wasn",
    "\"wasn t\"",
    "open all",
    "\"open after\"",
    "closed OR cafe",
    "\u{635}\u{648}\u{627}\u{631}\u{64a}\u{62e}",
    "bridge kind:causal",
];

const QUERIES: [&str; 22] = [
    "",
    "finding:supported",
    "-finding:supported",
    "finding:unverified",
    "-finding:unverified",
    "finding:refuted",
    "confidence:low",
    "-confidence:low",
    "confidence:high",
    "kind:event",
    "-kind:event",
    "kind:causal",
    "kind:opinion",
    "checkable:true",
    "checkable:false",
    "-checkable:false",
    "state:parked",
    "-state:recorded",
    "reviewed:true",
    "reviewed:false",
    "agent:ada kind:event finding:supported",
    "-agent:ada",
];

fn by_reading_all(ledger: &Ledger, query: &str) -> Vec<u64> {
    let query = onrecord::query::Query::parse(query).unwrap();
    let claims = ledger.claims().unwrap().into_iter().map(|n| ledger.claim(n).unwrap().unwrap());
    claims.filter(|claim| query.matches(claim, ledger)).map(|claim| claim.number.0).collect()
}

fn listed(ledger: &Ledger, query: &str, limit: Option<usize>) -> Vec<u64> {
    let query = asked::query(&[query.to_owned()]).unwrap();
    let found = find::claims(ledger, &query, limit.unwrap_or(usize::MAX)).unwrap();
    let numbers: Vec<u64> = found.iter().map(|claim| claim.number.0).collect();
    if limit.is_none() {
        let set = find::numbers(ledger, &query).unwrap();
        assert_eq!(set.iter().map(|n| n.0).collect::<Vec<_>>(), numbers);
    }
    numbers
}

#[test]
fn a_list_is_what_reading_every_claim_gives() {
    let ledger = mixed();
    let search = Search::open(&ledger, &[], Arc::new(|_: &str| ())).unwrap();
    let mut some = 0;
    for query in QUERIES {
        let all = by_reading_all(&ledger, query);
        assert_eq!(listed(&ledger, query, None), all, "{query:?}");
        some += usize::from(!all.is_empty() && all.len() < 40);
        for limit in [0, 1, 5, 1_000] {
            let first: Vec<u64> = all.iter().copied().take(limit).collect();
            assert_eq!(listed(&ledger, query, Some(limit)), first, "{query:?}, at most {limit}");
        }
    }
    for query in QUERIES.iter().chain(&WORDS) {
        let asked = onrecord::query::Query::parse(query).unwrap();
        let found = find::claims(Sources::new(&ledger, Some(&search)), &asked, usize::MAX).unwrap();
        let numbers: Vec<u64> = found.iter().map(|claim| claim.number.0).collect();
        assert_eq!(numbers, by_reading_all(&ledger, query), "{query:?}, with the full text at hand");
    }
    for word in ["bridge", "Caf\u{e9}", "s", "wasn", "\u{635}\u{648}\u{627}\u{631}\u{64a}\u{62e}"] {
        let found = search.with_words(&ledger, word, 100).unwrap().unwrap();
        assert!(!found.is_empty(), "{word:?} is in the index");
    }
    assert_eq!(search.with_words(&ledger, "bridge", 3).unwrap(), None, "more than one wants to look at");
    assert_eq!(search.with_words(&ledger, "...", 100).unwrap(), None, "no word");
    assert!(some > 10, "most queries let some claims through and not others");
}

#[test]
fn what_a_row_says_is_what_the_claim_says() {
    let ledger = mixed();
    let mut spared = 0;
    for text in QUERIES {
        let query = onrecord::query::Query::parse(text).unwrap();
        for row in ledger.rows().unwrap() {
            let claim = ledger.claim(row.number()).unwrap().unwrap();
            let says = query.by_row(&row, &|agent| ledger.state().handle(agent));
            let matches = query.matches(&claim, &ledger);
            assert!(says.is_none_or(|says| says == matches), "{text:?} and {}: {says:?}", row.number());
            spared += usize::from(says.is_some());
        }
    }
    assert!(spared > 100, "rows spare reading claims: {spared}");
}

#[test]
fn an_earlier_view_is_not_filtered_by_the_rows_of_today() {
    let ledger = mixed();
    let store = Arc::clone(ledger.store());
    // After document and claims, before the first verdict.
    let then = Ledger::open(store, None, Arc::new(|_: &str| {})).unwrap().as_of(42).unwrap();
    assert_eq!(listed(&then, "finding:unverified", None).len(), 40);
    assert_eq!(listed(&then, "finding:supported", None), Vec::<u64>::new());
    assert_eq!(listed(&then, "state:recorded", Some(7)).len(), 7);
}

#[test]
fn a_withheld_claim_is_read_whatever_its_row_says() {
    let mut ledger = mixed();
    let target = ledger.claims().unwrap()[3];
    let withheld = Withholding { ground: "for the test".into(), until: None };
    append(&mut ledger, &[Proposal::about(target, Event::PayloadWithheld(withheld))]).unwrap();
    let row = ledger.row(target).unwrap().unwrap();
    let query = onrecord::query::Query::parse("kind:forecast").unwrap();
    assert_eq!(query.by_row(&row, &|agent| ledger.state().handle(agent)), None);
    assert_eq!(listed(&ledger, "kind:forecast", None), Vec::<u64>::new());
}
