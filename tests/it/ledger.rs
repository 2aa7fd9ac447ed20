//! A ledger as its users meet it: opened, appended to, read back, asked about the past, proved.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::Arc;

use onrecord::claim::desk::{LedgerOpened, Owner, Reason};
use onrecord::claim::vocab::*;
use onrecord::claim::{Anchor, Appearance, Claim, Document, Evidence, Handle, Policy, Search, Step, Verdict};
use onrecord::entry::proof::{Outcome, check};
use onrecord::entry::sshsig::{KeySigner, Signer as _};
use onrecord::entry::{Event, Kind, Proposal, Salt};
use onrecord::hash::{Digest, Index};
use onrecord::ledger::commit::Config;
use onrecord::ledger::memory::Volatile;
use onrecord::ledger::{AppendError, Genesis, Ledger, Prepared, Receipt};
use onrecord::store::{MemoryStore, Store};
use onrecord::time::Timestamp;
use onrecord::tlog::key::{Role, Signer as LogSigner};
use onrecord::tlog::policy::Policy as Trust;
use onrecord::tlog::prooffile::ProofFile;

const ORIGIN: &str = "example.org/test";

pub fn now() -> Timestamp {
    "2026-11-22T07:12:03.123Z".parse().unwrap()
}

pub fn owner() -> KeySigner {
    KeySigner::from_seed(&[7; 32])
}

fn log_key() -> LogSigner {
    LogSigner::from_seed(ORIGIN, Role::Log, &[9; 32]).unwrap()
}

pub fn config() -> Config {
    let mut n = 0_u128;
    let random = Box::new(move || {
        n += 1;
        n.to_le_bytes()
    });
    Config { signers: vec![log_key()], memory: Arc::new(Volatile::default()), accept_rollback: false, random }
}

/// A ledger in memory, opened for writing.
pub fn ledger() -> (Arc<dyn Store>, Ledger) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let opened = LedgerOpened {
        log_key: log_key().verifier().to_string(),
        origin: ORIGIN.into(),
        owner: Owner { handle: Handle("ada".into()), key: owner().public().to_openssh() },
        policy: Policy::solo(),
    };
    let genesis = Genesis { opened, time: now(), salt: Salt([1; 16]) };
    Ledger::create(Arc::clone(&store), &genesis, &owner(), config()).unwrap();
    let mut ledger = Ledger::open(Arc::clone(&store), None, Arc::new(|_: &str| {})).unwrap();
    ledger.open_log(config()).unwrap();
    (store, ledger)
}

pub fn append(ledger: &mut Ledger, proposals: &[Proposal]) -> Result<Receipt, AppendError> {
    append_at(ledger, proposals, now())
}

/// The same by a clock that shows `now`.
pub fn append_at(ledger: &mut Ledger, proposals: &[Proposal], now: Timestamp) -> Result<Receipt, AppendError> {
    let size = ledger.size();
    let mut random = move |bytes: &mut [u8]| {
        // Different for every entry of the ledger, as salts must be.
        for (i, b) in bytes.chunks_mut(16).enumerate() {
            b[..8].copy_from_slice(&(size + i as u64 + 1).to_le_bytes());
        }
        Ok(())
    };
    ledger.append(Index(0), &owner(), proposals, now, &mut random)
}

pub fn claim(document: Index, statement: &str) -> Claim {
    Claim {
        actors: vec![],
        appearance: Appearance {
            anchors: vec![Anchor {
                end: None,
                fragment: None,
                prefix: None,
                quote: None,
                selector: Selector::Whole,
                sha256: None,
                start: None,
                suffix: None,
                target: None,
            }],
            attribution: vec![Step {
                cue: None,
                damaged: false,
                description: None,
                end: None,
                factuality: Factuality::CertainPlus,
                mode: None,
                name: Some("The Example".into()),
                role: SourceRole::Outlet,
                start: None,
            }],
            document,
            hedges: vec![],
        },
        checkable: true,
        imported: None,
        key: None,
        kind: ClaimKind::Event,
        lang: None,
        places: vec![],
        quantities: vec![],
        statement: statement.into(),
        tags: vec![],
        times: vec![],
        translated_by: None,
        why_not: None,
    }
}

pub fn evidence(stance: Stance, cluster: &str) -> Evidence {
    Evidence {
        archive: None,
        class: EvidenceClass::NewsReport,
        cluster: cluster.into(),
        credibility: Credibility::ProbablyTrue,
        dated: None,
        document: None,
        imported: None,
        key: None,
        label: None,
        lang: None,
        normalised: None,
        note: None,
        obtained: "2026-11-20".parse().unwrap(),
        publisher: Some("Gazette".into()),
        rating: None,
        read: Read::Excerpt,
        reliability: Reliability::B,
        says: "It was closed.".into(),
        scale: None,
        stance,
        title: None,
        translated_by: None,
        url: None,
    }
}

pub fn verdict(finding: Finding, confidence: Confidence, on: Vec<Index>) -> Verdict {
    Verdict {
        confidence,
        considered: vec![],
        finding,
        judged_on: "2026-11-21".parse().unwrap(),
        likelihood: None,
        method: None,
        on,
        rationale: "The gazette says so.".into(),
    }
}

pub fn document() -> Proposal {
    Proposal::new(Event::DocumentRegistered(Document { title: Some("A page".into()), ..Document::default() }))
}

/// Document, claim, evidence and verdict in one batch, all by pending numbers.
fn first_batch(ledger: &mut Ledger) -> Receipt {
    let p = Index::pending;
    let batch = [
        document(),
        Proposal::new(Event::ClaimRecorded(claim(p(0), "The bridge was closed."))),
        Proposal::about(p(1), Event::EvidenceLinked(evidence(Stance::Supports, "city"))),
        Proposal::about(p(1), Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![p(2)]))),
    ];
    append(ledger, &batch).unwrap()
}

#[test]
fn a_batch_is_read_back_after_reopening() {
    let (store, mut ledger) = ledger();
    let receipt = first_batch(&mut ledger);
    assert_eq!((receipt.base, receipt.size), (1, 6), "four entries and the batch's signature");
    let again = Ledger::open(store, None, Arc::new(|_: &str| {})).unwrap();
    assert_eq!((again.size(), again.root()), (6, receipt.root));
    let found = again.claim(Index(2)).unwrap().unwrap();
    assert_eq!(found.claim.as_ref().unwrap().statement, "The bridge was closed.");
    assert_eq!(found.finding(), Some(Finding::Supported));
    assert_eq!(found.evidence[0].number, Index(3));
    assert_eq!(found.verdict().unwrap().item.body.as_ref().unwrap().on, [Index(3)]);
    assert_eq!(again.claims().unwrap(), [Index(2)]);
    assert!(again.claim(Index(1)).unwrap().is_none(), "a document is no claim");
    assert!(again.claim(Index(99)).unwrap().is_none());
    let kinds: Vec<Kind> = again.entries(0..6).unwrap().iter().map(|e| e.header.kind).collect();
    assert_eq!(kinds[5], Kind::BatchSigned);
    assert!(again.entries(1..4).unwrap().iter().all(|e| e.header.sig.is_none()));
    assert!(again.entry(Index(4)).unwrap().header.sig.is_some(), "a verdict is signed by itself");
}

#[test]
fn one_entry_alone_is_signed_by_itself() {
    let (_, mut ledger) = ledger();
    let receipt = append(&mut ledger, &[document()]).unwrap();
    assert_eq!(receipt.entries.len(), 1);
    assert!(ledger.entry(Index(1)).unwrap().header.sig.is_some());
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let (_, mut ledger) = ledger();
    first_batch(&mut ledger);
    let unsupported = Event::VerdictIssued(verdict(Finding::Refuted, Confidence::Low, vec![Index(3)]));
    let moderate = Event::VerdictIssued(verdict(Finding::Supported, Confidence::Moderate, vec![Index(3)]));
    let nothing_sought = Event::VerdictIssued(verdict(Finding::NotEnoughEvidence, Confidence::Low, vec![]));
    let not_evidence = Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![Index(1)]));
    for (event, code) in [(unsupported, "G01"), (moderate, "G04"), (nothing_sought, "G03"), (not_evidence, "S13")] {
        let before = (ledger.size(), ledger.root());
        match append(&mut ledger, &[Proposal::about(Index(2), event)]) {
            Err(AppendError::Refused { refused }) => {
                let codes: Vec<_> = refused.iter().map(|r| r.objection.code()).collect();
                assert_eq!(codes, [code]);
            }
            other => panic!("{code}: {other:?}"),
        }
        assert_eq!((ledger.size(), ledger.root()), before);
    }
    let search = Search {
        sought: "closing dates".into(),
        found: 0,
        languages: vec![],
        note: None,
        on: "2026-11-20".parse().unwrap(),
        place: "gazette".into(),
    };
    let p = Proposal::about;
    let verdict = Event::VerdictIssued(verdict(Finding::NotEnoughEvidence, Confidence::Low, vec![]));
    append(&mut ledger, &[p(Index(2), Event::SearchRecorded(search)), p(Index(2), verdict)]).unwrap();
}

#[test]
fn a_decision_on_an_old_view_is_refused_and_other_entries_are_not() {
    let (_, mut ledger) = ledger();
    first_batch(&mut ledger);
    let seen = ledger.claim(Index(2)).unwrap().unwrap().last();
    append(&mut ledger, &[Proposal::about(Index(2), Event::EvidenceLinked(evidence(Stance::Refutes, "river")))])
        .unwrap();
    let verdict = Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![Index(3)]));
    let mut stale = Proposal::about(Index(2), verdict);
    stale.seen = Some(seen);
    match append(&mut ledger, &[stale.clone()]) {
        Err(AppendError::Refused { refused }) => assert_eq!(refused[0].objection.code(), "S08"),
        other => panic!("{other:?}"),
    }
    stale.seen = Some(ledger.claim(Index(2)).unwrap().unwrap().last());
    append(&mut ledger, &[stale]).unwrap();
    let reason = Event::NoteAdded(onrecord::claim::desk::Note { text: "seen".into() });
    let mut note = Proposal::about(Index(2), reason);
    note.seen = Some(seen);
    append(&mut ledger, &[note]).unwrap();
}

#[test]
fn as_of_a_size_is_what_the_ledger_held_then() {
    let (store, mut ledger) = ledger();
    first_batch(&mut ledger);
    let root = ledger.root();
    let reason = Reason { reason: "the gazette took it back".into() };
    let withdrawn = Proposal::about(Index(2), Event::EvidenceWithdrawn(reason)).acting_on(Index(3));
    append(&mut ledger, &[withdrawn]).unwrap();
    let now = Ledger::open(Arc::clone(&store), None, Arc::new(|_: &str| {})).unwrap();
    assert_eq!(now.claim(Index(2)).unwrap().unwrap().evidence[0].withdrawn, Some(Index(6)));
    let then = now.as_of(6).unwrap();
    assert_eq!((then.size(), then.root()), (6, root));
    assert_eq!(then.claim(Index(2)).unwrap().unwrap().evidence[0].withdrawn, None);
    assert!(Ledger::open(Arc::clone(&store), None, Arc::new(|_: &str| {})).unwrap().as_of(0).is_err());
    assert!(Ledger::open(store, None, Arc::new(|_: &str| {})).unwrap().as_of(8).is_err());
}

#[test]
fn a_proof_holds_with_the_logs_key_and_nothing_else() {
    let (_, mut ledger) = ledger();
    first_batch(&mut ledger);
    append(&mut ledger, &[document(), document()]).unwrap();
    let trust = Trust::of_log(log_key().verifier().clone()).unwrap();
    for index in 0..ledger.size() {
        let bytes = ledger.prove(Index(index), false).unwrap().to_string();
        let file = ProofFile::parse(bytes.as_bytes()).unwrap();
        let answers = check(&file, Some(&trust));
        assert_eq!(answers.included, Outcome::Holds, "{index}");
        assert_eq!(answers.by_author, Outcome::Holds, "{index}");
        assert_eq!(answers.payload, Outcome::Holds, "{index}");
        assert_eq!(answers.handle.as_deref(), Some("ada"));
        assert_eq!(answers.ledger, Some(ledger.id()));

        let withheld = check(&ledger.prove(Index(index), true).unwrap(), Some(&trust));
        assert_eq!(withheld.included, Outcome::Holds);
        assert!(matches!(withheld.payload, Outcome::CannotBeDetermined(_)));

        let nobody = check(&file, None);
        assert!(matches!(nobody.included, Outcome::CannotBeDetermined(_)));
        let other = LogSigner::from_seed(ORIGIN, Role::Log, &[8; 32]).unwrap();
        let stranger = check(&file, Some(&Trust::of_log(other.verifier().clone()).unwrap()));
        assert!(matches!(stranger.included, Outcome::CannotBeDetermined(_)), "{:?}", stranger.included);
    }
}

#[test]
fn a_proof_with_any_part_changed_does_not_hold() {
    use onrecord::entry::proof::Extra;
    let (_, mut ledger) = ledger();
    first_batch(&mut ledger);
    let trust = Trust::of_log(log_key().verifier().clone()).unwrap();
    let file = ledger.prove(Index(2), false).unwrap();
    let extra: Extra = onrecord::canon::from_bytes(file.extra(), 1 << 20).unwrap();
    let rebuilt = |extra: &Extra, index: u64, path: Vec<Digest>| {
        ProofFile::new(index, path, file.checkpoint().clone(), extra.to_bytes().unwrap()).unwrap()
    };
    let same = check(&rebuilt(&extra, 2, file.path().to_vec()), Some(&trust));
    assert_eq!((same.included, same.by_author), (Outcome::Holds, Outcome::Holds), "the control");

    let mut entry = extra.clone();
    entry.entry = entry.entry.replace("claim-recorded", "claim-amended");
    assert!(matches!(check(&rebuilt(&entry, 2, file.path().to_vec()), Some(&trust)).included, Outcome::DoesNotHold(_)));
    assert!(matches!(check(&rebuilt(&extra, 3, file.path().to_vec()), Some(&trust)).included, Outcome::DoesNotHold(_)));
    let mut path = file.path().to_vec();
    path[0] = Digest::of(b"x");
    assert!(matches!(check(&rebuilt(&extra, 2, path), Some(&trust)).included, Outcome::DoesNotHold(_)));

    let mut payload = extra.clone();
    payload.payload = payload.payload.map(|p| p.replace("closed", "opened"));
    let answers = check(&rebuilt(&payload, 2, file.path().to_vec()), Some(&trust));
    assert_eq!(answers.included, Outcome::Holds);
    assert!(matches!(answers.payload, Outcome::DoesNotHold(_)));

    let mut batch = extra.clone();
    batch.batch.as_mut().unwrap().path.clear();
    let answers = check(&rebuilt(&batch, 2, file.path().to_vec()), Some(&trust));
    assert!(matches!(answers.by_author, Outcome::DoesNotHold(_)));
    let mut unsigned = extra.clone();
    unsigned.batch = None;
    let answers = check(&rebuilt(&unsigned, 2, file.path().to_vec()), Some(&trust));
    assert!(matches!(answers.by_author, Outcome::CannotBeDetermined(_)));
    let mut opening = extra.clone();
    opening.opening.payload = opening.opening.payload.map(|p| p.replace("\"ada\"", "\"eve\""));
    let answers = check(&rebuilt(&opening, 2, file.path().to_vec()), Some(&trust));
    assert!(matches!(answers.by_author, Outcome::DoesNotHold(_)));
}

/// What is taken in from a commit of one's own is what reading the log gives.
#[test]
fn lookups_after_an_append_are_those_of_the_log() {
    use onrecord::ledger::catalog::{ContentKey, Term};
    let (store, mut ledger) = ledger();
    first_batch(&mut ledger);
    let p = Index::pending;
    // Enough for the threads that large batches use, with pending numbers among them.
    let mut batch = vec![document()];
    for n in 0..700 {
        let on = if n % 2 == 0 { Index(1) } else { p(0) };
        let mut claim = claim(on, &format!("Statement number {n}."));
        claim.actors = vec![format!("Actor {}", n % 7)];
        batch.push(Proposal::new(Event::ClaimRecorded(claim)));
    }
    append(&mut ledger, &batch).unwrap();
    append(&mut ledger, &[Proposal::about(Index(2), Event::EvidenceLinked(evidence(Stance::Refutes, "river")))])
        .unwrap();
    let again = Ledger::open(store, None, Arc::new(|_: &str| {})).unwrap();
    assert_eq!((ledger.size(), ledger.root()), (again.size(), again.root()));
    assert_eq!(ledger.rows().unwrap(), again.rows().unwrap());
    assert_eq!(ledger.rows().unwrap().len(), 701);
    assert_eq!(ledger.state().last_time, again.state().last_time);
    let kinds = [Kind::BatchSigned, Kind::DocumentRegistered, Kind::EvidenceLinked];
    let mut terms: Vec<Term<'_>> = kinds.into_iter().map(Term::Kind).collect();
    terms.extend((0..ledger.size()).flat_map(|n| [Term::About(Index(n)), Term::Document(Index(n))]));
    terms.extend([Term::Actor("actor 3"), Term::Speaker("the example"), Term::Cluster("river"), Term::Handle("ada")]);
    for term in terms {
        assert_eq!(ledger.find(term).unwrap(), again.find(term).unwrap(), "{term:?}");
    }
    assert_eq!(ledger.find(Term::Actor("actor 3")).unwrap().len(), 100);
    for index in 0..ledger.size() {
        let entry = ledger.entry(Index(index)).unwrap();
        let content = entry.event().unwrap().unwrap().content_digest().unwrap();
        let keys = [ContentKey::content(entry.header.about, &content), ContentKey::payload(&entry.header.digest)];
        let found = ledger.with_content(&keys).unwrap();
        assert_eq!(found, again.with_content(&keys).unwrap());
        assert!(found.iter().all(Option::is_some), "{index}");
    }
}

#[test]
fn what_is_on_record_already_is_recognised() {
    let (_, mut ledger) = ledger();
    let said = |n: usize| Proposal::new(Event::ClaimRecorded(claim(Index(1), &format!("Statement number {n}."))));
    append(&mut ledger, &[document()]).unwrap();
    let base = append(&mut ledger, &(0..600).map(said).collect::<Vec<_>>()).unwrap().base;
    let asked: Vec<Proposal> = (590..1_200).map(said).collect();
    let found = ledger.on_record(&Prepared::new(&asked).unwrap()).unwrap();
    for (n, found) in (590..1_200).zip(found) {
        assert_eq!(found, (n < 600).then(|| Index(base + n)), "{n}");
    }
    let note = |about| Proposal::about(about, Event::NoteAdded(onrecord::claim::desk::Note { text: "seen".into() }));
    append(&mut ledger, &[note(Index(base))]).unwrap();
    let found =
        ledger.on_record(&Prepared::new(&[note(Index(base)), note(Index(base + 1)), said(3)]).unwrap()).unwrap();
    assert_eq!((found[0].is_some(), found[1], found[2]), (true, None, Some(Index(base + 3))), "the subject counts");
    let pending = Proposal::new(Event::ClaimRecorded(claim(Index::pending(0), "Statement number 1.")));
    assert_eq!(
        ledger.on_record(&Prepared::new(&[pending]).unwrap()).unwrap(),
        [None],
        "what is not yet numbered is not yet on record"
    );
}
