//! From a head to what readers see: bundles and tiles, then the checkpoint, then what is superseded goes.

use std::sync::Arc;

use super::commit::{Aftermath, CommitError, Committer, Continuity, Early, UNCLEAR_ATTEMPTS, files};
use super::edge::{Object, RightEdge, merge, open_bundle};
use super::head::StagingId;
use super::log::{LogError, Tiles, bundle_limit, bundle_path, full, open_checkpoint, tile_path};
use super::memory::{MemoryError, Remembered};
use super::staging::Staged;
use crate::hash::Digest;
use crate::store::{Ahead, Cell, Store, StoreError, StorePath, SwapError};
use crate::tlog::bundle::Series;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::edge::Edge;
use crate::tlog::note;
use crate::tlog::tile::{Run, Tile, TileHashReader};
use crate::tlog::tree;

/// Times that one bundle after another may turn out to have been redacted meanwhile.
const MERGE_ATTEMPTS: usize = 1_024;

/// How a checkpoint stands after it was to be swapped in.
enum Standing {
    /// It is published.
    Latest,
    /// A larger one is.
    Overtaken {
        /// Its size, where it cannot be taken back by a power cut.
        durable: Option<u64>,
    },
}

impl<S: Store> Committer<S> {
    /// Publishes `staged`, which has brought the tree from `edge` to `tree`, and whose head stands. Returns the checkpoint.
    ///
    /// Where others have published it meanwhile, `self.edge` is left as it was.
    pub(super) fn publish(
        &mut self,
        mut edge: RightEdge,
        staged: &Staged,
        tree: Edge,
        root: Digest,
        early: Option<Early<'_>>,
    ) -> Result<Vec<u8>, CommitError> {
        let (base, size) = (edge.size(), tree.size());
        let found = self.store.read(Cell::Checkpoint)?;
        let standing = found.as_deref().map(|bytes| open_checkpoint(bytes, &self.keys)).transpose()?;
        if let Some(standing) = standing.filter(|standing| standing.size() >= size) {
            if standing.size() == size && standing.root() != root {
                return Err(CommitError::Fork { size, head: root, checkpoint: standing.root() });
            }
            // Others have finished it meanwhile; writing it again could only bring back what is superseded.
            return self.sign(size, root);
        }
        // Where nothing has to be read for it, the checkpoint is signed while the disk works on what it covers.
        let early_sign = self.recalled()?.then(|| self.sign(size, root)).transpose()?;
        let cells: Vec<_> = early_sign.iter().map(|signed| (Cell::Checkpoint, signed.as_slice())).collect();
        let mut ahead = Ahead::default();
        // Read after the swap: who redacts after this sees that the head has moved, and redacts again.
        let redacted = edge.refresh_payloads(&self.store)?;
        let mut done = None;
        if let Some(early) = early.filter(|_| !redacted) {
            ahead = early.ahead;
            done = self.put_early(early.objects, &cells, &mut ahead)?.then_some(early.objects);
        }
        self.edge = if let Some(objects) = done {
            RightEdge::after(tree, objects)
        } else {
            let mut objects = edge.objects(staged, &mut tree.clone());
            self.put_all(&mut objects)?;
            RightEdge::after(tree, &objects)
        };

        self.check_memory()?;
        let late_sign = if early_sign.is_none() { Some(self.sign(size, root)?) } else { None };
        let signed = early_sign.as_ref().or(late_sign.as_ref()).map(Vec::as_slice).unwrap_or_default();
        self.untidy.push(base);
        match self.swap_and_remember(found, signed, size, root, &mut ahead)? {
            Standing::Latest => self.tidy(size),
            Standing::Overtaken { durable } => {
                self.untidy.push(size);
                if let Some(latest) = durable {
                    self.tidy(latest);
                }
            }
        }
        Ok(signed.to_vec())
    }

    /// Writes all objects, as they were worked out before the head was swapped; `false` where a payload bundle was redacted
    /// by others meanwhile.
    fn put_early<'b>(
        &self,
        objects: &[Object<'_>],
        cells: &[(Cell, &'b [u8])],
        ahead: &mut Ahead<'b>,
    ) -> Result<bool, CommitError> {
        match self.store.put_ahead(&files(objects), cells, ahead) {
            Ok(()) => Ok(true),
            Err(StoreError::Differs { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes all objects. Where a payload bundle turns out to have been redacted by others, withholding wins.
    fn put_all(&self, objects: &mut [Object<'_>]) -> Result<(), CommitError> {
        for _ in 0..MERGE_ATTEMPTS {
            let differs = match self.store.put_many(&files(objects)) {
                Err(StoreError::Differs { path }) => path,
                other => return Ok(other?),
            };
            let object = objects.iter_mut().find(|object| object.path == differs);
            let Some((object, bundle)) = object.and_then(|object| object.payloads.map(|bundle| (object, bundle)))
            else {
                return Err(StoreError::Differs { path: differs }.into());
            };
            if let Some(found) = self.store.get(&object.path, bundle_limit(bundle))? {
                let merged = merge(bundle, &found, &object.bytes)?;
                if merged != found {
                    self.store.redact(&object.path, &merged)?;
                }
                object.bytes = merged.into();
            }
        }
        Err(CommitError::Contended { attempts: MERGE_ATTEMPTS as u32 })
    }

    fn checkpoint_size(&self, bytes: Option<&[u8]>) -> Result<u64, CommitError> {
        Ok(bytes.map(|bytes| open_checkpoint(bytes, &self.keys)).transpose()?.map_or(0, |found| found.size()))
    }

    /// The checkpoint of a committed tree. The same bytes whoever signs: Ed25519 uses no randomness.
    pub(super) fn sign(&self, size: u64, root: Digest) -> Result<Vec<u8>, CommitError> {
        let [first, others @ ..] = self.config.signers.as_slice() else { return Err(CommitError::Signer(None)) };
        let failed = |error| CommitError::Signer(Some(error));
        let checkpoint = Checkpoint::new(first.verifier().name(), size, root).map_err(|e| failed(e.into()))?;
        let mut signed = checkpoint.sign(first).map_err(failed)?;
        others.iter().try_for_each(|signer| note::sign(&mut signed, signer)).map_err(|e| failed(e.into()))?;
        Ok(signed.to_string().into_bytes())
    }

    /// Swaps the checkpoint in and remembers it, at once: both only say again what the head says, which is durable, so that
    /// it does no harm where a crash lets one of them through.
    fn swap_and_remember(
        &mut self,
        found: Option<Vec<u8>>,
        signed: &[u8],
        size: u64,
        root: Digest,
        ahead: &mut Ahead<'_>,
    ) -> Result<Standing, CommitError> {
        let Some(present) = self.to_remember() else { return self.swap_checkpoint(found, signed, size, root, ahead) };
        let memory = Arc::clone(&self.config.memory);
        let (standing, stored) = std::thread::scope(|scope| {
            let storing = scope.spawn(|| memory.store(present));
            let standing = self.swap_checkpoint(found, signed, size, root, ahead);
            // A panic over there is a broken invariant of ours; it goes on here.
            (standing, storing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        self.remembered(present, stored);
        standing
    }

    /// Swaps the checkpoint in, only ever to a larger size. Durable on return: the staged batch may go after it.
    fn swap_checkpoint(
        &mut self,
        mut found: Option<Vec<u8>>,
        signed: &[u8],
        size: u64,
        root: Digest,
        ahead: &mut Ahead<'_>,
    ) -> Result<Standing, CommitError> {
        let mut unclear = None;
        for attempt in 0..UNCLEAR_ATTEMPTS {
            let standing = found.as_deref().map(|bytes| open_checkpoint(bytes, &self.keys)).transpose()?;
            let new = match &standing {
                Some(latest) if latest.size() > size => {
                    // Its writer may have died before syncing it, and what a power cut then brings back needs its batch.
                    let synced = found.as_deref().is_some_and(|b| self.make_durable(Cell::Checkpoint, b).is_ok());
                    return Ok(Standing::Overtaken { durable: synced.then_some(latest.size()) });
                }
                Some(same) if same.size() == size && same.root() != root => {
                    return Err(CommitError::Fork { size, head: root, checkpoint: same.root() });
                }
                // Somebody has published it, with cosignatures perhaps: swapped for itself, it is durable.
                Some(same) if same.size() == size => found.as_deref().unwrap_or(signed),
                _ => signed,
            };
            match self.store.swap_ahead(Cell::Checkpoint, found.as_deref(), new, ahead) {
                Ok(()) => return Ok(Standing::Latest),
                Err(SwapError::Conflict { found: now }) => found = now,
                Err(SwapError::Failed(error)) => return Err(error.into()),
                Err(SwapError::Unclear(error)) => {
                    unclear = Some(error);
                    self.back_off(attempt);
                    found = self.store.read(Cell::Checkpoint)?;
                }
            }
        }
        Err(unclear.map_or(CommitError::Contended { attempts: UNCLEAR_ATTEMPTS }, CommitError::Store))
    }

    /// Whether what is remembered has been held against the tree before, or nothing is.
    fn recalled(&self) -> Result<bool, CommitError> {
        Ok(self.config.memory.load()?.is_none_or(|remembered| self.verified == Some(remembered)))
    }

    /// Holds what is remembered against the tree of `edge`, whose tiles stand in the store.
    pub(super) fn check_memory(&mut self) -> Result<(), CommitError> {
        let Some(remembered) = self.config.memory.load()? else { return Ok(()) };
        if self.verified == Some(remembered) {
            return Ok(());
        }
        let present = Remembered { size: self.edge.size(), root: self.edge.root() };
        if self.extends(remembered, present)? {
            self.continuity = Continuity::Holds;
        } else if self.config.accept_rollback {
            self.continuity = Continuity::RollbackAccepted { remembered };
        } else {
            return Err(CommitError::Rollback { remembered, present });
        }
        self.verified = Some(remembered);
        Ok(())
    }

    /// Whether the ledger is what was remembered, or what came of it.
    fn extends(&self, remembered: Remembered, present: Remembered) -> Result<bool, CommitError> {
        let mut size = present.size;
        if size < remembered.size {
            // Another writer on this machine may have gone on, and remembered it, since the head was read here.
            let latest = self.store.read(Cell::Checkpoint)?;
            size = self.checkpoint_size(latest.as_deref())?;
        }
        if size < remembered.size {
            return Ok(false);
        }
        let reader = TileHashReader::new(Tiles(&self.store), size);
        Ok(tree::root(&reader, remembered.size).map_err(LogError::from)? == remembered.root)
    }

    /// Remembers the tree of `edge`, whose checkpoint is published.
    pub(super) fn remember(&mut self) {
        if let Some(present) = self.to_remember() {
            let stored = self.config.memory.store(present);
            self.remembered(present, stored);
        }
    }

    /// What is to be remembered now: the tree of `edge`, unless it is already, or more than it.
    fn to_remember(&self) -> Option<Remembered> {
        let present = Remembered { size: self.edge.size(), root: self.edge.root() };
        // Another writer on this machine may have gone further already.
        let ahead = self.verified.is_some_and(|known| known.size > present.size);
        let known = self.verified == Some(present) || ahead && self.continuity == Continuity::Holds;
        (!known).then_some(present)
    }

    fn remembered(&mut self, present: Remembered, stored: Result<(), MemoryError>) {
        match stored {
            Ok(()) => self.verified = Some(present),
            Err(error) => self.aftermath.push(error.into()),
        }
    }

    /// Removes what a published checkpoint of `size` has superseded: batches that begin below it, payload partials at
    /// once, log partials once the full tile exists.
    pub(super) fn tidy(&mut self, size: u64) {
        self.untidy.sort_unstable();
        self.untidy.dedup();
        match self.try_tidy(&self.untidy, size) {
            Ok(()) => self.untidy.clear(),
            Err(error) => self.aftermath.push(Aftermath::Tidy(error)),
        }
    }

    pub(super) fn try_tidy(&self, from: &[u64], size: u64) -> Result<(), StoreError> {
        for path in self.store.list(&StorePath::built("staging".to_owned()))? {
            // A batch that begins at `size` may still be swapped in; one that begins below never will.
            if StagingId::from_path(&path).is_some_and(|id| id.base < size) {
                self.store.remove(&path)?;
            }
        }
        for &old in from {
            if let Some(bundle) = open_bundle(Series::Payloads, old) {
                self.remove_partials(&bundle_path(bundle), superseded(bundle.run, size))?;
            }
            // Readers may hold an older checkpoint, so that the log's partials stay until the full one stands.
            if let Some(bundle) = open_bundle(Series::Entries, old)
                && exists_full(bundle.run, size)
            {
                self.remove_partials(&bundle_path(bundle), u16::MAX)?;
            }
            for tile in Tile::partial(old) {
                if exists_full(tile.run(), size >> (8 * tile.level())) {
                    self.remove_partials(&tile_path(tile), u16::MAX)?;
                }
            }
        }
        Ok(())
    }

    /// Removes the partials beside `partial` whose width is below `limit`.
    pub(super) fn remove_partials(&self, partial: &StorePath, limit: u16) -> Result<(), StoreError> {
        let Some((folder, _)) = partial.as_str().rsplit_once('/') else { return Ok(()) };
        for path in self.store.list(&StorePath::built(folder.to_owned()))? {
            let width = path.as_str().rsplit_once('/').and_then(|(_, width)| width.parse::<u16>().ok());
            if width.is_some_and(|width| width < limit) {
                self.store.remove(&path)?;
            }
        }
        Ok(())
    }
}

/// Below which width the partials of `run` are superseded in a row of `count` elements.
pub(super) fn superseded(run: Run, count: u64) -> u16 {
    if exists_full(run, count) { u16::MAX } else { Run::holding(run.elements().start, count).map_or(0, Run::width) }
}

fn exists_full(run: Run, count: u64) -> bool {
    full(run).is_some_and(|whole| whole.elements().end <= count)
}
