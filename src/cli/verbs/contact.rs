//! `onrecord contact`: who was asked for comment, and what came of it.

use crate::claim::Contact;
use crate::claim::vocab::Outcome;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, day, not_after, words};
use crate::cli::pick;
use crate::cli::receipt::{Report, brief, named};
use crate::cli::refs;
use crate::entry::claim_state::Item;
use crate::entry::{ClaimState, Event, Proposal};
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::time::Day;

/// Record who was asked for comment, and what came of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "First: onrecord contact 12 --who 'Works department' --asked 2025-04-01 --until 2025-04-05\n\
    Later: onrecord contact 12 --who 'Works department' --outcome no-reply")]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// Who was asked: an office or a name as it may stand on record, no address
    #[arg(long, value_name = "NAME")]
    pub who: String,
    /// The day on which they were asked
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub asked: Option<Day>,
    /// Until when an answer was asked for
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub until: Option<Day>,
    /// What came of it; absent while waiting
    #[arg(long, value_parser = words(Outcome::ALL, Outcome::as_str))]
    pub outcome: Option<Outcome>,
    /// What they said, in your own words
    #[arg(long, value_name = "TEXT")]
    pub answer: Option<String>,
    /// The earlier entry that this one brings up to date; without it, the one that waits for the same name
    #[arg(long, value_name = "N")]
    pub update: Option<String>,
}

/// The earlier contact that this one sets anew.
fn earlier<'c>(args: &Args, claim: &'c ClaimState, ledger: &Ledger) -> Result<Option<&'c Item<Contact>>, CliError> {
    if let Some(text) = &args.update {
        let index = refs::entry(ledger, text)?;
        return match claim.contacts.iter().find(|c| c.number == index) {
            Some(item) if item.withdrawn.is_none() => Ok(Some(item)),
            Some(item) => {
                let by = item.withdrawn.unwrap_or_default();
                Err(CliError::bad_input(format!("{index} was brought up to date already, by {by}"))
                    .hint(format!("`--update {}`", by.0)))
            }
            None => Err(CliError::bad_input(format!("{index} is no contact on {}", claim.number))
                .hint(format!("`onrecord show {}` lists them", claim.number.0))),
        };
    }
    let waiting: Vec<&Item<Contact>> = claim
        .contacts
        .iter()
        .filter(|c| c.standing().is_some_and(|body| body.outcome.is_none() && body.who == args.who))
        .collect();
    match waiting.as_slice() {
        [one] if args.outcome.is_some() => Ok(Some(one)),
        [] | [_] => Ok(None),
        _ if args.outcome.is_none() => Ok(None),
        several => Err(several.iter().fold(
            CliError::usage(format!(
                "{} contacts wait for {}; name one with `--update N`",
                several.len(),
                brief(&args.who, 60)
            )),
            |error, item| {
                let asked = item.standing().and_then(|b| b.asked).map_or(String::new(), |d| format!(" asked {d}"));
                error.hint(format!("--update {}{asked}", item.number.0))
            },
        )),
    }
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, a value is wrong, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let earlier = earlier(args, &claim, &writer.ledger)?;
    let before = earlier.and_then(Item::standing);
    let today = cx.clock.now().day();
    let asked = args.asked.or_else(|| before.and_then(|b| b.asked));
    let body = Contact {
        answer: args.answer.clone(),
        asked: asked.map(|d| not_after("--asked", d, today)).transpose()?,
        outcome: args.outcome,
        until: args.until.or_else(|| before.and_then(|b| b.until)),
        who: args.who.clone(),
    };
    checked(&body)?;
    let outcome = body.outcome;
    let waits = body.until.map_or(String::new(), |until| format!(" until {until}"));
    let re: Option<Index> = earlier.map(|e| e.number);
    let mut proposal = Proposal::about(claim.number, Event::ContactRecorded(body));
    proposal.re = re;
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    let state = outcome.map_or_else(|| format!("waiting for an answer{waits}"), |o| o.to_string());
    let mut report = Report::new()
        .line(format!("contact for {}", named(cx, &claim)))
        .line(format!("  {}: {state}", brief(&args.who, 60)))
        .note_if(outcome == Some(Outcome::NotSought), || {
            "a policy with the right of reply does not take this for a contact".into()
        });
    if let Some(re) = re {
        report = report.line(format!("  takes the place of {re}"));
    }
    if outcome.is_none() {
        let who = args.who.replace('\'', "'\\''");
        let words = "answered|declined|no-reply";
        let next = format!(
            "`onrecord contact {} --who '{}' --outcome {words}` once it is known",
            claim.number.0,
            brief(&who, 60)
        );
        report = report.next(next);
    }
    report.recorded(cx, &receipt, &proposals)
}
