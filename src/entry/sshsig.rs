//! Signatures as OpenSSH makes them (PROTOCOL.sshsig): Ed25519, namespace `onrecord-entry`, hash sha512.
//!
//! The ledger keeps the 64 raw bytes; [`armor`] rebuilds the file that `ssh-keygen -Y verify` accepts.

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha512};

/// The namespace: a signature made for another purpose does not pass here, nor one of ours elsewhere.
pub const NAMESPACE: &str = "onrecord-entry";

const KEY_TYPE: &str = "ssh-ed25519";
const HASH: &str = "sha512";

/// A public key that is not one this program can judge.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not `ssh-ed25519 AAAA…`.
    #[error("not an OpenSSH public key of type ssh-ed25519 (`ssh-ed25519 AAAA… [comment]`)")]
    Text,
    /// A point that no honest key has.
    #[error("a weak or malformed Ed25519 public key")]
    Weak,
}

/// An Ed25519 public key in OpenSSH's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

fn string(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
    out.extend_from_slice(bytes);
}

impl PublicKey {
    /// From the 32 raw bytes.
    ///
    /// # Errors
    /// [`BadKey::Weak`] for a point of small order or off the curve.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BadKey> {
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadKey::Weak)?;
        // `to_bytes` would hand back what it was given; only compressing the point again shows a second way to write it.
        if key.is_weak() || key.to_edwards().compress().to_bytes() != *bytes {
            Err(BadKey::Weak)
        } else {
            Ok(Self(key))
        }
    }

    /// From a line of a public key file; a comment is left aside.
    ///
    /// # Errors
    /// Anything but one Ed25519 key.
    pub fn from_openssh(line: &str) -> Result<Self, BadKey> {
        let mut parts = line.trim().splitn(3, ' ');
        let (Some(KEY_TYPE), Some(base64)) = (parts.next(), parts.next()) else { return Err(BadKey::Text) };
        let blob = Base64::decode_vec(base64).map_err(|_| BadKey::Text)?;
        let mut head = Vec::new();
        string(KEY_TYPE.as_bytes(), &mut head);
        head.extend_from_slice(&32u32.to_be_bytes());
        let raw = blob.strip_prefix(head.as_slice()).ok_or(BadKey::Text)?;
        Self::from_bytes(raw.try_into().map_err(|_| BadKey::Text)?)
    }

    /// `ssh-ed25519 AAAA…`, without a comment: the one text form in entries.
    pub fn to_openssh(self) -> String {
        format!("{KEY_TYPE} {}", Base64::encode_string(&self.blob()))
    }

    /// The 32 raw bytes.
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    fn blob(self) -> Vec<u8> {
        let mut blob = Vec::with_capacity(51);
        string(KEY_TYPE.as_bytes(), &mut blob);
        string(self.0.as_bytes(), &mut blob);
        blob
    }

    /// Whether `signature` is this key's over `message`.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|s| self.0.verify_strict(&signed_blob(message), &s).is_ok())
    }

    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fn fingerprint(self) -> String {
        let digest = Base64::encode_string(&crate::hash::Digest::of(&self.blob()).0);
        format!("SHA256:{}", digest.trim_end_matches('='))
    }
}

/// What Ed25519 signs: magic, namespace, reserved, hash name, hash of the message.
pub fn signed_blob(message: &[u8]) -> Vec<u8> {
    let mut blob = b"SSHSIG".to_vec();
    string(NAMESPACE.as_bytes(), &mut blob);
    string(b"", &mut blob);
    string(HASH.as_bytes(), &mut blob);
    string(&Sha512::digest(message), &mut blob);
    blob
}

/// The armored signature file for `ssh-keygen -Y verify`.
pub fn armor(key: PublicKey, signature: &[u8]) -> String {
    let mut blob = b"SSHSIG".to_vec();
    blob.extend_from_slice(&1u32.to_be_bytes());
    string(&key.blob(), &mut blob);
    string(NAMESPACE.as_bytes(), &mut blob);
    string(b"", &mut blob);
    string(HASH.as_bytes(), &mut blob);
    let mut inner = Vec::new();
    string(KEY_TYPE.as_bytes(), &mut inner);
    string(signature, &mut inner);
    string(&inner, &mut blob);
    let base64 = Base64::encode_string(&blob);
    let mut out = String::from("-----BEGIN SSH SIGNATURE-----\n");
    for (i, c) in base64.chars().enumerate() {
        if i > 0 && i % 70 == 0 {
            out.push('\n');
        }
        out.push(c);
    }
    out.push_str("\n-----END SSH SIGNATURE-----\n");
    out
}

/// Something that can sign for an agent; the private key, or whoever holds it, stays outside the library's centre.
pub trait Signer {
    /// The public half.
    fn public(&self) -> PublicKey;

    /// The 64 bytes over `blob`, which [`signed_blob`] made.
    ///
    /// # Errors
    /// When the holder of the key refuses or cannot be reached; the text is for a person.
    fn sign(&self, blob: &[u8]) -> Result<[u8; 64], SignError>;
}

/// The holder of a key did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the key did not sign: {reason}")]
pub struct SignError {
    /// Why, in its own words.
    pub reason: String,
}

/// A private key in memory.
pub struct KeySigner(ed25519_dalek::SigningKey);

impl KeySigner {
    /// From the 32-byte seed.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }
}

impl Signer for KeySigner {
    fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    fn sign(&self, blob: &[u8]) -> Result<[u8; 64], SignError> {
        use ed25519_dalek::Signer as _;
        Ok(self.0.sign(blob).to_bytes())
    }
}
