//! What planning a folder of claim files asks the ledger ([`crate::draft::Known`]).

use super::catalog::Term;
use super::error::ReadError;
use super::record::Ledger;
use crate::claim::vocab::Workflow;
use crate::draft::{Known, KnownClaim, KnownDocument};
use crate::entry::claim_state::Item;
use crate::entry::{ClaimState, DocumentState};
use crate::hash::{Digest, Index};

impl Ledger {
    /// A claim as planning and templates want it; `None` where its wording is not here.
    pub fn known_claim(state: &ClaimState) -> Option<KnownClaim> {
        fn standing<T: Clone>(items: &[Item<T>]) -> Vec<(Index, T)> {
            items.iter().filter_map(|i| i.standing().map(|body| (i.number, body.clone()))).collect()
        }
        fn marked<T: Clone>(items: &[Item<T>]) -> Vec<(Index, T, bool)> {
            items.iter().filter_map(|i| i.body.clone().map(|body| (i.number, body, i.withdrawn.is_some()))).collect()
        }
        let published = matches!(state.workflow, Some(Workflow::Published | Workflow::Retracted));
        let verdicts = state.verdicts.iter().filter_map(|v| v.item.body.clone().map(|body| (v.item.number, body)));
        Some(KnownClaim {
            number: state.number,
            claim: state.claim.clone()?,
            published,
            appearances: standing(&state.appearances),
            evidence: marked(&state.evidence),
            searches: standing(&state.searches),
            contacts: standing(&state.contacts),
            verdicts: verdicts.collect(),
            relations: marked(&state.relations),
        })
    }

    fn documents_with(&self, term: Term<'_>) -> Result<Vec<DocumentState>, ReadError> {
        let mut found = Vec::new();
        for index in self.find(term)? {
            let subject = self.entry(index)?.subject();
            if let Some(document) = self.document_state(subject)? {
                found.push(document);
            }
        }
        Ok(found)
    }
}

impl Known for Ledger {
    type Error = ReadError;

    fn document(&self, sha256: Option<&Digest>, url: Option<&str>) -> Result<Option<Index>, ReadError> {
        let captured = |d: &DocumentState, digest: &Digest| {
            d.snapshots.iter().any(|(_, s)| s.as_ref().is_some_and(|s| s.sha256 == *digest))
        };
        if let Some(digest) = sha256 {
            let found = self.documents_with(Term::Bytes(*digest))?;
            if let Some(document) = found.into_iter().find(|d| captured(d, digest)) {
                return Ok(Some(document.number));
            }
        }
        let Some(url) = url else { return Ok(None) };
        let found = self.documents_with(Term::Url(url))?;
        let here = |d: &DocumentState| d.document.as_ref().and_then(|d| d.url.as_deref()) == Some(url);
        let same = |d: &DocumentState| d.snapshots.is_empty() || sha256.is_none_or(|digest| captured(d, digest));
        Ok(found.into_iter().find(|d| here(d) && same(d)).map(|d| d.number))
    }

    fn document_body(&self, number: Index) -> Result<KnownDocument, ReadError> {
        let Some(state) = self.document_state(number)? else { return Ok(KnownDocument::default()) };
        Ok(KnownDocument {
            document: state.document,
            snapshots: state.snapshots.into_iter().filter_map(|(i, s)| Some((i, s?))).collect(),
            texts: state.texts.into_iter().filter_map(|(i, t)| Some((i, t?))).collect(),
        })
    }

    fn claim(&self, document: Index, key: &str) -> Result<Option<KnownClaim>, ReadError> {
        for index in self.find(Term::Key(document, key))? {
            let Some(state) = self.claim(self.entry(index)?.subject())? else { continue };
            let fits = |c: &crate::claim::Claim| c.key.as_deref() == Some(key) && c.appearance.document == document;
            if state.claim.as_ref().is_some_and(fits) {
                return Ok(Self::known_claim(&state));
            }
        }
        Ok(None)
    }

    fn claim_keys(&self, document: Index) -> Result<Vec<String>, ReadError> {
        let mut keys = Vec::new();
        for index in self.find(Term::Document(document))? {
            if let Some(state) = self.claim(self.entry(index)?.subject())?
                && let Some(key) = state.claim.and_then(|c| c.key)
            {
                keys.push(key);
            }
        }
        keys.dedup();
        Ok(keys)
    }
}
