//! Sorted runs: each batch adds one, eight of a size become one of the next (a log-structured merge tree).
//!
//! Runs stand in the order of their entries, and merging takes neighbours only, so the indices of one run all lie
//! before those of the next: candidates come out in ascending order, and the newest run that has a term has its last entry.
//!
//! Crash safety: pages of a new run are written before the stamp that names it, and pages of replaced runs are removed
//! after it. A run's number is never used twice, so pages that no stamp names are found and removed on opening.

use serde::{Deserialize, Serialize};

use super::error::Damage;
use super::page::{Packer, Page, Record, page_key, read_key};
use super::shelf::{Shelf, Space, Walk};

/// Runs that become one.
const FAN: usize = 8;
/// Runs of this many records and more are merged no further: a merge must not stall a commit for long.
const MAX_MERGED: u64 = 4 << 20;

/// A sorted run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    /// Its number, which its pages' keys begin with.
    pub id: u64,
    pub records: u64,
    /// The last record: a page lost at the end shows.
    pub last: Record,
}

impl Run {
    /// Its size on a scale of powers of eight.
    fn class(&self) -> u32 {
        self.records.max(1).ilog2() / FAN.ilog2()
    }
}

/// Writes a run from ascending records.
struct Writer<'s> {
    shelf: &'s mut Shelf,
    packer: Packer,
    run: Run,
}

impl<'s> Writer<'s> {
    fn new(shelf: &'s mut Shelf, id: u64) -> Self {
        let run = Run { id, records: 0, last: Record { hash: 0, index: 0 } };
        Self { shelf, packer: Packer::default(), run }
    }

    fn push(&mut self, record: Record) -> Result<(), Damage> {
        self.run.records += 1;
        self.run.last = record;
        if self.packer.push(record) { self.page() } else { Ok(()) }
    }

    fn page(&mut self) -> Result<(), Damage> {
        match self.packer.close(self.run.id)? {
            Some(packed) => self.shelf.insert(Space::Pages, &packed.key, packed.value),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Run, Damage> {
        self.page()?;
        Ok(self.run)
    }
}

/// Adds a run of `records` (any order, copies allowed) to the runs of a family and merges where due; says which runs
/// are replaced: their pages may go once a stamp without them is written.
pub(super) fn add(
    shelf: &mut Shelf,
    runs: &mut Vec<Run>,
    next_id: &mut u64,
    mut records: Vec<Record>,
) -> Result<Vec<u64>, Damage> {
    let mut replaced = Vec::new();
    if records.is_empty() {
        return Ok(replaced);
    }
    records.sort_unstable();
    records.dedup();
    let mut writer = Writer::new(shelf, take_id(next_id));
    for record in &records {
        writer.push(*record)?;
    }
    runs.push(writer.finish()?);
    drop(records);
    while let Some(from) = due(runs) {
        let merged = merge(shelf, &runs[from..], take_id(next_id))?;
        replaced.extend(runs.drain(from..).map(|run| run.id));
        runs.push(merged);
    }
    Ok(replaced)
}

fn take_id(next: &mut u64) -> u64 {
    let id = *next;
    *next += 1;
    id
}

/// From which run on all are to become one: at least [`FAN`] at the end, none of a larger class than the last.
fn due(runs: &[Run]) -> Option<usize> {
    let class = runs.last()?.class();
    let tail = runs.iter().rev().take_while(|run| run.class() <= class && run.records < MAX_MERGED).count();
    (tail >= FAN).then(|| runs.len() - tail)
}

fn merge(shelf: &mut Shelf, runs: &[Run], id: u64) -> Result<Run, Damage> {
    let mut sources = Vec::with_capacity(runs.len());
    for run in runs {
        let mut source = Stream::new(shelf, run)?;
        if let Some(head) = source.next()? {
            sources.push((head, source));
        }
    }
    let mut writer = Writer::new(shelf, id);
    while let Some(least) = (0..sources.len()).min_by_key(|i| sources[*i].0) {
        let (head, source) = &mut sources[least];
        writer.push(*head)?;
        match source.next()? {
            Some(record) => *head = record,
            None => {
                sources.swap_remove(least);
            }
        }
    }
    writer.finish()
}

/// Removes the pages of a run.
pub(super) fn remove(shelf: &mut Shelf, id: u64) -> Result<(), Damage> {
    let mut keys = Vec::new();
    let mut walk = shelf.walk(Space::Pages, &id.to_be_bytes())?;
    while let Some((key, _)) = walk.next()? {
        if key.get(..8) != Some(&id.to_be_bytes()[..]) {
            break;
        }
        keys.push(key);
    }
    drop(walk);
    keys.iter().try_for_each(|key| shelf.remove(Space::Pages, key))
}

/// All records of a run, in order.
pub(super) struct Stream {
    walk: Walk,
    run: Run,
    unpacked: Vec<Record>,
    at: usize,
    /// The last record of the pages read so far.
    before: Option<Record>,
}

impl Stream {
    pub(super) fn new(shelf: &Shelf, run: &Run) -> Result<Self, Damage> {
        let walk = shelf.walk(Space::Pages, &run.id.to_be_bytes())?;
        Ok(Self { walk, run: run.clone(), unpacked: Vec::new(), at: 0, before: None })
    }

    pub(super) fn next(&mut self) -> Result<Option<Record>, Damage> {
        if self.at == self.unpacked.len() {
            if self.before == Some(self.run.last) {
                return Ok(None);
            }
            let (key, value) = self.walk.next()?.ok_or(Damage::Missing)?;
            let (run, last) = read_key(&key)?;
            let page = Page::read(run, last, value)?;
            if run != self.run.id || page.after() != self.before {
                return Err(Damage::Missing);
            }
            page.unpack_all(&mut self.unpacked)?;
            self.before = Some(last);
            self.at = 0;
        }
        let record = self.unpacked.get(self.at).copied().ok_or(Damage::Shape)?;
        self.at += 1;
        Ok(Some(record))
    }
}

/// A place in a run from which records are read on, or looked for further on.
pub(super) struct Cursor<'s> {
    shelf: &'s Shelf,
    run: &'s Run,
    page: Option<Page>,
    chunk: usize,
    unpacked: Vec<Record>,
    at: usize,
}

impl<'s> Cursor<'s> {
    pub(super) fn new(shelf: &'s Shelf, run: &'s Run) -> Self {
        Self { shelf, run, page: None, chunk: 0, unpacked: Vec::new(), at: 0 }
    }

    /// The first record at or after `target`; the targets given to one cursor ascend.
    pub(super) fn seek(&mut self, target: Record) -> Result<Option<Record>, Damage> {
        if target > self.run.last {
            return Ok(None);
        }
        if self.page.as_ref().is_none_or(|page| target > page.last()) {
            self.page = Some(page_of(self.shelf, self.run, target)?);
            self.unpacked.clear();
        }
        let page = self.page.as_ref().ok_or(Damage::Missing)?;
        let chunk = page.chunk_of(target);
        if chunk != self.chunk || self.unpacked.is_empty() {
            page.unpack(chunk, &mut self.unpacked)?;
            self.chunk = chunk;
        }
        self.at = self.unpacked.partition_point(|record| *record < target);
        if self.at == self.unpacked.len() {
            // It lies after this chunk's last record, and the page has one at or after it.
            self.chunk = chunk + 1;
            page.unpack(self.chunk, &mut self.unpacked)?;
            self.at = 0;
        }
        self.unpacked.get(self.at).copied().map(Some).ok_or(Damage::Shape)
    }

    /// The record after the one last given.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Damage> {
        let Some(current) = self.unpacked.get(self.at).copied() else { return Ok(None) };
        if let Some(record) = self.unpacked.get(self.at + 1) {
            self.at += 1;
            return Ok(Some(*record));
        }
        // Indices stay below 2^53.
        self.seek(Record { index: current.index.saturating_add(1), ..current })
    }
}

/// The page that holds `target`, or else the first record after it; the run has one.
fn page_of(shelf: &Shelf, run: &Run, target: Record) -> Result<Page, Damage> {
    let found = shelf.at_or_after(Space::Pages, &page_key(run.id, target))?;
    let (key, value) = found.ok_or(Damage::Missing)?;
    let (id, last) = read_key(&key)?;
    let page = Page::read(id, last, value)?;
    // The page before it ends before the target, or a page between the two is lost.
    if id == run.id && page.after().is_none_or(|after| after < target) { Ok(page) } else { Err(Damage::Missing) }
}

/// The last record of the run before `target`.
pub(super) fn last_before(shelf: &Shelf, run: &Run, target: Record) -> Result<Option<Record>, Damage> {
    if run.last < target {
        return Ok(Some(run.last));
    }
    let page = page_of(shelf, run, target)?;
    let mut unpacked = Vec::new();
    page.unpack_all(&mut unpacked)?;
    let before = unpacked.partition_point(|record| *record < target);
    Ok(before.checked_sub(1).map_or(page.after(), |at| unpacked.get(at).copied()))
}
