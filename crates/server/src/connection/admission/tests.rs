use std::convert::Infallible;
use std::fmt::Write;
use std::future::pending;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use gateway::{Answering, Gateway, Upload, WireError};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::Empty;
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use testkit::{Kit, REGION};
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;
use tokio::time::timeout;
use wire::sign::{Credentials, payload_hash, sign_header};

use super::*;
use crate::connection::incoming::receive;
use crate::connection::{Lanes, Peer, Receiving, Unread};
use crate::listeners::Port;
use crate::memory::{Budget, MEMORY_BYTES_MIN, Memory, PartOfBlock, Plan, Waits};
use crate::network::Block;
use crate::patience::{Patience, runtime_now};
use crate::places::Ticket;

const HOST: &str = "127.0.0.1:4566";
const MIB: u64 = 1 << 20;
const AT_ONCE: Duration = Duration::ZERO;
/// Longer than anything is waited for.
const LATER: Duration = Duration::from_mins(1);

/// A server with one client address, which may use a quarter of the minimum memory.
struct World {
    kit: Kit,
    peer: Peer,
    block: Block,
}

impl World {
    fn new() -> Self {
        let kit = Kit::new(&[kms::ROWS, s3::ROWS]);
        let part = PartOfBlock { of_block: 1, all: 4 };
        // As the kit's own requests.
        let address = [192, 0, 2, 1].into();
        let peer = Peer {
            address,
            port: Port::Whole,
            tls: None,
            secure: false,
            lane: Lanes::start().unwrap().pick().unwrap(),
            patience: Patience::default().into(),
            place: Ticket::alone().into(),
            memory: Memory::new(Plan::new(Some(MEMORY_BYTES_MIN)), part).into(),
            unread: Unread::default(),
        };
        Self { kit, peer, block: Block::of(address) }
    }

    fn gateway(&self) -> Arc<Gateway> {
        Arc::clone(&self.kit.gateway)
    }

    fn exchange(&self) -> Exchange<'_> {
        let (target, peer) = ("/".to_owned(), self.peer.address);
        let head = Head::new(http::Method::GET, target, HeaderMap::new(), false, peer);
        let service = self.gateway().identify(&head).unwrap().service();
        let (named, waits) = (OnceLock::new(), Waits::default());
        Exchange { gateway: self.gateway(), service, named, peer: &self.peer, waits }
    }

    /// Whether this much memory is available to the address at once.
    async fn has(&self, budget: &Budget, bytes: u64) -> bool {
        budget.wait_within(AT_ONCE, &Waits::default(), self.block, bytes).await.is_some()
    }

    /// All that the address may have of it.
    async fn take_all(&self, budget: &Budget) -> Share {
        budget.wait(&Waits::default(), self.block, u64::MAX).await.unwrap()
    }

    /// What is allocated to a head of these lines. Its body is still to arrive.
    async fn admit(&self, exchange: &Exchange<'_>, lines: &str) -> Result<Admitted, Answer> {
        let request = request(lines).await;
        let (parts, body) = request.into_parts();
        let (target, peer) = (parts.uri.to_string(), self.peer.address);
        let head = Head::new(parts.method, target, parts.headers, false, peer);
        let mut identified = self.kit.gateway.identify(&head).unwrap();
        let body = Arriving::new(body, &self.peer.unread);
        exchange.admit(&mut identified, &head, &body).await
    }

    /// The head of a JSON call with a body of a mebibyte.
    fn json(&self, who: &Credentials) -> String {
        let (target, now) = (("x-amz-target", "TrentService.ListKeys"), self.kit.clock.now());
        let hash = payload_hash(b"another body");
        let added = sign_header("POST", HOST, "/", &[target], &hash, who, REGION, "kms", now);
        let mut lines = format!("POST / HTTP/1.1\r\n{}: {}\r\n", target.0, target.1);
        for (name, value) in added {
            let _ = write!(lines, "{name}: {value}\r\n");
        }
        lines + &format!("content-length: {MIB}\r\n")
    }
}

/// A request as hyper passes it on, whose body does not arrive.
async fn request(lines: &str) -> Request<Incoming> {
    let (mut client, server) = tokio::io::duplex(64 << 10);
    let (sender, receiver) = oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let service = service_fn(move |request: Request<Incoming>| {
        let sender = sender.lock().unwrap().take().unwrap();
        assert!(sender.send(request).is_ok());
        pending::<Result<Response, Infallible>>()
    });
    client.write_all(format!("{lines}host: {HOST}\r\n\r\n").as_bytes()).await.unwrap();
    tokio::spawn(async move {
        let http = hyper::server::conn::http1::Builder::new();
        let _ = http.serve_connection(TokioIo::new(server), service).await;
        drop(client);
    });
    receiver.await.unwrap()
}

type Response = http::Response<Empty<Bytes>>;

fn paused<F: Future>(future: F) -> F::Output {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().unwrap().block_on(future)
}

fn answer(body: AnswerBody) -> Answer {
    Answer { body, ..Answer::empty(StatusCode::OK) }
}

fn large() -> Answer {
    answer(AnswerBody::Whole(vec![0; UNCOUNTED_ANSWER_BYTES_MAX + 1].into()))
}

/// Receivers that do not read occupy the memory of responses, but not that of running calls.
#[test]
fn a_response_holds_the_memory_of_its_call_for_a_second_at_most() {
    let world = World::new();
    paused(async {
        let _taken = world.take_all(&world.peer.memory.answers).await;
        let (exchange, began) = (world.exchange(), runtime_now());
        let call = exchange.call(false, 0).await.ok().flatten();
        assert!(call.is_some());
        let (shown, _) = exchange.show(large(), false, Shares { body: None, call }).await;
        assert_eq!(shown.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(began.elapsed(), HELD_CALL_WAIT);
        let (exchange, began) = (world.exchange(), runtime_now());
        let (shown, _) = exchange.show(large(), false, Shares::default()).await;
        assert_eq!(shown.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            began.elapsed() > 20 * HELD_CALL_WAIT,
            "it holds nothing that other calls wait for, so it may take long"
        );
    });
}

/// An object that waits to be read delays no call: none of it is in memory yet.
#[test]
fn a_streamed_response_holds_no_memory_of_its_call() {
    let world = World::new();
    paused(async {
        let memory = &world.peer.memory;
        let _taken = world.take_all(&memory.streams).await;
        let exchange = world.exchange();
        let call = exchange.call(false, 1 << 20).await.ok().flatten();
        assert!(!world.has(&memory.calls, u64::MAX).await, "the call has its room");
        let streamed = AnswerBody::Pieces { length: 0, pieces: Box::new(std::iter::empty()) };
        let showing = exchange.show(answer(streamed), false, Shares { body: None, call });
        let mut showing = Box::pin(showing);
        assert!(timeout(AT_ONCE, &mut showing).await.is_err(), "it waits");
        assert!(world.has(&memory.calls, u64::MAX).await);
        assert_eq!(showing.await.0.status, StatusCode::SERVICE_UNAVAILABLE);
    });
}

/// However many times a request has to wait, it gets a response within half a minute.
#[test]
fn waits_in_a_row_are_no_longer_than_one() {
    let world = World::new();
    paused(async {
        let memory = &world.peer.memory;
        let taken = world.take_all(&memory.calls).await;
        let _answers = world.take_all(&memory.answers).await;
        let (exchange, began) = (world.exchange(), runtime_now());
        let free = async {
            let _ = timeout(Duration::from_secs(20), pending::<()>()).await;
            drop(taken);
        };
        let (call, ()) = tokio::join!(exchange.call(false, 0), free);
        assert!(call.is_ok_and(|call| call.is_some()), "in time");
        let (shown, _) = exchange.show(large(), false, Shares::default()).await;
        assert_eq!(shown.status, StatusCode::SERVICE_UNAVAILABLE);
        let waited = began.elapsed();
        assert!(waited < Duration::from_secs(30), "{waited:?}");
    });
}

/// A slowly arriving form occupies the memory of its fields, and not that of its file.
#[test]
fn a_form_takes_the_memory_of_its_fields_first() {
    let world = World::new();
    paused(async {
        let (memory, exchange) = (&world.peer.memory, world.exchange());
        let lines = format!(
            "POST /bucket HTTP/1.1\r\ncontent-type: multipart/form-data; boundary=b\r\n\
             content-length: {MIB}\r\n"
        );
        let admitted = world.admit(&exchange, &lines).await.ok().unwrap();
        assert!(admitted.share.is_some() && admitted.pace.is_none());
        assert!(!world.has(&memory.anonymous, 4 * MIB).await, "its fields are counted");
        assert!(world.has(&memory.anonymous, 4 * MIB - FIELDS_BYTES).await);
        assert!(world.has(&memory.streams, 8 * MIB).await, "its file is not");
        drop(admitted);
        assert!(world.has(&memory.anonymous, 4 * MIB).await);
        let _taken = world.take_all(&memory.anonymous).await;
        let refused = timeout(LATER, world.admit(&exchange, &lines)).await.unwrap();
        assert_eq!(refused.err().unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
    });
}

/// A key ID is not a secret. Clients that only name one, with any signature, take no memory from
/// those who have proved theirs, by an earlier call or, on S3, by this head.
#[test]
fn an_invalid_signature_takes_no_memory_of_proven_callers() {
    let world = World::new();
    let mut forger = world.kit.root.clone();
    forger.secret = "x".repeat(40);
    paused(async {
        let memory = &world.peer.memory;
        let mut held = Vec::new();
        for _ in 0..4 {
            let exchange = world.exchange();
            held.push(world.admit(&exchange, &world.json(&forger)).await.ok().unwrap());
        }
        let exchange = world.exchange();
        let fifth = world.admit(&exchange, &world.json(&forger)).await;
        assert_eq!(fifth.err().unwrap().status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(world.has(&memory.proven, 4 * MIB).await, "nothing of this is taken");
        drop(held);
    });
    world.kit.json("TrentService.ListKeys", &serde_json::json!({})).ok();
    paused(async {
        let memory = &world.peer.memory;
        let _taken = world.take_all(&memory.claimed).await;
        let exchange = world.exchange();
        let admitted = world.admit(&exchange, &world.json(&world.kit.root)).await;
        assert!(admitted.is_ok_and(|admitted| admitted.share.is_some()));
    });
}

type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

fn pause() -> Pause {
    Box::pin(async {
        let _ = timeout(Duration::from_secs(10), pending::<()>()).await;
    })
}

/// A body of this many bytes, one every ten seconds.
struct Dripping {
    left: usize,
    pause: Pause,
}

impl Body for Dripping {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        ready!(self.pause.as_mut().poll(context));
        let Some(left) = self.left.checked_sub(1) else { return Poll::Ready(None) };
        (self.left, self.pause) = (left, pause());
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
    }
}

/// An upload that accepts everything.
struct Deaf;

impl Upload for Deaf {
    fn push(&mut self, _: &[u8]) -> Result<(), WireError> {
        Ok(())
    }

    fn finish(self: Box<Self>, body: Result<Vec<(String, String)>, WireError>) -> Answering {
        let mut shown = answer(AnswerBody::Whole(Bytes::new()));
        if let Err(error) = body {
            assert_eq!(error.code, "RequestTimeout");
            shown.status = StatusCode::BAD_REQUEST;
        }
        Box::pin(std::future::ready(shown))
    }
}

/// An upload that drips ends, be there memory to spare or just enough.
#[test]
fn a_slow_upload_ends_with_any_memory_limit() {
    let world = World::new();
    paused(async {
        let exchange = world.exchange();
        let spare = exchange.pace(0).await.ok().unwrap();
        let streams = &world.peer.memory.streams;
        let mut elsewhere = Vec::new();
        for last in 2..4 {
            let block = Block::of([192, 0, 2, last].into());
            elsewhere.push(streams.wait(&Waits::default(), block, u64::MAX).await.unwrap());
        }
        let scarce = exchange.pace(0).await.ok().unwrap();
        assert!(spare.is_ahead && !scarce.is_ahead);
        for pace in [spare, scarce] {
            let too_large = Box::new(WireError::new(400, "EntityTooLarge", ""));
            let receiving = Receiving::new(Box::new(Deaf), None, MIB, too_large);
            let began = runtime_now();
            let body = Dripping { left: 100, pause: pause() };
            let ended = receive(receiving, body, &world.peer, pace).await;
            assert_eq!(ended.status, StatusCode::BAD_REQUEST);
            // While a lane works, a paused clock advances to the next byte.
            let most = world.peer.patience.proven.within + Duration::from_secs(10);
            assert!(began.elapsed() <= most, "{:?}", began.elapsed());
        }
    });
}
