//! A figure that is expensive to compute and requested often.

use std::sync::{Mutex, PoisonError};

use types::{Clock, Timestamp};

/// The last result. Computing holds its lock, so concurrent requests wait for it and start no
/// computation of their own.
#[derive(Debug)]
pub(crate) struct Counted<T>(Mutex<Option<(Timestamp, T)>>);

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Counted<T> {
    /// The figure, at most `good_ms` milliseconds old; otherwise it is computed again.
    pub(crate) fn get<E>(
        &self,
        clock: &Clock,
        good_ms: u64,
        count: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = clock.now();
        if let Some((counted, figure)) = &*known
            && counted.plus_ms(good_ms) > now
            && *counted <= now
        {
            return Ok(figure.clone());
        }
        let figure = count()?;
        // Computing may take longer than a result is valid: those who waited use this one.
        *known = Some((clock.now(), figure.clone()));
        Ok(figure)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;
    use std::sync::mpsc;

    use super::*;

    const GOOD_MS: u64 = 1_000;

    fn clock() -> Clock {
        Clock::manual(Timestamp::from_secs(1_000))
    }

    fn get(counted: &Counted<u32>, clock: &Clock, figure: u32) -> u32 {
        let Ok(known) = counted.get(clock, GOOD_MS, || Ok::<_, Infallible>(figure));
        known
    }

    /// A count is good for a while, also one that took longer than that.
    #[test]
    fn a_count_is_good_for_a_while() {
        let (counted, clock) = (Counted::default(), clock());
        let slow = counted.get(&clock, GOOD_MS, || {
            clock.advance_ms(10 * GOOD_MS);
            Ok::<_, Infallible>(1)
        });
        assert_eq!(slow, Ok(1));
        assert_eq!(get(&counted, &clock, 2), 1);
        clock.advance_ms(GOOD_MS);
        assert_eq!(get(&counted, &clock, 3), 3);
        clock.set(Timestamp::from_secs(1));
        assert_eq!(get(&counted, &clock, 4), 4, "a clock that was set back");
    }

    /// However many callers there are, one of them computes; its failure does not affect the
    /// others.
    #[test]
    fn one_counts_at_a_time() {
        let (counted, clock) = (Counted::default(), clock());
        let figure = counted.get(&clock, GOOD_MS, || {
            assert!(counted.0.try_lock().is_err(), "another one could begin to count");
            Ok::<_, Infallible>(1)
        });
        assert_eq!(figure, Ok(1));
        clock.advance_ms(GOOD_MS);
        assert_eq!(counted.get(&clock, GOOD_MS, || Err("no disk")), Err("no disk"));
        assert_eq!(get(&counted, &clock, 2), 2);
    }

    /// Callers that waited for a result use it, however long they waited.
    #[test]
    fn concurrent_callers_do_not_compute() {
        for _ in 0..50 {
            let (counted, clock) = (Arc::new(Counted::default()), clock());
            let mut held = counted.0.lock().unwrap();
            let (sender, asking) = mpsc::channel();
            let waiting = std::thread::spawn({
                let (counted, clock) = (Arc::clone(&counted), clock.clone());
                move || {
                    sender.send(()).unwrap();
                    get(&counted, &clock, 2)
                }
            });
            asking.recv().unwrap();
            (0..20).for_each(|_| std::thread::yield_now());
            clock.advance_ms(10 * GOOD_MS);
            *held = Some((clock.now(), 1));
            drop(held);
            assert_eq!(waiting.join().unwrap(), 1);
        }
    }
}
