//! The results as a table.

use std::fmt::Write as _;

use serde_json::Value;

use crate::measure::median;

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// The median over the runs of `pick`.
fn over(runs: &Value, pick: impl Fn(&Value) -> f64) -> f64 {
    median(runs.as_array().map(|runs| runs.iter().map(pick).collect()).unwrap_or_default())
}

/// A table for each sort of scenario.
pub fn markdown(results: &Value) -> String {
    let mut text = String::from(
        "| claims a batch | onrecord claims/s | SQLite claims/s | ratio | onrecord ms/batch | SQLite ms/batch | ratio of processor time |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for append in results["appends"].as_array().into_iter().flatten() {
        let runs = &append["runs"];
        let rate = |side: &str| over(runs, |r| number(&r[side]["claims_a_second"]));
        let batch = |side: &str| over(runs, |r| number(&r[side]["median_batch_ms"]));
        let ratio = over(runs, |r| number(&r["onrecord"]["claims_a_second"]) / number(&r["sqlite"]["claims_a_second"]));
        let used = |r: &Value, side: &str| number(&r[side]["processor_seconds"]);
        let processor = over(runs, |r| used(r, "sqlite") / used(r, "onrecord"));
        let _ = writeln!(
            text,
            "| {} | {:.0} | {:.0} | {ratio:.2} | {:.2} | {:.2} | {processor:.2} |",
            append["batch"],
            rate("onrecord"),
            rate("sqlite"),
            batch("onrecord"),
            batch("sqlite"),
        );
    }
    text.push_str("\n| bulk add, 10,000 a batch | onrecord | SQLite | ratio |\n|---|---:|---:|---:|\n");
    for bulk in results["bulk"].as_array().into_iter().flatten() {
        let (ours, peer) = (&bulk["onrecord"], &bulk["sqlite"]);
        let claims = &ours["claims"];
        let mut row = |what: &str, path: &[&str], unit: &str, higher: bool| {
            let get = |side: &Value| number(path.iter().fold(side, |v, key| &v[*key]));
            let (a, b) = (get(ours), get(peer));
            let ratio = if higher { a / b } else { b / a };
            let _ = writeln!(text, "| {claims}: {what} | {a:.1} {unit} | {b:.1} {unit} | {ratio:.2} |");
        };
        row("claims a second", &["claims_a_second"], "", true);
        row("processor time", &["processor_seconds"], "s", false);
        row("peak memory", &["peak_mib"], "MiB", false);
        row("on disk", &["disk_mib"], "MiB", false);
        row("open", &["open_ms"], "ms", false);
        row("10,000 by number", &["lookups", "by_number_ms"], "ms", false);
        row("10,000 by content", &["lookups", "by_content_ms"], "ms", false);
        row("10,000 by speaker", &["lookups", "by_speaker_ms"], "ms", false);
    }
    text.push_str("\n| on the largest ledger | |\n|---|---:|\n");
    let mut line = |what: &str, value: String| {
        let _ = writeln!(text, "| {what} | {value} |");
    };
    line("evidence and verdict on 1,000 claims", format!("{:.0} ms", number(&results["judge"]["milliseconds"])));
    line("open, in the library", format!("{:.1} ms", number(&results["prove"]["open_ms"])));
    line("prove one claim", format!("{:.2} ms", number(&results["prove"]["prove_median_ms"])));
    line("check one proof", format!("{:.2} ms", number(&results["prove"]["check_median_ms"])));
    line("`onrecord show`, whole process", format!("{:.1} ms", number(&results["show"]["median_ms"])));
    for list in results["list"].as_array().into_iter().flatten() {
        let command = list["command"].as_str().unwrap_or_default();
        line(
            &format!("`onrecord {command}`, {} lines", list["lines"]),
            format!("{:.0} ms", number(&list["median_ms"])),
        );
    }
    line("audit without lint", format!("{:.0} entries/s", number(&results["audit"]["entries_a_second"])));
    line("audit, peak memory", format!("{:.0} MiB", number(&results["audit"]["peak_mib"])));
    text
}
