//! Putting what an import planned on record: row by row against what is there, in commits of some thousand entries, so
//! that whatever ends the program in between, the next run goes on where it stood.

use std::collections::HashMap;
use std::path::Path;

use super::capture::{self, Fields};
use super::context::{Context, Writer};
use super::error::CliError;
use crate::claim::{Claim, Evidence};
use crate::draft::Known as _;
use crate::entry::{ClaimState, Event, Proposal};
use crate::exchange::import::Rejected;
use crate::exchange::import::foreign::{Row, same_evidence};
use crate::hash::{Digest, Index};
use crate::ledger::catalog::Term;
use crate::ledger::{AppendError, Ledger, ReadError};

/// Entries of one commit, about.
const COMMIT: usize = 4_000;

/// What a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// A claim of its own, with its ratings.
    New(Index),
    /// The claim was on record; ratings that were not are linked to it.
    Rated(Index, usize),
    /// All of it was on record.
    There(Index),
}

/// What came of a file.
#[derive(Debug, Default)]
pub struct Taken {
    /// The document of the original; `None` where nothing was recorded.
    pub document: Option<Index>,
    /// What each row came to, by its place in the plan.
    pub came: Vec<(usize, Came)>,
    /// Rows that the ledger refused.
    pub refused: Vec<Rejected>,
    /// Entries recorded, the signatures of batches included.
    pub entries: u64,
    /// Rows passed over because a row behind them was on record (`--resume`).
    pub passed: usize,
}

/// How to go about it.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// Record nothing.
    pub dry_run: bool,
    /// Begin behind the last row on record, instead of comparing each.
    pub resume: bool,
}

/// Registers and keeps the original; gives its number and the entries that took.
///
/// # Errors
/// When it is refused, or the ledger cannot be written.
pub fn original(path: &Path, fields: &Fields, writer: &mut Writer, cx: &Context<'_>) -> Result<(Index, u64), CliError> {
    let mut proposals = Vec::new();
    let name = path.display().to_string();
    let captured = capture::document(&name, fields, &writer.ledger, &mut proposals)?;
    captured.tell_otherwise(cx);
    let (mut number, mut entries) = (captured.number, 0);
    if !proposals.is_empty() {
        let receipt = writer.append(cx, &proposals)?;
        number = number.at_base(receipt.base);
        entries = receipt.entries.len() as u64;
    }
    captured.hold(writer, cx)?;
    Ok((number, entries))
}

/// The document on record whose bytes these are.
///
/// # Errors
/// When the record cannot be read.
pub fn known(ledger: &Ledger, sha256: &Digest) -> Result<Option<Index>, ReadError> {
    ledger.document(Some(sha256), None)
}

/// Records the rows of a file whose original is on record; in a dry run, only says what each would come to.
///
/// # Errors
/// When the ledger cannot be read or written; what went in before stays.
pub fn rows(
    rows: &[Row],
    document: Option<Index>,
    how: How,
    writer: &mut Writer,
    cx: &Context<'_>,
    progress: &dyn Fn(usize),
) -> Result<Taken, CliError> {
    let mut taken = Taken { document, ..Taken::default() };
    let from = if how.resume { behind(rows, document, &writer.ledger)? } else { 0 };
    taken.passed = from;
    let mut batch = Batch::default();
    for (at, row) in rows.iter().enumerate().skip(from) {
        batch.add(at, row, document, &writer.ledger)?;
        if batch.proposals.len() >= COMMIT || at + 1 == rows.len() {
            batch.commit(rows, how.dry_run, writer, cx, &mut taken)?;
            progress(at + 1);
        }
    }
    Ok(taken)
}

/// The first row behind the last one on record: rows go in in order, so halving finds it.
fn behind(rows: &[Row], document: Option<Index>, ledger: &Ledger) -> Result<usize, ReadError> {
    let Some(document) = document else { return Ok(0) };
    let there = |row: &Row| -> Result<bool, ReadError> {
        let Some(key) = &row.claim.key else { return Ok(false) };
        Ok(!ledger.find(Term::Key(document, key))?.is_empty())
    };
    let (mut low, mut high) = (0, rows.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if there(&rows[middle])? { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// What tells one record from another where their files differ: the words, who says them, and the page of the review.
type Identity<'r> = (&'r str, Option<&'r str>, &'r str);

fn identity<'r>(claim: &'r Claim, evidence: &'r [Evidence]) -> Option<Identity<'r>> {
    let speaker = claim.appearance.attribution.last().and_then(|s| s.name.as_deref());
    let url = evidence.iter().find_map(|e| e.url.as_deref())?;
    Some((&claim.statement, speaker, url))
}

/// Rows on their way into one commit.
#[derive(Default)]
struct Batch<'r> {
    proposals: Vec<Proposal>,
    /// Row of each proposal.
    of: Vec<usize>,
    came: Vec<(usize, Came)>,
    new: HashMap<Identity<'r>, Index>,
}

impl<'r> Batch<'r> {
    fn add(&mut self, at: usize, row: &'r Row, document: Option<Index>, ledger: &Ledger) -> Result<(), ReadError> {
        let same = identity(&row.claim, &row.evidence);
        if let Some(number) = same.and_then(|i| self.new.get(&i).copied()) {
            // Another rating of a claim of this batch.
            self.rate(at, number, row.evidence.iter());
            self.came.push((at, Came::Rated(number, row.evidence.len())));
            return Ok(());
        }
        if let Some(there) = on_record(row, document, same, ledger)? {
            let on_it =
                |e: &&Evidence| !there.evidence.iter().any(|i| i.body.as_ref().is_some_and(|b| same_evidence(b, e)));
            let missing: Vec<&Evidence> = row.evidence.iter().filter(on_it).collect();
            let came = match missing.len() {
                0 => Came::There(there.number),
                n => Came::Rated(there.number, n),
            };
            self.rate(at, there.number, missing.into_iter());
            self.came.push((at, came));
            return Ok(());
        }
        let number = Index::pending(self.proposals.len());
        let mut claim = row.claim.clone();
        claim.appearance.document = document.unwrap_or_default();
        self.push(at, Proposal::new(Event::ClaimRecorded(claim)));
        self.rate(at, number, row.evidence.iter());
        self.came.push((at, Came::New(number)));
        self.new.extend(same.map(|i| (i, number)));
        Ok(())
    }

    fn push(&mut self, at: usize, proposal: Proposal) {
        self.proposals.push(proposal);
        self.of.push(at);
    }

    fn rate<'e>(&mut self, at: usize, claim: Index, evidence: impl Iterator<Item = &'e Evidence>) {
        for item in evidence {
            self.push(at, Proposal::about(claim, Event::EvidenceLinked(item.clone())));
        }
    }

    /// Commits, and begins the next. Rows that are refused are left out and said; what is left is tried again.
    fn commit(
        &mut self,
        rows: &'r [Row],
        dry_run: bool,
        writer: &mut Writer,
        cx: &Context<'_>,
        taken: &mut Taken,
    ) -> Result<(), CliError> {
        let batch = std::mem::take(self);
        if dry_run || batch.proposals.is_empty() {
            taken.came.extend(batch.came);
            return Ok(());
        }
        super::verbs::erase::ask_first(cx, &writer.ledger, &batch.proposals)?;
        match writer.try_append(cx, &batch.proposals) {
            Ok(receipt) => {
                taken.entries += receipt.entries.len() as u64;
                taken.came.extend(batch.came.into_iter().map(|(at, came)| (at, came.at_base(receipt.base))));
                Ok(())
            }
            Err(AppendError::Refused { refused }) => {
                let mut bad: HashMap<usize, String> = HashMap::new();
                for one in &refused {
                    let reason = format!("refused [{}]: {}", one.objection.code(), one.objection);
                    bad.entry(batch.of[one.position]).or_insert(reason);
                }
                let mut again: Vec<usize> =
                    batch.came.iter().map(|(at, _)| *at).filter(|at| !bad.contains_key(at)).collect();
                again.dedup();
                for (at, reason) in bad {
                    taken.refused.push(Rejected { locator: rows[at].locator.clone(), reason });
                }
                for at in again {
                    self.add(at, &rows[at], taken.document, &writer.ledger)?;
                }
                self.commit(rows, dry_run, writer, cx, taken)
            }
            Err(error) => Err(super::failure::of_batch(error, &batch.proposals)
                .hint("what was recorded before stays; the same command goes on where this one stopped")),
        }
    }
}

impl Came {
    /// The same with real numbers, once the batch has a base.
    #[must_use]
    pub fn at_base(self, base: u64) -> Self {
        match self {
            Self::New(n) => Self::New(n.at_base(base)),
            Self::Rated(n, count) => Self::Rated(n.at_base(base), count),
            Self::There(n) => Self::There(n.at_base(base)),
        }
    }
}

/// The claim on record that a row is: by its place in the same file, else by what tells records apart.
fn on_record(
    row: &Row,
    document: Option<Index>,
    same: Option<Identity<'_>>,
    ledger: &Ledger,
) -> Result<Option<ClaimState>, ReadError> {
    if let (Some(document), Some(key)) = (document, &row.claim.key) {
        for index in ledger.find(Term::Key(document, key))? {
            let Some(state) = ledger.claim(ledger.entry(index)?.subject())? else { continue };
            let fits = |c: &Claim| c.key.as_ref() == Some(key) && c.appearance.document == document;
            if state.claim.as_ref().is_some_and(fits) {
                return Ok(Some(state));
            }
        }
    }
    let Some(same) = same else { return Ok(None) };
    let mut looked = Vec::new();
    for index in ledger.find(Term::Url(same.2))? {
        let subject = ledger.entry(index)?.subject();
        if looked.contains(&subject) {
            continue;
        }
        looked.push(subject);
        let Some(state) = ledger.claim(subject)? else { continue };
        let Some(claim) = state.claim.as_ref().filter(|c| c.imported.is_some()) else { continue };
        let evidence: Vec<Evidence> = state.evidence.iter().filter_map(|e| e.body.clone()).collect();
        let urls = evidence.iter().filter_map(|e| e.url.as_deref());
        let speaker = claim.appearance.attribution.last().and_then(|s| s.name.as_deref());
        if urls.into_iter().any(|u| u == same.2) && (claim.statement.as_str(), speaker) == (same.0, same.1) {
            return Ok(Some(state));
        }
    }
    Ok(None)
}
