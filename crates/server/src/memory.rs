//! How the memory that the process may have is shared out.
//!
//! One figure, `memory_max`, limits the whole process. Fixed parts of it are for what clients can
//! make grow; each part is a [`Budget`] that allocates shares, and a request that finds nothing
//! left waits. One address gets at most a part of each budget, as it does of connections. The rest
//! is for the program itself, its caches, and the allocator's overhead.

mod budget;
mod machine;
pub(crate) mod unfolded;
mod waits;

use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use gateway::Effort;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use budget::{Budget, PartOfBlock, Share};
pub(crate) use waits::Waits;

use crate::network::Block;

/// The minimum for a server, in bytes.
pub(crate) const MEMORY_BYTES_MIN: u64 = 256 << 20;
/// The default maximum, in bytes: more does not improve performance.
const DEFAULT_BYTES_MAX: u64 = 4 << 30;
/// By default, one of this many parts of the memory of the machine or its cgroup.
const DEFAULT_PART: u64 = 2;
/// The assumed memory of a machine that does not report it, in bytes.
const UNKNOWN_MACHINE_BYTES: u64 = 1 << 30;
/// The memory that one connection may use, in bytes: an unfinished head of 64 KiB, or the socket's
/// buffers while a body is streamed, and its task.
const CONNECTION_BYTES: u64 = 72 << 10;

/// The cost of a call on a separate thread, in bytes, independent of its body.
const CALL_BYTES: u64 = 4 << 20;

/// Searches that run at once, for each core: one computes while another reads.
const SEARCHES_PER_CORE: usize = 2;

/// The parts of `memory_max`, in sixteenths. The remaining three are for the program.
#[derive(Debug, Clone, Copy)]
struct Parts;

impl Parts {
    const PAGE_CACHE: u64 = 1;
    const CONNECTIONS: u64 = 3;
    const PROVEN: u64 = 1;
    const CLAIMED: u64 = 1;
    const ANONYMOUS: u64 = 1;
    const STREAMS: u64 = 2;
    const ANSWERS: u64 = 1;
    const CALLS: u64 = 3;
}

/// Sizes that follow from `memory_max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    bytes: u64,
}

impl Plan {
    /// `configured`, or what suits the machine.
    pub(crate) fn new(configured: Option<u64>) -> Self {
        let suiting = || {
            let machine = machine::memory_bytes().unwrap_or(UNKNOWN_MACHINE_BYTES);
            machine.div_euclid(DEFAULT_PART).clamp(MEMORY_BYTES_MIN, DEFAULT_BYTES_MAX)
        };
        Self { bytes: configured.unwrap_or_else(suiting).max(MEMORY_BYTES_MIN) }
    }

    fn part(self, sixteenths: u64) -> u64 {
        self.bytes.div_euclid(16).saturating_mul(sixteenths)
    }

    /// All of it.
    pub(crate) fn bytes(self) -> u64 {
        self.bytes
    }

    /// The page cache of the state file.
    pub(crate) fn page_cache_bytes(self) -> usize {
        usize::try_from(self.part(Parts::PAGE_CACHE)).unwrap_or(usize::MAX)
    }

    /// How many of the configured connections there is memory for.
    pub(crate) fn connections(self, configured: usize) -> usize {
        let most = self.part(Parts::CONNECTIONS).div_euclid(CONNECTION_BYTES);
        configured.min(usize::try_from(most).unwrap_or(usize::MAX))
    }
}

/// The memory for clients.
pub(crate) struct Memory {
    /// Buffered bodies of senders that have proved an access key: see [`gateway::Trust`].
    pub(crate) proven: Budget,
    /// Whole bodies of senders that name an access key and have yet to prove it.
    pub(crate) claimed: Budget,
    /// Buffered bodies of senders without one.
    pub(crate) anonymous: Budget,
    /// Bodies on their way, in and out.
    pub(crate) streams: Budget,
    /// Responses until they are sent.
    pub(crate) answers: Budget,
    /// Calls that run on separate threads.
    pub(crate) calls: Budget,
    /// Turns for searches.
    searches: Arc<Semaphore>,
}

impl Memory {
    pub(crate) fn new(plan: Plan, part: PartOfBlock) -> Self {
        let budget = |sixteenths| Budget::new(plan.part(sixteenths), part);
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            proven: budget(Parts::PROVEN),
            claimed: budget(Parts::CLAIMED),
            anonymous: budget(Parts::ANONYMOUS),
            streams: budget(Parts::STREAMS),
            answers: budget(Parts::ANSWERS),
            calls: budget(Parts::CALLS),
            searches: Arc::new(Semaphore::new(cores.saturating_mul(SEARCHES_PER_CORE))),
        }
    }

    /// A share for a call whose decoded body takes this many bytes.
    pub(crate) async fn call(&self, waits: &Waits, block: Block, unfolded: u64) -> Option<Share> {
        self.calls.wait(waits, block, CALL_BYTES.saturating_add(unfolded)).await
    }

    /// Waits until a call of this effort may compute, in the order of arrival. Only searches wait;
    /// what they return takes its turn with it.
    pub(crate) async fn turn(&self, effort: Effort) -> Option<OwnedSemaphorePermit> {
        // INVARIANT: the semaphore is never closed.
        if effort == Effort::Search
            && let Ok(turn) = Arc::clone(&self.searches).acquire_owned().await
        {
            return Some(turn);
        }
        None
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Searches take turns; other calls never wait for them.
    #[tokio::test]
    async fn searches_take_turns() {
        let memory = Memory::new(Plan::new(None), PartOfBlock { of_block: 1, all: 1 });
        let most = memory.searches.available_permits();
        let mut turns = Vec::new();
        for _ in 0..most {
            turns.extend(memory.turn(Effort::Search).await);
        }
        assert_eq!(turns.len(), most);
        let next = memory.turn(Effort::Search);
        assert!(tokio::time::timeout(Duration::ZERO, next).await.is_err(), "it waits");
        for other in [Effort::Brief, Effort::Ordinary] {
            assert!(memory.turn(other).await.is_none());
        }
        turns.pop();
        assert!(memory.turn(Effort::Search).await.is_some());
    }

    /// The shares leave memory for the program.
    #[test]
    fn the_parts_are_less_than_the_whole() {
        let shared = Parts::PAGE_CACHE
            + Parts::CONNECTIONS
            + Parts::PROVEN
            + Parts::CLAIMED
            + Parts::ANONYMOUS
            + Parts::STREAMS
            + Parts::ANSWERS
            + Parts::CALLS;
        assert_eq!(shared, 13);
    }

    /// Without a figure the machine decides; too small a figure is raised.
    #[test]
    fn a_plan_has_bounds() {
        let machine = Plan::new(None).bytes();
        assert!((MEMORY_BYTES_MIN..=DEFAULT_BYTES_MAX).contains(&machine), "{machine}");
        assert_eq!(Plan::new(Some(1)).bytes(), MEMORY_BYTES_MIN);
        assert_eq!(Plan::new(Some(1 << 40)).bytes(), 1 << 40);
    }

    /// Connections are fewer where there is no memory for all of them.
    #[test]
    fn connections_are_bounded_by_memory() {
        let small = Plan::new(Some(MEMORY_BYTES_MIN));
        assert_eq!(small.connections(4_096), 682);
        assert_eq!(small.connections(100), 100);
        assert_eq!(Plan::new(Some(DEFAULT_BYTES_MAX)).connections(10_000), 10_000);
    }
}
