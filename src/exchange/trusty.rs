//! Trusty URIs, module RA: a hash over RDF content that stands in the names of what it hashes.
//!
//! The steps are those of the trusty URI specification for module RA (nanopublications of version 1): a set of quads,
//! the artifact code blanked in every IRI, a fixed order, a fixed line form, SHA-256, and 43 characters of base64url.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use sha2::{Digest as _, Sha256};

use super::rdf::{Object, Quad};

/// Characters of an artifact code: `RA` and 43 of base64url.
pub const CODE_LEN: usize = 45;

/// What stands in IRIs until the code is known; as long as a code, and never one.
pub const PLACEHOLDER: &str = "RA___________________________________________";

/// A line form of the quads, as it is hashed: step 5 of module RA. `code` is blanked in IRIs.
pub fn normal_form(quads: &[Quad], code: &str) -> String {
    let blank = |iri: &str| iri.replace(code, " ");
    let mut rows: Vec<Row> = quads
        .iter()
        .map(|quad| {
            let (literal, text, tagged, kind) = match &quad.object {
                Object::Iri(iri) => (false, blank(iri), false, String::new()),
                Object::Typed { text, datatype } => (true, text.clone(), false, datatype.clone()),
                Object::Lang { text, tag } => (true, text.clone(), true, tag.to_lowercase()),
            };
            let (graph, subject, predicate) = (blank(&quad.graph), blank(&quad.subject), blank(&quad.predicate));
            Row { graph, subject, predicate, literal, text, tagged, kind }
        })
        .collect();
    // The order of the fields is the order of comparison; byte order of UTF-8 is the order of code points.
    rows.sort();
    rows.dedup();
    rows.iter().map(Row::lines).collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    graph: String,
    subject: String,
    predicate: String,
    literal: bool,
    text: String,
    tagged: bool,
    kind: String,
}

impl Row {
    fn lines(&self) -> String {
        let escaped = || self.text.replace('\\', "\\\\").replace('\n', "\\n");
        let object = match (self.literal, self.tagged) {
            (false, _) => self.text.clone(),
            (true, false) => format!("^{} {}", self.kind, escaped()),
            (true, true) => format!("@{} {}", self.kind, escaped()),
        };
        format!("{}\n{}\n{}\n{object}\n", self.graph, self.subject, self.predicate)
    }
}

/// The artifact code of quads in which `code` (or the placeholder) stands where their own belongs.
pub fn artifact_code(quads: &[Quad], code: &str) -> String {
    let digest = Sha256::digest(normal_form(quads, code).as_bytes());
    // 256 bits and two of zero are 43 characters, which is what base64 without padding makes of 32 bytes.
    format!("RA{}", Base64UrlUnpadded::encode_string(&digest))
}

/// Puts `code` in the place of the placeholder, in every IRI.
pub fn seal(quads: &mut [Quad], code: &str) {
    for quad in quads {
        for iri in [&mut quad.graph, &mut quad.subject, &mut quad.predicate] {
            *iri = iri.replace(PLACEHOLDER, code);
        }
        if let Object::Iri(iri) = &mut quad.object {
            *iri = iri.replace(PLACEHOLDER, code);
        }
    }
}
