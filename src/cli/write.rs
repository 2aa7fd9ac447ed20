//! Writing files that a user asked for.

use std::io::Write as _;
use std::path::Path;

use super::error::CliError;

/// Writes a file whole or not at all, durably; replaces one of the same name.
///
/// # Errors
/// When the folder cannot be written.
pub fn file(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |e: &std::io::Error| CliError::cannot_run(format!("cannot write {}", path.display())).because(e);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".onrecord-").tempfile_in(folder).map_err(|e| failed(&e))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|e| failed(&e))?;
    // Temporary files are private; what a user exports is for others.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = std::fs::Permissions::from_mode(0o644);
        file.as_file().set_permissions(open).map_err(|e| failed(&e))?;
    }
    file.persist(path).map_err(|e| failed(&e.error))?;
    Ok(())
}
