//! A claim as a section.

use std::fmt::{self, Write as _};

use super::escape::{block, line, link, table};
use crate::claim::Step;
use crate::exchange::fragment;
use crate::exchange::html::quote;
use crate::exchange::report::{self, counted, words};
use crate::view::{AppearanceView, ClaimView, EvidenceView};

/// Writes the section.
pub fn section(claim: &ClaimView, public: bool, out: &mut String) -> fmt::Result {
    let statement = claim.statement.as_deref().unwrap_or("(the wording is withheld)");
    writeln!(out, "### \\#{} {}\n", claim.number, line(statement))?;
    let finding = words::finding(claim.finding);
    writeln!(out, "- **Finding:** {}", finding.label)?;
    if let Some(verdict) = &claim.verdict {
        if let Some(c) = verdict.confidence {
            writeln!(out, "- **Confidence:** {}", words::confidence(c))?;
        }
        if let Some(band) = verdict.likelihood {
            writeln!(out, "- **Likelihood:** {}", words::likelihood(band))?;
        }
        if let Some(day) = &verdict.judged_on {
            writeln!(out, "- **Judged on:** {day} by {}, entry \\#{}", line(&verdict.agent), verdict.number)?;
        }
    }
    facts(claim, out)?;
    for said in words::standing(claim) {
        writeln!(out, "- **{}**", line(&said))?;
    }
    out.push('\n');
    if let Some(verdict) = &claim.verdict {
        if let Some(why) = &verdict.rationale {
            writeln!(out, "{}\n", block(why, ""))?;
        }
        if let Some(method) = &verdict.method {
            writeln!(out, "*Method.* {}\n", block(method, ""))?;
        }
        for r in &verdict.reviews {
            let note = r.note.as_deref().map_or(String::new(), |n| format!(": {}", block(n, "")));
            writeln!(out, "*Second reading.* {}: {}{note}\n", line(&r.agent), r.decision.unwrap_or("withheld"))?;
        }
    }
    appearances(claim, out)?;
    evidence(claim, out)?;
    searches(claim, public, out)?;
    corrections(claim, out)?;
    relations(claim, out)?;
    writeln!(out, "Recorded {} by {}. Leaf `{}`.\n", claim.recorded.day(), line(&claim.agent), claim.leaf)
}

fn facts(claim: &ClaimView, out: &mut String) -> fmt::Result {
    if let Some(kind) = claim.kind {
        let why = claim.why_not.map_or(String::new(), |why| format!(", not checkable: {why}"));
        writeln!(out, "- **Kind:** {}{why}", kind.replace('-', " "))?;
    }
    let times: Vec<String> = claim.times.iter().map(|t| format!("“{}”: {} ({})", t.text, t.edtf, t.basis)).collect();
    let quantities: Vec<String> = claim.quantities.iter().map(words::quantity).collect();
    for (name, values) in [
        ("Number", &quantities),
        ("Time", &times),
        ("Place", &claim.places),
        ("About", &claim.actors),
        ("Tags", &claim.tags),
    ] {
        if !values.is_empty() {
            writeln!(out, "- **{name}:** {}", line(&values.join("; ")))?;
        }
    }
    Ok(())
}

fn appearances(claim: &ClaimView, out: &mut String) -> fmt::Result {
    if claim.appearances.is_empty() {
        return Ok(());
    }
    writeln!(out, "#### Who says so\n")?;
    claim.appearances.iter().try_for_each(|a| appearance(a, out))
}

fn appearance(a: &AppearanceView, out: &mut String) -> fmt::Result {
    let d = &a.document;
    let inferred = |field: &str| {
        let found = d.inferred.iter().find(|i| i.field.as_str() == field);
        found.map(|i| format!("{} (inferred)", i.value))
    };
    let title = d.title.clone().or_else(|| inferred("title")).unwrap_or_else(|| "an untitled document".into());
    let rest = [d.author.clone(), d.publisher.clone().or_else(|| inferred("publisher")), d.dated.clone()];
    let rest: Vec<String> = rest.into_iter().flatten().collect();
    let about = if rest.is_empty() { String::new() } else { format!(": {}", line(&rest.join(", "))) };
    let archives = d.archives.iter().map(|url| format!(" · {}", link("archived at", url)));
    let at: String = d.url.iter().map(|url| format!(" {}", link("at", url))).chain(archives).collect();
    writeln!(out, "In document \\#{}, *{}*{about}{at}\n", d.number, line(&title))?;
    for anchor in &a.anchors {
        let Some(text) = &anchor.quote else { continue };
        let mut marked = String::new();
        for (part, class) in quote::parts(text, anchor.start, &a.hedges) {
            // White space at the edge of a mark would undo it, so the piece keeps its own outside.
            let (before, after) = (part.starts_with(char::is_whitespace), part.ends_with(char::is_whitespace));
            let told = line(part);
            marked.push_str(if before { " " } else { "" });
            marked.push_str(&class.map_or(told.clone(), |class| format!("**{told}** ({class})")));
            marked.push_str(if after && !told.is_empty() { " " } else { "" });
        }
        writeln!(out, "> {}\n", marked.trim())?;
        if let Some(url) = d.url.as_deref().and_then(|u| fragment::link(u, text)) {
            writeln!(out, "{}\n", link("This passage on the live page of", &url))?;
        }
    }
    for (level, step) in a.attribution.iter().enumerate() {
        let cue = step.cue.as_deref().map_or(String::new(), |c| format!(", “{}”,", line(c)));
        let mode = step.mode.map_or(String::new(), |m| format!(", {m} speech"));
        let held = words::factuality(step.factuality);
        writeln!(
            out,
            "{}. {} ({}{mode}){cue} holds it {held} ({})",
            level + 1,
            name(step),
            step.role,
            line(step.factuality.as_str())
        )?;
    }
    out.push('\n');
    for hedge in &a.hedges {
        let by = a.attribution.get(usize::from(hedge.level)).map_or_else(|| "an unknown step".into(), name);
        let band = hedge.band.map_or(String::new(), |b| format!("; {}", words::likelihood(b.as_str())));
        writeln!(out, "- hedge **{}**: {}, {}, by {by}{band}", line(&hedge.cue), hedge.class, hedge.strength)?;
    }
    if !a.hedges.is_empty() {
        out.push('\n');
    }
    Ok(())
}

fn name(step: &Step) -> String {
    let name =
        step.name.as_deref().or(step.description.as_deref()).map_or_else(|| "somebody without a name".into(), line);
    if step.damaged { format!("{name} (the name is damaged in the bytes)") } else { name }
}

fn evidence(claim: &ClaimView, out: &mut String) -> fmt::Result {
    if claim.evidence.is_empty() {
        return writeln!(out, "No evidence is linked.\n");
    }
    let (pages, clusters) = report::pages_and_clusters(claim);
    writeln!(out, "#### Evidence: {}, {}\n", counted(pages, "page"), counted(clusters, "cluster"))?;
    for (heading, items) in report::evidence(claim) {
        writeln!(out, "**{heading}**\n")?;
        items.iter().try_for_each(|e| piece(e, heading, out))?;
        out.push('\n');
    }
    Ok(())
}

fn piece(e: &EvidenceView, heading: &str, out: &mut String) -> fmt::Result {
    let (code, meaning) = words::admiralty(e);
    let stance = e.stance.filter(|_| heading.contains(' ') && heading != "Limits it");
    let stance = stance.map_or(String::new(), |s| format!(", {s}"));
    writeln!(
        out,
        "- **{}**, {}{stance}: {}\\",
        line(words::source(e)),
        words::dated(e.dated.as_deref()),
        block(e.says.as_deref().unwrap_or("(withheld)"), "  ")
    )?;
    if let Some(label) = &e.label {
        let scale = e.scale.as_deref().map_or(String::new(), |s| format!(", on the scale “{}”", line(s)));
        writeln!(out, "  their rating: “{}”{scale}\\", line(label))?;
    }
    let cluster = line(e.cluster.as_deref().unwrap_or("withheld"));
    write!(out, "  {code}: {meaning} · cluster {cluster} · {}", words::kind_of_evidence(e))?;
    if let Some(lang) = &e.lang {
        write!(out, " · in {}", line(lang))?;
    }
    for (what, url) in [("page at", &e.url), ("archived at", &e.archive)] {
        if let Some(url) = url {
            write!(out, " · {}", link(what, url))?;
        }
    }
    out.push('\n');
    Ok(())
}

fn searches(claim: &ClaimView, public: bool, out: &mut String) -> fmt::Result {
    for s in claim.searches.iter().filter_map(|s| s.search.as_ref()) {
        let lang =
            if s.languages.is_empty() { String::new() } else { format!(" *In:* {}", line(&s.languages.join(", "))) };
        writeln!(
            out,
            "- Looked on {}: {} found. *For:* {} *Where:* {}{lang}",
            s.on,
            counted(s.found, "page"),
            line(&s.sought),
            line(&s.place)
        )?;
    }
    for c in claim.contacts.iter().filter(|_| !public).filter_map(|c| c.contact.as_ref()) {
        let outcome = c.outcome.map_or("no answer yet", crate::claim::vocab::Outcome::as_str).replace('-', " ");
        let answer = c.answer.as_deref().map_or(String::new(), |a| format!(". {}", line(a)));
        writeln!(out, "- Asked {}: {outcome}{answer}", line(&c.who))?;
    }
    if !claim.searches.is_empty() || !claim.contacts.is_empty() {
        out.push('\n');
    }
    Ok(())
}

fn corrections(claim: &ClaimView, out: &mut String) -> fmt::Result {
    for c in &claim.corrections {
        writeln!(
            out,
            "**{}, {}** by {}, entry \\#{}: {}\n",
            c.time.day(),
            c.kind,
            line(&c.agent),
            c.number,
            block(&c.text, "")
        )?;
        let rows: Vec<Vec<String>> = c
            .changes
            .iter()
            .map(|ch| {
                vec![line(&ch.path), line(&words::value(ch.before.as_ref())), line(&words::value(ch.after.as_ref()))]
            })
            .collect();
        if !rows.is_empty() {
            writeln!(out, "{}", table(&["What", "Before", "After"], &rows))?;
        }
        if !c.withdraws.is_empty() {
            let numbers: Vec<String> = c.withdraws.iter().map(|n| format!("\\#{n}")).collect();
            writeln!(out, "Evidence that no longer counts: {}\n", numbers.join(", "))?;
        }
    }
    Ok(())
}

fn relations(claim: &ClaimView, out: &mut String) -> fmt::Result {
    for r in &claim.relations {
        writeln!(out, "- {} {}", words::relation(r.kind), line(&words::other(r.number, r.foreign.as_deref())))?;
    }
    if !claim.relations.is_empty() {
        out.push('\n');
    }
    Ok(())
}
