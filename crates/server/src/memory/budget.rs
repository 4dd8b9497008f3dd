use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::waits::Waits;
use crate::network::Block;

/// The unit of allocation, in bytes.
const UNIT_BYTES: u64 = 1 << 10;
/// The number of addresses that are tracked before unused ones are dropped.
const BLOCKS_KEPT: usize = 1_024;

/// An amount of memory that is allocated in shares, in the order of requests. One address gets only
/// a part of it, so that it cannot delay the others.
pub(crate) struct Budget {
    free: Arc<Semaphore>,
    units: u32,
    /// What one address may have of it.
    units_of_block: u32,
    blocks: Mutex<BTreeMap<Block, Arc<Semaphore>>>,
}

/// One address's part of all budgets: this many of that many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartOfBlock {
    pub(crate) of_block: usize,
    pub(crate) all: usize,
}

/// A part of a [`Budget`], which is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _of_block: OwnedSemaphorePermit,
    _of_all: OwnedSemaphorePermit,
}

impl Budget {
    pub(crate) fn new(bytes: u64, part: PartOfBlock) -> Self {
        let units = u32::try_from(bytes.div_euclid(UNIT_BYTES)).unwrap_or(u32::MAX);
        let of_block = u64::from(units).saturating_mul(part.of_block as u64);
        let of_block = of_block.checked_div(part.all as u64).unwrap_or_default();
        let units_of_block = u32::try_from(of_block).unwrap_or(u32::MAX).clamp(1, units.max(1));
        let free = Arc::new(Semaphore::new(units as usize));
        Self { free, units, units_of_block, blocks: Mutex::default() }
    }

    /// Waits for a share as long as the request may still wait. A share larger than an address's
    /// whole part is that part.
    pub(crate) async fn wait(&self, waits: &Waits, block: Block, bytes: u64) -> Option<Share> {
        self.wait_within(Duration::MAX, waits, block, bytes).await
    }

    /// The same, but no longer than `most`.
    pub(crate) async fn wait_within(
        &self,
        most: Duration,
        waits: &Waits,
        block: Block,
        bytes: u64,
    ) -> Option<Share> {
        let (units, own) = (self.units_of(bytes), self.of(block));
        // Most succeed at once and need no timer.
        if let Some(share) = self.at_once(&own, units) {
            return Some(share);
        }
        let both = async {
            let of_block = own.acquire_many_owned(units).await.ok()?;
            let of_all = Arc::clone(&self.free).acquire_many_owned(units).await.ok()?;
            Some(Share { _of_block: of_block, _of_all: of_all })
        };
        waits.wait_for(most, both).await?
    }

    /// A share for what would be convenient: only while half of all stays free.
    pub(crate) fn spare(&self, block: Block, bytes: u64) -> Option<Share> {
        let units = self.units_of(bytes);
        let half = self.units.div_euclid(2).saturating_add(units);
        if self.free.available_permits() < half as usize {
            return None;
        }
        self.at_once(&self.of(block), units)
    }

    fn at_once(&self, own: &Arc<Semaphore>, units: u32) -> Option<Share> {
        let of_block = Arc::clone(own).try_acquire_many_owned(units).ok()?;
        let of_all = Arc::clone(&self.free).try_acquire_many_owned(units).ok()?;
        Some(Share { _of_block: of_block, _of_all: of_all })
    }

    /// What an address may have.
    fn of(&self, block: Block) -> Arc<Semaphore> {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.len() >= BLOCKS_KEPT {
            // Shares and waiting requests hold a reference.
            blocks.retain(|_, own| Arc::strong_count(own) > 1);
        }
        let own = || Arc::new(Semaphore::new(self.units_of_block as usize));
        Arc::clone(blocks.entry(block).or_insert_with(own))
    }

    fn units_of(&self, bytes: u64) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT_BYTES)).unwrap_or(u32::MAX).min(self.units_of_block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(1);
    const WHOLE: PartOfBlock = PartOfBlock { of_block: 1, all: 1 };

    fn block(last: u8) -> Block {
        Block::of([192, 0, 2, last].into())
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(future)
    }

    /// A request that finds nothing left is rejected after a while; dropped shares are free again.
    #[test]
    fn shares_are_released() {
        let budget = Budget::new(64 << 10, WHOLE);
        block_on(async {
            let first = budget.wait(&Waits::default(), block(1), 48 << 10).await;
            assert!(first.is_some());
            assert!(
                budget.wait_within(SOON, &Waits::default(), block(1), 32 << 10).await.is_none()
            );
            assert!(
                budget.wait_within(SOON, &Waits::default(), block(1), 16 << 10).await.is_some()
            );
            drop(first);
            assert!(
                budget.wait_within(SOON, &Waits::default(), block(1), 64 << 10).await.is_some()
            );
        });
    }

    /// A request larger than the whole budget runs alone.
    #[test]
    fn a_share_is_at_most_all() {
        let budget = Budget::new(64 << 10, WHOLE);
        block_on(async {
            let all = budget.wait_within(SOON, &Waits::default(), block(1), u64::MAX).await;
            assert!(all.is_some());
            assert!(budget.wait_within(SOON, &Waits::default(), block(1), 1).await.is_none());
        });
    }

    /// Convenience ends at the half.
    #[test]
    fn half_is_reserved_for_other_files() {
        let budget = Budget::new(64 << 10, WHOLE);
        let convenient = budget.spare(block(1), 32 << 10);
        assert!(convenient.is_some());
        assert!(budget.spare(block(1), 1 << 10).is_none());
        assert!(
            block_on(budget.wait_within(SOON, &Waits::default(), block(1), 32 << 10)).is_some()
        );
    }

    /// One address that uses its maximum leaves the rest to the others, and can reuse what it
    /// releases.
    #[test]
    fn an_address_has_a_part() {
        let budget = Budget::new(64 << 10, PartOfBlock { of_block: 1, all: 4 });
        block_on(async {
            let all_of_one = budget.wait_within(SOON, &Waits::default(), block(1), u64::MAX).await;
            assert!(all_of_one.is_some());
            assert!(budget.wait_within(SOON, &Waits::default(), block(1), 1).await.is_none());
            assert!(budget.spare(block(1), 1).is_none());
            for other in 2..5 {
                assert!(
                    budget
                        .wait_within(SOON, &Waits::default(), block(other), 16 << 10)
                        .await
                        .is_some(),
                    "{other}"
                );
            }
            drop(all_of_one);
            assert!(
                budget.wait_within(SOON, &Waits::default(), block(1), 16 << 10).await.is_some()
            );
        });
    }

    /// Addresses without shares are dropped, those with shares are not.
    #[test]
    fn idle_addresses_are_dropped() {
        let budget = Budget::new(64 << 10, PartOfBlock { of_block: 1, all: 4 });
        let held = budget.spare(block(1), 16 << 10);
        assert!(held.is_some());
        for number in 0..u32::try_from(2 * BLOCKS_KEPT).unwrap() {
            drop(budget.spare(Block::of(std::net::Ipv4Addr::from_bits(number).into()), 1));
        }
        assert!(budget.blocks.lock().unwrap().len() <= BLOCKS_KEPT);
        assert!(budget.spare(block(1), 1).is_none(), "its part is taken still");
    }
}
