//! What another desk's label comes to among our findings: the whole label against a list, never a part of it ("not true"
//! contains "true"), and never a guess. The list is `labels.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;

use crate::claim::vocab::Finding;

/// What the list says of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The finding; `None` where the label is known to come to none.
    pub finding: Option<Finding>,
    /// Whether the label says less or more than the finding does.
    pub lossy: bool,
}

static LABELS: LazyLock<HashMap<&'static str, Meaning>> = LazyLock::new(|| {
    let line = |line: &'static str| {
        let (class, label) = line.split_once('\t')?;
        let (word, lossy) = class.strip_suffix(" lossy").map_or((class, false), |word| (word, true));
        Some((label, Meaning { finding: word.parse().ok(), lossy }))
    };
    include_str!("labels.tsv").lines().filter(|l| !l.starts_with('#')).filter_map(line).collect()
});

/// The form in which labels are compared: NFKC, lower case, single spaces, no punctuation at the end.
pub fn matching_form(label: &str) -> String {
    let folded: String = label.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    let spaced = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    spaced
        .trim_end_matches(|c: char| matches!(c, '.' | '!' | '?' | ',' | ';' | ':' | '…') || c.is_whitespace())
        .to_owned()
}

/// What a label comes to; `None` where it is not in the list.
pub fn meaning(label: &str) -> Option<Meaning> {
    LABELS.get(matching_form(label).as_str()).copied()
}

/// Every line of the list: label and meaning.
pub fn all() -> impl Iterator<Item = (&'static str, Meaning)> {
    LABELS.iter().map(|(label, meaning)| (*label, *meaning))
}
