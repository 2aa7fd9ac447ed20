//! Cosignatures: kept beside the checkpoint, and for good.
//!
//! A witness's line goes to two places. On the checkpoint itself, so that every reader has it at once; the next commit
//! replaces that. And as an object of its own, `log/cosigned/<size>/<tag>`: the checkpoint with the log's signatures and this
//! one line, which never changes and never goes. So an older checkpoint stays provable as it was cosigned. `<tag>` is the
//! beginning of the SHA-256 of the witness's verifier key, in hexadecimal.

use super::error::ReadError;
use super::log::{LogError, open_checkpoint};
use super::record::Ledger;
use crate::hash::{Digest, Index};
use crate::store::{Cell, Store as _, StoreError, StorePath, StoreRead as _, SwapError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::key::Verifier;
use crate::tlog::note::{BadNote, MAX_NOTE, Note, Signature};
use crate::tlog::policy::Policy;
use crate::tlog::proof::{ProveError, prove_consistency};

/// Where cosigned checkpoints lie.
pub const FOLDER: &str = "log/cosigned";

/// Times that the checkpoint may move while a line is added to it.
const ATTEMPTS: usize = 16;

/// A checkpoint of this ledger with cosignatures on it; whose, and whether they hold, is for a policy to say.
#[derive(Debug, Clone)]
pub struct Cosigned {
    /// Number of entries.
    pub size: u64,
    /// The checkpoint with all its lines.
    pub note: Note,
}

/// Where a cosignature was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// On the checkpoint that readers see, and for good.
    OnCheckpoint,
    /// For good; the checkpoint that readers see is a later one by now, or can take no further line.
    Beside,
}

/// A cosignature that could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum CosignError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The note would be over a limit.
    #[error(transparent)]
    Note(#[from] BadNote),
    /// The text of the note is no checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] crate::tlog::checkpoint::BadCheckpoint),
}

/// Where the cosignature of a witness at a size lies.
pub fn cosigned_path(size: u64, witness: &Verifier) -> StorePath {
    let tag = Digest::of(witness.to_string().as_bytes()).hex();
    StorePath::built(format!("{FOLDER}/{size}/{}", &tag[..16]))
}

impl Ledger {
    /// The latest checkpoint with the lines of the log alone: what is sent to a witness.
    ///
    /// # Errors
    /// When there is none.
    pub fn checkpoint_by_log(&self) -> Result<Note, ReadError> {
        let note = self.reader.note().ok_or(ReadError::NoLedger)?;
        let note = Note::parse(note).map_err(bad_note)?;
        let own = note.signatures().iter().filter(|line| self.reader.keys().iter().any(|key| line.is_by(key)));
        with_lines(note.text(), own).map_err(bad_note)
    }

    /// The consistency proof from `old` entries to the latest checkpoint; empty from 0 and from its own size.
    ///
    /// # Errors
    /// When the tiles cannot be read, or `old` is above that size.
    pub fn consistency(&self, old: u64) -> Result<Vec<Digest>, ReadError> {
        let size = self.reader.size();
        if old == 0 || old == size {
            return Ok(Vec::new());
        }
        prove_consistency(&self.reader.hashes(), old, size).map_err(|e| match e {
            ProveError::Read(e) => ReadError::Log(LogError::from(e)),
            _ => ReadError::Log(LogError::Beyond { end: old, size }),
        })
    }

    /// Keeps a witness's line on `note`, a checkpoint of this ledger. That it holds is for the caller to know. Durable on return.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_cosignature(&self, note: &Note, line: &Signature, witness: &Verifier) -> Result<Kept, CosignError> {
        let checkpoint: Checkpoint = note.text().parse()?;
        let own = note.signatures().iter().filter(|line| self.reader.keys().iter().any(|key| line.is_by(key)));
        let object = with_lines(note.text(), own.chain([line]))?;
        match self.store.put(&cosigned_path(checkpoint.size(), witness), object.to_string().as_bytes()) {
            // The witness has cosigned it before, and the earlier time is the one worth keeping.
            Ok(()) | Err(StoreError::Differs { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        for _ in 0..ATTEMPTS {
            let Some(found) = self.store.read(Cell::Checkpoint)? else { return Ok(Kept::Beside) };
            let mut standing = Note::parse(&found)?;
            if standing.text() != note.text() || standing.add(line.clone()).is_err() {
                return Ok(Kept::Beside);
            }
            match self.store.swap(Cell::Checkpoint, Some(&found), standing.to_string().as_bytes()) {
                Ok(()) => return Ok(Kept::OnCheckpoint),
                Err(SwapError::Conflict { .. }) => {}
                Err(SwapError::Failed(error) | SwapError::Unclear(error)) => return Err(error.into()),
            }
        }
        Ok(Kept::Beside)
    }

    /// Every checkpoint of this ledger that is kept with cosignatures, smallest first, and the latest one in any case. Each is signed
    /// by the log and has the root that the tree has at its size; what is not so is said, and left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn cosigned(&self) -> Result<Vec<Cosigned>, ReadError> {
        let mut found: Vec<Cosigned> = Vec::new();
        for path in self.store.list(&StorePath::built(FOLDER.to_owned())).map_err(LogError::from)? {
            match self.read_cosigned(&path)? {
                Ok(cosigned) => merge(&mut found, cosigned),
                Err(why) => (self.notify)(&format!("{path} is left out: {why}")),
            }
        }
        if let Some(bytes) = self.reader.note() {
            merge(&mut found, Cosigned { size: self.reader.size(), note: Note::parse(bytes).map_err(bad_note)? });
        }
        found.sort_by_key(|cosigned| cosigned.size);
        Ok(found)
    }

    /// A kept checkpoint, or why it is none of this ledger.
    fn read_cosigned(&self, path: &StorePath) -> Result<Result<Cosigned, String>, ReadError> {
        let bytes = match self.store.get(path, MAX_NOTE) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Err("it is gone".into())),
            Err(error @ StoreError::TooLarge { .. }) => return Ok(Err(error.to_string())),
            Err(error) => return Err(ReadError::Log(error.into())),
        };
        let checkpoint = match open_checkpoint(&bytes, self.reader.keys()) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return Ok(Err(std::error::Error::source(&error).unwrap_or(&error).to_string())),
        };
        let size = checkpoint.size();
        if !path.as_str().starts_with(&format!("{FOLDER}/{size}/")) {
            return Ok(Err(format!("it is of size {size}")));
        }
        if size > self.reader.size() || self.root_at(size)? != checkpoint.root() {
            return Ok(Err("it is of another history".into()));
        }
        let note = Note::parse(&bytes).map_err(bad_note)?;
        Ok(Ok(Cosigned { size, note }))
    }

    /// The largest checkpoint that holds the entry and that `policy` accepts, quorum and all; `None` where there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn checkpoint_under(&self, index: Index, policy: &Policy) -> Result<Option<Note>, ReadError> {
        let fits = |cosigned: &Cosigned| cosigned.size > index.0 && policy.check(&cosigned.note).is_ok();
        Ok(self.cosigned()?.into_iter().rev().find(fits).map(|cosigned| cosigned.note))
    }
}

/// Takes a checkpoint in; the lines of those of one size come together.
fn merge(found: &mut Vec<Cosigned>, new: Cosigned) {
    match found.iter_mut().find(|one| one.note.text() == new.note.text()) {
        Some(one) => {
            for line in new.note.signatures() {
                let known = |old: &&Signature| old.name() == line.name() && old.id() == line.id();
                if !one.note.signatures().iter().any(|old| known(&old)) {
                    // Beyond the limit of a note there are more witnesses than any policy asks for.
                    let _ = one.note.add(line.clone());
                }
            }
        }
        None => found.push(new),
    }
}

fn with_lines<'a>(text: &str, lines: impl Iterator<Item = &'a Signature>) -> Result<Note, BadNote> {
    let mut note = Note::new(text)?;
    for line in lines {
        note.add(line.clone())?;
    }
    Ok(note)
}

fn bad_note(error: BadNote) -> ReadError {
    ReadError::Log(LogError::Checkpoint(error.into()))
}
