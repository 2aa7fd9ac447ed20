//! `onrecord note`: something the desk should remember.

use crate::claim::desk::Note;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::receipt::Report;
use crate::cli::refs;
use crate::entry::{Event, Proposal};

/// Write a note on a claim, for the desk.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A claim (its number, or words that fit it alone), or the number of any other entry
    #[arg(value_name = "REF")]
    pub subject: String,
    /// What to remember
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such entry, or it is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let index = if refs::is_number(&args.subject) {
        refs::entry(&writer.ledger, &args.subject)?
    } else {
        refs::claim(&writer.ledger, &args.subject)?
    };
    let body = Note { text: args.text.join(" ") };
    checked(&body)?;
    let header = writer.ledger.entry(index)?.header;
    // A note on an entry about a claim is about the claim, and acts on the entry.
    let subject = header.about.unwrap_or(index);
    let mut proposal = Proposal::about(subject, Event::NoteAdded(body));
    proposal.re = (subject != index).then_some(index);
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    let on = if subject == index { index.to_string() } else { format!("{index}, {} about {subject}", header.kind) };
    Report::new().line(format!("note on {on}; it stays with the desk")).recorded(cx, &receipt, &proposals)
}
