//! Structure: which entry may follow which. Shared by the writer, who refuses, and by the audit, which reports.
//!
//! [`check`] decides from lookups alone ([`View`]); [`State`] is those lookups folded in memory, entry by entry.
//! Editorial guards, which need a claim's whole content, are in [`super::guard`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;

use super::event::Event;
use super::header::Header;
use super::kind::{About, Kind, Re, SubjectKind};
pub use super::refusal::Refusal;
use super::sshsig::PublicKey;
use crate::claim::vocab::{AgentKind, AgentRole, Workflow};
use crate::claim::{Handle, Policy};
use crate::hash::{Digest, Index, Spread};
use crate::time::Timestamp;
use crate::tlog::key::{Role, Verifier};

/// Writers refuse a time this much before the last entry's, in milliseconds.
pub const MAX_TIME_BACK_MILLIS: i64 = 5 * 60 * 1000;

/// What the structure needs to know of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryInfo {
    /// Its kind; `None` for one this code does not know.
    pub kind: Option<Kind>,
    /// What it is about: its own index where it creates a subject.
    pub subject: Index,
    /// Who acted.
    pub agent: Index,
}

/// What the structure needs to know of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectInfo {
    /// What it is.
    pub kind: SubjectKind,
    /// The last entry about it.
    pub last: Index,
    /// For a claim: where it stands; `None` where a withheld payload hides it.
    pub workflow: Option<Workflow>,
}

/// An enrolled agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Its enrolment.
    pub number: Index,
    /// Its handle.
    pub handle: Handle,
    /// What it is.
    pub kind: AgentKind,
    /// Its keys: from which entry on, and which.
    pub keys: Vec<(Index, PublicKey)>,
    /// What it may do.
    pub roles: Vec<AgentRole>,
    /// The first entry that no longer counts as its own.
    pub revoked: Option<Index>,
    /// Name, as last described; erasable.
    pub name: Option<String>,
    /// Affiliation, as last described; erasable.
    pub affiliation: Option<String>,
}

impl Agent {
    /// The key in force at entry `at`.
    pub fn key_at(&self, at: Index) -> Option<PublicKey> {
        self.keys.iter().rev().find(|(from, _)| *from <= at).map(|(_, key)| *key)
    }

    /// The key in force now.
    pub fn key(&self) -> Option<PublicKey> {
        self.keys.last().map(|(_, key)| *key)
    }
}

/// The ledger's own state: small, always in memory.
#[derive(Debug, Clone, Default)]
pub struct LedgerState {
    /// Leaf hash of entry 0.
    pub id: Digest,
    /// The ledger's name.
    pub origin: String,
    /// The log's verifier keys, from which entry on.
    pub log_keys: Vec<(Index, String)>,
    /// The agents by number.
    pub agents: BTreeMap<Index, Agent>,
    /// The policies, from which entry on.
    pub policies: Vec<(Index, Policy)>,
    /// Time of the last entry.
    pub last_time: Option<Timestamp>,
}

impl LedgerState {
    /// The policy in force at entry `at`.
    pub fn policy_at(&self, at: Index) -> Option<&Policy> {
        self.policies.iter().rev().find(|(from, _)| *from <= at).map(|(_, policy)| policy)
    }

    /// The agent with this handle, revoked or not.
    pub fn agent_named(&self, handle: &str) -> Option<&Agent> {
        self.agents.values().find(|a| a.handle.0 == handle)
    }

    /// The handle of an agent, or its number where it is not known.
    pub fn handle(&self, agent: Index) -> String {
        self.agents.get(&agent).map_or_else(|| agent.to_string(), |a| a.handle.to_string())
    }

    /// Takes in what an entry changes about the ledger and its agents.
    pub fn apply(&mut self, index: Index, leaf: &Digest, header: &Header, event: Option<&Event>) {
        self.last_time = Some(header.time);
        let agent_of = |header: &Header| header.about.unwrap_or(index);
        match event {
            Some(Event::LedgerOpened(opened)) => {
                self.id = *leaf;
                self.origin.clone_from(&opened.origin);
                self.log_keys.push((index, opened.log_key.clone()));
                self.policies.push((index, opened.policy.clone()));
                self.enrol(index, &opened.owner.handle, &opened.owner.key, AgentKind::Person, AgentRole::ALL);
            }
            Some(Event::AgentEnrolled(a)) => self.enrol(index, &a.handle, &a.key, a.kind, &a.roles),
            Some(Event::AgentDescribed(described)) => {
                if let Some(agent) = self.agents.get_mut(&agent_of(header)) {
                    agent.name.clone_from(&described.name);
                    agent.affiliation.clone_from(&described.affiliation);
                }
            }
            Some(Event::AgentKeyChanged(changed)) => {
                if let (Some(agent), Ok(key)) =
                    (self.agents.get_mut(&agent_of(header)), PublicKey::from_openssh(&changed.key))
                {
                    agent.keys.push((Index(index.0 + 1), key));
                }
            }
            Some(Event::AgentRolesChanged(changed)) => {
                if let Some(agent) = self.agents.get_mut(&agent_of(header)) {
                    agent.roles.clone_from(&changed.roles);
                }
            }
            Some(Event::AgentRevoked(revoked)) => {
                if let Some(agent) = self.agents.get_mut(&agent_of(header)) {
                    let from = revoked.from.unwrap_or(index);
                    agent.revoked = Some(agent.revoked.map_or(from, |r| r.min(from)));
                }
            }
            Some(Event::PolicySet(policy)) => self.policies.push((index, policy.clone())),
            Some(Event::LogKeyChanged(changed)) => self.log_keys.push((index, changed.log_key.clone())),
            _ => {}
        }
    }

    fn enrol(&mut self, number: Index, handle: &Handle, key: &str, kind: AgentKind, roles: &[AgentRole]) {
        let keys = PublicKey::from_openssh(key).map(|key| vec![(number, key)]).unwrap_or_default();
        let (handle, roles) = (handle.clone(), roles.to_vec());
        let agent = Agent { number, handle, kind, keys, roles, revoked: None, name: None, affiliation: None };
        self.agents.insert(number, agent);
    }
}

/// Lookups in the record as it stands before the entry in question.
pub trait View {
    /// Why a lookup can fail.
    type Error;

    /// Number of entries.
    fn size(&self) -> u64;
    /// The ledger's own state.
    fn ledger(&self) -> &LedgerState;
    /// An entry, `None` where there is none yet.
    fn entry(&self, index: Index) -> Result<Option<EntryInfo>, Self::Error>;
    /// A subject, `None` where the entry is none.
    fn subject(&self, index: Index) -> Result<Option<SubjectInfo>, Self::Error>;
    /// What a subject is, `None` where the entry is none: all that a mere reference needs to know.
    fn subject_kind(&self, index: Index) -> Result<Option<SubjectKind>, Self::Error> {
        Ok(self.subject(index)?.map(|info| info.kind))
    }
    /// Whether a payload digest occurs already.
    fn digest_used(&self, digest: &Digest) -> Result<bool, Self::Error>;
}

/// Every reason why the entry may not stand at the end of the record that `view` shows; none: it may.
///
/// `event` is absent where the payload is withheld: what only the body could tell is then not judged.
///
/// # Errors
/// When a lookup fails.
pub fn check<V: View>(header: &Header, event: Option<&Event>, view: &V) -> Result<Vec<Refusal>, V::Error> {
    let mut no = Vec::new();
    let row = header.kind.row();
    let at = Index(view.size());
    if (header.kind == Kind::LedgerOpened) != (at.0 == 0) {
        no.push(Refusal::Opening);
        return Ok(no);
    }
    check_agent(header, at, view.ledger(), &mut no);
    if row.decides && header.sig.is_none() {
        no.push(Refusal::Unsigned { kind: header.kind });
    }
    if view.digest_used(&header.digest)? {
        no.push(Refusal::DigestUsed);
    }
    if let Some(last) = view.ledger().last_time
        && header.time < last.plus_millis(-MAX_TIME_BACK_MILLIS)
    {
        no.push(Refusal::TimeBack { time: header.time, last });
    }
    let subject = check_subject(header, view, &mut no)?;
    if let Some((number, info)) = subject {
        check_prev(header, number, &info, view, &mut no)?;
        check_target(header, number, view, &mut no)?;
        let target = match header.re {
            Some(re) => view.entry(re)?.and_then(|entry| entry.kind),
            None => None,
        };
        check_move(header, event, number, &info, target, &mut no);
    } else if matches!(row.about, About::Creates(_)) {
        check_first(header, at, &mut no);
    }
    if let Some(event) = event {
        check_body(event, subject.map(|(number, _)| number), view, &mut no)?;
    }
    Ok(no)
}

fn check_agent(header: &Header, at: Index, ledger: &LedgerState, no: &mut Vec<Refusal>) {
    if at.0 == 0 {
        if header.agent.0 != 0 {
            no.push(Refusal::UnknownAgent { agent: header.agent });
        }
        return;
    }
    let Some(agent) = ledger.agents.get(&header.agent) else {
        no.push(Refusal::UnknownAgent { agent: header.agent });
        return;
    };
    let handle = agent.handle.to_string();
    if let Some(from) = agent.revoked
        && from <= at
    {
        no.push(Refusal::RevokedAgent { handle: handle.clone(), from });
    }
    let rule = ledger.policy_at(at).and_then(|p| p.roles.iter().find(|r| r.kind == header.kind.as_str()));
    if let Some(role) = rule.map(|r| r.role).or(header.kind.row().role)
        && !agent.roles.contains(&role)
    {
        no.push(Refusal::MissingRole { handle, role, kind: header.kind });
    }
}

fn check_subject<V: View>(
    header: &Header,
    view: &V,
    no: &mut Vec<Refusal>,
) -> Result<Option<(Index, SubjectInfo)>, V::Error> {
    let kind = header.kind;
    let wanted = match (kind.row().about, header.about) {
        (About::Creates(_), None) => return Ok(None),
        (About::Creates(_), Some(about)) => {
            no.push(Refusal::WrongSubject { kind, what: format!("another subject ({about}): it creates one") });
            return Ok(None);
        }
        (_, None) => {
            no.push(Refusal::WrongSubject { kind, what: "nothing".into() });
            return Ok(None);
        }
        (About::Of(wanted), Some(_)) => Some(wanted),
        (About::Any, Some(_)) => None,
    };
    let Some(about) = header.about else { return Ok(None) };
    match view.subject(about)? {
        // The owner is enrolled by the opening: entry 0 is both the ledger and an agent.
        Some(info) if wanted.is_none_or(|w| w == info.kind || (about.0 == 0 && w == SubjectKind::Agent)) => {
            Ok(Some((about, info)))
        }
        Some(info) => {
            no.push(Refusal::WrongSubject { kind, what: format!("{about}, a {}", info.kind) });
            Ok(None)
        }
        None => {
            no.push(Refusal::WrongSubject { kind, what: format!("{about}: there is no such subject") });
            Ok(None)
        }
    }
}

/// An entry that creates its subject has nothing before it and nothing to act on.
fn check_first(header: &Header, at: Index, no: &mut Vec<Refusal>) {
    if let Some(prev) = header.prev {
        no.push(Refusal::WrongPrev { named: prev.to_string(), subject: at });
    }
    if let Some(re) = header.re {
        no.push(Refusal::WrongTarget { kind: header.kind, what: format!("another entry ({re})") });
    }
}

fn check_prev<V: View>(
    header: &Header,
    subject: Index,
    info: &SubjectInfo,
    view: &V,
    no: &mut Vec<Refusal>,
) -> Result<(), V::Error> {
    let Some(prev) = header.prev else {
        no.push(Refusal::WrongPrev { named: "nothing".into(), subject });
        return Ok(());
    };
    if prev != info.last {
        match view.entry(prev)? {
            Some(entry) if entry.subject == subject => {
                if header.kind.row().decides {
                    no.push(Refusal::StalePrev { subject, latest: info.last });
                }
            }
            _ => no.push(Refusal::WrongPrev { named: prev.to_string(), subject }),
        }
    }
    Ok(())
}

fn check_target<V: View>(header: &Header, subject: Index, view: &V, no: &mut Vec<Refusal>) -> Result<(), V::Error> {
    let kind = header.kind;
    let wrong = |what: String| Refusal::WrongTarget { kind, what };
    let allowed = match (kind.row().re, header.re) {
        (Re::None, Some(re)) => {
            no.push(wrong(format!("another entry ({re})")));
            return Ok(());
        }
        (Re::Required(_), None) => {
            no.push(wrong("nothing; `re` must say on what".into()));
            return Ok(());
        }
        (Re::Optional(kinds) | Re::Required(kinds), Some(_)) => Some(kinds),
        _ => None,
    };
    let target = header.re.unwrap_or(subject);
    let Some(entry) = view.entry(target)? else {
        no.push(wrong(format!("{target}: there is no such entry")));
        return Ok(());
    };
    if entry.subject != subject {
        no.push(wrong(format!("{target}, which is about {} and not {subject}", entry.subject)));
    }
    if let (Some(kinds), Some(found)) = (allowed, entry.kind)
        && !kinds.contains(&found)
    {
        no.push(wrong(format!("{target}, which is of kind {found}")));
    }
    let takes_away = matches!(kind, Kind::PayloadWithheld | Kind::PayloadReleased | Kind::PayloadErased);
    if let (true, Some(found)) = (takes_away, entry.kind)
        && !found.row().erasable
    {
        no.push(Refusal::Permanent { index: target, kind: found });
    }
    Ok(())
}

fn check_move(
    header: &Header,
    event: Option<&Event>,
    subject: Index,
    info: &SubjectInfo,
    target: Option<Kind>,
    no: &mut Vec<Refusal>,
) {
    use Workflow::{InReview, Parked, Published, Recorded, Retracted, Triaged, Withdrawn};
    let Some(from) = info.workflow else { return };
    let mut refuse = |to, hint| no.push(Refusal::IllegalMove { subject, from, to, hint });
    match header.kind {
        Kind::ClaimPublished => match from {
            Recorded | Triaged | InReview => {}
            Published => refuse(Published, "it is public already; `onrecord correct` changes it"),
            Parked | Withdrawn => refuse(Published, "take it up again first with `onrecord triage`"),
            Retracted => refuse(Published, "record the claim anew"),
        },
        Kind::CorrectionIssued | Kind::ClaimRetracted if from != Published => {
            let to = if header.kind == Kind::ClaimRetracted { Retracted } else { Published };
            refuse(to, "before publication use `onrecord amend` or `onrecord withdraw`");
        }
        Kind::ClaimMoved => {
            let Some(Event::ClaimMoved(moved)) = event else { return };
            let legal = match from {
                Recorded | Triaged | InReview | Parked => match moved.to {
                    Published | Retracted => false,
                    Recorded => from == Parked,
                    Triaged | InReview | Parked | Withdrawn => true,
                },
                Withdrawn => matches!(moved.to, Recorded | Triaged),
                Published | Retracted => false,
            };
            if !legal {
                let hint = match from {
                    Published => "`onrecord retract` takes back what is published, `onrecord correct` changes it",
                    Retracted => "record the claim anew",
                    _ => "take it up again first with `onrecord triage`",
                };
                refuse(moved.to, hint);
            }
        }
        // A correction can carry a new verdict, which somebody else should read too.
        Kind::ReviewRecorded if from == Published && target == Some(Kind::CorrectionIssued) => {}
        Kind::ClaimAmended
        | Kind::AppearanceRecorded
        | Kind::EvidenceWithdrawn
        | Kind::VerdictIssued
        | Kind::ReviewRecorded
            if matches!(from, Published | Retracted) =>
        {
            no.push(Refusal::AfterPublication { subject, state: from });
        }
        _ => {}
    }
}

fn check_body<V: View>(event: &Event, subject: Option<Index>, view: &V, no: &mut Vec<Refusal>) -> Result<(), V::Error> {
    let ledger = view.ledger();
    let key_free = |key: &str, no: &mut Vec<Refusal>| match PublicKey::from_openssh(key) {
        Err(e) => no.push(Refusal::BadKey { reason: e.to_string() }),
        Ok(parsed) => {
            if parsed.to_openssh() != key {
                no.push(Refusal::BadKey { reason: "a key in an entry stands without a comment".into() });
            }
            if let Some(a) = ledger.agents.values().find(|a| a.keys.iter().any(|(_, k)| *k == parsed)) {
                no.push(Refusal::KeyTaken { handle: a.handle.to_string() });
            }
        }
    };
    match event {
        Event::LedgerOpened(opened) => {
            key_free(&opened.owner.key, no);
            check_log_key(&opened.log_key, &opened.origin, no);
        }
        Event::LogKeyChanged(changed) => check_log_key(&changed.log_key, &ledger.origin, no),
        Event::AgentEnrolled(a) => {
            key_free(&a.key, no);
            if let Some(taken) = ledger.agent_named(&a.handle.0) {
                no.push(Refusal::HandleTaken { handle: a.handle.clone(), by: taken.number });
            }
        }
        Event::AgentKeyChanged(changed) => key_free(&changed.key, no),
        Event::AgentRevoked(revoked) if revoked.from.is_some_and(|from| from.0 > view.size()) => {
            let index = revoked.from.unwrap_or_default();
            no.push(Refusal::WrongReference { index, wanted: "an entry up to this one" });
        }
        Event::ClaimRecorded(claim) | Event::ClaimAmended(claim) => {
            check_document(claim.appearance.document, view, no)?;
        }
        Event::AppearanceRecorded(appearance) => check_document(appearance.document, view, no)?,
        Event::EvidenceLinked(evidence) => {
            if let Some(document) = evidence.document {
                check_document(document, view, no)?;
            }
        }
        Event::VerdictIssued(v) => check_evidence(v.on.iter().chain(&v.considered), subject, view, no)?,
        Event::ClaimsRelated(relation) => {
            if let Some(to) = relation.to {
                let info = view.subject(to)?;
                if info.is_none_or(|i| i.kind != SubjectKind::Claim) || Some(to) == subject {
                    no.push(Refusal::WrongReference { index: to, wanted: "another claim" });
                }
            }
        }
        Event::CorrectionIssued(correction) => {
            if let Some(claim) = &correction.claim {
                check_document(claim.appearance.document, view, no)?;
            }
            if let Some(v) = &correction.verdict {
                check_evidence(v.on.iter().chain(&v.considered), subject, view, no)?;
            }
            check_evidence(correction.withdraws.iter(), subject, view, no)?;
        }
        _ => {}
    }
    Ok(())
}

fn check_log_key(text: &str, origin: &str, no: &mut Vec<Refusal>) {
    let reason = match text.parse::<Verifier>() {
        Ok(key) if key.role() == Role::Log && key.name() == origin => return,
        Ok(_) => format!("the log's key signs checkpoints (type 0x01) and is named after the ledger, `{origin}`"),
        Err(e) => e.to_string(),
    };
    no.push(Refusal::BadKey { reason });
}

fn check_document<V: View>(index: Index, view: &V, no: &mut Vec<Refusal>) -> Result<(), V::Error> {
    if view.subject_kind(index)? != Some(SubjectKind::Document) {
        no.push(Refusal::WrongReference { index, wanted: "a document" });
    }
    Ok(())
}

fn check_evidence<'i, V: View>(
    indexes: impl Iterator<Item = &'i Index>,
    subject: Option<Index>,
    view: &V,
    no: &mut Vec<Refusal>,
) -> Result<(), V::Error> {
    for index in indexes {
        let entry = view.entry(*index)?;
        let fits =
            entry.is_some_and(|e| e.kind.is_none_or(|k| k == Kind::EvidenceLinked) && Some(e.subject) == subject);
        if !fits {
            no.push(Refusal::WrongReference { index: *index, wanted: "evidence on this claim" });
        }
    }
    Ok(())
}

/// The change of a claim's place in the work that an entry makes; `None`: none; `Some(None)`: one that a withheld
/// payload hides.
pub fn moves_to(kind: Kind, event: Option<&Event>) -> Option<Option<Workflow>> {
    match (kind, event) {
        (Kind::ClaimMoved, Some(Event::ClaimMoved(moved))) => Some(Some(moved.to)),
        (Kind::ClaimMoved, _) => Some(None),
        (Kind::ClaimPublished, _) => Some(Some(Workflow::Published)),
        (Kind::ClaimRetracted, _) => Some(Some(Workflow::Retracted)),
        _ => None,
    }
}

/// The record's structure, folded in memory: the audit's view.
#[derive(Debug, Default)]
pub struct State {
    ledger: LedgerState,
    entries: Vec<EntryInfo>,
    subjects: HashMap<Index, SubjectInfo>,
    digests: HashSet<Digest, Spread>,
}

impl State {
    /// Takes an entry in, whether or not [`check`] had something against it: an audit reads on.
    pub fn apply(&mut self, leaf: &Digest, header: &Header, event: Option<&Event>) {
        let index = Index(self.entries.len() as u64);
        let subject = header.about.unwrap_or(index);
        self.entries.push(EntryInfo { kind: Some(header.kind), subject, agent: header.agent });
        self.digests.insert(header.digest);
        if let About::Creates(kind) = header.kind.row().about {
            let workflow = (kind == SubjectKind::Claim).then_some(Workflow::Recorded);
            self.subjects.insert(index, SubjectInfo { kind, last: index, workflow });
        } else if let Some(info) = self.subjects.get_mut(&subject) {
            info.last = index;
            if let Some(workflow) = moves_to(header.kind, event) {
                info.workflow = workflow;
            }
        }
        self.ledger.apply(index, leaf, header, event);
    }

    /// Takes in an entry that this code cannot read.
    pub fn apply_foreign(&mut self) {
        let index = Index(self.entries.len() as u64);
        self.entries.push(EntryInfo { kind: None, subject: index, agent: Index(0) });
    }
}

impl View for State {
    type Error = Infallible;

    fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    fn ledger(&self) -> &LedgerState {
        &self.ledger
    }

    fn entry(&self, index: Index) -> Result<Option<EntryInfo>, Infallible> {
        Ok(usize::try_from(index.0).ok().and_then(|i| self.entries.get(i)).copied())
    }

    fn subject(&self, index: Index) -> Result<Option<SubjectInfo>, Infallible> {
        Ok(self.subjects.get(&index).copied())
    }

    fn digest_used(&self, digest: &Digest) -> Result<bool, Infallible> {
        Ok(self.digests.contains(digest))
    }
}
