//! Every lint rule with a claim that it speaks of and one that it does not.

use onrecord::audit::{Code, Options, Outcome, Scope, audit};
use onrecord::claim::desk::{AgentDescribed, ClaimMoved, ClaimsRelated, Publication, Reason, Review};
use onrecord::claim::vocab::{
    AgentRole, ClaimKind, Comparator, Confidence, Credibility, Decision, Finding, Read, RelationKind, Reliability,
    Stance, Workflow,
};
use onrecord::claim::{Anchor, Quantity, Search, Snapshot};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::{Digest, Index};

use crate::ledgers::{Files, Ledger, claim, day, document, evidence, verdict};

const BEN: u8 = 2;

fn found(files: &Files) -> Vec<(Code, Option<Index>)> {
    let options = Options { scope: Scope::LintOnly, ..Options::default() };
    let report = audit(&files.store(), &options).unwrap();
    assert_eq!(report.outcome, Outcome::CannotBeDetermined, "the lint alone never says that the record holds");
    assert_eq!(report.exit_code(), 0);
    report.problems().iter().map(|p| (p.code, p.number)).collect()
}

/// A rule speaks of the claim that `make(true)` returns, and of none that `make(false)` does.
fn rule(code: Code, make: impl Fn(&mut Ledger, bool) -> Index) {
    for weak in [true, false] {
        let mut ledger = Ledger::open();
        ledger.enrol("ben", BEN, AgentRole::ALL);
        let number = make(&mut ledger, weak);
        let found = found(&ledger.files());
        let about: Vec<_> = found.iter().filter(|(c, _)| *c == code).collect();
        if weak {
            assert_eq!(about, [&(code, Some(number))], "{code}: {found:?}");
        } else {
            assert!(about.is_empty(), "{code}: {found:?}");
        }
    }
}

fn ben(ledger: &Ledger) -> Index {
    use onrecord::entry::View as _;
    ledger.state.ledger().agent_named("ben").unwrap().number
}

impl Ledger {
    fn link(&mut self, claim: Index, stance: Stance, cluster: &str) -> Index {
        self.one(Some(claim), Event::EvidenceLinked(evidence(stance, cluster)))
    }

    fn by_ben(&mut self, proposal: Proposal) -> Index {
        let agent = ben(self);
        self.commit_as(agent, BEN, &[proposal])
    }

    /// A claim that two clusters support, decided on by ben: nothing is weak about it but that nobody read it again.
    fn sound(&mut self, finding: Finding) -> (Index, Index) {
        let stance = if finding == Finding::Refuted { Stance::Refutes } else { Stance::Supports };
        let claim = self.claim("the bridge was closed");
        let on = [self.link(claim, stance, "city"), self.link(claim, stance, "police")];
        let verdict = self.by_ben(Proposal::about(claim, Event::VerdictIssued(verdict(finding, &on))));
        (claim, verdict)
    }

    fn relate(&mut self, from: Index, kind: RelationKind, to: Index) -> Index {
        self.one(Some(from), Event::ClaimsRelated(ClaimsRelated { foreign: None, kind, note: None, to: Some(to) }))
    }
}

fn quantity(text: &str, comparator: Comparator, value: Option<&str>, unit: Option<&str>) -> Quantity {
    let own = |t: Option<&str>| t.map(str::to_owned);
    Quantity { comparator, high: None, text: text.into(), unit: own(unit), value: own(value) }
}

#[test]
fn numbers_have_units_and_comparators() {
    let with = |ledger: &mut Ledger, quantities: Vec<Quantity>| {
        let document = ledger.document("a page");
        let claim = onrecord::claim::Claim {
            kind: ClaimKind::Quantity,
            quantities,
            ..claim(document, "more than 200 missiles were fired")
        };
        ledger.one(None, Event::ClaimRecorded(claim))
    };
    let good = quantity("over 200", Comparator::Greater, Some("200"), Some("missiles"));
    rule(Code::W01, |l, weak| with(l, vec![if weak { Quantity { unit: None, ..good.clone() } } else { good.clone() }]));
    rule(Code::W01, |l, weak| with(l, if weak { vec![] } else { vec![good.clone()] }));
    rule(Code::W01, |l, weak| {
        with(l, vec![quantity(if weak { "200 or so" } else { "dozens" }, Comparator::Vague, None, Some("missiles"))])
    });
}

#[test]
fn casualties_are_told_apart() {
    rule(Code::W02, |l, weak| {
        l.claim(if weak { "There were 12 casualties." } else { "There were 12 casualties, 3 of them dead." })
    });
}

#[test]
fn a_verdict_rests_on_more_than_one_cluster() {
    rule(Code::W03, |l, weak| {
        let claim = l.claim("the bridge was closed");
        let on = [
            l.link(claim, Stance::Supports, "city"),
            l.link(claim, Stance::Supports, if weak { "city" } else { "police" }),
        ];
        l.by_ben(Proposal::about(claim, Event::VerdictIssued(verdict(Finding::Supported, &on))));
        claim
    });
}

#[test]
fn old_evidence_stale_verdicts_and_withdrawn_evidence() {
    rule(Code::W04, |l, weak| {
        let claim = l.claim("the bridge was closed");
        let mut old = evidence(Stance::Supports, "city");
        old.dated = Some(if weak { "2024-06" } else { "2025-01" }.into());
        let on = [l.one(Some(claim), Event::EvidenceLinked(old))];
        l.by_ben(Proposal::about(claim, Event::VerdictIssued(verdict(Finding::Supported, &on))));
        claim
    });
    rule(Code::W05, |l, weak| {
        let (claim, _) = l.sound(Finding::Supported);
        let late = l.link(claim, Stance::Refutes, "late");
        if !weak {
            l.commit(&[
                Proposal::about(claim, Event::EvidenceWithdrawn(Reason { reason: "not it".into() })).acting_on(late)
            ]);
        }
        claim
    });
    rule(Code::W07, |l, weak| {
        let claim = l.claim("the bridge was closed");
        let on = [l.link(claim, Stance::Supports, "city"), l.link(claim, Stance::Supports, "police")];
        l.by_ben(Proposal::about(claim, Event::VerdictIssued(verdict(Finding::Supported, &on))));
        let other = l.link(claim, Stance::Context, "other");
        let target = if weak { on[0] } else { other };
        l.commit(&[
            Proposal::about(claim, Event::EvidenceWithdrawn(Reason { reason: "not it".into() })).acting_on(target)
        ]);
        claim
    });
}

#[test]
fn who_decided_and_who_read_it_again() {
    rule(Code::W06, |l, weak| {
        let claim = l.claim("the bridge was closed");
        let on = [l.link(claim, Stance::Supports, "city")];
        let proposal = Proposal::about(claim, Event::VerdictIssued(verdict(Finding::Supported, &on)));
        if weak {
            l.commit(&[proposal])
        } else {
            l.by_ben(proposal)
        };
        claim
    });
    rule(Code::W10, |l, weak| {
        let (claim, _) = l.sound(Finding::Supported);
        let on = [l.link(claim, Stance::Refutes, "other")];
        let finding = if weak { Finding::Refuted } else { Finding::Supported };
        l.commit(&[Proposal::about(claim, Event::VerdictIssued(verdict(finding, &on)))]);
        claim
    });
    let review = |l: &mut Ledger, claim: Index, verdict: Index| {
        let review = Review { decision: Decision::Approve, note: None };
        l.commit(&[Proposal::about(claim, Event::ReviewRecorded(review)).acting_on(verdict)]);
    };
    rule(Code::W13, |l, weak| {
        let (claim, verdict) = l.sound(Finding::Supported);
        if !weak {
            review(l, claim, verdict);
        }
        claim
    });
}

#[test]
fn a_claim_that_rests_on_a_fallen_one_is_flagged_through_any_number_of_steps() {
    let mut l = Ledger::open();
    l.enrol("ben", BEN, AgentRole::ALL);
    let (fallen, _) = l.sound(Finding::Refuted);
    let (fine, _) = l.sound(Finding::Supported);
    let [first, second, third, saved, beside] = ["a", "b", "c", "d", "e"].map(|statement| l.claim(statement));
    // Second and third rest on each other.
    for (from, to) in [(first, fallen), (second, first), (third, second), (second, third), (saved, fine)] {
        l.relate(from, RelationKind::RestsOn, to);
    }
    l.relate(beside, RelationKind::Contradicts, fallen);
    let taken_back = l.relate(saved, RelationKind::RestsOn, fallen);
    l.commit(&[Proposal::about(saved, Event::RelationWithdrawn(Reason { reason: "no".into() })).acting_on(taken_back)]);
    let flagged = |files: &Files| -> Vec<Option<Index>> {
        found(files).into_iter().filter(|(code, _)| *code == Code::W09).map(|(_, number)| number).collect()
    };
    assert_eq!(flagged(&l.files()), [Some(first), Some(second), Some(third)]);
    // Withdrawn falls, too.
    let moved = ClaimMoved { assignee: None, due: None, note: None, to: Workflow::Withdrawn };
    l.one(Some(fine), Event::ClaimMoved(moved));
    assert_eq!(flagged(&l.files()), [Some(first), Some(second), Some(third), Some(saved)]);
}

#[test]
fn confirmation_needs_somebody_else() {
    rule(Code::W11, |l, weak| {
        let claim = l.claim("the bridge was closed");
        let mut confirmed = evidence(Stance::Supports, "city");
        confirmed.credibility = Credibility::Confirmed;
        l.one(Some(claim), Event::EvidenceLinked(confirmed));
        l.link(claim, if weak { Stance::Refutes } else { Stance::Supports }, "police");
        claim
    });
}

#[test]
fn documents_have_snapshots() {
    rule(Code::W12, |l, weak| {
        let number = l.document("a page");
        if !weak {
            l.one(Some(number), Event::SnapshotCaptured(snapshot(b"bytes")));
        }
        number
    });
}

fn snapshot(bytes: &[u8]) -> Snapshot {
    let (how, media_type) = ("by hand".into(), "text/plain".into());
    Snapshot { archives: vec![], bytes: None, captured: None, how, media_type, sha256: Digest::of(bytes) }
}

#[test]
fn verdicts_are_on_the_wording_in_force_and_not_on_the_document_itself() {
    rule(Code::W14, |l, weak| {
        let (number, _) = l.sound(Finding::Supported);
        let document = l.document("another page");
        if weak {
            l.one(Some(number), Event::ClaimAmended(claim(document, "the bridge was closed for a day")));
        }
        number
    });
    rule(Code::W15, |l, weak| {
        let document = l.document("a page");
        let other = l.document("another page");
        let number = l.one(None, Event::ClaimRecorded(claim(document, "the bridge was closed")));
        let mut own = evidence(Stance::Supports, "city");
        own.document = Some(if weak { document } else { other });
        let on = [l.one(Some(number), Event::EvidenceLinked(own))];
        l.by_ben(Proposal::about(number, Event::VerdictIssued(verdict(Finding::Supported, &on))));
        number
    });
}

#[test]
fn anchors_are_resolved_in_held_documents_byte_for_byte() {
    let text = "Größe: über 200 Raketen.";
    let (start, end) = (7, 15);
    let passage: String = text.chars().skip(start).take(end - start).collect();
    for (held, right) in [(true, true), (true, false), (false, false)] {
        let mut l = Ledger::open();
        let document = l.document("a page");
        l.one(Some(document), Event::SnapshotCaptured(snapshot(text.as_bytes())));
        let mut anchored = claim(document, "more than 200");
        anchored.appearance.anchors = vec![Anchor {
            end: Some(end as u64 + u64::from(!right)),
            fragment: None,
            prefix: None,
            quote: None,
            selector: onrecord::claim::vocab::Selector::TextRange,
            sha256: Some(Digest::of(passage.as_bytes())),
            start: Some(start as u64),
            suffix: None,
            target: Some(Digest::of(text.as_bytes())),
        }];
        let number = l.one(None, Event::ClaimRecorded(anchored));
        let mut files = l.files();
        if held {
            let digest = Digest::of(text.as_bytes()).hex();
            files.objects.insert(format!("blobs/sha256/{}/{digest}", &digest[..2]), text.as_bytes().to_vec());
        }
        let report = crate::audit::run(&files, &crate::audit::options(&l));
        let orphaned: Vec<_> = report.problems().iter().filter(|p| p.code == Code::W08).map(|p| p.number).collect();
        assert_eq!(orphaned, if held && !right { vec![Some(number)] } else { vec![] });
        assert_eq!(report.outcome, Outcome::Holds);
        assert_eq!((report.counts.held, report.counts.not_held), if held { (1, 0) } else { (0, 1) });
        assert_eq!(report.counts.anchors, u64::from(held));
    }
}

/// A deciding entry that no writer would let in today, and the same decision made well.
#[test]
fn guards_are_asked_again_at_each_decision() {
    let decide = |code: Code, edit: fn(&mut onrecord::claim::Verdict), change: fn(&mut onrecord::claim::Evidence)| {
        for weak in [true, false] {
            let mut l = Ledger::open();
            l.enrol("ben", BEN, AgentRole::ALL);
            let claim = l.claim("the bridge was closed");
            let (mut first, mut second) = (evidence(Stance::Supports, "city"), evidence(Stance::Supports, "police"));
            if weak {
                change(&mut first);
                change(&mut second);
            }
            let on =
                [l.one(Some(claim), Event::EvidenceLinked(first)), l.one(Some(claim), Event::EvidenceLinked(second))];
            let mut body = verdict(Finding::Supported, &on);
            if weak {
                edit(&mut body);
            }
            let number = l.by_ben(Proposal::about(claim, Event::VerdictIssued(body)));
            let found: Vec<_> = found(&l.files()).into_iter().filter(|(c, _)| c.as_str().starts_with('G')).collect();
            let hits: Vec<_> = found.iter().filter(|hit| **hit == (code, Some(number))).collect();
            assert_eq!(!hits.is_empty(), weak, "{code}: {found:?}");
            assert!(weak || found.is_empty(), "{found:?}");
        }
    };
    decide(Code::G01, |_| {}, |e| e.reliability = Reliability::F);
    decide(Code::G02, |v| v.finding = Finding::Conflicting, |_| {});
    decide(Code::G03, |v| (v.finding, v.on) = (Finding::NotEnoughEvidence, vec![]), |_| {});
    decide(Code::G04, |v| v.confidence = Confidence::Moderate, |e| e.cluster = "one".into());
    decide(Code::G05, |v| v.confidence = Confidence::High, |e| e.read = Read::Excerpt);
    decide(Code::G10, |_| {}, |e| e.dated = Some("2026-01-02".into()));
    decide(Code::G11, |_| {}, |e| e.obtained = day("2026-01-02"));
    decide(Code::G16, |v| v.judged_on = day("2026-03-01"), |_| {});
}

#[test]
fn reviews_and_publications_are_asked_again() {
    let codes = |ledger: &Ledger| -> Vec<Code> {
        found(&ledger.files()).into_iter().map(|(code, _)| code).filter(|c| c.as_str().starts_with('G')).collect()
    };
    let publish = |l: &mut Ledger, claim| l.one(Some(claim), Event::ClaimPublished(Publication { note: None }));
    let open = || {
        let mut l = Ledger::with(crate::ledgers::ORIGIN, crate::ledgers::LOG, 1, onrecord::claim::Policy::desk());
        l.enrol("ben", BEN, AgentRole::ALL);
        l
    };
    let mut unread = open();
    let (claim_number, decided) = unread.sound(Finding::Supported);
    publish(&mut unread, claim_number);
    assert_eq!(codes(&unread), [Code::G07]);

    let mut own = open();
    let (claim_number, decided_too) = own.sound(Finding::Supported);
    let review = Event::ReviewRecorded(Review { decision: Decision::Approve, note: None });
    own.by_ben(Proposal::about(claim_number, review.clone()).acting_on(decided_too));
    assert_eq!((codes(&own), decided), (vec![Code::G06], decided_too));

    let mut good = open();
    let (claim_number, decided) = good.sound(Finding::Supported);
    good.commit(&[Proposal::about(claim_number, review).acting_on(decided)]);
    publish(&mut good, claim_number);
    assert_eq!(codes(&good), []);

    let mut undecided = open();
    let claim_number = undecided.claim("the bridge was closed");
    publish(&mut undecided, claim_number);
    assert_eq!(codes(&undecided), [Code::G14]);

    let mut reworded = Ledger::open();
    reworded.enrol("ben", BEN, AgentRole::ALL);
    let (claim_number, _) = reworded.sound(Finding::Supported);
    let page = reworded.document("another");
    reworded.one(Some(claim_number), Event::ClaimAmended(claim(page, "it was closed for a day")));
    publish(&mut reworded, claim_number);
    assert_eq!(codes(&reworded), [Code::G15]);

    let mut unasked = open();
    let page = unasked.one(None, Event::DocumentRegistered(document("a page")));
    let mut about = claim(page, "the city closed the bridge");
    about.actors = vec!["the city".into()];
    let claim_number = unasked.one(None, Event::ClaimRecorded(about));
    let on = [unasked.link(claim_number, Stance::Refutes, "a")];
    let decided = unasked.by_ben(Proposal::about(claim_number, Event::VerdictIssued(verdict(Finding::Refuted, &on))));
    let review = Event::ReviewRecorded(Review { decision: Decision::Approve, note: None });
    unasked.commit(&[Proposal::about(claim_number, review).acting_on(decided)]);
    publish(&mut unasked, claim_number);
    assert_eq!(codes(&unasked), [Code::G08]);
}

#[test]
fn a_review_within_the_house_is_asked_again_unless_an_affiliation_is_not_here() {
    let policy = onrecord::claim::Policy { other_affiliation: true, ..onrecord::claim::Policy::solo() };
    let build = |ours: &str, theirs: &str| {
        let mut l = Ledger::with(crate::ledgers::ORIGIN, crate::ledgers::LOG, 1, policy.clone());
        let ben = l.enrol("ben", BEN, AgentRole::ALL);
        let describe = |l: &mut Ledger, agent, house: &str| {
            let described = AgentDescribed { affiliation: Some(house.into()), name: None };
            l.one(Some(agent), Event::AgentDescribed(described))
        };
        let (described, _) = (describe(&mut l, Index(0), ours), describe(&mut l, ben, theirs));
        let (claim, decided) = l.sound(Finding::Supported);
        let review = Review { decision: Decision::Approve, note: None };
        let number = l.commit(&[Proposal::about(claim, Event::ReviewRecorded(review)).acting_on(decided)]);
        (l.files(), number, described)
    };
    let about = |files: &Files| -> Vec<(Code, Option<Index>)> {
        let of = |code: Code| code == Code::W16 || code.as_str().starts_with('G');
        found(files).into_iter().filter(|(code, _)| of(*code)).collect()
    };
    assert_eq!(about(&build("The Desk", "Elsewhere").0), []);
    let (mut files, number, described) = build("The Desk", "The Desk");
    assert_eq!(about(&files), [(Code::G18, Some(number))]);
    // Who was of which house can then not be told.
    files.empty(described.0);
    assert_eq!(about(&files), [(Code::W16, Some(number))]);
}

#[test]
fn what_is_not_here_is_not_judged_and_said_so() {
    let mut l = Ledger::open();
    l.enrol("ben", BEN, AgentRole::ALL);
    let claim = l.claim("the bridge was closed");
    let on = [l.link(claim, Stance::Supports, "city")];
    let number = l.by_ben(Proposal::about(claim, Event::VerdictIssued(verdict(Finding::Supported, &on))));
    let mut files = l.files();
    let guards = |files: &Files| -> Vec<(Code, Option<Index>)> {
        let of = |code: Code| code == Code::W16 || code.as_str().starts_with('G');
        found(files).into_iter().filter(|(code, _)| of(*code)).collect()
    };
    assert_eq!(guards(&files), []);
    files.empty(on[0].0);
    assert_eq!(guards(&files), [(Code::W16, Some(number))]);
}

#[test]
fn a_search_makes_not_enough_evidence_a_finding() {
    let mut l = Ledger::open();
    l.enrol("ben", BEN, AgentRole::ALL);
    let claim = l.claim("the bridge was closed");
    let search = Search {
        sought: "closing".into(),
        found: 0,
        languages: vec![],
        note: None,
        on: day("2025-12-31"),
        place: "the gazette".into(),
    };
    l.one(Some(claim), Event::SearchRecorded(search));
    l.by_ben(Proposal::about(claim, Event::VerdictIssued(verdict(Finding::NotEnoughEvidence, &[]))));
    assert!(!found(&l.files()).iter().any(|(code, _)| code.as_str().starts_with('G')));
}
