//! The lock that keeps writers of one folder apart, with an end to the waiting.
//!
//! The system drops the lock of a process that dies, so nobody ever waits for a dead one. A process that is stopped, or hangs on a
//! disk that does not answer, keeps it; then the waiting ends with its number, which Linux tells in `/proc/locks`.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use super::files::show;
use super::{Action, StoreError};
use crate::lock::{Lock, Share, open};

/// How long a writer waits for the others. They hold the lock for as long as the disk needs for one commit at most.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Between two attempts, at most.
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

/// A process that holds the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Its number.
    pub pid: u32,
    /// Its name, where the system tells.
    pub name: Option<String>,
    /// Whether it is stopped, by Ctrl-Z for instance.
    pub stopped: bool,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {}", self.pid)?;
        if let Some(name) = &self.name {
            write!(f, " ({name})")?;
        }
        f.write_str(if self.stopped { ", which is stopped" } else { "" })
    }
}

/// Takes the lock of a folder of objects.
pub(super) fn take(path: &Path, share: Share, patience: Duration) -> Result<Lock, StoreError> {
    match open(path).and_then(|file| Lock::take(file, share, patience, LONGEST_PAUSE)) {
        Ok(Ok(lock)) => Ok(lock),
        Ok(Err(file)) => Err(StoreError::Locked { path: show(path), waited: patience, holders: holders(&file) }),
        Err(error) => Err(StoreError::io(Action::Lock, show(path), error)),
    }
}

/// Who holds a lock on the file, as far as the system tells; nobody where it does not.
#[cfg(unix)]
fn holders(file: &File) -> Vec<Holder> {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(metadata) = file.metadata() else { return Vec::new() };
    let table = fs::read_to_string("/proc/locks").unwrap_or_default();
    let mut pids: Vec<u32> = table.lines().filter_map(|line| holder_of(line, metadata.ino())).collect();
    pids.sort_unstable();
    pids.dedup();
    pids.into_iter().map(look_up).collect()
}

#[cfg(not(unix))]
fn holders(_: &File) -> Vec<Holder> {
    Vec::new()
}

/// The process in a line of `/proc/locks` about the file with this number: `1: FLOCK  ADVISORY  WRITE 4711 08:01:1234 0 EOF`.
/// The device is left out of it: some file systems give another there than to whoever asks for the file.
#[cfg(unix)]
fn holder_of(line: &str, inode: u64) -> Option<u32> {
    let words: Vec<&str> = line.split_whitespace().collect();
    // A line with an arrow is about somebody who waits.
    let [_, "FLOCK", _, _, pid, place, ..] = words.as_slice() else { return None };
    let (_, number) = place.rsplit_once(':')?;
    if number.parse::<u64>().ok()? != inode {
        return None;
    }
    pid.parse().ok()
}

fn look_up(pid: u32) -> Holder {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok().map(|name| name.trim_end().to_owned());
    // The state follows the name, which stands in parentheses and may hold any character.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').and_then(|(_, rest)| rest.trim_start().chars().next());
    Holder { pid, name, stopped: matches!(state, Some('T' | 't')) }
}
