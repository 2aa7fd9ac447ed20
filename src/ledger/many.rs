//! Many claims at once: each bundle is read once for all of them, instead of each entry on its own.

use std::collections::BTreeMap;

use super::catalog::{Row, Term};
use super::error::ReadError;
use super::item::Entry;
use super::record::Ledger;
use crate::entry::ClaimState;
use crate::hash::Index;
use crate::tlog::tree::{HashReader as _, Place};

/// Entries to a bundle, which is read as a whole whatever is wanted of it.
const BUNDLE: u64 = 256;

/// Entries wanted of one bundle from which on it is read as a whole; below, only their own bytes are.
const DENSE: usize = 8;

impl Ledger {
    /// The claims of rows of this view ([`Ledger::rows_where`]), in the order of the rows; `None` for one whose entry records
    /// no claim. Memory grows with the rows given.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn claims_of(&self, rows: &[Row]) -> Result<Vec<Option<ClaimState>>, ReadError> {
        // Which entries make which claim, in the order in which they lie.
        let mut wanted: Vec<(Index, usize)> = Vec::with_capacity(rows.len());
        for (k, row) in rows.iter().enumerate() {
            wanted.push((row.number(), k));
            if row.last() != row.number() {
                wanted.extend(self.find(Term::About(row.number()))?.into_iter().map(|index| (index, k)));
            }
        }
        wanted.sort_unstable();
        let mut claims: Vec<Option<ClaimState>> = rows.iter().map(|_| None).collect();
        for group in wanted.chunk_by(|a, b| a.0.0 / BUNDLE == b.0.0 / BUNDLE) {
            let entries = self.some_of(group)?;
            for (index, k) in group {
                if let (Some(entry), Some(row), Some(claim)) = (entries.get(index), rows.get(*k), claims.get_mut(*k)) {
                    fold(claim, row.number(), entry)?;
                }
            }
        }
        Ok(claims)
    }

    /// Entries that lie in one bundle, by number, held against their leaves.
    fn some_of(&self, wanted: &[(Index, usize)]) -> Result<BTreeMap<Index, Entry>, ReadError> {
        let one = |(index, _): &(Index, usize)| Ok((*index, self.entry(*index)?));
        if wanted.len() < DENSE {
            return wanted.iter().map(one).collect();
        }
        match self.dense(wanted) {
            Ok(entries) => Ok(entries),
            // Damage to a neighbour is no reason to hide the others: what is not to be had is then said of its own entry.
            Err(_) => wanted.iter().map(one).collect(),
        }
    }

    fn dense(&self, wanted: &[(Index, usize)]) -> Result<BTreeMap<Index, Entry>, ReadError> {
        let (Some((first, _)), Some((last, _))) = (wanted.first(), wanted.last()) else { return Ok(BTreeMap::new()) };
        let range = first.0..last.0 + 1;
        let mut bytes = self.reader.entries(range.clone())?;
        let mut payloads = self.reader.payloads(range.clone())?;
        let mut found = BTreeMap::new();
        let mut places = Vec::with_capacity(wanted.len());
        for (index, _) in wanted {
            let at = (index.0 - range.start) as usize;
            if found.contains_key(index) {
                continue;
            }
            let (Some(bytes), Some(payload)) = (bytes.get_mut(at), payloads.get_mut(at)) else { continue };
            let payload = payload.take().filter(|_| !self.erased.contains(&index.0));
            found.insert(*index, Entry::read(*index, std::mem::take(bytes), payload)?);
            places.push(Place { level: 0, n: index.0 });
        }
        let leaves = self.reader.hashes().read(&places).map_err(super::log::LogError::from)?;
        match found.values().zip(&leaves).find(|(entry, leaf)| entry.leaf != **leaf) {
            Some((entry, _)) => Err(ReadError::Leaf { index: entry.index }),
            None => Ok(found),
        }
    }
}

/// Takes an entry into the claim that it records or is about.
fn fold(claim: &mut Option<ClaimState>, number: Index, entry: &Entry) -> Result<(), ReadError> {
    match claim {
        None if entry.index == number && entry.header.kind.row().about == creates_claim() => {
            *claim = Some(ClaimState::recorded(number, entry.leaf, &entry.header, entry.event()?));
        }
        Some(claim) if entry.header.about == Some(number) => {
            claim.apply(entry.index, &entry.header, entry.event()?);
        }
        // The catalog tells only where to look.
        _ => {}
    }
    Ok(())
}

fn creates_claim() -> crate::entry::kind::About {
    crate::entry::kind::About::Creates(crate::entry::SubjectKind::Claim)
}
