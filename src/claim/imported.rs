//! From where something was taken over: which file, where in it, by what, and what of it has no other place here.

use serde::{Deserialize, Serialize};

use super::check::{Check, MAX_LIST, MAX_NAME, Problems};
use crate::hash::Digest;

/// The record of another tool that a claim or a piece of evidence was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imported {
    /// The importer, with version.
    pub by: String,
    /// What the record says beside, verbatim: dates as written there, columns without a place here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Extra>,
    /// The format of the file.
    pub format: String,
    /// Where in the file: a row (`row 12`), a line, or a JSON pointer.
    pub locator: String,
    /// What it is in the ledger that it comes from, `<origin>#12@<leaf hash>`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// A field of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// Its name there.
    pub name: String,
    /// Its value there.
    pub value: String,
}

impl Check for Imported {
    fn check(&self, p: &mut Problems) {
        p.line("by", &self.by, MAX_NAME);
        p.line("format", &self.format, MAX_NAME);
        p.line("locator", &self.locator, MAX_NAME);
        // An origin of 300, a number and 64 digits.
        p.optional_line("origin", self.origin.as_ref(), MAX_NAME + 100);
        p.each("extra", &self.extra, MAX_LIST, |extra, p| {
            p.line("name", &extra.name, MAX_NAME);
            p.context("value", Some(&extra.value), MAX_NAME);
        });
    }
}
