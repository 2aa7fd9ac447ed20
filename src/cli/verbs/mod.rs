//! The verbs, one file each: an `Args` whose doc comments are the help text, and `run`.

pub mod add;
pub mod add_one;
pub mod agent;
mod agent_local;
pub mod amend;
pub mod anchor;
pub mod appear;
pub mod audit;
pub mod check;
mod check_bundle;
pub mod completions;
pub mod contact;
pub mod correct;
pub mod corrections;
pub mod demo;
pub mod diff;
pub mod document;
pub mod erase;
pub mod evidence;
pub mod explain;
pub mod export;
pub mod follow;
pub mod history;
pub mod import;
pub mod init;
pub mod list;
pub mod looked;
pub mod man;
pub mod note;
pub mod policy;
pub mod prove;
pub mod publish;
pub mod publish_log;
pub mod relate;
pub mod release;
pub mod request;
pub mod retract;
pub mod review;
pub mod search;
pub mod show;
pub mod similar;
pub mod stamp;
pub mod stats;
pub mod triage;
pub mod verify;
pub mod withdraw;
pub mod withhold;
pub mod witness;
mod witness_request;
mod witness_serve;

use super::context::Context;
use super::error::{CliError, Exit};

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Make a ledger to look at, from the claims that come with the program
    Demo(demo::Args),
    /// Make a new ledger
    Init(init::Args),
    /// Record claims, from claim files or from flags
    Add(add::Args),
    /// Change a claim before it is published
    Amend(amend::Args),
    /// Record that another document makes a claim
    Appear(appear::Args),
    /// Find a passage in a document: code-point range and digest, for claim files
    Anchor(anchor::Args),
    /// List claims
    List(list::Args),
    /// Show all of one claim
    Show(show::Args),
    /// Search the words of claims, evidence and documents
    Search(search::Args),
    /// Find claims on record that are like a text: has this been checked before?
    Similar(similar::Args),
    /// Register documents, and show them
    Document(document::Args),
    /// Link evidence to a claim
    Evidence(evidence::Args),
    /// Record a search, also one that found nothing
    Looked(looked::Args),
    /// Record who was asked for comment, and what came of it
    Contact(contact::Args),
    /// Decide on a claim by evidence
    Verify(verify::Args),
    /// Approve or reject a verdict of another agent
    Review(review::Args),
    /// Make claims public
    Publish(publish::Args),
    /// Change something published
    Correct(correct::Args),
    /// Take something published back
    Retract(retract::Args),
    /// Record that somebody asks for a change to something published
    Request(request::Args),
    /// Take a claim, a relation or evidence back before publication
    Withdraw(withdraw::Args),
    /// Say how two claims stand to each other
    Relate(relate::Args),
    /// Take claims up: who, until when; or park them
    Triage(triage::Args),
    /// Write a note on a claim, for the desk
    Note(note::Args),
    /// Keep what an entry says out of further copies
    Withhold(withhold::Args),
    /// Give back what was withheld: it may be shown
    Release(release::Args),
    /// Remove what an entry says, for good
    Erase(erase::Args),
    /// Copy the log for the public: every header and proof, and what may be shown
    PublishLog(publish_log::Args),
    /// Keep a replica of a published log, checked on the way
    Follow(follow::Args),
    /// Have the checkpoint stamped by time-stamp authorities, and look at the stamps
    Stamp(stamp::Args),
    /// Show who changed what, when, from what to what
    History(history::Args),
    /// Show what changed between two points, claim by claim
    Diff(diff::Args),
    /// Report requests and corrections of a period
    Corrections(corrections::Args),
    /// Re-derive everything and report every problem
    Audit(audit::Args),
    /// Say what a code of the audit or of a refusal means
    Explain(explain::Args),
    /// Write a self-contained proof of an entry
    Prove(prove::Args),
    /// Check proof files, with no ledger and no network
    Check(check::Args),
    /// Have checkpoints cosigned by others, and cosign those of others
    Witness(witness::Args),
    /// Enrol agents and manage their keys and roles
    Agent(agent::Args),
    /// Show or set what the ledger demands
    Policy(policy::Args),
    /// Write claim sets for others
    Export(export::Args),
    /// Take over what others have checked, originals kept
    Import(import::Args),
    /// Show sizes, counts, checkpoint and keys
    Stats(stats::Args),
    /// Print shell completions
    Completions(completions::Args),
    /// Print the manual page
    Man(man::Args),
}

impl Verb {
    /// Does it.
    ///
    /// # Errors
    /// What the verb's own `run` says.
    pub fn run(&self, cx: &Context<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Demo(args) => demo::run(args, cx),
            Self::Init(args) => init::run(args, cx),
            Self::Add(args) => add::run(args, cx),
            Self::Amend(args) => amend::run(args, cx),
            Self::Appear(args) => appear::run(args, cx),
            Self::Anchor(args) => anchor::run(args, cx),
            Self::List(args) => list::run(args, cx),
            Self::Show(args) => show::run(args, cx),
            Self::Search(args) => search::run(args, cx),
            Self::Similar(args) => similar::run(args, cx),
            Self::Document(args) => document::run(args, cx),
            Self::Evidence(args) => evidence::run(args, cx),
            Self::Looked(args) => looked::run(args, cx),
            Self::Contact(args) => contact::run(args, cx),
            Self::Verify(args) => verify::run(args, cx),
            Self::Review(args) => review::run(args, cx),
            Self::Publish(args) => publish::run(args, cx),
            Self::Correct(args) => correct::run(args, cx),
            Self::Retract(args) => retract::run(args, cx),
            Self::Request(args) => request::run(args, cx),
            Self::Withdraw(args) => withdraw::run(args, cx),
            Self::Relate(args) => relate::run(args, cx),
            Self::Triage(args) => triage::run(args, cx),
            Self::Note(args) => note::run(args, cx),
            Self::Withhold(args) => withhold::run(args, cx),
            Self::Release(args) => release::run(args, cx),
            Self::Erase(args) => erase::run(args, cx),
            Self::PublishLog(args) => publish_log::run(args, cx),
            Self::Follow(args) => follow::run(args, cx),
            Self::Stamp(args) => stamp::run(args, cx),
            Self::History(args) => history::run(args, cx),
            Self::Diff(args) => diff::run(args, cx),
            Self::Corrections(args) => corrections::run(args, cx),
            Self::Audit(args) => audit::run(args, cx),
            Self::Explain(args) => explain::run(args, cx),
            Self::Prove(args) => prove::run(args, cx),
            Self::Check(args) => check::run(args, cx),
            Self::Witness(args) => witness::run(args, cx),
            Self::Agent(args) => agent::run(args, cx),
            Self::Policy(args) => policy::run(args, cx),
            Self::Export(args) => export::run(args, cx),
            Self::Import(args) => import::run(args, cx),
            Self::Stats(args) => stats::run(args, cx),
            Self::Completions(args) => completions::run(args, cx),
            Self::Man(args) => man::run(args, cx),
        }
    }
}
