//! `onrecord prove`: a self-contained proof of an entry.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::cli::verbs::witness_request::read_policy;
use crate::cli::{refs, write};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::ledger::prove::ProofError;
use crate::text::printable_line;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;
use crate::tlog::prooffile::ProofFile;

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
    /// Under the latest checkpoint that this policy file accepts, quorum of witnesses and all, instead of the latest one
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Leave the payload out: proves that the entry was on record, not what it says
    #[arg(long)]
    pub withhold: bool,
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
    /// Names of the witnesses whose lines the checkpoint bears.
    cosigned: Vec<String>,
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
    let cosigned = args.policy.as_deref().map(|path| under(&ledger, index, path)).transpose()?;
    let proof = match cosigned {
        Some(note) => ledger.prove_under(index, args.withhold, note),
        None => ledger.prove(index, args.withhold),
    };
    let proof = proof.map_err(|e| match e {
        ProofError::Read(e) => e.into(),
        other => CliError::cannot_run(format!("{index} cannot be proved")).because(&other),
    })?;
    let bytes = proof.to_string().into_bytes();
    let file = args.out.clone().unwrap_or_else(|| default_name(&ledger, index.0));
    if file.as_os_str() == "-" {
        cx.out.raw(&bytes)?;
        return Ok(Exit::Done);
    }
    write::file(&file, &bytes)?;
    let vkey = ledger.state().log_keys.last().map(|(_, key)| key.clone()).unwrap_or_default();
    if cx.out.json {
        let leaf = ledger.entry(index)?.leaf;
        let (size, root) = tree(&proof).unwrap_or((ledger.size(), ledger.root()));
        let made = Made { onrecord: 1, number: index.0, leaf, file, size, root, vkey, cosigned: witnesses(&proof) };
        cx.out.json(&made)?;
    } else {
        cx.out.line(format!("proof of {index} in {} ({} bytes)", file.display(), bytes.len()))?;
        let at = tree(&proof).map_or(ledger.size(), |(size, _)| size);
        let by = witnesses(&proof);
        let by = if by.is_empty() { "no witness".to_owned() } else { printable_line(&by.join(", ")) };
        cx.out.line(format!("  under the checkpoint at {}, cosigned by {by}", counted(at, "entry")))?;
        cx.out.note(format!("whoever checks it must know the log's key by another way than from you:\n  {vkey}"));
        cx.out.note(format!("next: `onrecord check {}`", file.display()));
    }
    Ok(Exit::Done)
}

/// The largest checkpoint that a policy accepts and that holds the entry.
fn under(ledger: &Ledger, index: Index, path: &Path) -> Result<Note, CliError> {
    let policy = read_policy(path)?;
    ledger.checkpoint_under(index, &policy)?.ok_or_else(|| {
        let error = CliError::cannot_run(format!("no checkpoint that holds {index} is accepted by {}", path.display()));
        let latest = ledger.reader().note().and_then(|bytes| Note::parse(bytes).ok());
        let error = match latest.map(|note| policy.check(&note)) {
            Some(Err(why)) => error.cause(format!("the latest one: {why}")),
            _ => error,
        };
        error.hint(format!("have the latest one cosigned with `onrecord witness request --policy {}`", path.display()))
    })
}

/// Size and root that the proof leads to.
fn tree(proof: &ProofFile) -> Option<(u64, Digest)> {
    let checkpoint: Checkpoint = proof.checkpoint().text().parse().ok()?;
    Some((checkpoint.size(), checkpoint.root()))
}

/// Names of the keys on the checkpoint that are not the log's own.
fn witnesses(proof: &ProofFile) -> Vec<String> {
    let note = proof.checkpoint();
    let origin = note.text().lines().next().unwrap_or_default();
    note.signatures().iter().map(|line| line.name().to_owned()).filter(|name| name != origin).collect()
}

fn default_name(ledger: &Ledger, number: u64) -> PathBuf {
    let origin: String =
        ledger.origin().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    PathBuf::from(format!("{origin}-{number}.tlog-proof"))
}
