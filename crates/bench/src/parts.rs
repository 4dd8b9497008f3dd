//! What the server's CPU time went into.

use std::collections::BTreeMap;
use std::fs;

use bytes::Bytes;

use crate::client::{Connection, Keep};
use crate::failure::Failure;
use crate::request::Request;
use crate::server::{Server, TICK_US, parse_ticks};

/// The metric that has the time of calls by phase.
const PHASES: &str = "shoseki_call_phase_seconds_total{phase=\"";

/// Microseconds, by part: two views of the same time.
///
/// A call that changes something runs on the store's writer, so the time of its operation is in
/// both. What neither view of a call names is HTTP, the sockets and the runtime.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    /// Time that calls took for each phase, as the server measures it. A server that does not has
    /// none.
    pub(crate) phases: BTreeMap<String, u64>,
    /// User and system time by the threads' names, of those that still run.
    pub(crate) threads: BTreeMap<String, u64>,
}

impl Parts {
    /// The parts so far.
    pub(crate) async fn of(server: &Server) -> Result<Self, Failure> {
        let head = "GET /_shoseki/metrics HTTP/1.1\r\nhost: localhost\r\n\r\n".into();
        let page = Request { head, body: Bytes::new(), is_head: false };
        let mut connection = Connection::open(server.address).await?;
        let page = connection.call(&page, Keep::Body).await?.ok()?;
        let phases = parse_phases(&String::from_utf8(page)?);
        Ok(Self { phases, threads: threads(server.pid())? })
    }

    /// What came since.
    pub(crate) fn since(mut self, before: &Self) -> Self {
        for (own, earlier) in
            [(&mut self.phases, &before.phases), (&mut self.threads, &before.threads)]
        {
            for (name, us) in own.iter_mut() {
                *us = us.saturating_sub(earlier.get(name).copied().unwrap_or(0));
            }
        }
        self
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times of a run")]
fn parse_phases(page: &str) -> BTreeMap<String, u64> {
    let phase = |line: &str| {
        let (name, seconds) = line.strip_prefix(PHASES)?.split_once("\"} ")?;
        Some((name.to_owned(), (seconds.parse::<f64>().ok()? * 1e6) as u64))
    };
    page.lines().filter_map(phase).collect()
}

fn threads(pid: u32) -> Result<BTreeMap<String, u64>, Failure> {
    let mut threads = BTreeMap::new();
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        // One that has ended meanwhile has no file any more.
        let Ok(stat) = fs::read_to_string(task?.path().join("stat")) else { continue };
        let (Some(name), Some(ticks)) = (parse_name(&stat), parse_ticks(&stat)) else { continue };
        let us: &mut u64 = threads.entry(name.to_owned()).or_default();
        *us = us.saturating_add(ticks.saturating_mul(TICK_US));
    }
    Ok(threads)
}

/// The second field, in parentheses. Source: proc(5).
fn parse_name(stat: &str) -> Option<&str> {
    let (before, _) = stat.rsplit_once(')')?;
    Some(before.split_once('(')?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_read_from_the_page() {
        let page = "# HELP x\nshoseki_call_phase_seconds_total{phase=\"policy\"} 1.5\nother 2\n";
        assert_eq!(parse_phases(page), BTreeMap::from([("policy".to_owned(), 1_500_000)]));
    }

    #[test]
    fn threads_have_names() {
        assert_eq!(parse_name("42 (a (b) c) S 1"), Some("a (b) c"));
        assert_eq!(parse_name("42"), None);
    }
}
