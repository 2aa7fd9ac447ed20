//! A claim against an expression.

use super::expr::{Expr, Test, Value};
use super::field::Field;
use crate::claim::Quantity;
use crate::claim::edtf::Edtf;
use crate::claim::statement::compare_decimals;
use crate::claim::{Hedge, Step};
use crate::entry::ClaimState;
use crate::text::{fold, words};
use crate::time::Day;
use crate::view::{self, Context};

/// A claim and where its documents and agents can be looked up.
pub(super) struct Subject<'c, C: ?Sized> {
    pub claim: &'c ClaimState,
    pub context: &'c C,
}

impl<C: Context + ?Sized> Subject<'_, C> {
    pub(super) fn fits(&self, expr: &Expr) -> bool {
        match expr {
            Expr::And(parts) => parts.iter().all(|part| self.fits(part)),
            Expr::Or(parts) => parts.iter().any(|part| self.fits(part)),
            Expr::Not(part) => !self.fits(part),
            Expr::Test(test) => self.passes(test),
        }
    }

    fn passes(&self, test: &Test) -> bool {
        match &test.value {
            Value::Word(word) => self.word(test.field, word),
            Value::Bool(value) => self.yes(test.field) == Some(*value),
            Value::Text(text) => self.text(test.field, text),
            Value::Count(span) => self.counts(test.field).into_iter().any(|n| span.has(n)),
            Value::Decimal(span) => {
                let quantities = self.claim.claim.iter().flat_map(|c| &c.quantities);
                quantities.into_iter().any(|q| within(q, span.low(), span.high()))
            }
            Value::Period(span) => self.periods(test.field).into_iter().any(|(a, b)| span.meets(a, b)),
        }
    }

    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.claim.standing_appearances().flat_map(|(_, a)| &a.attribution)
    }

    fn hedges(&self) -> impl Iterator<Item = &Hedge> {
        self.claim.standing_appearances().flat_map(|(_, a)| &a.hedges)
    }

    fn word(&self, field: Field, word: &str) -> bool {
        let claim = self.claim;
        match field {
            Field::Finding => view::finding_word(claim) == word,
            Field::State => claim.workflow.is_some_and(|s| s.as_str() == word),
            Field::Confidence => {
                let verdict = claim.verdict().and_then(|v| v.item.body.as_ref());
                verdict.is_some_and(|v| v.confidence.as_str() == word)
            }
            Field::Kind => claim.claim.as_ref().is_some_and(|c| c.kind.as_str() == word),
            Field::Hedge => self.hedges().any(|h| h.class.as_str() == word),
            Field::Factuality => self.steps().any(|s| s.factuality.as_str() == word),
            Field::Flag => view::flags(claim, self.context).iter().any(|f| f == word),
            _ => false,
        }
    }

    fn yes(&self, field: Field) -> Option<bool> {
        match field {
            Field::Checkable => self.claim.claim.as_ref().map(|c| c.checkable),
            Field::Reviewed => Some(self.claim.second_read()),
            _ => None,
        }
    }

    fn text(&self, field: Field, value: &str) -> bool {
        let sought = fold(value);
        let has = |text: &str| fold(text).contains(&sought);
        let is = |text: &str| fold(text) == sought;
        let wording = self.claim.claim.as_ref();
        match field {
            Field::Text => wording.is_some_and(|c| has_words(&c.statement, value)),
            Field::Speaker => self.steps().filter_map(|s| s.name.as_deref()).any(has),
            Field::Publisher => self.publisher(&has),
            Field::Cue => self.hedges().any(|h| has(&h.cue)),
            Field::Place => wording.is_some_and(|c| c.places.iter().any(|p| has(p))),
            Field::Actor => wording.is_some_and(|c| c.actors.iter().any(|a| has(a))),
            Field::Tag => wording.is_some_and(|c| c.tags.iter().any(|t| is(t))),
            Field::Key => wording.and_then(|c| c.key.as_deref()).is_some_and(is),
            Field::Agent => is(&self.context.ledger().handle(self.claim.agent)),
            Field::Assigned => self.claim.assignee.as_ref().is_some_and(|a| is(&a.0)),
            Field::Lang => wording.is_some_and(|c| in_range(c.lang.as_deref().unwrap_or("en"), value)),
            _ => false,
        }
    }

    /// Evidence first: documents have to be looked up.
    fn publisher(&self, has: &impl Fn(&str) -> bool) -> bool {
        let standing = self.claim.evidence.iter().filter_map(|e| e.standing());
        if standing.filter_map(|e| e.publisher.as_deref()).any(has) {
            return true;
        }
        let mut documents = self.claim.standing_appearances().filter_map(|(_, a)| self.context.document(a.document));
        documents.any(|d| d.document.as_ref().and_then(|d| d.publisher.as_deref()).is_some_and(has))
    }

    fn counts(&self, field: Field) -> Vec<u64> {
        match field {
            Field::Number => vec![self.claim.number.0],
            Field::Document => self.claim.standing_appearances().map(|(_, a)| a.document.0).collect(),
            Field::Clusters => vec![view::clusters(self.claim) as u64],
            _ => Vec::new(),
        }
    }

    /// First and last millisecond of each, open where `None`.
    fn periods(&self, field: Field) -> Vec<(Option<i64>, Option<i64>)> {
        let moment = |millis: i64| vec![(Some(millis), Some(millis))];
        match field {
            Field::Recorded => moment(self.claim.recorded.millis()),
            Field::Verified => self.claim.verdict().map_or_else(Vec::new, |v| moment(v.item.time.millis())),
            Field::Due => self.claim.due.map_or_else(Vec::new, |d| vec![days(Some(d), Some(d))]),
            Field::Time => {
                let times = self.claim.claim.iter().flat_map(|c| &c.times);
                let read = times.filter_map(|t| t.edtf.parse::<Edtf>().ok());
                read.map(|e| days(e.first_day(), e.last_day())).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// From the first millisecond of one day to the last of another.
fn days(first: Option<Day>, last: Option<Day>) -> (Option<i64>, Option<i64>) {
    (first.map(|d| d.start().millis()), last.map(|d| d.start().millis() + 86_400_000 - 1))
}

/// Whether the words of `sought` stand in `text`, whole and one after the other.
fn has_words(text: &str, sought: &str) -> bool {
    let (there, sought) = (words(text), words(sought));
    there.windows(sought.len().max(1)).any(|w| w == sought)
}

/// Whether the number of a quantity, or some number of its range, lies between the two.
fn within(quantity: &Quantity, low: Option<&String>, high: Option<&String>) -> bool {
    let Some(least) = &quantity.value else { return false };
    let most = quantity.high.as_ref().unwrap_or(least);
    low.is_none_or(|low| compare_decimals(low, most).is_le())
        && high.is_none_or(|high| compare_decimals(least, high).is_le())
}

/// Basic filtering of RFC 4647: `en` finds `en` and `en-GB`.
fn in_range(tag: &str, range: &str) -> bool {
    let (tag, range) = (tag.to_ascii_lowercase(), range.to_ascii_lowercase());
    tag.strip_prefix(&range).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
