//! `onrecord document`: documents registered, captured, looked at.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::claim::{Document, Snapshot, TextExtract};
use crate::cli::capture::{self, Fields};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::receipt::{Report, brief};
use crate::draft::Known as _;
use crate::entry::fall::document_changed;
use crate::entry::{DocumentState, Kind};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::ledger::catalog::Term;
use crate::text::{printable_line, words};

/// Candidates shown when words fit several documents.
const SHOWN: usize = 10;

/// Register documents, and show them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What to do with documents.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Register a document: a file, whose bytes are captured, or an address alone
    #[command(after_help = "Example: onrecord document add bridge.txt --title 'Old bridge closed' --publisher 'The \
        Example' --dated 2025-03 --url https://example.org/old-bridge")]
    Add(Add),
    /// Capture a document on record again: its bytes as they are now
    #[command(after_help = "Example: onrecord document capture 1 bridge-today.html --how 'saved from the browser'\n\n\
        Claims that stand in the document, or whose verdict relies on it, show `document-changed` where the bytes are \
        others, until somebody judges them anew.")]
    Capture(Capture),
    /// Show a document, its captures and the claims in it
    Show(Show),
    /// List the documents
    List,
}

/// Register a document.
#[derive(Debug, clap::Args)]
struct Add {
    /// The document's file, or its address alone
    #[arg(value_name = "FILE|URL")]
    document: String,
    #[command(flatten)]
    fields: Fields,
}

/// Capture a document again.
#[derive(Debug, clap::Args)]
struct Capture {
    /// Which: its number, the begin of a digest, its address, or words of its title
    #[arg(value_name = "REF")]
    reference: String,
    /// The file with its bytes as they are now
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How the bytes were obtained
    #[arg(long, value_name = "TEXT")]
    how: Option<String>,
    /// Do not keep the bytes with the ledger
    #[arg(long)]
    no_hold: bool,
}

/// Show a document.
#[derive(Debug, clap::Args)]
struct Show {
    /// Which: its number, the begin of a digest, its address, or words of its title
    #[arg(value_name = "REF", required = true)]
    reference: Vec<String>,
}

/// A document as others see it.
#[derive(Debug, Serialize)]
struct View {
    number: u64,
    leaf: String,
    #[serde(flatten)]
    document: Option<Document>,
    snapshots: Vec<SnapshotView>,
    texts: Vec<TextView>,
    claims: Vec<ClaimLine>,
    recorded: crate::time::Timestamp,
    agent: String,
}

#[derive(Debug, Serialize)]
struct SnapshotView {
    number: u64,
    #[serde(flatten)]
    snapshot: Option<Snapshot>,
    held: bool,
}

#[derive(Debug, Serialize)]
struct TextView {
    number: u64,
    #[serde(flatten)]
    text: Option<TextExtract>,
}

#[derive(Debug, Serialize)]
struct ClaimLine {
    number: u64,
    statement: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When a file or reference is wrong, or the ledger cannot be read or written.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    match &args.what {
        What::Add(args) => add(args, cx),
        What::Capture(args) => again(args, cx),
        What::Show(args) => show(args, cx),
        What::List => list(cx),
    }
}

fn add(args: &Add, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let mut proposals = Vec::new();
    if args.document.starts_with('#') {
        return Err(CliError::usage("a document is added from a file or by its address")
            .hint(format!("`onrecord document show {}` shows one on record", printable_line(&args.document))));
    }
    // A file may be called `12`; only here that is no number of an entry.
    let name = if capture::is_url(&args.document) || args.document.contains('/') {
        args.document.clone()
    } else {
        format!("./{}", args.document)
    };
    let captured = capture::document(&name, &args.fields, &writer.ledger, &mut proposals)?;
    captured.tell_otherwise(cx);
    if proposals.is_empty() {
        captured.hold(&writer, cx)?;
        let gist = about(&captured.fields);
        return Report::new()
            .line(format!("document {} {gist}", captured.number))
            .next(format!("`onrecord document show {}`", captured.number.0))
            .already(cx, &writer.ledger, captured.number);
    }
    let receipt = writer.append(cx, &proposals)?;
    captured.hold(&writer, cx)?;
    let number = captured.number.at_base(receipt.base).0;
    let no_bytes = captured.snapshot.is_none();
    let no_text = !no_bytes && captured.text.is_none();
    Report::new()
        .line(format!("document #{number} {}", about(&captured.fields)))
        .note_if(no_bytes, || {
            "on record by its address alone: no bytes are captured, so nothing in it can be anchored".into()
        })
        .note_if(no_text, || "the bytes are not UTF-8 text: claims can name the whole document, not a passage".into())
        .note_if(captured.fields.publisher.is_none(), || {
            "no publisher given: a claim by flags needs it as the outlet".into()
        })
        .next(format!("`onrecord add --statement … --document {number} --quote …`"))
        .recorded(cx, &receipt, &proposals)
}

fn again(args: &Capture, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let state = find(&writer.ledger, &args.reference)?;
    let mut proposals = Vec::new();
    let captured = capture::again(&state, &args.file, args.how.as_deref(), !args.no_hold, &mut proposals)?;
    let line = format!("document {} {}", state.number, about(&captured.fields));
    if proposals.is_empty() {
        captured.hold(&writer, cx)?;
        let latest = state.snapshots.last().map_or(state.number, |(number, _)| *number);
        return Report::new().line(line).already(cx, &writer.ledger, latest);
    }
    let receipt = writer.append(cx, &proposals)?;
    captured.hold(&writer, cx)?;
    let changed = changed(&writer.ledger, state.number)?;
    let (first, claims) = (changed.first().copied(), if changed.len() == 1 { "claim was" } else { "claims were" });
    Report::new()
        .line(line)
        .note_if(first.is_some(), || {
            format!("{} {claims} read or judged by other bytes, and now show `document-changed`", changed.len())
        })
        .next(first.map_or_else(
            || format!("`onrecord document show {}`", state.number.0),
            |first| format!("`onrecord show {}`; `onrecord list flag:document-changed` has all of them", first.0),
        ))
        .recorded(cx, &receipt, &proposals)
}

/// Claims that use the document and were read or judged by other bytes than its latest.
fn changed(ledger: &Ledger, document: Index) -> Result<Vec<Index>, CliError> {
    let mut found = BTreeSet::new();
    for entry in ledger.find(Term::Document(document))? {
        let subject = ledger.entry(entry)?.subject();
        let Some(claim) = ledger.claim(subject)? else { continue };
        if document_changed(&claim, &|number| ledger.document_state(number).ok().flatten().map(Cow::Owned)).is_some() {
            found.insert(subject);
        }
    }
    Ok(found.into_iter().collect())
}

/// Title, publisher and date on one line.
fn about(fields: &Document) -> String {
    let parts = [fields.title.as_deref(), fields.publisher.as_deref(), fields.dated.as_deref(), fields.url.as_deref()];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    if text.is_empty() { "(no field known)".into() } else { brief(&text, 80) }
}

fn view(ledger: &Ledger, state: DocumentState) -> Result<View, CliError> {
    let mut claims: Vec<Index> = Vec::new();
    for entry in ledger.find(Term::Document(state.number))? {
        let subject = ledger.entry(entry)?.subject();
        let Some(claim) = ledger.claim(subject)? else { continue };
        if claim.standing_appearances().any(|(_, a)| a.document == state.number) {
            claims.push(subject);
        }
    }
    claims.sort_unstable();
    claims.dedup();
    let mut lines = Vec::new();
    for number in claims {
        let statement = ledger.claim(number)?.and_then(|c| c.claim).map(|c| c.statement);
        lines.push(ClaimLine { number: number.0, statement });
    }
    let mut snapshots = Vec::new();
    for (number, snapshot) in state.snapshots {
        let held = match &snapshot {
            Some(s) => ledger.blob(&s.sha256)?.is_some(),
            None => false,
        };
        snapshots.push(SnapshotView { number: number.0, snapshot, held });
    }
    Ok(View {
        number: state.number.0,
        leaf: state.leaf.hex(),
        document: state.document,
        snapshots,
        texts: state.texts.into_iter().map(|(number, text)| TextView { number: number.0, text }).collect(),
        claims: lines,
        recorded: state.recorded,
        agent: ledger.state().handle(state.agent),
    })
}

fn show(args: &Show, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let state = find(&ledger, &args.reference.join(" "))?;
    let view = view(&ledger, state)?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(), "document": view,
        }))?;
        return Ok(Exit::Done);
    }
    print(&view, cx)?;
    Ok(Exit::Done)
}

fn print(view: &View, cx: &Context<'_>) -> Result<(), CliError> {
    let out = &cx.out;
    let d = view.document.clone().unwrap_or_default();
    let untitled = if view.document.is_some() { "untitled" } else { "withheld or erased" };
    let title = d.title.as_deref().map_or_else(|| format!("({untitled})"), printable_line);
    out.line(format!("#{}@{}  {}", view.number, &view.leaf[..8], out.tone(Tone::Strong, &title)))?;
    let fields = [
        ("author", &d.author),
        ("publisher", &d.publisher),
        ("dated", &d.dated),
        ("url", &d.url),
        ("language", &d.lang),
        ("licence", &d.licence),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            out.line(format!("  {name:<10} {}", printable_line(value)))?;
        }
    }
    for i in &d.inferred {
        let text = format!("{:<10} {} (inferred from {})", i.field.as_str(), i.value, i.source);
        out.line(out.wrap(&printable_line(&text), 2))?;
    }
    if view.snapshots.is_empty() {
        out.line("\nno bytes captured")?;
    }
    for s in &view.snapshots {
        let Some(snapshot) = &s.snapshot else {
            out.line(format!("\ncapture #{} (withheld or erased)", s.number))?;
            continue;
        };
        let held = if s.held { "held by the desk" } else { "not held" };
        let bytes = snapshot.bytes.map_or_else(|| "length unknown".into(), |b| format!("{b} bytes"));
        out.line(format!("\ncapture #{}: {bytes}, {}, {held}", s.number, printable_line(&snapshot.media_type)))?;
        out.line(format!("  sha256 {}", snapshot.sha256))?;
        out.line(out.wrap(&format!("how: {}", snapshot.how), 2))?;
    }
    for t in &view.texts {
        let Some(text) = &t.text else { continue };
        let points = text.code_points.map_or(String::new(), |n| format!(", {n} code points"));
        out.line(format!("text #{} by {}{points}", t.number, printable_line(&text.algorithm)))?;
    }
    out.line(format!("\nclaims in it: {}", view.claims.len()))?;
    for claim in &view.claims {
        let statement = claim.statement.as_deref().unwrap_or("(withheld)");
        out.line(format!("  #{} {}", claim.number, brief(statement, out.width.saturating_sub(12))))?;
    }
    out.line(format!("\nrecorded {} by {}", view.recorded, view.agent))
}

/// The document that a reference names.
fn find(ledger: &Ledger, text: &str) -> Result<DocumentState, CliError> {
    let number = text.strip_prefix('#').unwrap_or(text);
    if number.split('@').next().is_some_and(|n| !n.is_empty() && n.len() < 20 && n.bytes().all(|b| b.is_ascii_digit()))
    {
        return capture::on_record(ledger, text);
    }
    if capture::is_url(text)
        && let Some(number) = ledger.document(None, Some(text))?
        && let Some(state) = ledger.document_state(number)?
    {
        return Ok(state);
    }
    let hex = text.trim_start_matches('@').to_ascii_lowercase();
    let digest = (8..=64).contains(&hex.len()) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let wanted = words(text);
    let mut fit = Vec::new();
    for number in ledger.find(Term::Kind(Kind::DocumentRegistered))? {
        let Some(state) = ledger.document_state(number)? else { continue };
        let begins = |d: &Digest| d.hex().starts_with(&hex);
        let by_digest =
            begins(&state.leaf) || state.snapshots.iter().any(|(_, s)| s.as_ref().is_some_and(|s| begins(&s.sha256)));
        let there = words(&state.document.as_ref().map(about_words).unwrap_or_default());
        if (digest && by_digest) || (!wanted.is_empty() && wanted.iter().all(|w| there.contains(w))) {
            fit.push(state);
        }
    }
    if fit.len() > 1 {
        let mut error = CliError::bad_input(format!(
            "{} documents fit `{}`; name one by its number",
            fit.len(),
            printable_line(text)
        ));
        for state in fit.iter().take(SHOWN) {
            error = error.hint(format!("{}  {}", state.number, about(&state.document.clone().unwrap_or_default())));
        }
        return Err(error);
    }
    fit.pop().ok_or_else(|| {
        CliError::bad_input(format!("no document fits `{}`", printable_line(text)))
            .hint("`onrecord document list` shows the documents")
    })
}

fn about_words(d: &Document) -> String {
    [&d.title, &d.publisher, &d.author].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

fn list(cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let mut views = Vec::new();
    for number in ledger.find(Term::Kind(Kind::DocumentRegistered))? {
        if let Some(state) = ledger.document_state(number)? {
            views.push(view(&ledger, state)?);
        }
    }
    if cx.out.json {
        cx.out.json(&serde_json::json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(), "documents": views,
        }))?;
        return Ok(Exit::Done);
    }
    if views.is_empty() {
        cx.out.note("no documents; `onrecord document add FILE` registers one");
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = views
        .iter()
        .map(|v| {
            let d = v.document.clone().unwrap_or_default();
            let held = match (v.snapshots.is_empty(), v.snapshots.iter().any(|s| s.held)) {
                (true, _) => "address only",
                (_, true) => "held",
                _ => "not held",
            };
            let publisher = d.publisher.as_deref().map_or(String::new(), printable_line);
            let title = d.title.as_deref().or(d.url.as_deref()).map_or_else(|| "(untitled)".into(), printable_line);
            let dated = d.dated.unwrap_or_default();
            vec![format!("#{}", v.number), dated, publisher, v.claims.len().to_string(), held.into(), title]
        })
        .collect();
    cx.out.table(&["document", "dated", "publisher", "claims", "bytes", "title"], &rows)?;
    Ok(Exit::Done)
}
