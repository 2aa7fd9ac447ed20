//! A claim file as TOML: text, tables, and where it is torn.

use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Wrong};
use super::parse::MAX_FILE;
use super::place::{Place, Source};
use super::read::{self, shown};
use super::schema::{self, Shape};

/// A file as TOML.
pub(crate) struct Loaded<'t> {
    pub(crate) source: Source<'t>,
    pub(crate) root: DeTable<'t>,
    /// Lines (from 0) that are not TOML.
    pub(crate) tears: Vec<usize>,
    /// First lines of everything at the top, in order.
    tops: Vec<usize>,
}

impl<'t> Loaded<'t> {
    pub(crate) fn new(name: &str, bytes: &'t [u8], mistakes: &mut Vec<Mistake>) -> Option<Self> {
        let name: Arc<str> = name.into();
        let start = || Some(Place { file: Arc::clone(&name), line: 1, column: 1 });
        if bytes.len() > MAX_FILE {
            let wrong = Wrong::TooLong { bytes: bytes.len(), limit: MAX_FILE };
            mistakes.push(Mistake { place: start(), wrong });
            return None;
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => {
                // What comes before the first wrong byte is UTF-8, so it has a line and a column.
                let sound = std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap_or_default();
                let place = Some(Source::new(Arc::clone(&name), sound).place(sound.len()));
                mistakes.push(Mistake { place, wrong: Wrong::NotUtf8 });
                return None;
            }
        };
        let source = Source::new(name, text);
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut tears = Vec::new();
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let wrong = if error.message() == "duplicate key" {
                Wrong::KeyTwice { key: shown(text.get(span.clone()).unwrap_or_default().trim_matches(['"', '\''])) }
            } else {
                tears.push(source.line(span.start));
                Wrong::Syntax { message: shown(error.message()) }
            };
            mistakes.push(Mistake { place: Some(source.place(span.start)), wrong });
        }
        tears.sort_unstable();
        let root = root.into_inner();
        let mut tops: Vec<usize> =
            root.values().flat_map(|v| starts(v.span(), v.get_ref())).map(|at| source.line(at)).collect();
        tops.sort_unstable();
        let loaded = Self { source, root, tears, tops };
        loaded.check_top(mistakes);
        Some(loaded)
    }

    /// Reports what may not stand at the top.
    fn check_top(&self, mistakes: &mut Vec<Mistake>) {
        let mut found = Vec::new();
        read::unknown_keys(&self.source, &schema::FILE, &self.root, &mut found);
        for key in schema::FILE.keys {
            let Some(value) = self.root.get(key.name) else { continue };
            let wrong = |what: &DeValue<'_>| Wrong::WrongType {
                key: key.name.to_owned(),
                found: read::found(what).to_owned(),
                right: key.shape.right(),
            };
            match (&key.shape, value.get_ref()) {
                (Shape::One(_), DeValue::Table(_)) => {}
                (Shape::Many(_), DeValue::Array(items)) => {
                    for item in items.iter().filter(|i| !i.get_ref().is_table()) {
                        found.push(self.mistake(item.span().start, wrong(item.get_ref())));
                    }
                }
                (_, other) => found.push(self.mistake(value.span().start, wrong(other))),
            }
        }
        let whole = |m: &Mistake| m.place.as_ref().is_none_or(|p| !self.tears.contains(&(p.line - 1)));
        mistakes.extend(found.into_iter().filter(whole));
    }

    fn mistake(&self, at: usize, wrong: Wrong) -> Mistake {
        Mistake { place: Some(self.source.place(at)), wrong }
    }

    /// The tables of a kind, each with the byte at which it begins.
    pub(crate) fn tables(&self, key: &str) -> impl Iterator<Item = (&DeTable<'t>, usize)> {
        let value = self.root.get(key);
        let many = value.and_then(|v| v.get_ref().as_array()).into_iter().flatten();
        let one = value.filter(|v| v.get_ref().is_table());
        many.chain(one).filter_map(|v| Some((v.get_ref().as_table()?, v.span().start)))
    }

    /// The torn lines of the item that begins at the byte `at`.
    pub(crate) fn torn_lines(&self, at: usize) -> &[usize] {
        let first = self.source.line(at);
        let next = self.tops.iter().find(|line| **line > first).copied().unwrap_or(usize::MAX);
        let from = self.tears.partition_point(|line| *line < first);
        let to = self.tears.partition_point(|line| *line < next);
        &self.tears[from..to.max(from)]
    }
}

/// The bytes at which the tables of a top-level value begin.
fn starts(span: Range<usize>, value: &DeValue<'_>) -> Vec<usize> {
    match value {
        DeValue::Array(items) => items.iter().map(|i| i.span().start).collect(),
        _ => vec![span.start],
    }
}
