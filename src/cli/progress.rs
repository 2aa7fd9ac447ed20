//! How far something is that takes longer than a second: a bar on stderr, where that is a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// What takes less is not worth a bar.
const QUIET: Duration = Duration::from_secs(1);

/// Steps between two looks at the watch.
const STRIDE: u64 = 1_024;

/// A bar that shows itself after a second.
pub struct Progress {
    bar: Option<ProgressBar>,
    begun: Instant,
    whole: u64,
    steps: u64,
    shown: bool,
}

impl Progress {
    /// For something with `whole` parts.
    pub fn new(whole: u64, out: &Output) -> Self {
        let bar = (!out.quiet).then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr()));
        Self { bar, begun: Instant::now(), whole, steps: 0, shown: false }
    }

    /// `done` parts are done.
    pub fn at(&mut self, done: u64) {
        self.steps += 1;
        let Some(bar) = self.bar.as_ref().filter(|_| self.steps.is_multiple_of(STRIDE)) else { return };
        if !self.shown && self.begun.elapsed() > QUIET {
            self.shown = true;
            bar.set_length(self.whole);
            if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent}% {eta}") {
                bar.set_style(style);
            }
        }
        if self.shown {
            bar.set_position(done);
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }
}
