//! `onrecord amend`: a claim changed before it is published; what it said stays in its history.

use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

use crate::claim::diff::{self, Difference};
use crate::claim::vocab::Workflow;
use crate::cli::capture::{self, Captured, Fields};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::parse::checked;
use crate::cli::receipt::{Report, brief};
use crate::cli::refs;
use crate::cli::wording::{self, Saying, Wording};
use crate::entry::{ClaimState, Event, Proposal};
use crate::ledger::Ledger;
use crate::text::printable_line;

/// Change a claim before it is published.
#[derive(Debug, clap::Args)]
#[command(after_help = "A list given replaces the list on record; an empty word empties it: --place ''.\n\n\
    Example: onrecord amend 12 --statement 'The old bridge was closed from 2 to 26 March 2025.' --kind event")]
pub struct Args {
    /// The claim: its number, its key, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// The claim in new words
    #[arg(long, value_name = "TEXT", help_heading = "Claim")]
    pub statement: Option<String>,
    /// It can be checked after all
    #[arg(long, conflicts_with = "not_checkable", help_heading = "Claim")]
    pub checkable: bool,
    /// What it asserts
    #[command(flatten)]
    pub wording: Wording,
    /// Who says it, how strongly: passages, attribution and hedges of the first appearance, set anew together
    #[command(flatten)]
    pub saying: Saying,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, it is public, or a value is wrong.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let number = refs::claim(&writer.ledger, &args.claim)?;
    let state = writer.ledger.claim(number)?.ok_or_else(|| CliError::bad_input(format!("{number} is no claim")))?;
    let Some(before) = state.claim.clone() else {
        return Err(CliError::bad_input(format!(
            "the wording of {number} is withheld or erased; there is nothing to amend"
        ))
        .hint(format!("`onrecord history {}` shows why", number.0)));
    };
    unpublished(&state)?;
    let mut after = before.clone();
    if let Some(statement) = &args.statement {
        statement.trim().clone_into(&mut after.statement);
    }
    wording::apply(&args.wording, &mut after)?;
    if args.checkable {
        (after.checkable, after.why_not) = (true, None);
    }
    let mut notes = Vec::new();
    if args.saying != Saying::default() {
        let document = of_claim(&writer.ledger, &state)?;
        after.appearance = wording::appearance(&args.saying, &document, &mut notes)?;
    }
    checked(&after)?;
    let differences = diff::fields(&before, &after);
    if differences.is_empty() {
        return Report::new()
            .line(format!("nothing changed: {number} says that already"))
            .next(format!("`onrecord amend {} --statement …` gives it other words", number.0))
            .already(cx, &writer.ledger, state.wording);
    }
    let judged = state.verdict().is_some();
    let line = format!("claim {number} \"{}\"", brief(&after.statement, cx.out.width.saturating_sub(16)));
    let mut proposal = Proposal::about(number, Event::ClaimAmended(after));
    proposal.seen = state.entries.last().copied();
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new().line(line);
    for difference in &differences {
        report = report.line(told(difference, &cx.out, 2));
    }
    let report = notes.into_iter().fold(report, Report::note);
    report
        .note_if(judged, || "the verdict in force judged the earlier wording".into())
        .next(if judged {
            format!("`onrecord verify {}` decides anew", number.0)
        } else {
            format!("`onrecord history {}` keeps what it said before", number.0)
        })
        .recorded(cx, &receipt, &proposals)
}

/// Refuses what is public: that changes where everybody sees it.
fn unpublished(state: &ClaimState) -> Result<(), CliError> {
    let n = state.number.0;
    match state.workflow {
        Some(Workflow::Published) => Err(CliError::bad_input(format!("#{n} is published; it cannot be amended"))
            .hint(format!("`onrecord correct {n} --kind correction --text …` changes it in public"))
            .hint(format!("`onrecord retract {n} …` takes it back"))),
        Some(Workflow::Retracted) => Err(CliError::bad_input(format!("#{n} was retracted; it cannot be amended"))
            .hint("record the claim anew with `onrecord add`")),
        _ => Ok(()),
    }
}

/// The document of a claim's first appearance, with its text where that is held.
fn of_claim(ledger: &Ledger, state: &ClaimState) -> Result<Captured, CliError> {
    let number = state.claim.as_ref().map(|c| c.appearance.document).unwrap_or_default();
    capture::document(&number.to_string(), &Fields::default(), ledger, &mut Vec::new())
}

/// A difference for a person: on one line where it fits, else before and after each on lines of their own.
pub fn told(difference: &Difference, out: &Output, indent: usize) -> String {
    let line = difference.to_string();
    let pad = " ".repeat(indent);
    if line.width() + indent <= out.width {
        return format!("{pad}{line}");
    }
    let side = |sign: &str, value: Option<&serde_json::Value>| {
        let text = value.map_or_else(|| "nothing".into(), |v| printable_line(&v.to_string()));
        let wrapped = out.wrap(&text, indent + 4);
        format!("{pad}  {sign} {}", wrapped.trim_start())
    };
    let (before, after) = (side("-", difference.before.as_ref()), side("+", difference.after.as_ref()));
    format!("{pad}{}:\n{before}\n{after}", printable_line(&difference.path))
}

/// Differences as JSON.
pub fn changes(differences: &[Difference]) -> Vec<serde_json::Value> {
    differences.iter().map(|d| json!({ "path": d.path, "before": d.before, "after": d.after })).collect()
}
