//! Documents, their snapshots and extracted texts.

use serde::{Deserialize, Serialize};

use super::check::{Check, MAX_LIST, MAX_NAME, MAX_TEXT, Problems};
use super::vocab::DocumentField;
use crate::hash::Digest;
use crate::time::Timestamp;

/// Something published. What is not known is absent; what is inferred from elsewhere says from where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When it is from, EDTF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    /// Fields known only from elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inferred: Vec<Inferred>,
    /// Language (BCP 47).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// Licence, in words or as an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Who published it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Check for Document {
    fn check(&self, p: &mut Problems) {
        p.optional_line("author", self.author.as_ref(), MAX_NAME);
        p.optional_line("licence", self.licence.as_ref(), MAX_NAME);
        p.optional_line("publisher", self.publisher.as_ref(), MAX_NAME);
        p.optional_line("title", self.title.as_ref(), MAX_NAME);
        if let Some(dated) = &self.dated {
            p.edtf("dated", dated);
        }
        if let Some(lang) = &self.lang {
            p.lang("lang", lang);
        }
        if let Some(url) = &self.url {
            p.url("url", url);
        }
        p.each("inferred", &self.inferred, MAX_LIST, Inferred::check);
    }
}

/// A field of a document that its bytes do not give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inferred {
    /// Which field.
    pub field: DocumentField,
    /// Why it is thought to be so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it is taken from, an address.
    pub source: String,
    /// What it is thought to be.
    pub value: String,
}

impl Check for Inferred {
    fn check(&self, p: &mut Problems) {
        p.optional_line("note", self.note.as_ref(), MAX_TEXT);
        p.url("source", &self.source);
        p.line("value", &self.value, MAX_NAME);
    }
}

/// The bytes of a document as captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Addresses of copies in archives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub archives: Vec<String>,
    /// Length in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// When, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured: Option<Timestamp>,
    /// How: by which program, from whom.
    pub how: String,
    /// Media type.
    pub media_type: String,
    /// SHA-256 of the bytes.
    pub sha256: Digest,
}

impl Check for Snapshot {
    fn check(&self, p: &mut Problems) {
        p.each("archives", &self.archives, MAX_LIST, |url, p| p.url("", url));
        p.integer("bytes", self.bytes);
        p.line("how", &self.how, MAX_NAME);
        p.line("media_type", &self.media_type, MAX_NAME);
    }
}

/// A text extracted from a snapshot by a named algorithm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextExtract {
    /// The algorithm, with version; `utf-8` means the bytes as they are.
    pub algorithm: String,
    /// Length in code points, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_points: Option<u64>,
    /// SHA-256 of the text's UTF-8 bytes.
    pub sha256: Digest,
}

impl Check for TextExtract {
    fn check(&self, p: &mut Problems) {
        p.line("algorithm", &self.algorithm, MAX_NAME);
        p.integer("code_points", self.code_points);
    }
}
