//! The tables of a package: what columns each has, and which refer to which.

use crate::claim::vocab::{
    Band, Basis, ClaimKind, Comparator, Confidence, CorrectionKind, Credibility, Decision, EvidenceClass, Factuality,
    Finding, HedgeClass, Mode, Outcome, Read, RelationKind, Reliability, Selector, SourceRole, Stance, Strength,
    WhyNot, Workflow,
};
use crate::entry::Kind as EntryKind;

/// What a column holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Somebody's words, or a decimal or a date about the world, which have no other form.
    Text,
    /// One of these words.
    Word(fn() -> Vec<&'static str>),
    /// A number of an entry, or a count.
    Integer,
    /// Yes or no.
    Boolean,
    /// A time of the record, UTC.
    Time,
    /// A day.
    Date,
}

/// A column.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

/// A table.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
    /// Which columns together name a row.
    pub(super) key: &'static [&'static str],
    /// A column, and the table to whose `number` it refers.
    pub(super) refers: &'static [(&'static str, &'static str)],
}

const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

macro_rules! words {
    ($vocabulary:ty) => {
        Kind::Word(|| <$vocabulary>::ALL.iter().map(|value| value.as_str()).collect())
    };
}

/// A finding, or what stands where there is none.
fn findings() -> Vec<&'static str> {
    Finding::ALL.iter().map(|value| value.as_str()).chain(["unverified", "withheld"]).collect()
}

use Kind::{Boolean, Date, Integer, Text, Time, Word};

/// All tables, in the order in which the package lists them.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "claims",
        fields: &[
            must("number", Integer),
            must("leaf", Text),
            may("key", Text),
            may("state", words!(Workflow)),
            must("published", Boolean),
            may("published_at", Time),
            must("second_read", Boolean),
            must("amended", Boolean),
            must("superseded", Boolean),
            may("retracted_at", Time),
            may("retraction", Text),
            must("finding", Word(findings)),
            may("confidence", words!(Confidence)),
            may("statement", Text),
            may("kind", words!(ClaimKind)),
            may("checkable", Boolean),
            may("why_not", words!(WhyNot)),
            must("lang", Text),
            must("recorded", Time),
            must("agent", Text),
        ],
        key: &["number"],
        refers: &[("number", "entries")],
    },
    Table {
        name: "terms",
        fields: &[
            must("claim", Integer),
            must("sort", Word(|| vec!["tag", "place", "actor", "flag", "withheld-entry"])),
            must("position", Integer),
            must("text", Text),
        ],
        key: &["claim", "sort", "position"],
        refers: &[("claim", "claims")],
    },
    Table {
        name: "quantities",
        fields: &[
            must("claim", Integer),
            must("position", Integer),
            must("text", Text),
            must("comparator", words!(Comparator)),
            may("value", Text),
            may("high", Text),
            may("unit", Text),
        ],
        key: &["claim", "position"],
        refers: &[("claim", "claims")],
    },
    Table {
        name: "times",
        fields: &[
            must("claim", Integer),
            must("position", Integer),
            must("text", Text),
            must("edtf", Text),
            must("basis", words!(Basis)),
        ],
        key: &["claim", "position"],
        refers: &[("claim", "claims")],
    },
    Table {
        name: "documents",
        fields: &[
            must("number", Integer),
            may("title", Text),
            may("author", Text),
            may("publisher", Text),
            may("url", Text),
            may("dated", Text),
            may("lang", Text),
            may("licence", Text),
            may("snapshot", Text),
        ],
        key: &["number"],
        refers: &[("number", "entries")],
    },
    Table {
        name: "appearances",
        fields: &[must("number", Integer), must("claim", Integer), must("document", Integer)],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims"), ("document", "documents")],
    },
    Table {
        name: "anchors",
        fields: &[
            must("appearance", Integer),
            must("position", Integer),
            must("selector", words!(Selector)),
            may("text", Text),
            may("start", Integer),
            may("end", Integer),
            may("sha256", Text),
            may("quote", Text),
            may("prefix", Text),
            may("suffix", Text),
            may("fragment", Text),
        ],
        key: &["appearance", "position"],
        refers: &[("appearance", "appearances")],
    },
    Table {
        name: "attributions",
        fields: &[
            must("appearance", Integer),
            must("level", Integer),
            may("name", Text),
            may("description", Text),
            must("role", words!(SourceRole)),
            may("cue", Text),
            may("mode", words!(Mode)),
            must("factuality", words!(Factuality)),
            must("damaged", Boolean),
            may("start", Integer),
            may("end", Integer),
        ],
        key: &["appearance", "level"],
        refers: &[("appearance", "appearances")],
    },
    Table {
        name: "hedges",
        fields: &[
            must("appearance", Integer),
            must("position", Integer),
            must("cue", Text),
            must("class", words!(HedgeClass)),
            must("level", Integer),
            must("strength", words!(Strength)),
            may("band", words!(Band)),
            may("start", Integer),
            may("end", Integer),
            may("scope_start", Integer),
            may("scope_end", Integer),
        ],
        key: &["appearance", "position"],
        refers: &[("appearance", "appearances")],
    },
    Table {
        name: "evidence",
        fields: &[
            must("number", Integer),
            must("claim", Integer),
            may("stance", words!(Stance)),
            may("url", Text),
            may("publisher", Text),
            may("title", Text),
            may("dated", Text),
            may("says", Text),
            may("read", words!(Read)),
            may("reliability", words!(Reliability)),
            may("credibility", words!(Credibility)),
            may("cluster", Text),
            may("class", words!(EvidenceClass)),
            may("obtained", Date),
            may("key", Text),
            must("relied_on", Boolean),
            must("withdrawn", Boolean),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims")],
    },
    Table {
        name: "searches",
        fields: &[
            must("number", Integer),
            must("claim", Integer),
            may("place", Text),
            may("sought", Text),
            may("languages", Text),
            may("on", Date),
            may("found", Integer),
            may("note", Text),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims")],
    },
    Table {
        name: "contacts",
        fields: &[
            must("number", Integer),
            must("claim", Integer),
            may("who", Text),
            may("asked", Date),
            may("until", Date),
            may("outcome", words!(Outcome)),
            may("answer", Text),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims")],
    },
    Table {
        name: "verdicts",
        fields: &[
            must("number", Integer),
            must("claim", Integer),
            must("agent", Text),
            must("time", Time),
            may("finding", words!(Finding)),
            may("confidence", words!(Confidence)),
            may("rationale", Text),
            may("method", Text),
            may("judged_on", Date),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims")],
    },
    Table {
        name: "weighed",
        fields: &[must("verdict", Integer), must("evidence", Integer), must("relied_on", Boolean)],
        key: &["verdict", "evidence"],
        refers: &[("verdict", "verdicts"), ("evidence", "evidence")],
    },
    Table {
        name: "reviews",
        fields: &[
            must("number", Integer),
            must("verdict", Integer),
            must("agent", Text),
            may("decision", words!(Decision)),
            may("note", Text),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("verdict", "verdicts")],
    },
    Table {
        name: "relations",
        fields: &[
            must("number", Integer),
            must("claim", Integer),
            must("kind", words!(RelationKind)),
            may("to", Integer),
            may("foreign", Text),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims"), ("to", "entries")],
    },
    Table {
        name: "corrections",
        fields: &[
            must("number", Integer),
            must("claim", Integer),
            must("kind", words!(CorrectionKind)),
            must("text", Text),
            must("time", Time),
        ],
        key: &["number"],
        refers: &[("number", "entries"), ("claim", "claims")],
    },
    Table {
        name: "entries",
        fields: &[
            must("number", Integer),
            must("leaf", Text),
            must("kind", words!(EntryKind)),
            may("about", Integer),
            must("agent", Integer),
            must("time", Time),
        ],
        key: &["number"],
        refers: &[],
    },
];
