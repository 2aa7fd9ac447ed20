//! `onrecord list`.

use serde::Serialize;

use crate::answers::find::{self, Sources};
use crate::answers::reading::Reading;
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::query::Query;
use crate::search::Search;
use crate::text::printable_line;
use crate::view::ClaimView;

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
#[command(
    after_long_help = format!("\
Words match the statement; field:value filters; - negates; quotes hold phrases; a..b ranges; OR, parentheses.

  onrecord list finding:conflicting
  onrecord list 'hedge:evidential speaker:\"Islamic Resistance in Iraq\"'
  onrecord list '(finding:refuted OR flag:corrected) recorded:2026-11-01.. missiles'
  onrecord list 'kind:quantity quantity:100..300 time:2024-10'
  onrecord list -- '-finding:unverified'   (a query that begins with - goes after --)

A day or month given to --as-of means its end, UTC. docs/query.md says more.

{}", crate::query::summary()))]
pub struct Args {
    /// Which: words and field:value filters
    #[arg(value_name = "QUERY", value_parser = asked::Words, hide_possible_values = true)]
    pub query: Vec<String>,
    /// As the ledger was: a tree size, a day (its end), or a time such as 2026-11-22T07:12Z
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
    let query = asked::query(&args.query)?;
    let ledger = asked::as_of(cx.ledger()?, args.as_of.as_deref())?;
    asked::known_agents(&query, &ledger)?;
    let search = cx.search_for(&query, &ledger);
    if args.sort == Sort::Number && (args.csv || args.jsonl) {
        return stream(args, &ledger, search.as_ref(), &query, cx);
    }
    let limit = if args.sort == Sort::Number { args.limit } else { None };
    let mut claims = matching(&ledger, search.as_ref(), &query, limit)?;
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

/// Bytes that are gathered before they go to stdout.
const GATHERED: usize = 1 << 16;

/// Prints claims as they are read: there may be more than memory holds.
fn stream(
    args: &Args,
    ledger: &Ledger,
    search: Option<&Search>,
    query: &Query,
    cx: &Context<'_>,
) -> Result<Exit, CliError> {
    let mut gathered = if args.csv { crate::exchange::csv::heading() } else { Vec::new() };
    let make = |claim, reading: &Reading<'_>| {
        let view = ClaimView::of(claim, reading);
        if args.csv { crate::exchange::csv::row(&view) } else { crate::exchange::jsonl::line(&view) }
    };
    let limit = args.limit.unwrap_or(usize::MAX);
    find::made::<_, CliError>(Sources::new(ledger, search), query, limit, &make, &mut |line| {
        gathered.extend(line);
        if gathered.len() >= GATHERED {
            cx.out.raw(&gathered)?;
            gathered.clear();
        }
        Ok(())
    })?;
    cx.out.raw(&gathered)?;
    Ok(Exit::Done)
}

/// The claims that match, by number, at most `limit`.
///
/// # Errors
/// When the ledger cannot be read.
pub fn matching(
    ledger: &Ledger,
    search: Option<&Search>,
    query: &Query,
    limit: Option<usize>,
) -> Result<Vec<ClaimView>, CliError> {
    let mut views = Vec::new();
    let sources = Sources::new(ledger, search);
    let make = |claim, reading: &Reading<'_>| ClaimView::of(claim, reading);
    find::made::<_, CliError>(sources, query, limit.unwrap_or(usize::MAX), &make, &mut |view| {
        views.push(view);
        Ok(())
    })?;
    Ok(views)
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
                match c.statement.as_deref() {
                    None => "(withheld)".into(),
                    Some(text) if c.withheld.contains(&c.number) => {
                        format!("(withheld from copies) {}", printable_line(text))
                    }
                    Some(text) => printable_line(text),
                },
            ]
        })
        .collect();
    cx.out.table(&["claim", "finding", "evidence", "statement"], &rows)?;
    let second = claims.iter().filter(|c| c.second_read).count();
    let n = if claims.len() == 1 { "1 claim".to_owned() } else { format!("{} claims", claims.len()) };
    cx.out.note(format!("{n}, {second} second-read; evidence: p pages, c clusters"));
    Ok(())
}
