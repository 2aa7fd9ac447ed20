//! Signed notes: C2SP signed-note. A text, an empty line, and a line for each signature.
//!
//! ```text
//! This is the text.
//!
//! — example.org/name k3gtaGm2…        base64(key id ‖ signature)
//! ```
//!
//! Parsing a note and believing it are two steps. A line by a key that nobody trusts here says nothing and is ignored;
//! a line by a trusted key that does not hold makes the whole note suspect, and it is rejected.
//!
//! Tested by `tests/it/tlog_note.rs` against `signed_note`, the fixed vector, and a mutation for each rule.

use std::fmt;

use super::cosign;
use super::forms::{base64, from_base64};
use super::key::{KeyId, Role, Signer, Verifier, is_key_name};

/// Longest note, in bytes.
pub const MAX_NOTE: usize = 64 * 1024;

/// Most signature lines of a note.
pub const MAX_SIGNATURES: usize = 64;

/// Begins a signature line: an em dash and a space.
const DASH: &str = "— ";

/// Bytes that are not a note, or a text that cannot be one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Over [`MAX_NOTE`] bytes.
    #[error("a note has at most {MAX_NOTE} bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("a note is UTF-8")]
    Utf8,
    /// A control character other than the line feed.
    #[error("a note has no control characters but line feeds")]
    Control,
    /// The text does not end with a line feed, or no empty line and signature follow it.
    #[error("a note is a text that ends its last line, an empty line, and signature lines")]
    Form,
    /// Line `0` of the signatures (from 1) is not a dash, a key name and base64 of more than four bytes.
    #[error("signature line {0} of the note is malformed")]
    Signature(usize),
    /// More than [`MAX_SIGNATURES`] signature lines.
    #[error("a note has at most {MAX_SIGNATURES} signature lines")]
    TooManySignatures,
}

/// Why a note is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// No line is by a key that is trusted here.
    #[error("no signature on the note is by a trusted key")]
    NoKnownKey,
    /// A line by a trusted key does not hold.
    #[error("the signature by {name} on the note does not hold")]
    Fails {
        /// Name of the key.
        name: String,
    },
    /// Two different trusted keys have the same name and id.
    #[error("two trusted keys have the name {name} and the same id")]
    Ambiguous {
        /// Name of the keys.
        name: String,
    },
}

/// A signature line, not necessarily a true one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Signature {
    name: String,
    id: KeyId,
    bytes: Vec<u8>,
}

impl Signature {
    /// By a key, with the bytes that stand behind the key id.
    pub(super) fn new(by: &Verifier, bytes: Vec<u8>) -> Self {
        Self { name: by.name().to_owned(), id: by.id(), bytes }
    }

    /// Reads a signature line without its line feed; `None` when it is none.
    pub fn parse(line: &str) -> Option<Self> {
        let (name, data) = line.strip_prefix(DASH)?.split_once(' ')?;
        let data = from_base64(data)?;
        let (id, bytes) = data.split_first_chunk::<4>()?;
        let well_formed = is_key_name(name) && !bytes.is_empty();
        well_formed.then(|| Self { name: name.to_owned(), id: KeyId(*id), bytes: bytes.to_vec() })
    }

    /// Name of the key it says it is by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key it says it is by.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What stands behind the key id: 64 bytes for a log's key, a time and 64 bytes for a witness's.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it says it is by this key. Whether it holds is another question.
    pub fn is_by(&self, key: &Verifier) -> bool {
        self.name == key.name() && self.id == key.id()
    }
}

impl fmt::Display for Signature {
    /// The line without its line feed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{DASH}{} {}", self.name, base64(&[self.id.0.as_slice(), &self.bytes].concat()))
    }
}

/// A trusted key whose every line on a note holds.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Verified {
    /// The key.
    pub by: Verifier,
    /// For a witness, the latest time it states, in seconds since 1970; the witness's own word.
    pub time: Option<u64>,
}

/// A text with signature lines, none of them checked yet.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// A note with no signature yet.
    ///
    /// # Errors
    /// When the text is too long, does not end with a line feed or has other control characters.
    pub fn new(text: &str) -> Result<Self, BadNote> {
        check_characters(text)?;
        if !text.ends_with('\n') {
            return Err(BadNote::Form);
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note. No signature is checked.
    ///
    /// # Errors
    /// When it is not a note with at least one signature line, or over a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadNote> {
        if bytes.len() > MAX_NOTE {
            return Err(BadNote::TooLong);
        }
        let whole = str::from_utf8(bytes).map_err(|_| BadNote::Utf8)?;
        check_characters(whole)?;
        // The text may have empty lines of its own: the last one counts.
        let end = whole.rfind("\n\n").ok_or(BadNote::Form)? + 1;
        let (text, rest) = whole.split_at(end);
        let lines = rest[1..].strip_suffix('\n').ok_or(BadNote::Form)?;
        let mut note = Self::new(text)?;
        for (i, line) in lines.split('\n').enumerate() {
            if i == MAX_SIGNATURES {
                return Err(BadNote::TooManySignatures);
            }
            note.signatures.push(Signature::parse(line).ok_or(BadNote::Signature(i + 1))?);
        }
        Ok(note)
    }

    /// The text, with its last line feed: what is signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines, in order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature line in place of those that the same key may have on the note already.
    ///
    /// # Errors
    /// When the note would be over a limit; it is unchanged then.
    pub fn add(&mut self, signature: Signature) -> Result<(), BadNote> {
        let mut signatures = self.signatures.clone();
        signatures.retain(|old| (&old.name, old.id) != (&signature.name, signature.id));
        signatures.push(signature);
        if signatures.len() > MAX_SIGNATURES {
            return Err(BadNote::TooManySignatures);
        }
        let grown = Self { text: self.text.clone(), signatures };
        if grown.to_string().len() > MAX_NOTE {
            return Err(BadNote::TooLong);
        }
        *self = grown;
        Ok(())
    }

    /// Checks every line by one of the `trusted` keys; lines by others are ignored. Each key counts once.
    ///
    /// # Errors
    /// When no line is by a trusted key, or one that is does not hold.
    pub fn verify(&self, trusted: &[Verifier]) -> Result<Vec<Verified>, Distrust> {
        let mut verified: Vec<Verified> = Vec::new();
        for signature in &self.signatures {
            let mut keys = trusted.iter().filter(|key| signature.is_by(key));
            let Some(key) = keys.next() else { continue };
            let name = || key.name().to_owned();
            if keys.any(|other| other != key) {
                return Err(Distrust::Ambiguous { name: name() });
            }
            let time = match key.role() {
                Role::Log => key.key().verifies(self.text.as_bytes(), &signature.bytes).then_some(None),
                Role::Witness => cosign::verify(key, &self.text, &signature.bytes).map(Some),
            };
            let time = time.ok_or_else(|| Distrust::Fails { name: name() })?;
            match verified.iter_mut().find(|other| other.by == *key) {
                Some(again) => again.time = again.time.max(time),
                None => verified.push(Verified { by: key.clone(), time }),
            }
        }
        if verified.is_empty() { Err(Distrust::NoKnownKey) } else { Ok(verified) }
    }
}

impl fmt::Display for Note {
    /// The note as it is stored and sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

/// Signs the text of `note` as a log does (type 0x01) and adds the line.
///
/// # Errors
/// [`SignError::Role`] for the key of a witness, which signs by [`cosign::cosign`]; a limit of the note.
pub fn sign(note: &mut Note, signer: &Signer) -> Result<(), SignError> {
    if signer.verifier().role() != Role::Log {
        return Err(SignError::Role);
    }
    let bytes = signer.sign_bytes(note.text.as_bytes()).to_vec();
    Ok(note.add(Signature::new(signer.verifier(), bytes))?)
}

/// Why a note was not signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key is for the other role. A key never signs in two.
    #[error("the key is for another role")]
    Role,
    /// A witness states no such time.
    #[error("the time of a cosignature is at least 1 and at most 2^63 - 1 seconds")]
    Time,
    /// The note would be over a limit.
    #[error(transparent)]
    Note(#[from] BadNote),
}

fn check_characters(text: &str) -> Result<(), BadNote> {
    if text.len() > MAX_NOTE {
        return Err(BadNote::TooLong);
    }
    if text.bytes().any(|byte| byte < 0x20 && byte != b'\n') { Err(BadNote::Control) } else { Ok(()) }
}
