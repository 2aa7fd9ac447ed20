//! `onrecord list`.

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::ledger::catalog::Row;
use crate::query::Query;
use crate::text::printable_line;
use crate::view::ClaimView;

/// Claims first looked at where only some are asked for.
const FIRST_STEP: usize = 256;

/// How to sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Sort {
    /// By number.
    #[default]
    Number,
    /// By finding, then number.
    Finding,
    /// By number of evidence clusters, most first.
    Clusters,
}

/// List claims.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Words match the statement; field:value filters; - negates; quotes hold phrases; all must hold.

  onrecord list finding:conflicting
  onrecord list hedge:evidential 'speaker:\"Islamic Resistance in Iraq\"'
  onrecord list 'kind:quantity -finding:unverified missiles'   (a query that begins with - goes after --)")]
pub struct Args {
    /// Which: words and field:value filters
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// As the ledger was: a tree size, or a time such as 2026-11-22T07:12:03.123Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub as_of: Option<String>,
    /// How to sort
    #[arg(long, value_enum, default_value_t)]
    pub sort: Sort,
    /// At most this many
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON object a line
    #[arg(long, conflicts_with = "csv")]
    pub jsonl: bool,
    /// Comma-separated values
    #[arg(long)]
    pub csv: bool,
}

#[derive(Serialize)]
struct Listed<'a> {
    onrecord: u32,
    origin: &'a str,
    size: u64,
    root: Digest,
    claims: &'a [ClaimView],
}

/// Runs the verb.
///
/// # Errors
/// When the query cannot be understood, or the ledger not be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let query = parse_query(&args.query)?;
    let ledger = super::stats::as_of(cx.ledger()?, args.as_of.as_deref())?;
    let mut claims = matching(&ledger, &query, if args.sort == Sort::Number { args.limit } else { None })?;
    match args.sort {
        Sort::Number => {}
        Sort::Finding => claims.sort_by_key(|c| (c.finding, c.number)),
        Sort::Clusters => claims.sort_by_key(|c| (std::cmp::Reverse(clusters(c)), c.number)),
    }
    claims.truncate(args.limit.unwrap_or(usize::MAX));
    if args.csv {
        cx.out.raw(&crate::exchange::csv::claims(&claims))?;
    } else if args.jsonl {
        for claim in &claims {
            cx.out.raw(&crate::exchange::jsonl::line(claim))?;
        }
    } else if cx.out.json {
        let (origin, size, root) = (ledger.origin(), ledger.size(), ledger.root());
        cx.out.json(&Listed { onrecord: 1, origin, size, root, claims: &claims })?;
    } else {
        print(cx, &claims)?;
    }
    Ok(Exit::Done)
}

/// Reads the query's words as one query: the shell has taken the outer quotes away.
///
/// # Errors
/// With the place of the mistake.
pub fn parse_query(words: &[String]) -> Result<Query, CliError> {
    // A word that the shell kept whole, `speaker:Fuad Hussein`, is one filter: its quotes are put back.
    let text: Vec<String> = words
        .iter()
        .map(|word| match word.split_once(':') {
            Some((field, value))
                if words.len() > 1 && value.contains(' ') && !value.contains(['"', ':']) && !field.contains(' ') =>
            {
                format!("{field}:\"{value}\"")
            }
            _ => word.clone(),
        })
        .collect();
    Query::parse(&text.join(" ")).map_err(|e| {
        CliError::bad_input("the query cannot be understood").because(&e).hint("`onrecord list --help` has examples")
    })
}

/// The claims that match, by number, at most `limit`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn matching(ledger: &Ledger, query: &Query, limit: Option<usize>) -> Result<Vec<ClaimView>, CliError> {
    let limit = limit.unwrap_or(usize::MAX);
    let mut found = Vec::new();
    let mut from = Index(0);
    // The catalog's rows say of most claims that they do not match; only the others are read. Where a few are asked
    // for, rows are taken as they are needed.
    let mut step = if limit == usize::MAX { limit } else { limit.max(FIRST_STEP) };
    while found.len() < limit {
        let keep = |row: &Row| query.may_match(row, |agent| ledger.state().handle(agent));
        let candidates = ledger.claims_where(from, step, keep)?;
        let last = candidates.len() < step;
        for number in candidates {
            from = Index(number.0 + 1);
            let Some(claim) = ledger.claim(number)? else { continue };
            let view = ClaimView::new(&claim, ledger);
            if query.matches(&view) {
                found.push(view);
                if found.len() >= limit {
                    break;
                }
            }
        }
        if last {
            break;
        }
        step = step.saturating_mul(2);
    }
    Ok(found)
}

/// Number of clusters behind the evidence that stands.
pub fn clusters(claim: &ClaimView) -> usize {
    let mut clusters: Vec<&str> =
        claim.evidence.iter().filter(|e| !e.withdrawn).filter_map(|e| e.cluster.as_deref()).collect();
    clusters.sort_unstable();
    clusters.dedup();
    clusters.len()
}

fn print(cx: &Context<'_>, claims: &[ClaimView]) -> Result<(), CliError> {
    if claims.is_empty() {
        cx.out.note("no claim matches");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = claims
        .iter()
        .map(|c| {
            let confidence = c.confidence.map_or(String::new(), |c| format!(", {c}"));
            vec![
                format!("#{}", c.number),
                format!("{}{confidence}", c.finding),
                format!("{}p {}c", c.evidence.iter().filter(|e| !e.withdrawn).count(), clusters(c)),
                c.statement.as_deref().map_or_else(|| "(withheld)".into(), printable_line),
            ]
        })
        .collect();
    cx.out.table(&["claim", "finding", "evidence", "statement"], &rows)?;
    let second = claims.iter().filter(|c| c.second_read).count();
    let noun = if claims.len() == 1 { "claim" } else { "claims" };
    cx.out.note(format!("{} {noun}, {second} second-read; evidence: p pages, c clusters", claims.len()));
    Ok(())
}
