//! `onrecord diff`: what changed between two points of the ledger, claim by claim.

use serde_json::json;

use super::amend;
use crate::answers::between::{self, Summary, Touched};
use crate::answers::point::{self, Edge};
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::receipt::brief;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::text::printable_line;
use crate::time::Timestamp;

/// Show what changed between two points, claim by claim.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A point is a tree size, a day (its end, UTC), a month, or a time such as 2026-11-22T07:12Z. Without B, \
    up to now. What was erased since cannot be told of either point.\n\n\
    Examples:\n  onrecord diff 300\n  onrecord diff 2026-11-01 2026-11-22 --where 'place:Eilat'"
)]
pub struct Args {
    /// The earlier point
    #[arg(value_name = "A")]
    pub from: String,
    /// The later point
    #[arg(value_name = "B")]
    pub to: Option<String>,
    /// Only claims that match, as they stand at B; queries are those of `list`
    #[arg(long = "where", value_name = "QUERY", value_parser = asked::Words, hide_possible_values = true)]
    pub claims: Option<String>,
    /// One JSON object a line: each claim, then the summary
    #[arg(long)]
    pub jsonl: bool,
}

/// Runs the verb.
///
/// # Errors
/// When a point or query is wrong, or the ledger cannot be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let query = args.claims.as_ref().map(|text| asked::query(std::slice::from_ref(text))).transpose()?;
    let query = query.unwrap_or_default();
    let ledger = cx.ledger()?;
    asked::known_agents(&query, &ledger)?;
    let from = point::size(&ledger, &args.from, Edge::Last)?;
    let ledger = asked::as_of(ledger, args.to.as_deref())?;
    let to = ledger.size();
    if from > to {
        let given = args.to.as_deref().unwrap_or_default();
        return Err(CliError::bad_input(format!(
            "`{}` is size {from}, later than `{}`, which is size {to}",
            printable_line(&args.from),
            printable_line(given)
        ))
        .hint("the earlier point comes first: `onrecord diff A B`"));
    }
    if !(cx.out.json || args.jsonl) {
        let entries = if to - from == 1 { "1 entry".to_owned() } else { format!("{} entries", to - from) };
        let head = format!("from {} to {}: {entries}", named(&ledger, from)?, named(&ledger, to)?);
        cx.out.line(cx.out.tone(Tone::Strong, &head))?;
    }
    let mut claims = Vec::new();
    let summary = between::each::<CliError>(&ledger, from, &query, &mut |touched| match (args.jsonl, cx.out.json) {
        (true, _) => cx.out.line(serde_json::to_string(&touched).unwrap_or_default()),
        (false, true) => {
            claims.push(touched);
            Ok(())
        }
        (false, false) => print(&touched, cx),
    })?;
    let (from, to) = (at(&ledger, from)?, at(&ledger, to)?);
    if args.jsonl {
        cx.out.line(json!({ "from": from, "to": to, "summary": summary }).to_string())?;
    } else if cx.out.json {
        cx.out.json(&json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(),
            "from": from, "to": to, "claims": claims, "summary": summary,
        }))?;
    } else {
        tell(&summary, cx)?;
    }
    Ok(Exit::Done)
}

/// The time of the last entry before a size.
fn time(ledger: &Ledger, size: u64) -> Result<Option<Timestamp>, CliError> {
    Ok(match size.checked_sub(1) {
        Some(last) => Some(ledger.entry(Index(last))?.header.time),
        None => None,
    })
}

fn at(ledger: &Ledger, size: u64) -> Result<serde_json::Value, CliError> {
    Ok(json!({ "size": size, "root": ledger.root_at(size)?, "time": time(ledger, size)? }))
}

fn named(ledger: &Ledger, size: u64) -> Result<String, CliError> {
    Ok(match time(ledger, size)? {
        Some(time) => format!("size {size} ({time})"),
        None => "nothing (size 0)".into(),
    })
}

fn print(touched: &Touched, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let key = touched.key.as_deref().map_or(String::new(), |k| format!("  {}", printable_line(k)));
    let head = format!("#{}{key}  {}", touched.number, touched.what.join(", "));
    out.line(format!("\n{}", out.tone(Tone::Strong, &head)))?;
    let statement = touched.statement.as_deref().unwrap_or("(withheld or erased)");
    out.line(format!("    {}", brief(statement, out.width.saturating_sub(4))))?;
    if touched.finding.before.is_none() && touched.finding.after != "unverified" {
        out.line(format!("      finding: {}", touched.finding.after))?;
    }
    for change in &touched.changes {
        out.line(amend::told(&change.difference(), out, 6))?;
    }
    if !touched.not_here.is_empty() {
        let entries: Vec<String> = touched.not_here.iter().map(|n| format!("#{n}")).collect();
        let text = format!("not here, so that what they say cannot be told: {}", entries.join(", "));
        out.line(format!("      {}", out.tone(Tone::Care, &text)))?;
    }
    Ok(())
}

fn tell(summary: &Summary, cx: &Context<'_>) -> Result<(), CliError> {
    let claims = match summary.claims {
        0 => "no claim was touched".to_owned(),
        1 => "1 claim was touched".to_owned(),
        n => format!("{n} claims were touched"),
    };
    let what: Vec<String> = summary.what.iter().map(|(word, n)| format!("{n} {word}")).collect();
    let what = if what.is_empty() { String::new() } else { format!(": {}", what.join(", ")) };
    cx.out.line(format!("\n{claims}{what}"))?;
    if !summary.elsewhere.is_empty() {
        let elsewhere: Vec<String> = summary.elsewhere.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        cx.out.line(format!("beside claims: {}", elsewhere.join(", ")))?;
    }
    Ok(())
}
