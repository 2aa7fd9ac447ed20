//! The report as Markdown (`CommonMark` with GFM tables): what the HTML report says, without its pictures.

mod claim;
mod escape;

use std::fmt::{self, Write as _};
use std::io;

use crate::exchange::format::{Counts, Format, FormatError, Head, Made, Options, Taken};
use crate::exchange::report::span::{self, Point};
use crate::exchange::report::tally::{self, Source};
use crate::exchange::report::words::FINDINGS;
use crate::exchange::report::{MAX_CLAIMS, counted, head as facts, reread};
use crate::exchange::reread::of_file;
use crate::view::ClaimView;
use escape::{fenced, line, table};

/// Makes the format.
pub fn make<'a>(_: &Options<'a>) -> Result<Made<'a>, FormatError> {
    Ok(Made::file(Markdown::new(), |path| of_file(path, reread::markdown)).with_head())
}

/// A report in the making.
#[derive(Debug, Default)]
pub struct Markdown {
    claims: Vec<ClaimView>,
}

impl Markdown {
    /// An empty report.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Format for Markdown {
    fn begin(&mut self, _: &Head, _: &mut dyn io::Write) -> Result<(), FormatError> {
        Ok(())
    }

    fn claim(&mut self, claim: &ClaimView, _: &mut dyn io::Write) -> Result<Taken, FormatError> {
        if self.claims.len() as u64 == MAX_CLAIMS {
            return Err(FormatError::TooMany { what: "a Markdown report", limit: MAX_CLAIMS });
        }
        self.claims.push(claim.clone());
        Ok(Taken::Written)
    }

    fn end(&mut self, head: &Head, counts: &Counts, out: &mut dyn io::Write) -> Result<(), FormatError> {
        let mut text = String::new();
        // Writing to a string does not fail.
        report(head, counts, &self.claims, &mut text).map_err(io::Error::other)?;
        out.write_all(text.trim_end().as_bytes())?;
        out.write_all(b"\n")?;
        Ok(())
    }
}

fn report(head: &Head, counts: &Counts, claims: &[ClaimView], out: &mut String) -> fmt::Result {
    writeln!(out, "# {} on record\n\n{}\n", counted(counts.claims, "claim"), facts::caution(counts))?;
    let rows: Vec<Vec<String>> =
        facts::rows(head, counts).iter().map(|(name, value)| vec![(*name).to_owned(), line(value)]).collect();
    writeln!(out, "{}", table(&["Of what", "it is"], &rows))?;
    figures(claims, out)?;
    sources(claims, out)?;
    writeln!(out, "## The claims\n")?;
    for claim in claims {
        claim::section(claim, head.public, out)?;
    }
    writeln!(
        out,
        "## Check it yourself\n\nThis text proves nothing by itself. What it says can be checked against the ledger: LEDGER stands for its folder or address, NUMBER for a claim's number.\n"
    )?;
    for (command, what) in facts::commands(head) {
        writeln!(out, "{}\n{}", line(&what), fenced(&command))?;
    }
    if let Some(note) = &head.checkpoint {
        writeln!(out, "The checkpoint:\n\n{}", fenced(note))?;
    }
    Ok(())
}

fn figures(claims: &[ClaimView], out: &mut String) -> fmt::Result {
    let findings = tally::findings(claims);
    let rows: Vec<Vec<String>> = findings
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(f, n)| vec![f.label.to_owned(), n.to_string(), f.meaning.to_owned()])
        .collect();
    writeln!(out, "## Findings\n\n{}", table(&["Finding", "Claims", "What it means"], &rows))?;
    let hedges: Vec<String> = tally::hedges(claims).iter().map(|(class, n)| format!("{class} {n}")).collect();
    if !hedges.is_empty() {
        writeln!(out, "Hedges marked in what the documents say, by class: {}.\n", hedges.join(", "))?;
    }
    let names: Vec<&str> = FINDINGS.iter().map(|f| f.label).collect();
    let stances: Vec<&str> = crate::claim::vocab::Stance::ALL.iter().map(|s| s.as_str()).collect();
    time_lines("When the claims are about", &span::claimed(claims), &names, out)?;
    time_lines("When they were judged", &span::judged(claims), &names, out)?;
    time_lines("Of when the evidence is", &span::evidence(claims), &stances, out)
}

/// Time lines as tables; where all fall on one day, a sentence.
fn time_lines(heading: &str, points: &[Point], series: &[&str], out: &mut String) -> fmt::Result {
    let Some(first) = points.iter().map(|p| p.day).min() else { return Ok(()) };
    writeln!(out, "## {heading}\n")?;
    if points.iter().all(|p| p.day == first) {
        return writeln!(out, "All {} on {first}.\n", points.len());
    }
    let used: Vec<usize> = (0..series.len()).filter(|s| points.iter().any(|p| p.series == *s)).collect();
    let heading: Vec<&str> = std::iter::once("Time").chain(used.iter().map(|s| series[*s])).collect();
    for told in span::lines(points, series.len()) {
        let bins = told.bins.iter().enumerate().filter(|(i, _)| told.total(*i) > 0);
        let rows: Vec<Vec<String>> = bins
            .map(|(_, (name, counts))| {
                std::iter::once(name.clone()).chain(used.iter().map(|s| counts[*s].to_string())).collect()
            })
            .collect();
        writeln!(out, "{}", table(&heading, &rows))?;
    }
    Ok(())
}

fn sources(claims: &[ClaimView], out: &mut String) -> fmt::Result {
    let rows: Vec<Vec<String>> = tally::speakers(claims)
        .iter()
        .map(|s| {
            let held: Vec<String> = s.held.iter().map(|(code, n)| format!("{} {n}", line(code))).collect();
            let damaged = if s.damaged { " (the name is damaged in the bytes)" } else { "" };
            let roles: Vec<&str> = s.roles.iter().copied().collect();
            let name = line(s.name.as_deref().unwrap_or("without a name"));
            vec![format!("{name}{damaged}"), roles.join(", "), s.claims.len().to_string(), held.join(", ")]
        })
        .collect();
    writeln!(out, "## Sources\n\n{}", table(&["Speaker", "Role", "Claims", "How they hold them"], &rows))?;
    for (one, others, list) in
        [("Publisher", "Clusters", tally::publishers(claims)), ("Cluster", "Publishers", tally::clusters(claims))]
    {
        let heading = [one, "Pages", others, "Code", "Supports", "Refutes", "Qualifies", "Context", "Claims"];
        let rows: Vec<Vec<String>> = list.iter().map(source).collect();
        if !rows.is_empty() {
            writeln!(out, "{}", table(&heading, &rows))?;
        }
    }
    Ok(())
}

fn source(s: &Source) -> Vec<String> {
    let others: Vec<&str> = s.others.iter().map(String::as_str).collect();
    let codes: Vec<&str> = s.codes.iter().map(String::as_str).collect();
    let mut row = vec![line(&s.name), s.pages.to_string(), line(&others.join("; ")), codes.join(" ")];
    row.extend(s.stances.iter().map(u64::to_string));
    row.push(s.claims.iter().map(|n| format!("\\#{n}")).collect::<Vec<_>>().join(" "));
    row
}
