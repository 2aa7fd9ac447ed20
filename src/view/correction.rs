//! Corrections and retractions as others see them: from what to what, when, by whom and why.

use serde::Serialize;

use crate::claim::desk::Correction;
use crate::claim::diff;
use crate::entry::claim_state::Item;
use crate::entry::{ClaimState, LedgerState};
use crate::time::Timestamp;

/// A correction.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionView {
    /// Who.
    pub agent: String,
    /// From what to what, field by field: wording and verdict.
    pub changes: Vec<ChangeView>,
    /// What kind.
    pub kind: &'static str,
    /// Its entry.
    pub number: u64,
    /// What was wrong and what is right.
    pub text: String,
    /// When.
    pub time: Timestamp,
    /// Evidence that no longer counts by it.
    pub withdraws: Vec<u64>,
}

/// A field before and after.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeView {
    /// What stands there now; `null`: nothing.
    pub after: Option<serde_json::Value>,
    /// What stood there; `null`: nothing, or it is not here.
    pub before: Option<serde_json::Value>,
    /// The field, as a path such as `appearance.hedges[0].cue`; of the verdict, `verdict.finding`.
    pub path: String,
}

/// A retraction.
#[derive(Debug, Clone, Serialize)]
pub struct RetractionView {
    /// Who.
    pub agent: String,
    /// Its entry.
    pub number: u64,
    /// Why; `null` where withheld.
    pub reason: Option<String>,
    /// When.
    pub time: Timestamp,
}

impl CorrectionView {
    /// Takes away what it changed in an appearance: that may hold words of a document.
    pub fn forget_appearances(&mut self) {
        self.changes.retain(|change| !change.path.starts_with("appearance"));
    }

    pub(super) fn new(body: &Correction, item: &Item<Correction>, claim: &ClaimState, ledger: &LedgerState) -> Self {
        let change = |prefix: &str, d: diff::Difference| ChangeView {
            path: format!("{prefix}{}", d.path),
            before: d.before,
            after: d.after,
        };
        let mut changes = Vec::new();
        let replaced = claim.replaced.iter().find(|r| r.by == item.number);
        match (replaced.and_then(|r| r.claim.as_ref()), &body.claim) {
            (Some(old), Some(new)) => {
                changes.extend(diff::fields(old, new.as_ref()).into_iter().map(|d| change("", d)));
            }
            // The earlier wording is withheld or erased.
            (None, Some(new)) => changes.push(ChangeView {
                path: "statement".into(),
                before: None,
                after: Some(new.statement.clone().into()),
            }),
            (_, None) => {}
        }
        if let Some(new) = &body.verdict {
            let at = claim.verdicts.iter().position(|v| v.item.number == item.number);
            let old = at.and_then(|at| claim.verdicts[..at].last()).and_then(|v| v.item.body.as_ref());
            let found = match old {
                Some(old) => diff::fields(old, new),
                None => diff::values(&serde_json::json!({}), &serde_json::json!({ "finding": new.finding })),
            };
            changes.extend(found.into_iter().map(|d| change("verdict.", d)));
        }
        Self {
            number: item.number.0,
            kind: body.kind.as_str(),
            text: body.text.clone(),
            time: item.time,
            agent: ledger.handle(item.agent),
            changes,
            withdraws: body.withdraws.iter().map(|i| i.0).collect(),
        }
    }
}
