//! The closed table of kinds: what each is about, acts on, needs, and whether it may be erased (`docs/format.md`).

use crate::claim::vocab::AgentRole;
use crate::vocabulary;

vocabulary! {
    /// What an entry says.
    Kind, "kind of entry" {
        /// Entry 0.
        LedgerOpened = "ledger-opened",
        /// A new agent.
        AgentEnrolled = "agent-enrolled",
        /// Who an agent is.
        AgentDescribed = "agent-described",
        /// A new key of an agent.
        AgentKeyChanged = "agent-key-changed",
        /// New roles of an agent.
        AgentRolesChanged = "agent-roles-changed",
        /// An agent acts no more.
        AgentRevoked = "agent-revoked",
        /// A new key of the log.
        LogKeyChanged = "log-key-changed",
        /// A new policy.
        PolicySet = "policy-set",
        /// A new document.
        DocumentRegistered = "document-registered",
        /// A document's fields, set anew.
        DocumentAmended = "document-amended",
        /// Bytes of a document.
        SnapshotCaptured = "snapshot-captured",
        /// A text from a snapshot.
        TextExtracted = "text-extracted",
        /// A new claim with its first appearance.
        ClaimRecorded = "claim-recorded",
        /// A claim, set anew before publication.
        ClaimAmended = "claim-amended",
        /// A claim moves in the desk's work.
        ClaimMoved = "claim-moved",
        /// A further appearance, or one set anew.
        AppearanceRecorded = "appearance-recorded",
        /// An anchor, set anew.
        AnchorMoved = "anchor-moved",
        /// How two claims stand to each other.
        ClaimsRelated = "claims-related",
        /// That relation taken back.
        RelationWithdrawn = "relation-withdrawn",
        /// A piece of evidence.
        EvidenceLinked = "evidence-linked",
        /// That evidence taken back.
        EvidenceWithdrawn = "evidence-withdrawn",
        /// Where was looked.
        SearchRecorded = "search-recorded",
        /// Who was asked.
        ContactRecorded = "contact-recorded",
        /// A decision on a claim.
        VerdictIssued = "verdict-issued",
        /// A decision on a verdict.
        ReviewRecorded = "review-recorded",
        /// A claim becomes public.
        ClaimPublished = "claim-published",
        /// A request to change something public.
        RequestReceived = "request-received",
        /// A change to something public.
        CorrectionIssued = "correction-issued",
        /// Something public taken back.
        ClaimRetracted = "claim-retracted",
        /// A note.
        NoteAdded = "note-added",
        /// A payload kept out of further copies.
        PayloadWithheld = "payload-withheld",
        /// A payload that may be shown.
        PayloadReleased = "payload-released",
        /// A payload removed for good.
        PayloadErased = "payload-erased",
        /// A signature over the entries before it.
        BatchSigned = "batch-signed",
    }
}

vocabulary! {
    /// What an entry can be about.
    SubjectKind, "subject" {
        /// The ledger itself, subject 0.
        Ledger = "ledger",
        /// An agent.
        Agent = "agent",
        /// A document.
        Document = "document",
        /// A claim.
        Claim = "claim",
    }
}

/// How an entry stands to its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Its `about` is absent: the entry creates a subject of this kind.
    Creates(SubjectKind),
    /// Its `about` names a subject of this kind.
    Of(SubjectKind),
    /// Its `about` names any subject.
    Any,
}

/// Which entry `re` may name; always one about the same subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Re {
    /// Absent.
    None,
    /// Absent, or an entry of one of these kinds.
    Optional(&'static [Kind]),
    /// An entry of one of these kinds.
    Required(&'static [Kind]),
    /// Absent (the subject's own entry), or any entry about the subject.
    Any,
}

/// A row of the table of kinds.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// How it stands to its subject.
    pub about: About,
    /// Which entry it may act on.
    pub re: Re,
    /// The role it needs; `None`: any enrolled agent.
    pub role: Option<AgentRole>,
    /// Whether it decides something and is therefore always signed by itself.
    pub decides: bool,
    /// Whether its payload may be withheld and erased.
    pub erasable: bool,
}

impl Kind {
    /// The kind's row.
    pub fn row(self) -> Row {
        use About::{Any, Creates, Of};
        use AgentRole::{Admin, Checker, Publisher, Recorder, Reviewer};
        use SubjectKind::{Agent, Claim, Document, Ledger};
        let row = |about, re, role, decides, erasable| Row { about, re, role, decides, erasable };
        let permanent = |about| row(about, Re::None, Some(Admin), true, false);
        let work = |about, re, role| row(about, re, Some(role), false, true);
        let decision = |re, role| row(Of(Claim), re, Some(role), true, true);
        match self {
            Self::LedgerOpened => permanent(Creates(Ledger)),
            Self::AgentEnrolled => permanent(Creates(Agent)),
            Self::AgentDescribed => work(Of(Agent), Re::None, Admin),
            Self::AgentKeyChanged | Self::AgentRolesChanged | Self::AgentRevoked => permanent(Of(Agent)),
            Self::LogKeyChanged | Self::PolicySet => permanent(Of(Ledger)),
            Self::DocumentRegistered => work(Creates(Document), Re::None, Recorder),
            Self::DocumentAmended | Self::SnapshotCaptured => work(Of(Document), Re::None, Recorder),
            Self::TextExtracted => work(Of(Document), Re::Required(&[Self::SnapshotCaptured]), Recorder),
            Self::ClaimRecorded => work(Creates(Claim), Re::None, Recorder),
            Self::ClaimAmended | Self::ClaimMoved | Self::ClaimsRelated | Self::RequestReceived => {
                work(Of(Claim), Re::None, Recorder)
            }
            Self::AppearanceRecorded | Self::AnchorMoved => {
                work(Of(Claim), Re::Optional(&[Self::AppearanceRecorded]), Recorder)
            }
            Self::RelationWithdrawn => work(Of(Claim), Re::Required(&[Self::ClaimsRelated]), Recorder),
            Self::EvidenceLinked | Self::SearchRecorded => work(Of(Claim), Re::None, Checker),
            Self::EvidenceWithdrawn => work(Of(Claim), Re::Required(&[Self::EvidenceLinked]), Checker),
            Self::ContactRecorded => work(Of(Claim), Re::Optional(&[Self::ContactRecorded]), Checker),
            Self::VerdictIssued => decision(Re::None, Checker),
            Self::ReviewRecorded => decision(Re::Required(&[Self::VerdictIssued, Self::CorrectionIssued]), Reviewer),
            Self::ClaimPublished => decision(Re::None, Publisher),
            Self::CorrectionIssued | Self::ClaimRetracted => {
                decision(Re::Optional(&[Self::RequestReceived]), Publisher)
            }
            Self::NoteAdded => row(Any, Re::Any, None, false, true),
            Self::PayloadWithheld | Self::PayloadReleased | Self::PayloadErased => {
                row(Any, Re::Any, Some(Admin), true, false)
            }
            Self::BatchSigned => row(Of(Ledger), Re::None, None, true, false),
        }
    }
}
