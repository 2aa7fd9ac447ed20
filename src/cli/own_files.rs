//! Claim sets of other ledgers as files: our JSON Lines with the head that lies beside them, and bundles, whose proofs are
//! checked before anything of them counts.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::context::Context;
use super::error::CliError;
use super::verbs::check;
use crate::claim::Imported;
use crate::entry::bundle::Line;
use crate::entry::bundle::check::{Report, Step};
use crate::entry::why::Outcome;
use crate::exchange::bundle::Reader;
use crate::exchange::import::bundle::Folded;
use crate::exchange::import::own::{self, OwnClaim};
use crate::exchange::import::{Rejected, line, lines};
use crate::hash::Digest;
use crate::text::printable_line;
use crate::tlog::note::Note;

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

/// Reads a bundle. Nothing of it counts unless its entries are in the log of a checkpoint that `trust` vouches for, or a
/// key remembered for the ledger, and are their agents'.
///
/// # Errors
/// When it is no bundle, or that does not hold or cannot be determined.
pub fn bundle(bytes: &[u8], name: &Path, by: &str, trust: Option<&str>, cx: &Context<'_>) -> Result<OwnFile, CliError> {
    let name = printable_line(&name.display().to_string());
    let bad = |e: &dyn std::error::Error| {
        CliError::bad_input(format!("{name} is no bundle"))
            .because(e)
            .hint("`onrecord export --format bundle` writes one")
    };
    let first = lines(bytes).next().and_then(|(_, range)| bytes.get(range.start..range.end + 1));
    let Some(Line::Head(head)) = first.and_then(|line| Line::parse(line, 1).ok()) else {
        return Err(
            CliError::bad_input(format!("{name} is no bundle")).hint("`onrecord export --format bundle` writes one")
        );
    };
    let note = Note::parse(head.checkpoint.as_bytes()).map_err(|e| bad(&e))?;
    let policy = check::policy(trust, &note, cx)?;
    let mut reader = Reader::new(bytes, policy.as_ref());
    let mut folded = Folded::new(head.as_of);
    while let Some(step) = reader.next().map_err(|e| bad(&e))? {
        match step {
            Step::Claim(stated) => folded.claim(&stated),
            Step::Entry(item) => folded.entry(*item),
            Step::Head(_) | Step::End => {}
        }
    }
    let report = reader.report().map_err(|e| bad(&e))?;
    proven(&report, &name)?;
    let (sha256, format) = (Digest::of(bytes), "bundle".to_owned());
    let (mut claims, mut rejected) = (Vec::new(), Vec::new());
    for (number, text) in folded.lines(cx.clock.now().day()) {
        let (locator, extra) = (format!("entry {}", number.0), Vec::new());
        let (by, format) = (by.to_owned(), format.clone());
        let imported = Imported { by, extra, format, locator: locator.clone(), origin: None, sha256 };
        match own::read(&String::from_utf8_lossy(&text), &locator, &imported) {
            Ok(claim) => claims.push(claim),
            Err(reason) => rejected.push(Rejected { locator, reason }),
        }
    }
    Ok(OwnFile { claims, rejected, origin: Some(report.checkpoint.0), ledger: report.ledger })
}

/// Refuses a bundle whose proofs do not hold, or about which that cannot be determined.
fn proven(report: &Report, name: &str) -> Result<(), CliError> {
    let (error, why) = match report.outcome() {
        Outcome::Holds => return Ok(()),
        Outcome::DoesNotHold(why) => (
            CliError::bad_input(format!("the proofs in {name} do not hold; nothing was recorded"))
                .hint(format!("`onrecord check {name}` tells each; ask for the file again")),
            why,
        ),
        Outcome::CannotBeDetermined(why) => (
            CliError::bad_input(format!(
                "whether the proofs in {name} hold cannot be determined; nothing was recorded"
            ))
            .hint("`--trust KEY` names the log's verifier key, as `onrecord stats` prints it there"),
            why,
        ),
    };
    Err(error.cause(why.to_string()))
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
