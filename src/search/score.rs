//! How alike two claims are: which share of what each says stands in the other, with what is rare counting more.
//!
//! A word weighs by how few claims have it (inverse document frequency); names, numbers and dates weigh more, filler
//! nothing. Numbers match by degrees: 180 is near "over 200", and 250 fits it. So do dates: "1 October" is the day of
//! 2024-10-01, "October 2024" its month. The score is the weighted geometric mean of both shares, so that neither a long
//! text that has a short claim somewhere in it nor the reverse comes out as the same.

use super::features::{Date, Features, Number, Term};
use crate::claim::vocab::Comparator;

/// How much the share of the asked text counts against the share of the claim.
const ASKED: f64 = 0.55;
const NAME: f64 = 1.5;
const NUMBER: f64 = 1.4;
/// A date is as telling as a word that one claim in fifty has.
const FLOOR: f64 = 4.0;
/// From this degree on a reader takes two dates for the same.
const SAME_DATE: f64 = 0.7;

/// How alike two claims are.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// From 0 to 100.
    pub score: f64,
    /// What they have in common, as the asked text has it.
    pub matches: Vec<String>,
    /// Numbers and dates that are not the same: asked, on record.
    pub differs: Vec<(String, String)>,
}

/// Compares what is asked with a claim; `rarity` gives the inverse document frequency of a word's key.
pub fn compare(asked: &Features, claim: &Features, rarity: &mut dyn FnMut(&str) -> f64) -> Likeness {
    let mut sums = Sums::default();
    words(asked, claim, rarity, &mut sums);
    numbers(&asked.numbers, &claim.numbers, rarity, &mut sums);
    dates(&asked.dates, &claim.dates, &mut sums);
    let share = |had: f64, all: f64| if all > 0.0 { (had / all).min(1.0) } else { 0.0 };
    let score = share(sums.asked_had, sums.asked).powf(ASKED) * share(sums.claim_had, sums.claim).powf(1.0 - ASKED);
    Likeness { score: score * 100.0, matches: sums.matches, differs: sums.differs }
}

#[derive(Default)]
struct Sums {
    asked: f64,
    asked_had: f64,
    claim: f64,
    claim_had: f64,
    matches: Vec<String>,
    differs: Vec<(String, String)>,
}

impl Sums {
    fn ask(&mut self, weight: f64, degree: f64) {
        self.asked += weight;
        self.asked_had += weight * degree;
    }

    fn has(&mut self, weight: f64, degree: f64) {
        self.claim += weight;
        self.claim_had += weight * degree;
    }
}

fn words(asked: &Features, claim: &Features, rarity: &mut dyn FnMut(&str) -> f64, sums: &mut Sums) {
    let among = |terms: &[Term], key: &str| terms.iter().find(|t| t.key == key).map(|t| t.name);
    let mut weigh = |key: &str, name: bool| rarity(key) * if name { NAME } else { 1.0 };
    for term in &asked.words {
        let there = among(&claim.words, &term.key).or_else(|| among(&claim.beside, &term.key));
        let weight = weigh(&term.key, term.name || there == Some(true));
        sums.ask(weight, f64::from(u8::from(there.is_some())));
        if there.is_some() {
            sums.matches.push(term.shown.clone());
        }
    }
    for term in &claim.words {
        let there = among(&asked.words, &term.key);
        let weight = weigh(&term.key, term.name || there == Some(true));
        sums.has(weight, f64::from(u8::from(there.is_some())));
    }
}

fn numbers(asked: &[Number], claim: &[Number], rarity: &mut dyn FnMut(&str) -> f64, sums: &mut Sums) {
    // "Two" stands in many claims and tells little.
    let mut weigh = |number: &Number| rarity(&number.key()).max(FLOOR / 2.0) * NUMBER;
    let best = |number: &Number, others: &[Number], turned: bool| {
        let degree = |other: &Number| if turned { near(other, number) } else { near(number, other) };
        let all = others.iter().enumerate().map(|(k, other)| (degree(other), k));
        all.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or((0.0, 0))
    };
    for number in asked {
        let (degree, k) = best(number, claim, false);
        sums.ask(weigh(number), degree);
        if degree > 0.0 {
            sums.matches.push(number.words());
        }
        if degree < 1.0 && !claim.is_empty() {
            sums.differs.push((number.words(), claim[k].words()));
        }
    }
    for number in claim {
        sums.has(weigh(number), best(number, asked, true).0);
    }
}

impl Number {
    /// The term that stands for the very number in the index.
    pub fn key(&self) -> String {
        format!("={}", self.value)
    }

    /// As a person would write it, comparator first.
    pub fn words(&self) -> String {
        let before = match self.comparator {
            Comparator::Greater => "over ",
            Comparator::GreaterEqual => "at least ",
            Comparator::Less => "under ",
            Comparator::LessEqual => "at most ",
            Comparator::About => "about ",
            Comparator::Equal | Comparator::Range | Comparator::Vague => "",
        };
        format!("{before}{}", self.shown)
    }
}

/// How near two numbers are, from 0 to 1: the same and said alike; fitting each other's comparator; within a quarter.
fn near(a: &Number, b: &Number) -> f64 {
    if a.value.total_cmp(&b.value).is_eq() {
        return if a.comparator == b.comparator { 1.0 } else { 0.9 };
    }
    let larger = a.value.abs().max(b.value.abs());
    let apart = (a.value - b.value).abs() / larger;
    let fits = |bound: &Number, value: f64| match bound.comparator {
        Comparator::Greater | Comparator::GreaterEqual => value > bound.value,
        Comparator::Less | Comparator::LessEqual => value < bound.value,
        _ => false,
    };
    // "Over 200" is true of a million, and still another report.
    if (fits(a, b.value) || fits(b, a.value)) && apart <= 0.5 {
        return 0.8 - 0.4 * apart;
    }
    if apart <= 0.25 { 0.75 - apart } else { 0.0 }
}

fn dates(asked: &[Date], claim: &[Date], sums: &mut Sums) {
    let weigh = |date: &Date| {
        FLOOR
            * if date.day.is_some() {
                1.2
            } else if date.month.is_some() {
                0.8
            } else {
                0.6
            }
    };
    let best = |date: &Date, others: &[Date]| others.iter().map(|other| same(date, other)).fold(0.0, f64::max);
    for date in asked {
        let degree = best(date, claim);
        sums.ask(weigh(date), degree);
        if degree >= SAME_DATE {
            sums.matches.push(date.shown.clone());
        } else if let Some(other) = claim.first() {
            sums.differs.push((date.shown.clone(), other.shown.clone()));
        }
    }
    for date in claim {
        sums.has(weigh(date), best(date, asked));
    }
}

/// How far two dates are the same: in full, but for the year, or the finer one within the coarser.
fn same(a: &Date, b: &Date) -> f64 {
    if !a.fits(b) {
        return 0.0;
    }
    let known = |date: &Date| (date.year.is_some(), date.month.is_some(), date.day.is_some());
    match (known(a), known(b)) {
        (x, y) if x == y => 1.0,
        ((_, true, true), (_, true, true)) => 0.95,
        ((true, true, _), (true, true, _)) => SAME_DATE,
        // "1 October" lies in an October of some year.
        _ => 0.4,
    }
}

impl Likeness {
    /// The score as a whole number.
    pub fn rounded(&self) -> u8 {
        self.score.round().clamp(0.0, 100.0) as u8
    }
}
