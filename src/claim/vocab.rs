//! The closed vocabularies of the domain: one enum a list, one spelling a value (`docs/format.md`, Vocabularies).

/// Declares an enum whose values have exactly one text form each, used in every format.
#[macro_export]
#[doc(hidden)]
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            /// What the list is called in messages.
            pub const WHAT: &'static str = $what;

            /// The one text form.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::claim::vocab::NotInVocabulary;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err($crate::claim::vocab::NotInVocabulary::new($what, text, &[$($text),+])),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                struct Visitor;
                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($what)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                d.deserialize_str(Visitor)
            }
        }
    };
}

/// A word that is not in its vocabulary: says which words are, and the nearest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a {what}; one of: {}{}", .allowed.join(", "), .nearest.map_or(String::new(), |n| format!(" (did you mean `{n}`?)")))]
pub struct NotInVocabulary {
    /// The list's name.
    pub what: &'static str,
    /// The word given, escaped for printing.
    pub given: String,
    /// The words that are allowed.
    pub allowed: &'static [&'static str],
    /// The closest of them.
    pub nearest: Option<&'static str>,
}

impl NotInVocabulary {
    /// The error for `given` against the `allowed` words of the list `what`.
    pub fn new(what: &'static str, given: &str, allowed: &'static [&'static str]) -> Self {
        let given = crate::text::printable_line(given);
        Self { what, nearest: crate::text::nearest(&given, allowed.iter().copied()), given, allowed }
    }
}

vocabulary! {
    /// What a claim asserts; names its one point.
    ClaimKind, "kind of claim" {
        /// Something happened.
        Event = "event",
        /// Something has a property.
        Property = "property",
        /// A number; the point is the number.
        Quantity = "quantity",
        /// One thing brought about another; the point is the link.
        Causal = "causal",
        /// Somebody said something; the point is that it was said.
        StatementMade = "statement-made",
        /// A judgement.
        Opinion = "opinion",
        /// Something about the future of the document.
        Forecast = "forecast",
    }
}
vocabulary! {
    /// Why no evidence obtainable by then could settle a claim.
    WhyNot, "reason why a claim is not checkable" {
        /// A judgement.
        Opinion = "opinion",
        /// About the future.
        Forecast = "forecast",
        /// No point that could be settled.
        Vague = "vague",
        /// Nobody outside can know.
        Private = "private",
    }
}
vocabulary! {
    /// What a verdict says of the claim as worded.
    Finding, "finding" {
        /// As worded, with comparator, date and actor.
        Supported = "supported",
        /// Named, inseparable parts: at least one supported, at least one not.
        PartlySupported = "partly-supported",
        /// Admissible evidence contradicts the point.
        Refuted = "refuted",
        /// Evidence of two clusters cannot both be true of the point, and nothing prefers one.
        Conflicting = "conflicting",
        /// Literally supported, but a named fact reverses what an ordinary reader concludes.
        MisleadingContext = "misleading-context",
        /// A recorded search found nothing admissible that settles it.
        NotEnoughEvidence = "not-enough-evidence",
        /// No evidence obtainable by then could settle it.
        NotCheckable = "not-checkable",
    }
}
vocabulary! {
    /// How good the evidence behind a verdict is; not how probable the claim is.
    Confidence, "confidence" {
        /// Thin: one cluster, or excerpts of uncertain origin.
        Low = "low",
        /// Two clusters at least.
        Moderate = "moderate",
        /// Two clusters at least, read in full.
        High = "high",
    }
}
vocabulary! {
    /// Who a step of an attribution chain is.
    SourceRole, "role in an attribution" {
        /// The writer of the document.
        Author = "author",
        /// The outlet that published it.
        Outlet = "outlet",
        /// Somebody who speaks for another.
        Spokesperson = "spokesperson",
        /// A holder of public office.
        Official = "official",
        /// A body that speaks as one.
        Organisation = "organisation",
        /// Somebody asked for what they know.
        Expert = "expert",
        /// A document.
        Document = "document",
        /// Somebody whose name is kept out; a name is refused.
        Anonymous = "anonymous",
        /// Not told.
        Unknown = "unknown",
    }
}
vocabulary! {
    /// Whether the speaker's words are quoted.
    Mode, "mode of attribution" {
        /// In quotation marks.
        Direct = "direct",
        /// Reported.
        Indirect = "indirect",
    }
}
vocabulary! {
    /// How a speaker holds a claim (`FactBank`).
    Factuality, "factuality" {
        /// Certain that it is so.
        CertainPlus = "CT+",
        /// Certain that it is not so.
        CertainMinus = "CT-",
        /// Probable.
        ProbablePlus = "PR+",
        /// Probably not.
        ProbableMinus = "PR-",
        /// Possible.
        PossiblePlus = "PS+",
        /// Possibly not.
        PossibleMinus = "PS-",
        /// Knows whether, does not tell.
        CertainUnknown = "CTu",
        /// Uncommitted.
        Unknown = "Uu",
    }
}
vocabulary! {
    /// What kind of word hedges.
    HedgeClass, "class of hedge" {
        /// may, might, could, should.
        Modal = "modal",
        /// likely, perhaps.
        Probability = "probability",
        /// according to, claimed, reportedly.
        Evidential = "evidential",
        /// about, over, some.
        Approximator = "approximator",
        /// thinks, believes.
        Belief = "belief",
        /// if, unless.
        Conditional = "conditional",
        /// seems, suggests.
        Appearance = "appearance",
        /// unconfirmed, no evidence.
        NegativeEvidence = "negative-evidence",
    }
}
vocabulary! {
    /// How much a hedge takes back.
    Strength, "strength of a hedge" {
        /// A little.
        Low = "low",
        /// Clearly.
        Medium = "medium",
        /// Most of it.
        High = "high",
    }
}
vocabulary! {
    /// Likelihood bands of ICD-203, for words that stand in its table.
    Band, "likelihood band" {
        /// 1 to 5 per cent.
        AlmostNoChance = "almost-no-chance",
        /// 5 to 20 per cent.
        VeryUnlikely = "very-unlikely",
        /// 20 to 45 per cent.
        Unlikely = "unlikely",
        /// 45 to 55 per cent.
        RoughlyEven = "roughly-even",
        /// 55 to 80 per cent.
        Likely = "likely",
        /// 80 to 95 per cent.
        VeryLikely = "very-likely",
        /// 95 to 99 per cent.
        AlmostCertain = "almost-certain",
    }
}
vocabulary! {
    /// How a number stands to the quantity.
    Comparator, "comparator" {
        /// Exactly.
        Equal = "=",
        /// More than.
        Greater = ">",
        /// At least.
        GreaterEqual = ">=",
        /// Less than.
        Less = "<",
        /// At most.
        LessEqual = "<=",
        /// About.
        About = "~",
        /// From `value` to `high`.
        Range = "range",
        /// Some, several, dozens: no number.
        Vague = "vague",
    }
}
vocabulary! {
    /// Where a date comes from.
    Basis, "basis of a time" {
        /// The text says it in full.
        Said = "said",
        /// Worked out.
        Inferred = "inferred",
    }
}
vocabulary! {
    /// How an anchor selects its passage.
    Selector, "selector" {
        /// Code points of a named text.
        TextRange = "text-range",
        /// A media fragment.
        MediaFragment = "media-fragment",
        /// The whole document.
        Whole = "whole",
    }
}
vocabulary! {
    /// What a piece of evidence does to the claim's point.
    Stance, "stance" {
        /// Speaks for it.
        Supports = "supports",
        /// Speaks against it.
        Refutes = "refutes",
        /// Limits or shades it.
        Qualifies = "qualifies",
        /// Neither.
        Context = "context",
    }
}
vocabulary! {
    /// How much of the page was read.
    Read, "extent of reading" {
        /// All of it.
        Full = "full",
        /// Part of it.
        Excerpt = "excerpt",
        /// The headline.
        Headline = "headline",
    }
}
vocabulary! {
    /// Source reliability of the Admiralty code; never averaged, never derived from the other axis.
    Reliability, "source reliability" {
        /// Completely reliable.
        A = "A",
        /// Usually reliable.
        B = "B",
        /// Fairly reliable.
        C = "C",
        /// Not usually reliable.
        D = "D",
        /// Unreliable.
        E = "E",
        /// Nobody has judged.
        F = "F",
    }
}
vocabulary! {
    /// Information credibility of the Admiralty code.
    Credibility, "information credibility" {
        /// Confirmed by other sources.
        Confirmed = "1",
        /// Probably true.
        ProbablyTrue = "2",
        /// Possibly true.
        PossiblyTrue = "3",
        /// Doubtful.
        Doubtful = "4",
        /// Improbable.
        Improbable = "5",
        /// Nobody has judged.
        NotJudged = "6",
    }
}
vocabulary! {
    /// What a piece of evidence is.
    EvidenceClass, "class of evidence" {
        /// Said by a body in its own name.
        OfficialStatement = "official-statement",
        /// Seen by the speaker.
        Eyewitness = "eyewitness",
        /// A document.
        Document = "document",
        /// Measured or counted.
        Data = "data",
        /// A picture or recording.
        ImageOrVideo = "image-or-video",
        /// Knowledge of the field.
        Expert = "expert",
        /// Reported by an outlet.
        NewsReport = "news-report",
        /// Another desk's check.
        FactCheck = "fact-check",
        /// An encyclopaedia, a handbook.
        ReferenceWork = "reference-work",
    }
}
vocabulary! {
    /// How one claim stands to another.
    RelationKind, "relation" {
        /// From "X said P" to "P".
        ContentOf = "content-of",
        /// Both cannot be true.
        Contradicts = "contradicts",
        /// The same proposition.
        Duplicates = "duplicates",
        /// If true, speaks for the other.
        Supports = "supports",
        /// Falls with the other.
        RestsOn = "rests-on",
        /// Implied by the other.
        NarrowerThan = "narrower-than",
        /// Takes the other's place.
        Supersedes = "supersedes",
    }
}
vocabulary! {
    /// What a change after publication is.
    CorrectionKind, "kind of correction" {
        /// Something was wrong.
        Correction = "correction",
        /// Something new is known.
        Update = "update",
        /// Something could be misread.
        Clarification = "clarification",
    }
}
vocabulary! {
    /// Where a claim stands in the desk's work.
    Workflow, "state" {
        /// On record.
        Recorded = "recorded",
        /// Taken up.
        Triaged = "triaged",
        /// Being reviewed.
        InReview = "in-review",
        /// Public.
        Published = "published",
        /// Put aside.
        Parked = "parked",
        /// Taken back before publication.
        Withdrawn = "withdrawn",
        /// Taken back after publication.
        Retracted = "retracted",
    }
}
vocabulary! {
    /// What came of asking somebody for comment.
    Outcome, "outcome of a contact" {
        /// They answered.
        Answered = "answered",
        /// They declined.
        Declined = "declined",
        /// Nothing came.
        NoReply = "no-reply",
        /// Nobody asked.
        NotSought = "not-sought",
    }
}
vocabulary! {
    /// A reviewer's decision.
    Decision, "decision" {
        /// The verdict stands.
        Approve = "approve",
        /// The verdict does not stand.
        Reject = "reject",
    }
}
vocabulary! {
    /// What an agent may do.
    AgentRole, "role" {
        /// Records documents and claims.
        Recorder = "recorder",
        /// Links evidence, issues verdicts.
        Checker = "checker",
        /// Reviews verdicts.
        Reviewer = "reviewer",
        /// Publishes, corrects, retracts.
        Publisher = "publisher",
        /// Agents, policy, keys, withholding and erasure.
        Admin = "admin",
    }
}
vocabulary! {
    /// What an agent is.
    AgentKind, "kind of agent" {
        /// A person.
        Person = "person",
        /// A desk.
        Desk = "desk",
        /// A program.
        Program = "program",
    }
}
vocabulary! {
    /// A field of a document that is inferred from elsewhere.
    DocumentField, "field of a document" {
        /// Who wrote it.
        Author = "author",
        /// When it is from.
        Dated = "dated",
        /// Who published it.
        Publisher = "publisher",
        /// What it is called.
        Title = "title",
        /// Where it stands.
        Url = "url",
    }
}
