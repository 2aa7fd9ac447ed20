//! From files to entries: 256 at a time, on several threads, everything that needs no other entry.
//!
//! Of several files with the same number the one that reaches just far enough is read for its content; each of the others
//! must say the same. Where a bundle does not give an entry, the hash tile may still give its leaf hash, so that the
//! rest of the tree can be judged.

use std::sync::mpsc;

use super::explain::Code;
use super::files::{File, Inventory, Row, file_at, frames};
use super::head::Staged;
use super::merkle::{WIDTH, root_of};
use super::report::{Problem, Problems};
use crate::claim::{Appearance, Claim, Document};
use crate::entry::header::Read;
use crate::entry::{Event, Header};
use crate::hash::{Digest, Index, leaf_hash};
use crate::store::{StoreError, StoreRead};

/// Chunks that a thread may be ahead of the replay.
const AHEAD: usize = 4;

/// An entry as far as its own bytes tell.
#[derive(Debug)]
pub(super) enum Entry {
    /// Read; with the bytes that its signature, if it has one, is over.
    Known(Header, Option<Vec<u8>>),
    /// Of a kind or version that this program does not know.
    Foreign { kind: String, v: u64 },
    /// Malformed or missing, and reported.
    Unreadable,
}

/// A payload.
#[derive(Debug)]
pub(super) enum Body {
    /// The one committed to, read.
    Here(Box<Event>),
    /// An empty slot.
    Empty,
    /// Damaged, malformed or missing, and reported; or its entry is not known.
    Unreadable,
}

/// An entry with its payload and leaf hash.
#[derive(Debug)]
pub(super) struct Slot {
    pub entry: Entry,
    pub body: Body,
    /// Of the entry's bytes; where these are not here, as the hash tile has it; `None` where neither is.
    pub leaf: Option<Digest>,
}

/// Up to 256 entries and what is wrong with the files that hold them.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub start: u64,
    pub slots: Vec<Slot>,
    /// Root of the leaf hashes where there are 256.
    pub group: Option<Digest>,
    /// Where the hash tile has another leaf hash than the entry's bytes give.
    pub tile_says: Vec<(u64, Digest)>,
    /// Hash tiles of level 0 that differ from the leaf hashes; judged when it is known which of the two is right.
    pub suspects: Vec<(File, Vec<u8>)>,
    /// Payloads of empty slots that an older partial file still has.
    pub residue: Vec<(u64, String)>,
    pub problems: Vec<Problem>,
}

/// What the reading threads share.
pub(super) struct Source<'a> {
    pub store: &'a dyn StoreRead,
    pub inventory: &'a Inventory,
    pub staged: &'a Staged,
    /// Entries to read.
    pub size: u64,
    /// Leaf hash of entry 0, which every signed message names.
    pub ledger: Option<Digest>,
    pub replica: bool,
    /// Whether tiles and signatures are looked at.
    pub integrity: bool,
    /// Whether anybody needs more of a body than its references.
    pub bodies: bool,
}

/// Reads every chunk on `threads` threads and hands them over in order.
pub(super) fn each_chunk(source: &Source<'_>, threads: usize, mut take: impl FnMut(Chunk)) {
    let chunks = source.size.div_ceil(WIDTH);
    std::thread::scope(|scope| {
        let mut queues = Vec::with_capacity(threads);
        for first in 0..threads as u64 {
            let (send, receive) = mpsc::sync_channel(AHEAD);
            queues.push(receive);
            scope.spawn(move || {
                for n in (first..chunks).step_by(threads) {
                    if send.send(source.chunk(n)).is_err() {
                        return;
                    }
                }
            });
        }
        for n in 0..chunks {
            // A closed queue is a panic over there, which the scope passes on.
            let Ok(chunk) = queues[(n % threads as u64) as usize].recv() else { return };
            take(chunk);
        }
    });
}

/// Reads a file; what is wrong is reported, and what is not there is `None`.
pub(super) fn read_file(store: &dyn StoreRead, file: File, problems: &mut Problems) -> Option<Vec<u8>> {
    let path = file.to_string();
    let found = file.store_path().ok().map(|stored| store.get(&stored, file.row.file_limit()))?;
    match found {
        Ok(Some(bytes)) => return Some(bytes),
        Ok(None) => problems.file(Code::L07, &path, "the file went away while it was audited"),
        Err(StoreError::TooLarge { limit, .. }) => {
            problems.file(Code::L08, &path, format!("the file is larger than {limit} bytes"));
        }
        Err(error) => problems.file(Code::L16, &path, error.to_string()),
    }
    None
}

/// A bundle that was read: where its items lie.
struct Bundle {
    file: File,
    bytes: Vec<u8>,
    items: Vec<std::ops::Range<usize>>,
}

impl Bundle {
    fn item(&self, k: usize) -> Option<&[u8]> {
        self.items.get(k).map(|range| &self.bytes[range.clone()])
    }
}

impl Source<'_> {
    /// Leaf hash of the first entry, before anything else is read.
    pub fn first_leaf(&self) -> Option<Digest> {
        let mut ignored = Problems::default();
        let want = self.size.min(WIDTH);
        let bundle = self.bundle(Row::Entries, 0, want, &mut ignored);
        let bytes = bundle.as_ref().and_then(|b| b.item(0)).or_else(|| self.staged.entry(0));
        bytes.map(leaf_hash)
    }

    fn chunk(&self, n: u64) -> Chunk {
        let mut problems = Problems::default();
        let want = self.size.saturating_sub(n * WIDTH).min(WIDTH);
        let mut chunk = Chunk { start: n * WIDTH, ..Chunk::default() };
        let entries = self.bundle(Row::Entries, n, want, &mut problems);
        for k in 0..want {
            let index = chunk.start + k;
            let bytes = entries.as_ref().and_then(|b| b.item(k as usize)).or_else(|| self.staged.entry(index));
            let leaf = bytes.map(leaf_hash);
            let file = entries.as_ref().map(|b| b.file);
            let entry = bytes.map_or(Entry::Unreadable, |bytes| self.entry(index, bytes, file, &mut problems));
            chunk.slots.push(Slot { entry, body: Body::Unreadable, leaf });
        }
        if self.integrity {
            self.tile(&mut chunk, n, want, &mut problems);
        }
        if let Some(entries) = &entries {
            self.older_entries(&chunk, entries, &mut problems);
        }
        self.payloads(&mut chunk, n, want, &mut problems);
        let leaves: Vec<Digest> = chunk.slots.iter().filter_map(|slot| slot.leaf).collect();
        chunk.group = (leaves.len() as u64 == WIDTH).then(|| root_of(&leaves));
        chunk.problems = problems.into_all();
        chunk
    }

    /// The file that is read for the content of `want` items: the shortest that is long enough, or else the longest.
    fn primary(&self, row: Row, n: u64, want: u64) -> Option<File> {
        let widths = self.inventory.widths(row, n);
        let width = widths.iter().find(|w| **w >= want).or(widths.last())?;
        Some(File { row, n, width: *width })
    }

    /// The other files with the same number that lie within the log.
    fn others(&self, primary: File) -> impl Iterator<Item = File> {
        let File { row, n, width } = primary;
        let count = row.count(self.size);
        let widths = self.inventory.widths(row, n).iter().filter(move |w| **w != width && n * WIDTH + **w <= count);
        widths.map(move |width| File { row, n, width: *width })
    }

    fn bundle(&self, row: Row, n: u64, want: u64, problems: &mut Problems) -> Option<Bundle> {
        let file = self.primary(row, n, want)?;
        let bytes = read_file(self.store, file, problems)?;
        let (items, fault) = frames(&bytes, file.width, row.item_limit());
        if let Some(fault) = fault {
            let number = Some(Index(file.start() + items.len() as u64)).filter(|_| (items.len() as u64) < file.width);
            let (path, detail) = (Some(file.to_string()), fault.to_string());
            problems.add(Problem { code: Code::L08, number, path, detail });
        }
        Some(Bundle { file, bytes, items })
    }

    fn entry(&self, index: u64, bytes: &[u8], file: Option<File>, problems: &mut Problems) -> Entry {
        match Header::decode(bytes) {
            Ok(Read::Known(header)) => {
                // Entry 0 signs before the ledger has an id.
                let ledger = if index == 0 { Some(Digest::default()) } else { self.ledger };
                let signed = self.integrity && header.sig.is_some();
                let message = ledger.filter(|_| signed).and_then(|id| header.message(&id).ok());
                Entry::Known(header, message)
            }
            Ok(Read::Foreign { kind, v }) => Entry::Foreign { kind, v },
            Err(error) => {
                let (number, detail) = (Some(Index(index)), error.to_string());
                let path = file.map(|file| file.to_string());
                problems.add(Problem { code: Code::E01, number, path, detail });
                Entry::Unreadable
            }
        }
    }

    fn tile(&self, chunk: &mut Chunk, n: u64, want: u64, problems: &mut Problems) {
        let Some(primary) = self.primary(Row::Tiles(0), n, want) else { return };
        let bytes = read_file(self.store, primary, problems);
        let (hashes, _) = bytes.as_deref().unwrap_or_default().as_chunks::<32>();
        for (k, (slot, hash)) in chunk.slots.iter_mut().zip(hashes).enumerate() {
            let hash = Digest(*hash);
            match slot.leaf {
                None => slot.leaf = Some(hash),
                Some(leaf) if leaf != hash => chunk.tile_says.push((chunk.start + k as u64, hash)),
                Some(_) => {}
            }
        }
        let derived: Vec<u8> = chunk.slots.iter().flat_map(|slot| slot.leaf.unwrap_or_default().0).collect();
        let mut suspect = |file: File, bytes: Vec<u8>| {
            if derived.get(..file.width as usize * 32).is_none_or(|right| right != bytes) {
                chunk.suspects.push((file, bytes));
            }
        };
        for file in self.others(primary) {
            if let Some(bytes) = read_file(self.store, file, problems) {
                suspect(file, bytes);
            }
        }
        // One that reaches past the log is reported as such.
        if let Some(bytes) = bytes.filter(|_| primary.width <= want) {
            suspect(primary, bytes);
        }
    }

    /// Partial bundles that a longer one took the place of hold the beginning of its bytes.
    fn older_entries(&self, chunk: &Chunk, primary: &Bundle, problems: &mut Problems) {
        for file in self.others(primary.file) {
            let Some(bytes) = read_file(self.store, file, problems) else { continue };
            let end = primary.items.get(file.width as usize - 1).map(|range| range.end);
            if end.is_some_and(|end| primary.bytes[..end] == bytes) {
                continue;
            }
            // The newer one may be the damaged one: then the hash tile speaks for the older.
            let (items, fault) = frames(&bytes, file.width, file.row.item_limit());
            let leaf = |k: usize| {
                let index = chunk.start + k as u64;
                let tile = chunk.tile_says.iter().find(|(at, _)| *at == index).map(|(_, hash)| *hash);
                tile.or(chunk.slots[k].leaf)
            };
            let right = |(k, item): (usize, &std::ops::Range<usize>)| leaf(k) == Some(leaf_hash(&bytes[item.clone()]));
            if fault.is_some() || !items.iter().enumerate().all(right) {
                problems.file(Code::L09, &file.to_string(), format!("is not how {} begins", primary.file));
            }
        }
    }

    fn payloads(&self, chunk: &mut Chunk, n: u64, want: u64, problems: &mut Problems) {
        let bundle = self.bundle(Row::Payloads, n, want, problems);
        for k in 0..want as usize {
            let index = chunk.start + k as u64;
            let slot = &mut chunk.slots[k];
            let bytes = bundle.as_ref().and_then(|b| b.item(k)).or_else(|| self.staged.payload(index));
            slot.body = match (bytes, &slot.entry) {
                (None, _) if self.replica && bundle.is_none() => Body::Empty,
                (Some([]), _) => Body::Empty,
                (Some(bytes), Entry::Known(header, _)) => {
                    payload(index, header, bytes, bundle.as_ref().map(|b| b.file), self.bodies, problems)
                }
                _ => Body::Unreadable,
            };
        }
        let Some(bundle) = bundle else { return };
        for file in self.others(bundle.file) {
            self.older_payloads(chunk, &bundle, file, problems);
        }
    }

    /// An older partial payload bundle may hold what was erased since, and nothing else that the newer does not.
    fn older_payloads(&self, chunk: &mut Chunk, primary: &Bundle, file: File, problems: &mut Problems) {
        let Some(bytes) = read_file(self.store, file, problems) else { return };
        let path = file.to_string();
        let (items, fault) = frames(&bytes, file.width, file.row.item_limit());
        if let Some(fault) = fault {
            problems.file(Code::L08, &path, fault.to_string());
        }
        for (k, item) in items.into_iter().enumerate() {
            let (item, now) = (&bytes[item], primary.item(k));
            if item.is_empty() || now == Some(item) {
                continue;
            }
            let index = chunk.start + k as u64;
            let committed = match &chunk.slots[k].entry {
                Entry::Known(header, _) => header.digest == Digest::of(item),
                _ => now.is_none_or(<[u8]>::is_empty),
            };
            if committed {
                chunk.residue.push((index, path.clone()));
            } else {
                let (number, path) = (Some(Index(index)), Some(path.clone()));
                let detail = "holds another payload than the entry commits to".to_owned();
                problems.add(Problem { code: Code::L09, number, path, detail });
            }
        }
    }
}

fn payload(
    index: u64,
    header: &Header,
    bytes: &[u8],
    file: Option<File>,
    bodies: bool,
    problems: &mut Problems,
) -> Body {
    let number = Some(Index(index));
    let path = || file.map(|file| file.to_string());
    let found = Digest::of(bytes);
    if found != header.digest {
        let detail = format!("the payload's digest is {found}, the entry says {}", header.digest);
        problems.add(Problem { code: Code::P01, number, path: path(), detail });
        return Body::Unreadable;
    }
    match Event::decode(header.kind, bytes) {
        Ok((mut event, _)) => {
            if !bodies {
                slim(&mut event);
            }
            Body::Here(Box::new(event))
        }
        Err(error) => {
            problems.add(Problem { code: Code::P02, number, path: path(), detail: error.to_string() });
            Body::Unreadable
        }
    }
}

/// Drops, on the thread that read them, the words that structure and anchors do not need: handing them to another thread
/// to be freed there costs more than reading them.
fn slim(event: &mut Event) {
    match event {
        Event::ClaimRecorded(claim) | Event::ClaimAmended(claim) => slim_claim(claim),
        Event::CorrectionIssued(correction) => correction.claim.iter_mut().for_each(|claim| slim_claim(claim)),
        Event::AppearanceRecorded(appearance) => slim_appearance(appearance),
        Event::DocumentRegistered(document) | Event::DocumentAmended(document) => *document = Document::default(),
        Event::EvidenceLinked(evidence) => {
            (evidence.says, evidence.cluster) = (String::new(), String::new());
            (evidence.url, evidence.publisher, evidence.title) = (None, None, None);
            (evidence.note, evidence.dated, evidence.archive) = (None, None, None);
        }
        _ => {}
    }
}

fn slim_claim(claim: &mut Claim) {
    (claim.statement, claim.key) = (String::new(), None);
    (claim.actors, claim.places, claim.tags) = (Vec::new(), Vec::new(), Vec::new());
    (claim.quantities, claim.times) = (Vec::new(), Vec::new());
    slim_appearance(&mut claim.appearance);
}

fn slim_appearance(appearance: &mut Appearance) {
    (appearance.attribution, appearance.hedges) = (Vec::new(), Vec::new());
}

/// Reports the files that a log of `size` entries needs and has not.
pub(super) fn missing_files(inventory: &Inventory, size: u64, replica: bool, problems: &mut Problems) {
    let mut rows = vec![Row::Entries];
    rows.extend((0..super::files::LEVELS).map(Row::Tiles));
    if !replica {
        rows.push(Row::Payloads);
    }
    for row in rows {
        let count = row.count(size);
        let there = count.min(inventory.extent(row));
        for n in 0..there.div_ceil(WIDTH) {
            let Some(file) = file_at(row, n, count) else { break };
            let widths = inventory.widths(row, n);
            // A partial may go once the full file exists; one of payloads once any longer one does.
            let longer = |w: &u64| *w == WIDTH || row == Row::Payloads && *w >= file.width;
            if !widths.contains(&file.width) && !widths.iter().any(longer) {
                problems.file(Code::L07, &file.to_string(), format!("{} from {} on", row.what(), file.start()));
            }
        }
        // What lies past the last file is one problem, however much it is.
        let next = there.div_ceil(WIDTH);
        if let Some(file) = file_at(row, next, count) {
            let detail = format!("{} from {} to {} are nowhere", row.what(), file.start(), count - 1);
            problems.file(Code::L07, &file.to_string(), detail);
        }
    }
}
