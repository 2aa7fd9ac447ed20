//! The human-edited claim files (`claims/`, TOML) to events. No I/O, no clock.
//!
//! [`parse`] reads a folder and reports every mistake of it at once, each with its place. [`plan()`] compares what was read
//! with what is on record and says which entries are wanting. One table of keys (`schema.rs`) drives what is read, what is
//! called unknown or missing, and what is said to be right.

pub mod anchor;
mod build;
mod cross;
mod fold;
pub mod folder;
pub mod known;
mod load;
pub mod mistake;
mod parse;
mod passages;
pub mod place;
pub mod plan;
mod planner;
mod read;
mod schema;
pub mod template;

pub use folder::{DocumentDraft, Drafted, Folder, RelationDraft, VerdictDraft};
pub use known::{Known, KnownClaim, KnownDocument};
pub use mistake::{Mistake, Mistakes, Wrong};
pub use parse::{MAX_FILE, MAX_FILES, MAX_ITEMS, MAX_MISTAKES, parse};
pub use passages::check_text;
pub use place::{Place, Places};
pub use plan::{Change, Changed, Left, Plan, PlanError, plan};
