//! What a process keeps in memory of each queue: its index, and the calls that wait for messages.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gateway::Wait;
use types::Timestamp;

use crate::index::Index;

/// The queues of this process by what their messages are stored under.
#[derive(Debug, Default)]
pub(crate) struct Memories {
    queues: Mutex<BTreeMap<String, Arc<Mutex<Memory>>>>,
    /// When rows were last deleted that nothing needs any more.
    swept: Mutex<Option<Timestamp>>,
}

/// A queue.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    /// The stamp of the rows from which the index was made; `None` if it has to be made.
    pub(crate) stamp: Option<u64>,
    pub(crate) index: Index,
    /// The number of the next message.
    pub(crate) next_number: u64,
    waiting: VecDeque<Weak<Wait>>,
    /// The one of them that also waits for the next message to become ready.
    timed: Weak<Wait>,
}

impl Memories {
    /// The memory of a queue.
    pub(crate) fn of(&self, contents: &str) -> Arc<Mutex<Memory>> {
        let mut all = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(memory) = all.get(contents) {
            return Arc::clone(memory);
        }
        let memory = Arc::<Mutex<Memory>>::default();
        all.insert(contents.to_owned(), Arc::clone(&memory));
        memory
    }

    /// Drops the memory of a queue that is gone or was purged; those who wait ask again.
    pub(crate) fn drop_contents(&self, contents: &str) {
        let gone = self.queues.lock().unwrap_or_else(PoisonError::into_inner).remove(contents);
        if let Some(gone) = gone {
            lock(&gone).wake(usize::MAX);
        }
    }

    /// Whether the last sweep was so long ago; if so, another one begins.
    pub(crate) fn is_sweep_due(&self, now: Timestamp, pause_ms: u64) -> bool {
        let mut swept = self.swept.lock().unwrap_or_else(PoisonError::into_inner);
        // The clock may have been set back.
        let is_due = swept.is_none_or(|swept| now < swept || now.since_ms(swept) >= pause_ms);
        if is_due {
            *swept = Some(now);
        }
        is_due
    }

    /// Wakes callers for whose queues messages have become ready, in case that none of them has a
    /// timer: its client may be gone.
    pub(crate) fn wake_due(&self, now: Timestamp) {
        let all = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let all: Vec<_> = all.values().map(Arc::clone).collect();
        for memory in all {
            let mut memory = lock(&memory);
            if memory.is_waited_for() && memory.index.next_due().is_some_and(|due| due <= now) {
                memory.wake(1);
            }
        }
    }
}

/// Locks a memory. INVARIANT: only the writer's thread holds two of them.
pub(crate) fn lock(memory: &Mutex<Memory>) -> MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Memory {
    /// Adds a caller that waits until `deadline` at most. One of those who wait also waits for the
    /// next message to become ready; the others would all wake for it in vain.
    pub(crate) fn wait(&mut self, deadline: Timestamp) -> Arc<Wait> {
        let due = self.index.next_due().filter(|_| self.timed.strong_count() == 0);
        let wait = Wait::until(due.map_or(deadline, |due| due.min(deadline)));
        if due.is_some() {
            self.timed = Arc::downgrade(&wait);
        }
        self.waiting.retain(|other| other.strong_count() > 0);
        self.waiting.push_back(Arc::downgrade(&wait));
        wait
    }

    /// Wakes so many of those who wait, the first ones first.
    pub(crate) fn wake(&mut self, mut callers: usize) {
        while callers > 0
            && let Some(next) = self.waiting.pop_front()
        {
            if next.upgrade().is_some_and(|wait| wait.wake()) {
                callers = callers.saturating_sub(1);
            }
        }
    }

    /// Lets one of those who wait set its timer, because a message becomes ready earlier than the
    /// timer was set for, or there is none.
    pub(crate) fn renew_timer(&mut self) {
        match self.timed.upgrade() {
            Some(timed) => {
                timed.wake();
            }
            None => self.wake(1),
        }
    }

    /// The same if there is no timer.
    pub(crate) fn renew_timer_if_none(&mut self) {
        if self.timed.strong_count() == 0 {
            self.wake(1);
        }
    }

    fn is_waited_for(&self) -> bool {
        self.waiting.iter().any(|wait| wait.strong_count() > 0)
    }
}
