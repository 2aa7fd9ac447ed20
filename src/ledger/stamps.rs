//! Time stamps kept beside a ledger, or a replica of one: what was stamped, what was asked, what came.
//!
//! ```text
//! stamps/12.txt                       the text of the checkpoint at 12 entries, without its signatures
//! stamps/12.tsa-example-org.tsq       what an authority was asked
//! stamps/12.tsa-example-org.pem       the certificates that came with its answer
//! stamps/12.tsa-example-org.tsr       its answer, written last
//! ```

use crate::stamp::query::Query;
use crate::stamp::token::{BadToken, MAX_TOKEN, Token};
use crate::store::{Store, StoreError, StorePath, StoreRead};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::note::MAX_NOTE;

/// Longest name of an authority.
const MAX_NAME: usize = 60;

/// A stamp as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Entries of the checkpoint, as the file's name says.
    pub size: u64,
    /// The authority's name among the files.
    pub authority: String,
    /// What was stamped; `None` where the file is gone.
    pub text: Option<Vec<u8>>,
    /// What was asked; `None` where the file is gone or is none.
    pub query: Option<Query>,
    /// The answer.
    pub answer: Vec<u8>,
    /// The answer, read.
    pub token: Result<Token, BadToken>,
}

impl Stamp {
    /// The checkpoint that was stamped, where the text is one.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        str::from_utf8(self.text.as_deref()?).ok()?.parse().ok()
    }
}

/// A name for the files of an authority, from its address: small letters, digits and hyphens.
pub fn name_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut name = String::new();
    for c in rest.chars() {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => name.push(c),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(MAX_NAME);
    let name = name.trim_matches('-');
    if name.is_empty() { "authority".to_owned() } else { name.to_owned() }
}

/// Where a file of a stamp lies.
pub fn path(size: u64, authority: &str, ending: &str) -> StorePath {
    StorePath::built(format!("stamps/{size}.{authority}.{ending}"))
}

/// Where the text lies that was stamped.
pub fn text_path(size: u64) -> StorePath {
    StorePath::built(format!("stamps/{size}.txt"))
}

/// Keeps a stamp: durable on return, the answer last.
///
/// # Errors
/// When the store cannot be written, or holds another one of that name.
pub fn keep(
    store: &dyn Store,
    size: u64,
    authority: &str,
    text: &[u8],
    query: Query,
    answer: &[u8],
    token: &Token,
) -> Result<(), StoreError> {
    store.put(&text_path(size), text)?;
    store.put(&path(size, authority, "tsq"), &query.to_bytes())?;
    store.put(&path(size, authority, "pem"), token.certificates_pem().as_bytes())?;
    store.put(&path(size, authority, "tsr"), answer)
}

/// The stamp of an authority on the checkpoint of this size, if there is one.
///
/// # Errors
/// When the store cannot be read.
pub fn one(store: &dyn StoreRead, size: u64, authority: &str) -> Result<Option<Stamp>, StoreError> {
    let Some(answer) = store.get(&path(size, authority, "tsr"), MAX_TOKEN)? else { return Ok(None) };
    let query = store.get(&path(size, authority, "tsq"), MAX_TOKEN)?;
    Ok(Some(Stamp {
        size,
        authority: authority.to_owned(),
        text: store.get(&text_path(size), MAX_NOTE)?,
        query: query.and_then(|bytes| Query::from_bytes(&bytes).ok()),
        token: Token::from_answer(&answer),
        answer,
    }))
}

/// All stamps, by size and authority.
///
/// # Errors
/// When the store cannot be read.
pub fn all(store: &dyn StoreRead) -> Result<Vec<Stamp>, StoreError> {
    let mut found = Vec::new();
    for path in store.list(&StorePath::built("stamps".to_owned()))? {
        let name = path.as_str().strip_prefix("stamps/").and_then(|name| name.strip_suffix(".tsr"));
        let Some((size, authority)) = name.and_then(|name| name.split_once('.')) else { continue };
        let Ok(number) = size.parse::<u64>() else { continue };
        if number.to_string() == size && !authority.contains(['.', '/']) {
            found.extend(one(store, number, authority)?);
        }
    }
    found.sort_by(|a, b| (a.size, &a.authority).cmp(&(b.size, &b.authority)));
    Ok(found)
}
