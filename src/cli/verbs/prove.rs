//! `onrecord prove`: a self-contained proof of an entry.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::cli::{refs, write};
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::ledger::prove::ProofError;
use crate::ledger::stamps::{self, Stamp};

/// Write a self-contained proof of an entry.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which: an entry's number, or anything that names a claim
    #[arg(value_name = "REF", required = true)]
    pub reference: Vec<String>,
    /// Where to write it; without it, ORIGIN-NUMBER.tlog-proof in this folder; `-` for stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The verdict in force instead of the claim itself
    #[arg(long)]
    pub verdict: bool,
    /// Leave the payload out: proves that the entry was on record, not what it says
    #[arg(long)]
    pub withhold: bool,
    /// Put the time stamps on its checkpoint beside it
    #[arg(long)]
    pub stamps: bool,
}

#[derive(Serialize)]
struct Made {
    onrecord: u32,
    number: u64,
    leaf: Digest,
    file: PathBuf,
    size: u64,
    root: Digest,
    vkey: String,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such entry, or the file cannot be written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let text = args.reference.join(" ");
    let mut index = refs::entry(&ledger, &text).or_else(|_| refs::claim(&ledger, &text))?;
    if args.verdict {
        let claim = ledger.claim(index)?;
        let verdict = claim.as_ref().and_then(|c| c.verdict()).ok_or_else(|| {
            CliError::bad_input(format!("{index} has no verdict")).hint(format!("`onrecord verify {} …`", index.0))
        })?;
        index = verdict.item.number;
    }
    let proof = ledger.prove(index, args.withhold).map_err(|e| match e {
        ProofError::Read(e) => e.into(),
        other => CliError::cannot_run(format!("{index} cannot be proved")).because(&other),
    })?;
    let stamps = if args.stamps { stamps_on(&ledger, proof.checkpoint().text())? } else { Vec::new() };
    let bytes = proof.to_string().into_bytes();
    let file = args.out.clone().unwrap_or_else(|| default_name(&ledger, index.0));
    if file.as_os_str() == "-" {
        cx.out.raw(&bytes)?;
        return Ok(Exit::Done);
    }
    if !stamps.is_empty() {
        write_stamps(&file, proof.checkpoint().text(), &stamps)?;
    }
    write::file(&file, &bytes)?;
    let vkey = ledger.state().log_keys.last().map(|(_, key)| key.clone()).unwrap_or_default();
    if cx.out.json {
        let leaf = ledger.entry(index)?.leaf;
        let made = Made { onrecord: 1, number: index.0, leaf, file, size: ledger.size(), root: ledger.root(), vkey };
        cx.out.json(&made)?;
    } else {
        cx.out.line(format!("proof of {index} in {} ({} bytes)", file.display(), bytes.len()))?;
        if !stamps.is_empty() {
            cx.out.line(format!("{} beside it: keep the files together", counted(stamps.len(), "time stamp")))?;
        }
        cx.out.note(format!("whoever checks it must know the log's key by another way than from you:\n  {vkey}"));
        cx.out.note(format!("next: `onrecord check {}`", file.display()));
    }
    Ok(Exit::Done)
}

/// The stamps on the checkpoint of a proof.
fn stamps_on(ledger: &Ledger, text: &str) -> Result<Vec<Stamp>, CliError> {
    let on = |stamp: &Stamp| stamp.text.as_deref() == Some(text.as_bytes()) && stamp.token.is_ok();
    let found: Vec<Stamp> = stamps::all(&**ledger.store())?.into_iter().filter(on).collect();
    if found.is_empty() {
        let size = counted(ledger.reader().size(), "entry");
        return Err(CliError::bad_input(format!("the checkpoint at {size} has no time stamp"))
            .hint("`onrecord stamp --tsa URL` has it stamped; `onrecord stamp list` shows what is stamped"));
    }
    Ok(found)
}

/// Writes `PROOF.txt`, and of each authority `PROOF.AUTHORITY.tsr` with its certificates, before the proof itself.
fn write_stamps(proof: &Path, text: &str, stamps: &[Stamp]) -> Result<(), CliError> {
    let beside = |ending: &str| {
        let mut name = proof.as_os_str().to_owned();
        name.push(format!(".{ending}"));
        PathBuf::from(name)
    };
    write::file(&beside("txt"), text.as_bytes())?;
    for stamp in stamps {
        if let Ok(token) = &stamp.token {
            write::file(&beside(&format!("{}.pem", stamp.authority)), token.certificates_pem().as_bytes())?;
            write::file(&beside(&format!("{}.tsr", stamp.authority)), &stamp.answer)?;
        }
    }
    Ok(())
}

fn default_name(ledger: &Ledger, number: u64) -> PathBuf {
    let origin: String =
        ledger.origin().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    PathBuf::from(format!("{origin}-{number}.tlog-proof"))
}
