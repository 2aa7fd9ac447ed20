//! A claim set: the claims that a query lets through and that are in it, and a count of those that are not, by why.
//!
//! A verified claim set holds every claim with a verdict in force, whatever its finding.

use super::find::{self, Sources};
use super::reading::Reading;
use crate::claim::vocab::Workflow;
use crate::entry::{ClaimState, DocumentState, Fall, LedgerState};
use crate::exchange::format::{Counts, LeftOut, Taken};
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
    fn document(&self, number: Index) -> Option<DocumentState> {
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
    let public = choice.public.then(|| sources.ledger().public(choice.today)).transpose()?;
    let mut counts = Counts::default();
    let make = |claim: ClaimState, reading: &Reading<'_>| {
        let claim = claim.without_withheld(choice.today);
        let mut view = ClaimView::new(&claim, &Record(reading));
        if let Some(public) = &public {
            only_public(&mut view, public);
        }
        view
    };
    find::made::<_, E>(sources, choice.query, usize::MAX, &make, &mut |view| {
        if !admit(&view, choice, &mut counts.left_out) {
            return Ok(());
        }
        match take(&view)? {
            Taken::Skipped(why) => *counts.skipped.entry(why).or_default() += 1,
            Taken::Written => {
                counts.claims += 1;
                counts.second_read += u64::from(view.second_read);
                counts.published += u64::from(view.published);
            }
        }
        Ok(())
    })?;
    Ok(counts)
}

/// Whether a claim is in the set; counts it otherwise. What is withheld stays out, whoever asks.
fn admit(view: &ClaimView, choice: Choice<'_>, left: &mut LeftOut) -> bool {
    let (count, always) = if choice.public && !view.published {
        (&mut left.not_public, true)
    } else if view.statement.is_none() || view.finding == "withheld" || view.state.is_none() {
        (&mut left.withheld, true)
    } else if view.state == Some(Workflow::Retracted) {
        (&mut left.retracted, false)
    } else if view.state == Some(Workflow::Withdrawn) {
        (&mut left.withdrawn, false)
    } else if view.finding == "unverified" {
        (&mut left.unverified, false)
    } else {
        return true;
    };
    if choice.all && !always {
        return true;
    }
    *count += 1;
    false
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
