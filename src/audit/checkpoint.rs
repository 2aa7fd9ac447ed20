//! Checkpoints: the one that is published, and those that somebody kept.

use super::Remembered;
use super::explain::Code;
use super::replay::Replay;
use super::report::Problems;
use crate::entry::View as _;
use crate::hash::{Digest, empty_root};
use crate::store::{Cell, StoreError, StoreRead};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::key::{Role, Verifier};
use crate::tlog::note::{Distrust, Note};

/// Where the checkpoint lies.
pub(super) const PATH: &str = "log/checkpoint";

/// A checkpoint whose signatures are still to be judged.
#[derive(Debug, Clone)]
pub(super) struct Unverified {
    pub note: Note,
    pub checkpoint: Checkpoint,
}

impl Unverified {
    /// Reads one, strictly: its bytes are what the note prints.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let note = Note::parse(bytes).map_err(|e| e.to_string())?;
        if note.to_string().as_bytes() != bytes {
            return Err("a note in another than its one form".into());
        }
        let checkpoint = note.text().parse().map_err(|e: crate::tlog::checkpoint::BadCheckpoint| e.to_string())?;
        Ok(Self { note, checkpoint })
    }

    /// Reads the cell; `None` where it is empty, and a problem where it is malformed.
    pub fn read(store: &dyn StoreRead, problems: &mut Problems) -> Result<Option<Result<Self, ()>>, StoreError> {
        let bytes = match store.read(Cell::Checkpoint) {
            Err(StoreError::TooLarge { limit, .. }) => {
                problems.file(Code::L02, PATH, format!("larger than {limit} bytes"));
                return Ok(Some(Err(())));
            }
            other => other?,
        };
        let parse = |bytes: Vec<u8>| Self::parse(&bytes).map_err(|reason| problems.file(Code::L02, PATH, reason));
        Ok(bytes.map(parse))
    }
}

/// The keys that may speak for the log.
struct Keys {
    /// The log's own, the one in force last.
    log: Vec<Verifier>,
    /// Whether there may be others that are not known here.
    hidden: bool,
}

impl Keys {
    /// As the record names them, up to `size`.
    fn at(replay: &Replay<'_>, size: u64) -> Self {
        let named = replay.state.ledger().log_keys.iter().filter(|(from, _)| from.0 < size.max(1));
        let log = named.filter_map(|(_, key)| key.parse().ok()).filter(|key: &Verifier| key.role() == Role::Log);
        Self { log: log.collect(), hidden: replay.hidden_keys }
    }
}

/// Every key that the log ever had, as the record names them; and whether there may be others that are not known here.
pub(super) fn log_keys(replay: &Replay<'_>) -> (Vec<Verifier>, bool) {
    let keys = Keys::at(replay, u64::MAX);
    (keys.log, keys.hidden)
}

/// Judges origin, signatures and root of the published checkpoint.
pub(super) fn judge(seen: &Unverified, replay: &mut Replay<'_>, trusted: &[Verifier]) {
    let Unverified { note, checkpoint } = seen;
    let keys = Keys::at(replay, checkpoint.size());
    let origin = &replay.state.ledger().origin;
    if !origin.is_empty() && origin != checkpoint.origin() {
        let detail = format!("it says {}, the opening entry {origin}", checkpoint.origin());
        replay.problems.file(Code::L04, PATH, detail);
    }
    let of_origin = |key: &&Verifier| key.role() == Role::Log && key.name() == checkpoint.origin();
    let trusted_log: Vec<&Verifier> = trusted.iter().filter(of_origin).collect();
    let mut all = keys.log.clone();
    all.extend(trusted.iter().cloned());
    let mut problem = |code, detail: String| replay.problems.file(code, PATH, detail);
    match (note.verify(&all), keys.log.last()) {
        (Err(Distrust::Fails { name }), _) if name != checkpoint.origin() => {
            problem(Code::L18, format!("the line by {name} does not hold"));
        }
        (Err(error @ (Distrust::Fails { .. } | Distrust::Ambiguous { .. })), _) => {
            problem(Code::L03, error.to_string());
        }
        (Ok(verified), Some(in_force)) => {
            if !verified.iter().any(|one| one.by == *in_force) && !keys.hidden {
                problem(Code::L03, "it is not signed by the key now in force".into());
            } else if !trusted_log.is_empty() && !verified.iter().any(|one| trusted_log.contains(&&one.by)) {
                problem(Code::K07, format!("the record names {in_force}"));
            }
        }
        (Ok(verified), None) if verified.iter().any(|one| trusted_log.contains(&&one.by)) => {}
        (_, None) if keys.hidden => problem(Code::L17, "no trusted key of the log was given".into()),
        (Err(Distrust::NoKnownKey), Some(_)) if keys.hidden && trusted_log.is_empty() => {
            problem(Code::L17, "another key may be in force, and it is not readable here".into());
        }
        (_, None) => problem(Code::L03, "the record names no key of the log that can be judged".into()),
        (Err(Distrust::NoKnownKey), Some(_)) => problem(Code::L03, "no line is by the log's key".into()),
    }
}

/// The root over the first `size` entries, unless entries are missing.
pub(super) fn root_at(replay: &Replay<'_>, size: u64) -> Option<Digest> {
    let whole = replay.holes.first().is_none_or(|hole| *hole >= size);
    replay.tree.root(size).filter(|_| whole)
}

/// Compares the ledger with what this machine remembers of it.
pub(super) fn judge_memory(remembered: Option<Remembered>, replica: bool, replay: &mut Replay<'_>) {
    match remembered {
        None => replay.problems.whole(Code::K05, "nothing to compare with"),
        Some(Remembered { size, root }) => judge_past("this machine", (size, root), None, replica, replay),
    }
}

fn judge_past(who: &str, (size, root): (u64, Digest), path: Option<&str>, replica: bool, replay: &mut Replay<'_>) {
    let total = replay.tree.size();
    let problem = |replay: &mut Replay<'_>, code, detail: String| match path {
        Some(path) => replay.problems.file(code, path, detail),
        None => replay.problems.whole(code, detail),
    };
    if size > total {
        // A copy may be an old one; the desk's own ledger never gets shorter.
        let code = if replica { Code::K08 } else { Code::K01 };
        problem(replay, code, format!("{who} has seen {size} entries, here are {total}"));
        return;
    }
    let derived = if size == 0 { Some(empty_root()) } else { root_at(replay, size) };
    match derived {
        Some(derived) if derived != root => {
            problem(replay, Code::K02, format!("at {size} entries {who} has seen root {root}, here it is {derived}"));
        }
        Some(_) => {}
        // The missing entries are reported themselves.
        None => replay.problems.whole(Code::L21, format!("so nothing can be compared at {size} entries")),
    }
}

/// Compares the ledger with a checkpoint that somebody kept.
pub(super) fn judge_against(name: &str, bytes: &[u8], replica: bool, replay: &mut Replay<'_>, trusted: &[Verifier]) {
    let seen = match Unverified::parse(bytes) {
        Ok(seen) => seen,
        Err(reason) => return replay.problems.file(Code::K03, name, reason),
    };
    let Unverified { note, checkpoint } = &seen;
    let origin = replay.state.ledger().origin.clone();
    if !origin.is_empty() && origin != checkpoint.origin() {
        let detail = format!("it is of {}, the ledger is {origin}", checkpoint.origin());
        return replay.problems.file(Code::K03, name, detail);
    }
    // Any key that the log ever had may have signed it; so may one that is trusted from elsewhere.
    let mut keys = Keys::at(replay, u64::MAX).log;
    keys.extend(trusted.iter().filter(|key| key.role() == Role::Log).cloned());
    let by_log = |verified: &[crate::tlog::note::Verified]| {
        verified.iter().any(|one| one.by.role() == Role::Log && one.by.name() == checkpoint.origin())
    };
    match note.verify(&keys) {
        Ok(verified) if by_log(&verified) => {
            judge_past(name, (checkpoint.size(), checkpoint.root()), Some(name), replica, replay);
        }
        Ok(_) => replay.problems.file(Code::K04, name, "not signed by a key of the log"),
        Err(error) => replay.problems.file(Code::K04, name, error.to_string()),
    }
}
