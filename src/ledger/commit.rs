//! The commit protocol: the same for every store and for any number of writers.
//!
//! [`Committer::append`] reads top to bottom: catch up, build, stage, swap the head — the point of no return — publish,
//! tidy. Nothing stands under `log/` or `payload/` before its head does. Files there are a function of the entries and
//! payloads alone, so whoever comes next finishes what a dead writer began, with the code that the living one runs.
//!
//! Tested by `tests/it/commit.rs`: each step of a store fails in each way, and all is derived again from the files.

use std::sync::Arc;
use std::time::Duration;

use super::edge::{Object, RightEdge};
use super::head::{Head, StagingId};
use super::log::{LogError, Tiles};
use super::memory::{Memory, Remembered};
pub use super::outcome::{Aftermath, AppendError, CommitError, Committed, Continuity};
use super::staging::{Encoded, Staged};
use crate::hash::Digest;
use crate::store::{Ahead, Cell, Store, StoreError, StorePath, SwapError};
use crate::tlog::edge::Edge;
use crate::tlog::key::{Signer, Verifier};
use crate::tlog::tile::TileHashReader;
use crate::tlog::tree::{HashReader as _, Place};

/// Times that a batch is built anew because others were faster, or a step repeated because its outcome was unclear.
const APPEND_ATTEMPTS: u32 = 256;
pub(super) const UNCLEAR_ATTEMPTS: u32 = 8;

/// What a committer is given by the edge of the program.
pub struct Config {
    /// Keys that sign checkpoints; all sign each. The first is the log's present key and names its origin; a second is
    /// there while the key is being changed.
    pub signers: Vec<Signer>,
    /// Where the last checkpoint is remembered.
    pub memory: Arc<dyn Memory>,
    /// Whether a person has decided to go on from a restored ledger that is behind what is remembered.
    pub accept_rollback: bool,
    /// Gives 16 random bytes: names for staged batches, and the length of a wait.
    pub random: Box<dyn FnMut() -> [u8; 16] + Send + Sync>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { signers, accept_rollback, .. } = self;
        f.debug_struct("Config")
            .field("signers", signers)
            .field("accept_rollback", accept_rollback)
            .finish_non_exhaustive()
    }
}

/// Appends to a ledger. One writer of any number; each may run in a process of its own.
pub struct Committer<S> {
    pub(super) store: S,
    pub(super) config: Config,
    pub(super) keys: Vec<Verifier>,
    /// Content of the head cell that `edge` reflects; all of it is published.
    pub(super) head: Option<Vec<u8>>,
    pub(super) edge: RightEdge,
    /// Set where this value may know less than the store does.
    pub(super) stale: bool,
    /// A tree known to be a prefix of this one and equal to what was remembered.
    pub(super) verified: Option<Remembered>,
    pub(super) continuity: Continuity,
    /// Sizes whose partials are still to be tidied.
    pub(super) untidy: Vec<u64>,
    pub(super) aftermath: Vec<Aftermath>,
}

/// What a batch is to become under `log/` and `payload/`, as it was before the head was swapped, and what of it the disk
/// has already.
pub(super) struct Early<'b> {
    pub(super) objects: &'b [Object<'b>],
    pub(super) ahead: Ahead<'b>,
}

/// Path and bytes of each object.
pub(super) fn files<'b>(objects: &'b [Object<'_>]) -> Vec<(StorePath, &'b [u8])> {
    objects.iter().map(|object| (object.path.clone(), &*object.bytes)).collect()
}

/// Entries below which freeing them is no work for a thread of its own.
const FEW: usize = 512;

/// The leaf hashes of a staged batch; meanwhile what it was made from is freed, which takes as long.
fn leaves(staged: &Staged, batch: Vec<Encoded>) -> Vec<Digest> {
    if batch.len() < FEW {
        return staged.leaves();
    }
    std::thread::scope(|scope| {
        scope.spawn(move || drop(batch));
        staged.leaves()
    })
}

/// How the swap of the head ended.
enum Swapped {
    /// The batch is what the head names.
    Ours,
    /// The batch is recorded, and others have gone on from it.
    OursBelow,
    /// Another batch stands at this base.
    Lost,
}

impl<S: Store> Committer<S> {
    /// Opens a ledger for writing: finishes what its head names, and compares it with what is remembered. The same
    /// after a crash and after a clean stop. A store without a head is an empty ledger.
    pub fn open(store: S, config: Config) -> Result<Self, CommitError> {
        let keys: Vec<_> = config.signers.iter().map(|signer| signer.verifier().clone()).collect();
        if keys.is_empty() {
            return Err(CommitError::Signer(None));
        }
        let mut committer = Self {
            store,
            config,
            keys,
            head: None,
            edge: RightEdge::default(),
            stale: true,
            verified: None,
            continuity: Continuity::Unknown,
            untidy: Vec::new(),
            aftermath: Vec::new(),
        };
        committer.catch_up()?;
        Ok(committer)
    }

    /// Number of entries, all published, as far as this writer knows.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Root of the tree over them.
    pub fn root(&self) -> Digest {
        self.edge.root()
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// What is known about a rollback.
    pub fn continuity(&self) -> Continuity {
        self.continuity
    }

    /// What went wrong after the last publications, at opening for instance; also part of the next [`Committed`].
    pub fn aftermath(&self) -> &[Aftermath] {
        &self.aftermath
    }

    /// Records a batch and publishes it.
    ///
    /// `build` is given the index of the first entry; everything below it is published by then and can be read. It checks,
    /// encodes and signs. Where another writer was faster it is called again, with a higher base.
    pub fn append<E: std::error::Error + 'static>(
        &mut self,
        build: &mut dyn FnMut(u64) -> Result<Vec<Encoded>, E>,
    ) -> Result<Committed, AppendError<E>> {
        for attempt in 0..APPEND_ATTEMPTS {
            self.catch_up()?;
            let base = self.size();
            let batch = build(base).map_err(AppendError::Build)?;
            let staged = Staged::new(base, &batch).map_err(CommitError::from)?;

            // Until the end of this call others may know more than this value does, however the call ends.
            self.stale = true;
            let id = StagingId { base, nonce: (self.config.random)() };
            let leaves = leaves(&staged, batch);
            let tree = self.edge.grown(&leaves);
            let head = Head { size: tree.size(), root: tree.root(), staging: id };
            // The last line against forgetting entries: the head to be replaced is the one that the batch goes on from.
            let known = self.head.as_deref().map(Head::from_bytes).transpose().map_err(CommitError::from)?;
            if known.map_or(0, |known| known.size) != base {
                return Err(CommitError::StagingWrong { id }.into());
            }
            // Bundles and tiles are on their way to the disk at the same time as the batch; their names come later.
            let objects = self.edge.objects(&staged, &mut tree.clone());
            let files = files(&objects);
            let bytes = head.to_bytes();
            let staging = self.store.stage(&id.path(), staged.bytes(), &files, &[(Cell::Head, &bytes)]);
            let mut ahead = staging.inspect_err(|_| self.drop_staged(id)).map_err(CommitError::from)?;

            // The point of no return: before it nothing has happened, after it everything has.
            match self.swap_head(&head, &bytes, leaves[0], &mut ahead)? {
                Swapped::Lost => self.back_off(attempt),
                Swapped::Ours => return self.complete(&staged, tree, &head, Early { objects: &objects, ahead }),
                Swapped::OursBelow => return self.overtaken(&head),
            }
        }
        Err(CommitError::Contended { attempts: APPEND_ATTEMPTS }.into())
    }

    /// Swaps the head in, and after an unclear answer finds out.
    ///
    /// The staged batch stays while it is not known to be lost: a swap on its way may still land.
    fn swap_head<E: std::error::Error + 'static>(
        &mut self,
        head: &Head,
        bytes: &[u8],
        leaf: Digest,
        ahead: &mut Ahead<'_>,
    ) -> Result<Swapped, AppendError<E>> {
        let base = head.staging.base;
        let mut expected = self.head.clone();
        let mut unclear: Option<StoreError> = None;
        for attempt in 0..UNCLEAR_ATTEMPTS {
            match self.store.swap_ahead(Cell::Head, expected.as_deref(), bytes, ahead) {
                Ok(()) => {
                    self.head = Some(bytes.to_vec());
                    return Ok(Swapped::Ours);
                }
                // An unclear swap did take place. Swapping the head for itself makes it durable.
                Err(SwapError::Conflict { found }) if found.as_deref() == Some(bytes) => expected = found,
                Err(SwapError::Conflict { .. }) => {
                    return match unclear {
                        None => {
                            self.drop_staged(head.staging);
                            Ok(Swapped::Lost)
                        }
                        Some(_) => self.look_for(base, leaf).map_err(|cause| AppendError::Unclear {
                            base,
                            leaf,
                            cause: Box::new(cause),
                        }),
                    };
                }
                Err(SwapError::Failed(error)) if unclear.is_none() => {
                    self.drop_staged(head.staging);
                    return Err(CommitError::Store(error).into());
                }
                Err(SwapError::Failed(error) | SwapError::Unclear(error)) => {
                    unclear = Some(error);
                    self.back_off(attempt);
                }
            }
        }
        let cause = unclear.map_or(CommitError::Contended { attempts: UNCLEAR_ATTEMPTS }, CommitError::Store);
        Err(AppendError::Unclear { base, leaf, cause: Box::new(cause) })
    }

    /// After an unclear answer and another head: whose batch stands at `base`?
    fn look_for(&mut self, base: u64, leaf: Digest) -> Result<Swapped, CommitError> {
        self.catch_up()?;
        if self.size() <= base {
            return Ok(Swapped::Lost);
        }
        let reader = TileHashReader::new(Tiles(&self.store), self.size());
        let found = reader.read(&[Place { level: 0, n: base }]).map_err(LogError::from)?;
        Ok(if found == [leaf] { Swapped::OursBelow } else { Swapped::Lost })
    }

    /// Publishes the batch that the head now names.
    fn complete<E: std::error::Error + 'static>(
        &mut self,
        staged: &Staged,
        tree: Edge,
        head: &Head,
        early: Early<'_>,
    ) -> Result<Committed, AppendError<E>> {
        let Head { size, root, .. } = *head;
        let base = staged.base();
        let edge = std::mem::take(&mut self.edge);
        let published = self.publish(edge, staged, tree, root, Some(early));
        let checkpoint =
            published.map_err(|cause| AppendError::Unpublished { base, size, root, cause: Box::new(cause) })?;
        // Publishing leaves the edge alone where others have done it; then all is read again.
        self.stale = self.edge.size() != size;
        Ok(Committed { base, size, root, checkpoint, aftermath: std::mem::take(&mut self.aftermath) })
    }

    /// The answer for a batch on which others have gone on, and which they have published.
    fn overtaken<E: std::error::Error + 'static>(&mut self, head: &Head) -> Result<Committed, AppendError<E>> {
        let Head { size, root, staging } = *head;
        let base = staging.base;
        let signed = self.sign(size, root);
        let checkpoint =
            signed.map_err(|cause| AppendError::Unpublished { base, size, root, cause: Box::new(cause) })?;
        Ok(Committed { base, size, root, checkpoint, aftermath: std::mem::take(&mut self.aftermath) })
    }

    /// A batch that was not swapped in and never will be. Failing to remove it is no loss: a later tidying takes it.
    fn drop_staged(&self, id: StagingId) {
        let _ = self.store.remove(&id.path());
    }

    /// Waits a random time, up to half a millisecond at first and up to 64 later.
    pub(super) fn back_off(&mut self, attempt: u32) {
        let [random, ..] = (self.config.random)();
        let micros = (500_u64 << attempt.min(7)) * u64::from(random) / 255;
        std::thread::sleep(Duration::from_micros(micros));
    }
}
