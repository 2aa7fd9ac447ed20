//! Histories with before and after values, by whom, on what ground; and the report on corrections.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::answers::corrections::{self, Report};
use onrecord::answers::story::{Line, Teller};
use onrecord::audit::{Options, Weight, audit};
use onrecord::claim::desk::{Correction, Note, Publication, Reason, Request};
use onrecord::claim::vocab::*;
use onrecord::entry::{Event, Kind, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::query::Query;

use crate::cli::{Desk, decide, link, supported};
use crate::ledger::{append_at, claim, document, evidence, ledger, now, verdict};

fn entries(ran: &crate::cli::Ran) -> Vec<serde_json::Value> {
    ran.json()["entries"].as_array().unwrap().clone()
}

fn changes(entry: &serde_json::Value) -> Vec<(String, serde_json::Value, serde_json::Value)> {
    let of = |c: &serde_json::Value| (c["path"].as_str().unwrap().to_owned(), c["before"].clone(), c["after"].clone());
    entry["changes"].as_array().unwrap().iter().map(of).collect()
}

fn changed(path: &str, before: &str, after: &str) -> (String, serde_json::Value, serde_json::Value) {
    let value = |text: &str| if text.is_empty() { serde_json::Value::Null } else { text.into() };
    (path.into(), value(before), value(after))
}

#[test]
fn a_claims_history_has_values_before_and_after_and_grounds() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    let (claim, verdict) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.ok(&["triage", &number, "--assign", "ana", "--note", "Look at the river board."]);
    link(&desk, claim, "--refutes", "river", "river-board", &[]);
    let ran = decide(&desk, claim, &["--finding", "refuted", "--confidence", "low", "--on", "river"]);
    let second = ran.number().to_string();
    desk.ok(&["review", &second, "--approve", "--as", "ben", "--note", "Read the board's page."]);
    desk.ok(&["withdraw", &number, "--evidence", "gazette", "--reason", "It was a forgery."]);
    desk.ok(&["publish", &number]);
    desk.ok(&["retract", &number, "--reason", "The board was wrong too."]);

    let told = entries(&desk.ok(&["history", &number, "--json"]));
    let of = |kind: &str| -> Vec<&serde_json::Value> { told.iter().filter(|e| e["kind"] == kind).collect() };
    let verdicts = of("verdict-issued");
    assert_eq!(verdicts[0]["number"], verdict);
    assert_eq!(verdicts[0]["ground"], "The gazette says so.");
    assert_eq!(changes(verdicts[0]), [changed("finding", "unverified", "supported"), changed("confidence", "", "low")]);
    assert!(changes(verdicts[1]).contains(&changed("finding", "supported", "refuted")));
    let moved = of("claim-moved")[0];
    assert_eq!(moved["ground"], "Look at the river board.");
    assert_eq!(changes(moved), [changed("state", "recorded", "triaged"), changed("assigned", "", "ana")]);
    let review = of("review-recorded")[0];
    assert_eq!((review["agent"].as_str(), review["ground"].as_str()), (Some("ben"), Some("Read the board's page.")));
    assert_eq!(review["re"].to_string(), second);
    assert_eq!(changes(review), [("second_read".into(), false.into(), true.into())]);
    let withdrawn = of("evidence-withdrawn")[0];
    assert_eq!(withdrawn["ground"], "It was a forgery.");
    let (path, before, after) = changes(withdrawn).remove(0);
    assert!(
        path.starts_with("evidence[#")
            && before.as_str().unwrap().starts_with("supports (city, B2)")
            && after.is_null()
    );
    assert_eq!(changes(of("claim-published")[0]), [changed("state", "triaged", "published")]);
    assert_eq!(changes(of("claim-retracted")[0]), [changed("state", "published", "retracted")]);
    assert_eq!(changes(of("claim-recorded")[0]), []);
    assert!(of("evidence-linked").iter().all(|e| changes(e).is_empty()), "what is linked is told in the line");

    let text = desk.ok(&["history", &number]);
    text.says(&[
        "state: \"recorded\" -> \"triaged\"",
        "finding: \"unverified\" -> \"supported\"",
        "second_read: false -> true",
    ]);
    // Any entry about the claim names it, and so does its leaf or its words.
    assert_eq!(desk.ok(&["history", &second]).out, text.out);
    assert_eq!(desk.ok(&["history", "closed the bridge"]).out, text.out);
    desk.ok(&["audit"]);
}

#[test]
fn agents_policies_and_documents_have_histories_too() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    desk.ok(&["agent", "roles", "ben", "--role", "checker", "--role", "reviewer"]);
    desk.ok(&["policy", "set", "desk"]);
    let told = entries(&desk.ok(&["history", "ben", "--json"]));
    let roles = told.iter().find(|e| e["kind"] == "agent-roles-changed").unwrap();
    let list = |words: &[&str]| serde_json::json!(words);
    assert_eq!(changes(roles), [("roles".into(), list(&["reviewer"]), list(&["checker", "reviewer"]))]);
    let told = entries(&desk.ok(&["history", "--kind", "policy-set", "--json"]));
    assert_eq!(told.len(), 1);
    let paths: Vec<String> = changes(&told[0]).into_iter().map(|c| c.0).collect();
    assert!(paths.contains(&"reviewers".into()) && paths.contains(&"name".into()), "{paths:?}");
    desk.ok(&["audit"]);
}

#[test]
fn the_ledgers_history_is_filtered_by_a_query() {
    let desk = Desk::new();
    let (bridge, verdict) = supported(&desk, "bridge");
    let road = desk.claim("road", "The city closed the road.");
    let numbers = |args: &[&str]| -> Vec<u64> {
        entries(&desk.ok(&[&["history", "--json"][..], args].concat()))
            .iter()
            .map(|e| e["number"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(numbers(&["--where", "finding:supported", "--kind", "verdict-issued"]), [verdict]);
    assert_eq!(numbers(&["--where", "road"]), [road]);
    assert_eq!(numbers(&["--kind", "verdict-issued", "--kind", "claim-recorded"]), [bridge, verdict, road]);
    let of_bridge: Vec<u64> = desk.state(bridge).entries.iter().map(|i| i.0).collect();
    assert_eq!(numbers(&["--where", "finding:supported"]), of_bridge);
    assert_eq!(numbers(&["--where", "finding:supported", "--limit", "1"]), of_bridge[of_bridge.len() - 1..]);
    assert_eq!(
        numbers(&["--where", "finding:supported", "--until", &verdict.to_string()]),
        of_bridge[..of_bridge.len() - 1]
    );
    assert_eq!(numbers(&[&bridge.to_string(), "--where", "road"]), [] as [u64; 0]);
    let lines = desk.ok(&["history", "--jsonl", "--kind", "claim-recorded"]);
    assert!(
        lines.out.lines().all(|line| line.contains("\"kind\":\"claim-recorded\"")) && lines.out.lines().count() == 2
    );
    desk.fails(2, &["history", "--where", "finding:supportd"]).tells(&["did you mean `supported`?", "^^^^^^^^"]);
    desk.fails(2, &["history", "--where", "agent:anna"]).tells(&["did you mean `ana`?"]);
    desk.fails(2, &["history", "--since", "3", "--until", "1"]).tells(&["the period ends before it begins", "--since"]);
    desk.ok(&["audit"]);
}

#[test]
fn entries_are_told_alike_in_order_and_alone() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.ok(&["amend", &number, "--statement", "The city closed the bridge on 3 March 2025."]);
    desk.ok(&["contact", &number, "--who", "City of Example", "--asked", "2025-04-01"]);
    let ledger = desk.ledger();
    let all = ledger.entries(0..ledger.size()).unwrap();
    let mut teller = Teller::new(&ledger);
    let in_order: Vec<Line> = all.iter().map(|e| teller.tell(e).unwrap()).collect();
    let alone: Vec<Line> = all.iter().map(|e| Teller::new(&ledger).tell(e).unwrap()).collect();
    let backwards: Vec<Line> = all.iter().rev().map(|e| teller.tell(e).unwrap()).collect();
    assert_eq!(in_order, alone);
    assert!(in_order.iter().eq(backwards.iter().rev()));
    assert!(in_order.iter().any(|line| !line.changes.is_empty()));
    desk.ok(&["audit"]);
}

const HOUR: i64 = 3_600_000;

/// Three published claims: one corrected on request after two hours, one without request, one asked about and answered by
/// a note after a day, then retracted on a second request after three hours; and a request that is open.
pub fn corrected() -> (std::sync::Arc<dyn onrecord::store::Store>, Ledger, Vec<u64>) {
    let (store, mut ledger) = ledger();
    let p = Index::pending;
    let mut batch = vec![document()];
    for (k, place) in ["bridge", "tunnel", "road"].into_iter().enumerate() {
        let at = 1 + 3 * k;
        batch.push(Proposal::new(Event::ClaimRecorded(claim(p(0), &format!("The {place} was closed.")))));
        batch.push(Proposal::about(p(at), Event::EvidenceLinked(evidence(Stance::Supports, "city"))));
        batch.push(Proposal::about(
            p(at),
            Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![p(at + 1)])),
        ));
    }
    append_at(&mut ledger, &batch, now()).unwrap();
    let claims: Vec<Index> = ledger.claims().unwrap();
    let mut numbers = Vec::new();
    let mut at = |hours: i64, claim: usize, event: Event, re: Option<u64>| {
        let mut proposal = Proposal::about(claims[claim], event);
        proposal.re = re.map(Index);
        let receipt = append_at(&mut ledger, &[proposal], now().plus_millis(hours * HOUR)).unwrap();
        numbers.push(receipt.base);
        receipt.base
    };
    let publication = || Event::ClaimPublished(Publication { note: None });
    (0..3).for_each(|claim| {
        at(1, claim, publication(), None);
    });
    let request = |text: &str| Event::RequestReceived(Request { from: "a reader".into(), text: text.into() });
    let correction = |kind| {
        Event::CorrectionIssued(Correction {
            claim: None,
            kind,
            text: "Now right.".into(),
            verdict: None,
            withdraws: vec![],
        })
    };
    let first = at(2, 0, request("Wrong day."), None);
    at(4, 0, correction(CorrectionKind::Correction), Some(first));
    at(5, 1, correction(CorrectionKind::Update), None);
    let second = at(6, 2, request("Was it?"), None);
    at(30, 2, Event::NoteAdded(Note { text: "It was; the page stands.".into() }), Some(second));
    let third = at(40, 2, request("It was not."), None);
    at(43, 2, Event::ClaimRetracted(Reason { reason: "The page was false.".into() }), Some(third));
    at(44, 1, request("Still wrong."), None);
    let end = at(50, 0, Event::NoteAdded(Note { text: "Nothing new.".into() }), None);
    assert_eq!(ledger.size(), end + 1);
    (store, ledger, numbers)
}

fn report(ledger: &Ledger, period: std::ops::Range<u64>, query: &str) -> Report {
    corrections::report(ledger, period, &Query::parse(query).unwrap()).unwrap()
}

#[test]
fn a_corrections_report_counts_and_times_requests_and_corrections() {
    let (store, ledger, _) = corrected();
    let all = report(&ledger, 0..ledger.size(), "");
    let hours = |seconds: u64| seconds / 3_600;
    assert_eq!((all.requests.received, all.requests.answered, all.requests.open), (4, 3, 1));
    let how: Vec<_> =
        all.requests.list.iter().map(|r| (r.answer.as_ref().map(|a| a.kind), hours(r.open_seconds))).collect();
    assert_eq!(
        how,
        [(Some(Kind::CorrectionIssued), 2), (Some(Kind::NoteAdded), 24), (Some(Kind::ClaimRetracted), 3), (None, 6),]
    );
    assert_eq!(all.requests.took.median_seconds.map(hours), Some(3));
    assert_eq!(all.requests.took.longest_seconds.map(hours), Some(24));
    let made: Vec<_> = all
        .corrections
        .list
        .iter()
        .map(|m| (m.kind.as_str(), m.took_seconds.map(hours), m.public_seconds.map(hours)))
        .collect();
    assert_eq!(made, [("correction", Some(2), Some(3)), ("update", None, Some(4)), ("retraction", Some(3), Some(42))]);
    assert_eq!((all.corrections.made, all.corrections.without_request), (3, 1));
    assert_eq!(all.corrections.by_kind.values().sum::<u64>(), 3);
    let retracted = &all.corrections.list[2].changes;
    assert!(retracted.iter().any(|c| c.path == "state" && c.after == Some("retracted".into())));
    assert_eq!(report(&ledger, 0..ledger.size(), "tunnel").requests.received, 1);
    assert_eq!(report(&ledger, 0..ledger.size(), "tunnel").corrections.made, 1);
    let errors = audit(&store, &Options::default()).unwrap().count(Weight::Error);
    assert_eq!(errors, 0);
}

#[test]
fn a_period_counts_what_fell_in_it_and_what_is_open_at_its_end() {
    let (store, ledger, numbers) = corrected();
    // Just before the note that answers the second request.
    let early = report(&ledger, 0..numbers[7], "");
    assert_eq!((early.requests.received, early.requests.answered, early.requests.open), (2, 1, 1));
    assert_eq!((early.corrections.made, early.corrections.without_request), (2, 1));
    // From then on: the second request was received before and answered within.
    let late = report(&ledger, numbers[7]..ledger.size(), "");
    assert_eq!((late.requests.received, late.requests.answered, late.requests.open), (2, 2, 1));
    assert_eq!(late.requests.list.len(), 3);
    assert_eq!(late.corrections.made, 1);
    // An empty period knows what is open, and no answer that came later.
    let none = report(&ledger, numbers[4]..numbers[4], "");
    assert_eq!((none.requests.received, none.requests.answered, none.requests.open), (0, 0, 1));
    let nothing = report(&ledger, 0..0, "");
    assert_eq!((nothing.requests.list.len(), nothing.corrections.made), (0, 0));
    assert_eq!(audit(&store, &Options::default()).unwrap().count(Weight::Error), 0);
}

#[test]
fn the_report_is_printed_for_people_and_programs() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.ok(&["corrections"])
        .says(&["requests     0 received, 0 answered, 0 open", "corrections  0 made; 0 without a request"]);
    desk.ok(&["publish", &number]);
    let request = desk.ok(&["request", &number, "--from", "a reader", "--text", "It was the third."]).number();
    desk.ok(&["corrections"])
        .says(&["1 received, 0 answered, 1 open", "from a reader: open for ", "asked: It was the third."])
        .tells(&[&format!("next: `onrecord correct {claim} --request {request} …`")]);
    let request = request.to_string();
    desk.ok(&[
        "correct",
        &number,
        "--kind",
        "clarification",
        "--text",
        "The day is the city's word.",
        "--request",
        &request,
    ]);
    desk.ok(&["corrections"]).says(&[
        "1 received, 1 answered, 0 open",
        "corrections  1 made: 1 clarification; 0 without a request",
        &format!("after request #{request}"),
        "says: The day is the city's word.",
    ]);
    let json = desk.ok(&["corrections", "--since", "2026-01-01", "--json"]).json();
    assert_eq!(json["corrections"]["by_kind"], serde_json::json!({ "clarification": 1 }));
    assert_eq!(json["requests"]["list"][0]["answer"]["kind"], "correction-issued");
    assert_eq!(json["since"]["given"], "2026-01-01");
    // A note that names the request answers it without a change.
    let second = desk.ok(&["request", &number, "--from", "a reader", "--text", "And the hour?"]).number().to_string();
    desk.ok(&["note", &second, "The hour is not part of the claim."]);
    desk.ok(&["corrections"]).says(&["2 received, 2 answered, 0 open", "answered without a change by #"]);
    desk.fails(2, &["corrections", "--since", "soon"]).tells(&["no point of the ledger"]);
    desk.fails(2, &["corrections", "nofield:1"]).tells(&["there is no field"]);
    desk.ok(&["audit"]);
}
