//! Value parsers of flags: closed vocabularies, days, dates. Each says what would be right.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::error::CliError;
use crate::claim::edtf::{BadEdtf, Edtf};
use crate::claim::{Check, Problems};
use crate::text::{nearest, printable_line};
use crate::time::{BadTime, Day};

/// Words that people coming from other fact-checking desks try first, and what they are called here.
const ELSEWHERE: &[(&str, &str)] = &[
    ("true", "supported"),
    ("correct", "supported"),
    ("confirmed", "supported"),
    ("false", "refuted"),
    ("wrong", "refuted"),
    ("mixed", "partly-supported"),
    ("mixture", "partly-supported"),
    ("half-true", "partly-supported"),
    ("misleading", "misleading-context"),
    ("missing-context", "misleading-context"),
    ("unproven", "not-enough-evidence"),
    ("unverified", "not-enough-evidence"),
    ("insufficient", "not-enough-evidence"),
    ("opinion", "not-checkable"),
    ("disputed", "conflicting"),
    ("medium", "moderate"),
    ("news", "news-report"),
    ("official", "official-statement"),
    ("no-answer", "no-reply"),
    ("fix", "correction"),
];

/// Parses one word of a closed vocabulary; help and completions list the words, a mistake names the nearest.
#[derive(Clone)]
pub struct Words<T: 'static> {
    all: &'static [T],
    text: fn(T) -> &'static str,
}

/// A parser for the words of a vocabulary.
pub fn words<T>(all: &'static [T], text: fn(T) -> &'static str) -> Words<T> {
    Words { all, text }
}

impl<T: Copy + Send + Sync + 'static> TypedValueParser for Words<T> {
    type Value = T;

    fn parse_ref(&self, cmd: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<T, clap::Error> {
        let given = value.to_string_lossy();
        if let Some(word) = self.all.iter().find(|w| (self.text)(**w).eq_ignore_ascii_case(&given)) {
            return Ok(*word);
        }
        let allowed: Vec<&'static str> = self.all.iter().map(|w| (self.text)(*w)).collect();
        let mut error = clap::Error::new(ErrorKind::InvalidValue).with_cmd(cmd);
        if let Some(arg) = arg {
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg.to_string()));
        }
        error.insert(ContextKind::InvalidValue, ContextValue::String(printable_line(&given)));
        if let Some(near) = suggestion(&given, &allowed) {
            error.insert(ContextKind::SuggestedValue, ContextValue::String(near.to_owned()));
        }
        let allowed = allowed.into_iter().map(str::to_owned).collect();
        error.insert(ContextKind::ValidValue, ContextValue::Strings(allowed));
        Err(error)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.all.iter().map(|w| PossibleValue::new((self.text)(*w)))))
    }
}

/// The allowed word that was probably meant.
pub fn suggestion(given: &str, allowed: &[&'static str]) -> Option<&'static str> {
    let lower = given.to_lowercase();
    let elsewhere = ELSEWHERE.iter().find(|(word, ours)| *word == lower && allowed.contains(ours)).map(|(_, o)| *o);
    let begins = || {
        let mut fit = allowed.iter().filter(|w| lower.len() > 2 && w.starts_with(&lower));
        fit.next().filter(|_| fit.next().is_none()).copied()
    };
    elsewhere.or_else(|| nearest(&lower, allowed.iter().copied())).or_else(begins)
}

/// Parses a calendar day.
///
/// # Errors
/// When the text is none.
pub fn day(text: &str) -> Result<Day, BadTime> {
    text.parse()
}

/// Parses a date about the world (EDTF) and keeps its text.
///
/// # Errors
/// When the text is none.
pub fn edtf(text: &str) -> Result<String, BadEdtf> {
    text.parse::<Edtf>().map(|date| date.to_string())
}

/// Refuses a day that has not come.
///
/// # Errors
/// When `day` lies after `today`.
pub fn not_after(flag: &str, day: Day, today: Day) -> Result<Day, CliError> {
    if day > today {
        return Err(CliError::bad_input(format!("`{flag} {day}` lies in the future: today is {today} (UTC)")));
    }
    Ok(day)
}

/// Checks a body that was put together from flags; every mistake is told, by the flag's name.
///
/// # Errors
/// When a value is not one that may be recorded.
pub fn checked<T: Check + ?Sized>(body: &T) -> Result<(), CliError> {
    let problems = Problems::of(body);
    let text = |path: &str, message: &str| {
        let flag = path.split(['.', '[']).next().unwrap_or_default().replace('_', "-");
        if flag.is_empty() { message.to_owned() } else { format!("`--{flag}`: {message}") }
    };
    match problems.as_slice() {
        [] => Ok(()),
        [one] => Err(CliError::bad_input(text(&one.path, &one.message)).hint("nothing was recorded")),
        many => Err(many
            .iter()
            .fold(CliError::bad_input(format!("{} values cannot be recorded", many.len())), |error, p| {
                error.cause(text(&p.path, &p.message))
            })
            .hint("nothing was recorded")),
    }
}
