//! Catching up: finishing what the head names, so that everything below it is published. Opening a ledger is this, and so
//! is going on after another writer.

use super::commit::{CommitError, Committer};
use super::edge::RightEdge;
use super::head::{Head, StagingId};
use super::log::open_checkpoint;
use super::staging::{MAX_STAGED_BYTES, Staged};
use crate::hash::{Digest, empty_root};
use crate::store::{Cell, Store, SwapError};

/// Times that other writers may be faster while one reads.
const SETTLE_ATTEMPTS: u32 = 64;

/// Both cells, as they were read.
#[derive(PartialEq, Eq)]
struct Cells {
    head: Option<Vec<u8>>,
    checkpoint: Option<Vec<u8>>,
}

impl<S: Store> Committer<S> {
    /// Brings this value to the store's head, and the store to the state that the head promises.
    pub(super) fn catch_up(&mut self) -> Result<(), CommitError> {
        for attempt in 0..SETTLE_ATTEMPTS {
            let head = self.store.read(Cell::Head)?;
            if !self.stale && head == self.head {
                match self.check_memory() {
                    // Another writer on this machine may be committing: it has swapped the head since, and remembers that
                    // before its checkpoint stands.
                    Err(CommitError::Rollback { .. }) if self.store.read(Cell::Head)? != head => {}
                    other => return other,
                }
                self.back_off(attempt);
                continue;
            }
            // Head and edge of this value belong together only once settling has come to its end.
            self.stale = true;
            let cells = Cells { head, checkpoint: self.store.read(Cell::Checkpoint)? };
            match self.settle(&cells) {
                Ok(()) => {
                    self.head = cells.head;
                    self.stale = false;
                    return Ok(());
                }
                Err(error) => {
                    // What was being read may have been superseded and tidied: then a cell has moved, too.
                    let now =
                        Cells { head: self.store.read(Cell::Head)?, checkpoint: self.store.read(Cell::Checkpoint)? };
                    if now == cells {
                        return Err(error);
                    }
                }
            }
            self.back_off(attempt);
        }
        Err(CommitError::Contended { attempts: SETTLE_ATTEMPTS })
    }

    fn settle(&mut self, cells: &Cells) -> Result<(), CommitError> {
        let checkpoint = cells.checkpoint.as_deref().map(|bytes| open_checkpoint(bytes, &self.keys)).transpose()?;
        let (published, root) = checkpoint.map_or((0, empty_root()), |found| (found.size(), found.root()));
        let Some(bytes) = &cells.head else {
            if cells.checkpoint.is_some() {
                return Err(CommitError::HeadBehind { head: 0, checkpoint: published });
            }
            self.edge = RightEdge::default();
            return self.check_memory();
        };
        let head = Head::from_bytes(bytes)?;
        if published > head.size {
            return Err(CommitError::HeadBehind { head: head.size, checkpoint: published });
        }
        if published == head.size {
            return self.settle_published(&head, root, cells);
        }
        self.finish(&head, bytes, published, root)
    }

    /// All that the head names is published; only the tidying may not have come to its end.
    fn settle_published(&mut self, head: &Head, root: Digest, cells: &Cells) -> Result<(), CommitError> {
        if root != head.root {
            return Err(CommitError::Fork { size: head.size, head: head.root, checkpoint: root });
        }
        self.edge = RightEdge::load(&self.store, head.size, head.root)?;
        self.check_memory()?;
        self.remember();
        // The batch may only go once the checkpoint cannot be taken back by a power cut.
        if self.store.get(&head.staging.path(), MAX_STAGED_BYTES)?.is_some()
            && let Some(checkpoint) = &cells.checkpoint
        {
            self.make_durable(Cell::Checkpoint, checkpoint)?;
        }
        self.untidy.push(head.staging.base);
        self.tidy(head.size);
        Ok(())
    }

    /// Publishes the batch that somebody, perhaps dead by now, has swapped in.
    ///
    /// The caller knows only the cells, so `self.edge` may be of any size before.
    fn finish(&mut self, head: &Head, bytes: &[u8], base: u64, root: Digest) -> Result<(), CommitError> {
        let id = head.staging;
        let staged = self.staged(id)?;
        if staged.base() != base || id.base != base {
            return Err(CommitError::StagingWrong { id });
        }
        let edge = RightEdge::load(&self.store, base, root)?;
        let tree = edge.grown(&staged.leaves());
        if (tree.size(), tree.root()) != (head.size, head.root) {
            return Err(CommitError::StagingWrong { id });
        }
        self.edge = RightEdge::default();
        // Its writer may not have come to syncing the head, and nothing may outlive it.
        self.make_durable(Cell::Head, bytes)?;
        self.publish(edge, &staged, tree, head.root, None)?;
        // Others have published it meanwhile: then the checkpoint has moved, and all is read again.
        if self.edge.size() == head.size { Ok(()) } else { Err(CommitError::Contended { attempts: 1 }) }
    }

    fn staged(&self, id: StagingId) -> Result<Staged, CommitError> {
        let bytes = self.store.get(&id.path(), MAX_STAGED_BYTES)?.ok_or(CommitError::StagingMissing { id })?;
        Staged::decode(bytes).map_err(|error| CommitError::Staging { id, error })
    }

    /// Swaps a cell for itself.
    pub(super) fn make_durable(&self, cell: Cell, bytes: &[u8]) -> Result<(), CommitError> {
        match self.store.swap(cell, Some(bytes), bytes) {
            Ok(()) => Ok(()),
            // It has moved, so this value is read again anyway.
            Err(SwapError::Conflict { .. }) => Err(CommitError::Contended { attempts: 1 }),
            Err(SwapError::Failed(error) | SwapError::Unclear(error)) => Err(error.into()),
        }
    }
}
