//! Connections beyond the limit. They are few and brief, and can only request the server's health.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::answering::Answering;
use super::stream::unavailable;
use super::{HEADERS_MAX, Shared};
use crate::framing::Strict;
use crate::own;
use crate::places::Ticket;

/// The size of a head that is read beyond the limit; hyper's minimum.
const BRIEF_HEAD_BYTES_MAX: usize = 8 << 10;
/// The time limit for the health page. A slower server is not healthy.
const HEALTH_WAIT: Duration = Duration::from_millis(800);

pub(super) async fn serve(
    stream: TcpStream,
    address: IpAddr,
    ticket: Ticket,
    shared: &Arc<Shared>,
) {
    let _ = stream.set_nodelay(true);
    let ticket = Arc::new(ticket);
    let answered = async {
        match &shared.tls {
            None => answer(TokioIo::new(Strict::new(stream)), address, ticket, shared).await,
            Some(acceptor) => match acceptor.accept(stream).await {
                Ok(stream) => {
                    answer(TokioIo::new(Strict::new(stream)), address, ticket, shared).await;
                }
                Err(error) => tracing::debug!(%error, "no TLS handshake"),
            },
        }
    };
    if tokio::time::timeout(shared.patience.spare, answered).await.is_err() {
        tracing::debug!("a connection beyond the limit timed out");
    }
}

async fn answer<S>(stream: S, address: IpAddr, ticket: Arc<Ticket>, shared: &Arc<Shared>)
where
    S: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let shared = Arc::clone(shared);
    let service = service_fn(move |request: Request<Incoming>| {
        let (shared, call) = (Arc::clone(&shared), ticket.begin());
        async move {
            let response = if own::is_vital(request.uri().path()) {
                let Shared { gateway, metrics, status_token, .. } = &*shared;
                let health = own::answer(gateway, metrics, status_token, address, &request);
                let answered = tokio::time::timeout(HEALTH_WAIT, health).await;
                answered.unwrap_or_else(|_| unavailable())
            } else {
                unavailable()
            };
            Ok::<_, io::Error>(response.map(|body| Answering::new(body, call)))
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .keep_alive(false)
        .max_buf_size(BRIEF_HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(stream, service);
    if let Err(error) = connection.await {
        tracing::debug!(%error, "a connection beyond the limit ended early");
    }
}
