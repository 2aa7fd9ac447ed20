//! The entries in their order: structure, authorship, erasures, and the folds that catalog and lint need.
//!
//! [`State`] is the one piece of logic that audit and writer share. What cannot be judged because it hangs on an entry or
//! payload that is not readable here is said to be so, and is not called wrong.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Scope;
use super::catalog::Comparison;
use super::claims::Claims;
use super::documents::Documents;
use super::explain::Code;
use super::files::File;
use super::merkle::Tree;
use super::read::{Body, Chunk, Entry, Slot};
use super::report::{Counts, Problem, Problems};
use super::signatures::Signatures;
use crate::entry::state::check;
use crate::entry::{Event, Header, Kind, Refusal, State, View};
use crate::hash::{Digest, Index};

/// Everything that the pass over the entries gathers.
pub(super) struct Replay<'a> {
    pub problems: Problems,
    pub state: State,
    pub tree: Tree,
    /// Entries of which not even the leaf hash is known.
    pub holes: Vec<u64>,
    /// Leaf hashes that the tiles have instead of the entries'.
    pub tile_says: HashMap<u64, Digest>,
    pub suspects: Vec<(File, Vec<u8>)>,
    pub documents: Documents,
    pub claims: Option<Claims>,
    pub comparison: Option<Comparison<'a>>,
    pub counts: Counts,
    scope: Scope,
    pub signatures: Signatures,
    pub withholdings: Withholdings,
    /// The log's keys or policies may be others than known here.
    pub hidden_keys: bool,
    hidden_policy: bool,
    /// Entries that cannot be read, or whose kind is not known.
    unknown: HashSet<u64>,
    foreign: bool,
    /// Agents of whom something is hidden.
    blurred: HashSet<Index>,
}

/// Which slots are empty, and which may be.
#[derive(Debug, Default)]
pub(super) struct Withholdings {
    /// Empty slots, ascending.
    pub empty: Vec<u64>,
    /// Entries erased by an entry that says so.
    pub erased: BTreeSet<u64>,
    /// Entries now kept out of copies by an entry that says so.
    pub withheld: BTreeSet<u64>,
    /// Payloads of empty slots that superseded files still have.
    pub residue: Vec<(u64, String)>,
}

impl Withholdings {
    fn apply(&mut self, header: &Header) {
        let Some(target) = header.re.or(header.about) else { return };
        match header.kind {
            Kind::PayloadErased => {
                self.erased.insert(target.0);
            }
            Kind::PayloadWithheld => {
                self.withheld.insert(target.0);
            }
            Kind::PayloadReleased => {
                self.withheld.remove(&target.0);
            }
            _ => {}
        }
    }

    /// Judges every empty slot, and every erasure, after the last entry.
    pub fn judge(&self, replica: bool, counts: &mut Counts, problems: &mut Problems) {
        counts.withheld = self.empty.len() as u64;
        counts.erased = self.empty.iter().filter(|index| self.erased.contains(index)).count() as u64;
        let unexplained = self.empty.iter().filter(|index| !self.erased.contains(index));
        if replica {
            let mut silent = unexplained.filter(|index| !self.withheld.contains(index)).peekable();
            if let Some(first) = silent.peek().copied().copied() {
                problems.entry(Code::P04, first, format!("{} empty slots, this the first", silent.count()));
            }
        } else {
            unexplained.for_each(|index| problems.entry(Code::P03, *index, "its payload slot is empty"));
        }
        for index in &self.erased {
            if self.empty.binary_search(index).is_err() {
                problems.entry(Code::P05, *index, "its payload slot is not empty");
            }
        }
        for (index, path) in &self.residue {
            let (number, path) = (Some(Index(*index)), Some(path.clone()));
            let detail = "a superseded file still holds the payload of an emptied slot".to_owned();
            problems.add(Problem { code: Code::P05, number, path, detail });
        }
    }
}

impl<'a> Replay<'a> {
    pub fn new(documents: Documents, threads: usize, scope: Scope) -> Self {
        Self {
            problems: Problems::default(),
            state: State::default(),
            tree: Tree::default(),
            holes: Vec::new(),
            tile_says: HashMap::new(),
            suspects: Vec::new(),
            documents,
            claims: scope.lint().then(Claims::default),
            comparison: None,
            counts: Counts::default(),
            scope,
            signatures: Signatures::new(threads),
            withholdings: Withholdings::default(),
            hidden_keys: false,
            hidden_policy: false,
            unknown: HashSet::new(),
            foreign: false,
            blurred: HashSet::new(),
        }
    }

    /// Also compares the claims with the catalog on the way.
    pub fn compare_with(&mut self, comparison: Comparison<'a>) {
        self.claims.get_or_insert_default();
        self.comparison = Some(comparison);
    }

    /// Takes in the next entries.
    pub fn take(&mut self, chunk: Chunk) {
        self.problems.extend(chunk.problems);
        self.suspects.extend(chunk.suspects);
        self.tile_says.extend(chunk.tile_says);
        self.withholdings.residue.extend(chunk.residue);
        // A placeholder for a leaf that nobody knows; whatever lies above it is not judged.
        let leaves: Vec<Digest> = chunk.slots.iter().map(|slot| slot.leaf.unwrap_or_default()).collect();
        let holes = (chunk.start..).zip(&chunk.slots).filter(|(_, slot)| slot.leaf.is_none());
        self.holes.extend(holes.map(|(index, _)| index));
        let whole = leaves.len() == 256;
        self.tree.push(&leaves, chunk.group.or_else(|| whole.then(Digest::default)));
        for (index, slot) in (chunk.start..).zip(chunk.slots) {
            self.entry(index, slot);
        }
    }

    fn entry(&mut self, index: u64, slot: Slot) {
        if let Some(comparison) = &mut self.comparison {
            comparison.before(index, self.claims.as_ref(), &mut self.problems);
        }
        let leaf = slot.leaf.unwrap_or_default();
        if matches!(slot.body, Body::Empty) {
            self.withholdings.empty.push(index);
        }
        let (header, message) = match slot.entry {
            Entry::Known(header, message) => (header, message),
            Entry::Foreign { kind, v } => {
                self.problems.entry(Code::E02, index, format!("kind `{kind}`, version {v}"));
                self.foreign = true;
                return self.unknown(index);
            }
            Entry::Unreadable => return self.unknown(index),
        };
        let event = if let Body::Here(event) = slot.body { Some(*event) } else { None };
        self.structure(index, &header, event.as_ref());
        self.withholdings.apply(&header);
        self.hide(index, &header, event.is_some());
        self.documents.apply(index, &header, event.as_ref());
        if let (true, Some(claims), Some(event)) = (self.scope.lint(), &mut self.claims, &event) {
            claims.guard(index, &header, event, self.state.ledger(), &mut self.problems);
        }
        self.state.apply(&leaf, &header, event.as_ref());
        if self.scope.integrity() {
            self.authorship(index, &header, message, event.as_ref());
        }
        if let Some(claims) = &mut self.claims {
            claims.apply(Index(index), leaf, &header, event);
        }
    }

    fn unknown(&mut self, index: u64) {
        self.state.apply_foreign();
        self.unknown.insert(index);
        self.signatures.unknown(index);
        if index == 0 {
            (self.hidden_keys, self.hidden_policy) = (true, true);
        }
    }

    /// Remembers what a payload that is not readable here hides from the judgement of later entries.
    fn hide(&mut self, index: u64, header: &Header, here: bool) {
        if here {
            return;
        }
        match header.kind {
            Kind::LedgerOpened => {
                (self.hidden_keys, self.hidden_policy) = (true, true);
                self.blurred.insert(Index(index));
            }
            Kind::AgentEnrolled | Kind::AgentKeyChanged | Kind::AgentRolesChanged | Kind::AgentRevoked => {
                self.blurred.insert(header.about.unwrap_or(Index(index)));
            }
            Kind::LogKeyChanged => self.hidden_keys = true,
            Kind::PolicySet => self.hidden_policy = true,
            _ => {}
        }
    }

    fn structure(&mut self, index: u64, header: &Header, event: Option<&Event>) {
        let Ok(refusals) = check(header, event, &self.state);
        for refusal in refusals {
            if self.hangs_on_unknown(&refusal, header) {
                self.problems.entry(Code::E03, index, refusal.to_string());
            } else if let Ok(code) = refusal.code().parse() {
                self.problems.entry(code, index, refusal.to_string());
            }
        }
        if let Some(Event::AgentRevoked(revoked)) = event
            && let (Some(from), Some(agent)) = (revoked.from, header.about)
        {
            let theirs = |i: &u64| matches!(self.state.entry(Index(*i)), Ok(Some(entry)) if entry.agent == agent);
            let mut late = (from.0..index).filter(theirs).peekable();
            if let Some(first) = late.peek().copied() {
                let detail = format!("{} entries of agent {agent}, the first #{first}", late.count());
                self.problems.entry(Code::A07, index, detail);
            }
        }
    }

    /// Whether a refusal may only come of what cannot be read here.
    fn hangs_on_unknown(&self, refusal: &Refusal, header: &Header) -> bool {
        let unknown = |index: Option<Index>| index.is_some_and(|i| self.unknown.contains(&i.0));
        let agent = unknown(Some(header.agent)) || self.blurred.contains(&header.agent);
        match refusal {
            Refusal::UnknownAgent { .. } => agent,
            Refusal::RevokedAgent { .. } => agent || self.foreign,
            Refusal::MissingRole { .. } => agent || self.foreign || self.hidden_policy,
            Refusal::WrongSubject { .. } => unknown(header.about),
            Refusal::WrongTarget { .. } => unknown(header.re) || unknown(header.about),
            Refusal::WrongPrev { .. } | Refusal::StalePrev { .. } => unknown(header.prev) || unknown(header.about),
            Refusal::IllegalMove { .. } | Refusal::AfterPublication { .. } => self.foreign,
            Refusal::WrongReference { index, .. } => unknown(Some(*index)),
            _ => false,
        }
    }

    fn authorship(&mut self, index: u64, header: &Header, message: Option<Vec<u8>>, event: Option<&Event>) {
        let problems = &mut self.problems;
        let unsure = self.blurred.contains(&header.agent) || self.foreign;
        let agent = self.state.ledger().agents.get(&header.agent);
        match (&header.sig, agent.and_then(|agent| agent.key_at(Index(index))), message) {
            (None, _, _) => self.signatures.unsigned(index, header.agent),
            (Some(sig), Some(key), Some(message)) => {
                self.signatures.signed(index, key, message, sig.0.clone(), unsure, problems);
            }
            // An agent that was never enrolled is a problem of structure; here it is one whose key is not readable.
            (Some(_), None, _) if agent.is_none() && !unsure && !self.unknown.contains(&header.agent.0) => {}
            _ => problems.entry(Code::A06, index, format!("the key of agent {} is not here", header.agent)),
        }
        match (header.kind, event) {
            (Kind::BatchSigned, Some(Event::BatchSigned(body))) => {
                let says = |i| self.tile_says.get(&i).copied();
                let leaves = self.tree.leaves();
                self.signatures.batch(index, header.agent, body, leaves, says, problems);
            }
            (Kind::BatchSigned, _) => self.signatures.batch_unreadable(index, problems),
            _ => {}
        }
    }

    /// After the last entry.
    pub fn finish(&mut self, replica: bool) {
        if self.scope.integrity() {
            self.signatures.finish(&mut self.problems);
            self.withholdings.judge(replica, &mut self.counts, &mut self.problems);
        }
        let size = self.state.size();
        if let Some(mut comparison) = self.comparison.take() {
            comparison.finish(size, self.claims.as_ref(), &mut self.problems);
        }
        self.counts.entries = size;
        self.counts.signatures = self.signatures.checked;
    }
}
