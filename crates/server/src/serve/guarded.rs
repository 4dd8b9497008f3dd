//! A socket whose peer must keep reading.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::patience::{LeastRate, Pacing};
use crate::places::Ticket;

/// A socket that fails when the peer accepts less than the minimum rate, and that reports to the
/// connection's [`Ticket`] when everything is sent.
pub(super) struct Guarded {
    stream: TcpStream,
    ticket: Arc<Ticket>,
    pacing: Pacing,
}

impl Guarded {
    pub(super) fn new(stream: TcpStream, ticket: Arc<Ticket>, rate: LeastRate) -> Self {
        Self { stream, ticket, pacing: Pacing::new(rate) }
    }

    /// Counts what was written; fails if what waits to be written waits too long.
    fn judge(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.pacing.moved(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => {
                if self.pacing.poll_too_slow(context).is_ready() {
                    // What the operating system still buffers for the peer is dropped, too.
                    let _ = self.stream.set_zero_linger();
                    let text = "the response was not read";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, text)));
                }
            }
        }
        written
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judge(written, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.judge(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if matches!(flushed, Poll::Ready(Ok(()))) {
            // The time that we need for the next bytes does not count as the peer's.
            self.pacing.reset();
            self.ticket.all_sent();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
