//! What entries say of payloads: withheld, released, erased. The last word counts, and an erasure is always the last.

use std::collections::BTreeMap;

use crate::entry::{Event, Header, Kind};
use crate::hash::Index;
use crate::ledger::catalog::Term;
use crate::ledger::error::ReadError;
use crate::ledger::record::Ledger;
use crate::time::Day;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Withheld(Option<Day>),
    Released,
    Erased,
}

/// The last word on each payload of which something is said.
#[derive(Debug, Default)]
pub(super) struct Marks(BTreeMap<u64, Mark>);

impl Marks {
    /// Those of a ledger.
    pub fn of(ledger: &Ledger) -> Result<Self, ReadError> {
        let mut indices = Vec::new();
        for kind in [Kind::PayloadWithheld, Kind::PayloadReleased, Kind::PayloadErased] {
            indices.extend(ledger.find(Term::Kind(kind))?);
        }
        indices.sort_unstable();
        indices.dedup();
        let mut marks = Self::default();
        for index in indices {
            let entry = ledger.entry(index)?;
            marks.take(&entry.header, entry.event()?.as_ref());
        }
        Ok(marks)
    }

    /// Takes in the next entry.
    pub fn take(&mut self, header: &Header, event: Option<&Event>) {
        let Some(target) = header.re.or(header.about) else { return };
        let mark = match (header.kind, event) {
            (Kind::PayloadWithheld, Some(Event::PayloadWithheld(body))) => Mark::Withheld(body.until),
            (Kind::PayloadReleased, _) => Mark::Released,
            (Kind::PayloadErased, _) => Mark::Erased,
            _ => return,
        };
        let last = self.0.entry(target.0).or_insert(mark);
        if *last != Mark::Erased {
            *last = mark;
        }
    }

    /// Payloads that nobody may show on `today`.
    pub fn kept_back(&self, today: Day) -> impl Iterator<Item = Index> + '_ {
        let back = move |mark: &Mark| match mark {
            Mark::Erased => true,
            Mark::Withheld(until) => until.is_none_or(|until| today < until),
            Mark::Released => false,
        };
        self.0.iter().filter(move |(_, mark)| back(mark)).map(|(index, _)| Index(*index))
    }

    /// Payloads that were erased.
    pub fn erased(&self) -> u64 {
        self.0.values().filter(|mark| **mark == Mark::Erased).count() as u64
    }
}
