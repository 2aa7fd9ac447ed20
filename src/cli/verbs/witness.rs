//! `onrecord witness`: have checkpoints cosigned, and cosign those of others.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::witness_request::{self, Request};
use super::witness_serve;
use crate::cli::config::{Settings, WitnessAt};
use crate::cli::context::{Context, holds_ledger};
use crate::cli::error::{CliError, Exit};
use crate::cli::keys;
use crate::cli::verbs::audit::moment;
use crate::ledger::Ledger;
use crate::text::{nearest, printable_line};
use crate::tlog::key::{BadKey, Role, Signer, Verifier};
use crate::witness::{FolderError, Witness};

/// Have checkpoints cosigned by others, and cosign those of others.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
A witness cosigns that a checkpoint extends every one it has seen of the same ledger. Who trusts a few witnesses need not
trust the ledger's keeper not to show different histories to different people. docs/witness.md tells both sides of it.")]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub what: What,
}

/// What to do about witnesses.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Have the checkpoint cosigned, by every witness that was added or by those named
    Request(Request),
    /// Remember a witness for this ledger
    Add(Add),
    /// List the witnesses of this ledger, and what each has cosigned
    List,
    /// Forget a witness; what it has cosigned stays
    Remove(Remove),
    /// Be a witness for others: make its key, in a folder of its own
    Init(Init),
    /// Be a witness for others: cosign for this log from now on
    AddLog(AddLog),
    /// Be a witness for others: answer over HTTP until stopped
    Serve(Serve),
}

/// A witness to remember.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// What you call it
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Its verifier key, got from its keeper: name+id+base64
    #[arg(value_name = "VKEY")]
    pub vkey: String,
    /// Where it takes checkpoints: its submission prefix
    #[arg(value_name = "URL")]
    pub url: String,
}

/// A witness to forget.
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// What you call it
    #[arg(value_name = "NAME")]
    pub name: String,
}

/// A witness to be.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// Its folder; made if need be, and not below a ledger
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Its name, an address without scheme such as witness.example.org/w1; for good
    #[arg(long, value_name = "NAME")]
    pub name: String,
}

/// A log to cosign for.
#[derive(Debug, clap::Args)]
pub struct AddLog {
    /// The witness's folder
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The log's verifier key, got from its keeper; `onrecord stats` prints it
    #[arg(value_name = "VKEY")]
    pub vkey: String,
}

/// A witness at work.
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The witness's folder
    #[arg(long, value_name = "DIR")]
    pub dir: PathBuf,
    /// Where to listen; other machines reach it only at an address of this machine that they can reach
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8620")]
    pub listen: SocketAddr,
}

/// Runs the verb.
///
/// # Errors
/// What each part says.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    match &args.what {
        What::Request(request) => witness_request::run(request, cx),
        What::Add(add) => self::add(add, cx),
        What::List => list(cx),
        What::Remove(remove) => self::remove(remove, cx),
        What::Init(init) => self::init(init, cx),
        What::AddLog(add) => add_log(add, cx),
        What::Serve(serve) => witness_serve::run(serve, cx),
    }
}

/// Reads the key of a witness.
///
/// # Errors
/// When it is none.
pub fn witness_key(text: &str) -> Result<Verifier, CliError> {
    let hint = "a witness's verifier key is name+id+base64, of type 0x04; its keeper publishes it";
    let key: Verifier = text.trim().parse().map_err(|e: BadKey| {
        CliError::bad_input(format!("`{}` is no verifier key", printable_line(text))).because(&e).hint(hint)
    })?;
    if key.role() == Role::Witness {
        return Ok(key);
    }
    Err(CliError::bad_input(format!("`{}` is the key of a log, not of a witness", printable_line(text))).hint(hint))
}

/// What this user has for the ledger, or the beginning of it.
///
/// # Errors
/// When the settings cannot be read.
pub fn settings(cx: &Context<'_>, ledger: &Ledger) -> Result<Settings, CliError> {
    let new = || Settings { origin: ledger.origin().to_owned(), ..Settings::default() };
    Ok(Settings::load(&cx.folders, &ledger.id())?.unwrap_or_else(new))
}

fn add(args: &Add, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let key = witness_key(&args.vkey)?;
    let url = args.url.trim_end_matches('/').to_owned();
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(CliError::bad_input(format!("`{}` is no address of a witness", printable_line(&url)))
            .hint("it begins with https:// or http://"));
    }
    let mut settings = settings(cx, &ledger)?;
    let known = settings.witnesses.iter_mut().find(|known| known.name == args.name);
    let new = WitnessAt { name: args.name.clone(), vkey: key.to_string(), url };
    match known {
        Some(known) if known.vkey == new.vkey => *known = new.clone(),
        Some(known) => {
            return Err(CliError::bad_input(format!("there is another witness called `{}`", args.name))
                .cause(format!("its key is {}", known.vkey))
                .hint(format!("choose another name, or `onrecord witness remove {}` first", args.name)));
        }
        None => {
            if let Some(other) = settings.witnesses.iter().find(|other| other.vkey == new.vkey) {
                return Err(CliError::bad_input(format!("this key is that of the witness `{}`", other.name))
                    .hint("one key is one witness, however often it is named"));
            }
            settings.witnesses.push(new.clone());
        }
    }
    settings.save(&cx.folders, &ledger.id())?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "origin": ledger.origin(), "witness": new }))?;
        return Ok(Exit::Done);
    }
    cx.out.line(format!("witness {} of {}: {} at {}", new.name, ledger.origin(), key.name(), new.url))?;
    let vkey = ledger.state().log_keys.last().map(|(_, key)| key.clone()).unwrap_or_default();
    cx.out.note(format!("its keeper must know this ledger's key, too:\n  {vkey}"));
    cx.out.note("next: `onrecord witness request`");
    Ok(Exit::Done)
}

fn remove(args: &Remove, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let mut settings = settings(cx, &ledger)?;
    let before = settings.witnesses.len();
    settings.witnesses.retain(|known| known.name != args.name);
    if settings.witnesses.len() == before {
        return Err(unknown(&args.name, &settings.witnesses));
    }
    settings.save(&cx.folders, &ledger.id())?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "origin": ledger.origin(), "removed": args.name }))?;
    } else {
        cx.out.line(format!("witness {} is forgotten; what it has cosigned stays", args.name))?;
    }
    Ok(Exit::Done)
}

/// No witness of that name.
pub fn unknown(name: &str, known: &[WitnessAt]) -> CliError {
    let error = CliError::bad_input(format!("no witness `{}` was added to this ledger", printable_line(name)));
    match nearest(name, known.iter().map(|w| w.name.as_str())) {
        Some(near) => error.hint(format!("did you mean `{near}`? `onrecord witness list` shows all")),
        None if known.is_empty() => error.hint("`onrecord witness add NAME VKEY URL` adds one"),
        None => error.hint("`onrecord witness list` shows all"),
    }
}

/// A witness with what it has cosigned.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    witness: &'a WitnessAt,
    size: Option<u64>,
    time: Option<u64>,
}

fn list(cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let settings = settings(cx, &ledger)?;
    let mut all = Vec::new();
    for witness in &settings.witnesses {
        let last = last_of(&ledger, &witness_key(&witness.vkey)?)?;
        all.push(Listed { witness, size: last.map(|(size, _)| size), time: last.map(|(_, time)| time) });
    }
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "origin": ledger.origin(), "witnesses": all }))?;
        return Ok(Exit::Done);
    }
    if all.is_empty() {
        cx.out.note(format!(
            "no witness was added to {}; `onrecord witness add NAME VKEY URL` adds one",
            ledger.origin()
        ));
        return Ok(Exit::Done);
    }
    let row = |one: &Listed<'_>| {
        let at = one.size.map_or_else(|| "nothing yet".to_owned(), |size| format!("size {size}"));
        let on = one.time.map_or_else(String::new, moment);
        vec![
            printable_line(&one.witness.name),
            at,
            on,
            printable_line(&one.witness.url),
            // Name and id find it; the whole key stands in --json and in the settings.
            printable_line(&one.witness.vkey.split('+').take(2).collect::<Vec<_>>().join("+")),
        ]
    };
    let rows: Vec<Vec<String>> = all.iter().map(row).collect();
    cx.out.table(&["witness", "cosigned", "on", "address", "key"], &rows)?;
    Ok(Exit::Done)
}

/// Size and time of the largest checkpoint of the ledger on which the witness's line holds.
///
/// # Errors
/// When the ledger cannot be read.
pub fn last_of(ledger: &Ledger, witness: &Verifier) -> Result<Option<(u64, u64)>, CliError> {
    let holds = |note: &crate::tlog::note::Note| note.verify(std::slice::from_ref(witness)).ok()?.first()?.time;
    Ok(ledger.cosigned()?.into_iter().rev().find_map(|one| Some((one.size, holds(&one.note)?))))
}

fn init(args: &Init, cx: &Context<'_>) -> Result<Exit, CliError> {
    let absolute = std::path::absolute(&args.dir).unwrap_or_else(|_| args.dir.clone());
    if let Some(ledger) = absolute.ancestors().find(|folder| holds_ledger(folder)) {
        return Err(CliError::bad_input(format!("{} lies in the ledger {}", args.dir.display(), ledger.display()))
            .hint("a private key never lies under a ledger's folder; name another one"));
    }
    let mut seed = [0; 32];
    keys::random(&mut seed)?;
    let signer = Signer::from_seed(&args.name, Role::Witness, &seed).map_err(|e| {
        CliError::bad_input(format!("`{}` cannot be a witness's name", printable_line(&args.name)))
            .because(&e)
            .hint("an address without scheme, such as witness.example.org/w1")
    })?;
    let witness = Witness::create(&args.dir, signer).map_err(|e| folder_error(&e, &args.dir))?;
    if cx.out.json {
        let made = serde_json::json!({
            "onrecord": 1, "name": args.name, "vkey": witness.verifier().to_string(), "folder": args.dir,
        });
        cx.out.json(&made)?;
        return Ok(Exit::Done);
    }
    cx.out.line(witness.verifier().to_string())?;
    cx.out.note(format!(
        "that is the key to publish; its private half is {}: keep a copy apart, and never use both at once",
        witness.key_file().display()
    ));
    cx.out.note(format!("next: `onrecord witness add-log {} VKEY`, with the key of a log", args.dir.display()));
    Ok(Exit::Done)
}

fn add_log(args: &AddLog, cx: &Context<'_>) -> Result<Exit, CliError> {
    let witness = Witness::open(&args.dir).map_err(|e| folder_error(&e, &args.dir))?;
    let key: Verifier = args.vkey.trim().parse().map_err(|e: BadKey| {
        CliError::bad_input(format!("`{}` is no verifier key", printable_line(&args.vkey)))
            .because(&e)
            .hint("a log's verifier key is name+id+base64; `onrecord stats` prints a ledger's")
    })?;
    let new = witness.add_log(&key).map_err(|e| folder_error(&e, &args.dir))?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "log": key.name(), "vkey": key.to_string(), "added": new }))?;
        return Ok(Exit::Done);
    }
    let what = if new { "cosigns for" } else { "cosigned already for" };
    cx.out.line(format!("{} {what} {}", witness.verifier().name(), key.name()))?;
    cx.out.note("a witness that is being served takes it up at once");
    Ok(Exit::Done)
}

/// An error of a witness's folder, with the next step.
pub fn folder_error(error: &FolderError, dir: &Path) -> CliError {
    let dir = dir.display();
    match error {
        FolderError::None { .. } => CliError::bad_input(error.to_string())
            .hint(format!("`onrecord witness init {dir} --name NAME` makes a witness there")),
        FolderError::Exists { .. } => CliError::bad_input(error.to_string())
            .hint("a witness's state and key go together for good: name another folder for another witness"),
        FolderError::Role { .. } => CliError::bad_input(error.to_string()).hint("compare the key with its keeper's"),
        FolderError::TooManyKeys => {
            CliError::bad_input(error.to_string()).hint("remove those no longer used from the file `keys` of the log")
        }
        FolderError::Taken { .. } => {
            CliError::cannot_run(error.to_string()).hint("one process serves a witness: stop the other, or use it")
        }
        FolderError::State { .. } | FolderError::Keys { .. } => {
            CliError::cannot_run("the witness's folder is damaged").because(error).hint(
                "restore the file from its newest copy; where none is newer than the last cosignature, begin a new witness with a new key",
            )
        }
        _ => CliError::cannot_run(format!("the witness's folder {dir} cannot be used")).because(error),
    }
}
