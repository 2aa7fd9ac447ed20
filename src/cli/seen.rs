//! Checkpoints seen before: every verb that reads a ledger holds it against them, and remembers what it saw.
//!
//! One file a ledger in the state folder, a line of JSON for each checkpoint, oldest first. Whoever replaces a ledger by an older
//! or another one of the same id cannot replace this with it. A copy that lies without a head may be behind what was seen, which
//! is said; the desk's own ledger may not.
//!
//! Many checkpoints thin out with age, so that the file stays small: the first and the latest ones stay.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::config::write_private;
use super::context::Context;
use super::error::CliError;
use super::output::counted;
use crate::hash::Digest;
use crate::ledger::reader::Reader;
use crate::ledger::{Ledger, ReadError};
use crate::store::{Cell, StoreRead};
use crate::text::printable_line;
use crate::time::Timestamp;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::Note;

/// Checkpoints that are remembered; beyond, every second of the older ones goes.
const MAX_SEEN: usize = 64;

/// The latest ones, which stay when others go.
const FRESH: usize = 16;

/// Largest memory file, in bytes.
const MAX_BYTES: u64 = 8 * 1024 * 1024;

/// A checkpoint that was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    /// When it was first seen.
    seen: String,
    /// The note, with its signature lines.
    note: String,
    /// When a person decided to go on from another history: it is kept, and no longer compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    set_aside: Option<String>,
}

/// A checkpoint that was seen, read.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When it was first seen, as it was written down.
    pub when: String,
    /// The signed note.
    pub note: Note,
    /// What it says.
    pub checkpoint: Checkpoint,
}

/// Everything remembered of a ledger.
#[derive(Debug, Default)]
struct Memory {
    lines: Vec<Line>,
}

impl Memory {
    fn load(path: &Path) -> Result<Self, String> {
        match fs::metadata(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(e.to_string()),
            Ok(metadata) if metadata.len() > MAX_BYTES => return Err("it is too long".into()),
            Ok(_) => {}
        }
        let text = fs::read_to_string(path).map_err(|e| e.to_string())?;
        let lines: Vec<Line> =
            text.lines().map(serde_json::from_str).collect::<Result<_, _>>().map_err(|e| e.to_string())?;
        if lines.iter().any(|line| line.read().is_none()) {
            return Err("a line of it is no checkpoint".into());
        }
        Ok(Self { lines })
    }

    /// What counts, oldest first.
    fn standing(&self) -> impl DoubleEndedIterator<Item = Seen> {
        self.lines.iter().filter(|line| line.set_aside.is_none()).filter_map(Line::read)
    }

    fn thin(&mut self) {
        if self.lines.len() <= MAX_SEEN {
            return;
        }
        let old = self.lines.len() - FRESH;
        let mut number = 0;
        self.lines.retain(|line| {
            number += 1;
            number > old || number % 2 == 1 || line.set_aside.is_some()
        });
    }

    fn save(&self, path: &Path) -> Result<(), CliError> {
        let mut text = String::new();
        for line in &self.lines {
            text.push_str(&serde_json::to_string(line).map_err(|e| CliError::bug(e.to_string()))?);
            text.push('\n');
        }
        write_private(path, text.as_bytes(), true)
    }
}

impl Line {
    fn read(&self) -> Option<Seen> {
        let note = Note::parse(self.note.as_bytes()).ok()?;
        let checkpoint = note.text().parse().ok()?;
        Some(Seen { when: self.seen.clone(), note, checkpoint })
    }
}

/// What is remembered of a ledger and still counts, oldest first; nothing where the file cannot be read, which is said.
pub fn seen(cx: &Context<'_>, ledger: &Digest) -> Vec<Seen> {
    load(cx, &cx.folders.seen(ledger)).map_or_else(Vec::new, |memory| memory.standing().collect())
}

fn load(cx: &Context<'_>, path: &Path) -> Option<Memory> {
    Memory::load(path)
        .map_err(|why| {
            cx.out.note(format!(
                "warning: what was seen of this ledger before cannot be read, so nothing is compared with it: {}: {why}; moving the file away begins anew",
                path.display()
            ));
        })
        .ok()
}

/// Holds an open ledger against what was seen of it before, and remembers what it is now.
///
/// # Errors
/// When it does not extend what was seen; both are shown.
pub fn hold(cx: &Context<'_>, ledger: &Ledger) -> Result<(), CliError> {
    let path = cx.folders.seen(&ledger.id());
    let Some(mut memory) = load(cx, &path) else { return Ok(()) };
    let Some(present) = ledger.reader().note().and_then(|bytes| Note::parse(bytes).ok()) else { return Ok(()) };
    let last = memory.standing().next_back();
    if last.as_ref().is_some_and(|last| last.note.text() == present.text()) {
        more_lines(cx, &path, memory, &present);
        return Ok(());
    }
    let copy = matches!(ledger.store().read(Cell::Head), Ok(None));
    let size = ledger.reader().size();
    let (mut against, mut ahead) = compare(&memory, ledger.reader())?;
    if ahead.is_some()
        && let Some(now) = ledger.grown()?
    {
        // Another process has recorded something, and remembered it, since the checkpoint was read here.
        (against, ahead) = compare(&memory, &now)?;
        if against.is_empty() && ahead.is_none() {
            return Ok(());
        }
    }
    if let (Some(seen), true) = (&ahead, copy && against.is_empty()) {
        cx.out.note(format!(
            "note: this copy is behind: it has {}, and {} were seen at {}",
            counted(size, "entry"),
            seen.checkpoint.size(),
            seen.when
        ));
    } else if let Some(seen) = against.pop().or(ahead) {
        if !cx.global.accept_rollback {
            return Err(refused(&seen, &present, ledger)?);
        }
        set_aside(&mut memory, ledger, cx.clock.now())?;
        save(cx, &path, &memory);
    }
    remember(cx, &path, memory, &present);
    Ok(())
}

/// What is remembered and is no part of a log, and the largest of what is ahead of it.
fn compare<S: StoreRead>(memory: &Memory, log: &Reader<S>) -> Result<(Vec<Seen>, Option<Seen>), ReadError> {
    let mut against = Vec::new();
    let mut ahead: Option<Seen> = None;
    for seen in memory.standing() {
        let before = seen.checkpoint.size();
        if before > log.size() {
            if ahead.as_ref().is_none_or(|other| other.checkpoint.size() < before) {
                ahead = Some(seen);
            }
        } else if log.root_at(before)? != seen.checkpoint.root() {
            against.push(seen);
        }
    }
    Ok((against, ahead))
}

/// Remembers the checkpoint that a ledger has now, which is known to extend what was seen.
pub fn remember_now(cx: &Context<'_>, ledger: &Digest, note: &[u8]) {
    let path = cx.folders.seen(ledger);
    if let (Some(memory), Ok(note)) = (load(cx, &path), Note::parse(note)) {
        remember(cx, &path, memory, &note);
    }
}

fn remember(cx: &Context<'_>, path: &Path, mut memory: Memory, present: &Note) {
    if memory.standing().any(|seen| seen.note.text() == present.text()) {
        return more_lines(cx, path, memory, present);
    }
    memory.lines.push(Line { seen: cx.clock.now().to_string(), note: present.to_string(), set_aside: None });
    memory.thin();
    save(cx, path, &memory);
}

/// Cosignatures that came to a checkpoint since it was first seen are kept with it.
fn more_lines(cx: &Context<'_>, path: &Path, mut memory: Memory, present: &Note) {
    let text = present.to_string();
    let known = |line: &&mut Line| line.read().is_some_and(|seen| seen.note.text() == present.text());
    if let Some(line) = memory.lines.iter_mut().filter(|line| line.set_aside.is_none()).find(known)
        && line.read().is_some_and(|seen| seen.note.signatures().len() < present.signatures().len())
    {
        line.note = text;
        save(cx, path, &memory);
    }
}

/// A weaker memory is no reason not to do what was asked for, but it is said.
fn save(cx: &Context<'_>, path: &Path, memory: &Memory) {
    if let Err(error) = memory.save(path) {
        cx.out.note(format!(
            "warning: the checkpoint cannot be remembered, so a rollback would not show: {}",
            error.causes.first().unwrap_or(&error.message)
        ));
    }
}

fn set_aside(memory: &mut Memory, ledger: &Ledger, now: Timestamp) -> Result<(), CliError> {
    for line in memory.lines.iter_mut().filter(|line| line.set_aside.is_none()) {
        let Some(seen) = line.read() else { continue };
        let before = seen.checkpoint.size();
        if before > ledger.reader().size() || ledger.root_at(before)? != seen.checkpoint.root() {
            line.set_aside = Some(now.to_string());
        }
    }
    Ok(())
}

/// Both checkpoints side by side.
fn refused(seen: &Seen, present: &Note, ledger: &Ledger) -> Result<CliError, CliError> {
    let (before, size) = (seen.checkpoint.size(), ledger.reader().size());
    let (old, new) = (seen.checkpoint.root(), ledger.reader().checkpoint().map(Checkpoint::root));
    let what = if before > size {
        "this ledger is behind what was seen of it before; nothing was read or recorded"
    } else {
        "this ledger has another history than was seen of it before; nothing was read or recorded"
    };
    let mut error = CliError::cannot_run(what)
        .cause(format!("seen before, at {}: {}, root {old}{}", seen.when, counted(before, "entry"), lines(&seen.note)))
        .cause(format!(
            "found now: {}, root {}{}",
            counted(size, "entry"),
            new.map_or_else(|| "none".into(), |root| root.to_string()),
            lines(present)
        ));
    if before < size {
        error = error.cause(format!("of what is found now, the first {before} have root {}", ledger.root_at(before)?));
    }
    Ok(error
        .hint("find out who replaced the ledger's folder; compare both with a witness or another reader")
        .hint("`onrecord audit` looks at what is here; if a person decided to go on from a backup, repeat with `--accept-rollback`"))
}

/// The signature lines of a note, each on a line of its own.
fn lines(note: &Note) -> String {
    note.signatures().iter().fold(String::new(), |text, line| text + "\n" + &printable_line(&line.to_string()))
}

/// The checkpoints remembered of a ledger as an audit takes them: a name and the note.
pub fn for_audit(cx: &Context<'_>, ledger: &Digest) -> Vec<(String, Vec<u8>)> {
    let one = |seen: Seen| (format!("the checkpoint seen at {}", seen.when), seen.note.to_string().into_bytes());
    seen(cx, ledger).into_iter().map(one).collect()
}

/// Where both checkpoints of a fork are kept.
pub fn fork_folder(cx: &Context<'_>, ledger: &Digest, witness: &str) -> PathBuf {
    let name: String = witness.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let time = cx.clock.now().to_string().replace(':', "");
    cx.folders.forks(ledger).join(format!("{time}-{name}"))
}
