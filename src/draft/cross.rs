//! What the items of a folder say of each other: keys that are taken, names that nothing bears, evidence elsewhere.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde::Serialize;

use super::mistake::{Mistake, Wrong};
use super::place::Place;
use super::read::{near, shown};

/// A name that an item uses, and where.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// Everything of the folder that bears or uses a name; also of items that have mistakes otherwise, so that one mistake
/// does not bring others about.
#[derive(Debug, Default)]
pub(crate) struct Cross {
    /// Whether the folder brings claims; one of checks alone names those on record.
    pub(crate) has_claims: bool,
    /// Claims that items name.
    pub(crate) claim_refs: Vec<Named>,
    /// Whether a claim, or a piece of evidence, bears a name that could not be read.
    pub(crate) nameless: (bool, bool),
    claims: BTreeMap<String, Place>,
    evidence: BTreeMap<String, (Place, Vec<String>)>,
    /// Evidence that verdicts name, and the claim that each is on.
    evidence_refs: Vec<(Option<String>, Named)>,
    verdicts: BTreeMap<String, Place>,
    once: BTreeMap<(&'static str, Vec<String>, String), Place>,
    mistakes: Vec<Mistake>,
}

impl Cross {
    fn report(&mut self, place: &Place, wrong: Wrong) {
        self.mistakes.push(Mistake { place: Some(place.clone()), wrong });
    }

    /// A claim bears a key.
    pub(crate) fn claim(&mut self, key: &str, place: &Place) {
        let first = self.claims.entry(key.to_owned()).or_insert_with(|| place.clone()).clone();
        if first != *place {
            self.report(place, Wrong::TakenKey { what: "claim", key: shown(key), first });
        }
    }

    /// A piece of evidence on `claims` bears a key.
    pub(crate) fn evidence(&mut self, key: &str, place: &Place, claims: &[String]) {
        match self.evidence.entry(key.to_owned()) {
            Entry::Vacant(free) => {
                free.insert((place.clone(), claims.to_vec()));
            }
            Entry::Occupied(taken) => {
                let first = taken.get().0.clone();
                self.report(place, Wrong::TakenKey { what: "evidence", key: shown(key), first });
            }
        }
    }

    /// A verdict on a claim names evidence.
    pub(crate) fn verdict<'n>(
        &mut self,
        claim: Option<&Named>,
        evidence: impl Iterator<Item = &'n Named>,
        item: &Place,
    ) {
        self.evidence_refs.extend(evidence.map(|e| (claim.map(|c| c.name.clone()), e.clone())));
        let Some(claim) = claim else { return };
        self.claim_refs.push(claim.clone());
        let first = self.verdicts.entry(claim.name.clone()).or_insert_with(|| item.clone()).clone();
        if first != *item {
            self.report(&claim.place, Wrong::TwoVerdicts { claim: shown(&claim.name), first });
        }
    }

    /// The same thing of the same claims stands in a folder once.
    pub(crate) fn once<T: Serialize>(&mut self, what: &'static str, claims: &[String], body: &T, item: &Place) {
        let Ok(body) = serde_json::to_string(body) else { return };
        let first = self.once.entry((what, claims.to_vec(), body)).or_insert_with(|| item.clone()).clone();
        if first != *item {
            self.report(item, Wrong::Twice { what, first });
        }
    }

    /// Adds the mistakes found. Of a `torn` folder no name is called unknown: it may stand where the tear is.
    pub(crate) fn finish(self, torn: bool, mistakes: &mut Vec<Mistake>) {
        mistakes.extend(self.mistakes);
        if torn {
            return;
        }
        let mut report = |place: &Place, wrong| mistakes.push(Mistake { place: Some(place.clone()), wrong });
        if self.has_claims {
            for Named { name, place } in &self.claim_refs {
                if !self.claims.contains_key(name) {
                    let nearest = near(name, self.claims.keys().map(String::as_str));
                    // What is like no other name may be meant for the claim whose name could not be read.
                    if nearest.is_some() || !self.nameless.0 {
                        report(place, Wrong::UnknownClaim { key: shown(name), on_record: false, nearest });
                    }
                }
            }
        }
        for (claim, Named { name, place }) in &self.evidence_refs {
            match (self.evidence.get(name), claim) {
                (Some((_, on)), Some(claim)) if !on.is_empty() && !on.contains(claim) => {
                    let (key, claim) = (shown(name), shown(claim));
                    let on = on.iter().map(|c| shown(c)).collect();
                    report(place, Wrong::EvidenceElsewhere { key, claim, on });
                }
                (None, _) if self.has_claims => {
                    let nearest = near(name, self.evidence.keys().map(String::as_str));
                    if nearest.is_some() || !self.nameless.1 {
                        report(place, Wrong::UnknownEvidence { key: shown(name), on_record: false, nearest });
                    }
                }
                _ => {}
            }
        }
    }
}
