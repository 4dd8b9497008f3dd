//! A witness of transparency logs, to be run by another person than their owner.
//!
//! It remembers the last checkpoint of each log and cosigns another one only if that extends it. It
//! reads no events, and needs no secret of the log's owner. The rules are in [`tlog::witness`];
//! `memory.rs` keeps what it remembers.
//!
//! It speaks plain HTTP: nothing that it receives or sends is secret, and everything is signed.
//! Any client may send requests, so each has a size, a time and a place.

mod memory;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tlog::witness::{self, ADD_CHECKPOINT, SIZE_TYPE, Verdict};
use tlog::{NOTE_BYTES_MAX, Signer, VerifierKey};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use types::{Clock, Entropy};

use memory::Memory;

/// The longest request: a checkpoint and its consistency proof.
const REQUEST_BYTES_MAX: usize = NOTE_BYTES_MAX + (8 << 10);
/// Connections at a time; others wait to be accepted.
const CONNECTIONS_MAX: usize = 128;
/// How long a head may take.
const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long a connection may last: a log opens one for each checkpoint.
const CONNECTION_WAIT: Duration = Duration::from_secs(30);
const TEXT: &str = "text/plain; charset=utf-8";

/// A witness that listens.
pub struct WitnessServer {
    listener: TcpListener,
    duty: Arc<Duty>,
}

/// What a witness does.
struct Duty {
    signer: Signer,
    logs: Vec<VerifierKey>,
    clock: Clock,
    /// INVARIANT: locked from the decision until the new head is durable.
    memory: Mutex<Memory>,
}

impl fmt::Debug for WitnessServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WitnessServer").field("key", self.key()).finish_non_exhaustive()
    }
}

impl WitnessServer {
    /// Opens the folder of a witness, or creates one with a new key, and listens.
    ///
    /// `name` is the name of a new key. Errors if another process has the folder open, or if a file
    /// in it is damaged.
    pub async fn start(
        listen: SocketAddr,
        folder: &Path,
        name: Option<&str>,
        logs: Vec<VerifierKey>,
    ) -> io::Result<Self> {
        let memory = Memory::open(folder)?;
        let signer = memory.signer(name, &Entropy::system())?;
        let listener = TcpListener::bind(listen).await?;
        let (clock, memory) = (Clock::system(), Mutex::new(memory));
        Ok(Self { listener, duty: Arc::new(Duty { signer, logs, clock, memory }) })
    }

    /// What verifies its cosignatures.
    pub fn key(&self) -> &VerifierKey {
        self.duty.signer.verifier()
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `stopping`.
    pub async fn serve(self, mut stopping: watch::Receiver<bool>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let mut running = JoinSet::new();
        loop {
            let next = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, self.listener.accept().await)
            };
            let (place, accepted) = tokio::select! {
                next = next => next,
                _ = stopping.wait_for(|stop| *stop) => break,
            };
            while running.try_join_next().is_some() {}
            match accepted {
                Ok((stream, _)) => {
                    let duty = Arc::clone(&self.duty);
                    running.spawn(async move {
                        let _place = place;
                        let _ =
                            tokio::time::timeout(CONNECTION_WAIT, connection(duty, stream)).await;
                    });
                }
                Err(error) => tracing::warn!(%error, "cannot accept a connection"),
            }
        }
        // What is durable may be asked for again.
        running.shutdown().await;
    }
}

async fn connection(duty: Arc<Duty>, stream: tokio::net::TcpStream) {
    let service = service_fn(move |request| {
        let duty = Arc::clone(&duty);
        async move { Ok::<_, Infallible>(answer(duty, request).await) }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_WAIT).max_headers(64);
    // A broken connection is the business of its client.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(duty: Arc<Duty>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/key") => respond(200, TEXT, format!("{}\n", duty.signer.verifier())),
        (&Method::POST, ADD_CHECKPOINT) => {
            let body = Limited::new(request.into_body(), REQUEST_BYTES_MAX).collect().await;
            let Ok(body) = body else {
                return respond(413, TEXT, "the request is too long, or was cut off\n");
            };
            let body = body.to_bytes();
            let done = tokio::task::spawn_blocking(move || duty.cosign(&body)).await;
            done.unwrap_or_else(|_| respond(500, TEXT, "internal error\n"))
        }
        (_, "/key" | ADD_CHECKPOINT) => respond(405, TEXT, "another method\n"),
        _ => respond(404, TEXT, "not found\n"),
    }
}

impl Duty {
    fn cosign(&self, body: &[u8]) -> Response<Full<Bytes>> {
        let text = str::from_utf8(body).map_err(|_| "the request is not text".to_owned());
        let request =
            text.and_then(|text| witness::Request::parse(text).map_err(|error| error.to_string()));
        let request = match request {
            Ok(request) => request,
            Err(what) => return respond(400, TEXT, format!("{what}\n")),
        };
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let verdict = Verdict::on(&request, &self.logs, |origin| memory.last(origin));
        let origin = &request.signed.checkpoint.origin;
        let size = request.signed.checkpoint.head.size;
        let status = verdict.status();
        match verdict {
            Verdict::Cosign(_) => {
                if let Err(error) = memory.keep(&request.signed) {
                    tracing::error!(%error, origin, "cannot store a checkpoint; it is not cosigned");
                    return respond(500, TEXT, "internal error\n");
                }
                drop(memory);
                let line = self.signer.sign(&request.signed.note.text, self.clock.now().as_secs());
                tracing::info!(origin, size, "cosigned");
                match line {
                    Ok(line) => respond(status, TEXT, line.to_string()),
                    Err(_) => respond(500, TEXT, "internal error\n"),
                }
            }
            Verdict::Conflict { size: last } => {
                // The owner of the log may ask for the size in this way; a fork shows here, too.
                tracing::warn!(origin, size, old_size = request.old_size, last, "conflict");
                respond(status, SIZE_TYPE, format!("{last}\n"))
            }
            Verdict::Inconsistent => {
                let last = request.old_size;
                tracing::error!(
                    origin, size, last,
                    checkpoint = ?request.signed.note.to_string(),
                    "refused: the checkpoint does not extend the last one; the log was forked, or the proof is wrong"
                );
                respond(status, TEXT, "the checkpoint does not extend the last one\n")
            }
            Verdict::Contradiction => respond(status, TEXT, "the old size exceeds the size\n"),
            Verdict::Unsigned => respond(status, TEXT, "the log's key did not sign it\n"),
            Verdict::UnknownLog => respond(status, TEXT, "not a witness of this log\n"),
        }
    }
}

fn respond(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
