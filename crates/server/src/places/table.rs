//! The table of connections, and which one is closed when a further one arrives. It uses no sockets
//! and no clock; its own sequence numbers give the order.

use std::collections::{BTreeMap, BTreeSet};

use crate::network::Block;

/// How many connections there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) all: usize,
    /// Of them, from one block of addresses.
    pub(crate) of_block: usize,
}

/// A connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(u64);

/// The connections that are open. `E` ends one of them.
#[derive(Debug)]
pub(super) struct Connections<E> {
    limits: Limits,
    /// Counts what happens.
    turn: u64,
    open: BTreeMap<Id, Open<E>>,
    /// The connections that could be closed, in this order.
    waiting: BTreeSet<(Since, Id)>,
    shares: BTreeMap<Block, Share>,
}

/// What a connection waits for before any work is done for it. The least costly loss comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wait {
    /// A whole head: it is idle.
    Head,
    /// The body of a call whose sender has proven nothing yet.
    Body,
}

/// What it waits for, and the sequence number since which it waits.
type Since = (Wait, u64);

#[derive(Debug)]
struct Open<E> {
    /// `None` for a trusted proxy's, which has no share.
    block: Option<Block>,
    /// `None` while a call is under way.
    waiting: Option<Since>,
    end: E,
}

/// What one block of addresses has open.
#[derive(Debug, Default)]
struct Share {
    open: usize,
    waiting: BTreeSet<(Since, Id)>,
}

/// A place for a connection, and the connection that was closed for it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place<E> {
    pub(super) id: Id,
    pub(super) ended: Option<E>,
}

impl<E> Connections<E> {
    pub(super) fn new(limits: Limits) -> Self {
        let (open, waiting, shares) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { limits, turn: 0, open, waiting, shares }
    }

    /// Admits a connection, which is idle until its first call. At the limit, the connection idle
    /// longest is closed or, if none is idle, the one whose body has been awaited longest: one of
    /// the same block, if the block has its share. `None` if that is impossible because every
    /// connection has a call in progress.
    pub(super) fn admit(&mut self, block: Option<Block>, end: E) -> Option<Place<E>> {
        let share = block.and_then(|block| self.shares.get(&block));
        let crowded = share.filter(|share| share.open >= self.limits.of_block);
        let loser = match crowded {
            Some(share) => Some(share.waiting.first()?.1),
            None if self.open.len() >= self.limits.all => Some(self.waiting.first()?.1),
            None => None,
        };
        let ended = loser.and_then(|id| self.remove(id));
        self.turn = self.turn.saturating_add(1);
        let id = Id(self.turn);
        self.open.insert(id, Open { block, waiting: None, end });
        if let Some(block) = block {
            let share = self.shares.entry(block).or_default();
            share.open = share.open.saturating_add(1);
        }
        self.wait(id, Wait::Head);
        Some(Place { id, ended })
    }

    /// Starts a call, or continues it with its body. `false` if the connection has lost its place:
    /// then nothing may be done for it.
    pub(super) fn begin(&mut self, id: Id) -> bool {
        self.set(id, None)
    }

    /// Something is waited for, from now on.
    pub(super) fn wait(&mut self, id: Id, what: Wait) {
        self.turn = self.turn.saturating_add(1);
        self.set(id, Some((what, self.turn)));
    }

    /// The connection has ended. One that lost its place has left already.
    pub(super) fn leave(&mut self, id: Id) {
        self.remove(id);
    }

    /// Closes a connection as if the limit were reached.
    pub(super) fn end_one(&mut self) -> Option<E> {
        let id = self.waiting.first()?.1;
        self.remove(id)
    }

    /// The number of open connections, and of those that could be closed.
    pub(super) fn count(&self) -> (usize, usize) {
        (self.open.len(), self.waiting.len())
    }

    fn set(&mut self, id: Id, since: Option<Since>) -> bool {
        let Some(open) = self.open.get_mut(&id) else { return false };
        let before = std::mem::replace(&mut open.waiting, since);
        let share = open.block.and_then(|block| self.shares.get_mut(&block));
        let of_share = share.map(|share| &mut share.waiting);
        for waiting in [Some(&mut self.waiting), of_share].into_iter().flatten() {
            if let Some(before) = before {
                waiting.remove(&(before, id));
            }
            if let Some(since) = since {
                waiting.insert((since, id));
            }
        }
        true
    }

    fn remove(&mut self, id: Id) -> Option<E> {
        self.set(id, None);
        let gone = self.open.remove(&id)?;
        if let Some(block) = gone.block
            && let Some(share) = self.shares.get_mut(&block)
        {
            share.open = share.open.saturating_sub(1);
            if share.open == 0 {
                self.shares.remove(&block);
            }
        }
        Some(gone.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Names = Connections<&'static str>;

    fn table(all: usize, of_block: usize) -> Names {
        Connections::new(Limits { all, of_block })
    }

    fn block(last: u8) -> Block {
        Block::of([192, 0, 2, last].into())
    }

    fn place(
        table: &mut Names,
        block: impl Into<Option<Block>>,
        name: &'static str,
    ) -> Place<&'static str> {
        table.admit(block.into(), name).unwrap()
    }

    /// Admits a connection with a call under way.
    fn busy(table: &mut Names, block: Block, name: &'static str) -> Id {
        let place = place(table, block, name);
        assert!(table.begin(place.id));
        place.id
    }

    /// The connection to close when a further one arrives from `block`; `Err` if it is not
    /// admitted.
    fn ended(
        table: &mut Names,
        block: impl Into<Option<Block>>,
    ) -> Result<Option<&'static str>, ()> {
        table.admit(block.into(), "new").map(|place| place.ended).ok_or(())
    }

    #[test]
    fn the_longest_idle_ends_when_it_is_full() {
        let mut full = table(3, 3);
        let first = place(&mut full, block(1), "first").id;
        busy(&mut full, block(2), "busy");
        place(&mut full, block(3), "third");
        // It had a call since, so the other is idle for longer.
        assert!(full.begin(first));
        full.wait(first, Wait::Head);
        assert_eq!(ended(&mut full, block(4)), Ok(Some("third")));
        assert_eq!(ended(&mut full, block(5)), Ok(Some("first")));
        assert_eq!(full.count(), (3, 2));
    }

    /// However long it takes, a call in progress is never interrupted.
    #[test]
    fn calls_under_way_are_not_ended() {
        let mut full = table(2, 2);
        let one = busy(&mut full, block(1), "one");
        busy(&mut full, block(2), "two");
        assert_eq!(ended(&mut full, block(3)), Err(()));
        assert_eq!(full.end_one(), None);
        full.wait(one, Wait::Head);
        assert_eq!(ended(&mut full, block(3)), Ok(Some("one")));
    }

    /// An unauthenticated sender that is slow keeps its place only while no other needs it. Idle
    /// connections are closed first, however short their idle time.
    #[test]
    fn a_body_that_is_awaited_loses_its_place() {
        let mut full = table(3, 3);
        let body = busy(&mut full, block(1), "body");
        full.wait(body, Wait::Body);
        let idle = busy(&mut full, block(2), "idle");
        full.wait(idle, Wait::Head);
        let came = busy(&mut full, block(3), "came");
        full.wait(came, Wait::Body);
        assert!(full.begin(came));
        assert_eq!(ended(&mut full, block(4)), Ok(Some("idle")));
        let next = place(&mut full, block(4), "next");
        assert_eq!(next.ended, Some("new"), "it is idle");
        assert!(full.begin(next.id));
        assert_eq!(ended(&mut full, block(5)), Ok(Some("body")));
        assert!(!full.begin(body), "what came too late is not worked on");
    }

    /// An address beyond its share takes no other address's place.
    #[test]
    fn an_address_has_a_share() {
        let mut shared = table(10, 2);
        place(&mut shared, block(9), "neighbour");
        place(&mut shared, block(1), "one");
        place(&mut shared, block(1), "two");
        assert_eq!(ended(&mut shared, block(1)), Ok(Some("one")));
        assert_eq!(ended(&mut shared, block(1)), Ok(Some("two")));
        let mut shared = table(10, 2);
        place(&mut shared, block(9), "neighbour");
        busy(&mut shared, block(1), "one");
        busy(&mut shared, block(1), "two");
        assert_eq!(ended(&mut shared, block(1)), Err(()));
        assert_eq!(ended(&mut shared, block(2)), Ok(None));
    }

    /// Behind a trusted proxy are many.
    #[test]
    fn a_trusted_proxy_has_no_share() {
        let mut shared = table(3, 1);
        for _ in 0..3 {
            assert_eq!(ended(&mut shared, None), Ok(None));
        }
        assert_eq!(ended(&mut shared, None), Ok(Some("new")));
    }

    /// A connection that lost its place does nothing more, and loses no second one.
    #[test]
    fn a_place_is_lost_once() {
        let mut full = table(1, 1);
        let first = place(&mut full, block(1), "first").id;
        assert_eq!(ended(&mut full, block(2)), Ok(Some("first")));
        assert!(!full.begin(first));
        full.wait(first, Wait::Head);
        full.leave(first);
        assert_eq!(full.count(), (1, 1));
        assert_eq!(full.end_one(), Some("new"));
        assert_eq!(full.count(), (0, 0));
        assert!(full.shares.is_empty());
    }

    /// The table keeps no trace of closed connections.
    #[test]
    fn leaving_makes_room() {
        let mut full = table(2, 2);
        for _ in 0..3 {
            let one = busy(&mut full, block(1), "one");
            let two = place(&mut full, block(1), "two");
            assert_eq!(two.ended, None);
            full.leave(one);
            full.leave(two.id);
        }
        assert!(full.open.is_empty() && full.waiting.is_empty() && full.shares.is_empty());
    }
}
