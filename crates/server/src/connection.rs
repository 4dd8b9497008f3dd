//! One request: receives its head and body, and sends the gateway's response.

mod admission;
mod cors;
mod form;
mod incoming;
mod lanes;
mod outgoing;
mod unread;

use std::any::Any;
use std::fmt::Display;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use gateway::{
    Answer, AnswerBody, Begun, BodyGate, BodyLimit, Gateway, Identified, Protocol, Received,
    Service, Upload, WireError,
};
use http::{HeaderValue, Method, Request, Response, header};
use hyper::body::{Body, Incoming};
use wire::Head;

use crate::listeners::Port;
use crate::memory::{Memory, Share, Waits, unfolded};
use crate::metrics::RequestedOperation;
use crate::network::Block;
use crate::out_body::{OutBody, whole};
use crate::patience::Patience;
use crate::places::Ticket;
use admission::{Admitted, Pace, Shares, Shown};
use incoming::{collect, receive};
use lanes::Lane;
pub(crate) use lanes::Lanes;
use outgoing::{in_pieces, kept};
use unread::Arriving;
pub(crate) use unread::{Lingering, Unread};

/// A streamed body that declares at most this is collected first: one hop between threads less.
const SMALL_STREAM_BYTES_MAX: u64 = 256 << 10;
/// Calls with bodies up to this length may run where sockets are served; objects go into the
/// state, not into a file that has to be synced.
const BRIEF_BODY_BYTES_MAX: usize = 16 << 10;
/// The number of bytes of a streamed body that its thread processes at a time. Two batches may wait
/// in memory.
const BATCH_BYTES: usize = 128 << 10;

/// What a request has besides its bytes.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The client's address: that of the connection, unless a trusted proxy names another.
    pub(crate) address: IpAddr,
    /// The port on which it arrived.
    pub(crate) port: Port,
    /// TLS version and cipher suite of the client's connection, if it is to us.
    pub(crate) tls: Option<(String, String)>,
    /// Whether the client's connection is encrypted, by us or by a trusted proxy.
    pub(crate) secure: bool,
    /// Where the connection's bodies are worked on: it has one at a time.
    pub(crate) lane: Lane,
    /// How long its bodies are waited for.
    pub(crate) patience: Arc<Patience>,
    /// The connection's place, which may be lost while a body is waited for.
    pub(crate) place: Arc<Ticket>,
    /// The memory that its requests may use.
    pub(crate) memory: Arc<Memory>,
    /// Whether more bytes follow than are read.
    pub(crate) unread: Unread,
}

/// Responds to one request of the AWS surface, and returns the operation that it requested.
pub(crate) async fn answer(
    gateway: Arc<Gateway>,
    peer: &Peer,
    request: Request<Incoming>,
) -> (Response<OutBody>, RequestedOperation) {
    let (parts, body) = request.into_parts();
    // hyper sends no `100 Continue` if no body follows. Old clients wait for it nevertheless and
    // may mismatch later responses, so this response is the last on the connection.
    let is_last = parts.headers.contains_key(header::EXPECT) && body.is_end_stream();
    let is_head = parts.method == Method::HEAD;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let head = Head::new(parts.method, target, parts.headers, peer.secure, peer.address);
    let body = Arriving::new(body, &peer.unread);
    let (answer, shown, requested) = match gateway.identify(&head) {
        Ok(identified) => {
            let cors = cors::CrossOrigin::of(&head, &identified);
            let own = Arc::clone(&gateway);
            let (service, named, waits) = (identified.service(), OnceLock::new(), Waits::default());
            let _ = identified.operation().map(|name| named.set(name));
            let exchange = Exchange { gateway, service, named, peer, waits };
            let (mut answer, shown) = exchange.answer(identified, head, body, is_head).await;
            if let Some(cors) = cors {
                cors.allow(own, &mut answer).await;
            }
            let operation =
                exchange.named.get().copied().unwrap_or(RequestedOperation::NOTHING.operation);
            (answer, shown, RequestedOperation { service: service.name, operation })
        }
        Err(answer) => {
            drop(body);
            (*answer, Shown::Freely, RequestedOperation::NOTHING)
        }
    };
    let mut response = render(answer, is_head, &peer.lane, shown);
    if is_last || peer.unread.is_some() {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    (response, requested)
}

/// A request that was let in, with the bytes that its body may have.
struct Sent {
    identified: Identified,
    head: Head,
    body: Arriving,
    limit: u64,
}

/// A request and its response, once the service is known.
struct Exchange<'a> {
    gateway: Arc<Gateway>,
    service: &'static Service,
    /// The operation, once it is known.
    named: OnceLock<&'static str>,
    peer: &'a Peer,
    /// How much longer it may wait for memory.
    waits: Waits,
}

impl Exchange<'_> {
    async fn answer(
        &self,
        mut identified: Identified,
        head: Head,
        body: Arriving,
        is_head: bool,
    ) -> (Answer, Shown) {
        let mut shares = Shares::default();
        let answer = match self.admit(&mut identified, &head, &body).await {
            Ok(Admitted { limit, share, pace }) => {
                shares.body = share;
                let kind = identified.body;
                let sent = Sent { identified, head, body, limit };
                match (kind, pace) {
                    (BodyLimit::Buffered(_), _) => self.buffered(sent, &mut shares).await,
                    (BodyLimit::Streamed(_), None) => self.small(sent, &mut shares).await,
                    (BodyLimit::Streamed(_), Some(pace)) => self.streamed(sent, pace).await,
                    (BodyLimit::Form(_), _) => self.form(sent).await,
                }
            }
            Err(refused) => {
                drop(body);
                Err(refused)
            }
        };
        // INVARIANT: the memory of a request is released once its response has its own share.
        self.show(answer.unwrap_or_else(|refused| refused), is_head, shares).await
    }

    async fn buffered(&self, sent: Sent, shares: &mut Shares) -> Result<Answer, Answer> {
        let Sent { mut identified, head, body, limit } = sent;
        if head.headers().contains_key(header::EXPECT) && !body.is_end_stream() {
            let (decided, refusal) = self.refused_by_head(identified, &head).await?;
            if let Some(refusal) = refusal {
                drop(body);
                return Ok(refusal.await);
            }
            identified = decided;
        }
        let body = self.collect(body, limit, &identified).await?;
        let _ = self.gateway.named(&identified, &head, &body).map(|name| self.named.set(name));
        let brief = identified.effort.is_brief() && body.len() <= BRIEF_BODY_BYTES_MAX;
        let Some(unfolded) = self.unfolded(&body, identified.speaks_json()) else {
            return Err(self.gateway.refused(&identified, &identified.too_large(limit)));
        };
        shares.call = self.call(brief, unfolded).await?;
        let received = Received { head, body, form: None, tls: self.peer.tls.clone() };
        let gateway = Arc::clone(&self.gateway);
        let turn = self.peer.memory.turn(identified.effort).await;
        let begun = on_thread(brief, move || {
            let _turn = turn;
            gateway.begin(identified, received).0
        });
        match begun.await? {
            Begun::Answering(answering) => Ok(answering.await),
            Begun::Body(upload) => Ok(upload.finish(Ok(Vec::new())).await),
        }
    }

    /// The refusal of a document by its head, if that decides it, so that its sender is not invited
    /// to send it.
    async fn refused_by_head(
        &self,
        mut identified: Identified,
        head: &Head,
    ) -> Result<(Identified, Option<gateway::Answering>), Answer> {
        let _call = self.call(identified.effort.is_brief(), 0).await?;
        let (gateway, received) = (Arc::clone(&self.gateway), self.streaming(head.clone()));
        on_thread(identified.effort.is_brief(), move || {
            let refusal = gateway.refused_by_head(&mut identified, received);
            (identified, refusal)
        })
        .await
    }

    /// A streamed body that is collected first.
    async fn small(&self, sent: Sent, shares: &mut Shares) -> Result<Answer, Answer> {
        if sent.head.headers().contains_key(header::EXPECT) {
            return self.invited(sent, shares).await;
        }
        let Sent { identified, head, body, limit } = sent;
        let bytes = self.collect(body, wire_limit(limit), &identified).await?;
        let brief = identified.effort.is_brief() && bytes.len() <= BRIEF_BODY_BYTES_MAX;
        shares.call = self.call(brief, 0).await?;
        let too_large = Box::new(identified.too_large(limit));
        let received = self.streaming(head);
        let gateway = Arc::clone(&self.gateway);
        let begun = on_thread(brief, move || match gateway.begin(identified, received) {
            (Begun::Body(upload), gate) => {
                let mut receiving = Receiving::new(upload, gate, limit, too_large);
                let pushed = receiving.push(&bytes);
                receiving.finish(pushed)
            }
            (Begun::Answering(answering), _) => answering,
        });
        Ok(begun.await?.await)
    }

    /// The same, but its sender waits to be invited: what the head decides is answered first.
    async fn invited(&self, sent: Sent, shares: &mut Shares) -> Result<Answer, Answer> {
        let Sent { identified, head, body, limit } = sent;
        let most = BRIEF_BODY_BYTES_MAX as u64;
        let brief = identified.effort.is_brief()
            && body.size_hint().upper().is_some_and(|bytes| bytes <= most);
        shares.call = self.call(brief, 0).await?;
        let too_large = identified.too_large(limit);
        let begun = self.begun(identified, head, limit, too_large.clone());
        let receiving = match on_thread(brief, begun).await? {
            Stage::Receiving(receiving) => receiving,
            Stage::Answering(answering) => {
                drop(body);
                return Ok(answering.await);
            }
        };
        let came = collect(body, wire_limit(limit), &too_large, self.peer).await;
        let done = on_thread(brief, move || match came {
            Ok(bytes) => receiving.end(&bytes, Ok(())),
            Err(error) => receiving.end(&[], Err(error)),
        });
        Ok(done.await?.await)
    }

    /// Begins a call whose body comes later.
    fn begun(
        &self,
        identified: Identified,
        head: Head,
        limit: u64,
        too_large: WireError,
    ) -> impl FnOnce() -> Stage + Send + use<> {
        let (gateway, received) = (Arc::clone(&self.gateway), self.streaming(head));
        move || match gateway.begin(identified, received) {
            (Begun::Body(upload), gate) => {
                Stage::Receiving(Receiving::new(upload, gate, limit, Box::new(too_large)))
            }
            (Begun::Answering(answering), _) => Stage::Answering(answering),
        }
    }

    async fn streamed(&self, sent: Sent, pace: Pace) -> Result<Answer, Answer> {
        let Sent { identified, head, body, limit } = sent;
        let call = self.call(false, 0).await?;
        let too_large = identified.too_large(limit);
        let begun = on_thread(false, self.begun(identified, head, limit, too_large)).await?;
        drop(call);
        Ok(self.go_on(begun, body, pace).await)
    }

    /// Receives the progress of a body, unless there is a response without it.
    async fn go_on(&self, begun: Stage, body: Arriving, pace: Pace) -> Answer {
        match begun {
            Stage::Answering(answering) => {
                drop(body);
                answering.await
            }
            Stage::Receiving(receiving) => receive(receiving, body, self.peer, pace).await,
        }
    }

    fn streaming(&self, head: Head) -> Received {
        Received { head, body: Bytes::new(), form: None, tls: self.peer.tls.clone() }
    }

    async fn collect(
        &self,
        body: Arriving,
        limit: u64,
        identified: &Identified,
    ) -> Result<Bytes, Answer> {
        let collected = collect(body, limit, &identified.too_large(limit), self.peer).await;
        collected.map_err(|error| self.gateway.refused(identified, &error))
    }

    /// The size of a body once it is decoded; `None` if it is rejected for its size.
    fn unfolded(&self, body: &[u8], is_json: bool) -> Option<u64> {
        match self.service.protocol {
            _ if is_json => unfolded::of_json(body),
            Protocol::QueryCompatible { .. } => Some(unfolded::of_form(body)),
            Protocol::Json11
            | Protocol::Query { .. }
            | Protocol::Ec2
            | Protocol::RestXml
            | Protocol::RestXmlControl => Some(unfolded::of_other(body)),
        }
    }

    /// A share for a call; brief ones cost next to nothing, and there are few at a time.
    async fn call(&self, brief: bool, unfolded: u64) -> Result<Option<Share>, Answer> {
        if brief {
            return Ok(None);
        }
        let share = self.peer.memory.call(&self.waits, self.block(), unfolded).await;
        share.map(Some).ok_or_else(|| self.busy())
    }

    /// The owner of its shares.
    fn block(&self) -> Block {
        Block::of(self.peer.address)
    }

    fn busy(&self) -> Answer {
        self.gateway.busy(self.service)
    }
}

/// Runs the blocking part of a call: on this thread if it is brief, otherwise on a separate one.
async fn on_thread<T: Send + 'static>(
    brief: bool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Answer> {
    if brief {
        let done = std::panic::catch_unwind(AssertUnwindSafe(work));
        return done.map_err(|panic| failed(&panic_message(&*panic)));
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
    /// The number of payload bytes that may still arrive.
    left: u64,
    /// The number of bytes of any kind that may still arrive: chunk framing, what follows a form's
    /// file.
    wire_left: u64,
    too_large: Box<WireError>,
}

impl Receiving {
    fn new(
        upload: Box<dyn Upload>,
        gate: Option<BodyGate>,
        limit: u64,
        too_large: Box<WireError>,
    ) -> Self {
        Self { upload, gate, left: limit, wire_left: wire_limit(limit), too_large }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.wire_left = self
            .wire_left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| WireError::clone(&self.too_large))?;
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

/// The message of a panic.
fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// A panic is a bug of ours; the client gets a 500 and the transaction is rolled back.
fn failed(panic: &dyn Display) -> Answer {
    tracing::error!(%panic, "a call panicked");
    Answer::empty(http::StatusCode::INTERNAL_SERVER_ERROR)
}

fn render(answer: Answer, is_head: bool, lane: &Lane, shown: Shown) -> Response<OutBody> {
    let Answer { status, headers, body, made_at: _ } = answer;
    let mut response = Response::new(match body {
        _ if is_head => whole(Bytes::new()),
        AnswerBody::Whole(bytes) => whole(kept(bytes, shown)),
        AnswerBody::Pieces { length, pieces } => {
            let mut response = Response::new(in_pieces(pieces, lane, shown));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
            return response;
        }
    });
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An upload that accepts everything.
    struct Deaf;

    impl Upload for Deaf {
        fn push(&mut self, _: &[u8]) -> Result<(), WireError> {
            Ok(())
        }

        fn finish(
            self: Box<Self>,
            _: Result<Vec<(String, String)>, WireError>,
        ) -> gateway::Answering {
            Box::pin(std::future::ready(Answer::empty(http::StatusCode::OK)))
        }
    }

    /// Bytes that are no payload have an end, too.
    #[test]
    fn a_body_without_payload_is_limited() {
        let too_large = Box::new(WireError::new(400, "EntityTooLarge", ""));
        let mut receiving = Receiving::new(Box::new(Deaf), None, 8, too_large);
        receiving.left = u64::MAX;
        let most = vec![0; usize::try_from(wire_limit(8)).unwrap()];
        assert_eq!(receiving.push(&most), Ok(()));
        assert_eq!(receiving.push(&[0]).unwrap_err().code, "EntityTooLarge");
    }
}
