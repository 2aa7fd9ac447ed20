//! A replica: a copy of a published log that was checked on the way, and that is opened as a ledger to read.
//!
//! ```text
//! checkpoint         by whom the reader trusts, and an extension of every one seen before
//! tiles              from the signed root downwards
//! bundles            each entry is the leaf that its tile says
//! authors            each new entry is signed, by itself or in a batch
//! payloads           each is the one that its entry commits to, or an empty slot
//! ```
//!
//! What holds is written at once, and the checkpoint last: nothing counts before it, so that a run that dies leaves the
//! replica as it was, and the next takes up the files that it finds. Erasing follows the log and not the source: what an
//! entry withholds or erases is emptied here, and what the source merely shows no longer is kept and counted.
//!
//! | file | idea |
//! |---|---|
//! | [`source`] | paths to bytes |
//! | `tiles` | tiles that are known to be the log's |
//! | `bundles` | one bundle with its tile and payloads |
//! | `authors` | who vouches for each new entry |
//! | `marks` | what entries say of payloads |
//! | `seen` | checkpoints seen before |
//! | `arrive` | from what was fetched to a replica that counts |
//! | [`error`] | why a replica stays as it is |
//!
//! Tested by `tests/it/follow.rs`, over memory and over HTTP, honest and lying.

mod arrive;
mod authors;
mod bundles;
pub mod error;
mod marks;
mod seen;
pub mod source;
mod tiles;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use arrive::{Arrived, forgotten};
pub use error::{FollowError, Fork, Meaning, Seen, SourceError};
pub use source::{Source, Stored};

use super::error::ReadError;
use super::item::Entry;
use super::log::{bundle_limit, bundle_path, tile_path};
use super::memory::{MemoryError, Remembered};
use super::record::Ledger;
use crate::entry::{Event, Kind, LedgerState};
use crate::hash::{Digest, Index, MAX_INTEGER};
use crate::store::{Cell, Store, StorePath};
use crate::time::Day;
use crate::tlog::bundle::{Bundle, Series};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::key::Verifier;
use crate::tlog::note::{MAX_NOTE, Note};
use crate::tlog::policy::{Accepted, Policy};
use crate::tlog::tile::{Run, Tile};
use arrive::Emptying;
use authors::Authors;
use bundles::{Checker, Verified};
use marks::Marks;
use source::Counting;
use tiles::Tiles;

/// Times that the log may grow while one fetches.
const ATTEMPTS: usize = 4;

/// Bundles that are fetched before any of them is written: durability is paid once for all of them.
const WINDOW: usize = 32;

/// How one follows.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// Whom to trust; without it, the key that the ledger's own first entry names, which says nothing about whose it is.
    pub policy: Option<&'a Policy>,
    /// What this machine has seen elsewhere of the ledger with this id.
    pub remembered: &'a dyn Fn(&Digest) -> Result<Option<Remembered>, MemoryError>,
    /// Withholdings may end.
    pub today: Day,
    /// Whether every payload is read again, and not only those of new entries: what was shown may be gone.
    pub sweep: bool,
    /// Told now and then how many bundles of how many are done.
    pub progress: &'a (dyn Fn(u64, u64) + Sync),
}

/// What came of following.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The ledger's name.
    pub origin: String,
    /// The ledger's id.
    pub id: Digest,
    /// The key that signed.
    pub key: Verifier,
    /// Witnesses whose cosignatures hold.
    pub cosigned: Vec<String>,
    /// Entries here before.
    pub before: u64,
    /// Entries here now.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// Files fetched.
    pub files: u64,
    /// Bytes fetched, after decompression.
    pub bytes: u64,
    /// Signatures checked.
    pub signatures: u64,
    /// Payloads looked at that are here.
    pub shown: u64,
    /// Payloads looked at that are not here: they cannot be checked.
    pub withheld: u64,
    /// Of the log's payloads, those that an entry erases.
    pub erased: u64,
    /// Payloads that were here and are emptied, as an entry demands.
    pub emptied: u64,
    /// Payloads of older entries that were not here and are now.
    pub filled: u64,
    /// Payloads that the source shows no longer and that no entry withholds: kept.
    pub kept: Vec<Index>,
    /// Entries of a kind or version that this program does not know.
    pub foreign: u64,
    /// Whether all payloads were looked at, or only those of new entries.
    pub swept: bool,
}

/// Brings what `source` has beyond `target` into it, checked, up to but not including the checkpoint: see [`Arrived::finish`].
/// `ledger` is the replica as it stands; `None` where there is none yet.
///
/// # Errors
/// When something does not hold or is not to be had. What stood in `target` stands as it did.
pub fn fetch<'a>(
    source: &dyn Source,
    target: &'a dyn Store,
    ledger: Option<&Ledger>,
    terms: &Terms<'_>,
) -> Result<Arrived<'a>, FollowError> {
    let source = Counting::new(source);
    let checkpoint = || source.fetch(Cell::Checkpoint.name(), MAX_NOTE)?.ok_or(FollowError::NoLog);
    let mut bytes = checkpoint()?;
    for _ in 1..ATTEMPTS {
        match fetch_at(&source, bytes.clone(), target, ledger, terms) {
            // Partials go when the log grows: then a later checkpoint stands already.
            Err(FollowError::Missing { path }) => {
                let now = checkpoint()?;
                if now == bytes {
                    return Err(FollowError::Missing { path });
                }
                bytes = now;
            }
            other => return other,
        }
    }
    fetch_at(&source, bytes, target, ledger, terms)
}

fn fetch_at<'a>(
    source: &Counting<'_>,
    bytes: Vec<u8>,
    target: &'a dyn Store,
    ledger: Option<&Ledger>,
    terms: &Terms<'_>,
) -> Result<Arrived<'a>, FollowError> {
    let note = Note::parse(&bytes)?;
    let opening = Opening::find(source, &note, ledger)?;
    let accepted = accept(&note, &opening, terms.policy)?;
    let before = target.read(Cell::Checkpoint)?;
    let (size, root) = (accepted.checkpoint.size(), accepted.checkpoint.root());
    let offered = Seen { size, root, note: Some(bytes.clone()) };
    let remembered = (terms.remembered)(&opening.id).map_err(ReadError::from)?;
    let seen = seen::all(target, remembered)?;
    seen::no_older(&seen, &offered, ledger, target)?;
    let tiles = Tiles::open(source, target, size, root)?;
    opening.is_first(&tiles, size)?;
    seen::all_extended(&seen, &offered, &tiles, target)?;
    seen::remember(target, &offered)?;

    let base = ledger.map_or(0, Ledger::size);
    let mut pass = Pass {
        checker: Checker { source, tiles: &tiles, local: target, before: base, id: opening.id, back: BTreeSet::new() },
        authors: Authors::after(base, ledger.map_or_else(LedgerState::default, |ledger| ledger.state().clone())),
        marks: ledger.map_or_else(|| Ok(Marks::default()), Marks::of)?,
        gone: Vec::new(),
        tally: Tally::default(),
        publishes: false,
    };
    pass.run(&Run::changed(base, size).collect::<Vec<_>>(), terms)?;
    pass.authors.finish()?;
    // What was published, withheld or released may show or hide payloads of any entry before.
    let swept = terms.sweep || pass.publishes || base == 0;
    if swept {
        pass.checker.back = pass.marks.kept_back(terms.today).map(|index| index.0).collect();
        let first_new = Run::changed(base, size).next().map_or(u64::MAX, Run::n);
        let older: Vec<Run> = Run::changed(0, base).filter(|run| run.n() < first_new).collect();
        pass.run(&older, terms)?;
    }
    for tile in Tile::changed(base, size).filter(|tile| tile.level() > 0) {
        target.put(&tile_path(tile), &tiles.get(tile)?)?;
    }
    let emptying = Emptying::find(target, size, &pass.marks, terms.today)?;
    let kept = pass.gone.iter().filter(|index| !emptying.covers(**index)).map(|index| Index(*index)).collect();
    let (files, fetched) = source.fetched();
    let shown = pass.tally.shown.saturating_sub(emptying.payloads());
    let Pass { authors, marks, tally, .. } = pass;
    let report = Followed {
        origin: accepted.checkpoint.origin().to_owned(),
        id: opening.id,
        key: accepted.log,
        cosigned: accepted.cosigned.iter().map(|(key, _)| key.name().to_owned()).collect(),
        before: base,
        size,
        root,
        files,
        bytes: fetched,
        signatures: authors.checked,
        shown,
        withheld: tally.looked_at.saturating_sub(shown),
        erased: marks.erased(),
        emptied: emptying.payloads(),
        filled: tally.filled,
        kept,
        foreign: authors.foreign,
        swept,
    };
    Arrived::new(target, before, bytes, opening.key, emptying, report)
}

/// What entry 0 says of the ledger.
struct Opening {
    id: Digest,
    key: Verifier,
}

impl Opening {
    /// From the replica, or where there is none from the source. Nothing of the latter is believed before the tree says so.
    fn find(source: &Counting<'_>, note: &Note, ledger: Option<&Ledger>) -> Result<Self, FollowError> {
        if let Some(ledger) = ledger {
            let key = ledger.reader().keys().first().cloned().ok_or(FollowError::NotOpened)?;
            return Ok(Self { id: ledger.id(), key });
        }
        let checkpoint: Checkpoint = note.text().parse()?;
        let size = checkpoint.size();
        if !(1..=MAX_INTEGER).contains(&size) {
            return Err(FollowError::Size { size });
        }
        let first = |series| -> Result<Vec<u8>, FollowError> {
            let bundle = Bundle::holding(series, 0, size).ok_or(FollowError::Size { size })?;
            let bytes = source.bundle_ahead(bundle)?;
            Ok(bundle.decode(&bytes).into_iter().flatten().next().unwrap_or_default().to_vec())
        };
        let entry = Entry::read(Index(0), first(Series::Entries)?, Some(first(Series::Payloads)?));
        let entry = entry.map_err(|_| FollowError::NotOpened)?;
        match entry.event() {
            Ok(Some(Event::LedgerOpened(opened))) => {
                let key = opened.log_key.parse().map_err(|_| FollowError::NotOpened)?;
                Ok(Self { id: entry.leaf, key })
            }
            _ => Err(FollowError::NotOpened),
        }
    }

    /// Whether it is the tree's first entry that was read.
    fn is_first(&self, tiles: &Tiles<'_>, size: u64) -> Result<(), FollowError> {
        let tile = Run::holding(0, size).and_then(|run| Tile::new(0, run)).ok_or(FollowError::Size { size })?;
        if tiles.get(tile)?.starts_with(&self.id.0) { Ok(()) } else { Err(FollowError::NotOpened) }
    }
}

/// Whether the reader trusts the checkpoint, and the ledger can be opened with it.
fn accept(note: &Note, opening: &Opening, policy: Option<&Policy>) -> Result<Accepted, FollowError> {
    let own = || Policy::of_log(opening.key.clone()).map_err(|_| FollowError::NotOpened);
    let accepted = match policy {
        Some(policy) => policy.check(note)?,
        None => own()?.check(note)?,
    };
    let size = accepted.checkpoint.size();
    if !(1..=MAX_INTEGER).contains(&size) {
        return Err(FollowError::Size { size });
    }
    if own()?.check(note).is_err() {
        return Err(FollowError::Key { named: opening.key.to_string() });
    }
    Ok(accepted)
}

#[derive(Default)]
struct Tally {
    looked_at: u64,
    shown: u64,
    filled: u64,
}

/// The way through the bundles.
struct Pass<'a> {
    checker: Checker<'a>,
    authors: Authors,
    marks: Marks,
    /// Payloads that stand here and that the source shows no longer.
    gone: Vec<u64>,
    tally: Tally,
    /// Whether a new entry shows or hides payloads of others.
    publishes: bool,
}

impl Pass<'_> {
    fn run(&mut self, runs: &[Run], terms: &Terms<'_>) -> Result<(), FollowError> {
        let all = runs.len() as u64;
        for (k, window) in runs.chunks(WINDOW).enumerate() {
            (terms.progress)((k * WINDOW) as u64, all);
            let verified = check_all(&self.checker, window)?;
            let mut files = Vec::new();
            for one in verified {
                self.tally.shown += one.shown;
                self.tally.filled += one.filled;
                self.gone.extend(one.gone);
                for item in one.items {
                    if let Some(header) = &item.header {
                        self.marks.take(header, item.event.as_ref());
                        self.publishes |= shows_or_hides(header.kind);
                    }
                    self.authors.take(item)?;
                }
                files.extend(one.files);
            }
            self.tally.looked_at += window.iter().map(|run| u64::from(run.width())).sum::<u64>();
            self.write(&files)?;
        }
        (terms.progress)(all, all);
        Ok(())
    }

    /// Everything here was held against the tree. Payload bundles are the only files that change.
    fn write(&self, files: &[bundles::File]) -> Result<(), FollowError> {
        let local = self.checker.local;
        let mut new: Vec<(StorePath, &[u8])> = Vec::with_capacity(files.len());
        for file in files {
            if file.path.may_redact() && local.get(&file.path, file.bytes.len().max(limit(&file.path)))?.is_some() {
                local.redact(&file.path, &file.bytes)?;
            } else {
                new.push((file.path.clone(), &file.bytes));
            }
        }
        Ok(local.put_many(&new)?)
    }
}

fn limit(path: &StorePath) -> usize {
    path.as_str().parse::<Bundle>().map_or(0, bundle_limit)
}

/// Whether an entry of this kind changes what of other entries a copy shows.
fn shows_or_hides(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PayloadWithheld
            | Kind::PayloadReleased
            | Kind::PayloadErased
            | Kind::ClaimPublished
            | Kind::CorrectionIssued
            | Kind::ClaimRetracted
    )
}

/// Checks several bundles at once; in the order of `runs`.
fn check_all(checker: &Checker<'_>, runs: &[Run]) -> Result<Vec<Verified>, FollowError> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Verified>> = Mutex::default();
    let failed: Mutex<BTreeMap<usize, FollowError>> = Mutex::default();
    let worker = || {
        while failed.lock().unwrap_or_else(PoisonError::into_inner).is_empty() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(run) = runs.get(at) else { break };
            match checker.check(*run) {
                Ok(one) => drop(done.lock().unwrap_or_else(PoisonError::into_inner).insert(at, one)),
                Err(error) => drop(failed.lock().unwrap_or_else(PoisonError::into_inner).insert(at, error)),
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..runs.len().min(checker.source.at_once()) {
            // Fewer threads than wished for only take longer.
            if std::thread::Builder::new().spawn_scoped(scope, worker).is_err() {
                break;
            }
        }
        worker();
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner).pop_first() {
        Some((_, error)) => Err(error),
        None => Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()),
    }
}

/// Where the payload bundle of an entry lies in a log of `size` entries.
fn payloads_of(index: Index, size: u64) -> Option<(Bundle, StorePath)> {
    let bundle = Bundle::holding(Series::Payloads, index.0, size)?;
    Some((bundle, bundle_path(bundle)))
}
