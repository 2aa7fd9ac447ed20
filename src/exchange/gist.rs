//! What an entry says, in one line for a person.

use crate::entry::Event;

/// The event in a line; the text in it is other people's and is to be made printable.
pub fn gist(event: &Event) -> String {
    match event {
        Event::LedgerOpened(o) => format!("{} opened by `{}`, policy {}", o.origin, o.owner.handle, o.policy.name),
        Event::AgentEnrolled(a) => {
            let roles: Vec<&str> = a.roles.iter().map(|r| r.as_str()).collect();
            format!(
                "`{}`, {}, as {}",
                a.handle,
                a.kind,
                if roles.is_empty() { "nothing yet".into() } else { roles.join(", ") }
            )
        }
        Event::AgentDescribed(d) => {
            let parts = [d.name.as_deref(), d.affiliation.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        Event::AgentKeyChanged(k) => format!("new key: {}", k.reason),
        Event::AgentRolesChanged(r) => {
            let roles: Vec<&str> = r.roles.iter().map(|r| r.as_str()).collect();
            format!("roles now: {}", if roles.is_empty() { "none".into() } else { roles.join(", ") })
        }
        Event::AgentRevoked(r) => format!("revoked: {}", r.reason),
        Event::LogKeyChanged(k) => format!("new log key {}", k.log_key),
        Event::PolicySet(p) => format!("policy `{}`", p.name),
        Event::DocumentRegistered(d) | Event::DocumentAmended(d) => {
            let parts = [d.title.as_deref(), d.publisher.as_deref(), d.dated.as_deref(), d.url.as_deref()];
            let text = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
            if text.is_empty() { "a document of which no field is known".into() } else { text }
        }
        Event::SnapshotCaptured(s) => format!("sha256 {}, {}", s.sha256, s.media_type),
        Event::TextExtracted(t) => format!("sha256 {}, by {}", t.sha256, t.algorithm),
        Event::ClaimRecorded(c) | Event::ClaimAmended(c) => c.statement.clone(),
        Event::ClaimMoved(m) => {
            let who = m.assignee.as_ref().map_or(String::new(), |a| format!(", to `{a}`"));
            let due = m.due.map_or(String::new(), |d| format!(", due {d}"));
            let note = m.note.as_deref().map_or(String::new(), |n| format!(": {n}"));
            format!("{}{who}{due}{note}", m.to)
        }
        Event::AppearanceRecorded(a) => format!("in document {}", a.document),
        Event::AnchorMoved(a) => format!("anchor {}: {}", a.anchor, a.reason),
        Event::ClaimsRelated(r) => {
            let to = r.to.map(|t| t.to_string()).or_else(|| r.foreign.clone()).unwrap_or_default();
            format!("{} {to}", r.kind)
        }
        Event::RelationWithdrawn(r) | Event::EvidenceWithdrawn(r) | Event::ClaimRetracted(r) => r.reason.clone(),
        Event::EvidenceLinked(e) => {
            let source = e.publisher.as_deref().or(e.title.as_deref()).unwrap_or("no publisher");
            format!("{} ({source}, {}{}): {}", e.stance, e.reliability, e.credibility, e.says)
        }
        Event::SearchRecorded(s) => format!("{} found: {}", s.found, s.sought),
        Event::ContactRecorded(c) => {
            format!("{}: {}", c.who, c.outcome.map_or("waiting", crate::claim::vocab::Outcome::as_str))
        }
        Event::VerdictIssued(v) => format!("{}, confidence {}: {}", v.finding, v.confidence, v.rationale),
        Event::ReviewRecorded(r) => {
            format!("{}{}", r.decision, r.note.as_deref().map_or(String::new(), |n| format!(": {n}")))
        }
        Event::ClaimPublished(p) => p.note.clone().unwrap_or_else(|| "public".into()),
        Event::RequestReceived(r) => format!("{}: {}", r.from, r.text),
        Event::CorrectionIssued(c) => format!("{}: {}", c.kind, c.text),
        Event::NoteAdded(n) => n.text.clone(),
        Event::PayloadWithheld(w) => w.ground.clone(),
        Event::PayloadReleased(r) => r.note.clone().unwrap_or_else(|| "may be shown".into()),
        Event::PayloadErased(e) => format!("{}, by authority of {}", e.ground, e.authority),
        Event::BatchSigned(b) => format!("the {} entries before it", b.count),
    }
}
