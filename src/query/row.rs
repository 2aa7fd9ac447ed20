//! A catalog's row against an expression: yes, no, or look at the claim.

use super::expr::{Expr, Test, Value};
use super::field::Field;
use crate::claim::vocab::{Factuality, HedgeClass, Workflow};
use crate::hash::Index;
use crate::ledger::catalog::{Row, Seen};

/// What the row alone says; `None` where only the claim can tell.
pub(super) fn fits(expr: &Expr, row: &Row, handle: &dyn Fn(Index) -> String) -> Option<bool> {
    match expr {
        Expr::And(parts) => {
            let mut all = Some(true);
            for part in parts {
                match fits(part, row, handle) {
                    Some(false) => return Some(false),
                    None => all = None,
                    Some(true) => {}
                }
            }
            all
        }
        Expr::Or(parts) => {
            let mut any = Some(false);
            for part in parts {
                match fits(part, row, handle) {
                    Some(true) => return Some(true),
                    None => any = None,
                    Some(false) => {}
                }
            }
            any
        }
        Expr::Not(part) => fits(part, row, handle).map(|fits| !fits),
        Expr::Test(test) => passes(test, row, handle),
    }
}

fn passes(test: &Test, row: &Row, handle: &dyn Fn(Index) -> String) -> Option<bool> {
    // These stand in the header that recorded the claim, which is never withheld.
    match (test.field, &test.value) {
        (Field::Number, Value::Count(span)) => return Some(span.has(row.number().0)),
        (Field::Recorded, Value::Period(span)) => {
            let at = Some(row.recorded_millis());
            return Some(span.meets(at, at));
        }
        (Field::Agent, Value::Text(name)) => {
            return Some(crate::text::fold(&handle(row.agent())) == crate::text::fold(name));
        }
        _ => {}
    }
    // Of a claim some of which is not here, the row and the claim may each see another part.
    if row.not_here() || row.erased() || row.withheld() {
        return None;
    }
    match &test.value {
        Value::Word(word) => self::word(test.field, word, row),
        Value::Bool(value) => match test.field {
            Field::Checkable => seen(row.checkable(), |c| c == *value, false),
            Field::Reviewed => Some(row.second_read() == *value),
            _ => None,
        },
        Value::Period(span) if test.field == Field::Verified => {
            let at = row.verdict().map(|(_, _, millis)| millis);
            Some(at.is_some() && span.meets(at, at))
        }
        _ if untouched(row) => bare(test),
        _ => None,
    }
}

/// Whether nothing is on record about the claim but its own entry.
fn untouched(row: &Row) -> bool {
    row.last() == row.number()
}

/// What can be said of every claim about which nothing more is on record.
fn bare(test: &Test) -> Option<bool> {
    match (test.field, &test.value) {
        (Field::Clusters, Value::Count(span)) => Some(span.has(0)),
        (Field::Assigned | Field::Due, _) => Some(false),
        _ => None,
    }
}

fn seen<T>(seen: Seen<T>, holds: impl Fn(T) -> bool, absent: bool) -> Option<bool> {
    match seen {
        Seen::Is(value) => Some(holds(value)),
        Seen::Absent => Some(absent),
        Seen::Withheld => None,
    }
}

fn word(field: Field, word: &str, row: &Row) -> Option<bool> {
    match field {
        Field::Finding => seen(row.finding(), |f| f.as_str() == word, word == "unverified"),
        Field::State => seen(row.workflow(), |w| w.as_str() == word, false),
        Field::Confidence => seen(row.confidence(), |c| c.as_str() == word, false),
        Field::Kind => seen(row.kind(), |k| k.as_str() == word, false),
        Field::Hedge => {
            let class: HedgeClass = word.parse().ok()?;
            own(row, row.hedged(class))
        }
        Field::Factuality => {
            let held: Factuality = word.parse().ok()?;
            own(row, row.held(held))
        }
        Field::Flag => flag(word, row),
        _ => None,
    }
}

/// What the claim's own appearance has, the claim has; what it has not, a further one may have.
fn own(row: &Row, has: bool) -> Option<bool> {
    if has || !row.appeared() { Some(has) } else { None }
}

/// What the row says of a flag ([`crate::view::flags`]).
fn flag(word: &str, row: &Row) -> Option<bool> {
    let moved = |to: Workflow| seen(row.workflow(), |w| w == to, false);
    match word {
        "judged-an-earlier-wording" => Some(row.judged_earlier_wording()),
        "not-second-read" => Some(row.verdict().is_some() && !row.second_read()),
        "retracted" => moved(Workflow::Retracted),
        "withdrawn" => moved(Workflow::Withdrawn),
        "corrected" => Some(row.corrected()),
        "withheld" => Some(false),
        "evidence-withdrawn" if row.verdict().is_none() => Some(false),
        // Nothing but its own entry is about it, and so no relation.
        "rests-on-fallen" if row.last() == row.number() => Some(false),
        _ => None,
    }
}
