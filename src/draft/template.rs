//! Claim files to start from.

use std::fmt::Write as _;

use super::known::KnownClaim;
use crate::claim::Evidence;
use crate::claim::vocab::{Confidence, Finding};
use crate::hash::Digest;
use crate::text::printable_line;

/// A commented claim file with every key, which reads without a mistake.
pub const EXAMPLE: &str = include_str!("template.toml");

/// A string of a TOML file, in quotation marks.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn words(all: impl Iterator<Item = &'static str>) -> String {
    all.collect::<Vec<_>>().join(", ")
}

/// A file of checks for a claim on record: what was found so far as comments, and a verdict to fill in.
///
/// The document is named by its digest or else its address, as the record has it. What is left empty is reported when the
/// file is added.
pub fn verify(known: &KnownClaim, sha256: Option<&Digest>, url: Option<&str>) -> String {
    let mut out = String::new();
    let claim = &known.claim;
    let _ = writeln!(out, "# Claim {}: {}", known.number, printable_line(&claim.statement));
    let _ = writeln!(out, "# kind {}, checkable {}", claim.kind, claim.checkable);
    for (number, appearance) in &known.appearances {
        let _ = writeln!(out, "# appears too in document {} ({number})", appearance.document);
    }
    evidence(known, &mut out);
    for (number, search) in &known.searches {
        let place = printable_line(&search.place);
        let _ = writeln!(out, "# search {number} on {}, {} found: {place}", search.on, search.found);
    }
    for (number, contact) in &known.contacts {
        let outcome = contact.outcome.map_or("waiting", |o| o.as_str());
        let _ = writeln!(out, "# contact {number}: {}, {outcome}", printable_line(&contact.who));
    }
    match known.verdicts.last() {
        Some((number, verdict)) => {
            let _ = writeln!(
                out,
                "# verdict in force {number}: {}, confidence {}, judged on {}: {}",
                verdict.finding,
                verdict.confidence,
                verdict.judged_on,
                printable_line(&verdict.rationale)
            );
        }
        None => out.push_str("# no verdict yet\n"),
    }
    out.push_str("\n[document]\n");
    let _ = match (sha256, url) {
        (Some(sha256), _) => writeln!(out, "sha256 = \"{sha256}\""),
        (None, Some(url)) => writeln!(out, "url = {}", quoted(url)),
        (None, None) => writeln!(out, "# sha256 or url of the document"),
    };
    blocks(claim.key.as_deref(), &mut out);
    out
}

/// The evidence on record, one line each.
fn evidence(known: &KnownClaim, out: &mut String) {
    let standing = || known.evidence.iter().filter(|(_, _, withdrawn)| !withdrawn);
    let _ = writeln!(out, "#\n# evidence on record: {}", standing().count());
    for (number, e, _) in standing() {
        let Evidence { stance, reliability, credibility, read, class, .. } = e;
        let key = e.key.as_deref().map_or_else(|| "(no key)".to_owned(), printable_line);
        let from = e.publisher.as_ref().or(e.title.as_ref()).or(e.url.as_ref());
        let _ = writeln!(
            out,
            "#   {key} ({number}): {stance}, {reliability}{credibility}, {class}, read {read}, cluster {}; {}: {}",
            printable_line(&e.cluster),
            from.map_or_else(String::new, |f| printable_line(f)),
            printable_line(&e.says)
        );
    }
    let withdrawn = known.evidence.len() - standing().count();
    if withdrawn > 0 {
        let _ = writeln!(out, "#   and {withdrawn} withdrawn");
    }
}

fn blocks(key: Option<&str>, out: &mut String) {
    let claim =
        key.map_or_else(|| "\"\"   # the claim has no key; give it one with `onrecord amend`".to_owned(), quoted);
    let _ = write!(
        out,
        r#"
# Further evidence, one block each:
# [[evidence]]
# key = ""
# claim = {claim}
# stance = ""        # supports, refutes, qualifies, context
# publisher = ""
# url = "https://"
# obtained = ""
# says = ""
# read = ""          # full, excerpt, headline
# reliability = ""   # A to F
# credibility = ""   # 1 to 6
# class = ""
# cluster = ""

[[verdict]]
claim = {claim}
finding = ""      # {findings}
confidence = ""   # {confidences}
rationale = ""
method = ""
on = []           # keys of the evidence relied on
considered = []   # keys of the evidence weighed but not relied on
judged_on = ""
"#,
        findings = words(Finding::ALL.iter().map(|f| f.as_str())),
        confidences = words(Confidence::ALL.iter().map(|c| c.as_str())),
    );
}
