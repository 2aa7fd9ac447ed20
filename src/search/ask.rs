//! What a person types to search: words, "phrases in quotes", begin* of a word, -without.

use tantivy::Term;
use tantivy::query::{BooleanQuery, BoostQuery, FuzzyTermQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use super::error::BadText;
use super::fold::words;
use super::index::Fields;

/// A word in the statement counts so much more than one elsewhere.
const STATEMENT: f32 = 2.0;

/// One thing that is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    /// Whether it must not occur.
    pub without: bool,
    /// What.
    pub what: What,
}

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A word, in singular or plural.
    Word(String),
    /// Words one after the other.
    Phrase(Vec<String>),
    /// Words that begin so.
    Prefix(String),
}

/// Reads what was typed.
///
/// # Errors
/// When a quote is not closed, or there is nothing to look for.
pub fn parse(text: &str) -> Result<Vec<Atom>, BadText> {
    let mut atoms = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let Some(first) = rest.chars().next() else { break };
        let at = text[..text.len() - rest.len()].chars().count() + 1;
        let without = first == '-' && rest.chars().nth(1).is_some_and(|c| !c.is_whitespace());
        if without {
            rest = &rest[1..];
        }
        let (piece, quoted) = if let Some(open) = rest.strip_prefix(['"', '“', '”']) {
            let end = open.find(['"', '“', '”']).ok_or(BadText::Quote { at: at + usize::from(without) })?;
            let close = open[end..].chars().next().map_or(1, char::len_utf8);
            let piece = &open[..end];
            rest = &open[end + close..];
            (piece, true)
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let piece = &rest[..end];
            rest = &rest[end..];
            (piece, false)
        };
        let mut found: Vec<String> = words(piece).into_iter().map(|word| word.text).collect();
        let Some(last) = found.pop() else { continue };
        if !quoted && piece.ends_with('*') {
            if last.chars().count() < 2 {
                return Err(BadText::Short { word: last, at });
            }
            atoms.extend(found.into_iter().map(|word| Atom { without, what: What::Word(word) }));
            atoms.push(Atom { without, what: What::Prefix(last) });
        } else if found.is_empty() {
            atoms.push(Atom { without, what: if quoted { What::Phrase(vec![last]) } else { What::Word(last) } });
        } else {
            // "al-Sistani" is two words, and they belong together.
            found.push(last);
            atoms.push(Atom { without, what: What::Phrase(found) });
        }
    }
    match (atoms.is_empty(), atoms.iter().all(|atom| atom.without)) {
        (true, _) => Err(BadText::Nothing),
        (false, true) => Err(BadText::OnlyNot),
        _ => Ok(atoms),
    }
}

impl What {
    /// Whether a text has it.
    pub fn is_in(&self, text: &str) -> bool {
        let there: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        match self {
            Self::Word(word) => forms(word).iter().any(|form| there.contains(form)),
            Self::Phrase(phrase) => there.windows(phrase.len()).any(|window| window == phrase),
            Self::Prefix(begin) => there.iter().any(|word| word.starts_with(begin.as_str())),
        }
    }

    fn query(&self, field: Field) -> Box<dyn Query> {
        let term = |word: &str| Term::from_field_text(field, word);
        let one = |word: &str| -> Box<dyn Query> { Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs)) };
        match self {
            Self::Word(word) => Box::new(BooleanQuery::union(forms(word).iter().map(|form| one(form)).collect())),
            Self::Phrase(phrase) => match phrase.as_slice() {
                [word] => one(word),
                several => Box::new(PhraseQuery::new(several.iter().map(|word| term(word)).collect())),
            },
            Self::Prefix(begin) => Box::new(FuzzyTermQuery::new_prefix(term(begin), 0, false)),
        }
    }
}

/// A word in singular and plural, as far as the letters tell.
fn forms(word: &str) -> Vec<String> {
    let mut forms = vec![word.to_owned()];
    if word.is_ascii() && word.len() >= 3 && word.bytes().all(|b| b.is_ascii_alphabetic()) {
        match word.strip_suffix('s').filter(|rest| rest.len() >= 3 && !rest.ends_with('s')) {
            Some(rest) => forms.push(rest.to_owned()),
            None if !word.ends_with('s') => forms.push(format!("{word}s")),
            None => {}
        }
    }
    forms
}

/// The query for atoms: all of them must occur, or any.
pub(super) fn query(atoms: &[Atom], fields: Fields, all: bool) -> Box<dyn Query> {
    let occur = if all { Occur::Must } else { Occur::Should };
    let one = |atom: &Atom| -> (Occur, Box<dyn Query>) {
        let statement: Box<dyn Query> = Box::new(BoostQuery::new(atom.what.query(fields.statement), STATEMENT));
        let anywhere = BooleanQuery::union(vec![statement, atom.what.query(fields.rest)]);
        (if atom.without { Occur::MustNot } else { occur }, Box::new(anywhere))
    };
    Box::new(BooleanQuery::new(atoms.iter().map(one).collect()))
}
