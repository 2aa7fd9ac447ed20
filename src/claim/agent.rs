//! Agents and what they may do.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::check::{Check, MAX_LIST, MAX_NAME, Problems};
use super::vocab::AgentRole;

/// The name by which an agent acts: lower-case letters, digits, `-`, `_` and `.`, 1 to 40 of them, a letter first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Handle(pub String);

impl Handle {
    /// Whether the text may be a handle.
    pub fn is_valid(&self) -> bool {
        let t = &self.0;
        (1..=40).contains(&t.len())
            && t.starts_with(|c: char| c.is_ascii_lowercase())
            && t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'))
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&crate::text::printable_line(&self.0))
    }
}

impl Check for Handle {
    fn check(&self, p: &mut Problems) {
        if !self.is_valid() {
            p.add("handle", "a handle has 1 to 40 lower-case letters, digits, `-`, `_` or `.`, a letter first");
        }
    }
}

/// What a ledger demands before it lets a deciding entry in. Changing it never rewrites the past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Clusters that a verdict of high confidence relies on, at least.
    pub clusters_high: u64,
    /// Clusters that a verdict of moderate confidence relies on, at least.
    pub clusters_moderate: u64,
    /// Whether a refuted or misleading-context claim about a named party needs a contact before publication.
    pub contact_before: bool,
    /// What the policy is called.
    pub name: String,
    /// Whether the reviewer must be of another affiliation than the verdict's agent.
    pub other_affiliation: bool,
    /// Approving reviews that publication needs.
    pub reviewers: u64,
    /// Kinds of entry that need another role than the table of kinds says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<RoleRule>,
}

/// A kind of entry and the role it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The kind of entry, by its name.
    pub kind: String,
    /// The role that may make it.
    pub role: AgentRole,
}

impl Policy {
    /// One person: may publish what nobody else has read; that is then shown everywhere.
    pub fn solo() -> Self {
        Self {
            clusters_high: 2,
            clusters_moderate: 2,
            contact_before: false,
            name: "solo".into(),
            other_affiliation: false,
            reviewers: 0,
            roles: Vec::new(),
        }
    }

    /// A desk: a second pair of eyes, and the right of reply.
    pub fn desk() -> Self {
        Self { contact_before: true, name: "desk".into(), reviewers: 1, ..Self::solo() }
    }
}

impl Check for Policy {
    fn check(&self, p: &mut Problems) {
        p.line("name", &self.name, MAX_NAME);
        for (name, number) in [
            ("clusters_high", self.clusters_high),
            ("clusters_moderate", self.clusters_moderate),
            ("reviewers", self.reviewers),
        ] {
            if number > 10 {
                p.add(name, "at most 10");
            }
        }
        if self.clusters_moderate > self.clusters_high {
            p.add("clusters_moderate", "is not above `clusters_high`");
        }
        p.each("roles", &self.roles, MAX_LIST, |rule, p| p.line("kind", &rule.kind, MAX_NAME));
    }
}
