//! The clock of a desk that lives through seven months in a few seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};

use crate::desk::Now;

tokio::task_local! {
    /// The moment of the scene that the task plays.
    pub(super) static MOMENT: DateTime<Utc>;
}

/// The desk's clock: a moment of the past while the scripts are played, then the real time.
///
/// Scenes of one day are played side by side, each at its own moment. What the desk does on other threads
/// (it sets letters there) sees the end of that day; every command says for itself when it happened.
#[derive(Clone, Default)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    /// What the desk asks.
    pub fn now(&self) -> Now {
        let told = Arc::clone(&self.0);
        Arc::new(move || {
            let shared = || match told.load(Ordering::Relaxed) {
                0 => Utc::now(),
                millis => DateTime::from_timestamp_millis(millis).unwrap_or_else(Utc::now),
            };
            MOMENT.try_with(|at| *at).unwrap_or_else(|_| shared())
        })
    }

    /// It is `at` from now on.
    pub fn set(&self, at: DateTime<Utc>) {
        self.0.store(at.timestamp_millis(), Ordering::Relaxed);
    }

    /// It runs by itself again.
    pub fn run(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}
