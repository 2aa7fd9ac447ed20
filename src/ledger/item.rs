//! An entry read back from the log, hashed again.

use crate::entry::header::Read;
use crate::entry::{Event, Header, Salt};
use crate::hash::{Digest, Index};

use super::error::ReadError;

/// An entry with its payload, both checked against the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub index: Index,
    /// Its leaf hash, computed from its bytes.
    pub leaf: Digest,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its payload's bytes; `None` where the slot is empty.
    pub payload: Option<Vec<u8>>,
    /// Its header, strictly decoded.
    pub header: Header,
}

impl Entry {
    /// Reads an entry's bytes.
    ///
    /// # Errors
    /// When they are not an entry, of the future, or the payload is another's.
    pub fn read(index: Index, bytes: Vec<u8>, payload: Option<Vec<u8>>) -> Result<Self, ReadError> {
        let header = match Header::decode(&bytes) {
            Ok(Read::Known(header)) => header,
            Ok(Read::Foreign { kind, v }) => return Err(ReadError::Foreign { index, kind, v }),
            Err(source) => return Err(ReadError::Entry { index, source }),
        };
        if let Some(payload) = &payload
            && Digest::of(payload) != header.digest
        {
            return Err(ReadError::Payload { index });
        }
        let leaf = crate::hash::leaf_hash(&bytes);
        Ok(Self { index, leaf, bytes, payload, header })
    }

    /// What happened; `None` where the payload is not here.
    ///
    /// # Errors
    /// When the payload is malformed.
    pub fn event(&self) -> Result<Option<Event>, ReadError> {
        Ok(self.event_and_salt()?.map(|(event, _)| event))
    }

    /// What happened, with its content digest ([`Event::content_digest`]).
    ///
    /// # Errors
    /// As [`Entry::event`].
    pub fn event_with_content(&self) -> Result<Option<(Event, Digest)>, ReadError> {
        let Some(payload) = &self.payload else { return Ok(None) };
        let body = |source| ReadError::Body { index: self.index, source };
        Event::decode_with_content(self.header.kind, payload).map(Some).map_err(body)
    }

    /// What happened, with the salt of the payload.
    ///
    /// # Errors
    /// As [`Entry::event`].
    pub fn event_and_salt(&self) -> Result<Option<(Event, Salt)>, ReadError> {
        let Some(payload) = &self.payload else { return Ok(None) };
        let body = |source| ReadError::Body { index: self.index, source };
        Event::decode(self.header.kind, payload).map(Some).map_err(body)
    }

    /// The subject's number: its own where it creates one.
    pub fn subject(&self) -> Index {
        self.header.about.unwrap_or(self.index)
    }
}
