//! `onrecord search`.

use serde::Serialize;

use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::entry::ClaimState;
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::search::{Found, Place};
use crate::text::printable_line;
use crate::view::ClaimView;

/// Search the words of claims, evidence and documents.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Looks in statements, speakers, actors, places, tags, keys, evidence, rationales and titles of documents. Best first: rare
words count more, and words of the statement twice. Accents and case do not matter. What is withheld or erased is not found.

  onrecord search missiles Haifa                    all of the words
  onrecord search '\"red lines\"'                     words one after the other
  onrecord search 'missil* -drone'                  words that begin so; without a word
  onrecord search eilat --filter finding:conflicting

A text that begins with - goes after --.")]
pub struct Args {
    /// Words, \"phrases\", begin* of a word, -without
    #[arg(value_name = "TEXT", required = true)]
    pub text: Vec<String>,
    /// At most this many
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub limit: usize,
    /// Only claims that match a query as of `onrecord list`
    #[arg(long, value_name = "QUERY")]
    pub filter: Option<String>,
}

#[derive(Serialize)]
struct Listed<'a> {
    onrecord: u32,
    origin: &'a str,
    size: u64,
    root: Digest,
    /// Entries that the answer reflects.
    complete_to: u64,
    total: usize,
    all_words: bool,
    claims: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    matched: Vec<Place>,
    #[serde(flatten)]
    claim: ClaimView,
}

/// Runs the verb.
///
/// # Errors
/// When the text or the filter cannot be understood, or the ledger not be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let filter = args.filter.as_ref().map(|text| asked::query(std::slice::from_ref(text))).transpose()?;
    let folder = cx.ledger_folder()?;
    let ledger = cx.ledger_at(&folder)?;
    filter.iter().try_for_each(|query| asked::known_agents(query, &ledger))?;
    let search = cx.search(&folder, &ledger)?;
    let keep = filter.map(|query| {
        let ledger = &ledger;
        move |claim: &ClaimState| query.matches(claim, ledger)
    });
    let keep = keep.as_ref().map(|keep| keep as &dyn Fn(&ClaimState) -> bool);
    let found = search.find(&ledger, &args.text.join(" "), args.limit, keep)?;
    if cx.out.json {
        cx.out.json(&listed(&ledger, search.size(), &found))?;
    } else {
        print(args, cx, &ledger, search.size(), &found)?;
    }
    Ok(Exit::Done)
}

fn listed<'a>(ledger: &'a Ledger, complete_to: u64, found: &Found) -> Listed<'a> {
    let line =
        |hit: &crate::search::Hit| Line { matched: hit.places.clone(), claim: ClaimView::new(&hit.claim, ledger) };
    let claims = found.hits.iter().map(line).collect();
    let (origin, size, root) = (ledger.origin(), ledger.size(), ledger.root());
    Listed { onrecord: 1, origin, size, root, complete_to, total: found.total, all_words: found.all, claims }
}

fn print(args: &Args, cx: &Context<'_>, ledger: &Ledger, reflected: u64, found: &Found) -> Result<(), CliError> {
    let complete = complete(reflected, ledger.size());
    if found.hits.is_empty() {
        let beyond = if found.total > 0 { ", and the filter leaves none of those that do" } else { "" };
        cx.out.note(format!("no claim has the words{beyond} ({complete}); fewer words, or a begin* of one, find more"));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = found
        .hits
        .iter()
        .map(|hit| {
            let view = ClaimView::new(&hit.claim, ledger);
            let places: Vec<&str> = hit.places.iter().map(|place| place.as_str()).collect();
            vec![
                format!("#{}", view.number),
                view.finding.to_owned(),
                places.join(", "),
                view.statement.as_deref().map_or_else(|| "(withheld)".into(), printable_line),
            ]
        })
        .collect();
    cx.out.table(&["claim", "finding", "words in", "statement"], &rows)?;
    let shown = found.hits.len();
    let of = if args.filter.is_none() && found.total > shown { format!(" of {}", found.total) } else { String::new() };
    let all = if found.all { "" } else { "; none has all the words, these have some" };
    cx.out
        .note(format!("{shown}{of} {}{all}; {complete}", if shown == 1 && of.is_empty() { "claim" } else { "claims" }));
    Ok(())
}

/// How far an answer goes.
pub fn complete(reflected: u64, size: u64) -> String {
    let last = reflected.saturating_sub(1);
    match size - reflected.min(size) {
        0 => format!("complete up to entry #{last}, the latest"),
        missing => format!("complete up to entry #{last}, {missing} before the latest"),
    }
}
