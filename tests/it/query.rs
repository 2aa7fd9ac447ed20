//! The query language: what it means, what it refuses, and that its text form is read back as the same.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use onrecord::answers::find;
use onrecord::claim::desk::ClaimMoved;
use onrecord::claim::vocab::*;
use onrecord::claim::{Claim, Document, Handle, Hedge, Quantity, Step, Time};
use onrecord::cli::asked;
use onrecord::entry::{Event, Proposal};
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::query::{self, FIELDS, Field, MAX_CHARS, MAX_DEPTH, Mistake, Query, Shape};
use proptest::prelude::*;

use crate::ledger::{append, claim, document, evidence, ledger, verdict};

fn parsed(text: &str) -> Query {
    Query::parse(text).unwrap_or_else(|e| unreachable!("{text}: {e}"))
}

fn mistake(text: &str) -> (usize, usize, Mistake) {
    let error = Query::parse(text).unwrap_err();
    (error.at, error.len, error.mistake)
}

fn step(name: &str, factuality: Factuality) -> Step {
    Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality,
        mode: None,
        name: Some(name.into()),
        role: SourceRole::Organisation,
        start: None,
    }
}

fn hedge(class: HedgeClass, cue: &str) -> Hedge {
    Hedge { band: None, class, cue: cue.into(), end: None, level: 0, scope: None, start: None, strength: Strength::Low }
}

fn quantity(comparator: Comparator, value: Option<&str>, high: Option<&str>) -> Quantity {
    let text = |t: &str| t.to_owned();
    Quantity {
        comparator,
        high: high.map(text),
        text: "so many".into(),
        unit: Some("drones".into()),
        value: value.map(text),
    }
}

fn about(document: Index, statement: &str, change: impl FnOnce(&mut Claim)) -> Event {
    let mut claim = claim(document, statement);
    change(&mut claim);
    Event::ClaimRecorded(claim)
}

/// Five claims: a, b, c, d, e, at 2 to 6; b judged on two clusters, c triaged, d amended and judged, e in another document.
fn five() -> Ledger {
    let (_, mut ledger) = ledger();
    let gazette = Document { publisher: Some("Évora Gazette".into()), ..Document::default() };
    append(&mut ledger, &[document(), Proposal::new(Event::DocumentRegistered(gazette))]).unwrap();
    let claims = [
        about(Index(1), "Over 200 missiles were fired at Eilat.", |c| {
            c.kind = ClaimKind::Quantity;
            c.quantities = vec![quantity(Comparator::Greater, Some("200"), None)];
            c.places = vec!["Eilat".into(), "Israel".into()];
            c.times = vec![Time { basis: Basis::Said, edtf: "2024-10-01".into(), text: "1 October".into() }];
            c.key = Some("missiles".into());
        }),
        about(Index(1), "The Islamic Resistance in Iraq fired drones.", |c| {
            c.appearance.attribution.push(step("Islamic Resistance in Iraq", Factuality::PossiblePlus));
            c.appearance.hedges = vec![hedge(HedgeClass::Evidential, "claimed")];
            c.actors = vec!["Islamic Resistance in Iraq".into()];
            c.tags = vec!["Drones".into()];
        }),
        about(Index(1), "Between 100 and 150 drones flew over Cádiz.", |c| {
            c.kind = ClaimKind::Quantity;
            c.quantities = vec![quantity(Comparator::Range, Some("100"), Some("150"))];
            c.lang = Some("en-GB".into());
            c.times = vec![Time { basis: Basis::Inferred, edtf: "2024".into(), text: "last year".into() }];
        }),
        about(Index(1), "Some drones fell.", |c| c.quantities = vec![quantity(Comparator::Vague, None, None)]),
        about(Index(2), "(No) \"one\" was hurt, NOT even OR so.", |c| {
            c.lang = Some("pt".into());
            c.times = vec![Time { basis: Basis::Said, edtf: "2024-10-03/..".into(), text: "from then on".into() }];
        }),
    ];
    let claims: Vec<Proposal> = claims.into_iter().map(Proposal::new).collect();
    let base = append(&mut ledger, &claims).unwrap().base;
    assert_eq!(base, 4, "documents and their batch signature are at 1 to 3");
    let on = |n: u64| Index(base + n);
    let (p, later) = (Index::pending, |k: u64| Index(k));
    let judged = [
        Proposal::about(on(1), Event::EvidenceLinked(evidence(Stance::Supports, "one"))),
        Proposal::about(on(1), Event::EvidenceLinked(evidence(Stance::Refutes, "two"))),
        Proposal::about(
            on(1),
            Event::VerdictIssued(verdict(Finding::Conflicting, Confidence::Moderate, vec![p(0), p(1)])),
        ),
    ];
    append(&mut ledger, &judged).unwrap();
    let moved = ClaimMoved {
        assignee: Some(Handle("ada".into())),
        due: Some("2026-12-01".parse().unwrap()),
        note: None,
        to: Workflow::Triaged,
    };
    append(&mut ledger, &[Proposal::about(on(2), Event::ClaimMoved(moved))]).unwrap();
    let size = ledger.size();
    let judged = [
        Proposal::about(on(3), Event::EvidenceLinked(evidence(Stance::Supports, "one"))),
        Proposal::about(on(3), Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![later(size)]))),
        Proposal::about(on(3), about_amended()),
    ];
    append(&mut ledger, &judged).unwrap();
    ledger
}

fn about_amended() -> Event {
    Event::ClaimAmended(claim(Index(1), "Some drones fell, at last."))
}

/// Which of the five a query finds, by letter. What rows say, narrowed or not, must be what the claims say.
fn found(ledger: &Ledger, text: &str) -> String {
    let query = parsed(text);
    let letter = |n: &Index| char::from(b'a' + u8::try_from(n.0 - 4).unwrap());
    let by_claim: String = ledger
        .claims()
        .unwrap()
        .iter()
        .filter(|n| query.matches(&ledger.claim(**n).unwrap().unwrap(), ledger))
        .map(letter)
        .collect();
    let listed: String = find::claims(ledger, &query, usize::MAX).unwrap().iter().map(|c| letter(&c.number)).collect();
    assert_eq!(listed, by_claim, "{text}: what is listed, what each claim says");
    by_claim
}

const MEANINGS: &[(&str, &str)] = &[
    ("", "abcde"),
    ("drones", "bcd"),
    ("DRONES", "bcd"),
    ("drone", ""),
    ("cadiz", "c"),
    ("\"drones fired\"", ""),
    ("\"fired drones\"", "b"),
    ("fired drones", "b"),
    ("missiles OR cádiz", "ac"),
    ("drones -fired", "cd"),
    ("drones AND NOT fired", "cd"),
    ("-(fired OR fell)", "ce"),
    ("drones (fired OR fell) -finding:supported", "b"),
    ("fired drones OR hurt", "be"),
    ("\"OR\" hurt", "e"),
    ("\"not even\"", "e"),
    ("finding:conflicting", "b"),
    ("status:conflicting", "b"),
    ("FINDING:Conflicting", "b"),
    ("finding:(conflicting OR supported)", "bd"),
    ("-finding:(conflicting OR supported)", "ace"),
    ("finding:unverified", "ace"),
    ("finding:withheld", ""),
    ("state:triaged", "c"),
    ("confidence:moderate", "b"),
    ("kind:quantity", "ac"),
    ("checkable:true", "abcde"),
    ("checkable:no", ""),
    ("speaker:\"Islamic Resistance in Iraq\"", "b"),
    ("speaker:islamic", "b"),
    ("speaker:example", "abcde"),
    ("speaker:nobody", ""),
    ("publisher:evora", "e"),
    ("publisher:gazette", "bde"),
    ("document:2", "e"),
    ("document:#1", "abcd"),
    ("document:2..3", "e"),
    ("hedge:evidential speaker:\"Islamic Resistance in Iraq\"", "b"),
    ("hedge:modal", ""),
    ("cue:claim", "b"),
    ("factuality:PS+", "b"),
    ("factuality:CT+", "abcde"),
    ("place:eil", "a"),
    ("place:Israel kind:quantity", "a"),
    ("actor:Iraq", "b"),
    ("tag:drones", "b"),
    ("tag:dron", ""),
    ("agent:ada", "abcde"),
    ("-agent:ada", ""),
    ("assigned:ada", "c"),
    ("-assigned:ada", "abde"),
    ("due:..2026-12-01", "c"),
    ("due:2026-12", "c"),
    ("due:..2026-11", ""),
    ("due:..", "c"),
    ("recorded:2026-11-22", "abcde"),
    ("recorded:2026-11-22T07:12Z", "abcde"),
    ("recorded:2026-11-22T07:12:04..", ""),
    ("recorded:..2026-11-21", ""),
    ("recorded:2026", "abcde"),
    ("verified:..", "bd"),
    ("-verified:..", "ace"),
    ("verified:2026-11-22..2026-11-23", "bd"),
    ("time:2024-10", "ace"),
    ("time:2024-10-01", "ac"),
    ("time:2024-10-02", "c"),
    ("time:2025..", "e"),
    ("time:..2024-09", "c"),
    ("time:2024-23", "ace"),
    ("quantity:200", "a"),
    ("quantity:201", ""),
    ("quantity:120", "c"),
    ("quantity:120..", "ac"),
    ("quantity:150.5..200.0", "a"),
    ("quantity:-5..100", "c"),
    ("quantity:..", "ac"),
    ("quantity:(200 OR 100)", "ac"),
    ("clusters:2", "b"),
    ("clusters:0", "ace"),
    ("clusters:1..", "bd"),
    ("-clusters:..1", "b"),
    ("flag:not-second-read", "bd"),
    ("flag:judged-an-earlier-wording", "d"),
    ("flag:evidence-withdrawn", ""),
    ("lang:en", "abcd"),
    ("lang:en-gb", "c"),
    ("lang:e", ""),
    ("lang:pt", "e"),
    ("reviewed:true", ""),
    ("reviewed:false", "abcde"),
    ("key:missiles", "a"),
    ("number:4", "a"),
    ("number:#5..6", "bc"),
    ("number:5..", "bcde"),
    ("(number:4 OR speaker:islamic) -number:5", "a"),
    ("speaker:islamic OR finding:supported", "bd"),
    ("speaker:islamic OR place:eilat", "ab"),
];

#[test]
fn queries_find_what_they_mean() {
    let ledger = five();
    for (text, wanted) in MEANINGS {
        assert_eq!(found(&ledger, text), *wanted, "{text}");
    }
    // Every field is in the table above, and every field finds something and leaves something out.
    for entry in FIELDS {
        let prefix = format!("{}:", entry.name);
        let of_field = || MEANINGS.iter().filter(|(text, _)| text.contains(&prefix));
        assert!(of_field().any(|(_, wanted)| !wanted.is_empty()), "{} finds nothing", entry.name);
        assert!(of_field().any(|(_, wanted)| wanted.len() < 5), "{} leaves nothing out", entry.name);
    }
}

#[test]
fn the_examples_of_the_table_are_queries_of_their_field() {
    for entry in FIELDS {
        let tests = parsed(entry.example);
        assert_eq!(tests.tests().iter().map(|t| t.field).collect::<Vec<_>>(), [entry.field], "{}", entry.example);
        assert_eq!(Field::named(entry.name), Some(entry.field));
        assert!(FIELDS.windows(2).all(|w| w[0].name < w[1].name), "by name");
    }
}

#[test]
fn mistakes_are_named_with_their_place() {
    let near = |text: &str| match mistake(text) {
        (at, len, Mistake::Field { near, .. }) => (at, len, near.unwrap_or_default()),
        (at, len, Mistake::Word { near, .. }) => (at, len, near.unwrap_or_default().to_owned()),
        other => unreachable!("{text}: {other:?}"),
    };
    assert_eq!(near("missiles findin:refuted"), (9, 6, "finding".into()));
    assert_eq!(near("-spaeker:x"), (1, 7, "speaker".into()));
    assert_eq!(near("a (b OR xyzzyx:1)"), (8, 6, String::new()));
    assert_eq!(near("finding:conflictin"), (8, 10, "conflicting".into()));
    assert_eq!(near("finding:(refuted OR supportd)"), (20, 8, "supported".into()));
    assert_eq!(near("finding:false"), (8, 5, "refuted".into()));
    assert_eq!(near("state:\"publishd\""), (6, 10, "published".into()));
    let cases: &[(&str, usize, usize, Mistake)] = &[
        ("ab \"cd", 3, 1, Mistake::Quote),
        ("ab (cd (ef)", 3, 1, Mistake::Open),
        ("(", 0, 1, Mistake::Open),
        ("ab) cd", 2, 1, Mistake::Close),
        (")", 0, 1, Mistake::Close),
        ("ab ( )", 3, 3, Mistake::Empty),
        ("place:", 0, 6, Mistake::Missing(Field::Place)),
        ("(place: x)", 1, 6, Mistake::Missing(Field::Place)),
        ("place:\"\"", 6, 2, Mistake::Missing(Field::Place)),
        ("ab - cd", 3, 1, Mistake::Blank),
        ("\"…\"", 0, 3, Mistake::Blank),
        ("OR ab", 0, 2, Mistake::Alone("OR", "before")),
        ("ab OR", 3, 2, Mistake::Alone("OR", "after")),
        ("(ab OR )", 4, 2, Mistake::Alone("OR", "after")),
        ("ab OR OR cd", 6, 2, Mistake::Alone("OR", "before")),
        ("AND ab", 0, 3, Mistake::Alone("AND", "before")),
        ("ab AND", 3, 3, Mistake::Alone("AND", "after")),
        ("NOT", 0, 3, Mistake::Alone("NOT", "after")),
        ("quantity:5..2", 9, 4, Mistake::Backwards),
        ("recorded:2026-11..2026-10", 9, 16, Mistake::Backwards),
        ("clusters:9..2", 9, 4, Mistake::Backwards),
        ("reviewed:maybe", 9, 5, Mistake::Bool { field: Field::Reviewed, given: "maybe".into() }),
        ("clusters:two", 9, 3, Mistake::Count { field: Field::Clusters, given: "two".into() }),
        ("quantity:1,000", 9, 5, Mistake::Decimal { field: Field::Quantity, given: "1,000".into() }),
        ("due:tomorrow", 4, 8, Mistake::Period { field: Field::Due, given: "tomorrow".into() }),
        (
            "recorded:2026-11-22T25:00",
            9,
            16,
            Mistake::Period { field: Field::Recorded, given: "2026-11-22T25:00".into() },
        ),
        ("time:1..2..3", 5, 7, Mistake::Period { field: Field::Time, given: "1..2..3".into() }),
    ];
    for (text, at, len, wanted) in cases {
        assert_eq!(mistake(text), (*at, *len, wanted.clone()), "{text}");
    }
    // What is no field is text.
    for text in ["10:30", "https://a.example/b", "\"findin:x\""] {
        assert_eq!(parsed(text).tests()[0].field, Field::Text, "{text}");
    }
}

#[test]
fn an_error_shows_the_query_with_carets_under_the_mistake() {
    let error = Query::parse("drones finding:conflictin OR x").unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert!(
        lines[0]
            .starts_with("character 16: `conflictin` is no finding (did you mean `conflicting`?); one of: supported, ")
    );
    assert_eq!(lines[1], "  drones finding:conflictin OR x");
    assert_eq!(lines[2], "                 ^^^^^^^^^^");
    assert_eq!(lines.len(), 3);
    // A long query is cut around the mistake; wide and deceiving characters keep the carets in place.
    let long = format!("{} 北京\u{202e} oops:1 {}", "word ".repeat(60), "word ".repeat(60));
    let error = Query::parse(&long).unwrap_err().to_string();
    let lines: Vec<&str> = error.lines().collect();
    let before = lines[1].split("oops").next().unwrap();
    assert!(lines[1].contains("…") && lines[1].len() < 120 && before.contains("\\u{202e}"), "{}", lines[1]);
    assert_eq!(lines[2].find('^').unwrap(), unicode_width::UnicodeWidthStr::width(before));
}

#[test]
fn limits_hold() {
    assert!(Query::parse(&"a".repeat(MAX_CHARS)).is_ok());
    assert_eq!(mistake(&"ä".repeat(MAX_CHARS + 1)).2, Mistake::TooLong);
    for (open, close) in [("(", ")"), ("-", ""), ("NOT ", ""), ("finding:(", ")")] {
        let nested = |n: usize| {
            let inner = if open.starts_with('f') { "(" } else { open };
            format!(
                "{open}{}{}{}",
                inner.repeat(n - 1),
                if open.starts_with('f') { "refuted" } else { "a" },
                close.repeat(n)
            )
        };
        assert!(Query::parse(&nested(MAX_DEPTH)).is_ok(), "{open}");
        assert_eq!(mistake(&nested(MAX_DEPTH + 1)).2, Mistake::TooDeep, "{open}");
    }
}

#[test]
fn words_of_a_shell_are_put_together() {
    let of = |words: &[&str]| {
        asked::query(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>())
            .map(|q| q.to_string())
            .unwrap_or_default()
    };
    let meant = "hedge:evidential speaker:\"Islamic Resistance in Iraq\"";
    assert_eq!(of(&[meant]), meant);
    assert_eq!(of(&["hedge:evidential", "speaker:Islamic Resistance in Iraq"]), meant);
    assert_eq!(of(&["hedge:evidential", "speaker:\"Islamic Resistance in Iraq\""]), meant);
    assert_eq!(of(&["hedge:evidential", "-speaker:Fuad Hussein"]), "hedge:evidential -speaker:\"Fuad Hussein\"");
    assert_eq!(of(&["finding:refuted", "OR", "kind:event"]), "finding:refuted OR kind:event");
    assert_eq!(of(&["(finding:refuted OR kind:event)", "drones"]), "(finding:refuted OR kind:event) drones");
}

#[test]
fn the_page_is_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/query.md");
    let page = query::reference();
    if std::env::var_os("ONRECORD_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "ONRECORD_BLESS=1 writes it anew");
    for entry in FIELDS {
        assert!(page.contains(&format!("| `{}`", entry.name)), "{}", entry.name);
        assert!(query::summary().contains(entry.example), "{}", entry.name);
        if let Shape::Word(all) = entry.shape {
            assert!(all().iter().all(|w| query::completions().contains(&format!("{}:{w}", entry.name))));
        }
    }
    for word in query::completions().iter().filter(|w| !w.ends_with(':')) {
        parsed(word);
    }
}

/// Queries by the grammar, with all that may stand in them.
fn grammar() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-zé]{1,6}",
        "\"[a-z][a-z OR()\\-:]{0,8}\"",
        "\"\\\\\"[a-z]\\\\\\\\\"",
        Just("\"OR\"".to_owned()),
        Just("finding:refuted".to_owned()),
        Just("finding:(refuted OR supported)".to_owned()),
        Just("-quantity:-3..5".to_owned()),
        Just("quantity:(-3 OR -(4) 5)".to_owned()),
        Just("clusters:2..".to_owned()),
        Just("number:#7".to_owned()),
        Just("due:..2026-12".to_owned()),
        Just("verified:..".to_owned()),
        Just("recorded:2026-11-22T07:12:03.123Z".to_owned()),
        Just("time:2024-10/..".to_owned()),
        Just("reviewed:yes".to_owned()),
        Just("speaker:\"a \\\\ \\\" b\"".to_owned()),
    ];
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} AND  {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} OR {b}")),
            inner.clone().prop_map(|a| format!("({a})")),
            inner.clone().prop_map(|a| format!("-({a} )")),
            inner.prop_map(|a| format!("NOT {a}")),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(text in ".{0,60}") {
        if let Err(error) = Query::parse(&text) {
            prop_assert!(error.to_string().contains('^'));
        }
    }

    #[test]
    fn pieces_of_queries_make_no_panic(parts in proptest::collection::vec(
        prop_oneof!["[()\"\\\\:. -]{1,3}", Just("OR".to_owned()), Just("finding:".to_owned()), Just("2..".to_owned()), "[a-z]{1,3}"], 0..14)
    ) {
        let text = parts.concat();
        if let Ok(query) = Query::parse(&text) {
            prop_assert_eq!(Query::parse(&query.to_string()), Ok(query.clone()), "{} as {}", text, query);
        }
    }

    #[test]
    fn the_text_form_is_read_back_as_the_same(text in grammar()) {
        let query = Query::parse(&text);
        prop_assert!(query.is_ok(), "{}: {:?}", text, query);
        let query = query.unwrap();
        let again = query.to_string();
        prop_assert_eq!(Query::parse(&again), Ok(query), "{} as {}", text, again);
    }
}

#[test]
fn the_demo_answers_the_questions_of_its_desk() {
    let desk = crate::cli::Desk::bare();
    desk.ok(&["demo", "there"]);
    let there = desk.path("there").join("ledger");
    let there = there.to_str().unwrap();
    let keys = |args: &[&str]| -> Vec<String> {
        let listed = desk.ok(&[&["list", "--ledger", there, "--json"][..], args].concat()).json();
        let claims = listed["claims"].as_array().unwrap().clone();
        claims.iter().map(|c| c["key"].as_str().unwrap().to_owned()).collect()
    };
    // What the claim files themselves say.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("claims/2024-10-iraq-front");
    let table = |name: &str| fs::read_to_string(folder.join(name)).unwrap().parse::<toml::Table>().unwrap();
    let (article, checks) = (table("article.toml"), table("checks.toml"));
    let text =
        |value: &toml::Value, key: &str| value.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let items = |table: &toml::Table, name: &str| table[name].as_array().unwrap().clone();
    let mut conflicting: Vec<String> = items(&checks, "verdict")
        .iter()
        .filter(|v| text(v, "finding") == "conflicting")
        .map(|v| text(v, "claim"))
        .collect();
    conflicting.sort();
    let mut found = keys(&["finding:conflicting"]);
    found.sort();
    assert_eq!(found, conflicting);
    assert!(found.iter().any(|key| key.contains("missile")), "the missile count: {found:?}");

    let iri = "Islamic Resistance in Iraq";
    let of_iri = |claim: &toml::Value| {
        let list =
            |key: &str| claim["appearance"].get(key).and_then(toml::Value::as_array).cloned().unwrap_or_default();
        list("attribution").iter().any(|s| text(s, "name") == iri)
            && list("hedges").iter().any(|h| text(h, "class") == "evidential")
    };
    let wanted: Vec<String> = items(&article, "claim").iter().filter(|c| of_iri(c)).map(|c| text(c, "key")).collect();
    assert!(!wanted.is_empty());
    assert_eq!(keys(&[&format!("hedge:evidential speaker:\"{iri}\"")]), wanted);
    assert_eq!(keys(&["hedge:evidential", &format!("speaker:{iri}")]), wanted, "the shell took the quotation marks");
    desk.ok(&["audit", "--ledger", there]);
}
