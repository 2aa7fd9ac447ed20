//! Evidence as others see it.

use serde::Serialize;

use crate::claim::vocab::{Finding, Stance};
use crate::claim::{Evidence, Imported, Rating};
use crate::entry::claim_state::Item;
use crate::hash::Index;

/// A piece of evidence.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceView {
    /// Address of a copy in an archive.
    pub archive: Option<String>,
    /// What it is.
    pub class: Option<&'static str>,
    /// Its origin.
    pub cluster: Option<String>,
    /// Information credibility.
    pub credibility: Option<&'static str>,
    /// Date, EDTF.
    pub dated: Option<String>,
    /// The document's entry, where it is on record.
    pub document: Option<u64>,
    /// From where it was taken over.
    pub imported: Option<Imported>,
    /// The claim file's name for it.
    pub key: Option<String>,
    /// Another desk's label, verbatim.
    pub label: Option<String>,
    /// Language of the page.
    pub lang: Option<String>,
    /// What the label comes to among our findings; the other desk's, and no verdict of this ledger.
    pub normalised: Option<Finding>,
    /// What a later reader should know.
    pub note: Option<String>,
    /// Its entry.
    pub number: u64,
    /// When it was obtained.
    pub obtained: Option<String>,
    /// Publisher.
    pub publisher: Option<String>,
    /// The other desk's number, verbatim.
    pub rating: Option<Rating>,
    /// How much was read.
    pub read: Option<&'static str>,
    /// Source reliability.
    pub reliability: Option<&'static str>,
    /// Whether the verdict in force relies on it.
    pub relied_on: bool,
    /// What it says.
    pub says: Option<String>,
    /// The scale that it belongs to.
    pub scale: Option<String>,
    /// What it does to the claim's point; `null` where withheld.
    pub stance: Option<Stance>,
    /// Title.
    pub title: Option<String>,
    /// Who translated it.
    pub translated_by: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Whether it was taken back.
    pub withdrawn: bool,
}

impl EvidenceView {
    pub(super) fn new(item: &Item<Evidence>, relied: &[Index]) -> Self {
        let body = item.body.as_ref();
        Self {
            number: item.number.0,
            stance: body.map(|e| e.stance),
            url: body.and_then(|e| e.url.clone()),
            publisher: body.and_then(|e| e.publisher.clone()),
            title: body.and_then(|e| e.title.clone()),
            dated: body.and_then(|e| e.dated.clone()),
            says: body.map(|e| e.says.clone()),
            read: body.map(|e| e.read.as_str()),
            reliability: body.map(|e| e.reliability.as_str()),
            credibility: body.map(|e| e.credibility.as_str()),
            cluster: body.map(|e| e.cluster.clone()),
            class: body.map(|e| e.class.as_str()),
            obtained: body.map(|e| e.obtained.to_string()),
            key: body.and_then(|e| e.key.clone()),
            label: body.and_then(|e| e.label.clone()),
            scale: body.and_then(|e| e.scale.clone()),
            rating: body.and_then(|e| e.rating.clone()),
            normalised: body.and_then(|e| e.normalised),
            imported: body.and_then(|e| e.imported.clone()),
            archive: body.and_then(|e| e.archive.clone()),
            document: body.and_then(|e| e.document).map(|d| d.0),
            lang: body.and_then(|e| e.lang.clone()),
            note: body.and_then(|e| e.note.clone()),
            translated_by: body.and_then(|e| e.translated_by.clone()),
            relied_on: relied.contains(&item.number),
            withdrawn: item.withdrawn.is_some(),
        }
    }
}
