//! The reference of the language, from the table of fields: `docs/query.md`, the help of verbs, what a shell completes.

use std::fmt::Write as _;

use super::field::{Entry, FIELDS, Shape};
use super::{MAX_CHARS, MAX_DEPTH};

/// The begin of the page; the rest follows from the table.
const HEAD: &str = "\
# The query language

`list`, `export` and `history --where` take a query. It is the same language everywhere.

<!-- Written by the program: ONRECORD_BLESS=1 cargo test --test it query:: -->

| form | finds claims |
|---|---|
| `missiles` | with this word in the statement |
| `\"over 200\"` | with these words, one after the other |
| `finding:conflicting` | whose field has this value |
| `-state:withdrawn` | for which it does not hold |
| `a b` | for which both hold; `a AND b` says the same |
| `a OR b` | for which one holds; binds less than a space: `a b OR c` is `(a b) OR c` |
| `(a OR b) c`, `-(a b)` | grouped, and a group negated; `NOT a` says the same as `-a` |
| `finding:(refuted OR conflicting)` | with one of several values of a field |
| `quantity:100..300`, `clusters:2..`, `due:..2026-12-01` | in a range, both ends in it, or open at one end |
| `verified:..` | that have any value there |

`OR`, `AND` and `NOT` are written in capitals. Words and names are compared without accents and without regard to case. In
quotation marks, `\\\"` is a quotation mark and `\\\\` a backslash.

**On a shell** put the whole query in single quotes: `onrecord list 'speaker:\"Fuad Hussein\" -finding:supported'`. Given as several
words it is put together again: `onrecord list hedge:evidential speaker:\"Fuad Hussein\"` means the same with or without them. A query
that begins with `-` goes after `--`.

**Dates** are UTC, and a date stands for all of itself: `2026-11-22` for the day, `2026-11` for the month, `2026` for the year, and
`2026-11-22T07:12Z` for the minute. A range reaches from the begin of its first to the end of its last. `time` takes whatever EDTF can say
(`2024-23` is autumn 2024) and finds what overlaps: `time:2024-10` finds 1 October 2024, and 2024 too.

**What is withheld** does not match: a claim whose wording is not here has no words, names or numbers to find. Negated, it does.

";

/// The page `docs/query.md`.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("## Fields\n\n| field | looks at | takes | example |\n|---|---|---|---|\n");
    for entry in FIELDS {
        let alias = entry.alias.map_or_else(String::new, |a| format!(", `{a}`"));
        let takes = match entry.shape {
            Shape::Word(all) => all().iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "),
            shape => shape.takes(),
        };
        let Entry { name, says, example, .. } = entry;
        let _ = writeln!(page, "| `{name}`{alias} | {says} | {takes} | `{example}` |");
    }
    let _ = write!(
        page,
        "\n*Part of it*: the value may stand anywhere in the name. *All of it*: the value is the whole.\n\n\
        A query has at most {MAX_CHARS} characters, and parentheses and negations are nested at most {MAX_DEPTH} deep.\n"
    );
    page
}

/// The fields for the help of a verb, one a line.
pub fn summary() -> String {
    let mut text = String::from("Fields:\n");
    for Entry { name, says, example, .. } in FIELDS {
        let _ = writeln!(text, "  {name:<11} {says}, as {example}");
    }
    text
}

/// What a shell can complete: every field, with each of its values where they are a closed list.
pub fn completions() -> Vec<String> {
    let mut words = Vec::new();
    for Entry { name, shape, .. } in FIELDS {
        match shape {
            Shape::Word(all) => words.extend(all().iter().map(|w| format!("{name}:{w}"))),
            Shape::Bool => words.extend(["true", "false"].map(|w| format!("{name}:{w}"))),
            _ => words.push(format!("{name}:")),
        }
    }
    words
}
