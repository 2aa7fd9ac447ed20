//! `onrecord witness serve`: a witness for others, over HTTP.

use super::witness::{Serve, folder_error};
use crate::cli::context::Context;
use crate::cli::error::{CliError, Exit};
use crate::witness::Witness;

/// Serves until stopped.
///
/// # Errors
/// When the folder cannot be used, another process serves from it, or the address cannot be listened on.
#[cfg(feature = "net")]
pub fn run(args: &Serve, cx: &Context<'_>) -> Result<Exit, CliError> {
    use std::io::Write as _;
    use std::sync::Arc;

    use crate::cli::output::counted;
    use crate::net::serve::{Served, serve};
    use crate::time::{Clock as _, SystemClock};

    let witness = Witness::open(&args.dir).map_err(|e| folder_error(&e, &args.dir))?;
    let _lock = witness.lock().map_err(|e| folder_error(&e, &args.dir))?;
    // Read once now, so that damage shows before anybody asks.
    let logs = witness.logs().map_err(|e| folder_error(&e, &args.dir))?;
    let (name, vkey) = (witness.verifier().name().to_owned(), witness.verifier().to_string());
    if !args.listen.ip().is_loopback() {
        cx.out.note(format!("note: {} can be reached from other machines, in plain HTTP; a proxy in front of it gives it https and limits", args.listen));
    }
    if logs.is_empty() {
        cx.out.note(format!(
            "note: this witness knows no log yet; `onrecord witness add-log {} VKEY` adds one",
            args.dir.display()
        ));
    }
    let quiet = cx.out.quiet;
    let served = Arc::new(Served {
        witness,
        // A clock before 1970 gives 0, and then nothing is cosigned.
        now: Box::new(|| u64::try_from(SystemClock.now().millis() / 1_000).unwrap_or(0)),
        log: Box::new(move |status, words| {
            if !quiet || status == 500 {
                let time = SystemClock.now();
                // Talk that cannot be heard is no reason to fail.
                let _ = writeln!(std::io::stderr(), "{time} {status} {}", crate::text::printable_line(words));
            }
        }),
    });
    let ready = |address: std::net::SocketAddr| {
        let said = if cx.out.json {
            cx.out.json(&serde_json::json!({
                "onrecord": 1, "witness": name, "vkey": vkey, "url": format!("http://{address}"), "logs": logs.len(),
            }))
        } else {
            cx.out.line(format!("witness {name} for {} at http://{address}", counted(logs.len(), "log")))
        };
        // Whoever does not read stdout is still served.
        drop(said);
    };
    serve(served, args.listen, ready).map_err(|e| {
        CliError::cannot_run("the witness is not served")
            .because(&e)
            .hint("name another port with `--listen 127.0.0.1:PORT`")
    })?;
    cx.out.note("stopped; everything cosigned is on disk");
    Ok(Exit::Done)
}

/// Says that it cannot.
///
/// # Errors
/// Always.
#[cfg(not(feature = "net"))]
pub fn run(args: &Serve, _: &Context<'_>) -> Result<Exit, CliError> {
    Witness::open(&args.dir).map_err(|e| folder_error(&e, &args.dir))?;
    Err(super::witness_request::no_network())
}
