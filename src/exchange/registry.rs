//! The formats that can be exported: one line each.

use super::format::{FormatError, Made, Options};
#[cfg(feature = "parquet")]
use super::parquet;
use super::{annotation, bundle, claimreview, csv, datapackage, html, jsonl, markdown, nanopub, prov};

/// A format.
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub help: &'static str,
    /// A file name to propose.
    pub example: &'static str,
    /// Options that it takes beside those which all take, without `--`.
    pub takes: &'static [&'static str],
    /// Whether it never carries anything that is not public.
    pub public_only: bool,
    /// Makes it ready to write.
    pub make: for<'a> fn(&Options<'a>) -> Result<Made<'a>, FormatError>,
}

/// All of them, in the order of the help.
pub const FORMATS: &[Entry] = &[
    Entry {
        name: "jsonl",
        help: "everything of a claim, one JSON object a line",
        example: "claims.jsonl",
        takes: &[],
        public_only: false,
        make: jsonl::make,
    },
    Entry {
        name: "csv",
        help: "a table with one row a claim",
        example: "claims.csv",
        takes: &["spreadsheet-safe"],
        public_only: false,
        make: csv::make,
    },
    Entry {
        name: "datapackage",
        help: "a folder of tables with a Frictionless datapackage.json",
        example: "claims",
        takes: &["spreadsheet-safe"],
        public_only: false,
        make: datapackage::make,
    },
    Entry {
        name: "claimreview",
        help: "schema.org ClaimReview, of what is published; --page for pages that carry it",
        example: "reviews.json",
        takes: &["page"],
        public_only: true,
        make: claimreview::make,
    },
    Entry {
        name: "annotation",
        help: "W3C Web Annotation: where claims and hedges stand in documents",
        example: "annotations.json",
        takes: &[],
        public_only: false,
        make: annotation::make,
    },
    Entry {
        name: "nanopub",
        help: "a nanopublication (TriG) for each verdict, named by its own hash",
        example: "claims.trig",
        takes: &[],
        public_only: false,
        make: nanopub::make,
    },
    Entry {
        name: "prov",
        help: "every entry about the claims, as W3C PROV-JSON",
        example: "provenance.json",
        takes: &[],
        public_only: false,
        make: prov::make,
    },
    Entry {
        name: "parquet",
        help: "typed, nested columns; with --partition a folder of files",
        example: "claims.parquet",
        takes: &["partition"],
        public_only: false,
        #[cfg(feature = "parquet")]
        make: parquet::make,
        #[cfg(not(feature = "parquet"))]
        make: |_| Err(FormatError::NotBuilt { format: "parquet", feature: "parquet" }),
    },
    Entry {
        name: "html",
        help: "a report to look at: one page that fetches and runs nothing",
        example: "report.html",
        takes: &[],
        public_only: false,
        make: html::make,
    },
    Entry {
        name: "markdown",
        help: "the same report as text",
        example: "report.md",
        takes: &[],
        public_only: false,
        make: markdown::make,
    },
    Entry {
        name: "bundle",
        help: "the entries themselves with their proofs, for `onrecord check`",
        example: "claims.bundle",
        takes: &[],
        public_only: false,
        make: bundle::make,
    },
];

/// The format of that name.
pub fn named(name: &str) -> Option<&'static Entry> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The names of all, as a person reads a list.
pub fn names() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}

/// The formats with what they are, a line each.
pub fn summary() -> String {
    let lines = FORMATS.iter().map(|format| format!("  {:<12} {}", format.name, format.help));
    lines.collect::<Vec<_>>().join("\n")
}
