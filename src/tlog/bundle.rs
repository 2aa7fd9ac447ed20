//! Entries and payloads in files of 256: C2SP tlog-tiles, entry bundles, whose framing the payload bundles share.
//!
//! A bundle is its items one after the other, each a 16-bit big-endian length and so many bytes. Nothing says how many
//! items there are: the path does. So the decoder is told, and what is left over is an error.
//!
//! Tested by `tests/it/tlog_bundle.rs`.

use std::fmt;
use std::str::FromStr;

use super::tile::{BadPath, Run};

/// Longest item that the framing can hold, in bytes; the limit of a payload.
pub const MAX_ITEM: usize = u16::MAX as usize;

/// Longest entry, in bytes.
pub const MAX_ENTRY: usize = 4_096;

/// What the items of a bundle are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Series {
    /// Entries: the public headers, at most [`MAX_ENTRY`] bytes each.
    Entries,
    /// Payloads, at most [`MAX_ITEM`] bytes each; one of length zero is not here.
    Payloads,
}

impl Series {
    /// Longest item, in bytes.
    pub fn max_item(self) -> usize {
        match self {
            Self::Entries => MAX_ENTRY,
            Self::Payloads => MAX_ITEM,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Entries => "tile/entries/",
            Self::Payloads => "payload/",
        }
    }
}

/// The coordinates of a bundle: `tile/entries/x001/067.p/8`, `payload/x001/067.p/8`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Bundle {
    /// What its items are.
    pub series: Series,
    /// Which items.
    pub run: Run,
}

impl Bundle {
    /// Bundles of `series` which are new or longer when a log grows from `old` to `new` entries.
    pub fn changed(series: Series, old: u64, new: u64) -> impl Iterator<Item = Self> {
        Run::changed(old, new).map(move |run| Self { series, run })
    }

    /// The bundle that holds item `index`, as it stands in a log of `size` entries; `None` when the log is shorter.
    pub fn holding(series: Series, index: u64, size: u64) -> Option<Self> {
        Run::holding(index, size).map(|run| Self { series, run })
    }

    /// Finds the items of this bundle in its bytes.
    ///
    /// # Errors
    /// Unless `bytes` hold exactly as many items as the bundle is wide, none over the limit, and nothing else.
    pub fn decode(self, bytes: &[u8]) -> Result<Items<'_>, BadBundle> {
        Items::decode(bytes, self.run.width(), self.series.max_item())
    }
}

impl fmt::Display for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.series.prefix(), self.run)
    }
}

impl FromStr for Bundle {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        for series in [Series::Entries, Series::Payloads] {
            if let Some(run) = text.strip_prefix(series.prefix()) {
                return Ok(Self { series, run: run.parse()? });
            }
        }
        Err(BadPath)
    }
}

/// Bytes that are not a bundle, or an item that does not fit in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadBundle {
    /// An item is over the limit.
    #[error("item {position} of the bundle has {length} bytes, the limit is {limit}")]
    TooLong {
        /// Number of the item in the bundle, from 0.
        position: usize,
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The bytes end before the last item does.
    #[error("the bundle ends within item {position}")]
    Short {
        /// Number of the item in the bundle, from 0.
        position: usize,
    },
    /// There are bytes after the last item.
    #[error("{surplus} bytes are left over after the last item of the bundle")]
    Surplus {
        /// Their number.
        surplus: usize,
    },
}

/// Appends `item` to the bytes of a bundle.
///
/// # Errors
/// When it is over `limit`, or over [`MAX_ITEM`]; nothing is appended then. `position` is 0 in that error.
pub fn append(bundle: &mut Vec<u8>, item: &[u8], limit: usize) -> Result<(), BadBundle> {
    let too_long = BadBundle::TooLong { position: 0, length: item.len(), limit: limit.min(MAX_ITEM) };
    let length = u16::try_from(item.len()).map_err(|_| too_long)?;
    if item.len() > limit {
        return Err(too_long);
    }
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(item);
    Ok(())
}

/// The items of a bundle, as slices of its bytes. Checked as a whole before the first is given out.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Items<'a> {
    /// Finds `width` items, each of at most `limit` bytes.
    ///
    /// # Errors
    /// Unless the bytes hold exactly these.
    pub fn decode(bytes: &'a [u8], width: u16, limit: usize) -> Result<Self, BadBundle> {
        let mut rest = bytes;
        for position in 0..usize::from(width) {
            let (item, after) = first_item(rest).ok_or(BadBundle::Short { position })?;
            if item.len() > limit {
                return Err(BadBundle::TooLong { position, length: item.len(), limit });
            }
            rest = after;
        }
        if !rest.is_empty() {
            return Err(BadBundle::Surplus { surplus: rest.len() });
        }
        Ok(Self { rest: bytes, left: width.into() })
    }
}

/// Where each item of a bundle begins, its two bytes of length included, and where the last one ends.
///
/// # Errors
/// As [`Items::decode`].
pub fn starts(bytes: &[u8], width: u16, limit: usize) -> Result<Vec<u32>, BadBundle> {
    let items = Items::decode(bytes, width, limit)?;
    let mut starts = Vec::with_capacity(usize::from(width) + 1);
    let mut at = 0;
    for item in items {
        starts.push(at);
        // 256 items of at most 64 KiB.
        at += 2 + item.len() as u32;
    }
    starts.push(at);
    Ok(starts)
}

impl<'a> Iterator for Items<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (item, after) = first_item(self.rest)?;
        (self.rest, self.left) = (after, self.left - 1);
        Some(item)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Items<'_> {}

fn first_item(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(u16::from_be_bytes(*length).into())
}
