//! The server's diagnostics, written to standard error without ever blocking.

use std::fmt;
use std::io::{self, IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::ConfigError;

/// Lines that may wait for a reader; further ones are lost, and counted.
const LINES_MAX: usize = 4_096;
/// How long the end of the process waits for the last lines to be read.
const FLUSH_WAIT: Duration = Duration::from_secs(1);

/// Diagnostics are as global as the subscriber that collects them.
static LINES: OnceLock<Lines> = OnceLock::new();

/// Starts printing diagnostics to standard error: `filter` in the syntax of `tracing`, such as
/// `info`.
///
/// `json` writes one object per line. Panics are logged like all other diagnostics. A second call
/// only validates the filter.
///
/// A reader that has closed or does not read never blocks the process: lines are written by a
/// separate thread, and lines that do not fit are counted as lost.
pub fn start_diagnostics(filter: &str, json: bool) -> Result<Diagnostics, ConfigError> {
    let filter = EnvFilter::try_new(filter).map_err(|cause| {
        ConfigError(format!(
            "`{filter}` is not a filter such as `info` or `warn,gateway=debug`: {cause}"
        ))
    })?;
    let lines = LINES.get_or_init(|| Lines::start(Box::new(stderr())));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .log_internal_errors(false)
        .with_writer(lines.clone());
    // On a terminal `NO_COLOR` decides; elsewhere there are no colours.
    let builder = if stderr().is_terminal() { builder } else { builder.with_ansi(false) };
    // Diagnostics that run already go on as they are.
    let _ = if json { builder.json().try_init() } else { builder.try_init() };
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "panicked")));
    Ok(Diagnostics(lines.clone()))
}

/// Lines of diagnostics that were lost because they were not read.
pub(crate) fn lost_lines() -> u64 {
    LINES.get().map_or(0, |lines| lines.lost.load(Ordering::Relaxed))
}

/// The running diagnostics; dropped, they wait a moment for the last lines to be read.
#[derive(Debug)]
#[must_use]
pub struct Diagnostics(Lines);

impl Diagnostics {
    /// Prints a text unchanged, such as a link for the operator who starts the server.
    pub fn print(&self, text: &str) {
        self.0.send(text.as_bytes());
    }
}

impl Drop for Diagnostics {
    fn drop(&mut self) {
        self.0.flush(FLUSH_WAIT);
    }
}

enum Message {
    Line(Vec<u8>),
    /// All lines before it are written.
    Flushed(Sender<()>),
}

/// The queue in front of the thread that writes.
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").field("lost", &self.lost).finish_non_exhaustive()
    }
}

impl Lines {
    /// Without a thread, which the operating system may refuse, every line is lost.
    fn start(out: Box<dyn Write + Send>) -> Self {
        let (queue, messages) = sync_channel(LINES_MAX);
        let lost = Arc::default();
        let _ = thread::Builder::new()
            .name("diagnostics".to_owned())
            .spawn(move || write_all(&messages, out));
        Self { queue, lost }
    }

    fn send(&self, line: &[u8]) {
        if self.queue.try_send(Message::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&self, wait: Duration) {
        let (flushed, received) = channel();
        if self.queue.try_send(Message::Flushed(flushed)).is_ok() {
            let _ = received.recv_timeout(wait);
        }
    }
}

/// Writes the queue. A closed reader does not affect the process.
fn write_all(messages: &Receiver<Message>, mut out: Box<dyn Write + Send>) {
    for message in messages {
        match message {
            Message::Line(line) => {
                let _ = out.write_all(&line);
            }
            Message::Flushed(sender) => {
                let _ = out.flush();
                let _ = sender.send(());
            }
        }
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line(self)
    }
}

/// One line on its way into the queue. Never fails.
struct Line<'a>(&'a Lines);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixStream;

    use super::*;

    /// A closed reader fails every write.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_closed_reader_is_no_error() {
        let lines = Lines::start(Box::new(Gone));
        let mut line = lines.make_writer();
        line.write_all(b"a line\n").unwrap();
        lines.flush(Duration::from_mins(1));
        line.write_all(b"another\n").unwrap();
        assert_eq!(lines.lost.load(Ordering::Relaxed), 0);
    }

    /// A full pipe accepts nothing more: lines that do not fit are lost, and nothing blocks.
    #[test]
    fn a_reader_that_does_not_read_blocks_nothing() {
        let (write, read) = UnixStream::pair().unwrap();
        let lines = Lines::start(Box::new(write));
        let long = vec![b'x'; 1 << 10];
        let mut sent = 0_u64;
        while lines.lost.load(Ordering::Relaxed) == 0 {
            lines.make_writer().write_all(&long).unwrap();
            sent += 1;
            assert!(sent < 1_000_000, "a socket takes everything");
        }
        assert!(sent > LINES_MAX as u64);
        drop(read);
        lines.flush(Duration::from_mins(1));
    }
}
