//! `docs/format.md`, read as data.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

pub const FORMAT: &str = include_str!("../../docs/format.md");

/// A row of the table of kinds.
#[derive(Debug)]
pub struct KindRow {
    pub kind: String,
    pub subject: String,
    pub re: String,
    pub role: String,
    pub signs: String,
    pub erasable: String,
    pub body: String,
}

/// A key of a body or of an object in one.
#[derive(Debug, Clone)]
pub struct Field {
    pub key: String,
    pub ty: Type,
    pub optional: bool,
}

/// A type, as the table of types has them.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    Line(usize),
    Text(usize),
    Context(usize),
    Url,
    Lang,
    Edtf,
    Day,
    Time,
    Digest,
    Index,
    Integer(u64, u64),
    Decimal,
    Boolean,
    Mark,
    Handle,
    LocalKey,
    PublicKey,
    VerifierKey,
    Word(String),
    Range,
    List(Box<Type>),
    Object(String),
}

/// What stands under a heading (given with its `#`s), up to the next of the same or a higher rank.
pub fn section(heading: &str) -> &'static str {
    let rank = heading.chars().take_while(|c| *c == '#').count();
    let start = FORMAT.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}"));
    let rest = &FORMAT[start + heading.len() + 2..];
    let mut end = rest.len();
    // A comment in a code block begins with one `#`; headings here have two or three.
    for level in 2..=rank {
        end = end.min(rest.find(&format!("\n{} ", "#".repeat(level))).unwrap_or(rest.len()));
    }
    &rest[..end]
}

/// Cells of the first table of a section whose head begins with `first`, without head and rule.
pub fn rows(section: &str, first: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    section
        .lines()
        .skip_while(|line| !line.starts_with('|') || cells(line)[0] != first)
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(cells)
        .collect()
}

/// Words in backquotes.
pub fn quoted(cell: &str) -> Vec<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

pub fn kinds() -> Vec<KindRow> {
    let link = |cell: &str| cell.trim_start_matches('[').split(']').next().unwrap_or_default().to_owned();
    rows(section("## Table of kinds"), "kind")
        .into_iter()
        .map(|cells| {
            let [kind, subject, re, role, signs, erasable, body] = cells.try_into().unwrap();
            let kind = kind.trim_matches('`').to_owned();
            KindRow { kind, subject, re, role, signs, erasable, body: link(&body) }
        })
        .collect()
}

/// Every object of the chapter on bodies, with its keys.
pub fn objects() -> BTreeMap<String, Vec<Field>> {
    let headings = section("## Bodies").lines().filter_map(|line| line.strip_prefix("### "));
    let objects: BTreeMap<String, Vec<Field>> = headings
        .map(|name| {
            let fields = rows(section(&format!("### {name}")), "key");
            (name.to_owned(), fields.iter().map(|cells| field(cells)).collect())
        })
        .collect();
    for fields in objects.values().flatten() {
        let mut ty = &fields.ty;
        while let Type::List(item) = ty {
            ty = item;
        }
        if let Type::Object(name) = ty {
            assert!(objects.contains_key(name), "`{}` is of the unknown type {name:?}", fields.key);
        }
    }
    objects
}

fn field(cells: &[String]) -> Field {
    let text = cells[1].trim_end_matches('?');
    Field { key: cells[0].trim_matches('`').to_owned(), ty: ty(text), optional: text != cells[1] }
}

fn ty(text: &str) -> Type {
    if let Some(item) = text.strip_prefix("list of ") {
        return Type::List(Box::new(ty(item)));
    }
    if let Some(list) = text.strip_prefix("word: ") {
        return Type::Word(list.to_owned());
    }
    let number = |prefix: &str| text.strip_prefix(prefix).and_then(|n| n.parse::<usize>().ok());
    if let Some((low, high)) = text.strip_prefix("integer ").and_then(|t| t.split_once("..")) {
        return Type::Integer(low.parse().unwrap(), high.parse().unwrap());
    }
    match text {
        "url" => Type::Url,
        "lang" => Type::Lang,
        "edtf" => Type::Edtf,
        "day" => Type::Day,
        "time" => Type::Time,
        "digest" => Type::Digest,
        "index" => Type::Index,
        "integer" => Type::Integer(0, (1 << 53) - 1),
        "decimal" => Type::Decimal,
        "boolean" => Type::Boolean,
        "mark" => Type::Mark,
        "handle" => Type::Handle,
        "local key" => Type::LocalKey,
        "public key" => Type::PublicKey,
        "verifier key" => Type::VerifierKey,
        "range" => Type::Range,
        _ => number("line ")
            .map(Type::Line)
            .or_else(|| number("text ").map(Type::Text))
            .or_else(|| number("context ").map(Type::Context))
            .unwrap_or_else(|| Type::Object(text.to_owned())),
    }
}

/// The vocabularies, in the order of the chapter.
pub fn vocabularies() -> Vec<(String, Vec<String>)> {
    let rows = rows(section("## Vocabularies"), "list");
    rows.into_iter().map(|cells| (cells[0].clone(), quoted(&cells[1]))).collect()
}
