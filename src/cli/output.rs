//! What reaches the terminal: data on stdout, talk on stderr, colour never alone, a closed pipe no error.

use std::io::{self, IsTerminal as _, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::error::CliError;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a piece of text is, for colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Stands out.
    Strong,
    /// Steps back.
    Faint,
    /// All is well.
    Good,
    /// Something is wrong.
    Bad,
    /// Something needs care.
    Care,
}

/// Where verbs write to.
#[derive(Debug)]
pub struct Output {
    /// JSON instead of text.
    pub json: bool,
    /// No talk on stderr.
    pub quiet: bool,
    /// Width of a line, in columns.
    pub width: usize,
    color: bool,
}

impl Output {
    /// For this process's stdout and stderr.
    pub fn new(json: bool, quiet: bool, color: Color) -> Self {
        let terminal = io::stdout().is_terminal();
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
        };
        let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok());
        let asked = if terminal { Table::new().width().map(usize::from) } else { None };
        let width = columns.or(asked).unwrap_or(100).clamp(40, 200);
        Self { json, quiet, width, color }
    }

    /// Writes a line of data.
    ///
    /// # Errors
    /// When stdout cannot be written; a closed pipe ends the program quietly instead.
    pub fn line(&self, text: impl AsRef<str>) -> Result<(), CliError> {
        self.raw(format!("{}\n", text.as_ref()).as_bytes())
    }

    /// Writes bytes of data.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn raw(&self, bytes: &[u8]) -> Result<(), CliError> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Ok(()) => Ok(()),
            // The reader has seen enough (`onrecord list | head`): that is no error.
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
            Err(source) => Err(CliError::cannot_run(format!("cannot write to stdout: {source}")).hint(
                "only the answer is missing: if the command writes, `onrecord history` shows what it has recorded",
            )),
        }
    }

    /// Writes one JSON value and a line feed.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn json<T: Serialize>(&self, value: &T) -> Result<(), CliError> {
        let mut bytes =
            serde_json::to_vec_pretty(value).map_err(|e| CliError::bug(format!("a value cannot be written: {e}")))?;
        bytes.push(b'\n');
        self.raw(&bytes)
    }

    /// Says something beside the data, unless `--quiet`.
    pub fn note(&self, text: impl AsRef<str>) {
        if !self.quiet {
            // Talk that cannot be heard is no reason to fail.
            let _ = writeln!(io::stderr(), "{}", text.as_ref());
        }
    }

    /// Writes a table with a heading row; its text is made printable by the caller.
    ///
    /// # Errors
    /// As [`Output::line`].
    pub fn table(&self, heading: &[&str], rows: &[Vec<String>]) -> Result<(), CliError> {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(self.width).unwrap_or(u16::MAX));
        table.set_header(heading.iter().map(|h| self.tone(Tone::Strong, h)));
        for row in rows {
            table.add_row(row);
        }
        table.lines().try_for_each(|line| self.line(line.trim_end()))
    }

    /// The text, coloured if colour is wanted.
    pub fn tone(&self, tone: Tone, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Strong => "1",
            Tone::Faint => "2",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Care => "33",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Breaks text into lines of the output's width, each after `indent` spaces.
    pub fn wrap(&self, text: &str, indent: usize) -> String {
        Self::wrap_at(text, indent, self.width)
    }

    /// Breaks text into lines of at most `width` columns, each after `indent` spaces.
    pub fn wrap_at(text: &str, indent: usize, width: usize) -> String {
        let room = width.saturating_sub(indent).max(20);
        let pad = " ".repeat(indent);
        let mut out = String::new();
        for paragraph in crate::text::printable(text).split('\n') {
            let mut used = 0;
            for word in paragraph.split(' ') {
                let len = unicode_width::UnicodeWidthStr::width(word);
                if used == 0 {
                    out.push_str(&pad);
                } else if used + 1 + len > room {
                    out.push('\n');
                    out.push_str(&pad);
                    used = 0;
                } else {
                    out.push(' ');
                    used += 1;
                }
                out.push_str(word);
                used += len;
            }
            out.push('\n');
        }
        out.truncate(out.trim_end_matches('\n').len());
        out
    }
}

/// A number with its noun: `1 entry`, `2 entries`, `0 pages`.
pub fn counted(number: impl TryInto<u64>, one: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    match (number, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        _ => format!("{number} {one}s"),
    }
}
