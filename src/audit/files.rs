//! Which files a log has, by the audit's own arithmetic, and the framing of bundles (C2SP tlog-tiles).

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use super::merkle::WIDTH;
use crate::store::{BadPath, StorePath, StoreRead};

/// Tile levels that a log of less than 2^63 entries can have.
pub(super) const LEVELS: u8 = 8;

/// Files that may be missing before one that is there, besides as many as there are.
const ALLOWANCE: u64 = 16;

/// Longest entry, in bytes (`docs/format.md`).
const MAX_ENTRY: usize = 4_096;
/// Longest payload, in bytes.
const MAX_PAYLOAD: usize = 65_535;

/// A row of files, each with up to 256 things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Row {
    Entries,
    Payloads,
    Tiles(u8),
}

impl Row {
    /// Longest item of its bundles, in bytes.
    pub fn item_limit(self) -> usize {
        match self {
            Self::Entries => MAX_ENTRY,
            Self::Payloads => MAX_PAYLOAD,
            Self::Tiles(_) => 32,
        }
    }

    /// Longest file, in bytes.
    pub fn file_limit(self) -> usize {
        let frame = if matches!(self, Self::Tiles(_)) { 0 } else { 2 };
        WIDTH as usize * (self.item_limit() + frame)
    }

    /// Things in the row of a log of `size` entries.
    pub fn count(self, size: u64) -> u64 {
        if let Self::Tiles(level) = self { size >> (8 * u32::from(level)) } else { size }
    }

    /// What the files hold, for a person.
    pub fn what(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Payloads => "payloads",
            Self::Tiles(_) => "hashes",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entries => f.write_str("log/tile/entries"),
            Self::Payloads => f.write_str("payload"),
            Self::Tiles(level) => write!(f, "log/tile/{level}"),
        }
    }
}

/// A file of a row: its number, and how many things it holds, 1 to 256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct File {
    pub row: Row,
    pub n: u64,
    pub width: u64,
}

impl File {
    /// Number of its first thing in the row.
    pub fn start(self) -> u64 {
        self.n * WIDTH
    }

    /// Its path in the store.
    pub fn store_path(self) -> Result<StorePath, BadPath> {
        StorePath::new(self.to_string())
    }

    /// Reads a path of the row's form; `None` for any other.
    fn parse(path: &str) -> Option<Self> {
        let (row, rest) = if let Some(rest) = path.strip_prefix("log/tile/entries/") {
            (Row::Entries, rest)
        } else if let Some(rest) = path.strip_prefix("payload/") {
            (Row::Payloads, rest)
        } else {
            let (level, rest) = path.strip_prefix("log/tile/")?.split_once('/')?;
            let level: u8 = level.parse().ok()?;
            ((level < LEVELS).then_some(Row::Tiles(level))?, rest)
        };
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok().filter(|w| (1..WIDTH).contains(w))?),
            None => (rest, WIDTH),
        };
        let mut n: u64 = 0;
        for group in number.split('/') {
            let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            n = n.checked_mul(1_000)?.checked_add(digits)?;
        }
        let file = Self { row, n, width };
        // 2^63 entries are the most: what lies further is no file of a log, and must not overflow later sums.
        (n < 1 << 55 && file.to_string() == path).then_some(file)
    }
}

impl fmt::Display for File {
    /// The path: groups of three digits, all but the last with an `x` before.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.row)?;
        let digits = format!("{:03}", self.n);
        let padded = format!("{digits:0>width$}", width = digits.len().div_ceil(3) * 3);
        for group in 0..padded.len() / 3 - 1 {
            write!(f, "x{}/", &padded[group * 3..group * 3 + 3])?;
        }
        f.write_str(&padded[padded.len() - 3..])?;
        if self.width == WIDTH { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Every file that there is under `log/` and `payload/`.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    rows: BTreeMap<Row, BTreeMap<u64, Vec<u64>>>,
    /// Cosigned checkpoints that are kept.
    pub cosigned: Vec<StorePath>,
    /// Paths that no log has.
    pub strays: Vec<StorePath>,
}

impl Inventory {
    /// Lists the store.
    pub fn read(store: &dyn StoreRead) -> Result<Self, super::AuditError> {
        let mut inventory = Self::default();
        for folder in ["log", "payload"] {
            for path in store.list(&StorePath::new(folder)?)? {
                match File::parse(path.as_str()) {
                    Some(file) => {
                        let numbers = inventory.rows.entry(file.row).or_default();
                        let widths = numbers.entry(file.n).or_default();
                        widths.push(file.width);
                        widths.sort_unstable();
                    }
                    None if is_cosigned(path.as_str()) => inventory.cosigned.push(path),
                    None => inventory.strays.push(path),
                }
            }
        }
        Ok(inventory)
    }

    /// Widths of the files with number `n`, ascending.
    pub fn widths(&self, row: Row, n: u64) -> &[u64] {
        self.rows.get(&row).and_then(|numbers| numbers.get(&n)).map_or(&[], Vec::as_slice)
    }

    /// Every file of a row, in order.
    pub fn files(&self, row: Row) -> impl Iterator<Item = File> {
        let numbers = self.rows.get(&row).into_iter().flatten();
        numbers.flat_map(move |(n, widths)| widths.iter().map(move |width| File { row, n: *n, width: *width }))
    }

    /// Things up to the end of the last file of a row, as far as no more files are missing before it than there are: a
    /// single file with an absurd number must not make work.
    pub fn extent(&self, row: Row) -> u64 {
        let files = self.rows.get(&row).map_or(0, BTreeMap::len) as u64;
        let near = self.files(row).scan((0, 0), |(next, missing), file| {
            *missing += file.n.saturating_sub(*next);
            *next = file.n + 1;
            (*missing <= files + ALLOWANCE).then_some(file.start() + file.width)
        });
        near.last().unwrap_or(0)
    }

    /// The rows that exist.
    pub fn rows(&self) -> impl Iterator<Item = Row> {
        self.rows.keys().copied()
    }
}

/// Whether a path is of the form `log/cosigned/<size>/<16 hexadecimal digits>`.
fn is_cosigned(path: &str) -> bool {
    let Some((size, tag)) = path.strip_prefix(super::cosigned::FOLDER).and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    size.parse::<u64>().is_ok_and(|n| n.to_string() == size) && tag.len() == 16 && tag.bytes().all(hex)
}

/// The file that holds things `256·n` and on in a row of `count`; `None` past its end.
pub(super) fn file_at(row: Row, n: u64, count: u64) -> Option<File> {
    let left = count.checked_sub(n.checked_mul(WIDTH)?)?;
    (left > 0).then(|| File { row, n, width: left.min(WIDTH) })
}

/// What is wrong with the framing of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Short { position: usize },
    TooLong { position: usize, length: usize },
    Surplus { bytes: usize },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { position } => write!(f, "the file ends within item {position}"),
            Self::TooLong { position, length } => write!(f, "item {position} says it has {length} bytes"),
            Self::Surplus { bytes } => write!(f, "{bytes} bytes stand after the last item"),
        }
    }
}

/// Where the items of a bundle lie in its bytes: as many as can be told, and what is wrong with the rest.
pub(super) fn frames(bytes: &[u8], width: u64, limit: usize) -> (Vec<Range<usize>>, Option<Fault>) {
    let mut items = Vec::with_capacity(width as usize);
    let mut at = 0;
    for position in 0..width as usize {
        let Some(head) = bytes.get(at..at + 2) else { return (items, Some(Fault::Short { position })) };
        let length = usize::from(head[0]) << 8 | usize::from(head[1]);
        if length > limit {
            return (items, Some(Fault::TooLong { position, length }));
        }
        if at + 2 + length > bytes.len() {
            return (items, Some(Fault::Short { position }));
        }
        items.push(at + 2..at + 2 + length);
        at += 2 + length;
    }
    let bytes = bytes.len() - at;
    (items, (bytes > 0).then_some(Fault::Surplus { bytes }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn paths_of_the_specification() {
        let file = |row, n, width| File { row, n, width }.to_string();
        assert_eq!(file(Row::Entries, 5, 256), "log/tile/entries/005");
        assert_eq!(file(Row::Tiles(0), 1_000, 256), "log/tile/0/x001/000");
        assert_eq!(file(Row::Payloads, 1_234_067, 8), "payload/x001/x234/067.p/8");
        for path in ["log/tile/entries/005", "log/tile/0/x001/000", "payload/x001/x234/067.p/8", "log/tile/7/000.p/1"] {
            assert_eq!(File::parse(path).unwrap().to_string(), path);
        }
        for path in [
            "log/tile/8/000",
            "log/tile/00/000",
            "log/tile/entries/5",
            "log/tile/entries/x000/005",
            "payload/000.p/0",
            "payload/000.p/256",
            "payload/000.p/08",
            "payload/+00",
            "log/other",
            "log/tile/0/1000",
            "log/tile/entries/",
            "payload/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(File::parse(path), None, "{path}");
        }
    }

    #[test]
    fn frames_say_where_a_bundle_breaks() {
        let good = [0, 1, 7, 0, 0, 0, 2, 8, 9];
        assert_eq!(frames(&good, 3, 10), (vec![2..3, 5..5, 7..9], None));
        assert_eq!(frames(&good, 2, 10).1, Some(Fault::Surplus { bytes: 4 }));
        assert_eq!(frames(&good, 4, 10).1, Some(Fault::Short { position: 3 }));
        assert_eq!(frames(&good[..8], 3, 10).1, Some(Fault::Short { position: 2 }));
        assert_eq!(frames(&good, 3, 1).1, Some(Fault::TooLong { position: 2, length: 2 }));
    }
}
