//! Bodies on their way in, whole or batch by batch.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use gateway::{Answer, Answering, Identified, WireError};
use hyper::body::Body;
use tokio::task::spawn_blocking;

use super::admission::Pace;
use super::{BATCH_BYTES, Peer, Receiving, Stage, failed};
use crate::patience::Pacing;
use crate::places::Ticket;

/// The maximum time without a byte of the body.
///
/// Assumed: AWS's front ends wait as long.
const STILL_MAX: Duration = Duration::from_secs(20);

/// What one frame of a body may have, so that batches need not grow for the last of theirs.
const FRAME_BYTES_MAX: usize = 64 << 10;

/// The next bytes, possibly none; `None` at the end. The body may neither stop nor arrive too
/// slowly.
pub(super) async fn next<B>(body: &mut B, pacing: &mut Pacing) -> Result<Option<Bytes>, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    next_within(STILL_MAX, body, pacing).await
}

/// Source: S3 API Reference, "Error responses".
async fn next_within<B>(
    wait: Duration,
    body: &mut B,
    pacing: &mut Pacing,
) -> Result<Option<Bytes>, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let frame = poll_fn(|context| match Pin::new(&mut *body).poll_frame(context) {
        Poll::Ready(frame) => Poll::Ready(Ok(frame)),
        Poll::Pending => pacing.poll_too_slow(context).map(Err),
    });
    let frame = tokio::time::timeout(wait, frame).await.map_err(|_| ()).flatten();
    // Processing uses our time, not the sender's. A piece may be a single byte, so the sender's
    // time continues.
    pacing.pause();
    let (code, text) = match frame {
        Ok(None) => return Ok(None),
        Ok(Some(Ok(frame))) => {
            let data = frame.into_data().unwrap_or_default();
            pacing.moved(data.len());
            return Ok(Some(data));
        }
        Ok(Some(Err(_))) => (
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
        ),
        Err(()) => (
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the \
             timeout period. Idle connections will be closed.",
        ),
    };
    Err(WireError::new(400, code, text))
}

/// The whole body, if it has at most `limit` bytes. Its sender is unauthenticated until it has
/// arrived.
pub(super) async fn collect<B>(
    body: B,
    limit: u64,
    identified: &Identified,
    peer: &Peer,
) -> Result<Bytes, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    if body.size_hint().lower() > limit {
        return Err(identified.too_large(limit));
    }
    let mut unproven = Unproven::begin(peer);
    let came = whole(body, limit, identified, &mut unproven.pacing).await;
    unproven.end(came)
}

/// The time in which a sender is unauthenticated: its bytes must not arrive too slowly, and it
/// keeps its place only as long as no other connection needs it.
pub(super) struct Unproven<'a> {
    pub(super) pacing: Pacing,
    place: &'a Ticket,
}

impl<'a> Unproven<'a> {
    pub(super) fn begin(peer: &'a Peer) -> Self {
        peer.place.wait_for_body();
        Self { pacing: Pacing::new(peer.patience.unproven), place: &peer.place }
    }

    /// Returns what arrived, unless the place was lost.
    pub(super) fn end<T>(self, came: Result<T, WireError>) -> Result<T, WireError> {
        if self.place.body_came() {
            return came;
        }
        // The connection ends before this could be sent.
        Err(WireError::without_message(503, "SlowDown"))
    }
}

async fn whole<B>(
    mut body: B,
    limit: u64,
    identified: &Identified,
    pacing: &mut Pacing,
) -> Result<Bytes, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let declared = body.size_hint().lower();
    let mut whole = BytesMut::new();
    while let Some(piece) = next(&mut body, pacing).await? {
        if (whole.len() as u64).saturating_add(piece.len() as u64) > limit {
            return Err(identified.too_large(limit));
        }
        if whole.is_empty() && body.is_end_stream() {
            // Most bodies are one frame, which needs no copy.
            return Ok(piece);
        }
        if whole.is_empty() {
            // Exactly the size of the body's share.
            whole.reserve(usize::try_from(declared).unwrap_or_default());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// Moves a body from the socket to a thread that may block. A slow sender does not occupy the
/// thread.
pub(super) async fn receive<B>(receiving: Receiving, body: B, peer: &Peer, pace: Pace) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
{
    if pace.is_ahead {
        in_batches(receiving, body, peer).await
    } else {
        piecewise(receiving, body, peer).await
    }
}

/// Passes on bytes as they arrive, without a copy: nothing is read meanwhile.
async fn piecewise<B>(mut receiving: Receiving, mut body: B, peer: &Peer) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut pacing = Pacing::new(peer.patience.proven);
    let end = loop {
        let piece = match next(&mut body, &mut pacing).await {
            Ok(Some(piece)) => piece,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        };
        match peer.lane.run(move || receiving.take(&piece)).await {
            Ok(Stage::Receiving(same)) => receiving = same,
            Ok(Stage::Answering(answering)) => return answering.await,
            Err(panic) => return failed(&panic),
        }
    };
    match spawn_blocking(move || receiving.end(&[], end)).await {
        Ok(answering) => answering.await,
        Err(panic) => failed(&panic),
    }
}

/// While one batch is worked on, the next is collected.
async fn in_batches<B>(receiving: Receiving, mut body: B, peer: &Peer) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
{
    let lane = &peer.lane;
    let mut pacing = Pacing::new(peer.patience.proven);
    let mut batch = Vec::with_capacity(BATCH_BYTES + FRAME_BYTES_MAX);
    let mut working = lane.run(move || {
        (Stage::Receiving(receiving), Vec::with_capacity(BATCH_BYTES + FRAME_BYTES_MAX))
    });
    loop {
        let end = fill(&mut batch, &mut body, &mut pacing).await;
        let (receiving, worked_off) = match working.await {
            Ok((Stage::Receiving(receiving), batch)) => (receiving, batch),
            Ok((Stage::Answering(answering), _)) => return answering.await,
            Err(panic) => return failed(&panic),
        };
        let full = std::mem::replace(&mut batch, worked_off);
        let Some(end) = end else {
            working = lane.run(move || (receiving.take(&full), full));
            continue;
        };
        // The end waits for the disk, and others are in the lane.
        return match spawn_blocking(move || receiving.end(&full, end)).await {
            Ok(answering) => answering.await,
            Err(panic) => failed(&panic),
        };
    }
}

impl Receiving {
    fn take(mut self, bytes: &[u8]) -> Stage {
        match self.push(bytes) {
            Ok(()) => Stage::Receiving(self),
            refused => Stage::Answering(self.finish(refused)),
        }
    }

    fn end(self, bytes: &[u8], end: Result<(), WireError>) -> Answering {
        match self.take(bytes) {
            Stage::Receiving(receiving) => receiving.finish(end),
            Stage::Answering(answering) => answering,
        }
    }
}

/// Collects the next bytes in place of those in `batch`; returns how the body ended, if it did.
/// They are copied, because the socket's buffers are then reused at once.
async fn fill<B>(
    batch: &mut Vec<u8>,
    body: &mut B,
    pacing: &mut Pacing,
) -> Option<Result<(), WireError>>
where
    B: Body<Data = Bytes> + Unpin,
{
    batch.clear();
    while batch.len() < BATCH_BYTES {
        match next(body, pacing).await {
            Ok(Some(piece)) => batch.extend_from_slice(&piece),
            Ok(None) => return Some(Ok(())),
            Err(error) => return Some(Err(error)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::task::Context;

    use hyper::body::Frame;

    use super::*;
    use crate::LeastRate;

    /// A body of this many single bytes, with a wait before each; then its sender stops.
    struct Dripping {
        left: usize,
        waited: bool,
    }

    impl Body for Dripping {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
            let Some(left) = self.left.checked_sub(1) else { return Poll::Pending };
            self.waited = !self.waited;
            if self.waited {
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            self.left = left;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    const SOON: Duration = Duration::from_millis(1);
    const NEVER: Duration = Duration::from_hours(1);

    /// The number of bytes that arrived, and the error that ended them.
    fn read(left: usize, still: Duration, rate: LeastRate) -> (usize, String) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (mut pacing, mut came) = (Pacing::new(rate), 0);
        let mut body = Dripping { left, waited: false };
        loop {
            match runtime.block_on(next_within(still, &mut body, &mut pacing)) {
                Ok(piece) => came += piece.unwrap().len(),
                Err(error) => return (came, error.code),
            }
        }
    }

    const TIMEOUT: &str = "RequestTimeout";

    #[test]
    fn a_body_that_stops_is_refused() {
        let rate = LeastRate { bytes: 10, within: NEVER };
        assert_eq!(read(0, SOON, rate), (0, TIMEOUT.to_owned()));
    }

    /// It never stops for long enough to be refused for that, and never ends.
    #[test]
    fn a_body_that_arrives_too_slowly_is_rejected() {
        let (came, code) = read(usize::MAX, NEVER, LeastRate { bytes: u64::MAX, within: SOON });
        assert!(came > 0);
        assert_eq!(code, TIMEOUT);
    }

    /// Bytes that arrive in time extend the time for the same number.
    #[test]
    fn a_body_that_arrives_in_time_is_accepted() {
        let rate = LeastRate { bytes: 1, within: NEVER };
        assert_eq!(read(1_000, SOON, rate), (1_000, TIMEOUT.to_owned()));
    }
}
