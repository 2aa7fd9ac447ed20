//! `onrecord withdraw`: a claim, a relation or evidence is taken back before publication.

use crate::claim::desk::{ClaimMoved, Reason};
use crate::claim::vocab::Workflow;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::cli::refs;
use crate::entry::{ClaimState, Event, Proposal};
use crate::hash::Index;
use crate::ledger::Ledger;

/// Take a claim, a relation or evidence back before publication.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// Only this evidence on it, by number or key
    #[arg(long, value_name = "EV", conflicts_with = "relation", requires = "reason")]
    pub evidence: Option<String>,
    /// Only this relation from it, by the number of the entry that says so
    #[arg(long, value_name = "N", requires = "reason")]
    pub relation: Option<String>,
    /// Why; needed for evidence and relations
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, evidence or relation, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let reason = Reason { reason: args.reason.clone().unwrap_or_default() };
    let (proposal, report) = if let Some(name) = &args.evidence {
        checked(&reason)?;
        let item = evidence(&writer.ledger, &claim, name)?;
        let proposal = Proposal::about(claim.number, Event::EvidenceWithdrawn(reason)).acting_on(item);
        (proposal, evidence_report(cx, &claim, item))
    } else if let Some(text) = &args.relation {
        checked(&reason)?;
        let item = relation(&writer.ledger, &claim, text)?;
        let proposal = Proposal::about(claim.number, Event::RelationWithdrawn(reason)).acting_on(item);
        (proposal, Report::new().line(format!("withdrew relation {item} of {}", named(cx, &claim))))
    } else {
        let body = ClaimMoved { assignee: None, due: None, note: args.reason.clone(), to: Workflow::Withdrawn };
        checked(&body)?;
        let report = Report::new()
            .line(format!("withdrew {}", named(cx, &claim)))
            .next(format!("`onrecord triage {}` takes it up again", claim.number.0));
        (Proposal::about(claim.number, Event::ClaimMoved(body)), report)
    };
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    report.shaken(&writer.ledger, claim.number)?.recorded(cx, &receipt, &proposals)
}

fn evidence(ledger: &Ledger, claim: &ClaimState, name: &str) -> Result<Index, CliError> {
    match pick::one_name(ledger, claim, name)?.as_slice() {
        [one] => Ok(*one),
        several => Err(CliError::usage(format!("`--evidence {name}` names {} pieces; name one", several.len()))),
    }
}

fn evidence_report(cx: &Context<'_>, claim: &ClaimState, item: Index) -> Report {
    let relied = claim.verdict().and_then(|v| v.item.body.as_ref()).is_some_and(|v| v.on.contains(&item));
    let report = Report::new()
        .line(format!("withdrew evidence {item} of {}", named(cx, claim)))
        .note_if(relied, || "the verdict in force relies on it, and shows that it was withdrawn".into());
    if relied { report.next(format!("`onrecord verify {}` decides anew", claim.number.0)) } else { report }
}

fn relation(ledger: &Ledger, claim: &ClaimState, text: &str) -> Result<Index, CliError> {
    let index = refs::entry(ledger, text)?;
    match claim.relations.iter().find(|r| r.number == index).map(|item| item.withdrawn) {
        Some(None) => Ok(index),
        Some(Some(by)) => Err(CliError::bad_input(format!("relation {index} was withdrawn already, by {by}"))),
        None => {
            let error = CliError::bad_input(format!("{index} is no relation from {}", claim.number));
            let standing = claim.relations.iter().filter_map(|r| r.standing().map(|body| (r.number, body)));
            let error = standing.take(10).fold(error, |error, (number, body)| {
                let to = body.to.map_or_else(|| "a claim of another ledger".to_owned(), |to| to.to_string());
                error.hint(format!("--relation {}  {} {to}", number.0, body.kind))
            });
            Err(error.hint("a relation is withdrawn on the claim that it goes from"))
        }
    }
}
