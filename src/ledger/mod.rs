//! The ledger: the log on its store, and the lookups derived from it.

pub mod catalog;
