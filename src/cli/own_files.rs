//! Claim sets of other ledgers as files: our JSON Lines with the head that lies beside them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::error::CliError;
use crate::claim::Imported;
use crate::exchange::import::own::{self, OwnClaim};
use crate::exchange::import::{Rejected, line, lines};
use crate::hash::Digest;
use crate::text::printable_line;

/// Longest head, in bytes.
const MAX_HEAD: u64 = 1 << 20;

/// A claim set that was read.
#[derive(Debug)]
pub struct OwnFile {
    /// Its claims, in order.
    pub claims: Vec<OwnClaim>,
    /// Lines that are none.
    pub rejected: Vec<Rejected>,
    /// The ledger's name, as far as it is known.
    pub origin: Option<String>,
    /// The ledger's id, as far as it is known.
    pub ledger: Option<Digest>,
}

/// What is read of the head beside a claim set.
#[derive(Deserialize)]
struct Head {
    origin: String,
    id: Digest,
    sha256: Digest,
}

/// Whether the first line is a claim object of ours.
pub fn is_ours(bytes: &[u8]) -> bool {
    lines(bytes).next().and_then(|(_, range)| std::str::from_utf8(bytes.get(range)?).ok()).is_some_and(own::is_ours)
}

/// Reads a claim set; `origin` is what the user says that the ledger is called.
///
/// # Errors
/// When the head beside it is of another file, or says another name.
pub fn read(path: &Path, bytes: &[u8], sha256: Digest, by: &str, origin: Option<&str>) -> Result<OwnFile, CliError> {
    let head = head(path)?;
    if let Some(head) = &head
        && head.sha256 != sha256
    {
        let name = printable_line(&path.display().to_string());
        return Err(CliError::bad_input(format!("{name} is not the file that {name}.meta.json is of"))
            .cause(format!("the head says sha256 {}, the file has {sha256}", head.sha256))
            .hint("export it again, or move the head away and name the ledger with `--origin`"));
    }
    if let (Some(head), Some(origin)) = (&head, origin)
        && head.origin != origin
    {
        return Err(CliError::bad_input(format!(
            "the head beside the file says origin {}",
            printable_line(&head.origin)
        ))
        .hint("leave `--origin` out"));
    }
    let (mut claims, mut rejected) = (Vec::new(), Vec::new());
    for (number, range) in lines(bytes) {
        let locator = format!("line {number}");
        let (extra, format) = (Vec::new(), "jsonl".to_owned());
        let imported = Imported { by: by.to_owned(), extra, format, locator: locator.clone(), origin: None, sha256 };
        let claim = line(bytes, &range).and_then(|_| {
            let text = std::str::from_utf8(&bytes[range]).map_err(|e| e.to_string())?;
            own::read(text, &locator, &imported)
        });
        match claim {
            Ok(claim) => claims.push(claim),
            Err(reason) => rejected.push(Rejected { locator, reason }),
        }
    }
    let (origin, ledger) = match head {
        Some(head) => (Some(head.origin), Some(head.id)),
        None => (origin.map(str::to_owned), None),
    };
    Ok(OwnFile { claims, rejected, origin, ledger })
}

/// The head that an export writes beside its file, where it is there.
fn head(path: &Path) -> Result<Option<Head>, CliError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".meta.json");
    let path = PathBuf::from(name);
    let Ok(metadata) = std::fs::metadata(&path) else { return Ok(None) };
    let name = printable_line(&path.display().to_string());
    let bad = |e: &dyn std::error::Error| {
        CliError::bad_input(format!("{name} is not the head of a claim set"))
            .because(e)
            .hint("move it away and name the ledger with `--origin`")
    };
    if metadata.len() > MAX_HEAD {
        return Err(CliError::bad_input(format!("{name} is longer than {MAX_HEAD} bytes")).hint("move it away"));
    }
    let bytes = std::fs::read(&path).map_err(|e| bad(&e))?;
    serde_json::from_slice(&bytes).map(Some).map_err(|e| bad(&e))
}
