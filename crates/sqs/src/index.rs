//! The states of a queue's messages in memory: which can be received, in which order, and when the
//! others can. Rows are the truth; this is made from them.
//!
//! A message is *ready*, or it becomes ready at an instant: it is *in flight* if it was received,
//! and *delayed* otherwise. In a FIFO queue only the first message of a group can be received, and
//! none while one of the group is in flight.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use types::Timestamp;

use crate::attributes::Counts;

/// The name of a message group.
pub(crate) type Group = Arc<str>;

/// The messages of a queue by their numbers, which ascend as they are sent.
#[derive(Debug, Default)]
pub(crate) struct Index {
    slots: BTreeMap<u64, Slot>,
    ready: BTreeSet<u64>,
    timed: BTreeSet<(Timestamp, u64)>,
    in_flight: usize,
    /// Of a FIFO queue.
    groups: BTreeMap<Group, Members>,
    /// Of a FIFO queue: the messages that can be received, one for each group.
    heads: BTreeSet<u64>,
    is_fifo: bool,
}

/// The state of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// When it becomes ready; `None` if it is.
    pub(crate) due: Option<Timestamp>,
    /// Whether it is hidden because it was received.
    pub(crate) in_flight: bool,
    /// Of a FIFO queue.
    pub(crate) group: Option<Group>,
}

#[derive(Debug, Default)]
struct Members {
    numbers: BTreeSet<u64>,
    in_flight: usize,
    head: Option<u64>,
}

impl Index {
    /// Of a queue without messages.
    pub(crate) fn new(is_fifo: bool) -> Self {
        Self { is_fifo, ..Self::default() }
    }

    /// How many messages are in each state.
    pub(crate) fn counts(&self) -> Counts {
        let delayed = self.timed.len().saturating_sub(self.in_flight);
        Counts { visible: self.ready.len(), in_flight: self.in_flight, delayed }
    }

    /// Adds a message, or replaces its state.
    pub(crate) fn put(&mut self, number: u64, slot: Slot) {
        self.remove(number);
        match slot.due {
            Some(due) => self.timed.insert((due, number)),
            None => self.ready.insert(number),
        };
        self.in_flight = self.in_flight.saturating_add(slot.in_flight.into());
        if let Some(name) = slot.group.clone().filter(|_| self.is_fifo) {
            let group = self.groups.entry(Arc::clone(&name)).or_default();
            group.numbers.insert(number);
            group.in_flight = group.in_flight.saturating_add(slot.in_flight.into());
            self.slots.insert(number, slot);
            self.settle(&name);
        } else {
            self.slots.insert(number, slot);
        }
    }

    /// Removes a message.
    pub(crate) fn remove(&mut self, number: u64) {
        let Some(slot) = self.slots.remove(&number) else { return };
        match slot.due {
            Some(due) => self.timed.remove(&(due, number)),
            None => self.ready.remove(&number),
        };
        self.in_flight = self.in_flight.saturating_sub(slot.in_flight.into());
        let Some(name) = slot.group.filter(|_| self.is_fifo) else { return };
        if let Some(group) = self.groups.get_mut(&name) {
            group.numbers.remove(&number);
            group.in_flight = group.in_flight.saturating_sub(slot.in_flight.into());
        }
        self.settle(&name);
    }

    /// Makes ready what has become so.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        while let Some((due, number)) = self.timed.first().copied() {
            if due > now {
                return;
            }
            match self.slots.get(&number).cloned() {
                Some(slot) => self.put(number, Slot { due: None, in_flight: false, ..slot }),
                None => {
                    self.timed.remove(&(due, number));
                }
            }
        }
    }

    /// The oldest message that can be received.
    pub(crate) fn first(&self) -> Option<u64> {
        if self.is_fifo { self.heads.first().copied() } else { self.ready.first().copied() }
    }

    /// The message of a FIFO queue that can be received together with one of its group: the next.
    pub(crate) fn following(&self, number: u64) -> Option<u64> {
        let name = self.slots.get(&number)?.group.as_ref().filter(|_| self.is_fifo)?;
        let after = number.checked_add(1)?;
        let next = self.groups.get(name)?.numbers.range(after..).next().copied()?;
        self.ready.contains(&next).then_some(next)
    }

    /// The next instant at which a message becomes ready.
    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.timed.first().map(|(due, _)| *due)
    }

    /// Determines which message of a group can be received.
    fn settle(&mut self, name: &Group) {
        let Some(group) = self.groups.get_mut(name) else { return };
        if let Some(head) = group.head.take() {
            self.heads.remove(&head);
        }
        let first = group.numbers.first().copied().filter(|_| group.in_flight == 0);
        group.head = first.filter(|number| self.ready.contains(number));
        self.heads.extend(group.head);
        if group.numbers.is_empty() {
            self.groups.remove(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_ms(ms)
    }

    fn ready(group: Option<&str>) -> Slot {
        Slot { due: None, in_flight: false, group: group.map(Group::from) }
    }

    /// Receives a message, which is hidden until an instant.
    fn hide(index: &mut Index, number: u64, due: Timestamp) {
        let slot = index.slots[&number].clone();
        index.put(number, Slot { due: Some(due), in_flight: true, ..slot });
    }

    fn counts(index: &Index) -> (usize, usize, usize) {
        let Counts { visible, in_flight, delayed } = index.counts();
        (visible, in_flight, delayed)
    }

    #[test]
    fn the_oldest_message_is_first_and_hidden_ones_return() {
        let mut index = Index::new(false);
        index.put(1, ready(None));
        index.put(2, ready(None));
        index.put(3, Slot { due: Some(at(5)), ..ready(None) });
        assert_eq!((index.first(), counts(&index)), (Some(1), (2, 0, 1)));
        hide(&mut index, 1, at(10));
        assert_eq!((index.first(), counts(&index)), (Some(2), (1, 1, 1)));
        assert_eq!(index.next_due(), Some(at(5)));
        index.remove(2);
        index.advance(at(4));
        assert_eq!(index.first(), None);
        index.advance(at(5));
        assert_eq!((index.first(), counts(&index)), (Some(3), (1, 1, 0)));
        index.advance(at(10));
        assert_eq!((index.first(), counts(&index)), (Some(1), (2, 0, 0)));
        assert_eq!(index.next_due(), None);
    }

    #[test]
    fn a_group_waits_for_its_message_in_flight() {
        let mut index = Index::new(true);
        for (number, group) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] {
            index.put(number, ready(Some(group)));
        }
        assert_eq!(index.first(), Some(1));
        hide(&mut index, 1, at(10));
        assert_eq!((index.first(), index.following(1)), (Some(3), Some(2)));
        hide(&mut index, 3, at(20));
        assert_eq!((index.first(), index.following(3)), (None, None));
        index.remove(1);
        assert_eq!(index.first(), Some(2));
        hide(&mut index, 2, at(12));
        assert_eq!(index.following(2), Some(4));
        index.advance(at(12));
        assert_eq!(index.first(), Some(2));
        index.advance(at(20));
        index.remove(2);
        assert_eq!(index.first(), Some(3));
        assert_eq!(counts(&index), (2, 0, 0));
    }

    /// A delayed message is not overtaken by a later one of its group.
    #[test]
    fn a_group_waits_for_its_delayed_message() {
        let mut index = Index::new(true);
        index.put(1, Slot { due: Some(at(5)), ..ready(Some("a")) });
        index.put(2, ready(Some("a")));
        assert_eq!(index.first(), None);
        index.advance(at(5));
        assert_eq!(index.first(), Some(1));
    }

    /// Any order of changes leaves what follows from the states.
    #[test]
    fn random_changes_keep_the_order_of_groups() {
        let mut dice = 1_u64;
        let mut roll = |sides: u64| {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % sides
        };
        let mut index = Index::new(true);
        let groups = ["a", "b", "c"];
        for step in 0..3_000_u64 {
            match roll(4) {
                0 => {
                    let due = (roll(2) == 0).then(|| at(step + roll(20)));
                    let group = groups[usize::try_from(roll(3)).unwrap()];
                    index.put(step, Slot { due, ..ready(Some(group)) });
                }
                1 => {
                    if let Some(first) = index.first() {
                        hide(&mut index, first, at(step + roll(30)));
                    }
                }
                2 => index.remove(step.saturating_sub(roll(40))),
                _ => index.advance(at(step)),
            }
            for name in groups {
                let members: Vec<_> = index
                    .slots
                    .iter()
                    .filter(|(_, slot)| slot.group.as_deref() == Some(name))
                    .collect();
                let is_locked = members.iter().any(|(_, slot)| slot.in_flight);
                let first = members.first().filter(|(_, slot)| slot.due.is_none() && !is_locked);
                let head = first.map(|(number, _)| **number);
                let found = index
                    .heads
                    .iter()
                    .find(|number| index.slots[*number].group.as_deref() == Some(name));
                assert_eq!(found.copied(), head, "step {step}, group {name}");
            }
            let hidden = index.slots.values().filter(|slot| slot.in_flight).count();
            assert_eq!(index.counts().in_flight, hidden);
        }
    }
}
