//! `onrecord` keeps factual claims on the record.
pub mod audit;
pub mod canon;
pub mod claim;
pub mod cli;
pub mod draft;
pub mod entry;
pub mod exchange;
pub mod hash;
pub mod ledger;
pub mod query;
pub mod store;
pub mod text;
pub mod time;
pub mod tlog;
