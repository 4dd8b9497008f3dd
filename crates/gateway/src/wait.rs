//! Calls that wait for something to happen, such as a long poll: a future each, and no thread.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use types::Timestamp;

/// A future that is ready at an instant.
type AtInstant = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Makes futures that are ready at an instant of the gateway's clock: the server has timers, and
/// tests move a clock by hand.
#[derive(Clone)]
pub struct Alarm(Arc<dyn Fn(Timestamp) -> AtInstant + Send + Sync>);

impl Alarm {
    /// An alarm from the function that makes its futures.
    pub fn new(at: impl Fn(Timestamp) -> AtInstant + Send + Sync + 'static) -> Self {
        Self(Arc::new(at))
    }

    fn at(&self, instant: Timestamp) -> AtInstant {
        (self.0)(instant)
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alarm")
    }
}

/// What a call waits for before it runs again: a change, of which [`wake`](Self::wake) informs it,
/// or an instant.
///
/// A service keeps a weak reference: what is gone waits no longer.
#[derive(Debug)]
pub struct Wait {
    until: Timestamp,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    is_woken: bool,
    waker: Option<Waker>,
}

impl Wait {
    /// Waits until an instant at most.
    pub fn until(until: Timestamp) -> Arc<Self> {
        Arc::new(Self { until, state: Mutex::default() })
    }

    /// Ends the wait. Returns whether it had not ended by a change before.
    pub fn wake(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = !std::mem::replace(&mut state.is_woken, true);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        is_first
    }

    /// Waits for the change or the instant.
    pub(crate) async fn over(&self, alarm: &Alarm) {
        let mut instant = alarm.at(self.until);
        poll_fn(|context| {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.is_woken {
                return Poll::Ready(());
            }
            state.waker = Some(context.waker().clone());
            drop(state);
            instant.as_mut().poll(context)
        })
        .await;
    }
}
