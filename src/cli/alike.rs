//! Before a claim goes on record: is there one already that says the same? A warning, never a refusal.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::context::Context;
use super::error::CliError;
use super::receipt::brief;
use super::wording::Saying;
use crate::claim::Claim;
use crate::entry::{Event, Proposal};
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::search::Similar;
use crate::view::finding_word;

/// From this score on a claim on record is worth a look. `tests/it/similar.rs` measures it: of the 173 claims of the shipped
/// article, each unlike the others, few come that close to another.
pub const CLOSE: u8 = 80;
/// A batch is not held up longer than this.
const PATIENCE: Duration = Duration::from_secs(5);

/// A new claim and the one on record that is most like it.
#[derive(Debug, Serialize)]
pub struct Near {
    /// The new one's key, if it has one.
    pub key: Option<String>,
    /// The new one's wording.
    pub statement: String,
    /// The claim on record.
    pub number: u64,
    /// How alike, from 0 to 100.
    pub score: u8,
    /// Its wording.
    pub on_record: String,
    /// What was found of it.
    pub finding: &'static str,
}

/// The claim on record most like a new one, if close enough to say so. What goes wrong with the search is said, and is no
/// reason not to record.
pub fn closest(cx: &Context<'_>, ledger: &Ledger, claim: &Claim) -> Option<Similar> {
    let found = look(cx, ledger, &[claim]);
    found.into_iter().next().map(|(_, similar)| similar)
}

/// For each new claim of a batch the one on record that is close to it.
pub fn in_batch(cx: &Context<'_>, ledger: &Ledger, proposals: &[Proposal]) -> Vec<Near> {
    let new = |p: &Proposal| p.about.is_none();
    let claims: Vec<&Claim> = proposals
        .iter()
        .filter(|p| new(p))
        .filter_map(|p| if let Event::ClaimRecorded(claim) = &p.event { Some(claim) } else { None })
        .collect();
    let found = look(cx, ledger, &claims);
    let near = |(k, similar): (usize, Similar)| Near {
        key: claims[k].key.clone(),
        statement: claims[k].statement.clone(),
        number: similar.claim.number.0,
        score: similar.likeness.rounded(),
        on_record: similar.claim.claim.as_ref().map(|c| c.statement.clone()).unwrap_or_default(),
        finding: finding_word(&similar.claim),
    };
    found.into_iter().map(near).collect()
}

fn look(cx: &Context<'_>, ledger: &Ledger, claims: &[&Claim]) -> Vec<(usize, Similar)> {
    match try_look(cx, ledger, claims) {
        Ok(found) => found,
        Err(error) => {
            cx.out.note(format!("note: not compared with the claims on record: {}", error.message));
            Vec::new()
        }
    }
}

fn try_look(cx: &Context<'_>, ledger: &Ledger, claims: &[&Claim]) -> Result<Vec<(usize, Similar)>, CliError> {
    // Nothing on record, nothing to compare with, and no index to build.
    if claims.is_empty() || ledger.rows_where(Index(0), 1, |_, _| true)?.is_empty() {
        return Ok(Vec::new());
    }
    let search = cx.search(&cx.ledger_folder()?, ledger)?;
    let begun = Instant::now();
    let mut found = Vec::new();
    for (k, claim) in claims.iter().enumerate() {
        if begun.elapsed() > PATIENCE {
            cx.out.note(format!("note: {k} of {} new claims were compared with those on record", claims.len()));
            break;
        }
        let closest = search.similar_to(ledger, claim, 1)?.into_iter().next();
        found.extend(closest.filter(|s| s.likeness.rounded() >= CLOSE).map(|similar| (k, similar)));
    }
    Ok(found)
}

/// The command that records an appearance of a claim on record instead, with what was given already.
pub fn appear(number: Index, document: &str, saying: &Saying) -> String {
    let mut command = format!("onrecord appear {} --document {}", number.0, quoted(document));
    let lists = [("--quote", &saying.quote), ("--said-by", &saying.said_by), ("--hedge", &saying.hedge)];
    for (flag, values) in lists {
        for value in values {
            command.extend([" ", flag, " ", &quoted(value)]);
        }
    }
    command
}

/// A word as a shell takes it.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A warning for a person: which claim, how alike, in which words.
pub fn warning(cx: &Context<'_>, similar: &Similar) -> String {
    let statement = similar.claim.claim.as_ref().map(|c| c.statement.as_str()).unwrap_or_default();
    let room = cx.out.width.saturating_sub(12).max(40);
    format!(
        "warning: close to {} (likeness {} of 100, {}):\n  \"{}\"",
        similar.claim.number,
        similar.likeness.rounded(),
        finding_word(&similar.claim),
        brief(statement, room)
    )
}

/// The same for a claim of a file, on one line.
pub fn note(cx: &Context<'_>, near: &Near) -> String {
    let which = near.key.as_deref().map_or_else(|| "a new claim".to_owned(), |key| format!("`{}`", brief(key, 40)));
    let room = cx.out.width.saturating_sub(which.len() + 40).max(40);
    let on_record = brief(&near.on_record, room);
    format!("warning: {which} is close to #{} (likeness {} of 100): {on_record}", near.number, near.score)
}
