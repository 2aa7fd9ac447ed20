//! A folder of Parquet files, one for each part of the set: `document=3/claims.parquet`, `month=2026-11/claims.parquet`,
//! as `DuckDB`, Spark and pyarrow read partitions (Hive's way).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::{Parquet, rows};
use crate::exchange::format::{Counts, FolderFormat, Format as _, FormatError, Head, Partition, Taken};
use crate::exchange::reread::{self, Reread, RereadError};
use crate::view::ClaimView;

/// Parts that may be open at once: each is a file, and holds a row group in memory.
const MAX_PARTS: usize = 100;

/// Name of the file in each part's folder.
const FILE: &str = "claims.parquet";

/// Writes a folder.
pub(super) struct Parts {
    by: Partition,
    head: Option<Head>,
    folder: PathBuf,
    open: BTreeMap<String, (Parquet, BufWriter<File>)>,
}

impl Parts {
    pub(super) fn new(by: Partition) -> Self {
        Self { by, head: None, folder: PathBuf::new(), open: BTreeMap::new() }
    }

    fn part(&self, claim: &ClaimView) -> String {
        match self.by {
            Partition::Document => {
                let number = claim.appearances.first().map(|a| a.document.number.to_string());
                format!("document={}", number.as_deref().unwrap_or("none"))
            }
            // `2026-11` of `2026-11-22T07:12:03.123Z`.
            Partition::Month => format!("month={}", claim.recorded.to_string().get(..7).unwrap_or("none")),
        }
    }
}

impl FolderFormat for Parts {
    fn begin(&mut self, head: &Head, folder: &Path) -> Result<(), FormatError> {
        self.head = Some(head.clone());
        folder.clone_into(&mut self.folder);
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView) -> Result<Taken, FormatError> {
        let part = self.part(claim);
        if !self.open.contains_key(&part) {
            if self.open.len() == MAX_PARTS {
                return Err(FormatError::TooManyParts { limit: MAX_PARTS });
            }
            let folder = self.folder.join(&part);
            fs::create_dir(&folder)?;
            let mut out = BufWriter::new(File::create(folder.join(FILE))?);
            let mut writer = Parquet::new();
            if let Some(head) = &self.head {
                writer.begin(head, &mut out)?;
            }
            self.open.insert(part.clone(), (writer, out));
        }
        match self.open.get_mut(&part) {
            Some((writer, out)) => writer.claim(claim, out),
            None => Ok(Taken::Written),
        }
    }

    fn end(&mut self, head: &Head, counts: &Counts) -> Result<(), FormatError> {
        for (mut writer, mut out) in std::mem::take(&mut self.open).into_values() {
            writer.end(head, counts, &mut out)?;
            out.flush()?;
        }
        let text = serde_json::to_string_pretty(&serde_json::json!({ "head": head, "counts": counts }));
        let text = text.map_err(|e| super::refused(&e))?;
        // Readers of partitions pass over names that begin with an underscore.
        Ok(fs::write(self.folder.join("_head.json"), format!("{text}\n"))?)
    }
}

/// Reads a folder back: the rows of all its parts, and the digest of its head.
pub(super) fn read(folder: &Path) -> Result<Reread, RereadError> {
    let mut read = Reread { claims: 0, bytes: 0, sha256: crate::hash::Digest::default() };
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let file = if path.is_dir() { path.join(FILE) } else { path };
        let (bytes, sha256) = reread::digest(BufReader::new(File::open(&file)?))?;
        read.bytes += bytes;
        if file.ends_with(FILE) {
            read.claims += rows(&file)?;
        } else {
            read.sha256 = sha256;
        }
    }
    Ok(read)
}
