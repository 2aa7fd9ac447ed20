//! `onrecord audit`: everything derived again, every problem reported.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::audit::{Cosignature, Options, Outcome, Place, Problem, Remembered, Report, Scope, Weight, audit};
use crate::cli::config::Settings;
use crate::cli::context::{Context, open_store};
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{Output, Tone, counted};
use crate::cli::seen;
use crate::ledger::memory::{FileMemory, Memory as _};
use crate::ledger::record::identify;
use crate::store::{Cell as StoreCell, StoreRead as _};
use crate::text::printable_line;
use crate::time::Timestamp;
use crate::tlog::key::Verifier;

/// Problems of one code that are printed without `--all`.
const SHOWN: usize = 3;
/// Largest checkpoint file given with `--against`, in bytes.
const MAX_CHECKPOINT: u64 = 65_536;

/// Re-derive everything and report every problem.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Exit code 0: holds. 1: does not hold. 4: cannot be determined. Warnings and notes leave 0.
`onrecord explain CODE` says what a code means and what to do.")]
pub struct Args {
    /// Checkpoints seen before, which the ledger must extend
    #[arg(long, value_name = "CHECKPOINT", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// Integrity alone
    #[arg(long, conflicts_with = "lint_only")]
    pub no_lint: bool,
    /// The editorial lint alone
    #[arg(long)]
    pub lint_only: bool,
    /// What lies here is a public copy or a replica: what it does not have cannot be determined, and is no problem of it
    #[arg(long)]
    pub copy: bool,
    /// Print every problem, not only the first of each kind
    #[arg(long)]
    pub all: bool,
}

/// Runs the verb.
///
/// # Errors
/// When the folder cannot be read at all; damage is a result.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let folder = cx.ledger_folder()?;
    let scope = match (args.no_lint, args.lint_only) {
        (true, _) => Scope::WithoutLint,
        (_, true) => Scope::LintOnly,
        _ => Scope::All,
    };
    let against = args.against.iter().map(|path| read_checkpoint(path)).collect::<Result<Vec<_>, _>>()?;
    let report = run_in(&folder, scope, if args.copy { Place::Replica } else { Place::default() }, &against, cx)?;
    if cx.out.json {
        cx.out.json(&report.view())?;
    } else {
        print(&report, args.all, &cx.out)?;
    }
    Ok(match report.exit_code() {
        0 => Exit::Done,
        1 => Exit::DoesNotHold,
        _ => Exit::CannotBeDetermined,
    })
}

fn read_checkpoint(path: &Path) -> Result<(String, Vec<u8>), CliError> {
    let cannot = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    if fs::metadata(path).map_err(|e| cannot(&e))?.len() > MAX_CHECKPOINT {
        return Err(CliError::bad_input(format!("{} is too long for a checkpoint", path.display())));
    }
    Ok((path.display().to_string(), fs::read(path).map_err(|e| cannot(&e))?))
}

/// Audits the ledger in a folder, with what this user remembers of it.
///
/// # Errors
/// When the folder cannot be read at all.
pub fn run_on(
    folder: &Path,
    scope: Scope,
    against: &[(String, Vec<u8>)],
    cx: &Context<'_>,
) -> Result<Report, CliError> {
    run_in(folder, scope, Place::default(), against, cx)
}

fn run_in(
    folder: &Path,
    scope: Scope,
    place: Place,
    against: &[(String, Vec<u8>)],
    cx: &Context<'_>,
) -> Result<Report, CliError> {
    let store = open_store(folder)?;
    let id = identify(&store);
    let mut remembered = None;
    let mut trusted: Vec<Verifier> = Vec::new();
    let mut kept = against.to_vec();
    if let Some(id) = &id {
        kept.extend(seen::for_audit(cx, id));
        let memory = FileMemory::new(cx.folders.memory(id)).load().map_err(|e| {
            CliError::cannot_run("what was seen of this ledger before cannot be read")
                .because(&e)
                .hint("the file lies in the state folder; moving it away gives the memory up")
        })?;
        remembered = memory.map(|m| Remembered { size: m.size, root: m.root });
        if let Some(settings) = Settings::load(&cx.folders, id)? {
            let witnesses = settings.witnesses.iter().map(|witness| &witness.vkey);
            trusted = settings.trusted.iter().chain(witnesses).filter_map(|key| key.parse().ok()).collect();
        }
    }
    let bar = ProgressBar::new(0);
    bar.set_draw_target(if cx.out.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
    let shown = Cell::new(false);
    let progress = |done: u64, all: u64| {
        // A ledger that is audited within a second needs no bar.
        if all > 100_000 {
            if !shown.replace(true) {
                bar.set_length(all);
            }
            bar.set_position(done);
        }
    };
    let options = Options {
        scope,
        place,
        against: &kept,
        remembered,
        trusted: &trusted,
        progress: Some(&progress),
        ..Options::default()
    };
    let report = audit(&*store, &options)
        .map_err(|e| CliError::cannot_run(format!("{} cannot be audited", folder.display())).because(&e));
    bar.finish_and_clear();
    let report = report?;
    if let (Some(id), Outcome::Holds, Ok(Some(note))) = (&id, report.outcome, store.read(StoreCell::Checkpoint)) {
        seen::remember_now(cx, id, &note);
    }
    Ok(report)
}

/// Prints a report for a person.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(report: &Report, all: bool, out: &Output) -> Result<(), CliError> {
    let mut of_code = 0;
    let mut last = None;
    for problem in report.problems() {
        of_code = if last == Some(problem.code) { of_code + 1 } else { 1 };
        last = Some(problem.code);
        if all || of_code <= SHOWN {
            out.line(line(problem, out))?;
        }
        let total = report.summary().iter().find(|(code, _)| *code == problem.code).map_or(0, |(_, n)| *n);
        if !all && of_code == SHOWN + 1 {
            let more = total - SHOWN as u64;
            out.line(out.tone(Tone::Faint, &format!("     … {} and {more} more (`--all` shows them)", problem.code)))?;
        }
    }
    out.line(verdict(report, out))?;
    let c = &report.counts;
    out.line(format!(
        "  {}, {}, {} held with {}, {} not held, {} withheld, {} erased",
        counted(c.entries, "entry"),
        counted(c.signatures, "signature"),
        counted(c.held, "document"),
        counted(c.anchors, "anchor"),
        c.not_held,
        c.withheld.saturating_sub(c.erased),
        c.erased
    ))?;
    report.cosigned.iter().try_for_each(|one| out.line(cosigned(one)))?;
    let of = |weight, name| counted(report.count(weight), name);
    let (errors, undetermined) = (of(Weight::Error, "error"), report.count(Weight::Undetermined));
    let (warnings, notes) = (of(Weight::Warning, "warning"), of(Weight::Info, "note"));
    out.line(format!("  {errors}, {undetermined} undetermined, {warnings}, {notes}"))?;
    if let Some((code, _)) = report.summary().first() {
        out.note(format!("`onrecord explain {code}` says what a code means and what to do"));
    }
    Ok(())
}

/// A cosignature as a line.
fn cosigned(one: &Cosignature) -> String {
    let (name, size) = (printable_line(&one.witness), counted(one.size, "entry"));
    match (one.outcome, one.time) {
        (Outcome::Holds, Some(time)) => format!("  cosigned at {size} by {name} on {}", moment(time)),
        (Outcome::DoesNotHold, _) => format!("  the cosignature at {size} by {name} does not hold"),
        _ => format!(
            "  a cosignature at {size} by {name} cannot be judged: its key is not known here (`onrecord witness add`)"
        ),
    }
}

/// A time of a witness, in seconds since 1970.
pub fn moment(time: u64) -> String {
    let millis = i64::try_from(time).ok().and_then(|t| t.checked_mul(1_000));
    let known = millis.and_then(Timestamp::from_millis).map(|t| t.to_string().replace(".000Z", "Z"));
    known.unwrap_or_else(|| format!("second {time} since 1970"))
}

/// The outcome as a line.
pub fn verdict(report: &Report, out: &Output) -> String {
    let origin = report.origin.as_deref().map_or_else(|| "the ledger".into(), printable_line);
    let root = report.root.map_or_else(|| "no root".into(), |r| format!("root {r}"));
    let (tone, word) = match report.outcome {
        Outcome::Holds => (Tone::Good, "holds"),
        Outcome::DoesNotHold => (Tone::Bad, "does not hold"),
        Outcome::CannotBeDetermined => (Tone::Care, "cannot be determined"),
    };
    format!("{origin} at {}, {root}: {}", counted(report.size, "entry"), out.tone(tone, word))
}

/// A problem as a line.
pub fn line(problem: &Problem, out: &Output) -> String {
    let tone = match problem.code.weight() {
        Weight::Error => Tone::Bad,
        Weight::Undetermined | Weight::Warning => Tone::Care,
        Weight::Info => Tone::Faint,
    };
    let number = problem.number.map_or(String::new(), |n| format!(" {n}"));
    let path = problem.path.as_deref().map_or(String::new(), |p| format!(" {}", printable_line(p)));
    let head = format!("{} {}{number}{path}", problem.code, problem.code.weight().severity());
    let text = format!("{}: {}", problem.code.title(), printable_line(&problem.detail));
    format!("{}  {text}", out.tone(tone, &head))
}
