//! Whether bytes are one JSON object in canonical form (RFC 8785) without fractions, found by walking over them once:
//! nothing of what writes an export, and no tree in memory.

/// Deepest nesting.
const MAX_DEPTH: usize = 32;

/// Largest integer that every reader of JSON can hold: 2^53 - 1.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// The member `number` of an object in canonical form, if it has one.
///
/// # Errors
/// With what is wrong with the bytes.
pub fn number_of(bytes: &[u8]) -> Result<Option<u64>, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
    // Outside of strings it is no canonical JSON either, and one look at all bytes is faster than one at each.
    if bytes.iter().any(|b| *b < 0x20) {
        return Err("a control character");
    }
    let mut walk = Walk { bytes: text.as_bytes(), at: 0, number: None };
    if walk.peek() != Some(b'{') {
        return Err("no JSON object");
    }
    walk.value(0)?;
    if walk.at != bytes.len() {
        return Err("something after its JSON object");
    }
    Ok(walk.number)
}

struct Walk<'b> {
    bytes: &'b [u8],
    at: usize,
    number: Option<u64>,
}

impl<'b> Walk<'b> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn word(&mut self, word: &[u8]) -> Result<(), &'static str> {
        if self.bytes[self.at..].starts_with(word) {
            self.at += word.len();
            return Ok(());
        }
        Err("not the canonical form of JSON")
    }

    fn value(&mut self, depth: usize) -> Result<Option<u64>, &'static str> {
        if depth > MAX_DEPTH {
            return Err("nested too deep");
        }
        match self.peek() {
            Some(b'{') => self.object(depth).map(|()| None),
            Some(b'[') => self.array(depth).map(|()| None),
            Some(b'"') => self.string().map(|_| None),
            Some(b't') => self.word(b"true").map(|()| None),
            Some(b'f') => self.word(b"false").map(|()| None),
            Some(b'n') => self.word(b"null").map(|()| None),
            _ => self.integer(),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), &'static str> {
        self.at += 1;
        if self.take(b'}') {
            return Ok(());
        }
        let mut last: Option<&[u8]> = None;
        loop {
            let key = self.string()?;
            // Keys that need no escape are in the order of UTF-16 where they are in that of their bytes.
            if !key.is_ascii() || key.contains(&b'\\') {
                return Err("a key that no claim has");
            }
            if last.is_some_and(|last| last >= key) {
                return Err("keys twice, or not in order");
            }
            last = Some(key);
            if !self.take(b':') {
                return Err("not the canonical form of JSON");
            }
            let value = self.value(depth + 1)?;
            if depth == 0 && key == b"number" {
                self.number = value;
            }
            if self.take(b'}') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err("not the canonical form of JSON");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), &'static str> {
        self.at += 1;
        if self.take(b']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            if self.take(b']') {
                return Ok(());
            }
            if !self.take(b',') {
                return Err("not the canonical form of JSON");
            }
        }
    }

    /// A string; returns what stands between its quotation marks.
    fn string(&mut self) -> Result<&'b [u8], &'static str> {
        if !self.take(b'"') {
            return Err("not the canonical form of JSON");
        }
        let start = self.at;
        loop {
            let rest = &self.bytes[self.at..];
            let plain = memchr::memchr2(b'"', b'\\', rest).ok_or("a string that never ends")?;
            self.at += plain + 1;
            if rest[plain] == b'"' {
                return Ok(&self.bytes[start..self.at - 1]);
            }
            self.escape()?;
        }
    }

    /// What follows a backslash: each character has one form, and those that need no escape have none.
    fn escape(&mut self) -> Result<(), &'static str> {
        let wrong = "an escape that is not the canonical one";
        let short = self.peek().ok_or(wrong)?;
        self.at += 1;
        match short {
            b'"' | b'\\' | b'b' | b't' | b'n' | b'f' | b'r' => Ok(()),
            b'u' => {
                let code = self.bytes.get(self.at..self.at + 4).ok_or(wrong)?;
                let digits = code.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                let value = std::str::from_utf8(code).ok().and_then(|code| u8::from_str_radix(code, 16).ok());
                match value {
                    Some(8..=10 | 12 | 13) => Err(wrong),
                    Some(0..0x20) if digits => {
                        self.at += 4;
                        Ok(())
                    }
                    _ => Err(wrong),
                }
            }
            _ => Err(wrong),
        }
    }

    /// An integer; its value where it is not negative.
    fn integer(&mut self) -> Result<Option<u64>, &'static str> {
        let minus = self.take(b'-');
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.bytes[start..self.at];
        let leading = digits.first() == Some(&b'0') && (digits.len() > 1 || minus);
        let fraction = matches!(self.peek(), Some(b'.' | b'e' | b'E'));
        let value = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
        match value {
            Some(value) if !leading && !fraction && value <= MAX_INTEGER => Ok((!minus).then_some(value)),
            _ => Err("not the canonical form of an integer"),
        }
    }
}
