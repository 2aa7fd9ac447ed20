//! Findings as ratings. Only the three that are ordered get a number: one for "conflicting" or "no evidence" would be read
//! as half true.

use crate::claim::vocab::Finding;

/// The best and the worst number of a rating.
pub const BEST: u8 = 5;
/// See [`BEST`].
pub const WORST: u8 = 1;

/// A finding as others read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// In words.
    pub label: &'static str,
    /// From [`WORST`] to [`BEST`], where findings are ordered.
    pub value: Option<u8>,
}

/// The rating of a finding; `None` for one that is no rating of a claim.
pub fn of(finding: Finding) -> Option<Rating> {
    let (label, value) = match finding {
        Finding::Supported => ("Supported by the evidence", Some(BEST)),
        Finding::PartlySupported => ("Partly supported", Some(3)),
        Finding::Refuted => ("Refuted by the evidence", Some(WORST)),
        Finding::Conflicting => ("Evidence conflicts", None),
        Finding::MisleadingContext => ("Misleading: context missing", None),
        Finding::NotEnoughEvidence => ("Not enough evidence", None),
        Finding::NotCheckable => return None,
    };
    Some(Rating { label, value })
}
