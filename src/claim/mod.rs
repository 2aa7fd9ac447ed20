//! The nouns of the domain as checked values. No I/O, no log.
//!
//! Fields stand in the order of their keys, so that serialising a value gives its canonical JSON (see [`crate::canon`]).
//! Optional fields and empty lists are absent, never null. [`Check`] says what else must hold of a value by itself.

pub mod agent;
pub mod check;
pub mod desk;
pub mod diff;
pub mod document;
pub mod edtf;
pub mod evidence;
pub mod imported;
pub mod lexicon;
pub mod statement;
pub mod strength;
pub mod vocab;

pub use agent::{Handle, Policy, RoleRule};
pub use check::{Check, Problem, Problems};
pub use diff::Difference;
pub use document::{Document, Inferred, Snapshot, TextExtract};
pub use evidence::{Contact, Evidence, Rating, Search, Verdict};
pub use imported::{Extra, Imported};
pub use statement::{Anchor, Appearance, Claim, Hedge, Quantity, Step, Time};
