//! From the library's errors to what a person reads: the one place where they meet.

use super::error::CliError;
use super::output::counted;
use crate::entry::Proposal;
use crate::ledger::commit::CommitError;
use crate::ledger::error::Refused;
use crate::ledger::{AppendError, ReadError};
use crate::search::SearchError;
use crate::store::{Action, Holder, StoreError};

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::cannot_run("the ledger's folder cannot be used").because(&error).after_store(&error)
    }
}

impl From<ReadError> for CliError {
    fn from(error: ReadError) -> Self {
        match &error {
            ReadError::NoEntry { .. } => {
                Self::bad_input(error.to_string()).hint("`onrecord list` shows the claims, `onrecord stats` the size")
            }
            ReadError::NoLedger => {
                Self::cannot_run(error.to_string()).hint("`onrecord init DIR --origin NAME` makes one")
            }
            ReadError::Foreign { .. } => Self::cannot_run(error.to_string()).hint("use a newer onrecord"),
            ReadError::Store(e) => Self::cannot_run("the ledger cannot be read").because(&error).after_store(e),
            ReadError::Catalog { .. } => {
                Self::cannot_run(error.to_string()).hint("remove the folder `catalog/`: it is derived and comes back")
            }
            _ => Self::cannot_run("the ledger is damaged")
                .because(&error)
                .hint("`onrecord audit` names every place; nothing is repaired on its own"),
        }
    }
}

impl From<SearchError> for CliError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Read(error) => error.into(),
            SearchError::Ask(error) => {
                Self::bad_input("the words to search for cannot be understood").because(&error).hint(
                    "words, \"phrases in quotes\", begin* of a word, -without; `onrecord search --help` has examples",
                )
            }
            SearchError::Taken { .. } => Self::cannot_run(error.to_string()).hint("try again in a moment"),
            SearchError::Folder { .. } => {
                Self::cannot_run("no search index can be kept").because(&error).hint("make the folder writable")
            }
            SearchError::Engine(_) => Self::cannot_run("the search index cannot be used")
                .because(&error)
                .hint("remove the folder `search/` of the ledger: it is derived and comes back"),
        }
    }
}

/// The same as the conversion, naming the subject of each proposal that was refused.
pub fn of_batch(error: AppendError, proposals: &[Proposal]) -> CliError {
    match error {
        AppendError::Refused { refused } => self::refused(&refused, proposals),
        error => error.into(),
    }
}

fn refused(refused: &[Refused], proposals: &[Proposal]) -> CliError {
    let place = |r: &Refused| match proposals.get(r.position).and_then(|p| p.about) {
        Some(about) if about.pending_position().is_none() => format!("{about} "),
        _ if proposals.len() == 1 => String::new(),
        _ => format!("entry {} of the batch ", r.position + 1),
    };
    let error = match refused {
        [one] if proposals.len() < 2 => {
            CliError::bad_input(format!("refused [{}]: {}", one.objection.code(), one.objection))
        }
        [one] => CliError::bad_input(format!("{}refused [{}]: {}", place(one), one.objection.code(), one.objection)),
        many => many.iter().fold(CliError::bad_input(format!("refused, for {} reasons", many.len())), |error, r| {
            error.cause(format!("{}[{}]: {}", place(r), r.objection.code(), r.objection))
        }),
    };
    let code = refused.first().map_or("G01", |r| r.objection.code());
    let all = if proposals.len() > 1 { ", since it is all or none" } else { "" };
    error.hint(format!("nothing was recorded{all}; `onrecord explain {code}` says more"))
}

impl From<AppendError> for CliError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Refused { refused } => self::refused(&refused, &[]),
            AppendError::Read(error) => error.into(),
            AppendError::Value { problem, .. } => Self::bad_input(problem.to_string()).hint("nothing was recorded"),
            AppendError::ReadOnly | AppendError::Randomness { .. } | AppendError::Sign(_) | AppendError::Exists => {
                Self::cannot_run(error.to_string()).hint("nothing was recorded")
            }
            AppendError::TooMany { .. } | AppendError::Payload(_) | AppendError::Header(_) => {
                Self::bad_input(error.to_string()).hint("nothing was recorded")
            }
            AppendError::Commit(cause) => commit(&cause),
            AppendError::Unpublished { ref cause, .. } => Self::cannot_run(error.to_string())
                .hint("do not add it again; the next command that writes finishes it")
                .because(&error)
                .after_commit(cause),
            AppendError::Unread { base, .. } => Self::cannot_run(error.to_string())
                .because(&error)
                .hint(format!("do not add it again; `onrecord history --since {base}` shows it")),
            AppendError::Unclear { base, .. } => Self::cannot_run(error.to_string())
                .because(&error)
                .hint(format!("look at `onrecord history --since {base}` before adding it again")),
        }
    }
}

fn commit(error: &CommitError) -> CliError {
    match error {
        CommitError::Rollback { remembered, present } => {
            CliError::cannot_run("this ledger is behind, or another than, what was seen before; nothing was recorded")
                .cause(format!("seen before: {}, root {}", counted(remembered.size, "entry"), remembered.root))
                .cause(format!("found now:   {}, root {}", counted(present.size, "entry"), present.root))
                .hint("if a person decided to go on from a backup, repeat with `--accept-rollback`")
                .hint("else find out who replaced the ledger's folder; witnesses and readers will see a fork")
        }
        CommitError::Store(e) => {
            CliError::cannot_run("the ledger cannot be written; nothing was recorded").because(e).after_store(e)
        }
        CommitError::Memory(_) => {
            CliError::cannot_run("the memory of what this user saw last cannot be read; nothing was recorded")
                .because(error)
                .hint(
                    "it lies in the state folder; make it readable, or remove it if a person has looked at the ledger",
                )
        }
        CommitError::Contended { .. } => CliError::cannot_run(error.to_string()).hint("try again"),
        CommitError::Signer(_) => CliError::cannot_run("the log's key at hand is not this log's; nothing was recorded")
            .because(error)
            .hint("the settings file in the configuration folder names the key's file"),
        _ => CliError::cannot_run("the ledger cannot be written to; nothing was recorded")
            .because(error)
            .hint("`onrecord audit` names every place"),
    }
}

impl CliError {
    /// Adds the next step after what a store said.
    #[must_use]
    fn after_store(self, error: &StoreError) -> Self {
        match error {
            StoreError::Locked { holders, .. } => after_lock(self, holders),
            StoreError::ReadOnly { .. } => self
                .hint("make the folder writable for this user, or repeat the command as its owner")
                .hint("reading works as it is: `onrecord list`, `show`, `audit`"),
            // A disk that is full or does not work has had its hint.
            StoreError::Io { .. } if !self.hints.is_empty() => self,
            StoreError::Io { action: Action::Open | Action::Read | Action::List, .. } => {
                self.hint("make it readable for this user; `onrecord audit` names every place that is not")
            }
            StoreError::Io { .. } => {
                self.hint("repeat the command when the folder is in order; `onrecord audit` says whether all is there")
            }
            _ => self.hint("`onrecord audit` names every place"),
        }
    }

    /// Adds the next step after what came between a head and its publication.
    #[must_use]
    fn after_commit(self, error: &CommitError) -> Self {
        match error {
            CommitError::Store(e @ (StoreError::Locked { .. } | StoreError::ReadOnly { .. })) => self.after_store(e),
            _ => self,
        }
    }
}

/// Who does not give the lock back decides what to do about it.
fn after_lock(error: CliError, holders: &[Holder]) -> CliError {
    let error = holders.iter().fold(error, |error, holder| {
        let pid = holder.pid;
        if holder.stopped {
            error.hint(format!("`kill -CONT {pid}` lets process {pid} go on; `kill -KILL {pid}` ends it, which loses nothing that it acknowledged"))
        } else {
            error.hint(format!("wait for process {pid}, or look at what it is doing (`ps -p {pid}`), and try again"))
        }
    });
    if holders.is_empty() { error.hint("see which other program writes to the ledger, and try again") } else { error }
}
