//! Editorial guards: for each code what runs into it, and the nearest thing that does not.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::claim::desk::{AgentDescribed, AgentRevoked, AnchorMoved, Publication, Reason, Review};
use onrecord::claim::vocab::*;
use onrecord::claim::{Contact, Policy, Verdict};
use onrecord::entry::{Event, Kind, View as _};
use onrecord::hash::Index;

use crate::desk::{Desk, OWNER};
use crate::examples::{self, full, least};

const NONE: [&str; 0] = [];

/// A verdict as found, on the evidence given.
fn verdict(finding: Finding, confidence: Confidence, on: &[Index]) -> Verdict {
    Verdict { finding, confidence, on: on.to_vec(), ..examples::verdict_least() }
}

fn issued(finding: Finding, on: &[Index]) -> Event {
    Event::VerdictIssued(verdict(finding, Confidence::Low, on))
}

fn desk() -> Desk {
    Desk::new(Policy::solo())
}

#[test]
fn g01_a_finding_needs_admissible_evidence_of_its_stance() {
    use Finding::{MisleadingContext, PartlySupported, Refuted, Supported};
    use Stance::{Context, Qualifies, Refutes, Supports};
    let mut desk = desk();
    let claim = desk.claim();
    for stance in Stance::ALL {
        let evidence = desk.evidence(claim, |e| e.stance = *stance);
        for (finding, fits) in [
            (Supported, &[Supports][..]),
            (Refuted, &[Refutes]),
            (PartlySupported, &[Supports, Qualifies]),
            (MisleadingContext, &[Qualifies, Refutes, Context]),
        ] {
            let right: &[&str] = if fits.contains(stance) { &[] } else { &["G01"] };
            assert_eq!(desk.guards(OWNER, claim, None, &issued(finding, &[evidence])), right, "{finding} on {stance}");
            assert_eq!(desk.guards(OWNER, claim, None, &issued(finding, &[])), ["G01"], "{finding} on nothing");
        }
    }
    // Admissible: a source rated A to D, information judged 1 to 5.
    for reliability in Reliability::ALL {
        for credibility in Credibility::ALL {
            let evidence = desk.evidence(claim, |e| (e.reliability, e.credibility) = (*reliability, *credibility));
            let admissible = !matches!(reliability.as_str(), "E" | "F") && credibility.as_str() != "6";
            let right: &[&str] = if admissible { &[] } else { &["G01"] };
            let found = desk.guards(OWNER, claim, None, &issued(Supported, &[evidence]));
            assert_eq!(found, right, "{reliability}{credibility}");
        }
    }
    // Evidence that is considered is not relied on.
    let evidence = desk.evidence(claim, |_| {});
    let considered = Verdict { considered: vec![evidence], ..verdict(Supported, Confidence::Low, &[]) };
    assert_eq!(desk.guards(OWNER, claim, None, &Event::VerdictIssued(considered)), ["G01"]);
}

#[test]
fn g02_a_conflict_is_between_two_clusters() {
    let mut desk = desk();
    let claim = desk.claim();
    let mut on = |stance, cluster: &str| {
        desk.evidence(claim, |e| {
            e.stance = stance;
            e.cluster = cluster.into();
        })
    };
    let (yes, also, no, same) =
        (on(Stance::Supports, "a"), on(Stance::Supports, "b"), on(Stance::Refutes, "b"), on(Stance::Refutes, "a"));
    let (but, context) = (on(Stance::Qualifies, "c"), on(Stance::Context, "c"));
    for (evidence, right) in [
        (&[yes, no][..], &[][..]),
        (&[yes, but], &[]),
        (&[yes, same, no], &[]),
        (&[yes, same], &["G02"]),
        (&[yes, also], &["G02"]),
        (&[no, but], &["G02"]),
        (&[yes, context], &["G02"]),
        (&[], &["G02"]),
    ] {
        assert_eq!(desk.guards(OWNER, claim, None, &issued(Finding::Conflicting, evidence)), right, "{evidence:?}");
    }
    let rumour = desk.evidence(claim, |e| {
        (e.stance, e.reliability, e.cluster) = (Stance::Refutes, Reliability::F, "d".into());
    });
    assert_eq!(desk.guards(OWNER, claim, None, &issued(Finding::Conflicting, &[yes, rumour])), ["G02"]);
}

#[test]
fn g03_not_enough_evidence_needs_a_search() {
    let mut desk = desk();
    let (claim, other) = (desk.claim(), desk.claim());
    let event = issued(Finding::NotEnoughEvidence, &[]);
    desk.push(OWNER, Some(other), None, least(Kind::SearchRecorded));
    assert_eq!(desk.guards(OWNER, claim, None, &event), ["G03"]);
    assert_eq!(desk.guards(OWNER, other, None, &event), NONE);
    desk.push(OWNER, Some(claim), None, least(Kind::SearchRecorded));
    assert_eq!(desk.guards(OWNER, claim, None, &event), NONE);
}

#[test]
fn g04_confidence_counts_clusters() {
    for (high, moderate) in [(2, 2), (3, 1), (1, 0)] {
        let policy = Policy { clusters_high: high, clusters_moderate: moderate, ..Policy::solo() };
        let mut desk = Desk::new(policy);
        let claim = desk.claim();
        let mut on = Vec::new();
        for clusters in 0..4u64 {
            // Twice from each: five outlets on one wire report are one cluster.
            if clusters > 0 {
                for _ in 0..2 {
                    on.push(desk.evidence(claim, |e| e.cluster = format!("cluster {clusters}")));
                }
            }
            // What is not admissible does not count.
            let rumour =
                desk.evidence(claim, |e| (e.cluster, e.reliability) = (format!("rumour {clusters}"), Reliability::F));
            for (confidence, needed) in
                [(Confidence::Low, 0), (Confidence::Moderate, moderate), (Confidence::High, high)]
            {
                let event =
                    Event::VerdictIssued(verdict(Finding::Supported, confidence, &[&on[..], &[rumour]].concat()));
                let found = desk.guards(OWNER, claim, None, &event);
                assert_eq!(
                    found.contains(&"G04"),
                    clusters < needed,
                    "{confidence} on {clusters} of {needed}: {found:?}"
                );
            }
        }
    }
    // These findings rest on the claim or on a search, not on sources that agree.
    let mut desk = desk();
    let claim = desk.claim();
    desk.push(OWNER, Some(claim), None, least(Kind::SearchRecorded));
    for finding in [Finding::NotEnoughEvidence, Finding::NotCheckable] {
        let event = Event::VerdictIssued(verdict(finding, Confidence::High, &[]));
        assert_eq!(desk.guards(OWNER, claim, None, &event), NONE);
    }
}

#[test]
fn g05_high_confidence_needs_a_page_read_in_full() {
    let mut desk = desk();
    let claim = desk.claim();
    let mut on = |cluster: &str, read| {
        desk.evidence(claim, |e| {
            e.cluster = cluster.into();
            e.read = read;
        })
    };
    let (a, b, whole) = (on("a", Read::Excerpt), on("b", Read::Headline), on("a", Read::Full));
    let found = |confidence, evidence: &[Index]| {
        desk.guards(OWNER, claim, None, &Event::VerdictIssued(verdict(Finding::Supported, confidence, evidence)))
    };
    assert_eq!(found(Confidence::High, &[a, b]), ["G05"]);
    assert_eq!(found(Confidence::High, &[b, whole]), NONE);
    assert_eq!(found(Confidence::Moderate, &[a, b]), NONE);
    assert_eq!(found(Confidence::Low, &[a]), NONE);
    assert_eq!(found(Confidence::High, &[a]), ["G04", "G05"]);
}

fn review(decision: Decision) -> Event {
    Event::ReviewRecorded(Review { decision, note: Some("Read again.".into()) })
}

/// A claim with a verdict by `agent`.
fn judged(desk: &mut Desk, agent: Index, finding: Finding) -> (Index, Index) {
    let claim = desk.claim();
    let evidence = desk
        .evidence(claim, |e| e.stance = if finding == Finding::Refuted { Stance::Refutes } else { Stance::Supports });
    let number = desk.push(agent, Some(claim), None, issued(finding, &[evidence]));
    (claim, number)
}

#[test]
fn g06_nobody_reviews_their_own_verdict() {
    let mut desk = desk();
    let anna = desk.enrol("anna", AgentRole::ALL);
    let (claim, number) = judged(&mut desk, OWNER, Finding::Supported);
    for decision in Decision::ALL {
        assert_eq!(desk.guards(OWNER, claim, Some(number), &review(*decision)), ["G06"]);
        assert_eq!(desk.guards(anna, claim, Some(number), &review(*decision)), NONE);
    }
}

fn publication() -> Event {
    Event::ClaimPublished(Publication { note: None })
}

#[test]
fn g07_publication_needs_the_reviews_that_the_policy_asks_for() {
    let mut desk = Desk::new(Policy { reviewers: 2, ..Policy::solo() });
    let (anna, ben) = (desk.enrol("anna", AgentRole::ALL), desk.enrol("ben", AgentRole::ALL));
    let (claim, number) = judged(&mut desk, OWNER, Finding::Supported);
    let found = |desk: &Desk| desk.guards(OWNER, claim, None, &publication());
    assert_eq!(found(&desk), ["G07"]);
    for (agent, decision, right) in [
        (anna, Decision::Approve, &["G07"][..]),
        (anna, Decision::Approve, &["G07"]), // the same agent twice is one
        (ben, Decision::Reject, &["G07"]),
        (ben, Decision::Approve, &[]), // the last word counts
        (anna, Decision::Reject, &["G07"]),
        (anna, Decision::Approve, &[]),
    ] {
        desk.push(agent, Some(claim), Some(number), review(decision));
        assert_eq!(found(&desk), right, "{decision}");
    }
    // A new verdict has no reviews yet.
    let evidence = desk.claims[&claim].evidence[0].number;
    desk.push(OWNER, Some(claim), None, issued(Finding::Supported, &[evidence]));
    assert_eq!(found(&desk), ["G07"]);
}

#[test]
fn g08_a_named_party_is_asked_before() {
    let asked = |outcome: Option<Outcome>| {
        let sought = outcome != Some(Outcome::NotSought);
        let day = sought.then(|| "2025-04-01".parse().unwrap());
        Event::ContactRecorded(Contact { answer: None, asked: day, outcome, until: None, who: "City".into() })
    };
    for (policy, finding, named, contact, right) in [
        (true, Finding::Refuted, true, None, &["G08"][..]),
        (true, Finding::Refuted, true, Some(Some(Outcome::NotSought)), &["G08"]),
        (true, Finding::Refuted, true, Some(Some(Outcome::NoReply)), &[]),
        (true, Finding::Refuted, true, Some(None), &[]),
        (true, Finding::Refuted, false, None, &[]),
        (true, Finding::Supported, true, None, &[]),
        (false, Finding::Refuted, true, None, &[]),
    ] {
        let mut desk = Desk::new(Policy { contact_before: policy, ..Policy::solo() });
        let document = desk.document();
        let mut wording = Desk::wording(document);
        if !named {
            wording.actors.clear();
        }
        let claim = desk.push(OWNER, None, None, Event::ClaimRecorded(wording));
        if let Some(outcome) = contact {
            desk.push(OWNER, Some(claim), None, asked(outcome));
        }
        let stance = if finding == Finding::Refuted { Stance::Refutes } else { Stance::Supports };
        let evidence = desk.evidence(claim, |e| e.stance = stance);
        desk.push(OWNER, Some(claim), None, issued(finding, &[evidence]));
        let found = desk.guards(OWNER, claim, None, &publication());
        assert_eq!(found, right, "{policy} {finding} {named} {contact:?}");
    }
    // Misleading context is a finding against somebody too.
    let mut desk = Desk::new(Policy { contact_before: true, ..Policy::solo() });
    let claim = desk.claim();
    let evidence = desk.evidence(claim, |e| e.stance = Stance::Context);
    desk.push(OWNER, Some(claim), None, issued(Finding::MisleadingContext, &[evidence]));
    assert_eq!(desk.guards(OWNER, claim, None, &publication()), ["G08"]);
}

#[test]
fn g09_what_is_erased_is_not_judged() {
    let mut desk = desk();
    let document = desk.document();
    let header = desk.header(OWNER, None, None, Kind::ClaimRecorded);
    let claim = desk.apply(&header, None);
    assert_eq!(desk.guards(OWNER, claim, None, &issued(Finding::NotCheckable, &[])), ["G09"]);
    let wording = Desk::wording(document);
    desk.push(OWNER, Some(claim), None, Event::ClaimAmended(wording));
    assert_eq!(desk.guards(OWNER, claim, None, &issued(Finding::NotCheckable, &[])), NONE);
}

#[test]
fn g10_g11_evidence_is_not_of_later_than_the_day_judged_on() {
    let mut desk = desk();
    let claim = desk.claim();
    // Judged on 10 April 2025.
    for (dated, obtained, right) in [
        (Some("2025-04-10"), "2025-04-10", &[][..]),
        (Some("2025-04-11"), "2025-04-10", &["G10"]),
        (Some("2025-04"), "2025-04-10", &[]),
        (Some("2025-05"), "2025-04-10", &["G10"]),
        (Some("2025-04-1X"), "2025-04-10", &[]),
        (Some("../2030"), "2025-04-10", &[]),
        (None, "2025-04-11", &["G11"]),
        (Some("2025-04-11"), "2025-04-11", &["G11", "G10"]),
    ] {
        let evidence = desk.evidence(claim, |e| {
            (e.dated, e.obtained) = (dated.map(str::to_owned), obtained.parse().unwrap());
        });
        assert_eq!(desk.guards(OWNER, claim, None, &issued(Finding::Supported, &[evidence])), right, "{dated:?}");
        // Evidence that is only considered is weighed too.
        let fine = desk.evidence(claim, |_| {});
        let considered =
            Verdict { considered: vec![evidence], ..verdict(Finding::Supported, Confidence::Low, &[fine]) };
        assert_eq!(desk.guards(OWNER, claim, None, &Event::VerdictIssued(considered)), right, "{dated:?}");
    }
}

#[test]
fn g12_withdrawn_evidence_is_not_relied_on() {
    let mut desk = desk();
    let claim = desk.claim();
    let (fine, forged) = (desk.evidence(claim, |_| {}), desk.evidence(claim, |_| {}));
    let found = |desk: &Desk, on: &[Index]| desk.guards(OWNER, claim, None, &issued(Finding::Supported, on));
    assert_eq!(found(&desk, &[fine, forged]), NONE);
    let withdrawn = Event::EvidenceWithdrawn(Reason { reason: "A forgery.".into() });
    desk.push(OWNER, Some(claim), Some(forged), withdrawn);
    assert_eq!(found(&desk, &[fine, forged]), ["G12"]);
    assert_eq!(found(&desk, &[forged]), ["G12", "G01"]);
    assert_eq!(found(&desk, &[fine]), NONE);
}

#[test]
fn g13_what_is_not_checkable_is_found_so() {
    let mut desk = desk();
    let document = desk.document();
    let mut wording = Desk::wording(document);
    (wording.checkable, wording.why_not, wording.kind) = (false, Some(WhyNot::Opinion), ClaimKind::Opinion);
    let claim = desk.push(OWNER, None, None, Event::ClaimRecorded(wording));
    desk.push(OWNER, Some(claim), None, least(Kind::SearchRecorded));
    let yes = desk.evidence(claim, |e| e.cluster = "a".into());
    let no = desk.evidence(claim, |e| (e.cluster, e.stance) = ("b".into(), Stance::Refutes));
    for finding in Finding::ALL {
        let right: &[&str] = if *finding == Finding::NotCheckable { &[] } else { &["G13"] };
        assert_eq!(desk.guards(OWNER, claim, None, &issued(*finding, &[yes, no])), right, "{finding}");
    }
    // A claim recorded as checkable may turn out not to be.
    let claim = desk.claim();
    assert_eq!(desk.guards(OWNER, claim, None, &issued(Finding::NotCheckable, &[])), NONE);
}

#[test]
fn g14_g15_publication_needs_a_verdict_on_the_present_wording() {
    let mut desk = desk();
    let claim = desk.claim();
    assert_eq!(desk.guards(OWNER, claim, None, &publication()), ["G14"]);
    let evidence = desk.evidence(claim, |_| {});
    desk.push(OWNER, Some(claim), None, issued(Finding::Supported, &[evidence]));
    assert_eq!(desk.guards(OWNER, claim, None, &publication()), NONE);
    let wording = Desk::wording(Index(1));
    desk.push(OWNER, Some(claim), None, Event::ClaimAmended(wording));
    assert_eq!(desk.guards(OWNER, claim, None, &publication()), ["G15"]);
    desk.push(OWNER, Some(claim), None, issued(Finding::Supported, &[evidence]));
    assert_eq!(desk.guards(OWNER, claim, None, &publication()), NONE);
}

#[test]
fn g16_the_day_judged_on_has_come() {
    let mut desk = desk();
    let claim = desk.claim();
    let evidence = desk.evidence(claim, |_| {});
    for (day, right) in [("2026-11-22", &[][..]), ("2026-11-23", &["G16"])] {
        let verdict =
            Verdict { judged_on: day.parse().unwrap(), ..verdict(Finding::Supported, Confidence::Low, &[evidence]) };
        assert_eq!(desk.guards(OWNER, claim, None, &Event::VerdictIssued(verdict)), right, "{day}");
    }
}

#[test]
fn g17_what_is_acted_on_is_there() {
    let mut desk = desk();
    let anna = desk.enrol("anna", AgentRole::ALL);
    let (claim, number) = judged(&mut desk, OWNER, Finding::Supported);
    let evidence = desk.claims[&claim].evidence[0].number;
    // A review of no verdict.
    assert_eq!(desk.guards(anna, claim, Some(evidence), &review(Decision::Approve)), ["G17"]);
    assert_eq!(desk.guards(anna, claim, Some(number), &review(Decision::Approve)), NONE);
    // An anchor that the appearance does not have.
    for (anchor, right) in [(0, &[][..]), (1, &["G17"])] {
        let moved = AnchorMoved { anchor, reason: "the page moved".into(), to: examples::anchor_least() };
        assert_eq!(desk.guards(OWNER, claim, None, &Event::AnchorMoved(moved)), right, "{anchor}");
    }
    let mut appearance = examples::appearance_full();
    appearance.document = Index(2);
    let further = desk.push(OWNER, Some(claim), None, Event::AppearanceRecorded(appearance));
    for (anchor, right) in [(1, &[][..]), (2, &["G17"])] {
        let moved = AnchorMoved { anchor, reason: "the page moved".into(), to: examples::anchor_least() };
        assert_eq!(desk.guards(OWNER, claim, Some(further), &Event::AnchorMoved(moved)), right, "{anchor}");
    }
    // Taken back twice.
    let other = desk.claim();
    let relation = desk.push(OWNER, Some(claim), None, related(other));
    for (re, event) in [(evidence, least(Kind::EvidenceWithdrawn)), (relation, least(Kind::RelationWithdrawn))] {
        assert_eq!(desk.guards(OWNER, claim, Some(re), &event), NONE);
        desk.push(OWNER, Some(claim), Some(re), event.clone());
        assert_eq!(desk.guards(OWNER, claim, Some(re), &event), ["G17"], "{}", event.kind());
    }
}

fn related(to: Index) -> Event {
    let mut event = full(Kind::ClaimsRelated);
    event.each_index(&mut |index| *index = to);
    event
}

#[test]
fn g18_a_reviewer_is_of_another_affiliation_where_the_policy_says_so() {
    let mut desk = Desk::new(Policy { other_affiliation: true, ..Policy::solo() });
    let anna = desk.enrol("anna", AgentRole::ALL);
    let (claim, number) = judged(&mut desk, OWNER, Finding::Supported);
    let found = |desk: &Desk| desk.guards(anna, claim, Some(number), &review(Decision::Approve));
    let mut describe = |agent, affiliation: Option<&str>| {
        let described = AgentDescribed { affiliation: affiliation.map(str::to_owned), name: None };
        desk.push(OWNER, Some(agent), None, Event::AgentDescribed(described));
        found(&desk)
    };
    assert_eq!(describe(anna, None), ["G18"], "neither is on record");
    assert_eq!(describe(anna, Some("The Desk")), ["G18"], "one is not on record");
    assert_eq!(describe(OWNER, Some("The Desk")), ["G18"], "the same");
    assert_eq!(describe(OWNER, Some("the desk")), ["G18"], "the same, written otherwise");
    assert_eq!(describe(OWNER, Some("Another")), NONE);
}

#[test]
fn g07_counts_reviews_that_the_policy_in_force_accepts() {
    let mut desk = Desk::new(Policy { reviewers: 1, ..Policy::solo() });
    let (anna, ben) = (desk.enrol("anna", AgentRole::ALL), desk.enrol("ben", AgentRole::ALL));
    let (claim, number) = judged(&mut desk, OWNER, Finding::Supported);
    let found = |desk: &Desk| desk.guards(OWNER, claim, None, &publication());
    let by_anna = desk.push(anna, Some(claim), Some(number), review(Decision::Approve));
    assert_eq!(found(&desk), NONE);
    // The policy now asks for another house, and what was accepted before does not count for it.
    desk.push(
        OWNER,
        Some(OWNER),
        None,
        Event::PolicySet(Policy { reviewers: 1, other_affiliation: true, ..Policy::solo() }),
    );
    assert_eq!(found(&desk), ["G07"], "no affiliation is on record");
    for (agent, house) in [(OWNER, "The Desk"), (anna, "The Desk"), (ben, "Elsewhere")] {
        let described = AgentDescribed { affiliation: Some(house.into()), name: None };
        desk.push(OWNER, Some(agent), None, Event::AgentDescribed(described));
    }
    assert_eq!(found(&desk), ["G07"]);
    desk.push(ben, Some(claim), Some(number), review(Decision::Approve));
    assert_eq!(found(&desk), NONE);
    // Back to the first policy: both count, until one of them turns out to have been somebody else.
    desk.push(OWNER, Some(OWNER), None, Event::PolicySet(Policy { reviewers: 2, ..Policy::solo() }));
    assert_eq!(found(&desk), NONE);
    let later = AgentRevoked { from: Some(Index(by_anna.0 + 1)), reason: "Left.".into() };
    desk.push(OWNER, Some(anna), None, Event::AgentRevoked(later));
    assert_eq!(found(&desk), NONE, "revoked from after the review on");
    let stolen = AgentRevoked { from: Some(by_anna), reason: "The key was lost.".into() };
    desk.push(OWNER, Some(anna), None, Event::AgentRevoked(stolen));
    assert_eq!(found(&desk), ["G07"]);
}

#[test]
fn g08_holds_for_a_finding_that_a_correction_brings() {
    for (contact_before, asked, right) in [(true, false, &["G08"][..]), (true, true, &[]), (false, false, &[])] {
        let mut desk = Desk::new(Policy { contact_before, ..Policy::solo() });
        let (claim, _) = judged(&mut desk, OWNER, Finding::Supported);
        desk.publish(claim);
        let refuting = desk.evidence(claim, |e| e.stance = Stance::Refutes);
        if asked {
            let asked = Some("2025-04-01".parse().unwrap());
            let contact = Contact { answer: None, asked, outcome: None, until: None, who: "City".into() };
            desk.push(OWNER, Some(claim), None, Event::ContactRecorded(contact));
        }
        let mut event = least(Kind::CorrectionIssued);
        let Event::CorrectionIssued(correction) = &mut event else { panic!("another kind") };
        correction.verdict = Some(verdict(Finding::Refuted, Confidence::Low, &[refuting]));
        assert_eq!(desk.guards(OWNER, claim, None, &event), right, "{contact_before} {asked}");
    }
}

#[test]
fn each_entry_is_judged_by_the_policy_in_force_at_its_index() {
    let mut desk = Desk::new(Policy::solo());
    let claim = desk.claim();
    let on = [desk.evidence(claim, |e| e.cluster = "a".into()), desk.evidence(claim, |e| e.cluster = "b".into())];
    let moderate = Event::VerdictIssued(verdict(Finding::Supported, Confidence::Moderate, &on));
    assert_eq!(desk.guards(OWNER, claim, None, &moderate), NONE);
    desk.push(
        OWNER,
        Some(OWNER),
        None,
        Event::PolicySet(Policy { clusters_moderate: 3, clusters_high: 3, ..Policy::solo() }),
    );
    assert_eq!(desk.guards(OWNER, claim, None, &moderate), ["G04"]);
    let ledger = desk.state.ledger();
    let then = ledger.policy_at(Index(desk.size() - 2)).unwrap();
    assert_eq!(then, &Policy::solo());
    let found = onrecord::entry::guard::check_evidence_of(
        &verdict(Finding::Supported, Confidence::Moderate, &on),
        &desk.claims[&claim],
        then,
    );
    assert_eq!(found, []);
}

#[test]
fn a_correction_carries_a_verdict_under_the_same_guards() {
    let mut desk = desk();
    let (claim, _) = judged(&mut desk, OWNER, Finding::Supported);
    let supporting = desk.claims[&claim].evidence[0].number;
    desk.publish(claim);
    let refuting = desk.evidence(claim, |e| e.stance = Stance::Refutes);
    let correct = |finding, on: &[Index], withdraws: &[Index]| {
        let mut event = least(Kind::CorrectionIssued);
        let Event::CorrectionIssued(correction) = &mut event else { panic!("another kind") };
        correction.verdict = Some(verdict(finding, Confidence::Low, on));
        correction.withdraws = withdraws.to_vec();
        event
    };
    assert_eq!(desk.guards(OWNER, claim, None, &least(Kind::CorrectionIssued)), NONE);
    assert_eq!(desk.guards(OWNER, claim, None, &correct(Finding::Refuted, &[refuting], &[supporting])), NONE);
    assert_eq!(desk.guards(OWNER, claim, None, &correct(Finding::Refuted, &[supporting], &[])), ["G01"]);
    assert_eq!(
        desk.guards(OWNER, claim, None, &correct(Finding::Supported, &[supporting], &[supporting])),
        ["G12", "G01"]
    );
    // The correction that carries the verdict is what is reviewed before the claim is published again as corrected.
    let number = desk.push(OWNER, Some(claim), None, correct(Finding::Refuted, &[refuting], &[supporting]));
    let state = &desk.claims[&claim];
    assert_eq!(state.finding(), Some(Finding::Refuted));
    assert!(state.verdict().unwrap().by_correction);
    assert_eq!(state.verdict().unwrap().item.number, number);
    assert_eq!(state.evidence(supporting).unwrap().withdrawn, Some(number));
    assert!(state.evidence(refuting).unwrap().standing().is_some());
}

#[test]
fn guards_look_at_nothing_else() {
    let mut desk = desk();
    let claim = desk.claim();
    for kind in Kind::ALL.iter().filter(|kind| !onrecord::entry::guard::concerns(**kind)) {
        assert_eq!(desk.guards(OWNER, claim, None, &full(*kind)), NONE, "{kind}");
    }
}
