//! Locks on files, which keep processes apart.
//!
//! A lock belongs to an opening of the file, which a program started meanwhile shares until it has replaced its parent's image. So
//! it is given back by a word, not by closing the file: that would leave it to that program for some more microseconds.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::ops::Deref;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// Before the second attempt; each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_micros(200);

/// With whom a lock is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// With others that write objects.
    Writing,
    /// With nobody.
    Alone,
}

/// A lock on a file, given back when this is dropped.
#[derive(Debug)]
pub struct Lock(File);

impl Lock {
    /// Takes the lock if it is free now, and gives the file back where it is not.
    ///
    /// # Errors
    /// When the system cannot lock the file.
    pub fn take_now(file: File, share: Share) -> io::Result<Result<Self, File>> {
        let taken = match share {
            Share::Writing => file.try_lock_shared(),
            Share::Alone => file.try_lock(),
        };
        match taken {
            Ok(()) => Ok(Ok(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(Err(file)),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Takes the lock, waiting for others at most `patience`, and between two attempts at most `longest`; gives the
    /// file back where the others go on.
    ///
    /// # Errors
    /// When the system cannot lock the file.
    pub fn take(mut file: File, share: Share, patience: Duration, longest: Duration) -> io::Result<Result<Self, File>> {
        let begun = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            file = match Self::take_now(file, share)? {
                Ok(lock) => return Ok(Ok(lock)),
                Err(file) if begun.elapsed() >= patience => return Ok(Err(file)),
                Err(file) => file,
            };
            thread::sleep(pause);
            pause = (pause * 2).min(longest);
        }
    }
}

impl Deref for Lock {
    type Target = File;

    fn deref(&self) -> &File {
        &self.0
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Failing leaves it to the closing of the file.
        let _ = self.0.unlock();
    }
}

/// Opens the lock's file: anew each time, since locks belong to an opening, so that threads exclude each other too.
///
/// # Errors
/// When it cannot be opened, or made.
pub fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}
