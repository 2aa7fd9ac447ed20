//! A fault at every step of following and of publishing: what stands is the old state or the new one, and the next run ends
//! as if nothing had been.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::Arc;

use onrecord::hash::Index;
use onrecord::ledger::Ledger as Opened;
use onrecord::ledger::replica::Stored;
use onrecord::store::faulty::{Fault, FaultyStore};
use onrecord::store::{Cell, MemoryStore, Store, StorePath, StoreRead as _};

use super::follow::{Served, contents, erasure, follow, grow, memory, open, sample, say};
use super::ledgers::{Ledger, day};

/// Follows in a store that fails at every step in every way; then the state is the old one or the new one, and the next
/// run ends as if nothing had been.
fn faults(before: Option<&Served>, now: &Served, sizes: [u64; 2], all: &[Fault]) -> u64 {
    let begun = memory();
    if let Some(before) = before {
        follow(before, &begun).unwrap();
    }
    let begun = contents(&begun);
    let begin = || {
        let store = MemoryStore::new();
        for (path, bytes) in &begun {
            match StorePath::new(path.as_str()) {
                Ok(path) => store.put(&path, bytes).unwrap(),
                Err(_) => store.swap(Cell::Checkpoint, None, bytes).unwrap(),
            }
        }
        Arc::new(store)
    };
    let expected = {
        let store: Arc<dyn Store> = begin();
        follow(now, &store).unwrap();
        contents(&store)
    };
    let counting: Arc<FaultyStore<Arc<MemoryStore>>> = Arc::new(FaultyStore::counting(begin()));
    let counted: Arc<dyn Store> = counting.clone();
    follow(now, &counted).unwrap();
    let steps = counting.steps();
    for step in 0..steps {
        for fault in all {
            let disk = begin();
            let store: Arc<dyn Store> = Arc::new(FaultyStore::failing(disk.clone(), step, *fault));
            let ended = follow(now, &store);
            let left: Arc<dyn Store> = disk;
            match open(&left) {
                Some(ledger) => {
                    assert!(sizes.contains(&ledger.size()), "step {step} {fault:?}: {}", ledger.size());
                    ledger.entries(0..ledger.size()).unwrap();
                }
                None => assert!(before.is_none() && ended.is_err()),
            }
            follow(now, &left).unwrap();
            assert_eq!(contents(&left), expected, "step {step} {fault:?}");
            assert!(left.list(&StorePath::new("following").unwrap()).unwrap().is_empty(), "step {step} {fault:?}");
        }
    }
    steps
}

#[test]
fn a_fault_at_any_step_leaves_the_old_state_or_the_new_one() {
    // Small, and over the end of a bundle, where fewer sorts of fault must do: it takes long.
    for (count, faulty) in [(4, &Fault::ALL[..]), (126, &[Fault::CrashAfter])] {
        let mut ledger = sample(&[count]);
        let early = ledger.size();
        let before = Served::of(&ledger.files());
        grow(&mut ledger, &[3]);
        say(&mut ledger, Index(2), erasure());
        let mut files = ledger.files();
        files.empty(2);
        let now = Served::of(&files);
        let fresh = faults(None, &now, [ledger.size(), ledger.size()], faulty);
        let grown = faults(Some(&before), &now, [early, ledger.size()], faulty);
        assert!(fresh > 20 && grown > 30, "{fresh} {grown}");
    }
}

/// The public copy of a ledger, written to a store that fails at every step; a later run ends as if nothing had been.
#[test]
fn publishing_is_taken_up_after_a_fault_at_any_step() {
    let mut ledger = sample(&[4]);
    let open = |ledger: &Ledger| {
        let store: Arc<dyn Store> = Arc::new(ledger.files().store());
        Opened::open(store, None, Arc::new(|_: &str| {})).unwrap()
    };
    let (today, earlier) = (day("2026-06-01"), open(&ledger));
    grow(&mut ledger, &[3]);
    let now = open(&ledger);
    let begin = || {
        let store = Arc::new(MemoryStore::new());
        earlier.copy_public(&*store, today).unwrap();
        store
    };
    let expected = {
        let store = begin();
        now.copy_public(&*store, today).unwrap();
        contents(&(store as Arc<dyn Store>))
    };
    let counting = FaultyStore::counting(begin());
    now.copy_public(&counting, today).unwrap();
    let steps = counting.steps();
    assert!(steps > 12, "{steps}");
    for step in 0..steps {
        for fault in Fault::ALL {
            let disk = begin();
            // How it ended does not matter: it may have been told of a failure that was none.
            let _ = now.copy_public(&FaultyStore::failing(disk.clone(), step, fault), today);
            let left: Arc<dyn Store> = disk.clone();
            // Whatever checkpoint stands, a stranger can follow it.
            let size = follow(&Stored(disk.clone()), &memory()).unwrap().size;
            assert!([earlier.size(), now.size()].contains(&size), "step {step} {fault:?}");
            now.copy_public(&*disk, today).unwrap();
            assert_eq!(contents(&left), expected, "step {step} {fault:?}");
        }
    }
}
