//! The clock of one run. It tells the plugin's own computing from waiting in the host, so that a
//! slow download costs the plugin nothing, and it says when the run is overdue.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{Cause, Limits};

/// How often a running plugin is asked to look up.
pub(super) const TICK: Duration = Duration::from_millis(5);

/// The most that one look-up charges. On a loaded machine more passes between two of them, but then
/// the plugin was waiting for a processor; the wall clock still runs.
const CHARGE: Duration = TICK.saturating_mul(4);

/// What the host is doing while the plugin waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Pushing bytes at whoever reads the archive.
    Reader,
    /// Anything else: a PDF, a file, the case.
    Work,
}

/// Shared by the run and the one who watches it.
#[derive(Debug, Clone)]
pub(super) struct Meter(Arc<Mutex<Times>>);

#[derive(Debug)]
struct Times {
    limits: Limits,
    started: Instant,
    /// When the plugin's time was last charged, and how much of the time since was the host's.
    charged: Instant,
    in_host: Duration,
    computing: Duration,
    /// Waits for the reader that are over, and the one that is not.
    reader: Duration,
    reader_since: Option<Instant>,
    abandoned: bool,
}

impl Meter {
    pub(super) fn new(limits: Limits) -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(Times {
            limits,
            started: now,
            charged: now,
            in_host: Duration::ZERO,
            computing: Duration::ZERO,
            reader: Duration::ZERO,
            reader_since: None,
            abandoned: false,
        })))
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Charges the plugin for its time since the last look-up; an error when that was all it had.
    pub(super) fn charge(&self) -> Result<(), Cause> {
        let mut times = self.times();
        let now = Instant::now();
        let own = now
            .duration_since(times.charged)
            .saturating_sub(times.in_host);
        times.computing += own.min(CHARGE);
        times.charged = now;
        times.in_host = Duration::ZERO;
        if times.abandoned || times.computing > times.limits.computing {
            return Err(Cause::Computing(times.limits.computing));
        }
        Ok(())
    }

    /// The plugin's own time to the last look-up, and the time since the run began.
    pub(super) fn spent(&self) -> (Duration, Duration) {
        let times = self.times();
        (times.computing, times.started.elapsed())
    }

    /// Does blocking work for the plugin, on a thread that the runtime can spare, off its time.
    pub(super) fn waiting<T>(&self, wait: Wait, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        if wait == Wait::Reader {
            self.times().reader_since = Some(began);
        }
        let done = tokio::task::block_in_place(work);
        let took = began.elapsed();
        let mut times = self.times();
        times.in_host += took;
        if wait == Wait::Reader {
            times.reader_since = None;
            times.reader += took;
        }
        done
    }

    /// The wait for the reader goes on but moves: the stall is counted from here.
    pub(super) fn moved(&self) {
        let mut times = self.times();
        if let Some(since) = times.reader_since {
            let now = Instant::now();
            times.reader += now.duration_since(since);
            times.reader_since = Some(now);
        }
    }

    /// How long the run can still wait for something and then say that it is not done; nothing when it cannot.
    pub(super) fn left(&self) -> Option<Duration> {
        let times = self.times();
        let own = times.started.elapsed().saturating_sub(times.reader);
        // The rest is for the plugin's answer.
        let end = times.limits.wall.mul_f32(0.9);
        let left = end.checked_sub(own).filter(|left| !left.is_zero());
        left.filter(|_| !times.abandoned)
    }

    /// Whether the run was given up while it was waiting.
    pub(super) fn abandoned(&self) -> bool {
        self.times().abandoned
    }

    /// Returns when the run is overdue, with the reason; then the run counts as given up.
    pub(super) async fn overdue(&self) -> Cause {
        loop {
            let next = match self.times().overdue(Instant::now()) {
                Err(cause) => return cause,
                Ok(next) => next,
            };
            // A wait for the reader may begin or end meanwhile, so look again now and then.
            tokio::time::sleep(next.clamp(Duration::from_millis(1), Duration::from_millis(250)))
                .await;
        }
    }
}

impl Times {
    /// How long until the run may be overdue.
    fn overdue(&mut self, now: Instant) -> Result<Duration, Cause> {
        let waiting = self.reader_since.map(|since| now.duration_since(since));
        let spent = now.duration_since(self.started);
        let counted = spent.saturating_sub(self.reader + waiting.unwrap_or_default());
        let cause = if counted >= self.limits.wall {
            Cause::Wall(self.limits.wall)
        } else if waiting.is_some_and(|waiting| waiting >= self.limits.stall) {
            Cause::Stalled(self.limits.stall)
        } else {
            let stall = waiting.map_or(Duration::MAX, |waiting| self.limits.stall - waiting);
            return Ok(stall.min(self.limits.wall - counted));
        };
        self.abandoned = true;
        Err(cause)
    }
}
