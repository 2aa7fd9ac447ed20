//! Reading reviews back, by rules of its own: nothing here is shared with what writes them.
//!
//! The rules have the codes CR01 to CR12. A label is held against the numbers beside it as a stranger would read both.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};
use serde_json::Value;

use crate::exchange::reread::{self, Reread, RereadError};

/// What is wrong with a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    /// Its code.
    pub code: &'static str,
    /// Whether it makes the review unfit to be published.
    pub error: bool,
    /// What is wrong.
    pub what: &'static str,
}

/// How a label is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Positive,
    Mixed,
    Negative,
    Conflict,
    Misleading,
    None,
}

/// Labels that we write, as a stranger reads them.
const LABELS: &[(&str, Class)] = &[
    ("supported by the evidence", Class::Positive),
    ("partly supported", Class::Mixed),
    ("refuted by the evidence", Class::Negative),
    ("evidence conflicts", Class::Conflict),
    ("misleading: context missing", Class::Misleading),
    ("not enough evidence", Class::None),
];

/// Properties of schema.org 30.0 for the types that we write, keywords of JSON-LD apart.
const PROPERTIES: &[(&str, &[&str])] = &[
    (
        "ClaimReview",
        &[
            "author",
            "claimReviewed",
            "correction",
            "creativeWorkStatus",
            "dateModified",
            "datePublished",
            "identifier",
            "inLanguage",
            "isBasedOn",
            "itemReviewed",
            "keywords",
            "reviewBody",
            "reviewRating",
            "sdDatePublished",
            "sdPublisher",
            "url",
        ],
    ),
    ("Rating", &["alternateName", "bestRating", "ratingExplanation", "ratingValue", "worstRating"]),
    ("Claim", &["appearance", "author", "datePublished", "inLanguage", "text"]),
    ("CreativeWork", &["archivedAt", "author", "datePublished", "name", "publisher", "url"]),
    ("CorrectionComment", &["datePublished", "text"]),
    ("Organization", &["name", "url"]),
    ("Person", &["name"]),
    ("PropertyValue", &["propertyID", "value"]),
    ("", &["name"]),
];

/// Everything that is wrong with a review.
pub fn lint(review: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |code, error, what| found.push(Problem { code, error, what });
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    if text(review, "@context") != "https://schema.org" || text(review, "@type") != "ClaimReview" {
        say("CR08", true, "no ClaimReview in the context of schema.org");
    }
    if !text(review, "url").starts_with("http") || text(review, "claimReviewed").is_empty() {
        say("CR08", true, "no address, or nothing reviewed");
    }
    let (rating, item) = (&review["reviewRating"], &review["itemReviewed"]);
    if text(rating, "@type") != "Rating" || !matches!(text(item, "@type").as_str(), "Claim" | "CreativeWork") {
        say("CR08", true, "the rating is no Rating, or the item no Claim");
    }
    let label = text(rating, "alternateName");
    if label.is_empty() {
        say("CR06", true, "a rating without words");
    }
    let class = LABELS.iter().find(|(known, _)| *known == label.to_lowercase()).map(|(_, class)| *class);
    numbers(rating, class, &mut say);
    let (published, said) = (text(review, "datePublished"), text(item, "datePublished"));
    if published.is_empty() {
        say("CR09", true, "no date of publication");
    } else if !said.is_empty() && published.get(..said.len().min(10)) < said.get(..said.len().min(10)) {
        say("CR09", false, "published before what it reviews");
    }
    if matches!(class, Some(Class::Positive | Class::Negative)) && review.get("isBasedOn").is_none() {
        say("CR10", false, "a decisive rating without an address to look at");
    }
    let mut unknown = false;
    properties(review, &mut unknown);
    if unknown {
        say("CR12", true, "a property that schema.org does not have for the type");
    }
    found
}

/// What is wrong with the numbers of a rating.
fn numbers(rating: &Value, class: Option<Class>, say: &mut impl FnMut(&'static str, bool, &'static str)) {
    let Some(value) = rating.get("ratingValue") else { return };
    let (best, worst) = (rating.get("bestRating"), rating.get("worstRating"));
    if best.is_none() || worst.is_none() {
        say("CR05", true, "a number without its scale");
    }
    let number = |value: Option<&Value>, missing: f64| value.map_or(Some(missing), Value::as_f64);
    let (Some(value), Some(best), Some(worst)) = (value.as_f64(), number(best, 5.0), number(worst, 1.0)) else {
        return say("CR03", true, "not a number");
    };
    if best <= worst {
        return say("CR04", true, "the best is not above the worst");
    }
    let share = (value - worst) / (best - worst);
    if !(0.0..=1.0).contains(&share) {
        return say("CR03", true, "outside its scale");
    }
    match class {
        Some(Class::Positive) if share <= 0.25 => say("CR01", true, "the words say the opposite of the number"),
        Some(Class::Negative) if share >= 0.75 => say("CR01", true, "the words say the opposite of the number"),
        Some(Class::Mixed) if !(0.25..=0.75).contains(&share) => say("CR01", true, "mixed in words, not in number"),
        Some(Class::Misleading | Class::Conflict) => say("CR02", true, "a number for what has no order"),
        Some(Class::None) => say("CR07", true, "a number where there is no evidence"),
        _ => {}
    }
}

/// Looks for properties that a type does not have.
fn properties(value: &Value, unknown: &mut bool) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| properties(value, unknown)),
        Value::Object(object) => {
            let kind = object.get("@type").and_then(Value::as_str).unwrap_or_default();
            let known = PROPERTIES.iter().find(|(name, _)| *name == kind).map(|(_, known)| *known);
            let stands =
                |key: &str| matches!(key, "@context" | "@type" | "@id") || known.is_some_and(|k| k.contains(&key));
            *unknown |= known.is_none() || object.keys().any(|key| !stands(key));
            object.values().for_each(|value| properties(value, unknown));
        }
        _ => {}
    }
}

fn sound(review: &Value) -> Result<(), &'static str> {
    lint(review).into_iter().find(|problem| problem.error).map_or(Ok(()), |problem| Err(problem.what))
}

/// Longest review, in bytes.
const MAX_REVIEW: u64 = 64 << 20;

/// Reads an array of reviews, one a line, each of another claim; returns how many.
pub(super) fn reviews(mut file: BufReader<File>) -> Result<u64, RereadError> {
    let (mut count, mut last, mut line) = (0, None, String::new());
    let mut next = |line: &mut String| {
        line.clear();
        std::io::Read::take(&mut file, MAX_REVIEW).read_line(line)
    };
    next(&mut line)?;
    let begins = line == "[\n";
    loop {
        let wrong = |what| RereadError::Record { record: count + 1, what };
        if !begins {
            return Err(wrong("no array"));
        }
        if next(&mut line)? == 0 {
            return Err(wrong("the array does not end"));
        }
        if line == "]\n" {
            return if next(&mut line)? == 0 { Ok(count) } else { Err(wrong("something after the array")) };
        }
        if line == "\n" && count == 0 {
            continue;
        }
        let text = line.strip_suffix('\n').ok_or(wrong("not a line"))?;
        let object = text.strip_suffix(',').unwrap_or(text);
        let review: Value = serde_json::from_str(object).map_err(|_| wrong("not JSON"))?;
        sound(&review).map_err(wrong)?;
        let url = review["url"].as_str().map(str::to_owned);
        if url == last {
            return Err(wrong("the same claim twice"));
        }
        last = url;
        count += 1;
    }
}

/// Reads a folder of pages: each carries one review, and shows the claim that it reviews.
pub(super) fn pages(folder: &Path) -> Result<Reread, RereadError> {
    let (mut claims, mut bytes) = (0, 0);
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let page = std::fs::read_to_string(&path)?;
        bytes += page.len() as u64;
        if name.starts_with("claim-") {
            page_of(&page).map_err(|what| RereadError::File { file: name, what: what.into() })?;
            claims += 1;
        }
    }
    let head = BufReader::new(File::open(folder.join("head.json"))?);
    Ok(Reread { claims, bytes, sha256: reread::digest(head)?.1 })
}

/// What a reader of HTML finds on a page: the text of its scripts of linked data, and that of its first heading.
fn page_of(page: &str) -> Result<(), &'static str> {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let (mut inside, mut scripts, mut heading) = (String::new(), Vec::new(), None);
    for token in Tokenizer::new_with_emitter(page, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                inside = String::from_utf8_lossy(&tag.name).into_owned();
                if inside == "script" {
                    scripts.push(String::new());
                    if tag.attributes.get(b"type".as_slice()).is_none_or(|t| **t.value != *b"application/ld+json") {
                        return Err("a script that is no data");
                    }
                }
                if inside == "h1" {
                    heading = Some(String::new());
                }
            }
            Token::EndTag(_) => inside.clear(),
            Token::String(text) => {
                let text = String::from_utf8_lossy(&text.value);
                match (inside.as_str(), scripts.last_mut(), heading.as_mut()) {
                    ("script", Some(script), _) => script.push_str(&text),
                    ("h1", _, Some(heading)) => heading.push_str(&text),
                    _ => {}
                }
            }
            Token::Error(_) => return Err("not well-formed HTML"),
            Token::Comment(_) | Token::Doctype(_) => {}
        }
    }
    let [script] = scripts.as_slice() else { return Err("not one review on the page") };
    let review: Value = serde_json::from_str(script).map_err(|_| "the review is not JSON")?;
    sound(&review)?;
    if review["claimReviewed"].as_str() != heading.as_deref() {
        return Err("the page shows another claim than it carries");
    }
    Ok(())
}
