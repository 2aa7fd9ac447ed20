//! The commit cell and the batch that it names, decoded by the audit itself: what a writer promised and may not have
//! finished.

use std::ops::Range;

use super::files::{Row, frames};
use crate::hash::{Digest, MAX_INTEGER};
use crate::store::{Cell, StoreError, StorePath, StoreRead};

/// Most bytes of a staged batch.
const MAX_STAGED: usize = 128 << 20;
/// Most entries of a staged batch.
const MAX_COUNT: u64 = 10_240;

/// What the cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub size: u64,
    pub root: Digest,
    /// Index of the first entry of the batch.
    pub base: u64,
    /// Path of the batch.
    pub staging: String,
}

fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number <= MAX_INTEGER && number.to_string() == text).then_some(number)
}

impl Head {
    /// Four lines: title, size, root, name of the batch; `None` for anything else.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let lines: Vec<&str> = str::from_utf8(bytes).ok()?.split('\n').collect();
        let ["onrecord-head/0", size, root, name, ""] = *lines else { return None };
        let (base, nonce) = name.split_once('-')?;
        let (size, base) = (number(size)?, number(base)?);
        let hex = nonce.len() == 32 && nonce.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let root = root.parse().ok()?;
        (hex && base < size).then(|| Self { size, root, base, staging: format!("staging/{name}") })
    }

    /// Reads the cell; what is wrong with it is for a person.
    pub fn read(store: &dyn StoreRead) -> Result<Result<Self, &'static str>, StoreError> {
        let bytes = match store.read(Cell::Head) {
            Err(StoreError::TooLarge { .. }) => return Ok(Err("larger than any head")),
            other => other?,
        };
        let Some(bytes) = bytes else { return Ok(Err("there is none")) };
        Ok(Self::parse(&bytes).ok_or("not four lines of title, size, root and batch"))
    }
}

/// A staged batch, or none.
#[derive(Debug, Default)]
pub(super) struct Staged {
    bytes: Vec<u8>,
    base: u64,
    entries: Vec<Range<usize>>,
    payloads: Vec<Range<usize>>,
}

impl Staged {
    /// Reads the batch that `head` names.
    ///
    /// # Errors
    /// What is wrong with it, for a person.
    pub fn read(store: &dyn StoreRead, head: &Head) -> Result<Self, String> {
        let path = StorePath::new(head.staging.clone()).map_err(|e| e.to_string())?;
        let bytes = match store.get(&path, MAX_STAGED) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Err("the batch is not there".into()),
            Err(error) => return Err(error.to_string()),
        };
        let staged = Self::decode(bytes).ok_or("the batch is malformed")?;
        let end = staged.base + staged.entries.len() as u64;
        if staged.base != head.base || end != head.size {
            return Err(format!("the batch holds entries {} to {end}, not those of the head", staged.base));
        }
        Ok(staged)
    }

    fn decode(bytes: Vec<u8>) -> Option<Self> {
        let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
        let mut line = || str::from_utf8(lines.next()?).ok();
        let (title, base, count) = (line()?, number(line()?)?, number(line()?)?);
        let start = bytes.len() - lines.next()?.len();
        if title != "onrecord-staging/0" || !(1..=MAX_COUNT).contains(&count) {
            return None;
        }
        let shifted = |items: Vec<Range<usize>>, by: usize| -> Vec<_> {
            items.into_iter().map(|item| item.start + by..item.end + by).collect()
        };
        let (entries, _) = frames(&bytes[start..], count, Row::Entries.item_limit());
        let middle = start + entries.last()?.end;
        let (payloads, fault) = frames(&bytes[middle..], count, Row::Payloads.item_limit());
        let whole = entries.len() as u64 == count && fault.is_none();
        let (entries, payloads) = (shifted(entries, start), shifted(payloads, middle));
        whole.then_some(Self { bytes, base, entries, payloads })
    }

    fn item<'a>(&'a self, items: &[Range<usize>], index: u64) -> Option<&'a [u8]> {
        let item = items.get(index.checked_sub(self.base)? as usize)?;
        Some(&self.bytes[item.clone()])
    }

    /// An entry of the batch, by its index in the log.
    pub fn entry(&self, index: u64) -> Option<&[u8]> {
        self.item(&self.entries, index)
    }

    /// A payload of the batch, by its index in the log.
    pub fn payload(&self, index: u64) -> Option<&[u8]> {
        self.item(&self.payloads, index)
    }

    /// Index after its last entry; 0 where there is no batch.
    pub fn end(&self) -> u64 {
        self.base + self.entries.len() as u64
    }
}
