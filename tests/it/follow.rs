//! Replicas over memory: from an honest source, from every sort of lying one, and with a fault at every step.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use onrecord::audit::{Options, Outcome, Place, Scope, audit};
use onrecord::claim::desk::{Erasure, Withholding};
use onrecord::entry::{Event, Proposal};
use onrecord::hash::{Digest, Index};
use onrecord::ledger::Ledger as Opened;
use onrecord::ledger::memory::Remembered;
use onrecord::ledger::replica::{self, FollowError, Followed, Meaning, Source, SourceError, Terms};
use onrecord::store::{Cell, MemoryStore, Store, StorePath, StoreRead as _};
use onrecord::tlog::key::Verifier;
use onrecord::tlog::policy::Policy;

use super::ledgers::{self, Files, LOG, Ledger, ORIGIN, claim, day, document, log_key};

/// What a server has; it keeps to no limit.
#[derive(Clone)]
pub struct Served {
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Served {
    pub fn of(files: &Files) -> Self {
        let mut all = files.objects.clone();
        all.insert("log/checkpoint".into(), files.checkpoint.clone().unwrap());
        Self { files: all }
    }

    fn change(mut self, path: &str, change: impl Fn(&mut Vec<u8>)) -> Self {
        change(self.files.get_mut(path).unwrap_or_else(|| panic!("no {path}")));
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.files.remove(path).unwrap_or_else(|| panic!("no {path}"));
        self
    }
}

impl Source for Served {
    fn fetch(&self, path: &str, _: usize) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self.files.get(path).cloned())
    }
}

/// Counts what is asked for.
struct Counted<'a>(&'a Served, AtomicU64);

impl Source for Counted<'_> {
    fn fetch(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.fetch(path, limit)
    }
}

fn trusted() -> Policy {
    Policy::of_log(log_key(ORIGIN, LOG).verifier().clone()).unwrap()
}

struct How {
    policy: Option<Policy>,
    remembered: Option<Remembered>,
    sweep: bool,
    today: &'static str,
}

impl Default for How {
    fn default() -> Self {
        Self { policy: Some(trusted()), remembered: None, sweep: true, today: "2026-06-01" }
    }
}

pub fn open(store: &Arc<dyn Store>) -> Option<Opened> {
    store.read(Cell::Checkpoint).unwrap()?;
    Some(Opened::open(store.clone(), None, Arc::new(|_: &str| {})).unwrap())
}

fn follow_as(source: &dyn Source, store: &Arc<dyn Store>, how: &How) -> Result<Followed, FollowError> {
    let mut ledger = match store.read(Cell::Checkpoint)? {
        Some(_) => Some(Opened::open(store.clone(), None, Arc::new(|_: &str| {}))?),
        None => None,
    };
    let remembered = |_: &Digest| Ok(how.remembered);
    let progress = |_: u64, _: u64| {};
    let (policy, today) = (how.policy.as_ref(), day(how.today));
    let terms = Terms { policy, remembered: &remembered, today, sweep: how.sweep, progress: &progress };
    let arrived = replica::fetch(source, &**store, ledger.as_ref(), &terms)?;
    let forgets = arrived.forgets();
    let report = arrived.finish(ledger.as_mut())?;
    if forgets {
        replica::forgotten(&**store)?;
    }
    Ok(report)
}

pub fn follow(source: &dyn Source, store: &Arc<dyn Store>) -> Result<Followed, FollowError> {
    follow_as(source, store, &How::default())
}

pub fn memory() -> Arc<dyn Store> {
    Arc::new(MemoryStore::new())
}

/// Commits of these many claims, each with its document, in signed batches.
pub fn grow(ledger: &mut Ledger, commits: &[usize]) {
    for count in commits {
        let from = ledger.size();
        let mut proposals = Vec::new();
        for k in 0..*count {
            let at = proposals.len();
            proposals.push(Proposal::new(Event::DocumentRegistered(document(&format!("Article {from} {k}")))));
            let statement = format!("The city closed bridge {from}.{k} on 2 March 2025.");
            proposals.push(Proposal::new(Event::ClaimRecorded(claim(Index::pending(at), &statement))));
        }
        ledger.commit(&proposals);
    }
}

pub fn sample(commits: &[usize]) -> Ledger {
    let mut ledger = Ledger::open();
    grow(&mut ledger, commits);
    ledger
}

/// Everything under `log/` and `payload/`, with the checkpoint.
pub fn contents(store: &Arc<dyn Store>) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for folder in ["log", "payload"] {
        for path in store.list(&StorePath::new(folder).unwrap()).unwrap() {
            let bytes = store.get(&path, 1 << 25).unwrap().unwrap();
            all.insert(path.to_string(), bytes);
        }
    }
    all.extend(store.read(Cell::Checkpoint).unwrap().map(|note| ("log/checkpoint".into(), note)));
    all
}

/// Reads all of it, and has the auditor derive it again.
fn sound(store: &Arc<dyn Store>, size: u64) {
    let ledger = open(store).unwrap();
    assert_eq!(ledger.size(), size);
    assert_eq!(ledger.entries(0..size).unwrap().len() as u64, size);
    let options = Options { place: Place::Replica, scope: Scope::WithoutLint, ..Options::default() };
    let report = audit(&**store, &options).unwrap();
    assert_ne!(report.outcome, Outcome::DoesNotHold, "{:?}", report.problems());
}

#[test]
fn a_replica_is_the_published_copy_at_every_size() {
    // Up to and over the ends of bundles, and in the middle of them.
    let mut ledger = sample(&[1]);
    let store = memory();
    let mut before = 0;
    for commits in [&[3][..], &[122], &[1], &[60, 60], &[7], &[130]] {
        grow(&mut ledger, commits);
        let files = ledger.files();
        let report = follow(&Served::of(&files), &store).unwrap();
        assert_eq!((report.before, report.size, report.withheld), (before, ledger.size(), 0));
        assert_eq!(report.root, ledger.root(ledger.size()));
        let expected = Served::of(&files).files;
        assert_eq!(contents(&store).keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        assert_eq!(contents(&store), expected, "at {}", ledger.size());
        sound(&store, ledger.size());
        before = ledger.size();
        assert!(store.list(&StorePath::new("following").unwrap()).unwrap().is_empty());
    }
    assert!(before > 768, "{before}");
    let claims = open(&store).unwrap().claims().unwrap();
    assert!(claims.len() > 380);
}

#[test]
fn nothing_is_fetched_twice() {
    let mut ledger = sample(&[200, 200]);
    let store = memory();
    let first = follow(&Served::of(&ledger.files()), &store).unwrap();
    let bundles = ledger.size().div_ceil(256);
    // Checkpoint; of each bundle entries, tile and payloads; a tile above.
    assert_eq!(first.files, 3 * bundles + 2);
    grow(&mut ledger, &[1]);
    let served = Served::of(&ledger.files());
    let source = Counted(&served, AtomicU64::new(0));
    let quick = How { sweep: false, ..How::default() };
    let second = follow_as(&source, &store, &quick).unwrap();
    // The checkpoint, the open entry bundle, payload bundle and tile, and the open tile above.
    assert!(second.files <= 5, "{}", second.files);
    assert!(source.1.load(Ordering::Relaxed) <= 5);
    assert_eq!(second.signatures, 1, "only the new batch");
    assert!(!second.swept);
    // A run that died wrote some files: they are taken as they are once they are hashed.
    let (dead, target) = (Arc::new(MemoryStore::new()), memory());
    let whole: Arc<dyn Store> = dead.clone();
    follow(&served, &whole).unwrap();
    for path in ["log/tile/0/000", "log/tile/entries/000", "log/tile/entries/001"] {
        let path = StorePath::new(path).unwrap();
        target.put(&path, &dead.get(&path, 1 << 24).unwrap().unwrap()).unwrap();
    }
    let taken_up = follow(&served, &target).unwrap();
    let anew = follow(&served, &memory()).unwrap();
    // All but the very first bundle, which is needed before anything can be checked.
    assert_eq!(anew.files - taken_up.files, 2);
    assert_eq!(contents(&target), contents(&whole));
}

/// A lie, what it is called, and what it is refused with.
struct Lie {
    name: &'static str,
    source: Served,
    code: &'static str,
}

#[expect(clippy::ptr_arg, reason = "it stands beside changes of length")]
fn flip(bytes: &mut Vec<u8>) {
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
}

fn cut(bytes: &mut Vec<u8>) {
    bytes.pop();
}

fn lies(ledger: &Ledger) -> Vec<Lie> {
    let honest = Served::of(&ledger.files());
    let size = ledger.size();
    let width = size % 256;
    let lie = |name, code, source| Lie { name, source, code };
    let at = |path: &str| format!("{path}.p/{width}");
    let open_tile = at("log/tile/0/002");
    let mut lies = vec![
        lie("a full tile damaged", "tile", honest.clone().change("log/tile/0/001", flip)),
        lie("a full tile cut", "tile", honest.clone().change("log/tile/0/001", cut)),
        lie("the open tile damaged", "root", honest.clone().change(&open_tile, flip)),
        lie("the open tile cut", "tile", honest.clone().change(&open_tile, cut)),
        lie("the tile above damaged", "root", honest.clone().change("log/tile/1/000.p/2", flip)),
        lie("a tile missing", "missing", honest.clone().without("log/tile/0/001")),
        lie("a tile too long", "too-long", honest.clone().change("log/tile/0/001", |b| b.extend([0; 64]))),
        lie("an entry damaged", "leaf", honest.clone().change("log/tile/entries/001", flip)),
        lie("an entry bundle cut", "bundle", honest.clone().change("log/tile/entries/001", cut)),
        lie("an entry bundle with more", "bundle", honest.clone().change("log/tile/entries/001", |b| b.push(0))),
        lie("an entry bundle missing", "missing", honest.clone().without(&at("log/tile/entries/002"))),
        lie(
            "an entry bundle endless",
            "too-long",
            honest.clone().change("log/tile/entries/001", |b| {
                b.resize(2 << 20, 7);
            }),
        ),
        lie("a payload damaged", "payload", honest.clone().change("payload/001", flip)),
        lie("a payload bundle cut", "bundle", honest.clone().change("payload/001", cut)),
        lie("a payload bundle missing", "missing", honest.clone().without("payload/001")),
        lie("a payload bundle endless", "too-long", honest.clone().change("payload/001", |b| b.resize(17 << 20, 7))),
        lie("no checkpoint", "no-log", honest.clone().without("log/checkpoint")),
        lie("garbage for a checkpoint", "checkpoint", honest.clone().change("log/checkpoint", |b| *b = b"x".to_vec())),
        lie(
            "a checkpoint of 64 KiB and more",
            "too-long",
            honest.clone().change("log/checkpoint", |b| {
                b.resize(70_000, b'x');
            }),
        ),
        lie(
            "a checkpoint with another size",
            "not-trusted",
            honest.clone().change("log/checkpoint", |b| {
                *b = String::from_utf8(b.clone())
                    .unwrap()
                    .replace(&format!("\n{size}\n"), &format!("\n{}\n", size - 1))
                    .into();
            }),
        ),
    ];
    let mut stranger = sample(&[200, 150]);
    stranger.log = 99;
    let forged = ledger.files();
    lies.push(lie("a checkpoint by another key", "not-trusted", {
        let mut files = forged.clone();
        files.checkpoint = Some(with_log(ledger, 99).checkpoint(size));
        Served::of(&files)
    }));
    // What only the log's own key can do: sign what is not there, or what nobody vouches for.
    let mut swapped = forged.clone();
    let (a, b) = (forged.objects["payload/000"].clone(), forged.objects["payload/001"].clone());
    swapped.objects.insert("payload/000".into(), b);
    swapped.objects.insert("payload/001".into(), a);
    lies.push(lie("payloads of other entries", "not-opened or payload", Served::of(&swapped)));
    let mut hidden = forged;
    let batch =
        (0..size).rev().find(|i| String::from_utf8_lossy(&ledger.encoded[*i as usize].0).contains("batch-signed"));
    hidden.empty(batch.unwrap());
    lies.push(lie("the payload of a batch signature not shown", "kept-back", Served::of(&hidden)));
    lies
}

/// The same ledger whose checkpoints another key signs.
fn with_log(ledger: &Ledger, log: u8) -> Ledger {
    let mut other = Ledger::open();
    other.encoded.clone_from(&ledger.encoded);
    other.log = log;
    other
}

#[test]
fn every_lie_is_refused_and_what_was_there_stays() {
    let mut ledger = sample(&[40]);
    let early = ledger.size();
    let start = memory();
    follow(&Served::of(&ledger.files()), &start).unwrap();
    grow(&mut ledger, &[110, 110, 40]);
    assert_eq!(ledger.size() / 256, 2);
    let mut refused = 0;
    for lie in lies(&ledger) {
        for begun in [true, false] {
            let store = memory();
            if begun {
                follow(&Served::of(&ledger.files_at(early)), &store).unwrap();
                assert_eq!(contents(&store), contents(&start));
            }
            let before = store.read(Cell::Checkpoint).unwrap();
            let Err(error) = follow(&lie.source, &store) else { panic!("taken: {}", lie.name) };
            assert!(
                lie.code.split(" or ").any(|code| code == error.code()),
                "{}: {} {error:?}",
                lie.name,
                error.code()
            );
            assert_eq!(store.read(Cell::Checkpoint).unwrap(), before, "{}", lie.name);
            if begun {
                sound(&store, early);
            } else {
                assert!(open(&store).is_none(), "{}", lie.name);
            }
            // Once the source is honest, the replica goes on, from whatever the lie left behind.
            follow(&Served::of(&ledger.files()), &store).unwrap();
            assert_eq!(contents(&store), Served::of(&ledger.files()).files, "{}", lie.name);
            refused += 1;
        }
    }
    assert_eq!(refused, 46);
}

#[test]
fn what_nobody_vouches_for_is_refused() {
    type Spoil = fn(&mut Ledger);
    let cases: [(&str, &str, Spoil); 5] = [
        ("no signature at all", "unsigned", |ledger| {
            let event = Event::DocumentRegistered(document("Unsigned"));
            let (header, payload) = ledger.header(&event, None);
            ledger.raw(&header, payload, Some(&event));
        }),
        ("signed by another key", "signature", |ledger| {
            let event = Event::DocumentRegistered(document("Forged"));
            let (mut header, payload) = ledger.header(&event, None);
            ledger.sign(&mut header, 77);
            ledger.raw(&header, payload, Some(&event));
        }),
        ("changed after it was signed", "signature", |ledger| {
            let event = Event::DocumentRegistered(document("Later"));
            let (mut header, payload) = ledger.header(&event, None);
            ledger.sign(&mut header, ledgers::OWNER);
            header.time = header.time.plus_millis(1);
            ledger.raw(&header, payload, Some(&event));
        }),
        ("a batch over other entries", "batch", |ledger| {
            let batch = onrecord::claim::desk::BatchSigned { count: 3, root: ledger.root(3) };
            ledger.edited(Some(Index(0)), &Event::BatchSigned(batch), |_| {});
        }),
        ("a batch over what is covered", "batch", |ledger| {
            let size = ledger.size();
            let batch = onrecord::claim::desk::BatchSigned { count: size, root: ledger.root(size) };
            ledger.edited(Some(Index(0)), &Event::BatchSigned(batch), |_| {});
        }),
    ];
    for (name, code, spoil) in cases {
        let mut ledger = sample(&[10]);
        let store = memory();
        follow(&Served::of(&ledger.files()), &store).unwrap();
        let before = ledger.size();
        spoil(&mut ledger);
        let Err(error) = follow(&Served::of(&ledger.files()), &store) else { panic!("taken: {name}") };
        assert_eq!(error.code(), code, "{name}: {error}");
        assert_eq!(error.meaning(), Meaning::DoesNotHold);
        sound(&store, before);
        let Err(error) = follow(&Served::of(&ledger.files()), &memory()) else { panic!("taken: {name}") };
        assert_eq!(error.code(), code, "{name}: {error}");
    }
}

#[test]
fn an_older_state_is_told_from_a_fork_and_both_checkpoints_are_kept() {
    let mut ledger = sample(&[20]);
    let early = ledger.size();
    grow(&mut ledger, &[20]);
    let whole = Served::of(&ledger.files());
    let store = memory();
    follow(&whole, &store).unwrap();
    let error = follow(&Served::of(&ledger.files_at(early)), &store).unwrap_err();
    assert_eq!((error.code(), error.meaning()), ("older", Meaning::CannotBeDetermined));
    assert!(store.list(&StorePath::new("forks").unwrap()).unwrap().is_empty());

    // The same opening, and then another history: shorter, as long, longer. All signed by the log's key.
    for count in [10, 20, 300] {
        let mut other = Ledger::open();
        other.salt = 7_000_000;
        grow(&mut other, &[1]);
        while other.size() < ledger.size() && count == 20 {
            other.document("Filler");
        }
        if count != 20 {
            grow(&mut other, &[count]);
        }
        assert_eq!(other.id, ledger.id);
        let store = memory();
        follow(&whole, &store).unwrap();
        let error = follow(&Served::of(&other.files()), &store).unwrap_err();
        let FollowError::Fork(fork) = error else { panic!("{count}: {error:?}") };
        assert_eq!((fork.seen.size, fork.offered.size), (ledger.size(), other.size()));
        assert_eq!(fork.seen.note, whole.files.get("log/checkpoint").cloned());
        let kept = store.get(&fork.kept.unwrap(), 1 << 16).unwrap();
        assert_eq!(kept, other.files().checkpoint, "the other side's word is kept");
        let smaller = ledger.size().min(other.size());
        let root = if other.size() < ledger.size() { ledger.root(smaller) } else { other.root(smaller) };
        assert_eq!(fork.root, root);
        assert_eq!(contents(&store), whole.files);
        sound(&store, ledger.size());
    }
}

#[test]
fn a_checkpoint_counts_as_seen_before_its_entries_have_come() {
    let mut ledger = sample(&[20]);
    let store = memory();
    follow(&Served::of(&ledger.files()), &store).unwrap();
    let early = ledger.size();
    let mut other = with_log(&ledger, LOG);
    other.state = onrecord::entry::State::default();
    grow(&mut ledger, &[20]);
    // The entries do not come, the checkpoint did.
    let half = Served::of(&ledger.files()).change(&format!("payload/000.p/{}", ledger.size()), cut);
    assert_eq!(follow(&half, &store).unwrap_err().code(), "bundle");
    assert_eq!(store.list(&StorePath::new("following").unwrap()).unwrap().len(), 1);
    let between = Served::of(&ledger.files_at(early));
    assert_eq!(follow(&between, &store).unwrap_err().code(), "older");
    // Another history after the same beginning, longer than what was promised.
    let mut rival = sample(&[20]);
    rival.salt = 9_000_000;
    grow(&mut rival, &[21]);
    assert_eq!(rival.root(early), ledger.root(early));
    let error = follow(&Served::of(&rival.files()), &store).unwrap_err();
    assert_eq!(error.code(), "fork", "{error}");
    follow(&Served::of(&ledger.files()), &store).unwrap();
    assert!(store.list(&StorePath::new("following").unwrap()).unwrap().is_empty());

    // What this machine remembers from elsewhere counts too; that it is ahead of a copy is no fault of the copy.
    let at = |size: u64, root: Digest| How { remembered: Some(Remembered { size, root }), ..How::default() };
    let served = Served::of(&ledger.files());
    let root = ledger.root(early);
    follow_as(&served, &memory(), &at(early, root)).unwrap();
    follow_as(&served, &memory(), &at(9_999, root)).unwrap();
    let error = follow_as(&served, &memory(), &at(early, ledger.root(early - 1))).unwrap_err();
    assert_eq!(error.code(), "fork");
}

#[test]
fn without_a_key_the_one_that_the_log_names_is_taken() {
    let ledger = sample(&[5]);
    let served = Served::of(&ledger.files());
    let nobody = How { policy: None, ..How::default() };
    let report = follow_as(&served, &memory(), &nobody).unwrap();
    assert_eq!(report.key, log_key(ORIGIN, LOG).verifier().clone());
    let other: Verifier = log_key(ORIGIN, 9).verifier().clone();
    let wrong = How { policy: Some(Policy::of_log(other).unwrap()), ..How::default() };
    assert_eq!(follow_as(&served, &memory(), &wrong).unwrap_err().code(), "not-trusted");
    let mut files = ledger.files();
    files.checkpoint = Some(with_log(&ledger, 9).checkpoint(ledger.size()));
    let forged = Served::of(&files);
    assert_eq!(follow_as(&forged, &memory(), &nobody).unwrap_err().code(), "not-trusted");
    // Trusted, but not the key that the ledger names: it could not be opened.
    assert_eq!(follow_as(&forged, &memory(), &wrong).unwrap_err().code(), "key");
}

pub fn say(ledger: &mut Ledger, target: Index, event: Event) {
    let subject = target;
    let proposal = Proposal { about: Some(subject), re: None, seen: None, event };
    ledger.commit(&[proposal]);
}

pub fn erasure() -> Event {
    Event::PayloadErased(Erasure { authority: "editor".into(), ground: "privacy".into() })
}

fn withholding(until: Option<&str>) -> Event {
    Event::PayloadWithheld(Withholding { ground: "embargo".into(), until: until.map(day) })
}

fn payload(store: &Arc<dyn Store>, index: u64) -> Option<Vec<u8>> {
    open(store).unwrap().reader().payload(index).unwrap()
}

#[test]
fn what_an_entry_empties_is_emptied_and_what_none_does_is_kept_and_said() {
    let mut ledger = sample(&[200]);
    let store = memory();
    let (erased, withheld, vanished) = (2, 4, 6);
    follow(&Served::of(&ledger.files()), &store).unwrap();
    for index in [erased, withheld, vanished] {
        assert!(payload(&store, index).is_some());
    }
    say(&mut ledger, Index(erased), erasure());
    say(&mut ledger, Index(withheld), withholding(Some("2026-12-31")));
    let mut files = ledger.files();
    // The source has emptied one that no entry speaks of, and still shows what is withheld.
    files.empty(erased);
    files.empty(vanished);
    let report = follow(&Served::of(&files), &store).unwrap();
    assert_eq!(report.kept, [Index(vanished)]);
    assert_eq!((report.emptied, report.withheld, report.erased), (2, 2, 1));
    assert_eq!((payload(&store, erased), payload(&store, withheld)), (None, None));
    assert!(payload(&store, vanished).is_some());
    sound(&store, ledger.size());
    let again = follow(&Served::of(&files), &store).unwrap();
    assert_eq!((again.kept, again.emptied), (vec![Index(vanished)], 0), "it is said each time");
    // After its day the embargo is over, and the source shows it.
    let later = How { today: "2027-01-01", ..How::default() };
    let report = follow_as(&Served::of(&files), &store, &later).unwrap();
    assert_eq!((report.filled, report.emptied), (1, 0));
    assert!(payload(&store, withheld).is_some() && payload(&store, erased).is_none());
    // What is erased does not come, even where the source shows it again.
    let report = follow(&Served::of(&ledger.files()), &memory()).unwrap();
    assert_eq!(report.emptied, 2);
    // A round that looks at new entries alone looks at all where one of them withholds.
    let quick = How { sweep: false, today: "2027-01-01", ..How::default() };
    say(&mut ledger, Index(8), withholding(None));
    files = ledger.files();
    files.empty(8);
    files.empty(erased);
    let report = follow_as(&Served::of(&files), &store, &quick).unwrap();
    assert!(report.swept && report.emptied == 1, "{report:?}");
    assert!(payload(&store, 8).is_none());
}

#[test]
fn an_entry_of_the_future_is_kept_and_said() {
    let mut ledger = sample(&[5]);
    let entry = br#"{"agent":0,"digest":"00","kind":"dream-recorded","time":"2026-01-01T00:00:00.000Z","v":3}"#;
    ledger.raw_bytes(entry.to_vec(), b"whatever".to_vec());
    let store = memory();
    let report = follow(&Served::of(&ledger.files()), &store).unwrap();
    assert_eq!((report.foreign, report.size, report.withheld), (1, ledger.size(), 1));
}
