//! `onrecord similar`: has this been checked before?

use std::io::Read as _;

use serde::Serialize;

use super::search::complete;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;
use crate::cli::{pick, refs};
use crate::hash::{Digest, Index};
use crate::ledger::Ledger;
use crate::search::{Search, Similar};
use crate::text::printable_line;
use crate::view::ClaimView;

/// Longest input read, in bytes.
const MAX_INPUT: u64 = 1 << 20;

/// Find claims on record that are like a text: has this been checked before?
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Numbers, dates and names weigh more than other words, and what nearly every claim has weighs little. Numbers match by
degrees: 180 is near \"over 200\". The score goes from 0 to 100; from about 60 on it is likely the same report.

  onrecord similar 'Iran launched about 180 missiles at Israel on 1 October'
  onrecord similar 12                               claims like one on record
  onrecord similar - < sentences.txt                one text a line")]
pub struct Args {
    /// A text, the number of a claim, or - for texts on standard input, one a line
    #[arg(value_name = "TEXT|REF|-", required = true)]
    pub text: Vec<String>,
    /// At most this many claims a text
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub limit: usize,
    /// Only claims with at least this score
    #[arg(long, value_name = "SCORE", default_value_t = 20)]
    pub least: u8,
}

#[derive(Serialize)]
struct Answers<'a> {
    onrecord: u32,
    origin: &'a str,
    size: u64,
    root: Digest,
    /// Entries that the answers reflect.
    complete_to: u64,
    texts: Vec<Answer>,
}

#[derive(Serialize)]
struct Answer {
    text: String,
    claims: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    score: u8,
    matches: Vec<String>,
    differs: Vec<[String; 2]>,
    #[serde(flatten)]
    claim: ClaimView,
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, the input cannot be read, or the ledger cannot.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let folder = cx.ledger_folder()?;
    let ledger = cx.ledger_at(&folder)?;
    let text = args.text.join(" ");
    let asked = if text == "-" { lines()? } else { vec![text] };
    let search = cx.search(&folder, &ledger)?;
    let mut answers = Vec::new();
    for text in asked {
        let (text, found) = answer(args, &ledger, &search, text)?;
        answers.push(Answer { text, claims: found.iter().map(|similar| line(similar, &ledger)).collect() });
    }
    let (reflected, size) = (search.size(), ledger.size());
    if cx.out.json {
        let (origin, root) = (ledger.origin(), ledger.root());
        cx.out.json(&Answers { onrecord: 1, origin, size, root, complete_to: reflected, texts: answers })?;
        return Ok(Exit::Done);
    }
    let several = answers.len() > 1;
    for answer in &answers {
        if several {
            cx.out.line(cx.out.tone(Tone::Strong, &printable_line(&answer.text)))?;
        }
        for line in &answer.claims {
            print(line, cx)?;
        }
        if answer.claims.is_empty() {
            cx.out.note(format!("no claim on record is like {}", if several { "it" } else { "that" }));
        }
    }
    cx.out.note(complete(reflected, size));
    Ok(Exit::Done)
}

/// Texts on standard input, one a line.
fn lines() -> Result<Vec<String>, CliError> {
    let mut bytes = Vec::new();
    let failed = |e: &dyn std::error::Error| CliError::cannot_run("cannot read standard input").because(e);
    std::io::stdin().take(MAX_INPUT + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > MAX_INPUT {
        return Err(CliError::bad_input("standard input is longer than 1 MiB").hint("split it; one text a line"));
    }
    let text = String::from_utf8(bytes).map_err(|e| {
        CliError::bad_input("standard input is not UTF-8").because(&e).hint("one text a line, in UTF-8")
    })?;
    let lines: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect();
    if lines.is_empty() {
        return Err(CliError::usage("there is no text on standard input").hint("one text a line"));
    }
    Ok(lines)
}

/// What is like a text, or like the claim that it names.
fn answer(args: &Args, ledger: &Ledger, search: &Search, text: String) -> Result<(String, Vec<Similar>), CliError> {
    if !refs::is_number(&text) {
        let found = search.similar(ledger, &text, args.limit)?;
        return Ok((text, at_least(args.least, found)));
    }
    let claim = pick::claim(ledger, &text)?;
    let Some(wording) = &claim.claim else {
        return Err(CliError::bad_input(format!("the wording of {} is withheld or erased", claim.number))
            .hint("`onrecord similar TEXT` takes the words themselves"));
    };
    let found = search.similar_to(ledger, wording, args.limit + 1)?;
    let others = found.into_iter().filter(|similar| similar.claim.number != claim.number).take(args.limit).collect();
    Ok((wording.statement.clone(), at_least(args.least, others)))
}

fn at_least(least: u8, mut found: Vec<Similar>) -> Vec<Similar> {
    found.retain(|similar| similar.likeness.rounded() >= least);
    found
}

fn line(similar: &Similar, ledger: &Ledger) -> Line {
    let likeness = &similar.likeness;
    Line {
        score: likeness.rounded(),
        matches: likeness.matches.clone(),
        differs: likeness.differs.iter().map(|(asked, there)| [asked.clone(), there.clone()]).collect(),
        claim: ClaimView::new(&similar.claim, ledger),
    }
}

fn print(line: &Line, cx: &Context<'_>) -> Result<(), CliError> {
    let claim = &line.claim;
    let confidence = claim.confidence.map_or(String::new(), |c| format!(", {c}"));
    let number = cx.out.tone(Tone::Strong, &format!("{}", Index(claim.number)));
    cx.out.line(format!("{:>3}  {number}  {}{confidence}", line.score, claim.finding))?;
    cx.out.line(cx.out.wrap(claim.statement.as_deref().unwrap_or("(withheld)"), 5))?;
    let matches: Vec<String> = line.matches.iter().map(|m| printable_line(m)).collect();
    cx.out.line(cx.out.wrap(&format!("same: {}", matches.join(", ")), 5))?;
    if !line.differs.is_empty() {
        let one = |[asked, there]: &[String; 2]| format!("{asked} here, {there} on record");
        let differs: Vec<String> = line.differs.iter().map(one).collect();
        cx.out.line(cx.out.wrap(&format!("but: {}", differs.join("; ")), 5))?;
    }
    Ok(())
}
