//! Who says what, who published the evidence, and how much of it is one origin.

use maud::{Markup, html};

use super::text::Text;
use crate::exchange::report::tally::{self, Source, Speaker};
use crate::exchange::report::{counted, words};
use crate::view::ClaimView;

/// Most claims that a row lists one by one.
const LISTED: usize = 12;

/// The three tables.
pub fn tables(claims: &[ClaimView]) -> Markup {
    let (speakers, publishers, clusters) =
        (tally::speakers(claims), tally::publishers(claims), tally::clusters(claims));
    html! {
        h3 id="speakers" { "Who says it" }
        p { "Everybody in whose mouth the documents put a claim, at any step of an attribution." }
        div.scroll tabindex="0" role="group" aria-label="Speakers" {
            table {
                thead { tr { th scope="col" { "Speaker" } th scope="col" { "Role" } th.num scope="col" { "Claims" } th scope="col" { "How they hold them" } } }
                tbody { @for s in &speakers { (speaker(s)) } }
            }
        }
        h3 id="publishers" { "Who published the evidence" }
        (foldable("Publishers", &publishers, "Publisher", "Clusters", 10))
        h3 id="clusters" { "What goes back to one origin" }
        p { "Five outlets on one agency report are one cluster, and count once." }
        (foldable("Clusters", &clusters, "Cluster", "Publishers", 10))
    }
}

fn speaker(s: &Speaker) -> Markup {
    let held: Vec<String> = s.held.iter().map(|(code, n)| format!("{code} {n}")).collect();
    let name = s.name.as_deref().unwrap_or("without a name");
    html! {
        tr {
            th scope="row" dir="auto" { (Text(name)) @if s.damaged { " (the name is damaged in the bytes)" } }
            td { (s.roles.iter().copied().collect::<Vec<_>>().join(", ")) }
            td.num { (s.claims.len()) }
            td { (held.join(", ")) }
        }
    }
}

/// The first rows, and the others behind a summary.
fn foldable(what: &str, rows: &[Source], one: &str, others: &str, open: usize) -> Markup {
    let (first, rest) = rows.split_at(rows.len().min(open));
    html! {
        (table(what, first, one, others))
        @if !rest.is_empty() {
            details {
                summary { "The other " (rest.len()) ", with fewer pages each" }
                (table(&format!("{what}, continued"), rest, one, others))
            }
        }
    }
}

fn table(what: &str, rows: &[Source], one: &str, others: &str) -> Markup {
    html! {
        div.scroll tabindex="0" role="group" aria-label=(what) {
            table {
                thead {
                    tr {
                        th scope="col" { (one) }
                        th.num scope="col" { "Pages" }
                        th scope="col" { (others) }
                        th scope="col" { "Code" }
                        th scope="col" { "Supports, refutes, qualifies, context" }
                        th scope="col" { "Claims" }
                    }
                }
                tbody { @for row in rows { (source(row)) } }
            }
        }
    }
}

fn source(row: &Source) -> Markup {
    let claims: Vec<u64> = row.claims.iter().copied().collect();
    let [supports, refutes, qualifies, context] = row.stances;
    html! {
        tr {
            th scope="row" dir="auto" { (Text(&row.name)) }
            td.num { (row.pages) }
            td dir="auto" { (Text(&some(&row.others))) }
            td { (row.codes.iter().cloned().collect::<Vec<_>>().join(" ")) }
            td { (supports) ", " (refutes) ", " (qualifies) ", " (context) }
            td {
                @for (i, n) in claims.iter().take(LISTED).enumerate() {
                    @if i > 0 { " " }
                    (super::text::claim_link(*n, true))
                }
                @if claims.len() > LISTED { " and " (claims.len() - LISTED) " more" }
            }
        }
    }
}

fn some(names: &std::collections::BTreeSet<String>) -> String {
    let first: Vec<&str> = names.iter().take(4).map(String::as_str).collect();
    let more = names.len().saturating_sub(first.len());
    if more == 0 { first.join("; ") } else { format!("{}; and {more} more", first.join("; ")) }
}

/// What the codes of the page mean.
pub fn legend() -> Markup {
    html! {
        div.legends {
            div {
                h3 { "Findings" }
                dl { @for f in words::FINDINGS { div { dt { (f.letter) " " (f.label) } dd { (f.meaning) } } } }
            }
            div {
                h3 { "Codes of evidence" }
                p { "A letter for the source and a digit for the information, judged apart and never averaged." }
                dl { @for (code, meaning) in words::RELIABILITY.iter().chain(words::CREDIBILITY) { div { dt { (code) } dd { (meaning) } } } }
            }
            div {
                h3 { "Hedges, by class" }
                dl { @for (class, examples) in words::HEDGES { div { dt { mark.{ "h-" (class) } { (class.replace('-', " ")) } } dd { (examples) } } } }
            }
            div {
                h3 { "How a speaker holds a claim" }
                dl {
                    @for held in crate::claim::vocab::Factuality::ALL {
                        div { dt { (held.as_str()) } dd { (words::factuality(*held)) } }
                    }
                }
            }
        }
    }
}

/// A sentence on hedges over the whole set.
pub fn hedges(claims: &[ClaimView]) -> Markup {
    let counts = tally::hedges(claims);
    let all: u64 = counts.iter().map(|(_, n)| n).sum();
    html! {
        @if all > 0 {
            p {
                (counted(all, "hedge")) " marked in what the documents say: "
                @for (i, (class, n)) in counts.iter().enumerate() {
                    @if i > 0 { ", " }
                    mark.{ "h-" (class) } { (class.replace('-', " ")) } " " (n)
                }
                "."
            }
        }
    }
}
