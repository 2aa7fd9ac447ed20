//! Reading annotations back: what the recommendation asks for, and what its own schemas do not catch.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};

use serde_json::Value;

use crate::exchange::reread::RereadError;
use crate::time::Timestamp;

/// Longest line, in bytes.
const MAX_LINE: u64 = 64 << 20;

const MOTIVATIONS: &[&str] = &["identifying", "classifying", "assessing", "editing"];

/// Reads a collection, one annotation a line; returns of how many claims they are. Memory is that of one claim's.
pub(super) fn collection(mut file: BufReader<File>) -> Result<u64, RereadError> {
    let (mut claims, mut total, mut of) = (0_u64, 0_u64, None);
    let mut ids = BTreeSet::new();
    let mut line = String::new();
    let mut next = |line: &mut String| {
        line.clear();
        file.by_ref().take(MAX_LINE).read_line(line)
    };
    let wrong = |record, what| RereadError::Record { record, what };
    next(&mut line)?;
    let begin = line.strip_suffix('\n').unwrap_or(&line).to_owned();
    loop {
        if next(&mut line)? == 0 {
            return Err(wrong(total, "the collection does not end"));
        }
        let text = line.strip_suffix('\n').ok_or(wrong(total + 1, "not a line"))?;
        if text.starts_with("]}") {
            let whole: Value = serde_json::from_str(&format!("{begin}{text}"))
                .map_err(|_| wrong(total + 1, "its frame is not JSON"))?;
            frame(&whole, total).map_err(|what| wrong(total + 1, what))?;
            return if next(&mut line)? == 0 { Ok(claims) } else { Err(wrong(total + 1, "something after the end")) };
        }
        if text.is_empty() && total == 0 {
            continue;
        }
        total += 1;
        let annotation: Value =
            serde_json::from_str(text.strip_suffix(',').unwrap_or(text)).map_err(|_| wrong(total, "not JSON"))?;
        sound(&annotation).map_err(|what| wrong(total, what))?;
        let id = annotation["id"].as_str().unwrap_or_default().to_owned();
        if annotation["motivation"] == "identifying" {
            let body = annotation["body"].as_str().map(str::to_owned);
            if body != of {
                of = body;
                claims += 1;
                ids.clear();
            }
        }
        if !ids.insert(id) {
            return Err(wrong(total, "a name twice"));
        }
    }
}

fn frame(whole: &Value, total: u64) -> Result<(), &'static str> {
    if whole["@context"][0] != "http://www.w3.org/ns/anno.jsonld" || whole["type"] != "AnnotationCollection" {
        return Err("no collection in the context of annotations");
    }
    if whole["total"].as_u64() != Some(total) {
        return Err("not as many annotations as it says");
    }
    if whole["first"]["type"] != "AnnotationPage" || whole["first"]["items"] != Value::Array(Vec::new()) {
        return Err("no page of annotations");
    }
    Ok(())
}

/// What is wrong with one annotation, if something is.
pub(super) fn sound(annotation: &Value) -> Result<(), &'static str> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if annotation["type"] != "Annotation" || !text(&annotation["id"]).starts_with("http") {
        return Err("no annotation with a name");
    }
    if !MOTIVATIONS.contains(&text(&annotation["motivation"]).as_str()) {
        return Err("a motivation that is none");
    }
    text(&annotation["created"]).parse::<Timestamp>().map_err(|_| "a time that is none")?;
    let body = &annotation["body"];
    if !body.is_string() && (body["type"] != "TextualBody" || !body["value"].is_string()) {
        return Err("a body that is none");
    }
    let target = &annotation["target"];
    if target.is_string() {
        return Ok(());
    }
    if !text(&target["source"]).starts_with("http") {
        return Err("a target without a source");
    }
    let selectors = target["selector"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut length = None;
    for selector in selectors {
        match text(&selector["type"]).as_str() {
            "TextPositionSelector" => match selector["start"].as_u64().zip(selector["end"].as_u64()) {
                Some((start, end)) if start < end => length = Some(end - start),
                _ => return Err("a position that ends before it begins"),
            },
            "TextQuoteSelector" => {
                let exact = text(&selector["exact"]).chars().count() as u64;
                if length.is_some_and(|length| length != exact) {
                    return Err("a quotation that is not as long as its position");
                }
            }
            "FragmentSelector" => {}
            _ => return Err("a selector that is none"),
        }
    }
    Ok(())
}
