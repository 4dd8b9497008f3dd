use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is counted as one, in bytes.
const UNIT_BYTES: u64 = 1 << 10;
/// How long a share is waited for. Longer than a body may stand still, so that whoever waits
/// outlasts those who only occupy the memory; shorter than clients wait for an answer, which is
/// a minute.
const WAIT: Duration = Duration::from_secs(25);

/// An amount of memory that is handed out in shares, to each in turn.
pub(crate) struct Budget {
    free: Arc<Semaphore>,
    units: u32,
}

/// A part of a [`Budget`], which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _permit: OwnedSemaphorePermit,
}

impl Budget {
    pub(crate) fn new(bytes: u64) -> Self {
        let units = u32::try_from(bytes.div_euclid(UNIT_BYTES)).unwrap_or(u32::MAX);
        Self { free: Arc::new(Semaphore::new(units as usize)), units }
    }

    /// Waits for a share, but not for ever. One that is larger than all there is, is all there is.
    pub(crate) async fn wait(&self, bytes: u64) -> Option<Share> {
        self.wait_within(WAIT, bytes).await
    }

    async fn wait_within(&self, wait: Duration, bytes: u64) -> Option<Share> {
        let units = self.units_of(bytes);
        // Most find one at once and need no timer.
        if let Ok(permit) = Arc::clone(&self.free).try_acquire_many_owned(units) {
            return Some(Share { _permit: permit });
        }
        let permit = Arc::clone(&self.free).acquire_many_owned(units);
        let permit = tokio::time::timeout(wait, permit).await.ok()?.ok()?;
        Some(Share { _permit: permit })
    }

    /// A share for what would be convenient: only while half of all stays free.
    pub(crate) fn spare(&self, bytes: u64) -> Option<Share> {
        let units = self.units_of(bytes);
        let half = self.units.div_euclid(2).saturating_add(units);
        if self.free.available_permits() < half as usize {
            return None;
        }
        let permit = Arc::clone(&self.free).try_acquire_many_owned(units).ok()?;
        Some(Share { _permit: permit })
    }

    fn units_of(&self, bytes: u64) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX).min(self.units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(1);

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(future)
    }

    /// Who finds nothing left is refused after a while; what is dropped is free again.
    #[test]
    fn shares_come_back() {
        let budget = Budget::new(64 << 10);
        block_on(async {
            let first = budget.wait(48 << 10).await;
            assert!(first.is_some());
            assert!(budget.wait_within(SOON, 32 << 10).await.is_none());
            assert!(budget.wait_within(SOON, 16 << 10).await.is_some());
            drop(first);
            assert!(budget.wait_within(SOON, 64 << 10).await.is_some());
        });
    }

    /// What is larger than all is done alone.
    #[test]
    fn a_share_is_at_most_all() {
        let budget = Budget::new(64 << 10);
        block_on(async {
            let all = budget.wait_within(SOON, u64::MAX).await;
            assert!(all.is_some());
            assert!(budget.wait_within(SOON, 1).await.is_none());
        });
    }

    /// Convenience ends at the half.
    #[test]
    fn half_is_kept_for_what_is_needed() {
        let budget = Budget::new(64 << 10);
        let convenient = budget.spare(32 << 10);
        assert!(convenient.is_some());
        assert!(budget.spare(1 << 10).is_none());
        assert!(block_on(budget.wait_within(SOON, 32 << 10)).is_some());
    }
}
