//! What the fault suite on the real binary (`tests/interop/faults.py`) and the model of the commit protocol
//! (`tests/model/commit.pml`) have found, each with the story of the fault.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs::{self, File};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use onrecord::claim::desk::Erasure;
use onrecord::entry::{Event, Kind, Proposal};
use onrecord::ledger::commit::Committer;
use onrecord::ledger::memory::{Memory, Volatile};
use onrecord::ledger::staging::Encoded;
use onrecord::store::{Cell, LocalStore, MemoryStore, Store, StoreError, StorePath, StoreRead, SwapError};

use crate::cli::Desk;
use crate::ledger_oracle::{assert_at_rest, batch, config};

/// A disk on which a checkpoint may have its name and not be synced yet.
#[derive(Default)]
struct Disk {
    files: MemoryStore,
    /// What a power cut takes the checkpoint back to.
    durable: Mutex<Option<Vec<u8>>>,
    /// Whether the next swap of the checkpoint is the last thing that its process does.
    dies: AtomicBool,
    /// What another process does before the next swap of the checkpoint.
    between: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl Disk {
    fn cut_the_power(&self) {
        let now = self.files.read(Cell::Checkpoint).unwrap();
        let durable = self.durable.lock().unwrap().clone().unwrap();
        self.files.swap(Cell::Checkpoint, now.as_deref(), &durable).unwrap();
    }
}

impl StoreRead for Disk {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.files.get(path, limit)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        self.files.list(folder)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        self.files.read(cell)
    }
}

impl Store for Disk {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        self.files.put_many(objects)
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        self.files.redact(path, bytes)
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        self.files.remove(path)
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        if cell == Cell::Head {
            return self.files.swap(cell, expected, new);
        }
        let between = self.between.lock().unwrap().take();
        if let Some(other) = between {
            other();
        }
        self.files.swap(cell, expected, new)?;
        if self.dies.swap(false, Ordering::SeqCst) {
            // Named, and killed before it was synced.
            return Err(SwapError::Failed(StoreError::Injected { step: 0 }));
        }
        *self.durable.lock().unwrap() = Some(new.to_vec());
        Ok(())
    }
}

fn append(disk: &Arc<Disk>, memory: &Arc<dyn Memory>, entries: &[Encoded]) -> bool {
    let mut committer = Committer::open(disk.clone(), config(memory.clone())).unwrap();
    committer.append::<std::convert::Infallible>(&mut |_| Ok(entries.to_vec())).is_ok()
}

/// Found by the model: a writer that comes late to its checkpoint finds a larger one, by a writer that was killed between
/// naming and syncing it. It tidied under it: the batch that the head names went. Then the power went, the checkpoint was the
/// former one again, and nobody could finish what the head named: the ledger could not be opened for writing any more.
#[test]
fn nothing_is_tidied_under_a_checkpoint_that_a_power_cut_takes_back() {
    let (disk, memory): (Arc<Disk>, Arc<dyn Memory>) = (Arc::default(), Arc::new(Volatile::default()));
    let (first, ours, theirs) = (batch("first", 1), batch("ours", 2), batch("theirs", 3));
    assert!(append(&disk, &memory, &first));
    let (there, shared, entries) = (disk.clone(), memory.clone(), theirs.clone());
    *disk.between.lock().unwrap() = Some(Box::new(move || {
        let mut other = Committer::open(there.clone(), config(shared)).unwrap();
        there.dies.store(true, Ordering::SeqCst);
        let died = other.append::<std::convert::Infallible>(&mut |_| Ok(entries.clone()));
        assert!(died.is_err() && !there.dies.load(Ordering::SeqCst), "it was to die at its checkpoint");
    }));
    // The memory of this machine's checkpoints is another matter: the other writer had one of its own.
    let mut late = Committer::open(disk.clone(), config(Arc::new(Volatile::default()))).unwrap();
    let late = late.append::<std::convert::Infallible>(&mut |_| Ok(ours.clone())).unwrap();
    assert_eq!((late.base, late.size), (1, 3));
    disk.cut_the_power();

    let fresh: Arc<dyn Memory> = Arc::new(Volatile::default());
    assert!(append(&disk, &fresh, &batch("last", 1)));
    let log: Vec<Encoded> = [first, ours, theirs, batch("last", 1)].concat();
    assert_at_rest(&disk.files, &log);
}

/// A process that was stopped with Ctrl-Z while it held the lock blocked every other writer, silently and for ever.
#[test]
fn a_lock_that_is_not_given_back_is_waited_for_with_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::create(folder.path()).unwrap().with_patience(Duration::from_millis(200));
    let holder = File::create(folder.path().join("lock")).unwrap();
    holder.lock().unwrap();
    let begun = Instant::now();
    let error = store.swap(Cell::Head, None, b"head").unwrap_err();
    assert!(begun.elapsed() >= Duration::from_millis(200));
    let SwapError::Failed(StoreError::Locked { holders, .. }) = &error else { panic!("{error:?}") };
    if cfg!(target_os = "linux") {
        let pids: Vec<u32> = holders.iter().map(|holder| holder.pid).collect();
        assert_eq!(pids, [std::process::id()], "the lock is this very process's");
        assert!(!holders[0].stopped);
    }
    assert_eq!(store.read(Cell::Head).unwrap(), None);
    // Somebody who waits holds nothing; and when it is given back, it goes on.
    let waiting = std::thread::spawn(move || store.swap(Cell::Head, None, b"head").map(|()| store));
    std::thread::sleep(Duration::from_millis(50));
    drop(holder);
    assert_eq!(waiting.join().unwrap().unwrap().read(Cell::Head).unwrap().as_deref(), Some(b"head".as_slice()));
}

/// Its own checkpoint, written ahead, was swept away as if a dead writer had left it, and written and synced a second time.
#[test]
fn what_is_written_ahead_is_not_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = LocalStore::create(folder.path()).unwrap();
    fs::create_dir(folder.path().join("log")).unwrap();
    let leftover = folder.path().join("log/.tmp-1-1");
    fs::write(&leftover, b"left by a dead writer").unwrap();
    let (tile, bytes): (StorePath, &[u8]) = ("log/tile/0/000.p/1".parse().unwrap(), &[7; 32]);
    let checkpoint = b"checkpoint".to_vec();
    let mut ahead = onrecord::store::Ahead::default();
    store.put_ahead(&[(tile, bytes)], &[(Cell::Checkpoint, &checkpoint)], &mut ahead).unwrap();
    assert!(!leftover.exists());
    let temporary = || -> Vec<_> {
        let names = fs::read_dir(folder.path().join("log")).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().starts_with(".tmp-")).collect()
    };
    let [written] = temporary().try_into().unwrap();
    let inode = |path: &std::path::Path| {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(path).unwrap().ino()
    };
    let before = inode(&folder.path().join("log").join(&written));
    store.swap_ahead(Cell::Checkpoint, None, &checkpoint, &mut ahead).unwrap();
    assert_eq!(inode(&folder.path().join("log/checkpoint")), before, "it was written again");
}

/// The words of something erased, in a held document, a payload and the search index: whoever comes next takes them all
/// away, when the process that recorded the erasure died before it came to that.
#[test]
fn an_erasure_that_was_cut_short_is_finished_by_the_next_command_that_writes() {
    let desk = Desk::new();
    let words = "Xyzzyplugh signed the order to close the old bridge.";
    fs::write(desk.path("page.txt"), words).unwrap();
    let run = |args: &[&str]| {
        let done = desk.command().args(args).output().unwrap();
        assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
        done
    };
    let page = desk.path("page.txt");
    run(&[
        "document",
        "add",
        page.to_str().unwrap(),
        "--title",
        "Page",
        "--publisher",
        "The Example",
        "--dated",
        "2025",
    ]);
    fs::remove_file(&page).unwrap();
    let claim = desk.claim("bridge-closed", "The city closed the old bridge on 2 March 2025.");
    run(&["note", &claim.to_string(), words]);
    let says =
        ["evidence", &claim.to_string(), "--supports", "--publisher", "Gazette", "--cluster", "city", "--says", words];
    run(&says);
    run(&["search", "bridge"]);
    let holding = || -> Vec<_> {
        walk(&desk.path("desk"))
            .into_iter()
            .filter(|file| {
                let bytes = fs::read(file).unwrap().to_ascii_lowercase();
                bytes.windows(10).any(|window| window == b"xyzzyplugh")
            })
            .collect()
    };
    let files = |names: &[&str]| {
        let there = holding();
        names.iter().all(|name| there.iter().any(|file| file.to_str().unwrap().contains(name)))
    };
    assert!(files(&["blobs", "payload"]), "{:?}", holding());
    // The index holds words in pieces: it is told by its files, and by what it finds.
    let index = || walk(&desk.path("desk/search")).into_iter().filter(|f| f.extension().is_some()).collect::<Vec<_>>();
    let indexed = index();
    assert!(!indexed.is_empty());
    assert!(String::from_utf8(run(&["search", "xyzzyplugh"]).stdout).unwrap().contains("old bridge"));

    // The entries that erase, and nothing of what should follow them: the process died there.
    let ledger = desk.ledger();
    let erasure = Erasure { authority: "court".into(), ground: "asked".into() };
    let proposals = [Kind::SnapshotCaptured, Kind::TextExtracted, Kind::NoteAdded, Kind::EvidenceLinked].map(|kind| {
        let all = ledger.entries(0..ledger.size()).unwrap();
        let target = all.iter().rfind(|entry| entry.header.kind == kind).unwrap();
        let mut proposal = Proposal::about(target.subject(), Event::PayloadErased(erasure.clone()));
        proposal.re = Some(target.index);
        proposal
    });
    drop(ledger);
    desk.append(&proposals);
    assert!(files(&["blobs", "payload"]), "{:?}", holding());
    assert_eq!(index(), indexed);

    run(&["note", &claim.to_string(), "and on"]);
    assert_eq!(holding(), Vec::<std::path::PathBuf>::new());
    let named = |file: &std::path::PathBuf| file.file_stem().is_some_and(|stem| stem.len() == 32);
    let left: Vec<_> = index().into_iter().filter(|file| named(file) && indexed.contains(file)).collect();
    assert_eq!(left, Vec::<std::path::PathBuf>::new(), "pieces of the index from before");
    assert!(!String::from_utf8(run(&["search", "xyzzyplugh"]).stdout).unwrap().contains("old bridge"));
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let all = entries.map(|entry| entry.unwrap().path());
    all.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

/// A disk before whose next checkpoint, and after whose next reading of the head, something else happens.
#[derive(Default)]
struct Slow {
    disk: Disk,
    after_head: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl StoreRead for Slow {
    fn get(&self, path: &StorePath, limit: usize) -> Result<Option<Vec<u8>>, StoreError> {
        self.disk.get(path, limit)
    }

    fn list(&self, folder: &StorePath) -> Result<Vec<StorePath>, StoreError> {
        self.disk.list(folder)
    }

    fn read(&self, cell: Cell) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.disk.read(cell);
        let after = if cell == Cell::Head { self.after_head.lock().unwrap().take() } else { None };
        if let Some(other) = after {
            other();
        }
        found
    }
}

impl Store for Slow {
    fn put_many(&self, objects: &[(StorePath, &[u8])]) -> Result<(), StoreError> {
        self.disk.put_many(objects)
    }

    fn redact(&self, path: &StorePath, bytes: &[u8]) -> Result<(), StoreError> {
        self.disk.redact(path, bytes)
    }

    fn remove(&self, path: &StorePath) -> Result<(), StoreError> {
        self.disk.remove(path)
    }

    fn swap(&self, cell: Cell, expected: Option<&[u8]>, new: &[u8]) -> Result<(), SwapError> {
        self.disk.swap(cell, expected, new)
    }
}

/// A writer remembers its commit while its checkpoint is being swapped in. Another one that had read the head just before took
/// what it then found remembered for a sign that the ledger had been put back.
#[test]
fn what_a_writer_remembers_before_its_checkpoint_stands_is_no_rollback() {
    let (disk, memory): (Arc<Slow>, Arc<dyn Memory>) = (Arc::default(), Arc::new(Volatile::default()));
    let open = || Committer::open(disk.clone(), config(memory.clone())).unwrap();
    let all = |entries: &[Encoded]| entries.to_vec();
    let (first, ours, theirs) = (batch("first", 1), batch("ours", 2), batch("theirs", 3));
    let mut late = open();
    late.append::<std::convert::Infallible>(&mut |_| Ok(all(&first))).unwrap();
    let before = memory.load().unwrap().unwrap();

    // The other one comes as far as remembering, and no further until this one is done.
    let (done, wait) = std::sync::mpsc::channel::<()>();
    *disk.disk.between.lock().unwrap() = Some(Box::new(move || wait.recv().unwrap()));
    let mut other = open();
    let there = theirs.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let (shared, same) = (memory.clone(), disk.clone());
    *disk.after_head.lock().unwrap() = Some(Box::new(move || {
        let theirs = std::thread::spawn(move || other.append::<std::convert::Infallible>(&mut |_| Ok(there.clone())));
        let begun = Instant::now();
        while shared.load().unwrap().unwrap() == before || same.disk.between.lock().unwrap().is_some() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never remembers");
            std::thread::sleep(Duration::from_millis(1));
        }
        tell.send(theirs).unwrap();
    }));
    let result = late.append::<std::convert::Infallible>(&mut |_| Ok(all(&ours))).map(|c| (c.base, c.size));
    done.send(()).unwrap();
    assert!(told.recv().unwrap().join().unwrap().is_ok());
    assert_eq!(result.unwrap(), (4, 6));
    assert_at_rest(&disk.disk.files, &[first, theirs, ours].concat());
}
