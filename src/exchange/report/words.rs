//! The closed vocabularies in words for a reader who has never seen them.

use crate::claim::Quantity;
use crate::claim::vocab::{Comparator, Factuality, RelationKind};
use crate::view::{ClaimView, EvidenceView};

/// A finding, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// The ledger's word.
    pub key: &'static str,
    /// One letter for charts, so that they can be read without colour.
    pub letter: &'static str,
    /// What it is called.
    pub label: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

const fn finding_row(key: &'static str, letter: &'static str, label: &'static str, meaning: &'static str) -> Finding {
    Finding { key, letter, label, meaning }
}

/// Every finding that a claim of an export can have, in the order of charts and tables.
pub const FINDINGS: &[Finding] = &[
    finding_row("supported", "S", "Supported by the evidence", "as worded, with comparator, date and actor"),
    finding_row(
        "partly-supported",
        "P",
        "Partly supported",
        "at least one named part is supported, at least one is not",
    ),
    finding_row(
        "misleading-context",
        "M",
        "Misleading: context missing",
        "literally supported, but a named fact reverses what an ordinary reader concludes",
    ),
    finding_row(
        "conflicting",
        "C",
        "Evidence conflicts",
        "evidence of two origins cannot both be true, and nothing prefers one",
    ),
    finding_row("refuted", "R", "Refuted by the evidence", "admissible evidence contradicts the point"),
    finding_row(
        "not-enough-evidence",
        "N",
        "Not enough evidence",
        "a recorded search found nothing admissible that settles it",
    ),
    finding_row(
        "not-checkable",
        "O",
        "Not checkable",
        "opinion, forecast, vague or private: no evidence obtainable by then could settle it",
    ),
    finding_row("unverified", "U", "Unverified", "nobody has decided"),
];

/// The row of a finding's word; a word that is none of them counts as unverified.
pub fn finding(key: &str) -> Finding {
    let last = FINDINGS.len() - 1;
    FINDINGS[FINDINGS.iter().position(|f| f.key == key).unwrap_or(last)]
}

/// What a reader must know of where a claim stands, in sentences, the gravest first.
pub fn standing(claim: &ClaimView) -> Vec<String> {
    use crate::claim::vocab::Workflow;
    let mut said = Vec::new();
    match claim.state {
        Some(Workflow::Retracted) => said.push(match &claim.retraction {
            Some(r) => {
                format!("Retracted on {}: {}", r.time.day(), r.reason.as_deref().unwrap_or("the reason is withheld"))
            }
            None => "Retracted: taken back after publication".into(),
        }),
        Some(Workflow::Withdrawn) => said.push("Withdrawn: taken back before publication".into()),
        Some(Workflow::Parked) => said.push("Parked: put aside, not published".into()),
        Some(Workflow::Published) => said.push(match claim.published_at {
            Some(time) => format!("Published on {}", time.day()),
            None => "Published".into(),
        }),
        Some(state) => said.push(format!("Not published: {}", state.as_str().replace('-', " "))),
        None => said.push("Its state is withheld".into()),
    }
    if !claim.superseded_by.is_empty() {
        let others: Vec<String> = claim.superseded_by.iter().map(|n| format!("#{n}")).collect();
        said.push(format!("Superseded: {} takes its place", others.join(", ")));
    }
    if claim.amended && claim.corrections.is_empty() {
        said.push("Amended: worded anew since it was recorded".into());
    }
    for r in claim.relations.iter().filter(|r| r.kind == RelationKind::Supersedes) {
        said.push(format!("Takes the place of {}", other(r.number, r.foreign.as_deref())));
    }
    said.extend(claim.flags.iter().filter_map(|flag| flag_words(flag, claim)));
    said.extend(claim.fallen.iter().map(|fall| format!("Rests on {}", fall.words)));
    said
}

fn flag_words(flag: &str, claim: &ClaimView) -> Option<String> {
    Some(match flag {
        "judged-an-earlier-wording" => "Superseded: the verdict judged an earlier wording of this claim".into(),
        "not-second-read" => "Not second-read: no other agent has approved the verdict".into(),
        "evidence-withdrawn" => "Evidence that the verdict relies on was withdrawn since".into(),
        "document-changed" => "The document has changed since the claim was recorded or judged".into(),
        "corrected" => {
            format!("Corrected since publication ({})", super::counted(claim.corrections.len() as u64, "correction"))
        }
        "withheld" => {
            let numbers: Vec<String> = claim.withheld.iter().map(|n| format!("#{n}")).collect();
            format!("Withheld or erased in part: {}", numbers.join(", "))
        }
        // The state says these already, and what it rests on is told with its reason.
        "retracted" | "withdrawn" | "rests-on-fallen" => return None,
        other => other.replace('-', " "),
    })
}

/// The other end of a relation.
pub fn other(number: Option<u64>, foreign: Option<&str>) -> String {
    match (number, foreign) {
        (Some(number), _) => format!("#{number}"),
        (None, Some(foreign)) => foreign.to_owned(),
        (None, None) => "a claim that is not named".into(),
    }
}

/// Confidence: how good the evidence is.
pub fn confidence(word: &str) -> &'static str {
    match word {
        "low" => "low: thin evidence, or of one origin",
        "moderate" => "moderate: evidence of two origins at least",
        "high" => "high: evidence of two origins at least, read in full",
        _ => "not told",
    }
}

/// Likelihood: a band of ICD-203.
pub fn likelihood(band: &str) -> &'static str {
    match band {
        "almost-no-chance" => "almost no chance (1 to 5 per cent)",
        "very-unlikely" => "very unlikely (5 to 20 per cent)",
        "unlikely" => "unlikely (20 to 45 per cent)",
        "roughly-even" => "a roughly even chance (45 to 55 per cent)",
        "likely" => "likely (55 to 80 per cent)",
        "very-likely" => "very likely (80 to 95 per cent)",
        "almost-certain" => "almost certain (95 to 99 per cent)",
        _ => "not told",
    }
}

/// How a speaker holds a claim.
pub fn factuality(held: Factuality) -> &'static str {
    match held {
        Factuality::CertainPlus => "as certain",
        Factuality::CertainMinus => "as certainly not so",
        Factuality::ProbablePlus => "as probable",
        Factuality::ProbableMinus => "as probably not so",
        Factuality::PossiblePlus => "as possible",
        Factuality::PossibleMinus => "as possibly not so",
        Factuality::CertainUnknown => "as something they know, without telling which way",
        Factuality::Unknown => "without committing themselves",
    }
}

/// The letters of the Admiralty code: reliability of the source.
pub const RELIABILITY: &[(&str, &str)] = &[
    ("A", "completely reliable"),
    ("B", "usually reliable"),
    ("C", "fairly reliable"),
    ("D", "not usually reliable"),
    ("E", "unreliable"),
    ("F", "reliability not judged"),
];

/// The digits of the Admiralty code: credibility of the information, judged apart from the source.
pub const CREDIBILITY: &[(&str, &str)] = &[
    ("1", "confirmed by other sources"),
    ("2", "probably true"),
    ("3", "possibly true"),
    ("4", "doubtful"),
    ("5", "improbable"),
    ("6", "truth not judged"),
];

/// A code such as `B2`, and the same in words.
pub fn admiralty(e: &EvidenceView) -> (String, String) {
    let word = |table: &[(&str, &'static str)], key: Option<&str>| {
        table.iter().find(|(k, _)| Some(*k) == key).map_or("withheld", |(_, w)| *w)
    };
    let code = format!("{}{}", e.reliability.unwrap_or("?"), e.credibility.unwrap_or("?"));
    (code, format!("{}; {}", word(RELIABILITY, e.reliability), word(CREDIBILITY, e.credibility)))
}

/// Where a piece of evidence is from.
pub fn source(e: &EvidenceView) -> &str {
    e.publisher.as_deref().or(e.title.as_deref()).or(e.url.as_deref()).unwrap_or("a source on record without a name")
}

/// Class and extent of reading, such as `news report, excerpt read`.
pub fn kind_of_evidence(e: &EvidenceView) -> String {
    let class = e.class.unwrap_or("class withheld").replace('-', " ");
    match e.read {
        Some("full") => format!("{class}, read in full"),
        Some("excerpt") => format!("{class}, only an excerpt read"),
        Some("headline") => format!("{class}, only the headline read"),
        _ => class,
    }
}

/// A quantity in the document's words, and as it is understood.
pub fn quantity(q: &Quantity) -> String {
    let unit = q.unit.as_deref().unwrap_or("without a unit");
    let value = q.value.as_deref().unwrap_or_default();
    let meant = match (q.comparator, &q.high) {
        (Comparator::Vague, _) => format!("no number, {unit}"),
        (Comparator::Range, Some(high)) => format!("{value} to {high} {unit}"),
        (Comparator::Equal, _) => format!("{value} {unit}"),
        (Comparator::Greater, _) => format!("more than {value} {unit}"),
        (Comparator::GreaterEqual, _) => format!("at least {value} {unit}"),
        (Comparator::Less, _) => format!("less than {value} {unit}"),
        (Comparator::LessEqual, _) => format!("at most {value} {unit}"),
        (Comparator::About | Comparator::Range, _) => format!("about {value} {unit}"),
    };
    format!("“{}”: {meant}", q.text)
}

/// A relation, read from the claim that has it.
pub fn relation(kind: RelationKind) -> &'static str {
    match kind {
        RelationKind::ContentOf => "what is said here is claimed in",
        RelationKind::Contradicts => "contradicts",
        RelationKind::Duplicates => "says the same as",
        RelationKind::Supports => "if true, speaks for",
        RelationKind::RestsOn => "falls with",
        RelationKind::NarrowerThan => "is implied by",
        RelationKind::Supersedes => "takes the place of",
    }
}

/// What is wrong in how a claim is worded or marked, of which a reader should see the class.
pub const HEDGES: &[(&str, &str)] = &[
    ("modal", "may, might, could, should"),
    ("probability", "likely, perhaps"),
    ("evidential", "according to, claimed, reportedly"),
    ("approximator", "about, over, some"),
    ("belief", "thinks, believes"),
    ("conditional", "if, unless"),
    ("appearance", "seems, suggests"),
    ("negative-evidence", "unconfirmed, no evidence"),
];

/// A value of a change, as text.
pub fn value(value: Option<&serde_json::Value>) -> String {
    match value {
        None => "nothing, or not here".into(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A day of a document or piece of evidence, or that none is known.
pub fn dated(day: Option<&str>) -> &str {
    day.unwrap_or("undated")
}
