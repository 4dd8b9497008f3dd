use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::out_body::OutBody;

/// The body of a response, with what ends together with it.
pub(super) struct Answering<G> {
    body: OutBody,
    _until: G,
}

impl<G> Answering<G> {
    pub(super) fn new(body: OutBody, until: G) -> Self {
        Self { body, _until: until }
    }
}

impl<G: Unpin> Body for Answering<G> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
