//! The audit: everything derived again from the stored bytes, by a path of its own.
//!
//! Of the writer's code only the formats (entries, notes, checkpoints, signatures) and [`crate::entry::State`] are used.
//! Which files there must be, what stands in bundles and tiles, roots, batches, the head and its batch: all of that is worked
//! out here once more, so that an error in the one does not hide in the other. Nothing is repaired, and nothing stops
//! at the first problem.
//!
//! | file | idea |
//! |---|---|
//! | [`explain`] | every code, what it means, what to do |
//! | [`lessons`] | of the editorial ones, why it matters, and an example |
//! | [`report`] | problems, counts, outcome |
//! | `merkle` | roots by the definition of RFC 6962 |
//! | `files` | which files a log has; framing |
//! | `head` | the commit cell and its batch |
//! | `read` | files to entries, in parallel |
//! | `replay` | entries in their order: structure, authorship, erasures |
//! | `signatures` | who vouches for an entry |
//! | `tiles` | root and hash tiles |
//! | `checkpoint` | the published checkpoint, and those that somebody kept |
//! | `cosigned` | cosignatures, on the checkpoint and kept |
//! | `documents` | held documents and the anchors into them |
//! | [`catalog`] | derived rows against the log |
//! | `claims`, `lint` | claims folded, and what is weak about them |

pub mod catalog;
mod checkpoint;
mod claims;
mod cosigned;
mod documents;
pub mod explain;
mod files;
mod head;
pub mod lessons;
mod lint;
mod merkle;
mod read;
mod replay;
pub mod report;
mod signatures;
mod tiles;

use std::num::NonZeroUsize;

pub use catalog::CatalogRows;
pub use explain::{Code, Weight};
pub use report::{Cosignature, Outcome, Problem, Report};

use crate::entry::View as _;
use crate::hash::{Digest, MAX_INTEGER};
use crate::store::{BadPath, StoreError, StoreRead};
use crate::tlog::key::Verifier;
use catalog::Comparison;
use checkpoint::{PATH, Unverified};
use documents::Documents;
use explain::Code as C;
use files::{Inventory, Row};
use head::{Head, Staged};
use read::Source;
use replay::Replay;
use report::Problems;

/// Where the files come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// The desk's own ledger: has a head, and every payload that no entry says is gone.
    #[default]
    Desk,
    /// A copy: no head, and payloads as far as the desk gives them out.
    Replica,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// Integrity and lint.
    #[default]
    All,
    /// Integrity alone.
    WithoutLint,
    /// The lint alone; the outcome then never says that the record holds.
    LintOnly,
}

impl Scope {
    fn integrity(self) -> bool {
        self != Self::LintOnly
    }

    fn lint(self) -> bool {
        self != Self::WithoutLint
    }
}

/// A state of the ledger that this machine has seen before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remembered {
    /// Entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
}

/// What an audit is told besides the store.
#[derive(Clone, Copy, Default)]
pub struct Options<'a> {
    /// Where the files come from.
    pub place: Place,
    /// What is looked at.
    pub scope: Scope,
    /// Checkpoints that somebody kept, each with a name for the report.
    pub against: &'a [(String, Vec<u8>)],
    /// The state that this machine remembers.
    pub remembered: Option<Remembered>,
    /// The id that the ledger should have.
    pub ledger: Option<Digest>,
    /// Keys of logs and witnesses that are trusted from elsewhere.
    pub trusted: &'a [Verifier],
    /// A catalog to compare.
    pub catalog: Option<&'a dyn CatalogRows>,
    /// Threads that read and check; as many as the machine has where absent.
    pub threads: Option<NonZeroUsize>,
    /// Told now and then how many entries of how many are done.
    pub progress: Option<&'a dyn Fn(u64, u64)>,
}

/// An audit that could not be made at all; damage is not among it.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The store cannot be listed, or a cell of it not read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A path that no store takes; a broken invariant of the audit.
    #[error(transparent)]
    Path(#[from] BadPath),
}

/// How far the log goes, by what head and checkpoint say.
struct Extent {
    /// Entries under the checkpoint.
    published: u64,
    /// Entries with those of an unfinished commit.
    committed: u64,
    checkpoint: Option<Unverified>,
    head: Option<Head>,
    staged: Staged,
}

/// Audits what lies in `store`.
///
/// # Errors
/// When the store cannot be listed or a cell cannot be read: then nothing is known. A single file that cannot be read is a
/// problem of the report.
pub fn audit(store: &dyn StoreRead, options: &Options<'_>) -> Result<Report, AuditError> {
    let (integrity, lint) = (options.scope.integrity(), options.scope.lint());
    let replica = options.place == Place::Replica;
    let threads = options.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);

    let mut problems = Problems::default();
    let inventory = Inventory::read(store)?;
    let extent = Extent::read(store, &inventory, replica, &mut problems)?;
    // A size that no file bears out is not worked on: what is missing is reported at once.
    let size = extent.committed.min(inventory.extent(Row::Entries).max(extent.staged.end()));
    let bodies = lint || options.catalog.is_some();
    let mut source =
        Source { store, inventory: &inventory, staged: &extent.staged, size, ledger: None, replica, integrity, bodies };
    source.ledger = source.first_leaf();

    let documents = if integrity { Documents::list(store)? } else { Documents::default() };
    let mut replay = Replay::new(documents, threads, options.scope);
    replay.problems = problems;
    if let Some(rows) = options.catalog.filter(|_| integrity) {
        replay.compare_with(Comparison::new(rows));
    }
    read::each_chunk(&source, threads, |chunk| {
        replay.take(chunk);
        if let Some(progress) = options.progress {
            progress(replay.state.size(), size);
        }
    });
    replay.finish(replica);
    let mut cosigned = Vec::new();
    if integrity {
        read::missing_files(&inventory, extent.published, replica, &mut replay.problems);
        tiles::judge_extent(&inventory, extent.committed, replica, &mut replay.problems);
        cosigned = judge_whole(store, options, &inventory, &extent, &mut replay);
        replay.documents.judge(store, &mut replay.counts, &mut replay.problems);
    } else {
        replay.problems.whole(C::W00, "asked for the lint alone");
    }
    if let (true, Some(claims)) = (lint, &replay.claims) {
        claims.report_unjudged(&mut replay.problems);
        lint::run(claims, replay.state.ledger(), &mut replay.problems);
    }
    let mut report = finish(replay, &extent, source.ledger, integrity);
    report.cosigned = cosigned;
    Ok(report)
}

/// Roots, tiles, checkpoints and head, once every entry is read.
fn judge_whole(
    store: &dyn StoreRead,
    options: &Options<'_>,
    inventory: &Inventory,
    extent: &Extent,
    replay: &mut Replay<'_>,
) -> Vec<Cosignature> {
    tiles::judge_root(extent.checkpoint.as_ref(), replay);
    tiles::judge_tiles(store, inventory, replay);
    if let Some(seen) = &extent.checkpoint {
        checkpoint::judge(seen, replay, options.trusted);
    }
    extent.judge_head(replay);
    let cosigned = cosigned::judge(store, &inventory.cosigned, extent.checkpoint.as_ref(), replay, options.trusted);
    let replica = options.place == Place::Replica;
    checkpoint::judge_memory(options.remembered, replica, replay);
    for (name, bytes) in options.against {
        checkpoint::judge_against(name, bytes, replica, replay, options.trusted);
    }
    let found = replay.tree.leaves().first().copied();
    if let (Some(expected), Some(found)) = (options.ledger, found)
        && expected != found
    {
        replay.problems.whole(C::K06, format!("expected is {expected}, found {found}"));
    }
    cosigned
}

fn finish(replay: Replay<'_>, extent: &Extent, ledger: Option<Digest>, integrity: bool) -> Report {
    let opened = Some(replay.state.ledger().origin.clone()).filter(|origin| !origin.is_empty());
    let noted = extent.checkpoint.as_ref().map(|seen| seen.checkpoint.origin().to_owned());
    let root = checkpoint::root_at(&replay, extent.published);
    let mut report = Report::new(replay.problems, integrity);
    report.origin = opened.or(noted);
    report.ledger = ledger;
    report.size = extent.published;
    report.root = root;
    report.counts = replay.counts;
    report
}

impl Extent {
    fn read(
        store: &dyn StoreRead,
        inventory: &Inventory,
        replica: bool,
        problems: &mut Problems,
    ) -> Result<Self, AuditError> {
        let seen = Unverified::read(store, problems)?;
        let head = if replica {
            None
        } else {
            Head::read(store)?.map_err(|reason| problems.file(C::L12, "head", reason)).ok()
        };
        let (missing, checkpoint) = (seen.is_none(), seen.and_then(Result::ok));
        let longest = inventory.extent(Row::Entries);
        let mut extent = Self { published: 0, committed: 0, checkpoint, head, staged: Staged::default() };
        let first = extent.head.as_ref().filter(|head| missing && head.base == 0);
        let first = first.is_some_and(|head| Staged::read(store, head).is_ok());
        extent.published = match (&extent.checkpoint, &extent.head) {
            (Some(seen), _) => seen.checkpoint.size(),
            // Nothing was ever published where the first commit still waits to be finished.
            (None, _) if first => 0,
            (None, Some(head)) => head.size,
            (None, None) => longest,
        };
        extent.published = extent.published.min(MAX_INTEGER);
        if missing && !first {
            problems.file(C::L01, PATH, "there is none");
        }
        extent.committed = extent.published;
        extent.read_pending(store, problems);
        Ok(extent)
    }

    /// The batch of a head that is ahead of the checkpoint.
    fn read_pending(&mut self, store: &dyn StoreRead, problems: &mut Problems) {
        let Some(head) = self.head.as_ref().filter(|head| head.size > self.published) else { return };
        self.committed = head.size;
        if head.base != self.published {
            problems.file(C::L15, &head.staging, format!("the checkpoint ends at {}", self.published));
            return;
        }
        match Staged::read(store, head) {
            Ok(staged) => {
                problems.file(C::L14, "head", format!("entries {} to {}", head.base, head.size - 1));
                self.staged = staged;
            }
            Err(reason) => problems.file(C::L15, &head.staging, reason),
        }
    }

    fn judge_head(&self, replay: &mut Replay<'_>) {
        let Some(head) = &self.head else { return };
        if head.size < self.published {
            let detail = format!("it says {} entries, the checkpoint {}", head.size, self.published);
            replay.problems.file(C::L13, "head", detail);
            return;
        }
        let Some(derived) = checkpoint::root_at(replay, head.size) else { return };
        let says = self.checkpoint.as_ref().map(|seen| seen.checkpoint.root());
        if head.size > self.published {
            if derived != head.root {
                let detail = format!("the head promises root {}, the batch gives {derived}", head.root);
                replay.problems.file(C::L15, &head.staging, detail);
            }
        } else if says.unwrap_or(derived) != head.root {
            let detail = format!("it says root {}, the checkpoint or the entries say another", head.root);
            replay.problems.file(C::L13, "head", detail);
        }
    }
}
