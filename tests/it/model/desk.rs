//! The model's lines as proposals, and the ledger that they go to.

use std::path::Path;
use std::sync::Arc;

use onrecord::claim::desk::{
    AgentEnrolled, AgentRevoked, AgentRolesChanged, AnchorMoved, ClaimMoved, ClaimsRelated, Correction, Erasure, Note,
    Publication, Reason, Release, Request, Review, Withholding,
};
use onrecord::claim::vocab::*;
use onrecord::claim::{
    Anchor, Appearance, Claim, Contact, Document, Evidence, Handle, Hedge, Policy, Quantity, Search, Snapshot, Step,
    TextExtract, Time, Verdict,
};
use onrecord::entry::sshsig::{KeySigner, Signer as _};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::{Digest, Index};
use onrecord::ledger::{AppendError, Ledger, Receipt};
use onrecord::store::Store;
use onrecord::time::Timestamp;

use super::world::{self, Line, Op};
use crate::ledger::owner;

pub fn key(agent: u64) -> KeySigner {
    if agent == 0 { owner() } else { KeySigner::from_seed(&[100 + agent as u8; 32]) }
}

pub fn open(store: &Arc<dyn Store>, catalog: Option<&Path>) -> Ledger {
    // A catalog that is found wanting, and rebuilt, is one that somebody spoiled.
    let notify = |said: &str| assert!(said.ends_with("there was none"), "{said}");
    Ledger::open(Arc::clone(store), catalog, Arc::new(notify)).unwrap()
}

pub fn append(ledger: &mut Ledger, lines: &[Line], attempt: u64) -> Result<Receipt, AppendError> {
    let base = ledger.size();
    let proposals: Vec<Proposal> = lines.iter().map(|line| proposal(line, base)).collect();
    let mut random = move |bytes: &mut [u8]| {
        for (i, b) in bytes.chunks_mut(16).enumerate() {
            b[..8].copy_from_slice(&(attempt * 1_000 + i as u64).to_le_bytes());
        }
        Ok(())
    };
    let now = Timestamp::from_millis(lines[0].time).unwrap();
    ledger.append(Index(lines[0].agent), &key(lines[0].agent), &proposals, now, &mut random)
}

/// A number of the log, pending where it is of the batch in the making.
fn number(n: u64, base: u64) -> Index {
    if n >= base { Index::pending((n - base) as usize) } else { Index(n) }
}

pub fn proposal(line: &Line, base: u64) -> Proposal {
    let at = |n: u64| number(n, base);
    Proposal {
        about: line.about.map(at),
        re: line.re.map(at),
        seen: line.seen.map(at),
        event: event(&line.op, line.index, base),
    }
}

fn event(op: &Op, index: u64, base: u64) -> Event {
    let at = |n: u64| number(n, base);
    let reason = || Reason { reason: "because".into() };
    let page = |publisher: Option<&str>| Document {
        publisher: publisher.map(str::to_owned),
        title: Some("A page".into()),
        ..Document::default()
    };
    match op {
        Op::Opened | Op::Batch => panic!("nobody proposes that"),
        Op::Enrolled { handle, roles } => Event::AgentEnrolled(AgentEnrolled {
            handle: Handle((*handle).into()),
            key: key(index).public().to_openssh(),
            kind: AgentKind::Person,
            roles: roles.iter().map(|r| r.parse().unwrap()).collect(),
        }),
        Op::Roles(roles) => {
            Event::AgentRolesChanged(AgentRolesChanged { roles: roles.iter().map(|r| r.parse().unwrap()).collect() })
        }
        Op::Revoked => Event::AgentRevoked(AgentRevoked { from: None, reason: "because".into() }),
        Op::PolicySet { desk } => Event::PolicySet(if *desk { Policy::desk() } else { Policy::solo() }),
        Op::Document { publisher } => Event::DocumentRegistered(page(*publisher)),
        Op::DocumentAmended { publisher } => Event::DocumentAmended(page(*publisher)),
        Op::Snapshot(bytes) => Event::SnapshotCaptured(Snapshot {
            archives: vec![],
            bytes: None,
            captured: None,
            how: "by hand".into(),
            media_type: "text/plain".into(),
            sha256: Digest([*bytes; 32]),
        }),
        Op::Text(bytes) => Event::TextExtracted(TextExtract {
            algorithm: "utf-8".into(),
            code_points: None,
            sha256: Digest([*bytes; 32]),
        }),
        Op::Recorded(w) => Event::ClaimRecorded(wording(w, base)),
        Op::Amended(w) => Event::ClaimAmended(wording(w, base)),
        Op::Moved { to, assignee, due } => Event::ClaimMoved(ClaimMoved {
            assignee: assignee.map(|a| Handle(a.into())),
            due: due.map(|d| d.parse().unwrap()),
            note: None,
            to: to.parse().unwrap(),
        }),
        Op::Appeared(s) => Event::AppearanceRecorded(sighting(s, base)),
        Op::AnchorMoved { anchor, target } => {
            Event::AnchorMoved(AnchorMoved { anchor: *anchor, reason: "because".into(), to: whole(Some(*target)) })
        }
        Op::Related { kind, to } => Event::ClaimsRelated(ClaimsRelated {
            foreign: None,
            kind: kind.parse().unwrap(),
            note: None,
            to: Some(at(*to)),
        }),
        Op::Unrelated => Event::RelationWithdrawn(reason()),
        Op::Evidence(e) => Event::EvidenceLinked(evidence(e, base)),
        Op::EvidenceWithdrawn => Event::EvidenceWithdrawn(reason()),
        Op::Searched => Event::SearchRecorded(Search {
            sought: "dates".into(),
            found: 0,
            languages: vec![],
            note: None,
            on: "2026-11-20".parse().unwrap(),
            place: "gazette".into(),
        }),
        Op::Contacted { sought } => Event::ContactRecorded(Contact {
            answer: None,
            asked: sought.then(|| "2026-11-20".parse().unwrap()),
            outcome: (!sought).then_some(Outcome::NotSought),
            until: None,
            who: "The mayor".into(),
        }),
        Op::Judged(r) => Event::VerdictIssued(ruling(r, base)),
        Op::Reviewed { approve } => Event::ReviewRecorded(Review {
            decision: if *approve { Decision::Approve } else { Decision::Reject },
            note: Some("because".into()),
        }),
        Op::Published => Event::ClaimPublished(Publication { note: None }),
        Op::Requested => Event::RequestReceived(Request { from: "a reader".into(), text: "It was not.".into() }),
        Op::Corrected(c) => Event::CorrectionIssued(Correction {
            claim: c.wording.as_ref().map(|w| Box::new(wording(w, base))),
            kind: c.kind.parse().unwrap(),
            text: "It was otherwise.".into(),
            verdict: c.ruling.as_ref().map(|r| ruling(r, base)),
            withdraws: c.withdraws.iter().map(|e| at(*e)).collect(),
        }),
        Op::Retracted => Event::ClaimRetracted(reason()),
        Op::Noted => Event::NoteAdded(Note { text: "to remember".into() }),
        Op::Withheld => Event::PayloadWithheld(Withholding { ground: "embargo".into(), until: None }),
        Op::Released => Event::PayloadReleased(Release { note: None }),
        Op::Erased => Event::PayloadErased(Erasure { authority: "a court".into(), ground: "privacy".into() }),
    }
}

fn strings(all: &[&str]) -> Vec<String> {
    all.iter().map(|s| (*s).to_owned()).collect()
}

fn wording(w: &world::Wording, base: u64) -> Claim {
    let quantity = |(low, high): (i64, i64)| Quantity {
        comparator: if low == high { Comparator::Greater } else { Comparator::Range },
        high: (low != high).then(|| high.to_string()),
        text: "some".into(),
        unit: Some("times".into()),
        value: Some(low.to_string()),
    };
    let time = |edtf: &str| Time { basis: Basis::Said, edtf: edtf.into(), text: "then".into() };
    Claim {
        actors: strings(&w.actors),
        appearance: sighting(&w.sighting, base),
        checkable: w.checkable,
        imported: None,
        key: w.key.map(str::to_owned),
        kind: w.kind.parse().unwrap(),
        lang: w.lang.map(str::to_owned),
        places: strings(&w.places),
        quantities: w.quantity.map(quantity).into_iter().collect(),
        statement: w.statement.clone(),
        tags: strings(&w.tags),
        times: w.time.map(time).into_iter().collect(),
        translated_by: None,
        why_not: (!w.checkable).then_some(WhyNot::Vague),
    }
}

fn whole(target: Option<u8>) -> Anchor {
    Anchor {
        end: None,
        fragment: None,
        prefix: None,
        quote: None,
        selector: Selector::Whole,
        sha256: None,
        start: None,
        suffix: None,
        target: target.map(|b| Digest([b; 32])),
    }
}

fn sighting(s: &world::Sighting, base: u64) -> Appearance {
    let step = |(name, held): &(&str, &str)| Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality: held.parse().unwrap(),
        mode: None,
        name: Some((*name).into()),
        role: SourceRole::Outlet,
        start: None,
    };
    let hedge = |(class, cue): &(&str, &str)| Hedge {
        band: None,
        class: class.parse().unwrap(),
        cue: (*cue).into(),
        end: None,
        level: 0,
        scope: None,
        start: None,
        strength: Strength::Low,
    };
    Appearance {
        anchors: vec![whole(s.target)],
        attribution: s.speakers.iter().map(step).collect(),
        document: number(s.document, base),
        hedges: s.hedges.iter().map(hedge).collect(),
    }
}

fn evidence(e: &world::Evidence, base: u64) -> Evidence {
    Evidence {
        document: e.document.map(|d| number(d, base)),
        publisher: Some(e.publisher.into()),
        rating: None,
        read: if e.full { Read::Full } else { Read::Excerpt },
        reliability: if e.judged { Reliability::B } else { Reliability::F },
        ..crate::ledger::evidence(e.stance.parse().unwrap(), e.cluster)
    }
}

fn ruling(r: &world::Ruling, base: u64) -> Verdict {
    let on = r.on.iter().map(|e| number(*e, base)).collect();
    crate::ledger::verdict(r.finding.parse().unwrap(), r.confidence.parse().unwrap(), on)
}
