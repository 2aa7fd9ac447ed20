//! Every step of a store fails in every way during a series of commits, with one writer and with two; then the ledger is
//! opened again, and everything is derived from the entries.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::convert::Infallible;
use std::sync::Arc;

use onrecord::hash::leaf_hash;
use onrecord::ledger::commit::{AppendError, Committer};
use onrecord::ledger::memory::{Memory, Volatile};
use onrecord::ledger::reader::Reader;
use onrecord::ledger::staging::Encoded;
use onrecord::store::faulty::{Fault, FaultyStore};
use onrecord::store::{MemoryStore, Store};

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
    assert!(steps > 100, "{steps} steps are no series of commits");
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
