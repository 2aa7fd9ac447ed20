//! Comma-separated values (RFC 4180): UTF-8, CRLF, a heading row, quotes only where needed.
//!
//! Lists are no cells: the claims table has one row a claim with its scalar fields and counts; JSON Lines has the rest.

use std::io::Write;

use super::format::{Alone, Counts, Format, FormatError, Head, Made, Options, Taken};
use super::reread;
use crate::view::ClaimView;

/// Makes the format.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    let table = Table { spreadsheet_safe: options.spreadsheet_safe };
    Ok(Made::file(table, |path| reread::of_file(path, reread::csv)))
}

/// The table of claims.
struct Table {
    spreadsheet_safe: bool,
}

impl Table {
    fn row(&self) -> Alone {
        if self.spreadsheet_safe { safe_row } else { row }
    }
}

impl Format for Table {
    fn begin(&mut self, _: &Head, out: &mut dyn Write) -> Result<(), FormatError> {
        Ok(out.write_all(&heading())?)
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn Write) -> Result<Taken, FormatError> {
        out.write_all(&self.row()(claim))?;
        Ok(Taken::Written)
    }

    fn alone(&self) -> Option<Alone> {
        Some(self.row())
    }

    fn end(&mut self, _: &Head, _: &Counts, _: &mut dyn Write) -> Result<(), FormatError> {
        Ok(())
    }
}

const HEADING: &[&str] = &[
    "number",
    "leaf",
    "key",
    "state",
    "published",
    "second_read",
    "finding",
    "confidence",
    "statement",
    "kind",
    "checkable",
    "why_not",
    "lang",
    "document",
    "document_title",
    "document_publisher",
    "document_dated",
    "innermost_speaker",
    "hedges",
    "evidence",
    "clusters",
    "verdict",
    "judged_on",
    "rationale",
    "method",
    "flags",
    "recorded",
    "agent",
];

/// The table of claims with its heading.
pub fn claims(claims: &[ClaimView]) -> Vec<u8> {
    let mut out = heading();
    for claim in claims {
        out.extend(row(claim));
    }
    out
}

/// The heading row.
pub fn heading() -> Vec<u8> {
    record(HEADING)
}

/// One claim's row.
pub fn row(claim: &ClaimView) -> Vec<u8> {
    record(&cells_of(claim))
}

/// The same, safe to open in a spreadsheet.
fn safe_row(claim: &ClaimView) -> Vec<u8> {
    let mut cells = cells_of(claim);
    cells.iter_mut().for_each(safe);
    record(&cells)
}

fn cells_of(claim: &ClaimView) -> Vec<String> {
    let text = |t: Option<&str>| t.unwrap_or_default().to_owned();
    let first = claim.appearances.first();
    let document = first.map(|a| &a.document);
    let mut clusters: Vec<&str> =
        claim.evidence.iter().filter(|e| !e.withdrawn).filter_map(|e| e.cluster.as_deref()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    let verdict = claim.verdict.as_ref();
    let speaker = first.and_then(|a| a.attribution.last()).and_then(|s| s.name.as_deref().or(s.description.as_deref()));
    vec![
        claim.number.to_string(),
        claim.leaf.clone(),
        text(claim.key.as_deref()),
        text(claim.state.map(crate::claim::vocab::Workflow::as_str)),
        claim.published.to_string(),
        claim.second_read.to_string(),
        claim.finding.to_owned(),
        text(claim.confidence),
        text(claim.statement.as_deref()),
        text(claim.kind),
        claim.checkable.map_or_else(String::new, |c| c.to_string()),
        text(claim.why_not),
        claim.lang.clone(),
        document.map_or_else(String::new, |d| d.number.to_string()),
        text(document.and_then(|d| d.title.as_deref())),
        text(document.and_then(|d| d.publisher.as_deref())),
        text(document.and_then(|d| d.dated.as_deref())),
        text(speaker),
        claim.appearances.iter().map(|a| a.hedges.len()).sum::<usize>().to_string(),
        claim.evidence.iter().filter(|e| !e.withdrawn).count().to_string(),
        clusters.len().to_string(),
        verdict.map_or_else(String::new, |v| v.number.to_string()),
        text(verdict.and_then(|v| v.judged_on.as_deref())),
        text(verdict.and_then(|v| v.rationale.as_deref())),
        text(verdict.and_then(|v| v.method.as_deref())),
        claim.flags.join(" "),
        claim.recorded.to_string(),
        claim.agent.clone(),
    ]
}

/// Puts an apostrophe before what a spreadsheet would take for a formula: a cell that begins as OWASP lists them. The
/// text is then no longer verbatim.
pub fn safe(cell: &mut String) {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        cell.insert(0, '\'');
    }
}

/// A record with its line end; quotation marks only where they must be.
pub fn record<T: AsRef<str>>(cells: &[T]) -> Vec<u8> {
    let mut out = String::new();
    for (i, cell) in cells.iter().map(AsRef::as_ref).enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\r', '\n']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
    out.into_bytes()
}
