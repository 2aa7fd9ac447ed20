//! Who vouches for an entry: its own signature, or one signed batch that covers it (`docs/format.md`, Signatures).

use super::explain::Code;
use super::merkle::root_of;
use super::report::Problems;
use crate::claim::desk::BatchSigned;
use crate::entry::sshsig::PublicKey;
use crate::hash::{Digest, Index};

/// Longest batch.
const MAX_BATCH: u64 = 10_240;
/// Signatures that wait before they are checked together.
const FLUSH: usize = 4_096;

/// A signature to check.
#[derive(Debug)]
struct Job {
    index: u64,
    key: PublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
    /// Whether the key is only thought to be the agent's.
    unsure: bool,
}

/// Signatures and batches, entry by entry.
#[derive(Debug)]
pub(super) struct Signatures {
    threads: usize,
    jobs: Vec<Job>,
    /// Unsigned entries that no batch has covered yet, with their agents.
    open: Vec<(u64, Index)>,
    /// Index after the last covered one.
    covered: u64,
    /// Entries whose kind is not known here, which may be batch signatures.
    unknown: Vec<u64>,
    /// Number of signatures checked.
    pub checked: u64,
}

impl Signatures {
    pub fn new(threads: usize) -> Self {
        Self { threads, jobs: Vec::new(), open: Vec::new(), covered: 0, unknown: Vec::new(), checked: 0 }
    }

    /// An entry that cannot be read.
    pub fn unknown(&mut self, index: u64) {
        self.unknown.push(index);
    }

    /// An entry without a signature.
    pub fn unsigned(&mut self, index: u64, agent: Index) {
        self.open.push((index, agent));
    }

    /// An entry with one.
    pub fn signed(
        &mut self,
        index: u64,
        key: PublicKey,
        message: Vec<u8>,
        signature: Vec<u8>,
        unsure: bool,
        problems: &mut Problems,
    ) {
        self.jobs.push(Job { index, key, message, signature, unsure });
        if self.jobs.len() >= FLUSH {
            self.flush(problems);
        }
    }

    /// A batch signature at `index` by `agent` over what `leaves` ends with; `says` has the leaf hashes that the tiles have
    /// instead, where they differ.
    pub fn batch(
        &mut self,
        index: u64,
        agent: Index,
        body: &BatchSigned,
        leaves: &[Digest],
        says: impl Fn(u64) -> Option<Digest>,
        problems: &mut Problems,
    ) {
        let Some(start) = index.checked_sub(body.count) else {
            problems.entry(Code::A03, index, format!("says it covers {} entries; {index} stand before it", body.count));
            return;
        };
        if start < self.covered {
            let detail = format!("covers from #{start} on, and up to #{} is covered already", self.covered - 1);
            problems.entry(Code::A05, index, detail);
        }
        let range = &leaves[start as usize..index as usize];
        if root_of(range) != body.root {
            // Where the tiles have other hashes, the entry or the tile is at fault, and reported so.
            let other: Vec<Digest> = (start..index).zip(range).map(|(i, leaf)| says(i).unwrap_or(*leaf)).collect();
            if root_of(&other) != body.root {
                problems.entry(Code::A03, index, format!("its root is not that of #{start} to #{}", index - 1));
            }
        }
        self.leave_uncovered(start, problems);
        let others: Vec<u64> = self.open.iter().filter(|(_, by)| *by != agent).map(|(i, _)| *i).collect();
        if let Some(first) = others.first() {
            let detail = format!("agent {agent} signs {} entries of others, the first #{first}", others.len());
            problems.entry(Code::A04, index, detail);
        }
        self.open.clear();
        self.covered = index;
    }

    /// A batch signature whose body cannot be read.
    pub fn batch_unreadable(&mut self, index: u64, problems: &mut Problems) {
        if !self.open.is_empty() {
            let detail = format!("the batch signature over up to {} entries before it is not here", self.open.len());
            problems.entry(Code::A06, index, detail);
        }
        self.open.clear();
        self.covered = index;
    }

    /// Entries below `start` can no longer be covered: batches do not overlap.
    fn leave_uncovered(&mut self, start: u64, problems: &mut Problems) {
        let split = self.open.partition_point(|(index, _)| *index < start);
        for (index, agent) in self.open.drain(..split) {
            let next = self.unknown.partition_point(|unknown| *unknown < index);
            if self.unknown.get(next).is_some_and(|unknown| *unknown <= index + MAX_BATCH) {
                problems.entry(Code::A06, index, "an entry after it, which may sign it, cannot be read");
            } else {
                problems.entry(Code::A02, index, format!("said to be by agent {agent}"));
            }
        }
    }

    /// After the last entry.
    pub fn finish(&mut self, problems: &mut Problems) {
        self.leave_uncovered(u64::MAX, problems);
        self.flush(problems);
    }

    fn flush(&mut self, problems: &mut Problems) {
        let jobs = std::mem::take(&mut self.jobs);
        self.checked += jobs.len() as u64;
        let piece = jobs.len().div_ceil(self.threads).max(1);
        let fails = |jobs: &[Job]| -> Vec<(u64, bool)> {
            let bad = jobs.iter().filter(|job| !job.key.verifies(&job.message, &job.signature));
            bad.map(|job| (job.index, job.unsure)).collect()
        };
        let failed: Vec<(u64, bool)> = std::thread::scope(|scope| {
            let pieces: Vec<_> = jobs.chunks(piece).map(|piece| scope.spawn(move || fails(piece))).collect();
            // A panic over there goes on here.
            let join = |piece: std::thread::ScopedJoinHandle<'_, Vec<(u64, bool)>>| {
                piece.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            };
            pieces.into_iter().flat_map(join).collect()
        });
        for (index, unsure) in failed {
            if unsure {
                problems.entry(Code::A06, index, "it does not hold under the key known here, and there may be another");
            } else {
                problems.entry(Code::A01, index, "it is not the agent's over this entry in this ledger");
            }
        }
    }
}
