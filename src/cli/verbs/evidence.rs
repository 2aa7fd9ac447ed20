//! `onrecord evidence`: a page, document or datum, and what it does to a claim's point.

use crate::claim::Evidence;
use crate::claim::statement::is_key;
use crate::claim::vocab::{Credibility, EvidenceClass, Finding, Read, Reliability, Stance, Workflow};
use crate::cli::context::{Context, Writer};
use crate::cli::error::{CliError, Exit};
use crate::cli::parse::{checked, day, edtf, not_after, words};
use crate::cli::pick;
use crate::cli::receipt::{Report, brief, named};
use crate::cli::refs;
use crate::entry::{ClaimState, Event, Proposal};
use crate::hash::Index;
use crate::ledger::Ledger;
use crate::time::Day;

/// Link evidence to a claim.
#[expect(clippy::struct_excessive_bools, reason = "one flag each, as clap reads them")]
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("stance").required(true).args(["supports", "refutes", "qualifies", "context"])))]
#[command(
    after_help = "Example: onrecord evidence 12 --refutes --publisher 'City gazette' --url https://gazette.example/12 \
    --says 'Open again on 26 March.' --read full --reliability B --credibility 2 --class document --cluster city"
)]
pub struct Args {
    /// The claim: its number, or words that fit it alone
    #[arg(value_name = "REF")]
    pub claim: String,
    /// It speaks for the claim's point
    #[arg(long, help_heading = "Stance")]
    pub supports: bool,
    /// It speaks against the claim's point
    #[arg(long, help_heading = "Stance")]
    pub refutes: bool,
    /// It limits or shades the claim's point
    #[arg(long, help_heading = "Stance")]
    pub qualifies: bool,
    /// It does neither, but a reader should know it
    #[arg(long, help_heading = "Stance")]
    pub context: bool,
    /// What it says, in your own words
    #[arg(long, value_name = "TEXT")]
    pub says: String,
    /// Where it stands
    #[arg(long)]
    pub url: Option<String>,
    /// Who published it first, not who copied it
    #[arg(long, value_name = "NAME")]
    pub publisher: Option<String>,
    /// Title of the page
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The document's number, where it is on record
    #[arg(long, value_name = "REF")]
    pub document: Option<String>,
    /// When it is from: 2024-10-01, 2024-10, 2024
    #[arg(long, value_name = "DATE", value_parser = edtf)]
    pub dated: Option<String>,
    /// How much of it was read
    #[arg(long, default_value = "excerpt", value_parser = words(Read::ALL, Read::as_str))]
    pub read: Read,
    /// Source reliability: A completely, B usually, C fairly, D not usually reliable, E unreliable, F nobody has judged
    #[arg(long, value_name = "A-F", default_value = "F", value_parser = words(Reliability::ALL, Reliability::as_str))]
    pub reliability: Reliability,
    /// Information credibility: 1 confirmed, 2 probably true, 3 possibly true, 4 doubtful, 5 improbable, 6 nobody has judged
    #[arg(long, value_name = "1-6", default_value = "6", value_parser = words(Credibility::ALL, Credibility::as_str))]
    pub credibility: Credibility,
    /// Whose word it goes back to: five outlets on one wire report are one cluster
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// What it is
    #[arg(long, default_value = "news-report", value_parser = words(EvidenceClass::ALL, EvidenceClass::as_str))]
    pub class: EvidenceClass,
    /// When it was obtained; today where absent
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub obtained: Option<Day>,
    /// Address of a copy in an archive
    #[arg(long, value_name = "URL")]
    pub archive: Option<String>,
    /// A short name for it, for `--on`: lower-case letters, digits, hyphens
    #[arg(long)]
    pub key: Option<String>,
    /// Language of the page, such as `en`
    #[arg(long)]
    pub lang: Option<String>,
    /// Who translated, where it was read in translation
    #[arg(long, value_name = "NAME")]
    pub translated_by: Option<String>,
    /// Another desk's label, verbatim, for class fact-check
    #[arg(long)]
    pub label: Option<String>,
    /// What that label comes to among our findings; the other desk's word, and no verdict of this ledger
    #[arg(long, value_name = "FINDING", requires = "label", value_parser = words(Finding::ALL, Finding::as_str))]
    pub normalised: Option<Finding>,
    /// The scale that the label belongs to
    #[arg(long)]
    pub scale: Option<String>,
    /// Anything a later reader should know
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

impl Args {
    fn stance(&self) -> Stance {
        match (self.supports, self.refutes, self.qualifies) {
            (true, ..) => Stance::Supports,
            (_, true, _) => Stance::Refutes,
            (.., true) => Stance::Qualifies,
            _ => Stance::Context,
        }
    }

    /// The cluster to guess, where none is given: the publisher, else the address's host.
    fn guessed_cluster(&self) -> Option<String> {
        let host = self.url.as_deref().and_then(|url| {
            let rest = url.split_once("://").map(|(_, rest)| rest)?;
            let host = rest.split(['/', '?', '#', ':']).next()?;
            let host = host.rsplit('@').next()?.trim_start_matches("www.");
            (!host.is_empty()).then(|| host.to_lowercase())
        });
        self.publisher.clone().or(host).or_else(|| self.title.clone())
    }

    fn body(&self, ledger: &Ledger, today: Day) -> Result<Evidence, CliError> {
        let document = match &self.document {
            None => None,
            Some(text) => Some(document(ledger, text)?),
        };
        let cluster = self.cluster.clone().or_else(|| self.guessed_cluster());
        let cluster = cluster.or_else(|| document.map(|d| format!("document {}", d.0)));
        let body = Evidence {
            archive: self.archive.clone(),
            class: self.class,
            // Without any source the check below says what is missing.
            cluster: cluster.unwrap_or_else(|| "unknown".into()),
            credibility: self.credibility,
            dated: self.dated.clone(),
            document,
            imported: None,
            key: self.key.clone(),
            label: self.label.clone(),
            lang: self.lang.clone(),
            normalised: self.normalised,
            note: self.note.clone(),
            obtained: not_after("--obtained", self.obtained.unwrap_or(today), today)?,
            publisher: self.publisher.clone(),
            rating: None,
            read: self.read,
            reliability: self.reliability,
            says: self.says.clone(),
            scale: self.scale.clone(),
            stance: self.stance(),
            title: self.title.clone(),
            translated_by: self.translated_by.clone(),
            url: self.url.clone(),
        };
        checked(&body)?;
        Ok(body)
    }
}

fn document(ledger: &Ledger, text: &str) -> Result<Index, CliError> {
    let index = refs::entry(ledger, text)?;
    match ledger.document_state(index)? {
        Some(_) => Ok(index),
        None => Err(CliError::bad_input(format!("{index} is no document"))
            .hint("`onrecord document add FILE` registers one and says its number")),
    }
}

/// A key names one piece of evidence, and is neither a number nor a stance, which `--on` also takes.
fn check_key(key: &str, claim: &ClaimState) -> Result<(), CliError> {
    let digits = key.bytes().all(|b| b.is_ascii_digit());
    if !is_key(key) || digits || key.parse::<Stance>().is_ok() {
        return Err(CliError::bad_input(
            "`--key`: a key is made of lower-case letters, digits and hyphens, is no number and no stance",
        )
        .hint("such as `--key gazette`"));
    }
    match claim.evidence.iter().find(|e| e.standing().is_some_and(|b| b.key.as_deref() == Some(key))) {
        None => Ok(()),
        Some(taken) => {
            Err(CliError::bad_input(format!("{} on {} has the key `{key}` already", taken.number, claim.number)).hint(
                format!(
                    "choose another, or withdraw that one: `onrecord withdraw {} --evidence {key}`",
                    claim.number.0
                ),
            ))
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When there is no such claim, a value is wrong, or the entry is refused.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let mut writer = cx.writer()?;
    let claim = pick::claim(&writer.ledger, &args.claim)?;
    let body = args.body(&writer.ledger, cx.clock.now().day())?;
    let same = claim.evidence.iter().find(|e| e.standing().is_some_and(|b| same_but_for_the_day(b, &body, args)));
    if let Some(same) = same {
        return Report::new().already(cx, &writer.ledger, same.number);
    }
    if let Some(key) = &args.key {
        check_key(key, &claim)?;
    }
    append(args, cx, &mut writer, &claim, body)
}

/// Whether evidence on record is the one given; a day that nobody gave is no difference.
fn same_but_for_the_day(there: &Evidence, given: &Evidence, args: &Args) -> bool {
    let mut given = given.clone();
    if args.obtained.is_none() {
        given.obtained = there.obtained;
    }
    *there == given
}

fn append(
    args: &Args,
    cx: &Context<'_>,
    writer: &mut Writer,
    claim: &ClaimState,
    body: Evidence,
) -> Result<Exit, CliError> {
    let rating = format!("{}{}", body.reliability, body.credibility);
    let (stance, read, class, cluster) = (body.stance, body.read, body.class, brief(&body.cluster, 60));
    let own = body.document.is_some_and(|d| claim.standing_appearances().any(|(_, a)| a.document == d));
    let admissible = body.is_admissible();
    let proposals = [Proposal::about(claim.number, Event::EvidenceLinked(body))];
    let receipt = writer.append(cx, &proposals)?;
    let number = claim.number.0;
    let published = claim.workflow == Some(Workflow::Published);
    let evidence = receipt.entries.first().map_or(0, |(index, _)| index.0);
    let next = if !admissible {
        format!("`onrecord withdraw {number} --evidence {evidence} --reason …`, then link it anew with its rating")
    } else if published {
        format!("`onrecord correct {number} --kind update --text … --finding …` if it changes what was found")
    } else {
        format!("`onrecord verify {number} --finding … --confidence … --rationale … --on {evidence}`")
    };
    Report::new()
        .line(format!("evidence on {}", named(cx, claim)))
        .line(format!("  {stance}, rated {rating}, {class}, read: {read}, cluster {cluster}"))
        .note_if(args.cluster.is_none(), || {
            format!("cluster `{cluster}` is a guess; if it goes back to somebody else's word, withdraw it and link it anew with `--cluster`")
        })
        .note_if(!admissible, || {
            let why = if rating.contains(['F', '6']) { "nobody has judged" } else { "too weak:" };
            format!("{why} source and information ({rating}): no finding can rest on it; judge with `--reliability A-D --credibility 1-5`")
        })
        .note_if(own, || "this is the document that makes the claim: it cannot speak for itself".into())
        .next(next)
        .recorded(cx, &receipt, &proposals)
}
