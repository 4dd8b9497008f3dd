use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use testkit::Serving;
use wire::sign::Credentials;

use crate::client::{Connection, Keep};
use crate::failure::Failure;
use crate::own;
use crate::request::Request;

const ACCESS_KEY_ID: &str = "AKIABENCHBENCHBENCH1";
const SECRET: &str = "benchbenchbenchbenchbenchbenchbenchbench";
/// The time after which an unresponsive server counts as failed.
const START_PATIENCE: Duration = Duration::from_secs(20);
/// Microseconds of a clock tick of `/proc`: `USER_HZ` is 100 on every Linux.
pub(crate) const TICK_US: u64 = 10_000;

/// A server process in a temporary directory, killed when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    serving: Serving,
    /// The address that it listens on.
    pub(crate) address: SocketAddr,
    /// From starting the process to its first response.
    pub(crate) started_in: Duration,
    /// Memory at its first response, in KiB.
    pub(crate) idle_rss_kib: u64,
    folder: Arc<TempDir>,
}

/// The resources that a process has used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// User and system time in microseconds.
    pub(crate) cpu_us: u64,
    /// Resident memory in KiB.
    pub(crate) rss_kib: u64,
}

impl Usage {
    /// CPU time since `before`, memory as it is now.
    pub(crate) fn since(self, before: Self) -> Self {
        Self { cpu_us: self.cpu_us.saturating_sub(before.cpu_us), rss_kib: self.rss_kib }
    }
}

/// An empty directory, deleted with what is in it.
pub(crate) fn temporary_folder(parent: Option<&Path>) -> std::io::Result<TempDir> {
    let mut folder = tempfile::Builder::new();
    folder.prefix("shoseki-bench-");
    parent.map_or_else(|| folder.tempdir(), |parent| folder.tempdir_in(parent))
}

impl Server {
    /// Starts the binary in a new directory.
    pub(crate) async fn start(binary: &Path, scratch: Option<&Path>) -> Result<Self, Failure> {
        if !binary.is_file() {
            let path = binary.display();
            return Err(format!("`{path}` is missing: `cargo build --release -p shoseki`").into());
        }
        let folder = temporary_folder(scratch)?;
        Self::launch(binary, Arc::new(folder)).await
    }

    /// Starts the binary on a free port and waits for its first response.
    pub(crate) async fn launch(binary: &Path, folder: Arc<TempDir>) -> Result<Self, Failure> {
        let mut program = Command::new(binary);
        program
            .env("SHOSEKI_ROOT_ACCESS_KEY_ID", ACCESS_KEY_ID)
            .env("SHOSEKI_ROOT_SECRET_ACCESS_KEY", SECRET)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let began = own::now();
        let flags = ["--delivery-interval", "2s"];
        let serving = Serving::start(program, &flags, &folder.path().join("data"));
        let address = serving.address().parse()?;
        let (started_in, idle_rss_kib) = (Duration::ZERO, 0);
        let mut server = Self { serving, address, started_in, idle_rss_kib, folder };
        server.first_answer(began).await?;
        server.started_in = began.elapsed();
        server.idle_rss_kib = server.usage()?.rss_kib;
        Ok(server)
    }

    async fn first_answer(&self, began: std::time::Instant) -> Result<(), Failure> {
        let head = "GET /_shoseki/health HTTP/1.1\r\nhost: localhost\r\n\r\n".into();
        let health = Request { head, body: Bytes::new(), is_head: false };
        loop {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.call(&health, Keep::Nothing).await
                && answer.status == 200
            {
                return Ok(());
            }
            if began.elapsed() > START_PATIENCE {
                return Err("the server does not respond".into());
            }
            tokio::time::timeout(Duration::from_millis(1), std::future::pending::<()>())
                .await
                .unwrap_or_default();
        }
    }

    /// The root user's access key.
    pub(crate) fn credentials() -> Credentials {
        Credentials {
            access_key_id: ACCESS_KEY_ID.to_owned(),
            secret: SECRET.to_owned(),
            session_token: None,
        }
    }

    /// The process ID.
    pub(crate) fn pid(&self) -> u32 {
        self.serving.id()
    }

    /// The resources used so far.
    pub(crate) fn usage(&self) -> Result<Usage, Failure> {
        let pid = self.pid().to_string();
        Ok(Usage { cpu_us: cpu_us_of(&pid)?, rss_kib: rss_kib_of(&pid)? })
    }

    /// Stops it and returns its directory, whose `data` another server can use.
    pub(crate) fn into_folder(self) -> Arc<TempDir> {
        Arc::clone(&self.folder)
    }
}

/// User and system time of a process in microseconds; `pid` may be `self`.
pub(crate) fn cpu_us_of(pid: &str) -> Result<u64, Failure> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks = parse_ticks(&stat).ok_or("`/proc` has no times")?;
    Ok(ticks.saturating_mul(TICK_US))
}

/// `utime` + `stime`, fields 14 and 15; the second field, a name, may contain anything.
///
/// Source: proc(5).
pub(crate) fn parse_ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_ascii_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    user.checked_add(system)
}

fn rss_kib_of(pid: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|rest| rest.trim().strip_suffix(" kB")?.parse().ok());
    kib.ok_or_else(|| "`/proc` has no `VmRSS`".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spaces and parentheses in the process's name do not shift the fields.
    #[test]
    fn times_are_fields_14_and_15() {
        let stat = "42 (a) b (c)) S 1 1 1 0 -1 4194560 9 9 9 9 123 45 6 7 20 0 1 0";
        assert_eq!(parse_ticks(stat), Some(168));
        assert_eq!(parse_ticks("42 (a) S 1"), None);
    }
}
