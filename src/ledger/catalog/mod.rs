//! Derived lookups.
mod term;
pub use term::{ContentKey, Term};
