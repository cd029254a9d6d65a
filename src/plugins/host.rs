//! The host: takes a plugin and a job, makes a fresh instance on threads of its own, and answers with what
//! came of it. Whatever a plugin does, the caller gets an answer in time and other runs go on.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{Engine, Store, UpdateDeadline};

use super::bindings::{exporter, linker};
use super::cache::{Compiled, Plugin};
use super::engine::{Ticker, engine};
use super::exporter::Exporting;
use super::job::ExportJob;
use super::linker::{LinkJob, LinkPage, LinkQuery, Linking, page};
use super::meter::Meter;
use super::run_log::{Level, Log, RunLog, clip};
use super::state::{Run, State};
use super::{Cause, HostError, RunError};

/// How the host is set up.
#[derive(Debug, Clone, Default)]
pub struct HostConfig {
    /// Where compiled code is kept between starts; nowhere when `None`.
    pub cache_dir: Option<PathBuf>,
    /// Threads for plugins; as many as the machine has processors when `None`.
    pub threads: Option<usize>,
    /// Exports at the same time, and calls of adapters likewise; further ones wait their turn. 32 when
    /// `None`: an export keeps its place for as long as the download takes.
    pub runs: Option<usize>,
}

/// Which of the two worlds a plugin is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Writes archives.
    Exporter,
    /// Finds records.
    Linker,
}

/// What an export came to; its bytes are in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// For the person who asked.
    pub notes: Vec<String>,
    /// For the operator.
    pub log: RunLog,
}

/// Runs plugins.
pub struct PluginHost {
    /// Always there but while dropping.
    runtime: Option<Runtime>,
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    ticker: Ticker,
    compiled: Arc<Compiled>,
    exporters: Linker<State<Exporting>>,
    linkers: Linker<State<Linking>>,
    /// Apart, so that slow downloads never hold up the adapters.
    export_turns: Semaphore,
    link_turns: Semaphore,
}

impl PluginHost {
    /// Starts the engine and its threads.
    pub fn new(config: HostConfig) -> Result<Self, HostError> {
        let engine = engine()?;
        let failed = |error: wasmtime::Error| HostError::Engine(format!("{error:#}"));
        let mut exporters = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut exporters).map_err(failed)?;
        exporter::Exporter::add_to_linker::<_, HasSelf<_>>(&mut exporters, |state| state)
            .map_err(failed)?;
        let mut linkers = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linkers).map_err(failed)?;
        linker::Linker::add_to_linker::<_, HasSelf<_>>(&mut linkers, |state| state)
            .map_err(failed)?;
        let processors = || std::thread::available_parallelism().map_or(2, usize::from);
        let runtime = Builder::new_multi_thread()
            .worker_threads(config.threads.unwrap_or_else(processors).max(1))
            .thread_name("redress-plugin")
            .enable_time()
            .build()
            .map_err(HostError::Threads)?;
        let runs = config.runs.unwrap_or(32).max(1);
        let inner = Inner {
            ticker: Ticker::start(engine.weak())?,
            compiled: Arc::new(Compiled::new(engine.clone(), config.cache_dir)?),
            engine,
            exporters,
            linkers,
            export_turns: Semaphore::new(runs),
            link_turns: Semaphore::new(runs),
        };
        Ok(Self {
            runtime: Some(runtime),
            inner: Arc::new(inner),
        })
    }

    /// Makes an export. On an error the archive is dropped without [`close`](super::Archive::close): by then,
    /// or as soon as it returns from the call that the export was given up in.
    pub async fn export(&self, plugin: &Plugin, job: ExportJob) -> Result<ExportReport, RunError> {
        let side = Exporting::new(job.source, job.archive, job.pdf);
        let (notes, log) = self
            .run(
                plugin,
                Kind::Exporter,
                job.run,
                side,
                |inner| &inner.exporters,
                |mut store, pre| async move {
                    let guest = exporter::ExporterPre::new(pre)?
                        .instantiate_async(&mut store)
                        .await?;
                    let answer = guest
                        .redress_plugin_exporting()
                        .call_run_export(&mut store)
                        .await?;
                    let notes = answer.map_err(|failure| Cause::Failed(failure.into()))?;
                    store.data_mut().close()?;
                    Ok(notes.iter().take(100).map(|note| clip(note, 500)).collect())
                },
            )
            .await?;
        Ok(ExportReport { notes, log })
    }

    /// Asks an adapter whether its system can be reached.
    pub async fn link_check(
        &self,
        plugin: &Plugin,
        job: LinkJob,
    ) -> Result<(String, RunLog), RunError> {
        let side = Linking::new(job.folder, job.connections);
        self.run(
            plugin,
            Kind::Linker,
            job.run,
            side,
            |inner| &inner.linkers,
            |mut store, pre| async move {
                let guest = linker::LinkerPre::new(pre)?
                    .instantiate_async(&mut store)
                    .await?;
                let answer = guest
                    .redress_plugin_linking()
                    .call_check(&mut store)
                    .await?;
                let said = answer.map_err(|failure| Cause::Failed(failure.into()))?;
                Ok(clip(&said, 500))
            },
        )
        .await
    }

    /// Asks an adapter for records.
    pub async fn link_find(
        &self,
        plugin: &Plugin,
        job: LinkJob,
        query: LinkQuery,
    ) -> Result<(LinkPage, RunLog), RunError> {
        let side = Linking::new(job.folder, job.connections);
        self.run(
            plugin,
            Kind::Linker,
            job.run,
            side,
            |inner| &inner.linkers,
            |mut store, pre| async move {
                let guest = linker::LinkerPre::new(pre)?
                    .instantiate_async(&mut store)
                    .await?;
                let asked = linker::exports::redress::plugin::linking::Query {
                    document: query.document.clone(),
                    limit: query.limit,
                    cursor: query.cursor.clone(),
                };
                let answer = guest
                    .redress_plugin_linking()
                    .call_find(&mut store, &asked)
                    .await?;
                let found = answer.map_err(|failure| Cause::Failed(failure.into()))?;
                Ok(page(&query, found)?)
            },
        )
        .await
    }

    /// Whether a file is a plugin of this kind that this program can run; for installing.
    pub async fn accepts(&self, plugin: &Plugin, kind: Kind) -> Result<(), Cause> {
        let (inner, plugin) = (Arc::clone(&self.inner), plugin.clone());
        let checked = self.runtime().spawn(async move {
            let component = inner.compiled.get(&plugin).await?;
            match kind {
                Kind::Exporter => fits(
                    kind,
                    &inner.exporters,
                    &component,
                    exporter::ExporterPre::new,
                )
                .map(drop),
                Kind::Linker => {
                    fits(kind, &inner.linkers, &component, linker::LinkerPre::new).map(drop)
                }
            }
        });
        checked
            .await
            .map_err(|error| Cause::Host(error.to_string()))?
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("taken only by drop")
    }

    async fn run<J, T, F>(
        &self,
        plugin: &Plugin,
        kind: Kind,
        run: Run,
        side: J,
        linker: fn(&Inner) -> &Linker<State<J>>,
        call: impl FnOnce(Store<State<J>>, InstancePre<State<J>>) -> F + Send + 'static,
    ) -> Result<(T, RunLog), RunError>
    where
        J: Send + 'static,
        T: Send + 'static,
        F: Future<Output = wasmtime::Result<T>> + Send + 'static,
    {
        let (inner, plugin) = (Arc::clone(&self.inner), plugin.clone());
        let log = Log::new(run.limits.log_lines);
        let said = log.clone();
        let message = run.limits.message;
        // Two tasks: the plugin's may be stuck in the disk or in a download, its watcher never is.
        let watched = self.runtime().spawn(async move {
            let turns = match kind {
                Kind::Exporter => &inner.export_turns,
                Kind::Linker => &inner.link_turns,
            };
            let _turn = turns.acquire().await;
            let component = inner.compiled.get(&plugin).await?;
            let pre = fits(kind, linker(&inner), &component, Ok)?;
            let meter = Meter::new(run.limits.clone());
            let _ticking = inner.ticker.running();
            let store = store(&inner.engine, run, side, meter.clone(), log);
            let mut task = tokio::spawn(call(store, pre));
            let _abort = AbortOnDrop(task.abort_handle());
            tokio::select! {
                done = &mut task => match done {
                    Ok(Ok(answer)) => Ok(answer),
                    Ok(Err(error)) => Err(error),
                    Err(error) => Err(Cause::Host(error.to_string()).into()),
                },
                cause = meter.overdue() => Err(cause.into()),
            }
        });
        let _abort = AbortOnDrop(watched.abort_handle());
        let ended = match watched.await {
            Ok(ended) => ended,
            Err(error) => Err(Cause::Host(error.to_string()).into()),
        };
        let log = said.taken();
        match ended {
            Ok(answer) => Ok((answer, log)),
            Err(error) => {
                let last = log.lines.iter().rfind(|line| line.level == Level::Error);
                let cause = Cause::of(error, message, last.map(|line| line.message.as_str()));
                Err(RunError { cause, log })
            }
        }
    }
}

fn store<J: Send + 'static>(
    engine: &Engine,
    run: Run,
    side: J,
    meter: Meter,
    log: Log,
) -> Store<State<J>> {
    let message = run.limits.message;
    let mut store = Store::new(engine, State::new(run, side, meter, log));
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(message);
    store.set_max_component_handles(4096);
    store.set_epoch_deadline(1);
    // Each tick: charge the plugin, then let others on this thread go first.
    store.epoch_deadline_callback(|store| {
        store.data().meter.charge()?;
        Ok(UpdateDeadline::Yield(1))
    });
    store
}

/// Checks a component against a world, before anything of it runs.
fn fits<J: 'static, P>(
    kind: Kind,
    linker: &Linker<State<J>>,
    component: &Component,
    exports: impl FnOnce(InstancePre<State<J>>) -> wasmtime::Result<P>,
) -> Result<P, Cause> {
    let wanted = match kind {
        Kind::Exporter => "an exporter",
        Kind::Linker => "a linking adapter",
    };
    linker
        .instantiate_pre(component)
        .and_then(exports)
        .map_err(|error| Cause::WrongKind {
            wanted,
            why: clip(&format!("{error:#}"), 300),
        })
}

/// A run that nobody waits for any more is not worth going on with.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Drop for PluginHost {
    fn drop(&mut self) {
        self.inner.ticker.end();
        if let Some(runtime) = self.runtime.take() {
            // Waits for nothing, so it may happen inside another runtime.
            runtime.shutdown_background();
        }
    }
}
