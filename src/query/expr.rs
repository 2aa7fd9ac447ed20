//! Expressions: what a query means, and the one text form of it.

use std::fmt::{self, Write as _};

use super::field::Field;
use super::period::Period;

/// A query as a tree. `And` and `Or` have at least two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// All must hold.
    And(Vec<Expr>),
    /// One must hold.
    Or(Vec<Expr>),
    /// It must not hold.
    Not(Box<Expr>),
    /// One field, one value.
    Test(Test),
}

/// One field against one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What is looked at.
    pub field: Field,
    /// What it is held against.
    pub value: Value,
}

/// A value, checked against its field's shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A word of a closed list.
    Word(&'static str),
    /// Yes or no.
    Bool(bool),
    /// Part of a text, or all of it, as given.
    Text(String),
    /// Counts.
    Count(Span<u64>),
    /// Decimals in their text form ([`crate::claim::statement::is_decimal`]).
    Decimal(Span<String>),
    /// Moments and periods.
    Period(Span<Period>),
}

/// One value or a range, both ends in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span<T> {
    /// Just this.
    One(T),
    /// From, to; open where `None`, anything where both are.
    Between(Option<T>, Option<T>),
}

impl<T> Span<T> {
    /// The lower end; `None` where open.
    pub fn low(&self) -> Option<&T> {
        match self {
            Self::One(value) => Some(value),
            Self::Between(low, _) => low.as_ref(),
        }
    }

    /// The upper end; `None` where open.
    pub fn high(&self) -> Option<&T> {
        match self {
            Self::One(value) => Some(value),
            Self::Between(_, high) => high.as_ref(),
        }
    }
}

impl Span<u64> {
    /// Whether a number lies in it.
    pub fn has(&self, number: u64) -> bool {
        self.low().is_none_or(|low| *low <= number) && self.high().is_none_or(|high| number <= *high)
    }
}

impl Span<Period> {
    /// Whether something from `first` to `last` (milliseconds; open where `None`) lies at least partly in it.
    pub fn meets(&self, first: Option<i64>, last: Option<i64>) -> bool {
        let low = self.low().and_then(|p| p.first).map(crate::time::Timestamp::millis);
        let high = self.high().and_then(|p| p.last).map(crate::time::Timestamp::millis);
        let before = |a: Option<i64>, b: Option<i64>| a.zip(b).is_none_or(|(a, b)| a <= b);
        before(low, last) && before(first, high)
    }
}

impl<T: fmt::Display> fmt::Display for Span<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(value) => value.fmt(f),
            Self::Between(low, high) => {
                low.iter().try_for_each(|v| v.fmt(f))?;
                f.write_str("..")?;
                high.iter().try_for_each(|v| v.fmt(f))
            }
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Whether a text can stand without quotation marks.
fn bare(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\'' | '+');
    !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') && !matches!(text, "OR" | "AND" | "NOT")
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Bool(value) => value.fmt(f),
            Self::Text(text) if bare(text) => f.write_str(text),
            Self::Text(text) => {
                f.write_char('"')?;
                for c in text.chars() {
                    if matches!(c, '"' | '\\') {
                        f.write_char('\\')?;
                    }
                    f.write_char(c)?;
                }
                f.write_char('"')
            }
            Self::Count(span) => span.fmt(f),
            Self::Decimal(span) => span.fmt(f),
            Self::Period(span) => span.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field != Field::Text {
            write!(f, "{}:", self.field.entry().name)?;
        }
        self.value.fmt(f)
    }
}

/// The text of it that is read back as the same expression.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], between: &str, group: fn(&Self) -> bool| {
            for (i, part) in parts.iter().enumerate() {
                if i > 0 {
                    f.write_str(between)?;
                }
                if group(part) { write!(f, "({part})")? } else { part.fmt(f)? }
            }
            Ok(())
        };
        match self {
            Self::And(parts) => list(f, parts, " ", |p| matches!(p, Self::And(_) | Self::Or(_))),
            Self::Or(parts) => list(f, parts, " OR ", |p| matches!(p, Self::Or(_))),
            Self::Not(part) if matches!(**part, Self::And(_) | Self::Or(_)) => write!(f, "-({part})"),
            Self::Not(part) => write!(f, "-{part}"),
            Self::Test(test) => test.fmt(f),
        }
    }
}
