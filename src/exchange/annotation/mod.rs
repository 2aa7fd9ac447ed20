//! W3C Web Annotation: where claims stand in documents, what hedges them, what was found, as a collection that other
//! annotation tools show.
//!
//! | annotation | motivation | body | target |
//! |---|---|---|---|
//! | an anchor | identifying | the claim's name | the document, with selectors in code points |
//! | a hedge with a place | classifying | its class | the document, the cue |
//! | a verdict in force | assessing | the finding | the claim |
//! | a correction | editing | what was wrong and what is right | the claim |
//!
//! The words of a document go out only where its licence is on record; the position and the digest of the passage always.

mod check;

use std::io::Write;

use serde_json::{Value, json};

use super::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use super::{names, ordered, reread};
use crate::claim::Hedge;
use crate::view::{AnchorView, AppearanceView, ClaimView, VerdictView};

/// The context exactly as its recommendation has it: with `https` it is another one.
const CONTEXT: &str = "http://www.w3.org/ns/anno.jsonld";

/// Makes the format.
pub fn make<'a>(_: &Options<'a>) -> Result<Made<'a>, FormatError> {
    Ok(Made::file(Annotations::default(), |path| reread::of_file(path, check::collection)).with_head())
}

#[derive(Default)]
struct Annotations {
    head: Option<Head>,
    total: u64,
}

impl Format for Annotations {
    fn begin(&mut self, head: &Head, out: &mut dyn Write) -> Result<(), FormatError> {
        let begin = json!({
            "@context": [CONTEXT, {"or": names::TERMS}],
            "id": format!("{}annotations-{}", head.base, head.size),
            "type": "AnnotationCollection",
            "label": format!("Claims of {}", head.origin),
            "or:head": head,
        });
        let mut bytes = ordered::to_bytes(&begin);
        // The items come one by one, into the object that was begun.
        bytes.pop();
        let page = format!(
            ",\"first\":{{\"id\":{},\"type\":\"AnnotationPage\",\"startIndex\":0,\"items\":[",
            Value::from(format!("{}annotations-{}-page-1", head.base, head.size))
        );
        bytes.extend_from_slice(page.as_bytes());
        self.head = Some(head.clone());
        Ok(out.write_all(&bytes)?)
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn Write) -> Result<Taken, FormatError> {
        let Some(head) = &self.head else { return Ok(Taken::Skipped("before the head")) };
        for annotation in of(claim, head) {
            out.write_all(if self.total == 0 { b"\n" } else { b",\n" })?;
            out.write_all(&ordered::to_bytes(&annotation))?;
            self.total += 1;
        }
        Ok(Taken::Written)
    }

    fn end(&mut self, _: &Head, counts: &Counts, out: &mut dyn Write) -> Result<(), FormatError> {
        let mut end = ordered::to_bytes(&json!({"total": self.total, "or:counts": counts}));
        end.remove(0);
        out.write_all(b"\n]},")?;
        out.write_all(&end)?;
        Ok(out.write_all(b"\n")?)
    }
}

/// The annotations of a claim: of each appearance at least one, so that no claim is without.
fn of(claim: &ClaimView, head: &Head) -> Vec<Value> {
    let mut all = Vec::new();
    for appearance in &claim.appearances {
        let anchors: Vec<Option<&AnchorView>> = match appearance.anchors.as_slice() {
            [] => vec![None],
            some => some.iter().map(Some).collect(),
        };
        let anchors = anchors.into_iter().enumerate();
        all.extend(anchors.map(|(k, anchor)| identifying(claim, appearance, k, anchor, head)));
        let hedges = appearance.hedges.iter().enumerate();
        all.extend(hedges.filter_map(|(k, hedge)| classifying(claim, appearance, k, hedge, head)));
    }
    all.extend(claim.verdict.as_ref().and_then(|verdict| assessing(claim, verdict, head)));
    all.extend(claim.corrections.iter().map(|correction| {
        json!({
            "id": head.base.entry(correction.number),
            "type": "Annotation",
            "motivation": "editing",
            "created": correction.time,
            "generator": generator(),
            "body": {"type": "TextualBody", "value": correction.text, "purpose": "editing", "format": "text/plain"},
            "target": head.base.claim(claim.number),
            "or:kind": correction.kind,
        })
    }));
    all
}

fn generator() -> Value {
    json!({"type": "Software", "name": "onrecord"})
}

fn identifying(
    claim: &ClaimView,
    appearance: &AppearanceView,
    k: usize,
    anchor: Option<&AnchorView>,
    head: &Head,
) -> Value {
    let name = head.base.claim(claim.number);
    json!({
        "id": format!("{name}-in-{}-anchor-{k}", appearance.number),
        "type": "Annotation",
        "motivation": "identifying",
        "created": claim.recorded,
        "creator": head.base.agent(&claim.agent),
        "generator": generator(),
        "body": name,
        "target": target(appearance, anchor, head),
        "or:statement": claim.statement,
        "or:leaf": claim.leaf,
        "or:state": claim.state,
        "or:finding": claim.finding,
        "or:amended": claim.amended,
        "or:flags": claim.flags,
        "or:supersededBy": claim.superseded_by.iter().map(|n| head.base.claim(*n)).collect::<Vec<_>>(),
    })
}

/// Where a document lies: its address, else its name in the ledger.
fn source(appearance: &AppearanceView, head: &Head) -> String {
    let document = &appearance.document;
    document.url.clone().unwrap_or_else(|| head.base.document(document.number))
}

fn target(appearance: &AppearanceView, anchor: Option<&AnchorView>, head: &Head) -> Value {
    let mut target = json!({"type": "SpecificResource", "source": source(appearance, head)});
    let licensed = appearance.document.licence.is_some();
    let mut selectors = Vec::new();
    if let Some(anchor) = anchor {
        if let (Some(start), Some(end)) = (anchor.start, anchor.end) {
            selectors.push(json!({"type": "TextPositionSelector", "start": start, "end": end}));
        }
        if let Some(exact) = anchor.quote.as_deref().filter(|_| licensed) {
            let mut quote = json!({"type": "TextQuoteSelector", "exact": exact});
            for (key, words) in [("prefix", &anchor.prefix), ("suffix", &anchor.suffix)] {
                if let Some(words) = words {
                    quote[key] = words.as_str().into();
                }
            }
            selectors.push(quote);
        }
        if let Some(fragment) = &anchor.fragment {
            let standard = "http://www.w3.org/TR/media-frags/";
            selectors.push(json!({"type": "FragmentSelector", "value": fragment, "conformsTo": standard}));
        }
        for (key, digest) in [("or:textDigest", &anchor.text), ("or:passageDigest", &anchor.sha256)] {
            if let Some(digest) = digest {
                target[key] = format!("sha256:{digest}").into();
            }
        }
    }
    if !selectors.is_empty() {
        target["selector"] = selectors.into();
    }
    target
}

/// A hedge that has a place; the text that it counts in is that of the anchors.
fn classifying(claim: &ClaimView, appearance: &AppearanceView, k: usize, hedge: &Hedge, head: &Head) -> Option<Value> {
    let (start, end) = hedge.start.zip(hedge.end)?;
    let mut selectors = vec![json!({"type": "TextPositionSelector", "start": start, "end": end})];
    if appearance.document.licence.is_some() {
        selectors.push(json!({"type": "TextQuoteSelector", "exact": hedge.cue}));
    }
    let mut target = json!({"type": "SpecificResource", "source": source(appearance, head), "selector": selectors});
    if let Some(text) = appearance.anchors.iter().find_map(|anchor| anchor.text.as_deref()) {
        target["or:textDigest"] = format!("sha256:{text}").into();
    }
    let name = head.base.claim(claim.number);
    Some(json!({
        "id": format!("{name}-in-{}-hedge-{k}", appearance.number),
        "type": "Annotation",
        "motivation": "classifying",
        "created": claim.recorded,
        "creator": head.base.agent(&claim.agent),
        "generator": generator(),
        "body": {"type": "TextualBody", "value": hedge.class, "purpose": "classifying", "format": "text/plain"},
        "target": target,
        "or:claim": name,
        "or:strength": hedge.strength,
        "or:level": hedge.level,
    }))
}

fn assessing(claim: &ClaimView, verdict: &VerdictView, head: &Head) -> Option<Value> {
    let finding = verdict.finding?;
    Some(json!({
        "id": head.base.verdict(verdict.number),
        "type": "Annotation",
        "motivation": "assessing",
        "created": verdict.time,
        "creator": head.base.agent(&verdict.agent),
        "generator": generator(),
        "body": {"type": "TextualBody", "value": finding, "purpose": "assessing", "format": "text/plain"},
        "target": head.base.claim(claim.number),
        "or:confidence": verdict.confidence,
        "or:rationale": verdict.rationale,
        "or:judgedOn": verdict.judged_on,
        "or:secondRead": claim.second_read,
        "or:state": claim.state,
        "or:flags": claim.flags,
    }))
}
