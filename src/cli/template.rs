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
    let findings = Finding::ALL.iter().map(|f| f.as_str()).collect::<Vec<_>>().join(", ");
    let judged_on = flags.judged_on.unwrap_or(today);
    comment(&mut text, &format!("Finding: {findings}"));
    line(&mut text, "finding", flags.finding.map_or("", Finding::as_str));
    comment(
        &mut text,
        "Confidence, how good the evidence is: low, moderate (two clusters), high (two, and one page read in full)",
    );
    line(&mut text, "confidence", flags.confidence.map_or("", Confidence::as_str));
    comment(&mut text, "Why: what the evidence says, and what outweighs what");
    let _ =
        writeln!(text, "rationale = '''\n{}\n'''", flags.rationale.as_deref().unwrap_or_default().replace("'''", "''"));
    comment(&mut text, "What was done: what was read, who was asked");
    line(&mut text, "method", flags.method.as_deref().unwrap_or_default());
    comment(&mut text, "The last day on which evidence was taken in");
    line(&mut text, "judged_on", &judged_on.to_string());
    if let Some(band) = flags.likelihood {
        line(&mut text, "likelihood", band.as_str());
    }
    text.push('\n');
    known::evidence(&mut text, claim);
    comment(
        &mut text,
        "Relied on, and weighed but not relied on: numbers, \"keys\", or \"supports\", \"refutes\" for all such",
    );
    for (name, list) in [("on", &flags.on), ("considered", &flags.considered)] {
        let items: Vec<String> = list.iter().map(|item| toml::Value::from(item.as_str()).to_string()).collect();
        let _ = writeln!(text, "{name} = [{}]", items.join(", "));
    }
    text
}

fn line(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {}", toml::Value::from(value));
}

/// The file's fields, each with its place.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    finding: Option<Spanned<String>>,
    confidence: Option<Spanned<String>>,
    rationale: Option<Spanned<String>>,
    method: Option<Spanned<String>>,
    judged_on: Option<Spanned<String>>,
    likelihood: Option<Spanned<String>>,
    #[serde(default)]
    on: Vec<Spanned<Name>>,
    #[serde(default)]
    considered: Vec<Spanned<Name>>,
}

/// A name of evidence: a number or a text.
#[derive(Debug)]
struct Name(String);

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
    let fields: Fields = match toml::from_str(&draft.text) {
        Ok(fields) => fields,
        Err(e) => {
            let place = draft.place(e.span().map_or(0, |s| s.start));
            return Err(mistakes(vec![format!("{place}: {}", printable_line(e.message()))]));
        }
    };
    let mut reader = Reader { draft, ledger, claim, wrong: Vec::new() };
    let verdict = reader.verdict(&fields, today);
    match verdict {
        Some(verdict) if reader.wrong.is_empty() => Ok(verdict),
        _ => Err(mistakes(reader.wrong)),
    }
}

fn mistakes(wrong: Vec<String>) -> CliError {
    let count = wrong.len();
    let plural = if count == 1 { "a mistake" } else { "mistakes" };
    let number = if count == 1 { String::new() } else { format!("{count} ") };
    let error = CliError::bad_input(format!("{number}{plural} in the text; nothing was recorded"));
    wrong.into_iter().fold(error, CliError::cause)
}

struct Reader<'r> {
    draft: &'r Draft,
    ledger: &'r Ledger,
    claim: &'r ClaimState,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn verdict(&mut self, fields: &Fields, today: Day) -> Option<Verdict> {
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

    fn word<T: Copy>(
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

    fn text(&mut self, key: &str, value: Option<&Spanned<String>>) -> Option<String> {
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

    fn evidence(&mut self, names: &[Spanned<Name>], on: &[Index]) -> Vec<Index> {
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
