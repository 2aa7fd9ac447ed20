//! Full text and matching over the ledger that `bulk` left, and a table of SQLite FTS5 over the same texts.
//!
//! Ours is built from the log, catalog and index both, in a fresh folder. The peer is given the texts ready made, one row a
//! claim: the statement, and everything else that ours searches (names, places, tags, key, and title, author and publisher
//! of the document); contentless, with the same folding of accents.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use onrecord::entry::Event;
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::search::Search;
use onrecord::store::{LocalStore, Store};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::Failure;
use crate::measure::{Clock, disk, median, millis, peak_memory, processor_seconds};
use crate::ours::{SEED, open};
use crate::synth::Random;

/// Entries read at once.
const CHUNK: u64 = 10_240;

/// Builds catalog and index from the log, then asks `questions` times each.
pub fn ours(folder: &Path, questions: usize) -> Result<Value, Failure> {
    let place = folder.join("ledger-search");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place)?;
    let notify: onrecord::ledger::record::Notify = Arc::new(|text: &str| eprintln!("{text}"));
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder.join("ledger"))?);
    let begun = processor_seconds();
    let (catalog_ms, ledger) = millis(|| Ledger::open(store, Some(&place.join("catalog")), Arc::clone(&notify)));
    let ledger = ledger?;
    let (index_ms, search) = millis(|| Search::open(&ledger, &[place.join("search")], Arc::clone(&notify)));
    let search = search?;
    let used = processor_seconds() - begun;
    let built_mib = peak_memory();
    let claims = ledger.claims()?.len();
    let texts = asked(&ledger, questions)?;
    let (mut found, mut hits, mut alike, mut own) = (Vec::new(), 0, Vec::new(), 0);
    for (words, sentence, number) in &texts {
        let (took, answer) = millis(|| search.find(&ledger, words, 10, None));
        found.push(took);
        hits += answer?.total;
        let (took, answer) = millis(|| search.similar(&ledger, sentence, 5));
        alike.push(took);
        own += usize::from(answer?.first().is_some_and(|s| s.claim.number.0 == *number));
    }
    let seconds = (catalog_ms + index_ms) / 1e3;
    Ok(json!({
        "claims": claims, "catalog_seconds": catalog_ms / 1e3, "index_seconds": index_ms / 1e3,
        "claims_a_second": claims as f64 / seconds, "processor_seconds": used,
        "peak_building_mib": built_mib, "peak_mib": peak_memory(), "index_mib": disk(&place.join("search")), "questions": questions, "hits": hits,
        "search_median_ms": median(found), "similar_median_ms": median(alike), "own_claim_first": own,
    }))
}

/// Two words of a claim, most of its statement, and its number, for claims spread over the ledger.
fn asked(ledger: &Ledger, questions: usize) -> Result<Vec<(String, String, u64)>, Failure> {
    let numbers = ledger.claims()?;
    let mut random = Random(SEED ^ 7);
    let mut texts = Vec::with_capacity(questions);
    while texts.len() < questions {
        let number = numbers[random.below(numbers.len() as u64) as usize];
        let Some(Event::ClaimRecorded(claim)) = ledger.entry(number)?.event()? else { continue };
        let words: Vec<&str> = claim.statement.split_whitespace().collect();
        let at = random.below(words.len().saturating_sub(1).max(1) as u64) as usize;
        let pair = words[at..words.len().min(at + 2)].join(" ").replace(['"', '*', '-'], " ");
        // One word in four is left out.
        let most: Vec<&str> = words.iter().filter(|_| !random.chance(25)).copied().collect();
        if pair.trim().is_empty() || most.len() < 3 {
            continue;
        }
        texts.push((pair, most.join(" "), number.0));
    }
    Ok(texts)
}

/// The same texts in FTS5, `batch` rows a transaction.
pub fn peer(folder: &Path, questions: usize, batch: usize) -> Result<Value, Failure> {
    let ledger = open(folder)?;
    let place = folder.join("fts");
    let _ = std::fs::remove_dir_all(&place);
    std::fs::create_dir_all(&place)?;
    let mut db = Connection::open(place.join("fts.sqlite"))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "cache_size", -131_072)?;
    db.execute_batch(
        "CREATE VIRTUAL TABLE claim USING fts5(statement, rest, content='', tokenize='unicode61 remove_diacritics 2');",
    )?;
    let (mut clock, mut claims, mut at) = (Clock::default(), 0_usize, 0);
    let mut rows: Vec<(u64, String, String)> = Vec::new();
    let mut titles: HashMap<Index, Vec<String>> = HashMap::new();
    while at < ledger.size() {
        let end = ledger.size().min(at + CHUNK);
        for entry in ledger.entries(at..end)? {
            let claim = match entry.event()? {
                Some(Event::ClaimRecorded(claim)) => claim,
                Some(Event::DocumentRegistered(d)) => {
                    titles.insert(entry.index, [d.title, d.author, d.publisher].into_iter().flatten().collect());
                    continue;
                }
                _ => continue,
            };
            let names = claim.appearance.attribution.iter().filter_map(|step| step.name.as_deref());
            let lists = claim.actors.iter().chain(&claim.places).chain(&claim.tags).chain(&claim.key);
            let title = titles.get(&claim.appearance.document).into_iter().flatten().map(String::as_str);
            let rest: Vec<&str> = lists.map(String::as_str).chain(names).chain(title).collect();
            rows.push((entry.index.0, claim.statement, rest.join(" . ")));
        }
        at = end;
        while rows.len() >= batch || at == ledger.size() && !rows.is_empty() {
            let now: Vec<_> = rows.drain(..rows.len().min(batch)).collect();
            claims += now.len();
            clock.time(|| insert(&mut db, &now))?;
        }
    }
    let built_mib = peak_memory();
    let (mut found, mut hits) = (Vec::new(), 0_i64);
    for (words, _, _) in asked(&ledger, questions)? {
        let query: Vec<String> = words.split_whitespace().map(|w| format!("\"{w}\"")).collect();
        let (took, total) = millis(|| -> Result<i64, Failure> {
            let query = query.join(" ");
            let sql = "SELECT rowid FROM claim WHERE claim MATCH ?1 ORDER BY bm25(claim, 2.0, 1.0) LIMIT 10";
            let mut best = db.prepare_cached(sql)?;
            best.query_map([&query], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
            let mut count = db.prepare_cached("SELECT count(*) FROM claim WHERE claim MATCH ?1")?;
            Ok(count.query_row([&query], |row| row.get(0))?)
        });
        found.push(took);
        hits += total?;
    }
    Ok(json!({
        "claims": claims, "seconds": clock.seconds(), "claims_a_second": claims as f64 / clock.seconds(),
        "processor_seconds": clock.processor_seconds(), "peak_building_mib": built_mib, "index_mib": disk(&place), "questions": questions, "hits": hits,
        "search_median_ms": median(found),
    }))
}

fn insert(db: &mut Connection, rows: &[(u64, String, String)]) -> Result<(), Failure> {
    let transaction = db.transaction()?;
    {
        let mut insert = transaction.prepare_cached("INSERT INTO claim(rowid, statement, rest) VALUES (?1, ?2, ?3)")?;
        for (number, statement, rest) in rows {
            insert.execute(params![*number as i64, statement, rest])?;
        }
    }
    transaction.commit()?;
    Ok(())
}
