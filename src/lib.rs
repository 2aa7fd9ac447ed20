//! `onrecord` keeps factual claims on the record.
pub mod audit;
pub mod canon;
pub mod claim;
pub mod entry;
pub mod hash;
pub mod store;
pub mod text;
pub mod time;
pub mod tlog;
