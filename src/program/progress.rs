//! Bars on standard error while a scan runs, and the time each stage took.

use std::fmt;
use std::io::{self, IsTerminal};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::program::console::Talk;
use crate::program::interrupt;
use crate::progress::{Progress, Stage};
use crate::report::escape::printable;

/// Shows a bar for the current stage if standard error is a terminal and the user does not want quiet.
pub struct Bars {
    talk: Talk,
    on_terminal: bool,
    bar: RwLock<ProgressBar>,
    stages: Mutex<Vec<Timed>>,
}

/// A stage, when it began, and how long it took so far if it has ended.
struct Timed {
    name: &'static str,
    began: Instant,
    seconds: Option<f64>,
}

impl Bars {
    pub fn new(talk: Talk) -> Bars {
        Bars {
            talk,
            on_terminal: io::stderr().is_terminal(),
            bar: RwLock::new(ProgressBar::hidden()),
            stages: Mutex::new(Vec::new()),
        }
    }

    /// Ends the current stage and takes its bar away.
    pub fn finish(&self) {
        self.bar.read().unwrap_or_else(PoisonError::into_inner).finish_and_clear();
        let mut stages = self.stages();
        if let Some(stage) = stages.last_mut().filter(|stage| stage.seconds.is_none()) {
            let seconds = stage.began.elapsed().as_secs_f64();
            stage.seconds = Some(seconds);
            if self.talk == Talk::Verbose {
                eprintln!("{:<10} {seconds:>8.2} s", stage.name);
            }
        }
    }

    /// A stage of the program itself begins; it has no bar.
    pub fn begin_own(&self, name: &'static str) {
        self.finish();
        self.stages().push(Timed { name, began: Instant::now(), seconds: None });
    }

    /// The stages and the seconds they took, in order; a stage that came twice stands once.
    pub fn timings(&self) -> Vec<(String, f64)> {
        let mut timings: Vec<(String, f64)> = Vec::new();
        for stage in self.stages().iter() {
            let seconds = stage.seconds.unwrap_or_else(|| stage.began.elapsed().as_secs_f64());
            match timings.iter_mut().find(|(name, _)| name == stage.name) {
                Some((_, sum)) => *sum += seconds,
                None => timings.push((stage.name.to_owned(), seconds)),
            }
        }
        timings
    }

    fn stages(&self) -> MutexGuard<'_, Vec<Timed>> {
        self.stages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bar_for(&self, stage: Stage, total: Option<u64>) -> ProgressBar {
        if !self.on_terminal || self.talk == Talk::Quiet {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
        let template = match (stage, total) {
            (Stage::Read, Some(_)) => "{prefix:<9} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
            (Stage::Read, None) => "{prefix:<9} {spinner} {bytes} {bytes_per_sec} {elapsed}",
            (_, Some(_)) => "{prefix:<9} {wide_bar} {human_pos}/{human_len} {rate} {eta}",
            (_, None) => "{prefix:<9} {spinner} {human_pos} {rate} {elapsed}",
        };
        let style = ProgressStyle::with_template(template).expect("the templates above are well-formed");
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // A figure that cannot be written is not worth an end.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        }));
        bar.set_prefix(stage.name());
        // Drawn now and then without news, too, so that a long step does not look like a standstill.
        bar.enable_steady_tick(Duration::from_millis(250));
        bar
    }
}

impl Progress for Bars {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        self.begin_own(stage.name());
        *self.bar.write().unwrap_or_else(PoisonError::into_inner) = self.bar_for(stage, total);
    }

    fn advance(&self, units: u64) {
        self.bar.read().unwrap_or_else(PoisonError::into_inner).inc(units);
    }

    fn tell(&self, message: &str) {
        if self.talk != Talk::Quiet {
            let bar = self.bar.read().unwrap_or_else(PoisonError::into_inner);
            bar.suspend(|| eprintln!("{}", printable(message)));
        }
    }

    fn warn(&self, message: &str) {
        self.tell(&format!("warning: {message}"));
    }

    fn cancelled(&self) -> bool {
        interrupt::requested()
    }
}
