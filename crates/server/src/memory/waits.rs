use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use crate::patience::runtime_now;

/// The maximum total time for which one request may wait for memory. Longer than a body may stop,
/// so that waiting requests outlast those that only occupy memory; shorter than the minute for
/// which clients wait for a response.
const ALL: Duration = Duration::from_secs(25);

/// The remaining time for which one request may wait for memory. Its body, its call and its
/// response share this time, so that three waits in a row are no longer than one.
///
/// Only waiting counts: a slow body leaves as much time for the response.
#[derive(Debug)]
pub(crate) struct Waits(Mutex<Duration>);

impl Default for Waits {
    fn default() -> Self {
        Self(Mutex::new(ALL))
    }
}

impl Waits {
    /// The memory, if it is available within the remaining time and within `most`.
    pub(super) async fn wait_for<T>(
        &self,
        most: Duration,
        room: impl Future<Output = T>,
    ) -> Option<T> {
        let wait = most.min(*self.left());
        let began = runtime_now();
        let found = timeout(wait, room).await.ok();
        let mut left = self.left();
        *left = left.saturating_sub(began.elapsed());
        found
    }

    fn left(&self) -> MutexGuard<'_, Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    /// Several waits in a row are no longer than one; an immediate success costs no time.
    #[test]
    fn all_waits_of_a_request_share_one_limit() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let (waits, began) = (Waits::default(), runtime_now());
            assert_eq!(waits.wait_for(Duration::MAX, async { 7 }).await, Some(7));
            assert_eq!(waits.wait_for(ALL / 5, pending::<()>()).await, None);
            assert_eq!(began.elapsed(), ALL / 5);
            for _ in 0..3 {
                assert_eq!(waits.wait_for(Duration::MAX, pending::<()>()).await, None);
                assert_eq!(began.elapsed(), ALL);
            }
            assert_eq!(waits.wait_for(Duration::MAX, async { 7 }).await, Some(7), "it is there");
        });
    }
}
