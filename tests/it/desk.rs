//! A record in the making, without a log: headers that are right unless a test spoils them.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;

use onrecord::claim::desk::{AgentEnrolled, ClaimMoved, LedgerOpened, Publication, Reason};
use onrecord::claim::vocab::{AgentKind, AgentRole, Workflow};
use onrecord::claim::{Claim, Document, Evidence, Handle, Policy};
use onrecord::entry::header::{Header, Sig, VERSION};
use onrecord::entry::kind::{About, Kind, SubjectKind};
use onrecord::entry::{ClaimState, Event, State, View as _, guard, state};
use onrecord::hash::{Digest, Index};
use onrecord::time::{Day, Timestamp};

use crate::examples;

pub const OWNER: Index = Index(0);

/// The ledger's structure and its claims, folded as entries come.
pub struct Desk {
    pub state: State,
    pub claims: BTreeMap<Index, ClaimState>,
    seeds: u8,
}

impl Desk {
    /// A ledger with its opening under `policy`.
    pub fn new(policy: Policy) -> Self {
        let mut desk = Self { state: State::default(), claims: BTreeMap::new(), seeds: 10 };
        desk.push(OWNER, None, None, Event::LedgerOpened(LedgerOpened { policy, ..examples::opening() }));
        desk
    }

    pub fn size(&self) -> u64 {
        self.state.size()
    }

    /// The last entry about a subject.
    pub fn last(&self, subject: Index) -> Index {
        let Ok(info) = self.state.subject(subject);
        info.map_or(subject, |info| info.last)
    }

    pub fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-22T07:12:03.123Z".parse().unwrap();
        start.plus_millis(self.size() as i64 * 1000)
    }

    /// The header of an entry that comes next.
    pub fn header(&self, agent: Index, about: Option<Index>, re: Option<Index>, kind: Kind) -> Header {
        Header {
            about,
            agent,
            digest: Digest::of(&self.size().to_be_bytes()),
            kind,
            prev: about.map(|about| self.last(about)),
            re,
            sig: Some(Sig(vec![0; 64])),
            time: self.now(),
            v: VERSION,
        }
    }

    /// Codes of everything against an entry.
    pub fn codes(&self, header: &Header, event: Option<&Event>) -> Vec<&'static str> {
        let Ok(refusals) = state::check(header, event, &self.state);
        assert!(refusals.iter().all(|r| !r.to_string().is_empty()));
        refusals.iter().map(state::Refusal::code).collect()
    }

    /// Codes of everything against an event by the owner, with a right header.
    pub fn tries(&self, about: Option<Index>, re: Option<Index>, event: &Event) -> Vec<&'static str> {
        self.codes(&self.header(OWNER, about, re, event.kind()), Some(event))
    }

    /// Takes an entry in, which must be in order.
    pub fn push(&mut self, agent: Index, about: Option<Index>, re: Option<Index>, event: Event) -> Index {
        let header = self.header(agent, about, re, event.kind());
        assert_eq!(event.problems(), [], "{:?}", event.kind());
        assert_eq!(self.codes(&header, Some(&event)), [] as [&str; 0], "{:?}", event.kind());
        self.apply(&header, Some(event))
    }

    /// Takes an entry in, in order or not.
    pub fn apply(&mut self, header: &Header, event: Option<Event>) -> Index {
        let index = Index(self.size());
        let leaf = Digest::of(&header.encode().unwrap());
        self.state.apply(&leaf, header, event.as_ref());
        if header.kind.row().about == About::Creates(SubjectKind::Claim) {
            self.claims.insert(index, ClaimState::recorded(index, leaf, header, event));
        } else if let Some(claim) = header.about.and_then(|about| self.claims.get_mut(&about)) {
            claim.apply(index, header, event);
        }
        index
    }

    pub fn enrol(&mut self, handle: &str, roles: &[AgentRole]) -> Index {
        self.seeds += 1;
        let (handle, key) = (Handle(handle.into()), examples::key(self.seeds));
        let enrolled = AgentEnrolled { handle, key, kind: AgentKind::Person, roles: roles.to_vec() };
        self.push(OWNER, None, None, Event::AgentEnrolled(enrolled))
    }

    pub fn document(&mut self) -> Index {
        self.push(OWNER, None, None, Event::DocumentRegistered(Document::default()))
    }

    /// A checkable claim about somebody, with one anchor, in a document of its own.
    pub fn claim(&mut self) -> Index {
        let document = self.document();
        let claim = Self::wording(document);
        self.push(OWNER, None, None, Event::ClaimRecorded(claim))
    }

    pub fn wording(document: Index) -> Claim {
        let mut claim = examples::claim_least();
        claim.actors = vec!["City of Example".into()];
        claim.appearance.document = document;
        claim.appearance.anchors = vec![examples::anchor_least()];
        claim
    }

    /// Evidence on a claim; `change` makes it what the test needs.
    pub fn evidence(&mut self, claim: Index, change: impl FnOnce(&mut Evidence)) -> Index {
        let mut evidence = examples::evidence_least();
        change(&mut evidence);
        self.push(OWNER, Some(claim), None, Event::EvidenceLinked(evidence))
    }

    pub fn moved(&mut self, claim: Index, to: Workflow) -> Index {
        self.push(OWNER, Some(claim), None, moved(to))
    }

    pub fn publish(&mut self, claim: Index) -> Index {
        self.push(OWNER, Some(claim), None, Event::ClaimPublished(Publication { note: None }))
    }

    /// Brings a fresh claim into a state.
    pub fn claim_in(&mut self, state: Workflow) -> Index {
        let claim = self.claim();
        match state {
            Workflow::Recorded => {}
            Workflow::Published => drop(self.publish(claim)),
            Workflow::Retracted => {
                self.publish(claim);
                self.push(OWNER, Some(claim), None, Event::ClaimRetracted(Reason { reason: "Wrong.".into() }));
            }
            other => drop(self.moved(claim, other)),
        }
        claim
    }

    /// Codes of every guard against an event on a claim.
    pub fn guards(&self, agent: Index, claim: Index, re: Option<Index>, event: &Event) -> Vec<&'static str> {
        let ledger = self.state.ledger();
        let policy = ledger.policy_at(Index(self.size())).unwrap();
        let today: Day = self.now().day();
        let found = guard::check(event, re, agent, &self.claims[&claim], policy, ledger, today);
        assert!(found.iter().all(|g| !g.to_string().is_empty()));
        assert!(found.is_empty() || guard::concerns(event.kind()), "guards look at {:?}", event.kind());
        found.iter().map(guard::Guard::code).collect()
    }
}

pub fn moved(to: Workflow) -> Event {
    Event::ClaimMoved(ClaimMoved { assignee: None, due: None, note: None, to })
}
