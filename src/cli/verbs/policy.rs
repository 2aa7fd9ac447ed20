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
use crate::entry::{Event, Kind, LedgerState, Proposal};
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
    /// Those before it, oldest first.
    earlier: Vec<Earlier<'p>>,
}

/// A policy that was in force before.
#[derive(Debug, Serialize)]
struct Earlier<'p> {
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
    let Some(((since, policy), earlier)) = ledger.state().policies.split_last() else {
        return Err(CliError::bug("a ledger without a policy"));
    };
    if cx.out.json {
        let earlier = earlier.iter().map(|(since, policy)| Earlier { since: since.0, policy }).collect();
        cx.out.json(&Shown { onrecord: 1, since: since.0, policy, earlier })?;
        return Ok(Exit::Done);
    }
    cx.out.line(format!("policy {} since {since}", crate::text::printable_line(&policy.name)))?;
    let fields = fields(policy);
    let width = fields.iter().map(|(name, _)| name.len()).max().unwrap_or_default() + 3;
    for (name, value) in fields {
        cx.out.line(format!("  {name:<width$}{value}"))?;
    }
    // Each entry was judged by the policy in force at its index, so what was in force before still matters.
    for pair in ledger.state().policies.windows(2).rev() {
        let [(from, before), (until, after)] = pair else { continue };
        cx.out.line(format!("\nbefore {until}: {} since {from}", crate::text::printable_line(&before.name)))?;
        for line in differences(before, after) {
            cx.out.line(format!("  {line}"))?;
        }
    }
    Ok(Exit::Done)
}

/// What differs, a line each.
fn differences(before: &Policy, after: &Policy) -> Vec<String> {
    let usual = |name: &str| {
        let kind = name.strip_prefix("role-for ").and_then(|kind| kind.parse::<Kind>().ok());
        let role = kind.and_then(|kind| kind.row().role).map_or("any agent", AgentRole::as_str);
        format!("{role} (usual)")
    };
    let (before, after) = (fields(before), fields(after));
    let value = |rows: &[(String, String)], name: &str| {
        rows.iter().find(|(n, _)| n == name).map_or_else(|| usual(name), |(_, value)| value.clone())
    };
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(n, _)| n == name));
    let names = after.iter().chain(gone).map(|(name, _)| name);
    let pairs = names.map(|name| (name, value(&before, name), value(&after, name)));
    pairs.filter(|(_, was, is)| was != is).map(|(name, was, is)| format!("{name}: {was} -> {is}")).collect()
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
    not_locked_out(&policy, writer.ledger.state())?;
    let (was, is) = (crate::text::printable_line(&now.name), crate::text::printable_line(&policy.name));
    let head = if was == is { format!("policy {is}, changed") } else { format!("policy {was} -> {is}") };
    let mut report = differences(&now, &policy)
        .into_iter()
        .fold(Report::new().line(head), |report, line| report.line(format!("  {line}")));
    for note in wanting(&policy, writer.ledger.state()) {
        report = report.note(note);
    }
    let mut proposal = Proposal::about(Index(0), Event::PolicySet(policy));
    proposal.seen = Some(pick::last_about(&writer.ledger, Index(0))?);
    let proposals = [proposal];
    let receipt = writer.append(cx, &proposals)?;
    report.note("it holds from here on; what was recorded before stands as it is").recorded(cx, &receipt, &proposals)
}

/// Agents who may still act and have a role.
fn holders(ledger: &LedgerState, role: AgentRole) -> usize {
    ledger.agents.values().filter(|agent| agent.revoked.is_none() && agent.roles.contains(&role)).count()
}

/// Refuses a policy after which nobody could set another, or give anybody the role that it takes.
fn not_locked_out(policy: &Policy, ledger: &LedgerState) -> Result<(), CliError> {
    for kind in [Kind::PolicySet, Kind::AgentRolesChanged, Kind::AgentEnrolled] {
        let rule = policy.roles.iter().find(|rule| rule.kind == kind.as_str());
        if let Some(rule) = rule.filter(|rule| holders(ledger, rule.role) == 0) {
            let text = format!("nobody has the role `{}`, so nobody could make a `{kind}` any more", rule.role);
            return Err(CliError::bad_input(text).hint("give somebody the role first: `onrecord agent roles`"));
        }
    }
    Ok(())
}

/// What the policy asks for that nobody here can do yet.
fn wanting(policy: &Policy, ledger: &LedgerState) -> Vec<String> {
    let mut notes = Vec::new();
    let reviewers = holders(ledger, AgentRole::Reviewer) as u64;
    // Whoever issues a verdict does not review it.
    if policy.reviewers >= reviewers.max(1) {
        let reviews = if policy.reviewers == 1 { "review" } else { "reviews" };
        let agents = if reviewers == 1 { "1 agent has".to_owned() } else { format!("{reviewers} agents have") };
        notes.push(format!(
            "publication needs {} approving {reviews} by others than the verdict's agent, and {agents} the role `reviewer`; `onrecord agent add` enrols another",
            policy.reviewers
        ));
    }
    let housed = ledger.agents.values().filter(|agent| agent.revoked.is_none() && agent.affiliation.is_some()).count();
    if policy.other_affiliation && housed < 2 {
        notes.push(
            "a reviewer must be of another affiliation, and fewer than two agents have one on record; `onrecord agent describe` records it"
                .to_owned(),
        );
    }
    for rule in policy.roles.iter().filter(|rule| holders(ledger, rule.role) == 0) {
        notes.push(format!(
            "nobody has the role `{}` that {} now needs",
            rule.role,
            crate::text::printable_line(&rule.kind)
        ));
    }
    notes
}
