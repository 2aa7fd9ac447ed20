//! Measures `onrecord` and its peer; see README.md beside this crate.

mod ask;
mod export;
mod measure;
mod ours;
mod peer;
mod report;
mod search;
mod synth;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Anything that goes wrong ends the measurement.
pub type Failure = Box<dyn std::error::Error>;

const USAGE: &str = "\
onrecord-bench run [--claims N]... [--repeat N] [--dir DIR] [--out FILE.json]
    all scenarios; --claims is the size of a bulk add (100000 and 1000000 if not given), --repeat how often
    the smaller scenarios run, --dir a scratch folder on the disk to be measured
onrecord-bench one SCENARIO DIR NUMBER BATCH
    one of bulk, peer, judge, prove, list, show, audit, search, fts-peer, in this process: what `run` starts, each in a process of its own
onrecord-bench one export DIR FORMAT
    a claim set of what `one bulk DIR ...` made";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.first().map(String::as_str) {
        Some("run") => run(&arguments[1..]),
        Some("one") => one(&arguments[1..]).map(|value| println!("{value}")),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e}");
            ExitCode::FAILURE
        }
    }
}

fn one(arguments: &[String]) -> Result<Value, Failure> {
    if let [scenario, folder, format] = arguments
        && scenario == "export"
    {
        return export::export(Path::new(folder), format);
    }
    let [scenario, folder, number, batch] = arguments else { return Err(USAGE.into()) };
    let (folder, number, batch) = (Path::new(folder), number.parse::<usize>()?, batch.parse::<usize>()?);
    match scenario.as_str() {
        "bulk" => ours::bulk(folder, number, batch, number >= ours::LOOKUPS),
        "peer" => peer::bulk(folder, number, batch, number >= ours::LOOKUPS),
        "judge" => ours::judge(folder, number),
        "prove" => ours::prove(folder, number),
        "audit" => ours::audit(folder),
        "ask" => ask::ask(folder, number),
        "search" => search::ours(folder, number),
        "fts-peer" => search::peer(folder, number, batch),
        "show" => ours::process(folder, &["show", &(number / 2).to_string()], 15),
        "list" => {
            let queries: [&[&str]; 5] = [
                &["list", "finding:supported"],
                &["list", "finding:supported", "kind:event"],
                &["list", "--limit", "50", "kind:quantity"],
                &["list", "state:published"],
                &["list", "--limit", "50"],
            ];
            let results: Result<Vec<Value>, Failure> = queries.iter().map(|q| ours::process(folder, q, 5)).collect();
            Ok(Value::Array(results?))
        }
        _ => Err(USAGE.into()),
    }
}

/// Runs one scenario in a process of its own, so that its peak memory is its own.
fn child(scenario: &str, folder: &Path, number: usize, batch: usize) -> Result<Value, Failure> {
    eprintln!("{scenario} {number} {batch}");
    let output = std::process::Command::new(std::env::current_exe()?)
        .args(["one", scenario])
        .arg(folder)
        .args([number.to_string(), batch.to_string()])
        .stderr(std::process::Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{scenario} failed").into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Both sides, the one after the other, in a fresh folder that stays.
fn pair(folder: &Path, claims: usize, batch: usize) -> Result<Value, Failure> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    let ours = child("bulk", folder, claims, batch)?;
    let peer = child("peer", folder, claims, batch)?;
    let _ = std::fs::remove_dir_all(folder.join("peer"));
    if ours["lookups"]["answers"] != peer["lookups"]["answers"] {
        return Err(format!("different answers: {} and {}", ours["lookups"], peer["lookups"]).into());
    }
    Ok(json!({ "onrecord": ours, "sqlite": peer }))
}

fn run(arguments: &[String]) -> Result<(), Failure> {
    let (mut sizes, mut repeat, mut dir, mut out) = (Vec::new(), 3_usize, PathBuf::from("target/bench"), None);
    let mut rest = arguments.iter();
    while let Some(name) = rest.next() {
        let value = rest.next().ok_or(USAGE)?;
        match name.as_str() {
            "--claims" => sizes.push(value.parse::<usize>()?),
            "--repeat" => repeat = value.parse()?,
            "--dir" => dir = value.into(),
            "--out" => out = Some(PathBuf::from(value)),
            _ => return Err(USAGE.into()),
        }
    }
    if sizes.is_empty() {
        sizes = vec![100_000, 1_000_000];
    }
    let mut results = json!({ "appends": [], "bulk": [] });
    let repeated = |claims, batch| -> Result<Value, Failure> {
        (0..repeat).map(|_| pair(&dir.join("append"), claims, batch)).collect::<Result<Vec<_>, _>>().map(Value::Array)
    };
    for (claims, batch) in [(200, 1), (5_000, 100), (100_000, 10_000)] {
        let runs = repeated(claims, batch)?;
        results["appends"].as_array_mut().ok_or("bug")?.push(json!({ "batch": batch, "runs": runs }));
    }
    let largest = sizes.iter().copied().max().unwrap_or_default();
    for claims in sizes {
        let folder = dir.join(format!("bulk-{claims}"));
        let result = pair(&folder, claims, 10_000)?;
        results["bulk"].as_array_mut().ok_or("bug")?.push(result);
        if claims == largest {
            results["judge"] = child("judge", &folder, 1_000, 1)?;
            for scenario in ["audit", "prove", "show", "list"] {
                let number = if scenario == "prove" { 200 } else { claims };
                results[scenario] = child(scenario, &folder, number, 1)?;
            }
        }
    }
    println!("{}", report::markdown(&results));
    if let Some(path) = out {
        std::fs::write(path, format!("{results:#}\n"))?;
    }
    Ok(())
}
