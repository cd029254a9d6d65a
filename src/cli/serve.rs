//! Serving: the pages and the API on one address, the operator's jobs on a socket beside the file.

use std::path::{Path, PathBuf};

use tokio::net::TcpListener;

use super::args::Serve;
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
    let listener = http::listen(how.listen).await?;
    let address = listener.local_addr()?;
    // Before a word is said: whoever reads that we listen may send a job at once.
    let jobs = socket::Listening::start(data, desk.clone())?;
    say!("listening on http://{address}");
    say!("data file {}", data.display());
    if desk.is_new()
        && let Some(code) = desk.setup_code()?
    {
        say!("This is a new landlord. Open http://{address}/start and enter the setup code {code}");
    }
    run(desk, listener, Some(jobs), how.secure).await
}

/// Answers requests until the process is told to stop, then lets them finish and closes the file.
pub async fn run(
    desk: Desk,
    listener: TcpListener,
    jobs: Option<socket::Listening>,
    secure: bool,
) -> anyhow::Result<()> {
    let fresh = desk.clone();
    let fresh = tokio::spawn(async move { fresh.keep_links_fresh().await });
    let keeper = desk.clone();
    let keeper = tokio::spawn(async move { keeper.keep_backups().await });
    http::serve(http::site(desk.clone(), secure), listener, told_to_stop()).await;
    fresh.abort();
    keeper.abort();
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
