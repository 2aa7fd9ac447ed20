//! The index on disk: its fields, what it reflects, opening it, beginning it anew.
//!
//! What it reflects stands in the payload of tantivy's own commit, so the two cannot fall apart. Whoever brings it up to the
//! log holds the lock; whoever only asks needs none.

use std::fs;
use std::path::Path;
use std::time::Duration;

use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexReader, ReloadPolicy};

use super::error::{SearchError, Why};
use super::tokenizer::{Folding, Terms};
use crate::hash::{Digest, empty_root};
use crate::lock::{self, Lock, Share};

/// Of fields, words and stamp; another one is not read but rebuilt.
const VERSION: u64 = 3;
/// How long one waits for another process.
const PATIENCE: Duration = Duration::from_secs(2);
/// Up to this size all files are compared with their checksums on opening.
const CHECKED: u64 = 32 << 20;

/// The fields of a claim in the index.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    /// The claim's number.
    pub number: Field,
    /// Words of the statement.
    pub statement: Field,
    /// Words of everything else.
    pub rest: Field,
    /// What it is compared by.
    pub likeness: Field,
    /// Words of the statement as queries compare them, where they are not words of the statement anyway.
    pub plain: Field,
}

pub(super) const NUMBER: &str = "number";

fn schema() -> (Schema, Fields) {
    let mut schema = Schema::builder();
    let text = |tokenizer: &str, option| {
        let indexing = TextFieldIndexing::default().set_tokenizer(tokenizer).set_index_option(option);
        TextOptions::default().set_indexing_options(indexing)
    };
    let positions = IndexRecordOption::WithFreqsAndPositions;
    let fields = Fields {
        number: schema.add_u64_field(NUMBER, NumericOptions::from(INDEXED) | FAST),
        statement: schema.add_text_field("statement", text("folding", positions)),
        rest: schema.add_text_field("rest", text("folding", positions)),
        likeness: schema.add_text_field("likeness", text("terms", IndexRecordOption::WithFreqs)),
        plain: schema.add_text_field("plain", text("terms", IndexRecordOption::Basic)),
    };
    (schema.build(), fields)
}

fn tokenizers() -> TokenizerManager {
    // With its own default too: the writer asks for one, also for fields without text.
    let manager = TokenizerManager::default();
    manager.register("folding", Folding);
    manager.register("terms", Terms);
    manager
}

/// What an index reflects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub ledger: Digest,
    pub size: u64,
    pub root: Digest,
}

impl Stamp {
    pub fn empty(ledger: Digest) -> Self {
        Self { ledger, size: 0, root: empty_root() }
    }

    pub fn to_text(self) -> String {
        format!("onrecord-search/{VERSION} {} {} {}", self.ledger, self.size, self.root)
    }

    fn parse(text: &str) -> Result<Self, Why> {
        let mut parts = text.split(' ');
        if parts.next() != Some(&format!("onrecord-search/{VERSION}")) {
            return Err(Why::Version);
        }
        let mut next = || parts.next().ok_or(Why::Version);
        let stamp = Self {
            ledger: next()?.parse().map_err(|_| Why::Version)?,
            size: next()?.parse().map_err(|_| Why::Version)?,
            root: next()?.parse().map_err(|_| Why::Version)?,
        };
        if stamp.to_text() == text { Ok(stamp) } else { Err(Why::Version) }
    }
}

/// An index, ready to be asked.
pub(super) struct Opened {
    pub index: Index,
    pub reader: IndexReader,
    pub fields: Fields,
    pub stamp: Stamp,
}

impl Opened {
    fn of(index: Index, stamp: Stamp) -> Result<Self, tantivy::TantivyError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { index, reader, fields: schema().1, stamp })
    }

    /// In memory alone.
    pub fn in_memory(ledger: Digest) -> Result<Self, SearchError> {
        let index = Index::builder().schema(schema().0).tokenizers(tokenizers()).create_in_ram()?;
        Ok(Self::of(index, Stamp::empty(ledger))?)
    }

    /// Begins anew with nothing, in `folder/index`, which is made. The caller holds the lock.
    pub fn begin(folder: &Path, ledger: Digest) -> Result<Self, SearchError> {
        let path = folder.join("index");
        fs::create_dir_all(&path).map_err(|source| SearchError::Folder { folder: path.clone(), source })?;
        let index = Index::builder().schema(schema().0).tokenizers(tokenizers()).create_in_dir(&path)?;
        Ok(Self::of(index, Stamp::empty(ledger))?)
    }

    /// What is there; `None` where nothing is.
    pub fn load(folder: &Path, ledger: Digest) -> Result<Option<Self>, Why> {
        let path = folder.join("index");
        if !path.exists() {
            return Ok(None);
        }
        let mut index = Index::open_in_dir(&path)?;
        if index.schema() != schema().0 {
            return Err(Why::Version);
        }
        index.set_tokenizers(tokenizers());
        let payload = index.load_metas()?.payload.ok_or(Why::Unfinished)?;
        let stamp = Stamp::parse(&payload)?;
        if stamp.ledger != ledger {
            return Err(Why::Ledger(stamp.ledger));
        }
        if size_of(&path) <= CHECKED {
            let damaged = index.validate_checksum()?;
            if !damaged.is_empty() {
                return Err(Why::Checksum(damaged.len()));
            }
        }
        Ok(Some(Self::of(index, stamp)?))
    }
}

/// Bytes of the files in a folder.
fn size_of(folder: &Path) -> u64 {
    let Ok(files) = fs::read_dir(folder) else { return 0 };
    files.filter_map(|file| file.ok()?.metadata().ok()).map(|m| m.len()).sum()
}

/// Puts what is there aside: it is removed when the new one is ready.
pub(super) fn set_aside(folder: &Path) -> std::io::Result<()> {
    remove(&folder.join("aside"))?;
    match fs::rename(folder.join("index"), folder.join("aside")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes what was set aside.
pub(super) fn settle(folder: &Path) {
    // What cannot be removed now may be next time; nobody reads it.
    let _ = remove(&folder.join("aside"));
}

/// Removes a folder with all in it.
pub(super) fn remove(path: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Waits for the lock of a folder; `None` where another process keeps it.
pub(super) fn lock(folder: &Path) -> Result<Option<Lock>, SearchError> {
    let failed = |source| SearchError::Folder { folder: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    let file = lock::open(&folder.join("lock")).map_err(failed)?;
    let taken = Lock::take(file, Share::Alone, PATIENCE, Duration::from_millis(20)).map_err(failed)?;
    Ok(taken.ok())
}
