//! A record of another desk, in one form whatever file it came from, and what goes on record of it: a claim, and each
//! rating as evidence of class `fact-check`. Never a verdict: that is for this desk alone.

use std::ops::Range;

use super::kept::{Kept, host, iso, one_line};
use super::label;
use super::lint::{self, Lint, Severity};
use crate::claim::check::MAX_STATEMENT;
use crate::claim::vocab::{
    ClaimKind, Credibility, EvidenceClass, Factuality, Finding, Read, Reliability, SourceRole, Stance, WhyNot,
};
use crate::claim::{Appearance, Claim, Evidence, Extra, Problems, Rating, Step};
use crate::hash::{Digest, Index};
use crate::time::Day;

/// Most ratings and sources of one record.
const MAX_EVIDENCE: usize = 500;

/// A claim that others reviewed, as its record says it.
#[derive(Debug, Clone, Default)]
pub struct Foreign {
    /// Where it stands in the file: `row 12`, `line 7`, or a JSON pointer.
    pub locator: String,
    /// Its bytes in the file, where they are known.
    pub span: Option<Range<usize>>,
    /// What is claimed.
    pub statement: Option<String>,
    /// Who claims it.
    pub speaker: Option<String>,
    /// Language of the statement.
    pub lang: Option<String>,
    /// What it asserts; a property where nothing is said.
    pub kind: Option<ClaimKind>,
    /// Whom it is about.
    pub actors: Vec<String>,
    /// Where it is about.
    pub places: Vec<String>,
    /// Keywords.
    pub tags: Vec<String>,
    /// Ratings of it.
    pub reviews: Vec<Review>,
    /// What the record gives as its sources.
    pub answers: Vec<Answer>,
    /// What has no other place.
    pub extra: Vec<Extra>,
}

/// A rating of another desk.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// Where it stands in the file, where not where the claim does.
    pub locator: Option<String>,
    /// The label, verbatim.
    pub label: Option<String>,
    /// The number, verbatim.
    pub value: Option<String>,
    /// The worst of its scale.
    pub worst: Option<String>,
    /// The best of its scale.
    pub best: Option<String>,
    /// What the scale is called.
    pub scale: Option<String>,
    /// The desk.
    pub publisher: Option<String>,
    /// Its page.
    pub url: Option<String>,
    /// A copy of the page in an archive.
    pub archive: Option<String>,
    /// Title of the page.
    pub title: Option<String>,
    /// When it is from, verbatim.
    pub dated: Option<String>,
    /// When the claim was made, verbatim.
    pub claim_dated: Option<String>,
    /// What it says.
    pub says: Option<String>,
    /// Language of the page.
    pub lang: Option<String>,
    /// Anything a later reader should know.
    pub note: Option<String>,
    /// Whether evidence or sources are named.
    pub sourced: bool,
    /// What the reader of the format found odd.
    pub odd: Vec<Lint>,
    /// What has no other place.
    pub extra: Vec<Extra>,
}

/// A source that the record names, without a stance of its own.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Where it stands in the file.
    pub locator: String,
    /// What it says.
    pub says: String,
    /// The question that it answers.
    pub title: Option<String>,
    /// Where it stands.
    pub url: Option<String>,
    /// A copy in an archive.
    pub archive: Option<String>,
    /// What it is.
    pub class: Option<EvidenceClass>,
    /// Anything a later reader should know.
    pub note: Option<String>,
    /// What has no other place.
    pub extra: Vec<Extra>,
}

/// What all records of a file have in common.
#[derive(Debug, Clone)]
pub struct Source<'a> {
    /// The importer, with version.
    pub by: &'a str,
    /// The format.
    pub format: &'a str,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// The day of the import.
    pub today: Day,
}

/// What goes on record of one record of a file.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where it stands in the file.
    pub locator: String,
    /// Its bytes in the file.
    pub span: Option<Range<usize>>,
    /// The claim; its document and anchors are set when the file has a number.
    pub claim: Claim,
    /// Ratings and sources.
    pub evidence: Vec<Evidence>,
    /// What is odd about the ratings.
    pub odd: Vec<Lint>,
    /// What was changed or left in the original, each a phrase with the field's name.
    pub notes: Vec<String>,
    /// Labels that came to no finding, because the list does not have them or says so.
    pub unmapped: Vec<String>,
}

impl Foreign {
    /// What goes on record; else every reason why nothing does.
    ///
    /// # Errors
    /// When there is no statement, or one that cannot be recorded.
    pub fn into_row(self, ordinal: u64, source: &Source<'_>) -> Result<Row, String> {
        let mut notes = Vec::new();
        let statement = statement(self.statement.as_deref(), &mut notes)?;
        let first = self.reviews.first().cloned().unwrap_or_default();
        let mut kept = Kept { notes: &mut notes, extra: self.extra };
        let speaker = kept.line("speaker", self.speaker);
        let lang = kept.lang("lang", self.lang).unwrap_or_else(|| "und".into());
        let outlet = kept.line("publisher", first.publisher);
        let lists = [self.actors, self.places, self.tags];
        let [actors, places, tags] = lists.map(|list| kept.lines(list));
        let imported = kept.imported(source, &self.locator);
        let kind = self.kind.unwrap_or(ClaimKind::Property);
        let why_not = match kind {
            ClaimKind::Opinion => Some(WhyNot::Opinion),
            ClaimKind::Forecast => Some(WhyNot::Forecast),
            _ => None,
        };
        let role = if outlet.is_some() { SourceRole::Outlet } else { SourceRole::Unknown };
        let attribution = vec![
            said_by(role, outlet, Factuality::Unknown),
            said_by(SourceRole::Unknown, speaker, Factuality::CertainPlus),
        ];
        let document = Index::default();
        let claim = Claim {
            actors,
            appearance: Appearance { anchors: Vec::new(), attribution, document, hedges: Vec::new() },
            checkable: why_not.is_none(),
            imported: Some(imported),
            key: Some(format!("record-{ordinal}")),
            kind,
            lang: Some(lang),
            places,
            quantities: Vec::new(),
            statement,
            tags,
            times: Vec::new(),
            translated_by: None,
            why_not,
        };
        let (mut evidence, mut odd, mut unmapped) = (Vec::new(), Vec::new(), Vec::new());
        for review in self.reviews {
            let (item, lints, label) = review.into_evidence(&self.locator, source, &mut notes);
            evidence.push(item);
            odd.extend(lints);
            unmapped.extend(label);
        }
        evidence.extend(self.answers.into_iter().map(|a| a.into_evidence(source, &mut notes)));
        let row = Row { locator: self.locator, span: self.span, claim, evidence, odd, notes, unmapped };
        row.check()?;
        Ok(row)
    }
}

impl Row {
    /// Whether all of it may be recorded: the claim, then each piece of evidence.
    fn check(&self) -> Result<(), String> {
        if self.evidence.len() > MAX_EVIDENCE {
            return Err(format!(
                "{} ratings and sources, and at most {MAX_EVIDENCE} are taken over",
                self.evidence.len()
            ));
        }
        let mut problems = Problems::of(&self.claim);
        for evidence in &self.evidence {
            problems.extend(Problems::of(evidence));
        }
        if problems.is_empty() {
            return Ok(());
        }
        let texts: Vec<String> = problems.iter().map(|p| crate::text::printable_line(&p.to_string())).collect();
        Err(texts.join("; "))
    }

    /// Whether another record says the same: but for where it stands, and its name.
    pub fn same(&self, other: &Row) -> bool {
        let bare = |claim: &Claim| Claim { imported: None, key: None, ..claim.clone() };
        bare(&self.claim) == bare(&other.claim)
            && self.evidence.len() == other.evidence.len()
            && self.evidence.iter().zip(&other.evidence).all(|(a, b)| same_evidence(a, b))
    }
}

/// Whether two pieces of evidence say the same, wherever and whenever each was obtained.
pub fn same_evidence(a: &Evidence, b: &Evidence) -> bool {
    let bare = |e: &Evidence| Evidence { imported: None, key: None, obtained: b.obtained, ..e.clone() };
    bare(a) == bare(b)
}

fn said_by(role: SourceRole, name: Option<String>, factuality: Factuality) -> Step {
    let (cue, description, mode) = (None, None, None);
    Step { cue, damaged: false, description, end: None, factuality, mode, name, role, start: None }
}

/// The statement on one line, otherwise as it stands.
fn statement(text: Option<&str>, notes: &mut Vec<String>) -> Result<String, String> {
    let text = text.filter(|t| !t.trim().is_empty()).ok_or("no claim: its text is empty")?;
    let line = one_line(text);
    if line != text {
        notes.push("statement: line breaks and space at the ends made single spaces".into());
    }
    if let Some(c) = line.chars().find(|c| c.is_control()) {
        return Err(format!("the claim's text holds the control character U+{:04X}", u32::from(c)));
    }
    let len = line.chars().count();
    if len > MAX_STATEMENT {
        return Err(format!("the claim's text has {len} characters, and at most {MAX_STATEMENT} are allowed"));
    }
    Ok(line)
}

impl Review {
    /// The evidence, what is odd about it, and the label where it came to no finding.
    fn into_evidence(
        mut self,
        locator: &str,
        source: &Source<'_>,
        notes: &mut Vec<String>,
    ) -> (Evidence, Vec<Lint>, Option<String>) {
        let mut odd = std::mem::take(&mut self.odd);
        odd.extend(lint::rating(&self));
        let mut kept = Kept { notes, extra: std::mem::take(&mut self.extra) };
        // Dates always stand as they were written, beside what they come to.
        for (name, text) in [("date", &self.dated), ("date of the claim", &self.claim_dated)] {
            if let Some(text) = text.clone().filter(|t| !t.trim().is_empty()) {
                kept.extra.push(Extra { name: name.into(), value: text });
            }
        }
        let dated = self.dated.as_deref().and_then(|d| iso(d.trim()));
        let label = kept.line("label", self.label);
        let meaning = label.as_deref().and_then(label::meaning);
        let contradicts = odd.iter().any(|l| l.code == "CR01");
        let normalised = meaning.and_then(|m| m.finding).filter(|_| !contradicts);
        if let Some(label) = label.as_deref().filter(|_| normalised.is_some() && meaning.is_some_and(|m| m.lossy)) {
            kept.notes
                .push(format!("label \"{label}\": says something else than any finding of ours; the nearest is kept"));
        }
        let (publisher, title) = (kept.line("publisher", self.publisher), kept.line("title", self.title));
        let (url, archive) = (kept.url("url", self.url), kept.url("archive", self.archive));
        let (value, worst, best) =
            (kept.line("rating", self.value), kept.line("worst", self.worst), kept.line("best", self.best));
        let says = kept.text("says", self.says);
        let says = says.unwrap_or_else(|| match &label {
            Some(label) => format!("Their rating: \"{label}\"."),
            None => "Their rating has no label.".into(),
        });
        let unmapped = if normalised.is_none() && !contradicts { label.clone() } else { None };
        let somewhere = url.is_some() || publisher.is_some() || title.is_some();
        let evidence = Evidence {
            archive,
            class: EvidenceClass::FactCheck,
            cluster: publisher.clone().or_else(|| url.as_deref().and_then(host)).unwrap_or_else(|| "unknown".into()),
            credibility: Credibility::NotJudged,
            dated,
            document: None,
            key: None,
            label,
            lang: kept.lang("language of the review", self.lang),
            normalised,
            note: kept.text("note", self.note),
            obtained: source.today,
            publisher: publisher.or_else(|| (!somewhere).then(|| "unknown".into())),
            rating: value.map(|value| Rating { best, value, worst }),
            read: Read::Headline,
            reliability: Reliability::F,
            says,
            scale: kept.line("scale", self.scale),
            stance: stance(normalised),
            title,
            translated_by: None,
            url,
            imported: Some(kept.imported(source, self.locator.as_deref().unwrap_or(locator))),
        };
        (evidence, odd, unmapped)
    }
}

impl Answer {
    fn into_evidence(self, source: &Source<'_>, notes: &mut Vec<String>) -> Evidence {
        let mut kept = Kept { notes, extra: self.extra };
        let (url, archive) = (kept.url("source_url", self.url), kept.url("cached_source_url", self.archive));
        let title = kept.line("question", self.title);
        Evidence {
            archive,
            class: self.class.unwrap_or(EvidenceClass::Document),
            cluster: url.as_deref().and_then(host).unwrap_or_else(|| "unknown".into()),
            credibility: Credibility::NotJudged,
            dated: None,
            document: None,
            key: None,
            label: None,
            lang: None,
            normalised: None,
            note: kept.text("note", self.note),
            obtained: source.today,
            publisher: (url.is_none() && title.is_none()).then(|| "unknown".into()),
            rating: None,
            read: Read::Excerpt,
            reliability: Reliability::F,
            says: kept.text("answer", Some(self.says)).unwrap_or_else(|| "(no answer)".into()),
            scale: None,
            // The record has no stance of each answer, and none is invented.
            stance: Stance::Context,
            title,
            translated_by: None,
            url,
            imported: Some(kept.imported(source, &self.locator)),
        }
    }
}

/// What a rating does to the claim's point.
fn stance(normalised: Option<Finding>) -> Stance {
    match normalised {
        Some(Finding::Supported) => Stance::Supports,
        Some(Finding::Refuted) => Stance::Refutes,
        Some(Finding::PartlySupported | Finding::MisleadingContext) => Stance::Qualifies,
        _ => Stance::Context,
    }
}

/// Whether a row has an odd thing that is an error.
pub fn has_error(row: &Row) -> bool {
    row.odd.iter().any(|l| l.severity == Severity::Error)
}
