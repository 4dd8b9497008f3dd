//! How long to wait after a connection could not be accepted.

use std::io::ErrorKind;
use std::time::Duration;

/// The first wait for a missing resource: about the time that a connection needs to end.
const FIRST: Duration = Duration::from_millis(1);
/// Health is served within a second, so this is less.
const LONGEST: Duration = Duration::from_millis(256);

/// The failures in a row.
#[derive(Debug, Default)]
pub(super) struct Pause(Option<Duration>);

impl Pause {
    /// A connection was accepted.
    pub(super) fn over(&mut self) {
        self.0 = None;
    }

    /// The wait after a failure, which doubles; `None` if only that connection failed.
    ///
    /// Source: accept(2): "already-pending network errors on the new socket" are reported so, and
    /// are to be tried again at once; a lack of file descriptors or memory lasts.
    pub(super) fn after(&mut self, failure: ErrorKind) -> Option<Duration> {
        let of_the_connection = [
            ErrorKind::ConnectionAborted,
            ErrorKind::ConnectionReset,
            ErrorKind::ConnectionRefused,
            ErrorKind::Interrupted,
        ];
        if of_the_connection.contains(&failure) {
            return None;
        }
        let pause = self.0.map_or(FIRST, |last| last.saturating_mul(2).min(LONGEST));
        self.0 = Some(pause);
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lack that lasts costs no processor time; one that ended is not remembered.
    #[test]
    fn pauses_grow_and_end() {
        let mut pause = Pause::default();
        assert_eq!(pause.after(ErrorKind::ConnectionAborted), None);
        let waits: Vec<_> = (0..10).filter_map(|_| pause.after(ErrorKind::Other)).collect();
        let waits: Vec<_> = waits.iter().map(Duration::as_millis).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 256]);
        assert_eq!(pause.after(ErrorKind::ConnectionAborted), None);
        pause.over();
        assert_eq!(pause.after(ErrorKind::Other), Some(FIRST));
    }
}
