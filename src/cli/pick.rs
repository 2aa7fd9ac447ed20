//! Finding what a verb acts on: the claim as it stands, evidence by number, key or stance, the verdict in force.

use super::error::{CliError, Kind};
use super::receipt::brief;
use super::refs;
use crate::claim::Evidence;
use crate::claim::vocab::Stance;
use crate::entry::claim_state::Item;
use crate::entry::{self, ClaimState};
use crate::hash::Index;
use crate::ledger::catalog::Term;
use crate::ledger::{Ledger, ReadError};
use crate::text::{nearest, printable_line};

/// Columns of what evidence says, in a hint.
const SAYS: usize = 60;

/// The claim that a reference names, as it stands.
///
/// # Errors
/// As [`refs::claim`].
pub fn claim(ledger: &Ledger, text: &str) -> Result<ClaimState, CliError> {
    let number = refs::claim(ledger, text)?;
    claim_at(ledger, number)
}

/// The claim with a number, as it stands.
///
/// # Errors
/// When it cannot be read.
pub fn claim_at(ledger: &Ledger, number: Index) -> Result<ClaimState, CliError> {
    ledger.claim(number)?.ok_or_else(|| CliError::bad_input(format!("{number} is no claim")))
}

/// The last entry about a subject: what a deciding entry names as seen.
///
/// # Errors
/// When the log cannot be read.
pub fn last_about(ledger: &Ledger, subject: Index) -> Result<Index, ReadError> {
    // The catalog only tells where to look.
    for index in ledger.find(Term::About(subject))?.into_iter().rev() {
        if ledger.entry(index)?.header.about == Some(subject) {
            return Ok(index);
        }
    }
    Ok(subject)
}

/// A piece of evidence on one line, for lists and hints.
pub fn evidence_line(item: &Item<Evidence>) -> String {
    let Some(body) = item.standing() else { return format!("{}  withdrawn or withheld", item.number.0) };
    let key = body.key.as_ref().map_or(String::new(), |k| format!(" [{}]", printable_line(k)));
    let rating = format!("{}{}", body.reliability, body.credibility);
    let cluster = brief(&body.cluster, 30);
    let says = brief(&body.says, SAYS);
    format!("{}{key}  {}, {rating}, {}, cluster {cluster}: {says}", item.number.0, body.stance, body.read)
}

/// The evidence that names stand for: an entry's number, a key, or a stance for all standing evidence of it; each once,
/// in the order named.
///
/// # Errors
/// When a name stands for nothing on this claim.
pub fn evidence(ledger: &Ledger, claim: &ClaimState, names: &[String]) -> Result<Vec<Index>, CliError> {
    let mut found = Vec::new();
    for name in names.iter().map(|n| n.trim()).filter(|n| !n.is_empty()) {
        for index in one_name(ledger, claim, name)? {
            if !found.contains(&index) {
                found.push(index);
            }
        }
    }
    Ok(found)
}

/// What one name stands for.
///
/// # Errors
/// As [`evidence`].
pub fn one_name(ledger: &Ledger, claim: &ClaimState, name: &str) -> Result<Vec<Index>, CliError> {
    let standing = || claim.evidence.iter().filter_map(|e| e.standing().map(|body| (e.number, body)));
    if let Ok(stance) = name.parse::<Stance>() {
        let all: Vec<Index> = standing().filter(|(_, e)| e.stance == stance).map(|(n, _)| n).collect();
        if all.is_empty() {
            let error = CliError::bad_input(format!("no standing evidence on {} {}", claim.number, does(stance)));
            let link = format!("`onrecord evidence {} --{stance} --url … --says …` links some", claim.number.0);
            return Err(with_evidence(error, claim).hint(link));
        }
        return Ok(all);
    }
    if refs::is_number(name) {
        let index = refs::entry(ledger, name)?;
        if claim.evidence(index).is_none() {
            let error = CliError::bad_input(format!("{index} is not evidence on {}", claim.number));
            return Err(with_evidence(error, claim));
        }
        return Ok(vec![index]);
    }
    let keyed: Vec<Index> = standing().filter(|(_, e)| e.key.as_deref() == Some(name)).map(|(n, _)| n).collect();
    if keyed.is_empty() {
        let error =
            CliError::bad_input(format!("no evidence on {} has the key `{}`", claim.number, printable_line(name)));
        let keys = standing().filter_map(|(_, e)| e.key.as_deref());
        let stances = Stance::ALL.iter().map(|s| s.as_str());
        let error = match nearest(name, keys.chain(stances)) {
            Some(near) => error.hint(format!("did you mean `{}`?", printable_line(near))),
            None => error,
        };
        return Err(with_evidence(error, claim));
    }
    Ok(keyed)
}

/// What a stance does, as the verb of a sentence.
pub fn does(stance: Stance) -> &'static str {
    match stance {
        Stance::Supports => "supports it",
        Stance::Refutes => "refutes it",
        Stance::Qualifies => "qualifies it",
        Stance::Context => "gives context",
    }
}

/// Adds what evidence there is to an error's hints.
fn with_evidence(error: CliError, claim: &ClaimState) -> CliError {
    let standing: Vec<_> = claim.evidence.iter().filter(|e| e.standing().is_some()).collect();
    if standing.is_empty() {
        let link = format!("{} has no evidence yet; `onrecord evidence {} …` links some", claim.number, claim.number.0);
        return error.hint(link);
    }
    standing.iter().take(10).fold(error, |error, item| error.hint(evidence_line(item)))
}

/// The verdict that a reference names, with its claim: the entry that issued it, or a claim, whose verdict in force is
/// then meant.
///
/// # Errors
/// When there is none, or another has taken its place.
pub fn verdict(ledger: &Ledger, text: &str) -> Result<(ClaimState, Index), CliError> {
    let named = if refs::is_number(text) { Some(refs::entry(ledger, text)?) } else { None };
    let claim = match named {
        None => claim(ledger, text)?,
        Some(index) => {
            let header = ledger.entry(index)?.header;
            match (header.kind, header.about) {
                (entry::Kind::ClaimRecorded, _) => claim_at(ledger, index)?,
                (entry::Kind::VerdictIssued | entry::Kind::CorrectionIssued, Some(about)) => claim_at(ledger, about)?,
                (kind, about) => {
                    let error = CliError::bad_input(format!("{index} is no verdict but an entry of kind {kind}"));
                    return Err(match about {
                        Some(about) => error.hint(format!("it is about {about}; `onrecord show {}` shows it", about.0)),
                        None => error.hint("name a verdict's number, or a claim for its verdict in force"),
                    });
                }
            }
        }
    };
    let Some(in_force) = claim.verdict().map(|v| v.item.number) else {
        return Err(CliError::bad_input(format!("{} has no verdict", claim.number))
            .hint(format!("`onrecord verify {}` first", claim.number.0)));
    };
    match named {
        Some(index) if index != claim.number && index != in_force => Err(CliError::bad_input(format!(
            "{index} is not the verdict in force on {}: that is {in_force}",
            claim.number
        ))
        .hint(format!("`onrecord show {}` shows it", claim.number.0))),
        _ => Ok((claim, in_force)),
    }
}

/// What each of several references names; every one that names nothing is told, not only the first.
///
/// # Errors
/// When any does not.
pub fn all<T>(texts: &[String], one: impl Fn(&str) -> Result<T, CliError>) -> Result<Vec<T>, CliError> {
    let mut found = Vec::new();
    let mut failed = Vec::new();
    for text in texts {
        match one(text) {
            Ok(item) => found.push(item),
            // What is wrong with the ledger is wrong with every reference.
            Err(error) if error.kind != Kind::BadInput || texts.len() == 1 => return Err(error),
            Err(error) => failed.push((text, error)),
        }
    }
    if failed.is_empty() {
        return Ok(found);
    }
    let message = format!("{} of {} references cannot be used; nothing was recorded", failed.len(), texts.len());
    let mut error = CliError::bad_input(message);
    for (text, one) in failed {
        let next = one.hints.first().map_or(String::new(), |hint| format!("; {hint}"));
        error = error.cause(format!("`{}`: {}{next}", printable_line(text), one.message));
    }
    Err(error)
}

/// Refuses a list of references that names the same claim twice.
///
/// # Errors
/// When it does.
pub fn each_once(claims: impl IntoIterator<Item = Index>) -> Result<(), CliError> {
    let mut seen = Vec::new();
    for index in claims {
        if seen.contains(&index) {
            return Err(CliError::usage(format!("{index} is named twice")));
        }
        seen.push(index);
    }
    Ok(())
}

/// The request on a claim that a number names.
///
/// # Errors
/// When it is none.
pub fn request(ledger: &Ledger, claim: &ClaimState, text: &str) -> Result<Index, CliError> {
    let index = refs::entry(ledger, text)?;
    if claim.requests.iter().any(|r| r.number == index) {
        return Ok(index);
    }
    let error = CliError::bad_input(format!("{index} is no request about {}", claim.number));
    Err(match claim.requests.last() {
        Some(last) => error.hint(format!("`--request {}` is the latest", last.number.0)),
        None => error.hint(format!("`onrecord request {} --from … --text …` records one", claim.number.0)),
    })
}
