//! How long the server waits for those at the other end. Each wait holds memory, and a connection
//! of the few that there are.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::time::Instant;

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
    /// For bodies whose call was authorized before they came: 240 bytes a second, the default of
    /// IIS and of Kestrel. S3 documents only the wait after which it answers `RequestTimeout`.
    pub proven: LeastRate,
    /// For answers, while the receiver takes no more: again 240 bytes a second.
    pub answer: LeastRate,
    /// How long calls that run may take to finish when the server stops: supervisors wait for half
    /// a minute or more before they kill.
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

/// So many bytes, or all that are left, have to move within this time, and then as many again.
/// Only waiting counts, and bytes that moved sooner leave the whole time to the next.
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
            self.begin_anew();
        }
    }

    /// Nothing is waited for any more.
    pub(crate) fn begin_anew(&mut self) {
        (self.moved, self.waited, self.wait) = (0, Duration::ZERO, None);
    }

    /// What follows is our time, until the next wait for the same bytes.
    pub(crate) fn pause(&mut self) {
        if let Some((began, _)) = self.wait.take() {
            self.waited = self.waited.saturating_add(began.elapsed());
        }
    }

    /// Asked while the other side keeps us waiting: ready when that is too slow.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let left = self.rate.within.saturating_sub(self.waited);
        if left.is_zero() {
            return Poll::Ready(());
        }
        let begin = || (Instant::now(), TokioTimer::new().sleep(left));
        self.wait.get_or_insert_with(begin).1.as_mut().poll(context)
    }
}
