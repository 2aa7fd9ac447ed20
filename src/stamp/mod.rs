//! Time stamps: RFC 3161. An authority that nobody here controls signs that it saw a checkpoint's text at a time.
//!
//! | file | idea |
//! |---|---|
//! | [`query`] | what is asked: one fixed shape of 69 bytes |
//! | [`token`] | what is answered, as far as it is judged here |
//!
//! Judged here: that the request was granted, that the answer is about these very bytes and to this very request, and when.
//! Whose signature it is and whether the certificate may be believed is not: `openssl ts -verify` decides that, and every
//! output says so.
//!
//! Tested by `tests/it/stamp.rs`, against openssl where it is installed.

pub mod query;
pub mod token;

pub use query::{BadQuery, Query};
pub use token::{BadToken, Mismatch, Token};
