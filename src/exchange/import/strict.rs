//! JSON read strictly, with the bytes that each value stands on: what an import cannot trust, it refuses by place.
//!
//! Numbers are kept as written, so that a rating of `4.0` comes back out as `4.0`. Keys that stand twice, lone surrogates,
//! `NaN` and deep nesting are refused (standards, JSONL).

use std::ops::Range;

/// Deepest nesting of objects and arrays.
pub const MAX_DEPTH: usize = 32;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// A JSON value; objects keep their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as written.
    Number(String),
    /// A string, its escapes undone.
    Text(String),
    /// An array.
    Array(Vec<Node>),
    /// An object; no key stands twice.
    Object(Vec<(String, Node)>),
}

/// Why a text is not JSON that may be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("byte {at}: {what}")]
pub struct NotJson {
    /// Offset in bytes.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

/// Reads one JSON value with nothing but white space around it.
///
/// # Errors
/// The first place where it is not so.
pub fn parse(text: &str) -> Result<Node, NotJson> {
    let mut reader = Reader { bytes: text.as_bytes(), text, at: 0 };
    reader.space();
    let node = reader.value(0)?;
    reader.space();
    if reader.at < text.len() {
        return Err(reader.wrong("something follows the value"));
    }
    Ok(node)
}

impl Node {
    /// What stands under a key of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Object(fields) = &self.value else { return None };
        fields.iter().find(|(k, _)| k == key).map(|(_, node)| node)
    }

    /// What a JSON pointer names.
    pub fn at(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for key in pointer.split('/').skip(1) {
            let key = key.replace("~1", "/").replace("~0", "~");
            node = match &node.value {
                Value::Array(items) => items.get(key.parse::<usize>().ok()?)?,
                _ => node.get(&key)?,
            };
        }
        Some(node)
    }

    /// Moves every place by `by` bytes: the value is part of a longer text.
    pub fn shift(&mut self, by: usize) {
        self.span = self.span.start + by..self.span.end + by;
        match &mut self.value {
            Value::Array(items) => items.iter_mut().for_each(|item| item.shift(by)),
            Value::Object(fields) => fields.iter_mut().for_each(|(_, item)| item.shift(by)),
            _ => {}
        }
    }

    /// The fields of an object; none of anything else.
    pub fn fields(&self) -> &[(String, Node)] {
        if let Value::Object(fields) = &self.value { fields } else { &[] }
    }

    /// The items of an array; of anything else itself alone, but of `null` nothing: JSON-LD writes a list of one without
    /// the brackets.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::Array(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// A string or number as text, where it is not empty.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text.as_str()).filter(|t| !t.trim().is_empty()),
            _ => None,
        }
    }

    /// The text under a key.
    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.items().first()?.text()
    }
}

/// A JSON pointer (RFC 6901) with one more step.
pub fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

struct Reader<'t> {
    bytes: &'t [u8],
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn wrong(&self, what: impl Into<String>) -> NotJson {
        NotJson { at: self.at, what: what.into() }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, NotJson> {
        let start = self.at;
        let value = match self.peek() {
            None => return Err(self.wrong("a value is missing")),
            Some(b'{' | b'[') if depth == MAX_DEPTH => {
                return Err(self.wrong(format!("nested deeper than {MAX_DEPTH}")));
            }
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(_) => self.word()?,
        };
        Ok(Node { span: start..self.at, value })
    }

    fn word(&mut self) -> Result<Value, NotJson> {
        let words = [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))];
        for (word, value) in words {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Ok(value);
            }
        }
        for word in ["NaN", "Infinity"] {
            if self.bytes[self.at..].starts_with(word.as_bytes()) {
                return Err(self.wrong(format!("`{word}` is no JSON number")));
            }
        }
        Err(self.wrong("not a JSON value"))
    }

    fn object(&mut self, depth: usize) -> Result<Value, NotJson> {
        let mut fields: Vec<(String, Node)> = Vec::new();
        let mut keys = std::collections::HashSet::new();
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Value::Object(fields));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a key in quotation marks is missing"));
            }
            let at = self.at;
            let key = self.string()?;
            if !keys.insert(key.clone()) {
                let key = crate::text::printable_line(&key);
                return Err(NotJson { at, what: format!("the key `{key}` stands twice") });
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.wrong("a colon is missing"));
            }
            self.at += 1;
            self.space();
            fields.push((key, self.value(depth + 1)?));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(Value::Object(fields));
                }
                _ => return Err(self.wrong("a comma or the end of the object is missing")),
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, NotJson> {
        let mut items = Vec::new();
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(items));
        }
        loop {
            self.space();
            items.push(self.value(depth + 1)?);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::Array(items));
                }
                _ => return Err(self.wrong("a comma or the end of the array is missing")),
            }
        }
    }

    fn number(&mut self) -> Result<Value, NotJson> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err(self.wrong("not a JSON number")),
        }
        if matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.wrong("a number does not begin with a zero"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        Ok(Value::Number(self.text[start..self.at].to_owned()))
    }

    fn digits(&mut self) {
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Result<(), NotJson> {
        let before = self.at;
        self.digits();
        if self.at == before { Err(self.wrong("a number breaks off")) } else { Ok(()) }
    }

    fn string(&mut self) -> Result<String, NotJson> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let begun = self.at;
            while self.peek().is_some_and(|b| b >= 0x20 && b != b'"' && b != b'\\') {
                self.at += 1;
            }
            // The text is UTF-8 and only ASCII ends a run, so a run ends between characters.
            out.push_str(&self.text[begun..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.wrong("a control character in a string is not escaped")),
                None => return Err(self.wrong("a string is not closed")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, NotJson> {
        let start = self.at;
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        Ok(match letter {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err(NotJson { at: start, what: "no such escape".into() }),
        })
    }

    /// The character of `\uXXXX`, or of two of them; `start` is where the first begins.
    fn unicode(&mut self, start: usize) -> Result<char, NotJson> {
        let lone = NotJson { at: start, what: "half of a surrogate pair stands alone".into() };
        let high = self.hex()?;
        if !(0xd800..0xe000).contains(&high) {
            return char::from_u32(high).ok_or(lone);
        }
        if high >= 0xdc00 || !self.bytes[self.at..].starts_with(b"\\u") {
            return Err(lone);
        }
        self.at += 2;
        let low = self.hex()?;
        if !(0xdc00..0xe000).contains(&low) {
            return Err(lone);
        }
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)).ok_or(lone)
    }

    fn hex(&mut self) -> Result<u32, NotJson> {
        let digits = self.bytes.get(self.at..self.at + 4).filter(|d| d.iter().all(u8::is_ascii_hexdigit));
        let value = digits.and_then(|d| u32::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok());
        let value = value.ok_or_else(|| self.wrong("`\\u` needs four hexadecimal digits"))?;
        self.at += 4;
        Ok(value)
    }
}
