//! `onrecord triage`: who takes claims up, until when; or they are parked.

use crate::claim::Handle;
use crate::claim::desk::ClaimMoved;
use crate::claim::vocab::Workflow;
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, day};
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{ClaimState, Event, Proposal};
use crate::text::{nearest, printable_line};
use crate::time::Day;

/// Take claims up: who, until when; or park them.
#[expect(clippy::struct_excessive_bools, reason = "one flag each, as clap reads them")]
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The claims: numbers, or words that fit one alone; all or none are moved
    #[arg(value_name = "REF", required = true)]
    pub claims: Vec<String>,
    /// Who has them now; who had one before keeps it where absent
    #[arg(long, value_name = "HANDLE", conflicts_with = "unassign")]
    pub assign: Option<String>,
    /// Until when; the day set before stays where absent
    #[arg(long, value_name = "DAY", value_parser = day, conflicts_with = "no_due")]
    pub due: Option<Day>,
    /// Nobody has them
    #[arg(long)]
    pub unassign: bool,
    /// No day is set
    #[arg(long)]
    pub no_due: bool,
    /// Put them aside
    #[arg(long, conflicts_with = "in_review")]
    pub park: bool,
    /// Say that the verdicts are being reviewed
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

impl Args {
    fn to(&self) -> Workflow {
        match (self.park, self.in_review) {
            (true, _) => Workflow::Parked,
            (_, true) => Workflow::InReview,
            _ => Workflow::Triaged,
        }
    }

    /// What is recorded about one of the claims.
    fn body(&self, claim: &ClaimState, given: Option<&Handle>) -> ClaimMoved {
        ClaimMoved {
            assignee: given.cloned().or_else(|| claim.assignee.clone().filter(|_| !self.unassign)),
            due: self.due.or(claim.due.filter(|_| !self.no_due)),
            note: self.note.clone(),
            to: self.to(),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim or agent, or an entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claims = pick::all(&args.claims, |text| pick::claim(&writer.ledger, text))?;
    pick::each_once(claims.iter().map(|claim| claim.number))?;
    let given = args.assign.as_deref().map(|handle| assignee(&writer, handle)).transpose()?;
    let bodies: Vec<ClaimMoved> = claims.iter().map(|claim| args.body(claim, given.as_ref())).collect();
    bodies.iter().try_for_each(checked)?;
    let proposal =
        |(claim, body): (&ClaimState, &ClaimMoved)| Proposal::about(claim.number, Event::ClaimMoved(body.clone()));
    let proposals: Vec<Proposal> = claims.iter().zip(&bodies).map(proposal).collect();
    let receipt = writer.append(cx, &proposals)?;
    let today = cx.clock.now().day();
    let mut report = Report::new();
    for (claim, body) in claims.iter().zip(&bodies) {
        let who = body.assignee.as_ref().map_or_else(|| "nobody has it".to_owned(), |h| format!("{h} has it"));
        let until = body.due.map_or(String::new(), |due| format!(", due {due}"));
        let from = claim.workflow.map_or_else(|| "withheld".to_owned(), |w| w.to_string());
        report = report.line(named(cx, claim)).line(format!("  {from} -> {}; {who}{until}", body.to));
    }
    let late = bodies.iter().any(|body| body.due.is_some_and(|due| due < today));
    report
        .note_if(late, || format!("the day it is due lies before today, {today} (UTC)"))
        .next(next(args.to(), &claims))
        .recorded(cx, &receipt, &proposals)
}

/// The next step, of one claim or of several.
fn next(to: Workflow, claims: &[ClaimState]) -> String {
    let numbers: Vec<String> = claims.iter().map(|claim| claim.number.0.to_string()).collect();
    let numbers = numbers.join(" ");
    match (to, claims) {
        (Workflow::Parked, [_]) => format!("`onrecord triage {numbers}` takes it up again"),
        (Workflow::Parked, _) => format!("`onrecord triage {numbers}` takes them up again"),
        (Workflow::InReview, _) => format!("`onrecord review {numbers} --approve|--reject` by another agent"),
        (_, [one]) if one.evidence.is_empty() => {
            format!("`onrecord evidence {numbers} …`, `onrecord looked {numbers} …`")
        }
        (_, [_]) => format!("`onrecord verify {numbers}`"),
        _ => "`onrecord list state:triaged` shows what is to be done".to_owned(),
    }
}
