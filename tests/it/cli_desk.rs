//! The desk's work on claims as sessions: the good path, the typical mistakes, what is printed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::claim::vocab::{Outcome, Read, Stance, Workflow};
use onrecord::hash::Index;

use crate::cli::{Desk, link, relations, supported};

#[test]
fn evidence_is_linked_and_rated() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let args = [
        "evidence",
        &number,
        "--refutes",
        "--publisher",
        "City gazette",
        "--url",
        "https://gazette.example/12",
        "--says",
        "Open again on 26 March.",
        "--read",
        "full",
        "--reliability",
        "b",
        "--credibility",
        "2",
        "--class",
        "document",
        "--cluster",
        "city",
        "--dated",
        "2025-03-27",
        "--obtained",
        "2025-04-01",
        "--key",
        "gazette",
    ];
    let done = desk.ok(&args);
    let evidence = done.number();
    done.says(&[
        &format!("evidence on #{claim} \"The city closed the old bridge on 2 March 2025.\""),
        "refutes, rated B2, document, read: full, cluster city",
        " evidence-linked",
        &format!("size {}, root {}", desk.ledger().size(), desk.ledger().root()),
    ]);
    done.tells(&[&format!("next: `onrecord verify {claim} "), &format!("--on {evidence}`")]);
    done.never_says(&["guess", "nobody has judged"]);
    let leaf = desk.ledger().entry(Index(evidence)).unwrap().leaf;
    done.says(&[&format!("recorded #{evidence}@{} evidence-linked", leaf.short())]);
    let state = desk.state(claim);
    let body = state.evidence(Index(evidence)).unwrap().standing().unwrap();
    assert_eq!((body.stance, body.read, body.is_admissible()), (Stance::Refutes, Read::Full, true));

    // The same again appends nothing.
    desk.ok(&args).says(&[&format!("on record already, nothing appended: #{evidence}@")]);
    assert_eq!(desk.ledger().size(), evidence + 1);

    // Words find the claim; what is not said is a guess or not judged, and that is said.
    let done = desk.ok(&[
        "evidence",
        "city bridge",
        "--supports",
        "--url",
        "https://www.News.example:80/a?b",
        "--says",
        "Closed.",
    ]);
    done.says(&["supports, rated F6, news-report, read: excerpt, cluster news.example"]);
    done.tells(&["note: cluster `news.example` is a guess", "nobody has judged source and information (F6)"]);
    let document = (claim - 1).to_string();
    let done = desk.ok(&["evidence", &number, "--supports", "--document", &document, "--says", "It says so itself."]);
    done.tells(&["this is the document that makes the claim"]);
    desk.sound();
}

#[test]
fn evidence_json_is_a_receipt_and_errors_are_json_too() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    let done = desk.ok(&["--json", "evidence", &claim, "--supports", "--publisher", "Gazette", "--says", "Closed."]);
    let json = done.json();
    let ledger = desk.ledger();
    assert_eq!(json["onrecord"], 1);
    assert_eq!(json["size"], ledger.size());
    assert_eq!(json["root"], ledger.root().hex());
    assert_eq!(json["entries"][0]["kind"], "evidence-linked");
    let number = json["entries"][0]["number"].as_u64().unwrap();
    assert_eq!(json["entries"][0]["leaf"], ledger.entry(Index(number)).unwrap().leaf.hex());
    assert_eq!(json["notes"].as_array().unwrap().len(), 2, "the guessed cluster and the missing rating: {json}");
    assert!(done.err.is_empty(), "{}", done.err);

    let failed =
        desk.fails(2, &["--json", "evidence", "999", "--supports", "--publisher", "Gazette", "--says", "Closed."]);
    let json: serde_json::Value = serde_json::from_str(&failed.err).unwrap();
    assert_eq!(json["error"]["kind"], "bad-input");
    assert!(json["error"]["message"].as_str().unwrap().contains("there is no entry #999"));
}

#[test]
fn evidence_mistakes_say_what_would_be_right() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    desk.claim("tunnel", "The city closed the tunnel on 3 March 2025.");
    let with = |more: &[&str]| {
        let mut args = vec!["evidence", &claim, "--supports", "--publisher", "Gazette", "--says", "Closed."];
        args.extend(more);
        desk.fails(2, &args)
    };
    desk.fails(2, &["evidence", &claim, "--says", "Closed."]).tells(&["--supports|--refutes|--qualifies|--context"]);
    with(&["--refutes"]).tells(&["cannot be used with"]);
    with(&["--class", "newspaper"]).tells(&["news-report, fact-check"]);
    with(&["--class", "new-report"]).tells(&["a similar value exists: 'news-report'"]);
    with(&["--reliability", "G"]).tells(&["possible values: A, B, C, D, E, F"]);
    with(&["--dated", "March 2025"]).tells(&["`March 2025` is not an EDTF date", "2024-10-01"]);
    with(&["--obtained", "2025-02-30"]).tells(&["a day is written 2026-11-22"]);
    with(&["--obtained", "9999-01-01"]).tells(&["`--obtained 9999-01-01` lies in the future"]);
    with(&["--url", "gazette.example/12"]).tells(&["`--url`: an address begins with https://"]);
    with(&["--key", "12"]).tells(&["no number and no stance"]);
    with(&["--key", "supports"]).tells(&["no number and no stance"]);
    with(&["--document", "0"]).tells(&["is no document"]).never_says(&["recorded #"]);
    with(&["--lang", "English", "--url", "x"]).tells(&["2 values cannot be recorded", "`--lang`:", "`--url`:"]);
    desk.fails(2, &["evidence", &claim, "--supports", "--says", "Closed."])
        .tells(&["`--publisher`: say where it is from"]);
    desk.fails(2, &["evidence", "city closed", "--supports", "--publisher", "G", "--says", "C."]).tells(&[
        "2 claims fit `city closed`",
        "old bridge",
        "tunnel",
    ]);
    desk.fails(2, &["evidence", "harbour", "--supports", "--publisher", "G", "--says", "C."])
        .tells(&["no claim fits `harbour`", "onrecord list"]);
    link(&desk, claim.parse().unwrap(), "--supports", "gazette", "city", &[]);
    with(&["--key", "gazette"]).tells(&["has the key `gazette` already"]);
    desk.sound();
}

#[test]
fn text_of_others_cannot_fool_the_terminal() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city \u{202e}desolc the bridge.").to_string();
    let args = [
        "evidence",
        &claim,
        "--supports",
        "--publisher",
        "Ga\u{200b}zette",
        "--says",
        "Closed.",
        "--cluster",
        "c\u{2066}x",
    ];
    let done = desk.ok(&args);
    done.says(&["\\u{202e}", "c\\u{2066}x"]);
    done.never_says(&["\u{202e}", "\u{2066}", "\u{200b}"]);
}

#[test]
fn a_search_is_recorded_also_when_nothing_was_found() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let base = ["looked", &number, "--where", "city gazette", "--for", "dates of the closing"];
    let done = desk.ok(&[&base[..], &["--on", "2025-04-10", "--languages", "en,ar"]].concat());
    done.says(&["search for #", "on 2025-04-10, 0 found", " search-recorded"]);
    done.tells(&["recorded as having found nothing", "--finding not-enough-evidence"]);
    desk.ok(&[&base[..], &["--found", "2"]].concat())
        .tells(&[&format!("`onrecord evidence {claim} ")])
        .never_says(&["nothing;"]);
    let state = desk.state(claim);
    assert_eq!(state.searches.len(), 2);
    assert_eq!(state.searches[0].standing().unwrap().languages, ["en", "ar"]);

    desk.fails(2, &["looked", &number, "--where", "gazette"]).tells(&["--for <TEXT>"]);
    desk.fails(2, &[&base[..], &["--languages", "English"]].concat()).tells(&["BCP 47"]);
    desk.fails(2, &[&base[..], &["--on", "9999-01-01"]].concat()).tells(&["lies in the future"]);
    desk.fails(2, &[&base[..], &["--found", "many"]].concat()).tells(&["invalid value 'many'"]);
    desk.sound();
}

#[test]
fn a_contact_waits_and_is_brought_up_to_date() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let who = ["contact", &number, "--who", "Works department"];
    let asked = desk.ok(&[&who[..], &["--asked", "2025-04-01", "--until", "2025-04-05"]].concat());
    asked.says(&["Works department: waiting for an answer until 2025-04-05", " contact-recorded"]);
    asked.tells(&["--outcome answered|declined|no-reply"]);
    let done = desk.ok(&[&who[..], &["--outcome", "no-reply"]].concat());
    done.says(&["Works department: no-reply", &format!("takes the place of #{}", asked.number())]);
    let state = desk.state(claim);
    let standing: Vec<_> = state.contacts.iter().filter_map(|c| c.standing()).collect();
    let [contact] = standing.as_slice() else { panic!("{standing:?}") };
    assert_eq!(contact.outcome, Some(Outcome::NoReply));
    assert_eq!(contact.asked.unwrap().to_string(), "2025-04-01", "the day is carried over");

    desk.fails(2, &who).tells(&["`--asked`: say when they were asked"]);
    desk.fails(2, &[&who[..], &["--asked", "2025-04-05", "--until", "2025-04-01"]].concat())
        .tells(&["`--until`: lies before"]);
    desk.fails(2, &[&who[..], &["--asked", "2025-04-05", "--outcome", "no-replay"]].concat()).tells(&["'no-reply'"]);
    desk.fails(2, &[&who[..], &["--asked", "2025-04-05", "--answer", "No."]].concat())
        .tells(&["only outcome `answered`"]);
    let old = asked.number().to_string();
    desk.fails(2, &[&who[..], &["--outcome", "declined", "--update", &old]].concat())
        .tells(&["was brought up to date already", &format!("--update {}", done.number())]);
    // Two wait for the same name: which is meant must be said.
    for day in ["2025-05-01", "2025-05-02"] {
        desk.ok(&[&who[..], &["--asked", day]].concat());
    }
    desk.fails(2, &[&who[..], &["--outcome", "declined"]].concat()).tells(&["2 contacts wait", "asked 2025-05-02"]);
    desk.ok(&["contact", &number, "--who", "The mayor", "--outcome", "not-sought"])
        .tells(&["does not take this for a contact"]);
    desk.sound();
}

#[test]
fn claims_evidence_and_relations_are_withdrawn() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let (other, _) = supported(&desk, "tunnel");
    let (a, b) = (claim.to_string(), other.to_string());
    desk.fails(2, &["withdraw", &a, "--evidence", "gazette"]).tells(&["--reason <TEXT>"]);
    let done = desk.ok(&["withdraw", &a, "--evidence", "gazette", "--reason", "Misread."]);
    done.says(&["withdrew evidence #", " evidence-withdrawn"])
        .tells(&["the verdict in force relies on it", "onrecord verify"]);
    let gone = desk.state(claim).evidence[0].number.0.to_string();
    desk.refused("G17", &["withdraw", &a, "--evidence", &gone, "--reason", "Again."]).tells(&["was withdrawn already"]);
    desk.fails(2, &["withdraw", &a, "--evidence", "gazette", "--reason", "Again."]).tells(&["has no evidence yet"]);
    desk.fails(2, &["withdraw", &a, "--evidence", &b, "--reason", "x"]).tells(&["is not evidence on"]);

    let related = desk.ok(&["relate", &a, "contradicts", &b]).number().to_string();
    desk.fails(2, &["withdraw", &b, "--relation", &related, "--reason", "x"])
        .tells(&["is no relation from", "that it goes from"]);
    desk.ok(&["withdraw", &a, "--relation", &related, "--reason", "They do not."])
        .says(&["withdrew relation #", " relation-withdrawn"]);
    assert!(relations(&desk.state(claim)).is_empty());
    desk.fails(2, &["withdraw", &a, "--relation", &related, "--reason", "x"]).tells(&["was withdrawn already"]);

    desk.ok(&["withdraw", &a, "--reason", "A duplicate."])
        .says(&["withdrew #", " claim-moved"])
        .tells(&["onrecord triage"]);
    assert_eq!(desk.state(claim).workflow, Some(Workflow::Withdrawn));
    desk.refused("S11", &["withdraw", &a]).tells(&["take it up again first"]);
    desk.refused("S11", &["publish", &a]).tells(&["onrecord triage"]);
    desk.ok(&["triage", &a]).says(&["withdrawn -> triaged"]);
    desk.sound();
}

#[test]
fn claims_are_related() {
    let desk = Desk::new();
    let said = desk.claim("said", "The mayor said that the bridge was closed.");
    let content = desk.claim("closed", "The city closed the old bridge on 2 March 2025.");
    let (a, b) = (said.to_string(), content.to_string());
    let done = desk.ok(&["relate", &a, "content-of", "old bridge", "--note", "His words."]);
    done.says(&["\"The mayor said", "content-of #", " claims-related"]);
    let number = done.number();
    desk.ok(&["relate", &a, "content-of", &b, "--note", "His words."])
        .says(&[&format!("nothing appended: #{number}@")]);
    assert_eq!(relations(&desk.state(said)).len(), 1);
    desk.fails(2, &["relate", &a, "content", &b]).tells(&["content-of, contradicts", "'content-of'"]);
    desk.fails(2, &["relate", &a, "supports", &a]).tells(&["a relation needs two claims"]);
    desk.fails(2, &["relate", &a, "supports", "0"]).tells(&["#0 is no claim but an entry of kind ledger-opened"]);
    desk.sound();
}

#[test]
fn several_claims_are_taken_up_together_or_not_at_all() {
    let desk = Desk::new();
    desk.enrol("ben", "checker");
    let (a, b) = (desk.claim("bridge", "The old bridge is closed."), desk.claim("tunnel", "The tunnel is closed."));
    let c = desk.claim("gate", "The gate is closed.");
    let [na, nb, nc] = [a, b, c].map(|n| n.to_string());
    let before = desk.ledger().size();
    // Every mistake is told, each with its next step.
    let failed = desk.fails(2, &["triage", "bridge", "brigde", "0", &nb, "--assign", "ben"]);
    failed.tells(&[
        "2 of 4 references cannot be used; nothing was recorded",
        "`brigde`: no claim fits",
        "`0`: #0 is no claim",
    ]);
    desk.fails(2, &["publish", "none", "neither"]).tells(&["2 of 2 references", "`none`: ", "`neither`: "]);
    desk.fails(2, &["review", "none", &nb, "--approve"]).tells(&["`none`: ", &format!("`{nb}`: #{b} has no verdict")]);
    desk.fails(2, &["triage", &na, "bridge"]).tells(&[&format!("#{a} is named twice")]);
    assert_eq!(desk.ledger().size(), before);

    let done = desk.ok(&["triage", &na, "tunnel", "--assign", "ben", "--due", "2099-12-01"]);
    done.says(&["old bridge", "tunnel", "recorded -> triaged; ben has it, due 2099-12-01"])
        .tells(&["list state:triaged"]);
    let listed = |query: &str| -> Vec<u64> {
        let json = desk.ok(&["list", query, "--json"]).json();
        json["claims"].as_array().unwrap().iter().map(|c| c["number"].as_u64().unwrap()).collect()
    };
    assert_eq!(listed("state:triaged due:..2099-12-01"), [a, b]);
    assert_eq!(listed("state:triaged due:..2099-11-30"), [0; 0]);
    assert_eq!(listed("assigned:ben -due:2099"), [0; 0]);
    // One that cannot be moved holds all of them back, and is named.
    desk.ok(&["withdraw", &nc, "--reason", "Recorded twice."]);
    let size = desk.ledger().size();
    desk.fails(2, &["triage", &na, &nc, "--park"]).tells(&[&format!("#{c} refused [S11]"), "all or none"]);
    assert_eq!(desk.ledger().size(), size);
    desk.ok(&["triage", &na, &nb, "--park"]).says(&["triaged -> parked; ben has it"]).tells(&["takes them up again"]);
    let json = desk.ok(&["--json", "triage", &na, &nb]).json();
    assert_eq!(json["entries"].as_array().unwrap().len(), 3, "two moves and the batch's signature: {json}");
    desk.sound();
}

#[test]
fn claims_are_taken_up_and_parked() {
    let desk = Desk::new();
    desk.enrol("ben", "checker");
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let done = desk.ok(&["triage", &number, "--assign", "ben", "--due", "2099-01-01"]);
    done.says(&["recorded -> triaged; ben has it, due 2099-01-01", " claim-moved"]).tells(&["onrecord evidence"]);
    // What is not given stays.
    desk.ok(&["triage", &number, "--park", "--note", "Waits for the gazette."])
        .says(&["triaged -> parked; ben has it, due 2099-01-01"]);
    desk.ok(&["triage", &number, "--unassign", "--due", "2025-01-01"])
        .says(&["nobody has it, due 2025-01-01"])
        .tells(&["lies before today"]);
    desk.ok(&["triage", &number, "--no-due", "--in-review"]).says(&["triaged -> in-review; nobody has it\n"]);
    desk.fails(2, &["triage", &number, "--assign", "bem"]).tells(&["no agent `bem`", "did you mean `ben`?"]);
    desk.fails(2, &["triage", &number, "--due", "soon"]).tells(&["a day is written"]);
    desk.fails(2, &["triage", &number, "--park", "--in-review"]).tells(&["cannot be used with"]);
    desk.ok(&["agent", "revoke", "ben", "--reason", "Left."]);
    desk.fails(2, &["triage", &number, "--assign", "ben"]).tells(&["no agent `ben` can be given a claim"]);
    desk.sound();
}

#[test]
fn notes_are_written_on_anything() {
    let desk = Desk::new();
    let (claim, verdict) = supported(&desk, "bridge");
    desk.ok(&["note", &claim.to_string(), "Call", "back", "on Monday"]).says(&["stays with the desk", " note-added"]);
    desk.ok(&["note", &verdict.to_string(), "Ask ben."])
        .says(&[&format!("note on #{verdict}, verdict-issued about #{claim}")]);
    desk.ok(&["note", "closed the bridge", "By words."]);
    desk.ok(&["note", "0", "On the ledger."]);
    let state = desk.state(claim);
    let notes: Vec<&str> = state.notes.iter().filter_map(|n| n.standing().map(String::as_str)).collect();
    assert_eq!(notes, ["Call back on Monday", "Ask ben.", "By words."]);
    desk.fails(2, &["note", &claim.to_string()]).tells(&["<TEXT>"]);
    desk.fails(2, &["note", &claim.to_string(), " "]).tells(&["white space"]);
    desk.fails(2, &["note", "99", "x"]).tells(&["there is no entry #99"]);
    desk.sound();
}

#[test]
fn quiet_keeps_the_data_and_drops_the_talk() {
    let desk = Desk::new();
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.").to_string();
    let done = desk.ok(&["--quiet", "evidence", &claim, "--supports", "--publisher", "Gazette", "--says", "Closed."]);
    assert!(done.err.is_empty(), "{}", done.err);
    done.says(&["evidence on #", "recorded #"]);
}
