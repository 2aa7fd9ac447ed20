//! Values of tests, checked against the shape of their field.

use super::error::Mistake;
use super::expr::{Span, Value};
use super::field::{Field, Shape};
use super::period::Period;
use crate::claim::statement::{compare_decimals, is_decimal};
use crate::text::{nearest, printable_line, words};

/// Words of other desks, and what they are called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("true", "supported"),
    ("correct", "supported"),
    ("confirmed", "supported"),
    ("false", "refuted"),
    ("wrong", "refuted"),
    ("mixed", "partly-supported"),
    ("half-true", "partly-supported"),
    ("misleading", "misleading-context"),
    ("missing-context", "misleading-context"),
    ("unproven", "not-enough-evidence"),
    ("disputed", "conflicting"),
    ("opinion", "not-checkable"),
    ("medium", "moderate"),
    ("number", "quantity"),
    ("new", "recorded"),
    ("public", "published"),
];

/// Reads the value of a test.
pub(super) fn read(field: Field, text: String, quoted: bool) -> Result<Value, Mistake> {
    if text.trim().is_empty() {
        return Err(if field == Field::Text { Mistake::Blank } else { Mistake::Missing(field) });
    }
    let given = || printable_line(&text);
    match field.entry().shape {
        Shape::Word(all) => {
            let all = all();
            let word = all.iter().find(|w| w.eq_ignore_ascii_case(&text)).copied();
            word.map(Value::Word).ok_or_else(|| Mistake::Word { field, given: given(), near: near(&text, &all) })
        }
        Shape::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => Ok(Value::Bool(true)),
            "false" | "no" => Ok(Value::Bool(false)),
            _ => Err(Mistake::Bool { field, given: given() }),
        },
        Shape::Part | Shape::Whole => {
            // A lone mark of punctuation would match nothing, and look like an answer.
            let found = if field == Field::Text { !words(&text).is_empty() } else { quoted || !fold_blank(&text) };
            if found { Ok(Value::Text(text)) } else { Err(Mistake::Blank) }
        }
        Shape::Count => {
            let number = |t: &str| t.strip_prefix('#').unwrap_or(t).parse::<u64>().ok();
            let span = span(&text, number).ok_or_else(|| Mistake::Count { field, given: given() })?;
            ordered(span, |low, high| low <= high).map(Value::Count)
        }
        Shape::Decimal => {
            let decimal = |t: &str| is_decimal(t).then(|| t.to_owned());
            let span = span(&text, decimal).ok_or_else(|| Mistake::Decimal { field, given: given() })?;
            ordered(span, |low, high| compare_decimals(low, high).is_le()).map(Value::Decimal)
        }
        Shape::Period => {
            let span = span(&text, Period::parse).ok_or_else(|| Mistake::Period { field, given: given() })?;
            let before = |low: &Period, high: &Period| low.first.zip(high.last).is_none_or(|(a, b)| a <= b);
            ordered(span, before).map(Value::Period)
        }
    }
}

fn fold_blank(text: &str) -> bool {
    crate::text::fold(text).trim().is_empty()
}

/// The word that was probably meant.
fn near(given: &str, all: &[&'static str]) -> Option<&'static str> {
    let lower = given.to_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(word, ours)| *word == lower && all.contains(ours)).map(|(_, ours)| *ours);
    let begins = || {
        let mut fit = all.iter().filter(|w| lower.chars().count() > 2 && w.starts_with(&lower));
        fit.next().filter(|_| fit.next().is_none()).copied()
    };
    elsewhere.or_else(begins).or_else(|| nearest(&lower, all.iter().copied()))
}

/// One value, or two with `..` between them, either of which may be left out.
fn span<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Span<T>> {
    let Some((low, high)) = text.split_once("..") else { return read(text).map(Span::One) };
    let end = |t: &str| if t.is_empty() { Some(None) } else { read(t).map(Some) };
    Some(Span::Between(end(low)?, end(high)?))
}

fn ordered<T>(span: Span<T>, before: impl Fn(&T, &T) -> bool) -> Result<Span<T>, Mistake> {
    match &span {
        Span::Between(Some(low), Some(high)) if !before(low, high) => Err(Mistake::Backwards),
        _ => Ok(span),
    }
}
