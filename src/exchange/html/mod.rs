//! The report as one HTML file: for people who would rather look than read. It fetches nothing and runs nothing.
//!
//! It is held in memory while it is made, so it takes [`MAX_CLAIMS`] claims and no more.

pub mod address;
mod card;
mod chart;
mod graph;
mod page;
pub mod quote;
mod sources;
mod text;

use std::io;

use crate::exchange::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use crate::exchange::report::{MAX_CLAIMS, reread};
use crate::exchange::reread::of_file;
use crate::view::ClaimView;

/// The style sheet, which the palette's test reads.
pub const STYLE: &str = include_str!("style.css");

/// Makes the format.
pub fn make<'a>(_: &Options<'a>) -> Result<Made<'a>, FormatError> {
    Ok(Made::file(Html::new(), |path| of_file(path, reread::html)).with_head())
}

/// A report in the making.
#[derive(Debug, Default)]
pub struct Html {
    claims: Vec<ClaimView>,
}

impl Html {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Format for Html {
    fn begin(&mut self, _: &Head, _: &mut dyn io::Write) -> Result<(), FormatError> {
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView, _: &mut dyn io::Write) -> Result<Taken, FormatError> {
        if self.claims.len() as u64 == MAX_CLAIMS {
            return Err(FormatError::TooMany { what: "an HTML report", limit: MAX_CLAIMS });
        }
        self.claims.push(claim.clone());
        Ok(Taken::Written)
    }

    fn end(&mut self, head: &Head, counts: &Counts, out: &mut dyn io::Write) -> Result<(), FormatError> {
        let page = page::page(head, counts, &self.claims)
            .map_err(|e| FormatError::Library { library: "plotters", message: e.to_string() })?;
        out.write_all(page.into_string().as_bytes())?;
        out.write_all(b"\n")?;
        Ok(())
    }
}
