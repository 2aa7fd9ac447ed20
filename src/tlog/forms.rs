//! Text forms that the C2SP formats share: decimal numbers and strict base64.

use base64ct::{Base64, Encoding};

use super::tree::MAX_SIZE;
use crate::hash::Digest;

/// Reads an ASCII decimal without sign or leading zeros, at most 2^63 - 1.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= MAX_SIZE && number.to_string() == text).then_some(number)
}

/// Writes standard padded base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Reads standard padded base64, and only the one text that [`base64`] writes for its bytes.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = Base64::decode_vec(text).ok()?;
    (base64(&bytes) == text).then_some(bytes)
}

/// Reads a digest in base64: 44 characters.
pub(super) fn hash_from_base64(text: &str) -> Option<Digest> {
    Some(Digest(from_base64(text)?.try_into().ok()?))
}
