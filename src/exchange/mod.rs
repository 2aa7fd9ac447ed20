//! Claims as others read them: the one view of a claim, and one file per format.

pub mod csv;
pub mod format;
pub mod gist;
pub mod jsonl;
pub mod reread;
