//! `onrecord triage`: who takes a claim up, until when; or it is parked.

use crate::claim::Handle;
use crate::claim::desk::ClaimMoved;
use crate::claim::vocab::Workflow;
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, day};
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{Event, Proposal};
use crate::text::{nearest, printable_line};
use crate::time::Day;

/// Take a claim up: who, until when; or park it.
#[expect(clippy::struct_excessive_bools, reason = "one flag each, as clap reads them")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// Who has it now; who had it before keeps it where absent
    #[arg(long, value_name = "HANDLE", conflicts_with = "unassign")]
    pub assign: Option<String>,
    /// Until when; the day set before stays where absent
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "no_due")]
    pub due: Option<Day>,
    /// Nobody has it
    #[arg(long)]
    pub unassign: bool,
    /// No day is set
    #[arg(long)]
    pub no_due: bool,
    /// Put it aside
    #[arg(long, conflicts_with = "in_review")]
    pub park: bool,
    /// Say that its verdict is being reviewed
    #[arg(long)]
    pub in_review: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// An agent who can have a claim: enrolled, not revoked.
fn assignee(writer: &Writer, text: &str) -> Result<Handle, CliError> {
    let state = writer.ledger.state();
    let active = || state.agents.values().filter(|a| a.revoked.is_none()).map(|a| a.handle.0.as_str());
    if active().any(|h| h == text) {
        return Ok(Handle(text.to_owned()));
    }
    let text = printable_line(text);
    let error =
        CliError::bad_input(format!("no agent `{text}` can be given a claim: none is enrolled, or it is revoked"));
    Err(match nearest(&text, active()) {
        Some(near) => error.hint(format!("did you mean `{near}`? `onrecord agent list` shows all")),
        None => error.hint("`onrecord agent list` shows who is enrolled"),
    })
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim or agent, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let given = args.assign.as_deref().map(|handle| assignee(&writer, handle)).transpose()?;
    let to = match (args.park, args.in_review) {
        (true, _) => Workflow::Parked,
        (_, true) => Workflow::InReview,
        _ => Workflow::Triaged,
    };
    let body = ClaimMoved {
        assignee: given.or_else(|| claim.assignee.clone().filter(|_| !args.unassign)),
        due: args.due.or(claim.due.filter(|_| !args.no_due)),
        note: args.note.clone(),
        to,
    };
    checked(&body)?;
    let today = cx.clock.now().day();
    let late = body.due.is_some_and(|due| due < today);
    let who = body.assignee.as_ref().map_or_else(|| "nobody has it".to_owned(), |h| format!("{h} has it"));
    let until = body.due.map_or(String::new(), |due| format!(", due {due}"));
    let from = claim.workflow.map_or_else(|| "withheld".to_owned(), |w| w.to_string());
    let proposals = [Proposal::about(claim.number, Event::ClaimMoved(body))];
    let receipt = writer.append(cx, &proposals)?;
    let number = claim.number.0;
    let next = match to {
        Workflow::Parked => format!("`onrecord triage {number}` takes it up again"),
        Workflow::InReview => format!("`onrecord review {number} --approve|--reject` by another agent"),
        _ if claim.evidence.is_empty() => format!("`onrecord evidence {number} …`, `onrecord looked {number} …`"),
        _ => format!("`onrecord verify {number}`"),
    };
    Report::new()
        .line(named(cx, &claim))
        .line(format!("  {from} -> {to}; {who}{until}"))
        .note_if(late, || format!("the day it is due lies before today, {today} (UTC)"))
        .next(next)
        .recorded(cx, &receipt, &proposals)
}
