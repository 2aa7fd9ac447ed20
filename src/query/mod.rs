//! The query language: `finding:conflicting (speaker:"Fuad Hussein" OR place:Eilat) -state:withdrawn missiles`.
//!
//! | file | idea |
//! |---|---|
//! | `field` | the table of fields, which everything else reads |
//! | `value`, `period` | what a field takes |
//! | `parse` | text to expression |
//! | `expr` | expressions, and the one text form of each |
//! | `error` | mistakes, with their place |
//! | `row` | an expression against a catalog's row: yes, no, or look at the claim |
//! | `claim` | an expression against a claim |
//! | `narrow` | where to look first, if an expression says so |
//! | `reference` | `docs/query.md` |
//!
//! Pure: claims, rows and names come in as arguments.

mod claim;
mod error;
mod expr;
mod field;
mod narrow;
mod parse;
mod period;
mod reference;
mod row;
mod value;

use std::fmt;

pub use error::{Mistake, QueryError};
pub use expr::{Expr, Span, Test, Value};
pub use field::{Entry, FIELDS, Field, Shape};
pub use narrow::Narrow;
pub use period::Period;
pub use reference::{completions, reference, summary};

use crate::entry::ClaimState;
use crate::hash::Index;
use crate::ledger::catalog::Row;
use crate::view::Context;

/// Longest query, in code points.
pub const MAX_CHARS: usize = 2_000;

/// How deep parentheses and negations may be nested.
pub const MAX_DEPTH: usize = 32;

/// A query; the empty one lets everything through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    expr: Option<Expr>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// With the place of the mistake, and what would be right.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        let chars: Vec<char> = text.chars().take(MAX_CHARS + 1).collect();
        let failed = |parse::Slip { at, len, mistake }| QueryError { query: text.to_owned(), at, len, mistake };
        if chars.len() > MAX_CHARS {
            return Err(failed(parse::Slip { at: MAX_CHARS, len: 1, mistake: Mistake::TooLong }));
        }
        let expr = parse::Parser::new(&chars).whole().map_err(failed)?;
        Ok(Self { expr })
    }

    /// Whether the query lets everything through.
    pub fn is_empty(&self) -> bool {
        self.expr.is_none()
    }

    /// The query as a tree; `None` for the one that lets everything through.
    pub fn expr(&self) -> Option<&Expr> {
        self.expr.as_ref()
    }

    /// What a claim's row says of it: that it passes, that it does not, or (`None`) that only the claim can tell. The row
    /// must reflect the same entries as the claim. `handle` gives an agent's handle.
    pub fn by_row(&self, row: &Row, handle: &dyn Fn(Index) -> String) -> Option<bool> {
        self.expr.as_ref().map_or(Some(true), |expr| row::fits(expr, row, handle))
    }

    /// Whether a claim passes.
    pub fn matches<C: Context + ?Sized>(&self, claim: &ClaimState, context: &C) -> bool {
        self.expr.as_ref().is_none_or(|expr| claim::Subject { claim, context }.fits(expr))
    }

    /// Where to look first; `None` where every claim has to be asked.
    pub fn narrow(&self) -> Option<Narrow> {
        self.expr.as_ref().and_then(Narrow::of)
    }

    /// Every test in it, in the order of the text.
    pub fn tests(&self) -> Vec<&Test> {
        fn gather<'e>(expr: &'e Expr, found: &mut Vec<&'e Test>) {
            match expr {
                Expr::And(parts) | Expr::Or(parts) => parts.iter().for_each(|part| gather(part, found)),
                Expr::Not(part) => gather(part, found),
                Expr::Test(test) => found.push(test),
            }
        }
        let mut found = Vec::new();
        self.expr.iter().for_each(|expr| gather(expr, &mut found));
        found
    }
}

/// The text of it that is read back as the same query.
impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expr.iter().try_for_each(|expr| expr.fmt(f))
    }
}
