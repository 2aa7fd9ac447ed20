//! A point of a ledger, as a person gives it: a size, a moment, or a period that stands for all of itself.

use crate::ledger::{Ledger, ReadError};
use crate::query::Period;
use crate::text::printable_line;

/// Which end of a period is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// What came before it: `--since`.
    First,
    /// What came up to its end: `--until`, `--as-of`.
    Last,
}

/// A point that cannot be found.
#[derive(Debug, thiserror::Error)]
pub enum PointError {
    /// Neither a size nor a date or time.
    #[error("`{given}` is no point of the ledger")]
    Unreadable {
        /// What was given, made printable.
        given: String,
    },
    /// A size that the ledger has not come to.
    #[error("the ledger has {size} entries, not {given}")]
    Beyond {
        /// What was given.
        given: u64,
        /// What there is.
        size: u64,
    },
    /// The log could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// The number of entries before a point. A time is the longest prefix with no entry later than it (`docs/format.md`,
/// As-of), so the answer follows from the log alone.
///
/// # Errors
/// When the text names no point, or the log cannot be read.
pub fn size(ledger: &Ledger, text: &str, edge: Edge) -> Result<u64, PointError> {
    let text = text.trim();
    if let Ok(given) = text.parse::<u64>() {
        let size = ledger.size();
        return if given <= size { Ok(given) } else { Err(PointError::Beyond { given, size }) };
    }
    let unreadable = || PointError::Unreadable { given: printable_line(text) };
    let (first, last) = Period::parse(text).and_then(|period| period.first.zip(period.last)).ok_or_else(unreadable)?;
    Ok(ledger.size_at(match edge {
        Edge::First => first.plus_millis(-1),
        Edge::Last => last,
    })?)
}
