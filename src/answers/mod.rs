//! What a desk asks of a ledger: which claims, what changed between two points, who changed what, what was corrected.
//!
//! | file | idea |
//! |---|---|
//! | [`find`] | the claims that a query lets through |
//! | [`point`] | a size or a time as a point of the ledger |
//! | [`change`] | two states of one claim, told apart field by field |
//! | [`story`] | entries as before and after values, by whom, on what ground |
//! | [`between`] | two points compared, claim by claim |
//! | [`corrections`] | requests and corrections of a period |
//!
//! Answers come from the log; the catalog only tells where to look.

pub mod between;
pub mod change;
pub mod corrections;
pub mod find;
pub mod point;
pub mod story;
