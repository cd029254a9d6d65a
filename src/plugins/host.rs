//! The host: takes a plugin and a job, makes a fresh instance on threads of its own, and answers with what
//! came of it. Whatever a plugin does, the caller gets an answer in time and other runs go on.

use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use chrono::DateTime;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use wasmtime::component::{Component, HasSelf, InstancePre, Linker};
use wasmtime::{Engine, Store, UpdateDeadline};

use super::bindings::{exporter, linker, v0_1 as older};
use super::cache::{Compiled, Plugin};
use super::calls::{check, exporter_manifest, fetch, find, linker_manifest, run_export};
use super::connections::{NoConnections, Side};
use super::contract::{Contract, Kind, fits, speaks};
use super::engine::{Ticker, engine};
use super::exporter::Exporting;
use super::job::ExportJob;
use super::job::Nothing;
use super::linker::{LinkJob, LinkPage, LinkQuery, Linking};
use super::meter::Meter;
use super::run_log::{Level, Log, RunLog};
use super::state::{Run, State};
use super::table::Indexes;
use super::turns::Turns;
use super::{Cause, HostError, Limits, RunError};

/// How the host is set up.
#[derive(Debug, Clone, Default)]
pub struct HostConfig {
    /// Where compiled code is kept between starts, and the indexes of tables; nowhere when `None`.
    pub cache_dir: Option<PathBuf>,
    /// Threads for plugins; as many as the machine has processors when `None`.
    pub threads: Option<usize>,
    /// Exports at the same time, and calls of adapters likewise; further ones wait their turn. 32 when
    /// `None`: an export keeps its place for as long as the download takes.
    pub runs: Option<usize>,
}

/// What a component turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The version of the contract it was made for.
    pub contract: Contract,
    /// Exporter or linking adapter.
    pub kind: Kind,
    /// What it says of itself, as it said it (`redress-plugin/1`); nothing in version 0.1.
    pub manifest: Option<String>,
}

/// What an export came to; its bytes are in the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// For the person who asked.
    pub notes: Vec<String>,
    /// For the operator.
    pub log: RunLog,
}

/// A run that has ended, for whoever keeps the logs.
#[derive(Debug, Clone)]
pub struct RunNote {
    /// Whose run it was ([`Plugin::owner`]).
    pub owner: String,
    /// What was asked: `find`, `check`, `fetch`, `export` or `manifest`.
    pub asked: &'static str,
    /// Why it failed.
    pub failure: Option<String>,
    /// What was said and taken.
    pub log: RunLog,
}

/// Told of each run when it has ended; the run's caller waits until it has been kept.
pub type Observer = Box<dyn Fn(RunNote) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

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
    turns: Turns,
    indexes: Indexes,
    observer: OnceLock<Observer>,
    /// Apart, so that slow downloads never hold up the adapters.
    export_turns: Semaphore,
    link_turns: Semaphore,
}

impl PluginHost {
    /// Starts the engine and its threads.
    pub fn new(config: HostConfig) -> Result<Self, HostError> {
        let engine = engine()?;
        let tables = config.cache_dir.as_ref().map(|cache| cache.join("tables"));
        let failed = |error: wasmtime::Error| HostError::Engine(format!("{error:#}"));
        let mut exporters = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut exporters).map_err(failed)?;
        exporter::Exporter::add_to_linker::<_, HasSelf<_>>(&mut exporters, |state| state)
            .map_err(failed)?;
        older::exporter::Exporter::add_to_linker::<_, HasSelf<_>>(&mut exporters, |state| state)
            .map_err(failed)?;
        let mut linkers = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut linkers).map_err(failed)?;
        linker::Linker::add_to_linker::<_, HasSelf<_>>(&mut linkers, |state| state)
            .map_err(failed)?;
        older::linker::Linker::add_to_linker::<_, HasSelf<_>>(&mut linkers, |state| state)
            .map_err(failed)?;
        let processors = || std::thread::available_parallelism().map_or(2, usize::from);
        let runtime = Builder::new_multi_thread()
            .worker_threads(config.threads.unwrap_or_else(processors).max(1))
            .thread_name("redress-plugin")
            .on_thread_start(super::engine::step_back)
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
            turns: Turns::default(),
            indexes: Indexes::new(tables),
            observer: OnceLock::new(),
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
                (Kind::Exporter, "export"),
                job.run,
                side,
                exporters,
                run_export,
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
        let side = Linking::new(job.folder, job.connections, &self.inner.indexes);
        self.run(
            plugin,
            (Kind::Linker, "check"),
            job.run,
            side,
            linkers,
            check,
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
        let side = Linking::new(job.folder, job.connections, &self.inner.indexes);
        let call = |store, pre, contract| find(store, pre, contract, query);
        self.run(plugin, (Kind::Linker, "find"), job.run, side, linkers, call)
            .await
    }

    /// Asks an adapter for the bytes of a document that one of its records named (`redress-link-document/1`); they go
    /// to `sink` as they come. Gives the file's name. After an error the sink holds a part and is to be discarded.
    pub async fn link_fetch(
        &self,
        plugin: &Plugin,
        job: LinkJob,
        document: String,
        sink: Box<dyn Write + Send>,
    ) -> Result<(String, RunLog), RunError> {
        let side = Linking::new(job.folder, job.connections, &self.inner.indexes)
            .into_sink(sink, job.run.limits.evidence);
        let call = |store, pre, contract| fetch(store, pre, contract, document);
        self.run(
            plugin,
            (Kind::Linker, "fetch"),
            job.run,
            side,
            linkers,
            call,
        )
        .await
    }

    /// Whether a file is a plugin of this kind that this program can run.
    pub async fn accepts(&self, plugin: &Plugin, kind: Kind) -> Result<(), Cause> {
        let (inner, plugin) = (Arc::clone(&self.inner), plugin.clone());
        let checked = self.runtime().spawn(async move {
            let component = inner.compiled.get(&plugin).await?;
            inner.fits(&component, kind)
        });
        checked
            .await
            .map_err(|error| Cause::Host(error.to_string()))?
    }

    /// What a file is and says of itself, for installing it. It is granted nothing meanwhile.
    pub async fn describe(&self, plugin: &Plugin) -> Result<Described, RunError> {
        let (inner, mine) = (Arc::clone(&self.inner), plugin.clone());
        let looked = self.runtime().spawn(async move {
            let component = inner.compiled.get(&mine).await?;
            let (contract, kind) = speaks(&inner.engine, &component)?;
            inner.fits(&component, kind)?;
            Ok((contract, kind))
        });
        let looked = looked
            .await
            .unwrap_or_else(|error| Err(Cause::Host(error.to_string())));
        let log = RunLog::default();
        let (contract, kind) = looked.map_err(|cause| RunError { cause, log })?;
        let run = Run {
            settings_json: "{}".into(),
            started_at: DateTime::UNIX_EPOCH,
            language: "en-GB".into(),
            progress: None,
            limits: Limits::describe(),
        };
        let manifest = match (contract, kind) {
            (Contract::V0_1, _) => None,
            (Contract::V0_2, Kind::Linker) => {
                let side = Linking::new(None, Arc::new(NoConnections), &self.inner.indexes);
                let told = self.run(
                    plugin,
                    (kind, "manifest"),
                    run,
                    side,
                    linkers,
                    linker_manifest,
                );
                Some(told.await?.0)
            }
            (Contract::V0_2, Kind::Exporter) => {
                let side = Exporting::new(Arc::new(Nothing), Box::new(Nothing), Arc::new(Nothing));
                let told = self.run(
                    plugin,
                    (kind, "manifest"),
                    run,
                    side,
                    exporters,
                    exporter_manifest,
                );
                Some(told.await?.0)
            }
        };
        Ok(Described {
            contract,
            kind,
            manifest,
        })
    }

    /// Has every run told to whoever keeps the logs. Said once; later ones are not heard.
    pub fn observe(&self, observer: Observer) {
        drop(self.inner.observer.set(observer));
    }

    fn runtime(&self) -> &Runtime {
        self.runtime.as_ref().expect("taken only by drop")
    }

    async fn run<J, T, F>(
        &self,
        plugin: &Plugin,
        (kind, asked): (Kind, &'static str),
        run: Run,
        side: J,
        linker: fn(&Inner) -> &Linker<State<J>>,
        call: impl FnOnce(Store<State<J>>, InstancePre<State<J>>, Contract) -> F + Send + 'static,
    ) -> Result<(T, RunLog), RunError>
    where
        J: Side,
        T: Send + 'static,
        F: Future<Output = wasmtime::Result<T>> + Send + 'static,
    {
        let (inner, plugin) = (Arc::clone(&self.inner), plugin.clone());
        let owner = plugin.owner().to_owned();
        let log = Log::new(run.limits.log_lines, side.connections());
        let (said, spent) = (log.watched(), log.clone());
        let message = run.limits.message;
        // Two tasks: the plugin's may be stuck in the disk or in a download, its watcher never is.
        let watched = self.runtime().spawn(async move {
            let turns = match kind {
                Kind::Exporter => &inner.export_turns,
                Kind::Linker => &inner.link_turns,
            };
            let component = inner.compiled.get(&plugin).await?;
            let (contract, _) = speaks(&inner.engine, &component)?;
            let pre = fits(kind, linker(&inner), &component, Ok)?;
            // Its own turn first: runs that wait for their plugin hold no place that others could have.
            let _own = inner
                .turns
                .take(&plugin, kind, run.limits.concurrent)
                .await?;
            let _turn = turns.acquire().await;
            let meter = Meter::new(run.limits.clone());
            let _ticking = inner.ticker.running();
            let store = store(&inner.engine, run, side, meter.clone(), log);
            let mut task = tokio::spawn(call(store, pre, contract));
            let _abort = AbortOnDrop(task.abort_handle());
            let ended = tokio::select! {
                done = &mut task => match done {
                    Ok(Ok(answer)) => Ok(answer),
                    Ok(Err(error)) => Err(error),
                    Err(error) => Err(Cause::Host(error.to_string()).into()),
                },
                cause = meter.overdue() => Err(cause.into()),
            };
            spent.used(|used| (used.computing, used.wall) = meter.spent());
            ended
        });
        let _abort = AbortOnDrop(watched.abort_handle());
        let ended = match watched.await {
            Ok(ended) => ended,
            Err(error) => Err(Cause::Host(error.to_string()).into()),
        };
        let log = said.taken();
        let ended = ended.map_err(|error| {
            let last = log.lines.iter().rfind(|line| line.level == Level::Error);
            Cause::of(error, message, last.map(|line| line.message.as_str()))
        });
        if let Some(observer) = self.inner.observer.get()
            && !owner.is_empty()
        {
            let note = RunNote {
                owner,
                asked,
                failure: ended.as_ref().err().map(ToString::to_string),
                log: log.clone(),
            };
            observer(note).await;
        }
        match ended {
            Ok(answer) => Ok((answer, log)),
            Err(cause) => Err(RunError { cause, log }),
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

impl Inner {
    /// Checks a component against the world that it is for, before anything of it runs.
    fn fits(&self, component: &Component, kind: Kind) -> Result<(), Cause> {
        let (contract, _) = speaks(&self.engine, component)?;
        match (kind, contract) {
            (Kind::Exporter, Contract::V0_2) => {
                fits(kind, &self.exporters, component, exporter::ExporterPre::new).map(drop)
            }
            (Kind::Exporter, Contract::V0_1) => {
                let made = older::exporter::ExporterPre::new;
                fits(kind, &self.exporters, component, made).map(drop)
            }
            (Kind::Linker, Contract::V0_2) => {
                fits(kind, &self.linkers, component, linker::LinkerPre::new).map(drop)
            }
            (Kind::Linker, Contract::V0_1) => {
                let made = older::linker::LinkerPre::new;
                fits(kind, &self.linkers, component, made).map(drop)
            }
        }
    }
}

fn exporters(inner: &Inner) -> &Linker<State<Exporting>> {
    &inner.exporters
}

fn linkers(inner: &Inner) -> &Linker<State<Linking>> {
    &inner.linkers
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
        self.inner.indexes.end();
        if let Some(runtime) = self.runtime.take() {
            // Waits for nothing, so it may happen inside another runtime.
            runtime.shutdown_background();
        }
    }
}
