//! `onrecord history`: who changed what, when, from what to what.

use serde::Serialize;

use super::amend;
use crate::answers::point::{self, Edge};
use crate::claim::diff::{self, Difference};
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::parse::words;
use crate::cli::receipt::brief;
use crate::cli::refs;
use crate::entry::{Event, Kind};
use crate::exchange::gist::gist;
use crate::hash::{Digest, Index};
use crate::ledger::catalog::Term;
use crate::ledger::{Entry, Ledger};
use crate::text::printable_line;
use crate::time::Timestamp;

/// Entries read at once.
const CHUNK: u64 = 1_024;

/// Show who changed what, when, from what to what.
#[derive(Debug, clap::Args)]
#[command(after_help = "Signatures that close a batch are left out, unless `--kind batch-signed` asks for them.\n\n\
    Examples:\n  onrecord history 12\n  onrecord history --since 2026-11-01 --by ana --kind claim-amended")]
pub struct Args {
    /// A claim, document or agent, or any entry about one; without it, everything
    #[arg(value_name = "REF")]
    pub reference: Vec<String>,
    /// From here on: a tree size, a day, or a time such as 2026-11-22T07:12:03.123Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub since: Option<String>,
    /// Up to here
    #[arg(long, value_name = "SIZE|TIME")]
    pub until: Option<String>,
    /// Only what this agent did
    #[arg(long, value_name = "HANDLE")]
    pub by: Option<String>,
    /// Only entries of this kind
    #[arg(long, value_parser = words(Kind::ALL, Kind::as_str), hide_possible_values = true)]
    pub kind: Option<Kind>,
    /// At most this many, the latest
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// An entry as history shows it.
#[derive(Debug, Serialize)]
struct Line {
    number: u64,
    leaf: Digest,
    time: Timestamp,
    agent: String,
    kind: Kind,
    about: u64,
    re: Option<u64>,
    /// What it says; `null` where the payload is withheld or erased.
    gist: Option<String>,
    changes: Vec<serde_json::Value>,
    #[serde(skip)]
    differences: Vec<Difference>,
}

/// Runs the verb.
///
/// # Errors
/// When a reference, point or handle is wrong, or the ledger cannot be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let from =
        args.since.as_deref().map_or(Ok(0), |text| Ok::<_, CliError>(point::size(&ledger, text, Edge::First)?))?;
    let to = args
        .until
        .as_deref()
        .map_or(Ok(ledger.size()), |text| Ok::<_, CliError>(point::size(&ledger, text, Edge::Last)?))?;
    let by = args.by.as_deref().map(|handle| asked::agent(&ledger, handle)).transpose()?;
    let wanted = |entry: &Entry| {
        let kind = args.kind.map_or(entry.header.kind != Kind::BatchSigned, |k| entry.header.kind == k);
        kind && by.is_none_or(|agent| entry.header.agent == agent)
    };
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut printed = Vec::new();
    let mut n = 0;
    let mut show = |entry: &Entry| -> Result<(), CliError> {
        let line = line(&ledger, entry)?;
        n += 1;
        if cx.out.json {
            printed.push(line);
            return Ok(());
        }
        print(&line, cx)
    };
    if args.reference.is_empty() {
        whole(&ledger, from..to, limit, &wanted, &mut show)?;
    } else {
        let subject = subject(&ledger, &args.reference.join(" "))?;
        let mut indexes = vec![subject];
        indexes.extend(ledger.find(Term::About(subject))?);
        indexes.retain(|i| (from..to).contains(&i.0));
        let mut entries = Vec::new();
        for index in indexes {
            let entry = ledger.entry(index)?;
            if entry.subject() == subject && wanted(&entry) {
                entries.push(entry);
            }
        }
        let first = entries.len().saturating_sub(limit);
        entries[first..].iter().try_for_each(&mut show)?;
    }
    if cx.out.json {
        cx.out.json(&serde_json::json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(), "entries": printed,
        }))?;
    } else if n == 0 {
        cx.out.note("no entry fits");
    }
    Ok(Exit::Done)
}

/// Everything between two sizes, at most the `limit` latest, without holding it all.
fn whole(
    ledger: &Ledger,
    range: std::ops::Range<u64>,
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
    let number = text.strip_prefix('#').unwrap_or(text);
    if number.starts_with(|c: char| c.is_ascii_digit())
        && number.split('@').next().is_some_and(|n| n.len() < 20 && n.bytes().all(|b| b.is_ascii_digit()))
    {
        return Ok(ledger.entry(refs::entry(ledger, text)?)?.subject());
    }
    refs::claim(ledger, text)
}

fn line(ledger: &Ledger, entry: &Entry) -> Result<Line, CliError> {
    let event = entry.event()?;
    let differences = match &event {
        Some(event) => before(ledger, entry, event)?.map_or_else(Vec::new, |before| compare(&before, event)),
        None => Vec::new(),
    };
    Ok(Line {
        number: entry.index.0,
        leaf: entry.leaf,
        time: entry.header.time,
        agent: ledger.state().handle(entry.header.agent),
        kind: entry.header.kind,
        about: entry.subject().0,
        re: entry.header.re.map(|i| i.0),
        gist: event.as_ref().map(gist),
        changes: amend::changes(&differences),
        differences,
    })
}

/// What an entry of this kind sets anew, if it does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Wording,
    Document,
    Verdict,
    Roles,
    Description,
    Key,
    Moved,
    Acted,
}

fn slots(kind: Kind) -> &'static [Slot] {
    match kind {
        Kind::ClaimRecorded | Kind::ClaimAmended => &[Slot::Wording],
        Kind::CorrectionIssued => &[Slot::Wording, Slot::Verdict],
        Kind::DocumentRegistered | Kind::DocumentAmended => &[Slot::Document],
        Kind::VerdictIssued => &[Slot::Verdict],
        Kind::AgentEnrolled => &[Slot::Roles, Slot::Description, Slot::Key],
        Kind::AgentRolesChanged => &[Slot::Roles],
        Kind::AgentDescribed => &[Slot::Description],
        Kind::AgentKeyChanged => &[Slot::Key],
        Kind::ClaimMoved => &[Slot::Moved],
        Kind::ContactRecorded | Kind::AppearanceRecorded => &[Slot::Acted],
        _ => &[],
    }
}

/// A value that an event sets, in one form for all events that set it.
fn value(event: &Event, slot: Slot) -> Option<serde_json::Value> {
    use serde_json::to_value;
    match (slot, event) {
        (Slot::Wording, Event::ClaimRecorded(c) | Event::ClaimAmended(c)) => to_value(c).ok(),
        (Slot::Wording, Event::CorrectionIssued(c)) => c.claim.as_ref().and_then(|c| to_value(c).ok()),
        (Slot::Document, Event::DocumentRegistered(d) | Event::DocumentAmended(d)) => to_value(d).ok(),
        (Slot::Verdict, Event::VerdictIssued(v)) => to_value(v).ok(),
        (Slot::Verdict, Event::CorrectionIssued(c)) => c.verdict.as_ref().and_then(|v| to_value(v).ok()),
        (Slot::Roles, Event::AgentEnrolled(a)) => to_value(serde_json::json!({ "roles": a.roles })).ok(),
        (Slot::Roles, Event::AgentRolesChanged(r)) => to_value(serde_json::json!({ "roles": r.roles })).ok(),
        (Slot::Description, Event::AgentDescribed(d)) => to_value(d).ok(),
        (Slot::Moved, Event::ClaimMoved(m)) => to_value(m).ok(),
        (Slot::Acted, Event::ContactRecorded(c)) => to_value(c).ok(),
        (Slot::Acted, Event::AppearanceRecorded(a)) => to_value(a).ok(),
        _ => None,
    }
}

/// The values that an entry replaces: for each slot that it sets, what the last entry before it had set.
fn before(ledger: &Ledger, entry: &Entry, event: &Event) -> Result<Option<Vec<(Slot, serde_json::Value)>>, CliError> {
    let kind = entry.header.kind;
    let wanted: Vec<Slot> = slots(kind).iter().copied().filter(|s| value(event, *s).is_some()).collect();
    // What creates a subject replaces nothing.
    if wanted.is_empty() || entry.header.about.is_none() {
        return Ok(None);
    }
    let subject = entry.subject();
    let mut found: Vec<(Slot, serde_json::Value)> = Vec::new();
    if wanted == [Slot::Acted] {
        if let Some(re) = entry.header.re
            && let Some(value) = ledger.entry(re)?.event()?.and_then(|e| value(&e, Slot::Acted))
        {
            found.push((Slot::Acted, value));
        }
        return Ok(Some(found));
    }
    let mut earlier = vec![subject];
    earlier.extend(ledger.find(Term::About(subject))?.into_iter().filter(|i| *i < entry.index));
    for index in earlier.into_iter().rev() {
        if found.len() == wanted.len() {
            break;
        }
        let other = ledger.entry(index)?;
        if other.subject() != subject || slots(other.header.kind).is_empty() {
            continue;
        }
        let Some(body) = other.event()? else { continue };
        for slot in &wanted {
            if !found.iter().any(|(s, _)| s == slot)
                && let Some(value) = value(&body, *slot)
            {
                found.push((*slot, value));
            }
        }
    }
    Ok(Some(found))
}

fn compare(before: &[(Slot, serde_json::Value)], event: &Event) -> Vec<Difference> {
    let pairs = before.iter().filter_map(|(slot, before)| Some((before, value(event, *slot)?)));
    pairs.flat_map(|(before, after)| diff::values(before, &after)).collect()
}

fn print(line: &Line, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let subject = if line.about == line.number { String::new() } else { format!("  on #{}", line.about) };
    let head = format!("#{}  {}  {}  {}", line.number, line.time, printable_line(&line.agent), line.kind);
    out.line(format!("{}{}", out.tone(Tone::Strong, &head), out.tone(Tone::Faint, &subject)))?;
    let gist = line.gist.as_deref().unwrap_or("(withheld or erased)");
    out.line(format!("    {}", brief(gist, out.width.saturating_sub(4))))?;
    for difference in &line.differences {
        out.line(amend::told(difference, out, 6))?;
    }
    Ok(())
}
