//! `onrecord withhold`: keep a payload out of further copies.

use crate::claim::desk::Withholding;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::kept;
use crate::cli::parse::{checked, day};
use crate::cli::receipt::Report;
use crate::entry::Event;
use crate::time::Day;

/// Keep what an entry says out of further copies.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
The entry stays, with its digest: that it was on record at this time can be proved all along, and what it says can be shown
later. The desk's own ledger keeps the words; `onrecord publish-log` leaves them out. What was copied before is out of reach.

  onrecord withhold 12 --ground 'embargo of the source' --until 2027-01-15
  onrecord withhold 12 --whole --ground 'court order'       with everything said about the claim")]
pub struct Args {
    /// Entries: numbers, or words that fit one claim
    #[arg(value_name = "REF", required = true)]
    pub entries: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub ground: String,
    /// The day on which it may be shown again
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub until: Option<Day>,
    /// Everything said about the same claim, document or agent too
    #[arg(long)]
    pub whole: bool,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such entry, it is never withheld, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if let Some(until) = args.until.filter(|until| *until <= cx.clock.now().day()) {
        return Err(CliError::bad_input(format!("{until} has come already; nothing would be withheld"))
            .hint("name a later day, or leave `--until` out: then it is withheld until `onrecord release`"));
    }
    let mut writer = cx.writer()?;
    let targets = kept::targets(&writer.ledger, &args.entries, args.whole)?;
    if let Some(gone) = targets.iter().find(|target| writer.ledger.erased().contains(&target.0))
        && !args.whole
    {
        return Err(CliError::bad_input(format!("{gone} is erased; there is nothing left to withhold")));
    }
    let targets: Vec<_> = targets.into_iter().filter(|t| !writer.ledger.erased().contains(&t.0)).collect();
    let body = Withholding { ground: args.ground.clone(), until: args.until };
    checked(&body)?;
    let proposals = kept::on_each(&writer.ledger, &targets, &Event::PayloadWithheld(body))?;
    let others = kept::targets(&writer.ledger, &args.entries, true)?.len().saturating_sub(targets.len());
    let receipt = writer.append(cx, &proposals)?;
    let until = args.until.map_or_else(|| "until it is released".to_owned(), |until| format!("until {until}"));
    let mut report = Report::new();
    for target in &targets {
        report = report.line(format!("withheld {}", kept::line(&writer.ledger, *target, cx.out.width)?));
    }
    report
        .line(format!("  {until}, {}", args.ground))
        .note("copies made before are out of reach; `onrecord publish-log DIR` again empties the slots in your own")
        .note_if(others > 0 && !args.whole, || {
            let (more, have) =
                if others == 1 { ("1 more payload", "is") } else { (&*format!("{others} more payloads"), "are") };
            format!("{more} about the same subject {have} not withheld; `--whole` takes them too")
        })
        .next(format!("`onrecord release {}` gives it back", targets.first().map_or(0, |t| t.0)))
        .recorded(cx, &receipt, &proposals)
}
