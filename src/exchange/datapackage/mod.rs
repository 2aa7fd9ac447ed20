//! Frictionless Data Package 2.0: the claims of a set as typed tables that refer to each other, each with its digest.
//!
//! | file | idea |
//! |---|---|
//! | `schema` | the tables and their columns |
//! | `rows` | a claim as rows |
//! | `check` | reading a package back |

mod check;
mod rows;
mod schema;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use self::schema::{Field, Kind, TABLES, Table};
use super::csv::{record, safe};
use super::format::{Counts, FolderFormat, FormatError, Head, Made, Options, Taken};
use super::ordered;
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::view::ClaimView;

/// Entries read at once while the table of entries is written.
const CHUNK: u64 = 4_096;

/// Makes the format.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    let package = Package {
        ledger: options.ledger,
        spreadsheet_safe: options.spreadsheet_safe,
        folder: PathBuf::new(),
        sheets: Vec::new(),
        entries: Marks::default(),
        documents: Marks::default(),
    };
    Ok(Made::folder(package, check::package))
}

/// Numbers of entries, a bit each: a million take 125 KB.
#[derive(Default)]
struct Marks(Vec<u64>);

impl Marks {
    /// Marks a number; whether it was not marked before.
    fn mark(&mut self, number: u64) -> bool {
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        let new = self.0[word] & bit == 0;
        self.0[word] |= bit;
        new
    }

    fn has(&self, number: u64) -> bool {
        self.0.get((number / 64) as usize).is_some_and(|word| word & 1 << (number % 64) != 0)
    }
}

struct Package<'a> {
    ledger: &'a Ledger,
    spreadsheet_safe: bool,
    folder: PathBuf,
    sheets: Vec<Sheet>,
    /// Entries that some row names.
    entries: Marks,
    documents: Marks,
}

/// A table being written.
struct Sheet {
    table: &'static Table,
    out: BufWriter<Hashed>,
}

/// A file whose bytes are counted and hashed on their way.
struct Hashed {
    file: File,
    hasher: Sha256,
    bytes: u64,
}

impl Write for Hashed {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let written = self.file.write(piece)?;
        self.hasher.update(&piece[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Package<'_> {
    fn put(&mut self, name: &'static str, mut cells: Vec<String>) -> io::Result<()> {
        let Some(sheet) = self.sheets.iter_mut().find(|sheet| sheet.table.name == name) else { return Ok(()) };
        for (field, cell) in sheet.table.fields.iter().zip(&mut cells) {
            // Only words of others can be a formula; a comparator `=` is a word of ours.
            if self.spreadsheet_safe && matches!(field.kind, Kind::Text) {
                safe(cell);
            }
        }
        let number = |column: &str| {
            let at = sheet.table.fields.iter().position(|field| field.name == column)?;
            cells.get(at)?.parse::<u64>().ok()
        };
        for (column, of) in sheet.table.refers {
            if let (Some(number), "entries") = (number(column), *of) {
                self.entries.mark(number);
            }
        }
        sheet.out.write_all(&record(&cells))
    }

    /// The table of the entries that others name, read once in order.
    fn entries(&mut self, size: u64) -> Result<(), FormatError> {
        let mut next = 0;
        while next < size {
            let end = size.min(next + CHUNK);
            if (next..end).any(|number| self.entries.has(number)) {
                for entry in self.ledger.entries(next..end)? {
                    if self.entries.has(entry.index.0) {
                        self.put("entries", rows::entry(&entry))?;
                    }
                }
            }
            next = end;
        }
        Ok(())
    }
}

impl FolderFormat for Package<'_> {
    fn begin(&mut self, _: &Head, folder: &Path) -> Result<(), FormatError> {
        folder.clone_into(&mut self.folder);
        for table in TABLES {
            let file = File::create(folder.join(format!("{}.csv", table.name)))?;
            let mut out = BufWriter::new(Hashed { file, hasher: Sha256::new(), bytes: 0 });
            let heading: Vec<&str> = table.fields.iter().map(|field| field.name).collect();
            out.write_all(&record(&heading))?;
            self.sheets.push(Sheet { table, out });
        }
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView) -> Result<Taken, FormatError> {
        for appearance in &claim.appearances {
            if self.documents.mark(appearance.document.number) {
                self.put("documents", rows::document(&appearance.document))?;
            }
        }
        rows::of(claim, &mut |table, cells| self.put(table, cells))?;
        Ok(Taken::Written)
    }

    fn end(&mut self, head: &Head, counts: &Counts) -> Result<(), FormatError> {
        self.entries(head.size)?;
        let mut resources = Vec::new();
        for sheet in self.sheets.drain(..) {
            let done = sheet.out.into_inner().map_err(io::IntoInnerError::into_error)?;
            resources.push(resource(sheet.table, done.bytes, Digest(done.hasher.finalize().into())));
        }
        let mut package = json!({
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": slug(&head.origin),
            "id": format!("{}claims-{}", head.base, head.size),
            "version": head.size.to_string(),
            "title": format!("Claims of {}", head.origin),
            "sources": [{"title": head.origin, "path": head.base}],
            "resources": resources,
            "onrecord": {"head": head, "counts": counts, "spreadsheet_safe": self.spreadsheet_safe},
        });
        if let Some(time) = head.exported_at {
            package["created"] = time.to_string().into();
        }
        let mut bytes = ordered::to_bytes(&package);
        bytes.push(b'\n');
        Ok(std::fs::write(self.folder.join("datapackage.json"), bytes)?)
    }
}

/// A name of small letters, digits, hyphens and dots.
fn slug(origin: &str) -> String {
    let keep = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
    let slug: String = origin.chars().map(keep).collect();
    let slug = slug.trim_matches(['-', '.']);
    if slug.is_empty() { "claims".into() } else { slug.into() }
}

fn resource(table: &Table, bytes: u64, sha256: Digest) -> Value {
    let foreign: Vec<Value> = table
        .refers
        .iter()
        .map(|(column, of)| json!({"fields": [column], "reference": {"resource": of, "fields": ["number"]}}))
        .collect();
    let mut schema = json!({
        "fields": table.fields.iter().map(|field| described(field, table)).collect::<Vec<_>>(),
        "primaryKey": table.key,
        "missingValues": [""],
    });
    if !foreign.is_empty() {
        schema["foreignKeys"] = foreign.into();
    }
    json!({
        "name": table.name,
        "path": format!("{}.csv", table.name),
        "type": "table",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": bytes,
        "hash": format!("sha256:{sha256}"),
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": "\"", "doubleQuote": true, "header": true},
        "schema": schema,
    })
}

fn described(field: &Field, table: &Table) -> Value {
    let mut constraints = json!({});
    if field.required {
        constraints["required"] = true.into();
    }
    if table.key == [field.name] {
        constraints["unique"] = true.into();
    }
    let kind = match field.kind {
        Kind::Text => "string",
        Kind::Word(words) => {
            constraints["enum"] = words().into();
            "string"
        }
        Kind::Integer => "integer",
        Kind::Boolean => "boolean",
        Kind::Time => "datetime",
        Kind::Date => "date",
    };
    json!({"name": field.name, "type": kind, "constraints": constraints})
}
