//! Who decided, when, under which policy.

use std::collections::BTreeMap;

use super::{Around, Said, pieces};
use crate::claim::Verdict;
use crate::claim::vocab::{Decision, Finding};
use crate::entry::ClaimState;
use crate::entry::claim_state::{Item, VerdictState};
use crate::entry::guard::{self, Guard};
use crate::hash::Index;

pub(super) fn stale(_: &Around<'_>, claim: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    let after = |item: &&Item<_>| item.number > state.item.number && item.withdrawn.is_none();
    let late: Vec<Index> = claim.evidence.iter().filter(after).map(|item| item.number).collect();
    let first = late.first()?;
    let detail = if late.len() == 1 { first.to_string() } else { format!("the first {first}") };
    Some(format!("{} since verdict {}, {detail}", pieces(late.len()), state.item.number))
}

pub(super) fn own_claim(around: &Around<'_>, claim: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    let handle = || crate::text::printable_line(&around.ledger.handle(claim.agent));
    (state.item.agent == claim.agent).then(|| format!("verdict {} by `{}`", state.item.number, handle()))
}

pub(super) fn two_findings(_: &Around<'_>, claim: &ClaimState, state: &VerdictState, verdict: &Verdict) -> Said {
    if state.approvals() > 0 {
        return None;
    }
    // What an agent said last on the wording in force is what it says.
    let mut latest: BTreeMap<Index, (Index, Finding)> = BTreeMap::new();
    for other in claim.verdicts.iter().filter(|other| other.wording == state.wording) {
        if let Some(body) = &other.item.body {
            latest.insert(other.item.agent, (other.item.number, body.finding));
        }
    }
    let (number, finding) = latest.values().find(|(_, finding)| *finding != verdict.finding)?;
    Some(format!("verdict {number} says {finding}, {} says {}", state.item.number, verdict.finding))
}

pub(super) fn earlier_wording(_: &Around<'_>, claim: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    claim.judged_earlier_wording().then(|| {
        format!("verdict {} is on the wording of {}, in force is {}", state.item.number, state.wording, claim.wording)
    })
}

/// A change of policy leaves the verdicts before it as they are; this says which of them it would stop now. What the policy
/// of their time stopped, too, is reported as a guard.
pub(super) fn refused_today(around: &Around<'_>, claim: &ClaimState, state: &VerdictState, verdict: &Verdict) -> Said {
    if matches!(verdict.finding, Finding::NotCheckable | Finding::NotEnoughEvidence) {
        return None;
    }
    let (today, then) = (around.today()?, around.ledger.policy_at(state.item.number)?);
    if today == then || claim.not_here.iter().any(|number| !claim.erased.contains(number)) {
        return None;
    }
    let refused = |policy| guard::check_evidence_of(verdict, claim, policy);
    let before: Vec<&str> = refused(then).iter().map(Guard::code).collect();
    let now = refused(today).into_iter().find(|guard| !before.contains(&guard.code()))?;
    Some(format!("verdict {}, {}: {now}", state.item.number, now.code()))
}

/// A correction is out before anybody can review it (`docs/decisions/`), so where the policy asks for reviews it is said until
/// it has them.
pub(super) fn unread_correction(around: &Around<'_>, _: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    let policy = around.ledger.policy_at(state.item.number).filter(|_| state.by_correction)?;
    let (needed, found) = (policy.reviewers, state.approvals() as u64);
    let rejected = state.reviews.iter().filter_map(Item::standing).any(|review| review.decision == Decision::Reject);
    let rejected = if rejected { ", and a reviewer rejects it" } else { "" };
    let name = crate::text::printable_line(&policy.name);
    (found < needed).then(|| {
        format!(
            "correction {} has {found} of {needed} approving reviews that `{name}` asks for{rejected}",
            state.item.number
        )
    })
}
