//! `onrecord follow`: a replica of a published log, checked on the way.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use super::check::trusted;
use crate::cli::config::Settings;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::followed::{self, KeyIs};
use crate::cli::source;
use crate::hash::Digest;
use crate::ledger::Ledger;
use crate::ledger::memory::{FileMemory, Memory as _, Remembered};
use crate::ledger::replica::{self, Arrived, FollowError, Followed, Meaning, Source, Terms};
use crate::store::{Cell, LocalStore, Store, StoreRead as _};
use crate::tlog::note::MAX_NOTE;
use crate::tlog::policy::Policy;

/// With `--every`, after so long all payloads are read again.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);
/// Fewer bundles than this need no bar.
const SLOW: u64 = 256;

/// Keep a replica of a published log, checked on the way.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
The source is the address or the folder of what `onrecord publish-log` made; any static web server will do. Everything is
checked before it counts: the checkpoint's signature, that it extends every checkpoint seen before, every tile, entry,
signature and payload. What does not hold is refused, and the replica stays as it was. Structure, roles and rules are for
`onrecord --ledger DIR audit --copy`.

Exit code 0: the replica is up to date. 1: what the source offers does not hold. 4: it cannot be determined, since the source
is behind, shows no longer what no entry withholds, or has entries that this program does not know. 3: no answer.")]
pub struct Args {
    /// Address or folder of the published copy
    #[arg(value_name = "URL")]
    pub url: String,
    /// Folder of the replica; made if need be; without it, named after the source
    #[arg(value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Whom to trust: a C2SP tlog-policy file, or the log's verifier key itself; without it, the key remembered for the replica
    #[arg(long, value_name = "VKEY|POLICY")]
    pub trust: Option<String>,
    /// Keep following, until stopped
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub every: Option<u64>,
}

/// A replica's place and where it comes from.
struct Follower<'a, 'c> {
    cx: &'a Context<'c>,
    args: &'a Args,
    dir: PathBuf,
    source: Box<dyn Source>,
    trust: Option<Policy>,
    store: Arc<LocalStore>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no answer, or the folder cannot be used.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let trust = args.trust.as_deref().map(trusted).transpose()?;
    let source = source::open(&args.url)?;
    let dir = args.dir.clone().unwrap_or_else(|| PathBuf::from(source::name(&args.url)));
    if dir.join("head").exists() {
        return Err(CliError::bad_input(format!(
            "{} is a desk's own ledger, not a place for a replica",
            dir.display()
        ))
        .hint("name another folder"));
    }
    if !args.url.contains("://") && source::lies_in(&dir, &source::folder(&args.url)?) {
        return Err(
            CliError::bad_input("the replica would lie in the copy that it is made of").hint("name another folder")
        );
    }
    let fresh = !dir.exists();
    let store = Arc::new(LocalStore::create(&dir)?);
    let follower = Follower { cx, args, dir, source, trust, store };
    let Some(every) = args.every else {
        let ended = follower.once(true);
        if fresh && !matches!(ended, Ok(Exit::Done)) {
            follower.leave_nothing();
        }
        return ended;
    };
    let mut swept: Option<Instant> = None;
    loop {
        let sweep = swept.is_none_or(|at| at.elapsed() >= SWEEP_EVERY);
        if sweep || follower.has_news() {
            match follower.once(sweep) {
                Ok(_) if sweep => swept = Some(Instant::now()),
                Ok(_) => {}
                // What goes wrong now may go right next time; a folder that cannot be written is said each time.
                Err(error) => cx.out.note(error.to_text()),
            }
        }
        std::thread::sleep(Duration::from_secs(every));
    }
}

impl Follower<'_, '_> {
    /// Removes the folder that was made for a replica that did not come; the system refuses where there is anything in it.
    fn leave_nothing(&self) {
        if !self.dir.join("log").exists() && !self.dir.join("following").exists() {
            let _ = std::fs::remove_file(self.dir.join("lock")).and_then(|()| std::fs::remove_dir(&self.dir));
        }
    }

    /// Whether the source offers another checkpoint than the replica has; also where there is no answer, which is then said.
    fn has_news(&self) -> bool {
        let there = self.source.fetch(Cell::Checkpoint.name(), MAX_NOTE);
        !matches!((there, self.store.read(Cell::Checkpoint)), (Ok(there), Ok(here)) if there == here)
    }

    fn once(&self, sweep: bool) -> Result<Exit, CliError> {
        self.store.clear_leftovers()?;
        let mut ledger = self.replica()?;
        let before = ledger.as_ref().map_or(0, Ledger::size);
        let settings = ledger.as_ref().map(|l| Settings::load(&self.cx.folders, &l.id())).transpose()?.flatten();
        let known = settings.as_ref().map(known_keys).transpose()?.flatten();
        let policy = self.trust.as_ref().or(known.as_ref());
        let store: Arc<dyn Store> = self.store.clone();
        match self.fetch(&*store, ledger.as_ref(), policy, sweep) {
            Ok(arrived) => {
                let key = self.key_is(&arrived.report)?;
                let report = self.finish(arrived, &*store, &mut ledger).map_err(|e| self.failed(&e))?;
                self.remember(&report, key)?;
                if ledger.is_none() {
                    // Opened once, so that it is known to open, and the first question is answered fast.
                    self.replica()?;
                }
                followed::print(&report, key, &self.dir, &self.cx.out)
            }
            Err(error) if error.meaning() != Meaning::CannotRun => {
                followed::refused(&error, &self.args.url, &self.dir, before, &self.cx.out)
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// The replica as it stands.
    fn replica(&self) -> Result<Option<Ledger>, CliError> {
        if self.store.read(Cell::Checkpoint)?.is_none() {
            return Ok(None);
        }
        // That a catalog is built for the first time is nothing to tell of here.
        let notify = if self.dir.join("catalog").exists() { self.cx.notify() } else { Arc::new(|_: &str| {}) };
        let opened = Ledger::open(self.store.clone(), Some(&self.dir.join("catalog")), notify);
        opened.map(Some).map_err(|e| {
            CliError::cannot_run(format!("the replica in {} cannot be read", self.dir.display()))
                .because(&e)
                .hint(format!("`onrecord --ledger {} audit --copy` names every place", self.dir.display()))
                .hint("a replica can be removed and followed anew")
        })
    }

    fn fetch<'s>(
        &self,
        store: &'s dyn Store,
        ledger: Option<&Ledger>,
        policy: Option<&Policy>,
        sweep: bool,
    ) -> Result<Arrived<'s>, FollowError> {
        let bar = ProgressBar::new(0);
        let quiet = self.cx.out.quiet;
        bar.set_draw_target(if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() });
        let progress = |done: u64, all: u64| {
            if all >= SLOW {
                bar.set_length(all);
                bar.set_position(done);
            }
        };
        let remembered = |id: &Digest| FileMemory::new(self.cx.folders.memory(id)).load();
        let today = self.cx.clock.now().day();
        let terms = Terms { policy, remembered: &remembered, today, sweep, progress: &progress };
        let arrived = replica::fetch(&*self.source, store, ledger, &terms);
        bar.finish_and_clear();
        arrived
    }

    /// Makes it count; catalog and search index lose their words before and after where something is emptied.
    fn finish(
        &self,
        arrived: Arrived<'_>,
        store: &dyn Store,
        ledger: &mut Option<Ledger>,
    ) -> Result<Followed, FollowError> {
        let forgets = arrived.forgets();
        let id = arrived.report.id;
        let forget = || self.forget_words(&id);
        if forgets {
            if ledger.as_ref().is_some_and(|ledger| !ledger.keeps_catalog()) {
                return Err(FollowError::DerivedInUse);
            }
            forget()?;
        }
        let report = arrived.finish(ledger.as_mut())?;
        if forgets {
            forget()?;
            replica::forgotten(store)?;
        }
        Ok(report)
    }

    fn forget_words(&self, id: &Digest) -> Result<(), FollowError> {
        for folder in [self.dir.join("search"), self.cx.folders.search(id)] {
            crate::search::remove(&folder).map_err(|_| FollowError::DerivedInUse)?;
        }
        Ok(())
    }

    /// How the key that signed is known; one that is not the remembered one is refused.
    fn key_is(&self, report: &Followed) -> Result<KeyIs, CliError> {
        if self.trust.is_some() {
            return Ok(KeyIs::Given);
        }
        let Some(settings) = Settings::load(&self.cx.folders, &report.id)? else { return Ok(KeyIs::Unconfirmed) };
        let key = report.key.to_string();
        match (settings.trusted.contains(&key), settings.trusted.first()) {
            (true, _) => Ok(KeyIs::Remembered),
            (false, None) => Ok(KeyIs::Unconfirmed),
            (false, Some(trusted)) => {
                Err(CliError::bad_input("the log is signed by another key than the one remembered")
                    .cause(format!("remembered: {trusted}"))
                    .cause(format!("signed by:  {key}"))
                    .hint("ask the log's keeper by another way; `--trust VKEY` says which one to take"))
            }
        }
    }

    fn remember(&self, report: &Followed, key: KeyIs) -> Result<(), CliError> {
        let (folders, text) = (&self.cx.folders, report.key.to_string());
        let mut settings = Settings::load(folders, &report.id)?.unwrap_or_default();
        let old = settings.clone();
        settings.origin.clone_from(&report.origin);
        if key == KeyIs::Given && !settings.trusted.contains(&text) {
            settings.trusted.push(text.clone());
        }
        if key == KeyIs::Unconfirmed && !settings.unconfirmed.contains(&text) {
            settings.unconfirmed.push(text);
        }
        settings.unconfirmed.retain(|key| !settings.trusted.contains(key));
        if settings != old {
            settings.save(folders, &report.id)?;
        }
        let memory = FileMemory::new(folders.memory(&report.id));
        let lost = |e: &dyn std::error::Error| {
            CliError::cannot_run("the replica is up to date, but what was seen cannot be remembered").because(e)
        };
        if memory.load().map_err(|e| lost(&e))?.is_none_or(|seen| seen.size < report.size) {
            memory.store(Remembered { size: report.size, root: report.root }).map_err(|e| lost(&e))?;
        }
        Ok(())
    }

    fn failed(&self, error: &FollowError) -> CliError {
        let failed = CliError::cannot_run(format!("{} cannot be followed", self.args.url)).because(error);
        match error {
            FollowError::NoLog => failed.hint(
                "name the address of the folder that holds `log/`, as `onrecord publish-log` made it; `/log/checkpoint` is added to it",
            ),
            FollowError::DerivedInUse => failed
                .hint("stop what has the replica open (`onrecord serve`, say), and follow again: words are to be removed")
                .hint("the replica is as it was"),
            _ => failed.hint("what is there already stays; the next run goes on from it"),
        }
    }
}

/// The keys that count for a ledger that was met before: those confirmed, else those first met with.
fn known_keys(settings: &Settings) -> Result<Option<Policy>, CliError> {
    let keys = if settings.trusted.is_empty() { &settings.unconfirmed } else { &settings.trusted };
    if keys.is_empty() {
        return Ok(None);
    }
    let text: String = keys.iter().map(|key| format!("log {key}\n")).chain(["quorum none\n".to_owned()]).collect();
    Policy::parse(text.as_bytes())
        .map(Some)
        .map_err(|e| CliError::cannot_run("the keys remembered for this log cannot be read").because(&e))
}
