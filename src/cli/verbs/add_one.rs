//! `onrecord add --statement …`: one claim by flags.

use crate::claim::diff;
use crate::claim::statement::is_key;
use crate::claim::vocab::ClaimKind;
use crate::claim::{Appearance, Claim};
use crate::cli::alike;
use crate::cli::capture::{self, Captured, Fields};
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::checked;
use crate::cli::prompt;
use crate::cli::receipt::{Report, brief};
use crate::cli::wording::{self, Saying, Wording};
use crate::draft::Known;
use crate::entry::{ClaimState, Event, Proposal};
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::ledger::catalog::Term;
use crate::text::printable_line;

/// One claim by flags.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub struct ByFlags {
    /// The claim, in your own words, understood alone
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["files", "amend"], help_heading = "Claim")]
    pub statement: Option<String>,
    /// The document that makes it: a file, an address, or the number of one on record
    #[arg(long, value_name = "FILE|URL|REF", conflicts_with_all = ["files", "amend"], help_heading = "Appearance")]
    pub document: Option<String>,
    /// What it asserts
    #[command(flatten)]
    pub wording: Wording,
    /// Who says it, how strongly
    #[command(flatten)]
    pub saying: Saying,
    /// What is known of a new document
    #[command(flatten)]
    pub fields: Fields,
}

/// Runs the verb.
///
/// # Errors
/// When a flag is wrong or missing, or the entries are refused; nothing is then on record.
pub fn run(flags: &ByFlags, dry_run: bool, no_similar: bool, cx: &Context<'_>) -> Result<Exit, CliError> {
    let (Some(statement), Some(document)) = (&flags.statement, &flags.document) else {
        let missing = if flags.statement.is_none() { "--statement" } else { "--document" };
        return Err(CliError::usage(format!("a claim by flags needs `{missing}`"))
            .hint("`onrecord add --statement … --document FILE|URL|REF`; `onrecord add --help` has an example"));
    };
    let mut writer = cx.writer()?;
    let mut proposals = Vec::new();
    let captured = capture::document(document, &flags.fields, &writer.ledger, &mut proposals)?;
    let mut notes = Vec::new();
    if let Some(there) = on_record(&writer.ledger, &captured, statement, flags.wording.key.as_deref())? {
        return again(flags, &there, &captured, statement, &writer, cx);
    }
    let appearance = wording::appearance(&flags.saying, &captured, &mut notes)?;
    let claim = claim(flags, statement, appearance)?;
    if flags.wording.kind.is_none() && flags.wording.not_checkable.is_none() {
        notes.push(format!("recorded as a checkable claim of kind `{}`; `--kind` says otherwise", claim.kind));
    }
    captured.tell_otherwise(cx);
    if !no_similar && let Some(similar) = alike::closest(cx, &writer.ledger, &claim) {
        cx.out.note(alike::warning(cx, &similar));
        let number = similar.claim.number;
        let instead = "  this document may only make that claim too:";
        cx.out.note(format!("{instead} `{}`", alike::appear(number, document, &flags.saying)));
        if cx.out.json {
            notes.push(format!("close to {number} (likeness {} of 100)", similar.likeness.rounded()));
        }
        if !dry_run && !cx.out.json && prompt::is_possible() {
            match prompt::ask(&format!("Record an appearance of {number} instead? [y/N, q to quit]")).as_str() {
                "y" | "yes" => return appears(number, claim.appearance, proposals, &captured, writer, cx),
                "q" | "quit" => {
                    cx.out.note("nothing was recorded");
                    return Ok(Exit::Done);
                }
                _ => {}
            }
        }
    }
    let position = proposals.len();
    let line = format!("claim \"{}\"", brief(&claim.statement, cx.out.width.saturating_sub(10)));
    proposals.push(Proposal::new(Event::ClaimRecorded(claim)));
    if dry_run {
        return would(&proposals, &line, cx);
    }
    let receipt = writer.append(cx, &proposals)?;
    captured.hold(&writer, cx)?;
    let number = receipt.base + position as u64;
    let report = Report::new().line(line).line(format!("  in document {}", captured.number.at_base(receipt.base)));
    let report = notes.into_iter().fold(report, Report::note);
    report
        .next(format!("`onrecord show {number}`"))
        .next(format!("`onrecord evidence {number} --supports|--refutes|… --url … --says …`"))
        .recorded(cx, &receipt, &proposals)
}

/// The claim is on record: this document makes it too.
fn appears(
    number: Index,
    appearance: Appearance,
    mut proposals: Vec<Proposal>,
    document: &Captured,
    mut writer: Writer,
    cx: &Context<'_>,
) -> Result<Exit, CliError> {
    proposals.push(Proposal::about(number, Event::AppearanceRecorded(appearance)));
    let receipt = writer.append(cx, &proposals)?;
    document.hold(&writer, cx)?;
    let at = document.number.at_base(receipt.base);
    Report::new()
        .line(format!("claim {number} appears in document {at} too"))
        .next(format!("`onrecord show {}`", number.0))
        .recorded(cx, &receipt, &proposals)
}

fn claim(flags: &ByFlags, statement: &str, appearance: Appearance) -> Result<Claim, CliError> {
    let mut claim = Claim {
        actors: Vec::new(),
        appearance,
        checkable: true,
        imported: None,
        key: None,
        kind: ClaimKind::Event,
        lang: None,
        places: Vec::new(),
        quantities: Vec::new(),
        statement: statement.trim().to_owned(),
        tags: Vec::new(),
        times: Vec::new(),
        translated_by: None,
        why_not: None,
    };
    wording::apply(&flags.wording, &mut claim)?;
    checked(&claim)?;
    Ok(claim)
}

fn would(proposals: &[Proposal], line: &str, cx: &Context<'_>) -> Result<Exit, CliError> {
    let kinds: Vec<&str> = proposals.iter().map(|p| p.event.kind().as_str()).collect();
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "dry_run": true, "appended": false, "kinds": kinds }))?;
        return Ok(Exit::Done);
    }
    cx.out.line(line)?;
    cx.out.line(format!("would be recorded: {}", kinds.join(", ")))?;
    Ok(Exit::Done)
}

/// The claim of that document on record with this key, else with this statement.
fn on_record(
    ledger: &Ledger,
    document: &Captured,
    statement: &str,
    key: Option<&str>,
) -> Result<Option<ClaimState>, CliError> {
    if !document.known {
        return Ok(None);
    }
    if let Some(key) = key.filter(|k| is_key(k))
        && let Some(known) = Known::claim(ledger, document.number, key)?
    {
        return Ok(ledger.claim(known.number)?);
    }
    let fits = |c: &Claim| c.statement == statement.trim() && c.appearance.document == document.number;
    for index in ledger.find(Term::Document(document.number))? {
        let Some(state) = ledger.claim(ledger.entry(index)?.subject())? else { continue };
        if state.claim.as_ref().is_some_and(fits) {
            return Ok(Some(state));
        }
    }
    Ok(None)
}

/// The claim is there: the first receipt again, and what would be otherwise.
fn again(
    flags: &ByFlags,
    there: &ClaimState,
    document: &Captured,
    statement: &str,
    writer: &Writer,
    cx: &Context<'_>,
) -> Result<Exit, CliError> {
    let Some(before) = &there.claim else {
        return Err(CliError::bad_input(format!("{} is on record, and its wording is withheld", there.number)));
    };
    let mut after = before.clone();
    statement.trim().clone_into(&mut after.statement);
    wording::apply(&flags.wording, &mut after)?;
    if flags.saying != Saying::default() {
        after.appearance = wording::appearance(&flags.saying, document, &mut Vec::new())?;
    }
    let differences = diff::fields(before, &after);
    if !differences.is_empty() {
        let key = before.key.as_deref().map_or(String::new(), |k| format!(" `{}`", printable_line(k)));
        let error =
            CliError::bad_input(format!("claim{key} is on record as {} and stands otherwise there", there.number));
        let error = differences.iter().fold(error, |error, d| error.cause(d.to_string()));
        let n = there.number.0;
        return Err(if there.published.is_some() {
            error.hint(format!("it is public: `onrecord correct {n} --kind … --text …` changes it"))
        } else {
            error.hint(format!("`onrecord amend {n}` with the same flags changes it; nothing was recorded"))
        });
    }
    document.hold(writer, cx)?;
    Report::new()
        .line(format!("claim \"{}\"", brief(&before.statement, cx.out.width.saturating_sub(10))))
        .next(format!("`onrecord show {}`", there.number.0))
        .already(cx, &writer.ledger, there.number)
}
