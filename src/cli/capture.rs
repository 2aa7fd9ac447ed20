//! Documents by flags: a file, an address, or one that is on record; what is to be recorded of it, and its text.

use std::path::Path;

use super::context::{Context, Writer};
use super::error::CliError;
use super::parse::{checked, edtf};
use super::refs;
use crate::claim::diff::{self, Difference};
use crate::claim::{Document, Snapshot, TextExtract};
use crate::draft::Known as _;
use crate::entry::{DocumentState, Event, Proposal};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::ledger::record::MAX_BLOB;
use crate::text::printable_line;

/// What the algorithm is called that takes the bytes as the text.
pub const UTF8: &str = "utf-8";

/// What is known of a document, by flags.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub struct Fields {
    /// Where the document stands
    #[arg(long, value_name = "URL", help_heading = "Document")]
    pub url: Option<String>,
    /// What it is called
    #[arg(long, value_name = "TEXT", help_heading = "Document")]
    pub title: Option<String>,
    /// Who wrote it
    #[arg(long, value_name = "NAME", help_heading = "Document")]
    pub author: Option<String>,
    /// Who published it
    #[arg(long, value_name = "NAME", help_heading = "Document")]
    pub publisher: Option<String>,
    /// When it is from: 2024-10-01, 2024-10, 2024~
    #[arg(long, value_name = "DATE", value_parser = edtf, help_heading = "Document")]
    pub dated: Option<String>,
    /// Language of the document, such as `en`
    #[arg(long, value_name = "TAG", help_heading = "Document")]
    pub lang: Option<String>,
    /// Its licence, in words or as an address
    #[arg(long, value_name = "TEXT", help_heading = "Document")]
    pub licence: Option<String>,
    /// How its bytes came here; `as received` where absent
    #[arg(long, value_name = "TEXT", help_heading = "Document")]
    pub how: Option<String>,
    /// Do not keep its bytes with the ledger; they are kept for the desk alone, never published
    #[arg(long, help_heading = "Document")]
    pub no_hold: bool,
}

/// A document that a verb is about to use.
#[derive(Debug)]
pub struct Captured {
    /// Its number, pending where it is new.
    pub number: Index,
    /// Whether it was on record before.
    pub known: bool,
    /// Its fields, as on record or as given.
    pub fields: Document,
    /// Digest of its latest snapshot.
    pub snapshot: Option<Digest>,
    /// Its text and that text's digest, where the bytes are UTF-8 text and at hand.
    pub text: Option<(String, Digest)>,
    /// Bytes to keep once the entries are on record.
    hold: Option<Vec<u8>>,
    /// Given fields that are otherwise on record; nothing is done about them.
    pub otherwise: Vec<Difference>,
}

/// Whether the text is an address.
pub fn is_url(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["https://", "http://", "doi:", "urn:"].iter().any(|scheme| lower.starts_with(scheme))
}

/// Finds or prepares the document that `what` names: a number on record, an address, or a file. What is wanting on
/// record is put after `proposals`.
///
/// # Errors
/// When there is no such file or number, or a field is not one that may be recorded.
pub fn document(
    what: &str,
    fields: &Fields,
    ledger: &Ledger,
    proposals: &mut Vec<Proposal>,
) -> Result<Captured, CliError> {
    let numbered = what.starts_with('#') || (!what.is_empty() && what.bytes().all(|b| b.is_ascii_digit()));
    if numbered {
        let state = on_record(ledger, what)?;
        return known(&state, fields, None, ledger);
    }
    if is_url(what) {
        if fields.url.as_deref().is_some_and(|url| url != what) {
            return Err(CliError::usage("two addresses for one document")
                .hint("give the file first and its address as `--url`, or the address alone"));
        }
        let given = body(fields, Some(what))?;
        return match ledger.document(None, Some(what))? {
            Some(number) => known(&state(ledger, number)?, fields, None, ledger),
            None => Ok(register(given, None, proposals)),
        };
    }
    from_file(Path::new(what), fields, ledger, proposals)
}

/// The document on record with this number.
///
/// # Errors
/// When there is none.
pub fn on_record(ledger: &Ledger, text: &str) -> Result<DocumentState, CliError> {
    let index = refs::entry(ledger, text)?;
    let about = ledger.entry(index)?.subject();
    match ledger.document_state(about)? {
        Some(state) => Ok(state),
        None => Err(CliError::bad_input(format!("{index} is no document"))
            .hint("`onrecord document list` shows the documents; `onrecord document add FILE` registers one")),
    }
}

fn state(ledger: &Ledger, number: Index) -> Result<DocumentState, CliError> {
    ledger.document_state(number)?.ok_or_else(|| CliError::bad_input(format!("{number} is no document")))
}

fn body(fields: &Fields, url: Option<&str>) -> Result<Document, CliError> {
    let body = Document {
        author: fields.author.clone(),
        dated: fields.dated.clone(),
        inferred: Vec::new(),
        lang: fields.lang.clone(),
        licence: fields.licence.clone(),
        publisher: fields.publisher.clone(),
        title: fields.title.clone(),
        url: url.map(str::to_owned).or_else(|| fields.url.clone()),
    };
    checked(&body)?;
    Ok(body)
}

fn from_file(
    path: &Path,
    fields: &Fields,
    ledger: &Ledger,
    proposals: &mut Vec<Proposal>,
) -> Result<Captured, CliError> {
    let bytes = read(path)?;
    let given = body(fields, None)?;
    let snapshot = snapshot_of(path, &bytes, fields.how.as_deref())?;
    let sha256 = snapshot.sha256;
    let Some(number) = ledger.document(Some(&sha256), given.url.as_deref())? else {
        let mut captured = register(given, Some((snapshot, &bytes)), proposals);
        captured.hold = (!fields.no_hold).then_some(bytes);
        return Ok(captured);
    };
    let state = state(ledger, number)?;
    let there = state.snapshots.iter().any(|(_, s)| s.as_ref().is_some_and(|s| s.sha256 == sha256));
    let mut captured = known(&state, fields, Some(&bytes), ledger)?;
    if !there {
        capture(number, snapshot, &bytes, proposals);
        captured.snapshot = Some(sha256);
    }
    if !fields.no_hold && ledger.blob(&sha256)?.is_none() {
        captured.hold = Some(bytes);
    }
    Ok(captured)
}

fn snapshot_of(path: &Path, bytes: &[u8], how: Option<&str>) -> Result<Snapshot, CliError> {
    let snapshot = Snapshot {
        archives: Vec::new(),
        bytes: Some(bytes.len() as u64),
        captured: None,
        how: how.unwrap_or("as received").to_owned(),
        media_type: media_type(path, bytes).into(),
        sha256: Digest::of(bytes),
    };
    checked(&snapshot)?;
    Ok(snapshot)
}

/// Prepares a further snapshot of a document on record; none where its latest has these very bytes.
///
/// # Errors
/// When the file cannot be read.
pub fn again(
    state: &DocumentState,
    path: &Path,
    how: Option<&str>,
    hold: bool,
    proposals: &mut Vec<Proposal>,
) -> Result<Captured, CliError> {
    let bytes = read(path)?;
    let snapshot = snapshot_of(path, &bytes, how)?;
    let sha256 = snapshot.sha256;
    if state.snapshot().is_none_or(|latest| latest.sha256 != sha256) {
        capture(state.number, snapshot, &bytes, proposals);
    }
    let (fields, text) = (state.document.clone().unwrap_or_default(), text_of(&bytes).map(|t| (t.to_owned(), sha256)));
    let hold = hold.then_some(bytes);
    Ok(Captured {
        number: state.number,
        known: true,
        fields,
        snapshot: Some(sha256),
        text,
        hold,
        otherwise: Vec::new(),
    })
}

/// Reads a file that is to be captured.
///
/// # Errors
/// When it cannot be read, is empty, or is longer than what can be held.
pub fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    let name = printable_line(&path.display().to_string());
    let failed = |e: &std::io::Error| {
        CliError::bad_input(format!("cannot read {name}"))
            .because(e)
            .hint("a document is a file, an address such as https://…, or the number of one on record")
    };
    let metadata = std::fs::metadata(path).map_err(|e| failed(&e))?;
    if !metadata.is_file() {
        return Err(CliError::bad_input(format!("{name} is not a file")).hint("name the file of the document"));
    }
    if metadata.len() > MAX_BLOB as u64 {
        return Err(CliError::bad_input(format!("{name} is longer than {MAX_BLOB} bytes"))
            .hint("register its address alone: `onrecord document add URL`"));
    }
    let bytes = std::fs::read(path).map_err(|e| failed(&e))?;
    if bytes.is_empty() {
        return Err(CliError::bad_input(format!("{name} is empty")).hint("name the file of the document"));
    }
    Ok(bytes)
}

fn register(given: Document, snapshot: Option<(Snapshot, &[u8])>, proposals: &mut Vec<Proposal>) -> Captured {
    let number = Index::pending(proposals.len());
    proposals.push(Proposal::new(Event::DocumentRegistered(given.clone())));
    let sha256 = snapshot.as_ref().map(|(s, _)| s.sha256);
    let text = snapshot.as_ref().and_then(|(s, bytes)| Some((text_of(bytes)?.to_owned(), s.sha256)));
    if let Some((snapshot, bytes)) = snapshot {
        capture(number, snapshot, bytes, proposals);
    }
    Captured { number, known: false, fields: given, snapshot: sha256, text, hold: None, otherwise: Vec::new() }
}

fn capture(number: Index, snapshot: Snapshot, bytes: &[u8], proposals: &mut Vec<Proposal>) {
    let at = Index::pending(proposals.len());
    let sha256 = snapshot.sha256;
    proposals.push(Proposal::about(number, Event::SnapshotCaptured(snapshot)));
    if let Some(text) = text_of(bytes) {
        let code_points = Some(text.chars().count() as u64);
        let extract = TextExtract { algorithm: UTF8.into(), code_points, sha256 };
        proposals.push(Proposal::about(number, Event::TextExtracted(extract)).acting_on(at));
    }
}

fn known(state: &DocumentState, fields: &Fields, bytes: Option<&[u8]>, ledger: &Ledger) -> Result<Captured, CliError> {
    let there = state.document.clone().unwrap_or_default();
    let snapshot = bytes.map(Digest::of).or_else(|| state.snapshot().map(|s| s.sha256));
    let blob = match (bytes, snapshot) {
        (Some(_), _) | (None, None) => None,
        (None, Some(digest)) => ledger.blob(&digest)?.filter(|held| Digest::of(held) == digest),
    };
    let text = bytes.or(blob.as_deref()).zip(snapshot).and_then(|(b, d)| Some((text_of(b)?.to_owned(), d)));
    // Only what was given is compared: a flag left out takes nothing back.
    let mut wanted = there.clone();
    let pairs = [
        (&mut wanted.author, &fields.author),
        (&mut wanted.dated, &fields.dated),
        (&mut wanted.lang, &fields.lang),
        (&mut wanted.licence, &fields.licence),
        (&mut wanted.publisher, &fields.publisher),
        (&mut wanted.title, &fields.title),
        (&mut wanted.url, &fields.url),
    ];
    for (field, given) in pairs {
        if given.is_some() {
            field.clone_from(given);
        }
    }
    let otherwise = diff::fields(&there, &wanted);
    Ok(Captured { number: state.number, known: true, fields: there, snapshot, text, hold: None, otherwise })
}

impl Captured {
    /// Keeps the bytes with the ledger, where they are to be kept; called once the entries are on record, so that a
    /// refusal leaves nothing behind. Says whether anything was kept.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn hold(&self, writer: &Writer, cx: &Context<'_>) -> Result<bool, CliError> {
        let Some(bytes) = &self.hold else { return Ok(false) };
        writer.ledger.hold(bytes).map_err(|e| {
            CliError::cannot_run("recorded, but the document's bytes cannot be kept with the ledger")
                .because(&e)
                .hint("`onrecord document add FILE` with the same file keeps them")
        })?;
        if self.known {
            cx.out.note("note: the bytes are now kept with the ledger, for the desk alone");
        }
        Ok(true)
    }

    /// What a person should hear of fields that stand otherwise on record.
    pub fn tell_otherwise(&self, cx: &Context<'_>) {
        for difference in &self.otherwise {
            cx.out.note(format!("note: left as on record, {difference}"));
        }
    }

    /// The outlet's name: the publisher, else one inferred from elsewhere.
    pub fn outlet(&self) -> Option<String> {
        use crate::claim::vocab::DocumentField::Publisher;
        let inferred = || self.fields.inferred.iter().find(|i| i.field == Publisher).map(|i| i.value.clone());
        self.fields.publisher.clone().or_else(inferred)
    }
}

/// The bytes as text, where they are UTF-8 text: no NUL among them.
pub fn text_of(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// The media type that a file's extension tells; else by whether the bytes are text.
fn media_type(path: &Path, bytes: &[u8]) -> &'static str {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
    let told = TYPES.iter().find(|(e, _)| *e == extension).map(|(_, t)| *t);
    told.unwrap_or(if text_of(bytes).is_some() { "text/plain" } else { "application/octet-stream" })
}

/// Media types by extension, of the IANA registry.
const TYPES: &[(&str, &str)] = &[
    ("csv", "text/csv"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("eml", "message/rfc822"),
    ("epub", "application/epub+zip"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("wacz", "application/wacz"),
    ("warc", "application/warc"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("xhtml", "application/xhtml+xml"),
    ("xml", "application/xml"),
];
