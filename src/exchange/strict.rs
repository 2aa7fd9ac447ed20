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

/// How many bytes come before a quotation mark, a backslash or a control character, and whether they are ASCII; eight bytes
/// are looked at together, since an export is mostly strings.
fn plain(bytes: &[u8]) -> (usize, bool) {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGH: u64 = ONES * 0x80;
    // The lowest bit set in the result is right; those above it need not be.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word;
    let mut seen = 0;
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let ends = zero(word ^ (ONES * u64::from(b'"'))) | zero(word ^ (ONES * u64::from(b'\\')));
        let ends = (ends | (word.wrapping_sub(ONES * 0x20) & !word)) & HIGH;
        if ends != 0 {
            // Of the bytes before the end only; those of the mask below its lowest bit.
            seen |= word & (ends & ends.wrapping_neg()).wrapping_sub(1);
            return (at * 8 + ends.trailing_zeros() as usize / 8, seen & HIGH == 0);
        }
        seen |= word;
    }
    let end = rest.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len());
    (words.len() * 8 + end, seen & HIGH == 0 && rest[..end].is_ascii())
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
            let (key, as_is) = self.string()?;
            // Keys that need no escape are in the order of UTF-16 where they are in that of their bytes.
            if !as_is {
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

    /// A string; returns what stands between its quotation marks, and whether that is ASCII without an escape.
    fn string(&mut self) -> Result<(&'b [u8], bool), &'static str> {
        if !self.take(b'"') {
            return Err("not the canonical form of JSON");
        }
        let (start, mut as_is) = (self.at, true);
        loop {
            let (plain, ascii) = plain(&self.bytes[self.at..]);
            self.at += plain;
            as_is &= ascii;
            let byte = self.peek().ok_or("a string that never ends")?;
            self.at += 1;
            match byte {
                b'"' => return Ok((&self.bytes[start..self.at - 1], as_is)),
                b'\\' => self.escape()?,
                _ => return Err("a control character in a string"),
            }
            as_is = false;
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
