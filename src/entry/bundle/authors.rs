//! Who made the entries of a bundle: keys as enrolled and changed by entries before, own signatures, signed batches.

use std::collections::{BTreeMap, VecDeque};

use crate::claim::desk::BatchSigned;
use crate::entry::event::Event;
use crate::entry::header::Header;
use crate::entry::kind::Kind;
use crate::entry::proof::signed;
use crate::entry::sshsig::PublicKey;
use crate::entry::why::{Outcome, Why};
use crate::hash::{Digest, Index};
use crate::tlog::cover::Cover;

/// Most entries that one batch covers.
const MAX_BATCH: u64 = 10_240;

/// An agent of the bundle.
#[derive(Debug)]
struct Agent {
    handle: String,
    /// The key in force for the next entry; `Err` where a withheld payload hides it, or it is none.
    key: Result<PublicKey, Why>,
    /// The first entry that is no longer its own.
    revoked: Option<Index>,
}

impl Agent {
    /// Whether the enrolment's payload is in the file; a handle is never empty.
    fn enrolled(&self) -> bool {
        !self.handle.is_empty()
    }
}

/// An entry that a batch may cover.
#[derive(Debug)]
struct Open {
    index: u64,
    leaf: Digest,
    agent: Index,
    /// Whether it answers for itself: it has a signature, or would have to.
    signed: bool,
}

/// Keys and signatures, entry by entry.
#[derive(Debug, Default)]
pub(super) struct Authors {
    ledger: Option<Digest>,
    agents: BTreeMap<Index, Agent>,
    /// What was ever a key, with its agent.
    keys: BTreeMap<[u8; 32], Index>,
    handles: BTreeMap<String, Index>,
    open: VecDeque<Open>,
    /// Index after the last entry that a batch covers.
    covered: u64,
    /// Outcomes since the caller last took them.
    pub decided: Vec<(Index, Outcome)>,
}

impl Authors {
    /// The ledger's id, if its opening is in the file.
    pub fn ledger(&self) -> Option<Digest> {
        self.ledger
    }

    /// The handle of an agent that the file enrols.
    pub fn handle(&self, agent: Index) -> Option<&str> {
        self.agents.get(&agent).map(|agent| agent.handle.as_str())
    }

    /// Agents revoked by an entry of the file, each with the first entry that is not its own.
    pub fn revoked(&self) -> impl Iterator<Item = (&str, Index)> {
        self.agents.values().filter_map(|agent| Some((agent.handle.as_str(), agent.revoked?)))
    }

    /// Takes in an entry; `batch` is the cover that stands with it. Says what is wrong with an enrolment in itself.
    pub fn take(
        &mut self,
        index: Index,
        leaf: Digest,
        header: &Header,
        event: Option<&Event>,
        batch: &[Digest],
    ) -> Option<Why> {
        if index.0 == 0 {
            self.open_ledger(leaf, header, event);
        }
        let own = self.own(index, header);
        if header.kind == Kind::BatchSigned {
            self.batch(index, header, event, batch, own == Outcome::Holds);
        }
        self.release(index.0.saturating_sub(MAX_BATCH));
        let alone = header.sig.is_some() || header.kind.row().decides;
        self.open.push_back(Open { index: index.0, leaf, agent: header.agent, signed: alone });
        if alone {
            self.decided.push((index, own));
        }
        self.learn(index, header, event)
    }

    /// An entry that cannot be read: nobody can be said to have made it, but a batch may cover it.
    pub fn unread(&mut self, index: Index, leaf: Digest, why: Outcome) {
        self.decided.push((index, why));
        self.open.push_back(Open { index: index.0, leaf, agent: Index(0), signed: true });
    }

    /// After the last entry.
    pub fn finish(&mut self) {
        self.release(u64::MAX);
    }

    fn open_ledger(&mut self, leaf: Digest, header: &Header, event: Option<&Event>) {
        let Some(Event::LedgerOpened(opened)) = event else { return };
        if header.kind == Kind::LedgerOpened && header.agent.0 == 0 {
            self.ledger = Some(leaf);
            self.enrol(Index(0), &opened.owner.handle.0, &opened.owner.key);
        }
    }

    fn enrol(&mut self, number: Index, handle: &str, key: &str) -> Option<Why> {
        let key = PublicKey::from_openssh(key).map_err(|_| Why::BadKey);
        let twice = match &key {
            Ok(key) => self.keys.insert(key.to_bytes(), number).is_some(),
            Err(_) => false,
        };
        let taken = self.handles.insert(handle.to_owned(), number).is_some();
        self.agents.insert(number, Agent { handle: handle.to_owned(), key, revoked: None });
        if twice { Some(Why::KeyTwice) } else { taken.then_some(Why::HandleTwice) }
    }

    /// The key that counts for an entry, or why none does.
    fn key(&self, index: Index, agent: Index) -> Result<PublicKey, Outcome> {
        if self.ledger.is_none() {
            return Err(Outcome::CannotBeDetermined(Why::Opening));
        }
        let Some(agent) = self.agents.get(&agent) else { return Err(Outcome::CannotBeDetermined(Why::NoEnrolment)) };
        if let Some(from) = agent.revoked.filter(|from| *from <= index) {
            return Err(Outcome::DoesNotHold(Why::Revoked(from)));
        }
        agent.key.clone().map_err(|why| match why {
            Why::BadKey => Outcome::DoesNotHold(why),
            hidden => Outcome::CannotBeDetermined(hidden),
        })
    }

    /// Whether the entry's own signature holds.
    fn own(&self, index: Index, header: &Header) -> Outcome {
        if header.sig.is_none() {
            return Outcome::DoesNotHold(Why::Unsigned(header.kind));
        }
        let id = if index.0 == 0 { Digest::default() } else { self.ledger.unwrap_or_default() };
        match self.key(index, header.agent) {
            Err(outcome) => outcome,
            Ok(key) if signed(header, key, &id) => Outcome::Holds,
            Ok(_) => Outcome::DoesNotHold(Why::Signature),
        }
    }

    /// Decides on the open entries that the batch covers.
    fn batch(&mut self, index: Index, header: &Header, event: Option<&Event>, cover: &[Digest], own: bool) {
        let Some(Event::BatchSigned(body)) = event else {
            return self.cover_all(index, &Outcome::CannotBeDetermined(Why::Beside(index, Box::new(Why::Withheld))));
        };
        let Some(start) = index.0.checked_sub(body.count).filter(|start| *start >= self.covered) else {
            return self.cover_all(index, &Outcome::DoesNotHold(Why::BatchRange));
        };
        self.release(start);
        let outcome = match (rooted(&self.open, start, body, cover), own) {
            (false, _) => Outcome::DoesNotHold(Why::BatchRoot),
            (true, false) => Outcome::DoesNotHold(Why::BatchSignature),
            (true, true) => Outcome::Holds,
        };
        for open in &self.open {
            if open.agent != header.agent && !open.signed {
                self.decided.push((Index(open.index), Outcome::DoesNotHold(Why::BatchAgent)));
            } else if !open.signed {
                // A key that was revoked before the entry, but not before the batch, is no author's.
                let known = self.key(Index(open.index), open.agent).err();
                let outcome = known.unwrap_or_else(|| outcome.clone());
                self.decided.push((Index(open.index), outcome));
            }
        }
        self.open.clear();
        self.covered = index.0;
    }

    fn cover_all(&mut self, index: Index, outcome: &Outcome) {
        self.decided.extend(self.open.drain(..).filter(|o| !o.signed).map(|o| (Index(o.index), outcome.clone())));
        self.covered = self.covered.max(index.0);
    }

    /// Entries below `start` are covered by no batch of the file.
    fn release(&mut self, start: u64) {
        while self.open.front().is_some_and(|open| open.index < start) {
            if let Some(open) = self.open.pop_front().filter(|open| !open.signed) {
                self.decided.push((Index(open.index), Outcome::CannotBeDetermined(Why::NoBatch)));
            }
        }
    }

    /// Enrolments, key changes and revocations count for the entries after them.
    fn learn(&mut self, index: Index, header: &Header, event: Option<&Event>) -> Option<Why> {
        match (header.kind, event) {
            (Kind::AgentEnrolled, Some(Event::AgentEnrolled(enrolled))) => {
                return self.enrol(index, &enrolled.handle.0, &enrolled.key);
            }
            (Kind::AgentEnrolled, None) => {
                let key = Err(Why::Beside(index, Box::new(Why::Withheld)));
                self.agents.insert(index, Agent { handle: String::new(), key, revoked: None });
            }
            (Kind::AgentKeyChanged, event) => {
                let number = header.about.unwrap_or_default();
                let key = match event {
                    Some(Event::AgentKeyChanged(changed)) => {
                        PublicKey::from_openssh(&changed.key).map_err(|_| Why::BadKey)
                    }
                    _ => Err(Why::Beside(index, Box::new(Why::Withheld))),
                };
                let twice = key.as_ref().is_ok_and(|key| self.keys.insert(key.to_bytes(), number).is_some());
                // A later key does not say who the agent is.
                if let Some(agent) = self.agents.get_mut(&number).filter(|agent| agent.enrolled()) {
                    agent.key = key;
                }
                return twice.then_some(Why::KeyTwice);
            }
            (Kind::AgentRevoked, event) => {
                let from = match event {
                    Some(Event::AgentRevoked(revoked)) => revoked.from.unwrap_or(index),
                    _ => index,
                };
                if let Some(agent) = header.about.and_then(|about| self.agents.get_mut(&about)) {
                    agent.revoked = Some(agent.revoked.map_or(from, |before| before.min(from)));
                }
            }
            _ => {}
        }
        None
    }
}

/// Whether the entries of the range that are here, with the hashes that stand for the others, make the signed root.
fn rooted(open: &VecDeque<Open>, start: u64, body: &BatchSigned, mut cover: &[Digest]) -> bool {
    let mut tree = Cover::new(body.count);
    for open in open {
        let place = open.index - start;
        let Some((before, rest)) = cover.split_at_checked(tree.wanted(place)) else { return false };
        if tree.leaf(place, before, open.leaf).is_err() {
            return false;
        }
        cover = rest;
    }
    tree.root(cover).is_ok_and(|root| root == body.root)
}
