//! What a desk asks of a ledger: which claims, what changed between two points, who changed what, what was corrected.
//!
//! | file | idea |
//! |---|---|
//! | [`find`] | the claims that a query lets through |
//! | [`point`] | a size or a time as a point of the ledger |
//!
//! Answers come from the log; the catalog only tells where to look.

pub mod find;
pub mod point;
