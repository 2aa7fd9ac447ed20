//! `onrecord` keeps factual claims on the record.
pub mod canon;
pub mod claim;
pub mod entry;
pub mod hash;
pub mod ledger;
pub mod text;
pub mod time;
pub mod tlog;
