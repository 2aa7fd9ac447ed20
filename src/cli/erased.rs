//! What was erased is not recorded again without being asked for.
//!
//! The words are gone, so what is kept of them is a digest keyed with a secret of this user's (HMAC-SHA-256): without the
//! secret nobody can guess the words and confirm the guess. Secret and digests lie in the user's configuration folder,
//! never in the ledger.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;

use serde_json::Value;

use super::config::{Folders, write_private};
use super::error::CliError;
use crate::entry::{Event, Proposal, Salt};
use crate::hash::Digest;
use crate::search::fold::words;

/// Fields that hold somebody's sentences; all others hold names, titles, dates, words of a vocabulary.
pub const SENTENCES: &[&str] = &["statement", "says", "text", "note", "quote", "rationale", "reason", "method"];
/// A shorter text may well be written again by chance.
pub const LEAST: usize = 4;
const BLOCK: usize = 64;

/// Digests of what this user erased from one ledger.
#[derive(Debug, Default)]
pub struct Erased {
    secret: Option<Vec<u8>>,
    digests: BTreeSet<String>,
}

fn failed(path: &std::path::Path, e: &std::io::Error) -> CliError {
    CliError::cannot_run(format!("cannot read {}", path.display())).because(e)
}

impl Erased {
    /// What is remembered for a ledger.
    ///
    /// # Errors
    /// When a file of it cannot be read.
    pub fn load(folders: &Folders, ledger: &Digest) -> Result<Self, CliError> {
        let read = |path: &std::path::Path| match fs::read(path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed(path, &e)),
        };
        let secret = read(&folders.erasure_secret())?;
        let list = read(&folders.erased(ledger))?.unwrap_or_default();
        let digests = String::from_utf8_lossy(&list).lines().map(str::to_owned).collect();
        Ok(Self { secret, digests })
    }

    /// Remembers what an event says.
    pub fn remember(&mut self, folders: &Folders, event: &Event) -> Result<(), CliError> {
        let secret = if let Some(secret) = &self.secret {
            secret.clone()
        } else {
            let mut secret = vec![0; 32];
            getrandom::fill(&mut secret)
                .map_err(|e| CliError::cannot_run("the system gives no randomness").because(&e))?;
            write_private(&folders.erasure_secret(), &secret, false)?;
            secret
        };
        self.digests.extend(marks(event).iter().map(|mark| hmac(&secret, mark.as_bytes()).hex()));
        self.secret = Some(secret);
        Ok(())
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, folders: &Folders, ledger: &Digest) -> Result<(), CliError> {
        let mut text = String::new();
        for digest in &self.digests {
            text.push_str(digest);
            text.push('\n');
        }
        write_private(&folders.erased(ledger), text.as_bytes(), true)
    }

    /// Positions of the proposals that say what was erased.
    pub fn among(&self, proposals: &[Proposal]) -> Vec<usize> {
        let Some(secret) = self.secret.as_ref().filter(|_| !self.digests.is_empty()) else { return Vec::new() };
        let known =
            |event: &Event| marks(event).iter().any(|mark| self.digests.contains(&hmac(secret, mark.as_bytes()).hex()));
        proposals.iter().enumerate().filter(|(_, p)| known(&p.event)).map(|(k, _)| k).collect()
    }
}

/// What an event is recognised by: its sentences, folded.
fn marks(event: &Event) -> Vec<String> {
    let mut marks = Vec::new();
    for (field, text) in strings(event) {
        let folded: Vec<String> = words(&text).into_iter().map(|word| word.text).collect();
        if SENTENCES.contains(&field.as_str()) && folded.len() >= LEAST {
            marks.push(folded.join(" "));
        }
    }
    marks
}

/// Every text in an event's body, with the name of its field.
pub fn strings(event: &Event) -> Vec<(String, String)> {
    // What refers to something pending cannot be encoded; then the body is looked at as it will be at base 0.
    let event = crate::entry::batch::at_base(event, 0);
    let Ok(payload) = event.encode(Salt([0; 16])) else { return Vec::new() };
    let Ok(value) = serde_json::from_slice::<Value>(&payload) else { return Vec::new() };
    let mut found = Vec::new();
    walk("", &value["body"], &mut found);
    found
}

fn walk(field: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((field.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| walk(field, item, found)),
        Value::Object(members) => members.iter().for_each(|(name, item)| walk(name, item, found)),
        _ => {}
    }
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(secret: &[u8], message: &[u8]) -> Digest {
    let mut key = [0_u8; BLOCK];
    if secret.len() > BLOCK {
        key[..32].copy_from_slice(&Digest::of(secret).0);
    } else {
        key[..secret.len()].copy_from_slice(secret);
    }
    let pad = |byte: u8, rest: &[u8]| {
        let mut bytes: Vec<u8> = key.iter().map(|k| k ^ byte).collect();
        bytes.extend_from_slice(rest);
        Digest::of(&bytes)
    };
    pad(0x5c, &pad(0x36, message).0)
}

#[cfg(test)]
mod tests {
    use super::hmac;

    /// RFC 4231, test cases 2 and 6: a short key, and one longer than a block.
    #[test]
    fn the_known_answers_of_rfc_4231() {
        assert_eq!(
            hmac(b"Jefe", b"what do ya want for nothing?").hex(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First").hex(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }
}
