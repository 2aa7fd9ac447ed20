//! `onrecord retract`: something published is taken back.

use crate::claim::desk::Reason;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{Event, Proposal};

/// Take something published back.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// Why, for the public
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The request that it answers
    #[arg(long, value_name = "N")]
    pub request: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let body = Reason { reason: args.reason.clone() };
    checked(&body)?;
    let mut proposal = Proposal::about(claim.number, Event::ClaimRetracted(body));
    proposal.seen = Some(claim.last());
    proposal.re = args.request.as_deref().map(|n| pick::request(&writer.ledger, &claim, n)).transpose()?;
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    Report::new()
        .line(format!("retracted {}", named(cx, &claim)))
        .note("it stays on record, marked as retracted; what readers copied before is out of reach")
        .shaken(&writer.ledger, claim.number)?
        .recorded(cx, &receipt, &proposals)
}
