//! Queries and points of the ledger as they stand on a command line.

use std::ffi::OsStr;
use std::ops::Range;
use std::sync::LazyLock;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

use super::error::CliError;
use crate::answers::point::{self, Edge, PointError};
use crate::ledger::Ledger;
use crate::query::{Field, Query, Shape, Value};
use crate::text::{nearest, printable_line};

/// What a point of the ledger may look like.
const POINTS: &str = "a tree size such as 120, a day such as 2026-11-22, a month such as 2026-11, or a time such as \
    2026-11-22T07:12Z; all are UTC";

/// Takes any word of a query; tells a shell what could stand there.
#[derive(Clone)]
pub struct Words;

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        cmd: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Self::Value, clap::Error> {
        StringValueParser::new().parse_ref(cmd, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        // A shell's words last as long as the program.
        static WORDS: LazyLock<Vec<String>> = LazyLock::new(crate::query::completions);
        Some(Box::new(WORDS.iter().map(|word| PossibleValue::new(word.as_str()))))
    }
}

/// Reads the words of a query as one: the shell has taken the outer quotation marks away.
///
/// # Errors
/// With the place of the mistake.
pub fn query(words: &[String]) -> Result<Query, CliError> {
    let text =
        if words.len() > 1 { words.iter().map(|w| requoted(w)).collect::<Vec<_>>().join(" ") } else { words.concat() };
    Query::parse(&text).map_err(|e| {
        CliError::bad_input("the query cannot be understood").because(&e).hint("`onrecord list --help` has examples")
    })
}

/// A word that the shell kept whole, `speaker:Fuad Hussein`, is one test: its quotation marks are put back.
fn requoted(word: &str) -> String {
    let name = |(test, value): (&str, &str)| {
        let field = Field::named(test.trim_start_matches('-'))?;
        let text = matches!(field.entry().shape, Shape::Part | Shape::Whole);
        let plain = value.contains(char::is_whitespace) && !value.contains(['"', '(', ')', ':']);
        (text && plain).then(|| format!("{test}:\"{}\"", value.replace('\\', "\\\\")))
    };
    word.split_once(':').and_then(name).unwrap_or_else(|| word.to_owned())
}

/// Refuses a query that asks for an agent who is not enrolled: it would find nothing, and look like an answer.
///
/// # Errors
/// With the nearest handle.
pub fn known_agents(query: &Query, ledger: &Ledger) -> Result<(), CliError> {
    for test in query.tests() {
        if let (Field::Agent | Field::Assigned, Value::Text(handle)) = (test.field, &test.value) {
            agent(ledger, &handle.to_lowercase())?;
        }
    }
    Ok(())
}

/// The agent of that handle.
///
/// # Errors
/// With the nearest handle.
pub fn agent(ledger: &Ledger, handle: &str) -> Result<crate::hash::Index, CliError> {
    if let Some(agent) = ledger.state().agent_named(handle) {
        return Ok(agent.number);
    }
    let known: Vec<&str> = ledger.state().agents.values().map(|a| a.handle.0.as_str()).collect();
    let error = CliError::bad_input(format!("no agent `{}` is enrolled", printable_line(handle)));
    Err(match nearest(handle, known) {
        Some(near) => error.hint(format!("did you mean `{near}`? `onrecord agent list` shows all")),
        None => error.hint("`onrecord agent list` shows who is"),
    })
}

impl From<PointError> for CliError {
    fn from(error: PointError) -> Self {
        match error {
            PointError::Read(error) => error.into(),
            PointError::Unreadable { .. } => Self::bad_input(error.to_string()).hint(POINTS),
            PointError::Beyond { size, .. } => {
                Self::bad_input(error.to_string()).hint(format!("the latest point is {size}"))
            }
        }
    }
}

/// The ledger as it was.
///
/// # Errors
/// When the point cannot be understood, or lies outside.
pub fn as_of(ledger: Ledger, text: Option<&str>) -> Result<Ledger, CliError> {
    let Some(text) = text else { return Ok(ledger) };
    let size = point::size(&ledger, text, Edge::Last)?;
    if size == 0 {
        let first = ledger.entry(crate::hash::Index(0))?.header.time;
        return Err(CliError::bad_input(format!("nothing was on record at `{}`", printable_line(text)))
            .hint(format!("the first entry is of {first}, and makes size 1")));
    }
    Ok(ledger.as_of(size)?)
}

/// The entries of a period: from the begin of one point to the end of another.
///
/// # Errors
/// When a point cannot be understood, or the second comes before the first.
pub fn period(ledger: &Ledger, since: Option<&str>, until: Option<&str>) -> Result<Range<u64>, CliError> {
    let from = since.map_or(Ok(0), |text| point::size(ledger, text, Edge::First))?;
    let to = until.map_or(Ok(ledger.size()), |text| point::size(ledger, text, Edge::Last))?;
    if let (true, Some(since), Some(until)) = (from > to, since, until) {
        return Err(CliError::bad_input(format!(
            "the period ends before it begins: `{}` is size {from}, `{}` is size {to}",
            printable_line(since),
            printable_line(until)
        ))
        .hint("give the earlier one to --since and the later one to --until"));
    }
    Ok(from..to.max(from))
}
