//! The request: SHA-256, a nonce of eight bytes, and please with certificates. Nothing else varies, so it is not encoded but
//! filled in, and read by the same template.

use crate::hash::Digest;

/// Length of a request, in bytes.
pub const LEN: usize = 69;

/// `TimeStampReq`, version 1, and `MessageImprint` up to the digest.
const HEAD: [u8; 24] = [
    0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
    0x01, 0x05, 0x00, 0x04, 0x20,
];
/// An INTEGER of eight bytes.
const NONCE: [u8; 2] = [0x02, 0x08];
/// `certReq` TRUE.
const TAIL: [u8; 3] = [0x01, 0x01, 0xff];

/// A request for a stamp on a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// SHA-256 of the text.
    pub imprint: Digest,
    /// Random; the first byte is 0x40 to 0x7f, so that the INTEGER is positive and minimal.
    pub nonce: [u8; 8],
}

/// Bytes that are no request of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time-stamp request of this program's {LEN} bytes")]
pub struct BadQuery;

impl Query {
    /// A request for a stamp on `text`, with randomness from outside.
    pub fn new(text: &[u8], random: [u8; 8]) -> Self {
        let mut nonce = random;
        nonce[0] = nonce[0] & 0x3f | 0x40;
        Self { imprint: Digest::of(text), nonce }
    }

    /// The bytes to send, as `application/timestamp-query`.
    pub fn to_bytes(self) -> Vec<u8> {
        [&HEAD[..], &self.imprint.0, &NONCE, &self.nonce, &TAIL].concat()
    }

    /// Reads a request that was kept.
    ///
    /// # Errors
    /// Unless `bytes` are exactly what [`Query::to_bytes`] gives.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadQuery> {
        let part = |from: usize, to: usize| bytes.get(from..to).ok_or(BadQuery);
        let imprint = Digest(part(24, 56)?.try_into().map_err(|_| BadQuery)?);
        let nonce: [u8; 8] = part(58, 66)?.try_into().map_err(|_| BadQuery)?;
        let query = Self { imprint, nonce };
        let minimal = (0x40..0x80).contains(&nonce[0]);
        if minimal && query.to_bytes() == bytes { Ok(query) } else { Err(BadQuery) }
    }
}
