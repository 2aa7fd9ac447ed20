//! Evidence, searches, contacts and verdicts.

use serde::{Deserialize, Serialize};

use super::check::{Check, MAX_LIST, MAX_NAME, MAX_TEXT, Problems};
use super::imported::Imported;
use super::vocab::{Band, Confidence, Credibility, EvidenceClass, Finding, Outcome, Read, Reliability, Stance};
use crate::hash::Index;
use crate::time::Day;

/// A page, document or datum, and what it does to the claim's point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Address of a copy in an archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// What it is.
    pub class: EvidenceClass,
    /// Its origin: what goes back to one statement is one cluster.
    pub cluster: String,
    /// Information credibility.
    pub credibility: Credibility,
    /// When it is from, EDTF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dated: Option<String>,
    /// The document's entry, where it is on record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Index>,
    /// From where it was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The claim file's name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Another desk's label, verbatim, for class fact-check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Language of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
    /// What `label` comes to among our findings; the other desk's word and no verdict of this ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normalised: Option<Finding>,
    /// Anything a later reader should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was obtained.
    pub obtained: Day,
    /// Who published it first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The other desk's number beside its label, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// How much was read.
    pub read: Read,
    /// Source reliability.
    pub reliability: Reliability,
    /// What it says, in the checker's own words.
    pub says: String,
    /// The scale that `label` belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    /// What it does to the claim's point.
    pub stance: Stance,
    /// Title of the page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who translated, where read in translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translated_by: Option<String>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Check for Evidence {
    fn check(&self, p: &mut Problems) {
        p.line("cluster", &self.cluster, MAX_NAME);
        p.text("says", &self.says, MAX_TEXT);
        p.optional_line("key", self.key.as_ref(), MAX_NAME);
        p.optional_line("label", self.label.as_ref(), MAX_NAME);
        p.optional_text("note", self.note.as_ref(), MAX_TEXT);
        p.optional_line("publisher", self.publisher.as_ref(), MAX_NAME);
        p.optional_line("scale", self.scale.as_ref(), MAX_NAME);
        p.optional_line("title", self.title.as_ref(), MAX_NAME);
        p.optional_line("translated_by", self.translated_by.as_ref(), MAX_NAME);
        if let Some(imported) = &self.imported {
            p.within("imported", |p| imported.check(p));
        }
        if let Some(rating) = &self.rating {
            p.within("rating", |p| rating.check(p));
        }
        if self.normalised.is_some() && self.label.is_none() {
            p.add("normalised", "is what `label` comes to; without a label there is nothing to normalise");
        }
        for (name, url) in [("url", &self.url), ("archive", &self.archive)] {
            if let Some(url) = url {
                p.url(name, url);
            }
        }
        if let Some(lang) = &self.lang {
            p.lang("lang", lang);
        }
        if let Some(dated) = &self.dated {
            p.edtf("dated", dated);
        }
        if self.url.is_none() && self.publisher.is_none() && self.title.is_none() && self.document.is_none() {
            p.add("publisher", "say where it is from: `url`, `publisher`, `title` or `document`");
        }
    }
}

impl Evidence {
    /// Whether a finding may rest on it: source A to D, information judged (architecture, Findings).
    pub fn is_admissible(&self) -> bool {
        !matches!(self.reliability, Reliability::E | Reliability::F) && self.credibility != Credibility::NotJudged
    }
}

/// A number that another desk gives, with the ends of its scale, all as written there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rating {
    /// The best that the scale has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<String>,
    /// What was given.
    pub value: String,
    /// The worst that the scale has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<String>,
}

impl Check for Rating {
    fn check(&self, p: &mut Problems) {
        p.line("value", &self.value, MAX_NAME);
        p.optional_line("best", self.best.as_ref(), MAX_NAME);
        p.optional_line("worst", self.worst.as_ref(), MAX_NAME);
    }
}

/// Where was looked, also when nothing was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// What was looked for.
    #[serde(rename = "for")]
    pub sought: String,
    /// Number of pages that bore on it.
    pub found: u64,
    /// In which languages (BCP 47).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// What a reader should know about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub on: Day,
    /// Where.
    #[serde(rename = "where")]
    pub place: String,
}

impl Check for Search {
    fn check(&self, p: &mut Problems) {
        p.text("for", &self.sought, MAX_TEXT);
        p.text("where", &self.place, MAX_TEXT);
        p.optional_text("note", self.note.as_ref(), MAX_TEXT);
        p.each("languages", &self.languages, MAX_LIST, |tag, p| p.lang("", tag));
        if self.found > 1_000_000 {
            p.add("found", "a number of pages up to 1,000,000");
        }
    }
}

/// Who was asked for comment, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// What they said, in own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// When they were asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Day>,
    /// What came of it; absent while waiting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Until when an answer was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Who.
    pub who: String,
}

impl Check for Contact {
    fn check(&self, p: &mut Problems) {
        p.line("who", &self.who, MAX_NAME);
        p.optional_text("answer", self.answer.as_ref(), MAX_TEXT);
        let sought = self.outcome != Some(Outcome::NotSought);
        if sought != self.asked.is_some() {
            p.add("asked", "say when they were asked; only outcome `not-sought` has no day");
        }
        if self.answer.is_some() && self.outcome != Some(Outcome::Answered) {
            p.add("answer", "only outcome `answered` has an answer");
        }
        if let (Some(asked), Some(until)) = (self.asked, self.until)
            && until < asked
        {
            p.add("until", "lies before the day they were asked");
        }
    }
}

/// A decision on a claim as worded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// How good the evidence is.
    pub confidence: Confidence,
    /// Evidence weighed but not relied on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub considered: Vec<Index>,
    /// What is found.
    pub finding: Finding,
    /// The last day on which evidence was taken in.
    pub judged_on: Day,
    /// How probable the event is, in the checker's view.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likelihood: Option<Band>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Evidence relied on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on: Vec<Index>,
    /// Why.
    pub rationale: String,
}

impl Check for Verdict {
    fn check(&self, p: &mut Problems) {
        p.text("rationale", &self.rationale, MAX_TEXT);
        p.optional_text("method", self.method.as_ref(), MAX_TEXT);
        for (name, list) in [("on", &self.on), ("considered", &self.considered)] {
            if list.len() > MAX_LIST {
                p.add(name, format!("{} items, and at most {MAX_LIST} are allowed", list.len()));
            }
        }
        for (i, item) in self.on.iter().enumerate() {
            if self.on[..i].contains(item) {
                p.add(&format!("on[{i}]"), "stands in the list already");
            }
        }
        for (i, item) in self.considered.iter().enumerate() {
            if self.on.contains(item) || self.considered[..i].contains(item) {
                p.add(&format!("considered[{i}]"), "stands among the evidence already");
            }
        }
    }
}
