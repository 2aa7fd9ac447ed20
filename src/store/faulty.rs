//! A store that fails where it is told to, for tests of what a failure leaves behind.
//!
//! Every call is a step, and every object of a `put_many` is one, so that a failure can fall between two of them.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::{Cell, Store, StoreError, StorePath, StoreRead, SwapError};

/// How a step fails. Reads just fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Does nothing and says so; a swap answers [`SwapError::Failed`].
    Refused,
    /// Does nothing, but its answer does not tell; a swap answers [`SwapError::Unclear`].
    Lost,
    /// Does as told and reports a failure; a swap answers [`SwapError::Unclear`].
    Persisted,
    /// Does nothing, and from then on nothing works: the process died before the step.
    CrashBefore,
    /// Does as told, and from then on nothing works: the process died after the step.
    CrashAfter,
}

impl Fault {
    /// Every way to fail.
    pub const ALL: [Self; 5] = [Self::Refused, Self::Lost, Self::Persisted, Self::CrashBefore, Self::CrashAfter];

    fn persists(self) -> bool {
        matches!(self, Self::Persisted | Self::CrashAfter)
    }

    fn crashes(self) -> bool {
        matches!(self, Self::CrashBefore | Self::CrashAfter)
    }
}

/// Wraps a store, counts the steps and fails at one of them.
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    fault: Option<(u64, Fault)>,
    steps: AtomicU64,
    crashed: AtomicBool,
}

impl<S> FaultyStore<S> {
    /// A store that only counts.
    pub fn counting(inner: S) -> Self {
        Self { inner, fault: None, steps: AtomicU64::new(0), crashed: AtomicBool::new(false) }
    }

    /// A store that fails at `step`, counted from 0, in the manner of `fault`.
    pub fn failing(inner: S, step: u64, fault: Fault) -> Self {
        Self { fault: Some((step, fault)), ..Self::counting(inner) }
    }

    /// Number of steps so far.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }

    /// What the wrapped store holds: what a crash leaves behind.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Counts a step; `Ok(None)` where it should just happen.
    fn step(&self) -> Result<Option<(Fault, StoreError)>, StoreError> {
        let step = self.steps.fetch_add(1, Ordering::SeqCst);
        if self.crashed.load(Ordering::SeqCst) {
            return Err(StoreError::Injected { step });
        }
        let fault = self.fault.filter(|(at, _)| *at == step).map(|(_, fault)| fault);
        if fault.is_some_and(Fault::crashes) {
            self.crashed.store(true, Ordering::SeqCst);
        }
        Ok(fault.map(|fault| (fault, StoreError::Injected { step })))
    }

    fn reading<T>(&self, read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        match self.step()? {
            None => read(),
            Some((_, error)) => Err(error),
        }
    }

    fn writing(&self, write: impl FnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        match self.step()? {
            None => write(),
            Some((fault, error)) => {
                if fault.persists() {
                    write()?;
                }
                Err(error)
            }
        }
    }
}

impl<S: Store> StoreRead for FaultyStore<S> {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.reading(|| self.inner.get(path, limit))
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        self.reading(|| self.inner.list(folder))
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        self.reading(|| self.inner.read(cell))
    }
}

impl<S: Store> Store for FaultyStore<S> {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        objects.iter().try_for_each(|(path, bytes)| self.writing(|| self.inner.put(path, bytes)))
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        self.writing(|| self.inner.redact(path, bytes))
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        self.writing(|| self.inner.remove(path))
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        match self.step().map_err(SwapError::Failed)? {
            None => self.inner.swap(cell, expected, new),
            Some((Fault::Refused, error)) => Err(SwapError::Failed(error)),
            Some((fault, error)) => {
                if fault.persists() {
                    self.inner.swap(cell, expected, new)?;
                }
                Err(SwapError::Unclear(error))
            }
        }
    }
}
