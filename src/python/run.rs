//! A job beside the thread that called, which lets Python go on, looks for Ctrl-C, and tells how far the job is.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use super::batches::Raised;
use super::errors::{of_error, of_program};
use super::options::Options;
use crate::disk::Workspace;
use crate::error::Result;
use crate::progress::{Progress, Stage};

/// How often the thread that called looks for Ctrl-C: a wait that nobody notices.
const LOOK: Duration = Duration::from_millis(50);

/// What a job made, and how long its stages took in seconds.
pub struct Done<T> {
    pub product: T,
    pub timings: Vec<(String, f64)>,
}

/// Runs `job` on threads of its own. `raised` is what Python code raised that the job called: it goes before what the job
/// made of it.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    options: &Options,
    raised: &Raised,
    job: impl FnOnce(&Workspace, &dyn Progress) -> Result<T> + Send + 'static,
) -> PyResult<Done<T>> {
    let workspace = options.workspace()?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.threads.unwrap_or(0)).build();
    let pool = pool.map_err(|error| of_program(anyhow::Error::new(error).context("cannot start threads")))?;
    let watch = Arc::new(Watch::default());
    let (tell, told) = channel();
    let worker = thread::spawn({
        let watch = Arc::clone(&watch);
        move || {
            let result = pool.install(|| job(&workspace, &*watch));
            // Nobody waits any more after Ctrl-C.
            let _ = tell.send(());
            result
        }
    });
    let mut told = Some(told);
    let mut shown = Shown::default();
    let mut interrupted = None;
    while let Some(waiting) = told.take() {
        let (waiting, ended) = py.detach(move || {
            let ended = waiting.recv_timeout(LOOK);
            (waiting, ended)
        });
        let news = watch.news();
        let looked = shown.show(py, news, options.progress.as_ref()).and_then(|()| py.check_signals());
        if let Err(error) = looked {
            watch.cancelled.store(true, Ordering::Relaxed);
            interrupted = Some(error);
            break;
        }
        if ended == Err(RecvTimeoutError::Timeout) {
            told = Some(waiting);
        }
    }
    let result = py.detach(|| worker.join()).unwrap_or_else(|panic| resume_unwind(panic));
    if let Some(error) = interrupted {
        return Err(error);
    }
    if let Some(error) = raised.lock().unwrap_or_else(PoisonError::into_inner).take() {
        return Err(error);
    }
    let product = result.map_err(of_error)?;
    Ok(Done { product, timings: shown.timings() })
}

/// Notes how far a job is.
#[derive(Default)]
struct Watch {
    cancelled: AtomicBool,
    /// Of the current stage.
    done: AtomicU64,
    events: Mutex<Vec<Event>>,
}

enum Event {
    Begun { stage: Stage, total: Option<u64>, at: Instant },
    Told(String),
    Warned(String),
}

impl Watch {
    fn note(&self, event: Event) {
        self.events.lock().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    /// What happened since the last call, and what is done of the current stage.
    fn news(&self) -> (Vec<Event>, u64) {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        (std::mem::take(&mut *events), self.done.load(Ordering::Relaxed))
    }
}

impl Progress for Watch {
    fn begin(&self, stage: Stage, total: Option<u64>) {
        self.done.store(0, Ordering::Relaxed);
        // A total of nothing is one that is not known: of a table, or a stream.
        self.note(Event::Begun { stage, total: total.filter(|total| *total > 0), at: Instant::now() });
    }

    fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }

    fn tell(&self, message: &str) {
        self.note(Event::Told(message.to_owned()));
    }

    fn warn(&self, message: &str) {
        self.note(Event::Warned(message.to_owned()));
    }

    fn cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// What was shown of a job.
#[derive(Default)]
struct Shown {
    stages: Vec<(Stage, Instant)>,
    total: Option<u64>,
    done: u64,
}

impl Shown {
    fn show(&mut self, py: Python<'_>, (events, done): (Vec<Event>, u64), call: Option<&Py<PyAny>>) -> PyResult<()> {
        let call = |stage: Stage, done: u64, total: Option<u64>| {
            call.map_or(Ok(()), |call| call.call1(py, (stage.name(), done, total)).map(drop))
        };
        for event in events {
            match event {
                Event::Begun { stage, total, at } => {
                    self.stages.push((stage, at));
                    (self.total, self.done) = (total, 0);
                    call(stage, 0, total)?;
                }
                Event::Told(message) => {
                    py.import("logging")?.call_method1("getLogger", ("wirecopy",))?.call_method1("info", (message,))?;
                }
                Event::Warned(message) => {
                    py.import("warnings")?.call_method1("warn", (message,))?;
                }
            }
        }
        match self.stages.last() {
            Some((stage, _)) if done != self.done => {
                self.done = done;
                call(*stage, done, self.total)
            }
            _ => Ok(()),
        }
    }

    /// The stages and the seconds they took, in order; a stage that came twice stands once.
    fn timings(&self) -> Vec<(String, f64)> {
        let ends = self.stages.iter().skip(1).map(|(_, at)| *at).chain([Instant::now()]);
        let mut timings: Vec<(String, f64)> = Vec::new();
        for ((stage, began), ended) in self.stages.iter().zip(ends) {
            let seconds = ended.duration_since(*began).as_secs_f64();
            match timings.iter_mut().find(|(name, _)| name == stage.name()) {
                Some((_, sum)) => *sum += seconds,
                None => timings.push((stage.name().to_owned(), seconds)),
            }
        }
        timings
    }
}
