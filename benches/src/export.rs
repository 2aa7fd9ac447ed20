//! A claim set written, read back, and beside it: the same bytes copied, and the same lines by SQLite's `json_object` from
//! a table with one column a field, made off the clock.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use onrecord::answers::find::Sources;
use onrecord::answers::set::{self, Choice};
use onrecord::exchange::format::{Format, Head, Options, Writer};
use onrecord::exchange::iri::Base;
use onrecord::exchange::registry;
use onrecord::ledger::Ledger;
use onrecord::query::Query;
use onrecord::time::{Clock as _, SystemClock};
use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::Failure;
use crate::measure::{millis, peak_memory};
use crate::ours::open;

/// Exports every claim; with `jsonl`, measures the peers too.
pub fn export(folder: &Path, name: &str) -> Result<Value, Failure> {
    let format = registry::named(name).ok_or("no such format")?;
    let path = folder.join(format!("export-{name}"));
    let _ = std::fs::remove_file(&path);
    let (opening, ledger) = millis(|| open(folder));
    let ledger = ledger?;
    let today = SystemClock.now().day();
    let options =
        Options { ledger: &ledger, public: false, today, spreadsheet_safe: false, page: false, partition: None };
    let made = (format.make)(&options)?;
    let Writer::File(mut writer) = made.writer else { return Err("a folder is not measured".into()) };
    let (writing, claims) = millis(|| written(&ledger, writer.as_mut(), &path));
    let claims = claims?;
    let (reading, read) = millis(|| (made.reread)(&path));
    let read = read?;
    let peak = peak_memory();
    let mut result = json!({
        "format": name, "claims": claims, "bytes": read.bytes, "open_ms": opening, "write_ms": writing, "reread_ms": reading,
        "claims_per_second_written": claims as f64 / writing * 1e3,
        "claims_per_second_with_rereading": claims as f64 / (writing + reading) * 1e3,
        "peak_mib": peak,
    });
    let (copying, copied) = millis(|| copy(&path, &folder.join("export-copy")));
    copied?;
    result["copy_ms"] = copying.into();
    result["times_copy"] = (writing / copying).into();
    if name == "jsonl" {
        let sqlite = sqlite(folder, &path)?;
        result["sqlite_ms"] = sqlite.into();
        result["times_sqlite"] = (writing / sqlite).into();
    }
    Ok(result)
}

fn written(ledger: &Ledger, format: &mut dyn Format, path: &Path) -> Result<u64, Failure> {
    let mut out = BufWriter::with_capacity(1 << 18, File::create(path)?);
    let query = Query::parse("")?;
    let head = Head::of(ledger, String::new(), true, false, Base::of_origin(ledger.origin()));
    format.begin(&head, &mut out)?;
    let today = "2026-11-22".parse()?;
    let choice = Choice { query: &query, all: true, public: false, today };
    let counts = set::write::<Failure>(Sources::new(ledger, None), choice, format, &mut out, &mut |_| ())?;
    format.end(&head, &counts, &mut out)?;
    out.into_inner().map_err(|e| e.into_error())?.sync_all()?;
    Ok(counts.claims)
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    std::io::copy(&mut File::open(from)?, &mut File::create(to)?)?;
    File::open(to)?.sync_all()?;
    std::fs::remove_file(to)?;
    Ok(())
}

/// The same lines from a table: numbers and words as they are, lists as the JSON that they are.
fn sqlite(folder: &Path, lines: &Path) -> Result<f64, Failure> {
    let place = folder.join("export.sqlite");
    let _ = std::fs::remove_file(&place);
    let mut db = Connection::open(&place)?;
    db.pragma_update(None, "cache_size", -131_072)?;
    let mut columns: Vec<String> = Vec::new();
    let transaction = db.transaction()?;
    for line in std::io::BufRead::lines(std::io::BufReader::new(File::open(lines)?)) {
        let Value::Object(claim) = serde_json::from_str(&line?)? else { return Err("no object".into()) };
        if columns.is_empty() {
            columns = claim.keys().cloned().collect();
            let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
            transaction.execute_batch(&format!("CREATE TABLE claim({})", names.join(", ")))?;
        }
        let marks = vec!["?"; columns.len()].join(", ");
        let mut insert = transaction.prepare_cached(&format!("INSERT INTO claim VALUES ({marks})"))?;
        let cells = claim.values().map(|value| match value {
            Value::Null => Cell::Null,
            Value::Bool(yes) => Cell::Integer(i64::from(*yes)),
            Value::Number(number) => Cell::Integer(number.as_i64().unwrap_or_default()),
            Value::String(text) => Cell::Text(text.clone()),
            other => Cell::Text(other.to_string()),
        });
        insert.execute(rusqlite::params_from_iter(cells))?;
    }
    transaction.commit()?;
    let first: Value = serde_json::from_str(
        &std::io::BufRead::lines(std::io::BufReader::new(File::open(lines)?)).next().ok_or("empty")??,
    )?;
    let members: Vec<String> = columns
        .iter()
        .map(|name| {
            if first[name].is_array() || first[name].is_object() {
                format!("'{name}', json(\"{name}\")")
            } else {
                format!("'{name}', \"{name}\"")
            }
        })
        .collect();
    let text = format!("SELECT json_object({}) FROM claim", members.join(", "));
    let (took, done) = millis(|| -> Result<(), Failure> {
        let mut out = BufWriter::with_capacity(1 << 18, File::create(folder.join("export-sqlite"))?);
        let mut select = db.prepare(&text)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            out.write_all(row.get_ref(0)?.as_bytes()?)?;
            out.write_all(b"\n")?;
        }
        Ok(out.into_inner().map_err(|e| e.into_error())?.sync_all()?)
    });
    done?;
    std::fs::remove_file(place)?;
    std::fs::remove_file(folder.join("export-sqlite"))?;
    Ok(took)
}
