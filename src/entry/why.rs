//! Why a proof does not hold, or why that cannot be determined: data with a stable code each, which the checker page
//! (`src/exchange/checker.js`) and the negative vectors name too.

use std::fmt;

use super::event::PayloadError;
use super::kind::Kind;
use crate::canon::CanonError;
use crate::hash::Index;
use crate::tlog::cover::BadCover;
use crate::tlog::note::Distrust;
use crate::tlog::policy::Refused;
use crate::tlog::proof::BadProof;

/// One of three outcomes, never merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not hold; why.
    DoesNotHold(Why),
    /// It cannot be determined; why.
    CannotBeDetermined(Why),
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
    pub fn why(&self) -> Option<&Why> {
        match self {
            Self::Holds => None,
            Self::DoesNotHold(why) | Self::CannotBeDetermined(why) => Some(why),
        }
    }
}

/// Why something does not hold, or cannot be determined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// No policy and no key was given or remembered.
    NoTrust,
    /// A proof file without the entry.
    NoEntry,
    /// A proof file whose extra data another program wrote.
    ForeignExtra(CanonError),
    /// No trusted key has signed the checkpoint.
    UntrustedKey(Refused),
    /// The policy does not accept the checkpoint.
    Checkpoint(Refused),
    /// The path does not lead from the entry to the root.
    Path(BadProof),
    /// The hashes between the entries are too few or too many.
    Cover(BadCover),
    /// Entries and hashes lead to another root.
    CoverRoot,
    /// What rests on inclusion, where inclusion does not hold or is not known.
    NotIncluded,
    /// The entry is of a kind or version that this program does not know.
    UnknownKind {
        /// The kind that it names.
        kind: String,
        /// The version that it names.
        v: u64,
    },
    /// The entry's bytes are none that a writer would write.
    EntryForm(CanonError),
    /// The payload is not here.
    Withheld,
    /// The payload has another digest than the entry says.
    PayloadDigest,
    /// The payload is none that a writer would write.
    PayloadForm(PayloadError),
    /// Something is wrong with another entry that this one needs.
    Beside(Index, Box<Self>),
    /// What should open the ledger does not.
    Opening,
    /// The author's enrolment is not in the file.
    NoEnrolment,
    /// What should enrol the author is another entry, or enrols another agent.
    OtherEnrolment,
    /// An entry that should change the author's key does not, or stands at the wrong place.
    NotKeyChange(Index),
    /// The author's key is none.
    BadKey,
    /// The agent was revoked before.
    Revoked(Index),
    /// The entry's own signature is not its author's over it in this ledger.
    Signature,
    /// A kind that decides has no signature of its own.
    Unsigned(Kind),
    /// The batch that covers the entry is not in the file.
    NoBatch,
    /// The batch does not cover the entry, or covers what another covers.
    BatchRange,
    /// The batch is by another agent than the entry.
    BatchAgent,
    /// The entry is not under the root that the batch signs.
    BatchRoot,
    /// The batch's own signature does not hold, or is not known to.
    BatchSignature,
    /// A public key is enrolled twice.
    KeyTwice,
    /// A handle is enrolled twice.
    HandleTwice,
    /// A deciding entry was made on a view that was not the latest.
    StalePrev(Index),
    /// `prev` names no earlier entry about the same subject.
    WrongPrev,
    /// An entry about the claim that another one names as seen is not in the file.
    LeftOut(Index),
    /// What is stated of a claim is not what its entries make of it.
    Differs {
        /// Which part.
        what: &'static str,
        /// As stated.
        stated: String,
        /// As the entries have it.
        found: String,
    },
    /// A withheld payload hides what the claim's standing depends on.
    Hidden(&'static str),
    /// The claim's own entry is not in the file.
    NoClaim,
    /// The file does not hold the whole log.
    NotWhole,
}

impl Why {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoTrust => "no-trust",
            Self::NoEntry => "no-entry",
            Self::ForeignExtra(_) => "foreign-extra",
            Self::UntrustedKey(_) => "untrusted-key",
            Self::Checkpoint(refused) => match refused {
                Refused::Distrust(Distrust::Fails { .. }) => "checkpoint-signature",
                Refused::Distrust(_) => "checkpoint-key",
                Refused::Text(_) => "checkpoint-text",
                Refused::Log { .. } => "checkpoint-origin",
                Refused::Quorum { .. } => "quorum",
            },
            Self::Path(BadProof::Outside { .. }) | Self::Cover(BadCover::Outside { .. }) => "index",
            Self::Path(BadProof::Length { .. }) => "path-length",
            Self::Path(_) => "path",
            Self::Cover(BadCover::Length { .. }) => "cover-length",
            Self::Cover(BadCover::Order { .. }) => "order",
            Self::CoverRoot => "cover-root",
            Self::NotIncluded => "not-included",
            Self::UnknownKind { .. } => "unknown-kind",
            Self::EntryForm(_) => "entry-form",
            Self::Withheld => "withheld",
            Self::PayloadDigest => "payload-digest",
            Self::PayloadForm(_) => "payload-form",
            Self::Beside(_, why) => why.code(),
            Self::Opening => "opening",
            Self::NoEnrolment => "no-enrolment",
            Self::OtherEnrolment => "other-enrolment",
            Self::NotKeyChange(_) => "not-key-change",
            Self::BadKey => "bad-key",
            Self::Revoked(_) => "revoked",
            Self::Signature => "signature",
            Self::Unsigned(_) => "unsigned",
            Self::NoBatch => "no-batch",
            Self::BatchRange => "batch-range",
            Self::BatchAgent => "batch-agent",
            Self::BatchRoot => "batch-root",
            Self::BatchSignature => "batch-signature",
            Self::KeyTwice => "key-twice",
            Self::HandleTwice => "handle-twice",
            Self::StalePrev(_) => "stale-prev",
            Self::WrongPrev => "wrong-prev",
            Self::LeftOut(_) => "left-out",
            Self::Differs { .. } => "differs",
            Self::Hidden(_) => "hidden",
            Self::NoClaim => "no-claim",
            Self::NotWhole => "not-whole",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::NoTrust => "nobody to trust was named",
            Self::NoEntry => "the file does not carry the entry",
            Self::ForeignExtra(e) => {
                return write!(f, "what the file carries beside the proof is not onrecord's: {e}");
            }
            Self::UntrustedKey(e) => return write!(f, "{e}: the log's key is not among those trusted"),
            Self::Checkpoint(e) => return e.fmt(f),
            Self::Path(e) => return e.fmt(f),
            Self::Cover(e) => return e.fmt(f),
            Self::CoverRoot => {
                "entries and hashes lead to another root; which of them was changed, the file cannot tell"
            }
            Self::NotIncluded => "whether it is included could not be determined",
            Self::UnknownKind { kind, v } => {
                return write!(f, "the entry is of kind `{kind}`, version {v}: use a newer onrecord");
            }
            Self::EntryForm(e) => return write!(f, "the entry is malformed: {e}"),
            Self::Withheld => "the payload is withheld",
            Self::PayloadDigest => "the payload is not the one that the entry commits to",
            Self::PayloadForm(e) => return e.fmt(f),
            Self::Beside(index, why) => return write!(f, "entry {index}, which this one needs: {why}"),
            Self::Opening => "what should open the ledger is not entry 0, or not an opening",
            Self::NoEnrolment => "the author's enrolment is not in the file",
            Self::OtherEnrolment => "what should enrol the author does not",
            Self::NotKeyChange(index) => return write!(f, "{index} is no change of the author's key"),
            Self::BadKey => "the enrolled key is none",
            Self::Revoked(index) => return write!(f, "the agent had been revoked by entry {index}"),
            Self::Signature => "the entry's signature does not hold",
            Self::Unsigned(kind) => return write!(f, "{kind} decides something and must be signed by itself"),
            Self::NoBatch => "the signature of the entry's batch is not in the file",
            Self::BatchRange => "the batch does not cover the entry, or covers again what another batch covers",
            Self::BatchAgent => "the batch is another agent's",
            Self::BatchRoot => "the entry is not in the batch that was signed",
            Self::BatchSignature => "the batch's signature does not hold",
            Self::KeyTwice => "its public key is enrolled already; a key is enrolled once",
            Self::HandleTwice => "its handle is taken already",
            Self::StalePrev(latest) => return write!(f, "it decides on a view that {latest} had made old"),
            Self::WrongPrev => "its `prev` names no earlier entry about the same subject",
            Self::LeftOut(index) => return write!(f, "the file leaves out {index}, which is about the claim"),
            Self::Differs { what, stated, found } => {
                return write!(f, "{what} is stated as {stated}, and by the entries is {found}");
            }
            Self::Hidden(what) => return write!(f, "a withheld payload hides {what}"),
            Self::NoClaim => "the claim's own entry is not in the file",
            Self::NotWhole => "that nothing was left out only the whole log can show",
        };
        f.write_str(text)
    }
}
