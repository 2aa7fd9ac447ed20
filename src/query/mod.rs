//! Filters over claims: `finding:conflicting -state:withdrawn speaker:"Fuad Hussein" missiles`.
//!
//! Words match the statement; `field:value` filters; `-` negates; quotes hold phrases. All must hold.

use std::fmt::Write as _;

use crate::claim::vocab::{ClaimKind, Confidence, Factuality, Finding, HedgeClass, Workflow};
use crate::exchange::view::ClaimView;
use crate::hash::Index;
use crate::ledger::catalog::{Row, Seen};
use crate::text::{fold, nearest, printable_line, words};

/// What a query can ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Finding,
    State,
    Confidence,
    Kind,
    Checkable,
    Speaker,
    Publisher,
    Document,
    Hedge,
    Cue,
    Factuality,
    Place,
    Actor,
    Tag,
    Agent,
    Flag,
    Lang,
    Reviewed,
    Key,
}

/// Each field's name and what it takes.
const FIELDS: &[(&str, Field, &str)] = &[
    ("actor", Field::Actor, "part of a name"),
    ("agent", Field::Agent, "handle of who recorded it"),
    ("checkable", Field::Checkable, "true or false"),
    ("confidence", Field::Confidence, "low, moderate, high"),
    ("cue", Field::Cue, "a hedging word"),
    ("document", Field::Document, "number of a document"),
    ("factuality", Field::Factuality, "CT+, CT-, PR+, PR-, PS+, PS-, CTu, Uu, of any step"),
    ("finding", Field::Finding, "a finding, or unverified"),
    ("flag", Field::Flag, "part of a flag"),
    ("hedge", Field::Hedge, "class of a hedge"),
    ("key", Field::Key, "local key"),
    ("kind", Field::Kind, "kind of claim"),
    ("lang", Field::Lang, "language tag"),
    ("place", Field::Place, "part of a name"),
    ("publisher", Field::Publisher, "part of a publisher's name: of the document or of evidence"),
    ("reviewed", Field::Reviewed, "true or false: whether another agent approved the verdict"),
    ("speaker", Field::Speaker, "part of a name in an attribution"),
    ("state", Field::State, "where it stands in the work"),
    ("status", Field::Finding, "the same as finding"),
    ("tag", Field::Tag, "a tag"),
];

/// A query that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// An unknown field.
    #[error("character {at}: there is no field `{given}`{}; fields: {}", suggestion(.near.as_deref()), fields())]
    Field {
        /// First character, from 1.
        at: usize,
        /// What was given.
        given: String,
        /// The nearest field.
        near: Option<String>,
    },
    /// A value that the field does not have.
    #[error("character {at}: {message}")]
    Value {
        /// First character, from 1.
        at: usize,
        /// What is wrong and what would be right.
        message: String,
    },
    /// A quotation mark without its partner.
    #[error("character {at}: this quotation mark is never closed")]
    Quote {
        /// Its place, from 1.
        at: usize,
    },
    /// Longer than 2,000 characters.
    #[error("a query has at most 2,000 characters")]
    TooLong,
}

fn suggestion(near: Option<&str>) -> String {
    near.map_or_else(String::new, |n| format!(" (did you mean `{n}`?)"))
}

fn fields() -> String {
    FIELDS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The reference of fields, one a line.
pub fn reference() -> String {
    FIELDS.iter().fold(String::new(), |mut text, (name, _, takes)| {
        let _ = writeln!(text, "  {name:<11} {takes}");
        text
    })
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Filter {
    negated: bool,
    field: Option<Field>,
    value: String,
}

/// A query: all of its filters must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    filters: Vec<Filter>,
}

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// With the place of the mistake, and what would be right.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.chars().count() > 2_000 {
            return Err(QueryError::TooLong);
        }
        let chars: Vec<char> = text.chars().collect();
        let mut filters = Vec::new();
        let mut at = 0;
        while at < chars.len() {
            if chars[at].is_whitespace() {
                at += 1;
                continue;
            }
            let (filter, next) = filter(&chars, at)?;
            filters.push(filter);
            at = next;
        }
        Ok(Self { filters })
    }

    /// Whether the query lets everything through.
    pub fn is_empty(&self) -> bool {
        self.filters.is_empty()
    }

    /// The finding that a claim must have, if the query names exactly one without negation; for a quick first look.
    pub fn finding(&self) -> Option<&str> {
        self.filters.iter().find(|f| f.field == Some(Field::Finding) && !f.negated).map(|f| f.value.as_str())
    }

    /// The speaker's whole or partial name, if the query asks for one without negation.
    pub fn speaker(&self) -> Option<&str> {
        self.filters.iter().find(|f| f.field == Some(Field::Speaker) && !f.negated).map(|f| f.value.as_str())
    }

    /// Whether a claim with this row may pass: false only where [`Query::matches`] is sure to be. `handle` gives an agent's.
    /// Only what a row knows exactly is looked at, and nothing of a claim some of which is not here.
    pub fn may_match(&self, row: &Row, handle: impl Fn(Index) -> String) -> bool {
        let partial = row.not_here() || row.erased() || row.withheld();
        partial || self.filters.iter().all(|f| f.holds_for(row, &handle).is_none_or(|holds| holds != f.negated))
    }

    /// Whether a claim passes.
    pub fn matches(&self, claim: &ClaimView) -> bool {
        self.filters.iter().all(|f| f.matches(claim) != f.negated)
    }
}

fn filter(chars: &[char], start: usize) -> Result<(Filter, usize), QueryError> {
    let mut at = start;
    let negated = chars[at] == '-' && chars.get(at + 1).is_some_and(|c| !c.is_whitespace());
    at += usize::from(negated);
    let name_start = at;
    while at < chars.len() && (chars[at].is_alphanumeric() || matches!(chars[at], '-' | '_')) {
        at += 1;
    }
    if at > name_start && chars.get(at) == Some(&':') {
        let name: String = chars[name_start..at].iter().collect();
        let field = FIELDS.iter().find(|(n, _, _)| *n == name.to_lowercase()).map(|(_, f, _)| *f);
        let Some(field) = field else {
            let near = nearest(&name, FIELDS.iter().map(|(n, _, _)| *n)).map(str::to_owned);
            return Err(QueryError::Field { at: name_start + 1, given: printable_line(&name), near });
        };
        let (value, next) = value(chars, at + 1)?;
        let value = check(field, value, at + 2)?;
        return Ok((Filter { negated, field: Some(field), value }, next));
    }
    let (value, next) = value(chars, name_start)?;
    Ok((Filter { negated, field: None, value }, next))
}

fn value(chars: &[char], start: usize) -> Result<(String, usize), QueryError> {
    if chars.get(start) == Some(&'"') {
        let Some(len) = chars[start + 1..].iter().position(|c| *c == '"') else {
            return Err(QueryError::Quote { at: start + 1 });
        };
        return Ok((chars[start + 1..=start + len].iter().collect(), start + len + 2));
    }
    let end = chars[start..].iter().position(|c| c.is_whitespace()).map_or(chars.len(), |len| start + len);
    Ok((chars[start..end].iter().collect(), end))
}

/// What is wrong with a word of a vocabulary, if anything.
fn word<T: std::str::FromStr<Err = crate::claim::vocab::NotInVocabulary>>(value: &str) -> Option<String> {
    value.parse::<T>().err().map(|e| e.to_string())
}

fn check(field: Field, value: String, at: usize) -> Result<String, QueryError> {
    let bad = |message: String| Err(QueryError::Value { at, message });
    let mistake = match field {
        Field::Finding if value == "unverified" => None,
        Field::Finding => word::<Finding>(&value).map(|m| format!("{m}, unverified")),
        Field::State => word::<Workflow>(&value),
        Field::Confidence => word::<Confidence>(&value),
        Field::Kind => word::<ClaimKind>(&value),
        Field::Hedge => word::<HedgeClass>(&value),
        Field::Factuality => word::<Factuality>(&value),
        Field::Checkable | Field::Reviewed if !matches!(value.as_str(), "true" | "false") => {
            Some("say true or false".into())
        }
        Field::Document if value.trim_start_matches('#').parse::<u64>().is_err() => {
            Some("a document is named by its number".into())
        }
        _ if value.trim().is_empty() => Some("a value is missing after the colon".into()),
        _ => None,
    };
    match mistake {
        Some(message) => bad(message),
        None => Ok(value),
    }
}

impl Filter {
    /// What the row alone says of the filter, if it can.
    fn holds_for(&self, row: &Row, handle: impl Fn(Index) -> String) -> Option<bool> {
        fn is<T>(seen: Seen<T>, matches: impl Fn(T) -> bool, absent: bool) -> Option<bool> {
            match seen {
                Seen::Is(value) => Some(matches(value)),
                Seen::Absent => Some(absent),
                Seen::Withheld => None,
            }
        }
        let value = self.value.as_str();
        match self.field? {
            Field::Finding => is(row.finding(), |f| f.as_str() == value, value == "unverified"),
            Field::State => is(row.workflow(), |w| w.as_str() == value, false),
            Field::Confidence => is(row.confidence(), |c| c.as_str() == value, false),
            Field::Kind => is(row.kind(), |k| k.as_str() == value, false),
            Field::Checkable => is(row.checkable(), |c| c == (value == "true"), false),
            Field::Reviewed => Some(row.second_read() == (value == "true")),
            Field::Agent => Some(handle(row.agent()) == value),
            _ => None,
        }
    }

    fn matches(&self, claim: &ClaimView) -> bool {
        let value = self.value.as_str();
        let has = |text: &str| fold(text).contains(&fold(value));
        let Some(field) = self.field else {
            let statement = claim.statement.as_deref().unwrap_or_default();
            let there = words(statement);
            let wanted = words(value);
            return there.windows(wanted.len().max(1)).any(|w| w == wanted.as_slice());
        };
        let steps = || claim.appearances.iter().flat_map(|a| &a.attribution);
        let hedges = || claim.appearances.iter().flat_map(|a| &a.hedges);
        match field {
            Field::Finding => claim.finding == value,
            Field::State => claim.state.is_some_and(|s| s.as_str() == value),
            Field::Confidence => claim.confidence == Some(value),
            Field::Kind => claim.kind == Some(value),
            Field::Checkable => claim.checkable == Some(value == "true"),
            Field::Reviewed => claim.second_read == (value == "true"),
            Field::Speaker => steps().filter_map(|s| s.name.as_deref()).any(has),
            Field::Publisher => {
                let documents = claim.appearances.iter().filter_map(|a| a.document.publisher.as_deref());
                let evidence = claim.evidence.iter().filter_map(|e| e.publisher.as_deref());
                documents.chain(evidence).any(has)
            }
            Field::Document => {
                let number = value.trim_start_matches('#').parse::<u64>().ok();
                claim.appearances.iter().any(|a| Some(a.document.number) == number)
            }
            Field::Hedge => hedges().any(|h| h.class.as_str() == value),
            Field::Cue => hedges().any(|h| has(&h.cue)),
            Field::Factuality => steps().any(|s| s.factuality.as_str() == value),
            Field::Place => claim.places.iter().any(|p| has(p)),
            Field::Actor => claim.actors.iter().any(|a| has(a)),
            Field::Tag => claim.tags.iter().any(|t| t == value),
            Field::Agent => claim.agent == value,
            Field::Flag => claim.flags.iter().any(|f| has(f)),
            Field::Lang => claim.lang == value,
            Field::Key => claim.key.as_deref() == Some(value),
        }
    }
}
