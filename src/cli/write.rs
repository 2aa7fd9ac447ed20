//! Writing files that a user asked for.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::error::CliError;

/// Writes a file whole or not at all, durably; replaces one of the same name.
///
/// # Errors
/// When the folder cannot be written.
pub fn file(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    stream(path, |out| out.write_all(bytes).map_err(|e| failed(path, &e)))
}

/// What a person reads where a file cannot be written.
pub fn failed(path: &Path, error: &std::io::Error) -> CliError {
    let told = CliError::cannot_run(format!("cannot write {}", path.display())).because(error);
    match error.kind() {
        std::io::ErrorKind::NotFound => told.hint(format!("make the folder {} first", parent(path).display())),
        std::io::ErrorKind::StorageFull => told.hint("make room on the disk, or name another; nothing was written"),
        std::io::ErrorKind::PermissionDenied => told.hint("name a folder that you may write to"),
        _ => told,
    }
}

/// The folder in which something lies.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The same, piece by piece: `fill` is given what it writes to, and nothing is there before it is done.
///
/// # Errors
/// When the folder cannot be written, or `fill` fails.
pub fn stream<T>(path: &Path, fill: impl FnOnce(&mut dyn Write) -> Result<T, CliError>) -> Result<T, CliError> {
    let failed = |e: &std::io::Error| failed(path, e);
    let folder = parent(path);
    if path.is_dir() {
        return Err(CliError::usage(format!("{} is a folder", path.display())).hint("name a file in it"));
    }
    let file = tempfile::Builder::new().prefix(".onrecord-").tempfile_in(folder).map_err(|e| failed(&e))?;
    let mut out = BufWriter::with_capacity(1 << 18, file);
    let done = fill(&mut out)?;
    let file = out.into_inner().map_err(|e| failed(e.error()))?;
    file.as_file().sync_all().map_err(|e| failed(&e))?;
    // Temporary files are private; what a user exports is for others.
    open_to_others(file.path(), 0o644).map_err(|e| failed(&e))?;
    file.persist(path).map_err(|e| failed(&e.error))?;
    sync_folder(folder).map_err(|e| failed(&e))?;
    Ok(done)
}

/// Writes a folder of files whole or not at all, durably; one that is there already must be empty.
///
/// # Errors
/// When it is there and not empty, the folder around it cannot be written, or `fill` fails.
pub fn folder<T>(path: &Path, fill: impl FnOnce(&Path) -> Result<T, CliError>) -> Result<T, CliError> {
    let failed = |e: &std::io::Error| failed(path, e);
    let there = match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_some(),
        Err(_) => path.symlink_metadata().is_ok(),
    };
    if there {
        return Err(CliError::usage(format!("{} is there already", path.display()))
            .hint("name a folder that is not there yet, or remove it; nothing in it was touched"));
    }
    let around = parent(path);
    let folder = tempfile::Builder::new().prefix(".onrecord-").tempdir_in(around).map_err(|e| failed(&e))?;
    let done = fill(folder.path())?;
    sync_all(folder.path()).map_err(|e| failed(&e))?;
    std::fs::rename(folder.path(), path).map_err(|e| failed(&e))?;
    // It has another name now, and is no longer to be removed.
    let _ = folder.keep();
    sync_folder(around).map_err(|e| failed(&e))?;
    Ok(done)
}

/// Makes everything in a folder durable, and readable for others.
fn sync_all(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            std::fs::File::open(&path)?.sync_all()?;
            open_to_others(&path, 0o644)?;
        }
    }
    open_to_others(folder, 0o755)?;
    sync_folder(folder)
}

#[cfg(unix)]
fn open_to_others(path: &Path, mode: u32) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn open_to_others(_: &Path, _: u32) -> std::io::Result<()> {
    Ok(())
}

/// A name is durable once its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}
