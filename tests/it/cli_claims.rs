//! Sessions with the real binary: documents, anchors, claims by flags, amending, history, export, completions, manual.

use std::collections::BTreeSet;

use onrecord::cli::capture::text_of;
use onrecord::hash::{Digest, Index};

use super::cli::Desk;

const TEXT: &str = "BRIDGE NEWS. The works department said the old bridge was closed for over three weeks from 2 March. \
    Traders in the “old town” were angry, and the old bridge is loved.\n";
const PASSAGE: &str = "the old bridge was closed for over three weeks from 2 March";

/// A desk with the document of these tests as a file.
fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::write(desk.path("bridge.txt"), TEXT).unwrap();
    desk
}

/// Adds a claim by flags; more flags after those that it needs.
fn flags<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![
        "add",
        "--statement",
        "The old bridge was closed for more than three weeks from 2 March 2025.",
        "--document",
        "bridge.txt",
        "--title",
        "Old bridge closed",
        "--publisher",
        "The Example",
        "--dated",
        "2025-03",
        "--kind",
        "quantity",
        "--quote",
        PASSAGE,
        "--said-by",
        "Works department:official",
        "--factuality",
        "CT+",
        "--hedge",
        "over",
        "--quantity",
        "over three weeks:>:3:weeks",
        "--when",
        "2 March=2025-03-02",
        "--place",
        "Old Bridge",
    ];
    args.extend(more);
    args
}

fn size(desk: &Desk) -> u64 {
    desk.ledger().size()
}

#[test]
fn a_document_is_registered_once_with_its_bytes() {
    let desk = desk();
    let args = ["document", "add", "bridge.txt", "--title", "Old bridge closed", "--publisher", "The Example"];
    let ran = desk.ok(&args);
    ran.says(&["document-registered", "snapshot-captured", "text-extracted"]);
    let number = ran.number();
    let ledger = desk.ledger();
    let state = ledger.document_state(Index(number)).unwrap().unwrap();
    let snapshot = state.snapshot().unwrap().clone();
    assert_eq!(snapshot.sha256, Digest::of(TEXT.as_bytes()));
    assert_eq!(snapshot.bytes, Some(TEXT.len() as u64));
    assert_eq!(snapshot.media_type, "text/plain");
    let text = state.texts[0].1.clone().unwrap();
    assert_eq!((text.algorithm.as_str(), text.code_points), ("utf-8", Some(TEXT.chars().count() as u64)));
    assert_eq!(ledger.blob(&snapshot.sha256).unwrap().unwrap(), TEXT.as_bytes());
    drop(ledger);

    let before = size(&desk);
    // The same bytes under another name are the same document.
    std::fs::write(desk.path("copy.txt"), TEXT).unwrap();
    let again = desk.ok(&["document", "add", "copy.txt", "--title", "Another title"]);
    again.says(&["on record already", &format!("#{number}@")]).tells(&["left as on record, title"]);
    assert_eq!(size(&desk), before);
    let json = desk.ok(&["document", "add", "bridge.txt", "--json"]).json();
    assert_eq!((json["appended"].as_bool(), json["entries"][0]["number"].as_u64()), (Some(false), Some(number)));

    let shown = desk.ok(&["document", "show", &number.to_string()]);
    shown.says(&["Old bridge closed", "The Example", &snapshot.sha256.hex(), "held by the desk", "claims in it: 0"]);
    for reference in ["old bridge", &snapshot.sha256.hex()[..12]] {
        desk.ok(&["document", "show", reference]).says(&["Old bridge closed"]);
    }
    desk.ok(&["document", "list"]).says(&["The Example", "held", "Old bridge closed"]);
    desk.sound();
}

#[test]
fn a_document_may_be_an_address_alone_and_captured_later() {
    let desk = desk();
    let url = "https://example.org/old-bridge";
    let ran = desk.ok(&["document", "add", url, "--title", "Old bridge closed", "--publisher", "The Example"]);
    let number = ran.number();
    ran.tells(&["by its address alone"]);
    desk.ok(&["document", "add", url]).says(&["on record already"]);
    desk.ok(&["document", "show", url]).says(&["no bytes captured"]);

    // A passage of what nobody captured cannot be anchored.
    let before = size(&desk);
    let statement = ["add", "--statement", "The bridge was closed.", "--document", url];
    let quoted = [&statement[..], &["--quote", "was closed"]].concat();
    desk.fails(2, &quoted).tells(&["no text of this document at hand", "name the document by its file"]);
    assert_eq!(size(&desk), before);

    desk.ok(&["document", "add", "bridge.txt", "--url", url, "--no-hold"]).says(&["snapshot-captured"]);
    let ledger = desk.ledger();
    let state = ledger.document_state(Index(number)).unwrap().unwrap();
    assert_eq!(state.snapshots.len(), 1, "captured for the document on record");
    assert!(ledger.blob(&Digest::of(TEXT.as_bytes())).unwrap().is_none(), "not held, as asked");
    drop(ledger);
    desk.sound();
}

#[test]
fn documents_that_are_none_are_refused() {
    let desk = desk();
    std::fs::write(desk.path("empty.txt"), "").unwrap();
    std::fs::write(desk.path("blob.bin"), [0, 159, 146, 150]).unwrap();
    let before = size(&desk);
    desk.fails(2, &["document", "add", "gone.txt"]).tells(&["cannot read", "gone.txt", "an address such as https://"]);
    desk.fails(2, &["document", "add", "empty.txt"]).tells(&["is empty"]);
    desk.fails(2, &["document", "add", "bridge.txt", "--dated", "March 2025"]).tells(&["is not an EDTF date"]);
    desk.fails(2, &["document", "add", "bridge.txt", "--url", "example.org"]).tells(&["--url", "begins with https://"]);
    desk.fails(2, &["document", "show", "0"]).tells(&["#0 is no document", "document list"]);
    desk.fails(2, &["document", "show", "zebra"]).tells(&["no document fits"]);
    assert_eq!(size(&desk), before);
    let ran = desk.ok(&["document", "add", "blob.bin", "--title", "Noise"]);
    ran.tells(&["not UTF-8 text"]).never_says(&["text-extracted"]);
    assert!(text_of(&[0, 1]).is_none());
}

#[test]
fn an_anchor_is_found_proposed_or_not_there() {
    let desk = desk();
    let ran = desk.ok(&["anchor", "bridge.txt", PASSAGE]);
    let start = TEXT[..TEXT.find(PASSAGE).unwrap()].chars().count();
    let end = start + PASSAGE.chars().count();
    let digest = Digest::of(PASSAGE.as_bytes());
    assert_eq!(ran.out, format!("{{ start = {start}, end = {end}, sha256 = \"{digest}\" }}\n"));
    ran.tells(&[&Digest::of(TEXT.as_bytes()).hex()]);

    let several = desk.ok(&["anchor", "bridge.txt", "the old bridge"]);
    assert_eq!(several.out.lines().count(), 2);
    several.tells(&["2 places"]);

    // Straight quotation marks: near, so a comment to look at and not a line to paste.
    let near = desk.run(&["anchor", "bridge.txt", "in the \"old town\""]);
    assert_eq!(near.code, 1);
    assert!(near.out.lines().count() == 2 && near.out.lines().all(|line| line.starts_with('#')), "{}", near.out);
    near.says(&["“old town”"]);
    assert_eq!(desk.run(&["anchor", "bridge.txt", "the new bridge"]).code, 1);
    let json = desk.run(&["anchor", "bridge.txt", "the new bridge", "--json"]);
    assert_eq!((json.code, json.json()["found"].as_str().unwrap().to_owned()), (1, "nothing".to_owned()));
    std::fs::write(desk.path("blob.bin"), [0xff, 0xfe]).unwrap();
    desk.fails(2, &["anchor", "blob.bin", "x"]).tells(&["not UTF-8 text"]);
}

#[test]
fn a_claim_by_flags_is_recorded_with_its_document() {
    let desk = desk();
    let ran = desk.ok(&flags(&[]));
    ran.says(&["document-registered", "claim-recorded"]).tells(&["recorded as approximator, strength low"]);
    ran.never_says(&["recorded as certain", "is recorded as unknown"]);
    let number = desk.ledger().claims().unwrap()[0];
    let state = desk.state(number.0);
    let claim = state.claim.unwrap();
    let appearance = &claim.appearance;
    let (anchor, hedge) = (&appearance.anchors[0], &appearance.hedges[0]);
    assert_eq!(anchor.sha256, Some(Digest::of(PASSAGE.as_bytes())));
    assert_eq!(anchor.quote, None, "the words are not kept unless asked for");
    let at = TEXT[..TEXT.find("over three").unwrap()].chars().count() as u64;
    assert_eq!((hedge.start, hedge.end, hedge.level), (Some(at), Some(at + 4), 1));
    let chain: Vec<_> =
        appearance.attribution.iter().map(|s| (s.name.clone().unwrap(), s.factuality.as_str())).collect();
    assert_eq!(chain, [("The Example".to_owned(), "Uu"), ("Works department".to_owned(), "CT+")]);
    assert_eq!((claim.quantities[0].comparator.as_str(), claim.quantities[0].value.as_deref()), (">", Some("3")));
    assert_eq!(claim.times[0].basis.as_str(), "inferred", "the year does not stand in the words");

    let before = size(&desk);
    let again = desk.ok(&flags(&[]));
    again.says(&["on record already", &format!("{number}@")]);
    let json = desk.ok(&flags(&["--json"])).json();
    assert_eq!(json["entries"][0]["number"].as_u64(), Some(number.0));
    assert_eq!(size(&desk), before, "adding twice appends nothing");
    let other = desk.fails(2, &flags(&["--actor", "City of Example"]));
    other.tells(&[
        "stands otherwise",
        "actors: nothing -> [\"City of Example\"]",
        &format!("onrecord amend {}", number.0),
    ]);
    assert_eq!(size(&desk), before);
    desk.sound();
}

#[test]
fn mistakes_in_flags_name_what_would_be_right() {
    let desk = desk();
    let before = size(&desk);
    let base = ["add", "--statement", "The old bridge was closed.", "--document", "bridge.txt"];
    let with = |more: &[&str]| desk.fails(2, &[&base[..], more].concat());
    with(&[]).tells(&["the outlet comes first", "--publisher NAME"]);
    let outlet = ["--publisher", "The Example"];
    let with = |more: &[&str]| desk.fails(2, &[&base[..], &outlet[..], more].concat());
    with(&["--kind", "fact"]).tells(&["event", "statement-made"]);
    with(&["--not-checkable", "opinon"]).tells(&["opinion", "forecast", "vague", "private"]);
    with(&["--said-by", "Fuad:speaker"]).tells(&["role in an attribution", "spokesperson"]);
    with(&["--hedge", "gizmo"]).tells(&["not in the lexicon", "negative-evidence"]);
    with(&["--hedge", "over:approx"]).tells(&["class of hedge", "approximator"]);
    with(&["--quote", PASSAGE, "--hedge", "reportedly"]).tells(&["does not stand in the passage"]);
    with(&["--quote", "the old bridge"]).tells(&["stands in 2 places", "quote more words"]);
    with(&["--quote", "The Old Bridge was closed"]).tells(&["it has \"the old bridge was closed\""]);
    with(&["--quote", "the new bridge"]).tells(&["does not stand in the document", "onrecord anchor"]);
    with(&["--quantity", "over three weeks"]).tells(&["four parts"]);
    with(&["--quantity", "over three:more:3:weeks"]).tells(&["comparator", "range"]);
    with(&["--quantity", "over three:>:three:weeks"]).tells(&["a number is a decimal"]);
    with(&["--when", "March"]).tells(&["words and a date"]);
    with(&["--key", "Old Bridge"]).tells(&["--key", "lower-case letters"]);
    with(&["--factuality", "CT+", "--factuality", "Uu"]).tells(&["is given 2 times", "1 steps"]);
    desk.fails(2, &["add", "--statement", "The old bridge was closed."]).tells(&["needs `--document`"]);
    desk.fails(2, &["add", "--place", "Old Bridge"]).tells(&["needs `--statement`"]);
    desk.fails(2, &["add"]).tells(&["claim files, or folders of them", "--statement", "opens your editor"]);
    let json = desk.fails(2, &["add", "--json"]);
    let error: serde_json::Value = serde_json::from_str(&json.err).unwrap();
    assert_eq!(error["error"]["kind"], "usage");
    assert_eq!(size(&desk), before, "nothing of all this was recorded");
    assert!(desk.ledger().blob(&Digest::of(TEXT.as_bytes())).unwrap().is_none(), "nor held");
}

#[test]
fn an_anonymous_source_has_a_description_and_no_name() {
    let desk = desk();
    desk.ok(&[
        "add",
        "--statement",
        "The bridge was closed.",
        "--document",
        "bridge.txt",
        "--publisher",
        "The Example",
        "--said-by",
        "an officer near the talks:anonymous",
    ]);
    let claim = desk.state(desk.ledger().claims().unwrap()[0].0).claim.unwrap();
    let step = &claim.appearance.attribution[1];
    assert_eq!((step.name.as_deref(), step.description.as_deref()), (None, Some("an officer near the talks")));
    assert_eq!(claim.appearance.anchors[0].selector.as_str(), "whole");
}

#[test]
fn a_claim_file_with_five_mistakes_reports_five() {
    let desk = desk();
    let text = r#"[document]
url = "https://example.org/old-bridge"
titel = "Old bridge closed"

[[claim]]
key = "Bridge Closed"
statement = "The old bridge was closed."
kind = "fact"
checkable = true
times = [{ text = "2 March", edtf = "March 2", basis = "inferred" }]
[claim.appearance]
anchors = [{ selector = "whole" }]
attribution = [{ name = "The Example", role = "outlet", factuality = "CT++" }]
"#;
    std::fs::write(desk.path("five.toml"), text).unwrap();
    let before = size(&desk);
    let ran = desk.fails(2, &["add", "five.toml"]);
    ran.tells(&["5 mistakes", "nothing was recorded"]);
    for line in [3, 6, 8, 10, 13] {
        let at = format!("five.toml:{line}:");
        let found = ran.err.lines().find(|l| l.contains(&at)).unwrap_or_else(|| panic!("no {at} in:\n{}", ran.err));
        let rest = &found[found.find(&at).unwrap() + at.len()..];
        let column: usize = rest.split(':').next().unwrap().parse().unwrap();
        assert!(column > 0 && column <= text.lines().nth(line - 1).unwrap().chars().count() + 1);
    }
    assert_eq!(size(&desk), before);
}

#[test]
fn claim_files_are_added_once_and_changed_only_when_asked() {
    let desk = desk();
    let file = desk.path("article.toml");
    std::fs::write(&file, onrecord::draft::template::EXAMPLE).unwrap();
    desk.ok(&["add", "article.toml"]).says(&["claims     3"]);
    let before = size(&desk);
    desk.ok(&["add", "article.toml"]).says(&["nothing new"]);
    assert_eq!(size(&desk), before);

    let edited = onrecord::draft::template::EXAMPLE.replace("was a disgrace", "was a great disgrace");
    std::fs::write(&file, edited).unwrap();
    let ran = desk.fails(2, &["add", "article.toml"]);
    ran.tells(&["closure-disgraceful", "was a disgrace", "was a great disgrace", "--amend"]);
    assert_eq!(size(&desk), before);
    desk.ok(&["add", "article.toml", "--amend"]).says(&["changed:", "was a great disgrace"]);
    desk.ok(&["add", "article.toml"]).says(&["nothing new"]);
    desk.sound();
}

#[test]
fn amending_shows_the_difference_and_history_keeps_it() {
    let desk = desk();
    desk.ok(&flags(&[]));
    let number = desk.ledger().claims().unwrap()[0].to_string();
    let before = size(&desk);
    desk.ok(&["amend", &number, "--place", "Old Bridge"]).says(&["nothing changed"]);
    let json = desk.ok(&["amend", &number, "--place", "Old Bridge", "--json"]).json();
    assert_eq!(json["appended"], false);
    assert_eq!(size(&desk), before);

    let ran = desk.ok(&[
        "amend",
        &number,
        "--statement",
        "The old bridge was closed in March 2025.",
        "--kind",
        "event",
        "--place",
        "",
    ]);
    ran.says(&[
        "claim-amended",
        "kind: \"quantity\" -> \"event\"",
        "places: [\"Old Bridge\"] -> nothing",
        "statement:\n    - \"The old bridge was closed for more",
    ]);
    // The held text serves to anchor anew.
    desk.ok(&["amend", &number, "--quote", "the old bridge is loved", "--said-by", "Traders:organisation"]);
    assert_eq!(
        desk.state(number[1..].parse().unwrap()).claim.unwrap().appearance.attribution[1].name.as_deref(),
        Some("Traders")
    );
    desk.fails(2, &["amend", &number, "--kind", "forecast", "--checkable"]).tells(&["not checkable"]);

    let history = desk.ok(&["history", &number]);
    history.says(&["claim-recorded", "claim-amended", "ana", "+ \"The old bridge was closed in March 2025.\""]);
    history.never_says(&["batch-signed"]);
    let json = desk.ok(&["history", &number, "--kind", "claim-amended", "--limit", "1", "--json"]).json();
    let entries = json["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    let paths: BTreeSet<&str> =
        entries[0]["changes"].as_array().unwrap().iter().map(|c| c["path"].as_str().unwrap()).collect();
    assert!(paths.iter().all(|p| p.starts_with("appearance.")) && !paths.is_empty(), "{paths:?}");
    desk.sound();
}

#[test]
fn what_is_published_is_not_amended() {
    let desk = desk();
    let number = desk.opinion("loved", "The old bridge is loved.");
    let n = number.to_string();
    judge_and_publish(&desk, number);
    let before = size(&desk);
    desk.fails(2, &["amend", &n, "--place", "Old Bridge"]).tells(&["is published", &format!("onrecord correct {n}")]);
    assert_eq!(size(&desk), before);
}

/// Finds an opinion not checkable, through the library, and publishes it.
fn judge_and_publish(desk: &Desk, number: u64) {
    verdict(desk, number);
    let publication = onrecord::claim::desk::Publication { note: None };
    let event = onrecord::entry::Event::ClaimPublished(publication);
    desk.append(&[onrecord::entry::Proposal::about(Index(number), event)]);
}

fn verdict(desk: &Desk, number: u64) {
    let json = serde_json::json!({
        "confidence": "low", "finding": "not-checkable", "judged_on": "2025-04-10", "rationale": "A judgement."
    });
    let verdict = serde_json::from_value(json).unwrap();
    let event = onrecord::entry::Event::VerdictIssued(verdict);
    desk.append(&[onrecord::entry::Proposal::about(Index(number), event)]);
}

#[test]
fn another_document_makes_the_claim_too() {
    let desk = desk();
    desk.ok(&flags(&[]));
    let number = desk.ledger().claims().unwrap()[0].to_string();
    std::fs::write(desk.path("other.txt"), "Officials claimed the bridge was shut for a month.\n").unwrap();
    let args = [
        "appear",
        &number,
        "--document",
        "other.txt",
        "--publisher",
        "The Other",
        "--quote",
        "the bridge was shut",
        "--hedge",
        "claimed",
        "--said-by",
        "Officials:official",
    ];
    let ran = desk.ok(&args);
    ran.says(&["document-registered", "appearance-recorded"]).tells(&["recorded as evidential"]);
    let before = size(&desk);
    desk.ok(&args).says(&["on record already", "appearance-recorded"]);
    assert_eq!(size(&desk), before);
    let state = desk.state(number[1..].parse().unwrap());
    assert_eq!(state.standing_appearances().count(), 2);
    desk.fails(2, &["appear", "999", "--document", "other.txt"]).tells(&["onrecord list"]);
    desk.fails(2, &["appear", &number, "--document", &number]).tells(&["is no document", "document list"]);
    desk.sound();
}

#[test]
fn history_filters_and_points() {
    let desk = desk();
    desk.ok(&flags(&[]));
    desk.ok(&["history"])
        .says(&["ledger-opened", "document-registered", "claim-recorded"])
        .never_says(&["batch-signed"]);
    desk.ok(&["history", "--kind", "batch-signed"]).says(&["batch-signed"]).never_says(&["claim-recorded"]);
    let last = desk.ok(&["history", "--limit", "1"]);
    last.says(&["claim-recorded"]).never_says(&["text-extracted"]);
    desk.ok(&["history", "--until", "1"]).says(&["ledger-opened"]).never_says(&["claim-recorded"]);
    desk.ok(&["history", "--since", "1", "--by", "ana"]).says(&["claim-recorded"]).never_says(&["ledger-opened"]);
    desk.ok(&["history", "--since", "2999-01-01"]).tells(&["no entry fits"]);
    desk.ok(&["history", "--until", "2999-01-01"]).says(&["claim-recorded"]);
    desk.fails(2, &["history", "--by", "anna"]).tells(&["did you mean `ana`?"]);
    desk.fails(2, &["history", "--since", "yesterday"]).tells(&["a tree size such as 120"]);
    desk.fails(2, &["history", "--kind", "claim-amend"]).tells(&["claim-amended"]);
}

#[test]
fn an_export_holds_every_verdict_in_force_and_counts_the_rest() {
    let desk = desk();
    desk.ok(&flags(&[]));
    let first = desk.opinion("loved", "The old bridge is \"loved\",\nif by few.".replace('\n', " ").as_str());
    let second = desk.opinion("ugly", "The old bridge is ugly.");
    verdict(&desk, first);
    judge_and_publish(&desk, second);

    let read = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    desk.ok(&["export", "--format", "jsonl", "--out", "set.jsonl"]).says(&[
        "2 claims",
        "read back: done",
        "1 unverified",
    ]);
    let lines: Vec<serde_json::Value> = read("set.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let numbers: Vec<u64> = lines.iter().map(|l| l["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [first, second]);
    let meta: serde_json::Value = serde_json::from_str(&read("set.jsonl.meta.json")).unwrap();
    let ledger = desk.ledger();
    assert_eq!(meta["size"].as_u64(), Some(ledger.size()));
    assert_eq!(meta["root"], ledger.root().hex());
    assert_eq!(meta["sha256"], Digest::of(read("set.jsonl").as_bytes()).hex());
    let left = serde_json::json!({"unverified": 1, "withheld": 0, "withdrawn": 0, "retracted": 0, "not_public": 0});
    assert_eq!(meta["left_out"], left);
    assert_eq!((meta["second_read"].as_u64(), meta["published"].as_u64()), (Some(0), Some(1)));
    assert!(meta["checkpoint"].as_str().unwrap().starts_with("example.org/desk\n"));
    let last = ledger.entry(Index(ledger.size() - 1)).unwrap().header.time;
    assert_eq!(meta["exported_at"], last.to_string());
    drop(ledger);

    // The same tree and options: the same bytes, whatever became of the documents held.
    let (set, head) = (read("set.jsonl"), read("set.jsonl.meta.json"));
    std::fs::remove_dir_all(desk.path("desk").join("blobs")).unwrap();
    desk.ok(&["export", "--format", "jsonl", "--out", "set.jsonl"]);
    assert_eq!((read("set.jsonl"), read("set.jsonl.meta.json")), (set, head));

    let all = desk.ok(&["export", "--all", "--format", "csv", "--out", "set.csv", "--json"]).json();
    assert_eq!((all["claims"].as_u64(), all["format"].as_str()), (Some(3), Some("csv")));
    assert!(read("set.csv").contains("\"The old bridge is \"\"loved\"\", if by few.\""));
    desk.ok(&["export", "kind:quantity", "--all", "--format", "jsonl", "--out", "q.jsonl"]).says(&["1 claim,"]);
    desk.ok(&["export", "--all", "--format", "csv", "--out", "q.csv", "--", "-kind:quantity"]).says(&["2 claims"]);
    let earlier = desk.ok(&["export", "--format", "jsonl", "--out", "e.jsonl", "--as-of", "1", "--json"]).json();
    assert_eq!((earlier["claims"].as_u64(), earlier["checkpoint"].is_null()), (Some(0), true));

    desk.fails(2, &["export", "--format", "docx", "--out", "x"])
        .tells(&["there is no format `docx`", "there are: jsonl, csv"]);
    desk.fails(2, &["export", "--format", "json", "--out", "x"]).tells(&["did you mean `jsonl`?"]);
    desk.fails(2, &["export", "fnding:x", "--format", "csv", "--out", "x"]).tells(&["did you mean `finding`?"]);
    desk.fails(3, &["export", "--format", "csv", "--out", "no/such/folder/x"]).tells(&["cannot write"]);
    assert!(!desk.path("x").exists());
}

#[test]
fn completions_and_manual_know_every_verb() {
    let desk = Desk::bare();
    for shell in ["elvish", "powershell"] {
        desk.ok(&["completions", shell]).says(&["onrecord", "appear", "history"]);
    }
    for shell in ["bash", "zsh", "fish"] {
        desk.ok(&["completions", shell]).says(&["onrecord", &format!("completions {shell}")]);
    }
    let offered = desk.ok(&["completions", "bash", "--line", "onrecord "]);
    for command in onrecord::cli::command().get_subcommands() {
        offered.says(&[command.get_name()]);
    }
    desk.fails(2, &["completions", "tcsh"]).tells(&["bash", "fish"]);
    let man = desk.ok(&["man"]);
    man.says(&[".TH onrecord", ".SH \"ONRECORD EXPORT\"", ".SH \"ONRECORD DOCUMENT ADD\""]);
    for command in onrecord::cli::command().get_subcommands() {
        man.says(&[&format!("ONRECORD {}", command.get_name().to_uppercase())]);
    }
    desk.ok(&["man", "document", "add"]).says(&[".TH onrecord-document-add"]).never_says(&["ONRECORD EXPORT"]);
    desk.fails(2, &["man", "exprt"]).tells(&["did you mean `export`?"]);
}

/// Runs the program on a terminal of its own, made by util-linux's `script`; `None` where there is none.
fn on_a_terminal(desk: &Desk, editor: &str) -> Option<super::cli::Ran> {
    use std::os::unix::fs::PermissionsExt as _;
    let path = desk.path("editor.sh");
    std::fs::write(&path, format!("#!/bin/sh\n{editor}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    if std::process::Command::new("script").arg("--version").output().is_err() {
        println!("skipped: no `script` to make a terminal with");
        return None;
    }
    // The environment of the desk, for the program that `script` runs.
    let mut command = std::process::Command::new("script");
    let like = desk.command();
    command.env_clear().current_dir(desk.path(""));
    for (name, value) in like.get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    command.env("EDITOR", &path).env("SHELL", "/bin/sh").stdin(std::process::Stdio::null());
    command.args(["-qec", &format!("{} add", env!("CARGO_BIN_EXE_onrecord")), "/dev/null"]);
    Some(super::cli::ran(&mut command))
}

#[test]
fn on_a_terminal_an_editor_opens_and_mistakes_keep_the_text() {
    let desk = desk();
    let before = size(&desk);
    let Some(same) = on_a_terminal(&desk, "true") else { return };
    assert_eq!(same.code, 0, "{}", same.out);
    same.says(&["the example came back as it was"]);
    let wrong = on_a_terminal(&desk, "sed -i 's/\"quantity\"/\"quantty\"/; s/disgrace/scandal/' \"$1\"").unwrap();
    assert_eq!(wrong.code, 2, "{}", wrong.out);
    wrong.says(&["did you mean `quantity`?", "your text is kept in"]);
    assert_eq!(size(&desk), before);
    let at = wrong.out.find("kept in ").unwrap() + "kept in ".len();
    let kept = wrong.out[at..].lines().next().unwrap().trim();
    assert!(std::fs::read_to_string(kept).unwrap().contains("scandal"), "what was written is there");
    let good = on_a_terminal(&desk, "sed -i 's/disgrace/scandal/' \"$1\"").unwrap();
    assert_eq!(good.code, 0, "{}", good.out);
    assert_eq!(desk.ledger().claims().unwrap().len(), 3);
    desk.sound();
}
