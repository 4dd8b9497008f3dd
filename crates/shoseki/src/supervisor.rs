//! Notifications to systemd: that the server serves calls, is alive, and stops.
//!
//! Source: sd_notify(3), "Notes": datagrams of lines to the socket in `NOTIFY_SOCKET`; a leading
//! `@` marks an abstract name. sd_watchdog_enabled(3): `WATCHDOG_USEC`, for the process of
//! `WATCHDOG_PID`, to be notified twice as often.

use std::env;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use server::Alive;

/// The service manager, if there is one.
#[derive(Debug)]
pub(crate) struct Supervisor {
    socket: Option<UnixDatagram>,
    /// The watchdog interval.
    watchdog: Option<Duration>,
}

impl Supervisor {
    /// Connects to the service manager of the environment. An unreachable one is logged and
    /// ignored.
    pub(crate) fn of_environment() -> Self {
        let name = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let socket = name.and_then(|name| {
            let name = name.into_string().unwrap_or_default();
            connect(&name)
                .inspect_err(|error| {
                    tracing::warn!(%error, name, "cannot reach the service manager");
                })
                .ok()
        });
        let number = |name| env::var_os(name)?.into_string().ok()?.parse::<u64>().ok();
        let pid = u64::from(std::process::id());
        let is_meant = number("WATCHDOG_PID").is_none_or(|meant| meant == pid);
        let watchdog = number("WATCHDOG_USEC").filter(|us| is_meant && *us > 0);
        Self { socket, watchdog: watchdog.map(Duration::from_micros) }
    }

    /// Reports that calls are served.
    pub(crate) fn ready(&self, address: std::net::SocketAddr) {
        self.send(&format!("READY=1\nSTATUS=serving at {address}"));
    }

    /// Reports that shutdown has begun.
    pub(crate) fn stopping(&self) {
        self.send("STOPPING=1\nSTATUS=finishing calls in progress");
    }

    /// Feeds the watchdog while all workers make progress; never returns.
    pub(crate) async fn keep_alive(&self, alive: &Alive) {
        let Some(watchdog) = self.watchdog.filter(|_| self.socket.is_some()) else {
            return std::future::pending().await;
        };
        let mut beat = tokio::time::interval(watchdog / 2);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            let silent = alive.silent_workers();
            if silent.is_empty() {
                self.send("WATCHDOG=1");
            } else {
                tracing::error!(?silent, "workers make no progress: the watchdog is not fed");
            }
        }
    }

    /// Best effort: a manager that does not read blocks nothing.
    fn send(&self, lines: &str) {
        if let Some(socket) = &self.socket
            && let Err(error) = socket.send(lines.as_bytes())
        {
            tracing::debug!(%error, "cannot notify the service manager");
        }
    }
}

fn connect(name: &str) -> std::io::Result<UnixDatagram> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    if let Some(name) = name.strip_prefix('@') {
        #[cfg(target_os = "linux")]
        {
            use std::os::linux::net::SocketAddrExt;
            let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
            socket.connect_addr(&address)?;
            return Ok(socket);
        }
        #[cfg(not(target_os = "linux"))]
        return Err(std::io::ErrorKind::Unsupported.into());
    }
    socket.connect(name)?;
    Ok(socket)
}
