//! SHA-256 digests, the two node hashes of RFC 6962, and the typed number of an entry.
//!
//! One digest type and one text form (lower-case hexadecimal); base64 appears only where a C2SP format asks for it.
//! Tested by `tests/it/hash.rs` against the reference tree in `tests/vectors/`.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest: 32 bytes, printed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Digest(pub [u8; 32]);

/// For tables of digests: these are spread evenly already, so that eight bytes under a key of the table's own are enough.
#[derive(Debug, Clone)]
pub struct Spread(u64);

impl Default for Spread {
    fn default() -> Self {
        Self(RandomState::new().build_hasher().finish())
    }
}

impl BuildHasher for Spread {
    type Hasher = Spreading;

    fn build_hasher(&self) -> Spreading {
        Spreading(self.0)
    }
}

/// What [`Spread`] makes.
#[derive(Debug)]
pub struct Spreading(u64);

impl Hasher for Spreading {
    fn write(&mut self, bytes: &[u8]) {
        let word = bytes.first_chunk().map_or(bytes.len() as u64, |first| u64::from_le_bytes(*first));
        self.0 = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// A text that is not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct BadDigest;

impl Digest {
    /// Hashes `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest as 64 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        to_hex(&self.0)
    }

    /// The first 8 hexadecimal digits: a guard against slips, never an identity.
    pub fn short(&self) -> String {
        to_hex(&self.0[..4])
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.hex())
    }
}

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != 32 || !rest.is_empty() {
            return Err(BadDigest);
        }
        let (mut bytes, mut all) = ([0; 32], 0);
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let (high, low) = (DIGITS[usize::from(*high)], DIGITS[usize::from(*low)]);
            all |= high | low;
            *byte = high << 4 | low & 15;
        }
        if all > 15 { Err(BadDigest) } else { Ok(Self(bytes)) }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0; 64];
        write_hex(&self.0, &mut buffer);
        s.serialize_str(std::str::from_utf8(&buffer).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Digest;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 lower-case hexadecimal digits")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Digest, E> {
                text.parse().map_err(E::custom)
            }
        }
        d.deserialize_str(Visitor)
    }
}

const HEX: &[u8; 16] = b"0123456789abcdef";

fn write_hex(bytes: &[u8], out: &mut [u8]) {
    for (i, byte) in bytes.iter().enumerate() {
        out[2 * i] = HEX[usize::from(byte >> 4)];
        out[2 * i + 1] = HEX[usize::from(byte & 15)];
    }
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn to_hex(bytes: &[u8]) -> String {
    let mut digits = Vec::with_capacity(2 * bytes.len());
    for b in bytes {
        digits.extend_from_slice(&[HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
    }
    // Digits are ASCII: this cannot fail.
    String::from_utf8(digits).unwrap_or_default()
}

/// The value of each hexadecimal digit; 255 for every other byte. Logs are full of digests.
static DIGITS: [u8; 256] = {
    let mut digits = [u8::MAX; 256];
    let mut value = 0;
    while value < 16 {
        digits[HEX[value] as usize] = value as u8;
        value += 1;
    }
    digits
};

fn digit(c: u8) -> Option<u8> {
    Some(DIGITS[usize::from(c)]).filter(|digit| *digit < 16)
}

/// Reads lower-case hexadecimal digits; `None` for an odd number of them or any other character.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Leaf hash of RFC 6962, section 2.1: SHA-256(0x00 ‖ data).
pub fn leaf_hash(data: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(data);
    Digest(hasher.finalize().into())
}

/// Node hash of RFC 6962, section 2.1: SHA-256(0x01 ‖ left ‖ right).
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut input = [1; 65];
    input[1..33].copy_from_slice(&left.0);
    input[33..].copy_from_slice(&right.0);
    Digest::of(&input)
}

/// Root of the empty tree: SHA-256 of nothing.
pub fn empty_root() -> Digest {
    Digest::of(b"")
}

/// Largest integer that canonical JSON may hold: 2^53 - 1 (RFC 8785, I-JSON).
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

const PENDING: u64 = 1 << 63;

/// The number of an entry in the log, zero-based; the number of a claim is that of the entry which recorded it.
///
/// A *pending* index stands for the k-th entry of the batch in the making. It becomes real when the batch is encoded
/// at a base, and cannot be written: serialising one fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Index(pub u64);

impl Index {
    /// The `position`-th entry (from 0) of the batch in the making.
    pub fn pending(position: usize) -> Self {
        Self(PENDING | position as u64)
    }

    /// Position in the batch in the making, for a pending index.
    pub fn pending_position(self) -> Option<usize> {
        (self.0 & PENDING != 0).then_some((self.0 & !PENDING) as usize)
    }

    /// The real index once the batch starts at `base`.
    #[must_use]
    pub fn at_base(self, base: u64) -> Self {
        self.pending_position().map_or(self, |k| Self(base + k as u64))
    }
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pending_position() {
            Some(k) => write!(f, "(entry {k} of this batch)"),
            None => write!(f, "#{}", self.0),
        }
    }
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Index {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if self.0 > MAX_INTEGER {
            return Err(serde::ser::Error::custom("an index that is still pending cannot be written"));
        }
        s.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Index {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = u64::deserialize(d)?;
        if value > MAX_INTEGER {
            return Err(serde::de::Error::custom("an index is at most 2^53 - 1"));
        }
        Ok(Self(value))
    }
}
