//! Claims and documents folded from the log, and the editorial guards asked again at each decision.

use std::collections::BTreeMap;

use super::explain::Code;
use super::report::Problems;
use crate::entry::guard;
use crate::entry::kind::About;
use crate::entry::{ClaimState, DocumentState, Event, Header, Kind, LedgerState, SubjectKind};
use crate::hash::{Digest, Index};

/// Every claim and document as it stands.
#[derive(Debug, Default)]
pub(super) struct Claims {
    pub by_number: BTreeMap<Index, ClaimState>,
    pub documents: BTreeMap<Index, DocumentState>,
    /// Decisions whose claims have payloads that are not here.
    pub unjudged: Vec<u64>,
    /// Whether an affiliation is not here, so that who is of which house cannot be told.
    hidden_houses: bool,
}

impl Claims {
    /// What a writer would say today to the entry, under the policy and on the view that it was made on.
    pub fn guard(&mut self, index: u64, header: &Header, event: &Event, ledger: &LedgerState, problems: &mut Problems) {
        let Some(claim) = header.about.and_then(|about| self.by_number.get(&about)) else { return };
        let Some(policy) = ledger.policy_at(Index(index)) else { return };
        let found = guard::check(event, header.re, header.agent, claim, policy, ledger, header.time.day());
        if found.is_empty() {
            return;
        }
        // What is not here may be just what the guard misses, unless it was not here for the writer either.
        if claim.not_here.iter().any(|number| !claim.erased.contains(number)) {
            self.unjudged.push(index);
            return;
        }
        let by_house = |one: &guard::Guard| policy.other_affiliation && matches!(one.code(), "G07" | "G18");
        if self.hidden_houses && found.iter().any(by_house) {
            self.unjudged.push(index);
        }
        for one in found.into_iter().filter(|one| !(self.hidden_houses && by_house(one))) {
            if let Ok(code) = one.code().parse() {
                problems.entry(code, index, one.to_string());
            }
        }
    }

    /// Takes in the next entry.
    pub fn apply(&mut self, index: Index, leaf: Digest, header: &Header, event: Option<Event>) {
        self.hidden_houses |= header.kind == Kind::AgentDescribed && event.is_none();
        match (header.kind.row().about, header.about) {
            (About::Creates(SubjectKind::Claim), _) => {
                self.by_number.insert(index, ClaimState::recorded(index, leaf, header, event));
            }
            (About::Creates(SubjectKind::Document), _) => {
                self.documents.insert(index, DocumentState::registered(index, leaf, header, event));
            }
            (_, Some(about)) => {
                if let Some(claim) = self.by_number.get_mut(&about) {
                    claim.apply(index, header, event);
                } else if let Some(document) = self.documents.get_mut(&about) {
                    document.apply(index, header, event);
                }
            }
            _ => {}
        }
    }

    /// Says which decisions the lint left alone.
    pub fn report_unjudged(&self, problems: &mut Problems) {
        if let Some(first) = self.unjudged.first() {
            problems.entry(Code::W16, *first, format!("{} decisions, this the first", self.unjudged.len()));
        }
    }
}
