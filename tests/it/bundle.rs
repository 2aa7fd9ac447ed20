//! Bundles: what is written is checked, by a stranger with the log's key alone; from the library and on the command line.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use onrecord::entry::bundle::check::{Report, Step};
use onrecord::entry::bundle::{Line, MAX_LINE};
use onrecord::entry::why::Outcome;
use onrecord::entry::{Event, Proposal};
use onrecord::exchange::bundle::Reader;
use onrecord::hash::{Digest, Index};
use onrecord::ledger::Ledger;
use onrecord::ledger::bundle::Payloads;
use onrecord::tlog::policy::Policy;

use crate::cli::{Desk, decide, supported};
use crate::ledger;
use crate::ledgers::day;

/// A bundle of these claims.
fn bundle(ledger: &Ledger, claims: &[Index], payloads: Payloads) -> Vec<u8> {
    let mut maker = ledger.bundle(payloads, day("2026-12-01")).unwrap();
    let mut bytes = maker.head(None, None).unwrap().to_bytes().unwrap();
    for claim in claims {
        bytes.extend(maker.claim(*claim).unwrap().iter().flat_map(|line| line.to_bytes().unwrap()));
    }
    let written = maker.entries(&mut |line| {
        bytes.extend_from_slice(line);
        Ok(())
    });
    written.unwrap();
    bytes
}

fn checked(bytes: &[u8], policy: &Policy) -> Report {
    let mut reader = Reader::new(bytes, Some(policy));
    while reader.next().unwrap().is_some() {}
    reader.report().unwrap()
}

fn trust(ledger: &Ledger) -> Policy {
    Policy::of_log(ledger.state().log_keys[0].1.parse().unwrap()).unwrap()
}

/// A bundle of all claims of a ledger, and one of each half, hold; findings that no withheld payload hides follow.
pub fn proves(ledger: &Ledger) {
    let claims = ledger.claims().unwrap();
    let odd: Vec<Index> = claims.iter().copied().filter(|claim| claim.0 % 2 == 1).collect();
    for set in [&claims, &odd] {
        let report = checked(&bundle(ledger, set, Payloads::All), &trust(ledger));
        assert_eq!(report.included, Outcome::Holds);
        assert_eq!(report.by_author.holds, report.entries, "{:?}", report.problems);
        assert_eq!(report.place.holds, report.entries, "{:?}", report.problems);
        assert_eq!((report.payload.does_not_hold, report.finding.does_not_hold), (0, 0), "{:?}", report.problems);
        if report.payload.holds == report.entries {
            assert_eq!(report.finding.holds, set.len() as u64, "{:?}", report.problems);
        }
    }
    // Without payloads there is still nothing that does not hold.
    let report = checked(&bundle(ledger, &claims, Payloads::Needed), &trust(ledger));
    assert_eq!(report.by_author.holds, report.entries);
    assert_eq!(report.finding.does_not_hold, 0, "{:?}", report.problems);
}

/// Large batches of which only a few entries are there, and entries of single commits between them.
#[test]
fn claims_out_of_large_batches() {
    let (_, mut ledger) = ledger::ledger();
    ledger::append(&mut ledger, &[ledger::document()]).unwrap();
    for round in 0..3 {
        let said = |n: usize| {
            let text = format!("Statement {n} of round {round}.");
            Proposal::new(Event::ClaimRecorded(ledger::claim(Index(1), &text)))
        };
        ledger::append(&mut ledger, &(0..700).map(said).collect::<Vec<_>>()).unwrap();
        let note = Event::NoteAdded(onrecord::claim::desk::Note { text: format!("round {round}") });
        ledger::append(&mut ledger, &[Proposal::about(Index(5), note)]).unwrap();
    }
    let claims = ledger.claims().unwrap();
    assert_eq!(claims.len(), 2_100);
    for step in [1, 2, 3, 700] {
        let set: Vec<Index> = claims.iter().copied().step_by(step).collect();
        let bytes = bundle(&ledger, &set, Payloads::All);
        let report = checked(&bytes, &trust(&ledger));
        assert_eq!(report.outcome(), Outcome::Holds, "{:?}", report.problems);
        assert_eq!((report.claims, report.finding.holds), (set.len() as u64, set.len() as u64));
        // All claims: with the document, the batches and the notes these are all entries of the log.
        assert_eq!(report.whole == Outcome::Holds, step == 1);
        // No hash of the log's tree twice: were each entry proved alone, it would take a dozen for every one.
        let mut hashes: Vec<Digest> = Vec::new();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match Line::parse(line, 1).unwrap() {
                Line::Entry(entry) => hashes.extend(entry.before),
                Line::End(end) => hashes.extend(end.after),
                _ => {}
            }
        }
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count);
        assert_eq!(count == 0, step == 1);
    }
}

#[test]
fn a_bundle_as_of_an_earlier_size_is_under_the_latest_checkpoint() {
    let (_, mut ledger) = ledger::ledger();
    ledger::append(&mut ledger, &[ledger::document()]).unwrap();
    let claim = Proposal::new(Event::ClaimRecorded(ledger::claim(Index(1), "The bridge was closed.")));
    ledger::append(&mut ledger, &[claim]).unwrap();
    let note = Event::NoteAdded(onrecord::claim::desk::Note { text: "Later.".into() });
    ledger::append(&mut ledger, &[Proposal::about(Index(2), note)]).unwrap();
    let policy = trust(&ledger);
    let ledger = ledger.as_of(3).unwrap();
    let bytes = bundle(&ledger, &[Index(2)], Payloads::All);
    let report = checked(&bytes, &policy);
    assert_eq!(report.outcome(), Outcome::Holds);
    assert_eq!((report.head.as_of, report.checkpoint.1, report.entries), (Some(3), 4, 3));
    assert!(matches!(report.whole, Outcome::CannotBeDetermined(_)));
}

/// What an importer does: in a second pass, the entries with what they say.
#[test]
fn entries_are_handed_on_as_they_are() {
    let (_, mut ledger) = ledger::ledger();
    ledger::append(&mut ledger, &[ledger::document()]).unwrap();
    let claim = ledger::claim(Index(1), "The bridge was closed.");
    ledger::append(&mut ledger, &[Proposal::new(Event::ClaimRecorded(claim.clone()))]).unwrap();
    let bytes = bundle(&ledger, &[Index(2)], Payloads::All);
    let mut reader = Reader::new(bytes.as_slice(), None);
    let mut found = Vec::new();
    while let Some(step) = reader.next().unwrap() {
        if let Step::Entry(item) = step {
            let entry = ledger.entry(item.index).unwrap();
            assert_eq!((item.leaf, item.entry.as_bytes()), (entry.leaf, entry.bytes.as_slice()));
            assert_eq!(item.payload.map(String::into_bytes), entry.payload);
            found.extend(item.event);
        }
    }
    assert_eq!(found.len(), 3);
    assert_eq!(found[2], Event::ClaimRecorded(claim));
    // Nobody was trusted: nothing is known, and nothing is refuted.
    let report = reader.report().unwrap();
    assert!(matches!(report.included, Outcome::CannotBeDetermined(_)) && report.leads_to_root);
    assert_eq!((report.by_author.holds, report.by_author.cannot_be_determined), (0, 3));
}

#[test]
fn a_line_beyond_all_limits_is_not_read_whole() {
    let mut bytes = b"{\"head\":{\"checkpoint\":\"".to_vec();
    bytes.resize(3 * MAX_LINE, b'x');
    let mut reader = Reader::new(bytes.as_slice(), None);
    assert_eq!(reader.next().unwrap_err().to_string(), format!("line 1: a line has at most {MAX_LINE} bytes"));
    assert!(Line::parse(b"\n", 1).is_err() && Line::parse(b"", 1).is_err());
}

#[test]
fn a_history_on_the_command_line() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    let (claim, verdict) = supported(&desk, "bridge");
    desk.claim("other", "Something else happened.");
    let (number, v) = (claim.to_string(), verdict.to_string());
    desk.ok(&["review", &v, "--approve", "--as", "ben"]);
    desk.ok(&["note", &number, "The mayor’s office has called."]);
    let ran = desk.ok(&["prove", &number, "--history", "--out", "h"]);
    ran.says(&[&format!("history of #{claim} in h"), "entries, 0 without payload"])
        .tells(&["not public", "`--public`"]);
    let ran = desk.ok(&["check", "h"]);
    ran.says(&["holds for all, in example.org/desk", "finding    1 holds", "second-read", "by `ben`", "The mayor"]);
    ran.tells(&["cannot be determined without the log"]);
    let json = desk.ok(&["--json", "check", "h"]).json();
    let checked = &json["checked"][0];
    assert_eq!((&checked["of"], &checked["outcome"]), (&"history".into(), &"holds".into()));
    assert_eq!(checked["by_author"]["holds"], checked["entries"]);

    // A stranger has no key: nothing is determined; a word changed: does not hold.
    let text = fs::read_to_string(desk.path("h")).unwrap();
    let stranger = desk.path("stranger");
    fs::create_dir(&stranger).unwrap();
    let vkey = desk.ok(&["--json", "stats"]).json()["vkey"].as_str().unwrap().to_owned();
    let as_stranger = |args: &[&str]| crate::cli::ran(desk.command_of(&stranger).args(args));
    let ran = as_stranger(&["check", "h"]);
    assert_eq!(ran.code, 4);
    ran.says(&["included   cannot be determined: nobody to trust was named"]).tells(&["--trust VKEY"]);
    assert_eq!(as_stranger(&["check", "h", "--trust", &vkey]).code, 0);
    fs::write(desk.path("changed"), text.replacen("called", "phoned", 1)).unwrap();
    let ran = as_stranger(&["check", "changed", "--trust", &vkey]);
    assert_eq!(ran.code, 1);
    ran.says(&["does not hold: the payload is not the one that the entry commits to"]);
    let ran = as_stranger(&["check", "h", "changed", "--trust", &vkey]);
    assert_eq!(ran.code, 1, "the worst of several files");
    fs::write(desk.path("cut"), &text[..text.len() / 2]).unwrap();
    desk.fails(2, &["check", "cut"]).tells(&["is no bundle", "the file ends within it", "ask for it again"]);

    // Later decisions do not change what was proved; a new proof has them.
    decide(&desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    assert_eq!(as_stranger(&["check", "h", "--trust", &vkey]).code, 0);
    let ran = desk.ok(&["prove", &number, "--history", "--public", "--out", "p"]);
    ran.never_says(&["not public"]);
    let ran = as_stranger(&["check", "p", "--trust", &vkey]);
    assert_eq!(ran.code, 4);
    ran.says(&["a withheld payload hides the finding"]).never_says(&["mayor"]);
    assert!(!fs::read_to_string(desk.path("p")).unwrap().contains("bridge"));
    desk.fails(2, &["prove", "1", "--history"]).tells(&["is no claim"]);
    desk.sound();
}

#[test]
fn what_is_withheld_is_in_no_proof() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    let v = verdict.to_string();
    desk.ok(&["withhold", &v, "--ground", "A source is in danger."]);
    let ran = desk.ok(&["prove", &v, "--out", "one"]);
    let ran_check = desk.ok(&["check", "one"]);
    ran_check.says(&["payload    cannot be determined: the payload is withheld"]);
    drop(ran);
    desk.ok(&["prove", &claim.to_string(), "--history", "--out", "h"]);
    let text = fs::read_to_string(desk.path("h")).unwrap();
    assert!(!text.contains("rationale"));
    assert!(!text.contains("{\"claim\":{"), "no finding is stated where it is withheld");
    let ran = desk.ok(&["check", "h"]);
    ran.says(&["finding    none", "(withheld)"]);
}

#[test]
fn claim_sets_are_exported_and_checked() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    supported(&desk, "tunnel");
    desk.claim("road", "The city closed the road.");
    let ran = desk.ok(&["export", "--format", "bundle", "--out", "set"]);
    ran.says(&["2 claims", "read back"]);
    assert!(!desk.path("set.meta.json").exists(), "its head is inside");
    let again = fs::read(desk.path("set")).unwrap();
    desk.ok(&["export", "--format", "bundle", "--out", "set"]);
    assert_eq!(fs::read(desk.path("set")).unwrap(), again, "the same bytes");
    let ran = desk.ok(&["check", "set"]);
    ran.says(&["claim set, 2 claims", "finding    2 hold", "holds for all"]);
    let text = String::from_utf8(again).unwrap();
    fs::write(desk.path("lie"), text.replacen("\"finding\":\"supported\"", "\"finding\":\"refuted\"", 1)).unwrap();
    let ran = desk.run(&["check", "lie"]);
    assert_eq!(ran.code, 1);
    ran.says(&[
        &format!("#{claim}"),
        "the finding is stated as refuted, confidence low, and by the entries is supported",
    ]);
    let ran = desk.ok(&["export", "--format", "bundle", "--public", "--out", "public"]);
    ran.says(&["0 claims"]);
    desk.ok(&["check", "public"]).says(&["claim set, 0 claims"]);
}

#[test]
fn the_page_is_one_file_without_network() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    desk.ok(&["check", "--page", "--out", "checker.html"]).says(&["checker.html"]);
    desk.ok(&["prove", &claim.to_string(), "--history", "--html", "--out", "h.html"]).says(&["as a page"]);
    desk.ok(&["prove", &claim.to_string(), "--history", "--out", "h"]);
    let (bare, page) =
        (fs::read_to_string(desk.path("checker.html")).unwrap(), fs::read_to_string(desk.path("h.html")).unwrap());
    let proof = fs::read(desk.path("h")).unwrap();
    let inside = <base64ct::Base64 as base64ct::Encoding>::encode_string(&proof);
    assert_eq!(page.replace(&inside, ""), bare);
    for text in ["src=", "http:", "https:", "import(", "innerHTML", "{{", "}}\n<"] {
        assert!(!bare.contains(text), "`{text}` in the page");
    }
    // Each script and the style stand in the policy by their digest.
    let digest = |text: &str| {
        let digest = onrecord::hash::Digest::of(text.as_bytes()).0;
        format!("'sha256-{}'", <base64ct::Base64 as base64ct::Encoding>::encode_string(&digest))
    };
    let between = |open: &str, close: &str| -> Vec<String> {
        page.split(open).skip(1).map(|rest| rest.split(close).next().unwrap().to_owned()).collect()
    };
    let scripts = between("<script>", "</script>");
    assert_eq!(scripts.len(), 3);
    for code in scripts.iter().chain(&between("<style>", "</style>")) {
        assert!(page.contains(&digest(code)), "not in the policy: {}", &code[..60]);
    }
    desk.fails(2, &["check", "h.html"]).tells(&["open it in a browser"]);
    desk.fails(2, &["check"]).tells(&["<FILE>"]);
    desk.fails(2, &["check", "--page", "h"]).tells(&["cannot be used with"]);
}
