//! Editorial guards: what a deciding entry needs behind it. Refused when writing, under the policy then in force;
//! in an audit they are lint (architecture, Guards when writing).

use std::collections::BTreeSet;

use super::claim_state::{ClaimState, Item, VerdictState};
use super::event::Event;
use super::kind::Kind;
use super::state::LedgerState;
use crate::claim::edtf::Edtf;
use crate::claim::vocab::{Confidence, Finding, Outcome, Read, Stance};
use crate::claim::{Claim, Evidence, Policy, Verdict};
use crate::hash::Index;
use crate::time::Day;

/// Why an entry that is well-formed and in its place is still refused. Each has a stable code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Guard {
    /// `G01`: a finding without evidence of the stance that it needs.
    #[error(
        "`{finding}` needs evidence relied on that {needs}, from a source rated A to D with its information judged (1 to 5); {found}"
    )]
    NoEvidence {
        /// The finding.
        finding: Finding,
        /// What the evidence must do.
        needs: &'static str,
        /// What there is instead.
        found: String,
    },
    /// `G02`: conflicting evidence that is not of two clusters.
    #[error(
        "`conflicting` needs support and, from another cluster, qualification or refutation among the evidence relied on"
    )]
    NoConflict,
    /// `G03`: not enough evidence, and nobody recorded a search.
    #[error("`not-enough-evidence` needs a recorded search; `onrecord looked {} --where … --for …` records one", .claim.0)]
    NoSearch {
        /// The claim.
        claim: Index,
    },
    /// `G04`: confidence on too few clusters.
    #[error(
        "confidence `{confidence}` needs admissible evidence of {needed} clusters among what is relied on, and there {} {found}; five outlets on one wire report are one cluster; link evidence of another origin, or lower the confidence",
        if *.found == 1 { "is" } else { "are" }
    )]
    TooFewClusters {
        /// The confidence given.
        confidence: Confidence,
        /// Clusters needed.
        needed: u64,
        /// Clusters relied on.
        found: usize,
    },
    /// `G05`: high confidence on excerpts.
    #[error(
        "confidence `high` needs at least one page relied on that was read in full; only excerpts or headlines were; read one (`onrecord evidence … --read full`), or lower the confidence"
    )]
    OnlyExcerpts,
    /// `G06`: a reviewer who wrote the verdict.
    #[error("agent `{handle}` issued this verdict, and another agent has to review it (`--as HANDLE`)")]
    OwnVerdict {
        /// The reviewer.
        handle: String,
    },
    /// `G07`: publication without the reviews that the policy asks for.
    #[error(
        "policy `{policy}` asks for {needed} approving review{} of {claim} before publication, and there {} {found} that count{}; `onrecord review {} --approve` by another agent",
        if *.needed == 1 { "" } else { "s" }, if *.found == 1 { "is" } else { "are" }, if *.found == 1 { "s" } else { "" }, .verdict.0
    )]
    Unreviewed {
        /// The claim.
        claim: Index,
        /// The policy's name.
        policy: String,
        /// Reviews needed.
        needed: u64,
        /// Reviews there are.
        found: usize,
        /// The verdict in force.
        verdict: Index,
    },
    /// `G08`: a finding against a named party that nobody asked.
    #[error(
        "policy `{policy}` asks that a named party hears of a `{finding}` finding on {claim} before publication; `onrecord contact {} --who … --asked …` records that they were asked",
        .claim.0
    )]
    NoContact {
        /// The policy's name.
        policy: String,
        /// The finding.
        finding: Finding,
        /// The claim.
        claim: Index,
    },
    /// `G09`: a verdict on what is not here.
    #[error("the wording of {claim} is withheld or erased; there is nothing to judge")]
    Erased {
        /// The claim.
        claim: Index,
    },
    /// `G10`: evidence from after the day judged on.
    #[error(
        "evidence {evidence} is dated {dated}, after the day judged on, {judged_on}; leave it out, or judge on a later day (`--judged-on`)"
    )]
    LaterEvidence {
        /// The evidence.
        evidence: Index,
        /// Its date.
        dated: String,
        /// The day judged on.
        judged_on: Day,
    },
    /// `G11`: evidence obtained after the day judged on.
    #[error(
        "evidence {evidence} was obtained on {obtained}, after the day judged on, {judged_on}; leave it out, or judge on a later day (`--judged-on`)"
    )]
    ObtainedLater {
        /// The evidence.
        evidence: Index,
        /// When it was obtained.
        obtained: Day,
        /// The day judged on.
        judged_on: Day,
    },
    /// `G12`: evidence that was taken back.
    #[error("evidence {evidence} was withdrawn {}; leave it out", .by.map_or("by this very correction".to_owned(), |by| format!("by {by}")))]
    Withdrawn {
        /// The evidence.
        evidence: Index,
        /// The entry that withdrew it; `None`: the correction itself.
        by: Option<Index>,
    },
    /// `G13`: a finding that does not fit the claim's checkability.
    #[error("the claim is recorded as {recorded}, and the finding is `{finding}`; {next}")]
    Checkability {
        /// What the claim says of itself.
        recorded: &'static str,
        /// The finding.
        finding: Finding,
        /// The next step.
        next: &'static str,
    },
    /// `G14`: publication without a verdict.
    #[error("{claim} has no verdict; `onrecord verify {}` first", .claim.0)]
    NoVerdict {
        /// The claim.
        claim: Index,
    },
    /// `G15`: a verdict in force on an earlier wording.
    #[error("{claim} was reworded by {wording} after the verdict in force; `onrecord verify {}` decides anew", .claim.0)]
    EarlierWording {
        /// The claim.
        claim: Index,
        /// The entry that worded it.
        wording: Index,
    },
    /// `G16`: judged on a day that has not come.
    #[error("judged on {judged_on}, which lies after today (UTC)")]
    FutureDay {
        /// The day given.
        judged_on: Day,
    },
    /// `G17`: what should be taken back, changed or reviewed is not there.
    #[error("{what}")]
    NotThere {
        /// What is missing, and the next step.
        what: String,
    },
    /// `G18`: a reviewer of the house that issued the verdict, or of no known one.
    #[error(
        "policy `{policy}` asks for a reviewer of another affiliation than that of `{issuer}`, who issued the verdict; {found}"
    )]
    SameHouse {
        /// The policy's name.
        policy: String,
        /// Who issued the verdict.
        issuer: String,
        /// What is on record, and the next step.
        found: String,
    },
}

impl Guard {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEvidence { .. } => "G01",
            Self::NoConflict => "G02",
            Self::NoSearch { .. } => "G03",
            Self::TooFewClusters { .. } => "G04",
            Self::OnlyExcerpts => "G05",
            Self::OwnVerdict { .. } => "G06",
            Self::Unreviewed { .. } => "G07",
            Self::NoContact { .. } => "G08",
            Self::Erased { .. } => "G09",
            Self::LaterEvidence { .. } => "G10",
            Self::ObtainedLater { .. } => "G11",
            Self::Withdrawn { .. } => "G12",
            Self::Checkability { .. } => "G13",
            Self::NoVerdict { .. } => "G14",
            Self::EarlierWording { .. } => "G15",
            Self::FutureDay { .. } => "G16",
            Self::NotThere { .. } => "G17",
            Self::SameHouse { .. } => "G18",
        }
    }
}

/// Whether any guard looks at entries of this kind.
pub fn concerns(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::VerdictIssued
            | Kind::ReviewRecorded
            | Kind::ClaimPublished
            | Kind::CorrectionIssued
            | Kind::EvidenceWithdrawn
            | Kind::RelationWithdrawn
            | Kind::AnchorMoved
    )
}

/// Every guard against letting `event` by `agent` follow on `claim`, under `policy`, on `today`.
pub fn check(
    event: &Event,
    re: Option<Index>,
    agent: Index,
    claim: &ClaimState,
    policy: &Policy,
    ledger: &LedgerState,
    today: Day,
) -> Vec<Guard> {
    let mut no = Vec::new();
    match event {
        Event::VerdictIssued(verdict) => check_verdict(verdict, claim, policy, today, &mut no),
        Event::ReviewRecorded(_) => check_review(re, agent, claim, policy, ledger, &mut no),
        Event::ClaimPublished(_) => check_publication(claim, policy, ledger, &mut no),
        Event::CorrectionIssued(correction) => {
            if let Some(verdict) = &correction.verdict {
                let mut after = claim.clone();
                for item in &mut after.evidence {
                    if correction.withdraws.contains(&item.number) {
                        item.withdrawn = Some(item.number);
                    }
                }
                if let Some(wording) = &correction.claim {
                    after.claim = Some((**wording).clone());
                }
                check_verdict(verdict, &after, policy, today, &mut no);
                // What a correction carries is public at once.
                check_contact(verdict.finding, &after, policy, &mut no);
            }
        }
        Event::EvidenceWithdrawn(_) => {
            if let Some(by) = re.and_then(|re| claim.evidence(re)).and_then(|e| e.withdrawn) {
                no.push(Guard::NotThere { what: format!("that evidence was withdrawn already, by {by}") });
            }
        }
        Event::RelationWithdrawn(_) => {
            let relation = claim.relations.iter().find(|r| Some(r.number) == re);
            if let Some(by) = relation.and_then(|r| r.withdrawn) {
                no.push(Guard::NotThere { what: format!("that relation was withdrawn already, by {by}") });
            }
        }
        Event::AnchorMoved(moved) => {
            let appearance = match re {
                None => claim.claim.as_ref().map(|c| &c.appearance),
                Some(re) => claim.appearances.iter().find(|a| a.number == re).and_then(|a| a.body.as_ref()),
            };
            let anchors = appearance.map_or(0, |a| a.anchors.len() as u64);
            if moved.anchor >= anchors {
                no.push(Guard::NotThere { what: format!("the appearance has {anchors} anchors, counted from 0") });
            }
        }
        _ => {}
    }
    no
}

fn check_verdict(verdict: &Verdict, claim: &ClaimState, policy: &Policy, today: Day, no: &mut Vec<Guard>) {
    let Some(wording) = &claim.claim else {
        no.push(Guard::Erased { claim: claim.number });
        return;
    };
    if verdict.judged_on > today {
        no.push(Guard::FutureDay { judged_on: verdict.judged_on });
    }
    let relied: Vec<&Item<Evidence>> = verdict.on.iter().filter_map(|i| claim.evidence(*i)).collect();
    let weighed = verdict.on.iter().chain(&verdict.considered).filter_map(|i| claim.evidence(*i));
    for item in weighed {
        check_evidence_time(item, verdict.judged_on, no);
    }
    for item in &relied {
        if let Some(by) = item.withdrawn {
            // A correction that withdraws what it relies on has no number yet; its evidence is marked with its own.
            no.push(Guard::Withdrawn { evidence: item.number, by: (by != item.number).then_some(by) });
        }
    }
    if !wording.checkable && verdict.finding != Finding::NotCheckable {
        no.push(Guard::Checkability {
            recorded: "not checkable",
            finding: verdict.finding,
            next: "amend the claim first, or find `not-checkable`",
        });
    }
    check_evidence(verdict, wording, claim, policy, no);
}

/// The guards on a verdict that ask what evidence is behind it, under a policy that may be another than that of its time.
/// Evidence that was taken back since is not counted.
pub fn check_evidence_of(verdict: &Verdict, claim: &ClaimState, policy: &Policy) -> Vec<Guard> {
    let mut no = Vec::new();
    if let Some(wording) = &claim.claim {
        check_evidence(verdict, wording, claim, policy, &mut no);
    }
    no
}

fn check_evidence(verdict: &Verdict, wording: &Claim, claim: &ClaimState, policy: &Policy, no: &mut Vec<Guard>) {
    let relied: Vec<&Item<Evidence>> = verdict.on.iter().filter_map(|i| claim.evidence(*i)).collect();
    // What derives from the claim's own document says nothing that the document does not say itself.
    let own = |e: &&Evidence| e.document == Some(wording.appearance.document);
    let admissible: Vec<&Evidence> =
        relied.iter().filter_map(|e| e.standing()).filter(|e| e.is_admissible() && !own(e)).collect();
    check_finding(verdict.finding, &relied, &admissible, claim, no);
    check_confidence(verdict, &admissible, policy, no);
}

fn check_evidence_time(item: &Item<Evidence>, judged_on: Day, no: &mut Vec<Guard>) {
    let Some(evidence) = &item.body else { return };
    if evidence.obtained > judged_on {
        no.push(Guard::ObtainedLater { evidence: item.number, obtained: evidence.obtained, judged_on });
    }
    let first = evidence.dated.as_ref().and_then(|d| d.parse::<Edtf>().ok()).and_then(|d| d.first_day());
    if let (Some(first), Some(dated)) = (first, &evidence.dated)
        && first > judged_on
    {
        no.push(Guard::LaterEvidence { evidence: item.number, dated: dated.clone(), judged_on });
    }
}

fn check_finding(
    finding: Finding,
    relied: &[&Item<Evidence>],
    admissible: &[&Evidence],
    claim: &ClaimState,
    no: &mut Vec<Guard>,
) {
    let mut need = |stances: &[Stance], needs| {
        if !admissible.iter().any(|e| stances.contains(&e.stance)) {
            let fit = relied.iter().filter_map(|e| e.standing()).filter(|e| stances.contains(&e.stance)).count();
            let found = match (relied.len(), fit) {
                (0, _) => "none is relied on; `--on` names it".to_owned(),
                (1, 0) => "the one relied on does not".to_owned(),
                (n, 0) => format!("none of the {n} relied on does"),
                (_, n) => {
                    format!(
                        "{n} would, but nobody has judged source or information, or the source is unreliable; link it anew with `--reliability` and `--credibility`"
                    )
                }
            };
            no.push(Guard::NoEvidence { finding, needs, found });
        }
    };
    match finding {
        Finding::Supported => need(&[Stance::Supports], "supports"),
        Finding::Refuted => need(&[Stance::Refutes], "refutes"),
        Finding::PartlySupported => need(&[Stance::Supports, Stance::Qualifies], "supports or qualifies"),
        Finding::MisleadingContext => {
            need(&[Stance::Qualifies, Stance::Refutes, Stance::Context], "qualifies, refutes or gives the context");
        }
        Finding::Conflicting => {
            let conflict = admissible.iter().filter(|e| e.stance == Stance::Supports).any(|a| {
                admissible
                    .iter()
                    .any(|b| matches!(b.stance, Stance::Qualifies | Stance::Refutes) && b.cluster != a.cluster)
            });
            if !conflict {
                no.push(Guard::NoConflict);
            }
        }
        Finding::NotEnoughEvidence => {
            if !claim.searches.iter().any(|s| s.withdrawn.is_none()) {
                no.push(Guard::NoSearch { claim: claim.number });
            }
        }
        Finding::NotCheckable => {}
    }
}

fn check_confidence(verdict: &Verdict, admissible: &[&Evidence], policy: &Policy, no: &mut Vec<Guard>) {
    // These findings rest on the nature of the claim, or on a search, not on sources that agree.
    if matches!(verdict.finding, Finding::NotCheckable | Finding::NotEnoughEvidence) {
        return;
    }
    let clusters: BTreeSet<&str> = admissible.iter().map(|e| e.cluster.as_str()).collect();
    let needed = match verdict.confidence {
        Confidence::Low => return,
        Confidence::Moderate => policy.clusters_moderate,
        Confidence::High => policy.clusters_high,
    };
    if (clusters.len() as u64) < needed {
        let confidence = verdict.confidence;
        no.push(Guard::TooFewClusters { confidence, needed, found: clusters.len() });
    }
    if verdict.confidence == Confidence::High && !admissible.iter().any(|e| e.read == Read::Full) {
        no.push(Guard::OnlyExcerpts);
    }
}

fn check_review(
    re: Option<Index>,
    agent: Index,
    claim: &ClaimState,
    policy: &Policy,
    ledger: &LedgerState,
    no: &mut Vec<Guard>,
) {
    let Some(verdict) = claim.verdicts.iter().find(|v| Some(v.item.number) == re) else {
        no.push(Guard::NotThere { what: "that entry holds no verdict on this claim".into() });
        return;
    };
    if verdict.item.agent == agent {
        no.push(Guard::OwnVerdict { handle: ledger.handle(agent) });
    } else if let Some(found) =
        policy.other_affiliation.then(|| same_house(agent, verdict.item.agent, ledger)).flatten()
    {
        let (policy, issuer) = (crate::text::printable_line(&policy.name), ledger.handle(verdict.item.agent));
        no.push(Guard::SameHouse { policy, issuer, found });
    }
}

/// Why the reviewer does not count as of another house than the issuer; `None`: does. An affiliation that is not on record
/// shows nothing.
fn same_house(reviewer: Index, issuer: Index, ledger: &LedgerState) -> Option<String> {
    let house = |agent| ledger.agents.get(&agent).and_then(|agent| agent.affiliation.as_deref());
    let missing: Vec<String> = [reviewer, issuer]
        .into_iter()
        .filter(|agent| house(*agent).is_none())
        .map(|agent| ledger.handle(agent))
        .collect();
    if let Some(first) = missing.first() {
        let whose: Vec<String> = missing.iter().map(|handle| format!("`{handle}`")).collect();
        return Some(format!(
            "that of {} is not on record; an admin records it with `onrecord agent describe {first} --affiliation …`",
            whose.join(" and ")
        ));
    }
    let same = house(reviewer).map(crate::text::fold) == house(issuer).map(crate::text::fold);
    let name = crate::text::printable_line(house(issuer).unwrap_or_default());
    same.then(|| format!("`{}` is of `{name}` too; have somebody of another house review it", ledger.handle(reviewer)))
}

/// Approving reviews that count under the policy: of agents who still stand for them, and, where it asks for that, of another
/// house.
fn counted_approvals(verdict: &VerdictState, policy: &Policy, ledger: &LedgerState) -> usize {
    verdict
        .approved_by()
        .filter(|(agent, number)| {
            let revoked = ledger.agents.get(agent).and_then(|agent| agent.revoked).is_some_and(|from| from <= *number);
            let housed = policy.other_affiliation && same_house(*agent, verdict.item.agent, ledger).is_some();
            !revoked && !housed
        })
        .count()
}

fn check_publication(claim: &ClaimState, policy: &Policy, ledger: &LedgerState, no: &mut Vec<Guard>) {
    let Some(verdict) = claim.verdict() else {
        no.push(Guard::NoVerdict { claim: claim.number });
        return;
    };
    if claim.judged_earlier_wording() {
        no.push(Guard::EarlierWording { claim: claim.number, wording: claim.wording });
    }
    let approvals = counted_approvals(verdict, policy, ledger);
    if (approvals as u64) < policy.reviewers {
        no.push(Guard::Unreviewed {
            claim: claim.number,
            policy: policy.name.clone(),
            needed: policy.reviewers,
            found: approvals,
            verdict: verdict.item.number,
        });
    }
    if let Some(finding) = claim.finding() {
        check_contact(finding, claim, policy, no);
    }
}

/// The right of reply, before a finding against a named party is public.
fn check_contact(finding: Finding, claim: &ClaimState, policy: &Policy, no: &mut Vec<Guard>) {
    let named = claim.claim.as_ref().is_some_and(|c| !c.actors.is_empty());
    let asked = claim.contacts.iter().filter_map(Item::standing).any(|c| c.outcome != Some(Outcome::NotSought));
    let against = matches!(finding, Finding::Refuted | Finding::MisleadingContext);
    if against && policy.contact_before && named && !asked {
        no.push(Guard::NoContact { policy: policy.name.clone(), finding, claim: claim.number });
    }
}
