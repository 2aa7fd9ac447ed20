//! What whoever asks for a cosignature makes of the answer: C2SP tlog-witness, client side.
//!
//! A conversation begins from the largest size that this witness is known to have cosigned. An answer of 409 names the size
//! that it has; the proof is then made from there, three times at most. A witness that finds the checkpoint inconsistent
//! is believed to have seen another history: that ends the conversation, and is never asked again in the hope of
//! another answer. A cosignature counts once it holds for the very text that was sent.

use super::SIZE_TYPE;
use super::request::{BadRequest, Request};
use crate::hash::Digest;
use crate::tlog::forms::decimal;
use crate::tlog::key::Verifier;
use crate::tlog::note::{Distrust, MAX_SIGNATURES, Note, Signature};

/// Times that the size a witness names is adopted.
pub const MAX_RETRIES: u32 = 3;

/// Longest answer, in bytes.
pub const MAX_ANSWER: usize = 16 * 1024;

/// Characters of a witness's words that are kept.
const MAX_WORDS: usize = 300;

/// What a witness has answered.
#[derive(Debug, Clone, Copy)]
pub struct Reply<'a> {
    /// HTTP status.
    pub status: u16,
    /// Media type without parameters, lower case.
    pub media_type: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Send again, with a proof from [`Conversation::old`].
    Send,
    /// It is cosigned.
    Cosigned {
        /// The witness's line, which holds.
        line: Signature,
        /// Its time, in seconds since 1970.
        time: u64,
    },
    /// There is no cosignature to be had now.
    Stop(Failure),
}

/// Why there is no cosignature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The witness has seen a history that this checkpoint does not extend.
    #[error("the witness has cosigned another history, which this checkpoint does not extend ({status}: {words})")]
    Fork {
        /// Its status.
        status: u16,
        /// Its words; text of others.
        words: String,
    },
    /// The witness has cosigned a larger tree than this one.
    #[error("the witness has cosigned {theirs} entries already, more than the {ours} of this checkpoint")]
    Ahead {
        /// The size it names.
        theirs: u64,
        /// The checkpoint's.
        ours: u64,
    },
    /// The witness names a smaller size than one that it has cosigned.
    #[error("the witness has cosigned {known} entries before and now says {theirs}: it has lost its state")]
    Forgot {
        /// The size it names.
        theirs: u64,
        /// The size it has cosigned.
        known: u64,
    },
    /// It named another size each time.
    #[error("the witness named another size {MAX_RETRIES} times over")]
    Retries,
    /// It names the size that was sent as the one it has, and does not take it.
    #[error("the witness has cosigned {theirs} entries, was sent a proof from there, and still answers 409")]
    Same {
        /// The size.
        theirs: u64,
    },
    /// An answer of 409 without a size.
    #[error("the witness answered 409 without the size that it has cosigned")]
    NoSize,
    /// The witness refused.
    #[error("the witness refused with status {status}: {words}")]
    Refused {
        /// Its status.
        status: u16,
        /// Its words; text of others.
        words: String,
    },
    /// An answer of 200 that is not of signature lines.
    #[error("the witness's answer is not of signature lines")]
    Malformed,
    /// No line of the answer is by the witness's key.
    #[error("no line of the answer is by the key of this witness")]
    NotIts,
    /// A line by the witness's key does not hold for what was sent.
    #[error("the witness's line does not hold for what was sent")]
    Fails,
    /// The time is 0.
    #[error("the witness states no time")]
    NoTime,
}

/// Asking one witness about one checkpoint.
#[derive(Debug, Clone)]
pub struct Conversation {
    witness: Verifier,
    note: Note,
    size: u64,
    known: u64,
    old: u64,
    retries: u32,
}

impl Conversation {
    /// Begins one about a checkpoint of `size`; `known` is the largest size that the witness is known to have cosigned, and
    /// not above `size`.
    pub fn new(witness: Verifier, note: Note, size: u64, known: u64) -> Self {
        let known = known.min(size);
        Self { witness, note, size, known, old: known, retries: 0 }
    }

    /// Size that the next proof begins from.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The next body to post. `proof` is the consistency proof from [`Conversation::old`]; empty where that is 0 or the
    /// checkpoint's own size.
    ///
    /// # Errors
    /// When the proof or the note are over a limit.
    pub fn body(&self, proof: Vec<Digest>) -> Result<Vec<u8>, BadRequest> {
        Ok(Request::new(self.old, proof, self.note.clone())?.to_string().into_bytes())
    }

    /// Judges an answer.
    pub fn take(&mut self, reply: Reply<'_>) -> Next {
        let words = || String::from_utf8_lossy(reply.body).trim().chars().take(MAX_WORDS).collect();
        match reply.status {
            200 => match self.cosigned(reply.body) {
                Ok((line, time)) => Next::Cosigned { line, time },
                Err(failure) => Next::Stop(failure),
            },
            409 if reply.media_type == SIZE_TYPE => self.conflict(reply.body),
            409 => Next::Stop(Failure::NoSize),
            422 => Next::Stop(Failure::Fork { status: 422, words: words() }),
            status => Next::Stop(Failure::Refused { status, words: words() }),
        }
    }

    fn conflict(&mut self, body: &[u8]) -> Next {
        let theirs = str::from_utf8(body).ok().and_then(|text| decimal(text.strip_suffix('\n')?));
        let Some(theirs) = theirs else { return Next::Stop(Failure::NoSize) };
        Next::Stop(match theirs {
            // Version 1.0.0 of the specification: the same size with another root.
            _ if theirs == self.old && theirs == self.size => {
                Failure::Fork { status: 409, words: format!("it has cosigned size {theirs} with another root") }
            }
            _ if theirs == self.old => Failure::Same { theirs },
            _ if theirs > self.size => Failure::Ahead { theirs, ours: self.size },
            _ if theirs < self.known => Failure::Forgot { theirs, known: self.known },
            _ if self.retries == MAX_RETRIES => Failure::Retries,
            _ => {
                self.retries += 1;
                self.old = theirs;
                return Next::Send;
            }
        })
    }

    /// The witness's line and its time. Lines of keys that are not known here say nothing.
    fn cosigned(&self, body: &[u8]) -> Result<(Signature, u64), Failure> {
        let text = str::from_utf8(body).ok().filter(|text| text.len() <= MAX_ANSWER);
        let lines: Vec<&str> = text.and_then(|t| t.strip_suffix('\n')).ok_or(Failure::Malformed)?.split('\n').collect();
        if lines.len() > MAX_SIGNATURES {
            return Err(Failure::Malformed);
        }
        let mut own = None;
        for line in lines {
            let line = Signature::parse(line).ok_or(Failure::Malformed)?;
            if !line.is_by(&self.witness) {
                continue;
            }
            let mut note = Note::new(self.note.text()).map_err(|_| Failure::Malformed)?;
            note.add(line.clone()).map_err(|_| Failure::Malformed)?;
            let verified = note.verify(std::slice::from_ref(&self.witness)).map_err(|error| match error {
                Distrust::NoKnownKey => Failure::NotIts,
                Distrust::Fails { .. } | Distrust::Ambiguous { .. } => Failure::Fails,
            })?;
            let time = verified.first().and_then(|one| one.time).filter(|time| *time > 0).ok_or(Failure::NoTime)?;
            own = Some((line, time));
        }
        own.ok_or(Failure::NotIts)
    }
}
