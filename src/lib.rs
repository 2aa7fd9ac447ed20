//! `onrecord` keeps factual claims on the record.
pub mod canon;
pub mod claim;
pub mod draft;
pub mod entry;
pub mod hash;
pub mod text;
pub mod time;
