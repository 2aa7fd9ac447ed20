//! Where a published copy lies, as a person names it: an address or a folder.

use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::ledger::replica::{Source, Stored};
use crate::store::LocalStore;

/// The source that `text` names.
///
/// # Errors
/// When it is none, or the program was built without HTTP.
pub fn open(text: &str) -> Result<Box<dyn Source>, CliError> {
    if text.starts_with("http://") || text.starts_with("https://") {
        #[cfg(feature = "net")]
        return Ok(Box::new(web::Http::new(text)));
        #[cfg(not(feature = "net"))]
        return Err(no_network());
    }
    let folder = folder(text)?;
    let checkpoint = folder.join("log").join("checkpoint");
    if !checkpoint.is_file() {
        return Err(CliError::cannot_run(format!("{} is no published copy of a log", folder.display()))
            .cause(format!("there is no {}", checkpoint.display()))
            .hint("`onrecord publish-log DIR` makes one; name the folder that holds `log/`, or its address"));
    }
    if folder.join("head").is_file() {
        return Err(CliError::bad_input(format!("{} is a desk's own ledger, not a published copy", folder.display()))
            .hint("`onrecord publish-log DIR` makes a copy without what is the desk's; follow that one"));
    }
    Ok(Box::new(Stored(LocalStore::open(folder)?)))
}

/// The folder that `text` names, as a path or a `file:` address.
///
/// # Errors
/// When it is an address of another sort.
pub fn folder(text: &str) -> Result<PathBuf, CliError> {
    let path = text.strip_prefix("file://").or_else(|| text.strip_prefix("file:")).unwrap_or(text);
    if path.contains("://") {
        let scheme = path.split("://").next().unwrap_or_default();
        return Err(CliError::usage(format!("`{scheme}://` addresses cannot be followed"))
            .hint("http://, https:// and folders can; most object stores also serve their files over https://"));
    }
    Ok(PathBuf::from(path))
}

/// A name for the folder of a replica, from where it comes.
pub fn name(text: &str) -> String {
    let path = text.split_once("://").map_or(text, |(_, rest)| rest);
    let last = path.split(['/', '\\']).rfind(|part| !part.is_empty() && *part != "." && *part != "..");
    let clean = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '-' };
    let name: String = last.unwrap_or("log").chars().map(clean).collect();
    format!("{}-replica", name.trim_matches(['.', '-']))
}

/// Whether two paths, of which the first need not exist, are one or the first lies in the second.
pub fn lies_in(dir: &Path, folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    absolute.ancestors().find_map(|there| there.canonicalize().ok()).is_some_and(|there| there.starts_with(folder))
}

/// What a program without HTTP says.
#[cfg(not(feature = "net"))]
pub fn no_network() -> CliError {
    CliError::cannot_run("this build has no network")
        .hint("install with `cargo install --path . --all-features`")
        .hint("a folder can be followed without it")
}

/// Over HTTP.
#[cfg(feature = "net")]
mod web {
    use crate::ledger::replica::{Source, SourceError};
    use crate::net::{Client, NetError};

    pub struct Http {
        client: Client,
        base: String,
    }

    impl Http {
        pub fn new(url: &str) -> Self {
            Self { client: Client::new(), base: url.trim_end_matches('/').to_owned() }
        }
    }

    impl Source for Http {
        fn fetch(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
            let path = path.to_owned();
            match self.client.get(&format!("{}/{path}", self.base), limit as u64) {
                Ok(answer) => match answer.status {
                    200 => Ok(Some(answer.body)),
                    404 | 410 => Ok(None),
                    status => Err(SourceError::Status { path, status }),
                },
                Err(NetError::TooLong { .. }) => Err(SourceError::TooLong { path, limit }),
                Err(error) => {
                    let mut reason = error.to_string();
                    let mut next = std::error::Error::source(&error);
                    while let Some(error) = next {
                        reason = format!("{reason}: {error}");
                        next = error.source();
                    }
                    Err(SourceError::NoAnswer { path, reason })
                }
            }
        }
    }
}
