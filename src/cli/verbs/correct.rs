//! `onrecord correct`: a change to something published.

use std::path::PathBuf;

use crate::claim::desk::Correction;
use crate::claim::vocab::{CorrectionKind, Workflow};
use crate::cli::context::{Context, Writer};
use crate::cli::correction::{self, Given};
use crate::cli::editor::{self, Draft};
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, words};
use crate::cli::pick;
use crate::cli::receipt::{Report, brief, named};
use crate::cli::verdict::{Flags, numbers, summary};
use crate::entry::{ClaimState, Event, Proposal};
use crate::hash::Index;
use crate::ledger::Ledger;

/// Change something published.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without flags, on a terminal, opens $VISUAL or $EDITOR on a template that shows what is on record.\n\
    Example: onrecord correct 12 --kind correction --text 'The bridge opened on the 26th, not the 27th.' \
    --statement 'The bridge …' --finding supported --confidence low --rationale … --on gazette"
)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// What the change is: something was wrong, something new is known, or something could be misread
    #[arg(long, value_parser = words(CorrectionKind::ALL, CorrectionKind::as_str))]
    pub kind: Option<CorrectionKind>,
    /// What was wrong and what is right, for the public
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// The statement as it reads now
    #[arg(long, value_name = "TEXT")]
    pub statement: Option<String>,
    /// Evidence that no longer counts, by number or key
    #[arg(long, value_name = "EV,…", value_delimiter = ',')]
    pub withdraw: Vec<String>,
    /// The request that it answers
    #[arg(long, value_name = "N")]
    pub request: Option<String>,
    /// What the verdict says
    #[command(flatten)]
    pub flags: Flags,
    /// Open the template, with what the flags say filled in
    #[arg(long, short, conflicts_with = "file")]
    pub edit: bool,
    /// Take the correction from a file written on the template
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "kind", "text", "statement", "withdraw", "finding", "confidence", "rationale", "method", "on", "considered",
        "judged_on", "likelihood",
    ])]
    pub file: Option<PathBuf>,
}

impl Args {
    fn says_nothing(&self) -> bool {
        self.kind.is_none()
            && self.text.is_none()
            && self.statement.is_none()
            && self.withdraw.is_empty()
            && self.flags.is_empty()
    }

    /// What the flags say.
    fn given(&self, cx: &Context<'_>, ledger: &Ledger, claim: &ClaimState) -> Result<Given, CliError> {
        let (Some(kind), Some(text)) = (self.kind, &self.text) else {
            let flags = [("--kind", self.kind.is_none()), ("--text", self.text.is_none())];
            let missing: Vec<&str> = flags.iter().filter(|(_, missing)| *missing).map(|(flag, _)| *flag).collect();
            let kinds: Vec<&str> = CorrectionKind::ALL.iter().map(|k| k.as_str()).collect();
            return Err(CliError::usage(format!("a correction of {} needs {}", claim.number, missing.join(" and ")))
                .hint(format!("--kind {} --text TEXT says what was wrong and what is right", kinds.join("|")))
                .hint("on a terminal, `correct` without flags opens a template that shows what is on record"));
        };
        let today = cx.clock.now().day();
        let verdict = if self.flags.is_empty() { None } else { Some(self.flags.verdict(ledger, claim, today)?) };
        if self.statement.is_some() && self.statement == claim.claim.as_ref().map(|c| c.statement.clone()) {
            return Err(CliError::bad_input(format!("{} reads so already", claim.number))
                .hint("leave `--statement` out where the wording stays"));
        }
        let withdraws = pick::evidence(ledger, claim, &self.withdraw)?;
        Ok(Given { kind, text: text.clone(), statement: self.statement.clone(), withdraws, verdict })
    }
}

fn body(given: &Given, claim: &ClaimState) -> Result<Correction, CliError> {
    let worded = match &given.statement {
        None => None,
        Some(statement) => {
            let mut worded = claim.claim.clone().ok_or_else(|| {
                let number = claim.number;
                CliError::bad_input(format!("the wording of {number} is withheld or erased; it cannot be reworded"))
            })?;
            worded.statement.clone_from(statement);
            Some(Box::new(worded))
        }
    };
    let Given { kind, text, withdraws, verdict, .. } = given.clone();
    let body = Correction { claim: worded, kind, text, verdict, withdraws };
    checked(&body)?;
    Ok(body)
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, it is not published, or the correction is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if let Some(file) = &args.file {
        return from_draft(args, cx, Draft::of_file(file)?, None);
    }
    if args.edit || (args.says_nothing() && editor::is_possible()) {
        return edited(args, cx);
    }
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let given = args.given(cx, &writer.ledger, &claim)?;
    record(args, cx, &mut writer, &claim, claim.last(), &given)
}

/// Lets the user write the correction, as `verify` does a verdict.
fn edited(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    // Nobody should write what is bound to be refused.
    if claim.workflow != Some(Workflow::Published) {
        let n = claim.number.0;
        return Err(CliError::bad_input(format!("{} is not published; there is nothing to correct", claim.number))
            .hint(format!("`onrecord amend {n}` changes its wording, `onrecord verify {n}` decides anew")));
    }
    let (kind, text) = (args.kind, args.text.as_deref().unwrap_or_default());
    let (statement, flags) = (args.statement.as_deref(), (&args.flags, cx.clock.now().day()));
    let text = correction::template(&claim, &writer.ledger, (kind, text), statement, &args.withdraw, flags);
    drop(writer);
    match editor::edit(&format!("correct-{}", claim.number.0), &text)? {
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
        let given = correction::read(&draft, &writer.ledger, &claim, cx.clock.now().day())?;
        let last = seen.map_or(claim.last(), |(_, last)| last);
        record(args, cx, &mut writer, &claim, last, &given)
    };
    attempt().map_err(|error| {
        let again = format!("mend it and run `onrecord correct {} --file {}`", args.claim, draft.path.display());
        draft.keep(error).hint(again)
    })
}

fn record(
    args: &Args,
    cx: &Context<'_>,
    writer: &mut Writer,
    claim: &ClaimState,
    seen: Index,
    given: &Given,
) -> Result<Exit, CliError> {
    let body = body(given, claim)?;
    let request = args.request.as_deref().map(|n| pick::request(&writer.ledger, claim, n)).transpose()?;
    let mut proposal = Proposal::about(claim.number, Event::CorrectionIssued(body));
    proposal.seen = Some(seen);
    proposal.re = request;
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    let Given { kind, statement, withdraws, verdict, .. } = given;
    let mut report = Report::new().line(format!("{kind} of {}", named(cx, claim)));
    if let Some(statement) = statement {
        report = report.line(format!("  reads now: \"{}\"", brief(statement, cx.out.width.saturating_sub(16))));
    }
    if let Some(verdict) = verdict {
        report = report.line(format!("  {}", summary(verdict)));
    }
    if !withdraws.is_empty() {
        report = report.line(format!("  evidence withdrawn: {}", numbers(withdraws)));
    }
    let beside = claim.claim.as_ref().is_some_and(|c| !c.quantities.is_empty() || !c.times.is_empty());
    let report = report.note_if(statement.is_some() && beside, || {
        "its quantities and times stand as they were recorded; only the statement is another".into()
    });
    let report = told(report, claim, given);
    let number = receipt.entries.first().map_or(0, |(index, _)| index.0);
    let policy = writer.ledger.state().policy_at(Index(number));
    let reviewers = policy.filter(|_| verdict.is_some()).map_or(0, |policy| policy.reviewers);
    let report = if reviewers > 0 {
        let reviews = if reviewers == 1 { "an approving review" } else { "approving reviews" };
        report
            .note(format!("the policy asks for {reviews} before publication, and a correction is out at once: have it reviewed now"))
            .next(format!("`onrecord review {number} --approve|--reject` by another agent"))
    } else {
        report
    };
    report.shaken(&writer.ledger, claim.number)?.recorded(cx, &receipt, &proposals)
}

/// What a correction leaves open.
fn told(report: Report, claim: &ClaimState, given: &Given) -> Report {
    let number = claim.number.0;
    let anew = format!("`onrecord correct {number} --kind {} --text … --finding …` decides anew", given.kind);
    let relied = claim.verdict().and_then(|v| v.item.body.as_ref()).map(|v| v.on.as_slice()).unwrap_or_default();
    match &given.verdict {
        Some(_) => report.note("a new verdict has not been read by another agent: it is shown as not second-read"),
        None if given.statement.is_some() => {
            report.note("the verdict in force was made on the earlier wording, and shows it").next(anew)
        }
        None if given.withdraws.iter().any(|w| relied.contains(w)) => {
            report.note("the verdict in force relies on what was withdrawn, and shows it").next(anew)
        }
        None => report,
    }
}
