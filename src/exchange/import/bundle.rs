//! Claims of a bundle: its entries folded as a ledger folds its own, and each claim handed on as the object that our JSON
//! Lines have. Whether the entries are in the log, and by whom, is for the reader of the bundle to say first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::entry::bundle::Stated;
use crate::entry::bundle::check::Item;
use crate::entry::{ClaimState, DocumentState, Fall, Kind, LedgerState};
use crate::exchange::jsonl;
use crate::hash::{Digest, Index};
use crate::time::Day;
use crate::view::{ClaimView, Context};

/// A bundle as it is folded, entry by entry.
#[derive(Debug, Default)]
pub struct Folded {
    as_of: Option<u64>,
    wanted: BTreeSet<Index>,
    claims: BTreeMap<Index, ClaimState>,
    documents: BTreeMap<Index, Arc<DocumentState>>,
    ledger: LedgerState,
}

impl Folded {
    /// A bundle of which entries from `as_of` on are not looked at.
    pub fn new(as_of: Option<u64>) -> Self {
        Self { as_of, ..Self::default() }
    }

    /// A claim that the bundle is of.
    pub fn claim(&mut self, stated: &Stated) {
        self.wanted.insert(stated.claim);
    }

    /// An entry, in the order of the file.
    pub fn entry(&mut self, item: Item) {
        let Item { index, leaf, header: Some(header), event, .. } = item else { return };
        if self.as_of.is_some_and(|end| index.0 >= end) {
            return;
        }
        self.ledger.apply(index, &leaf, &header, event.as_ref());
        match (header.kind, header.about) {
            (Kind::ClaimRecorded, _) => {
                self.claims.insert(index, ClaimState::recorded(index, leaf, &header, event));
            }
            (Kind::DocumentRegistered, _) => {
                self.documents.insert(index, Arc::new(DocumentState::registered(index, leaf, &header, event)));
            }
            (_, Some(about)) => {
                if let Some(claim) = self.claims.get_mut(&about) {
                    claim.apply(index, &header, event);
                } else if let Some(document) = self.documents.get_mut(&about) {
                    Arc::make_mut(document).apply(index, &header, event);
                }
            }
            _ => {}
        }
    }

    /// The claims that the bundle is of, each with its number and as a line of JSON Lines.
    pub fn lines(&self, today: Day) -> impl Iterator<Item = (Index, Vec<u8>)> {
        self.wanted.iter().filter_map(move |number| {
            let claim = self.claims.get(number)?.clone().without_withheld(today);
            Some((*number, jsonl::line(&ClaimView::of(claim, self))))
        })
    }
}

impl Context for Folded {
    fn document(&self, number: Index) -> Option<Arc<DocumentState>> {
        self.documents.get(&number).cloned()
    }

    fn held(&self, _: &Digest) -> bool {
        false
    }

    fn ledger(&self) -> &LedgerState {
        &self.ledger
    }

    // What a claim rests on need not be in the bundle; the flag is worked out anew where the claims go on record.
    fn fallen_under(&self, _: &ClaimState) -> Vec<Fall> {
        Vec::new()
    }

    fn superseded_by(&self, _: Index) -> Vec<Index> {
        Vec::new()
    }
}
