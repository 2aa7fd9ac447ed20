//! The one table of what a claim file may hold: tables, keys, types, which keys must be there.

use crate::claim::vocab::{
    Band, Basis, ClaimKind, Comparator, Confidence, Credibility, DocumentField, EvidenceClass, Factuality, Finding,
    HedgeClass, Mode, NotInVocabulary, Outcome, Read, RelationKind, Reliability, Selector, SourceRole, Stance,
    Strength, WhyNot,
};
use crate::hash::MAX_INTEGER;

/// What stands at a key.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A string.
    Text,
    /// A string that is one of a vocabulary.
    Word(Words),
    /// A string that is a SHA-256 digest.
    Digest,
    /// A string that is a day.
    Day,
    /// `true` or `false`.
    Flag,
    /// A whole number from 0 to the limit.
    Count(u64),
    /// Two whole numbers, `[start, end]`.
    Pair,
    /// A list of strings.
    Texts,
    /// A key, or a list of keys.
    Names,
    /// A table.
    One(&'static Table),
    /// A list of tables.
    Many(&'static Table),
}

/// A vocabulary.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// What is wrong with a word, if anything.
    pub(crate) check: fn(&str) -> Option<NotInVocabulary>,
    /// All words.
    pub(crate) all: fn() -> Vec<&'static str>,
}

/// A key of a table.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name, the same in the file and in the record.
    pub(crate) name: &'static str,
    /// What stands there.
    pub(crate) shape: Shape,
    /// Whether it must be there.
    pub(crate) required: bool,
}

/// A table of a claim file.
#[derive(Debug)]
pub(crate) struct Table {
    /// What messages call it.
    pub(crate) title: &'static str,
    /// Its keys.
    pub(crate) keys: &'static [Key],
}

impl Table {
    pub(crate) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|k| k.name == name)
    }
}

/// A key that must be there.
const fn must(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: true }
}

/// A key that may be there.
const fn may(name: &'static str, shape: Shape) -> Key {
    Key { name, shape, required: false }
}

macro_rules! word {
    ($vocabulary:ty) => {
        Shape::Word(Words {
            check: |word| word.parse::<$vocabulary>().err(),
            all: || <$vocabulary>::ALL.iter().map(|v| v.as_str()).collect(),
        })
    };
}

use Shape::{Count, Day, Digest, Flag, Many, Names, One, Pair, Text, Texts};

/// Everything that may stand at the top of a file.
pub(crate) static FILE: Table = Table {
    title: "a claim file",
    keys: &[
        may("document", One(&DOCUMENT)),
        may("claim", Many(&CLAIM)),
        may("search", Many(&SEARCH)),
        may("evidence", Many(&EVIDENCE)),
        may("contact", Many(&CONTACT)),
        may("relation", Many(&RELATION)),
        may("verdict", Many(&VERDICT)),
    ],
};

/// The document of the folder.
pub(crate) static DOCUMENT: Table = Table {
    title: "[document]",
    keys: &[
        may("sha256", Digest),
        may("title", Text),
        may("author", Text),
        may("publisher", Text),
        may("dated", Text),
        may("url", Text),
        may("lang", Text),
        may("licence", Text),
        may("inferred", Many(&INFERRED)),
        may("media_type", Text),
        may("how", Text),
        may("bytes", Count(MAX_INTEGER)),
    ],
};

static INFERRED: Table = Table {
    title: "an `inferred` field of [document]",
    keys: &[must("field", word!(DocumentField)), must("value", Text), must("source", Text), may("note", Text)],
};

/// A claim with its first appearance.
pub(crate) static CLAIM: Table = Table {
    title: "[[claim]]",
    keys: &[
        must("key", Text),
        must("statement", Text),
        must("kind", word!(ClaimKind)),
        must("checkable", Flag),
        may("why_not", word!(WhyNot)),
        may("quantities", Many(&QUANTITY)),
        may("times", Many(&TIME)),
        may("places", Texts),
        may("actors", Texts),
        may("tags", Texts),
        may("lang", Text),
        may("translated_by", Text),
        must("appearance", One(&APPEARANCE)),
    ],
};

static QUANTITY: Table = Table {
    title: "a quantity",
    keys: &[
        must("text", Text),
        must("comparator", word!(Comparator)),
        may("value", Text),
        may("high", Text),
        may("unit", Text),
    ],
};

static TIME: Table =
    Table { title: "a time", keys: &[must("text", Text), must("edtf", Text), must("basis", word!(Basis))] };

static APPEARANCE: Table = Table {
    title: "[claim.appearance]",
    keys: &[must("anchors", Many(&ANCHOR)), must("attribution", Many(&STEP)), may("hedges", Many(&HEDGE))],
};

static ANCHOR: Table = Table {
    title: "an anchor",
    keys: &[
        may("selector", word!(Selector)),
        may("start", Count(MAX_INTEGER)),
        may("end", Count(MAX_INTEGER)),
        may("fragment", Text),
        may("sha256", Digest),
        may("target", Digest),
        may("quote", Text),
        may("prefix", Text),
        may("suffix", Text),
    ],
};

static STEP: Table = Table {
    title: "a step of the attribution",
    keys: &[
        may("name", Text),
        may("description", Text),
        must("role", word!(SourceRole)),
        may("damaged", Flag),
        may("cue", Text),
        may("mode", word!(Mode)),
        may("start", Count(MAX_INTEGER)),
        may("end", Count(MAX_INTEGER)),
        must("factuality", word!(Factuality)),
    ],
};

static HEDGE: Table = Table {
    title: "a hedge",
    keys: &[
        must("cue", Text),
        must("class", word!(HedgeClass)),
        must("strength", word!(Strength)),
        may("band", word!(Band)),
        must("level", Count(63)),
        may("start", Count(MAX_INTEGER)),
        may("end", Count(MAX_INTEGER)),
        may("scope", Pair),
    ],
};

/// A search, also one that found nothing.
pub(crate) static SEARCH: Table = Table {
    title: "[[search]]",
    keys: &[
        must("claim", Names),
        must("where", Text),
        must("for", Text),
        must("languages", Texts),
        must("on", Day),
        must("found", Count(MAX_INTEGER)),
        may("note", Text),
    ],
};

/// A piece of evidence.
pub(crate) static EVIDENCE: Table = Table {
    title: "[[evidence]]",
    keys: &[
        must("key", Text),
        must("claim", Names),
        must("stance", word!(Stance)),
        may("publisher", Text),
        may("title", Text),
        may("url", Text),
        may("dated", Text),
        must("obtained", Day),
        must("says", Text),
        must("read", word!(Read)),
        must("reliability", word!(Reliability)),
        must("credibility", word!(Credibility)),
        must("class", word!(EvidenceClass)),
        must("cluster", Text),
        may("archive", Text),
        may("label", Text),
        may("scale", Text),
        may("lang", Text),
        may("translated_by", Text),
        may("note", Text),
    ],
};

/// Somebody asked for comment.
pub(crate) static CONTACT: Table = Table {
    title: "[[contact]]",
    keys: &[
        must("claim", Names),
        must("who", Text),
        may("asked", Day),
        may("outcome", word!(Outcome)),
        may("until", Day),
        may("answer", Text),
    ],
};

/// How two claims stand to each other.
pub(crate) static RELATION: Table = Table {
    title: "[[relation]]",
    keys: &[must("from", Text), must("kind", word!(RelationKind)), must("to", Text), may("note", Text)],
};

/// A decision on a claim.
pub(crate) static VERDICT: Table = Table {
    title: "[[verdict]]",
    keys: &[
        must("claim", Text),
        must("finding", word!(Finding)),
        must("confidence", word!(Confidence)),
        must("rationale", Text),
        must("method", Text),
        may("on", Texts),
        may("considered", Texts),
        may("likelihood", word!(Band)),
        must("judged_on", Day),
    ],
};
