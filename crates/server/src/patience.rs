//! How long the server waits for those at the other end. Each wait holds memory, and a connection
//! of the few that there are.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;

/// The waits and least rates of all connections. No key of the configuration sets them; tests do.
#[derive(Debug, Clone)]
pub struct Patience {
    /// From a connection's beginning, or from its last answer, until the next head is whole: both
    /// an idle connection and a head that drips end then.
    pub head: Duration,
    /// The same for connections of trusted proxies, which keep them for later requests.
    ///
    /// Source: ELB User Guide, "Connection idle timeout": 60 seconds, and a target's shall be
    /// longer; nginx's `keepalive_timeout` to its upstreams is 60 seconds, too.
    pub head_of_proxy: Duration,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// How long a connection may take from its beginning to the end of its answer when there is no
    /// room for it.
    pub spare: Duration,
    /// For bodies of senders that have proven nothing yet.
    ///
    /// Source: Apache's `mod_reqtimeout`: `body=20,MinRate=500`.
    pub unproven: LeastRate,
    /// For bodies whose call was authorized before they came.
    ///
    /// Assumed: AWS has a least rate for uploads, besides the wait after which S3 answers
    /// `RequestTimeout`, and this one, 240 bytes a second as in IIS and Kestrel, is not above it.
    pub proven: LeastRate,
    /// For answers, while the receiver takes no more.
    ///
    /// Assumed: AWS ends a connection whose receiver takes less, again 240 bytes a second.
    pub answer: LeastRate,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            head_of_proxy: Duration::from_secs(90),
            handshake: Duration::from_secs(10),
            spare: Duration::from_secs(3),
            unproven: LeastRate { bytes: 10_000, within: Duration::from_secs(20) },
            proven: LeastRate { bytes: 14_400, within: Duration::from_mins(1) },
            answer: LeastRate { bytes: 14_400, within: Duration::from_mins(1) },
        }
    }
}

/// So many bytes, or all that are left, have to move within this time, and then as many again.
/// Only waiting counts: whoever has moved them sooner begins anew with the next wait.
#[derive(Debug, Clone, Copy)]
pub struct LeastRate {
    /// Bytes.
    pub bytes: u64,
    /// The time for them.
    pub within: Duration,
}

/// Bytes on their way, measured by a [`LeastRate`].
pub(crate) struct Pacing {
    rate: LeastRate,
    moved: u64,
    /// Runs from the first wait for these bytes on.
    due: Option<Pin<Box<dyn Sleep>>>,
}

impl Pacing {
    pub(crate) fn new(rate: LeastRate) -> Self {
        Self { rate, moved: 0, due: None }
    }

    /// Bytes have moved.
    pub(crate) fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes as u64);
        if self.moved >= self.rate.bytes {
            self.begin_anew();
        }
    }

    /// Nothing is waited for any more.
    pub(crate) fn begin_anew(&mut self) {
        (self.moved, self.due) = (0, None);
    }

    /// Asked while the other side keeps us waiting: ready when that is too slow.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let within = self.rate.within;
        self.due.get_or_insert_with(|| TokioTimer::new().sleep(within)).as_mut().poll(context)
    }
}
