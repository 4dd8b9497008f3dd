//! One request: its head and body in, the gateway's answer out.

mod form;

use std::fmt::Display;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use gateway::{
    Answer, AnswerBody, Begun, BodyGate, BodyLimit, Gateway, Received, Upload, WireError,
};
use http::{Method, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Frame, Incoming};
use tokio::sync::mpsc;
use wire::Head;

/// A streamed body that declares at most this is collected first: one hop between threads less.
const SMALL_STREAM_BYTES_MAX: u64 = 256 << 10;
/// Bodies up to this length go into the state, not into a file that has to be synced.
const BRIEF_BODY_BYTES_MAX: usize = 16 << 10;
/// Pieces of a body that may wait between the socket and the disk, either way.
const PIECES_MAX: usize = 4;

pub(crate) type OutBody = BoxBody<Bytes, std::io::Error>;

/// What a request brings besides its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    /// TLS version and cipher suite.
    pub(crate) tls: Option<(String, String)>,
}

/// Answers one request of the AWS surface.
pub(crate) async fn answer(
    gateway: Arc<Gateway>,
    peer: &Peer,
    request: Request<Incoming>,
) -> Response<OutBody> {
    let (parts, body) = request.into_parts();
    let is_head = parts.method == Method::HEAD;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let head = Head {
        method: parts.method,
        target,
        headers: parts.headers,
        secure: peer.tls.is_some(),
        peer: peer.address,
    };
    let answer = match gateway.identify(&head) {
        Ok(identified) => match identified.body {
            BodyLimit::Buffered(limit) => match collect(body, limit as u64).await {
                Ok(body) => {
                    let received = Received { head, body, form: None, tls: peer.tls.clone() };
                    buffered(gateway, identified, received).await
                }
                Err(problem) => gateway.refused(&identified, &problem.wire(&identified)),
            },
            BodyLimit::Streamed(limit) => {
                streamed(gateway, identified, head, peer.tls.clone(), body, limit).await
            }
            BodyLimit::Form(limit) => {
                form::answer(gateway, identified, head, peer.tls.clone(), body, limit).await
            }
        },
        Err(answer) => *answer,
    };
    render(answer, is_head)
}

async fn buffered(
    gateway: Arc<Gateway>,
    identified: gateway::Identified,
    received: Received,
) -> Answer {
    let brief = identified.brief;
    match on_thread(brief, move || gateway.begin(identified, received).0).await {
        Ok(Begun::Answering(answering)) => answering.await,
        Ok(Begun::Body(upload)) => upload.finish(Ok(Vec::new())).await,
        Err(failed) => failed,
    }
}

async fn streamed(
    gateway: Arc<Gateway>,
    identified: gateway::Identified,
    head: Head,
    tls: Option<(String, String)>,
    body: Incoming,
    limit: u64,
) -> Answer {
    let declared = body.size_hint().upper();
    if declared.is_some_and(|bytes| bytes > wire_limit(limit)) {
        return gateway.refused(&identified, &identified.too_large(limit));
    }
    let whole = match declared {
        Some(bytes) if bytes <= SMALL_STREAM_BYTES_MAX => match collect(body, bytes).await {
            Ok(bytes) => Ok(bytes),
            Err(problem) => return gateway.refused(&identified, &problem.wire(&identified)),
        },
        _ => Err(body),
    };
    let received = Received { head, body: Bytes::new(), form: None, tls };
    let (small, body) = match whole {
        Ok(bytes) => (Some(bytes), None),
        Err(body) => (None, Some(body)),
    };
    let brief = identified.brief && small.as_ref().is_some_and(|b| b.len() <= BRIEF_BODY_BYTES_MAX);
    let too_large = Box::new(identified.too_large(limit));
    let begun = on_thread(brief, move || {
        let (begun, gate) = gateway.begin(identified, received);
        match (begun, small) {
            (Begun::Body(upload), Some(bytes)) => {
                let mut receiving = Receiving { upload, gate, left: limit, too_large };
                let pushed = receiving.push(&bytes);
                Stage::Answering(receiving.finish(pushed))
            }
            (Begun::Body(upload), None) => {
                Stage::Receiving(Receiving { upload, gate, left: limit, too_large })
            }
            (Begun::Answering(answering), _) => Stage::Answering(answering),
        }
    });
    match (begun.await, body) {
        (Ok(Stage::Answering(answering)), _) => answering.await,
        (Ok(Stage::Receiving(receiving)), Some(body)) => receive(receiving, body).await,
        (Ok(Stage::Receiving(receiving)), None) => receiving.finish(Ok(())).await,
        (Err(failed), _) => failed,
    }
}

/// Runs the blocking part of a call: here if it is brief, else on a thread of its own.
async fn on_thread<T: Send + 'static>(
    brief: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Answer> {
    if brief {
        let done = std::panic::catch_unwind(AssertUnwindSafe(work));
        return done.map_err(|_| failed(&"see the message above"));
    }
    tokio::task::spawn_blocking(work).await.map_err(|panic| failed(&panic))
}

enum Stage {
    Answering(gateway::Answering),
    Receiving(Receiving),
}

/// The chunked form of a body is longer than its payload.
fn wire_limit(payload_limit: u64) -> u64 {
    payload_limit.saturating_add(payload_limit / 8).saturating_add(64 << 10)
}

/// An upload behind its gate.
struct Receiving {
    upload: Box<dyn Upload>,
    gate: Option<BodyGate>,
    left: u64,
    too_large: Box<WireError>,
}

impl Receiving {
    fn push(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        let (upload, left, too_large) = (&mut self.upload, &mut self.left, &self.too_large);
        let mut take = |payload: &[u8]| {
            *left = left
                .checked_sub(payload.len() as u64)
                .ok_or_else(|| WireError::clone(too_large))?;
            upload.push(payload)
        };
        match &mut self.gate {
            Some(gate) => gate.push(bytes, &mut take),
            None => take(bytes),
        }
    }

    fn finish(self, received: Result<(), WireError>) -> gateway::Answering {
        let gate = self.gate;
        let body = received.and_then(|()| gate.map_or(Ok(Vec::new()), BodyGate::finish));
        self.upload.finish(body)
    }
}

/// Moves a body from the socket to a thread that may block.
async fn receive(mut receiving: Receiving, mut body: Incoming) -> Answer {
    // `None` is the end. A sender that goes without telling it went with its connection.
    let (sender, mut pieces) = mpsc::channel::<Option<Bytes>>(PIECES_MAX);
    let working = tokio::task::spawn_blocking(move || {
        let received = loop {
            match pieces.blocking_recv() {
                Some(Some(bytes)) => {
                    if let Err(refused) = receiving.push(&bytes) {
                        break Err(refused);
                    }
                }
                Some(None) => break Ok(()),
                None => break Err(incomplete()),
            }
        };
        drop(pieces);
        receiving.finish(received)
    });
    loop {
        let piece = match body.frame().await {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(bytes) => Some(bytes),
                Err(_) => continue,
            },
            Some(Err(_)) => break,
            None => None,
        };
        let last = piece.is_none();
        if sender.send(piece).await.is_err() || last {
            break;
        }
    }
    drop(sender);
    match working.await {
        Ok(answering) => answering.await,
        Err(panic) => failed(&panic),
    }
}

/// Why a body could not be collected.
enum Problem {
    TooLarge(u64),
    Incomplete,
}

impl Problem {
    fn wire(self, identified: &gateway::Identified) -> WireError {
        match self {
            Self::TooLarge(limit) => identified.too_large(limit),
            Self::Incomplete => incomplete(),
        }
    }
}

/// The whole body, if it has at most `limit` bytes.
async fn collect(body: Incoming, limit: u64) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limit {
        return Err(Problem::TooLarge(limit));
    }
    let bytes = usize::try_from(limit).unwrap_or(usize::MAX);
    match http_body_util::Limited::new(body, bytes).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Problem::TooLarge(limit))
        }
        Err(_) => Err(Problem::Incomplete),
    }
}

/// Source: S3 API Reference, "Error responses".
fn incomplete() -> WireError {
    WireError::new(
        400,
        "IncompleteBody",
        "You did not provide the number of bytes specified by the Content-Length HTTP header",
    )
}

/// A panic is our bug; the client gets a 500 and the transaction is gone.
fn failed(panic: &dyn Display) -> Answer {
    tracing::error!(%panic, "a call panicked");
    Answer::empty(http::StatusCode::INTERNAL_SERVER_ERROR)
}

fn render(answer: Answer, is_head: bool) -> Response<OutBody> {
    let Answer { status, headers, body } = answer;
    let mut response = Response::new(match body {
        _ if is_head => whole(Bytes::new()),
        AnswerBody::Whole(bytes) => whole(bytes),
        AnswerBody::Pieces { length, pieces } => {
            let mut response = Response::new(in_pieces(pieces));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
            return response;
        }
    });
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

pub(crate) fn whole(bytes: Bytes) -> OutBody {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

fn in_pieces(pieces: Box<dyn Iterator<Item = std::io::Result<Bytes>> + Send>) -> OutBody {
    let (sender, receiver) = mpsc::channel(PIECES_MAX);
    // The task ends with its iterator, or with the connection that no longer listens.
    let _reading = tokio::task::spawn_blocking(move || {
        for piece in pieces {
            let broken = piece.is_err();
            if sender.blocking_send(piece.map(Frame::data)).is_err() || broken {
                return;
            }
        }
    });
    BodyExt::boxed(Pieces(receiver))
}

/// A body that comes through a channel.
struct Pieces(mpsc::Receiver<std::io::Result<Frame<Bytes>>>);

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(context)
    }
}
