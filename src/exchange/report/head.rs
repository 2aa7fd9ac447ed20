//! The head of a report: of which ledger and tree it is, who vouches for it, and what was left out and why.

use crate::exchange::format::{Counts, Head};
use crate::time::Timestamp;

/// A name under a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signer {
    /// The key's name.
    pub name: String,
    /// When, where the signature is a cosignature, which carries its time.
    pub time: Option<Timestamp>,
}

/// Names under a checkpoint: the log's own signatures first, then the others. None is checked here.
pub fn signers(head: &Head) -> (Vec<Signer>, Vec<Signer>) {
    let note = head.checkpoint.as_deref().unwrap_or_default();
    let lines = note.split_once("\n\n").map(|(_, signatures)| signatures).unwrap_or_default();
    let all = lines.lines().filter_map(|line| {
        let (name, base64) = line.strip_prefix("\u{2014} ")?.rsplit_once(' ')?;
        Some(Signer { name: name.to_owned(), time: cosigned(base64) })
    });
    all.partition(|signer| signer.name == head.origin)
}

/// The time in a C2SP cosignature/v1: key hash (4 bytes), seconds since 1970 (8, big-endian), signature (64).
fn cosigned(base64: &str) -> Option<Timestamp> {
    use base64ct::Encoding as _;
    let bytes = base64ct::Base64::decode_vec(base64).ok()?;
    let seconds = u64::from_be_bytes(bytes.get(4..12).filter(|_| bytes.len() == 76)?.try_into().ok()?);
    Timestamp::from_millis(i64::try_from(seconds).ok()?.checked_mul(1000)?)
}

/// Rows of the head in the order that the reports keep: name and value.
pub fn rows(head: &Head, counts: &Counts) -> Vec<(&'static str, String)> {
    let (_, witnesses) = signers(head);
    let checkpoint = match (&head.checkpoint, witnesses.iter().filter_map(|w| w.time).max()) {
        (None, _) => "none over exactly this tree: the ledger has grown since".into(),
        (Some(_), Some(time)) => format!("signed by the log; cosigned at {time}"),
        (Some(_), None) => "signed by the log; a checkpoint carries no time of its own".into(),
    };
    let cosigners = if witnesses.is_empty() {
        "none: no witness has seen this tree".to_owned()
    } else {
        let names: Vec<String> =
            witnesses.iter().map(|w| w.time.map_or_else(|| w.name.clone(), |t| format!("{} at {t}", w.name))).collect();
        format!(
            "{} (as the checkpoint names them; `onrecord check` holds a proof against their keys)",
            names.join(", ")
        )
    };
    let query = match (head.query.is_empty(), head.all) {
        (true, false) => "every claim with a verdict in force, whatever its finding".to_owned(),
        (true, true) => "every claim, also those unverified, withdrawn or retracted".to_owned(),
        (false, false) => format!("{} (of the claims with a verdict in force)", head.query),
        (false, true) => format!("{} (also unverified, withdrawn or retracted ones)", head.query),
    };
    vec![
        ("Ledger", head.origin.clone()),
        ("Ledger id", head.id.to_string()),
        ("Tree size", super::counted(head.size, "entry")),
        ("Root", head.root.to_string()),
        ("Checkpoint", checkpoint),
        ("Cosigners", cosigners),
        (
            "As of",
            head.exported_at
                .map_or_else(|| "an empty ledger".to_owned(), |t| format!("{t}, the time of the last entry")),
        ),
        ("Claims asked for", query),
        ("Left out", left_out(head, counts)),
    ]
}

/// What was left out and why, in a line.
pub fn left_out(head: &Head, counts: &Counts) -> String {
    let left = &counts.left_out;
    let parts = [
        (left.unverified, "unverified (nobody has decided)"),
        (left.withheld, "withheld"),
        (left.withdrawn, "withdrawn before publication"),
        (left.retracted, "retracted"),
        (left.not_public, "not published"),
    ];
    let mut told: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, why)| format!("{n} {why}")).collect();
    told.extend(counts.skipped.iter().filter(|(_, n)| **n > 0).map(|(why, n)| format!("{n} {why}")));
    if head.public {
        told.push("what is not published was not asked for".into());
    }
    if told.is_empty() { "nothing".into() } else { told.join("; ") }
}

/// One line to say how far the set can be relied on.
pub fn caution(counts: &Counts) -> String {
    let of = |n: u64| match n {
        0 => "none".to_owned(),
        n if n == counts.claims => "all".to_owned(),
        n => n.to_string(),
    };
    if counts.claims == 0 {
        return "No claim fits what was asked for.".into();
    }
    format!(
        "Second-read by another agent: {}. Published: {}. A finding speaks of a claim as worded, on the evidence named \
         beside it, and of nothing more.",
        of(counts.second_read),
        of(counts.published)
    )
}

/// Commands with which a reader checks what the report says, each with what it does.
pub fn commands(head: &Head) -> Vec<(String, String)> {
    let mut export = "onrecord --ledger LEDGER export".to_owned();
    if !head.query.is_empty() {
        export.push(' ');
        export.push_str(&quoted(&head.query));
    }
    if head.all {
        export.push_str(" --all");
    }
    if head.public {
        export.push_str(" --public");
    }
    vec![
        (
            "onrecord --ledger LEDGER audit".into(),
            "derives everything again from the stored bytes, and says whether it holds".into(),
        ),
        (
            "onrecord --ledger LEDGER stats".into(),
            "the ledger's id, size and root, to be compared with the head of this report".into(),
        ),
        (
            format!("onrecord --ledger LEDGER show NUMBER --as-of {}", head.size),
            "all of one claim, as it stood for this report".into(),
        ),
        (
            "onrecord --ledger LEDGER prove NUMBER --out claim.tlog-proof".into(),
            "a proof file of a claim that needs neither this ledger nor a network".into(),
        ),
        ("onrecord check claim.tlog-proof".into(), "checks such a proof, with keys that you trust".into()),
        (
            format!("{export} --as-of {} --format jsonl --out claims.jsonl", head.size),
            "the same claims for programs; the same size and options give the same bytes".into(),
        ),
    ]
}

/// An argument as a POSIX shell takes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
