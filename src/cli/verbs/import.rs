//! `onrecord import`: take over what others have checked, originals kept.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::cli::capture::{self, Fields};
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::import_report::{FileReport, Report};
use crate::cli::mapping::{self, Map};
use crate::cli::output::counted;
use crate::cli::own_files::{self, OwnFile};
use crate::cli::takeover::{self, How, Taken};
use crate::cli::takeover_own::{self, Other};
use crate::exchange::import::foreign::Source;
use crate::exchange::import::{self, ImportError, Plan, Rejected};
use crate::hash::{Digest, Index};
use crate::text::printable_line;

crate::vocabulary! {
    /// What can be taken over.
    Format, "format of an import" {
        /// schema.org `ClaimReview`: JSON-LD, pages that carry it, data feeds, rows of the fact-check search API.
        ClaimReview = "claimreview",
        /// A table with a heading row, and a mapping.
        Csv = "csv",
        /// JSON Lines: a claim set of another ledger of ours, or anything with a mapping of keys.
        Jsonl = "jsonl",
        /// `AVeriTeC`'s records.
        Averitec = "averitec",
        /// Claims of another ledger with their proofs.
        Bundle = "bundle",
    }
}

/// Take over what others have checked.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Each file is kept byte for byte, as a document of its own; each claim points at its record in it. A rating of another desk
becomes evidence of class fact-check, with its label and number as written there. It is never a verdict of this ledger, and
no finding rests on it before somebody here has judged the source. A record that cannot be taken over is named with its
reason, and the others go in; `--strict` takes all or nothing. What is on record already is not recorded again, so the same
command goes on after an interruption.

  onrecord import --format claimreview review.html feed.json
  onrecord import --format csv --map-template reviews.csv > reviews.toml
  onrecord import --format csv reviews.csv --map reviews.toml --dry-run")]
pub struct Args {
    /// Files to take over
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// claimreview (JSON-LD, pages with it, feeds, rows of the search API), csv, jsonl, averitec or bundle
    #[arg(long, value_parser = crate::cli::parse::words(Format::ALL, Format::as_str))]
    pub format: Format,
    /// For csv and jsonl: a file that says which column or key is what
    #[arg(long, value_name = "FILE.toml")]
    pub map: Option<PathBuf>,
    /// Print a mapping to fill in, for the columns of the file
    #[arg(long, conflicts_with_all = ["map", "strict", "dry_run", "resume"])]
    pub map_template: bool,
    /// All records or none
    #[arg(long)]
    pub strict: bool,
    /// Say what would be recorded, and record nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Go on behind the last record of the file that is on record, without comparing those before it
    #[arg(long)]
    pub resume: bool,
    /// For claims of another ledger: take its verdicts, publications and corrections over as one's own. For two ledgers of
    /// one desk; without it a verdict comes in as that desk's rating
    #[arg(long)]
    pub as_ours: bool,
    /// For claims of another ledger: its name, where the file's head (FILE.meta.json) is not beside it
    #[arg(long, value_name = "NAME")]
    pub origin: Option<String>,
    /// For a bundle: whom to trust, a C2SP tlog-policy file or the log's verifier key; without it, the keys remembered
    #[arg(long, value_name = "POLICY|KEY")]
    pub trust: Option<String>,
    /// What is known of the file as a document
    #[command(flatten)]
    pub fields: Fields,
}

/// A file that was read and planned.
struct Planned<'a> {
    path: &'a Path,
    sha256: Digest,
    what: What,
}

/// What is in a file.
enum What {
    /// Records of others.
    Foreign(Plan),
    /// Claims of another ledger of ours.
    Own(OwnFile),
}

impl What {
    fn rejected(&self) -> &[Rejected] {
        match self {
            Self::Foreign(plan) => &plan.rejected,
            Self::Own(file) => &file.rejected,
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read or the ledger not be written; with `--strict` also for any record that cannot be taken over.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if args.map_template {
        return template(args, cx);
    }
    if args.files.len() > 1 && (args.fields.url.is_some() || args.fields.title.is_some()) {
        return Err(CliError::usage("one address or title for several files").hint("import them one by one"));
    }
    let map = map(args)?;
    let mut planned = Vec::new();
    for path in &args.files {
        planned.push(plan(path, args, map.as_ref(), cx)?);
    }
    if args.strict {
        refuse_any(&planned)?;
    }
    let mut writer = cx.writer()?;
    let mut report = Report::new(args.dry_run);
    for file in planned {
        report.files.push(record(file, args, &mut writer, cx)?);
    }
    report.size = writer.ledger.size();
    report.root = writer.ledger.root();
    report.print(cx)?;
    report.outcome()
}

fn map(args: &Args) -> Result<Option<Map>, CliError> {
    let needed = matches!(args.format, Format::Csv | Format::Jsonl);
    match (&args.map, needed) {
        (Some(path), true) => mapping::read(path).map(Some),
        (None, false) => Ok(None),
        (Some(_), false) => Err(CliError::usage(format!("format `{}` needs no mapping", args.format))
            .hint("leave `--map` out; csv and jsonl take one")),
        // JSON Lines may be our own, which the file tells.
        (None, true) if args.format == Format::Jsonl => Ok(None),
        (None, true) => Err(no_mapping(args, args.files.first().map_or(Path::new("FILE"), PathBuf::as_path))),
    }
}

fn no_mapping(args: &Args, file: &Path) -> CliError {
    let file = printable_line(&file.display().to_string());
    CliError::usage("which column is what? nothing is guessed from their names")
        .hint(format!(
            "`onrecord import --format {} --map-template {file} > map.toml` prints a mapping to fill in",
            args.format
        ))
        .hint("then the same command with `--map map.toml`")
}

/// Reads a file and plans it; nothing is recorded.
fn plan<'a>(path: &'a Path, args: &Args, map: Option<&Map>, cx: &Context<'_>) -> Result<Planned<'a>, CliError> {
    let bytes = capture::read(path)?;
    let sha256 = Digest::of(&bytes);
    let by = concat!("onrecord ", env!("CARGO_PKG_VERSION"));
    let source = Source { by, format: args.format.as_str(), sha256, today: cx.clock.now().day() };
    if args.format == Format::Jsonl && map.is_none() {
        if !own_files::is_ours(&bytes) {
            return Err(no_mapping(args, path));
        }
        let own = own_files::read(path, &bytes, sha256, by, args.origin.as_deref())?;
        return Ok(Planned { path, sha256, what: What::Own(own) });
    }
    if args.format == Format::Bundle {
        let own = own_files::bundle(&bytes, path, by, args.trust.as_deref(), cx)?;
        return Ok(Planned { path, sha256, what: What::Own(own) });
    }
    let plan = match (args.format, map) {
        (Format::ClaimReview, _) => import::claimreviews(&bytes, &source),
        (Format::Averitec, _) => import::averitecs(&bytes, &source),
        (Format::Csv, Some(map)) => import::tables(&bytes, map.delimiter, &map.mapping, &source),
        (Format::Jsonl, Some(map)) => import::json_lines(&bytes, &map.mapping, &source),
        (Format::Csv | Format::Jsonl | Format::Bundle, _) => {
            return Err(CliError::bug("an import without its mapping"));
        }
    };
    let plan = plan.map_err(|error| unreadable(path, args.format, &error))?;
    Ok(Planned { path, sha256, what: What::Foreign(plan) })
}

fn unreadable(path: &Path, format: Format, error: &ImportError) -> CliError {
    let name = printable_line(&path.display().to_string());
    let cannot = CliError::bad_input(format!("{name} cannot be imported as {format}; nothing was recorded"));
    match error {
        ImportError::Map(wrong) => wrong
            .iter()
            .fold(cannot, |error, w| error.cause(w.to_string()))
            .hint(format!("`onrecord import --format {format} --map-template {name}` prints the columns that it has")),
        ImportError::NotText { .. } => {
            cannot.because(error).hint("convert it to UTF-8 first, and keep the file you had")
        }
        ImportError::Heading(_) => cannot.because(error).hint("give each column a name of its own, on the first line"),
        ImportError::TooLong { .. } => cannot.because(error).hint("split it"),
        ImportError::NotJson { .. } => cannot.because(error).hint("mend that place, or ask whoever made the file"),
        ImportError::Nothing(_) => cannot.because(error).hint("`docs/import.md` says what each format looks like"),
    }
}

/// With `--strict`, any record that cannot be taken over refuses all.
fn refuse_any(planned: &[Planned<'_>]) -> Result<(), CliError> {
    let all: Vec<String> = planned
        .iter()
        .flat_map(|file| {
            let name = printable_line(&file.path.display().to_string());
            file.what.rejected().iter().map(move |r| format!("{name}, {}: {}", r.locator, r.reason))
        })
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    let records = counted(all.len(), "record");
    let error = CliError::bad_input(format!("{records} cannot be taken over; with `--strict` nothing was recorded"));
    Err(all.iter().fold(error, super::super::error::CliError::cause).hint("without `--strict` the others go in"))
}

/// Records what was planned of a file.
fn record(file: Planned<'_>, args: &Args, writer: &mut Writer, cx: &Context<'_>) -> Result<FileReport, CliError> {
    let Planned { path, sha256, what } = file;
    match what {
        What::Foreign(plan) => {
            let (known, entries) = original(path, &sha256, plan.rows.is_empty(), args, writer, cx)?;
            foreign(path, sha256, plan, (known, entries), args, writer, cx)
        }
        What::Own(own) => {
            if own.ledger == Some(writer.ledger.id()) {
                return Err(CliError::bad_input(format!(
                    "{} is of this very ledger",
                    printable_line(&path.display().to_string())
                ))
                .hint("its claims are on record here; `--ledger PATH` names another ledger"));
            }
            if own.origin.is_none() {
                cx.out.note("note: of which ledger the claims are is not known; `--origin NAME` says it");
            }
            let (known, entries) = original(path, &sha256, own.claims.is_empty(), args, writer, cx)?;
            let (as_ours, dry_run) = (args.as_ours, args.dry_run);
            let other = Other { origin: own.origin.clone(), as_ours, today: cx.clock.now().day(), dry_run };
            let mut taken = takeover_own::claims(&own.claims, &other, writer, cx)?;
            taken.entries += entries;
            Ok(FileReport::own(path, sha256, args.format.as_str(), own, known, taken))
        }
    }
}

/// Keeps the original, unless nothing is recorded of it; gives its number and the entries that took.
fn original(
    path: &Path,
    sha256: &Digest,
    empty: bool,
    args: &Args,
    writer: &mut Writer,
    cx: &Context<'_>,
) -> Result<(Option<Index>, u64), CliError> {
    let known = takeover::known(&writer.ledger, sha256)?;
    if args.dry_run || empty {
        return Ok((known, 0));
    }
    let mut fields = args.fields.clone();
    if known.is_none() && fields.title.is_none() {
        fields.title = path.file_name().map(|n| printable_line(&n.to_string_lossy()));
    }
    fields.how = fields.how.or_else(|| Some(format!("imported as {}", args.format)));
    let (number, made) = takeover::original(path, &fields, writer, cx)?;
    Ok((Some(number), made))
}

/// Records what others checked.
fn foreign(
    path: &Path,
    sha256: Digest,
    plan: Plan,
    (known, entries): (Option<Index>, u64),
    args: &Args,
    writer: &mut Writer,
    cx: &Context<'_>,
) -> Result<FileReport, CliError> {
    let bar = ProgressBar::new(plan.rows.len() as u64);
    bar.set_draw_target(if cx.out.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    let shown = Cell::new(false);
    let progress = |done: usize| {
        // What is done in one commit needs no bar.
        if shown.replace(true) || done < plan.rows.len() {
            bar.set_position(done as u64);
        }
    };
    let how = How { dry_run: args.dry_run, resume: args.resume };
    let taken = takeover::rows(&plan.rows, known, how, writer, cx, &progress);
    bar.finish_and_clear();
    let mut taken: Taken = taken?;
    taken.entries += entries;
    Ok(FileReport::new(path, sha256, args.format.as_str(), plan, taken))
}

/// Prints a mapping to fill in.
fn template(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let [path] = args.files.as_slice() else {
        return Err(CliError::usage("a mapping is for one file's columns").hint("name one of the files"));
    };
    let bytes = capture::read(path)?;
    let columns = match args.format {
        Format::Csv => import::columns(&bytes, b','),
        Format::Jsonl => import::keys(&bytes),
        other => {
            return Err(CliError::usage(format!("format `{other}` needs no mapping")).hint("csv and jsonl take one"));
        }
    };
    let columns = columns.map_err(|error| unreadable(path, args.format, &error))?;
    let text = import::map::template(&columns);
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "columns": columns, "template": text }))?;
    } else {
        cx.out.raw(text.as_bytes())?;
    }
    Ok(Exit::Done)
}
