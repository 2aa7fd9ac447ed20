//! What others have checked, taken over: bytes of a file to what would go on record of them, row by row. Pure: no disk, no
//! clock. The file itself is kept byte for byte by whoever calls this, and each claim points into it.
//!
//! | file | idea |
//! |---|---|
//! | [`strict`] | JSON with nothing forgiven, and where each value stands |
//! | [`table`] | comma-separated values, likewise |
//! | [`html`] | the scripts of a page that hold JSON-LD |
//! | [`map`] | which column is which field |
//! | [`claimreview`], [`averitec`] | two formats to records |
//! | [`own`], [`bundle`] | claims of another ledger of ours |
//! | [`foreign`], `kept` | a record to a claim and its ratings as evidence |
//! | [`label`], [`lint`], `vocabulary` | what labels come to, and what is odd about ratings |

pub mod averitec;
pub mod bundle;
pub mod claimreview;
pub mod foreign;
pub mod html;
mod kept;
pub mod label;
pub mod lint;
pub mod map;
pub mod own;
pub mod strict;
pub mod table;
mod vocabulary;

use std::collections::HashMap;
use std::ops::Range;

use foreign::{Foreign, Row, Source};
use map::{MapError, Mapping};

use crate::claim::Anchor;
use crate::claim::vocab::Selector;
use crate::hash::Digest;

/// Longest file of JSON, in bytes: it is read whole.
pub const MAX_JSON: usize = 64 << 20;
/// Longest line of JSON Lines, in bytes.
pub const MAX_LINE: usize = 1 << 20;

/// A file that cannot be imported at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Not text.
    #[error("byte {at}: not UTF-8 text")]
    NotText {
        /// The first byte that is not.
        at: usize,
    },
    /// Not JSON that may be imported.
    #[error("line {line}, {wrong}")]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// What and where.
        wrong: strict::NotJson,
    },
    /// Longer than what is read whole.
    #[error("{len} bytes, and a file of JSON has at most {limit}")]
    TooLong {
        /// Bytes given.
        len: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The heading row cannot be used.
    #[error("the heading row: {0}")]
    Heading(String),
    /// The mapping does not fit the file.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Map(Vec<MapError>),
    /// Nothing in it of what was asked for.
    #[error("{0}")]
    Nothing(&'static str),
}

/// A record that is not taken over.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rejected {
    /// Where it stands in the file.
    pub locator: String,
    /// Why.
    pub reason: String,
}

/// What would go on record of a file.
#[derive(Debug, Default)]
pub struct Plan {
    /// Records that are taken over, in the file's order.
    pub rows: Vec<Row>,
    /// Records that are not.
    pub rejected: Vec<Rejected>,
    /// Records that say the same as an earlier one of the file: where each stands, and where the first.
    pub repeats: Vec<(String, String)>,
    /// Whether the file begins with a byte-order mark.
    pub bom: bool,
}

impl Plan {
    /// Records of the file.
    pub fn records(&self) -> usize {
        self.rows.len() + self.rejected.len() + self.repeats.len()
    }

    fn of(records: impl IntoIterator<Item = Result<Foreign, (String, String)>>, source: &Source<'_>) -> Self {
        let mut plan = Self::default();
        let mut by_statement: HashMap<String, Vec<usize>> = HashMap::new();
        for (k, record) in records.into_iter().enumerate() {
            let row = match record {
                Ok(record) => {
                    let locator = record.locator.clone();
                    record.into_row(k as u64 + 1, source).map_err(|reason| (locator, reason))
                }
                Err(refused) => Err(refused),
            };
            match row {
                Err((locator, reason)) => plan.rejected.push(Rejected { locator, reason }),
                Ok(row) => {
                    let alike = by_statement.entry(row.claim.statement.clone()).or_default();
                    if let Some(first) = alike.iter().find(|i| plan.rows[**i].same(&row)) {
                        plan.repeats.push((row.locator, plan.rows[*first].locator.clone()));
                    } else {
                        alike.push(plan.rows.len());
                        plan.rows.push(row);
                    }
                }
            }
        }
        plan
    }

    /// Points each claim at its record: at its characters where the file is text, else at the file as a whole.
    fn anchor(mut self, text: Option<&str>, sha256: Digest) -> Self {
        let mut counted = Counted { byte: 0, points: 0 };
        for row in &mut self.rows {
            let whole = Anchor {
                end: None,
                fragment: None,
                prefix: None,
                quote: None,
                selector: Selector::Whole,
                sha256: None,
                start: None,
                suffix: None,
                target: Some(sha256),
            };
            let range = text.zip(row.span.clone()).and_then(|(text, span)| {
                let passage = text.get(span.clone()).filter(|p| !p.is_empty())?;
                Some((counted.points(text, &span)?, Digest::of(passage.as_bytes())))
            });
            row.claim.appearance.anchors = vec![match range {
                None => whole,
                Some((points, passage)) => Anchor {
                    end: Some(points.end),
                    selector: Selector::TextRange,
                    sha256: Some(passage),
                    start: Some(points.start),
                    ..whole
                },
            }];
        }
        self
    }
}

/// Code points up to a byte, counted once for ranges that come in order.
struct Counted {
    byte: usize,
    points: u64,
}

impl Counted {
    fn points(&mut self, text: &str, span: &Range<usize>) -> Option<Range<u64>> {
        if span.start < self.byte {
            *self = Self { byte: 0, points: 0 };
        }
        self.points += text.get(self.byte..span.start)?.chars().count() as u64;
        self.byte = span.start;
        Some(self.points..self.points + text.get(span.clone())?.chars().count() as u64)
    }
}

/// The bytes as text that can be counted in: UTF-8 without NUL.
fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Length of the byte-order mark at the start.
fn bom(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Reads a file of JSON whole.
fn json(bytes: &[u8]) -> Result<(&str, usize, strict::Node), ImportError> {
    if bytes.len() > MAX_JSON {
        return Err(ImportError::TooLong { len: bytes.len(), limit: MAX_JSON });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| ImportError::NotText { at: e.valid_up_to() })?;
    let skip = bom(bytes);
    Ok((text, skip, parse(text, skip..text.len())?))
}

/// Reads a part of a text as JSON; places count from the start of the text.
fn parse(text: &str, range: Range<usize>) -> Result<strict::Node, ImportError> {
    let start = range.start;
    let part = text.get(range).unwrap_or_default();
    let mut node = strict::parse(part).map_err(|mut wrong| {
        wrong.at += start;
        let line = text.get(..wrong.at).unwrap_or_default().matches('\n').count() + 1;
        ImportError::NotJson { line, wrong }
    })?;
    node.shift(start);
    Ok(node)
}

/// Plans a file of claim reviews: JSON-LD, rows of the search API, or a page that carries JSON-LD.
///
/// # Errors
/// When the file cannot be read, or holds no review.
pub fn claimreviews(bytes: &[u8], source: &Source<'_>) -> Result<Plan, ImportError> {
    let text = std::str::from_utf8(bytes).map_err(|e| ImportError::NotText { at: e.valid_up_to() })?;
    let mut records: Vec<Result<Foreign, (String, String)>> = Vec::new();
    if html::is_page(text) {
        let scripts = html::scripts(text);
        for (k, script) in scripts.iter().enumerate() {
            let name = format!("script {}", k + 1);
            match parse(text, script.clone()) {
                Ok(node) => records.extend(claimreview::records(&node, &name).into_iter().map(Ok)),
                Err(error) => records.push(Err((name, error.to_string()))),
            }
        }
        if scripts.is_empty() {
            return Err(ImportError::Nothing("the page carries no JSON-LD (`<script type=\"application/ld+json\">`)"));
        }
        claimreview::tell_several(&mut records);
    } else {
        let (_, _, node) = json(bytes)?;
        records.extend(claimreview::records(&node, "").into_iter().map(Ok));
    }
    if records.is_empty() {
        return Err(ImportError::Nothing("no ClaimReview in it, and no row of the fact-check search API"));
    }
    let mut plan = Plan::of(records, source).anchor(text_of(bytes), source.sha256);
    plan.bom = bom(bytes) > 0;
    Ok(plan)
}

/// Plans a file of `AVeriTeC` records.
///
/// # Errors
/// When the file cannot be read, or holds no record.
pub fn averitecs(bytes: &[u8], source: &Source<'_>) -> Result<Plan, ImportError> {
    let (text, skip, node) = json(bytes)?;
    let records = averitec::records(&node);
    if records.is_empty() {
        return Err(ImportError::Nothing("the array is empty"));
    }
    let mut plan = Plan::of(records, source).anchor(text_of(text.as_bytes()), source.sha256);
    plan.bom = skip > 0;
    Ok(plan)
}

/// The columns of a table.
///
/// # Errors
/// When there is no heading row, or one that names a column twice.
pub fn columns(bytes: &[u8], delimiter: u8) -> Result<Vec<String>, ImportError> {
    let heading =
        table::Rows::new(bytes, bom(bytes), delimiter).next().ok_or(ImportError::Nothing("the file is empty"))?;
    let columns = heading.cells.map_err(ImportError::Heading)?;
    let twice: Vec<String> = columns
        .iter()
        .enumerate()
        .filter(|(i, column)| columns[..*i].contains(column))
        .map(|(_, column)| format!("`{}` stands twice", crate::text::printable_line(column)))
        .collect();
    if twice.is_empty() { Ok(columns) } else { Err(ImportError::Heading(twice.join(", "))) }
}

/// Plans a table with a heading row.
///
/// # Errors
/// When the heading cannot be used, or the mapping does not fit it.
pub fn tables(bytes: &[u8], delimiter: u8, mapping: &Mapping, source: &Source<'_>) -> Result<Plan, ImportError> {
    let columns = columns(bytes, delimiter)?;
    let missing = mapping.missing(&columns);
    if !missing.is_empty() {
        return Err(ImportError::Map(missing));
    }
    let rows = table::Rows::new(bytes, bom(bytes), delimiter).skip(1);
    let records = rows.map(|row| {
        let locator = format!("row {}", row.number);
        let record = row.cells.and_then(|cells| {
            if cells.len() != columns.len() {
                return Err(format!("{} cells, and the heading row has {}", cells.len(), columns.len()));
            }
            mapping.record(columns.iter().map(String::as_str).zip(cells))
        });
        record
            .map(|record| Foreign { locator: locator.clone(), span: Some(row.span), ..record })
            .map_err(|reason| (locator, reason))
    });
    let mut plan = Plan::of(records, source).anchor(text_of(bytes), source.sha256);
    plan.bom = bom(bytes) > 0;
    Ok(plan)
}

/// Lines of a file that are not empty: number from 1, and bytes without the line feed.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, Range<usize>)> {
    let mut start = bom(bytes);
    let mut number = 0;
    std::iter::from_fn(move || {
        (start < bytes.len()).then(|| {
            let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |at| start + at);
            let line = start..end;
            number += 1;
            start = end + 1;
            (number, line)
        })
    })
    .filter(|(_, line)| !bytes[line.clone()].trim_ascii().is_empty())
}

/// Reads a line of JSON Lines.
///
/// # Errors
/// Why it is no object that may be imported; places count from the start of the file.
pub fn line(bytes: &[u8], range: &Range<usize>) -> Result<strict::Node, String> {
    let len = range.len();
    if len > MAX_LINE {
        return Err(format!("{len} bytes, and a line has at most {MAX_LINE}"));
    }
    let text = std::str::from_utf8(&bytes[range.clone()])
        .map_err(|e| format!("byte {}: not UTF-8", range.start + e.valid_up_to()))?;
    let mut node =
        strict::parse(text).map_err(|e| strict::NotJson { at: e.at + range.start, what: e.what }.to_string())?;
    node.shift(range.start);
    match node.value {
        strict::Value::Object(_) => Ok(node),
        _ => Err("not an object".into()),
    }
}

/// The keys of the first line of JSON Lines that is an object.
///
/// # Errors
/// When there is none.
pub fn keys(bytes: &[u8]) -> Result<Vec<String>, ImportError> {
    let first = lines(bytes).find_map(|(_, range)| line(bytes, &range).ok());
    let node = first.ok_or(ImportError::Nothing("no line of the file is a JSON object"))?;
    Ok(node.fields().iter().map(|(key, _)| key.clone()).collect())
}

/// Plans JSON Lines with a mapping of keys, or of JSON pointers such as `/author/name`.
///
/// # Errors
/// When no line has any key of the mapping.
pub fn json_lines(bytes: &[u8], mapping: &Mapping, source: &Source<'_>) -> Result<Plan, ImportError> {
    let mut met = false;
    let records: Vec<Result<Foreign, (String, String)>> = lines(bytes)
        .map(|(number, range)| {
            let locator = format!("line {number}");
            let record = line(bytes, &range).and_then(|node| {
                let values = values(&node, mapping, bytes);
                met |= values.iter().any(|(name, _)| mapping.columns().any(|c| c == name));
                mapping.record(values.iter().map(|(name, value)| (name.as_str(), value.clone())))
            });
            record
                .map(|record| Foreign { locator: locator.clone(), span: Some(range), ..record })
                .map_err(|reason| (locator, reason))
        })
        .collect();
    if records.is_empty() {
        return Err(ImportError::Nothing("the file is empty"));
    }
    if !met && records.iter().any(Result::is_ok) {
        return Err(ImportError::Nothing("no line has any key that the mapping names"));
    }
    let mut plan = Plan::of(records, source).anchor(text_of(bytes), source.sha256);
    plan.bom = bom(bytes) > 0;
    Ok(plan)
}

/// The values of an object by key, and by each pointer that the mapping names; what is no plain value as its own JSON.
fn values(node: &strict::Node, mapping: &Mapping, bytes: &[u8]) -> Vec<(String, String)> {
    let plain = |n: &strict::Node| match &n.value {
        strict::Value::Null => String::new(),
        strict::Value::Bool(b) => b.to_string(),
        strict::Value::Number(text) | strict::Value::Text(text) => text.clone(),
        strict::Value::Array(_) | strict::Value::Object(_) => {
            String::from_utf8_lossy(bytes.get(n.span.clone()).unwrap_or_default()).into_owned()
        }
    };
    let mut found: Vec<(String, String)> = node.fields().iter().map(|(k, n)| (k.clone(), plain(n))).collect();
    for pointer in mapping.columns().filter(|c| c.starts_with('/') && node.get(c).is_none()) {
        found.extend(node.at(pointer).map(|n| (pointer.to_owned(), plain(n))));
    }
    found
}
