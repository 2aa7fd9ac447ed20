//! Events: the closed enum of everything that can happen, and the payload bytes that carry one.
//!
//! A payload is `{"body":{…},"salt":"…"}` in canonical JSON; the salt is 16 random bytes in unpadded base64url, so that a
//! withheld payload cannot be guessed from its digest.

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::kind::Kind;
use crate::canon::{self, CanonError};
use crate::claim::desk::{
    AgentDescribed, AgentEnrolled, AgentKeyChanged, AgentRevoked, AgentRolesChanged, AnchorMoved, BatchSigned,
    ClaimMoved, ClaimsRelated, Correction, Erasure, LedgerOpened, LogKeyChanged, Note, Publication, Reason, Release,
    Request, Review, Withholding,
};
use crate::claim::{
    Appearance, Claim, Contact, Document, Evidence, Policy, Problem, Problems, Search, Snapshot, TextExtract, Verdict,
};
use crate::hash::{Digest, Index};

/// Longest payload, in bytes: what a 16-bit length can frame.
pub const MAX_PAYLOAD: usize = 65_535;

/// 16 random bytes that keep a withheld payload from being guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; 16]);

impl Serialize for Salt {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut buffer = [0; 24];
        s.serialize_str(Base64UrlUnpadded::encode(&self.0, &mut buffer).map_err(serde::ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Salt {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Salt;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("16 bytes in unpadded base64url")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Salt, E> {
                let mut bytes = [0; 16];
                match Base64UrlUnpadded::decode(text, &mut bytes) {
                    Ok(decoded) if decoded.len() == 16 => Ok(Salt(bytes)),
                    _ => Err(E::custom("a salt is 16 bytes in unpadded base64url")),
                }
            }
        }
        d.deserialize_str(Visitor)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload<B> {
    body: B,
    salt: Salt,
}

/// A payload that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// Not the canonical bytes of a body of this kind.
    #[error("payload of kind {kind}: {source}")]
    Bytes {
        /// The kind that the header names.
        kind: Kind,
        /// What is wrong.
        source: CanonError,
    },
    /// Well-formed, but a value is not one that a writer lets through.
    #[error("payload of kind {kind}: {}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Value {
        /// The kind that the header names.
        kind: Kind,
        /// Every mistake.
        problems: Vec<Problem>,
    },
}

macro_rules! events {
    ($($kind:ident($body:ty),)+) => {
        /// Something that happened, with its body.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Event { $(
            #[doc = concat!("See [`Kind::", stringify!($kind), "`].")]
            $kind($body),
        )+ }

        impl Event {
            /// The kind.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)+ }
            }

            /// Every mistake in the body, by itself.
            pub fn problems(&self) -> Vec<Problem> {
                let mut problems = match self { $(Self::$kind(body) => Problems::of(body),)+ };
                match self {
                    Self::LedgerOpened(opened) => check_rules("policy.", &opened.policy, &mut problems),
                    Self::PolicySet(policy) => check_rules("", policy, &mut problems),
                    _ => {}
                }
                problems
            }

            /// The payload's canonical bytes.
            ///
            /// # Errors
            /// When the body holds an index that is still pending, or is longer than [`MAX_PAYLOAD`].
            pub fn encode(&self, salt: Salt) -> Result<Vec<u8>, PayloadError> {
                let kind = self.kind();
                let bytes = match self { $(Self::$kind(body) => canon::to_bytes(&Payload { body, salt }),)+ };
                let bytes = bytes.map_err(|source| PayloadError::Bytes { kind, source })?;
                if bytes.len() > MAX_PAYLOAD {
                    let source = CanonError::TooLong { len: bytes.len(), limit: MAX_PAYLOAD };
                    return Err(PayloadError::Bytes { kind, source });
                }
                Ok(bytes)
            }

            /// The payload's bytes, and the content digest ([`Event::content_digest`]) at hardly any more cost: the body
            /// is a part of them.
            ///
            /// # Errors
            /// As [`Event::encode`].
            pub fn encode_with_content(&self, salt: Salt) -> Result<(Vec<u8>, Digest), PayloadError> {
                let payload = self.encode(salt)?;
                let content = content_of(self.kind(), &payload);
                Ok((payload, content))
            }

            /// Reads a payload of a known kind, strictly.
            ///
            /// # Errors
            /// Bytes that [`Event::encode`] would not have written, or values that it should not have.
            pub fn decode(kind: Kind, bytes: &[u8]) -> Result<(Self, Salt), PayloadError> {
                let (event, salt) = match kind { $(
                    Kind::$kind => {
                        let (body, salt) = read::<$body>(kind, bytes)?;
                        (Self::$kind(body), salt)
                    }
                )+ };
                let problems = event.problems();
                if problems.is_empty() { Ok((event, salt)) } else { Err(PayloadError::Value { kind, problems }) }
            }

            /// [`Event::decode`], with the content digest in the place of the salt: the canonical body is a part of the bytes,
            /// and need not be written again to be hashed.
            ///
            /// # Errors
            /// As [`Event::decode`].
            pub fn decode_with_content(kind: Kind, bytes: &[u8]) -> Result<(Self, Digest), PayloadError> {
                let (event, _) = Self::decode(kind, bytes)?;
                Ok((event, content_of(kind, bytes)))
            }

            /// SHA-256 of the canonical body without its salt, after the kind: what makes adding the same thing twice
            /// recognisable.
            ///
            /// # Errors
            /// When the body holds an index that is still pending.
            pub fn content_digest(&self) -> Result<Digest, CanonError> {
                let body = match self { $(Self::$kind(body) => canon::to_bytes(body)?,)+ };
                Ok(content_digest(self.kind(), &body))
            }
        }
    };
}

/// Length of what stands before the body in a payload.
const BODY_START: usize = r#"{"body":"#.len();
/// Length of what stands after it: the salt, 16 bytes in 22 characters.
const SALT_MEMBER: usize = r#","salt":"0123456789012345678901"}"#.len();

/// An event's payload that still has no salt of its own, and its content digest: what can be made before it is known
/// where the event will stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    payload: Vec<u8>,
    content: Digest,
}

impl Body {
    /// Of an event without pending indexes.
    ///
    /// # Errors
    /// As [`Event::encode`].
    pub fn of(event: &Event) -> Result<Self, PayloadError> {
        let (payload, content) = event.encode_with_content(Salt([0; 16]))?;
        Ok(Self { payload, content })
    }

    /// The event's content digest ([`Event::content_digest`]).
    pub fn content(&self) -> Digest {
        self.content
    }

    /// The payload's bytes, the same as [`Event::encode`] makes, and the content digest.
    pub fn salted(mut self, salt: Salt) -> (Vec<u8>, Digest) {
        // The salt's 22 characters stand before the last two bytes, `"}`.
        if let Some(end) = self.payload.len().checked_sub(2)
            && let Some(place) = end.checked_sub(SALT_LEN).and_then(|start| self.payload.get_mut(start..end))
        {
            // Sixteen bytes always fill 22 characters.
            let written = Base64UrlUnpadded::encode(&salt.0, place);
            debug_assert!(written.is_ok(), "a salt has 22 characters");
        }
        (self.payload, self.content)
    }
}

/// Length of a salt in base64url, in bytes.
const SALT_LEN: usize = 22;

/// The content digest of a payload in its canonical form.
fn content_of(kind: Kind, payload: &[u8]) -> Digest {
    let end = payload.len().saturating_sub(SALT_MEMBER);
    content_digest(kind, payload.get(BODY_START..end).unwrap_or_default())
}

fn content_digest(kind: Kind, body: &[u8]) -> Digest {
    let mut hasher = Sha256::new_with_prefix(kind.as_str());
    hasher.update([0]);
    hasher.update(body);
    Digest(hasher.finalize().into())
}

/// A policy names kinds of entry, which the nouns of the domain do not know: a slip in a name would leave the kind open
/// to the role that the policy meant to shut out.
fn check_rules(place: &str, policy: &Policy, problems: &mut Vec<Problem>) {
    for (i, rule) in policy.roles.iter().enumerate() {
        let message = match rule.kind.parse::<Kind>() {
            Err(e) => e.to_string(),
            Ok(_) if policy.roles[..i].iter().any(|r| r.kind == rule.kind) => "is named in the list already".to_owned(),
            Ok(_) => continue,
        };
        problems.push(Problem { path: format!("{place}roles[{i}].kind"), message });
    }
}

fn read<B: Serialize + DeserializeOwned>(kind: Kind, bytes: &[u8]) -> Result<(B, Salt), PayloadError> {
    let payload: Payload<B> =
        canon::from_bytes(bytes, MAX_PAYLOAD).map_err(|source| PayloadError::Bytes { kind, source })?;
    Ok((payload.body, payload.salt))
}

events! {
    LedgerOpened(LedgerOpened),
    AgentEnrolled(AgentEnrolled),
    AgentDescribed(AgentDescribed),
    AgentKeyChanged(AgentKeyChanged),
    AgentRolesChanged(AgentRolesChanged),
    AgentRevoked(AgentRevoked),
    LogKeyChanged(LogKeyChanged),
    PolicySet(Policy),
    DocumentRegistered(Document),
    DocumentAmended(Document),
    SnapshotCaptured(Snapshot),
    TextExtracted(TextExtract),
    ClaimRecorded(Claim),
    ClaimAmended(Claim),
    ClaimMoved(ClaimMoved),
    AppearanceRecorded(Appearance),
    AnchorMoved(AnchorMoved),
    ClaimsRelated(ClaimsRelated),
    RelationWithdrawn(Reason),
    EvidenceLinked(Evidence),
    EvidenceWithdrawn(Reason),
    SearchRecorded(Search),
    ContactRecorded(Contact),
    VerdictIssued(Verdict),
    ReviewRecorded(Review),
    ClaimPublished(Publication),
    RequestReceived(Request),
    CorrectionIssued(Correction),
    ClaimRetracted(Reason),
    NoteAdded(Note),
    PayloadWithheld(Withholding),
    PayloadReleased(Release),
    PayloadErased(Erasure),
    BatchSigned(BatchSigned),
}

impl Event {
    /// Calls `f` on every index that the body holds, so that pending ones can be made real.
    pub fn each_index(&mut self, f: &mut dyn FnMut(&mut Index)) {
        let verdict = |v: &mut Verdict, f: &mut dyn FnMut(&mut Index)| {
            v.on.iter_mut().chain(&mut v.considered).for_each(f);
        };
        match self {
            Self::ClaimRecorded(claim) | Self::ClaimAmended(claim) => f(&mut claim.appearance.document),
            Self::AppearanceRecorded(appearance) => f(&mut appearance.document),
            Self::EvidenceLinked(evidence) => evidence.document.iter_mut().for_each(f),
            Self::VerdictIssued(v) => verdict(v, f),
            Self::ClaimsRelated(relation) => relation.to.iter_mut().for_each(f),
            Self::AgentRevoked(revoked) => revoked.from.iter_mut().for_each(f),
            Self::CorrectionIssued(correction) => {
                if let Some(claim) = &mut correction.claim {
                    f(&mut claim.appearance.document);
                }
                if let Some(v) = &mut correction.verdict {
                    verdict(v, f);
                }
                correction.withdraws.iter_mut().for_each(f);
            }
            _ => {}
        }
    }
}
