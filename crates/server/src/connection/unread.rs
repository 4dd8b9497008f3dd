//! Bodies that are not read completely: their senders should still receive the response.

use std::future::{Pending, pending};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Timeout, timeout};

/// How long the rest of an unread body is awaited after the response. Most clients send all of it
/// before they read.
const LINGER: Duration = Duration::from_secs(5);
/// The number of bytes of an unread body that are discarded after the response.
const LINGER_BYTES_MAX: usize = 64 << 20;

/// Whether a connection will receive bytes that are not read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unread(Arc<AtomicBool>);

impl Unread {
    pub(super) fn is_some(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request's body, which notes whether it was read to its end.
pub(super) struct Arriving {
    body: Incoming,
    unread: Unread,
    /// Its end was read. Nothing else shows the end of a chunked body.
    is_read: bool,
}

impl Arriving {
    pub(super) fn new(body: Incoming, unread: &Unread) -> Self {
        Self { body, unread: unread.clone(), is_read: false }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.is_read |= frame.is_none();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        let is_read = self.is_read || self.body.is_end_stream();
        self.unread.0.store(!is_read, Ordering::Relaxed);
    }
}

/// A connection that stays open while its peer still sends bytes that are not read.
///
/// The operating system resets a closed connection on which bytes arrive, and the peer then loses
/// what it has received and not read: the response with the reason.
#[derive(Debug)]
pub(crate) struct Lingering<S> {
    stream: S,
    unread: Unread,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Open,
    /// Nothing more is sent. This many bytes may still arrive.
    Closing(Pin<Box<Timeout<Pending<()>>>>, usize),
    Closed,
}

impl<S> Lingering<S> {
    pub(crate) fn new(stream: S, unread: &Unread) -> Self {
        Self { stream, unread: unread.clone(), stage: Stage::Open }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Lingering<S> {
    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Stage::Closing(end, left) = &mut self.stage else { return Poll::Ready(()) };
        let mut scratch = [0; 8 << 10];
        loop {
            let mut buffer = ReadBuf::new(&mut scratch);
            if end.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let read = ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer));
            let came = buffer.filled().len();
            match left.checked_sub(came) {
                Some(rest) if came > 0 && read.is_ok() => *left = rest,
                _ => return Poll::Ready(()),
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let own = &mut *self;
        if matches!(own.stage, Stage::Open) {
            ready!(Pin::new(&mut own.stream).poll_shutdown(context))?;
            own.stage = if own.unread.is_some() {
                Stage::Closing(Box::pin(timeout(LINGER, pending())), LINGER_BYTES_MAX)
            } else {
                Stage::Closed
            };
        }
        ready!(own.poll_discard(context));
        own.stage = Stage::Closed;
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
