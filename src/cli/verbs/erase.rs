//! `onrecord erase`: remove what an entry says, for good.

use std::path::Path;

use serde::Serialize;

use crate::claim::desk::Erasure;
use crate::cli::context::{Context, Writer};
use crate::cli::erased::Erased;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::receipt::{Report, brief};
use crate::cli::repeats::{self, Repeats};
use crate::cli::{kept, prompt};
use crate::entry::Event;
use crate::hash::{Digest, Index};
use crate::ledger::{Ledger, Receipt};
use crate::search;

/// Repetitions shown before the rest is counted.
const SHOWN: usize = 30;

/// Remove what an entry says, for good.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
The entry stays, and all proofs hold; its words go: from every payload file, from the catalog and the search index, and held
documents that nothing else needs. Before that, every other payload that repeats the words is listed, and has to be erased
too (--also) or left on purpose (--only). What was copied before is out of reach; whoever kept the words can still show
that they are the ones. Adding the same words again asks first.

  onrecord erase 12 --ground 'privacy of a private person' --authority 'managing editor'
  onrecord erase 12 --also 31,40 --ground … --authority … --yes")]
pub struct Args {
    /// Entries: numbers, or words that fit one claim
    #[arg(value_name = "REF", required = true)]
    pub entries: Vec<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub ground: String,
    /// By whose authority
    #[arg(long, value_name = "WHO")]
    pub authority: String,
    /// Erase these repetitions too: entries, or `all`
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    pub also: Vec<String>,
    /// Erase nothing else, though the words are repeated
    #[arg(long, conflicts_with = "also")]
    pub only: bool,
    /// Everything said about the same claim, document or agent too
    #[arg(long)]
    pub whole: bool,
    /// Do not ask
    #[arg(long, short)]
    pub yes: bool,
}

#[derive(Serialize)]
struct Done {
    onrecord: u32,
    erased: Vec<Index>,
    left: Repeats,
    documents_removed: Vec<Digest>,
    size: u64,
    root: Digest,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such entry, repetitions are not decided on, nobody agrees, or the entries are refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let body = Erasure { authority: args.authority.clone(), ground: args.ground.clone() };
    checked(&body)?;
    let mut writer = cx.writer()?;
    let mut targets = kept::targets(&writer.ledger, &args.entries, args.whole)?;
    if args.whole {
        targets.retain(|target| !writer.ledger.erased().contains(&target.0));
    }
    if let Some(gone) = targets.iter().find(|target| writer.ledger.erased().contains(&target.0)) {
        return Err(CliError::bad_input(format!("{gone} is erased already"))
            .hint(format!("`onrecord history {}` says by whom and why", writer.ledger.entry(*gone)?.subject().0)));
    }
    if targets.is_empty() {
        return Err(CliError::bad_input("all of it is erased already"));
    }
    let ask = !args.yes && prompt::is_possible() && !cx.out.json;
    let left = decide(args, cx, &writer.ledger, &mut targets, ask)?;
    let agreed = || prompt::agrees(&format!("Erase {} for good?", kept::payloads(targets.len())));
    if !(args.yes || ask && agreed()) {
        if ask {
            cx.out.note("nothing was erased");
            return Ok(Exit::Done);
        }
        return Err(CliError::usage(format!("erasing {} is for good, and nothing was erased", listed(&targets)))
            .hint("`--yes` says that you mean it"));
    }
    remember(&writer, cx, &targets)?;
    let proposals = kept::on_each(&writer.ledger, &targets, &Event::PayloadErased(body))?;
    let receipt = writer.append(cx, &proposals)?;
    let removed = empty(&mut writer, cx, &cx.ledger_folder()?).map_err(|error| unemptied(&receipt, error))?;
    if cx.out.json {
        let (size, root) = (receipt.size, receipt.root);
        cx.out.json(&Done { onrecord: 1, erased: targets, left, documents_removed: removed, size, root })?;
        return Ok(Exit::Done);
    }
    let documents = removed.len();
    let about = kept::targets(&writer.ledger, &args.entries, true)?;
    let more = about.iter().filter(|index| !writer.ledger.erased().contains(&index.0)).count();
    Report::new()
        .line(format!("erased {}: {}, by authority of {}", listed(&targets), args.ground, args.authority))
        .note(
            "what was copied before is out of reach: backups, and `onrecord publish-log` copies until it is run again",
        )
        .note_if(more > 0, || {
            let stand = if more == 1 { "stands" } else { "stand" };
            format!("{} about the same subject still {stand}; `--whole` takes all", kept::payloads(more))
        })
        .note_if(documents > 0, || {
            if documents == 1 {
                "1 held document was removed".into()
            } else {
                format!("{documents} held documents were removed")
            }
        })
        .note_if(!left.payloads.is_empty(), || {
            let numbers: Vec<Index> = left.payloads.iter().map(|repeat| repeat.number).collect();
            format!("the words are still repeated in {}", listed(&numbers))
        })
        .next("`onrecord audit` counts it as erased by an entry that says so")
        .recorded(cx, &receipt, &proposals)
}

/// Takes the words from wherever they stand. Payloads come last: while they hold the words, the next command that writes sees
/// that not all was done, and does it. Returns the documents removed.
fn empty(writer: &mut Writer, cx: &Context<'_>, folder: &Path) -> Result<Vec<Digest>, CliError> {
    let places = cx.search_places(folder, &writer.ledger);
    let indexed: Vec<_> = places.into_iter().filter(|place| place.exists()).collect();
    indexed.iter().try_for_each(|place| search::remove(place))?;
    let removed = writer.ledger.empty_erased()?.documents;
    for place in indexed {
        drop(search::Search::open(&writer.ledger, &[place], cx.notify())?);
    }
    Ok(removed)
}

/// The entry that erases stands, and the words may too: the opposite of what a failed commit says.
fn unemptied(receipt: &Receipt, error: CliError) -> CliError {
    let what = format!("the erasure is on record as #{}, but the words may still be in some files here", receipt.base);
    let CliError { message, causes, hints, .. } = error;
    let message = message.strip_suffix("; nothing was recorded").unwrap_or(&message).to_owned();
    let error = causes.into_iter().fold(CliError::cannot_run(what).cause(message), CliError::cause);
    let error = error.hint("the next command that writes takes them away, `onrecord note 0 …` for instance");
    hints.into_iter().filter(|hint| !hint.contains("repeat")).fold(error, CliError::hint)
}

fn listed(numbers: &[Index]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What repeats the words: shown, and taken in or left. What is left comes back.
fn decide(
    args: &Args,
    cx: &Context<'_>,
    ledger: &Ledger,
    targets: &mut Vec<Index>,
    ask: bool,
) -> Result<Repeats, CliError> {
    let all = args.also.iter().any(|name| name == "all");
    for name in args.also.iter().filter(|name| *name != "all") {
        let index = kept::targets(ledger, std::slice::from_ref(name), false)?;
        targets.extend(index.into_iter().filter(|index| !targets.contains(index)).collect::<Vec<_>>());
    }
    let mut repeats = repeats::find(ledger, targets)?;
    if all {
        // What is taken in may be repeated elsewhere in turn.
        while !repeats.payloads.is_empty() {
            targets.extend(repeats.payloads.iter().map(|repeat| repeat.number));
            repeats = repeats::find(ledger, targets)?;
        }
    }
    targets.sort_unstable();
    if repeats.payloads.is_empty() {
        return Ok(repeats);
    }
    if args.only {
        return Ok(repeats);
    }
    let lines = shown(cx, ledger, &repeats)?;
    if !ask {
        let n = repeat(repeats.payloads.len());
        let error = CliError::bad_input(format!("{n} the words, and nothing was erased"));
        let numbers: Vec<String> = repeats.payloads.iter().map(|repeat| repeat.number.0.to_string()).collect();
        return Err(lines
            .into_iter()
            .fold(error, CliError::cause)
            .hint(format!(
                "`--also {}` erases them too, `--also all` these and what repeats them in turn",
                numbers.join(",")
            ))
            .hint("`--only` leaves them as they are"));
    }
    for line in &lines {
        cx.out.note(format!("  {line}"));
    }
    let n = repeat(repeats.payloads.len());
    if prompt::agrees(&format!("{n} the words. Erase them too?")) {
        targets.extend(repeats.payloads.drain(..).map(|repeat| repeat.number));
        targets.sort_unstable();
    }
    Ok(repeats)
}

fn repeat(count: usize) -> String {
    if count == 1 { "1 other payload repeats".to_owned() } else { format!("{count} other payloads repeat") }
}

fn shown(cx: &Context<'_>, ledger: &Ledger, repeats: &Repeats) -> Result<Vec<String>, CliError> {
    let mut lines = Vec::new();
    for repeat in repeats.payloads.iter().take(SHOWN) {
        let words = repeat
            .words
            .first()
            .map_or_else(|| "another wording of the claim".to_owned(), |words| format!("\"{}\"", brief(words, 50)));
        lines.push(format!("{}: {words}", kept::line(ledger, repeat.number, cx.out.width.saturating_sub(55))?));
    }
    if repeats.payloads.len() > SHOWN {
        lines.push(format!("… and {} more", repeats.payloads.len() - SHOWN));
    }
    for name in &repeats.names {
        let named: Vec<String> = name.entries.iter().map(ToString::to_string).collect();
        let more =
            if name.total > named.len() { format!(" and {} more", name.total - named.len()) } else { String::new() };
        lines.push(format!("\"{}\" stands in {}{more} too", brief(&name.words, 50), named.join(", ")));
    }
    Ok(lines)
}

/// Remembers, outside the ledger, what is about to go.
fn remember(writer: &Writer, cx: &Context<'_>, targets: &[Index]) -> Result<(), CliError> {
    let id = writer.ledger.id();
    let mut erased = Erased::load(&cx.folders, &id)?;
    for target in targets {
        if let Some(event) = writer.ledger.entry(*target)?.event()? {
            erased.remember(&cx.folders, &event)?;
        }
    }
    erased.save(&cx.folders, &id)
}

/// Refuses, or asks about, what says what was erased. Whoever means it says so with `--record-erased`.
///
/// # Errors
/// When something was erased before and nobody agrees.
pub fn ask_first(cx: &Context<'_>, ledger: &Ledger, proposals: &[crate::entry::Proposal]) -> Result<(), CliError> {
    if cx.global.record_erased {
        return Ok(());
    }
    let again = Erased::load(&cx.folders, &ledger.id())?.among(proposals);
    let Some(first) = again.first() else { return Ok(()) };
    let n = if again.len() == 1 { "1 thing says".to_owned() } else { format!("{} things say", again.len()) };
    let what = format!("{n} what was erased from this ledger");
    let kinds: Vec<&str> = again.iter().map(|k| proposals[*k].event.kind().as_str()).collect();
    if prompt::is_possible() && !cx.out.json {
        let gist = crate::exchange::gist::gist(&proposals[*first].event);
        cx.out.note(format!("{what}: {}", brief(&gist, cx.out.width.saturating_sub(50))));
        if prompt::agrees("Record it again all the same?") {
            return Ok(());
        }
    }
    Err(CliError::bad_input(format!("{what}; nothing was recorded"))
        .cause(format!("as {}", kinds.join(", ")))
        .hint("`onrecord history --kind payload-erased` says on what ground it was erased")
        .hint("`--record-erased` records it all the same"))
}
