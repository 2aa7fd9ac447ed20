//! What is odd about another desk's rating: `CR01` to `CR12` of `docs/import.md`. Nothing is mended; a rating that
//! contradicts itself keeps both its label and its number, and comes to no finding.

use super::foreign::Review;
use super::label;
use crate::claim::vocab::Finding;

/// How bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The rating contradicts itself or its format.
    Error,
    /// Worth a look.
    Warning,
}

/// Something odd.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Lint {
    /// The stable code.
    pub code: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What it is.
    pub text: String,
}

impl Lint {
    /// One.
    pub fn new(code: &'static str, severity: Severity, text: impl Into<String>) -> Self {
        Self { code, severity, text: text.into() }
    }
}

/// What can be told from label, number, dates and sources of a review.
pub fn rating(review: &Review) -> Vec<Lint> {
    use Severity::{Error, Warning};
    let mut odd = Vec::new();
    let meaning = review.label.as_deref().and_then(label::meaning).and_then(|m| m.finding);
    if review.label.is_none() {
        odd.push(Lint::new("CR06", Error, "no label: a number alone is not comparable between desks"));
    }
    let v = review.value.as_deref().and_then(|value| position(review, value, &mut odd));
    let at_least = |limit: f64| v.is_some_and(|v| v >= limit);
    match meaning {
        Some(Finding::Supported) if v.is_some_and(|v| v <= 0.25) => {
            odd.push(Lint::new("CR01", Error, "the label says it is so, the number that it is not"));
        }
        Some(Finding::Refuted) if at_least(0.75) => {
            odd.push(Lint::new("CR01", Error, "the label says it is not so, the number that it is"));
        }
        Some(Finding::MisleadingContext) if at_least(0.75) => {
            odd.push(Lint::new("CR02", Warning, "the label says it misleads, the number that it is good"));
        }
        Some(Finding::NotEnoughEvidence) if review.value.is_some() => {
            odd.push(Lint::new("CR07", Warning, "the label says that evidence is missing, and yet there is a number"));
        }
        _ => {}
    }
    if let (Some(reviewed), Some(made)) = (day(review.dated.as_deref()), day(review.claim_dated.as_deref()))
        && reviewed < made
    {
        odd.push(Lint::new("CR09", Warning, format!("the review ({reviewed}) is older than what it reviews ({made})")));
    }
    let decisive = matches!(meaning, Some(Finding::Supported | Finding::Refuted));
    if decisive && review.url.is_none() && !review.sourced {
        odd.push(Lint::new("CR10", Warning, "a decisive rating, and no evidence or source is named at all"));
    }
    odd
}

/// Where the number stands between the ends of its scale, from 0 to 1.
fn position(review: &Review, value: &str, odd: &mut Vec<Lint>) -> Option<f64> {
    use Severity::{Error, Warning};
    if review.best.is_none() || review.worst.is_none() {
        odd.push(Lint::new("CR05", Warning, "a number without both ends of its scale; 1 and 5 are assumed"));
    }
    let (worst, best) = (review.worst.as_deref().unwrap_or("1"), review.best.as_deref().unwrap_or("5"));
    let (Some(value), Some(worst), Some(best)) = (number(value), number(worst), number(best)) else {
        odd.push(Lint::new("CR03", Error, "value or scale is not a number in ASCII digits"));
        return None;
    };
    if best <= worst {
        odd.push(Lint::new("CR04", Error, "the best of the scale is not above its worst"));
        return None;
    }
    if value < worst || value > best {
        odd.push(Lint::new("CR03", Error, "the number lies outside its scale"));
        return None;
    }
    Some((value - worst) / (best - worst))
}

/// A plain decimal in ASCII.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    plain.then(|| text.parse().ok()).flatten()
}

/// The day of an ISO date.
fn day(text: Option<&str>) -> Option<crate::time::Day> {
    super::kept::iso(text?)?.get(..10)?.parse().ok()
}
