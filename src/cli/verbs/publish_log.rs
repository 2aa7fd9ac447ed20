//! `onrecord publish-log`: a public copy of the log.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::kept::payloads;
use crate::cli::source::lies_in;
use crate::hash::Digest;
use crate::ledger::CopyError;
use crate::store::LocalStore;

/// Copy the log for the public: every header and proof, and what may be shown.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
The copy holds `log/` whole and, of what entries say, only what is public: of published claims all but notes, contacts,
requests and triage; what was released; and the keys, roles and rules that checking needs. Everything else is an empty
slot. Any static web server can serve it. Run again, it takes what is new, and empties what was withheld or erased since. A run
that is stopped anywhere is taken up by the next; the checkpoint is written last.")]
pub struct Args {
    /// The folder of the copy; made if need be
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

#[derive(Serialize)]
struct Made<'a> {
    onrecord: u32,
    dir: &'a PathBuf,
    size: u64,
    root: Digest,
    written: u64,
    unchanged: u64,
    shown: u64,
    kept_back: u64,
    emptied: u64,
}

/// Runs the verb.
///
/// # Errors
/// When the ledger cannot be read, or the folder not be written or is not a copy of it.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    if let Some(scheme) = args.dir.to_str().and_then(|text| text.split_once("://")).map(|(scheme, _)| scheme) {
        return Err(CliError::usage(format!("a public copy is written to a folder, and not yet to a `{scheme}://` address"))
            .hint("publish to a folder, and copy that to where it is served: `log/checkpoint` last, and what is gone here removed there"));
    }
    let folder = cx.ledger_folder()?;
    let ledger = cx.ledger_at(&folder)?;
    if lies_in(&args.dir, &folder) {
        return Err(CliError::bad_input(format!("{} lies inside the ledger's own folder", args.dir.display()))
            .hint("name a folder outside of it, such as `../public`"));
    }
    if args.dir.join("head").exists() {
        return Err(CliError::bad_input(format!(
            "{} is a desk's own ledger, not a place for a public copy",
            args.dir.display()
        ))
        .hint("name another folder"));
    }
    let target = LocalStore::create(&args.dir)?;
    target.clear_leftovers()?;
    // Made by whoever listed the copy as a ledger: of derived words none may outlast what they come from, or be served.
    for derived in ["catalog", "search"] {
        remove(&args.dir.join(derived))?;
    }
    let copied = ledger.copy_public(&target, cx.clock.now().day()).map_err(|error| failed(&error, args))?;
    if cx.out.json {
        cx.out.json(&Made {
            onrecord: 1,
            dir: &args.dir,
            size: copied.size,
            root: ledger.root(),
            written: copied.written,
            unchanged: copied.unchanged,
            shown: copied.shown,
            kept_back: copied.kept_back,
            emptied: copied.emptied,
        })?;
        return Ok(Exit::Done);
    }
    let files = |n: u64| if n == 1 { "1 file".to_owned() } else { format!("{n} files") };
    cx.out.line(format!("public copy of {} entries in {}", copied.size, args.dir.display()))?;
    cx.out.line(format!("  {} shown, {} kept back", payloads(copied.shown as usize), copied.kept_back))?;
    cx.out.line(format!("  {} written, {} as they were", files(copied.written), copied.unchanged))?;
    if copied.emptied > 0 {
        let n = payloads(copied.emptied as usize);
        cx.out.note(format!(
            "note: {n} that the copy had shown {} emptied",
            if copied.emptied == 1 { "is" } else { "are" }
        ));
    }
    cx.out.note(format!(
        "next: serve {0} as it is; who reads it checks and keeps it with `onrecord follow URL DIR`",
        args.dir.display()
    ));
    Ok(Exit::Done)
}

fn remove(folder: &Path) -> Result<(), CliError> {
    match std::fs::remove_dir_all(folder) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(CliError::cannot_run(format!("{} cannot be removed from the public copy", folder.display()))
                .because(&e))
        }
        _ => Ok(()),
    }
}

fn failed(error: &CopyError, args: &Args) -> CliError {
    let dir = args.dir.display();
    let base = |hint: &str| {
        CliError::bad_input(format!("no public copy was made in {dir}")).because(error).hint(hint.to_owned())
    };
    match error {
        CopyError::Other { .. } => base("name another folder"),
        CopyError::Fork { .. } => base(
            "a copy only ever grows; if the ledger was restored from an older state, say so to its readers and begin a new copy",
        ),
        CopyError::Differs { .. } => base("remove the folder and copy again"),
        CopyError::Read(_) | CopyError::Store(_) | CopyError::Contended | CopyError::Root { .. } => {
            CliError::cannot_run(format!("no public copy was made in {dir}"))
                .because(error)
                .hint("what is there already is whole files; the next run goes on from them")
        }
    }
}
