//! The table of fields: what a query can ask about. Parser, help, errors, shell completion and `docs/query.md` all read it.

use crate::claim::vocab::{ClaimKind, Confidence, Factuality, Finding, HedgeClass, Workflow};
use crate::view::FLAGS;

/// What a test looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The statement: a word or phrase without a field.
    Text,
    /// Whom it is about.
    Actor,
    /// Who recorded it.
    Agent,
    /// Who has it.
    Assigned,
    /// Whether evidence could settle it.
    Checkable,
    /// Number of clusters of evidence that stands.
    Clusters,
    /// Of the verdict in force.
    Confidence,
    /// A hedge's words.
    Cue,
    /// Where it appears.
    Document,
    /// Until when it is to be done.
    Due,
    /// How a speaker holds it.
    Factuality,
    /// Of the verdict in force.
    Finding,
    /// What a reader is warned of.
    Flag,
    /// Class of a hedge.
    Hedge,
    /// Local key.
    Key,
    /// What it asserts.
    Kind,
    /// Language of the statement.
    Lang,
    /// The claim's own number.
    Number,
    /// Where it is about.
    Place,
    /// Of a document or of evidence.
    Publisher,
    /// A number in it.
    Quantity,
    /// When it was recorded.
    Recorded,
    /// Whether another agent approved the verdict in force.
    Reviewed,
    /// A name in an attribution.
    Speaker,
    /// Where it stands in the desk's work.
    State,
    /// The desk's keyword.
    Tag,
    /// When it is about.
    Time,
    /// When the verdict in force was given.
    Verified,
}

/// What values a field takes.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// One of a closed list.
    Word(fn() -> Vec<&'static str>),
    /// `true` or `false`.
    Bool,
    /// Part of a name or text, accents and case aside.
    Part,
    /// A whole word, accents and case aside.
    Whole,
    /// A count or number, or a range of them.
    Count,
    /// A decimal, or a range of them.
    Decimal,
    /// A moment or period, or a range of them.
    Period,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The field.
    pub field: Field,
    /// Its name in a query.
    pub name: &'static str,
    /// Another name that is taken for it.
    pub alias: Option<&'static str>,
    /// What values it takes.
    pub shape: Shape,
    /// What it looks at.
    pub says: &'static str,
    /// A test with it.
    pub example: &'static str,
}

fn texts<T: Copy>(all: &[T], text: fn(T) -> &'static str) -> Vec<&'static str> {
    all.iter().map(|value| text(*value)).collect()
}

fn findings() -> Vec<&'static str> {
    let mut all = texts(Finding::ALL, Finding::as_str);
    all.extend(["unverified", "withheld"]);
    all
}

fn states() -> Vec<&'static str> {
    texts(Workflow::ALL, Workflow::as_str)
}

fn confidences() -> Vec<&'static str> {
    texts(Confidence::ALL, Confidence::as_str)
}

fn kinds() -> Vec<&'static str> {
    texts(ClaimKind::ALL, ClaimKind::as_str)
}

fn classes() -> Vec<&'static str> {
    texts(HedgeClass::ALL, HedgeClass::as_str)
}

fn factualities() -> Vec<&'static str> {
    texts(Factuality::ALL, Factuality::as_str)
}

fn flags() -> Vec<&'static str> {
    FLAGS.to_vec()
}

const fn entry(field: Field, name: &'static str, shape: Shape, says: &'static str, example: &'static str) -> Entry {
    Entry { field, name, alias: None, shape, says, example }
}

/// Every field, by name.
pub const FIELDS: &[Entry] = &[
    entry(Field::Actor, "actor", Shape::Part, "whom the claim is about", "actor:Houthi"),
    entry(Field::Agent, "agent", Shape::Whole, "handle of the agent who recorded the claim", "agent:ana"),
    entry(Field::Assigned, "assigned", Shape::Whole, "handle of who has the claim to work on", "assigned:ben"),
    entry(Field::Checkable, "checkable", Shape::Bool, "whether evidence could settle the claim", "checkable:false"),
    entry(Field::Clusters, "clusters", Shape::Count, "number of clusters of evidence that stands", "clusters:2.."),
    entry(Field::Confidence, "confidence", Shape::Word(confidences), "of the verdict in force", "confidence:low"),
    entry(Field::Cue, "cue", Shape::Part, "words of a hedge in an appearance", "cue:reportedly"),
    entry(Field::Document, "document", Shape::Count, "number of a document in which the claim appears", "document:3"),
    entry(Field::Due, "due", Shape::Period, "day until which the claim is to be done", "due:..2026-12-01"),
    entry(
        Field::Factuality,
        "factuality",
        Shape::Word(factualities),
        "how some speaker in an attribution holds the claim",
        "factuality:PS+",
    ),
    Entry {
        field: Field::Finding,
        name: "finding",
        alias: Some("status"),
        shape: Shape::Word(findings),
        says: "of the verdict in force; `unverified` where nobody has decided",
        example: "finding:conflicting",
    },
    entry(Field::Flag, "flag", Shape::Word(flags), "what a reader of the claim is warned of", "flag:not-second-read"),
    entry(Field::Hedge, "hedge", Shape::Word(classes), "class of a hedge in an appearance", "hedge:evidential"),
    entry(Field::Key, "key", Shape::Whole, "the claim file's name for the claim", "key:missiles-200"),
    entry(Field::Kind, "kind", Shape::Word(kinds), "what the claim asserts", "kind:quantity"),
    entry(
        Field::Lang,
        "lang",
        Shape::Whole,
        "language of the statement; `en` also finds `en-GB`; a claim without one is in English",
        "lang:ar",
    ),
    entry(Field::Number, "number", Shape::Count, "the claim's own number", "number:100..200"),
    entry(Field::Place, "place", Shape::Part, "where the claim is about", "place:Eilat"),
    entry(
        Field::Publisher,
        "publisher",
        Shape::Part,
        "who published a document in which the claim appears, or evidence on it that stands",
        "publisher:Reuters",
    ),
    entry(
        Field::Quantity,
        "quantity",
        Shape::Decimal,
        "a number in the claim, as stated: \"over 200\" is 200, \"100 to 150\" all between",
        "quantity:100..300",
    ),
    entry(Field::Recorded, "recorded", Shape::Period, "when the claim was recorded", "recorded:2026-11-22"),
    entry(
        Field::Reviewed,
        "reviewed",
        Shape::Bool,
        "whether another agent approved the verdict in force",
        "reviewed:false",
    ),
    entry(
        Field::Speaker,
        "speaker",
        Shape::Part,
        "name of the outlet or of any speaker in an attribution",
        "speaker:\"Islamic Resistance in Iraq\"",
    ),
    entry(Field::State, "state", Shape::Word(states), "where the claim stands in the desk's work", "state:triaged"),
    entry(Field::Tag, "tag", Shape::Whole, "the desk's keyword", "tag:drones"),
    entry(Field::Time, "time", Shape::Period, "when the claim is about: periods that overlap", "time:2024-10"),
    entry(Field::Verified, "verified", Shape::Period, "when the verdict in force was given", "verified:2026-11-20.."),
];

/// The statement, which has no name in a query.
const TEXT: Entry = entry(Field::Text, "", Shape::Part, "words of the statement, whole and in this order", "missiles");

impl Field {
    /// The field of that name or alias, case aside.
    pub fn named(name: &str) -> Option<Self> {
        let is = |n: &str| n.eq_ignore_ascii_case(name);
        FIELDS.iter().find(|e| is(e.name) || e.alias.is_some_and(is)).map(|e| e.field)
    }

    /// Its row of the table.
    pub fn entry(self) -> &'static Entry {
        FIELDS.iter().find(|e| e.field == self).unwrap_or(&TEXT)
    }

    /// Names and aliases of all fields.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().flat_map(|e| [Some(e.name), e.alias]).flatten()
    }
}

impl Shape {
    /// What it takes, in words.
    pub fn takes(self) -> String {
        match self {
            Self::Word(all) => all().join(", "),
            Self::Bool => "true, false".into(),
            Self::Part => "part of it".into(),
            Self::Whole => "all of it".into(),
            Self::Count => "a number, or a range".into(),
            Self::Decimal => "a decimal, or a range".into(),
            Self::Period => "a date or time, or a range".into(),
        }
    }
}
