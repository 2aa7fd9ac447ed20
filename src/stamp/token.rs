//! The answer: status, and a token that says when an authority saw an imprint (RFC 3161, 2.4.2).
//!
//! Read with `der`, length by length: what is not judged here is stepped over, so that no authority is refused for how it
//! sorts its certificates or attributes.

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode as _, Reader as _, SliceReader, Tag, TagNumber};
use x509_tsp::MessageImprint;

use super::query::Query;
use crate::hash::Digest;
use crate::time::Timestamp;

/// Longest answer, in bytes; one with three certificates has some six thousand.
pub const MAX_TOKEN: usize = 64 * 1024;
/// Most certificates of a token.
const MAX_CERTIFICATES: usize = 16;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Bytes that are no answer, or one without a stamp.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// Over [`MAX_TOKEN`] bytes.
    #[error("an answer has at most {MAX_TOKEN} bytes")]
    TooLong,
    /// Not DER of the structure.
    #[error("not a time-stamp answer: {0}")]
    Form(#[from] der::Error),
    /// The authority does not grant the request.
    #[error("the authority does not stamp: status {status}{}", if .text.is_empty() { String::new() } else { format!(", \"{}\"", .text) })]
    Refused {
        /// `PKIStatus`: 2 is a rejection.
        status: u64,
        /// What it says, made printable.
        text: String,
    },
    /// It was granted, and there is no token.
    #[error("the answer has no token")]
    Nothing,
    /// The token is not a CMS `SignedData` over a `TSTInfo`.
    #[error("the token is not signed data about a time")]
    Content,
    /// The imprint is not of SHA-256.
    #[error("the stamp is not on a SHA-256 digest")]
    Algorithm,
    /// The time is not UTC with seconds.
    #[error("the time in the token is not UTC to the second")]
    Time,
    /// More certificates than any chain has.
    #[error("the token has more than {MAX_CERTIFICATES} certificates")]
    Certificates,
}

/// What of an answer does not fit what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It is about other bytes.
    #[error("the stamp is on another text: its digest is {found}, and {expected} is this one's")]
    Imprint {
        /// Of the text.
        expected: Digest,
        /// In the stamp.
        found: Digest,
    },
    /// It answers another request.
    #[error("the stamp answers another request: its nonce is another")]
    Nonce,
}

/// A stamp, whose signature is not judged here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the text it is about.
    pub imprint: Digest,
    /// When the authority says it saw it, to the millisecond.
    pub time: Timestamp,
    /// Under which of its policies.
    pub policy: String,
    /// Its number, hexadecimal.
    pub serial: String,
    /// The nonce of the request, without leading zeros.
    pub nonce: Option<Vec<u8>>,
    /// Certificates that came with it, DER.
    pub certificates: Vec<Vec<u8>>,
}

impl Token {
    /// Reads an answer (`TimeStampResp`).
    ///
    /// # Errors
    /// When it is none, or the authority refused.
    pub fn from_answer(bytes: &[u8]) -> Result<Self, BadToken> {
        if bytes.len() > MAX_TOKEN {
            return Err(BadToken::TooLong);
        }
        let mut outer = inside(&mut SliceReader::new(bytes)?, true)?;
        let mut status = inside(&mut outer, false)?;
        let code = u64::decode(&mut status)?;
        if code > 1 {
            return Err(BadToken::Refused { status: code, text: reason(&mut status) });
        }
        if outer.is_finished() {
            return Err(BadToken::Nothing);
        }
        let mut content = inside(&mut outer, false)?;
        finished(&outer)?;
        if ObjectIdentifier::decode(&mut content)? != SIGNED_DATA {
            return Err(BadToken::Content);
        }
        let mut wrapped = tagged(&mut content, 0)?.ok_or(BadToken::Content)?;
        finished(&content)?;
        let mut signed = inside(&mut wrapped, false)?;
        finished(&wrapped)?;
        Self::from_signed(&mut signed)
    }

    /// Reads `SignedData`: version, algorithms, what is signed, certificates.
    fn from_signed(signed: &mut SliceReader<'_>) -> Result<Self, BadToken> {
        u64::decode(signed)?;
        AnyRef::decode(signed)?;
        let mut encapsulated = inside(signed, false)?;
        if ObjectIdentifier::decode(&mut encapsulated)? != TST_INFO {
            return Err(BadToken::Content);
        }
        let mut wrapped = tagged(&mut encapsulated, 0)?.ok_or(BadToken::Content)?;
        let info = AnyRef::decode(&mut wrapped)?;
        if der::Tagged::tag(&info) != Tag::OctetString {
            return Err(BadToken::Content);
        }
        let mut token = Self::from_info(info.value())?;
        if let Some(mut certificates) = tagged(signed, 0)? {
            while !certificates.is_finished() {
                if token.certificates.len() == MAX_CERTIFICATES {
                    return Err(BadToken::Certificates);
                }
                let one = certificates.tlv_bytes()?;
                // Other choices than a certificate are old attribute certificates.
                if one.first() == Some(&0x30) {
                    token.certificates.push(one.to_vec());
                }
            }
        }
        Ok(token)
    }

    /// Reads `TSTInfo`.
    fn from_info(bytes: &[u8]) -> Result<Self, BadToken> {
        let mut info = inside(&mut SliceReader::new(bytes)?, true)?;
        u64::decode(&mut info)?;
        let policy = ObjectIdentifier::decode(&mut info)?.to_string();
        let imprint = MessageImprint::decode(&mut info)?;
        let digest: Option<[u8; 32]> = imprint.hashed_message.as_bytes().try_into().ok();
        let digest = digest.filter(|_| imprint.hash_algorithm.oid == SHA_256).ok_or(BadToken::Algorithm)?;
        let serial = integer(&mut info)?.ok_or(BadToken::Content)?;
        let time = AnyRef::decode(&mut info)?;
        if der::Tagged::tag(&time) != Tag::GeneralizedTime {
            return Err(BadToken::Time);
        }
        let time = moment(time.value()).ok_or(BadToken::Time)?;
        // Accuracy and ordering are the authority's word on itself.
        for skipped in [Tag::Sequence, Tag::Boolean] {
            if !info.is_finished() && info.peek_tag()? == skipped {
                AnyRef::decode(&mut info)?;
            }
        }
        let nonce = integer(&mut info)?;
        Ok(Self {
            imprint: Digest(digest),
            time,
            policy,
            serial: crate::hash::to_hex(&serial),
            nonce,
            certificates: Vec::new(),
        })
    }

    /// Whether it is about `text`.
    ///
    /// # Errors
    /// [`Mismatch::Imprint`].
    pub fn is_about(&self, text: &[u8]) -> Result<(), Mismatch> {
        let expected = Digest::of(text);
        if expected == self.imprint { Ok(()) } else { Err(Mismatch::Imprint { expected, found: self.imprint }) }
    }

    /// Whether it answers `query`.
    ///
    /// # Errors
    /// Says what does not fit.
    pub fn answers(&self, query: &Query) -> Result<(), Mismatch> {
        if query.imprint != self.imprint {
            return Err(Mismatch::Imprint { expected: query.imprint, found: self.imprint });
        }
        if self.nonce.as_deref() == Some(&query.nonce) { Ok(()) } else { Err(Mismatch::Nonce) }
    }

    /// The certificates as a PEM file.
    pub fn certificates_pem(&self) -> String {
        use base64ct::{Base64, Encoding as _};
        let mut pem = String::new();
        for certificate in &self.certificates {
            pem.push_str("-----BEGIN CERTIFICATE-----\n");
            let text = Base64::encode_string(certificate);
            for line in text.as_bytes().chunks(64) {
                pem.push_str(&String::from_utf8_lossy(line));
                pem.push('\n');
            }
            pem.push_str("-----END CERTIFICATE-----\n");
        }
        pem
    }
}

/// What is inside the next SEQUENCE; with `alone`, nothing may follow it.
fn inside<'r>(reader: &mut SliceReader<'r>, alone: bool) -> Result<SliceReader<'r>, BadToken> {
    let any = AnyRef::decode(reader)?;
    if der::Tagged::tag(&any) != Tag::Sequence {
        return Err(der::Tagged::tag(&any).unexpected_error(Some(Tag::Sequence)).into());
    }
    if alone {
        finished(reader)?;
    }
    Ok(SliceReader::new(any.value())?)
}

/// What is inside the next element if it has this context-specific tag.
fn tagged<'r>(reader: &mut SliceReader<'r>, number: u8) -> Result<Option<SliceReader<'r>>, BadToken> {
    if reader.is_finished() {
        return Ok(None);
    }
    let tag = Tag::ContextSpecific { constructed: true, number: TagNumber::new(number) };
    if reader.peek_tag()? != tag {
        return Ok(None);
    }
    let any = AnyRef::decode(reader)?;
    Ok(Some(SliceReader::new(any.value())?))
}

/// The next element's bytes without leading zeros, if it is an INTEGER.
fn integer(reader: &mut SliceReader<'_>) -> Result<Option<Vec<u8>>, BadToken> {
    if reader.is_finished() || reader.peek_tag()? != Tag::Integer {
        return Ok(None);
    }
    let bytes = AnyRef::decode(reader)?.value();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count().min(bytes.len().saturating_sub(1));
    Ok(Some(bytes[zeros..].to_vec()))
}

fn finished(reader: &SliceReader<'_>) -> Result<(), BadToken> {
    let (decoded, remaining) = (reader.position(), reader.remaining_len());
    if remaining.is_zero() {
        Ok(())
    } else {
        Err(der::Error::from(der::ErrorKind::TrailingData { decoded, remaining }).into())
    }
}

/// What an authority says of a refusal, in one printable line.
fn reason(status: &mut SliceReader<'_>) -> String {
    let Ok(mut texts) = inside(status, false) else { return String::new() };
    let mut all = Vec::new();
    while let Ok(text) = AnyRef::decode(&mut texts) {
        all.push(crate::text::printable_line(&String::from_utf8_lossy(text.value())));
    }
    all.join(" ")
}

/// `20261123204512Z`, or with a fraction of a second: what is finer than a millisecond is cut off.
fn moment(bytes: &[u8]) -> Option<Timestamp> {
    let text = str::from_utf8(bytes).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || fraction.is_some_and(|f| f.is_empty() || f.len() > 12 || !digits(f)) {
        return None;
    }
    let millis: String = fraction.unwrap_or("").chars().chain("000".chars()).take(3).collect();
    let part = |from: usize, to: usize| whole.get(from..to).unwrap_or_default();
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    format!("{year}-{month}-{day}T{}:{}:{}.{millis}Z", part(8, 10), part(10, 12), part(12, 14)).parse().ok()
}
