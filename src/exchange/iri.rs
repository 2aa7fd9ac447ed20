//! Names of a ledger's things outside it: IRIs under a base, local parts of letters, digits and hyphens.

use std::fmt;

use serde::Serialize;

/// Longest base, in bytes.
const MAX_BASE: usize = 1_000;

/// The IRI under which the things of a ledger are named; begins with `http://` or `https://` and ends with `/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Base(String);

/// A text that is no base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BaseError {
    /// Another scheme, or none.
    #[error("it begins with neither `https://` nor `http://`")]
    Scheme,
    /// Nothing after the scheme.
    #[error("it names no host")]
    Host,
    /// A character that an IRI does not have, or a query or fragment: names could not be put after it.
    #[error("it has `{}` in it, which cannot stand there", .0.escape_default())]
    Character(char),
    /// Too long.
    #[error("it has more than {MAX_BASE} bytes")]
    TooLong,
}

impl Base {
    /// Reads a base; a missing `/` at its end is added.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, BaseError> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(BaseError::Scheme)?;
        if rest.split('/').next().is_none_or(str::is_empty) {
            return Err(BaseError::Host);
        }
        if let Some(bad) = rest.chars().find(|c| !stands(*c)) {
            return Err(BaseError::Character(bad));
        }
        if text.len() > MAX_BASE {
            return Err(BaseError::TooLong);
        }
        Ok(Self(if text.ends_with('/') { text.to_owned() } else { format!("{text}/") }))
    }

    /// The base of a ledger for which nobody has set one: its origin as an address.
    pub fn of_origin(origin: &str) -> Self {
        let mut text = "https://".to_owned();
        for c in origin.chars() {
            if stands(c) {
                text.push(c);
            } else {
                let mut bytes = [0; 4];
                text.extend(c.encode_utf8(&mut bytes).bytes().flat_map(percent));
            }
        }
        text.push('/');
        Self(text)
    }

    /// As text; ends with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of a claim: `claim-12`.
    pub fn claim(&self, number: u64) -> String {
        format!("{self}claim-{number}")
    }

    /// The name of a verdict.
    pub fn verdict(&self, number: u64) -> String {
        format!("{self}verdict-{number}")
    }

    /// The name of a document.
    pub fn document(&self, number: u64) -> String {
        format!("{self}document-{number}")
    }

    /// The name of an entry.
    pub fn entry(&self, number: u64) -> String {
        format!("{self}entry-{number}")
    }

    /// The name of an agent; a handle has letters, digits and hyphens only.
    pub fn agent(&self, handle: &str) -> String {
        format!("{self}agent-{handle}")
    }
}

/// A byte as three characters.
fn percent(byte: u8) -> [char; 3] {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase();
    ['%', digit(byte >> 4), digit(byte & 15)]
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character may stand in a base: of an IRI (RFC 3987) without query and fragment, and none that looks like
/// nothing or turns the direction of the text.
fn stands(c: char) -> bool {
    match c {
        '/' | ':' | '@' | '-' | '.' | '_' | '~' | '!' | '$' | '&' | '\'' | '(' | ')' | '*' | '+' | ',' | ';' | '='
        | '%' => true,
        c if c.is_ascii() => c.is_ascii_alphanumeric(),
        c => c.is_alphanumeric(),
    }
}
