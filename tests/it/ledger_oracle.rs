//! Derives every file of a ledger from the entries by its own path, for the tests of the commit protocol: the root by
//! the literal recursion of RFC 6962, the paths by the words of C2SP tlog-tiles.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64ct::{Base64, Encoding as _};
use onrecord::hash::Digest;
use onrecord::ledger::commit::Config;
use onrecord::ledger::memory::Memory;
use onrecord::ledger::reader::Reader;
use onrecord::ledger::staging::Encoded;
use onrecord::store::{Cell, Store, StorePath, StoreRead};
use onrecord::tlog::checkpoint::Checkpoint;
use onrecord::tlog::key::{Role, Signer};

pub const ORIGIN: &str = "example.org/desk";

pub fn signer() -> Signer {
    Signer::from_seed(ORIGIN, Role::Log, &[7; 32]).unwrap()
}

/// A configuration whose random bytes are different in every process and call of the test.
pub fn config(memory: Arc<dyn Memory>) -> Config {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let random = || {
        let count = COUNTER.fetch_add(1, Ordering::Relaxed);
        let mut bytes = Digest::of(&count.to_be_bytes()).0;
        bytes[0] = 1;
        *bytes.first_chunk().unwrap()
    };
    Config { signers: vec![signer()], memory, accept_rollback: false, random: Box::new(random) }
}

/// Entries that no other call gives, some with their payload withheld from the start.
pub fn batch(name: &str, count: usize) -> Vec<Encoded> {
    let one = |k: usize| {
        let payload = if k % 7 == 3 { String::new() } else { format!("payload {k} of {name} {}", "x".repeat(k % 50)) };
        Encoded { entry: format!("entry {k} of {name}").into_bytes(), payload: payload.into_bytes() }
    };
    (0..count).map(one).collect()
}

/// MTH of RFC 6962, section 2.1, word for word.
pub fn mth(entries: &[&[u8]]) -> Digest {
    mth_of(&entries.iter().map(|entry| Digest::of(&[&[0], *entry].concat())).collect::<Vec<_>>())
}

/// The same from leaf hashes on.
fn mth_of(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [one] => *one,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            Digest::of(&[&[1], &mth_of(&leaves[..k]).0[..], &mth_of(&leaves[k..]).0[..]].concat())
        }
    }
}

fn framed<'a>(items: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    items.flat_map(|item| [&u16::try_from(item.len()).unwrap().to_be_bytes(), item].concat()).collect()
}

fn coordinates(n: usize) -> String {
    let mut groups = vec![format!("{:03}", n % 1000)];
    let mut rest = n / 1000;
    while rest > 0 {
        groups.push(format!("x{:03}", rest % 1000));
        rest /= 1000;
    }
    groups.reverse();
    groups.join("/")
}

/// What a ledger of some entries consists of.
struct Oracle<'a> {
    log: &'a [Encoded],
    root: Digest,
    /// Hashes of each tile level.
    hashes: Vec<Vec<Digest>>,
}

/// A file of the log, as its path says.
struct File {
    bytes: Vec<u8>,
    /// Entries that there must be before it can be written.
    needs: usize,
    /// Entries that there are once the full one can be written.
    superseded_at: usize,
    partial: bool,
}

impl<'a> Oracle<'a> {
    fn new(log: &'a [Encoded]) -> Self {
        let mut hashes = vec![log.iter().map(|one| Digest::of(&[&[0], &one.entry[..]].concat())).collect::<Vec<_>>()];
        let root = mth_of(&hashes[0]);
        while let Some(below) = hashes.last().filter(|below| below.len() >= 256) {
            hashes.push(below.chunks_exact(256).map(mth_of).collect());
        }
        Self { log, root, hashes }
    }

    /// Names of all files that must stand.
    fn required(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let mut row = |prefix: String, count: usize| {
            for n in 0..count.div_ceil(256) {
                let width = (count - n * 256).min(256);
                let partial = if width == 256 { String::new() } else { format!(".p/{width}") };
                names.insert(format!("{prefix}/{}{partial}", coordinates(n)));
            }
        };
        row("log/tile/entries".to_owned(), self.log.len());
        row("payload".to_owned(), self.log.len());
        self.hashes.iter().enumerate().for_each(|(level, row_of)| row(format!("log/tile/{level}"), row_of.len()));
        names
    }

    /// What the file at `path` must be; `None` where these entries have no such file, now or before.
    fn file(&self, path: &str) -> Option<File> {
        let (row, place) = match path.strip_prefix("log/tile/") {
            Some(rest) => rest.split_once('/')?,
            None => ("payload", path.strip_prefix("payload/")?),
        };
        let (number, width) = place.split_once(".p/").unwrap_or((place, "256"));
        let n = number.replace(['x', '/'], "").parse().ok()?;
        let width: usize = width.parse().ok()?;
        assert!(coordinates(n) == number && (1..=256).contains(&width), "{path} is not a path of a log");
        let (start, end) = (n * 256, n * 256 + width);
        let (span, bytes) = match row {
            "entries" => (1, framed(self.log.get(start..end)?.iter().map(|one| one.entry.as_slice()))),
            "payload" => (1, framed(self.log.get(start..end)?.iter().map(|one| one.payload.as_slice()))),
            level => {
                let level: usize = level.parse().ok()?;
                let hashes = self.hashes.get(level)?.get(start..end)?;
                (256_usize.pow(u32::try_from(level).unwrap()), hashes.iter().flat_map(|hash| hash.0).collect())
            }
        };
        Some(File { bytes, needs: end * span, superseded_at: (start + 256) * span, partial: width < 256 })
    }

    /// The text that the checkpoint must have.
    fn checkpoint(&self) -> String {
        format!("{ORIGIN}\n{}\n{}", self.log.len(), Base64::encode_string(&self.root.0))
    }
}

fn files(store: &dyn StoreRead, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let paths = store.list(&StorePath::new(folder).unwrap()).unwrap();
    paths.into_iter().map(|path| (path.to_string(), store.get(&path, 1 << 28).unwrap().unwrap())).collect()
}

fn tree_files(store: &dyn StoreRead) -> BTreeMap<String, Vec<u8>> {
    let mut all = files(store, "log");
    all.extend(files(store, "payload"));
    all
}

fn published_text(store: &dyn StoreRead) -> Option<String> {
    let bytes = store.read(Cell::Checkpoint).unwrap()?;
    Checkpoint::open(&bytes, signer().verifier()).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    Some(text.split_once("\n\n").unwrap().0.to_owned())
}

/// Size and root in the head, read by hand.
fn head(store: &dyn StoreRead) -> Option<(usize, String)> {
    let text = String::from_utf8(store.read(Cell::Head).unwrap()?).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], "onrecord-head/0");
    Some((lines[1].parse().unwrap(), lines[2].to_owned()))
}

/// A ledger at rest holds exactly these entries: every file, both cells, and nothing that was superseded.
pub fn assert_at_rest(store: &dyn Store, log: &[Encoded]) {
    let oracle = Oracle::new(log);
    let mut required = oracle.required();
    for (path, bytes) in tree_files(store) {
        let file = oracle.file(&path).unwrap_or_else(|| panic!("{path} should not be there"));
        assert!(file.bytes == bytes, "{path} is wrong");
        // Smaller partials of the public part stay until the full one stands.
        let kept = file.partial && path.starts_with("log/") && file.superseded_at > log.len();
        assert!(required.remove(&path) || kept, "{path} should have been tidied");
    }
    assert!(required.is_empty(), "{required:?} are missing");
    if log.is_empty() {
        assert_eq!((head(store), published_text(store)), (None, None));
        return;
    }
    assert_eq!(published_text(store).unwrap(), oracle.checkpoint());
    assert_eq!(head(store).unwrap(), (log.len(), oracle.root.hex()));
    for (path, bytes) in files(store, "staging") {
        let base: usize = path.strip_prefix("staging/").unwrap().split_once('-').unwrap().0.parse().unwrap();
        assert!(base >= log.len(), "{path} of {} bytes should have been tidied", bytes.len());
    }
    assert_readable(store, log);
}

fn assert_readable(store: &dyn Store, log: &[Encoded]) {
    let reader = Reader::open(store, vec![signer().verifier().clone()]).unwrap();
    let size = log.len() as u64;
    assert_eq!(reader.size(), size);
    let entries: Vec<_> = log.iter().map(|one| one.entry.clone()).collect();
    assert_eq!(reader.entries(0..size).unwrap(), entries);
    let payload = |one: &Encoded| (!one.payload.is_empty()).then(|| one.payload.clone());
    assert_eq!(reader.payloads(0..size).unwrap(), log.iter().map(payload).collect::<Vec<_>>());
}

/// What a crash may leave: whatever the checkpoint promises can be read, and nothing stands under `log/` or `payload/`
/// that the head does not cover. `log` is what was acknowledged, and after it what may have been recorded.
pub fn assert_nothing_half_done(store: &dyn Store, log: &[Encoded]) {
    let size = head(store).map_or(0, |(size, _)| size);
    assert!(size <= log.len(), "the head covers entries that nobody appended");
    let oracle = Oracle::new(log);
    for (path, bytes) in tree_files(store) {
        let file = oracle.file(&path).unwrap_or_else(|| panic!("{path} is of entries that nobody appended"));
        assert!(file.needs <= size, "{path} stands before its head");
        assert!(file.bytes == bytes, "{path} is wrong");
    }
    if let Some(text) = published_text(store) {
        let published: usize = text.lines().nth(1).unwrap().parse().unwrap();
        assert!(published <= size);
        assert_eq!(text, Oracle::new(&log[..published]).checkpoint());
        assert_readable(store, &log[..published]);
    }
}
