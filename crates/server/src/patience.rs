//! How long the server waits for its peers. Each wait occupies memory, and one of a limited number
//! of connections.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::time::Instant;

/// The waits and least rates of all connections. No key of the configuration sets them; tests do.
#[derive(Debug, Clone)]
pub struct Patience {
    /// From a connection's beginning, or from its last response, until the next head is complete:
    /// closes both idle connections and slow heads.
    pub head: Duration,
    /// The same for connections from trusted proxies, which reuse them.
    ///
    /// Source: ELB User Guide, "Connection idle timeout": 60 seconds, and a target's shall be
    /// longer; nginx's `keepalive_timeout` to its upstreams is 60 seconds, too.
    pub head_of_proxy: Duration,
    /// The time limit of a TLS handshake.
    pub handshake: Duration,
    /// The time limit of a connection beyond the limit, from its beginning to the end of its
    /// response.
    pub spare: Duration,
    /// For bodies of senders that have proven nothing yet.
    ///
    /// Source: Apache's `mod_reqtimeout`: `body=20,MinRate=500`.
    pub unproven: LeastRate,
    /// For bodies whose call was authorized before they arrived: 240 bytes a second, the default of
    /// IIS and of Kestrel. S3 documents only the wait after which it answers `RequestTimeout`.
    pub proven: LeastRate,
    /// For responses, while the receiver accepts no more: again 240 bytes a second.
    pub answer: LeastRate,
    /// How long running calls may take to finish when the server stops: supervisors wait for half a
    /// minute or more before they kill it.
    ///
    /// Source: `terminationGracePeriodSeconds` of Kubernetes is 30 seconds, `TimeoutStopSec` of
    /// systemd 90.
    pub finish: Duration,
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
            finish: Duration::from_secs(20),
        }
    }
}

/// This many bytes, or all the remaining ones, must move within this time, and then as many again.
/// Only waiting counts, and bytes that move earlier leave the full time to the next.
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
    /// What these bytes were waited for before the wait that runs.
    waited: Duration,
    /// When the wait that runs began, and when it is too long.
    wait: Option<(Instant, Pin<Box<dyn Sleep>>)>,
}

impl Pacing {
    pub(crate) fn new(rate: LeastRate) -> Self {
        Self { rate, moved: 0, waited: Duration::ZERO, wait: None }
    }

    /// Bytes have moved.
    pub(crate) fn moved(&mut self, bytes: usize) {
        self.moved = self.moved.saturating_add(bytes as u64);
        if self.moved >= self.rate.bytes {
            self.reset();
        }
    }

    /// Ends the current wait and starts counting again.
    pub(crate) fn reset(&mut self) {
        (self.moved, self.waited, self.wait) = (0, Duration::ZERO, None);
    }

    /// What follows is our time, until the next wait for the same bytes.
    pub(crate) fn pause(&mut self) {
        if let Some((began, _)) = self.wait.take() {
            self.waited = self.waited.saturating_add(began.elapsed());
        }
    }

    /// Polled while waiting for the peer: ready when it is too slow.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.rate.within.saturating_sub(self.waited);
        if left.is_zero() {
            return Poll::Ready(());
        }
        let begin = || (runtime_now(), TokioTimer::new().sleep(left));
        self.wait.get_or_insert_with(begin).1.as_mut().poll(context)
    }
}

/// The time by which deadlines of sockets and of waits for memory are measured.
#[expect(clippy::disallowed_methods, reason = "the runtime's timers, which wait, have no other")]
pub(crate) fn runtime_now() -> Instant {
    Instant::now()
}
