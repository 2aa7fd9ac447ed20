//! `onrecord export`: claim sets for others. The same ledger at the same size with the same options gives the same
//! bytes.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::answers::find::{self, Sources};
use crate::claim::vocab::Workflow;
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::write;
use crate::entry::{ClaimState, DocumentState, Fall, LedgerState};
use crate::exchange::reread::{self, Reread};
use crate::exchange::{csv, jsonl};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::query::Query;
use crate::text::{nearest, printable_line};
use crate::time::{Day, Timestamp};
use crate::view::{self, ClaimView};

/// Formats that are meant to come.
const LATER: &[&str] =
    &["claimreview", "nanopub", "prov", "annotation", "datapackage", "parquet", "markdown", "html", "bundle"];

/// Write claim sets for others.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "A verified claim set holds every claim with a verdict in force, whatever its finding. PATH.meta.json \
    beside it says of which ledger and tree it is, and counts what was left out and why. The same size and options give \
    the same bytes.\n\nExample: onrecord export finding:conflicting --format csv --out conflicting.csv"
)]
pub struct Args {
    /// Which: words and field:value filters, as in `list`; one that begins with `-` comes last, after `--`
    #[arg(value_name = "QUERY", value_parser = asked::Words, hide_possible_values = true)]
    pub query: Vec<String>,
    /// jsonl (everything of a claim) or csv (one row a claim)
    #[arg(long)]
    pub format: String,
    /// Where to write it
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// As the ledger was: a tree size, a day (its end), or a time such as 2026-11-22T07:12Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub as_of: Option<String>,
    /// Unverified, withdrawn and retracted claims too
    #[arg(long)]
    pub all: bool,
}

/// What can be written today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Jsonl,
    Csv,
}

/// What goes beside a claim set.
#[derive(Debug, Serialize)]
struct Meta {
    onrecord: u32,
    origin: String,
    id: Digest,
    size: u64,
    root: Digest,
    /// The signed note over exactly this tree; `null` where the ledger has grown since.
    checkpoint: Option<String>,
    format: Format,
    file: String,
    bytes: u64,
    sha256: Digest,
    query: String,
    all: bool,
    claims: u64,
    second_read: u64,
    published: u64,
    left_out: LeftOut,
    /// Time of the last entry.
    exported_at: Option<Timestamp>,
    notes: Vec<&'static str>,
}

/// Claims that fit the query and are not in the set, by why.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct LeftOut {
    unverified: u64,
    withheld: u64,
    withdrawn: u64,
    retracted: u64,
}

/// What was counted while writing.
#[derive(Debug, Default)]
struct Counts {
    claims: u64,
    second_read: u64,
    published: u64,
    left_out: LeftOut,
}

/// The ledger without what is no part of the record: whether the desk holds a document's bytes is not, and would make
/// two exports of one tree differ.
struct Record<'a>(&'a Ledger);

impl view::Context for Record<'_> {
    fn document(&self, number: Index) -> Option<DocumentState> {
        view::Context::document(self.0, number)
    }

    fn held(&self, _: &Digest) -> bool {
        false
    }

    fn ledger(&self) -> &LedgerState {
        self.0.state()
    }

    fn fallen_under(&self, claim: &ClaimState) -> Vec<Fall> {
        view::Context::fallen_under(self.0, claim)
    }
}

/// Runs the verb.
///
/// # Errors
/// When the format or query cannot be understood, the ledger not be read, or the file not be written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let format = format(&args.format)?;
    let query = asked::query(&args.query)?;
    let ledger = asked::as_of(cx.ledger()?, args.as_of.as_deref())?;
    asked::known_agents(&query, &ledger)?;
    let file = args.out.file_name().ok_or_else(|| {
        CliError::usage(format!("{} is no file name", args.out.display())).hint("such as `--out claims.jsonl`")
    })?;
    let file = file.to_string_lossy().into_owned();
    let search = cx.search_for(&query, &ledger);
    let sources = Sources::new(&ledger, search.as_ref());
    let counts = write::stream(&args.out, |out| {
        if format == Format::Csv {
            out(&csv::heading())?;
        }
        claims(sources, &ledger, &query, args.all, cx.clock.now().day(), &mut |view| match format {
            Format::Jsonl => out(&jsonl::line(view)),
            Format::Csv => out(&csv::row(view)),
        })
    })?;
    let read = check(&args.out, format, counts.claims)?;
    let checkpoint = ledger.reader().note().filter(|_| ledger.reader().size() == ledger.size());
    let meta = Meta {
        onrecord: 1,
        origin: ledger.origin().to_owned(),
        id: ledger.id(),
        size: ledger.size(),
        root: ledger.root(),
        checkpoint: checkpoint.map(|note| String::from_utf8_lossy(note).into_owned()),
        format,
        file,
        bytes: read.bytes,
        sha256: read.sha256,
        query: args.query.join(" "),
        all: args.all,
        claims: counts.claims,
        second_read: counts.second_read,
        published: counts.published,
        left_out: counts.left_out,
        exported_at: ledger.state().last_time,
        notes: vec!["bytes of documents are no part of a claim set; `held` is false throughout"],
    };
    let path = beside(&args.out);
    let mut bytes =
        serde_json::to_vec_pretty(&meta).map_err(|e| CliError::bug(format!("the head cannot be written: {e}")))?;
    bytes.push(b'\n');
    write::file(&path, &bytes)?;
    tell(&meta, &args.out, &path, cx)?;
    Ok(Exit::Done)
}

fn format(text: &str) -> Result<Format, CliError> {
    match text {
        "jsonl" => Ok(Format::Jsonl),
        "csv" => Ok(Format::Csv),
        later if LATER.contains(&later) => Err(CliError::usage(format!("format `{later}` is not there yet"))
            .hint("today: `--format jsonl`, `--format csv`")),
        other => {
            let error = CliError::usage(format!("there is no format `{}`", printable_line(other)));
            let known = ["jsonl", "csv"];
            Err(match nearest(other, known) {
                Some(near) => error.hint(format!("did you mean `{near}`? today: jsonl, csv")),
                None => error.hint("today: `--format jsonl`, `--format csv`"),
            })
        }
    }
}

/// Hands on every claim of the set, by number, one at a time.
fn claims(
    sources: Sources<'_>,
    ledger: &Ledger,
    query: &Query,
    all: bool,
    today: Day,
    out: &mut dyn FnMut(&ClaimView) -> Result<(), CliError>,
) -> Result<Counts, CliError> {
    let mut counts = Counts::default();
    find::each::<CliError>(sources, query, usize::MAX, &mut |claim| {
        let claim = claim.without_withheld(today);
        let view = ClaimView::new(&claim, &Record(ledger));
        let left = &mut counts.left_out;
        let why = if view.statement.is_none() || view.finding == "withheld" || view.state.is_none() {
            // What is withheld stays out, whoever asks.
            Some((&mut left.withheld, true))
        } else if view.state == Some(Workflow::Retracted) {
            Some((&mut left.retracted, false))
        } else if view.state == Some(Workflow::Withdrawn) {
            Some((&mut left.withdrawn, false))
        } else if view.finding == "unverified" {
            Some((&mut left.unverified, false))
        } else {
            None
        };
        if let Some((count, always)) = why
            && (always || !all)
        {
            *count += 1;
            return Ok(());
        }
        out(&view)?;
        counts.claims += 1;
        counts.second_read += u64::from(view.second_read);
        counts.published += u64::from(view.published);
        Ok(())
    })?;
    Ok(counts)
}

/// Reads the file back and holds it against what was counted.
fn check(path: &Path, format: Format, claims: u64) -> Result<Reread, CliError> {
    let bad = |e: &dyn std::error::Error| {
        CliError::cannot_run(format!("{} was written, but does not read back as it should", path.display()))
            .because(e)
            .hint("do not use the file; is the disk sound?")
    };
    let file = BufReader::new(File::open(path).map_err(|e| bad(&e))?);
    let read = match format {
        Format::Jsonl => reread::jsonl(file),
        Format::Csv => reread::csv(file),
    };
    let read = read.map_err(|e| bad(&e))?;
    if read.claims != claims {
        return Err(CliError::cannot_run(format!(
            "{} holds {} claims, and {claims} were written",
            path.display(),
            read.claims
        ))
        .hint("does another program write to it? export again"));
    }
    Ok(read)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".meta.json");
    PathBuf::from(name)
}

fn tell(meta: &Meta, out: &Path, beside: &Path, cx: &Context<'_>) -> Result<(), CliError> {
    if cx.out.json {
        return cx.out.json(meta);
    }
    let claims = if meta.claims == 1 { "claim" } else { "claims" };
    cx.out.line(format!("{}: {} {claims}, {} bytes; read back: done", out.display(), meta.claims, meta.bytes))?;
    cx.out.line(format!("  second-read  {}", meta.second_read))?;
    cx.out.line(format!("  published    {}", meta.published))?;
    let left = &meta.left_out;
    let counts = [
        (left.unverified, "unverified"),
        (left.withheld, "withheld"),
        (left.withdrawn, "withdrawn"),
        (left.retracted, "retracted"),
    ];
    let text: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
    cx.out.line(format!("  left out     {}", if text.is_empty() { "nothing".into() } else { text.join(", ") }))?;
    cx.out.line(format!("  sha256       {}", meta.sha256))?;
    cx.out.line(format!("  of the tree  size {}, root {}", meta.size, meta.root))?;
    cx.out.note(format!("head: {}", beside.display()));
    if meta.claims > 0 && meta.second_read == 0 {
        cx.out.note("none of them is second-read: no other agent has approved a verdict");
    }
    Ok(())
}
