//! Canonical JSON (RFC 8785), narrowed as `docs/format.md` says: no floating point, integers within ±(2^53 - 1), no
//! control characters but line feed and tab, nesting of at most 8.
//!
//! Hashed records are Rust structs whose fields stand in the order of their keys, so that serialising one *is* its
//! canonical form; reading one back means decode, encode again, compare. Tested by `tests/it/canon.rs` with the
//! vectors of the RFC's author and, for every kind of entry, against [`value_to_bytes`].

mod compare;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_json::ser::{CompactFormatter, Formatter};

/// Deepest nesting of objects and arrays that a record may have.
pub const MAX_DEPTH: usize = 8;

/// Bytes that most payloads fit into, so that few are moved while they grow.
pub const ROOM: usize = 1_536;

/// Bytes that are not a canonical record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonError {
    /// Longer than the limit for this record.
    #[error("{len} bytes, and at most {limit} are allowed")]
    TooLong {
        /// Bytes given.
        len: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// Objects and arrays nested too deep.
    #[error("byte {at}: nested deeper than {MAX_DEPTH}")]
    TooDeep {
        /// Offset in bytes.
        at: usize,
    },
    /// A number with a fraction or exponent, or beyond 2^53 - 1.
    #[error("byte {at}: only integers within ±(2^53 - 1) are allowed")]
    Number {
        /// Offset in bytes.
        at: usize,
    },
    /// A control character other than line feed and tab.
    #[error("byte {at}: control characters other than line feed and tab are refused")]
    Control {
        /// Offset in bytes.
        at: usize,
    },
    /// Not JSON, or not the fields that this record has.
    #[error("{reason}")]
    Shape {
        /// What the decoder says, with line and column.
        reason: String,
    },
    /// Valid JSON of the right fields, but not in its one canonical form.
    #[error("byte {at}: not in canonical form (RFC 8785)")]
    NotCanonical {
        /// Offset of the first byte that differs.
        at: usize,
    },
}

/// Encodes a record whose fields are declared in the order of their keys.
///
/// # Errors
/// When a value cannot be written (a pending index, say).
pub fn to_bytes<T: Serialize>(record: &T) -> Result<Vec<u8>, CanonError> {
    to_bytes_with_room(record, ROOM)
}

/// The same, with room for as many bytes as most of these records have.
///
/// # Errors
/// As [`to_bytes`].
pub fn to_bytes_with_room<T: Serialize>(record: &T, room: usize) -> Result<Vec<u8>, CanonError> {
    let mut bytes = Vec::with_capacity(room);
    serde_json::to_writer(&mut bytes, record).map_err(|e| CanonError::Shape { reason: e.to_string() })?;
    Ok(bytes)
}

/// Decodes a record of at most `limit` bytes, accepting exactly what [`to_bytes`] emits.
///
/// # Errors
/// Every deviation, with the offset of the first.
pub fn from_bytes<T: Serialize + DeserializeOwned>(bytes: &[u8], limit: usize) -> Result<T, CanonError> {
    if let Some(record) = (bytes.len() <= limit).then(|| quick(bytes)).flatten() {
        return Ok(record);
    }
    scan(bytes, limit)?;
    let record: T = serde_json::from_slice(bytes).map_err(|e| CanonError::Shape { reason: e.to_string() })?;
    let mut written = Compared { bytes, at: 0, differs: false };
    serde_json::to_writer(&mut written, &record).map_err(|e| CanonError::Shape { reason: e.to_string() })?;
    if written.differs || written.at != bytes.len() {
        return Err(CanonError::NotCanonical { at: written.at });
    }
    Ok(record)
}

/// The record, where nothing at all is the matter with its bytes: every payload of an audit comes by here. What is wrong
/// otherwise, or whether anything is, [`from_bytes`] finds out in its own time.
///
/// A typed record bounds its own depth, and encoding it again shows every other form; what that would not show is looked
/// for: control characters (no escape, no DEL, no byte that C1 begins with) and integers beyond 2^53 - 1.
fn quick<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let special = memchr::memchr3(b'\\', 0x7f, 0xc2, bytes).is_some();
    if special && scan(bytes, bytes.len()).is_err() {
        return None;
    }
    let record: T = serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
    if !special || memchr::memchr(b'\\', bytes).is_none() {
        return compare::is_form_of(&record, bytes).then_some(record);
    }
    let mut written = Compared { bytes, at: 0, differs: false };
    let mut serializer = serde_json::Serializer::with_formatter(&mut written, Narrow);
    record.serialize(&mut serializer).ok()?;
    (!written.differs && written.at == bytes.len()).then_some(record)
}

/// Compact JSON that refuses numbers which no record may hold.
struct Narrow;

impl Formatter for Narrow {
    fn write_u64<W: std::io::Write + ?Sized>(&mut self, writer: &mut W, value: u64) -> std::io::Result<()> {
        if value > crate::hash::MAX_INTEGER {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        CompactFormatter.write_u64(writer, value)
    }

    fn write_i64<W: std::io::Write + ?Sized>(&mut self, writer: &mut W, value: i64) -> std::io::Result<()> {
        if value.unsigned_abs() > crate::hash::MAX_INTEGER {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
        CompactFormatter.write_i64(writer, value)
    }

    fn write_f64<W: std::io::Write + ?Sized>(&mut self, _: &mut W, _: f64) -> std::io::Result<()> {
        Err(std::io::ErrorKind::InvalidData.into())
    }
}

/// Decodes any canonical JSON of at most `limit` bytes, accepting exactly what [`value_to_bytes`] emits within the limits
/// of a record.
///
/// # Errors
/// Every deviation, with the offset of the first.
pub fn value_from_bytes(bytes: &[u8], limit: usize) -> Result<Value, CanonError> {
    scan(bytes, limit)?;
    let value: Value = serde_json::from_slice(bytes).map_err(|e| CanonError::Shape { reason: e.to_string() })?;
    same(&value_to_bytes(&value)?, bytes)?;
    Ok(value)
}

/// Holds what a serialiser writes against bytes that are there already; reading back then costs no copy.
struct Compared<'b> {
    bytes: &'b [u8],
    /// Bytes that agree.
    at: usize,
    differs: bool,
}

impl std::io::Write for Compared<'_> {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        if !self.differs {
            let rest = &self.bytes[self.at..];
            if rest.starts_with(piece) {
                self.at += piece.len();
            } else {
                self.at += rest.iter().zip(piece).take_while(|(a, b)| a == b).count();
                self.differs = true;
            }
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn same(again: &[u8], bytes: &[u8]) -> Result<(), CanonError> {
    if again == bytes {
        return Ok(());
    }
    Err(CanonError::NotCanonical { at: again.iter().zip(bytes).take_while(|(a, b)| a == b).count() })
}

/// What can be said of the bytes before any type is known: length, depth, numbers, control characters.
fn scan(bytes: &[u8], limit: usize) -> Result<(), CanonError> {
    if bytes.len() > limit {
        return Err(CanonError::TooLong { len: bytes.len(), limit });
    }
    let mut depth = 0;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = scan_string(bytes, at)?,
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(CanonError::TooDeep { at });
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'-' | b'0'..=b'9' => {
                at = scan_number(bytes, at)?;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Bytes of a string that need no second look: one look-up each, and every payload is scanned.
static PLAIN: [bool; 256] = {
    let mut plain = [true; 256];
    (plain[b'"' as usize], plain[b'\\' as usize], plain[0x7f], plain[0xc2]) = (false, false, false, false);
    plain
};

/// Returns the offset of the closing quotation mark (or the end of the bytes, which the decoder refuses).
fn scan_string(bytes: &[u8], open: usize) -> Result<usize, CanonError> {
    let mut at = open + 1;
    while at < bytes.len() {
        if PLAIN[usize::from(bytes[at])] {
            at += 1;
            continue;
        }
        match bytes[at] {
            b'"' => break,
            b'\\' => {
                // `\b`, `\f`, `\r` and every `\u…` form stand for control characters in canonical JSON.
                if !matches!(bytes.get(at + 1), Some(b'"' | b'\\' | b'n' | b't')) {
                    return Err(CanonError::Control { at });
                }
                at += 1;
            }
            0x7f => return Err(CanonError::Control { at }),
            0xc2 if matches!(bytes.get(at + 1), Some(0x80..=0x9f)) => return Err(CanonError::Control { at }),
            _ => {}
        }
        at += 1;
    }
    Ok(at)
}

fn scan_number(bytes: &[u8], start: usize) -> Result<usize, CanonError> {
    let mut at = start + usize::from(bytes[start] == b'-');
    let mut value: u64 = 0;
    while let Some(b) = bytes.get(at) {
        match b {
            b'0'..=b'9' => value = value.saturating_mul(10).saturating_add(u64::from(b - b'0')),
            b'.' | b'e' | b'E' => return Err(CanonError::Number { at: start }),
            _ => break,
        }
        at += 1;
    }
    if value > crate::hash::MAX_INTEGER { Err(CanonError::Number { at: start }) } else { Ok(at) }
}

/// Canonical bytes of any JSON value without floats, keys sorted by UTF-16 code units (RFC 8785, section 3.2.3).
///
/// # Errors
/// A float, or an integer beyond 2^53 - 1.
pub fn value_to_bytes(value: &Value) -> Result<Vec<u8>, CanonError> {
    let mut out = Vec::new();
    write_value(value, &mut out)?;
    Ok(out)
}

fn write_value(value: &Value, out: &mut Vec<u8>) -> Result<(), CanonError> {
    match value {
        Value::Number(n) => {
            let small = n.as_i64().is_some_and(|i| i.unsigned_abs() <= crate::hash::MAX_INTEGER);
            if !small {
                return Err(CanonError::Number { at: out.len() });
            }
            out.extend_from_slice(n.to_string().as_bytes());
        }
        Value::Array(items) => {
            out.push(b'[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_value(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push(b'{');
            for (i, key) in keys.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                out.extend_from_slice(&to_bytes(key)?);
                out.push(b':');
                write_value(&map[key], out)?;
            }
            out.push(b'}');
        }
        simple => out.extend_from_slice(&to_bytes(simple)?),
    }
    Ok(())
}
