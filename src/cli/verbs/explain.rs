//! `onrecord explain`: what a code means, and what to do.

use serde::Serialize;

use crate::audit::Code;
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::cli::output::Tone;

/// Say what a code of the audit or of a refusal means.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The code, such as L05, S09, G04 or W03; without it, all of them in a line each
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

#[derive(Serialize)]
struct Explained {
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    means: &'static str,
    why: Option<&'static str>,
    example: Option<&'static str>,
    next: &'static str,
}

impl Explained {
    fn of(code: Code) -> Self {
        Self {
            code: code.as_str(),
            severity: code.weight().severity(),
            title: code.title(),
            means: code.means(),
            why: code.lesson().map(|lesson| lesson.why),
            example: code.lesson().map(|lesson| lesson.example),
            next: code.next(),
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// When there is no such code.
pub fn run(args: &Args, cx: &Context<'_>) -> Result<Exit, CliError> {
    let codes = match &args.code {
        None => Code::ALL.to_vec(),
        Some(text) => vec![
            text.to_uppercase()
                .parse::<Code>()
                .map_err(|e| CliError::bad_input(e.to_string()).hint("`onrecord explain` alone lists all codes"))?,
        ],
    };
    let explained: Vec<Explained> = codes.iter().map(|code| Explained::of(*code)).collect();
    if cx.out.json {
        cx.out.json(&serde_json::json!({ "onrecord": 1, "codes": explained }))?;
    } else if let ([one], Some(_)) = (explained.as_slice(), &args.code) {
        cx.out.line(cx.out.tone(Tone::Strong, &format!("{} ({}): {}", one.code, one.severity, one.title)))?;
        cx.out.line(cx.out.wrap(one.means, 2))?;
        for (name, text) in [("why", one.why), ("example", one.example)] {
            if let Some(text) = text {
                cx.out.line(cx.out.wrap(&format!("{name}: {text}"), 2))?;
            }
        }
        cx.out.line(cx.out.wrap(&format!("next: {}", one.next), 2))?;
    } else {
        for e in &explained {
            cx.out.line(format!("{}  {:<8} {}", e.code, e.severity, e.title))?;
        }
    }
    Ok(Exit::Done)
}
