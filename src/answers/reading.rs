//! A ledger as many claims are seen in it one after the other: what they have in common is looked up once.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::entry::{ClaimState, DocumentState, Fall, LedgerState};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::view::Context;

/// Documents remembered; beyond it they are forgotten. Neighbouring claims are mostly of one document.
const MAX_REMEMBERED: usize = 4_096;

/// A ledger with a memory for documents.
pub struct Reading<'l> {
    ledger: &'l Ledger,
    documents: Mutex<HashMap<Index, Option<Arc<DocumentState>>>>,
    held: Mutex<HashMap<Digest, bool>>,
    superseded: OnceLock<BTreeMap<Index, Vec<Index>>>,
}

impl<'l> Reading<'l> {
    /// With nothing remembered.
    pub fn new(ledger: &'l Ledger) -> Self {
        Self { ledger, documents: Mutex::default(), held: Mutex::default(), superseded: OnceLock::new() }
    }

    /// The ledger.
    pub fn ledger(&self) -> &'l Ledger {
        self.ledger
    }
}

fn open<T>(memory: &Mutex<T>) -> MutexGuard<'_, T> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

fn remember<K: std::hash::Hash + Eq, V: Clone>(memory: &Mutex<HashMap<K, V>>, key: K, value: &V) {
    let mut memory = open(memory);
    if memory.len() >= MAX_REMEMBERED {
        memory.clear();
    }
    memory.insert(key, value.clone());
}

impl Context for Reading<'_> {
    fn document(&self, number: Index) -> Option<Arc<DocumentState>> {
        if let Some(known) = open(&self.documents).get(&number) {
            return known.clone();
        }
        // Nothing is locked while the log is read: others go on meanwhile.
        let document = Context::document(self.ledger, number);
        remember(&self.documents, number, &document);
        document
    }

    fn held(&self, sha256: &Digest) -> bool {
        if let Some(known) = open(&self.held).get(sha256) {
            return *known;
        }
        let held = Context::held(self.ledger, sha256);
        remember(&self.held, *sha256, &held);
        held
    }

    fn ledger(&self) -> &LedgerState {
        self.ledger.state()
    }

    fn fallen_under(&self, claim: &ClaimState) -> Vec<Fall> {
        Context::fallen_under(self.ledger, claim)
    }

    fn superseded_by(&self, claim: Index) -> Vec<Index> {
        // Few claims are: looking for them once is cheaper than asking for each.
        let all = match self.superseded.get() {
            Some(all) => all,
            None => match self.ledger.superseded() {
                Ok(all) => self.superseded.get_or_init(|| all),
                Err(_) => return Context::superseded_by(self.ledger, claim),
            },
        };
        all.get(&claim).cloned().unwrap_or_default()
    }
}
