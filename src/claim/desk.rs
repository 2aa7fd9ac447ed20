//! The desk's work on a claim: moves, reviews, publication, corrections, requests, notes, withholding.

use serde::{Deserialize, Serialize};

use super::agent::{Handle, Policy};
use super::check::{Check, MAX_LIST, MAX_NAME, MAX_TEXT, Problems};
use super::evidence::Verdict;
use super::statement::{Anchor, Claim};
use super::vocab::{AgentKind, AgentRole, CorrectionKind, Decision, RelationKind, Workflow};
use crate::hash::{Digest, Index};
use crate::time::Day;

/// Declares a body: a struct with its fields in the order of their keys, and what must hold of it.
macro_rules! body {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $ty:ty,)* } check($self:ident, $p:ident) $check:block) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $ty,)* }

        impl Check for $name {
            fn check(&$self, $p: &mut Problems) $check
        }
    };
}

body! {
    /// Entry 0: the ledger's name, keys, owner and policy.
    LedgerOpened {
        /// The log's verifier key (C2SP signed-note).
        log_key: String,
        /// The ledger's name, the origin of its checkpoints.
        origin: String,
        /// The first agent, with every role.
        owner: Owner,
        /// The policy in force from the start.
        policy: Policy,
    }
    check(self, p) {
        p.line("log_key", &self.log_key, MAX_NAME);
        p.line("origin", &self.origin, MAX_NAME);
        if self.origin.contains("://") || self.origin.ends_with('/') || self.origin.contains(char::is_whitespace) || self.origin.contains('+') {
            p.add("origin", "an origin is an address without scheme, white space, `+` or slash at the end, such as example.org/desk");
        }
        p.within("owner", |p| self.owner.check(p));
        p.within("policy", |p| self.policy.check(p));
    }
}
body! {
    /// The first agent.
    Owner {
        /// Their handle.
        handle: Handle,
        /// Their public key, as OpenSSH writes it: `ssh-ed25519 AAAA…`.
        key: String,
    }
    check(self, p) {
        self.handle.check(p);
        p.line("key", &self.key, MAX_NAME);
    }
}
body! {
    /// A new agent; never erased.
    AgentEnrolled {
        /// Their handle.
        handle: Handle,
        /// Their public key.
        key: String,
        /// What they are.
        kind: AgentKind,
        /// What they may do.
        roles: Vec<AgentRole>,
    }
    check(self, p) {
        self.handle.check(p);
        p.line("key", &self.key, MAX_NAME);
        check_roles(&self.roles, p);
    }
}

fn check_roles(roles: &[AgentRole], p: &mut Problems) {
    if roles.windows(2).any(|w| w[0] >= w[1]) {
        p.add("roles", "each role once, in the order recorder, checker, reviewer, publisher, admin");
    }
}

body! {
    /// Who an agent is; erasable.
    AgentDescribed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Where they belong.
        affiliation: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// What they are called.
        name: Option<String>,
    }
    check(self, p) {
        p.optional_line("affiliation", self.affiliation.as_ref(), MAX_NAME);
        p.optional_line("name", self.name.as_ref(), MAX_NAME);
    }
}
body! {
    /// A new key for an agent that stays the same.
    AgentKeyChanged {
        /// The new public key.
        key: String,
        /// Why.
        reason: String,
    }
    check(self, p) {
        p.line("key", &self.key, MAX_NAME);
        p.line("reason", &self.reason, MAX_NAME);
    }
}
body! {
    /// New roles for an agent.
    AgentRolesChanged {
        /// All of them.
        roles: Vec<AgentRole>,
    }
    check(self, p) { check_roles(&self.roles, p); }
}
body! {
    /// An agent who may act no more.
    AgentRevoked {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// The first entry that no longer counts as theirs; this one where absent.
        from: Option<Index>,
        /// Why.
        reason: String,
    }
    check(self, p) { p.line("reason", &self.reason, MAX_NAME); }
}
body! {
    /// A new key of the log.
    LogKeyChanged {
        /// The new verifier key.
        log_key: String,
    }
    check(self, p) { p.line("log_key", &self.log_key, MAX_NAME); }
}
body! {
    /// A claim moves in the desk's work.
    ClaimMoved {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Who has it now.
        assignee: Option<Handle>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Until when.
        due: Option<Day>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Why.
        note: Option<String>,
        /// Where to.
        to: Workflow,
    }
    check(self, p) {
        if let Some(handle) = &self.assignee && !handle.is_valid() {
            p.add("assignee", "is not a handle");
        }
        p.optional_text("note", self.note.as_ref(), MAX_TEXT);
        if matches!(self.to, Workflow::Published | Workflow::Retracted) {
            p.add("to", "publication and retraction have entries of their own");
        }
    }
}
body! {
    /// An anchor is set anew, by a person's decision.
    AnchorMoved {
        /// Which anchor of the appearance, counted from 0.
        anchor: u64,
        /// Why.
        reason: String,
        /// The new one.
        to: Anchor,
    }
    check(self, p) {
        p.integer("anchor", Some(self.anchor));
        p.line("reason", &self.reason, MAX_NAME);
        p.within("to", |p| self.to.check(p));
    }
}
body! {
    /// How this claim stands to another.
    ClaimsRelated {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// A claim of another ledger, `<origin>#12@<leaf hash>`; reserved.
        foreign: Option<String>,
        /// How.
        kind: RelationKind,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Why.
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// The other claim.
        to: Option<Index>,
    }
    check(self, p) {
        p.optional_line("foreign", self.foreign.as_ref(), MAX_NAME);
        p.optional_text("note", self.note.as_ref(), MAX_TEXT);
        if self.to.is_some() == self.foreign.is_some() {
            p.add("to", "names one other claim, of this ledger or of another");
        }
    }
}
body! {
    /// Something is taken back: a relation, a piece of evidence, a published claim.
    Reason {
        /// Why.
        reason: String,
    }
    check(self, p) { p.text("reason", &self.reason, MAX_TEXT); }
}
body! {
    /// A verdict is approved or rejected by another agent.
    Review {
        /// What the reviewer decides.
        decision: Decision,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Why.
        note: Option<String>,
    }
    check(self, p) {
        p.optional_text("note", self.note.as_ref(), MAX_TEXT);
        if self.decision == Decision::Reject && self.note.is_none() {
            p.add("note", "a rejection says why");
        }
    }
}
body! {
    /// A claim becomes public with its appearances, evidence, verdicts and reviews.
    Publication {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// What should be said with it.
        note: Option<String>,
    }
    check(self, p) { p.optional_text("note", self.note.as_ref(), MAX_TEXT); }
}
body! {
    /// Somebody asks for a change to something published.
    Request {
        /// Who asks.
        from: String,
        /// What they ask.
        text: String,
    }
    check(self, p) {
        p.line("from", &self.from, MAX_NAME);
        p.text("text", &self.text, MAX_TEXT);
    }
}
body! {
    /// A change to something published.
    Correction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// The claim as it reads now, whole, where the wording changes.
        claim: Option<Box<Claim>>,
        /// What the change is.
        kind: CorrectionKind,
        /// What was wrong and what is right, for the public.
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// The verdict that takes the place of the one in force.
        verdict: Option<Verdict>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        /// Evidence that no longer counts.
        withdraws: Vec<Index>,
    }
    check(self, p) {
        p.text("text", &self.text, MAX_TEXT);
        if let Some(claim) = &self.claim {
            p.within("claim", |p| claim.check(p));
        }
        if let Some(verdict) = &self.verdict {
            p.within("verdict", |p| verdict.check(p));
        }
        if self.withdraws.len() > MAX_LIST {
            p.add("withdraws", format!("{} items, and at most {MAX_LIST} are allowed", self.withdraws.len()));
        }
        for (i, item) in self.withdraws.iter().enumerate() {
            if self.withdraws[..i].contains(item) {
                p.add(&format!("withdraws[{i}]"), "stands in the list already");
            }
        }
    }
}
body! {
    /// Something the desk should remember.
    Note {
        /// What.
        text: String,
    }
    check(self, p) { p.text("text", &self.text, MAX_TEXT); }
}
body! {
    /// A payload is kept out of further copies.
    Withholding {
        /// Why.
        ground: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Until when.
        until: Option<Day>,
    }
    check(self, p) { p.line("ground", &self.ground, MAX_NAME); }
}
body! {
    /// A payload may be shown.
    Release {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        /// Why.
        note: Option<String>,
    }
    check(self, p) { p.optional_line("note", self.note.as_ref(), MAX_NAME); }
}
body! {
    /// A payload is removed for good.
    Erasure {
        /// By whose authority.
        authority: String,
        /// On what ground.
        ground: String,
    }
    check(self, p) {
        p.line("authority", &self.authority, MAX_NAME);
        p.line("ground", &self.ground, MAX_NAME);
    }
}
body! {
    /// One signature for the `count` entries before this one.
    BatchSigned {
        /// How many entries.
        count: u64,
        /// RFC 6962 root over them.
        root: Digest,
    }
    check(self, p) {
        if !(1..=10_240).contains(&self.count) {
            p.add("count", "1 to 10,240");
        }
    }
}
