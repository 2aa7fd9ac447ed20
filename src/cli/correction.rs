//! A correction as a text to edit: the template that `correct` opens, and reading it back with the place of every mistake.

use serde::Deserialize;
use toml::Spanned;

use super::editor::Draft;
use super::error::CliError;
use super::known::{self, comment};
use super::template::{self, Fields, Name, Reader, lines, verdict_lines};
use super::verdict::Flags;
use crate::claim::Verdict;
use crate::claim::vocab::CorrectionKind;
use crate::entry::ClaimState;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::time::Day;

/// What a correction says, by flags or by a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What the change is.
    pub kind: CorrectionKind,
    /// What was wrong and what is right.
    pub text: String,
    /// The statement as it reads now, where it changes.
    pub statement: Option<String>,
    /// Evidence that no longer counts.
    pub withdraws: Vec<Index>,
    /// The verdict that takes the place of the one in force.
    pub verdict: Option<Verdict>,
}

/// The template for a correction of a claim, with what the flags say filled in.
pub fn template(
    claim: &ClaimState,
    ledger: &Ledger,
    (kind, words): (Option<CorrectionKind>, &str),
    statement: Option<&str>,
    withdraw: &[String],
    (flags, today): (&Flags, Day),
) -> String {
    let mut text = String::new();
    known::claim(&mut text, "A correction of", claim, ledger);
    comment(
        &mut text,
        "Kind: correction (something was wrong), update (something new is known), clarification (it could be misread)",
    );
    template::line(&mut text, "kind", kind.map_or("", CorrectionKind::as_str));
    comment(&mut text, "What was wrong and what is right, for the public");
    lines(&mut text, "text", words);
    comment(&mut text, "The statement as it reads now; left as it is, the wording stays");
    let wording = claim.claim.as_ref().map(|c| c.statement.as_str());
    template::line(&mut text, "statement", statement.or(wording).unwrap_or_default());
    text.push('\n');
    known::evidence(&mut text, claim);
    comment(&mut text, "Evidence that no longer counts: numbers or \"keys\"");
    template::list(&mut text, "withdraw", withdraw);
    text.push('\n');
    comment(&mut text, "A new verdict; with `finding` left empty, the one in force stays");
    verdict_lines(&mut text, flags, today);
    text
}

/// The file's fields, each with its place.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Correcting {
    kind: Option<Spanned<String>>,
    text: Option<Spanned<String>>,
    statement: Option<Spanned<String>>,
    #[serde(default)]
    withdraw: Vec<Spanned<Name>>,
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

/// Reads the correction that a person wrote; every mistake is told with line and column.
///
/// # Errors
/// When there is any mistake.
pub fn read(draft: &Draft, ledger: &Ledger, claim: &ClaimState, today: Day) -> Result<Given, CliError> {
    let given: Correcting = template::parse(draft)?;
    let mut reader = Reader::new(draft, ledger, claim);
    let kind = reader.word("kind", given.kind.as_ref(), CorrectionKind::ALL, CorrectionKind::as_str);
    let text = reader.text("text", given.text.as_ref());
    let now = claim.claim.as_ref().map(|c| c.statement.as_str());
    let statement = given.statement.as_ref().map(|s| s.get_ref().trim()).filter(|s| !s.is_empty() && Some(*s) != now);
    let withdraws = reader.evidence(&given.withdraw, &[]);
    let fields = Fields {
        finding: given.finding,
        confidence: given.confidence,
        rationale: given.rationale,
        method: given.method,
        judged_on: given.judged_on,
        likelihood: given.likelihood,
        on: given.on,
        considered: given.considered,
    };
    // Where there should be one and is none, that is among the mistakes.
    let verdict = if fields.says_nothing() { None } else { reader.verdict(&fields, today) };
    let wrong = reader.into_wrong();
    match (kind, text) {
        (Some(kind), Some(text)) if wrong.is_empty() => {
            Ok(Given { kind, text, statement: statement.map(str::to_owned), withdraws, verdict })
        }
        _ => Err(template::mistakes(wrong)),
    }
}
