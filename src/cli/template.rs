//! A verdict as a text to edit: the template that `verify` opens, and reading it back with the place of every mistake.

use std::fmt::Write as _;

use serde::Deserialize;
use toml::Spanned;

use super::editor::Draft;
use super::error::CliError;
use super::known::{self, comment};
use super::parse::suggestion;
use super::verdict::{Flags, considered, numbers};
use crate::claim::vocab::{Band, Confidence, Finding};
use crate::claim::{Problems, Verdict};
use crate::entry::ClaimState;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::text::printable_line;
use crate::time::Day;

/// The template for a verdict on a claim, with what the flags say filled in.
pub fn verdict(claim: &ClaimState, ledger: &Ledger, flags: &Flags, today: Day) -> String {
    let mut text = String::new();
    known::claim(&mut text, "A verdict on", claim, ledger);
    flag_lines(&mut text, flags, today);
    text.push('\n');
    known::evidence(&mut text, claim);
    weighed(&mut text, flags);
    text
}

/// The fields of a verdict without what is known, for a text that tells it elsewhere.
pub(super) fn verdict_lines(text: &mut String, flags: &Flags, today: Day) {
    flag_lines(text, flags, today);
    weighed(text, flags);
}

fn flag_lines(text: &mut String, flags: &Flags, today: Day) {
    let findings = Finding::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", ");
    let judged_on = flags.judged_on.unwrap_or(today);
    comment(text, &format!("Finding: {findings}"));
    line(text, "finding", flags.finding.map_or("", Finding::as_str));
    comment(
        text,
        "Confidence, how good the evidence is: low, moderate (two clusters), high (two, and one page read in full)",
    );
    line(text, "confidence", flags.confidence.map_or("", Confidence::as_str));
    comment(text, "Why: what the evidence says, and what outweighs what");
    lines(text, "rationale", flags.rationale.as_deref().unwrap_or_default());
    comment(text, "What was done: what was read, who was asked");
    line(text, "method", flags.method.as_deref().unwrap_or_default());
    comment(text, "The last day on which evidence was taken in");
    line(text, "judged_on", &judged_on.to_string());
    if let Some(band) = flags.likelihood {
        line(text, "likelihood", band.as_str());
    }
}

fn weighed(text: &mut String, flags: &Flags) {
    comment(
        text,
        "Relied on, and weighed but not relied on: numbers, \"keys\", or \"supports\", \"refutes\" for all such",
    );
    list(text, "on", &flags.on);
    list(text, "considered", &flags.considered);
}

/// A list of names.
pub(super) fn list(text: &mut String, key: &str, names: &[String]) {
    let items: Vec<String> = names.iter().map(|item| toml::Value::from(item.as_str()).to_string()).collect();
    let _ = writeln!(text, "{key} = [{}]", items.join(", "));
}

/// A text that may go over several lines.
pub(super) fn lines(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = '''\n{}\n'''", value.replace("'''", "''"));
}

/// A text on one line.
pub(super) fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {}", toml::Value::from(value));
}

/// The file's fields, each with its place.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) finding: Option<Spanned<String>>,
    pub(super) confidence: Option<Spanned<String>>,
    pub(super) rationale: Option<Spanned<String>>,
    pub(super) method: Option<Spanned<String>>,
    pub(super) judged_on: Option<Spanned<String>>,
    pub(super) likelihood: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) on: Vec<Spanned<Name>>,
    #[serde(default)]
    pub(super) considered: Vec<Spanned<Name>>,
}

impl Fields {
    /// Whether there is no verdict in it: the day alone, which a template gives, is none.
    pub(super) fn says_nothing(&self) -> bool {
        let blank = |value: &Option<Spanned<String>>| value.as_ref().is_none_or(|v| v.get_ref().trim().is_empty());
        let texts = [&self.finding, &self.confidence, &self.rationale, &self.method, &self.likelihood];
        texts.into_iter().all(blank) && self.on.is_empty() && self.considered.is_empty()
    }
}

/// A name of evidence: a number or a text.
#[derive(Debug)]
pub(super) struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Name;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a number, a key or a stance")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Name, E> {
                Ok(Name(text.to_owned()))
            }
            fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Name, E> {
                Ok(Name(number.to_string()))
            }
        }
        d.deserialize_any(Visitor)
    }
}

/// Reads the verdict that a person wrote; every mistake is told with line and column.
///
/// # Errors
/// When there is any mistake.
pub fn read(draft: &Draft, ledger: &Ledger, claim: &ClaimState, today: Day) -> Result<Verdict, CliError> {
    let fields: Fields = parse(draft)?;
    let mut reader = Reader::new(draft, ledger, claim);
    let verdict = reader.verdict(&fields, today);
    match verdict {
        Some(verdict) if reader.wrong.is_empty() => Ok(verdict),
        _ => Err(mistakes(reader.wrong)),
    }
}

/// Takes the text apart.
pub(super) fn parse<T: serde::de::DeserializeOwned>(draft: &Draft) -> Result<T, CliError> {
    toml::from_str(&draft.text).map_err(|e| {
        let place = draft.place(e.span().map_or(0, |s| s.start));
        mistakes(vec![format!("{place}: {}", printable_line(e.message()))])
    })
}

/// The error that tells all of them.
pub(super) fn mistakes(wrong: Vec<String>) -> CliError {
    let count = wrong.len();
    let plural = if count == 1 { "a mistake" } else { "mistakes" };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    let error = CliError::bad_input(format!("{number}{plural} in the text; nothing was recorded"));
    wrong.into_iter().fold(error, CliError::cause)
}

/// Reads fields, and collects what is wrong with them.
pub(super) struct Reader<'r> {
    draft: &'r Draft,
    ledger: &'r Ledger,
    claim: &'r ClaimState,
    wrong: Vec<String>,
}

impl<'r> Reader<'r> {
    pub(super) fn new(draft: &'r Draft, ledger: &'r Ledger, claim: &'r ClaimState) -> Self {
        Self { draft, ledger, claim, wrong: Vec::new() }
    }

    /// Every mistake, with its place.
    pub(super) fn into_wrong(self) -> Vec<String> {
        self.wrong
    }

    pub(super) fn verdict(&mut self, fields: &Fields, today: Day) -> Option<Verdict> {
        let finding = self.word("finding", fields.finding.as_ref(), Finding::ALL, Finding::as_str);
        let confidence = self.word("confidence", fields.confidence.as_ref(), Confidence::ALL, Confidence::as_str);
        let likelihood = match fields.likelihood.as_ref().filter(|l| !l.get_ref().is_empty()) {
            None => None,
            some => self.word("likelihood", some, Band::ALL, Band::as_str),
        };
        let rationale = self.text("rationale", fields.rationale.as_ref());
        let judged_on = self.day(fields.judged_on.as_ref(), today);
        let on = self.evidence(&fields.on, &[]);
        let considered = self.evidence(&fields.considered, &on);
        let method = fields.method.as_ref().map(|m| m.get_ref().trim().to_owned()).filter(|m| !m.is_empty());
        let verdict = Verdict {
            confidence: confidence?,
            considered,
            finding: finding?,
            judged_on: judged_on?,
            likelihood,
            method,
            on,
            rationale: rationale?,
        };
        for problem in Problems::of(&verdict) {
            let place = self.draft.place(span(fields, &problem.path));
            self.wrong.push(format!("{place}: {problem}"));
        }
        Some(verdict)
    }

    fn at<T>(&mut self, value: &Spanned<T>, message: &str) {
        let place = self.draft.place(value.span().start);
        self.wrong.push(format!("{place}: {message}"));
    }

    fn absent(&mut self, key: &str) {
        let place = self.draft.place(self.draft.text.len());
        self.wrong.push(format!("{place}: `{key}` is missing"));
    }

    pub(super) fn word<T: Copy>(
        &mut self,
        key: &str,
        value: Option<&Spanned<String>>,
        all: &'static [T],
        text: fn(T) -> &'static str,
    ) -> Option<T> {
        let Some(value) = value else {
            self.absent(key);
            return None;
        };
        let given = value.get_ref().trim();
        let found = all.iter().find(|w| text(**w).eq_ignore_ascii_case(given)).copied();
        if found.is_none() {
            let allowed: Vec<&'static str> = all.iter().map(|w| text(*w)).collect();
            let near = suggestion(given, &allowed).map_or(String::new(), |n| format!(" (did you mean `{n}`?)"));
            let list = allowed.join(", ");
            let message = if given.is_empty() {
                format!("`{key}` is empty; one of: {list}")
            } else {
                format!("`{}` is no {key}; one of: {list}{near}", printable_line(given))
            };
            self.at(value, &message);
        }
        found
    }

    pub(super) fn text(&mut self, key: &str, value: Option<&Spanned<String>>) -> Option<String> {
        let Some(value) = value else {
            self.absent(key);
            return None;
        };
        let text = value.get_ref().trim();
        if text.is_empty() {
            self.at(value, &format!("`{key}` is empty; say why"));
            return None;
        }
        Some(text.to_owned())
    }

    fn day(&mut self, value: Option<&Spanned<String>>, today: Day) -> Option<Day> {
        let Some(value) = value else { return Some(today) };
        match value.get_ref().trim().parse::<Day>() {
            Ok(day) if day > today => {
                self.at(value, &format!("{day} lies in the future: today is {today} (UTC)"));
                None
            }
            Ok(day) => Some(day),
            Err(e) => {
                self.at(value, &e.to_string());
                None
            }
        }
    }

    pub(super) fn evidence(&mut self, names: &[Spanned<Name>], on: &[Index]) -> Vec<Index> {
        let mut found = Vec::new();
        for name in names {
            let one = [name.get_ref().0.clone()];
            match considered(self.ledger, self.claim, &one, on) {
                Ok(indexes) => {
                    let twice: Vec<Index> = indexes.iter().copied().filter(|i| on.contains(i)).collect();
                    if !twice.is_empty() {
                        self.at(name, &format!("{} stands in `on` already", numbers(&twice)));
                    }
                    let new = indexes.into_iter().filter(|i| !on.contains(i) && !found.contains(i)).collect::<Vec<_>>();
                    found.extend(new);
                }
                Err(error) => self.at(name, &error.message),
            }
        }
        found
    }
}

/// Where the field of a problem's path begins.
fn span(fields: &Fields, path: &str) -> usize {
    let text = |value: Option<&Spanned<String>>| value.map_or(0, |v| v.span().start);
    match path.split('[').next().unwrap_or_default() {
        "method" => text(fields.method.as_ref()),
        "on" => fields.on.first().map_or(0, |n| n.span().start),
        "considered" => fields.considered.first().map_or(0, |n| n.span().start),
        _ => text(fields.rationale.as_ref()),
    }
}
