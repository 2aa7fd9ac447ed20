//! schema.org `ClaimReview` as JSON-LD, for what is published and has a verdict that a reader can hold against evidence.
//!
//! | file | idea |
//! |---|---|
//! | [`rating`] | findings as ratings: a number only where findings are ordered |
//! | `review` | a claim as one review |
//! | `page` | one page a claim, which carries its review |
//! | [`check`] | reading back, by rules of its own |
//!
//! A file of data is a JSON array with one object a claim, each with its own context and on its own line: what reads
//! reviews one by one does not find them inside an `@graph`.

pub mod check;
mod page;
pub mod rating;
pub mod review;

use std::io::Write;

use super::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use super::{ordered, reread};
use crate::view::ClaimView;

/// Makes the format.
pub fn make<'a>(options: &Options<'a>) -> Result<Made<'a>, FormatError> {
    if options.page {
        return Ok(Made::folder(page::Pages::default(), check::pages));
    }
    Ok(Made::file(Reviews::default(), |path| reread::of_file(path, check::reviews)))
}

#[derive(Default)]
struct Reviews {
    head: Option<Head>,
    any: bool,
}

impl Format for Reviews {
    fn begin(&mut self, head: &Head, out: &mut dyn Write) -> Result<(), FormatError> {
        self.head = Some(head.clone());
        Ok(out.write_all(b"[")?)
    }

    fn claim(&mut self, claim: &ClaimView, out: &mut dyn Write) -> Result<Taken, FormatError> {
        let Some(head) = &self.head else { return Ok(Taken::Skipped("before the head")) };
        let review = match review::of(claim, head) {
            Ok(review) => review,
            Err(why) => return Ok(Taken::Skipped(why)),
        };
        out.write_all(if self.any { b",\n" } else { b"\n" })?;
        self.any = true;
        out.write_all(&ordered::to_bytes(&review))?;
        Ok(Taken::Written)
    }

    fn end(&mut self, _: &Head, _: &Counts, out: &mut dyn Write) -> Result<(), FormatError> {
        Ok(out.write_all(b"\n]\n")?)
    }
}
