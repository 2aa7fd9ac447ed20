//! `onrecord history`: who changed what, when, on what ground, from what to what.

use std::collections::BTreeSet;
use std::ops::Range;

use super::amend;
use crate::answers::find::{self, Sources};
use crate::answers::story::{Line, Teller};
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::parse::words;
use crate::cli::receipt::brief;
use crate::cli::refs;
use crate::entry::Kind;
use crate::hash::Index;
use crate::ledger::catalog::Term;
use crate::ledger::{Entry, Ledger};
use crate::text::printable_line;

/// Entries read at once.
const CHUNK: u64 = 1_024;

/// Claims up to which their entries are looked up one by one.
const FEW: usize = 2_000;

/// Show who changed what, when, on what ground, from what to what.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A day given to --since means its begin, to --until its end, UTC. Signatures that close a batch are \
    left out, unless `--kind batch-signed` asks for them. `onrecord diff A B` compares two points claim by claim.\n\n\
    Examples:\n  onrecord history 12\n  onrecord history --since 2026-11-01 --by ana --kind claim-amended\n  \
    onrecord history --where 'finding:refuted place:Eilat' --kind verdict-issued"
)]
pub struct Args {
    /// A claim, document or agent, or any entry about one; without it, everything
    #[arg(value_name = "REF")]
    pub reference: Vec<String>,
    /// From here on: a tree size, a day, or a time such as 2026-11-22T07:12Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub since: Option<String>,
    /// Up to here
    #[arg(long, value_name = "SIZE|TIME")]
    pub until: Option<String>,
    /// Only what this agent did
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    /// Only entries of this kind; may be given several times
    #[arg(long, value_parser = words(Kind::ALL, Kind::as_str), hide_possible_values = true)]
    pub kind: Vec<Kind>,
    /// Only entries about claims that match, as they stand now; queries are those of `list`
    #[arg(long = "where", value_name = "QUERY", value_parser = asked::Words, hide_possible_values = true)]
    pub claims: Option<String>,
    /// At most this many, the latest
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// One JSON object a line
    #[arg(long)]
    pub jsonl: bool,
}

/// Runs the verb.
///
/// # Errors
/// When a reference, query, point or handle is wrong, or the ledger cannot be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let query = args.claims.as_ref().map(|text| asked::query(std::slice::from_ref(text))).transpose()?;
    let ledger = cx.ledger()?;
    let range = asked::period(&ledger, args.since.as_deref(), args.until.as_deref())?;
    let by = args.by.as_deref().map(|handle| asked::agent(&ledger, handle)).transpose()?;
    let subject = if args.reference.is_empty() { None } else { Some(subject(&ledger, &args.reference.join(" "))?) };
    let claims = match &query {
        Some(query) => {
            asked::known_agents(query, &ledger)?;
            let search = cx.search_for(query, &ledger);
            Some(find::numbers(Sources::new(&ledger, search.as_ref()), query)?)
        }
        None => None,
    };
    let wanted = |entry: &Entry| {
        let (kind, about) = (entry.header.kind, entry.subject());
        let of_kind = if args.kind.is_empty() { kind != Kind::BatchSigned } else { args.kind.contains(&kind) };
        of_kind
            && by.is_none_or(|agent| entry.header.agent == agent)
            && subject.is_none_or(|subject| about == subject)
            && claims.as_ref().is_none_or(|claims| claims.contains(&about))
    };
    let mut teller = Teller::new(&ledger);
    let mut told = Vec::new();
    let mut n = 0_u64;
    let mut show = |entry: &Entry| -> Result<(), CliError> {
        let line = teller.tell(entry)?;
        n += 1;
        match (args.jsonl, cx.out.json) {
            (true, _) => cx.out.line(serde_json::to_string(&line).unwrap_or_default()),
            (false, true) => {
                told.push(line);
                Ok(())
            }
            (false, false) => print(&line, cx),
        }
    };
    let limit = args.limit.unwrap_or(usize::MAX);
    match candidates(&ledger, subject, claims.as_ref(), &args.kind)? {
        Some(indexes) => some(&ledger, indexes, &range, limit, &wanted, &mut show)?,
        None => whole(&ledger, range, limit, &wanted, &mut show)?,
    }
    if cx.out.json && !args.jsonl {
        cx.out.json(&serde_json::json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(), "entries": told,
        }))?;
    } else if n == 0 {
        cx.out.note("no entry fits");
    }
    Ok(Exit::Done)
}

/// Entries among which all are that are wanted, in order; `None` where every entry has to be asked.
fn candidates(
    ledger: &Ledger,
    subject: Option<Index>,
    claims: Option<&BTreeSet<Index>>,
    kinds: &[Kind],
) -> Result<Option<BTreeSet<Index>>, CliError> {
    let mut found = BTreeSet::new();
    // Of the ledger itself there is a signature for every batch.
    let many = |kind: &Kind| matches!(kind, Kind::ClaimRecorded | Kind::BatchSigned);
    match (subject, claims) {
        (Some(subject), _) => {
            found.insert(subject);
            found.extend(ledger.find(Term::About(subject))?);
        }
        (None, Some(claims)) if claims.len() <= FEW => {
            for claim in claims {
                found.insert(*claim);
                found.extend(ledger.find(Term::About(*claim))?);
            }
        }
        _ if !kinds.is_empty() && !kinds.iter().any(many) => {
            for kind in kinds {
                found.extend(ledger.find(Term::Kind(*kind))?);
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(found))
}

/// The wanted ones of some entries, at most the `limit` latest.
fn some(
    ledger: &Ledger,
    indexes: BTreeSet<Index>,
    range: &Range<u64>,
    limit: usize,
    wanted: &dyn Fn(&Entry) -> bool,
    show: &mut dyn FnMut(&Entry) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut entries = Vec::new();
    for index in indexes.into_iter().rev().filter(|i| range.contains(&i.0)) {
        if entries.len() >= limit {
            break;
        }
        let entry = ledger.entry(index)?;
        if wanted(&entry) {
            entries.push(entry);
        }
    }
    entries.iter().rev().try_for_each(show)
}

/// Everything between two sizes, at most the `limit` latest, without holding it all.
fn whole(
    ledger: &Ledger,
    range: Range<u64>,
    limit: usize,
    wanted: &dyn Fn(&Entry) -> bool,
    show: &mut dyn FnMut(&Entry) -> Result<(), CliError>,
) -> Result<(), CliError> {
    let mut from = range.start;
    if limit < usize::MAX {
        let mut left = limit;
        let mut end = range.end;
        from = end;
        while end > range.start && left > 0 {
            let start = end.saturating_sub(CHUNK).max(range.start);
            for entry in ledger.entries(start..end)?.iter().rev() {
                if left > 0 && wanted(entry) {
                    left -= 1;
                    from = entry.index.0;
                }
            }
            end = start;
        }
    }
    while from < range.end {
        let end = (from + CHUNK).min(range.end);
        for entry in ledger.entries(from..end)?.iter().filter(|e| wanted(e)) {
            show(entry)?;
        }
        from = end;
    }
    Ok(())
}

/// The subject of the entry that a reference names, else the claim that its words fit.
fn subject(ledger: &Ledger, text: &str) -> Result<Index, CliError> {
    if refs::is_number(text) {
        return Ok(ledger.entry(refs::entry(ledger, text)?)?.subject());
    }
    if let Some(agent) = ledger.state().agent_named(text) {
        return Ok(agent.number);
    }
    refs::claim(ledger, text)
}

fn print(line: &Line, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let on = match line.re {
        _ if line.about == line.number => String::new(),
        Some(re) => format!("  on #{}, #{re}", line.about),
        None => format!("  on #{}", line.about),
    };
    let head = format!("#{}  {}  {}  {}", line.number, line.time, printable_line(&line.agent), line.kind);
    out.line(format!("{}{}", out.tone(Tone::Strong, &head), out.tone(Tone::Faint, &on)))?;
    let gist = line.gist.as_deref().unwrap_or("(withheld or erased)");
    let room = out.width.saturating_sub(4);
    let short = brief(gist, room);
    out.line(format!("    {short}"))?;
    // Where the line has no room for the ground, it follows whole.
    if let Some(ground) = line.ground.as_deref().filter(|_| short != printable_line(gist)) {
        out.line(format!("      ground: {}", out.wrap(ground, 8).trim_start()))?;
    }
    for change in &line.changes {
        out.line(amend::told(&change.difference(), out, 6))?;
    }
    Ok(())
}
