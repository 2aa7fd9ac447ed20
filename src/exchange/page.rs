//! The page that checks proofs in a reader's browser: one static file, no network, our own plain JavaScript.
//!
//! | file | what |
//! |---|---|
//! | `page/parts.js` | bytes, trees, canonical JSON, Ed25519 by `WebCrypto`, notes, entries |
//! | `page/checker.js` | proof files and bundles: the mirror image of `entry::proof` and `entry::bundle` |
//! | `page/page.js`, `.html`, `.css` | what a reader sees |
//!
//! The content security policy names the scripts and the style by digest, and allows nothing else: no other script, no
//! request. Tested by `tests/it/page.rs` under node with every vector of `tests/vectors/proofs/`.

use base64ct::{Base64, Encoding as _};

use crate::hash::Digest;

const HTML: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const PARTS: &str = include_str!("page/parts.js");
const CHECKER: &str = include_str!("page/checker.js");
const PAGE: &str = include_str!("page/page.js");

/// The bytes with which a page begins.
pub const BEGINS: &[u8] = b"<!doctype html>";

/// The bare page: it opens files from disk.
pub fn checker() -> Vec<u8> {
    with_proof(&[])
}

/// The page with a proof file or bundle in it, which it checks when it is opened.
pub fn with_proof(proof: &[u8]) -> Vec<u8> {
    let source = |text: &str| format!("'sha256-{}'", Base64::encode_string(&Digest::of(text.as_bytes()).0));
    let scripts = [PARTS, CHECKER, PAGE].map(source).join(" ");
    let parts = [
        ("script-hashes", scripts.as_str()),
        ("style-hash", &source(STYLE)),
        ("version", env!("CARGO_PKG_VERSION")),
        ("style", STYLE),
        ("proof", &Base64::encode_string(proof)),
        ("parts", PARTS),
        ("checker", CHECKER),
        ("page", PAGE),
    ];
    let mut page = String::with_capacity(HTML.len() + proof.len() * 4 / 3 + 80_000);
    let mut rest = HTML;
    // Each mark is replaced where it stands, once: what is put in is not looked at again.
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        page.push_str(before);
        page.push_str(parts.iter().find(|(known, _)| *known == name).map_or("", |(_, text)| text));
        rest = after;
    }
    page.push_str(rest);
    page.into_bytes()
}
