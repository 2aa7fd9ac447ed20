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

/// One of three outcomes, never merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not hold; why.
    DoesNotHold(String),
    /// It cannot be determined; why.
    CannotBeDetermined(String),
}

impl Outcome {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::DoesNotHold(_) => "does-not-hold",
            Self::CannotBeDetermined(_) => "cannot-be-determined",
        }
    }

    /// Why, where it does not simply hold.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Holds => None,
            Self::DoesNotHold(why) | Self::CannotBeDetermined(why) => Some(why),
        }
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
    let unknown = |why: &str| Outcome::CannotBeDetermined(why.to_owned());
    let mut answers = Answers {
        included: unknown("nobody to trust was named"),
        by_author: unknown("whether it is included could not be determined"),
        payload: unknown("whether the entry is included could not be determined"),
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
            let why = if file.extra().is_empty() {
                "the file does not carry the entry".to_owned()
            } else {
                format!("what the file carries beside the proof is not onrecord's: {e}")
            };
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
            answers.included = not_included(&error);
            return answers;
        }
    };
    let header = match Header::decode(extra.entry.as_bytes()) {
        Ok(Read::Known(header)) => header,
        Ok(Read::Foreign { kind, v }) => {
            answers.by_author = unknown(&format!("the entry is of kind `{kind}`, version {v}: use a newer onrecord"));
            answers.payload = answers.by_author.clone();
            return answers;
        }
        Err(e) => {
            answers.by_author = Outcome::DoesNotHold(format!("the entry is malformed: {e}"));
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

/// A missing trust is no refutation; a failing signature or path is.
fn not_included(error: &Unproven) -> Outcome {
    use crate::tlog::note::Distrust;
    match error {
        Unproven::Checkpoint(Refused::Distrust(Distrust::NoKnownKey) | Refused::Log { .. }) => {
            Outcome::CannotBeDetermined(format!("{error}: the log's key is not among those trusted"))
        }
        _ => Outcome::DoesNotHold(error.to_string()),
    }
}

fn payload(header: &Header, payload: Option<&str>) -> (Outcome, Option<Event>) {
    let Some(payload) = payload else {
        return (Outcome::CannotBeDetermined("the payload is withheld".into()), None);
    };
    if Digest::of(payload.as_bytes()) != header.digest {
        return (Outcome::DoesNotHold("the payload is not the one that the entry commits to".into()), None);
    }
    match Event::decode(header.kind, payload.as_bytes()) {
        Ok((event, _)) => (Outcome::Holds, Some(event)),
        Err(e) => (Outcome::DoesNotHold(e.to_string()), None),
    }
}

/// An item's header and event, proven to be at its index.
fn proven(item: &Item, tree: (u64, Digest)) -> Result<(Header, Option<Event>, Digest), Outcome> {
    let no = |why: String| Outcome::DoesNotHold(format!("entry {} beside it: {why}", item.index));
    let leaf = leaf_hash(item.entry.as_bytes());
    check_inclusion(&item.path, item.index.0, tree.0, &leaf, &tree.1).map_err(|e| no(e.to_string()))?;
    let header = match Header::decode(item.entry.as_bytes()) {
        Ok(Read::Known(header)) => header,
        Ok(Read::Foreign { kind, .. }) => {
            return Err(Outcome::CannotBeDetermined(format!("{} is of the unknown kind `{kind}`", item.index)));
        }
        Err(e) => return Err(no(e.to_string())),
    };
    let (outcome, event) = payload(&header, item.payload.as_deref());
    match outcome {
        Outcome::DoesNotHold(why) => Err(no(why)),
        _ => Ok((header, event, leaf)),
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
    let no = |why: &str| Err(Outcome::DoesNotHold(why.to_owned()));
    let unknown = |why: &str| Err(Outcome::CannotBeDetermined(why.to_owned()));
    let (opening, opened, ledger) = proven(&extra.opening, tree)?;
    if extra.opening.index.0 != 0 || opening.kind != Kind::LedgerOpened {
        return no("what should open the ledger is not entry 0");
    }
    // The owner's enrolment is the opening itself.
    let (handle, key) = if header.agent.0 == 0 {
        match opened {
            Some(Event::LedgerOpened(opened)) => (opened.owner.handle, opened.owner.key),
            _ => return unknown("the opening is withheld"),
        }
    } else {
        let Some(first) = extra.author.first() else { return unknown("the author's enrolment is not in the file") };
        match proven(first, tree)? {
            _ if first.index != header.agent => return no("the enrolment is another agent's"),
            (_, Some(Event::AgentEnrolled(enrolled)), _) => (enrolled.handle, enrolled.key),
            (_, None, _) => return unknown("the author's enrolment is withheld"),
            _ => return no("what should enrol the author does not"),
        }
    };
    let changes = if header.agent.0 == 0 { extra.author.as_slice() } else { &extra.author[1..] };
    let key = last_key(changes, header.agent, index, key, tree)?;
    let Ok(key) = PublicKey::from_openssh(&key) else { return no("the enrolled key is none") };
    let signed = |header: &Header, id: Digest| -> Result<bool, Outcome> {
        let message = header.message(&id).map_err(|e| Outcome::DoesNotHold(e.to_string()))?;
        Ok(header.sig.as_ref().is_some_and(|sig| key.verifies(&message, &sig.0)))
    };
    if header.sig.is_some() {
        let id = if index == 0 { Digest::default() } else { ledger };
        return if signed(header, id)? { Ok((handle.0, ledger)) } else { no("the entry's signature does not hold") };
    }
    let Some(batch) = &extra.batch else { return unknown("the signature of the entry's batch is not in the file") };
    let (cover, event, _) = proven(&batch.item, tree)?;
    let Some(Event::BatchSigned(body)) = event else { return unknown("the batch's signature is withheld") };
    let start = batch.item.index.0.checked_sub(body.count);
    let Some(place) = start.and_then(|start| index.checked_sub(start)).filter(|place| *place < body.count) else {
        return no("the batch does not cover the entry");
    };
    if cover.agent != header.agent {
        return no("the batch is another agent's");
    }
    if check_inclusion(&batch.path, place, body.count, leaf, &body.root).is_err() {
        return no("the entry is not in the batch that was signed");
    }
    if signed(&cover, ledger)? { Ok((handle.0, ledger)) } else { no("the batch's signature does not hold") }
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
            None if fits => return Err(Outcome::CannotBeDetermined("a change of the author's key is withheld".into())),
            _ => return Err(Outcome::DoesNotHold(format!("{} is no change of the author's key", item.index))),
        }
        last = item.index.0;
    }
    Ok(key)
}
