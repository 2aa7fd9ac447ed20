//! JSON Lines: one claim object a line, canonical (RFC 8785), sorted by number, a line feed after each.

use super::view::ClaimView;

/// A claim as one line, with its line feed.
pub fn line(claim: &ClaimView) -> Vec<u8> {
    // The view holds strings, integers and booleans only, which always have a canonical form.
    let value = serde_json::to_value(claim).unwrap_or_default();
    let mut bytes = crate::canon::value_to_bytes(&value).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
