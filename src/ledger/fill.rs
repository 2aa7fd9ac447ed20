//! Bringing the lookups up to the log.
//!
//! A few entries are read, taken apart and taken in one after the other. Of many, two threads read and take apart a chunk
//! each, in turn, while this one takes in the chunks before them.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::{Arc, mpsc};

use super::catalog::{Changes, Met, changes_with};
use super::error::ReadError;
use super::item::Entry;
use super::lookup::{Failed, Lookup};
use super::reader::Reader;
use super::record::Ledger;
use crate::hash::{Digest, Index};
use crate::store::Store;

/// Entries read from the log at once.
pub(super) const CHUNK: u64 = 10_240;
/// Threads that read where there is more than a chunk.
const READERS: u64 = 2;

/// What a chunk changes, and the root of the log after it.
type Part = Result<(Changes, Digest), ReadError>;

/// The log, as far as reading it in order needs it: unlike a [`Ledger`], threads can share it.
#[derive(Clone, Copy)]
struct Source<'l> {
    reader: &'l Reader<Arc<dyn Store>>,
    erased: &'l BTreeSet<u64>,
}

impl Ledger {
    /// Takes into the lookups what they do not reflect yet; one that is damaged on the way is begun anew, once.
    pub(super) fn fill(&self, lookup: &mut Lookup) -> Result<(), ReadError> {
        let source = Source { reader: &self.reader, erased: &self.erased };
        match source.fill(lookup) {
            Err(Filled::Lookup(Failed::Damaged(why))) => {
                (self.notify)(&format!("the catalog is rebuilt from the log: {why}"));
                lookup.reset()?;
                source.fill(lookup)?;
            }
            other => other?,
        }
        lookup.settle();
        Ok(())
    }
}

/// What stopped the filling.
enum Filled {
    Log(ReadError),
    Lookup(Failed),
}

impl From<Filled> for ReadError {
    fn from(filled: Filled) -> Self {
        match filled {
            Filled::Log(error) => error,
            Filled::Lookup(failed) => failed.into(),
        }
    }
}

impl Source<'_> {
    fn fill(self, lookup: &mut Lookup) -> Result<(), Filled> {
        let (from, to) = (lookup.size(), self.reader.size());
        let starts = |first: u64| (from + first * CHUNK..to).step_by(CHUNK as usize);
        let range = move |start: u64| start..to.min(start + CHUNK);
        let take = |lookup: &mut Lookup, start: u64, part: Part| {
            let (changes, root) = part.map_err(Filled::Log)?;
            lookup.apply(start, changes, range(start).end, &root).map_err(Filled::Lookup)
        };
        if to.saturating_sub(from) <= CHUNK {
            return starts(0).try_for_each(|start| take(lookup, start, self.part(range(start))));
        }
        std::thread::scope(|scope| {
            let mut queues = Vec::new();
            for first in 0..READERS {
                let (send, receive) = mpsc::sync_channel(1);
                queues.push(receive);
                scope.spawn(move || {
                    for start in starts(first).step_by(READERS as usize) {
                        if send.send(self.part(range(start))).is_err() {
                            return;
                        }
                    }
                });
            }
            for (start, queue) in starts(0).zip((0..queues.len()).cycle()) {
                // A closed queue is a panic over there, which the scope passes on.
                let Ok(part) = queues[queue].recv() else { break };
                take(lookup, start, part)?;
            }
            Ok(())
        })
    }

    /// Reads a chunk and works out what it changes.
    fn part(self, range: Range<u64>) -> Part {
        let mut met = Met::default();
        let entries = read_range(self.reader, self.erased, range.clone())?;
        let one = |entry: Entry| {
            let (event, content) = entry.event_with_content()?.unzip();
            Ok(changes_with(entry.index, &entry.header, event.as_ref(), content, &mut met))
        };
        let changes = entries.into_iter().map(one).collect::<Result<Changes, ReadError>>()?;
        let hashes = self.reader.hashes();
        let root = crate::tlog::tree::root(&hashes, range.end).map_err(|e| ReadError::Log(e.into()))?;
        Ok((changes, root))
    }
}

/// Entries in order, held against nothing but their own digests; an erased payload is not read.
pub(super) fn read_range(
    reader: &Reader<Arc<dyn Store>>,
    erased: &BTreeSet<u64>,
    range: Range<u64>,
) -> Result<Vec<Entry>, ReadError> {
    let entries = reader.entries(range.clone())?;
    let payloads = reader.payloads(range.clone())?;
    let read = |((index, bytes), payload): ((u64, _), Option<_>)| {
        Entry::read(Index(index), bytes, payload.filter(|_| !erased.contains(&index)))
    };
    range.zip(entries).zip(payloads).map(read).collect()
}
