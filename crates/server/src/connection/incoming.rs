//! Bodies on their way in, whole or batch by batch.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use gateway::{Answer, Answering, Identified, WireError};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::task::spawn_blocking;

use super::admission::Pace;
use super::{BATCH_BYTES, Peer, Receiving, Stage, failed};

/// How long a body may stand still.
///
/// Assumed: AWS's front ends wait as long.
const STILL_MAX: Duration = Duration::from_secs(20);

/// What one frame of a body may have, so that batches need not grow for the last of theirs.
const FRAME_BYTES_MAX: usize = 64 << 10;

/// The next bytes, which may be none; `None` at the end.
pub(super) async fn next<B>(body: &mut B) -> Result<Option<Bytes>, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    next_within(STILL_MAX, body).await
}

/// Source: S3 API Reference, "Error responses".
async fn next_within<B>(wait: Duration, body: &mut B) -> Result<Option<Bytes>, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (code, text) = match tokio::time::timeout(wait, body.frame()).await {
        Ok(None) => return Ok(None),
        Ok(Some(Ok(frame))) => return Ok(Some(frame.into_data().unwrap_or_default())),
        Ok(Some(Err(_))) => (
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
        ),
        Err(_) => (
            "RequestTimeout",
            "Your socket connection to the server was not read from or written to within the \
             timeout period. Idle connections will be closed.",
        ),
    };
    Err(WireError::new(400, code, text))
}

/// The whole body, if it has at most `limit` bytes.
pub(super) async fn collect<B>(
    mut body: B,
    limit: u64,
    identified: &Identified,
) -> Result<Bytes, WireError>
where
    B: Body<Data = Bytes> + Unpin,
{
    let declared = body.size_hint().lower();
    if declared > limit {
        return Err(identified.too_large(limit));
    }
    let mut whole = BytesMut::new();
    while let Some(piece) = next(&mut body).await? {
        if (whole.len() as u64).saturating_add(piece.len() as u64) > limit {
            return Err(identified.too_large(limit));
        }
        if whole.is_empty() && body.is_end_stream() {
            // Most bodies are one frame, which needs no copy.
            return Ok(piece);
        }
        if whole.is_empty() {
            // Exactly what the body's share is for.
            whole.reserve(usize::try_from(declared).unwrap_or_default());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// Moves a body from the socket to a thread that may block. A sender who keeps us waiting does not
/// hold it.
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

/// Hands on what comes as it comes, without a copy: nothing is read meanwhile.
async fn piecewise<B>(mut receiving: Receiving, mut body: B, peer: &Peer) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
{
    let end = loop {
        let piece = match next(&mut body).await {
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
    let mut batch = Vec::with_capacity(BATCH_BYTES + FRAME_BYTES_MAX);
    let mut working = lane.run(move || {
        (Stage::Receiving(receiving), Vec::with_capacity(BATCH_BYTES + FRAME_BYTES_MAX))
    });
    loop {
        let end = fill(&mut batch, &mut body).await;
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

/// Collects the next bytes in place of those that `batch` holds; says how the body ended, if it
/// did. They are copied, for the socket's buffers are used again at once then.
async fn fill<B>(batch: &mut Vec<u8>, body: &mut B) -> Option<Result<(), WireError>>
where
    B: Body<Data = Bytes> + Unpin,
{
    batch.clear();
    while batch.len() < BATCH_BYTES {
        match next(body).await {
            Ok(Some(piece)) => batch.extend_from_slice(&piece),
            Ok(None) => return Some(Ok(())),
            Err(error) => return Some(Err(error)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;

    /// A body whose sender says nothing more.
    struct Silent;

    impl Body for Silent {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
            Poll::Pending
        }
    }

    #[test]
    fn a_body_that_stands_still_is_refused() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let waited = runtime.block_on(next_within(Duration::from_millis(1), &mut Silent));
        assert_eq!(waited.unwrap_err().code, "RequestTimeout");
    }
}
