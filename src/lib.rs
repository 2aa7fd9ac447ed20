//! `onrecord` keeps factual claims on the record.
pub mod hash;
pub mod store;
pub mod time;
pub mod tlog;
