//! From text to expression: recursive descent with a limit on depth.
//!
//! ```text
//! any    = all { "OR" all }                       all  = one { ["AND"] one }
//! one    = "-" one | "NOT" one | "(" any ")" | field ":" value | field ":" "(" any of values ")" | text
//! value  = quoted | bare        bare ends at white space, a parenthesis or a quotation mark
//! quoted = '"' … '"'            within it \" is a quotation mark and \\ a backslash
//! ```

use super::MAX_DEPTH;
use super::error::Mistake;
use super::expr::{Expr, Test};
use super::field::Field;
use super::value;
use crate::text::{nearest, printable_line};

/// A mistake at `at`, `len` characters long.
pub(super) struct Slip {
    pub at: usize,
    pub len: usize,
    pub mistake: Mistake,
}

pub(super) struct Parser<'q> {
    chars: &'q [char],
    at: usize,
    depth: usize,
}

/// A piece of text and where it begins.
struct Piece {
    text: String,
    at: usize,
    len: usize,
    quoted: bool,
}

impl<'q> Parser<'q> {
    pub(super) fn new(chars: &'q [char]) -> Self {
        Self { chars, at: 0, depth: 0 }
    }

    /// Reads all of it; `None` where there is nothing.
    pub(super) fn whole(mut self) -> Result<Option<Expr>, Slip> {
        self.space();
        if self.at == self.chars.len() {
            return Ok(None);
        }
        let expr = self.any(None)?;
        match self.peek() {
            None => Ok(Some(expr)),
            Some(_) => Err(self.slip(self.at, 1, Mistake::Close)),
        }
    }

    fn slip(&self, at: usize, len: usize, mistake: Mistake) -> Slip {
        Slip { at: at.min(self.chars.len()), len: len.max(1), mistake }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether the keyword stands here; passes it.
    fn keyword(&mut self, word: &str) -> bool {
        let end = self.at + word.len();
        let here = self.chars.get(self.at..end).is_some_and(|c| c.iter().copied().eq(word.chars()));
        let ends = self.chars.get(end).is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '"'));
        if here && ends {
            self.at = end;
            self.space();
        }
        here && ends
    }

    /// Whether nothing more can follow here.
    fn at_end(&self) -> bool {
        self.peek().is_none_or(|c| c == ')')
    }

    fn any(&mut self, field: Option<Field>) -> Result<Expr, Slip> {
        let mut parts = vec![self.all(field)?];
        loop {
            let at = self.at;
            if !self.keyword("OR") {
                break;
            }
            if self.at_end() {
                return Err(self.slip(at, 2, Mistake::Alone("OR", "after")));
            }
            parts.push(self.all(field)?);
        }
        Ok(joined(parts, Expr::Or))
    }

    fn all(&mut self, field: Option<Field>) -> Result<Expr, Slip> {
        let mut parts = Vec::new();
        loop {
            self.space();
            let at = self.at;
            if self.at_end() {
                break;
            }
            if self.keyword("OR") {
                if parts.is_empty() {
                    return Err(self.slip(at, 2, Mistake::Alone("OR", "before")));
                }
                self.at = at;
                break;
            }
            if self.keyword("AND") {
                let (lacks, side) = (parts.is_empty(), if parts.is_empty() { "before" } else { "after" });
                let next = self.at;
                if lacks || self.at_end() || self.keyword("OR") || self.keyword("AND") {
                    return Err(self.slip(at, 3, Mistake::Alone("AND", side)));
                }
                self.at = next;
            }
            parts.push(self.one(field)?);
        }
        if parts.is_empty() {
            return Err(self.slip(self.at, 1, Mistake::Close));
        }
        Ok(joined(parts, Expr::And))
    }

    fn deeper<T>(&mut self, at: usize, read: impl FnOnce(&mut Self) -> Result<T, Slip>) -> Result<T, Slip> {
        if self.depth == MAX_DEPTH {
            return Err(self.slip(at, 1, Mistake::TooDeep));
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        read
    }

    fn one(&mut self, field: Option<Field>) -> Result<Expr, Slip> {
        let at = self.at;
        let next = self.chars.get(at + 1);
        if self.peek() == Some('-') && next.is_some_and(|c| !c.is_whitespace() && *c != ')') && !self.negative(field) {
            self.at += 1;
            return Ok(Expr::Not(Box::new(self.deeper(at, |p| p.one(field))?)));
        }
        if self.keyword("NOT") {
            if self.at_end() {
                return Err(self.slip(at, 3, Mistake::Alone("NOT", "after")));
            }
            return Ok(Expr::Not(Box::new(self.deeper(at, |p| p.one(field))?)));
        }
        if self.peek() == Some('(') {
            return self.group(field);
        }
        match field {
            Some(field) => {
                let piece = self.piece()?;
                self.test(field, piece)
            }
            None => self.term(),
        }
    }

    /// Whether a minus begins a negative number, among the values of a field that takes numbers.
    fn negative(&self, field: Option<Field>) -> bool {
        field == Some(Field::Quantity) && self.chars.get(self.at + 1).is_some_and(char::is_ascii_digit)
    }

    /// What stands in parentheses.
    fn group(&mut self, field: Option<Field>) -> Result<Expr, Slip> {
        let at = self.at;
        self.at += 1;
        self.space();
        if self.peek() == Some(')') {
            return Err(self.slip(at, self.at + 1 - at, Mistake::Empty));
        }
        let expr = self.deeper(at, |p| if p.peek().is_none() { Ok(None) } else { p.any(field).map(Some) })?;
        match (expr, self.peek()) {
            (Some(expr), Some(')')) => {
                self.at += 1;
                Ok(expr)
            }
            _ => Err(self.slip(at, 1, Mistake::Open)),
        }
    }

    /// A test with its field, or text.
    fn term(&mut self) -> Result<Expr, Slip> {
        let start = self.at;
        let name: String =
            self.chars[start..].iter().take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        let len = name.chars().count();
        // What has no letter is a time or a score, `10:30`; before `//` stands an address.
        let named = name.chars().any(char::is_alphabetic)
            && self.chars.get(start + len) == Some(&':')
            && self.chars.get(start + len + 1..start + len + 3) != Some(&['/', '/']);
        if !named {
            let piece = self.piece()?;
            return self.test(Field::Text, piece);
        }
        let Some(field) = Field::named(&name) else {
            let near = nearest(&name, Field::names()).map(str::to_owned);
            return Err(self.slip(start, len, Mistake::Field { given: printable_line(&name), near }));
        };
        self.at += len + 1;
        match self.peek() {
            Some('(') => self.group(Some(field)),
            None => Err(self.slip(start, len + 1, Mistake::Missing(field))),
            Some(c) if c.is_whitespace() || c == ')' => Err(self.slip(start, len + 1, Mistake::Missing(field))),
            Some(_) => {
                let piece = self.piece()?;
                self.test(field, piece)
            }
        }
    }

    fn test(&self, field: Field, piece: Piece) -> Result<Expr, Slip> {
        let Piece { text, at, len, quoted } = piece;
        match value::read(field, text, quoted) {
            Ok(value) => Ok(Expr::Test(Test { field, value })),
            Err(mistake) => Err(self.slip(at, len, mistake)),
        }
    }

    /// Quoted text, or text up to white space, a parenthesis or a quotation mark.
    fn piece(&mut self) -> Result<Piece, Slip> {
        let at = self.at;
        let mut text = String::new();
        if self.peek() != Some('"') {
            while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"')) {
                text.push(c);
                self.at += 1;
            }
            return Ok(Piece { text, at, len: self.at - at, quoted: false });
        }
        self.at += 1;
        loop {
            let Some(c) = self.peek() else { return Err(self.slip(at, 1, Mistake::Quote)) };
            self.at += 1;
            match (c, self.peek()) {
                ('"', _) => return Ok(Piece { text, at, len: self.at - at, quoted: true }),
                ('\\', Some(next @ ('"' | '\\'))) => {
                    text.push(next);
                    self.at += 1;
                }
                _ => text.push(c),
            }
        }
    }
}

fn joined(parts: Vec<Expr>, join: fn(Vec<Expr>) -> Expr) -> Expr {
    match <[Expr; 1]>::try_from(parts) {
        Ok([one]) => one,
        Err(parts) => join(parts),
    }
}
