//! A store in a folder: one file an object, one a cell.
//!
//! An object is written to a temporary file in its own folder, synced, linked to its name, and the folder is synced; so it
//! is visible whole or not at all, also after a power cut. A cell is renamed over. Writers in other processes are kept
//! apart by `lock`: shared while objects are written, exclusive while a cell is compared and swapped. The system drops
//! the lock of a process that dies. What it leaves behind are temporary files, whose names begin with a dot: no reader
//! sees them, and the next writer that comes to the folder while nobody else writes clears them away.
//!
//! Folders that exist already are taken to be durable themselves: every journalling file system makes them so with the
//! first file synced in them.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::files::{
    Temp, create_folders, link, parallel, read_file, show, stands, sweep_folder, sync_folder, write_temp,
};
use super::{
    Action, Cell, MAX_CELL_BYTES, Store, StoreError, StorePath, StoreRead, SwapError, check_cell, check_redact,
    check_remove,
};

/// A ledger's folder.
#[derive(Debug)]
pub struct LocalStore {
    root: PathBuf,
    /// Folders that this value has cleared of leftovers.
    swept: Mutex<HashSet<PathBuf>>,
}

impl LocalStore {
    /// Opens an existing folder, for reading or writing: whether it can be written shows when it is.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        let metadata = fs::metadata(&root).map_err(|e| StoreError::io(Action::Open, show(&root), e))?;
        if !metadata.is_dir() {
            return Err(StoreError::io(Action::Open, show(&root), ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root, swept: Mutex::default() })
    }

    /// Creates the folder, durable on return, and opens it; one that exists is fine.
    pub fn create(root: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let root = root.into();
        create_folders(&root)?;
        Self::open(root)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn file(&self, path: &StorePath) -> PathBuf {
        self.root.join(path.as_str())
    }

    /// The lock's file, opened anew each time: locks belong to an opening, so threads exclude each other too.
    fn lock_file(&self) -> Result<File, StoreError> {
        let path = self.root.join("lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        opened.map_err(|e| StoreError::io(Action::Lock, show(&path), e))
    }

    fn lock_shared(&self) -> Result<File, StoreError> {
        let file = self.lock_file()?;
        file.lock_shared().map_err(|e| StoreError::io(Action::Lock, show(&self.root.join("lock")), e))?;
        Ok(file)
    }

    fn lock_exclusive(&self) -> Result<File, StoreError> {
        let file = self.lock_file()?;
        file.lock().map_err(|e| StoreError::io(Action::Lock, show(&self.root.join("lock")), e))?;
        Ok(file)
    }

    /// Clears `folders` of what dead writers left, those not cleared before, and only while nobody else writes.
    fn sweep(&self, folders: &BTreeSet<PathBuf>) -> Result<(), StoreError> {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        let new: Vec<_> = folders.iter().filter(|folder| !swept.contains(*folder)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let lock = self.lock_file()?;
        if lock.try_lock().is_ok() {
            for folder in new {
                sweep_folder(folder);
                swept.insert(folder.clone());
            }
        }
        Ok(())
    }

    fn write_temps(&self, objects: &[(StorePath, &[u8])]) -> Result<Vec<Temp>, StoreError> {
        let indices: Vec<usize> = (0..objects.len()).collect();
        parallel(&indices, |&index| {
            let (path, bytes) = &objects[index];
            write_temp(self.file(path), index, bytes)
        })
    }
}

impl StoreRead for LocalStore {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        read_file(&self.file(path), limit)
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
        let folders: BTreeSet<PathBuf> =
            objects.iter().filter_map(|(path, _)| self.file(path).parent().map(Path::to_owned)).collect();
        self.sweep(&folders)?;
        let _shared = self.lock_shared()?;
        let mut absent = Vec::new();
        for (path, bytes) in objects {
            if !stands(&self.file(path), path, bytes)? {
                absent.push((path.clone(), *bytes));
            }
        }
        folders.iter().try_for_each(|folder| create_folders(folder))?;
        for temp in self.write_temps(&absent)? {
            let (path, bytes) = &absent[temp.index];
            link(&temp, path, bytes)?;
        }
        // Also where everything stood already: its writer may not have come to this.
        let folders: Vec<PathBuf> = folders.into_iter().collect();
        parallel(&folders, |folder| sync_folder(folder))?;
        Ok(())
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        check_redact(path)?;
        let target = self.file(path);
        let _shared = self.lock_shared()?;
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

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        check_cell(cell, new)?;
        let target = self.root.join(cell.name());
        let folder = target.parent().unwrap_or(&self.root).to_owned();
        let exclusive = self.lock_exclusive().map_err(SwapError::Failed)?;
        create_folders(&folder).map_err(SwapError::Failed)?;
        if self.swept.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.clone()) {
            sweep_folder(&folder);
        }
        let found = self.read(cell).map_err(SwapError::Failed)?;
        if found.as_deref() != expected {
            return Err(SwapError::Conflict { found });
        }
        let temp = write_temp(target, 0, new).map_err(SwapError::Failed)?;
        // From here on an error does not tell whether the name changed, or whether a power cut would change it back.
        fs::rename(&temp.path, &temp.target)
            .map_err(|e| SwapError::Unclear(StoreError::io(Action::Write, cell.name(), e)))?;
        sync_folder(&folder).map_err(SwapError::Unclear)?;
        drop(exclusive);
        Ok(())
    }
}
