//! What a witness answers: C2SP tlog-witness, `add-checkpoint`.
//!
//! | step | status |
//! |---|---|
//! | the body is malformed | 400 |
//! | the origin is unknown | 404 |
//! | no trusted key of the origin has signed, or a signature by one does not hold | 403 |
//! | the old size is above the checkpoint's | 400 |
//! | the old size is not the one last cosigned | 409 with that size |
//! | empty tree with another root; proof from nothing; other root at the same size; the proof does not hold | 422 |
//! | the clock is behind the last cosignature | 503 |
//! | otherwise | 200 with the cosignature |
//!
//! [`answer`] is the whole decision. Whoever calls it must hold a lock from reading the state of the log until what was
//! decided is durable, and must answer only then: between the two, another request could have another history signed.

use super::SIZE_TYPE;
use super::request::{BadRequest, Request};
use crate::hash::{Digest, empty_root};
use crate::tlog::checkpoint::{BadCheckpoint, Checkpoint};
use crate::tlog::cosign::cosign;
use crate::tlog::key::{Signer, Verifier};
use crate::tlog::note::{BadNote, Distrust, Note, SignError, Signature};
use crate::tlog::proof::{BadProof, check_consistency};

/// A log that the witness knows.
#[derive(Debug, Clone)]
pub struct Log {
    /// Its keys; each is named after the origin or trusted for it all the same. Never empty.
    pub keys: Vec<Verifier>,
    /// The latest checkpoint that the witness has cosigned for it.
    pub last: Option<Cosigned>,
}

/// A checkpoint that the witness has cosigned: all that it must not forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// When, in seconds since 1970.
    pub time: u64,
    /// The checkpoint as a note with the log's signatures and this witness's own.
    pub note: Note,
    /// The witness's line on it.
    pub line: Signature,
}

/// A stored checkpoint that is not what the witness stores.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadState {
    /// No signed note.
    #[error(transparent)]
    Note(#[from] BadNote),
    /// Not cosigned by this witness.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The text of the note is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] BadCheckpoint),
    /// Of another log.
    #[error("it is of {origin}")]
    Origin {
        /// The origin that it names.
        origin: String,
    },
    /// The witness's line stands on it twice or without a time.
    #[error("it has not exactly one cosignature of this witness")]
    Line,
}

impl Cosigned {
    /// Reads what was stored, and holds it against the witness's own cosignature.
    ///
    /// # Errors
    /// When it is not a checkpoint of `origin` that `witness` has cosigned.
    pub fn parse(bytes: &[u8], origin: &str, witness: &Verifier) -> Result<Self, BadState> {
        let note = Note::parse(bytes)?;
        let verified = note.verify(std::slice::from_ref(witness))?;
        let checkpoint: Checkpoint = note.text().parse()?;
        if checkpoint.origin() != origin {
            return Err(BadState::Origin { origin: checkpoint.origin().to_owned() });
        }
        let time = verified.first().and_then(|one| one.time).ok_or(BadState::Line)?;
        let mut lines = note.signatures().iter().filter(|line| line.is_by(witness));
        let (Some(line), None) = (lines.next().cloned(), lines.next()) else { return Err(BadState::Line) };
        Ok(Self { checkpoint, time, note, line })
    }
}

/// Why a witness does not cosign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The body is none.
    #[error("{0}")]
    Malformed(#[from] BadRequest),
    /// The witness does not know the log.
    #[error("this witness does not know the log {origin}")]
    UnknownOrigin {
        /// The origin in the checkpoint.
        origin: String,
    },
    /// No trusted key of the log has signed the checkpoint.
    #[error("{0}")]
    Signature(Distrust),
    /// The old size is above that of the checkpoint.
    #[error("the old size {old} is above the checkpoint's {size}")]
    OldBeyond {
        /// The old size.
        old: u64,
        /// The checkpoint's.
        size: u64,
    },
    /// The old size is not the one last cosigned.
    #[error("{size}")]
    Stale {
        /// The one last cosigned; 0 where none ever was.
        size: u64,
    },
    /// Size 0, and another root than that of the empty tree.
    #[error("the root of an empty tree is that of no entries")]
    EmptyRoot,
    /// A proof where there is nothing to be proved.
    #[error("from size {old} to {size} the proof is empty")]
    Surplus {
        /// The old size.
        old: u64,
        /// The checkpoint's.
        size: u64,
    },
    /// The size last cosigned with another root: the log has two histories.
    #[error("at size {size} this witness has cosigned another root")]
    OtherRoot {
        /// The size.
        size: u64,
    },
    /// The checkpoint is not shown to extend the one last cosigned.
    #[error("the checkpoint is not shown to extend the one last cosigned: {0}")]
    Inconsistent(BadProof),
    /// The witness's clock is behind its last cosignature.
    #[error("the clock of this witness is behind its last cosignature; try again later")]
    Clock {
        /// Now, in seconds since 1970.
        now: u64,
        /// The time of the last cosignature.
        last: u64,
    },
    /// The witness cannot sign.
    #[error("this witness cannot sign: {0}")]
    Sign(#[from] SignError),
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) | Self::OldBeyond { .. } => 400,
            Self::UnknownOrigin { .. } => 404,
            Self::Signature(_) => 403,
            Self::Stale { .. } => 409,
            Self::EmptyRoot | Self::Surplus { .. } | Self::OtherRoot { .. } | Self::Inconsistent(_) => 422,
            Self::Clock { .. } => 503,
            Self::Sign(_) => 500,
        }
    }

    /// Whether the request may be evidence that the log has two histories: signed by the log, and not consistent.
    pub fn is_evidence(&self) -> bool {
        self.status() == 422
    }

    /// Media type of the body.
    pub fn media_type(&self) -> &'static str {
        if matches!(self, Self::Stale { .. }) { SIZE_TYPE } else { "text/plain; charset=utf-8" }
    }

    /// The body: for a stale size that size, else the reason; a line each.
    pub fn body(&self) -> String {
        format!("{self}\n")
    }
}

/// Decides on a request: the state to be stored, whose line is then the answer, or why not. `find` gives what the witness
/// knows of an origin.
///
/// # Errors
/// Those of `find` alone; a refusal is a result.
pub fn answer<E>(
    body: &[u8],
    find: impl FnOnce(&str) -> Result<Option<Log>, E>,
    witness: &Signer,
    now: u64,
) -> Result<Result<Cosigned, Refusal>, E> {
    let request = match Request::parse(body) {
        Ok(request) => request,
        Err(bad) => return Ok(Err(bad.into())),
    };
    let origin = request.checkpoint().origin();
    Ok(match find(origin)? {
        Some(log) => decide(&request, &log, witness, now),
        None => Err(Refusal::UnknownOrigin { origin: origin.to_owned() }),
    })
}

/// The rest of the decision, once the log is known.
fn decide(request: &Request, log: &Log, witness: &Signer, now: u64) -> Result<Cosigned, Refusal> {
    let (old, checkpoint) = (request.old(), request.checkpoint());
    let size = checkpoint.size();
    request.note().verify(&log.keys).map_err(Refusal::Signature)?;
    if old > size {
        return Err(Refusal::OldBeyond { old, size });
    }
    let last = log.last.as_ref();
    let (last_size, last_root) =
        last.map_or((0, empty_root()), |last| (last.checkpoint.size(), last.checkpoint.root()));
    if old != last_size {
        return Err(Refusal::Stale { size: last_size });
    }
    consistent(request, last_root)?;
    if let Some(last) = last.filter(|last| now < last.time) {
        return Err(Refusal::Clock { now, last: last.time });
    }
    let mut note = Note::new(request.note().text()).map_err(SignError::from)?;
    for line in request.note().signatures().iter().filter(|line| log.keys.iter().any(|key| line.is_by(key))) {
        note.add(line.clone()).map_err(SignError::from)?;
    }
    let line = cosign(&note, witness, now)?;
    note.add(line.clone()).map_err(SignError::from)?;
    Ok(Cosigned { checkpoint: checkpoint.clone(), time: now, note, line })
}

/// Whether the checkpoint extends the tree of the old size, whose root is `last`.
fn consistent(request: &Request, last: Digest) -> Result<(), Refusal> {
    let (old, size, root) = (request.old(), request.checkpoint().size(), request.checkpoint().root());
    if size == 0 && root != empty_root() {
        return Err(Refusal::EmptyRoot);
    }
    if old == size && root != last {
        return Err(Refusal::OtherRoot { size });
    }
    if old == 0 || old == size {
        return if request.proof().is_empty() { Ok(()) } else { Err(Refusal::Surplus { old, size }) };
    }
    check_consistency(request.proof(), old, size, &last, &root).map_err(Refusal::Inconsistent)
}
