//! Text of other people: code-point spans, matching forms, and printing it without being fooled by it.

use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;

/// Code-point offsets of a text, so that many spans can be cut from it without counting from the start each time.
#[derive(Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    /// Byte offset of every 64th code point.
    marks: Vec<usize>,
    len: usize,
}

const STRIDE: usize = 64;

impl<'t> CodePoints<'t> {
    /// Indexes `text`.
    pub fn new(text: &'t str) -> Self {
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut len = 0;
        for (byte, _) in text.char_indices() {
            if len % STRIDE == 0 {
                marks.push(byte);
            }
            len += 1;
        }
        Self { text, marks, len }
    }

    /// Number of code points.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether the text has no code point.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn byte(&self, point: usize) -> Option<usize> {
        if point == self.len {
            return Some(self.text.len());
        }
        let mark = *self.marks.get(point / STRIDE)?;
        self.text[mark..].char_indices().nth(point % STRIDE).map(|(b, _)| mark + b)
    }

    /// The text from code point `start` up to, not including, `end`; `None` where the range does not lie within it.
    pub fn slice(&self, start: usize, end: usize) -> Option<&'t str> {
        (start <= end && end <= self.len).then_some(())?;
        self.text.get(self.byte(start)?..self.byte(end)?)
    }
}

/// Whether a terminal or a reader could be fooled by the character: controls, bidirectional overrides and isolates,
/// zero-width characters, line and paragraph separators, tags, and the byte-order mark.
pub fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The characters of a text, each with whether it is to be made visible: it deceives, and is no joiner where its script
/// needs one (Persian and Hindi spell with U+200C and U+200D, and emoji are joined by U+200D).
pub fn shown(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut before = None;
    let mut rest = text.chars();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let joins = matches!(c, '\u{200c}' | '\u{200d}')
            && before.zip(rest.clone().next()).is_some_and(|(a, b)| {
                (of_joining_script(a) && of_joining_script(b)) || (c == '\u{200d}' && pictures(a) && pictures(b))
            });
        before = Some(c);
        Some((c, deceives(c) && !joins))
    })
}

/// Letters and signs of Arabic, Syriac, N'Ko and the scripts of India: those that spell with joiners.
fn of_joining_script(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

fn pictures(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2190}'..='\u{21ff}' | '\u{fe0f}')
}

/// Makes text from others safe to print on a terminal: deceiving characters appear as `\u{…}`. Line feeds are kept.
pub fn printable(text: &str) -> String {
    escape(text, true)
}

/// Like [`printable`], on one line: line feeds and tabs become spaces.
pub fn printable_line(text: &str) -> String {
    escape(&text.replace(['\n', '\t'], " "), false)
}

fn escape(text: &str, keep_lines: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for (c, deceives) in shown(text) {
        if deceives && !(keep_lines && c == '\n') {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

/// The form in which words are compared: compatibility-normalised, accents removed, lower case.
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The words of a text in their matching form.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

/// The candidate closest to `word`, if close enough to be a likely slip (Damerau-Levenshtein distance at most a third).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    let limit = word.chars().count().div_ceil(3).max(1);
    candidates.into_iter().map(|c| (distance(&word, &fold(c)), c)).filter(|(d, _)| *d <= limit).min().map(|(_, c)| c)
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = change.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
