//! Ledgers that an audit refuses: `{"entries":[[entry, payload], …]}`, under the vectors' log key.

use onrecord::claim::desk::{
    AgentEnrolled, AgentKeyChanged, AgentRevoked, Note as DeskNote, Publication, Reason, Withholding,
};
use onrecord::claim::vocab::{AgentKind, AgentRole, Finding, Stance};
use onrecord::claim::{Handle, Policy};
use onrecord::entry::sshsig::Signer as _;
use onrecord::entry::{Event, Kind, Proposal};
use onrecord::hash::{Digest, Index, leaf_hash};
use serde::{Deserialize, Serialize};

use super::base::{BEN, BEN_LATER, BEN_NUMBER, CLAIM, VERDICT, header, made, unpublished};
use super::{Vector, done};
use crate::audit::{codes, options, run};
use crate::ledgers::{Ledger, OWNER, claim, document, evidence, key, verdict};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    entries: Vec<(String, String)>,
}

/// The ledger as the bytes of a vector.
pub fn bytes(ledger: &Ledger) -> Vec<u8> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let entries = ledger.encoded.iter().map(|(entry, payload)| (text(entry), text(payload))).collect();
    serde_json::to_vec(&Entries { entries }).unwrap()
}

/// The one code that the audit finds.
pub fn decide(bytes: &[u8]) -> Option<String> {
    let Entries { entries } = serde_json::from_slice(bytes).unwrap();
    let mut ledger = Ledger::open();
    ledger.encoded = entries.into_iter().map(|(entry, payload)| (entry.into_bytes(), payload.into_bytes())).collect();
    let report = run(&ledger.files(), &options(&ledger));
    let found: Vec<String> = codes(&report).iter().map(ToString::to_string).collect();
    (!found.is_empty()).then(|| found.join(" "))
}

fn page() -> Event {
    Event::DocumentRegistered(document("A page"))
}

fn note() -> Event {
    Event::NoteAdded(DeskNote { text: "See there.".into() })
}

fn enrolled(handle: &str, key: String) -> Event {
    let roles = AgentRole::ALL.to_vec();
    Event::AgentEnrolled(AgentEnrolled { handle: Handle(handle.into()), key, kind: AgentKind::Person, roles })
}

fn public(seed: u8) -> String {
    key(seed).public().to_openssh()
}

/// The base ledger with something wrong at its end.
pub fn wrong(name: &str, code: &str, change: impl FnOnce(&mut Ledger)) -> Vector {
    on(made(), name, code, change)
}

fn on(mut ledger: Ledger, name: &str, code: &str, change: impl FnOnce(&mut Ledger)) -> Vector {
    change(&mut ledger);
    Vector::refused(name, code, bytes(&ledger))
}

pub fn vectors() -> Vec<Vector> {
    let mut all = vec![
        Vector::untouched("untouched", bytes(&made())),
        Vector::untouched("untouched, unpublished", bytes(&unpublished())),
    ];
    all.extend(agents());
    all.extend(subjects());
    all
}

fn agents() -> Vec<Vector> {
    let changed = |key: String| Event::AgentKeyChanged(AgentKeyChanged { key, reason: "Another laptop.".into() });
    vec![
        wrong("key enrolled twice", "S15", |l| done(l.one(None, enrolled("cy", public(OWNER))))),
        wrong("key that was changed enrolled again", "S15", |l| done(l.one(None, enrolled("cy", public(BEN))))),
        wrong("key changed to another agent's", "S15", |l| done(l.one(Some(BEN_NUMBER), changed(public(OWNER))))),
        wrong("key changed back", "S15", |l| done(l.one(Some(BEN_NUMBER), changed(public(BEN))))),
        wrong("handle enrolled twice", "S14", |l| done(l.one(None, enrolled("ben", public(9))))),
        wrong("key with a comment", "S16", |l| done(l.one(None, enrolled("cy", public(9) + " cy@desk")))),
        wrong("key of small order", "S16", |l| {
            let weak = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
            l.one(None, enrolled("cy", weak.into()));
        }),
        wrong("agent never enrolled", "S02", |l| done(l.edited(None, &page(), |h| h.agent = Index(3)))),
        wrong("agent revoked before", "S03", |l| {
            l.one(Some(BEN_NUMBER), Event::AgentRevoked(AgentRevoked { from: None, reason: "Left.".into() }));
            l.commit_as(BEN_NUMBER, BEN_LATER, &[Proposal::new(page())]);
        }),
        wrong("entry of another ledger", "A01", |l| {
            let mut other = Ledger::with("example.org/other", 77, OWNER, Policy::solo());
            let number = other.document("A page");
            let (entry, payload) = other.encoded[number.0 as usize].clone();
            l.raw_bytes(entry, payload);
        }),
        wrong("signed with the key that was changed", "A01", |l| {
            let (mut header, payload) = l.header(&page(), None);
            header.agent = BEN_NUMBER;
            l.sign(&mut header, BEN);
            l.raw(&header, payload, Some(&page()));
        }),
        wrong("signed by another agent", "A01", |l| {
            let (mut header, payload) = l.header(&page(), None);
            l.sign(&mut header, BEN_LATER);
            l.raw(&header, payload, Some(&page()));
        }),
        wrong("opened twice", "S01", |l| {
            let (event, _) = Event::decode(Kind::LedgerOpened, &l.encoded[0].1.clone()).unwrap();
            l.edited(None, &event, |_| {});
        }),
    ]
}

fn subjects() -> Vec<Vector> {
    let refuting = || Event::VerdictIssued(verdict(Finding::Refuted, &[Index(17)]));
    vec![
        wrong("payload digest used twice", "S09", |l| {
            let (_, payload) = l.encoded[24].clone();
            let event = Event::DocumentRegistered(document("A last page"));
            let (mut header, _) = l.header(&event, None);
            header.digest = Digest::of(&payload);
            l.sign(&mut header, OWNER);
            l.raw(&header, payload, Some(&event));
        }),
        on(unpublished(), "stale prev of a verdict", "S08", |l| {
            l.edited(Some(CLAIM), &refuting(), |h| h.prev = Some(VERDICT));
        }),
        wrong("stale prev of a retraction", "S08", |l| {
            let event = Event::ClaimRetracted(Reason { reason: "Wrong.".into() });
            l.edited(Some(CLAIM), &event, |h| h.prev = Some(VERDICT));
        }),
        wrong("prev about another subject", "S07", |l| {
            done(l.edited(Some(CLAIM), &note(), |h| h.prev = Some(Index(5))));
        }),
        wrong("no prev", "S07", |l| done(l.edited(Some(CLAIM), &note(), |h| h.prev = None))),
        wrong("prev to come", "S07", |l| done(l.edited(Some(CLAIM), &note(), |h| h.prev = Some(Index(99))))),
        wrong("about what is no subject", "S05", |l| {
            done(l.edited(Some(Index(7)), &note(), |h| h.prev = Some(Index(7))));
        }),
        wrong("new subject about another", "S05", |l| done(l.edited(None, &page(), |h| h.about = Some(CLAIM)))),
        wrong("review of what is no verdict", "S06", |l| {
            let event = Event::EvidenceWithdrawn(Reason { reason: "Wrong page.".into() });
            l.edited(Some(Index(5)), &event, |h| h.re = Some(Index(15)));
        }),
        wrong("published twice", "S11", |l| {
            l.one(Some(CLAIM), Event::ClaimPublished(Publication { note: None }));
        }),
        wrong("verdict on what is published", "S12", |l| done(l.one(Some(CLAIM), refuting()))),
        on(unpublished(), "verdict on another claim's evidence", "S13", |l| {
            l.one(Some(CLAIM), Event::VerdictIssued(verdict(Finding::Refuted, &[Index(16)])));
        }),
        wrong("claim in a document that is none", "S13", |l| {
            l.one(None, Event::ClaimRecorded(claim(CLAIM, "The road was closed.")));
        }),
        wrong("batch withheld", "S17", |l| {
            let event = Event::PayloadWithheld(Withholding { ground: "An order".into(), until: None });
            l.edited(Some(Index(0)), &event, |h| h.re = Some(Index(14)));
        }),
        wrong("time ten minutes back", "S10", |l| {
            l.edited(None, &page(), |h| h.time = h.time.plus_millis(-600_000));
        }),
        on(unpublished(), "verdict without a signature", "S18", |l| {
            let (header, payload) = l.header(&refuting(), Some(CLAIM));
            let index = l.raw(&header, payload, Some(&refuting()));
            let root = leaf_hash(&l.encoded[index.0 as usize].0);
            l.one(Some(Index(0)), Event::BatchSigned(onrecord::claim::desk::BatchSigned { count: 1, root }));
        }),
        wrong("evidence on what was never recorded", "S05", |l| {
            let event = Event::EvidenceLinked(evidence(Stance::Supports, "city"));
            l.edited(Some(Index(98)), &event, |h| h.prev = Some(Index(98)));
        }),
        wrong("digest of another payload", "P01", |l| {
            let (mut header, payload) = l.header(&page(), None);
            header.digest = Digest::of(b"another");
            l.sign(&mut header, OWNER);
            l.raw(&header, payload, Some(&page()));
        }),
        wrong("agent of an entry changed after it was signed", "A01", |l| {
            let (mut header, payload) = l.header(&page(), None);
            l.sign(&mut header, OWNER);
            header.agent = BEN_NUMBER;
            l.raw(&header, payload, Some(&page()));
        }),
        wrong("signature of the entry before", "A01", |l| {
            let sig = header(&l.encoded[24].0).sig;
            let (mut header, payload) = l.header(&page(), None);
            header.sig = sig;
            l.raw(&header, payload, Some(&page()));
        }),
    ]
}
