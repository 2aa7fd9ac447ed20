//! The peer: a hash-chain table in SQLite, as well as it can be done.
//!
//! One prepared statement a table, one transaction a batch, WAL with `synchronous=FULL`, a page cache of 128 MiB. It is
//! given the very bytes that `onrecord` wrote and need not make them; it hashes each content and each link of the chain,
//! refuses a content that it has (by the unique index: cheaper than asking first), and keeps indexes for the same lookups.

use std::path::Path;

use onrecord::hash::Digest;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use crate::Failure;
use crate::measure::{Clock, disk, median, millis, peak_memory};
use crate::ours::{LOOKUPS, Row, Rows, SEED, content_of, questions};
use crate::synth::Source;

fn create(folder: &Path) -> Result<Connection, Failure> {
    std::fs::create_dir_all(folder)?;
    let db = Connection::open(folder.join("peer.sqlite"))?;
    db.pragma_update(None, "journal_mode", "WAL")?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update(None, "cache_size", -131_072)?;
    db.execute_batch(
        "CREATE TABLE entry(number INTEGER PRIMARY KEY, header BLOB NOT NULL, payload BLOB NOT NULL,
             content BLOB NOT NULL UNIQUE, chain BLOB NOT NULL);
         CREATE TABLE speaker(name TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(name, number)) WITHOUT ROWID;",
    )?;
    Ok(db)
}

/// Adds one batch in one transaction; returns the last link of the chain.
fn add(db: &mut Connection, mut chain: Digest, rows: &[Row]) -> Result<Digest, Failure> {
    let transaction = db.transaction()?;
    {
        let mut entry = transaction.prepare_cached(
            "INSERT INTO entry(number, header, payload, content, chain) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT(content) DO NOTHING",
        )?;
        let mut speaker = transaction.prepare_cached("INSERT INTO speaker(name, number) VALUES (?1, ?2)")?;
        let mut link = Vec::with_capacity(2_048);
        for row in rows {
            let content = content_of(&row.payload);
            link.clear();
            link.extend_from_slice(&chain.0);
            link.extend_from_slice(&row.header);
            link.extend_from_slice(&row.payload);
            let next = Digest::of(&link);
            if entry.execute(params![row.number as i64, row.header, row.payload, content.0, next.0])? == 0 {
                continue;
            }
            chain = next;
            for name in &row.speakers {
                speaker.execute(params![name, row.number as i64])?;
            }
        }
    }
    transaction.commit()?;
    Ok(chain)
}

/// Adds the claims of the ledger in `folder`, the same number at a time.
pub fn bulk(folder: &Path, claims: usize, batch: usize, lookups: bool) -> Result<Value, Failure> {
    let mut rows = Rows::open(folder)?;
    let mut db = create(&folder.join("peer"))?;
    let (mut clock, mut each, mut chain) = (Clock::default(), Vec::new(), Digest::default());
    let mut left = claims;
    while left > 0 {
        let count = batch.min(left);
        left -= count;
        let input = rows.next(count)?;
        if input.len() != count {
            return Err(format!("{} claims instead of {count}", input.len()).into());
        }
        let (took, done) = clock.time(|| millis(|| add(&mut db, chain, &input)));
        chain = done?;
        each.push(took);
    }
    let mut result = json!({
        "claims": claims, "batch": batch, "seconds": clock.seconds(), "claims_a_second": claims as f64 / clock.seconds(),
        "processor_seconds": clock.processor_seconds(),
        "median_batch_ms": median(each), "peak_mib": peak_memory(), "disk_mib": disk(&folder.join("peer")),
    });
    let count: i64 = db.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))?;
    if count != claims as i64 {
        return Err(format!("{count} rows instead of {claims}").into());
    }
    if lookups {
        let (numbers, names) = questions(&rows.ledger, claims, &Source::new(SEED))?;
        drop((db, rows));
        let (opening, db) = millis(|| Connection::open(folder.join("peer").join("peer.sqlite")));
        let db = db?;
        db.pragma_update(None, "cache_size", -131_072)?;
        result["open_ms"] = json!(opening);
        result["lookups"] = look_up(&db, &numbers.iter().map(|n| n.0).collect::<Vec<_>>(), &names)?;
    }
    Ok(result)
}

fn look_up(db: &Connection, numbers: &[u64], names: &[String]) -> Result<Value, Failure> {
    let mut payloads: Vec<Vec<u8>> = Vec::with_capacity(LOOKUPS);
    let (by_number, done) = millis(|| -> Result<(), Failure> {
        let mut query = db.prepare("SELECT header, payload FROM entry WHERE number = ?1")?;
        for number in numbers {
            let (header, payload): (Vec<u8>, Vec<u8>) =
                query.query_row([*number as i64], |row| Ok((row.get(0)?, row.get(1)?)))?;
            std::hint::black_box(header);
            payloads.push(payload);
        }
        Ok(())
    });
    done?;
    let contents: Vec<Digest> = payloads.iter().map(|p| content_of(p)).collect();
    let number_answers = Digest::of(&payloads.concat());
    let mut found = Vec::new();
    let (by_content, done) = millis(|| -> Result<(), Failure> {
        let mut query = db.prepare("SELECT number FROM entry WHERE content = ?1")?;
        for content in &contents {
            if let Some(number) = query.query_row([content.0], |row| row.get::<_, i64>(0)).optional()? {
                found.extend_from_slice(&number.to_le_bytes());
            }
        }
        Ok(())
    });
    done?;
    let content_answers = Digest::of(&found);
    found.clear();
    let (by_speaker, done) = millis(|| -> Result<(), Failure> {
        let mut query = db.prepare("SELECT number FROM speaker WHERE name = ?1 ORDER BY number")?;
        for name in names {
            let numbers = query.query_map([name.to_lowercase()], |row| row.get::<_, i64>(0))?;
            for number in numbers {
                found.extend_from_slice(&number?.to_le_bytes());
            }
        }
        Ok(())
    });
    done?;
    Ok(json!({
        "by_number_ms": by_number, "by_content_ms": by_content, "by_speaker_ms": by_speaker,
        "answers": [number_answers.hex(), content_answers.hex(), Digest::of(&found).hex()],
        "speaker_answers": found.len() / 8,
    }))
}
