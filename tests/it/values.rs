//! Bodies whose values contradict each other: each contradiction is told, with its place.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use onrecord::claim::vocab::*;
use onrecord::entry::event::PayloadError;
use onrecord::entry::{Event, Kind};
use onrecord::hash::Index;

use crate::examples::{self, SALT, full};

/// A change to a full or least example, and the places that must be named, no others.
fn contradicts(kind: Kind, event: &Event, paths: &[&str]) {
    let found = event.problems();
    let named: Vec<&str> = found.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(named, paths, "{kind}: {found:?}");
    let bytes = event.encode(SALT).unwrap();
    assert!(matches!(Event::decode(kind, &bytes), Err(PayloadError::Value { .. })), "{kind}");
    assert!(found.iter().all(|p| !p.message.is_empty() && p.to_string().contains(&p.message)));
}

fn claim(change: impl FnOnce(&mut onrecord::claim::Claim), paths: &[&str]) {
    let mut claim = examples::claim_full();
    change(&mut claim);
    contradicts(Kind::ClaimRecorded, &Event::ClaimRecorded(claim), paths);
}

#[test]
fn a_claim_agrees_with_itself() {
    claim(|c| c.why_not = None, &["why_not"]);
    claim(|c| c.checkable = true, &["why_not"]);
    claim(
        |c| {
            (c.checkable, c.why_not, c.kind) = (true, None, ClaimKind::Opinion);
        },
        &["checkable"],
    );
    claim(
        |c| {
            (c.checkable, c.why_not, c.kind) = (true, None, ClaimKind::Forecast);
        },
        &["checkable"],
    );
    claim(|c| c.actors = vec!["A".into(), "B".into(), "A".into()], &["actors[2]"]);
    claim(|c| c.places = vec!["A".into(), "A".into()], &["places[1]"]);
    claim(|c| c.tags = vec!["a".into(), "a".into()], &["tags[1]"]);
    claim(|c| c.statement = "two\nlines".into(), &["statement"]);
    // Several mistakes are all told, each with its place.
    claim(
        |c| {
            c.statement = String::new();
            c.lang = Some("EN".into());
            c.appearance.hedges[0].cue = String::new();
        },
        &["statement", "lang", "appearance.hedges[0].cue", "appearance.hedges[0].cue"],
    );
}

#[test]
fn a_quantity_agrees_with_itself() {
    let quantity = |change: &dyn Fn(&mut onrecord::claim::Quantity), paths: &[&str]| {
        claim(|c| change(&mut c.quantities[0]), paths);
    };
    quantity(&|q| q.value = None, &["quantities[0].value"]);
    quantity(&|q| q.high = None, &["quantities[0].high"]);
    quantity(&|q| q.comparator = Comparator::Greater, &["quantities[0].high"]);
    quantity(&|q| (q.comparator, q.high) = (Comparator::Vague, None), &["quantities[0].value"]);
    quantity(&|q| q.high = Some("20.99".into()), &["quantities[0].high"]);
    quantity(&|q| q.value = Some("a dozen".into()), &["quantities[0].value"]);
    for comparator in Comparator::ALL {
        let mut fine = examples::claim_full();
        let value = (*comparator != Comparator::Vague).then(|| "21".to_owned());
        let high = (*comparator == Comparator::Range).then(|| "21.0".to_owned());
        let quantity = &mut fine.quantities[0];
        (quantity.comparator, quantity.value, quantity.high) = (*comparator, value, high);
        assert_eq!(Event::ClaimRecorded(fine).problems(), [], "{comparator}");
    }
}

#[test]
fn an_appearance_agrees_with_itself() {
    let appearance = |change: &dyn Fn(&mut onrecord::claim::Appearance), paths: &[&str]| {
        let mut appearance = examples::appearance_full();
        change(&mut appearance);
        contradicts(Kind::AppearanceRecorded, &Event::AppearanceRecorded(appearance), paths);
    };
    let a = |change: &dyn Fn(&mut onrecord::claim::Anchor), paths: &[&str]| {
        appearance(&|x| change(&mut x.anchors[0]), paths);
    };
    let f = |change: &dyn Fn(&mut onrecord::claim::Anchor), paths: &[&str]| {
        appearance(&|x| change(&mut x.anchors[1]), paths);
    };
    let s = |change: &dyn Fn(&mut onrecord::claim::Step), paths: &[&str]| {
        appearance(&|x| change(&mut x.attribution[0]), paths);
    };
    let h =
        |change: &dyn Fn(&mut onrecord::claim::Hedge), paths: &[&str]| appearance(&|x| change(&mut x.hedges[0]), paths);
    a(&|a| a.start = None, &["anchors[0].end"]);
    a(&|a| a.end = None, &["anchors[0].end"]);
    a(&|a| a.end = a.start, &["anchors[0].end"]);
    a(&|a| a.sha256 = None, &["anchors[0].sha256"]);
    a(&|a| a.target = None, &["anchors[0].sha256"]);
    a(&|a| a.quote = Some("closed the bridge?".into()), &["anchors[0].quote"]);
    a(&|a| a.fragment = Some("t=1".into()), &["anchors[0].fragment"]);
    a(&|a| a.selector = Selector::Whole, &["anchors[0].start"]);
    f(&|a| a.fragment = None, &["anchors[1].fragment"]);
    f(&|a| a.target = None, &["anchors[1].fragment"]);
    f(&|a| a.start = Some(1), &["anchors[1].start"]);
    f(&|a| a.selector = Selector::Whole, &["anchors[1].fragment"]);
    s(&|s| s.name = None, &["attribution[0].name"]);
    s(&|s| s.role = SourceRole::Anonymous, &["attribution[0].name"]);
    s(&|s| s.start = None, &["attribution[0].end"]);
    s(&|s| s.end = Some(32), &["attribution[0].end"]);
    h(&|h| h.level = 2, &["hedges[0].level"]);
    h(&|h| h.start = None, &["hedges[0].end"]);
    h(&|h| h.end = Some(50), &["hedges[0].end"]);
    h(&|h| h.end = Some(59), &["hedges[0].cue"]);
    h(&|h| h.scope = Some([90, 90]), &["hedges[0].scope"]);
    appearance(&|x| (x.attribution, x.hedges) = (vec![], vec![]), &["attribution"]);
    // Who needs no name, and who may not have one.
    for role in SourceRole::ALL {
        let mut fine = examples::appearance_full();
        let free = matches!(role, SourceRole::Anonymous | SourceRole::Unknown);
        (fine.attribution[0].role, fine.attribution[0].name) = (*role, (!free).then(|| "N".to_owned()));
        assert_eq!(Event::AppearanceRecorded(fine).problems(), [], "{role}");
    }
}

#[test]
fn evidence_verdicts_and_contacts_agree_with_themselves() {
    let mut nowhere = examples::evidence_least();
    nowhere.url = None;
    contradicts(Kind::EvidenceLinked, &Event::EvidenceLinked(nowhere.clone()), &["publisher"]);
    nowhere.document = Some(Index(4));
    assert_eq!(Event::EvidenceLinked(nowhere).problems(), []);

    let verdict = |on: &[u64], considered: &[u64], paths: &[&str]| {
        let list = |items: &[u64]| items.iter().map(|i| Index(*i)).collect();
        let verdict =
            onrecord::claim::Verdict { on: list(on), considered: list(considered), ..examples::verdict_full() };
        contradicts(Kind::VerdictIssued, &Event::VerdictIssued(verdict), paths);
    };
    verdict(&[1, 2, 1], &[], &["on[2]"]);
    verdict(&[1], &[2, 1], &["considered[1]"]);
    verdict(&[1], &[2, 2], &["considered[1]"]);

    let contact = |change: &dyn Fn(&mut onrecord::claim::Contact), paths: &[&str]| {
        let Event::ContactRecorded(mut contact) = full(Kind::ContactRecorded) else { panic!("another kind") };
        change(&mut contact);
        contradicts(Kind::ContactRecorded, &Event::ContactRecorded(contact), paths);
    };
    contact(&|c| c.asked = None, &["asked"]);
    contact(&|c| (c.outcome, c.answer) = (Some(Outcome::NotSought), None), &["asked"]);
    contact(&|c| c.outcome = Some(Outcome::Declined), &["answer"]);
    contact(&|c| c.outcome = None, &["answer"]);
    contact(&|c| c.until = Some("2025-03-31".parse().unwrap()), &["until"]);
}

#[test]
fn the_desks_bodies_agree_with_themselves() {
    use onrecord::claim::desk::{AgentRolesChanged, ClaimMoved, ClaimsRelated, Correction, LedgerOpened, Review};
    use onrecord::claim::{Policy, RoleRule};
    for roles in [[AgentRole::Checker, AgentRole::Recorder], [AgentRole::Admin, AgentRole::Admin]] {
        let roles = roles.to_vec();
        contradicts(Kind::AgentRolesChanged, &Event::AgentRolesChanged(AgentRolesChanged { roles }), &["roles"]);
    }
    for to in [Workflow::Published, Workflow::Retracted] {
        let moved = ClaimMoved { assignee: None, due: None, note: None, to };
        contradicts(Kind::ClaimMoved, &Event::ClaimMoved(moved), &["to"]);
    }
    for (to, foreign) in [(None, None), (Some(Index(2)), Some("x#1".to_owned()))] {
        let relation = ClaimsRelated { foreign, kind: RelationKind::Supports, note: None, to };
        contradicts(Kind::ClaimsRelated, &Event::ClaimsRelated(relation), &["to"]);
    }
    let review = Review { decision: Decision::Reject, note: None };
    contradicts(Kind::ReviewRecorded, &Event::ReviewRecorded(review), &["note"]);
    let Event::CorrectionIssued(correction) = full(Kind::CorrectionIssued) else { panic!("another kind") };
    let correction = Correction { withdraws: vec![Index(1), Index(1)], ..correction };
    contradicts(Kind::CorrectionIssued, &Event::CorrectionIssued(correction), &["withdraws[1]"]);
    for origin in ["https://example.org", "example.org/", "example org", "a+b"] {
        let opened = LedgerOpened { origin: origin.into(), ..examples::opening() };
        contradicts(Kind::LedgerOpened, &Event::LedgerOpened(opened), &["origin"]);
    }
    let policy = Policy { clusters_high: 1, clusters_moderate: 2, ..Policy::solo() };
    contradicts(Kind::PolicySet, &Event::PolicySet(policy.clone()), &["clusters_moderate"]);
    contradicts(
        Kind::LedgerOpened,
        &Event::LedgerOpened(LedgerOpened { policy, ..examples::opening() }),
        &["policy.clusters_moderate"],
    );
    let rule = |kind: &str| RoleRule { kind: kind.into(), role: AgentRole::Admin };
    let policy = Policy { roles: vec![rule("verdict-isued")], ..Policy::solo() };
    contradicts(Kind::PolicySet, &Event::PolicySet(policy), &["roles[0].kind"]);
    let policy = Policy { roles: vec![rule("note-added"), rule("note-added")], ..Policy::solo() };
    let opened = LedgerOpened { policy, ..examples::opening() };
    contradicts(Kind::LedgerOpened, &Event::LedgerOpened(opened), &["policy.roles[1].kind"]);
}

#[test]
fn what_a_writer_lets_through_can_be_read() {
    // Control characters and integers which canonical JSON refuses must be caught as values, before they are written.
    let mut claim = examples::claim_full();
    claim.appearance.anchors[0].prefix = Some("bell\u{7}".into());
    claim.appearance.anchors[0].suffix = Some("\u{85}".into());
    claim.appearance.anchors[1].fragment = Some("t=\r".into());
    claim.appearance.attribution[0].end = Some(u64::MAX);
    claim.appearance.hedges[0].scope = Some([0, u64::MAX]);
    let paths: Vec<String> = Event::ClaimRecorded(claim).problems().into_iter().map(|p| p.path).collect();
    let places =
        ["anchors[0].prefix", "anchors[0].suffix", "anchors[1].fragment", "attribution[0].end", "hedges[0].scope"];
    for place in places {
        assert!(paths.contains(&format!("appearance.{place}")), "{place} in {paths:?}");
    }
}
