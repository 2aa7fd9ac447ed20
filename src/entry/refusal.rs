//! Why an entry may not stand where it would stand; see [`super::state::check`].

use super::kind::Kind;
use crate::claim::Handle;
use crate::claim::vocab::{AgentRole, Workflow};
use crate::hash::Index;
use crate::time::Timestamp;

/// Why an entry may not stand where it would stand. Each has a stable code, which the audit reports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `S01`: entry 0 is not the opening, or the opening is not entry 0.
    #[error("entry 0, and only entry 0, opens the ledger")]
    Opening,
    /// `S02`: the acting agent was never enrolled.
    #[error("agent {agent} is not enrolled; `onrecord agent list` shows who is")]
    UnknownAgent {
        /// The agent that the header names.
        agent: Index,
    },
    /// `S03`: the acting agent was revoked.
    #[error("agent `{handle}` was revoked from entry {from} on")]
    RevokedAgent {
        /// Its handle.
        handle: String,
        /// From which entry on.
        from: Index,
    },
    /// `S04`: the acting agent lacks the role.
    #[error(
        "agent `{handle}` lacks the role `{role}`, which {kind} needs; an admin gives it with `onrecord agent roles`"
    )]
    MissingRole {
        /// Its handle.
        handle: String,
        /// The role needed.
        role: AgentRole,
        /// The kind of entry.
        kind: Kind,
    },
    /// `S05`: `about` is missing, superfluous, or names no subject of the right kind.
    #[error("{kind} is not about {what}")]
    WrongSubject {
        /// The kind of entry.
        kind: Kind,
        /// What it is wrongly about.
        what: String,
    },
    /// `S06`: `re` is missing, superfluous, or names an entry that cannot be acted on so.
    #[error("{kind} cannot act on {what}")]
    WrongTarget {
        /// The kind of entry.
        kind: Kind,
        /// What `re` names.
        what: String,
    },
    /// `S07`: `prev` does not name an earlier entry about the same subject.
    #[error("`prev` names {named}, which is not an earlier entry about {subject}")]
    WrongPrev {
        /// What `prev` names.
        named: String,
        /// The subject.
        subject: Index,
    },
    /// `S08`: a deciding entry was made on a view that is no longer the latest.
    #[error(
        "{subject} has changed since ({latest} came after what was seen); look at it again with `onrecord show {}`",
        .subject.0
    )]
    StalePrev {
        /// The subject.
        subject: Index,
        /// The latest entry about it.
        latest: Index,
    },
    /// `S09`: the payload digest occurs already.
    #[error("the payload digest occurs already in this log")]
    DigestUsed,
    /// `S10`: the time lies more than five minutes before the last entry's.
    #[error("the time {time} lies more than five minutes before the last entry's, {last}; check the clock")]
    TimeBack {
        /// The time given.
        time: Timestamp,
        /// The last entry's.
        last: Timestamp,
    },
    /// `S11`: a claim cannot move so.
    #[error("{subject} is {from} and cannot become {to}; {hint}")]
    IllegalMove {
        /// The claim.
        subject: Index,
        /// Where it stands.
        from: Workflow,
        /// Where it should go.
        to: Workflow,
        /// The next step.
        hint: &'static str,
    },
    /// `S12`: something published is touched other than by a correction, a retraction or a request for either.
    #[error(
        "{subject} is {state}; only a correction, a retraction or a request changes it now (`onrecord correct`, `onrecord retract`, `onrecord request`)"
    )]
    AfterPublication {
        /// The claim.
        subject: Index,
        /// Published or retracted.
        state: Workflow,
    },
    /// `S13`: the body names an entry that is not what it should be.
    #[error("the body names {index}, which is not {wanted}")]
    WrongReference {
        /// The entry that the body names.
        index: Index,
        /// What it should be.
        wanted: &'static str,
    },
    /// `S14`: a handle is taken.
    #[error("the handle `{handle}` is taken by agent {by}")]
    HandleTaken {
        /// The handle.
        handle: Handle,
        /// Who has it.
        by: Index,
    },
    /// `S15`: a key is enrolled once.
    #[error("this key is already that of agent `{handle}`; a key is enrolled once")]
    KeyTaken {
        /// Whose key it is.
        handle: String,
    },
    /// `S16`: not a key that this program can judge.
    #[error("{reason}")]
    BadKey {
        /// Why.
        reason: String,
    },
    /// `S17`: the payload may never be withheld or erased.
    #[error("{index} is of kind {kind}, which is never withheld or erased")]
    Permanent {
        /// The entry.
        index: Index,
        /// Its kind.
        kind: Kind,
    },
    /// `S18`: a kind that decides must carry its own signature.
    #[error("{kind} decides something and must be signed by itself")]
    Unsigned {
        /// The kind.
        kind: Kind,
    },
}

impl Refusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Opening => "S01",
            Self::UnknownAgent { .. } => "S02",
            Self::RevokedAgent { .. } => "S03",
            Self::MissingRole { .. } => "S04",
            Self::WrongSubject { .. } => "S05",
            Self::WrongTarget { .. } => "S06",
            Self::WrongPrev { .. } => "S07",
            Self::StalePrev { .. } => "S08",
            Self::DigestUsed => "S09",
            Self::TimeBack { .. } => "S10",
            Self::IllegalMove { .. } => "S11",
            Self::AfterPublication { .. } => "S12",
            Self::WrongReference { .. } => "S13",
            Self::HandleTaken { .. } => "S14",
            Self::KeyTaken { .. } => "S15",
            Self::BadKey { .. } => "S16",
            Self::Permanent { .. } => "S17",
            Self::Unsigned { .. } => "S18",
        }
    }
}
