//! Durable files: temporary first, synced, then named, and the folder synced. What `local` is made of.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::{Action, StoreError, StorePath};

const TEMP_PREFIX: &str = ".tmp-";

/// After which a temporary file in a folder without a lock is a dead writer's.
const OLD: Duration = Duration::from_secs(3_600);

/// Attempts to write into a folder that others may be removing because it had become empty.
const FOLDER_ATTEMPTS: usize = 16;

/// Bytes from which on a second thread to write them is worth its start.
const MUCH: usize = 1 << 20;

/// A temporary file, synced; removed when dropped, whatever became of it.
#[derive(Debug)]
pub(super) struct Temp {
    pub(super) path: PathBuf,
    pub(super) target: PathBuf,
    /// Which of the caller's objects it holds.
    pub(super) index: usize,
}

impl Drop for Temp {
    fn drop(&mut self) {
        // After a rename there is nothing left; what cannot be removed, a later writer's sweep takes.
        let _ = fs::remove_file(&self.path);
    }
}

/// Bytes that a store has written ahead of need: durable, and under no name that a reader sees. What is then put or
/// swapped from the very same bytes in memory only needs its name. Dropping it removes what was not used.
#[derive(Debug, Default)]
pub struct Ahead<'b> {
    written: Vec<(Temp, &'b [u8])>,
}

impl<'b> Ahead<'b> {
    /// Takes over temporary files with the bytes that they hold.
    pub(super) fn add(&mut self, temps: impl IntoIterator<Item = (Temp, &'b [u8])>) {
        self.written.extend(temps);
    }

    /// The temporary file for `target`, if it holds these very bytes (the same place in memory) and nobody has swept it
    /// away meanwhile. The caller holds the writers' lock, so nobody does from now on.
    pub(super) fn take(&mut self, target: &Path, index: usize, bytes: &[u8]) -> Option<Temp> {
        let at = self.written.iter().position(|(temp, ahead)| {
            std::ptr::eq(ahead.as_ptr(), bytes.as_ptr()) && ahead.len() == bytes.len() && temp.target == target
        })?;
        let (mut temp, _) = self.written.swap_remove(at);
        temp.index = index;
        temp.path.is_file().then_some(temp)
    }
}

/// A path for an error.
pub(super) fn show(path: &Path) -> String {
    path.display().to_string()
}

/// Reads at most `limit` bytes; `None` where there is no file.
pub(crate) fn read_file(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
    let fail = |e| StoreError::io(Action::Read, show(path), e);
    let file = match File::open(path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        other => other.map_err(fail)?,
    };
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() {
        return Ok(None);
    }
    // The length is a hint only: what is read is counted.
    let expected = usize::try_from(metadata.len()).unwrap_or(usize::MAX).min(limit);
    let mut bytes = Vec::with_capacity(expected.saturating_add(1));
    file.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(fail)?;
    if bytes.len() > limit {
        return Err(StoreError::TooLarge { path: show(path), limit });
    }
    Ok(Some(bytes))
}

/// Reads `part` of a file of exactly `whole` bytes; `None` where there is none of that length.
pub(super) fn read_part(path: &Path, whole: usize, part: Range<usize>) -> Result<Option<Vec<u8>>, StoreError> {
    let fail = |e| StoreError::io(Action::Read, show(path), e);
    let mut file = match File::open(path) {
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        other => other.map_err(fail)?,
    };
    let metadata = file.metadata().map_err(fail)?;
    if !metadata.is_file() || metadata.len() != whole as u64 || part.end > whole {
        return Ok(None);
    }
    let mut bytes = vec![0; part.len()];
    let read = file.seek(SeekFrom::Start(part.start as u64)).and_then(|_| file.read_exact(&mut bytes));
    match read {
        // It was cut after its length was taken.
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(None),
        other => other.map(|()| Some(bytes)).map_err(fail),
    }
}

/// Whether the object is there with these bytes; other bytes are an error.
pub(super) fn stands(file: &Path, path: &StorePath, bytes: &[u8]) -> Result<bool, StoreError> {
    match read_file(file, bytes.len()) {
        Ok(None) => Ok(false),
        Ok(Some(found)) if found == bytes => Ok(true),
        Ok(Some(_)) | Err(StoreError::TooLarge { .. }) => Err(StoreError::Differs { path: path.clone() }),
        Err(error) => Err(error),
    }
}

/// Gives the temporary file its name, unless another writer was first.
pub(super) fn link(temp: &Temp, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
    match fs::hard_link(&temp.path, &temp.target) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => stands(&temp.target, path, bytes).map(|_| ()),
        // A file system without hard links: the check and the rename are then two steps, and only a writer that puts
        // other bytes at the same path could come between.
        Err(_) if !stands(&temp.target, path, bytes)? => {
            fs::rename(&temp.path, &temp.target).map_err(|e| StoreError::io(Action::Write, path.as_str(), e))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Replaces a file as a whole. Its bytes are durable on return, its name is once the system gets to it: after a power
/// cut the file holds what it held before or the new bytes. No lock keeps others away from the folder, so of what dead
/// writers left only what is old goes.
pub(crate) fn replace_file(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    if let Some(folder) = target.parent() {
        create_folders(folder)?;
        sweep_old(folder);
    }
    let temp = write_temp(target.to_owned(), 0, bytes)?;
    fs::rename(&temp.path, &temp.target).map_err(|e| StoreError::io(Action::Write, show(target), e))
}

/// The same, and the name is durable on return, too.
pub(crate) fn replace_durably(target: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    replace_file(target, bytes)?;
    sync_folder(target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

/// Writes and syncs a temporary file beside `target`.
pub(super) fn write_temp(target: PathBuf, index: usize, bytes: &[u8]) -> Result<Temp, StoreError> {
    let (file, temp) = write_unsynced(target, index, bytes)?;
    sync_file(&file, &temp)?;
    Ok(temp)
}

/// Makes a temporary file's bytes durable, whatever its name has become.
fn sync_file(file: &File, temp: &Temp) -> Result<(), StoreError> {
    file.sync_all().map_err(|e| StoreError::io(Action::Sync, show(&temp.target), e))
}

/// Writes a temporary file beside `target`.
pub(super) fn write_unsynced(target: PathBuf, index: usize, bytes: &[u8]) -> Result<(File, Temp), StoreError> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let folder = target.parent().unwrap_or(Path::new(".")).to_owned();
    let mut attempts = 0;
    let (mut file, temp) = loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = folder.join(format!("{TEMP_PREFIX}{}-{number}", process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => break (file, Temp { path, target, index }),
            Err(e) if attempts == FOLDER_ATTEMPTS => return Err(StoreError::io(Action::Write, show(&target), e)),
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            // Another writer removed the folder's last partial and the folder with it.
            Err(e) if e.kind() == ErrorKind::NotFound => create_folders(&folder)?,
            Err(e) => return Err(StoreError::io(Action::Write, show(&target), e)),
        }
        attempts += 1;
    };
    file.write_all(bytes).map_err(|e| StoreError::io(Action::Write, show(&temp.target), e))?;
    Ok((file, temp))
}

/// Creates a folder and those above it, and syncs each folder that got a new one.
pub(super) fn create_folders(folder: &Path) -> Result<(), StoreError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else { return Ok(()) };
    create_folders(parent)?;
    match fs::create_dir(folder) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(StoreError::io(Action::Write, show(folder), e)),
        _ => sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }),
    }
}

/// Makes the names in a folder durable. One that is gone has none.
pub(super) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    sync_folder_now(folder).map_err(|e| StoreError::io(Action::Sync, show(folder), e))
}

/// The same, with the system's own error.
#[cfg(unix)]
pub(super) fn sync_folder_now(folder: &Path) -> io::Result<()> {
    match File::open(folder).and_then(|file| file.sync_all()) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Elsewhere folders cannot be opened as files, and the system keeps names by itself.
#[cfg(not(unix))]
pub(super) fn sync_folder_now(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Removes leftovers; failing to is no reason not to write.
pub(super) fn sweep_folder(folder: &Path) {
    sweep_if(folder, |_| true);
}

/// Removes leftovers that nobody can be about to use.
fn sweep_old(folder: &Path) {
    sweep_if(folder, |entry| {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        modified.is_ok_and(|at| at.elapsed().is_ok_and(|age| age >= OLD))
    });
}

/// All leftovers in a folder and those below it.
pub(super) fn temps_under(folder: &Path) -> Vec<PathBuf> {
    let (mut todo, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = todo.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                todo.push(entry.path());
            } else if is_temp(&entry) {
                found.push(entry.path());
            }
        }
    }
    found
}

fn is_temp(entry: &fs::DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|name| name.starts_with(TEMP_PREFIX))
}

fn sweep_if(folder: &Path, goes: impl Fn(&fs::DirEntry) -> bool) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    entries.flatten().filter(|entry| is_temp(entry) && goes(entry)).for_each(|entry| {
        let _ = fs::remove_file(entry.path());
    });
}

/// Writes each of `files` (a name and the bytes to come under it) as a temporary file, not synced yet; the outcomes are in
/// their order, and the temporary files know their places in it.
pub(super) fn write_all_unsynced(files: &[(PathBuf, &[u8])]) -> Vec<Result<(File, Temp), StoreError>> {
    let write = |at: usize| write_unsynced(files[at].0.clone(), at, files[at].1);
    if files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() < MUCH {
        return (0..files.len()).map(write).collect();
    }
    let half = files.len() / 2;
    thread::scope(|scope| {
        let other = scope.spawn(|| (half..files.len()).map(write).collect::<Vec<_>>());
        let mut all: Vec<_> = (0..half).map(write).collect();
        // A panic over there is a broken invariant of ours; it goes on here.
        all.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        all
    })
}
