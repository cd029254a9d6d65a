//! What the host keeps for one run, and the interfaces that both worlds share: the log, the run, and
//! the little of WASI without which language runtimes do not start.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use tokio::io::AsyncWrite;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use super::bindings::exporter::redress::plugin::types::{Failure as WitFailure, Level as WitLevel};
use super::bindings::exporter::redress::plugin::{log, run, types};
use super::limits::Memory;
use super::meter::Meter;
use super::run_log::Log;
use super::{Cause, Failure, Level, Limits};

/// What is the same for every run: settings, time, language, limits.
#[derive(Clone)]
pub struct Run {
    /// JSON object, checked against the plugin's manifest; no secrets.
    pub settings_json: String,
    /// The run's one time; the plugin's clock stands still at it, so that a run can be repeated.
    pub started_at: DateTime<Utc>,
    /// BCP 47.
    pub language: String,
    /// Told `done, total` when the plugin tells; must return at once.
    pub progress: Option<Arc<dyn Fn(u32, u32) + Send + Sync>>,
    /// What the run may take.
    pub limits: Limits,
}

impl fmt::Debug for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("started_at", &self.started_at)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// A run's state; `J` is what the world has besides.
pub(crate) struct State<J> {
    wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) memory: Memory,
    pub(super) meter: Meter,
    pub(super) log: Log,
    pub(super) run: Run,
    calls: u64,
    handles: usize,
    pub(super) job: J,
}

impl<J> State<J> {
    pub(super) fn new(run: Run, job: J, meter: Meter, log: Log) -> Self {
        let now = run.started_at.timestamp().max(0).unsigned_abs();
        let wasi = WasiCtx::builder()
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .wall_clock(Frozen(Duration::from_secs(now)))
            .monotonic_clock(Frozen(Duration::ZERO))
            // Repeatable: a plugin has no use for secrets, but hash maps start from these.
            .secure_random(Deterministic::new((0..=255).collect()))
            .insecure_random(Deterministic::new((0..=255).collect()))
            .insecure_random_seed(7)
            .max_random_size(1 << 16)
            .stdout(LogStream::new(&log, Level::Info))
            .stderr(LogStream::new(&log, Level::Warn))
            .build();
        let mut table = ResourceTable::new();
        // Beside what we count ourselves, WASI keeps streams and pollables here.
        table.set_max_capacity(1024);
        Self {
            wasi,
            table,
            memory: Memory::new(run.limits.memory, log.clone()),
            meter,
            log,
            run,
            calls: 0,
            handles: 0,
            job,
        }
    }

    /// Every function of the contract begins with this.
    pub(super) fn called(&mut self) -> Result<(), Cause> {
        self.calls += 1;
        self.log.used(|used| used.calls = self.calls);
        if self.calls > self.run.limits.calls {
            return Err(Cause::Calls(self.run.limits.calls));
        }
        Ok(())
    }

    /// Takes up one more open thing, or tells the plugin to close others first.
    pub(super) fn hold(&mut self) -> Result<(), WitFailure> {
        let most = self.run.limits.handles;
        if self.handles >= most {
            let why = format!("at most {most} things may be open at once; close some first");
            return Err(WitFailure::Denied(why));
        }
        self.handles += 1;
        Ok(())
    }

    /// One open thing less.
    pub(super) fn release(&mut self) {
        self.handles = self.handles.saturating_sub(1);
    }
}

impl<J> types::Host for State<J> {}

impl<J: Send> log::Host for State<J> {
    async fn write(&mut self, level: WitLevel, message: String) -> wasmtime::Result<()> {
        self.called()?;
        let level = match level {
            WitLevel::Debug => Level::Debug,
            WitLevel::Info => Level::Info,
            WitLevel::Warn => Level::Warn,
            WitLevel::Error => Level::Error,
        };
        self.log.write(level, &message);
        Ok(())
    }
}

impl<J: Send> run::Host for State<J> {
    async fn settings(&mut self) -> wasmtime::Result<String> {
        self.called()?;
        Ok(self.run.settings_json.clone())
    }

    async fn started_at(&mut self) -> wasmtime::Result<String> {
        self.called()?;
        Ok(self
            .run
            .started_at
            .to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    async fn language(&mut self) -> wasmtime::Result<String> {
        self.called()?;
        Ok(self.run.language.clone())
    }

    async fn progress(&mut self, done: u32, total: u32) -> wasmtime::Result<()> {
        self.called()?;
        if let Some(progress) = &self.run.progress {
            progress(done, total);
        }
        Ok(())
    }
}

impl<J: Send> WasiView for State<J> {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl From<WitFailure> for Failure {
    fn from(failure: WitFailure) -> Self {
        // What a plugin says is shown to people: one line, of a length that a page can bear.
        let line = |text: String| super::run_log::clip(&text, 1000);
        match failure {
            WitFailure::BadSettings(text) => Self::BadSettings(line(text)),
            WitFailure::Refused(text) => Self::Refused(line(text)),
            WitFailure::Unavailable(text) => Self::Unavailable(line(text)),
            WitFailure::BadInput(text) => Self::BadInput(line(text)),
            WitFailure::Denied(text) => Self::Denied(line(text)),
            WitFailure::Other(text) => Self::Other(line(text)),
        }
    }
}

/// A clock that stands still.
struct Frozen(Duration);

impl HostWallClock for Frozen {
    fn resolution(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn now(&self) -> Duration {
        self.0
    }
}

impl HostMonotonicClock for Frozen {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// stdout or stderr: whole lines go to the log.
#[derive(Clone)]
struct LogStream {
    log: Log,
    level: Level,
    line: Vec<u8>,
}

impl LogStream {
    fn new(log: &Log, level: Level) -> Self {
        Self {
            log: log.clone(),
            level,
            line: Vec::new(),
        }
    }

    fn end_line(&mut self) {
        if !self.line.is_empty() {
            self.log
                .write(self.level, &String::from_utf8_lossy(&self.line));
            self.line.clear();
        }
    }
}

/// A line without end is cut here.
const LINE: usize = 4096;

impl AsyncWrite for LogStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        for &byte in bytes {
            if byte == b'\n' || self.line.len() >= LINE {
                self.end_line();
            }
            if byte != b'\n' {
                self.line.push(byte);
            }
        }
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        self.end_line();
        Poll::Ready(Ok(()))
    }
}

impl Drop for LogStream {
    fn drop(&mut self) {
        self.end_line();
    }
}

impl IsTerminal for LogStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for LogStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}
