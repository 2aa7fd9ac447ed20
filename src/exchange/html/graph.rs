//! The evidence graph of a claim: its evidence in boxes of one origin each, what each piece does to the claim's point,
//! and the claims it stands in relation to.

use std::collections::BTreeMap;

use maud::{Markup, html};
use unicode_width::UnicodeWidthChar as _;

use super::text::Plain;
use crate::exchange::report::{counted, pages_and_clusters, words};
use crate::view::{ClaimView, EvidenceView};

const WIDTH: usize = 720;
const LEFT: usize = 372;
const CLAIM: usize = 512;
const ROW: usize = 22;
const RELATION: usize = 20;

/// A row of the left side.
struct Placed<'a> {
    evidence: &'a EvidenceView,
    middle: usize,
}

/// A box of one origin.
struct Cluster<'a> {
    name: &'a str,
    top: usize,
    height: usize,
    rows: Vec<Placed<'a>>,
}

fn clusters(claim: &ClaimView) -> (Vec<Cluster<'_>>, usize) {
    let mut order: Vec<&str> = Vec::new();
    let mut by_name: BTreeMap<&str, Vec<&EvidenceView>> = BTreeMap::new();
    for e in claim.evidence.iter().filter(|e| !e.withdrawn) {
        let name = e.cluster.as_deref().unwrap_or("withheld");
        if !by_name.contains_key(name) {
            order.push(name);
        }
        by_name.entry(name).or_default().push(e);
    }
    let mut top = 1;
    let mut placed = Vec::new();
    for name in order {
        let items = by_name.remove(name).unwrap_or_default();
        let height = 24 + items.len() * ROW;
        let middle = |i: usize| top + 20 + i * ROW + ROW / 2;
        let rows = items.into_iter().enumerate().map(|(i, evidence)| Placed { evidence, middle: middle(i) }).collect();
        placed.push(Cluster { name, top, height, rows });
        top += height + 8;
    }
    (placed, top.saturating_sub(8) + 1)
}

/// The graph; `None` where a single piece of evidence and no relation would make a picture of nothing.
pub fn graph(claim: &ClaimView) -> Option<Markup> {
    let (clusters, left) = clusters(claim);
    let pieces: usize = clusters.iter().map(|c| c.rows.len()).sum();
    if pieces < 2 && (pieces == 0 || claim.relations.is_empty()) {
        return None;
    }
    let relations = claim.relations.len() * RELATION;
    let right = 62 + if relations > 0 { relations + 14 } else { 0 };
    let height = left.max(right + 2);
    // Claim and relations stand in the middle of the evidence's height.
    let top = (height - right) / 2;
    let middle = top + 31;
    let (pages, origins) = pages_and_clusters(claim);
    let described = format!(
        "{} of {} on the left, each joined to the claim on the right by what it does to its point. The list of evidence \
         above says the same.",
        counted(pages, "page"),
        counted(origins, "cluster"),
    );
    let (id, finding) = (claim.number, words::finding(claim.finding));
    Some(html! {
        div.scroll tabindex="0" role="group" aria-label={ "Evidence graph of claim " (id) } {
            svg.graph role="img" viewBox={ "0 0 " (WIDTH) " " (height) } aria-labelledby={ "gt" (id) " gd" (id) } {
                title id={ "gt" (id) } { "Evidence graph of claim #" (id) }
                desc id={ "gd" (id) } { (described) }
                @for cluster in &clusters {
                    @for row in &cluster.rows { (edge(row, middle)) }
                }
                @for cluster in &clusters { (boxed(cluster)) }
                rect.claim.{ "s-" (finding.key) } x=(CLAIM) y=(top) width=(WIDTH - CLAIM - 1) height="62" rx="4" {}
                text.strong x=(CLAIM + 12) y=(top + 24) { "#" (id) }
                text x=(CLAIM + 12) y=(top + 45) { (finding.label) }
                @for (i, relation) in claim.relations.iter().enumerate() {
                    @let to = words::other(relation.number, relation.foreign.as_deref());
                    @let told = format!("{} {to}", relation.kind.as_str().replace('-', " "));
                    path.rel d={ "M" (CLAIM + 6) " " (top + 62) "V" (top + 72 + i * RELATION + 8) "h8" } {}
                    text.small x=(CLAIM + 18) y=(top + 72 + i * RELATION + 12) { (Plain(&cut(&told, 30))) }
                }
            }
        }
    })
}

fn edge(row: &Placed<'_>, middle: usize) -> Markup {
    let (from, y, bend) = (LEFT, row.middle, usize::midpoint(LEFT, CLAIM));
    let stance = row.evidence.stance.map_or("context", crate::claim::vocab::Stance::as_str);
    let weight = if row.evidence.relied_on { "relied" } else { "aside" };
    html! {
        path.{ "e-" (stance) }.(weight)
            d={ "M" (from) " " (y) "C" (bend) " " (y) " " (bend) " " (middle) " " (CLAIM) " " (middle) } {}
    }
}

fn boxed(cluster: &Cluster<'_>) -> Markup {
    html! {
        rect.cluster x="1" y=(cluster.top) width=(LEFT - 1) height=(cluster.height) rx="4" {}
        text.small x="10" y=(cluster.top + 15) { "cluster " (Plain(&cut(cluster.name, 50))) }
        @for row in &cluster.rows {
            @let e = row.evidence;
            @let stance = e.stance.map_or("withheld", crate::claim::vocab::Stance::as_str);
            text x="10" y=(row.middle + 4) { (Plain(&cut(words::source(e), 33))) }
            text.end x=(LEFT - 8) y=(row.middle + 4) { (stance) " " (words::admiralty(e).0) }
        }
    }
}

/// At most so many columns of a text, on one line; what is cut off is marked.
fn cut(text: &str, columns: usize) -> String {
    let mut out = String::new();
    let mut wide = 0;
    for (c, deceives) in crate::text::shown(text) {
        // A deceiving character is shown by its name, which takes room.
        let width = if deceives { 8 } else { c.width().unwrap_or(1) };
        if wide + width > columns {
            return format!("{}…", out.trim_end());
        }
        wide += width;
        out.push(if matches!(c, '\n' | '\t') { ' ' } else { c });
    }
    out
}
