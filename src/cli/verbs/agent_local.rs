//! `onrecord agent use`: which agent this user acts as, and where its key lies. Nothing of it is recorded.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::agent::named;
use crate::cli::config::Settings;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::keys;
use crate::entry::sshsig::PublicKey;
use crate::hash::Digest;
use crate::tlog::key::Signer as LogSigner;

/// Which agent to act as.
#[derive(Debug, clap::Args)]
pub struct Use {
    /// Who
    #[arg(value_name = "HANDLE")]
    pub handle: String,
    /// Its key: the private key file, or a .pub file whose key an ssh-agent holds; what was remembered stays where absent
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The log's private key, which signs every checkpoint; from whoever keeps the ledger
    #[arg(long, value_name = "FILE")]
    pub log_key: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Used<'a> {
    onrecord: u32,
    agent: &'a str,
    key: &'a Path,
    log_key: Option<&'a Path>,
    settings: &'a Path,
}

fn absolute(path: &Path) -> Result<PathBuf, CliError> {
    std::path::absolute(path).map_err(|e| CliError::cannot_run("no current folder").because(&e))
}

/// Runs the verb.
///
/// # Errors
/// When there is no such agent, or the key is not its own.
pub fn run(args: &Use, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let agent = named(ledger.state(), &args.handle)?;
    let id = ledger.id();
    let new = || Settings { origin: ledger.origin().to_owned(), ..Settings::default() };
    let mut settings = Settings::load(&cx.folders, &id)?.unwrap_or_else(new);
    let key = match (&args.key, settings.keys.get(&args.handle)) {
        (Some(file), _) => absolute(file)?,
        (None, Some(file)) => file.clone(),
        (None, None) => {
            return Err(CliError::usage(format!("where is the key of agent `{}`?", agent.handle))
                .hint(format!("`onrecord agent use {} --key FILE`", agent.handle)));
        }
    };
    let public = keys::public(&key)?;
    if agent.key() != Some(public) {
        let enrolled = agent.key().map_or_else(|| "none".into(), PublicKey::fingerprint);
        return Err(CliError::bad_input(format!("{} is not the key of agent `{}`", key.display(), agent.handle))
            .cause(format!("the file holds {}, enrolled is {enrolled}", public.fingerprint()))
            .hint(format!(
                "an admin enrols a new one with `onrecord agent key {} --key FILE --reason …`",
                agent.handle
            )));
    }
    if let Some(file) = &args.log_key {
        settings.log_key = Some(log_key(&absolute(file)?, ledger.state().log_keys.last().map(|(_, k)| k.as_str()))?);
    }
    settings.agent = Some(args.handle.clone());
    settings.keys.insert(args.handle.clone(), key.clone());
    settings.save(&cx.folders, &id)?;
    let file = cx.folders.settings(&id);
    if cx.out.json {
        let log_key = settings.log_key.as_deref();
        cx.out.json(&Used { onrecord: 1, agent: &args.handle, key: &key, log_key, settings: &file })?;
        return Ok(Exit::Done);
    }
    cx.out.line(format!("you act as {} in {}, with the key {}", agent.handle, ledger.origin(), key.display()))?;
    cx.out.line(format!("  remembered in {}; nothing was recorded", file.display()))?;
    if settings.log_key.is_none() {
        cx.out.note("note: this user does not have the log's private key, without which nothing can be recorded; `--log-key FILE` names it");
    }
    if agent.revoked.is_some() {
        cx.out.note(format!("note: {} was revoked and may act no more", agent.handle));
    }
    Ok(Exit::Done)
}

/// Checks that a file holds the private key of this ledger's log.
fn log_key(path: &Path, verifier: Option<&str>) -> Result<PathBuf, CliError> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| CliError::cannot_run(format!("cannot read {}", path.display())).because(&e))?;
    let signer = LogSigner::from_secret_text(text.trim())
        .map_err(|e| CliError::bad_input(format!("{} is not a log key", path.display())).because(&e))?;
    if Some(signer.verifier().to_string().as_str()) != verifier {
        return Err(CliError::bad_input(format!("{} is the key of another log", path.display()))
            .cause(format!("it belongs to {}", signer.verifier()))
            .hint("`onrecord stats` shows this log's key"));
    }
    Ok(path.to_path_buf())
}

/// After a change of key: where this user holds the agent's key and the new file can sign, the settings follow.
///
/// # Errors
/// When the settings cannot be written.
pub fn remember_new_key(
    cx: &Context<'_>,
    ledger: &Digest,
    handle: &str,
    file: &Path,
) -> Result<Option<PathBuf>, CliError> {
    let Some(mut settings) = Settings::load(&cx.folders, ledger)? else { return Ok(None) };
    if !settings.keys.contains_key(handle) {
        return Ok(None);
    }
    // A .pub file stands beside its private half more often than not.
    let mut candidates = vec![file.to_path_buf()];
    if file.extension().is_some_and(|e| e == "pub") {
        candidates.insert(0, file.with_extension(""));
    }
    let wanted = keys::public(file)?;
    let Some(found) = candidates.into_iter().find(|f| keys::public(f).is_ok_and(|k| k == wanted)) else {
        return Ok(None);
    };
    let found = absolute(&found)?;
    settings.keys.insert(handle.to_owned(), found.clone());
    settings.save(&cx.folders, ledger)?;
    Ok(Some(found))
}
