//! `onrecord appear`: another document that makes a claim.

use crate::cli::capture::{self, Fields};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::receipt::{Report, named};
use crate::cli::refs;
use crate::cli::wording::{self, Saying};
use crate::entry::{Event, Proposal};

/// Record that another document makes a claim.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: onrecord appear 12 --document other.txt --publisher 'The Other' --quote 'closed since \
    early March' --said-by 'Works department:official'"
)]
pub struct Args {
    /// The claim: its number, its key, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// The document that makes it: a file, an address, or the number of one on record
    #[arg(long, value_name = "FILE|URL|REF", help_heading = "Appearance")]
    pub document: String,
    /// Who says it, how strongly
    #[command(flatten)]
    pub saying: Saying,
    /// What is known of a new document
    #[command(flatten)]
    pub fields: Fields,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim or document, a value is wrong, or the entries are refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let number = refs::claim(&writer.ledger, &args.claim)?;
    let state = writer.ledger.claim(number)?.ok_or_else(|| CliError::bad_input(format!("{number} is no claim")))?;
    let mut proposals = Vec::new();
    let document = capture::document(&args.document, &args.fields, &writer.ledger, &mut proposals)?;
    let mut notes = Vec::new();
    let appearance = wording::appearance(&args.saying, &document, &mut notes)?;
    checked(&appearance)?;
    document.tell_otherwise(cx);
    let same = |a: &crate::claim::Appearance| document.known && *a == appearance;
    if let Some((entry, _)) = state.standing_appearances().find(|(_, a)| same(a)) {
        document.hold(&writer, cx)?;
        return Report::new()
            .line(format!("claim {} appears in document {}", named(cx, &state), document.number))
            .already(cx, &writer.ledger, entry);
    }
    proposals.push(Proposal::about(number, Event::AppearanceRecorded(appearance)));
    let receipt = writer.append(cx, &proposals)?;
    document.hold(&writer, cx)?;
    let at = document.number.at_base(receipt.base);
    let report = Report::new().line(format!("claim {} appears in document {at} too", named(cx, &state)));
    let report = notes.into_iter().fold(report, Report::note);
    report.next(format!("`onrecord show {}`", number.0)).recorded(cx, &receipt, &proposals)
}
