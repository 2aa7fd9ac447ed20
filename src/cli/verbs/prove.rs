//! `onrecord prove`: a self-contained proof of an entry, or of a claim's whole history.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::counted;
use crate::cli::verbs::witness_request::read_policy;
use crate::cli::{refs, write};
use crate::exchange::page;
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::ledger::bundle::{BundleError, Payloads, Written};
use crate::ledger::prove::ProofError;
use crate::ledger::stamps::{self, Stamp};
use crate::text::printable_line;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;

/// Write a self-contained proof of an entry, or of a claim's whole history.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Whoever gets the file checks it with `onrecord check FILE`, with no ledger and no network, or in a browser with \
    the page that `--html` writes. Both need the log's verifier key, by another way than with the file.\n\nExamples:\n  \
    onrecord prove 12 --history --public\n  onrecord prove 12 --history --html --out claim-12.html"
)]
pub struct Args {
    /// Which: an entry's number, or anything that names a claim
    #[arg(value_name = "REF", required = true)]
    pub reference: Vec<String>,
    /// Where to write it; without it, a name made of ledger and number, in this folder; `-` for stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The verdict in force instead of the claim itself
    #[arg(long, conflicts_with = "history")]
    pub verdict: bool,
    /// Under the latest checkpoint that this policy file accepts, quorum of witnesses and all, instead of the latest one
    #[arg(long, value_name = "FILE", conflicts_with = "history")]
    pub policy: Option<PathBuf>,
    /// Every entry about the claim, its documents, and who made them, under one checkpoint
    #[arg(long)]
    pub history: bool,
    /// Leave out payloads: proves that entries were on record, not what they say
    #[arg(long)]
    pub withhold: bool,
    /// Leave out payloads that are not public
    #[arg(long, conflicts_with = "withhold")]
    pub public: bool,
    /// One page that holds the proof and checks it in the reader's browser, with no network
    #[arg(long)]
    pub html: bool,
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
    bytes: usize,
    /// Entries in it; 1 without `--history`.
    entries: u64,
    /// Of them, without payload.
    withheld: u64,
    /// Of them, with a payload that is not public.
    desk_only: u64,
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
    let index = index(args, &ledger)?;
    let (proof, written, note) =
        if args.history { history(args, index, &ledger, cx)? } else { one(args, index, &ledger, cx)? };
    let text = note.as_ref().map(Note::text).unwrap_or_default();
    let stamps = if args.stamps { stamps_on(&ledger, text)? } else { Vec::new() };
    let bytes = if args.html { page::with_proof(&proof) } else { proof };
    let file = args.out.clone().unwrap_or_else(|| default_name(&ledger, index.0, args));
    if file.as_os_str() == "-" {
        cx.out.raw(&bytes)?;
        return Ok(Exit::Done);
    }
    if !stamps.is_empty() {
        write_stamps(&file, text, &stamps)?;
    }
    write::file(&file, &bytes)?;
    let vkey = ledger.state().log_keys.last().map(|(_, key)| key.clone()).unwrap_or_default();
    let (size, root) = note.as_ref().and_then(tree).unwrap_or((ledger.size(), ledger.root()));
    let made = Made {
        onrecord: 1,
        number: index.0,
        leaf: ledger.entry(index)?.leaf,
        file,
        bytes: bytes.len(),
        entries: written.entries,
        withheld: written.withheld,
        desk_only: written.desk_only,
        size,
        root,
        vkey,
        cosigned: note.as_ref().map(witnesses).unwrap_or_default(),
    };
    tell(args, &made, stamps.len(), cx)?;
    Ok(Exit::Done)
}

/// The entry that is meant.
fn index(args: &Args, ledger: &Ledger) -> Result<Index, CliError> {
    let text = args.reference.join(" ");
    if args.history {
        return refs::claim(ledger, &text);
    }
    let index = refs::entry(ledger, &text).or_else(|_| refs::claim(ledger, &text))?;
    if !args.verdict {
        return Ok(index);
    }
    let claim = ledger.claim(index)?;
    let verdict = claim.as_ref().and_then(|c| c.verdict()).ok_or_else(|| {
        CliError::bad_input(format!("{index} has no verdict")).hint(format!("`onrecord verify {} …`", index.0))
    })?;
    Ok(verdict.item.number)
}

/// The bytes of a proof, what is in it, and the checkpoint that it leads to.
type Proved = (Vec<u8>, Written, Option<Note>);

fn one(args: &Args, index: Index, ledger: &Ledger, cx: &Context<'_>) -> Result<Proved, CliError> {
    let today = cx.clock.now().day();
    let entry = ledger.entry(index)?;
    let public = ledger.public(today)?;
    let shown = public.may_show(&entry);
    let withhold = args.withhold || public.keeps_back(&entry) || (args.public && !shown);
    let cosigned = args.policy.as_deref().map(|path| under(ledger, index, path)).transpose()?;
    let proof = match cosigned {
        Some(note) => ledger.prove_under(index, withhold, note),
        None => ledger.prove(index, withhold),
    };
    let proof = proof.map_err(|e| match e {
        ProofError::Read(e) => e.into(),
        other => CliError::cannot_run(format!("{index} cannot be proved")).because(&other),
    })?;
    let without = withhold || entry.payload.is_none();
    let written = Written { entries: 1, withheld: without.into(), desk_only: (!without && !shown).into() };
    Ok((proof.to_string().into_bytes(), written, Some(proof.checkpoint().clone())))
}

fn history(args: &Args, claim: Index, ledger: &Ledger, cx: &Context<'_>) -> Result<Proved, CliError> {
    let cannot = |e: BundleError| match e {
        BundleError::Read(e) => e.into(),
        other => CliError::cannot_run(format!("the history of {claim} cannot be proved")).because(&other),
    };
    let payloads = match (args.withhold, args.public) {
        (true, _) => Payloads::Needed,
        (_, true) => Payloads::Public,
        _ => Payloads::All,
    };
    let mut maker = ledger.bundle(payloads, cx.clock.now().day())?;
    let line = |line: crate::entry::bundle::Line| line.to_bytes().map_err(|e| cannot(e.into()));
    let mut bytes = line(maker.head(Some(claim), None).map_err(cannot)?)?;
    if let Some(stated) = maker.claim(claim).map_err(cannot)? {
        bytes.extend(line(stated)?);
    }
    let written = maker.entries(&mut |piece| {
        bytes.extend_from_slice(piece);
        Ok(())
    });
    let note = ledger.reader().note().and_then(|bytes| Note::parse(bytes).ok());
    Ok((bytes, written.map_err(cannot)?, note))
}

fn tell(args: &Args, made: &Made, stamps: usize, cx: &Context<'_>) -> Result<(), CliError> {
    if cx.out.json {
        return cx.out.json(made);
    }
    let file = made.file.display();
    let what = if args.history { "history of" } else { "proof of" };
    let page = if args.html { ", as a page" } else { "" };
    cx.out.line(format!("{what} #{} in {file} ({} bytes{page})", made.number, made.bytes))?;
    if args.history {
        cx.out.line(format!("  {}, {} without payload", counted(made.entries, "entry"), made.withheld))?;
    }
    let by = if made.cosigned.is_empty() { "no witness".to_owned() } else { printable_line(&made.cosigned.join(", ")) };
    cx.out.line(format!("  under the checkpoint at {}, cosigned by {by}", counted(made.size, "entry")))?;
    if stamps > 0 {
        cx.out.line(format!("  {} beside it: keep the files together", counted(stamps, "time stamp")))?;
    }
    if made.desk_only > 0 {
        cx.out.note(format!(
            "what {} of them {} is the desk's own, not public: look at the file before you give it away, or use `--public`",
            made.desk_only,
            if made.desk_only == 1 { "says" } else { "say" }
        ));
    }
    cx.out.note(format!("whoever checks it must know the log's key by another way than from you:\n  {}", made.vkey));
    if args.html {
        cx.out.note(format!("next: open {file} in a browser; it asks for that key"));
    } else {
        cx.out.note(format!("next: `onrecord check {file}`"));
    }
    Ok(())
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

/// Size and root of a checkpoint.
fn tree(note: &Note) -> Option<(u64, Digest)> {
    let checkpoint: Checkpoint = note.text().parse().ok()?;
    Some((checkpoint.size(), checkpoint.root()))
}

/// Names of the keys on the checkpoint that are not the log's own.
fn witnesses(note: &Note) -> Vec<String> {
    let origin = note.text().lines().next().unwrap_or_default();
    note.signatures().iter().map(|line| line.name().to_owned()).filter(|name| name != origin).collect()
}

fn default_name(ledger: &Ledger, number: u64, args: &Args) -> PathBuf {
    let origin: String =
        ledger.origin().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let end = match (args.history, args.html) {
        (true, true) => "-history.html",
        (true, false) => "-history.bundle",
        (false, true) => ".html",
        (false, false) => ".tlog-proof",
    };
    PathBuf::from(format!("{origin}-{number}{end}"))
}
