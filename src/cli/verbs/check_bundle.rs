//! `onrecord check` of a bundle: a claim's history, or a claim set.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::Serialize;

use super::check::{self, Said};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{Tone, counted};
use crate::entry::bundle::check::{Answer, Item, Report, Step, Tally};
use crate::entry::bundle::{Line, MAX_LINE, Stated};
use crate::entry::why::{Outcome, Why};
use crate::exchange::bundle::{ReadError, Reader};
use crate::exchange::gist::gist;
use crate::hash::{Digest, Index};
use crate::text::printable_line;
use crate::tlog::note::Note;

/// Entries of a history that are told one by one; of a longer one, and of claim sets, only what is wrong is.
const TOLD: usize = 500;

#[derive(Serialize)]
struct Checked<'a> {
    file: &'a Path,
    of: &'static str,
    number: Option<u64>,
    origin: &'a str,
    size: u64,
    root: Digest,
    ledger: Option<Digest>,
    outcome: &'static str,
    entries: u64,
    claims: u64,
    included: Said,
    by_author: Tally,
    payload: Tally,
    place: Tally,
    finding: Tally,
    whole: Said,
    cosigned: Vec<String>,
    revoked: Vec<String>,
    problems: Vec<Wrong>,
    more_problems: u64,
    told: Vec<Told>,
}

#[derive(Serialize)]
struct Wrong {
    number: u64,
    of: &'static str,
    outcome: &'static str,
    code: Option<&'static str>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct Told {
    number: u64,
    kind: Option<&'static str>,
    by: Option<String>,
    time: Option<String>,
    by_author: Said,
    payload: Said,
    place: Said,
    says: Option<String>,
}

/// What is kept of a history to tell it.
#[derive(Default)]
struct Story {
    items: BTreeMap<Index, (Option<String>, Option<String>)>,
    answers: BTreeMap<Index, Answer>,
    stated: Vec<Stated>,
    /// Whether it is all there: neither a claim set nor too long.
    whole: bool,
}

impl Story {
    fn take(&mut self, item: &Item) {
        self.whole &= self.items.len() < TOLD;
        if self.whole {
            let time = item.header.as_ref().map(|header| header.time.to_string());
            self.items.insert(item.index, (time, item.event.as_ref().map(gist)));
        } else {
            self.items.clear();
        }
    }
}

/// Checks a bundle, prints what is found unless JSON is wanted, and gives it as JSON.
pub(super) fn check(path: &Path, trust: Option<&str>, cx: &Context<'_>) -> Result<(Exit, serde_json::Value), CliError> {
    let cannot = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    let open = || File::open(path).map(BufReader::new);
    let note = checkpoint(open().map_err(|e| cannot(&e))?);
    let policy = match &note {
        Some(note) => check::policy(trust, note, cx)?,
        None => None,
    };
    let bad = |e: ReadError| match e {
        ReadError::Read(e) => cannot(&e),
        ReadError::Bundle(e) => CliError::bad_input(format!("{} is no bundle", path.display()))
            .because(&e)
            .hint("was it changed, or cut off on its way? ask for it again, or make it anew with `onrecord prove`"),
    };
    let mut reader = Reader::new(open().map_err(|e| cannot(&e))?, policy.as_ref());
    let mut story = Story::default();
    while let Some(step) = reader.next().map_err(bad)? {
        match step {
            Step::Head(head) => story.whole = head.history.is_some(),
            Step::Claim(stated) if story.whole => story.stated.push(stated),
            Step::Entry(item) => story.take(&item),
            Step::Claim(_) | Step::End => {}
        }
        let answers = reader.answers();
        if story.whole {
            story.answers.extend(answers.into_iter().map(|answer| (answer.index, answer)));
        }
    }
    let report = reader.report().map_err(bad)?;
    if !cx.out.json {
        print(path, &report, &story, cx)?;
        if let (Some(note), None) = (&note, &policy) {
            check::say_untrusted(note, cx);
        }
    }
    let exit = match report.outcome() {
        Outcome::Holds => Exit::Done,
        Outcome::DoesNotHold(_) => Exit::DoesNotHold,
        Outcome::CannotBeDetermined(_) => Exit::CannotBeDetermined,
    };
    Ok((exit, json(path, &report, &story)?))
}

/// The checkpoint in the first line, to know whose keys are wanted. What is wrong with it is said when it is checked.
fn checkpoint(file: impl std::io::BufRead) -> Option<Note> {
    let mut line = Vec::new();
    file.take(MAX_LINE as u64).read_until(b'\n', &mut line).ok()?;
    match Line::parse(&line, 1).ok()? {
        Line::Head(head) => Note::parse(head.checkpoint.as_bytes()).ok(),
        _ => None,
    }
}

fn tally(name: &str, tally: &Tally, cx: &Context<'_>) -> Result<(), CliError> {
    let parts = [
        (tally.holds, "hold", "holds", Tone::Good),
        (tally.does_not_hold, "do not hold", "does not hold", Tone::Bad),
        (tally.cannot_be_determined, "cannot be determined", "cannot be determined", Tone::Care),
    ];
    let text: Vec<String> = parts
        .iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, many, one, tone)| cx.out.tone(*tone, &format!("{n} {}", if *n == 1 { one } else { many })))
        .collect();
    let text = if text.is_empty() { "none".to_owned() } else { text.join(", ") };
    cx.out.line(format!("  {name:<11}{text}"))
}

fn print(path: &Path, report: &Report, story: &Story, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let entries = counted(report.entries, "entry");
    match report.head.history {
        Some(claim) => out.line(format!("{}: history of {claim}, {entries}", path.display()))?,
        None => out.line(format!("{}: claim set, {}, {entries}", path.display(), counted(report.claims, "claim")))?,
    }
    let (origin, size, _) = &report.checkpoint;
    let good = format!("holds for all, in {origin} at {}", counted(*size, "entry"));
    check::say("included", &report.included, &good, cx)?;
    tally("by author", &report.by_author, cx)?;
    tally("payload", &report.payload, cx)?;
    tally("place", &report.place, cx)?;
    tally("finding", &report.finding, cx)?;
    check::say("whole", &report.whole, "holds: the file is the whole log", cx)?;
    for (witness, time) in &report.cosigned {
        out.line(format!("  cosigned   by {} at {time} (seconds since 1970)", printable_line(witness)))?;
    }
    for problem in &report.problems {
        check::say(&problem.index.to_string(), &problem.outcome, "", cx)?;
    }
    if report.more_problems > 0 {
        out.line(format!("  and {} more like these", report.more_problems))?;
    }
    for (handle, from) in &report.revoked {
        out.note(format!("  agent `{}` was revoked: nothing from {from} on is theirs", printable_line(handle)));
    }
    if report.included == Outcome::Holds {
        tell(story, cx)?;
    }
    out.note("  That nothing came later, or that a key was not revoked since, cannot be determined without the log.");
    Ok(())
}

/// The history, entry by entry, and what it comes to.
fn tell(story: &Story, cx: &Context<'_>) -> Result<(), CliError> {
    if !story.whole {
        return Ok(());
    }
    for stated in &story.stated {
        let finding = match (stated.finding, stated.confidence) {
            (Some(finding), Some(confidence)) => format!("{finding}, confidence {confidence}"),
            _ => "unverified".to_owned(),
        };
        let read = if stated.second_read { "second-read" } else { "not second-read" };
        cx.out.line(format!("  stated     {}: {finding}, {read}, {}", stated.claim, stated.state))?;
    }
    for (index, answer) in &story.answers {
        let (time, says) = story.items.get(index).cloned().unwrap_or_default();
        let kind = answer.kind.map_or("unknown", crate::entry::Kind::as_str);
        let by = answer.handle.as_deref().filter(|_| answer.by_author == Outcome::Holds);
        let by = by.map_or_else(|| "by somebody".to_owned(), |handle| format!("by `{}`", printable_line(handle)));
        let day = time.as_deref().and_then(|time| time.get(..10)).unwrap_or("          ");
        cx.out.line(format!("  {:<7} {day} {kind} {by}", index.to_string()))?;
        match says.filter(|_| answer.payload == Outcome::Holds) {
            Some(says) => cx.out.line(cx.out.wrap(&says, 21))?,
            None => cx.out.line(format!("{:21}(withheld)", ""))?,
        }
    }
    Ok(())
}

fn json(path: &Path, report: &Report, story: &Story) -> Result<serde_json::Value, CliError> {
    let (origin, size, root) = &report.checkpoint;
    let told = story.answers.iter().filter(|_| story.whole).map(|(index, answer)| {
        let (time, says) = story.items.get(index).cloned().unwrap_or_default();
        Told {
            number: index.0,
            kind: answer.kind.map(crate::entry::Kind::as_str),
            by: answer.handle.clone(),
            time,
            by_author: (&answer.by_author).into(),
            payload: (&answer.payload).into(),
            place: (&answer.place).into(),
            says,
        }
    });
    let wrong = |p: &crate::entry::bundle::check::Problem| Wrong {
        number: p.index.0,
        of: p.of,
        outcome: p.outcome.word(),
        code: p.outcome.why().map(Why::code),
        reason: p.outcome.why().map(ToString::to_string),
    };
    let checked = Checked {
        file: path,
        of: if report.head.history.is_some() { "history" } else { "claims" },
        number: report.head.history.map(|claim| claim.0),
        origin,
        size: *size,
        root: *root,
        ledger: report.ledger,
        outcome: report.outcome().word(),
        entries: report.entries,
        claims: report.claims,
        included: (&report.included).into(),
        by_author: report.by_author,
        payload: report.payload,
        place: report.place,
        finding: report.finding,
        whole: (&report.whole).into(),
        cosigned: report.cosigned.iter().map(|(name, time)| format!("{name} at {time}")).collect(),
        revoked: report.revoked.iter().map(|(handle, from)| format!("{handle} from {from}")).collect(),
        problems: report.problems.iter().map(wrong).collect(),
        more_problems: report.more_problems,
        told: told.collect(),
    };
    serde_json::to_value(checked).map_err(|e| CliError::bug(format!("an answer cannot be written: {e}")))
}
