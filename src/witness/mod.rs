//! A witness's own folder: its key, the logs that it knows, and what it has cosigned.
//!
//! ```text
//! witness.key                          private key; the name in it is the witness's
//! logs/<hex SHA-256(origin)>/keys      the log's verifier keys, one a line
//! logs/<hex SHA-256(origin)>/checkpoint    the latest checkpoint cosigned, with the witness's own line
//! logs/<hex SHA-256(origin)>/refused/<hex> requests that may be evidence of a fork: signed by the log, and not consistent
//! lock                                 held by whoever serves
//! ```
//!
//! All that a witness must not forget is the latest checkpoint of each log, and that file vouches for itself: it bears the
//! witness's own cosignature. It is read anew for each request and replaced before the answer is given, durably, so
//! whatever happens to the process, nothing was promised that is not on disk. One that cannot be read, or is not what
//! this witness cosigned, is never taken for "nothing yet".
//!
//! What is decided is decided in [`crate::tlog::witness::server`]; this module adds the disk and the lock.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::hash::Digest;
use crate::lock::{self, Lock, Share};
use crate::store::StoreError;
use crate::store::files::{read_file, replace_durably};
use crate::tlog::key::{BadKey, MAX_KEY_TEXT, Role, Signer, Verifier};
use crate::tlog::note::MAX_NOTE;
use crate::tlog::witness::server::{BadState, Cosigned, Log, Refusal, answer};

/// Most keys of one log.
const MAX_KEYS: usize = 16;

/// Most refused requests that are kept for one log; whoever holds its key could otherwise fill the disk.
const MAX_REFUSED: usize = 100;

/// What went wrong with a witness's folder.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] StoreError),
    /// The folder cannot be looked at.
    #[error("cannot read {path}")]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: std::io::Error,
    },
    /// No witness lies there.
    #[error("{folder} is no witness's folder: it has no `witness.key`")]
    None {
        /// The folder.
        folder: PathBuf,
    },
    /// A witness lies there already.
    #[error("{folder} holds a witness already")]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// The key file holds something else.
    #[error("{path} holds no witness's private key")]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: BadKey,
    },
    /// The key is a log's, or the key of a log is a witness's.
    #[error("{vkey} is not a key of the right kind: a log's is of type 0x01, a witness's of type 0x04")]
    Role {
        /// The public key.
        vkey: String,
    },
    /// A file of log keys holds something else.
    #[error("{path} is not a file of log keys")]
    Keys {
        /// The file.
        path: PathBuf,
    },
    /// A log has too many keys.
    #[error("a log has at most {MAX_KEYS} keys")]
    TooManyKeys,
    /// The state of a log is not what this witness has stored.
    #[error("{path} is not a checkpoint that this witness has cosigned")]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        error: BadState,
    },
    /// Another process serves from the folder.
    #[error("another process serves from {folder}")]
    Taken {
        /// The folder.
        folder: PathBuf,
    },
}

/// A log that the witness knows, for a person.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its name.
    pub origin: String,
    /// Its keys.
    pub keys: Vec<Verifier>,
    /// The latest checkpoint cosigned.
    pub last: Option<Cosigned>,
    /// Requests kept that may be evidence of a fork.
    pub refused: usize,
}

/// A witness: its key and its folder.
#[derive(Debug)]
pub struct Witness {
    folder: PathBuf,
    signer: Signer,
    /// Held from reading the state of a log until what was decided is durable.
    deciding: Mutex<()>,
}

impl Witness {
    /// Makes a new one.
    ///
    /// # Errors
    /// When there is one already, the key is a log's, or the folder cannot be written.
    pub fn create(folder: &Path, signer: Signer) -> Result<Self, FolderError> {
        if signer.verifier().role() != Role::Witness {
            return Err(FolderError::Role { vkey: signer.verifier().to_string() });
        }
        let witness = Self { folder: folder.to_owned(), signer, deciding: Mutex::default() };
        // A folder of logs without a key is a witness whose key was lost, not a place for another one.
        if witness.key_file().exists() || folder.join("logs").exists() {
            return Err(FolderError::Exists { folder: folder.to_owned() });
        }
        let path = witness.key_file();
        write_secret(folder, &path, &format!("{}\n", witness.signer.secret_text()))
            .map_err(|source| FolderError::Write { path, source })?;
        Ok(witness)
    }

    /// Opens one.
    ///
    /// # Errors
    /// When there is none, or its key cannot be read.
    pub fn open(folder: &Path) -> Result<Self, FolderError> {
        let path = folder.join("witness.key");
        let bytes = read_file(&path, MAX_KEY_TEXT + 1)?;
        let bytes = bytes.ok_or_else(|| FolderError::None { folder: folder.to_owned() })?;
        let key = |error| FolderError::Key { path: path.clone(), error };
        let text = str::from_utf8(&bytes).map_err(|_| key(BadKey::Form))?;
        let signer = Signer::from_secret_text(text.strip_suffix('\n').unwrap_or(text)).map_err(key)?;
        if signer.verifier().role() != Role::Witness {
            return Err(FolderError::Role { vkey: signer.verifier().to_string() });
        }
        Ok(Self { folder: folder.to_owned(), signer, deciding: Mutex::default() })
    }

    /// The witness's public key.
    pub fn verifier(&self) -> &Verifier {
        self.signer.verifier()
    }

    /// The file of the private key.
    pub fn key_file(&self) -> PathBuf {
        self.folder.join("witness.key")
    }

    /// Keeps other processes from serving from the same folder, until the lock is dropped.
    ///
    /// # Errors
    /// When another does.
    pub fn lock(&self) -> Result<Lock, FolderError> {
        let path = self.folder.join("lock");
        let failed = |source| FolderError::Read { path: path.clone(), source };
        let taken = lock::open(&path).and_then(|file| Lock::take_now(file, Share::Alone)).map_err(failed)?;
        taken.map_err(|_| FolderError::Taken { folder: self.folder.clone() })
    }

    /// Cosigns for a log from now on; a further key of one that is known is added. Whether anything changed.
    ///
    /// # Errors
    /// When the key is not a log's, or the folder cannot be written.
    pub fn add_log(&self, key: &Verifier) -> Result<bool, FolderError> {
        if key.role() != Role::Log {
            return Err(FolderError::Role { vkey: key.to_string() });
        }
        let _guard = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        let place = self.place(key.name());
        let mut keys = self.keys(&place)?.unwrap_or_default();
        if keys.contains(key) {
            return Ok(false);
        }
        if keys.len() == MAX_KEYS {
            return Err(FolderError::TooManyKeys);
        }
        keys.push(key.clone());
        let text = keys.iter().fold(String::new(), |text, key| text + &key.to_string() + "\n");
        replace_durably(&place.join("keys"), text.as_bytes())?;
        Ok(true)
    }

    /// Every log that it knows, by name.
    ///
    /// # Errors
    /// When the folder cannot be read, or a file in it is not what this witness wrote.
    pub fn logs(&self) -> Result<Vec<Known>, FolderError> {
        let path = self.folder.join("logs");
        let failed = |source| FolderError::Read { path: path.clone(), source };
        let entries = match fs::read_dir(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let place = entry.map_err(failed)?.path();
            let Some(keys) = self.keys(&place)? else { continue };
            let origin = keys[0].name().to_owned();
            let last = self.last(&place, &origin)?;
            found.push(Known { origin, keys, last, refused: refused(&place) });
        }
        found.sort_by(|a, b| a.origin.cmp(&b.origin));
        Ok(found)
    }

    /// Decides on a request at `now`, in seconds since 1970. What was decided is durable on return.
    ///
    /// # Errors
    /// When the state cannot be read or written; nothing may be answered then.
    pub fn decide(&self, body: &[u8], now: u64) -> Result<Result<Cosigned, Refusal>, FolderError> {
        // One at a time: what was read must still be so when the answer to it is stored.
        let _guard = self.deciding.lock().unwrap_or_else(PoisonError::into_inner);
        let mut place = None;
        let find = |origin: &str| -> Result<Option<Log>, FolderError> {
            let at = self.place(origin);
            let Some(keys) = self.keys(&at)? else { return Ok(None) };
            let last = self.last(&at, origin)?;
            place = Some(at);
            Ok(Some(Log { keys, last }))
        };
        let decided = answer(body, find, &self.signer, now)?;
        let Some(place) = place else { return Ok(decided) };
        match &decided {
            Ok(cosigned) => replace_durably(&place.join("checkpoint"), cosigned.note.to_string().as_bytes())?,
            Err(refusal) if refusal.is_evidence() && refused(&place) < MAX_REFUSED => {
                let file = place.join("refused").join(Digest::of(body).to_string());
                replace_durably(&file, body)?;
            }
            Err(_) => {}
        }
        Ok(decided)
    }

    /// The latest checkpoint cosigned for the log whose origin has this SHA-256.
    ///
    /// # Errors
    /// When it cannot be read, or is not what this witness wrote.
    pub fn latest(&self, origin: &Digest) -> Result<Option<Cosigned>, FolderError> {
        let place = self.folder.join("logs").join(origin.to_string());
        match self.keys(&place)? {
            Some(keys) => self.last(&place, keys[0].name()),
            None => Ok(None),
        }
    }

    fn place(&self, origin: &str) -> PathBuf {
        self.folder.join("logs").join(Digest::of(origin.as_bytes()).to_string())
    }

    /// The keys of a log, at least one; `None` where it is not known.
    fn keys(&self, place: &Path) -> Result<Option<Vec<Verifier>>, FolderError> {
        let path = place.join("keys");
        let Some(bytes) = read_file(&path, MAX_KEYS * (MAX_KEY_TEXT + 1))? else { return Ok(None) };
        let wrong = || FolderError::Keys { path: path.clone() };
        let text = str::from_utf8(&bytes).map_err(|_| wrong())?;
        let keys: Vec<Verifier> = text.lines().map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
        let Some(first) = keys.first() else { return Err(wrong()) };
        let same = keys.iter().all(|key| key.name() == first.name() && key.role() == Role::Log);
        if same && self.place(first.name()) == place { Ok(Some(keys)) } else { Err(wrong()) }
    }

    fn last(&self, place: &Path, origin: &str) -> Result<Option<Cosigned>, FolderError> {
        let path = place.join("checkpoint");
        let Some(bytes) = read_file(&path, MAX_NOTE)? else { return Ok(None) };
        let parsed = Cosigned::parse(&bytes, origin, self.verifier());
        parsed.map(Some).map_err(|error| FolderError::State { path, error })
    }
}

/// Requests kept for a log.
fn refused(place: &Path) -> usize {
    fs::read_dir(place.join("refused")).map_or(0, Iterator::count)
}

/// Writes a new file that only its owner may read, durably.
fn write_secret(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    File::open(folder)?.sync_all()
}
