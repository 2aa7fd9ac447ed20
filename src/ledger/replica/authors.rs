//! Who vouches for each new entry: its own signature, or one signed batch that covers it (`docs/format.md`, Signatures).
//!
//! Goes on from where the replica stands: agents and keys are known up to there, and every entry up to there is covered.

use std::collections::VecDeque;
use std::thread;

use super::error::FollowError;
use crate::claim::desk::BatchSigned;
use crate::entry::sshsig::PublicKey;
use crate::entry::{Event, Header, LedgerState};
use crate::hash::{Digest, Index};
use crate::tlog::tree::Frontier;

/// Longest batch, in entries.
const MAX_BATCH: usize = 10_240;
/// Signatures that wait before they are checked together.
const FLUSH: usize = 2_048;

/// A new entry as far as its own bytes and payload tell.
pub(super) struct Item {
    pub index: u64,
    pub leaf: Digest,
    /// `None` for a kind or version that this program does not know.
    pub header: Option<Header>,
    /// What its signature, if it has one, is over.
    pub message: Option<Vec<u8>>,
    /// What happened, where that matters for who may sign.
    pub event: Option<Event>,
}

struct Job {
    index: Index,
    agent: Index,
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

/// Authorship, entry by entry.
pub(super) struct Authors {
    state: LedgerState,
    jobs: Vec<Job>,
    /// Unsigned entries that no batch has covered yet, with their agents.
    open: Vec<(u64, Index)>,
    /// Index after the last covered entry.
    covered: u64,
    /// Leaf hashes of the last entries, the latest last.
    leaves: VecDeque<Digest>,
    /// Signatures that were checked.
    pub checked: u64,
    /// Entries of a kind or version that this program does not know.
    pub foreign: u64,
}

impl Authors {
    /// Goes on after the first `size` entries, whose agents are in `state`.
    pub fn after(size: u64, state: LedgerState) -> Self {
        Self {
            state,
            jobs: Vec::new(),
            open: Vec::new(),
            covered: size,
            leaves: VecDeque::new(),
            checked: 0,
            foreign: 0,
        }
    }

    /// Takes in the next entry.
    pub fn take(&mut self, item: Item) -> Result<(), FollowError> {
        let Item { index, leaf, header, message, event } = item;
        let Some(header) = header else {
            // What it does, and whether it signs a batch, cannot be told.
            self.foreign += 1;
            self.push(leaf);
            return Ok(());
        };
        self.state.apply(Index(index), &leaf, &header, event.as_ref());
        match (header.sig, message) {
            (Some(sig), Some(message)) => {
                let (at, agent) = (Index(index), header.agent);
                let key = self.state.agents.get(&agent).and_then(|known| known.key_at(at));
                let key = key.ok_or(FollowError::Signature { index: at, agent })?;
                self.jobs.push(Job { index: at, agent, key, message, signature: sig.0 });
            }
            _ if header.kind.row().decides => return Err(FollowError::Unsigned { index: Index(index) }),
            _ => self.open.push((index, header.agent)),
        }
        if let Some(Event::BatchSigned(body)) = &event {
            self.batch(index, header.agent, body)?;
        }
        self.push(leaf);
        if self.jobs.len() >= FLUSH { self.flush() } else { Ok(()) }
    }

    fn push(&mut self, leaf: Digest) {
        if self.leaves.len() == MAX_BATCH {
            self.leaves.pop_front();
        }
        self.leaves.push_back(leaf);
    }

    fn batch(&mut self, index: u64, agent: Index, body: &BatchSigned) -> Result<(), FollowError> {
        let wrong = |why| FollowError::Batch { index: Index(index), why };
        let start = index.checked_sub(body.count).ok_or_else(|| wrong("covers more entries than there are"))?;
        if start < self.covered {
            return Err(wrong("covers entries that another covers"));
        }
        let count = usize::try_from(body.count).ok().filter(|count| *count <= self.leaves.len());
        let count = count.ok_or_else(|| wrong("covers more entries than one batch may"))?;
        let mut tree = Frontier::new();
        self.leaves.iter().skip(self.leaves.len() - count).for_each(|leaf| tree.push(*leaf));
        if tree.root() != body.root {
            return Err(wrong("is of another root than that of the entries before it"));
        }
        if let Some((before, _)) = self.open.first().filter(|(open, _)| *open < start) {
            return Err(FollowError::Unsigned { index: Index(*before) });
        }
        if self.open.iter().any(|(_, by)| *by != agent) {
            return Err(wrong("covers entries of another agent"));
        }
        self.open.clear();
        self.covered = index;
        Ok(())
    }

    /// After the last entry.
    pub fn finish(&mut self) -> Result<(), FollowError> {
        self.flush()?;
        match self.open.first() {
            // An entry of a kind from the future may be what signs them.
            Some((index, _)) if self.foreign == 0 => Err(FollowError::Unsigned { index: Index(*index) }),
            _ => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), FollowError> {
        let jobs = std::mem::take(&mut self.jobs);
        self.checked += jobs.len() as u64;
        let threads = thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        let piece = jobs.len().div_ceil(threads).max(1);
        let first_bad = |jobs: &[Job]| {
            jobs.iter().find(|job| !job.key.verifies(&job.message, &job.signature)).map(|job| (job.index, job.agent))
        };
        let bad = thread::scope(|scope| {
            let pieces: Vec<_> = jobs.chunks(piece).map(|piece| scope.spawn(move || first_bad(piece))).collect();
            // A panic over there goes on here.
            let join = |piece: thread::ScopedJoinHandle<'_, Option<(Index, Index)>>| {
                piece.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            pieces.into_iter().filter_map(join).min()
        });
        bad.map_or(Ok(()), |(index, agent)| Err(FollowError::Signature { index, agent }))
    }
}
