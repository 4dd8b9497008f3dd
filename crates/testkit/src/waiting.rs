//! Calls that wait.

use gateway::Alarm;
use types::Clock;

/// Moves the clock to the instant for which a call waits: in tests nothing else happens meanwhile.
pub(crate) fn alarm(clock: Clock) -> Alarm {
    Alarm::new(move |instant| {
        let clock = clock.clone();
        Box::pin(async move {
            if clock.now() < instant {
                clock.set(instant);
            }
        })
    })
}
