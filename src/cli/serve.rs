//! Serving: the pages and the API on one address, the operator's jobs on a socket beside the file.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;

use super::args::Serve;
use super::{socket, wiring};
use crate::desk::Desk;
use crate::web::Web;

/// How long open requests have to finish when the server is told to stop.
const FAREWELL: Duration = Duration::from_secs(20);

/// Serves the data file until the process is told to stop.
pub async fn serve(data: &Path, how: &Serve) -> anyhow::Result<()> {
    let store = wiring::open_or_create(data)?;
    let desk = wiring::desk(store, how.cache.clone(), wiring::clock())?;
    let listener = listen(how.listen).await?;
    let address = listener.local_addr()?;
    println!("listening on http://{address}");
    println!("data file {}", data.display());
    if desk.is_new()
        && let Some(code) = desk.setup_code()?
    {
        println!(
            "This is a new landlord. Open http://{address}/start and enter the setup code {code}"
        );
    }
    run(desk, listener, Some(data), how.secure).await
}

/// Takes the address, with a sentence when it cannot be had.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("the address {address} cannot be listened on; another program may use it: choose another with --listen")
    })
}

/// Answers requests until the process is told to stop, then lets them finish and closes the file.
pub async fn run(
    desk: Desk,
    listener: TcpListener,
    data: Option<&Path>,
    secure: bool,
) -> anyhow::Result<()> {
    let jobs = match data {
        Some(data) => Some(socket::Listening::start(data, desk.clone())?),
        None => None,
    };
    let app = crate::api::router(desk.clone()).merge(crate::web::router(Web {
        desk: desk.clone(),
        secure,
    }));
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Headers and body go out together; waiting for an acknowledgement between them costs 40 ms.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection could not be set to send at once");
        }
    });
    let (stop, stopped) = tokio::sync::watch::channel(());
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    let mut serving = tokio::spawn(
        axum::serve(listener, service)
            .with_graceful_shutdown(async move {
                told_to_stop().await;
                drop(stop);
            })
            .into_future(),
    );
    let mut stopped = stopped;
    tokio::select! {
        ended = &mut serving => ended.context("the server ended")??,
        _ = stopped.changed() => {
            tracing::info!("stopping: open requests may finish");
            if tokio::time::timeout(FAREWELL, &mut serving).await.is_err() {
                tracing::warn!("some requests did not finish in time and were ended");
            }
        }
    }
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
