//! What an import came to: counts, every record that was not taken over, labels that nobody has mapped.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::context::Context;
use super::error::{CliError, Exit};
use super::output::counted;
use super::own_files::OwnFile;
use super::takeover::{Came, Taken};
use super::takeover_own;
use crate::exchange::import::lint::Lint;
use crate::exchange::import::{Plan, Rejected};
use crate::hash::{Digest, Index};
use crate::text::printable_line;

/// Lines of a kind that a person is shown; `--json` has them all.
const SHOWN: usize = 10;

/// What all files came to.
#[derive(Debug, Serialize)]
pub struct Report {
    onrecord: u32,
    dry_run: bool,
    /// File by file.
    pub files: Vec<FileReport>,
    /// Entries in the ledger after it.
    pub size: u64,
    /// Root after it.
    pub root: Digest,
}

/// Something about a record.
#[derive(Debug, Serialize)]
pub struct At<T> {
    locator: String,
    #[serde(flatten)]
    what: T,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
struct SameAs {
    same_as: String,
}

#[derive(Debug, Serialize)]
struct Claim {
    number: u64,
    came: &'static str,
}

/// What a file came to.
#[derive(Debug, Serialize)]
pub struct FileReport {
    file: String,
    format: String,
    sha256: Digest,
    /// Number of the document that keeps the original.
    document: Option<u64>,
    bom: bool,
    records: usize,
    imported: usize,
    already: usize,
    rated: usize,
    ratings: usize,
    entries: u64,
    claims: Vec<At<Claim>>,
    /// The record of each claim, by its place among those taken over.
    #[serde(skip)]
    order: Vec<usize>,
    repeats: Vec<At<SameAs>>,
    rejected: Vec<Rejected>,
    odd: Vec<At<Lint>>,
    notes: Vec<At<Text>>,
    unmapped: BTreeMap<String, u64>,
}

impl Report {
    /// Of no file yet.
    pub fn new(dry_run: bool) -> Self {
        Self { onrecord: 1, dry_run, files: Vec::new(), size: 0, root: Digest::default() }
    }

    /// Prints it.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print(&self, cx: &Context<'_>) -> Result<(), CliError> {
        if cx.out.json {
            return cx.out.json(self);
        }
        for file in &self.files {
            file.print(self.dry_run, cx)?;
        }
        if !self.dry_run {
            cx.out.line(format!("size {}, root {}", self.size, self.root))?;
        }
        Ok(())
    }

    /// How the verb ends: where there were records and nothing of any file could be taken over, that is bad input.
    ///
    /// # Errors
    /// Then.
    pub fn outcome(&self) -> Result<Exit, CliError> {
        let nothing = self.files.iter().all(|f| f.imported + f.already + f.rated == 0);
        if nothing && self.files.iter().any(|f| !f.rejected.is_empty()) {
            return Err(CliError::bad_input("no record could be taken over; nothing was recorded")
                .hint("the report names each record and why; is the mapping right?"));
        }
        Ok(Exit::Done)
    }
}

impl FileReport {
    /// Of a file that was planned and taken over.
    pub fn new(path: &Path, sha256: Digest, format: &str, plan: Plan, taken: Taken) -> Self {
        let records = plan.records();
        let Plan { rows, mut rejected, repeats, bom } = plan;
        let mut unmapped: BTreeMap<String, u64> = BTreeMap::new();
        let (mut odd, mut notes) = (Vec::new(), Vec::new());
        let locators: Vec<String> = rows.iter().map(|row| row.locator.clone()).collect();
        for row in rows {
            row.unmapped.into_iter().for_each(|label| *unmapped.entry(label).or_default() += 1);
            odd.extend(row.odd.into_iter().map(|what| At { locator: row.locator.clone(), what }));
            notes.extend(row.notes.into_iter().map(|text| At { locator: row.locator.clone(), what: Text { text } }));
        }
        let (mut imported, mut rated, mut ratings) = (0, 0, 0);
        let mut already = taken.passed;
        let (mut claims, mut order) = (Vec::new(), Vec::new());
        for (at, came) in taken.came {
            let (number, word) = match came {
                Came::New(n) => (n, "new"),
                Came::Rated(n, _) => (n, "rated"),
                Came::There(n) => (n, "already"),
            };
            match came {
                Came::New(_) => imported += 1,
                Came::Rated(_, n) => (rated, ratings) = (rated + 1, ratings + n),
                Came::There(_) => already += 1,
            }
            // What a dry run would record has no number.
            if number.pending_position().is_none() {
                let locator = locators.get(at).cloned().unwrap_or_default();
                order.push(at);
                claims.push(At { locator, what: Claim { number: number.0, came: word } });
            }
        }
        rejected.extend(taken.refused);
        let same = |(locator, same_as)| At { locator, what: SameAs { same_as } };
        Self {
            file: path.display().to_string(),
            format: format.to_owned(),
            sha256,
            document: taken.document.filter(|d| d.pending_position().is_none()).map(|d| d.0),
            bom,
            records,
            imported,
            already,
            rated,
            ratings,
            entries: taken.entries,
            claims,
            order,
            repeats: repeats.into_iter().map(same).collect(),
            rejected,
            odd,
            notes,
            unmapped,
        }
    }

    /// Of a claim set of another ledger.
    pub fn own(
        path: &Path,
        sha256: Digest,
        format: &str,
        own: OwnFile,
        document: Option<Index>,
        taken: takeover_own::Taken,
    ) -> Self {
        let locators: Vec<String> = own.claims.iter().map(|c| c.locator.clone()).collect();
        let records = own.claims.len() + own.rejected.len();
        let row = |locator: &String| At { locator: locator.clone(), what: Text { text: String::new() } };
        let left = taken.left.into_iter().filter_map(|(at, text)| {
            Some(At { what: Text { text: format!("not carried over: {text}") }, ..row(locators.get(at)?) })
        });
        let left: Vec<At<Text>> = left.collect();
        let plan = Plan { rejected: own.rejected, ..Plan::default() };
        let taken = Taken { document, came: taken.came, refused: taken.refused, entries: taken.entries, passed: 0 };
        let mut report = Self::new(path, sha256, format, plan, taken);
        (report.records, report.notes) = (records, left);
        for (claim, at) in report.claims.iter_mut().zip(report.order.drain(..)) {
            claim.locator = locators.get(at).cloned().unwrap_or_default();
        }
        report
    }

    fn print(&self, dry_run: bool, cx: &Context<'_>) -> Result<(), CliError> {
        let out = &cx.out;
        let would = if dry_run { "would be imported" } else { "imported" };
        out.line(format!("{}: {}", printable_line(&self.file), counted(self.records, "record")))?;
        if let Some(document) = self.document {
            out.line(format!("  original    kept as document #{document}, sha256 {}", self.sha256))?;
        }
        out.line(format!(
            "  {would:<11} {} as {}",
            self.imported,
            if self.imported == 1 { "a claim" } else { "claims" }
        ))?;
        if self.rated > 0 {
            let ratings = counted(self.ratings, "further rating");
            out.line(format!("  rated       {ratings} of {} on record", counted(self.rated, "claim")))?;
        }
        out.line(format!("  on record   {} before", self.already))?;
        if !self.repeats.is_empty() {
            out.line(format!("  repeats     {} of an earlier record of the file", self.repeats.len()))?;
            let one = |r: &At<SameAs>| format!("{} says the same as {}", r.locator, r.what.same_as);
            some(self.repeats.iter().map(one), cx)?;
        }
        out.line(format!("  not taken   {}", self.rejected.len()))?;
        some(self.rejected.iter().map(|r| format!("{}: {}", r.locator, r.reason)), cx)?;
        if !self.unmapped.is_empty() {
            let n: u64 = self.unmapped.values().sum();
            out.line(format!("  labels      {n} that came to no finding among ours"))?;
            some(self.unmapped.iter().map(|(label, n)| format!("\"{label}\": {n}")), cx)?;
        }
        if !self.odd.is_empty() {
            out.line(format!("  odd         {}", counted(self.odd.len(), "thing")))?;
            some(self.odd.iter().map(|o| format!("{} [{}] {}", o.locator, o.what.code, o.what.text)), cx)?;
        }
        if !self.notes.is_empty() {
            out.line(format!("  changed     {}", counted(self.notes.len(), "field")))?;
            some(self.notes.iter().map(|n| format!("{} {}", n.locator, n.what.text)), cx)?;
        }
        if self.bom {
            out.note("note: the file begins with a byte-order mark, which is no part of its first field");
        }
        if let Some(claim) = self.claims.iter().find(|c| c.what.came == "new") {
            out.note(format!(
                "next: `onrecord show {}`, `onrecord list document:{}`",
                claim.what.number,
                self.document.unwrap_or_default()
            ));
        }
        Ok(())
    }
}

/// The first of some lines, and how many more there are.
fn some(lines: impl ExactSizeIterator<Item = String>, cx: &Context<'_>) -> Result<(), CliError> {
    let all = lines.len();
    for line in lines.take(SHOWN) {
        cx.out.line(cx.out.wrap(&printable_line(&line), 4))?;
    }
    if all > SHOWN {
        cx.out.line(format!("    … and {} more; `--json` lists all", all - SHOWN))?;
    }
    Ok(())
}
