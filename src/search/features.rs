//! What a claim says, taken apart for comparing: words, names, numbers with their comparators, dates.

use super::fold::{Word, words};
use super::lexicon;
use crate::claim::Claim;
use crate::claim::vocab::Comparator;

/// A text taken apart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// Words that mean something, each once.
    pub words: Vec<Term>,
    /// Words known of the claim beside its statement: whom, where, keywords. They may match, and are not missed.
    pub beside: Vec<Term>,
    /// Numbers.
    pub numbers: Vec<Number>,
    /// Dates.
    pub dates: Vec<Date>,
}

/// A word that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// What it is compared by.
    pub key: String,
    /// As it stands in the text.
    pub shown: String,
    /// Whether it is a name, or part of one.
    pub name: bool,
}

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// Its value.
    pub value: f64,
    /// How it stands to what it counts.
    pub comparator: Comparator,
    /// As it stands in the text.
    pub shown: String,
}

/// A date, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Date {
    /// Year.
    pub year: Option<u32>,
    /// Month, from 1.
    pub month: Option<u32>,
    /// Day of the month.
    pub day: Option<u32>,
    /// As it stands in the text.
    pub shown: String,
}

impl Date {
    fn parts(&self) -> [Option<u32>; 3] {
        [self.year, self.month, self.day]
    }

    /// Whether the two do not contradict each other and have something in common.
    pub fn fits(&self, other: &Self) -> bool {
        let pairs = || self.parts().into_iter().zip(other.parts()).filter_map(|(a, b)| a.zip(b));
        pairs().count() > 0 && pairs().all(|(a, b)| a == b)
    }
}

/// Longest text that is taken apart, in bytes; the rest is left out.
const MAX_TEXT: usize = 8_192;

impl Features {
    /// Of a text.
    pub fn of(text: &str) -> Self {
        let mut end = text.len().min(MAX_TEXT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut features = Self::default();
        features.read(&text[..end]);
        features
    }

    /// Of a claim: its statement, and what else is known of it.
    pub fn of_claim(claim: &Claim) -> Self {
        let mut features = Self::of(&claim.statement);
        for time in &claim.times {
            for date in edtf(&time.edtf) {
                features.add_date(date);
            }
        }
        let named = claim.actors.iter().chain(&claim.places);
        for text in named.clone().chain(&claim.tags) {
            for word in words(text) {
                let term = Term { key: lexicon::key(&word.text), shown: word.text.clone(), name: true };
                if let Some(there) = features.words.iter_mut().find(|w| w.key == term.key) {
                    there.name = true;
                } else if !lexicon::is_stop(&word.text) && !features.beside.iter().any(|w| w.key == term.key) {
                    features.beside.push(term);
                }
            }
        }
        features
    }

    fn read(&mut self, text: &str) {
        let found = words(text);
        let mut at = 0;
        while at < found.len() {
            at += self.date(text, &found, at).or_else(|| self.number(text, &found, at)).unwrap_or_else(|| {
                self.word(text, &found, at);
                1
            });
        }
    }

    fn word(&mut self, text: &str, found: &[Word], at: usize) {
        let word = &found[at];
        let shown = &text[word.start..word.end];
        let united = |first: &str, second: &str| word.text == second && at > 0 && found[at - 1].text == first;
        if word.text == "united" || lexicon::is_stop(&word.text) && shown != "US" {
            return;
        }
        // "United States" and "US" are one name, and so are "United Kingdom" and "UK".
        let (key, name) = if shown == "US" || united("united", "states") {
            ("america".to_owned(), true)
        } else if united("united", "kingdom") {
            ("britain".to_owned(), true)
        } else {
            (lexicon::key(&word.text), is_name(text, found, at))
        };
        let key = if key == "america" { lexicon::key("america") } else { key };
        match self.words.iter_mut().find(|w| w.key == key) {
            Some(there) => there.name |= name,
            None => self.words.push(Term { key, shown: shown.to_owned(), name }),
        }
    }

    /// A date that begins at a word: how many words it takes.
    fn date(&mut self, text: &str, found: &[Word], at: usize) -> Option<usize> {
        let first = found.get(at)?.text.as_str();
        // Most words begin no date, and one look tells.
        if !first.starts_with(|c: char| c.is_ascii_digit()) && lexicon::month(first).is_none() {
            return None;
        }
        let shown = |to: usize| text[found[at].start..found[to].end].to_owned();
        let word = |k: usize| found.get(at + k).map(|w| w.text.as_str());
        let month = |k: usize| {
            let named = lexicon::month(word(k)?)?;
            let capital = text[found[at + k].start..].starts_with(char::is_uppercase);
            // "may" and "march" are also words.
            (capital || !matches!(word(k), Some("may" | "march" | "mar"))).then_some(named)
        };
        let (year, day) = (|k: usize| word(k).and_then(year), |k: usize| word(k).and_then(day));
        let joined =
            |k: usize| found.get(at + k + 1).is_some_and(|next| text.get(found[at + k].end..next.start) == Some("-"));
        let (date, taken) = if let Some(y) = year(0) {
            let number = |k: usize| word(k).and_then(|w| w.parse::<u32>().ok()).filter(|_| joined(k - 1));
            match (number(1).filter(|m| (1..=12).contains(m)), number(1).and_then(|_| number(2))) {
                (Some(m), Some(d)) => (Date { year: Some(y), month: Some(m), day: Some(d), shown: shown(at + 2) }, 3),
                (Some(m), None) => (Date { year: Some(y), month: Some(m), day: None, shown: shown(at + 1) }, 2),
                _ => (Date { year: Some(y), month: None, day: None, shown: shown(at) }, 1),
            }
        } else if let (Some(d), Some(m)) = (day(0), month(1)) {
            let y = year(2);
            let taken = 2 + usize::from(y.is_some());
            (Date { year: y, month: Some(m), day: Some(d), shown: shown(at + taken - 1) }, taken)
        } else if let (Some(d), Some("of"), Some(m)) = (day(0), word(1), month(2)) {
            let y = year(3);
            let taken = 3 + usize::from(y.is_some());
            (Date { year: y, month: Some(m), day: Some(d), shown: shown(at + taken - 1) }, taken)
        } else {
            let m = month(0)?;
            let d = day(1);
            let y = year(1 + usize::from(d.is_some()));
            let taken = 1 + usize::from(d.is_some()) + usize::from(y.is_some());
            (Date { year: y, month: Some(m), day: d, shown: shown(at + taken - 1) }, taken)
        };
        self.add_date(date);
        Some(taken)
    }

    /// A date beside others: one that says the same in less is taken into it.
    fn add_date(&mut self, date: Date) {
        match self.dates.iter_mut().find(|there| there.fits(&date)) {
            Some(there) => {
                there.year = there.year.or(date.year);
                there.month = there.month.or(date.month);
                there.day = there.day.or(date.day);
            }
            None => self.dates.push(date),
        }
    }

    /// A number that begins at a word: how many words it takes.
    fn number(&mut self, text: &str, found: &[Word], at: usize) -> Option<usize> {
        let word = |k: usize| found.get(at + k).map(|w| w.text.as_str());
        let first = word(0)?;
        let digits = |w: &str| w.starts_with(|c: char| c.is_ascii_digit()).then(|| w.parse::<f64>().ok())?;
        // Alone, "one" is rarely a number.
        let spelled = |w: &str| lexicon::number(w).filter(|_| w != "one" || word(1).and_then(lexicon::scale).is_some());
        let (mut value, mut taken) = match digits(first).or_else(|| spelled(first)) {
            Some(value) => (value, 1),
            None => (lexicon::scale(first).filter(|_| first != "bn")?, 1),
        };
        while let Some(scale) = word(taken).and_then(lexicon::scale) {
            value *= scale;
            taken += 1;
        }
        if let Some(unit) = word(taken).and_then(lexicon::number).filter(|_| (20.0..100.0).contains(&value))
            && unit < 10.0
        {
            value += unit;
            taken += 1;
        }
        let last = &found[at + taken - 1];
        let rest = &text[last.end..];
        let plus = rest.starts_with('+') || word(taken) == Some("plus") && rest.starts_with(['-', ' ']);
        let comparator = if plus { Comparator::GreaterEqual } else { before(text, found, at) };
        let shown = text[found[at].start..last.end].to_owned();
        let number = Number { value, comparator, shown };
        if !self.numbers.iter().any(|n| n.value.total_cmp(&value).is_eq()) {
            self.numbers.push(number);
        }
        Some(taken)
    }
}

/// The comparator that the words before a number make.
fn before(text: &str, found: &[Word], at: usize) -> Comparator {
    let word = |back: usize| at.checked_sub(back).map(|k| found[k].text.as_str()).unwrap_or_default();
    if text[..found[at].start].ends_with('~') {
        return Comparator::About;
    }
    match (word(2), word(1)) {
        ("more" | "greater", "than") | (_, "over" | "above" | "exceeding") | ("upwards", "of") => Comparator::Greater,
        ("at", "least") | ("fewer" | "less", "than") if word(2) == "at" || word(3) == "no" => Comparator::GreaterEqual,
        ("fewer" | "less", "than") | (_, "under" | "below") => Comparator::Less,
        ("up", "to") | ("at", "most") => Comparator::LessEqual,
        (
            _,
            "about" | "around" | "some" | "roughly" | "approximately" | "nearly" | "almost" | "circa" | "estimated",
        )
        | ("close", "to") => Comparator::About,
        _ => Comparator::Equal,
    }
}

/// Whether a word is a name, or part of one, by how it is written.
fn is_name(text: &str, found: &[Word], at: usize) -> bool {
    let word = &found[at];
    let shown = &text[word.start..word.end];
    if lexicon::is_country(&word.text) {
        return true;
    }
    if !shown.starts_with(char::is_uppercase) {
        return false;
    }
    let all_capitals = shown.chars().count() > 1 && !shown.chars().any(char::is_lowercase);
    let begins = text[..word.start].trim_end().chars().next_back().is_none_or(|c| matches!(c, '.' | '!' | '?' | ':'));
    let next_is = found.get(at + 1).is_some_and(|next| {
        text[next.start..].starts_with(char::is_uppercase) || text.get(word.end..next.start) == Some("-")
    });
    all_capitals || !begins || next_is
}

fn year(word: &str) -> Option<u32> {
    word.parse().ok().filter(|year| word.len() == 4 && (1800..2200).contains(year))
}

fn day(word: &str) -> Option<u32> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    digits.parse().ok().filter(|day| digits.len() <= 2 && (1..=31).contains(day))
}

/// The ends of an EDTF date or interval, as far as they are numbers.
fn edtf(text: &str) -> Vec<Date> {
    let one = |text: &str| {
        let text: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | 'X')).collect();
        let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
        let year = parts.next()??;
        let month = parts.next().flatten().filter(|m| (1..=12).contains(m));
        let day = parts.next().flatten().filter(|_| month.is_some());
        Some(Date { year: Some(year), month, day, shown: text.clone() })
    };
    text.split('/').filter_map(one).collect()
}
