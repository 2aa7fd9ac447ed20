//! `onrecord show`: all of one claim.

use std::collections::BTreeMap;

use crate::claim::vocab::{Comparator, Stance};
use crate::claim::{Quantity, Time};
use crate::cli::asked;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::{Output, Tone, counted};
use crate::cli::refs;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::text::printable_line;
use crate::view::{ClaimView, EvidenceView, VerdictView};

/// Show all of one claim.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which claim: `12`, `#12@3f9a2b7c`, its local key, or words that fit one claim
    #[arg(value_name = "REF", required = true)]
    pub reference: Vec<String>,
    /// As the ledger was: a tree size, a day (its end), or a time such as 2026-11-22T07:12Z
    #[arg(long, value_name = "SIZE|TIME")]
    pub as_of: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When the reference fits no claim, or the ledger cannot be read.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = asked::as_of(cx.ledger()?, args.as_of.as_deref())?;
    let number = refs::claim(&ledger, &args.reference.join(" "))?;
    let view = view(&ledger, number)?;
    if cx.out.json {
        cx.out.json(&serde_json::json!({
            "onrecord": 1, "origin": ledger.origin(), "size": ledger.size(), "root": ledger.root(), "claim": view,
        }))?;
    } else {
        print(&view, &ledger, &cx.out)?;
    }
    Ok(Exit::Done)
}

/// The view of one claim.
///
/// # Errors
/// When the ledger cannot be read.
pub fn view(ledger: &Ledger, number: Index) -> Result<ClaimView, CliError> {
    let claim = ledger
        .claim(number)?
        .ok_or_else(|| CliError::bad_input(format!("{number} is no claim")).hint("`onrecord list` shows the claims"))?;
    Ok(ClaimView::new(&claim, ledger))
}

/// The finding with its confidence, in words and colour.
pub fn finding(view: &ClaimView, out: &Output) -> String {
    let tone = match view.finding {
        "supported" => Tone::Good,
        "refuted" | "misleading-context" => Tone::Bad,
        "conflicting" | "partly-supported" | "not-enough-evidence" => Tone::Care,
        _ => Tone::Faint,
    };
    let confidence = view.confidence.map_or(String::new(), |c| format!(", confidence {c}"));
    format!("{}{confidence}", out.tone(tone, view.finding))
}

/// Prints a claim for a person.
///
/// # Errors
/// When stdout cannot be written.
pub fn print(view: &ClaimView, ledger: &Ledger, out: &Output) -> Result<(), CliError> {
    let key = view.key.as_deref().map_or(String::new(), |k| format!("  {}", printable_line(k)));
    out.line(format!("#{}@{}{key}  {}", view.number, &view.leaf[..8], finding(view, out)))?;
    let statement = view.statement.as_deref().unwrap_or("(the wording is withheld)");
    out.line(out.tone(Tone::Strong, &out.wrap(statement, 2)))?;
    out.line(out.wrap(&facts(view), 2))?;
    if !view.flags.is_empty() {
        out.line(format!("  {}", out.tone(Tone::Care, &format!("flags: {}", view.flags.join(", ")))))?;
    }
    for fall in &view.fallen {
        out.line(out.tone(Tone::Care, &out.wrap(&format!("rests on {}", fall.words), 2)))?;
    }
    if !view.withheld.is_empty() {
        let numbers: Vec<String> = view.withheld.iter().map(|number| format!("#{number}")).collect();
        let text = format!("withheld or erased: {}; `onrecord history {}` says why", numbers.join(", "), view.number);
        out.line(out.wrap(&text, 2))?;
    }
    appearances(view, out)?;
    evidence(view, out)?;
    searches(view, out)?;
    if let Some(verdict) = &view.verdict {
        print_verdict(verdict, view, out)?;
    }
    relations(view, ledger, out)?;
    for correction in &view.corrections {
        out.line(format!("\n{} #{} on {}", correction.kind, correction.number, correction.time.day()))?;
        out.line(out.wrap(&correction.text, 2))?;
    }
    out.line(format!("\nrecorded {} by {}", view.recorded, view.agent))?;
    out.note(format!("next: {}", next_step(view)));
    Ok(())
}

fn facts(view: &ClaimView) -> String {
    let mut facts = vec![view.kind.unwrap_or("kind withheld").to_owned()];
    match (view.checkable, view.why_not) {
        (Some(false), Some(why)) => facts.push(format!("not checkable: {why}")),
        (Some(true), _) => facts.push("checkable".into()),
        _ => {}
    }
    facts.extend(view.state.map(|s| format!("state {s}")));
    facts.extend(view.quantities.iter().map(quantity));
    facts.extend(view.times.iter().map(time));
    if !view.places.is_empty() {
        facts.push(format!("places: {}", view.places.join(", ")));
    }
    if !view.actors.is_empty() {
        facts.push(format!("actors: {}", view.actors.join(", ")));
    }
    printable_line(&facts.join(" · "))
}

fn quantity(q: &Quantity) -> String {
    let unit = q.unit.as_deref().unwrap_or("(no unit)");
    let value = q.value.as_deref().unwrap_or_default();
    match (q.comparator, &q.high) {
        (Comparator::Vague, _) => format!("\"{}\": no number, {unit}", q.text),
        (Comparator::Range, Some(high)) => format!("\"{}\": {value} to {high} {unit}", q.text),
        (comparator, _) => format!("\"{}\": {comparator} {value} {unit}", q.text),
    }
}

fn time(t: &Time) -> String {
    format!("\"{}\": {} ({})", t.text, t.edtf, t.basis)
}

fn appearances(view: &ClaimView, out: &Output) -> Result<(), CliError> {
    for a in &view.appearances {
        let d = &a.document;
        let inferred = |field: &str| {
            let found = d.inferred.iter().find(|i| i.field.as_str() == field);
            found.map(|i| format!("{} (inferred)", i.value))
        };
        let title = d.title.clone().or_else(|| inferred("title")).unwrap_or_else(|| "untitled".into());
        let publisher = d.publisher.clone().or_else(|| inferred("publisher"));
        let dated = d.dated.clone().or_else(|| inferred("dated"));
        let about: Vec<String> = [publisher, dated].into_iter().flatten().collect();
        let held = if d.held { "held" } else { "not held" };
        out.line(format!("\nappears in #{} {} ({held})", d.number, printable_line(&title)))?;
        if !about.is_empty() {
            out.line(out.wrap(&printable_line(&about.join(", ")), 2))?;
        }
        let ranges: Vec<String> = a
            .anchors
            .iter()
            .map(|anchor| match (anchor.start, anchor.end) {
                (Some(start), Some(end)) => format!("code points {start} to {end}"),
                _ => anchor.selector.to_owned(),
            })
            .collect();
        if !ranges.is_empty() {
            out.line(format!("  at {}", ranges.join("; ")))?;
        }
        for (level, step) in a.attribution.iter().enumerate() {
            let name = step.name.as_deref().or(step.description.as_deref()).unwrap_or("(no name)");
            let damaged = if step.damaged { " (name damaged in the bytes)" } else { "" };
            let cue = step.cue.as_deref().map_or(String::new(), |c| format!(", \"{c}\""));
            let mode = step.mode.map_or(String::new(), |m| format!(", {m}"));
            let text = format!("{level} {name}{damaged}, {}{cue}{mode}: holds it {}", step.role, step.factuality);
            out.line(out.wrap(&printable_line(&text), 2))?;
        }
        for hedge in &a.hedges {
            let text = format!(
                "hedge \"{}\": {}, {}, by step {}",
                printable_line(&hedge.cue),
                hedge.class,
                hedge.strength,
                hedge.level
            );
            out.line(out.tone(Tone::Care, &out.wrap(&text, 2)))?;
        }
    }
    Ok(())
}

fn evidence(view: &ClaimView, out: &Output) -> Result<(), CliError> {
    let standing: Vec<&EvidenceView> = view.evidence.iter().filter(|e| !e.withdrawn).collect();
    if standing.is_empty() {
        return out.line("\nevidence: none linked");
    }
    out.line(format!(
        "\nevidence: {}, {}",
        counted(standing.len(), "page"),
        counted(super::list::clusters(view), "cluster")
    ))?;
    for stance in Stance::ALL {
        // By cluster, so that five outlets on one wire report are seen to be one.
        let mut clusters: BTreeMap<&str, Vec<&&EvidenceView>> = BTreeMap::new();
        for e in standing.iter().filter(|e| e.stance == Some(*stance)) {
            clusters.entry(e.cluster.as_deref().unwrap_or_default()).or_default().push(e);
        }
        if clusters.is_empty() {
            continue;
        }
        out.line(out.tone(Tone::Strong, &format!("  {stance}")))?;
        for (cluster, items) in clusters {
            out.line(format!("    cluster {}", printable_line(cluster)))?;
            for e in items {
                print_evidence(e, out)?;
            }
        }
    }
    for e in view.evidence.iter().filter(|e| e.withdrawn) {
        out.line(out.tone(Tone::Faint, &format!("  #{} was withdrawn", e.number)))?;
    }
    Ok(())
}

fn print_evidence(e: &EvidenceView, out: &Output) -> Result<(), CliError> {
    let source = e.publisher.as_deref().or(e.title.as_deref()).unwrap_or("(no publisher)");
    let dated = e.dated.as_deref().map_or(String::new(), |d| format!(", {d}"));
    let rating = format!("{}{}", e.reliability.unwrap_or("?"), e.credibility.unwrap_or("?"));
    let relied = if e.relied_on { "relied on" } else { "not relied on" };
    let head = format!(
        "#{} {}{dated} · {rating} · {} · {} · {relied}",
        e.number,
        printable_line(source),
        e.class.unwrap_or("class withheld"),
        e.read.unwrap_or("reading withheld"),
    );
    out.line(out.wrap(&head, 6))?;
    out.line(out.wrap(e.says.as_deref().unwrap_or("(withheld)"), 8))?;
    if let Some(label) = label(e) {
        out.line(out.wrap(&label, 8))?;
    }
    match &e.url {
        Some(url) => out.line(out.tone(Tone::Faint, &format!("        {}", printable_line(url)))),
        None => Ok(()),
    }
}

/// Another desk's rating, as its own word and never as ours.
fn label(e: &EvidenceView) -> Option<String> {
    let label = e.label.as_deref()?;
    let scale = e.scale.as_deref().map_or(String::new(), |s| format!(", scale \"{s}\""));
    let number = e.rating.as_ref().map_or(String::new(), |r| {
        let ends = r.worst.as_deref().zip(r.best.as_deref());
        format!(", number {}{}", r.value, ends.map_or(String::new(), |(w, b)| format!(" on {w} to {b}")))
    });
    let ours =
        e.normalised.map_or("not in our list of labels".to_owned(), |f| format!("comes to {f} among our findings"));
    Some(format!("their label: \"{label}\"{scale}{number}; {ours}"))
}

fn searches(view: &ClaimView, out: &Output) -> Result<(), CliError> {
    for s in &view.searches {
        let Some(search) = &s.search else { continue };
        let text = format!("search #{} on {}: {} found", s.number, search.on, search.found);
        out.line(format!("\n{text}"))?;
        out.line(out.wrap(&format!("for: {}", search.sought), 2))?;
        out.line(out.wrap(&format!("where: {} ({})", search.place, search.languages.join(", ")), 2))?;
    }
    for c in &view.contacts {
        let Some(contact) = &c.contact else { continue };
        let outcome = contact.outcome.map_or("waiting for an answer", crate::claim::vocab::Outcome::as_str);
        out.line(format!("\ncontact #{}: {}: {outcome}", c.number, printable_line(&contact.who)))?;
        if let Some(answer) = &contact.answer {
            out.line(out.wrap(answer, 2))?;
        }
    }
    Ok(())
}

fn print_verdict(verdict: &VerdictView, view: &ClaimView, out: &Output) -> Result<(), CliError> {
    let judged = verdict.judged_on.as_deref().map_or(String::new(), |d| format!(", judged on {d}"));
    out.line(format!("\nverdict #{} by {}{judged}: {}", verdict.number, verdict.agent, finding(view, out)))?;
    if let Some(rationale) = &verdict.rationale {
        out.line(out.wrap(rationale, 2))?;
    }
    if let Some(method) = &verdict.method {
        out.line(out.wrap(&format!("method: {method}"), 2))?;
    }
    for review in &verdict.reviews {
        let note = review.note.as_deref().map_or(String::new(), |n| format!(": {n}"));
        let text =
            format!("review #{} by {}: {}{note}", review.number, review.agent, review.decision.unwrap_or("withheld"));
        out.line(out.wrap(&text, 2))?;
    }
    if !view.second_read {
        out.line(out.tone(Tone::Care, "  not second-read: no other agent has approved this verdict"))?;
    }
    Ok(())
}

fn relations(view: &ClaimView, ledger: &Ledger, out: &Output) -> Result<(), CliError> {
    let named = |number: u64| -> Result<String, CliError> {
        let statement = ledger.claim(Index(number))?.and_then(|c| c.claim).map(|c| c.statement);
        Ok(statement.map_or_else(|| "(withheld)".into(), |s| printable_line(&s)))
    };
    let mut lines = Vec::new();
    for r in &view.relations {
        match (r.number, &r.foreign) {
            (Some(number), _) => lines.push(format!("{} #{number}: {}", r.kind, named(number)?)),
            (None, Some(foreign)) => lines.push(format!("{} {}", r.kind, printable_line(foreign))),
            (None, None) => {}
        }
    }
    for (from, kind) in incoming(view, ledger)? {
        lines.push(format!("#{from} is {kind} this: {}", named(from)?));
    }
    if !lines.is_empty() {
        out.line("\nrelations")?;
        lines.iter().try_for_each(|line| out.line(out.wrap(line, 2)))?;
    }
    Ok(())
}

/// Claims that name this one in a relation that stands.
fn incoming(view: &ClaimView, ledger: &Ledger) -> Result<Vec<(u64, String)>, CliError> {
    let mut found = Vec::new();
    for entry in ledger.find(crate::ledger::catalog::Term::Related(Index(view.number)))? {
        let from = ledger.entry(entry)?.subject();
        let Some(claim) = ledger.claim(from)? else { continue };
        let relation = claim.relations.iter().find(|r| r.number == entry).and_then(|r| r.standing());
        if let Some(relation) = relation.filter(|r| r.to == Some(Index(view.number))) {
            found.push((from.0, relation.kind.to_string()));
        }
    }
    Ok(found)
}

fn next_step(view: &ClaimView) -> String {
    let n = view.number;
    if view.published {
        return format!("`onrecord history {n}`; `onrecord correct {n} --kind …` changes it");
    }
    match (&view.verdict, view.second_read, view.evidence.is_empty()) {
        (None, _, true) => format!("`onrecord evidence {n} --supports --url … --says …`, or `onrecord looked {n} …`"),
        (None, _, false) => format!("`onrecord verify {n} --finding … --on supports`"),
        (Some(v), false, _) => {
            format!("`onrecord review {} --approve` by another agent; `onrecord prove {n}`", v.number)
        }
        (Some(_), true, _) => format!("`onrecord publish {n}`; `onrecord prove {n}`"),
    }
}
