//! A staged batch: entries and payloads in the framing of bundles, so that whole bundles are slices of it.
//!
//! ```text
//! onrecord-staging/0 LF  base LF  count LF                  decimal
//! count × (16-bit big-endian length ‖ entry)
//! count × (16-bit big-endian length ‖ payload)              length zero: withheld
//! ```

use std::ops::Range;

use super::head::number;
use crate::hash::{Digest, leaf_hash};
use crate::tlog::bundle::{Items, Series};

/// Most entries of one commit.
pub const MAX_COMMIT_ENTRIES: usize = 10_240;

/// Most bytes of one staged batch.
pub const MAX_STAGED_BYTES: usize = 128 << 20;

const TITLE: &str = "onrecord-staging/0";

/// Leaves from which on a second thread is worth its start.
const PARALLEL_LEAVES: usize = 512;

/// One log entry with its payload, encoded and signed by whoever appends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The public header; the leaf hash is over it. Not empty.
    pub entry: Vec<u8>,
    /// What can be withheld; empty where it is.
    pub payload: Vec<u8>,
}

/// A batch that cannot be committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadBatch {
    /// There is nothing in it.
    #[error("there is nothing to commit")]
    Empty,
    /// More than [`MAX_COMMIT_ENTRIES`].
    #[error("{count} entries are too many for one commit, the limit is {MAX_COMMIT_ENTRIES}")]
    TooMany {
        /// Their number.
        count: usize,
    },
    /// More than [`MAX_STAGED_BYTES`] together.
    #[error("the batch is over the limit of {MAX_STAGED_BYTES} bytes for one commit")]
    TooLarge,
    /// An entry is empty or over the limit of entries, or a payload over that of payloads.
    #[error("entry {position} of the batch or its payload is empty or too long")]
    Length {
        /// Which, from 0.
        position: usize,
    },
    /// The log would have more entries than an index can count.
    #[error("the log is full")]
    LogFull,
}

/// Bytes that are not a staged batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the staged batch is malformed")]
pub struct BadStaging;

/// A batch as it is staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    bytes: Vec<u8>,
    base: u64,
    /// Where each framed entry begins, and where the last one ends.
    entries: Vec<usize>,
    /// The same for payloads.
    payloads: Vec<usize>,
}

impl Staged {
    /// Encodes a batch that begins at `base`.
    pub fn new(base: u64, batch: &[Encoded]) -> Result<Self, BadBatch> {
        if batch.is_empty() {
            return Err(BadBatch::Empty);
        }
        if batch.len() > MAX_COMMIT_ENTRIES {
            return Err(BadBatch::TooMany { count: batch.len() });
        }
        if base + batch.len() as u64 > crate::hash::MAX_INTEGER {
            return Err(BadBatch::LogFull);
        }
        let title = format!("{TITLE}\n{base}\n{}\n", batch.len());
        let length = batch.iter().fold(title.len(), |n, one| n + 4 + one.entry.len() + one.payload.len());
        if length > MAX_STAGED_BYTES {
            return Err(BadBatch::TooLarge);
        }
        let entries = starts_of(title.len(), Series::Entries, batch)?;
        let payloads = starts_of(entries[batch.len()], Series::Payloads, batch)?;
        // Nothing but zeros yet, which costs nothing: the pages come when they are written.
        let mut bytes = vec![0; length];
        bytes[..title.len()].copy_from_slice(title.as_bytes());
        fill(&mut bytes[title.len()..], batch, payloads[0] - title.len());
        Ok(Self { bytes, base, entries, payloads })
    }

    /// Reads a staged batch.
    ///
    /// # Errors
    /// Unless the bytes are what [`Staged::new`] writes for some batch.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, BadStaging> {
        let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
        let mut line = || lines.next().and_then(|line| str::from_utf8(line).ok()).ok_or(BadStaging);
        let title = line()?;
        let (base, count) = (number(line()?).ok_or(BadStaging)?, number(line()?).ok_or(BadStaging)?);
        let start = bytes.len() - lines.next().ok_or(BadStaging)?.len();
        if title != TITLE || count == 0 || count > MAX_COMMIT_ENTRIES as u64 {
            return Err(BadStaging);
        }
        let count = count as usize;
        let entries = starts(&bytes, start, count)?;
        let payloads = starts(&bytes, entries[count], count)?;
        if payloads[count] != bytes.len() {
            return Err(BadStaging);
        }
        let staged = Self { bytes, base, entries, payloads };
        // The limit of each entry; a payload's is the framing's.
        let framed = staged.framed(Series::Entries, 0..count);
        let limit = Series::Entries.max_item();
        let fits = Items::decode(framed, count as u16, limit).is_ok_and(|mut items| items.all(|item| !item.is_empty()));
        if fits { Ok(staged) } else { Err(BadStaging) }
    }

    /// The bytes to stage.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Index of the first entry.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// Number of entries, at least 1.
    pub fn count(&self) -> usize {
        self.entries.len() - 1
    }

    /// Items `positions` (from 0) in the framing of a bundle.
    pub fn framed(&self, series: Series, positions: Range<usize>) -> &[u8] {
        let starts = match series {
            Series::Entries => &self.entries,
            Series::Payloads => &self.payloads,
        };
        &self.bytes[starts[positions.start]..starts[positions.end]]
    }

    /// Leaf hash of every entry, in order.
    pub fn leaves(&self) -> Vec<Digest> {
        let hash = |starts: &[usize]| -> Vec<Digest> {
            starts.windows(2).map(|ends| leaf_hash(&self.bytes[ends[0] + 2..ends[1]])).collect()
        };
        if self.count() < PARALLEL_LEAVES {
            return hash(&self.entries);
        }
        let middle = self.count() / 2;
        std::thread::scope(|scope| {
            let Ok(half) = std::thread::Builder::new().spawn_scoped(scope, || hash(&self.entries[middle..])) else {
                return hash(&self.entries);
            };
            let mut leaves = hash(&self.entries[..=middle]);
            match half.join() {
                Ok(half) => leaves.extend(half),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            leaves
        })
    }
}

/// Where each item of a batch is to begin, from `at` on, and where the last ends.
fn starts_of(at: usize, series: Series, batch: &[Encoded]) -> Result<Vec<usize>, BadBatch> {
    let mut starts = Vec::with_capacity(batch.len() + 1);
    let mut at = at;
    for (position, one) in batch.iter().enumerate() {
        starts.push(at);
        let item = item(one, series);
        if series == Series::Entries && item.is_empty() || item.len() > series.max_item() {
            return Err(BadBatch::Length { position });
        }
        at += 2 + item.len();
    }
    starts.push(at);
    Ok(starts)
}

fn item(one: &Encoded, series: Series) -> &[u8] {
    match series {
        Series::Entries => &one.entry,
        Series::Payloads => &one.payload,
    }
}

/// Writes all entries and all payloads of a batch, the payloads from `payloads` on: of many, half of them on a thread of
/// its own.
fn fill(bytes: &mut [u8], batch: &[Encoded], payloads: usize) {
    let (first, second) = batch.split_at(if batch.len() < PARALLEL_LEAVES { batch.len() } else { batch.len() / 2 });
    let length = |some: &[Encoded], series| some.iter().map(|one| 2 + item(one, series).len()).sum::<usize>();
    let (entries, payloads) = bytes.split_at_mut(payloads);
    let (front, back) = (length(first, Series::Entries), length(first, Series::Payloads));
    let (entries, more_entries) = entries.split_at_mut(front);
    let (payloads, more_payloads) = payloads.split_at_mut(back);
    let half = |entries: &mut [u8], payloads: &mut [u8], some: &[Encoded]| {
        write(entries, some.iter().map(|one| one.entry.as_slice()));
        write(payloads, some.iter().map(|one| one.payload.as_slice()));
    };
    if second.is_empty() {
        return half(entries, payloads, first);
    }
    std::thread::scope(|scope| {
        scope.spawn(|| half(more_entries, more_payloads, second));
        half(entries, payloads, first);
    });
}

/// Writes items in the framing of bundles; they fit.
fn write<'i>(mut out: &mut [u8], items: impl Iterator<Item = &'i [u8]>) {
    for item in items {
        let (place, rest) = std::mem::take(&mut out).split_at_mut(2 + item.len());
        place[..2].copy_from_slice(&(item.len() as u16).to_be_bytes());
        place[2..].copy_from_slice(item);
        out = rest;
    }
}

/// Where each of `count` framed items begins, from `at` on, and where the last ends.
fn starts(bytes: &[u8], at: usize, count: usize) -> Result<Vec<usize>, BadStaging> {
    let mut starts = Vec::with_capacity(count + 1);
    let mut at = at;
    for _ in 0..count {
        starts.push(at);
        let length = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>()).ok_or(BadStaging)?;
        at += 2 + usize::from(u16::from_be_bytes(*length));
        if at > bytes.len() {
            return Err(BadStaging);
        }
    }
    starts.push(at);
    Ok(starts)
}
