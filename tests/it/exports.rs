//! Claim sets: the frame of all formats, and each format held against a reader of its own.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use onrecord::exchange::iri::{Base, BaseError};
use onrecord::exchange::{jsonl, ordered, registry, reread, strict};
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::store::LocalStore;
use onrecord::view::ClaimView;
use sha2::{Digest as _, Sha256};

use crate::cli::{Desk, supported};

/// The bytes of every file of an export, by name; of a file its own.
fn bytes(path: &Path) -> Vec<(String, Vec<u8>)> {
    if path.is_file() {
        return vec![(String::new(), std::fs::read(path).unwrap())];
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        found.extend(bytes(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
    }
    found.sort();
    found
}

#[test]
fn a_base_is_an_address_to_put_names_behind() {
    assert_eq!(Base::parse("https://desk.example/c").unwrap().claim(12), "https://desk.example/c/claim-12");
    assert_eq!(Base::parse("http://desk.example/").unwrap().verdict(3), "http://desk.example/verdict-3");
    assert_eq!(Base::of_origin("example.org/desk").as_str(), "https://example.org/desk/");
    assert_eq!(Base::of_origin("a b\u{202e}>").as_str(), "https://a%20b%E2%80%AE%3E/");
    for (text, error) in [
        ("desk.example/", BaseError::Scheme),
        ("javascript:alert(1)", BaseError::Scheme),
        ("https:///x", BaseError::Host),
        ("https://a/#x", BaseError::Character('#')),
        ("https://a/?x=1", BaseError::Character('?')),
        ("https://a/<b>", BaseError::Character('<')),
        ("https://a/\u{202e}", BaseError::Character('\u{202e}')),
        ("https://a/ b", BaseError::Character(' ')),
        ("https://a/\"", BaseError::Character('"')),
    ] {
        assert_eq!(Base::parse(text), Err(error), "{text}");
    }
    assert_eq!(Base::parse(&format!("https://a/{}", "x".repeat(1_000))), Err(BaseError::TooLong));
}

#[test]
fn keys_are_put_in_order_while_writing() {
    #[derive(serde::Serialize)]
    struct Unsorted<'a> {
        number: u64,
        zulu: Option<bool>,
        alpha: Vec<serde_json::Value>,
        number_of: &'a str,
        #[serde(flatten)]
        more: Option<Below>,
    }
    #[derive(serde::Serialize)]
    struct Below {
        middle: i64,
        empty: [u8; 0],
    }
    let nested = serde_json::json!({"b": {}, "a": [{"d": 1, "c": [{}, {"x": null}]}], "aa": "", "a_": false});
    for text in ["", "a\"b\\c/\u{8}\t\n\u{c}\r\u{1}\u{1f}\u{7f}", "é\u{2028}\u{1f600}\u{202e}"] {
        let view = Unsorted {
            number: 7,
            zulu: None,
            alpha: vec![nested.clone(), text.into()],
            number_of: text,
            more: Some(Below { middle: -3, empty: [] }),
        };
        let value = serde_json::to_value(&view).unwrap();
        assert_eq!(ordered::to_bytes(&view), onrecord::canon::value_to_bytes(&value).unwrap(), "{text:?}");
    }
}

#[test]
fn a_damaged_export_does_not_read_back() {
    let good = "{\"number\":1,\"x\":\"a\"}\n{\"number\":4}\n";
    assert_eq!(reread::jsonl(good.as_bytes()).unwrap(), 2);
    for bad in [
        "{\"number\":1}",
        "{\"number\":1}\n{\"number\":1}\n",
        "{\"number\":2}\n{\"number\":1}\n",
        "{\"number\": 1}\n",
        "{\"number\":1,\"number\":1}\n",
        "{\"x\":1}\n",
        "\n",
        "{\"number\":1}\n{\"numb",
    ] {
        assert!(reread::jsonl(bad.as_bytes()).is_err(), "{bad:?}");
    }
    let good = "number,text\r\n1,\"a \"\"b\"\", c\r\nd\"\r\n2,\r\n";
    assert_eq!(reread::csv(good.as_bytes()).unwrap(), 2);
    for bad in [
        "",
        "number,text\r\n1\r\n",
        "number\n",
        "number\r\nx\r\n",
        "number\r\n2\r\n1\r\n",
        "number\r\n\"1\r\n",
        "number,t\r\n1,a\"b\r\n",
    ] {
        assert!(reread::csv(bad.as_bytes()).is_err(), "{bad:?}");
    }
}

#[test]
fn every_format_gives_the_same_bytes_twice_and_says_whose_they_are() {
    let desk = Desk::new();
    desk.enrol("ben", "reviewer");
    let (claim, verdict) = supported(&desk, "bridge");
    supported(&desk, "tunnel");
    desk.claim("road", "The city closed the road.");
    desk.ok(&["review", &verdict.to_string(), "--approve", "--as", "ben"]);
    desk.ok(&["publish", &claim.to_string()]);
    for format in registry::FORMATS {
        let (one, two) = (format!("one-{}", format.name), format!("two-{}", format.name));
        let said = desk.ok(&["--json", "export", "--format", format.name, "--out", &one]).json();
        let again = desk.ok(&["--json", "export", "--format", format.name, "--out", &two]).json();
        assert_eq!(bytes(&desk.path(&one)), bytes(&desk.path(&two)), "{}", format.name);
        assert_eq!(said["sha256"], again["sha256"]);
        assert_eq!(said["root"], desk.ledger().root().hex());
        let in_set = if format.public_only { 1 } else { 2 };
        assert_eq!(said["claims"], in_set, "{}", format.name);
        let public = format!("public-{}", format.name);
        let public = desk.ok(&["--json", "export", "--public", "--format", format.name, "--out", &public]).json();
        assert_eq!((&public["claims"], &public["left_out"]["not_public"]), (&1.into(), &2.into()), "{}", format.name);
        // Long before there was a claim.
        let early = format!("early-{}", format.name);
        let early = desk.ok(&["--json", "export", "--as-of", "1", "--format", format.name, "--out", &early]).json();
        assert_eq!((&early["claims"], &early["size"]), (&0.into(), &1.into()), "{}", format.name);
    }
}

/// The words of an export to `x`.
fn export<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["export", "--out", "x"], more].concat()
}

#[test]
fn an_export_that_cannot_be_says_why() {
    let desk = Desk::new();
    supported(&desk, "bridge");
    desk.fails(2, &export(&["--format", "jsonl", "--page"]))
        .tells(&["`--page` means nothing for jsonl", "leave it out"]);
    desk.fails(2, &export(&["--format", "jsonl", "--base", "desk.example"])).tells(&[
        "--base: `desk.example` is no address",
        "https://",
        "such as https://desk.example/claims/",
    ]);
    desk.fails(2, &export(&["--format", "jsonl", "--as-of", "99999"])).tells(&["the latest point is"]);
    std::fs::create_dir(desk.path("x")).unwrap();
    desk.fails(2, &export(&["--format", "jsonl"])).tells(&["x is a folder", "name a file in it"]);
    let mut left = std::fs::read_dir(desk.path(".")).unwrap().map(|e| e.unwrap().file_name());
    assert!(left.all(|name| !name.to_string_lossy().starts_with(".onrecord-")), "nothing half-done is left behind");
}

#[test]
fn what_is_public_has_no_contacts_and_nothing_of_who_works_on_it() {
    let desk = Desk::new();
    let (claim, _) = supported(&desk, "bridge");
    let number = claim.to_string();
    desk.ok(&["contact", &number, "--who", "SECRETWHO", "--asked", "2025-04-01"]);
    desk.ok(&["note", &number, "SECRETNOTE"]);
    desk.ok(&["triage", &number, "--assign", "ana", "--due", "2099-12-01"]);
    desk.ok(&["publish", &number]);
    let read = |more: &[&str]| {
        desk.ok(&[&["export", "--format", "jsonl", "--out", "x.jsonl"], more].concat());
        std::fs::read_to_string(desk.path("x.jsonl")).unwrap()
    };
    let whole: serde_json::Value = serde_json::from_str(&read(&[])).unwrap();
    assert_eq!(
        (&whole["assigned"], &whole["due"], &whole["contacts"][0]["who"]),
        (&"ana".into(), &"2099-12-01".into(), &"SECRETWHO".into())
    );
    let public = read(&["--public"]);
    assert!(!public.contains("SECRET"), "{public}");
    let public: serde_json::Value = serde_json::from_str(&public).unwrap();
    assert_eq!(
        (&public["number"], &public["assigned"], &public["due"]),
        (&claim.into(), &serde_json::Value::Null, &serde_json::Value::Null)
    );
    assert_eq!(public["contacts"], serde_json::json!([]));
    assert_eq!(public["evidence"], whole["evidence"]);
}

#[test]
fn where_names_lie_is_a_setting() {
    let desk = Desk::new();
    supported(&desk, "bridge");
    let base = |more: &[&str]| {
        let done = desk.ok(&[&["--json", "export", "--format", "jsonl", "--out", "x.jsonl"], more].concat()).json();
        done["base"].as_str().unwrap().to_owned()
    };
    assert_eq!(base(&[]), "https://example.org/desk/");
    assert_eq!(base(&["--base", "https://other.example/c"]), "https://other.example/c/");
}

/// A line is written as its view declares its fields, so that each view has to declare them in the order of their keys:
/// one of every sort is held against the canonical form of the same value.
#[test]
fn a_line_is_canonical_as_it_is_written() {
    fn met(value: &serde_json::Value, path: &str, lists: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| met(item, path, lists)),
            serde_json::Value::Object(members) => {
                lists.insert(path.to_owned());
                members.iter().for_each(|(key, value)| met(value, &format!("{path}/{key}"), lists));
            }
            _ => {}
        }
    }
    let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v0/ledger");
    let frozen = Ledger::open(Arc::new(LocalStore::open(frozen).unwrap()), None, Arc::new(|_: &str| {})).unwrap();
    let desk = Desk::new();
    let (bridge, tunnel) = (supported(&desk, "bridge"), supported(&desk, "tunnel"));
    let (bridge, tunnel) = (bridge.0.to_string(), tunnel.0.to_string());
    desk.ok(&["relate", &tunnel, "rests-on", &bridge]);
    desk.ok(&["publish", &bridge]);
    desk.ok(&["retract", &bridge, "--reason", "It was another bridge."]);
    desk.ok(&[
        "looked",
        &tunnel,
        "--for",
        "tunnel",
        "--where",
        "the register",
        "--languages",
        "en",
        "--note",
        "Twice.",
    ]);
    let mut sorts = BTreeSet::new();
    for ledger in [&frozen, &desk.ledger()] {
        for claim in ledger.claims().unwrap() {
            let view = ClaimView::new(&ledger.claim(claim).unwrap().unwrap(), ledger);
            let value = serde_json::to_value(&view).unwrap();
            let mut line = onrecord::canon::value_to_bytes(&value).unwrap();
            line.push(b'\n');
            let written = jsonl::line(&view);
            assert_eq!(String::from_utf8(written), String::from_utf8(line), "claim {claim}");
            met(&value, "", &mut sorts);
        }
    }
    for sort in "/appearances /appearances/anchors /appearances/attribution /appearances/document /appearances/hedges /contacts \
                 /corrections /corrections/changes /evidence /fallen /quantities /relations /retraction /searches /times \
                 /verdict /verdict/reviews"
        .split_whitespace()
    {
        assert!(sorts.contains(sort), "no claim has {sort}: {sorts:?}");
    }
}

#[test]
fn a_file_in_pieces_reads_back_as_it_does_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("claims.jsonl");
    let line = |number: u64| format!("{{\"number\":{number},\"x\":\"{}\"}}\n", "a".repeat(number as usize % 13));
    let good: Vec<String> = (1..20).map(line).collect();
    let (mut swapped, mut broken, mut twice) = (good.clone(), good.clone(), good.clone());
    swapped.swap(7, 8);
    broken[11] = "{\"number\" :12}\n".into();
    twice.insert(5, good[4].clone());
    let cut = good.concat().trim_end().to_owned();
    let whole = [String::new(), good.concat(), swapped.concat(), broken.concat(), twice.concat(), cut];
    let mut refused = 0;
    for text in whole {
        std::fs::write(&path, &text).unwrap();
        let wanted = reread::jsonl(text.as_bytes()).map_err(|e| e.to_string());
        refused += usize::from(wanted.is_err());
        for piece in (1..70).chain([text.len() as u64 + 1, u64::MAX]) {
            let read = reread::jsonl_pieces(&path, piece);
            if let Ok(read) = &read {
                assert_eq!((read.bytes, read.sha256.0), (text.len() as u64, Sha256::digest(&text).into()));
            }
            assert_eq!(read.map(|read| read.claims).map_err(|e| e.to_string()), wanted, "{piece} {text}");
        }
    }
    assert_eq!(refused, 4);
}

#[test]
fn what_is_no_plain_text_is_seen_wherever_in_a_string_it_stands() {
    for at in 0..40 {
        let (before, after) = ("é".repeat(at % 3) + &"a".repeat(at), "~\u{7f} ".repeat(at % 5));
        for code in 0..0x20_u8 {
            let text = format!("{{\"a\":\"{before}{}{after}\"}}", char::from(code));
            assert_eq!(strict::number_of(text.as_bytes()), Err("a control character in a string"), "{at} {code}");
            let value = serde_json::to_string(&format!("{before}{}{after}", char::from(code))).unwrap();
            assert_eq!(strict::number_of(format!("{{\"number\":1,\"x\":{value}}}").as_bytes()), Ok(Some(1)));
        }
        for high in ["\u{80}", "é", "\u{1f600}"] {
            let (before, after) = ("a".repeat(at), "b".repeat(at % 7));
            let key = format!("{{\"{before}{high}{after}\":1}}");
            assert_eq!(strict::number_of(key.as_bytes()), Err("a key that no claim has"), "{key}");
            // After the key's end it is nobody's business.
            let value = format!("{{\"{before}\":\"{high}{after}\"}}");
            assert_eq!(strict::number_of(value.as_bytes()), Ok(None), "{value}");
        }
        let never = format!("{{\"a\":\"{before}");
        assert_eq!(strict::number_of(never.as_bytes()), Err("a string that never ends"));
    }
}

#[test]
fn only_the_canonical_form_of_json_is_read_back() {
    let good = r#"{"a":"é\u0001\n\"\\","b":[1,-2,{"c":null}],"number":7,"z":{}}"#;
    assert_eq!(strict::number_of(good.as_bytes()), Ok(Some(7)));
    assert_eq!(strict::number_of(b"{}"), Ok(None));
    assert_eq!(strict::number_of(br#"{"a":{"number":3}}"#), Ok(None), "only the outermost");
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(40), "]".repeat(40));
    for bad in [
        r#"{"b":1,"a":2}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a": 1}"#,
        r#"{"a":1,}"#,
        r#"{"a":01}"#,
        r#"{"a":-0}"#,
        r#"{"a":1.0}"#,
        r#"{"a":1e3}"#,
        r#"{"a":9007199254740992}"#,
        r#"{"a":"\u000a"}"#,
        r#"{"a":"\u001F"}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"\/"}"#,
        "{\"a\":\"\n\"}",
        r#"{"a":"x}"#,
        r#"{"é":1}"#,
        r#"{"a":tru}"#,
        r#"{"a":NaN}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":[1 ]}"#,
        r#"{"a":1}{"#,
        "[1]",
        "",
        &deep,
    ] {
        assert!(strict::number_of(bad.as_bytes()).is_err(), "{bad}");
    }
    assert!(strict::number_of(b"{\"a\":\"\xff\"}").is_err());
}

#[test]
fn claims_read_many_at_a_time_are_those_read_one_by_one() {
    let desk = Desk::new();
    let (bridge, _) = supported(&desk, "bridge");
    let (tunnel, _) = supported(&desk, "tunnel");
    let road = desk.claim("road", "The city closed the road.");
    desk.ok(&["relate", &tunnel.to_string(), "rests-on", &bridge.to_string()]);
    desk.ok(&["publish", &bridge.to_string()]);
    desk.ok(&["correct", &bridge.to_string(), "--kind", "update", "--text", "More is known."]);
    desk.ok(&["note", &road.to_string(), "Ask again."]);
    for n in 0..12 {
        desk.opinion(&format!("view-{n}"), "It is ugly.");
    }
    let size = desk.ledger().size();
    for at in 1..=size {
        let ledger = desk.ledger().as_of(at).unwrap();
        let rows = ledger.rows_where(Index(0), usize::MAX, |_, _| true).unwrap();
        let many = ledger.claims_of(&rows).unwrap();
        for (row, claim) in rows.iter().zip(&many) {
            assert_eq!(claim, &ledger.claim(row.number()).unwrap(), "{} at {at}", row.number());
        }
        // Some of them, out of order and twice.
        let some: Vec<_> = rows.iter().rev().step_by(2).chain(rows.first()).cloned().collect();
        for (row, claim) in some.iter().zip(ledger.claims_of(&some).unwrap()) {
            assert_eq!(claim.map(|c| c.number), Some(row.number()));
        }
    }
}

/// Opening the ledger with its catalog on disk gives the same as with lookups in memory.
#[test]
fn a_catalog_on_disk_gives_the_same_claims() {
    let desk = Desk::new();
    supported(&desk, "bridge");
    supported(&desk, "tunnel");
    let store = || Arc::new(LocalStore::open(desk.path("desk")).unwrap());
    let on_disk = Ledger::open(store(), Some(&desk.path("catalog")), Arc::new(|_: &str| {})).unwrap();
    let in_memory = desk.ledger();
    let rows = |ledger: &Ledger| ledger.rows_where(Index(0), usize::MAX, |_, _| true).unwrap();
    assert_eq!(rows(&on_disk).len(), 2);
    assert_eq!(on_disk.claims_of(&rows(&on_disk)).unwrap(), in_memory.claims_of(&rows(&in_memory)).unwrap());
}
