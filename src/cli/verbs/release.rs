//! `onrecord release`: a payload may be shown.

use crate::claim::desk::Release;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::kept;
use crate::cli::parse::checked;
use crate::cli::receipt::Report;
use crate::entry::Event;
use crate::ledger::Marked;

/// Give back what was withheld: it may be shown.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "With --unpublished, what was never withheld is released too: the payload is then public though its claim is not published."
)]
pub struct Args {
    /// Entries: numbers, or words that fit one claim
    #[arg(value_name = "REF", required = true)]
    pub entries: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// Release what is not withheld as well: it becomes public though its claim is not published
    #[arg(long)]
    pub unpublished: bool,
    /// Everything withheld about the same claim, document or agent too
    #[arg(long)]
    pub whole: bool,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such entry, it is erased or released already, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let ledger = &writer.ledger;
    let mut targets = Vec::new();
    for target in kept::targets(ledger, &args.entries, args.whole)? {
        match ledger.marked(target)? {
            Marked::Withheld { .. } => targets.push(target),
            _ if args.whole => {}
            Marked::Erased(by) => {
                return Err(CliError::bad_input(format!("{target} was erased by {by}; that is for good")));
            }
            Marked::Released(by) => {
                return Err(CliError::bad_input(format!("{target} was released by {by} already")));
            }
            Marked::Not if args.unpublished => targets.push(target),
            // Whoever meant another entry would make this one public for good.
            Marked::Not => {
                return Err(CliError::bad_input(format!("{target} is not withheld: there is nothing to give back"))
                    .hint(format!(
                        "what a published claim rests on is public already; `onrecord release {} --unpublished` makes it public without that",
                        target.0
                    )));
            }
        }
    }
    if targets.is_empty() {
        return Err(CliError::bad_input("nothing of it is withheld"));
    }
    let body = Release { note: args.note.clone() };
    checked(&body)?;
    let proposals = kept::on_each(ledger, &targets, &Event::PayloadReleased(body))?;
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new();
    for target in &targets {
        report = report.line(format!("released {}", kept::line(&writer.ledger, *target, cx.out.width)?));
    }
    report.next("`onrecord publish-log DIR` brings it into a public copy").recorded(cx, &receipt, &proposals)
}
