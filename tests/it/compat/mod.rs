//! The frozen ledger: `tests/compat/v0/`, written once, read by the code of today. What is expected of it is written here
//! by hand. How it was made: `write.rs`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use onrecord::audit::{Options, Outcome as Found, Weight, audit};
use onrecord::claim::desk::Note;
use onrecord::claim::vocab::*;
use onrecord::entry::proof;
use onrecord::entry::why::Outcome;
use onrecord::entry::{ClaimState, Event, Kind, Proposal};
use onrecord::exchange::bundle::Reader;
use onrecord::hash::{Digest, Index};
use onrecord::ledger::Ledger;
use onrecord::store::{LocalStore, Store};
use onrecord::tlog::policy::Policy;
use onrecord::tlog::prooffile::ProofFile;

use crate::spec;

/// The log's first key and the one after it; the seeds are 32 bytes 200 and 201.
const VKEYS: [&str; 2] = [FIRST, SECOND];
const FIRST: &str = include_str!("../../compat/v0/log.vkey");
const SECOND: &str = include_str!("../../compat/v0/log-2.vkey");

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/compat/v0")
}

fn open(folder: &Path) -> Ledger {
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder.join("ledger")).unwrap());
    Ledger::open(store, None, Arc::new(|said: &str| panic!("said: {said}"))).unwrap()
}

fn trust() -> Policy {
    Policy::of_log(FIRST.trim_end().parse().unwrap()).unwrap()
}

fn claims(ledger: &Ledger) -> BTreeMap<String, ClaimState> {
    let states = ledger.claims().unwrap().into_iter().map(|number| ledger.claim(number).unwrap().unwrap());
    states.map(|state| (state.claim.as_ref().unwrap().key.clone().unwrap(), state)).collect()
}

/// Every file under a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn copy(to: &Path) {
    for (name, bytes) in files(&folder()) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[test]
fn the_frozen_ledger_opens_and_audits_clean() {
    let ledger = open(&folder());
    assert_eq!(ledger.origin(), "example.org/frozen");
    let report = audit(ledger.store().as_ref(), &Options::default()).unwrap();
    let errors: Vec<_> = report.problems().iter().filter(|p| p.code.weight() == Weight::Error).collect();
    assert_eq!((report.outcome, errors), (Found::Holds, vec![]));
    assert_eq!(report.size, ledger.size());
    assert!(report.size > 256, "a full bundle, and one begun");
    // One note is erased; nothing else is missing.
    assert_eq!((report.counts.erased, report.counts.withheld), (1, 1));
    assert_eq!(report.cosigned.len(), 1);
    assert!(report.counts.held > 0 && report.counts.anchors > 0);
    let bytes: usize = files(&folder()).values().map(Vec::len).sum();
    assert!(bytes < 300_000, "{bytes}");
}

#[test]
fn the_frozen_ledger_has_every_kind_of_the_table() {
    let ledger = open(&folder());
    let entries = ledger.entries(0..ledger.size()).unwrap();
    let mut met = BTreeSet::new();
    for entry in &entries {
        met.insert(entry.header.kind);
        // What it says is read too, but for the one that is erased.
        assert!(entry.event().unwrap().is_some() || entry.payload.is_none());
    }
    assert_eq!(met, Kind::ALL.iter().copied().collect(), "a new kind needs an entry in tests/it/compat/write.rs");
    let listed: BTreeSet<Kind> = spec::kinds().iter().map(|row| row.kind.parse().unwrap()).collect();
    assert_eq!(met, listed);
}

#[test]
fn the_frozen_claims_say_what_they_said() {
    let ledger = open(&folder());
    let claims = claims(&ledger);
    assert_eq!(claims.keys().collect::<Vec<_>>(), ["bridge-closed", "ferry-ran", "shops-lost"]);

    let bridge = &claims["bridge-closed"];
    let wording = bridge.claim.as_ref().unwrap();
    assert_eq!(wording.statement, "The city closed the old bridge for 24 days from 2 March 2025.");
    assert_eq!(bridge.replaced.len(), 1);
    let before = bridge.replaced[0].claim.as_ref().unwrap();
    assert_eq!(before.statement, "The city closed the old bridge for about three weeks from 2 March 2025.");
    assert_eq!((bridge.finding(), bridge.workflow), (Some(Finding::PartlySupported), Some(Workflow::Published)));
    let verdict = bridge.verdict().unwrap();
    assert_eq!(verdict.item.body.as_ref().unwrap().confidence, Confidence::Low);
    assert!(verdict.by_correction && bridge.second_read());
    let findings: Vec<_> = bridge.verdicts.iter().map(|v| v.item.body.as_ref().unwrap().finding).collect();
    assert_eq!(findings, [Finding::Supported, Finding::PartlySupported]);
    let standing = |e: &&onrecord::entry::claim_state::Item<onrecord::claim::Evidence>| e.standing().is_some();
    let keys: Vec<_> = bridge.evidence.iter().filter(standing).map(|e| e.body.as_ref().unwrap().key.clone()).collect();
    assert_eq!(keys, [Some("gazette".to_owned())]);
    assert_eq!(bridge.evidence.len(), 3);
    assert_eq!(
        (bridge.assignee.as_ref().unwrap().0.as_str(), bridge.due.unwrap().to_string()),
        ("ben", "2026-12-01".into())
    );
    let hedge = &wording.appearance.hedges[0];
    assert_eq!((hedge.cue.as_str(), hedge.band), ("probably", Some(Band::Likely)));
    assert_eq!((bridge.erased.len(), bridge.withheld.len(), bridge.notes.len()), (1, 1, 3));
    let contact = bridge.contacts.iter().find_map(|c| c.standing()).unwrap();
    assert_eq!(contact.answer.as_deref(), Some("It was closed for repairs."));
    assert!(bridge.relations.iter().all(|relation| relation.standing().is_none()));

    let ferry = &claims["ferry-ran"];
    assert_eq!(ferry.claim.as_ref().unwrap().statement, "A ferry ran while the bridge was closed.");
    assert_eq!((ferry.finding(), ferry.workflow), (Some(Finding::NotEnoughEvidence), Some(Workflow::Retracted)));
    assert_eq!(ferry.retraction.as_ref().unwrap().body.as_deref(), Some("It was another river."));

    let shops = &claims["shops-lost"];
    assert_eq!((shops.finding(), shops.workflow), (None, Some(Workflow::Recorded)));
    let rests = shops.relations[0].body.as_ref().unwrap();
    assert_eq!((rests.kind, rests.to), (RelationKind::RestsOn, Some(bridge.number)));
}

#[test]
fn the_frozen_house_stands_as_it_stood() {
    let ledger = open(&folder());
    let state = ledger.state();
    let ben = state.agent_named("ben").unwrap();
    assert_eq!((ben.name.as_deref(), ben.affiliation.as_deref()), (Some("Ben Ö. Example"), Some("The Example Desk")));
    assert_eq!((ben.keys.len(), ben.revoked), (2, None));
    assert_eq!(ben.roles, [AgentRole::Recorder, AgentRole::Checker, AgentRole::Reviewer]);
    let feed = state.agent_named("feed").unwrap();
    assert!(feed.revoked.is_some() && feed.kind == AgentKind::Program);
    assert_eq!(state.policies.iter().map(|(_, policy)| policy.name.as_str()).collect::<Vec<_>>(), ["solo", "desk"]);
    let keys: Vec<&str> = state.log_keys.iter().map(|(_, key)| key.as_str()).collect();
    assert_eq!(keys, VKEYS.map(str::trim_end));
    let bridge = &claims(&ledger)["bridge-closed"];
    let page = bridge.claim.as_ref().unwrap().appearance.document;
    let page = ledger.document_state(page).unwrap().unwrap();
    let fields = page.document.unwrap();
    assert_eq!((fields.title.as_deref(), fields.publisher.as_deref()), (Some("Bridge shut"), Some("The Example")));
    let text = page.texts[0].1.as_ref().unwrap();
    assert_eq!(ledger.blob(&text.sha256).unwrap().unwrap(), write::PAGE.as_bytes());
}

#[test]
fn the_frozen_entries_are_proved() {
    let (ledger, trust) = (open(&folder()), trust());
    for number in 0..ledger.size() {
        let answers = proof::check(&ledger.prove(Index(number), false).unwrap(), Some(&trust));
        assert_eq!((&answers.included, &answers.by_author), (&Outcome::Holds, &Outcome::Holds), "{number}");
        let erased = ledger.entry(Index(number)).unwrap().payload.is_none();
        assert_eq!(answers.payload == Outcome::Holds, !erased, "{number}");
    }
}

#[test]
fn the_frozen_proof_and_bundle_are_read() {
    let file = ProofFile::parse(&fs::read(folder().join("claim.tlog-proof")).unwrap()).unwrap();
    let answers = proof::check(&file, Some(&trust()));
    assert_eq!([&answers.included, &answers.by_author, &answers.payload], [&Outcome::Holds; 3]);
    let bytes = fs::read(folder().join("claims.bundle")).unwrap();
    let trust = trust();
    let mut reader = Reader::new(bytes.as_slice(), Some(&trust));
    while reader.next().unwrap().is_some() {}
    let report = reader.report().unwrap();
    assert_eq!(report.included, Outcome::Holds);
    assert_eq!((report.by_author.holds, report.place.holds), (report.entries, report.entries), "{:?}", report.problems);
    assert_eq!((report.payload.does_not_hold, report.finding.does_not_hold), (0, 0), "{:?}", report.problems);
}

#[test]
fn the_frozen_ledger_is_gone_on_with() {
    let scratch = tempfile::tempdir().unwrap();
    copy(scratch.path());
    let mut ledger = open(scratch.path());
    ledger.open_log(write::config(&[201, 200])).unwrap();
    let bridge = claims(&ledger)["bridge-closed"].number;
    let size = ledger.size();
    let note = Proposal::about(bridge, Event::NoteAdded(Note { text: "Written by a later release.".into() }));
    let now = "2027-02-01T08:00:00.000Z".parse().unwrap();
    let mut random = |bytes: &mut [u8]| {
        bytes.fill(0x5a);
        Ok(())
    };
    ledger.append(Index(0), &write::signer(1), &[note], now, &mut random).unwrap();
    let report = audit(open(scratch.path()).store().as_ref(), &Options::default()).unwrap();
    assert_eq!((report.outcome, report.size), (Found::Holds, size + 1));
}

#[test]
fn a_frozen_byte_that_changed_is_seen() {
    let untouched = files(&folder());
    let log: Vec<&String> = untouched.keys().filter(|n| n.contains("/log/") || n.contains("/payload/")).collect();
    assert!(log.len() >= 6, "{log:?}");
    for name in log {
        let scratch = tempfile::tempdir().unwrap();
        copy(scratch.path());
        let mut bytes = untouched[name].clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(scratch.path().join(name), bytes).unwrap();
        let store = LocalStore::open(scratch.path().join("ledger")).unwrap();
        assert_ne!(audit(&store, &Options::default()).unwrap().outcome, Found::Holds, "{name}");
    }
}

/// As long as nothing of the format has changed, the writer of today makes these very bytes. The day it does not, either the
/// format has changed, and what was frozen stays as it is beside a new folder; or only what readers do not rely on (names of
/// staged batches), and then this test goes.
#[test]
fn the_writer_of_today_makes_the_frozen_bytes() {
    let scratch = tempfile::tempdir().unwrap();
    write::write(scratch.path());
    let kept = |all: BTreeMap<String, Vec<u8>>| -> BTreeMap<String, Digest> {
        let of_writer = |name: &str| name.starts_with("ledger/") || name.starts_with("claim");
        all.into_iter().filter(|(name, _)| of_writer(name)).map(|(name, bytes)| (name, Digest::of(&bytes))).collect()
    };
    assert_eq!(kept(files(scratch.path())), kept(files(&folder())));
}

/// `cargo test --test it compat::write_v0 -- --ignored`, once; refuses to write over what is there.
#[test]
#[ignore = "writes tests/compat/v0 into a checkout that does not have it"]
fn write_v0() {
    let ledger = folder().join("ledger");
    assert!(!ledger.exists(), "{} is there: what is frozen is not written again", ledger.display());
    write::write(&folder());
}
