//! Each format held against a reader of its own: structure, hostile text in every field, and what must be refused.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::path::Path;

use onrecord::claim::vocab::{ClaimKind, Factuality, HedgeClass, RelationKind, Selector, SourceRole, Strength};
use onrecord::claim::{Anchor, Appearance, Claim, Document, Hedge, Step};
use onrecord::entry::{Event, Proposal};
use onrecord::exchange::claimreview::check::lint;
use onrecord::exchange::format::Options;
use onrecord::exchange::registry;
use onrecord::hash::{Digest, Index};
use serde_json::{Value, json};

use crate::cli::{Desk, decide, link, supported};

/// Words that break what reads them carelessly; each may stand in every field of a claim.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "=HYPERLINK(\"https://x.example\",\"y\")",
    "@SUM(1)|' \"quoted\" , ; \\ end",
    "\u{202e}gnitirw\u{202c} \u{2066}x\u{2069}",
    "x -->]]>&amp;&lt;{{x}}${y}`z`",
    "مرحبا 123 שלום \u{1f468}\u{200d}\u{1f469} e\u{301}",
];

fn claim_of(document: u64, words: &str, quote: Option<&str>) -> Claim {
    let passage = quote.unwrap_or("x");
    let anchor = Anchor {
        end: Some(passage.chars().count() as u64),
        fragment: None,
        prefix: None,
        quote: quote.map(str::to_owned),
        selector: Selector::TextRange,
        sha256: Some(Digest::of(passage.as_bytes())),
        start: Some(0),
        suffix: None,
        target: Some(Digest::of(b"text")),
    };
    let step = Step {
        cue: Some(words.into()),
        damaged: false,
        description: None,
        end: None,
        factuality: Factuality::CertainPlus,
        mode: None,
        name: Some(words.into()),
        role: SourceRole::Outlet,
        start: None,
    };
    let hedge = Hedge {
        band: None,
        class: HedgeClass::Approximator,
        cue: "x".into(),
        end: Some(1),
        level: 0,
        scope: None,
        start: Some(0),
        strength: Strength::Low,
    };
    Claim {
        actors: vec![words.into()],
        appearance: Appearance {
            anchors: vec![anchor],
            attribution: vec![step],
            document: Index(document),
            hedges: vec![hedge],
        },
        checkable: true,
        imported: None,
        key: None,
        kind: ClaimKind::Event,
        lang: Some("en".into()),
        places: vec![words.into()],
        quantities: Vec::new(),
        statement: words.into(),
        tags: vec![words.into()],
        times: Vec::new(),
        translated_by: None,
        why_not: None,
    }
}

/// A claim with the same words in all of its fields, judged `supported` and published.
fn wild(desk: &Desk, words: &str, licence: Option<&str>) -> u64 {
    let document = Document {
        author: Some(words.into()),
        licence: licence.map(str::to_owned),
        publisher: Some(words.into()),
        title: Some(words.into()),
        ..Document::default()
    };
    let document = desk.append(&[Proposal::new(Event::DocumentRegistered(document))])[0];
    let claim = claim_of(document, words, Some("x y"));
    let claim = desk.append(&[Proposal::new(Event::ClaimRecorded(claim))])[0];
    let number = claim.to_string();
    let args = ["evidence", &number, "--supports", "--publisher", words, "--cluster", words, "--says", words];
    let more = [
        "--title",
        words,
        "--reliability",
        "B",
        "--credibility",
        "2",
        "--key",
        "page",
        "--url",
        "https://page.example/?a=1&b=%3C",
    ];
    desk.ok(&[&args[..], &more].concat());
    let judged = ["verify", &number, "--finding", "supported", "--confidence", "low", "--on", "page"];
    desk.ok(&[&judged[..], &["--rationale", words, "--method", words]].concat());
    desk.ok(&["publish", &number]);
    claim
}

fn export(desk: &Desk, format: &str, out: &str, more: &[&str]) -> Value {
    desk.ok(&[&["--json", "export", "--format", format, "--out", out], more].concat()).json()
}

fn text(desk: &Desk, path: &str) -> String {
    std::fs::read_to_string(desk.path(path)).unwrap()
}

/// Reads an export back as `export` does.
fn reads_back(desk: &Desk, format: &str, path: &Path, page: bool) -> Result<u64, String> {
    let ledger = desk.ledger();
    let options = Options {
        ledger: &ledger,
        public: false,
        spreadsheet_safe: false,
        page,
        partition: None,
        today: crate::ledgers::day("2026-11-23"),
    };
    let made = (registry::named(format).unwrap().make)(&options).unwrap();
    (made.reread)(path).map(|read| read.claims).map_err(|e| e.to_string())
}

#[test]
fn an_earlier_point_is_exported_as_it_was() {
    let desk = Desk::new();
    let (bridge, _) = supported(&desk, "bridge");
    let before = desk.ledger().size().to_string();
    desk.ok(&["publish", &bridge.to_string()]);
    desk.ok(&["correct", &bridge.to_string(), "--kind", "correction", "--text", "It was the 3rd."]);
    let line = |more: &[&str]| -> Value {
        export(&desk, "jsonl", "x.jsonl", more);
        serde_json::from_str(&text(&desk, "x.jsonl")).unwrap()
    };
    let (then, now) = (line(&["--as-of", &before]), line(&[]));
    assert_eq!((&then["published"], then["corrections"].as_array().unwrap().len()), (&json!(false), 0));
    assert_eq!((&now["published"], now["corrections"].as_array().unwrap().len()), (&json!(true), 1));
    assert!(now["published_at"].is_string() && then["published_at"].is_null());
    let then = export(&desk, "claimreview", "then.json", &["--as-of", &before]);
    assert_eq!((&then["claims"], &then["left_out"]["not_public"]), (&json!(0), &json!(1)));
    assert_eq!(text(&desk, "then.json"), "[\n]\n");
}

#[test]
fn every_claim_carries_its_present_state() {
    let desk = Desk::new();
    let (bridge, _) = supported(&desk, "bridge");
    let (tunnel, _) = supported(&desk, "tunnel");
    let (road, _) = supported(&desk, "road");
    desk.ok(&["relate", &tunnel.to_string(), "supersedes", &bridge.to_string()]);
    desk.ok(&["publish", &bridge.to_string(), &road.to_string()]);
    desk.ok(&["retract", &road.to_string(), "--reason", "Another road."]);
    let mut wording = desk.state(tunnel).claim.unwrap();
    wording.statement = "The city closed the tunnel on 3 March 2025.".into();
    desk.append(&[Proposal::about(Index(tunnel), Event::ClaimAmended(wording))]);
    let done = export(&desk, "jsonl", "x.jsonl", &[]);
    assert_eq!((&done["claims"], &done["left_out"]["retracted"]), (&json!(2), &json!(1)));
    export(&desk, "jsonl", "all.jsonl", &["--all"]);
    let claims: Vec<Value> = text(&desk, "all.jsonl").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let [one, two, three] = claims.as_slice() else { panic!("{claims:?}") };
    assert_eq!((&one["superseded_by"], &one["amended"]), (&json!([tunnel]), &json!(false)));
    assert_eq!((&two["superseded_by"], &two["amended"]), (&json!([]), &json!(true)));
    assert_eq!(two["flags"], json!(["judged-an-earlier-wording", "not-second-read"]));
    assert_eq!((&three["state"], &three["retraction"]["reason"]), (&json!("retracted"), &json!("Another road.")));
    let found = desk.ledger().superseded_by(Index(bridge)).unwrap();
    assert_eq!(found, [Index(tunnel)]);
    let relation = desk.state(tunnel).relations[0].number.0.to_string();
    assert_eq!(desk.state(tunnel).relations[0].body.as_ref().unwrap().kind, RelationKind::Supersedes);
    desk.ok(&["withdraw", &tunnel.to_string(), "--relation", &relation, "--reason", "No."]);
    assert!(desk.ledger().superseded_by(Index(bridge)).unwrap().is_empty(), "taken back");
    // Where a format has words for it, they are there too.
    export(&desk, "claimreview", "r.json", &["--all"]);
    let reviews: Value = serde_json::from_str(&text(&desk, "r.json")).unwrap();
    assert_eq!(reviews.as_array().unwrap().len(), 1, "what is retracted is no review");
}

#[test]
fn a_review_says_what_the_verdict_says() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    let claim = desk.claim("bridge", "The city closed the old bridge on 2 March 2025.");
    let number = claim.to_string();
    let url = ["--url", "https://gazette.example/12"];
    link(&desk, claim, "--supports", "gazette", "city", &url);
    link(&desk, claim, "--refutes", "other", "river", &[]);
    decide(&desk, claim, &["--finding", "supported", "--confidence", "low", "--on", "gazette"]);
    supported(&desk, "tunnel");
    desk.ok(&["publish", &number]);
    let file = |more: &[&str]| -> Value {
        export(&desk, "claimreview", "r.json", more);
        serde_json::from_str::<Value>(&text(&desk, "r.json")).unwrap()[0].take()
    };
    let review = file(&["--base", "https://desk.example/c"]);
    assert_eq!(review["@type"], "ClaimReview");
    assert_eq!(review["url"], format!("https://desk.example/c/claim-{number}.html"));
    assert_eq!(review["claimReviewed"], "The city closed the old bridge on 2 March 2025.");
    assert_eq!(review["itemReviewed"]["@id"], format!("https://desk.example/c/claim-{number}"));
    assert_eq!(review["itemReviewed"]["author"], json!({"@type": "Organization", "name": "The Example"}));
    let rating = &review["reviewRating"];
    assert_eq!(
        (&rating["ratingValue"], &rating["bestRating"], &rating["worstRating"]),
        (&json!(5), &json!(5), &json!(1))
    );
    let told = rating["ratingExplanation"].as_str().unwrap();
    assert!(told.starts_with("The gazette says so.") && told.contains("Confidence: low."), "{told}");
    assert!(told.contains("No other agent has read this finding."), "{told}");
    assert_eq!(review["isBasedOn"], json!(["https://gazette.example/12"]));
    assert_eq!(review["creativeWorkStatus"], "Published");
    assert_eq!(lint(&review), []);

    let judged =
        ["--finding", "conflicting", "--confidence", "low", "--rationale", "Both hold.", "--on", "gazette,other"];
    desk.ok(
        &[&["correct", &number, "--kind", "correction", "--text", "The river office differs."], &judged[..]].concat()
    );
    let review = file(&[]);
    let rating = &review["reviewRating"];
    assert_eq!(rating["alternateName"], "Evidence conflicts");
    assert!(["ratingValue", "bestRating", "worstRating"].iter().all(|key| rating.get(key).is_none()), "{rating}");
    assert_eq!(review["correction"][0]["text"], "The river office differs.");
    assert_eq!((&review["creativeWorkStatus"], review["dateModified"].is_string()), (&json!("Corrected"), true));
    assert_eq!(lint(&review), []);
}

#[test]
fn a_review_that_contradicts_itself_is_found() {
    let good = json!({
        "@context": "https://schema.org", "@type": "ClaimReview", "url": "https://d.example/1", "claimReviewed": "x",
        "datePublished": "2025-03-02", "isBasedOn": ["https://e.example"],
        "itemReviewed": {"@type": "Claim", "datePublished": "2025-03"},
        "reviewRating": {"@type": "Rating", "alternateName": "Supported by the evidence", "ratingValue": 5, "bestRating": 5, "worstRating": 1},
    });
    assert_eq!(lint(&good), []);
    let rating = |name: &str, value: Value| json!({"@type": "Rating", "alternateName": name, "ratingValue": value, "bestRating": 5, "worstRating": 1});
    let cases: [(&str, &str, Value); 15] = [
        ("CR01", "/reviewRating", rating("Supported by the evidence", json!(1))),
        ("CR01", "/reviewRating", rating("Refuted by the evidence", json!(5))),
        ("CR01", "/reviewRating", rating("Partly supported", json!(5))),
        ("CR02", "/reviewRating", rating("Evidence conflicts", json!(3))),
        ("CR02", "/reviewRating", rating("Misleading: context missing", json!(5))),
        ("CR03", "/reviewRating/ratingValue", json!(6)),
        ("CR03", "/reviewRating/ratingValue", json!("٥")),
        ("CR04", "/reviewRating/bestRating", json!(1)),
        (
            "CR05",
            "/reviewRating",
            json!({"@type": "Rating", "alternateName": "Supported by the evidence", "ratingValue": 5}),
        ),
        ("CR06", "/reviewRating/alternateName", json!("")),
        ("CR07", "/reviewRating", rating("Not enough evidence", json!(3))),
        ("CR08", "/reviewRating/@type", json!("Person")),
        ("CR08", "/itemReviewed/@type", json!("Thing")),
        ("CR09", "/itemReviewed/datePublished", json!("2025-04-01")),
        ("CR12", "/itemReviewed", json!({"@type": "Claim", "autor": "x"})),
    ];
    for (code, pointer, value) in cases {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        let codes: Vec<&str> = lint(&bad).iter().map(|problem| problem.code).collect();
        // A type that is none has no properties either, which is a finding of its own.
        assert_eq!(codes.first(), Some(&code), "{pointer}: {codes:?}");
        assert!(codes.len() == 1 || code == "CR08", "{pointer}: {codes:?}");
    }
    let mut bad = good.clone();
    bad.as_object_mut().unwrap().remove("isBasedOn");
    assert_eq!(lint(&bad).iter().map(|p| (p.code, p.error)).collect::<Vec<_>>(), [("CR10", false)]);
}

#[test]
fn hostile_words_come_back_out_of_every_format() {
    let desk = Desk::new();
    let numbers: Vec<u64> = HOSTILE.iter().map(|words| wild(&desk, words, Some("CC BY 4.0"))).collect();
    for format in registry::FORMATS {
        let done = export(&desk, format.name, &format!("x-{}", format.name), &[]);
        assert_eq!(done["claims"], json!(HOSTILE.len()), "{}", format.name);
    }
    for (line, words) in text(&desk, "x-jsonl").split_terminator('\n').zip(HOSTILE) {
        let claim: Value = serde_json::from_str(line).unwrap();
        for pointer in [
            "/statement",
            "/tags/0",
            "/actors/0",
            "/appearances/0/document/title",
            "/verdict/rationale",
            "/evidence/0/says",
        ] {
            assert_eq!(claim.pointer(pointer).unwrap(), words, "{pointer}");
        }
    }
    let mut table = csv::Reader::from_path(desk.path("x-csv")).unwrap();
    let at = table.headers().unwrap().iter().position(|name| name == "rationale").unwrap();
    let found: Vec<String> = table.records().map(|r| r.unwrap()[at].to_owned()).collect();
    assert_eq!(found, HOSTILE);
    let mut table = csv::Reader::from_path(desk.path("x-datapackage").join("evidence.csv")).unwrap();
    let at = table.headers().unwrap().iter().position(|name| name == "says").unwrap();
    assert_eq!(table.records().map(|r| r.unwrap()[at].to_owned()).collect::<Vec<_>>(), HOSTILE);
    let reviews: Vec<Value> = serde_json::from_str(&text(&desk, "x-claimreview")).unwrap();
    assert_eq!(reviews.iter().map(|r| r["reviewBody"].as_str().unwrap()).collect::<Vec<_>>(), HOSTILE);
    let all: Value = serde_json::from_str(&text(&desk, "x-annotation")).unwrap();
    let items = all["first"]["items"].as_array().unwrap();
    let said: Vec<&str> = items.iter().filter_map(|a| a["or:statement"].as_str()).collect();
    assert_eq!(said, HOSTILE);
    // On a page, what the script element holds ends where the review ends.
    export(&desk, "claimreview", "pages", &["--page"]);
    for (number, words) in numbers.iter().zip(HOSTILE) {
        let page = text(&desk, &format!("pages/claim-{number}.html"));
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script").count(), 1, "{page}");
        let script =
            page.split("<script type=\"application/ld+json\">").nth(1).unwrap().split("</script>").next().unwrap();
        assert_eq!(serde_json::from_str::<Value>(script).unwrap()["claimReviewed"], *words);
    }
}

#[test]
fn no_cell_is_a_formula_where_that_was_asked_for() {
    let desk = Desk::new();
    wild(&desk, HOSTILE[1], None);
    let done = export(&desk, "csv", "x.csv", &["--spreadsheet-safe"]);
    assert_eq!(done["spreadsheet_safe"], json!(true));
    export(&desk, "datapackage", "x", &["--spreadsheet-safe"]);
    let paths = std::fs::read_dir(desk.path("x")).unwrap().map(|entry| entry.unwrap().path());
    let tables = paths.filter(|path| path.extension().is_some_and(|e| e == "csv")).chain([desk.path("x.csv")]);
    let mut marked = 0;
    for path in tables {
        for record in csv::Reader::from_path(&path).unwrap().records() {
            for cell in &record.unwrap() {
                assert!(cell == "=" || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{path:?}: {cell}");
                marked += usize::from(cell == format!("'{}", HOSTILE[1]));
            }
        }
    }
    assert!(marked > 10, "{marked}");
    assert!(text(&desk, "x/datapackage.json").contains("\"spreadsheet_safe\":true"));
    export(&desk, "csv", "y.csv", &[]);
    assert!(text(&desk, "y.csv").contains(&HOSTILE[1].replace('"', "\"\"")), "verbatim unless asked otherwise");
}

#[test]
fn words_of_others_go_out_only_with_a_licence() {
    let desk = Desk::new();
    wild(&desk, "With a licence", Some("CC BY 4.0"));
    wild(&desk, "Without one", None);
    export(&desk, "annotation", "a.json", &[]);
    let all: Value = serde_json::from_str(&text(&desk, "a.json")).unwrap();
    assert_eq!(all["@context"][0], "http://www.w3.org/ns/anno.jsonld");
    assert_eq!(all["total"].as_u64().unwrap() as usize, all["first"]["items"].as_array().unwrap().len());
    let kinds = |words: &str| -> Vec<Vec<String>> {
        let of = |a: &&Value| a["or:statement"] == words || a["motivation"] == "classifying";
        let items = all["first"]["items"].as_array().unwrap().iter().filter(of);
        let selectors = |a: &Value| {
            a["target"]["selector"].as_array().unwrap().iter().map(|s| s["type"].as_str().unwrap().to_owned()).collect()
        };
        items.map(selectors).collect()
    };
    let both = vec!["TextPositionSelector".to_owned(), "TextQuoteSelector".to_owned()];
    let position = vec!["TextPositionSelector".to_owned()];
    // The claim's own annotation, and the hedges of both claims.
    assert_eq!(kinds("With a licence"), [both.clone(), both.clone(), position.clone()]);
    assert_eq!(kinds("Without one"), [both, position.clone(), position]);
    let mut claims = Vec::new();
    export(&desk, "jsonl", "x.jsonl", &["--public"]);
    for line in text(&desk, "x.jsonl").lines() {
        let claim: Value = serde_json::from_str(line).unwrap();
        claims.push(claim["appearances"][0]["anchors"][0]["quote"].clone());
    }
    assert_eq!(claims, [json!("x y"), Value::Null]);
}

#[test]
fn a_spoilt_export_does_not_read_back() {
    let desk = Desk::new();
    wild(&desk, "A plain sentence.", Some("CC BY 4.0"));
    let spoilt = |format: &str, page: bool, name: &str, from: &str, to: &str| {
        let out = format!("{format}-{page}");
        let _ = std::fs::remove_dir_all(desk.path(&out));
        let more: &[&str] = if page { &["--page"] } else { &[] };
        export(&desk, format, &out, more);
        let whole = desk.path(&out);
        assert_eq!(reads_back(&desk, format, &whole, page), Ok(1), "{format}");
        let file = if name.is_empty() { whole.clone() } else { whole.join(name) };
        let before = std::fs::read_to_string(&file).unwrap();
        assert!(before.contains(from), "{format}: {from}\n{before}");
        std::fs::write(&file, before.replacen(from, to, 1)).unwrap();
        let told = reads_back(&desk, format, &whole, page);
        assert!(told.is_err(), "{format} {name}: {from} -> {to}");
    };
    let page = std::fs::read_dir({
        export(&desk, "claimreview", "find", &["--page"]);
        desk.path("find")
    });
    let page =
        page.unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).find(|n| n.starts_with("claim-")).unwrap();
    for (from, to) in [
        ("\"@type\":\"Rating\"", "\"@type\":\"Person\""),
        ("ratingValue\":5", "ratingValue\":1"),
        ("\n]\n", "\n"),
        ("[\n", "[\n[\n"),
    ] {
        spoilt("claimreview", false, "", from, to);
    }
    for (from, to) in [
        ("<h1 dir=\"auto\">A", "<h1 dir=\"auto\">B"),
        ("application/ld+json", "text/javascript"),
        ("</body>", "<script type=\"application/ld+json\">{}</script></body>"),
    ] {
        spoilt("claimreview", true, &page, from, to);
    }
    for (from, to) in [
        ("\"start\":0", "\"start\":3"),
        ("\"exact\":\"x y\"", "\"exact\":\"x\""),
        ("identifying", "admiring"),
        ("\"total\":", "\"total\":1"),
        ("\"type\":\"Annotation\"}", "\"type\":\"Note\"}"),
        ("TextPositionSelector", "CssSelector"),
    ] {
        spoilt("annotation", false, "", from, to);
    }
    for (name, from, to) in [
        ("claims.csv", "published", "publishe"),
        ("hedges.csv", "approximator", "approximato"),
        ("datapackage.json", "\"name\":\"hedges\"", "\"name\":\"hedge\""),
        ("datapackage.json", "\"bytes\":", "\"bytes\":1"),
        ("datapackage.json", "\"path\":\"hedges.csv\"", "\"path\":\"../x/hedges.csv\""),
    ] {
        spoilt("datapackage", false, name, from, to);
    }
}

/// A package whose digests fit but whose tables do not is refused as well.
#[test]
fn a_package_that_refers_to_nothing_is_refused() {
    let desk = Desk::new();
    wild(&desk, "A plain sentence.", None);
    let edit = |name: &str, change: &dyn Fn(&str) -> String| {
        let _ = std::fs::remove_dir_all(desk.path("p"));
        export(&desk, "datapackage", "p", &[]);
        let (file, description) = (desk.path("p").join(name), desk.path("p").join("datapackage.json"));
        let (old, new) = (std::fs::read_to_string(&file).unwrap(), change(&std::fs::read_to_string(&file).unwrap()));
        let whole = std::fs::read_to_string(&description).unwrap();
        let whole = whole.replace(&Digest::of(old.as_bytes()).hex(), &Digest::of(new.as_bytes()).hex());
        std::fs::write(&file, &new).unwrap();
        let mut whole: Value = serde_json::from_str(&whole).unwrap();
        for resource in whole["resources"].as_array_mut().unwrap() {
            if resource["path"] == name {
                resource["bytes"] = new.len().into();
            }
        }
        std::fs::write(&description, whole.to_string()).unwrap();
        reads_back(&desk, "datapackage", &desk.path("p"), false)
    };
    let second = |text: &str, change: &dyn Fn(&str) -> String| {
        let mut lines: Vec<String> = text.split("\r\n").map(str::to_owned).collect();
        lines[1] = change(&lines[1]);
        lines.join("\r\n")
    };
    assert_eq!(edit("hedges.csv", &str::to_owned), Ok(1));
    let other = |line: &str| format!("99999{}", &line[line.find(',').unwrap()..]);
    assert!(edit("hedges.csv", &|t| second(t, &other)).unwrap_err().contains("`99999` is referred to"));
    assert!(
        edit("hedges.csv", &|t| second(t, &|l| l.replace("approximator", "guess"))).unwrap_err().contains("`class`")
    );
    assert!(edit("claims.csv", &|t| second(t, &|l| l.replace(",true,", ",yes,"))).unwrap_err().contains("`published`"));
    assert!(edit("claims.csv", &|t| t.replacen("number,", "nummer,", 1)).unwrap_err().contains("another heading"));
    assert!(edit("claims.csv", &|t| second(t, &|l| format!("{l}\r\n{l}"))).unwrap_err().contains("a number twice"));
    assert!(edit("claims.csv", &|t| second(t, &|l| format!("{l},x"))).is_err());
}
