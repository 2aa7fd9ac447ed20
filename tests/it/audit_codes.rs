//! Each code by a ledger that is wrong in one way: exactly that code, and not a word where the ledger is right.

use onrecord::audit::{CatalogRows, Code, Options, Outcome, Place, Remembered, Report, Scope, Weight, audit};
use onrecord::claim::desk::{
    AgentEnrolled, AgentRevoked, BatchSigned, Erasure, LogKeyChanged, Note as DeskNote, Publication, Reason,
    Withholding,
};
use onrecord::claim::vocab::{AgentKind, AgentRole, Finding, Stance, WhyNot};
use onrecord::claim::{Handle, Snapshot};
use onrecord::entry::batch::root;
use onrecord::entry::{ClaimState, Event, Header, Proposal};
use onrecord::hash::{Digest, Index, leaf_hash};
use onrecord::store::{Cell, MemoryStore, StoreError, StorePath, StoreRead};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::cosign::cosign;
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::note::{self, Note};

use crate::audit::{codes, filled, options, run};
use crate::ledgers::{Files, LOG, Ledger, ORIGIN, OWNER, claim, document, evidence, key, log_key, start, verdict};

const BEN: u8 = 2;

#[track_caller]
fn exactly(expected: Code, report: &Report) {
    assert_eq!(codes(report), [expected], "{:?}", report.problems());
    assert_eq!(report.outcome, outcome(expected));
}

fn outcome(code: Code) -> Outcome {
    match code.weight() {
        Weight::Error => Outcome::DoesNotHold,
        Weight::Undetermined => Outcome::CannotBeDetermined,
        Weight::Warning | Weight::Info => Outcome::Holds,
    }
}

fn audited(ledger: &Ledger) -> Report {
    run(&ledger.files(), &options(ledger))
}

/// A ledger on which `spoil` has made an entry: exactly this code, at that entry; without it, nothing.
#[track_caller]
fn entry(expected: Code, spoil: impl FnOnce(&mut Ledger) -> Index) {
    let mut ledger = Ledger::open();
    ledger.enrol("ben", BEN, AgentRole::ALL);
    let before = audited(&ledger);
    assert_eq!((codes(&before), before.outcome), (vec![], Outcome::Holds));
    let number = spoil(&mut ledger);
    let report = audited(&ledger);
    exactly(expected, &report);
    let problem = report.problems().iter().find(|p| p.code == expected).unwrap();
    assert_eq!(problem.number, Some(number), "{problem:?}");
}

fn reason() -> Reason {
    Reason { reason: "for a reason".into() }
}

fn note_event(text: &str) -> Event {
    Event::NoteAdded(DeskNote { text: text.into() })
}

fn batch_over(ledger: &Ledger, count: u64) -> Event {
    let leaves: Vec<Digest> = ledger.encoded.iter().map(|(entry, _)| leaf_hash(entry)).collect();
    let root = root(&leaves[leaves.len() - count as usize..]);
    Event::BatchSigned(BatchSigned { count, root })
}

fn unsigned(ledger: &mut Ledger, event: &Event, about: Option<Index>, agent: Index) -> Index {
    let (mut header, payload) = ledger.header(event, about);
    header.agent = agent;
    ledger.raw(&header, payload, Some(event))
}

#[test]
fn structure() {
    entry(Code::S01, |l| {
        let (event, _) = Event::decode(onrecord::entry::Kind::LedgerOpened, &l.encoded[0].1.clone()).unwrap();
        l.edited(None, &event, |_| {})
    });
    entry(Code::S02, |l| {
        l.edited(None, &Event::DocumentRegistered(document("a page")), |header| header.agent = Index(99))
    });
    entry(Code::S03, |l| {
        l.one(Some(Index(1)), Event::AgentRevoked(AgentRevoked { from: None, reason: "left".into() }));
        l.commit_as(Index(1), BEN, &[Proposal::new(Event::DocumentRegistered(document("a page")))])
    });
    entry(Code::S04, |l| {
        let cy = l.enrol("cy", 3, &[AgentRole::Recorder]);
        let claim = l.claim("the bridge was closed");
        l.commit_as(cy, 3, &[Proposal::about(claim, Event::EvidenceLinked(evidence(Stance::Supports, "city")))])
    });
    entry(Code::S05, |l| {
        let claim = l.claim("the bridge was closed");
        let snapshot = snapshot(b"bytes");
        l.edited(Some(claim), &Event::SnapshotCaptured(snapshot), |_| {})
    });
    entry(Code::S06, |l| {
        let claim = l.claim("the bridge was closed");
        l.edited(Some(claim), &Event::EvidenceWithdrawn(reason()), |header| header.re = Some(claim))
    });
    entry(Code::S07, |l| {
        let (one, other) = (l.document("a page"), l.document("another"));
        l.edited(Some(one), &note_event("see"), |header| header.prev = Some(other))
    });
    entry(Code::S08, |l| {
        let claim = l.claim("the bridge was closed");
        let on = l.one(Some(claim), Event::EvidenceLinked(evidence(Stance::Supports, "city")));
        l.edited(Some(claim), &Event::VerdictIssued(verdict(Finding::Supported, &[on])), |h| h.prev = Some(claim))
    });
    entry(Code::S09, |l| {
        let first = l.document("a page");
        let (_, payload) = l.encoded[first.0 as usize].clone();
        let event = Event::DocumentRegistered(document("a page"));
        let (mut header, _) = l.header(&event, None);
        header.digest = Digest::of(&payload);
        l.sign(&mut header, OWNER);
        l.raw(&header, payload, Some(&event))
    });
    entry(Code::S10, |l| {
        l.edited(None, &Event::DocumentRegistered(document("a page")), |h| h.time = start().plus_millis(-400_000))
    });
    entry(Code::S11, |l| {
        let claim = l.claim("the bridge was closed");
        l.edited(Some(claim), &Event::ClaimRetracted(reason()), |_| {})
    });
    entry(Code::S12, |l| {
        let number = l.claim("the bridge was closed");
        l.one(Some(number), Event::ClaimPublished(Publication { note: None }));
        let page = l.document("another page");
        let appearance = claim(page, "x").appearance;
        l.edited(Some(number), &Event::AppearanceRecorded(appearance), |_| {})
    });
    entry(Code::S13, |l| l.edited(None, &Event::ClaimRecorded(claim(Index(1), "the bridge was closed")), |_| {}));
    entry(Code::S14, |l| l.enrol("ben", 9, AgentRole::ALL));
    entry(Code::S15, |l| l.enrol("cy", BEN, AgentRole::ALL));
    entry(Code::S16, |l| {
        let key = format!("{} somebody@somewhere", key(9).public_text());
        let roles = AgentRole::ALL.to_vec();
        let enrolled = AgentEnrolled { handle: Handle("cy".into()), key, kind: AgentKind::Person, roles };
        l.edited(None, &Event::AgentEnrolled(enrolled), |_| {})
    });
    entry(Code::S17, |l| {
        let withheld = Withholding { ground: "none".into(), until: None };
        l.edited(Some(Index(1)), &Event::PayloadWithheld(withheld), |_| {})
    });
    entry(Code::S18, |l| {
        let number = l.claim("the bridge was closed");
        let decided = Event::VerdictIssued(verdict(Finding::NotCheckable, &[]));
        let number = unsigned(l, &decided, Some(number), Index(0));
        let batch = batch_over(l, 1);
        l.edited(Some(Index(0)), &batch, |_| {});
        number
    });
}

trait PublicText {
    fn public_text(&self) -> String;
}

impl PublicText for onrecord::entry::sshsig::KeySigner {
    fn public_text(&self) -> String {
        onrecord::entry::sshsig::Signer::public(self).to_openssh()
    }
}

fn snapshot(bytes: &[u8]) -> Snapshot {
    let (how, media_type) = ("by hand".into(), "text/plain".into());
    Snapshot { archives: vec![], bytes: None, captured: None, how, media_type, sha256: Digest::of(bytes) }
}

#[test]
fn entries_and_payloads() {
    entry(Code::E01, |l| l.raw_bytes(b"{\"agent\":0}".to_vec(), b"{}".to_vec()));
    entry(Code::E02, |l| l.raw_bytes(foreign(None), b"{}".to_vec()));
    entry(Code::P02, |l| {
        let event = Event::DocumentRegistered(document("a page"));
        let (mut header, payload) = l.header(&event, None);
        let payload = [b" ".as_slice(), &payload].concat();
        header.digest = Digest::of(&payload);
        l.sign(&mut header, OWNER);
        l.raw(&header, payload, None)
    });
    let mut l = filled(20, 5);
    let mut files = l.files();
    let payload = files.objects.get_mut("payload/000.p/20").unwrap();
    let page = &l.encoded[2].1;
    let start = payload.windows(page.len()).position(|window| window == page).unwrap();
    payload[start + page.len() - 10] ^= 1;
    exactly(Code::P01, &run(&files, &options(&l)));

    // An erasure on record: the words must go, and may then be gone.
    let erasure = Event::PayloadErased(Erasure { authority: "the editor".into(), ground: "privacy".into() });
    let page = l.document("a page");
    let mut files = l.files();
    files.empty(page.0);
    exactly(Code::P03, &run(&files, &options(&l)));
    l.one(Some(page), erasure);
    exactly(Code::P05, &audited(&l));
    let mut files = l.files();
    files.empty(page.0);
    let report = run(&files, &options(&l));
    assert_eq!((codes(&report), report.counts.withheld, report.counts.erased), (vec![], 1, 1));
    // A superseded file that still has them.
    let older = Ledger { commits: vec![l.size() - 1], ..copy(&l) };
    older.add_files(&mut files, l.size() - 1, true);
    exactly(Code::P05, &run(&files, &options(&l)));
}

fn copy(l: &Ledger) -> Ledger {
    let mut other = Ledger::open();
    other.encoded.clone_from(&l.encoded);
    other.id = l.id;
    other
}

/// An entry of a kind that nobody knows yet.
fn foreign(about: Option<Index>) -> Vec<u8> {
    let about = about.map_or(String::new(), |about| format!("\"about\":{},", about.0));
    let digest = Digest::of(b"{}");
    format!("{{{about}\"agent\":0,\"digest\":\"{digest}\",\"kind\":\"claim-dreamt\",\"time\":\"2026-01-01T00:00:09.000Z\",\"v\":0}}")
        .into_bytes()
}

#[test]
fn what_hangs_on_an_unknown_entry_is_not_called_wrong() {
    let mut l = Ledger::open();
    let page = l.document("a page");
    let unknown = l.raw_bytes(foreign(Some(page)), b"{}".to_vec());
    l.state.apply_foreign();
    let late = l.edited(Some(page), &note_event("see"), |header| header.prev = Some(unknown));
    let report = audited(&l);
    exactly(Code::E02, &report);
    let said = report.problems().iter().find(|p| p.code == Code::E03).unwrap();
    assert_eq!(said.number, Some(late));
}

#[test]
fn authorship() {
    entry(Code::A01, |l| {
        let event = Event::DocumentRegistered(document("a page"));
        let (mut header, payload) = l.header(&event, None);
        l.sign(&mut header, BEN);
        l.raw(&header, payload, Some(&event))
    });
    // An entry of another ledger, by the same person with the same key.
    entry(Code::A01, |l| {
        let mut other = Ledger::with("example.org/other", 77, OWNER, onrecord::claim::Policy::solo());
        let number = other.document("a page");
        let (entry, payload) = other.encoded[number.0 as usize].clone();
        l.raw_bytes(entry, payload)
    });
    entry(Code::A02, |l| unsigned(l, &Event::DocumentRegistered(document("a page")), None, Index(0)));
    entry(Code::A03, |l| {
        unsigned(l, &Event::DocumentRegistered(document("a page")), None, Index(0));
        let Event::BatchSigned(batch) = batch_over(l, 1) else { panic!() };
        l.edited(Some(Index(0)), &Event::BatchSigned(BatchSigned { root: Digest::of(b"x"), ..batch }), |_| {})
    });
    entry(Code::A04, |l| {
        unsigned(l, &Event::DocumentRegistered(document("a page")), None, Index(1));
        let batch = batch_over(l, 1);
        l.edited(Some(Index(0)), &batch, |_| {})
    });
    entry(Code::A05, |l| {
        unsigned(l, &Event::DocumentRegistered(document("a page")), None, Index(0));
        let batch = batch_over(l, 1);
        l.edited(Some(Index(0)), &batch, |_| {});
        let batch = batch_over(l, 2);
        l.edited(Some(Index(0)), &batch, |_| {})
    });
    entry(Code::A07, |l| {
        l.commit_as(Index(1), BEN, &[Proposal::new(Event::DocumentRegistered(document("a page")))]);
        let revoked = AgentRevoked { from: Some(Index(2)), reason: "the laptop was stolen".into() };
        l.one(Some(Index(1)), Event::AgentRevoked(revoked))
    });
    // The same shapes made right.
    let mut l = Ledger::open();
    let one = unsigned(&mut l, &Event::DocumentRegistered(document("a page")), None, Index(0));
    let batch = batch_over(&l, 1);
    l.edited(Some(Index(0)), &batch, |_| {});
    assert_eq!((one, codes(&audited(&l))), (Index(1), vec![]));
}

#[test]
fn a_key_that_is_not_here_leaves_authorship_and_checkpoint_open() {
    let l = filled(30, 5);
    let replica = Options { place: Place::Replica, ..options(&l) };
    let mut files = l.files();
    files.empty(1);
    let report = run(&files, &replica);
    assert_eq!(codes(&report), [Code::P04, Code::A06], "{:?}", report.problems());
    files.empty(0);
    let report = run(&files, &replica);
    assert_eq!(codes(&report), [Code::L17, Code::P04, Code::A06]);
    // A key known from elsewhere judges the checkpoint.
    let trusted = [log_key(ORIGIN, LOG).verifier().clone()];
    let report = run(&files, &Options { trusted: &trusted, ..replica });
    assert_eq!(codes(&report), [Code::P04, Code::A06]);
    let stranger = [log_key(ORIGIN, 99).verifier().clone()];
    let report = run(&files, &Options { trusted: &stranger, ..replica });
    assert!(codes(&report).contains(&Code::L17));
}

fn signed(text: &str, by: &Signer) -> Vec<u8> {
    let mut note = Note::new(text).unwrap();
    note::sign(&mut note, by).unwrap();
    note.to_string().into_bytes()
}

#[test]
fn checkpoints_and_files() {
    let l = filled(300, 9);
    let clean = l.files();
    let with = |change: &dyn Fn(&mut Files)| {
        let mut files = clean.clone();
        change(&mut files);
        run(&files, &options(&l))
    };
    let text = Checkpoint::new(ORIGIN, 300, l.root(300)).unwrap().to_string();
    let log = log_key(ORIGIN, LOG);
    exactly(Code::L02, &with(&|f| f.checkpoint = Some(b"no note\n".to_vec())));
    exactly(Code::L03, &with(&|f| f.checkpoint = Some(signed(&text, &log_key(ORIGIN, 99)))));
    exactly(Code::L04, &with(&|f| f.checkpoint = Some(signed(&text.replace(ORIGIN, "example.org/other"), &log))));
    let other = Checkpoint::new(ORIGIN, 300, Digest::of(b"other")).unwrap().to_string();
    let head = String::from_utf8(l.head(300, 0)).unwrap();
    exactly(
        Code::L05,
        &with(&|f| {
            f.checkpoint = Some(signed(&other, &log));
            f.head = Some(head.replace(&l.root(300).hex(), &Digest::of(b"other").hex()).into_bytes());
        }),
    );
    exactly(Code::L08, &with(&|f| f.objects.get_mut("payload/000").unwrap().push(0)));
    exactly(Code::L08, &with(&|f| f.objects.get_mut("log/tile/entries/001.p/44").unwrap().push(0)));
    exactly(Code::L10, &with(&|f| drop(f.objects.insert("log/tile/readme".into(), b"hello".to_vec()))));
    exactly(Code::L12, &with(&|f| f.head = Some(b"onrecord-head/0\n".to_vec())));
    exactly(Code::L13, &with(&|f| f.head = Some(l.head(200, 0))));
    exactly(
        Code::L13,
        &with(&|f| f.head = Some(head.replace(&l.root(300).hex(), &Digest::of(b"").hex()).into_bytes())),
    );
    let report = with(&|f| {
        f.objects.remove("log/tile/entries/000");
        f.objects.remove("log/tile/0/000");
    });
    assert!(codes(&report).contains(&Code::L07) && codes(&report).contains(&Code::L21), "{:?}", report.problems());
    // Any note's own form counts, cosignatures included.
    let witness = Signer::from_seed("example.org/witness", Role::Witness, &[50; 32]).unwrap();
    let trusted = [witness.verifier().clone()];
    let mut note = Note::parse(&l.checkpoint(300)).unwrap();
    for (cosigned, expected) in [(l.checkpoint(300), vec![]), (l.checkpoint(299), vec![Code::L18])] {
        let line = cosign(&Note::parse(&cosigned).unwrap(), &witness, 1_770_000_000).unwrap();
        note.add(line).unwrap();
        let mut files = clean.clone();
        files.checkpoint = Some(note.to_string().into_bytes());
        assert_eq!(codes(&run(&files, &Options { trusted: &trusted, ..options(&l) })), expected);
    }
}

/// Checkpoints as witnesses cosigned them, kept for good beside the one that readers see.
#[test]
fn cosigned_checkpoints() {
    let l = filled(300, 9);
    let clean = l.files();
    let (log, cut) = (log_key(ORIGIN, LOG), between(&l));
    let witness = Signer::from_seed("example.org/witness", Role::Witness, &[50; 32]).unwrap();
    let trusted = [witness.verifier().clone()];
    let cosigned = |bytes: &[u8], over: &[u8]| {
        let mut note = Note::parse(bytes).unwrap();
        note.add(cosign(&Note::parse(over).unwrap(), &witness, 1_770_000_000).unwrap()).unwrap();
        note.to_string().into_bytes()
    };
    let kept = |path: &str, bytes: Vec<u8>, trusted: &[onrecord::tlog::key::Verifier]| {
        let mut files = clean.clone();
        files.objects.insert(path.into(), bytes);
        run(&files, &Options { trusted, ..options(&l) })
    };
    let path = format!("log/cosigned/{cut}/0123456789abcdef");
    let good = cosigned(&l.checkpoint(cut), &l.checkpoint(cut));
    let report = kept(&path, good.clone(), &trusted);
    assert_eq!(codes(&report), []);
    let [one] = report.cosigned.as_slice() else { panic!("{:?}", report.cosigned) };
    assert_eq!((one.size, one.witness.as_str(), one.time), (cut, "example.org/witness", Some(1_770_000_000)));
    assert_eq!(one.outcome, Outcome::Holds);
    // Nobody knows the witness: no problem, and said.
    let report = kept(&path, good.clone(), &[]);
    assert_eq!((codes(&report), report.cosigned[0].outcome), (vec![], Outcome::CannotBeDetermined));
    assert_eq!(report.cosigned[0].time, None);
    // The line is over another checkpoint.
    exactly(Code::L18, &kept(&path, cosigned(&l.checkpoint(cut), &l.checkpoint(300)), &trusted));
    // Another history, signed by the log and the witness; a larger one; another size than the path's; nobody's; no note.
    let other = signed(&Checkpoint::new(ORIGIN, cut, l.root(cut - 1)).unwrap().to_string(), &log);
    exactly(Code::K02, &kept(&path, cosigned(&other, &other), &trusted));
    let larger = signed(&Checkpoint::new(ORIGIN, 301, l.root(300)).unwrap().to_string(), &log);
    exactly(Code::K01, &kept("log/cosigned/301/0123456789abcdef", cosigned(&larger, &larger), &trusted));
    exactly(Code::L22, &kept("log/cosigned/7/0123456789abcdef", good.clone(), &trusted));
    let text = Checkpoint::new(ORIGIN, cut, l.root(cut)).unwrap().to_string();
    let nobody = signed(&text, &log_key(ORIGIN, 99));
    exactly(Code::L22, &kept(&path, cosigned(&nobody, &nobody), &trusted));
    exactly(Code::L22, &kept(&path, b"garbage".to_vec(), &trusted));
    exactly(Code::L22, &kept(&path, vec![b'a'; 70_000], &trusted));
    // Names that are none of a kept checkpoint.
    for stray in [
        "log/cosigned/07/0123456789abcdef",
        "log/cosigned/7/0123",
        "log/cosigned/7",
        "log/cosigned/7/0123456789abcdef/x",
    ] {
        exactly(Code::L10, &kept(stray, good.clone(), &trusted));
    }
}

/// A file number that no log reaches is a problem, not a reason to look for all the files before it.
#[test]
fn a_file_with_an_absurd_number_makes_no_work() {
    let l = filled(40, 9);
    let mut files = l.files();
    files.objects.insert("log/tile/entries/x009/x000/x000/x000/000".into(), b"x".to_vec());
    exactly(Code::L11, &run(&files, &options(&l)));
    (files.checkpoint, files.head) = (None, None);
    let report = run(&files, &options(&l));
    assert_eq!(codes(&report), [Code::L01, Code::L11, Code::L12]);
    assert_eq!((report.size, report.counts.entries), (40, 40));
}

#[test]
fn partials_that_were_superseded_are_looked_at_too() {
    let l = filled(300, 9);
    let clean = l.files_with_history();
    let older: Vec<&String> = clean.objects.keys().filter(|path| !l.files().objects.contains_key(*path)).collect();
    assert!(
        older.iter().any(|p| p.starts_with("log/tile/entries/")) && older.iter().any(|p| p.starts_with("log/tile/0/"))
    );
    for path in older {
        let expected = if path.contains("entries") { Code::L09 } else { Code::L06 };
        let mut files = clean.clone();
        *files.objects.get_mut(path).unwrap().last_mut().unwrap() ^= 1;
        let report = run(&files, &options(&l));
        exactly(expected, &report);
        assert_eq!(report.problems()[0].path.as_ref(), Some(path));
    }
}

/// A size at which no batch is cut.
fn between(l: &Ledger) -> u64 {
    *l.commits.iter().find(|size| **size > 200).unwrap()
}

#[test]
fn rollbacks_and_forks() {
    let l = filled(300, 9);
    let cut = between(&l);
    let (small, clean) = (l.files_at(cut), l.files());
    let remembers = |size, root| Options { remembered: Some(Remembered { size, root }), ..options(&l) };
    exactly(Code::K01, &run(&small, &remembers(300, l.root(300))));
    exactly(Code::K02, &run(&clean, &remembers(cut, l.root(199))));
    for size in [0, 1, 256, 299, 300] {
        let root = if size == 0 { onrecord::hash::empty_root() } else { l.root(size) };
        assert_eq!(codes(&run(&clean, &remembers(size, root))), []);
    }
    let report = run(&clean, &Options { remembered: None, ..options(&l) });
    assert_eq!((report.outcome, report.summary()), (Outcome::Holds, [(Code::K05, 1)].as_slice()));
    exactly(Code::K06, &run(&clean, &Options { ledger: Some(Digest::of(b"x")), ..options(&l) }));
    let stranger = [log_key(ORIGIN, 99).verifier().clone()];
    exactly(Code::K07, &run(&clean, &Options { trusted: &stranger, ..options(&l) }));

    // The checkpoint put back, the files left: more than it accounts for.
    let mut back = clean.clone();
    (back.checkpoint, back.head) = (small.checkpoint.clone(), small.head.clone());
    exactly(Code::L11, &run(&back, &remembers(cut, l.root(cut))));
    // A copy may be an old one, which is said; the desk's own ledger never gets shorter.
    let copy = Options { place: Place::Replica, ..remembers(300, l.root(300)) };
    let report = run(&Files { head: None, ..small.clone() }, &copy);
    assert_eq!(
        (report.summary(), report.outcome),
        ([(Code::K08, 1)].as_slice(), Outcome::Holds),
        "{:?}",
        report.problems()
    );
    let forked = Options { place: Place::Replica, ..remembers(cut, l.root(199)) };
    exactly(Code::K02, &run(&Files { head: None, ..small.clone() }, &forked));
    back.head = None;
    let replica = Options { place: Place::Replica, ..remembers(cut, l.root(cut)) };
    exactly(Code::L19, &run(&back, &replica));
}

#[test]
fn checkpoints_that_somebody_kept() {
    let l = filled(300, 9);
    let (log, cut) = (log_key(ORIGIN, LOG), between(&l));
    let signed_at =
        |size, root, by: &Signer| signed(&Checkpoint::new(by.verifier().name(), size, root).unwrap().to_string(), by);
    let against = |size: u64, bytes: Vec<u8>| {
        let kept = [("kept".to_owned(), bytes)];
        let remembered = Some(Remembered { size: 1, root: l.root(1) });
        run(&l.files_at(size), &Options { against: &kept, remembered, ..options(&l) })
    };
    for size in [1, 77, 256, 300] {
        assert_eq!(codes(&against(300, l.checkpoint(size))), []);
    }
    exactly(Code::K01, &against(cut, l.checkpoint(300)));
    exactly(Code::K02, &against(300, signed_at(200, l.root(199), &log)));
    exactly(Code::K03, &against(300, b"garbage".to_vec()));
    exactly(Code::K03, &against(300, signed_at(200, l.root(200), &log_key("example.org/other", LOG))));
    // Neither agreement nor difference proves anything where nobody knows the key.
    let stranger = log_key(ORIGIN, 99);
    exactly(Code::K04, &against(300, signed_at(200, l.root(200), &stranger)));
    exactly(Code::K04, &against(300, signed_at(200, l.root(199), &stranger)));
    exactly(Code::K04, &against(cut, signed_at(300, l.root(300), &stranger)));
    let problem = against(cut, l.checkpoint(300));
    assert_eq!(problem.problems()[0].path.as_deref(), Some("kept"));
}

#[test]
fn a_changed_log_key_signs_from_then_on() {
    let mut l = filled(20, 5);
    let new = log_key(ORIGIN, 88);
    l.one(Some(Index(0)), Event::LogKeyChanged(LogKeyChanged { log_key: new.verifier().to_string() }));
    exactly(Code::L03, &audited(&l));
    let before =
        run(&l.files_at(20), &Options { remembered: Some(Remembered { size: 20, root: l.root(20) }), ..options(&l) });
    assert_eq!(codes(&before), []);
    l.log = 88;
    assert_eq!(codes(&audited(&l)), []);
    // What the old key signed before the change still counts as kept.
    let old = Ledger { log: LOG, ..copy(&l) };
    let kept = [("kept".to_owned(), old.checkpoint(15))];
    assert_eq!(codes(&run(&l.files(), &Options { against: &kept, ..options(&l) })), []);
}

/// A store that cannot give one file.
struct Failing(MemoryStore, &'static str);

impl StoreRead for Failing {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        if path.as_str() == self.1 {
            let source = std::io::Error::other("the disk is on fire");
            return Err(StoreError::Io { action: onrecord::store::Action::Read, path: self.1.into(), source });
        }
        self.0.get(path, limit)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        self.0.list(folder)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        self.0.read(cell)
    }
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_outcome_open() {
    let l = filled(300, 9);
    for path in ["log/tile/1/000.p/1", "log/tile/0/000", "log/tile/0/001.p/44"] {
        let report = audit(&Failing(l.files().store(), path), &options(&l)).unwrap();
        exactly(Code::L16, &report);
        assert_eq!(report.problems()[0].path.as_deref(), Some(path));
    }
    let report = audit(&Failing(l.files().store(), "log/tile/entries/001.p/44"), &options(&l)).unwrap();
    assert_eq!(report.outcome, Outcome::CannotBeDetermined, "{:?}", report.problems());
    assert_eq!(report.root, Some(l.root(300)), "the tiles still give the hashes");
}

#[test]
fn held_documents() {
    let l = filled(20, 5);
    let mut files = l.files();
    let digest = Digest::of(b"bytes").hex();
    let path = format!("blobs/sha256/{}/{digest}", &digest[..2]);
    files.objects.insert(path.clone(), b"bytes".to_vec());
    assert_eq!(codes(&run(&files, &options(&l))), []);
    files.objects.insert(path.clone(), b"bytez".to_vec());
    let report = run(&files, &options(&l));
    exactly(Code::P06, &report);
    assert_eq!(report.problems()[0].path, Some(path.clone()));
    files.objects.remove(&path);
    files.objects.insert("blobs/readme".into(), b"hello".to_vec());
    exactly(Code::P07, &run(&files, &options(&l)));
}

struct Rows {
    reflects: u64,
    wrong: Option<Index>,
    claims: Vec<Index>,
}

impl CatalogRows for Rows {
    fn reflects(&self) -> u64 {
        self.reflects
    }

    fn compare(&self, claim: &ClaimState) -> Option<String> {
        assert!(claim.last().0 < self.reflects, "the claim as it stood at the rows' own size");
        (self.wrong == Some(claim.number)).then(|| "another statement".into())
    }

    fn claims(&self) -> Vec<Index> {
        self.claims.clone()
    }
}

#[test]
fn catalogs() {
    let mut l = Ledger::open();
    let claim = l.claim("the bridge was closed");
    let size = l.size();
    l.one(Some(claim), note_event("later"));
    let compared = |reflects, wrong, claims: &[Index]| {
        let rows = Rows { reflects, wrong, claims: claims.to_vec() };
        run(&l.files(), &Options { catalog: Some(&rows), ..options(&l) })
    };
    assert_eq!(codes(&compared(size + 1, None, &[claim])), []);
    exactly(Code::C01, &compared(size + 1, Some(claim), &[claim]));
    exactly(Code::C02, &compared(size + 1, None, &[claim, Index(1)]));
    let behind = compared(size, None, &[claim]);
    assert_eq!((codes(&behind), behind.summary()), (vec![], [(Code::C03, 1)].as_slice()));
    exactly(Code::C01, &compared(size, Some(claim), &[claim]));
    exactly(Code::C04, &compared(size + 2, None, &[]));
}

#[test]
fn guards_that_need_a_history() {
    let lint = |l: &Ledger, files: &Files| -> Vec<Code> {
        let report = run(files, &Options { scope: Scope::All, ..options(l) });
        codes(&report).into_iter().filter(|code| code.as_str().starts_with('G')).collect()
    };
    let mut l = Ledger::open();
    let claim_number = l.claim("the bridge was closed");
    let on = l.one(Some(claim_number), Event::EvidenceLinked(evidence(Stance::Supports, "city")));
    let withdrawal = Proposal::about(claim_number, Event::EvidenceWithdrawn(reason())).acting_on(on);
    let decision = Event::VerdictIssued(verdict(Finding::Supported, &[on]));
    l.one(Some(claim_number), decision.clone());
    l.commit(std::slice::from_ref(&withdrawal));
    assert_eq!(lint(&l, &l.files()), []);
    l.commit(&[withdrawal]);
    assert_eq!(lint(&l, &l.files()), [Code::G17]);
    l.one(Some(claim_number), decision);
    assert_eq!(lint(&l, &l.files()), [Code::G01, Code::G12, Code::G17]);

    let mut l = Ledger::open();
    let page = l.document("a page");
    let mut vague = claim(page, "it was a shame");
    (vague.checkable, vague.why_not) = (false, Some(WhyNot::Vague));
    let number = l.one(None, Event::ClaimRecorded(vague));
    l.one(Some(number), Event::VerdictIssued(verdict(Finding::NotCheckable, &[])));
    assert_eq!(lint(&l, &l.files()), []);
    l.one(Some(number), Event::VerdictIssued(verdict(Finding::Conflicting, &[])));
    assert_eq!(lint(&l, &l.files()), [Code::G02, Code::G13]);

    let mut l = Ledger::open();
    let number = l.claim("the bridge was closed");
    let erasure = Erasure { authority: "the editor".into(), ground: "privacy".into() };
    l.one(Some(number), Event::PayloadErased(erasure));
    l.one(Some(number), Event::VerdictIssued(verdict(Finding::NotCheckable, &[])));
    let mut files = l.files();
    files.empty(number.0);
    assert_eq!(lint(&l, &files), [Code::G09]);
}

/// Nothing can be reported that is not in the table: the table is the type. And nothing stands in it that no test of
/// these files has seen reported.
#[test]
fn every_code_is_explained_and_every_explanation_is_of_a_code_that_occurs() {
    let tests = [include_str!("audit.rs"), include_str!("audit_lint.rs"), include_str!("audit_codes.rs")].concat();
    // The corpus of the lint has its own runner, which reports what each of its cases expects.
    let corpus: Vec<String> = std::fs::read_dir(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint"))
        .unwrap()
        .map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    for code in Code::ALL {
        let reported = tests.contains(&format!("Code::{code}"))
            || corpus
                .iter()
                .any(|case| case.lines().any(|l| l.starts_with("expect") && l.contains(&format!("\"{code} "))));
        assert!(reported, "{code} is never reported in a test");
        for text in [code.title(), code.means(), code.next()] {
            assert!(!text.is_empty() && text.trim() == text);
        }
        assert_eq!(code.as_str().to_lowercase().parse::<Code>().unwrap(), *code);
    }
    assert!("L99".parse::<Code>().is_err());
    let report = run(&Ledger::open().files(), &Options { scope: Scope::LintOnly, ..Options::default() });
    assert!(report.summary().contains(&(Code::W00, 1)));
}

/// The codes of the domain, as its own sources have them.
#[test]
fn every_refusal_and_guard_has_its_code_here() {
    let sources = [include_str!("../../src/entry/refusal.rs"), include_str!("../../src/entry/guard.rs")].concat();
    let quoted = |letter: char| -> Vec<&str> {
        let parts = sources.split('"').filter(|part| part.len() == 3 && part.starts_with(letter));
        parts.filter(|part| part[1..].bytes().all(|b| b.is_ascii_digit())).collect()
    };
    for letter in ['S', 'G'] {
        let theirs = quoted(letter);
        let ours: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).filter(|c| c.starts_with(letter)).collect();
        assert_eq!(theirs, ours);
    }
}

#[test]
fn headers_are_read_strictly() {
    let mut l = Ledger::open();
    let event = Event::DocumentRegistered(document("a page"));
    let (mut header, payload) = l.header(&event, None);
    l.sign(&mut header, OWNER);
    let entry = header.encode().unwrap();
    let spaced = String::from_utf8(entry.clone()).unwrap().replacen(',', ", ", 1).into_bytes();
    assert!(Header::decode(&entry).is_ok());
    l.raw_bytes(spaced, payload);
    exactly(Code::E01, &audited(&l));
}
