//! Opening a ledger anew, and putting batches on record: check, sign, commit, and bring the lookups up to it.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{Scope, ScopedJoinHandle};

use super::catalog::{Changes, Met, changes_with};
use super::commit::{self, Committer, Config};
use super::error::{AppendError, ReadError, Refused};
use super::lookup::Failed;
use super::overlay::Overlay;
use super::record::{Genesis, Ledger, Receipt};
use super::staging::{self, MAX_COMMIT_ENTRIES};
use crate::entry::sshsig::Signer as AgentSigner;
use crate::entry::{Batch, Body, Event, Header, Proposal, Salt, batch};
use crate::hash::{Digest, Index};
use crate::store::Store;
use crate::time::{Clock, Timestamp};

/// Proposals with what can be made of them before it is known where they will stand: their values are checked, and the
/// bodies of those that refer to nothing in the same batch are written.
#[derive(Debug)]
pub struct Prepared<'p> {
    proposals: &'p [Proposal],
    bodies: Vec<Option<Body>>,
}

impl<'p> Prepared<'p> {
    /// Checks and prepares.
    ///
    /// # Errors
    /// When a value is wrong.
    pub fn new(proposals: &'p [Proposal]) -> Result<Self, AppendError> {
        let one = |position: usize| {
            let event = &proposals[position].event;
            match event.problems().into_iter().next() {
                Some(problem) => Err(AppendError::Value { position, problem }),
                // What refers to something not yet numbered is written when it is; what is too long is refused then.
                None => Ok(Body::of(event).ok()),
            }
        };
        let bodies = batch::in_halves(proposals.len(), |range| range.map(one).collect())?;
        Ok(Self { proposals, bodies })
    }

    /// The proposals.
    pub fn proposals(&self) -> &'p [Proposal] {
        self.proposals
    }

    /// Content digest of each, where it can be known yet.
    pub(super) fn contents(&self) -> impl Iterator<Item = Option<Digest>> {
        self.bodies.iter().map(|body| body.as_ref().map(Body::content))
    }
}

/// Where the time and the salts of batches come from.
pub struct Source<'s> {
    /// The time, asked before each batch.
    pub clock: &'s dyn Clock,
    /// Fills bytes at random.
    pub random: &'s mut dyn FnMut(&mut [u8]) -> Result<(), String>,
}

/// Entries from which on working out what they change is worth a thread.
const PARALLEL_CHANGES: usize = 128;

impl Ledger {
    /// Opens a new ledger in an empty store: commits entry 0.
    ///
    /// # Errors
    /// When the store holds a ledger already, or cannot be written.
    pub fn create(
        store: Arc<dyn Store>,
        genesis: &Genesis,
        owner: &dyn AgentSigner,
        config: Config,
    ) -> Result<(), AppendError> {
        let batch = Batch { agent: Index(0), time: genesis.time, ledger: Digest::default() };
        let proposal = Proposal::new(Event::LedgerOpened(genesis.opened.clone()));
        let proposals = [proposal];
        Prepared::new(&proposals)?;
        let view = crate::entry::State::default();
        let salts = [genesis.salt, genesis.salt];
        let encoded = batch.encode(&proposals, &salts, &view, owner).map_err(|e| match e {
            batch::BatchError::View(never) => match never {},
            batch::BatchError::Payload(e) => AppendError::Payload(e),
            batch::BatchError::Header(e) => AppendError::Header(e),
            batch::BatchError::Sign(e) => AppendError::Sign(e),
        })?;
        let mut committer = Committer::open(store, config).map_err(boxed)?;
        if committer.size() > 0 {
            return Err(AppendError::Exists);
        }
        let result = committer.append::<AppendError>(&mut |base| {
            if base > 0 { Err(AppendError::Exists) } else { Ok(encoded.iter().cloned().map(|e| split(e).0).collect()) }
        });
        result.map(|_| ()).map_err(append_error)
    }

    /// Puts a batch on record: checks it against the state at the head, signs, commits, and brings the catalog up to it.
    ///
    /// # Errors
    /// When something in it is refused, or the commit fails; see [`AppendError`] for what is then on record.
    pub fn append(
        &mut self,
        agent: Index,
        signer: &dyn AgentSigner,
        proposals: &[Proposal],
        now: Timestamp,
        random: &mut dyn FnMut(&mut [u8]) -> Result<(), String>,
    ) -> Result<Receipt, AppendError> {
        self.append_prepared(agent, signer, Prepared::new(proposals)?, now, random)
    }

    /// [`Ledger::append`] of what has been prepared, to ask whether it is on record ([`Ledger::on_record`]) for instance.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn append_prepared(
        &mut self,
        agent: Index,
        signer: &dyn AgentSigner,
        prepared: Prepared<'_>,
        now: Timestamp,
        random: &mut dyn FnMut(&mut [u8]) -> Result<(), String>,
    ) -> Result<Receipt, AppendError> {
        let Prepared { proposals, mut bodies } = prepared;
        if proposals.len() >= MAX_COMMIT_ENTRIES {
            return Err(AppendError::TooMany { len: proposals.len(), limit: MAX_COMMIT_ENTRIES - 1 });
        }
        let committer = self.committer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let mut committer = committer.ok_or(AppendError::ReadOnly)?;
        // What the batch changes in the catalog is worked out while the disk is busy with the batch itself.
        let (result, made, changes) = std::thread::scope(|scope| {
            let mut made = Vec::new();
            let mut changes = Making::default();
            let result = committer.append::<AppendError>(&mut |base| {
                if self.size < base {
                    self.refresh()?;
                }
                // A second attempt, after another writer was faster, writes them again.
                bodies.resize(proposals.len(), None);
                let bodies = std::mem::take(&mut bodies);
                let (encoded, events) = self.build(agent, signer, (proposals, bodies), now, random)?;
                made = encoded.iter().enumerate().map(|(k, e)| (Index(base + k as u64), e.leaf)).collect();
                let (staged, parts): (Vec<_>, Vec<_>) = encoded.into_iter().map(split).unzip();
                changes = Making::of(scope, self.size, parts, events);
                Ok(staged)
            });
            (result, made, changes.join())
        });
        self.committer = Mutex::new(Some(committer));
        let committed = result.map_err(append_error)?;
        let (base, size) = (committed.base, committed.size);
        let unread = |cause| AppendError::Unread { base, size, cause: Box::new(cause) };
        self.take_in(&committed, changes, now).map_err(unread)?;
        let notices = committed.aftermath.iter().map(describe).collect();
        Ok(Receipt { base: committed.base, entries: made, size: committed.size, root: committed.root, notices })
    }

    /// Puts batches on record, a commit each: while one is on its way to the disk, the next is prepared on a thread of its
    /// own. `wanted` says whether to append a batch at all ([`Ledger::on_record`]); `done` is told of each that stands.
    ///
    /// # Errors
    /// As [`Ledger::append`], and whatever `wanted` says; batches that `done` was told of stay on record.
    pub fn append_each(
        &mut self,
        agent: Index,
        signer: &dyn AgentSigner,
        batches: &[&[Proposal]],
        source: &mut Source<'_>,
        wanted: &mut dyn FnMut(&Self, &Prepared<'_>) -> Result<bool, AppendError>,
        done: &mut dyn FnMut(Receipt),
    ) -> Result<(), AppendError> {
        std::thread::scope(|scope| {
            // Whoever prepares waits until its batch is taken: there are never more than two.
            let (send, receive) = mpsc::sync_channel(0);
            scope.spawn(move || {
                for batch in batches {
                    let prepared = Prepared::new(batch);
                    let failed = prepared.is_err();
                    if send.send(prepared).is_err() || failed {
                        return;
                    }
                }
            });
            while let Ok(prepared) = receive.recv() {
                let prepared = prepared?;
                if wanted(self, &prepared)? {
                    done(self.append_prepared(agent, signer, prepared, source.clock.now(), source.random)?);
                }
            }
            Ok(())
        })
    }

    /// Brings reader, lookups and state up to a commit of one's own, without reading back what was just written, and to
    /// whatever others have committed since.
    fn take_in(&mut self, committed: &commit::Committed, changes: Changes, now: Timestamp) -> Result<(), ReadError> {
        let (base, size) = (committed.base, committed.size);
        let core = changes.core();
        if self.size != base || changes.range() != Some(base..size) {
            return self.refresh();
        }
        self.reader.refresh()?;
        {
            let mut lookup = self.lock();
            if lookup.size() == base {
                match lookup.apply(base, changes, size, &committed.root) {
                    Err(Failed::Damaged(why)) => {
                        (self.notify)(&format!("the catalog is rebuilt from the log: {why}"));
                        lookup.reset()?;
                    }
                    other => other?,
                }
            }
        }
        self.size = self.reader.size();
        self.root = self.reader.checkpoint().ok_or(ReadError::NoLedger)?.root();
        if core || self.size != size || self.lock().size() != size {
            return self.catch_up();
        }
        self.state.last_time = Some(now);
        Ok(())
    }

    fn build<'p>(
        &self,
        agent: Index,
        signer: &dyn AgentSigner,
        (proposals, bodies): (&'p [Proposal], Vec<Option<Body>>),
        now: Timestamp,
        random: &mut dyn FnMut(&mut [u8]) -> Result<(), String>,
    ) -> Result<(Vec<crate::entry::Encoded>, Vec<Cow<'p, Event>>), AppendError> {
        let mut bytes = vec![0; (proposals.len() + 1) * 16];
        random(&mut bytes).map_err(|reason| AppendError::Randomness { reason })?;
        let (salts, _) = bytes.as_chunks::<16>();
        let salts: Vec<Salt> = salts.iter().map(|salt| Salt(*salt)).collect();
        let batch = Batch { agent, time: now, ledger: self.id() };
        let overlay = Overlay::new(self);
        let drafts = batch.draft(proposals, bodies, &salts, &overlay).map_err(batch_error)?;
        let events: Vec<_> = proposals.iter().map(|p| batch::at_base(&p.event, self.size)).collect();
        self.check_batch(&events, &drafts, now)?;
        let encoded = batch.sign(drafts, salts[proposals.len()], &overlay, signer).map_err(batch_error)?;
        Ok((encoded, events))
    }

    fn check_batch(
        &self,
        events: &[Cow<'_, Event>],
        drafts: &[crate::entry::Draft],
        now: Timestamp,
    ) -> Result<(), AppendError> {
        let pairs: Vec<_> = drafts.iter().zip(events).map(|(d, e)| (&d.header, e.as_ref())).collect();
        let mut overlay = Overlay::new(self);
        let mut refused = Vec::new();
        for position in 0..pairs.len() {
            let objections = overlay.add(&pairs[..=position], now.day())?;
            refused.extend(objections.into_iter().map(|objection| Refused { position, objection }));
        }
        if refused.is_empty() { Ok(()) } else { Err(AppendError::Refused { refused }) }
    }
}

/// What is staged of an entry, and what the catalog is told of it.
fn split(encoded: crate::entry::Encoded) -> (staging::Encoded, Part) {
    let crate::entry::Encoded { header, entry, payload, content, .. } = encoded;
    (staging::Encoded { entry, payload }, Part { header, content })
}

/// What the catalog needs to know of an entry beside its event.
struct Part {
    header: Header,
    content: Digest,
}

/// What a batch changes in the catalog, perhaps still being worked out.
enum Making<'s> {
    Made(Changes),
    Making(ScopedJoinHandle<'s, Changes>),
}

impl Default for Making<'_> {
    fn default() -> Self {
        Self::Made(Changes::default())
    }
}

impl<'s> Making<'s> {
    fn of<'p: 's>(scope: &'s Scope<'s, '_>, base: u64, parts: Vec<Part>, events: Vec<Cow<'p, Event>>) -> Self {
        if parts.len() < PARALLEL_CHANGES {
            return Self::Made(changes_of(base, &parts, &events));
        }
        Self::Making(scope.spawn(move || changes_of(base, &parts, &events)))
    }

    fn join(self) -> Changes {
        match self {
            Self::Made(changes) => changes,
            Self::Making(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
        }
    }
}

/// The closing signature of a batch has a header without an event here; its body is in no lookup but by its content.
fn changes_of(base: u64, parts: &[Part], events: &[Cow<'_, Event>]) -> Changes {
    let events = events.iter().map(|event| Some(event.as_ref())).chain(std::iter::repeat(None));
    let mut met = Met::default();
    let one = |((k, part), event): ((usize, &Part), Option<&Event>)| {
        changes_with(Index(base + k as u64), &part.header, event, Some(part.content), &mut met)
    };
    parts.iter().enumerate().zip(events).map(one).collect()
}

pub(super) fn boxed(error: commit::CommitError) -> AppendError {
    AppendError::Commit(Box::new(error))
}

fn append_error(error: commit::AppendError<AppendError>) -> AppendError {
    match error {
        commit::AppendError::Build(error) => error,
        commit::AppendError::Refused(error) => boxed(error),
        commit::AppendError::Unpublished { base, size, cause, .. } => AppendError::Unpublished { base, size, cause },
        commit::AppendError::Unclear { base, leaf, cause } => AppendError::Unclear { base, leaf, cause },
    }
}

fn batch_error(error: batch::BatchError<ReadError>) -> AppendError {
    match error {
        batch::BatchError::View(error) => AppendError::Read(error),
        batch::BatchError::Payload(error) => AppendError::Payload(error),
        batch::BatchError::Header(error) => AppendError::Header(error),
        batch::BatchError::Sign(error) => AppendError::Sign(error),
    }
}

fn describe(aftermath: &commit::Aftermath) -> String {
    let mut text = aftermath.to_string();
    let mut source = std::error::Error::source(aftermath);
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
