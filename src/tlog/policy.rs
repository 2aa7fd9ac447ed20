//! Whom a reader trusts: C2SP tlog-policy. Known logs, known witnesses, and how many of these are enough.
//!
//! ```text
//! log log.example/onrecord+65f3b995+AQOhB7/z…
//! witness W1 witness.example/w1+468d99bb+BHm1…
//! witness W2 witness.example/w2+…
//! group both all W1 W2
//! quorum both
//! ```
//!
//! The file is written by people, so a mistake is named with its line. A name means nothing outside the file and is
//! taken byte for byte. A file that states no quorum is refused, never read as "none".
//!
//! Tested by `tests/it/tlog_policy.rs`, a case for each rule.

use super::checkpoint::{BadCheckpoint, Checkpoint};
use super::forms::decimal;
use super::key::{BadKey, Role, Verifier};
use super::note::{Distrust, Note};

/// Longest policy file, in bytes; logs, witnesses and groups are limited by it alone.
pub const MAX_POLICY: usize = 64 * 1024;

/// The predefined name of the quorum that asks for nobody.
const NONE: &[u8] = b"none";

/// A policy file that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPolicy {
    /// Over [`MAX_POLICY`] bytes.
    #[error("a policy file has at most {MAX_POLICY} bytes")]
    TooLong,
    /// A line breaks a rule.
    #[error("line {line}: {problem}")]
    Line {
        /// Its number, from 1.
        line: usize,
        /// The rule.
        #[source]
        problem: Problem,
    },
    /// No line states the quorum.
    #[error("the policy states no quorum; `quorum none` asks for no cosignature")]
    NoQuorum,
}

/// What is wrong with a line of a policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A control character other than the tab.
    #[error("control characters other than tabs are not allowed")]
    Control,
    /// The first item is no keyword.
    #[error("a line begins with log, witness, group, quorum or #")]
    Keyword,
    /// Too few or too many items for the keyword.
    #[error("too few or too many items")]
    Items,
    /// The verifier key is malformed.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// The key is of the other role: a log's is of type 0x01, a witness's of type 0x04.
    #[error("a log's key is of type 0x01, a witness's of type 0x04")]
    Role,
    /// The same public key stands on an earlier line of the same keyword, under whatever name.
    #[error("this public key was given before")]
    KeyTwice,
    /// The name was given before, or is the predefined `none`.
    #[error("this name is taken")]
    NameTaken,
    /// No earlier line defines the name.
    #[error("no earlier line defines this name")]
    UnknownName,
    /// The name is a member of a group already.
    #[error("this name is a member of a group already")]
    MemberTwice,
    /// The threshold is not `all`, `any` or a number from 1 to the number of members.
    #[error("the threshold is all, any, or a number from 1 to that of the members")]
    Threshold,
    /// A quorum was stated before.
    #[error("the quorum was stated before")]
    QuorumTwice,
}

/// Something a group or the quorum may ask for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Voter {
    /// Nobody is asked.
    Nobody,
    /// Number of a witness.
    Witness(usize),
    /// Number of a group.
    Group(usize),
}

impl Voter {
    fn agrees(self, witnesses: &[bool], groups: &[bool]) -> bool {
        match self {
            Self::Nobody => true,
            Self::Witness(i) => witnesses[i],
            Self::Group(i) => groups[i],
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Group {
    threshold: usize,
    members: Vec<Voter>,
}

/// A log or witness of the policy.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Party {
    /// Its key.
    pub key: Verifier,
    /// Where it can be reached, byte for byte as written.
    pub url: Option<Vec<u8>>,
}

/// Whom a reader trusts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Policy {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    groups: Vec<Group>,
    quorum: Voter,
}

/// A checkpoint that the policy accepts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Accepted {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The log's key.
    pub log: Verifier,
    /// Witnesses whose cosignatures hold, each with the time it states, in seconds since 1970. May go beyond the
    /// quorum.
    pub cosigned: Vec<(Verifier, u64)>,
}

/// Why the policy does not accept a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No trusted key signed it, or a signature by one does not hold.
    #[error(transparent)]
    Distrust(#[from] Distrust),
    /// The text of the note is no checkpoint.
    #[error(transparent)]
    Text(#[from] BadCheckpoint),
    /// No log of the policy that is named after the origin signed it.
    #[error("the checkpoint is not signed by a trusted log named {origin}")]
    Log {
        /// Origin of the checkpoint.
        origin: String,
    },
    /// The log signed, but too few witnesses, or not the right ones, cosigned.
    #[error(
        "the checkpoint is signed by its log, but not cosigned by a quorum: witnesses of the policy whose line holds: {cosigned}"
    )]
    Quorum {
        /// Witnesses whose cosignatures hold.
        cosigned: usize,
    },
}

impl Policy {
    /// Trusts one log and asks for no cosignature.
    ///
    /// # Errors
    /// [`Problem::Role`] when the key is not a log's.
    pub fn of_log(key: Verifier) -> Result<Self, Problem> {
        let logs = vec![Party { key: in_role(key, Role::Log)?, url: None }];
        Ok(Self { logs, witnesses: Vec::new(), groups: Vec::new(), quorum: Voter::Nobody })
    }

    /// Trusts one log, knows these witnesses, and asks for none of them: their lines are checked and named.
    ///
    /// # Errors
    /// [`Problem::Role`] when a key is of the other role.
    pub fn of_keys(log: Verifier, witnesses: Vec<Verifier>) -> Result<Self, Problem> {
        let party = |key, role| Ok(Party { key: in_role(key, role)?, url: None });
        let witnesses = witnesses.into_iter().map(|key| party(key, Role::Witness)).collect::<Result<_, Problem>>()?;
        Ok(Self { witnesses, ..Self::of_log(log)? })
    }

    /// Reads a policy file.
    ///
    /// # Errors
    /// Names the first line that breaks a rule.
    pub fn parse(file: &[u8]) -> Result<Self, BadPolicy> {
        if file.len() > MAX_POLICY {
            return Err(BadPolicy::TooLong);
        }
        let mut reading = Reading::default();
        for (i, line) in file.split(|byte| *byte == b'\n').enumerate() {
            reading.line(line).map_err(|problem| BadPolicy::Line { line: i + 1, problem })?;
        }
        let quorum = reading.quorum.ok_or(BadPolicy::NoQuorum)?;
        let Reading { logs, witnesses, groups, .. } = reading;
        Ok(Self { logs, witnesses, groups, quorum })
    }

    /// Known logs, in order of the file.
    pub fn logs(&self) -> &[Party] {
        &self.logs
    }

    /// Known witnesses, in order of the file.
    pub fn witnesses(&self) -> &[Party] {
        &self.witnesses
    }

    /// Decides on a checkpoint: signed by a known log that is named after the origin, and cosigned by a quorum.
    ///
    /// # Errors
    /// Says why the policy does not accept it.
    pub fn check(&self, note: &Note) -> Result<Accepted, Refused> {
        let keys: Vec<Verifier> = self.logs.iter().chain(&self.witnesses).map(|party| party.key.clone()).collect();
        let verified = note.verify(&keys)?;
        let checkpoint: Checkpoint = note.text().parse()?;
        let origin = checkpoint.origin();
        let log = verified.iter().find(|v| v.by.role() == Role::Log && v.by.name() == origin);
        let log = log.ok_or_else(|| Refused::Log { origin: origin.to_owned() })?.by.clone();
        let cosigned: Vec<_> = verified.into_iter().filter_map(|v| Some((v.by, v.time?))).collect();
        if !self.is_quorum(&cosigned) {
            return Err(Refused::Quorum { cosigned: cosigned.len() });
        }
        Ok(Accepted { checkpoint, log, cosigned })
    }

    /// Whether the witnesses who `cosigned` are enough. Groups have members from earlier lines only, so one pass in
    /// order of the file decides them all.
    fn is_quorum(&self, cosigned: &[(Verifier, u64)]) -> bool {
        let signed: Vec<bool> =
            self.witnesses.iter().map(|witness| cosigned.iter().any(|(key, _)| *key == witness.key)).collect();
        let mut decided: Vec<bool> = Vec::with_capacity(self.groups.len());
        for Group { threshold, members } in &self.groups {
            let agreeing = members.iter().filter(|member| member.agrees(&signed, &decided)).count();
            decided.push(agreeing >= *threshold);
        }
        self.quorum.agrees(&signed, &decided)
    }
}

/// A policy half read.
#[derive(Default)]
struct Reading<'a> {
    logs: Vec<Party>,
    witnesses: Vec<Party>,
    groups: Vec<Group>,
    names: Vec<(&'a [u8], Voter)>,
    quorum: Option<Voter>,
    members: Vec<Voter>,
}

impl<'a> Reading<'a> {
    fn line(&mut self, line: &'a [u8]) -> Result<(), Problem> {
        if line.iter().any(|byte| matches!(byte, 0..=8 | 10..=0x1f | 0x7f)) {
            return Err(Problem::Control);
        }
        let items: Vec<&[u8]> =
            line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|item| !item.is_empty()).collect();
        match *items.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key, ref url @ ..] => add_party(&mut self.logs, Role::Log, key, url),
            [b"witness", name, key, ref url @ ..] => {
                let number = Voter::Witness(self.witnesses.len());
                self.define(name, number)?;
                add_party(&mut self.witnesses, Role::Witness, key, url)
            }
            [b"group", name, threshold, ref members @ ..] if !members.is_empty() => {
                let group = self.group(threshold, members)?;
                self.define(name, Voter::Group(self.groups.len()))?;
                self.groups.push(group);
                Ok(())
            }
            [b"quorum", name] => self.state_quorum(name),
            [b"log" | b"witness" | b"group" | b"quorum", ..] => Err(Problem::Items),
            _ => Err(Problem::Keyword),
        }
    }

    fn define(&mut self, name: &'a [u8], voter: Voter) -> Result<(), Problem> {
        if name == NONE || self.names.iter().any(|(taken, _)| *taken == name) {
            return Err(Problem::NameTaken);
        }
        self.names.push((name, voter));
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<Voter, Problem> {
        let known = self.names.iter().find(|(known, _)| *known == name);
        known.map(|(_, voter)| *voter).ok_or(Problem::UnknownName)
    }

    fn group(&mut self, threshold: &[u8], names: &[&[u8]]) -> Result<Group, Problem> {
        let mut members = Vec::with_capacity(names.len());
        for name in names {
            let member = self.find(name)?;
            if self.members.contains(&member) {
                return Err(Problem::MemberTwice);
            }
            self.members.push(member);
            members.push(member);
        }
        let threshold = match threshold {
            b"all" => members.len(),
            b"any" => 1,
            number => str::from_utf8(number).ok().and_then(decimal).ok_or(Problem::Threshold)? as usize,
        };
        if !(1..=members.len()).contains(&threshold) {
            return Err(Problem::Threshold);
        }
        Ok(Group { threshold, members })
    }

    fn state_quorum(&mut self, name: &[u8]) -> Result<(), Problem> {
        if self.quorum.is_some() {
            return Err(Problem::QuorumTwice);
        }
        self.quorum = Some(if name == NONE { Voter::Nobody } else { self.find(name)? });
        Ok(())
    }
}

fn add_party(parties: &mut Vec<Party>, role: Role, key: &[u8], url: &[&[u8]]) -> Result<(), Problem> {
    let url = match url {
        [] => None,
        [url] => Some(url.to_vec()),
        _ => return Err(Problem::Items),
    };
    let key: Verifier = str::from_utf8(key).map_err(|_| BadKey::Form)?.parse()?;
    let key = in_role(key, role)?;
    if parties.iter().any(|party| party.key.key() == key.key()) {
        return Err(Problem::KeyTwice);
    }
    parties.push(Party { key, url });
    Ok(())
}

fn in_role(key: Verifier, role: Role) -> Result<Verifier, Problem> {
    if key.role() == role { Ok(key) } else { Err(Problem::Role) }
}
