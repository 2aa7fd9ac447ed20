//! Arrows go down only: the `use` lines and paths of every module against the table of layers.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each module may name of this house. Layer 0 (hash, time, text, canon, lock) is open to all above it.
const TABLE: &[(&str, &[&str])] = &[
    ("hash", &[]),
    ("time", &[]),
    ("text", &[]),
    ("canon", &["hash"]),
    ("lock", &[]),
    ("tlog", &["hash"]),
    ("claim", &["hash", "time", "text", "vocabulary"]),
    ("entry", &["claim", "canon", "tlog", "hash", "time", "text", "vocabulary"]),
    ("draft", &["canon", "claim", "entry", "hash", "time", "text"]),
    ("view", &["claim", "entry", "hash", "time", "text"]),
    ("stamp", &["hash", "text", "time"]),
    ("store", &["hash", "lock"]),
    ("witness", &["hash", "lock", "store", "tlog"]),
    ("net", &["hash", "tlog", "witness"]),
    ("ledger", &["claim", "canon", "draft", "entry", "hash", "lock", "stamp", "store", "text", "time", "tlog", "view"]),
    ("audit", &["canon", "claim", "entry", "hash", "store", "text", "time", "tlog"]),
    ("query", &["claim", "entry", "ledger", "view", "hash", "time", "text"]),
    ("answers", &["claim", "entry", "exchange", "ledger", "query", "search", "hash", "text", "time", "view"]),
    ("search", &["claim", "entry", "hash", "ledger", "lock", "text"]),
    ("exchange", &["canon", "claim", "entry", "hash", "ledger", "query", "text", "time", "tlog", "view", "vocabulary"]),
];

/// Crates that only one module names.
const OUTSIDE: &[(&str, &str)] = &[
    ("chrono::", "time"),
    ("sled::", "ledger"),
    ("bincode::", "ledger"),
    ("toml::", "draft"),
    ("tantivy::", "search"),
    ("der::", "stamp"),
    ("x509_tsp::", "stamp"),
    ("ureq::", "net"),
    ("axum::", "net"),
    ("tokio::", "net"),
    ("html5gum::", "exchange"),
    ("plotters::", "exchange"),
    ("maud::", "exchange"),
    ("parquet::", "exchange"),
    ("clap::", "cli"),
];

fn sources(at: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Words after `crate::` in a line: one, or those of a brace list.
fn named(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => found.extend(list.split(',').map(|item| word(item.trim()))),
            None => found.push(word(rest)),
        }
    }
    found.retain(|w| !w.is_empty());
    found
}

fn offences(module: &str, text: &str, table: &BTreeMap<&str, &[&str]>) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(allowed) = table.get(module) {
            for name in named(line) {
                if name != module && !allowed.contains(&name.as_str()) {
                    found.push(format!("{}: `{module}` may not use `{name}`: {}", number + 1, line.trim()));
                }
            }
        }
        let code = line.split("//").next().unwrap_or_default();
        for (krate, home) in OUTSIDE {
            let begins = |at: usize| {
                at == 0 || !code.as_bytes()[at - 1].is_ascii_alphanumeric() && code.as_bytes()[at - 1] != b'_'
            };
            let here = code.match_indices(krate).any(|(at, _)| begins(at) && !code[..at].ends_with("::"));
            // The command line keeps its own settings in TOML too.
            let settings = *krate == "toml::" && module == "cli";
            if here && module != *home && !settings {
                found.push(format!("{}: only `{home}` names {krate}: {}", number + 1, line.trim()));
            }
        }
    }
    found
}

fn module_of(path: &Path, root: &Path) -> String {
    let first = path.strip_prefix(root).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

#[test]
fn arrows_go_down_only() {
    let table: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut all = Vec::new();
    for file in files {
        let module = module_of(&file, &root);
        if matches!(module.as_str(), "lib" | "main") {
            continue;
        }
        assert!(module == "cli" || table.contains_key(module.as_str()), "`{module}` is not in the table of layers");
        let text = fs::read_to_string(&file).unwrap();
        all.extend(offences(&module, &text, &table).into_iter().map(|o| format!("{}:{o}", file.display())));
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn an_arrow_that_goes_up_is_found() {
    let table: BTreeMap<&str, &[&str]> = TABLE.iter().copied().collect();
    assert_eq!(offences("tlog", "use crate::claim::Claim;", &table).len(), 1);
    assert_eq!(offences("store", "let x = crate::{hash, ledger};", &table).len(), 1);
    assert_eq!(offences("tlog", "use crate::hash::Digest; // crate::claim", &table).len(), 0);
    assert_eq!(offences("entry", "use chrono::Utc;", &table).len(), 1);
}
