//! Reading an export back, strictly, with nothing of what wrote it: a file that passes holds what was counted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest as _, Sha256};

use crate::hash::Digest;

/// What was read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reread {
    /// Number of claims.
    pub claims: u64,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: Digest,
}

/// An export that is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum RereadError {
    /// It cannot be read.
    #[error("cannot be read back")]
    Read(#[from] io::Error),
    /// Something in it is not of its format.
    #[error("record {record}: {what}")]
    Record {
        /// Which, from 1; a heading row counts.
        record: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// Something in one file of a folder, or in a file as a whole.
    #[error("{file}: {what}")]
    File {
        /// Which.
        file: String,
        /// What is wrong.
        what: String,
    },
}

/// Reads a file back: `scan` counts its claims while its bytes are hashed beside it.
///
/// # Errors
/// When it cannot be read, or is not of its format.
pub fn of_file(path: &Path, scan: fn(BufReader<File>) -> Result<u64, RereadError>) -> Result<Reread, RereadError> {
    let open = || File::open(path).map(|file| BufReader::with_capacity(1 << 18, file));
    let (scanned, hashed) = (open()?, open()?);
    std::thread::scope(|scope| {
        let hash = scope.spawn(move || digest(hashed));
        let claims = scan(scanned);
        let (bytes, sha256) = hash.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))?;
        Ok(Reread { claims: claims?, bytes, sha256 })
    })
}

/// Length and SHA-256 of what is read.
pub fn digest(mut file: impl BufRead) -> Result<(u64, Digest), io::Error> {
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    loop {
        let piece = file.fill_buf()?;
        if piece.is_empty() {
            return Ok((bytes, Digest(hasher.finalize().into())));
        }
        hasher.update(piece);
        let read = piece.len();
        bytes += read as u64;
        file.consume(read);
    }
}

/// Longest line or record, in bytes: many times the longest claim.
const MAX_RECORD: usize = 64 << 20;

/// Reads JSON Lines: every line an object in canonical form (RFC 8785), so that each key stands once, with ascending
/// numbers, a line feed after each; returns how many.
///
/// # Errors
/// At the first record that is not so.
pub fn jsonl(file: impl BufRead) -> Result<u64, RereadError> {
    Ok(lines(file, u64::MAX)?.count)
}

/// Bytes of a file of lines that one thread reads before it takes the next.
const PIECE: u64 = 8 << 20;

/// Reads a file of JSON Lines as [`jsonl`] does, in pieces on two threads, one of which hashes the whole file first.
///
/// # Errors
/// When it cannot be read, or at the first record that is not as it should be.
pub fn jsonl_file(path: &Path) -> Result<Reread, RereadError> {
    jsonl_pieces(path, PIECE)
}

/// The same, in pieces of so many bytes.
///
/// # Errors
/// As for [`jsonl_file`].
pub fn jsonl_pieces(path: &Path, piece: u64) -> Result<Reread, RereadError> {
    let open = || File::open(path).map(|file| BufReader::with_capacity(1 << 18, file));
    let pieces = open()?.get_ref().metadata()?.len().div_ceil(piece).max(1);
    let (hashed, next) = (open()?, AtomicU64::new(0));
    // Until none is left, or one is not as it should be: those before it are all taken then.
    let read = || {
        let mut read = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= pieces {
                return read;
            }
            // The last goes to the end, wherever that is by then: what is hashed is read.
            let within = if at + 1 == pieces { u64::MAX } else { piece };
            let lines = open().map_err(RereadError::from).and_then(|file| lines_from(file, at * piece, within));
            if lines.is_err() {
                next.store(pieces, Ordering::Relaxed);
            }
            read.push((at, lines));
        }
    };
    let (digest, mut read) = std::thread::scope(|scope| {
        let other = scope.spawn(|| (digest(hashed), read()));
        let mut all = read();
        // A panic over there is a broken invariant of ours; it goes on here.
        let (digest, more) = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        all.extend(more);
        (digest, all)
    });
    read.sort_unstable_by_key(|(at, _)| *at);
    let mut whole = Lines::default();
    for (_, lines) in read {
        whole.follow(lines)?;
    }
    let (bytes, sha256) = digest?;
    Ok(Reread { claims: whole.count, bytes, sha256 })
}

/// Some lines after each other: how many, and the numbers of the first and the last.
#[derive(Debug, Default)]
struct Lines {
    count: u64,
    ends: Option<(u64, u64)>,
}

impl Lines {
    /// Appends what comes after them, or says at which line of all it is wrong.
    fn follow(&mut self, next: Result<Self, RereadError>) -> Result<(), RereadError> {
        let next = next.map_err(|error| match error {
            RereadError::Record { record, what } => RereadError::Record { record: self.count + record, what },
            other => other,
        })?;
        self.ends = match (self.ends, next.ends) {
            (Some((_, last)), Some((first, _))) if first <= last => {
                return Err(RereadError::Record { record: self.count + 1, what: NOT_ABOVE });
            }
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (ends, None) | (None, ends) => ends,
        };
        self.count += next.count;
        Ok(())
    }
}

const NOT_ABOVE: &str = "its number is not above the one before";

/// The lines that begin in the `within` bytes from `from` on.
fn lines_from(mut file: BufReader<File>, from: u64, within: u64) -> Result<Lines, RereadError> {
    if from == 0 {
        return lines(file, within);
    }
    // A line begins where the byte before is a line feed.
    file.seek(SeekFrom::Start(from - 1))?;
    let within = within.saturating_add(1);
    let skipped = io::Read::take(&mut file, within).skip_until(b'\n')? as u64;
    lines(file, within.saturating_sub(skipped))
}

/// The lines that begin in the next `within` bytes.
fn lines(mut file: impl BufRead, within: u64) -> Result<Lines, RereadError> {
    let (mut lines, mut begun) = (Lines::default(), 0);
    let mut line = Vec::new();
    while begun < within {
        line.clear();
        let length = io::Read::take(&mut file, MAX_RECORD as u64).read_until(b'\n', &mut line)?;
        if length == 0 {
            break;
        }
        begun += length as u64;
        let wrong = |what| RereadError::Record { record: lines.count + 1, what };
        let text = line.strip_suffix(b"\n").ok_or(wrong("no line feed at its end, or too long"))?;
        let number = super::strict::number_of(text).map_err(wrong)?.ok_or(wrong("no number"))?;
        if lines.ends.is_some_and(|(_, last)| number <= last) {
            return Err(wrong(NOT_ABOVE));
        }
        lines.ends = Some((lines.ends.map_or(number, |(first, _)| first), number));
        lines.count += 1;
    }
    Ok(lines)
}

/// Reads comma-separated values (RFC 4180): a heading row, then rows of as many cells, the first an ascending number; returns how many after
/// the heading.
///
/// # Errors
/// At the first record that is not so.
pub fn csv(mut file: impl BufRead) -> Result<u64, RereadError> {
    let (mut records, mut columns, mut last) = (0_u64, 0, None);
    let mut record = Vec::new();
    loop {
        record.clear();
        let wrong = |what| RereadError::Record { record: records + 1, what };
        // A record ends at a line feed outside quotation marks.
        let mut open = false;
        while record.is_empty() || open {
            if record.len() > MAX_RECORD {
                return Err(wrong("too long, or a quotation mark is never closed"));
            }
            let from = record.len();
            if io::Read::take(&mut file, MAX_RECORD as u64).read_until(b'\n', &mut record)? == 0 {
                break;
            }
            // An odd number of quotation marks opens or closes a cell.
            let marks = record[from..].split(|b| *b == b'"').count() - 1;
            open ^= marks % 2 == 1;
        }
        if record.is_empty() {
            return records.checked_sub(1).ok_or(wrong("no heading row"));
        }
        let text = record.strip_suffix(b"\r\n").ok_or(wrong("no CRLF at its end"))?;
        let text = std::str::from_utf8(text).map_err(|_| wrong("not UTF-8"))?;
        let cells = cells(text).ok_or(wrong("a quotation mark in the wrong place"))?;
        if records == 0 {
            columns = cells.len();
        } else {
            let number = cells.first().and_then(|c| c.parse::<u64>().ok()).ok_or(wrong("no number"))?;
            if last.is_some_and(|last| number <= last) {
                return Err(wrong(NOT_ABOVE));
            }
            last = Some(number);
        }
        if cells.len() != columns {
            return Err(wrong("not as many cells as the heading"));
        }
        records += 1;
    }
}

/// The cells of a record; `None` where quotation marks do not stand as they should.
fn cells(record: &str) -> Option<Vec<String>> {
    let mut cells = Vec::new();
    let mut rest = record;
    loop {
        let (cell, after) = if let Some(quoted) = rest.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            let cell = &rest[..end];
            if cell.contains(['"', '\r', '\n']) {
                return None;
            }
            (cell.to_owned(), &rest[end..])
        };
        cells.push(cell);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return after.is_empty().then_some(cells),
        }
    }
}

/// A cell after its opening quotation mark, and what follows its closing one.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    let mut rest = quoted;
    loop {
        let at = rest.find('"')?;
        cell.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell, rest)),
        }
    }
}
