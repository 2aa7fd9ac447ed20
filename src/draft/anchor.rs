//! Finding a passage in a text: the ranges and digest that an anchor needs.

use crate::hash::Digest;

/// Most places listed of one passage.
pub const MAX_MATCHES: usize = 1_000;

/// Where a passage stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match<'t> {
    /// First code point, from 0.
    pub start: u64,
    /// The code point after the last.
    pub end: u64,
    /// SHA-256 of the passage's bytes, as they stand in the text.
    pub sha256: Digest,
    /// The passage as it stands in the text.
    pub quote: &'t str,
}

impl Match<'_> {
    /// The anchor as a claim file writes it, without the words.
    pub fn to_toml(&self) -> String {
        format!("{{ start = {}, end = {}, sha256 = \"{}\" }}", self.start, self.end, self.sha256)
    }
}

/// What was found of a passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found<'t> {
    /// The very words, at these places, at most [`MAX_MATCHES`].
    Exact(Vec<Match<'t>>),
    /// Not the very words, but the same with white space, quotation marks, hyphens and case set aside: a proposal that
    /// a person has to accept.
    Near(Vec<Match<'t>>),
    /// Nothing of the kind.
    Nothing,
}

/// Looks for every place where `passage` stands in `text`, also those that overlap.
pub fn find<'t>(text: &'t str, passage: &str) -> Found<'t> {
    if passage.is_empty() {
        return Found::Nothing;
    }
    let exact: Vec<(usize, usize)> = places(text, passage).map(|at| (at, at + passage.len())).collect();
    if !exact.is_empty() {
        return Found::Exact(matches(text, &exact));
    }
    let (folded, origins) = fold(text);
    let (wanted, _) = fold(passage);
    let wanted = wanted.trim();
    if wanted.is_empty() {
        return Found::Nothing;
    }
    let near: Vec<(usize, usize)> = places(&folded, wanted)
        .filter_map(|at| {
            let first = origins.get(at)?.0;
            let last = origins.get(at + wanted.len() - 1)?.1;
            Some((first, last))
        })
        .collect();
    if near.is_empty() { Found::Nothing } else { Found::Near(matches(text, &near)) }
}

/// Byte offsets of `passage` in `text`.
fn places<'t>(text: &'t str, passage: &'t str) -> impl Iterator<Item = usize> + 't {
    let step = passage.chars().next().map_or(1, char::len_utf8);
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find(passage)?;
        from = at + step;
        Some(at)
    })
    .take(MAX_MATCHES)
}

/// Byte ranges, in order, as matches.
fn matches<'t>(text: &'t str, ranges: &[(usize, usize)]) -> Vec<Match<'t>> {
    let (mut byte, mut point) = (0, 0);
    let mut found = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        point += text[byte..*first].chars().count();
        byte = *first;
        let quote = &text[*first..*last];
        let (start, end) = (point as u64, (point + quote.chars().count()) as u64);
        found.push(Match { start, end, sha256: Digest::of(quote.as_bytes()), quote });
    }
    found
}

/// The text with runs of white space as one space, quotation marks and hyphens as their plainest form, and in lower
/// case; with, for each byte of it, the byte range of the text that it comes from.
fn fold(text: &str) -> (String, Vec<(usize, usize)>) {
    let mut folded = String::with_capacity(text.len());
    let mut origins: Vec<(usize, usize)> = Vec::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let range = (at, at + c.len_utf8());
        let before = folded.len();
        match c {
            c if c.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            '\u{2018}'..='\u{201b}' | '\u{2039}' | '\u{203a}' | '`' | '\u{b4}' => folded.push('\''),
            '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => folded.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            c => folded.extend(c.to_lowercase()),
        }
        if folded.len() == before {
            // A further space, or a character that is not seen, belongs to what it follows, so that ranges have no gaps.
            continue;
        }
        origins.resize(folded.len(), range);
    }
    (folded, origins)
}
