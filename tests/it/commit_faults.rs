//! Every step of a store fails in every way during a series of commits, with one writer and with two; then the ledger is
//! opened again, and everything is derived from the entries.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use onrecord::hash::leaf_hash;
use onrecord::ledger::commit::{AppendError, Committer};
use onrecord::ledger::memory::{Memory, Volatile};
use onrecord::ledger::reader::Reader;
use onrecord::ledger::staging::Encoded;
use onrecord::store::faulty::{Fault, FaultyStore};
use onrecord::store::{Cell, MemoryStore, Store, StoreError, StorePath, StoreRead, SwapError};

use crate::ledger_oracle::{assert_at_rest, assert_nothing_half_done, batch, config, signer};

/// Sizes that fill a bundle in the middle of a commit, and one at its end.
const SIZES: [usize; 5] = [1, 253, 3, 255, 1];

type Disk = Arc<MemoryStore>;
type Flaky = Arc<FaultyStore<Disk>>;
type Append = Result<onrecord::ledger::commit::Committed, AppendError<Infallible>>;

fn append<S: Store>(committer: &mut Committer<S>, entries: &[Encoded]) -> Append {
    committer.append(&mut |_| Ok(entries.to_vec()))
}

/// What the entries of the log are now, found by reading.
fn recorded(disk: &Disk, first: &Encoded, base: u64) -> bool {
    let reader = Reader::open(disk.clone(), vec![signer().verifier().clone()]).unwrap();
    reader.size() > base && reader.entries(base..base + 1).unwrap() == [first.entry.clone()]
}

/// One run: a series of commits with a fault in it, retried or taken up by the next process.
struct Run {
    disk: Disk,
    memory: Arc<dyn Memory>,
    /// What was acknowledged, in order.
    log: Vec<Encoded>,
}

impl Run {
    fn new() -> Self {
        Self { disk: Disk::default(), memory: Arc::new(Volatile::default()), log: Vec::new() }
    }

    fn reopen(&self) -> Committer<Disk> {
        Committer::open(self.disk.clone(), config(self.memory.clone())).unwrap()
    }

    /// A writer that failed while opening does so again; one that crashed leaves the rest to `reopen`.
    fn open(&self, store: &Flaky) -> Option<Committer<Flaky>> {
        (0..2).find_map(|_| Committer::open(store.clone(), config(self.memory.clone())).ok())
    }

    /// Appends with a writer that may fail, until the entries are recorded for certain or the writer is dead.
    fn record(&mut self, committer: &mut Committer<Flaky>, entries: &[Encoded]) {
        for _ in 0..3 {
            let before = self.log.len();
            match append(committer, entries) {
                Ok(done) => {
                    assert_eq!(done.size, done.base + entries.len() as u64);
                    assert_eq!(done.base, before as u64);
                    return self.log.extend_from_slice(entries);
                }
                Err(AppendError::Unpublished { base, size, .. }) => {
                    assert_eq!((base, size), (before as u64, (before + entries.len()) as u64));
                    self.log.extend_from_slice(entries);
                    return assert_nothing_half_done(&self.disk, &self.log);
                }
                Err(AppendError::Refused(_)) => assert_nothing_half_done(&self.disk, &self.log),
                Err(AppendError::Unclear { base, leaf, .. }) => {
                    assert_eq!((base, leaf), (before as u64, leaf_hash(&entries[0].entry)));
                    assert_nothing_half_done(&self.disk, &[&self.log[..], entries].concat());
                    self.reopen();
                    if recorded(&self.disk, &entries[0], base) {
                        self.log.extend_from_slice(entries);
                        return;
                    }
                }
                Err(AppendError::Build(never)) => match never {},
            }
        }
        // The writer is dead: somebody else records it.
        let done = append(&mut self.reopen(), entries).unwrap();
        assert_eq!(done.base, self.log.len() as u64);
        self.log.extend_from_slice(entries);
    }

    fn finish(mut self) {
        let mut last = self.reopen();
        assert_at_rest(&self.disk, &self.log);
        let entries = batch("last", 2);
        append(&mut last, &entries).unwrap();
        self.log.extend(entries);
        assert_at_rest(&self.disk, &self.log);
        assert!(last.aftermath().is_empty());
    }
}

fn one_writer(store: impl FnOnce(Disk) -> FaultyStore<Disk>) -> u64 {
    let mut run = Run::new();
    let store = Arc::new(store(run.disk.clone()));
    let mut committer = run.open(&store);
    for (i, size) in SIZES.into_iter().enumerate() {
        let entries = batch(&format!("batch {i}"), size);
        if let Some(committer) = &mut committer {
            run.record(committer, &entries);
        }
    }
    let steps = store.steps();
    run.finish();
    steps
}

/// The faulty writer is overtaken while it builds: by a second one that commits, and by one that dies right after its
/// swap, so that the faulty one has somebody else's batch to finish.
fn two_writers(store: impl FnOnce(Disk) -> FaultyStore<Disk>) -> u64 {
    let mut run = Run::new();
    let store = Arc::new(store(run.disk.clone()));
    let mut committer = run.open(&store);
    for (i, size) in SIZES.into_iter().enumerate() {
        let ours = batch(&format!("ours {i}"), size);
        let theirs = batch(&format!("theirs {i}"), 5);
        let Some(committer) = &mut committer else { break };
        let mut rival = Some(());
        let mut between = Vec::new();
        let mut attempt = |committer: &mut Committer<Flaky>, run: &Run| {
            committer.append::<Infallible>(&mut |_| {
                if rival.take().is_some() {
                    between = rival_commits(run, &theirs, i % 2 == 1);
                }
                Ok(ours.clone())
            })
        };
        let mut outcome = attempt(committer, &run);
        if matches!(outcome, Err(AppendError::Refused(_))) {
            outcome = attempt(committer, &run);
        }
        run.log.append(&mut between);
        let base = run.log.len() as u64;
        if outcome.is_err() {
            assert_nothing_half_done(&run.disk, &[&run.log[..], &ours].concat());
        }
        match outcome {
            Ok(done) => assert_eq!(done.base, base),
            Err(AppendError::Unpublished { base: at, .. }) => assert_eq!(at, base),
            Err(AppendError::Refused(_) | AppendError::Unclear { .. }) => {
                let mut next = run.reopen();
                if !recorded(&run.disk, &ours[0], base) {
                    append(&mut next, &ours).unwrap();
                }
            }
            Err(AppendError::Build(never)) => match never {},
        }
        run.log.extend(ours);
    }
    let steps = store.steps();
    run.finish();
    steps
}

/// Another process records `entries`, and dies after the swap if told to; returns what it has recorded.
fn rival_commits(run: &Run, entries: &[Encoded], dies: bool) -> Vec<Encoded> {
    if !dies {
        append(&mut run.reopen(), entries).unwrap();
        return entries.to_vec();
    }
    // Opening and staging take a number of steps that depends on the size; the first outcome that is recorded and not
    // published is the one wanted.
    run.reopen();
    let steps = {
        let counting = Arc::new(FaultyStore::counting(run.disk.clone()));
        drop(Committer::open(counting.clone(), config(run.memory.clone())).unwrap());
        counting.steps()
    };
    for step in steps.. {
        let store = FaultyStore::failing(run.disk.clone(), step, Fault::CrashBefore);
        let mut rival = Committer::open(Arc::new(store), config(run.memory.clone())).unwrap();
        match append(&mut rival, entries) {
            Err(AppendError::Unpublished { .. }) => return entries.to_vec(),
            // It died before its swap.
            Err(AppendError::Refused(_) | AppendError::Unclear { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    Vec::new()
}

fn each_fault(series: impl Fn(&dyn Fn(Disk) -> FaultyStore<Disk>) -> u64) {
    let steps = series(&FaultyStore::counting);
    assert!(steps > 50, "{steps} steps are no series of commits");
    for fault in Fault::ALL {
        for step in 0..steps {
            // Shown when the test fails.
            println!("{fault:?} at step {step} of {steps}");
            series(&|disk| FaultyStore::failing(disk, step, fault));
        }
    }
}

#[test]
fn one_writer_survives_every_fault_at_every_step() {
    each_fault(|store| one_writer(store));
}

#[test]
fn two_writers_survive_every_fault_at_every_step() {
    each_fault(|store| two_writers(store));
}

/// A store before one of whose steps another process does something.
struct Interrupted {
    disk: Disk,
    steps: AtomicU64,
    at: u64,
    other: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Interrupted {
    fn disk(&self) -> &Disk {
        if self.steps.fetch_add(1, Ordering::SeqCst) == self.at
            && let Some(other) = self.other.lock().unwrap().take()
        {
            other();
        }
        &self.disk
    }
}

impl StoreRead for Interrupted {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.disk().get(path, limit)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        self.disk().list(folder)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        self.disk().read(cell)
    }
}

impl Store for Interrupted {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        objects.iter().try_for_each(|(path, bytes)| self.disk().put(path, bytes))
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        self.disk().redact(path, bytes)
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        self.disk().remove(path)
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        self.disk().swap(cell, expected, new)
    }
}

/// What another process does in one moment: opens the ledger, commits, and erases the payload of `erased`.
fn other_process(run: &Run, commits: &[Vec<Encoded>], erased: Option<u64>) -> Box<dyn FnOnce() + Send> {
    let (disk, memory, commits) = (run.disk.clone(), run.memory.clone(), commits.to_vec());
    Box::new(move || {
        let mut other = Committer::open(disk, config(memory)).unwrap();
        for entries in commits {
            append(&mut other, &entries).unwrap();
        }
        if let Some(index) = erased {
            other.erase(&[index]).unwrap();
        }
    })
}

/// A writer that knows the ledger at 250 entries commits 3; before one of its steps another process is at work. A batch
/// of a writer that died after its swap stands between, if `dead`. Returns the number of steps.
fn interrupted(at: u64, dead: bool, commits: &[Vec<Encoded>], erased: Option<u64>) -> u64 {
    let mut run = Run::new();
    let start = batch("start", 250);
    append(&mut run.reopen(), &start).unwrap();
    run.log.extend(start);
    let store = Interrupted { disk: run.disk.clone(), steps: AtomicU64::new(0), at: u64::MAX, other: Mutex::default() };
    let store = Arc::new(store);
    drop(Committer::open(store.clone(), config(run.memory.clone())).unwrap());
    let opening = store.steps.load(Ordering::SeqCst);
    let store = Interrupted {
        disk: run.disk.clone(),
        steps: AtomicU64::new(0),
        at: opening + at,
        other: Mutex::new(Some(other_process(&run, commits, erased))),
    };
    let store = Arc::new(store);
    let mut committer = Committer::open(store.clone(), config(run.memory.clone())).unwrap();
    if dead {
        run.log.extend(rival_commits(&run, &batch("dead", 2), true));
    }
    let ours = batch("ours", 3);
    let done = append(&mut committer, &ours).unwrap();
    assert!(done.aftermath.is_empty());
    // What the writer knows is in order: it goes on.
    let again = batch("again", 1);
    append(&mut committer, &again).unwrap();
    let steps = store.steps.load(Ordering::SeqCst) - opening;

    // The other process came before the batch, between the two, or after them, or never.
    let happened = store.other.lock().unwrap().is_none();
    let mut theirs: Vec<_> = commits.iter().filter(|_| happened).flatten().cloned().collect();
    let base = done.base as usize;
    if base > run.log.len() {
        run.log.append(&mut theirs);
    }
    assert_eq!(base, run.log.len());
    run.log.extend(ours);
    let reader = Reader::open(run.disk.clone(), vec![signer().verifier().clone()]).unwrap();
    let last = reader.entries(reader.size() - 1..reader.size()).unwrap();
    let (first, second) = if last == [again[0].entry.clone()] { (theirs, again) } else { (again, theirs) };
    run.log.extend(first);
    run.log.extend(second);
    if let Some(index) = erased.filter(|_| happened) {
        run.log[index as usize].payload.clear();
    }
    run.finish();
    steps
}

/// Whether a dead writer's batch is to be finished, what the other process commits, and what it erases.
type Case<'a> = (bool, &'a [Vec<Encoded>], Option<u64>);

#[test]
fn another_process_may_come_between_any_two_steps() {
    let small = [batch("theirs", 1)];
    let large = [batch("theirs a", 1), batch("theirs b", 300), batch("theirs c", 1)];
    let cases: [Case<'_>; 7] = [
        (false, &small, None),
        (false, &large, None),
        (false, &[], Some(249)),
        (false, &large, Some(249)),
        // It finishes the dead writer's batch just when we do.
        (true, &[], None),
        (true, &small, None),
        (true, &large, Some(249)),
    ];
    for (number, (dead, commits, erased)) in cases.into_iter().enumerate() {
        let steps = interrupted(u64::MAX / 2, dead, commits, erased);
        assert!(steps > 20, "{steps} steps are no commit");
        for at in 0..steps {
            println!("case {number}, before step {at} of {steps}");
            interrupted(at, dead, commits, erased);
        }
    }
}
