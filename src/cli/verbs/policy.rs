//! `onrecord policy`: what the ledger demands.

use serde::Serialize;

use crate::claim::vocab::AgentRole;
use crate::claim::{Policy, RoleRule};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, suggestion};
use crate::cli::pick;
use crate::cli::receipt::Report;
use crate::cli::verbs::init::Start;
use crate::entry::{Event, Kind, Proposal};
use crate::hash::Index;

/// Show or set what the ledger demands.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub what: What,
}

/// What to do with the policy.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Show the policy in force
    Show,
    /// Set it: one of the two that come with the program, or single fields of the one in force; the past is not touched
    Set(Set),
}

/// A new policy.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// Begin from this policy instead of the one in force
    #[arg(value_name = "POLICY", value_enum)]
    pub start: Option<Start>,
    /// What it is called
    #[arg(long)]
    pub name: Option<String>,
    /// Approving reviews that publication needs
    #[arg(long, value_name = "N")]
    pub reviewers: Option<u64>,
    /// Clusters that confidence high needs
    #[arg(long, value_name = "N")]
    pub clusters_high: Option<u64>,
    /// Clusters that confidence moderate needs
    #[arg(long, value_name = "N")]
    pub clusters_moderate: Option<u64>,
    /// Whether a named party must have been asked before a refuted or misleading-context claim is published
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    pub contact_before: Option<bool>,
    /// Whether the reviewer must be of another affiliation than who issued the verdict
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    pub other_affiliation: Option<bool>,
    /// Another role than usual for a kind of entry, such as `note-added=recorder`; an empty role takes the rule back
    #[arg(long, value_name = "KIND=ROLE", value_parser = role_rule)]
    pub role_for: Vec<(Kind, Option<AgentRole>)>,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("`yes` or `no`".into()),
    }
}

fn role_rule(text: &str) -> Result<(Kind, Option<AgentRole>), String> {
    let (kind, role) = text.split_once('=').ok_or("a rule is written `kind-of-entry=role`")?;
    let kinds: Vec<&'static str> = Kind::ALL.iter().map(|k| k.as_str()).collect();
    let kind = kind.parse::<Kind>().map_err(|e| match suggestion(kind, &kinds) {
        Some(near) => format!("`{}` is not a kind of entry (did you mean `{near}`?)", e.given),
        None => e.to_string(),
    })?;
    if role.is_empty() {
        return Ok((kind, None));
    }
    role.parse().map(|role| (kind, Some(role))).map_err(|e: crate::claim::vocab::NotInVocabulary| e.to_string())
}

/// The policy in force.
#[derive(Debug, Serialize)]
struct Shown<'p> {
    onrecord: u32,
    since: u64,
    policy: &'p Policy,
}

/// Runs the verb.
///
/// # Errors
/// When the ledger cannot be read, a value is wrong, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    match &args.what {
        What::Show => show(cx),
        What::Set(set) => self::set(set, cx),
    }
}

fn show(cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let Some((since, policy)) = ledger.state().policies.last() else {
        return Err(CliError::bug("a ledger without a policy"));
    };
    if cx.out.json {
        cx.out.json(&Shown { onrecord: 1, since: since.0, policy })?;
        return Ok(Exit::Done);
    }
    cx.out.line(format!("policy {} since {since}", crate::text::printable_line(&policy.name)))?;
    for (name, value) in fields(policy) {
        cx.out.line(format!("  {name:<20}{value}"))?;
    }
    Ok(Exit::Done)
}

/// A policy's fields, by the flags that set them.
fn fields(policy: &Policy) -> Vec<(String, String)> {
    let yes = |on: bool| if on { "yes" } else { "no" }.to_owned();
    let mut rows = vec![
        ("reviewers".to_owned(), policy.reviewers.to_string()),
        ("clusters-high".to_owned(), policy.clusters_high.to_string()),
        ("clusters-moderate".to_owned(), policy.clusters_moderate.to_string()),
        ("contact-before".to_owned(), yes(policy.contact_before)),
        ("other-affiliation".to_owned(), yes(policy.other_affiliation)),
    ];
    rows.extend(
        policy.roles.iter().map(|r| (format!("role-for {}", crate::text::printable_line(&r.kind)), r.role.to_string())),
    );
    rows
}

fn changed(set: &Set, now: &Policy) -> Policy {
    let mut policy = match set.start {
        None => now.clone(),
        Some(Start::Solo) => Policy::solo(),
        Some(Start::Desk) => Policy::desk(),
    };
    let base = policy.clone();
    for (field, value) in [
        (&mut policy.reviewers, set.reviewers),
        (&mut policy.clusters_high, set.clusters_high),
        (&mut policy.clusters_moderate, set.clusters_moderate),
    ] {
        *field = value.unwrap_or(*field);
    }
    policy.contact_before = set.contact_before.unwrap_or(policy.contact_before);
    policy.other_affiliation = set.other_affiliation.unwrap_or(policy.other_affiliation);
    for (kind, role) in &set.role_for {
        policy.roles.retain(|r| r.kind != kind.as_str());
        policy.roles.extend(role.map(|role| RoleRule { kind: kind.as_str().to_owned(), role }));
    }
    // A name promises what stands behind it: `desk` with other fields is no longer that.
    let known =
        [Policy::solo(), Policy::desk()].into_iter().find(|p| Policy { name: p.name.clone(), ..policy.clone() } == *p);
    policy.name = match (&set.name, known) {
        (Some(name), _) => name.clone(),
        (None, Some(known)) => known.name,
        (None, None) if policy == base && base.name != "solo" && base.name != "desk" => base.name,
        (None, None) if base.name == "solo" || base.name == "desk" => "custom".to_owned(),
        (None, None) => base.name,
    };
    policy
}

fn set(set: &Set, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let Some((since, now)) = writer.ledger.state().policies.last().cloned() else {
        return Err(CliError::bug("a ledger without a policy"));
    };
    let policy = changed(set, &now);
    checked(&policy)?;
    if policy == now {
        return Report::new().already(cx, &writer.ledger, since);
    }
    let mut report = Report::new().line(format!("policy {} -> {}", now.name, policy.name));
    let before = fields(&now);
    let after = fields(&policy);
    for (name, value) in &after {
        let was = before.iter().find(|(n, _)| n == name).map_or("usual", |(_, v)| v.as_str());
        if was != value {
            report = report.line(format!("  {name}: {was} -> {value}"));
        }
    }
    for (name, value) in before.iter().filter(|(n, _)| !after.iter().any(|(a, _)| a == n)) {
        report = report.line(format!("  {name}: {value} -> usual"));
    }
    let mut proposal = Proposal::about(Index(0), Event::PolicySet(policy));
    proposal.seen = Some(pick::last_about(&writer.ledger, Index(0))?);
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    report.note("it holds from here on; what was recorded before stands as it is").recorded(cx, &receipt, &proposals)
}
