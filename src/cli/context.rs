//! What every verb is given: where the ledger is, who acts, where output goes, what time it is.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::{Folders, Settings};
use super::error::CliError;
use super::keys;
use super::output::Output;
use crate::entry::Proposal;
use crate::entry::sshsig::Signer;
use crate::entry::state::Agent;
use crate::hash::{Digest, Index};
use crate::ledger::commit::{Config, Continuity};
use crate::ledger::memory::FileMemory;
use crate::ledger::record::Notify;
use crate::ledger::{AppendError, Ledger, Receipt};
use crate::query::{Field, Query};
use crate::search::Search;
use crate::store::{LocalStore, Store};
use crate::time::Clock;
use crate::tlog::key::Signer as LogSigner;

/// Options that every verb takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Global {
    /// The ledger's folder; without it, the nearest parent folder that holds one
    #[arg(long, global = true, env = "ONRECORD_LEDGER", value_name = "PATH", help_heading = "Global options")]
    pub ledger: Option<PathBuf>,
    /// Print JSON, errors too
    #[arg(long, global = true, help_heading = "Global options")]
    pub json: bool,
    /// Say nothing beside the data
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub quiet: bool,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", help_heading = "Global options")]
    pub color: super::output::Color,
    /// Which enrolled agent acts
    #[arg(long = "as", global = true, env = "ONRECORD_AGENT", value_name = "HANDLE", help_heading = "Global options")]
    pub agent: Option<String>,
    /// Go on from a restored ledger that is behind what this user saw before
    #[arg(long, global = true, help_heading = "Global options", hide_short_help = true)]
    pub accept_rollback: bool,
    /// Record again what was erased before, without being asked
    #[arg(long, global = true, help_heading = "Global options", hide_short_help = true)]
    pub record_erased: bool,
}

/// What a verb is given.
pub struct Context<'a> {
    /// Options that every verb takes.
    pub global: Global,
    /// Where output goes.
    pub out: Output,
    /// The user's own folders.
    pub folders: Folders,
    /// What time it is.
    pub clock: &'a dyn Clock,
}

/// A ledger with somebody who may act on it.
pub struct Writer {
    /// The ledger.
    pub ledger: Ledger,
    /// Who acts.
    pub agent: Agent,
    signer: Box<dyn Signer>,
}

impl Context<'_> {
    /// The folder of the ledger in question.
    ///
    /// # Errors
    /// When there is none.
    pub fn ledger_folder(&self) -> Result<PathBuf, CliError> {
        if let Some(path) = &self.global.ledger {
            if let Some(address) = path.to_str().filter(|text| text.contains("://")) {
                return Err(CliError::cannot_run("a ledger is opened from a folder, not from an address")
                    .hint(format!("`onrecord follow {address} DIR` keeps a replica of it, checked on the way"))
                    .hint("then `--ledger DIR`"));
            }
            return if holds_ledger(path) {
                Ok(path.clone())
            } else {
                Err(CliError::cannot_run(format!("there is no ledger in {}", path.display()))
                    .hint("`onrecord init DIR --origin NAME` makes one"))
            };
        }
        let here = std::env::current_dir().map_err(|e| CliError::cannot_run("no current folder").because(&e))?;
        here.ancestors().find(|p| holds_ledger(p)).map(Path::to_path_buf).ok_or_else(|| {
            CliError::cannot_run("there is no ledger in this folder or above it")
                .hint("name one with `--ledger PATH` or the variable ONRECORD_LEDGER")
                .hint("`onrecord init DIR --origin NAME` makes one, `onrecord demo` one to look at")
        })
    }

    /// Opens the ledger for reading.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn ledger(&self) -> Result<Ledger, CliError> {
        self.ledger_at(&self.ledger_folder()?)
    }

    /// Opens the ledger in a folder for reading.
    ///
    /// # Errors
    /// As [`Context::ledger`].
    pub fn ledger_at(&self, folder: &Path) -> Result<Ledger, CliError> {
        let store = open_store(folder)?;
        let ledger = Ledger::open(store, Some(&folder.join("catalog")), self.notify())?;
        super::seen::hold(self, &ledger)?;
        Ok(ledger)
    }

    /// The search index of an open ledger: in the ledger's folder, or where that cannot be written in the user's cache.
    ///
    /// # Errors
    /// When the log cannot be read, or no index can be made.
    pub fn search(&self, folder: &Path, ledger: &Ledger) -> Result<Search, CliError> {
        let folders = self.search_places(folder, ledger);
        let search = Search::open(ledger, &folders, self.notify())?;
        if search.size() < ledger.size() {
            self.out.note(format!(
                "note: another process is bringing the search index up to date; answers are complete up to entry {} of {}",
                search.size().saturating_sub(1),
                ledger.size().saturating_sub(1)
            ));
        }
        Ok(search)
    }

    /// Where a search index of a ledger may stand.
    pub fn search_places(&self, folder: &Path, ledger: &Ledger) -> [PathBuf; 2] {
        [folder.join("search"), self.folders.search(&ledger.id())]
    }

    /// The full text of a ledger, for a query that asks for words: only where it is there and reflects all of it. Building it
    /// for one question would take longer than reading the claims.
    pub fn search_for(&self, query: &Query, ledger: &Ledger) -> Option<Search> {
        if !query.tests().iter().any(|test| test.field == Field::Text) {
            return None;
        }
        let folders = self.search_places(&self.ledger_folder().ok()?, ledger);
        Search::open_current(ledger, &folders, self.notify())
    }

    /// The ledger with the agent that acts: `--as`, else this user's own.
    ///
    /// # Errors
    /// When a key is missing, or the agent is not enrolled.
    pub fn writer(&self) -> Result<Writer, CliError> {
        self.writer_at(&self.ledger_folder()?)
    }

    /// The same for the ledger in a folder.
    ///
    /// # Errors
    /// As [`Context::writer`].
    pub fn writer_at(&self, folder: &Path) -> Result<Writer, CliError> {
        self.open_writer(folder, self.global.agent.clone())
    }

    /// The same, acting as a named agent whatever the options say.
    ///
    /// # Errors
    /// As [`Context::writer`].
    pub fn writer_at_as(&self, folder: &Path, handle: &str) -> Result<Writer, CliError> {
        self.open_writer(folder, Some(handle.to_owned()))
    }

    fn open_writer(&self, folder: &Path, handle: Option<String>) -> Result<Writer, CliError> {
        let mut ledger = self.ledger_at(folder)?;
        let id = ledger.id();
        if !folder.join("head").is_file() {
            let what = format!("{} is a public copy or a replica, and nothing is recorded there", folder.display());
            return Err(CliError::cannot_run(what)
                .cause("it has no `head`")
                .hint("record in the desk's own ledger; if this is it, `onrecord audit` names what else is missing"));
        }
        let settings = Settings::load(&self.folders, &id)?.ok_or_else(|| {
            CliError::cannot_run("this user has no keys for this ledger")
                .cause(format!("no {}", self.folders.settings(&id).display()))
                .hint("a ledger is written by whoever made it with `onrecord init`, and by those given the log's key")
        })?;
        let handle = handle.or(settings.agent.clone()).ok_or_else(|| {
            CliError::usage("who acts? no agent is set for this ledger").hint("name one with `--as HANDLE`")
        })?;
        let agent = ledger.state().agent_named(&handle).cloned().ok_or_else(|| {
            let known: Vec<&str> = ledger.state().agents.values().map(|a| a.handle.0.as_str()).collect();
            let error = CliError::bad_input(format!("no agent `{}` is enrolled", crate::text::printable_line(&handle)));
            match crate::text::nearest(&handle, known) {
                Some(near) => error.hint(format!("did you mean `{near}`? `onrecord agent list` shows all")),
                None => error.hint("`onrecord agent list` shows who is, `onrecord agent add` enrols somebody"),
            }
        })?;
        let file = settings.keys.get(&handle).ok_or_else(|| {
            CliError::cannot_run(format!("this user has no key for agent `{handle}`"))
                .hint(format!("`onrecord agent use {handle} --key FILE` says where it is"))
        })?;
        let signer = keys::signer(file)?;
        if agent.key() != Some(signer.public()) {
            return Err(CliError::bad_input(format!(
                "{} is not the key that agent `{handle}` is enrolled with",
                file.display()
            ))
            .cause(format!("the file holds {}", signer.public().fingerprint()))
            .hint("`onrecord agent list` shows the enrolled keys; `onrecord agent key` enrols a new one"));
        }
        let places = self.search_places(folder, &ledger);
        let clear = || places.iter().try_for_each(|place| Ok::<(), CliError>(crate::search::remove(place)?));
        let continuity = ledger.open_log_before(self.log_config(&id, &settings)?, clear)?;
        self.tell_continuity(continuity);
        Ok(Writer { ledger, agent, signer })
    }

    /// What a writer needs besides the ledger: the log's key, the memory, randomness.
    ///
    /// # Errors
    /// When the log's key is not here or cannot be read.
    pub fn log_config(&self, id: &Digest, settings: &Settings) -> Result<Config, CliError> {
        let path = settings.log_key.as_ref().ok_or_else(|| {
            CliError::cannot_run("this user does not have the private key of the log, which signs every checkpoint")
                .hint("ask whoever keeps the ledger to append for you, or for the key")
        })?;
        let text = std::fs::read_to_string(path).map_err(|e| {
            CliError::cannot_run(format!("cannot read the log's private key {}", path.display())).because(&e)
        })?;
        let signer = LogSigner::from_secret_text(text.trim())
            .map_err(|e| CliError::bad_input(format!("{} is not a log key", path.display())).because(&e))?;
        Ok(Config {
            signers: vec![signer],
            memory: Arc::new(FileMemory::new(self.folders.memory(id))),
            accept_rollback: self.global.accept_rollback,
            random: Box::new(nonce),
        })
    }

    fn tell_continuity(&self, continuity: Continuity) {
        if let Continuity::RollbackAccepted { remembered } = continuity {
            self.out.note(format!(
                "warning: going on from a ledger that is behind what was seen before ({}, root {})",
                super::output::counted(remembered.size, "entry"),
                remembered.root
            ));
        }
    }

    /// Passes on what the ledger wants a person to hear.
    pub fn notify(&self) -> Notify {
        let quiet = self.out.quiet;
        Arc::new(move |text: &str| {
            if !quiet {
                // Talk that cannot be heard is no reason to fail.
                let _ = writeln!(std::io::stderr(), "note: {text}");
            }
        })
    }
}

/// 16 random bytes; a system without randomness cannot run this program at all, and its commits would only be refused.
pub fn nonce() -> [u8; 16] {
    let mut bytes = [0; 16];
    if getrandom::fill(&mut bytes).is_err() {
        // Names of staged batches need only differ: time and process tell them apart well enough.
        let nanos = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos());
        bytes = (nanos ^ (u128::from(std::process::id()) << 64)).to_le_bytes();
    }
    bytes
}

impl Writer {
    /// Puts a batch on record as the acting agent.
    ///
    /// # Errors
    /// When something is refused, or the commit fails.
    pub fn append(&mut self, cx: &Context<'_>, proposals: &[Proposal]) -> Result<Receipt, CliError> {
        super::verbs::erase::ask_first(cx, &self.ledger, proposals)?;
        self.try_append(cx, proposals).map_err(|error| super::failure::of_batch(error, proposals))
    }

    /// The same, with the library's own error.
    ///
    /// # Errors
    /// When something is refused, or the commit fails.
    pub fn try_append(&mut self, cx: &Context<'_>, proposals: &[Proposal]) -> Result<Receipt, AppendError> {
        let mut random = |bytes: &mut [u8]| getrandom::fill(bytes).map_err(|e| e.to_string());
        let now = cx.clock.now();
        let receipt = self.ledger.append(self.agent.number, self.signer.as_ref(), proposals, now, &mut random)?;
        if let Some(note) = self.ledger.reader().note() {
            super::seen::remember_now(cx, &self.ledger.id(), note);
        }
        for notice in &receipt.notices {
            cx.out.note(format!("warning: {notice}"));
        }
        Ok(receipt)
    }

    /// The acting agent's number.
    pub fn number(&self) -> Index {
        self.agent.number
    }
}

/// Whether a folder holds a ledger.
pub fn holds_ledger(folder: &Path) -> bool {
    folder.join("head").is_file() || folder.join("log").join("checkpoint").is_file()
}

/// Opens the store in a folder.
///
/// # Errors
/// When the folder cannot be used.
pub fn open_store(folder: &Path) -> Result<Arc<dyn Store>, CliError> {
    let store = LocalStore::open(folder)
        .map_err(|e| CliError::cannot_run(format!("cannot open the ledger in {}", folder.display())).because(&e))?;
    Ok(Arc::new(store))
}
