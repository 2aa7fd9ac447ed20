//! Verdicts and reviews as others see them.

use serde::Serialize;

use crate::claim::vocab::Finding;
use crate::entry::LedgerState;
use crate::entry::claim_state::VerdictState;
use crate::hash::Index;
use crate::time::Timestamp;

/// A verdict.
#[derive(Debug, Clone, Serialize)]
pub struct VerdictView {
    /// Who issued it.
    pub agent: String,
    /// How good the evidence is.
    pub confidence: Option<&'static str>,
    /// Evidence weighed but not relied on.
    pub considered: Vec<u64>,
    /// What is found; `null` where withheld.
    pub finding: Option<Finding>,
    /// The last day on which evidence was taken in.
    pub judged_on: Option<String>,
    /// How probable the event is, in the checker's view: a band of ICD-203.
    pub likelihood: Option<&'static str>,
    /// What was done.
    pub method: Option<String>,
    /// Its entry.
    pub number: u64,
    /// Evidence relied on.
    pub on: Vec<u64>,
    /// Why.
    pub rationale: Option<String>,
    /// Reviews.
    pub reviews: Vec<ReviewView>,
    /// When.
    pub time: Timestamp,
}

/// A review.
#[derive(Debug, Clone, Serialize)]
pub struct ReviewView {
    /// The reviewer.
    pub agent: String,
    /// What they decided; `null` where withheld.
    pub decision: Option<&'static str>,
    /// Why.
    pub note: Option<String>,
    /// Its entry.
    pub number: u64,
}

impl VerdictView {
    pub(super) fn new(verdict: &VerdictState, ledger: &LedgerState) -> Self {
        let body = verdict.item.body.as_ref();
        let numbers = |list: &[Index]| list.iter().map(|i| i.0).collect();
        Self {
            number: verdict.item.number.0,
            agent: ledger.handle(verdict.item.agent),
            time: verdict.item.time,
            finding: body.map(|v| v.finding),
            confidence: body.map(|v| v.confidence.as_str()),
            likelihood: body.and_then(|v| v.likelihood).map(crate::claim::vocab::Band::as_str),
            rationale: body.map(|v| v.rationale.clone()),
            method: body.and_then(|v| v.method.clone()),
            judged_on: body.map(|v| v.judged_on.to_string()),
            on: body.map(|v| numbers(&v.on)).unwrap_or_default(),
            considered: body.map(|v| numbers(&v.considered)).unwrap_or_default(),
            reviews: verdict
                .reviews
                .iter()
                .map(|r| ReviewView {
                    number: r.number.0,
                    agent: ledger.handle(r.agent),
                    decision: r.body.as_ref().map(|b| b.decision.as_str()),
                    note: r.body.as_ref().and_then(|b| b.note.clone()),
                })
                .collect(),
        }
    }
}
