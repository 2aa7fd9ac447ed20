//! `onrecord relate`: how two claims stand to each other.

use crate::claim::desk::ClaimsRelated;
use crate::claim::vocab::RelationKind;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, words};
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{Event, Proposal};

/// Say how two claims stand to each other.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "content-of: from \"X said P\" to \"P\". contradicts: both cannot be true. duplicates: the same \
    proposition. supports: if A is true, it speaks for B. rests-on: A falls with B. narrower-than: B implies A. \
    supersedes: A takes B's place."
)]
pub struct Args {
    /// The claim that stands so: its number, or words that fit it alone
    #[arg(value_name = "A")]
    pub from: String,
    /// How it stands to the other
    #[arg(value_name = "KIND", value_parser = words(RelationKind::ALL, RelationKind::as_str))]
    pub kind: RelationKind,
    /// The other claim
    #[arg(value_name = "B")]
    pub to: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let from = pick::claim(&writer.ledger, &args.from)?;
    let to = pick::claim(&writer.ledger, &args.to)?;
    if from.number == to.number {
        return Err(CliError::usage(format!("both are {}; a relation needs two claims", from.number)));
    }
    let same =
        from.relations.iter().find(|r| r.standing().is_some_and(|b| b.kind == args.kind && b.to == Some(to.number)));
    if let Some(same) = same {
        return Report::new().already(cx, &writer.ledger, same.number);
    }
    let body = ClaimsRelated { foreign: None, kind: args.kind, note: args.note.clone(), to: Some(to.number) };
    checked(&body)?;
    let proposals = [Proposal::about(from.number, Event::ClaimsRelated(body))];
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new().line(named(cx, &from)).line(format!("  {} {}", args.kind, named(cx, &to)));
    // Whoever builds on what has fallen hears it at once.
    let after = writer.ledger.claim(from.number)?.filter(|_| args.kind == RelationKind::RestsOn);
    for fall in after.map_or(Ok(Vec::new()), |claim| writer.ledger.fallen_under(&claim))? {
        if fall.path.first() == Some(&to.number) {
            report =
                report.note(format!("{} rests on {fall}, and shows `rests-on-fallen` until judged anew", from.number));
        }
    }
    report.recorded(cx, &receipt, &proposals)
}
