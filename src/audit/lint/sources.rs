//! Where the evidence comes from, and what became of it.

use std::collections::BTreeSet;

use super::{Around, Said, pieces, relied};
use crate::claim::edtf::Edtf;
use crate::claim::lexicon;
use crate::claim::vocab::{ClaimKind, Credibility, EvidenceClass, Finding, Stance};
use crate::claim::{Claim, Evidence, Verdict};
use crate::entry::ClaimState;
use crate::entry::claim_state::{Item, VerdictState};
use crate::hash::Index;

/// A verdict judged this much after the newest dated evidence is worth a second look, in milliseconds: 365 days.
const OLD_MILLIS: i64 = 365 * 86_400_000;

pub(super) fn confirmed_by_nobody(_: &Around<'_>, claim: &ClaimState, _: &Claim) -> Said {
    let standing: Vec<(&Item<Evidence>, &Evidence)> =
        claim.evidence.iter().filter_map(|item| Some((item, item.standing()?))).collect();
    let alone = standing.iter().find(|(_, evidence)| {
        let same_side = standing.iter().filter(|(_, other)| other.stance == evidence.stance);
        let clusters: BTreeSet<&str> = same_side.map(|(_, other)| other.cluster.as_str()).collect();
        evidence.credibility == Credibility::Confirmed && clusters.len() == 1
    });
    let hidden = claim.evidence.iter().any(|item| item.body.is_none());
    alone
        .filter(|_| !hidden)
        .map(|(item, evidence)| format!("evidence {}, cluster `{}`", item.number, evidence.cluster))
}

/// Another desk's label is of the claim as that desk words it. Where that is the opposite, a note says so, and nothing is
/// wrong.
pub(super) fn label_contradicted(_: &Around<'_>, claim: &ClaimState, _: &Claim) -> Said {
    claim.evidence.iter().find_map(|item| {
        let evidence = item.standing().filter(|e| e.class == EvidenceClass::FactCheck && e.note.is_none())?;
        let label = evidence.label.as_ref()?;
        let says = lexicon::label(label)?;
        let against = matches!(
            (says, evidence.stance),
            (Stance::Refutes, Stance::Supports) | (Stance::Supports, Stance::Refutes)
        );
        against.then(|| format!("evidence {} {} the claim, and its label is `{label}`", item.number, evidence.stance))
    })
}

pub(super) fn single_cluster(_: &Around<'_>, claim: &ClaimState, _: &VerdictState, verdict: &Verdict) -> Said {
    use Finding::{MisleadingContext, PartlySupported, Refuted, Supported};
    if !matches!(verdict.finding, Supported | PartlySupported | Refuted | MisleadingContext) {
        return None;
    }
    let relied = relied(claim, verdict)?;
    let clusters: BTreeSet<&str> = relied.iter().map(|(_, evidence)| evidence.cluster.as_str()).collect();
    let only = clusters.first().filter(|_| clusters.len() == 1)?;
    let all = if relied.len() == 1 { "" } else { "all " };
    Some(format!("`{}` on {} of evidence, {all}of cluster `{only}`", verdict.finding, pieces(relied.len())))
}

pub(super) fn old_evidence(_: &Around<'_>, claim: &ClaimState, _: &VerdictState, verdict: &Verdict) -> Said {
    let dates = relied(claim, verdict)?.into_iter().filter_map(|(_, evidence)| evidence.dated.as_ref());
    let dates: Vec<Edtf> = dates.filter_map(|dated| dated.parse().ok()).collect();
    // An open interval reaches to the day it was read.
    let newest = dates.iter().map(Edtf::last_day).collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let late = verdict.judged_on.start().millis() - newest.start().millis() > OLD_MILLIS;
    late.then(|| format!("judged on {}, the newest evidence is of {newest}", verdict.judged_on))
}

/// Withdrawn before the verdict is a matter of the guards.
pub(super) fn withdrawn_evidence(_: &Around<'_>, claim: &ClaimState, state: &VerdictState, verdict: &Verdict) -> Said {
    verdict.on.iter().find_map(|number| {
        let by = claim.evidence(*number)?.withdrawn.filter(|by| *by > state.item.number)?;
        Some(format!("evidence {number}, withdrawn by {by}"))
    })
}

/// Of a claim that something was said, the document is the proper evidence.
pub(super) fn circular(_: &Around<'_>, claim: &ClaimState, _: &VerdictState, verdict: &Verdict) -> Said {
    if claim.claim.as_ref().is_some_and(|wording| wording.kind == ClaimKind::StatementMade) {
        return None;
    }
    let own: BTreeSet<Index> = claim.standing_appearances().map(|(_, appearance)| appearance.document).collect();
    verdict.on.iter().find_map(|number| {
        let document = claim.evidence(*number)?.body.as_ref()?.document.filter(|document| own.contains(document))?;
        Some(format!("evidence {number} is document {document}, where the claim appears"))
    })
}
