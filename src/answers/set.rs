//! A claim set: the claims that a query lets through and that are in it, and a count of those that are not, by why.
//!
//! A verified claim set holds every claim with a verdict in force, whatever its finding.

use std::io;
use std::sync::Arc;

use super::find::{self, Sources};
use super::reading::Reading;
use crate::claim::vocab::Workflow;
use crate::entry::{ClaimState, DocumentState, Fall, LedgerState};
use crate::exchange::format::{Counts, Format, FormatError, LeftOut, Taken};
use crate::hash::{Digest, Index};
use crate::ledger::{Public, ReadError};
use crate::query::Query;
use crate::time::Day;
use crate::view::{self, ClaimView};

/// Which claims are in a set, and how much of them.
#[derive(Clone, Copy)]
pub struct Choice<'a> {
    /// What lets them through.
    pub query: &'a Query,
    /// Unverified, withdrawn and retracted ones too.
    pub all: bool,
    /// Only published ones, and of them only what is public.
    pub public: bool,
    /// The day for which `withheld until` is asked.
    pub today: Day,
}

/// The ledger without what is no part of the record: whether the desk holds a document's bytes is not, and would make
/// two exports of one tree differ.
struct Record<'a>(&'a Reading<'a>);

impl view::Context for Record<'_> {
    fn document(&self, number: Index) -> Option<Arc<DocumentState>> {
        self.0.document(number)
    }

    fn held(&self, _: &Digest) -> bool {
        false
    }

    fn ledger(&self) -> &LedgerState {
        view::Context::ledger(self.0)
    }

    fn fallen_under(&self, claim: &ClaimState) -> Vec<Fall> {
        self.0.fallen_under(claim)
    }

    fn superseded_by(&self, claim: Index) -> Vec<Index> {
        self.0.superseded_by(claim)
    }
}

/// Hands on every claim of a set, by number, one at a time, and counts.
///
/// # Errors
/// When the ledger cannot be read, or `take` fails.
pub fn each<E: From<ReadError>>(
    sources: Sources<'_>,
    choice: Choice<'_>,
    take: &mut dyn FnMut(&ClaimView) -> Result<Taken, E>,
) -> Result<Counts, E> {
    made(sources, choice, &|view| view, &mut |_, view| take(&view))
}

/// Writes every claim of a set in a format, and counts; `passing` is told the number of each before it is written.
///
/// # Errors
/// When the ledger cannot be read, or the claim not be written.
pub fn write<E: From<ReadError> + From<FormatError>>(
    sources: Sources<'_>,
    choice: Choice<'_>,
    format: &mut dyn Format,
    out: &mut dyn io::Write,
    passing: &mut dyn FnMut(u64),
) -> Result<Counts, E> {
    let Some(alone) = format.alone() else {
        return each(sources, choice, &mut |view| {
            passing(view.number);
            Ok(format.claim(view, out)?)
        });
    };
    made(sources, choice, &|view| alone(&view), &mut |number, bytes| {
        passing(number);
        out.write_all(&bytes).map_err(FormatError::from)?;
        Ok(Taken::Written)
    })
}

/// A claim that the query lets through.
enum Passed<T> {
    /// It is not in the set.
    Left(Left),
    /// It is, and what was made of it.
    In { number: u64, second_read: bool, published: bool, made: T },
}

/// Hands on what `make` makes of the claims of a set, by number, and counts. Claims are read and `make` is called by all cores.
fn made<T: Send, E: From<ReadError>>(
    sources: Sources<'_>,
    choice: Choice<'_>,
    make: &(dyn Fn(ClaimView) -> T + Sync),
    take: &mut dyn FnMut(u64, T) -> Result<Taken, E>,
) -> Result<Counts, E> {
    let public = choice.public.then(|| sources.ledger().public(choice.today)).transpose()?;
    let mut counts = Counts::default();
    let made = |claim: ClaimState, reading: &Reading<'_>| {
        let claim = claim.without_withheld(choice.today);
        let mut view = ClaimView::of(claim, &Record(reading));
        if let Some(public) = &public {
            only_public(&mut view, public);
        }
        if let Some(left) = left_out(&view, choice) {
            return Passed::Left(left);
        }
        let (number, second_read, published) = (view.number, view.second_read, view.published);
        Passed::In { number, second_read, published, made: make(view) }
    };
    find::made::<_, E>(sources, choice.query, usize::MAX, &made, &mut |passed| {
        match passed {
            Passed::Left(left) => *left(&mut counts.left_out) += 1,
            Passed::In { number, second_read, published, made } => match take(number, made)? {
                Taken::Skipped(why) => *counts.skipped.entry(why).or_default() += 1,
                Taken::Written => {
                    counts.claims += 1;
                    counts.second_read += u64::from(second_read);
                    counts.published += u64::from(published);
                }
            },
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Where a claim that is not in the set is counted.
type Left = fn(&mut LeftOut) -> &mut u64;

/// Whether a claim is left out of the set, and as what. What is withheld stays out, whoever asks.
fn left_out(view: &ClaimView, choice: Choice<'_>) -> Option<Left> {
    let (left, always): (Left, bool) = if choice.public && !view.published {
        (|left| &mut left.not_public, true)
    } else if view.statement.is_none() || view.finding == "withheld" || view.state.is_none() {
        (|left| &mut left.withheld, true)
    } else if view.state == Some(Workflow::Retracted) {
        (|left| &mut left.retracted, false)
    } else if view.state == Some(Workflow::Withdrawn) {
        (|left| &mut left.withdrawn, false)
    } else if view.finding == "unverified" {
        (|left| &mut left.unverified, false)
    } else {
        return None;
    };
    (always || !choice.all).then_some(left)
}

/// Takes away what stays with the desk, as [`Public::may_show`] has it for the entries themselves.
fn only_public(view: &mut ClaimView, public: &Public) {
    view.contacts.clear();
    view.assigned = None;
    view.due = None;
    // Where no licence is on record, the words of others are not ours to hand on; position and digest are.
    for appearance in &mut view.appearances {
        if appearance.document.licence.is_none() {
            for anchor in &mut appearance.anchors {
                (anchor.quote, anchor.prefix, anchor.suffix) = (None, None, None);
            }
        }
    }
    // An earlier wording may have stood in a document that is no longer named here, so one licence more is not enough.
    let licensed = view.appearances.iter().all(|a| a.document.licence.is_some());
    for correction in &mut view.corrections {
        if !licensed || correction.changes.iter().any(|change| change.path == "appearance.document") {
            correction.forget_appearances();
        }
    }
    // That it rests on a fallen claim stays among the flags; what befell an unpublished one is not public.
    view.fallen
        .retain(|fall| fall.through.iter().chain([&fall.number]).all(|claim| public.is_published(Index(*claim))));
}
