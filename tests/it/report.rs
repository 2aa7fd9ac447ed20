//! The reports for people: what they say, how they look to those who see little or no colour, and what they cost.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use html5gum::{Token, Tokenizer};
use onrecord::claim::vocab::*;
use onrecord::claim::{Hedge, Time};
use onrecord::entry::{Event, Proposal};
use onrecord::exchange::format::{Format, FormatError, Head};
use onrecord::exchange::html::{Html, STYLE, quote};
use onrecord::exchange::iri::Base;
use onrecord::exchange::markdown::Markdown;
use onrecord::exchange::report::MAX_CLAIMS;
use onrecord::exchange::report::span::{self, Point};
use onrecord::exchange::report::words::FINDINGS;
use onrecord::hash::Index;
use onrecord::ledger::Ledger;
use onrecord::view::{ClaimView, FLAGS};

use crate::hostile::write;
use crate::hostile_claims::batch;
use crate::ledger::{append, claim, document, evidence, ledger, verdict};

fn head(ledger: &Ledger) -> Head {
    Head {
        origin: ledger.origin().to_owned(),
        id: ledger.id(),
        size: ledger.size(),
        root: ledger.root(),
        checkpoint: ledger.reader().note().map(|note| String::from_utf8(note.to_vec()).unwrap()),
        exported_at: ledger.state().last_time,
        query: String::new(),
        all: true,
        public: false,
        base: Base::parse("https://example.invalid/").unwrap(),
    }
}

fn view(ledger: &Ledger, number: u64) -> ClaimView {
    ClaimView::new(&ledger.claim(Index(number)).unwrap().unwrap(), ledger)
}

fn page(ledger: &Ledger, claims: &[ClaimView]) -> String {
    String::from_utf8(write(Html::new(), &head(ledger), claims)).unwrap()
}

fn text(ledger: &Ledger, claims: &[ClaimView]) -> String {
    String::from_utf8(write(Markdown::new(), &head(ledger), claims)).unwrap()
}

/// A page without its elements.
fn words(page: &str) -> String {
    let mut out = String::new();
    for token in Tokenizer::new(page) {
        match token.unwrap() {
            Token::String(found) => out.push_str(std::str::from_utf8(&found).unwrap()),
            Token::StartTag(tag)
                if !["span", "b", "bdi", "a", "mark", "code"].contains(&std::str::from_utf8(&tag.name).unwrap()) =>
            {
                out.push('\n');
            }
            _ => {}
        }
    }
    out
}

// ---- colours

type Colour = [f64; 3];

fn colour(text: &str) -> Colour {
    let at = |i: usize| f64::from(u8::from_str_radix(&text[i..i + 2], 16).unwrap()) / 255.0;
    [at(1), at(3), at(5)]
}

/// Relative luminance (WCAG 2.2).
fn luminance(c: Colour) -> f64 {
    let [r, g, b] = c.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The custom properties of light and of dark, which takes what it does not set from light.
fn palettes() -> [BTreeMap<String, Colour>; 2] {
    let read = |block: &str| -> BTreeMap<String, Colour> {
        let lines = block.split(['{', ';', '}']).filter_map(|l| l.trim().strip_prefix("--")?.split_once(": "));
        lines.map(|(name, value)| (name.to_owned(), colour(value))).collect()
    };
    let (light, rest) = STYLE.split_once("@media screen and (prefers-color-scheme: dark)").unwrap();
    let dark = rest.split_once("/* Text:").unwrap().0;
    let (light, own) = (read(light), read(dark));
    assert_eq!(light.keys().collect::<Vec<_>>(), own.keys().collect::<Vec<_>>(), "a colour that only one mode has");
    [light, own]
}

#[test]
fn every_pair_of_colours_that_meet_passes_wcag_aa_in_light_and_dark() {
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9, "black on white is 21 to 1");
    assert!((contrast(colour("#777777"), [1.0; 3]) - 4.478).abs() < 1e-3, "a grey known to fail");
    let keys: Vec<&str> = FINDINGS.iter().map(|f| f.key).collect();
    let mut least = 21.0_f64;
    for palette in palettes() {
        let of = |name: &str| *palette.get(name).unwrap_or_else(|| panic!("no --{name}"));
        let mut check = |front: &str, back: &str, least_allowed: f64| {
            let found = contrast(of(front), of(back));
            assert!(found >= least_allowed, "--{front} on --{back}: {found:.2}, and {least_allowed} is the least");
            least = least.min(found / least_allowed);
        };
        for ground in ["paper", "card"] {
            for front in ["ink", "soft", "accent"] {
                check(front, ground, 4.5);
            }
            // Bars, lines and edges are not text.
            for shape in keys.iter().chain(&["supports", "refutes", "qualifies", "context"]) {
                check(shape, ground, 3.0);
            }
        }
        check("ink", "mark", 4.5);
        for key in &keys {
            check(&format!("on-{key}"), key, 4.5);
        }
    }
    assert!(least >= 1.0);
}

#[test]
fn the_style_fetches_nothing_and_every_finding_can_be_chosen() {
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    for finding in FINDINGS {
        assert!(
            STYLE.contains(&format!("body:has(#show-{0}:checked) .card:not(.{0})", finding.key)),
            "{}",
            finding.key
        );
    }
    for class in HedgeClass::ALL {
        // The modal's is the mark's own line.
        assert!(STYLE.contains(&format!(".h-{class} ")) || *class == HedgeClass::Modal, "{class}");
    }
}

// ---- what is said

/// One claim that is supported, refuted in part by evidence not relied on, and corrected.
fn corrected() -> (Ledger, u64) {
    let (_, mut ledger) = ledger();
    let number = append(&mut ledger, &batch(0, "plain words")).unwrap().base + 1;
    (ledger, number)
}

#[test]
fn a_report_says_the_head_in_order_and_the_state_in_words() {
    let (ledger, number) = corrected();
    let claims = [view(&ledger, number)];
    let (page, text) = (words(&page(&ledger, &claims)), text(&ledger, &claims));
    for (what, report) in [("html", &page), ("markdown", &text)] {
        let bare = report.replace('\\', "");
        let order = ["Ledger", "Tree size", "Root", "Checkpoint", "Cosigners", "As of", "Left out"];
        let places: Vec<usize> =
            order.iter().map(|o| bare.find(o).unwrap_or_else(|| panic!("{what}: no {o}"))).collect();
        assert!(places.is_sorted(), "{what}: {places:?}");
        for said in [
            ledger.origin(),
            &ledger.root().to_string(),
            &format!("{} entries", ledger.size()),
            "none: no witness has seen this tree",
            "Partly supported",
            "low: thin evidence, or of one origin",
            "likely (55 to 80 per cent)",
            "Published on 2026-11-22",
            "Corrected since publication (1 correction)",
            "Not second-read: no other agent has approved the verdict",
            "Withdrawn: no longer counts",
            "Considered, not relied on",
            "usually reliable; probably true",
            "now plain words",
            "onrecord --ledger LEDGER audit",
        ] {
            assert!(bare.contains(said), "{what}: does not say {said:?}");
        }
        // Old and new of the correction, and never one field for confidence and likelihood.
        for (old, new) in [("plain words", "now plain words"), ("supported", "partly-supported")] {
            let row = bare.lines().any(|l| l.contains(old) && l.contains(new)) || what == "html";
            assert!(row && bare.contains(old) && bare.contains(new), "{what}: {old} -> {new}");
        }
        assert!(!bare.lines().any(|l| l.contains("thin evidence") && l.contains("per cent")), "{what}");
    }
}

#[test]
fn what_only_a_desk_may_see_is_not_in_a_public_report() {
    let (ledger, number) = corrected();
    let claims = [view(&ledger, number)];
    let public = Head { public: true, ..head(&ledger) };
    let page = words(&String::from_utf8(write(Html::new(), &public, &claims)).unwrap());
    assert!(!page.contains("Who was asked") && self::page(&ledger, &claims).contains("Who was asked"));
}

#[test]
fn words_of_an_unlicensed_document_do_not_come_out_by_a_correction() {
    let desk = crate::cli::Desk::new();
    let mut batch = batch(0, "plain words");
    let secret = |claim: &mut onrecord::claim::Claim, words: &str| {
        let anchor = &mut claim.appearance.anchors[0];
        anchor.quote = Some(words.into());
        anchor.sha256 = Some(onrecord::hash::Digest::of(words.as_bytes()));
        (anchor.prefix, anchor.suffix) = (None, None);
    };
    for proposal in &mut batch {
        match &mut proposal.event {
            Event::DocumentRegistered(document) => document.licence = None,
            Event::ClaimRecorded(claim) => secret(claim, "earlier secret"),
            Event::CorrectionIssued(correction) => secret(correction.claim.as_mut().unwrap(), "later secret"),
            _ => {}
        }
    }
    desk.append(&batch);
    for (format, public) in
        [("jsonl", false), ("html", false), ("markdown", false), ("jsonl", true), ("html", true), ("markdown", true)]
    {
        let mut args = vec!["export", "--format", format, "--out", "x"];
        args.extend(public.then_some("--public"));
        desk.ok(&args);
        let text = std::fs::read_to_string(desk.path("x")).unwrap();
        assert_eq!(text.matches("earlier secret").count() > 0, !public, "{format} {public}");
        assert_eq!(text.matches("later secret").count() > 0, !public, "{format} {public}");
        assert!(text.contains("now plain words"), "{format}: the correction itself is public");
    }
}

#[test]
fn every_flag_has_words_but_those_that_the_state_says() {
    let (ledger, number) = corrected();
    let mut claim = view(&ledger, number);
    for flag in FLAGS {
        claim.flags = vec![(*flag).to_owned()];
        let said = onrecord::exchange::report::words::standing(&claim);
        let own = said.len() > 1;
        assert_eq!(own, !["retracted", "withdrawn", "rests-on-fallen"].contains(flag), "{flag}: {said:?}");
        assert!(!said.iter().any(|s| s.contains("  ") || s == flag), "{flag}: {said:?}");
    }
}

#[test]
fn hedges_are_marked_where_they_stand_in_a_licensed_quote() {
    let hedge = |cue: &str, start: Option<u64>, class| Hedge {
        band: None,
        class,
        cue: cue.into(),
        end: start.map(|s| s + cue.chars().count() as u64),
        level: 0,
        scope: None,
        start,
        strength: Strength::Low,
    };
    // Positions count code points of the whole text, in which the quote begins at 100.
    let quote = "Ünï: it may perhaps have been 𝟚𝟘 metres.";
    let hedges = [
        hedge("perhaps", Some(112), HedgeClass::Probability),
        hedge("may", Some(108), HedgeClass::Modal),
        hedge("ay", Some(109), HedgeClass::Belief),
        hedge("about", Some(90), HedgeClass::Approximator),
        hedge("some", None, HedgeClass::Approximator),
        hedge("over", Some(138), HedgeClass::Approximator),
    ];
    let parts = quote::parts(quote, Some(100), &hedges);
    let expected = [
        ("Ünï: it ", None),
        ("may", Some("modal")),
        (" ", None),
        ("perhaps", Some("probability")),
        (" have been 𝟚𝟘 metres.", None),
    ];
    assert_eq!(parts, expected);
    assert_eq!(quote::parts(quote, None, &hedges), [(quote, None)], "without a place nothing is marked");
    assert_eq!(quote::parts("may", Some(108), &hedges[1..2]), [("may", Some("modal"))]);
}

// ---- structure

#[test]
fn a_page_has_landmarks_headings_in_steps_and_names_for_what_has_no_text() {
    let (ledger, number) = corrected();
    let page = page(&ledger, &[view(&ledger, number)]);
    let (mut level, mut ids, mut wanted, mut named) = (0, BTreeSet::new(), Vec::new(), 0);
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for token in Tokenizer::new(&page) {
        let Token::StartTag(tag) = token.unwrap() else { continue };
        let name = String::from_utf8(tag.name.to_vec()).unwrap();
        let value = |key: &str| tag.attributes.get(key.as_bytes()).map(|v| String::from_utf8(v.to_vec()).unwrap());
        *seen.entry(name.clone()).or_default() += 1;
        if let Some(heading) = name.strip_prefix('h').and_then(|h| h.parse::<u32>().ok()) {
            assert!(heading <= level + 1, "h{heading} after h{level}");
            level = heading;
        }
        if let Some(id) = value("id") {
            assert!(ids.insert(id.clone()), "two elements `{id}`");
        }
        if name == "svg" {
            assert_eq!(value("role").as_deref(), Some("img"));
            assert_eq!(value("aria-labelledby").unwrap().split(' ').count(), 2, "a title and a description");
            named += 1;
        }
        if name == "th" {
            assert!(value("scope").is_some());
        }
        wanted.extend(
            value("aria-labelledby").into_iter().flat_map(|v| v.split(' ').map(str::to_owned).collect::<Vec<_>>()),
        );
        wanted.extend(value("for"));
        wanted.extend(value("href").and_then(|h| h.strip_prefix('#').map(str::to_owned)));
    }
    assert!(named >= 2, "a bar and a graph at least");
    for landmark in ["main", "nav", "h1"] {
        assert_eq!(seen.get(landmark), Some(&1), "{landmark}");
    }
    for id in wanted {
        assert!(ids.contains(&id), "nothing has the id `{id}`");
    }
    assert!(!page.contains("<script") && !page.contains("style=\""));
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
}

#[test]
fn right_to_left_text_carries_its_language_and_direction() {
    let (_, mut ledger) = ledger();
    append(&mut ledger, &[document()]).unwrap();
    let arabic = onrecord::claim::Claim { lang: Some("ar".into()), ..claim(Index(1), "أُغلق الجسر") };
    let number = append(&mut ledger, &[Proposal::new(Event::ClaimRecorded(arabic))]).unwrap().base;
    let page = page(&ledger, &[view(&ledger, number)]);
    assert!(page.contains(&format!("<h3 id=\"c{number}\" lang=\"ar\" dir=\"auto\">أُغلق الجسر</h3>")), "{page}");
}

#[test]
fn a_report_of_nothing_and_of_what_is_withheld_stands() {
    let (ledger, number) = corrected();
    assert!(words(&page(&ledger, &[])).contains("No claim fits what was asked for."));
    assert!(text(&ledger, &[]).contains("# 0 claims on record"));
    let mut claim = view(&ledger, number);
    (claim.statement, claim.kind, claim.state, claim.finding) = (None, None, None, "withheld");
    claim.withheld = vec![number];
    claim.flags = vec!["withheld".into()];
    for e in &mut claim.evidence {
        (e.says, e.stance, e.cluster, e.reliability, e.publisher, e.title, e.url) =
            (None, None, None, None, None, None, None);
    }
    let (page, text) = (words(&page(&ledger, &[claim.clone()])), text(&ledger, &[claim]));
    for report in [&page, &text.replace('\\', "")] {
        assert!(report.contains("(the wording is withheld)"), "{report}");
        assert!(report.contains(&format!("Withheld or erased in part: #{number}")), "{report}");
    }
}

#[test]
fn a_report_takes_as_many_claims_as_it_says_and_no_more() {
    let (ledger, number) = corrected();
    let (claim, head) = (view(&ledger, number), head(&ledger));
    let fill = |format: &mut dyn Format| {
        format.begin(&head, &mut Vec::new()).unwrap();
        for _ in 0..MAX_CLAIMS {
            format.claim(&claim, &mut Vec::new()).unwrap();
        }
        match format.claim(&claim, &mut Vec::new()) {
            Err(e @ FormatError::TooMany { limit: MAX_CLAIMS, .. }) => e.to_string(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fill(&mut Html::new()), "an HTML report would hold more than 5000 claims");
    assert_eq!(fill(&mut Markdown::new()), "a Markdown report would hold more than 5000 claims");
}

#[test]
fn times_of_claims_are_placed_with_their_finding() {
    let (_, mut ledger) = ledger();
    append(&mut ledger, &[document()]).unwrap();
    let mut dated = claim(Index(1), "The bridge was closed.");
    dated.times = vec![Time { basis: Basis::Said, edtf: "2024-10-01".into(), text: "1 October".into() }];
    let p = Index::pending;
    let batch = [
        Proposal::new(Event::ClaimRecorded(dated)),
        Proposal::about(p(0), Event::EvidenceLinked(evidence(Stance::Supports, "city"))),
        Proposal::about(p(0), Event::VerdictIssued(verdict(Finding::Supported, Confidence::Low, vec![p(1)]))),
    ];
    let number = append(&mut ledger, &batch).unwrap().base;
    let claims = [view(&ledger, number)];
    let supported = FINDINGS.iter().position(|f| f.key == "supported").unwrap();
    let at = |day: &str| Point { day: day.parse().unwrap(), series: supported };
    assert_eq!(span::claimed(&claims), [at("2024-10-01")]);
    assert_eq!(span::judged(&claims), [at("2026-11-21")]);
    assert!(words(&page(&ledger, &claims)).contains("The one verdict was judged on 2026-11-21."));
}

// ---- the demo

#[test]
fn the_demo_ledger_makes_a_report_of_less_than_a_megabyte() {
    let desk = crate::cli::Desk::bare();
    desk.ok(&["demo", "demo"]);
    let store = onrecord::store::LocalStore::open(desk.path("demo/ledger")).unwrap();
    let ledger = Ledger::open(std::sync::Arc::new(store), None, std::sync::Arc::new(|_: &str| {})).unwrap();
    let claims: Vec<ClaimView> = ledger.claims().unwrap().iter().map(|n| view(&ledger, n.0)).collect();
    assert_eq!(claims.len(), 173);
    let page = page(&ledger, &claims);
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    assert_eq!(page.matches("<article class=\"card ").count(), 173);
    let text = text(&ledger, &claims);
    assert_eq!(text.matches("\n### ").count(), 173);
    // To look at them: ONRECORD_REPORTS=/some/folder cargo test --test it report::the_demo
    if let Some(folder) = std::env::var_os("ONRECORD_REPORTS") {
        std::fs::write(std::path::Path::new(&folder).join("demo.html"), page).unwrap();
        std::fs::write(std::path::Path::new(&folder).join("demo.md"), text).unwrap();
    }
}
