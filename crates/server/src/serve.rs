use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gateway::Gateway;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use crate::connection::{Lanes, Lingering, OutBody, Peer, Unread, answer};
use crate::memory::{Memory, Plan};
use crate::metrics::Metrics;
use crate::signin::{self, SignIn};
use crate::workers::Workers;
use crate::{Config, Opened, console, own, tls};

/// Bytes of a request's head at most.
///
/// Source: AWS's front ends refuse more than 8 KiB in S3 headers; presigned tokens need more.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Headers of a request at most.
const HEADERS_MAX: usize = 128;
/// How long a TLS handshake may take: it holds one of the connections.
const HANDSHAKE_WAIT: Duration = Duration::from_secs(10);

/// A server that listens.
pub struct Server {
    address: SocketAddr,
    first_run_link: Option<String>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

struct Shared {
    gateway: Arc<Gateway>,
    metrics: Arc<Metrics>,
    connections: Arc<Semaphore>,
    tls: Option<TlsAcceptor>,
    sign_in: Arc<SignIn>,
    lanes: Lanes,
    memory: Arc<Memory>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the socket, starts the workers, and serves until [`Server::shut_down`].
    pub async fn start(config: &Config, opened: Opened) -> io::Result<Self> {
        let tls = config.tls.as_ref().map(|(cert, key)| tls::acceptor(cert, key)).transpose();
        let tls = tls.map_err(io::Error::other)?;
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let (stop, stopping) = watch::channel(false);
        let workers = Workers::start(config, &opened.gateway, &stopping);
        let metrics = Arc::new(Metrics::default());
        let token = opened.first_run_token;
        let first_run_link =
            token.as_deref().map(|token| signin::first_run_link(address, tls.is_some(), token));
        let plan = Plan::new(config.memory_max);
        let connections_max = plan.connections(config.connections_max);
        tracing::info!(memory_max = plan.bytes(), connections_max, "memory is bounded");
        let shared = Arc::new(Shared {
            memory: Arc::new(Memory::new(plan)),
            lanes: Lanes::start()?,
            sign_in: Arc::new(SignIn::new(token.as_deref())),
            gateway: opened.gateway,
            metrics,
            connections: Arc::new(Semaphore::new(connections_max)),
            tls,
        });
        let running = tokio::spawn(accept(listener, shared, stopping, workers));
        Ok(Self { address, first_run_link, stop, running })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the root user's first password is set, while there is none. To be shown once and to
    /// its owner alone: whoever follows it becomes root.
    pub fn first_run_link(&self) -> Option<&str> {
        self.first_run_link.as_deref()
    }

    /// Stops accepting, finishes what runs, stops the workers, flushes.
    pub async fn shut_down(self) {
        self.stop.send_replace(true);
        if let Err(panic) = self.running.await {
            tracing::error!(%panic, "the server's task panicked");
        }
    }
}

async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    mut stopping: watch::Receiver<bool>,
    workers: Workers,
) {
    let (graceful, mut connections) = (GracefulShutdown::new(), tokio::task::JoinSet::new());
    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&shared.connections).acquire_owned() => permit,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => break,
        };
        while connections.try_join_next().is_some() {}
        let (Ok((stream, address)), Ok(permit)) = (accepted, permit) else { continue };
        let watcher = graceful.watcher();
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            serve_connection(stream, address, &shared, watcher).await;
            drop(permit);
        });
    }
    drop(listener);
    graceful.shutdown().await;
    while connections.join_next().await.is_some() {}
    workers.join().await;
    let store = Arc::clone(shared.gateway.store());
    if let Err(panic) = tokio::task::spawn_blocking(move || store.shut_down()).await {
        tracing::error!(%panic, "the store did not shut down");
    }
}

async fn serve_connection(
    stream: TcpStream,
    address: SocketAddr,
    shared: &Arc<Shared>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    // Latency matters more than packets; a socket that cannot do it works all the same.
    let _ = stream.set_nodelay(true);
    let Some(lane) = shared.lanes.pick() else { return };
    let (memory, unread) = (Arc::clone(&shared.memory), Unread::default());
    let stream = Lingering::new(stream, &unread);
    let mut peer = Peer { address: address.ip().to_canonical(), tls: None, lane, memory, unread };
    let served = match &shared.tls {
        None => serve_stream(TokioIo::new(stream), peer, shared, watcher).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE_WAIT, acceptor.accept(stream)).await
        {
            Ok(Ok(stream)) => {
                peer.tls = tls::names(stream.get_ref().1);
                serve_stream(TokioIo::new(stream), peer, shared, watcher).await
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS handshake");
                return;
            }
            Err(_) => {
                tracing::debug!("a TLS handshake took too long");
                return;
            }
        },
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn serve_stream<S>(
    stream: S,
    peer: Peer,
    shared: &Arc<Shared>,
    watcher: hyper_util::server::graceful::Watcher,
) -> hyper::Result<()>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let shared = Arc::clone(shared);
    let service = service_fn(move |request: Request<Incoming>| {
        let (shared, peer) = (Arc::clone(&shared), peer.clone());
        async move { Ok::<Response<OutBody>, Infallible>(route(&shared, &peer, request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(stream, service);
    watcher.watch(connection).await
}

async fn route(shared: &Shared, peer: &Peer, request: Request<Incoming>) -> Response<OutBody> {
    let gateway = &shared.gateway;
    let path = request.uri().path();
    if path.starts_with("/_shoseki/") {
        return own::answer(gateway, &shared.metrics, &request).await;
    }
    if signin::owns(path) {
        return signin::answer(&shared.sign_in, gateway, peer, request).await;
    }
    if path == "/_console" || path.starts_with(console::PREFIX) {
        return console::file(&request);
    }
    if console::wants_front_page(&request) {
        return console::redirect();
    }
    let began = gateway.clock().now();
    let response = answer(Arc::clone(gateway), peer, request).await;
    shared.metrics.count(response.status(), gateway.clock().now().since_ms(began));
    response
}
