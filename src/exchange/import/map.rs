//! Which column of a table, or which key of JSON Lines, is which field of a record. Nothing is guessed from names.

use std::collections::BTreeMap;

use super::foreign::{Foreign, Review};
use crate::claim::Extra;
use crate::claim::vocab::ClaimKind;
use crate::text::{nearest, printable_line};

crate::vocabulary! {
    /// What a column can be.
    Field, "field of an import" {
        /// What is claimed.
        Statement = "statement",
        /// Who claims it.
        Speaker = "speaker",
        /// When it was claimed.
        ClaimDate = "claim-date",
        /// Language of the claim.
        Lang = "lang",
        /// Kind of claim.
        Kind = "kind",
        /// Whom it is about.
        Actor = "actor",
        /// Where it is about.
        Place = "place",
        /// A keyword.
        Tag = "tag",
        /// The other desk's label.
        Label = "label",
        /// The other desk's number.
        Rating = "rating",
        /// The worst of its scale.
        Worst = "worst",
        /// The best of its scale.
        Best = "best",
        /// What the scale is called.
        Scale = "scale",
        /// The other desk.
        Publisher = "publisher",
        /// The page of the review.
        Url = "url",
        /// A copy of that page in an archive.
        Archive = "archive",
        /// Title of the review.
        Title = "title",
        /// Date of the review.
        Date = "date",
        /// What the review says.
        Says = "says",
        /// Language of the review.
        ReviewLang = "review-lang",
        /// Anything a later reader should know.
        Note = "note",
        /// Kept beside, as written.
        Extra = "extra",
        /// Left in the original.
        Ignore = "ignore",
    }
}

impl Field {
    /// What it is, in a few words for a template.
    pub fn about(self) -> &'static str {
        match self {
            Self::Statement => "what is claimed; without it a row is no claim",
            Self::Speaker => "who claims it",
            Self::ClaimDate => "when it was claimed, kept as written",
            Self::Lang => "language of the claim, such as en, ar, pt-BR",
            Self::Kind => "event, property, quantity, causal, statement-made, opinion or forecast",
            Self::Actor => "whom the claim is about",
            Self::Place => "where it is about",
            Self::Tag => "a keyword",
            Self::Label => "the other desk's label, kept as written",
            Self::Rating => "the other desk's number, kept as written",
            Self::Worst => "the worst of the scale of that number",
            Self::Best => "the best of it",
            Self::Scale => "what the scale is called",
            Self::Publisher => "the other desk",
            Self::Url => "the page of the review",
            Self::Archive => "a copy of that page in an archive",
            Self::Title => "title of the review",
            Self::Date => "date of the review; an ISO date counts as a date, any other is only kept",
            Self::Says => "what the review says",
            Self::ReviewLang => "language of the review",
            Self::Note => "anything a later reader should know",
            Self::Extra => "kept beside the claim as written; may be said of several columns",
            Self::Ignore => "not recorded; it stays in the original",
        }
    }

    /// Whether several columns may be it.
    fn repeats(self) -> bool {
        matches!(self, Self::Actor | Self::Place | Self::Tag | Self::Extra | Self::Ignore)
    }
}

/// A mapping that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// A word that is no field.
    #[error("column `{column}`: {source}")]
    Field {
        /// The column, escaped for printing.
        column: String,
        /// What is wrong with the word.
        source: crate::claim::vocab::NotInVocabulary,
    },
    /// Two columns that are one field.
    #[error("`{first}` and `{second}` cannot both be the field `{field}`")]
    Twice {
        /// The field.
        field: Field,
        /// One column or constant.
        first: String,
        /// The other.
        second: String,
    },
    /// Nothing says what is claimed.
    #[error("no column is the field `statement`, and a claim needs one")]
    NoStatement,
    /// A constant that cannot be one.
    #[error("constant `{field}`: {why}")]
    Constant {
        /// The field.
        field: Field,
        /// Why not.
        why: String,
    },
    /// A column of the mapping that the file does not have.
    #[error("the file has no column `{column}`{}", .nearest.as_ref().map_or(String::new(), |n| format!("; did you mean `{n}`?")))]
    NoColumn {
        /// The column, escaped for printing.
        column: String,
        /// The closest that it has.
        nearest: Option<String>,
    },
}

/// Columns to fields, and fields that are the same for all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    columns: BTreeMap<String, Field>,
    constants: BTreeMap<Field, String>,
}

impl Mapping {
    /// Checks a mapping; every mistake at once.
    ///
    /// # Errors
    /// Words that are no fields, one field twice, no statement.
    pub fn new(
        columns: impl IntoIterator<Item = (String, String)>,
        constants: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Vec<MapError>> {
        let (mut mapping, mut wrong) = (Self::default(), Vec::new());
        let mut taken: BTreeMap<Field, String> = BTreeMap::new();
        let mut take = |field: Field, column: String, wrong: &mut Vec<MapError>| {
            if field.repeats() {
                return;
            }
            if let Some(first) = taken.get(&field) {
                wrong.push(MapError::Twice { field, first: first.clone(), second: column });
            } else {
                taken.insert(field, column);
            }
        };
        for (column, word) in columns {
            match word.parse::<Field>() {
                Ok(field) => {
                    take(field, printable_line(&column), &mut wrong);
                    mapping.columns.insert(column, field);
                }
                Err(source) => wrong.push(MapError::Field { column: printable_line(&column), source }),
            }
        }
        for (word, value) in constants {
            match word.parse::<Field>() {
                Ok(field) => {
                    take(field, format!("constant {field}"), &mut wrong);
                    wrong.extend(unfit(field, &value).map(|why| MapError::Constant { field, why }));
                    mapping.constants.insert(field, value);
                }
                Err(source) => {
                    wrong.push(MapError::Field { column: format!("constant {}", printable_line(&word)), source });
                }
            }
        }
        if !mapping.columns.values().any(|f| *f == Field::Statement) {
            wrong.push(MapError::NoStatement);
        }
        if wrong.is_empty() { Ok(mapping) } else { Err(wrong) }
    }

    /// Every column of the mapping that is not among those of the file.
    pub fn missing(&self, columns: &[String]) -> Vec<MapError> {
        let lacks = |c: &&String| !columns.contains(c);
        let error = |column: &String| MapError::NoColumn {
            column: printable_line(column),
            nearest: nearest(column, columns.iter().map(String::as_str)).map(printable_line),
        };
        self.columns.keys().filter(lacks).map(error).collect()
    }

    /// What a column is; beside, where the mapping does not name it.
    pub fn field(&self, column: &str) -> Field {
        self.columns.get(column).copied().unwrap_or(Field::Extra)
    }

    /// Columns of the mapping.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// The record of a row: values by column, the empty ones left out.
    ///
    /// # Errors
    /// When a kind is none of ours.
    pub fn record<'v>(&self, values: impl IntoIterator<Item = (&'v str, String)>) -> Result<Foreign, String> {
        let (mut record, mut review) = (Foreign::default(), Review::default());
        let constants = self.constants.iter().map(|(field, value)| (*field, field.as_str(), value.clone()));
        let values = values.into_iter().map(|(column, value)| (self.field(column), column, value));
        let mut rated = false;
        for (field, name, value) in constants.chain(values) {
            if value.is_empty() || field == Field::Ignore {
                continue;
            }
            rated |= matches!(field, Field::Label | Field::Rating | Field::Url | Field::Says);
            set(&mut record, &mut review, field, name, value)?;
        }
        // A table of claims that nobody rated is a table of claims.
        if rated {
            record.reviews.push(review);
        }
        Ok(record)
    }
}

/// Why a value cannot be the same for all rows.
fn unfit(field: Field, value: &str) -> Option<String> {
    match field {
        Field::Statement | Field::Extra | Field::Ignore => Some("is no constant".into()),
        Field::Kind => value.parse::<ClaimKind>().err().map(|e| e.to_string()),
        _ if value.trim().is_empty() => Some("is empty; leave it out".into()),
        _ => None,
    }
}

fn set(record: &mut Foreign, review: &mut Review, field: Field, name: &str, value: String) -> Result<(), String> {
    let place = match field {
        Field::Statement => &mut record.statement,
        Field::Speaker => &mut record.speaker,
        Field::Lang => &mut record.lang,
        Field::ClaimDate => &mut review.claim_dated,
        Field::Label => &mut review.label,
        Field::Rating => &mut review.value,
        Field::Worst => &mut review.worst,
        Field::Best => &mut review.best,
        Field::Scale => &mut review.scale,
        Field::Publisher => &mut review.publisher,
        Field::Url => &mut review.url,
        Field::Archive => &mut review.archive,
        Field::Title => &mut review.title,
        Field::Date => &mut review.dated,
        Field::Says => &mut review.says,
        Field::ReviewLang => &mut review.lang,
        Field::Note => &mut review.note,
        Field::Kind => {
            record.kind = Some(value.trim().parse().map_err(|e: crate::claim::vocab::NotInVocabulary| e.to_string())?);
            return Ok(());
        }
        Field::Actor => return one_more(&mut record.actors, value),
        Field::Place => return one_more(&mut record.places, value),
        Field::Tag => return one_more(&mut record.tags, value),
        Field::Extra => {
            let name = if name.is_empty() { "(unnamed column)" } else { name };
            record.extra.push(Extra { name: name.into(), value });
            return Ok(());
        }
        Field::Ignore => return Ok(()),
    };
    *place = Some(value);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the arms of one match")]
fn one_more(list: &mut Vec<String>, value: String) -> Result<(), String> {
    list.push(value);
    Ok(())
}

/// A mapping to fill in, for the columns of a file.
pub fn template(columns: &[String]) -> String {
    let mut out = String::from("# What each column of the file is. Fields:\n#\n");
    for field in Field::ALL {
        out.extend([
            "#   ",
            field.as_str(),
            &" ".repeat(13_usize.saturating_sub(field.as_str().len())),
            field.about(),
            "\n",
        ]);
    }
    out.push_str("\n[columns]\n");
    for column in columns {
        out.extend([quoted(column).as_str(), " = \"extra\"\n"]);
    }
    out.push_str("\n# What is the same for every row.\n[constants]\n# lang = \"en\"\n# scale = \"five steps\"\n");
    out
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.extend([String::from("\\u"), format!("{:04X}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
