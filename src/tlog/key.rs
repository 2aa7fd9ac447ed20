//! Ed25519 keys with a name: C2SP signed-note, verifier keys; the private text form is that of Go's `sumdb/note`.
//!
//! ```text
//! log.example/onrecord+65f3b995+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
//! name                +key id  +base64(type ‖ public key)
//! ```
//!
//! The id binds name, type and key together, so that a key is only ever used in its role. Public keys that several
//! signers could share (of small order) or that could be written in two ways (not canonical) are refused, and
//! signatures are checked strictly: what one program accepts, every other does too.
//!
//! Tested by `tests/it/tlog_note.rs` against `signed_note` and the fixed vector.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::forms::{base64, from_base64};
use crate::hash::{Digest, from_hex, to_hex};

/// Longest key text, in bytes; the names that occur are a tenth of it.
pub const MAX_KEY_TEXT: usize = 1_024;

const PRIVATE: &str = "PRIVATE+KEY+";

/// A text that is not a key, or bytes that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Over [`MAX_KEY_TEXT`], or not of the form name, id and base64 with `+` between.
    #[error("a key is written <name>+<8 hexadecimal digits>+<base64>, a private one with PRIVATE+KEY+ before it")]
    Form,
    /// The name is empty, or has white space, control characters or a plus sign.
    #[error("a key's name is not empty and has no white space, control characters or plus sign")]
    Name,
    /// The id does not belong to this name and key.
    #[error("the key id does not belong to this name and key")]
    Id,
    /// The type is none that this program knows.
    #[error("keys of type 0x{0:02x} are not supported")]
    Type(u8),
    /// The 32 bytes are no Ed25519 key fit for use: not a point, not canonical, or of small order.
    #[error("the bytes are no Ed25519 public key that is fit for use")]
    Point,
}

/// What a key signs: the type byte of C2SP signed-note.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Role {
    /// 0x01, Ed25519 over the text of the note: a log signs its checkpoints.
    Log = 0x01,
    /// 0x04, Ed25519 cosignature with a time: a witness cosigns them.
    Witness = 0x04,
}

impl Role {
    fn from_byte(byte: u8) -> Result<Self, BadKey> {
        match byte {
            0x01 => Ok(Self::Log),
            0x04 => Ok(Self::Witness),
            other => Err(BadKey::Type(other)),
        }
    }
}

/// First four bytes of SHA-256(name ‖ LF ‖ type ‖ public key): finds a key, does not identify it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 4]);

impl KeyId {
    fn of(name: &str, role: Role, public: &[u8; 32]) -> Self {
        let hash = Digest::of(&[name.as_bytes(), b"\n", &[role as u8], public].concat());
        let [a, b, c, d, ..] = hash.0;
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// Whether `name` may name a key: not empty, no Unicode white space, no control characters, no `+`.
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c < ' ' || c == '+')
}

/// An Ed25519 public key that is canonical and not of small order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// From the 32 bytes of RFC 8032.
    ///
    /// # Errors
    /// [`BadKey::Point`].
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadKey::Point)?;
        let canonical = key.to_edwards().compress().to_bytes() == *bytes;
        if canonical && !key.is_weak() { Ok(Self(key)) } else { Err(BadKey::Point) }
    }

    /// The 32 bytes of RFC 8032.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether `signature`, 64 bytes, is this key's over `message`; checked strictly.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", to_hex(self.as_bytes()))
    }
}

/// A public key with its name and role. Its text form is the *vkey*.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Verifier {
    name: String,
    id: KeyId,
    role: Role,
    key: PublicKey,
}

impl Verifier {
    /// Names a key.
    ///
    /// # Errors
    /// [`BadKey::Name`].
    pub fn new(name: &str, role: Role, key: PublicKey) -> Result<Self, BadKey> {
        if !is_key_name(name) {
            return Err(BadKey::Name);
        }
        Ok(Self { name: name.to_owned(), id: KeyId::of(name, role, key.as_bytes()), role, key })
    }

    /// Name of the key; a log's is its origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key under this name and role.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What the key signs.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The key itself.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&key_text(&self.name, self.id, self.role, self.key.as_bytes()))
    }
}

impl FromStr for Verifier {
    type Err = BadKey;

    fn from_str(text: &str) -> Result<Self, BadKey> {
        let (name, id, role, bytes) = parse_key_text(text)?;
        let verifier = Self::new(name, role, PublicKey::from_bytes(&bytes)?)?;
        if verifier.id == id { Ok(verifier) } else { Err(BadKey::Id) }
    }
}

/// A private key with its name and role. Never printed by `Debug`; its text form, the *skey*, must be asked for.
#[derive(Clone)]
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl Signer {
    /// From a name and the 32 secret bytes of RFC 8032, which should be random.
    ///
    /// # Errors
    /// [`BadKey::Name`].
    pub fn from_seed(name: &str, role: Role, seed: &[u8; 32]) -> Result<Self, BadKey> {
        let key = SigningKey::from_bytes(seed);
        let verifier = Verifier::new(name, role, PublicKey::from_bytes(key.verifying_key().as_bytes())?)?;
        Ok(Self { verifier, key })
    }

    /// Reads an skey.
    ///
    /// # Errors
    /// Unless it is exactly what [`Signer::secret_text`] writes.
    pub fn from_secret_text(text: &str) -> Result<Self, BadKey> {
        let (name, id, role, seed) = parse_key_text(text.strip_prefix(PRIVATE).ok_or(BadKey::Form)?)?;
        let signer = Self::from_seed(name, role, &seed)?;
        if signer.verifier.id == id { Ok(signer) } else { Err(BadKey::Id) }
    }

    /// The skey: `PRIVATE+KEY+<name>+<id>+<base64(type ‖ seed)>`. A secret.
    pub fn secret_text(&self) -> String {
        let Verifier { name, id, role, .. } = &self.verifier;
        format!("{PRIVATE}{}", key_text(name, *id, *role, self.key.as_bytes()))
    }

    /// The public half.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Signs the bytes as they are; which bytes those must be is for the role to say.
    pub(super) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}

fn key_text(name: &str, id: KeyId, role: Role, bytes: &[u8; 32]) -> String {
    format!("{name}+{id}+{}", base64(&[&[role as u8], bytes.as_slice()].concat()))
}

/// Name, id, role and key bytes of a key text. The base64 may have a plus sign of its own, so the first two count.
fn parse_key_text(text: &str) -> Result<(&str, KeyId, Role, [u8; 32]), BadKey> {
    if text.len() > MAX_KEY_TEXT {
        return Err(BadKey::Form);
    }
    let [name, id, data] = *text.splitn(3, '+').collect::<Vec<_>>() else { return Err(BadKey::Form) };
    let id = from_hex(id).and_then(|id| id.try_into().ok()).ok_or(BadKey::Form)?;
    let data = from_base64(data).ok_or(BadKey::Form)?;
    let (role, bytes) = data.split_first().ok_or(BadKey::Form)?;
    let role = Role::from_byte(*role)?;
    Ok((name, KeyId(id), role, bytes.try_into().map_err(|_| BadKey::Form)?))
}
