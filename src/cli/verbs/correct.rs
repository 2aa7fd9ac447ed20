//! `onrecord correct`: a change to something published.

use crate::claim::Verdict;
use crate::claim::desk::Correction;
use crate::claim::vocab::CorrectionKind;
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, words};
use crate::cli::pick;
use crate::cli::receipt::{Report, brief, named};
use crate::cli::verdict::{Flags, numbers, summary};
use crate::entry::{ClaimState, Event, Proposal};
use crate::hash::Index;

/// Change something published.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: onrecord correct 12 --kind correction --text 'The bridge opened on the 26th, not the 27th.' \
    --statement 'The bridge …' --finding supported --confidence low --rationale … --on gazette"
)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// What the change is: something was wrong, something new is known, or something could be misread
    #[arg(long, value_parser = words(CorrectionKind::ALL, CorrectionKind::as_str))]
    pub kind: CorrectionKind,
    /// What was wrong and what is right, for the public
    #[arg(long, value_name = "TEXT")]
    pub text: String,
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
}

impl Args {
    fn body(&self, cx: &Context<'_>, writer: &Writer, claim: &ClaimState) -> Result<Correction, CliError> {
        let today = cx.clock.now().day();
        let verdict =
            if self.flags.is_empty() { None } else { Some(self.flags.verdict(&writer.ledger, claim, today)?) };
        let worded = match &self.statement {
            None => None,
            Some(statement) => {
                let mut worded = claim.claim.clone().ok_or_else(|| {
                    CliError::bad_input(format!(
                        "the wording of {} is withheld or erased; it cannot be reworded",
                        claim.number
                    ))
                })?;
                if worded.statement == *statement {
                    return Err(CliError::bad_input(format!("{} reads so already", claim.number))
                        .hint("leave `--statement` out where the wording stays"));
                }
                worded.statement.clone_from(statement);
                Some(Box::new(worded))
            }
        };
        let body = Correction {
            claim: worded,
            kind: self.kind,
            text: self.text.clone(),
            verdict,
            withdraws: pick::evidence(&writer.ledger, claim, &self.withdraw)?,
        };
        checked(&body)?;
        Ok(body)
    }
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, it is not published, or the correction is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let body = args.body(cx, &writer, &claim)?;
    let request = args.request.as_deref().map(|n| pick::request(&writer.ledger, &claim, n)).transpose()?;
    let (verdict, withdraws) = (body.verdict.clone(), body.withdraws.clone());
    let mut proposal = Proposal::about(claim.number, Event::CorrectionIssued(body));
    proposal.seen = Some(claim.last());
    proposal.re = request;
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new().line(format!("{} of {}", args.kind, named(cx, &claim)));
    if let Some(statement) = &args.statement {
        report = report.line(format!("  reads now: \"{}\"", brief(statement, cx.out.width.saturating_sub(16))));
    }
    if let Some(verdict) = &verdict {
        report = report.line(format!("  {}", summary(verdict)));
    }
    if !withdraws.is_empty() {
        report = report.line(format!("  evidence withdrawn: {}", numbers(&withdraws)));
    }
    let beside = claim.claim.as_ref().is_some_and(|c| !c.quantities.is_empty() || !c.times.is_empty());
    let report = report.note_if(args.statement.is_some() && beside, || {
        "its quantities and times stand as they were recorded; only the statement is another".into()
    });
    let report = told(report, args, &claim, verdict.as_ref(), &withdraws);
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
fn told(report: Report, args: &Args, claim: &ClaimState, verdict: Option<&Verdict>, withdraws: &[Index]) -> Report {
    let number = claim.number.0;
    let anew = format!("`onrecord correct {number} --kind {} --text … --finding …` decides anew", args.kind);
    let relied = claim.verdict().and_then(|v| v.item.body.as_ref()).map(|v| v.on.as_slice()).unwrap_or_default();
    match verdict {
        Some(_) => report.note("a new verdict has not been read by another agent: it is shown as not second-read"),
        None if args.statement.is_some() => {
            report.note("the verdict in force was made on the earlier wording, and shows it").next(anew)
        }
        None if withdraws.iter().any(|w| relied.contains(w)) => {
            report.note("the verdict in force relies on what was withdrawn, and shows it").next(anew)
        }
        None => report,
    }
}
