//! What a proof file carries beside the log's own proof, and checking it with no ledger and no network.
//!
//! The `extra` of a C2SP tlog-proof authenticates nothing by itself. Here it is the canonical JSON of [`Extra`]: the entry
//! and its payload, the ledger's opening, the author's enrolment and key changes, and the batch signature, each with
//! its own path under the same checkpoint. *Included* and *by this author* are two answers ([`Answers`]).

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::header::{Header, Read};
use super::kind::Kind;
use super::sshsig::PublicKey;
pub use super::why::{Outcome, Why};
use crate::canon::{self, CanonError};
use crate::hash::{Digest, Index, leaf_hash};
use crate::tlog::policy::{Policy, Refused};
use crate::tlog::proof::check_inclusion;
use crate::tlog::prooffile::{ProofFile, Unproven};

/// Longest `extra`, in bytes.
pub const MAX_EXTRA: usize = 190_000;

/// An entry with its payload and its place in the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The entry's bytes, which are JSON text.
    pub entry: String,
    /// Its number.
    pub index: Index,
    /// Path to the root of the checkpoint, leaf sibling first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Digest>,
    /// The payload's bytes; absent when withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

/// The batch that covers the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchItem {
    /// The `batch-signed` entry.
    pub item: Item,
    /// Path from the entry's leaf to the batch's root.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<Digest>,
}

/// The `extra` of a proof file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    /// The author's enrolment, then their key changes before the entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub author: Vec<Item>,
    /// The batch that covers the entry, where it does not sign for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchItem>,
    /// The entry's bytes, which are JSON text.
    pub entry: String,
    /// The ledger's opening, which names the ledger in every signature.
    pub opening: Item,
    /// The payload's bytes; absent when withheld.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

impl Extra {
    /// The canonical bytes.
    ///
    /// # Errors
    /// When they are longer than [`MAX_EXTRA`].
    pub fn to_bytes(&self) -> Result<Vec<u8>, CanonError> {
        let bytes = canon::to_bytes(self)?;
        if bytes.len() > MAX_EXTRA {
            return Err(CanonError::TooLong { len: bytes.len(), limit: MAX_EXTRA });
        }
        Ok(bytes)
    }
}

/// What a proof file says, checked.
#[derive(Debug, Clone)]
pub struct Answers {
    /// Whether the entry is in the log of a trusted checkpoint.
    pub included: Outcome,
    /// Whether the agent that it names made it.
    pub by_author: Outcome,
    /// Whether the payload is the one that the entry commits to.
    pub payload: Outcome,
    /// The checkpoint's origin, size and root, if trusted.
    pub checkpoint: Option<(String, u64, Digest)>,
    /// Witnesses whose cosignatures hold, with their times.
    pub cosigned: Vec<(String, u64)>,
    /// The entry's number.
    pub index: u64,
    /// The entry's leaf hash.
    pub leaf: Option<Digest>,
    /// The entry.
    pub header: Option<Header>,
    /// What happened, if the payload is here.
    pub event: Option<Event>,
    /// The author's handle, if proven.
    pub handle: Option<String>,
    /// The ledger's id, if the opening is proven.
    pub ledger: Option<Digest>,
}

/// Checks a proof file; `policy` is absent where the reader trusts nobody yet.
pub fn check(file: &ProofFile, policy: Option<&Policy>) -> Answers {
    let mut answers = Answers {
        included: Outcome::CannotBeDetermined(Why::NoTrust),
        by_author: Outcome::CannotBeDetermined(Why::NotIncluded),
        payload: Outcome::CannotBeDetermined(Why::NotIncluded),
        checkpoint: None,
        cosigned: Vec::new(),
        index: file.index(),
        leaf: None,
        header: None,
        event: None,
        handle: None,
        ledger: None,
    };
    let extra: Extra = match canon::from_bytes(file.extra(), MAX_EXTRA) {
        Ok(extra) => extra,
        Err(e) => {
            let why = if file.extra().is_empty() { Why::NoEntry } else { Why::ForeignExtra(e) };
            answers.included = Outcome::CannotBeDetermined(why);
            return answers;
        }
    };
    let leaf = leaf_hash(extra.entry.as_bytes());
    answers.leaf = Some(leaf);
    let Some(policy) = policy else { return answers };
    let tree = match file.check(&leaf, policy) {
        Ok(accepted) => {
            answers.cosigned = accepted.cosigned.iter().map(|(w, t)| (w.name().to_owned(), *t)).collect();
            let tree = accepted.checkpoint;
            answers.checkpoint = Some((tree.origin().to_owned(), tree.size(), tree.root()));
            answers.included = Outcome::Holds;
            (tree.size(), tree.root())
        }
        Err(error) => {
            answers.included = match error {
                Unproven::Checkpoint(refused) => not_accepted(refused),
                Unproven::Inclusion(bad) => Outcome::DoesNotHold(Why::Path(bad)),
            };
            return answers;
        }
    };
    let header = match header(extra.entry.as_bytes()) {
        Ok(header) => header,
        Err(outcome) => {
            answers.payload = Outcome::CannotBeDetermined(Why::NotIncluded);
            if let Outcome::CannotBeDetermined(_) = outcome {
                answers.payload = outcome.clone();
            }
            answers.by_author = outcome;
            return answers;
        }
    };
    (answers.payload, answers.event) = payload(&header, extra.payload.as_deref());
    match author(&extra, &header, &leaf, file.index(), tree) {
        Ok((handle, ledger)) => {
            answers.by_author = Outcome::Holds;
            answers.handle = Some(handle);
            answers.ledger = Some(ledger);
        }
        Err(outcome) => answers.by_author = outcome,
    }
    answers.header = Some(header);
    answers
}

/// A checkpoint that the policy does not accept: a missing trust is no refutation, a failing signature is.
pub(super) fn not_accepted(refused: Refused) -> Outcome {
    use crate::tlog::note::Distrust;
    match refused {
        Refused::Distrust(Distrust::NoKnownKey) | Refused::Log { .. } => {
            Outcome::CannotBeDetermined(Why::UntrustedKey(refused))
        }
        _ => Outcome::DoesNotHold(Why::Checkpoint(refused)),
    }
}

/// An entry's header, or why it cannot be read.
pub(super) fn header(entry: &[u8]) -> Result<Header, Outcome> {
    match Header::decode(entry) {
        Ok(Read::Known(header)) => Ok(header),
        Ok(Read::Foreign { kind, v }) => Err(Outcome::CannotBeDetermined(Why::UnknownKind { kind, v })),
        Err(e) => Err(Outcome::DoesNotHold(Why::EntryForm(e))),
    }
}

/// Whether the payload is the one that the entry commits to, and what happened.
pub(super) fn payload(header: &Header, payload: Option<&str>) -> (Outcome, Option<Event>) {
    let Some(payload) = payload else {
        return (Outcome::CannotBeDetermined(Why::Withheld), None);
    };
    if Digest::of(payload.as_bytes()) != header.digest {
        return (Outcome::DoesNotHold(Why::PayloadDigest), None);
    }
    match Event::decode(header.kind, payload.as_bytes()) {
        Ok((event, _)) => (Outcome::Holds, Some(event)),
        Err(e) => (Outcome::DoesNotHold(Why::PayloadForm(e)), None),
    }
}

/// Whether `key` signed the entry, in the ledger with this id.
pub(super) fn signed(header: &Header, key: PublicKey, ledger: &Digest) -> bool {
    // What was decoded encodes again: a header that does not is none.
    header.message(ledger).is_ok_and(|m| header.sig.as_ref().is_some_and(|sig| key.verifies(&m, &sig.0)))
}

/// An item's header and event, proven to be at its index.
fn proven(item: &Item, tree: (u64, Digest)) -> Result<(Header, Option<Event>, Digest), Outcome> {
    let beside = |outcome: Outcome| match outcome {
        Outcome::Holds => Outcome::Holds,
        Outcome::DoesNotHold(why) => Outcome::DoesNotHold(Why::Beside(item.index, Box::new(why))),
        Outcome::CannotBeDetermined(why) => Outcome::CannotBeDetermined(Why::Beside(item.index, Box::new(why))),
    };
    let leaf = leaf_hash(item.entry.as_bytes());
    check_inclusion(&item.path, item.index.0, tree.0, &leaf, &tree.1)
        .map_err(|e| beside(Outcome::DoesNotHold(Why::Path(e))))?;
    let header = header(item.entry.as_bytes()).map_err(beside)?;
    match payload(&header, item.payload.as_deref()) {
        (no @ Outcome::DoesNotHold(_), _) => Err(beside(no)),
        (_, event) => Ok((header, event, leaf)),
    }
}

/// The author's handle and the ledger's id, or why not.
fn author(
    extra: &Extra,
    header: &Header,
    leaf: &Digest,
    index: u64,
    tree: (u64, Digest),
) -> Result<(String, Digest), Outcome> {
    let no = |why| Err(Outcome::DoesNotHold(why));
    let unknown = |why| Err(Outcome::CannotBeDetermined(why));
    let withheld = |index| unknown(Why::Beside(index, Box::new(Why::Withheld)));
    let (opening, opened, ledger) = proven(&extra.opening, tree)?;
    if extra.opening.index.0 != 0 || opening.kind != Kind::LedgerOpened {
        return no(Why::Opening);
    }
    // The owner's enrolment is the opening itself.
    let (handle, key) = if header.agent.0 == 0 {
        match opened {
            Some(Event::LedgerOpened(opened)) => (opened.owner.handle, opened.owner.key),
            _ => return withheld(Index(0)),
        }
    } else {
        let Some(first) = extra.author.first() else { return unknown(Why::NoEnrolment) };
        match proven(first, tree)? {
            _ if first.index != header.agent || first.index.0 >= index => return no(Why::OtherEnrolment),
            (_, Some(Event::AgentEnrolled(enrolled)), _) => (enrolled.handle, enrolled.key),
            (_, None, _) => return withheld(first.index),
            _ => return no(Why::OtherEnrolment),
        }
    };
    let changes = if header.agent.0 == 0 { extra.author.as_slice() } else { &extra.author[1..] };
    let key = last_key(changes, header.agent, index, key, tree)?;
    let Ok(key) = PublicKey::from_openssh(&key) else { return no(Why::BadKey) };
    if header.sig.is_some() {
        // What would be a batch for an entry that signs for itself is not looked at, and so has no place here.
        if extra.batch.is_some() {
            return no(Why::BatchRange);
        }
        let id = if index == 0 { Digest::default() } else { ledger };
        return if signed(header, key, &id) { Ok((handle.0, ledger)) } else { no(Why::Signature) };
    }
    if header.kind.row().decides {
        return no(Why::Unsigned(header.kind));
    }
    let Some(batch) = &extra.batch else { return unknown(Why::NoBatch) };
    let (cover, event, _) = proven(&batch.item, tree)?;
    let body = match event {
        Some(Event::BatchSigned(body)) => body,
        None if cover.kind == Kind::BatchSigned => return withheld(batch.item.index),
        _ => return no(Why::BatchRange),
    };
    let start = batch.item.index.0.checked_sub(body.count);
    let Some(place) = start.and_then(|start| index.checked_sub(start)).filter(|place| *place < body.count) else {
        return no(Why::BatchRange);
    };
    if cover.agent != header.agent {
        return no(Why::BatchAgent);
    }
    if check_inclusion(&batch.path, place, body.count, leaf, &body.root).is_err() {
        return no(Why::BatchRoot);
    }
    if signed(&cover, key, &ledger) { Ok((handle.0, ledger)) } else { no(Why::BatchSignature) }
}

/// The key in force after the changes before `index`.
fn last_key(
    changes: &[Item],
    agent: Index,
    index: u64,
    mut key: String,
    tree: (u64, Digest),
) -> Result<String, Outcome> {
    let mut last = 0;
    for item in changes {
        let (header, event, _) = proven(item, tree)?;
        let fits = header.about == Some(agent) && item.index.0 > last && item.index.0 < index;
        match event {
            Some(Event::AgentKeyChanged(changed)) if fits => key = changed.key,
            None if fits && header.kind == Kind::AgentKeyChanged => {
                return Err(Outcome::CannotBeDetermined(Why::Beside(item.index, Box::new(Why::Withheld))));
            }
            _ => return Err(Outcome::DoesNotHold(Why::NotKeyChange(item.index))),
        }
        last = item.index.0;
    }
    Ok(key)
}
