//! Writing files that a user asked for.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::error::CliError;

/// Writes a file whole or not at all, durably; replaces one of the same name.
///
/// # Errors
/// When the folder cannot be written.
pub fn file(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    stream(path, |out| out(bytes))
}

/// The same, piece by piece: `fill` is given a function that writes, and nothing is there before it is done.
///
/// # Errors
/// When the folder cannot be written, or `fill` fails.
pub fn stream<T>(
    path: &Path,
    fill: impl FnOnce(&mut dyn FnMut(&[u8]) -> Result<(), CliError>) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let failed = |e: &std::io::Error| CliError::cannot_run(format!("cannot write {}", path.display())).because(e);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = tempfile::Builder::new().prefix(".onrecord-").tempfile_in(folder).map_err(|e| failed(&e))?;
    let mut out = BufWriter::new(file);
    let done = fill(&mut |bytes| out.write_all(bytes).map_err(|e| failed(&e)))?;
    let file = out.into_inner().map_err(|e| failed(e.error()))?;
    file.as_file().sync_all().map_err(|e| failed(&e))?;
    // Temporary files are private; what a user exports is for others.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(open).map_err(|e| failed(&e))?;
    }
    file.persist(path).map_err(|e| failed(&e.error))?;
    // The name is durable once its folder is.
    #[cfg(unix)]
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(|e| failed(&e))?;
    Ok(done)
}
