//! Words of a text in the form in which they are searched and compared: lower case, without accents; Arabic without
//! vowel marks and with one form of alef, yeh, kaf and heh; digits of every script as 0 to 9.

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A word, and where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Its folded form.
    pub text: String,
    /// First byte of it in the text.
    pub start: usize,
    /// Byte after its last.
    pub end: usize,
}

/// Longest word kept, in bytes of its folded form; what is longer is no word.
pub(super) const MAX_WORD: usize = 200;

/// The words of a text.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Words::new(text);
    let mut found = Vec::new();
    while words.advance() {
        found.push(words.word.clone());
    }
    found
}

/// Goes through the words of a text without a new string for each.
#[derive(Debug)]
pub struct Words<'t> {
    text: &'t str,
    /// Byte at which the next word is looked for.
    at: usize,
    /// The present one.
    pub word: Word,
}

impl<'t> Words<'t> {
    /// Before the first word.
    pub fn new(text: &'t str) -> Self {
        Self { text, at: 0, word: Word::default() }
    }

    /// Goes to the next word; whether there is one.
    pub fn advance(&mut self) -> bool {
        loop {
            if !self.read() {
                return false;
            }
            if !self.word.text.is_empty() && self.word.text.len() <= MAX_WORD {
                return true;
            }
        }
    }

    fn read(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let Some((skipped, first)) = rest.char_indices().find(|(_, c)| c.is_alphanumeric()) else { return false };
        self.word.text.clear();
        self.word.start = self.at + skipped;
        let mut end = self.word.start;
        // Length of the word where an apostrophe stands last in it.
        let mut apostrophe = None;
        // Most words are plain to their end.
        let plain = self.text.as_bytes()[self.word.start..].iter().take_while(|b| b.is_ascii_alphanumeric()).count();
        if plain > 0 {
            end += plain;
            self.word.text.push_str(&self.text[self.word.start..end]);
            self.word.text.make_ascii_lowercase();
        }
        let rest = end;
        for (offset, c) in self.text[rest..].char_indices() {
            let here = rest + offset;
            let after = &self.text[here + c.len_utf8()..];
            if is_alone(c) {
                if here == self.word.start {
                    push(&mut self.word.text, c);
                    end = here + c.len_utf8();
                }
                break;
            }
            if is_ring(c) || is_combining_mark(c) || c == '\u{640}' {
                // Part of the word, and nothing to compare.
            } else if c.is_alphanumeric() {
                push(&mut self.word.text, c);
            } else if is_apostrophe(c) && after.starts_with(char::is_alphanumeric) {
                apostrophe = Some(self.word.text.len());
            } else if !(c == ',' && groups(&self.word.text, after)) {
                if c != '.' || !decimal(&self.word.text, after) {
                    break;
                }
                self.word.text.push('.');
            }
            end = here + c.len_utf8();
        }
        if let Some(len) = apostrophe
            && &self.word.text[len..] == "s"
        {
            self.word.text.truncate(len);
        }
        self.word.end = end.max(self.word.start + first.len_utf8());
        self.at = self.word.end;
        true
    }
}

/// Characters of scripts written without spaces: each is searched as a word.
fn is_alone(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2ffff}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '`' | '\u{b4}')
}

/// Half rings and the like, as transliterations of Arabic have them.
fn is_ring(c: char) -> bool {
    matches!(c, '\u{2b9}'..='\u{2c1}')
}

/// Whether a comma stands between groups of three digits: `1,000`.
fn groups(before: &str, after: &str) -> bool {
    all_digits(before) && after.bytes().take_while(u8::is_ascii_digit).count() == 3
}

fn decimal(before: &str, after: &str) -> bool {
    all_digits(before) && after.starts_with(|c: char| c.is_ascii_digit())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Adds a character in its folded form.
fn push(out: &mut String, c: char) {
    if c.is_ascii() {
        out.push(c.to_ascii_lowercase());
        return;
    }
    decompose_compatible(c, |part| {
        if !is_combining_mark(part) {
            part.to_lowercase().map(one_form).for_each(|c| out.push(c));
        }
    });
}

/// Letters that are written in several ways, in one; digits of Arabic, Persian and Indian scripts as 0 to 9.
fn one_form(c: char) -> char {
    match c {
        '\u{671}' => '\u{627}',
        '\u{649}' | '\u{6cc}' => '\u{64a}',
        '\u{6a9}' => '\u{643}',
        '\u{629}' | '\u{6c1}' | '\u{6be}' | '\u{6d5}' => '\u{647}',
        '\u{660}'..='\u{669}' => digit(c, 0x660),
        '\u{6f0}'..='\u{6f9}' => digit(c, 0x6f0),
        '\u{966}'..='\u{96f}' => digit(c, 0x966),
        '\u{f8}' => 'o',
        '\u{142}' => 'l',
        '\u{131}' => 'i',
        '\u{111}' => 'd',
        c => c,
    }
}

fn digit(c: char, zero: u32) -> char {
    char::from_digit(u32::from(c) - zero, 10).unwrap_or(c)
}
