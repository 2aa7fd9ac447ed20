//! Checking values, all mistakes at once, each with its place.

use std::fmt;

use crate::hash::MAX_INTEGER;

/// A mistake in a value: where, what, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field, as a path such as `appearance.hedges[0].cue`; empty for the value itself.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

/// Collects the mistakes of a value.
#[derive(Debug, Default)]
pub struct Problems {
    path: Vec<String>,
    found: Vec<Problem>,
    /// Set for the first look, which only tells whether there is any mistake and keeps no places.
    quick: bool,
}

impl Problems {
    /// Checks `value`.
    pub fn of<T: Check + ?Sized>(value: &T) -> Vec<Problem> {
        let mut quick = Self { quick: true, ..Self::default() };
        value.check(&mut quick);
        if quick.found.is_empty() {
            return quick.found;
        }
        let mut problems = Self::default();
        value.check(&mut problems);
        problems.found
    }

    /// Whether no mistake was noted.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Notes a mistake in the field `name` (empty: the value itself).
    pub fn add(&mut self, name: &str, message: impl Into<String>) {
        let mut path = self.path.join(".");
        if !name.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(name);
        }
        self.found.push(Problem { path, message: message.into() });
    }

    /// Checks what stands in the field `name`.
    pub fn within(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        if self.quick {
            return check(self);
        }
        self.path.push(name.to_owned());
        check(self);
        self.path.pop();
    }

    /// Checks every item of the list `name`, of at most `limit`.
    pub fn each<T>(&mut self, name: &str, items: &[T], limit: usize, check: impl Fn(&T, &mut Self)) {
        if items.len() > limit {
            self.add(name, format!("{} items, and at most {limit} are allowed", items.len()));
        }
        for (i, item) in items.iter().take(limit).enumerate() {
            if self.quick {
                check(item, self);
            } else {
                self.within(&format!("{name}[{i}]"), |p| check(item, p));
            }
        }
    }

    /// One line of text: not empty, no line feed or tab, no space at either end, at most `limit` code points.
    pub fn line(&mut self, name: &str, text: &str, limit: usize) {
        if is_plain(text, limit) {
            return;
        }
        if text.contains(['\n', '\t']) {
            self.add(name, "must stand on one line");
        }
        self.text(name, text, limit);
    }

    /// Text of any number of lines: not empty, no space at either end, at most `limit` code points.
    pub fn text(&mut self, name: &str, text: &str, limit: usize) {
        if text.is_empty() {
            self.add(name, "must not be empty; leave the key out where there is nothing to say");
        } else if text.trim() != text {
            self.add(name, "must not begin or end with white space");
        }
        let len = text.chars().count();
        if len > limit {
            self.add(name, format!("{len} characters, and at most {limit} are allowed"));
        }
        self.controls(name, text);
    }

    /// An optional line.
    pub fn optional_line(&mut self, name: &str, text: Option<&String>, limit: usize) {
        if let Some(text) = text {
            self.line(name, text, limit);
        }
    }

    /// An optional text.
    pub fn optional_text(&mut self, name: &str, text: Option<&String>, limit: usize) {
        if let Some(text) = text {
            self.text(name, text, limit);
        }
    }

    /// A list of lines without repeats.
    pub fn lines(&mut self, name: &str, items: &[String], limit: usize, each: usize) {
        if items.len() > limit {
            self.add(name, format!("{} items, and at most {limit} are allowed", items.len()));
        }
        for (i, item) in items.iter().take(limit).enumerate() {
            let place = if self.quick { String::new() } else { format!("{name}[{i}]") };
            self.line(&place, item, each);
            if items[..i].contains(item) {
                self.add(&place, "stands in the list already");
            }
        }
    }

    /// An optional number, at most what canonical JSON can hold.
    pub fn integer(&mut self, name: &str, number: Option<u64>) {
        if number.is_some_and(|n| n > MAX_INTEGER) {
            self.add(name, "a number is at most 2^53 - 1");
        }
    }

    /// Words around a passage: at most `limit` code points, white space at the ends kept.
    pub fn context(&mut self, name: &str, text: Option<&String>, limit: usize) {
        let Some(text) = text else { return };
        let len = text.chars().count();
        if len > limit {
            self.add(name, format!("{len} characters of context, and at most {limit} are allowed"));
        }
        self.controls(name, text);
    }

    fn controls(&mut self, name: &str, text: &str) {
        if let Some(c) = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            self.add(name, format!("holds the control character U+{:04X}", u32::from(c)));
        }
    }

    /// An address: `http`, `https`, `doi:` or `urn:`, without white space.
    pub fn url(&mut self, name: &str, url: &str) {
        self.line(name, url, 2048);
        let known = ["https://", "http://", "doi:", "urn:"].iter().any(|scheme| {
            url.get(..scheme.len()).is_some_and(|s| s.eq_ignore_ascii_case(scheme)) && url.len() > scheme.len()
        });
        if !known || url.contains(char::is_whitespace) {
            self.add(name, "an address begins with https://, http://, doi: or urn: and holds no white space");
        }
    }

    /// An EDTF date.
    pub fn edtf(&mut self, name: &str, text: &str) {
        if let Err(e) = text.parse::<super::edtf::Edtf>() {
            self.add(name, e.to_string());
        }
    }

    /// A language tag (BCP 47, shape only).
    pub fn lang(&mut self, name: &str, tag: &str) {
        let shaped = tag.len() <= 35
            && tag.split('-').enumerate().all(|(i, part)| {
                let alpha = part.bytes().all(|b| b.is_ascii_alphanumeric());
                let first = (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase());
                alpha && if i == 0 { first } else { (1..=8).contains(&part.len()) }
            });
        if !shaped {
            self.add(name, "a language is a BCP 47 tag such as `en`, `ar` or `pt-BR`");
        }
    }
}

/// Whether `text` is surely one good line: printable ASCII without space at either end. Most lines are, and one look tells.
fn is_plain(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last()).is_some_and(|(first, last)| *first != b' ' && *last != b' ');
    ends && bytes.len() <= limit && bytes.iter().all(|b| (b' '..=b'~').contains(b))
}

/// A value that can say what is wrong with it.
pub trait Check {
    /// Notes every mistake of the value.
    fn check(&self, p: &mut Problems);
}

/// Longest list of any field.
pub const MAX_LIST: usize = 64;
/// Longest name, key or cue, in code points.
pub const MAX_NAME: usize = 300;
/// Longest words around a passage, in code points.
pub const MAX_CONTEXT: usize = 64;
/// Longest statement, in code points.
pub const MAX_STATEMENT: usize = 2_000;
/// Longest free text, in code points.
pub const MAX_TEXT: usize = 8_000;
