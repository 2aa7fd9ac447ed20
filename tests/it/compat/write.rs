//! Writes the ledger that `tests/compat/v0/` keeps: one entry of every kind at least, by the real writer, with fixed keys,
//! salts and times, so that the same code gives the same bytes.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use onrecord::claim::desk::{
    AgentDescribed, AgentEnrolled, AgentKeyChanged, AgentRevoked, AgentRolesChanged, AnchorMoved, ClaimMoved,
    ClaimsRelated, Correction, Erasure, LedgerOpened, LogKeyChanged, Note, Owner, Publication, Reason, Release,
    Request, Review, Withholding,
};
use onrecord::claim::vocab::*;
use onrecord::claim::{
    Anchor, Appearance, Claim, Contact, Document, Evidence, Handle, Hedge, Policy, Quantity, RoleRule, Search,
    Snapshot, Step, TextExtract, Time, Verdict,
};
use onrecord::entry::sshsig::{KeySigner, Signer as _};
use onrecord::entry::{Event, Proposal, Salt};
use onrecord::hash::{Digest, Index};
use onrecord::ledger::bundle::Payloads;
use onrecord::ledger::commit::Config;
use onrecord::ledger::memory::Volatile;
use onrecord::ledger::{Genesis, Ledger};
use onrecord::store::{LocalStore, Store};
use onrecord::time::{Day, Timestamp};
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{Role, Signer};

use crate::examples::{anchor_least, step_least};

pub const ORIGIN: &str = "example.org/frozen";
/// The document whose bytes the ledger holds.
pub const PAGE: &str = "The city closed the bridge on Sunday, probably for three weeks.\n";
/// Notes that fill the first bundle, so that there is a full one.
const FILLING: usize = 210;
/// Seeds: the owner, the checker before and after a change of key, a program.
const ADA: u8 = 1;
const BEN: [u8; 2] = [2, 3];
const EVE: u8 = 4;

pub fn log_key(seed: u8) -> Signer {
    Signer::from_seed(ORIGIN, Role::Log, &[seed; 32]).unwrap()
}

pub fn witness() -> Signer {
    Signer::from_seed("witness.example/frozen", Role::Witness, &[77; 32]).unwrap()
}

pub fn signer(seed: u8) -> KeySigner {
    KeySigner::from_seed(&[seed; 32])
}

/// What a writer is given; the log's key and, once it is being changed, the old one.
pub fn config(keys: &[u8]) -> Config {
    let mut n = 0_u128;
    let random = Box::new(move || {
        n += 1;
        n.to_be_bytes()
    });
    let signers = keys.iter().map(|seed| log_key(*seed)).collect();
    Config { signers, memory: Arc::new(Volatile::default()), accept_rollback: false, random }
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[expect(clippy::unnecessary_wraps, reason = "what an optional field holds")]
fn s(text: &str) -> Option<String> {
    Some(text.to_owned())
}

struct Writer {
    store: Arc<dyn Store>,
    ledger: Ledger,
    time: Timestamp,
    salt: u64,
}

impl Writer {
    fn create(folder: &Path) -> Self {
        let store: Arc<dyn Store> = Arc::new(LocalStore::create(folder).unwrap());
        let opened = LedgerOpened {
            log_key: log_key(200).verifier().to_string(),
            origin: ORIGIN.into(),
            owner: Owner { handle: Handle("ada".into()), key: signer(ADA).public().to_openssh() },
            policy: Policy::solo(),
        };
        let time: Timestamp = "2026-11-23T09:00:00.000Z".parse().unwrap();
        let genesis = Genesis { opened, time, salt: Salt([1; 16]) };
        Ledger::create(Arc::clone(&store), &genesis, &signer(ADA), config(&[200])).unwrap();
        let ledger = Ledger::open(Arc::clone(&store), None, Arc::new(|_: &str| {})).unwrap();
        let mut writer = Self { store, ledger, time, salt: 0 };
        writer.log_keys(&[200]);
        writer
    }

    fn log_keys(&mut self, keys: &[u8]) {
        self.ledger = Ledger::open(Arc::clone(&self.store), None, Arc::new(|_: &str| {})).unwrap();
        self.ledger.open_log(config(keys)).unwrap();
    }

    /// A batch by an agent with this key, a minute after the last; its first index.
    fn by(&mut self, agent: Index, seed: u8, proposals: &[Proposal]) -> Index {
        self.time = self.time.plus_millis(60_000);
        let mut salt = self.salt;
        let mut random = |bytes: &mut [u8]| {
            for part in bytes.chunks_mut(16) {
                salt += 1;
                part.copy_from_slice(&Digest::of(format!("salt {salt}").as_bytes()).0[..16]);
            }
            Ok(())
        };
        let receipt = self.ledger.append(agent, &signer(seed), proposals, self.time, &mut random);
        self.salt = salt;
        Index(receipt.unwrap_or_else(|e| panic!("{proposals:?}: {e:?}")).base)
    }

    fn ada(&mut self, proposals: &[Proposal]) -> Index {
        self.by(Index(0), ADA, proposals)
    }

    fn one(&mut self, about: Option<Index>, event: Event) -> Index {
        self.ada(&[Proposal { about, re: None, seen: None, event }])
    }

    fn on(&mut self, about: Index, event: Event) -> Index {
        self.one(Some(about), event)
    }

    fn re(&mut self, about: Index, re: Index, event: Event) -> Index {
        self.ada(&[Proposal::about(about, event).acting_on(re)])
    }
}

fn enrolled(handle: &str, seed: u8, kind: AgentKind, roles: &[AgentRole]) -> Event {
    let key = signer(seed).public().to_openssh();
    Event::AgentEnrolled(AgentEnrolled { handle: Handle(handle.into()), key, kind, roles: roles.to_vec() })
}

/// Agents, keys, policy; returns the checker's number.
fn house(w: &mut Writer) -> Index {
    use AgentRole::{Checker, Recorder, Reviewer};
    let ben = w.one(None, enrolled("ben", BEN[0], AgentKind::Person, &[Recorder]));
    w.on(ben, Event::AgentDescribed(AgentDescribed { affiliation: s("The Example Desk"), name: s("Ben Ö. Example") }));
    let key = signer(BEN[1]).public().to_openssh();
    w.on(ben, Event::AgentKeyChanged(AgentKeyChanged { key, reason: "a new laptop".into() }));
    w.on(ben, Event::AgentRolesChanged(AgentRolesChanged { roles: vec![Recorder, Checker, Reviewer] }));
    let eve = w.one(None, enrolled("feed", EVE, AgentKind::Program, &[Recorder]));
    let feed = Document { title: s("Taken from a feed"), ..Document::default() };
    w.by(eve, EVE, &[Proposal::new(Event::DocumentRegistered(feed))]);
    w.on(eve, Event::AgentRevoked(AgentRevoked { from: None, reason: "The feed was closed.".into() }));
    let rule = RoleRule { kind: "request-received".into(), role: AgentRole::Admin };
    w.on(Index(0), Event::PolicySet(Policy { roles: vec![rule], ..Policy::desk() }));
    // From the change on both keys sign every checkpoint: readers know the one that the opening names.
    w.log_keys(&[201, 200]);
    w.on(Index(0), Event::LogKeyChanged(LogKeyChanged { log_key: log_key(201).verifier().to_string() }));
    ben
}

fn passage(start: u64, end: u64) -> Anchor {
    let quote: String = PAGE.chars().skip(start as usize).take((end - start) as usize).collect();
    Anchor {
        end: Some(end),
        prefix: s("The city "),
        sha256: Some(Digest::of(quote.as_bytes())),
        quote: Some(quote),
        selector: Selector::TextRange,
        start: Some(start),
        target: Some(Digest::of(PAGE.as_bytes())),
        ..anchor_least()
    }
}

fn claim(document: Index, key: &str, statement: &str) -> Claim {
    let outlet =
        Step { factuality: Factuality::ProbablePlus, name: s("The Example"), role: SourceRole::Outlet, ..step_least() };
    let whole = Anchor { selector: Selector::Whole, ..anchor_least() };
    Claim {
        actors: vec!["City of Example".into()],
        appearance: Appearance { anchors: vec![whole], attribution: vec![outlet], document, hedges: vec![] },
        checkable: true,
        imported: None,
        key: s(key),
        kind: ClaimKind::Event,
        lang: s("en"),
        places: vec!["Example".into()],
        quantities: vec![],
        statement: statement.into(),
        tags: vec![],
        times: vec![],
        translated_by: None,
        why_not: None,
    }
}

fn bridge(document: Index, statement: &str) -> Claim {
    let plain = claim(document, "bridge-closed", statement);
    let hedge = Hedge {
        band: Some(Band::Likely),
        class: HedgeClass::Probability,
        cue: "probably".into(),
        end: Some(46),
        level: 0,
        scope: Some([47, 62]),
        start: Some(38),
        strength: Strength::Medium,
    };
    let number = Quantity {
        comparator: Comparator::About,
        high: None,
        text: "three weeks".into(),
        unit: s("days"),
        value: s("21"),
    };
    Claim {
        appearance: Appearance { anchors: vec![passage(9, 26)], hedges: vec![hedge], ..plain.appearance },
        kind: ClaimKind::Quantity,
        quantities: vec![number],
        tags: vec!["traffic".into()],
        times: vec![Time { basis: Basis::Inferred, edtf: "2025-03-02".into(), text: "Sunday".into() }],
        ..plain
    }
}

/// Documents and three claims; returns the documents and the claims.
fn recorded(w: &mut Writer) -> ([Index; 2], [Index; 3]) {
    let sha256 = w.ledger.hold(PAGE.as_bytes()).unwrap();
    let page = Document { title: s("Bridge shut"), url: s("https://paper.example/bridge"), ..Document::default() };
    let other = Document { publisher: s("Second Paper"), title: s("Bridge"), ..Document::default() };
    let snapshot = Snapshot {
        archives: vec![],
        bytes: Some(PAGE.len() as u64),
        captured: Some("2026-11-23T09:10:00.000Z".parse().unwrap()),
        how: "downloaded by the desk".into(),
        media_type: "text/plain".into(),
        sha256,
    };
    let text = TextExtract { algorithm: "utf-8".into(), code_points: Some(PAGE.chars().count() as u64), sha256 };
    let first = w.ada(&[
        Proposal::new(Event::DocumentRegistered(page.clone())),
        Proposal::about(Index::pending(0), Event::SnapshotCaptured(snapshot)),
        Proposal::about(Index::pending(0), Event::TextExtracted(text)).acting_on(Index::pending(1)),
        Proposal::new(Event::DocumentRegistered(other)),
        Proposal::new(Event::ClaimRecorded(bridge(Index::pending(0), "The bridge was shut."))),
        Proposal::new(Event::ClaimRecorded(claim(
            Index::pending(3),
            "ferry-ran",
            "A ferry ran while the bridge was closed.",
        ))),
        Proposal::new(Event::ClaimRecorded(claim(
            Index::pending(3),
            "shops-lost",
            "Shops by the bridge lost trade while it was closed.",
        ))),
    ]);
    let at = |k: u64| Index(first.0 + k);
    w.on(first, Event::DocumentAmended(Document { publisher: s("The Example"), lang: s("en"), ..page }));
    ([first, at(3)], [at(4), at(5), at(6)])
}

fn evidence(key: &str, stance: Stance) -> Evidence {
    Evidence {
        archive: None,
        class: EvidenceClass::Document,
        cluster: key.into(),
        credibility: Credibility::ProbablyTrue,
        dated: s("2025-03-27"),
        document: None,
        imported: None,
        key: s(key),
        label: None,
        lang: None,
        normalised: None,
        note: None,
        obtained: day("2026-11-20"),
        publisher: Some(format!("The {key}")),
        rating: None,
        read: Read::Full,
        reliability: Reliability::B,
        says: format!("What the {key} says."),
        scale: None,
        stance,
        title: None,
        translated_by: None,
        url: Some(format!("https://{key}.example/12")),
    }
}

fn verdict(finding: Finding, confidence: Confidence, on: &[Index]) -> Verdict {
    Verdict {
        confidence,
        considered: vec![],
        finding,
        judged_on: day("2026-11-22"),
        likelihood: None,
        method: None,
        on: on.to_vec(),
        rationale: "By what stands behind it.".into(),
    }
}

/// From triage to a published claim; returns its evidence.
fn worked_on(
    w: &mut Writer,
    ben: Index,
    other: Index,
    document: Index,
    [bridge_claim, ferry, shops]: [Index; 3],
) -> Vec<Index> {
    let wording = "The city closed the old bridge for about three weeks from 2 March 2025.";
    w.on(bridge_claim, Event::ClaimAmended(bridge(document, wording)));
    let (assignee, due) = (Some(Handle("ben".into())), Some(day("2026-12-01")));
    let moved = ClaimMoved { assignee, due, note: s("Ask the city first."), to: Workflow::Triaged };
    w.on(bridge_claim, Event::ClaimMoved(moved));
    let seen = claim(other, "x", "x").appearance;
    let seen = w.on(bridge_claim, Event::AppearanceRecorded(seen));
    let again = Appearance { anchors: vec![], ..claim(other, "x", "x").appearance };
    w.re(bridge_claim, seen, Event::AppearanceRecorded(again));
    let moved = AnchorMoved { anchor: 0, reason: "The day belongs to it.".into(), to: passage(9, 36) };
    w.on(bridge_claim, Event::AnchorMoved(moved));
    let related = |kind, to| ClaimsRelated { foreign: None, kind, note: None, to: Some(to) };
    let wrong = w.on(bridge_claim, Event::ClaimsRelated(related(RelationKind::Contradicts, ferry)));
    w.re(bridge_claim, wrong, Event::RelationWithdrawn(Reason { reason: "It does not.".into() }));
    w.on(shops, Event::ClaimsRelated(related(RelationKind::RestsOn, bridge_claim)));

    let linked = |key, stance| Proposal::about(bridge_claim, Event::EvidenceLinked(evidence(key, stance)));
    let batch =
        [linked("gazette", Stance::Supports), linked("survey", Stance::Supports), linked("leaflet", Stance::Refutes)];
    let first = w.by(ben, BEN[1], &batch);
    let evidence = vec![first, Index(first.0 + 1), Index(first.0 + 2)];
    let forged = Event::EvidenceWithdrawn(Reason { reason: "A forgery.".into() });
    w.by(ben, BEN[1], &[Proposal::about(bridge_claim, forged).acting_on(evidence[2])]);
    let asked =
        Contact { answer: None, asked: Some(day("2026-11-21")), outcome: None, until: None, who: "The city".into() };
    let waiting = w.on(bridge_claim, Event::ContactRecorded(asked.clone()));
    let answered = Contact { answer: s("It was closed for repairs."), outcome: Some(Outcome::Answered), ..asked };
    w.re(bridge_claim, waiting, Event::ContactRecorded(answered));
    let decided = verdict(Finding::Supported, Confidence::Moderate, &evidence[..2]);
    let decided = w.by(ben, BEN[1], &[Proposal::about(bridge_claim, Event::VerdictIssued(decided))]);
    w.re(bridge_claim, decided, Event::ReviewRecorded(Review { decision: Decision::Approve, note: s("Read both.") }));
    w.on(bridge_claim, Event::ClaimPublished(Publication { note: None }));
    evidence
}

/// A correction that carries a wording and a verdict, read by another; and a claim taken back.
fn corrected(w: &mut Writer, ben: Index, document: Index, [bridge_claim, ferry, _]: [Index; 3], evidence: &[Index]) {
    let request = Request { from: "Works department".into(), text: "It was 24 days.".into() };
    let request = w.on(bridge_claim, Event::RequestReceived(request));
    let right = "The city closed the old bridge for 24 days from 2 March 2025.";
    let correction = Correction {
        claim: Some(Box::new(bridge(document, right))),
        kind: CorrectionKind::Correction,
        text: "It was 24 days, not about three weeks.".into(),
        verdict: Some(verdict(Finding::PartlySupported, Confidence::Low, &evidence[..1])),
        withdraws: vec![evidence[1]],
    };
    let correction = w.re(bridge_claim, request, Event::CorrectionIssued(correction));
    let review = Event::ReviewRecorded(Review { decision: Decision::Approve, note: None });
    w.by(ben, BEN[1], &[Proposal::about(bridge_claim, review).acting_on(correction)]);

    let search = Search {
        sought: "timetables of a ferry".into(),
        found: 0,
        languages: vec!["en".into(), "de".into()],
        note: None,
        on: day("2026-11-22"),
        place: "archives of three papers".into(),
    };
    w.on(ferry, Event::SearchRecorded(search));
    let open = verdict(Finding::NotEnoughEvidence, Confidence::Low, &[]);
    let open = w.by(ben, BEN[1], &[Proposal::about(ferry, Event::VerdictIssued(open))]);
    w.re(ferry, open, Event::ReviewRecorded(Review { decision: Decision::Approve, note: None }));
    w.on(ferry, Event::ClaimPublished(Publication { note: s("Nobody knows.") }));
    w.on(ferry, Event::ClaimRetracted(Reason { reason: "It was another river.".into() }));
}

/// Notes, one withheld and released, one withheld still, one erased.
fn kept_back(w: &mut Writer, bridge_claim: Index) {
    let note = |text: &str| Event::NoteAdded(Note { text: text.into() });
    let [held, still, gone] = ["Under embargo.", "A name.", "A slip of the pen.\nNot for the record."]
        .map(|text| w.on(bridge_claim, note(text)));
    let until = Withholding { ground: "embargo".into(), until: Some(day("2027-01-01")) };
    w.re(bridge_claim, held, Event::PayloadWithheld(until));
    w.re(bridge_claim, held, Event::PayloadReleased(Release { note: s("The embargo is over.") }));
    let for_good = Withholding { ground: "a source's safety".into(), until: None };
    w.re(bridge_claim, still, Event::PayloadWithheld(for_good));
    let erasure = Erasure { authority: "the desk".into(), ground: "recorded by mistake".into() };
    w.re(bridge_claim, gone, Event::PayloadErased(erasure));
    w.ledger.empty_erased().unwrap();
}

/// The whole ledger, with a proof and a bundle beside it.
pub fn write(folder: &Path) {
    let mut w = Writer::create(&folder.join("ledger"));
    let ben = house(&mut w);
    let ([document, other], claims) = recorded(&mut w);
    let evidence = worked_on(&mut w, ben, other, document, claims);
    corrected(&mut w, ben, document, claims, &evidence);
    kept_back(&mut w, claims[0]);
    let filling: Vec<Proposal> = (1..=FILLING)
        .map(|n| Proposal::about(other, Event::NoteAdded(Note { text: format!("Page {n} read.") })))
        .collect();
    w.by(ben, BEN[1], &filling);
    let note = w.ledger.checkpoint_by_log().unwrap();
    let line = cosign(&note, &witness(), 1_795_500_000).unwrap();
    w.ledger.keep_cosignature(&note, &line, witness().verifier()).unwrap();
    w.ledger.refresh().unwrap();

    let proof = w.ledger.prove(claims[0], false).unwrap();
    fs::write(folder.join("claim.tlog-proof"), proof.to_string()).unwrap();
    let mut maker = w.ledger.bundle(Payloads::All, day("2026-12-01")).unwrap();
    let mut bytes = maker.head(None, None).unwrap().to_bytes().unwrap();
    for claim in claims {
        bytes.extend(maker.claim(claim).unwrap().iter().flat_map(|line| line.to_bytes().unwrap()));
    }
    let written = maker.entries(&mut |line| {
        bytes.extend_from_slice(line);
        Ok(())
    });
    written.unwrap();
    fs::write(folder.join("claims.bundle"), bytes).unwrap();
}
