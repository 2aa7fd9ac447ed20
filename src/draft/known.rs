//! What planning asks the record, and what it is told.

use crate::claim::desk::ClaimsRelated;
use crate::claim::{Appearance, Claim, Contact, Document, Evidence, Search, Snapshot, TextExtract, Verdict};
use crate::hash::{Digest, Index};

/// Lookups in what is on record.
pub trait Known {
    /// Why a lookup can fail.
    type Error;

    /// The document with this snapshot; where none is given, or none is known by it, the one at this address, provided
    /// that no snapshot of other bytes makes it another.
    ///
    /// # Errors
    /// When the record cannot be read.
    fn document(&self, sha256: Option<&Digest>, url: Option<&str>) -> Result<Option<Index>, Self::Error>;

    /// What is on record of a document that [`Known::document`] gave.
    ///
    /// # Errors
    /// When the record cannot be read.
    fn document_body(&self, number: Index) -> Result<KnownDocument, Self::Error>;

    /// The claim whose first appearance is in the document, by its local key.
    ///
    /// # Errors
    /// When the record cannot be read.
    fn claim(&self, document: Index, key: &str) -> Result<Option<KnownClaim>, Self::Error>;

    /// The local keys of a document's claims, for a hint at the nearest; none is fine.
    ///
    /// # Errors
    /// When the record cannot be read.
    fn claim_keys(&self, document: Index) -> Result<Vec<String>, Self::Error> {
        let _ = document;
        Ok(Vec::new())
    }
}

/// A document as it now stands on record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownDocument {
    /// What is known of it; absent where that is withheld, and then nothing is compared.
    pub document: Option<Document>,
    /// Its captures.
    pub snapshots: Vec<(Index, Snapshot)>,
    /// The texts extracted from them.
    pub texts: Vec<(Index, TextExtract)>,
}

/// A claim as it now stands on record. Lists are in the order of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownClaim {
    /// Its number.
    pub number: Index,
    /// The claim as now worded, with its first appearance.
    pub claim: Claim,
    /// Whether it is published or was: only a correction or a retraction changes it then.
    pub published: bool,
    /// Its later appearances.
    pub appearances: Vec<(Index, Appearance)>,
    /// The evidence on it, and whether that was withdrawn.
    pub evidence: Vec<(Index, Evidence, bool)>,
    /// The searches for it.
    pub searches: Vec<(Index, Search)>,
    /// Who was asked for comment.
    pub contacts: Vec<(Index, Contact)>,
    /// The verdicts on it, the last one in force.
    pub verdicts: Vec<(Index, Verdict)>,
    /// Its relations to other claims, and whether they were withdrawn.
    pub relations: Vec<(Index, ClaimsRelated, bool)>,
}

impl KnownClaim {
    /// A claim of which nothing but its wording is on record.
    pub fn new(number: Index, claim: Claim) -> Self {
        Self {
            number,
            claim,
            published: false,
            appearances: Vec::new(),
            evidence: Vec::new(),
            searches: Vec::new(),
            contacts: Vec::new(),
            verdicts: Vec::new(),
            relations: Vec::new(),
        }
    }

    /// The evidence with this key: what stands, or else what was withdrawn last.
    pub fn evidence_named(&self, key: &str) -> Option<&(Index, Evidence, bool)> {
        let named = || self.evidence.iter().rev().filter(|(_, e, _)| e.key.as_deref() == Some(key));
        named().find(|(_, _, withdrawn)| !withdrawn).or_else(|| named().next())
    }
}
