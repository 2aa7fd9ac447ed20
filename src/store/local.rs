//! A store in a folder: one file an object, one a cell.
//!
//! An object is written to a temporary file in its own folder, synced, linked to its name, and the folder is synced; so it
//! is visible whole or not at all, also after a power cut. A cell is renamed over. Writers in other processes are kept
//! apart by `lock`: shared while objects are written, exclusive while a cell is compared and swapped, and
//! waited for with patience. The system drops the lock of a process that dies. What it leaves behind are temporary files, whose names begin with a dot: no reader
//! sees them, and the next writer that comes to the folder while nobody else writes clears them away.
//!
//! A staged object alone gets its name before it is synced, so that file and folder are synced at once: nothing names it
//! before its writer has been told that it is durable, so nobody minds if a power cut leaves half of it.
//!
//! Folders that exist already are taken to be durable themselves: every journalling file system makes them so with the
//! first file synced in them.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::files::{
    Ahead, Temp, create_folders, link, read_file, read_part, show, stands, sweep_folder, sync_folder, temps_under,
    write_all_unsynced, write_temp, write_unsynced,
};
use super::lock;
use super::pool::{Pool, Target};
use super::{
    Action, Cell, MAX_CELL_BYTES, Store, StoreError, StorePath, StoreRead, SwapError, check_cell, check_redact,
    check_remove,
};
use crate::lock::{Lock, Share, open};

/// A ledger's folder.
#[derive(Debug)]
pub struct LocalStore {
    root: PathBuf,
    /// Folders that this value has cleared of leftovers.
    swept: Mutex<HashSet<PathBuf>>,
    /// How long to wait for other writers.
    patience: Duration,
    pool: Pool,
}

impl LocalStore {
    /// Opens an existing folder, for reading or writing: whether it can be written shows when it is.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        let metadata = fs::metadata(&root).map_err(|e| StoreError::io(Action::Open, show(&root), e))?;
        if !metadata.is_dir() {
            return Err(StoreError::io(Action::Open, show(&root), ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root, swept: Mutex::default(), patience: lock::PATIENCE, pool: Pool::default() })
    }

    /// Creates the folder, durable on return, and opens it; one that exists is fine.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        create_folders(&root)?;
        Self::open(root)
    }

    /// The same store, waiting at most so long for other writers.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn file(&self, path: &StorePath) -> PathBuf {
        self.root.join(path.as_str())
    }

    fn lock(&self, share: Share) -> Result<Lock, StoreError> {
        lock::take(&self.root.join("lock"), share, self.patience)
    }

    /// The lock, with nobody, if it is free now.
    fn lock_now(&self) -> Result<Option<Lock>, StoreError> {
        let path = self.root.join("lock");
        let file = open(&path).map_err(|e| StoreError::io(Action::Lock, show(&path), e))?;
        // Where the system knows no locks, taking one to write says so.
        Ok(Lock::take_now(file, Share::Alone).ok().and_then(Result::ok))
    }

    /// Clears `folders` of what dead writers left, those not cleared before, and only while nobody else writes.
    fn sweep(&self, folders: &BTreeSet<PathBuf>) -> Result<(), StoreError> {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<_> = folders.iter().filter(|folder| !swept.contains(*folder)).collect();
        if new.is_empty() {
            return Ok(());
        }
        if let Some(_alone) = self.lock_now()? {
            for folder in new {
                sweep_folder(folder);
                swept.insert(folder.clone());
            }
        }
        Ok(())
    }

    /// Removes what dead writers left anywhere under `log/`, `payload/` and `following/`, unless somebody writes now. Of a
    /// public copy everything is public, and what was half written may be withheld since.
    pub fn clear_leftovers(&self) -> Result<(), StoreError> {
        let Some(_alone) = self.lock_now()? else { return Ok(()) };
        for temp in ["log", "payload", "following"].iter().flat_map(|name| temps_under(&self.root.join(name))) {
            // Failing to is no reason not to write.
            let _ = fs::remove_file(temp);
        }
        Ok(())
    }

    /// Makes what stands in `targets` durable, all at once; fails with the first that failed.
    fn sync(&self, targets: Vec<(String, Target)>) -> Result<(), StoreError> {
        let (names, targets): (Vec<_>, Vec<_>) = targets.into_iter().unzip();
        let failed = names.into_iter().zip(self.pool.sync(targets)).find_map(|(name, done)| Some((name, done.err()?)));
        failed.map_or(Ok(()), |(name, error)| Err(StoreError::io(Action::Sync, name, error)))
    }

    /// Writes and syncs temporary files for some of `objects`.
    fn write_temps(&self, objects: &[(StorePath, &[u8])], which: &[usize]) -> Result<Vec<Temp>, StoreError> {
        let files: Vec<_> = which.iter().map(|at| (self.file(&objects[*at].0), objects[*at].1)).collect();
        let (mut temps, mut targets) = (Vec::with_capacity(files.len()), Vec::with_capacity(files.len()));
        for written in write_all_unsynced(&files) {
            let (file, mut temp) = written?;
            temp.index = which[temp.index];
            targets.push((show(&temp.target), Target::File(file)));
            temps.push(temp);
        }
        self.sync(targets)?;
        Ok(temps)
    }

    /// Gives a staged batch its name, not synced yet: see the head of this file. Says what is to be synced.
    fn name_staged(&self, path: &StorePath, bytes: &[u8]) -> Result<Vec<(String, Target)>, StoreError> {
        let target = self.file(path);
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        let mut targets = Vec::new();
        if !stands(&target, path, bytes)? {
            let (file, temp) = write_unsynced(target, 0, bytes)?;
            link(&temp, path, bytes)?;
            targets.push((show(&temp.target), Target::File(file)));
        }
        targets.push((show(&folder), Target::Folder(folder)));
        Ok(targets)
    }

    fn cell(&self, cell: Cell) -> PathBuf {
        self.root.join(cell.name())
    }

    /// Clears the folders of what is to be written, before any of it is: a later sweep could take it.
    fn make_room<'p>(&self, files: impl Iterator<Item = &'p PathBuf>) -> Result<(), StoreError> {
        let folders: BTreeSet<PathBuf> = files.filter_map(|file| file.parent()).map(Path::to_owned).collect();
        self.sweep(&folders)?;
        folders.iter().try_for_each(|folder| create_folders(folder))
    }
}

impl StoreRead for LocalStore {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        read_file(&self.file(path), limit)
    }

    fn get_part(&self, path: &StorePath, whole: usize, part: Range<usize>) -> Result<Option<Vec<u8>>, StoreError> {
        read_part(&self.file(path), whole, part)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        let mut found = Vec::new();
        let mut todo = vec![(self.file(folder), folder.as_str().to_owned())];
        while let Some((directory, prefix)) = todo.pop() {
            let fail = |e| StoreError::io(Action::List, show(&directory), e);
            let entries = match fs::read_dir(&directory) {
                Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
                other => other.map_err(fail)?,
            };
            for entry in entries {
                let entry = entry.map_err(fail)?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                // Leftovers, cells and files that somebody else put here have no object's path.
                let Ok(path) = StorePath::new(format!("{prefix}/{name}")) else { continue };
                let kind = entry.file_type().map_err(fail)?;
                if kind.is_dir() {
                    todo.push((entry.path(), path.as_str().to_owned()));
                } else if kind.is_file() {
                    found.push(path);
                }
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        read_file(&self.root.join(cell.name()), MAX_CELL_BYTES)
    }
}

impl Store for LocalStore {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        self.put_ahead(objects, &[], &mut Ahead::default())
    }

    fn stage<'b>(
        &self,
        path: &StorePath,
        bytes: &[u8],
        objects: &[(StorePath, &'b [u8])],
        cells: &[(Cell, &'b [u8])],
    ) -> Result<Ahead<'b>, StoreError> {
        let cells = cells.iter().map(|(cell, bytes)| (self.cell(*cell), *bytes));
        let files: Vec<(PathBuf, &'b [u8])> =
            objects.iter().map(|(path, bytes)| (self.file(path), *bytes)).chain(cells).collect();
        let staged = self.file(path);
        self.make_room(files.iter().map(|(file, _)| file).chain([&staged]))?;
        let _shared = self.lock(Share::Writing)?;
        // All of it is written before any of it is synced, so that few commits of the file system's journal are waited for.
        let mut targets: Vec<Target> = self.name_staged(path, bytes)?.into_iter().map(|(_, target)| target).collect();
        let own = targets.len();
        // A failure of the others is said where they are needed.
        let mut temps = Vec::with_capacity(files.len());
        for (file, temp) in write_all_unsynced(&files).into_iter().flatten() {
            targets.push(Target::File(file));
            temps.push(temp);
        }
        let mut done = self.pool.sync(targets).into_iter();
        for outcome in done.by_ref().take(own) {
            outcome.map_err(|e| StoreError::io(Action::Sync, path.as_str(), e))?;
        }
        let mut ahead = Ahead::default();
        let durable = temps.into_iter().zip(done).filter(|(_, done)| done.is_ok());
        ahead.add(durable.map(|(temp, _)| {
            let bytes = files[temp.index].1;
            (temp, bytes)
        }));
        Ok(ahead)
    }

    fn put_ahead<'b>(
        &self,
        objects: &[(StorePath, &[u8])],
        cells: &[(Cell, &'b [u8])],
        ahead: &mut Ahead<'b>,
    ) -> Result<(), StoreError> {
        let folders: BTreeSet<PathBuf> =
            objects.iter().filter_map(|(path, _)| self.file(path).parent().map(Path::to_owned)).collect();
        // Those of the cells too: sweeping them when the cell is swapped would take what is written ahead here.
        let cell_folders = cells.iter().filter_map(|(cell, _)| self.cell(*cell).parent().map(Path::to_owned));
        self.sweep(&folders.iter().cloned().chain(cell_folders).collect())?;
        let _shared = self.lock(Share::Writing)?;
        let (mut absent, mut temps) = (Vec::new(), Vec::new());
        for (index, (path, bytes)) in objects.iter().enumerate() {
            let file = self.file(path);
            if !stands(&file, path, bytes)? {
                match ahead.take(&file, index, bytes) {
                    Some(temp) => temps.push(temp),
                    None => absent.push(index),
                }
            }
        }
        folders.iter().try_for_each(|folder| create_folders(folder))?;
        if let ([(path, bytes)], [0]) = (objects, absent.as_slice())
            && path.is_staging()
        {
            return self.sync(self.name_staged(path, bytes)?);
        }
        temps.extend(self.write_temps(objects, &absent)?);
        for temp in temps {
            let (path, bytes) = &objects[temp.index];
            link(&temp, path, bytes)?;
        }
        // Also where everything stood already: its writer may not have come to this.
        let mut targets: Vec<Target> = folders.iter().cloned().map(Target::Folder).collect();
        let cells: Vec<(PathBuf, &'b [u8])> = cells.iter().map(|(cell, bytes)| (self.cell(*cell), *bytes)).collect();
        let mut temps = Vec::with_capacity(cells.len());
        for (file, temp) in write_all_unsynced(&cells).into_iter().flatten() {
            targets.push(Target::File(file));
            temps.push(temp);
        }
        let mut done = self.pool.sync(targets).into_iter();
        for (folder, outcome) in folders.iter().zip(done.by_ref()) {
            outcome.map_err(|e| StoreError::io(Action::Sync, show(folder), e))?;
        }
        // A failure of a cell is said where it is needed.
        let durable = temps.into_iter().zip(done).filter(|(_, done)| done.is_ok());
        ahead.add(durable.map(|(temp, _)| {
            let bytes = cells[temp.index].1;
            (temp, bytes)
        }));
        Ok(())
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        check_redact(path)?;
        let target = self.file(path);
        let _shared = self.lock(Share::Writing)?;
        if !target.is_file() {
            return Err(StoreError::Absent { path: path.clone() });
        }
        let temp = write_temp(target, 0, bytes)?;
        fs::rename(&temp.path, &temp.target).map_err(|e| StoreError::io(Action::Write, path.as_str(), e))?;
        temp.target.parent().map_or(Ok(()), sync_folder)
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        check_remove(path)?;
        let file = self.file(path);
        match fs::remove_file(&file) {
            Err(e) if !matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Err(StoreError::io(Action::Remove, path.as_str(), e));
            }
            _ => {}
        }
        // A folder of partials goes with the last of them; while it holds anything the system refuses.
        if path.is_partial()
            && let Some(folder) = file.parent()
        {
            let _ = fs::remove_dir(folder);
        }
        Ok(())
    }

    fn remove_leftovers(&self) -> Result<(), StoreError> {
        let _exclusive = self.lock(Share::Alone)?;
        for name in ["payload", "staging", "blobs"] {
            for temp in temps_under(&self.root.join(name)) {
                match fs::remove_file(&temp) {
                    Err(e) if e.kind() != ErrorKind::NotFound => {
                        return Err(StoreError::io(Action::Remove, show(&temp), e));
                    }
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        self.swap_ahead(cell, expected, new, &mut Ahead::default())
    }

    fn swap_ahead(
        &self,
        cell: Cell,
        expected: Option<&[u8]>,
        new: &[u8],
        ahead: &mut Ahead<'_>,
    ) -> Result<(), SwapError> {
        check_cell(cell, new)?;
        let target = self.root.join(cell.name());
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        let exclusive = self.lock(Share::Alone).map_err(SwapError::Failed)?;
        create_folders(&folder).map_err(SwapError::Failed)?;
        if self.swept.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone()) {
            sweep_folder(&folder);
        }
        let found = self.read(cell).map_err(SwapError::Failed)?;
        if found.as_deref() != expected {
            return Err(SwapError::Conflict { found });
        }
        let temp = match ahead.take(&target, 0, new) {
            Some(temp) => temp,
            None => write_temp(target, 0, new).map_err(SwapError::Failed)?,
        };
        // From here on an error does not tell whether the name changed, or whether a power cut would change it back.
        fs::rename(&temp.path, &temp.target)
            .map_err(|e| SwapError::Unclear(StoreError::io(Action::Write, cell.name(), e)))?;
        sync_folder(&folder).map_err(SwapError::Unclear)?;
        drop(exclusive);
        Ok(())
    }
}
