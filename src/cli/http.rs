//! Connections and requests before they reach a room: a client has a time to speak in, every request has a number,
//! and a fault of ours is an answer, never a dropped connection.

use std::future::Future;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HOST, LOCATION};
use axum::http::{HeaderMap, HeaderName, StatusCode, Uri, Version};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::tls::Tls;
use crate::desk::Desk;
use crate::web::Web;

/// How long a client has for a request's head, and a kept connection for the next one. Above what browsers pause
/// and proxies keep, below what holds a connection for nothing.
const HEAD: Duration = Duration::from_secs(30);

/// How long a client has to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// How long an upload may stand still. A slow line is served as long as something arrives.
const STALL: Duration = Duration::from_secs(60);

/// How long open requests have to finish when the server is told to stop.
const FAREWELL: Duration = Duration::from_secs(20);

/// How long to wait when the system has no connection to give, as when too many files are open.
const BREATH: Duration = Duration::from_millis(500);

const NUMBER: HeaderName = HeaderName::from_static("x-request-id");

/// What stands between browsers and us.
pub enum Front {
    /// Nothing.
    Plain,
    /// A proxy that speaks TLS and says who asks.
    Proxy,
    /// Our own TLS.
    Tls(Tls),
}

impl Front {
    /// Our own TLS, if that is it.
    pub fn tls(&self) -> Option<&Tls> {
        match self {
            Self::Tls(tls) => Some(tls),
            Self::Plain | Self::Proxy => None,
        }
    }
}

/// The whole site over a desk: the API and the pages.
pub fn site(desk: Desk, front: &Front) -> Router {
    let secure = !matches!(front, Front::Plain);
    let pages = crate::web::router(Web {
        desk: desk.clone(),
        secure,
        proxied: matches!(front, Front::Proxy),
    });
    let mut site = crate::api::router(desk).merge(pages);
    if secure {
        // Browsers that came through TLS once come no other way for a year.
        site = site.layer(SetResponseHeaderLayer::if_not_present(
            axum::http::header::STRICT_TRANSPORT_SECURITY,
            axum::http::HeaderValue::from_static("max-age=31536000"),
        ));
    }
    // The largest pages come down to a fifth; a level that costs less than sending them saves.
    let smaller = CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(is_text_of_ours);
    site.layer(smaller)
        .layer(RequestBodyTimeoutLayer::new(STALL))
        .layer(middleware::from_fn(tell))
        .layer(PropagateRequestIdLayer::new(NUMBER))
        .layer(SetRequestIdLayer::new(NUMBER, Numbers))
        .layer(middleware::map_request(plain_number))
}

/// Whether an answer is made smaller on its way: pages and what belongs to them, and the API's words. Not documents and
/// exports, whose length and ranges are those of the file, nor what is sent event by event.
fn is_text_of_ours(
    _: StatusCode,
    _: Version,
    headers: &HeaderMap,
    _: &axum::http::Extensions,
) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    let text = [
        "text/html",
        "text/css",
        "text/javascript",
        "image/svg+xml",
        "application/json",
        "application/problem+json",
    ];
    kind.is_some_and(|kind| text.contains(&kind)) && !headers.contains_key(CONTENT_DISPOSITION)
}

/// Drops a number that is not fit for a log: then the request gets one of ours.
async fn plain_number(mut request: Request) -> Request {
    let mut given = request.headers().get_all(&NUMBER).iter();
    let fits = |value: &axum::http::HeaderValue| {
        (1..=64).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic)
    };
    if given.next().is_some_and(|first| !fits(first)) || given.next().is_some() {
        request.headers_mut().remove(&NUMBER);
    }
    request
}

/// Numbers requests that come without a number of the proxy's.
#[derive(Clone, Copy)]
struct Numbers;

impl MakeRequestId for Numbers {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let mut bits = [0; 8];
        // A number that is not random still tells the request from most others.
        let _ = getrandom::fill(&mut bits);
        Some(RequestId::new(hex::encode(bits).parse().ok()?))
    }
}

/// A line of the log for each request: never its query or body, which may hold residents' data.
async fn tell(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let number = request.extensions().get::<RequestId>().cloned();
    let response = next.run(request).await;
    let number = number
        .as_ref()
        .and_then(|id| id.header_value().to_str().ok());
    let status = response.status().as_u16();
    let ms = start.elapsed().as_millis();
    if response.status().is_server_error() {
        tracing::error!(request = number, %method, path, status, ms, "a request failed");
    } else {
        tracing::debug!(request = number, %method, path, status, ms, "answered");
    }
    response
}

/// Answers on this address until `stop`, behind TLS if there is one, then lets open requests finish.
pub async fn serve(
    app: Router,
    listener: TcpListener,
    tls: Option<Tls>,
    stop: impl Future<Output = ()>,
) {
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    tokio::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            },
        };
        // Headers and body go out together; waiting for an acknowledgement between them costs 40 ms.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection could not be set to send at once");
        }
        let app = app.clone();
        let answer = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().oneshot(request.map(Body::new))
        });
        let Some(acceptor) = tls.as_ref().map(Tls::acceptor) else {
            let connection = http.serve_connection(TokioIo::new(stream), answer);
            tokio::spawn(ended(open.watch(connection)));
            continue;
        };
        let (http, watcher) = (http.clone(), open.watcher());
        tokio::spawn(async move {
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let connection = http.serve_connection(TokioIo::new(stream), answer);
                    ended(watcher.watch(connection)).await;
                }
                Ok(Err(error)) => tracing::debug!(%error, "a client did not agree on TLS"),
                Err(_) => tracing::debug!("a client was silent where TLS begins"),
            }
        });
    }
    drop(listener);
    tracing::info!("stopping: open requests may finish");
    if tokio::time::timeout(FAREWELL, open.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests did not finish in time and were ended");
    }
}

async fn ended(connection: impl Future<Output = hyper::Result<()>>) {
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Tells whoever comes over plain HTTP to come back over TLS, on this port of the same name. Nothing else is answered,
/// and nothing that was sent is read.
pub async fn redirect(listener: TcpListener, port: u16) {
    let app = Router::new().fallback(move |uri: Uri, headers: HeaderMap| async move {
        let host = headers.get(HOST).and_then(|host| host.to_str().ok());
        // The name without a port; one in brackets is an address that has colons itself.
        let name = host.map(|host| match host.rfind(':') {
            Some(at) if !host[at..].contains(']') => &host[..at],
            _ => host,
        });
        let fits = |name: &&str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
            !name.is_empty() && name.chars().all(plain)
        };
        let Some(name) = name.filter(fits) else {
            return StatusCode::BAD_REQUEST.into_response();
        };
        let port = match port {
            443 => String::new(),
            port => format!(":{port}"),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let to = format!("https://{name}{port}{path}");
        (StatusCode::PERMANENT_REDIRECT, [(LOCATION, to)]).into_response()
    });
    serve(app, listener, None, std::future::pending()).await;
}

/// Takes the address, with a sentence when it cannot be had.
pub async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("the address {address} cannot be listened on; another program may use it: choose another with --listen")
    })
}
