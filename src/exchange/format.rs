//! What every export format does: a head, the claims one at a time, a tail; as one file, or as a folder of them.
//!
//! A format sees each claim once, in the order of numbers, and keeps nothing of it that grows with the set: a million
//! claims pass in bounded memory. It adds no clock, locale, map order or random value of its own, so that the same
//! ledger at the same size with the same options gives the same bytes.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Serialize;

use super::iri::Base;
use super::reread::{Reread, RereadError};
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::time::{Day, Timestamp};
use crate::view::ClaimView;

/// Of what ledger and tree an export is, and what was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// The ledger's name.
    pub origin: String,
    /// The ledger's id: the leaf hash of its opening.
    pub id: Digest,
    /// Entries of the tree.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// The signed note over exactly this tree; `None` where the ledger has grown since.
    pub checkpoint: Option<String>,
    /// Time of the last entry: the only time that an export knows.
    pub exported_at: Option<Timestamp>,
    /// The query, as it was typed.
    pub query: String,
    /// Whether unverified, withdrawn and retracted claims are in the set.
    pub all: bool,
    /// Whether only what is public is in the set.
    pub public: bool,
    /// IRI under which things of the ledger are named.
    pub base: Base,
}

impl Head {
    /// The head of an export of a ledger as this view of it stands.
    pub fn of(ledger: &Ledger, query: String, all: bool, public: bool, base: Base) -> Self {
        let note = ledger.reader().note().filter(|_| ledger.reader().size() == ledger.size());
        Self {
            origin: ledger.origin().to_owned(),
            id: ledger.id(),
            size: ledger.size(),
            root: ledger.root(),
            checkpoint: note.map(|note| String::from_utf8_lossy(note).into_owned()),
            exported_at: ledger.state().last_time,
            query,
            all,
            public,
            base,
        }
    }
}

/// Claims that fit the query and are not in the set, by why.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Nobody has decided on them.
    pub unverified: u64,
    /// Their payload is not here, or kept out of copies.
    pub withheld: u64,
    /// Taken back before publication.
    pub withdrawn: u64,
    /// Taken back after publication.
    pub retracted: u64,
    /// Not published, where only what is public was asked for.
    pub not_public: u64,
}

/// What was counted while writing.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Claims written.
    pub claims: u64,
    /// Of them, with a verdict that another agent approved.
    pub second_read: u64,
    /// Of them, published.
    pub published: u64,
    /// Not in the set.
    pub left_out: LeftOut,
    /// In the set, but not in what this format can say: how many, by the format's reason.
    pub skipped: BTreeMap<&'static str, u64>,
}

/// What a format did with a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the file.
    Written,
    /// The format has no words for it; the reason is a short phrase such as `not published`.
    Skipped(&'static str),
}

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The file could not be written.
    #[error("cannot write")]
    Write(#[from] io::Error),
    /// The ledger could not be read.
    #[error("cannot read the ledger")]
    Read(#[from] crate::ledger::ReadError),
    /// The set is larger than the format allows.
    #[error("{what} would hold more than {limit} claims")]
    TooMany {
        /// What cannot hold them.
        what: &'static str,
        /// How many it can.
        limit: u64,
    },
    /// The set falls into more parts than files can be open.
    #[error("the set falls into more than {limit} parts; choose another partition, or a query with fewer claims")]
    TooManyParts {
        /// How many there may be.
        limit: usize,
    },
    /// This build of the program does not have the format.
    #[error("this build cannot write `{format}`: it was compiled without `{feature}`")]
    NotBuilt {
        /// The format.
        format: &'static str,
        /// What it needs.
        feature: &'static str,
    },
    /// A library that writes the format refused.
    #[error("{library}: {message}")]
    Library {
        /// Its name.
        library: &'static str,
        /// What it said.
        message: String,
    },
}

/// A format that is one file.
pub trait Format {
    /// Writes what comes before the first claim.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin(&mut self, head: &Head, out: &mut dyn io::Write) -> Result<(), FormatError>;

    /// Writes a claim, or says why not. Nothing of a skipped claim may be written.
    ///
    /// # Errors
    /// When it cannot be written, or what it refers to not be read.
    fn claim(&mut self, claim: &ClaimView, out: &mut dyn io::Write) -> Result<Taken, FormatError>;

    /// The bytes that [`Format::claim`] writes, where they follow from the claim alone and no claim is skipped: then several
    /// claims are put into words at once.
    fn alone(&self) -> Option<Alone> {
        None
    }

    /// Writes what comes after the last claim.
    ///
    /// # Errors
    /// When it cannot be written.
    fn end(&mut self, head: &Head, counts: &Counts, out: &mut dyn io::Write) -> Result<(), FormatError>;
}

/// A claim as the bytes that stand for it in a file.
pub type Alone = fn(&ClaimView) -> Vec<u8>;

/// A format that is a folder of files. What it is given is a new folder of its own, which gets its name when all is done;
/// every file in it is made durable then.
pub trait FolderFormat {
    /// Writes what comes before the first claim.
    ///
    /// # Errors
    /// When it cannot be written.
    fn begin(&mut self, head: &Head, folder: &Path) -> Result<(), FormatError>;

    /// Writes a claim, or says why not. Nothing of a skipped claim may be written.
    ///
    /// # Errors
    /// When it cannot be written, or what it refers to not be read.
    fn claim(&mut self, claim: &ClaimView) -> Result<Taken, FormatError>;

    /// Writes what comes after the last claim, and closes all files.
    ///
    /// # Errors
    /// When it cannot be written.
    fn end(&mut self, head: &Head, counts: &Counts) -> Result<(), FormatError>;
}

/// What a user chose beside the query; a format takes what concerns it.
pub struct Options<'a> {
    /// The ledger that is exported, for what is no part of a claim's view.
    pub ledger: &'a Ledger,
    /// Whether only what is public may be written.
    pub public: bool,
    /// The day on which a withholding may have ended.
    pub today: Day,
    /// Cells that a spreadsheet would take for a formula get an apostrophe before them.
    pub spreadsheet_safe: bool,
    /// One page a claim instead of a file of data.
    pub page: bool,
    /// A folder of files by a property of the claims instead of one file.
    pub partition: Option<Partition>,
}

/// By what an export is cut into files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partition {
    /// The document of the claim's first appearance.
    Document,
    /// The month in which the claim was recorded.
    Month,
}

/// What writes, as a file or as a folder.
pub enum Writer<'a> {
    /// One file.
    File(Box<dyn Format + 'a>),
    /// A folder.
    Folder(Box<dyn FolderFormat + 'a>),
}

/// Where the head of an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadAt {
    /// In `PATH.meta.json` beside it: the format has no place for it.
    Beside,
    /// In the export.
    Inside,
}

/// A format ready to write one export.
pub struct Made<'a> {
    /// What writes it.
    pub writer: Writer<'a>,
    /// What reads it back, with nothing of what wrote it.
    pub reread: fn(&Path) -> Result<Reread, RereadError>,
    /// Where its head stands.
    pub head: HeadAt,
}

impl<'a> Made<'a> {
    /// A format that is one file without a place for the head.
    pub fn file(format: impl Format + 'a, reread: fn(&Path) -> Result<Reread, RereadError>) -> Self {
        Self { writer: Writer::File(Box::new(format)), reread, head: HeadAt::Beside }
    }

    /// A format that is a folder, with the head in one of its files.
    pub fn folder(format: impl FolderFormat + 'a, reread: fn(&Path) -> Result<Reread, RereadError>) -> Self {
        Self { writer: Writer::Folder(Box::new(format)), reread, head: HeadAt::Inside }
    }

    /// The same, with the head in the export.
    #[must_use]
    pub fn with_head(mut self) -> Self {
        self.head = HeadAt::Inside;
        self
    }
}
