//! The article's wording is not ours to ship: nothing under `claims/` shares seven words in a row with it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::text;

const RUN: usize = 7;

/// Lower-case words. Apostrophes and quotation marks reach us as a lone `â` in the article; punctuation either parts two
/// words or vanishes inside one, and both ways count.
fn words(text: &str, part: bool) -> Vec<String> {
    let plain: String = text
        .replace('â', "'")
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            c if c.is_alphanumeric() || c.is_whitespace() => Some(c),
            _ => part.then_some(' '),
        })
        .collect();
    plain.split_whitespace().map(String::from).collect()
}

fn runs(text: &str, part: bool) -> BTreeSet<Vec<String>> {
    words(text, part).windows(RUN).map(<[String]>::to_vec).collect()
}

/// Runs that `ours` shares with `theirs`, but for those inside an allowed line.
fn shared(ours: &str, theirs: &str, allowed: &[&str]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for part in [true, false] {
        let free: BTreeSet<Vec<String>> = allowed.iter().flat_map(|line| runs(line, part)).collect();
        let both = runs(ours, part);
        found.extend(both.intersection(&runs(theirs, part)).filter(|r| !free.contains(*r)).map(|r| r.join(" ")));
    }
    found.into_iter().collect()
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

#[test]
fn no_file_repeats_the_article() {
    let Some(article) = text("no_file_repeats_the_article") else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let allowed = fs::read_to_string(root.join("tests/data/shared-runs.txt")).unwrap();
    let allowed: Vec<&str> = allowed.lines().filter(|l| !l.starts_with('#')).collect();
    let mut paths = Vec::new();
    files(&root.join("claims"), &mut paths);
    assert!(paths.len() >= 5, "article, checks, coverage, README, CONTACT");
    for path in paths {
        let ours = fs::read_to_string(&path).unwrap();
        assert_eq!(shared(&ours, &article, &allowed), Vec::<String>::new(), "{}", path.display());
    }
    let planted = format!("A claim of ours. {}", words(&article, true)[40..48].join(", "));
    assert_eq!(shared(&planted, &article, &[]).len(), 2, "the control: eight words are two runs of seven");
}

#[test]
fn the_run_finder_finds_runs() {
    let theirs = "Theâ old bridge, Ms Planner said, was closed for over three weeks; then it opened.";
    let ours = "# the OLD bridge - \"Ms. Planner said\" was";
    assert_eq!(shared(ours, theirs, &[]), ["the old bridge ms planner said was"]);
    assert_eq!(shared("the old bridge Ms Planner said", theirs, &[]), Vec::<String>::new(), "six words");
    assert_eq!(
        shared("The old bridge, Ms Planner claimed, was closed for over three weeks", theirs, &[]),
        Vec::<String>::new()
    );
    assert_eq!(shared(ours, theirs, &["The old bridge Ms Planner said was"]), Vec::<String>::new(), "allowed");
    let apart = shared("it's one two three four five six", "itâs one two three four five six", &[]);
    assert_eq!(apart.len(), 3, "eight words where the apostrophe parts, seven where it does not");
}
