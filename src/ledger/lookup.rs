//! Where to look: the catalog on disk, or the same lookups derived in memory for this process alone.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::catalog::{ContentKey, Term};
use super::error::ReadError;
use super::item::Entry;
use crate::entry::Kind;
use crate::hash::{Digest, Index};

/// Lookups that reflect the log up to a size.
pub(super) struct Lookup {
    memory: Memory,
    notices: Vec<String>,
}

#[derive(Default)]
struct Memory {
    size: u64,
    root: Digest,
    core: Vec<Index>,
    claims: Vec<Index>,
    terms: BTreeMap<u64, Vec<Index>>,
    content: BTreeMap<ContentKey, Index>,
}

impl Lookup {
    pub(super) fn open(_folder: Option<PathBuf>, _ledger: Digest) -> Result<Self, ReadError> {
        Ok(Self { memory: Memory::default(), notices: Vec::new() })
    }

    pub(super) fn size(&self) -> u64 {
        self.memory.size
    }

    pub(super) fn root(&self) -> Digest {
        self.memory.root
    }

    pub(super) fn reset(&mut self, why: &str) -> Result<(), ReadError> {
        self.memory = Memory::default();
        self.notices.push(format!("the catalog was begun anew: {why}"));
        Ok(())
    }

    pub(super) fn apply(&mut self, base: u64, entries: &[Entry], root: Digest) -> Result<(), ReadError> {
        for entry in entries {
            let event = entry.event()?;
            if let Some(about) = entry.header.about {
                self.memory.terms.entry(Term::About(about).hash()).or_default().push(entry.index);
            }
            match entry.header.kind {
                Kind::ClaimRecorded => self.memory.claims.push(entry.index),
                Kind::LedgerOpened
                | Kind::AgentEnrolled
                | Kind::AgentDescribed
                | Kind::AgentKeyChanged
                | Kind::AgentRolesChanged
                | Kind::AgentRevoked
                | Kind::LogKeyChanged
                | Kind::PolicySet => self.memory.core.push(entry.index),
                _ => {}
            }
            if let Some(event) = event
                && let Ok(digest) = event.content_digest()
            {
                self.memory.content.insert(ContentKey::content(entry.header.about, &digest), entry.index);
            }
        }
        self.memory.size = base + entries.len() as u64;
        self.memory.root = root;
        Ok(())
    }

    pub(super) fn core(&self) -> Result<Vec<Index>, ReadError> {
        Ok(self.memory.core.clone())
    }

    pub(super) fn claims(&self) -> Result<Vec<Index>, ReadError> {
        Ok(self.memory.claims.clone())
    }

    pub(super) fn find(&self, term: Term<'_>) -> Result<Vec<Index>, ReadError> {
        Ok(self.memory.terms.get(&term.hash()).cloned().unwrap_or_default())
    }

    pub(super) fn content(&self, keys: &[ContentKey]) -> Result<Vec<Option<Index>>, ReadError> {
        Ok(keys.iter().map(|k| self.memory.content.get(k).copied()).collect())
    }

    pub(super) fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
    }
}
