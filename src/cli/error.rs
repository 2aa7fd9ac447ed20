//! Errors as a person meets them: what went wrong, why, and the next step; and the exit codes.

use serde::Serialize;

/// How a verb ended when nothing went wrong with running it. "No" is a result, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or it holds: 0.
    Done,
    /// It does not hold, or problems of severity *error*: 1.
    DoesNotHold,
    /// Cannot be determined: 4.
    CannotBeDetermined,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::DoesNotHold => 1,
            Self::CannotBeDetermined => 4,
        }
    }
}

/// What kind of error, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The command line is wrong: 2.
    Usage,
    /// What was given is wrong, or refused: 2.
    BadInput,
    /// Locked, unreadable, no key, no space: 3.
    CannotRun,
    /// A broken invariant of ours: 101.
    Bug,
}

/// An error with its causes and the next steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CliError {
    /// What kind.
    pub kind: Kind,
    /// What went wrong, in one sentence.
    pub message: String,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
}

impl CliError {
    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), causes: Vec::new(), hints: Vec::new() }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// What was given is wrong, or refused.
    pub fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Kind::BadInput, message)
    }

    /// The verb cannot run here and now.
    pub fn cannot_run(message: impl Into<String>) -> Self {
        Self::new(Kind::CannotRun, message)
    }

    /// A broken invariant of ours.
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(Kind::Bug, message).hint("this is a bug; please report it with the command that you ran")
    }

    /// Adds a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        if !self.hints.contains(&hint) {
            self.hints.push(hint);
        }
        self
    }

    /// Adds a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds an error and everything behind it as causes; and where a disk is what failed, the next step.
    #[must_use]
    pub fn because(mut self, error: &dyn std::error::Error) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if let Some(hint) = after_disk(&text) {
                self = self.hint(hint);
            }
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// The process's exit code.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Usage | Kind::BadInput => 2,
            Kind::CannotRun => 3,
            Kind::Bug => 101,
        }
    }

    /// The error as lines for a person.
    pub fn to_text(&self) -> String {
        let mut text = format!("error: {}", self.message);
        for cause in &self.causes {
            text.push_str("\n  because: ");
            text.push_str(&cause.replace('\n', "\n           "));
        }
        for hint in &self.hints {
            text.push_str("\n  hint: ");
            text.push_str(hint);
        }
        text
    }
}

/// What to do where a disk is full or does not work, whatever was being done: told by the system's number, with which `std`
/// ends what it says of an error.
fn after_disk(text: &str) -> Option<&'static str> {
    let (_, rest) = text.rsplit_once("(os error ")?;
    let (number, _) = rest.split_once(')')?;
    match number {
        // EFBIG, ENOSPC, EDQUOT
        "27" | "28" | "122" => Some("make room on the disk, or raise the limit, and repeat the command"),
        // EROFS
        "30" => Some("the disk can only be read here: repeat the command where it can be written"),
        // EIO
        "5" => {
            Some("see to the disk, then repeat the command; `onrecord audit` says whether all of the ledger is there")
        }
        _ => None,
    }
}
