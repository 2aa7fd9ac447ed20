//! Cosignatures: those on the published checkpoint, and those kept for good under `log/cosigned/<size>/<tag>`.
//!
//! Each kept file is a checkpoint of this log as a witness has cosigned it. It must be signed by the log and have the root that the
//! entries give at its size; a line by a witness that is trusted here must hold. Lines of others say nothing, and are counted.

use super::checkpoint::{Unverified, log_keys, root_at};
use super::explain::Code;
use super::replay::Replay;
use super::report::{Cosignature, Outcome};
use crate::entry::View as _;
use crate::hash::empty_root;
use crate::store::{StoreError, StorePath, StoreRead};
use crate::tlog::key::{Role, Verifier};
use crate::tlog::note::{Distrust, MAX_NOTE, Note};

/// Where kept cosignatures lie.
pub(super) const FOLDER: &str = "log/cosigned/";

/// Judges the kept ones, and lists them with those on the published checkpoint, whose own lines were judged with it.
pub(super) fn judge(
    store: &dyn StoreRead,
    kept: &[StorePath],
    published: Option<&Unverified>,
    replay: &mut Replay<'_>,
    trusted: &[Verifier],
) -> Vec<Cosignature> {
    let mut found = Vec::new();
    for path in kept {
        if let Some(seen) = judge_kept(store, path, replay, trusted) {
            list(&seen, trusted, &mut found);
        }
    }
    if let Some(seen) = published {
        list(seen, trusted, &mut found);
    }
    found.sort_by(|a, b| (a.size, &a.witness).cmp(&(b.size, &b.witness)));
    found
}

/// A kept file, where it is a checkpoint of this log and no trusted line on it fails.
fn judge_kept(
    store: &dyn StoreRead,
    path: &StorePath,
    replay: &mut Replay<'_>,
    trusted: &[Verifier],
) -> Option<Unverified> {
    let mut problem = |code, detail: String| replay.problems.file(code, path.as_str(), detail);
    let bytes = match store.get(path, MAX_NOTE) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => {
            problem(Code::L16, "it is gone".into());
            return None;
        }
        Err(error @ StoreError::TooLarge { .. }) => {
            problem(Code::L22, error.to_string());
            return None;
        }
        Err(error) => {
            problem(Code::L16, error.to_string());
            return None;
        }
    };
    let seen = Unverified::parse(&bytes).map_err(|reason| problem(Code::L22, reason)).ok()?;
    let (size, root) = (seen.checkpoint.size(), seen.checkpoint.root());
    if !path.as_str().starts_with(&format!("{FOLDER}{size}/")) {
        problem(Code::L22, format!("it is of size {size}"));
        return None;
    }
    let (keys, hidden) = log_keys(replay);
    let mut problem = |code, detail: String| replay.problems.file(code, path.as_str(), detail);
    let mut all = keys.clone();
    all.extend(trusted.iter().cloned());
    match seen.note.verify(&all) {
        Err(Distrust::Fails { name }) if name != seen.checkpoint.origin() => {
            problem(Code::L18, format!("the line by {name} does not hold"));
            return None;
        }
        Ok(verified) if verified.iter().any(|one| by_log(&one.by, &seen, &keys, trusted)) => {}
        Ok(_) | Err(Distrust::NoKnownKey) if hidden => {
            problem(Code::L17, "no known key of the log has signed it".into());
            return None;
        }
        Ok(_) => {
            problem(Code::L22, "it is not signed by a key of the log".into());
            return None;
        }
        Err(error) => {
            problem(Code::L22, error.to_string());
            return None;
        }
    }
    let total = replay.state.size();
    if size > total {
        replay.problems.file(Code::K01, path.as_str(), format!("{size} entries were cosigned, here are {total}"));
        return None;
    }
    let derived = if size == 0 { Some(empty_root()) } else { root_at(replay, size) };
    if let Some(derived) = derived.filter(|derived| *derived != root) {
        let detail = format!("at {size} entries root {root} was cosigned, here it is {derived}");
        replay.problems.file(Code::K02, path.as_str(), detail);
        return None;
    }
    Some(seen)
}

fn by_log(key: &Verifier, seen: &Unverified, log: &[Verifier], trusted: &[Verifier]) -> bool {
    key.role() == Role::Log && key.name() == seen.checkpoint.origin() && (log.contains(key) || trusted.contains(key))
}

/// Adds the lines of a checkpoint that are not the log's own.
fn list(seen: &Unverified, trusted: &[Verifier], found: &mut Vec<Cosignature>) {
    let size = seen.checkpoint.size();
    for line in seen.note.signatures().iter().filter(|line| line.name() != seen.checkpoint.origin()) {
        let by = trusted.iter().find(|key| key.role() == Role::Witness && line.is_by(key));
        let time = by.and_then(|key| {
            let mut alone = Note::new(seen.note.text()).ok()?;
            alone.add(line.clone()).ok()?;
            alone.verify(std::slice::from_ref(key)).ok()?.first()?.time
        });
        let outcome = match (by, time) {
            (None, _) => Outcome::CannotBeDetermined,
            (Some(_), None) => Outcome::DoesNotHold,
            (Some(_), Some(_)) => Outcome::Holds,
        };
        let (witness, key) = (line.name().to_owned(), line.id().to_string());
        match found.iter_mut().find(|old| old.size == size && old.witness == witness && old.key == key) {
            // Cosigned again later: the first time is what it is worth.
            Some(old) => old.time = old.time.min(time).or(time),
            None => found.push(Cosignature { size, witness, key, time, outcome }),
        }
    }
}
