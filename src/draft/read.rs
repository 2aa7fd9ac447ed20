//! A TOML table to JSON along the schema, with the place of every field, and every mistake of form reported.
//!
//! Where a value is missing or cannot be used, something plausible takes its place, so that the rest of the item can
//! still be judged; [`super::build`] sees to it that no mistake is reported which only the stand-in has.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::{Mistake, Wrong};
use super::place::{Places, Source};
use super::schema::{Shape, Table};
use crate::hash::Digest;
use crate::text::{nearest, printable_line};
use crate::time;

/// A field whose value is not known because what stands there is a mistake.
#[derive(Debug)]
pub(crate) struct Broken {
    /// Its path, as in messages.
    pub(crate) path: String,
    /// JSON pointer of the table that it stands in.
    pub(crate) parent: String,
    /// Its key.
    pub(crate) key: &'static str,
    /// What could have stood there; `None`: nothing.
    pub(crate) alternatives: Vec<Option<Value>>,
}

/// An item as read: JSON of the right form, with what is not known.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) json: Map<String, Value>,
    pub(crate) places: Places,
    pub(crate) broken: Vec<Broken>,
}

impl Raw {
    /// Whether the field at `path`, or something in it, is not known.
    pub(crate) fn is_broken(&self, path: &str) -> bool {
        self.broken.iter().any(|b| covers(path, &b.path))
    }

    /// The string at a key of the item itself, if it is one that was given.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        if self.is_broken(key) { None } else { self.json.get(key)?.as_str() }
    }

    /// Takes some of the item's own keys out, with what is not known of them.
    pub(crate) fn split(&mut self, keys: &[&str]) -> Self {
        let json = keys.iter().filter_map(|key| Some(((*key).to_owned(), self.json.remove(*key)?))).collect();
        let (taken, kept) =
            std::mem::take(&mut self.broken).into_iter().partition(|b| keys.iter().any(|key| covers(key, &b.path)));
        self.broken = kept;
        Self { json, places: self.places.clone(), broken: taken }
    }

    /// Takes a key, or a list of keys, out of the item: each with the path of its place. Empty where it is not known.
    pub(crate) fn take_names(&mut self, key: &str) -> Vec<(String, String)> {
        let mut taken = self.split(&[key]);
        if !taken.broken.is_empty() {
            self.broken.extend(taken.broken.into_iter().map(|b| Broken { alternatives: Vec::new(), ..b }));
            return Vec::new();
        }
        match taken.json.remove(key) {
            Some(Value::String(name)) => vec![(name, key.to_owned())],
            Some(Value::Array(items)) => items
                .into_iter()
                .enumerate()
                .filter_map(|(i, item)| Some((item.as_str()?.to_owned(), format!("{key}[{i}]"))))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether the field `inner` is `outer` or lies within it.
pub(crate) fn covers(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Longest word for which a near one is looked up.
const MAX_HINT: usize = 100;

/// The candidate closest to a word of the file, unless the word is absurdly long.
pub(crate) fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    if word.len() > MAX_HINT { None } else { nearest(word, candidates).map(str::to_owned) }
}

/// A word of the file as it may stand in a message: escaped, and cut where absurdly long.
pub(crate) fn shown(word: &str) -> String {
    match word.char_indices().nth(MAX_HINT) {
        Some((cut, _)) => format!("{}…", printable_line(&word[..cut])),
        None => printable_line(word),
    }
}

/// Where a value stands in its item.
#[derive(Clone)]
struct Spot {
    path: String,
    pointer: String,
}

impl Spot {
    fn key(&self, name: &str) -> Self {
        let dot = if self.path.is_empty() { "" } else { "." };
        Self { path: format!("{}{dot}{name}", self.path), pointer: format!("{}/{name}", self.pointer) }
    }

    fn item(&self, i: usize) -> Self {
        Self { path: format!("{}[{i}]", self.path), pointer: format!("{}/{i}", self.pointer) }
    }
}

/// Reads an item of the table `schema`, which begins at the byte `at`.
pub(crate) fn item(
    source: &Source<'_>,
    schema: &'static Table,
    table: &DeTable<'_>,
    at: usize,
    mistakes: &mut Vec<Mistake>,
) -> Raw {
    let raw = Raw { json: Map::new(), places: Places::new(source.place(at)), broken: Vec::new() };
    let mut reader = Reader { source, mistakes, raw };
    let json = reader.table(schema, table, at, &Spot { path: String::new(), pointer: String::new() });
    reader.raw.json = json;
    reader.raw
}

/// Reports the keys of `table` that `schema` does not have.
pub(crate) fn unknown_keys(
    source: &Source<'_>,
    schema: &'static Table,
    table: &DeTable<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    for key in table.keys() {
        let name: &str = key.get_ref();
        if schema.key(name).is_none() {
            let known = schema.keys.iter().map(|k| k.name);
            let wrong = Wrong::UnknownKey {
                key: shown(name),
                table: schema.title,
                nearest: near(name, known.clone()),
                known: known.map(str::to_owned).collect(),
            };
            mistakes.push(Mistake { place: Some(source.place(key.span().start)), wrong });
        }
    }
}

struct Reader<'s, 't, 'm> {
    source: &'s Source<'t>,
    mistakes: &'m mut Vec<Mistake>,
    raw: Raw,
}

impl Reader<'_, '_, '_> {
    fn report(&mut self, at: usize, wrong: Wrong) {
        self.mistakes.push(Mistake { place: Some(self.source.place(at)), wrong });
    }

    fn table(&mut self, schema: &'static Table, table: &DeTable<'_>, at: usize, spot: &Spot) -> Map<String, Value> {
        unknown_keys(self.source, schema, table, self.mistakes);
        let mut json = Map::new();
        for key in schema.keys {
            let here = spot.key(key.name);
            let value = match table.get(key.name) {
                None if !key.required => continue,
                None => {
                    let right = format!("write {}", key.shape.right());
                    self.report(at, Wrong::MissingKey { key: key.name, table: schema.title, right });
                    None
                }
                Some(value) => {
                    self.raw.places.note(&here.path, self.source.place(value.span().start));
                    self.value(&key.shape, value, &here)
                }
            };
            let value = value.or_else(|| {
                let mut alternatives: Vec<Option<Value>> = key.shape.stand_ins().into_iter().map(Some).collect();
                if !key.required {
                    alternatives.push(None);
                }
                let first = alternatives.first().cloned().flatten();
                let parent = spot.pointer.clone();
                self.raw.broken.push(Broken { path: here.path, parent, key: key.name, alternatives });
                first
            });
            if let Some(value) = value {
                json.insert(key.name.to_owned(), value);
            }
        }
        json
    }

    /// The JSON of a value; `None`, and a mistake reported, where it is not of the shape.
    fn value(&mut self, shape: &'static Shape, value: &Spanned<DeValue<'_>>, spot: &Spot) -> Option<Value> {
        let at = value.span().start;
        match (shape, value.get_ref()) {
            (Shape::Text | Shape::Names, DeValue::String(text)) => Some(Value::from(text.as_ref())),
            (Shape::Word(words), DeValue::String(text)) => match (words.check)(&text[..cut(text)]) {
                None => Some(Value::from(text.as_ref())),
                Some(source) => {
                    self.report(at, Wrong::NotInVocabulary { key: spot.path.clone(), source });
                    None
                }
            },
            (Shape::Digest, DeValue::String(text)) if text.parse::<Digest>().is_ok() => {
                Some(Value::from(text.as_ref()))
            }
            (Shape::Day, DeValue::String(text)) if text.parse::<time::Day>().is_ok() => {
                Some(Value::from(text.as_ref()))
            }
            (Shape::Flag, DeValue::Boolean(flag)) => Some(Value::from(*flag)),
            (Shape::Count(limit), DeValue::Integer(n)) => match u64::from_str_radix(n.as_str(), n.radix()) {
                Ok(n) if n <= *limit => Some(Value::from(n)),
                _ => self.wrong_type(shape, value, spot),
            },
            (Shape::Pair, DeValue::Array(items)) if items.len() == 2 => {
                let limit = &Shape::Count(crate::hash::MAX_INTEGER);
                let both: Vec<Value> =
                    items.iter().enumerate().filter_map(|(i, n)| self.value(limit, n, &spot.item(i))).collect();
                (both.len() == 2).then_some(Value::Array(both))
            }
            (Shape::Texts | Shape::Names, DeValue::Array(items)) => {
                let texts = items.iter().enumerate().map(|(i, item)| {
                    let here = spot.item(i);
                    self.raw.places.note(&here.path, self.source.place(item.span().start));
                    self.value(&Shape::Text, item, &here)
                });
                // A list with a broken item is not known as a whole: the others would change their places.
                let texts: Vec<Option<Value>> = texts.collect();
                texts.into_iter().collect::<Option<Vec<_>>>().map(Value::Array)
            }
            (Shape::One(schema), DeValue::Table(table)) => Some(Value::Object(self.table(schema, table, at, spot))),
            (Shape::Many(schema), DeValue::Array(items)) => Some(self.tables(shape, schema, items.iter(), spot)),
            _ => self.wrong_type(shape, value, spot),
        }
    }

    fn tables<'v, 'i: 'v>(
        &mut self,
        shape: &'static Shape,
        schema: &'static Table,
        items: impl Iterator<Item = &'v Spanned<DeValue<'i>>>,
        spot: &Spot,
    ) -> Value {
        let tables = items.enumerate().map(|(i, item)| {
            let here = spot.item(i);
            let at = item.span().start;
            self.raw.places.note(&here.path, self.source.place(at));
            if let DeValue::Table(table) = item.get_ref() {
                return Value::Object(self.table(schema, table, at, &here));
            }
            let found = found(item.get_ref()).to_owned();
            let right = shape.right_item();
            self.report(at, Wrong::WrongType { key: here.path.clone(), found, right });
            let parent = spot.pointer.clone();
            self.raw.broken.push(Broken { path: here.path, parent, key: "", alternatives: Vec::new() });
            Value::Object(schema.stand_in())
        });
        Value::Array(tables.collect())
    }

    fn wrong_type(&mut self, shape: &Shape, value: &Spanned<DeValue<'_>>, spot: &Spot) -> Option<Value> {
        let span = value.span();
        let given = self.source.text.get(span.clone()).filter(|t| t.len() <= 40 && !t.contains('\n'));
        let right = match (shape, value.get_ref(), given) {
            (
                Shape::Text | Shape::Day | Shape::Word(_),
                DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_),
                Some(given),
            ) => format!("{}, such as \"{}\"", shape.right(), shown(given)),
            (Shape::Texts, DeValue::String(_), Some(given)) => format!("a list: [{}]", shown(given)),
            _ => shape.right(),
        };
        let found = match (value.get_ref(), given) {
            (DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_), Some(given)) => {
                shown(given)
            }
            (other, _) => found(other).to_owned(),
        };
        self.report(span.start, Wrong::WrongType { key: spot.path.clone(), found, right });
        None
    }
}

/// Where to cut a word that is looked up in a vocabulary: far beyond every vocabulary's words.
fn cut(text: &str) -> usize {
    text.char_indices().nth(MAX_HINT).map_or(text.len(), |(at, _)| at)
}

pub(crate) fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date without quotation marks",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

impl Shape {
    /// What would be right, in words.
    pub(crate) fn right(&self) -> String {
        match self {
            Self::Text => "a string in quotation marks".into(),
            Self::Word(words) => format!("one of \"{}\"", (words.all)().join("\", \"")),
            Self::Digest => "a SHA-256 digest, 64 lower-case hexadecimal digits in quotation marks".into(),
            Self::Day => "a day in quotation marks, such as \"2025-04-10\"".into(),
            Self::Flag => "true or false, without quotation marks".into(),
            Self::Count(limit) => format!("a whole number from 0 to {limit}, without quotation marks"),
            Self::Pair => "two whole numbers, [start, end]".into(),
            Self::Texts => "a list of strings, [\"…\", \"…\"]".into(),
            Self::Names => "a key or a list of keys, \"…\" or [\"…\", \"…\"]".into(),
            Self::One(table) => format!("a table, {}", table.title),
            Self::Many(table) if table.title.starts_with("[[") => {
                format!("a list of tables, each under {}", table.title)
            }
            Self::Many(_) => "a list of tables, [{ … }]".into(),
        }
    }

    fn right_item(&self) -> String {
        match self {
            Self::Many(table) => format!("{}, {{ … }}", table.title),
            other => other.right(),
        }
    }

    /// What could stand there, the most harmless first.
    fn stand_ins(&self) -> Vec<Value> {
        match self {
            Self::Text | Self::Names => vec![Value::from("x")],
            Self::Word(words) => (words.all)().into_iter().map(Value::from).collect(),
            Self::Digest => vec![Value::from(Digest::default().hex())],
            Self::Day => vec![Value::from("0001-01-01"), Value::from("9999-12-31")],
            Self::Flag => vec![Value::from(true), Value::from(false)],
            Self::Count(limit) => vec![Value::from(0), Value::from(*limit)],
            Self::Pair => vec![Value::from(vec![0, 1])],
            Self::Texts | Self::Many(_) => vec![Value::Array(Vec::new())],
            Self::One(table) => vec![Value::Object(table.stand_in())],
        }
    }
}

impl Table {
    /// A table of which only what must be there is there.
    fn stand_in(&self) -> Map<String, Value> {
        let required = self.keys.iter().filter(|k| k.required);
        required.filter_map(|k| Some((k.name.to_owned(), k.shape.stand_ins().into_iter().next()?))).collect()
    }
}
