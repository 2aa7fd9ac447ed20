//! `onrecord corrections`: what was asked, what was changed in public, how long it took, what is open.

use serde_json::json;

use super::amend;
use crate::answers::corrections::{self, Asked, Made, Report};
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::receipt::brief;
use crate::entry::Kind;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::text::printable_line;

/// Report requests and corrections of a period.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "For a desk's commitment to open corrections: requests received, what came of each and how long it took, \
    corrections made with and without a request, and what is open at the end. A request is answered by the first correction, \
    retraction or note that names it: `correct N --request R …`, `retract N --request R …`, or `note R 'why not'`.\n\n\
    Example: onrecord corrections --since 2026-01-01 --until 2026-12-31 --json"
)]
pub struct Args {
    /// Only about claims that match, as they stand now; queries are those of `list`
    #[arg(value_name = "QUERY", value_parser = asked::Words, hide_possible_values = true)]
    pub query: Vec<String>,
    /// From here on: a tree size, a day (its begin), or a time such as 2026-11-22T07:12Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub since: Option<String>,
    /// Up to here: the same, a day means its end
    #[arg(long, value_name = "SIZE|TIME")]
    pub until: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When a point or query is wrong, or the ledger cannot be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let query = asked::query(&args.query)?;
    let ledger = cx.ledger()?;
    asked::known_agents(&query, &ledger)?;
    let period = asked::period(&ledger, args.since.as_deref(), args.until.as_deref())?;
    let report = corrections::report(&ledger, period.clone(), &query)?;
    if cx.out.json {
        let end = |size: u64, given: Option<&str>| json!({ "size": size, "given": given });
        cx.out.json(&json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(),
            "since": end(period.start, args.since.as_deref()), "until": end(period.end, args.until.as_deref()),
            "query": query.to_string(), "requests": report.requests, "corrections": report.corrections,
        }))?;
    } else {
        cx.out.line(cx.out.tone(Tone::Strong, &title(args, &ledger, &period)?))?;
        print(&report, cx)?;
    }
    Ok(Exit::Done)
}

fn title(args: &Args, ledger: &Ledger, period: &std::ops::Range<u64>) -> Result<String, CliError> {
    let since = match &args.since {
        Some(given) => printable_line(given),
        None => "the begin".into(),
    };
    let until = match (&args.until, period.end.checked_sub(1)) {
        (Some(given), _) => printable_line(given),
        (None, Some(last)) => ledger.entry(Index(last))?.header.time.to_string(),
        (None, None) => "the begin".into(),
    };
    Ok(format!("corrections of {}, from {since} to {until}", printable_line(ledger.origin())))
}

fn print(report: &Report, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let (requests, made) = (&report.requests, &report.corrections);
    out.line(format!(
        "requests     {} received, {} answered, {} open",
        requests.received, requests.answered, requests.open
    ))?;
    if let (Some(median), Some(longest)) = (requests.took.median_seconds, requests.took.longest_seconds) {
        out.line(format!("answered in  {} (median), {} at the longest", span(median), span(longest)))?;
    }
    let kinds: Vec<String> = made.by_kind.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
    let kinds = if kinds.is_empty() { String::new() } else { format!(": {}", kinds.join(", ")) };
    out.line(format!("corrections  {} made{kinds}; {} without a request", made.made, made.without_request))?;
    if !requests.list.is_empty() {
        out.line(format!("\n{}", out.tone(Tone::Strong, "requests")))?;
        requests.list.iter().try_for_each(|asked| request(asked, cx))?;
    }
    if !made.list.is_empty() {
        out.line(format!("\n{}", out.tone(Tone::Strong, "corrections")))?;
        made.list.iter().try_for_each(|made| correction(made, cx))?;
    }
    if requests.open > 0 {
        let first = requests.list.iter().find(|asked| asked.answer.is_none());
        let (claim, number) = first.map_or((0, 0), |asked| (asked.claim, asked.number));
        out.note(format!(
            "next: `onrecord correct {claim} --request {number} …`, `onrecord retract {claim} --request {number} …`, or \
             `onrecord note {number} 'why not'`"
        ));
    }
    Ok(())
}

fn request(asked: &Asked, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let came = match &asked.answer {
        None => out.tone(Tone::Care, &format!("open for {}", span(asked.open_seconds))),
        Some(answer) => {
            let how = match answer.kind {
                Kind::CorrectionIssued => "corrected",
                Kind::ClaimRetracted => "retracted",
                _ => "answered without a change",
            };
            format!("{how} by #{} after {}", answer.number, span(asked.open_seconds))
        }
    };
    let from = asked.from.as_deref().map_or_else(|| "(withheld or erased)".into(), printable_line);
    out.line(format!("  #{} of {} on #{}, from {from}: {came}", asked.number, asked.time.day(), asked.claim))?;
    about(asked.statement.as_deref(), cx)?;
    let text = asked.text.as_deref().unwrap_or("(withheld or erased)");
    out.line(format!("      asked: {}", out.wrap(text, 6 + 7).trim_start()))
}

fn correction(made: &Made, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let request = match (made.request, made.took_seconds) {
        (Some(request), Some(took)) => format!(", {} after request #{request}", span(took)),
        _ => ", without a request".into(),
    };
    let public = made.public_seconds.map_or(String::new(), |s| format!(", {} after publication", span(s)));
    let (number, day, claim) = (made.number, made.time.day(), made.claim);
    out.line(format!(
        "  #{number} of {day} on #{claim}, {} by {}{request}{public}",
        made.kind,
        printable_line(&made.agent)
    ))?;
    about(made.statement.as_deref(), cx)?;
    let text = made.text.as_deref().unwrap_or("(withheld or erased)");
    out.line(format!("      says: {}", out.wrap(text, 6 + 6).trim_start()))?;
    made.changes.iter().try_for_each(|change| out.line(amend::told(&change.difference(), out, 6)))
}

fn about(statement: Option<&str>, cx: &Context<'_>) -> Result<(), CliError> {
    let statement = statement.unwrap_or("(withheld or erased)");
    cx.out.line(format!("      \"{}\"", brief(statement, cx.out.width.saturating_sub(8))))
}

/// A span of time in its two largest units.
fn span(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let mut left = seconds;
    let mut parts = Vec::new();
    for (length, name) in units {
        let n = left / length;
        left %= length;
        if n > 0 {
            parts.push(format!("{n} {name}{}", if n == 1 { "" } else { "s" }));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "no time".into() } else { parts.join(" ") }
}
