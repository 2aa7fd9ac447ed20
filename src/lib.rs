//! `onrecord` keeps factual claims on the record.
pub mod hash;
pub mod time;
pub mod tlog;
