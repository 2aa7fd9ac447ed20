//! What a claim rests on, and documents.

use std::borrow::Cow;

use super::{Around, Said, gone};
use crate::audit::claims::Claims;
use crate::audit::explain::Code;
use crate::audit::report::Problems;
use crate::claim::Claim;
use crate::entry::ClaimState;
use crate::entry::fall::{self, Node, Web};
use crate::hash::Index;

pub(super) fn document_changed(around: &Around<'_>, claim: &ClaimState, _: &Claim) -> Said {
    let by = fall::document_changed(claim, &|number| around.claims.documents.get(&number).map(Cow::Borrowed))?;
    let judged =
        claim.verdict().map_or("the claim was read in".to_owned(), |v| format!("verdict {} saw", v.item.number));
    Some(format!("snapshot {by} has other bytes than those that {judged}"))
}

/// The flag travels along `rests-on` until every dependent shows it.
pub(super) fn rests_on_fallen(claims: &Claims, problems: &mut Problems) {
    // Most claims rest on none and nothing rests on them: they need no place in the web.
    let related = |claim: &&ClaimState| fall::rests_on(claim).next().is_some();
    let resting: Vec<&ClaimState> = claims.by_number.values().filter(related).collect();
    let mut web = Web::default();
    let below = resting.iter().flat_map(|claim| fall::rests_on(claim).map(|(_, below)| below));
    let numbers = resting.iter().map(|claim| claim.number).chain(below);
    for number in numbers {
        if let Some(claim) = claims.by_number.get(&number) {
            let document = |number: Index| claims.documents.get(&number).map(Cow::Borrowed);
            web.0.entry(number).or_insert_with(|| Node::of(claim, &document));
        }
    }
    let flagged = web.flagged();
    for number in flagged.keys() {
        let falls: Vec<String> = web.falls(*number, &flagged).iter().map(|fall| format!("on {fall}")).collect();
        problems.entry(Code::W09, number.0, falls.join("; "));
    }
}

/// One line, however many there are.
pub(super) fn not_second_read(claims: &Claims, problems: &mut Problems) {
    let decided = claims.by_number.values().filter(|claim| !gone(claim) && claim.verdict().is_some());
    let (read, not): (Vec<&ClaimState>, Vec<&ClaimState>) = decided.partition(|claim| claim.second_read());
    if let Some(first) = not.first() {
        let all = not.len() + read.len();
        let verdicts = if all == 1 { "verdict" } else { "verdicts" };
        let detail = format!("{} of {all} {verdicts} in force, the first on this claim", not.len());
        problems.entry(Code::W13, first.number.0, detail);
    }
}

pub(super) fn no_snapshot(claims: &Claims, problems: &mut Problems) {
    for (number, document) in &claims.documents {
        if document.snapshots.is_empty() {
            problems.entry(Code::W12, number.0, "no `snapshot-captured` about it");
        }
    }
}
