//! The page around the cards.

use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{self, ChartError};
use super::text::{Plain, Text};
use super::{card, sources};
use crate::exchange::format::{Counts, Head};
use crate::exchange::report::span::{self, Line, Point, Unit};
use crate::exchange::report::words::{FINDINGS, Finding};
use crate::exchange::report::{counted, head as facts, tally};
use crate::view::ClaimView;

/// Nothing is fetched and nothing runs: style of its own, pictures as data at most.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// The whole page.
///
/// # Errors
/// When a chart cannot be drawn.
pub fn page(head: &Head, counts: &Counts, claims: &[ClaimView]) -> Result<Markup, ChartError> {
    let here: BTreeSet<u64> = claims.iter().map(|c| c.number).collect();
    let findings = tally::findings(claims);
    let title = format!("{} on record", counted(counts.claims, "claim"));
    Ok(html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "onrecord " (env!("CARGO_PKG_VERSION")) };
                title { (title) ": " (Plain(&head.origin)) }
                style { (PreEscaped(super::STYLE)) }
            }
            body {
                a.skip href="#claims" { "Skip to the claims" }
                (top(head, counts, &title))
                main {
                    (figures(claims, &findings)?)
                    section id="sources" aria-labelledby="h-sources" {
                        h2 id="h-sources" { "Sources" }
                        (sources::tables(claims))
                    }
                    section id="claims" aria-labelledby="h-claims" {
                        h2 id="h-claims" { "The claims" }
                        (sources::hedges(claims))
                        (filter(&findings))
                        @for claim in claims { (card::card(claim, &here, head.public)) }
                    }
                    (verify(head))
                    section id="words" aria-labelledby="h-words" {
                        h2 id="h-words" { "How to read this" }
                        (sources::legend())
                    }
                }
                footer.page { p { "Made by onrecord " (env!("CARGO_PKG_VERSION")) " from the ledger named above. This page fetches nothing and runs nothing." } }
            }
        }
    })
}

fn top(head: &Head, counts: &Counts, title: &str) -> Markup {
    html! {
        header.page {
            p.kicker { "Fact-claim ledger " bdi { (Text(&head.origin)) } }
            h1 { (title) }
            p.lead { (facts::caution(counts)) }
            dl.head {
                @for (name, value) in facts::rows(head, counts) {
                    div { dt { (name) } dd dir="auto" { (Text(&value)) } }
                }
            }
            nav aria-label="Contents" {
                ul {
                    @for (id, name) in [("findings", "Findings"), ("claimed", "When"), ("verified", "Verified"),
                        ("sources", "Sources"), ("claims", "Claims"), ("verify", "Check it"), ("words", "How to read this")] {
                        li { a href={ "#" (id) } { (name) } }
                    }
                }
            }
        }
    }
}

fn figures(claims: &[ClaimView], findings: &[(Finding, u64)]) -> Result<Markup, ChartError> {
    Ok(html! {
        section id="findings" aria-labelledby="h-findings" {
            h2 id="h-findings" { "Findings" }
            (finding_bar(findings)?)
        }
        section id="claimed" aria-labelledby="h-claimed" {
            h2 id="h-claimed" { "When the claims are about" }
            (claimed(claims)?)
        }
        section id="verified" aria-labelledby="h-verified" {
            h2 id="h-verified" { "When they were verified, and with what" }
            (verified(claims)?)
        }
    })
}

fn finding_bar(findings: &[(Finding, u64)]) -> Result<Markup, ChartError> {
    let all = findings.iter().map(|(_, n)| n).sum::<u64>();
    let share = |n: u64| format!("{} %", (n * 100 + all / 2) / all.max(1));
    let told: Vec<String> = findings.iter().filter(|(_, n)| *n > 0).map(|(f, n)| format!("{n} {}", f.label)).collect();
    Ok(html! {
        @if all > 0 {
            svg.chart.bar role="img" viewBox="0 0 720 44" aria-labelledby="bar-t bar-d" {
                title id="bar-t" { "Claims by finding" }
                desc id="bar-d" { (told.join(", ")) ". The table below says the same." }
                (PreEscaped(chart::findings(findings)?))
            }
        }
        div.scroll tabindex="0" role="group" aria-label="Claims by finding" {
            table.findings {
                thead { tr { th scope="col" { "Finding" } th.num scope="col" { "Claims" } th.num scope="col" { "Share" } th scope="col" { "What it means" } } }
                tbody {
                    @for (finding, n) in findings.iter().filter(|(_, n)| *n > 0) {
                        tr {
                            th scope="row" { span.swatch.{ "b-" (finding.key) } { (finding.letter) } " " (finding.label) }
                            td.num { (n) }
                            td.num { (share(*n)) }
                            td { (finding.meaning) }
                        }
                    }
                }
            }
        }
    })
}

/// A series of a time line: its class and its name.
type Series = Vec<(&'static str, &'static str)>;

fn finding_series() -> Series {
    FINDINGS.iter().map(|f| (f.key, f.label)).collect()
}

fn claimed(claims: &[ClaimView]) -> Result<Markup, ChartError> {
    let points = span::claimed(claims);
    let without = claims.iter().filter(|c| c.times.is_empty()).count() as u64;
    Ok(html! {
        p {
            (counted(points.len() as u64, "time")) " that the claims name. A period stands where it begins. "
            (counted(without, "claim")) " without a time. Colours are those of the findings."
        }
        (time_lines("claimed", "What is claimed", &points, &finding_series())?)
    })
}

fn verified(claims: &[ClaimView]) -> Result<Markup, ChartError> {
    let judged = span::judged(claims);
    let days: BTreeSet<_> = judged.iter().map(|p| p.day).collect();
    let evidence = span::evidence(claims);
    let standing = claims.iter().flat_map(|c| &c.evidence).filter(|e| !e.withdrawn).count();
    let undated = (standing - evidence.len()) as u64;
    let series: Series = crate::claim::vocab::Stance::ALL.iter().map(|s| (s.as_str(), s.as_str())).collect();
    Ok(html! {
        h3 { "Verdicts, by the day they were judged on" }
        @match (days.first(), days.last()) {
            (Some(first), Some(last)) if first == last => {
                @if judged.len() == 1 { p { "The one verdict was judged on " (first.to_string()) "." } }
                @else { p { "All " (judged.len()) " verdicts were judged on " (first.to_string()) "." } }
            }
            (Some(first), Some(last)) => {
                p { (counted(judged.len() as u64, "verdict")) ", judged from " (first.to_string()) " to " (last.to_string()) "." }
                (time_lines("judged", "What was verified", &judged, &finding_series())?)
            }
            _ => { p { "Nothing has been decided yet." } }
        }
        h3 { "Evidence, by the date it bears" }
        p {
            (counted(evidence.len() as u64, "piece")) " of evidence bear a date; " (undated) " bear none that is known."
        }
        (time_lines("dated", "Evidence by its date", &evidence, &series)?)
    })
}

fn time_lines(id: &str, what: &str, points: &[Point], series: &Series) -> Result<Markup, ChartError> {
    let classes: Vec<&str> = series.iter().map(|(class, _)| *class).collect();
    let used: Vec<usize> = (0..series.len()).filter(|s| points.iter().any(|p| p.series == *s)).collect();
    let lines = span::lines(points, series.len());
    let drawn: Vec<String> = lines.iter().map(|l| chart::time_line(l, &classes)).collect::<Result<_, _>>()?;
    Ok(html! {
        @if !lines.is_empty() {
            ul.series aria-label="Key of the colours" {
                @for s in &used { li { span.swatch.{ "b-" (series[*s].0) } {} " " (series[*s].1) } }
            }
        }
        @for (i, (line, svg)) in lines.iter().zip(drawn).enumerate() {
            figure {
                div.scroll tabindex="0" role="group" aria-label={ (what) ", " (by(line)) } {
                    svg.chart role="img" viewBox={ "0 0 " (chart::WIDTH) " " (chart::LINE_HEIGHT) } aria-labelledby={ (id) "-t" (i) " " (id) "-d" (i) } {
                        title id={ (id) "-t" (i) } { (what) ", " (by(line)) }
                        desc id={ (id) "-d" (i) } { (extent(line)) " The table below says the same." }
                        (PreEscaped(svg))
                    }
                }
                figcaption { @if i > 0 { "A closer look, " } @else { "Counted " } (by(line)) ". " (extent(line)) }
            }
            (alternative(line, series, &used))
        }
    })
}

fn by(line: &Line) -> &'static str {
    match line.unit {
        Unit::Century => "by century",
        Unit::Decade => "by decade",
        Unit::Year => "by year",
        Unit::Month => "by month",
        Unit::Day => "by day",
    }
}

fn extent(line: &Line) -> String {
    let name = |at: usize| line.bins.get(at).map_or("", |(name, _)| name.as_str());
    let most = (0..line.bins.len()).rev().max_by_key(|i| line.total(*i)).unwrap_or_default();
    format!("From {} to {}; most in {}, {}.", name(0), name(line.bins.len() - 1), name(most), line.total(most))
}

fn alternative(line: &Line, series: &Series, used: &[usize]) -> Markup {
    html! {
        details {
            summary { "The same as a table" }
            div.scroll tabindex="0" role="group" aria-label={ "Table " (by(line)) } {
                table {
                    thead { tr { th scope="col" { "Time" } @for s in used { th.num scope="col" { (series[*s].1) } } } }
                    tbody {
                        @for (i, (name, counts)) in line.bins.iter().enumerate().filter(|(i, _)| line.total(*i) > 0) {
                            tr data-bin=(i) { th scope="row" { (name) } @for s in used { td.num { (counts[*s]) } } }
                        }
                    }
                }
            }
        }
    }
}

/// Radio buttons that choose by style alone; printing always prints every claim.
fn filter(findings: &[(Finding, u64)]) -> Markup {
    let all: u64 = findings.iter().map(|(_, n)| n).sum();
    html! {
        fieldset.filter {
            legend { "Show on screen" }
            span { input type="radio" name="show" id="show-all" checked; label for="show-all" { "all " (all) } }
            @for (f, n) in findings.iter().filter(|(_, n)| *n > 0) {
                span { input type="radio" name="show" id={ "show-" (f.key) }; label for={ "show-" (f.key) } { (f.label) " " (n) } }
            }
            p { "Printing prints every claim." }
        }
    }
}

fn verify(head: &Head) -> Markup {
    html! {
        section id="verify" aria-labelledby="h-verify" {
            h2 id="h-verify" { "Check it yourself" }
            p {
                "This page proves nothing by itself: anybody can write a page. What it says can be checked against the ledger, of which "
                "LEDGER stands for the folder or address, and NUMBER for a claim's number."
            }
            ol.commands { @for (command, what) in facts::commands(head) { li { code dir="ltr" { (Text(&command)) } p { (what) } } } }
            @if let Some(note) = &head.checkpoint {
                h3 { "The checkpoint" }
                pre tabindex="0" { (Text(note)) }
            }
        }
    }
}
