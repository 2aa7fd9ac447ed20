//! What is on record about a claim, as the comments of a text to edit: whoever writes below has it before their eyes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::output::{Output, counted};
use super::pick;
use super::receipt::brief;
use crate::claim::Evidence;
use crate::entry::ClaimState;
use crate::entry::claim_state::{Item, VerdictState};
use crate::ledger::Ledger;
use crate::text::printable_line;
use crate::view::{ClaimView, finding_word};

/// Widest comment line, in columns.
const COLUMNS: usize = 96;

/// Columns of a rationale of an earlier verdict.
const RATIONALE: usize = 300;

/// Comment lines of at most `COLUMNS`; every character of others that could end the comment is escaped.
pub fn comment(text: &mut String, words: &str) {
    indented(text, "", words);
}

/// The same, set in below the line before.
fn below(text: &mut String, words: &str) {
    indented(text, "  ", words);
}

fn indented(text: &mut String, first: &str, words: &str) {
    let wrapped = Output::wrap_at(&printable_line(words), 0, COLUMNS - first.len());
    for (k, part) in wrapped.lines().enumerate() {
        let more = if k == 0 { "" } else { "    " };
        let _ = writeln!(text, "# {first}{more}{part}");
    }
}

/// The claim, its flags, where it appears and what was decided on it, under a title.
pub fn claim(text: &mut String, title: &str, claim: &ClaimState, ledger: &Ledger) {
    comment(text, &format!("{title} {}@{}", claim.number, claim.leaf.short()));
    if let Some(wording) = &claim.claim {
        comment(text, &format!("\"{}\"", printable_line(&wording.statement)));
        let checkable = if wording.checkable { "checkable" } else { "not checkable" };
        comment(text, &format!("kind {}, {checkable}, finding now: {}", wording.kind, finding_word(claim)));
    }
    let view = ClaimView::new(claim, ledger);
    if !view.flags.is_empty() {
        comment(text, &format!("shown with: {}", view.flags.join(", ")));
    }
    for fall in &view.fallen {
        comment(text, &format!("rests on {}", fall.words));
    }
    comment(text, "Save an empty file, or leave it as it is, to cancel.");
    appearances(text, &view);
    verdicts(text, claim, ledger);
    text.push('\n');
}

/// Who says it, how strongly, with which words of reserve.
fn appearances(text: &mut String, view: &ClaimView) {
    for appearance in &view.appearances {
        let document = &appearance.document;
        let title = document
            .title
            .as_deref()
            .or(document.publisher.as_deref())
            .or(document.url.as_deref())
            .unwrap_or("untitled");
        text.push_str("#\n");
        comment(text, &format!("appears in #{} {}", document.number, brief(title, COLUMNS / 2)));
        let says = appearance.attribution.iter().map(|step| {
            let name = step.name.as_deref().or(step.description.as_deref()).unwrap_or("(no name)");
            format!("{name} ({})", step.factuality)
        });
        below(text, &format!("said by {}", says.collect::<Vec<_>>().join(" -> ")));
        for hedge in &appearance.hedges {
            let (class, strength, level) = (hedge.class, hedge.strength, hedge.level);
            below(text, &format!("hedge \"{}\": {class}, {strength}, by step {level}", hedge.cue));
        }
    }
}

/// Earlier verdicts, the one in force last, with their reviews.
fn verdicts(text: &mut String, claim: &ClaimState, ledger: &Ledger) {
    let last = claim.verdict().map(|v| v.item.number);
    for verdict in &claim.verdicts {
        text.push_str("#\n");
        let standing = if Some(verdict.item.number) == last { "verdict in force" } else { "earlier verdict" };
        let by = ledger.state().handle(verdict.item.agent);
        let number = verdict.item.number;
        match &verdict.item.body {
            Some(body) => {
                let (finding, confidence, on) = (body.finding, body.confidence, body.judged_on);
                let line = format!("{standing} {number} by {by}: {finding}, confidence {confidence}, judged on {on}");
                comment(text, &line);
                below(text, &brief(&body.rationale, RATIONALE));
            }
            None => comment(text, &format!("{standing} {number} by {by}: withheld or erased")),
        }
        reviews(text, verdict, ledger);
    }
}

fn reviews(text: &mut String, verdict: &VerdictState, ledger: &Ledger) {
    for review in &verdict.reviews {
        let by = ledger.state().handle(review.agent);
        let decision = review.standing().map_or("withheld or erased", |body| body.decision.as_str());
        let note = review.standing().and_then(|body| body.note.as_deref());
        let note = note.map_or(String::new(), |note| format!(": {}", brief(note, RATIONALE)));
        below(text, &format!("review {} by {by}: {decision}{note}", review.number));
    }
}

/// Evidence that stands, by cluster, with the numbers that name it; what was looked for; who was asked.
pub fn evidence(text: &mut String, claim: &ClaimState) {
    let mut clusters: BTreeMap<&str, Vec<&Item<Evidence>>> = BTreeMap::new();
    for item in &claim.evidence {
        if let Some(body) = item.standing() {
            clusters.entry(&body.cluster).or_default().push(item);
        }
    }
    if clusters.is_empty() {
        comment(text, &format!("No evidence on record; `onrecord evidence {}` links some.", claim.number.0));
    }
    for (cluster, items) in clusters {
        comment(text, &format!("cluster {}, {}:", brief(cluster, COLUMNS / 2), counted(items.len(), "page")));
        for item in items {
            comment(text, &pick::evidence_line(item));
            if let Some(url) = item.standing().and_then(|e| e.url.as_ref()) {
                let _ = writeln!(text, "#      {}", printable_line(url));
            }
        }
    }
    let withdrawn = claim.evidence.iter().filter(|e| e.withdrawn.is_some()).map(|e| e.number.to_string());
    let withdrawn: Vec<String> = withdrawn.collect();
    if !withdrawn.is_empty() {
        comment(text, &format!("withdrawn: {}", withdrawn.join(", ")));
    }
    for search in claim.searches.iter().filter_map(|s| s.standing()) {
        let (place, sought) = (printable_line(&search.place), printable_line(&search.sought));
        comment(text, &format!("looked on {} in {place} for {sought}: {} found", search.on, search.found));
    }
    for contact in claim.contacts.iter().filter_map(|c| c.standing()) {
        let outcome = contact.outcome.map_or("waiting for an answer", crate::claim::vocab::Outcome::as_str);
        let answer = contact.answer.as_deref().map_or(String::new(), |a| format!(": {}", brief(a, RATIONALE)));
        comment(text, &format!("asked {}: {outcome}{answer}", printable_line(&contact.who)));
    }
}
