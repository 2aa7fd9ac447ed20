//! What can be wrong in a claim file: each mistake with its place, what is wrong and what would be right.

use std::fmt;

use super::place::Place;
use crate::claim::Problem;
use crate::claim::vocab::NotInVocabulary;
use crate::hash::{Digest, Index};

/// A mistake in a folder of claim files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where; absent where the folder as a whole is meant.
    pub place: Option<Place>,
    /// What.
    pub wrong: Wrong,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.wrong),
            None => self.wrong.fmt(f),
        }
    }
}

/// Every mistake of a folder, in the order of files, lines and columns.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct Mistakes(pub Vec<Mistake>);

fn hint(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |n| format!(" (did you mean `{n}`?)"))
}

fn ticks(words: &[String]) -> String {
    words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
}

/// What is wrong and what would be right. Words out of the file are escaped for printing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The folder has no claim file.
    #[error("no claim file here; `onrecord add` without arguments shows how one is written")]
    NoFile,
    /// More files than a folder may have.
    #[error("{given} files, and a folder has at most {limit}")]
    TooManyFiles {
        /// Files given.
        given: usize,
        /// Files allowed.
        limit: usize,
    },
    /// The file is too long.
    #[error("{bytes} bytes, and a claim file has at most {limit}; split it, all files of a folder are one batch")]
    TooLong {
        /// Bytes given.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes are no UTF-8.
    #[error("not UTF-8; save the file in that encoding")]
    NotUtf8,
    /// Not TOML.
    #[error("not TOML: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A key stands twice in its table.
    #[error("`{key}` stands in this table already; a key stands once")]
    KeyTwice {
        /// The key.
        key: String,
    },
    /// A key that the table does not have.
    #[error("`{key}` is not a key of {table}; right are {}{}", ticks(.known), hint(.nearest.as_ref()))]
    UnknownKey {
        /// The key.
        key: String,
        /// The table.
        table: &'static str,
        /// The keys that it may have.
        known: Vec<String>,
        /// The closest of them.
        nearest: Option<String>,
    },
    /// A key that the table must have.
    #[error("{table} lacks `{key}`: {right}")]
    MissingKey {
        /// The key.
        key: &'static str,
        /// The table.
        table: &'static str,
        /// What to write.
        right: String,
    },
    /// A value of another type than the key has.
    #[error("`{key}` is {found}; right is {right}")]
    WrongType {
        /// The key, as a path within its item.
        key: String,
        /// What stands there.
        found: String,
        /// What to write.
        right: String,
    },
    /// A word that its vocabulary does not have.
    #[error("`{key}`: {source}")]
    NotInVocabulary {
        /// The key, as a path within its item.
        key: String,
        /// Which words are right.
        source: NotInVocabulary,
    },
    /// A value that does not hold by itself.
    #[error("{0}")]
    Value(Problem),
    /// More items of a kind than a folder may have.
    #[error("more than {limit} items of {table}; split the folder")]
    TooManyItems {
        /// The table.
        table: &'static str,
        /// Items allowed.
        limit: usize,
    },
    /// The folder names no document.
    #[error("no `[document]` here; name it with `sha256`, or with `url` where no bytes were captured")]
    NoDocument,
    /// A document without digest and address.
    #[error("[document] lacks `sha256`; where no bytes were captured, `url` names it")]
    NamelessDocument,
    /// A key that describes a capture, without a capture.
    #[error("`{key}` describes captured bytes, and without `sha256` there are none; leave it out")]
    NoCapture {
        /// The key.
        key: &'static str,
    },
    /// A list of claims with nothing in it.
    #[error("`claim` names no claim")]
    NoClaim,
    /// A second document.
    #[error(
        "the folder's document is already given in {first}; one folder is one document, and a file of checks may only repeat its `sha256`"
    )]
    TwoDocuments {
        /// The first one.
        first: Place,
    },
    /// A key of a claim or of evidence that is taken.
    #[error("{what} `{key}` is already in {first}; choose another key")]
    TakenKey {
        /// `claim` or `evidence`.
        what: &'static str,
        /// The key.
        key: String,
        /// Who has it.
        first: Place,
    },
    /// A claim that neither the folder nor, for a folder of checks alone, the record has.
    #[error("there is no claim `{key}` {}{}", if *.on_record { "of this document on record" } else { "in this folder" }, hint(.nearest.as_ref()))]
    UnknownClaim {
        /// The key.
        key: String,
        /// Whether the record was asked.
        on_record: bool,
        /// The closest key that there is.
        nearest: Option<String>,
    },
    /// Evidence that neither the folder nor the record has.
    #[error("there is no evidence `{key}` {}{}", if *.on_record { "on this claim, here or on record" } else { "in this folder" }, hint(.nearest.as_ref()))]
    UnknownEvidence {
        /// The key.
        key: String,
        /// Whether the record was asked.
        on_record: bool,
        /// The closest key that there is.
        nearest: Option<String>,
    },
    /// A verdict that names evidence on another claim.
    #[error(
        "evidence `{key}` is on {}, not on `{claim}`; judge its stance towards this claim and add the key to its `claim`, or write a block of its own", ticks(.on)
    )]
    EvidenceElsewhere {
        /// The evidence.
        key: String,
        /// The claim of the verdict.
        claim: String,
        /// The claims that the evidence is on.
        on: Vec<String>,
    },
    /// A hedge whose cue stands outside all anchors.
    #[error(
        "the cue `{cue}` at {start}..{end} lies outside every anchor ({anchors}); widen an anchor to it, or it hedges something else"
    )]
    HedgeOutside {
        /// The cue.
        cue: String,
        /// Its first code point.
        start: u64,
        /// The code point after it.
        end: u64,
        /// The anchors' ranges.
        anchors: String,
    },
    /// A passage in a document without captured bytes.
    #[error(
        "the document has no `sha256`, so nothing can be counted in it; give it, or write `selector = \"whole\"` alone"
    )]
    NeedsWhole,
    /// A second verdict on a claim.
    #[error("the verdict on `{claim}` is already in {first}; a folder gives one a claim")]
    TwoVerdicts {
        /// The claim.
        claim: String,
        /// The first one.
        first: Place,
    },
    /// The same search, contact or relation twice.
    #[error("this {what} is already in {first}; leave one out")]
    Twice {
        /// What it is.
        what: &'static str,
        /// The first one.
        first: Place,
    },
    /// A name that stands twice in one list.
    #[error("`{name}` stands in the list already")]
    NameTwice {
        /// The name.
        name: String,
    },
    /// A claim related to itself.
    #[error("`{claim}` cannot stand in a relation to itself")]
    SelfRelation {
        /// The claim.
        claim: String,
    },
    /// A folder of checks for a document that is not on record.
    #[error("this document is not on record; add its claims first, or in the same folder")]
    DocumentNotOnRecord,
    /// Evidence that was withdrawn, named by a verdict in a folder that does not link it anew.
    #[error("evidence `{key}` was withdrawn ({number}); link it anew or leave it out")]
    WithdrawnEvidence {
        /// The key.
        key: String,
        /// The entry that linked it.
        number: Index,
    },
    /// More than an entry can hold.
    #[error(
        "{bytes} bytes on record, and an entry holds at most {limit}; shorten it, long material belongs in a document"
    )]
    EntryTooLong {
        /// Bytes that it would take.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The text at hand is not that of the folder's document.
    #[error("the document at hand has another digest, {found}; is it the file that was read?")]
    OtherDocument {
        /// Its digest.
        found: Digest,
    },
    /// A range that the document does not have.
    #[error("{start}..{end} does not lie within the document, which has {len} characters")]
    PassageOutside {
        /// First code point.
        start: u64,
        /// The code point after the last.
        end: u64,
        /// Code points of the document.
        len: u64,
    },
    /// A range whose words are not those that the digest names.
    #[error("{start}..{end} reads `{passage}`, whose digest is {found}; set the range or the digest right")]
    OtherPassage {
        /// First code point.
        start: u64,
        /// The code point after the last.
        end: u64,
        /// Digest of what stands there.
        found: Digest,
        /// What stands there, cut where it is long.
        passage: String,
    },
    /// A cue that does not stand where it is said to.
    #[error("the cue `{cue}` is not what stands at {start}..{end}, which is {found}")]
    OtherCue {
        /// The cue.
        cue: String,
        /// Its first code point.
        start: u64,
        /// The code point after it.
        end: u64,
        /// What stands there.
        found: String,
    },
    /// More mistakes than are listed.
    #[error("{count} more mistakes are not listed")]
    More {
        /// How many.
        count: usize,
    },
}
