//! `onrecord import` as a desk types it: what goes on record, what is refused by name, twice the same, killed half way, and
//! there and back again.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use onrecord::exchange::jsonl;
use onrecord::hash::Digest;
use onrecord::ledger::Ledger;
use onrecord::view::ClaimView;
use serde_json::{Value, json};

use crate::cli::Desk;
use crate::model::random_ledgers;

const TABLE: &str = "id,claim,who,when,label,page\n\
    1,The bridge is closed.,Ada,2025-03-01,False,https://desk.example/1\n\
    2,,Ada,2025-03-01,False,https://desk.example/2\n\
    3,The bridge is open.,Ada,1 March,Mostly sunny,https://desk.example/3\n\
    4,The bridge is closed.,Ada,2025-03-01,False,https://desk.example/1\n";

const MAP: &str = "[columns]\n\"claim\" = \"statement\"\n\"who\" = \"speaker\"\n\"when\" = \"date\"\n\
    \"label\" = \"label\"\n\"page\" = \"url\"\n[constants]\nlang = \"en\"\npublisher = \"The Desk\"\n";

fn with(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::new();
    for (name, text) in files {
        std::fs::write(desk.path(name), text).unwrap();
    }
    desk
}

fn list(desk: &Desk) -> Vec<Value> {
    desk.ok(&["list", "--json", "--limit", "100000"]).json()["claims"].as_array().unwrap().clone()
}

#[test]
fn a_table_goes_in_row_by_row_and_twice_is_once() {
    let desk = with(&[("t.csv", TABLE), ("m.toml", MAP)]);
    let import = ["import", "--format", "csv", "t.csv", "--map", "m.toml"];
    let before = desk.ledger().size();
    let dry = desk.ok(&[&import[..], &["--dry-run"]].concat());
    dry.says(&["4 records", "would be imported 2"]);
    assert_eq!(desk.ledger().size(), before);
    let ran = desk.ok(&import);
    ran.says(&["imported    2 as claims", "row 5 says the same as row 2", "row 3: no claim", "\"Mostly sunny\": 1"]);
    let claims = list(&desk);
    assert_eq!(claims.len(), 2);
    let claim = &claims[0];
    assert_eq!(claim["statement"], "The bridge is closed.");
    assert_eq!((&claim["finding"], &claim["verdict"]), (&json!("unverified"), &Value::Null));
    assert_eq!(claim["imported"]["locator"], "row 2");
    assert_eq!(claim["imported"]["sha256"], Digest::of(TABLE.as_bytes()).hex());
    assert_eq!(claim["imported"]["extra"], json!([{"name": "id", "value": "1"}]));
    let evidence = &claim["evidence"][0];
    assert_eq!((&evidence["class"], &evidence["label"]), (&json!("fact-check"), &json!("False")));
    assert_eq!((&evidence["normalised"], &evidence["dated"]), (&json!("refuted"), &json!("2025-03-01")));
    let other = &claims[1]["evidence"][0];
    assert_eq!((&other["normalised"], &other["dated"]), (&Value::Null, &Value::Null));
    assert_eq!(other["imported"]["extra"], json!([{"name": "date", "value": "1 March"}]));
    // The original is held byte for byte, and the audit finds the passages in it.
    let document = claim["appearances"][0]["document"].clone();
    assert_eq!(document["held"], true);
    let held = desk.ledger().blob(&Digest::of(TABLE.as_bytes())).unwrap().unwrap();
    assert_eq!(held, TABLE.as_bytes());
    desk.ok(&["audit"]);
    let size = desk.ledger().size();
    desk.ok(&import).says(&["imported    0 as claims", "on record   2 before"]);
    desk.ok(&[&import[..], &["--resume"]].concat()).says(&["on record   2 before"]);
    assert_eq!(desk.ledger().size(), size, "the same rows append nothing");
    desk.sound();
}

#[test]
fn a_newer_file_brings_what_is_new() {
    let newer = TABLE
        .replace("4,The bridge is closed.,Ada,2025-03-01,False", "4,The bridge is closed.,Ada,2025-03-01,True")
        + "5,The tower stands.,Bo,2025,True,https://desk.example/5\n";
    let desk = with(&[("t.csv", TABLE), ("n.csv", &newer), ("m.toml", MAP)]);
    desk.ok(&["import", "--format", "csv", "t.csv", "--map", "m.toml"]);
    let ran = desk.ok(&["import", "--format", "csv", "n.csv", "--map", "m.toml"]);
    ran.says(&["imported    1 as a claim", "1 further rating of 1 claim", "on record   2 before"]);
    let claims = list(&desk);
    assert_eq!(claims.len(), 3);
    let labels: Vec<_> = claims[0]["evidence"].as_array().unwrap().iter().map(|e| e["label"].clone()).collect();
    assert_eq!(labels, ["False", "True"], "both stand, in order");
}

#[test]
fn strict_takes_all_or_nothing() {
    let desk = with(&[("t.csv", TABLE), ("m.toml", MAP)]);
    let before = desk.ledger().size();
    let ran = desk.fails(2, &["import", "--format", "csv", "t.csv", "--map", "m.toml", "--strict"]);
    ran.tells(&["1 record cannot be taken over", "nothing was recorded", "row 3"]);
    assert_eq!(desk.ledger().size(), before);
    let bad = with(&[("t.csv", "claim\n\"x\n"), ("m.toml", "[columns]\nclaim = \"statement\"\n")]);
    let ran = bad.run(&["import", "--format", "csv", "t.csv", "--map", "m.toml"]);
    assert_eq!(ran.code, 2);
    ran.tells(&["no record could be taken over"]);
    assert_eq!(bad.ledger().size(), before, "no original is kept of which nothing is used");
}

#[test]
fn mistakes_are_said_with_their_place_and_the_next_step() {
    let desk = with(&[
        ("t.csv", TABLE),
        ("typo.toml", "[columns]\nclaim = \"statment\"\nwho = \"speaker\"\n"),
        ("gone.toml", "[columns]\nclaims = \"statement\"\n"),
        ("broken.toml", "[columns]\nclaim = \n"),
        ("page.html", "<p>nothing</p>"),
        ("bad.json", "{\"@type\":\"ClaimReview\",\n\"url\":1,\"url\":2}"),
    ]);
    let csv = |map: &str| desk.fails(2, &["import", "--format", "csv", "t.csv", "--map", map]);
    csv("typo.toml").tells(&["column `claim`", "did you mean `statement`?", "no column is the field `statement`"]);
    csv("gone.toml").tells(&["no column `claims`; did you mean `claim`?", "--map-template"]);
    csv("broken.toml").tells(&["broken.toml, line 2"]);
    csv("absent.toml").tells(&["cannot read the mapping absent.toml"]);
    desk.fails(2, &["import", "--format", "csv", "t.csv"]).tells(&["which column is what?", "--map-template t.csv"]);
    desk.fails(2, &["import", "--format", "jsonl", "bad.json"]).tells(&["which column is what?"]);
    desk.fails(2, &["import", "--format", "claimreview", "page.html"]).tells(&["carries no JSON-LD"]);
    desk.fails(2, &["import", "--format", "claimreview", "bad.json"])
        .tells(&["line 2, byte 32: the key `url` stands twice"]);
    desk.fails(2, &["import", "--format", "averitec", "nowhere.json"]).tells(&["cannot read nowhere.json"]);
    let error = desk.run(&["import", "--format", "csv", "t.csv", "--map", "gone.toml", "--json"]);
    let error: Value = serde_json::from_str(&error.err).unwrap();
    assert_eq!(error["error"]["kind"], "bad-input");
    // What the template prints is a mapping, once it says which column is the claim.
    let template = desk.ok(&["import", "--format", "csv", "t.csv", "--map-template"]).out;
    std::fs::write(desk.path("new.toml"), template.replace("\"claim\" = \"extra\"", "\"claim\" = \"statement\""))
        .unwrap();
    desk.ok(&["import", "--format", "csv", "t.csv", "--map", "new.toml"]).says(&["imported    2 as claims"]);
}

#[test]
fn hostile_text_goes_in_as_it_is_and_comes_out_harmless() {
    let texts = [
        "<script>alert(1)</script> \"quoted\" `ticks`",
        "=cmd|' /C calc'!A0",
        "\u{202e}txt.exe \u{2066}isolated\u{2069} مرحبا بالعالم",
        "הגשר סגור 😀 e\u{301}",
    ];
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["claim", "who", "when", "label", "page"]).unwrap();
    for (k, text) in texts.iter().enumerate() {
        table.write_record([text, text, "", text, format!("https://desk.example/{k}").as_str()]).unwrap();
    }
    let table = String::from_utf8(table.into_inner().unwrap()).unwrap();
    let desk = with(&[("t.csv", &table), ("m.toml", MAP)]);
    let ran = desk.ok(&["import", "--format", "csv", "t.csv", "--map", "m.toml"]);
    ran.never_says(&["\u{202e}", "\u{2066}"]);
    let claims = list(&desk);
    for (claim, text) in claims.iter().zip(texts) {
        assert_eq!(claim["statement"], text);
        assert_eq!(claim["evidence"][0]["label"], text);
        assert_eq!(claim["appearances"][0]["attribution"][1]["name"], text);
        let shown = desk.ok(&["show", &claim["number"].to_string()]);
        shown.never_says(&["\u{202e}", "\u{2066}"]);
    }
    // Letters of a script that runs from right to left are shown in the order of the text: the terminal turns them.
    desk.ok(&["show", &claims[3]["number"].to_string()]).says(&["הגשר סגור 😀 e\u{301}", "not in our list of labels"]);
}

#[test]
fn killed_half_way_it_goes_on_where_it_stood() {
    const ROWS: usize = 9_000;
    let mut table = String::from("claim,who,when,label,page\n");
    for k in 0..ROWS {
        table.extend([
            "Claim number ",
            &k.to_string(),
            " is so.,Ada,,False,https://desk.example/",
            &k.to_string(),
            "\n",
        ]);
    }
    let desk = with(&[("t.csv", &table), ("m.toml", MAP)]);
    let import = ["import", "--format", "csv", "t.csv", "--map", "m.toml", "--json"];
    let mut child =
        desk.command().args(import).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // Killed once something is on record, and before all is.
    let (begun, some) = (std::time::Instant::now(), 1_000);
    while desk.ledger().size() < some {
        assert!(begun.elapsed() < Duration::from_secs(300), "nothing was recorded");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let there = desk.ledger().claims().unwrap().len();
    assert!(there > 0 && there < ROWS, "{there} of {ROWS} rows: the kill came too late");
    let report = desk.ok(&[&import[..], &["--resume"]].concat()).json();
    let file = &report["files"][0];
    assert_eq!((&file["already"], &file["imported"]), (&json!(there), &json!(ROWS - there)));
    let claims = list(&desk);
    assert_eq!(claims.len(), ROWS);
    assert!(claims.iter().all(|c| c["evidence"].as_array().unwrap().len() == 1), "no claim is without its rating");
    let size = desk.ledger().size();
    desk.ok(&import);
    assert_eq!(desk.ledger().size(), size, "compared one by one, too, all is there");
}

/// The rows of a published sample, by a reader that is not ours.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let heading = reader.headers().unwrap().clone();
    let row = |r: csv::StringRecord| heading.iter().map(str::to_owned).zip(r.iter().map(str::to_owned)).collect();
    reader.records().map(|r| row(r.unwrap())).collect()
}

/// The mapping that `docs/import.md` ships for this layout.
fn shipped_mapping() -> String {
    let docs = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/import.md")).unwrap();
    let after = docs.split("<!-- mapping: claimskg -->").nth(1).unwrap();
    after.split("```toml\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

#[test]
fn reviews_of_ten_desks_come_in_with_nothing_lost() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/claimreview");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("skipped: no {} here", folder.display());
        return;
    };
    let mut files: Vec<PathBuf> =
        files.map(|f| f.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "csv")).collect();
    files.sort();
    let desk = with(&[("m.toml", &shipped_mapping())]);
    let (mut all, mut claimed, mut rejected, mut repeated) = (0, 0, 0, 0);
    for path in &files {
        let source = rows(path);
        all += source.len();
        let name = path.to_str().unwrap();
        let ran = desk.run(&["import", "--format", "csv", name, "--map", "m.toml", "--json"]);
        let report = ran.json();
        let file = &report["files"][0];
        let at = |item: &Value| item["locator"].as_str().unwrap()["row ".len()..].parse::<usize>().unwrap();
        let came: BTreeMap<usize, u64> =
            file["claims"].as_array().unwrap().iter().map(|c| (at(c), c["number"].as_u64().unwrap())).collect();
        let refused: Vec<usize> = file["rejected"].as_array().unwrap().iter().map(at).collect();
        let row_of = |text: &Value| text.as_str().unwrap()["row ".len()..].parse::<usize>().unwrap();
        let repeats: BTreeMap<usize, usize> =
            file["repeats"].as_array().unwrap().iter().map(|r| (at(r), row_of(&r["same_as"]))).collect();
        for (k, row) in source.iter().enumerate() {
            let number = k + 2;
            if refused.contains(&number) {
                assert_eq!(row["claimReview_claimReviewed"], "", "{name} row {number} has a claim and was refused");
                rejected += 1;
                continue;
            }
            if let Some(first) = repeats.get(&number) {
                // Named as a repeat, and one in every column that the mapping takes up.
                let earlier = &source[first - 2];
                for column in mapped() {
                    assert_eq!(row[&column], earlier[&column], "{name} row {number} and row {first}, {column}");
                }
                repeated += 1;
                continue;
            }
            let shown = desk.ok(&["show", &came[&number].to_string(), "--json"]).json();
            let claim = if shown["claim"].is_object() { &shown["claim"] } else { &shown };
            same(claim, row, &format!("{name} row {number}"));
            claimed += 1;
        }
        let bytes = std::fs::read(path).unwrap();
        if !came.is_empty() {
            assert_eq!(desk.ledger().blob(&Digest::of(&bytes)).unwrap().unwrap(), bytes, "the original, byte for byte");
        }
    }
    println!("{all} rows: {claimed} claims, {repeated} that repeat an earlier row, {rejected} without a claim");
    assert_eq!((all, claimed + rejected + repeated), (255, 255));
    assert_eq!(rejected, 64, "as many rows have an empty claim column");
    desk.ok(&["audit", "--no-lint"]);
}

/// The columns that the shipped mapping takes up.
fn mapped() -> Vec<String> {
    let mapping = shipped_mapping();
    let lines = mapping.lines().filter(|l| l.starts_with('"') && !l.ends_with("\"ignore\""));
    lines.map(|l| l.split('"').nth(1).unwrap().to_owned()).collect()
}

/// Holds the ledger's JSON against the source's row.
fn same(claim: &Value, row: &BTreeMap<String, String>, place: &str) {
    assert_eq!(claim["statement"], row["claimReview_claimReviewed"].as_str(), "{place}");
    let given = |name: &str| Some(row[name].as_str()).filter(|v| !v.is_empty());
    let evidence = claim["evidence"].as_array().unwrap();
    let fits = |e: &&Value| {
        e["label"].as_str() == given("rating_alternateName")
            && e["url"].as_str() == given("claimReview_url")
            && e["publisher"].as_str() == given("claimReview_source")
            && e["rating"]["value"].as_str() == given("rating_ratingValue")
            && e["rating"]["best"].as_str() == given("rating_bestRating")
            && e["rating"]["worst"].as_str() == given("rating_worstRating")
    };
    let evidence = evidence.iter().find(fits).unwrap_or_else(|| panic!("{place}: {evidence:#?}"));
    let extra = |of: &Value, name: &str| {
        let all = of["imported"]["extra"].as_array();
        all.and_then(|a| a.iter().find(|x| x["name"] == name)).map(|x| x["value"].as_str().unwrap().to_owned())
    };
    assert_eq!(extra(evidence, "date").as_deref(), given("claimReview_datePublished"), "{place}");
    assert_eq!(extra(evidence, "date of the claim").as_deref(), given("creativeWork_datePublished"), "{place}");
    let speaker = claim["appearances"][0]["attribution"][1]["name"].as_str();
    assert_eq!(speaker, given("creativeWork_author_name"), "{place}");
    // One title holds a control character, which no record may; it is said, and stands in the original.
    if !row["extra_title"].chars().any(char::is_control) {
        assert_eq!(evidence["title"].as_str(), given("extra_title"), "{place}");
    }
    assert_eq!(claim["finding"], "unverified", "{place}");
}

/// A claim set without what belongs to the ledger it is of: numbers, leaves, times, agents. Numbers of claims and evidence
/// become what they name.
fn bare(text: &str) -> Vec<Value> {
    let claims: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let words: BTreeMap<u64, Value> =
        claims.iter().map(|c| (c["number"].as_u64().unwrap(), c["statement"].clone())).collect();
    let one = |mut claim: Value| {
        let places: BTreeMap<u64, usize> = claim["evidence"]
            .as_array()
            .unwrap()
            .iter()
            .enumerate()
            .map(|(k, e)| (e["number"].as_u64().unwrap(), k))
            .collect();
        for relation in claim["relations"].as_array_mut().unwrap() {
            relation["number"] = relation["number"].as_u64().and_then(|n| words.get(&n).cloned()).into();
        }
        if claim["verdict"].is_object() {
            for list in ["on", "considered"] {
                let numbers = claim["verdict"][list].as_array().unwrap();
                claim["verdict"][list] = numbers.iter().map(|n| json!(places[&n.as_u64().unwrap()])).collect();
            }
            for key in ["agent", "time", "reviews"] {
                claim["verdict"].as_object_mut().unwrap().remove(key);
            }
        }
        for key in ["leaf", "recorded", "published_at", "agent", "imported", "second_read"] {
            claim.as_object_mut().unwrap().remove(key);
        }
        claim["flags"].as_array_mut().unwrap().retain(|f| f != "not-second-read");
        strip(&mut claim, false);
        claim
    };
    claims.iter().cloned().map(one).collect()
}

fn strip(value: &mut Value, inside_relation: bool) {
    match value {
        Value::Object(fields) => {
            if !inside_relation {
                fields.remove("number");
            }
            for key in ["entry", "time", "by", "agent"] {
                fields.remove(key);
            }
            if fields.contains_key("stance") {
                fields.remove("document");
                fields.remove("imported");
            }
            fields.iter_mut().for_each(|(key, v)| strip(v, key == "relations"));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| strip(item, inside_relation)),
        _ => {}
    }
}

#[test]
fn the_demo_goes_there_and_back() {
    let desk = Desk::new();
    desk.ok(&["demo", "demo", "--quiet"]);
    desk.ok(&["export", "--ledger", "demo/ledger", "--format", "jsonl", "--all", "--out", "one.jsonl"]);
    let ran = desk.ok(&["import", "--format", "jsonl", "one.jsonl", "--as-ours"]);
    ran.never_says(&["not carried over"]);
    desk.ok(&["export", "--format", "jsonl", "--all", "--out", "two.jsonl"]);
    let read = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    let (one, two) = (bare(&read("one.jsonl")), bare(&read("two.jsonl")));
    assert_eq!(one.len(), two.len());
    for (a, b) in one.iter().zip(&two) {
        assert_eq!(a, b);
    }
    // Each says where it comes from, to the leaf.
    for (line, from) in read("two.jsonl").lines().zip(read("one.jsonl").lines()) {
        let (claim, from): (Value, Value) = (serde_json::from_str(line).unwrap(), serde_json::from_str(from).unwrap());
        let origin = claim["imported"]["origin"].as_str().unwrap();
        let ending = format!("#{}@{}", from["number"], from["leaf"].as_str().unwrap());
        assert!(origin.ends_with(&ending) && origin.len() > ending.len(), "{origin}");
    }
    let size = desk.ledger().size();
    desk.ok(&["import", "--format", "jsonl", "one.jsonl", "--as-ours"]);
    assert_eq!(desk.ledger().size(), size, "the same claim set again appends nothing");
    let ran = desk.run(&["audit", "--no-lint"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_verdict_of_another_ledger_is_its_rating_here() {
    let desk = Desk::new();
    desk.ok(&["demo", "demo", "--quiet"]);
    desk.ok(&["export", "--ledger", "demo/ledger", "--format", "jsonl", "--out", "one.jsonl"]);
    desk.ok(&["import", "--format", "jsonl", "one.jsonl"]);
    let claims = list(&desk);
    assert!(!claims.is_empty() && claims.iter().all(|c| c["verdict"].is_null() && c["finding"] == "unverified"));
    let source: Vec<Value> = std::fs::read_to_string(desk.path("one.jsonl"))
        .unwrap()
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    for (claim, from) in claims.iter().zip(&source) {
        let rating = claim["evidence"].as_array().unwrap().last().unwrap();
        assert_eq!((&rating["class"], &rating["label"]), (&json!("fact-check"), &from["finding"]));
        assert_eq!((&rating["normalised"], &rating["says"]), (&from["finding"], &from["verdict"]["rationale"]));
    }
    // A claim set of this very ledger, or one that is not the head's, does not go in.
    desk.fails(2, &["import", "--ledger", "demo/ledger", "--format", "jsonl", "one.jsonl"])
        .tells(&["of this very ledger"]);
    let text = std::fs::read_to_string(desk.path("one.jsonl")).unwrap();
    std::fs::write(desk.path("one.jsonl"), text.replace("Iran", "Iren")).unwrap();
    desk.fails(2, &["import", "--format", "jsonl", "one.jsonl"]).tells(&["is not the file that", "--origin"]);
}

#[test]
fn random_ledgers_go_there_and_back() {
    let (mut carried, mut partly) = (0, 0);
    for store in random_ledgers(5, 16) {
        let ledger = Ledger::open(Arc::clone(&store), None, Arc::new(|_: &str| {})).unwrap();
        let desk = Desk::new();
        let mut text = Vec::new();
        for number in ledger.claims().unwrap() {
            let Some(claim) = ledger.claim(number).unwrap() else { continue };
            let view = ClaimView::new(&claim, &ledger);
            if view.statement.is_some()
                && view.state.is_some()
                && view.finding != "withheld"
                && view.withheld.is_empty()
            {
                text.extend(jsonl::line(&view));
            }
        }
        if text.is_empty() {
            continue;
        }
        std::fs::write(desk.path("one.jsonl"), &text).unwrap();
        let args = ["import", "--format", "jsonl", "one.jsonl", "--as-ours", "--origin", ledger.origin(), "--json"];
        let report = desk.ok(&args).json();
        let file = &report["files"][0];
        assert_eq!(file["rejected"], json!([]), "{report:#}");
        let left: Vec<&str> =
            file["notes"].as_array().unwrap().iter().map(|n| n["locator"].as_str().unwrap()).collect();
        desk.ok(&["export", "--format", "jsonl", "--all", "--out", "two.jsonl"]);
        let two = std::fs::read_to_string(desk.path("two.jsonl")).unwrap();
        let (one, two) = (bare(std::str::from_utf8(&text).unwrap()), bare(&two));
        assert_eq!(one.len(), two.len());
        for (k, (a, b)) in one.iter().zip(&two).enumerate() {
            if left.contains(&format!("line {}", k + 1).as_str()) {
                // What is said not to be carried over may differ; the words do not.
                assert_eq!(a["statement"], b["statement"]);
                partly += 1;
            } else {
                let (a, b) = (a.as_object().unwrap(), b.as_object().unwrap());
                for key in a.keys().chain(b.keys()) {
                    assert_eq!(a.get(key), b.get(key), "claim {k}, {key}");
                }
                carried += 1;
            }
        }
        let size = desk.ledger().size();
        desk.ok(&args);
        assert_eq!(desk.ledger().size(), size, "again appends nothing");
    }
    println!("{carried} claims alike, {partly} with something that was said not to be carried over");
    assert!(carried >= 5, "{carried} alike, {partly} partly");
}

#[test]
fn a_bundle_goes_there_and_back_once_its_proofs_hold() {
    let desk = Desk::new();
    desk.ok(&["demo", "demo", "--quiet"]);
    desk.ok(&["export", "--ledger", "demo/ledger", "--format", "jsonl", "--out", "one.jsonl"]);
    desk.ok(&["export", "--ledger", "demo/ledger", "--format", "bundle", "--out", "one.bundle"]);
    let key = desk.ok(&["stats", "--ledger", "demo/ledger", "--json"]).json()["vkey"].as_str().unwrap().to_owned();
    // Another user, who has never seen that ledger: nothing vouches for its key.
    let home = desk.path("other-home");
    std::fs::create_dir(&home).unwrap();
    let run = |args: &[&str]| crate::cli::ran(desk.command_of(&home).args(args));
    let made = run(&["init", "new", "--origin", "example.net/new", "--agent", "bo"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let import = |file: &str, more: &[&str]| {
        run(&[&["import", "--ledger", "new", "--format", "bundle", file, "--as-ours"], more].concat())
    };
    let ran = import("one.bundle", &[]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    ran.tells(&["cannot be determined", "--trust KEY", "nothing was recorded"]);
    let text = std::fs::read_to_string(desk.path("one.bundle")).unwrap();
    std::fs::write(desk.path("forged.bundle"), text.replacen("Iran", "Iren", 1)).unwrap();
    assert_eq!(import("forged.bundle", &["--trust", &key]).code, 2);
    let ran = import("one.bundle", &["--trust", &key, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let report = ran.json();
    let named: std::collections::BTreeSet<&str> = report["files"][0]["notes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|n| n["text"].as_str().unwrap().contains("that claim is not in the file"))
        .map(|n| n["locator"].as_str().unwrap())
        .collect();
    let ran = run(&["export", "--ledger", "new", "--format", "jsonl", "--out", "two.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let read = |name: &str| std::fs::read_to_string(desk.path(name)).unwrap();
    let numbers: Vec<u64> = read("one.jsonl")
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap()["number"].as_u64().unwrap())
        .collect();
    let (mut one, two) = (bare(&read("one.jsonl")), bare(&read("two.jsonl")));
    assert_eq!(one.len(), two.len());
    let mut left = 0;
    for ((a, b), number) in one.iter_mut().zip(&two).zip(numbers) {
        // Relations to claims that the file does not hold are the only thing that stays behind, and each is named.
        let relations = a["relations"].as_array_mut().unwrap();
        let before = relations.len();
        relations.retain(|r| !r["number"].is_null() || !r["foreign"].is_null());
        let dropped = relations.len() < before;
        assert_eq!(named.contains(format!("entry {number}").as_str()), dropped, "entry {number}");
        left += usize::from(dropped);
        assert_eq!(a, b);
    }
    assert!(left > 0 && left < one.len(), "{left} of {}", one.len());
    let again = import("one.bundle", &["--trust", &key, "--json"]).json();
    assert_eq!((&again["files"][0]["imported"], &again["files"][0]["entries"]), (&json!(0), &json!(0)));
}
