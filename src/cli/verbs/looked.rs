//! `onrecord looked`: a search, also one that found nothing.

use crate::claim::Search;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, day, not_after};
use crate::cli::pick;
use crate::cli::receipt::{Report, named};
use crate::entry::{Event, Proposal};
use crate::time::Day;

/// Record a search, also one that found nothing.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: onrecord looked 12 --where 'city gazette; two regional papers' --for 'dates of the closing' --found 2"
)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// Where was looked
    #[arg(long = "where", value_name = "TEXT")]
    pub place: String,
    /// What was looked for
    #[arg(long = "for", value_name = "TEXT")]
    pub sought: String,
    /// Number of pages found that bear on the claim; none where absent
    #[arg(long, value_name = "N")]
    pub found: Option<u64>,
    /// In which languages, such as `en,ar`
    #[arg(long = "languages", alias = "language", value_name = "TAG,…", value_delimiter = ',')]
    pub languages: Vec<String>,
    /// When; today where absent
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub on: Option<Day>,
    /// What a reader should know about it
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, a value is wrong, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let today = cx.clock.now().day();
    let body = Search {
        sought: args.sought.clone(),
        found: args.found.unwrap_or(0),
        languages: args.languages.clone(),
        note: args.note.clone(),
        on: not_after("--on", args.on.unwrap_or(today), today)?,
        place: args.place.clone(),
    };
    checked(&body)?;
    let (found, on) = (body.found, body.on);
    let proposals = [Proposal::about(claim.number, Event::SearchRecorded(body))];
    let receipt = writer.append(cx, &proposals)?;
    let number = claim.number.0;
    let next = if found > 0 {
        format!(
            "`onrecord evidence {number} --supports|--refutes|--qualifies|--context --url … --says …` for each page"
        )
    } else {
        format!(
            "`onrecord verify {number} --finding not-enough-evidence --confidence low --rationale …`, or look elsewhere"
        )
    };
    Report::new()
        .line(format!("search for {}", named(cx, &claim)))
        .line(format!("  on {on}, {found} found"))
        .note_if(args.found.is_none(), || {
            "recorded as having found nothing; `--found N` says how many pages bear on the claim".into()
        })
        .next(next)
        .recorded(cx, &receipt, &proposals)
}
