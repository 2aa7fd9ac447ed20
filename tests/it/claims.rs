//! The shipped claim files against themselves and, where it is at hand, against the article they are about. Every check is
//! a function from values to problems, so that each has a control that plants the mistake and sees it found.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod coverage;
mod wording;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use onrecord::hash::Digest;
use toml::{Table, Value};

const ARTICLE: &str = "shared/article/000_64f2b55091432f3b.txt";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("claims/2024-10-iraq-front")
}

fn table(name: &str) -> Table {
    fs::read_to_string(folder().join(name)).unwrap().parse().unwrap()
}

fn article() -> Table {
    table("article.toml")
}

fn checks() -> Table {
    table("checks.toml")
}

/// The article's text. It is not ours to ship, so it lies beside the working copies; `None`, said aloud, where it does not.
#[expect(clippy::explicit_write, reason = "the harness keeps the output of eprintln! to itself while a test passes")]
fn text(test: &str) -> Option<String> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).map(|a| a.join(ARTICLE)).find(|p| p.is_file());
    if found.is_none() {
        writeln!(io::stderr(), "SKIPPED {test}: no {ARTICLE} beside the working copy; nothing was compared").unwrap();
    }
    found.map(|path| fs::read_to_string(path).unwrap())
}

fn list<'t>(table: &'t Table, name: &str) -> &'t [Value] {
    table.get(name).map_or(&[], |v| v.as_array().unwrap())
}

fn string<'t>(value: &'t Value, key: &str) -> &'t str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// One name or a list of them.
fn names<'t>(value: &'t Value, key: &str) -> Vec<&'t str> {
    match value.get(key) {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().map(|v| v.as_str().unwrap()).collect(),
        _ => Vec::new(),
    }
}

fn number(value: &Value, key: &str) -> usize {
    usize::try_from(value[key].as_integer().unwrap()).unwrap()
}

/// The code points `start..end`, if the text has them.
fn slice(text: &str, start: usize, end: usize) -> Option<String> {
    let cut: String = text.chars().skip(start).take(end.checked_sub(start)?).collect();
    (cut.chars().count() == end - start && start < end).then_some(cut)
}

/// The anchors of each claim.
fn anchors(article: &Table) -> BTreeMap<String, Vec<(usize, usize)>> {
    let ranges = |claim: &Value| {
        let anchors = claim["appearance"]["anchors"].as_array().unwrap();
        anchors.iter().map(|a| (number(a, "start"), number(a, "end"))).collect()
    };
    list(article, "claim").iter().map(|c| (string(c, "key").to_owned(), ranges(c))).collect()
}

fn doubled_keys(article: &Table, checks: &Table) -> Vec<String> {
    let mut problems = Vec::new();
    for items in [list(article, "claim"), list(checks, "evidence")] {
        let mut seen = BTreeSet::new();
        problems.extend(
            items.iter().map(|i| string(i, "key")).filter(|k| k.is_empty() || !seen.insert(*k)).map(String::from),
        );
    }
    let mut judged = BTreeSet::new();
    let verdicts = list(checks, "verdict").iter().map(|v| string(v, "claim"));
    problems.extend(verdicts.filter(|c| !judged.insert(*c)).map(|c| format!("second verdict on {c}")));
    let mut related = BTreeSet::new();
    let relations = list(checks, "relation").iter().map(|r| (string(r, "from"), string(r, "kind"), string(r, "to")));
    problems.extend(relations.filter(|r| r.0 == r.2 || !related.insert(*r)).map(|r| format!("relation {r:?}")));
    problems
}

fn dangling(article: &Table, checks: &Table) -> Vec<String> {
    let claims: BTreeSet<&str> = list(article, "claim").iter().map(|c| string(c, "key")).collect();
    let linked: BTreeMap<&str, Vec<&str>> =
        list(checks, "evidence").iter().map(|e| (string(e, "key"), names(e, "claim"))).collect();
    let mut problems = Vec::new();
    for (kind, keys) in
        [("search", &["claim"][..]), ("evidence", &["claim"]), ("verdict", &["claim"]), ("relation", &["from", "to"])]
    {
        for item in list(checks, kind) {
            for key in keys {
                let named = names(item, key);
                if named.is_empty() || named.iter().any(|c| !claims.contains(c)) {
                    problems.push(format!("{kind}: `{key}` names {named:?}"));
                }
            }
        }
    }
    for verdict in list(checks, "verdict") {
        let claim = string(verdict, "claim");
        for evidence in names(verdict, "on").into_iter().chain(names(verdict, "considered")) {
            if linked.get(evidence).is_none_or(|c| !c.contains(&claim)) {
                problems.push(format!("verdict on {claim}: `{evidence}` is not evidence linked to it"));
            }
        }
    }
    problems
}

/// Anchors whose bytes are not what their digest says, and cues that are not the text of their range.
fn unresolved(article: &Table, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for claim in list(article, "claim") {
        let (key, appearance) = (string(claim, "key"), &claim["appearance"]);
        for anchor in appearance["anchors"].as_array().unwrap() {
            let cut = slice(text, number(anchor, "start"), number(anchor, "end"));
            if cut.is_none_or(|t| Digest::of(t.as_bytes()).to_string() != string(anchor, "sha256")) {
                problems.push(format!("{key}: anchor {anchor}"));
            }
        }
        let hedges = appearance.get("hedges").and_then(Value::as_array);
        let steps = appearance["attribution"].as_array().unwrap();
        for part in hedges.into_iter().flatten().chain(steps.iter().filter(|s| s.get("start").is_some())) {
            if slice(text, number(part, "start"), number(part, "end")).as_deref() != Some(string(part, "cue")) {
                problems.push(format!("{key}: cue `{}`", string(part, "cue")));
            }
        }
    }
    problems
}

/// What the guards would refuse, and methods that do not say how much was read and whether anybody was asked.
fn unearned(checks: &Table) -> Vec<String> {
    let evidence: BTreeMap<&str, &Value> = list(checks, "evidence").iter().map(|e| (string(e, "key"), e)).collect();
    let searched: BTreeSet<&str> = list(checks, "search").iter().flat_map(|s| names(s, "claim")).collect();
    let mut problems = Vec::new();
    for verdict in list(checks, "verdict") {
        let (claim, finding, method) =
            (string(verdict, "claim"), string(verdict, "finding"), string(verdict, "method"));
        let on: Vec<&Value> = names(verdict, "on").into_iter().map(|k| evidence[k]).collect();
        let admissible =
            |e: &&Value| !["E", "F"].contains(&string(e, "reliability")) && string(e, "credibility") != "6";
        let clusters = |stances: &[&str]| -> BTreeSet<&str> {
            let fit = on.iter().copied().filter(admissible).filter(|e| stances.contains(&string(e, "stance")));
            fit.map(|e| string(e, "cluster")).collect()
        };
        let (pro, contra) = (clusters(&["supports"]), clusters(&["qualifies", "refutes"]));
        let earned = match finding {
            "supported" | "partly-supported" => !pro.is_empty(),
            "refuted" => !clusters(&["refutes"]).is_empty(),
            "conflicting" => pro.iter().any(|p| contra.iter().any(|c| c != p)),
            "not-enough-evidence" => searched.contains(claim),
            "not-checkable" => true,
            _ => false,
        };
        let all = clusters(&["supports", "refutes", "qualifies", "context"]).len();
        let confident = string(verdict, "confidence") != "high"
            && (string(verdict, "confidence") == "low" || all >= 2 || finding.starts_with("not-"));
        let read = method.to_lowercase().contains("excerpt") || method.contains("no evidence was weighed");
        let asked = method.to_lowercase().contains("reply") || method.contains("asked");
        if !(earned
            && confident
            && on.iter().all(admissible)
            && (read || names(verdict, "considered").is_empty() && on.is_empty())
            && asked)
        {
            problems.push(format!("{claim}: {finding}"));
        }
    }
    problems
}

#[test]
fn keys_are_unique() {
    let (article, mut checks) = (article(), checks());
    assert_eq!(doubled_keys(&article, &checks), Vec::<String>::new());
    let twin = list(&checks, "evidence")[0].clone();
    checks["evidence"].as_array_mut().unwrap().push(twin);
    assert_eq!(doubled_keys(&article, &checks).len(), 1, "the control: a key used twice");
}

#[test]
fn every_name_names_something() {
    let (article, checks) = (article(), checks());
    assert_eq!(dangling(&article, &checks), Vec::<String>::new());
    for (kind, key) in [
        ("search", "claim"),
        ("evidence", "claim"),
        ("relation", "from"),
        ("relation", "to"),
        ("verdict", "claim"),
        ("verdict", "on"),
    ] {
        let mut broken = checks.clone();
        let items = broken[kind].as_array_mut().unwrap();
        let item = items.iter_mut().find(|i| i.get(key).is_some()).unwrap();
        item[key] = Value::Array(vec![Value::from("no-such-thing")]);
        assert!(!dangling(&article, &broken).is_empty(), "the control: {kind}.{key} names nothing");
    }
}

#[test]
fn anchors_and_cues_are_in_the_article() {
    let Some(text) = text("anchors_and_cues_are_in_the_article") else { return };
    let article = article();
    assert_eq!(unresolved(&article, &text), Vec::<String>::new());
    assert_eq!(article["document"]["sha256"].as_str().unwrap(), Digest::of(text.as_bytes()).to_string());
    let shifted = format!(" {text}");
    assert!(
        unresolved(&article, &shifted).len() > list(&article, "claim").len(),
        "the control: everything one further on"
    );
    let changed = text.replacen("claimed", "claiMed", 1);
    assert!(unresolved(&article, &changed).iter().any(|p| p.contains("cue")), "the control: another cue");
    assert_ne!(article["document"]["sha256"].as_str().unwrap(), Digest::of(changed.as_bytes()).to_string());
}

#[test]
fn findings_are_earned() {
    let checks = checks();
    assert_eq!(unearned(&checks), Vec::<String>::new());
    for (kind, key, value) in [
        ("verdict", "finding", "refuted"),
        ("verdict", "confidence", "high"),
        ("verdict", "method", "Read."),
        ("evidence", "reliability", "F"),
        ("evidence", "stance", "context"),
    ] {
        let mut broken = checks.clone();
        for item in broken[kind].as_array_mut().unwrap() {
            item[key] = Value::from(value);
        }
        assert!(!unearned(&broken).is_empty(), "the control: {kind}.{key} = {value}");
    }
    let mut unsearched = checks.clone();
    unsearched.remove("search");
    assert!(!unearned(&unsearched).is_empty(), "the control: nothing was searched");
}
