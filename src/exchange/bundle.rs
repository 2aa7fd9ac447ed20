//! Proof bundles as files: read and checked in one pass, and written as an export format.
//!
//! ```no_run
//! use std::io::BufReader;
//! use onrecord::entry::bundle::check::Step;
//! use onrecord::entry::why::Outcome;
//! use onrecord::exchange::bundle::Reader;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let policy: onrecord::tlog::policy::Policy = todo!();
//! // First pass: is it all in the log, and by whom it says? Nothing of a bundle counts before its last line.
//! let mut reader = Reader::new(BufReader::new(std::fs::File::open("claims.bundle")?), Some(&policy));
//! while reader.next()?.is_some() {}
//! assert_eq!(reader.report()?.outcome(), Outcome::Holds);
//! // Second pass: take the entries over.
//! let mut reader = Reader::new(BufReader::new(std::fs::File::open("claims.bundle")?), Some(&policy));
//! while let Some(step) = reader.next()? {
//!     if let Step::Entry(item) = step {
//!         println!("{} {:?}", item.index, item.event);
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use std::io::{self, BufRead, Read as _};

use super::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use super::reread::{RereadError, of_file};
use crate::entry::bundle::check::{Answer, Checker, Report, Step};
use crate::entry::bundle::{BadBundle, MAX_LINE, Stated};
use crate::hash::Index;
use crate::ledger::bundle::{BundleError, BundleMaker, Payloads};
use crate::tlog::policy::Policy;
use crate::view::ClaimView;

/// The bytes with which a bundle begins.
pub const BEGINS: &[u8] = b"{\"head\":{";

/// A bundle that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read")]
    Read(#[from] io::Error),
    /// It is no bundle.
    #[error(transparent)]
    Bundle(#[from] BadBundle),
}

/// Reads a bundle, line by line.
#[derive(Debug)]
pub struct Reader<'p, R> {
    file: R,
    checker: Checker<'p>,
    line: Vec<u8>,
}

impl<'p, R: BufRead> Reader<'p, R> {
    /// Begins at the start of `file`; `policy` says whom to trust, and is absent where the reader trusts nobody yet.
    pub fn new(file: R, policy: Option<&'p Policy>) -> Self {
        Self { file, checker: Checker::new(policy), line: Vec::new() }
    }

    /// The next line; `None` at the end of the file. Nothing of an entry counts before [`Reader::report`] said that it is
    /// included.
    ///
    /// # Errors
    /// When the file cannot be read, or is no bundle.
    #[expect(clippy::should_implement_trait, reason = "an iterator could not say that it failed and is over")]
    pub fn next(&mut self) -> Result<Option<Step>, ReadError> {
        self.line.clear();
        // One byte more than allowed, so that what is too long is seen to be.
        let read = (&mut self.file).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        Ok(Some(self.checker.line(&self.line)?))
    }

    /// Answers on single entries decided since this was last asked; in no order, since a batch decides late.
    pub fn answers(&mut self) -> Vec<Answer> {
        self.checker.answers()
    }

    /// What was found, once [`Reader::next`] gave `None`.
    ///
    /// # Errors
    /// When the file ends before its last line.
    pub fn report(self) -> Result<Report, ReadError> {
        Ok(self.checker.report()?)
    }
}

/// Reads a bundle that was just written back, strictly, and counts its claims; whom to trust is not the question here.
///
/// # Errors
/// When it is no bundle, or entries and hashes do not lead to the root of its checkpoint.
pub fn reread(file: impl BufRead) -> Result<u64, RereadError> {
    let mut reader = Reader::new(file, None);
    let mut record = 0;
    loop {
        record += 1;
        match reader.next() {
            Ok(Some(_)) => drop(reader.answers()),
            Ok(None) => break,
            Err(ReadError::Read(e)) => return Err(e.into()),
            Err(ReadError::Bundle(_)) => return Err(RereadError::Record { record, what: "not a line of a bundle" }),
        }
    }
    let report = reader.report().map_err(|_| RereadError::Record { record, what: "the last line is missing" })?;
    if !report.leads_to_root {
        let what = "entries and hashes lead to another root than the checkpoint's";
        return Err(RereadError::Record { record, what });
    }
    Ok(report.claims)
}

/// Makes the format, of this view of the ledger. Its head is its own first line.
///
/// # Errors
/// When the ledger cannot be read.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    let payloads = if options.public { Payloads::Public } else { Payloads::All };
    let maker = options.ledger.bundle(payloads, options.today)?;
    Ok(Made::file(Bundle { maker: Some(maker) }, |path| of_file(path, reread)).with_head())
}

struct Bundle<'l> {
    maker: Option<BundleMaker<'l>>,
}

impl From<BundleError> for FormatError {
    fn from(error: BundleError) -> Self {
        match error {
            BundleError::Read(e) => e.into(),
            BundleError::Write(e) => e.into(),
            BundleError::Line(e) => Self::Library { library: "canonical JSON", message: e.to_string() },
        }
    }
}

/// How a claim stands; `None` where a withheld payload hides it.
fn stated(claim: &ClaimView) -> Option<Stated> {
    let verdict = match claim.finding {
        "unverified" => None,
        finding => Some((finding.parse().ok()?, claim.confidence?.parse().ok()?)),
    };
    Some(Stated {
        claim: Index(claim.number),
        confidence: verdict.map(|(_, confidence)| confidence),
        finding: verdict.map(|(finding, _)| finding),
        second_read: claim.second_read,
        state: claim.state?,
    })
}

impl Format for Bundle<'_> {
    fn begin(&mut self, head: &Head, out: &mut dyn io::Write) -> Result<(), FormatError> {
        let Some(maker) = &self.maker else { return Ok(()) };
        let query = (!head.query.is_empty()).then(|| head.query.clone());
        Ok(out.write_all(&maker.head(None, query)?.to_bytes().map_err(BundleError::from)?)?)
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn io::Write) -> Result<Taken, FormatError> {
        let Some(maker) = &mut self.maker else { return Ok(Taken::Skipped("the bundle is closed")) };
        let Some(stated) = stated(claim) else { return Ok(Taken::Skipped("withheld")) };
        out.write_all(&maker.stated(stated).to_bytes().map_err(BundleError::from)?)?;
        Ok(Taken::Written)
    }

    fn end(&mut self, _: &Head, _: &Counts, out: &mut dyn io::Write) -> Result<(), FormatError> {
        if let Some(maker) = self.maker.take() {
            maker.entries(&mut |bytes| out.write_all(bytes))?;
        }
        Ok(())
    }
}
