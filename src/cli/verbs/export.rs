//! `onrecord export`: claim sets for others. The same ledger at the same size with the same options gives the same
//! bytes.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use serde::Serialize;

use crate::answers::find::Sources;
use crate::answers::set::{self, Choice};
use crate::cli::asked;
use crate::cli::config::Settings;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::cli::progress::Progress;
use crate::cli::write;
use crate::exchange::format::{Counts, FolderFormat, Format, FormatError, Head, HeadAt, Options, Partition, Writer};
use crate::exchange::iri::Base;
use crate::exchange::registry::{self, Entry};
use crate::exchange::reread::Reread;
use crate::hash::Digest;
use crate::ledger::{Ledger, ReadError};
use crate::text::{nearest, printable_line};

/// Write claim sets for others.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("\
Formats:
{}

A verified claim set holds every claim with a verdict in force, whatever its finding. The head of an export says of which
ledger and tree it is, and counts what was left out and why; where a format has no place for it, it goes to
PATH.meta.json. The same size and options give the same bytes.

Examples:
  onrecord export --format jsonl --out claims.jsonl
  onrecord export finding:conflicting --format csv --out conflicting.csv", registry::summary()))]
pub struct Args {
    /// Which: words and field:value filters, as in `list`; one that begins with `-` comes last, after `--`
    #[arg(value_name = "QUERY", value_parser = asked::Words, hide_possible_values = true)]
    pub query: Vec<String>,
    /// One of the formats below
    #[arg(long, value_parser = Formats, hide_possible_values = true)]
    pub format: String,
    /// Where to write it: a file, or a folder for formats that are one
    #[arg(long, value_name = "PATH")]
    pub out: PathBuf,
    /// As the ledger was: a tree size, a day (its end), or a time such as 2026-11-22T07:12Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub as_of: Option<String>,
    /// Unverified, withdrawn and retracted claims too
    #[arg(long)]
    pub all: bool,
    /// Only published claims, and of them only what is public: no contacts, no notes, nothing of who works on what
    #[arg(long)]
    pub public: bool,
    /// Address under which the things of the ledger are named, such as `https://desk.example/claims/`; without it, `base` in
    /// the settings for this ledger, else its name as an address
    #[arg(long, value_name = "IRI")]
    pub base: Option<String>,
    /// csv, datapackage: an apostrophe before what a spreadsheet would take for a formula
    #[arg(long)]
    pub spreadsheet_safe: bool,
    /// claimreview: a folder with one page a claim that carries its review
    #[arg(long)]
    pub page: bool,
    /// parquet: a folder of files, one for each document or for each month of recording
    #[arg(long, value_name = "BY", value_parser = ["document", "month"])]
    pub partition: Option<String>,
}

/// Takes any name of a format; tells a shell what there is.
#[derive(Clone)]
struct Formats;

impl TypedValueParser for Formats {
    type Value = String;

    fn parse_ref(
        &self,
        cmd: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        StringValueParser::new().parse_ref(cmd, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(registry::FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.help))))
    }
}

/// What goes beside a claim set, and what `--json` prints.
#[derive(Debug, Serialize)]
struct Meta<'a> {
    onrecord: u32,
    format: &'static str,
    file: String,
    bytes: u64,
    /// Of the file; of a folder, of the file that names the others.
    sha256: Digest,
    // The head and the counts, by name: what is stored is not flattened.
    origin: &'a str,
    id: Digest,
    size: u64,
    root: Digest,
    checkpoint: Option<&'a str>,
    exported_at: Option<crate::time::Timestamp>,
    query: &'a str,
    all: bool,
    public: bool,
    base: &'a str,
    /// Whether cells that a spreadsheet would take for a formula begin with an apostrophe.
    #[serde(skip_serializing_if = "Option::is_none")]
    spreadsheet_safe: Option<bool>,
    claims: u64,
    second_read: u64,
    published: u64,
    left_out: crate::exchange::format::LeftOut,
    skipped: &'a std::collections::BTreeMap<&'static str, u64>,
    notes: Vec<&'static str>,
}

/// Runs the verb.
///
/// # Errors
/// When format, query or base cannot be understood, the ledger not be read, or the file not be written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let format = format(args)?;
    let query = asked::query(&args.query)?;
    let file = args.out.file_name().ok_or_else(|| {
        CliError::usage(format!("{} is no file name", args.out.display()))
            .hint(format!("such as `--out {}`", format.example))
    })?;
    let ledger = asked::as_of(cx.ledger()?, args.as_of.as_deref())?;
    asked::known_agents(&query, &ledger)?;
    let base = base(args.base.as_deref(), &ledger, cx)?;
    let search = cx.search_for(&query, &ledger);
    let sources = Sources::new(&ledger, search.as_ref());
    let public = args.public || format.public_only;
    let choice = Choice { query: &query, all: args.all, public, today: cx.clock.now().day() };
    let head = Head::of(&ledger, args.query.join(" "), args.all, public, base);
    let partition = args.partition.as_deref().map(|by| match by {
        "month" => Partition::Month,
        _ => Partition::Document,
    });
    let (spreadsheet_safe, page, today) = (args.spreadsheet_safe, args.page, choice.today);
    let options = Options { ledger: &ledger, public, today, spreadsheet_safe, page, partition };
    let made = (format.make)(&options).map_err(|e| told(e, &args.out))?;
    let counts = written(made.writer, sources, choice, &head, &args.out, cx)?;
    let read = check(&args.out, made.reread, counts.claims)?;
    let mut meta = meta(format, file.to_string_lossy().into_owned(), &head, &counts, &read);
    meta.spreadsheet_safe = format.takes.contains(&"spreadsheet-safe").then_some(args.spreadsheet_safe);
    let beside = (made.head == HeadAt::Beside).then(|| beside(&args.out));
    if let Some(path) = &beside {
        let mut bytes =
            serde_json::to_vec_pretty(&meta).map_err(|e| CliError::bug(format!("the head cannot be written: {e}")))?;
        bytes.push(b'\n');
        write::file(path, &bytes)?;
    }
    tell(&meta, &args.out, beside.as_deref(), cx)?;
    Ok(Exit::Done)
}

/// The format, and whether every option given concerns it.
fn format(args: &Args) -> Result<&'static Entry, CliError> {
    let name = args.format.as_str();
    let Some(format) = registry::named(name) else {
        let error = CliError::usage(format!("there is no format `{}`", printable_line(name)));
        return Err(match nearest(name, registry::FORMATS.iter().map(|format| format.name)) {
            Some(near) => error.hint(format!("did you mean `{near}`? there are: {}", registry::names())),
            None => error.hint(format!("there are: {}", registry::names())),
        });
    };
    for (given, option) in
        [(args.spreadsheet_safe, "spreadsheet-safe"), (args.page, "page"), (args.partition.is_some(), "partition")]
    {
        if given && !format.takes.contains(&option) {
            let takes = registry::FORMATS.iter().filter(|f| f.takes.contains(&option)).map(|f| f.name);
            return Err(CliError::usage(format!("`--{option}` means nothing for {name}"))
                .hint(format!("it is for {}; leave it out", takes.collect::<Vec<_>>().join(", "))));
        }
    }
    Ok(format)
}

fn base(given: Option<&str>, ledger: &Ledger, cx: &Context<'_>) -> Result<Base, CliError> {
    let (text, place) = match given {
        Some(text) => (text.to_owned(), "--base".to_owned()),
        None => match Settings::load(&cx.folders, &ledger.id())?.and_then(|settings| settings.base) {
            Some(text) => (text, format!("`base` in {}", cx.folders.settings(&ledger.id()).display())),
            None => return Ok(Base::of_origin(ledger.origin())),
        },
    };
    Base::parse(&text).map_err(|e| {
        CliError::bad_input(format!("{place}: `{}` is no address to name things under", printable_line(&text)))
            .because(&e)
            .hint("such as https://desk.example/claims/")
    })
}

/// A set that ended early, for the two kinds of reasons.
enum Stopped {
    Read(ReadError),
    Format(FormatError),
}

impl From<ReadError> for Stopped {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl From<FormatError> for Stopped {
    fn from(error: FormatError) -> Self {
        Self::Format(error)
    }
}

impl Stopped {
    fn told(self, path: &Path) -> CliError {
        match self {
            Self::Read(error) => error.into(),
            Self::Format(error) => told(error, path),
        }
    }
}

/// An error of a format, with the file at which it happened and the next step.
fn told(error: FormatError, path: &Path) -> CliError {
    match error {
        FormatError::Write(error) => write::failed(path, &error),
        FormatError::Read(error) => error.into(),
        FormatError::TooManyParts { .. } => CliError::bad_input(error.to_string())
            .hint("`--partition month` makes fewer parts than `--partition document`"),
        FormatError::TooMany { .. } => CliError::bad_input(error.to_string())
            .hint("narrow the query, or take a format without such a limit: jsonl"),
        FormatError::NotBuilt { .. } => {
            CliError::cannot_run(error.to_string()).hint("install it with `cargo install --path . --all-features`")
        }
        FormatError::Library { .. } => CliError::bug(error.to_string()),
    }
}

fn written(
    writer: Writer<'_>,
    sources: Sources<'_>,
    choice: Choice<'_>,
    head: &Head,
    path: &Path,
    cx: &Context<'_>,
) -> Result<Counts, CliError> {
    let mut progress = Progress::new(head.size, &cx.out);
    let counts = match writer {
        Writer::File(mut format) => write::stream(path, |out| {
            let format: &mut dyn Format = format.as_mut();
            format.begin(head, out).map_err(|e| told(e, path))?;
            let counts = set::write::<Stopped>(sources, choice, format, out, &mut |number| progress.at(number));
            let counts = counts.map_err(|stopped| stopped.told(path))?;
            format.end(head, &counts, out).map_err(|e| told(e, path))?;
            Ok(counts)
        }),
        Writer::Folder(mut format) => write::folder(path, |folder| {
            let format: &mut dyn FolderFormat = format.as_mut();
            format.begin(head, folder).map_err(|e| told(e, path))?;
            let counts = set::each::<Stopped>(sources, choice, &mut |view| {
                progress.at(view.number);
                Ok(format.claim(view)?)
            });
            let counts = counts.map_err(|stopped| stopped.told(path))?;
            format.end(head, &counts).map_err(|e| told(e, path))?;
            Ok(counts)
        }),
    };
    progress.finish();
    counts
}

/// Reads the export back and holds it against what was counted.
fn check(
    path: &Path,
    reread: fn(&Path) -> Result<Reread, crate::exchange::reread::RereadError>,
    claims: u64,
) -> Result<Reread, CliError> {
    let read = reread(path).map_err(|e| {
        CliError::cannot_run(format!("{} was written, but does not read back as it should", path.display()))
            .because(&e)
            .hint("do not use it; is the disk sound?")
    })?;
    if read.claims != claims {
        return Err(CliError::cannot_run(format!(
            "{} holds {}, and {claims} were written",
            path.display(),
            counted(read.claims, "claim")
        ))
        .hint("does another program write to it? export again"));
    }
    Ok(read)
}

fn meta<'a>(format: &Entry, file: String, head: &'a Head, counts: &'a Counts, read: &Reread) -> Meta<'a> {
    Meta {
        onrecord: 1,
        format: format.name,
        file,
        bytes: read.bytes,
        sha256: read.sha256,
        origin: &head.origin,
        id: head.id,
        size: head.size,
        root: head.root,
        checkpoint: head.checkpoint.as_deref(),
        exported_at: head.exported_at,
        query: &head.query,
        all: head.all,
        public: head.public,
        base: head.base.as_str(),
        spreadsheet_safe: None,
        claims: counts.claims,
        second_read: counts.second_read,
        published: counts.published,
        left_out: counts.left_out,
        skipped: &counts.skipped,
        notes: vec!["bytes of documents are no part of a claim set; `held` is false throughout"],
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".meta.json");
    PathBuf::from(name)
}

fn tell(meta: &Meta<'_>, out: &Path, beside: Option<&Path>, cx: &Context<'_>) -> Result<(), CliError> {
    if cx.out.json {
        return cx.out.json(meta);
    }
    let claims = counted(meta.claims, "claim");
    cx.out.line(format!("{}: {claims}, {}; read back: done", out.display(), counted(meta.bytes, "byte")))?;
    cx.out.line(format!("  second-read  {}", meta.second_read))?;
    cx.out.line(format!("  published    {}", meta.published))?;
    let left = &meta.left_out;
    let counts = [
        (left.unverified, "unverified"),
        (left.withheld, "withheld"),
        (left.withdrawn, "withdrawn"),
        (left.retracted, "retracted"),
        (left.not_public, "not public"),
    ];
    let counts = counts.into_iter().chain(meta.skipped.iter().map(|(why, n)| (*n, *why)));
    let text: Vec<String> = counts.filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
    cx.out.line(format!("  left out     {}", if text.is_empty() { "nothing".into() } else { text.join(", ") }))?;
    cx.out.line(format!("  sha256       {}", meta.sha256))?;
    cx.out.line(format!("  of the tree  size {}, root {}", meta.size, meta.root))?;
    if let Some(beside) = beside {
        cx.out.note(format!("head: {}", beside.display()));
    }
    if meta.claims > 0 && meta.second_read == 0 {
        cx.out.note("none of them is second-read: no other agent has approved a verdict");
    }
    if meta.public && meta.claims == 0 && left.not_public > 0 {
        cx.out.note("only published claims are public; `onrecord publish REF…` publishes");
    }
    Ok(())
}
