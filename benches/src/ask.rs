//! Questions of a desk, in one process that has been asked before: filtered lists, the history of a claim.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use onrecord::answers::find::{self, Sources};
use onrecord::answers::reading::Reading;
use onrecord::hash::Index;
use onrecord::ledger::{Ledger, ReadError};
use onrecord::query::Query;
use onrecord::search::Search;
use onrecord::view::ClaimView;
use serde_json::{Value, json};

use crate::Failure;
use crate::measure::{median, millis, peak_memory};
use crate::ours::{SEED, open};
use crate::synth::{Random, Source};

/// Times that each question is asked, after one that is not counted.
const RUNS: usize = 7;

/// Asks, `limit` claims at most each; with the full text where `search` built it in the same folder.
pub fn ask(folder: &Path, limit: usize) -> Result<Value, Failure> {
    let ledger = open(folder)?;
    let folders: Vec<PathBuf> = vec![folder.join("ledger-search").join("search")];
    let search = Search::open_current(&ledger, &folders, Arc::new(|text: &str| eprintln!("{text}")));
    let source = Source::new(SEED);
    let word = first_word(&ledger)?;
    let queries = [
        "finding:supported".to_owned(),
        "finding:supported kind:event".to_owned(),
        "-finding:unverified kind:quantity hedge:approximator".to_owned(),
        "finding:conflicting OR finding:refuted".to_owned(),
        format!("speaker:\"{}\"", source.speakers.get(40)),
        format!("speaker:\"{}\" kind:event", source.speakers.get(0)),
        "document:50".to_owned(),
        "state:published".to_owned(),
        word.clone(),
        format!("{word} kind:event"),
    ];
    let mut lists = Vec::new();
    for text in &queries {
        let query = Query::parse(text)?;
        let (mut times, mut found) = (Vec::new(), 0);
        for run in 0..=RUNS {
            let (took, views) = millis(|| -> Result<Vec<ClaimView>, Failure> {
                let mut views = Vec::new();
                let make = |claim, reading: &Reading<'_>| ClaimView::of(claim, reading);
                find::made::<_, ReadError>(
                    Sources::new(&ledger, search.as_ref()),
                    &query,
                    limit,
                    &make,
                    &mut |view| {
                        views.push(view);
                        Ok(())
                    },
                )?;
                Ok(views)
            });
            found = views?.len();
            if run > 0 {
                times.push(took);
            }
        }
        lists.push(json!({ "query": text, "found": found, "median_ms": median(times) }));
    }
    let numbers = ledger.claims()?;
    let mut random = Random(SEED ^ 11);
    let mut histories = Vec::new();
    for _ in 0..200 {
        let number = numbers[random.below(numbers.len() as u64) as usize];
        let (took, entries) = millis(|| ledger.history(number));
        entries?;
        histories.push(took);
    }
    Ok(json!({
        "claims": numbers.len(), "limit": limit, "full_text": search.is_some(), "lists": lists,
        "history_median_ms": median(histories), "peak_mib": peak_memory(),
    }))
}

/// A word of the first claim that has some letters.
fn first_word(ledger: &Ledger) -> Result<String, Failure> {
    let first = ledger.claims()?.first().copied().unwrap_or(Index(0));
    let claim = ledger.claim(first)?.and_then(|claim| claim.claim).ok_or("no claim")?;
    let word = claim.statement.split(' ').find(|word| word.len() > 6).unwrap_or("bridge");
    Ok(word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase())
}
