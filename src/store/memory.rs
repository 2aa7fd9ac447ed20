//! A store in memory, for tests and for trying things out. Durable as long as the value lives.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Cell, Store, StoreError, StorePath, StoreRead, SwapError, check_cell, check_redact, check_remove};

/// Objects and cells in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<StorePath, Vec<u8>>,
    head: Option<Vec<u8>>,
    checkpoint: Option<Vec<u8>>,
}

impl Inner {
    fn cell(&mut self, cell: Cell) -> &mut Option<Vec<u8>> {
        match cell {
            Cell::Head => &mut self.head,
            Cell::Checkpoint => &mut self.checkpoint,
        }
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Every method leaves the maps whole at each step, so a panic elsewhere does not spoil them.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StoreRead for MemoryStore {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.lock().objects.get(path) {
            Some(bytes) if bytes.len() > limit => Err(StoreError::TooLarge { path: path.to_string(), limit }),
            found => Ok(found.cloned()),
        }
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        Ok(self.lock().objects.keys().filter(|path| path.is_under(folder)).cloned().collect())
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.lock().cell(cell).clone())
    }
}

impl Store for MemoryStore {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        let mut inner = self.lock();
        for (path, bytes) in objects {
            match inner.objects.get(path) {
                Some(found) if found == bytes => {}
                Some(_) => return Err(StoreError::Differs { path: path.clone() }),
                None => {
                    inner.objects.insert(path.clone(), bytes.to_vec());
                }
            }
        }
        Ok(())
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        check_redact(path)?;
        match self.lock().objects.get_mut(path) {
            Some(found) => bytes.clone_into(found),
            None => return Err(StoreError::Absent { path: path.clone() }),
        }
        Ok(())
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        check_remove(path)?;
        self.lock().objects.remove(path);
        Ok(())
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        check_cell(cell, new)?;
        let mut inner = self.lock();
        let content = inner.cell(cell);
        if content.as_deref() != expected {
            return Err(SwapError::Conflict { found: content.clone() });
        }
        *content = Some(new.to_vec());
        Ok(())
    }
}
