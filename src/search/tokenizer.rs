//! Our words as tantivy's tokens.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::fold::Words;

/// Cuts text into folded words.
#[derive(Debug, Clone, Default)]
pub(super) struct Folding;

/// Words as tokens.
pub(super) struct Stream<'t> {
    words: Words<'t>,
    token: Token,
    /// The text is a list of terms with a space between, and is not folded.
    terms: bool,
    rest: &'t str,
}

impl Tokenizer for Folding {
    type TokenStream<'t> = Stream<'t>;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> Stream<'t> {
        Stream { words: Words::new(text), token: Token::default(), terms: false, rest: text }
    }
}

/// Cuts a list of terms at its spaces.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms;

impl Tokenizer for Terms {
    type TokenStream<'t> = Stream<'t>;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> Stream<'t> {
        Stream { words: Words::new(""), token: Token::default(), terms: true, rest: text }
    }
}

/// The words of a text as a query compares them, each once, which is not quite as they are searched.
pub(super) fn plain(text: &str) -> Vec<String> {
    let mut words = crate::text::words(text);
    // A longer one is not held: who looks for it is not helped by this field.
    words.retain(|word| word.len() <= super::fold::MAX_WORD);
    words.sort_unstable();
    words.dedup();
    words
}

/// Those of them that are not also words as they are searched: in most texts there are none.
pub(super) fn otherwise_plain(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let joins = |pair: &[u8]| pair[0].is_ascii_digit() && matches!(pair[1], b',' | b'.');
    // Without accents, apostrophes, and points or commas after digits both ways of cutting are the same.
    if text.is_ascii() && memchr::memchr2(b'\'', b'`', bytes).is_none() && !bytes.windows(2).any(joins) {
        return Vec::new();
    }
    let mut words = plain(text);
    let mut searched = Words::new(text);
    let mut known = std::collections::HashSet::new();
    while searched.advance() {
        known.insert(std::mem::take(&mut searched.word.text));
    }
    words.retain(|word| !known.contains(word));
    words
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        if self.terms {
            let rest = self.rest.trim_start_matches(' ');
            let (term, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            self.rest = rest;
            self.token.text.push_str(term);
            return !term.is_empty();
        }
        if !self.words.advance() {
            return false;
        }
        let word = &mut self.words.word;
        // The word is read anew each time: its old text is only room to write in.
        std::mem::swap(&mut self.token.text, &mut word.text);
        (self.token.offset_from, self.token.offset_to) = (word.start, word.end);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
