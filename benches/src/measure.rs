//! Clocks, memory, medians.

use std::time::{Duration, Instant};

/// A clock that can be stopped while input is made.
#[derive(Debug, Default)]
pub struct Clock {
    total: Duration,
    processor: f64,
}

impl Clock {
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (begun, used) = (Instant::now(), processor_seconds());
        let result = work();
        self.total += begun.elapsed();
        self.processor += processor_seconds() - used;
        result
    }

    /// Processor time of the whole process meanwhile, user and system, all threads.
    pub fn processor_seconds(&self) -> f64 {
        self.processor
    }

    pub fn seconds(&self) -> f64 {
        self.total.as_secs_f64()
    }
}

/// Milliseconds that `work` takes.
pub fn millis<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let begun = Instant::now();
    let result = work();
    (begun.elapsed().as_secs_f64() * 1e3, result)
}

/// The middle value (the upper of two).
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Processor time of this process so far; the system counts in hundredths.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().skip(11).take(2).filter_map(|f| f.parse().ok()).collect())
        .unwrap_or_default();
    fields.iter().sum::<f64>() / 100.0
}

/// Most memory that this process ever had resident, in MiB (VmHWM).
pub fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}

/// Bytes of all files below `folder`, in MiB.
pub fn disk(folder: &std::path::Path) -> f64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0.0 };
    entries
        .flatten()
        .map(|e| match e.metadata() {
            Ok(m) if m.is_dir() => disk(&e.path()),
            Ok(m) => m.len() as f64 / 1048576.0,
            Err(_) => 0.0,
        })
        .sum()
}
