//! `onrecord request`: somebody asks for a change to something published.

use crate::claim::desk::Request;
use crate::claim::vocab::Workflow;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{Event, Proposal};

/// Record that somebody asks for a change to something published.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// Who asks: an office, a role or a name as it may stand on record, no address
    #[arg(long, value_name = "NAME")]
    pub from: String,
    /// What they ask
    #[arg(long, value_name = "TEXT")]
    pub text: String,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let body = Request { from: args.from.clone(), text: args.text.clone() };
    checked(&body)?;
    let proposals = [Proposal::about(claim.number, Event::RequestReceived(body))];
    let receipt = writer.append(cx, &proposals)?;
    let published = claim.workflow == Some(Workflow::Published);
    let number = claim.number.0;
    let request = receipt.entries.first().map_or(0, |(index, _)| index.0);
    let next = if published {
        format!(
            "`onrecord correct {number} --request {request} …`, `onrecord retract {number} --request {request} …`, or a note why not"
        )
    } else {
        format!("`onrecord amend {number} …`, or a note why not")
    };
    Report::new()
        .line(format!("request about {}", named(cx, &claim)))
        .note_if(!published, || format!("{} is not published; it may simply be amended", claim.number))
        .next(next)
        .recorded(cx, &receipt, &proposals)
}
