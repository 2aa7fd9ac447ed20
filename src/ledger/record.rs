//! A ledger as its users meet it: open, look up, append.
//!
//! Everything it says is read from the log and hashed again; the catalog only tells where to look.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::append::{Prepared, boxed};
use super::catalog::{ContentKey, Named, Row, Term};
use super::commit::{Committer, Config, Continuity};
use super::error::{AppendError, ReadError};
use super::fallen::Memo;
use super::fill::read_range;
use super::item::Entry;
use super::log::read_bundle;
use super::lookup::{Failed, Lookup};
use super::reader::Reader;
use crate::claim::vocab::Workflow;
use crate::entry::state::moves_to;
use crate::entry::{
    ClaimState, DocumentState, EntryInfo, Event, Fall, LedgerState, Salt, SubjectInfo, SubjectKind, kind::About,
};
use crate::hash::{Digest, Index};
use crate::store::{Cell, Store, StoreError, StorePath, StoreRead as _};
use crate::time::Timestamp;
use crate::tlog::bundle::{Bundle, Series};
use crate::tlog::key::Verifier;
use crate::tlog::note::Note;
use crate::tlog::tree::{HashReader as _, Place};
use crate::view::Context;

/// Entries read at once while looking for a point in time.
const WALK: u64 = 256;

/// Hears what a person should hear: that a catalog is rebuilt, say.
pub type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// A ledger, open for reading; for appending once [`Ledger::open_log`] gave it the log's private key.
pub struct Ledger {
    pub(super) store: Arc<dyn Store>,
    pub(super) reader: Reader<Arc<dyn Store>>,
    pub(super) lookup: Mutex<Lookup>,
    pub(super) notify: Notify,
    pub(super) state: LedgerState,
    pub(super) root: Digest,
    /// Entries that this view shows: all, or those before an as-of point.
    pub(super) size: u64,
    /// Behind a lock only so that threads may share the ledger to read it.
    pub(super) committer: Mutex<Option<Committer<Arc<dyn Store>>>>,
    pub(super) memo: Mutex<Memo>,
    /// Entries whose payload was erased: never read, also where the bytes came back.
    pub(super) erased: BTreeSet<u64>,
}

/// What an append put on record.
#[derive(Debug)]
pub struct Receipt {
    /// Index of the first entry.
    pub base: u64,
    /// Number and leaf hash of each entry, the closing signature of the batch included.
    pub entries: Vec<(Index, Digest)>,
    /// Number of entries after it.
    pub size: u64,
    /// Root after it.
    pub root: Digest,
    /// What a person should hear about the time after the commit.
    pub notices: Vec<String>,
}

/// What a new ledger begins with.
#[derive(Debug, Clone)]
pub struct Genesis {
    /// The opening.
    pub opened: crate::claim::desk::LedgerOpened,
    /// When.
    pub time: Timestamp,
    /// Salt of its payload.
    pub salt: Salt,
}

impl Ledger {
    /// Opens a ledger for reading. `catalog` is the folder of its catalog; without one, lookups are derived in memory.
    ///
    /// # Errors
    /// When there is none, or what the log says of itself does not fit together.
    pub fn open(store: Arc<dyn Store>, catalog: Option<&Path>, notify: Notify) -> Result<Self, ReadError> {
        let (id, keys) = opening(&store)?;
        let reader = Reader::open(Arc::clone(&store), keys)?;
        let root = reader.checkpoint().ok_or(ReadError::NoLedger)?.root();
        let size = reader.size();
        let state = LedgerState { id, ..LedgerState::default() };
        let (lookup, notice) = Lookup::open(catalog, &id, size);
        if let Some(notice) = notice {
            notify(&notice);
        }
        let lookup = Mutex::new(lookup);
        let (committer, memo, erased) = (Mutex::default(), Mutex::default(), BTreeSet::new());
        let mut ledger = Self { store, reader, lookup, notify, state, root, size, committer, memo, erased };
        ledger.check_lookup()?;
        ledger.catch_up()?;
        Ok(ledger)
    }

    /// Gives the ledger the means to append: finishes what a dead writer began, and compares the log with what is
    /// remembered outside. Empties what was erased and is here all the same.
    ///
    /// # Errors
    /// When the log cannot be finished, or is not what was remembered.
    pub fn open_log(&mut self, config: Config) -> Result<Continuity, AppendError> {
        self.open_log_before(config, || Ok::<(), AppendError>(()))
    }

    /// The same; before anything is emptied, `clear` removes the words from where the ledger does not know of them.
    ///
    /// # Errors
    /// As [`Ledger::open_log`], and when `clear` fails.
    pub fn open_log_before<E: From<AppendError>>(
        &mut self,
        config: Config,
        clear: impl FnOnce() -> Result<(), E>,
    ) -> Result<Continuity, E> {
        let committer = Committer::open(Arc::clone(&self.store), config).map_err(boxed)?;
        let continuity = committer.continuity();
        self.committer = Mutex::new(Some(committer));
        self.refresh().map_err(AppendError::from)?;
        if self.erased_still_here().map_err(AppendError::from)? {
            clear()?;
        }
        if self.empty_erased()?.payloads {
            (self.notify)("payloads that were erased stood in the ledger's folder again, and are emptied again");
        }
        Ok(continuity)
    }

    /// Reads what has come since, by others or by an unfinished commit.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn refresh(&mut self) -> Result<(), ReadError> {
        if self.reader.refresh()? {
            self.size = self.reader.size();
            self.root = self.reader.checkpoint().ok_or(ReadError::NoLedger)?.root();
            self.catch_up()?;
        }
        Ok(())
    }

    /// A catalog that reflects another history is begun anew.
    fn check_lookup(&mut self) -> Result<(), ReadError> {
        let (reflected, root) = {
            let lookup = self.lock();
            (lookup.size(), lookup.root())
        };
        if reflected > self.size && self.reader.refresh()? {
            // Another process has recorded something, and brought the catalog up to it, since the checkpoint was read here.
            self.size = self.reader.size();
            self.root = self.reader.checkpoint().ok_or(ReadError::NoLedger)?.root();
        }
        if reflected == 0 || (reflected <= self.size && self.root_at(reflected)? == root) {
            return Ok(());
        }
        (self.notify)("the catalog is rebuilt from the log: it reflects another history");
        self.lock().reset()?;
        Ok(())
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Lookup> {
        self.lookup.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn memo(&self) -> MutexGuard<'_, Memo> {
        self.memo.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Brings lookups and state up to the log.
    pub(super) fn catch_up(&mut self) -> Result<(), ReadError> {
        self.fill(&mut self.lock())?;
        if self.learn_erasures()? {
            // What was just taken in had the words of it.
            self.lock().reset()?;
            self.fill(&mut self.lock())?;
        }
        self.fold_state()
    }

    /// Asks the lookups; a catalog that turns out damaged is rebuilt from the log, and asked again.
    fn ask<T>(&self, question: impl Fn(&Lookup) -> Result<T, Failed>) -> Result<T, ReadError> {
        let mut lookup = self.lock();
        match question(&lookup) {
            Err(Failed::Damaged(why)) => {
                (self.notify)(&format!("the catalog is rebuilt from the log: {why}"));
                lookup.reset()?;
                self.fill(&mut lookup)?;
                Ok(question(&lookup)?)
            }
            other => Ok(other?),
        }
    }

    /// Folds the ledger's own state from the few entries that make it.
    pub(super) fn fold_state(&mut self) -> Result<(), ReadError> {
        let mut state = LedgerState::default();
        let core = self.lock().core();
        for index in core {
            if index.0 >= self.size {
                break;
            }
            let entry = self.entry(index)?;
            let event = entry.event()?;
            state.apply(index, &entry.leaf, &entry.header, event.as_ref());
        }
        state.last_time = match self.size {
            0 => None,
            size => Some(self.entry(Index(size - 1))?.header.time),
        };
        self.state = state;
        Ok(())
    }

    /// Whether lookups are kept on disk by this value, and by no other process.
    pub fn keeps_catalog(&self) -> bool {
        matches!(*self.lock(), Lookup::Catalog(_))
    }

    /// Number of entries.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree over them.
    pub fn root(&self) -> Digest {
        self.root
    }

    /// The ledger's id: leaf hash of entry 0.
    pub fn id(&self) -> Digest {
        self.state.id
    }

    /// The ledger's name.
    pub fn origin(&self) -> &str {
        &self.state.origin
    }

    /// The ledger's own state.
    pub fn state(&self) -> &LedgerState {
        &self.state
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The log at its latest checkpoint.
    pub fn reader(&self) -> &Reader<Arc<dyn Store>> {
        &self.reader
    }

    /// The same ledger as it was after its first `size` entries, but for what was erased since.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn as_of(mut self, size: u64) -> Result<Self, ReadError> {
        if size == 0 || size > self.size {
            return Err(ReadError::NoEntry { index: Index(size.saturating_sub(1)), size: self.size });
        }
        self.root = self.root_at(size)?;
        self.size = size;
        self.committer = Mutex::default();
        self.fold_state()?;
        Ok(self)
    }

    /// Number of entries before the first one later than `time`.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn size_at(&self, time: Timestamp) -> Result<u64, ReadError> {
        // Times may step back by minutes, so only a walk in order finds the first later one; where it begins is known.
        let Some(from) = self.ask(|lookup| Ok(lookup.before_later(time)))? else { return Ok(self.size) };
        let mut next = from.0;
        while next < self.size {
            let end = self.size.min(next + WALK);
            if let Some(later) = self.entries(next..end)?.iter().find(|entry| entry.header.time > time) {
                return Ok(later.index.0);
            }
            next = end;
        }
        Ok(self.size)
    }

    /// Root of the tree over the first `size` entries.
    ///
    /// # Errors
    /// When the tiles cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Digest, ReadError> {
        Ok(self.reader.root_at(size)?)
    }

    /// The log as it is by now, where it has grown since this view was opened: other processes may have come between, and
    /// what they keep beside the log, or remember of it, is ahead of this view.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn grown(&self) -> Result<Option<Reader<Arc<dyn Store>>>, ReadError> {
        let now = Reader::open(Arc::clone(&self.store), self.reader.keys().to_vec())?;
        let known = self.reader.size();
        Ok((now.size() > known && now.root_at(known)? == self.reader.root_at(known)?).then_some(now))
    }

    /// An entry, hashed again and held against its leaf in the tree.
    ///
    /// # Errors
    /// When there is none, or it is not what the tree says.
    pub fn entry(&self, index: Index) -> Result<Entry, ReadError> {
        if index.0 >= self.size {
            return Err(ReadError::NoEntry { index, size: self.size });
        }
        let payload = if self.erased.contains(&index.0) { None } else { self.reader.payload(index.0)? };
        let entry = Entry::read(index, self.reader.entry(index.0)?, payload)?;
        let place = Place { level: 0, n: index.0 };
        let leaf = self.reader.hashes().read(&[place]).map_err(super::log::LogError::from)?;
        if leaf != [entry.leaf] {
            return Err(ReadError::Leaf { index });
        }
        Ok(entry)
    }

    /// Entries in order, held against their leaves.
    ///
    /// # Errors
    /// As [`Ledger::entry`].
    pub fn entries(&self, range: std::ops::Range<u64>) -> Result<Vec<Entry>, ReadError> {
        let entries = read_range(&self.reader, &self.erased, range)?;
        let places: Vec<Place> = entries.iter().map(|e| Place { level: 0, n: e.index.0 }).collect();
        let leaves = self.reader.hashes().read(&places).map_err(super::log::LogError::from)?;
        match entries.iter().zip(&leaves).find(|(entry, leaf)| entry.leaf != **leaf) {
            Some((entry, _)) => Err(ReadError::Leaf { index: entry.index }),
            None => Ok(entries),
        }
    }

    /// Entries that the catalog names for a term, and that this view shows; each is to be looked at, since the catalog
    /// tells only where to look.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn find(&self, term: Term<'_>) -> Result<Vec<Index>, ReadError> {
        let mut found = self.ask(|lookup| lookup.find(&term))?;
        found.retain(|i| i.0 < self.size);
        Ok(found)
    }

    /// Numbers of all claims, in order.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn claims(&self) -> Result<Vec<Index>, ReadError> {
        Ok(self.rows_where(Index(0), usize::MAX, |_, _| true)?.iter().map(Row::number).collect())
    }

    /// The catalog's row of each claim, by number; each reflects the latest tree, whatever this view shows.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn rows(&self) -> Result<Vec<Row>, ReadError> {
        self.ask(Lookup::rows)
    }

    /// Rows of at most `limit` claims of this view from `from` on that `keep` lets through, in order. `keep` is also told
    /// whether the row says how the claim stands in this view: rows reflect the latest tree, so that in an earlier view
    /// ([`Ledger::as_of`]) the row of a claim that has changed since does not.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn rows_where(
        &self,
        from: Index,
        limit: usize,
        keep: impl Fn(&Row, bool) -> bool,
    ) -> Result<Vec<Row>, ReadError> {
        let holds = |row: &Row| keep(row, self.shows(row));
        self.ask(|lookup| lookup.rows_where((from, Index(self.size)), limit, &holds))
    }

    /// Whether a row of the catalog says how the claim stands in this view.
    pub fn shows(&self, row: &Row) -> bool {
        row.last().0 < self.size
    }

    /// The names of a sort that have `part` in them, both folded; `None` where they are more than `limit`. In an earlier
    /// view also those that came later.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn names(&self, named: Named, part: &str, limit: usize) -> Result<Option<Vec<String>>, ReadError> {
        self.ask(|lookup| lookup.names(named, part, limit))
    }

    /// The catalog's row of a claim.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn row(&self, claim: Index) -> Result<Option<Row>, ReadError> {
        self.ask(|lookup| lookup.row(claim))
    }

    /// The catalog's rows of claims, given by ascending number, in that order; `None` where no claim has the number.
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn rows_of(&self, claims: &[Index]) -> Result<Vec<Option<Row>>, ReadError> {
        self.ask(|lookup| lookup.rows_of(claims))
    }

    /// Entries that may have the content of each key; candidates, as [`Ledger::find`].
    ///
    /// # Errors
    /// When the catalog cannot be read.
    pub fn with_content(&self, keys: &[ContentKey]) -> Result<Vec<Option<Index>>, ReadError> {
        self.ask(|lookup| lookup.content(keys))
    }

    /// For each proposal the entry that says the same about the same subject, where there is one. What refers to something
    /// not yet numbered cannot be on record yet.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn on_record(&self, prepared: &Prepared<'_>) -> Result<Vec<Option<Index>>, ReadError> {
        let proposals = prepared.proposals();
        let asked: Vec<(usize, Option<Index>, Digest)> = prepared
            .contents()
            .enumerate()
            .filter_map(|(k, content)| content.map(|content| (k, proposals[k].about, content)))
            .collect();
        let keys: Vec<ContentKey> =
            asked.iter().map(|(_, about, digest)| ContentKey::content(*about, digest)).collect();
        let mut found = vec![None; proposals.len()];
        for ((k, about, content), candidate) in asked.into_iter().zip(self.with_content(&keys)?) {
            let Some(candidate) = candidate.filter(|index| index.0 < self.size) else { continue };
            let entry = self.entry(candidate)?;
            let same = entry.event()?.is_some_and(|event| event.content_digest().is_ok_and(|digest| digest == content));
            found[k] = (same && entry.header.about == about).then_some(candidate);
        }
        Ok(found)
    }

    /// Every entry about a subject, its own first.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn history(&self, subject: Index) -> Result<Vec<Entry>, ReadError> {
        self.history_of(self.entry(subject)?)
    }

    fn history_of(&self, own: Entry) -> Result<Vec<Entry>, ReadError> {
        let subject = own.index;
        let mut entries = vec![own];
        for index in self.find(Term::About(subject))? {
            let entry = self.entry(index)?;
            if entry.header.about == Some(subject) {
                entries.push(entry);
            }
        }
        Ok(entries)
    }

    /// A claim as it stands; `None` where the entry records none.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn claim(&self, number: Index) -> Result<Option<ClaimState>, ReadError> {
        let Some(own) = self.subject(number, SubjectKind::Claim)? else { return Ok(None) };
        let mut history = self.history_of(own)?.into_iter();
        let Some(own) = history.next() else { return Ok(None) };
        let mut claim = ClaimState::recorded(number, own.leaf, &own.header, own.event()?);
        for entry in history {
            claim.apply(entry.index, &entry.header, entry.event()?);
        }
        Ok(Some(claim))
    }

    /// A claim, if this view has it: of what was looked up in something that may be ahead of it.
    ///
    /// # Errors
    /// As [`Ledger::claim`].
    pub fn claim_of_view(&self, number: Index) -> Result<Option<ClaimState>, ReadError> {
        if number.0 < self.size { self.claim(number) } else { Ok(None) }
    }

    /// The claim of a row of this view ([`Ledger::rows_where`]), without asking the catalog for what is not there.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn claim_of(&self, row: &Row) -> Result<Option<ClaimState>, ReadError> {
        if row.last() != row.number() {
            return self.claim(row.number());
        }
        let Some(own) = self.subject(row.number(), SubjectKind::Claim)? else { return Ok(None) };
        Ok(Some(ClaimState::recorded(own.index, own.leaf, &own.header, own.event()?)))
    }

    /// A document as it stands; `None` where the entry registers none.
    ///
    /// # Errors
    /// When the log or the catalog cannot be read.
    pub fn document_state(&self, number: Index) -> Result<Option<DocumentState>, ReadError> {
        let Some(own) = self.subject(number, SubjectKind::Document)? else { return Ok(None) };
        let mut history = self.history_of(own)?.into_iter();
        let Some(own) = history.next() else { return Ok(None) };
        let mut document = DocumentState::registered(number, own.leaf, &own.header, own.event()?);
        for entry in history {
            document.apply(entry.index, &entry.header, entry.event()?);
        }
        Ok(Some(document))
    }

    /// The entry that created a subject of this kind; `None` where `number` is another's, or none yet.
    fn subject(&self, number: Index, kind: SubjectKind) -> Result<Option<Entry>, ReadError> {
        if number.0 >= self.size {
            return Ok(None);
        }
        let own = self.entry(number)?;
        Ok((own.header.kind.row().about == About::Creates(kind)).then_some(own))
    }

    pub(super) fn subject_kind(&self, number: Index) -> Result<Option<SubjectKind>, ReadError> {
        match self.entry(number)?.header.kind.row().about {
            About::Creates(kind) => Ok(Some(kind)),
            _ => Ok(None),
        }
    }

    /// What the structure needs to know of an entry.
    pub(super) fn entry_info(&self, index: Index) -> Result<Option<EntryInfo>, ReadError> {
        if index.0 >= self.size {
            return Ok(None);
        }
        let entry = self.entry(index)?;
        Ok(Some(EntryInfo { kind: Some(entry.header.kind), subject: entry.subject(), agent: entry.header.agent }))
    }

    /// What the structure needs to know of a subject.
    pub(super) fn subject_info(&self, number: Index) -> Result<Option<SubjectInfo>, ReadError> {
        if number.0 >= self.size {
            return Ok(None);
        }
        let Some(kind) = self.subject_kind(number)? else { return Ok(None) };
        if kind != SubjectKind::Claim {
            return Ok(Some(SubjectInfo { kind, last: self.last_about(number)?, workflow: None }));
        }
        let mut info = SubjectInfo { kind, last: number, workflow: Some(Workflow::Recorded) };
        for entry in self.history(number)?.into_iter().skip(1) {
            info.last = entry.index;
            if let Some(workflow) = moves_to(entry.header.kind, entry.event()?.as_ref()) {
                info.workflow = workflow;
            }
        }
        Ok(Some(info))
    }

    /// The last entry about a subject, without reading all the others: of the ledger itself there are very many.
    fn last_about(&self, subject: Index) -> Result<Index, ReadError> {
        let mut before = Index(self.size);
        while let Some(index) = self.ask(|lookup| lookup.last(&Term::About(subject), before))? {
            if self.entry(index)?.header.about == Some(subject) {
                return Ok(index);
            }
            before = index;
        }
        Ok(subject)
    }

    /// Keeps the bytes of a document with the ledger, for the desk alone.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn hold(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        self.store.put(&blob_path(&digest), bytes)?;
        Ok(digest)
    }

    /// The bytes of a document, if they are held.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(&blob_path(digest), MAX_BLOB)
    }
}

/// Largest captured document, in bytes.
pub const MAX_BLOB: usize = 256 << 20;

pub(super) fn blob_path(digest: &Digest) -> StorePath {
    let hex = digest.hex();
    StorePath::built(format!("blobs/sha256/{}/{hex}", &hex[..2]))
}

impl Context for Ledger {
    fn superseded_by(&self, claim: Index) -> Vec<Index> {
        Ledger::superseded_by(self, claim).unwrap_or_else(|error| {
            (self.notify)(&format!("what takes the place of {claim} cannot be looked up: {error}"));
            Vec::new()
        })
    }

    fn document(&self, number: Index) -> Option<Arc<DocumentState>> {
        self.document_state(number).ok().flatten().map(Arc::new)
    }

    fn held(&self, sha256: &Digest) -> bool {
        self.blob(sha256).is_ok_and(|b| b.is_some())
    }

    fn ledger(&self) -> &LedgerState {
        &self.state
    }

    fn fallen_under(&self, claim: &ClaimState) -> Vec<Fall> {
        Ledger::fallen_under(self, claim).unwrap_or_else(|error| {
            (self.notify)(&format!("what {} rests on cannot be looked up: {error}", claim.number));
            Vec::new()
        })
    }
}

/// The id of the ledger in a store, as far as its first entry can be read; nothing of it is checked.
pub fn identify(store: &Arc<dyn Store>) -> Option<Digest> {
    opening(store).ok().map(|(id, _)| id)
}

/// The ledger's id, and the log's key as entry 0 gives it. The size in a checkpoint that nobody has checked yet only
/// tells where entry 0 lies.
fn opening(store: &Arc<dyn Store>) -> Result<(Digest, Vec<Verifier>), ReadError> {
    let bytes = store.read(Cell::Checkpoint)?.ok_or(ReadError::NoLedger)?;
    let size = Note::parse(&bytes)
        .ok()
        .and_then(|note| note.text().lines().nth(1).and_then(|line| line.parse::<u64>().ok()))
        .ok_or(ReadError::NotOpened)?;
    let first = |series| -> Result<Option<Vec<u8>>, ReadError> {
        let Some(bundle) = Bundle::holding(series, 0, size) else { return Ok(None) };
        let Some(bytes) = read_bundle(store, bundle)? else { return Ok(None) };
        let mut items = bundle.decode(&bytes).map_err(|error| super::log::LogError::Bundle { bundle, error })?;
        Ok(items.next().map(<[u8]>::to_vec))
    };
    let bytes = first(Series::Entries)?.ok_or(ReadError::NotOpened)?;
    let payload = first(Series::Payloads)?.ok_or(ReadError::NotOpened)?;
    let entry = Entry::read(Index(0), bytes, Some(payload))?;
    match entry.event()? {
        Some(Event::LedgerOpened(opened)) => {
            let key: Verifier = opened.log_key.parse().map_err(|_| ReadError::NotOpened)?;
            Ok((entry.leaf, vec![key]))
        }
        _ => Err(ReadError::NotOpened),
    }
}
