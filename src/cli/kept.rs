//! What withholding, releasing and erasing have in common: which payloads are meant, and an entry on each.

use super::error::CliError;
use super::receipt::brief;
use super::refs;
use crate::entry::{Event, Proposal};
use crate::exchange::gist::gist;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::text::printable_line;

/// The entries that references name: numbers, or words that fit one claim; with `whole`, every entry about the same
/// subject whose payload may be kept back.
///
/// # Errors
/// When there is no such entry, or its payload is never kept back.
pub fn targets(ledger: &Ledger, names: &[String], whole: bool) -> Result<Vec<Index>, CliError> {
    let mut found = Vec::new();
    for name in names {
        let index = if refs::is_number(name) { refs::entry(ledger, name)? } else { refs::claim(ledger, name)? };
        let entry = ledger.entry(index)?;
        if !entry.header.kind.row().erasable {
            return Err(CliError::bad_input(format!(
                "{index} is of kind {}, which is never withheld or erased",
                entry.header.kind
            ))
            .hint("without it nobody could check the ledger; `docs/format.md` has the table of kinds"));
        }
        let mut add = |index: Index| {
            if !found.contains(&index) {
                found.push(index);
            }
        };
        add(index);
        if whole {
            let about = ledger.history(entry.subject())?;
            about.iter().filter(|e| e.header.kind.row().erasable).for_each(|e| add(e.index));
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// An entry on each target, all with the same body.
///
/// # Errors
/// When the ledger cannot be read.
pub fn on_each(ledger: &Ledger, targets: &[Index], event: &Event) -> Result<Vec<Proposal>, CliError> {
    let one = |target: &Index| {
        let subject = ledger.entry(*target)?.subject();
        let mut proposal = Proposal::about(subject, event.clone());
        proposal.re = (subject != *target).then_some(*target);
        Ok(proposal)
    };
    targets.iter().map(one).collect()
}

/// An entry on one line: number, kind, what it says.
///
/// # Errors
/// When it cannot be read.
pub fn line(ledger: &Ledger, index: Index, columns: usize) -> Result<String, CliError> {
    let entry = ledger.entry(index)?;
    let says = entry.event()?.map_or_else(|| "(withheld or erased)".to_owned(), |event| gist(&event));
    Ok(format!("{index}  {}  {}", entry.header.kind, brief(&printable_line(&says), columns.saturating_sub(30))))
}

/// "1 payload", "3 payloads".
pub fn payloads(count: usize) -> String {
    if count == 1 { "1 payload".to_owned() } else { format!("{count} payloads") }
}
