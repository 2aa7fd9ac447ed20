//! The user's own folders: keys and settings (configuration), memory of checkpoints (state), catalogs of ledgers that
//! cannot be written (cache). XDG base directories; nothing secret ever lies under a ledger's folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::CliError;
use crate::hash::Digest;

/// The three folders.
#[derive(Debug, Clone)]
pub struct Folders {
    /// Keys and settings.
    pub config: PathBuf,
    /// Memory of checkpoints.
    pub state: PathBuf,
    /// Disposable.
    pub cache: PathBuf,
}

impl Folders {
    /// From the environment: `XDG_CONFIG_HOME`, `XDG_STATE_HOME`, `XDG_CACHE_HOME`, else below the home folder.
    ///
    /// # Errors
    /// When neither they nor a home folder are set.
    pub fn from_env() -> Result<Self, CliError> {
        let place = |variable: &str, below: &str| {
            let set = std::env::var_os(variable).map(PathBuf::from).filter(|p| p.is_absolute());
            let base = set.or_else(|| std::env::home_dir().map(|home| home.join(below)));
            base.map(|b| b.join("onrecord")).ok_or_else(|| {
                CliError::cannot_run("no home folder").hint(format!("set {variable} to a folder of yours"))
            })
        };
        Ok(Self {
            config: place("XDG_CONFIG_HOME", ".config")?,
            state: place("XDG_STATE_HOME", ".local/state")?,
            cache: place("XDG_CACHE_HOME", ".cache")?,
        })
    }

    /// Where the settings of a ledger lie.
    pub fn settings(&self, ledger: &Digest) -> PathBuf {
        self.config.join("ledgers").join(format!("{ledger}.toml"))
    }

    /// Where the last checkpoint signed or seen is remembered.
    pub fn memory(&self, ledger: &Digest) -> PathBuf {
        self.state.join("checkpoints").join(ledger.to_string())
    }

    /// Where the secret lies that keys the digests of what was erased.
    pub fn erasure_secret(&self) -> PathBuf {
        self.config.join("erasure.key")
    }

    /// Where the digests of what was erased from a ledger lie.
    pub fn erased(&self, ledger: &Digest) -> PathBuf {
        self.config.join("erased").join(ledger.to_string())
    }

    /// Where the search index of a ledger lies whose own folder cannot be written.
    pub fn search(&self, ledger: &Digest) -> PathBuf {
        self.cache.join("search").join(ledger.to_string())
    }

    /// Where new private keys lie.
    pub fn keys(&self) -> PathBuf {
        self.config.join("keys")
    }
}

/// What this user has for one ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The ledger's name.
    pub origin: String,
    /// Verifier keys of its log that this user trusts.
    pub trusted: Vec<String>,
    /// Verifier keys that a replica was first met with, which nobody has confirmed: they are not trusted for anything else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unconfirmed: Vec<String>,
    /// File of the log's private key, where this user may write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_key: Option<PathBuf>,
    /// The agent that acts without `--as`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// IRI under which exports name the things of the ledger; without it, the ledger's name as an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Key files by handle.
    #[serde(default)]
    pub keys: BTreeMap<String, PathBuf>,
}

impl Settings {
    /// Reads the settings for a ledger; `None` where this user has none.
    ///
    /// # Errors
    /// When the file cannot be read or is not what this program writes.
    pub fn load(folders: &Folders, ledger: &Digest) -> Result<Option<Self>, CliError> {
        let path = folders.settings(ledger);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(CliError::cannot_run(format!("cannot read {}", path.display())).because(&e)),
        };
        toml::from_str(&text)
            .map(Some)
            .map_err(|e| CliError::cannot_run(format!("{} is not a settings file", path.display())).because(&e))
    }

    /// Writes them.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn save(&self, folders: &Folders, ledger: &Digest) -> Result<(), CliError> {
        let text = toml::to_string(self).map_err(|e| CliError::bug(format!("settings cannot be written: {e}")))?;
        write_private(&folders.settings(ledger), text.as_bytes(), true)
    }
}

/// Writes a file that only this user may read, durably; refuses one that exists unless `replace`.
///
/// # Errors
/// When it exists, or the folder cannot be written.
pub fn write_private(path: &Path, bytes: &[u8], replace: bool) -> Result<(), CliError> {
    let failed = |e: &std::io::Error| CliError::cannot_run(format!("cannot write {}", path.display())).because(e);
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| failed(&e))?;
    // tempfile makes files that only their owner may read.
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(&e))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|e| failed(&e))?;
    let kept = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map_err(|e| failed(&e.error))?;
    Ok(())
}
