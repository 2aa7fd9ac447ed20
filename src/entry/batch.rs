//! From what an agent wants to say to the bytes of entries: numbering, `prev`, payloads, signatures.

use std::borrow::Cow;
use std::collections::HashMap;

use super::event::{Event, PayloadError, Salt};
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
    /// Numbers `proposals` from the end of `view` on and writes their payloads; `salts` are at least as many.
    ///
    /// # Errors
    /// When a lookup fails or a body cannot be written.
    pub fn draft<V: View>(
        &self,
        proposals: &[Proposal],
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
        let one = |((proposal, place), salt): ((&Proposal, &Place), &Salt)| self.one(proposal, place, *salt, base);
        let items = || proposals.iter().zip(&places).zip(salts);
        let halves = |skip: usize, take: usize| items().skip(skip).take(take).map(one).collect::<Result<Vec<_>, _>>();
        if proposals.len() < PARALLEL_FROM {
            return Ok(halves(0, proposals.len())?);
        }
        let middle = proposals.len() / 2;
        let (first, second) = std::thread::scope(|scope| {
            let second = scope.spawn(|| halves(middle, proposals.len() - middle));
            (halves(0, middle), second.join())
        });
        let mut drafts = first?;
        // A panic in the other half is a broken invariant of ours; it goes on here.
        drafts.extend(second.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
        Ok(drafts)
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
        let mut encoded = Vec::with_capacity(drafts.len() + 1);
        for draft in drafts {
            let alone = draft.header.sig.is_some() || !closing;
            encoded.push(self.finish(draft, alone.then_some(signer))?);
        }
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
            let draft = self.one(&Proposal::new(event), &place, salt, base)?;
            encoded.push(self.finish(draft, Some(signer))?);
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
        let drafts = self.draft(proposals, salts, view)?;
        self.sign(drafts, salts[proposals.len()], view, signer)
    }

    fn one(&self, proposal: &Proposal, place: &Place, salt: Salt, base: u64) -> Result<Draft, PayloadError> {
        let payload = at_base(&proposal.event, base).encode(salt)?;
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
        Ok(Draft { header, payload })
    }

    fn finish<E>(&self, draft: Draft, signer: Option<&dyn Signer>) -> Result<Encoded, BatchError<E>> {
        let Draft { mut header, payload } = draft;
        header.sig = None;
        if let Some(signer) = signer {
            let ledger = if header.kind == Kind::LedgerOpened { Digest::default() } else { self.ledger };
            let blob = sshsig::signed_blob(&header.message(&ledger)?);
            header.sig = Some(Sig(signer.sign(&blob)?.to_vec()));
        }
        let entry = header.encode()?;
        let leaf = leaf_hash(&entry);
        Ok(Encoded { header, entry, payload, leaf })
    }
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
