//! Sockets: which connections are admitted, their time limits, and where requests go.
//!
//! Reading order: [`Server`], `accept.rs` (one listener), `places.rs` beside this (which connections
//! have a place, and lose it), `stream.rs` (one connection), `spare.rs` (those without a place).

mod accept;
mod answering;
mod clients;
mod files;
mod guarded;
mod pause;
mod plain;
mod spare;
mod stream;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gateway::Gateway;
use http::{Request, Response};
use hyper::body::Incoming;
use store::Store;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::addressed;
use crate::beats::Alive;
use crate::connection::{Lanes, Peer, answer};
use crate::listeners::{Listeners, Reserved};
use crate::memory::{Memory, PartOfBlock, Plan};
use crate::metrics::Metrics;
use crate::out_body::OutBody;
use crate::own::StatusToken;
use crate::patience::Patience;
use crate::places::{Limits, Places};
use crate::proxies::Proxies;
use crate::same_origin::{self, RequestFacts};
use crate::signin::{self, SignIn};
use crate::store_identity::IdentityKeeper;
use crate::workers::Workers;
use crate::{Config, Opened, console, own, tls};
use accept::accept;
use clients::Clients;

/// Bytes of a request's head at most.
///
/// Source: AWS's front ends refuse more than 8 KiB in S3 headers; presigned tokens need more.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// Headers of a request at most.
const HEADERS_MAX: usize = 128;
/// The default share of one address: one of this many parts of all connections.
const SHARES: usize = 4;
/// Connections beyond the limit, which may only request health.
const SPARE_MAX: usize = 64;
/// Of them, from one address.
const SPARE_OF_ADDRESS_MAX: usize = 24;
/// How long the store may take to shut down. Everything confirmed is already durable; an
/// unresponsive disk must not keep the process alive.
const CLOSE_WAIT: Duration = Duration::from_secs(4);

/// A server that listens.
pub struct Server {
    address: SocketAddr,
    console_address: SocketAddr,
    first_run_link: Option<String>,
    alive: Alive,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    gateway: Arc<Gateway>,
    store: Arc<Store>,
    metrics: Arc<Metrics>,
    tls: Option<TlsAcceptor>,
    sign_in: Arc<SignIn>,
    lanes: Lanes,
    patience: Arc<Patience>,
    proxies: Proxies,
    places: Places,
    /// For connections beyond the limit.
    spare: Places,
    clients: Arc<Clients>,
    status_token: StatusToken,
    identity: Arc<IdentityKeeper>,
    memory: Arc<Memory>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Binds the addresses, starts the workers, and serves until [`Server::shut_down`].
    pub async fn start(config: &Config, opened: Opened) -> io::Result<Self> {
        Self::start_at(config, Reserved::new(config)?, opened).await
    }

    /// Like [`Server::start`], on addresses that were bound before.
    #[expect(clippy::unused_async, reason = "sockets and workers need the runtime around them")]
    pub async fn start_at(config: &Config, reserved: Reserved, opened: Opened) -> io::Result<Self> {
        let tls = config.tls.as_ref().map(|(cert, key)| tls::acceptor(cert, key)).transpose();
        let tls = tls.map_err(io::Error::other)?;
        let listeners = Listeners::open(reserved)?;
        let (address, console) = (listeners.address()?, listeners.console_address()?);
        let console_address = console.unwrap_or(address);
        let (stop, stopping) = watch::channel(false);
        let workers = Workers::start(config, &opened, &stopping);
        let metrics = Arc::new(Metrics::new(config, &opened, workers.beats().clone()));
        let token = opened.first_run_token;
        let plan = Plan::new(config.memory_max);
        let limits = limits(config, plan);
        let part = PartOfBlock { of_block: limits.of_block, all: limits.all };
        tracing::info!(memory_max = plan.bytes(), connections_max = limits.all, "bounds");
        let spare = Limits { all: SPARE_MAX, of_block: SPARE_OF_ADDRESS_MAX };
        let first_run_link = token
            .as_deref()
            .map(|token| signin::first_run_link(console_address, tls.is_some(), token));
        let api_port = console.map(|_| address.port());
        let shared = Arc::new(Shared {
            memory: Arc::new(Memory::new(plan, part)),
            lanes: Lanes::start()?,
            sign_in: Arc::new(SignIn::new(api_port)),
            gateway: opened.gateway,
            store: opened.store,
            identity: opened.identity,
            metrics,
            tls,
            patience: Arc::new(config.patience.clone()),
            proxies: Proxies::new(&config.trusted_proxies),
            places: Places::new(limits),
            spare: Places::new(spare),
            clients: Clients::new(limits.of_block),
            status_token: StatusToken::new(config.status_token.as_deref()),
        });
        let alive = Alive(workers.beats().clone());
        let running = tokio::spawn(run(listeners, shared, stopping, workers));
        Ok(Self { address, console_address, first_run_link, alive, stop, running })
    }

    /// Whether its workers live.
    pub fn alive(&self) -> &Alive {
        &self.alive
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The console's address: the same, unless it has a separate one.
    pub fn console_address(&self) -> SocketAddr {
        self.console_address
    }

    /// The link to set the root user's first password, until it is set. Show it once and only to
    /// the owner: anyone who opens it becomes root.
    pub fn first_run_link(&self) -> Option<&str> {
        self.first_run_link.as_deref()
    }

    /// Stops accepting, finishes what runs, stops the workers, flushes. Each of these has a bound,
    /// and all together end within half a minute.
    pub async fn shut_down(self) {
        self.stop.send_replace(true);
        if let Err(panic) = self.running.await {
            tracing::error!(%panic, "the server's task panicked");
        }
    }
}

/// The configured limits, as far as memory and file descriptors suffice.
fn limits(config: &Config, plan: Plan) -> Limits {
    let all = files::make_room(plan.connections(config.connections_max));
    let of_block = config.connections_max_per_address.unwrap_or(all / SHARES);
    Limits { all, of_block: of_block.clamp(1, all) }
}

/// Serves until `stopping`; then stops the workers and closes the store.
async fn run(
    listeners: Listeners,
    shared: Arc<Shared>,
    stopping: watch::Receiver<bool>,
    workers: Workers,
) {
    accept(listeners, Arc::clone(&shared), stopping).await;
    workers.join().await;
    let ended = tokio::task::spawn_blocking(move || {
        shared.store.shut_down();
        shared.identity.note(&shared.store)
    });
    match tokio::time::timeout(CLOSE_WAIT, ended).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => {
            tracing::error!(%error, "cannot write the `identity` file");
        }
        Ok(Err(panic)) => tracing::error!(%panic, "the store did not shut down"),
        Err(_) => tracing::error!("the store does not shut down in time; exiting"),
    }
}

async fn route(shared: &Shared, peer: &Peer, request: Request<Incoming>) -> Response<OutBody> {
    let facts = RequestFacts::of(&request, peer.port, peer.secure);
    let mut response = respond(shared, peer, request).await;
    facts.protect(&mut response);
    response
}

async fn respond(shared: &Shared, peer: &Peer, request: Request<Incoming>) -> Response<OutBody> {
    let gateway = &shared.gateway;
    if let Some(refused) = addressed::unclear(&request) {
        return refused;
    }
    if let Some(refusal) = same_origin::refusal(&request, peer.port, &gateway.settings().domains) {
        return refusal;
    }
    let path = request.uri().path();
    if own::owns(path) {
        let (metrics, token) = (&shared.metrics, &shared.status_token);
        return own::answer(gateway, metrics, token, peer.address, &request).await;
    }
    if console::owns(path) && !peer.port.has_console() {
        return console::missing();
    }
    if signin::owns(path) {
        return signin::answer(&shared.sign_in, gateway, peer, request).await;
    }
    if console::owns(path) {
        if !addressed::is_ours(request.headers(), &gateway.settings().domains) {
            return addressed::foreign();
        }
        return console::file(&request);
    }
    if peer.port.has_console() && console::wants_front_page(&request) {
        return console::redirect();
    }
    let began = gateway.clock().elapsed_us();
    let counted = shared.metrics.begin();
    let (response, requested) = answer(Arc::clone(gateway), peer, request).await;
    let took_us = gateway.clock().elapsed_us().saturating_sub(began);
    counted.end(requested, response.status(), took_us);
    response
}
