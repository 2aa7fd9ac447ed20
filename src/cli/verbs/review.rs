//! `onrecord review`: another agent approves or rejects verdicts.

use crate::claim::desk::Review;
use crate::claim::vocab::Decision;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{Event, Proposal};
use crate::view::finding_word;

/// Approve or reject a verdict of another agent.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("decision").required(true).args(["approve", "reject"])))]
pub struct Args {
    /// Verdicts, by number, or claims, whose verdict in force is meant; all or none are recorded
    #[arg(value_name = "VERDICT", required = true)]
    pub verdicts: Vec<String>,
    /// They stand
    #[arg(long)]
    pub approve: bool,
    /// They do not stand; `--note` says why
    #[arg(long, requires = "note")]
    pub reject: bool,
    /// What was looked at, or why it does not stand
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such verdict, or an entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let decision = if args.reject { Decision::Reject } else { Decision::Approve };
    let body = Review { decision, note: args.note.clone() };
    checked(&body)?;
    let found = pick::all(&args.verdicts, |text| pick::verdict(&writer.ledger, text))?;
    pick::each_once(found.iter().map(|(claim, _)| claim.number))?;
    let proposals: Vec<Proposal> = found
        .iter()
        .map(|(claim, verdict)| {
            let mut proposal = Proposal::about(claim.number, Event::ReviewRecorded(body.clone())).acting_on(*verdict);
            proposal.seen = Some(claim.last());
            proposal
        })
        .collect();
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new();
    let word = if args.reject { "rejected" } else { "approved" };
    for (claim, verdict) in &found {
        report = report.line(format!("{word} {verdict}, {}: {}", finding_word(claim), named(cx, claim)));
    }
    let numbers: Vec<String> = found.iter().map(|(claim, _)| claim.number.0.to_string()).collect();
    let numbers = numbers.join(" ");
    let unpublished = found.iter().any(|(claim, _)| claim.published.is_none());
    report = match decision {
        Decision::Approve if unpublished => report.next(format!("`onrecord publish {numbers}`")),
        Decision::Approve => report,
        Decision::Reject if unpublished => report.next(format!("`onrecord verify {numbers}` decides anew")),
        Decision::Reject => {
            report.next("`onrecord correct` or `onrecord retract` acts on what is published".to_owned())
        }
    };
    report.recorded(cx, &receipt, &proposals)
}
