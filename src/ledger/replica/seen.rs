//! Checkpoints seen before: whatever comes must extend every one of them.
//!
//! The replica's own is one; one whose entries are still on their way is another, kept under `following/` until they are
//! here; what this machine remembers of the ledger from elsewhere is the third. Two that are signed and of which neither
//! extends the other prove that the log shows different things to different people: both are kept, under `forks/`.

use super::error::{FollowError, Fork, Seen};
use super::tiles::Tiles;
use crate::hash::Digest;
use crate::ledger::memory::Remembered;
use crate::ledger::record::Ledger;
use crate::store::{Cell, Store, StoreError, StorePath};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::{MAX_NOTE, Note};

/// Where checkpoints lie whose entries are on their way.
pub(super) const COMING: &str = "following/seen";

fn path(folder: &str, seen: &Seen) -> StorePath {
    StorePath::built(format!("{folder}/{}-{}", seen.size, &seen.root.hex()[..16]))
}

/// Reads a note that was verified before it was kept.
fn read(bytes: Vec<u8>) -> Option<Seen> {
    let checkpoint: Checkpoint = Note::parse(&bytes).ok()?.text().parse().ok()?;
    Some(Seen { size: checkpoint.size(), root: checkpoint.root(), note: Some(bytes) })
}

/// What was seen before, the replica's own first.
pub(super) struct Known {
    pub own: Option<Seen>,
    coming: Vec<Seen>,
    remembered: Option<Seen>,
}

pub(super) fn all(target: &dyn Store, remembered: Option<Remembered>) -> Result<Known, FollowError> {
    let own = target.read(Cell::Checkpoint)?.and_then(read);
    let mut coming = Vec::new();
    for path in target.list(&StorePath::built(COMING.to_owned()))? {
        coming.extend(target.get(&path, MAX_NOTE)?.and_then(read));
    }
    let remembered = remembered.map(|known| Seen { size: known.size, root: known.root, note: None });
    Ok(Known { own, coming, remembered })
}

/// Refuses less than the replica has or was promised. An old copy of the log and one that takes entries back look alike,
/// unless the root at that size is another.
pub(super) fn no_older(
    known: &Known,
    offered: &Seen,
    ledger: Option<&Ledger>,
    target: &dyn Store,
) -> Result<(), FollowError> {
    if let (Some(own), Some(ledger)) = (&known.own, ledger)
        && offered.size < own.size
    {
        let root = ledger.root_at(offered.size)?;
        if root != offered.root {
            return Err(fork(own, offered, root, target)?);
        }
    }
    let larger = known.own.iter().chain(&known.coming).filter(|seen| seen.size > offered.size).max_by_key(|s| s.size);
    match larger {
        Some(seen) => Err(FollowError::Older { offered: offered.size, seen: seen.clone() }),
        None => Ok(()),
    }
}

/// Holds the offered log against everything seen before that is not larger. What this machine remembers may be: its own
/// desk is ahead of every copy.
pub(super) fn all_extended(
    known: &Known,
    offered: &Seen,
    tiles: &Tiles<'_>,
    target: &dyn Store,
) -> Result<(), FollowError> {
    let all = known.own.iter().chain(&known.coming).chain(&known.remembered);
    for seen in all.filter(|seen| seen.size <= offered.size) {
        let root = tiles.root_at(seen.size)?;
        if root != seen.root {
            return Err(fork(seen, offered, root, target)?);
        }
    }
    Ok(())
}

/// Keeps the other history's checkpoint as evidence.
fn fork(seen: &Seen, offered: &Seen, root: Digest, target: &dyn Store) -> Result<FollowError, StoreError> {
    let path = path("forks", offered);
    if let Some(note) = &offered.note
        && target.get(&path, MAX_NOTE)?.is_none()
    {
        target.put(&path, note)?;
    }
    Ok(FollowError::Fork(Box::new(Fork { seen: seen.clone(), offered: offered.clone(), root, kept: Some(path) })))
}

/// Keeps the offered checkpoint until its entries are here: it was seen.
pub(super) fn remember(target: &dyn Store, offered: &Seen) -> Result<(), StoreError> {
    let path = path(COMING, offered);
    match &offered.note {
        // One of the same size and root may have more cosignatures; either tells of what was seen.
        Some(note) if target.get(&path, MAX_NOTE)?.is_none() => target.put(&path, note),
        _ => Ok(()),
    }
}

/// Forgets those whose entries are here.
pub(super) fn tidy(target: &dyn Store, size: u64) -> Result<(), StoreError> {
    for path in target.list(&StorePath::built(COMING.to_owned()))? {
        let seen = target.get(&path, MAX_NOTE)?.and_then(read);
        if seen.is_none_or(|seen| seen.size <= size) {
            target.remove(&path)?;
        }
    }
    Ok(())
}
