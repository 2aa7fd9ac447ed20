//! A claim as a card.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::graph::graph;
use super::quote::quoted;
use super::text::{Text, claim_link, link};
use crate::claim::{Hedge, Step};
use crate::exchange::fragment;
use crate::exchange::report::{self, counted, words};
use crate::view::{AppearanceView, ClaimView, CorrectionView, EvidenceView, VerdictView};

/// The card; `here` holds the numbers of all claims of the page, so that relations link to them.
pub fn card(claim: &ClaimView, here: &BTreeSet<u64>, public: bool) -> Markup {
    let n = claim.number;
    let finding = words::finding(claim.finding);
    html! {
        article.card.(finding.key) id={ "claim-" (n) } aria-labelledby={ "c" (n) } {
            header {
                p.no { a href={ "#claim-" (n) } { "#" (n) } @if let Some(key) = &claim.key { " " span.key { (Text(key)) } } }
                p.chip.{ "k-" (finding.key) } { (finding.label) }
            }
            h3 id={ "c" (n) } lang=(super::text::Plain(&claim.lang)) dir="auto" {
                @match &claim.statement {
                    Some(statement) => { (Text(statement)) }
                    None => { "(the wording is withheld)" }
                }
            }
            (facts(claim))
            ul.standing { @for line in words::standing(claim) { li dir="auto" { (Text(&line)) } } }
            @if let Some(verdict) = &claim.verdict { (judged(verdict, finding.label)) }
            (appearances(claim))
            (evidence(claim))
            @if let Some(graph) = graph(claim) { h4 { "Evidence graph" } (graph) }
            (searches(claim, public))
            (corrections(claim))
            (relations(claim, here))
            footer {
                "Recorded " (claim.recorded.day()) " by " (Text(&claim.agent)) ". Leaf "
                code { (claim.leaf) } "."
            }
        }
    }
}

fn facts(claim: &ClaimView) -> Markup {
    let checkable = match (claim.checkable, claim.why_not) {
        (Some(false), Some(why)) => Some(format!("not checkable: {why}")),
        _ => None,
    };
    let kind = claim.kind.map(|k| k.replace('-', " "));
    let times: Vec<String> = claim.times.iter().map(|t| format!("“{}”: {} ({})", t.text, t.edtf, t.basis)).collect();
    let parts = [
        kind.into_iter().chain(checkable).collect::<Vec<_>>().join(", "),
        claim.quantities.iter().map(words::quantity).collect::<Vec<_>>().join("; "),
        times.join("; "),
        claim.places.join(", "),
        claim.actors.join(", "),
        claim.tags.join(", "),
    ];
    let names = ["Kind", "Number", "Time", "Place", "About", "Tags"];
    html! {
        dl.facts {
            @for (name, value) in names.iter().zip(&parts).filter(|(_, v)| !v.is_empty()) {
                div { dt { (name) } dd dir="auto" { (Text(value)) } }
            }
        }
    }
}

fn judged(verdict: &VerdictView, label: &str) -> Markup {
    html! {
        div.verdict {
            dl {
                div { dt { "Finding" } dd { (label) } }
                @if let Some(c) = verdict.confidence {
                    div { dt { "Confidence" } dd { (words::confidence(c)) } }
                }
                @if let Some(band) = verdict.likelihood {
                    div { dt { "Likelihood" } dd { (words::likelihood(band)) } }
                }
                @if let Some(day) = &verdict.judged_on {
                    div { dt { "Judged on" } dd { (day) " by " (Text(&verdict.agent)) ", entry #" (verdict.number) } }
                }
            }
            @if let Some(why) = &verdict.rationale { p.why dir="auto" { (Text(why)) } }
            @if let Some(method) = &verdict.method { p.method dir="auto" { b { "Method. " } (Text(method)) } }
            @for review in &verdict.reviews {
                p.method dir="auto" {
                    b { "Second reading. " } (Text(&review.agent)) ": " (review.decision.unwrap_or("withheld"))
                    @if let Some(note) = &review.note { ". " (Text(note)) }
                }
            }
        }
    }
}

fn appearances(claim: &ClaimView) -> Markup {
    html! {
        @if !claim.appearances.is_empty() {
            h4 { "Who says so" }
            @for a in &claim.appearances { (appearance(a)) }
        }
    }
}

fn appearance(a: &AppearanceView) -> Markup {
    let d = &a.document;
    let inferred = |field: &str| {
        let found = d.inferred.iter().find(|i| i.field.as_str() == field);
        found.map(|i| format!("{} (inferred)", i.value))
    };
    let title = d.title.clone().or_else(|| inferred("title")).unwrap_or_else(|| "an untitled document".into());
    let rest: Vec<String> = [d.author.clone(), d.publisher.clone().or_else(|| inferred("publisher")), d.dated.clone()]
        .into_iter()
        .flatten()
        .collect();
    html! {
        div.said {
            p { "In document #" (d.number) ", " cite dir="auto" { (Text(&title)) }
                @if !rest.is_empty() { ": " (Text(&rest.join(", "))) }
                @if let Some(url) = &d.url { " " (link("at", url)) }
                @for url in &d.archives { " · " (link("archived at", url)) }
            }
            @for anchor in &a.anchors {
                @if let Some(quote) = &anchor.quote {
                    blockquote dir="auto" { (quoted(quote, anchor, &a.hedges)) }
                    @if let Some(url) = d.url.as_deref().and_then(|u| fragment::link(u, quote)) {
                        p.links { (link("this passage on the live page of", &url)) }
                    }
                }
            }
            ol.chain { @for (level, step) in a.attribution.iter().enumerate() { (one_step(level, step)) } }
            @if !a.hedges.is_empty() {
                ul.hedges { @for hedge in &a.hedges { (one_hedge(hedge, &a.attribution)) } }
            }
        }
    }
}

fn name(step: &Step) -> String {
    match (step.damaged, step.name.as_deref().or(step.description.as_deref())) {
        (true, Some(name)) => format!("a name damaged in the bytes: {name}"),
        (true, None) => "a name damaged in the bytes".into(),
        (false, Some(name)) => name.to_owned(),
        (false, None) => format!("somebody without a name, {}", step.role),
    }
}

fn one_step(level: usize, step: &Step) -> Markup {
    let mode = step.mode.map_or(String::new(), |m| format!(", {m} speech"));
    html! {
        li dir="auto" {
            @if level > 0 { span.arrow aria-hidden="true" { "→ " } }
            b { (Text(&name(step))) } " (" (step.role.as_str()) (mode) ")"
            @if let Some(cue) = &step.cue { ", “" (Text(cue)) "”," }
            " holds it " (words::factuality(step.factuality)) " (" (step.factuality.as_str()) ")"
        }
    }
}

fn one_hedge(hedge: &Hedge, chain: &[Step]) -> Markup {
    let by = chain.get(usize::from(hedge.level)).map_or_else(|| "an unknown step".into(), name);
    let band = hedge.band.map_or(String::new(), |b| format!("; {}", words::likelihood(b.as_str())));
    html! {
        li dir="auto" {
            mark.{ "h-" (hedge.class.as_str()) } { (Text(&hedge.cue)) }
            " hedge: " (hedge.class.as_str().replace('-', " ")) ", " (hedge.strength.as_str()) ", by " (Text(&by)) (band)
        }
    }
}

fn evidence(claim: &ClaimView) -> Markup {
    let (pages, clusters) = report::pages_and_clusters(claim);
    html! {
        @if claim.evidence.is_empty() {
            p.none { "No evidence is linked." }
        } @else {
            h4 { "Evidence: " (counted(pages, "page")) ", " (counted(clusters, "cluster")) }
            div.evidence {
                @for (heading, items) in report::evidence(claim) {
                    section.{ "g-" (heading.split([' ', ',', ':']).next().unwrap_or_default().to_lowercase()) } {
                        h5 { (heading) }
                        ul { @for e in items { (piece(e, heading)) } }
                    }
                }
            }
        }
    }
}

fn piece(e: &EvidenceView, heading: &str) -> Markup {
    let (code, meaning) = words::admiralty(e);
    // Under these headings the stance is not told by the heading.
    let stance = e.stance.filter(|_| heading.contains(' ') && heading != "Limits it");
    html! {
        li id={ "evidence-" (e.number) } {
            p.from dir="auto" {
                b { (Text(words::source(e))) } ", " (words::dated(e.dated.as_deref()))
                @if let Some(stance) = stance { ", " (stance.as_str()) }
            }
            @match &e.says {
                Some(says) => { p dir="auto" { (Text(says)) } }
                None => { p { "(withheld)" } }
            }
            @if let Some(label) = &e.label {
                p dir="auto" { "Their rating: “" (Text(label)) "”" @if let Some(scale) = &e.scale { ", on the scale “" (Text(scale)) "”" } }
            }
            p.links {
                span.code { (code) } " " (meaning) " · cluster " bdi { (Text(e.cluster.as_deref().unwrap_or("withheld"))) }
                " · " (words::kind_of_evidence(e)) @if let Some(lang) = &e.lang { " · in " (Text(lang)) }
                @if let Some(url) = &e.url { " · " (link("page at", url)) }
                @if let Some(url) = &e.archive { " · " (link("archived at", url)) }
            }
        }
    }
}

fn searches(claim: &ClaimView, public: bool) -> Markup {
    let searches: Vec<_> = claim.searches.iter().filter_map(|s| s.search.as_ref()).collect();
    let contacts: Vec<_> = claim.contacts.iter().filter(|_| !public).filter_map(|c| c.contact.as_ref()).collect();
    html! {
        @if !searches.is_empty() {
            h4 { "Where was looked" }
            ul.plain {
                @for s in searches {
                    li dir="auto" {
                        (s.on.to_string()) ": " (counted(s.found, "page")) " found. " b { "For:" } " " (Text(&s.sought))
                        " " b { "Where:" } " " (Text(&s.place))
                        @if !s.languages.is_empty() { " " b { "In:" } " " (Text(&s.languages.join(", "))) }
                    }
                }
            }
        }
        @if !contacts.is_empty() {
            h4 { "Who was asked" }
            ul.plain {
                @for c in contacts {
                    li dir="auto" {
                        (Text(&c.who)) ": " (c.outcome.map_or("no answer yet", crate::claim::vocab::Outcome::as_str).replace('-', " "))
                        @if let Some(answer) = &c.answer { ". " (Text(answer)) }
                    }
                }
            }
        }
    }
}

fn corrections(claim: &ClaimView) -> Markup {
    html! {
        @if !claim.corrections.is_empty() {
            h4 { "Corrections" }
            @for c in &claim.corrections { (correction(c)) }
        }
    }
}

fn correction(c: &CorrectionView) -> Markup {
    html! {
        div.correction {
            p dir="auto" { b { (c.time.day().to_string()) ", " (c.kind) } " by " (Text(&c.agent)) ", entry #" (c.number) ": " (Text(&c.text)) }
            @if !c.changes.is_empty() {
                div.scroll tabindex="0" role="group" aria-label={ "Changes of correction " (c.number) } {
                    table {
                        thead { tr { th scope="col" { "What" } th scope="col" { "Before" } th scope="col" { "After" } } }
                        tbody {
                            @for change in &c.changes {
                                tr {
                                    th scope="row" { (Text(&change.path)) }
                                    td dir="auto" { del { (Text(&words::value(change.before.as_ref()))) } }
                                    td dir="auto" { ins { (Text(&words::value(change.after.as_ref()))) } }
                                }
                            }
                        }
                    }
                }
            }
            @if !c.withdraws.is_empty() {
                p { "Evidence that no longer counts: " (c.withdraws.iter().map(|n| format!("#{n}")).collect::<Vec<_>>().join(", ")) }
            }
        }
    }
}

fn relations(claim: &ClaimView, here: &BTreeSet<u64>) -> Markup {
    html! {
        @if !claim.relations.is_empty() {
            h4 { "In relation to other claims" }
            ul.plain {
                @for r in &claim.relations {
                    li {
                        (words::relation(r.kind)) " "
                        @match (r.number, &r.foreign) {
                            (Some(number), _) => { (claim_link(number, here.contains(&number))) }
                            (None, Some(foreign)) => { bdi { (Text(foreign)) } }
                            (None, None) => { "a claim that is not named" }
                        }
                    }
                }
            }
        }
    }
}
