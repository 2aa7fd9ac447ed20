//! The permanent header of an entry, and its bytes.

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::kind::Kind;
use crate::canon::{self, CanonError};
use crate::hash::{Digest, Index};
use crate::time::Timestamp;

/// Longest entry, in bytes.
pub const MAX_ENTRY: usize = 4_096;
/// Bytes that most entries fit into.
const ROOM: usize = 320;
/// The version that this code writes and reads.
pub const VERSION: u64 = 0;

/// The raw bytes of a signature; 64 for Ed25519.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sig(pub Vec<u8>);

impl Serialize for Sig {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&Base64::encode_string(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sig {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Base64::decode_vec(&text).map(Sig).map_err(|_| serde::de::Error::custom("a signature is standard base64"))
    }
}

/// The header of an entry (`docs/format.md`, Entry).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// The subject; absent when this entry creates one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Index>,
    /// The acting agent's enrolment.
    pub agent: Index,
    /// SHA-256 of the payload bytes.
    pub digest: Digest,
    /// What it says.
    pub kind: Kind,
    /// The last entry about the same subject that the agent saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Index>,
    /// The entry acted on, where that is not the subject itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub re: Option<Index>,
    /// The signature; absent where a batch covers the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sig: Option<Sig>,
    /// The agent's own word for when.
    pub time: Timestamp,
    /// Version of the header and of its kind's body.
    pub v: u64,
}

/// An entry's bytes, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// One that this code knows.
    Known(Header),
    /// Of a kind or version that it does not: nothing can be said of it beyond its hash.
    Foreign {
        /// The kind that it names.
        kind: String,
        /// The version that it names.
        v: u64,
    },
}

impl Header {
    /// The canonical bytes.
    ///
    /// # Errors
    /// When an index is still pending, or the entry is longer than [`MAX_ENTRY`].
    pub fn encode(&self) -> Result<Vec<u8>, CanonError> {
        let bytes = canon::to_bytes_with_room(self, ROOM)?;
        if bytes.len() > MAX_ENTRY {
            return Err(CanonError::TooLong { len: bytes.len(), limit: MAX_ENTRY });
        }
        Ok(bytes)
    }

    /// Reads an entry strictly.
    ///
    /// # Errors
    /// Bytes that [`Header::encode`] would not have written, unless they are canonical JSON that names an unknown kind
    /// or a higher version.
    pub fn decode(bytes: &[u8]) -> Result<Read, CanonError> {
        let error = match canon::from_bytes::<Self>(bytes, MAX_ENTRY) {
            Ok(header) if header.v == VERSION => return Ok(Read::Known(header)),
            Ok(header) => {
                return Ok(Read::Foreign { kind: header.kind.to_string(), v: header.v });
            }
            Err(error) => error,
        };
        match canon::value_from_bytes(bytes, MAX_ENTRY) {
            Ok(value) => {
                let kind = value.get("kind").and_then(Value::as_str);
                let v = value.get("v").and_then(Value::as_u64);
                match (kind, v) {
                    (Some(kind), Some(v)) if v > VERSION || kind.parse::<Kind>().is_err() => {
                        Ok(Read::Foreign { kind: crate::text::printable_line(kind), v })
                    }
                    _ => Err(error),
                }
            }
            Err(_) => Err(error),
        }
    }

    /// The bytes that a signature is over: the header without `sig`, after a line that names the ledger.
    ///
    /// # Errors
    /// As [`Header::encode`].
    pub fn message(&self, ledger: &Digest) -> Result<Vec<u8>, CanonError> {
        let mut message = format!("onrecord/1 {ledger}\n").into_bytes();
        message.extend(Self { sig: None, ..self.clone() }.encode()?);
        Ok(message)
    }
}
