//! One conformance suite over every store, and what only files can get wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Barrier};

use onrecord::lock::{self, Lock, Share};
use onrecord::store::faulty::{Fault, FaultyStore};
use onrecord::store::path::MAX_PATH_BYTES;
use onrecord::store::{
    BadPath, Cell, LocalStore, MAX_CELL_BYTES, MemoryStore, Store, StoreError, StorePath, StoreRead, SwapError,
};

fn path(text: &str) -> StorePath {
    StorePath::new(text).unwrap()
}

fn names(store: &dyn Store, folder: &str) -> Vec<String> {
    store.list(&path(folder)).unwrap().iter().map(ToString::to_string).collect()
}

/// Runs `test` over every implementation, each empty.
fn each(test: impl Fn(&dyn Store)) {
    test(&MemoryStore::new());
    test(&FaultyStore::counting(MemoryStore::new()));
    let folder = tempfile::tempdir().unwrap();
    test(&LocalStore::open(folder.path()).unwrap());
    let folder = tempfile::tempdir().unwrap();
    test(&FaultyStore::counting(LocalStore::create(folder.path().join("a/b")).unwrap()));
    // The read half of a shared store is the same store.
    test(&Arc::new(MemoryStore::new()));
}

#[test]
fn an_object_is_absent_then_there_then_the_same_for_ever() {
    each(|store| {
        let at = path("log/tile/0/000");
        assert_eq!(store.get(&at, 9).unwrap(), None);
        store.put(&at, b"bytes").unwrap();
        store.put(&at, b"bytes").unwrap();
        for other in [&b"bytez"[..], b"byte", b"bytes!", b""] {
            let refused = store.put(&at, other).unwrap_err();
            assert!(matches!(refused, StoreError::Differs { path } if path == at), "{other:?}");
        }
        assert_eq!(store.get(&at, 5).unwrap().unwrap(), b"bytes");
        assert!(matches!(store.get(&at, 4), Err(StoreError::TooLarge { limit: 4, .. })));
        store.put(&path("payload/001"), b"").unwrap();
        assert_eq!(store.get(&path("payload/001"), 0).unwrap().unwrap(), b"");
    });
}

#[test]
fn a_folder_is_no_object() {
    each(|store| {
        store.put(&path("payload/x001/000"), b"x").unwrap();
        assert_eq!(store.get(&path("payload/x001"), 9).unwrap(), None);
        assert_eq!(store.get(&path("payload/x001/000/deeper"), 9).unwrap(), None);
    });
}

#[test]
fn many_are_put_at_once_and_one_that_differs_is_an_error() {
    each(|store| {
        let contents: Vec<_> = (0..300).map(|i| format!("content {i}").into_bytes()).collect();
        let at = |i: usize| path(&format!("payload/x{:03}/{:03}", i / 50, i % 50));
        let objects: Vec<_> = contents.iter().enumerate().map(|(i, bytes)| (at(i), bytes.as_slice())).collect();
        store.put_many(&[]).unwrap();
        store.put_many(&objects[..100]).unwrap();
        store.put_many(&objects).unwrap();
        for (path, bytes) in &objects {
            assert_eq!(store.get(path, 100).unwrap().unwrap(), *bytes);
        }
        let listed = store.list(&path("payload")).unwrap();
        assert_eq!(listed, objects.iter().map(|(path, _)| path.clone()).collect::<Vec<_>>());
        let wrong = [(path("payload/x009/000"), &b"new"[..]), (at(7), b"other")];
        assert!(matches!(store.put_many(&wrong), Err(StoreError::Differs { path }) if path == at(7)));
        assert_eq!(store.get(&at(7), 100).unwrap().unwrap(), contents[7]);
    });
}

#[test]
fn a_listing_is_sorted_deep_and_of_one_folder() {
    each(|store| {
        for at in ["log/tile/0/001", "log/tile/0/000.p/7", "log/tile/10/000", "log/tile/entries/000", "staging/a"] {
            store.put(&path(at), at.as_bytes()).unwrap();
        }
        store.swap(Cell::Checkpoint, None, b"signed").unwrap();
        assert_eq!(
            names(store, "log"),
            ["log/tile/0/000.p/7", "log/tile/0/001", "log/tile/10/000", "log/tile/entries/000"]
        );
        assert_eq!(names(store, "log/tile/0"), ["log/tile/0/000.p/7", "log/tile/0/001"]);
        assert_eq!(names(store, "log/tile/1"), [""; 0]);
        assert_eq!(names(store, "blobs"), [""; 0]);
        assert_eq!(names(store, "staging/a"), [""; 0]);
    });
}

#[test]
fn only_payload_bundles_can_be_redacted() {
    each(|store| {
        let at = path("payload/000.p/3");
        assert!(matches!(store.redact(&at, b"emptied"), Err(StoreError::Absent { .. })));
        store.put(&at, b"words").unwrap();
        store.redact(&at, b"emptied").unwrap();
        store.redact(&at, b"emptied").unwrap();
        assert_eq!(store.get(&at, 99).unwrap().unwrap(), b"emptied");
        assert_eq!(names(store, "payload"), ["payload/000.p/3"]);
        for other in ["log/tile/entries/000", "staging/5-ab", "blobs/sha256/aa/bb", "payloads/000"] {
            store.put(&path(other), b"words").unwrap();
            assert!(matches!(store.redact(&path(other), b"x"), Err(StoreError::NotRedactable { .. })), "{other}");
            assert_eq!(store.get(&path(other), 99).unwrap().unwrap(), b"words");
        }
    });
}

#[test]
fn only_staging_blobs_and_partials_can_be_removed() {
    each(|store| {
        for gone in ["staging/5-ab", "blobs/sha256/aa/bb", "payload/000.p/3", "log/tile/0/x001/002.p/255"] {
            store.put(&path(gone), b"x").unwrap();
            store.remove(&path(gone)).unwrap();
            store.remove(&path(gone)).unwrap();
            assert_eq!(store.get(&path(gone), 9).unwrap(), None);
            store.put(&path(gone), b"other").unwrap();
        }
        for kept in ["payload/000", "log/tile/0/000", "log/tile/entries/x001/002", "other/000.p/3", "log/000.p/3"] {
            store.put(&path(kept), b"x").unwrap();
            assert!(matches!(store.remove(&path(kept)), Err(StoreError::NotRemovable { .. })), "{kept}");
            assert_eq!(store.get(&path(kept), 9).unwrap().unwrap(), b"x");
        }
    });
}

#[test]
fn a_cell_changes_only_from_what_was_expected() {
    each(|store| {
        for cell in [Cell::Head, Cell::Checkpoint] {
            let conflict = |expected: Option<&[u8]>, held: Option<&[u8]>| match store.swap(cell, expected, b"no") {
                Err(SwapError::Conflict { found }) => assert_eq!(found.as_deref(), held),
                other => panic!("{other:?}"),
            };
            assert_eq!(store.read(cell).unwrap(), None);
            conflict(Some(b""), None);
            conflict(Some(b"no"), None);
            store.swap(cell, None, b"one").unwrap();
            conflict(None, Some(b"one"));
            conflict(Some(b"one "), Some(b"one"));
            store.swap(cell, Some(b"one"), b"one").unwrap();
            store.swap(cell, Some(b"one"), b"a longer second").unwrap();
            store.swap(cell, Some(b"a longer second"), b"3").unwrap();
            assert_eq!(store.read(cell).unwrap().unwrap(), b"3");
            let large = vec![b'x'; MAX_CELL_BYTES + 1];
            assert!(matches!(
                store.swap(cell, Some(b"3"), &large),
                Err(SwapError::Failed(StoreError::TooLarge { .. }))
            ));
            store.swap(cell, Some(b"3"), &large[1..]).unwrap();
            assert_eq!(store.read(cell).unwrap().unwrap().len(), MAX_CELL_BYTES);
        }
    });
}

#[test]
fn of_many_swaps_at_once_every_one_counts() {
    each(|store| {
        let threads = 4;
        let start = Barrier::new(threads);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    for round in 0..10 {
                        store.put(&path(&format!("staging/{thread}-{round}")), b"x").unwrap();
                        loop {
                            let held = store.read(Cell::Head).unwrap();
                            let text = held.as_deref().map_or("0", |bytes| std::str::from_utf8(bytes).unwrap());
                            let next = (text.parse::<u64>().unwrap() + 1).to_string();
                            match store.swap(Cell::Head, held.as_deref(), next.as_bytes()) {
                                Ok(()) => break,
                                Err(SwapError::Conflict { .. }) => {}
                                Err(error) => panic!("{error}"),
                            }
                        }
                    }
                });
            }
        });
        assert_eq!(store.read(Cell::Head).unwrap().unwrap(), b"40");
        assert_eq!(store.list(&path("staging")).unwrap().len(), 40);
    });
}

#[test]
fn of_two_that_put_different_bytes_one_is_refused() {
    each(|store| {
        for round in 0..20 {
            let at = path(&format!("payload/{round:03}"));
            let done: Vec<bool> = std::thread::scope(|scope| {
                let put = |bytes: &'static [u8]| {
                    let at = &at;
                    scope.spawn(move || store.put(at, bytes).is_ok())
                };
                [put(b"one"), put(b"other")].map(|thread| thread.join().unwrap()).to_vec()
            });
            assert_eq!(done.iter().filter(|ok| **ok).count(), 1);
            let won: &[u8] = if done[0] { b"one" } else { b"other" };
            assert_eq!(store.get(&at, 9).unwrap().unwrap(), won);
        }
    });
}

#[test]
fn paths_are_relative_plain_and_never_a_cell() {
    let long = "a".repeat(MAX_PATH_BYTES);
    for good in ["a", "log/tile/0/x001/x234/067.p/255", "blobs/sha256/aa/0123_-.x", &long] {
        assert_eq!(path(good).to_string(), good);
    }
    let bad = [
        "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/.tmp-1", ".hidden", "a\\b", "a b", "A", "ä", "a\n", "a\0",
        "c:",
    ];
    for bad in bad {
        assert!(matches!(StorePath::new(bad), Err(BadPath::Component { path }) if path == bad), "{bad:?}");
    }
    assert_eq!(StorePath::new(""), Err(BadPath::Empty));
    assert_eq!(StorePath::new("a".repeat(256)), Err(BadPath::TooLong { length: 256 }));
    for cell in ["head", "log/checkpoint", "lock"] {
        assert_eq!(StorePath::new(cell), Err(BadPath::Reserved { path: cell.to_owned() }));
    }
}

#[test]
fn a_fault_falls_on_its_step_and_does_as_it_says() {
    let (a, b, c) = (path("payload/000"), path("payload/001"), path("payload/002"));
    let objects = [(a.clone(), &b"a"[..]), (b.clone(), b"b"), (c.clone(), b"c")];
    for fault in Fault::ALL {
        let store = FaultyStore::failing(MemoryStore::new(), 1, fault);
        assert!(matches!(store.put_many(&objects), Err(StoreError::Injected { step: 1 })));
        let persisted = matches!(fault, Fault::Persisted | Fault::CrashAfter);
        let crashed = matches!(fault, Fault::CrashBefore | Fault::CrashAfter);
        assert_eq!(store.inner().get(&a, 9).unwrap().as_deref(), Some(&b"a"[..]));
        assert_eq!(store.inner().get(&b, 9).unwrap().is_some(), persisted);
        assert_eq!(store.inner().get(&c, 9).unwrap(), None);
        assert_eq!(store.get(&a, 9).is_err(), crashed);
        assert_eq!(store.put_many(&objects).is_err(), crashed);
        assert_eq!(store.steps(), if crashed { 4 } else { 6 });

        let store = FaultyStore::failing(MemoryStore::new(), 0, fault);
        let answer = store.swap(Cell::Head, None, b"new").unwrap_err();
        assert_eq!(matches!(answer, SwapError::Failed(_)), fault == Fault::Refused);
        assert_eq!(store.inner().read(Cell::Head).unwrap().is_some(), persisted);
    }
}

#[test]
fn leftovers_of_a_crash_are_invisible_and_the_next_writer_clears_them() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    store.put(&path("staging/1-a"), b"x").unwrap();
    store.swap(Cell::Head, None, b"x").unwrap();
    let leftovers = [folder.path().join("staging/.tmp-1-1"), folder.path().join(".tmp-1-2")];
    for file in &leftovers {
        fs::write(file, b"half").unwrap();
    }
    assert_eq!(names(&store, "staging"), ["staging/1-a"]);

    let next = LocalStore::open(folder.path()).unwrap();
    assert_eq!(names(&next, "staging"), ["staging/1-a"]);
    assert!(leftovers[0].exists(), "reading changes nothing");

    // While another process writes, what looks like a leftover may be its file in the making.
    let lock = fs::File::open(folder.path().join("lock")).unwrap();
    lock.lock_shared().unwrap();
    next.put(&path("staging/2-b"), b"y").unwrap();
    assert!(leftovers[0].exists());
    lock.unlock().unwrap();
    next.put(&path("staging/3-c"), b"z").unwrap();
    assert!(!leftovers[0].exists());
    next.swap(Cell::Head, Some(b"x"), b"y").unwrap();
    assert!(!leftovers[1].exists());
    let hidden = fs::read_dir(folder.path().join("staging")).unwrap();
    assert_eq!(hidden.count(), 3, "no temporary file stays behind");
}

/// A program that is started while a lock is held shares its opening for a moment, as this copy does.
#[test]
fn a_lock_is_given_back_though_a_copy_of_its_file_is_still_open() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("lock");
    for share in [Share::Alone, Share::Writing] {
        let held = Lock::take_now(lock::open(&at).unwrap(), share).unwrap().unwrap();
        let copy = held.try_clone().unwrap();
        assert!(Lock::take_now(lock::open(&at).unwrap(), Share::Alone).unwrap().is_err());
        drop(held);
        assert!(Lock::take_now(lock::open(&at).unwrap(), Share::Alone).unwrap().is_ok());
        drop(copy);
    }
}

#[test]
fn the_last_partial_takes_its_folder_along() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    for width in [1, 2] {
        store.put(&path(&format!("payload/000.p/{width}")), b"x").unwrap();
    }
    store.remove(&path("payload/000.p/1")).unwrap();
    assert!(folder.path().join("payload/000.p").exists());
    store.remove(&path("payload/000.p/2")).unwrap();
    assert!(!folder.path().join("payload/000.p").exists());
    assert!(folder.path().join("payload").exists());
}

#[test]
fn putting_into_a_folder_that_others_keep_removing_succeeds() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::open(folder.path()).unwrap();
    std::thread::scope(|scope| {
        for thread in 1..=3 {
            let store = &store;
            scope.spawn(move || {
                let at = path(&format!("payload/000.p/{thread}"));
                for _ in 0..30 {
                    store.put(&at, b"x").unwrap();
                    store.remove(&at).unwrap();
                }
            });
        }
    });
    assert_eq!(names(&store, "payload"), [""; 0]);
}

#[test]
fn a_folder_that_is_not_there_or_no_folder_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing");
    let Err(StoreError::Io { path, source, .. }) = LocalStore::open(&missing) else { panic!("opened") };
    assert_eq!(source.kind(), ErrorKind::NotFound);
    assert!(path.ends_with("missing"));
    fs::write(&missing, b"a file").unwrap();
    assert!(
        matches!(LocalStore::open(&missing), Err(StoreError::Io { source, .. }) if source.kind() == ErrorKind::NotADirectory)
    );
    assert!(LocalStore::create(&missing).is_err());
}

/// The superuser may write anywhere, so the refusal is tried where even the kernel makes no file.
#[cfg(target_os = "linux")]
#[test]
fn a_read_only_folder_is_said_to_be_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let superuser = fs::write(folder.path().join("probe"), b"").is_ok();
    let root = if superuser { std::path::Path::new("/sys/kernel") } else { folder.path() };
    let store = LocalStore::open(root).unwrap();
    assert_eq!(store.read(Cell::Head).unwrap(), None);
    let refused = store.put(&path("staging/1-a"), b"x").unwrap_err();
    assert!(matches!(refused, StoreError::ReadOnly { .. }), "{refused:?}");
    assert!(refused.to_string().contains("read-only"));
    let refused = store.swap(Cell::Head, None, b"x").unwrap_err();
    assert!(matches!(refused, SwapError::Failed(StoreError::ReadOnly { .. })), "{refused:?}");
}

#[test]
fn a_part_is_read_of_an_object_of_the_length_that_is_known() {
    each(|store| {
        let at = path("log/tile/entries/000");
        store.put(&at, b"0123456789").unwrap();
        assert_eq!(store.get_part(&at, 10, 2..5).unwrap().as_deref(), Some(&b"234"[..]));
        assert_eq!(store.get_part(&at, 10, 0..10).unwrap().as_deref(), Some(&b"0123456789"[..]));
        assert_eq!(store.get_part(&at, 10, 5..5).unwrap().as_deref(), Some(&b""[..]));
        for whole in [9, 11] {
            assert_eq!(store.get_part(&at, whole, 2..5).unwrap(), None, "it has 10 bytes, not {whole}");
        }
        assert_eq!(store.get_part(&at, 10, 8..11).unwrap(), None, "there is nothing past the end");
        assert_eq!(store.get_part(&path("log/tile/entries/001"), 10, 2..5).unwrap(), None);
    });
}

#[test]
fn what_is_staged_is_there_and_what_was_written_ahead_shows_only_when_it_is_put() {
    each(|store| {
        let (staged, tile) = (path("staging/0-00"), path("log/tile/0/000.p/1"));
        let (bytes, head) = (b"tile".to_vec(), b"head".to_vec());
        let files = [(tile.clone(), bytes.as_slice())];
        let mut ahead = store.stage(&staged, b"batch", &files, &[(Cell::Head, &head)]).unwrap();
        assert_eq!(store.get(&staged, 10).unwrap().as_deref(), Some(&b"batch"[..]));
        assert_eq!(store.get(&tile, 10).unwrap(), None, "not put yet");
        assert_eq!(names(store, "log"), Vec::<String>::new());
        assert_eq!(store.read(Cell::Head).unwrap(), None, "not swapped yet");

        store.swap_ahead(Cell::Head, None, &head, &mut ahead).unwrap();
        assert_eq!(store.read(Cell::Head).unwrap().as_deref(), Some(&b"head"[..]));
        let note = b"note".to_vec();
        store.put_ahead(&files, &[(Cell::Checkpoint, &note)], &mut ahead).unwrap();
        assert_eq!(store.get(&tile, 10).unwrap().as_deref(), Some(&b"tile"[..]));
        assert_eq!(store.read(Cell::Checkpoint).unwrap(), None, "not swapped yet");
        // Other bytes than those written ahead are what counts.
        store.swap_ahead(Cell::Checkpoint, None, b"another note", &mut ahead).unwrap();
        assert_eq!(store.read(Cell::Checkpoint).unwrap().as_deref(), Some(&b"another note"[..]));
        let lost = store.swap_ahead(Cell::Checkpoint, None, &note, &mut ahead).unwrap_err();
        assert!(matches!(lost, SwapError::Conflict { found: Some(found) } if found == b"another note"));
    });
}

#[test]
fn what_was_written_ahead_and_not_used_leaves_nothing_and_what_was_swept_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::create(folder.path()).unwrap();
    let (staged, tile) = (path("staging/0-00"), path("log/tile/0/000.p/1"));
    let bytes = b"tile".to_vec();
    let files = [(tile.clone(), bytes.as_slice())];
    let count = |folder: &Path| fs::read_dir(folder).unwrap().count();
    let place = folder.path().join("log/tile/0/000.p");
    let ahead = store.stage(&staged, b"batch", &files, &[]).unwrap();
    assert_eq!(count(&place), 1, "a temporary file");
    drop(ahead);
    assert_eq!(count(&place), 0);

    let mut ahead = store.stage(&staged, b"batch", &files, &[]).unwrap();
    for file in fs::read_dir(&place).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    store.put_ahead(&files, &[], &mut ahead).unwrap();
    assert_eq!(store.get(&tile, 10).unwrap().as_deref(), Some(&b"tile"[..]));
    assert_eq!(count(&place), 1, "the tile and nothing else");
}
