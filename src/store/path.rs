//! Checked object paths, and which of them may be replaced or removed.

use std::fmt;
use std::str::FromStr;

/// Longest path, in bytes.
pub const MAX_PATH_BYTES: usize = 255;

/// Names at the top that are no objects: the two cells and the writers' lock.
const RESERVED: [&str; 3] = ["head", "log/checkpoint", "lock"];

/// Path of an object: relative, `/` between components, each of lower-case ASCII letters, digits, `.`, `-`, `_`, none
/// beginning with a dot.
///
/// So no path leaves its store, none collides with another where case does not count, and temporary files (whose names
/// begin with a dot) are never objects.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorePath(String);

/// A text that is not the path of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// No text at all.
    #[error("an object's path is empty")]
    Empty,
    /// Longer than [`MAX_PATH_BYTES`].
    #[error("an object's path is {length} bytes long, the limit is {MAX_PATH_BYTES}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// A component is empty, begins with a dot, or holds a character outside the set.
    #[error("{path:?} is not an object's path: components are of a-z, 0-9, '.', '-', '_' and do not begin with a dot")]
    Component {
        /// The whole path.
        path: String,
    },
    /// The name of a cell or of the lock.
    #[error("{path:?} is not an object but a cell or the lock")]
    Reserved {
        /// The whole path.
        path: String,
    },
}

impl StorePath {
    /// Checks `path`.
    pub fn new(path: impl Into<String>) -> Result<Self, BadPath> {
        let path = path.into();
        if path.is_empty() {
            return Err(BadPath::Empty);
        }
        if path.len() > MAX_PATH_BYTES {
            return Err(BadPath::TooLong { length: path.len() });
        }
        if !path.split('/').all(is_component) {
            return Err(BadPath::Component { path });
        }
        if RESERVED.contains(&path.as_str()) {
            return Err(BadPath::Reserved { path });
        }
        Ok(Self(path))
    }

    /// A path that this house has built itself, out of numbers and digests.
    pub(crate) fn built(path: String) -> Self {
        debug_assert!(Self::new(path.as_str()).is_ok(), "{path:?} is not an object's path");
        Self(path)
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the object lies in `folder`, at any depth.
    pub fn is_under(&self, folder: &Self) -> bool {
        self.0.strip_prefix(&folder.0).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether it is a partial tile or bundle: `….p/<W>` (C2SP tlog-tiles).
    pub fn is_partial(&self) -> bool {
        self.0.rsplit_once('/').is_some_and(|(folder, _)| folder.strip_suffix(".p").is_some())
    }

    /// Whether it is a staged batch.
    pub fn is_staging(&self) -> bool {
        self.0.starts_with("staging/")
    }

    /// Whether the object may be replaced by an emptied one: payload bundles alone.
    pub fn may_redact(&self) -> bool {
        self.0.starts_with("payload/")
    }

    /// Whether the object may ever go: staging, blobs, what a replica has under way, and partials of the log and the
    /// payloads.
    pub fn may_remove(&self) -> bool {
        let tree = self.0.starts_with("log/tile/") || self.0.starts_with("payload/");
        self.is_staging()
            || self.0.starts_with("blobs/")
            || self.0.starts_with("following/")
            || tree && self.is_partial()
    }
}

fn is_component(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(allowed)
}

impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl FromStr for StorePath {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Self, BadPath> {
        Self::new(text)
    }
}
