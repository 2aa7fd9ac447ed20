//! What can go wrong with a search.

use std::path::PathBuf;

use crate::hash::Digest;
use crate::ledger::ReadError;

/// A search that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The log cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// What was asked for cannot be understood.
    #[error(transparent)]
    Ask(#[from] BadText),
    /// Another process is building the index, and there is none to answer from yet.
    #[error("another process is building the search index in {}", .folder.display())]
    Taken {
        /// The index's folder.
        folder: PathBuf,
    },
    /// A folder of the index cannot be used.
    #[error("the folder {} cannot be used", .folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The index failed in a way that a rebuild did not mend.
    #[error("the search index cannot be used")]
    Engine(#[from] tantivy::TantivyError),
}

/// Words to search for that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// There is nothing to search for.
    #[error("there is no word in it to search for")]
    Nothing,
    /// A quote is not closed.
    #[error("the quote at character {at} is not closed")]
    Quote {
        /// Code point of the quote, from 1.
        at: usize,
    },
    /// Only words that must not occur.
    #[error("it only says what must not occur; name a word that must")]
    OnlyNot,
    /// The begin of a word is too short to look for.
    #[error("`{word}*` at character {at} is too short: at least two letters stand before the star")]
    Short {
        /// What stands before the star.
        word: String,
        /// Code point of the word, from 1.
        at: usize,
    },
}

/// Why an index that was there is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Why {
    /// It cannot be read.
    #[error("it cannot be read ({0})")]
    Damaged(#[from] tantivy::TantivyError),
    /// A file of it is not what was written.
    #[error("{} of its files are not what was written", .0)]
    Checksum(usize),
    /// Another version of this program made it.
    #[error("another version of this program made it")]
    Version,
    /// It was never finished.
    #[error("it was not finished")]
    Unfinished,
    /// It is another ledger's.
    #[error("it is of the ledger {}", .0.short())]
    Ledger(Digest),
    /// It reflects entries that are not this ledger's.
    #[error("it reflects another history")]
    History,
    /// Something in it was erased from the record since.
    #[error("something was erased since")]
    Erased,
}
