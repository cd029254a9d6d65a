//! Serving: the pages and the API on one address, the operator's jobs on a socket beside the file.

use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::args::Serve;
use super::http::Front;
use super::tls::Tls;
use super::upgrade::Older;
use super::{http, socket, wiring};
use crate::desk::Desk;

/// Serves the data file until the process is told to stop.
pub async fn serve(
    data: &Path,
    how: &Serve,
    older: Older,
    key_file: Option<PathBuf>,
) -> anyhow::Result<()> {
    let store = wiring::open_or_create(data, how.document_limit << 20, older)?;
    let desk = wiring::desk(store, how.cache.clone(), wiring::clock(), key_file)?;
    let tls = match (&how.tls_cert, &how.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::read(certificate, key)?),
        _ => None,
    };
    let listener = http::listen(how.listen).await?;
    let address = listener.local_addr()?;
    let beside = match how.redirect_from {
        Some(from) => Some(tokio::spawn(http::redirect(
            http::listen(from).await?,
            address.port(),
        ))),
        None => None,
    };
    // Before a word is said: whoever reads that we listen may send a job at once.
    let jobs = socket::Listening::start(data, desk.clone())?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    say!("listening on {scheme}://{address}");
    say!("data file {}", data.display());
    if desk.is_new()
        && let Some(code) = desk.setup_code()?
    {
        say!(
            "This is a new landlord. Open {scheme}://{address}/start and enter the setup code {code}"
        );
    }
    let front = match tls {
        Some(tls) => Front::Tls(tls),
        None if how.secure => Front::Proxy,
        None => Front::Plain,
    };
    let ran = run(desk, listener, Some(jobs), front).await;
    if let Some(beside) = beside {
        beside.abort();
    }
    ran
}

/// Answers requests until the process is told to stop, then lets them finish and closes the file.
pub async fn run(
    desk: Desk,
    listener: TcpListener,
    jobs: Option<socket::Listening>,
    front: Front,
) -> anyhow::Result<()> {
    let (fresh, keeper, tls) = (desk.clone(), desk.clone(), front.tls().cloned());
    let mut turns = JoinSet::new();
    turns.spawn(async move { fresh.keep_links_fresh().await });
    turns.spawn(async move { keeper.keep_backups().await });
    let reminder = desk.clone();
    turns.spawn(async move { reminder.keep_nudges().await });
    let finder = desk.clone();
    std::thread::Builder::new()
        .name("search".into())
        .spawn(move || finder.keep_search())?;
    if let Some(tls) = tls {
        turns.spawn(async move { tls.keep_fresh().await });
    }
    let site = http::site(desk.clone(), &front);
    let closing = desk.clone();
    let stop = async move {
        told_to_stop().await;
        closing.say_closing();
    };
    http::serve(site, listener, front.tls().cloned(), stop).await;
    turns.abort_all();
    drop(jobs);
    let store = desk.store().clone();
    tokio::task::spawn_blocking(move || store.close()).await?;
    Ok(())
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(interrupt.await),
    }
}
