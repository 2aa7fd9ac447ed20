//! What the reports for people say, HTML and Markdown alike: words, counts and time lines, without any markup.

pub mod head;
pub mod reread;
pub mod span;
pub mod tally;
pub mod words;

use crate::view::{ClaimView, EvidenceView};

/// Most claims that a report takes: it is written to be read by people and held in memory while it is made.
pub const MAX_CLAIMS: u64 = 5_000;

/// A heading under which evidence stands, and its evidence in the order of the ledger.
pub type Group<'a> = (&'static str, Vec<&'a EvidenceView>);

/// The evidence of a claim: for, against, limiting, context; then what was weighed and not relied on, and what was
/// taken back. Of a claim without a verdict all that stands is told by its stance.
pub fn evidence(claim: &ClaimView) -> Vec<Group<'_>> {
    use crate::claim::vocab::Stance;
    let judged = claim.verdict.is_some();
    let pick = |wanted: &dyn Fn(&EvidenceView) -> bool| claim.evidence.iter().filter(|e| wanted(e)).collect::<Vec<_>>();
    let counts = |e: &EvidenceView| !e.withdrawn && (e.relied_on || !judged);
    let considered = |e: &EvidenceView| claim.verdict.as_ref().is_some_and(|v| v.considered.contains(&e.number));
    let not_relied = |e: &EvidenceView| !e.withdrawn && judged && !e.relied_on;
    let groups = vec![
        ("For", pick(&|e| counts(e) && e.stance == Some(Stance::Supports))),
        ("Against", pick(&|e| counts(e) && e.stance == Some(Stance::Refutes))),
        ("Limits it", pick(&|e| counts(e) && e.stance == Some(Stance::Qualifies))),
        ("Context", pick(&|e| counts(e) && e.stance == Some(Stance::Context))),
        ("Considered, not relied on", pick(&|e| not_relied(e) && considered(e))),
        ("On record, not named by the verdict", pick(&|e| not_relied(e) && !considered(e))),
        ("Withdrawn: no longer counts", pick(&|e| e.withdrawn)),
        ("Withheld", pick(&|e| !e.withdrawn && e.stance.is_none() && counts(e))),
    ];
    groups.into_iter().filter(|(_, items)| !items.is_empty()).collect()
}

/// Number of pieces of evidence that stand, and of their clusters.
pub fn pages_and_clusters(claim: &ClaimView) -> (u64, u64) {
    let standing = || claim.evidence.iter().filter(|e| !e.withdrawn);
    let clusters: std::collections::BTreeSet<&str> = standing().filter_map(|e| e.cluster.as_deref()).collect();
    (standing().count() as u64, clusters.len() as u64)
}

/// `1 page`, `2 pages`, `3 entries`.
pub fn counted(n: impl Into<u64>, one: &str) -> String {
    let n: u64 = n.into();
    match one.strip_suffix('y') {
        _ if n == 1 => format!("1 {one}"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{n} {stem}ies"),
        _ => format!("{n} {one}s"),
    }
}
