//! What is said of a time stamp: as far as it is judged here, and the command that judges the rest.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::error::CliError;
use super::output::{Output, Tone};
use crate::ledger::stamps::Stamp;
use crate::stamp::token::{MAX_TOKEN, Token};

/// Most stamps that are looked for beside a proof.
const MAX_BESIDE: usize = 64;

/// What a stamp comes to.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    /// Whose it is, by the name of its file.
    pub authority: String,
    /// Entries of the checkpoint, where the stamp lies with a ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The stamp's file.
    pub file: PathBuf,
    /// When, as the authority says.
    pub time: Option<String>,
    /// Under which policy of the authority.
    pub policy: Option<String>,
    /// The stamp's number.
    pub serial: Option<String>,
    /// `holds` as to text and request, or `does-not-hold`.
    pub text: &'static str,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Always `cannot-be-determined` here.
    pub certificate: &'static str,
    /// What decides on the certificate; `ROOT.pem` is the authority's own, got by another way.
    pub command: String,
}

impl Judged {
    fn new(authority: &str, file: PathBuf, text: &Path, chain: &Path, token: Option<&Token>) -> Self {
        let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', "'\\''"));
        let chain = if chain.is_file() { format!(" -untrusted {}", quoted(chain)) } else { String::new() };
        let command =
            format!("openssl ts -verify -data {} -in {} -CAfile ROOT.pem{chain}", quoted(text), quoted(&file));
        Self {
            authority: authority.to_owned(),
            size: None,
            time: token.map(|token| token.time.to_string()),
            policy: token.map(|token| token.policy.clone()),
            serial: token.map(|token| token.serial.clone()),
            text: "holds",
            reason: None,
            certificate: "cannot-be-determined",
            command,
            file,
        }
    }

    fn fails(mut self, reason: &dyn std::fmt::Display) -> Self {
        (self.text, self.reason) = ("does-not-hold", Some(reason.to_string()));
        self
    }

    /// Whether what is judged here holds.
    pub fn holds(&self) -> bool {
        self.text == "holds"
    }

    /// Prints it as two lines.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn print(&self, out: &Output) -> Result<(), CliError> {
        let time = self.time.as_deref().unwrap_or("at no time that can be read");
        match &self.reason {
            None => {
                let certificate = out.tone(Tone::Care, "certificate cannot be determined here");
                out.line(format!("  stamped    {time} by {}: on this text, {certificate}", self.authority))?;
            }
            Some(reason) => {
                let bad = out.tone(Tone::Bad, &format!("does not hold: {}", crate::text::printable_line(reason)));
                out.line(format!("  stamped    {time} by {}: {bad}", self.authority))?;
            }
        }
        Ok(())
    }
}

/// Judges a stamp that lies with a ledger in `folder`; `fits` says whether its checkpoint is one of the ledger.
pub fn judge(stamp: &Stamp, folder: &Path, fits: Result<(), String>) -> Judged {
    let file = |ending: &str| folder.join("stamps").join(format!("{}.{}.{ending}", stamp.size, stamp.authority));
    let text = folder.join("stamps").join(format!("{}.txt", stamp.size));
    let mut judged = Judged::new(&stamp.authority, file("tsr"), &text, &file("pem"), stamp.token.as_ref().ok());
    judged.size = Some(stamp.size);
    let token = match &stamp.token {
        Ok(token) => token,
        Err(error) => return judged.fails(&error),
    };
    let Some(text) = &stamp.text else { return judged.fails(&"the text that was stamped is not here") };
    if let Err(error) = token.is_about(text) {
        return judged.fails(&error);
    }
    match &stamp.query {
        None => return judged.fails(&"the request (.tsq) is not here, or is none of this program's"),
        Some(query) => {
            if let Err(error) = token.answers(query) {
                return judged.fails(&error);
            }
        }
    }
    match fits {
        Ok(()) => judged,
        Err(reason) => judged.fails(&reason),
    }
}

/// Judges the stamps that lie beside a proof file, `PROOF.AUTHORITY.tsr`, against the text of the proof's own checkpoint.
///
/// # Errors
/// When the folder cannot be read.
pub fn beside(proof: &Path, text: &str) -> Result<Vec<Judged>, CliError> {
    let folder = proof.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Some(name) = proof.file_name().and_then(|name| name.to_str()) else { return Ok(Vec::new()) };
    let cannot = |e: &std::io::Error| CliError::cannot_run(format!("cannot read {}", folder.display())).because(e);
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for entry in fs::read_dir(folder).map_err(|e| cannot(&e))? {
        let path = entry.map_err(|e| cannot(&e))?.path();
        let file = path.file_name().and_then(|file| file.to_str()).unwrap_or_default();
        let authority = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')?.strip_suffix(".tsr"));
        if let Some(authority) = authority
            && found.len() < MAX_BESIDE
        {
            found.push((crate::text::printable_line(authority), proof.with_file_name(file)));
        }
    }
    found.sort();
    let judged = found.into_iter().map(|(authority, file)| {
        let bytes = read(&file)?;
        let token = Token::from_answer(&bytes);
        let with = |ending: &str| proof.with_file_name(format!("{name}.{ending}"));
        let chain = file.with_extension("pem");
        let judged = Judged::new(&authority, file.clone(), &with("txt"), &chain, token.as_ref().ok());
        Ok(match token {
            Err(error) => judged.fails(&error),
            Ok(token) => match token.is_about(text.as_bytes()) {
                Err(error) => judged.fails(&error),
                Ok(()) => judged,
            },
        })
    });
    judged.collect()
}

fn read(path: &Path) -> Result<Vec<u8>, CliError> {
    use std::io::Read as _;
    let cannot = |e: &std::io::Error| CliError::cannot_run(format!("cannot read {}", path.display())).because(e);
    let mut bytes = Vec::new();
    // One byte more than allowed, so that a longer one is refused as such.
    fs::File::open(path)
        .and_then(|file| file.take(MAX_TOKEN as u64 + 1).read_to_end(&mut bytes))
        .map_err(|e| cannot(&e))?;
    Ok(bytes)
}
