//! Reading a package back by what its own description says, with another crate's reader of CSV: digests and lengths,
//! headings, types, lists of words, keys, and that whatever is referred to is there.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use serde_json::Value;

use crate::exchange::reread::{self, Reread, RereadError};
use crate::time::{Day, Timestamp};

/// Largest description, in bytes.
const MAX_DESCRIPTION: u64 = 16 << 20;

/// Numbers in the column `number` of each table, in order.
type Numbers = BTreeMap<String, Vec<u64>>;

/// Reads a package; returns how many claims it has.
pub(super) fn package(folder: &Path) -> Result<Reread, RereadError> {
    let wrong = |what: &str| RereadError::File { file: "datapackage.json".into(), what: what.into() };
    let path = folder.join("datapackage.json");
    if std::fs::metadata(&path)?.len() > MAX_DESCRIPTION {
        return Err(wrong("too long"));
    }
    let description: Value = serde_json::from_slice(&std::fs::read(&path)?).map_err(|_| wrong("not JSON"))?;
    let resources = description["resources"].as_array().ok_or(wrong("no resources"))?;
    let mut read = Reread { claims: 0, bytes: 0, sha256: reread::digest(BufReader::new(File::open(&path)?))?.1 };
    let mut numbers = Numbers::new();
    for resource in resources {
        let name = resource["name"].as_str().ok_or(wrong("a resource without a name"))?;
        let file = resource["path"].as_str().filter(|path| !path.contains(['/', '\\']) && !path.contains(".."));
        let file = folder.join(file.ok_or(wrong("a path that leaves the folder"))?);
        let (bytes, sha256) = reread::digest(BufReader::new(File::open(&file)?))?;
        if resource["bytes"].as_u64() != Some(bytes) || resource["hash"] != format!("sha256:{sha256}") {
            return Err(wrong(&format!("{name} is not what its digest says")));
        }
        read.bytes += bytes;
        let of = |what: String| RereadError::File { file: format!("{name}.csv"), what };
        let found = own_numbers(&file, &resource["schema"]).map_err(of)?;
        if name == "claims" {
            read.claims = found.len() as u64;
        }
        numbers.insert(name.to_owned(), found);
    }
    for resource in resources {
        let name = resource["name"].as_str().unwrap_or_default();
        let of = |what: String| RereadError::File { file: format!("{name}.csv"), what };
        refers(&folder.join(format!("{name}.csv")), &resource["schema"], &numbers).map_err(of)?;
    }
    Ok(read)
}

fn reader(file: &Path) -> Result<csv::Reader<File>, String> {
    csv::ReaderBuilder::new().flexible(false).from_path(file).map_err(|e| e.to_string())
}

/// Checks every cell against the schema; returns the numbers of the rows, ascending, where they have any.
fn own_numbers(file: &Path, schema: &Value) -> Result<Vec<u64>, String> {
    let fields = schema["fields"].as_array().ok_or("no fields")?;
    let mut reader = reader(file)?;
    let heading: Vec<String> = reader.headers().map_err(|e| e.to_string())?.iter().map(str::to_owned).collect();
    if !fields.iter().map(|field| field["name"].as_str().unwrap_or_default()).eq(heading.iter().map(String::as_str)) {
        return Err("another heading than its schema".into());
    }
    let words: Vec<Option<Vec<&str>>> = fields
        .iter()
        .map(|field| {
            field["constraints"]["enum"].as_array().map(|list| list.iter().filter_map(Value::as_str).collect())
        })
        .collect();
    let at = heading.iter().position(|name| name == "number");
    let mut numbers = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut row = 1;
    while reader.read_record(&mut record).map_err(|e| e.to_string())? {
        row += 1;
        for ((field, words), cell) in fields.iter().zip(&words).zip(record.iter()) {
            let bad = match words {
                _ if cell.is_empty() => field["constraints"]["required"] == true,
                Some(words) => !words.contains(&cell),
                None => !is_a(field["type"].as_str().unwrap_or_default(), cell),
            };
            if bad {
                return Err(format!(
                    "row {row}: a cell of `{}` that cannot stand there",
                    field["name"].as_str().unwrap_or("?")
                ));
            }
        }
        numbers.extend(at.and_then(|at| record.get(at)?.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    if numbers.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("a number twice".into());
    }
    Ok(numbers)
}

fn is_a(kind: &str, cell: &str) -> bool {
    match kind {
        "string" => true,
        "integer" => cell.parse::<u64>().is_ok(),
        "boolean" => matches!(cell, "true" | "false"),
        "datetime" => cell.parse::<Timestamp>().is_ok(),
        "date" => cell.parse::<Day>().is_ok(),
        _ => false,
    }
}

/// Checks that whatever a table refers to is there.
fn refers(file: &Path, schema: &Value, numbers: &Numbers) -> Result<(), String> {
    let Some(foreign) = schema["foreignKeys"].as_array() else { return Ok(()) };
    let mut reader = reader(file)?;
    let heading = reader.headers().map_err(|e| e.to_string())?.clone();
    let mut columns = Vec::new();
    for key in foreign {
        let column = key["fields"][0].as_str().and_then(|column| heading.iter().position(|name| name == column));
        let of = key["reference"]["resource"].as_str().and_then(|of| numbers.get(of));
        columns.push(column.zip(of).ok_or("it refers to no table")?);
    }
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|e| e.to_string())? {
        for (column, numbers) in &columns {
            let cell = record.get(*column).unwrap_or_default();
            let there = cell.parse::<u64>().is_ok_and(|number| numbers.binary_search(&number).is_ok());
            if !cell.is_empty() && !there {
                return Err(format!("`{cell}` is referred to, and is not there"));
            }
        }
    }
    Ok(())
}
