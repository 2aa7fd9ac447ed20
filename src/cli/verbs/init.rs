//! `onrecord init`: a new ledger, its log key, its owner.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;

use crate::claim::desk::{LedgerOpened, Owner};
use crate::claim::{Handle, Policy, Problems};
use crate::cli::config::{Settings, write_private};
use crate::cli::context::{Context, holds_ledger};
use crate::cli::error::{CliError, Exit};
use crate::cli::keys;
use crate::entry::Salt;
use crate::hash::Digest;
use crate::ledger::commit::Config;
use crate::ledger::memory::{FileMemory, Memory as _, Remembered, Volatile};
use crate::ledger::{Genesis, Ledger};
use crate::store::{LocalStore, Store};
use crate::tlog::key::{Role, Signer as LogSigner};

/// The policy that a ledger starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Start {
    /// One person: may publish what nobody else has read, and it says so everywhere.
    #[default]
    Solo,
    /// A desk: an approving review before publication, and the right of reply.
    Desk,
}

/// Make a new ledger.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where
    #[arg(default_value = ".")]
    pub dir: PathBuf,
    /// The ledger's name: an address without scheme, such as example.org/desk; it stands in every checkpoint and proof
    #[arg(long, value_name = "NAME")]
    pub origin: String,
    /// Handle of the owner, the first agent; without it, your user name
    #[arg(long, value_name = "HANDLE")]
    pub agent: Option<String>,
    /// The owner's Ed25519 key: a private key file, or a .pub file whose key an ssh-agent holds; without it, a new one is made
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// What the ledger demands from the start
    #[arg(long, value_enum, default_value_t)]
    pub policy: Start,
}

/// A ledger that was made.
#[derive(Debug, Clone, Serialize)]
pub struct Made {
    /// Version of this object.
    pub onrecord: u32,
    /// The ledger's name.
    pub origin: String,
    /// The ledger's id.
    pub id: Digest,
    /// Its folder.
    pub folder: PathBuf,
    /// The log's verifier key.
    pub vkey: String,
    /// The owner's handle.
    pub agent: String,
    /// The policy's name.
    pub policy: String,
    /// File of the log's private key.
    pub log_key: PathBuf,
    /// File of the owner's key.
    pub agent_key: PathBuf,
}

/// Runs the verb.
///
/// # Errors
/// When there is a ledger already, or a key or folder cannot be used.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let made = make(args, cx)?;
    if cx.out.json {
        cx.out.json(&made)?;
        return Ok(Exit::Done);
    }
    cx.out.line(format!("new ledger {} in {}", made.origin, made.folder.display()))?;
    cx.out.line(format!("  id        {}", made.id))?;
    cx.out.line(format!("  vkey      {}", made.vkey))?;
    cx.out.line(format!("  policy    {}", made.policy))?;
    cx.out.line(format!("  owner     {}, key {}", made.agent, made.agent_key.display()))?;
    cx.out.line(format!("  log key   {}", made.log_key.display()))?;
    cx.out
        .note("Keep a copy of both key files; give the id and the vkey to whoever should be able to check the ledger.");
    cx.out.note("Next: `onrecord add --help`, or `onrecord add FOLDER` with claim files.");
    Ok(Exit::Done)
}

/// Makes the ledger.
///
/// # Errors
/// As [`run`].
pub fn make(args: &Args, cx: &Context<'_>) -> Result<Made, CliError> {
    if holds_ledger(&args.dir) {
        return Err(CliError::bad_input(format!("{} holds a ledger already", args.dir.display()))
            .hint("`onrecord stats` shows it"));
    }
    let handle = Handle(args.agent.clone().unwrap_or_else(user_name));
    let policy = match args.policy {
        Start::Solo => Policy::solo(),
        Start::Desk => Policy::desk(),
    };
    let mut seed = [0; 32];
    keys::random(&mut seed)?;
    let log = LogSigner::from_seed(&args.origin, Role::Log, &seed).map_err(|e| origin_error(&e))?;
    // Values are checked before anything is written anywhere.
    let placeholder = "ssh-ed25519 AAAA".to_owned();
    let mut opened = LedgerOpened {
        log_key: log.verifier().to_string(),
        origin: args.origin.clone(),
        owner: Owner { handle: handle.clone(), key: placeholder },
        policy,
    };
    if let Some(problem) = Problems::of(&opened).into_iter().next() {
        return Err(CliError::bad_input(problem.message));
    }
    let name = file_name(&args.origin, &log);
    let agent_key = match &args.key {
        Some(file) => std::path::absolute(file).map_err(|e| CliError::cannot_run("no current folder").because(&e))?,
        None => cx.folders.keys().join(format!("{name}-{handle}")),
    };
    if args.key.is_none() {
        keys::generate(&agent_key, &format!("{handle} at {}", args.origin))?;
    }
    let signer = keys::signer(&agent_key)?;
    opened.owner.key = signer.public().to_openssh();
    let log_key = cx.folders.keys().join(format!("{name}-log.skey"));
    write_private(&log_key, format!("{}\n", log.secret_text()).as_bytes(), false)?;

    let mut salt = [0; 16];
    keys::random(&mut salt)?;
    let genesis = Genesis { opened: opened.clone(), time: cx.clock.now(), salt: Salt(salt) };
    let store: Arc<dyn Store> = Arc::new(LocalStore::create(&args.dir)?);
    let memory = Arc::new(Volatile::default());
    let random = Box::new(crate::cli::context::nonce);
    let config = Config { signers: vec![log.clone()], memory, accept_rollback: false, random };
    Ledger::create(Arc::clone(&store), &genesis, signer.as_ref(), config)?;

    let ledger = Ledger::open(store, Some(&args.dir.join("catalog")), cx.notify())?;
    let id = ledger.id();
    FileMemory::new(cx.folders.memory(&id))
        .store(Remembered { size: ledger.size(), root: ledger.root() })
        .map_err(|e| CliError::cannot_run("the first checkpoint could not be remembered").because(&e))?;
    let settings = Settings {
        origin: args.origin.clone(),
        trusted: vec![log.verifier().to_string()],
        unconfirmed: Vec::new(),
        log_key: Some(log_key.clone()),
        agent: Some(handle.0.clone()),
        base: None,
        keys: [(handle.0.clone(), agent_key.clone())].into(),
    };
    settings.save(&cx.folders, &id)?;
    Ok(Made {
        onrecord: 1,
        origin: args.origin.clone(),
        id,
        folder: args.dir.clone(),
        vkey: log.verifier().to_string(),
        agent: handle.0,
        policy: opened.policy.name,
        log_key,
        agent_key,
    })
}

fn origin_error(error: &dyn std::error::Error) -> CliError {
    CliError::bad_input("that cannot be a ledger's name")
        .because(error)
        .hint("an address without scheme, white space or `+`, such as example.org/desk")
}

/// A file name for the ledger's keys: readable, and different for each log key.
fn file_name(origin: &str, log: &LogSigner) -> String {
    let plain: String = origin.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let plain: String = plain.chars().take(60).collect();
    format!("{plain}-{}", log.verifier().id())
}

/// The user's name as a handle, or `owner`.
fn user_name() -> String {
    let name = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default().to_lowercase();
    let handle = Handle(name);
    if handle.is_valid() { handle.0 } else { "owner".into() }
}

/// Whether the path names a folder that exists and is not empty.
pub fn is_occupied(path: &Path) -> bool {
    std::fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some())
}
