//! What a desk asks of a ledger: which claims, what changed between two points, who changed what, what was corrected.
//!
//! | file | idea |
//! |---|---|
//! | [`find`] | the claims that a query lets through |
//! | `crew` | work shared by all cores, results in order |
//! | [`reading`] | a ledger read by many claims one after the other |
//! | [`point`] | a size or a time as a point of the ledger |
//! | [`change`] | two states of one claim, told apart field by field |
//! | [`story`] | entries as before and after values, by whom, on what ground |
//! | [`between`] | two points compared, claim by claim |
//! | [`set`] | a claim set, and what was left out of it |
//! | [`corrections`] | requests and corrections of a period |
//!
//! Answers come from the log; the catalog only tells where to look.

pub mod between;
pub mod change;
pub mod corrections;
mod crew;
pub mod find;
pub mod point;
pub mod reading;
pub mod set;
pub mod story;
