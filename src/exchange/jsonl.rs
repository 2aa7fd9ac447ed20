//! JSON Lines: one claim object a line, canonical (RFC 8785), sorted by number, a line feed after each.

use std::io::Write;

use super::format::{Alone, Counts, Format, FormatError, Head, Made, Options, Taken};
use super::reread;
use crate::view::ClaimView;

/// Makes the format.
pub fn make<'a>(_: &Options<'a>) -> Result<Made<'a>, FormatError> {
    Ok(Made::file(JsonLines, reread::jsonl_file))
}

struct JsonLines;

impl Format for JsonLines {
    fn begin(&mut self, _: &Head, _: &mut dyn Write) -> Result<(), FormatError> {
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn Write) -> Result<Taken, FormatError> {
        out.write_all(&line(claim))?;
        Ok(Taken::Written)
    }

    fn alone(&self) -> Option<Alone> {
        Some(line)
    }

    fn end(&mut self, _: &Head, _: &Counts, _: &mut dyn Write) -> Result<(), FormatError> {
        Ok(())
    }
}

/// Bytes that most lines fit into.
const ROOM: usize = 3_072;

/// A claim as one line, with its line feed. A view's fields are in the order of their keys, so that the line is canonical as
/// it is; `tests/it/exports.rs` holds that, and every export is read back ([`reread::jsonl`]).
pub fn line(claim: &ClaimView) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(ROOM);
    // Writing to memory does not fail, and a view has no keys but strings.
    let _ = serde_json::to_writer(&mut bytes, claim);
    bytes.push(b'\n');
    bytes
}
