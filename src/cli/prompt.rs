//! Questions to a person at a terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Whether there is somebody to ask.
pub fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question on stderr and reads a line; empty where nothing comes.
pub fn ask(question: &str) -> String {
    let mut out = std::io::stderr().lock();
    // A question that cannot be shown is answered by nothing, which is never a yes.
    let _ = write!(out, "{question} ").and_then(|()| out.flush());
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line.trim().to_lowercase()
}

/// Whether a person says yes to a question; anything but `y` and `yes` is no.
pub fn agrees(question: &str) -> bool {
    matches!(ask(&format!("{question} [y/N]")).as_str(), "y" | "yes")
}
