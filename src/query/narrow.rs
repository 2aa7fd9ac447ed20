//! Where to look first: a part of an expression that few claims can pass, so that not every claim has to be asked.

use super::expr::{Expr, Span, Test, Value};
use super::field::Field;

/// Claims among which all that pass are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrow {
    /// Those with a number in this range.
    Number(Span<u64>),
    /// Those that a document has to do with.
    Document(u64),
    /// Those that have this as their tag or assignee.
    Whole(Field, String),
    /// Those that have a name with this in it: speaker, actor, place, publisher, or the words of a hedge.
    Part(Field, String),
    /// Those whose statement has these words.
    Words(String),
    /// Those that rest on a fallen claim.
    RestsOnFallen,
    /// Those of any of these.
    Any(Vec<Narrow>),
}

impl Narrow {
    /// The narrowest part of an expression; `None` where every claim has to be asked.
    pub(super) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::And(parts) => parts.iter().filter_map(Self::of).min_by_key(Self::rank),
            Expr::Or(parts) => parts.iter().map(Self::of).collect::<Option<Vec<_>>>().map(Self::Any),
            Expr::Not(_) => None,
            Expr::Test(test) => Self::of_test(test),
        }
    }

    fn of_test(test: &Test) -> Option<Self> {
        match (test.field, &test.value) {
            (Field::Number, Value::Count(span @ (Span::One(_) | Span::Between(Some(_), Some(_))))) => {
                Some(Self::Number(span.clone()))
            }
            (Field::Document, Value::Count(Span::One(number))) => Some(Self::Document(*number)),
            (Field::Tag | Field::Assigned, Value::Text(text)) => Some(Self::Whole(test.field, text.clone())),
            (Field::Text, Value::Text(text)) => Some(Self::Words(text.clone())),
            (Field::Flag, Value::Word(word)) if *word == "rests-on-fallen" => Some(Self::RestsOnFallen),
            (Field::Speaker | Field::Actor | Field::Place | Field::Publisher | Field::Cue, Value::Text(text)) => {
                Some(Self::Part(test.field, text.clone()))
            }
            _ => None,
        }
    }

    /// The lower, the fewer claims are to be expected, and the cheaper they are found; longer names are in fewer claims.
    fn rank(&self) -> (u8, std::cmp::Reverse<usize>) {
        let class = match self {
            Self::Number(_) => 0,
            Self::Document(_) => 1,
            Self::Whole(..) | Self::RestsOnFallen => 2,
            Self::Part(Field::Cue, _) => 4,
            Self::Part(..) => 3,
            // Of use only where the full text is at hand.
            Self::Words(_) => 5,
            Self::Any(_) => 6,
        };
        let text = if let Self::Part(_, text) | Self::Words(text) = self { text.len() } else { 0 };
        (class, std::cmp::Reverse(text))
    }
}
