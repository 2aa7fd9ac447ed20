//! What is weak about the claims as they stand (architecture, Lint). Nothing here touches the outcome.
//!
//! Each rule is a function from a claim to what it has to say, so that a rule can be read, tested and left out by itself. A
//! claim that was withdrawn or retracted is no longer asserted by anybody, and is left alone.
//!
//! | file | what is weak |
//! |---|---|
//! | `wording` | how the claim is worded |
//! | `sources` | where the evidence comes from, and what became of it |
//! | `verdicts` | who decided, when, under which policy |
//! | `standing` | what the claim rests on; documents |

mod sources;
mod standing;
mod verdicts;
mod wording;

use std::collections::BTreeSet;

use super::claims::Claims;
use super::explain::Code;
use super::report::Problems;
use crate::claim::vocab::{ClaimKind, RelationKind, Workflow};
use crate::claim::{Claim, Evidence, Policy, Verdict};
use crate::entry::claim_state::{Item, VerdictState};
use crate::entry::{ClaimState, LedgerState};
use crate::hash::Index;

/// What a rule has to say of a claim.
type Said = Option<String>;

/// A rule on the wording.
type OnWording = fn(&Around<'_>, &ClaimState, &Claim) -> Said;

/// A rule on the verdict in force.
type OnVerdict = fn(&Around<'_>, &ClaimState, &VerdictState, &Verdict) -> Said;

const ON_WORDING: [(Code, OnWording); 6] = [
    (Code::W01, wording::bare_number),
    (Code::W02, wording::casualties),
    (Code::W11, sources::confirmed_by_nobody),
    (Code::W17, wording::hedge_dropped),
    (Code::W18, sources::label_contradicted),
    (Code::W20, standing::document_changed),
];

const ON_VERDICT: [(Code, OnVerdict); 10] = [
    (Code::W03, sources::single_cluster),
    (Code::W04, sources::old_evidence),
    (Code::W05, verdicts::stale),
    (Code::W06, verdicts::own_claim),
    (Code::W07, sources::withdrawn_evidence),
    (Code::W10, verdicts::two_findings),
    (Code::W14, verdicts::earlier_wording),
    (Code::W15, sources::circular),
    (Code::W19, verdicts::refused_today),
    (Code::W21, verdicts::unread_correction),
];

/// What a rule may look at besides the claim.
struct Around<'a> {
    claims: &'a Claims,
    ledger: &'a LedgerState,
    /// Claims whose being said is a claim of its own.
    said_elsewhere: BTreeSet<Index>,
}

impl<'a> Around<'a> {
    fn new(claims: &'a Claims, ledger: &'a LedgerState) -> Self {
        let said = claims.by_number.values().filter(|claim| {
            !gone(claim) && claim.claim.as_ref().is_some_and(|wording| wording.kind == ClaimKind::StatementMade)
        });
        let contents = said.flat_map(|claim| claim.relations.iter().filter_map(Item::standing));
        let contents = contents.filter(|relation| relation.kind == RelationKind::ContentOf);
        Self { claims, ledger, said_elsewhere: contents.filter_map(|relation| relation.to).collect() }
    }

    /// The policy in force now.
    fn today(&self) -> Option<&'a Policy> {
        self.ledger.policies.last().map(|(_, policy)| policy)
    }
}

/// Runs every rule over every claim and document.
pub(super) fn run(claims: &Claims, ledger: &LedgerState, problems: &mut Problems) {
    let around = Around::new(claims, ledger);
    for (number, claim) in &claims.by_number {
        if gone(claim) {
            continue;
        }
        if let Some(wording) = &claim.claim {
            for (code, rule) in ON_WORDING {
                if let Some(said) = rule(&around, claim, wording) {
                    problems.entry(code, number.0, said);
                }
            }
        }
        if let Some((state, verdict)) = in_force(claim) {
            for (code, rule) in ON_VERDICT {
                if let Some(said) = rule(&around, claim, state, verdict) {
                    problems.entry(code, number.0, said);
                }
            }
        }
    }
    standing::rests_on_fallen(claims, problems);
    standing::not_second_read(claims, problems);
    standing::no_snapshot(claims, problems);
}

fn gone(claim: &ClaimState) -> bool {
    matches!(claim.workflow, Some(Workflow::Withdrawn | Workflow::Retracted))
}

fn in_force(claim: &ClaimState) -> Option<(&VerdictState, &Verdict)> {
    let state = claim.verdict()?;
    Some((state, state.item.body.as_ref()?))
}

/// The evidence that the verdict relies on; `None` where some of it is not here, so that nothing can be said of the whole.
fn relied<'c>(claim: &'c ClaimState, verdict: &Verdict) -> Option<Vec<(&'c Item<Evidence>, &'c Evidence)>> {
    let items = verdict.on.iter().filter_map(|number| claim.evidence(*number));
    items.map(|item| Some((item, item.body.as_ref()?))).collect()
}

/// `1 piece`, `2 pieces`.
fn pieces(n: usize) -> String {
    if n == 1 { "1 piece".to_owned() } else { format!("{n} pieces") }
}
