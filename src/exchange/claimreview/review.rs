//! A claim as one `ClaimReview`.

use serde_json::{Map, Value, json};

use super::rating::{self, BEST, WORST};
use crate::claim::Step;
use crate::claim::vocab::{SourceRole, Workflow};
use crate::exchange::format::Head;
use crate::exchange::iri::Base;
use crate::view::{AppearanceView, ClaimView, VerdictView};

/// The context, which nothing here ever fetches.
pub const CONTEXT: &str = "https://schema.org";

/// Where the page of a claim lies under the base.
pub fn page_of(base: &Base, number: u64) -> String {
    format!("{}.html", base.claim(number))
}

/// The review of a claim.
///
/// # Errors
/// With the reason, where there is nothing to review: what is not published, not judged, taken back, or not checkable.
pub fn of(claim: &ClaimView, head: &Head) -> Result<Value, &'static str> {
    let (Some(published), true) = (claim.published_at, claim.published) else { return Err("not published") };
    if claim.state == Some(Workflow::Retracted) {
        return Err("retracted");
    }
    let verdict = claim.verdict.as_ref().ok_or("unverified")?;
    let finding = verdict.finding.ok_or("withheld")?;
    let rating = rating::of(finding).ok_or("not checkable")?;
    let statement = claim.statement.as_deref().ok_or("withheld")?;
    let page = page_of(&head.base, claim.number);
    let mut review = json!({
        "@context": CONTEXT,
        "@type": "ClaimReview",
        "@id": format!("{page}#review"),
        "url": page,
        "claimReviewed": statement,
        "author": desk(head),
        "datePublished": published.to_string(),
        "inLanguage": claim.lang,
        "itemReviewed": item(claim, statement, head),
        "creativeWorkStatus": status(claim),
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "onrecord:claim", "value": format!("{}#{}@{}", head.origin, claim.number, claim.leaf)},
            {"@type": "PropertyValue", "propertyID": "onrecord:leaf", "value": claim.leaf},
            {"@type": "PropertyValue", "propertyID": "onrecord:root", "value": head.root.hex()},
        ],
        "sdPublisher": desk(head),
    });
    let mut rated =
        json!({"@type": "Rating", "alternateName": rating.label, "ratingExplanation": explanation(claim, verdict)});
    if let Some(value) = rating.value {
        rated["ratingValue"] = value.into();
        rated["bestRating"] = BEST.into();
        rated["worstRating"] = WORST.into();
    }
    review["reviewRating"] = rated;
    let fields = [
        ("reviewBody", verdict.rationale.as_deref().map(Value::from)),
        ("sdDatePublished", head.exported_at.map(|time| time.to_string().into())),
        ("dateModified", claim.corrections.iter().map(|c| c.time).max().map(|time| time.to_string().into())),
        ("correction", some(claim.corrections.iter().map(correction).collect())),
        ("isBasedOn", some(based_on(claim))),
        ("keywords", some(claim.flags.iter().map(|flag| Value::from(flag.as_str())).collect())),
    ];
    set(&mut review, fields);
    Ok(review)
}

fn set<const N: usize>(object: &mut Value, fields: [(&str, Option<Value>); N]) {
    for (name, value) in fields {
        if let Some(value) = value {
            object[name] = value;
        }
    }
}

fn some(list: Vec<Value>) -> Option<Value> {
    (!list.is_empty()).then_some(Value::Array(list))
}

/// Who publishes it: the ledger's name is all that the record has.
fn desk(head: &Head) -> Value {
    json!({"@type": "Organization", "name": head.origin, "url": head.base.as_str()})
}

fn status(claim: &ClaimView) -> &'static str {
    if !claim.superseded_by.is_empty() {
        "Superseded"
    } else if !claim.corrections.is_empty() {
        "Corrected"
    } else {
        "Published"
    }
}

/// One sentence of the rationale, then in sentences of their own how good the evidence is and what a reader should be
/// warned of.
fn explanation(claim: &ClaimView, verdict: &VerdictView) -> String {
    let mut text: Vec<String> = Vec::new();
    if let Some(first) = verdict.rationale.as_deref().and_then(first_sentence) {
        text.push(first.to_owned());
    }
    if let Some(confidence) = verdict.confidence {
        text.push(format!("Confidence: {confidence}."));
    }
    for flag in &claim.flags {
        text.extend(match flag.as_str() {
            "not-second-read" => Some("No other agent has read this finding.".to_owned()),
            "judged-an-earlier-wording" => Some("This finding was made on an earlier wording.".to_owned()),
            "evidence-withdrawn" => Some("Evidence that this finding relies on was withdrawn since.".to_owned()),
            "document-changed" => Some("The document has changed since.".to_owned()),
            "rests-on-fallen" => Some("It rests on a claim that no longer stands.".to_owned()),
            "withheld" => Some("Something about it is withheld.".to_owned()),
            _ => None,
        });
    }
    if let Some(by) = claim.superseded_by.first() {
        text.push(format!("Claim {by} takes its place."));
    }
    text.join(" ")
}

fn first_sentence(text: &str) -> Option<&str> {
    use unicode_segmentation::UnicodeSegmentation as _;
    text.unicode_sentences().next().map(str::trim).filter(|sentence| !sentence.is_empty())
}

fn correction(correction: &crate::view::CorrectionView) -> Value {
    json!({"@type": "CorrectionComment", "text": correction.text, "datePublished": correction.time.to_string()})
}

/// Addresses of the evidence relied on that stands, each once.
fn based_on(claim: &ClaimView) -> Vec<Value> {
    let mut urls: Vec<&str> = claim
        .evidence
        .iter()
        .filter(|evidence| evidence.relied_on && !evidence.withdrawn)
        .filter_map(|evidence| evidence.url.as_deref())
        .collect();
    urls.sort_unstable();
    urls.dedup();
    urls.into_iter().map(Value::from).collect()
}

/// What is reviewed.
fn item(claim: &ClaimView, statement: &str, head: &Head) -> Value {
    let quote = claim.appearances.first().and_then(|a| {
        // Words of others go out only where their licence is on record.
        a.document.licence.as_ref()?;
        a.anchors.first()?.quote.as_deref()
    });
    let mut item = json!({
        "@type": "Claim",
        "@id": head.base.claim(claim.number),
        "text": quote.unwrap_or(statement),
    });
    let first = claim.appearances.first();
    set(
        &mut item,
        [
            ("author", first.and_then(|a| a.attribution.iter().rev().find_map(speaker))),
            ("datePublished", first.and_then(|a| iso(a.document.dated.as_deref()?)).map(Value::from)),
            ("appearance", some(claim.appearances.iter().map(appearance).collect())),
            ("inLanguage", first.and_then(|a| a.document.lang.as_deref()).map(Value::from)),
        ],
    );
    item
}

/// A speaker with a name. What kind of thing a spokesperson or an official is, the record does not say: a person may
/// stand there, or a ministry.
fn speaker(step: &Step) -> Option<Value> {
    let name = step.name.as_deref()?;
    let kind = match step.role {
        SourceRole::Author | SourceRole::Expert => Some("Person"),
        SourceRole::Outlet | SourceRole::Organisation => Some("Organization"),
        _ => None,
    };
    let mut speaker = Map::new();
    if let Some(kind) = kind {
        speaker.insert("@type".into(), kind.into());
    }
    speaker.insert("name".into(), name.into());
    Some(Value::Object(speaker))
}

fn appearance(appearance: &AppearanceView) -> Value {
    let document = &appearance.document;
    let mut work = json!({"@type": "CreativeWork"});
    set(
        &mut work,
        [
            ("name", document.title.as_deref().map(Value::from)),
            ("url", document.url.as_deref().map(Value::from)),
            ("datePublished", document.dated.as_deref().and_then(iso).map(Value::from)),
            ("archivedAt", some(document.archives.iter().map(|url| Value::from(url.as_str())).collect())),
            ("publisher", document.publisher.as_deref().map(|name| json!({"@type": "Organization", "name": name}))),
            ("author", document.author.as_deref().map(|name| json!({"name": name}))),
        ],
    );
    work
}

/// A date that is EDTF and ISO 8601 alike; approximate and open ones, and seasons (`2025-21`), have no other form here.
fn iso(dated: &str) -> Option<&str> {
    let digits = |text: &str, len| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    let mut parts = dated.split('-');
    let year = digits(parts.next()?, 4);
    let month = parts.next().is_none_or(|month| digits(month, 2) && ("01"..="12").contains(&month));
    let day = parts.next().is_none_or(|day| digits(day, 2));
    (year && month && day && parts.next().is_none()).then_some(dated)
}
