//! `onrecord add`: claims on record, from claim files or from flags.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::add_one::{self, ByFlags};
use crate::cli::alike::{self, Near};
use crate::cli::context::{Context, Writer};
use crate::cli::editor;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::draft::{self, Folder, MAX_FILE, Plan, PlanError, parse, plan};
use crate::hash::Digest;
use crate::ledger::Receipt;

/// Record claims, from claim files or from flags.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
A folder of claim files is one batch: everything in it is checked first, and nothing is recorded unless all of it holds.
Adding the same files again records nothing. `claims/README.md` says how claim files are written. One claim can be
recorded by flags; on a terminal and without either, your editor opens on an example.

  onrecord add claims/2024-10-iraq-front
  onrecord add my-article/article.toml my-article/checks.toml --amend
  onrecord add --statement 'The old bridge was closed for over three weeks from 2 March 2025.' --kind quantity \\
    --document bridge.txt --title 'Old bridge closed' --publisher 'The Example' --dated 2025-03 \\
    --quote 'the old bridge was closed for over three weeks' --said-by 'Works department:official' --hedge over \\
    --quantity 'over three weeks:>:3:weeks' --when '2 March=2025-03-02'")]
pub struct Args {
    /// Claim files, or folders of them; each folder, or all files named alone, is one batch
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Let the files change what is on record
    #[arg(long)]
    pub amend: bool,
    /// Say what would be recorded, and record nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not compare new claims with those on record
    #[arg(long)]
    pub no_similar: bool,
    /// One claim by flags
    #[command(flatten)]
    pub one: ByFlags,
}

/// What adding a folder came to.
#[derive(Debug, Serialize)]
pub struct Added {
    /// The folder or files.
    pub source: String,
    /// Entries recorded, the batch's signature included.
    pub entries: u64,
    /// Things that were on record already.
    pub unchanged: usize,
    /// Things changed.
    pub changed: usize,
    /// Claims of the folder, recorded now or before.
    pub claims: Vec<(String, u64)>,
    /// New claims that are close to one on record before them.
    pub similar: Vec<Near>,
    /// Number of entries in the ledger after it.
    pub size: u64,
    /// Root after it.
    pub root: Digest,
}

/// Files of one batch: name and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// Runs the verb.
///
/// # Errors
/// When something in the files is wrong or refused; nothing of that batch is then on record.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if args.one != ByFlags::default() {
        return add_one::run(&args.one, args.dry_run, args.no_similar, cx);
    }
    if args.files.is_empty() {
        return edited(args, cx);
    }
    let batches = collect(&args.files)?;
    // All files are read and understood before the first batch is recorded.
    let mut folders = Vec::new();
    for (source, files) in batches {
        folders.push((source, understand(&files)?));
    }
    let mut writer = cx.writer()?;
    let mut all = Vec::new();
    for (source, folder) in folders {
        all.push(add(&source, &folder, args, &mut writer, cx)?);
    }
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "dry_run": args.dry_run, "added": all }))?;
    }
    Ok(Exit::Done)
}

/// Lets a person write a claim file, and adds it; with mistakes in it, the text is kept.
fn edited(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if !editor::is_possible() {
        return Err(CliError::usage("what is to be recorded?")
            .hint("claim files, or folders of them: `onrecord add claims/my-article`; `claims/README.md` says how they are written")
            .hint("one claim by flags: `onrecord add --statement … --document FILE|URL --publisher … --quote … --said-by NAME:ROLE`")
            .hint("on a terminal, `onrecord add` alone opens your editor on an example"));
    }
    let Some(draft) = editor::edit("claims", draft::template::EXAMPLE)? else {
        cx.out.note("the example came back as it was: nothing was recorded");
        return Ok(Exit::Done);
    };
    let files = [(draft.path.display().to_string(), draft.text.clone().into_bytes())];
    let added = understand(&files).and_then(|folder| {
        let mut writer = cx.writer()?;
        add("your text", &folder, args, &mut writer, cx)
    });
    match added {
        Ok(added) => {
            if cx.out.json {
                cx.out.json(&serde_json::json!({ "onrecord": 1, "dry_run": args.dry_run, "added": [added] }))?;
            }
            Ok(Exit::Done)
        }
        Err(error) => Err(draft.keep(error)),
    }
}

/// Reads files and folders: each folder a batch, files named alone one batch together.
fn collect(paths: &[PathBuf]) -> Result<Vec<(String, Files)>, CliError> {
    let mut batches = Vec::new();
    let mut alone: Files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let mut files = Files::new();
            let cannot =
                |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
            for entry in fs::read_dir(path).map_err(|e| cannot(&e))? {
                let file = entry.map_err(|e| cannot(&e))?.path();
                if file.extension().is_some_and(|e| e == "toml") {
                    files.push(read(&file)?);
                }
            }
            files.sort();
            if files.is_empty() {
                return Err(CliError::bad_input(format!("{} holds no claim files (*.toml)", path.display()))
                    .hint("`claims/README.md` says how they are written"));
            }
            batches.push((path.display().to_string(), files));
        } else {
            alone.push(read(path)?);
        }
    }
    if !alone.is_empty() {
        let names: Vec<&str> = alone.iter().map(|(name, _)| name.as_str()).collect();
        batches.push((names.join(", "), alone));
    }
    Ok(batches)
}

fn read(path: &Path) -> Result<(String, Vec<u8>), CliError> {
    let name = path.display().to_string();
    let cannot = |e: &dyn std::error::Error| {
        CliError::bad_input(format!("cannot read {name}")).because(e).hint("name claim files or folders of them")
    };
    let metadata = fs::metadata(path).map_err(|e| cannot(&e))?;
    if metadata.len() > MAX_FILE as u64 {
        return Err(CliError::bad_input(format!("{name} is larger than {MAX_FILE} bytes")).hint("split it"));
    }
    Ok((name.clone(), fs::read(path).map_err(|e| cannot(&e))?))
}

/// Reads the files of a batch, all mistakes at once.
///
/// # Errors
/// Every mistake with its place.
pub fn understand(files: &[(String, Vec<u8>)]) -> Result<Folder, CliError> {
    parse(files).map_err(|mistakes| mistaken(&mistakes))
}

fn mistaken(mistakes: &draft::Mistakes) -> CliError {
    let n = mistakes.0.len();
    let error = CliError::bad_input(format!("{n} {} in the claim files", if n == 1 { "mistake" } else { "mistakes" }));
    mistakes
        .0
        .iter()
        .fold(error, |error, m| error.cause(m.to_string()))
        .hint("nothing was recorded; mend the places named and add the files again")
}

/// Adds one batch and says what came of it.
///
/// # Errors
/// When it differs from the record without leave to amend, or is refused.
pub fn add(
    source: &str,
    folder: &Folder,
    args: &Args,
    writer: &mut Writer,
    cx: &Context<'_>,
) -> Result<Added, CliError> {
    let dry_run = args.dry_run;
    let plan = plan(folder, &writer.ledger, args.amend).map_err(unplanned)?;
    // Looked up before: afterwards each new claim would be most like itself.
    let similar = if args.no_similar { Vec::new() } else { alike::in_batch(cx, &writer.ledger, &plan.proposals) };
    let receipt = if plan.proposals.is_empty() || dry_run { None } else { Some(writer.append(cx, &plan.proposals)?) };
    let base = receipt.as_ref().map_or(writer.ledger.size(), |r| r.base);
    let added = Added {
        source: source.to_owned(),
        entries: receipt.as_ref().map_or(0, |r| r.entries.len() as u64),
        unchanged: plan.unchanged,
        changed: plan.changes.len(),
        claims: plan.claims.iter().map(|(key, number)| (key.clone(), number.at_base(base).0)).collect(),
        similar,
        size: writer.ledger.size(),
        root: writer.ledger.root(),
    };
    if !cx.out.json {
        tell(&added, &plan, receipt.as_ref(), dry_run, cx)?;
    }
    Ok(added)
}

/// Adds one batch without a word.
///
/// # Errors
/// As [`add`].
pub fn add_quietly(folder: &Folder, writer: &mut Writer, cx: &Context<'_>) -> Result<Receipt, CliError> {
    let plan = plan(folder, &writer.ledger, false).map_err(unplanned)?;
    writer.append(cx, &plan.proposals)
}

fn unplanned<E: std::error::Error + Into<CliError>>(error: PlanError<E>) -> CliError {
    match error {
        PlanError::Known(e) => e.into(),
        PlanError::Mistakes(mistakes) => mistaken(&mistakes),
        PlanError::Differs(changes) => {
            let published = changes.iter().any(|c| c.published);
            let n = changes.len();
            let what = if n == 1 { "1 thing stands".into() } else { format!("{n} things stand") };
            let error =
                CliError::bad_input(format!("{what} otherwise in the files than on record; nothing was recorded"));
            let error = changes.iter().fold(error, |error, c| error.cause(c.to_string()));
            if published {
                error.hint("what is published changes by `onrecord correct` or `onrecord retract`")
            } else {
                error.hint(
                    "repeat with `--amend` to put the changes on record; the earlier wording stays in its history",
                )
            }
        }
        PlanError::TooMany { .. } => CliError::bad_input(error.to_string()),
    }
}

fn tell(
    added: &Added,
    plan: &Plan,
    receipt: Option<&Receipt>,
    dry_run: bool,
    cx: &Context<'_>,
) -> Result<(), CliError> {
    let out = &cx.out;
    match receipt {
        None if dry_run => out.line(format!(
            "{}: {} would be recorded; on record already: {}",
            added.source,
            counted(plan.proposals.len(), "entry"),
            counted(added.unchanged, "thing")
        ))?,
        None => out.line(format!(
            "{}: nothing new; on record already: {} (size {}, root {})",
            added.source,
            counted(added.unchanged, "thing"),
            added.size,
            added.root
        ))?,
        Some(receipt) => {
            let (first, last) = (receipt.base, receipt.size - 1);
            out.line(format!("{}: recorded as #{first} to #{last}, one batch", added.source))?;
            out.line(format!("  claims     {}", added.claims.len()))?;
            if added.unchanged > 0 {
                out.line(format!("  unchanged  {}", added.unchanged))?;
            }
            out.line(format!("  size       {}", counted(added.size, "entry")))?;
            out.line(format!("  root       {}", added.root))?;
        }
    }
    for change in &plan.changes {
        out.line(out.wrap(&format!("changed: {change}"), 2))?;
    }
    for left in &plan.left {
        out.note(format!("on record, but no longer in the files: {} of claim `{}`", left.number, left.claim));
    }
    added.similar.iter().for_each(|near| out.note(alike::note(cx, near)));
    if let Some(near) = added.similar.first() {
        let number = near.number;
        out.note(format!(
            "  to record that this document makes that claim instead, take it out of the files and use `onrecord appear {number} …`; \
             `onrecord relate A duplicates B` joins two on record"
        ));
    }
    if receipt.is_some()
        && let Some((key, number)) = added.claims.first()
    {
        out.note(format!("next: `onrecord list`, `onrecord show {number}` ({key}), `onrecord audit`"));
    }
    Ok(())
}
