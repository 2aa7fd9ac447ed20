//! A text edited by a person in their own editor: a file in the temp folder, which is kept where something goes wrong
//! with it afterwards, so that nothing a person wrote is lost.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempPath;

use super::error::CliError;

/// Longest text taken back from an editor or read from a file, in bytes.
pub const MAX_TEXT: u64 = 1 << 20;

/// A text that a person wrote, and the file it lies in.
#[derive(Debug)]
pub struct Draft {
    /// The text.
    pub text: String,
    /// The file's name, for messages.
    pub path: PathBuf,
    /// Removes the file when dropped; absent where the file is the user's own.
    temporary: Option<TempPath>,
}

/// Whether there is a person at a terminal who can be given an editor.
pub fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Lets the user edit `template` with `$VISUAL` or `$EDITOR`, else `vi`; `None` where it comes back unchanged or with
/// nothing but comments.
///
/// # Errors
/// When the file cannot be written or read, or the editor does not run.
pub fn edit(name: &str, template: &str) -> Result<Option<Draft>, CliError> {
    let failed =
        |e: &dyn std::error::Error| CliError::cannot_run("cannot write a file to edit in the temp folder").because(e);
    let mut file = tempfile::Builder::new()
        .prefix(&format!("onrecord-{name}-"))
        .suffix(".toml")
        .tempfile()
        .map_err(|e| failed(&e))?;
    file.write_all(template.as_bytes()).and_then(|()| file.flush()).map_err(|e| failed(&e))?;
    let temporary = file.into_temp_path();
    let path = temporary.to_path_buf();
    let ran = run_editor(&path);
    let draft = Draft { text: read(&path)?, path, temporary: Some(temporary) };
    let touched = draft.text != template && has_content(&draft.text);
    match ran {
        Ok(()) => Ok(touched.then_some(draft)),
        Err(error) if touched => Err(draft.keep(error)),
        Err(error) => Err(error),
    }
}

/// Runs the editor through the shell, as its variable may hold options.
fn run_editor(path: &Path) -> Result<(), CliError> {
    let set = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$@\""))
        .arg("sh")
        .arg(path)
        .status()
        .map_err(|e| CliError::cannot_run(format!("cannot run the editor `{editor}`")).because(&e))?;
    if status.success() {
        return Ok(());
    }
    Err(CliError::cannot_run(format!("the editor `{editor}` ended with {status}; nothing was recorded"))
        .hint("the variable VISUAL or EDITOR names the editor"))
}

/// Reads a text file of at most [`MAX_TEXT`] bytes.
fn read(path: &Path) -> Result<String, CliError> {
    let failed = |e: &dyn std::error::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    let metadata = std::fs::metadata(path).map_err(|e| failed(&e))?;
    if metadata.len() > MAX_TEXT {
        return Err(CliError::bad_input(format!("{} is longer than {MAX_TEXT} bytes", path.display())));
    }
    std::fs::read_to_string(path).map_err(|e| failed(&e))
}

/// Whether there is a line that is neither empty nor a comment.
fn has_content(text: &str) -> bool {
    text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

impl Draft {
    /// The text of a file that the user wrote before.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of_file(path: &Path) -> Result<Self, CliError> {
        Ok(Self { text: read(path)?, path: path.to_path_buf(), temporary: None })
    }

    /// Keeps the file and says in the error where it is.
    #[must_use]
    pub fn keep(self, error: CliError) -> CliError {
        match self.temporary.map(TempPath::keep) {
            None => error,
            Some(Ok(path)) => error.hint(format!("your text is kept in {}", path.display())),
            // Better on the screen than nowhere.
            Some(Err(_)) => error.hint(format!("your text could not be kept; here it is:\n{}", self.text)),
        }
    }

    /// Line and column, from 1, of the byte `offset` of the text; columns count characters.
    pub fn place(&self, offset: usize) -> String {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}", self.path.display())
    }
}
