//! As-of: what the ledger held then, from the log alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use onrecord::answers::find;
use onrecord::answers::point::{self, Edge, PointError};
use onrecord::audit::{Options, Weight, audit};
use onrecord::claim::desk::{ClaimMoved, Correction, Erasure, Publication, Reason, Release, Request, Withholding};
use onrecord::claim::vocab::*;
use onrecord::claim::{Appearance, Handle};
use onrecord::cli::verbs::stats;
use onrecord::entry::{Event, Proposal};
use onrecord::hash::{Digest, Index};
use onrecord::ledger::Ledger;
use onrecord::ledger::catalog::{Catalog, Change, Changes};
use onrecord::query::Query;
use onrecord::store::Store;
use onrecord::time::Timestamp;
use onrecord::view::ClaimView;
use proptest::prelude::*;

use crate::cli::{Desk, supported};
use crate::ledger::{append_at, claim, document, evidence, ledger, now, verdict};

/// What lists, views and counts gave at one size.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    size: u64,
    root: Digest,
    claims: Vec<String>,
    found: Vec<Vec<u64>>,
    stats: serde_json::Value,
}

/// Some that rows can answer, some that they cannot, some that begin with a lookup.
const QUERIES: &[&str] = &[
    "finding:supported",
    "finding:unverified",
    "state:(triaged OR withdrawn OR retracted)",
    "flag:corrected OR flag:evidence-withdrawn",
    "clusters:1..",
    "speaker:mayor",
    "publisher:gazette",
    "assigned:ada",
    "hedge:evidential",
    "closed",
    "verified:..",
    "-state:recorded",
];

fn shown(ledger: &Ledger) -> Shown {
    let of = |text: &&str| {
        let query = Query::parse(text).unwrap();
        find::claims(ledger, &query, usize::MAX).unwrap().iter().map(|c| c.number.0).collect()
    };
    let all = find::claims(ledger, &Query::default(), usize::MAX).unwrap();
    Shown {
        size: ledger.size(),
        root: ledger.root(),
        claims: all.iter().map(|c| serde_json::to_string(&ClaimView::new(c, ledger)).unwrap()).collect(),
        found: QUERIES.iter().map(of).collect(),
        stats: serde_json::to_value(stats::count(ledger).unwrap()).unwrap(),
    }
}

/// Clocks that run, stand, and step back by less than five minutes, many times over.
fn clock(n: i64) -> Timestamp {
    let steps: [i64; 8] = [60, 0, 200, -250, -250, 900, 1, -299];
    let at: i64 = (0..n).map(|k| steps[(k % 8) as usize]).sum();
    now().plus_millis(at * 1_000)
}

fn life_of(claim_number: Index, evidence_number: Index) -> Vec<Proposal> {
    let p = |event| Proposal::about(claim_number, event);
    let moved = |to, to_whom: Option<&str>| {
        let assignee = to_whom.map(|h| Handle(h.into()));
        Event::ClaimMoved(ClaimMoved { assignee, due: None, note: None, to })
    };
    let mut anew = claim(Index(1), "The bridge was closed for good.");
    let step = onrecord::claim::Step { name: Some("The Mayor".into()), ..anew.appearance.attribution[0].clone() };
    let further = Appearance { attribution: vec![step], ..anew.appearance.clone() };
    anew.kind = ClaimKind::Property;
    let correction = Correction {
        claim: Some(Box::new(claim(Index(1), "The bridge was shut."))),
        kind: CorrectionKind::Correction,
        text: "It was shut, not closed.".into(),
        verdict: None,
        withdraws: vec![],
    };
    let reason = |text: &str| Reason { reason: text.into() };
    let withheld = Withholding { ground: "embargo".into(), until: None };
    vec![
        p(moved(Workflow::Triaged, Some("ada"))),
        p(Event::ClaimAmended(anew)),
        p(Event::AppearanceRecorded(further)),
        p(Event::EvidenceLinked(evidence(Stance::Refutes, "river"))),
        p(Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![evidence_number]))),
        p(Event::PayloadWithheld(withheld)).acting_on(evidence_number),
        p(Event::PayloadReleased(Release { note: None })).acting_on(evidence_number),
        p(Event::ClaimPublished(Publication { note: None })),
        p(Event::RequestReceived(Request { from: "a reader".into(), text: "It was shut.".into() })),
        p(Event::CorrectionIssued(correction)),
        p(Event::ClaimRetracted(reason("nobody knows any more"))),
    ]
}

/// A ledger that lived, and what it showed at each size.
fn lived() -> (Arc<dyn Store>, Ledger, Vec<Shown>) {
    let (store, mut ledger) = ledger();
    let mut past = vec![shown(&ledger)];
    let mut n = 0;
    let mut add = |ledger: &mut Ledger, proposals: &[Proposal]| {
        n += 1;
        let receipt = append_at(ledger, proposals, clock(n)).unwrap_or_else(|e| panic!("{n}: {e}: {proposals:?}"));
        past.push(shown(ledger));
        receipt.base
    };
    let first = [
        document(),
        Proposal::new(Event::ClaimRecorded(claim(Index::pending(0), "The bridge was closed."))),
        Proposal::new(Event::ClaimRecorded(claim(Index::pending(0), "The tunnel was closed."))),
    ];
    let base = add(&mut ledger, &first);
    let (bridge, tunnel) = (Index(base + 1), Index(base + 2));
    let linked = [Proposal::about(bridge, Event::EvidenceLinked(evidence(Stance::Supports, "city")))];
    let evidence_number = Index(add(&mut ledger, &linked));
    for proposal in life_of(bridge, evidence_number) {
        add(&mut ledger, &[proposal]);
    }
    let more = claim(Index(1), "The road was closed.");
    add(&mut ledger, &[Proposal::new(Event::ClaimRecorded(more))]);
    let taken = |to| Event::ClaimMoved(ClaimMoved { assignee: None, due: None, note: None, to });
    add(&mut ledger, &[Proposal::about(tunnel, taken(Workflow::Withdrawn))]);
    (store, ledger, past)
}

fn sound(store: &Arc<dyn Store>) {
    let report = audit(store, &Options::default()).unwrap();
    assert_eq!(report.count(Weight::Error), 0, "{:?}", report.problems());
}

fn open(store: &Arc<dyn Store>, catalog: Option<&std::path::Path>) -> Ledger {
    Ledger::open(Arc::clone(store), catalog, Arc::new(|_: &str| {})).unwrap()
}

#[test]
fn every_earlier_size_shows_what_it_showed_then() {
    let (store, _, past) = lived();
    let folder = tempfile::tempdir().unwrap();
    let mut different = 0;
    for (k, then) in past.iter().enumerate() {
        for catalog in [None, Some(folder.path())] {
            let earlier = open(&store, catalog).as_of(then.size).unwrap();
            assert_eq!(&shown(&earlier), then, "size {}, catalog on disk: {}", then.size, catalog.is_some());
        }
        different += usize::from(k > 0 && past[k - 1].found != then.found);
    }
    assert!(different > 8, "the answers change along the way: {different}");
    sound(&store);
}

#[test]
fn sizes_beyond_and_nothing_are_refused() {
    let (store, ledger, _) = lived();
    let size = ledger.size();
    assert!(open(&store, None).as_of(0).is_err());
    assert!(open(&store, None).as_of(size + 1).is_err());
    assert!(matches!(point::size(&ledger, &(size + 1).to_string(), Edge::Last), Err(PointError::Beyond { .. })));
    for text in ["", "yesterday", "2026-13", "2026-11-22T25:00", "2024/..", "-1", "1.5"] {
        let failed = point::size(&ledger, text, Edge::Last);
        assert!(matches!(failed, Err(PointError::Unreadable { .. })), "{text}: {failed:?}");
    }
}

/// The definition: everything before the first entry that is later.
fn by_walking(times: &[Timestamp], at: Timestamp) -> u64 {
    times.iter().position(|time| *time > at).unwrap_or(times.len()) as u64
}

#[test]
fn a_time_is_the_prefix_before_the_first_later_entry_whatever_the_clocks_did() {
    let (store, _, past) = lived();
    let folder = tempfile::tempdir().unwrap();
    for catalog in [None, Some(folder.path())] {
        let ledger = open(&store, catalog);
        let times: Vec<Timestamp> = ledger.entries(0..ledger.size()).unwrap().iter().map(|e| e.header.time).collect();
        assert!(times.windows(2).filter(|w| w[1] < w[0]).count() > 3, "clocks stepped back");
        for time in &times {
            for millis in [-1, 0, 1] {
                let at = time.plus_millis(millis);
                assert_eq!(ledger.size_at(at).unwrap(), by_walking(&times, at), "{at}");
                let text = at.to_string();
                assert_eq!(point::size(&ledger, &text, Edge::Last).unwrap(), by_walking(&times, at));
                assert_eq!(point::size(&ledger, &text, Edge::First).unwrap(), by_walking(&times, at.plus_millis(-1)));
            }
        }
        // An earlier view answers from its own entries alone.
        let then = past[past.len() / 2].size;
        let earlier = ledger.as_of(then).unwrap();
        for time in &times {
            assert_eq!(earlier.size_at(*time).unwrap(), by_walking(&times[..then as usize], *time), "{time}");
        }
    }
}

#[test]
fn a_period_stands_for_all_of_itself() {
    let (_, ledger, _) = lived();
    let all = ledger.size();
    for text in ["2026-11-22", "2026-11", "2026-11-22T23:59Z", "2026-11-23", &all.to_string()] {
        assert_eq!(point::size(&ledger, text, Edge::Last).unwrap(), all, "{text}");
    }
    assert_eq!(point::size(&ledger, "2026-11-22", Edge::First).unwrap(), 0);
    assert_eq!(point::size(&ledger, "2026-11-21", Edge::Last).unwrap(), 0);
    assert_eq!(point::size(&ledger, "2026-11-23", Edge::First).unwrap(), all);
    // Entry 0 is of 07:12:03.123.
    assert!(point::size(&ledger, "2026-11-22T07:12Z", Edge::Last).unwrap() >= 1);
    assert!(point::size(&ledger, "2026-11-22T07:12:03Z", Edge::Last).unwrap() >= 1);
    assert_eq!(point::size(&ledger, "2026-11-22T07:12:03.122Z", Edge::Last).unwrap(), 0);
    assert_eq!(point::size(&ledger, "7", Edge::First).unwrap(), 7, "digits alone are a size");
}

#[test]
fn what_was_erased_since_is_missing_from_earlier_views_and_they_say_so() {
    let desk = Desk::new();
    let (bridge, tunnel) =
        (desk.claim("bridge", "The bridge was closed."), desk.claim("tunnel", "The tunnel was closed."));
    let then = desk.ledger().size().to_string();
    desk.ok(&["list", "--as-of", &then, "tunnel"]).says(&["The tunnel was closed."]);
    let erasure = Erasure { authority: "a court".into(), ground: "privacy".into() };
    desk.append(&[Proposal::about(Index(tunnel), Event::PayloadErased(erasure))]);
    desk.empty(tunnel);
    let listed = desk.ok(&["list", "--as-of", &then, "--json"]).json();
    let view = |n: usize| listed["claims"][n].clone();
    assert_eq!(
        (view(0)["number"].as_u64(), view(0)["statement"].as_str()),
        (Some(bridge), Some("The bridge was closed."))
    );
    assert_eq!((view(1)["number"].as_u64(), view(1)["statement"].as_str()), (Some(tunnel), None));
    assert_eq!(view(1)["withheld"], serde_json::json!([tunnel]));
    assert!(view(1)["flags"].as_array().unwrap().contains(&"withheld".into()));
    desk.ok(&["list", "--as-of", &then, "tunnel"]).tells(&["no claim matches"]);
    desk.ok(&["audit"]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Long enough for several runs of the running maximum.
    #[test]
    fn the_catalog_names_a_place_before_the_first_later_entry(
        steps in proptest::collection::vec(-300_000_i64..320_000, 9_000..13_000),
        asked in proptest::collection::vec(0_usize..13_000, 20),
        batch in 500_usize..5_000,
    ) {
        let mut at = now().millis();
        let times: Vec<Timestamp> = steps.iter().map(|step| { at += step; Timestamp::from_millis(at).unwrap() }).collect();
        let folder = tempfile::tempdir().unwrap();
        let (mut catalog, _) = Catalog::open(folder.path(), &Digest([1; 32])).unwrap();
        for (k, chunk) in times.chunks(batch).enumerate() {
            let base = (k * batch) as u64;
            let change = |(i, time): (usize, &Timestamp)| Change {
                index: Index(base + i as u64), terms: vec![], content: vec![], row: None, names: vec![], time: *time, core: false,
            };
            let changes: Changes = chunk.iter().enumerate().map(change).collect();
            catalog.apply(base, changes, base + chunk.len() as u64, &Digest([2; 32])).unwrap();
        }
        for k in asked {
            let time = times[k % times.len()];
            for millis in [-1, 0, 400_000] {
                let first = by_walking(&times, time.plus_millis(millis));
                match catalog.before_later(time.plus_millis(millis)) {
                    None => prop_assert_eq!(first, times.len() as u64),
                    Some(from) => {
                        prop_assert!(from.0 <= first && first < from.0 + 4_096, "{} for {}", from.0, first);
                    }
                }
            }
        }
    }
}

#[test]
fn verbs_take_points_and_refuse_what_is_none() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let number = claim.to_string();
    let size = desk.ledger().size();
    let before = (claim + 1).to_string();
    desk.ok(&["list", "--as-of", &before]).says(&["unverified"]).never_says(&["supported"]);
    desk.ok(&["list", "--as-of", "2999-01-01"]).says(&["supported"]);
    desk.ok(&["list", "finding:supported", "--as-of", &before]).tells(&["no claim matches"]);
    desk.ok(&["show", &number, "--as-of", &before]).never_says(&["gazette", "supported"]);
    let stats = desk.ok(&["stats", "--as-of", &before, "--json"]).json();
    assert_eq!((stats["size"].as_u64(), stats["findings"]["unverified"].as_u64()), (Some(claim + 1), Some(1)));
    let out = desk.path("then.jsonl");
    let out = out.to_str().unwrap();
    desk.ok(&["export", "--format", "jsonl", "--out", out, "--all", "--as-of", &before]);
    let line: serde_json::Value = serde_json::from_str(std::fs::read_to_string(out).unwrap().trim()).unwrap();
    assert_eq!((line["number"].as_u64(), line["finding"].as_str()), (Some(claim), Some("unverified")));
    desk.fails(2, &["list", "--as-of", "yesterday"]).tells(&["`yesterday` is no point", "a day such as", "UTC"]);
    desk.fails(2, &["list", "--as-of", "9999"]).tells(&[&format!("the ledger has {size} entries, not 9999")]);
    desk.fails(2, &["stats", "--as-of", "0"]).tells(&["nothing was on record at `0`", "makes size 1"]);
    desk.fails(2, &["show", &number, "--as-of", "1"]).tells(&["onrecord list"]);
    desk.ok(&["audit"]);
}
