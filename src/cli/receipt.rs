//! What a verb that writes says afterwards: what was recorded, under which numbers, the size and root after it, what
//! a person should know, and the next step.

use serde::Serialize;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::context::Context;
use super::error::{CliError, Exit};
use super::output::Tone;
use crate::entry::{ClaimState, Kind, Proposal};
use crate::hash::{Digest, Index};
use crate::ledger::{Ledger, Receipt};
use crate::text::printable_line;

/// What to say besides the receipt.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<String>,
    notes: Vec<String>,
    next: Vec<String>,
}

#[derive(Serialize)]
struct Json<'a> {
    onrecord: u32,
    appended: bool,
    entries: &'a [Line],
    size: u64,
    root: Digest,
    notes: &'a [String],
}

/// An entry of a receipt.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Its number.
    pub number: u64,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its kind.
    pub kind: Kind,
}

impl Report {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A line of what was recorded, for a person.
    #[must_use]
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.lines.push(text.into());
        self
    }

    /// Something that a person should know, in JSON too.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// The same, if it applies.
    #[must_use]
    pub fn note_if(self, applies: bool, text: impl FnOnce() -> String) -> Self {
        if applies { self.note(text()) } else { self }
    }

    /// Says which claims rest on one that has fallen, if any do.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub fn shaken(self, ledger: &Ledger, fallen: Index) -> Result<Self, CliError> {
        const SHOWN: usize = 10;
        let shaken = ledger.shaken_by(fallen)?;
        let names: Vec<String> = shaken.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if shaken.len() > SHOWN { format!(" and {} more", shaken.len() - SHOWN) } else { String::new() };
        let (rest, show) = if shaken.len() == 1 { ("claim rests", "shows") } else { ("claims rest", "show") };
        Ok(self.note_if(!shaken.is_empty(), || {
            format!(
                "{} {rest} on {fallen} and {show} `rests-on-fallen` until judged anew: {}{more}",
                shaken.len(),
                names.join(", ")
            )
        }))
    }

    /// A next step.
    #[must_use]
    pub fn next(mut self, text: impl Into<String>) -> Self {
        self.next.push(text.into());
        self
    }

    /// Prints the receipt of what was put on record.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn recorded(self, cx: &Context<'_>, receipt: &Receipt, proposals: &[Proposal]) -> Result<Exit, CliError> {
        let entries: Vec<Line> = receipt
            .entries
            .iter()
            .enumerate()
            .map(|(k, (number, leaf))| {
                // What comes after the proposals is the signature that closes the batch.
                let kind = proposals.get(k).map_or(Kind::BatchSigned, |p| p.event.kind());
                Line { number: number.0, leaf: *leaf, kind }
            })
            .collect();
        self.print(cx, "recorded", &entries, (receipt.size, receipt.root))
    }

    /// Prints the receipt of what is on record already: nothing was appended.
    ///
    /// # Errors
    /// When stdout cannot be written, or the entry not read.
    pub fn already(self, cx: &Context<'_>, ledger: &Ledger, number: Index) -> Result<Exit, CliError> {
        let entry = ledger.entry(number)?;
        let line = Line { number: number.0, leaf: entry.leaf, kind: entry.header.kind };
        self.print(cx, "on record already, nothing appended:", &[line], (ledger.size(), ledger.root()))
    }

    fn print(
        self,
        cx: &Context<'_>,
        what: &str,
        entries: &[Line],
        (size, root): (u64, Digest),
    ) -> Result<Exit, CliError> {
        if cx.out.json {
            let appended = what == "recorded";
            cx.out.json(&Json { onrecord: 1, appended, entries, size, root, notes: &self.notes })?;
            return Ok(Exit::Done);
        }
        for line in &self.lines {
            cx.out.line(line)?;
        }
        for entry in entries {
            let name = cx.out.tone(Tone::Strong, &format!("#{}@{}", entry.number, entry.leaf.short()));
            cx.out.line(format!("{what} {name} {}", entry.kind))?;
        }
        cx.out.line(cx.out.tone(Tone::Faint, &format!("size {size}, root {root}")))?;
        for note in &self.notes {
            cx.out.note(format!("note: {note}"));
        }
        for next in &self.next {
            cx.out.note(format!("next: {next}"));
        }
        Ok(Exit::Done)
    }
}

/// Text of others on one line of at most `columns`, with an ellipsis where it is longer.
pub fn brief(text: &str, columns: usize) -> String {
    let text = printable_line(text);
    if text.width() <= columns {
        return text;
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        out.push(c);
    }
    format!("{}…", out.trim_end())
}

/// A claim on one line: number and the begin of its wording.
pub fn named(cx: &Context<'_>, claim: &ClaimState) -> String {
    match &claim.claim {
        Some(wording) => {
            let number = claim.number.to_string();
            let room = cx.out.width.saturating_sub(number.len() + 30).max(20);
            format!("{number} \"{}\"", brief(&wording.statement, room))
        }
        None => format!("{} (withheld or erased)", claim.number),
    }
}
