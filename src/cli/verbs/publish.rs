//! `onrecord publish`: claims become public.

use crate::claim::desk::Publication;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{ClaimState, Event, Proposal};
use crate::view::{finding_word, flags};

/// Make claims public.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The claims: numbers, or words that fit one alone; all or none are published
    #[arg(value_name = "REF", required = true)]
    pub claims: Vec<String>,
    /// What should be said with it
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, or an entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let body = Publication { note: args.note.clone() };
    checked(&body)?;
    let found: Vec<ClaimState> = pick::all(&args.claims, |text| pick::claim(&writer.ledger, text))?;
    pick::each_once(found.iter().map(|claim| claim.number))?;
    let proposals: Vec<Proposal> = found
        .iter()
        .map(|claim| {
            let mut proposal = Proposal::about(claim.number, Event::ClaimPublished(body.clone()));
            proposal.seen = Some(claim.last());
            proposal
        })
        .collect();
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new();
    for claim in &found {
        let confidence = claim.verdict().and_then(|v| v.item.body.as_ref());
        let confidence = confidence.map_or(String::new(), |v| format!(", confidence {}", v.confidence));
        report = report
            .line(format!("published {}", named(cx, claim)))
            .line(format!("  {}{confidence}", finding_word(claim)));
        let flags = flags(claim, &writer.ledger);
        report = report.note_if(!flags.is_empty(), || format!("{} is shown with: {}", claim.number, flags.join(", ")));
    }
    let first = found.first().map_or(0, |claim| claim.number.0);
    report.next(format!("a change from now on is `onrecord correct {first} …`")).recorded(cx, &receipt, &proposals)
}
