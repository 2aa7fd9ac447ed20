//! How the claim is worded.

use super::{Around, Said};
use crate::claim::vocab::{ClaimKind, Comparator};
use crate::claim::{Appearance, Claim, strength};
use crate::entry::ClaimState;
use crate::text::words;

pub(super) fn bare_number(_: &Around<'_>, _: &ClaimState, wording: &Claim) -> Said {
    if wording.kind == ClaimKind::Quantity && wording.quantities.is_empty() {
        return Some("a claim about a number that lists none".into());
    }
    wording.quantities.iter().find_map(|quantity| {
        let number = quantity.text.chars().any(|c| c.is_ascii_digit());
        if quantity.value.is_some() && quantity.unit.is_none() {
            Some(format!("`{}` has no unit", quantity.text))
        } else if quantity.comparator == Comparator::Vague && number {
            Some(format!("`{}` holds a number, and its comparator is vague", quantity.text))
        } else {
            None
        }
    })
}

pub(super) fn casualties(_: &Around<'_>, _: &ClaimState, wording: &Claim) -> Said {
    const TOLD_APART: [&str; 14] = [
        "dead",
        "death",
        "deaths",
        "died",
        "die",
        "killed",
        "fatal",
        "fatalities",
        "fatality",
        "injured",
        "injury",
        "injuries",
        "wounded",
        "hurt",
    ];
    // Folding a text costs far more than looking for a piece of it.
    if !wording.statement.to_ascii_lowercase().contains("casualt") {
        return None;
    }
    let words = words(&wording.statement);
    let says = words.iter().any(|word| matches!(word.as_str(), "casualty" | "casualties"));
    let told = words.iter().any(|word| TOLD_APART.contains(&word.as_str()));
    (says && !told).then(|| "dead or injured, the statement does not say".into())
}

/// See [`strength`]. Where an appearance is not here, it may have been the strongest.
pub(super) fn hedge_dropped(around: &Around<'_>, claim: &ClaimState, wording: &Claim) -> Said {
    if claim.appearances.iter().any(|item| item.withdrawn.is_none() && item.body.is_none()) {
        return None;
    }
    let appearances: Vec<&Appearance> = claim.standing_appearances().map(|(_, appearance)| appearance).collect();
    let dropped = strength::dropped(wording, appearances, around.said_elsewhere.contains(&claim.number))?;
    Some(dropped.to_string())
}
