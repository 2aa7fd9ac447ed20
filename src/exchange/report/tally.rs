//! Counts over a claim set: findings, hedges, who says what, where evidence is from, and how much of it is one origin.

use std::collections::{BTreeMap, BTreeSet};

use super::words::{FINDINGS, Finding};
use crate::claim::vocab::Stance;
use crate::view::ClaimView;

/// How many claims have each finding, in the order of [`FINDINGS`].
pub fn findings(claims: &[ClaimView]) -> Vec<(Finding, u64)> {
    let count = |f: &Finding| claims.iter().filter(|c| super::words::finding(c.finding).key == f.key).count() as u64;
    FINDINGS.iter().map(|f| (*f, count(f))).collect()
}

/// How many hedges of each class stand in the appearances of the claims, most first.
pub fn hedges(claims: &[ClaimView]) -> Vec<(&'static str, u64)> {
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for hedge in claims.iter().flat_map(|c| &c.appearances).flat_map(|a| &a.hedges) {
        *counts.entry(hedge.class.as_str()).or_default() += 1;
    }
    most_first(counts.into_iter().collect(), |(_, n)| *n)
}

/// Somebody in whose mouth the documents put claims.
#[derive(Debug, Default)]
pub struct Speaker {
    /// The name, or the description of one without; `None` where neither is told.
    pub name: Option<String>,
    /// Roles, in the ledger's words.
    pub roles: BTreeSet<&'static str>,
    /// Whether the name's bytes are damaged in the document.
    pub damaged: bool,
    /// How they hold the claims: `FactBank`'s code, and how many.
    pub held: BTreeMap<&'static str, u64>,
    /// Claims, each once.
    pub claims: BTreeSet<u64>,
}

/// Everybody who holds a claim, at any step of an attribution, most claims first.
pub fn speakers(claims: &[ClaimView]) -> Vec<Speaker> {
    let mut found: BTreeMap<Option<&str>, Speaker> = BTreeMap::new();
    for claim in claims {
        for step in claim.appearances.iter().flat_map(|a| &a.attribution) {
            let name = step.name.as_deref().or(step.description.as_deref());
            let speaker = found.entry(name).or_default();
            speaker.name = name.map(str::to_owned);
            speaker.roles.insert(step.role.as_str());
            speaker.damaged |= step.damaged;
            *speaker.held.entry(step.factuality.as_str()).or_default() += 1;
            speaker.claims.insert(claim.number);
        }
    }
    most_first(found.into_values().collect(), |s| s.claims.len() as u64)
}

/// Somebody who published evidence, or an origin of it.
#[derive(Debug, Default)]
pub struct Source {
    /// The name.
    pub name: String,
    /// Pieces of evidence that stand.
    pub pages: u64,
    /// Of a publisher its clusters, of a cluster its publishers.
    pub others: BTreeSet<String>,
    /// Admiralty codes met.
    pub codes: BTreeSet<String>,
    /// By what the evidence does to a claim's point: supports, refutes, qualifies, context.
    pub stances: [u64; 4],
    /// Claims that it bears on.
    pub claims: BTreeSet<u64>,
}

/// Publishers of evidence, most pages first.
pub fn publishers(claims: &[ClaimView]) -> Vec<Source> {
    sources(claims, |source, cluster| (source, cluster))
}

/// Clusters of evidence, most pages first: what goes back to one statement is one, however many outlets carried it.
pub fn clusters(claims: &[ClaimView]) -> Vec<Source> {
    sources(claims, |source, cluster| (cluster, source))
}

fn sources(claims: &[ClaimView], by: fn(String, String) -> (String, String)) -> Vec<Source> {
    let mut found: BTreeMap<String, Source> = BTreeMap::new();
    for claim in claims {
        for e in claim.evidence.iter().filter(|e| !e.withdrawn) {
            let Some(cluster) = e.cluster.clone() else { continue };
            let (name, other) = by(super::words::source(e).to_owned(), cluster);
            let source = found.entry(name.clone()).or_default();
            source.name = name;
            source.pages += 1;
            source.others.insert(other);
            source.codes.insert(super::words::admiralty(e).0);
            if let Some(at) = Stance::ALL.iter().position(|s| Some(*s) == e.stance) {
                source.stances[at] += 1;
            }
            source.claims.insert(claim.number);
        }
    }
    most_first(found.into_values().collect(), |s| s.pages)
}

/// Most first; among equals the order stays, so that the same claims give the same bytes.
fn most_first<T>(mut list: Vec<T>, count: impl Fn(&T) -> u64) -> Vec<T> {
    list.sort_by_key(|item| std::cmp::Reverse(count(item)));
    list
}
