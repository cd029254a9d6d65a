//! Putting the rooms together: the log, the file, the desk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use chrono::Utc;
use tracing_subscriber::EnvFilter;

use super::args::Args;
use super::upgrade::{self, Older};
use crate::auth::seal::Keyring;
use crate::desk::{Desk, Now};
use crate::pdf::Renderer;
use crate::plugins::{HostConfig, PluginHost};
use crate::store::{Options, Store};

/// Starts the log: on stderr, as text or JSON, without any resident's data.
pub fn logs(args: &Args) {
    let filter = EnvFilter::try_new(&args.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if args.log_json {
        log.json().try_init()
    } else {
        log.with_target(false).try_init()
    };
    // A second log in one process is a test's business.
    drop(started);
}

/// The real clock.
pub fn clock() -> Now {
    Arc::new(Utc::now)
}

/// A desk over an open file. The key of its sealed secrets is beside the data file where no place is named.
pub fn desk(
    store: Store,
    cache: Option<PathBuf>,
    now: Now,
    key_file: Option<PathBuf>,
) -> anyhow::Result<Desk> {
    let renderer = Renderer::new().context("the typesetter could not be started")?;
    let plugins = PluginHost::new(HostConfig {
        cache_dir: cache,
        ..HostConfig::default()
    })?;
    Ok(match key_file {
        Some(path) => Desk::with_keys(store, renderer, plugins, now, Keyring::new(path))?,
        None => Desk::new(store, renderer, plugins, now)?,
    })
}

/// Opens the data file; the progress of a check is told.
pub fn open(path: &Path, older: Older) -> anyhow::Result<Store> {
    Ok(upgrade::open(path, options(), older)?)
}

/// Opens the data file to read it: nothing is written into it, whatever version it is of.
pub fn open_unwritten(path: &Path) -> anyhow::Result<Store> {
    Ok(Store::open_unwritten(path, options())?)
}

/// Opens the data file, or makes it when there is none. No document larger than `document_limit` bytes comes in.
pub fn open_or_create(path: &Path, document_limit: u64, older: Older) -> anyhow::Result<Store> {
    let options = Options {
        document_limit,
        ..options()
    };
    if path.exists() {
        Ok(upgrade::open(path, options, older)?)
    } else {
        Ok(Store::create(path, options)?)
    }
}

fn options() -> Options {
    let progress = Arc::new(|part: f64| {
        tracing::info!(percent = (part * 100.0) as u32, "checking the data file")
    });
    Options {
        progress: Some(progress),
        ..Options::default()
    }
}
