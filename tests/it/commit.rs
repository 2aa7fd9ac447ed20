//! Commits as they go when nothing fails, what an opening refuses, and the forms of head, staging and memory.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::convert::Infallible;
use std::fs;
use std::sync::Arc;

use onrecord::hash::Digest;
use onrecord::ledger::commit::{AppendError, CommitError, Committed, Committer, Continuity};
use onrecord::ledger::head::{BadHead, Head, StagingId};
use onrecord::ledger::log::LogError;
use onrecord::ledger::memory::{FileMemory, Memory, MemoryError, Remembered, Volatile};
use onrecord::ledger::reader::Reader;
use onrecord::ledger::staging::{BadBatch, BadStaging, Encoded, MAX_COMMIT_ENTRIES, Staged};
use onrecord::store::{Cell, LocalStore, MemoryStore, Store, StorePath, StoreRead as _, SwapError};
use onrecord::tlog::bundle::{MAX_ENTRY, MAX_ITEM};
use onrecord::tlog::key::{Role, Signer};
use onrecord::tlog::tree;

use crate::ledger_oracle::{assert_at_rest, batch, config, mth, signer};

type Disk = Arc<MemoryStore>;

fn no_memory() -> Arc<dyn Memory> {
    Arc::new(Volatile::default())
}

fn open<S: Store>(store: S, memory: &Arc<dyn Memory>) -> Committer<S> {
    Committer::open(store, config(memory.clone())).unwrap()
}

fn append<S: Store>(committer: &mut Committer<S>, entries: &[Encoded]) -> Committed {
    let mut build = |_| Ok::<_, Infallible>(entries.to_vec());
    let done = committer.append(&mut build).unwrap();
    assert!(done.aftermath.is_empty(), "{:?}", done.aftermath);
    done
}

fn root(log: &[Encoded]) -> Digest {
    mth(&log.iter().map(|one| one.entry.as_slice()).collect::<Vec<_>>())
}

fn path(text: &str) -> StorePath {
    StorePath::new(text).unwrap()
}

#[test]
fn a_log_grows_by_commits_of_any_size() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut committer = open(disk.clone(), &memory);
    assert_at_rest(&disk, &[]);
    let mut log = Vec::new();
    for (i, size) in [1, 1, 253, 1, 1, 255, 256, 512, 700, 3].into_iter().enumerate() {
        let entries = batch(&format!("batch {i}"), size);
        let base = log.len() as u64;
        log.extend_from_slice(&entries);
        let done = append(&mut committer, &entries);
        assert_eq!((done.base, done.size, done.root), (base, log.len() as u64, root(&log)));
        assert_eq!(Some(done.checkpoint), disk.read(Cell::Checkpoint).unwrap());
        assert_at_rest(&disk, &log);
        // Another process sees the same, and goes on from it every other time.
        if i % 2 == 0 {
            committer = open(disk.clone(), &memory);
        }
        assert_eq!((committer.size(), committer.root()), (done.size, done.root));
    }
}

#[test]
fn a_log_grows_beyond_two_levels_of_tiles() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut committer = open(disk.clone(), &memory);
    let mut log = Vec::new();
    for i in 0..7 {
        let entries = batch(&format!("batch {i}"), MAX_COMMIT_ENTRIES - i);
        append(&mut committer, &entries);
        log.extend(entries);
    }
    assert!(log.len() > 65_536 + 256);
    assert_at_rest(&disk, &log);
    assert_eq!(open(disk, &memory).root(), root(&log));
}

#[test]
fn files_hold_what_memory_holds() {
    let folder = tempfile::tempdir().unwrap();
    let memory: Arc<dyn Memory> = Arc::new(FileMemory::new(folder.path().join("state/ledger")));
    let ledger = folder.path().join("ledger");
    let mut log = Vec::new();
    for (i, size) in [2, 300, 300, 1].into_iter().enumerate() {
        let mut committer = open(LocalStore::create(&ledger).unwrap(), &memory);
        let known = if i == 0 { Continuity::Unknown } else { Continuity::Holds };
        assert_eq!(committer.continuity(), known);
        let entries = batch(&format!("batch {i}"), size);
        append(&mut committer, &entries);
        log.extend(entries);
        assert_at_rest(&LocalStore::open(&ledger).unwrap(), &log);
    }
    let last = Remembered { size: log.len() as u64, root: root(&log) };
    assert_eq!(memory.load().unwrap(), Some(last));
}

#[test]
fn a_reader_finds_ranges_and_follows() {
    let (disk, memory) = (Disk::default(), no_memory());
    let keys = vec![signer().verifier().clone()];
    let mut reader = Reader::open(disk.clone(), keys.clone()).unwrap();
    assert_eq!((reader.size(), reader.note()), (0, None));
    assert!(reader.entries(0..0).unwrap().is_empty());
    let mut committer = open(disk.clone(), &memory);
    let mut log = batch("a", 500);
    append(&mut committer, &log);
    assert!(reader.refresh().unwrap());
    assert!(!reader.refresh().unwrap());

    // The open payload bundle that this checkpoint implies is superseded; a wider one answers.
    let more = batch("b", 5);
    append(&mut committer, &more);
    log.extend(more);
    assert_eq!(reader.size(), 500);
    for range in [0..1, 0..500, 255..257, 499..500, 256..256, 3..3, 120..400] {
        let part = &log[range.start as usize..range.end as usize];
        assert_eq!(reader.entries(range.clone()).unwrap(), part.iter().map(|e| e.entry.clone()).collect::<Vec<_>>());
        let payloads: Vec<_> = part.iter().map(|e| (!e.payload.is_empty()).then(|| e.payload.clone())).collect();
        assert_eq!(reader.payloads(range).unwrap(), payloads);
    }
    assert_eq!(tree::root(&reader.hashes(), 500).unwrap(), root(&log[..500]));
    // A fresh reader has nothing in its cache, and the full bundle stands in for the partial one.
    append(&mut committer, &batch("c", 300));
    reader.forget();
    assert_eq!(reader.entries(499..500).unwrap(), [log[499].entry.clone()]);
    assert_eq!(reader.payloads(499..500).unwrap().len(), 1);
    assert_eq!(tree::root(&reader.hashes(), 500).unwrap(), root(&log[..500]));

    assert!(matches!(reader.entries(499..501), Err(LogError::Beyond { end: 501, size: 500 })));
    let stranger = Signer::from_seed("example.org/desk", Role::Log, &[8; 32]).unwrap();
    assert!(matches!(Reader::open(disk.clone(), vec![stranger.verifier().clone()]), Err(LogError::Checkpoint(_))));
    assert!(matches!(Reader::open(disk, vec![]), Err(LogError::Checkpoint(_))));
    assert!(reader.refresh().unwrap());
    assert_eq!(reader.size(), 805);
    assert_eq!(reader.checkpoint().unwrap().size(), 805);
}

#[test]
fn batches_have_limits() {
    let disk = Disk::default();
    let mut committer = open(disk.clone(), &no_memory());
    let one = |entry: usize, payload: usize| Encoded { entry: vec![b'e'; entry], payload: vec![b'p'; payload] };
    let mut try_batch = |batch: Vec<Encoded>| match committer.append::<Infallible>(&mut |_| Ok(batch.clone())) {
        Ok(done) => Ok(done.size),
        Err(AppendError::Refused(CommitError::Batch(bad))) => Err(bad),
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(try_batch(vec![]), Err(BadBatch::Empty));
    assert_eq!(try_batch(vec![one(1, 0), one(0, 1)]), Err(BadBatch::Length { position: 1 }));
    assert_eq!(try_batch(vec![one(MAX_ENTRY + 1, 1)]), Err(BadBatch::Length { position: 0 }));
    assert_eq!(try_batch(vec![one(1, MAX_ITEM + 1)]), Err(BadBatch::Length { position: 0 }));
    let many = MAX_COMMIT_ENTRIES + 1;
    assert_eq!(try_batch(vec![one(1, 0); many]), Err(BadBatch::TooMany { count: many }));
    assert_eq!(try_batch(vec![one(1, 40_000); 4_000]), Err(BadBatch::TooLarge));
    assert!(disk.list(&path("staging")).unwrap().is_empty());
    assert_eq!(disk.read(Cell::Head).unwrap(), None);
    assert_eq!(try_batch(vec![one(MAX_ENTRY, MAX_ITEM), one(1, 0)]), Ok(2));
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("no")]
struct No;

#[test]
fn a_build_that_refuses_records_nothing() {
    let disk = Disk::default();
    let mut committer = open(disk.clone(), &no_memory());
    assert!(matches!(committer.append(&mut |_| Err(No)), Err(AppendError::Build(No))));
    assert_at_rest(&disk, &[]);
    let log = batch("a", 2);
    append(&mut committer, &log);
    assert_at_rest(&disk, &log);
}

#[test]
fn who_loses_the_swap_builds_again_on_top() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut one = open(disk.clone(), &memory);
    let mut other = open(disk.clone(), &memory);
    let (mine, theirs) = (batch("mine", 3), batch("theirs", 4));
    let mut bases = Vec::new();
    let done = one.append::<Infallible>(&mut |base| {
        bases.push(base);
        let reader = Reader::open(disk.clone(), vec![signer().verifier().clone()]).unwrap();
        assert_eq!(reader.size(), base, "all below the base is published when a batch is built");
        if let Some(rival) = theirs.chunks(2).nth(bases.len() - 1) {
            append(&mut other, rival);
        }
        Ok(mine.clone())
    });
    assert_eq!(done.unwrap().base, 4);
    assert_eq!(bases, [0, 2, 4]);
    assert_at_rest(&disk, &[theirs, mine].concat());
}

/// Appends 100 entries in each of two threads, each with a store and a committer of its own.
fn race<S: Store>(store: impl Fn() -> S + Sync, memory: &Arc<dyn Memory>) {
    std::thread::scope(|scope| {
        for name in ["left", "right"] {
            let store = &store;
            scope.spawn(move || {
                let mut committer = open(store(), memory);
                for k in 0..100 {
                    let done = append(&mut committer, &batch(&format!("{name} {k:03}"), 1));
                    assert_eq!(done.size, done.base + 1);
                }
            });
        }
    });
    open(store(), memory);
    let store = store();
    let reader = Reader::open(&store, vec![signer().verifier().clone()]).unwrap();
    let names: Vec<_> = reader.entries(0..200).unwrap().into_iter().map(|e| String::from_utf8(e).unwrap()).collect();
    for name in ["left", "right"] {
        let of_one: Vec<_> = names.iter().filter(|entry| entry.contains(name)).cloned().collect();
        let expected: Vec<_> = (0..100).map(|k| format!("entry 0 of {name} {k:03}")).collect();
        assert_eq!(of_one, expected, "each writer's entries stand once, and in its order");
    }
    let log: Vec<_> =
        names.iter().map(|entry| batch(entry.strip_prefix("entry 0 of ").unwrap(), 1).remove(0)).collect();
    assert_at_rest(&store, &log);
}

#[test]
fn two_threads_append_a_hundred_entries_each_in_memory() {
    let disk = Disk::default();
    race(|| disk.clone(), &no_memory());
}

#[test]
fn two_threads_append_a_hundred_entries_each_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let memory: Arc<dyn Memory> = Arc::new(FileMemory::new(folder.path().join("memory")));
    let ledger = folder.path().join("ledger");
    race(|| LocalStore::create(&ledger).unwrap(), &memory);
}

#[test]
fn stale_partials_and_batches_go() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut log = batch("a", 250);
    append(&mut open(disk.clone(), &memory), &log);
    let stale = ["payload/000.p/3", "payload/000.p/249", "staging/3-00112233445566778899aabbccddeeff"];
    for stale in stale {
        disk.put(&path(stale), b"words").unwrap();
    }
    disk.put(&path("staging/250-00112233445566778899aabbccddeeff"), b"may still be swapped in").unwrap();
    let more = batch("b", 1);
    append(&mut open(disk.clone(), &memory), &more);
    log.extend(more);
    assert_at_rest(&disk, &log);
    // Far behind the edge nobody looks by himself.
    let more = batch("c", 300);
    append(&mut open(disk.clone(), &memory), &more);
    log.extend(more);
    disk.put(&path("payload/000.p/3"), b"words").unwrap();
    open(disk.clone(), &memory).sweep_partials().unwrap();
    assert_at_rest(&disk, &log);
}

#[test]
fn what_is_erased_stays_erased() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut log = batch("a", 300);
    let mut one = open(disk.clone(), &memory);
    append(&mut one, &log);
    // This one holds the open bundle with the words in it, and no head tells it otherwise.
    let mut other = open(disk.clone(), &memory);
    disk.put(&path("payload/001.p/7"), b"left by a slow writer").unwrap();
    assert!(one.erase(&[0, 5, 280, 299]).unwrap());
    for index in [0, 5, 280, 299] {
        log[index].payload.clear();
    }
    assert_at_rest(&disk, &log);
    assert!(!one.erase(&[5, 280]).unwrap(), "nothing is left to empty");
    for (name, committer) in [("b", &mut other), ("c", &mut one)] {
        let more = batch(name, 2);
        append(committer, &more);
        log.extend(more);
        assert_at_rest(&disk, &log);
    }
    assert!(matches!(one.erase(&[304]), Err(CommitError::Log(LogError::Beyond { end: 305, size: 304 }))));
}

#[test]
fn withholding_wins_over_a_writer_that_did_not_know() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut log = batch("a", 3);
    append(&mut open(disk.clone(), &memory), &log);
    let mut slow = open(disk.clone(), &memory);
    let more = batch("b", 2);
    // The bundle of the coming commit stands already, finished by another and redacted since.
    log.extend(more.clone());
    log[1].payload.clear();
    let items = |one: &Encoded| [&u16::try_from(one.payload.len()).unwrap().to_be_bytes(), &one.payload[..]].concat();
    disk.put(&path("payload/000.p/5"), &log.iter().flat_map(items).collect::<Vec<_>>()).unwrap();
    append(&mut slow, &more);
    assert_at_rest(&disk, &log);
    let more = batch("c", 1);
    append(&mut slow, &more);
    log.extend(more);
    assert_at_rest(&disk, &log);
    // But other words than those that were staged are damage, and are not papered over.
    disk.put(&path("payload/000.p/7"), b"\0\x01x\0\0\0\0\0\0\0\0\0\0\0\0").unwrap();
    let failed = slow.append::<Infallible>(&mut |_| Ok(batch("d", 1))).unwrap_err();
    let AppendError::Unpublished { base: 6, size: 7, cause, .. } = failed else { panic!("{failed:?}") };
    assert!(matches!(*cause, CommitError::PayloadMismatch { index: 0 }), "{cause:?}");
}

#[test]
fn a_rollback_is_refused_until_a_person_accepts_it() {
    let memory = no_memory();
    let log = batch("a", 300);
    let (old, new) = (Disk::default(), Disk::default());
    append(&mut open(old.clone(), &no_memory()), &log[..200]);
    let mut committer = open(new.clone(), &memory);
    append(&mut committer, &log[..200]);
    append(&mut committer, &log[200..]);
    let remembered = Remembered { size: 300, root: root(&log) };
    let present = Remembered { size: 200, root: root(&log[..200]) };
    for (disk, present) in [(old.clone(), present), (Disk::default(), Remembered { size: 0, root: root(&[]) })] {
        let before = disk.read(Cell::Head).unwrap();
        let Err(CommitError::Rollback { remembered: r, present: p }) =
            Committer::open(disk.clone(), config(memory.clone()))
        else {
            panic!("opened")
        };
        assert_eq!((r, p), (remembered, present));
        assert_eq!(disk.read(Cell::Head).unwrap(), before);
    }
    assert_eq!(memory.load().unwrap(), Some(remembered));

    let accepting = onrecord::ledger::commit::Config { accept_rollback: true, ..config(memory.clone()) };
    let mut committer = Committer::open(old.clone(), accepting).unwrap();
    assert_eq!(committer.continuity(), Continuity::RollbackAccepted { remembered });
    append(&mut committer, &batch("b", 1));
    assert_eq!(memory.load().unwrap().unwrap().size, 201);
    assert_eq!(open(old, &memory).continuity(), Continuity::Holds);
    // What was signed before is a fork now, though it is longer.
    let forked = Committer::open(new, config(memory)).err();
    assert!(matches!(forked, Some(CommitError::Rollback { present: Remembered { size: 300, .. }, .. })), "{forked:?}");
}

#[test]
fn a_rollback_while_open_is_refused_before_anything_happens() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut committer = open(disk.clone(), &memory);
    let log = batch("a", 3);
    append(&mut committer, &log);
    memory.store(Remembered { size: 4, root: Digest::of(b"another") }).unwrap();
    let refused = committer.append::<Infallible>(&mut |_| Ok(batch("b", 1)));
    assert!(matches!(refused, Err(AppendError::Refused(CommitError::Rollback { .. }))), "{refused:?}");
    assert_at_rest(&disk, &log);
    memory.store(Remembered { size: 2, root: root(&log[..2]) }).unwrap();
    append(&mut committer, &batch("b", 1));
    assert_eq!(memory.load().unwrap().unwrap().size, 4);
}

#[test]
fn a_memory_file_is_read_strictly() {
    let folder = tempfile::tempdir().unwrap();
    let memory = FileMemory::new(folder.path().join("a/b"));
    assert_eq!(memory.load().unwrap(), None);
    let last = Remembered { size: 12, root: Digest::of(b"root") };
    memory.store(last).unwrap();
    assert_eq!(memory.load().unwrap(), Some(last));
    let good = fs::read_to_string(memory.path()).unwrap();
    let bad = [
        String::new(),
        good.trim_end().to_owned(),
        format!("{good}\n"),
        good.replace("12", "012"),
        good.replace("12", "9007199254740992"),
        good.replace("memory/0", "memory/1"),
        good.to_uppercase(),
        " ".repeat(300),
    ];
    for bad in bad {
        fs::write(memory.path(), &bad).unwrap();
        assert!(matches!(memory.load(), Err(MemoryError::Malformed { .. })), "{bad:?}");
    }
    fs::write(memory.path(), &good).unwrap();
    assert_eq!(memory.load().unwrap(), Some(last));
}

#[test]
fn a_head_is_read_strictly() {
    let staging = StagingId { base: 298, nonce: [0xa5; 16] };
    let head = Head { size: 300, root: Digest::of(b"root"), staging };
    let good = String::from_utf8(head.to_bytes()).unwrap();
    assert_eq!(Head::from_bytes(good.as_bytes()), Ok(head));
    assert_eq!(StagingId::from_path(&staging.path()), Some(staging));
    assert_eq!(StagingId::from_path(&path("staging/other")), None);
    assert_eq!(StagingId::from_path(&path("payload/000")), None);
    let bad = [
        (String::new(), BadHead::Form),
        (good.trim_end().to_owned(), BadHead::Form),
        (format!("{good}\n"), BadHead::Form),
        (good.replace("head/0", "head/1"), BadHead::Form),
        (good.replace("\n300", "\n0300"), BadHead::Size),
        (good.replace("\n300", "\n+300"), BadHead::Size),
        (good.replace("\n300", "\n298"), BadHead::Size),
        (good.replace("\n300", "\n9007199254740992"), BadHead::Size),
        (good.replace("298-", "0298-"), BadHead::Staging),
        (good.replace("298-a5", "298-A5"), BadHead::Staging),
        (good.replace("298-a5", "298-"), BadHead::Staging),
        (good.replace("298-", "298"), BadHead::Staging),
        (good.replacen(&head_root(&good)[..2], "", 1), BadHead::Root),
    ];
    for (text, error) in bad {
        assert_eq!(Head::from_bytes(text.as_bytes()), Err(error), "{text:?}");
    }
    assert_eq!(Head::from_bytes(b"\xff"), Err(BadHead::Form));
}

fn head_root(text: &str) -> &str {
    text.lines().nth(2).unwrap()
}

#[test]
fn a_staged_batch_is_read_strictly() {
    let entries = batch("a", 5);
    let staged = Staged::new(7, &entries).unwrap();
    let good = staged.bytes().to_vec();
    let again = Staged::decode(good.clone()).unwrap();
    assert_eq!(again, staged);
    assert_eq!((again.base(), again.count()), (7, 5));
    for length in 0..good.len() {
        assert_eq!(Staged::decode(good[..length].to_vec()), Err(BadStaging), "cut to {length} bytes");
    }
    assert_eq!(Staged::decode([&good[..], b"x"].concat()), Err(BadStaging));
    let replaced = |from: &str, to: &str| {
        let text = String::from_utf8_lossy(&good).replacen(from, to, 1);
        assert_ne!(text.as_bytes(), good);
        Staged::decode(text.into_bytes())
    };
    for (from, to) in
        [("/0\n", "/1\n"), ("\n7\n", "\n07\n"), ("\n5\n", "\n4\n"), ("\n5\n", "\n6\n"), ("\n5\n", "\n0\n")]
    {
        assert_eq!(replaced(from, to), Err(BadStaging), "{from:?} {to:?}");
    }
    assert_eq!(Staged::decode(b"onrecord-staging/0\n0\n1\n\0\0\0\0".to_vec()), Err(BadStaging), "an empty entry");
}

/// A ledger in files, so that it can be damaged.
fn damaged(damage: impl Fn(&std::path::Path)) -> CommitError {
    let folder = tempfile::tempdir().unwrap();
    let mut committer = open(LocalStore::open(folder.path()).unwrap(), &no_memory());
    append(&mut committer, &batch("a", 300));
    append(&mut committer, &batch("b", 2));
    damage(folder.path());
    Committer::open(LocalStore::open(folder.path()).unwrap(), config(no_memory())).err().unwrap()
}

fn flip(file: &std::path::Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[test]
fn an_opening_refuses_what_does_not_fit_together() {
    let remove = |name: &'static str| move |root: &std::path::Path| fs::remove_file(root.join(name)).unwrap();
    let missing = |error: CommitError, name: &str| {
        assert!(matches!(&error, CommitError::Log(LogError::Missing { path }) if path.as_str() == name), "{error:?}");
    };
    let error = damaged(|root| flip(&root.join("log/tile/0/001.p/46"), 40));
    assert!(matches!(error, CommitError::RootMismatch { size: 302, .. }), "{error:?}");
    let error = damaged(|root| flip(&root.join("log/tile/1/000.p/1"), 0));
    assert!(matches!(error, CommitError::RootMismatch { size: 302, .. }), "{error:?}");
    let error = damaged(|root| flip(&root.join("log/tile/entries/001.p/46"), 5));
    assert!(matches!(error, CommitError::EntryMismatch { index: 256 }), "{error:?}");
    let error = damaged(|root| fs::write(root.join("payload/001.p/46"), b"short").unwrap());
    assert!(matches!(error, CommitError::Log(LogError::Bundle { .. })), "{error:?}");
    missing(damaged(remove("log/tile/0/001.p/46")), "log/tile/0/001.p/46");
    missing(damaged(remove("log/tile/entries/001.p/46")), "log/tile/entries/001.p/46");
    missing(damaged(remove("payload/001.p/46")), "payload/001.p/46");
    let error = damaged(remove("log/checkpoint"));
    assert!(matches!(error, CommitError::StagingMissing { .. }), "{error:?}");
    let error = damaged(remove("head"));
    assert!(matches!(error, CommitError::HeadBehind { head: 0, checkpoint: 302 }), "{error:?}");
    let error = damaged(|root| flip(&root.join("head"), 0));
    assert!(matches!(error, CommitError::Head(BadHead::Form)), "{error:?}");
    let error = damaged(|root| flip(&root.join("log/checkpoint"), 2));
    assert!(matches!(error, CommitError::Log(LogError::Checkpoint(_))), "{error:?}");
    let error = damaged(|root| {
        let head = fs::read_to_string(root.join("head")).unwrap();
        let other = Digest::of(b"other").hex();
        fs::write(root.join("head"), head.replace(head_root(&head), &other)).unwrap();
    });
    assert!(matches!(error, CommitError::Fork { size: 302, .. }), "{error:?}");
    let error = damaged(|root| {
        let head = fs::read_to_string(root.join("head")).unwrap();
        fs::write(root.join("head"), head.replace("\n302\n", "\n301\n")).unwrap();
    });
    assert!(matches!(error, CommitError::HeadBehind { head: 301, checkpoint: 302 }), "{error:?}");
}

/// A head that was swapped in, with `staged` where its batch should be.
fn with_staged(staged: Option<&[u8]>, head_size: u64) -> CommitError {
    let disk = Disk::default();
    let head = Head { size: head_size, root: Digest::of(b"x"), staging: StagingId { base: 0, nonce: [1; 16] } };
    if let Some(bytes) = staged {
        disk.put(&head.staging.path(), bytes).unwrap();
    }
    disk.swap(Cell::Head, None, &head.to_bytes()).unwrap();
    let error = Committer::open(disk.clone(), config(no_memory())).err().unwrap();
    assert!(disk.list(&path("log")).unwrap().is_empty(), "nothing of it is published");
    error
}

#[test]
fn an_opening_finishes_only_what_leads_to_the_head() {
    let good = Staged::new(0, &batch("a", 2)).unwrap();
    let elsewhere = Staged::new(1, &batch("a", 2)).unwrap();
    assert!(matches!(with_staged(None, 2), CommitError::StagingMissing { .. }));
    assert!(matches!(with_staged(Some(b"x"), 2), CommitError::Staging { .. }));
    assert!(matches!(with_staged(Some(good.bytes()), 2), CommitError::StagingWrong { .. }), "another root");
    assert!(matches!(with_staged(Some(good.bytes()), 3), CommitError::StagingWrong { .. }), "another size");
    assert!(matches!(with_staged(Some(elsewhere.bytes()), 3), CommitError::StagingWrong { .. }), "another base");
}

#[test]
fn without_a_log_key_nothing_is_signed() {
    let keyless = onrecord::ledger::commit::Config { signers: vec![], ..config(no_memory()) };
    assert!(matches!(Committer::open(Disk::default(), keyless), Err(CommitError::Signer(None))));
    let disk = Disk::default();
    append(&mut open(disk.clone(), &no_memory()), &batch("a", 1));
    let stranger = Signer::from_seed("example.org/desk", Role::Log, &[8; 32]).unwrap();
    let other = onrecord::ledger::commit::Config { signers: vec![stranger.clone()], ..config(no_memory()) };
    assert!(matches!(Committer::open(disk.clone(), other), Err(CommitError::Log(LogError::Checkpoint(_)))));

    // While the key is being changed both sign; then the new one is enough.
    let both = onrecord::ledger::commit::Config { signers: vec![stranger.clone(), signer()], ..config(no_memory()) };
    append(&mut Committer::open(disk.clone(), both).unwrap(), &batch("b", 1));
    for key in [&stranger, &signer()] {
        assert_eq!(Reader::open(disk.clone(), vec![key.verifier().clone()]).unwrap().size(), 2);
    }
    let new = onrecord::ledger::commit::Config { signers: vec![stranger], ..config(no_memory()) };
    assert_eq!(Committer::open(disk, new).unwrap().size(), 2);
}

#[test]
fn a_checkpoint_that_was_cosigned_meanwhile_is_kept() {
    let (disk, memory) = (Disk::default(), no_memory());
    let mut committer = open(disk.clone(), &memory);
    append(&mut committer, &batch("a", 1));
    let plain = disk.read(Cell::Checkpoint).unwrap().unwrap();
    let cosigned = [&plain[..], "— witness.example AAAAAAAAAAAA\n".as_bytes()].concat();
    disk.swap(Cell::Checkpoint, Some(&plain), &cosigned).unwrap();
    let mut again = open(disk.clone(), &memory);
    assert_eq!(disk.read(Cell::Checkpoint).unwrap().unwrap(), cosigned);
    append(&mut again, &batch("b", 1));
    append(&mut committer, &batch("c", 1));
    assert_at_rest(&disk, &[batch("a", 1), batch("b", 1), batch("c", 1)].concat());
    assert!(matches!(disk.swap(Cell::Checkpoint, Some(&cosigned), &plain), Err(SwapError::Conflict { .. })));
}
