//! For every kind of entry a body with every key, and one with as few as may be.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use onrecord::claim::desk::{
    AgentDescribed, AgentEnrolled, AgentKeyChanged, AgentRevoked, AgentRolesChanged, AnchorMoved, BatchSigned,
    ClaimMoved, ClaimsRelated, Correction, Erasure, LedgerOpened, LogKeyChanged, Note, Owner, Publication, Reason,
    Release, Request, Review, Withholding,
};
use onrecord::claim::vocab::*;
use onrecord::claim::{
    Anchor, Appearance, Claim, Contact, Document, Evidence, Extra, Handle, Hedge, Imported, Inferred, Policy, Quantity,
    Rating, RoleRule, Search, Snapshot, Step, TextExtract, Time, Verdict,
};
use onrecord::entry::sshsig::{KeySigner, Signer as _};
use onrecord::entry::{Event, Kind, Salt};
use onrecord::hash::{Digest, Index};
use onrecord::tlog::key::{Role, Signer};

pub const ORIGIN: &str = "example.org/desk";
pub const SALT: Salt = Salt([7; 16]);

#[expect(clippy::unnecessary_wraps, reason = "what an optional field holds")]
fn s(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn lines(items: &[&str]) -> Vec<String> {
    items.iter().map(|t| (*t).to_owned()).collect()
}

/// The public key of the agent with this seed, as it stands in entries.
pub fn key(seed: u8) -> String {
    KeySigner::from_seed(&[seed; 32]).public().to_openssh()
}

pub fn log_key(origin: &str) -> String {
    Signer::from_seed(origin, Role::Log, &[200; 32]).unwrap().verifier().to_string()
}

pub fn opening() -> LedgerOpened {
    LedgerOpened {
        log_key: log_key(ORIGIN),
        origin: ORIGIN.into(),
        owner: Owner { handle: Handle("olga".into()), key: key(1) },
        policy: Policy::solo(),
    }
}

fn anchor_full() -> Anchor {
    Anchor {
        end: Some(27),
        fragment: None,
        prefix: s("The city "),
        quote: s("closed the bridge"),
        selector: Selector::TextRange,
        sha256: Some(Digest::of(b"closed the bridge")),
        start: Some(10),
        suffix: s(" on Sunday"),
        target: Some(Digest([3; 32])),
    }
}

fn anchor_fragment() -> Anchor {
    Anchor {
        fragment: s("t=10,20"),
        selector: Selector::MediaFragment,
        target: Some(Digest([4; 32])),
        ..anchor_least()
    }
}

pub fn anchor_least() -> Anchor {
    Anchor {
        end: None,
        fragment: None,
        prefix: None,
        quote: None,
        selector: Selector::Whole,
        sha256: None,
        start: None,
        suffix: None,
        target: None,
    }
}

pub fn step_least() -> Step {
    Step {
        cue: None,
        damaged: false,
        description: None,
        end: None,
        factuality: Factuality::Unknown,
        mode: None,
        name: None,
        role: SourceRole::Unknown,
        start: None,
    }
}

fn hedge_least() -> Hedge {
    Hedge {
        band: None,
        class: HedgeClass::Evidential,
        cue: "reportedly".into(),
        end: None,
        level: 0,
        scope: None,
        start: None,
        strength: Strength::Low,
    }
}

pub fn appearance_full() -> Appearance {
    let outlet = Step {
        cue: s("reported"),
        damaged: true,
        description: s("a local paper"),
        end: Some(40),
        factuality: Factuality::CertainPlus,
        mode: Some(Mode::Indirect),
        name: s("The Example"),
        role: SourceRole::Outlet,
        start: Some(32),
    };
    let hedge = Hedge {
        band: Some(Band::Likely),
        class: HedgeClass::Probability,
        cue: "probably".into(),
        end: Some(58),
        level: 1,
        scope: Some([50, 90]),
        start: Some(50),
        strength: Strength::Medium,
    };
    Appearance {
        anchors: vec![anchor_full(), anchor_fragment()],
        attribution: vec![outlet, step_least()],
        document: Index(3),
        hedges: vec![hedge, hedge_least()],
    }
}

pub fn appearance_least() -> Appearance {
    Appearance { anchors: vec![], attribution: vec![step_least()], document: Index(3), hedges: vec![] }
}

fn imported_full() -> Imported {
    Imported {
        by: "onrecord 0.1.0".into(),
        extra: vec![Extra { name: "datePublished".into(), value: " 27 March ".into() }],
        format: "claimreview".into(),
        locator: "/3".into(),
        origin: s("example.net/desk#12@3f9a2b7c"),
        sha256: Digest([5; 32]),
    }
}

pub fn claim_full() -> Claim {
    let range = Quantity {
        comparator: Comparator::Range,
        high: s("24.5"),
        text: "three weeks or a little more".into(),
        unit: s("days"),
        value: s("21"),
    };
    let vague = Quantity { comparator: Comparator::Vague, high: None, text: "dozens".into(), unit: None, value: None };
    Claim {
        actors: lines(&["City of Example"]),
        appearance: appearance_full(),
        checkable: false,
        imported: Some(imported_full()),
        key: s("bridge-closed"),
        kind: ClaimKind::Quantity,
        lang: s("en"),
        places: lines(&["Old Bridge", "Example"]),
        quantities: vec![range, vague],
        statement: "The city closed the old bridge for \"about\" three weeks.".into(),
        tags: lines(&["traffic"]),
        times: vec![Time { basis: Basis::Inferred, edtf: "2025-03-02".into(), text: "Sunday".into() }],
        translated_by: s("a colleague"),
        why_not: Some(WhyNot::Vague),
    }
}

pub fn claim_least() -> Claim {
    Claim {
        actors: vec![],
        appearance: appearance_least(),
        checkable: true,
        imported: None,
        key: None,
        kind: ClaimKind::Event,
        lang: None,
        places: vec![],
        quantities: vec![],
        statement: "The bridge was closed.".into(),
        tags: vec![],
        times: vec![],
        translated_by: None,
        why_not: None,
    }
}

fn document_full() -> Document {
    let inferred = Inferred {
        field: DocumentField::Title,
        note: s("The page has none; a digest elsewhere has."),
        source: "https://digest.example/1".into(),
        value: "Bridge closed".into(),
    };
    Document {
        author: s("A. Writer"),
        dated: s("2025-03"),
        inferred: vec![Inferred { note: None, ..inferred.clone() }, inferred],
        lang: s("en"),
        licence: s("CC BY 4.0"),
        publisher: s("The Example"),
        title: s("Bridge closed"),
        url: s("https://paper.example/bridge"),
    }
}

fn evidence_full() -> Evidence {
    Evidence {
        archive: s("https://archive.example/12"),
        class: EvidenceClass::Document,
        cluster: "city".into(),
        credibility: Credibility::ProbablyTrue,
        dated: s("2025-03-27"),
        document: Some(Index(9)),
        imported: Some(Imported { extra: vec![], origin: None, ..imported_full() }),
        key: s("gazette"),
        label: s("Mostly true"),
        lang: s("en"),
        normalised: Some(Finding::PartlySupported),
        note: s("Page 4."),
        obtained: "2025-04-10".parse().unwrap(),
        publisher: s("City gazette"),
        rating: Some(Rating { best: s("5"), value: "4".into(), worst: s("1") }),
        read: Read::Full,
        reliability: Reliability::B,
        says: "Closed 2 March, opened again 26 March.".into(),
        scale: s("five steps"),
        stance: Stance::Supports,
        title: s("Gazette 12"),
        translated_by: s("a colleague"),
        url: s("https://gazette.example/12"),
    }
}

pub fn evidence_least() -> Evidence {
    Evidence {
        archive: None,
        dated: None,
        document: None,
        imported: None,
        key: None,
        label: None,
        lang: None,
        normalised: None,
        note: None,
        publisher: None,
        rating: Some(Rating { best: None, value: "4".into(), worst: None }),
        scale: None,
        title: None,
        translated_by: None,
        ..evidence_full()
    }
}

pub fn verdict_full() -> Verdict {
    Verdict {
        confidence: Confidence::Low,
        considered: vec![Index(13)],
        finding: Finding::Supported,
        judged_on: "2025-04-10".parse().unwrap(),
        likelihood: Some(Band::VeryLikely),
        method: s("Gazette read in full; no reply sought."),
        on: vec![Index(11), Index(12)],
        rationale: "The gazette gives 24 days; one cluster.".into(),
    }
}

pub fn verdict_least() -> Verdict {
    Verdict { considered: vec![], likelihood: None, method: None, on: vec![], ..verdict_full() }
}

fn contact_full() -> Contact {
    Contact {
        answer: s("It was closed for repairs."),
        asked: Some("2025-04-01".parse().unwrap()),
        outcome: Some(Outcome::Answered),
        until: Some("2025-04-08".parse().unwrap()),
        who: "Works department".into(),
    }
}

fn policy_full() -> Policy {
    let rule = RoleRule { kind: "claim-published".into(), role: AgentRole::Admin };
    Policy { roles: vec![rule], ..Policy::desk() }
}

/// A body of this kind with every key that it can have at once.
pub fn full(kind: Kind) -> Event {
    match kind {
        Kind::LedgerOpened => Event::LedgerOpened(LedgerOpened { policy: policy_full(), ..opening() }),
        Kind::AgentEnrolled => Event::AgentEnrolled(AgentEnrolled {
            handle: Handle("ben-2_x.y".into()),
            key: key(2),
            kind: AgentKind::Person,
            roles: AgentRole::ALL.to_vec(),
        }),
        Kind::AgentDescribed => {
            Event::AgentDescribed(AgentDescribed { affiliation: s("The Desk"), name: s("Benedikta Ö.") })
        }
        Kind::AgentKeyChanged => Event::AgentKeyChanged(AgentKeyChanged { key: key(3), reason: "a new laptop".into() }),
        Kind::AgentRolesChanged => Event::AgentRolesChanged(AgentRolesChanged { roles: vec![AgentRole::Reviewer] }),
        Kind::AgentRevoked => Event::AgentRevoked(AgentRevoked { from: Some(Index(7)), reason: "key lost".into() }),
        Kind::LogKeyChanged => Event::LogKeyChanged(LogKeyChanged { log_key: log_key(ORIGIN) }),
        Kind::PolicySet => Event::PolicySet(policy_full()),
        Kind::DocumentRegistered => Event::DocumentRegistered(document_full()),
        Kind::DocumentAmended => Event::DocumentAmended(document_full()),
        Kind::SnapshotCaptured => Event::SnapshotCaptured(Snapshot {
            archives: lines(&["https://archive.example/1"]),
            bytes: Some(12_345),
            captured: Some("2025-03-03T10:00:00.000Z".parse().unwrap()),
            how: "downloaded by the desk".into(),
            media_type: "text/html".into(),
            sha256: Digest([5; 32]),
        }),
        Kind::TextExtracted => Event::TextExtracted(TextExtract {
            algorithm: "utf-8".into(),
            code_points: Some(12_000),
            sha256: Digest([6; 32]),
        }),
        Kind::ClaimRecorded => Event::ClaimRecorded(claim_full()),
        Kind::ClaimAmended => Event::ClaimAmended(claim_full()),
        Kind::ClaimMoved => Event::ClaimMoved(ClaimMoved {
            assignee: Some(Handle("ben".into())),
            due: Some("2025-05-01".parse().unwrap()),
            note: s("Ask the city first."),
            to: Workflow::Triaged,
        }),
        Kind::AppearanceRecorded => Event::AppearanceRecorded(appearance_full()),
        Kind::AnchorMoved => {
            Event::AnchorMoved(AnchorMoved { anchor: 1, reason: "the page moved".into(), to: anchor_full() })
        }
        Kind::ClaimsRelated => Event::ClaimsRelated(ClaimsRelated {
            foreign: None,
            kind: RelationKind::ContentOf,
            note: s("Its\tcontent."),
            to: Some(Index(20)),
        }),
        Kind::RelationWithdrawn => Event::RelationWithdrawn(Reason { reason: "Wrong claim.".into() }),
        Kind::EvidenceLinked => Event::EvidenceLinked(evidence_full()),
        Kind::EvidenceWithdrawn => Event::EvidenceWithdrawn(Reason { reason: "A forgery.".into() }),
        Kind::SearchRecorded => Event::SearchRecorded(Search {
            sought: "closing dates".into(),
            found: 2,
            languages: lines(&["en", "de"]),
            note: s("Paywalled pages left aside."),
            on: "2025-04-10".parse().unwrap(),
            place: "city gazette; two papers".into(),
        }),
        Kind::ContactRecorded => Event::ContactRecorded(contact_full()),
        Kind::VerdictIssued => Event::VerdictIssued(verdict_full()),
        Kind::ReviewRecorded => {
            Event::ReviewRecorded(Review { decision: Decision::Reject, note: s("One cluster only.") })
        }
        Kind::ClaimPublished => Event::ClaimPublished(Publication { note: s("With thanks.") }),
        Kind::RequestReceived => {
            Event::RequestReceived(Request { from: "Works department".into(), text: "It was 23 days.".into() })
        }
        Kind::CorrectionIssued => Event::CorrectionIssued(Correction {
            claim: Some(Box::new(claim_full())),
            kind: CorrectionKind::Correction,
            text: "It was 23 days, not 24.".into(),
            verdict: Some(verdict_full()),
            withdraws: vec![Index(14), Index(15)],
        }),
        Kind::ClaimRetracted => Event::ClaimRetracted(Reason { reason: "It was another bridge.".into() }),
        Kind::NoteAdded => Event::NoteAdded(Note { text: "Call again\non Monday.".into() }),
        Kind::PayloadWithheld => {
            Event::PayloadWithheld(Withholding { ground: "embargo".into(), until: Some("2025-06-01".parse().unwrap()) })
        }
        Kind::PayloadReleased => Event::PayloadReleased(Release { note: s("embargo over") }),
        Kind::PayloadErased => {
            Event::PayloadErased(Erasure { authority: "the court".into(), ground: "order 12".into() })
        }
        Kind::BatchSigned => Event::BatchSigned(BatchSigned { count: 40, root: Digest([8; 32]) }),
    }
}

/// A body of this kind with as few keys as may be.
pub fn least(kind: Kind) -> Event {
    match kind {
        Kind::LedgerOpened => Event::LedgerOpened(opening()),
        Kind::AgentEnrolled => Event::AgentEnrolled(AgentEnrolled {
            handle: Handle("b".into()),
            key: key(2),
            kind: AgentKind::Program,
            roles: vec![],
        }),
        Kind::AgentDescribed => Event::AgentDescribed(AgentDescribed { affiliation: None, name: None }),
        Kind::AgentRolesChanged => Event::AgentRolesChanged(AgentRolesChanged { roles: vec![] }),
        Kind::AgentRevoked => Event::AgentRevoked(AgentRevoked { from: None, reason: "left".into() }),
        Kind::PolicySet => Event::PolicySet(Policy::solo()),
        Kind::DocumentRegistered => Event::DocumentRegistered(Document::default()),
        Kind::DocumentAmended => Event::DocumentAmended(Document::default()),
        Kind::SnapshotCaptured => Event::SnapshotCaptured(Snapshot {
            archives: vec![],
            bytes: None,
            captured: None,
            how: "by hand".into(),
            media_type: "text/plain".into(),
            sha256: Digest([5; 32]),
        }),
        Kind::TextExtracted => {
            Event::TextExtracted(TextExtract { algorithm: "utf-8".into(), code_points: None, sha256: Digest([6; 32]) })
        }
        Kind::ClaimRecorded => Event::ClaimRecorded(claim_least()),
        Kind::ClaimAmended => Event::ClaimAmended(claim_least()),
        Kind::ClaimMoved => {
            Event::ClaimMoved(ClaimMoved { assignee: None, due: None, note: None, to: Workflow::Parked })
        }
        Kind::AppearanceRecorded => Event::AppearanceRecorded(appearance_least()),
        Kind::AnchorMoved => Event::AnchorMoved(AnchorMoved { anchor: 0, reason: "a slip".into(), to: anchor_least() }),
        Kind::ClaimsRelated => Event::ClaimsRelated(ClaimsRelated {
            foreign: s("other.example/desk#12@00"),
            kind: RelationKind::Duplicates,
            note: None,
            to: None,
        }),
        Kind::EvidenceLinked => Event::EvidenceLinked(evidence_least()),
        Kind::SearchRecorded => Event::SearchRecorded(Search {
            sought: "anything".into(),
            found: 0,
            languages: vec![],
            note: None,
            on: "2025-04-10".parse().unwrap(),
            place: "the web".into(),
        }),
        Kind::ContactRecorded => Event::ContactRecorded(Contact {
            answer: None,
            asked: None,
            outcome: Some(Outcome::NotSought),
            until: None,
            who: "Works department".into(),
        }),
        Kind::VerdictIssued => Event::VerdictIssued(verdict_least()),
        Kind::ReviewRecorded => Event::ReviewRecorded(Review { decision: Decision::Approve, note: None }),
        Kind::ClaimPublished => Event::ClaimPublished(Publication { note: None }),
        Kind::CorrectionIssued => Event::CorrectionIssued(Correction {
            claim: None,
            kind: CorrectionKind::Clarification,
            text: "The old bridge is meant.".into(),
            verdict: None,
            withdraws: vec![],
        }),
        Kind::PayloadWithheld => {
            Event::PayloadWithheld(Withholding { ground: "a source's safety".into(), until: None })
        }
        Kind::PayloadReleased => Event::PayloadReleased(Release { note: None }),
        // These have no key that may be absent.
        Kind::AgentKeyChanged
        | Kind::LogKeyChanged
        | Kind::RelationWithdrawn
        | Kind::EvidenceWithdrawn
        | Kind::RequestReceived
        | Kind::ClaimRetracted
        | Kind::NoteAdded
        | Kind::PayloadErased
        | Kind::BatchSigned => full(kind),
    }
}
