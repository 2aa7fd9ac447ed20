//! A folder of claim files as read: checked values that name each other by key, with their places.

use super::place::Places;
use crate::claim::vocab::RelationKind;
use crate::claim::{Claim, Contact, Document, Evidence, Search, Verdict};
use crate::hash::Digest;

/// Everything that a folder says: one batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The document.
    pub document: DocumentDraft,
    /// The claims, in reading order. Their appearances' `document` is not set before the folder is planned.
    pub claims: Vec<Drafted<Claim>>,
    /// The searches.
    pub searches: Vec<Drafted<Search>>,
    /// The evidence.
    pub evidence: Vec<Drafted<Evidence>>,
    /// Who was asked for comment.
    pub contacts: Vec<Drafted<Contact>>,
    /// How claims stand to each other.
    pub relations: Vec<RelationDraft>,
    /// The verdicts.
    pub verdicts: Vec<VerdictDraft>,
}

impl Folder {
    /// Whether the folder only checks claims that are on record.
    pub fn checks_only(&self) -> bool {
        self.claims.is_empty()
    }
}

/// The folder's document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDraft {
    /// SHA-256 of the captured bytes; absent where none were captured.
    pub sha256: Option<Digest>,
    /// What is known of it.
    pub body: Document,
    /// Media type of the bytes.
    pub media_type: String,
    /// How the bytes were obtained.
    pub how: String,
    /// Length in bytes, where given.
    pub bytes: Option<u64>,
    /// Whether the table only names the document, by digest or address, and says nothing of it.
    pub names_only: bool,
    /// Where it stands.
    pub places: Places,
}

/// Something said of one or several claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted<T> {
    /// The keys of the claims that it is about; of a claim, its own.
    pub claims: Vec<String>,
    /// What is said.
    pub body: T,
    /// Where it stands.
    pub places: Places,
}

/// A decision on a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictDraft {
    /// The claim's key.
    pub claim: String,
    /// What is decided; its lists of evidence are empty before the folder is planned.
    pub body: Verdict,
    /// Keys of the evidence relied on.
    pub on: Vec<String>,
    /// Keys of the evidence considered but not relied on.
    pub considered: Vec<String>,
    /// Where it stands.
    pub places: Places,
}

/// How one claim stands to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelationDraft {
    /// The one claim's key.
    pub from: String,
    /// How.
    pub kind: RelationKind,
    /// Why.
    pub note: Option<String>,
    /// The other claim's key.
    pub to: String,
    /// Where it stands.
    pub places: Places,
}
