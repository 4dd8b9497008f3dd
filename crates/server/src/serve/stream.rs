//! One admitted connection: reads heads from it, and writes responses.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::net::TcpStream;

use super::answering::Answering;
use super::guarded::Guarded;
use super::{HEAD_BYTES_MAX, HEADERS_MAX, Shared, plain, route};
use crate::connection::{Lingering, Peer, Unread};
use crate::framing::Strict;
use crate::listeners::Port;
use crate::network::Block;
use crate::out_body::{OutBody, whole};
use crate::places::Ticket;
use crate::{own, tls};

pub(super) async fn serve(
    mut stream: TcpStream,
    (address, port): (IpAddr, Port),
    ticket: Ticket,
    shared: &Arc<Shared>,
    watcher: Watcher,
) {
    // Latency matters more than packets; a socket that cannot do it works all the same.
    let _ = stream.set_nodelay(true);
    if shared.tls.is_some() {
        let refused = plain::refuse(&mut stream);
        match tokio::time::timeout(shared.patience.handshake, refused).await {
            Ok(false) => {}
            Ok(true) => return,
            Err(_) => {
                tracing::debug!("the connection was idle for too long");
                return;
            }
        }
    }
    let Some(lane) = shared.lanes.pick() else { return };
    let (ticket, patience) = (Arc::new(ticket), Arc::clone(&shared.patience));
    let (memory, unread) = (Arc::clone(&shared.memory), Unread::default());
    let stream = Guarded::new(stream, Arc::clone(&ticket), patience.answer);
    let stream = Lingering::new(stream, &unread);
    let wait = patience.handshake;
    let secure = shared.tls.is_some();
    let place = Arc::clone(&ticket);
    let mut peer = Peer { address, port, tls: None, secure, lane, patience, place, memory, unread };
    let served = match &shared.tls {
        None => {
            serve_stream(TokioIo::new(Strict::new(stream)), peer, ticket, shared, watcher).await
        }
        Some(acceptor) => match tokio::time::timeout(wait, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                peer.tls = tls::names(stream.get_ref().1);
                serve_stream(TokioIo::new(Strict::new(stream)), peer, ticket, shared, watcher).await
            }
            Ok(Err(error)) => {
                tracing::debug!(%error, "no TLS handshake");
                return;
            }
            Err(_) => {
                tracing::debug!("a TLS handshake timed out");
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
    ticket: Arc<Ticket>,
    shared: &Arc<Shared>,
    watcher: Watcher,
) -> hyper::Result<()>
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let patience = &shared.patience;
    let is_proxy = shared.proxies.trusts(peer.address);
    let head_wait = if is_proxy { patience.head_of_proxy } else { patience.head };
    let shared = Arc::clone(shared);
    let service = service_fn(move |request: Request<Incoming>| {
        let (shared, peer, call) = (Arc::clone(&shared), peer.clone(), ticket.begin());
        async move {
            let lost = || io::Error::other("the connection was closed to admit another");
            let call = call.ok_or_else(lost)?;
            let Caller { peer, is_forwarded } = caller(&shared, peer, request.headers());
            let is_counted = is_forwarded && !own::is_vital(request.uri().path());
            let client = is_counted.then(|| shared.clients.begin(Block::of(peer.address)));
            let response = match client {
                Some(None) => unavailable(),
                Some(Some(_)) | None => route(&shared, &peer, request).await,
            };
            let until = (call, client.flatten());
            Ok::<_, io::Error>(response.map(|body| Answering::new(body, until)))
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_wait)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(stream, service);
    watcher.watch(connection).await
}

/// The sender of a request.
struct Caller {
    peer: Peer,
    /// A trusted proxy passed it on.
    is_forwarded: bool,
}

fn caller(shared: &Shared, mut peer: Peer, headers: &http::HeaderMap) -> Caller {
    let Some(forwarded) = shared.proxies.forwarded(peer.address, headers) else {
        return Caller { peer, is_forwarded: false };
    };
    peer.secure = forwarded.secure.unwrap_or(peer.secure);
    let is_forwarded = forwarded.client != peer.address;
    if is_forwarded {
        // The proxy's own TLS connection is no information about its client.
        peer.tls = None;
        peer.address = forwarded.client;
    }
    Caller { peer, is_forwarded }
}

/// At the limit; AWS clients retry.
pub(super) fn unavailable() -> Response<OutBody> {
    let mut response = Response::new(whole(bytes::Bytes::new()));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}
