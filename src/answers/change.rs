//! Two states of one claim, told apart field by field.

use serde::Serialize;
use serde_json::{Value, json};

use crate::claim::diff::{self, Difference};
use crate::entry::claim_state::Item;
use crate::entry::{ClaimState, Event};
use crate::exchange::gist::gist;
use crate::hash::Index;
use crate::view::finding_word;

/// What is otherwise in `after`, of which `before` is an earlier state. Items are named by their entry, `evidence[#40]`,
/// and told in a line; one taken back has no value after.
pub fn between(before: &ClaimState, after: &ClaimState) -> Vec<Difference> {
    let mut found = wording(before, after);
    found.extend(verdict(before, after));
    let mut one = |path: &str, a: Option<Value>, b: Option<Value>| {
        if a != b {
            found.push(Difference { path: path.to_owned(), before: a, after: b });
        }
    };
    let state = |c: &ClaimState| Some(json!(c.workflow.map_or("withheld", crate::claim::vocab::Workflow::as_str)));
    one("state", state(before), state(after));
    let assigned = |c: &ClaimState| c.assignee.as_ref().map(|a| json!(a.0));
    one("assigned", assigned(before), assigned(after));
    let due = |c: &ClaimState| c.due.map(|d| json!(d));
    one("due", due(before), due(after));
    one("second_read", Some(json!(before.second_read())), Some(json!(after.second_read())));
    items("appearances", &before.appearances, &after.appearances, Event::AppearanceRecorded, &mut found);
    items("evidence", &before.evidence, &after.evidence, Event::EvidenceLinked, &mut found);
    items("searches", &before.searches, &after.searches, Event::SearchRecorded, &mut found);
    items("contacts", &before.contacts, &after.contacts, Event::ContactRecorded, &mut found);
    items("relations", &before.relations, &after.relations, Event::ClaimsRelated, &mut found);
    items("requests", &before.requests, &after.requests, Event::RequestReceived, &mut found);
    items("corrections", &before.corrections, &after.corrections, Event::CorrectionIssued, &mut found);
    marks(before, after, &mut found);
    found
}

fn wording(before: &ClaimState, after: &ClaimState) -> Vec<Difference> {
    match (&before.claim, &after.claim) {
        (Some(a), Some(b)) => diff::fields(a, b),
        (a, b) => {
            let text = |c: &Option<crate::claim::Claim>| c.as_ref().map(|c| json!(c.statement));
            let (before, after) = (text(a), text(b));
            if before == after { Vec::new() } else { vec![Difference { path: "statement".into(), before, after }] }
        }
    }
}

/// A first verdict changes the finding; one that takes the place of another may change anything that a verdict says.
fn verdict(before: &ClaimState, after: &ClaimState) -> Vec<Difference> {
    let body = |c: &'_ ClaimState| c.verdict().and_then(|v| v.item.body.clone());
    if let (Some(a), Some(b)) = (body(before), body(after)) {
        return diff::fields(&a, &b);
    }
    let mut found = Vec::new();
    let mut one = |path: &str, a: Option<Value>, b: Option<Value>| {
        if a != b {
            found.push(Difference { path: path.to_owned(), before: a, after: b });
        }
    };
    one("finding", Some(json!(finding_word(before))), Some(json!(finding_word(after))));
    let confidence = |c: &ClaimState| body(c).map(|v| json!(v.confidence));
    one("confidence", confidence(before), confidence(after));
    found
}

/// Items put on record, taken back or changed.
fn items<T: Serialize + Clone + PartialEq>(
    list: &str,
    before: &[Item<T>],
    after: &[Item<T>],
    event: fn(T) -> Event,
    found: &mut Vec<Difference>,
) {
    let told = |item: &Item<T>| item.body.clone().map_or(json!("not here"), |body| json!(gist(&event(body))));
    for item in after {
        let path = format!("{list}[{}]", item.number);
        let earlier = before.iter().find(|e| e.number == item.number);
        let stood = earlier.is_some_and(|e| e.withdrawn.is_none());
        match (stood, item.withdrawn.is_none()) {
            (false, true) => found.push(Difference { path, before: None, after: Some(told(item)) }),
            (true, false) => found.push(Difference { path, before: Some(told(item)), after: None }),
            (true, true) => {
                if let Some(Some(a)) = earlier.map(|e| &e.body)
                    && let Some(b) = &item.body
                {
                    let changed = diff::fields(a, b);
                    found.extend(changed.into_iter().map(|d| Difference { path: format!("{path}.{}", d.path), ..d }));
                }
            }
            (false, false) => {}
        }
    }
}

/// What was withheld, released or erased.
fn marks(before: &ClaimState, after: &ClaimState, found: &mut Vec<Difference>) {
    let ground = |c: &ClaimState, index: Index| {
        c.withheld.iter().find(|(i, _)| *i == index).map(|(_, w)| match w.until {
            Some(until) => json!(format!("{}, until {until}", w.ground)),
            None => json!(w.ground),
        })
    };
    let mut entries: Vec<Index> = before.withheld.iter().chain(&after.withheld).map(|(i, _)| *i).collect();
    entries.sort_unstable();
    entries.dedup();
    for index in entries {
        let (a, b) = (ground(before, index), ground(after, index));
        if a != b {
            found.push(Difference { path: format!("withheld[{index}]"), before: a, after: b });
        }
    }
    for index in after.erased.iter().filter(|i| !before.erased.contains(i)) {
        found.push(Difference { path: format!("erased[{index}]"), before: None, after: Some(json!(true)) });
    }
}
