//! `AVeriTeC`'s records: a claim, a label of four, and questions whose answers name their sources but take no stance.

use super::foreign::{Answer, Foreign, Review};
use super::strict::{Node, Value, step};
use crate::claim::Extra;
use crate::claim::vocab::{ClaimKind, EvidenceClass};

/// What the four labels are called as a scale.
const SCALE: &str = "AVeriTeC";

/// Every record of the file, with its JSON pointer.
pub fn records(node: &Node) -> Vec<Result<Foreign, (String, String)>> {
    let one = |(i, item): (usize, &Node)| {
        let pointer = step("", &i.to_string());
        match &item.value {
            Value::Object(_) => Ok(record(item, &pointer)),
            _ => Err((pointer, "not an object".to_owned())),
        }
    };
    node.items().iter().enumerate().map(one).collect()
}

fn owned(node: &Node, key: &str) -> Option<String> {
    node.text_of(key).map(str::to_owned)
}

fn texts<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n str> {
    node.get(key).map(Node::items).unwrap_or_default().iter().filter_map(Node::text)
}

fn record(node: &Node, pointer: &str) -> Foreign {
    let mut extra = Vec::new();
    let mut keep = |name: &str, value: &str| extra.push(Extra { name: name.into(), value: value.into() });
    for key in ["original_claim_url", "cached_original_claim_url", "reporting_source", "location_ISO_code"] {
        texts(node, key).for_each(|text| keep(key, text));
    }
    if let Some(Value::Bool(again)) = node.get("required_reannotation").map(|n| &n.value) {
        keep("required_reannotation", if *again { "true" } else { "false" });
    }
    for key in ["claim_types", "fact_checking_strategies"] {
        texts(node, key).for_each(|text| keep(key, text));
    }
    let label = owned(node, "label");
    let merged = label.as_deref() == Some("Conflicting Evidence/Cherrypicking");
    let review = Review {
        label,
        scale: Some(SCALE.into()),
        url: owned(node, "fact_checking_article"),
        publisher: (!texts(node, "fact_checking_article").any(|_| true)).then(|| SCALE.into()),
        claim_dated: owned(node, "claim_date"),
        says: owned(node, "justification"),
        note: merged.then(|| {
            "label-merges-two: this label stands for conflicting evidence and for cherry-picking alike".into()
        }),
        sourced: node.get("questions").is_some_and(|q| !q.items().is_empty()),
        ..Review::default()
    };
    Foreign {
        locator: pointer.to_owned(),
        span: Some(node.span.clone()),
        statement: owned(node, "claim"),
        speaker: owned(node, "speaker"),
        lang: Some("en".into()),
        kind: texts(node, "claim_types").find_map(kind),
        reviews: if review.label.is_some() { vec![review] } else { Vec::new() },
        answers: answers(node, pointer),
        extra,
        ..Foreign::default()
    }
}

fn kind(text: &str) -> Option<ClaimKind> {
    Some(match text {
        "Event/Property Claim" => ClaimKind::Event,
        "Numerical Claim" => ClaimKind::Quantity,
        "Quote Verification" | "Position Statement" => ClaimKind::StatementMade,
        "Causal Claim" => ClaimKind::Causal,
        _ => return None,
    })
}

fn answers(node: &Node, pointer: &str) -> Vec<Answer> {
    let questions = node.get("questions").map(Node::items).unwrap_or_default();
    let under = step(pointer, "questions");
    let mut found = Vec::new();
    for (q, question) in questions.iter().enumerate() {
        let at = step(&step(&under, &q.to_string()), "answers");
        let items = question.get("answers").map(Node::items).unwrap_or_default();
        for (a, answer) in items.iter().enumerate() {
            found.push(one(question, answer, step(&at, &a.to_string())));
        }
    }
    found
}

fn one(question: &Node, answer: &Node, locator: String) -> Answer {
    let asked = owned(question, "question");
    let (text, kind) = (owned(answer, "answer"), owned(answer, "answer_type"));
    let why = owned(answer, "boolean_explanation");
    let medium = owned(answer, "source_medium");
    let class = match medium.as_deref() {
        Some("Image/graphic" | "Video") => Some(EvidenceClass::ImageOrVideo),
        Some("Web table") => Some(EvidenceClass::Data),
        _ => None,
    };
    let parts =
        [("Question", &asked), ("Answer", &text), ("Because", &why), ("Kind of answer", &kind), ("Medium", &medium)];
    let note: Vec<String> =
        parts.iter().filter_map(|(name, text)| Some(format!("{name}: {}", text.as_deref()?))).collect();
    let says = match (text, why) {
        (Some(text), Some(why)) => format!("{text} {why}"),
        (Some(text), None) => text,
        (None, _) => "(no answer)".into(),
    };
    Answer {
        locator,
        says,
        title: asked,
        url: owned(answer, "source_url"),
        archive: owned(answer, "cached_source_url"),
        class,
        note: Some(note.join("\n")).filter(|n| !n.is_empty()),
        extra: Vec::new(),
    }
}
