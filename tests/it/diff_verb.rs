//! `diff A B`: what became of each claim between two points.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use onrecord::answers::between::{self, Touched};
use onrecord::claim::desk::{Erasure, Note, Release, Withholding};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::{Ledger, ReadError};
use onrecord::query::Query;
use onrecord::view::finding_word;

use crate::cli::{Desk, decide, link, supported};

fn diff(ledger: &Ledger, from: u64, query: &str) -> Vec<Touched> {
    let mut all = Vec::new();
    between::each(ledger, from, &Query::parse(query).unwrap(), &mut |touched| {
        all.push(touched);
        Ok::<_, ReadError>(())
    })
    .unwrap();
    all
}

/// Before and after of a path in a claim's changes.
fn change(touched: &serde_json::Value, path: &str) -> (Option<String>, Option<String>) {
    let changes = touched["changes"].as_array().unwrap();
    let found = changes.iter().find(|c| c["path"] == path).unwrap_or_else(|| unreachable!("no {path} in {changes:#?}"));
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let side = |key: &str| Some(&found[key]).filter(|v| !v.is_null()).map(text);
    (side("before"), side("after"))
}

fn both(before: &str, after: &str) -> (Option<String>, Option<String>) {
    (Some(before.into()), Some(after.into()))
}

#[test]
fn a_diff_tells_claim_by_claim_what_was_done() {
    let desk = Desk::new();
    let (bridge, _) = supported(&desk, "bridge");
    let (tunnel, _) = supported(&desk, "tunnel");
    let road = desk.claim("road", "The city closed the road.");
    let quiet = desk.claim("quiet", "Nothing happened to this claim.");
    let point = desk.ledger().size();
    let (b, t, r) = (bridge.to_string(), tunnel.to_string(), road.to_string());
    let first_evidence = desk.state(bridge).evidence[0].number;
    let second_evidence = link(&desk, bridge, "--refutes", "river", "river-board", &[]);
    let ran = decide(&desk, bridge, &["--finding", "refuted", "--confidence", "low", "--on", "river"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    desk.ok(&["withdraw", &b, "--evidence", "gazette", "--reason", "It was a forgery."]);
    desk.ok(&["publish", &t]);
    let request = desk.ok(&["request", &t, "--from", "a reader", "--text", "It was the third."]).number();
    let request = request.to_string();
    let says = "The city closed the tunnel on 3 March 2025.";
    let text = ["--text", "The day was another.", "--statement", says];
    desk.ok(&[&["correct", &t, "--kind", "correction", "--request", &request][..], &text[..]].concat());
    desk.ok(&["amend", &r, "--statement", "The city closed the high road."]);
    desk.ok(&["triage", &r, "--assign", "ana", "--due", "2999-12-01"]);
    let fresh = desk.claim("fresh", "The city opened a market.");

    let json = desk.ok(&["diff", &point.to_string(), "--json"]).json();
    assert_eq!(json["from"]["size"], point);
    assert_eq!(json["to"]["size"], desk.ledger().size());
    let claims = json["claims"].as_array().unwrap();
    let numbers: Vec<u64> = claims.iter().map(|c| c["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [bridge, tunnel, road, fresh], "the quiet one, #{quiet}, is not among them");

    let told = &claims[0];
    assert_eq!(told["what"], serde_json::json!(["evidence linked", "re-verified", "evidence withdrawn"]));
    assert_eq!(told["finding"], serde_json::json!({ "before": "supported", "after": "refuted" }));
    assert_eq!(change(told, "finding"), both("supported", "refuted"));
    let (before, after) = change(told, &format!("evidence[{first_evidence}]"));
    assert!(before.unwrap().starts_with("supports (city, B2)") && after.is_none());
    let (before, after) = change(told, &format!("evidence[#{second_evidence}]"));
    assert!(before.is_none() && after.unwrap().starts_with("refutes (river-board, B2)"));

    let told = &claims[1];
    assert_eq!(told["what"], serde_json::json!(["published", "change requested", "corrected"]));
    assert_eq!(change(told, "state"), both("recorded", "published"));
    assert_eq!(change(told, "statement"), both("The city closed the tunnel on 2 March 2025.", says));
    let kinds: Vec<&str> = told["entries"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["claim-published", "request-received", "correction-issued"]);

    let told = &claims[2];
    assert_eq!(change(told, "statement"), both("The city closed the road.", "The city closed the high road."));
    assert_eq!(change(told, "state"), both("recorded", "triaged"));
    assert_eq!(change(told, "assigned"), (None, Some("ana".into())));
    assert_eq!(change(told, "due"), (None, Some("2999-12-01".into())));

    let told = &claims[3];
    assert_eq!((&told["what"], &told["changes"]), (&serde_json::json!(["recorded"]), &serde_json::json!([])));
    assert_eq!(told["finding"], serde_json::json!({ "before": null, "after": "unverified" }));
    assert_eq!(json["summary"]["claims"], 4);
    assert_eq!(json["summary"]["what"]["evidence linked"], 1);
    assert_eq!(json["summary"]["elsewhere"], serde_json::json!({ "document-registered": 1 }));

    let text = desk.ok(&["diff", &point.to_string()]);
    text.says(&[
        &format!("from size {point} ("),
        &format!("#{bridge}  bridge  evidence linked, re-verified, evidence withdrawn"),
        "finding: \"supported\" -> \"refuted\"",
        "4 claims were touched: 1 amended, 1 change requested, 1 corrected",
        "beside claims: 1 document-registered",
    ]);
    text.never_says(&["Nothing happened"]);
    desk.ok(&["diff", &point.to_string(), "--where", "finding:refuted"])
        .says(&["1 claim was touched", "#", "river-board"])
        .never_says(&["market"]);
    let lines = desk.ok(&["diff", &point.to_string(), "--jsonl"]);
    assert_eq!(lines.out.lines().count(), 5, "{}", lines.out);
    desk.ok(&["audit"]);
}

#[test]
fn what_is_withheld_released_and_erased_shows() {
    let desk = Desk::new();
    let bridge = desk.claim("bridge", "The bridge was closed.");
    let tunnel = desk.claim("tunnel", "The tunnel was closed.");
    let point = desk.ledger().size();
    let withheld = Withholding { ground: "embargo".into(), until: Some("2999-01-01".parse().unwrap()) };
    let erased = Erasure { authority: "a court".into(), ground: "privacy".into() };
    desk.append(&[Proposal::about(Index(bridge), Event::PayloadWithheld(withheld))]);
    let middle = desk.ledger().size();
    desk.append(&[Proposal::about(Index(bridge), Event::PayloadReleased(Release { note: None }))]);
    desk.append(&[Proposal::about(Index(tunnel), Event::PayloadErased(erased))]);
    let json = desk.ok(&["diff", &point.to_string(), &middle.to_string(), "--json"]).json();
    assert_eq!(
        change(&json["claims"][0], &format!("withheld[#{bridge}]")),
        (None, Some("embargo, until 2999-01-01".into()))
    );
    let json = desk.ok(&["diff", &middle.to_string(), "--json"]).json();
    assert_eq!(
        change(&json["claims"][0], &format!("withheld[#{bridge}]")),
        (Some("embargo, until 2999-01-01".into()), None)
    );
    assert_eq!(json["claims"][0]["what"], serde_json::json!(["released"]));
    assert_eq!(change(&json["claims"][1], &format!("erased[#{tunnel}]")), (None, Some("true".into())));
    // After the slot is emptied, no point can tell what stood there, and the diff says so.
    desk.empty(tunnel);
    desk.ok(&["diff", &middle.to_string()]).says(&[
        "erased",
        "(withheld or erased)",
        &format!("not here, so that what they say cannot be told: #{tunnel}"),
    ]);
    desk.ok(&["audit"]);
}

#[test]
fn a_diff_says_of_both_ends_what_the_ledger_showed_there() {
    let desk = Desk::new();
    for key in ["bridge", "tunnel", "road"] {
        let (claim, _) = supported(&desk, key);
        desk.append(&[Proposal::about(Index(claim), Event::NoteAdded(Note { text: "seen".into() }))]);
    }
    let size = desk.ledger().size();
    let finding = |at: u64, claim: u64| {
        if claim >= at {
            return None;
        }
        let earlier = desk.ledger().as_of(at).unwrap();
        earlier.claim(Index(claim)).unwrap().map(|c| finding_word(&c))
    };
    for to in 1..=size {
        let ledger = desk.ledger().as_of(to).unwrap();
        for from in 0..=to {
            let touched = diff(&ledger, from, "");
            for claim in &touched {
                assert_eq!(Some(claim.finding.after), finding(to, claim.number), "{from} {to}");
                assert_eq!(claim.finding.before, finding(from, claim.number), "{from} {to}");
                assert_eq!(claim.finding.before.is_none(), claim.what.contains(&"recorded"));
                assert!(claim.entries.iter().all(|e| (from..to).contains(&e.number)) && !claim.entries.is_empty());
            }
            // Every entry about a claim in between is told of, once.
            let told: usize = touched.iter().map(|c| c.entries.len()).sum();
            let entries = ledger.entries(from..to).unwrap();
            let about = entries.iter().filter(|e| ledger.row(e.subject()).unwrap().is_some()).count();
            assert_eq!(told, about, "{from} {to}");
        }
    }
    desk.ok(&["audit"]);
}

#[test]
fn points_that_cannot_be_compared_are_refused() {
    let desk = Desk::new();
    desk.claim("bridge", "The bridge was closed.");
    desk.fails(2, &["diff"]).tells(&["<A>"]);
    desk.fails(2, &["diff", "3", "1"]).tells(&["`3` is size 3, later than `1`", "the earlier point comes first"]);
    desk.fails(2, &["diff", "soon"]).tells(&["no point of the ledger", "a day such as"]);
    desk.fails(2, &["diff", "0", "999"]).tells(&["the ledger has 4 entries, not 999"]);
    desk.fails(2, &["diff", "0", "--where", "findng:x"]).tells(&["did you mean `finding`?", "^^^^^^"]);
    desk.ok(&["diff", "0"]).says(&["from nothing (size 0)", "1 recorded", "1 ledger-opened"]);
    desk.ok(&["diff", "1", "1"]).says(&["0 entries", "no claim was touched"]);
    desk.ok(&["diff", "3"]).says(&["1 entry", "no claim was touched"]);
    desk.ok(&["audit"]);
}
