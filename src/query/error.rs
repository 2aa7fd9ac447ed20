//! Queries that cannot be understood: what is wrong, where, and what would be right.

use std::fmt;

use super::field::{FIELDS, Field};
use super::{MAX_CHARS, MAX_DEPTH};
use crate::text::printable_line;

/// A query that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("character {}: {mistake}{}", .at + 1, picture(.query, *.at, *.len))]
pub struct QueryError {
    /// The query.
    pub query: String,
    /// Place of the mistake's first character, counted from 0 in code points.
    pub at: usize,
    /// Number of characters that are wrong, at least 1.
    pub len: usize,
    /// What is wrong.
    pub mistake: Mistake,
}

/// What can be wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// There is no such field.
    #[error("there is no field `{given}`{}; fields: {}; for the text itself use quotation marks", meant(.near.as_deref()), fields())]
    Field {
        /// What was given.
        given: String,
        /// The nearest field.
        near: Option<String>,
    },
    /// The field takes no such word.
    #[error("`{given}` is no {}{}; one of: {}", .field.entry().name, meant(*.near), .field.entry().shape.takes())]
    Word {
        /// The field.
        field: Field,
        /// What was given.
        given: String,
        /// The nearest word.
        near: Option<&'static str>,
    },
    /// Neither `true` nor `false`.
    #[error("`{}` takes true or false, not `{given}`", .field.entry().name)]
    Bool {
        /// The field.
        field: Field,
        /// What was given.
        given: String,
    },
    /// Not a number, or range of numbers.
    #[error("`{}` takes a number such as 2, or a range: 2..5, 2.. (2 and more), ..5 (5 and fewer); not `{given}`", .field.entry().name)]
    Count {
        /// The field.
        field: Field,
        /// What was given.
        given: String,
    },
    /// Not a decimal, or range of decimals.
    #[error("`{}` takes a decimal such as 200, -3 or 2.5, or a range: 100..300, 100.., ..300; not `{given}`", .field.entry().name)]
    Decimal {
        /// The field.
        field: Field,
        /// What was given.
        given: String,
    },
    /// Not a date or time, or range of them.
    #[error("`{}` takes a date such as 2026-11-22, 2026-11 or 2026, a time such as 2026-11-22T07:12Z, or a range: 2026-11-01..2026-11-22, 2026-11-01.., ..2026-11; not `{given}`", .field.entry().name)]
    Period {
        /// The field.
        field: Field,
        /// What was given.
        given: String,
    },
    /// A range that ends before it begins.
    #[error("this range ends before it begins")]
    Backwards,
    /// Nothing after the colon.
    #[error("a value is missing after `{}:`", .0.entry().name)]
    Missing(Field),
    /// Nothing that could be looked for.
    #[error("there is no letter or digit here to look for")]
    Blank,
    /// A quotation mark without its partner.
    #[error("this quotation mark is never closed")]
    Quote,
    /// A parenthesis without its partner.
    #[error("this parenthesis is never closed")]
    Open,
    /// A closing parenthesis too many.
    #[error("this parenthesis closes nothing; for the text itself use quotation marks")]
    Close,
    /// Nothing between parentheses.
    #[error("there is nothing between these parentheses")]
    Empty,
    /// Nothing to combine or negate.
    #[error("`{0}` needs something {1} it; for the word itself write \"{0}\"")]
    Alone(&'static str, &'static str),
    /// Too long.
    #[error("a query has at most {MAX_CHARS} characters")]
    TooLong,
    /// Nested too deeply.
    #[error("parentheses and negations are nested at most {MAX_DEPTH} deep")]
    TooDeep,
}

fn meant(near: Option<&str>) -> String {
    near.map_or_else(String::new, |n| format!(" (did you mean `{n}`?)"))
}

fn fields() -> String {
    FIELDS.iter().map(|e| e.name).collect::<Vec<_>>().join(", ")
}

/// Characters shown on either side of the mistake.
const AROUND: usize = 36;

/// The query around the mistake, with carets under it, each on a line of its own.
fn picture(query: &str, at: usize, len: usize) -> impl fmt::Display {
    let chars: Vec<char> = query.chars().collect();
    let at = at.min(chars.len());
    let from = at.saturating_sub(AROUND);
    let end = (at + len).clamp(at, chars.len());
    let to = (end + AROUND).min(chars.len());
    let shown = |range: std::ops::Range<usize>| {
        printable_line(&chars.get(range).unwrap_or_default().iter().collect::<String>())
    };
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let (before, wrong, after) = (shown(from..at), shown(at..end), shown(end..to));
    let (lead, tail) = (if from > 0 { "…" } else { "" }, if to < chars.len() { "…" } else { "" });
    let pad = " ".repeat(width(lead) + width(&before));
    let carets = "^".repeat(width(&wrong).clamp(1, 72));
    format!("\n  {lead}{before}{wrong}{after}{tail}\n  {pad}{carets}")
}
