//! Bodies on their way in, whole or batch by batch.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use gateway::{Answer, Answering, Identified, WireError};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::task::spawn_blocking;

use super::{BATCH_BYTES, Receiving, Stage, failed};

/// How long a body may stand still.
///
/// Assumed: AWS's front ends wait as long.
const STILL_MAX: Duration = Duration::from_secs(20);
/// Frames of a batch at most, for they may be short.
const BATCH_FRAMES_MAX: usize = 1_024;

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
    if body.size_hint().lower() > limit {
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
        whole.extend_from_slice(&piece);
    }
    Ok(whole.freeze())
}

/// Moves a body from the socket to threads that may block. A sender who keeps us waiting holds
/// none of them; while one batch is worked on, the next is collected.
pub(super) async fn receive<B>(receiving: Receiving, mut body: B) -> Answer
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut working = spawn_blocking(move || Stage::Receiving(receiving));
    loop {
        let (pieces, end) = batch(&mut body).await;
        let receiving = match working.await {
            Ok(Stage::Receiving(receiving)) => receiving,
            Ok(Stage::Answering(answering)) => return answering.await,
            Err(panic) => return failed(&panic),
        };
        let Some(end) = end else {
            working = spawn_blocking(move || receiving.take(&pieces));
            continue;
        };
        return match spawn_blocking(move || receiving.end(&pieces, end)).await {
            Ok(answering) => answering.await,
            Err(panic) => failed(&panic),
        };
    }
}

impl Receiving {
    fn take(mut self, pieces: &[Bytes]) -> Stage {
        match pieces.iter().try_for_each(|piece| self.push(piece)) {
            Ok(()) => Stage::Receiving(self),
            refused => Stage::Answering(self.finish(refused)),
        }
    }

    fn end(self, pieces: &[Bytes], end: Result<(), WireError>) -> Answering {
        match self.take(pieces) {
            Stage::Receiving(receiving) => receiving.finish(end),
            Stage::Answering(answering) => answering,
        }
    }
}

/// The next bytes, and how the body ended if it did.
async fn batch<B>(body: &mut B) -> (Vec<Bytes>, Option<Result<(), WireError>>)
where
    B: Body<Data = Bytes> + Unpin,
{
    let (mut pieces, mut bytes) = (Vec::new(), 0_usize);
    while bytes < BATCH_BYTES && pieces.len() < BATCH_FRAMES_MAX {
        match next(body).await {
            Ok(Some(piece)) => {
                bytes = bytes.saturating_add(piece.len());
                pieces.push(piece);
            }
            Ok(None) => return (pieces, Some(Ok(()))),
            Err(error) => return (pieces, Some(Err(error))),
        }
    }
    (pieces, None)
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
