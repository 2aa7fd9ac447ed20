//! schema.org `ClaimReview` (JSON-LD): an object, an array, an `@graph`, a data feed, or rows as the fact-check search
//! API gives them. Fields: `docs/import.md`.

use super::foreign::{Foreign, Review};
use super::lint::{Lint, Severity};
use super::strict::{Node, Value, step};
use super::vocabulary;
use crate::claim::Extra;

/// Keys under which a document holds reviews.
const HOLDERS: &[&str] =
    &["@graph", "dataFeedElement", "itemListElement", "item", "mainEntity", "hasPart", "review", "claims"];

/// Every review of a document, in order, each with its JSON pointer from `root` on.
pub fn records(node: &Node, root: &str) -> Vec<Foreign> {
    let mut found = Vec::new();
    walk(node, root, &mut found);
    // The pointer of the document as a whole is empty, and says nothing to a person.
    found.iter_mut().filter(|r| r.locator.is_empty()).for_each(|r| r.locator = "whole file".into());
    found
}

fn walk(node: &Node, pointer: &str, found: &mut Vec<Foreign>) {
    match &node.value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, item)| walk(item, &step(pointer, &i.to_string()), found));
        }
        Value::Object(_) if is(node, "ClaimReview") => found.push(review(node, pointer)),
        Value::Object(_) if node.get("claimReview").is_some() => found.push(searched(node, pointer)),
        Value::Object(fields) => {
            for (key, child) in fields.iter().filter(|(key, _)| HOLDERS.contains(&key.as_str())) {
                walk(child, &step(pointer, key), found);
            }
        }
        _ => {}
    }
}

/// Whether a node is of a type of schema.org, however that is written.
fn is(node: &Node, wanted: &str) -> bool {
    types(node).any(|t| t == wanted)
}

fn types(node: &Node) -> impl Iterator<Item = &str> {
    let items = node.get("@type").map(Node::items).unwrap_or_default();
    let prefixes = ["https://schema.org/", "http://schema.org/", "schema:"];
    items.iter().filter_map(Node::text).map(move |t| prefixes.iter().find_map(|p| t.strip_prefix(p)).unwrap_or(t))
}

fn owned(node: &Node, key: &str) -> Option<String> {
    node.text_of(key).map(str::to_owned)
}

/// The name of a person or organisation; a bare text is one too.
fn name(node: Option<&Node>) -> Option<String> {
    let first = node?.items().first()?;
    first.text().or_else(|| first.text_of("name")).map(str::to_owned)
}

/// A bare address, or the `url` or `@id` of an object.
fn addresses(node: Option<&Node>) -> impl Iterator<Item = String> {
    let one = |n: &Node| n.text().or_else(|| n.text_of("url")).or_else(|| n.text_of("@id")).map(str::to_owned);
    node.map(Node::items).unwrap_or_default().iter().filter_map(one).collect::<Vec<_>>().into_iter()
}

fn review(node: &Node, pointer: &str) -> Foreign {
    let empty = Node { span: 0..0, value: Value::Null };
    let first = |key: &str| node.get(key).and_then(|n| n.items().first()).unwrap_or(&empty);
    let (rating, item) = (first("reviewRating"), first("itemReviewed"));
    let mut extra = Vec::new();
    let mut keep =
        |name: &str, value: Option<String>| extra.extend(value.map(|value| Extra { name: name.into(), value }));
    keep("@id", owned(node, "@id"));
    keep("dateModified", owned(node, "dateModified"));
    keep("itemReviewed.name", owned(item, "name"));
    keep("itemReviewed.text", owned(item, "text"));
    keep("ratingExplanation", owned(rating, "ratingExplanation"));
    if let Some(claimant) = item.get("author").and_then(|a| a.items().first()) {
        addresses(claimant.get("sameAs")).for_each(|url| keep("itemReviewed.author.sameAs", Some(url)));
    }
    for key in ["firstAppearance", "appearance"] {
        addresses(item.get(key)).for_each(|url| keep(&format!("itemReviewed.{key}"), Some(url)));
    }
    let sources: Vec<String> = ["isBasedOn", "citation"].iter().flat_map(|key| addresses(node.get(key))).collect();
    let sourced = !sources.is_empty();
    for url in sources {
        keep("isBasedOn", Some(url));
    }
    let review = Review {
        label: owned(rating, "alternateName"),
        value: owned(rating, "ratingValue"),
        worst: owned(rating, "worstRating"),
        best: owned(rating, "bestRating"),
        publisher: name(node.get("author")).or_else(|| name(node.get("publisher"))),
        url: owned(node, "url"),
        title: owned(node, "headline").or_else(|| owned(node, "name")),
        dated: owned(node, "datePublished"),
        claim_dated: owned(item, "datePublished"),
        says: owned(node, "reviewBody").or_else(|| owned(rating, "ratingExplanation")),
        lang: owned(node, "inLanguage"),
        sourced,
        odd: odd(node, rating, item),
        ..Review::default()
    };
    Foreign {
        locator: pointer.to_owned(),
        span: Some(node.span.clone()),
        statement: owned(node, "claimReviewed"),
        speaker: name(item.get("author")),
        lang: review.lang.clone(),
        reviews: vec![review],
        extra,
        ..Foreign::default()
    }
}

/// `CR08` and `CR12`, which only this format can break.
fn odd(node: &Node, rating: &Node, item: &Node) -> Vec<Lint> {
    let mut odd = Vec::new();
    if rating.value != Value::Null && !is(rating, "Rating") {
        odd.push(Lint::new("CR08", Severity::Error, "`reviewRating` is not of type Rating"));
    }
    if item.value != Value::Null && !is(item, "Claim") && !is(item, "CreativeWork") {
        odd.push(Lint::new("CR08", Severity::Error, "`itemReviewed` is neither a Claim nor a CreativeWork"));
    }
    for (node, what) in [(node, "ClaimReview"), (rating, "Rating"), (item, "Claim")] {
        if what == "Claim" && !is(item, "Claim") {
            continue;
        }
        for (key, _) in node.fields().iter().filter(|(key, _)| !vocabulary::knows(what, key)) {
            let text = format!("`{}` is no property of {what} in schema.org", crate::text::printable_line(key));
            odd.push(Lint::new("CR12", Severity::Warning, text));
        }
    }
    odd
}

/// A row of the search API: one claim, reviews of several desks.
fn searched(node: &Node, pointer: &str) -> Foreign {
    let claim_dated = owned(node, "claimDate");
    let under = step(pointer, "claimReview");
    let reviews = node.get("claimReview").map(Node::items).unwrap_or_default();
    let one = |(i, review): (usize, &Node)| {
        let desk = review.get("publisher").and_then(|p| p.items().first());
        let site = desk.and_then(|d| owned(d, "site"));
        Review {
            locator: Some(step(&under, &i.to_string())),
            label: owned(review, "textualRating"),
            publisher: desk.and_then(|d| owned(d, "name")).or_else(|| site.clone()),
            url: owned(review, "url"),
            title: owned(review, "title"),
            dated: owned(review, "reviewDate"),
            claim_dated: claim_dated.clone(),
            lang: owned(review, "languageCode"),
            extra: site.map(|value| Extra { name: "publisher.site".into(), value }).into_iter().collect(),
            ..Review::default()
        }
    };
    let reviews: Vec<Review> = reviews.iter().enumerate().map(one).collect();
    Foreign {
        locator: pointer.to_owned(),
        span: Some(node.span.clone()),
        statement: owned(node, "text"),
        speaker: owned(node, "claimant"),
        lang: reviews.first().and_then(|r| r.lang.clone()),
        reviews,
        ..Foreign::default()
    }
}

/// `CR11`: a page is of one review.
pub fn tell_several(records: &mut [Result<Foreign, (String, String)>]) {
    let several = records.iter().filter(|r| r.is_ok()).count();
    if several < 2 {
        return;
    }
    for review in records.iter_mut().flatten().flat_map(|record| &mut record.reviews) {
        review.odd.push(Lint::new("CR11", Severity::Warning, format!("{several} reviews on one page")));
    }
}
