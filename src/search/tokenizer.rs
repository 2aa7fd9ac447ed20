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

/// Cuts text into words as a query compares them, which is not quite as they are searched.
#[derive(Debug, Clone, Default)]
pub(super) struct Plain;

/// Such words as tokens.
pub(super) struct PlainStream {
    words: std::vec::IntoIter<String>,
    token: Token,
}

impl Tokenizer for Plain {
    type TokenStream<'t> = PlainStream;

    fn token_stream<'t>(&'t mut self, text: &'t str) -> PlainStream {
        PlainStream { words: plain(text).into_iter(), token: Token::default() }
    }
}

/// The words of a text that such a field holds, each once.
pub(super) fn plain(text: &str) -> Vec<String> {
    let mut words = crate::text::words(text);
    // A longer one is not held: who looks for it is not helped by this field.
    words.retain(|word| word.len() <= super::fold::MAX_WORD);
    words.sort_unstable();
    words.dedup();
    words
}

impl TokenStream for PlainStream {
    fn advance(&mut self) -> bool {
        self.token.position = self.token.position.wrapping_add(1);
        match self.words.next() {
            Some(word) => self.token.text = word,
            None => return false,
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
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
        let word = &self.words.word;
        self.token.text.push_str(&word.text);
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
