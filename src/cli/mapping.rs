//! Mappings of an import as files: TOML with `[columns]`, `[constants]` and `[options]`.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::error::CliError;
use crate::exchange::import::map::Mapping;
use crate::text::printable_line;

/// Longest mapping file, in bytes.
const MAX_FILE: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    columns: BTreeMap<String, String>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    options: Options,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Options {
    delimiter: Option<String>,
}

/// A mapping and how the file is cut.
#[derive(Debug)]
pub struct Map {
    /// Columns to fields.
    pub mapping: Mapping,
    /// What stands between two cells.
    pub delimiter: u8,
}

/// Reads a mapping file.
///
/// # Errors
/// When it cannot be read, or says what no mapping can say.
pub fn read(path: &Path) -> Result<Map, CliError> {
    let name = printable_line(&path.display().to_string());
    let cannot = |e: &dyn std::error::Error| {
        CliError::bad_input(format!("cannot read the mapping {name}"))
            .because(e)
            .hint("`onrecord import --format csv --map-template FILE` prints one to fill in")
    };
    let len = std::fs::metadata(path).map_err(|e| cannot(&e))?.len();
    if len > MAX_FILE {
        return Err(CliError::bad_input(format!("the mapping {name} is longer than {MAX_FILE} bytes"))
            .hint("is it the file to import? `--map` names the mapping"));
    }
    let text = std::fs::read_to_string(path).map_err(|e| cannot(&e))?;
    let file: File = toml::from_str(&text).map_err(|e| {
        let place = e.span().map_or(String::new(), |span| {
            format!(", line {}", text.get(..span.start).unwrap_or_default().matches('\n').count() + 1)
        });
        CliError::bad_input(format!("{name}{place}: not a mapping"))
            .cause(printable_line(e.message()))
            .hint("a mapping has `[columns]` with `\"column\" = \"field\"`, and may have `[constants]` and `[options]`")
    })?;
    let delimiter = delimiter(file.options.delimiter.as_deref()).map_err(|why| {
        CliError::bad_input(format!("{name}: {why}")).hint("such as `delimiter = \";\"` or `delimiter = \"\\t\"`")
    })?;
    let mapping = Mapping::new(file.columns, file.constants).map_err(|wrong| {
        let n = wrong.len();
        let what = if n == 1 { "1 mistake".to_owned() } else { format!("{n} mistakes") };
        wrong
            .iter()
            .fold(CliError::bad_input(format!("{name}: {what} in the mapping")), |error, w| error.cause(w.to_string()))
            .hint("`docs/import.md` says what each field is; `--map-template FILE` prints them all")
    })?;
    Ok(Map { mapping, delimiter })
}

fn delimiter(text: Option<&str>) -> Result<u8, &'static str> {
    match text.map(str::as_bytes) {
        None => Ok(b','),
        Some([b @ (b',' | b';' | b'\t' | b'|')]) => Ok(*b),
        Some(_) => Err("the delimiter is a comma, a semicolon, a tab or a bar"),
    }
}
