//! What is weak about the claims as they stand (architecture, Lint). Nothing here touches the outcome.
//!
//! Each rule is a function from a claim to what it has to say, so that a rule can be read, tested and left out by itself. A
//! claim that was withdrawn or retracted is no longer asserted by anybody, and is left alone.
//!
//! Still missing, each for want of something it needs: *hedge dropped* (how strong a statement is, compared with
//! its appearance's hedges and factuality) and *rating that contradicts its label* (comes with the import of labels).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::claims::Claims;
use super::explain::Code;
use super::report::Problems;
use crate::claim::edtf::Edtf;
use crate::claim::vocab::{ClaimKind, Comparator, Credibility, Finding, RelationKind, Workflow};
use crate::claim::{Claim, Evidence, Verdict};
use crate::entry::ClaimState;
use crate::entry::claim_state::{Item, VerdictState};
use crate::hash::Index;
use crate::text::words;

/// A verdict judged this much after the newest dated evidence is worth a second look, in milliseconds: 365 days.
const OLD_MILLIS: i64 = 365 * 86_400_000;

/// What a rule has to say of a claim.
type Said = Option<String>;

/// A rule on the wording.
type OnWording = fn(&ClaimState, &Claim) -> Said;

/// A rule on the verdict in force.
type OnVerdict = fn(&ClaimState, &VerdictState, &Verdict) -> Said;

const ON_WORDING: [(Code, OnWording); 3] =
    [(Code::W01, bare_number), (Code::W02, casualties), (Code::W11, confirmed_by_nobody)];

const ON_VERDICT: [(Code, OnVerdict); 8] = [
    (Code::W03, single_cluster),
    (Code::W04, old_evidence),
    (Code::W05, stale),
    (Code::W06, own_claim),
    (Code::W07, withdrawn_evidence),
    (Code::W10, two_findings),
    (Code::W14, earlier_wording),
    (Code::W15, circular),
];

/// Runs every rule over every claim and document.
pub(super) fn run(claims: &Claims, problems: &mut Problems) {
    for (number, claim) in &claims.by_number {
        if gone(claim) {
            continue;
        }
        if let Some(wording) = &claim.claim {
            for (code, rule) in ON_WORDING {
                if let Some(said) = rule(claim, wording) {
                    problems.entry(code, number.0, said);
                }
            }
        }
        if let Some((state, verdict)) = in_force(claim) {
            for (code, rule) in ON_VERDICT {
                if let Some(said) = rule(claim, state, verdict) {
                    problems.entry(code, number.0, said);
                }
            }
        }
    }
    rests_on_fallen(claims, problems);
    not_second_read(claims, problems);
    for (number, document) in &claims.documents {
        if document.snapshots.is_empty() {
            problems.entry(Code::W12, number.0, "no `snapshot-captured` about it");
        }
    }
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

fn bare_number(_: &ClaimState, wording: &Claim) -> Said {
    if wording.kind == ClaimKind::Quantity && wording.quantities.is_empty() {
        return Some("a claim about a number that lists none".into());
    }
    wording.quantities.iter().find_map(|quantity| {
        let number = quantity.text.chars().any(|c| c.is_ascii_digit());
        if quantity.value.is_some() && quantity.unit.is_none() {
            Some(format!("`{}` has no unit", quantity.text))
        } else if quantity.comparator == Comparator::Vague && number {
            Some(format!("`{}` holds a number, and its comparator is vague", quantity.text))
        } else {
            None
        }
    })
}

fn casualties(_: &ClaimState, wording: &Claim) -> Said {
    const TOLD_APART: [&str; 14] = [
        "dead",
        "death",
        "deaths",
        "died",
        "die",
        "killed",
        "fatal",
        "fatalities",
        "fatality",
        "injured",
        "injury",
        "injuries",
        "wounded",
        "hurt",
    ];
    // Folding a text costs far more than looking for a piece of it.
    if !wording.statement.to_ascii_lowercase().contains("casualt") {
        return None;
    }
    let words = words(&wording.statement);
    let says = words.iter().any(|word| matches!(word.as_str(), "casualty" | "casualties"));
    let told = words.iter().any(|word| TOLD_APART.contains(&word.as_str()));
    (says && !told).then(|| "dead or injured, the statement does not say".into())
}

fn confirmed_by_nobody(claim: &ClaimState, _: &Claim) -> Said {
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

fn single_cluster(claim: &ClaimState, _: &VerdictState, verdict: &Verdict) -> Said {
    use Finding::{MisleadingContext, PartlySupported, Refuted, Supported};
    if !matches!(verdict.finding, Supported | PartlySupported | Refuted | MisleadingContext) {
        return None;
    }
    let relied = relied(claim, verdict)?;
    let clusters: BTreeSet<&str> = relied.iter().map(|(_, evidence)| evidence.cluster.as_str()).collect();
    let only = clusters.first().filter(|_| clusters.len() == 1)?;
    Some(format!("`{}` on {} pieces of evidence, all of cluster `{only}`", verdict.finding, relied.len()))
}

fn old_evidence(claim: &ClaimState, _: &VerdictState, verdict: &Verdict) -> Said {
    let dates = relied(claim, verdict)?.into_iter().filter_map(|(_, evidence)| evidence.dated.as_ref());
    let dates: Vec<Edtf> = dates.filter_map(|dated| dated.parse().ok()).collect();
    // An open interval reaches to the day it was read.
    let newest = dates.iter().map(Edtf::last_day).collect::<Option<Vec<_>>>()?.into_iter().max()?;
    let late = verdict.judged_on.start().millis() - newest.start().millis() > OLD_MILLIS;
    late.then(|| format!("judged on {}, the newest evidence is of {newest}", verdict.judged_on))
}

fn stale(claim: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    let after = |item: &&Item<Evidence>| item.number > state.item.number && item.withdrawn.is_none();
    let late: Vec<Index> = claim.evidence.iter().filter(after).map(|item| item.number).collect();
    let first = late.first()?;
    Some(format!("{} pieces since verdict {}, the first {first}", late.len(), state.item.number))
}

fn own_claim(claim: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    (state.item.agent == claim.agent).then(|| format!("verdict {} by agent {}", state.item.number, claim.agent))
}

/// Withdrawn before the verdict is a matter of the guards.
fn withdrawn_evidence(claim: &ClaimState, state: &VerdictState, verdict: &Verdict) -> Said {
    verdict.on.iter().find_map(|number| {
        let by = claim.evidence(*number)?.withdrawn.filter(|by| *by > state.item.number)?;
        Some(format!("evidence {number}, withdrawn by {by}"))
    })
}

fn two_findings(claim: &ClaimState, state: &VerdictState, verdict: &Verdict) -> Said {
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

fn earlier_wording(claim: &ClaimState, state: &VerdictState, _: &Verdict) -> Said {
    claim.judged_earlier_wording().then(|| {
        format!("verdict {} is on the wording of {}, in force is {}", state.item.number, state.wording, claim.wording)
    })
}

/// Of a claim that something was said, the document is the proper evidence.
fn circular(claim: &ClaimState, _: &VerdictState, verdict: &Verdict) -> Said {
    if claim.claim.as_ref().is_some_and(|wording| wording.kind == ClaimKind::StatementMade) {
        return None;
    }
    let own: BTreeSet<Index> = claim.standing_appearances().map(|(_, appearance)| appearance.document).collect();
    verdict.on.iter().find_map(|number| {
        let document = claim.evidence(*number)?.body.as_ref()?.document.filter(|document| own.contains(document))?;
        Some(format!("evidence {number} is document {document}, where the claim appears"))
    })
}

/// The flag travels along `rests-on` until every dependent shows it; a circle is walked once.
fn rests_on_fallen(claims: &Claims, problems: &mut Problems) {
    let mut dependents: BTreeMap<Index, Vec<Index>> = BTreeMap::new();
    let mut causes: BTreeMap<Index, Index> = BTreeMap::new();
    let mut next: VecDeque<Index> = VecDeque::new();
    for (number, claim) in &claims.by_number {
        for relation in claim.relations.iter().filter_map(Item::standing) {
            if let (RelationKind::RestsOn, Some(to)) = (relation.kind, relation.to) {
                dependents.entry(to).or_default().push(*number);
            }
        }
        if gone(claim) || claim.finding() == Some(Finding::Refuted) {
            causes.insert(*number, *number);
            next.push_back(*number);
        }
    }
    while let Some(number) = next.pop_front() {
        let cause = causes[&number];
        for dependent in dependents.get(&number).into_iter().flatten() {
            if causes.contains_key(dependent) {
                continue;
            }
            causes.insert(*dependent, cause);
            next.push_back(*dependent);
            let detail = if number == cause { format!("on {cause}") } else { format!("on {cause}, through {number}") };
            problems.entry(Code::W09, dependent.0, detail);
        }
    }
}

/// One line, however many there are.
fn not_second_read(claims: &Claims, problems: &mut Problems) {
    let decided = claims.by_number.values().filter(|claim| !gone(claim) && claim.verdict().is_some());
    let (read, not): (Vec<&ClaimState>, Vec<&ClaimState>) = decided.partition(|claim| claim.second_read());
    if let Some(first) = not.first() {
        let detail = format!("{} of {} verdicts in force, the first on this claim", not.len(), not.len() + read.len());
        problems.entry(Code::W13, first.number.0, detail);
    }
}
