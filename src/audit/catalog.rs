//! Comparing derived rows with what the log gives.

use super::claims::Claims;
use super::explain::Code;
use super::report::Problems;
use crate::entry::ClaimState;
use crate::hash::Index;

/// The rows of a catalog, whatever they look like.
pub trait CatalogRows {
    /// Entries that the rows reflect.
    fn reflects(&self) -> u64;

    /// What the row of this claim says otherwise than the claim as it stood after [`CatalogRows::reflects`] entries; `None`
    /// where it agrees, or where the catalog keeps no row for a claim that nobody touched.
    fn compare(&self, claim: &ClaimState) -> Option<String>;

    /// Every claim that has a row.
    fn claims(&self) -> Vec<Index>;
}

/// A comparison that waits until the replay has come to the size that the rows reflect.
pub(super) struct Comparison<'a> {
    rows: &'a dyn CatalogRows,
    done: bool,
}

impl<'a> Comparison<'a> {
    pub fn new(rows: &'a dyn CatalogRows) -> Self {
        Self { rows, done: false }
    }

    /// Called before entry `index` is folded in.
    pub fn before(&mut self, index: u64, claims: Option<&Claims>, problems: &mut Problems) {
        if !self.done && index == self.rows.reflects() {
            self.compare(claims, problems);
        }
    }

    /// Called after the last of `size` entries.
    pub fn finish(&mut self, size: u64, claims: Option<&Claims>, problems: &mut Problems) {
        let reflects = self.rows.reflects();
        if reflects > size {
            problems.whole(Code::C04, format!("it reflects {reflects} entries, the log has {size}"));
        } else if reflects < size {
            problems.whole(Code::C03, format!("it reflects {reflects} of {size} entries"));
        }
        if !self.done && reflects == size {
            self.compare(claims, problems);
        }
    }

    fn compare(&mut self, claims: Option<&Claims>, problems: &mut Problems) {
        self.done = true;
        let Some(claims) = claims else { return };
        for (number, claim) in &claims.by_number {
            if let Some(difference) = self.rows.compare(claim) {
                problems.entry(Code::C01, number.0, difference);
            }
        }
        for number in self.rows.claims() {
            if !claims.by_number.contains_key(&number) {
                problems.entry(Code::C02, number.0, "the entry records no claim");
            }
        }
    }
}
