//! The corpus under `tests/lint/`: small ledgers, each with the weakness that it must show and nothing else.
//!
//! A case is one TOML file: `about`, `expect` (a list of `CODE place`), `article` and `checks` (the two claim files, as they
//! would lie in a folder), and `steps`: command lines of `onrecord`, after `WHO:`. Each case goes through the real program
//! from `init` to `audit --json`; the problems found must be exactly those expected, code and entry.
//!
//! In steps and places `@key` is a claim's number, `@key.verdict` its verdict in force, `@key.name` the evidence with that
//! key, `@key.search` its first search, `@document` the first document, `@document.2` the second. A place `-` is the whole.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use onrecord::audit::Code;
use onrecord::entry::Kind;
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::ledger::catalog::Term;

use crate::cli::Desk;

/// Where a claim file leaves the document out.
const DOCUMENT: &str = "[document]
sha256 = \"4b7fa44a664e548e2bcd254e1af0db5cc7dcaef65f6b5a78c3a8257eece7d847\"
title = \"Old bridge closed\"
publisher = \"The Example\"
dated = \"2025-03\"
";

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    about: String,
    /// `CODE place`.
    expect: Vec<String>,
    #[serde(default)]
    article: String,
    #[serde(default)]
    checks: String,
    #[serde(default)]
    steps: Vec<String>,
    /// Whether only the lint runs.
    #[serde(default)]
    lint_only: bool,
    /// Files beside the claim folder, by name.
    #[serde(default)]
    files: BTreeMap<String, String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")
}

fn cases() -> Vec<(String, Case)> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    names.sort();
    let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    names.iter().map(|p| (name(p), toml::from_str(&fs::read_to_string(p).unwrap()).unwrap())).collect()
}

/// A ledger with three agents, to be copied for each case.
fn template() -> Desk {
    let desk = Desk::new();
    desk.enrol("ben", "recorder,checker,reviewer,publisher");
    desk.enrol("cy", "recorder,checker,reviewer");
    desk
}

/// The number that a name stands for.
fn number(ledger: &Ledger, name: &str) -> u64 {
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    if first == "document" {
        let nth = rest.map_or(1, |nth| nth.parse().unwrap());
        return ledger.find(Term::Kind(Kind::DocumentRegistered)).unwrap()[nth - 1].0;
    }
    let claims = ledger.claims().unwrap().into_iter().map(|n| ledger.claim(n).unwrap().unwrap());
    let claim = claims.into_iter().find(|claim| {
        let own = ledger.entry(claim.number).unwrap();
        let key = match own.event().unwrap() {
            Some(onrecord::entry::Event::ClaimRecorded(claim)) => claim.key,
            _ => None,
        };
        key.as_deref() == Some(first)
    });
    let claim = claim.unwrap_or_else(|| panic!("no claim `{first}`"));
    match rest {
        None => claim.number.0,
        Some("search") => claim.searches[0].number.0,
        Some("verdict") => claim.verdict().unwrap().item.number.0,
        Some(key) => {
            let found = claim.evidence.iter().find(|e| e.body.as_ref().is_some_and(|b| b.key.as_deref() == Some(key)));
            found.unwrap_or_else(|| panic!("no evidence `{key}` on `{first}`")).number.0
        }
    }
}

/// Words of a command line; quotes hold some together, and `@name` becomes a number.
fn split(ledger: &Ledger, line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (k, part) in line.split('\'').enumerate() {
        if k % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    for word in &mut words {
        if word.starts_with('@') {
            let names: Vec<String> =
                word.split(',').map(|name| number(ledger, name.trim_start_matches('@')).to_string()).collect();
            *word = names.join(",");
        }
    }
    words
}

fn run(name: &str, case: &Case, template: &Desk) {
    let desk = template.copy();
    let claims = desk.path("claims");
    fs::create_dir(&claims).unwrap();
    if !case.article.is_empty() {
        let head = if case.article.contains("[document]") { "" } else { DOCUMENT };
        fs::write(claims.join("article.toml"), format!("{head}\n{}", case.article)).unwrap();
        fs::write(claims.join("checks.toml"), &case.checks).unwrap();
    }
    for (file, text) in &case.files {
        fs::write(desk.path(file), text).unwrap();
    }
    if !case.article.is_empty() {
        desk.ok(&["add", "claims"]);
    }
    for step in &case.steps {
        let (who, line) = step.split_once(": ").unwrap_or_else(|| panic!("{name}: a step is `WHO: COMMAND`: {step}"));
        let words = split(&desk.ledger(), line);
        let mut args: Vec<&str> = words.iter().map(String::as_str).collect();
        if who == "disk" {
            // Bytes lost without an entry that says so: what a replica looks like.
            assert_eq!(args[0], "empty");
            desk.empty(args[1].parse().unwrap());
            continue;
        }
        args.extend(["--as", who]);
        let ran = desk.run(&args);
        assert_eq!(ran.code, 0, "{name}: {step}\n{}{}", ran.out, ran.err);
    }
    let audit: &[&str] = if case.lint_only { &["audit", "--json", "--lint-only"] } else { &["audit", "--json"] };
    let json = desk.run(audit).json();
    let outcome = if case.lint_only { "cannot-be-determined" } else { "holds" };
    assert_eq!(json["outcome"], outcome, "{name}: {json}");
    let ledger = desk.ledger();
    let mut expected: Vec<String> = case
        .expect
        .iter()
        .map(|line| match line.split_once(' ').unwrap() {
            (code, "-") => format!("{code} -"),
            (code, place) => format!("{code} #{}", number(&ledger, place.trim_start_matches('@'))),
        })
        .collect();
    expected.sort();
    let problems = json["problems"].as_array().unwrap();
    let mut found: Vec<String> = problems
        .iter()
        .map(|p| (p["code"].as_str().unwrap(), p["number"].as_u64()))
        // Nothing outside this folder remembers the ledger, and nobody asked it to.
        .filter(|(code, _)| *code != "K05")
        .map(|(code, number)| number.map_or_else(|| format!("{code} -"), |n| format!("{code} #{n}")))
        .collect();
    found.sort();
    assert_eq!(found, expected, "{name}: {}\n{}", case.about, serde_json::to_string_pretty(&json["problems"]).unwrap());
    for flagged in problems.iter().filter(|p| p["code"] == "W09").map(|p| p["number"].as_u64().unwrap()) {
        let view = desk.ok(&["show", &flagged.to_string(), "--json"]).json();
        let flags = view["claim"]["flags"].as_array().unwrap();
        assert!(
            flags.iter().any(|f| f == "rests-on-fallen"),
            "{name}: the view of #{flagged} lacks the flag: {flags:?}"
        );
        assert!(ledger.resting_on_fallen().unwrap().contains(&Index(flagged)), "{name}: #{flagged}");
    }
    let w09 = found.iter().filter(|f| f.starts_with("W09")).count();
    assert_eq!(ledger.resting_on_fallen().unwrap().len(), w09, "{name}: flagged by the ledger and by the audit");
}

#[test]
fn each_ledger_shows_what_it_must_and_nothing_else() {
    let (cases, template, next) = (cases(), template(), AtomicUsize::new(0));
    let worker = || {
        let mut failed = Vec::new();
        while let Some((name, case)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let run = std::panic::AssertUnwindSafe(|| run(name, case, &template));
            if std::panic::catch_unwind(run).is_err() {
                failed.push(name.as_str());
            }
        }
        failed
    };
    let failed: Vec<&str> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(failed.is_empty(), "{failed:?}: see above");
}

#[test]
fn the_corpus_is_as_large_as_it_should_be() {
    let cases = cases();
    let clean = cases.iter().filter(|(_, case)| case.expect.is_empty()).count();
    assert!(cases.len() - clean >= 60, "{} with a problem", cases.len() - clean);
    assert!(clean >= 15, "{clean} clean");
    for code in Code::ALL.iter().filter(|code| code.as_str().starts_with('W')) {
        let of = |(_, case): &&(String, Case)| case.expect.iter().any(|e| e.split(' ').next() == Some(code.as_str()));
        assert!(cases.iter().filter(of).count() >= 2, "{code} has fewer than two cases");
    }
    for (name, case) in &cases {
        assert!(case.about.len() >= 10, "{name} says what it shows");
        let named = case.expect.first().map_or("clean", |e| e.split(' ').next().unwrap()).to_lowercase();
        assert!(name.starts_with(&named), "{name} begins with `{named}`");
    }
}

/// What the lint finds in the 173 claims that come with the program; each hit was read by a person.
#[test]
fn the_demo_ledger_shows_what_is_weak_about_it() {
    let desk = Desk::bare();
    desk.ok(&["demo", "show"]);
    let ledger = desk.path("show/ledger");
    let at = ["--ledger", ledger.to_str().unwrap()];
    let json = desk.ok(&[&at[..], &["audit", "--json"]].concat()).json();
    assert_eq!(json["outcome"], "holds");
    let all = desk.ok(&[&at[..], &["list", "--jsonl"]].concat()).out;
    let keys: BTreeMap<u64, String> = all
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|claim| (claim["number"].as_u64().unwrap(), claim["key"].as_str().unwrap().to_owned()))
        .collect();
    let of = |code: &str| -> Vec<&str> {
        let problems = json["problems"].as_array().unwrap().iter().filter(|p| p["code"] == code);
        problems.map(|p| keys[&p["number"].as_u64().unwrap()].as_str()).collect()
    };
    assert_eq!(keys.len(), 173);
    assert_eq!(of("W02"), ["eilat-two-casualties"]);
    assert_eq!(of("W17"), ["israeli-vow-concerned-iraq"], "probable by its own annotation, worded flat");
    assert!(of("W03").len() > 10, "single clusters are named");
    for code in ["W01", "W05", "W07", "W08", "W09", "W10", "W11", "W14", "W15", "W18", "W19", "W20", "W21"] {
        assert_eq!(of(code), [""; 0], "{code}");
    }
}
