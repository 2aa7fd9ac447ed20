//! From what an agent wants to say to the bytes of entries: numbering, `prev`, payloads, signatures.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::event::{Body, Event, PayloadError, Salt};
use super::header::{Header, Sig, VERSION};
use super::kind::{About, Kind};
use super::sshsig::{self, SignError, Signer};
use super::state::View;
use crate::canon::CanonError;
use crate::claim::desk::BatchSigned;
use crate::hash::{Digest, Index, leaf_hash};
use crate::time::Timestamp;
use crate::tlog::tree::Frontier;

/// Something that an agent wants on record. Indexes may be pending: they then stand for entries of the same batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The subject; absent when the event creates one.
    pub about: Option<Index>,
    /// The entry acted on, where that is not the subject itself.
    pub re: Option<Index>,
    /// The last entry about the subject that the agent saw; absent: whatever is the latest.
    pub seen: Option<Index>,
    /// What happened.
    pub event: Event,
}

impl Proposal {
    /// An event that creates a subject.
    pub fn new(event: Event) -> Self {
        Self { about: None, re: None, seen: None, event }
    }

    /// An event about a subject.
    pub fn about(about: Index, event: Event) -> Self {
        Self { about: Some(about), re: None, seen: None, event }
    }

    /// The same, acting on the entry `re`.
    #[must_use]
    pub fn acting_on(mut self, re: Index) -> Self {
        self.re = Some(re);
        self
    }
}

/// An entry ready for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The header, as read back from `entry`.
    pub header: Header,
    /// The header's bytes.
    pub entry: Vec<u8>,
    /// The payload's bytes.
    pub payload: Vec<u8>,
    /// Leaf hash of `entry`.
    pub leaf: Digest,
    /// The event's content digest ([`Event::content_digest`]).
    pub content: Digest,
}

/// A batch that cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError<E> {
    /// A lookup failed.
    #[error(transparent)]
    View(E),
    /// A payload cannot be written.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// A header cannot be written.
    #[error(transparent)]
    Header(#[from] CanonError),
    /// The key did not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
}

/// What all entries of a batch have in common.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    /// The acting agent.
    pub agent: Index,
    /// When.
    pub time: Timestamp,
    /// The ledger's id; all zeros for the batch that opens it.
    pub ledger: Digest,
}

/// An entry of which only the signature is missing; a deciding one holds an empty signature in its place, so that
/// [`super::state::check`] sees that it will be signed by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The header, unsigned.
    pub header: Header,
    /// The payload's bytes.
    pub payload: Vec<u8>,
    /// The event's content digest.
    pub content: Digest,
}

/// What a header needs that depends on the entries before it.
struct Place {
    about: Option<Index>,
    prev: Option<Index>,
    re: Option<Index>,
}

/// Batches of at least this many entries are encoded on two threads.
const PARALLEL_FROM: usize = 512;

impl Batch {
    /// Numbers `proposals` from the end of `view` on and writes their payloads; `bodies` are as many, where they have been
    /// made before, and `salts` at least as many.
    ///
    /// # Errors
    /// When a lookup fails or a body cannot be written.
    pub fn draft<V: View>(
        &self,
        proposals: &[Proposal],
        bodies: Vec<Option<Body>>,
        salts: &[Salt],
        view: &V,
    ) -> Result<Vec<Draft>, BatchError<V::Error>> {
        let base = view.size();
        let mut last: HashMap<Index, Index> = HashMap::new();
        let mut places = Vec::with_capacity(proposals.len());
        for (k, proposal) in proposals.iter().enumerate() {
            let index = Index(base + k as u64);
            let about = proposal.about.map(|i| i.at_base(base));
            let prev = match about {
                None => None,
                Some(about) => match (proposal.seen, last.get(&about)) {
                    (Some(seen), _) => Some(seen.at_base(base)),
                    (None, Some(latest)) => Some(*latest),
                    (None, None) => view.subject(about).map_err(BatchError::View)?.map(|info| info.last),
                },
            };
            last.insert(about.unwrap_or(index), index);
            places.push(Place { about, prev, re: proposal.re.map(|i| i.at_base(base)) });
        }
        let one = |k: usize, body| self.one(&proposals[k], body, &places[k], salts[k], base);
        Ok(each_in_halves(bodies, one)?)
    }

    /// Signs what [`Batch::draft`] made, and closes the batch.
    ///
    /// Kinds that decide are signed by themselves. Of the others, one alone is signed by itself too; several are covered
    /// by a closing `batch-signed` entry, which takes `salt`.
    ///
    /// # Errors
    /// When a lookup fails, a header is too long, or the key does not sign.
    pub fn sign<V: View>(
        &self,
        drafts: Vec<Draft>,
        salt: Salt,
        view: &V,
        signer: &dyn Signer,
    ) -> Result<Vec<Encoded>, BatchError<V::Error>> {
        let closing = drafts.iter().filter(|d| d.header.sig.is_none()).count() > 1;
        let ledger_last = drafts.iter().rposition(|d| d.header.about == Some(Index(0)));
        // Signatures come first, one after the other: a signer need not be one that threads can share.
        let mut drafts = drafts;
        for draft in &mut drafts {
            let alone = draft.header.sig.is_some() || !closing;
            draft.header.sig = None;
            if alone {
                draft.header.sig = Some(self.signature(&draft.header, signer)?);
            }
        }
        let leaves = |range: Range<usize>| drafts[range].iter().map(|d| leaf(&d.header)).collect::<Result<Vec<_>, _>>();
        let entries = in_halves(drafts.len(), leaves)?;
        let mut encoded: Vec<Encoded> = Vec::with_capacity(drafts.len() + 1);
        encoded.extend(drafts.into_iter().zip(entries).map(|(draft, (entry, leaf))| {
            let Draft { header, payload, content } = draft;
            Encoded { header, entry, payload, leaf, content }
        }));
        if closing {
            let base = view.size();
            let leaves: Vec<Digest> = encoded.iter().map(|e| e.leaf).collect();
            let count = leaves.len() as u64;
            let event = Event::BatchSigned(BatchSigned { count, root: root(&leaves) });
            let prev = match ledger_last {
                Some(k) => Some(Index(base + k as u64)),
                None => view.subject(Index(0)).map_err(BatchError::View)?.map(|info| info.last),
            };
            let place = Place { about: Some(Index(0)), prev, re: None };
            let mut draft = self.one(&Proposal::new(event), None, &place, salt, base)?;
            draft.header.sig = Some(self.signature(&draft.header, signer)?);
            let (entry, leaf) = leaf(&draft.header)?;
            let Draft { header, payload, content } = draft;
            encoded.push(Encoded { header, entry, payload, leaf, content });
        }
        Ok(encoded)
    }

    /// [`Batch::draft`] and [`Batch::sign`] in one; `salts` are one more than proposals.
    ///
    /// # Errors
    /// As those.
    pub fn encode<V: View>(
        &self,
        proposals: &[Proposal],
        salts: &[Salt],
        view: &V,
        signer: &dyn Signer,
    ) -> Result<Vec<Encoded>, BatchError<V::Error>> {
        let drafts = self.draft(proposals, vec![None; proposals.len()], salts, view)?;
        self.sign(drafts, salts[proposals.len()], view, signer)
    }

    fn one(
        &self,
        proposal: &Proposal,
        body: Option<Body>,
        place: &Place,
        salt: Salt,
        base: u64,
    ) -> Result<Draft, PayloadError> {
        let body = body.map_or_else(|| Body::of(&at_base(&proposal.event, base)), Ok)?;
        let (payload, content) = body.salted(salt);
        let kind = proposal.event.kind();
        let row = kind.row();
        let header = Header {
            about: if matches!(row.about, About::Creates(_)) { None } else { place.about },
            agent: self.agent,
            digest: Digest::of(&payload),
            kind,
            prev: place.prev,
            re: place.re,
            sig: row.decides.then(|| Sig(Vec::new())),
            time: self.time,
            v: VERSION,
        };
        Ok(Draft { header, payload, content })
    }

    /// The signature over a header that has none.
    fn signature<E>(&self, header: &Header, signer: &dyn Signer) -> Result<Sig, BatchError<E>> {
        let ledger = if header.kind == Kind::LedgerOpened { Digest::default() } else { self.ledger };
        let blob = sshsig::signed_blob(&header.message(&ledger)?);
        Ok(Sig(signer.sign(&blob)?.to_vec()))
    }
}

/// A header's bytes, and their leaf hash.
fn leaf(header: &Header) -> Result<(Vec<u8>, Digest), CanonError> {
    let entry = header.encode()?;
    let leaf = leaf_hash(&entry);
    Ok((entry, leaf))
}

/// What `some` makes of the positions 0 to `len`: of many, one half on a thread of its own.
pub(crate) fn in_halves<T: Send, E: Send>(
    len: usize,
    some: impl Fn(Range<usize>) -> Result<Vec<T>, E> + Sync,
) -> Result<Vec<T>, E> {
    if len < PARALLEL_FROM {
        return some(0..len);
    }
    let middle = len / 2;
    let (first, second) = std::thread::scope(|scope| {
        let Ok(second) = std::thread::Builder::new().spawn_scoped(scope, || some(middle..len)) else {
            return (some(0..middle), some(middle..len));
        };
        // A panic in the other half is a broken invariant of ours; it goes on here.
        (some(0..middle), second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut all = first?;
    all.extend(second?);
    Ok(all)
}

/// What `one` makes of each item and its position: of many, one half on a thread of its own.
pub(crate) fn each_in_halves<I: Send, T: Send, E: Send>(
    mut items: Vec<I>,
    one: impl Fn(usize, I) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let middle = if items.len() < PARALLEL_FROM { items.len() } else { items.len() / 2 };
    let rest = items.split_off(middle);
    let some = |from: usize, items: Vec<I>| -> Result<Vec<T>, E> {
        items.into_iter().enumerate().map(|(k, item)| one(from + k, item)).collect()
    };
    if rest.is_empty() {
        return some(0, items);
    }
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| some(middle, rest));
        // A panic in the other half is a broken invariant of ours; it goes on here.
        (some(0, items), second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut all = first?;
    all.extend(second?);
    Ok(all)
}

/// The event with every pending index made real; borrowed where there is none.
pub fn at_base(event: &Event, base: u64) -> Cow<'_, Event> {
    // Only these kinds hold indexes; asking costs a clone, which bulk recording should not pay.
    let pending = match event {
        Event::ClaimRecorded(claim) | Event::ClaimAmended(claim) => {
            claim.appearance.document.pending_position().is_some()
        }
        Event::AppearanceRecorded(_)
        | Event::EvidenceLinked(_)
        | Event::VerdictIssued(_)
        | Event::ClaimsRelated(_)
        | Event::AgentRevoked(_)
        | Event::CorrectionIssued(_) => true,
        _ => false,
    };
    if !pending {
        return Cow::Borrowed(event);
    }
    let mut event = event.clone();
    event.each_index(&mut |index| *index = index.at_base(base));
    Cow::Owned(event)
}

/// Root of RFC 6962 over the leaf hashes of a batch.
pub fn root(leaves: &[Digest]) -> Digest {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}
