//! Pages of sorted records, packed: a checksum, then bincode of the page.
//!
//! Records are 16 bytes (8 of a term's hash, 8 of an entry's index) but stored as differences, since most terms occur
//! many times: 2 to 9 bytes each. Every [`CHUNK`] records a head says where to begin, so that a lookup unpacks one
//! chunk and not the page.

use serde::{Deserialize, Serialize};
use sled::IVec;

use super::error::Damage;

/// A term's hash and the entry that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::ledger) struct Record {
    pub hash: u64,
    pub index: u64,
}

/// Records between two heads.
pub(super) const CHUNK: usize = 64;
/// A page is closed once its records take this many bytes.
pub(super) const PAGE_BYTES: usize = 8_000;

/// Length of a head: hash and index of a chunk's first record, then where in the data the records after it begin.
const HEAD: usize = 20;

/// A page as it is stored.
#[derive(Serialize, Deserialize)]
struct Stored<'d> {
    /// The last record of the page before it in its run: a page lost in between shows.
    after: Option<Record>,
    records: u32,
    heads: &'d [u8],
    /// Last, so that it is the tail of the value.
    data: &'d [u8],
}

/// A page, ready to be looked into.
pub(super) struct Page {
    after: Option<Record>,
    last: Record,
    records: usize,
    value: IVec,
    /// Where in the value the heads begin.
    heads: usize,
    /// Where in the value the packed records begin.
    data: usize,
}

/// Length of a page's key: run, last record.
pub(super) const KEY: usize = 24;

/// The key of the page of `run` whose last record is `last`; ascending as (run, last), so that the first key at or
/// after (run, record) is the one page that may hold the record.
pub(super) fn page_key(run: u64, last: Record) -> [u8; KEY] {
    let mut key = [0; KEY];
    key[..8].copy_from_slice(&run.to_be_bytes());
    key[8..16].copy_from_slice(&last.hash.to_be_bytes());
    key[16..].copy_from_slice(&last.index.to_be_bytes());
    key
}

/// Reads a page's key.
pub(super) fn read_key(key: &[u8]) -> Result<(u64, Record), Damage> {
    let part = |at: usize| key.get(at..at + 8).and_then(|b| b.try_into().ok()).map(u64::from_be_bytes);
    match (part(0), part(8), part(16)) {
        (Some(run), Some(hash), Some(index)) if key.len() == KEY => Ok((run, Record { hash, index })),
        _ => Err(Damage::Key),
    }
}

impl Page {
    /// Reads a value that [`Packer`] wrote; `last` is the record in its key.
    pub(super) fn read(run: u64, last: Record, value: IVec) -> Result<Self, Damage> {
        let Stored { after, records, heads, data } = open(&page_key(run, last), &value)?;
        let records = records as usize;
        if records == 0 || heads.len() != records.div_ceil(CHUNK) * HEAD {
            return Err(Damage::Shape);
        }
        // The checksum holds, so these bytes are ours: what lies between heads and data is the length of the data.
        let start = heads.as_ptr() as usize - value.as_ptr() as usize;
        let data = value.len() - data.len();
        Ok(Self { after, last, records, heads: start, value, data })
    }

    /// The record before the page's first.
    pub(super) fn after(&self) -> Option<Record> {
        self.after
    }

    /// The page's last record.
    pub(super) fn last(&self) -> Record {
        self.last
    }

    fn chunks(&self) -> usize {
        self.records.div_ceil(CHUNK)
    }

    /// A chunk's first record, and where the rest of it begins.
    fn head(&self, chunk: usize) -> Option<(Record, usize)> {
        if chunk >= self.chunks() {
            return None;
        }
        let head = self.value.get(self.heads + chunk * HEAD..)?.first_chunk::<HEAD>()?;
        let (hash, rest) = head.split_first_chunk()?;
        let (index, at) = rest.split_first_chunk()?;
        let at = u32::from_le_bytes(at.try_into().ok()?) as usize;
        Some((Record { hash: u64::from_le_bytes(*hash), index: u64::from_le_bytes(*index) }, at))
    }

    /// The chunk in which `target`, or the first record after it, stands.
    pub(super) fn chunk_of(&self, target: Record) -> usize {
        let (mut low, mut high) = (0, self.chunks());
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if self.head(middle).is_some_and(|(first, _)| first <= target) {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Unpacks a chunk.
    pub(super) fn unpack(&self, chunk: usize, out: &mut Vec<Record>) -> Result<(), Damage> {
        out.clear();
        self.unpack_more(chunk, out)
    }

    /// Unpacks the whole page.
    pub(super) fn unpack_all(&self, out: &mut Vec<Record>) -> Result<(), Damage> {
        out.clear();
        out.reserve(self.records);
        (0..self.chunks()).try_for_each(|chunk| self.unpack_more(chunk, out))?;
        if out.last() == Some(&self.last) { Ok(()) } else { Err(Damage::Shape) }
    }

    fn unpack_more(&self, chunk: usize, out: &mut Vec<Record>) -> Result<(), Damage> {
        let (mut record, at) = self.head(chunk).ok_or(Damage::Shape)?;
        let count = CHUNK.min(self.records - chunk * CHUNK);
        let mut rest = self.value.get(self.data + at..).ok_or(Damage::Shape)?;
        out.push(record);
        for _ in 1..count {
            let step = take(&mut rest)?;
            let index = take(&mut rest)?;
            record = if step == 0 {
                Record { index: record.index.checked_add(index).ok_or(Damage::Shape)?, ..record }
            } else {
                Record { hash: record.hash.checked_add(step).ok_or(Damage::Shape)?, index }
            };
            out.push(record);
        }
        Ok(())
    }
}

/// Packs ascending records into pages.
#[derive(Debug, Default)]
pub(super) struct Packer {
    after: Option<Record>,
    last: Option<Record>,
    records: u32,
    heads: Vec<u8>,
    data: Vec<u8>,
}

/// A packed page with the last record in it.
pub(super) struct Packed {
    pub key: [u8; KEY],
    pub value: Vec<u8>,
}

impl Packer {
    /// Takes in the next record; whether the page should be closed now.
    pub(super) fn push(&mut self, record: Record) -> bool {
        match self.last {
            Some(last) if !(self.records as usize).is_multiple_of(CHUNK) => {
                let step = record.hash.wrapping_sub(last.hash);
                put(&mut self.data, step);
                put(&mut self.data, if step == 0 { record.index.wrapping_sub(last.index) } else { record.index });
            }
            _ => {
                self.heads.extend(record.hash.to_le_bytes());
                self.heads.extend(record.index.to_le_bytes());
                self.heads.extend((self.data.len() as u32).to_le_bytes());
            }
        }
        self.last = Some(record);
        self.records += 1;
        self.data.len() + self.heads.len() >= PAGE_BYTES
    }

    /// Closes the page, if there is one.
    pub(super) fn close(&mut self, run: u64) -> Result<Option<Packed>, Damage> {
        let Some(last) = self.last.filter(|_| self.records > 0) else { return Ok(None) };
        let key = page_key(run, last);
        let page = Stored { after: self.after, records: self.records, heads: &self.heads, data: &self.data };
        let value = seal(&key, &page)?;
        self.heads.clear();
        self.data.clear();
        self.records = 0;
        self.after = Some(last);
        Ok(Some(Packed { key, value }))
    }
}

/// Appends a number, seven bits a byte, lowest first.
pub(super) fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Reads what [`put`] wrote.
#[inline]
pub(super) fn take(rest: &mut &[u8]) -> Result<u64, Damage> {
    let mut value = 0;
    for (i, byte) in rest.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * i);
        if byte & 0x80 == 0 {
            *rest = &rest[i + 1..];
            return Ok(value);
        }
    }
    Err(Damage::Shape)
}

/// The value kept under `key`: a checksum over both, then bincode.
pub(super) fn seal<T: Serialize>(key: &[u8], value: &T) -> Result<Vec<u8>, Damage> {
    let mut bytes = vec![0; 8];
    bincode::serde::encode_into_std_write(value, &mut bytes, bincode::config::standard()).map_err(|_| Damage::Shape)?;
    let sum = checksum(key, &bytes[8..]);
    bytes[..8].copy_from_slice(&sum.to_le_bytes());
    Ok(bytes)
}

/// Reads what [`seal`] wrote.
pub(super) fn open<'d, T: Deserialize<'d>>(key: &[u8], value: &'d [u8]) -> Result<T, Damage> {
    let (sum, body) = value.split_at_checked(8).ok_or(Damage::Shape)?;
    if checksum(key, body).to_le_bytes() != sum {
        return Err(Damage::Checksum);
    }
    match bincode::serde::borrow_decode_from_slice(body, bincode::config::standard()) {
        Ok((value, read)) if read == body.len() => Ok(value),
        _ => Err(Damage::Shape),
    }
}

/// A checksum against accidents (not attackers, who could write the catalog anew), over the key too: a value that
/// stands under another's key is as wrong as a damaged one. Four lanes, since one would wait for its multiplications.
pub(super) fn checksum(key: &[u8], body: &[u8]) -> u64 {
    let mut lanes = [1_u64, 2, 3, 4].map(|lane| mix(lane, body.len() as u64));
    for bytes in [key, body] {
        let (blocks, rest) = bytes.as_chunks::<32>();
        for block in blocks {
            let (words, _) = block.as_chunks::<8>();
            for (lane, word) in lanes.iter_mut().zip(words) {
                *lane = mix(*lane, u64::from_le_bytes(*word));
            }
        }
        let mut last = [0; 32];
        last[..rest.len()].copy_from_slice(rest);
        for (lane, word) in lanes.iter_mut().zip(last.as_chunks::<8>().0) {
            *lane = mix(*lane, u64::from_le_bytes(*word));
        }
    }
    lanes.into_iter().fold(0, mix)
}

/// A step of a multiplicative hash.
pub(super) fn mix(sum: u64, word: u64) -> u64 {
    let product = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    product ^ product >> 29
}
