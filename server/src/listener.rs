//! Connections: how they are taken, and when they are given up. One that stalls, on either side, holds nothing for ever.

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a write may wait for the other side to take it.
const STALLED: Duration = Duration::from_secs(30);
/// How long a request's head may take to arrive, and how long a connection may be idle before it.
const HEAD: Duration = Duration::from_secs(30);
/// Most bytes of a request's head.
const HEAD_BYTES: usize = 32 * 1024;
/// Connections at once; more wait until one ends.
const CONNECTIONS: usize = 16 * 1024;

/// Who connects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub SocketAddr);

/// Serves until `stopping`; then takes nothing new and lets what runs end within `ending`. `false` where something had
/// to be cut off.
pub(crate) async fn serve(
    mut listener: TcpListener,
    site: Router,
    stopping: CancellationToken,
    ending: Duration,
) -> bool {
    let mut running = JoinSet::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        // Never closed, so there is always one to come.
        let Ok(place) = places.clone().acquire_owned().await else { break };
        let (stream, address) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = stopping.cancelled() => break,
        };
        let (site, stopping) = (site.clone(), stopping.clone());
        running.spawn(async move {
            connection(stream, address, site, stopping).await;
            drop(place);
        });
        while running.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = tokio::time::timeout(ending, async { while running.join_next().await.is_some() {} }).await.is_ok();
    running.shutdown().await;
    ended
}

async fn connection(stream: TcpStream, address: SocketAddr, site: Router, stopping: CancellationToken) {
    // Small frames should not wait for more to come.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(STALLED));
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(Peer(address)));
        site.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, "a connection ended early");
    }
}
