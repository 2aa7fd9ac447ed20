//! References to claims and other entries: `12`, `#12`, `#12@3f9a2b7c`, a leaf-hash prefix, a local key, or words.

use super::error::CliError;
use crate::hash::Index;
use crate::ledger::catalog::Term;
use crate::ledger::{Ledger, ReadError};
use crate::text::{printable_line, words};

/// Candidates shown when words fit several claims.
const SHOWN: usize = 10;

/// Claims looked through for words before giving up; larger ledgers need a number or a query.
const SCANNED: usize = 200_000;

/// The number in a reference that is one: `12`, `#12` or `#12@3f9a2b7c`; with the hexadecimal digits, if given.
fn number(text: &str) -> Option<(u64, Option<&str>)> {
    let text = text.strip_prefix('#').unwrap_or(text);
    let (number, guard) = text.split_once('@').map_or((text, None), |(n, g)| (n, Some(g)));
    let digits = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let fine = guard.is_none_or(|g| (4..=64).contains(&g.len()) && g.bytes().all(|b| b.is_ascii_hexdigit()));
    (digits && fine).then(|| number.parse().ok().map(|n| (n, guard)))?
}

/// Whether a reference is a number, and not a key or words.
pub fn is_number(text: &str) -> bool {
    number(text).is_some()
}

/// Finds the entry that a reference names.
///
/// # Errors
/// When there is none, or the guard digits are another entry's.
pub fn entry(ledger: &Ledger, text: &str) -> Result<Index, CliError> {
    let Some((number, guard)) = number(text) else {
        return Err(CliError::bad_input(format!("`{}` is not an entry's number", printable_line(text)))
            .hint("an entry is named `12`, `#12` or `#12@3f9a2b7c`"));
    };
    let entry = ledger.entry(Index(number))?;
    if let Some(guard) = guard
        && !entry.leaf.hex().starts_with(&guard.to_ascii_lowercase())
    {
        return Err(CliError::bad_input(format!("#{number} is {}, not @{guard}", entry.leaf.short()))
            .hint(format!("`onrecord show {number}` shows what it is")));
    }
    Ok(Index(number))
}

/// Finds the claim that a reference names.
///
/// # Errors
/// When none or several fit; several are listed.
pub fn claim(ledger: &Ledger, text: &str) -> Result<Index, CliError> {
    if number(text).is_some() {
        let index = entry(ledger, text)?;
        let found = ledger.entry(index)?;
        if found.header.kind != crate::entry::Kind::ClaimRecorded {
            let error = CliError::bad_input(format!("{index} is no claim but an entry of kind {}", found.header.kind));
            return Err(match found.header.about {
                Some(about) => error.hint(format!("it is about {about}; try that")),
                None => error.hint("`onrecord list` shows the claims"),
            });
        }
        return Ok(index);
    }
    let candidates = by_leaf_or_words(ledger, text)?;
    match candidates.as_slice() {
        [one] => Ok(*one),
        [] => Err(CliError::bad_input(format!("no claim fits `{}`", printable_line(text)))
            .hint("`onrecord list` shows the claims; fewer words fit more of them")),
        several => {
            let mut error = CliError::bad_input(format!(
                "{} claims fit `{}`; name one by its number",
                several.len(),
                printable_line(text)
            ));
            for index in several.iter().take(SHOWN) {
                let statement = ledger.claim(*index)?.and_then(|c| c.claim).map(|c| c.statement).unwrap_or_default();
                error = error.hint(format!("{index}  {}", printable_line(&statement)));
            }
            if several.len() > SHOWN {
                error = error.hint(format!("… and {} more", several.len() - SHOWN));
            }
            Err(error)
        }
    }
}

/// A key fits before words do, and a leaf-hash prefix of at least eight digits before both.
fn by_leaf_or_words(ledger: &Ledger, text: &str) -> Result<Vec<Index>, ReadError> {
    let hex = text.trim_start_matches('@');
    let leaf = (8..=64).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let wanted = words(text);
    let claims = ledger.claims()?;
    let mut by_words = Vec::new();
    for index in claims.into_iter().take(SCANNED) {
        let entry = ledger.entry(index)?;
        if leaf && entry.leaf.hex().starts_with(&hex.to_ascii_lowercase()) {
            return Ok(vec![index]);
        }
        let Some(crate::entry::Event::ClaimRecorded(first)) = entry.event()? else { continue };
        if first.key.as_deref() == Some(text) {
            return Ok(vec![index]);
        }
        // Only a claim that was touched since can read otherwise than it was recorded.
        let touched = !ledger.find(Term::About(index))?.is_empty();
        let statement = if touched {
            ledger.claim(index)?.and_then(|c| c.claim).map(|c| c.statement).unwrap_or_default()
        } else {
            first.statement
        };
        let there = words(&statement);
        if !wanted.is_empty() && wanted.iter().all(|w| there.contains(w)) {
            by_words.push(index);
        }
    }
    Ok(by_words)
}
