//! `onrecord` keeps factual claims on the record.
pub mod hash;
pub mod ledger;
pub mod store;
pub mod time;
pub mod tlog;
