use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::client::{Connection, Keep};
use crate::failure::Failure;
use crate::latency::{Latencies, whole_us};
use crate::own;
use crate::request::Request;
use crate::work::Work;

/// How often the pacer releases requests that are due.
const PACER_PAUSE: Duration = Duration::from_micros(250);
/// The number of requests after which their list is reused from its beginning.
const REQUESTS_MAX: usize = 120_000;
/// A rate that no server on one machine exceeds; it sizes a closed loop's list.
const CLOSED_RATE_MAX: u32 = 20_000;

/// How requests are paced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As soon as the previous response arrives.
    Closed,
    /// At this many a second, regardless of the server.
    Open(u32),
}

impl Pace {
    /// An open loop at about this rate.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    pub(crate) fn open(rate: f64) -> Self {
        Self::Open(rate.clamp(1.0, 1e6) as u32)
    }
}

/// A load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) address: SocketAddr,
    pub(crate) connections: usize,
    pub(crate) seconds: u32,
    pub(crate) pace: Pace,
}

/// The results.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Latencies of successful requests, from the time at which they were due.
    pub(crate) latencies: Latencies,
    /// The number of error responses.
    pub(crate) errors: usize,
    /// The first error.
    pub(crate) first_error: Option<String>,
    /// Requests that were due but not sent when the time was over: the rate was too high.
    pub(crate) unsent: usize,
    /// From the first request to the last response.
    pub(crate) elapsed: Duration,
}

impl Load {
    /// The number of different requests worth preparing.
    pub(crate) fn expected_requests(&self, work: Work) -> usize {
        let rate = match self.pace {
            Pace::Closed => CLOSED_RATE_MAX,
            Pace::Open(rate) => rate,
        };
        let all = u64::from(rate).saturating_mul(u64::from(self.seconds));
        usize::try_from(all).unwrap_or(usize::MAX).min(REQUESTS_MAX).min(work.requests_max())
    }
}

/// The state shared by the connections.
struct Shared {
    requests: Vec<Request>,
    next: AtomicUsize,
    /// One permit for each request that is due; not used by a closed loop.
    due: Semaphore,
    over: AtomicBool,
    began: Instant,
    pace: Pace,
}

#[derive(Default)]
struct Tally {
    us: Vec<u32>,
    errors: usize,
    first_error: Option<String>,
}

/// Runs the load and waits for the last response.
pub(crate) async fn run(load: &Load, requests: Vec<Request>) -> Result<Measured, Failure> {
    let mut connections = Vec::with_capacity(load.connections);
    for _ in 0..load.connections {
        connections.push(Connection::open(load.address).await?);
    }
    let shared = Arc::new(Shared {
        requests,
        next: AtomicUsize::new(0),
        due: Semaphore::new(0),
        over: AtomicBool::new(false),
        began: own::now(),
        pace: load.pace,
    });
    let mut sending = JoinSet::new();
    for connection in connections {
        sending.spawn(drive(connection, Arc::clone(&shared)));
    }
    let pacer = {
        let (shared, seconds) = (Arc::clone(&shared), load.seconds);
        std::thread::spawn(move || pace(&shared, Duration::from_secs(seconds.into())))
    };
    let mut all = Tally::default();
    while let Some(tally) = sending.join_next().await {
        let tally = tally??;
        all.us.extend(tally.us);
        all.errors += tally.errors;
        all.first_error = all.first_error.or(tally.first_error);
    }
    let elapsed = shared.began.elapsed();
    let due = pacer.join().map_err(|_| "the pacer panicked")?;
    let Tally { us, errors, first_error } = all;
    let unsent = due.saturating_sub(us.len() + errors);
    Ok(Measured { latencies: Latencies::new(us), errors, first_error, unsent, elapsed })
}

/// The latency in microseconds of one request, which must succeed.
pub(crate) async fn once(address: SocketAddr, request: &Request) -> Result<u32, Failure> {
    let mut connection = Connection::open(address).await?;
    let began = own::now();
    connection.call(request, Keep::Body).await?.ok()?;
    Ok(whole_us(began.elapsed()))
}

/// Releases permits as they become due, until the time is over; returns their number.
fn pace(shared: &Shared, length: Duration) -> usize {
    let mut given = 0_usize;
    loop {
        let elapsed = shared.began.elapsed().min(length);
        if let Pace::Open(rate) = shared.pace {
            let due = elapsed.as_micros().saturating_mul(rate.into()) / 1_000_000;
            let due = usize::try_from(due).unwrap_or(usize::MAX);
            shared.due.add_permits(due.saturating_sub(given));
            given = due;
        }
        if elapsed >= length {
            break;
        }
        std::thread::park_timeout(PACER_PAUSE);
    }
    shared.over.store(true, Ordering::Relaxed);
    // Connections that still wait for a permit may stop: all requests that were due have been sent.
    if let Pace::Open(_) = shared.pace {
        shared.due.close();
    }
    given
}

async fn drive(mut connection: Connection, shared: Arc<Shared>) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    loop {
        let (number, due) = match shared.pace {
            Pace::Closed if shared.over.load(Ordering::Relaxed) => return Ok(tally),
            Pace::Closed => (shared.next.fetch_add(1, Ordering::Relaxed), own::now()),
            Pace::Open(rate) => {
                let Ok(permit) = shared.due.acquire().await else { return Ok(tally) };
                permit.forget();
                let number = shared.next.fetch_add(1, Ordering::Relaxed);
                (number, shared.began + due_after(number, rate))
            }
        };
        let place = number.checked_rem(shared.requests.len()).unwrap_or_default();
        let request = shared.requests.get(place).ok_or("there is nothing to send")?;
        let answer = connection.call(request, Keep::Nothing).await?;
        if (200..300).contains(&answer.status) {
            tally.us.push(whole_us(own::now().saturating_duration_since(due)));
        } else {
            tally.errors += 1;
            let text = || format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body));
            tally.first_error.get_or_insert_with(text);
        }
    }
}

/// When the request with this number is due.
fn due_after(number: usize, rate: u32) -> Duration {
    let ns = (number as u128 + 1).saturating_mul(1_000_000_000) / u128::from(rate.max(1));
    Duration::from_nanos(u64::try_from(ns).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Requests are spread evenly over the second.
    #[test]
    fn due_times_follow_the_rate() {
        for (number, rate, want_us) in
            [(0, 1_000, 1_000), (999, 1_000, 1_000_000), (4, 10, 500_000)]
        {
            assert_eq!(due_after(number, rate), Duration::from_micros(want_us));
        }
    }
}
