//! `onrecord agent`: who may do what. What is recorded is here; what is only this user's, in `agent_local.rs`.

use std::path::PathBuf;

use serde::Serialize;

use super::agent_local;
use crate::claim::Handle;
use crate::claim::desk::{AgentDescribed, AgentEnrolled, AgentKeyChanged, AgentRevoked, AgentRolesChanged};
use crate::claim::vocab::{AgentKind, AgentRole};
use crate::cli::config::Settings;
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::keys;
use crate::cli::output::Tone;
use crate::cli::parse::{checked, words};
use crate::cli::pick;
use crate::cli::receipt::{Report, brief};
use crate::cli::refs;
use crate::entry::sshsig::PublicKey;
use crate::entry::state::Agent;
use crate::entry::{Event, LedgerState, Proposal};
use crate::hash::Index;
use crate::text::{nearest, printable_line};

/// Enrol agents and manage their keys and roles.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do
    #[command(subcommand)]
    pub what: What,
}

/// What to do with agents.
#[derive(Debug, clap::Subcommand)]
pub enum What {
    /// Enrol an agent
    Add(Add),
    /// List the agents
    List,
    /// Enrol a new key for an agent that stays the same
    Key(Key),
    /// Set what an agent may do
    Roles(Roles),
    /// Let an agent act no more
    Revoke(Revoke),
    /// Say what an agent is called and where it belongs; this can be erased, the handle cannot
    Describe(Describe),
    /// Act as this agent from now on, and remember where its key is; nothing is recorded
    Use(agent_local::Use),
}

/// A new agent.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Its handle; never erased, so it need not be a name
    #[arg(value_name = "HANDLE")]
    pub handle: String,
    /// Its Ed25519 key: the .pub file, or the private key file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// What it may do
    #[arg(long, value_name = "ROLE,…", required = true, value_delimiter = ',', value_parser = words(AgentRole::ALL, AgentRole::as_str))]
    pub role: Vec<AgentRole>,
    /// What it is
    #[arg(long, default_value = "person", value_parser = words(AgentKind::ALL, AgentKind::as_str))]
    pub kind: AgentKind,
    /// What it is called
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Where it belongs
    #[arg(long, value_name = "TEXT")]
    pub affiliation: Option<String>,
}

/// A new key.
#[derive(Debug, clap::Args)]
pub struct Key {
    /// Whose
    #[arg(value_name = "HANDLE")]
    pub handle: String,
    /// The new key: the .pub file, or the private key file
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// New roles.
#[derive(Debug, clap::Args)]
pub struct Roles {
    /// Whose
    #[arg(value_name = "HANDLE")]
    pub handle: String,
    /// All that it may do from now on
    #[arg(long, value_name = "ROLE,…", required_unless_present = "none", value_delimiter = ',', value_parser = words(AgentRole::ALL, AgentRole::as_str))]
    pub role: Vec<AgentRole>,
    /// It may do nothing but write notes
    #[arg(long, conflicts_with = "role")]
    pub none: bool,
}

/// A revocation.
#[derive(Debug, clap::Args)]
pub struct Revoke {
    /// Who
    #[arg(value_name = "HANDLE")]
    pub handle: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The first entry that no longer counts as its own, where the key was lost before now
    #[arg(long, value_name = "N")]
    pub from: Option<String>,
}

/// A description.
#[derive(Debug, clap::Args)]
pub struct Describe {
    /// Who
    #[arg(value_name = "HANDLE")]
    pub handle: String,
    /// What it is called; stays as it is where absent, empty takes it away
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Where it belongs; likewise
    #[arg(long, value_name = "TEXT")]
    pub affiliation: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such agent, a key cannot be used, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    match &args.what {
        What::Add(add) => self::add(add, cx),
        What::List => list(cx),
        What::Key(key) => self::key(key, cx),
        What::Roles(roles) => self::roles(roles, cx),
        What::Revoke(revoke) => self::revoke(revoke, cx),
        What::Describe(describe) => self::describe(describe, cx),
        What::Use(what) => agent_local::run(what, cx),
    }
}

/// The enrolled agent with a handle.
///
/// # Errors
/// When there is none.
pub fn named<'s>(state: &'s LedgerState, handle: &str) -> Result<&'s Agent, CliError> {
    state.agent_named(handle).ok_or_else(|| {
        let error = CliError::bad_input(format!("no agent `{}` is enrolled", printable_line(handle)));
        match nearest(handle, state.agents.values().map(|a| a.handle.0.as_str())) {
            Some(near) => {
                error.hint(format!("did you mean `{}`? `onrecord agent list` shows all", printable_line(near)))
            }
            None => error.hint("`onrecord agent list` shows who is"),
        }
    })
}

fn in_order(mut roles: Vec<AgentRole>) -> Vec<AgentRole> {
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn list_of(roles: &[AgentRole]) -> String {
    if roles.is_empty() {
        return "none".into();
    }
    roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(",")
}

fn described(text: Option<&String>, before: Option<&String>) -> Option<String> {
    text.or(before).filter(|t| !t.is_empty()).cloned()
}

fn add(args: &Add, cx: &Context<'_>) -> Result<Exit, CliError> {
    let public = keys::public(&args.key)?;
    let roles = in_order(args.role.clone());
    let handle = Handle(args.handle.clone());
    let body = AgentEnrolled { handle, key: public.to_openssh(), kind: args.kind, roles };
    checked(&body)?;
    let mut writer = cx.writer()?;
    let mut proposals = vec![Proposal::new(Event::AgentEnrolled(body.clone()))];
    let description = AgentDescribed {
        affiliation: described(args.affiliation.as_ref(), None),
        name: described(args.name.as_ref(), None),
    };
    if description.name.is_some() || description.affiliation.is_some() {
        checked(&description)?;
        proposals.push(Proposal::about(Index::pending(0), Event::AgentDescribed(description)));
    }
    let receipt = writer.append(cx, &proposals)?;
    Report::new()
        .line(format!("enrolled {}, a {}: {}", body.handle, body.kind, list_of(&body.roles)))
        .line(format!("  key {}", public.fingerprint()))
        .next(format!(
            "whoever holds the key runs `onrecord agent use {} --key FILE --log-key FILE` where they work",
            body.handle
        ))
        .recorded(cx, &receipt, &proposals)
}

/// An agent in `agent list --json`.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    number: u64,
    handle: &'a str,
    kind: AgentKind,
    roles: &'a [AgentRole],
    keys: Vec<ListedKey>,
    revoked_from: Option<u64>,
    name: Option<&'a str>,
    affiliation: Option<&'a str>,
    acts_here: bool,
}

#[derive(Debug, Serialize)]
struct ListedKey {
    from: u64,
    key: String,
    fingerprint: String,
}

fn list(cx: &Context<'_>) -> Result<Exit, CliError> {
    let ledger = cx.ledger()?;
    let settings = Settings::load(&cx.folders, &ledger.id())?.unwrap_or_default();
    let acts = cx.global.agent.clone().or(settings.agent);
    let agents = ledger.state().agents.values();
    if cx.out.json {
        let agents: Vec<Listed<'_>> = agents
            .map(|a| Listed {
                number: a.number.0,
                handle: &a.handle.0,
                kind: a.kind,
                roles: &a.roles,
                keys: a
                    .keys
                    .iter()
                    .map(|(from, key)| ListedKey {
                        from: from.0,
                        key: key.to_openssh(),
                        fingerprint: key.fingerprint(),
                    })
                    .collect(),
                revoked_from: a.revoked.map(|r| r.0),
                name: a.name.as_deref(),
                affiliation: a.affiliation.as_deref(),
                acts_here: acts.as_deref() == Some(a.handle.0.as_str()),
            })
            .collect();
        cx.out.json(&serde_json::json!({ "onrecord": 1, "agents": agents }))?;
        return Ok(Exit::Done);
    }
    for agent in agents {
        let here = acts.as_deref() == Some(agent.handle.0.as_str());
        let handle = cx.out.tone(Tone::Strong, &agent.handle.to_string());
        let mark = if here { "*" } else { "" };
        let roles = agent.revoked.map_or_else(|| list_of(&agent.roles), |from| format!("revoked from {from} on"));
        cx.out.line(format!("{} {handle}{mark}  {}: {roles}", agent.number, agent.kind))?;
        let who = [agent.name.as_deref(), agent.affiliation.as_deref()].into_iter().flatten();
        let key = agent.key().map_or_else(|| "no key".into(), PublicKey::fingerprint);
        let row: Vec<String> = std::iter::once(key).chain(who.map(|t| brief(t, 40))).collect();
        cx.out.line(format!("  {}", row.join("  ")))?;
    }
    if acts.is_some() {
        cx.out.note("* acts here; `--as HANDLE` and `onrecord agent use HANDLE` name another");
    }
    Ok(Exit::Done)
}

/// A deciding entry about an agent, made on what was read of it.
fn about(writer: &Writer, agent: Index, event: Event) -> Result<Proposal, CliError> {
    let mut proposal = Proposal::about(agent, event);
    proposal.seen = Some(pick::last_about(&writer.ledger, agent)?);
    Ok(proposal)
}

fn key(args: &Key, cx: &Context<'_>) -> Result<Exit, CliError> {
    let public = keys::public(&args.key)?;
    let mut writer = cx.writer()?;
    let agent = named(writer.ledger.state(), &args.handle)?.clone();
    let body = AgentKeyChanged { key: public.to_openssh(), reason: args.reason.clone() };
    checked(&body)?;
    let proposals = [about(&writer, agent.number, Event::AgentKeyChanged(body))?];
    let receipt = writer.append(cx, &proposals)?;
    let mut report = Report::new()
        .line(format!("new key for {}", agent.handle))
        .line(format!(
            "  {} -> {}",
            agent.key().map_or_else(|| "none".into(), PublicKey::fingerprint),
            public.fingerprint()
        ))
        .note("the old key signs no entry from here on; what it signed before stays valid");
    let remembered = agent_local::remember_new_key(cx, &writer.ledger.id(), &args.handle, &args.key)?;
    report = match remembered {
        Some(file) => report.line(format!("  this user's settings now name {}", file.display())),
        None => report.next(format!("`onrecord agent use {} --key FILE` where that agent works", agent.handle)),
    };
    report.recorded(cx, &receipt, &proposals)
}

/// Refuses to leave a ledger to which nobody could ever enrol an agent again.
fn leaves_an_admin(state: &LedgerState, without: Index) -> Result<(), CliError> {
    let admin = |a: &Agent| a.number != without && a.revoked.is_none() && a.roles.contains(&AgentRole::Admin);
    if state.agents.values().any(admin) {
        return Ok(());
    }
    Err(CliError::bad_input("this would leave the ledger without any admin, for good")
        .hint("give another agent the role first: `onrecord agent roles HANDLE --role admin,…`"))
}

fn roles(args: &Roles, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let agent = named(writer.ledger.state(), &args.handle)?.clone();
    let roles = in_order(args.role.clone());
    if !roles.contains(&AgentRole::Admin) {
        leaves_an_admin(writer.ledger.state(), agent.number)?;
    }
    if roles == agent.roles {
        let last = pick::last_about(&writer.ledger, agent.number)?;
        return Report::new().already(cx, &writer.ledger, last);
    }
    let body = AgentRolesChanged { roles };
    checked(&body)?;
    let line = format!("  {} -> {}", list_of(&agent.roles), list_of(&body.roles));
    let proposals = [about(&writer, agent.number, Event::AgentRolesChanged(body))?];
    let receipt = writer.append(cx, &proposals)?;
    Report::new().line(format!("roles of {}", agent.handle)).line(line).recorded(cx, &receipt, &proposals)
}

fn revoke(args: &Revoke, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let agent = named(writer.ledger.state(), &args.handle)?.clone();
    leaves_an_admin(writer.ledger.state(), agent.number)?;
    let from = args.from.as_deref().map(|n| refs::entry(&writer.ledger, n)).transpose()?;
    if let Some(before) = agent.revoked
        && from.is_none_or(|from| from >= before)
    {
        return Err(CliError::bad_input(format!("{} is revoked already, from {before} on", agent.handle))
            .hint("`--from N` with a lower number revokes it from earlier on"));
    }
    let body = AgentRevoked { from, reason: args.reason.clone() };
    checked(&body)?;
    let proposals = [about(&writer, agent.number, Event::AgentRevoked(body))?];
    let receipt = writer.append(cx, &proposals)?;
    let own = agent.number == writer.number();
    Report::new()
        .line(format!("revoked {}", agent.handle))
        .line(from.map_or_else(
            || "  from now on; what came before stays valid".into(),
            |n| format!("  from {n} on; what it did since is flagged"),
        ))
        .note_if(own, || "that was you: this agent acts no more".into())
        .recorded(cx, &receipt, &proposals)
}

fn describe(args: &Describe, cx: &Context<'_>) -> Result<Exit, CliError> {
    if args.name.is_none() && args.affiliation.is_none() {
        return Err(CliError::usage("say what is to be described: --name or --affiliation"));
    }
    let mut writer = cx.writer()?;
    let agent = named(writer.ledger.state(), &args.handle)?.clone();
    let body = AgentDescribed {
        affiliation: described(args.affiliation.as_ref(), agent.affiliation.as_ref()),
        name: described(args.name.as_ref(), agent.name.as_ref()),
    };
    checked(&body)?;
    let text = |t: &Option<String>| t.as_deref().map_or_else(|| "-".to_owned(), |t| brief(t, 60));
    let line = format!("  name {}, affiliation {}", text(&body.name), text(&body.affiliation));
    let proposals = [Proposal::about(agent.number, Event::AgentDescribed(body))];
    let receipt = writer.append(cx, &proposals)?;
    Report::new()
        .line(format!("described {}", agent.handle))
        .line(line)
        .note("unlike the handle, this can be erased")
        .recorded(cx, &receipt, &proposals)
}
