//! Blocks of rows: the claims among [`SPAN`] entries, packed.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

use super::change::RowChange;
use super::error::{CatalogError, Damage};
use super::page::{open, put, seal, take};
use super::row::{Rare, Row, WordingCodes};
use super::shelf::{Shelf, Space, Walk};
use crate::hash::Index;

/// Entries to a block.
pub(super) const SPAN: u64 = 512;

/// How much all rows together are; stands in the stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Total {
    pub rows: u64,
    /// Sum of all blocks' checksums, modulo 2^64: a block lost, or of an earlier day, shows when all are read.
    pub sum: u64,
}

impl Total {
    pub(super) fn add(&mut self, value: &[u8], rows: usize) {
        self.rows = self.rows.wrapping_add(rows as u64);
        self.sum = self.sum.wrapping_add(sum_of(value));
    }

    pub(super) fn take(&mut self, value: &[u8], rows: usize) {
        self.rows = self.rows.wrapping_sub(rows as u64);
        self.sum = self.sum.wrapping_sub(sum_of(value));
    }
}

fn sum_of(value: &[u8]) -> u64 {
    value.first_chunk().map_or(0, |sum| u64::from_le_bytes(*sum))
}

/// A block as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored<'d> {
    rows: u32,
    data: &'d [u8],
}

/// Set in a row's flags where what is rare follows.
const RARE: u8 = 0x80;

/// Reads a block: ascending rows.
pub(super) fn read(key: &[u8], value: &[u8]) -> Result<Vec<Row>, Damage> {
    let block = key.try_into().map(u64::from_be_bytes).map_err(|_| Damage::Key)?;
    let Stored { rows: count, data: mut rest } = open(key, value)?;
    let mut number = block.checked_mul(SPAN).ok_or(Damage::Key)?;
    if !(1..=SPAN).contains(&u64::from(count)) {
        return Err(Damage::Shape);
    }
    let mut rows = Vec::with_capacity(count as usize);
    let mut recorded = 0;
    for _ in 0..count {
        let row = unpack(&mut rest, number, recorded)?;
        (number, recorded) = (row.number + 1, row.recorded);
        rows.push(row);
    }
    if rest.is_empty() && (number - 1) / SPAN == block { Ok(rows) } else { Err(Damage::Shape) }
}

/// Packs a block.
fn write(key: &[u8], block: u64, rows: &[Row]) -> Result<Vec<u8>, Damage> {
    let mut data = Vec::with_capacity(16 * rows.len());
    let (mut number, mut recorded) = (block * SPAN, 0);
    for row in rows {
        pack(&mut data, row, number, recorded)?;
        (number, recorded) = (row.number + 1, row.recorded);
    }
    seal(key, &Stored { rows: rows.len() as u32, data: &data })
}

/// Appends a row: numbers count from `number`, the last entry from the row's own number, the time from `recorded`.
fn pack(out: &mut Vec<u8>, row: &Row, number: u64, recorded: i64) -> Result<(), Damage> {
    put(out, row.number.wrapping_sub(number));
    put(out, row.last.wrapping_sub(row.number));
    put(out, row.agent);
    let later = row.recorded.wrapping_sub(recorded);
    put(out, (later << 1 ^ later >> 63) as u64);
    let WordingCodes { kind, checkable, hedges, factuality } = row.wording;
    let flags = if row.rare.is_some() { row.flags | RARE } else { row.flags };
    out.extend([kind, checkable, hedges, factuality, row.workflow, flags]);
    if let Some(rare) = &row.rare {
        bincode::serde::encode_into_std_write(rare, out, bincode::config::standard()).map_err(|_| Damage::Shape)?;
    }
    Ok(())
}

/// Reads what [`pack`] wrote.
fn unpack(rest: &mut &[u8], number: u64, recorded: i64) -> Result<Row, Damage> {
    let number = number.checked_add(take(rest)?).filter(|n| *n < u64::MAX).ok_or(Damage::Shape)?;
    let last = number.checked_add(take(rest)?).ok_or(Damage::Shape)?;
    let agent = take(rest)?;
    let later = take(rest)?;
    let recorded = recorded.wrapping_add((later >> 1) as i64 ^ -((later & 1) as i64));
    let (codes, tail) = rest.split_first_chunk::<6>().ok_or(Damage::Shape)?;
    *rest = tail;
    let [kind, checkable, hedges, factuality, workflow, flags] = *codes;
    let mut rare = None;
    if flags & RARE != 0 {
        let (found, read) = bincode::serde::decode_from_slice::<Rare, _>(rest, bincode::config::standard())
            .map_err(|_| Damage::Shape)?;
        *rest = rest.get(read..).ok_or(Damage::Shape)?;
        rare = Some(Box::new(found));
    }
    let wording = WordingCodes { kind, checkable, hedges, factuality };
    Ok(Row { number, last, agent, recorded, wording, workflow, flags: flags & !RARE, rare })
}

/// The rows of claims, given by ascending number: each block is read once.
pub(super) fn find(shelf: &Shelf, numbers: &[Index]) -> Result<Vec<Option<Row>>, Damage> {
    let mut found = Vec::with_capacity(numbers.len());
    for numbers in numbers.chunk_by(|a, b| a.0 / SPAN == b.0 / SPAN) {
        let key = (numbers[0].0 / SPAN).to_be_bytes();
        let rows = match shelf.get(Space::Rows, &key)? {
            Some(value) => read(&key, &value)?,
            None => Vec::new(),
        };
        let row =
            |number: &Index| rows.binary_search_by_key(&number.0, |row| row.number).ok().map(|at| rows[at].clone());
        found.extend(numbers.iter().map(row));
    }
    Ok(found)
}

/// Takes in changes, in the order of their entries, a block at a time.
pub(super) fn update(shelf: &mut Shelf, total: &mut Total, changes: &[RowChange]) -> Result<(), Damage> {
    let mut by_block: BTreeMap<u64, Vec<&RowChange>> = BTreeMap::new();
    for change in changes {
        by_block.entry(change.claim.0 / SPAN).or_default().push(change);
    }
    for (block, changes) in by_block {
        let key = block.to_be_bytes();
        let before = shelf.get(Space::Rows, &key)?;
        let mut rows = match &before {
            Some(value) => read(&key, value)?,
            None => Vec::new(),
        };
        let were = rows.len();
        for change in changes {
            match rows.binary_search_by_key(&change.claim.0, |row| row.number) {
                Ok(at) => rows[at].fold(change),
                Err(at) => {
                    if let Some(row) = Row::after(None, change) {
                        rows.insert(at, row);
                    }
                }
            }
        }
        if rows.is_empty() {
            continue;
        }
        if let Some(value) = before {
            total.take(&value, were);
        }
        let value = write(&key, block, &rows)?;
        total.add(&value, rows.len());
        shelf.insert(Space::Rows, &key, value)?;
    }
    Ok(())
}

/// Adds up all blocks.
pub(super) fn total(shelf: &Shelf) -> Result<Total, Damage> {
    let mut total = Total::default();
    let mut walk = shelf.walk(Space::Rows, &[])?;
    while let Some((key, value)) = walk.next()? {
        total.add(&value, read(&key, &value)?.len());
    }
    Ok(total)
}

/// All rows in order; the last item is an error if a block is missing, or of an earlier or later day than the stamp.
pub struct Rows<'c> {
    walk: Walk,
    /// No batch is taken in while rows are read.
    shelf: PhantomData<&'c Shelf>,
    block: std::vec::IntoIter<Row>,
    seen: Total,
    /// What all have to add up to, where all are read.
    total: Option<Total>,
    /// The first claim wanted.
    from: u64,
    size: u64,
    done: bool,
}

impl<'c> Rows<'c> {
    /// The rows from `from` on of a record of `size` entries.
    pub(super) fn new(shelf: &'c Shelf, from: u64, total: Total, size: u64) -> Result<Self, Damage> {
        let walk = shelf.walk(Space::Rows, &(from / SPAN).to_be_bytes())?;
        let total = (from == 0).then_some(total);
        let (block, seen) = (Vec::new().into_iter(), Total::default());
        Ok(Self { walk, shelf: PhantomData, block, seen, total, from, size, done: false })
    }

    fn turn(&mut self) -> Result<bool, Damage> {
        let Some((key, value)) = self.walk.next()? else {
            return if self.total.is_none_or(|total| total == self.seen) { Ok(false) } else { Err(Damage::Missing) };
        };
        let rows = read(&key, &value)?;
        if rows.iter().any(|row| row.last >= self.size) {
            return Err(Damage::Ahead);
        }
        self.seen.add(&value, rows.len());
        self.block = rows.into_iter();
        Ok(true)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, CatalogError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.block.next() {
                if row.number < self.from {
                    continue;
                }
                return Some(Ok(row));
            }
            if self.done {
                return None;
            }
            match self.turn() {
                Ok(more) => self.done = !more,
                Err(damage) => {
                    self.done = true;
                    return Some(Err(damage.into()));
                }
            }
        }
    }
}

impl std::fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("total", &self.total).finish_non_exhaustive()
    }
}
