//! IRIs of what a ledger holds, and of our own terms: the same in every linked format.

use std::fmt::Write as _;

/// Namespace of the terms that no other vocabulary has (finding, confidence, stance, …).
///
/// A URN, since the project has no domain of its own: nobody can be asked there, and nobody else can answer for us.
pub const TERMS: &str = "urn:x-onrecord:v1:";

/// The thing that an entry created, by its number: `<base>claim-12`.
pub fn of(base: &str, what: &str, number: u64) -> String {
    format!("{base}{what}-{number}")
}

/// One of our own terms.
pub fn term(name: &str) -> String {
    format!("{TERMS}{name}")
}

/// A web address as an IRI; `None` where it is none. What an IRI may not hold is percent-encoded (RFC 3987, section
/// 3.1), so that the reader of a `TriG` or JSON-LD file sees one token whatever the address holds.
pub fn of_address(address: &str) -> Option<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    if rest.is_empty() || rest.starts_with(['/', '?', '#', ' ']) {
        return None;
    }
    Some(escaped(address))
}

/// `text` with everything percent-encoded that an IRI may not hold.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut bytes = [0; 4];
    for c in text.chars() {
        if c <= ' '
            || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '^' | '`' | '\\' | '\u{7f}'..='\u{a0}')
            || unfit(c)
        {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                // Writing to a string cannot fail.
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters outside of `ucschar` (RFC 3987, section 2.2), and those that make an address look like another.
fn unfit(c: char) -> bool {
    crate::text::deceives(c)
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..)
        || c as u32 & 0xfffe == 0xfffe
}

/// The local part of a name: letters, digits and hyphens only, so that every RDF and PROV form can hold it.
pub fn local(what: &str, number: u64) -> String {
    format!("{what}-{number}")
}
