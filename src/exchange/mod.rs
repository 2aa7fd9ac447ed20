//! Claims as others read them: the one view of a claim, and one file per format.

pub mod csv;
pub mod gist;
pub mod jsonl;
pub mod reread;
pub mod view;
