//! A verdict from flags: shared by `verify` and `correct`.

use super::error::CliError;
use super::parse::{checked, day, not_after, words};
use super::pick;
use crate::claim::Verdict;
use crate::claim::vocab::{Band, Confidence, Finding, Stance};
use crate::entry::ClaimState;
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::time::Day;

/// What a verdict says.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// What is found
    #[arg(long, value_parser = words(Finding::ALL, Finding::as_str), help_heading = "Verdict")]
    pub finding: Option<Finding>,
    /// How good the evidence is, not how probable the claim
    #[arg(long, value_parser = words(Confidence::ALL, Confidence::as_str), help_heading = "Verdict")]
    pub confidence: Option<Confidence>,
    /// Why: what the evidence says, and what outweighs what
    #[arg(long, value_name = "TEXT", help_heading = "Verdict")]
    pub rationale: Option<String>,
    /// What was done: what was read, who was asked
    #[arg(long, value_name = "TEXT", help_heading = "Verdict")]
    pub method: Option<String>,
    /// Evidence relied on: numbers, keys, or a stance for all standing evidence of it
    #[arg(long, value_name = "EV,…|STANCE", value_delimiter = ',', help_heading = "Verdict")]
    pub on: Vec<String>,
    /// Evidence weighed but not relied on, named likewise
    #[arg(long, value_name = "EV,…|STANCE", value_delimiter = ',', help_heading = "Verdict")]
    pub considered: Vec<String>,
    /// The last day on which evidence was taken in; today where absent
    #[arg(long, value_name = "DAY", value_parser = day, help_heading = "Verdict")]
    pub judged_on: Option<Day>,
    /// How probable the event is in your view; seldom needed
    #[arg(long, value_parser = words(Band::ALL, Band::as_str), help_heading = "Verdict")]
    pub likelihood: Option<Band>,
}

impl Flags {
    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.finding.is_none()
            && self.confidence.is_none()
            && self.rationale.is_none()
            && self.method.is_none()
            && self.on.is_empty()
            && self.considered.is_empty()
            && self.judged_on.is_none()
            && self.likelihood.is_none()
    }

    /// The verdict on a claim.
    ///
    /// # Errors
    /// When something needed is missing, or names nothing on this claim.
    pub fn verdict(&self, ledger: &Ledger, claim: &ClaimState, today: Day) -> Result<Verdict, CliError> {
        let (Some(finding), Some(confidence), Some(rationale)) = (self.finding, self.confidence, &self.rationale)
        else {
            return Err(self.missing(claim));
        };
        let on = pick::evidence(ledger, claim, &self.on)?;
        let verdict = Verdict {
            confidence,
            considered: considered(ledger, claim, &self.considered, &on)?,
            finding,
            judged_on: not_after("--judged-on", self.judged_on.unwrap_or(today), today)?,
            likelihood: self.likelihood,
            method: self.method.clone(),
            on,
            rationale: rationale.clone(),
        };
        checked(&verdict)?;
        Ok(verdict)
    }

    fn missing(&self, claim: &ClaimState) -> CliError {
        let flags = [
            ("--finding", self.finding.is_none()),
            ("--confidence", self.confidence.is_none()),
            ("--rationale", self.rationale.is_none()),
        ];
        let missing: Vec<&str> = flags.iter().filter(|(_, missing)| *missing).map(|(flag, _)| *flag).collect();
        let findings: Vec<&str> = Finding::ALL.iter().map(|f| f.as_str()).collect();
        let levels: Vec<&str> = Confidence::ALL.iter().map(|c| c.as_str()).collect();
        CliError::usage(format!("a verdict on {} needs {}", claim.number, missing.join(" and ")))
            .hint(format!("--finding {}", findings.join("|")))
            .hint(format!("--confidence {} --rationale TEXT --on EV,…|supports|refutes", levels.join("|")))
    }
}

/// Evidence weighed but not relied on; a stance stands for what of it is not relied on.
pub fn considered(ledger: &Ledger, claim: &ClaimState, names: &[String], on: &[Index]) -> Result<Vec<Index>, CliError> {
    let mut found = Vec::new();
    for name in names {
        let stance = name.trim().parse::<Stance>().is_ok();
        for index in pick::evidence(ledger, claim, std::slice::from_ref(name))? {
            let relied = stance && on.contains(&index);
            if !relied && !found.contains(&index) {
                found.push(index);
            }
        }
    }
    Ok(found)
}

/// Entry numbers in a row, as text.
pub fn numbers(list: &[Index]) -> String {
    list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The finding on one line, and what it rests on.
pub fn summary(verdict: &Verdict) -> String {
    let on = if verdict.on.is_empty() { "no evidence".to_owned() } else { numbers(&verdict.on) };
    let considered = match verdict.considered.as_slice() {
        [] => String::new(),
        some => format!(", considered {}", numbers(some)),
    };
    format!(
        "{}, confidence {}, judged on {}, relies on {on}{considered}",
        verdict.finding, verdict.confidence, verdict.judged_on
    )
}
