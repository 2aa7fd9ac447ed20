//! The writer's view: the record as it stands, and the batch in the making on top of it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::Ledger;
use super::error::ReadError;
use crate::entry::state::{self, moves_to};
use crate::entry::{
    ClaimState, EntryInfo, Event, Header, LedgerState, Refusal, SubjectInfo, SubjectKind, View, guard, kind::About,
};
use crate::hash::{Digest, Index};
use crate::time::Day;

/// Lookups in the ledger and in the entries of the batch before the one in question.
pub(super) struct Overlay<'l> {
    ledger: &'l Ledger,
    base: u64,
    state: LedgerState,
    entries: Vec<EntryInfo>,
    /// Subjects that an entry of the batch is about. One that the batch creates and nothing more is told from `entries`.
    subjects: HashMap<Index, SubjectInfo>,
    /// Subjects of the record itself, as looked up.
    seen: RefCell<HashMap<Index, Option<SubjectInfo>>>,
    /// What they are: a bulk batch asks for the same document ten thousand times, and for no more than that.
    kinds: RefCell<HashMap<Index, Option<SubjectKind>>>,
    digests: HashSet<Digest>,
    /// For each subject, the entries of the batch about it, by position, but for the one that creates it.
    by_subject: HashMap<Index, Vec<usize>>,
}

/// What a proposed entry runs into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// It may not stand there.
    Structure(Refusal),
    /// It lacks what it needs behind it.
    Editorial(guard::Guard),
}

impl Objection {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Structure(refusal) => refusal.code(),
            Self::Editorial(guard) => guard.code(),
        }
    }
}

impl std::fmt::Display for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Structure(refusal) => refusal.fmt(f),
            Self::Editorial(guard) => guard.fmt(f),
        }
    }
}

impl<'l> Overlay<'l> {
    pub(super) fn new(ledger: &'l Ledger) -> Self {
        Self {
            ledger,
            base: ledger.size(),
            state: ledger.state().clone(),
            entries: Vec::new(),
            subjects: HashMap::new(),
            seen: RefCell::default(),
            kinds: RefCell::default(),
            digests: HashSet::new(),
            by_subject: HashMap::new(),
        }
    }

    /// Every objection to the entry at the end; then takes it in.
    ///
    /// `before` are the headers and events of the batch so far, this one last.
    pub(super) fn add(&mut self, before: &[(&Header, &Event)], today: Day) -> Result<Vec<Objection>, ReadError> {
        let Some((header, event)) = before.last() else { return Ok(Vec::new()) };
        let mut objections: Vec<Objection> =
            state::check(header, Some(event), self)?.into_iter().map(Objection::Structure).collect();
        if objections.is_empty() {
            let editorial = self.guards(header, event, before, today)?;
            objections.extend(editorial.into_iter().map(Objection::Editorial));
        }
        self.take(header, event);
        Ok(objections)
    }

    fn guards(
        &self,
        header: &Header,
        event: &Event,
        before: &[(&Header, &Event)],
        today: Day,
    ) -> Result<Vec<guard::Guard>, ReadError> {
        if !guard::concerns(header.kind) {
            return Ok(Vec::new());
        }
        let Some(subject) = header.about else { return Ok(Vec::new()) };
        let Some(claim) = self.claim(subject, before)? else { return Ok(Vec::new()) };
        let at = Index(self.size());
        let Some(policy) = self.state.policy_at(at) else { return Ok(Vec::new()) };
        Ok(guard::check(event, header.re, header.agent, &claim, policy, &self.state, today))
    }

    /// The claim as the record and the batch so far have it.
    fn claim(&self, number: Index, before: &[(&Header, &Event)]) -> Result<Option<ClaimState>, ReadError> {
        let mut claim = if number.0 < self.base { self.ledger.claim(number)? } else { None };
        let own = number.0.checked_sub(self.base).map(|position| position as usize);
        let later = self.by_subject.get(&number).into_iter().flatten().copied();
        for position in own.into_iter().chain(later) {
            let Some((header, event)) = before.get(position) else { continue };
            let index = Index(self.base + position as u64);
            match &mut claim {
                Some(claim) => claim.apply(index, header, Some((*event).clone())),
                // A leaf hash is not known before signing, and no guard looks at it.
                None if index == number => {
                    claim = Some(ClaimState::recorded(number, Digest::default(), header, Some((*event).clone())));
                }
                None => {}
            }
        }
        Ok(claim)
    }

    fn take(&mut self, header: &Header, event: &Event) {
        let position = self.entries.len();
        let index = Index(self.base + position as u64);
        let subject = header.about.unwrap_or(index);
        self.entries.push(EntryInfo { kind: Some(header.kind), subject, agent: header.agent });
        self.digests.insert(header.digest);
        if subject != index {
            self.by_subject.entry(subject).or_default().push(position);
            if let Ok(Some(mut info)) = self.subject(subject) {
                info.last = index;
                if let Some(workflow) = moves_to(header.kind, Some(event)) {
                    info.workflow = workflow;
                }
                self.subjects.insert(subject, info);
            }
        }
        self.state.apply(index, &Digest::default(), header, Some(event));
    }
}

/// The subject that an entry creates, while nothing else is about it.
fn created(index: Index, entry: &EntryInfo) -> Option<SubjectInfo> {
    let About::Creates(kind) = entry.kind?.row().about else { return None };
    let workflow = (kind == SubjectKind::Claim).then_some(crate::claim::vocab::Workflow::Recorded);
    Some(SubjectInfo { kind, last: index, workflow })
}

impl View for Overlay<'_> {
    type Error = ReadError;

    fn size(&self) -> u64 {
        self.base + self.entries.len() as u64
    }

    fn ledger(&self) -> &LedgerState {
        &self.state
    }

    fn entry(&self, index: Index) -> Result<Option<EntryInfo>, ReadError> {
        match index.0.checked_sub(self.base) {
            Some(position) => Ok(usize::try_from(position).ok().and_then(|p| self.entries.get(p)).copied()),
            None => self.ledger.entry_info(index),
        }
    }

    fn subject(&self, index: Index) -> Result<Option<SubjectInfo>, ReadError> {
        if let Some(info) = self.subjects.get(&index) {
            return Ok(Some(*info));
        }
        if index.0 >= self.base {
            return Ok(self.entry(index)?.and_then(|entry| created(index, &entry)));
        }
        if let Some(info) = self.seen.borrow().get(&index) {
            return Ok(*info);
        }
        let info = self.ledger.subject_info(index)?;
        self.seen.borrow_mut().insert(index, info);
        Ok(info)
    }

    fn subject_kind(&self, index: Index) -> Result<Option<SubjectKind>, ReadError> {
        if index.0 >= self.base {
            return Ok(self.subject(index)?.map(|info| info.kind));
        }
        if let Some(kind) = self.kinds.borrow().get(&index) {
            return Ok(*kind);
        }
        let kind = self.ledger.subject_kind(index)?;
        self.kinds.borrow_mut().insert(index, kind);
        Ok(kind)
    }

    fn digest_used(&self, digest: &Digest) -> Result<bool, ReadError> {
        // Across the log the writer's own 128-bit salts keep payloads apart; the audit checks that they did.
        Ok(self.digests.contains(digest))
    }
}
