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

/// An entry of which only the signature may be missing.
struct Draft {
    header: Header,
    payload: Vec<u8>,
}

impl Batch {
    /// Encodes `proposals` as entries from the end of `view` on; `salts` are at least one more than proposals.
    ///
    /// Kinds that decide are signed by themselves. Of the others, one alone is signed by itself too; several are covered
    /// by a closing `batch-signed` entry.
    ///
    /// # Errors
    /// When a lookup fails, a body cannot be written, or the key does not sign.
    pub fn encode<V: View>(
        &self,
        proposals: &[Proposal],
        salts: &[Salt],
        view: &V,
        signer: &dyn Signer,
    ) -> Result<Vec<Encoded>, BatchError<V::Error>> {
        let base = view.size();
        let mut last: HashMap<Index, Index> = HashMap::new();
        let mut drafts = Vec::with_capacity(proposals.len() + 1);
        for (k, proposal) in proposals.iter().enumerate() {
            let index = Index(base + k as u64);
            let about = proposal.about.map(|i| i.at_base(base));
            let prev = match about {
                None => None,
                Some(about) => {
                    let latest = match last.get(&about) {
                        Some(latest) => Some(*latest),
                        None => view.subject(about).map_err(BatchError::View)?.map(|info| info.last),
                    };
                    proposal.seen.map(|i| i.at_base(base)).or(latest)
                }
            };
            last.insert(about.unwrap_or(index), index);
            let re = proposal.re.map(|i| i.at_base(base));
            drafts.push(self.draft(&proposal.event, salts[k], about, prev, re, base)?);
        }
        let unsigned: Vec<usize> = (0..drafts.len()).filter(|k| !drafts[*k].header.kind.row().decides).collect();
        let batch = unsigned.len() > 1;
        let mut encoded = Vec::with_capacity(drafts.len() + 1);
        for draft in drafts {
            let alone = draft.header.kind.row().decides || !batch;
            encoded.push(self.finish(draft, alone.then_some(signer))?);
        }
        if batch {
            let leaves: Vec<Digest> = encoded.iter().map(|e| e.leaf).collect();
            let count = leaves.len() as u64;
            let event = Event::BatchSigned(BatchSigned { count, root: root(&leaves) });
            let about = Index(0);
            let prev = match last.get(&about) {
                Some(latest) => Some(*latest),
                None => view.subject(about).map_err(BatchError::View)?.map(|info| info.last),
            };
            let draft = self.draft(&event, salts[proposals.len()], Some(about), prev, None, base)?;
            encoded.push(self.finish(draft, Some(signer))?);
        }
        Ok(encoded)
    }

    fn draft(
        &self,
        event: &Event,
        salt: Salt,
        about: Option<Index>,
        prev: Option<Index>,
        re: Option<Index>,
        base: u64,
    ) -> Result<Draft, PayloadError> {
        let payload = at_base(event, base).encode(salt)?;
        let kind = event.kind();
        let creates = matches!(kind.row().about, About::Creates(_));
        let header = Header {
            about: if creates { None } else { about },
            agent: self.agent,
            digest: Digest::of(&payload),
            kind,
            prev,
            re,
            sig: None,
            time: self.time,
            v: VERSION,
        };
        Ok(Draft { header, payload })
    }

    fn finish<E>(&self, draft: Draft, signer: Option<&dyn Signer>) -> Result<Encoded, BatchError<E>> {
        let Draft { mut header, payload } = draft;
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
