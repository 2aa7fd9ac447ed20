//! `onrecord verify`: decide on a claim by evidence.

use std::path::PathBuf;

use crate::claim::Verdict;
use crate::claim::vocab::Workflow;
use crate::cli::context::{Context, Writer};
use crate::cli::editor::{self, Draft};
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::cli::template;
use crate::cli::verdict::{Flags, summary};
use crate::entry::{ClaimState, Event, Proposal, Refusal};
use crate::hash::Index;

/// Decide on a claim by evidence.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without flags, on a terminal, opens $VISUAL or $EDITOR on a template that lists the evidence.\n\
    Example: onrecord verify 12 --finding supported --confidence low --rationale 'The gazette gives 24 days.' --on gazette"
)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// What the verdict says
    #[command(flatten)]
    pub flags: Flags,
    /// Open the template, with what the flags say filled in
    #[arg(long, short, conflicts_with = "file")]
    pub edit: bool,
    /// Take the verdict from a file written on the template
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "finding", "confidence", "rationale", "method", "on", "considered", "judged_on", "likelihood",
    ])]
    pub file: Option<PathBuf>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, something is missing, or the verdict is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if let Some(file) = &args.file {
        return from_draft(args, cx, Draft::of_file(file)?, None);
    }
    if args.edit || (args.flags.is_empty() && editor::is_possible()) {
        return edited(args, cx);
    }
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let verdict = args.flags.verdict(&writer.ledger, &claim, cx.clock.now().day());
    let verdict = verdict.map_err(|error| {
        let bare = "on a terminal, `verify` without flags opens a template that lists the evidence";
        if args.flags.is_empty() { error.hint(bare) } else { error }
    })?;
    record(cx, &mut writer, &claim, claim.last(), verdict)
}

/// Lets the user write the verdict. The ledger is closed meanwhile, so that others can go on; what they change about
/// this claim makes the verdict be refused, since its writer has not seen it.
fn edited(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    // Nobody should write a rationale that is bound to be refused.
    if let Some(state @ (Workflow::Published | Workflow::Retracted)) = claim.workflow {
        let text = Refusal::AfterPublication { subject: claim.number, state }.to_string();
        return Err(CliError::bad_input(text).hint(format!("`onrecord correct {} --finding …`", claim.number.0)));
    }
    let text = template::verdict(&claim, &writer.ledger, &args.flags, cx.clock.now().day());
    drop(writer);
    match editor::edit(&format!("verify-{}", claim.number.0), &text)? {
        Some(draft) => from_draft(args, cx, draft, Some((claim.number, claim.last()))),
        None => Err(CliError::usage("cancelled: the text came back empty or unchanged; nothing was recorded")),
    }
}

/// Records what stands in a draft; whatever goes wrong, the text is kept.
fn from_draft(args: &Args, cx: &Context<'_>, draft: Draft, seen: Option<(Index, Index)>) -> Result<Exit, CliError> {
    let attempt = || {
        let mut writer = cx.writer()?;
        let claim = match seen {
            Some((number, _)) => pick::claim_at(&writer.ledger, number)?,
            None => pick::claim(&writer.ledger, &args.claim)?,
        };
        let verdict = template::read(&draft, &writer.ledger, &claim, cx.clock.now().day())?;
        let last = seen.map_or(claim.last(), |(_, last)| last);
        record(cx, &mut writer, &claim, last, verdict)
    };
    let result = attempt();
    result.map_err(|error| {
        let again = format!("mend it and run `onrecord verify {} --file {}`", args.claim, draft.path.display());
        draft.keep(error).hint(again)
    })
}

fn record(
    cx: &Context<'_>,
    writer: &mut Writer,
    claim: &ClaimState,
    seen: Index,
    verdict: Verdict,
) -> Result<Exit, CliError> {
    let line = summary(&verdict);
    let finding = verdict.finding;
    let earlier = claim.verdict().map(|v| v.item.number);
    let mut proposal = Proposal::about(claim.number, Event::VerdictIssued(verdict));
    proposal.seen = Some(seen);
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    let number = receipt.entries.first().map_or(0, |(index, _)| index.0);
    let mut report = Report::new()
        .line(format!("{} {}", cx.out.tone(Tone::Strong, finding.as_str()), named(cx, claim)))
        .line(format!("  {line}"));
    if let Some(earlier) = earlier {
        report = report.line(format!("  takes the place of verdict {earlier}"));
    }
    next(report, writer, claim, number).shaken(&writer.ledger, claim.number)?.recorded(cx, &receipt, &proposals)
}

/// Review where the policy asks for it; else publication.
fn next(report: Report, writer: &Writer, claim: &ClaimState, verdict: u64) -> Report {
    let at = Index(writer.ledger.size());
    let reviewers = writer.ledger.state().policy_at(at).map_or(0, |p| p.reviewers);
    let publish = format!("`onrecord publish {}`", claim.number.0);
    match claim.workflow {
        Some(Workflow::Published | Workflow::Retracted) => report,
        _ if reviewers > 0 => {
            report.next(format!("`onrecord review {verdict} --approve|--reject` by another agent, then {publish}"))
        }
        _ => report.next(format!(
            "{publish}; before that, `onrecord review {verdict} --approve` by another agent makes it second-read"
        )),
    }
}
