//! What came of following a log, for a person and for a program.

use std::path::Path;

use serde::Serialize;

use super::error::{CliError, Exit};
use super::kept::payloads;
use super::output::{Output, Tone, counted};
use crate::hash::{Digest, Index};
use crate::ledger::replica::{FollowError, Followed, Fork, Meaning, Seen};
use crate::text::printable_line;

/// Numbers that are printed of a list.
const SHOWN: usize = 8;

/// How the key that signed is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyIs {
    /// The user gave it now.
    Given,
    /// The user gave it before.
    Remembered,
    /// The log's own first entry names it, and nobody has confirmed it.
    Unconfirmed,
}

#[derive(Serialize)]
struct View<'a> {
    onrecord: u32,
    outcome: &'static str,
    dir: &'a Path,
    origin: &'a str,
    id: Digest,
    before: u64,
    size: u64,
    root: Digest,
    key: String,
    key_is: KeyIs,
    cosigned: &'a [String],
    fetched_files: u64,
    fetched_bytes: u64,
    signatures: u64,
    shown: u64,
    withheld: u64,
    erased: u64,
    emptied: u64,
    filled: u64,
    kept: &'a [Index],
    unknown_entries: u64,
    swept: bool,
}

/// Prints what came, and says what could not be checked.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(report: &Followed, key_is: KeyIs, dir: &Path, out: &Output) -> Result<Exit, CliError> {
    let sure = report.kept.is_empty() && report.foreign == 0;
    let exit = if sure { Exit::Done } else { Exit::CannotBeDetermined };
    if out.json {
        out.json(&View {
            onrecord: 1,
            outcome: if sure { "holds" } else { "cannot-be-determined" },
            dir,
            origin: &report.origin,
            id: report.id,
            before: report.before,
            size: report.size,
            root: report.root,
            key: report.key.to_string(),
            key_is,
            cosigned: &report.cosigned,
            fetched_files: report.files,
            fetched_bytes: report.bytes,
            signatures: report.signatures,
            shown: report.shown,
            withheld: report.withheld,
            erased: report.erased,
            emptied: report.emptied,
            filled: report.filled,
            kept: &report.kept,
            unknown_entries: report.foreign,
            swept: report.swept,
        })?;
    } else {
        lines(report, dir, out)?;
    }
    notes(report, key_is, dir, out);
    Ok(exit)
}

fn lines(report: &Followed, dir: &Path, out: &Output) -> Result<(), CliError> {
    let origin = printable_line(&report.origin);
    let new = report.size - report.before;
    let came = match (report.before, new) {
        (0, _) => String::new(),
        (_, 0) => ", none new".to_owned(),
        _ => format!(", {new} new"),
    };
    let word = out.tone(Tone::Good, "holds");
    out.line(format!("replica of {origin} in {}: {}{came}: {word}", dir.display(), counted(report.size, "entry")))?;
    out.line(format!("  root {}", report.root))?;
    let signatures = counted(report.signatures, "signature");
    out.line(format!("  {} fetched ({} bytes), {signatures} checked", counted(report.files, "file"), report.bytes))?;
    let of = if report.swept { "" } else { " of the new entries" };
    let withheld = match report.withheld {
        0 => "none withheld".to_owned(),
        n => format!("{n} withheld, which cannot be checked ({} erased)", report.erased),
    };
    out.line(format!("  {} here{of}, {withheld}", payloads(report.shown as usize)))?;
    if report.emptied > 0 {
        out.line(format!("  {} emptied here, as the log demands", payloads(report.emptied as usize)))?;
    }
    if report.filled > 0 {
        out.line(format!("  {} of earlier entries shown now for the first time", payloads(report.filled as usize)))?;
    }
    if !report.cosigned.is_empty() {
        out.line(format!("  cosigned by {}", printable_line(&report.cosigned.join(", "))))?;
    }
    Ok(())
}

fn notes(report: &Followed, key_is: KeyIs, dir: &Path, out: &Output) {
    if !report.kept.is_empty() {
        let named: Vec<String> = report.kept.iter().take(SHOWN).map(ToString::to_string).collect();
        let more = if report.kept.len() > SHOWN { ", …" } else { "" };
        let (is, it) = if report.kept.len() == 1 { ("is", "it") } else { ("are", "them") };
        out.note(format!(
            "warning: {} {is} no longer shown by the source, and no entry withholds or erases {it}: why cannot be determined; kept here ({}{more})",
            payloads(report.kept.len()),
            named.join(", ")
        ));
    }
    if report.foreign > 0 {
        out.note(format!(
            "warning: {} of a kind that this program does not know: what they say and who signed cannot be determined; use a newer onrecord",
            counted(report.foreign, "entry")
        ));
    }
    if key_is == KeyIs::Unconfirmed {
        out.note(format!(
            "note: the log's key was taken from the log itself, and nobody has confirmed it:\n  {}",
            report.key
        ));
        out.note("  get it from the log's keeper by another way, and follow once with `--trust VKEY`");
    }
    if report.before == 0 {
        let dir = dir.display();
        out.note(format!("next: `onrecord --ledger {dir} list`; `onrecord --ledger {dir} audit --copy` checks structure and rules too"));
    }
}

#[derive(Serialize)]
struct Refused<'a> {
    onrecord: u32,
    outcome: &'static str,
    code: &'static str,
    reason: String,
    source: &'a str,
    dir: &'a Path,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<State>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offered: Option<State>,
}

#[derive(Serialize)]
struct State {
    size: u64,
    root: Digest,
    note: Option<String>,
}

impl From<&Seen> for State {
    fn from(seen: &Seen) -> Self {
        let note = seen.note.as_ref().map(|note| String::from_utf8_lossy(note).into_owned());
        Self { size: seen.size, root: seen.root, note }
    }
}

/// Says why the replica stays as it is.
///
/// # Errors
/// When stdout cannot be written.
pub fn refused(error: &FollowError, url: &str, dir: &Path, size: u64, out: &Output) -> Result<Exit, CliError> {
    let (exit, tone, outcome, word) = match error.meaning() {
        Meaning::CannotBeDetermined => {
            (Exit::CannotBeDetermined, Tone::Care, "cannot-be-determined", "cannot be determined")
        }
        _ => (Exit::DoesNotHold, Tone::Bad, "does-not-hold", "does not hold"),
    };
    let reason = CliError::cannot_run("").because(error).causes.join(": ");
    let fork = if let FollowError::Fork(fork) = error { Some(fork) } else { None };
    if out.json {
        let (seen, offered) = (fork.map(|f| State::from(&f.seen)), fork.map(|f| State::from(&f.offered)));
        let code = error.code();
        out.json(&Refused { onrecord: 1, outcome, code, reason, source: url, dir, size, seen, offered })?;
        return Ok(exit);
    }
    out.line(format!("{url}: {} [{}]: {}", out.tone(tone, word), error.code(), printable_line(&reason)))?;
    if let Some(fork) = fork {
        side_by_side(fork, dir, out)?;
    }
    let as_it_was = if size == 0 {
        "there is no replica yet".to_owned()
    } else {
        format!("the replica in {} is as it was, at {}", dir.display(), counted(size, "entry"))
    };
    out.line(format!("  {as_it_was}"))?;
    match error {
        FollowError::Fork(_) => {
            out.note("both checkpoints are signed by the log's key: it shows different histories to different people. Keep both, and show them to its witnesses and readers");
        }
        FollowError::Older { .. } => {
            out.note("an old copy or cache looks like this, and so does a log that takes entries back; try again later, or another address of it");
        }
        FollowError::Refused(_) | FollowError::Key { .. } => {
            out.note("compare the key with the one that the log's keeper gives by another way, and name it with `--trust VKEY`");
        }
        _ => out.note("the source is damaged or lies; tell whoever keeps it, or follow another copy of the log"),
    }
    Ok(exit)
}

fn side_by_side(fork: &Fork, dir: &Path, out: &Output) -> Result<(), CliError> {
    let seen = match &fork.seen.note {
        Some(_) => format!("{}/log/checkpoint or following/", dir.display()),
        None => "the memory of this user".to_owned(),
    };
    out.line(format!("  seen     {:>12}  root {}  ({seen})", counted(fork.seen.size, "entry"), fork.seen.root))?;
    let kept = fork.kept.as_ref().map_or_else(String::new, |path| format!("  (kept: {}/{path})", dir.display()));
    out.line(format!("  offered  {:>12}  root {}{kept}", counted(fork.offered.size, "entry"), fork.offered.root))
}
