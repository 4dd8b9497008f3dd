//! Those behind trusted proxies. Their connections are the proxy's, so their calls are counted.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::network::Block;

/// The calls under way of each block of addresses.
#[derive(Debug)]
pub(super) struct Clients {
    calls_max: usize,
    under_way: Mutex<BTreeMap<Block, usize>>,
}

impl Clients {
    pub(super) fn new(calls_max: usize) -> Arc<Self> {
        Arc::new(Self { calls_max, under_way: Mutex::default() })
    }

    /// Counts a call until the returned guard is dropped; `None` if the block has its share.
    pub(super) fn begin(self: &Arc<Self>, block: Block) -> Option<ClientCall> {
        self.change(block, |calls| {
            let may = *calls < self.calls_max;
            *calls = calls.saturating_add(usize::from(may));
            may.then(|| ClientCall { clients: Arc::clone(self), block })
        })
    }

    fn change<T>(&self, block: Block, work: impl FnOnce(&mut usize) -> T) -> T {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = under_way.entry(block).or_default();
        let done = work(calls);
        if *calls == 0 {
            under_way.remove(&block);
        }
        done
    }
}

/// A call of a client behind a proxy, under way.
#[derive(Debug)]
pub(super) struct ClientCall {
    clients: Arc<Clients>,
    block: Block,
}

impl Drop for ClientCall {
    fn drop(&mut self) {
        self.clients.change(self.block, |calls| *calls = calls.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One client has its share of calls, and leaves no trace when they are done.
    #[test]
    fn calls_are_counted_by_block() {
        let clients = Clients::new(2);
        let block = |last: u8| Block::of([192, 0, 2, last].into());
        let (one, two) = (clients.begin(block(1)), clients.begin(block(1)));
        assert!(one.is_some() && two.is_some());
        assert!(clients.begin(block(1)).is_none());
        assert!(clients.begin(block(2)).is_some());
        drop(one);
        assert!(clients.begin(block(1)).is_some());
        drop(two);
        assert!(clients.under_way.lock().unwrap().is_empty());
    }
}
